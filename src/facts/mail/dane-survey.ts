import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { type Security, type SignedLookup, signedLookup } from '../dnssec/signed-lookup.ts';
import { type MxHost, mxReading } from './mx-reading.ts';
import { parseTlsa, type TlsaRecord } from './tlsa-record.ts';

type Period = SignedLookup['periods'][number];

/** What stands at `_25._tcp.<host>`. */
export type TlsaLook =
	| {
			readonly kind: 'records';
			/** Where the records are: the name asked, or the end of its alias. */
			readonly owner: string;
			readonly security: Security;
			readonly detail: string;
			readonly records: readonly TlsaRecord[];
			/** Seconds. */
			readonly ttl: number;
			readonly periods: readonly Period[];
	  }
	| { readonly kind: 'none' }
	/** Twice, while other names of the zone and the type elsewhere are answered. */
	| { readonly kind: 'fails'; readonly detail: string; readonly control: string }
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string };

export interface DaneHost {
	readonly host: string;
	/** Who runs it, where the name shows that. */
	readonly provider: string | null;
	/** Whether its addresses are signed; without that, senders look no further (RFC 7672 §2.2.2). */
	readonly security: Security;
	readonly detail: string;
	/** `_25._tcp.<host>`, or that of its secure alias's end. */
	readonly name: string;
	readonly tlsa: TlsaLook;
}

export type DaneSurvey =
	/** No MX, or a null MX. */
	| { readonly kind: 'none' }
	| { readonly kind: 'unresolved'; readonly detail: string }
	| {
			readonly kind: 'hosts';
			/** Whether the MX records themselves are signed: what makes DANE protect anything. */
			readonly mx: Security;
			/** Best preference first; only hosts that have an address. */
			readonly hosts: readonly DaneHost[];
	  };

/** The largest set that a provider has asked its customers to publish is seven. */
const MOST_HOSTS = 8;

/**
 * TLSA records of every mail host, and whether a sender that validates may believe them. Two questions
 * a name, and those that show who signs. A question that fails is asked again, and so is the root for
 * the same type, because there are networks that let no TLSA through.
 */
export const daneSurvey = defineDerivation({
	name: 'dane.survey',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<DaneSurvey>> {
		const mx = await get(mxReading({ domain }));
		if (mx.status !== 'known') return mx;
		if (mx.value.kind === 'failed') {
			return known({ kind: 'unresolved' as const, detail: mx.value.detail });
		}
		const named = mx.value.kind === 'records' ? distinct(mx.value.hosts) : [];
		if (named.length === 0) return known({ kind: 'none' as const });
		const [records, ...hosts] = await Promise.all([
			get(signedLookup({ name: domain, type: 'MX' })),
			...named
				.filter(({ v4, v6 }) => v4.length + v6.length > 0)
				.slice(0, MOST_HOSTS)
				.map((host) => lookAt(host, get)),
		]);
		const security = records.status === 'known' ? records.value.security : 'unclear';
		return known({ kind: 'hosts' as const, mx: security, hosts });
	},
});

function distinct(hosts: readonly MxHost[]): readonly MxHost[] {
	const real = hosts.filter(({ exchange }) => exchange !== '');
	const names = real.map(({ exchange }) => exchange);
	return real.filter(({ exchange }, index) => names.indexOf(exchange) === index);
}

async function lookAt({ exchange, v4, provider }: MxHost, get: GetFact): Promise<DaneHost> {
	const address = await get(signedLookup({ name: exchange, type: v4.length > 0 ? 'A' : 'AAAA' }));
	const { security, detail, alias } = standing(address);
	const about = { host: exchange, provider: provider?.name ?? null, security, detail };
	// RFC 7672 §2.2.2: the end of a secure alias first, then the name itself.
	const bases = security === 'secure' && alias !== null ? [alias, exchange] : [exchange];
	let found: { name: string; tlsa: TlsaLook } = {
		name: `_25._tcp.${exchange}`,
		tlsa: { kind: 'none' },
	};
	for (const base of bases) {
		found = { name: `_25._tcp.${base}`, tlsa: await tlsaAt(`_25._tcp.${base}`, get) };
		if (found.tlsa.kind !== 'none') break;
	}
	return { ...about, ...found };
}

function standing(fact: Fact<SignedLookup>): {
	security: Security;
	detail: string;
	alias: string | null;
} {
	if (fact.status !== 'known') return { security: 'unclear', detail: fact.detail, alias: null };
	const { security, detail, answer } = fact.value;
	return { security, detail, alias: answer.chain.at(-1)?.target ?? null };
}

async function tlsaAt(name: string, get: GetFact): Promise<TlsaLook> {
	const fact = await get(signedLookup({ name, type: 'TLSA' }));
	if (fact.status !== 'known') {
		const because = fact.status === 'unknown' ? fact.because : 'cause-not-found';
		return { kind: 'unknown', because, detail: fact.detail };
	}
	const { answer, security, detail, periods } = fact.value;
	switch (answer.status) {
		case 'ok':
			return {
				kind: 'records',
				owner: answer.records[0]?.owner ?? name,
				security,
				detail,
				records: recordsIn(answer),
				ttl: Math.max(0, ...answer.records.map(({ ttl }) => ttl)),
				periods,
			};
		case 'nodata':
		case 'nxdomain':
		case 'cname-only':
			// A proof that is no proof is SERVFAIL to everybody who validates.
			return security === 'bogus' && periods.length > 0
				? { kind: 'fails', detail, control: 'Other signatures of the zone verify up to the root.' }
				: { kind: 'none' };
		case 'servfail':
		case 'no-response':
			return secondTry(name, answer, get);
		default:
			return {
				kind: 'unknown',
				because: 'inconclusive',
				detail: `${name} TLSA: ${answer.status.replaceAll('-', ' ')}`,
			};
	}
}

async function secondTry(name: string, first: DnsAnswer, get: GetFact): Promise<TlsaLook> {
	const [second, elsewhere] = await Promise.all([
		get(dnsAnswer({ name, type: 'TLSA', again: 1 })),
		get(dnsAnswer({ name: '.', type: 'TLSA' })),
	]);
	const words = (answer: DnsAnswer) =>
		answer.status === 'servfail' ? 'SERVFAIL' : answer.status.replaceAll('-', ' ');
	const detail = `${name} TLSA: ${words(first)}`;
	const isTwice = second.status === 'known' && FAILS.has(second.value.status);
	if (!isTwice) {
		return {
			kind: 'unknown',
			because: 'inconclusive',
			detail: `${detail}, and not the second time`,
		};
	}
	const isPassed = elsewhere.status === 'known' && !FAILS.has(elsewhere.value.status);
	return isPassed
		? {
				kind: 'fails',
				detail: first.detail === '' ? detail : `${detail} (${first.detail})`,
				control: 'It was asked twice; TLSA of the root and the addresses of the host are answered.',
			}
		: { kind: 'unknown', because: 'unsupported', detail: 'the resolver answers no TLSA question' };
}

const FAILS: ReadonlySet<string> = new Set(['servfail', 'no-response', 'connection-refused']);

function recordsIn({ records }: DnsAnswer): readonly TlsaRecord[] {
	return records.flatMap(({ type, text }) => {
		const record = type === 'TLSA' ? parseTlsa(text) : null;
		return record === null ? [] : [record];
	});
}
