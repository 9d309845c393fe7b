import {
	type ClockDoubt,
	type DnssecSurvey,
	type Fact,
	known,
	type SeenDenial,
	type SeenDs,
	type SeenKey,
	type SeenSet,
	type SeenSignature,
	type SigningServer,
	unknown,
} from '../../src/sdk.ts';
import type { DNSSEC_VERDICTS } from './_dnssec-verdicts.ts';

type Given = {
	readonly survey: Fact<DnssecSurvey>;
	readonly clock: Fact<ClockDoubt>;
	readonly panel: Fact<string | null>;
};

type Says = keyof typeof DNSSEC_VERDICTS | 'unknown' | 'blocked';

/** 2030-01-01T00:00:00Z, when examples are judged. */
const NOW = 1_893_456_000;
const HOUR = 3_600;
const DAY = 86_400;

/** One key for everything, ECDSA P-256, its DS at the parent, two servers: the sound zone of the examples. */
const CSK: SeenKey = {
	keyTag: 20326,
	algorithm: 13,
	flags: 257,
	wire: '0101030daa',
	bits: null,
	ds: `20326 13 2 ${'AB'.repeat(32)}`,
};
const OTHER: SeenKey = {
	...CSK,
	keyTag: 4711,
	wire: '0101030dbb',
	ds: `4711 13 2 ${'CD'.repeat(32)}`,
};
/** As RFC 5011 announces that a key is no longer to be trusted. */
const REVOKED_KEY: SeenKey = { ...CSK, keyTag: 20454, flags: 385, wire: '0181030daa' };

function keyWith(algorithm: number, bits: number | null = null): SeenKey {
	return { ...CSK, algorithm, bits, wire: `010103${algorithm.toString(16).padStart(2, '0')}cc` };
}

function dsOf(key: SeenKey, more: Partial<SeenDs> = {}): SeenDs {
	const { keyTag, algorithm, wire } = key;
	const digest = 'ab'.repeat(32);
	return { keyTag, algorithm, digestType: 2, digest, matches: [wire], isComputable: true, ...more };
}

function signedBy(
	{ keyTag, algorithm, wire }: SeenKey,
	more: Partial<SeenSignature> = {},
): SeenSignature {
	const period = { inception: NOW - 7 * DAY, expiration: NOW + 7 * DAY };
	return { keyTag, algorithm, result: 'valid', key: wire, ...period, ...more };
}

function setOf(owner: string, type: string, ...signatures: SeenSignature[]): SeenSet {
	return { owner, type, signatures };
}

function serverWith(
	number: number,
	key: SeenKey,
	more: Partial<SigningServer> = {},
): SigningServer {
	return {
		name: `ns${number}.example.com`,
		address: `203.0.113.${number}`,
		keys: [key],
		keySet: setOf('example.com', 'DNSKEY', signedBy(key)),
		sets: [setOf('example.com', 'SOA', signedBy(key)), setOf('example.com', 'A', signedBy(key))],
		denials: [],
		...more,
	};
}

const UNSIGNED = { keys: [], keySet: null, sets: [] } as const;

function surveyWith(key: SeenKey, more: Partial<DnssecSurvey> = {}): DnssecSurvey {
	const ds = more.ds ?? [dsOf(key)];
	return {
		zone: 'example.com',
		parent: 'com',
		via: 'servers',
		parents: [{ server: '198.51.100.3', records: ds.length > 0 ? ['aa'] : [], ttl: 3_600 }],
		parentPeriods: [],
		isParentUnsigned: false,
		servers: [serverWith(1, key), serverWith(2, key)],
		isStripped: false,
		validations: [],
		failsAbove: false,
		nsec3: null,
		requested: null,
		unasked: '',
		...more,
		ds,
	};
}

const given = (more: Partial<DnssecSurvey> = {}, key = CSK): Given => ({
	survey: known(surveyWith(key, more)),
	clock: unknown('not-asked', 'example'),
	panel: known('Cloudflare'),
});

