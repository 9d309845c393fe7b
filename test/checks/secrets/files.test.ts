import { execFileSync } from 'node:child_process';
import { createCipheriv, generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { describe, expect, test } from 'vitest';
import files from '../../../checks/secrets/files.ts';
import tree from '../../../checks/secrets/tree.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { surveyFiles } from '../../../src/facts/secret-formats/repository-files.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { git, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged, repositoryOf } from './real-repository.ts';

const random = seeded(11);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const made = (length = 32) => random62(length, random);
/** A person's password: no provider, no generator. */
const typed = () => `Sommer${2000 + Math.floor(random() * 9000)}!x`;
const host = 'db.shop-prod.io';

async function sayings(
	tracked: Readonly<Record<string, string | Buffer>>,
	untracked: Readonly<Record<string, string | Buffer>> = {},
) {
	return inWords(await judged(files, repositoryOf(tracked, untracked)));
}

const pem = () => {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

test('its examples say what they claim', () => {
	expect(verifyCheck(files)).toEqual([]);
});

describe('env-committed', () => {
	test('a blocker by tier, else high', async () => {
		expect(await sayings({ '.env': `PORT=3000\nSTRIPE_SECRET_KEY=${stripe()}\n` })).toEqual([
			'blocker env-committed .env:2',
		]);
		expect(await sayings({ '.env': `PORT=3000\n\nDB_PASSWORD="${typed()}"\n` })).toEqual([
			'high env-committed .env:3',
		]);
		expect(await sayings({ 'apps/web/.env.production': `API_TOKEN=${made()}\n` })).toEqual([
			'high env-committed apps/web/.env.production:1',
		]);
		expect(await sayings({ '.env': `STRIPE_SECRET_KEY=sk_${'test'}_${made(24)}\n` })).toEqual([
			'high env-committed .env:1',
		]);
	});

	test('stand-ins alone are for later', async () => {
		const texts = [
			'API_KEY=\n',
			'API_KEY=changeme\nDB_PASSWORD=your-password-here\n',
			'DB_PASSWORD=postgres\n',
		];
		for (const text of texts) {
			expect(await sayings({ '.env': text }), text).toEqual(['later env-committed .env:1']);
		}
	});

	test.each([
		[
			'public values',
			{ '.env': 'NODE_ENV=production\nPORT=3000\nAPP_URL=https://shop.test\nLOG_LEVEL=info\n' },
		],
		[
			'a key for browsers',
			{ '.env': `VITE_STRIPE_KEY=pk_${'live'}_${made(24)}\nNEXT_PUBLIC_TOKEN=${made()}\n` },
		],
		[
			'an example',
			{ '.env.example': 'API_KEY=\nDB_PASSWORD=changeme\n', '.env.sample': 'A_TOKEN=xxx\n' },
		],
		[
			'a template',
			{
				'.env.template': 'API_KEY=<key>\n',
				'.env.local.example': 'API_KEY=\n',
				'.env.dist': 'A=1',
			},
		],
		['an encrypted vault', { '.env.vault': `DOTENV_VAULT_PRODUCTION="${made(80)}"\n` }],
		['values under a public key', { '.env': `API_KEY="encrypted:B${made(90)}"\n` }],
		['sops', { '.env': `API_KEY=ENC[AES256_GCM,data:${made(20)},iv:${made(20)},type:str]\n` }],
		[
			'types',
			{ 'src/env.d.ts': `declare const API_KEY: string;\n`, '.env.ts': 'export const a = 1;\n' },
		],
		['test data', { 'test/fixtures/.env': `API_TOKEN=abc\nDB_PASSWORD=${typed()}\n` }],
	])('%s are silent', async (_, tracked) => {
		expect(await sayings(tracked)).toEqual(['pass']);
	});

	test('its fix takes the file out of git and leaves it on disk', async () => {
		const root = repositoryOf({ 'apps/api/.env': `KEY=${stripe()}\n`, '.env.example': 'KEY=\n' });
		const [finding] = (await judged(files, root)) as Failed[];
		const text = finding?.fix.snippets[0]?.text ?? 'false';
		execFileSync('sh', ['-ec', text], { cwd: root, stdio: 'ignore' });
		expect(git(root, 'ls-files')).toBe('.env.example\n');
		expect(inWords(await judged(files, root))).toEqual(['pass']);
	});
});

describe('env-not-ignored', () => {
	test('untracked and not ignored', async () => {
		expect(await sayings({ 'a.ts': '1' }, { '.env': 'PORT=1\n', 'b/.env.local': 'A=1\n' })).toEqual(
			['high env-not-ignored .env:1', 'high env-not-ignored b/.env.local:1'],
		);
	});

	test('ignored, an example, or outside git is silent', async () => {
		expect(await sayings({ '.gitignore': '.env\n' }, { '.env': `KEY=${stripe()}\n` })).toEqual([
			'pass',
		]);
		expect(await sayings({ 'a.ts': '1' }, { '.env.example': 'KEY=\n' })).toEqual(['pass']);
		const root = temporaryFolder();
		write(root, { '.env': `KEY=${stripe()}\n` });
		expect(inWords(await judged(files, root))).toEqual(['pass']);
	});

	test('its fix ignores the file', async () => {
		const root = repositoryOf({ 'a.ts': '1' }, { 'web/.env': 'A=1\n' });
		const [finding] = (await judged(files, root)) as Failed[];
		execFileSync('sh', ['-ec', finding?.fix.snippets[0]?.text ?? 'false'], {
			cwd: root,
			stdio: 'ignore',
		});
		expect(inWords(await judged(files, root))).toEqual(['pass']);
	});
});

describe('env-not-container-ignored', () => {
	const image = 'FROM node:20\nWORKDIR /app\nCOPY package.json ./\nCOPY . .\nCMD ["node", "."]\n';
	const env = { '.env': `KEY=${stripe()}\n` };
	const ignored = { '.gitignore': '.env\n' };

	test('COPY . without an entry', async () => {
		expect(await sayings({ Dockerfile: image, ...ignored }, env)).toEqual([
			'high env-not-container-ignored Dockerfile:4',
		]);
		for (const text of ['node_modules\n', '# .env\n', '.env\n!.env\n', 'app/.env\n']) {
			expect(
				await sayings({ Dockerfile: image, '.dockerignore': text, ...ignored }, env),
				text,
			).toEqual(['high env-not-container-ignored Dockerfile:4']);
		}
	});

	test.each([
		'.env',
		'.env*',
		'**/.env',
		'**/.env*',
		'*\n!src',
		'.*',
		'/.env',
		'./.env',
		'.en[v]',
		'.e?v',
		'**',
	])('%s keeps it out', async (text) => {
		expect(
			await sayings({ Dockerfile: image, '.dockerignore': `${text}\n`, ...ignored }, env),
		).toEqual(['pass']);
	});

	test('below the root, .env alone does not', async () => {
		const below = { 'apps/web/.env': 'KEY=1\n' };
		const tracked = { Dockerfile: image, '.gitignore': '.env\n' };
		expect(await sayings({ ...tracked, '.dockerignore': '.env\n' }, below)).toEqual([
			'high env-not-container-ignored Dockerfile:4',
		]);
		expect(await sayings({ ...tracked, '.dockerignore': '**/.env\n' }, below)).toEqual(['pass']);
	});

	test('contexts: the folder of the Dockerfile, the one above an aside, what compose says', async () => {
		const copy = 'FROM a\nCOPY . /app\n';
		expect(await sayings({ 'api/Dockerfile': copy, ...ignored }, env)).toEqual(['pass']);
		expect(await sayings({ 'docker/Dockerfile': copy, ...ignored }, env)).toEqual([
			'high env-not-container-ignored docker/Dockerfile:2',
		]);
		const compose =
			'services:\n  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n';
		expect(
			await sayings({ 'api/Dockerfile': copy, 'compose.yml': compose, ...ignored }, env),
		).toEqual(['high env-not-container-ignored api/Dockerfile:2']);
		expect(
			await sayings(
				{
					'api/Dockerfile': copy,
					'compose.yml': compose,
					'api/Dockerfile.dockerignore': '.env',
					...ignored,
				},
				env,
			),
		).toEqual(['pass']);
	});

	test.each([
		['single files', 'FROM a\nCOPY package.json src/ ./\n'],
		['another stage', 'FROM a AS b\nFROM c\nCOPY --from=b . .\n'],
		['a comment', 'FROM a\n# COPY . .\n'],
		['a here-document', 'FROM a\nCOPY <<EOF /a\nCOPY . .\nEOF\n'],
	])('%s: silent', async (_, text) => {
		expect(await sayings({ Dockerfile: text, ...ignored }, env)).toEqual(['pass']);
	});

	test.each([
		'FROM a\nCOPY ./ /app\n',
		'FROM a\nADD . /app\n',
		'FROM a\nCOPY ["." , "/app"]\n',
		'FROM a\nCOPY --chown=node:node . .\n',
		'FROM a\nCOPY * ./\n',
		'FROM a\nCOPY \\\n  . \\\n  /app\n',
	])('%j is the same', async (text) => {
		expect(await sayings({ Dockerfile: text, ...ignored }, env)).toEqual([
			'high env-not-container-ignored Dockerfile:2',
		]);
	});

	test('its fix keeps every env file out', async () => {
		const root = repositoryOf(
			{ Dockerfile: image, '.gitignore': '.env*\n' },
			{ ...env, 'a/.env.local': 'A=1' },
		);
		const [finding] = (await judged(files, root)) as Failed[];
		write(root, { '.dockerignore': finding?.fix.snippets[0]?.text ?? '' });
		expect(inWords(await judged(files, root))).toEqual(['pass']);
	});
});

describe('example-has-real-value', () => {
	test('a provider key, by the row of committed files', async () => {
		expect(await sayings({ '.env.example': `A=1\nKEY=${stripe()}\n` })).toEqual([
			'blocker example-has-real-value .env.example:2',
		]);
		expect(await sayings({ '.env.example': `KEY=sk_${'test'}_${made(24)}\n` })).toEqual([
			'later example-has-real-value .env.example:1',
		]);
		expect(
			await sayings({
				'.env.example': `DATABASE_URL=postgres${'://'}app:${made(20)}@${host}/app\n`,
			}),
		).toEqual(['blocker example-has-real-value .env.example:1']);
	});

	test('the value of the real file, whatever it looks like', async () => {
		const password = typed();
		const ignored = { '.gitignore': '.env\n.env.local\n' };
		for (const real of ['.env', '.env.local']) {
			const said = await sayings(
				{ '.env.example': `PORT=1\nDB_PASSWORD=${password}\n`, ...ignored },
				{ [real]: `DB_PASSWORD='${password}'\n` },
			);
			expect(said, real).toEqual(['high example-has-real-value .env.example:2']);
		}
		expect(
			await sayings(
				{ '.env.example': 'DB_PASSWORD=local-dev-only\n', ...ignored },
				{ '.env': `DB_PASSWORD=${typed()}\n` },
			),
		).toEqual(['pass']);
	});

	test.each([
		'JWT_SECRET=my-super-secret-jwt-key\n',
		'NEXTAUTH_SECRET=supersecret123\nSESSION_SECRET=development-only-secret\n',
		`DATABASE_URL=postgres${'://'}postgres:postgres@localhost:5432/app\n`,
		`DATABASE_URL=postgresql${'://'}johndoe:randompassword@localhost:5432/mydb?schema=public\n`,
		'STRIPE_SECRET_KEY=sk_test_...\nSTRIPE_KEY=sk_live_xxxxxxxxxxxxxxxxxxxxxxxx\n',
		'PORT=3000\nLOG_LEVEL=debug\nAPP_NAME=shop\n',
		`NEXT_PUBLIC_KEY=pk_${'test'}_${made(24)}\n`,
	])('placeholders are silent: %j', async (text) => {
		const said = await sayings({ '.env.example': text, '.gitignore': '.env\n' }, { '.env': text });
		expect(said).toEqual(['pass']);
	});
});

describe('key-file-committed', () => {
	test('text', async () => {
		for (const path of ['server.pem', 'tls/a.key', 'AuthKey_ABC.p8', 'deploy/id_ed25519']) {
			expect(await sayings({ [path]: pem() }), path).toEqual([
				`blocker key-file-committed ${path}:1`,
			]);
		}
		expect(await sayings({ 'test/certs/a.key': pem() })).toEqual([
			'later key-file-committed test/certs/a.key:1',
		]);
	});

	test('stores', async () => {
		const keys = forge.pki.rsa.generateKeyPair(1024);
		const certificate = forge.pki.createCertificate();
		certificate.publicKey = keys.publicKey;
		certificate.sign(keys.privateKey, forge.md.sha256.create());
		const store = (key: forge.pki.PrivateKey | null) =>
			Buffer.from(
				forge.asn1
					.toDer(forge.pkcs12.toPkcs12Asn1(key as forge.pki.rsa.PrivateKey, [certificate], 'a'))
					.getBytes(),
				'latin1',
			);
		expect(await sayings({ 'a.p12': store(keys.privateKey) })).toEqual([
			'blocker key-file-committed a.p12:1',
		]);
		expect(await sayings({ 'a.pfx': store(keys.privateKey) })).toEqual([
			'blocker key-file-committed a.pfx:1',
		]);
		expect(await sayings({ 'trust.p12': store(null) })).toEqual(['pass']);
		const der = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
			type: 'pkcs8',
			format: 'der',
		});
		expect(await sayings({ 'a.der': der })).toEqual(['blocker key-file-committed a.der:1']);
		const kdbx = Buffer.concat([Buffer.from('03d9a29a67fb4bb5', 'hex'), Buffer.alloc(200)]);
		expect(await sayings({ 'team.kdbx': kdbx })).toEqual([
			'blocker key-file-committed team.kdbx:1',
		]);
		const jks = (tag: number) =>
			Buffer.concat([
				Buffer.from('feedfeed0000000200000001', 'hex'),
				Buffer.from([0, 0, 0, tag, 0, 1, 97]),
				Buffer.alloc(200),
			]);
		expect(await sayings({ 'a.jks': jks(1) })).toEqual(['blocker key-file-committed a.jks:1']);
		expect(await sayings({ 'trust.jks': jks(2) })).toEqual(['pass']);
		expect(await sayings({ 'android/app/debug.keystore': jks(1) })).toEqual(['pass']);
	});

	test('the key of a service account', async () => {
		const account = {
			type: 'service_account',
			project_id: 'shop',
			private_key: `${pem()}${'\n'.repeat(1)}`,
			client_email: 'a@shop.test',
			padding: 'x'.repeat(1_000),
		};
		expect(await sayings({ 'shop-123.json': JSON.stringify(account, null, 2) })).toEqual([
			'blocker key-file-committed shop-123.json:4',
		]);
	});

	test.each([
		[
			'a certificate',
			'server.pem',
			`-----BEGIN CERTIFICATE-----\n${made(64)}\n-----END CERTIFICATE-----\n`,
		],
		[
			'a public key',
			'jwt.key',
			generateKeyPairSync('ec', { namedCurve: 'P-256' })
				.publicKey.export({ type: 'spki', format: 'pem' })
				.toString(),
		],
		[
			'a presentation',
			'talk.key',
			Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(300, 7)]),
		],
		['a licence', 'license.key', 'LICENSE 2030\nOwner: nobody\n'],
		['an SSH public key', 'id_rsa.pub', `ssh-ed25519 AAAA${made(60)} a@b\n`],
	])('%s is silent', async (_, path, content) => {
		expect(await sayings({ [path]: content })).toEqual(['pass']);
	});
});

