/** A block of HCL: `resource "type" "name" { … }` with its attributes and inner blocks. */
export interface HclBlock {
	readonly type: string;
	readonly labels: readonly string[];
	/** 1-based. */
	readonly line: number;
	/** A quoted text without its quotes; everything else as it is written. */
	readonly attributes: ReadonlyMap<string, string>;
	readonly blocks: readonly HclBlock[];
}

const MOST_CHARACTERS = 256 * 1024;
const DEEPEST = 12;

interface Open {
	readonly block: HclBlock & { attributes: Map<string, string>; blocks: HclBlock[] };
}

/**
 * Blocks and attributes of HCL's native syntax, line by line, as far as monitoring resources use it: an
 * attribute's value is what stands on its line, and of a list or a map over several lines their text.
 * Heredocs are passed over. Never throws, linear.
 */
export function hclBlocks(text: string): readonly HclBlock[] {
	const top: HclBlock[] = [];
	const stack: Open[] = [];
	const lines = text.slice(0, MOST_CHARACTERS).split('\n');
	for (let at = 0; at < lines.length; at += 1) {
		const line = withoutComment(lines[at] ?? '').trim();
		const opens = /^([A-Za-z_][\w-]*)((?:\s+"[^"]*")*)\s*\{\s*(.*)$/.exec(line);
		const attribute = /^"?([A-Za-z_][\w.-]*)"?\s*[=:]\s*(.*)$/.exec(line);
		if (opens !== null && stack.length < DEEPEST) {
			at = open(opens, { at, top, stack });
		} else if (attribute !== null) {
			at = assign(attribute, { at, lines, stack });
		} else if (line.startsWith('}')) {
			stack.pop();
		}
	}
	return top;
}

function open(
	[, type = '', quoted = '', rest = '']: RegExpExecArray,
	{ at, top, stack }: { at: number; top: HclBlock[]; stack: Open[] },
): number {
	const labels = [...quoted.matchAll(/"([^"]*)"/g)].map(([, label = '']) => label);
	const block = { type, labels, line: at + 1, attributes: new Map<string, string>(), blocks: [] };
	const around = stack.at(-1)?.block.blocks ?? top;
	around.push(block);
	const inner = /^([A-Za-z_][\w-]*)\s*=\s*(.*?)\s*\}$/.exec(rest);
	if (inner !== null) block.attributes.set(inner[1] ?? '', unquoted(inner[2] ?? ''));
	else if (!rest.startsWith('}')) stack.push({ block });
	return at;
}

/** The line on which the value ends. */
function assign(
	[, name = '', first = '']: RegExpExecArray,
	{ at, lines, stack }: { at: number; lines: readonly string[]; stack: readonly Open[] },
): number {
	let end = at;
	let value = first;
	const heredoc = /^<<[-~]?\s*(\w+)/.exec(first)?.[1];
	if (heredoc !== undefined) {
		while (end + 1 < lines.length && (lines[end + 1] ?? '').trim() !== heredoc) end += 1;
		return end + 1;
	}
	let depth = nesting(first);
	while (depth > 0 && end + 1 < lines.length) {
		end += 1;
		const line = withoutComment(lines[end] ?? '');
		depth += nesting(line);
		value += `\n${line}`;
	}
	stack.at(-1)?.block.attributes.set(name, unquoted(value));
	return end;
}

function nesting(text: string): number {
	const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '');
	const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0;
	return count(/[[{(]/g) - count(/[\]})]/g);
}

function withoutComment(line: string): string {
	return line.replace(/"(?:[^"\\]|\\.)*"|#.*$|\/\/.*$/g, (found) =>
		found.startsWith('"') ? found : '',
	);
}

function unquoted(value: string): string {
	const text = value.trim().replace(/,$/, '');
	return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}
