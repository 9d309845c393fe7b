/**
 * Lower case, no final dot, `.` for the root. A byte that is not printable ASCII, and a dot or a
 * backslash inside a label, is written `\DDD` (RFC 1035 §5.1), so that a dot always parts two labels.
 */
export function nameText(labels: readonly Buffer[]): string {
	if (labels.length === 0) return '.';
	return labels.map((label) => escapeLabel(label.toString('latin1')).toLowerCase()).join('.');
}

function escapeLabel(label: string): string {
	return label.replace(/[^!-~]|[.\\]/g, decimal);
}

/** `\DDD` of RFC 1035 §5.1, for one latin1 character. */
export function decimal(character: string): string {
	return `\\${String(character.charCodeAt(0)).padStart(3, '0')}`;
}

/** Wire form of a presentation name; `null` where DNS cannot carry it (an empty or too long label, over 255 octets). */
export function nameWire(text: string): Buffer | null {
	const bare = text.endsWith('.') && !text.endsWith('\\.') ? text.slice(0, -1) : text;
	if (bare === '') return text === '.' ? Buffer.from([0]) : null;
	const parts: Buffer[] = [];
	for (const label of splitLabels(bare)) {
		if (label === null || label.length === 0 || label.length > 63) return null;
		parts.push(Buffer.from([label.length]), label);
	}
	const wire = Buffer.concat([...parts, Buffer.from([0])]);
	return wire.length <= 255 ? wire : null;
}

/** Bytes of each label, `\DDD` and `\c` undone; `null` for what is no byte. */
function splitLabels(text: string): readonly (Buffer | null)[] {
	const labels = [''];
	for (const [token] of text.matchAll(/\\\d{3}|\\?[\s\S]/g)) {
		if (token === '.') labels.push('');
		else labels[labels.length - 1] += unescaped(token);
	}
	return labels.map((label) => (isLatin1(label) ? Buffer.from(label, 'latin1') : null));
}

function unescaped(token: string): string {
	if (token.length === 1) return token;
	return token.length === 4 ? String.fromCharCode(Number(token.slice(1))) : token.slice(1);
}

function isLatin1(text: string): boolean {
	for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
	return true;
}

/** ASCII letters in lower case (RFC 4343 §3); every other octet stays. */
export function lowered(octets: Buffer): Buffer {
	return Buffer.from(
		octets.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet)),
	);
}

/** Labels in wire form, uncompressed, with the root's empty one. */
export function labelBytes(labels: readonly Buffer[]): Buffer {
	const wire = Buffer.alloc(labels.reduce((sum, label) => sum + 1 + label.length, 1));
	let at = 0;
	for (const label of labels) {
		at = wire.writeUInt8(label.length, at);
		at += label.copy(wire, at);
	}
	return wire;
}

/** Whether `name` is `zone` or below it; both as `nameText` writes them. */
export function isWithin(name: string, zone: string): boolean {
	return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}
