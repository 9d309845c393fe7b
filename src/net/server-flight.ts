import type { HelloAnswered } from '../core/io.ts';
import { VERSION_NUMBERS } from './client-hello.ts';

/** What a server has sent in answer to a ClientHello. */
export interface ServerFlight {
	/** Without the time that it took; `null` before a whole ServerHello. */
	readonly answer: Omit<HelloAnswered, 'tookMs'> | null;
	/** A fatal alert, or a warning with which the server had its last word so far. */
	readonly alert: number | null;
	/** Why these bytes are no answer; `null` where they are, or may become one. */
	readonly fault: { readonly how: 'not-tls' | 'malformed'; readonly detail: string } | null;
	/** Nothing more is to be waited for. */
	readonly done: boolean;
}

/** OpenSSL takes a chain of 100 KiB. */
const MOST_BYTES = 256 * 1024;

/**
 * Reads the first flight of a server as far as it has come, from the first octet on: SSL 2.0, SSL 3.0
 * to TLS 1.2 up to ServerHelloDone, TLS 1.3 up to its ServerHello. Never throws.
 */
export function readServerFlight(bytes: Buffer): ServerFlight {
	const first = bytes[0];
	if (first === undefined) return OPEN;
	if ((first & 0x80) !== 0) return flightOfSsl2(bytes);
	if (first !== HANDSHAKE && first !== ALERT) {
		return broken('not-tls', 'the server answered with something that is not TLS');
	}
	const { handshake, alert, fault } = recordsIn(bytes);
	const read = messagesIn(handshake);
	if (read.fault !== null) return broken('malformed', read.fault);
	if (read.answer?.complete === true) {
		return { answer: read.answer, alert: null, fault: null, done: true };
	}
	// A hello that is taken back at once is no answer.
	if (alert?.fatal === true) return { answer: null, alert: alert.number, fault: null, done: true };
	if (fault !== null) return { ...broken('malformed', fault), answer: read.answer };
	const isTooLong = bytes.length > MOST_BYTES;
	return {
		answer: read.answer,
		alert: alert?.number ?? null,
		fault: isTooLong ? TOO_LONG : null,
		done: isTooLong,
	};
}

const OPEN: ServerFlight = { answer: null, alert: null, fault: null, done: false };

const TOO_LONG = {
	how: 'malformed',
	detail: `the server's first answer is longer than ${MOST_BYTES} bytes`,
} as const;

function broken(how: 'not-tls' | 'malformed', detail: string): ServerFlight {
	return { answer: null, alert: null, fault: { how, detail }, done: true };
}

// ── Records ──────────────────────────────────────────────────────────────────────────────────────

/** ContentType (RFC 8446 §5.1). */
const ALERT = 21;
const HANDSHAKE = 22;
const RECORD_HEADER = 5;
/** TLSCiphertext (RFC 5246 §6.2.3). */
const MOST_IN_RECORD = 2 ** 14 + 2048;
const FATAL = 2;

interface Records {
	readonly handshake: Buffer;
	readonly alert: { readonly number: number; readonly fatal: boolean } | null;
	readonly fault: string | null;
}

/** Handshake messages up to where it goes on encrypted; warnings between them are passed over. */
function recordsIn(bytes: Buffer): Records {
	const parts: Buffer[] = [];
	let alert: Records['alert'] = null;
	for (const record of wholeRecords(bytes)) {
		if (typeof record === 'string') {
			return { handshake: Buffer.concat(parts), alert, fault: record };
		}
		const { type, body } = record;
		if (type === HANDSHAKE) {
			parts.push(body);
			continue;
		}
		const [level, number] = body;
		alert = number === undefined ? alert : { number, fatal: level === FATAL };
		if (alert?.fatal === true) break;
	}
	return { handshake: Buffer.concat(parts), alert, fault: null };
}

/** Up to the first of another type; a text where what follows is no record. */
function* wholeRecords(bytes: Buffer): Generator<{ type: number; body: Buffer } | string> {
	let at = 0;
	while (at + RECORD_HEADER <= bytes.length) {
		const type = bytes.readUInt8(at);
		if (type !== HANDSHAKE && type !== ALERT) return;
		const length = bytes.readUInt16BE(at + 3);
		if (bytes.readUInt8(at + 1) !== 3) yield 'a record has no version of TLS';
		if (length > MOST_IN_RECORD) yield 'a record is longer than TLS allows';
		const body = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
		if (body.length < length) return;
		yield { type, body };
		at += RECORD_HEADER + length;
	}
}

