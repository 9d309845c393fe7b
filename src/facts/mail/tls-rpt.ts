import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { lookup } from '../dns/dns.ts';
import { longestTtl, mailTexts, readAnswer } from './mail-lookups.ts';
import { mxReading } from './mx-reading.ts';
import {
	isTlsRptText,
	looksLikeTlsRpt,
	parseTlsRptRecord,
	type TlsRptRecord,
} from './tls-rpt-record.ts';

/** What stands at `_smtp._tls.`. */
export type TlsRptView =
	| { readonly kind: 'failed'; readonly detail: string }
	| { readonly kind: 'absent'; readonly negativeTtl: number | null }
	| { readonly kind: 'multiple'; readonly texts: readonly string[]; readonly ttl: number }
	| {
			readonly kind: 'one';
			readonly text: string;
			readonly record: TlsRptRecord;
			/** Seconds. */
			readonly ttl: number;
	  };

export const tlsRpt = defineDerivation({
	name: 'tls-rpt',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<TlsRptView>> {
		return known(await tlsRptOf(domain, get));
	},
});

async function tlsRptOf(domain: string, get: GetFact): Promise<TlsRptView> {
	const name = `_smtp._tls.${domain}`;
	const found = readAnswer(name, 'TXT', await get(lookup({ name, type: 'TXT' })));
	if (found.kind !== 'answered') {
		return { kind: 'failed', detail: found.kind === 'failed' ? found.detail : name };
	}
	const texts = found.absent === null ? mailTexts(found.answer) : [];
	const strict = texts.filter(({ text }) => isTlsRptText(text));
	const ttl = longestTtl(texts);
	if (strict.length > 1) return { kind: 'multiple', texts: strict.map(({ text }) => text), ttl };
	const one = strict[0] ?? texts.find(({ text }) => looksLikeTlsRpt(text));
	if (one === undefined) return { kind: 'absent', negativeTtl: found.answer.negativeTtl };
	return { kind: 'one', text: one.text, record: parseTlsRptRecord(one.text), ttl };
}

/** Mail hosts asked for TLSA. */
const MOST_HOSTS = 5;

/** Mail hosts with TLSA records that our resolver validated: senders with DANE hold them to it. */
export const daneHosts = defineDerivation({
	name: 'dane.hosts',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<readonly string[]>> {
		const mx = await get(mxReading({ domain }));
		if (mx.status !== 'known') return mx;
		const hosts = mx.value.kind === 'records' ? mx.value.hosts : [];
		const named = hosts.map(({ exchange }) => exchange).filter((host) => host !== '');
		const found = await Promise.all(
			named.slice(0, MOST_HOSTS).map(async (host) => {
				const tlsa = await get(lookup({ name: `_25._tcp.${host}`, type: 'TLSA' }));
				const isSafe = tlsa.status === 'known' && tlsa.value.status === 'ok' && tlsa.value.ad;
				return isSafe ? [host] : [];
			}),
		);
		return known(found.flat());
	},
});
