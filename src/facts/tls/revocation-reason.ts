/** CRLReason (RFC 5280 §5.3.1) in words. */
const REASONS: Readonly<Record<number, string>> = {
	1: 'its key is compromised',
	2: 'the key of its authority is compromised',
	3: 'the owner is no longer who it names',
	4: 'it was replaced',
	5: 'it is no longer needed',
	6: 'it is on hold',
	9: 'a privilege was withdrawn',
	10: 'the key of its authority is compromised',
};

/** `null` where no reason is given, or one that says nothing. */
export function reasonText(code: number | null): string | null {
	return code === null ? null : (REASONS[code] ?? null);
}

/** One that can be lifted again: an old answer does not prove that it still stands. */
export const ON_HOLD = 6;
