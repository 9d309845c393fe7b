import {
	at,
	blockedBy,
	brokenPrefix,
	type Cookie,
	cannotSay,
	cookieLifetime,
	cookieReach,
	days,
	defineCheck,
	type Fact,
	fieldValues,
	type HostAnswers,
	hostAnswers,
	isAntiForgeryName,
	isProvidersCookie,
	isRemoval,
	isSessionName,
	known,
	optional,
	parseSetCookie,
	readHsts,
	type SiteHop,
	siteHops,
	sites,
	unknown,
	z,
} from '../../src/sdk.ts';
import { COOKIE_VERDICTS, type Told } from './_cookie-verdicts.ts';
import { answered } from './_page-samples.ts';

/** Browsers cut every lifetime to this (RFC 6265bis §5.5). */
const LONGEST_LIFETIME = days(400);
/** Name and value; browsers drop what is longer (RFC 6265bis §5.6). */
const MOST_OCTETS = 4_096;

export default defineCheck({
	id: 'headers/cookies',
	title: 'Session cookies stay on HTTPS and away from scripts, and browsers keep what is set',
	rationale:
		'Whoever reads a session cookie is signed in as that customer. Secure keeps it off plain HTTP, ' +
		'HttpOnly away from injected script; a cookie that breaks the rules is dropped, and sign-in fails.',
	references: [
		'RFC 6265bis §5.6, §5.7 (what browsers read and keep)',
		'RFC 6265bis §4.1.3 (name prefixes)',
		'MDN HTTP Observatory: cookies',
	],
	reach: 'sign-in',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: COOKIE_VERDICTS,

	needs: ({ subject: { name: host, seed, login, context } }) => ({
		secure: optional(siteHops({ host, scheme: 'https' })),
		plain: optional(siteHops({ host, scheme: 'http' })),
		all: optional(hostAnswers({ host, seed, login, samples: context.kind !== 'redirect' })),
	}),

	judge({ given, subject, now, say }) {
		const host = subject.name;
		const facts = [given.secure, given.plain];
		const hops = facts.flatMap((fact) => (fact.status === 'known' ? fact.value : []));
		const own = [...hops.filter(({ denied }) => denied === null), ...besides(hops, given.all)];
		const set = cookiesOf(own, now);
		const problems = set.flatMap((one) => problemsOf(one, host, now));
		const said = [
			...new Map(problems.map((one) => [`${one.verdict} ${one.args.name}`, one])).values(),
		];
		const found = said.map(({ verdict, args }) =>
			at({ kind: 'record', name: `cookie ${args.name} of ${host}` }, say(verdict, args as never)),
		);
		const rest = unseen(facts, hops, host);
		if (rest !== null) return [...found, rest];
		if (found.length > 0) return found;
		return say('safe', { host, cookies: new Set(set.map(({ cookie }) => cookie.name)).size });
	},

	examples: (example) => [
		example('no cookies', https(), 'safe'),
		example(
			'a sound session cookie',
			https('__Host-session=<redacted:32>; Path=/; Secure; HttpOnly; SameSite=Lax'),
			'safe',
		),
		example('a sign-out', https('sessionid=; Max-Age=0; Path=/'), 'safe'),
		example('a session without Secure', https('connect.sid=x; HttpOnly'), 'session-not-secure'),
		example('a session that scripts read', https('PHPSESSID=x; Secure'), 'session-not-httponly'),
		example('an assessment is no session', https('assessment=x; Secure'), 'safe'),
		example('a csrf token needs no HttpOnly', https('csrftoken=x; Secure; SameSite=Lax'), 'safe'),
		example('another cookie', https('theme=dark'), 'not-secure'),
		example('SameSite=None alone', https('widget=x; SameSite=None'), 'same-site-none-not-secure'),
		example('SameSite=Sure', https('a=x; Secure; SameSite=Sure'), 'same-site-invalid'),
		example(
			'csrf without SameSite',
			https('XSRF-TOKEN=x; Secure'),
			'anti-forgery-without-same-site',
		),
		example(
			'__Host- with a Domain',
			https('__Host-a=x; Secure; Path=/; Domain=example.com'),
			'prefix-broken',
		),
		example('__Host- without Path', https('__Host-a=x; Secure'), 'prefix-broken'),
		example('__Secure- without Secure', https('__Secure-a=x; Path=/'), 'prefix-broken'),
		example('over http', plainHttp('visited=1; Path=/'), 'set-over-http'),
		example('for the whole domain', https('a=x; Secure; Domain=.example.com'), 'domain-too-wide'),
		example('for all of .com', https('a=x; Secure; Domain=com'), 'on-public-suffix'),
		example('401 days', https(`a=x; Secure; Max-Age=${days(401)}`), 'longer-than-400-days'),
		example('exactly 400 days', https(`a=x; Secure; Max-Age=${days(400)}`), 'safe'),
		example('4,097 bytes', https('a=<redacted:4096>; Secure'), 'over-4096-bytes'),
		example(
			'a note, and http not seen',
			{
				secure: known([hop('https', ['a=x; Secure; Domain=example.com'])]),
				plain: unknown('timeout', 'no answer in time'),
				all: NO_MORE,
			},
			'unknown',
		),
		example('exactly 4,096 bytes', https('a=<redacted:4095>; Secure'), 'safe'),
		example('nothing answers', { secure: known([]), plain: known([]), all: NO_MORE }, 'unknown'),
		example(
			'a session that the sign-in page sets',
			{ ...https(), all: signIn('sessionid=x; Secure') },
			'session-not-httponly',
		),
		example('a load balancer’s cookie', https('heroku-session-affinity=x', 'AWSALB=x'), 'safe'),
		example(
			'a bot wall’s own cookie',
			{
				secure: known([{ ...hop('https', ['wall=x']), denied: 'it refuses us' }]),
				plain: known([]),
				all: NO_MORE,
			},
			'unknown',
		),
		example(
			'https seen, http not',
			{
				secure: known([hop('https', [])]),
				plain: unknown('timeout', 'no answer in time'),
				all: NO_MORE,
			},
			'unknown',
		),
	],
});

