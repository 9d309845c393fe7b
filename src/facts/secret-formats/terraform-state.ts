import { parseJsonTree } from './json-tree.ts';
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

/** Terraform's state (version 3 and 4): attributes that hold credentials, and outputs marked sensitive. */
export function readTerraformState(text: string): readonly Reading[] {
	const tree = parseJsonTree(text);
	if (tree === null) return [];
	return [...outputsIn(tree), ...itemsOf(nodeAt(tree, 'resources')).flatMap(resourceIn)];
}

function outputsIn(tree: TreeNode): readonly Reading[] {
	return entriesOf(nodeAt(tree, 'outputs')).flatMap(([name, output]) => {
		const value = textAt(output, 'value');
		const isSensitive = entriesOf(output).some(([key]) => key === 'sensitive');
		return value === undefined || !isSensitive ? [] : [readingOf(name, value, '')];
	});
}

function resourceIn(resource: TreeNode): readonly Reading[] {
	const type = wordsAt(resource, 'type');
	return [...mapsIn(nodeAt(resource, 'instances') ?? { kind: 'other' })].flatMap(({ map }) => {
		const host = wordsAt(map, 'endpoint') || wordsAt(map, 'address') || wordsAt(map, 'host');
		return map.entries.flatMap(([name, node]) => {
			const isRandom =
				/^random_(?:password|bytes)$/.test(type) && (name === 'result' || name === 'base64');
			const isCredential = isRandom || CREDENTIAL.test(name);
			return node.kind === 'text' && isCredential
				? [readingOf(name, node, host.split(':', 1)[0] ?? '')]
				: [];
		});
	});
}

const CREDENTIAL =
	/^(?:password|\w{1,40}_password|passphrase|secret|client_secret|secret_key|access_secret|secret_access_key|auth_token|api_key|api_token|token|\w{1,40}_access_key|\w{1,40}_connection_string|ses_smtp_password_v4|secret_string)$/;

const readingOf = (name: string, { value, start, end }: TextNode, host: string): Reading =>
	reading({ name, value, start, end, slot: 'password', host });
