import { withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';
import { routeFinder } from './registered-route.ts';

/** A route that says whether the service lives. */
export interface HealthRoute {
	/** From the root of the host, as far as the code tells; empty where it does not. */
	readonly path: string;
	/** 1-based. */
	readonly line: number;
}

/** What people call it; the weak names mean something else below another word. */
const STRONG =
	'_?health(?:[-_.]?checks?|z|y)?|livez?|liveness|readyz?|readiness|heartbeat|_ah/health';
const WEAK = 'alive|_?ping|up|status';
const AROUND =
	'(?:api|v\\d{1,2}|internal|_internal|system|admin|public|management|actuator|monitoring|app|service|server|rest|_|-)/';
const SUFFIX = '(?:/(?:live(?:ness)?|ready|readiness|startup|check))?/?';
const finder = routeFinder(
	`/?(?:(?:[\\w.-]{1,30}/){0,3}(?:${STRONG})|(?:${AROUND}){0,3}(?:${WEAK}))${SUFFIX}`,
);

const SETTING =
	/\b(?:health(?:[-_]?check)?(?:[-_]?(?:path|url|endpoint|route))?|healthCheckPath)["']?\s*(?::|=>|=)\s*["'`](\/[\w./-]{1,60})["'`]/i;
/** Libraries that bring the route with them, where they are set up. */
const LIBRARIES: readonly (readonly [used: RegExp, path: string])[] = [
	[/rails\/health#show/, '/up'],
	[/\bcreateTerminus\s*\(/, '/health'],
	[/\bTerminusModule\b|\bHealthCheckService\b/, '/health'],
	[/\bcreateLightship\s*\(/, '/health'],
	[/health_check\.urls|watchman\.urls/, '/health/'],
	[/\bexposeStatusRoute\b/, '/status'],
	[/\bfastify-healthcheck\b|\bfastifyHealthcheck\b/, '/health'],
	[/\bexpress-healthcheck\b/, ''],
	[/\bOkComputer\b|\bHealthMonitor\b/, ''],
	[/\bHealthCheck(?:Json)?Results?Controller\b/, ''],
	[/\bMapHealthChecks\s*\(|\bUseHealthChecks\s*\(/, ''],
];

const MAY =
	/["'`/ ](?:_?health|live|read[yi]|heartbeat|_?ping\b|up["'`]|status|alive)|health|Terminus|OkComputer|exposeStatusRoute/i;

/** In code, or by the name of the file where a framework makes routes of files. */
export function healthRouteIn(file: string, text: string): HealthRoute | null {
	const named = routeOfFile(file);
	if (named !== null) return { path: named, line: 1 };
	// A browser's code asks for the route and has none.
	if (!MAY.test(text) || /\.(?:jsx|tsx|vue|svelte)$/.test(file)) return null;
	const code = withoutComments(text, /\.(?:py|rb|exs?)$/.test(file) ? 'hash' : 'c');
	const registered = finder(code);
	if (registered !== null) {
		return { path: registered.path, line: lineAt(code, registered.index) };
	}
	const setting = SETTING.exec(code);
	if (setting !== null) return { path: setting[1] ?? '', line: lineAt(code, setting.index) };
	for (const [used, path] of LIBRARIES) {
		const match = used.exec(code);
		if (match !== null) return { path, line: lineAt(code, match.index) };
	}
	return null;
}

const NAME = `(?:${STRONG}|${WEAK})`;
const SCRIPT = '\\.[cm]?[jt]s';
const FILES: readonly RegExp[] = [
	// Next.js, both routers.
	new RegExp(`(?:^|/)app/((?:[\\w().@-]{1,60}/){0,6}${NAME})/route${SCRIPT}x?$`),
	new RegExp(`(?:^|/)pages/(api/(?:[\\w.-]{1,60}/){0,4}${NAME})(?:/index)?${SCRIPT}$`),
	// Astro.
	new RegExp(`(?:^|/)src/pages/((?:api/)?${NAME})(?:\\.json|\\.txt)?${SCRIPT}$`),
	// Nitro.
	new RegExp(`(?:^|/)server/(api/(?:[\\w.-]{1,60}/){0,4}${NAME})(?:/index)?(?:\\.get)?${SCRIPT}$`),
	new RegExp(
		`(?:^|/)server/routes/((?:[\\w.-]{1,60}/){0,4}${NAME})(?:/index)?(?:\\.get)?${SCRIPT}$`,
	),
	// SvelteKit, SolidStart.
	new RegExp(`(?:^|/)routes/((?:[\\w().-]{1,60}/){0,4}${NAME})/\\+server${SCRIPT}$`),
	// Remix.
	new RegExp(
		`(?:^|/)app/routes/(?:[\\w$]{1,40}[+/.]{1,2}){0,3}(${NAME})(?:/route|/index)?${SCRIPT}x?$`,
	),
	// Functions of platforms, and PHP's files.
	new RegExp(`^(api/${NAME})(?:/index)?${SCRIPT}$`),
	new RegExp(`^(?:netlify/)?functions/(?:api/)?(${NAME})(?:/index)?${SCRIPT}$`),
	/^(?:(?:public|www|web|html|public_html)\/)?((?:_?health(?:[-_]?check|z)?|ping|status)\.php)$/,
];

function routeOfFile(file: string): string | null {
	for (const pattern of FILES) {
		const path = pattern.exec(file)?.[1];
		if (path !== undefined) return `/${path.replace(/\([^()]*\)\/|@[\w-]+\//g, '')}`;
	}
	return null;
}

/** Packages that answer such a route without being asked to, and the route. */
const BUILT_IN: Readonly<Record<string, string>> = {
	'graphql-yoga': '/health',
	'@strapi/strapi': '/_health',
	'@medusajs/medusa': '/health',
	streamlit: '/_stcore/health',
	'quarkus-smallrye-health': '/q/health',
	'spring-boot-starter-actuator': '/actuator/health',
	'micronaut-management': '/health',
};

export const builtInHealthPath = (packageName: string): string | null =>
	Object.hasOwn(BUILT_IN, packageName) ? (BUILT_IN[packageName] ?? null) : null;
