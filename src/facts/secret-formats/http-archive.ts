import { schemeless } from './api-exports.ts';
import { parseJsonTree } from './json-tree.ts';
import { type Reading, reading } from './reading.ts';
import { mapsIn, type TextNode, textAt, wordsAt } from './tree-node.ts';

/** HTTP Archive 1.2: what signs a request in, and what was typed into forms. */
export function readHttpArchive(text: string): readonly Reading[] {
	const tree = parseJsonTree(text);
	if (tree === null) return [];
	return [...mapsIn(tree)].flatMap(({ map, path }) => {
		const value = textAt(map, 'value');
		if (value === undefined) return [];
		const list = path.at(-1);
		const name = wordsAt(map, 'name');
		if (list === 'headers') return headerOf(name, value);
		const isForm = list === 'params' || list === 'queryString' || list === 'cookies';
		return isForm ? [settingOf(name, value, list === 'cookies')] : [];
	});
}

function headerOf(name: string, value: TextNode): readonly Reading[] {
	if (/^(?:proxy-)?authorization$/i.test(name)) return [schemeless(name, value)];
	return /^(?:x-api-key|x-auth-token|x-access-token|x-amz-security-token)$/i.test(name)
		? [{ ...schemeless(name, value), slot: 'session' }]
		: [];
}

/** Cookies of sessions by their name; the rest are preferences and counters. */
function settingOf(name: string, { value, start, end }: TextNode, isCookie: boolean): Reading {
	const isSession =
		isCookie && /sess|auth|token|^sid$|jwt|remember|login/i.test(name) && !/csrf|xsrf/i.test(name);
	return reading({ name, value, start, end, slot: isSession ? 'session' : 'setting' });
}
