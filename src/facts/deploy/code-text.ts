/**
 * The text with comments blanked out, so that offsets and lines stay: `c` for JavaScript, Go and their
 * like, `hash` for Python, Ruby and YAML. Strings are kept. A slash that begins a regular expression
 * with a quote in it can hide the rest of its line, no more.
 */
export function withoutComments(text: string, style: 'c' | 'hash'): string {
	const pattern =
		style === 'c'
			? /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
			: /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g;
	return text.replace(pattern, (found) => {
		const isComment =
			style === 'c' ? /^\/[/*]/.test(found) : found.startsWith('#') || /^(?:"""|''')/.test(found);
		return isComment ? found.replace(/[^\n]/g, ' ') : found;
	});
}

/** The arguments of a call whose opening bracket is at `open`, at the first level; `null` unclosed. */
export function argumentsAt(text: string, open: number): readonly string[] | null {
	const args: string[] = [];
	let depth = 0;
	let from = open + 1;
	const end = Math.min(text.length, open + MOST_ARGUMENTS);
	for (let at = open; at < end; at++) {
		const character = text.charAt(at);
		if (/["'`]/.test(character)) at = closingQuote(text, at, end);
		depth += nesting(character);
		if (depth > 1 || (depth === 1 && character !== ',')) continue;
		args.push(text.slice(from, at).trim());
		from = at + 1;
		if (depth === 0) return args.filter((arg) => arg !== '');
	}
	return cutShort(args);
}

const MOST_ARGUMENTS = 4_000;

function nesting(character: string): number {
	if (/[([{]/.test(character)) return 1;
	return /[)\]}]/.test(character) ? -1 : 0;
}

/** What came before an argument too long to read, such as a callback with a whole server in it. */
const cutShort = (args: readonly string[]): readonly string[] | null =>
	args.length === 0 ? null : args;

/** `end` where it is not closed. */
function closingQuote(text: string, open: number, end: number): number {
	const quote = text.charAt(open);
	for (let at = open + 1; at < end; at++) {
		if (text.charAt(at) === '\\') at++;
		else if (text.charAt(at) === quote) return at;
	}
	return end;
}

/** The value of a member of an object literal, as written; `null` where it is not there. */
export function memberOf(object: string, name: string): string | null {
	const args = argumentsAt(object, 0) ?? [];
	for (const arg of args) {
		const [, key = '', value] =
			/^["']?([A-Za-z_$][\w$]*)["']?\s*(?::\s*([\s\S]*))?$/.exec(arg) ?? [];
		if (key === name) return value ?? key;
	}
	return null;
}

/** The text of a plain string literal; `null` for anything else. */
export const literalOf = (expression: string): string | null =>
	/^(["'`])([^"'`$\\\n]*)\1$/.exec(expression.trim())?.[2] ?? null;
