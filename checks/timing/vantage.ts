import {
	advice,
	cannotSay,
	defineCheck,
	endpoints,
	minutes,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, ms, notMeasured, roundTripName, timedAndSeen } from './_told.ts';

export default defineCheck({
	id: 'timing/vantage',
	title: 'The product was timed from near enough',
	rationale:
		'From far away a budget is used up by the way there: then the server’s own time is judged, and it is ' +
		'said so.',
	references: ['Shortest TCP connect seen, against half of the budget'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		near: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`The ${roundTripName(a)} to ${a.url} takes ${ms(a.roundTrip ?? 0)}, half of the budget of ${a.budgetMs} ms at most.`,
		},
		far: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(0),
			says: (a: TimingSummary) =>
				`The ${roundTripName(a)} to ${a.url} takes ${ms(a.roundTrip ?? 0)}, over half of the budget of ${a.budgetMs} ms${a.judgedWithoutRoundTrip ? ': the server’s own time was judged' : ''}.`,
			impact: 'Customers who are as far away as this machine wait for the way alone.',
			fix: advice(
				'Run the audit from where the customers are.',
				'If they are here: serve from a region near to them, or put a CDN before the product.',
			),
			evidence,
		},
	},

	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const { roundTrip, budgetMs, url, isProxied } = timing;
		if (roundTrip === null) {
			const detail = `no round trip to ${url} was seen`;
			return isProxied
				? cannotSay('unsupported', `${detail}: a proxy is between`)
				: cannotSay('inconclusive', detail);
		}
		return say(roundTrip > budgetMs / 2 ? 'far' : 'near', timing);
	},

	examples: (example) => [
		example('half of the budget', taken({ roundTrip: 150 }), 'near'),
		example('over half', taken({ roundTrip: 150.1, judgedWithoutRoundTrip: true }), 'far'),
		example('over half of a page’s', taken({ roundTrip: 1_001, budgetMs: 2_000 }), 'far', {
			subject: { context: { standing: 'found', kind: 'page' } },
		}),
		example('through a proxy', taken({ roundTrip: null, isProxied: true }), 'unknown'),
		example('no connection was opened', taken({ roundTrip: null }), 'unknown'),
	],
});
