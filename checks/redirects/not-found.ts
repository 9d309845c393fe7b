import {
	advice,
	at,
	blockedBy,
	type CanonicalSurvey,
	cannotSay,
	canonicalSurvey,
	chainInWords,
	defineCheck,
	doesNotApply,
	type Fact,
	type HttpAnswered,
	isSamePage,
	known,
	minutes,
	optional,
	type PageSketch,
	pageIn,
	perPlatform,
	type RandomPath,
	randomPath,
	readPage,
	type ToldSite,
	toldSites,
	z,
} from '../../src/sdk.ts';
import { SIGN_IN_PATH } from './_losses.ts';
import { STEP_LOWER } from './_rules.ts';
import { answered, chain, failedHop, HTML, hop, JSON_ANSWER, PASSWORD } from './_samples.ts';
import { hostOf } from './_tags.ts';

type Missing = {
	readonly host: string;
	readonly url: string;
	readonly end: string;
	readonly lower: boolean;
};

type Answers = Missing & {
	readonly status: number;
	readonly isShell: boolean;
	/** Why search engines will ask for pages that are not there. */
	readonly asked: string | null;
};

const curl = (a: Missing) => `curl -sIL https://${a.host}/lr-no-such-page`;

export default defineCheck({
	id: 'redirects/not-found',
	title: 'A page that does not exist is answered with 404',
	rationale:
		'Search engines and monitors know a dead page by its status. Where everything answers 200, dead links stay in ' +
		'search results, and a broken deployment looks healthy.',
	references: ['RFC 9110 §15.5.5 (404 Not Found), §15.5.11 (410 Gone)'],
	reach: 'upkeep',
	layer: 'content',
	over: toldSites,
	options: z.object({}),
	verdicts: {
		'says-so': {
			outcome: 'pass',
			says: (a: { host: string; status: number }) =>
				`A page that does not exist on ${a.host} is answered with ${a.status}.`,
		},
		'asks-to-sign-in': {
			outcome: 'pass',
			says: (a: { host: string; end: string }) =>
				`${a.host} asks everybody to sign in first, whatever was asked for: ${a.end}.`,
		},
		'answers-200': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later', 'info'],
				pick: (a: Answers) => {
					const production = a.asked === null ? 'later' : 'high';
					return a.lower ? STEP_LOWER[production] : production;
				},
			},
			effort: minutes(30),
			says: (a: Answers) =>
				`${a.host} answers ${a.status} for a page that does not exist${a.end === a.url ? '' : ` (it is sent to ${a.end})`}${a.isShell ? ', with the same page as for its start' : ''}${a.asked === null ? '' : `; ${a.asked}`}.`,
			impact:
				'Search engines keep dead pages and count them as duplicates, and monitors do not see that a page is gone.',
			fix: (a: Answers) =>
				perPlatform(
					'Answer paths that lead to no page with status 404, and show the "not found" page with it.',
					{
						nginx: `error_page 404 /404.html;\nlocation / { try_files $uri $uri/ =404; }   # not /index.html for every path`,
						apache:
							'ErrorDocument 404 /404.html\n# and no FallbackResource or RewriteRule that sends every path to index.html',
						caddy:
							'handle_errors {\n  rewrite * /404.html\n  file_server\n}\n# and no try_files {path} /index.html for every path',
						cloudflare:
							'Pages: put a 404.html into the output folder (without one, every path gets index.html with 200)',
						vercel:
							'Take the rewrite of /(.*) to /index.html away, list the routes of the application instead, and add 404.html',
						netlify:
							'# _redirects: instead of /* /index.html 200\n/app/* /index.html 200\n/* /404.html 404',
						nextjs:
							"import { notFound } from 'next/navigation';\nif (!page) notFound();   // before anything is streamed",
						express:
							"app.use((req, res) => res.status(404).sendFile('404.html', { root: 'public' }));   // the last route",
						firebase:
							'{ "hosting": { "rewrites": [{ "source": "/app/**", "destination": "/index.html" }] } }   // not "**"; and a 404.html',
						cloudfront:
							'Error pages: 404 (and 403 from S3) > response page /404.html, response code 404, not 200',
						azure:
							'{ "responseOverrides": { "404": { "rewrite": "/404.html" } } }   // Static Web Apps: navigationFallback only for the application\'s own routes',
						wordpress:
							'Switch off the plug-in or theme option that answers missing pages with another page.',
					},
					...(a.isShell
						? [
								'An application in the browser: let the server know the list of its routes, and give 404 for every other path.',
							]
						: []),
					'Deploy, then ask for a path that does not exist: the first line must say 404.',
				),
			control: (a: Answers) =>
				a.isShell
					? 'A random path was asked, and compared with the start page: they are the same.'
					: 'A random path was asked that nobody can have published.',
			reproduce: curl,
		},
		'sends-home': {
			outcome: 'fail',
			severity: {
				oneOf: ['later', 'info'],
				pick: (a: Missing) => (a.lower ? 'info' : 'later'),
			},
			effort: minutes(20),
			says: (a: Missing) =>
				`${a.host} sends visitors of a page that does not exist to its start page, ${a.end}.`,
			impact:
				'Who follows a dead link lands somewhere else without a word, and search engines treat the address as a soft 404.',
			fix: advice(
				'Answer with 404 and a page that says so, with links to the start page and to search.',
				'Look for the rule: a catch-all redirect at the server, or a plug-in that redirects 404 to the home page.',
				'Redirect only old addresses that have a successor, one by one.',
			),
			control: 'A random path was asked that nobody can have published.',
			reproduce: curl,
		},
	},
	appliesTo: ({ name, context }) => {
		if (context.kind === 'redirect') return `${name} only leads to another host.`;
		return context.kind === 'page' ? true : `${name} serves no pages.`;
	},
	needs: ({ subject: { name, seed } }) => ({
		random: randomPath({ origin: `https://${name}`, seed }),
		survey: optional(canonicalSurvey({ host: name })),
		home: optional(randomPath({ origin: `https://${name}`, seed, path: '/' })),
	}),
	judge({ given, subject, say }) {
		const { random, survey, home } = given;
		const { name: host, context } = subject;
		const lower = context.stage === 'staging' || context.standing === 'guessed';
		const obstacle = obstacleIn(random, subject);
		if (obstacle !== null) return obstacle;
		const { status, url } = random;
		if (status === null || status >= 400) return say('says-so', { host, status: status ?? 404 });
		const { answer, chain: walked } = random.report;
		const end = walked.hops.at(-1)?.url ?? url;
		const missing = { host, url, end, lower };
		const place = { kind: 'host' as const, name: host };
		if (answer !== null && isSignIn(answer, end, url)) return say('asks-to-sign-in', { host, end });
		if (end !== url && isStart(end, home)) return at(place, say('sends-home', missing));
		const isShell = isLike(random.sketch, home);
		const asked = reasonToAsk(survey, subject);
		return at(place, say('answers-200', { ...missing, status, isShell, asked }));
	},
	examples: (example) => {
		const start = 'https://example.com/';
		const path = `${start}lr-0/deep`;
		const sketch = (title: string): PageSketch => ({
			sha256: title,
			length: 10,
			title,
			words: [title],
			resources: [],
		});
		const gave = (
			status: number,
			{
				end = path,
				title = 'Not found',
				denied = null,
				answer = HTML,
			}: { end?: string; title?: string; denied?: string | null; answer?: HttpAnswered } = {},
		): RandomPath => ({
			url: path,
			report: {
				chain: chain('settled', ...(end === path ? [] : [hop(path, 302, end)]), hop(end, status)),
				withCookies: null,
				answer: { ...answer, status },
				unsureSilence: false,
			},
			status,
			sketch: sketch(title),
			denied,
		});
		const home: RandomPath = { ...gave(200, { title: 'Shop' }), url: start };
		const atStart: RandomPath = {
			...home,
			report: { ...home.report, chain: chain('settled', hop(start, 200)) },
		};
		const survey = (sitemap: readonly string[]): Fact<CanonicalSurvey> =>
			known({
				url: start,
				status: 200,
				foreign: false,
				denied: null,
				page: readPage('', start),
				sitemap,
				twins: null,
			});
		const given = (random: RandomPath, sitemap: readonly string[] = []) => ({
			random,
			survey: survey(sitemap),
			home: known(atStart),
		});
		return [
			example('404', given(gave(404)), 'says-so'),
			example('410', given(gave(410)), 'says-so'),
			example(
				'sent to an error page that says 404',
				given(gave(404, { end: `${start}404` })),
				'says-so',
			),
			example('200', given(gave(200)), 'answers-200'),
			example('200, with a sitemap', given(gave(200), [`${start}a`]), 'answers-200'),
			example('200, with a list of old URLs', given(gave(200)), 'answers-200', {
				subject: { oldUrls: '/srv/old-urls.txt' },
			}),
			example('an application shell', given(gave(200, { title: 'Shop' })), 'answers-200'),
			example(
				'sent to an error page that says 200',
				given(gave(200, { end: `${start}404` })),
				'answers-200',
			),
			example('sent to the start page', given(gave(200, { end: start })), 'sends-home'),
			example(
				'sent to sign in',
				given(gave(200, { end: `${start}login?next=%2Flr-0%2Fdeep` })),
				'asks-to-sign-in',
			),
			example(
				'a password form in its place',
				given(gave(200, { answer: answered(PASSWORD) })),
				'asks-to-sign-in',
			),
			example('a bot wall', given(gave(403, { denied: 'a challenge (403)' })), 'unknown'),
			example('refused', given(gave(403)), 'unknown'),
			example('a server error', given(gave(500)), 'unknown'),
			example('JSON', given(gave(404, { answer: JSON_ANSWER })), 'says-so'),
			example(
				'nothing answers',
				given({
					...gave(200),
					status: null,
					report: { ...gave(200).report, chain: chain('failed', failedHop(path, 'refused')) },
				}),
				'blocked',
			),
			example(
				'a circle',
				given({
					...gave(200),
					status: null,
					report: { ...gave(200).report, chain: chain('loop', hop(path, 302, path)) },
				}),
				'blocked',
			),
			example(
				'to another party',
				given({
					...gave(200),
					report: {
						...gave(200).report,
						chain: chain(
							'leaves-domain',
							hop(path, 302, 'https://example.net/'),
							hop('https://example.net/', 200),
						),
					},
				}),
				'not-applicable',
			),
		];
	},
});

