/**
 * What a format says of the place a value stands in. `setting`: only its name speaks; every other is a
 * place for credentials, whatever the value looks like.
 */
export type Slot =
	| 'setting'
	| 'login'
	| 'database'
	| 'registry'
	| 'cluster'
	| 'cloud'
	| 'signing'
	| 'hash'
	| 'session'
	| 'password';

/** A value in a file of a known format. It holds the raw value: it never becomes part of a fact. */
export interface Reading {
	/** As the format calls it: a key, a variable, a header. */
	readonly name: string;
	readonly value: string;
	/** Where it is written, as it is written there. */
	readonly start: number;
	readonly end: number;
	readonly slot: Slot;
	/** What it opens; empty where the format does not say. */
	readonly host: string;
	/** Where the encoding is the writer's, and not a part of the format. */
	readonly encoded: 'base64' | null;
	/** Belongs to a development or test section, which nobody deploys. */
	readonly forDevelopment: boolean;
}

/** A reading with what most have in common. */
export function reading(
	given: Pick<Reading, 'name' | 'value' | 'start' | 'end' | 'slot'> & Partial<Reading>,
): Reading {
	return { host: '', encoded: null, forDevelopment: false, ...given };
}
