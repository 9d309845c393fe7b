/** One line of a policy, or what is missing from it, that RFC 8461 §3.2 does not allow. */
interface MtaStsFault {
	readonly field: 'version' | 'mode' | 'max_age' | 'mx' | 'line';
	readonly detail: string;
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

/** Longer ones are cut in wording. */
const SHOWN = 60;

/**
 * The policy file of RFC 8461 §3.2. Of a field that is repeated the first counts; unknown fields are
 * ignored; lines end in LF or CRLF; names and values have the case of the grammar. Looser in what it
 * takes for a mode: a line that is no field, an `mx` that is no name and a `max_age` above the limit
 * are faults that leave the rest standing, as they do in common senders.
 */
export function parseMtaStsPolicy(text: string): MtaStsPolicy {
	const { first, mx, faults } = fieldsIn(text);
	const version = first.get('version');
	if (version !== 'STSv1')
		faults.push({ field: 'version', detail: wrong(version, 'is not STSv1') });
	const given = first.get('mode');
	const mode = MTA_STS_MODES.find((one) => one === given) ?? null;
	if (mode === null) {
		faults.push({ field: 'mode', detail: wrong(given, 'is none of enforce, testing, none') });
	}
	const maxAge = secondsIn(first.get('max_age'), faults);
	const isComplete = mx.length > 0 || mode === 'none';
	if (!isComplete) faults.push({ field: 'mx', detail: 'no mail host is named' });
	const isUsable = version === 'STSv1' && maxAge !== null && isComplete;
	return { mode: isUsable ? mode : null, maxAge, mx, faults };
}

function fieldsIn(text: string) {
	const first = new Map<string, string>();
	const mx: string[] = [];
	const faults: MtaStsFault[] = [];
	for (const line of linesOf(text)) {
		const field = fieldIn(line);
		if (field === null) faults.push({ field: 'line', detail: `no field: ${shown(line)}` });
		else if (field.name !== 'mx') first.set(field.name, first.get(field.name) ?? field.value);
		else if (isPattern(field.value)) mx.push(field.value.toLowerCase());
		else faults.push({ field: 'mx', detail: `no host name: ${shown(field.value)}` });
	}
	return { first, mx, faults };
}

function secondsIn(text: string | undefined, faults: MtaStsFault[]): number | null {
	if (text === undefined || !/^\d{1,10}$/.test(text)) {
		faults.push({ field: 'max_age', detail: wrong(text, 'is no number of seconds') });
		return null;
	}
	const seconds = Number(text);
	if (seconds > MOST_SECONDS) {
		faults.push({ field: 'max_age', detail: `${seconds} is more than ${MOST_SECONDS} seconds` });
	}
	return seconds;
}

function linesOf(text: string): readonly string[] {
	const lines = text.split(/\r?\n/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function fieldIn(line: string): { name: string; value: string } | null {
	const colon = line.indexOf(':');
	const name = line.slice(0, Math.max(0, colon));
	const value = line.slice(colon + 1).replace(/^[ \t]+/, '');
	const end = lengthWithoutBlanks(value);
	if (!/^[a-z0-9][a-z0-9_.-]{0,31}$/i.test(name) || end === 0) return null;
	return { name, value: value.slice(0, end) };
}

/** A pattern anchored at the end alone would take quadratic time over a line of blanks. */
function lengthWithoutBlanks(text: string): number {
	let end = text.length;
	while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
	return end;
}

/** `["*."] Domain`, the domain as in RFC 5321 §4.1.2. */
function isPattern(value: string): boolean {
	if (value.length > 255) return false;
	const labels = value.replace(/^\*\./, '').split('.');
	return labels.every((label) => /^[a-z0-9-]{1,63}$/i.test(label) && !/^-|-$/.test(label));
}

function wrong(value: string | undefined, fault: string): string {
	return value === undefined ? 'missing' : `${shown(value)} ${fault}`;
}

function shown(text: string): string {
	return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
