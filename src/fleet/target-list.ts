import { BadTarget, parseTarget } from '../engine/parse-target.ts';

/** One domain of a fleet. */
export interface Listed {
	/** In A-labels, lower case. */
	readonly domain: string;
	/** Its registrable domain, which decides the shard. */
	readonly registrable: string;
}

/** A line is no domain; the message names file and line. */
export class BadTargetList extends Error {}

/** What the first column of a table of domains may be called. */
const HEADER = /^(?:domain|domains|domain name|host|hostname|name|site|target|url|website)$/i;

/** Never used: the domains alone are read. */
const SEED = '0'.repeat(16);

/**
 * One domain or URL a line; `#` begins a comment, and of a CSV row (comma, semicolon or tab) the first
 * column counts, below a header or not. Repeated domains are listed once. A line that is no domain
 * refuses the list, before anything is sent: half a fleet, audited in silence, would pass for the whole.
 */
export function parseTargetList(text: string, from: string): readonly Listed[] {
	const listed = new Map<string, Listed>();
	const bad: string[] = [];
	let isFirst = true;
	for (const [index, line] of text
		.replace(/^\uFEFF/, '')
		.split(/\r\n|\n|\r/)
		.entries()) {
		const named = firstColumn(line);
		if (named === '') continue;
		const isHeader = isFirst && HEADER.test(named);
		isFirst = false;
		if (isHeader) continue;
		const one = listedAs(named);
		if ('fault' in one) bad.push(`${from}:${index + 1}: ${one.fault}`);
		else listed.set(one.domain, one);
	}
	const [first] = bad;
	if (first !== undefined) {
		const more = bad.length > 1 ? ` (and ${bad.length - 1} more such lines)` : '';
		throw new BadTargetList(`${first}${more}`);
	}
	if (listed.size === 0) throw new BadTargetList(`${from}: it names no domain`);
	return [...listed.values()];
}

function firstColumn(line: string): string {
	const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line)?.[1];
	if (quoted !== undefined) return quoted.replaceAll('""', '"').trim();
	return (line.replace(/(?:^|\s)#.*$/, '').split(/[,;\t]/)[0] ?? '').trim();
}

function listedAs(named: string): Listed | { readonly fault: string } {
	try {
		const { domain, registrable } = parseTarget({ domain: named, seed: SEED });
		return { domain: domain ?? named, registrable: registrable ?? named };
	} catch (error) {
		if (error instanceof BadTarget) return { fault: error.message };
		throw error;
	}
}
