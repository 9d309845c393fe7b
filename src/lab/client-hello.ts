/**
 * The host name in a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), lower case; `null` without
 * one, for bytes that are no ClientHello, and for one that is cut short.
 */
export function serverNameIn(bytes: Buffer): string | null {
	return unlessCut(() => {
		const body = extensionIn(bytes, SERVER_NAME);
		if (body === null) return null;
		return body.toString('latin1', 5, 5 + body.readUInt16BE(3)).toLowerCase();
	});
}

/** Whether a ClientHello offers TLS 1.3 (RFC 8446 §4.2.1). */
export function offersTls13(bytes: Buffer): boolean {
	const body = unlessCut(() => extensionIn(bytes, SUPPORTED_VERSIONS));
	for (let at = 1; body !== null && at + 1 < body.length; at += 2) {
		if (body.readUInt16BE(at) === TLS_1_3) return true;
	}
	return false;
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
const SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

function unlessCut<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** Reading past the end throws RangeError. */
function extensionIn(bytes: Buffer, wanted: number): Buffer | null {
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
		if (type === wanted) return bytes.subarray(at + 4, at + 4 + length);
		at += 4 + length;
	}
	return null;
}
