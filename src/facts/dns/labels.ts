/** Labels of a name as their bytes, in lower case, leftmost first; none for the root. */
export type Labels = readonly Buffer[];

/** `null` for what DNS cannot carry: an empty label, one over 63 octets, a name over 255. */
export function labelsOf(name: string): Labels | null {
	const bare = name === '.' ? '' : name.replace(/(?<=[^\\])\.$/, '');
	if (bare === '') return [];
	const labels = [''];
	for (const [token] of bare.matchAll(/\\\d{3}|\\?[\s\S]/g)) {
		if (token === '.') labels.push('');
		else labels[labels.length - 1] += byteOf(token);
	}
	const bytes = labels.map((label) => Buffer.from(lowerCase(label), 'latin1'));
	const isCarried = bytes.every((label) => label.length > 0 && label.length <= 63);
	return isCarried && lengthOf(bytes) <= 255 ? bytes : null;
}

function byteOf(token: string): string {
	if (token.length === 4) return String.fromCharCode(Number(token.slice(1)) & 0xff);
	return token.length === 2 ? token.slice(1) : token;
}

/** ASCII alone: other bytes have no case in DNS (RFC 4343 §2). */
function lowerCase(text: string): string {
	return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function lengthOf(labels: Labels): number {
	return labels.reduce((sum, label) => sum + label.length + 1, 1);
}

/** As answers write owners: lower case, no final dot, every special byte `\DDD`, `.` for the root. */
export function nameOf(labels: Labels): string {
	if (labels.length === 0) return '.';
	return labels.map(escaped).join('.');
}

function escaped(label: Buffer): string {
	return lowerCase(label.toString('latin1')).replace(
		/[^!-~]|[.\\]/g,
		(character) => `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
	);
}

/** Canonical wire form (RFC 4034 §6.2): whole, uncompressed, lower case. */
export function wireOf(labels: Labels): Buffer {
	const parts = labels.flatMap((label) => [Buffer.from([label.length]), label]);
	return Buffer.concat([...parts, Buffer.from([0])]);
}

/** Canonical order of names (RFC 4034 §6.1): by labels from the right, each compared as bytes. */
export function compareLabels(a: Labels, b: Labels): number {
	for (let depth = 1; depth <= Math.min(a.length, b.length); depth++) {
		const order = Buffer.compare(a.at(-depth) ?? EMPTY, b.at(-depth) ?? EMPTY);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

const EMPTY = Buffer.alloc(0);

export function isBelow(labels: Labels, ancestor: Labels): boolean {
	return (
		labels.length > ancestor.length &&
		isSame(labels.slice(labels.length - ancestor.length), ancestor)
	);
}

export function isSame(a: Labels, b: Labels): boolean {
	return compareLabels(a, b) === 0;
}

/** The last labels that two names share. */
export function commonAncestor(a: Labels, b: Labels): Labels {
	let shared = 0;
	while (
		shared < Math.min(a.length, b.length) &&
		(a.at(-1 - shared) ?? EMPTY).equals(b.at(-1 - shared) ?? EMPTY)
	) {
		shared++;
	}
	return a.slice(a.length - shared);
}
