import { constants, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto';
import { type DkimKeyRecord, parseDkimKey } from './dkim-key.ts';
import type { DkimSignature } from './dkim-signature.ts';
import { type Found, mailTexts } from './mail-lookups.ts';

/** What a verifier makes of one signature. Weak and expired ones are judged apart: it may still fit. */
export type DkimStanding =
	/** It fits header, body and key. */
	| { readonly kind: 'fits'; readonly bits: number | null }
	/** The signature itself is no valid one. */
	| { readonly kind: 'malformed'; readonly says: string }
	/** There is no key at its name, or a revoked one. */
	| { readonly kind: 'no-key'; readonly says: string }
	/** The key is there and may not or cannot verify this signature. */
	| { readonly kind: 'key-unusable'; readonly says: string }
	/** The body is another than the one that was signed. */
	| { readonly kind: 'body-altered'; readonly bits: number | null }
	/** Header fields were altered, or another key signed. */
	| { readonly kind: 'header-altered'; readonly bits: number | null }
	/** DNS gave no answer. */
	| { readonly kind: 'no-answer'; readonly says: string };

/** DigestInfo (RFC 8017 §9.2) before the hash. */
const DIGEST_INFO = {
	'rsa-sha256': '3031300d060960864801650304020105000420',
	'rsa-sha1': '3021300906052b0e03021a05000414',
} as const;
/** SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4) before the key. */
const ED25519_SPKI = '302a300506032b6570032100';

/** Where a signature's key is published (RFC 6376 §3.6.2.1). */
export function keyName({ domain, selector }: Pick<DkimSignature, 'domain' | 'selector'>): string {
	return `${selector}._domainkey.${domain}`;
}

/**
 * Verifies by what DNS says at `keyName` (RFC 6376 §6.1). Several records there: one that fits is enough,
 * as receivers that take the first would be luck. Never throws.
 */
export function verifySignature(signature: DkimSignature, found: Found): DkimStanding {
	const [fault] = signature.faults;
	if (fault !== undefined) return { kind: 'malformed', says: fault };
	if (found.kind === 'pending') return { kind: 'no-answer', says: 'it was not asked' };
	if (found.kind === 'failed') return { kind: 'no-answer', says: found.detail };
	const keys = mailTexts(found.answer).map(({ text }) => parseDkimKey(text));
	const standings = keys.map((record) => standingBy(signature, record));
	return (
		standings.find(({ kind }) => kind === 'fits') ??
		standings.find(({ kind }) => kind !== 'key-unusable' && kind !== 'no-key') ??
		standings[0] ?? {
			kind: 'no-key',
			says: `${keyName(signature)} has no TXT record`,
		}
	);
}

function standingBy(signature: DkimSignature, record: DkimKeyRecord): DkimStanding {
	const name = keyName(signature);
	if (record.key.kind === 'revoked') return { kind: 'no-key', says: `${name} is revoked (p=)` };
	const unusable = reasonAgainst(signature, record);
	if (unusable !== null) return { kind: 'key-unusable', says: `${name} ${unusable}` };
	const bits = record.key.kind === 'rsa' ? record.key.bits : null;
	if (signature.bodyHash.signed !== signature.bodyHash.seen) return { kind: 'body-altered', bits };
	return { kind: isSigned(signature, record) ? 'fits' : 'header-altered', bits };
}

/** RFC 6376 §6.1.2, in words that follow the key's name. */
function reasonAgainst(
	{ algorithm, identity, domain }: DkimSignature,
	{ key, faults, hashes, services, tags }: DkimKeyRecord,
): string | null {
	if (faults.length > 0) return `holds a record that is no valid key: ${faults[0]}`;
	if (key.kind === 'undecodable') return `holds a key that cannot be read: ${key.says}`;
	const type = algorithm === 'ed25519-sha256' ? 'ed25519' : 'rsa';
	if (key.kind !== type) return `holds a key of another type than ${type}`;
	const hash = algorithm === 'rsa-sha1' ? 'sha1' : 'sha256';
	if (hashes.length > 0 && !hashes.includes(hash)) return `does not allow ${hash} (h=)`;
	if (!services.includes('*') && !services.includes('email')) return 'is not for mail (s=)';
	const flags = tags.find(({ name }) => name === 't')?.value.split(':') ?? [];
	const isStrict = flags.some((flag) => flag.trim() === 's');
	if (isStrict && identity !== domain) return `allows no sub-domain in i= (t=s)`;
	return null;
}

function isSigned(
	{ algorithm, headerHash, signature }: DkimSignature,
	{ tags }: DkimKeyRecord,
): boolean {
	const p = tags.find(({ name }) => name === 'p')?.value.replace(/\s+/g, '') ?? '';
	const bytes = Buffer.from(signature, 'base64');
	try {
		if (algorithm === 'ed25519-sha256') {
			const key = publicKey(Buffer.concat([hex(ED25519_SPKI), Buffer.from(p, 'base64')]), 'spki');
			// RFC 8463 §3: PureEdDSA over the hash, not over the data.
			return key !== null && verify(null, hex(headerHash), key, bytes);
		}
		if (algorithm === null) return false;
		const der = Buffer.from(p, 'base64');
		const key = publicKey(der, 'spki') ?? publicKey(der, 'pkcs1');
		if (key === null) return false;
		const padding = constants.RSA_PKCS1_PADDING;
		// Compared whole (RFC 8017 §8.2.2): bytes behind the hash would make forgery easy.
		return publicDecrypt({ key, padding }, bytes).equals(hex(DIGEST_INFO[algorithm] + headerHash));
	} catch {
		return false;
	}
}

function publicKey(der: Buffer, type: 'spki' | 'pkcs1'): KeyObject | null {
	try {
		return createPublicKey({ key: der, format: 'der', type });
	} catch {
		return null;
	}
}

function hex(text: string): Buffer {
	return Buffer.from(text, 'hex');
}
