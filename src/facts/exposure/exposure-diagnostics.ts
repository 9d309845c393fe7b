/** What a page of internals is. */
export interface Diagnostic {
	readonly kind:
		| 'server-status'
		| 'php-info'
		| 'actuator-secrets'
		| 'actuator'
		| 'metrics'
		| 'debug-console'
		| 'debug-page'
		| 'development-server';
	/** For people: `Apache’s status page`. */
	readonly what: string;
	/** Names of the values that it shows, never the values. */
	readonly names: readonly string[];
	/** Who can repair it, for the fix: `django`, `spring`, … */
	readonly made: string;
}

interface Page {
	readonly kind: Diagnostic['kind'];
	readonly what: string;
	readonly made: string;
	/** It is HTML, and has to be recognised as such. */
	readonly html?: true;
	is(bytes: string): boolean;
}

const all =
	(...patterns: readonly RegExp[]) =>
	(bytes: string) =>
		patterns.every((pattern) => pattern.test(bytes));

/** phpinfo() with its own markup: tutorials show the same words, and never as a heading with a version. */
const phpInfo: Page = {
	kind: 'php-info',
	what: 'PHP’s settings, modules and environment (phpinfo)',
	made: 'php',
	html: true,
	is: all(
		/PHP Version(?:<[^>]{0,40}>|\s|=>){1,5}\d+\.\d/,
		/<t[dh][^>]{0,40}>\s*PHP Extension\b|<title>\s*(?:PHP [\d.]+\S{0,40} - )?phpinfo\(\)\s*<\/title>|^PHP Extension =>/m,
		/PHP Extension\b/,
	),
};

