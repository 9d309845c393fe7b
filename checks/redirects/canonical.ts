import {
	advice,
	at,
	blockedBy,
	type CanonicalSurvey,
	cannotSay,
	canonicalSurvey,
	defineCheck,
	doesNotApply,
	type Fact,
	type Host,
	hosts,
	isRegistrable,
	known,
	minutes,
	optional,
	perPlatform,
	readPage,
	type TwinUrls,
	unknown,
	z,
} from '../../src/sdk.ts';
import { baseUrlFix, hostFix, plainHost, STEP_LOWER } from './_rules.ts';
import { canonicalSet, disagreements, hostOf, mixedLinks, twinOf } from './_tags.ts';

interface OwnHost {
	readonly host: string;
	readonly url: string;
}

/** Snippets are pasted, so a name with odd characters stays out of them. */
const baseOf = (a: OwnHost) => `https://${plainHost(hostOf(a.url), a.host)}`;

/** A staging host: one step less grave, as no customer comes there. */
interface Graded {
	readonly lower: boolean;
}

const grade = (a: Graded, severity: 'high' | 'later') =>
	a.lower ? STEP_LOWER[severity] : severity;
const HIGH = {
	oneOf: ['high', 'later'],
	pick: (a: Graded) => (a.lower ? 'later' : 'high'),
} as const;
const LATER = {
	oneOf: ['later', 'info'],
	pick: (a: Graded) => (a.lower ? 'info' : 'later'),
} as const;

const curl = (a: { host: string }) =>
	`curl -sL https://${a.host}/ | grep -iE 'canonical|og:url|hreflang'`;

