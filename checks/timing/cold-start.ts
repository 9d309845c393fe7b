import {
	cannotSay,
	defineCheck,
	doesNotApply,
	endpoints,
	minutes,
	perPlatform,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, ms, notMeasured, timedAndSeen, timedByHand } from './_told.ts';

export default defineCheck({
	id: 'timing/cold-start',
	title: 'The first request after a quiet minute is as fast as the others',
	rationale:
		'Platforms stop what nobody uses. The first customer after a pause then waits for it to start.',
	references: ['Two requests, each after 60 seconds without any'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		awake: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} was as fast after a quiet minute as before (${pair(a)}, p95 ${ms(a.p95)}).`,
		},
		slow: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			says: (a: TimingSummary) =>
				`${a.url} takes ${pair(a)} for the first request after a quiet minute, more than three times its p95 of ${ms(a.p95)}.`,
			impact: 'The first customer after each pause waits for the server to start.',
			fix: perPlatform(
				'Keep one instance running:',
				{
					fly: '[http_service]\n  min_machines_running = 1\n  auto_stop_machines = "off"',
					any: 'Minimum number of instances: 1',
				},
				'Cloud Run: --min-instances 1. AWS Lambda: provisioned concurrency 1. Heroku: a dyno that does not sleep.',
				'Load less at the start: what is needed later can be loaded later.',
			),
			control: 'Both of two tries showed it, on a connection whose opening is not counted.',
			reproduce: (a: TimingSummary) => `sleep 60; ${timedByHand(a)}`,
			evidence,
		},
	},

	needs: timedAndSeen,

	appliesTo: ({ context, idleSeconds }) => {
		if (context.standing !== 'declared' || context.kind === 'page')
			return 'Only named API routes are let fall asleep.';
		return (
			idleSeconds !== null ||
			'Letting it fall asleep takes two minutes: give --timeout over 5 minutes, or use watch.'
		);
	},

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const first = timing.idle;
		if (first.length === 0)
			return doesNotApply('Another endpoint of its host was let fall asleep.');
		if (first.length < 2 || first.some((one) => one === null)) {
			return cannotSay(
				'inconclusive',
				`${timing.url} gave no whole answer after a quiet minute, or was asked once`,
			);
		}
		const isSlow = first.every(
			(one) => one !== null && one > 3 * timing.p95 && one - timing.p95 > NOTICED_MS,
		);
		return say(isSlow ? 'slow' : 'awake', timing);
	},

	examples: (example) => {
		const when = {
			subject: {
				context: { standing: 'declared' as const, kind: 'api' as const },
				idleSeconds: 60,
			},
		};
		const after = (...idle: (number | null)[]) => taken({ p95: 100, idle });
		return [
			example('three times', after(300, 300), 'awake', when),
			example('more than three times', after(301, 301), 'slow', when),
			example('only once', after(900, 120), 'awake', when),
			example('too little to be noticed', taken({ p95: 20, idle: [110, 115] }), 'awake', when),
			example('no answer', after(900, null), 'unknown', when),
			example('another one was', after(), 'not-applicable', when),
		];
	},
});

/** Less than this nobody notices (ms). */
const NOTICED_MS = 100;

function pair({ idle }: TimingSummary): string {
	return idle.map((one) => (one === null ? 'no answer' : ms(one))).join(' and ');
}
