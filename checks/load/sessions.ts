import {
	advice,
	cannotSay,
	defineCheck,
	doesNotApply,
	type LoadSummary,
	loadOf,
	loadTargets,
	minutes,
	z,
} from '../../src/sdk.ts';
import { loaded, NOT_BEGUN } from './_samples.ts';
import { again, evidence, notLoaded, users } from './_told.ts';

export default defineCheck({
	id: 'load/sessions',
	title: 'Nobody is shown what belongs to somebody else',
	rationale:
		'A shared cache without the user in its key, or a variable that all requests share, shows one customer the data ' +
		'of another; with one user at a time it never happens.',
	references: ['RFC 9111 §4.1 (cache keys), §5.2.2.7 (private)', 'CWE-488', 'CWE-567'],
	reach: 'trust',
	layer: 'server',

	over: loadTargets,
	options: z.object({}),

	verdicts: {
		own: {
			outcome: 'pass',
			says: (a: LoadSummary) =>
				`${a.foreign.looked} answers to ${users(a)} held nobody else’s marker.`,
		},
		'mixed-up': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(240),
			says: (a: LoadSummary) =>
				`${a.plan.url} shows users what belongs to others: ${a.foreign.answers} of ${a.foreign.looked} answers held another user’s marker, ${a.foreign.users} users got one.`,
			impact:
				'Customers see each other’s data on launch day: a breach that has to be reported (GDPR Article 33).',
			fix: (a: LoadSummary) =>
				advice(
					'Keep what belongs to a user out of everything that requests share.',
					'Answer what is personal with Cache-Control: private, no-store, and exempt it at the CDN; put the session into the key of every other cache.',
					'Look for the current user in a module variable, a singleton, or a client that keeps the last token: give each request its own.',
					`Log the session of each request with X-Launch-Ready-Run: ${a.runId}, and load it again: ${again(a)}`,
				),
			control: (a: LoadSummary) =>
				`One user alone got ${a.foreign.alone === 0 ? 'no such answer' : `${a.foreign.alone} such answers`} before and after; markers count as whole words.`,
			reproduce: again,
			evidence,
		},
	},
	decisive: true,

	appliesTo: ({ plan }) =>
		plan.scenario?.isMarked !== true
			? 'no scenario with a marker: without one, whose answer it is cannot be told'
			: plan.scenario.accounts < 2
				? 'one account alone: there is nobody to be mixed up with'
				: true,
	needs: ({ subject }) => ({ load: loadOf({ plan: subject.plan }) }),

	judge({ given: { load }, say }) {
		const { foreign, plan } = load;
		if (plan.scenario?.isMarked !== true) return doesNotApply('no scenario with a marker');
		if (foreign.answers > 0 && foreign.alone > 0) {
			return cannotSay(
				'inconclusive',
				`${plan.url} names other accounts to one user alone too, as a list of people would: choose a marker that only its own user may see`,
			);
		}
		if (foreign.answers > 0) return say('mixed-up', load);
		const not = notLoaded(load);
		if (not !== null) return not;
		if (load.stop.why !== 'completed') {
			return cannotSay('inconclusive', `the load ended early: ${load.stop.detail}`);
		}
		return say('own', load);
	},

	examples: (example) => {
		const plan = {
			...loaded().load.plan,
			scenario: { login: 'https://api.example.com/login', isMarked: true, accounts: 5 },
		};
		const foreign = (answers: number, alone = 0) =>
			loaded({ plan, foreign: { answers, users: 3, looked: 750, alone } });
		const subject = { plan };
		return [
			example('everybody sees their own', loaded({ plan }), 'own', { subject }),
			example('one answer of somebody else', foreign(1), 'mixed-up', { subject }),
			example('a list of people', foreign(750, 80), 'unknown', { subject }),
			example('broken off', loaded({ plan, stop: { why: 'slow', detail: 'p95' } }), 'unknown', {
				subject,
			}),
			example('nobody could sign in', loaded({ ...NOT_BEGUN, plan }), 'unknown', { subject }),
			example('no marker', loaded(), 'not-applicable'),
		];
	},
});
