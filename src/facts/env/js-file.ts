import { type BuildConfig, buildConfigIn } from './js-exposure.ts';
import { type CodeReads, readsIn } from './js-reads.ts';
import { type EnvSchema, schemasIn } from './js-schema.ts';
import { type JsParser, jsTree, literalIn, nodesIn, scriptOf } from './js-tree.ts';

/** What one JavaScript or TypeScript file does with variables. It may hold raw literals. */
export interface JsFile extends CodeReads, BuildConfig {
	readonly schemas: readonly EnvSchema[];
	/** `use client` and its like, at the top. */
	readonly directive: 'client' | 'server' | '';
}

/** `null` where the file is no JavaScript after all. */
export function readJsFile(parse: JsParser, path: string, text: string): JsFile | null {
	const script = scriptOf(path, text);
	const tree = jsTree(parse, path, script);
	if (tree === null) return null;
	const directives = nodesIn(tree['directives']).map((one) =>
		literalIn(directiveText(one['value'])),
	);
	return {
		...readsIn(tree, script),
		...(isBuildConfig(path)
			? buildConfigIn(path, tree)
			: { exposures: [], prefixes: [], definesUnseen: false }),
		schemas: schemasIn(tree, script),
		directive: directives.includes('use client')
			? 'client'
			: directives.includes('use server')
				? 'server'
				: '',
	};
}

const NOTHING: Omit<JsFile, 'directive'> = {
	reads: [],
	patterns: [],
	dynamic: [],
	listed: [],
	wrappers: [],
	exposures: [],
	prefixes: [],
	definesUnseen: false,
	schemas: [],
};

/** A file that names nothing of interest but, perhaps, whom it is for: that stands above everything else. */
export function readDirective(text: string): JsFile {
	const head = text
		.slice(0, 8_000)
		.replace(/^(?:\s|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)+/, '');
	const found = /^['"]use (client|server)['"]/.exec(head)?.[1];
	return { ...NOTHING, directive: found === 'client' || found === 'server' ? found : '' };
}

const directiveText = (value: unknown): unknown =>
	typeof value === 'object' && value !== null ? { ...value, type: 'StringLiteral' } : value;

/** Configuration of what builds the bundle. */
export const isBuildConfig = (path: string): boolean =>
	/(?:^|\/)(?:(?:vite|vitest|next|nuxt|astro|svelte|electron\.vite|remix|quasar|vue|webpack(?:\.\w+)*|rspack|rsbuild|craco|rollup|esbuild|build|tsup|gatsby-node|metro|babel|farm)(?:[.-]config)?)\.[cm]?[jt]s$/.test(
		path,
	);

/**
 * Sources of a file's imports that exist at run time: types are left out. `mayBeTypes`: names that only
 * look like those of types are left in. Linear in the text.
 */
export function importsIn(text: string, mayBeTypes = false): readonly string[] {
	const found: string[] = [];
	for (const [, clause = '', source = ''] of text.matchAll(
		/(?:^|[\n;])[ \t]{0,20}(?:import|export)\b([^'"`;=()]{0,2000}?)(?:\bfrom[ \t\n]{0,20})?['"]([^'"\n]{1,200})['"]/g,
	)) {
		if (/^\s*type\b(?!\s*,)/.test(clause)) continue;
		if (mayBeTypes || !isForTypes(clause, text)) found.push(source);
	}
	for (const [, source = ''] of text.matchAll(
		/\b(?:import|require)\(\s{0,20}['"]([^'"\n]{1,200})['"]/g,
	)) {
		found.push(source);
	}
	return found;
}

/** `{ type A, B }` where nothing of it is used but as a type: the compiler leaves such an import out. */
function isForTypes(clause: string, text: string): boolean {
	const inner = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1];
	if (inner === undefined) return false;
	const names = inner
		.split(',')
		.map((one) => one.trim())
		.filter((one) => one !== '' && !/^type\s/.test(one))
		.map((one) => one.split(/\s+as\s+/).at(-1) ?? one);
	return names.every((name) => /^[A-Z]\w*[a-z]\w*$/.test(name) && !isValue(name, text));
}

const isValue = (name: string, text: string): boolean =>
	new RegExp(
		`new\\s{1,4}${name}\\b|<${name}[\\s/>]|\\b${name}\\s{0,4}[.(]|[=(,[{?:]\\s{0,20}${name}\\s{0,4}[,)\\]}]|=\\s{0,4}${name}\\b`,
	).test(text.replace(/(?:^|\n)[ \t]{0,20}import\b[^'"`;]{0,2000}['"]/g, ''));
