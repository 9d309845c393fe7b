import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import { extensionFault, type RecordField, readFieldList } from './field-list.ts';

export interface MtaStsRecord {
	/** `null` where no sender can use the record. */
	readonly id: string | null;
	/** Fields that RFC 8461 does not name; senders ignore them. */
	readonly extensions: readonly RecordField[];
	readonly broken: readonly BrokenRule[];
}

const SECTION = 'RFC 8461 §3.1';
const VERSION = 'v=STSv1';
const rule = ruleMaker(SECTION);

/** Whether senders look at a text at all, where the name has several (RFC 8461 §3.1). */
export function isMtaStsText(text: string): boolean {
	return text.startsWith(`${VERSION};`);
}

/** Meant as an MTA-STS record, whatever its faults. */
export function looksLikeMtaSts(text: string): boolean {
	return /^[\s"'\\]*(?:v\s*[=:]?\s*)?sts(?:v?\d|\b)/i.test(text);
}

/**
 * `sts-text-record` of RFC 8461 §3.1, to the letter. The version and `id` have a case; of a field that
 * is repeated the first counts, so that an `id` outside its grammar is not healed by a second one.
 */
export function parseMtaStsRecord(text: string): MtaStsRecord {
	const { fields, broken } = readFieldList(text, { version: VERSION, section: SECTION });
	const [id, ...repeated] = fields.filter(({ name }) => name === 'id');
	const others = fields.filter(({ name }) => name !== 'id');
	const faults = others.map(extensionFault);
	const wrongRepeats = repeated.map(extensionFault);
	const extensions = others.filter((_, index) => faults[index] === null);
	const wrongId = idFault(id, others, text.length);
	const all: BrokenRule[] = [
		...broken,
		...(fields.length === 0 ? [] : wrongId),
		...[...faults, ...wrongRepeats].flatMap((fault) =>
			fault === null ? [] : [rule(fault.rule, fault.position, fault.message)],
		),
		...repeated.map(({ position }) =>
			rule('field-repeated', position, 'id= is given again: senders read the first', 'warning'),
		),
		...spacedVersion(text),
	];
	const isBroken = all.some(({ severity }) => severity === 'error');
	return { id: isBroken ? null : (id?.value ?? null), extensions, broken: all };
}

function idFault(
	id: RecordField | undefined,
	others: readonly RecordField[],
	end: number,
): readonly BrokenRule[] {
	if (id === undefined) {
		const other = others.find(({ name }) => name.toLowerCase() === 'id');
		return other === undefined
			? [rule('id-missing', end, 'there is no id=')]
			: [rule('id-missing', other.position, `id= is written in small letters, not ${other.name}=`)];
	}
	const { value, valuePosition } = id;
	if (value === '') return [rule('id', valuePosition, 'id= is empty')];
	const foreign = value.search(/[^a-z0-9]/i);
	if (foreign !== -1) {
		const message = `an id has letters and digits alone: ${shown(value)}`;
		return [rule('id', valuePosition + foreign, message)];
	}
	if (value.length <= LONGEST_ID) return [];
	const message = `an id has at most ${LONGEST_ID} characters, this one ${value.length}`;
	return [rule('id', valuePosition + LONGEST_ID, message)];
}

const LONGEST_ID = 32;

/** Legal by the grammar, and discarded beside another TXT record (§3.1; reported as an erratum). */
function spacedVersion(text: string): readonly BrokenRule[] {
	if (!/^v=STSv1[ \t]+;/.test(text)) return [];
	const message =
		'some senders look for "v=STSv1;" and pass over a record with a space before the semicolon';
	return [rule('version-space', VERSION.length, message, 'warning')];
}

/** The record as it should be: its own id where that can be kept, else the new one. */
export function repairedMtaStsRecord(text: string, newId: string): string {
	const { fields } = readFieldList(text, { version: VERSION, section: SECTION });
	const given = fields.find(({ name }) => name.toLowerCase() === 'id')?.value ?? idIn(text);
	const id = given.replace(/[^a-z0-9]/gi, '').slice(0, LONGEST_ID);
	const kept = fields.filter(
		(field) => field.name.toLowerCase() !== 'id' && extensionFault(field) === null,
	);
	const rest = kept.map(({ name, value }) => `; ${name}=${value}`).join('');
	return `${VERSION}; id=${id === '' ? newId : id}${rest}`;
}

/** `id = 1`, `id:1`, and an id without the semicolon before it. */
function idIn(text: string): string {
	return /(?:^|[\s;])id\s{0,8}[=:]\s{0,8}([a-z0-9]{1,32})/i.exec(text)?.[1] ?? '';
}