/** The SOA of both servers with this signature instead. */
function soaWith(...signatures: SeenSignature[]): Partial<DnssecSurvey> {
	const sets = [setOf('example.com', 'SOA', ...signatures)];
	return { servers: [serverWith(1, CSK, { sets }), serverWith(2, CSK, { sets })] };
}

const ending = (seconds: number, period = 14 * DAY) =>
	soaWith(signedBy(CSK, { inception: NOW + seconds - period, expiration: NOW + seconds }));

const REFUSED: DnssecSurvey['validations'] = [
	{
		name: 'example.com',
		type: 'SOA',
		status: 'servfail',
		isAuthentic: false,
		unchecked: 'ok',
		detail: '6 (DNSSEC Bogus)',
	},
];

const DENIAL: SeenDenial = {
	name: 'lr-0.example.com',
	type: 'A',
	kind: 'nxdomain',
	proof: { outcome: 'proved', detail: '' },
	sets: [setOf('example.com', 'NSEC', signedBy(CSK))],
};

const deny = (more: Partial<SeenDenial>): Partial<DnssecSurvey> => {
	const denials = [{ ...DENIAL, ...more }];
	return { servers: [serverWith(1, CSK, { denials }), serverWith(2, CSK)] };
};

const missingProof = { outcome: 'faulty', detail: 'no NSEC record spans *.example.com' } as const;
const doubt = known({ ours: '2030-01-01T00:00:00Z', doubt: 'two servers say 2029-06-01' });
const expired = signedBy(CSK, { inception: NOW - 20 * DAY, expiration: NOW - 1 });
const cds = (key: SeenKey, more: Partial<SeenDs> = {}) => ({
	requested: { cds: [dsOf(key, more)], cdnskey: [] },
});

export function dnssecExamples<E>(
	example: (name: string, given: Given, says: Says) => E,
): readonly E[] {
	return [
		example('one key for everything', given(), 'validates'),
		example('as a resolver passes it on', given({ via: 'resolver' }), 'validates'),
		example('each server, as a resolver passes it on', given({ via: 'resolver' }), 'unknown'),
		example(
			'no DS and no key',
			given({ ds: [], servers: [serverWith(1, CSK, UNSIGNED)] }),
			'unsigned',
		),
		example(
			'nobody to ask',
			{ ...given(), survey: unknown('offline', 'the resolver does not answer') },
			'unknown',
		),
		example(
			'one server silent about its keys',
			given({ servers: [serverWith(1, CSK), serverWith(2, CSK, { ...UNSIGNED, keys: null })] }),
			'unknown',
		),
		example('nothing delegated', given({ unasked: 'missing' }), 'blocked'),
		example('no server answers', given({ unasked: 'no-server' }), 'blocked'),
		example(
			'no server gives its keys',
			given({ servers: [serverWith(1, CSK, { ...UNSIGNED, keys: null })] }),
			'unknown',
		),
		example(
			'no server gives its keys, and the resolver refuses',
			given({
				servers: [serverWith(1, CSK, { ...UNSIGNED, keys: null })],
				validations: REFUSED,
			}),
			'broken',
		),
		...chainExamples(example),
		...signatureExamples(example),
		...weaknessExamples(example),
	];
}

