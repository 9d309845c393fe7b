import type { HeaderField } from './message-source.ts';

/** RFC 6376 §3.4. */
export const CANONICAL_FORMS = ['simple', 'relaxed'] as const;
export type CanonicalForm = (typeof CANONICAL_FORMS)[number];

/** §3.4.1, §3.4.2: one field, without its last line end. `raw` has CRLF. */
export function canonicalHeader(raw: string, form: CanonicalForm): string {
	const field = raw.endsWith('\r\n') ? raw.slice(0, -2) : raw;
	if (form === 'simple') return field;
	const colon = field.indexOf(':');
	const name = field
		.slice(0, colon)
		.toLowerCase()
		.replace(/[ \t]+/g, '');
	const value = field
		.slice(colon + 1)
		.replaceAll('\r\n', '')
		.replace(/[ \t]+/g, ' ')
		.replace(/^ | $/g, '');
	return `${name}:${value}`;
}

/** §3.4.3, §3.4.4: the body, whose lines end with CRLF. */
export function canonicalBody(body: string, form: CanonicalForm): string {
	const lines = body.split('\r\n');
	const kept = form === 'simple' ? lines : lines.map(relaxedLine);
	let end = kept.length;
	while (end > 0 && kept[end - 1] === '') end -= 1;
	if (end === 0) return form === 'simple' ? '\r\n' : '';
	return `${kept.slice(0, end).join('\r\n')}\r\n`;
}

function relaxedLine(line: string): string {
	const collapsed = line.replace(/[ \t]+/g, ' ');
	return collapsed.endsWith(' ') ? collapsed.slice(0, -1) : collapsed;
}

/**
 * §3.7, §5.4.2: what a signature's header hash covers. Repeated names take the fields from the last one
 * upwards, a name that is not there (again) takes nothing, and the signature itself comes last with
 * its `b=` empty.
 */
export function signedHeader(
	fields: readonly HeaderField[],
	{ at, names, form }: { at: number; names: readonly string[]; form: CanonicalForm },
): string {
	const left = new Map<string, number[]>();
	for (const [index, { name }] of fields.entries()) {
		if (index === at) continue;
		const places = left.get(name);
		if (places === undefined) left.set(name, [index]);
		else places.push(index);
	}
	const chosen = names.flatMap((name) => {
		const index = left.get(name.toLowerCase())?.pop();
		const field = index === undefined ? undefined : fields[index];
		return field === undefined ? [] : [`${canonicalHeader(field.raw, form)}\r\n`];
	});
	const own = fields[at];
	return `${chosen.join('')}${own === undefined ? '' : canonicalHeader(unsigned(own.raw), form)}`;
}

/** The field with the value of `b=` and the white space around it taken out. */
function unsigned(raw: string): string {
	const start = raw.indexOf(':') + 1;
	const end = raw.endsWith('\r\n') ? -2 : undefined;
	const pieces = raw.slice(start, end).split(';');
	const without = pieces.map((piece) =>
		/^[ \t\r\n]*b[ \t\r\n]*=/.test(piece) ? piece.slice(0, piece.indexOf('=') + 1) : piece,
	);
	return raw.slice(0, start) + without.join(';');
}
