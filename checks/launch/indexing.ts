import {
	advice,
	cannotSay,
	defineCheck,
	type Fact,
	known,
	minutes,
	noIndexIn,
	optional,
	perPlatform,
	type RobotsFile,
	robotsFile,
	sitePage,
	sites,
	unknown,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { notForSearch } from './_context.ts';
import { page } from './_samples.ts';

type NoIndexed = {
	readonly host: string;
	readonly url: string;
	/** Each in words: where it stands and what it says. */
	readonly signs: readonly string[];
	readonly inHeader: boolean;
};

type Disallowed = {
	readonly host: string;
	readonly url: string;
	readonly group: string;
	readonly pattern: string;
	readonly line: number;
};

/** Where the header comes from. */
const WITHOUT_HEADER = {
	nginx: '# delete this line for the production server\nadd_header X-Robots-Tag "noindex";',
	apache: '# instead of Header set X-Robots-Tag "noindex"\nHeader always unset X-Robots-Tag',
	caddy: 'header -X-Robots-Tag',
	cloudflare:
		'Rules > Transform Rules > Modify Response Header: delete the rule that sets X-Robots-Tag.',
	vercel:
		'{ "headers": [] }   // take X-Robots-Tag out; Vercel adds noindex by itself to preview deployments: assign the domain to Production',
	netlify: '# delete from _headers or netlify.toml\n/*\n  X-Robots-Tag: noindex',
	nextjs: "export const metadata = { robots: { index: process.env.VERCEL_ENV === 'production' } };",
	express: "app.use((req, res, next) => { res.removeHeader('X-Robots-Tag'); next(); });",
	wordpress:
		'// Settings > Reading > untick "Discourage search engines", or: wp option update blog_public 1',
};

/** What a page says itself. */
const WITHOUT_META = {
	any: '<meta name="robots" content="index, follow">',
	nextjs: "export const metadata = { robots: { index: process.env.VERCEL_ENV === 'production' } };",
	wordpress:
		'// Settings > Reading > untick "Discourage search engines", or: wp option update blog_public 1',
};

export default defineCheck({
	id: 'launch/indexing',
	title: 'Search engines may list the site',
	rationale:
		'What kept search engines away from the test site goes live with it more often than anything else, and ' +
		'nobody notices until weeks later nobody has come.',
	references: [
		'Google Search Central: robots meta tag and X-Robots-Tag',
		'RFC 9309 §2.2 (rules), §2.3.1.4 (unreachable)',
	],
	reach: 'trust',
	layer: 'content',
	over: sites,
	options: z.object({}),

	verdicts: {
		open: {
			outcome: 'pass',
			says: (a: { url: string }) => `Search engines may list ${a.url}.`,
		},
		'kept-out': {
			outcome: 'pass',
			says: (a: { host: string; by: string }) =>
				`Search engines are kept out of ${a.host}, as of every test site: ${a.by}.`,
		},
		'test-site': {
			outcome: 'pass',
			says: (a: { host: string }) =>
				`${a.host} is a test site: that search engines may list it is the business of launch/staging.`,
		},
		'site-noindex': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(15),
			says: (a: NoIndexed) =>
				`${a.url} tells search engines to leave the site out: ${a.signs.join('; ')}.`,
			impact:
				'The site is missing from search results from the first day on; customers who search for your name find somebody else.',
			fix: (a: NoIndexed) =>
				perPlatform(
					a.inHeader
						? 'Send no X-Robots-Tag with noindex from the production site.'
						: 'Take noindex out of the robots meta element of the production build.',
					a.inHeader ? WITHOUT_HEADER : WITHOUT_META,
					'Look for the setting that depends on the environment, and for a build that was made with the one of the test site.',
					'After the deployment, ask Google Search Console to index the start page (URL Inspection > Request Indexing).',
				),
			control: 'Read on the page where a visitor ends, not on a redirect before it.',
			reproduce: (a: NoIndexed) =>
				`curl -sSL -D - https://${a.host}/ | grep -iE 'x-robots-tag|name="?(robots|googlebot)'`,
		},
		'robots-disallow-all': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: Disallowed) =>
				`${a.url} forbids crawlers the whole site: line ${a.line}, "Disallow: ${a.pattern}", for ${a.group === '*' ? 'everybody (User-agent: *)' : a.group}.`,
			impact:
				'Search engines do not read a single page: the site gets no visitors from search, or shows there without a description.',
			fix: (a: Disallowed) => ({
				summary: 'Publish a robots.txt that forbids nothing.',
				steps: [
					`Replace the file at ${a.url}; an empty Disallow allows everything.`,
					'Look for the build step or setting that writes another robots.txt for tests (WordPress: Settings > Reading).',
					'To keep single folders out, name them one by one.',
				],
				snippets: [
					{ platform: 'any', language: 'text', text: 'User-agent: *\nDisallow:\n' },
					{
						platform: 'nextjs',
						language: 'javascript',
						text: "// app/robots.ts\nexport default function robots() {\n  return { rules: { userAgent: '*', allow: '/' } };\n}",
					},
				],
			}),
			control:
				'Read as RFC 9309 says: groups of one crawler merged, the longest rule counts, Allow wins a tie; a made-up path is forbidden too.',
			reproduce: (a: Disallowed) => `curl -sSL https://${a.host}/robots.txt`,
		},
		'robots-server-error': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(20),
			says: (a: { url: string; how: string; host: string }) =>
				`${a.url} ${a.how}, which crawlers take for a prohibition of the whole site.`,
			impact:
				'Search engines stop reading the site until the file answers again, and drop it from their results after some weeks.',
			fix: (a: { url: string }) =>
				advice(
					`Let ${a.url} answer with 200 and the rules, or with 404: that means that everything is allowed.`,
					"Look into the server's log for this path: often a catch-all route of the application fails on it.",
					'A static file in the public folder is enough: User-agent: * and an empty Disallow.',
				),
			control: (a: { host: string }) => `https://${a.host}/ itself answers.`,
			reproduce: (a: { host: string }) => `curl -sSI https://${a.host}/robots.txt`,
		},
	},

	appliesTo: (site) => notForSearch(site) ?? true,
	needs: ({ subject }) => ({
		page: sitePage({ host: subject.name }),
		robots: optional(robotsFile({ host: subject.name, seed: subject.seed })),
	}),

	judge({ given, subject, now, say }) {
		const host = subject.name;
		const { url, answer } = given.page;
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		const signs = noIndexIn(answer, url, now).map(inWords);
		const inHeader = noIndexIn(answer, url, now).some(({ where }) => where === 'header');
		const robots = given.robots.status === 'known' ? given.robots.value : null;
		const disallowed = robots === null ? null : disallowedBy(robots, host);
		if (subject.context.stage === 'staging') {
			const by = signs[0] ?? (disallowed === null ? null : `${disallowed.url} forbids everything`);
			return by === null ? say('test-site', { host }) : say('kept-out', { host, by });
		}
		const found = [
			...(signs.length > 0 ? [say('site-noindex', { host, url, signs, inHeader })] : []),
			...(disallowed === null ? [] : [say('robots-disallow-all', disallowed)]),
			...(robots?.kind === 'unreachable'
				? [say('robots-server-error', { host, url: robots.url, how: robots.how })]
				: []),
		];
		if (given.robots.status === 'unknown') {
			return [...found, cannotSay(given.robots.because, given.robots.detail, 'high')];
		}
		return found.length > 0 ? found : say('open', { url });
	},

	examples: (example) => {
		const given = (
			about: Parameters<typeof page>[0],
			robots: Fact<RobotsFile> = known({ url: ROBOTS, kind: 'none', status: 404 }),
		) => ({ page: page(about), robots });
		const header = (value: string) => given({ headers: [['X-Robots-Tag', value]] });
		const meta = (content: string, name = 'robots') =>
			given({ head: `<meta name="${name}" content="${content}">` });
		const staging = {
			subject: {
				name: 'staging.example.com',
				context: { standing: 'apex', stage: 'staging', kind: 'page', forms: 'no' },
			},
		} as const;
		return [
			example('nothing said', given({}), 'open'),
			example('index, follow', meta('index, follow'), 'open'),
			example('a header', header('noindex'), 'site-noindex'),
			example('a header for Google', header('googlebot: noindex'), 'site-noindex'),
			example('a header for another crawler', header('otherbot: noindex, nofollow'), 'open'),
			example('a meta element', meta('NOINDEX,NOFOLLOW'), 'site-noindex'),
			example('a meta element with none', meta('none'), 'site-noindex'),
			example('a meta element for Google', meta('noindex', 'googlebot'), 'site-noindex'),
			example('a meta element for news alone', meta('noindex', 'googlebot-news'), 'open'),
			example('noimageindex', meta('noimageindex, nofollow'), 'open'),
			example(
				'until a day that has passed',
				header('unavailable_after: 2029-12-31'),
				'site-noindex',
			),
			example('until a day to come', header('unavailable_after: 2030-01-02'), 'open'),
			example(
				'index in one place, noindex in another',
				given({ headers: [['X-Robots-Tag', 'all']], head: '<meta name=robots content=noindex>' }),
				'site-noindex',
			),
			example(
				'robots.txt forbids everything',
				given({}, rules(false, false)),
				'robots-disallow-all',
			),
			example('robots.txt forbids all but /', given({}, rules(true, false)), 'open'),
			example('robots.txt forbids / alone', given({}, rules(false, true)), 'open'),
			example(
				'robots.txt answers 503',
				given({}, known({ url: ROBOTS, kind: 'unreachable', how: 'answers 503' })),
				'robots-server-error',
			),
			example('robots.txt not seen', given({}, unknown('denied', 'a challenge')), 'unknown'),
			example('noindex on a test site', header('noindex'), 'kept-out', staging),
			example('robots.txt of a test site', given({}, rules(false, false)), 'kept-out', staging),
			example('a test site without either', given({}), 'test-site', staging),
			example('a password in front', given({ status: 401 }), 'unknown'),
			example('an error', given({ status: 500 }), 'blocked'),
		];
	},
});

const ROBOTS = 'https://example.com/robots.txt';

function inWords({ where, text, agent }: { where: string; text: string; agent: string }): string {
	return where === 'header'
		? `the header X-Robots-Tag: ${text}`
		: `<meta name="${agent === '' ? 'robots' : agent}" content="${text}">`;
}

function disallowedBy(robots: RobotsFile, host: string): Disallowed | null {
	if (robots.kind !== 'rules') return null;
	const { start, any, url } = robots;
	if (start.allowed || any.allowed || start.rule === null) return null;
	const { pattern, line } = start.rule;
	return { host, url, group: start.group ?? '*', pattern, line };
}

function rules(start: boolean, any: boolean): Fact<RobotsFile> {
	const ruling = (allowed: boolean) => ({
		allowed,
		rule: { allows: allowed, pattern: '/', line: 2 },
		group: '*',
	});
	return known({
		url: ROBOTS,
		kind: 'rules',
		start: ruling(start),
		any: ruling(any),
		sitemaps: [],
	});
}