function chainExamples<E>(example: (name: string, given: Given, says: Says) => E): readonly E[] {
	const standby = serverWith(1, CSK, { keys: [CSK, OTHER] });
	const crossed = [
		serverWith(1, CSK, { keys: [CSK, OTHER] }),
		serverWith(2, OTHER, { keys: [CSK, OTHER] }),
	];
	return [
		example(
			'a DS and no key',
			given({ servers: [serverWith(1, CSK, UNSIGNED)] }),
			'ds-without-key',
		),
		example('the DS of another key', given({ ds: [dsOf(CSK, { matches: [] })] }), 'ds-mismatch'),
		example(
			'SHA-1 right, SHA-256 wrong: the better one counts',
			given({ ds: [dsOf(CSK, { digestType: 1 }), dsOf(CSK, { matches: [] })] }),
			'ds-mismatch',
		),
		example(
			'the DS names the keys of one server alone',
			given({ servers: [serverWith(1, CSK), serverWith(2, OTHER, { sets: [] })] }),
			'ds-mismatch',
		),
		example(
			'one server unsigned',
			given({ servers: [serverWith(1, CSK), serverWith(2, CSK, UNSIGNED)] }),
			'some-servers-unsigned',
		),
		example(
			'one server unsigned, no DS yet',
			given({ ds: [], servers: [serverWith(1, CSK), serverWith(2, CSK, UNSIGNED)] }),
			'some-servers-unsigned',
		),
		example(
			'two providers, each with its own key',
			given({ ds: [dsOf(CSK), dsOf(OTHER)], servers: [serverWith(1, CSK), serverWith(2, OTHER)] }),
			'two-signers',
		),
		example(
			'two providers that publish the keys of each other (RFC 8901)',
			given({ ds: [dsOf(CSK), dsOf(OTHER)], servers: crossed }),
			'validates',
		),
		example(
			'a revoked key beside the one in force (RFC 5011)',
			given({ servers: [serverWith(1, CSK, { keys: [CSK, REVOKED_KEY] })] }),
			'validates',
		),
		example(
			'the DS names a revoked key alone',
			given({ servers: [serverWith(1, REVOKED_KEY)] }, REVOKED_KEY),
			'ds-mismatch',
		),
		example('a standby key', given({ servers: [standby, standby] }), 'validates'),
		example(
			'a DS of an unknown digest type beside a good one',
			given({ ds: [dsOf(CSK), dsOf(CSK, { digestType: 5, matches: [], isComputable: false })] }),
			'validates',
		),
		example(
			'an old DS beside the one in force',
			given({ ds: [dsOf(CSK), dsOf(OTHER, { matches: [] })] }),
			'stale-ds',
		),
		example(
			'the resolver refuses, the parent too',
			given({ validations: REFUSED, failsAbove: true }),
			'broken',
		),
		example('the resolver refuses what is good here', given({ validations: REFUSED }), 'unknown'),
		example(
			"the parent's servers differ",
			given({
				parents: [
					{ server: '198.51.100.3', records: [`4f660d02${'ab'.repeat(32)}`], ttl: 3_600 },
					{ server: '198.51.100.4', records: [], ttl: null },
				],
			}),
			'ds-differs-at-parent',
		),
	];
}

function signatureExamples<E>(
	example: (name: string, given: Given, says: Says) => E,
): readonly E[] {
	const ahead = signedBy(CSK, { inception: NOW + 1, expiration: NOW + 9 * DAY });
	const other = setOf('example.com', 'DNSKEY', signedBy(OTHER));
	return [
		example('one second to go', given(ending(0, HOUR)), 'signature-expiring'),
		example('expired a second ago', given(soaWith(expired)), 'signature-expired'),
		example('expired, no DS', given({ ...soaWith(expired), ds: [] }), 'signature-expired'),
		example(
			'expired, by a clock in doubt',
			{ ...given(soaWith(expired)), clock: doubt },
			'unknown',
		),
		example('expired, beside a fresh one', given(soaWith(expired, signedBy(CSK))), 'validates'),
		example('valid in a second', given(soaWith(ahead)), 'signature-not-yet-valid'),
		example(
			'valid since this second',
			given(soaWith(signedBy(CSK, { inception: NOW }))),
			'validates',
		),
		example('no signature over the SOA', given(soaWith()), 'signature-missing'),
		example(
			'no signature, by a resolver that gives none',
			given({ ...soaWith(), isStripped: true }),
			'unknown',
		),
		example(
			'the key of the DS does not sign the keys',
			given({ servers: [serverWith(1, CSK, { keys: [CSK, OTHER], keySet: other })] }),
			'signature-missing',
		),
		example(
			'a record changed after signing',
			given(soaWith(signedBy(CSK, { result: 'invalid', key: null }))),
			'signature-invalid',
		),
		example(
			'a signature by a key that is gone',
			given(soaWith(signedBy(OTHER, { result: 'no-key', key: null }))),
			'signature-invalid',
		),
		example(
			'an algorithm that cannot be checked here',
			given(soaWith(signedBy(CSK, { result: 'unsupported', key: null }))),
			'unknown',
		),
		example('a quarter of 8 days left', given(ending(2 * DAY, 8 * DAY)), 'validates'),
		example('a second less', given(ending(2 * DAY - 1, 8 * DAY)), 'signature-expiring'),
		example('three days of 30 left', given(ending(3 * DAY, 30 * DAY)), 'validates'),
		example(
			'a second less than three days',
			given(ending(3 * DAY - 1, 30 * DAY)),
			'signature-expiring',
		),
		example('signed on the fly for two days', given(ending(DAY, 2 * DAY)), 'validates'),
		example('a sound proof', given(deny({})), 'validates'),
		example('a proof with a gap', given(deny({ proof: missingProof })), 'denial-broken'),
		example(
			'an expired proof',
			given(deny({ sets: [setOf('example.com', 'NSEC', expired)] })),
			'denial-broken',
		),
	];
}

