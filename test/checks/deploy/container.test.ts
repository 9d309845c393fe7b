import { describe, expect, test } from 'vitest';
import container from '../../../checks/deploy/container.ts';
import ci from '../../../checks/secrets/ci.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { judged as judgedSecrets } from '../secrets/real-repository.ts';
import { type Files, findingsIn, sayings } from './real-deployment.ts';

const random = seeded(7);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const NODE = `node:22-alpine@${DIGEST}`;

/** A sound image in which one thing is changed. */
const image = (
	about: { before?: string; from?: string; middle?: string; user?: string; cmd?: string } = {},
): string =>
	[
		about.before ?? '',
		`FROM ${about.from ?? NODE}`,
		'WORKDIR /app',
		'COPY package*.json ./',
		'RUN npm ci --omit=dev',
		'COPY src ./src',
		about.middle ?? '',
		about.user ?? 'USER node',
		about.cmd ?? 'CMD ["node", "src/server.js"]',
		'',
	]
		.filter((line, index) => line !== '' || index === 8)
		.join('\n');

const PACKAGE: Files = {
	'package.json': JSON.stringify(
		{
			name: 'shop',
			scripts: { start: 'node src/server.js' },
			dependencies: { express: '5' },
			devDependencies: { vitest: '4' },
		},
		null,
		2,
	),
	'src/server.js': 'require("express")().listen(process.env.PORT);\n',
};

const said = (dockerfile: string, more: Files = {}, untracked: Files = {}) =>
	sayings(container, { ...PACKAGE, Dockerfile: dockerfile, ...more }, untracked);

test('its examples say what they claim', () => {
	expect(verifyCheck(container)).toEqual([]);
});

test('a sound image', async () => {
	expect(await said(image())).toEqual(['pass']);
});

test('no image', async () => {
	expect(await sayings(container, PACKAGE)).toEqual(['not-applicable']);
	expect(await sayings(container, { ...PACKAGE, 'vercel.json': '{}' })).toEqual(['not-applicable']);
	expect(await sayings(container, { ...PACKAGE, 'Dockerfile.dev': 'FROM node\n' })).toEqual([
		'not-applicable',
	]);
});

