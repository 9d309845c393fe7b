/** Part of a line that is not shown, and the word that stands in its place. */
export interface Masked {
	readonly start: number;
	readonly end: number;
	readonly label: string;
}

const BEFORE = 100;
const AFTER = 60;
/** Of a line that is longer, what is looked at around the value. */
const MOST_LINE = 2_000;
/** Stand-ins while the rest is masked: characters that latin1 text does not have. */
const [OPEN, CLOSE] = ['\ue000', '\ue001'];
/** Of the value that the line is shown for. */
const CHOSEN = '\ue002';

/**
 * The line around a value as the program that wrote it would be searched for: names stay, and what
 * stands behind them, in quotes, or looks like a value goes.
 */
export function linePattern(text: string, value: Masked, all: readonly Masked[]): string {
	const floor = Math.max(0, value.start - MOST_LINE);
	const from = floor + text.slice(floor, value.start).lastIndexOf('\n') + 1;
	const rest = text.slice(value.end, value.end + MOST_LINE);
	const to = value.end + (rest.split('\n', 1)[0] ?? '').length;
	let marked = '';
	let at = from;
	for (const one of all) {
		if (one.start < at || one.end > to || (one.end === one.start && one !== value)) continue;
		const mark = one === value ? CHOSEN : '';
		const label = one.end === one.start ? '' : `${OPEN}${one.label}${CLOSE}`;
		marked += text.slice(at, one.start) + mark + label;
		at = one.end;
	}
	return around(masked(marked + text.slice(at, to)));
}

function around(line: string): string {
	const chosen = line.indexOf(CHOSEN);
	const before = line.slice(0, Math.max(0, chosen));
	const after = line.slice(chosen + 1);
	const end = after.indexOf(CLOSE);
	const shown = before.slice(-BEFORE) + after.slice(0, Math.max(end + 1, 0) + AFTER);
	return shown
		.replaceAll(OPEN, '[')
		.replaceAll(CLOSE, ']')
		.replace(/[^\x20-\x7e\u2026]/g, '?')
		.trim();
}

const TOKEN =
	/(["'])((?:\\.|(?!\1)[^\\])*)\1(?=(\s{0,2}(?::|=>))?)|([=:]\s{0,2})([^\s"',;&{}[\]()=:]+)|[^\s"'=:,;&{}[\]()/?]+|["']/g;

/** Bounded: a string in a string in a string, and no deeper. */
function masked(text: string, depth = 3): string {
	return text
		.replace(TOKEN, (token, quote, inner, colon, equals, value) => {
			if (quote !== undefined) {
				const isName = colon !== undefined && /^\ue002?[\w.-]{1,40}$/.test(inner);
				if (isName || inner === '') return token;
				if (!hasMark(inner) || depth === 0) return `${quote}${kept(inner)}${quote}`;
				return `${quote}${masked(inner.replace(/\\(["'])/g, '$1'), depth - 1)}${quote}`;
			}
			if (equals !== undefined) return `${equals}${kept(value)}`;
			return isWord(token) ? token : kept(token);
		})
		.replace(/(?:\u2026[\s:/.-]{0,2}){2,}/g, '\u2026 ');
}

const hasMark = (text: string): boolean => text.includes(OPEN) || text.includes(CHOSEN);

/** Of a value only the stand-ins in it. */
function kept(text: string): string {
	return text.match(/\ue002?\ue000[^\ue001]*\ue001|\ue002/g)?.join('\u2026') ?? '\u2026';
}

const isWord = (token: string): boolean => /^\ue002?[A-Za-z_.!#<>|*-]{1,24}$|^["']$/.test(token);
