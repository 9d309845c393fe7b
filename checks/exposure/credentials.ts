import {
	at,
	CREDENTIAL_FILES,
	controlInWords,
	defineCheck,
	minutes,
	type Probes,
	redactedSecrets,
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
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: ['/.npmrc', '/.aws/credentials', '/.ssh/id_rsa', '/.htpasswd'],
	deep: [
		'/.ssh/id_ed25519',
		'/server.key',
		'/.docker/config.json',
		'/service-account.json',
		'/.netrc',
		'/.pgpass',
		'/secrets.yml',
	],
};

interface Told extends FoundFile {
	/** How this kind of credential is replaced. */
	readonly rotate: string;
}

export default defineCheck({
	id: 'exposure/credentials',
	title: 'No key or password file can be downloaded',
	rationale:
		'Programs keep their log-ins in files with fixed names. Where a home folder or a project’s folder is ' +
		'published, anybody signs in with them.',
	references: ['CWE-538', 'CWE-522', 'OWASP Web Security Testing Guide, WSTG-CONF-04'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		'not-readable': {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} gives none of ${a.paths} usual files of credentials to strangers. ${a.control}`,
		},
		readable: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(120),
			says: (a: Told) => `Anybody can download ${a.url}: ${a.what}.`,
			impact:
				'Whoever asked for this file, and bots ask every host, signs in as you until the credential is replaced.',
			fix: (a: Told) =>
				offTheWeb({
					summary: `Take ${a.url} off the web, and replace what is in it`,
					path: a.path,
					steps: [
						a.rotate,
						rotateStep(a, 'Deleting the file does not make anybody forget it.'),
						LOOK_AT_LOG,
					],
				}),
			control: controlOf,
			reproduce: reproduceOf,
			evidence: evidenceOf,
		},
	},

	needs: ({ subject }) => ({ probes: probesOf(subject, PATHS) }),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const found = foundFiles(given.probes, recognise).map(({ told, seen }) =>
			at({ kind: 'url', name: told.url }, say('readable', { ...told, rotate: seen.rotate })),
		);
		return concluded(found, given.probes, () =>
			say('not-readable', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('not there', giving('/.npmrc', 404, 'Not Found'), 'not-readable'),
		example(
			'npm’s token',
			giving('/.npmrc', 200, '//r.example.com/:_authToken=<redacted:36>'),
			'readable',
		),
		example('npm’s settings', giving('/.npmrc', 200, 'save-exact=true\n'), 'not-readable'),
		example(
			'npm’s token from elsewhere',
			giving('/.npmrc', 200, `//r.example.com/:_authToken=$\{NPM_TOKEN}\n`),
			'not-readable',
		),
		example(
			'AWS',
			giving('/.aws/credentials', 206, '[default]\naws_secret_access_key = <redacted:40>\n'),
			'readable',
		),
		example('AWS without keys', giving('/.aws/credentials', 200, '[default]\n'), 'not-readable'),
		example('an SSH key', giving('/.ssh/id_rsa', 200, pem('OPENSSH PRIVATE KEY')), 'readable'),
		example('a server’s key', giving('/server.key', 200, pem('PRIVATE KEY')), 'readable'),
		example('a public certificate', giving('/server.key', 200, pem('CERTIFICATE')), 'not-readable'),
		example(
			'a text about keys',
			giving('/server.key', 200, 'It begins with -----BEGIN PRIVATE KEY-----'),
			'not-readable',
		),
		example('hashed passwords', giving('/.htpasswd', 200, 'alice:<redacted:37>\n'), 'readable'),
		example(
			'a registry’s log-in',
			giving('/.docker/config.json', 200, '{"auths":{"r":{"auth":"<redacted:20>"}}}'),
			'readable',
		),
		example(
			'a registry’s name alone',
			giving('/.docker/config.json', 200, '{"auths":{"r":{}},"credsStore":"desktop"}'),
			'not-readable',
		),
		example(
			'a service account',
			giving(
				'/service-account.json',
				200,
				'{"private_key":"-----BEGIN PRIVATE KEY-----\\n<redacted:1600>\\n"}',
			),
			'readable',
		),
		example(
			'log-ins',
			giving('/.netrc', 200, 'machine a login b password <redacted:9>'),
			'readable',
		),
		example('databases', giving('/.pgpass', 200, 'db:5432:*:app:<redacted:9>\n'), 'readable'),
		example('four fields', giving('/.pgpass', 200, 'db:5432:app:secret\n'), 'not-readable'),
		example(
			'Rails',
			giving('/secrets.yml', 200, 'a:\n  secret_key_base: <redacted:128>\n'),
			'readable',
		),
		example(
			'Rails, from elsewhere',
			giving('/secrets.yml', 200, 'a:\n  secret_key_base: <%= ENV["A"] %>\n'),
			'not-readable',
		),
		example(
			'a page with such words',
			giving('/.htpasswd', 200, '<!doctype html><pre>\nalice:$apr1$a$b\n'),
			'not-readable',
		),
		example(
			'every path gives the same',
			{
				probes: probes([probed('/.htpasswd', 200, 'a:<redacted:37>')], (path) =>
					probed(path, 200, 'a:<redacted:37>'),
				),
			},
			'not-readable',
		),
		example(
			'a server that makes files up',
			{ probes: probes([twinned(probed('/.htpasswd', 200, 'a:$1$b'), 200, 'c:$1$d')]) },
			'not-readable',
		),
		example('asked to slow down', { probes: probes([SLOW_DOWN]) }, 'unknown'),
	],
});

const SLOW_DOWN = {
	...probed('/.npmrc', 429),
	unseen: { because: 'denied', detail: 'it asks us to slow down (429)' },
} as const;

function recognise(path: string, bytes: string) {
	const known = CREDENTIAL_FILES[path];
	if (known?.is(bytes) !== true) return null;
	return { what: known.what, rotate: known.rotate, secrets: redactedSecrets(bytes) };
}

function pem(label: string): string {
	return `-----BEGIN ${label}-----\n<redacted:1600>\n-----END ${label}-----\n`;
}

function giving(path: string, status: number, bytes = ''): { probes: Probes } {
	return { probes: probes([probed(path, status, bytes)]) };
}
