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
import { again, evidence, ms, notLoaded, users } from './_told.ts';

export default defineCheck({
	id: 'load/cold-start',
	title: 'The first people of a crowd are served as fast as the others',
	rationale:
		'Platforms that start instances on demand let the first of a crowd wait for the start: those are the people who ' +
		'come from a newsletter or an advertisement.',
	references: ['Order statistics: 95 % intervals that do not touch'],
	reach: 'speed',
	layer: 'server',

	over: loadTargets,
	options: z.object({
		/** What counts as the beginning, in seconds from the first user on. */
		firstSeconds: z.number().positive().default(10),
	}),

	verdicts: {
		warm: {
			outcome: 'pass',
			says: (a: LoadSummary) => `The first of ${users(a)} at ${a.plan.url} waited no longer.`,
		},
		'first-seconds-slow': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(60),
			says: (a: LoadSummary) =>
				`${a.plan.url} is slow when a crowd comes: p95 ${ms(a.beginning?.first.p95 ?? 0)} in the first ${(a.beginning?.ms ?? 0) / 1_000} s, ${ms(a.beginning?.rest.p95 ?? 0)} later.`,
			impact: 'The first visitors of every campaign leave before the page comes.',
			fix: (a: LoadSummary) =>
				advice(
					'Keep at least one instance more than the quiet hours need (minimum instances, provisioned concurrency).',
					'Shorten the start: smaller bundles and images, connections opened and caches filled before the first request is taken.',
					'Scale up on a schedule before a campaign.',
					`Load it again after a quarter of an hour of nothing: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
	},

	needs: ({ subject, options }) => ({
		load: loadOf({ plan: subject.plan, firstMs: options.firstSeconds * 1_000 }),
	}),

	judge({ given: { load }, say }) {
		const not = notLoaded(load);
		if (not !== null) return not;
		if (load.beginning === null) {
			return cannotSay(
				'inconclusive',
				'there are too few requests before or after the beginning to compare them',
			);
		}
		return say(load.beginning.isSlow ? 'first-seconds-slow' : 'warm', load);
	},

	examples: (example) => {
		const slow = {
			ms: 10_000,
			first: quantiles({ p95: 1_400 }),
			rest: quantiles(),
			isSlow: true,
		};
		return [
			example('even from the first second on', loaded(), 'warm'),
			example('a slow start', loaded({ beginning: slow }), 'first-seconds-slow'),
			example('a run of some seconds', loaded({ beginning: null }), 'unknown'),
			example('nothing was loaded', loaded(NOT_BEGUN), 'unknown'),
		];
	},
});
