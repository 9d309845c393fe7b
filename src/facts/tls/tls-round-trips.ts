/** Of a whole handshake; TLS 1.3 saves one (RFC 8446 §1.2). */
export function tlsRoundTrips(protocol: string): 1 | 2 {
	return protocol === 'TLSv1.3' ? 1 : 2;
}
