import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import tree from '../../../checks/secrets/tree.ts';
import type { Judgement, Say } from '../../../src/core/check.ts';
import { Unobserved } from '../../../src/core/fact.ts';
import type { Failed, Finding } from '../../../src/core/finding.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { repositorySecrets } from '../../../src/facts/secrets/repository.ts';
import { crc32 } from '../../../src/facts/secrets/secret-checksum.ts';
import { scanRepository } from '../../../src/facts/secrets/secret-repository.ts';
import type { RepositorySecrets } from '../../../src/facts/secrets/secret-sighting.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const random = seeded(7);
const isRoot = process.getuid?.() === 0;

/** Made while the test runs, so that no file of this repository holds one. */
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const github = (sound = true) => {
	const body = random62(30, random);
	const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
	let sum = '';
	for (let rest = crc32(body); rest > 0; rest = Math.floor(rest / 62)) {
		sum = digits.charAt(rest % 62) + sum;
	}
	const right = sum.padStart(6, '0');
	return `ghp_${body}${sound ? right : `${right.slice(0, 5)}${right[5] === 'a' ? 'b' : 'a'}`}`;
};
const jwt = (claims: object) =>
	`${[{ alg: 'HS256', typ: 'JWT' }, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.')}.${random62(43, random)}`;

async function scan(root: string): Promise<RepositorySecrets> {
	return scanRepository(root, createFiles({ configFolder: temporaryFolder() }));
}

const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as unknown as Say<
	typeof tree.verdicts
>;

function judge(found: RepositorySecrets): readonly Finding[] {
	const subject = tree.over.sample;
	const said = tree.judge({ given: { found }, subject, options: {}, now: NOW, say });
	return ([said].flat() as Judgement[]).map((one) => findingOf(tree, subject, one, []));
}

/** `severity verdict file:line`, of what is found in a repository with these files committed. */
async function sayings(files: Readonly<Record<string, string | Buffer>>) {
	return inWords(judge(await scan(committed(files))));
}

function inWords(findings: readonly Finding[]) {
	return findings.map((finding) =>
		'severity' in finding
			? `${finding.severity} ${finding.verdict} ${finding.locus.file}:${finding.locus.line}`
			: finding.outcome,
	);
}

test('its examples say what they claim', () => {
	expect(verifyCheck(tree)).toEqual([]);
});

