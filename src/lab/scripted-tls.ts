import { createDiffieHellmanGroup, generatePrimeSync, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { timestampList } from './certificates.ts';
import { type ClientHello, clientHelloIn } from './client-hello.ts';
import type { SCRIPTED_GROUPS, SCRIPTED_SUITES, TlsSpec } from './world.ts';

export type Script = NonNullable<TlsSpec['scripted']>;
type Version = Script['versions'][number];
type Suite = (typeof SCRIPTED_SUITES)[number];
type Group = (typeof SCRIPTED_GROUPS)[number];

/** The first turn of a scripted server in answer to the first bytes of a connection, and no more. */
export function respond(
	socket: Socket,
	bytes: Buffer,
	script: Script,
	chain: readonly Buffer[],
): void {
	socket.on('error', () => {});
	const answer = answerTo(bytes, script, chain);
	if (Buffer.isBuffer(answer)) {
		socket.write(answer);
		// Whatever the client says to it, there is no second turn.
		socket.once('data', () => socket.end());
		socket.resume();
		return;
	}
	switch (script.refusal) {
		case 'silent':
			socket.resume();
			return;
		case 'reset':
			socket.resetAndDestroy();
			return;
		case 'alert':
			socket.end(alertRecord(answer));
	}
}

/** Whether the script, and not OpenSSL, answers these first bytes. */
export function isScripted(bytes: Buffer, script: Script | undefined): script is Script {
	if (script === undefined) return false;
	const hello = clientHelloIn(bytes);
	if (script.answers === 'all' || hello?.offersTls13 !== true) return true;
	return script.answers === 'shareless' && (hello.extensions.get(KEY_SHARE)?.length ?? 0) <= 2;
}

/** Alerts of a server that cannot go on (RFC 8446 §6.2, RFC 7507 §3). */
const HANDSHAKE_FAILURE = 40;
const PROTOCOL_VERSION = 70;
const INAPPROPRIATE_FALLBACK = 86;

const NUMBERS: Readonly<Record<Version, number>> = {
	SSLv2: 0x0002,
	SSLv3: 0x0300,
	TLSv1: 0x0301,
	'TLSv1.1': 0x0302,
	'TLSv1.2': 0x0303,
	'TLSv1.3': 0x0304,
};

const SUITES: Readonly<
	Record<Suite, { number: number; exchange: 'none' | 'dhe' | 'ecdhe' | '1.3' }>
> = {
	TLS_AES_128_GCM_SHA256: { number: 0x1301, exchange: '1.3' },
	'ECDHE-RSA-AES128-GCM-SHA256': { number: 0xc02f, exchange: 'ecdhe' },
	'ECDHE-ECDSA-AES128-GCM-SHA256': { number: 0xc02b, exchange: 'ecdhe' },
	'ECDHE-ECDSA-AES128-SHA': { number: 0xc009, exchange: 'ecdhe' },
	'DHE-RSA-AES128-GCM-SHA256': { number: 0x009e, exchange: 'dhe' },
	'DHE-RSA-AES128-SHA': { number: 0x0033, exchange: 'dhe' },
	'AES128-GCM-SHA256': { number: 0x009c, exchange: 'none' },
	'AES128-SHA': { number: 0x002f, exchange: 'none' },
	'DES-CBC3-SHA': { number: 0x000a, exchange: 'none' },
	'RC4-SHA': { number: 0x0005, exchange: 'none' },
	'DES-CBC-SHA': { number: 0x0009, exchange: 'none' },
	'EXP-RC4-MD5': { number: 0x0003, exchange: 'none' },
	'ADH-AES128-SHA': { number: 0x0034, exchange: 'dhe' },
	'AECDH-AES128-SHA': { number: 0xc018, exchange: 'ecdhe' },
	'AECDH-NULL-SHA': { number: 0xc015, exchange: 'ecdhe' },
	'NULL-SHA': { number: 0x0002, exchange: 'none' },
};

const GROUPS: Readonly<Record<Group, { number: number; shareBytes: number }>> = {
	X25519MLKEM768: { number: 0x11ec, shareBytes: 1120 },
	X25519: { number: 0x001d, shareBytes: 32 },
	'P-256': { number: 0x0017, shareBytes: 65 },
	'P-384': { number: 0x0018, shareBytes: 97 },
	'P-521': { number: 0x0019, shareBytes: 133 },
};

const FALLBACK_SIGNAL = 0x5600;
const RENEGOTIATION_SIGNAL = 0x00ff;
const RENEGOTIATION_INFO = 0xff01;
const TIMESTAMPS = 18;
const SUPPORTED_VERSIONS = 43;
const KEY_SHARE = 51;
const DEFLATE = 1;

/** Bytes, or the alert with which the handshake ends. */
function answerTo(bytes: Buffer, script: Script, chain: readonly Buffer[]): Buffer | number {
	if (((bytes[0] ?? 0) & 0x80) !== 0) {
		return script.versions.includes('SSLv2') ? helloOfSsl2(chain) : PROTOCOL_VERSION;
	}
	const hello = clientHelloIn(bytes);
	if (hello === null) return HANDSHAKE_FAILURE;
	const version = commonVersion(hello, script);
	if (version === null) return PROTOCOL_VERSION;
	if (script.fallbackSignal && isFallback(hello, script, version)) return INAPPROPRIATE_FALLBACK;
	const group = script.groups.find((one) => hello.groups.includes(GROUPS[one].number));
	const suite = script.suites.find((one) => isPossible(one, { hello, version, group }));
	if (suite === undefined) return HANDSHAKE_FAILURE;
	if (version === 'TLSv1.3')
		return group === undefined ? HANDSHAKE_FAILURE : retry(hello, suite, group);
	return flight({ hello, script, version, suite, group, chain });
}

function commonVersion({ offersTls13, version: newest }: ClientHello, { versions }: Script) {
	if (offersTls13 && versions.includes('TLSv1.3')) return 'TLSv1.3';
	const older = ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'] as const;
	return older.find((one) => versions.includes(one) && NUMBERS[one] <= newest) ?? null;
}

/** OpenSSL stands behind a script for older hellos, with TLS 1.3. */
function isFallback(
	{ suites }: ClientHello,
	{ versions, answers }: Script,
	version: Version,
): boolean {
	const own = answers !== 'all' ? NUMBERS['TLSv1.3'] : 0;
	const newest = Math.max(own, ...versions.map((one) => NUMBERS[one]));
	return suites.includes(FALLBACK_SIGNAL) && NUMBERS[version] < newest;
}

interface Terms {
	readonly hello: ClientHello;
	readonly version: Version;
	readonly group: Group | undefined;
}

function isPossible(suite: Suite, { hello, version, group }: Terms): boolean {
	const { number, exchange } = SUITES[suite];
	if ((exchange === '1.3') !== (version === 'TLSv1.3')) return false;
	if (suite.includes('GCM') && NUMBERS[version] < NUMBERS['TLSv1.2']) return false;
	return hello.suites.includes(number) && (exchange !== 'ecdhe' || group !== undefined);
}

// ── Messages ─────────────────────────────────────────────────────────────────────────────────────

const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;

function flight(terms: Terms & { script: Script; suite: Suite; chain: readonly Buffer[] }): Buffer {
	const { script, suite, version, chain } = terms;
	const { exchange } = SUITES[suite];
	const isAnonymous = /^AE?C?DH/.test(suite);
	const list = Buffer.concat(chain.map((der) => vector(3, der)));
	return record(NUMBERS[version], [
		message(SERVER_HELLO, serverHello(terms)),
		...(isAnonymous ? [] : [message(CERTIFICATE, vector(3, list))]),
		...(exchange === 'none'
			? []
			: [message(SERVER_KEY_EXCHANGE, keyExchange(exchange, { ...terms, isAnonymous }))]),
		message(SERVER_HELLO_DONE, Buffer.alloc(0)),
	]);

	function serverHello({ hello }: Terms): Buffer {
		const signalled =
			hello.extensions.has(RENEGOTIATION_INFO) || hello.suites.includes(RENEGOTIATION_SIGNAL);
		const answered = script.secureRenegotiation && signalled;
		const compresses = script.compression && hello.compressions.includes(DEFLATE);
		const isAsked = script.timestamps > 0 && hello.extensions.has(TIMESTAMPS);
		const extensions = Buffer.concat([
			...(answered ? [extension(RENEGOTIATION_INFO, Buffer.of(0))] : []),
			...(isAsked ? [extension(TIMESTAMPS, timestampList(script.timestamps))] : []),
		]);
		return Buffer.concat([
			uint(NUMBERS[version], 2),
			randomBytes(32),
			vector(1, script.resumption ? randomBytes(32) : Buffer.alloc(0)),
			uint(SUITES[suite].number, 2),
			Buffer.of(compresses ? DEFLATE : 0),
			...(extensions.length > 0 ? [vector(2, extensions)] : []),
		]);
	}
}

/** The signature is noise: nobody gets so far as to check it. */
function keyExchange(
	exchange: 'dhe' | 'ecdhe' | '1.3',
	{ script, version, group, isAnonymous }: Terms & { script: Script; isAnonymous: boolean },
): Buffer {
	const signature = Buffer.concat([
		...(version === 'TLSv1.2' ? [uint(0x0403, 2)] : []),
		vector(2, randomBytes(64)),
	]);
	const proof = isAnonymous ? Buffer.alloc(0) : signature;
	if (exchange === 'dhe') {
		const prime = primeOf(script.prime);
		return Buffer.concat([
			vector(2, prime),
			vector(2, Buffer.of(2)),
			vector(2, randomBytes(prime.length)),
			proof,
		]);
	}
	const { number, shareBytes } = GROUPS[group ?? 'P-256'];
	return Buffer.concat([Buffer.of(3), uint(number, 2), vector(1, randomBytes(shareBytes)), proof]);
}

const PRIMES = new Map<number, Buffer>();

function primeOf(prime: Script['prime']): Buffer {
	if (typeof prime === 'string') return createDiffieHellmanGroup(prime).getPrime();
	const own = PRIMES.get(prime) ?? Buffer.from(generatePrimeSync(prime));
	PRIMES.set(prime, own);
	return own;
}

/** HelloRetryRequest (RFC 8446 §4.1.4): ServerHello with a fixed random. */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

function retry({ sessionId }: ClientHello, suite: Suite, group: Group): Buffer {
	const extensions = Buffer.concat([
		extension(SUPPORTED_VERSIONS, uint(NUMBERS['TLSv1.3'], 2)),
		extension(KEY_SHARE, uint(GROUPS[group].number, 2)),
	]);
	const hello = Buffer.concat([
		uint(NUMBERS['TLSv1.2'], 2),
		Buffer.from(RETRY, 'hex'),
		vector(1, sessionId),
		uint(SUITES[suite].number, 2),
		Buffer.of(0),
		vector(2, extensions),
	]);
	return record(NUMBERS['TLSv1.2'], [message(SERVER_HELLO, hello)]);
}

/** SERVER-HELLO of SSL 2.0: one X.509 certificate, RC4 with MD5. */
function helloOfSsl2([leaf = Buffer.alloc(0)]: readonly Buffer[]): Buffer {
	const kinds = Buffer.from('010080', 'hex');
	const id = randomBytes(16);
	const hello = Buffer.concat([
		Buffer.of(4, 0, 1),
		uint(NUMBERS.SSLv2, 2),
		uint(leaf.length, 2),
		uint(kinds.length, 2),
		uint(id.length, 2),
		leaf,
		kinds,
		id,
	]);
	return Buffer.concat([uint(0x8000 | hello.length, 2), hello]);
}

// ── Octets ───────────────────────────────────────────────────────────────────────────────────────

const HANDSHAKE = 22;

function record(version: number, messages: readonly Buffer[]): Buffer {
	return Buffer.concat([
		Buffer.of(HANDSHAKE),
		uint(version, 2),
		vector(2, Buffer.concat(messages)),
	]);
}

/** Fatal, in a record that every version reads. */
function alertRecord(alert: number): Buffer {
	return Buffer.of(21, 3, 1, 0, 2, 2, alert);
}

function message(type: number, body: Buffer): Buffer {
	return Buffer.concat([Buffer.of(type), vector(3, body)]);
}

function extension(type: number, body: Buffer): Buffer {
	return Buffer.concat([uint(type, 2), vector(2, body)]);
}

function vector(size: number, body: Buffer): Buffer {
	return Buffer.concat([uint(body.length, size), body]);
}

function uint(value: number, size: number): Buffer {
	const bytes = Buffer.alloc(size);
	bytes.writeUIntBE(value, 0, size);
	return bytes;
}
