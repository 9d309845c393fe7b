import { withoutComments } from '../deploy/code-text.ts';

/**
 * What the code of a health route does: `constant` answers the same whatever happens, `asks` does something
 * before it answers; `null` where the handler is elsewhere or could not be made out.
 */
export type HealthHandler = 'constant' | 'asks' | null;

/** A handler that answers a constant is short. */
const MOST_CHARACTERS = 1_500;

/** Calls that only answer, tell the time or register the route; by their last word. */
const HARMLESS =
	/^(?:get|head|all|any|use|route|add|json|send|sendStatus|status|end|write|writeHead|setHeader|set|header|headers|type|text|html|code|body|reply|respond|jsonify|make_response|Response|NextResponse|JsonResponse|HttpResponse|JSONResponse|PlainTextResponse|Write|WriteHeader|WriteString|Fprint|Fprintf|Fprintln|String|JSON|Set|Header|Add|HandleFunc|Handle|HandlerFunc|GET|Get|HEAD|Head|Any|Controller|HttpCode|now|Date|toISOString|getTime|uptime|round|floor|isoformat|time|byte|H|Map|stringify|Encode|NewEncoder|Json|Ok|Results|MapGet|plain|response|render|handler|GetMapping|RequestMapping|of)$/;
const KEYWORDS = /^(?:function|async|return|func|def|fn|export|default|new)$/;
/** What decides, waits or may fail. */
const DECIDES =
	/\b(?:await|if|try|catch|except|rescue|switch|case|throw|raise|yield|select|go|require|import)\b|\?[^.?:\n]{1,60}:|\.then\s*\(/;
const ANSWERS =
	/\b(?:json|send|sendStatus|end|Response|NextResponse|JsonResponse|HttpResponse|jsonify|Write|WriteString|WriteHeader|Fprint\w*|String|JSON|Encode|return|body|text|render|Ok)\b/;

/** Of the route whose registration is on this line, 1-based. Never throws, linear. */
export function healthHandlerIn(file: string, text: string, line: number): HealthHandler {
	const isIndented = /\.(?:py|rb)$/.test(file);
	const code = withoutComments(text, isIndented ? 'hash' : 'c');
	const from = startOf(code, line);
	const region = isIndented ? indentedFrom(code, from) : bracketedFrom(code, from, line === 1);
	if (region === null || region.length > MOST_CHARACTERS || !ANSWERS.test(region)) return null;
	return isConstant(region) ? 'constant' : 'asks';
}

function startOf(code: string, line: number): number {
	let at = 0;
	for (let count = 1; count < line; count += 1) {
		const next = code.indexOf('\n', at);
		if (next < 0) return at;
		at = next + 1;
	}
	return at;
}

/** A decorator with the function below it, up to the next line that stands as far out. */
function indentedFrom(code: string, from: number): string | null {
	const lines = code.slice(from, from + 2 * MOST_CHARACTERS).split('\n');
	const start = lines.findIndex((one) => /^\s*(?:async\s+)?def\s/.test(one));
	// The handler of a table of routes stands elsewhere.
	if (start < 0 || !lines.slice(0, start).every((one) => /^\s*(?:@|$|\)|["'\w])/.test(one)))
		return null;
	if (!/^\s*@/.test(lines[0] ?? '')) return null;
	const depth = /^\s*/.exec(lines[start] ?? '')?.[0].length ?? 0;
	const rest = lines.slice(start + 1);
	const end = rest.findIndex((one) => one.trim() !== '' && indentOf(one) <= depth);
	return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;

/** The call that registers the route with its handler, or the method below a decorator. */
function bracketedFrom(code: string, from: number, isWhole: boolean): string | null {
	// A file that is a route holds its handler and nothing else.
	const exported = isWhole
		? /export\s+(?:default\s+)?(?:async\s+)?(?:function|const)/.exec(code)
		: null;
	if (exported !== null) return bodyAt(code, exported.index);
	const isDecorator = /^\s*@/.test(code.slice(from, from + 200));
	if (isDecorator) return bodyAt(code, from);
	const open = code.indexOf('(', from);
	if (open < 0 || open - from > 200) return null;
	const close = closing(code, open);
	if (close === null) return null;
	const call = code.slice(open + 1, close);
	if (/=>|\bfunction\b|\bfunc\s*\(/.test(call)) return call;
	const name = /,\s*([A-Za-z_$][\w$]*)\s*$/.exec(call)?.[1];
	return name === undefined ? null : namedBody(code, name);
}

function namedBody(code: string, name: string): string | null {
	const found = new RegExp(
		`(?:\\bfunction\\s+|\\bfunc\\s+(?:\\([^)\\n]{0,60}\\)\\s*)?|\\b(?:const|let|var)\\s+)${name.replaceAll('$', '\\$')}\\b`,
	).exec(code);
	return found === null ? null : bodyAt(code, found.index);
}

/** What the first braces after the parameters hold; an arrow's expression where it has none. */
function bodyAt(code: string, from: number): string | null {
	const text = code.slice(from, from + 2 * MOST_CHARACTERS);
	const arrow = /=>\s*([^{\s][^;\n]*)/.exec(text);
	const brace = /(?:\)|=>)[^{}();]{0,80}\{/.exec(text);
	if (arrow !== null && (brace === null || arrow.index < brace.index)) return `return ${arrow[1]}`;
	if (brace === null) return null;
	const open = brace.index + brace[0].length - 1;
	const close = closing(text, open);
	return close === null ? null : text.slice(open + 1, close);
}

function closing(code: string, open: number): number | null {
	let depth = 0;
	const end = Math.min(code.length, open + 2 * MOST_CHARACTERS);
	for (let at = open; at < end; at += 1) {
		const character = code.charAt(at);
		if (/["'`]/.test(character)) at = quoteEnd(code, at, end);
		else if (/[([{]/.test(character)) depth += 1;
		else if (/[)\]}]/.test(character)) depth -= 1;
		if (depth === 0) return at;
	}
	return null;
}

function quoteEnd(code: string, open: number, end: number): number {
	const quote = code.charAt(open);
	for (let at = open + 1; at < end; at += 1) {
		if (code.charAt(at) === '\\') at += 1;
		else if (code.charAt(at) === quote) return at;
	}
	return end;
}

function isConstant(region: string): boolean {
	const bare = region.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.)*`/g, "''");
	if (DECIDES.test(bare)) return false;
	for (const [, name = ''] of bare.matchAll(/([A-Za-z_$][\w$]*)\s*(?:<[^<>()\n]{0,40}>)?\s*\(/g)) {
		if (!HARMLESS.test(name) && !KEYWORDS.test(name)) return false;
	}
	return true;
}
