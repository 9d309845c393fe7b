import {
	advice,
	at,
	blockedBy,
	botWall,
	type CampaignWalk,
	type ChainReport,
	campaignWalks,
	cannotSay,
	chainInWords,
	chainReport,
	defineCheck,
	type Fact,
	type Hop,
	isCampaignParameter,
	isSameSite,
	isStagingName,
	known,
	minutes,
	optional,
	ownedBy,
	type QueryChange,
	queryChange,
	rawQuery,
	type ToldTarget,
	toldTargets,
	unknown,
	withoutSlash,
	z,
} from '../../src/sdk.ts';
import { deadEnd, failsLikeHome, ownerOfEnd } from './_ends.ts';
import { chain, failedHop, HTML, hop } from './_samples.ts';
import { hostOf, twinOf } from './_tags.ts';

type Broken = {
	readonly url: string;
	/** What becomes of the visitor, as the end of a sentence. */
	readonly how: string;
	readonly way: string;
	readonly staging: boolean;
};

export default defineCheck({
	id: 'redirects/campaigns',
	title: 'Every campaign link ends on its page, with its parameters',
	rationale:
		'Clicks are paid for from the first minute. A campaign link that ends on an error, on another host or without ' +
		'its parameters is money that nobody can account for.',
	references: ['RFC 9110 §15.4 (redirection)', 'RFC 3986 §3.4 (query)'],
	reach: 'sign-in',
	layer: 'content',
	over: toldTargets,
	options: z.object({}),
	verdicts: {
		arrives: {
			outcome: 'pass',
			says: (a: { url: string; end: string }) => `${a.url} ends on ${a.end}, parameters included.`,
		},
		broken: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: Broken) => (a.staging ? 'high' : 'blocker'),
			},
			effort: minutes(30),
			says: (a: Broken) => `The campaign link ${a.url} ${a.how}.`,
			impact:
				'Visitors who were paid for end on an error or are counted as nobody’s: the campaign cannot start.',
			fix: (a: Broken) =>
				advice(
					'Let the link lead to its page with as few redirects as possible, and every redirect hand on the query.',
					`The way it goes today: ${a.way}.`,
					'Publish the page, or correct the link where it is used (adverts, mailings, printed codes).',
					'Where a redirect drops the query, use the rule with the whole request URI (see redirects/preservation).',
				),
			control: 'The link was followed by GET, as a click does, to its end.',
			reproduce: (a: Broken) => `curl -sIL '${a.url.replaceAll("'", '%27')}'`,
		},
	},
	appliesTo: ({ campaigns }) =>
		campaigns.length === 0 ? 'No campaign URLs were given (campaigns in the config).' : true,
	needs: ({ subject }) => ({
		walks: campaignWalks({ urls: [...subject.campaigns], owned: ownedBy(subject) }),
		home: optional(chainReport({ url: `https://${subject.name}/` })),
	}),
	judge({ given: { walks, home }, subject, say }) {
		const staging = subject.context.stage === 'staging';
		return walks.map((walk) => {
			const { url, report } = walk;
			if (report.status === 'unknown') {
				return cannotSay(report.because, `${url}: ${report.detail}`);
			}
			if (report.status === 'blocked') return blockedBy(report.by, `${url}: ${report.detail}`);
			const obstacle = obstacleAt(url, report.value, home, subject);
			if (obstacle !== null) return obstacle;
			const end = report.value.chain.hops.at(-1)?.url ?? url;
			const how = faultOf(url, report.value, home);
			const place = { kind: 'url' as const, name: url };
			const way = chainInWords(report.value.chain);
			return at(
				place,
				how === null ? say('arrives', { url, end }) : say('broken', { url, how, way, staging }),
			);
		});
	},
	examples: (example) => {
		const link = 'https://example.com/spring?utm_source=mail&id=7';
		const page = 'https://example.com/spring';
		const landed = (status: number, ...way: Hop[]): ChainReport => {
			const hops = way.length > 0 ? way : [hop(link, status)];
			const answer = { ...HTML, status };
			return { chain: chain('settled', ...hops), withCookies: null, answer, unsureSilence: false };
		};
		const home = (status = 200, url = 'https://example.com/') =>
			known(landed(status, hop(url, status)));
		const given = (report: Fact<ChainReport>, url = link, start: Fact<ChainReport> = home()) => ({
			walks: [{ url, report }] satisfies CampaignWalk[],
			home: start,
		});
		const to = (end: string, from = link) =>
			given(known(landed(200, hop(from, 301, end), hop(end, 200))), from);
		const told = { subject: { campaigns: [link] } };
		const staging = { subject: { ...told.subject, context: { stage: 'staging' as const } } };
		const tracker = 'https://go.example.com/c?id=7&utm_source=mail';
		const failed = (how: 'refused' | 'no-such-host', url: string): ChainReport => ({
			chain: chain('failed', hop(link, 301, url), failedHop(url, how)),
			withCookies: null,
			answer: null,
			unsureSilence: false,
		});
		return [
			example('a page', given(known(landed(200))), 'arrives', told),
			example(
				'its parameters and more',
				to(`${page}/?lang=en&utm_source=mail&id=7`),
				'arrives',
				told,
			),
			example(
				'a click tracker that keeps its own id',
				to(`${page}?utm_source=mail`, tracker),
				'arrives',
				told,
			),
			example(
				'an application on another host',
				to('https://app.example.com/spring?utm_source=mail&id=7'),
				'arrives',
				told,
			),
			example('404', given(known(landed(404))), 'broken', told),
			example('404 on staging', given(known(landed(404))), 'broken', staging),
			example(
				'a circle',
				given(known({ ...landed(200), chain: chain('loop', hop(link, 302, link)) })),
				'broken',
				told,
			),
			example('without its parameters', to(page), 'broken', told),
			example('without one that counts', to(`${page}?id=7`), 'broken', told),
			example('on the same path, without an id', to(`${page}/?utm_source=mail`), 'broken', told),
			example(
				'on the twin of the site’s host',
				to('https://www.example.com/spring?utm_source=mail&id=7'),
				'broken',
				told,
			),
			example(
				'on another party’s host',
				given(
					known({
						...landed(200),
						chain: chain(
							'leaves-domain',
							hop(link, 302, 'https://example.net/'),
							hop('https://example.net/', 200),
						),
					}),
				),
				'broken',
				told,
			),
			example(
				'at a host that is gone',
				given(known(failed('no-such-host', 'https://shop.example.com/'))),
				'broken',
				told,
			),
			example(
				'the site itself is down',
				given(known(failed('refused', 'https://example.com/x'))),
				'blocked',
				told,
			),
			example(
				'the start page fails as well',
				given(known(landed(503)), link, home(503)),
				'blocked',
				told,
			),
			example('a bot wall', given(known(landed(429))), 'unknown', told),
			example('a password prompt', given(known(landed(401))), 'unknown', told),
			example('not asked in time', given(unknown('timeout', 'late')), 'unknown', told),
			example(
				'silent, without a control',
				given(known({ ...landed(200), unsureSilence: true })),
				'unknown',
				told,
			),
		];
	},
});

