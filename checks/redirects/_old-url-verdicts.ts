import { type Fix, minutes, perPlatform, type ToldTarget, type Verdicts } from '../../src/sdk.ts';
import { plainHost, plainUrl, STEP_LOWER } from './_rules.ts';
import { hostOf } from './_tags.ts';

/** One fault, of one line or of several. */
type Lines = {
	readonly file: string;
	/** How many lines have it. */
	readonly count: number;
	/** How many were asked. */
	readonly asked: number;
	readonly examples: readonly {
		readonly line: number;
		readonly url: string;
		readonly how: string;
		readonly target: string | null;
		readonly end: string;
	}[];
	readonly domain: string;
	readonly lower: boolean;
};

type Chained = Lines & { readonly redirects: number };

/** The limit that `redirects/chain` has: beyond it, programs begin to give up. */
export const SLOW_REDIRECTS = 5;

const HIGH = {
	oneOf: ['high', 'later'],
	pick: (a: Lines) => (a.lower ? 'later' : 'high'),
} as const;

const theLines = (a: Lines) =>
	a.count === 1
		? `The old URL in ${a.file}:${a.examples[0]?.line}`
		: `${a.count} of ${a.asked} old URLs in ${a.file}`;

const listed = (a: Lines, show: (one: Lines['examples'][number]) => string) => {
	const shown = a.examples.map(show).join('; ');
	const more = a.count - a.examples.length;
	return more > 0 ? `${shown}; and ${more} more` : shown;
};

const curl = (a: Lines) => `curl -sIL '${(a.examples[0]?.url ?? '').replaceAll("'", '%27')}'`;

/** One redirect for each example, to the target from the list where it has one. */
function mapFix(summary: string, a: Lines, ...steps: string[]): Fix {
	const base = `https://${a.domain}`;
	const moved = a.examples.map((one) => ({
		host: plainHost(hostOf(one.url), a.domain),
		from: new URL(plainUrl(one.url, `${base}/old-page`)).pathname,
		to: plainUrl(one.target ?? '', `${base}/new-page`),
	}));
	const lines = (show: (one: (typeof moved)[number]) => string) =>
		[...new Set(moved.map(show))].join('\n');
	const pattern = (path: string) => path.slice(1).replaceAll('.', '\\.');
	return perPlatform(
		summary,
		{
			nginx: lines(({ from, to }) => `location = ${from} { return 301 ${to}; }`),
			apache: `RewriteEngine On\n${lines(({ from, to }) => `RewriteRule "^/?${pattern(from)}$" "${to}" [R=301,L]`)}`,
			caddy: lines(({ from, to }) => `redir ${from} ${to} permanent`),
			cloudflare: `Rules > Redirect Rules > Bulk Redirects, as CSV:\n${lines(({ host, from, to }) => `${host}${from},${to},301`)}`,
			vercel: `{ "redirects": [\n${commaed(lines(({ from, to }) => `  { "source": "${from}", "destination": "${to}", "permanent": true }`))}\n] }`,
			netlify: `# _redirects\n${lines(({ from, to }) => `${from} ${to} 301!`)}`,
			nextjs: `async redirects() {\n  return [\n${lines(({ from, to }) => `    { source: '${from}', destination: '${to}', permanent: true },`)}\n  ];\n}`,
			express: lines(
				({ from, to }) => `app.get('${from}', (req, res) => res.redirect(301, '${to}'));`,
			),
			firebase: `{ "hosting": { "redirects": [\n${commaed(lines(({ from, to }) => `  { "source": "${from}", "destination": "${to}", "type": 301 }`))}\n] } }`,
			cloudfront: `// CloudFront function, viewer request\nvar moved = {\n${lines(({ from, to }) => `  '${from}': '${to}',`)}\n};\nvar to = moved[event.request.uri];\nif (to) return { statusCode: 301, headers: { location: { value: to } } };\nreturn event.request;`,
			alb: lines(
				({ from, to }) => `Listener rule: path is ${from} > Redirect to ${to}, status 301`,
			),
			azure: lines(
				({ from, to }) =>
					`<rule name="${from}" stopProcessing="true">\n  <match url="^${pattern(from)}$" />\n  <action type="Redirect" url="${to}" appendQueryString="false" redirectType="Permanent" />\n</rule>`,
			),
			'github-pages': `# Jekyll with the plug-in jekyll-redirect-from, in the front matter of the new page\nredirect_from:\n${lines(({ from }) => `  - ${from}`)}`,
			wordpress: `Plug-in Redirection > Add new:\n${lines(({ from, to }) => `${from} → ${to}, 301`)}`,
		},
		...steps,
		...(a.count > a.examples.length
			? ['The other lines in the same way: the whole list is in the file.']
			: []),
	);
}

const commaed = (text: string) => text.split('\n').join(',\n');

const BY_HAND = 'Each line was asked by GET, and its redirects were followed one by one.';

