import type { Fix, Snippet, WebFramework } from '../../src/sdk.ts';

const NODE_ASK = `async function databaseAnswers() {
	// One second, then the answer is no.
	const late = new Promise((_, reject) => setTimeout(reject, 1000, new Error('late')));
	await Promise.race([pool.query('select 1'), late]);
}`;

const snippet = (
	language: string,
	text: string,
	platform: Snippet['platform'] = 'any',
): Snippet => ({
	platform,
	language,
	text,
});

const EXPRESS = snippet(
	'javascript',
	`${NODE_ASK}

// before any route that answers every path
app.get('/health', async (request, response) => {
	response.set('Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		response.json({ status: 'ok' });
	} catch {
		response.status(503).json({ status: 'down' });
	}
});`,
	'express',
);

const NEXT = (file: string): Snippet =>
	snippet(
		'javascript',
		`// ${file}
export const dynamic = 'force-dynamic';

${NODE_ASK}

export async function GET() {
	const headers = { 'Cache-Control': 'no-store' };
	try {
		await databaseAnswers();
		return Response.json({ status: 'ok' }, { headers });
	} catch {
		return Response.json({ status: 'down' }, { status: 503, headers });
	}
}`,
		'nextjs',
	);

const GO = snippet(
	'go',
	`mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	w.Header().Set("Cache-Control", "no-store")
	if err := db.PingContext(ctx); err != nil {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	w.Write([]byte("ok"))
})`,
);

const PYTHON_ASK = `engine = create_engine(DATABASE_URL, connect_args={'connect_timeout': 1})  # seconds`;

