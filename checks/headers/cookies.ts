import {
	advice,
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
	isAntiForgeryName,
	isRemoval,
	isSessionName,
	known,
	minutes,
	optional,
	parseSetCookie,
	perPlatform,
	readHsts,
	type SiteHop,
	siteHops,
	sites,
	unknown,
	z,
} from '../../src/sdk.ts';
import { HIGH, LATER } from './_staged.ts';

/** Browsers cut every lifetime to this (RFC 6265bis §5.5). */
const LONGEST_LIFETIME = days(400);
/** Name and value; browsers drop what is longer (RFC 6265bis §5.6). */
const MOST_OCTETS = 4_096;

/** How the application says it, and how the proxy in front of it does. */
const SPELLING = {
	Secure: { option: 'secure: true', flag: 'secure' },
	HttpOnly: { option: 'httpOnly: true', flag: 'httponly' },
	'SameSite=Lax': { option: "sameSite: 'lax'", flag: 'samesite=lax' },
	'SameSite=Strict': { option: "sameSite: 'strict'", flag: 'samesite=strict' },
} as const;

/** What every finding about one cookie is told. Values are never among it. */
interface Told {
	readonly name: string;
	readonly host: string;
	readonly url: string;
	/** The host holds browsers to HTTPS. */
	readonly hsts: boolean;
}

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

	verdicts: {
		safe: {
			outcome: 'pass',
			says: (a: { host: string; cookies: number }) =>
				a.cookies === 0
					? `${a.host} sets no cookie for a signed-out visitor of its start page.`
					: `${a.cookies === 1 ? 'The cookie' : `The ${a.cookies} cookies`} that ${a.host} sets for a signed-out visitor ` +
						`${a.cookies === 1 ? 'carries' : 'carry'} the attributes that ${a.cookies === 1 ? 'it needs' : 'they need'}.`,
		},
		'session-not-secure': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(20),
			says: (a: Told) =>
				`The session cookie ${quoted(a)} has no Secure attribute (set at ${a.url}).`,
			impact: (a: Told) =>
				'One plain-HTTP request, which any network on the way can provoke, carries the cookie in clear; ' +
				`whoever reads it is signed in as the customer.${a.hsts ? ' HSTS lowers the risk for returning visitors, and does not remove it.' : ''}`,
			fix: withAttribute('Secure'),
			reproduce,
			cause: (a: Told) => `cookie ${a.name} without Secure`,
		},
		'session-not-httponly': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(20),
			says: (a: Told) =>
				`The session cookie ${quoted(a)} has no HttpOnly attribute (set at ${a.url}).`,
			impact:
				'Script that an attacker manages to inject, or a compromised third-party tag, reads the cookie and ' +
				'is signed in as the customer from anywhere.',
			fix: withAttribute('HttpOnly'),
			reproduce,
		},
		'not-secure': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(20),
			says: (a: Told) => `The cookie ${quoted(a)} has no Secure attribute (set at ${a.url}).`,
			impact: (a: Told) =>
				`It also travels over plain HTTP, where it can be read and replaced.${a.hsts ? ' HSTS lowers the risk for returning visitors.' : ''}`,
			fix: withAttribute('Secure'),
			reproduce,
			cause: (a: Told) => `cookie ${a.name} without Secure`,
		},
		'same-site-none-not-secure': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(15),
			says: (a: Told) =>
				`Browsers drop the cookie ${quoted(a)}: it says SameSite=None without Secure (set at ${a.url}).`,
			impact: 'What depends on this cookie does not work: it is never stored.',
			fix: withAttribute('Secure'),
			reproduce,
			cause: (a: Told) => `cookie ${a.name} without Secure`,
		},
		'same-site-invalid': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(10),
			says: (a: Told & { value: string }) =>
				`The cookie ${quoted(a)} says SameSite=${a.value === '' ? '(nothing)' : `"${a.value}"`}, which no browser knows (set at ${a.url}).`,
			impact:
				'Browsers fall back to their default, Lax in some and None in others, so the cookie is sent along ' +
				'in one browser and not in the next.',
			fix: withAttribute('SameSite=Lax'),
			reproduce,
		},
		'anti-forgery-without-same-site': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(10),
			says: (a: Told) =>
				`The anti-forgery cookie ${quoted(a)} has no SameSite attribute (set at ${a.url}).`,
			impact:
				'Its own protection is one layer thinner: browsers may send it along with requests of other sites.',
			fix: withAttribute('SameSite=Strict'),
			reproduce,
		},
		'prefix-broken': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(15),
			says: (a: Told & { fault: string }) =>
				`Browsers drop the cookie ${quoted(a)}: it is ${a.fault} (set at ${a.url}).`,
			impact:
				'What depends on this cookie, often the whole sign-in, does not work: it is never stored.',
			fix: perPlatform(
				'Give the cookie the attributes that its name promises',
				{
					express: `res.cookie('__Host-session', value, { secure: true, httpOnly: true, path: '/' });`,
					nextjs: `(await cookies()).set('__Host-session', value, { secure: true, httpOnly: true, path: '/' });`,
					any: 'Set-Cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax',
				},
				'__Host- asks for Secure, Path=/ and no Domain; __Secure- asks for Secure.',
				'Or rename the cookie, where a Domain is needed.',
			),
			reproduce,
		},
		'set-over-http': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(30),
			says: (a: Told) => `The cookie ${quoted(a)} is set over plain HTTP, at ${a.url}.`,
			impact:
				'Anybody on the way reads it or puts another one in its place, and browsers refuse it there if it is ' +
				'marked Secure.',
			fix: advice(
				'Redirect to HTTPS before anything sets a cookie',
				'Let the web server or the edge answer http:// with a redirect, and keep the application out of it.',
			),
			reproduce: (a: Told) => `curl -sSI http://${a.host}/ | grep -i '^set-cookie'`,
		},
		'domain-too-wide': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: Told & { domain: string }) =>
				`The cookie ${quoted(a)} is sent to every host under ${a.domain} (set at ${a.url}).`,
			impact:
				'Every sub-domain, also one that another company runs for you, receives it and can replace it.',
			fix: advice(
				'Leave out the Domain attribute, unless sub-domains share this cookie on purpose',
			),
			reproduce,
		},
		'on-public-suffix': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(10),
			says: (a: Told & { domain: string }) =>
				`Browsers drop the cookie ${quoted(a)}: ${a.domain} is a public suffix, under which strangers have names (set at ${a.url}).`,
			impact: 'What depends on this cookie does not work: it is never stored.',
			fix: advice('Leave out the Domain attribute'),
			reproduce,
		},
		'longer-than-400-days': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: Told & { lifetimeDays: number }) =>
				`The cookie ${quoted(a)} asks to be kept for ${a.lifetimeDays} days; browsers cut it to 400 (set at ${a.url}).`,
			impact: 'Customers are forgotten earlier than the product expects.',
			fix: advice('Ask for 400 days at most: Max-Age=34560000'),
			reproduce,
		},
		'over-4096-bytes': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(60),
			says: (a: Told & { octets: number }) =>
				`Browsers drop the cookie ${quoted(a)}: name and value take ${a.octets} bytes, more than 4096 (set at ${a.url}).`,
			impact: 'What depends on this cookie does not work: it is never stored.',
			fix: advice('Keep the data on the server and only its key in the cookie'),
			reproduce,
		},
	},

	needs: ({ subject }) => ({
		secure: optional(siteHops({ host: subject.name, scheme: 'https' })),
		plain: optional(siteHops({ host: subject.name, scheme: 'http' })),
	}),

	judge({ given, subject, now, say }) {
		const host = subject.name;
		const facts = [given.secure, given.plain];
		const hops = facts.flatMap((fact) => (fact.status === 'known' ? fact.value : []));
		const own = hops.filter(({ denied }) => denied === null);
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
			},
			'unknown',
		),
		example('exactly 4,096 bytes', https('a=<redacted:4095>; Secure'), 'safe'),
		example('nothing answers', { secure: known([]), plain: known([]) }, 'unknown'),
		example(
			'a bot wall’s own cookie',
			{
				secure: known([{ ...hop('https', ['wall=x']), denied: 'it refuses us' }]),
				plain: known([]),
			},
			'unknown',
		),
		example(
			'https seen, http not',
			{ secure: known([hop('https', [])]), plain: unknown('timeout', 'no answer in time') },
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

function problemsOf(
	{ cookie, url, overHttp, hsts }: SetCookie,
	host: string,
	now: Date,
): readonly { readonly verdict: Problem; readonly args: Told }[] {
	const told = { name: cookie.name, url, hsts, host };
	const session = isSessionName(cookie.name);
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

/** Only the cookie in question is touched, and its name is pasted only where no server reads more into it. */
function withAttribute(attribute: keyof typeof SPELLING) {
	const { option, flag } = SPELLING[attribute];
	return ({ name }: Told) => {
		const isPlain = /^[A-Za-z0-9_.-]+$/.test(name);
		const quotedName = isPlain ? `'${name}'` : 'name';
		const pattern = isPlain ? `${name.replaceAll('.', '\\.')}=` : '';
		const edit = `edit Set-Cookie "^(${pattern}.*)$" "$1; ${attribute}"`;
		return perPlatform(
			`Set the cookie with ${attribute}`,
			{
				express: `res.cookie(${quotedName}, value, { ${option} }); // express-session: cookie: { ${option} }`,
				nextjs: `(await cookies()).set(${quotedName}, value, { ${option} });`,
				nginx: `proxy_cookie_flags ${isPlain ? name : '~'} ${flag};`,
				// The first for the application's own answers, the second for its error pages and CGI.
				apache: `Header ${edit}\nHeader always ${edit}`,
			},
			'Change it where the application or its framework sets the cookie; a rule in the proxy is the second choice.',
		);
	};
}

/** A cookie is named by itself, so that its name never reads as part of the sentence. */
function quoted({ name }: Told): string {
	return name === '' ? '(without a name)' : `"${name}"`;
}

function reproduce({ host }: Told): string {
	return `curl -sSIL https://${host}/ | grep -i '^set-cookie'`;
}

function hop(scheme: 'http' | 'https', setCookies: readonly string[]): SiteHop {
	return { url: `${scheme}://example.com/`, status: 200, hsts: [], setCookies, denied: null };
}

function https(...setCookies: string[]) {
	return { secure: known([hop('https', setCookies)]), plain: known<readonly SiteHop[]>([]) };
}

function plainHttp(...setCookies: string[]) {
	return { secure: known([hop('https', [])]), plain: known([hop('http', setCookies)]) };
}
