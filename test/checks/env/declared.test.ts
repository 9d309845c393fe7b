import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOneEdit } from '../../../checks/env/_spelling.ts';
import declared from '../../../checks/env/declared.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';
import { type Files, judgedEnv, judgedFolder, named } from './real-env.ts';

const APP: Files = { 'package.json': '{"name":"shop","dependencies":{"express":"5"}}' };
const reads = (...names: string[]) => names.map((name) => `use(process.env.${name});`).join('\n');
const inside = (...names: string[]) =>
	`export function f() {\n${names.map((name) => `use(process.env.${name});`).join('\n')}\n}\n`;

const said = async (files: Files, untracked: Files = {}) =>
	named(await judgedEnv(declared, { ...APP, ...files }, { untracked }));

/** What a fix does when it is pasted, and what is said then. */
async function afterFix(files: Files): Promise<readonly string[]> {
	const root = committed({ ...APP, ...files });
	const [finding] = (await judgedFolder(declared, root)) as Failed[];
	execFileSync('sh', ['-ec', finding?.fix.snippets[0]?.text ?? 'false'], { cwd: root });
	return named(await judgedFolder(declared, root));
}

test('its examples say what they claim', () => {
	expect(verifyCheck(declared)).toEqual([]);
});

describe('missing-in-example', () => {
	test('later; high where the program starts', async () => {
		const example = { '.env.example': 'API_KEY=\n' };
		expect(await said({ ...example, 'src/a.ts': inside('API_KEY', 'MAIL_KEY') })).toEqual([
			'later missing-in-example MAIL_KEY src/a.ts:3',
		]);
		expect(await said({ ...example, 'src/a.ts': reads('API_KEY', 'MAIL_KEY') })).toEqual([
			'high missing-in-example MAIL_KEY src/a.ts:2',
		]);
		expect(
			await said({
				...example,
				'src/a.ts': 'use(process.env.API_KEY, process.env.COLOUR ?? "red");',
			}),
		).toEqual(['later missing-in-example COLOUR src/a.ts:1']);
	});

	test.each([
		['an example', { '.env.example': 'API_KEY=\nMAIL_KEY=\n' }],
		['a commented line of the example', { '.env.example': 'API_KEY=\n# MAIL_KEY=abc\n' }],
		['a sample in another folder', { 'config/.env.sample': 'API_KEY=\nMAIL_KEY=\n' }],
		[
			'a schema',
			{
				'src/env.ts':
					'import { z } from "zod";\nexport const env = z.object({ API_KEY: z.string(), MAIL_KEY: z.string().optional() }).parse(process.env);\n',
			},
		],
		[
			't3’s schema',
			{
				'src/env.ts':
					'import { createEnv } from "@t3-oss/env-nextjs";\nexport const env = createEnv({ server: { API_KEY: z.string(), MAIL_KEY: z.string() }, runtimeEnv: process.env });\n',
			},
		],
		['a committed file of defaults', { '.env.defaults': 'API_KEY=\nMAIL_KEY=\n' }],
		[
			'a manifest that sets it',
			{ '.env.example': 'API_KEY=\n', 'fly.toml': '[env]\n  MAIL_KEY = "1"\n' },
		],
	])('%s shows it', async (_, files) => {
		expect(await said({ ...files, 'src/a.ts': inside('API_KEY', 'MAIL_KEY') } as Files)).toEqual([
			'pass',
		]);
	});

	test.each([
		[
			'what the platform gives',
			{ 'src/a.ts': reads('NODE_ENV', 'PORT', 'VERCEL_ENV', 'CI', 'npm_package_version') },
		],
		['tests', { 'src/a.test.ts': reads('TEST_KEY'), 'e2e/a.ts': reads('E2E_KEY') }],
		['scripts of the team', { 'scripts/release.ts': reads('RELEASE_KEY') }],
		['examples for readers', { 'examples/a/index.ts': reads('EXAMPLE_KEY') }],
		[
			'what is installed or built',
			{ 'dist/a.js': reads('DIST_KEY'), 'vendor/a.js': reads('VENDOR_KEY') },
		],
		[
			'comments and texts',
			{ 'src/a.ts': '// process.env.A_KEY\nconst help = "process.env.B_KEY";\nuse(help);' },
		],
		[
			'Vite’s own',
			{ 'src/a.ts': 'use(import.meta.env.MODE, import.meta.env.DEV, import.meta.env.BASE_URL);' },
		],
	])('%s need no line', async (_, files) => {
		expect(
			await said({ '.env.example': 'API_KEY=\n', 'src/z.ts': reads('API_KEY'), ...files } as Files),
		).toEqual(['pass']);
	});

	test.each([
		["process.env['MAIL_KEY']", 1],
		['const { MAIL_KEY } = process.env; use(MAIL_KEY)', 1],
		['const { MAIL_KEY: key = "a" } = process.env; use(key)', 1],
		['import.meta.env.MAIL_KEY', 1],
		['Bun.env.MAIL_KEY', 1],
		['Deno.env.get("MAIL_KEY")', 1],
		['import { env } from "node:process";\nuse(env.MAIL_KEY)', 2],
		['import { MAIL_KEY } from "$env/static/private";\nuse(MAIL_KEY)', 1],
		['import { env } from "$env/dynamic/private";\nuse(env.MAIL_KEY)', 2],
		['const env = (name: string) => process.env[name];\nuse(env("MAIL_KEY"))', 2],
	])('reads: %s', async (code, line) => {
		const found = await said({
			'.env.example': 'API_KEY=\n',
			'src/z.ts': reads('API_KEY'),
			'src/a.ts': `${code};\n`,
		});
		expect(found).toEqual([
			expect.stringMatching(new RegExp(`missing-in-example MAIL_KEY src/a\\.ts:${line}$`)),
		]);
	});

	test.each([
		[
			'an alias of another function',
			'export function f() { const e = process.env; use(e.API_KEY); }\nexport function g(e) { use(e.OPEN_KEY); }',
		],
		[
			'a parameter of the same name',
			'const env = process.env;\nuse(env.API_KEY);\nexport const f = (env) => use(env.OPEN_KEY);',
		],
		[
			'methods of every object',
			'const env = process.env;\nuse(env.API_KEY, env.hasOwnProperty("x"), process.env.toString());',
		],
	])('reads no variable: %s', async (_, code) => {
		expect(await said({ '.env.example': 'API_KEY=\n', 'src/a.ts': code })).toEqual(['pass']);
	});

	test('its fix appends every line to the nearest example', async () => {
		const files = {
			'apps/web/package.json': '{"name":"web"}',
			'apps/web/.env.example': 'WEB_KEY=\n',
			'apps/web/a.ts': reads('WEB_KEY', 'MAIL_KEY', 'SHOP_KEY'),
			'apps/api/.env.example': '# nothing\n',
		};
		const [finding] = (await judgedEnv(declared, { ...APP, ...files })) as Failed[];
		expect(finding?.fix.snippets[0]?.text).toBe(
			`printf '%s\\n' 'MAIL_KEY=' 'SHOP_KEY=' >> apps/web/.env.example`,
		);
		expect(await afterFix(files)).toEqual(['pass']);
	});
});

