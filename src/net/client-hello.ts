import { isIP } from 'node:net';
import type { HelloRequest, HelloVersion } from '../core/io.ts';

/** ProtocolVersion (RFC 8446 §4.2.1 and before). */
export const VERSION_NUMBERS: Readonly<Record<HelloVersion, number>> = {
	SSLv2: 0x0002,
	SSLv3: 0x0300,
	TLSv1: 0x0301,
	'TLSv1.1': 0x0302,
	'TLSv1.2': 0x0303,
	'TLSv1.3': 0x0304,
};

type Offer = Omit<HelloRequest, 'address' | 'port' | 'again'>;

/** 32 octets for ClientHello.random, and 32 for the session id of TLS 1.3 (RFC 8446 §D.4). */
export const ENTROPY_BYTES = 64;

/** The first octets of a connection: one record with a ClientHello. `entropy` has `ENTROPY_BYTES`. */
export function clientHello(offer: Offer, entropy: Buffer): Buffer {
	if (offer.version === 'SSLv2') return helloOfSsl2(entropy.subarray(0, 16));
	const is13 = offer.version === 'TLSv1.3';
	const version = VERSION_NUMBERS[offer.version];
	const fixed = Buffer.concat([
		uint(Math.min(version, VERSION_NUMBERS['TLSv1.2']), 2),
		entropy.subarray(0, 32),
		vector(1, is13 ? entropy.subarray(32, 64) : Buffer.alloc(0)),
		vector(2, numbers(offer.suites)),
		vector(1, offer.compression === true && !is13 ? Buffer.of(DEFLATE, 0) : Buffer.of(0)),
	]);
	const message = padded(fixed, extensions(offer));
	const handshake = Buffer.concat([Buffer.of(CLIENT_HELLO), vector(3, message)]);
	const record = Math.min(version, VERSION_NUMBERS.TLSv1);
	return Buffer.concat([Buffer.of(HANDSHAKE), uint(record, 2), vector(2, handshake)]);
}

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const DEFLATE = 1;

/** CIPHER-KIND of the SSL 2.0 specification: RC4, RC4 export, RC2, RC2 export, IDEA, DES, 3DES. */
const SSL2_KINDS = '010080020080030080040080050080060040' + '0700c0';

function helloOfSsl2(challenge: Buffer): Buffer {
	const kinds = Buffer.from(SSL2_KINDS, 'hex');
	const message = Buffer.concat([
		Buffer.of(CLIENT_HELLO),
		uint(VERSION_NUMBERS.SSLv2, 2),
		uint(kinds.length, 2),
		uint(0, 2),
		uint(challenge.length, 2),
		kinds,
		challenge,
	]);
	return Buffer.concat([uint(0x8000 | message.length, 2), message]);
}

// ── Extensions ───────────────────────────────────────────────────────────────────────────────────

const EXTENSION = {
	serverName: 0,
	statusRequest: 5,
	supportedGroups: 10,
	pointFormats: 11,
	signatureAlgorithms: 13,
	alpn: 16,
	timestamps: 18,
	padding: 21,
	extendedMasterSecret: 23,
	sessionTicket: 35,
	supportedVersions: 43,
	keyShare: 51,
	renegotiationInfo: 0xff01,
} as const;

/** Every scheme that a server's certificate may need, the weak ones last (IANA TLS SignatureScheme). */
const SIGNATURE_SCHEMES = [
	0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601, 0x0809, 0x080a, 0x080b,
	0x0807, 0x0808, 0x0402, 0x0303, 0x0301, 0x0302, 0x0203, 0x0201, 0x0202, 0x0101,
] as const;

