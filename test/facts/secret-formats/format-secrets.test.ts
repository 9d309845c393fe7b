import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSecrets } from '../../../src/facts/secret-formats/format-secrets.ts';
import { cpuMs } from '../../cpu-time.ts';
import { random62, seeded } from '../secrets/secret-samples.ts';

const random = seeded(17);
const made = (length = 32) => random62(length, random);
const typed = () => `Herbst${2000 + Math.floor(random() * 9000)}!x`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Case {
	readonly path: string;
	readonly text: string;
	/** The secret as it is written. */
	readonly written: string;
	readonly rule: string;
	readonly value?: string;
}

function cases(): readonly Case[] {
	const word = typed();
	const key = made();
	const of = (
		path: string,
		rule: string,
		text: string,
		written: string,
		value = written,
	): Case => ({ path, rule, text, written, value });
	return [
		of('.npmrc', 'package-registry-credential', `//npm.shop-prod.io/:_authToken=${key}\n`, key),
		of(
			'.netrc',
			'server-login-password',
			`machine a.shop-prod.io\n  login a\n  password ${word}\n`,
			word,
		),
		of(
			'.netrc',
			'server-login-password',
			`# machine b password x\ndefault login a password ${word}`,
			word,
		),
		of(
			'.pgpass',
			'database-account-password',
			`db.shop-prod.io:5432:a:b:${word.replace('!', '\\:')}\n`,
			word.replace('!', '\\:'),
			word.replace('!', ':'),
		),
		of(
			'.git-credentials',
			'server-login-password',
			`https${'://'}a:${word.replace('!', '%21')}@git.shop-prod.io\n`,
			word.replace('!', '%21'),
			word,
		),
		of('.htpasswd', 'account-password-hash', `a:$apr1$abcd$${key}\n`, `$apr1$abcd$${key}`),
		of(
			'.docker/config.json',
			'package-registry-credential',
			`{"auths": {"ghcr.io": {"auth": "${base64(`a:${word}`)}"}}}`,
			base64(`a:${word}`),
			word,
		),
		of(
			'.dockercfg',
			'package-registry-credential',
			`{"https://index.docker.io/v1/": {"auth": "${base64(`a:${word}`)}"}}`,
			base64(`a:${word}`),
			word,
		),
		of('.s3cfg', 'cloud-storage-secret-key', `[default]\nsecret_key = ${key}\n`, key),
		of(
			'sitemanager.xml',
			'server-login-password',
			`<Server><Host>ftp.shop-prod.io</Host><Pass encoding="base64">${base64(word)}</Pass></Server>`,
			base64(word),
			word,
		),
		of(
			'sitemanager.xml',
			'server-login-password',
			`<Server><Host>ftp.shop-prod.io</Host><Pass>${word}</Pass></Server>`,
			word,
		),
		of(
			'.vscode/sftp.json',
			'server-login-password',
			`{"host": "a.shop-prod.io", "password": "${word}"}`,
			word,
		),
		of(
			'.idea/webServers.xml',
			'server-login-password',
			`<fileTransfer host="ftp.shop-prod.io" password="${key}" />`,
			key,
		),
		of(
			'wp-config.php',
			'database-account-password',
			`define( 'DB_PASSWORD', '${word}' );\ndefine('DB_HOST', 'db.shop-prod.io');`,
			word,
		),
		of('wp-config.php', 'framework-signing-key', `define('AUTH_KEY',         '${key}');`, key),
		of(
			'config/database.yml',
			'database-account-password',
			`production:\n  host: db.shop-prod.io\n  password: ${word}\n`,
			word,
		),
		of(
			'config/secrets.yml',
			'framework-signing-key',
			`production:\n  secret_key_base: ${key}\n`,
			key,
		),
		of(
			'shop/settings.py',
			'database-account-password',
			`DATABASES = {'default': {'PASSWORD': '${word}', 'HOST': 'db.shop-prod.io'}}`,
			word,
		),
		of(
			'config/database.php',
			'database-account-password',
			`'password' => env('DB_PASSWORD', '${word}'),`,
			word,
		),
		of(
			'a.tfstate',
			'stored-credential',
			`{"resources": [{"type": "a", "instances": [{"attributes": {"password": "${word}"}}]}]}`,
			word,
		),
		of(
			'a.tfstate',
			'stored-credential',
			`{"resources": [{"type": "random_password", "instances": [{"attributes": {"result": "${word}"}}]}]}`,
			word,
		),
		of(
			'k8s/a.yaml',
			'configured-secret',
			`apiVersion: v1\nkind: Secret\ndata:\n  db-password: ${base64(word)}\n`,
			base64(word),
			word,
		),
		of(
			'k8s/a.yaml',
			'configured-secret',
			`kind: Secret\nstringData:\n  api_token: "${key}"\n`,
			key,
		),
		of(
			'k8s/a.json',
			'configured-secret',
			`{"kind": "Secret", "stringData": {"api_token": "${key}"}}`,
			key,
		),
		of(
			'.kube/config',
			'kubernetes-cluster-credential',
			`kind: Config\nusers:\n- name: a\n  user: {token: ${key}}\n`,
			key,
		),
		of(
			'shop.postman_collection.json',
			'stored-credential',
			`{"item": [{"request": {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "${key}", "type": "string"}]}}}]}`,
			key,
		),
		of(
			'shop.postman_environment.json',
			'stored-credential',
			`{"values": [{"key": "login", "value": "${key}", "type": "secret"}]}`,
			key,
		),
		of(
			'Insomnia_2030.json',
			'stored-credential',
			`{"resources": [{"authentication": {"type": "bearer", "token": "${key}"}}]}`,
			key,
		),
		of('a.bru', 'stored-credential', `auth:bearer {\n  token: ${key}\n}\n`, key),
		of(
			'a.har',
			'http-sign-in-of-a-session',
			`{"log": {"entries": [{"request": {"headers": [{"name": "authorization", "value": "Bearer ${key}"}]}}]}}`,
			key,
		),
		of(
			'a.har',
			'http-sign-in-of-a-session',
			`{"log": {"entries": [{"request": {"cookies": [{"name": "session_id", "value": "${key}"}]}}]}}`,
			key,
		),
		of(
			'.mcp.json',
			'configured-secret',
			`{"mcpServers": {"a": {"env": {"TICKETS_API_KEY": "${key}"}}}}`,
			key,
		),
		of(
			'.continue/config.yaml',
			'configured-secret',
			`models:\n  - env:\n      API_KEY: ${key}\n`,
			key,
		),
	];
}

