import {
	advice,
	cannotSay,
	defineCheck,
	type LoadSummary,
	loadOf,
	loadTargets,
	minutes,
	z,
} from '../../src/sdk.ts';
import { loaded, NOT_BEGUN, quantiles } from './_samples.ts';
import { again, alone, budget, evidence, figures, ms, notLoaded, users, whyOpen } from './_told.ts';

export default defineCheck({
	id: 'load/p95',
	title: 'With 25 people at once, 95 of 100 requests are answered within the budget',
	rationale:
		'What one developer waits says little: locks, pools and queues show when others are there. Waiting is counted ' +
		'from the moment when a person meant to ask, because a server that stands still keeps the next from asking.',
	references: [
		'Exact binomial test of the share of samples over the budget, 5 % either way',
		'Coordinated omission: both clocks are shown, the intended start is judged',
		'Wald and Wolfowitz 1940 (runs)',
	],
	reach: 'speed',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: LoadSummary) =>
				`${a.plan.url} keeps p95 under ${budget(a)} with ${users(a)}: ${figures(a)}.`,
		},
		'over-budget': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(480),
			says: (a: LoadSummary) =>
				`${a.plan.url} is too slow with ${users(a)}: p95 is over ${budget(a)} (${a.over} of ${a.samples} requests were): ${figures(a)}.`,
			impact: 'On launch day every step of the product takes longer than people wait for.',
			fix: (a: LoadSummary) =>
				advice(
					a.degrades === 'p95' || a.degrades === 'p50'
						? 'Find what the users wait for together: one of them alone is served in time.'
						: 'Make the request itself cheaper: one user alone waits hardly less.',
					'Profile the server during the run: slow queries, missing indexes and queries in a loop come first, then locks and pools.',
					'Where the CPU is at its limit, add workers or instances; where it idles, something is waited for.',
					`Load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) => `One user alone before the load: ${alone(a.before)}.`,
			reproduce: again,
			evidence,
		},
		degrades: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(480),
			says: (a: LoadSummary) =>
				`${a.plan.url} becomes more than twice as slow with ${users(a)}: ${
					a.degrades === 'p50'
						? `p50 ${ms(a.intended.p50)} instead of ${ms(a.before?.p50 ?? 0)}`
						: `p95 ${ms(a.intended.p95)} instead of ${ms(a.before?.p95 ?? 0)}`
				} with one user.`,
			impact: 'It works for the founder and crawls for customers; with some more of them it stops.',
			fix: (a: LoadSummary) =>
				advice(
					'Look for what users share: a lock, a pool that is too small, a single worker, a file or a counter that all write.',
					'Count the connections to the database during the run: where they stay at the pool’s size, requests wait for each other.',
					'Take slow work (mail, images, reports) out of the request and into a queue.',
					`Load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) =>
				`The same requests by one user, in the same minutes: ${alone(a.before)}; the 95 % intervals do not touch.`,
			reproduce: again,
			evidence,
		},
		'schedule-slip': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} makes users wait before they can ask: p95 is ${ms(a.intended.p95)} from the intended start and ${ms(a.service.p95)} from the sending.`,
			impact:
				'Logs and most load tests show the shorter time: people wait longer than any chart says.',
			fix: (a: LoadSummary) =>
				advice(
					'Look for stalls: times in which nothing is answered (garbage collection, a lock, a backup, a slow neighbour).',
					'Answers that take longer than the time between two requests of a user delay the next one too.',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		'not-enough-evidence': {
			outcome: 'unknown',
			reason: 'budget',
			couldBe: 'high',
			says: (a: LoadSummary) =>
				`${a.samples} requests to ${a.plan.url} prove neither that p95 is under ${budget(a)} with ${users(a)} nor that it is not ` +
				`(${a.over} over): ${whyOpen(a, a.p95)}. ${figures(a)}.`,
		},
	},

	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		const not = notLoaded(load);
		if (not !== null) return not;
		const { p95, degrades, slips, before } = load;
		const verdict = { pass: 'within-budget', fail: 'over-budget', open: 'not-enough-evidence' };
		return [
			say(verdict[p95.says] as 'within-budget', load),
			...(degrades === 'p95' || degrades === 'p50' ? [say('degrades', load)] : []),
			...(degrades === null
				? [
						cannotSay(
							'inconclusive',
							`whether more users make it slower: one user made ${before?.samples ?? 0} requests, and p95 needs 73`,
							'high',
						),
					]
				: []),
			...(slips ? [say('schedule-slip', load)] : []),
		];
	},

	examples: (example) => {
		const open = (because: 'few' | 'ended' | 'clustered' | 'noisy') =>
			loaded({ p95: { says: 'open', because, missing: because === 'few' ? 43 : 0 } });
		return [
			example('a pass', loaded(), 'within-budget'),
			example('a fail', loaded({ p95: { says: 'fail' }, over: 61 }), 'over-budget'),
			example(
				'a fail that comes with company',
				loaded({ p95: { says: 'fail' }, over: 61, degrades: 'p95' }),
				'over-budget',
			),
			example('too few', open('few'), 'not-enough-evidence'),
			example('broken off', open('ended'), 'not-enough-evidence'),
			example('slow in blocks', open('clustered'), 'not-enough-evidence'),
			example('our machine too busy', open('noisy'), 'not-enough-evidence'),
			example('twice as slow as alone', loaded({ degrades: 'p95' }), 'degrades'),
			example('twice as slow at the median', loaded({ degrades: 'p50' }), 'degrades'),
			example('not to be compared', loaded({ degrades: null }), 'unknown'),
			example(
				'requests that could not be sent',
				loaded({ slips: true, intended: quantiles({ p95: 199 }) }),
				'schedule-slip',
			),
			example('nothing was loaded', loaded(NOT_BEGUN), 'unknown'),
			example('a wall of 403', loaded({ clientErrors: 376 }), 'unknown'),
			example('half of them 403', loaded({ clientErrors: 375 }), 'within-budget'),
		];
	},
});
