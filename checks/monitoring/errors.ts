import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type ErrorTracking,
	errorTracking,
	minutes,
	monitoredTargets,
	type SeenTracker,
	type WebFramework,
	z,
} from '../../src/sdk.ts';
import { OPERATIONS } from './_health-samples.ts';
import { shellUrl } from './_shell-url.ts';
import { trackErrors } from './_tracker-fix.ts';

interface Untracked {
	/** What makes it an application. */
	because: string;
	/** A tracker among the packages that nothing loads; empty for none. */
	idle: string;
	isClient: boolean;
	framework: WebFramework;
}

interface Blocked {
	page: string;
	ingest: string;
	directive: string;
	by: 'header' | 'meta';
}

interface Mislabelled {
	vendor: string;
	environment: string;
	place: string;
}

/** Names that a build for developers has. */
const OF_DEVELOPMENT = /^(?:dev|development|develop|local|localhost|debug)$/i;

export default defineCheck({
	id: 'monitoring/errors',
	title: 'Errors that customers meet reach somebody',
	rationale:
		'Customers who meet an error leave, and few report it. A tracker that is not there, is blocked by the page’s own policy or files everything under development tells as little.',
	references: [
		'https://www.w3.org/TR/CSP3/#directive-connect-src',
		'https://docs.sentry.io/platforms/javascript/configuration/options/',
	],
	reach: 'upkeep',
	layer: 'content',
	over: monitoredTargets,
	options: z.object({}),

	verdicts: {
		tracked: {
			outcome: 'pass',
			says: (a: { what: string; place: string }) => `Errors are reported (${a.what}, ${a.place}).`,
		},
		'no-tracker': {
			outcome: 'fail',
			severity: 'later',
			confidence: 'medium',
			effort: minutes(30),
			says: (a: Untracked) =>
				a.idle === ''
					? `Nothing sends unhandled errors anywhere, neither in code nor in what browsers are given (${a.because}).`
					: `${a.idle} is among the packages, and nothing loads it.`,
			impact: 'What breaks on launch day is found by the customer who gives up.',
			control:
				'Packages, scripts from trackers’ CDNs, agents, add-ons and handlers that mail were looked for in the repository, and DSNs, loaders and intake hosts in the pages’ scripts.',
			fix: (a: Untracked) => trackErrors(a.framework, a.isClient),
			evidence: (a: Untracked) => [{ kind: 'file', summary: a.because, detail: a.idle }],
		},
		'blocked-by-csp': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: Blocked) =>
				`The Content-Security-Policy of ${a.page} keeps error reports from ${a.ingest} (${a.directive}).`,
			impact:
				'Browsers drop every report: the tracker stays empty, and looks as if nothing ever failed.',
			control:
				'Only policies that browsers enforce count, and trackers that report through the site itself are left out.',
			fix: (a: Blocked) => ({
				...advice(
					`Add https://${a.ingest} to connect-src`,
					a.directive.startsWith('connect-src')
						? `In the ${a.by === 'meta' ? 'meta element' : 'header'}, let connect-src be as below, and the rest as it is.`
						: `Add the directive below to the ${a.by === 'meta' ? 'meta element' : 'header'}: without one, ${a.directive.split(' ')[0]} governs connections.`,
					'Or let reports go through your own host: the option tunnel of Sentry’s browser SDK.',
					'Throw an error in a browser, and see that the report arrives.',
				),
				snippets: [{ platform: 'any', language: 'text', text: `${withIngest(a)};` }],
			}),
			reproduce: (a: Blocked) =>
				`curl -sS -D - -o /dev/null ${shellUrl(a.page)} | grep -i content-security-policy`,
		},
		'development-environment': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: Mislabelled) =>
				`The deployed code reports its errors to ${a.vendor} as "${a.environment}" (${a.place}).`,
			impact:
				'Alerts for production do not fire, and customers’ errors lie among those of developers.',
			fix: {
				summary: 'Let the build for production say production',
				steps: [
					'Set environment from a variable that the deploy sets, with production as its value there.',
					'Deploy, throw an error on purpose, and see under which environment it is filed.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'javascript',
						text: "Sentry.init({\n\tdsn: …,\n\tenvironment: import.meta.env.PROD ? 'production' : 'development',\n});",
					},
				],
			},
			reproduce: (a: Mislabelled) =>
				/^https:/.test(a.place)
					? `curl -sS ${shellUrl(a.place)} | grep -oE 'environment:.{0,30}'`
					: `# see ${a.place}`,
		},
	},

	needs: ({ subject: { asked } }) => ({
		found: errorTracking({
			domain: asked.domain,
			registrable: asked.registrable,
			hosts: asked.hosts,
			endpoints: asked.endpoints,
			deep: asked.deep,
			login: asked.login,
			seed: asked.seed,
			repo: asked.repo,
		}),
	}),

	judge({ given: { found }, say }) {
		const { trackers, operations } = found;
		const faults = [
			...trackers.flatMap(({ page, blocked }) =>
				blocked === null
					? []
					: [
							at(
								{ kind: 'url', name: `${page} ${blocked.ingest}` },
								say('blocked-by-csp', { page, ...blocked }),
							),
						],
			),
			...trackers
				.filter(({ environment }) => OF_DEVELOPMENT.test(environment))
				.map(({ vendor, environment, place, host }) =>
					at(
						{ kind: 'url', name: `${host} ${place}` },
						say('development-environment', { vendor, environment, place }),
					),
				),
		];
		if (faults.length > 0) return faults;
		const [live] = trackers;
		if (live !== undefined) return say('tracked', { what: live.vendor, place: live.place });
		if (operations === null) {
			const seen =
				found.hosts.length === 0
					? 'No page was seen'
					: `In what ${found.hosts.join(', ')} gives to browsers there is none`;
			const words = found.unseen === '' ? '' : ` (${found.unseen})`;
			return cannotSay(
				'unsupported',
				`${seen}${words}; whether the server reports its errors is in its code alone (--repo).`,
				'later',
			);
		}
		const { reporter, idleReporter, kind, because, callsServer, unread, cut, framework } =
			operations;
		if (reporter !== null) {
			return say('tracked', { what: reporter.what, place: `${reporter.file}:${reporter.line}` });
		}
		const not = notAnApplication(found, kind, callsServer !== null);
		if (not !== null) return doesNotApply(`${not}${because === '' ? '' : ` (${because})`}.`);
		if (unread.length > 0) {
			return cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`, 'later');
		}
		if (cut)
			return cannotSay('budget', 'The repository has more files than were looked into.', 'later');
		return say('no-tracker', {
			because,
			idle: idleReporter?.what ?? '',
			isClient: kind === 'client',
			framework,
		});
	},

	examples: (example) => [
		example('none in code, no site', { found: tracking({ operations: OPERATIONS }) }, 'no-tracker'),
		example(
			'none in code nor in the bundle',
			{
				found: tracking({ hosts: ['example.com'], operations: OPERATIONS }),
			},
			'no-tracker',
		),
		example(
			'in the bundle, and not in code',
			{
				found: tracking({
					hosts: ['example.com'],
					trackers: [tracker({})],
					operations: OPERATIONS,
				}),
			},
			'tracked',
		),
		example(
			'in code',
			{
				found: tracking({
					operations: {
						...OPERATIONS,
						reporter: { what: '@sentry/node', file: 'src/a.ts', line: 1 },
					},
				}),
			},
			'tracked',
		),
		example(
			'a bundle alone, without one',
			{ found: tracking({ hosts: ['example.com'] }) },
			'unknown',
		),
		example(
			'a site of files',
			{
				found: tracking({ operations: { ...OPERATIONS, kind: 'static' } }),
			},
			'not-applicable',
		),
		example(
			'a file that cannot be read',
			{
				found: tracking({ operations: { ...OPERATIONS, unread: ['src/a.ts'] } }),
			},
			'unknown',
		),
		example(
			'blocked',
			{
				found: tracking({
					trackers: [
						tracker({
							blocked: {
								ingest: 'o1.ingest.sentry.io',
								directive: "connect-src 'self'",
								by: 'header',
							},
						}),
					],
				}),
			},
			'blocked-by-csp',
		),
		example(
			'as development',
			{
				found: tracking({ trackers: [tracker({ environment: 'development' })] }),
			},
			'development-environment',
		),
		example(
			'as production',
			{
				found: tracking({ trackers: [tracker({ environment: 'production' })] }),
			},
			'tracked',
		),
		example(
			'as staging',
			{
				found: tracking({ trackers: [tracker({ environment: 'staging' })] }),
			},
			'tracked',
		),
	],
});

const tracking = (about: Partial<ErrorTracking>): ErrorTracking => ({
	hosts: [],
	trackers: [],
	unseen: '',
	operations: null,
	...about,
});

const tracker = (about: Partial<SeenTracker>): SeenTracker => ({
	vendor: 'Sentry',
	ingest: 'o1.ingest.sentry.io',
	hasTunnel: false,
	environment: '',
	host: 'example.com',
	page: 'https://example.com/',
	place: 'https://example.com/app.js',
	blocked: null,
	...about,
});

/** Why nothing of the product can fail unseen, in words; `null` where something can. */
function notAnApplication(
	{ hosts }: ErrorTracking,
	kind: 'server' | 'client' | 'static' | 'none',
	callsServer: boolean,
): string | null {
	if (kind === 'static') return 'The product is a site of files';
	if (kind === 'none') {
		return hosts.length > 0
			? 'The repository holds no web application, and the site gives browsers no tracker'
			: 'The repository holds no web application that could be recognised';
	}
	return kind === 'client' && !callsServer
		? 'The product runs in browsers and calls no server'
		: null;
}

/** The directive with the tracker's host; `'none'` stands alone or not at all. */
function withIngest({ directive, ingest }: Blocked): string {
	const [, ...sources] = directive.split(' ');
	const kept = sources.filter((one) => one !== "'none'");
	return ['connect-src', ...kept, `https://${ingest}`].join(' ');
}
