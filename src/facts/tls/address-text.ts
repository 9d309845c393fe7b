import ipaddr from 'ipaddr.js';

/** Four or sixteen octets in dotted decimal or RFC 5952 form; octets in hex where it is neither. */
export function addressText(bytes: Uint8Array): string {
	if (bytes.length !== 4 && bytes.length !== 16) return Buffer.from(bytes).toString('hex');
	return ipaddr.fromByteArray([...bytes]).toString();
}
