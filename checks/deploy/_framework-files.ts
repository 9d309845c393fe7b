import type { Operations, Platform, Snippet, WebFramework } from '../../src/sdk.ts';

/** What of a repository a text to paste hangs on. */
export type Stack = Pick<Operations, 'framework' | 'folder' | 'isTyped' | 'port'>;

/** The same members alone, for a verdict's arguments. */
export const stackOf = ({ framework, folder, isTyped, port }: Operations): Stack => ({
	framework,
	folder,
	isTyped,
	port,
});

const inside = (folder: string, path: string): string =>
	folder === '' ? path : `${folder}/${path}`;

const snippet = (language: string, text: string, platform: Platform = 'any'): Snippet => ({
	platform,
	language,
	text,
});

interface RouteText {
	readonly path: string;
	readonly snippet: Snippet;
}

type Write = (stack: Stack) => RouteText;

const script = ({ isTyped }: Stack) => (isTyped ? 'ts' : 'js');

/** A line of code in a file that exists already, in the framework's own words. */
const line =
	(path: string, language: string, text: string): Write =>
	() => ({ path, snippet: snippet(language, text) });

const HEALTH: Readonly<Record<WebFramework, Write>> = {
	'next-app': (stack) => ({
		path: '/api/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `api/health/route.${script(stack)}`)}
export const dynamic = 'force-dynamic';

export function GET() {
	return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
}`,
		),
	}),
	'next-pages': (stack) => ({
		path: '/api/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `api/health.${script(stack)}`)}
export default function handler(request, response) {
	response.setHeader('cache-control', 'no-store');
	response.status(200).json({ status: 'ok' });
}`,
		),
	}),
	nuxt: (stack) => ({
		path: '/api/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `server/api/health.get.${script(stack)}`)}
export default defineEventHandler(() => ({ status: 'ok' }));`,
		),
	}),
	sveltekit: (stack) => ({
		path: '/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `src/routes/health/+server.${script(stack)}`)}
export const prerender = false;

export const GET = () => Response.json({ status: 'ok' });`,
		),
	}),
	remix: (stack) => ({
		path: '/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `app/routes/health.${script(stack)}`)}
export const loader = () => Response.json({ status: 'ok' });`,
		),
	}),
	astro: (stack) => ({
		path: '/health',
		snippet: snippet(
			'javascript',
			`// ${inside(stack.folder, `src/pages/health.${script(stack)}`)}
export const prerender = false;

export const GET = () => Response.json({ status: 'ok' });`,
		),
	}),
	nest: (stack) => ({
		path: '/health',
		snippet: snippet(
			'typescript',
			`// ${inside(stack.folder, 'src/health.controller.ts')}, and HealthController among the controllers of AppModule
import { Controller, Get } from '@nestjs/common';

@Controller('health')
export class HealthController {
	@Get()
	check() {
		return { status: 'ok' };
	}
}`,
		),
	}),
	express: line(
		'/health',
		'javascript',
		"// before the routes that ask for a session\napp.get('/health', (request, response) => {\n\tresponse.set('cache-control', 'no-store').json({ status: 'ok' });\n});",
	),
	fastify: line(
		'/health',
		'javascript',
		"app.get('/health', { logLevel: 'warn' }, async () => ({ status: 'ok' }));",
	),
	koa: line(
		'/health',
		'javascript',
		"router.get('/health', (ctx) => {\n\tctx.body = { status: 'ok' };\n});",
	),
	hono: line('/health', 'javascript', "app.get('/health', (c) => c.json({ status: 'ok' }));"),
	node: line(
		'/health',
		'javascript',
		"// first in the handler of createServer\nif (request.url === '/health') {\n\tresponse.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });\n\treturn response.end('{\"status\":\"ok\"}');\n}",
	),
	django: line(
		'/health/',
		'python',
		"# urls.py\nfrom django.http import JsonResponse\n\nurlpatterns += [\n    path('health/', lambda request: JsonResponse({'status': 'ok'})),\n]",
	),
	fastapi: line(
		'/health',
		'python',
		"@app.get('/health', include_in_schema=False)\nasync def health() -> dict[str, str]:\n    return {'status': 'ok'}",
	),
	flask: line(
		'/health',
		'python',
		"@app.get('/health')\ndef health():\n    return {'status': 'ok'}, 200, {'Cache-Control': 'no-store'}",
	),
	python: line('/health', 'python', "# a route /health that answers 200 with\n{'status': 'ok'}"),
	rails: line(
		'/up',
		'ruby',
		'# config/routes.rb, Rails 7.1 and later\nget "up" => "rails/health#show", as: :rails_health_check',
	),
	sinatra: line(
		'/health',
		'ruby',
		'get \'/health\' do\n  content_type :json\n  \'{"status":"ok"}\'\nend',
	),
	laravel: line(
		'/up',
		'php',
		"// bootstrap/app.php, Laravel 11 and later\n->withRouting(\n    web: __DIR__.'/../routes/web.php',\n    commands: __DIR__.'/../routes/console.php',\n    health: '/up',\n)",
	),
	symfony: line(
		'/health',
		'php',
		"// src/Controller/HealthController.php\n#[Route('/health', methods: ['GET'])]\npublic function health(): JsonResponse\n{\n    return new JsonResponse(['status' => 'ok']);\n}",
	),
	spring: line(
		'/actuator/health',
		'xml',
		'<!-- pom.xml -->\n<dependency>\n  <groupId>org.springframework.boot</groupId>\n  <artifactId>spring-boot-starter-actuator</artifactId>\n</dependency>',
	),
	gin: line(
		'/health',
		'go',
		'router.GET("/health", func(c *gin.Context) {\n\tc.JSON(http.StatusOK, gin.H{"status": "ok"})\n})',
	),
	echo: line(
		'/health',
		'go',
		'e.GET("/health", func(c echo.Context) error {\n\treturn c.JSON(http.StatusOK, map[string]string{"status": "ok"})\n})',
	),
	chi: line(
		'/health',
		'go',
		'r.Get("/health", func(w http.ResponseWriter, r *http.Request) {\n\tw.Header().Set("Content-Type", "application/json")\n\tw.Write([]byte(`{"status":"ok"}`))\n})',
	),
	go: line(
		'/health',
		'go',
		'mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {\n\tw.Header().Set("Content-Type", "application/json")\n\tw.Write([]byte(`{"status":"ok"}`))\n})',
	),
	phoenix: line(
		'/health',
		'elixir',
		'# lib/…_web/router.ex\nget "/health", HealthController, :show\n\n# lib/…_web/controllers/health_controller.ex\ndef show(conn, _params), do: json(conn, %{status: "ok"})',
	),
	aspnet: line(
		'/health',
		'csharp',
		'// Program.cs\nbuilder.Services.AddHealthChecks();\n\nvar app = builder.Build();\napp.MapHealthChecks("/health");',
	),
	other: line('/health', 'text', 'GET /health → 200 {"status":"ok"}'),
};

/** The route, as the framework wants it. */
export const healthRoute = (stack: Stack): RouteText => HEALTH[stack.framework](stack);

/** A command that asks the route with what the image of the framework has in it. */
export function askCommand({ framework, port }: Stack, path: string): string {
	if (/^(?:next-|nuxt|sveltekit|remix|astro|nest|express|fastify|koa|hono|node)/.test(framework)) {
		return `node -e "fetch('http://127.0.0.1:'+(process.env.PORT||${port ?? 3000})+'${path}').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"`;
	}
	if (/^(?:django|fastapi|flask|python)$/.test(framework)) {
		return `python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:${port ?? 8000}${path}', timeout=3)"`;
	}
	if (/^(?:rails|sinatra)$/.test(framework)) {
		return `ruby -rnet/http -e "exit Net::HTTP.get_response('127.0.0.1', '${path}', ${port ?? 3000}).is_a?(Net::HTTPSuccess)"`;
	}
	if (/^(?:laravel|symfony)$/.test(framework)) {
		return `php -r "exit(@file_get_contents('http://127.0.0.1:${port ?? 80}${path}') === false ? 1 : 0);"`;
	}
	return `wget -q -O /dev/null http://127.0.0.1:${port ?? 8080}${path} || exit 1`;
}

