import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpOutcome, TrustStore } from '../../core/io.ts';
import { lookup } from '../dns/dns.ts';
import { tlsHandshake } from '../tls/tls.ts';
import { bodyText, httpExchange, isSilence } from '../web/http.ts';
import { mailCertificateProblems } from './mail-certificate.ts';
import { mailTexts, readAnswer } from './mail-lookups.ts';
import { type MTA_STS_MODES, type MtaStsPolicy, parseMtaStsPolicy } from './mta-sts-policy.ts';

/** What a domain publishes for senders that follow RFC 8461. */
export type MtaSts =
	/** No policy that a sender could find and read. */
	| { readonly kind: 'none'; readonly detail: string }
	/** There may be one: the look-up failed, or its host did not answer us. */
	| { readonly kind: 'unknown'; readonly detail: string }
	| {
			readonly kind: 'policy';
			readonly policy: MtaStsPolicy;
			/** Of the host that serves it; DER in base64, as sent. */
			readonly chain: readonly string[];
	  };

export type MtaStsMode = (typeof MTA_STS_MODES)[number] | 'unknown';

/** RFC 8461 §3.3 suggests 64 KB as a limit for senders. */
const MOST_BYTES = 65_536;

/**
 * One DNS question; where it finds the one valid record, one HTTPS request and one handshake with
 * `mta-sts.` below the domain. Redirects are not followed (RFC 8461 §3.3).
 */
export const mtaSts = defineDerivation({
	name: 'mta-sts',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<MtaSts>> {
		const name = `_mta-sts.${domain}`;
		const found = readAnswer(name, 'TXT', await get(lookup({ name, type: 'TXT' })));
		if (found.kind !== 'answered') {
			return known(unknownMode(found.kind === 'failed' ? found.detail : `${name}: not asked`));
		}
		const texts = found.absent === null ? mailTexts(found.answer).map(({ text }) => text) : [];
		const fault = recordFault(texts);
		return known(fault === null ? await policyOf(domain, get) : noPolicy(fault));
	},
});

/** Why senders see no policy (RFC 8461 §3.1); `null` where they go on to fetch it. */
export function recordFault(texts: readonly string[]): string | null {
	const [record, ...others] = texts.filter((text) => text.startsWith('v=STSv1;'));
	if (record === undefined) return 'no record';
	if (others.length > 0) return `${others.length + 1} records, where one is allowed`;
	const fields = record.split(';').slice(1);
	const ids = fields.flatMap((field) => /^[ \t]*id=([^ \t]*)[ \t]*$/.exec(field)?.[1] ?? []);
	return /^[a-z0-9]{1,32}$/i.test(ids[0] ?? '') ? null : 'the record has no valid id';
}

async function policyOf(domain: string, get: GetFact): Promise<MtaSts> {
	const host = `mta-sts.${domain}`;
	const url = `https://${host}/.well-known/mta-sts.txt`;
	const exchange = await get(httpExchange({ url, maxBytes: MOST_BYTES }));
	if (exchange.status !== 'known') return unknownMode(`${url}: ${exchange.detail}`);
	const outcome = exchange.value;
	if (outcome.kind === 'failed' || outcome.status !== 200) return unfetched(url, outcome);
	if (outcome.body.truncated) return noPolicy(`${url} is longer than ${MOST_BYTES} bytes`);
	const policy = parseMtaStsPolicy(bodyText(outcome));
	if (policy.mode === null) {
		const [first] = policy.faults.map(({ field, detail }) => `${field}: ${detail}`);
		return noPolicy(`${url} holds no valid policy (${first ?? 'no field'})`);
	}
	const handshake = await get(tlsHandshake({ host, address: outcome.address }));
	const seen = handshake.status === 'known' ? handshake.value : null;
	if (seen?.kind !== 'completed') return unknownMode(`the certificate of ${host} was not seen`);
	return { kind: 'policy', policy, chain: seen.chain };
}

/** What may be different in a minute, or for somebody else. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

function unfetched(url: string, outcome: HttpOutcome): MtaSts {
	if (outcome.kind === 'answered') {
		const { status } = outcome;
		const detail = `${url} answers with status ${status}`;
		return status >= 500 || PASSING.has(status) ? unknownMode(detail) : noPolicy(detail);
	}
	const detail = `${url}: ${outcome.detail}`;
	const mayPass = isSilence(outcome) || outcome.how === 'reset';
	return mayPass ? unknownMode(detail) : noPolicy(detail);
}

function noPolicy(detail: string): MtaSts {
	return { kind: 'none', detail };
}

function unknownMode(detail: string): MtaSts {
	return { kind: 'unknown', detail };
}

/**
 * What senders do that fetch the policy now: one that is served with a certificate which they refuse
 * is none (RFC 8461 §3.3).
 */
export function mtaStsMode(
	found: MtaSts,
	{ domain, now, trust }: { domain: string; now: Date; trust: TrustStore },
): MtaStsMode {
	if (found.kind !== 'policy') return found.kind;
	const host = `mta-sts.${domain}`;
	const wrong = mailCertificateProblems(found, { host, now, trust }).filter(
		({ kind }) => kind !== 'expiring',
	);
	if (wrong.some(({ confidence }) => confidence === 'high')) return 'none';
	return wrong.length > 0 ? 'unknown' : (found.policy.mode ?? 'none');
}