const METRICS = all(
	/^# HELP [a-zA-Z_:][\w:.]* /m,
	/^(?:# TYPE [a-zA-Z_:][\w:.]* (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset|gaugehistogram)\s*$|[a-zA-Z_:][\w:]*(?:\{[^}\n]{0,500}\})? (?:[-+]?[\d.]|NaN|[-+]?Inf))/m,
);

/** Each path with what it gives a stranger when it is open. */
const PAGES: Readonly<Record<string, Page>> = {
	'/server-status?auto': {
		kind: 'server-status',
		what: 'Apache’s status page',
		made: 'apache',
		is: all(/^(?:Total Accesses|BusyWorkers|ServerVersion): ?\S/m),
	},
	'/server-info': {
		kind: 'server-status',
		what: 'Apache’s whole configuration (mod_info)',
		made: 'apache',
		html: true,
		is: all(/<h1[^>]{0,80}>\s*Apache Server Information\s*<\/h1>/i),
	},
	'/nginx_status': {
		kind: 'server-status',
		what: 'nginx’s status page',
		made: 'nginx',
		is: all(/^Active connections: ?\d/m),
	},
	'/status?full': {
		kind: 'server-status',
		what: 'PHP-FPM’s status page, with the requests being served',
		made: 'php-fpm',
		is: all(/^pool:\s{1,40}\S/m, /^(?:process manager|start time|accepted conn):/m),
	},
	'/phpinfo.php': phpInfo,
	'/info.php': phpInfo,
	'/test.php': phpInfo,
	'/i.php': phpInfo,
	'/metrics': {
		kind: 'metrics',
		what: 'metrics in Prometheus’ format',
		made: 'metrics',
		is: METRICS,
	},
	'/actuator/heapdump': {
		kind: 'actuator-secrets',
		what: 'a dump of the memory of the Java program, with every secret in it',
		made: 'spring',
		is: (bytes) => bytes.startsWith('JAVA PROFILE 1.0.'),
	},
	'/actuator': {
		kind: 'actuator',
		what: 'Spring Boot’s list of management endpoints',
		made: 'spring',
		is: all(/^\s*\{\s*"_links"\s*:\s*\{/),
	},
	'/console': {
		kind: 'debug-console',
		what: 'Werkzeug’s console, which runs Python for whoever knows or guesses its PIN',
		made: 'flask',
		html: true,
		is: all(/\bEVALEX = true\b/, /\bCONSOLE_MODE = true\b|Werkzeug/),
	},
	'/_profiler/empty/search/results': {
		kind: 'debug-page',
		what: 'Symfony’s profiler, with the requests of your visitors',
		made: 'symfony',
		html: true,
		is: all(/<title>[^<]{0,60}Symfony Profiler/),
	},
	'/_debugbar/open': {
		kind: 'debug-page',
		what: 'the PHP Debug Bar’s record of requests',
		made: 'laravel',
		is: all(/^\s*\[\s*\{\s*"id"\s*:/, /"utime"\s*:/, /"uri"\s*:/),
	},
	'/telescope': {
		kind: 'debug-page',
		what: 'Laravel Telescope, with requests, queries and mails',
		made: 'laravel',
		html: true,
		is: all(/\bwindow\.Telescope\s*=\s*[{J]/, /telescope/i),
	},
	'/horizon': {
		kind: 'debug-page',
		what: 'Laravel Horizon, with the jobs of the queues',
		made: 'laravel',
		html: true,
		is: all(/\bwindow\.Horizon\s*=\s*[{J]/),
	},
	'/elmah.axd': {
		kind: 'debug-page',
		what: 'ELMAH’s log of errors',
		made: 'aspnet',
		html: true,
		is: all(/Error Log for\b/i, /\bELMAH\b/),
	},
	'/trace.axd': {
		kind: 'debug-page',
		what: 'ASP.NET’s trace of requests',
		made: 'aspnet',
		html: true,
		is: all(/Application Trace\b/i, /Requests to this Application|Physical Directory:/i),
	},
	'/debug/pprof/': {
		kind: 'debug-page',
		what: 'Go’s profiler',
		made: 'go',
		html: true,
		is: all(/<title>\/debug\/pprof\/?<\/title>/, /Types of profiles available|Count<\/t[dh]>/),
	},
	'/debug/vars': {
		kind: 'debug-page',
		what: 'Go’s exported variables, with the command line',
		made: 'go',
		is: all(/^\s*\{/, /"cmdline"\s*:\s*\[/, /"memstats"\s*:\s*\{/),
	},
	'/@vite/client': {
		kind: 'development-server',
		what: 'Vite’s development server',
		made: 'vite',
		is: all(/\bcreateHotContext\b|vite\/dist\/client|HMRContext/, /import|export/),
	},
	'/webpack-dev-server': {
		kind: 'development-server',
		what: 'webpack’s development server',
		made: 'webpack',
		html: true,
		is: all(/<h1>Assets Report:<\/h1>/, /<h2>Compilation: /),
	},
	'/_next/static/development/_devPagesManifest.json': {
		kind: 'development-server',
		what: 'Next.js’ development server',
		made: 'nextjs',
		is: all(/^\s*\{\s*"pages"\s*:\s*\[\s*"\//),
	},
};

/** Whether a page of internals is HTML, and a signature in HTML may be believed. */
export function isHtmlDiagnostic(path: string): boolean {
	return PAGES[path]?.html === true;
}

/** What a stranger got who asked for this path; `null` for anything else. */
export function recogniseDiagnostic(path: string, bytes: string): Diagnostic | null {
	if (path === '/actuator/env') return actuatorEnv(bytes);
	const page = PAGES[path];
	if (!page?.is(bytes)) return null;
	const { kind, what, made } = page;
	return { kind, what, made, names: path === '/actuator' ? linksIn(bytes) : [] };
}

const MOST_NAMES = 200;

/** Endpoints that it leads to. */
function linksIn(bytes: string): readonly string[] {
	const names = [...bytes.matchAll(/"([\w-]{1,40})"\s{0,8}:\s{0,8}\{\s{0,8}"href"/g)];
	return names
		.map(([, name = '']) => name)
		.filter((name) => name !== 'self' && !name.endsWith('-path'))
		.slice(0, MOST_NAMES);
}

const PROPERTY = /"([^"\\\n]{1,120})"\s{0,8}:\s{0,8}\{\s{0,8}"value"\s{0,8}:\s{0,8}("(?:\*+)?"|)/g;

/**
 * The environment of a Spring Boot program. Since version 3 every value is hidden behind asterisks unless
 * the team shows them: then the names lie open, and no secret.
 */
function actuatorEnv(bytes: string): Diagnostic | null {
	if (!/^\s*\{/.test(bytes) || !/"propertySources"\s*:\s*\[/.test(bytes)) return null;
	const shown = [...bytes.matchAll(PROPERTY)].flatMap(([, name = '', hidden = '']) =>
		hidden === '' ? [name] : [],
	);
	const isHidden = shown.length === 0 && bytes.includes('"******"');
	return {
		kind: isHidden ? 'actuator' : 'actuator-secrets',
		what: isHidden
			? 'the names of every setting of the Spring Boot program (their values are hidden)'
			: 'every setting of the Spring Boot program with its value',
		made: 'spring',
		names: [...new Set(shown)].sort(byGravity).slice(0, MOST_NAMES),
	};
}

const GRAVE = /pass|secret|token|key|credential|datasource|database|url|uri/i;

function byGravity(a: string, b: string): number {
	return Number(GRAVE.test(b)) - Number(GRAVE.test(a));
}

interface ErrorPage {
	readonly kind: 'debug-console' | 'debug-page';
	readonly what: string;
	readonly made: string;
	is(bytes: string): boolean;
}

const LARAVEL =
	/\/vendor\/laravel\/framework\/src\/Illuminate\/|spatie\/laravel-ignition|facade\/ignition|\bwindow\.ignite\(/;
const WHOOPS = /class="Whoops container|<title>Whoops! There was an error\.?<\/title>/;

/** Pages that frameworks show the developer when something is missing or breaks, the gravest first. */
const ERROR_PAGES: readonly ErrorPage[] = [
	{
		kind: 'debug-console',
		what: 'Werkzeug’s debugger, which runs Python for whoever knows or guesses its PIN',
		made: 'flask',
		is: all(/\bEVALEX = true\b/),
	},
	{
		kind: 'debug-console',
		what: 'the Rails web console, which runs Ruby for whoever opens it',
		made: 'rails',
		is: all(/data-mount-point=["'][^"']{0,80}__web_console/),
	},
	{
		kind: 'debug-console',
		what: 'Laravel’s error page with the program’s environment',
		made: 'laravel',
		is: (bytes) =>
			(LARAVEL.test(bytes) || WHOOPS.test(bytes)) && /\b(?:APP_KEY|DB_PASSWORD)\b/.test(bytes),
	},
	{
		kind: 'debug-page',
		what: 'Django’s debug page',
		made: 'django',
		is: all(/because you have <code>DEBUG = True<\/code>|\bDEBUG = True\b[^<]{0,80}settings/),
	},
	{
		kind: 'debug-page',
		what: 'Laravel’s error page with source code and stack trace',
		made: 'laravel',
		is: (bytes) => LARAVEL.test(bytes),
	},
	{
		kind: 'debug-page',
		what: 'an error page of Whoops with source code and stack trace',
		made: 'php',
		is: (bytes) => WHOOPS.test(bytes),
	},
	{
		kind: 'debug-page',
		what: 'Symfony’s exception page',
		made: 'symfony',
		is: all(/class="[^"]{0,80}\bexception-summary\b/, /Symfony/),
	},
	{
		kind: 'debug-page',
		what: 'Rails’ development error page',
		made: 'rails',
		is: all(
			/<title>Action Controller: Exception caught<\/title>|<code>Rails\.root: |id=["']route_table["']/,
		),
	},
	{
		kind: 'debug-page',
		what: 'ASP.NET’s yellow error page with stack trace',
		made: 'aspnet',
		is: all(/Server Error in (?:'|&#39;|&#x27;)\//, /<b>\s*(?:Stack Trace|Source Error):/i),
	},
	{
		kind: 'debug-page',
		what: 'ASP.NET Core’s developer exception page',
		made: 'aspnet-core',
		is: all(
			/<h1>An unhandled exception occurred while processing the request\.<\/h1>|id="stackpage"/,
		),
	},
	{
		kind: 'debug-page',
		what: 'Express’ error page with a stack trace',
		made: 'express',
		is: all(/\bat (?:new )?Layer\.handle(?:Request\b| ?\[as |_request\b|\b)/),
	},
	{
		kind: 'debug-page',
		what: 'Werkzeug’s traceback',
		made: 'flask',
		is: all(/\bEVALEX = false\b/),
	},
	{
		kind: 'debug-page',
		what: 'a Python traceback',
		made: 'python',
		is: all(/Traceback \(most recent call last\):?[\s\S]{0,400}\bFile (?:"|&quot;|&#34;)/),
	},
];

/** The developer's page in an answer that is an error; `null` for a page of the site's own. */
export function recogniseErrorPage(bytes: string): Diagnostic | null {
	const page = ERROR_PAGES.find(({ is }) => is(bytes));
	return page === undefined
		? null
		: { kind: page.kind, what: page.what, made: page.made, names: [] };
}

/** Scripts of a development server, by their path on a page. */
const DEVELOPMENT: readonly (readonly [path: RegExp, text: RegExp, made: string, what: string])[] =
	[
		[
			/\/@vite\/client$/,
			/\bcreateHotContext\b|vite\/dist\/client|HMRContext/,
			'vite',
			'Vite’s development server',
		],
		[/\/_next\/static\/development\//, /./, 'nextjs', 'Next.js’ development server'],
		[
			/\.m?js$/,
			/\/webpack-dev-server\/client\/index\.js|\/react-dev-utils\/webpackHotDevClient\.js/,
			'webpack',
			'webpack’s development server',
		],
		[
			/\/_next\/static\/chunks\/.*\.js$/,
			/\(app-pages-browser\)\/\.\/node_modules\/next\/dist\/|\[turbopack\]\/browser\/dev\/hmr-client/,
			'nextjs',
			'Next.js’ development server',
		],
	];

/** What a script of the page says of the server that made it; `null` for a build. */
export function recogniseDevelopmentScript(url: string, text: string): Diagnostic | null {
	const { pathname } = new URL(url);
	const found = DEVELOPMENT.find(([path, inside]) => path.test(pathname) && inside.test(text));
	if (found === undefined) return null;
	const [, , made, what] = found;
	return { kind: 'development-server', what, made, names: [] };
}