/** What was not seen, so that cookies may be missing from the list; `null` where all was. */
function unseen(
	facts: readonly Fact<readonly SiteHop[]>[],
	hops: readonly SiteHop[],
	host: string,
) {
	for (const fact of facts) {
		if (fact.status === 'unknown') return cannotSay(fact.because, fact.detail);
		if (fact.status === 'blocked') return blockedBy(fact.by, fact.detail);
	}
	const wall = hops.find(({ denied }) => denied !== null);
	if (wall !== undefined) return cannotSay('denied', `${wall.url}: ${wall.denied}`);
	return hops.length === 0 ? cannotSay('inconclusive', `${host} answers nothing of its own`) : null;
}

/** Answers off the way from the start page, the sign-in page above all: what they set, counts too. */
function besides(hops: readonly SiteHop[], all: Fact<HostAnswers>): readonly SiteHop[] {
	if (all.status !== 'known') return [];
	const known = new Set(hops.map(({ url }) => url));
	return all.value.answers.flatMap(({ url, answer }) => {
		if (known.has(url)) return [];
		const setCookies = fieldValues(answer, 'set-cookie');
		const hsts = fieldValues(answer, 'strict-transport-security');
		return [{ url, status: answer.status, hsts, setCookies, denied: null }];
	});
}

interface SetCookie {
	readonly cookie: Cookie;
	readonly url: string;
	readonly overHttp: boolean;
	readonly hsts: boolean;
}