function weaknessExamples<E>(example: (name: string, given: Given, says: Says) => E): readonly E[] {
	const old = keyWith(7);
	const both = (first: SeenKey, second: SeenKey): SigningServer =>
		serverWith(1, first, {
			keys: [first, second],
			keySet: setOf('example.com', 'DNSKEY', signedBy(first), signedBy(second)),
			sets: [setOf('example.com', 'SOA', signedBy(first), signedBy(second))],
		});
	const strange = keyWith(200);
	return [
		example('RSA/SHA-1', given({}, old), 'weak-algorithm'),
		example(
			'a roll-over from RSA/SHA-1 to ECDSA under way',
			given({ ds: [dsOf(old), dsOf(CSK)], servers: [both(old, CSK)] }),
			'validates',
		),
		example('RSA of 2048 bits', given({}, keyWith(8, 2048)), 'validates'),
		example('RSA of 2047 bits', given({}, keyWith(8, 2047)), 'weak-algorithm'),
		example(
			'an unassigned algorithm',
			given({ ds: [dsOf(strange)] }, strange),
			'unknown-algorithm',
		),
		example('only SHA-1 digests', given({ ds: [dsOf(CSK, { digestType: 1 })] }), 'weak-digest'),
		example(
			'SHA-1 and SHA-384',
			given({ ds: [dsOf(CSK, { digestType: 1 }), dsOf(CSK, { digestType: 4 })] }),
			'validates',
		),
		example(
			'NSEC3 without extras',
			given({ nsec3: { iterations: 0, saltLength: 0 } }),
			'validates',
		),
		example(
			'NSEC3 with one iteration',
			given({ nsec3: { iterations: 1, saltLength: 0 } }),
			'nsec3-parameters',
		),
		example(
			'NSEC3 with a salt',
			given({ nsec3: { iterations: 0, saltLength: 8 } }),
			'nsec3-parameters',
		),
		example(
			'NSEC3 with 100 iterations',
			given({ nsec3: { iterations: 100, saltLength: 0 } }),
			'nsec3-parameters',
		),
		example(
			'NSEC3 with 101 iterations',
			given({ nsec3: { iterations: 101, saltLength: 0 } }),
			'nsec3-parameters',
		),
		example('signed, no DS', given({ ds: [] }), 'key-without-ds'),
		example(
			'signed, under a parent that is not',
			given({ isParentUnsigned: true }),
			'key-without-ds',
		),
		example('only a GOST digest', given({ ds: [dsOf(CSK, { digestType: 3 })] }), 'unknown'),
		example('CDS as the DS', given(cds(CSK)), 'validates'),
		example('CDS for another key', given(cds(OTHER)), 'cds-mismatch'),
		example(
			'CDS that asks for deletion',
			given(cds(CSK, { keyTag: 0, algorithm: 0, digestType: 0, digest: '00' })),
			'cds-mismatch',
		),
	];
}
