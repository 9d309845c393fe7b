import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import { isExtensionName, lengthWithoutBlanks } from './field-list.ts';

/** One line of a policy, or what is missing from it, that RFC 8461 §3.2 does not allow. */
interface MtaStsFault {
	readonly field: 'version' | 'mode' | 'max_age' | 'mx' | 'line' | 'blank-line';
	readonly detail: string;
	/** 0-based offset; `null` where something is missing. */
	readonly position: number | null;
}

export const MTA_STS_MODES = ['none', 'testing', 'enforce'] as const;

export interface MtaStsPolicy {
	/** What a sender that forgives what it can would follow; `null` where nobody can follow it. */
	readonly mode: (typeof MTA_STS_MODES)[number] | null;
	/** Seconds; `null` where it is missing or no number. */
	readonly maxAge: number | null;
	/** Lower case; a wildcard is the left-most label. */
	readonly mx: readonly string[];
	readonly faults: readonly MtaStsFault[];
}

/** A year of 365.25 days: the most that §3.2 allows. */
const MOST_SECONDS = 31_557_600;

/**
 * The policy file of RFC 8461 §3.2. Of a field that is repeated the first counts; unknown fields are
 * ignored; lines end in LF or CRLF; names and values have the case of the grammar. Looser in what it
 * takes for a mode: a line that is no field, an `mx` that is no name and a `max_age` above the limit
 * are faults that leave the rest standing, as they do in common senders.
 */
export function parseMtaStsPolicy(text: string): MtaStsPolicy {
	const { fields, faults: lineFaults } = policyLines(text);
	const faults: MtaStsFault[] = [...lineFaults];
	const mx = fields.flatMap(({ name, value, valuePosition }) => {
		if (name !== 'mx') return [];
		if (isMxPattern(value)) return [value.toLowerCase()];
		faults.push({ field: 'mx', detail: `no host name: ${shown(value)}`, position: valuePosition });
		return [];
	});
	const version = firstOf(fields, 'version');
	if (version?.value !== 'STSv1') faults.push(wrong('version', version, 'is not STSv1'));
	const given = firstOf(fields, 'mode');
	const mode = MTA_STS_MODES.find((one) => one === given?.value) ?? null;
	if (mode === null) faults.push(wrong('mode', given, 'is none of enforce, testing, none'));
	const maxAge = secondsIn(firstOf(fields, 'max_age'), faults);
	const isComplete = mx.length > 0 || mode === 'none';
	if (!isComplete && !faults.some(({ field }) => field === 'mx')) {
		faults.push({ field: 'mx', detail: 'no mail host is named', position: null });
	}
	const isUsable = version?.value === 'STSv1' && maxAge !== null && isComplete;
	return { mode: isUsable ? mode : null, maxAge, mx, faults };
}

interface PolicyField {
	readonly name: string;
	readonly value: string;
	readonly position: number;
	readonly valuePosition: number;
}

function firstOf(fields: readonly PolicyField[], name: string): PolicyField | undefined {
	return fields.find((field) => field.name === name);
}

function policyLines(text: string) {
	const fields: PolicyField[] = [];
	const faults: MtaStsFault[] = [];
	let position = 0;
	const lines = text.split('\n');
	for (const [index, whole] of lines.entries()) {
		const isLast = index === lines.length - 1;
		const line = !isLast && whole.endsWith('\r') ? whole.slice(0, -1) : whole;
		const field = fieldIn(line, position);
		if (typeof field !== 'string') fields.push(field);
		else if (line !== '') faults.push({ field: 'line', detail: field, position });
		else if (!isLast || index === 0) {
			faults.push({ field: 'blank-line', detail: 'an empty line', position });
		}
		position += whole.length + 1;
	}
	return { fields, faults };
}

function secondsIn(field: PolicyField | undefined, faults: MtaStsFault[]): number | null {
	if (field === undefined || !/^\d{1,10}$/.test(field.value)) {
		faults.push(wrong('max_age', field, 'is no number of seconds with 1 to 10 digits'));
		return null;
	}
	const seconds = Number(field.value);
	if (seconds > MOST_SECONDS) {
		const detail = `${seconds} is more than ${MOST_SECONDS} seconds`;
		faults.push({ field: 'max_age', detail, position: field.valuePosition });
	}
	return seconds;
}

/** Names that the grammar gives a value of their own. */
const KNOWN = ['version', 'mode', 'max_age', 'mx'];

/** Why a line is no field, in words; else the field. */
function fieldIn(line: string, position: number): PolicyField | string {
	const colon = line.indexOf(':');
	const name = line.slice(0, Math.max(0, colon));
	if (!isExtensionName(name)) return `no field: ${shown(line)}`;
	const rest = line.slice(colon + 1);
	const lead = /^[ \t]*/.exec(rest)?.[0].length ?? 0;
	const value = rest.slice(lead, Math.max(lead, lengthWithoutBlanks(rest)));
	if (value === '') return `no value: ${shown(line)}`;
	if (!KNOWN.includes(name) && !isExtensionValue(value)) {
		return `a control character, or no UTF-8, in the value of ${name}`;
	}
	return { name, value, position, valuePosition: position + colon + 1 + lead };
}

