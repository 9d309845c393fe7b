import type { DmarcRecord } from './dmarc-record.ts';

/** Changes to a record: tags set, tags dropped. */
export interface TagChanges {
	readonly set?: Readonly<Record<string, string>>;
	readonly drop?: readonly string[];
}

/** The record written anew: v, then p (none where it has none), then the rest, each tag once. */
export function rewritten({ tags }: DmarcRecord, { set = {}, drop = [] }: TagChanges): string {
	const values = new Map<string, string>();
	for (const { name, value } of tags) {
		if (!values.has(name) && !drop.includes(name)) values.set(name, value);
	}
	for (const [name, value] of Object.entries(set)) values.set(name, value);
	if (!values.has('p')) values.set('p', 'none');
	const rest = [...values.keys()].filter((name) => name !== 'v' && name !== 'p');
	const order = ['p', ...rest].filter((name) => values.has(name));
	return ['v=DMARC1', ...order.map((name) => `${name}=${values.get(name) ?? ''}`)].join('; ');
}

/** The tags of a text that receivers ignore, in an order that they accept; a policy where none is left. */
export function respelt(text: string): string {
	const tags = text
		.replace(/["'\\]/g, '')
		.split(/[;]|\s+(?=[a-z]+\s*=)/i)
		.map((piece) => piece.trim())
		.filter((piece) => /^[a-z]+\s*=/i.test(piece) && !/^v\s*=/i.test(piece))
		.map((piece) => piece.replace(/\s*=\s*/, '='));
	const policy = tags.find((tag) => /^p=/i.test(tag)) ?? 'p=none';
	return ['v=DMARC1', policy, ...tags.filter((tag) => !/^p=/i.test(tag))].join('; ');
}
