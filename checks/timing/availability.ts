import {
	advice,
	cannotSay,
	defineCheck,
	endpoints,
	httpAnswer,
	minutes,
	optional,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { summary, taken, UNREACHABLE } from './_samples.ts';
import { evidence, forShell, timed } from './_told.ts';

interface Dead extends TimingSummary {
	readonly why: string;
	/** What showed that the network works from here. */
	readonly control: string;
}

export default defineCheck({
	id: 'timing/availability',
	title: 'Every endpoint that you named answers',
	rationale: 'You named these because the product needs them: one that never answers is down.',
	references: ['Three tries, two seconds apart, with a control that the network works from here'],
	reach: 'sign-in',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		answers: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				a.isStream
					? `${a.url} answers with a stream of events.`
					: `${a.url} answers: ${a.samples - a.errors} of ${a.samples} samples.`,
		},
		unreachable: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(60),
			says: (a: Dead) => `${a.url} never answered in ${a.samples} tries: ${a.why}.`,
			impact: 'Whatever the product does through this endpoint fails for every customer.',
			fix: (a: Dead) =>
				advice(
					`Make ${a.url} answer: ${NEXT_STEP[a.failure?.fault ?? 'none'] ?? NEXT_STEP['none']}.`,
					'Look at the logs of the deployment first: a process that ended at its start is the usual cause.',
					'Try it from outside the network that it runs in.',
				),
			control: (a: Dead) => a.control,
			reproduce: (a: Dead) => `curl -sS -v -o /dev/null --max-time 10 ${forShell(a.url)}`,
			evidence,
		},
	},

	appliesTo: ({ context }) =>
		context.standing === 'declared' || 'Found by ourselves because it answered.',
	needs: ({ subject }) => ({
		timing: timed(subject),
		home: optional(httpAnswer({ url: controlOf(subject.url, subject.apex) })),
	}),

	judge({ given: { timing, home }, subject, say }) {
		if (!timing.isUnreachable) {
			const { samples, errors, serverErrors, decision, isStream, url } = timing;
			const whole = samples - (errors - serverErrors);
			if (whole > 0 || decision === 'rate-limited' || isStream) return say('answers', timing);
			return samples < LEAST_TRIES
				? cannotSay('budget', `${url} was tried ${samples} times`, 'blocker')
				: cannotSay('inconclusive', `${url} began ${samples} answers, and ended none`, 'high');
		}
		const { fault = 'none', detail = '' } = timing.failure ?? {};
		if (fault === 'ours') return cannotSay('unsupported', detail, 'blocker');
		// Silence may be a filter on our side; everything else is an answer of theirs, or of their DNS.
		const isTheirs = fault !== 'silent' && fault !== 'unreachable';
		if (!isTheirs && home.status !== 'known') {
			return cannotSay(
				'offline',
				`${timing.url} kept silent, and so did ${subject.apex}`,
				'blocker',
			);
		}
		const control = isTheirs
			? 'Something on their side answered each try, though not with HTTP: the way from here is open.'
			: `${controlOf(subject.url, subject.apex)} answered meanwhile, so the network works from here.`;
		return say('unreachable', { ...timing, why: detail || 'no answer', control });
	},

	examples: (example) => {
		const declared = {
			subject: { context: { standing: 'declared' as const, kind: 'api' as const } },
		};
		const { answer: home } = taken();
		const silent = {
			fault: 'silent' as const,
			detail: '203.0.113.1:443: no answer within 4000 ms',
		};
		return [
			example('it answers', { timing: summary(), home }, 'answers', declared),
			example('it refuses', { timing: summary(UNREACHABLE), home }, 'unreachable', declared),
			example(
				'it keeps silent, and the home page answers',
				{ timing: summary({ ...UNREACHABLE, failure: silent }), home },
				'unreachable',
				declared,
			),
			example(
				'everything keeps silent',
				{
					timing: summary({ ...UNREACHABLE, failure: silent }),
					home: { status: 'unknown' as const, because: 'timeout' as const, detail: 'silence' },
				},
				'unknown',
				declared,
			),
			example(
				'a stream of events',
				{ timing: summary({ samples: 3, errors: 3, isStream: true }), home },
				'answers',
				declared,
			),
			example(
				'answers that never end',
				{ timing: summary({ samples: 20, errors: 20 }), home },
				'unknown',
				declared,
			),
			example(
				'two tries',
				{ timing: summary({ ...UNREACHABLE, samples: 2, errors: 2, isUnreachable: false }), home },
				'unknown',
				declared,
			),
		];
	},
});

const LEAST_TRIES = 3;

/** The start page, or the root of the host where that is the endpoint itself. */
function controlOf(url: string, apex: string | null): string {
	const home = `https://${apex ?? new URL(url).hostname}/`;
	return home === url ? `${home}robots.txt` : home;
}

const NEXT_STEP: Readonly<Record<string, string>> = {
	none: 'start the service, and check the route that leads to it',
	'no-such-host': 'publish an address record for its name',
	refused: 'start the service, or open its port in the firewall',
	unreachable: 'route the address, or publish the right one',
	silent: 'open its port in the firewall or security group, and check that the service listens',
	reset: 'look for what resets the connection: a proxy without a back end, a process that crashes',
	'tls-failed': 'repair its certificate and TLS settings',
	'not-tls': 'serve HTTPS on this port',
	'bad-response': 'let it answer with HTTP/1.1',
	cut: 'let it finish its answer within ten seconds',
};
