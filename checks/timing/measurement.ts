import {
	advice,
	cannotSay,
	defineCheck,
	endpoints,
	minutes,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { summary, UNREACHABLE } from './_samples.ts';
import { evidence, ms, timed } from './_told.ts';

/** Above these the measuring thread was not quiet, in milliseconds. */
const NOISY_PING = 5;
const NOISY_LOOP = 10;

export default defineCheck({
	id: 'timing/measurement',
	title: 'The samples are worth what they seem to be worth',
	rationale:
		'A machine that is busy adds its own delays, and slow spells that come in blocks hide between samples: ' +
		'verdicts that this touches are withheld, and here is why.',
	references: [
		'Wald and Wolfowitz 1940 (runs)',
		'RFC 6585 §4 (429), RFC 9110 §10.2.3 (Retry-After)',
	],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.samples} samples of ${a.url}, taken by a quiet machine (ping p95 ${ms(a.noise.pingP95Ms)}, event loop p99 ${ms(a.noise.loopDelayP99Ms)}), and no blocks among the slow ones.`,
		},
		'samples-correlated': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(0),
			says: (a: TimingSummary) =>
				`The ${a.over} slow samples among ${a.samples} of ${a.url} came in blocks, so they say less than as many single ones.`,
			impact:
				'Slow spells of this kind hit many customers at once, and a short measurement can miss them.',
			fix: advice(
				'Measure for longer, at the time of day when customers come.',
				'Look for what happens in turns: backups, cron jobs, garbage collection, scaling.',
			),
			evidence,
		},
		noisy: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(0),
			says: (a: TimingSummary) =>
				`This machine was busy while it measured: a request to a server that does nothing took ${ms(a.noise.pingP95Ms)} at p95, and its event loop was late by ${ms(a.noise.loopDelayP99Ms)} at p99.`,
			impact:
				'Samples may be longer than what customers meet; verdicts so near to a budget are withheld.',
			fix: advice('Measure again from a machine that does nothing else.'),
			evidence,
		},
		'rate-limited': {
			outcome: 'unknown',
			reason: 'denied',
			couldBe: 'high',
			says: (a: TimingSummary) =>
				`${a.url} asked us to slow down after ${a.samples} samples (429, or 503 with Retry-After), and was left alone. Allow our User-Agent (launch-ready) to be timed.`,
		},
	},

	needs: ({ subject }) => ({
		timing: timed(subject),
	}),

	judge({ given: { timing }, subject, say }) {
		const { noise, decision, isClustered, isUnreachable, samples } = timing;
		// All endpoints are measured by one thread: its noise is said once.
		const isFirst = subject.together[0]?.url === subject.url;
		const isNoisy = noise.pingP95Ms > NOISY_PING || noise.loopDelayP99Ms > NOISY_LOOP;
		const said = [
			...(decision === 'rate-limited' ? [say('rate-limited', timing)] : []),
			...(isClustered ? [say('samples-correlated', timing)] : []),
			...(isNoisy && isFirst ? [say('noisy', timing)] : []),
		];
		if (said.length > 0) return said;
		return isUnreachable
			? cannotSay('inconclusive', `${timing.url} answered none of ${samples} samples`)
			: say('sound', timing);
	},

	examples: (example) => {
		const given = (more: Partial<TimingSummary>) => ({ timing: summary(more) });
		const noise = (pingP95Ms: number, loopDelayP99Ms: number) =>
			given({ noise: { pingP95Ms, loopDelayP99Ms } });
		return [
			example('a quiet machine', given({}), 'sound'),
			example('just quiet enough', noise(5, 10), 'sound'),
			example('a slow ping', noise(5.1, 1), 'noisy'),
			example('a late loop', noise(1, 10.1), 'noisy'),
			example('noise that was said elsewhere', noise(9, 20), 'sound', {
				subject: {
					together: [
						{
							url: 'https://example.com/',
							method: 'GET',
							visit: null,
							samples: 20,
							budgetMs: 300,
							sequential: false,
						},
					],
				},
			}),
			example('slow in blocks', given({ isClustered: true, over: 6 }), 'samples-correlated'),
			example('no answer', given(UNREACHABLE), 'unknown'),
			example('429', given({ decision: 'rate-limited', samples: 7 }), 'rate-limited'),
		];
	},
});
