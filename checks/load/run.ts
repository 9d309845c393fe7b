import {
	advice,
	defineCheck,
	type LoadSummary,
	loadOf,
	loadTargets,
	minutes,
	z,
} from '../../src/sdk.ts';
import { loaded, NOT_BEGUN } from './_samples.ts';
import { again, evidence, notLoaded, seconds, users } from './_told.ts';

/** The server suffered: other ends are said elsewhere, or are the user's own. */
const SUFFERED: ReadonlySet<string> = new Set(['errors-in-a-row', 'error-share', 'slow']);

export default defineCheck({
	id: 'load/run',
	title: 'The load ran to its end without hurting the server',
	rationale:
		'A load that goes on while the server is down tells nothing more, and hurts those who are there: it stops by ' +
		'itself, and what was measured until then stands.',
	references: [
		'Stops after 5 errors in a row, more than 20 % of the last 20, or p95 over ten times one user’s',
	],
	reach: 'upkeep',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		completed: {
			outcome: 'pass',
			says: (a: LoadSummary) =>
				`${users(a)} were at ${a.plan.url} for ${seconds(a.endedMs)}; run ${a.runId}.`,
		},
		aborted: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(0),
			says: (a: LoadSummary) =>
				`The load of ${a.plan.url} stopped by itself after ${seconds(a.endedMs)}: ${a.stop.detail}. What was measured until then stands.`,
			impact: 'How the server behaves beyond this moment was not looked at.',
			fix: (a: LoadSummary) =>
				advice(
					'Fix what the other findings of this load name first; a longer run would only have shown more of the same.',
					`Then load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
	},

	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		if (SUFFERED.has(load.stop.why)) return say('aborted', load);
		return notLoaded(load) ?? say('completed', load);
	},

	examples: (example) => [
		example('to its end', loaded(), 'completed'),
		example(
			'five errors in a row',
			loaded({ stop: { why: 'errors-in-a-row', detail: '5 requests in a row failed' } }),
			'aborted',
		),
		example('nothing was loaded', loaded(NOT_BEGUN), 'unknown'),
	],
});
