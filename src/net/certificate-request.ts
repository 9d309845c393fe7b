import { createDecipheriv, createHmac, type DecipherGCM } from 'node:crypto';

/** What a client received in a handshake, and what is needed to read it. */
interface Received {
	/** From the first byte on. */
	readonly bytes: Buffer;
	/** TLS 1.3: the server's handshake traffic secret (RFC 8446 §7.1); `null` up to TLS 1.2. */
	readonly secret: Buffer | null;
	/** The suite, as OpenSSL names it; read only where there is a secret. */
	readonly cipher: string;
}

/**
 * Whether the server asked the client for a certificate: CertificateRequest, RFC 5246 §7.4.4 and
 * RFC 8446 §4.3.2. `null` where the bytes do not tell. What a server asks for later, by renegotiation
 * or after the handshake, is not seen. Never throws.
 */
export function certificateRequestIn(received: Received): boolean | null {
	const { bytes, secret } = received;
	const flight = secret === null ? inTheClear(bytes) : decrypted(bytes, secret, received.cipher);
	for (const type of messageTypes(flight)) {
		if (type === CERTIFICATE_REQUEST) return true;
		if (secret === null ? type === SERVER_HELLO_DONE : AFTER_REQUEST.has(type)) return false;
	}
	return null;
}

/** HandshakeType (RFC 8446 §4, RFC 5246 §7.4). */
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;
/** Certificate, Finished and CompressedCertificate (RFC 8879): TLS 1.3 asks before these or not at all. */
const AFTER_REQUEST: ReadonlySet<number> = new Set([11, 20, 25]);

/** ContentType (RFC 8446 §5.1). */
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

interface TlsRecord {
	readonly type: number;
	readonly header: Buffer;
	readonly body: Buffer;
}

function* recordsIn(bytes: Buffer): Generator<TlsRecord> {
	let at = 0;
	while (at + RECORD_HEADER <= bytes.length) {
		const header = bytes.subarray(at, at + RECORD_HEADER);
		const end = at + RECORD_HEADER + header.readUInt16BE(3);
		if (end > bytes.length) return;
		yield { type: header.readUInt8(0), header, body: bytes.subarray(at + RECORD_HEADER, end) };
		at = end;
	}
}

/** Messages may share a record, and span several. */
function* messageTypes(flight: Buffer): Generator<number> {
	let at = 0;
	while (at + MESSAGE_HEADER <= flight.length) {
		yield flight.readUInt8(at);
		at += MESSAGE_HEADER + flight.readUIntBE(at + 1, 3);
	}
}

/** The handshake up to where it goes on encrypted. */
function inTheClear(bytes: Buffer): Buffer {
	const parts: Buffer[] = [];
	for (const { type, body } of recordsIn(bytes)) {
		if (type !== HANDSHAKE) break;
		parts.push(body);
	}
	return Buffer.concat(parts);
}

const AEADS = {
	TLS_AES_128_GCM_SHA256: { name: 'aes-128-gcm', key: 16, hash: 'sha256' },
	TLS_AES_256_GCM_SHA384: { name: 'aes-256-gcm', key: 32, hash: 'sha384' },
	TLS_CHACHA20_POLY1305_SHA256: { name: 'chacha20-poly1305', key: 32, hash: 'sha256' },
} as const;

const IV = 12;
const TAG = 16;

/** The server's encrypted handshake messages (RFC 8446 §5.2), as far as they can be read. */
function decrypted(bytes: Buffer, secret: Buffer, cipher: string): Buffer {
	const aead = Object.hasOwn(AEADS, cipher) ? AEADS[cipher as keyof typeof AEADS] : null;
	if (aead === null) return Buffer.alloc(0);
	const key = expandLabel(secret, 'key', aead.key, aead.hash);
	const iv = expandLabel(secret, 'iv', IV, aead.hash);
	const parts: Buffer[] = [];
	let sequence = 0;
	for (const { type, header, body } of recordsIn(bytes)) {
		if (type !== APPLICATION_DATA) continue;
		if (body.length < TAG) break;
		const nonce = nonceOf(iv, sequence);
		// Node's types know this mode's methods by a literal name alone.
		const name = aead.name as 'aes-128-gcm';
		const decipher: DecipherGCM = createDecipheriv(name, key, nonce, { authTagLength: TAG });
		decipher.setAAD(header, { plaintextLength: body.length - TAG });
		decipher.setAuthTag(body.subarray(-TAG));
		const inner: Buffer = decipher.update(body.subarray(0, -TAG));
		if (!isAuthentic(decipher)) break;
		const end = inner.findLastIndex((byte) => byte !== 0);
		if (inner[end] !== HANDSHAKE) break;
		parts.push(inner.subarray(0, end));
		sequence += 1;
	}
	return Buffer.concat(parts);
}

/** What follows the handshake has another key. */
function isAuthentic(decipher: { final(): Buffer }): boolean {
	try {
		decipher.final();
		return true;
	} catch {
		return false;
	}
}

/** RFC 8446 §5.3. */
function nonceOf(iv: Buffer, sequence: number): Buffer {
	const nonce = Buffer.from(iv);
	nonce.writeUInt32BE((nonce.readUInt32BE(IV - 4) ^ sequence) >>> 0, IV - 4);
	return nonce;
}

/** HKDF-Expand-Label (RFC 8446 §7.1) with an empty context; one block is enough for keys. */
function expandLabel(secret: Buffer, label: string, length: number, hash: string): Buffer {
	const name = Buffer.from(`tls13 ${label}`);
	const info = Buffer.of(0, length, name.length, ...name, 0, 1);
	return createHmac(hash, secret).update(info).digest().subarray(0, length);
}
