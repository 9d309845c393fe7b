import { parseDocument } from 'yaml';
import { MOST_ROUTES } from '../../core/sequential-plan.ts';

/** GET operations of an OpenAPI 3 or Swagger 2 description that anybody can call as they stand. */
export interface OpenApiRoutes {
	/** Absolute, in the order of the file. */
	readonly urls: readonly string[];
	/** GET operations that were left out, by reason. */
	readonly left: { readonly parameters: number; readonly signIn: number; readonly beyond: number };
}

const MOST_ALIASES = 100;

type Json = Readonly<Record<string, unknown>>;

/**
 * JSON or YAML. Servers are resolved against `base`; a template in a server's URL takes its default. An
 * operation with a required parameter, or behind a sign-in (`security`), is left out: its answer to us
 * would not be the one that customers wait for. A string is why the text is no such description.
 */
export function openApiRoutes(text: string, base: string): OpenApiRoutes | string {
	const api = documentIn(text);
	if (typeof api === 'string') return api;
	const root = rootUrl(api, base);
	if (root === null) return 'its server is no http(s) URL';
	const left = { parameters: 0, signIn: 0, beyond: 0 };
	const urls: string[] = [];
	for (const [path, item] of Object.entries(mapIn(api, 'paths'))) {
		if (!isMap(item) || !isMap(item['get'])) continue;
		const url = routeAt(path, item, item['get'], { api, root });
		if (url === 'parameters' || url === 'signIn') left[url] += 1;
		else if (urls.length >= MOST_ROUTES) left.beyond += 1;
		else if (!urls.includes(url)) urls.push(url);
	}
	return { urls, left };
}

/** The URL of one GET operation, or why it is left out. */
function routeAt(
	path: string,
	item: Json,
	get: Json,
	{ api, root }: { api: Json; root: string },
): string {
	const url = urlOf(root, path);
	if (url === null || asksFor([item, get], api)) return 'parameters';
	return needsSignIn(get, api) ? 'signIn' : url;
}

function documentIn(text: string): Json | string {
	try {
		const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
		if (document.errors.length > 0) return 'it is neither JSON nor YAML';
		const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
		const isApi =
			isMap(value) && ('openapi' in value || 'swagger' in value) && isMap(value['paths']);
		return isApi ? value : 'it is no OpenAPI description: openapi and paths are missing';
	} catch {
		return 'it cannot be read as JSON or YAML';
	}
}

/** OpenAPI 3 §4.8.5 (servers), Swagger 2 (schemes, host, basePath). */
function rootUrl(api: Json, base: string): string | null {
	const servers = api['servers'];
	const server: unknown = Array.isArray(servers) ? servers[0] : undefined;
	const written = isMap(server) ? textIn(server, 'url') : swaggerRoot(api);
	const variables = isMap(server) ? mapIn(server, 'variables') : {};
	const filled = (written ?? '/').replace(/\{([^{}]*)\}/g, (whole, name: string) => {
		const variable = variables[name];
		return isMap(variable) ? (textIn(variable, 'default') ?? whole) : whole;
	});
	const url = URL.canParse(filled, base) ? new URL(filled, base) : null;
	return url !== null && /^https?:$/.test(url.protocol) ? url.href.replace(/\/$/, '') : null;
}

function swaggerRoot(api: Json): string | null {
	const host = textIn(api, 'host');
	const path = textIn(api, 'basePath') ?? '/';
	if (host === null) return path;
	const schemes = api['schemes'];
	const scheme = Array.isArray(schemes) && !schemes.includes('https') ? 'http' : 'https';
	return `${scheme}://${host}${path}`;
}

/** `null` where the path has a template. */
function urlOf(root: string, path: string): string | null {
	if (!path.startsWith('/') || /[{}]/.test(path) || !URL.canParse(root + path)) return null;
	return new URL(root + path).href;
}

function asksFor(holders: readonly Json[], api: Json): boolean {
	return holders.some((holder) => {
		const parameters = holder['parameters'];
		if (!Array.isArray(parameters)) return false;
		return parameters.some((one: unknown) => {
			const parameter = resolved(one, api);
			// One that points elsewhere may be required.
			return parameter === null || parameter['required'] === true;
		});
	});
}

/** A reference into the same document (RFC 6901), one step. */
function resolved(value: unknown, api: Json): Json | null {
	if (!isMap(value)) return null;
	const reference = textIn(value, '$ref');
	if (reference === null) return value;
	if (!reference.startsWith('#/')) return null;
	let at: unknown = api;
	for (const token of reference.slice(2).split('/')) {
		const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
		at = isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined;
	}
	return isMap(at) && textIn(at, '$ref') === null ? at : null;
}

/** An empty requirement among others makes all of them optional (OpenAPI 3 §4.8.30). */
function needsSignIn(get: Json, api: Json): boolean {
	const asked = 'security' in get ? get['security'] : api['security'];
	if (!Array.isArray(asked) || asked.length === 0) return false;
	return !asked.some((one: unknown) => isMap(one) && Object.keys(one).length === 0);
}

function mapIn(map: Json, key: string): Json {
	const value = map[key];
	return isMap(value) ? value : {};
}

function textIn(map: Json, key: string): string | null {
	const value = map[key];
	return typeof value === 'string' ? value : null;
}

function isMap(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