describe('secret-in-layer', () => {
	test('a literal, by tier', async () => {
		expect(await said(image({ middle: `ENV STRIPE_SECRET_KEY=${stripe()}` }))).toEqual([
			'blocker secret-in-layer Dockerfile:6',
		]);
		expect(await said(image({ middle: `ENV A=1 \\\n    STRIPE_SECRET_KEY=${stripe()}` }))).toEqual([
			'blocker secret-in-layer Dockerfile:7',
		]);
		expect(await said(image({ middle: `ARG STRIPE_SECRET_KEY=${stripe()}` }))).toEqual([
			'blocker secret-in-layer Dockerfile:6',
		]);
		expect(await said(image({ middle: `ENV API_TOKEN=${random62(32, random)}` }))).toEqual([
			'high secret-in-layer Dockerfile:6',
		]);
		expect(
			await said(image({ middle: `ENV STRIPE_SECRET_KEY=sk_${'test'}_${random62(24, random)}` })),
		).toEqual(['later secret-in-layer Dockerfile:6']);
	});

	test('one risk with what the other checks say of the value', async () => {
		const root = committed({
			...PACKAGE,
			Dockerfile: image({ middle: `ENV STRIPE_SECRET_KEY=${stripe()}` }),
		});
		const port = createFiles({ configFolder: temporaryFolder() });
		const own = await findingsIn(container, root, port);
		const others = await judgedSecrets(ci, root, port);
		const causes = [...own, ...others].map((one) => 'cause' in one && one.cause);
		expect(causes).toHaveLength(2);
		expect(causes[0]).toMatch(/^secret\/[0-9a-f]{16}$/);
		expect(causes[1]).toBe(causes[0]);
	});

	test('the value itself is in nothing that is said', async () => {
		const value = stripe();
		const root = committed({ ...PACKAGE, Dockerfile: image({ middle: `ENV KEY_A=${value}` }) });
		expect(JSON.stringify(await findingsIn(container, root))).not.toContain(value.slice(0, 12));
	});

	test.each([
		['ARG that a step sees', 'ARG NPM_TOKEN\nRUN npm config ls', 6],
		['ENV from ARG', 'ARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN', 7],
		['ENV in its old form', `ARG DB_PASSWORD\nENV DB_PASSWORD \${DB_PASSWORD}`, 7],
	])('a value that the build hands in: %s', async (_, middle, line) => {
		expect(await said(image({ middle }))).toEqual([`high secret-in-layer Dockerfile:${line}`]);
	});

	test('copied files', async () => {
		const env = `STRIPE_SECRET_KEY=${stripe()}\n`;
		expect(await said(image({ middle: 'COPY .env ./' }), { '.env': env })).toEqual([
			'blocker secret-in-layer Dockerfile:6',
		]);
		expect(
			await said(image({ middle: 'COPY .env ./' }), { '.gitignore': '.env\n' }, { '.env': env }),
		).toEqual(['blocker secret-in-layer Dockerfile:6']);
		expect(await said(image({ middle: 'COPY .env .env' }))).toEqual([
			'high secret-in-layer Dockerfile:6',
		]);
		expect(await said(image({ middle: 'ADD id_rsa /root/.ssh/id_rsa' }))).toEqual([
			'high secret-in-layer Dockerfile:6',
		]);
		expect(
			await said(image({ middle: 'COPY .npmrc ./' }), {
				'.npmrc': `//npm.example.com/:_authToken=npm_${random62(36, random)}\n`,
			}),
		).toHaveLength(1);
	});

	test.each<[string, string, Files?]>([
		['a reference', `ENV API_TOKEN=\${API_TOKEN:-}`],
		['a stand-in', 'ENV API_TOKEN=changeme SECRET_KEY_BASE_DUMMY=1'],
		['a stand-in for the build', 'ARG SECRET_KEY_BASE=dummy\nRUN npm config ls'],
		['a key for browsers', `ENV STRIPE_KEY=pk_${'live'}_abcdefghijklmnopqrstuvwx`],
		['a public name', 'ARG NEXT_PUBLIC_API_KEY\nRUN npm config ls'],
		['an ARG that no step sees', 'RUN npm config ls\nARG NPM_TOKEN'],
		['a plain variable', 'ARG COMMIT_SHA\nENV COMMIT_SHA=$COMMIT_SHA\nRUN npm config ls'],
		['a secret that is mounted', 'RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm config ls'],
		[
			'an env file of public values',
			'COPY .env.production ./',
			{ '.env.production': 'PORT=3000\nLOG_LEVEL=info\n' },
		],
		[
			'a registry that takes its token from outside',
			'COPY .npmrc ./',
			{ '.npmrc': `//npm.example.com/:_authToken=\${NPM_TOKEN}\n` },
		],
		['an example', 'COPY .env.example ./'],
		['a file that is ignored', 'COPY .env ./', { '.dockerignore': '.env\n' }],
		['a certificate', 'COPY ca.pem /etc/ssl/', { 'ca.pem': 'nothing secret\n' }],
	])('not: %s', async (_, middle, more = {}) => {
		expect(await said(image({ middle }), more)).toEqual(['pass']);
	});

	test('an ARG of a stage that is left behind', async () => {
		const before = `FROM ${NODE} AS build\nARG NPM_TOKEN\nRUN npm config ls`;
		expect(await said(image({ before }))).toEqual(['pass']);
	});
});