// ── Handshake messages ───────────────────────────────────────────────────────────────────────────

/** HandshakeType (RFC 5246 §7.4, RFC 6066 §8). */
const MESSAGE = {
	serverHello: 2,
	certificate: 11,
	serverKeyExchange: 12,
	certificateRequest: 13,
	serverHelloDone: 14,
	certificateStatus: 22,
} as const;

const MESSAGE_HEADER = 4;

interface Messages {
	readonly answer: ServerFlight['answer'];
	readonly fault: string | null;
}

type Answer = NonNullable<ServerFlight['answer']>;

function messagesIn(flight: Buffer): Messages {
	let answer: Answer | null = null;
	let at = 0;
	while (at + MESSAGE_HEADER <= flight.length) {
		const type = flight.readUInt8(at);
		const end = at + MESSAGE_HEADER + flight.readUIntBE(at + 1, 3);
		if (end > flight.length) break;
		const read: Answer | null | 'malformed' = within(type, answer, () =>
			withMessage(answer, type, new Cursor(flight.subarray(at + MESSAGE_HEADER, end))),
		);
		if (read === 'malformed') return { answer, fault: `handshake message ${type} makes no sense` };
		answer = read;
		if (answer?.complete === true) break;
		at = end;
	}
	return { answer, fault: null };
}

/** A message that is cut short breaks the handshake only where it is the hello itself. */
function within(
	type: number,
	before: Answer | null,
	read: () => Answer | null | 'malformed',
): Answer | null | 'malformed' {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return type === MESSAGE.serverHello || before === null ? 'malformed' : before;
	}
}

function withMessage(
	answer: Answer | null,
	type: number,
	body: Cursor,
): Answer | null | 'malformed' {
	if (type === MESSAGE.serverHello) return answer === null ? serverHello(body) : 'malformed';
	// HelloRequest (RFC 5246 §7.4.1.1) may come at any time; nothing else may come first.
	if (answer === null) return type === 0 ? null : 'malformed';
	switch (type) {
		case MESSAGE.certificate:
			return { ...answer, chain: certificates(body.vector(3)) };
		case MESSAGE.certificateStatus:
			// Type 1 is ocsp.
			return body.uint(1) === 1
				? { ...answer, staple: body.vector(3).rest().toString('base64') }
				: answer;
		case MESSAGE.serverKeyExchange:
			return { ...answer, keyExchange: body.rest().toString('base64') };
		case MESSAGE.certificateRequest:
			return { ...answer, asksForCertificate: true };
		case MESSAGE.serverHelloDone:
			return { ...answer, complete: true };
		default:
			return answer;
	}
}

function certificates(list: Cursor): readonly string[] {
	const chain: string[] = [];
	while (!list.isEmpty()) chain.push(list.vector(3).rest().toString('base64'));
	return chain;
}

/** ExtensionType. */
const EXTENSION = {
	alpn: 16,
	timestamps: 18,
	sessionTicket: 35,
	supportedVersions: 43,
	keyShare: 51,
	renegotiationInfo: 0xff01,
} as const;

/** SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3). */
const RETRY = Buffer.from(
	'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
	'hex',
);

function serverHello(body: Cursor): Answer {
	const legacyVersion = body.uint(2);
	const random = body.take(32);
	const sessionId = body.vector(1).rest();
	const suite = body.uint(2);
	const compression = body.uint(1);
	const found = new Map<number, Cursor>();
	// Without extensions the message ends here (RFC 5246 §7.4.1.3).
	const list = body.isEmpty() ? new Cursor(Buffer.alloc(0)) : body.vector(2);
	while (!list.isEmpty()) found.set(list.uint(2), list.vector(2));
	const version = found.get(EXTENSION.supportedVersions)?.uint(2) ?? legacyVersion;
	const is13 = version >= VERSION_NUMBERS['TLSv1.3'];
	const share = found.get(EXTENSION.keyShare);
	return {
		kind: 'answered',
		version: versionName(version),
		suite,
		compression,
		// TLS 1.3 echoes what the client sent (RFC 8446 §4.1.3).
		sessionId: !is13 && sessionId.length > 0,
		ticket: found.has(EXTENSION.sessionTicket),
		secureRenegotiation: found.has(EXTENSION.renegotiationInfo),
		alpn: protocolIn(found.get(EXTENSION.alpn)),
		group: share === undefined ? null : share.uint(2),
		timestamps: timestampsIn(found.get(EXTENSION.timestamps)),
		chain: [],
		staple: null,
		keyExchange: null,
		asksForCertificate: false,
		complete: is13 || random.equals(RETRY),
	};
}

