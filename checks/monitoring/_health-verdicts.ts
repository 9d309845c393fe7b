import { advice, type Fix, minutes, type WebFramework } from '../../src/sdk.ts';
import { askDependencies, healthHandlers } from './_health-handler.ts';
import { shellUrl } from './_shell-url.ts';

export interface HealthAt {
	url: string;
	framework: WebFramework | null;
}

export interface MissingHealth {
	host: string;
	/** What was declared and is not there; empty where the usual paths were tried. */
	declared: string;
	status: number;
	backEnd: string;
	control: string;
	framework: WebFramework | null;
}

export interface AlwaysOk extends HealthAt {
	/** What fails while the endpoint answers 200; empty where code alone shows it. */
	broken: string;
	status: number;
	/** Of the handler, and of the database that it does not ask. */
	place: string;
	database: string;
}

const curl = ({ url }: { url: string }) => `curl -sS -i ${shellUrl(url)}`;

const NO_STORE: Fix = {
	summary: 'Send Cache-Control: no-store, and keep caches away from the path',
	steps: [
		'Set the header in the handler; a framework that renders routes once has to be told to run this one each time.',
		'Where a CDN rule caches everything, let it pass this path by.',
		'Purge the path once, and see that two requests a second apart give two moments.',
	],
	snippets: [
		{ platform: 'any', language: 'http', text: 'Cache-Control: no-store' },
		{
			platform: 'express',
			language: 'javascript',
			text: "response.set('Cache-Control', 'no-store');",
		},
		{
			platform: 'nextjs',
			language: 'javascript',
			text: "export const dynamic = 'force-dynamic';",
		},
		{
			platform: 'nginx',
			language: 'nginx',
			text: 'location = /health {\n\tproxy_cache off;\n\tproxy_pass http://app;\n}',
		},
	],
};

const STATUS_WORD: Fix = {
	summary: 'Answer strangers with the status word alone',
	steps: [
		'Leave names, versions, environment and errors to the log, or to a second route behind a login.',
		'Change every secret that stood there: whoever asked has it.',
	],
	snippets: [
		{ platform: 'any', language: 'json', text: '{"status":"ok"}' },
		{
			platform: 'any',
			language: 'properties',
			text: '# Spring Boot\nmanagement.endpoint.health.show-details=never\nmanagement.endpoint.health.show-components=never',
		},
	],
};