describe('every verdict, from real files', () => {
	test('server-secret', async () => {
		expect(await sayings({ 'src/pay.ts': `\nconst key = '${stripe()}';\n` })).toEqual([
			'blocker server-secret src/pay.ts:2',
		]);
	});

	test('restricted-key', async () => {
		const key = `rk_${'live'}_${random62(24, random)}`;
		expect(await sayings({ 'a.ts': `'${key}'` })).toEqual(['high restricted-key a.ts:1']);
	});

	test('private-key, also under a passphrase and inside a string', async () => {
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const open = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		const closed = privateKey
			.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'test' })
			.toString();
		expect(await sayings({ 'a/server.txt': `x\n${open}` })).toEqual([
			'blocker private-key a/server.txt:2',
		]);
		expect(await sayings({ 'a.json': JSON.stringify({ private_key: open }) })).toEqual([
			'blocker private-key a.json:1',
		]);
		expect(await sayings({ 'closed.txt': closed })).toEqual(['high private-key closed.txt:1']);
		expect(await sayings({ 'cut.txt': open.replace(/(?<=\n)[^\n]{64}\n/, '') })).toEqual([
			'info private-key cut.txt:1',
		]);
		expect(await sayings({ 'test/key.txt': open })).toEqual(['later private-key test/key.txt:1']);
	});

	test('connection-uri, by host', async () => {
		const password = random62(20, random);
		const uri = (host: string) => `postgres${'://'}app:${password}@${host}:5432/app`;
		expect(await sayings({ 'a.ts': uri('db.shop-prod.io') })).toEqual([
			'blocker connection-uri a.ts:1',
		]);
		for (const host of ['localhost', '127.0.0.1', 'db', 'db.example.com', 'x.test']) {
			expect(await sayings({ 'a.ts': uri(host) }), host).toEqual(['info connection-uri a.ts:1']);
		}
		const letters = uri('db.shop-prod.io').replace(password, 'narHWsahEdMASKzXFLrf');
		expect(await sayings({ 'a.ts': letters })).toEqual(['blocker connection-uri a.ts:1']);
		const word = uri('db.shop-prod.io').replace(password, 'randompassword');
		expect(await sayings({ 'a.ts': word })).toEqual(['pass']);
		const others = [
			`jdbc:postgresql://db.shop-prod.io/app?user=app&password=${password}`,
			`Server=db.shop-prod.io;Database=app;User Id=app;Password=${password};`,
			`mongodb+srv${'://'}app:${password}@cluster0.shop-prod.io/app`,
			`redis${'://'}:${password}@cache.shop-prod.io:6379`,
			`https${'://'}deploy:${password}@git.shop-prod.io/app.git`,
		];
		for (const text of others) {
			expect(await sayings({ 'a.ts': `"${text}"` }), text).toEqual([
				'blocker connection-uri a.ts:1',
			]);
		}
	});

	test('signing-secret, assigned, as a fallback and as an argument', async () => {
		const value = random62(32, random);
		const texts = [
			`const JWT_SECRET = '${value}';`,
			`secret: process.env.SESSION_SECRET || "${value}"`,
			`SECRET_KEY = os.environ.get('SECRET_KEY', '${value}')`,
			`app.use(session({ resave: false, secret: '${value}' }))`,
			`jwt.sign({ id: user.id }, '${value}', { expiresIn: '1h' })`,
			`STRIPE_WEBHOOK_SECRET=whsec_${value}`,
		];
		for (const text of texts) {
			expect(await sayings({ 'a.ts': text }), text).toEqual(['blocker signing-secret a.ts:1']);
		}
	});

	test('service-role-jwt, and one that has expired', async () => {
		const claims = { iss: 'supabase', ref: 'abcdefghijklmnopqrst', role: 'service_role' };
		expect(await sayings({ 'a.ts': `'${jwt({ ...claims, exp: 2_000_000_000 })}'` })).toEqual([
			'blocker service-role-jwt a.ts:1',
		]);
		expect(await sayings({ 'a.ts': `'${jwt({ ...claims, exp: 1_893_455_999 })}'` })).toEqual([
			'later service-role-jwt a.ts:1',
		]);
		expect(await sayings({ 'a.ts': `'${jwt({ ...claims, role: 'anon' })}'` })).toEqual(['pass']);
		expect(await sayings({ 'a.ts': `'${jwt({ ...claims, iss: 'supabase-demo' })}'` })).toEqual([
			'pass',
		]);
	});

	test('a key for a service account is named as what it is', async () => {
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		const account = { type: 'service_account', project_id: 'shop', private_key: pem };
		const found = await scan(committed({ 'a.json': JSON.stringify(account, null, 2) }));
		expect(found.secrets.map(({ rule }) => rule)).toEqual(['google-service-account-key']);
		expect(inWords(judge(found))).toEqual(['blocker private-key a.json:4']);
	});

	test('a signed URL until it expires, and later afterwards', async () => {
		const url = (date: string) =>
			`https://files.s3.amazonaws.com/a?X-Amz-Credential=AKIA${'Y3FDDNYQ'}${'VC42ZQ7M'}%2F${date}&X-Amz-Date=${date}T000000Z&X-Amz-Expires=60&X-Amz-Signature=${Buffer.from(random62(32, random)).toString('hex')}`;
		const said = async (date: string) =>
			(await sayings({ 'a.ts': `'${url(date)}'` })).filter((one) => !one.startsWith('info'));
		expect(await said('20291231')).toEqual(['later restricted-key a.ts:1']);
		expect(await said('20300101')).toEqual(['high restricted-key a.ts:1']);
	});

	test('credentials in a header, for a registry and on a command line', async () => {
		const pair = Buffer.from(`deploy:${random62(18, random)}`).toString('base64');
		expect(await sayings({ 'a.ts': `fetch(u, { headers: { a: 'Basic ${pair}' } })` })).toEqual([
			'blocker connection-uri a.ts:1',
		]);
		expect(
			await sayings({ '.docker/config.json': `{"auths":{"r.io":{"auth":"${pair}"}}}` }),
		).toEqual(['blocker server-secret .docker/config.json:1']);
		expect(await sayings({ 'a.sh': `curl -u a:${random62(12, random)} https://a.io` })).toEqual([
			'blocker connection-uri a.sh:1',
		]);
	});

	test('a Google key is nothing in a page and a server secret in a server', async () => {
		const key = `AIza${random62(35, random)}`;
		expect(await sayings({ 'src/map.ts': `'${key}'` })).toEqual(['pass']);
		expect(await sayings({ 'app/settings.py': `VISION_KEY = '${key}'` })).toEqual([
			'blocker server-secret app/settings.py:1',
		]);
		expect(await sayings({ 'app/settings.py': `GOOGLE_MAPS_KEY = '${key}'` })).toEqual(['pass']);
	});

	test('a password in a configuration file need not be random; a word is none', async () => {
		expect(await sayings({ 'a.properties': 'db.password=Kestrel!Morning27\n' })).toEqual([
			'high generic a.properties:1',
		]);
		for (const value of ['admin123', 'root', 'postgres', '$' + '{DB_PASSWORD}', 'changeme1']) {
			expect(await sayings({ 'a.properties': `db.password=${value}\n` }), value).toEqual(['pass']);
		}
	});

	test('webhook-url', async () => {
		const url = `https://hooks.slack.com/services/T0${'12AB34C'}/B0${'98ZY76X'}/${random62(24, random)}`;
		expect(await sayings({ 'a.ts': `'${url}'` })).toEqual(['high webhook-url a.ts:1']);
	});

	test('test-key', async () => {
		const key = `sk_${'test'}_${random62(24, random)}`;
		expect(await sayings({ 'a.ts': `'${key}'` })).toEqual(['later test-key a.ts:1']);
	});

	test('generic, in configuration, and in source where it is beyond doubt', async () => {
		const value = random62(32, random);
		expect(await sayings({ '.env': `INTERNAL_API_TOKEN=${value}\n` })).toEqual([
			'high generic .env:1',
		]);
		expect(await sayings({ '.github/workflows/a.yml': `env:\n  API_KEY: ${value}\n` })).toEqual([
			'high generic .github/workflows/a.yml:2',
		]);
		expect(await sayings({ 'a.json': `{"clientSecret": "${value}"}` })).toEqual([
			'high generic a.json:1',
		]);
		expect(await sayings({ 'a.ts': `const apiToken = '${value}';` })).toEqual([
			'high generic a.ts:1',
		]);
		for (const written of ['refresh-token-2', 'AccessTokenV2Handler', value.slice(0, 9)]) {
			const text = `const apiToken = '${written}';`;
			expect(await sayings({ 'a.ts': text }), text).toEqual(['pass']);
		}
		expect(await sayings({ 'test/a.yml': `api_key: ${value}` })).toEqual(['pass']);
	});

	test('forms that have no assignment: .netrc, a Rails key, mailer options, base64 of a key', async () => {
		const value = random62(24, random);
		expect(
			await sayings({ '.netrc': `machine git.shop-prod.io\n  login a\n  password ${value}\n` }),
		).toEqual(['blocker connection-uri .netrc:3']);
		const hex = Buffer.from(value).toString('hex').slice(0, 32);
		expect(await sayings({ 'config/master.key': hex })).toEqual([
			'blocker signing-secret config/master.key:1',
		]);
		const mailer = `createTransport({ auth: { user: 'a', pass: '${value}' } })`;
		expect(await sayings({ 'a.ts': mailer })).toEqual(['blocker connection-uri a.ts:1']);
		const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		const data = Buffer.from(pem).toString('base64');
		expect(await sayings({ 'kubeconfig.yml': `client-key-data: ${data}` })).toEqual([
			'blocker encoded kubeconfig.yml:1',
		]);
	});

	test('encoded, once and twice', async () => {
		const key = stripe();
		const once = Buffer.from(`{"key":"${key}"}`).toString('base64');
		const twice = Buffer.from(`data: ${once}`).toString('base64');
		const percent = key.replaceAll('_', '%5F');
		const unicode = key.replaceAll('_', '\\u005f');
		for (const text of [once, twice, percent, unicode]) {
			expect(await sayings({ 'a.yml': `data: "${text}"` }), text).toEqual([
				'blocker encoded a.yml:1',
			]);
		}
		expect(await sayings({ 'a.yml': `data: "${once}"`, 'b.ts': `'${key}'` })).toEqual([
			'blocker server-secret a.yml:1',
		]);
	});
});