describe('runs-as-root', () => {
	test.each([
		['no user', image({ user: '# none' }), 'Dockerfile:1'],
		['root by name', image({ user: 'USER root' }), 'Dockerfile:6'],
		['root by number', image({ user: 'USER 0:0' }), 'Dockerfile:6'],
		['root again', image({ user: 'USER node\nUSER root' }), 'Dockerfile:7'],
		[
			'a user of another stage',
			`FROM ${NODE} AS a\nUSER node\nFROM ${NODE}\nCMD ["node", "a.js"]\n`,
			'Dockerfile:3',
		],
	])('%s', async (_, dockerfile, place) => {
		expect(await said(dockerfile)).toEqual([`later runs-as-root ${place}`]);
	});

	test.each<[string, string, Files?]>([
		['a number', image({ user: 'USER 1001' })],
		['a variable with a default', image({ user: `ARG UID=1000\nUSER \${UID}` })],
		[
			'a user of the stage that it goes on from',
			`FROM ${NODE} AS a\nUSER node\nFROM a\nCMD ["node", "a.js"]\n`,
		],
		[
			'distroless',
			image({ from: `gcr.io/distroless/nodejs22-debian12:nonroot@${DIGEST}`, user: '# none' }),
		],
		[
			'unprivileged nginx',
			image({ from: `nginxinc/nginx-unprivileged:1.29@${DIGEST}`, user: '# none' }),
		],
		[
			'a script that gives root up',
			image({ user: 'COPY entry.sh /\nENTRYPOINT ["/entry.sh"]' }),
			{ 'entry.sh': '#!/bin/sh\nexec gosu node "$@"\n' },
		],
		[
			'a manifest that sets one',
			image({ user: '# none' }),
			{ 'compose.yml': 'services:\n  a:\n    build: .\n    user: "1000:1000"\n' },
		],
		[
			'Kubernetes',
			image({ user: '# none' }),
			{
				'k8s/a.yaml':
					'apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      securityContext:\n        runAsNonRoot: true\n      containers:\n        - name: a\n          image: a\n',
			},
		],
		[
			'Heroku, which does not run it as root',
			image({ user: '# none' }),
			{ 'heroku.yml': 'build:\n  docker:\n    web: Dockerfile\n' },
		],
	])('not: %s', async (_, dockerfile, more = {}) => {
		expect(await said(dockerfile, more)).toEqual(['pass']);
	});
});

describe('unpinned-base', () => {
	test.each([
		['node', 'later'],
		['node:latest', 'later'],
		['ghcr.io/acme/web', 'later'],
		['localhost:5000/web', 'later'],
		['node:22', 'info'],
		['ghcr.io/acme/web:1.2', 'info'],
	])('%s', async (from, severity) => {
		expect(await said(image({ from }))).toEqual([`${severity} unpinned-base Dockerfile:1`]);
	});

	test.each([
		['a digest', image({ from: `node@${DIGEST}` })],
		['a stage', image({ before: `FROM ${NODE} AS base`, from: 'base' })],
		['nothing', image({ from: 'scratch' })],
		['a version from a build argument', image({ before: 'ARG BASE', from: `\${BASE}` })],
	])('not: %s', async (_, dockerfile) => {
		expect(await said(dockerfile)).toEqual(['pass']);
	});

	test('of every stage, and of what is copied out of other images', async () => {
		const before = 'FROM golang AS build';
		expect(await said(image({ before }))).toEqual(['later unpinned-base Dockerfile:1']);
		expect(
			await said(image({ middle: 'COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/' })),
		).toEqual(['later unpinned-base Dockerfile:6']);
	});

	test('a build argument with a default is filled in', async () => {
		expect(await said(image({ before: 'ARG V=latest', from: `node:\${V}` }))).toEqual([
			'later unpinned-base Dockerfile:2',
		]);
	});
});

describe('no-ignore-file', () => {
	test.each([
		['COPY . .'],
		['ADD . /app'],
		['COPY ./ ./'],
		['COPY --chown=node . .'],
		['COPY [".", "."]'],
	])('%s', async (middle) => {
		expect(await said(image({ middle }))).toEqual(['later no-ignore-file Dockerfile:6']);
	});

	test.each<[string, string, Files?]>([
		['an ignore file', 'COPY . .', { '.dockerignore': '.git\n' }],
		["the Dockerfile's own", 'COPY . .', { 'Dockerfile.dockerignore': '.git\n' }],
		['one folder', 'COPY public ./public'],
		['another stage', `COPY --from=${NODE} . .`],
	])('not: %s', async (_, middle, more = {}) => {
		expect(await said(image({ middle }), more)).toEqual(['pass']);
	});
});

