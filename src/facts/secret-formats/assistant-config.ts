import { schemeless } from './api-exports.ts';
import { type Reading, reading } from './reading.ts';
import { entriesOf, itemsOf, mapsIn, nodeAt, type TextNode, type TreeNode } from './tree-node.ts';

/** Settings of coding assistants: what they hand to the servers they start or call. */
export function readAssistantConfig(tree: TreeNode): readonly Reading[] {
	return [...mapsIn(tree)].flatMap(({ map }) => [
		...textsOf(nodeAt(map, 'env')).map(([name, node]) => settingOf(name, node)),
		...[...textsOf(nodeAt(map, 'headers')), ...textsOf(nodeAt(map, 'http_headers'))].map(
			([name, node]) =>
				/^authorization$/i.test(name) ? schemeless(name, node) : settingOf(name, node),
		),
		...argumentsOf(itemsOf(nodeAt(map, 'args'))),
	]);
}

const settingOf = (name: string, { value, start, end }: TextNode): Reading =>
	reading({ name, value, start, end, slot: 'setting' });

/** `--api-key`, `x` and `--api-key=x`. */
function argumentsOf(items: readonly TreeNode[]): readonly Reading[] {
	return items.flatMap((item, index) => {
		if (item.kind !== 'text') return [];
		const joined = /^--?([\w-]{2,40})=/.exec(item.value);
		if (joined !== null) {
			const [before, name = ''] = joined;
			return [
				reading({
					name,
					value: item.value.slice(before.length),
					start: item.start + before.length,
					end: item.end,
					slot: 'setting',
				}),
			];
		}
		const before = items[index - 1];
		const option =
			before?.kind === 'text' ? /^--?([\w-]{2,40})$/.exec(before.value)?.[1] : undefined;
		return option === undefined ? [] : [settingOf(option, item)];
	});
}

const textsOf = (node: TreeNode | undefined): readonly (readonly [string, TextNode])[] =>
	entriesOf(node).flatMap(([name, inner]) =>
		inner.kind === 'text' ? [[name, inner] as const] : [],
	);
