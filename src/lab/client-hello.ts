/** A ClientHello (RFC 8446 §4.1.2), as far as a server needs it. */
export interface ClientHello {
	/** The newest version before TLS 1.3 that it offers. */
	readonly version: number;
	readonly offersTls13: boolean;
	readonly sessionId: Buffer;
	readonly suites: readonly number[];
	readonly compressions: readonly number[];
	readonly groups: readonly number[];
	readonly extensions: ReadonlyMap<number, Buffer>;
}

/** `null` for bytes that are no ClientHello, and for one that is cut short. */
export function clientHelloIn(bytes: Buffer): ClientHello | null {
	if (!isHandshake(bytes)) return null;
	try {
		return bytes.readUInt8(5) === CLIENT_HELLO ? parsed(bytes) : null;
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** The host name (RFC 6066 §3) in lower case; `null` without one. */
export function serverNameIn(bytes: Buffer): string | null {
	const body = clientHelloIn(bytes)?.extensions.get(SERVER_NAME);
	if (body === undefined || body.length < 5) return null;
	return body.toString('latin1', 5, 5 + body.readUInt16BE(3)).toLowerCase();
}

/** Whether a ClientHello offers TLS 1.3 (RFC 8446 §4.2.1). */
export function offersTls13(bytes: Buffer): boolean {
	return clientHelloIn(bytes)?.offersTls13 === true;
}

/** Whether the first bytes of a connection are a TLS handshake record. */
export function isHandshake(bytes: Buffer): boolean {
	return bytes[0] === 0x16;
}

/** Whether the first record has come in whole. */
export function isWhole(bytes: Buffer): boolean {
	return bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3);
}

const CLIENT_HELLO = 1;
const RECORD_AND_HANDSHAKE_HEADERS = 9;
const VERSION_AND_RANDOM = 34;
const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const SUPPORTED_VERSIONS = 43;
const TLS_1_3 = 0x0304;

/** Reading past the end throws RangeError. */
function parsed(bytes: Buffer): ClientHello {
	let at = RECORD_AND_HANDSHAKE_HEADERS;
	const version = bytes.readUInt16BE(at);
	at += VERSION_AND_RANDOM;
	const take = (size: 1 | 2) => {
		const length = bytes.readUIntBE(at, size);
		const body = bytes.subarray(at + size, at + size + length);
		if (body.length < length) throw new RangeError('cut short');
		at += size + length;
		return body;
	};
	const sessionId = take(1);
	const suites = numbersIn(take(2));
	const compressions = [...take(1)];
	// SSL 3.0 has no extensions.
	const extensions = at < bytes.length ? extensionsIn(take(2)) : new Map<number, Buffer>();
	return {
		version,
		offersTls13: numbersIn(extensions.get(SUPPORTED_VERSIONS)?.subarray(1)).includes(TLS_1_3),
		sessionId,
		suites,
		compressions,
		groups: numbersIn(extensions.get(SUPPORTED_GROUPS)?.subarray(2)),
		extensions,
	};
}

function extensionsIn(list: Buffer): ReadonlyMap<number, Buffer> {
	const found = new Map<number, Buffer>();
	let at = 0;
	while (at < list.length) {
		const length = list.readUInt16BE(at + 2);
		found.set(list.readUInt16BE(at), list.subarray(at + 4, at + 4 + length));
		at += 4 + length;
	}
	return found;
}

function numbersIn(body: Buffer | undefined): readonly number[] {
	const count = Math.floor((body?.length ?? 0) / 2);
	return Array.from({ length: count }, (_, index) => body?.readUInt16BE(2 * index) ?? 0);
}