describe('places', () => {
	const key = stripe();
	const real = github();
	const false_ = github(false);
	test.each([
		['src/a.ts', 'blocker', 'blocker', 'high'],
		['public/app.js', 'blocker', 'blocker', 'high'],
		['test/a.ts', 'later', 'blocker', 'info'],
		['src/__tests__/a.ts', 'later', 'blocker', 'info'],
		['src/a.spec.ts', 'later', 'blocker', 'info'],
		['src/Button.stories.tsx', 'later', 'blocker', 'info'],
		['prisma/seed.ts', 'later', 'blocker', 'info'],
		['README.md', 'later', 'blocker', 'info'],
		['docs/setup.txt', 'later', 'blocker', 'info'],
		['.env.example', 'later', 'blocker', 'info'],
		['config.sample.yml', 'later', 'blocker', 'info'],
		['.env.test', 'later', 'blocker', 'info'],
	])('%s: unchecked %s, checksum right %s, wrong %s', async (path, unchecked, right, wrong) => {
		expect(await sayings({ [path]: `KEY="${key}"` })).toEqual([
			`${unchecked} server-secret ${path}:1`,
		]);
		expect(await sayings({ [path]: `KEY="${real}"` })).toEqual([
			`${right} server-secret ${path}:1`,
		]);
		expect(await sayings({ [path]: `KEY="${false_}"` })).toEqual([
			`${wrong} server-secret ${path}:1`,
		]);
	});

	test('an ignored .env is where values belong; a tracked one is not', async () => {
		const root = committed({ '.gitignore': '.env\n' });
		write(root, { '.env': `STRIPE_SECRET_KEY=${key}\n` });
		expect(inWords(judge(await scan(root)))).toEqual(['pass']);
		git(root, 'add', '-f', '.env');
		expect(inWords(judge(await scan(root)))).toEqual(['blocker server-secret .env:1']);
	});

	test('an .env that nothing ignores is one command away from published', async () => {
		const root = committed({ 'a.ts': '1' });
		write(root, { '.env': `STRIPE_SECRET_KEY=${key}\n` });
		expect(inWords(judge(await scan(root)))).toEqual(['high server-secret .env:1']);
	});

	test('outside git nothing keeps an .env out of what is copied or committed next', async () => {
		const root = temporaryFolder();
		write(root, { '.env': `A=${stripe()}\n`, 'src/a.ts': `'${key}'` });
		expect(inWords(judge(await scan(root)))).toEqual([
			'high server-secret .env:1',
			'blocker server-secret src/a.ts:1',
		]);
	});

	test('a value that is also in the ignored production .env is real in documentation too', async () => {
		const root = committed({ '.gitignore': '.env*\n', 'README.md': `\`${key}\`` });
		expect(inWords(judge(await scan(root)))).toEqual(['later server-secret README.md:1']);
		write(root, { '.env.development': `A=${key}\n` });
		expect(inWords(judge(await scan(root)))).toEqual(['later server-secret README.md:1']);
		write(root, { '.env.production': `A=${key}\n` });
		const [finding] = judge(await scan(root)) as Failed[];
		expect(finding?.severity).toBe('blocker');
		expect(finding?.message).toContain('The same value is in a production env file');
	});

	test('ignored build output for browsers is looked at, other ignored files are not', async () => {
		const root = committed({ '.gitignore': '.next/\ntmp/\n' });
		write(root, { '.next/static/a.js': `"${key}"`, 'tmp/notes.txt': stripe() });
		expect(inWords(judge(await scan(root)))).toEqual(['blocker server-secret .next/static/a.js:1']);
	});

	test('one value is one finding with its places, the gravest first, at most twenty shown', async () => {
		const files = Object.fromEntries(
			Array.from({ length: 25 }, (_, index) => [`docs/${index}.md`, `\n\`${key}\`\n`]),
		);
		const [finding, ...more] = judge(
			await scan(committed({ ...files, 'src/z.ts': `'${key}'` })),
		) as Failed[];
		expect(more).toEqual([]);
		expect(finding?.locus).toMatchObject({ file: 'src/z.ts', line: 1 });
		expect(finding?.message).toContain('and 25 more places');
		expect(finding?.evidence).toHaveLength(21);
		expect(finding?.evidence?.at(-1)?.summary).toBe('6 more places');
	});
});

