import { parseBimiRecord, repairedBimiRecord } from './bimi-record.ts';
import { type BrokenRule, isError, ruleMaker } from './broken-rule.ts';
import { effectiveRecord } from './dmarc-record.ts';
import { lintDkim } from './lint-dkim.ts';
import { lintDmarc } from './lint-dmarc.ts';
import { lintSpf } from './lint-spf.ts';
import { parseMtaStsPolicy, policyRules, policyText, repairedPolicy } from './mta-sts-policy.ts';
import { parseMtaStsRecord, repairedMtaStsRecord } from './mta-sts-record.ts';
import { parseTlsRptRecord, repairedTlsRptRecord } from './tls-rpt-record.ts';

export const RECORD_TYPES = [
	'spf',
	'dkim',
	'dmarc',
	'mta-sts',
	'mta-sts-policy',
	'tls-rpt',
	'bimi',
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** What one record says and which rules it breaks, before it is published. */
export interface RecordLint {
	readonly type: RecordType;
	/** No rule of severity `error` is broken. */
	readonly valid: boolean;
	/** In the order of their places, those about the whole last; positions count UTF-16 units. */
	readonly rules: readonly BrokenRule[];
	/** Broken rules beyond those listed. */
	readonly more: number;
	/** What receivers read; plain JSON. */
	readonly parsed: unknown;
	/** The record as it should be; `null` where there is nothing to change, or no safe guess. */
	readonly fixed: string | null;
}

interface Raw {
	readonly parsed: unknown;
	readonly broken: readonly BrokenRule[];
	readonly fixed: string | null;
}

/** 65,535 bytes of RDATA (RFC 1035 §3.2.1), in strings of 255 with a length byte each. */
const MOST_TXT_BYTES = 65_279;
/** Listed; a hostile text has a fault a character. */
const MOST_RULES = 100;

/**
 * The same parsers as the audit's. A TXT record is read as the bytes that DNS would carry, UTF-8 where
 * the text is not ASCII, and no further than one can be long. `newId` is for an MTA-STS record whose own id cannot be kept. Linear.
 */
export function lintRecord(
	type: RecordType,
	text: string,
	{ newId }: { readonly newId: string },
): RecordLint {
	const formed = text.toWellFormed();
	if (type === 'mta-sts-policy') return finished(type, formed, lintPolicy(formed), (at) => at);
	const bytes = Buffer.from(formed, 'utf8').toString('latin1');
	const place = placesIn(formed, bytes.length);
	const raw = LINTS[type](bytes.slice(0, MOST_TXT_BYTES), newId);
	if (bytes.length <= MOST_TXT_BYTES) return finished(type, formed, raw, place);
	const message = `${bytes.length} bytes do not fit one TXT record: only the first ${MOST_TXT_BYTES} are read`;
	const tooLong = ruleMaker('RFC 1035 §3.2.1')('too-long', MOST_TXT_BYTES, message);
	return finished(type, formed, { ...raw, broken: [...raw.broken, tooLong], fixed: null }, place);
}

const LINTS: Readonly<
	Record<Exclude<RecordType, 'mta-sts-policy'>, (text: string, newId: string) => Raw>
> = {
	spf(text) {
		const { record, lookups, broken, fixed } = lintSpf(text);
		return { parsed: { terms: record?.terms ?? [], lookups }, broken, fixed };
	},
	dkim(text) {
		const { record, broken, fixed } = lintDkim(text);
		const { tags, key, hashes, services, testing } = record;
		return { parsed: { tags, key, hashes, services, testing }, broken, fixed };
	},
	dmarc(text) {
		const { record, broken, fixed } = lintDmarc(text);
		if (record === null) return { parsed: null, broken, fixed };
		const { tags, rua, ruf } = record;
		return { parsed: { tags, policy: effectiveRecord(record), rua, ruf }, broken, fixed };
	},
	'mta-sts'(text, newId) {
		const { id, extensions, broken } = parseMtaStsRecord(text);
		const fixed = changed(text, broken, () => repairedMtaStsRecord(text, newId));
		return { parsed: { id, extensions }, broken, fixed };
	},
	'tls-rpt'(text) {
		const { rua, extensions, broken } = parseTlsRptRecord(text);
		const fixed = changed(text, broken, () => repairedTlsRptRecord(text));
		return { parsed: { rua, extensions }, broken, fixed };
	},
	bimi(text) {
		const { tags, location, authority, declined, broken } = parseBimiRecord(text);
		const fixed = changed(text, broken, () => repairedBimiRecord(text));
		return { parsed: { tags, location, authority, declined }, broken, fixed };
	},
};

function lintPolicy(text: string): Raw {
	const { mode, maxAge, mx } = parseMtaStsPolicy(text);
	const broken = policyRules(text);
	const fixed = changed(text, broken, () => {
		const policy = repairedPolicy(text);
		return policy === null ? null : policyText(policy);
	});
	return { parsed: { mode, maxAge, mx }, broken, fixed };
}

function changed(
	text: string,
	broken: readonly BrokenRule[],
	repair: () => string | null,
): string | null {
	if (broken.every(({ severity }) => severity === 'info')) return null;
	const fixed = repair();
	return fixed === text ? null : fixed;
}

function finished(
	type: RecordType,
	text: string,
	{ parsed, broken, fixed }: Raw,
	place: (at: number) => number,
): RecordLint {
	const rules = [...broken]
		.sort((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity) || 0)
		.slice(0, MOST_RULES)
		.map((rule) => ({
			...rule,
			position: rule.position === null ? null : Math.min(text.length, place(rule.position)),
			message: decoded(rule.message),
		}));
	return {
		type,
		valid: !broken.some(isError),
		rules,
		more: broken.length - rules.length,
		parsed: JSON.parse(JSON.stringify(parsed), (key, value) => {
			if (typeof value === 'string') return decoded(value);
			const isPlace = typeof value === 'number' && /^(?:valueP|p)osition$/.test(key);
			return isPlace ? place(value) : value;
		}),
		fixed: fixed === null ? null : decoded(fixed),
	};
}

/** Bytes back to the text that they came from. */
function decoded(text: string): string {
	return text.replace(/[\x80-\xff]+/g, (run) => Buffer.from(run, 'latin1').toString('utf8'));
}

/** From an offset in the bytes to one in the text. */
function placesIn(text: string, length: number): (at: number) => number {
	if (text.length === length) return (at) => at;
	const places = new Uint32Array(length + 1);
	let byte = 0;
	let index = 0;
	for (const character of text) {
		const size = Buffer.byteLength(character);
		places.fill(index, byte, byte + size);
		byte += size;
		index += character.length;
	}
	places[length] = text.length;
	return (at) => places[at] ?? text.length;
}