/** What can be said about the list of old URLs. */
export const OLD_URL_VERDICTS = {
	'all-lead-on': {
		outcome: 'pass',
		says: (a: { file: string; good: number }) =>
			`${a.good === 1 ? 'The old URL' : `All ${a.good} old URLs`} in ${a.file} ${a.good === 1 ? 'leads' : 'lead'} to a page.`,
	},
	'not-found': {
		outcome: 'fail',
		severity: HIGH,
		effort: (a: Lines) => minutes(15 + 2 * Math.min(a.count, 100)),
		says: (a: Lines) =>
			`${theLines(a)} ${a.count === 1 ? 'leads' : 'lead'} to no page: ${listed(a, ({ url, how }) => `${url} ${how}`)}.`,
		impact:
			'Whoever follows an old link, bookmark or search result meets an error page, and the ranking of that page is lost.',
		fix: (a: Lines) =>
			mapFix(
				'Redirect each of these addresses to the page that took its place, one to one.',
				a,
				'Where nothing took its place, redirect to the nearest page above it, not to the start page.',
			),
		control: BY_HAND,
		reproduce: curl,
	},
	'server-error': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(45),
		says: (a: Lines) =>
			`${theLines(a)} ${a.count === 1 ? 'cannot' : 'cannot'} be followed: ${listed(a, ({ url, how }) => `${url} ${how}`)}.`,
		impact: 'Whoever follows an old link meets an error instead of a page.',
		fix: (a: Lines) =>
			mapFix(
				'Repair what these addresses lead to, or redirect them to a page that works.',
				a,
				"Look into the server's log at the time of this audit: old paths often meet code that expects new ones.",
				'A host that is gone from DNS, or has no certificate any more, needs both back to redirect at all.',
			),
		control: BY_HAND,
		reproduce: curl,
	},
	'soft-not-found': {
		outcome: 'fail',
		severity: HIGH,
		effort: (a: Lines) => minutes(15 + 2 * Math.min(a.count, 100)),
		says: (a: Lines) =>
			`${theLines(a)} ${a.count === 1 ? 'shows' : 'show'} the page for missing pages, though with status 200: ${listed(a, ({ url }) => url)}.`,
		impact:
			'Visitors find nothing, and no monitor or search console reports it, because the status says that all is well.',
		fix: (a: Lines) =>
			mapFix(
				'Redirect each of these addresses to the page that took its place, or answer with 410 where none did.',
				a,
				'Let missing pages answer with 404 (see redirects/not-found).',
			),
		control:
			'A random path of the same part of the site gives the same page; the start page is another.',
		reproduce: curl,
	},
	'sent-home': {
		outcome: 'fail',
		severity: HIGH,
		effort: (a: Lines) => minutes(15 + 2 * Math.min(a.count, 100)),
		says: (a: Lines) =>
			`${theLines(a)} ${a.count === 1 ? 'ends' : 'end'} on the start page, whatever ${a.count === 1 ? 'it was' : 'they were'} about: ${listed(a, ({ url }) => url)}.`,
		impact:
			'Visitors do not find what they came for, and search engines treat such redirects as pages that are gone.',
		fix: (a: Lines) =>
			mapFix(
				'Redirect each of these addresses to the page that took its place, one to one.',
				a,
				'Take the catch-all redirect to the start page away.',
				'Where the start page is meant, write it into the second column of the list.',
			),
		control:
			'Lines that were the start page before, or whose second column says so, are not counted.',
		reproduce: curl,
	},
	'wrong-target': {
		outcome: 'fail',
		severity: HIGH,
		effort: (a: Lines) => minutes(15 + 2 * Math.min(a.count, 100)),
		says: (a: Lines) =>
			`${theLines(a)} ${a.count === 1 ? 'ends' : 'end'} elsewhere than the list says: ${listed(a, ({ url, end, target }) => `${url} leads to ${end}, not to ${target}`)}.`,
		impact: 'Visitors land on another page than the migration plan promises.',
		fix: (a: Lines) =>
			mapFix(
				'Let each of these redirects name the address in the second column, or correct the list.',
				a,
				'Look for a wider rule that takes hold before: the first that matches wins.',
			),
		control:
			'A final slash counts as the same, and so does a target that is itself sent on to there.',
		reproduce: curl,
	},
	chained: {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later', 'info'],
			pick: (a: Chained) => {
				const production = a.redirects > SLOW_REDIRECTS ? 'high' : 'later';
				return a.lower ? STEP_LOWER[production] : production;
			},
		},
		effort: minutes(20),
		says: (a: Chained) =>
			`${theLines(a)} ${a.count === 1 ? 'takes' : 'take'} up to ${a.redirects} redirects: ${listed(a, ({ url, how, end }) => `${url} ${how} to ${end}`)}.`,
		impact:
			'Each redirect costs a round trip, and search engines pass less on, or stop after a few.',
		fix: (a: Lines) =>
			mapFix(
				'Point each old address straight at the last one.',
				a,
				'Put the old paths before the rules for host and slash, with the final host in them.',
			),
		control: 'Plain HTTP to HTTPS of the same address is not counted.',
		reproduce: curl,
	},
	'unread-line': {
		outcome: 'unknown',
		reason: 'unsupported',
		couldBe: 'high',
		says: (a: { place: string; text: string; why: string; more: number }) =>
			`${a.place}: "${a.text}" was not asked: ${a.why}${a.more > 0 ? `; and ${a.more} more lines like this` : ''}.`,
	},
} satisfies Verdicts<ToldTarget['context']>;
