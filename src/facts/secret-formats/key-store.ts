import { createPrivateKey } from 'node:crypto';

const KEY_FILE =
	/\.(?:pem|key|p12|pfx|jks|keystore|bks|p8|pk8|der|kdbx?|ppk)$|(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/i;
/** Android's own key for debug builds, with a password that everybody has. */
const DEBUG = /(?:^|\/)debug\.(?:keystore|jks)$/i;

/** Whether a file is called as keys are. */
export const isKeyFileName = (path: string): boolean => KEY_FILE.test(path) && !DEBUG.test(path);

/** Which store of private keys a file is, by its bytes (latin1); `null` for text and everything else. */
export function keyStoreIn(bytes: string): string | null {
	if (bytes.startsWith('\xfe\xed\xfe\xed')) return hasJavaKey(bytes) ? 'a Java key store' : null;
	if (bytes.startsWith('\xce\xce\xce\xce')) return hasJavaKey(bytes) ? 'a Java key store' : null;
	if (KEEPASS.some((magic) => bytes.startsWith(magic))) return 'a KeePass database';
	if (!bytes.startsWith('\x30')) return null;
	if (KEY_BAGS.some((bag) => bytes.includes(bag))) return 'a PKCS#12 store';
	return isDerKey(bytes) ? 'a private key in DER' : null;
}

const KEEPASS = ['\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5', '\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5'];

/** RFC 7292 §4.2.1 and §4.2.2: a key, open or under a passphrase. Stores of certificates have neither. */
const KEY_BAGS = [
	'\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01',
	'\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02',
];

/** Entries one after the other, tag 1 a private key, 2 a trusted certificate, 3 a secret key. */
function hasJavaKey(bytes: string): boolean {
	const buffer = Buffer.from(bytes, 'latin1');
	if (buffer.length < 12) return false;
	const version = buffer.readUInt32BE(4);
	let at = 12;
	for (let left = Math.min(buffer.readUInt32BE(8), 5_000); left > 0; left--) {
		if (at + 6 > buffer.length) return false;
		if (buffer.readUInt32BE(at) !== 2) return true;
		at = behindCertificate(buffer, at, version);
	}
	return false;
}

function behindCertificate(buffer: Buffer, tagAt: number, version: number): number {
	const short = (at: number) => (at + 2 <= buffer.length ? buffer.readUInt16BE(at) : 0);
	const word = (at: number) => (at + 4 <= buffer.length ? buffer.readUInt32BE(at) : 0);
	// Alias, date, and from version 2 on the certificate's type.
	let at = tagAt + 4 + 2 + short(tagAt + 4) + 8;
	if (version >= 2) at += 2 + short(at);
	return at + 4 + word(at);
}

function isDerKey(bytes: string): boolean {
	if (bytes.length > 16_384) return false;
	const key = Buffer.from(bytes, 'latin1');
	return (['pkcs8', 'pkcs1', 'sec1'] as const).some((type) => {
		try {
			createPrivateKey({ key, format: 'der', type });
			return true;
		} catch {
			return false;
		}
	});
}
