import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { CheckState } from './secret-checksum.ts';
import { type Match, PLAIN, type Traits } from './secret-match.ts';
import { rule, type SecretRule } from './secret-rule.ts';

/** Longest block that is read: an RSA key of 16,384 bits, quoted line by line. */
const LONGEST = 20_000;

const KEY = { kind: 'private-key', anchors: ['private key', 'putty-user-key-file'] } as const;
const NEW_KEY = 'https://docs.openssl.org/master/man1/openssl-genpkey/';
const PEM = rule('Private', 'key', NEW_KEY, '-----BEGIN ', KEY);
const OPENSSH = rule(
	'OpenSSH',
	'private key',
	'https://man.openbsd.org/ssh-keygen',
	'-----BEGIN ',
	KEY,
);
const PGP = rule(
	'PGP',
	'private key',
	'https://www.gnupg.org/documentation/manuals/gnupg/OpenPGP-Key-Management.html',
	'-----BEGIN ',
	KEY,
);
const PUTTY = rule(
	'PuTTY',
	'private key',
	'https://man.openbsd.org/ssh-keygen',
	'PuTTY-User-Key-File-',
	KEY,
);

const SERVICE_ACCOUNT = rule(
	'Google',
	'service account key',
	'https://console.cloud.google.com/iam-admin/serviceaccounts',
	'-----BEGIN ',
	KEY,
);

export const KEY_RULES: readonly SecretRule[] = [PEM, OPENSSH, PGP, PUTTY, SERVICE_ACCOUNT];
export const KEY_ANCHORS: readonly string[] = [' private key', 'putty-user-key-file-'];

/** First 22 base64url digits of the moduli of RSA keys that everybody has. */
const PUBLISHED: ReadonlySet<string> = new Set([
	// RFC 7515 appendix A.2
	'ofgWCuLjybRlzo0tZWJjNi',
	// RFC 7517 appendix A.2
	'0vx7agoebGcQSuuPiLJXZp',
	// the sample at jwt.io
	'u1SU1LfVLPHCozMxH2Mo4l',
	// Vagrant's insecure key
	'6NF8iallvQVp22WDkTkyrt',
]);

/** Whether a modulus (base64url, as in a JWK) is of a key that is published for tests. */
export function isPublishedModulus(modulus: string): boolean {
	return PUBLISHED.has(modulus.slice(0, 22));
}

/** The block around a hit on one of `KEY_ANCHORS`; `null` where only its name is written. */
export function keyAt(text: string, hit: number): Match | null {
	const from = Math.max(0, hit - 60);
	const begin = text.slice(from, hit + 1).lastIndexOf('-----BEGIN ');
	if (begin !== -1) return pemAt(text, from + begin);
	return text.startsWith('PuTTY-User-Key-File-', hit) ? puttyAt(text, hit) : null;
}

