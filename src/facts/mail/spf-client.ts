import ipaddr from 'ipaddr.js';
import { addressFamily } from './spf-address.ts';

/** The address that connects, in the forms that RFC 7208 needs. */
export interface SpfClient {
	/** 4 for an IPv4-mapped IPv6 address, too (§5). */
	readonly family: 4 | 6;
	readonly octets: readonly number[];
	/** For people, `%{c}`: dotted, or RFC 5952. */
	readonly text: string;
	/** `%{i}`: dotted, or 32 hexadecimal digits with dots between them (§7.3). */
	readonly dotted: string;
	/** Where its PTR records are. */
	readonly reverseName: string;
}

/** `null` for what is no address. Zones (`%eth0`) are none. */
export function spfClient(ip: string): SpfClient | null {
	const family = addressFamily(ip);
	if (family === null) return null;
	if (family === 'ip4') return fromOctets(ipaddr.IPv4.parse(ip));
	const address = ipaddr.IPv6.parse(ip);
	return fromOctets(address.isIPv4MappedAddress() ? address.toIPv4Address() : address);
}

function fromOctets(address: ipaddr.IPv4 | ipaddr.IPv6): SpfClient {
	const octets = address.toByteArray();
	if (address instanceof ipaddr.IPv4) {
		const text = address.toString();
		const reverseName = `${[...octets].reverse().join('.')}.in-addr.arpa`;
		return { family: 4, octets, text, dotted: text, reverseName };
	}
	const digits = octets.flatMap((octet) => [...octet.toString(16).padStart(2, '0')]);
	return {
		family: 6,
		octets,
		text: address.toRFC5952String(),
		dotted: digits.join('.'),
		reverseName: `${[...digits].reverse().join('.')}.ip6.arpa`,
	};
}

/** Whether the client lies in the network of `prefix` bits around an address of its own family. */
export function isInNetwork(
	{ family, octets }: SpfClient,
	address: string,
	prefix: number,
): boolean {
	if (address.includes(':') !== (family === 6)) return false;
	const network = ipaddr.parse(address).toByteArray();
	return octets.every((octet, index) => {
		const bits = Math.min(8, Math.max(0, prefix - index * 8));
		const mask = (0xff << (8 - bits)) & 0xff;
		return (octet & mask) === ((network[index] ?? 0) & mask);
	});
}
