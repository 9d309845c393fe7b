import { type Reading, reading } from './reading.ts';
import { mapsIn, nodeAt, type TextNode, type TreeNode, textAt, wordsAt } from './tree-node.ts';

/**
 * Exports of Postman, Insomnia and their like: lists of `{ key, value }` (or `name`) under `auth`,
 * headers and variables, and maps under `authentication`.
 */
export function readApiExport(trees: readonly TreeNode[]): readonly Reading[] {
	return trees.flatMap((tree) =>
		[...mapsIn(tree)].flatMap(({ map, path }) => {
			const value = textAt(map, 'value');
			const name = wordsAt(map, 'key') || wordsAt(map, 'name');
			if (value !== undefined && name !== '') return pairOf(name, value, path, map);
			return path.includes('authentication') ? authenticationOf(map) : [];
		}),
	);
}

function pairOf(
	name: string,
	value: TextNode,
	path: readonly string[],
	map: TreeNode,
): readonly Reading[] {
	if (/^authorization$/i.test(name)) return [schemeless(name, value)];
	const isAuth =
		path.includes('auth') &&
		/^(?:token|password|value|secret|secretKey|clientSecret|accessToken|consumerSecret|tokenSecret)$/.test(
			name,
		);
	const isMarked = wordsAt(map, 'type') === 'secret';
	const { start, end } = value;
	return [
		reading({
			name,
			value: value.value,
			start,
			end,
			slot: isAuth || isMarked ? 'password' : 'setting',
		}),
	];
}

function authenticationOf(map: TreeNode): readonly Reading[] {
	return ['token', 'password', 'value', 'clientSecret', 'secretAccessKey'].flatMap((name) => {
		const found = textAt(map, name);
		if (found === undefined || nodeAt(map, 'type') === undefined) return [];
		return [
			reading({ name, value: found.value, start: found.start, end: found.end, slot: 'password' }),
		];
	});
}

/** Without `Bearer` and its like before it. */
export function schemeless(name: string, { value, start, end }: TextNode): Reading {
	const scheme = /^(?:Bearer|Basic|Token|ApiKey) +/i.exec(value)?.[0] ?? '';
	return reading({
		name,
		value: value.slice(scheme.length),
		start: start + scheme.length,
		end,
		slot: 'session',
	});
}

/** Bruno's own language: `auth:bearer { token: … }`, headers, variables. */
export function readBruno(text: string): readonly Reading[] {
	const found: Reading[] = [];
	let block = '';
	let at = 0;
	for (const line of text.split('\n')) {
		const opened = /^([a-z][\w:-]{0,40}) \{/.exec(line)?.[1];
		if (opened !== undefined) block = opened;
		const setting = /^ {1,8}([\w-]{1,80}): {0,4}([^\s][^\r]{0,4000}?)\r?$/.exec(line);
		if (setting !== null) {
			const [, name = '', value = ''] = setting;
			const start = at + line.lastIndexOf(value);
			found.push(
				...brunoReading(block, name, { kind: 'text', value, start, end: start + value.length }),
			);
		}
		at += line.length + 1;
	}
	return found;
}

function brunoReading(block: string, name: string, node: TextNode): readonly Reading[] {
	if (/^authorization$/i.test(name)) return [schemeless(name, node)];
	const { value, start, end } = node;
	const isAuth =
		block.startsWith('auth:') &&
		/^(?:token|password|value|client_secret|secretAccessKey)$/.test(name);
	if (!isAuth && !/^(?:vars|headers)/.test(block)) return [];
	return [reading({ name, value, start, end, slot: isAuth ? 'password' : 'setting' })];
}
