import type { DmarcRecord, MailText } from '../../src/sdk.ts';

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

/** A missing semicolon where two strings of the record join: both sides look like tags. */
export function glueError(record: MailText): string | null {
	const joint = gluedJoint(record);
	if (joint === null) return null;
	const { text } = record;
	return `"${text.slice(0, joint).slice(-12)}" and "${text.slice(joint).slice(0, 12)}"`;
}

/** The text with the semicolon put in. */
export function unglued(record: MailText): string {
	const joint = gluedJoint(record);
	const { text } = record;
	return joint === null ? text : unglued(split(record, joint));
}

function split({ text, joints, ttl }: MailText, joint: number): MailText {
	const rest = joints.filter((each) => each > joint).map((each) => each + 2);
	return { text: `${text.slice(0, joint)}; ${text.slice(joint)}`, joints: rest, ttl };
}

function gluedJoint({ text, joints }: MailText): number | null {
	for (const joint of joints) {
		const before = text.slice(0, joint);
		const after = text.slice(joint);
		if (!/[;\s]$/.test(before) && /^\s*(?:p|sp|np|rua|ruf|adkim|aspf|fo|pct)\s*=/i.test(after)) {
			return joint;
		}
	}
	return null;
}