describe('an AWS pair', () => {
	const id = `AKIA${'Y3FDDNYQ'}${'VC42ZQ7M'}`;
	const secret = `${random62(38, random)}/a`;
	test('is one finding, the secret, named or only beside the id', async () => {
		const named = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
		const beside = `new Client("${id}",\n"${secret}")`;
		for (const text of [named, beside]) {
			expect(await sayings({ 'src/credentials': text }), text).toEqual([
				'blocker server-secret src/credentials:2',
			]);
		}
	});

	test('an id alone, or 21 lines away from anything like a secret, is information', async () => {
		expect(await sayings({ 'a.ts': `'${id}'` })).toEqual(['info restricted-key a.ts:1']);
		expect(await sayings({ 'a.ts': `'${id}'${'\n'.repeat(22)}'${secret}'` })).toEqual([
			'info restricted-key a.ts:1',
		]);
	});
});

test('placeholders, references and published samples are not reported', async () => {
	const lines = [
		`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/${'bPxRfiCY'}EXAMPLEKEY`,
		`AWS_ACCESS_KEY_ID=AKIA${'IOSFODNN7'}EXAMPLE`,
		`STRIPE_SECRET_KEY=sk_live_${'x'.repeat(24)}`,
		`STRIPE_SECRET_KEY=sk_live_${'abcdefghijklmnopqrstuvwx'}`,
		'JWT_SECRET=changeme-please-now',
		'JWT_SECRET=<generate-a-random-one>',
		`JWT_SECRET=\${JWT_SECRET}`,
		'SESSION_SECRET=your-secret-here-please',
		`DATABASE_URL=postgres${'://'}user:password@db.shop-prod.io/app`,
		`DATABASE_URL=postgres${'://'}\${USER}:\${PASSWORD}@db.shop-prod.io/app`,
		`const dsn = 'https${'://'}{hex:32}@errors.shop-prod.io/1';`,
		`GITHUB_TOKEN=ghp_${'1234567890'.repeat(4).slice(0, 36)}`,
		`API_KEY: \${{ secrets.API_KEY }}`,
		'API_TOKEN=vault:secret/data/app#token',
	];
	for (const line of lines) expect(await sayings({ '.env': line }), line).toEqual(['pass']);
});

