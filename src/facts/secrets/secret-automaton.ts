/** Where a keyword ends in a text, and which one it is. */
interface Hits {
	readonly keywords: readonly number[];
	/** Index behind the keyword's last character. */
	readonly ends: readonly number[];
}

/** Finds every occurrence of many keywords in one pass, whatever the letter case. */
export interface Automaton {
	search(text: string): Hits;
}

const NO_HITS: Hits = { keywords: [], ends: [] };

/**
 * Aho–Corasick over bytes (latin1 text), ASCII case folded, with every failure link resolved into a
 * dense table: one look-up a character. States that end a keyword are numbered last, so that the
 * loop needs a single comparison. Keywords must be ASCII and not empty. Those in `cased` are found
 * where their last letter has the case that they write it in: the caller compares the others.
 */
export function automatonOf(
	keywords: readonly string[],
	cased: ReadonlySet<string> = new Set(),
): Automaton {
	const { classes, width } = classesOf(keywords);
	const trie = trieOf(keywords, classes, width);
	const order = breadthFirst(trie, width);
	const { table, first, outputs } = numbered(trie, order, width);
	/** Code of the last letter; -1 where any case will do. */
	const lasts = Int32Array.from(keywords, (one) =>
		cased.has(one) ? one.charCodeAt(one.length - 1) : -1,
	);
	return {
		search(text) {
			let hits: { keywords: number[]; ends: number[] } | null = null;
			let state = 0;
			for (let index = 0; index < text.length; index++) {
				const code = text.charCodeAt(index);
				state = table[state + (classes[code & 0xff] as number)] as number;
				if (state < first) continue;
				for (const keyword of outputs[(state - first) / width] as readonly number[]) {
					const last = lasts[keyword] as number;
					if (last !== -1 && last !== code) continue;
					hits ??= { keywords: [], ends: [] };
					hits.keywords.push(keyword);
					hits.ends.push(index + 1);
				}
			}
			return hits ?? NO_HITS;
		},
	};
}

/** Characters of keywords get a class each; all others share class 0, which leads to the root. */
function classesOf(keywords: readonly string[]): { classes: Uint8Array; width: number } {
	const classes = new Uint8Array(256);
	let width = 1;
	for (const character of new Set(keywords.join('').toLowerCase())) {
		classes[character.charCodeAt(0)] = width;
		classes[character.toUpperCase().charCodeAt(0)] = width;
		width++;
	}
	return { classes, width };
}

interface Trie {
	/** `next[state * width + class]`; 0 where there is no edge. Resolved by `breadthFirst`. */
	readonly next: Int32Array;
	readonly outputs: number[][];
}

function trieOf(keywords: readonly string[], classes: Uint8Array, width: number): Trie {
	const most = keywords.reduce((sum, { length }) => sum + length, 1);
	const next = new Int32Array(most * width);
	const outputs: number[][] = [[]];
	for (const [keyword, text] of keywords.entries()) {
		let state = 0;
		for (let index = 0; index < text.length; index++) {
			const edge = state * width + (classes[text.charCodeAt(index)] as number);
			if (next[edge] === 0) {
				next[edge] = outputs.length;
				outputs.push([]);
			}
			state = next[edge] as number;
		}
		outputs[state]?.push(keyword);
	}
	return { next, outputs };
}

/** Resolves failure links in place; gives the states in order of depth. */
function breadthFirst({ next, outputs }: Trie, width: number): Int32Array {
	const failure = new Int32Array(outputs.length);
	const order = new Int32Array(outputs.length);
	let count = 1;
	for (let at = 0; at < count; at++) {
		const state = order[at] as number;
		const behind = failure[state] as number;
		if (state !== 0) outputs[state]?.push(...(outputs[behind] as number[]));
		for (let index = 1; index < width; index++) {
			const edge = state * width + index;
			const fallback = state === 0 ? 0 : (next[behind * width + index] as number);
			const child = next[edge] as number;
			if (child === 0 || child === fallback) next[edge] = fallback;
			else {
				failure[child] = fallback;
				order[count++] = child;
			}
		}
	}
	return order;
}

function numbered({ next, outputs }: Trie, order: Int32Array, width: number) {
	const isEnd = (state: number) => (outputs[state] as number[]).length > 0;
	const quiet = order.filter((state) => !isEnd(state));
	const ends = order.filter(isEnd);
	const place = new Int32Array(outputs.length);
	for (const [index, state] of quiet.entries()) place[state] = index * width;
	for (const [index, state] of ends.entries()) place[state] = (quiet.length + index) * width;
	const table = new Int32Array(outputs.length * width);
	for (let state = 0; state < outputs.length; state++) {
		const from = state * width;
		const to = place[state] as number;
		for (let index = 0; index < width; index++) {
			table[to + index] = place[next[from + index] as number] as number;
		}
	}
	return {
		table,
		first: quiet.length * width,
		outputs: Array.from(ends, (state) => outputs[state] as readonly number[]),
	};
}
