import { parseJsonTree } from './json-tree.ts';
import { type Reading, reading } from './reading.ts';
import { entriesOf, nodeAt, type TextNode, type TreeNode, textAt } from './tree-node.ts';

/** Docker's `config.json` and `.dockercfg`: base64 of `user:password`, or a token, by registry. */
export function readRegistryAuths(text: string): readonly Reading[] {
	const tree = parseJsonTree(text);
	return tree === null ? [] : authsIn(tree);
}

function authsIn(tree: TreeNode): readonly Reading[] {
	// The old form has the registries at the top.
	return entriesOf(nodeAt(tree, 'auths') ?? tree).flatMap(([registry, node]) => {
		const host = registry.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
		const auth = textAt(node, 'auth');
		const pair = auth === undefined ? '' : Buffer.from(auth.value, 'base64').toString('latin1');
		const password = /^[\x20-\x39\x3b-\x7e]{0,200}:([\x20-\x7e]{1,4000})$/.exec(pair)?.[1];
		const plain = ['password', 'identitytoken', 'registrytoken'].flatMap((name) => {
			const node_ = textAt(node, name);
			return node_ === undefined ? [] : [readingOf(name, node_.value, node_, host)];
		});
		return auth === undefined || password === undefined
			? plain
			: [readingOf('auth', password, auth, host), ...plain];
	});
}

const readingOf = (name: string, value: string, { start, end }: TextNode, host: string): Reading =>
	reading({ name, value, start, end, slot: 'registry', host });
