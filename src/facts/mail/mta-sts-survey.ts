import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { addressesOf, lookup } from '../dns/dns.ts';
import { tlsHandshake } from '../tls/tls.ts';
import { bodyText, fieldValues, httpExchange, isSilence, isTheirSilence } from '../web/http.ts';
import { longestTtl, mailTexts, readAnswer } from './mail-lookups.ts';
import { MOST_POLICY_BYTES, type MtaStsPolicy, parseMtaStsPolicy } from './mta-sts-policy.ts';
import {
	isMtaStsText,
	looksLikeMtaSts,
	type MtaStsRecord,
	parseMtaStsRecord,
} from './mta-sts-record.ts';

/** What stands at `_mta-sts.`. */
export type MtaStsRecordView =
	| { readonly kind: 'failed'; readonly detail: string }
	| { readonly kind: 'absent'; readonly negativeTtl: number | null }
	| { readonly kind: 'multiple'; readonly texts: readonly string[]; readonly ttl: number }
	/** One that was meant, with what is wrong with it. */
	| {
			readonly kind: 'one';
			readonly text: string;
			readonly record: MtaStsRecord;
			/** Seconds. */
			readonly ttl: number;
	  };

/** What stands at `https://mta-sts.<domain>/.well-known/mta-sts.txt`. */
export type MtaStsPolicyView =
	/** The host has no address, and nothing asked for it. */
	| { readonly kind: 'none' }
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string }
	/** Senders get nothing, and neither do we, while what is known to work does. */
	| {
			readonly kind: 'unreachable';
			readonly why: 'no-address' | 'no-connection' | 'no-tls' | 'status' | 'broken';
			readonly detail: string;
			readonly control: string;
	  }
	| { readonly kind: 'redirect'; readonly status: number; readonly location: string }
	| {
			readonly kind: 'served';
			/** Cut at 64 KiB. */
			readonly text: string;
			readonly truncated: boolean;
			readonly policy: MtaStsPolicy;
			/** Media type in lower case without parameters; empty where none was sent. */
			readonly mediaType: string;
			/** Of the host, DER in base64 as sent; `null` where no handshake was seen. */
			readonly chain: readonly string[] | null;
	  };

export interface MtaStsSurvey {
	readonly record: MtaStsRecordView;
	readonly policy: MtaStsPolicyView;
}

export function policyHost(domain: string): string {
	return `mta-sts.${domain}`;
}

export function policyUrl(domain: string): string {
	return `https://${policyHost(domain)}/.well-known/mta-sts.txt`;
}

/**
 * The record and the policy of RFC 8461, each for itself: a policy without a record is one that was
 * forgotten. Redirects are not followed (§3.3). At most two requests to the host, and two elsewhere
 * where it stays silent.
 */
export const mtaStsSurvey = defineDerivation({
	name: 'mta-sts.survey',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<MtaStsSurvey>> {
		const [record, policy] = await Promise.all([recordOf(domain, get), policyOf(domain, get)]);
		return known({ record, policy });
	},
});

async function recordOf(domain: string, get: GetFact): Promise<MtaStsRecordView> {
	const name = `_mta-sts.${domain}`;
	const found = readAnswer(name, 'TXT', await get(lookup({ name, type: 'TXT' })));
	if (found.kind !== 'answered') {
		return { kind: 'failed', detail: found.kind === 'failed' ? found.detail : name };
	}
	const texts = found.absent === null ? mailTexts(found.answer) : [];
	const strict = texts.filter(({ text }) => isMtaStsText(text));
	const ttl = longestTtl(texts);
	if (strict.length > 1) return { kind: 'multiple', texts: strict.map(({ text }) => text), ttl };
	const one = strict[0] ?? texts.find(({ text }) => looksLikeMtaSts(text));
	if (one === undefined) return { kind: 'absent', negativeTtl: found.answer.negativeTtl };
	return { kind: 'one', text: one.text, record: parseMtaStsRecord(one.text), ttl };
}

