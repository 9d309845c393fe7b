/** Where code says that requests for a path are handled. */
export interface RegisteredRoute {
	/** From the root of the host, as far as the code tells. */
	readonly path: string;
	/** Of the registration in the code. */
	readonly index: number;
}

const METHODS =
	'get|head|all|any|use|route|register|add|forward|GET|HEAD|Any|Get|Head|Handle|HandleFunc|HandlerFunc|MapGet|MapHealthChecks|add_url_rule|add_api_route|add_route|add_get';

/** Callers, not routers: they ask somebody else. */
const CALLERS =
	/(?:axios|https?|[cC]lient|request|ky|got|superagent|requests|session|httpx|agent|cy|page|instance|fetcher|test|urllib|RestTemplate|nock|msw|rest|mock)$/;
/** What follows a path where requests are handled. */
const HANDLED =
	/^\s*(?:,\s*(?!\{\s*(?:headers|params|timeout|signal))\S|\)\s*(?:\.|\{|$|\r)|\]|$|\r|,\s*$|\)\s*\]|\s+do\b|\s*=>)/;

/**
 * Finds routers' calls, decorators and attributes of the usual frameworks in code without comments.
 * `path` is a regular expression's source without groups that capture.
 */
export function routeFinder(path: string): (code: string) => RegisteredRoute | null {
	// Anchors of Django and Go's methods are no part of the path.
	const quoted = `[rf]?["'\`](?:(?:GET|HEAD) )?\\^?(${path})\\$?["'\`]`;
	const registered = new RegExp(
		`(?:(?:\\.|->|::)(?:${METHODS})|@(?:Controller|Get|GetMapping|RequestMapping|Path)|#\\[(?:Route|get)|\\b(?:re_)?path|\\burl|\\b[Rr]oute|\\bresource|^\\s*(?:get|match|forward|mount))\\s*(?:<[^>\\n]{0,60}>)?\\s*\\(?\\s*(?:(?:value|path)\\s*=\\s*\\{?\\s*)?${quoted}([^\\n]{0,40})`,
		'gm',
	);
	// `{ method: 'GET', url: '/health', handler }`.
	const option = new RegExp(`\\b(?:url|path)\\s*:\\s*${quoted}`, 'g');
	const compared = new RegExp(
		`(?:pathname|\\burl|\\bpath|URL\\.Path|PATH_INFO|REQUEST_URI|path_info)["'\\]]{0,2}[^\\n]{0,60}(?:===?|startsWith\\(|in\\s*[\\[({])\\s*${quoted}|\\bcase\\s+${quoted}\\s*:`,
	);
	return (code) =>
		called(code, registered) ??
		optionIn(code, option) ??
		first(code, compared, ([, at, other]) => at ?? other ?? '');
}

function called(code: string, registered: RegExp): RegisteredRoute | null {
	for (const match of code.matchAll(registered)) {
		const [whole, at = '', rest = ''] = match;
		const receiver = code.slice(Math.max(0, match.index - 40), match.index);
		const isCall = CALLERS.test(receiver) && !whole.startsWith('.Handle');
		const isHandled = HANDLED.test(rest) || whole.startsWith('.MapHealthChecks');
		if (!isCall && isHandled) return route(code, match.index, at);
	}
	return null;
}

function optionIn(code: string, option: RegExp): RegisteredRoute | null {
	for (const match of code.matchAll(option)) {
		if (isHandler(code, match.index)) return route(code, match.index, match[1] ?? '');
	}
	return null;
}

function first(
	code: string,
	pattern: RegExp,
	pathOf: (match: RegExpExecArray) => string,
): RegisteredRoute | null {
	const match = pattern.exec(code);
	return match === null ? null : route(code, match.index, pathOf(match));
}

/** A browser's router has such options as well, with an element in the place of a handler. */
function isHandler(code: string, index: number): boolean {
	const around = code.slice(Math.max(0, index - 200), index + 300);
	return /\bhandler\b|\bmethod\s*:/.test(around) && !/\b(?:component|element)\s*:/.test(around);
}

function route(code: string, index: number, path: string): RegisteredRoute {
	return {
		path: path.startsWith('/') ? path : `/${path}`,
		index: index + (/^\s*/.exec(code.slice(index))?.[0].length ?? 0),
	};
}
