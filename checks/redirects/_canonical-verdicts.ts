import {
	advice,
	type Host,
	isSameSite,
	minutes,
	perPlatform,
	type Verdicts,
} from '../../src/sdk.ts';
import { baseUrlFix, hostFix, plainHost, STEP_LOWER } from './_rules.ts';
import { hostOf } from './_tags.ts';

type OwnHost = {
	readonly host: string;
	readonly url: string;
};

/** Snippets are pasted, so a name with odd characters stays out of them. */
const baseOf = (a: OwnHost) => `https://${plainHost(hostOf(a.url), a.host)}`;

/** A staging host: one step less grave, as no customer comes there. */
type Graded = {
	readonly lower: boolean;
};

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

type Rules = Parameters<typeof perPlatform>[1];

const WITHOUT_SLASH: Rules = {
	nginx: 'rewrite ^/(.+)/$ /$1 permanent;',
	apache:
		'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule ^/?(.+)/$ /$1 [R=308,L]',
	caddy: '@slash path_regexp slash ^(.+)/$\nredir @slash {re.slash.1} permanent',
	cloudflare:
		'Redirect Rule: if path ends with "/" and is not "/", dynamic redirect to the path without it',
	vercel: '{ "trailingSlash": false }',
	nextjs: 'trailingSlash: false',
	netlify: 'Post processing > Pretty URLs: on',
	express:
		"app.use((req, res, next) => req.path !== '/' && req.path.endsWith('/') ? res.redirect(308, req.path.slice(0, -1)) : next());",
};

/** Paths with a dot in the last part are files, which have no slash. */
const WITH_SLASH: Rules = {
	nginx: 'rewrite ^([^.]*[^/])$ $1/ permanent;',
	apache:
		'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^/?([^.]*[^/.])$ /$1/ [R=308,L]',
	caddy: '@bare path_regexp bare ^([^.]*[^/.])$\nredir @bare {re.bare.1}/ permanent',
	cloudflare:
		'Redirect Rule: if path does not end with "/" and holds no ".", dynamic redirect to concat(http.request.uri.path, "/")',
	vercel: '{ "trailingSlash": true }',
	nextjs: 'trailingSlash: true',
	express:
		"app.use((req, res, next) => /^[^.]*[^/.]$/.test(req.path) ? res.redirect(308, req.path + '/') : next());",
};

const ONE_CASE: Rules = {
	express: "app.enable('case sensitive routing');",
	any: 'Answer the other spelling with a redirect to the page, or with 404, and put into the page:\n<link rel="canonical" href="the one spelling">',
};

/** What can be said about the one address of a site. */
export const CANONICAL_VERDICTS = {
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
		fix: (a: OwnHost & { expected: string }) => {
			if (a.host !== a.expected) return hostFix(a.host, a.expected);
			const end = hostOf(a.url);
			const stay = `Take away whatever sends ${a.expected} to another host.`;
			if (!isSameSite(end, a.host)) return advice(stay);
			// Both at once would send the two hosts to each other for ever.
			const { steps, ...fix } = hostFix(plainHost(end, a.host), a.expected);
			return { ...fix, steps: [stay, 'Only then redirect the other host, as below.', ...steps] };
		},
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
			return baseUrlFix(base, `Then the page must contain: <link rel="canonical" href="${base}/">`);
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
			`${a.count === 1 ? "One of the page's own links" : `${a.count} of the page's own links`} at ${a.url} ` +
			`${a.count === 1 ? 'leads' : 'lead'} to ${a.how === 'plain' ? 'plain HTTP' : `${hostOf(a.example)} instead`}` +
			`${a.count === 1 ? ': ' : ', for example '}${a.example}.`,
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
				'Keep one spelling, redirect the other to it, and name it in rel=canonical.',
				a.how === 'case' ? ONE_CASE : a.one.endsWith('/') ? WITH_SLASH : WITHOUT_SLASH,
				`The page's own links say ${a.one}.`,
			),
		control: 'Compared by the hash of the whole body.',
		reproduce: (a: { one: string; other: string }) =>
			[a.one, a.other]
				.map((url) => `curl -s '${url.replaceAll("'", '%27')}' | sha256sum`)
				.join('; '),
	},
} satisfies Verdicts<Host['context']>;
