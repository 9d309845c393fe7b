import {
	blockedBy,
	certificateRefusal,
	days,
	defineCheck,
	type Fact,
	fieldValues,
	type HstsField,
	type HttpsStanding,
	httpsStandings,
	known,
	optional,
	preloadFaultsIn,
	preloadRedirectFaults,
	readHsts,
	type ServedChain,
	type SiteAnswer,
	type SiteHop,
	servedChains,
	siteAnswer,
	siteHops,
	sites,
	type TrustStore,
	trustStore,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { A_YEAR, FIELD, HSTS_VERDICTS } from './_hsts-verdicts.ts';

/** 180 days: the floor that MDN's Observatory accepts. */
const HALF_A_YEAR = days(180);
export default defineCheck({
	id: 'headers/hsts',
	title: 'Browsers are told to use HTTPS only',
	rationale:
		'Without a valid Strict-Transport-Security header the first plain-HTTP request of a visit can be ' +
		'intercepted and rewritten, however good the certificate is.',
	references: [
		'RFC 6797 §6.1 (syntax)',
		'RFC 6797 §7.2 (not over plain HTTP)',
		'RFC 6797 §8.1 (only the first field counts, and only with a valid certificate)',
		'https://hstspreload.org/#submission-requirements',
	],
	reach: 'sign-in',
	layer: 'hsts',

	over: sites,
	options: z.object({
		/** Shortest acceptable max-age, in seconds. */
		minMaxAge: z.number().int().positive().default(HALF_A_YEAR),
	}),

	verdicts: HSTS_VERDICTS,

	appliesTo: ({ context }) =>
		context.kind !== 'file' || 'It serves a file and no page: HSTS is asked of the pages.',
	needs: ({ subject }) => ({
		secure: siteAnswer({ host: subject.name }),
		plain: optional(siteHops({ host: subject.name, scheme: 'http' })),
		redirects: optional(preloadRedirectFaults({ host: subject.name })),
		served: optional(servedChains({ host: subject.name, beside: besideOf(subject) })),
		trust: optional(trustStore({})),
		below: optional(
			httpsStandings({
				hosts: subject.siblings.filter((name) => name.endsWith(`.${subject.name}`)),
				beside: subject.apex,
			}),
		),
	}),

	judge({ given, subject, options, now, say }) {
		const host = subject.name;
		const { url, answer } = given.secure;
		const overHttp = overHttpIn(seen(given.plain)).map((hop) =>
			say('sent-over-http', { url: hop.url }),
		);
		const hsts = readHsts(fieldValues(answer, FIELD));
		const trust = given.trust.status === 'known' ? given.trust.value : null;
		const leafSha256 = answer.tls?.certificateSha256 ?? null;
		const about = { host, now, trust, leafSha256 };
		const refusal = certificateRefusal(seen(given.served), about);
		if (refusal) {
			const { id, detail } = refusal;
			const check = id.split('/').slice(0, 2).join('/');
			return [
				blockedBy({ check, subject: host }, `browsers refuse the certificate: ${detail}`),
				...(hsts.kind === 'absent' ? [] : [say('ignored-bad-certificate', { host, detail })]),
			];
		}
		if (hsts.kind === 'absent') {
			return unseenPage(given.secure, subject) ?? [say('missing', { host, url }), ...overHttp];
		}
		const { first, fields } = hsts;
		const twice = repetition(fields).map((told) => say('sent-twice', { host, ...told }));
		const faults = refusedByTheList(fields, subject.isBase ? seen(given.redirects) : []);
		const refused = faults.length > 0 ? [say('preload-incomplete', { host, faults })] : [];
		if (first.kind === 'invalid') {
			const field = cut(fields[0] ?? '');
			const { problem } = first;
			return [say('invalid', { host, field, problem }), ...refused, ...twice, ...overHttp];
		}
		const { maxAge } = first;
		const { minMaxAge } = options;
		const standings = seen(given.below);
		const bare = subject.context.standing === 'apex' && !first.includeSubDomains;
		const broken = lockedOut(first, standings, { now, trust });
		return [
			say(lengthOf(maxAge, minMaxAge), { host, maxAge, minMaxAge }),
			...(bare && maxAge > 0 ? [say('no-subdomains', { host })] : []),
			...refused,
			...(broken.length > 0 ? [say('preload-risky', { host, broken })] : []),
			...twice,
			...overHttp,
		];
	},

	examples: (example) => [
		example('a year', sent('max-age=31536000; includeSubDomains'), 'enforced'),
		example('exactly the floor', sent(`max-age=${HALF_A_YEAR}`), 'enforced'),
		example('one second under', sent(`max-age=${HALF_A_YEAR - 1}`), 'too-short'),
		example('quoted, as the RFC allows', sent('max-age="100"'), 'too-short'),
		example(
			'names in any case, unknown directives',
			sent('MAX-AGE=31536000; foo=bar;;'),
			'enforced',
		),
		example('not a number', sent('max-age=soon'), 'invalid'),
		example('negative', sent('max-age=-1'), 'invalid'),
		example('no max-age', sent('includeSubDomains'), 'invalid'),
		example('empty', sent(''), 'invalid'),
		example('said twice in one field', sent('max-age=1; max-age=2'), 'invalid'),
		example('a comma', sent('max-age=31536000, includeSubDomains'), 'invalid'),
		example('zero', sent('max-age=0'), 'max-age-zero'),
		example('missing', sent(), 'missing'),
		example('missing on an API', sent(), 'missing', {
			subject: { context: { standing: 'guessed', stage: 'production', kind: 'api', forms: 'no' } },
		}),
		example('missing on an error page', { ...sent(), secure: answering(500) }, 'blocked'),
		example('missing where we are not let in', { ...sent(), secure: answering(403) }, 'unknown'),
		example('two that agree', sent('max-age=31536000', 'max-age=31536000;'), 'sent-twice'),
		example('two that differ: the first counts', sent('max-age=31536000', 'max-age=0'), 'enforced'),
		example('the same, as a finding', sent('max-age=31536000', 'max-age=0'), 'sent-twice'),
		example('the apex alone', sent('max-age=31536000'), 'no-subdomains'),
		example('preload without sub-domains', sent('max-age=31536000; preload'), 'preload-incomplete'),
		example(
			'preload, one second under a year',
			sent('max-age=31535999; includeSubDomains; preload'),
			'preload-incomplete',
		),
		example(
			'preload, and http leads to www first',
			{ ...sent(PRELOADED), redirects: known(['http://example.com/ does not redirect']) },
			'preload-incomplete',
		),
		example(
			'preload, in a field that cannot be read',
			sent('max-age=300, includeSubDomains, preload'),
			'preload-incomplete',
		),
		example('preload, sent twice', sent(PRELOADED, PRELOADED), 'preload-incomplete'),
		example('unreadable, and no word of the list', sent('max-age=soon'), 'invalid'),
		example('preload, all rules met', sent(PRELOADED), 'enforced'),
		example(
			'preload, and a sub-domain without HTTPS',
			{
				...sent(PRELOADED),
				below: known([{ host: 'app.example.com', why: 'refused', served: [] }]),
			},
			'preload-risky',
		),
		example('behind a certificate that nobody can read', refused('max-age=31536000'), 'blocked'),
		example('the same, beside it', refused('max-age=31536000'), 'ignored-bad-certificate'),
		example('no header behind one', refused(), 'blocked'),
		example(
			'preload, and a sub-domain whose certificate browsers refuse',
			{
				...sent(PRELOADED),
				below: known([{ host: 'app.example.com', why: null, served: [UNREADABLE] }]),
			},
			'preload-risky',
		),
		example(
			'over http too',
			{ ...sent('max-age=31536000'), plain: known([hop('max-age=31536000')]) },
			'sent-over-http',
		),
	],
});

const PRELOADED = `max-age=${A_YEAR}; includeSubDomains; preload`;

const UNREADABLE: ServedChain = {
	addresses: ['203.0.113.1'],
	chain: ['AAAA'],
	fetched: [],
	lookups: [],
};

/** One is enough: they come from one setting. */
function overHttpIn(hops: readonly SiteHop[]): readonly SiteHop[] {
	const sent = hops.filter(
		({ url, hsts, denied }) => url.startsWith('http:') && hsts.length > 0 && denied === null,
	);
	return sent.slice(0, 1);
}

function lengthOf(maxAge: number, least: number): 'max-age-zero' | 'too-short' | 'enforced' {
	if (maxAge === 0) return 'max-age-zero';
	return maxAge < least ? 'too-short' : 'enforced';
}

type HstsPolicy = Extract<HstsField, { kind: 'policy' }>;

/** Nothing is asked of fields that do not ask to be on the list. */
function refusedByTheList(
	fields: readonly string[],
	redirects: readonly string[],
): readonly string[] {
	const faults = preloadFaultsIn(fields);
	return faults === null ? [] : [...faults, ...redirects];
}

/** Sub-domains that nobody could open once browsers build in HTTPS for everything below the name. */
function lockedOut(
	{ maxAge, includeSubDomains, preload }: HstsPolicy,
	standings: readonly HttpsStanding[],
	{ now, trust }: { now: Date; trust: TrustStore | null },
): readonly { host: string; why: string }[] {
	if (!preload || !includeSubDomains || maxAge === 0) return [];
	return standings.flatMap(({ host, why, served }) => {
		const reason = why ?? certificateRefusal(served, { host, now, trust })?.detail;
		return reason === undefined ? [] : [{ host, why: reason }];
	});
}

/** Another host of the target, which shows whether port 443 can be reached at all. */
function besideOf({ name, apex }: { name: string; apex: string }): string {
	return name === apex ? `www.${apex}` : apex;
}

/** These only add to what the header itself says: unseen, they add nothing. */
function seen<T>(fact: Fact<readonly T[]>): readonly T[] {
	return fact.status === 'known' ? fact.value : [];
}

/** Several fields, and whether they say different things when read one by one; none for one field. */
function repetition(
	fields: readonly string[],
): readonly { fields: readonly string[]; differ: boolean }[] {
	if (fields.length < 2) return [];
	const meanings = fields.map((field) => {
		const policy = readHsts([field]);
		if (policy.kind !== 'policy' || policy.first.kind !== 'policy') return 'none';
		const { maxAge, includeSubDomains, preload } = policy.first;
		return `${maxAge} ${includeSubDomains} ${preload}`;
	});
	return [{ fields: fields.map(cut), differ: new Set(meanings).size > 1 }];
}

/** Enough to recognise the line. */
function cut(field: string): string {
	return field.length > 120 ? `${field.slice(0, 120)}…` : field;
}

function sent(...fields: string[]) {
	return {
		secure: answering(200, ...fields),
		plain: known<readonly SiteHop[]>([]),
		redirects: known<readonly string[]>([]),
		served: known<readonly ServedChain[]>([]),
		trust: known<TrustStore>({ node: '', publicPem: '', privatePem: '' }),
		below: known<readonly HttpsStanding[]>([]),
	};
}

function refused(...fields: string[]) {
	return { ...sent(...fields), served: known([UNREADABLE]) };
}

function answering(status: number, ...fields: string[]): SiteAnswer {
	return {
		url: 'https://example.com/',
		answer: {
			kind: 'answered',
			status,
			headers: fields.map((value) => [FIELD, value] as const),
			body: { bytes: '<!doctype html>', truncated: false, sha256: '' },
			address: '203.0.113.1',
			tls: null,
			timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
		},
	};
}

function hop(...hsts: string[]): SiteHop {
	return { url: 'http://example.com/', status: 301, hsts, setCookies: [], denied: null };
}
