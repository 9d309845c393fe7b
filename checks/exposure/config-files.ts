import {
	advice,
	at,
	controlInWords,
	defineCheck,
	type Fix,
	type Judgement,
	minutes,
	type Probes,
	recogniseConfig,
	sites,
	z,
} from '../../src/sdk.ts';
import {
	concluded,
	controlOf,
	evidenceOf,
	type FoundFile,
	foundFiles,
	LOOK_AT_LOG,
	reproduceOf,
	rotateStep,
	secretsInWords,
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: ['/config.json', '/docker-compose.yml', '/wp-json/wp/v2/users'],
	deep: ['/appsettings.json', '/web.config', '/Dockerfile', '/serverless.yml', '/firebase.json'],
};

interface Authors extends FoundFile {
	readonly users: number;
}

type Said = 'secret-inside' | 'infrastructure' | 'wordpress-users';

const COMMON = { control: controlOf, reproduce: reproduceOf, evidence: evidenceOf } as const;

export default defineCheck({
	id: 'exposure/config-files',
	title: 'No configuration with secrets or internals can be downloaded',
	rationale:
		'Settings of the server side name the databases and services behind the product, and often what opens ' +
		'them. What the browser needs to know is another file.',
	references: ['CWE-538', 'CWE-260', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} gives no secret or internal configuration away under ${a.paths} usual names. ${a.control}`,
		},
		'secret-inside': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: FoundFile) => (a.names.length > 0 ? 'blocker' : 'high'),
			},
			effort: minutes(90),
			says: (a: FoundFile) =>
				`Anybody can download ${a.url}: ${a.what}, ` +
				(a.names.length > 0
					? `with ${a.names.length === 1 ? 'a credential' : `${a.names.length} credentials`} (${secretsInWords(a)}).`
					: 'with places for credentials, none of which is filled in.'),
			impact: (a: FoundFile) =>
				a.names.length > 0
					? 'Whoever asked for this file, and bots ask every host, holds these credentials until every one of them is replaced.'
					: 'It shows what the product is connected to, and the next deployment may fill the credentials in.',
			fix: (a: FoundFile) =>
				offTheWeb({
					summary: `Take ${a.url} off the web${a.names.length > 0 ? ', and replace every credential in it' : ''}`,
					path: a.path,
					steps: [
						rotateStep(a, 'Keep credentials in the environment of the server, out of every file.'),
						'What the browser needs goes into a file of its own, without the rest.',
						LOOK_AT_LOG,
					],
				}),
			...COMMON,
		},
		infrastructure: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: FoundFile) => `Anybody can download ${a.url}: ${a.what}.`,
			impact:
				'It shows strangers which services, versions and inner names the product is built from.',
			fix: ({ url, path }: FoundFile) =>
				offTheWeb({
					summary: `Take ${url} off the web`,
					path,
					steps: ['Publish the build’s output folder alone, not the project’s folder.'],
				}),
			...COMMON,
		},
		'wordpress-users': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: Authors) =>
				`${a.url} lists ${a.users === 1 ? 'an author of the site with the name' : `${a.users} authors of the site with the names`} for signing in.`,
			impact: 'Bots that guess passwords need no more than the password then.',
			fix: withoutList(),
			...COMMON,
		},
	},

	needs: ({ subject }) => ({ probes: probesOf(subject, PATHS) }),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const found = foundFiles(given.probes, recogniseConfig).flatMap<Judgement<Said>>(
			({ told, seen }) => {
				const place = { kind: 'url', name: told.url } as const;
				const secret = at(place, say('secret-inside', told));
				const inside = at(place, say('infrastructure', { ...told, names: [], lengths: [] }));
				const authors = at(place, say('wordpress-users', { ...told, users: seen.users }));
				if (seen.kind === 'wordpress-users') return [authors];
				const all: Judgement<Said>[] = [];
				if (seen.kind === 'settings' || told.names.length > 0) all.push(secret);
				if (seen.kind === 'infrastructure') all.push(inside);
				return all;
			},
		);
		return concluded(found, given.probes, () =>
			say('none', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('not there', giving('/config.json', 404, 'Not Found'), 'none'),
		example(
			'settings for the browser',
			giving('/config.json', 200, '{"apiUrl":"/api","apiKey":"<redacted:39>","publicToken":"x"}'),
			'none',
		),
		example(
			'a secret',
			giving('/config.json', 200, '{"stripe":{"clientSecret":"<redacted:32>"}}'),
			'secret-inside',
		),
		example(
			'a place for a secret',
			giving('/config.json', 200, '{"databasePassword":""}'),
			'secret-inside',
		),
		example(
			'words about passwords',
			giving('/config.json', 200, '{"resetPasswordUrl":"/reset","passwordMinLength":8}'),
			'none',
		),
		example(
			'a connection string',
			giving(
				'/appsettings.json',
				206,
				'{"ConnectionStrings":{"Default":"Server=a;Password=<redacted:9>;"}}',
			),
			'secret-inside',
		),
		example(
			'a connection without password',
			giving('/appsettings.json', 200, '{"ConnectionStrings":{"Default":"Server=a"}}'),
			'secret-inside',
		),
		example(
			'levels of logging',
			giving('/appsettings.json', 200, '{"Logging":{"LogLevel":{"Default":"Information"}}}'),
			'none',
		),
		example(
			'IIS',
			giving('/web.config', 200, '<?xml version="1.0"?>\n<configuration><system.webServer />'),
			'secret-inside',
		),
		example('Compose', giving('/docker-compose.yml', 200, COMPOSE), 'infrastructure'),
		example(
			'Compose with a password',
			giving(
				'/docker-compose.yml',
				200,
				`${COMPOSE}    environment:\n      A_PASSWORD: <redacted:9>\n`,
			),
			'secret-inside',
		),
		example('another list', giving('/docker-compose.yml', 200, 'our services: none\n'), 'none'),
		example('a Dockerfile', giving('/Dockerfile', 200, 'FROM node:20\n'), 'infrastructure'),
		example(
			'Serverless',
			giving('/serverless.yml', 200, 'provider:\n  name: aws\n'),
			'infrastructure',
		),
		example(
			'Firebase',
			giving('/firebase.json', 200, '{"hosting":{"public":"dist"}}'),
			'infrastructure',
		),
		example(
			'authors',
			giving('/wp-json/wp/v2/users', 200, '[{"id":1,"name":"A","slug":"a"}]'),
			'wordpress-users',
		),
		example('no authors', giving('/wp-json/wp/v2/users', 200, '[]'), 'none'),
		example('a page', giving('/config.json', 200, '<!doctype html>{"clientSecret":"x"}'), 'none'),
		example(
			'a server that makes settings up',
			{
				probes: probes([
					twinned(probed('/config.json', 200, '{"clientSecret":"a"}'), 200, '{"clientSecret":"b"}'),
				]),
			},
			'none',
		),
		example('no answer in time', { probes: probes([LATE]) }, 'unknown'),
	],
});

const COMPOSE = 'services:\n  web:\n    image: nginx\n';

const LATE = {
	...probed('/config.json', 404),
	status: null,
	unseen: { because: 'timeout', detail: 'no answer in time' },
} as const;

function withoutList(): Fix {
	const fix = advice(
		'Give the list of authors to signed-in users alone',
		'Put the code into the theme’s functions.php or a plug-in of your own, or use a security plug-in that does the same.',
	);
	const text =
		"add_filter('rest_endpoints', function ($endpoints) {\n" +
		"  if (!is_user_logged_in()) {\n    unset($endpoints['/wp/v2/users'], $endpoints['/wp/v2/users/(?P<id>[\\d]+)']);\n  }\n" +
		'  return $endpoints;\n});';
	return { ...fix, snippets: [{ platform: 'wordpress', language: 'php', text }] };
}

function giving(path: string, status: number, bytes = ''): { probes: Probes } {
	return { probes: probes([probed(path, status, bytes)]) };
}
