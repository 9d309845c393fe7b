import {
	defineCheck,
	doesNotApply,
	minutes,
	repositories,
	repositoryOperations,
	z,
} from '../../src/sdk.ts';
import { loadReporter, reportErrors } from './_errors-fix.ts';
import { type Stack, stackOf } from './_framework-files.ts';
import { gapIn, operations, placeOf, sign } from './_operations.ts';

interface Untracked extends Stack {
	because: string;
	isClient: boolean;
	/** A tracker that nothing loads; empty for none. */
	idle: string;
	idlePlace: string;
}

export default defineCheck({
	id: 'deploy/errors',
	title: 'An error in production reaches somebody',
	rationale:
		'Customers who meet an error leave; few report it. What nobody sends anywhere stays in a log that nobody reads.',
	references: ['https://docs.sentry.io/platforms/', 'https://opentelemetry.io/docs/'],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		tracked: {
			outcome: 'pass',
			says: (a: { what: string; place: string }) => `${a.place} has errors reported (${a.what}).`,
		},
		'not-tracked': {
			outcome: 'fail',
			severity: 'later',
			confidence: 'medium',
			effort: minutes(30),
			says: (a: Untracked) =>
				a.idle === ''
					? `Nothing sends unhandled errors anywhere (${a.because}).`
					: `${a.idle} is in ${a.idlePlace}, and no code, script or setting loads it.`,
			impact: 'What breaks on launch day is found by the customer who gives up.',
			control:
				'Packages of error trackers and exporters in every manifest, scripts from their CDNs, agents at the start, add-ons of platforms and handlers that mail were looked for.',
			fix: (a: Untracked) => (a.idle === '' ? reportErrors(a, a) : loadReporter(a, a.idle, a)),
			cause: 'monitoring/errors/no-tracker',
			evidence: (a: Untracked) => [
				{ kind: 'file', summary: a.idle === '' ? a.because : a.idlePlace, detail: a.idle },
			],
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryOperations({ root }) }),

	judge({ given: { found }, say }) {
		const { kind, because, reporter, idleReporter, callsServer } = found;
		if (kind === 'static') return doesNotApply(`The product is a site of files (${because}).`);
		if (kind === 'none') {
			return doesNotApply('The repository holds no web application that could be recognised.');
		}
		if (reporter !== null) {
			return say('tracked', { what: reporter.what, place: placeOf(reporter) });
		}
		if (kind === 'client' && callsServer === null) {
			return doesNotApply(
				`The product runs in browsers (${because}) and calls no server: there is nothing that deploys and fails.`,
			);
		}
		const gap = gapIn(found, 'later');
		if (gap.length > 0) return gap;
		return say('not-tracked', {
			...stackOf(found),
			because,
			isClient: kind === 'client',
			idle: idleReporter?.what ?? '',
			idlePlace: idleReporter === null ? '' : placeOf(idleReporter),
		});
	},

	examples: (example) => [
		example('nothing', { found: operations() }, 'not-tracked'),
		example(
			'one that nothing loads',
			{ found: operations({ idleReporter: sign('@sentry/node', 'package.json', 12) }) },
			'not-tracked',
		),
		example(
			'one that is loaded',
			{ found: operations({ reporter: sign('@sentry/node', 'src/instrument.ts') }) },
			'tracked',
		),
		example(
			'in browsers, with a server behind',
			{ found: operations({ kind: 'client', callsServer: sign('fetch(', 'src/api.ts', 3) }) },
			'not-tracked',
		),
		example('in browsers alone', { found: operations({ kind: 'client' }) }, 'not-applicable'),
		example('a site of files', { found: operations({ kind: 'static' }) }, 'not-applicable'),
		example('a library', { found: operations({ kind: 'none', because: '' }) }, 'not-applicable'),
		example('more files than were read', { found: operations({ cut: true }) }, 'unknown'),
	],
});
