import type { ChalkInstance } from 'chalk';
import type { RecordLint } from '../facts/mail/lint-record.ts';
import { visible, visibleLines } from '../report/visible-text.ts';

interface Look {
	readonly chalk: ChalkInstance;
	/** Columns. */
	readonly width: number;
}

type Rule = RecordLint['rules'][number];

/** For people: each broken rule under the place where it is broken, then the record as it should be. */
export function lintText(text: string, lint: RecordLint, look: Look): string {
	const { chalk } = look;
	const { type, valid, rules, more, fixed } = lint;
	const head = chalk.bold(`${type}: ${valid ? 'valid' : 'not valid'}`);
	const told = rules.map((rule) => ruleText(text, rule, look));
	const rest = more > 0 ? [`  and ${more} more`] : [];
	const repair = fixed === null ? [] : [repairText(fixed, look)];
	return `${[head, ...told, ...rest, ...repair].join('\n\n')}\n`;
}

const COLORS = { error: 'red', warning: 'yellow', info: 'dim' } as const;

function ruleText(text: string, rule: Rule, { chalk, width }: Look): string {
	const { severity, message, section, position } = rule;
	const word = chalk[COLORS[severity]](severity);
	const line = `  ${word} ${rule.rule}: ${visible(message)} (${section})`;
	return position === null ? line : `${excerpt(text, position, width)}\n${line}`;
}

/** Shown before the place. */
const BEFORE = 30;
const INDENT = '  ';

/**
 * The line around a place with a caret under it. ASCII alone, so that every character is one column
 * wide and the caret stands where it should.
 */
function excerpt(text: string, position: number, width: number): string {
	const lineStart = text.lastIndexOf('\n', position - 1) + 1;
	const lineEnd = text.indexOf('\n', position);
	const end = lineEnd === -1 ? text.length : lineEnd;
	const from = position - lineStart > BEFORE ? position - BEFORE : lineStart;
	const room = Math.max(BEFORE, width - INDENT.length - 10);
	const to = Math.min(end, from + room);
	const before = (from > lineStart ? '...' : '') + plain(text.slice(from, position));
	const after = plain(text.slice(position, Math.max(position, to))) + (to < end ? '...' : '');
	const number = lineStart === 0 && lineEnd === -1 ? '' : `${lineNumber(text, lineStart)}: `;
	const shown = `${INDENT}${number}${before}${after}`;
	return `${shown}\n${' '.repeat(INDENT.length + number.length + before.length)}^`;
}

function lineNumber(text: string, lineStart: number): number {
	return text.slice(0, lineStart).split('\n').length;
}

/** A dash that is no hyphen is shown as what it is. */
function plain(text: string): string {
	return visible(text).replace(/[^\x20-\x7e]/gu, (character) => {
		return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
	});
}

/** RFC 1035 §3.3. */
const STRING_BYTES = 255;
/** No record is longer. */
const LONGEST = 70_000;

function repairText(fixed: string, { chalk }: Look): string {
	const lines = [chalk.bold('Corrected:'), visibleLines(fixed.trimEnd(), LONGEST)];
	if (fixed.length <= STRING_BYTES || fixed.includes('\n')) return lines.join('\n');
	const strings = fixed.match(new RegExp(`[^]{1,${STRING_BYTES}}`, 'g')) ?? [];
	const quoted = strings.map((one) => `"${visible(one).replace(/["\\]/g, '\\$&')}"`).join(' ');
	return [...lines, chalk.bold('In strings of 255, as a zone file writes it:'), quoted].join('\n');
}