const HEADER = /-----BEGIN ((?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?)-----/y;

function pemAt(text: string, begin: number): Match | null {
	HEADER.lastIndex = begin;
	const label = HEADER.exec(text)?.[1];
	if (label === undefined) return null;
	const footer = `-----END ${label}-----`;
	const bodyAt = HEADER.lastIndex;
	const length = text.slice(bodyAt, bodyAt + LONGEST).indexOf(footer);
	if (length === -1) return null;
	const stop = bodyAt + length;
	const block = text.slice(bodyAt, stop);
	const lines = linesOf(block);
	const body = lines.filter((line) => !line.includes(':')).join('');
	const base64 = body.replace(/[^A-Za-z0-9+/=]/g, '');
	// An ellipsis, an interpolation, a word: somebody shows the form.
	if (base64.length < 40 || /[<{$]|\.\.\./.test(block)) return null;
	const parsed = parsedKey(label, lines, base64);
	return {
		rule: ruleFor(label, text.slice(Math.max(0, begin - 600), begin)),
		rank: 'exact',
		start: begin,
		end: stop + footer.length,
		value: base64,
		state: parsed.state,
		traits: { ...PLAIN, encrypted: parsed.encrypted, published: parsed.published },
	};
}

function ruleFor(label: string, before: string): SecretRule {
	if (label.startsWith('PGP')) return PGP;
	if (label.startsWith('OPENSSH')) return OPENSSH;
	return /service_account[^}]{0,400}private_key\\?"\s{0,4}:\s{0,4}\\?"$/.test(before)
		? SERVICE_ACCOUNT
		: PEM;
}

/**
 * A block in source: real or written line ends, quotes, joins, indentation, comment and diff marks.
 * `+` and `/` are digits of base64, so they are marks only where something else shows it.
 */
function linesOf(block: string): readonly string[] {
	const lines = block
		.replace(/\\r|\\n|\\\\n|\\u000a/gi, '\n')
		.split('\n')
		.map((line) => line.trim())
		.map((line) => /["'`]([^"'`]+)["'`]/.exec(line)?.[1] ?? line)
		.map((line) =>
			line
				.replace(/^["'`]+|["'`\\,;]+$/g, '')
				.replace(/^(?:[#*>|-]|\/\/) +/, '')
				.trim(),
		)
		.filter((line) => line !== '' && line !== '+');
	const isPatch = lines.length > 1 && lines.every((line) => line.startsWith('+'));
	return isPatch ? lines.map((line) => line.slice(1)) : lines;
}

interface Parsed {
	readonly state: CheckState;
	readonly encrypted: boolean;
	readonly published: boolean;
}

function parsedKey(label: string, lines: readonly string[], base64: string): Parsed {
	const bytes = Buffer.from(base64, 'base64');
	const encrypted = label.startsWith('ENCRYPTED') || lines.some((line) => /^DEK-Info:/.test(line));
	if (label.startsWith('OPENSSH')) return opensshKey(bytes);
	if (label.startsWith('PGP')) {
		// RFC 9580 §4.2: the first octet of a packet has its highest bit set.
		const state = ((bytes[0] ?? 0) & 0x80) === 0 ? 'impossible' : 'parsed';
		return { state, encrypted: false, published: false };
	}
	if (encrypted || isDiffieHellman(bytes)) return { state: 'parsed', encrypted, published: false };
	try {
		const pem = `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END ${label}-----\n`;
		const key = createPrivateKey(pem);
		// Keys on some curves are sound and have no form in JSON.
		const isRsa = key.asymmetricKeyType === 'rsa';
		const modulus = isRsa ? createPublicKey(key).export({ format: 'jwk' }).n : '';
		return { state: 'parsed', encrypted, published: isPublishedModulus(modulus ?? '') };
	} catch {
		return { state: 'impossible', encrypted, published: false };
	}
}

/** PKCS #3 and X9.42: OpenSSL proves the prime before it takes the key, which takes a second. */
function isDiffieHellman(bytes: Buffer): boolean {
	const head = bytes.toString('hex', 0, 40);
	return head.includes('06092a864886f70d010301') || head.includes('06072a8648ce3e0201');
}

/** PROTOCOL.key: a magic, then the cipher's name behind its length. */
function opensshKey(bytes: Buffer): Parsed {
	const magic = 'openssh-key-v1\0';
	if (bytes.toString('latin1', 0, magic.length) !== magic) {
		return { state: 'impossible', encrypted: false, published: false };
	}
	const length = bytes.length >= magic.length + 4 ? bytes.readUInt32BE(magic.length) : 0;
	const cipher = bytes.toString(
		'latin1',
		magic.length + 4,
		magic.length + 4 + Math.min(length, 64),
	);
	return { state: 'parsed', encrypted: cipher !== 'none', published: false };
}

const PUTTY_FILE =
	/PuTTY-User-Key-File-[23]: [\w@.-]{3,40}\s{1,2}Encryption: ([\w-]{3,20})\s{1,2}Comment: [^\n]{0,200}\n/y;

function puttyAt(text: string, hit: number): Match | null {
	PUTTY_FILE.lastIndex = hit;
	const header = PUTTY_FILE.exec(text);
	const file = text.slice(hit, hit + LONGEST);
	const lines = file.indexOf('Private-Lines:');
	const stop = file.indexOf('Private-MAC:');
	if (header === null || lines === -1 || stop < lines) return null;
	const traits: Traits = { ...PLAIN, encrypted: header[1] !== 'none' };
	const value = file.slice(lines, stop);
	return {
		rule: PUTTY,
		rank: 'exact',
		start: hit,
		end: hit + stop,
		value,
		state: 'parsed',
		traits,
	};
}
