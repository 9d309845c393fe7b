import { isVariableName } from './env-name.ts';
import {
	bareNode,
	dottedName,
	isCall,
	isFunction,
	isMember,
	type JsNode,
	keyOf,
	literalIn,
	nodeIn,
	nodesIn,
	propertyOf,
	walkJs,
} from './js-tree.ts';

/** A description of variables that is checked as a whole. */
export interface EnvSchema {
	readonly line: number;
	/** `createEnv`, `cleanEnv`, `zod`, …: what checks it. */
	readonly kind: string;
	readonly atLoad: boolean;
	readonly keys: readonly SchemaKey[];
	/** `always`: the code itself switches the check off. */
	readonly skipped: 'always' | 'by-flag' | 'never';
}

interface SchemaKey {
	readonly name: string;
	readonly line: number;
	/** Without it the check fails. */
	readonly required: boolean;
	/** The literal taken where it is missing: a raw value. */
	readonly literal: string | null;
}

/** Schemas of variables in a tree; `text` is its source. */
export function schemasIn(tree: JsNode, text: string): readonly EnvSchema[] {
	const found: EnvSchema[] = [];
	const objects: { node: JsNode; kind: string; atLoad: boolean }[] = [];
	walkJs(tree, (node, above) => {
		if (!isCall(node)) return;
		const callee = dottedName(node['callee']);
		const atLoad = !above.some(isFunction);
		const [first, second] = nodesIn(node['arguments']);
		const last = callee.slice(callee.lastIndexOf('.') + 1);
		if (last === 'createEnv' && first?.type === 'ObjectExpression') {
			found.push(fromCreateEnv(first, { line: node.line, atLoad }));
		} else if (/^(?:cleanEnv|customCleanEnv|envsafe)$/.test(last)) {
			const spec = last === 'envsafe' ? first : second;
			const keys = nodesIn(bareNode(spec)?.['properties']).flatMap(envalidKey);
			found.push({ line: node.line, kind: last, atLoad, keys, skipped: 'never' });
		} else if (isObjectSchema(callee)) {
			objects.push({ node, kind: kindOf(callee), atLoad });
		}
	});
	return [...found, ...fromObjects(objects, text), ...fromConvict(tree, text)].filter(
		({ keys }) => keys.length > 0,
	);
}

interface At {
	readonly line: number;
	readonly atLoad: boolean;
}

function fromCreateEnv(options: JsNode, { line, atLoad }: At): EnvSchema {
	const keys: SchemaKey[] = [];
	let skipped: EnvSchema['skipped'] = 'never';
	for (const property of nodesIn(options['properties'])) {
		const name = keyOf(property);
		const value = bareNode(property['value']);
		if (/^(?:server|client|shared)$/.test(name)) {
			keys.push(...nodesIn(value?.['properties']).flatMap((one) => schemaKey(one, false)));
		}
		if (name === 'skipValidation') {
			const always = value?.type === 'BooleanLiteral' && value['value'] === true;
			skipped = always ? 'always' : value?.type === 'BooleanLiteral' ? 'never' : 'by-flag';
		}
	}
	return { line, kind: 'createEnv', atLoad, keys, skipped };
}

/** `z.object`, `v.object`, `Joi.object`, `yup.object`, `s.object`. */
const isObjectSchema = (callee: string): boolean =>
	/^(?:z|zod|v|valibot|yup|Yup|joi|Joi|t|Type|s)\.(?:object|strictObject|looseObject|Object)$/.test(
		callee,
	) || callee === 'joi.object().keys';

const kindOf = (callee: string): string => {
	const [library = ''] = callee.toLowerCase().split('.');
	return { z: 'zod', v: 'valibot', t: 'typebox', type: 'typebox', s: 'schema' }[library] ?? library;
};

