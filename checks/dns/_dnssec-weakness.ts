import type { DnssecSurvey, SeenKey } from '../../src/sdk.ts';
import type { Reading } from './_dnssec-reading.ts';

/** IANA's registry: what it names, validated or not. The rest is unassigned or reserved. */
const NAMES: Readonly<Record<number, string>> = {
	1: 'RSA/MD5',
	2: 'Diffie-Hellman',
	3: 'DSA/SHA-1',
	5: 'RSA/SHA-1',
	6: 'DSA/SHA-1 with NSEC3',
	7: 'RSA/SHA-1 with NSEC3',
	8: 'RSA/SHA-256',
	10: 'RSA/SHA-512',
	12: 'GOST R 34.10-2001',
	13: 'ECDSA P-256',
	14: 'ECDSA P-384',
	15: 'Ed25519',
	16: 'Ed448',
	17: 'SM2',
	23: 'GOST R 34.10-2012',
	252: 'indirect keys',
	253: 'a private algorithm',
	254: 'a private algorithm',
};

/** RFC 8624 §3.1: must not or should not be used for signing. */
const WEAK: readonly number[] = [1, 3, 5, 6, 7, 12];
const SMALLEST_RSA = 2048;
const SHA1 = 1;
const KNOWN_DIGESTS: readonly number[] = [1, 2, 3, 4, 5, 6];

const algorithmText = (algorithm: number): string =>
	`${NAMES[algorithm] ?? 'algorithm'} (${algorithm})`;

/** Algorithms that nobody assigned, and digests where no DS has one that is known; in words. */
export function unknownIn({ ds }: DnssecSurvey, keys: readonly SeenKey[]): readonly string[] {
	const algorithms = [...ds, ...keys].map(({ algorithm }) => algorithm);
	const unassigned = algorithms.filter((algorithm) => NAMES[algorithm] === undefined);
	const digests = ds.map(({ digestType }) => digestType);
	const hasKnown = digests.some((digest) => KNOWN_DIGESTS.includes(digest));
	return [
		...[...new Set(unassigned)].sort((a, b) => a - b).map((one) => `algorithm ${one}`),
		...(hasKnown ? [] : [...new Set(digests)].map((digest) => `digest type ${digest}`)),
	];
}

/**
 * What signs and what the parent vouches for, where nothing better does both: two algorithms at once
 * are a roll-over that is under way.
 */
export function weakIn(
	{ ds }: DnssecSurvey,
	{ used, entries }: Reading,
): { readonly algorithms: readonly string[]; readonly onlySize: boolean } | null {
	const keys = [...used, ...entries];
	const vouched = (ds.length > 0 ? ds : keys).map(({ algorithm }) => algorithm);
	const signing = keys.map(({ algorithm }) => algorithm);
	const isWeak = (algorithm: number) => WEAK.includes(algorithm);
	const known = [...new Set([...vouched, ...signing])].filter((one) => NAMES[one] !== undefined);
	const hasBetter = known.some(
		(one) => !isWeak(one) && vouched.includes(one) && (keys.length === 0 || signing.includes(one)),
	);
	const weak = known.filter(isWeak);
	if (weak.length > 0 && !hasBetter) {
		return { algorithms: weak.sort((a, b) => a - b).map(algorithmText), onlySize: false };
	}
	const small = used.filter(({ bits }) => bits !== null && bits < SMALLEST_RSA);
	const texts = small.map(({ keyTag, bits }) => `key ${keyTag} of ${bits} bits`);
	return texts.length > 0 ? { algorithms: [...new Set(texts)], onlySize: true } : null;
}

export function hasOnlySha1({ ds }: DnssecSurvey): boolean {
	const isBetter = (digestType: number) => digestType === 2 || digestType === 4;
	return (
		ds.some(({ digestType }) => digestType === SHA1) &&
		!ds.some(({ digestType }) => isBetter(digestType))
	);
}

/** What the zone asks its parent for, where that is not what the parent has; `null` where it is. */
export function unmetRequest({
	requested,
	ds,
}: DnssecSurvey): { readonly wanted: readonly string[]; readonly isDelete: boolean } | null {
	if (requested === null || ds.length === 0) return null;
	const { cds, cdnskey } = requested;
	const isDelete = [...cds, ...cdnskey].some(({ algorithm }) => algorithm === 0);
	if (isDelete) return { wanted: [], isDelete };
	const nameOf = (one: { keyTag: number; algorithm: number }) => `${one.keyTag} ${one.algorithm}`;
	const present = new Set(ds.map(nameOf));
	const asks = [cds, cdnskey]
		.filter((list) => list.length > 0)
		.map((list) => new Set(list.map(nameOf)));
	const differs = asks.find(
		(wanted) => wanted.size !== present.size || [...wanted].some((one) => !present.has(one)),
	);
	const otherDigest = cds.find((one) =>
		ds.some(
			(each) =>
				nameOf(each) === nameOf(one) &&
				each.digestType === one.digestType &&
				each.digest !== one.digest,
		),
	);
	if (otherDigest !== undefined) return { wanted: [nameOf(otherDigest)], isDelete };
	return differs === undefined ? null : { wanted: [...differs].sort(), isDelete };
}
