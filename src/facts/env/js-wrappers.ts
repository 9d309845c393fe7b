import { isVariableName } from './env-name.ts';
import { contextOf } from './env-path.ts';
import type { ReadAt, Sources } from './env-sources.ts';
import { isBuildConfig } from './js-file.ts';
import { type Handling, positionOf } from './js-position.ts';
import type { CodeRead } from './js-reads.ts';
import {
	dottedName,
	isCall,
	isFunction,
	type JsNode,
	jsTree,
	LARGEST_SOURCE,
	literalIn,
	loadJsParser,
	nodesIn,
	scriptOf,
	walkJs,
} from './js-tree.ts';

/** A name that says what it does may be called in another file; `get` is everybody's. */
const TELLING = /env|config|var|require|must|setting|secret/i;

/** Reads through functions of the product's own that look a variable up: `requireEnv('X')`. */
export async function wrapperReads(sources: Sources): Promise<readonly ReadAt[]> {
	const wrappers = new Map<string, { throws: boolean; file: string }>();
	for (const [file, { js }] of sources.scripts) {
		for (const { name, throws } of js.wrappers) {
			if (name.length >= 3) wrappers.set(name, { throws, file });
		}
	}
	// Strapi hands its configuration a function of this name.
	if (
		sources.packages.packages.some(({ dependencies }) => dependencies.includes('@strapi/strapi'))
	) {
		wrappers.set('env', { throws: false, file: '' });
	}
	if (wrappers.size === 0) return [];
	const call = new RegExp(
		`\\b(?:${[...wrappers.keys()].map(escaped).join('|')})(?:\\.\\w+)?\\(\\s{0,20}['"\`][A-Z]`,
	);
	const parse = await loadJsParser();
	const inGit = sources.listing.head !== null;
	return [...sources.texts].flatMap(([file, text]) => {
		const context = contextOf(file, isBuildConfig(file), inGit);
		if (context === null || text.length > LARGEST_SOURCE || !call.test(text)) return [];
		const tree = jsTree(parse, file, scriptOf(file, text));
		const found: CodeRead[] = [];
		if (tree !== null)
			walkJs(tree, (node, above) => found.push(...readAt(node, above, file, wrappers)));
		return found.map((read) => ({ file, context, language: 'script' as const, read }));
	});
}

type Wrappers = ReadonlyMap<string, { readonly throws: boolean; readonly file: string }>;

function readAt(
	node: JsNode,
	above: readonly JsNode[],
	file: string,
	wrappers: Wrappers,
): readonly CodeRead[] {
	if (!isCall(node)) return [];
	const callee = dottedName(node['callee']);
	const words = callee.split('.');
	const wrapper = wrappers.get(words.at(-1) ?? '') ?? wrappers.get(words[0] ?? '');
	const [first, second] = nodesIn(node['arguments']);
	const name = literalIn(first);
	if (wrapper === undefined || name === null || !isVariableName(name)) return [];
	if (wrapper.file !== file && !TELLING.test(callee)) return [];
	const { handling, literal } = positionOf(node, above);
	return [
		{
			name,
			line: node.line,
			handling: handlingOf(handling, wrapper.throws, second !== undefined),
			atLoad: !above.some(isFunction),
			literal: literalIn(second) ?? literal,
			alias: '',
			from: 'call',
			top: '',
			asksWhere: false,
		},
	];
}

/** A function that throws nothing may give back anything, so that nothing is known to be required. */
function handlingOf(outside: Handling, throws: boolean, hasSecond: boolean): Handling {
	if (hasSecond) return 'fallback';
	if (throws) return 'throws';
	return outside === 'required' ? 'unnoticed' : outside;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');
