import type { HttpAnswered } from '../../core/io.ts';
import type { HashAlgorithm } from './csp-source.ts';

/** One hash of an `integrity` attribute. */
export interface IntegrityHash {
	readonly algorithm: HashAlgorithm;
	/** Base64, as written. */
	readonly value: string;
}

const HASH = /^(sha256|sha384|sha512)-([a-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?$/i;

const STRENGTH: readonly HashAlgorithm[] = ['sha512', 'sha384', 'sha256'];

/**
 * The hashes that count (Subresource Integrity §3.3.2, §3.3.3): of the strongest algorithm alone. Empty
 * where nothing of the attribute can be read; browsers then load the file as if there were none.
 */
export function countingHashes(integrity: string | null): readonly IntegrityHash[] {
	const all = (integrity ?? '').split(/[\t\n\f\r ]+/).flatMap((text): readonly IntegrityHash[] => {
		const [, algorithm, value] = HASH.exec(text) ?? [];
		if (algorithm === undefined || value === undefined) return [];
		return [{ algorithm: algorithm.toLowerCase() as HashAlgorithm, value }];
	});
	const strongest = STRENGTH.find((one) => all.some(({ algorithm }) => algorithm === one));
	return all.filter(({ algorithm }) => algorithm === strongest);
}

/**
 * Whether a body is what an attribute says; `null` where that cannot be told: nothing in it counts, the
 * body was not read to its end, or the hash was not asked for.
 */
export function hasIntegrity(integrity: string | null, { body }: HttpAnswered): boolean | null {
	const hashes = countingHashes(integrity);
	const actual = hashes[0] === undefined ? undefined : body[hashes[0].algorithm];
	if (body.truncated || actual === undefined) return null;
	const bytes = Buffer.from(actual, 'hex');
	return hashes.some(({ value }) => Buffer.from(value, 'base64').equals(bytes));
}

/** The attribute for a body, by SHA-384; `null` where it cannot be told. */
export function integrityOf({ body }: HttpAnswered): string | null {
	if (body.truncated || body.sha384 === undefined) return null;
	return `sha384-${Buffer.from(body.sha384, 'hex').toString('base64')}`;
}
