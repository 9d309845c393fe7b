import {
	at,
	blockedBy,
	type ChainReport,
	cannotSay,
	chainReport,
	defineCheck,
	type Fact,
	type Hop,
	type Judgement,
	known,
	type OldUrlSurvey,
	type OldUrlWalk,
	type OldUrlWay,
	oldUrlSurvey,
	optional,
	ownedBy,
	type RedirectChain,
	toldTargets,
	z,
} from '../../src/sdk.ts';
import { type OldUrlDoubt, type OldUrlFault, readSurvey } from './_old-url-faults.ts';
import { OLD_URL_VERDICTS, SLOW_REDIRECTS } from './_old-url-verdicts.ts';
import { chain, failedHop, hop } from './_samples.ts';

/** With more, the lines of one fault make one finding. */
const MOST_SINGLE = 3;

const MOST_EXAMPLES = 3;

export default defineCheck({
	id: 'redirects/old-urls',
	title: 'Every old URL leads to the page that took its place',
	rationale:
		'After a relaunch, old links, bookmarks and search results go on bringing visitors for years. What they meet is ' +
		'decided line by line.',
	references: [
		'RFC 9110 §15.4.2 (301 Moved Permanently), §15.5.5 (404), §15.5.11 (410)',
		'RFC 4180 (CSV lists)',
	],
	reach: 'trust',
	layer: 'content',
	over: toldTargets,
	options: z.object({}),
	verdicts: OLD_URL_VERDICTS,
	appliesTo: ({ oldUrls }) => (oldUrls === null ? 'No list was given with --old-urls.' : true),
	needs: ({ subject }) => ({
		survey: oldUrlSurvey({
			path: subject.oldUrls ?? '',
			domain: subject.name,
			owned: ownedBy(subject),
			seed: subject.seed,
		}),
		home: optional(chainReport({ url: `https://${subject.name}/` })),
	}),
	judge({ given: { survey, home }, subject, say }) {
		const { file, walks, unread } = survey;
		const hosts = [subject.name, `www.${subject.name}`];
		const { faults, doubts, good } = readSurvey(survey, { hosts, home });
		const asked = walks.length;
		const found: Judgement<keyof typeof OLD_URL_VERDICTS>[] = groupsOf(faults).map((group) => {
			const [first] = group;
			const { kind, url, line } = first;
			const args = {
				file,
				asked,
				count: group.length,
				examples: group.slice(0, MOST_EXAMPLES).map((one) => ({
					line: one.line,
					url: one.url,
					how: one.how,
					target: one.target,
					end: one.end,
				})),
				domain: subject.name,
				lower: subject.context.stage === 'staging',
			};
			const redirects = Math.max(...group.map((one) => one.redirects));
			const verdict = kind === 'chained' ? say('chained', { ...args, redirects }) : say(kind, args);
			const place =
				group.length > 1
					? { kind: 'file' as const, name: `${file} (${kind}${isSlow(first) ? ', slow' : ''})` }
					: { kind: 'url' as const, name: url, file, line };
			return at(place, verdict);
		});
		const lines = unread.length <= MOST_SINGLE ? unread : unread.slice(0, 1);
		const unreadLines = lines.map(({ line, text, why }) =>
			at(
				{ kind: 'file', name: `${file}:${line}`, file, line },
				say('unread-line', {
					place: `${file}:${line}`,
					text,
					why,
					more: unread.length - lines.length,
				}),
			),
		);
		const rest = [...unreadLines, ...doubtsInWords(doubts, file)];
		if (found.length + rest.length > 0) return [...found, ...rest];
		return asked === 0
			? cannotSay('inconclusive', `${file} has no line with a URL`)
			: say('all-lead-on', { file, good });
	},
	examples: (example) => {
		const old = 'https://example.com/old';
		const target = 'https://example.com/new';
		const walked = (
			walkedChain: RedirectChain,
			more: Partial<Extract<OldUrlWay, { kind: 'walked' }>> = {},
		): OldUrlWay => ({
			kind: 'walked',
			chain: walkedChain,
			isCured: false,
			isUnsure: false,
			denied: null,
			isHome: false,
			likeRandom: 'no',
			targetEnd: null,
			...more,
		});
		const ends = (status: number, more = {}) => walked(chain('settled', hop(old, status)), more);
		const to = (url: string, more = {}) =>
			walked(chain('settled', hop(old, 301, url), hop(url, 200)), more);
		const line = (
			walk: OldUrlWay,
			more: Partial<Pick<OldUrlWalk, 'url' | 'line' | 'target'>> = {},
		): OldUrlWalk => ({ line: 1, url: old, target: null, walk, ...more });
		const given = (walks: readonly OldUrlWalk[], more: Partial<OldUrlSurvey> = {}) => ({
			survey: { file: 'old.txt', walks, unread: [], everythingGoesHome: false, ...more },
			home: starts(chain('settled', hop('https://example.com/', 200))),
		});
		const starts = (walkedHome: RedirectChain): Fact<ChainReport> =>
			known({ chain: walkedHome, withCookies: null, answer: null, unsureSilence: false });
		const many = (count: number, walk: OldUrlWay) =>
			given(
				Array.from({ length: count }, (_, index) =>
					line(walk, { url: `${old}-${index + 1}`, line: index + 1 }),
				),
			);
		const home = to('https://example.com/', { isHome: true });
		const through = (count: number, first = old) => {
			const hops: Hop[] = Array.from({ length: count }, (_, index) =>
				hop(index === 0 ? first : `${old}/${index}`, 301, `${old}/${index + 1}`),
			);
			return walked(chain('settled', ...hops, hop(`${old}/${count}`, 200)));
		};
		const asked = { subject: { oldUrls: '/srv/old.txt' } };
		const staging = {
			subject: { ...asked.subject, context: { stage: 'staging' as const } },
		};
		const plain = 'http://example.com/old';
		const upgraded = walked(
			chain('settled', hop(plain, 301, old), hop(old, 301, target), hop(target, 200)),
		);
		return [
			example('a page', given([line(ends(200))]), 'all-lead-on', asked),
			example(
				'one redirect to its target',
				given([line(to(target), { target })]),
				'all-lead-on',
				asked,
			),
			example(
				'a target that is sent on to the end',
				given([line(to(`${target}/en`, { targetEnd: `${target}/en` }), { target })]),
				'all-lead-on',
				asked,
			),
			example('a password prompt', given([line(ends(401))]), 'all-lead-on', asked),
			example(
				'to another party',
				given([
					line(
						walked(
							chain(
								'leaves-domain',
								hop(old, 301, 'https://example.net/'),
								hop('https://example.net/', 200),
							),
						),
					),
				]),
				'all-lead-on',
				asked,
			),
			example('404', given([line(ends(404))]), 'not-found', asked),
			example('410', given([line(ends(410))]), 'not-found', asked),
			example('404 on staging', given([line(ends(404))]), 'not-found', staging),
			example('three with 404', many(3, ends(404)), 'not-found', asked),
			example('four with 404', many(4, ends(404)), 'not-found', asked),
			example('500', given([line(ends(500))]), 'server-error', asked),
			example(
				'to a host that is gone',
				given([
					line(
						walked(
							chain(
								'failed',
								hop(old, 301, 'https://shop.example.com/'),
								failedHop('https://shop.example.com/', 'no-such-host'),
							),
						),
					),
				]),
				'server-error',
				asked,
			),
			example(
				'a circle',
				given([line(walked(chain('loop', hop(old, 301, old))))]),
				'server-error',
				asked,
			),
			example(
				'a circle that cookies end',
				given([line(walked(chain('loop', hop(old, 302, old)), { isCured: true }))]),
				'all-lead-on',
				asked,
			),
			example(
				'the audited host is down',
				given([line(walked(chain('failed', failedHop(old, 'refused'))))]),
				'blocked',
				asked,
			),
			example(
				'everything goes in a circle',
				{
					...given([line(walked(chain('loop', hop(old, 301, old))))]),
					home: starts(chain('loop', hop('https://example.com/', 301, 'https://example.com/'))),
				},
				'blocked',
				asked,
			),
			example(
				'200 like a random path',
				given([line(ends(200, { likeRandom: 'yes' }))]),
				'soft-not-found',
				asked,
			),
			example(
				'an application that answers everything alike',
				given([line(ends(200, { likeRandom: 'everything-is' }))]),
				'unknown',
				asked,
			),
			example('two on the start page', many(2, home), 'sent-home', asked),
			example('one on the start page', many(1, home), 'all-lead-on', asked),
			example(
				'one on the start page, as any path',
				given([line(home)], { everythingGoesHome: true }),
				'sent-home',
				asked,
			),
			example(
				'the old start pages',
				given([
					line(home, { url: 'https://example.com/index.html' }),
					line(home, { url: 'https://example.com/de/', line: 2 }),
				]),
				'all-lead-on',
				asked,
			),
			example(
				'the start page by intention',
				given([
					line(home, { target: 'https://example.com/' }),
					line(home, { target: 'https://example.com/', url: `${old}-2`, line: 2 }),
				]),
				'all-lead-on',
				asked,
			),
			example(
				'not its target',
				given([line(to(`${target}-er`), { target })]),
				'wrong-target',
				asked,
			),
			example('one redirect', given([line(through(1))]), 'all-lead-on', asked),
			example('two redirects', given([line(through(2))]), 'chained', asked),
			example('five redirects', given([line(through(5))]), 'chained', asked),
			example('six redirects', given([line(through(6))]), 'chained', asked),
			example('its own HTTPS first', given([line(upgraded, { url: plain })]), 'all-lead-on', asked),
			example('a bot wall', given([line(ends(403, { denied: 'a challenge' }))]), 'unknown', asked),
			example(
				'beyond the budget',
				given([line({ kind: 'unasked', because: 'budget', detail: 'enough' })]),
				'unknown',
				asked,
			),
			example(
				'a line that is no URL',
				given([line(ends(200))], { unread: [{ line: 2, text: 'htp:/x', why: 'it is no URL' }] }),
				'unread-line',
				asked,
			),
			example(
				'four lines that are no URLs',
				given([line(ends(200))], {
					unread: [2, 3, 4, 5].map((at) => ({ line: at, text: 'x', why: 'it is no URL' })),
				}),
				'unread-line',
				asked,
			),
			example('an empty list', given([]), 'unknown', asked),
		];
	},
});

