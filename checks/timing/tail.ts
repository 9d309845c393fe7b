import {
	advice,
	defineCheck,
	doesNotApply,
	endpoints,
	minutes,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, ms, notMeasured, timedAndSeen, timedByHand } from './_told.ts';

export default defineCheck({
	id: 'timing/tail',
	title: 'The slowest requests are of the same kind as the others',
	rationale:
		'One request in a hundred that takes ten times as long waits for something that the others do not: ' +
		'a lock, a pause, a place in a pool.',
	references: ['Nearest rank on 299 samples at least: below, no p99 can be told'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		even: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`The slowest answers of ${a.url} are no others: p50 ${ms(a.p50)}, p99 ${ms(a.p99)}.`,
		},
		long: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(240),
			says: (a: TimingSummary) =>
				`One request in a hundred to ${a.url} takes ${ms(a.p99)} (p99), more than ten times the usual ${ms(a.p50)} (p50).`,
			impact: 'Some customers meet it on most days, and nobody who tests does.',
			fix: advice(
				'Find out what the slow ones wait for: trace one in the logs.',
				'Usual causes: a lock held over a slow query, garbage collection, a connection pool that runs empty, a job that runs beside.',
			),
			reproduce: timedByHand,
			evidence,
		},
	},

	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const { samples, p50, p99, limitMs, url } = timing;
		if (samples < LEAST_SAMPLES) {
			return doesNotApply(`${samples} samples of ${url} tell no p99, which takes ${LEAST_SAMPLES}`);
		}
		return say(p99 > 10 * p50 && p99 > limitMs ? 'long' : 'even', timing);
	},

	examples: (example) => [
		example('ten times', taken({ samples: 300, p50: 40, p99: 400 }), 'even'),
		example('more than ten times', taken({ samples: 300, p50: 40, p99: 401 }), 'long'),
		example('far, and within the budget', taken({ samples: 300, p50: 20, p99: 300 }), 'even'),
		example('298 samples', taken({ samples: 298, p50: 40, p99: 900 }), 'not-applicable'),
		example('299 samples', taken({ samples: 299, p50: 40, p99: 900 }), 'long'),
	],
});

const LEAST_SAMPLES = 299;
