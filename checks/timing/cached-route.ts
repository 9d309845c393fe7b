import {
	defineCheck,
	endpoints,
	minutes,
	perPlatform,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken, tooSlow, UNREACHABLE } from './_samples.ts';
import {
	budget,
	evidence,
	forShell,
	largestPhase,
	notMeasured,
	numbers,
	openIn,
	openVerdicts,
	timedAndSeen,
	timedByHand,
} from './_told.ts';

const CACHE_IT = perPlatform(
	'',
	{
		any: 'Cache-Control: public, max-age=60, s-maxage=300, stale-while-revalidate=600',
		nginx:
			'proxy_cache app;\nproxy_cache_valid 200 5m;\nproxy_cache_use_stale updating error timeout;\nproxy_cache_background_update on;',
		nextjs: 'export const revalidate = 300;',
	},
	'Send no Set-Cookie with it, and Vary only by what changes the answer (Accept-Encoding).',
	'Let the cache key leave out tracking parameters and cookies.',
);

export default defineCheck({
	id: 'timing/cached-route',
	title: 'What a cache should answer is answered by it, within its budget, 500 ms unless told',
	rationale:
		'You said that a cache answers for this route: then it is quick, and says where it came from.',
	references: [
		'RFC 9111 (Age), RFC 9211 (Cache-Status)',
		'Exact binomial test of the share of samples over the budget, 5 % either way',
	],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} keeps p95 under ${budget(a)}, and a cache answered ${a.cache.hits} of ${counted(a)} requests: ${numbers(a)}.`,
		},
		'p95-over-budget': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(120),
			says: (a: TimingSummary) =>
				`${a.url} is too slow for a cached route: p95 is over ${budget(a)} (${a.over} of ${a.samples} samples were): ${numbers(a)}.`,
			impact: 'Customers wait for what could be there at once.',
			fix: (a: TimingSummary) => ({
				...CACHE_IT,
				summary: `Let the cache answer: ${largestPhase(a)}.`,
			}),
			reproduce: timedByHand,
			evidence,
		},
		misses: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(60),
			says: (a: TimingSummary) =>
				`${a.url} is declared cached, and no cache answered ${a.cache.others} of ${counted(a)} requests (no HIT, and no Age above 0${a.cacheControl === '' ? '; there is no Cache-Control' : `; Cache-Control: ${a.cacheControl}`}).`,
			impact:
				'The server works for every request that the cache should take from it, and goes down first when many come.',
			fix: {
				...CACHE_IT,
				summary:
					'Make the answers storable, and take out of the cache key what does not change them:',
			},
			reproduce: ({ url }: TimingSummary) =>
				`curl -sS -o /dev/null -D - ${forShell(url)} | grep -iE 'age|cache|vary|set-cookie'`,
			evidence,
		},
		...openVerdicts('later', 'samples of'),
	},

	appliesTo: ({ context }) =>
		context.kind === 'cached' ||
		'Nobody said that a cache answers for it (--endpoint "URL cached").',
	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const misses = timing.cache.others > 0.2 * counted(timing) ? [say('misses', timing)] : [];
		if (timing.decision === 'pass') {
			return misses.length > 0 ? misses : say('within-budget', timing);
		}
		if (timing.decision === 'fail') return [say('p95-over-budget', timing), ...misses];
		const open = openIn(timing);
		if (open !== null) return [say('inconclusive', open), ...misses];
		return [say('not-enough-evidence', timing), ...misses];
	},

	examples: (example) => {
		const when = {
			subject: { context: { standing: 'declared' as const, kind: 'cached' as const } },
		};
		const route = (more: Partial<TimingSummary>) =>
			taken({
				budgetMs: 500,
				limitMs: 500,
				samples: 80,
				over: 0,
				cache: { hits: 80, others: 0 },
				...more,
			});
		return [
			example('all hits', route({ decision: 'pass' }), 'within-budget', when),
			example(
				'one in five misses',
				route({ decision: 'pass', cache: { hits: 64, others: 16 } }),
				'within-budget',
				when,
			),
			example(
				'more than one in five misses',
				route({ decision: 'pass', cache: { hits: 63, others: 17 } }),
				'misses',
				when,
			),
			example(
				'misses that say why',
				route({
					decision: 'pass',
					cache: { hits: 0, others: 80 },
					cacheControl: 'private, no-store',
				}),
				'misses',
				when,
			),
			example('slow', route(tooSlow(500, 80, 10)), 'p95-over-budget', when),
			example(
				'cut short',
				route({ samples: 41, cache: { hits: 41, others: 0 } }),
				'not-enough-evidence',
				when,
			),
			example(
				'on the line',
				route({ decision: 'undecided', samples: 300, over: 12 }),
				'inconclusive',
				when,
			),
			example('no answer', route(UNREACHABLE), 'blocked', when),
		];
	},
});

function counted({ cache }: TimingSummary): number {
	return cache.hits + cache.others;
}
