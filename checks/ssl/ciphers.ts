import {
	blockedBy,
	defineCheck,
	hosts,
	type Judgement,
	knownPrime,
	type Looked,
	type Severity,
	type TlsSurvey,
	type TlsSurveys,
	tlsSurveys,
	z,
} from '../../src/sdk.ts';
import { VERDICTS } from './_cipher-verdicts.ts';
import { besideOf } from './_judged-chains.ts';
import { OLD_ONLY, SOUND_SURVEY, SSL3_ONLY, survey } from './_survey-samples.ts';
import {
	how,
	isNo,
	isOld,
	isYes,
	notLooked,
	type Open,
	places,
	type Seen,
	spotted,
} from './_surveyed.ts';

type Key = keyof typeof VERDICTS;
type WeakKey = `${keyof NonNullable<TlsSurvey['weak']>}-accepted`;
type PlainKey = Exclude<Key, 'sound' | WeakKey | 'dh-too-small' | 'dh-common-prime'>;

export default defineCheck({
	id: 'ssl/ciphers',
	title: 'No weak cipher suite is accepted, and every client finds a strong one',
	rationale:
		'A server that accepts weak suites can be made to use them: an attacker in between only has to ' +
		'persuade one of the two sides. A server without the strong ones turns current clients away.',
	references: [
		'RFC 9325 §4 (recommended suites), RFC 7465 (RC4)',
		'Mozilla Server Side TLS 6.0',
		'Adrian et al., "Imperfect Forward Secrecy" (Logjam), 2015; RFC 7919',
		'CVE-2016-2183 (SWEET32)',
	],
	reach: 'trust',
	layer: 'server',
	over: hosts,
	options: z.object({}),
	verdicts: VERDICTS,
	needs: ({ subject }) => ({
		spoken: tlsSurveys({ host: subject.name, beside: besideOf(subject) }),
	}),
	judge({ given: { spoken }, subject, say }) {
		const host = subject.name;
		const said: Judgement<Key>[] = [];
		for (const kind of WEAK) {
			const seen = spotted(host, spoken, (one) => weakSeen(one, kind));
			if (seen !== null)
				said.push(say(`${kind}-accepted`, { ...seen, only: onlyWeakAt(spoken, kind) }));
		}
		for (const [key, rule] of PLAIN) {
			const seen = spotted(host, spoken, rule);
			if (seen !== null) said.push(say(key, seen));
		}
		said.push(...primes(host, spoken, say));
		const open = notLooked(host, spoken, questions);
		if (open !== null) return [...said, open];
		const isClean = said.every((one) => one.verdict !== null && NOTES.has(one.verdict));
		if (!isClean) return said;
		if (spoken.surveys.some(isOld)) {
			const detail = 'no suite makes up for versions that no current client speaks';
			return [...said, blockedBy({ check: 'ssl/protocols', subject: host }, detail)];
		}
		return [...said, say('sound', strength(host, spoken))];
	},
	examples: (example) => {
		const given = (...surveys: TlsSurvey[]) => ({
			spoken: { surveys, passedOver: [] } as TlsSurveys,
		});
		const changed = (change: Parameters<typeof survey>[0]) => given(survey(change));
		const accepted = (suite: string): Looked => ({ seen: 'yes', how: `TLSv1.2 with ${suite}` });
		const no: Looked = { seen: 'no' };
		const unsure = { seen: 'unknown', because: 'denied', detail: 'reset' } as const;
		const prime = (bits: number, sha256 = '0'.repeat(64)) =>
			changed({
				more: {
					dhe: accepted('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'),
					primes: [{ bits, sha256, suite: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256' }],
				},
			});
		const only13 = survey({
			versions: { 'TLSv1.2': false },
			more: { aead: null, forwardSecrecy: null, staticRsa: null, cbc: null, dhe: null },
		});
		const rsaOnly = {
			aead: accepted('TLS_RSA_WITH_AES_128_GCM_SHA256'),
			staticRsa: accepted('TLS_RSA_WITH_AES_128_GCM_SHA256'),
			forwardSecrecy: no,
		};
		const rc4 = accepted('TLS_RSA_WITH_RC4_128_SHA');
		const nothingElse = {
			aead: no,
			forwardSecrecy: no,
			staticRsa: no,
			cbc: no,
			groups: null,
			http2: null,
		};
		return [
			example('Mozilla intermediate', given(SOUND_SURVEY), 'sound'),
			example('TLS 1.3 alone', given({ ...only13, weak: null }), 'sound'),
			example(
				'NULL',
				changed({ weak: { null: accepted('TLS_RSA_WITH_NULL_SHA') } }),
				'null-accepted',
			),
			example(
				'no certificate',
				changed({ weak: { anonymous: accepted('TLS_DH_anon_WITH_AES_128_CBC_SHA') } }),
				'anonymous-accepted',
			),
			example(
				'export',
				changed({ weak: { export: accepted('TLS_RSA_EXPORT_WITH_RC4_40_MD5') } }),
				'export-accepted',
			),
			example(
				'DES',
				changed({ weak: { des: accepted('TLS_RSA_WITH_DES_CBC_SHA') } }),
				'des-accepted',
			),
			example('RC4', changed({ weak: { rc4 } }), 'rc4-accepted'),
			example(
				'RC4 and nothing else',
				changed({ versions: { 'TLSv1.3': false }, weak: { rc4 }, more: nothingElse }),
				'rc4-accepted',
			),
			example('RC4 at one of two', given(SOUND_SURVEY, survey({ weak: { rc4 } })), 'rc4-accepted'),
			example('RC4 with TLS 1.0 alone', given(OLD_ONLY), 'rc4-accepted'),
			example(
				'triple DES',
				changed({ weak: { '3des': accepted('TLS_RSA_WITH_3DES_EDE_CBC_SHA') } }),
				'3des-accepted',
			),
			example(
				'CBC with ECDHE alone',
				changed({
					more: { aead: no, cbc: accepted('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA') },
				}),
				'no-aead',
			),
			example(
				'static RSA alone',
				changed({ versions: { 'TLSv1.3': false }, more: rsaOnly }),
				'no-forward-secrecy',
			),
			example(
				'static RSA in TLS 1.2, beside TLS 1.3',
				changed({ more: rsaOnly }),
				'static-rsa-accepted',
			),
			example(
				'static RSA too',
				changed({ more: { staticRsa: accepted('TLS_RSA_WITH_AES_128_GCM_SHA256') } }),
				'static-rsa-accepted',
			),
			example(
				'CBC too',
				changed({ more: { cbc: accepted('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA') } }),
				'cbc-accepted',
			),
			example(
				'CBC too, sound all the same',
				changed({ more: { cbc: accepted('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA') } }),
				'sound',
			),
			example('a prime of 1023 bits', prime(1023), 'dh-too-small'),
			example('a prime of 1024 bits', prime(1024), 'dh-too-small'),
			example('a prime of 2047 bits', prime(2047), 'dh-too-small'),
			example('a prime of 2048 bits', prime(2048), 'sound'),
			example('Oakley group 2', prime(1024, OAKLEY_2), 'dh-common-prime'),
			example('MODP group 14', prime(2048, MODP_14), 'sound'),
			example('P-384 alone', changed({ groups: P384 }), 'no-modern-group'),
			example('X25519 without P-256', changed({ groups: { 'P-256': no } }), 'sound'),
			example('P-256 without X25519', changed({ groups: { X25519: no } }), 'sound'),
			example('P-256 not known', changed({ groups: { 'P-256': unsure, X25519: no } }), 'unknown'),
			example('no ML-KEM', changed({ groups: { X25519MLKEM768: no } }), 'no-post-quantum'),
			example('SSL 3.0 alone', given({ ...SSL3_ONLY, groups: null }), 'blocked'),
			example('RC4 not known', changed({ weak: { rc4: unsure } }), 'unknown'),
		];
	},
});

const OAKLEY_2 = '3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0';
const MODP_14 = 'd66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e';
const P384 = {
	X25519MLKEM768: { seen: 'no' },
	X25519: { seen: 'no' },
	'P-256': { seen: 'no' },
	'P-384': { seen: 'yes', how: 'TLSv1.3' },
} as const;

/** Said beside a pass. */
const NOTES: ReadonlySet<string> = new Set([
	'static-rsa-accepted',
	'cbc-accepted',
	'no-post-quantum',
]);

const WEAK = ['null', 'anonymous', 'export', 'des', 'rc4', '3des'] as const;

function weakSeen({ weak }: TlsSurvey, kind: (typeof WEAK)[number]): Seen {
	const look = weak?.[kind] ?? null;
	return isYes(look) ? { detail: how(look), severity: kind === '3des' ? 'later' : 'high' } : null;
}

/** Nothing is left for a current client; where the version is what turns it away, `ssl/protocols` says so. */
function onlyWeakAt({ surveys }: TlsSurveys, kind: (typeof WEAK)[number]): boolean {
	return surveys.some(
		(one) =>
			isYes(one.weak?.[kind] ?? null) &&
			isYes(one.versions['TLSv1.2']) &&
			isNo(one.versions['TLSv1.3']) &&
			[one.aead, one.forwardSecrecy, one.staticRsa, one.cbc].every(isNo),
	);
}

const is = (test: boolean, detail: string, severity: Severity): Seen =>
	test ? { detail, severity } : null;

const PLAIN: readonly (readonly [PlainKey, (survey: TlsSurvey) => Seen])[] = [
	[
		'no-aead',
		// Without any suite that is sound, the weak ones are the finding.
		(one) => is(isNo(one.aead) && hasSoundSuite(one), how(one.versions['TLSv1.2']), 'later'),
	],
	['no-forward-secrecy', (one) => is(isStaticAlone(one), how(one.staticRsa), 'high')],
	[
		'static-rsa-accepted',
		(one) => is(isYes(one.staticRsa) && !isStaticAlone(one), how(one.staticRsa), 'info'),
	],
	['cbc-accepted', (one) => is(isYes(one.cbc) && hasBetterThanCbc(one), how(one.cbc), 'info')],
	[
		'no-modern-group',
		({ groups, ...one }) =>
			is(
				groups !== null && isNo(groups.X25519) && isNo(groups['P-256']) && keepsSecrets(one),
				groupsIn(groups).join(', ') || 'no group of curves at all',
				'high',
			),
	],
	[
		'no-post-quantum',
		({ groups, versions }) =>
			is(
				isYes(versions['TLSv1.3']) && isNo(groups?.X25519MLKEM768 ?? null),
				groupsIn(groups).join(', '),
				'info',
			),
	],
];

function hasSoundSuite({ forwardSecrecy, staticRsa, cbc }: TlsSurvey): boolean {
	return [forwardSecrecy, staticRsa, cbc].some(isYes);
}

function isStaticAlone({ forwardSecrecy, staticRsa, versions }: TlsSurvey): boolean {
	return isNo(forwardSecrecy) && isYes(staticRsa) && isNo(versions['TLSv1.3']);
}

function hasBetterThanCbc({ aead, versions }: TlsSurvey): boolean {
	return isYes(aead) || isYes(versions['TLSv1.3']);
}

/** Without any ephemeral exchange, that is the finding. */
function keepsSecrets({
	forwardSecrecy,
	versions,
}: Pick<TlsSurvey, 'forwardSecrecy' | 'versions'>) {
	return isYes(forwardSecrecy) || isYes(versions['TLSv1.3']);
}

function groupsIn(groups: TlsSurvey['groups']): readonly string[] {
	return Object.entries(groups ?? {}).flatMap(([name, look]) => (isYes(look) ? [name] : []));
}

const MIN_BITS = 2048;

function primes(
	host: string,
	spoken: TlsSurveys,
	say: (
		verdict: 'dh-too-small' | 'dh-common-prime',
		args: Parameters<(typeof VERDICTS)['dh-too-small']['says']>[0],
	) => Judgement<'dh-too-small' | 'dh-common-prime'>,
): Judgement<'dh-too-small' | 'dh-common-prime'>[] {
	const rule = (verdict: 'dh-too-small' | 'dh-common-prime', test: (one: Prime) => boolean) => {
		const first = (survey: TlsSurvey) => survey.primes.find(test);
		const seen = spotted(host, spoken, (survey) => {
			const prime = first(survey);
			return prime === undefined ? null : { detail: prime.suite, severity: 'later' };
		});
		const smallest = spoken.surveys
			.flatMap((survey) => first(survey) ?? [])
			.toSorted((a, b) => a.bits - b.bits)[0];
		if (seen === null || smallest === undefined) return [];
		return [say(verdict, { ...seen, bits: smallest.bits, sha256: smallest.sha256 })];
	};
	return [
		...rule('dh-too-small', ({ bits }) => bits < MIN_BITS),
		...rule('dh-common-prime', ({ sha256 }) => knownPrime(sha256) !== null),
	];
}

type Prime = TlsSurvey['primes'][number];

function strength(host: string, spoken: TlsSurveys) {
	const [first] = spoken.surveys;
	const newest = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3', 'SSLv2'] as const;
	const shown = newest.find((version) => isYes(first?.versions[version] ?? null));
	return {
		host,
		where: places(spoken),
		groups: groupsIn(first?.groups ?? null).join(', '),
		newest: shown === undefined ? 'none' : how(first?.versions[shown] ?? null),
	};
}

function questions({ weak, groups, ...survey }: TlsSurvey): readonly Open[] {
	const kinds = WEAK.map((kind) => ({
		what: `suites of the kind ${kind}`,
		look: weak?.[kind] ?? null,
		couldBe: kind === '3des' ? ('later' as const) : ('high' as const),
	}));
	// One of the two is enough.
	const isModern = isYes(groups?.X25519 ?? null) || isYes(groups?.['P-256'] ?? null);
	const modern = (['X25519', 'P-256'] as const).map((name) => ({
		what: `the group ${name}`,
		look: isModern ? null : (groups?.[name] ?? null),
		couldBe: 'high' as const,
	}));
	return [
		...kinds,
		...modern,
		{ what: 'AEAD suites', look: survey.aead, couldBe: 'later' },
		{ what: 'forward secrecy', look: survey.forwardSecrecy, couldBe: 'high' },
		{ what: 'Diffie-Hellman primes', look: survey.dhe, couldBe: 'high' },
	];
}