describe('credential-file-committed', () => {
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	test.each([
		[
			'.npmrc',
			`registry=https://npm.shop.test/\n//npm.shop.test/:_authToken=${made()}\n`.replaceAll(
				'shop.test',
				'shop-prod.io',
			),
			2,
		],
		['.npmrc', `//npm.shop-prod.io/:_password=${base64(typed())}\n`, 1],
		['.netrc', `machine git.shop-prod.io login deploy password ${typed()}\n`, 1],
		['.pgpass', `# host\n${host}:5432:app:app:${typed()}\n`, 2],
		[
			'.git-credentials',
			`https${'://'}deploy:${typed().replace('!', '%21')}@git.shop-prod.io\n`,
			1,
		],
		[
			'.docker/config.json',
			JSON.stringify({ auths: { 'ghcr.io': { auth: base64(`bot:${typed()}`) } } }),
			1,
		],
		['.my.cnf', `[client]\nuser=app\npassword=${typed()}\nhost=${host}\n`, 3],
		[
			'.aws/credentials',
			`[default]\naws_access_key_id = AKIA${'Y3FDDNYQ'}${'VC42ZQ7M'}\naws_secret_access_key = ${made(38)}/a\n`,
			3,
		],
		['.s3cfg', `[default]\nsecret_key = ${made(40)}\n`, 2],
		[
			'.kube/config',
			`apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {server: "https://k8s.shop-prod.io"}\nusers:\n- name: a\n  user:\n    token: ${made(40)}\n`,
			9,
		],
		['.pypirc', `[pypi]\nusername = __token__\npassword = ${made(40)}\n`, 3],
	])('%s with a value', async (path, text, line) => {
		expect(await sayings({ [path]: text })).toEqual([
			`blocker credential-file-committed ${path}:${line}`,
		]);
	});

	test("hashes of passwords are no provider's", async () => {
		expect(await sayings({ 'deploy/.htpasswd': `admin:$2y$10$${made(53)}\n` })).toEqual([
			'high credential-file-committed deploy/.htpasswd:1',
		]);
		expect(
			await sayings({
				'etc/shadow': `root:$6$${made(8)}$${made(86)}:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n`,
			}),
		).toEqual(['high credential-file-committed etc/shadow:1']);
	});

	test.each([
		[
			'.npmrc',
			`//npm.example.com/:_authToken=\${NPM_TOKEN}\nsave-exact=true\nengine-strict=true\n`,
		],
		['.npmrc', 'shamefully-hoist=true\n'],
		['.yarnrc.yml', `nodeLinker: node-modules\nnpmAuthToken: "\${NPM_TOKEN:-}"\n`],
		['.netrc', 'machine git.shop-prod.io\nlogin deploy\npassword $TOKEN\n'],
		['.pgpass', `${host}:5432:app:app:<password>\n`],
		['.docker/config.json', JSON.stringify({ auths: { 'ghcr.io': {} }, credsStore: 'desktop' })],
		['config.json', JSON.stringify({ auth: { enabled: true }, token: 'none' })],
		[
			'kubeconfig.yaml',
			'apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    exec:\n      command: aws\n      args: [eks, get-token]\n',
		],
		[
			'.kube/config',
			'apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    tokenFile: /var/run/token\n',
		],
		[
			'.aws/config',
			'[default]\nregion = eu-central-1\nrole_arn = arn:aws:iam::123456789012:role/a\n',
		],
	])('%s without one is silent: %s', async (path, text) => {
		expect(await sayings({ [path]: text })).toEqual(['pass']);
	});
});

