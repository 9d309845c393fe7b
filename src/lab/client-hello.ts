/**
 * The host name in a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), lower case; `null` without
 * one, for bytes that are no ClientHello, and for one that is cut short.
 */
export function serverNameIn(bytes: Buffer): string | null {
	try {
		return nameIn(bytes);
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** Whether the first bytes of a connection are a TLS handshake record. */
export function isHandshake(bytes: Buffer): boolean {
	return bytes[0] === 0x16;
}

/** Whether the first record has come in whole. */
export function isWhole(bytes: Buffer): boolean {
	return bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3);
}

const RECORD_AND_HANDSHAKE_HEADERS = 9;
const VERSION_AND_RANDOM = 34;
const SERVER_NAME = 0;

/** Reading past the end throws RangeError. */
function nameIn(bytes: Buffer): string | null {
	if (!isHandshake(bytes) || bytes.readUInt8(5) !== 1) return null;
	let at = RECORD_AND_HANDSHAKE_HEADERS + VERSION_AND_RANDOM;
	at += 1 + bytes.readUInt8(at);
	at += 2 + bytes.readUInt16BE(at);
	at += 1 + bytes.readUInt8(at);
	const end = at + 2 + bytes.readUInt16BE(at);
	at += 2;
	while (at < end) {
		const type = bytes.readUInt16BE(at);
		const length = bytes.readUInt16BE(at + 2);
		if (type === SERVER_NAME) {
			const nameLength = bytes.readUInt16BE(at + 7);
			return bytes.toString('latin1', at + 9, at + 9 + nameLength).toLowerCase();
		}
		at += 4 + length;
	}
	return null;
}