/** SSL 3.0 knew none, and some of its servers stumble over them. */
function extensions(offer: Offer): readonly Buffer[] {
	if (offer.version === 'SSLv3') return [];
	const is13 = offer.version === 'TLSv1.3';
	const { alpn, groups = [] } = offer;
	return [
		...serverName(offer),
		extension(EXTENSION.extendedMasterSecret, Buffer.alloc(0)),
		...(is13 ? [] : [extension(EXTENSION.renegotiationInfo, Buffer.of(0))]),
		...(groups.length > 0
			? [extension(EXTENSION.supportedGroups, vector(2, numbers(groups)))]
			: []),
		...(groups.length > 0 && !is13
			? [extension(EXTENSION.pointFormats, vector(1, Buffer.of(0)))]
			: []),
		...(is13 ? [] : [extension(EXTENSION.sessionTicket, Buffer.alloc(0))]),
		...(alpn === undefined
			? []
			: [extension(EXTENSION.alpn, vector(2, Buffer.concat(alpn.map(protocolName))))]),
		// OCSP, with no responder named and no extension.
		...(offer.staple === true
			? [extension(EXTENSION.statusRequest, Buffer.of(1, 0, 0, 0, 0))]
			: []),
		...signatureAlgorithms(offer),
		...(offer.timestamps === true ? [extension(EXTENSION.timestamps, Buffer.alloc(0))] : []),
		...(is13
			? [
					extension(EXTENSION.supportedVersions, vector(1, numbers([VERSION_NUMBERS['TLSv1.3']]))),
					// No share: the server names the group that it wants (RFC 8446 §4.2.8).
					extension(EXTENSION.keyShare, vector(2, Buffer.alloc(0))),
				]
			: []),
	];
}

/** A name, never an address (RFC 6066 §3). */
function serverName({ host, withoutName }: Offer): readonly Buffer[] {
	const name = host.replace(/(?<=.)\.$/, '');
	if (withoutName === true || isIP(name) !== 0) return [];
	const entry = Buffer.concat([Buffer.of(0), vector(2, Buffer.from(name, 'latin1'))]);
	return [extension(EXTENSION.serverName, vector(2, entry))];
}

/** RFC 5246 §7.4.1.4.1: from TLS 1.2 on. */
function signatureAlgorithms({ version, signatureSchemes }: Offer): readonly Buffer[] {
	if (version !== 'TLSv1.2' && version !== 'TLSv1.3') return [];
	const schemes = signatureSchemes ?? SIGNATURE_SCHEMES;
	return [extension(EXTENSION.signatureAlgorithms, vector(2, numbers(schemes)))];
}

/**
 * RFC 7685: load balancers are known that hang on a hello of 256 to 511 octets. A hello without any
 * extension has none to pad.
 */
function padded(fixed: Buffer, list: readonly Buffer[]): Buffer {
	if (list.length === 0) return fixed;
	const length = MESSAGE_HEADER + fixed.length + 2 + Buffer.concat(list).length;
	if (length < 256 || length >= 512) return Buffer.concat([fixed, vector(2, Buffer.concat(list))]);
	const missing = Math.max(1, 512 - length - EXTENSION_HEADER);
	const padding = extension(EXTENSION.padding, Buffer.alloc(missing));
	return Buffer.concat([fixed, vector(2, Buffer.concat([...list, padding]))]);
}

const MESSAGE_HEADER = 4;
const EXTENSION_HEADER = 4;

// ── Octets ───────────────────────────────────────────────────────────────────────────────────────

function uint(value: number, size: number): Buffer {
	const bytes = Buffer.alloc(size);
	bytes.writeUIntBE(value, 0, size);
	return bytes;
}

function numbers(list: readonly number[]): Buffer {
	return Buffer.concat(list.map((one) => uint(one, 2)));
}

/** A vector with its length before it (RFC 8446 §3.4). */
function vector(size: number, body: Buffer): Buffer {
	return Buffer.concat([uint(body.length, size), body]);
}

function extension(type: number, body: Buffer): Buffer {
	return Buffer.concat([uint(type, 2), vector(2, body)]);
}

function protocolName(name: string): Buffer {
	return vector(1, Buffer.from(name, 'latin1'));
}
