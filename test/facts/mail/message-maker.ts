import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import type { DkimSignature } from '../../../src/facts/mail/dkim-signature.ts';
import { dkimSignatures } from '../../../src/facts/mail/dkim-signature.ts';
import {
	type DkimStanding,
	keyName,
	verifySignature,
} from '../../../src/facts/mail/dkim-verify.ts';
import type { Found } from '../../../src/facts/mail/mail-lookups.ts';
import { readSource } from '../../../src/facts/mail/message-source.ts';

export interface SigningKey {
	readonly type: 'rsa' | 'ed25519';
	readonly secret: KeyObject;
	/** The TXT record of its public half. */
	readonly record: string;
}

export function rsaKey(modulusLength = 2048): SigningKey {
	const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
	const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
	return { type: 'rsa', secret: privateKey, record: `v=DKIM1; k=rsa; p=${p}` };
}

export function ed25519Key(): SigningKey {
	const { privateKey, publicKey } = generateKeyPairSync('ed25519');
	const p = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
	return { type: 'ed25519', secret: privateKey, record: `v=DKIM1; k=ed25519; p=${p}` };
}

export interface Signing {
	readonly key: SigningKey;
	readonly domain: string;
	readonly selector: string;
	/** Names in `h=`. */
	readonly names?: readonly string[];
	readonly form?: 'simple/simple' | 'relaxed/relaxed' | 'simple/relaxed' | 'relaxed/simple';
	readonly hash?: 'sha256' | 'sha1';
	/** More tags, `t=1; x=2`. */
	readonly tags?: string;
}

const NAMES = ['from', 'to', 'subject', 'date', 'message-id'];

/**
 * Puts a DKIM-Signature before a message, written apart from the product's own code: the message must
 * have LF line ends and is given back with CRLF.
 */
export function signed(message: string, how: Signing): string {
	const { key, domain, selector, names = NAMES, form = 'relaxed/relaxed', hash = 'sha256' } = how;
	const [head = '', ...rest] = message.split('\n\n');
	const fields = head
		.replaceAll('\n ', '\r\n ')
		.replaceAll('\n\t', '\r\n\t')
		.split(/(?<!\r)\n/);
	const body = rest.join('\n\n').replaceAll('\n', '\r\n');
	const [ofHeader, ofBody] = form.split('/');
	const tag = /(?:^|; )l=(\d+)/.exec(how.tags ?? '')?.[1];
	const covered = (ofBody === 'simple' ? simpleBody(body) : relaxedBody(body)).slice(
		0,
		tag === undefined ? undefined : Number(tag),
	);
	const bh = createHash(hash).update(covered, 'latin1').digest('base64');
	const tags = [
		`v=1; a=${key.type}-${hash}; c=${form}; d=${domain}; s=${selector}`,
		...(how.tags === undefined ? [] : [how.tags]),
		`h=${names.join(':')}`,
		`bh=${bh}`,
		'b=',
	];
	const own = `DKIM-Signature: ${tags.join(';\r\n ')}`;
	const canon = (field: string) => (ofHeader === 'simple' ? field : relaxedField(field));
	const left = [...fields];
	const chosen = names.flatMap((name) => {
		const at = left.findLastIndex((field) =>
			field.toLowerCase().startsWith(`${name.toLowerCase()}:`),
		);
		return at === -1 ? [] : left.splice(at, 1);
	});
	const data = [...chosen.map(canon), canon(own)].join('\r\n');
	const bytes =
		key.type === 'ed25519'
			? sign(null, createHash('sha256').update(data, 'latin1').digest(), key.secret)
			: sign(hash === 'sha1' ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(data, 'latin1'), key.secret);
	const b = bytes.toString('base64').replace(/(.{70})/g, '$1\r\n  ');
	return `${[own + b, ...fields].join('\r\n')}\r\n\r\n${body}`;
}

function simpleBody(body: string): string {
	return `${body.replace(/(?:\r\n)+$/, '')}\r\n`;
}

function relaxedBody(body: string): string {
	const text = body.replace(/[ \t]+/g, ' ').replace(/ (?=\r\n|$)/g, '');
	const kept = text.replace(/(?:\r\n)+$/, '');
	return kept === '' ? '' : `${kept}\r\n`;
}

function relaxedField(field: string): string {
	const colon = field.indexOf(':');
	const value = field
		.slice(colon + 1)
		.replaceAll('\r\n', '')
		.replace(/[ \t]+/g, ' ')
		.trim();
	return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
}

/** What DNS would answer for a key; `null` for NXDOMAIN. */
function foundAt(text: string | null): Found {
	if (text === null) {
		const answer = {
			...EMPTY_ANSWER,
			status: 'nxdomain',
			server: '',
			transport: 'udp',
			detail: '',
		} as const;
		return { kind: 'answered', absent: 'nxdomain', answer };
	}
	const strings = text.match(/.{1,255}/gs) ?? [''];
	const record = {
		owner: '',
		type: 'TXT',
		ttl: 300,
		text,
		data: { type: 'TXT', strings },
	} as const;
	const answer = {
		...EMPTY_ANSWER,
		records: [record],
		status: 'ok',
		server: '',
		transport: 'udp',
		detail: '',
	} as const;
	return { kind: 'answered', absent: null, answer };
}

export function signaturesIn(message: string): readonly DkimSignature[] {
	const source = readSource(message);
	if (source.kind !== 'message') throw new Error(source.why);
	return dkimSignatures(source).signatures;
}

/** Each signature's standing, with keys by name. */
export function standingsOf(
	message: string,
	keys: Readonly<Record<string, string>>,
): readonly DkimStanding[] {
	return signaturesIn(message).map((one) =>
		verifySignature(one, foundAt(keys[keyName(one)] ?? null)),
	);
}