describe('state-committed', () => {
	const state = (attributes: object) =>
		JSON.stringify(
			{
				version: 4,
				outputs: {},
				resources: [{ type: 'aws_db_instance', name: 'a', instances: [{ attributes }] }],
			},
			null,
			1,
		);
	const rows = (people: number) =>
		`CREATE TABLE users (id int, email text);\nINSERT INTO users VALUES\n${Array.from({ length: people }, (_, at) => `(${at}, 'anna.${at}@mail-${at}.io')`).join(',\n')};\n`;

	test('Terraform state', async () => {
		expect(
			await sayings({ 'terraform.tfstate': state({ username: 'app', password: typed() }) }),
		).toEqual(['high state-committed terraform.tfstate:12']);
		expect(
			await sayings({
				'terraform.tfstate': state({
					username: 'app',
					arn: 'arn:aws:rds:a',
					password: null,
					tags: {},
				}),
			}),
		).toEqual(['pass']);
		const output = JSON.stringify({
			version: 4,
			outputs: {
				token: { value: made(), type: 'string', sensitive: true },
				url: { value: 'https://a.test', type: 'string' },
			},
			resources: [],
		});
		expect(await sayings({ 'infra/prod.tfstate.backup': output })).toEqual([
			'high state-committed infra/prod.tfstate.backup:1',
		]);
	});

	test('dumps with the rows of three people, and not of two', async () => {
		expect(await sayings({ 'backup.sql': rows(3) })).toEqual(['high state-committed backup.sql:1']);
		expect(await sayings({ 'backup.sql': rows(2) })).toEqual(['pass']);
		const copy = `COPY public.users (id, email) FROM stdin;\n${rows(5)
			.match(/anna[^']+/g)
			?.map((one, at) => `${at}\t${one}`)
			.join('\n')}\n\\.\n`;
		expect(await sayings({ 'dump.sql': copy })).toEqual(['high state-committed dump.sql:1']);
		expect(await sayings({ 'schema.sql': 'CREATE TABLE users (id int, email text);\n' })).toEqual([
			'pass',
		]);
		expect(await sayings({ 'prisma/seeds/users.sql': rows(5) })).toEqual(['pass']);
		const samples = `INSERT INTO users VALUES ('a@example.com'), ('b@example.org'), ('c@shop.test'), ('d@example.net');\n`;
		expect(await sayings({ 'init.sql': samples })).toEqual(['pass']);
		expect(await sayings({ 'app.sqlite': Buffer.from(`SQLite format 3\0${rows(4)}`) })).toEqual([
			'high state-committed app.sqlite:1',
		]);
	});

	test('a dump that cannot be read is unknown', async () => {
		expect(await sayings({ 'a.dump': Buffer.from(`PGDMP\x01\x0e${'\x01'.repeat(100)}`) })).toEqual([
			'unknown',
		]);
	});

	test('a recording of traffic that signs in', async () => {
		const har = (name: string, value: string) =>
			JSON.stringify({
				log: {
					entries: [
						{ request: { url: 'https://a.test', headers: [{ name, value }], cookies: [] } },
					],
				},
			});
		expect(await sayings({ 'a.har': har('Authorization', `Bearer ${made(40)}`) })).toEqual([
			'high state-committed a.har:1',
		]);
		expect(await sayings({ 'a.har': har('Accept', 'text/html') })).toEqual(['pass']);
	});

	test('notebooks: what they printed', async () => {
		const notebook = (source: string, output: string) =>
			JSON.stringify(
				{
					cells: [
						{
							cell_type: 'code',
							source: [source],
							outputs: [{ output_type: 'stream', text: [output] }],
						},
					],
					nbformat: 4,
				},
				null,
				1,
			);
		expect(await sayings({ 'a.ipynb': notebook('print(key)', `key: ${stripe()}\n`) })).toEqual([
			'high state-committed a.ipynb:12',
		]);
		expect(await sayings({ 'a.ipynb': notebook('df', 'a@mail.io b@mail.io c@mail.io') })).toEqual([
			'high state-committed a.ipynb:1',
		]);
		expect(await sayings({ 'a.ipynb': notebook('1+1', '2') })).toEqual(['pass']);
	});
});

