/** A key of a block mapping, with the keys around it. */
export interface IndentedKey {
	readonly path: readonly string[];
	/** Empty where a mapping follows. */
	readonly value: string;
}

const KEY = /^( *)('[^']+'|"[^"]+"|[^\s:#][^:]*):(?: (.*))?$/;

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2');

/**
 * Keys of the YAML that package managers write: block mappings, two blanks a level. In one pass, so that a
 * lock of megabytes costs milliseconds. Ends at a key of the first level that `until` matches.
 */
export function* indentedKeys(text: string, until?: RegExp): Generator<IndentedKey> {
	let path: readonly string[] = [];
	for (const line of text.split('\n')) {
		if (until?.test(line)) return;
		const [, spaces = '', key = '', value = ''] = KEY.exec(line.replace(/\r$/, '')) ?? [];
		if (key === '') continue;
		path = [...path.slice(0, spaces.length / 2), unquoted(key)];
		yield { path, value: unquoted(value) };
	}
}