/** Cookies that are being set, those that are being removed left out. */
function cookiesOf(hops: readonly SiteHop[], now: Date): readonly SetCookie[] {
	const hsts = hops.some(({ hsts: fields }) => {
		const policy = readHsts(fields);
		return policy.kind === 'policy' && policy.first.maxAge !== 0;
	});
	return hops.flatMap(({ url, setCookies }) =>
		setCookies.flatMap((text) => {
			const parsed = parseSetCookie(text);
			if (parsed.kind === 'ignored' || isRemoval(parsed.cookie, now)) return [];
			if (isProvidersCookie(parsed.cookie.name)) return [];
			return [{ cookie: parsed.cookie, url, overHttp: url.startsWith('http:'), hsts }];
		}),
	);
}

type Problem =
	| 'session-not-secure'
	| 'session-not-httponly'
	| 'not-secure'
	| 'same-site-none-not-secure'
	| 'same-site-invalid'
	| 'anti-forgery-without-same-site'
	| 'prefix-broken'
	| 'set-over-http'
	| 'domain-too-wide'
	| 'on-public-suffix'
	| 'longer-than-400-days'
	| 'over-4096-bytes';

function lackedBy(
	{ secure, httpOnly }: Cookie,
	{ overHttp, session }: { overHttp: boolean; session: boolean },
): Told['lacks'] {
	return [
		...(!overHttp && !secure ? (['Secure'] as const) : []),
		...(session && !httpOnly ? (['HttpOnly'] as const) : []),
	];
}

function problemsOf(
	{ cookie, url, overHttp, hsts }: SetCookie,
	host: string,
	now: Date,
): readonly { readonly verdict: Problem; readonly args: Told }[] {
	const session = isSessionName(cookie.name);
	const lacks = lackedBy(cookie, { overHttp, session });
	const told = { name: cookie.name, url, hsts, host, lacks };
	const prefix = brokenPrefix(cookie);
	const lifetime = cookieLifetime(cookie, now) ?? 0;
	const reach = cookieReach(cookie, host);
	const found: (false | readonly [Problem, object?])[] = [
		overHttp && ['set-over-http'],
		// Over http, the way it came is the fault, and Secure would make browsers refuse it.
		!overHttp && !cookie.secure && [session ? 'session-not-secure' : 'not-secure'],
		!overHttp && !cookie.secure && cookie.sameSite === 'none' && ['same-site-none-not-secure'],
		session && !cookie.httpOnly && ['session-not-httponly'],
		cookie.sameSite === 'invalid' && [
			'same-site-invalid',
			{ value: cookie.sameSiteText.slice(0, 40) },
		],
		isAntiForgeryName(cookie.name) &&
			cookie.sameSite === null && ['anti-forgery-without-same-site'],
		prefix !== null && ['prefix-broken', { fault: prefix }],
		reach === 'wide' && ['domain-too-wide', { domain: cookie.domain }],
		reach === 'public-suffix' && ['on-public-suffix', { domain: cookie.domain }],
		lifetime > LONGEST_LIFETIME && [
			'longer-than-400-days',
			{ lifetimeDays: Math.floor(lifetime / days(1)) },
		],
		cookie.octets > MOST_OCTETS && ['over-4096-bytes', { octets: cookie.octets }],
	];
	return found.flatMap((one) =>
		one === false ? [] : [{ verdict: one[0], args: { ...told, ...one[1] } }],
	);
}

function hop(scheme: 'http' | 'https', setCookies: readonly string[]): SiteHop {
	return { url: `${scheme}://example.com/`, status: 200, hsts: [], setCookies, denied: null };
}

function https(...setCookies: string[]) {
	return {
		secure: known([hop('https', setCookies)]),
		plain: known<readonly SiteHop[]>([]),
		all: NO_MORE,
	};
}

function plainHttp(...setCookies: string[]) {
	return {
		secure: known([hop('https', [])]),
		plain: known([hop('http', setCookies)]),
		all: NO_MORE,
	};
}

const NO_MORE = known<HostAnswers>({ answers: [], denied: null });

function signIn(...setCookies: string[]): Fact<HostAnswers> {
	const answer = answered(setCookies.map((value) => ['Set-Cookie', value] as const));
	return known({ answers: [{ url: 'https://example.com/login', answer }], denied: null });
}
