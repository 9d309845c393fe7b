import { advice, defineCheck, endpoints, minutes, type TimingSummary, z } from '../../src/sdk.ts';
import { taken, tooSlow, UNREACHABLE } from './_samples.ts';
import {
	budget,
	evidence,
	largestPhase,
	ms,
	notMeasured,
	numbers,
	openIn,
	openVerdicts,
	roundTripName,
	timedAndSeen,
	timedByHand,
} from './_told.ts';

export default defineCheck({
	id: 'timing/p95',
	title: 'The API answers 95 of 100 requests within its budget, 300 ms unless told',
	rationale:
		'A screen makes several requests to the API; what one in twenty of them takes is what a customer ' +
		'meets on every other screen.',
	references: [
		'Exact binomial test of the share of samples over the budget, 5 % either way',
		'Wald and Wolfowitz 1940 (runs): slow samples in blocks',
	],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: TimingSummary) => `${a.url} keeps p95 under ${budget(a)}: ${numbers(a)}.`,
		},
		'over-budget': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(480),
			says: (a: TimingSummary) =>
				`${a.url} is too slow: p95 is over ${budget(a)} (${a.over} of ${a.samples} samples were): ${numbers(a)}.`,
			impact:
				'Customers wait at every step of the product, and more of them at once make it slower still.',
			fix: (a: TimingSummary) =>
				advice(
					`Shorten what takes longest: ${largestPhase(a)}.`,
					'Profile the slowest route under its own queries: missing indexes and queries in a loop come first.',
					'Reuse database connections through a pool, and run the API in the region of its database.',
					'Measure again with --endpoint, which takes as many samples as a verdict needs.',
				),
			control: (a: TimingSummary) =>
				a.roundTrip === null
					? 'No round trip to the server was seen, so it is part of every sample.'
					: a.judgedWithoutRoundTrip
						? `The ${roundTripName(a)} from here takes ${ms(a.roundTrip)}, over half the budget: it was taken off every sample.`
						: `The ${roundTripName(a)} from here takes ${ms(a.roundTrip)}, and is part of every sample.`,
			reproduce: timedByHand,
			evidence,
		},
		...openVerdicts('high', 'samples of'),
	},

	appliesTo: ({ context }) =>
		context.kind === 'api' ||
		'Not an API route: pages and cached routes have budgets of their own.',
	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		if (timing.decision === 'pass') return say('within-budget', timing);
		if (timing.decision === 'fail') return say('over-budget', timing);
		const open = openIn(timing);
		return open === null ? say('not-enough-evidence', timing) : say('inconclusive', open);
	},

	examples: (example) => [
		example(
			'a pass',
			taken({ decision: 'pass', plan: 'sequential', samples: 80, over: 0 }),
			'within-budget',
		),
		example('a fail', taken(tooSlow(300, 20, 5)), 'over-budget'),
		example(
			'a fail far away',
			taken({ decision: 'fail', over: 5, roundTrip: 180, judgedWithoutRoundTrip: true }),
			'over-budget',
		),
		example(
			'through a proxy',
			taken({ decision: 'fail', over: 5, roundTrip: null }),
			'over-budget',
		),
		example('twenty samples', taken({ over: 4 }), 'not-enough-evidence'),
		example(
			'the plan cut short',
			taken({ plan: 'sequential', samples: 41, missing: 39 }),
			'not-enough-evidence',
		),
		example(
			'on the line',
			taken({ decision: 'undecided', samples: 300, over: 12 }),
			'inconclusive',
		),
		example(
			'slow in blocks',
			taken({ decision: 'clustered', samples: 150, over: 2 }),
			'inconclusive',
		),
		example('requests queued', taken({ decision: 'late' }), 'inconclusive'),
		example('our machine too busy', taken({ decision: 'noisy' }), 'inconclusive'),
		example('asked to slow down', taken({ decision: 'rate-limited' }), 'unknown'),
		example('no answer', taken(UNREACHABLE), 'unknown'),
		example('a declared one gives no answer', taken(UNREACHABLE), 'blocked', {
			subject: { context: { standing: 'declared', kind: 'api' } },
		}),
		example('a stream of events', taken({ isStream: true, over: 3, samples: 3 }), 'unknown'),
		example(
			'a guard that steps in, and answers fast',
			taken({ decision: 'pass', samples: 80, over: 0, elsewhere: 5 }),
			'unknown',
		),
		example(
			'few refusals',
			taken({ decision: 'pass', samples: 80, over: 0, elsewhere: 4 }),
			'within-budget',
		),
		example(
			'a guard that steps in, and slow answers',
			taken({ decision: 'fail', samples: 80, over: 12, elsewhere: 5 }),
			'over-budget',
		),
		example(
			'the root of an API, where nothing is',
			taken({ decision: 'fail', over: 5, clientErrors: 20, elsewhere: 20 }),
			'over-budget',
		),
		example(
			'named, and redirected to a sign-in page',
			taken({
				namedAs: 'https://api.example.com/me',
				decision: 'pass',
				samples: 80,
				type: 'text/html; charset=utf-8',
			}),
			'unknown',
			{ subject: { context: { standing: 'declared', kind: 'api' } } },
		),
		example(
			'named by its other address',
			taken({ namedAs: 'http://api.example.com/', decision: 'pass', samples: 80, over: 0 }),
			'within-budget',
			{ subject: { context: { standing: 'declared', kind: 'api' } } },
		),
		example(
			'a slow one that says where the time goes',
			taken({
				decision: 'fail',
				over: 15,
				serverTimings: [
					{ name: 'db', description: 'queries', durationMs: 290 },
					{ name: 'app', description: '', durationMs: 12 },
				],
				slowPhases: { samples: 15, firstByte: 320, download: 5 },
			}),
			'over-budget',
		),
		example(
			'a declared one wants a sign-in',
			taken({ decision: 'pass', samples: 80, over: 0, clientErrors: 80 }),
			'unknown',
			{ subject: { context: { standing: 'declared', kind: 'api' } } },
		),
	],
});
