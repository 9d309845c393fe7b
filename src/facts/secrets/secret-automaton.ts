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

/**
 * Aho–Corasick over bytes (latin1 text), ASCII case folded, with every failure link resolved into a
 * dense table: one look-up a character. States that end a keyword are numbered last, so that the
 * loop needs a single comparison. Keywords must be ASCII and not empty.
 */
export function automatonOf(keywords: readonly string[]): Automaton {
	const { classes, width } = classesOf(keywords);
	const trie = trieOf(keywords, classes, width);
	const order = breadthFirst(trie, width);
	const { table, first, outputs } = numbered(trie, order, width);
	return {
		search(text) {
			const found: number[] = [];
			const ends: number[] = [];
			let state = 0;
			for (let index = 0; index < text.length; index++) {
				state = table[state + (classes[text.charCodeAt(index) & 0xff] as number)] as number;
				if (state < first) continue;
				for (const keyword of outputs[(state - first) / width] as readonly number[]) {
					found.push(keyword);
					ends.push(index + 1);
				}
			}
			return { keywords: found, ends };
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
	readonly next: number[];
	readonly outputs: number[][];
}

function trieOf(keywords: readonly string[], classes: Uint8Array, width: number): Trie {
	const next: number[] = new Array(width).fill(0);
	const outputs: number[][] = [[]];
	for (const [keyword, text] of keywords.entries()) {
		let state = 0;
		for (const character of text.toLowerCase()) {
			const edge = state * width + (classes[character.charCodeAt(0)] as number);
			if (next[edge] === 0) {
				next[edge] = outputs.length;
				outputs.push([]);
				for (let index = 0; index < width; index++) next.push(0);
			}
			state = next[edge] as number;
		}
		outputs[state]?.push(keyword);
	}
	return { next, outputs };
}

/** Resolves failure links in place; gives the states in order of depth. */
function breadthFirst({ next, outputs }: Trie, width: number): readonly number[] {
	const failure: number[] = new Array(outputs.length).fill(0);
	const order = [0];
	for (const state of order) {
		const behind = failure[state] as number;
		outputs[state]?.push(...(state === 0 ? [] : (outputs[behind] as number[])));
		for (let index = 1; index < width; index++) {
			const edge = state * width + index;
			const fallback = state === 0 ? 0 : (next[behind * width + index] as number);
			const child = next[edge] as number;
			if (child === 0 || child === fallback) next[edge] = fallback;
			else {
				failure[child] = fallback;
				order.push(child);
			}
		}
	}
	return order;
}

function numbered({ next, outputs }: Trie, order: readonly number[], width: number) {
	const isEnd = (state: number) => (outputs[state] as number[]).length > 0;
	const quiet = order.filter((state) => !isEnd(state));
	const ends = order.filter(isEnd);
	const place: number[] = new Array(outputs.length).fill(0);
	for (const [index, state] of [...quiet, ...ends].entries()) place[state] = index * width;
	const table = new Int32Array(outputs.length * width);
	for (const state of order) {
		for (let index = 0; index < width; index++) {
			const to = next[state * width + index] as number;
			table[(place[state] as number) + index] = place[to] as number;
		}
	}
	return {
		table,
		first: quiet.length * width,
		outputs: ends.map((state) => outputs[state] as readonly number[]),
	};
}