const BY_FRAMEWORK: Partial<Readonly<Record<WebFramework, Snippet>>> = {
	'next-app': NEXT('app/api/health/route.js'),
	'next-pages': snippet(
		'javascript',
		`// pages/api/health.js
${NODE_ASK}

export default async function handler(request, response) {
	response.setHeader('Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		response.json({ status: 'ok' });
	} catch {
		response.status(503).json({ status: 'down' });
	}
}`,
		'nextjs',
	),
	nuxt: snippet(
		'javascript',
		`// server/routes/health.get.js
${NODE_ASK}

export default defineEventHandler(async (event) => {
	setHeader(event, 'Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		return { status: 'ok' };
	} catch {
		setResponseStatus(event, 503);
		return { status: 'down' };
	}
});`,
	),
	sveltekit: snippet(
		'javascript',
		`// src/routes/health/+server.js
import { json } from '@sveltejs/kit';

${NODE_ASK}

export async function GET() {
	const headers = { 'Cache-Control': 'no-store' };
	try {
		await databaseAnswers();
		return json({ status: 'ok' }, { headers });
	} catch {
		return json({ status: 'down' }, { status: 503, headers });
	}
}`,
	),
	remix: snippet(
		'javascript',
		`// app/routes/health.js
${NODE_ASK}

export async function loader() {
	const headers = { 'Cache-Control': 'no-store' };
	try {
		await databaseAnswers();
		return Response.json({ status: 'ok' }, { headers });
	} catch {
		return Response.json({ status: 'down' }, { status: 503, headers });
	}
}`,
	),
	astro: NEXT('src/pages/health.js (and: export const prerender = false)'),
	nest: snippet(
		'typescript',
		`// health.controller.ts; npm install @nestjs/terminus, TerminusModule among the imports
@Controller('health')
export class HealthController {
	constructor(private health: HealthCheckService, private db: TypeOrmHealthIndicator) {}

	@Get()
	@HealthCheck()
	check() {
		return this.health.check([() => this.db.pingCheck('database', { timeout: 1000 })]);
	}
}`,
	),
	express: EXPRESS,
	fastify: snippet(
		'javascript',
		`${NODE_ASK}

fastify.get('/health', async (request, reply) => {
	reply.header('Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		return { status: 'ok' };
	} catch {
		return reply.code(503).send({ status: 'down' });
	}
});`,
	),
	koa: snippet(
		'javascript',
		`${NODE_ASK}

router.get('/health', async (ctx) => {
	ctx.set('Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		ctx.body = { status: 'ok' };
	} catch {
		ctx.status = 503;
		ctx.body = { status: 'down' };
	}
});`,
	),
	hono: snippet(
		'javascript',
		`${NODE_ASK}

app.get('/health', async (c) => {
	c.header('Cache-Control', 'no-store');
	try {
		await databaseAnswers();
		return c.json({ status: 'ok' });
	} catch {
		return c.json({ status: 'down' }, 503);
	}
});`,
	),
	django: snippet(
		'python',
		`# views.py; urls.py: path('health/', views.health)
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache

# settings.py: DATABASES['default']['OPTIONS'] = {'connect_timeout': 1}, in seconds

@never_cache
def health(request):
    try:
        with connection.cursor() as cursor:
            cursor.execute('select 1')
    except Exception:
        return JsonResponse({'status': 'down'}, status=503)
    return JsonResponse({'status': 'ok'})`,
	),
	fastapi: snippet(
		'python',
		`${PYTHON_ASK}

@app.get('/health')
def health(response: Response):
    response.headers['Cache-Control'] = 'no-store'
    try:
        with engine.connect() as connection:
            connection.execute(text('select 1'))
    except Exception:
        response.status_code = 503
        return {'status': 'down'}
    return {'status': 'ok'}`,
	),
	flask: snippet(
		'python',
		`${PYTHON_ASK}

@app.get('/health')
def health():
    headers = {'Cache-Control': 'no-store'}
    try:
        with engine.connect() as connection:
            connection.execute(text('select 1'))
    except Exception:
        return {'status': 'down'}, 503, headers
    return {'status': 'ok'}, 200, headers`,
	),
	rails: snippet(
		'ruby',
		`# config/routes.rb: get '/health', to: 'health#show'
# config/database.yml: connect_timeout: 1
class HealthController < ActionController::API
  def show
    response.headers['Cache-Control'] = 'no-store'
    ActiveRecord::Base.connection.execute('select 1')
    render json: { status: 'ok' }
  rescue StandardError
    render json: { status: 'down' }, status: :service_unavailable
  end
end`,
	),
	laravel: snippet(
		'php',
		`// routes/web.php; config/database.php: 'options' => [PDO::ATTR_TIMEOUT => 1]
Route::get('/health', function () {
    try {
        DB::select('select 1');
    } catch (\\Throwable) {
        return response()->json(['status' => 'down'], 503, ['Cache-Control' => 'no-store']);
    }
    return response()->json(['status' => 'ok'], 200, ['Cache-Control' => 'no-store']);
})->withoutMiddleware('web');`,
	),
	symfony: snippet(
		'php',
		`#[Route('/health', methods: ['GET'])]
public function health(Connection $connection): JsonResponse
{
    // doctrine.yaml: dbal.options: { !php/const PDO::ATTR_TIMEOUT: 1 }
    try {
        $connection->executeQuery('SELECT 1');
    } catch (\\Throwable) {
        return new JsonResponse(['status' => 'down'], 503, ['Cache-Control' => 'no-store']);
    }
    return new JsonResponse(['status' => 'ok'], 200, ['Cache-Control' => 'no-store']);
}`,
	),
	spring: snippet(
		'properties',
		`# spring-boot-starter-actuator among the dependencies; it asks the database by itself
management.endpoints.web.exposure.include=health
management.endpoint.health.show-details=never
spring.datasource.hikari.connection-timeout=1000`,
	),
	gin: GO,
	echo: GO,
	chi: GO,
	go: GO,
	phoenix: snippet(
		'elixir',
		`# router.ex: get "/health", HealthController, :show
def show(conn, _params) do
  conn = put_resp_header(conn, "cache-control", "no-store")
  case Ecto.Adapters.SQL.query(Repo, "select 1", [], timeout: 1_000) do
    {:ok, _} -> json(conn, %{status: "ok"})
    {:error, _} -> conn |> put_status(503) |> json(%{status: "down"})
  end
end`,
	),
	aspnet: snippet(
		'csharp',
		`builder.Services.AddHealthChecks().AddDbContextCheck<AppDbContext>();
// …
app.MapHealthChecks("/health");  // 503 where a check is unhealthy`,
	),
};

/** A handler that knows whether the product can work; several where the framework is not known. */
export function healthHandlers(framework: WebFramework | null): readonly Snippet[] {
	const own = framework === null ? undefined : BY_FRAMEWORK[framework];
	if (own !== undefined) return [own];
	return [
		EXPRESS,
		NEXT('app/api/health/route.js'),
		BY_FRAMEWORK.django,
		BY_FRAMEWORK.laravel,
		GO,
	].filter((one) => one !== undefined);
}

export function askDependencies(summary: string, framework: WebFramework | null): Fix {
	return {
		summary,
		steps: [
			'Let the handler ask the database, and whatever else no request works without, with a limit of one second.',
			'Answer 200 where all of it works and 503 where it does not, with a status word alone, Cache-Control: no-store, and no redirect or session.',
			'Keep a second, constant route such as /livez for the platform that restarts: a database that is down is not repaired by restarts.',
			'Stop the database once in a test environment, and see the 503.',
		],
		snippets: healthHandlers(framework),
	};
}