describe('unused', () => {
	test('declared, and nothing uses it', async () => {
		const files = { '.env.example': 'API_KEY=\nOLD_KEY=\n', 'src/a.ts': reads('API_KEY') };
		expect(await said(files)).toEqual(['info unused OLD_KEY .env.example:2']);
		expect(await afterFix(files)).toEqual(['pass']);
	});

	test.each([
		[
			'another package',
			{ 'packages/b/package.json': '{"name":"b"}', 'packages/b/a.ts': reads('OLD_KEY') },
		],
		['a literal', { 'src/b.ts': 'use(settings, "OLD_KEY");' }],
		['a literal of a list', { 'src/b.ts': 'export const names = ["OLD_KEY"];' }],
		['a key of an object', { 'src/b.ts': 'export const a = { OLD_KEY: text() };' }],
		['a test', { 'test/b.test.ts': 'expect(process.env.OLD_KEY);' }],
		['a script of a shell', { 'deploy.sh': 'echo "$OLD_KEY"\n' }],
		[
			'a workflow',
			{
				'.github/workflows/a.yml': `jobs:\n  a:\n    steps:\n    - run: x\n      env:\n        A: \${{ secrets.OLD_KEY }}\n`,
			},
		],
		[
			'compose',
			{
				'docker-compose.yml': `services:\n  a:\n    image: b\n    environment:\n      X: \${OLD_KEY}\n`,
			},
		],
		[
			'a script of package.json',
			{ 'package.json': '{"scripts":{"start":"node a.js --key $OLD_KEY"}}' },
		],
		['another value', { '.env.example': `API_KEY=\${OLD_KEY}\nOLD_KEY=\n` }],
		['Python', { 'a.py': 'import os\nx = os.getenv("OLD_KEY")\n' }],
		[
			'a name that is put together',
			{ 'src/b.ts': `export const f = (a: string) => process.env[\`OLD_\${a}\`];\n` },
		],
		['HTML', { 'index.html': '<p>%OLD_KEY%</p>' }],
		['Go', { 'a.go': 'package a\nvar x = os.Getenv("OLD_KEY")\n' }],
	])('%s is a use', async (_, files) => {
		const found = await said({
			'.env.example': 'API_KEY=\nOLD_KEY=\n',
			'src/a.ts': reads('API_KEY'),
			...files,
		} as Files);
		expect(found.filter((one) => one.includes('unused'))).toEqual([]);
	});

	test.each([
		'DATABASE_URL',
		'AWS_REGION',
		'NEXTAUTH_URL',
		'POSTGRES_PASSWORD',
		'NODE_ENV',
		'PORT',
		'SENTRY_AUTH_TOKEN',
	])('%s is read by libraries and platforms', async (name) => {
		expect(
			await said({ '.env.example': `API_KEY=\n${name}=\n`, 'src/a.ts': reads('API_KEY') }),
		).toEqual(['pass']);
	});

	test('nothing is known to be unused where everything is read', async () => {
		expect(
			await said({
				'.env.example': 'API_KEY=\nOLD_KEY=\n',
				'src/a.ts': `${reads('API_KEY')}\nfor (const [k, v] of Object.entries(process.env)) use(k, v);`,
			}),
		).toEqual(['pass']);
		expect(await said({ '.env.example': 'OLD_KEY=\n' })).toEqual(['pass']);
	});
});

