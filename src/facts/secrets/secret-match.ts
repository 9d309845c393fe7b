import type { CheckState } from './secret-checksum.ts';
import type { Rank, SecretRule } from './secret-rule.ts';

/** A secret in a text. It holds the raw value: it never becomes part of a fact. */
export interface Match {
	readonly rule: SecretRule;
	readonly rank: Rank;
	readonly start: number;
	/** Index behind the last character of the text that gives it away. */
	readonly end: number;
	/** The secret itself: of a URI the password, of a key its whole block. */
	readonly value: string;
	readonly state: CheckState;
	readonly traits: Traits;
	/** Of several matches of one rank on the same bytes the higher counts; none: what its rule says. */
	readonly exactness?: number;
}

/** What else a value shows. */
export interface Traits {
	/** Seconds since 1970, from a JWT; `null` where it says nothing. */
	readonly expiresAt: number | null;
	/** The URI points to this machine, a compose service or a documentation name. */
	readonly local: boolean;
	/** A key under a passphrase. */
	readonly encrypted: boolean;
	/** A key that a standard or a tool publishes for tests. */
	readonly published: boolean;
	/** An identifier whose secret stands beside it, or that secret. */
	readonly paired: boolean;
	/** Written so that it shows only after decoding: how. */
	readonly encoded: 'base64' | 'percent' | 'unicode' | null;
}

export const PLAIN: Traits = {
	expiresAt: null,
	local: false,
	encrypted: false,
	published: false,
	paired: false,
	encoded: null,
};
