import { atOnce } from '../../core/at-once.ts';
import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import { type Fact, type FactRef, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer, DnsData, DnsStatus } from '../../core/io.ts';
import { lookup } from '../dns/dns.ts';

/** An answer as far as it is known; `null` where it has still to be asked. */
export type Ask = (name: string, type: string) => Fact<DnsAnswer> | null;

/** Under way at a time: a home router's resolver drops more. */
const QUESTIONS_AT_ONCE = 24;

/** Deeper than any chain of includes that receivers follow (RFC 7208 §4.6.4 stops at 10). */
const MOST_ROUNDS = 24;

/**
 * Runs pure work over DNS that asks for more as it goes: what it wanted and did not have is looked up
 * at once, in parallel, and the work is done again, until it wants nothing more. So a walk is a plain
 * function of answers, and its latency is its depth.
 */
export async function settle<T>(get: GetFact, work: (ask: Ask) => T): Promise<T> {
	const answers = new Map<string, Fact<DnsAnswer>>();
	for (let round = 0; ; round += 1) {
		const wanted = new Map<string, FactRef<DnsAnswer>>();
		const done = work((name, type) => {
			if (!isAskable(name)) return known(neverThere(name));
			const ref = lookup({ name, type });
			const answer = answers.get(ref.key);
			if (answer === undefined) wanted.set(ref.key, ref);
			return answer ?? null;
		});
		if (wanted.size === 0 || round === MOST_ROUNDS) return done;
		await atOnce(QUESTIONS_AT_ONCE, [...wanted], async ([key, ref]) => {
			answers.set(key, await get(ref));
		});
	}
}

/** RFC 1035 §3.1: labels of 1 to 63 bytes, 253 in all. Records may hold anything else. */
function isAskable(name: string): boolean {
	return name.length <= 253 && name.split('.').every((label) => /^[^.]{1,63}$/s.test(label));
}

/** What receivers make of a name that cannot exist (RFC 7208 §4.3): as if it did not. */
function neverThere(name: string): DnsAnswer {
	return {
		...EMPTY_ANSWER,
		status: 'nxdomain',
		server: '',
		transport: 'udp',
		detail: `${name.slice(0, 80)} is no domain name; it was not asked`,
	};
}

/** What an answer means for mail. `failed` is SERVFAIL, silence and the like: temperror, never absence. */
export type Found =
	| { readonly kind: 'pending' }
	| { readonly kind: 'failed'; readonly detail: string }
	| { readonly kind: 'answered'; readonly answer: DnsAnswer; readonly absent: Absence | null };

type Absence = 'nxdomain' | 'nodata';

const ABSENCE: Readonly<Partial<Record<DnsStatus, Absence>>> = {
	nxdomain: 'nxdomain',
	nodata: 'nodata',
	'cname-only': 'nodata',
};

export function readAnswer(name: string, type: string, fact: Fact<DnsAnswer> | null): Found {
	if (fact === null) return { kind: 'pending' };
	if (fact.status !== 'known') return { kind: 'failed', detail: `${name} ${type}: ${fact.detail}` };
	const answer = fact.value;
	if (answer.status === 'ok') return { kind: 'answered', answer, absent: null };
	const absent = ABSENCE[answer.status];
	return absent === undefined
		? { kind: 'failed', detail: `${name} ${type}: ${answer.status.replaceAll('-', ' ')}` }
		: { kind: 'answered', answer, absent };
}

/** One TXT record: where its strings join is where spaces get lost. */
export interface MailText {
	/** Strings joined without a separator (RFC 7208 §3.3), one character a byte. */
	readonly text: string;
	/** Offsets at which strings join. */
	readonly joints: readonly number[];
	/** Seconds. */
	readonly ttl: number;
}

/** Every record of a type with strings, in the answer's order. */
export function mailTexts(answer: DnsAnswer): readonly MailText[] {
	return answer.records.flatMap(({ data, ttl }) => {
		if (!hasStrings(data)) return [];
		const joints: number[] = [];
		let end = 0;
		for (const each of data.strings.slice(0, -1)) {
			end += each.length;
			joints.push(end);
		}
		return [{ text: data.strings.join(''), joints, ttl }];
	});
}

function hasStrings(data: DnsData): data is Extract<DnsData, { strings: readonly string[] }> {
	return data.type === 'TXT' || data.type === 'SPF';
}

/** Seconds until a change of these records is seen everywhere: the longest TTL. */
export function longestTtl(texts: readonly { readonly ttl: number }[]): number {
	return Math.max(0, ...texts.map(({ ttl }) => ttl));
}

/**
 * Bytes of the UDP answer that holds these records (RFC 1035 §4): header, question, and for each
 * record a compressed owner (2), type, class, TTL and length (10), and its strings with their length
 * bytes. EDNS adds 11.
 */
export function answerSize(name: string, answer: DnsAnswer): number {
	const question = name.length + 2 + 4;
	const records = answer.records.reduce((sum, { data }) => {
		if (!hasStrings(data)) return sum;
		return sum + 12 + data.strings.reduce((bytes, each) => bytes + 1 + each.length, 0);
	}, 0);
	const aliases = answer.chain.reduce((sum, { target }) => sum + 12 + target.length + 2, 0);
	return 12 + question + aliases + records + 11;
}
