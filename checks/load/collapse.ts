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
import { loaded, NOT_BEGUN, ONE_USER, quantiles } from './_samples.ts';
import { again, alone, evidence, ms, notLoaded, seconds, users } from './_told.ts';

/** Of what should have been answered by the end. */
const ENOUGH = 0.9;

export default defineCheck({
	id: 'load/collapse',
	title: 'The server keeps up with 25 people, and is itself again when they have gone',
	rationale:
		'A server that falls behind does so for everybody at once, and one that keeps its backlog stays slow after the ' +
		'crowd has left: what a single request takes shows neither.',
	references: [
		'Mann and Whitney 1947 (rising latency, one-sided, 1 in 1,000)',
		'Order statistics: 95 % intervals that do not touch',
	],
	reach: 'sign-in',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		steady: {
			outcome: 'pass',
			says: (a: LoadSummary) =>
				`${a.plan.url} keeps up with ${users(a)} without a stall or a rising latency${
					a.after === null ? '' : ', and is itself again afterwards'
				}.`,
		},
		'throughput-plateau': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(480),
			says: (a: LoadSummary) =>
				`${a.plan.url} does not keep up with ${users(a)}: ${a.throughput?.completed ?? 0} of ${a.throughput?.planned ?? 0} requests were answered by the end.`,
			impact:
				'The queue grows for as long as people are there: each waits longer than the one before.',
			fix: (a: LoadSummary) =>
				advice(
					`Give it room for more than ${a.rate.toFixed(0)} requests a second: more workers or instances, or cheaper requests.`,
					'Find the resource that is used up during the run: CPU, database connections, worker threads.',
					'Cache what is the same for everybody.',
					`Load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) =>
				`This machine kept its timetable: event loop late by ${ms(a.noise.loopDelayP99Ms)} at p99.`,
			reproduce: again,
			evidence,
		},
		stall: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} stood still for ${seconds(a.stall?.lastedMs ?? 0)}, ${seconds(a.stall?.atMs ?? 0)} after the load began: ${a.stall?.waited ?? 0} of ${a.stall?.inFlight ?? 0} requests in flight waited together.`,
			impact: 'Everybody who is there waits at once, and presses reload.',
			fix: (a: LoadSummary) =>
				advice(
					'Look up that moment in logs and metrics: a full garbage collection, a lock on a table, a failover, a deployment, a blocking call in an event loop.',
					'Where it comes again and again at the same distance, look at what runs in turns: cron jobs, backups, cache refreshes.',
					`Load it again: ${again(a)}`,
				),
			reproduce: again,
			evidence,
		},
		'not-recovered': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} is still slower ${a.plan.restMs / 1_000} s after the load: ${
					a.recovers === 'no-p50'
						? `p50 ${ms(a.after?.p50 ?? 0)} instead of ${ms(a.before?.p50 ?? 0)}`
						: `p95 ${ms(a.after?.p95 ?? 0)} instead of ${ms(a.before?.p95 ?? 0)}`
				} for one user.`,
			impact: 'A short crowd leaves a slow site behind, until somebody restarts it.',
			fix: (a: LoadSummary) =>
				advice(
					'Look for what stays behind: connections that are not given back, memory that is not freed, a queue that is still worked off.',
					'Bound every queue, and drop what nobody waits for any more.',
					`Load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) => `One user alone before the load: ${alone(a.before)}.`,
			reproduce: again,
			evidence,
		},
		'latency-trend': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} becomes slower the longer ${users(a)} stay: p50 ${(a.rise ?? []).map(ms).join(', then ')} over the thirds of the load.`,
			impact: 'Half an hour of the same crowd may be more than it can take.',
			fix: (a: LoadSummary) =>
				advice(
					'Watch memory, open connections and queue lengths during the run: one of them rises with the latency.',
					'A table or a cache that grows with every request makes every request slower.',
					`Load it again, for longer: ${again(a)} --hold 55s`,
				),
			reproduce: again,
			evidence,
		},
	},

	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		const not = notLoaded(load);
		if (not !== null) return not;
		const { throughput, stall, recovers, rise, isNoisy, stop } = load;
		const isBehind = throughput !== null && throughput.completed < ENOUGH * throughput.planned;
		const said = [
			...(isBehind && !isNoisy ? [say('throughput-plateau', load)] : []),
			...(stall !== null ? [say('stall', load)] : []),
			...(recovers === 'no-p95' || recovers === 'no-p50' ? [say('not-recovered', load)] : []),
			...(rise !== null ? [say('latency-trend', load)] : []),
		];
		if (said.length > 0) return said;
		if (isNoisy)
			return cannotSay('inconclusive', 'this machine was too busy to tell its own stalls');
		if (stop.why !== 'completed') {
			return cannotSay('inconclusive', `the load ended early: ${stop.detail}`);
		}
		if (recovers === null) {
			const seen = `before: ${alone(load.before)}; after: ${alone(load.after)}`;
			return cannotSay('inconclusive', `whether it recovers was not measured (one user ${seen})`);
		}
		return say('steady', load);
	},

	examples: (example) => {
		const completed = (count: number) => loaded({ throughput: { completed: count, planned: 750 } });
		const stall = { atMs: 12_000, lastedMs: 1_040, waited: 23, inFlight: 25 };
		const busy = { isNoisy: true, noise: { pingP95Ms: 9, loopDelayP99Ms: 40, loopDelayMaxMs: 80 } };
		return [
			example('all of it', loaded(), 'steady'),
			example('nine tenths answered', completed(675), 'steady'),
			example('one less', completed(674), 'throughput-plateau'),
			example('the closed model', loaded({ throughput: null }), 'steady'),
			example('a second of silence', loaded({ stall }), 'stall'),
			example('a machine that may have slept itself', loaded(busy), 'unknown'),
			example(
				'still slow afterwards',
				loaded({ recovers: 'no-p95', after: quantiles({ ...ONE_USER, p95: 300 }) }),
				'not-recovered',
			),
			example('still slow at the median', loaded({ recovers: 'no-p50' }), 'not-recovered'),
			example('nobody looked afterwards', loaded({ recovers: null, after: null }), 'unknown'),
			example('slower and slower', loaded({ rise: [90, 140, 210] }), 'latency-trend'),
			example(
				'broken off',
				loaded({ stop: { why: 'errors-in-a-row', detail: '5 requests in a row failed' } }),
				'unknown',
			),
			example('nothing was loaded', loaded(NOT_BEGUN), 'unknown'),
		];
	},
});