describe('client-settings', () => {
	const masked = (password: string) => {
		const key = Buffer.from('babb4a9f774ab853c96c2d653dfe544a', 'hex');
		const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16, 5));
		const text = JSON.stringify({ 'postgres-1': { '#connection': { user: 'app', password } } });
		return Buffer.concat([Buffer.alloc(16, 5), cipher.update(text), cipher.final()]);
	};
	test.each([
		[
			'sitemanager.xml',
			`<Server><Host>ftp.shop-prod.io</Host>\n<Pass encoding="base64">${Buffer.from(typed()).toString('base64')}</Pass></Server>`,
			2,
		],
		[
			'.vscode/sftp.json',
			JSON.stringify({ host: 'ftp.shop-prod.io', username: 'a', password: typed() }, null, 1),
			4,
		],
		[
			'sftp-config.json',
			`{\n  // Sublime\n  "host": "ftp.shop-prod.io",\n  "password": "${typed()}",\n}\n`,
			4,
		],
		[
			'WinSCP.ini',
			`[Sessions\\a]\nHostName=ftp.shop-prod.io\nPassword=A35C4356079A1F0870${'1F0870A35C'}\n`,
			3,
		],
		[
			'robo3t.json',
			JSON.stringify({
				connections: [{ serverHost: host, credentials: [{ userPassword: typed() }] }],
			}),
			1,
		],
		['.dbeaver/credentials-config.json', masked(typed()), 1],
		[
			'.mcp.json',
			JSON.stringify({ mcpServers: { a: { command: 'npx', env: { TICKETS_API_KEY: made() } } } }),
			1,
		],
		[
			'.cursor/mcp.json',
			JSON.stringify({
				mcpServers: {
					a: { url: 'https://a.test', headers: { Authorization: `Bearer ${made(40)}` } },
				},
			}),
			1,
		],
		[
			'.mcp.json',
			JSON.stringify({
				mcpServers: { a: { command: 'npx', args: ['-y', 'a', '--api-key', made()] } },
			}),
			1,
		],
	])('%s with a password', async (path, text, line) => {
		expect(await sayings({ [path]: text })).toEqual([`high client-settings ${path}:${line}`]);
	});

	test.each([
		[
			'.vscode/sftp.json',
			JSON.stringify({ host: 'ftp.shop-prod.io', username: 'a', privateKeyPath: '~/.ssh/id_rsa' }),
		],
		['.vscode/sftp.json', JSON.stringify({ host: 'localhost', username: 'a', password: typed() })],
		[
			'.mcp.json',
			JSON.stringify({
				mcpServers: {
					a: { command: 'npx', args: ['-y', 'a'], env: { API_KEY: `\${API_KEY}`, LOG: 'info' } },
				},
			}),
		],
		[
			'.claude/settings.json',
			JSON.stringify({ permissions: { allow: ['Bash(npm run test)'] }, env: { NODE_ENV: 'test' } }),
		],
		['sitemanager.xml', '<Server><Host>ftp.shop-prod.io</Host><Logontype>2</Logontype></Server>'],
		[
			'.idea/dataSources.xml',
			'<data-source><jdbc-url>jdbc:postgresql://localhost:5432/a</jdbc-url></data-source>',
		],
	])('%s without one is silent: %s', async (path, text) => {
		expect(await sayings({ [path]: text })).toEqual(['pass']);
	});
});

