import { advice, defineCheck, endpoints, minutes, type TimingSummary, z } from '../../src/sdk.ts';
import { taken, tooSlow, UNREACHABLE } from './_samples.ts';
import {
	budget,
	evidence,
	largestPhase,
	ms,
	notMeasured,
	numbers,
	openIn,
	openVerdicts,
	timedAndSeen,
	timedByHand,
} from './_told.ts';

export default defineCheck({
	id: 'timing/page',
	title:
		'The document of a page is there within its budget, 2 seconds unless told, in 95 of 100 visits',
	rationale:
		'Before a browser can show anything it looks up the name, opens a connection, follows redirects and ' +
		'downloads the document. Scripts and images come after that.',
	references: ['Exact binomial test of the share of visits over the budget, 5 % either way'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		'within-budget': {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`A first visit to ${a.url} has its document within ${budget(a)} at p95: ${numbers(a)}.`,
		},
		'over-budget': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(240),
			says: (a: TimingSummary) =>
				`A first visit to ${a.url} waits too long for the document alone: p95 is over ${budget(a)} ` +
				`(${a.over} of ${a.samples} visits were): ${numbers(a)}.`,
			impact:
				'Visitors look at an empty window for seconds before anything loads, and many leave before it does.',
			fix: (a: TimingSummary) =>
				advice(
					`Shorten what takes longest: ${largestPhase(a)}.`,
					'Link the final URL, so that no redirect comes before the document.',
					'Cache the rendered page on the server or at a CDN, and make the HTML smaller.',
					'Measure again with --endpoint, which takes as many visits as a verdict needs.',
				),
			control: (a: TimingSummary) =>
				`Each visit opened connections of its own; look-ups by the resolver took ${ms(a.phases.dns)}, and no script was run.`,
			reproduce: timedByHand,
			evidence,
		},
		...openVerdicts('high', 'visits to'),
	},

	appliesTo: ({ context }) => context.kind === 'page' || 'Not a page for people.',
	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		if (timing.decision === 'pass') return say('within-budget', timing);
		if (timing.decision === 'fail') return say('over-budget', timing);
		const open = openIn(timing);
		return open === null ? say('not-enough-evidence', timing) : say('inconclusive', open);
	},

	examples: (example) => {
		const when = { subject: { context: { standing: 'found' as const, kind: 'page' as const } } };
		const visit = (more: Partial<TimingSummary>) =>
			taken({
				url: 'https://example.com/',
				budgetMs: 2_000,
				limitMs: 2_000,
				connection: 'new for each visit',
				...more,
			});
		return [
			example(
				'a pass',
				visit({ decision: 'pass', plan: 'sequential', samples: 80, over: 0 }),
				'within-budget',
				when,
			),
			example('a fail', visit(tooSlow(2_000, 20, 5)), 'over-budget', when),
			example(
				'a fail by redirects',
				visit({ decision: 'fail', over: 5, redirects: { count: 3, tookMs: 1_900 } }),
				'over-budget',
				when,
			),
			example('twenty visits', visit({ over: 4 }), 'not-enough-evidence', when),
			example(
				'on the line',
				visit({ decision: 'undecided', samples: 300, over: 12 }),
				'inconclusive',
				when,
			),
			example('no answer any more', visit(UNREACHABLE), 'unknown', when),
		];
	},
});
