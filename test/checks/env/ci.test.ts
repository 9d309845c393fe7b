import { describe, expect, test } from 'vitest';
import ci from '../../../checks/env/ci.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { committed } from '../../files/repositories.ts';
import { envSayings, manifest } from './env-sayings.ts';
import { judgedFolder } from './real-env.ts';

type Files = Readonly<Record<string, string>>;

const vite: Files = {
	'package.json': manifest('vite'),
	'src/main.ts': 'fetch(import.meta.env.VITE_API_URL);\n',
};
const path = '.github/workflows/deploy.yml';
const workflow = (steps: string, env = ''): Files => ({
	[path]: `name: deploy\non: push\n${env}jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`,
});
const BUILD = '      - run: npm run build\n';
const said = (...files: Files[]) => envSayings(ci, Object.assign({}, vite, ...files));

test('its examples say what they claim', () => {
	expect(verifyCheck(ci)).toEqual([]);
});

describe('missing', () => {
	test('a deploy without a public variable, and the lines to paste', async () => {
		const files = { ...vite, ...workflow(BUILD) };
		expect(await envSayings(ci, files)).toEqual([`high missing ${path}:7`]);
		const [finding] = (await judgedFolder(ci, committed(files))) as Failed[];
		expect(finding?.fix.snippets[0]?.text).toBe(`env:\n  VITE_API_URL: \${{ vars.VITE_API_URL }}`);
	});

	test('a build that a schema stops, also where nothing is deployed', async () => {
		const files = {
			'package.json': manifest('next'),
			'src/env.ts': `import { createEnv } from '@t3-oss/env-nextjs';\nexport const env = createEnv({ server: { DATABASE_URL: z.string() }, runtimeEnv: { DATABASE_URL: process.env.DATABASE_URL } });\n`,
			'next.config.ts': `import './src/env';\nexport default {};\n`,
			'.github/workflows/ci.yml':
				'on: pull_request\njobs:\n  check:\n    steps:\n      - run: pnpm build\n',
		};
		expect(await envSayings(ci, files)).toEqual(['high missing .github/workflows/ci.yml:5']);
		const skipped = files['.github/workflows/ci.yml'].replace(
			'pnpm build',
			'SKIP_ENV_VALIDATION=1 pnpm build',
		);
		expect(await envSayings(ci, { ...files, '.github/workflows/ci.yml': skipped })).toEqual([
			'pass',
		]);
	});

	test.each<[string, Files]>([
		['of the workflow', workflow(BUILD, 'env:\n  VITE_API_URL: https://x.test\n')],
		[
			'of the step',
			workflow(`${BUILD}        env:\n          VITE_API_URL: \${{ vars.VITE_API_URL }}\n`),
		],
		['written into a file', workflow(`      - run: echo "VITE_API_URL=$URL" >> .env\n${BUILD}`)],
		['a file out of a secret', workflow(`      - run: echo "$ENV" > .env.production\n${BUILD}`)],
		['exported', workflow(`      - run: export VITE_API_URL=https://x.test && npm run build\n`)],
		[
			'of a committed file',
			{ ...workflow(BUILD), '.env.production': 'VITE_API_URL=https://x.test\n' },
		],
		['of a store', workflow('      - run: doppler run -- npm run build\n')],
		['of the host', workflow('      - run: vercel pull --yes\n      - run: vercel build --prod\n')],
		['of an action', workflow(`      - uses: hashicorp/vault-action@v3\n${BUILD}`)],
		[
			'another workflow',
			{ [path]: 'on: push\njobs:\n  build:\n    uses: ./.github/workflows/build.yml\n' },
		],
		['no build', workflow('      - run: npm test\n')],
		[
			'a default in code',
			{ ...workflow(BUILD), 'src/main.ts': `fetch(import.meta.env.VITE_API_URL ?? '/api');\n` },
		],
		[
			'a pull request, which deploys nothing',
			{
				'.github/workflows/ci.yml': `name: ci\non: pull_request\njobs:\n  check:\n    steps:\n${BUILD}`,
			},
		],
	])('given by %s: silent', async (_, files) => {
		const [first] = await said(files);
		expect(['pass', 'not-applicable']).toContain(first);
	});

	test('a job of one package of several needs the variables of that one', async () => {
		const files = {
			'package.json': JSON.stringify({ workspaces: ['apps/*'] }),
			'apps/web/package.json': manifest('vite'),
			'apps/web/src/main.ts': 'fetch(import.meta.env.VITE_API_URL);\n',
			'apps/docs/package.json': manifest('vite'),
			'apps/docs/src/main.ts': 'fetch("/x");\n',
			[path]: `name: deploy\non: push\njobs:\n  docs:\n    defaults:\n      run:\n        working-directory: apps/docs\n    steps:\n${BUILD}`,
		};
		expect(await envSayings(ci, files)).toEqual(['pass']);
		const web = files[path].replace('apps/docs', 'apps/web');
		expect(await envSayings(ci, { ...files, [path]: web })).toEqual([`high missing ${path}:9`]);
	});
});

describe('unknown-secret', () => {
	const env = (secret: string) =>
		workflow(
			`${BUILD}        env:\n          VITE_API_URL: https://x.test\n          STRIPE_SECRET_KEY: \${{ secrets.${secret} }}\n`,
		);
	const server = { 'src/server.ts': 'pay(process.env.STRIPE_SECRET_KEY);\n' };

	test.each(['STRIPE_SECRT_KEY', 'STRIPE_SCERET_KEY', 'STRIPE_SECRETKEY'])('%s', async (name) => {
		expect(await said(server, env(name))).toEqual([`later unknown-secret ${path}:10`]);
	});

	test.each([
		'STRIPE_SECRET_KEY',
		'PROD_STRIPE_SECRET_KEY',
		'STRIPE_SECRET_KEY_2',
		'STRIPE_SECRET_KEY2',
		'STRIPE_KEY',
		'STRIPE_SECRET_KEYS',
		'GITHUB_TOKEN',
	])('%s is silent', async (name) => {
		expect(await said(server, env(name))).toEqual(['pass']);
	});

	test('two that are both taken are both meant', async () => {
		const both = workflow(
			`      - run: ./a.sh\n        env:\n          DB_URL: \${{ secrets.MAIN_DB_URL }}\n          DB_URI: \${{ secrets.MAIN_DB_URI }}\n`,
		);
		expect(await said({ 'src/server.ts': 'go(process.env.MAIN_DB_URL);\n' }, both)).toEqual([
			'pass',
		]);
	});
});

test('a repository without workflows is not judged', async () => {
	expect(await said()).toEqual(['not-applicable']);
});