describe('no-example', () => {
	test('three variables, and not two', async () => {
		expect(await said({ 'src/a.ts': reads('A_KEY', 'B_KEY', 'C_KEY') })).toEqual([
			'later no-example .env.example .env.example:undefined',
		]);
		expect(await said({ 'src/a.ts': reads('A_KEY', 'B_KEY', 'PORT') })).toEqual(['pass']);
		expect(
			await said(
				{ 'src/a.ts': reads('A_KEY', 'B_KEY', 'C_KEY') },
				{ '.env': 'A_KEY=1\nB_KEY=2\nC_KEY=3\n' },
			),
		).toEqual(['later no-example .env.example .env.example:undefined']);
	});

	test('its fix writes the file', async () => {
		const files = { '.gitignore': '.env*\n', 'src/a.ts': inside('A_KEY', 'B_KEY', 'C_KEY') };
		const root = committed({ ...APP, ...files });
		const [finding] = (await judgedFolder(declared, root)) as Failed[];
		execFileSync('sh', ['-ec', finding?.fix.snippets[0]?.text ?? 'false'], { cwd: root });
		expect(git(root, 'show', ':.env.example')).toBe(
			'# needed, src/a.ts:2\nA_KEY=\n# needed, src/a.ts:3\nB_KEY=\n# needed, src/a.ts:4\nC_KEY=\n',
		);
		expect(named(await judgedFolder(declared, root))).toEqual(['pass']);
	});
});