describe('forms of files', () => {
	const key = stripe();
	const line = `KEY="${key}"`;
	test.each([
		['CRLF', Buffer.from(`a\r\n\r\n${line}\r\n`), 'blocker server-secret a.txt:3'],
		['a byte order mark', Buffer.from(`\ufeff${line}`), 'blocker server-secret a.txt:1'],
		['UTF-16 LE', Buffer.from(`\ufeffa\n${line}`, 'utf16le'), 'blocker server-secret a.txt:2'],
		[
			'UTF-16 BE',
			Buffer.from(`\ufeffa\n${line}`, 'utf16le').swap16(),
			'blocker server-secret a.txt:2',
		],
		[
			'UTF-16 without a mark',
			Buffer.from(`a\n${line}`, 'utf16le'),
			'blocker server-secret a.txt:2',
		],
		[
			'one huge line',
			Buffer.from(`${'x;'.repeat(400_000)}${line}`),
			'blocker server-secret a.txt:1',
		],
		['a NUL in the first 8 KB', Buffer.from(`\0${line}`), 'pass'],
	])('%s', async (_, content, says) => {
		expect(await sayings({ 'a.txt': content })).toEqual([says]);
	});

	test('over the limit is unknown and not a pass, unless its name says text', async () => {
		const big = `${'x\n'.repeat(700_000)}${line}`;
		expect(await sayings({ 'a.weird': big })).toEqual(['unknown']);
		expect(await sayings({ 'a.sql': big })).toEqual(['blocker server-secret a.sql:700001']);
	});

	test('a link out of the folder is not followed', async () => {
		const outside = temporaryFolder();
		write(outside, { key: line });
		const root = committed({ 'a.ts': '1' });
		symlinkSync(join(outside, 'key'), join(root, 'key.ts'));
		expect(inWords(judge(await scan(root)))).toEqual(['pass']);
	});

	test.skipIf(isRoot)('a file without permission is unknown and not a pass', async () => {
		const root = committed({ 'a.ts': line });
		chmodSync(join(root, 'a.ts'), 0);
		expect(inWords(judge(await scan(root)))).toEqual(['unknown']);
	});

	test('what the port cannot read is unknown; that the run was stopped is not swallowed', async () => {
		const root = committed({ 'a.ts': line, 'b.ts': '1' });
		const port = createFiles({ configFolder: temporaryFolder() });
		const failing = (because: 'unreadable' | 'cancelled') => ({
			...port,
			read: async (folder: string, path: string, most: number) => {
				if (path === 'a.ts') throw new Unobserved(because, 'a.ts: permission denied');
				return port.read(folder, path, most);
			},
		});
		const found = await scanRepository(root, failing('unreadable'));
		expect(judge(found)).toMatchObject([
			{ outcome: 'unknown', message: 'Not read: 1 file (a.ts: permission denied)' },
		]);
		await expect(scanRepository(root, failing('cancelled'))).rejects.toMatchObject({
			because: 'cancelled',
		});
	});

	test('4,400 files take a second or two at most, and the loop gets its turn', async () => {
		const text = 'export const answer = lookup({ token: request.token, url: `https://a.test` });\n';
		const root = temporaryFolder();
		write(
			root,
			Object.fromEntries(
				Array.from({ length: 4_400 }, (_, at) => [`src/${at % 40}/${at}.ts`, text.repeat(90)]),
			),
		);
		let longest = 0;
		let last = performance.now();
		const timer = setInterval(() => {
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
		}, 5);
		const started = performance.now();
		const found = await scan(root);
		const took = performance.now() - started;
		clearInterval(timer);
		expect(found.scanned.files).toBe(4_400);
		expect(took).toBeLessThan(6_000);
		expect(longest).toBeLessThan(1_500);
	});

	test('a repository that is not there is unreadable', async () => {
		await expect(scan('/nowhere/at/all')).rejects.toMatchObject({ because: 'unreadable' });
	});

	test('a repository without files is not judged', async () => {
		const root = temporaryFolder();
		git(root, 'init', '-q');
		expect(inWords(judge(await scan(root)))).toEqual(['not-applicable']);
	});

	test.runIf(isRoot)('what git does not tell makes the answer unknown', async () => {
		const root = committed({ 'a.ts': '1' });
		write(root, { '.git/config': 'broken [' });
		const [finding] = judge(await scan(root));
		expect(finding).toMatchObject({ outcome: 'unknown', couldBe: 'blocker', decisive: true });
	});
});

