/** A domain name as its labels, one character a byte (latin1), case kept; `[]` is the root. */
export type Labels = readonly string[];

/** Longest name on the wire, in octets (RFC 1035 §2.3.4). */
const MAX_OCTETS = 255;

/**
 * Presentation form to labels, with `\.` and `\DDD` (RFC 1035 §5.1). A final dot is dropped. Throws
 * RangeError for what can't be put on the wire: an empty or too long label, a too long name.
 */
export function labelsOf(name: string): Labels {
	if (name === '.' || name === '') return [];
	const labels: string[] = [];
	let label = '';
	for (const [part] of name.matchAll(/\\\d{3}|\\?./gs)) {
		if (part === '.') {
			labels.push(label);
			label = '';
		} else label += unescaped(part);
	}
	if (label !== '') labels.push(label);
	const octets = labels.reduce((sum, one) => sum + one.length + 1, 1);
	if (octets > MAX_OCTETS || labels.some((one) => one === '' || one.length > 63)) {
		throw new RangeError(`"${name}" is no domain name`);
	}
	return labels;
}

function unescaped(part: string): string {
	if (part.length === 4) return String.fromCharCode(Number(part.slice(1)) & 0xff);
	return part.startsWith('\\') ? part.slice(1) : part;
}

/** Presentation form without final dot; `.` for the root. */
export function nameOf(labels: Labels): string {
	if (labels.length === 0) return '.';
	return labels.map((label) => label.replaceAll(/[^!-~]|[.\\";()@$]/g, escaped)).join('.');
}

function escaped(char: string): string {
	const code = char.charCodeAt(0);
	return code > 32 && code < 127 ? `\\${char}` : `\\${String(code).padStart(3, '0')}`;
}

/** Two names with one key are the same name (RFC 4343). */
export function keyOf(labels: Labels): string {
	return nameOf(labels).toLowerCase();
}

/** The name itself included. */
export function isWithin(labels: Labels, ancestor: Labels): boolean {
	const tail = labels.slice(Math.max(0, labels.length - ancestor.length));
	return labels.length >= ancestor.length && keyOf(tail) === keyOf(ancestor);
}
