import type { DnsAnswer } from './io.ts';

/** An answer that says nothing; who makes one says what it is, from whom, and what it holds. */
export const EMPTY_ANSWER = {
	rcode: null,
	aa: false,
	ad: false,
	ra: false,
	ede: [],
	chain: [],
	records: [],
	authority: [],
	additional: [],
	negativeTtl: null,
	quirks: [],
} as const satisfies Partial<DnsAnswer>;
