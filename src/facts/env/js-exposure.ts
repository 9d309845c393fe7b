import { isVariableName } from './env-name.ts';
import {
	bareNode,
	dottedName,
	isCall,
	isMember,
	type JsNode,
	keyOf,
	literalIn,
	nodeIn,
	nodesIn,
	propertyOf,
	walkJs,
} from './js-tree.ts';

/** Something in a build's configuration that puts variables into what browsers download. */
interface BundleExposure {
	/**
	 * `define`, `envPrefix`, `publicPrefix`, `env`, `publicRuntimeConfig`, `runtimeConfig.public`,
	 * `DefinePlugin`, `EnvironmentPlugin`.
	 */
	readonly by: string;
	readonly line: number;
	/** All variables that there are. */
	readonly whole: boolean;
	readonly names: readonly { readonly name: string; readonly line: number }[];
}

export interface BuildConfig {
	readonly exposures: readonly BundleExposure[];
	/** Vite's `envPrefix` and the like, without empty ones. */
	readonly prefixes: readonly string[];
	/** It defines names that are not written in it. */
	readonly definesUnseen: boolean;
}

/** What a build's configuration file puts into the bundle. */
export function buildConfigIn(path: string, tree: JsNode): BuildConfig {
	const found: Found = { exposures: [], prefixes: [], definesUnseen: false };
	const loadsAll = loadsEverything(tree);
	const framework = /(?:^|\/)(next|nuxt)\.config\.[cm]?[jt]s$/.exec(path)?.[1] ?? '';
	walkJs(tree, (node, above) => {
		if (node.type === 'NewExpression' || node.type === 'CallExpression') {
			found.exposures.push(...pluginAt(node, loadsAll));
			found.definesUnseen ||= isPluginOfUnseen(node, loadsAll);
		}
		if (node.type === 'ObjectProperty') notePublished(found, { node, above, framework, loadsAll });
	});
	return found;
}

type Found = { exposures: BundleExposure[]; prefixes: string[]; definesUnseen: boolean };

interface At {
	readonly node: JsNode;
	readonly above: readonly JsNode[];
	readonly framework: string;
	readonly loadsAll: boolean;
}

function notePublished(found: Found, { node, above, framework, loadsAll }: At): void {
	const value = bareNode(node['value']);
	if (value === null) return;
	const key = keyOf(node);
	if (key === 'envPrefix' || key === 'publicPrefix') notePrefixes(found, key, value);
	else if (key === 'define') {
		found.exposures.push(...defined(key, value, loadsAll));
		found.definesUnseen ||= hidesNames(value, loadsAll);
	} else if (isPublished(framework, key, above)) {
		const by = key === 'public' ? 'runtimeConfig.public' : key;
		found.exposures.push(...listed(by, value, loadsAll));
		found.definesUnseen ||= hidesNames(value, loadsAll);
	}
}

/** No object literal, or one that takes in others: what it defines cannot be read here. */
function hidesNames(value: JsNode, loadsAll: boolean): boolean {
	if (isWhole(value, loadsAll)) return false;
	if (value.type !== 'ObjectExpression') return true;
	return nodesIn(value['properties']).some(
		(one) =>
			(one.type === 'SpreadElement' && !isWhole(one['argument'], loadsAll)) ||
			(one['computed'] === true && keyOf(one) === ''),
	);
}

function isPluginOfUnseen(node: JsNode, loadsAll: boolean): boolean {
	const callee = dottedName(node['callee']);
	const first = bareNode(nodesIn(node['arguments'])[0]);
	if (first === null || !/(?:^|\.)(?:DefinePlugin|EnvironmentPlugin)$/.test(callee)) return false;
	return first.type !== 'ArrayExpression' && hidesNames(first, loadsAll);
}

/** `loadEnv(mode, root, '')`: without a prefix it takes all there is. */
function loadsEverything(tree: JsNode): boolean {
	let found = false;
	walkJs(tree, (node) => {
		if (isCall(node) && dottedName(node['callee']) === 'loadEnv') {
			found ||= literalIn(nodesIn(node['arguments'])[2]) === '';
		}
	});
	return found;
}

function notePrefixes(found: Found, by: string, value: JsNode): void {
	const all = prefixesIn(value);
	found.prefixes.push(...all.filter((one) => one !== ''));
	if (all.includes('')) {
		found.exposures.push({ by, line: value.line, whole: true, names: [] });
	}
}

/** Next's `env` and `publicRuntimeConfig`, and the public part of Nuxt's `runtimeConfig`. */
function isPublished(framework: string, key: string, above: readonly JsNode[]): boolean {
	if (framework === 'nuxt') {
		// `env` and `publicRuntimeConfig` are Nuxt 2's.
		if (/^(?:env|publicRuntimeConfig)$/.test(key)) return depthOf(above) === 1;
		return key === 'public' && isUnder(above, 'runtimeConfig');
	}
	if (framework !== 'next') return false;
	return key === 'publicRuntimeConfig' || (key === 'env' && depthOf(above) === 1);
}

const prefixesIn = (value: JsNode): readonly string[] =>
	value.type === 'ArrayExpression'
		? nodesIn(value['elements']).flatMap((one) => literalIn(one) ?? [])
		: [literalIn(value)].flatMap((one) => one ?? []);

