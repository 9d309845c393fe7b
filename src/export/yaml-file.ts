import { Document } from 'yaml';
import { oneLine } from './exportable.ts';

/** A file of a tool's configuration. */
export interface ExportedFile {
	/** Its usual name. */
	readonly name: string;
	readonly text: string;
}

/**
 * The tree as YAML, under a comment. Every string is quoted: the tools read YAML 1.1 and 1.2, which take
 * `on`, `1:30` or `2026-01-01` for different things.
 */
export function yamlFile(
	name: string,
	{ comment, tree }: { readonly comment: readonly string[]; readonly tree: unknown },
): ExportedFile {
	const document = new Document(tree, { aliasDuplicateObjects: false });
	document.commentBefore = comment
		.map(oneLine)
		.map((line) => ` ${line}`.trimEnd())
		.join('\n');
	const text = document.toString({
		defaultStringType: 'QUOTE_DOUBLE',
		defaultKeyType: 'PLAIN',
		lineWidth: 0,
	});
	return { name, text };
}

/** What was left out, for a comment; nothing where nothing was. */
export function leftOutComment(leftOut: readonly string[]): readonly string[] {
	if (leftOut.length === 0) return [];
	return ['', 'Left out:', ...leftOut.map((line) => `- ${line}`)];
}
