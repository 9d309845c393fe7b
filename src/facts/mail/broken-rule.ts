/** A place where a record leaves its standard, or keeps to it and should change all the same. */
export interface BrokenRule {
	/** Short and stable: `version`, `id`, `terms-after-all`. */
	readonly rule: string;
	/** `RFC 8461 §3.1`. */
	readonly section: string;
	/** 0-based offset into the text, at most its length; `null` where it is about the whole. */
	readonly position: number | null;
	/** One sentence without its full stop. */
	readonly message: string;
	/** `error`: the record is not valid. */
	readonly severity: 'error' | 'warning' | 'info';
}

type Severity = BrokenRule['severity'];

/** Makes rules of one section. */
export function ruleMaker(section: string) {
	return (
		rule: string,
		position: number | null,
		message: string,
		severity: Severity = 'error',
	): BrokenRule => ({ rule, section, position, message, severity });
}

export function isError({ severity }: BrokenRule): boolean {
	return severity === 'error';
}

/** Longer ones are cut in wording. */
const SHOWN = 60;

/** Text of a record inside a message. */
export function shown(text: string): string {
	return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