const depthOf = (above: readonly JsNode[]): number =>
	above.filter(({ type }) => type === 'ObjectExpression').length;

const isUnder = (above: readonly JsNode[], name: string): boolean =>
	above.some((node) => node.type === 'ObjectProperty' && keyOf(node) === name);

/** `new DefinePlugin({…})`, `new EnvironmentPlugin([…])`, of webpack and its like. */
function pluginAt(node: JsNode, loadsAll: boolean): readonly BundleExposure[] {
	const callee = dottedName(node['callee']);
	const last = callee.slice(callee.lastIndexOf('.') + 1);
	const first = bareNode(nodesIn(node['arguments'])[0]);
	if (first === null) return [];
	if (last === 'DefinePlugin') return defined('DefinePlugin', first, loadsAll);
	if (last !== 'EnvironmentPlugin') return [];
	if (isWhole(first, loadsAll) || takesAll(node))
		return [{ by: last, line: node.line, whole: true, names: [] }];
	const names =
		first.type === 'ArrayExpression'
			? nodesIn(first['elements']).flatMap((one) => nameAt(literalIn(one), one.line))
			: nodesIn(first['properties']).flatMap((one) => nameAt(keyOf(one), one.line));
	return names.length === 0 ? [] : [{ by: last, line: node.line, whole: false, names }];
}

/** `EnvironmentPlugin('all', { prefix: '' })` of Vite's plugin. */
function takesAll(node: JsNode): boolean {
	const [first, options] = nodesIn(node['arguments']);
	const prefix = nodesIn(options?.['properties']).find((one) => keyOf(one) === 'prefix');
	return literalIn(first) === 'all' && prefix !== undefined && literalIn(prefix['value']) === '';
}

const nameAt = (name: string | null, line: number) =>
	name !== null && isVariableName(name) ? [{ name, line }] : [];

/** A key may be spelt in any way. */
const keyAt = (name: string, line: number) =>
	/^[A-Za-z_]\w{0,79}$/.test(name) ? [{ name, line }] : [];

const ENV_KEY = /^(?:(?:globalThis|window|self)\.)?(?:process\.env|import\.meta\.env)(?:\.(\w+))?$/;

/** Keys that stand for the environment, and what is put in their place. */
function defined(by: string, value: JsNode, loadsAll: boolean): readonly BundleExposure[] {
	const names: { name: string; line: number }[] = [];
	for (const property of nodesIn(value['properties'])) {
		if (property.type === 'SpreadElement') continue;
		const key = keyOf(property);
		const found = ENV_KEY.exec(key);
		if (found === null && key !== 'process') {
			names.push(...readNames(property));
			continue;
		}
		if (found?.[1] === undefined && isWhole(property['value'], loadsAll)) {
			return [{ by, line: property.line, whole: true, names: [] }];
		}
		if (found?.[1] !== undefined) names.push(...keyAt(found[1], property.line));
		else names.push(...keysIn(property['value']));
		names.push(...readNames(property));
	}
	return names.length === 0 ? [] : [{ by, line: value.line, whole: false, names }];
}

/** Keys of an object, also of one that is handed on as JSON. */
function keysIn(value: unknown): { name: string; line: number }[] {
	const node = bareNode(value);
	if (node === null) return [];
	if (isCall(node)) return nodesIn(node['arguments']).flatMap(keysIn);
	return nodesIn(node['properties']).flatMap((one) => keyAt(keyOf(one), one.line));
}

/** An object whose keys all become public. */
function listed(by: string, value: JsNode, loadsAll: boolean): readonly BundleExposure[] {
	if (isWhole(value, loadsAll)) return [{ by, line: value.line, whole: true, names: [] }];
	const names = nodesIn(value['properties']).flatMap((property) => [
		...keyAt(keyOf(property), property.line),
		...readNames(property),
	]);
	const once = [...new Map(names.map((one) => [one.name, one])).values()];
	return once.length === 0 ? [] : [{ by, line: value.line, whole: false, names: once }];
}

/** Variables read inside a property's value. */
function readNames(property: JsNode): { name: string; line: number }[] {
	const names: { name: string; line: number }[] = [];
	walkJs(property, (node) => {
		if (!isMember(node)) return;
		const object = dottedName(node['object']);
		if (/^(?:process\.env|env|import\.meta\.env)$/.test(object)) {
			names.push(...nameAt(propertyOf(node), node.line));
		}
	});
	return names;
}

/** `process.env`, alone, spread, as JSON, or what `loadEnv` gave without a prefix. */
function isWhole(value: unknown, loadsAll: boolean): boolean {
	const node = bareNode(value);
	if (node === null) return false;
	const name = dottedName(node);
	if (/^(?:globalThis\.)?process\.env$/.test(name) || (loadsAll && name === 'env')) return true;
	if (isCall(node)) {
		const callee = dottedName(node['callee']);
		if (/^(?:JSON\.stringify|Object\.(?:keys|assign|fromEntries|entries))$/.test(callee)) {
			return nodesIn(node['arguments']).some((one) => isWhole(one, loadsAll));
		}
		return callee === 'loadEnv' && literalIn(nodesIn(node['arguments'])[2]) === '';
	}
	return nodesIn(node['properties']).some(
		(one) => one.type === 'SpreadElement' && isWhole(nodeIn(one['argument']), loadsAll),
	);
}