describe('values in their formats', () => {
	test.each(cases().map((one) => [one.path, one.rule, one] as const))(
		'%s: %s',
		(_, rule, { path, text, written, value }) => {
			const found = formatSecrets(path, text);
			expect(found.map((one) => one.rule.id)).toEqual([rule]);
			expect(found[0]?.value).toBe(value);
			expect(text.slice(found[0]?.start, found[0]?.end)).toBe(written);
		},
	);

	test.each([
		['.npmrc', `//registry.npmjs.org/:_authToken=\${NPM_TOKEN}`],
		['.netrc', 'machine a.shop-prod.io login a password <password>'],
		['config/database.yml', 'production:\n  password: <%= ENV["DB_PASSWORD"] %>\n'],
		['config/database.yml', 'production:\n  password:\n  host: db.shop-prod.io\n'],
		[
			'wp-config.php',
			"define('DB_PASSWORD', 'password_here');\ndefine('AUTH_KEY', 'put your unique phrase here');",
		],
		['wp-config.php', "define('DB_PASSWORD', getenv('DB_PASSWORD'));"],
		['shop/settings.py', "DATABASES = {'default': {'PASSWORD': os.environ['DB_PASSWORD']}}"],
		['config/database.php', "'password' => env('DB_PASSWORD', ''),"],
		[
			'k8s/a.yaml',
			`kind: Secret\ndata:\n  username: ${base64('administrator')}\n  password: ${base64('changeme')}\n`,
		],
		['k8s/a.yaml', 'kind: Secret\nstringData:\n  password: "{{ .Values.password }}"\n'],
		['k8s/a.yaml', `kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB${made(80)}\n`],
		['k8s/a.yaml', `kind: ExternalSecret\nspec:\n  data:\n    - secretKey: password\n`],
		[
			'shop.postman_collection.json',
			'{"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]}}',
		],
		['a.bru', 'auth:bearer {\n  token: {{process.env.TOKEN}}\n}\n'],
		[
			'a.har',
			'{"log": {"entries": [{"request": {"cookies": [{"name": "theme", "value": "dark-and-very-long-value-1"}]}}]}}',
		],
		[
			'.mcp.json',
			`{"mcpServers": {"a": {"env": {"API_KEY": "\${API_KEY}"}, "args": ["--port", "8080"]}}}`,
		],
		[
			'a.tfstate',
			'{"resources": [{"type": "a", "instances": [{"attributes": {"password_length": "32", "id": "abc"}}]}]}',
		],
	])('%s: %s holds none', (path, text) => {
		expect(formatSecrets(path, text)).toEqual([]);
	});

	test('of sections for development and hosts that only this machine knows it says so', () => {
		const local = (path: string, text: string) =>
			formatSecrets(path, text).map(({ traits }) => traits.local);
		expect(
			local(
				'config/secrets.yml',
				`development:\n  secret_key_base: ${made()}\nproduction:\n  secret_key_base: ${made()}\n`,
			),
		).toEqual([true, false]);
		expect(local('.pgpass', `localhost:5432:a:b:${typed()}\n*:5432:a:b:${typed()}\n`)).toEqual([
			true,
			false,
		]);
		expect(local('.netrc', `machine localhost login a password ${typed()}`)).toEqual([true]);
	});
});

