import {
	at,
	controlInWords,
	defineCheck,
	type Evidence,
	isExposed,
	minutes,
	type Probes,
	parseDotenv,
	sites,
	z,
} from '../../src/sdk.ts';
import { LOOK_AT_LOG, rotateStep, secretsInWords } from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, twinned, unseenPaths } from './_probed-paths.ts';

const EXAMPLE = '/.env.example';

const PATHS: PathList = {
	usual: ['/.env', '/.env.local', '/.env.production', '/.env.bak', '/api/.env', EXAMPLE],
	deep: [
		'/.env.prod',
		'/.env.dev',
		'/.env.development.local',
		'/.env.staging',
		'/.env.backup',
		'/.env.old',
		'/.env.save',
		'/app/.env',
		'/backend/.env',
	],
};

interface Told {
	readonly url: string;
	readonly path: string;
	/** Names of variables; values are never told. */
	readonly names: readonly string[];
	/** The same with the lengths of their values. */
	readonly lengths: readonly number[];
	readonly total: number;
	readonly control: string;
}

export default defineCheck({
	id: 'exposure/dotenv',
	title: 'No environment file can be downloaded',
	rationale:
		'Scanners ask every new host for /.env within hours. What stands in it opens the database, the ' +
		'payment account and the mail service.',
	references: ['CWE-538', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		'not-readable': {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} gives none of ${a.paths} usual environment files to strangers. ${a.control}`,
		},
		readable: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(120),
			says: (a: Told) =>
				`Anybody can download ${a.url}: an environment file with ${a.names.length === 1 ? 'a credential' : `${a.names.length} credentials`} ` +
				`(${secretsInWords(a)}).`,
			impact:
				'Whoever asked for this file, and bots ask every host, holds these credentials: your customers’ ' +
				'data can be read, and your accounts used, until every one of them is changed.',
			fix: (a: Told) =>
				offTheWeb({
					summary: `Take ${a.url} off the web, and replace every credential in it`,
					path: a.path,
					steps: [rotateStep(a, ''), LOOK_AT_LOG],
				}),
			control: (a: Told) => a.control,
			reproduce: (a: Told) => `curl -sS ${a.url} | cut -d= -f1`,
			evidence,
		},
		'public-values-only': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Told) =>
				`Anybody can download ${a.url}: an environment file with ${a.total} ${a.total === 1 ? 'variable' : 'variables'}, ` +
				'none of which is named like a credential.',
			impact:
				'It shows how the product is built, and the next deployment may put a credential into the same file.',
			fix: ({ url, path }: Told) =>
				offTheWeb({
					summary: `Take ${url} off the web`,
					path,
					steps: [
						'Set the variables in the server’s environment instead of a file beside the site.',
					],
				}),
			control: (a: Told) => a.control,
			reproduce: (a: Told) => `curl -sS ${a.url} | cut -d= -f1`,
			evidence,
		},
		'example-only': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: Told) =>
				`${a.url} can be downloaded: a template with ${a.total} ${a.total === 1 ? 'variable' : 'variables'}.`,
			impact:
				'It tells strangers which services and settings the product has, and that files beside it may be served too.',
			fix: ({ url, path }: Told) =>
				offTheWeb({ summary: `Leave ${url} out of what is deployed`, path, steps: [] }),
			control: (a: Told) => a.control,
			evidence,
		},
	},

	needs: ({ subject }) => ({
		probes: probesOf(subject, PATHS),
	}),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const control = controlInWords(controls);
		const exposed = paths.filter((one) => isExposed(one, controls, isDotenv));
		const unseen = unseenPaths(given.probes);
		if (exposed.length > 0) {
			const found = exposed.map((one) => {
				const { path, url, bytes } = one;
				const entries = parseDotenv(bytes);
				const secrets = entries.filter(({ secret }) => secret);
				const listed = secrets.length > 0 ? secrets : entries;
				const told: Told = {
					url,
					path,
					names: listed.map(({ name }) => name),
					lengths: listed.map(({ length }) => length),
					total: entries.length,
					control: controlInWords(controls, one),
				};
				const verdict =
					path === EXAMPLE
						? 'example-only'
						: secrets.length > 0
							? 'readable'
							: 'public-values-only';
				return at({ kind: 'url', name: url }, say(verdict, told));
			});
			return unseen === null ? found : [...found, unseen];
		}
		return unseen ?? say('not-readable', { origin, paths: paths.length, control });
	},

	examples: (example) => [
		example('not there', answering(404, 'Not Found'), 'not-readable'),
		example('a database password', answering(200, SECRET), 'readable'),
		example('a part of it', answering(206, SECRET), 'readable'),
		example('not redacted', answering(200, 'DATABASE_URL=postgres://x:y@db/z'), 'readable'),
		example(
			'for browsers only',
			answering(200, 'VITE_API_KEY=<redacted:20>\n'),
			'public-values-only',
		),
		example('an empty credential', answering(200, 'API_KEY=""\nPORT=8080'), 'public-values-only'),
		example('the template', answering(200, 'API_KEY=changeme', EXAMPLE), 'example-only'),
		example(
			'a page that shows the same words',
			answering(200, `<!doctype html><pre>\n${SECRET}</pre>`),
			'not-readable',
		),
		example('words without the form', answering(200, 'Our API_KEY = secret'), 'not-readable'),
		example(
			'every path gives the same',
			{ probes: probes([probed('/.env', 200, SECRET)], (path) => probed(path, 200, SECRET)) },
			'not-readable',
		),
		example(
			'every path gives such words',
			{
				probes: probes([probed('/.env', 200, SECRET)], (path) =>
					probed(path, 200, `PATH_ASKED=${path}`),
				),
			},
			'not-readable',
		),
		example(
			'a server that makes up whatever is asked for',
			{ probes: probes([twinned(probed('/.env.bak', 200, SECRET), 200, 'ANY_KEY=x')]) },
			'not-readable',
		),
		example(
			'beside a random name that is missing',
			{ probes: probes([twinned(probed('/.env.bak', 200, SECRET), 404)]) },
			'readable',
		),
		example(
			'the template, and then asked to slow down',
			{ probes: probes([probed(EXAMPLE, 200, 'API_KEY=changeme'), SLOW_DOWN]) },
			'unknown',
		),
		example('asked to slow down', { probes: probes([SLOW_DOWN]) }, 'unknown'),
		example(
			'asked to slow down after a hit',
			{ probes: probes([probed('/.env', 200, SECRET), SLOW_DOWN]) },
			'readable',
		),
	],
});

const SECRET =
	'APP_ENV=<redacted:10>\nDB_PASSWORD=<redacted:24>\nSTRIPE_SECRET_KEY=<redacted:32>\n';

const SLOW_DOWN = {
	...probed('/.env.local', 429),
	unseen: { because: 'denied', detail: 'it asks us to slow down (429)' },
} as const;

function isDotenv(bytes: string): boolean {
	return parseDotenv(bytes).length > 0;
}

function evidence(a: Told): readonly Evidence[] {
	return [
		{ kind: 'http', summary: `GET ${a.url}: an environment file`, detail: secretsInWords(a) },
		{ kind: 'control', summary: 'random paths', detail: a.control },
	];
}

function answering(status: number, bytes: string, path = '/.env'): { probes: Probes } {
	return { probes: probes([probed(path, status, bytes)]) };
}