type Group = readonly [OldUrlFault, ...OldUrlFault[]];

function isSlow({ kind, redirects }: OldUrlFault): boolean {
	return kind === 'chained' && redirects > SLOW_REDIRECTS;
}

/** Lines with one fault together where there are more than three of them. */
function groupsOf(faults: readonly OldUrlFault[]): readonly Group[] {
	const byKind = new Map<string, [OldUrlFault, ...OldUrlFault[]]>();
	for (const fault of faults) {
		const key = `${fault.kind} ${isSlow(fault)}`;
		const group = byKind.get(key);
		if (group === undefined) byKind.set(key, [fault]);
		else group.push(fault);
	}
	return [...byKind.values()].flatMap((group): Group[] =>
		group.length > MOST_SINGLE ? [group] : group.map((one): Group => [one]),
	);
}

/** One sentence for each reason, with the number of lines. */
function doubtsInWords(doubts: readonly OldUrlDoubt[], file: string) {
	const byReason = new Map<string, OldUrlDoubt[]>();
	for (const doubt of doubts) {
		const key = `${doubt.because} ${doubt.owner?.check} ${doubt.owner?.subject}`;
		byReason.set(key, [...(byReason.get(key) ?? []), doubt]);
	}
	return [...byReason.values()].flatMap((group) => {
		const [first] = group;
		if (first === undefined) return [];
		const lines = group.length === 1 ? `Line ${first.line}` : `${group.length} lines`;
		const detail = `${lines} of ${file} could not be judged (${first.url}): ${first.detail}`;
		return first.owner === null
			? [cannotSay(first.because, detail, 'high')]
			: [blockedBy(first.owner, detail)];
	});
}
