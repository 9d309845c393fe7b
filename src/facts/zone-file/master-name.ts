import type { Labels } from '../dns/labels.ts';

/** Longest label and name on the wire, in octets (RFC 1035 §2.3.4). */
const LONGEST = { label: 63, name: 255 } as const;

/** A domain name as a master file writes it. */
export interface MasterName {
	/** Whole, in lower case. */
	readonly labels: Labels;
	/** It had no final dot, so the origin was appended. */
	readonly isRelative: boolean;
}

/**
 * Reads a name with `\DDD` and `\X` (RFC 1035 §5.1); `@` is the origin, and what has no final dot is
 * relative to it. What DNS cannot carry is a sentence about why.
 */
export function readMasterName(text: string, origin: Labels): MasterName | string {
	if (text === '@') return { labels: origin, isRelative: false };
	if (text === '.') return { labels: [], isRelative: false };
	if (text === '') return 'a name is empty';
	const labels = [''];
	for (const [token] of text.matchAll(/\\\d{3}|\\?[\s\S]/g)) {
		if (token === '.') {
			labels.push('');
			continue;
		}
		const byte = byteOf(token);
		if (byte === null) return `"${token}" is no octet: \\DDD goes from \\000 to \\255`;
		labels[labels.length - 1] += byte;
	}
	const isRelative = labels.at(-1) !== '';
	const own = (isRelative ? labels : labels.slice(0, -1)).map(bytesOf);
	const whole = isRelative ? [...own, ...origin] : own;
	return faultIn(text, whole) ?? { labels: whole, isRelative };
}

function faultIn(text: string, labels: Labels): string | null {
	if (labels.some((label) => label.length === 0)) return `"${text}" has an empty label`;
	const long = labels.find((label) => label.length > LONGEST.label);
	if (long !== undefined) {
		return `"${text}" has a label of ${long.length} octets; ${LONGEST.label} at most`;
	}
	const octets = labels.reduce((sum, label) => sum + label.length + 1, 1);
	if (octets <= LONGEST.name) return null;
	return `"${text}" makes a name of ${octets} octets; ${LONGEST.name} at most`;
}

function byteOf(token: string): string | null {
	if (token.length < 4) return token.at(-1) ?? null;
	const code = Number(token.slice(1));
	return code > 0xff ? null : String.fromCharCode(code);
}

function bytesOf(label: string): Buffer {
	return Buffer.from(
		label.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
		'latin1',
	);
}

/** With the final dot, as a master file needs it; a name's special octets are `\DDD` already. */
export function withDot(name: string): string {
	// Inside a master file these would mean something else.
	const safe = name.replace(/["();@$]/g, (c) => `\\${c}`);
	return safe === '.' ? '.' : `${safe}.`;
}