describe('allow comments', () => {
	const line = (comment: string) => `const key = '${stripe()}'; // ${comment}\n`;
	test.each([
		'launch-ready:allow',
		'gitleaks:allow',
		'trufflehog:ignore',
		'pragma: allowlist secret',
		'ggignore',
	])('%s is honoured and counted', async (comment) => {
		const found = await scan(committed({ 'a.ts': line(comment) }));
		expect(found.allowed).toEqual({ count: 1, places: [{ file: 'a.ts', line: 1 }] });
		const [finding] = judge(found);
		expect(finding).toMatchObject({ outcome: 'pass' });
		expect(finding?.message).toContain('Comments allow 1 place.');
	});

	test('the line before may allow the next', async () => {
		const text = `// secretlint-disable-next-line\n${line('')}`;
		expect((await scan(committed({ 'a.ts': text }))).allowed.count).toBe(1);
	});

	test('other words do not, nor does a comment elsewhere', async () => {
		for (const text of [line('nosec'), `// gitleaks:allow\n\n${line('')}`]) {
			expect((await scan(committed({ 'a.ts': text }))).secrets).toHaveLength(1);
		}
	});
});

test('nothing that is found is printed in full anywhere', async () => {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
	const secrets = {
		stripe: stripe(),
		github: github(),
		forged: github(false),
		password: random62(18, random),
		signing: random62(40, random),
		generic: random62(36, random),
		hook: random62(24, random),
		jwt: jwt({ role: 'service_role', exp: 2_000_000_000 }),
		encoded: stripe(),
		short: random62(9, random),
		unknown: random62(30, random),
	};
	const root = committed({
		'.env': `A=${secrets.stripe} B=${secrets.github}\nDATABASE_URL=postgres${'://'}a:${secrets.password}@db.shop-prod.io/x\nSESSION_SECRET=${secrets.signing}\nX_API_TOKEN=${secrets.generic}\nJWT_SECRET="${secrets.short}"\n`,
		'a.ts': `f('${secrets.jwt}', '${secrets.unknown}'); // ${secrets.forged}\nhttps://hooks.slack.com/services/T012AB34C/B098ZY76X/${secrets.hook}`,
		'b.yml': Buffer.from(`key=${secrets.encoded}`).toString('base64'),
		'key.pem': pem,
	});
	const found = await scan(root);
	expect(found.secrets.length).toBeGreaterThanOrEqual(11);
	const evidence = repositorySecrets({ root });
	const source = evidence.source;
	const described = 'describe' in source ? source.describe({ root } as never, found as never) : '';
	const everything = JSON.stringify([found, judge(found), described]);
	const bodies = pem.split('\n').slice(1, -2);
	for (const value of [...Object.values(secrets), ...bodies]) {
		expect(everything).not.toContain(value);
		if (value.length >= 12) expect(everything).not.toContain(value.slice(4, 12));
		expect(everything).not.toContain(Buffer.from(value).toString('base64').slice(0, 16));
	}
	for (const { preview, length } of found.secrets) {
		expect(preview.length).toBe(length < 12 || preview === '' ? 0 : 4);
	}
});