function versionName(number: number): string {
	const known = Object.entries(VERSION_NUMBERS).find(([, one]) => one === number);
	return known?.[0] ?? `0x${number.toString(16).padStart(4, '0')}`;
}

/** RFC 7301 §3.1: a list with one name. */
function protocolIn(body: Cursor | undefined): string | null {
	return body === undefined ? null : body.vector(2).vector(1).rest().toString('latin1');
}

/** RFC 6962 §3.3. */
function timestampsIn(body: Cursor | undefined): readonly string[] {
	const list: string[] = [];
	if (body === undefined) return list;
	const all = body.vector(2);
	while (!all.isEmpty()) list.push(all.vector(2).rest().toString('base64'));
	return list;
}

// ── SSL 2.0 ──────────────────────────────────────────────────────────────────────────────────────

const SSL2_SERVER_HELLO = 4;
const SSL2_ERROR = 0;

/** A record with a header of two octets, which holds SERVER-HELLO or ERROR. */
function flightOfSsl2(bytes: Buffer): ServerFlight {
	if (bytes.length < 3) return OPEN;
	const length = bytes.readUInt16BE(0) & 0x7fff;
	const type = bytes.readUInt8(2);
	if (type === SSL2_ERROR && length === 3) {
		return { answer: null, alert: SSL2_NO_CIPHER, fault: null, done: true };
	}
	if (type !== SSL2_SERVER_HELLO) {
		return broken('not-tls', 'the server answered with something that is not TLS');
	}
	if (bytes.length < 2 + length) return OPEN;
	try {
		return { answer: helloOfSsl2(new Cursor(bytes.subarray(3, 2 + length))), ...END };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		return broken('malformed', 'an SSL 2.0 SERVER-HELLO is cut short');
	}
}

/** handshake_failure stands for SSL 2.0's errors, which have no numbers in common with alerts. */
const SSL2_NO_CIPHER = 40;
const END = { alert: null, fault: null, done: true } as const;

function helloOfSsl2(body: Cursor): Answer {
	body.take(2);
	const version = body.uint(2);
	if (version !== VERSION_NUMBERS.SSLv2) throw new RangeError('another version');
	const [certificateLength, kindsLength, idLength] = [body.uint(2), body.uint(2), body.uint(2)];
	const certificate = body.take(certificateLength);
	body.take(kindsLength);
	body.take(idLength);
	return {
		kind: 'answered',
		version: 'SSLv2',
		suite: 0,
		compression: 0,
		sessionId: false,
		ticket: false,
		secureRenegotiation: false,
		alpn: null,
		group: null,
		timestamps: [],
		chain: certificate.length > 0 ? [certificate.toString('base64')] : [],
		staple: null,
		keyExchange: null,
		asksForCertificate: false,
		complete: true,
	};
}

// ── Octets ───────────────────────────────────────────────────────────────────────────────────────

/** Reading past the end throws RangeError. */
class Cursor {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	isEmpty(): boolean {
		return this.#at >= this.#bytes.length;
	}

	take(length: number): Buffer {
		if (this.#at + length > this.#bytes.length) throw new RangeError('cut short');
		this.#at += length;
		return this.#bytes.subarray(this.#at - length, this.#at);
	}

	uint(size: number): number {
		return this.take(size).readUIntBE(0, size);
	}

	/** With its length before it. */
	vector(size: number): Cursor {
		return new Cursor(this.take(this.uint(size)));
	}

	rest(): Buffer {
		return this.take(this.#bytes.length - this.#at);
	}
}
