/** One piece of a structured header field (RFC 5322 §3.2). */
export interface FieldToken {
	readonly kind: 'text' | 'quoted' | 'comment' | 'space';
	/** Without quotes, parentheses and the backslashes of quoted pairs. */
	readonly text: string;
}

/**
 * Cuts a field into comments (nested ones whole), quoted strings, white space and the rest. What is not
 * closed ends with the field. Never throws, linear.
 */
export function fieldTokens(value: string): readonly FieldToken[] {
	const tokens: FieldToken[] = [];
	let at = 0;
	while (at < value.length) {
		const first = value.charAt(at);
		const [token, end] =
			first === '('
				? comment(value, at)
				: first === '"'
					? quoted(value, at)
					: run(value, at, /[ \t\r\n]/.test(first) ? 'space' : 'text');
		tokens.push(token);
		at = end;
	}
	return tokens;
}

type Cut = readonly [token: FieldToken, end: number];

function comment(value: string, start: number): Cut {
	let depth = 1;
	let at = start + 1;
	const text: string[] = [];
	while (at < value.length) {
		let char = value.charAt(at);
		if (char === '\\') {
			at += 1;
			char = value.charAt(at);
		} else if (char === '(') depth += 1;
		else if (char === ')') {
			depth -= 1;
			if (depth === 0) break;
		}
		text.push(char);
		at += 1;
	}
	return [{ kind: 'comment', text: text.join('') }, at + 1];
}

function quoted(value: string, start: number): Cut {
	let at = start + 1;
	const text: string[] = [];
	while (at < value.length && value.charAt(at) !== '"') {
		if (value.charAt(at) === '\\') at += 1;
		text.push(value.charAt(at));
		at += 1;
	}
	return [{ kind: 'quoted', text: text.join('') }, at + 1];
}

function run(value: string, start: number, kind: 'text' | 'space'): Cut {
	const others = kind === 'space' ? /[^ \t\r\n]/g : /[ \t\r\n("]/g;
	others.lastIndex = start;
	const end = others.exec(value)?.index ?? value.length;
	return [{ kind, text: value.slice(start, end) }, end];
}