/** A schema of objects is one of variables where its keys are written so and the file feeds it those. */
function fromObjects(
	objects: readonly { node: JsNode; kind: string; atLoad: boolean }[],
	text: string,
): readonly EnvSchema[] {
	const feeds =
		/(?:parse|safeParse|parseAsync|validate|validateSync|assert|Check|Decode|validationSchema\s*:|validate\s*:)[^;]{0,80}?(?:process\.env|import\.meta\.env|Bun\.env|Deno\.env\.toObject|\benv\b)/.test(
			text,
		) || /validationSchema\s*:/.test(text);
	return objects.flatMap(({ node, kind, atLoad }) => {
		const [shape] = nodesIn(node['arguments']);
		const optionalUnlessSaid = kind === 'joi' || kind === 'yup';
		const properties = nodesIn(bareNode(shape)?.['properties']);
		const keys = properties.flatMap((one) => schemaKey(one, optionalUnlessSaid));
		const isOfVariables = keys.length > 0 && keys.length * 2 > properties.length;
		if (!isOfVariables || !(feeds || kind === 'joi')) return [];
		return [{ line: node.line, kind, atLoad, keys, skipped: 'never' as const }];
	});
}

/** `{ env: 'PORT', default: 3000 }` */
function fromConvict(tree: JsNode, text: string): readonly EnvSchema[] {
	if (!/['"]convict['"]/.test(text)) return [];
	const keys: SchemaKey[] = [];
	walkJs(tree, (node) => {
		if (node.type !== 'ObjectExpression') return;
		const properties = nodesIn(node['properties']);
		const named = (name: string) => properties.find((one) => keyOf(one) === name);
		const name = literalIn(named('env')?.['value']);
		if (name === null || !isVariableName(name)) return;
		const value = bareNode(named('default')?.['value']);
		const required = value === null || value.type === 'NullLiteral';
		keys.push({ name, line: node.line, required, literal: literalIn(value) });
	});
	return keys.length === 0
		? []
		: [{ line: keys[0]?.line ?? 1, kind: 'convict', atLoad: true, keys, skipped: 'never' }];
}

/** `NAME: z.string().min(1).optional()` */
function schemaKey(property: JsNode, optionalUnlessSaid: boolean): readonly SchemaKey[] {
	const name = keyOf(property);
	if (!isVariableName(name)) return [];
	const { calls, literal } = chainOf(property['value']);
	const isOptional = calls.some((call) =>
		/^(?:optional|default|nullish|catch|prefault|exactOptional|nullable|notRequired|fallback|_default)$/.test(
			call,
		),
	);
	const required = optionalUnlessSaid ? calls.includes('required') : !isOptional;
	return [{ name, line: property.line, required, literal }];
}

/** Names of the calls of a chain, those of its arguments too (`v.optional(v.string())`), and its default. */
function chainOf(value: unknown): { calls: readonly string[]; literal: string | null } {
	const calls: string[] = [];
	let literal: string | null = null;
	const root = nodeIn(value);
	if (root !== null) {
		walkJs(root, (node, above) => {
			if (!isCall(node) || above.some(isFunction)) return;
			const callee = bareNode(node['callee']);
			const name = isMember(callee) ? propertyOf(callee) : dottedName(callee);
			calls.push(name);
			const inner = nodesIn(node['arguments']);
			if (name === 'default' || name === 'catch') literal ??= literalIn(inner[0]);
			if (name === 'optional' && inner.length > 1) literal ??= literalIn(inner[1]);
		});
	}
	return { calls, literal };
}

/** `NAME: str({ default: 'x' })`; a `devDefault` is none in production. */
function envalidKey(property: JsNode): readonly SchemaKey[] {
	const name = keyOf(property);
	if (!isVariableName(name)) return [];
	const call = bareNode(property['value']);
	const [options] = nodesIn(call?.['arguments']);
	const given = nodesIn(bareNode(options)?.['properties']).find((one) =>
		/^(?:default|defaultValue|allowEmpty)$/.test(keyOf(one)),
	);
	return [
		{
			name,
			line: property.line,
			required: given === undefined,
			literal: given === undefined ? null : literalIn(given['value']),
		},
	];
}