describe('spelling', () => {
	const example = { '.env.example': 'STRIPE_SECRET=\nMAILER_KEY=\n' };

	test.each([
		['two in each other’s place', 'STRIPE_SERCET'],
		['one too few', 'STRIPE_SECRT'],
		['one too many', 'STRIPE_SECRRET'],
		['one mistaken', 'STRIPE_SECREY'],
		['an underscore too few', 'STRIPESECRET'],
	])('%s', async (_, name) => {
		expect(await said({ ...example, 'src/a.ts': inside(name, 'MAILER_KEY') })).toEqual([
			`high spelling ${name} src/a.ts:2`,
		]);
		expect(
			await said({ ...example, 'src/a.ts': inside(name, 'MAILER_KEY', 'STRIPE_SECRET') }),
		).toEqual([`high spelling ${name} src/a.ts:2`]);
	});

	test.each([
		['numbers', 'KEY_A_1=\n', ['KEY_A_1', 'KEY_A_2']],
		['a plural', 'API_KEY=\n', ['API_KEY', 'API_KEYS']],
		['HTTP and HTTPS', 'HTTP_PROXY_PORT=\n', ['HTTP_PROXY_PORT', 'HTTPS_PROXY_PORT']],
		['mail and e-mail', 'EMAIL_FROM=\n', ['EMAIL_FROM', 'MAIL_FROM']],
		['words that others have too', 'RESEND_KEY=\n', ['RESEND_KEY', 'RESENT_KEY', 'RESENT_URL']],
	])('%s are two variables', async (_, text, names) => {
		const found = await said({ '.env.example': text, 'src/a.ts': inside(...names) });
		expect(found.filter((one) => one.includes('spelling'))).toEqual([]);
		expect(found.filter((one) => one.includes('missing-in-example'))).toHaveLength(
			names.length - 1,
		);
	});

	test('two that are both declared are no slip', async () => {
		const text = 'STRIPE_SECRET=\nSTRIPE_SERCET=\n';
		expect(
			await said({ '.env.example': text, 'src/a.ts': inside('STRIPE_SECRET', 'STRIPE_SERCET') }),
		).toEqual(['pass']);
	});

	test('its fix renames', async () => {
		expect(
			await afterFix({ ...example, 'src/a.ts': inside('STRIPE_SERCET', 'MAILER_KEY') }),
		).toEqual(['pass']);
	});

	test('one edit is symmetric, and never none', () => {
		const name = fc.stringMatching(/^[A-Z_]{1,12}$/);
		fc.assert(
			fc.property(name, name, (a, b) => {
				expect(isOneEdit(a, b)).toBe(isOneEdit(b, a));
				expect(isOneEdit(a, a)).toBe(false);
			}),
		);
		fc.assert(
			fc.property(name, fc.nat(), fc.stringMatching(/^[A-Z]$/), (a, n, letter) => {
				const at = n % (a.length + 1);
				expect(isOneEdit(a, a.slice(0, at) + letter + a.slice(at))).toBe(true);
			}),
		);
	});
});

