import ipaddr from 'ipaddr.js';

/** Where the PTR record of an address stands (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: string): string {
	const parsed = ipaddr.process(address);
	const labels =
		parsed instanceof ipaddr.IPv4
			? parsed.octets.map(String)
			: [...Buffer.from(parsed.toByteArray()).toString('hex')];
	return [...labels.reverse(), parsed instanceof ipaddr.IPv4 ? 'in-addr' : 'ip6', 'arpa'].join('.');
}
