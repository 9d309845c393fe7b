import { describe, expect, test } from 'vitest';
import ci from '../../../checks/secrets/ci.ts';
import tree from '../../../checks/secrets/tree.ts';
import type { Failed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged, repositoryOf } from './real-repository.ts';

const random = seeded(13);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const made = (length = 36) => random62(length, random);
const WORKFLOW = '.github/workflows/deploy.yml';

async function sayings(tracked: Readonly<Record<string, string>>) {
	return inWords(await judged(ci, repositoryOf(tracked)));
}

const job = (steps: string) =>
	`name: deploy\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;

test('its examples say what they claim', () => {
	expect(verifyCheck(ci)).toEqual([]);
});

describe('literal', () => {
	test('a provider key in every kind of pipeline and image', async () => {
		const key = stripe();
		const texts: Readonly<Record<string, string>> = {
			[WORKFLOW]: `env:\n  KEY: ${key}\n`,
			'.gitlab-ci.yml': `variables:\n  KEY: "${key}"\n`,
			'.circleci/config.yml': `jobs:\n  environment: {KEY: ${key}}\n`,
			'bitbucket-pipelines.yml': `pipelines:\n  default: [{step: {script: ["export KEY=${key}"]}}]\n`,
			Dockerfile: `FROM a\nENV KEY=${key}\n`,
			'api/prod.Dockerfile': `FROM a\nARG KEY=${key}\n`,
			'docker-compose.prod.yml': `services:\n  a:\n    environment: [KEY=${key}]\n`,
		};
		for (const [path, text] of Object.entries(texts)) {
			const line = text.split('\n').findIndex((one) => one.includes(key)) + 1;
			expect(await sayings({ [path]: text }), path).toEqual([`blocker literal ${path}:${line}`]);
		}
	});

	test('a value that no provider is known for', async () => {
		expect(await sayings({ [WORKFLOW]: `env:\n  API_TOKEN: ${made()}\n` })).toEqual([
			`high literal ${WORKFLOW}:2`,
		]);
		expect(
			await sayings({
				'compose.yml': `services:\n  a:\n    environment:\n      API_TOKEN: ${made()}\n`,
			}),
		).toEqual(['high literal compose.yml:4']);
		expect(await sayings({ Dockerfile: `FROM a\nENV API_TOKEN="${made()}"\n` })).toEqual([
			'high literal Dockerfile:2',
		]);
	});

	test.each([
		[
			'secrets of the store',
			{ [WORKFLOW]: `env:\n  API_TOKEN: \${{ secrets.API_TOKEN }}\n  NODE_ENV: test\n` },
		],
		[
			'variables',
			{
				'compose.yml': `services:\n  a:\n    environment:\n      API_TOKEN: \${API_TOKEN:?}\n      DB_PASSWORD: \${DB_PASSWORD:-postgres}\n`,
			},
		],
		[
			'the usual passwords',
			{
				'compose.yml': `services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n      POSTGRES_USER: app\n`,
			},
		],
		[
			'containers for tests',
			{
				[WORKFLOW]: job(
					`      - run: npm test\n    services:\n      db:\n        image: postgres\n        env:\n          POSTGRES_PASSWORD: ${made()}\n`,
				),
			},
		],
		[
			'pinned actions',
			{
				[WORKFLOW]: job(
					`      - uses: actions/checkout@${'0123456789abcdef'.repeat(3).slice(0, 40)}\n`,
				),
			},
		],
		[
			'digests',
			{ Dockerfile: `FROM node:20@sha256:${'0f1e2d3c'.repeat(8)}\nARG TOKEN\nENV PATH=/app\n` },
		],
		[
			'pipelines in documentation',
			{ 'docs/.github/workflows/a.yml': 'env:\n  A_TOKEN: abc\n', Dockerfile: 'FROM a\n' },
		],
	])('%s are silent', async (_, tracked) => {
		expect(await sayings(tracked as Record<string, string>)).toEqual(['pass']);
	});

	test('no pipeline, no judgement', async () => {
		expect(await sayings({ 'a.ts': `'${stripe()}'` })).toEqual(['not-applicable']);
	});

	test('it is one risk with what the tree finds, and its fix names the store of the file', async () => {
		const root = repositoryOf({ [WORKFLOW]: `env:\n  STRIPE_SECRET_KEY: ${stripe()}\n` });
		const port = createFiles({ configFolder: temporaryFolder() });
		const [own] = (await judged(ci, root, port)) as Failed[];
		const [other] = (await judged(tree, root, port)) as Failed[];
		expect(own?.cause).toBe(other?.cause);
		expect(own?.fix.snippets[0]?.text).toBe(
			`env:\n  STRIPE_SECRET_KEY: \${{ secrets.STRIPE_SECRET_KEY }}`,
		);
	});
});

describe('on-command-line', () => {
	const run = (command: string) => job(`      - run: ${command}\n`);
	test.each([
		`docker login -u app -p \${{ secrets.REGISTRY_TOKEN }} ghcr.io`,
		'docker login -u app --password "$DOCKER_PASSWORD" ghcr.io',
		'mysql -h db -u app -p$DB_PASSWORD app < a.sql',
		`curl -u app:\${{ secrets.API_PASSWORD }} https://api.shop-prod.io`,
		`curl --user "\${{ secrets.CREDENTIALS }}" https://api.shop-prod.io`,
		'sshpass -p "$SSH_PASSWORD" ssh a@b',
		'redis-cli -a $REDIS_PASSWORD ping',
		`docker build --build-arg NPM_TOKEN=\${{ secrets.NPM_TOKEN }} .`,
		'docker build --build-arg NPM_TOKEN .',
		`deploy --password=\${{ secrets.DEPLOY_PASSWORD }}`,
		`echo \${{ secrets.API_TOKEN }}`,
		'echo "token is $API_TOKEN"',
	])('%s', async (command) => {
		expect(await sayings({ [WORKFLOW]: run(command) })).toEqual([
			`later on-command-line ${WORKFLOW}:7`,
		]);
	});

	test.each([
		`echo "\${{ secrets.REGISTRY_TOKEN }}" | docker login -u app --password-stdin ghcr.io`,
		'echo "$API_TOKEN" > token.txt',
		'echo "::add-mask::$API_TOKEN"',
		`docker build --secret id=token,env=NPM_TOKEN .`,
		'docker build --build-arg NODE_VERSION=20 --build-arg COMMIT=$GITHUB_SHA .',
		'mkdir -p dist && cp -p a b',
		'mysql -h 127.0.0.1 -u root -proot app',
		'docker run -p 3000:3000 -u node app',
		'curl -u "$USER" https://api.shop-prod.io',
		'npm publish && ssh -p 22 a@b',
		'echo "done with tokens"',
		'git push -u origin main',
	])('%s is silent', async (command) => {
		expect(await sayings({ [WORKFLOW]: run(command) })).toEqual(['pass']);
	});

	test('in blocks, joined lines, images and shell scripts, at the line of the command', async () => {
		const block = job(
			'      - name: a\n        run: |\n          set -e\n          docker login \\\n            -u app \\\n            -p $DOCKER_PASSWORD\n',
		);
		expect(await sayings({ [WORKFLOW]: block })).toEqual([`later on-command-line ${WORKFLOW}:10`]);
		const image = 'FROM a\nRUN apk add curl \\\n && curl -u app:$API_TOKEN https://a.test\n';
		expect(await sayings({ Dockerfile: image })).toEqual(['later on-command-line Dockerfile:2']);
		expect(await sayings({ 'deploy.sh': '#!/bin/sh\nsshpass -p $SSH_PASSWORD ssh a\n' })).toEqual([
			'later on-command-line deploy.sh:2',
		]);
		expect(
			await sayings({
				'.gitlab-ci.yml': 'a:\n  script:\n    - echo a\n    - docker login -p $CI_TOKEN\n',
			}),
		).toEqual(['later on-command-line .gitlab-ci.yml:4']);
	});

	test('tracing near a secret, and no further than 20 lines', async () => {
		const script = (between: number, stop = '') =>
			`#!/bin/bash\nset -x\n${stop}${'true\n'.repeat(between)}deploy "$API_TOKEN"\n`;
		expect(await sayings({ 'a.sh': script(19) })).toEqual(['later on-command-line a.sh:2']);
		expect(await sayings({ 'a.sh': script(20) })).toEqual(['not-applicable']);
		expect(await sayings({ 'a.sh': script(1, 'set +x\n') })).toEqual(['not-applicable']);
		expect(await sayings({ 'a.sh': script(1).replace('set -x', 'set -euo pipefail') })).toEqual([
			'not-applicable',
		]);
	});

	test('one finding a file and way', async () => {
		const text =
			run('docker login -p $A_TOKEN') +
			'      - run: docker login -p $B_TOKEN\n      - run: echo $A_TOKEN\n';
		const findings = await judged(ci, repositoryOf({ [WORKFLOW]: text }));
		expect(inWords(findings)).toEqual([
			`later on-command-line ${WORKFLOW}:7`,
			`later on-command-line ${WORKFLOW}:9`,
		]);
		expect(findings[0]?.message).toContain('$A_TOKEN and $B_TOKEN');
	});
});
