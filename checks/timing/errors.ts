import { advice, defineCheck, endpoints, minutes, type TimingSummary, z } from '../../src/sdk.ts';
import { taken, UNREACHABLE } from './_samples.ts';
import { evidence, notMeasured, timedAndSeen, timedByHand } from './_told.ts';

export default defineCheck({
	id: 'timing/errors',
	title: 'Less than one request in a hundred fails',
	rationale:
		'Requests that are answered with 5xx, broken off, not answered in ten seconds, or answered with a ' +
		'body that is not what its header says, fail for the customer too.',
	references: ['Exact binomial test of the share of failed requests, 1 % allowed, 5 % either way'],
	reach: 'sign-in',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} fails less than 1 % of requests: ${a.errors} of ${a.samples} failed.`,
		},
		'rate-over-budget': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(240),
			says: (a: TimingSummary) =>
				`${a.url} fails more than 1 % of requests: ${a.errors} of ${a.samples} failed (${kinds(a)}).`,
			impact:
				'Customers meet errors while nothing else is going on; with more of them there are more.',
			fix: (a: TimingSummary) =>
				advice(
					`Find out what fails: ${kinds(a)}.`,
					'Read the logs of the moments when the errors came, the load balancer’s too, and repair the first cause that they name.',
					'Errors that come now and then are mostly a pool that is too small, one bad instance, or a limit on time or memory.',
				),
			control: (a: TimingSummary) =>
				`${a.samples - a.errors} of the same requests succeeded, in the same minutes and on the same connections.`,
			reproduce: timedByHand,
			evidence,
		},
		'server-error-seen': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(60),
			says: (a: TimingSummary) =>
				`${a.url} answered ${a.serverErrors} of ${a.samples} requests with a server error (${kinds(a)}), too few to say how often it does.`,
			impact:
				'Some customers may meet the same error; how many cannot be told from so few requests.',
			fix: (a: TimingSummary) =>
				advice(
					`Look up the error in the logs: ${kinds(a)}.`,
					'Measure again with --endpoint: 299 requests without an error prove that less than 1 % fail.',
				),
			reproduce: timedByHand,
			evidence,
		},
		'not-enough-evidence': {
			outcome: 'unknown',
			reason: 'budget',
			couldBe: 'high',
			says: (a: TimingSummary) =>
				`${a.url}: ${a.samples} requests, ${a.errors === 0 ? 'none failed' : `${a.errors} failed (${kinds(a)})`}. ` +
				'That less than 1 % fail takes 299 requests without an error at least: run launch-ready load.',
		},
	},

	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		if (timing.errorDecision === 'fail') return say('rate-over-budget', timing);
		if (timing.errorDecision === 'pass') return say('within-budget', timing);
		if (timing.serverErrors === 0) return say('not-enough-evidence', timing);
		return [say('server-error-seen', timing), say('not-enough-evidence', timing)];
	},

	examples: (example) => {
		const one = { errors: 1, serverErrors: 1, errorKinds: [['502', 1]] as const };
		return [
			example(
				'299 requests without an error',
				taken({ samples: 299, errorDecision: 'pass' }),
				'within-budget',
			),
			example('298 requests without an error', taken({ samples: 298 }), 'not-enough-evidence'),
			example(
				'two of twenty fail',
				taken({
					errors: 2,
					errorDecision: 'fail',
					errorKinds: [
						['500', 1],
						['broken connection', 1],
					],
				}),
				'rate-over-budget',
			),
			example('one of twenty fails', taken(one), 'server-error-seen'),
			example(
				'one of twenty is broken off',
				taken({ errors: 1, errorKinds: [['broken connection', 1]] }),
				'not-enough-evidence',
			),
			example('asked to slow down', taken({ decision: 'rate-limited' }), 'unknown'),
			example('no answer any more', taken(UNREACHABLE), 'unknown'),
		];
	},
});

function kinds({ errorKinds }: TimingSummary): string {
	return errorKinds.map(([what, count]) => `${count} × ${what}`).join(', ');
}