export const HEALTH_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { urls: string }) => `${a.urls} says whether the product lives.`,
	},
	missing: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: MissingHealth) =>
			a.declared === ''
				? `${a.host} has no health endpoint at a usual path, though it has a back end (${a.backEnd}).`
				: `${a.declared} is declared as the health endpoint and answers ${a.status}.`,
		impact:
			'Nothing that watches can tell a server that works from one that has lost its database: customers find out first.',
		control: (a: MissingHealth) => `A random path was asked for comparison: ${a.control}.`,
		fix: (a: MissingHealth) =>
			askDependencies('Add a health endpoint that asks the database', a.framework),
		reproduce: (a: MissingHealth) => curl({ url: a.declared || `https://${a.host}/health` }),
		confidence: 'medium',
	},
	'page-shell': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(20),
		says: (a: HealthAt & { control: string }) =>
			`${a.url} answers 200 only because every path does: it gives the page that a random path gets.`,
		impact:
			'A monitor on this address stays green while the back end is down, because the file server answers for it.',
		control: (a: HealthAt & { control: string }) =>
			`A random path was asked for comparison: ${a.control}.`,
		fix: (a: HealthAt & { control: string }) => ({
			summary: 'Answer the health path before the fallback for the app’s pages',
			steps: [
				'Register the route before the one that answers every path, or send the path to the back end in the server in front.',
				'See that a random path beside it still gives the page, and this one does not.',
			],
			snippets: [
				...healthHandlers(a.framework),
				{
					platform: 'nginx' as const,
					language: 'nginx',
					text: 'location = /health {\n\tproxy_pass http://app;\n}\nlocation / {\n\ttry_files $uri /index.html;\n}',
				},
			],
		}),
		reproduce: curl,
	},
	'always-ok': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: AlwaysOk) => (a.broken === '' ? 'later' : 'high'),
		},
		effort: minutes(30),
		says: (a: AlwaysOk) =>
			a.broken === ''
				? `The health route at ${a.place} answers the same whatever happens, and the product needs a database (${a.database}).`
				: `${a.url} answers that all is well while ${a.broken} answers ${a.status}, twice.`,
		impact:
			'Monitors stay green and broken instances keep their traffic, for as long as the process itself runs.',
		control: (a: AlwaysOk) =>
			a.broken === ''
				? 'The handler was read: it asks nothing, decides nothing and waits for nothing. Paths for liveness are left out.'
				: 'Both were asked twice. Paths for liveness, where a constant answer is right, are left out.',
		confidence: (a: AlwaysOk) => (a.broken === '' ? 'medium' : 'high'),
		fix: (a: AlwaysOk) =>
			askDependencies('Let the health endpoint ask what it answers for', a.framework),
		reproduce: (a: AlwaysOk) => (a.broken === '' ? `# see ${a.place}` : curl(a)),
	},
	'status-contradicts-body': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: HealthAt & { words: string; status: number }) =>
			`${a.url} answers ${a.status}, and its body says that it is down (${a.words}).`,
		impact:
			'Monitors, load balancers and platforms read the status code: for them the product is well while it is not.',
		fix: (a: HealthAt & { words: string; status: number }) =>
			askDependencies('Answer 503 where the body says down, and repair what it names', a.framework),
		reproduce: curl,
	},
	failing: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		says: (a: HealthAt & { status: number }) => `${a.url} answers ${a.status}, twice.`,
		impact:
			'The product says itself that it cannot work, or what answers for it is not there: customers meet that now.',
		fix: (a: HealthAt & { status: number }) =>
			advice(
				'Repair what the health endpoint complains about',
				`Read the server’s log for the moment of a request to ${new URL(a.url).pathname}, and what the endpoint asks: database, queue, other services.`,
				a.status === 502 || a.status === 504
					? 'The server in front got no answer: see that the application runs, and listens where the server in front looks for it.'
					: 'See that the application reaches its database with the settings of production.',
			),
		reproduce: curl,
	},
	cached: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		says: (a: HealthAt & { because: string }) =>
			`${a.url} is answered by a cache, not by the product (${a.because}).`,
		impact:
			'What monitors see is how the product was, for as long as the cache keeps it: an outage stays unseen.',
		control: 'The endpoint was asked twice.',
		fix: NO_STORE,
		reproduce: (a: HealthAt & { because: string }) => `${curl(a)}; sleep 2; ${curl(a)}`,
	},
	'leaks-detail': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'later'],
			pick: (a: HealthAt & { secrets: string; leaks: string }) =>
				a.secrets === '' ? 'later' : 'blocker',
		},
		effort: minutes(15),
		says: (a: HealthAt & { secrets: string; leaks: string }) =>
			a.secrets === ''
				? `${a.url} tells strangers more than whether it works (${a.leaks}).`
				: `${a.url} shows secrets to everybody (${a.secrets}).`,
		impact: (a: HealthAt & { secrets: string; leaks: string }) =>
			a.secrets === ''
				? 'Attackers learn which machines, versions and settings are behind the site, and choose their tools by that.'
				: 'Whoever asks for the address has the secret, and with it what it opens.',
		fix: STATUS_WORD,
		reproduce: curl,
	},
	redirects: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: HealthAt & { status: number; location: string }) =>
			`${a.url} redirects (${a.status}) to ${a.location}.`,
		impact:
			'Many probes follow no redirect: load balancers count it as an error, others as success.',
		fix: (a: HealthAt & { status: number; location: string }) =>
			advice(
				'Answer 200 at the address itself',
				`Let probes ask ${a.location === '' ? 'the final address' : a.location}, or serve the path as it is written, without a redirect.`,
			),
		reproduce: curl,
	},
	'needs-login': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: HealthAt & { status: number }) =>
			`${a.url} refuses whoever has no login (${a.status}).`,
		impact: 'Probes have no session: they see a refusal, whether or not the product works.',
		fix: advice(
			'Answer probes with 200 and a status word, without a login',
			'Take the health path out of what asks for a session, and leave details behind the login.',
			'Where strangers must not ask, let the monitor’s addresses in, or give it a token in a header.',
		),
		reproduce: curl,
	},
	slow: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: HealthAt & { p50: number }) =>
			`${a.url} takes ${(a.p50 / 1_000).toFixed(1)} s in the middle of three requests.`,
		impact:
			'Probes with the usual time limits count it as down, and each probe holds a connection to the database for as long.',
		fix: (a: HealthAt & { p50: number }) =>
			askDependencies('Limit every question of the health endpoint to one second', a.framework),
		reproduce: ({ url }: HealthAt) =>
			`curl -sS -o /dev/null -w '%{time_total}\\n' ${shellUrl(url)}`,
	},
} as const;