/** Where the new version is told, in the framework's own words. `NAME` holds the commit. */
export function versionText(stack: Stack, name: string): Snippet {
	const { framework, folder } = stack;
	switch (framework) {
		case 'next-app':
		case 'next-pages':
			return snippet(
				'javascript',
				`// next.config.${stack.isTyped ? 'ts' : 'js'}: in nextConfig
async headers() {
	const value = process.env.${name} ?? 'unknown';
	return [{ source: '/:path*', headers: [{ key: 'x-app-version', value }] }];
},`,
				'nextjs',
			);
		case 'nuxt':
			return snippet(
				'javascript',
				`// ${inside(folder, `server/api/version.get.${script(stack)}`)}
export default defineEventHandler(() => ({ commit: process.env.${name} ?? 'unknown' }));`,
			);
		case 'sveltekit':
		case 'astro':
			return snippet(
				'javascript',
				`// ${inside(folder, framework === 'astro' ? `src/pages/version.${script(stack)}` : `src/routes/version/+server.${script(stack)}`)}
export const GET = () => Response.json({ commit: process.env.${name} ?? 'unknown' });`,
			);
		case 'remix':
			return snippet(
				'javascript',
				`// ${inside(folder, `app/routes/version.${script(stack)}`)}
export const loader = () => Response.json({ commit: process.env.${name} ?? 'unknown' });`,
			);
		case 'nest':
			return snippet(
				'typescript',
				`// src/main.ts, before app.listen
app.use((request, response, next) => {
	response.setHeader('x-app-version', process.env.${name} ?? 'unknown');
	next();
});`,
			);
		case 'fastify':
			return snippet(
				'javascript',
				`app.addHook('onSend', async (request, reply) => {
	reply.header('x-app-version', process.env.${name} ?? 'unknown');
});`,
			);
		case 'koa':
			return snippet(
				'javascript',
				`app.use(async (ctx, next) => {
	ctx.set('x-app-version', process.env.${name} ?? 'unknown');
	await next();
});`,
			);
		case 'hono':
			return snippet(
				'javascript',
				`app.get('/version', (c) => c.json({ commit: process.env.${name} ?? 'unknown' }));`,
			);
		case 'express':
			return snippet(
				'javascript',
				`app.use((request, response, next) => {
	response.set('x-app-version', process.env.${name} ?? 'unknown');
	next();
});`,
				'express',
			);
		case 'node':
			return snippet(
				'javascript',
				`response.setHeader('x-app-version', process.env.${name} ?? 'unknown');`,
			);
		case 'django':
			return snippet(
				'python',
				`# urls.py
import os

from django.http import JsonResponse

urlpatterns += [
    path('version/', lambda request: JsonResponse({'commit': os.environ.get('${name}', 'unknown')})),
]`,
			);
		case 'fastapi':
			return snippet(
				'python',
				`@app.get('/version', include_in_schema=False)
async def version() -> dict[str, str]:
    return {'commit': os.environ.get('${name}', 'unknown')}`,
			);
		case 'flask':
			return snippet(
				'python',
				`@app.get('/version')
def version():
    return {'commit': os.environ.get('${name}', 'unknown')}`,
			);
		case 'rails':
			return snippet(
				'ruby',
				`# config/application.rb
config.action_dispatch.default_headers['X-App-Version'] = ENV.fetch('${name}', 'unknown')`,
			);
		case 'sinatra':
			return snippet(
				'ruby',
				`before { headers 'X-App-Version' => ENV.fetch('${name}', 'unknown') }`,
			);
		case 'laravel':
			return snippet(
				'php',
				`// config/app.php: 'commit' => env('${name}', 'unknown'),
// routes/web.php
Route::get('/version', fn () => ['commit' => config('app.commit')]);`,
			);
		case 'symfony':
			return snippet(
				'php',
				`#[Route('/version', methods: ['GET'])]
public function version(): JsonResponse
{
    return new JsonResponse(['commit' => $_ENV['${name}'] ?? 'unknown']);
}`,
			);
		case 'spring':
			return snippet(
				'text',
				`# application.properties, with spring-boot-starter-actuator
management.endpoints.web.exposure.include=health,info
management.info.env.enabled=true
info.commit=\${${name}:unknown}`,
			);
		case 'gin':
			return snippet(
				'go',
				`router.GET("/version", func(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"commit": os.Getenv("${name}")})
})`,
			);
		case 'echo':
			return snippet(
				'go',
				`e.GET("/version", func(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"commit": os.Getenv("${name}")})
})`,
			);
		case 'chi':
		case 'go':
			return snippet(
				'go',
				`${framework === 'chi' ? 'r.Get' : 'mux.HandleFunc'}("/version", func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]string{"commit": os.Getenv("${name}")})
})`,
			);
		case 'phoenix':
			return snippet(
				'elixir',
				`# lib/…_web/endpoint.ex, before the router
plug :put_version

def put_version(conn, _),
  do: Plug.Conn.put_resp_header(conn, "x-app-version", System.get_env("${name}", "unknown"))`,
			);
		case 'aspnet':
			return snippet(
				'csharp',
				`app.MapGet("/version", () => new { commit = Environment.GetEnvironmentVariable("${name}") ?? "unknown" });`,
			);
		default:
			return snippet('text', `GET /version → 200 {"commit":"<${name}>"}`);
	}
}