test('fingerprints depend on the key, and are the same for the same value', async () => {
	const root = committed({ 'a.ts': `'${stripe()}'` });
	const one = createFiles({ configFolder: temporaryFolder() });
	const [first, again, other] = await Promise.all([
		scanRepository(root, one),
		scanRepository(root, one),
		scan(root),
	]);
	const print = (found?: RepositorySecrets) => found?.secrets[0]?.fingerprint;
	expect(print(first)).toMatch(/^[0-9a-f]{16}$/);
	expect(print(again)).toBe(print(first));
	expect(print(other)).not.toBe(print(first));
});

test('the fix names the variable that the value has already', async () => {
	const told = async (text: string) => {
		const [finding] = judge(await scan(committed({ 'a.env': text }))) as Failed[];
		return finding?.fix.snippets.find(({ platform }) => platform === 'vercel')?.text;
	};
	const value = random62(32, random);
	expect(await told(`BILLING_JWT_SECRET=${value}`)).toBe(
		'vercel env add BILLING_JWT_SECRET production',
	);
	expect(await told(`x: ${stripe()}`)).toBe('vercel env add STRIPE_SECRET_KEY production');
});

test('findings of one kind in one file have places of their own', async () => {
	const found = await scan(committed({ 'a.ts': `'${stripe()}' '${stripe()}'\n'${stripe()}'` }));
	expect(judge(found).map(({ locus }) => locus.name)).toEqual(['a.ts', 'a.ts#2', 'a.ts#3']);
});

test('the fix takes out of git the env file that holds it, and no other', async () => {
	const snippets = async (root: string) => {
		const [finding] = judge(await scan(root));
		return (finding as Failed).fix.snippets.filter(({ platform }) => platform === 'any');
	};
	const root = committed({ 'apps/web/.env': `KEY=${stripe()}\n`, '.env.example': 'KEY=\n' });
	const [tracked] = await snippets(root);
	expect(tracked?.text).toMatch(/^git rm --cached -- apps\/web\/\.env\n/);
	execFileSync('sh', ['-ec', tracked?.text ?? 'false'], { cwd: root, stdio: 'ignore' });
	expect(git(root, 'ls-files')).toBe('.env.example\n');
	expect(git(root, 'status', '--porcelain', '--ignored')).toContain('!! apps/');

	const fresh = committed({ 'a.ts': '' });
	write(fresh, { '.env': `KEY=${stripe()}\n` });
	const [untracked] = await snippets(fresh);
	expect(untracked?.text).toMatch(/^printf /);

	const example = committed({ '.env.example': `KEY=${stripe()}\n` });
	expect(await snippets(example)).toEqual([]);
});

test('a file with more values than are looked at is unknown beside what was found', async () => {
	const lines = Array.from({ length: 2_100 }, () => `'AIza${random62(35, random)}',`);
	const found = await scan(committed({ 'keys.ts': lines.join('\n') }));
	expect(found.truncated).toBe(true);
	expect(judge(found).at(-1)).toMatchObject({ outcome: 'unknown', reason: 'budget' });
});
