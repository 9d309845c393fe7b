import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';

/** `name=value` between semicolons. */
export interface RecordField {
	/** As written: names have a case. */
	readonly name: string;
	readonly value: string;
	/** 0-based offset of the name, and of the value. */
	readonly position: number;
	readonly valuePosition: number;
}

interface FieldList {
	/** In the record's order. */
	readonly fields: readonly RecordField[];
	readonly broken: readonly BrokenRule[];
}

/** White space of the grammar: RFC 5234's WSP. */
const isBlank = (text: string) => /^[ \t]*$/.test(text);

/**
 * What `sts-text-record` (RFC 8461 §3.1) and `tlsrpt-record` (RFC 8460 §3) share: the version, exactly
 * so and first; then fields, each behind a semicolon that blanks may surround; a last semicolon or
 * none. Values are not looked at. Linear.
 */
export function readFieldList(
	text: string,
	{ version, section }: { readonly version: string; readonly section: string },
): FieldList {
	const rule = ruleMaker(section);
	const fields: RecordField[] = [];
	const broken: BrokenRule[] = [];
	const wrong = versionFault(text, version);
	if (wrong !== null) broken.push(rule('version', wrong.position, wrong.message));
	const [head = '', ...pieces] = text.split(';');
	let start = head.length + 1;
	if (pieces.every(isBlank)) {
		if (wrong === null) broken.push(rule('no-field', text.length, `nothing follows ${version}`));
		return { fields, broken };
	}
	for (const [index, piece] of pieces.entries()) {
		const { field, faults } = fieldIn(piece, start, index === pieces.length - 1);
		if (field !== null) fields.push(field);
		broken.push(...faults.map((one) => rule(one.rule, one.position, one.message)));
		start += piece.length + 1;
	}
	return { fields, broken };
}

interface Fault {
	readonly rule: string;
	readonly position: number;
	readonly message: string;
}

function versionFault(text: string, version: string): Omit<Fault, 'rule'> | null {
	if (text.startsWith(version)) {
		const head = text.slice(version.length).split(';', 1)[0] ?? '';
		if (isBlank(head)) return null;
		const position = version.length;
		return { position, message: `a semicolon must follow ${version}, not ${shown(head)}` };
	}
	const bare = text.replace(/[\s"']+/g, '').slice(0, version.length);
	const message =
		bare === version
			? `the record must start with ${version} and no space or quotation mark before or inside it`
			: bare.toLowerCase() === version.toLowerCase()
				? `the version has capital and small letters: it is ${version}`
				: `the record does not start with ${version}`;
	return { position: 0, message };
}

/** A field whose only fault is a space is read all the same, so that no second fault follows from it. */
function fieldIn(
	piece: string,
	start: number,
	isLast: boolean,
): { readonly field: RecordField | null; readonly faults: readonly Fault[] } {
	if (isBlank(piece)) {
		const empty = { rule: 'empty-field', position: start, message: 'no field between semicolons' };
		return { field: null, faults: isLast ? [] : [empty] };
	}
	const end = lengthWithoutBlanks(piece);
	const lead = leadingBlanks(piece);
	const position = start + lead;
	const text = piece.slice(lead, end);
	const faults: Fault[] = [];
	if (isLast && end < piece.length) {
		const message = 'a space at the end, where no semicolon follows';
		faults.push({ rule: 'trailing-space', position: start + end, message });
	}
	const equals = text.indexOf('=');
	if (equals === -1) {
		const message = `${shown(text)} has no "="`;
		return { field: null, faults: [{ rule: 'field', position, message }, ...faults] };
	}
	const name = text.slice(0, lengthWithoutBlanks(text.slice(0, equals)));
	const gap = leadingBlanks(text.slice(equals + 1));
	if (name.length < equals || gap > 0) {
		const message = `no space is allowed at the "=" of ${shown(text)}`;
		faults.unshift({ rule: 'field', position: position + name.length, message });
	}
	const valueStart = equals + 1 + gap;
	const value = text.slice(valueStart);
	return { field: { name, value, position, valuePosition: position + valueStart }, faults };
}

function leadingBlanks(text: string): number {
	return /^[ \t]*/.exec(text)?.[0].length ?? 0;
}

/** A pattern anchored at the end alone would take quadratic time over blanks. */
export function lengthWithoutBlanks(text: string): number {
	let end = text.length;
	while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
	return end;
}

/** `sts-ext-name`, `sts-ext-value` and their like in RFC 8460, which are the same. */
export function extensionFault(field: RecordField): Fault | null {
	const { name, value, position, valuePosition } = field;
	if (!isExtensionName(name)) {
		const message = `${shown(name)} is no field name: 1 to 32 letters, digits, "_", "-" or ".", the first a letter or digit`;
		return { rule: 'field', position, message };
	}
	if (value === '') return { rule: 'field', position: valuePosition, message: `${name}= is empty` };
	const foreign = value.search(/[^\x21-\x3a\x3c\x3e-\x7e]/);
	if (foreign === -1) return null;
	const what = value[foreign] === '=' ? 'a second "="' : 'a space or a character outside ASCII';
	const message = `the value of ${shown(name)} holds ${what}`;
	return { rule: 'field', position: valuePosition + foreign, message };
}

export function isExtensionName(name: string): boolean {
	return /^[a-z0-9][a-z0-9_.-]{0,31}$/i.test(name);
}