export default defineCheck({
	id: 'redirects/canonical',
	title: 'The site has one address, and says the same one everywhere',
	rationale:
		'Two addresses with the same content split log-ins, cookies, caches and search ranking between them.',
	references: ['RFC 6596 (the canonical link relation)', 'sitemaps.org protocol'],
	reach: 'trust',
	layer: 'content',
	over: hosts,
	options: z.object({
		/** The host that visitors of the audited name must end on. */
		host: z.string().toLowerCase().optional(),
	}),
	verdicts: {
		'one-address': {
			outcome: 'pass',
			says: (a: OwnHost) =>
				`Visitors of ${a.host} end on ${a.url}, and the page names no wrong address.`,
		},
		'leads-on': {
			outcome: 'pass',
			says: (a: OwnHost) => `Visitors of ${a.host} end on ${a.url}, where the page is judged.`,
		},
		'two-hosts-answer': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later', 'info'],
				pick: (a: { agreed: string | null; lower: boolean }) =>
					grade(a, a.agreed === null ? 'high' : 'later'),
			},
			effort: minutes(15),
			says: (a: { host: string; twin: string; agreed: string | null }) =>
				`Both https://${a.host}/ and https://${a.twin}/ answer with a page, and neither redirects to the other${a.agreed === null ? '' : `; rel=canonical names ${a.agreed} on both`}.`,
			impact:
				'Log-ins and shopping carts of one are unknown to the other, and search engines count two sites.',
			fix: (a: { host: string; twin: string; agreed: string | null }) =>
				a.agreed === a.twin ? hostFix(a.host, a.twin) : hostFix(a.twin, a.host),
			control: 'Both were asked by GET and followed to their end.',
			reproduce: (a: { host: string; twin: string }) =>
				`curl -sI https://${a.host}/; curl -sI https://${a.twin}/`,
		},
		'unexpected-host': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(20),
			says: (a: OwnHost & { expected: string }) =>
				`Visitors of ${a.host} end on ${a.url}, not on ${a.expected} as the configuration says.`,
			impact: 'Links, cookies and log-in callbacks made for the other name do not work.',
			fix: (a: OwnHost & { expected: string }) => hostFix(a.host, a.expected),
			control: 'The redirects were followed to their end by GET.',
			reproduce: (a: OwnHost) => `curl -sIL https://${a.host}/`,
		},
		'tags-disagree': {
			outcome: 'fail',
			severity: HIGH,
			effort: minutes(20),
			says: (a: OwnHost & { tag: string; tagSays: string }) =>
				`The page is at ${a.url}, but ${a.tag} gives ${a.tagSays}.`,
			impact:
				'Search engines and link previews show the other address: visitors land on a second, old or dead copy.',
			fix: (a: OwnHost) => {
				const base = baseOf(a);
				return baseUrlFix(
					base,
					`Then the page must contain: <link rel="canonical" href="${base}/">`,
				);
			},
			control:
				'The page was read at the end of the redirects; other languages and sub-domains are allowed for.',
			reproduce: curl,
		},
		'several-tags': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(15),
			says: (a: OwnHost & { urls: readonly string[] }) =>
				`${a.url} has ${a.urls.length} different canonical links: ${a.urls.join(', ')}.`,
			impact: 'Search engines then ignore all of them.',
			fix: (a: OwnHost) =>
				advice(
					'Keep one canonical link a page.',
					'Usually the theme and a plug-in (or layout and page) both write one: switch one of them off.',
					`Keep the one that points to ${baseOf(a)}.`,
				),
			reproduce: curl,
		},
		'mixed-links': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later', 'info'],
				pick: (a: { how: 'plain' | 'twin'; lower: boolean }) =>
					grade(a, a.how === 'plain' ? 'high' : 'later'),
			},
			effort: minutes(20),
			says: (a: OwnHost & { how: 'plain' | 'twin'; count: number; example: string }) =>
				a.how === 'plain'
					? `${a.count} of the page's own links at ${a.url} lead to plain HTTP, for example ${a.example}.`
					: `${a.count} of the page's own links at ${a.url} lead to its www twin, for example ${a.example}.`,
			impact: 'Each such click costs a redirect, and over plain HTTP it can be read and changed.',
			fix: (a: OwnHost) => baseUrlFix(baseOf(a), 'Search the content for the old links too.'),
			reproduce: (a: OwnHost) => `curl -sL https://${a.host}/ | grep -oE 'href="https?://[^"]+"'`,
		},
		'twin-urls': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(20),
			says: (a: { one: string; other: string; how: 'slash' | 'case' }) =>
				`${a.one} and ${a.other} give the same page (${a.how === 'slash' ? 'with and without a final slash' : 'upper and lower case'}), without a canonical link.`,
			impact: 'Search engines count two pages, and caches keep two copies.',
			fix: (a: { one: string; how: 'slash' | 'case' }) =>
				perPlatform(
					'Pick one spelling, redirect the other to it, and name it in rel=canonical.',
					a.how === 'slash'
						? {
								nginx: 'rewrite ^/(.+)/$ /$1 permanent;',
								apache: 'RewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule ^(.+)/$ /$1 [R=308,L]',
								caddy: '@slash path_regexp slash ^(.+)/$\nredir @slash {re.slash.1} permanent',
								cloudflare:
									'Redirect Rule: if path ends with "/" and is not "/", dynamic redirect to the path without it',
								vercel: '{ "trailingSlash": false }',
								nextjs: 'trailingSlash: false',
								netlify: 'Post processing > Pretty URLs: on',
								express:
									"app.use((req, res, next) => req.path !== '/' && req.path.endsWith('/') ? res.redirect(308, req.path.slice(0, -1)) : next());",
							}
						: {
								express: "app.enable('case sensitive routing');",
								any: `<link rel="canonical" href="${a.one}">`,
							},
				),
			control: 'Compared by the hash of the whole body.',
			reproduce: (a: { one: string }) => `curl -sI '${a.one.replaceAll("'", '%27')}'`,
		},
	},
	needs: ({ subject }) => ({
		own: canonicalSurvey({ host: subject.name }),
		twin: optional(
			canonicalSurvey({ host: hasTwin(subject) ? twinOf(subject.name) : subject.name }),
		),
		home: optional(canonicalSurvey({ host: subject.apex })),
	}),
	judge({ given, subject, options, say }) {
		const { own, twin } = given;
		const host = subject.name;
		const { url, page } = own;
		const lower = subject.context.stage === 'staging';
		const isPair = host === subject.apex || host === `www.${subject.apex}`;
		const unexpected =
			options.host !== undefined && isPair && hostOf(url) !== options.host
				? [say('unexpected-host', { host, url, expected: options.host, lower })]
				: [];
		const obstacle = obstacleIn(own, host);
		if (obstacle !== null) return [...unexpected, obstacle];
		if (!isJudgedHere(own, subject.name, subject.apex)) {
			return unexpected.length > 0 ? unexpected : say('leads-on', { host, url });
		}
		const set = page === null ? [] : canonicalSet(page);
		const mixed = mixedLinks(own);
		const two = hasTwin(subject) ? twoHosts(own, twin) : null;
		const found = [
			...unexpected,
			...(two === null
				? []
				: [say('two-hosts-answer', { host, twin: twinOf(host), lower, ...two })]),
			...disagreements(own, host === subject.apex ? null : homeOf(given.home))
				.filter(({ says }) => two?.agreed == null || hostOf(says) !== two.agreed)
				.map(({ tag, says }) =>
					at(
						{ kind: 'url', name: `${url} (${tag})` },
						say('tags-disagree', { host, url, tag, tagSays: says, lower }),
					),
				),
			...(set.length > 1 ? [say('several-tags', { host, url, urls: set, lower })] : []),
			...(['plain', 'twin'] as const)
				.filter((how) => mixed[how].length > 0)
				.map((how) =>
					at(
						{ kind: 'url', name: `${url} (${how})` },
						say('mixed-links', {
							host,
							url,
							how,
							lower,
							count: mixed[how].length,
							example: mixed[how][0] ?? '',
						}),
					),
				),
			...(own.twins === null ? [] : [say('twin-urls', { ...own.twins, lower })]),
		];
		return found.length > 0 ? found : say('one-address', { host, url });
	},
	examples: (example) => {
		const given = (own: CanonicalSurvey, twin: Fact<CanonicalSurvey> = NO_TWIN) => ({
			own,
			twin,
			home: known(surveyed(HOME, '')),
		});
		const serving = (html: string, more: Partial<CanonicalSurvey> = {}) =>
			given(surveyed(HOME, html, more));
		const www = {
			subject: {
				name: 'www.example.com',
				context: { standing: 'www' as const, stage: 'production' as const },
			},
		};
		const app = {
			subject: {
				name: 'app.example.com',
				context: { standing: 'guessed' as const, stage: 'production' as const },
			},
		};
		const canonical = (url: string) => `<link rel=canonical href="${url}">`;
		return [
			example('a page that says nothing', serving('<p>Shop'), 'one-address'),
			example('its own canonical', serving(canonical(HOME)), 'one-address'),
			example('www leads to the apex', given(surveyed(HOME, canonical(HOME))), 'leads-on', www),
			example('an API', given({ ...surveyed(HOME, ''), page: null }), 'not-applicable'),
			example(
				'another party’s page',
				given({ ...surveyed('https://example.net/', ''), page: null, foreign: true }),
				'not-applicable',
			),
			example('an error', given({ ...surveyed(HOME, ''), page: null, status: 500 }), 'blocked'),
			example(
				'a bot wall',
				given({ ...surveyed(HOME, ''), denied: 'a challenge (403)' }),
				'unknown',
			),
			example(
				'www answers too',
				given(surveyed(HOME, ''), known(surveyed(WWW, ''))),
				'two-hosts-answer',
			),
			example(
				'www answers too, both name the apex',
				given(surveyed(HOME, canonical(HOME)), known(surveyed(WWW, canonical(HOME)))),
				'two-hosts-answer',
			),
			example(
				'www redirects here',
				given(surveyed(HOME, ''), known(surveyed(HOME, ''))),
				'one-address',
			),
			example('the configured host', serving(''), 'one-address', {
				options: { host: 'example.com' },
			}),
			example('another host', serving(''), 'unexpected-host', {
				options: { host: 'www.example.com' },
			}),
			example('canonical on www', serving(canonical(WWW)), 'tags-disagree'),
			example('canonical on http', serving(canonical('http://example.com/')), 'tags-disagree'),
			example(
				'the home page under another name, which says so',
				given(surveyed(APP, canonical(HOME))),
				'one-address',
				app,
			),
			example(
				'another name whose canonical leads to plain http',
				given(surveyed(APP, canonical('http://example.com/'))),
				'tags-disagree',
				app,
			),
			example(
				'another name whose canonical leads to a third',
				given(surveyed(APP, canonical(WWW))),
				'tags-disagree',
				app,
			),
			example(
				'www answers and names the apex',
				given(surveyed(WWW, canonical(HOME))),
				'one-address',
				www,
			),
			example(
				'og:url on localhost',
				serving('<meta property="og:url" content="http://localhost:3000">'),
				'tags-disagree',
			),
			example(
				'alternates on other domains',
				serving('<link rel=alternate hreflang=de href="https://example.net/">'),
				'one-address',
			),
			example(
				'alternates on www',
				serving(`<link rel=alternate hreflang=de href="${WWW}de">`),
				'tags-disagree',
			),
			example('sitemap on www', serving('', { sitemap: [`${HOME}a`, `${WWW}b`] }), 'tags-disagree'),
			example(
				'sitemap with a blog host',
				serving('', { sitemap: ['https://blog.example.com/'] }),
				'one-address',
			),
			example('two equal canonicals', serving(canonical(HOME).repeat(2)), 'one-address'),
			example(
				'two canonicals',
				serving(canonical(HOME) + canonical(`${HOME}home`)),
				'several-tags',
			),
			example('own links by http', serving('<a href="http://example.com/a">'), 'mixed-links'),
			example('own links to www', serving(`<a href="${WWW}a">`), 'mixed-links'),
			example('links to others by http', serving('<a href="http://example.net/a">'), 'one-address'),
			example('with and without slash', serving('', { twins: SLASH }), 'twin-urls'),
			example(
				'in upper and lower case',
				serving('', { twins: { ...SLASH, how: 'case' } }),
				'twin-urls',
			),
		];
	},
});