async function policyOf(domain: string, get: GetFact): Promise<MtaStsPolicyView> {
	const host = policyHost(domain);
	const addresses = await get(addressesOf({ host }));
	if (addresses.status !== 'known') return unknownAs('inconclusive', addresses.detail);
	const { v4, v6, a, aaaa } = addresses.value;
	if (v4.length + v6.length === 0) {
		const failed = [readAnswer(host, 'A', known(a)), readAnswer(host, 'AAAA', known(aaaa))].find(
			(found) => found.kind === 'failed',
		);
		return failed?.kind === 'failed' ? unknownAs('inconclusive', failed.detail) : { kind: 'none' };
	}
	const url = policyUrl(domain);
	const first = await get(httpExchange({ url, maxBytes: MOST_POLICY_BYTES }));
	if (first.status !== 'known') {
		return unknownAs(first.status === 'unknown' ? first.because : 'cause-not-found', first.detail);
	}
	if (isSettled(first.value)) return readAnswered(host, first.value, get);
	const second = await get(httpExchange({ url, maxBytes: MOST_POLICY_BYTES, again: 1 }));
	if (second.status !== 'known') {
		return unknownAs(
			second.status === 'unknown' ? second.because : 'cause-not-found',
			second.detail,
		);
	}
	if (isSettled(second.value)) return readAnswered(host, second.value, get);
	return failedTwice(url, second.value, get);
}

function unknownAs(because: UnknownReason, detail: string): MtaStsPolicyView {
	return { kind: 'unknown', because, detail };
}

/** An answer that the next sender gets, too. */
function isSettled(outcome: HttpOutcome): outcome is HttpAnswered {
	return outcome.kind === 'answered' && outcome.status < 500;
}

/** They may be turning us away alone. */
const OURS: ReadonlySet<number> = new Set([403, 408, 425, 429]);

async function readAnswered(
	host: string,
	answer: HttpAnswered,
	get: GetFact,
): Promise<MtaStsPolicyView> {
	const { status } = answer;
	if (status >= 300 && status < 400) {
		return { kind: 'redirect', status, location: fieldValues(answer, 'location')[0] ?? '' };
	}
	if (OURS.has(status)) return unknownAs('denied', `${host} answers us with status ${status}`);
	if (status !== 200) {
		const control = 'The host answers us, and says so itself.';
		return { kind: 'unreachable', why: 'status', detail: `status ${status}`, control };
	}
	const handshake = await get(tlsHandshake({ host, address: answer.address }));
	const seen = handshake.status === 'known' ? handshake.value : null;
	const text = bodyText(answer);
	return {
		kind: 'served',
		text,
		truncated: answer.body.truncated,
		policy: parseMtaStsPolicy(text),
		mediaType:
			(fieldValues(answer, 'content-type')[0] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
		chain: seen?.kind === 'completed' ? seen.chain : null,
	};
}

async function failedTwice(
	url: string,
	outcome: HttpOutcome,
	get: GetFact,
): Promise<MtaStsPolicyView> {
	const control = 'It was asked twice.';
	if (outcome.kind === 'answered') {
		const detail = `status ${outcome.status}`;
		return { kind: 'unreachable', why: 'status', detail, control };
	}
	const { how, phase, detail } = outcome;
	if (how === 'no-such-host') return unknownAs('inconclusive', detail);
	if (isSilence(outcome) && !(await isTheirSilence(url, phase, get))) {
		return unknownAs('timeout', `${url} does not answer (${phase})`);
	}
	const why =
		how === 'tls-failed' || how === 'not-tls'
			? 'no-tls'
			: phase === 'request' || how === 'bad-response'
				? 'broken'
				: 'no-connection';
	const besides = isSilence(outcome) && phase === 'connect';
	return {
		kind: 'unreachable',
		why,
		detail,
		control: besides ? `${control} Another port or host of the domain answers from here.` : control,
	};
}
