import ipaddr from 'ipaddr.js';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Four numbers up to 255 without leading zeros (RFC 7208 §12). */
export const IP4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** IPv6 by RFC 4291 §2.2, without a zone; `null` for what is no address. */
export function addressFamily(text: string): 'ip4' | 'ip6' | null {
	if (IP4.test(text)) return 'ip4';
	return isIp6(text) ? 'ip6' : null;
}

/** The library takes numbers with a leading zero, and hexadecimal ones, for a dotted tail. */
function isIp6(text: string): boolean {
	if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !ipaddr.IPv6.isValid(text)) return false;
	return !text.includes('.') || IP4.test(text.slice(text.lastIndexOf(':') + 1));
}