describe('files', () => {
	const code = { 'src/a.ts': inside('A_KEY', 'B_KEY') };

	test('the same key twice with another value; high in production', async () => {
		const twice = 'A_KEY=1\nB_KEY=2\nA_KEY=3\n';
		expect(await said({ ...code, '.env.example': twice })).toEqual([
			'later duplicate A_KEY .env.example:3',
		]);
		expect(
			await said({ ...code, '.env.example': 'A_KEY=\nB_KEY=\n' }, { '.env.production': twice }),
		).toEqual(['high duplicate A_KEY .env.production:3']);
		expect(await said({ ...code, '.env.example': 'A_KEY=1\nB_KEY=2\nA_KEY=1\n' })).toEqual([
			'pass',
		]);
		expect(await said({ ...code, '.env.example': 'A_KEY=1\nB_KEY=2\n#A_KEY=3\n' })).toEqual([
			'pass',
		]);
		expect(await afterFix({ ...code, '.env.example': twice })).toEqual(['pass']);
	});

	test.each([
		['unclosed-quote', 'A_KEY="abc\nB_KEY=1\n', 1],
		['stray-quote', 'B_KEY=1\nA_KEY=abc"\n', 2],
		['stray-quote', 'B_KEY=1\nA_KEY="abc"def\n', 2],
		['curly-quote', 'A_KEY=“abc”\nB_KEY=1\n', 1],
		['cut-by-hash', 'A_KEY=abc#def\nB_KEY=1\n', 1],
		['no-assignment', 'A_KEY=1\nB_KEY=2\n<<<<<<< HEAD\n', 3],
		['space', 'A_KEY = 1\nB_KEY=2\n', 1],
		['space', 'A_KEY=1\nB_KEY= 2\n', 2],
		['bom', '\ufeffA_KEY=1\nB_KEY=2\n', 1],
		['crlf', 'A_KEY=1\r\nB_KEY=2\r\n', 1],
	])('%s: %j', async (fault, text, line) => {
		expect(await said({ ...code, '.env.example': text })).toEqual([
			`later syntax .env.example (${fault}) .env.example:${line}`,
		]);
		expect(
			await said(
				{ ...code, '.env.example': 'A_KEY=\nB_KEY=\n' },
				{ 'deploy/.env.production': text },
			),
		).toEqual([`high syntax deploy/.env.production (${fault}) deploy/.env.production:${line}`]);
		if (!/quote|hash/.test(fault) || fault === 'curly-quote') {
			expect(await afterFix({ ...code, '.env.example': text })).toEqual(['pass']);
		}
	});

	test.each([
		'A_KEY="a # b"\nB_KEY=1 # why\n',
		`A_KEY='a "b" c'\nB_KEY="it's"\n`,
		'export A_KEY=1\nexport B_KEY="2"\n',
		'\n\n# a\n  # b\nA_KEY=\nB_KEY=""\n',
		'A_KEY="-----BEGIN A-----\nabc\n-----END A-----"\nB_KEY=1\n',
		'A_KEY: 1\nB_KEY=x=y==\n',
		'A_KEY={"a":"b c"}\nB_KEY=https://a.test/#b?c="d"\n'.replace('#b?c="d"', 'b?c=d'),
		'A_KEY= # comment\nB_KEY=1\n',
		'A_KEY\nB_KEY\n',
	])('is no fault: %j', async (text) => {
		expect(await said({ ...code, '.env.example': text })).toEqual(['pass']);
	});

	test('a shell’s own file may hold anything', async () => {
		expect(
			await said({
				...code,
				'.env.example': 'A_KEY=\nB_KEY=\n',
				'.envrc': 'use flake\ndotenv\n[ -f x ] && source x\n',
			}),
		).toEqual(['pass']);
	});

	test('a file that cannot be read is unknown', async () => {
		const root = committed({ ...APP, ...code, '.env.example': 'A_KEY=\nB_KEY=\n' });
		write(root, { '.env': 'A_KEY=1\n' });
		chmodSync(join(root, '.env'), 0);
		const isRoot = process.getuid?.() === 0;
		expect(named(await judgedFolder(declared, root))).toEqual(isRoot ? ['pass'] : ['unknown']);
	});

	test('links that dangle, lead out, or lead around in circles do no harm', async () => {
		const root = committed({ ...APP, ...code, '.env.example': 'A_KEY=\nB_KEY=\n' });
		const outside = temporaryFolder();
		write(outside, { 'b.env': 'C_KEY = "1\n' });
		symlinkSync('/nowhere/at/all', join(root, '.env'));
		symlinkSync(join(outside, 'b.env'), join(root, '.env.local'));
		symlinkSync('.env.staging', join(root, '.env.staging'));
		symlinkSync('.env.example', join(root, '.env.sample'));
		expect(named(await judgedFolder(declared, root))).toEqual(['pass']);
	});
});

test('a repository without variables has none to write down', async () => {
	expect(await said({ 'src/a.ts': 'use(1);' })).toEqual(['not-applicable']);
});

test('4,200 files take half a second', async () => {
	const root = temporaryFolder();
	const names = Array.from({ length: 120 }, (_, at) => `SHOP_${at.toString(36).toUpperCase()}_KEY`);
	const text = (at: number) =>
		`import { f } from './f';\n${'export const answer = f(42);\n'.repeat(40)}${at % 12 === 0 ? `use(process.env.${names[at % 120]});\n` : ''}`;
	write(root, {
		...APP,
		'.env.example': names.map((name) => `${name}=\n`).join(''),
		...Object.fromEntries(
			Array.from({ length: 4_200 }, (_, at) => [
				`src/${at % 40}/${at}.${at % 3 === 0 ? 'json' : 'ts'}`,
				text(at),
			]),
		),
	});
	const port = createFiles({ configFolder: temporaryFolder() });
	await port.list(root);
	// Of the processor, which other programs do not lengthen.
	const before = process.cpuUsage();
	const found = await judgedFolder(declared, root, { port });
	const { user, system } = process.cpuUsage(before);
	expect(found.length).toBeGreaterThan(0);
	expect((user + system) / 1_000).toBeLessThan(1_200);
});
