import type { Match } from './secret-match.ts';

/** A line longer than this is cut around the secret. */
const MOST_SHOWN = 160;
/** Characters of a line that are searched for allow comments. */
const MOST_SEARCHED = 2_000;

const ALLOWED =
	/launch-ready:allow|gitleaks:allow|betterleaks:allow|kingfisher:(?:ignore|allow)|trufflehog:ignore|ggignore|pragma: ?(?:allow|white)list secret|secretlint-disable-line/;
const ALLOWED_NEXT =
	/launch-ready:allow-next-line|pragma: ?(?:allow|white)list nextline secret|secretlint-disable-next-line/;

/**
 * Whether the line, or the one before, carries an allow comment, ours or another secret scanner's.
 * `nosec` does not count: it speaks of code, and stands on lines for other reasons.
 */
export function isAllowed(text: string, { start, end }: Match): boolean {
	const from = lineStart(text, start);
	const own = text.slice(Math.max(from, start - MOST_SEARCHED), lineEnd(text, end));
	if (ALLOWED.test(own) && !ALLOWED_NEXT.test(own)) return true;
	const before = from === 0 ? '' : text.slice(lineStart(text, from - 1), from - 1);
	return ALLOWED_NEXT.test(before.slice(0, MOST_SEARCHED));
}

/** Gives line numbers to offsets that only grow. */
export function lineCounter(text: string): (offset: number) => number {
	let line = 1;
	let counted = 0;
	return (offset) => {
		for (let at = text.indexOf('\n', counted); at !== -1 && at < offset; ) {
			line++;
			counted = at + 1;
			at = text.indexOf('\n', counted);
		}
		return line;
	};
}

/**
 * The line of a match, with every secret on it taken out, and everything else that is long and mixed
 * enough to be one: what our rules do not know must not be shown either.
 */
export function redactedLine(text: string, match: Match, all: readonly Match[]): string {
	const from = Math.max(lineStart(text, match.start), match.start - MOST_SHOWN);
	const to = Math.min(lineEnd(text, match.start), match.start + MOST_SHOWN);
	let shown = '';
	let at = from;
	for (const one of all) {
		const [start, end] = withRest(text, one);
		if (end <= at || start >= to) continue;
		shown += redactedRest(text.slice(at, Math.max(at, start))) + MARK;
		at = end;
	}
	if (at < to) shown += redactedRest(text.slice(at, to));
	return Buffer.from(shown, 'latin1').toString('utf8').trim().slice(0, MOST_SHOWN);
}

const MARK = '[redacted]';

const VARIABLE =
	/(?:^|[^A-Za-z0-9_])([A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,6})["']?[ \t]{0,4}[:=][ \t]{0,4}["'`]?$/;

/** The environment variable that a match is assigned to; empty where none stands before it. */
export function variableBefore(text: string, { start }: Match): string {
	return VARIABLE.exec(text.slice(Math.max(0, start - 120), start))?.[1] ?? '';
}

/** What touches a secret may belong to it: a longer form that its rule does not know. */
function withRest(text: string, { start, end }: Match): readonly [number, number] {
	let from = start;
	while (from > 0 && start - from < 200 && /[\w+/-]/.test(text.charAt(from - 1))) from--;
	let to = end;
	while (to < text.length && to - end < 200 && /[\w+/=-]/.test(text.charAt(to))) to++;
	return [from, to];
}

function redactedRest(text: string): string {
	return text.replace(/[\w+/=.~!@#%^&*-]{16,}/g, (run) =>
		/\d/.test(run) && /[A-Za-z]/.test(run) ? MARK : run,
	);
}

/** Of the line that holds an offset; looks no further back than a line is ever shown. */
function lineStart(text: string, offset: number): number {
	const floor = Math.max(0, offset - MOST_SEARCHED);
	const newline = text.slice(floor, offset).lastIndexOf('\n');
	return newline === -1 ? floor : floor + newline + 1;
}

function lineEnd(text: string, offset: number): number {
	const newline = text.slice(offset, offset + MOST_SEARCHED).indexOf('\n');
	return newline === -1 ? Math.min(text.length, offset + MOST_SEARCHED) : offset + newline;
}
