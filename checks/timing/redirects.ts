import { advice, defineCheck, endpoints, minutes, type TimingSummary, z } from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, ms, notMeasured, timedAndSeen } from './_told.ts';

export default defineCheck({
	id: 'timing/redirects',
	title: 'One redirect at most comes before the document',
	rationale: 'Each redirect is a round trip at least, and four where it leads to another host.',
	references: ['RFC 9110 §15.4'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		direct: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} is reached by ${a.redirects.count === 1 ? 'one redirect' : 'no redirect'}.`,
		},
		costly: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			says: (a: TimingSummary) =>
				`${a.redirects.count} redirects come before ${a.url} and take ${ms(a.redirects.tookMs)}, ${ms(a.redirects.tookMs / a.redirects.count)} each.`,
			impact: 'Every first visit waits for them before anything of the page is on its way.',
			fix: (a: TimingSummary) =>
				advice(
					`Link ${a.url} itself: in mails, ads, profiles and search consoles.`,
					'Let the first redirect lead to the final URL at once: scheme, host and path together.',
				),
			reproduce: ({ url }: TimingSummary) =>
				`curl -sSL -o /dev/null -w '%{num_redirects} %{time_redirect} %{time_total}\\n' ${new URL(url).origin}/`,
			evidence,
		},
	},

	appliesTo: ({ context }) => context.kind === 'page' || 'Not a page for people.',
	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		return say(timing.redirects.count > 1 ? 'costly' : 'direct', timing);
	},

	examples: (example) => {
		const when = { subject: { context: { standing: 'found' as const, kind: 'page' as const } } };
		const walk = (count: number) => taken({ redirects: { count, tookMs: 90 * count } });
		return [
			example('none', walk(0), 'direct', when),
			example('one', walk(1), 'direct', when),
			example('two', walk(2), 'costly', when),
		];
	},
});
