import { type Reading, reading } from './reading.ts';
import {
	entriesOf,
	itemsOf,
	mapsIn,
	nodeAt,
	type TextNode,
	type TreeNode,
	textAt,
	wordsAt,
} from './tree-node.ts';

/** Secrets of Kubernetes: `data` in base64 and `stringData`, also within lists. */
export function readKubernetesSecrets(trees: readonly TreeNode[]): readonly Reading[] {
	return trees.flatMap((tree) =>
		[...mapsIn(tree)]
			.filter(({ map }) => wordsAt(map, 'kind') === 'Secret')
			.flatMap(({ map }) => [
				...textsIn(nodeAt(map, 'data')).flatMap(([name, node]) => encodedData(name, node)),
				...textsIn(nodeAt(map, 'stringData')).map(([name, node]) =>
					reading({ name, value: node.value, start: node.start, end: node.end, slot: 'setting' }),
				),
			]),
	);
}

function encodedData(name: string, { value: written, start, end }: TextNode): readonly Reading[] {
	const compact = written.replace(/\s+/g, '');
	if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(compact)) return [];
	const value = Buffer.from(compact, 'base64')
		.toString('latin1')
		.replace(/\r?\n$/, '');
	if (!/^[\x20-\x7e]+$/.test(value)) return [];
	return [reading({ name, value, start, end, slot: 'setting', encoded: 'base64' })];
}

/** Users of a kubeconfig: tokens, passwords, and what an identity provider gave. */
export function readKubeconfig(trees: readonly TreeNode[]): readonly Reading[] {
	return trees.filter(isKubeconfig).flatMap((tree) => {
		const host = serverOf(tree);
		return itemsOf(nodeAt(tree, 'users')).flatMap((entry) => {
			const user = nodeAt(entry, 'user');
			const provider = nodeAt(user, 'auth-provider', 'config');
			return [
				...readAs(['token', 'password'], user, host),
				...readAs(['access-token', 'refresh-token', 'id-token', 'client-secret'], provider, host),
			];
		});
	});
}

const isKubeconfig = (tree: TreeNode): boolean =>
	wordsAt(tree, 'kind') === 'Config' || nodeAt(tree, 'users')?.kind === 'list';

function serverOf(tree: TreeNode): string {
	const servers = itemsOf(nodeAt(tree, 'clusters')).map((one) => wordsAt(one, 'cluster', 'server'));
	// Several clusters: nobody says here which user belongs to which.
	const [only = '', ...more] = servers;
	return more.length > 0 ? '' : (/^https?:\/\/([^/:\s]{1,255})/.exec(only)?.[1] ?? '');
}

function readAs(
	names: readonly string[],
	node: TreeNode | undefined,
	host: string,
): readonly Reading[] {
	return names.flatMap((name) => {
		const found = textAt(node, name);
		if (found === undefined) return [];
		const { value, start, end } = found;
		return [reading({ name, value, start, end, slot: 'cluster', host })];
	});
}

const textsIn = (node: TreeNode | undefined): readonly (readonly [string, TextNode])[] =>
	entriesOf(node).flatMap(([name, inner]) =>
		inner.kind === 'text' ? [[name, inner] as const] : [],
	);
