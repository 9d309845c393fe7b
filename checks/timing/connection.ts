import {
	cannotSay,
	defineCheck,
	endpoints,
	minutes,
	perPlatform,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, forShell, ms, notMeasured, timedAndSeen } from './_told.ts';

export default defineCheck({
	id: 'timing/connection',
	title: 'Connections are kept for the next request',
	rationale:
		'Opening a connection takes two or three round trips, which every request then pays again.',
	references: ['RFC 9112 §9.3 (persistence)'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		kept: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} keeps its connections open for the next request${a.reopened > 0 ? ` (${a.reopened} of ${a.samples} came later than it waits)` : ''}.`,
		},
		'no-keep-alive': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			confidence: 'medium',
			says: (a: TimingSummary) =>
				`${a.url} closes the connection after each answer (${Math.max(a.closing, a.dropped)} of ${a.samples}), and opening one takes ${ms(a.phases.connect + a.phases.tls)}.`,
			impact:
				'Programs, proxies and browsers that speak HTTP/1.1 pay two to three round trips for every request.',
			fix: perPlatform(
				'Let connections stay open:',
				{
					nginx: 'keepalive_timeout 65s;\nproxy_http_version 1.1;\nproxy_set_header Connection "";',
					apache: 'KeepAlive On\nKeepAliveTimeout 15',
					express: 'server.keepAliveTimeout = 65_000;',
				},
				'Take out whatever sets Connection: close: a middleware, an old proxy between, HTTP/1.0 to the back end.',
			),
			reproduce: ({ url }: TimingSummary) =>
				`curl -sS --http1.1 -v -o /dev/null -o /dev/null ${forShell(url)} ${forShell(url)} 2>&1 | grep -iE 'connection|re-using'`,
			evidence,
		},
	},

	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const answered = timing.samples - (timing.errors - timing.serverErrors);
		if (answered < LEAST_SAMPLES)
			return cannotSay('inconclusive', `${timing.url} gave ${answered} answers`);
		// A connection that broke, or that rested for longer than the server waits, is opened anew as well.
		const isClosing = Math.max(timing.closing, timing.dropped) > 0.9 * answered;
		return say(isClosing ? 'no-keep-alive' : 'kept', timing);
	},

	examples: (example) => [
		example('kept', taken({}), 'kept'),
		example('18 of 20 closed at once', taken({ reopened: 18, dropped: 18 }), 'kept'),
		example('19 of 20 closed at once', taken({ reopened: 19, dropped: 19 }), 'no-keep-alive'),
		example('closed after some seconds', taken({ reopened: 20 }), 'kept'),
		example('says close', taken({ closing: 20 }), 'no-keep-alive'),
		example('four answers', taken({ samples: 4, closing: 4 }), 'unknown'),
	],
});

const LEAST_SAMPLES = 5;
