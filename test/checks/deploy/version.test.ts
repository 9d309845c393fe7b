import { describe, expect, test } from 'vitest';
import version from '../../../checks/deploy/version.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { World } from '../../../src/lab/world.ts';
import { committed } from '../../files/repositories.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';
import { type Files, findingsIn, needs, operationsIn, SERVER, sayingsIn } from './operations-in.ts';

const says = (files: Files) => sayingsIn(version, files);

test('its examples say what they claim', () => {
	expect(verifyCheck(version)).toEqual([]);
});

describe('a version that cannot be seen', () => {
	test('in a server without any sign', async () => {
		expect(await says(SERVER)).toEqual(['later not-visible']);
		expect(await says({ Gemfile: "gem 'rails'\n" })).toEqual(['later not-visible']);
	});

	test.each([
		['server.js', "app.get('/docs', (q, s) => s.json({ version: '2.0', title: 'API' }));"],
		['server.js', "app.get('/d/:id', (q, s) => s.json({ version: document.version }));"],
		['server.js', "const client = request.headers['x-app-version'];"],
		['server.js', "app.set('x-api-version', '2024-01-01');"],
		['server.js', "fetch(url, { headers: { 'x-stripe-version': '1', 'x-client-version': v } });"],
		['server.js', '// sends x-app-version one day'],
		['server.js', "const agent = 'shop/' + process.env.npm_package_version;"],
		['openapi.yaml', 'info:\n  version: 1.2.3\n'],
		[
			'.github/workflows/a.yml',
			'jobs:\n  a:\n    steps:\n      - run: docker build -t shop:$GITHUB_SHA .\n',
		],
		['Dockerfile', 'FROM node:22\nARG GIT_SHA\nCMD ["node", "."]\n'],
	])('by %s: %s', async (file, text) => {
		expect(await says({ ...SERVER, [file]: text })).toEqual(['later not-visible']);
	});

	test('writes the header of the framework and the build argument of the image', async () => {
		const [finding] = await findingsIn(version, SERVER);
		const fix = finding && 'fix' in finding ? finding.fix : null;
		expect(fix?.snippets.map(({ text }) => text)).toEqual([
			expect.stringContaining("response.set('x-app-version', process.env.GIT_SHA"),
			expect.stringContaining('ARG GIT_SHA=unknown\nENV GIT_SHA=$GIT_SHA'),
		]);
	});

	test('takes the variable that the platform sets', async () => {
		const [finding] = await findingsIn(version, {
			...SERVER,
			'render.yaml': 'services:\n  - type: web\n    name: shop\n    runtime: node\n',
		});
		const fix = finding && 'fix' in finding ? finding.fix : null;
		expect(fix?.snippets.map(({ text }) => text)).toEqual([
			expect.stringContaining('process.env.RENDER_GIT_COMMIT'),
		]);
	});
});

describe('a version that can be seen', () => {
	test.each([
		['server.js', "response.setHeader('X-App-Version', commit);"],
		['server.js', "app.get('/version', (q, s) => s.send(commit));"],
		['server.js', "s.json({ status: 'ok', commit: process.env.GIT_SHA });"],
		[
			'server.js',
			"const { version } = require('./package.json');\napp.get('/', (q, s) => s.json({ ok: 1, version }));",
		],
		['instrument.mjs', 'Sentry.init({\n  dsn,\n  release: process.env.GIT_SHA,\n});'],
		['next.config.js', 'module.exports = withSentryConfig(config);'],
		['next.config.mjs', 'export default { generateBuildId: async () => process.env.GIT_SHA };'],
		['views/layout.ejs', '<footer><%= process.env.GIT_COMMIT %></footer>'],
		['src/footer.tsx', 'export const V = () => <i>{process.env.NEXT_PUBLIC_COMMIT_SHA}</i>;'],
		['index.html', '<meta name="version" content="%VERSION%">'],
		['nginx.conf', 'add_header X-Release $release always;'],
		['main.py', '@app.get("/version")\ndef version():\n    return {}'],
		['main.py', 'return {"status": "ok", "version": settings.VERSION}'],
		['app.py', 'sentry_sdk.init(dsn=DSN, release=os.environ["GIT_SHA"])'],
		['config/routes.rb', "  get '/version', to: 'version#show'"],
		[
			'config/initializers/sentry.rb',
			"Sentry.init do |config|\n  config.release = ENV['GIT_SHA']\nend",
		],
		['main.go', 'r.GET("/version", showVersion)'],
		[
			'.github/workflows/a.yml',
			'jobs:\n  a:\n    steps:\n      - uses: getsentry/action-release@v3\n',
		],
		[
			'k8s/web.yaml',
			'kind: Deployment\nmetadata:\n  labels:\n    tags.datadoghq.com/version: "1"\n',
		],
		['app/api/version/route.ts', 'export const GET = () => Response.json({});'],
	])('by %s: %s', async (file, text) => {
		const found = await operationsIn({ ...SERVER, [file]: text });
		expect(found.version).toMatchObject({ file });
	});

	test('by what the live site sends', async () => {
		const live = {
			status: 'known',
			value: { url: 'https://example.com/', what: 'the header x-release' },
		};
		const [finding] = await findingsIn(version, SERVER, live);
		expect(finding).toMatchObject({ verdict: 'visible' });
	});
});

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

test.each<readonly [string, Routes, string]>([
	['nothing', { '/': { body: PAGE } }, 'not-visible'],
	['a header', { '/': { body: PAGE, headers: [['X-Release', 'a1b2c3d']] } }, 'visible'],
	[
		'a meta element',
		{ '/': { body: PAGE.replace('<title>', '<meta name="revision" content="a1b2c3d"><title>') } },
		'visible',
	],
	[
		'a release in a script',
		{
			'/': { body: PAGE.replace('</body>', '<script src="/app.js"></script></body>') },
			'/app.js': { type: 'text/javascript', body: 'e.SENTRY_RELEASE={id:"a1b2c3d"};' },
		},
		'visible',
	],
])('a live site with %s', async (_, routes, verdict) => {
	const { said } = await auditLab(shop({ routes }), version, {
		domain: 'shop.test',
		repo: committed(SERVER),
	});
	expect(said.map((one) => one.split(' ')[0])).toEqual([verdict]);
});

test.each<readonly [string, Files]>([
	['Vercel', { 'package.json': needs('next'), 'vercel.json': '{}' }],
	['Netlify', { 'package.json': needs('nuxt'), 'netlify.toml': '[build]\n' }],
	['a site of files', { 'package.json': needs('vitepress') }],
	['plain HTML', { 'index.html': '<title>Shop</title>' }],
	[
		'a library',
		{ 'package.json': JSON.stringify({ exports: './a.js', dependencies: { koa: '1' } }) },
	],
])('does not apply to %s', async (_, files) => {
	expect(await says(files)).toEqual(['not-applicable']);
});