test('what the tree finds too is one risk', async () => {
	const root = repositoryOf({
		'.env': `KEY=${stripe()}\n`,
		'.pgpass': `${host}:5432:app:app:${typed()}\n`,
		'a.key': pem(),
	});
	const port = createFiles({ configFolder: temporaryFolder() });
	const causes = async (check: typeof files | typeof tree) =>
		((await judged(check, root, port)) as Failed[]).map(({ cause }) => cause).sort();
	expect(await causes(files)).toEqual(await causes(tree));
});

test('nothing that is read is told', async () => {
	const values = {
		password: typed(),
		key: stripe(),
		token: made(40),
		state: typed(),
		hash: made(53),
	};
	const tracked = {
		'.env': `DB_PASSWORD=${values.password}\nKEY=${values.key}\n`,
		'.env.example': `DB_PASSWORD=${values.password}\n`,
		'.npmrc': `//npm.shop-prod.io/:_authToken=${values.token}\n`,
		'a.tfstate': JSON.stringify({
			resources: [{ type: 'a', instances: [{ attributes: { password: values.state } }] }],
		}),
		'.htpasswd': `a:$2y$10$${values.hash}\n`,
	};
	const root = repositoryOf(tracked);
	const port = createFiles({ configFolder: temporaryFolder() });
	const everything = JSON.stringify([
		await judged(files, root),
		await judged(tree, root),
		await surveyFiles(root, port),
	]);
	for (const value of Object.values(values)) {
		expect(everything).not.toContain(value);
		if (value.length >= 12) expect(everything).not.toContain(value.slice(4, 12));
	}
});

test('4,000 files take half a second', async () => {
	const root = temporaryFolder();
	const text = 'export const answer = 42;\n'.repeat(40);
	write(
		root,
		Object.fromEntries(
			Array.from({ length: 4_000 }, (_, at) => [
				`src/${at % 40}/${at}.${at % 3 === 0 ? 'json' : 'ts'}`,
				text,
			]),
		),
	);
	const port = createFiles({ configFolder: temporaryFolder() });
	const listed = performance.now();
	await port.list(root);
	const listing = performance.now() - listed;
	const started = performance.now();
	const found = await surveyFiles(root, port);
	expect(found.files).toBe(4_000);
	expect(performance.now() - started - listing).toBeLessThan(1_500);
});
