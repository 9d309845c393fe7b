import { defineCheck, type LoadSummary, loadOf, loadTargets, z } from '../../src/sdk.ts';
import { loaded, NOT_BEGUN } from './_samples.ts';
import { notLoaded, seconds, users } from './_told.ts';

export default defineCheck({
	id: 'load/rate-limit',
	title: 'The server lets the load run to its end',
	rationale:
		'A limit on requests protects the product, and ends a load before it says anything; that it counts 25 people ' +
		'behind one address as one is worth knowing before an office becomes a customer.',
	references: ['RFC 6585 §4 (429)', 'RFC 9110 §10.2.3 (Retry-After)'],
	reach: 'speed',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		unlimited: {
			outcome: 'pass',
			says: (a: LoadSummary) => `${a.plan.url} did not ask ${users(a)} for less.`,
		},
		hit: {
			outcome: 'unknown',
			reason: 'denied',
			couldBe: 'high',
			says: (a: LoadSummary) =>
				`${a.plan.url} asked for less after ${seconds(a.endedMs)} (${a.stop.detail}), and was left alone. Allow the tester: exempt its ` +
				`address, or the header X-Launch-Ready-Run, from the limit for the time of the test, and load it again.`,
		},
	},

	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		if (load.stop.why === 'rate-limited') return say('hit', load);
		return notLoaded(load) ?? say('unlimited', load);
	},

	examples: (example) => [
		example('no limit', loaded(), 'unlimited'),
		example(
			'429 after twelve seconds',
			loaded({
				stop: { why: 'rate-limited', detail: 'it answered with 429, Retry-After: 60' },
				endedMs: 12_100,
			}),
			'hit',
		),
		example('nothing was loaded', loaded(NOT_BEGUN), 'unknown'),
	],
});
