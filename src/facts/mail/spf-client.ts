import ipaddr from 'ipaddr.js';
import { octetsOf } from './spf-address.ts';

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
	const octets = octetsOf(ip);
	if (octets === null) return null;
	return octets.length === 4 ? ofIp4(octets) : ofIp6(octets);
}

function ofIp4(octets: readonly number[]): SpfClient {
	const text = octets.join('.');
	const reverseName = `${[...octets].reverse().join('.')}.in-addr.arpa`;
	return { family: 4, octets, text, dotted: text, reverseName };
}

function ofIp6(octets: readonly number[]): SpfClient {
	const address = new ipaddr.IPv6([...octets]);
	if (address.isIPv4MappedAddress()) return ofIp4(octets.slice(12));
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
	const network = octetsOf(address) ?? [];
	if (network.length !== (family === 4 ? 4 : 16)) return false;
	return octets.every((octet, index) => {
		const bits = Math.min(8, Math.max(0, prefix - index * 8));
		const mask = (0xff << (8 - bits)) & 0xff;
		return (octet & mask) === ((network[index] ?? 0) & mask);
	});
}