/** Why the answer to a missing page is not known, or not this host's. */
function obstacleIn({ report, status, denied, url }: RandomPath, { name }: ToldSite) {
	const { hops, end } = report.chain;
	const last = hops.at(-1)?.url ?? url;
	if (end === 'leaves-domain')
		return doesNotApply(`${url} leads to ${last}, which is another party's.`);
	if (denied !== null) return cannotSay('denied', `${last}: ${denied}`);
	if (end === 'failed' && hops.length === 1) {
		if (report.unsureSilence) return cannotSay('timeout', `${url} does not answer`);
		return blockedBy({ check: 'ssl/https', subject: name }, `${url} does not answer`);
	}
	if (end !== 'settled') {
		const words = `${chainInWords(report.chain)}: it ends nowhere`;
		return blockedBy({ check: 'redirects/chain', subject: name }, words);
	}
	if (status === 401 || status === 403 || status === 429) {
		return cannotSay('denied', `${last} answers ${status}, so what is missing there was not seen`);
	}
	if (status === null || status >= 500 || (status >= 300 && status < 400)) {
		return cannotSay('inconclusive', `${last} answers ${status ?? 'nothing'} to a random path`);
	}
	return null;
}

function isStart(end: string, home: Fact<RandomPath>): boolean {
	const there = new URL(end);
	if (there.pathname === '/') return true;
	const last = home.status === 'known' ? home.value.report.chain.hops.at(-1)?.url : undefined;
	return (
		last !== undefined &&
		hostOf(last) === there.hostname &&
		new URL(last).pathname === there.pathname
	);
}

/** It asks for a password in place of the page, or says where the visitor was going. */
function isSignIn(answer: HttpAnswered, end: string, url: string): boolean {
	const page = pageIn(answer, end);
	if (page?.forms.some(({ asksFor }) => asksFor.includes('password'))) return true;
	if (end === url) return false;
	const there = new URL(end);
	const wanted = new URL(url).pathname;
	return (
		SIGN_IN_PATH.test(there.pathname) ||
		[...there.searchParams.values()].some((value) => value.includes(wanted))
	);
}

function isLike(sketch: PageSketch | null, home: Fact<RandomPath>): boolean {
	if (sketch === null || home.status !== 'known' || home.value.sketch === null) return false;
	return isSamePage(sketch, home.value.sketch);
}

/** Who has pages of this site on a list, so that a page that is gone will be asked for. */
function reasonToAsk(survey: Fact<CanonicalSurvey>, { oldUrls }: ToldSite): string | null {
	if (survey.status === 'known' && survey.value.sitemap.length > 0) {
		return 'it has a sitemap, so search engines ask for its pages one by one';
	}
	return oldUrls === null ? null : 'there are old URLs, so pages that are gone will be asked for';
}
