import { describe, expect, test } from 'vitest';
import health from '../../../checks/deploy/health.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { type Files, findingsIn, needs, operationsIn, SERVER, sayingsIn } from './operations-in.ts';

const says = (files: Files) => sayingsIn(health, files);

const ROUTE = "app.get('/healthz', (request, response) => response.sendStatus(200));\n";

test('its examples say what they claim', () => {
	expect(verifyCheck(health)).toEqual([]);
});

describe('a route that is missing', () => {
	test('in a server of each language', async () => {
		expect(await says(SERVER)).toEqual(['later missing']);
		expect(
			await says({ 'requirements.txt': 'Flask==3.0\n', 'app.py': 'app = Flask(__name__)\n' }),
		).toEqual(['later missing']);
		expect(await says({ Gemfile: "gem 'rails', '~> 7.0'\n" })).toEqual(['later missing']);
		expect(
			await says({
				'go.mod': 'module example.test/shop\n\nrequire github.com/gin-gonic/gin v1.9.1\n',
			}),
		).toEqual(['later missing']);
		expect(
			await says({ 'main.go': 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n' }),
		).toEqual(['later missing']);
		expect(
			await says({
				'pom.xml': '<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>',
			}),
		).toEqual(['later missing']);
	});

	test('writes the route where the framework of the repository looks for it', async () => {
		const next = await findingsIn(health, {
			'package.json': needs('next', 'react-dom'),
			'tsconfig.json': '{}',
			Dockerfile: 'FROM node:22\nCMD ["npx", "next", "start"]\n',
			'src/app/page.tsx': 'export default () => null;\n',
		});
		const [finding] = next;
		expect(finding).toMatchObject({ verdict: 'missing' });
		const fix = finding && 'fix' in finding ? finding.fix : null;
		expect(fix?.snippets[0]?.text).toContain('// src/app/api/health/route.ts\n');
		expect(fix?.snippets[1]?.text).toContain('HEALTHCHECK');
	});
});

/** A route of each framework, in a file that it would be in. */
const ROUTES: readonly (readonly [file: string, text: string, path: string])[] = [
	['server.js', ROUTE, '/healthz'],
	['server.js', "router.use('/health', healthRouter);", '/health'],
	['server.js', 'app.get("/api/v1/status", status);', '/api/v1/status'],
	['server.js', "app.get('/_ping',\n  (q, s) => s.end());", '/_ping'],
	['server.js', "app.use('/up', (q, s) => s.end());", '/up'],
	['server.ts', "fastify.get<{ Reply: string }>('/livez', async () => 'ok');", '/livez'],
	[
		'server.ts',
		"fastify.route({\n  method: 'GET',\n  url: '/readyz',\n  handler: async () => 'ok',\n});",
		'/readyz',
	],
	['server.js', "router.get('/health', (ctx) => { ctx.body = 'ok'; });", '/health'],
	['server.ts', "app.get('/healthcheck', (c) => c.text('ok'));", '/healthcheck'],
	[
		'server.js',
		"server.route([{ method: 'GET', path: '/health', handler: () => 'ok' }]);",
		'/health',
	],
	['server.js', "if (request.url === '/healthz') return response.end('ok');", '/healthz'],
	['server.js', "switch (url.pathname) {\n  case '/health': return ok();\n}", '/health'],
	['src/health/health.controller.ts', "@Controller('health')\nexport class A {}", '/health'],
	['src/app.controller.ts', "@Get('healthz')\nping() { return 'ok'; }", '/healthz'],
	['src/health.ts', "import { HealthCheckService } from '@nestjs/terminus';", '/health'],
	['app/api/health/route.ts', 'export const GET = () => Response.json({});', '/api/health'],
	['src/app/(ops)/healthz/route.js', 'export const GET = () => Response.json({});', '/healthz'],
	['pages/api/healthcheck.ts', 'export default (q, s) => s.end();', '/api/healthcheck'],
	['server/api/health.get.ts', 'export default defineEventHandler(() => 1);', '/api/health'],
	['src/routes/health/+server.ts', 'export const GET = () => new Response();', '/health'],
	['app/routes/healthcheck.tsx', 'export const loader = () => new Response();', '/healthcheck'],
	['app/routes/resources+/healthcheck.tsx', 'export const loader = () => 1;', '/healthcheck'],
	['src/pages/health.ts', 'export const GET = () => new Response();', '/health'],
	['shop/urls.py', "urlpatterns = [\n    path('health/', views.health),\n]", '/health/'],
	['shop/urls.py', "urlpatterns = [re_path(r'^healthz$', health)]", '/healthz'],
	['shop/urls.py', "urlpatterns = [path('ht/', include('health_check.urls'))]", '/health/'],
	['main.py', '@app.get("/health")\nasync def health():\n    return {}', '/health'],
	['main.py', '@router.get("/livez", include_in_schema=False)\nasync def a(): ...', '/livez'],
	['app.py', "@app.route('/healthz')\ndef healthz():\n    return 'ok'", '/healthz'],
	['config/routes.rb', 'get "up" => "rails/health#show", as: :rails_health_check', '/up'],
	['config/routes.rb', "  get '/health', to: 'health#show'", '/health'],
	['app.rb', "get '/health' do\n  'ok'\nend", '/health'],
	['bootstrap/app.php', "->withRouting(\n  health: '/up',\n)", '/up'],
	['routes/web.php', "Route::get('/health', fn () => 'ok');", '/health'],
	['src/Controller/A.php', "#[Route('/health', methods: ['GET'])]", '/health'],
	['main.go', 'r.GET("/healthz", func(c *gin.Context) {})', '/healthz'],
	[
		'main.go',
		'mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {',
		'/healthz',
	],
	['main.go', 'http.HandleFunc("/health", health)', '/health'],
	['src/main.rs', 'let app = Router::new().route("/health", get(|| async { "ok" }));', '/health'],
	['src/A.java', '@GetMapping("/health")\npublic String health() {}', '/health'],
	['Program.cs', 'app.MapHealthChecks("/healthz");', '/healthz'],
	['lib/shop_web/router.ex', '    get "/health", HealthController, :show', '/health'],
];

describe('a route that is there', () => {
	test.each(ROUTES)('%s: %s', async (file, text, path) => {
		const { healthRoute } = await operationsIn({ ...SERVER, 'server.js': '', [file]: text });
		expect(healthRoute).toEqual({ file, line: expect.any(Number), what: path });
	});

	test('that a library brings', async () => {
		expect(
			await operationsIn({
				'pom.xml':
					'<dependency><artifactId>spring-boot-starter-web</artifactId></dependency>\n<dependency><artifactId>spring-boot-starter-actuator</artifactId></dependency>',
			}),
		).toMatchObject({ healthRoute: { what: '/actuator/health' } });
	});

	test.each([
		['src/client.js', "axios.get('/health').then(show);"],
		['src/client.js', "const answer = await fetch('/healthz');"],
		['src/client.js', "await client.get('/health', { timeout: 5 });"],
		['server.js', "// app.get('/health', (q, s) => s.end());"],
		['server.js', "app.get('/orders/:id/status', show);"],
		['server.js', "app.get('/orders/status', show);"],
		['server.js', "app.get('/wealth', show); app.get('/healthy-food', show);"],
		['server.js', "response.json({ status: 'up' });"],
		['src/components/status.tsx', 'export const Status = () => null;'],
		['app/orders/status/page.tsx', 'export default () => null;'],
		['src/router.tsx', "const routes = [{ path: '/status', element: <Status /> }];"],
		['test/server.test.js', ROUTE],
		['examples/basic/server.js', ROUTE],
		['app.py', '"""@app.get(\'/health\')"""'],
	])('is not seen in %s: %s', async (file, text) => {
		const { healthRoute } = await operationsIn({ ...SERVER, [file]: text });
		expect(healthRoute).toBeNull();
	});
});

/** Places that ask, each beside a server with a route. */
const ASKED: readonly (readonly [file: string, text: string, place: string])[] = [
	['Dockerfile', 'FROM node:22\nHEALTHCHECK CMD wget -qO- localhost/healthz\n', 'Dockerfile:2'],
	[
		'fly.toml',
		"[http_service]\n  internal_port = 8080\n\n  [[http_service.checks]]\n    path = '/healthz'\n",
		'fly.toml:5',
	],
	[
		'render.yaml',
		'services:\n  - type: web\n    name: shop\n    runtime: node\n    healthCheckPath: /healthz\n',
		'render.yaml:5',
	],
	['railway.json', '{\n  "deploy": { "healthcheckPath": "/healthz" }\n}', 'railway.json:2'],
	[
		'docker-compose.yml',
		'services:\n  web:\n    build: .\n    ports: ["80:80"]\n    healthcheck:\n      test: curl -f http://localhost/healthz\n',
		'docker-compose.yml:5',
	],
	[
		'k8s/web.yaml',
		'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop\n          ports: [{ containerPort: 80 }]\n          livenessProbe: { httpGet: { path: /healthz, port: 80 } }\n',
		'k8s/web.yaml:11',
	],
	[
		'infra/main.tf',
		'resource "aws_lb_target_group" "web" {\n  health_check {\n    path = "/healthz"\n  }\n}\n',
		'infra/main.tf:2',
	],
	['config/deploy.yml', 'service: shop\nproxy:\n  host: example.com\n', 'config/deploy.yml:2'],
	[
		'.github/workflows/deploy.yml',
		'jobs:\n  deploy:\n    steps:\n      - run: curl --fail https://example.com/healthz\n',
		'.github/workflows/deploy.yml:4',
	],
];

describe('a route that is asked', () => {
	test.each(ASKED)('by %s', async (file, text, place) => {
		const files = { ...SERVER, 'server.js': ROUTE, [file]: text };
		const [finding] = await findingsIn(health, files);
		expect(finding).toMatchObject({ verdict: 'used' });
		expect(finding).toHaveProperty('message', expect.stringContaining(place));
	});

	test('is told apart from one that is not', async () => {
		expect(await says({ ...SERVER, 'server.js': ROUTE })).toEqual(['later not-used Dockerfile:1']);
		expect(
			await says({
				...SERVER,
				'server.js': ROUTE,
				Dockerfile: 'FROM node:22\nHEALTHCHECK NONE\n',
			}),
		).toEqual(['later not-used Dockerfile:1']);
	});

	test('by the database alone does not count', async () => {
		expect(
			await says({
				...SERVER,
				'server.js': ROUTE,
				'docker-compose.yml':
					'services:\n  db:\n    image: postgres:16\n    healthcheck:\n      test: pg_isready\n',
			}),
		).toEqual(['later not-used Dockerfile:1']);
	});

	test.each([
		['fly.toml', '[http_service]\n  internal_port = 8080\n', '[[http_service.checks]]'],
		[
			'render.yaml',
			'services:\n  - type: web\n    name: shop\n    runtime: node\n    startCommand: node .\n',
			'healthCheckPath: /healthz',
		],
		['railway.json', '{ "deploy": { "startCommand": "node ." } }', '"healthcheckPath": "/healthz"'],
		['railway.toml', '[deploy]\nstartCommand = "node ."\n', 'healthcheckPath = "/healthz"'],
	])('writes the setting of %s', async (file, text, setting) => {
		const { Dockerfile: _, ...plain } = SERVER;
		const [finding] = await findingsIn(health, { ...plain, 'server.js': ROUTE, [file]: text });
		expect(finding).toMatchObject({ verdict: 'not-used', locus: { file } });
		const fix = finding && 'fix' in finding ? finding.fix : null;
		expect(fix?.snippets[0]?.text).toContain(setting);
	});

	test('cannot be seen where nothing says how it is deployed', async () => {
		const { Dockerfile: _, ...plain } = SERVER;
		expect(await says({ ...plain, 'server.js': ROUTE })).toEqual(['unknown']);
		expect(await says({ ...plain, 'server.js': ROUTE, Procfile: 'web: node .\n' })).toEqual([
			'pass',
		]);
	});
});

describe('nothing to ask', () => {
	test.each<readonly [string, Files]>([
		['a site of Docusaurus', { 'package.json': needs('@docusaurus/core', 'react-dom') }],
		[
			'an application of Vite',
			{
				'package.json': JSON.stringify({
					private: true,
					dependencies: { 'react-dom': '^19' },
					devDependencies: { vite: '^7' },
				}),
				Dockerfile: 'FROM nginx:1\nCOPY dist /usr/share/nginx/html\n',
			},
		],
		['plain HTML', { 'index.html': '<title>Shop</title>' }],
		['a site of Astro', { 'package.json': needs('astro') }],
		[
			'an export of Next.js',
			{
				'package.json': needs('next', 'react-dom'),
				'next.config.mjs': "export default { output: 'export' };\n",
				Dockerfile: 'FROM nginx:1\n',
			},
		],
		[
			'a library for Express',
			{
				'package.json': JSON.stringify({
					name: 'x',
					exports: './index.js',
					dependencies: { express: '^5' },
				}),
			},
		],
		[
			'a library for Django',
			{
				'pyproject.toml':
					'[project]\nname = "x"\nclassifiers = ["Framework :: Django"]\ndependencies = ["django>=4"]\n',
			},
		],
		['Vercel', { 'package.json': needs('next'), 'vercel.json': '{}' }],
		['Netlify', { 'package.json': needs('nuxt'), 'netlify.toml': '[build]\n' }],
		['Cloudflare', { 'package.json': needs('hono'), 'wrangler.toml': 'name = "x"\n' }],
		['Next.js without an image', { 'package.json': needs('next', 'react-dom') }],
		[
			'functions',
			{ 'package.json': needs('express', 'serverless-http'), 'serverless.yml': 'service: shop\n' },
		],
		['a command', { 'package.json': JSON.stringify({ bin: './a.js' }), 'a.js': 'main();' }],
	])('in %s', async (_, files) => {
		expect(await says(files)).toEqual(['not-applicable']);
	});

	test('but in a process of its own beside the managed site', async () => {
		expect(
			await says({
				...SERVER,
				'vercel.json': '{}',
				'fly.toml': '[http_service]\n  internal_port = 80\n',
			}),
		).toEqual(['later missing']);
	});
});
