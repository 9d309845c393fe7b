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
import { evidence, ms, notMeasured, roundTripName, timedAndSeen, timedByHand } from './_told.ts';

export default defineCheck({
	id: 'timing/first-byte',
	title: 'The server has the document ready within 800 ms',
	rationale:
		'Everything that a visitor sees waits for the first byte of the document; what counts here is the ' +
		'server’s own time, a round trip taken off.',
	references: ['web.dev: Time to First Byte, good up to 0.8 s, poor over 1.8 s'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		quick: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`The server has ${a.url} ready within ${ms(a.serverTime.p75)} in three of four visits.`,
		},
		slow: {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: ({ serverTime }: TimingSummary) => (serverTime.p75 > POOR_MS ? 'high' : 'later'),
			},
			effort: minutes(240),
			says: (a: TimingSummary) =>
				`The server takes ${ms(a.serverTime.p75)} for ${a.url} before its first byte, in one of four visits or more (over ${a.serverTime.p75 > POOR_MS ? POOR_MS : GOOD_MS} ms).`,
			impact: 'Visitors look at an empty window for so long, wherever they are.',
			fix: advice(
				'Keep the rendered page, or its parts, in a cache on the server, and render anew in the background.',
				'Look at what the page waits for: queries one after the other, calls to other services, a server that starts.',
				'Send the head of the document before the slow part is ready, where the framework can stream.',
			),
			control: (a: TimingSummary) =>
				a.roundTrip === null
					? 'No round trip to the server was seen, so it is part of this time.'
					: `The ${roundTripName(a)} of ${ms(a.roundTrip)} is taken off, and so are the look-up, the connection and redirects.`,
			reproduce: timedByHand,
			evidence,
		},
	},

	appliesTo: ({ context }) => context.kind === 'page' || 'Not a page for people.',
	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const noise = Math.max(timing.noise.pingP95Ms, timing.noise.loopDelayP99Ms);
		const p75 = timing.serverTime.p75;
		if (timing.samples - timing.errors < LEAST_SAMPLES) {
			return cannotSay(
				'inconclusive',
				`${timing.url} gave ${timing.samples - timing.errors} whole answers`,
			);
		}
		if (Math.abs(p75 - GOOD_MS) <= noise && p75 > GOOD_MS) {
			return cannotSay(
				'inconclusive',
				`${timing.url} is so near to ${GOOD_MS} ms that the noise of this machine decides`,
			);
		}
		return say(p75 > GOOD_MS ? 'slow' : 'quick', timing);
	},

	examples: (example) => {
		const when = { subject: { context: { standing: 'found' as const, kind: 'page' as const } } };
		const page = (p75: number, more: Partial<TimingSummary> = {}) =>
			taken({
				connection: 'new for each visit',
				serverTime: { p50: p75 / 2, p75, p95: p75 },
				...more,
			});
		return [
			example('800 ms', page(800), 'quick', when),
			example('just over, within the noise', page(801), 'unknown', when),
			example('over', page(802), 'slow', when),
			example('1800 ms', page(1_800), 'slow', when),
			example('over 1800 ms, through a proxy', page(1_801, { roundTrip: null }), 'slow', when),
			example('nine answers', page(900, { samples: 20, errors: 11 }), 'unknown', when),
		];
	},
});

const GOOD_MS = 800;
const POOR_MS = 1_800;
const LEAST_SAMPLES = 10;