/** Why there is no page to judge. */
function obstacleIn({ url, status, foreign, denied, page }: CanonicalSurvey, host: string) {
	if (foreign) return doesNotApply(`${url} is another party's.`);
	if (denied !== null) return cannotSay('denied', denied);
	if (page !== null) return null;
	if (status < 400) return doesNotApply(`${url} is no HTML page.`);
	return blockedBy({ check: 'redirects/chain', subject: host }, `${url} answers ${status}`);
}

/** The page is judged where it lives; where a host leads to one that nobody audits, at the apex. */
function isJudgedHere({ url }: CanonicalSurvey, host: string, apex: string): boolean {
	const there = hostOf(url);
	return there === host || (host === apex && !(isRegistrable(apex) && there === twinOf(apex)));
}

/** Where visitors of the audited name end, if that is a page of its own. */
function homeOf(home: Fact<CanonicalSurvey>): string | null {
	return home.status === 'known' && home.value.page !== null ? home.value.url : null;
}

/** Only a registrable name is expected to answer under www as well. */
function hasTwin({ name, apex }: Host): boolean {
	return name === apex && isRegistrable(name);
}

/** Whether both of a pair answer themselves, and which name both pages agree on. */
function twoHosts(
	own: CanonicalSurvey,
	twin: Fact<CanonicalSurvey>,
): { agreed: string | null } | null {
	if (twin.status !== 'known' || own.page === null || twin.value.page === null) return null;
	const host = hostOf(own.url);
	if (hostOf(twin.value.url) !== twinOf(host)) return null;
	const names = [own.page, twin.value.page].map((page) => canonicalSet(page).map(hostOf));
	const [mine = [], theirs = []] = names;
	const [only] = mine;
	const agree = mine.length === 1 && theirs.length === 1 && only === theirs[0];
	return { agreed: agree ? (only ?? null) : null };
}

const HOME = 'https://example.com/';
const WWW = 'https://www.example.com/';
const APP = 'https://app.example.com/';
const NO_TWIN = unknown('not-asked', 'no twin');
const SLASH: TwinUrls = { one: `${HOME}shop`, other: `${HOME}shop/`, how: 'slash' };

function surveyed(url: string, html: string, more: Partial<CanonicalSurvey> = {}): CanonicalSurvey {
	const page = readPage(html, url);
	return {
		url,
		status: 200,
		foreign: false,
		denied: null,
		page,
		sitemap: [],
		twins: null,
		...more,
	};
}
