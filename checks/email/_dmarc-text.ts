import type { MailText } from '../../src/sdk.ts';

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
