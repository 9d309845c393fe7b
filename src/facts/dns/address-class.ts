import ipaddr from 'ipaddr.js';

/** What kind of network an address belongs to (RFC 6890 and its registries). */
export type AddressClass =
	| 'public'
	/** RFC 1918, unique local (RFC 4193), the abandoned site-local, local-use NAT64 (RFC 8215). */
	| 'private'
	| 'loopback'
	| 'link-local'
	/** 100.64.0.0/10 (RFC 6598). */
	| 'carrier-nat'
	| 'multicast'
	/** RFC 5737, 3849, 9637. */
	| 'documentation'
	/** "This network", benchmarking, future use, discard: assigned, and nobody's server. */
	| 'reserved';

/** 192.0.2.0/24 hosts nothing, in no network: controls ask it. */
const CONTROL_NET = ipaddr.parseCIDR('192.0.2.0/24');

const DOCUMENTATION = [
	'192.0.2.0/24',
	'198.51.100.0/24',
	'203.0.113.0/24',
	'2001:db8::/32',
	'3fff::/20',
].map((range) => ipaddr.parseCIDR(range));

const LOCAL_NAT64 = ipaddr.parseCIDR('64:ff9b:1::/48');

/** `null` for what is no IP address. IPv4 inside IPv6 (mapped, translated, 6to4) is unwrapped. */
export function addressClass(text: string): AddressClass | null {
	if (!isAddress(text)) return null;
	const address = unwrapped(ipaddr.parse(text));
	if (DOCUMENTATION.some((range) => inside(address, range))) return 'documentation';
	if (inside(address, LOCAL_NAT64)) return 'private';
	return CLASSES[address.range()] ?? 'reserved';
}

/** Whether it lies in 192.0.2.0/24, which stays documentation in every network. */
export function isControlNet(text: string): boolean {
	return isAddress(text) && inside(unwrapped(ipaddr.parse(text)), CONTROL_NET);
}

/** The /24 or /48 around an address, the smallest blocks that are routed on their own. */
export function networkOf(text: string): string {
	if (!isAddress(text)) return text;
	const address = ipaddr.process(text);
	const bytes = address.toByteArray();
	const kept = address.kind() === 'ipv4' ? 3 : 6;
	const masked = bytes.map((byte, index) => (index < kept ? byte : 0));
	return `${ipaddr.fromByteArray(masked).toString()}/${kept * 8}`;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Stricter than `ipaddr.isValid`, which takes `1.2.3` and octal numbers as inet_aton does. */
function isAddress(text: string): boolean {
	return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function inside(address: Address, [network, bits]: [Address, number]): boolean {
	return address.kind() === network.kind() && address.match(network, bits);
}

function unwrapped(address: Address): Address {
	if (!(address instanceof ipaddr.IPv6)) return address;
	const bytes = address.toByteArray();
	const v4 = (from: number) => new ipaddr.IPv4(bytes.slice(from, from + 4));
	switch (address.range()) {
		case 'ipv4Mapped':
			return address.toIPv4Address();
		case 'rfc6145':
			return v4(12);
		case 'rfc6052':
			return inside(address, LOCAL_NAT64) ? address : v4(12);
		case '6to4':
			return v4(2);
		default:
			return address;
	}
}

/** By ipaddr.js's names. What is missing here is reserved. */
const CLASSES: Readonly<Record<string, AddressClass>> = {
	unicast: 'public',
	as112: 'public',
	as112v6: 'public',
	amt: 'public',
	private: 'private',
	uniqueLocal: 'private',
	deprecatedSiteLocal: 'private',
	loopback: 'loopback',
	linkLocal: 'link-local',
	carrierGradeNat: 'carrier-nat',
	multicast: 'multicast',
};