describe('development-dependencies', () => {
	const plain = (install: string, before = '') =>
		image({ before }).replace('RUN npm ci --omit=dev', install);

	test.each([
		['npm ci', plain('RUN npm ci'), 'Dockerfile:4'],
		['npm install', plain('RUN npm install && npm cache clean --force'), 'Dockerfile:4'],
		['yarn', plain('RUN yarn --frozen-lockfile'), 'Dockerfile:4'],
		['pnpm', plain('RUN pnpm install --frozen-lockfile'), 'Dockerfile:4'],
		[
			'production that is switched off',
			plain('ENV NODE_ENV=production\nRUN npm ci --include=dev'),
			'Dockerfile:5',
		],
		[
			'copied from the stage that builds',
			plain(
				'COPY --from=build /app/node_modules ./node_modules',
				`FROM ${NODE} AS build\nWORKDIR /app\nRUN npm ci`,
			),
			'Dockerfile:7',
		],
	])('%s', async (_, dockerfile, place) => {
		expect(await said(dockerfile)).toEqual([`later development-dependencies ${place}`]);
	});

	test.each([
		['omitted', plain('RUN npm ci --omit=dev')],
		['an environment of production', plain('ENV NODE_ENV=production\nRUN npm ci')],
		['for the command alone', plain('RUN NODE_ENV=production npm ci')],
		['pruned', plain('RUN npm ci && npm run build && npm prune --omit=dev')],
		[
			'a stage that is left behind',
			plain(
				'COPY --from=build /app/dist ./dist',
				`FROM ${NODE} AS build\nWORKDIR /app\nRUN npm ci && npm run build`,
			),
		],
		['one global tool', plain('RUN npm install -g npm@11')],
		[
			'a stage that has production alone',
			plain(
				'COPY --from=packages /app/node_modules ./node_modules',
				`FROM ${NODE} AS packages\nWORKDIR /app\nRUN npm ci --omit=dev`,
			),
		],
	])('not: %s', async (_, dockerfile) => {
		expect(await said(dockerfile)).toEqual(['pass']);
	});

	test('nothing to leave out', async () => {
		expect(
			await said(plain('RUN npm ci'), { 'package.json': '{"dependencies":{"express":"5"}}' }),
		).toEqual(['pass']);
	});

	test('other languages', async () => {
		const python = (install: string) =>
			`FROM python:3.13@${DIGEST}\nRUN ${install}\nUSER app\nCMD ["python", "a.py"]\n`;
		const manifests = {
			'composer.json': '{"require-dev": {"phpunit/phpunit": "*"}}',
			'pyproject.toml': '[dependency-groups]\ndev = ["pytest"]\n',
		};
		for (const install of ['composer install', 'uv sync --frozen']) {
			expect(await said(python(install), manifests), install).toEqual([
				'later development-dependencies Dockerfile:2',
			]);
		}
		for (const install of ['composer install --no-dev', 'uv sync --frozen --no-dev']) {
			expect(await said(python(install), manifests), install).toEqual(['pass']);
		}
	});
});

describe('signals-lost', () => {
	test.each([
		['a shell form', 'CMD node src/server.js'],
		['a package manager', 'CMD ["npm", "start"]'],
		['another', 'CMD ["yarn", "start"]'],
		['npx', 'CMD ["npx", "next", "start"]'],
		['a shell that is named', 'CMD ["sh", "-c", "node src/server.js"]'],
		['an ENTRYPOINT in the shell form', 'ENTRYPOINT node src/server.js'],
		['several commands', 'CMD npx prisma migrate deploy && node src/server.js'],
	])('%s', async (_, cmd) => {
		expect(await said(image({ cmd }))).toEqual(['later signals-lost Dockerfile:7']);
	});

	test.each<[string, string, Files?]>([
		['the exec form', 'CMD ["node", "src/server.js"]'],
		['exec', 'CMD exec node src/server.js'],
		['exec at the end', 'CMD npx prisma migrate deploy && exec node src/server.js'],
		['exec in a shell that is named', 'CMD ["sh", "-c", "exec node src/server.js"]'],
		['an init', 'ENTRYPOINT ["tini", "--"]\nCMD ["npm", "start"]'],
		['an init in front of a shell form', 'ENTRYPOINT ["/usr/bin/dumb-init", "--"]\nCMD npm start'],
		['a script', 'CMD ["./start.sh"]'],
		[
			'init: true',
			'CMD ["npm", "start"]',
			{ 'compose.yml': 'services:\n  a:\n    build: .\n    init: true\n' },
		],
		['none of its own', '# as the base'],
	])('not: %s', async (_, cmd, more = {}) => {
		expect(await said(image({ cmd }), more)).toEqual(['pass']);
	});
});