/** `sts-policy-ext-value`: visible ASCII, spaces between, and what UTF-8 writes above ASCII. */
function isExtensionValue(value: string): boolean {
	return !/[\p{Cs}\ufffd]/u.test(value) && !CONTROLS.test(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the grammar excludes.
const CONTROLS = /[\u0000-\u001f\u007f]/;

/** `["*."] Domain`, the domain as in RFC 5321 §4.1.2. */
export function isMxPattern(value: string): boolean {
	if (value.length > 255) return false;
	const labels = value.replace(/^\*\./, '').split('.');
	return labels.every((label) => /^[a-z0-9-]{1,63}$/i.test(label) && !/^-|-$/.test(label));
}

/** RFC 8461 §4.1: a wildcard stands for exactly one label, the left-most. Both in lower case. */
export function isNamedBy(host: string, patterns: readonly string[]): boolean {
	const above = host.replace(/^[^.]+/, '*');
	return patterns.some((pattern) => pattern === host || pattern === above);
}

function wrong(
	field: MtaStsFault['field'],
	given: PolicyField | undefined,
	fault: string,
): MtaStsFault {
	if (given === undefined) return { field, detail: 'missing', position: null };
	return { field, detail: `${shown(given.value)} ${fault}`, position: given.valuePosition };
}

/** RFC 8461 §3.2: "a maximum of 64 kilobytes is a good choice" for senders. */
export const MOST_POLICY_BYTES = 65_536;
/** A day: with less, senders that write seldom never hold a policy. */
export const SHORT_MAX_AGE = 86_400;

const rule = ruleMaker('RFC 8461 §3.2');

/** Every rule of §3.2 that the text breaks, to the letter, and what is legal and unwise. */
export function policyRules(text: string): readonly BrokenRule[] {
	const { faults, mode, maxAge } = parseMtaStsPolicy(text);
	const seen = new Set<string>();
	const repeated = policyLines(text).fields.flatMap(({ name, position }) => {
		const isRepeat = name !== 'mx' && seen.has(name);
		seen.add(name);
		const message = `${name} is given again: senders read the first`;
		return isRepeat ? [rule('field-repeated', position, message, 'warning')] : [];
	});
	const isShort = mode !== null && mode !== 'none' && maxAge !== null && maxAge < SHORT_MAX_AGE;
	return [
		...faults.map(({ field, detail, position }) =>
			rule(
				field.replace('_', '-'),
				position,
				detail === 'missing' ? `${field} is missing` : detail,
			),
		),
		...repeated,
		...(isShort
			? [rule('max-age-short', null, `max_age ${maxAge} is less than a day`, 'warning')]
			: []),
		...(Buffer.byteLength(text) > MOST_POLICY_BYTES
			? [rule('size', null, 'more than 64 KiB: senders need not read it', 'warning')]
			: []),
	];
}

const WEEK = 604_800;

export interface PolicyText {
	readonly mode: (typeof MTA_STS_MODES)[number];
	/** Patterns. */
	readonly mx: readonly string[];
	/** Seconds. */
	readonly maxAge: number;
}

/** A policy file. */
export function policyText({ mode, mx, maxAge }: PolicyText): string {
	const hosts = mx.map((pattern) => `mx: ${pattern}`);
	return `${['version: STSv1', `mode: ${mode}`, ...hosts, `max_age: ${maxAge}`].join('\n')}\n`;
}

/** The policy as it should be; `null` where it names no mail host that could be kept. */
export function repairedPolicy(text: string): PolicyText | null {
	const loose = [
		...text
			.slice(0, MOST_POLICY_BYTES)
			.matchAll(/^[ \t]{0,8}([a-z_-]{2,8})[ \t]{0,8}[:=]([^\r\n]*)/gim),
	].map(([, name = '', value = '']) => ({
		name: name.toLowerCase().replace('-', '_'),
		value: value.trim(),
	}));
	const first = (name: string) => loose.find((field) => field.name === name)?.value.toLowerCase();
	const mode = MTA_STS_MODES.find((one) => one === first('mode')) ?? 'testing';
	const mx = loose.flatMap(({ name, value }) => (name === 'mx' ? hostsIn(value) : []));
	const age = Number(/^\d{1,10}$/.exec(first('max_age') ?? '')?.[0] ?? WEEK);
	if (mx.length === 0 && mode !== 'none') return null;
	return { mode, mx: [...new Set(mx)], maxAge: Math.min(age, MOST_SECONDS) };
}

function hostsIn(value: string): readonly string[] {
	const hosts = value.split(/[\s,;]+/).map((each) => each.toLowerCase().replace(/\.$/, ''));
	return hosts.filter((host) => host.includes('.') && isMxPattern(host));
}