/** Why nothing can be said of a link, or who owns what is wrong with it. */
function obstacleAt(
	url: string,
	report: ChainReport,
	home: Fact<ChainReport>,
	{ name }: ToldTarget,
) {
	const { chain: walked, answer, unsureSilence } = report;
	const end = walked.hops.at(-1)?.url ?? url;
	if (unsureSilence) return cannotSay('timeout', `${url}: ${end} does not answer`);
	const wall = answer === null ? null : botWall(answer);
	if (wall !== null) return cannotSay('denied', `${url}: ${wall}`);
	if (answer?.status === 401 || answer?.status === 403) {
		return cannotSay('denied', `${url}: ${end} answers ${answer.status}, so its page was not seen`);
	}
	const owner = ownerOfEnd(walked, [name, `www.${name}`]);
	if (owner !== null) return blockedBy(owner, `${url}: ${end} does not answer`);
	return failsLikeHome(walked, home)
		? blockedBy({ check: 'redirects/chain', subject: name }, `${url} fails like the start page`)
		: null;
}

function faultOf(
	url: string,
	{ chain: walked, answer, withCookies }: ChainReport,
	home: Fact<ChainReport>,
): string | null {
	const settled = withCookies?.end === 'settled' ? withCookies : walked;
	const dead = deadEnd(settled);
	if (dead !== null) return dead;
	const end = settled.hops.at(-1)?.url ?? url;
	const status = settled.hops.at(-1)?.status ?? answer?.status ?? 0;
	if (status < 200 || status > 299) {
		return end === url ? `answers ${status}` : `ends on ${end}, which answers ${status}`;
	}
	if (walked.end === 'leaves-domain') return `ends on ${end}, which is another party's host`;
	const expected = canonicalHost(home);
	const there = hostOf(end);
	if (expected !== null && there !== expected && isWrongHost(there, expected)) {
		return `ends on ${there}, though the site's own host is ${expected}`;
	}
	const change = queryChange(rawQuery(url), rawQuery(end));
	return change === null || !matters(change, url, end) ? null : inWords(change, end);
}

/** Where visitors of the start page end, if that is a page of the site's own. */
function canonicalHost(home: Fact<ChainReport>): string | null {
	if (home.status !== 'known' || home.value.chain.end !== 'settled') return null;
	const last = home.value.chain.hops.at(-1);
	return last?.status === 200 ? hostOf(last.url) : null;
}

/** Another application of the site has a host of its own by right. */
function isWrongHost(there: string, expected: string): boolean {
	if (there === twinOf(expected) || !isSameSite(there, expected)) return true;
	return isStagingName(there) && !isStagingName(expected);
}

/** What a click tracker or short link needed for itself may stay there. */
function matters({ how, names }: QueryChange, url: string, end: string): boolean {
	if (names.length === 0 || how === 'decoded') return false;
	if (names.some(isCampaignParameter)) return true;
	return withoutSlash(new URL(url).pathname) === withoutSlash(new URL(end).pathname);
}

function inWords({ how, names }: QueryChange, end: string): string {
	const list = names.join(', ');
	if (how === 'lost') return `loses ${list} on the way to ${end}`;
	return `arrives on ${end} with ${list} ${how === 'doubled' ? 'more than once' : 'changed'}`;
}