const paths = [
	...new Set(cases().map(({ path }) => path)),
	'winscp.ini',
	'.my.cnf',
	'.github/workflows/a.yml',
	'Dockerfile',
	'credentials-config.json',
];

describe('whatever a file holds', () => {
	test('readers end, throw nothing and stay inside', () => {
		const texts = cases().map(({ text }) => text);
		const cut = fc
			.tuple(
				fc.constantFrom(...texts),
				fc.nat(200),
				fc.nat(200),
				fc.string({ unit: 'binary', maxLength: 20 }),
			)
			.map(([text, from, to, put]) => text.slice(0, from) + put + text.slice(to));
		fc.assert(
			fc.property(
				fc.constantFrom(...paths),
				fc.oneof(cut, fc.string({ unit: 'binary', maxLength: 300 }), fc.json()),
				(path, text) => {
					for (const { start, end, value } of formatSecrets(path, text)) {
						expect(start).toBeGreaterThanOrEqual(0);
						expect(end).toBeLessThanOrEqual(text.length);
						expect(end).toBeGreaterThan(start);
						expect(value).not.toBe('');
					}
				},
			),
			{ numRuns: 2_000 },
		);
	});

	const floods = [
		'{"a":',
		'[',
		'- ',
		'{',
		'a: {b: ',
		'"',
		'machine a password b ',
		'a:b:c:d:',
		'<Pass>',
		"define('DB_PASSWORD', '",
		'\\',
		`\${{ secrets.A }}`,
		'kind: Secret\n',
		"'password' => env('A', ",
		'$apr1$',
		'&a [*a,',
		'? ',
		'>\n',
		'|\n',
		'\t',
	];
	test.each(floods)(
		'%j, many times over, takes bounded time',
		(piece) => {
			const text = piece.repeat(Math.ceil(30_000 / piece.length));
			for (const path of paths) {
				const started = cpuMs();
				formatSecrets(path, `kind: Secret\n${text}`);
				formatSecrets(path, text);
				expect(cpuMs() - started, path).toBeLessThan(2_500);
			}
		},
		120_000,
	);
});
