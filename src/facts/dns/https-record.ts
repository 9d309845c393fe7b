import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsData, TlsOutcome } from '../../core/io.ts';
import { coversHost, referenceOf } from '../tls/host-match.ts';
import { tlsHandshake } from '../tls/tls.ts';
import { parseCertificate } from '../tls/x509.ts';
import { addressesIn, addressesOf, dnsAnswer, lookup } from './dns.ts';
import { isReachableClass, networkScope } from './network-scope.ts';

/** One HTTPS record (RFC 9460 §2). */
export interface HttpsRecord {
	/** RDATA in presentation form. */
	readonly text: string;
	/** 0 is an alias. */
	readonly priority: number;
	/** `.` for the owner itself. */
	readonly target: string;
	/** In wire order. */
	readonly params: readonly (readonly [key: string, value: string])[];
}

/** What a handshake showed at a place where the record sends browsers. */
export type Reached =
	| {
			readonly kind: 'completed';
			readonly alpn: string | null;
			/** The leaf names the host. */
			readonly covers: boolean;
			/** Of the leaf, hex; empty where it could not be read. */
			readonly sha256: string;
	  }
	/** `isSure`: not merely silence, which may be a filter on our way. */
	| { readonly kind: 'failed'; readonly how: string; readonly isSure: boolean }
	| { readonly kind: 'not-tried' };

export interface HttpsEndpoint {
	readonly record: HttpsRecord;
	/** The name whose addresses count. */
	readonly target: string;
	/** `null` where nobody says. */
	readonly addresses: readonly string[] | null;
	readonly port: number;
	/** At an address of the target. */
	readonly reached: Reached;
	/** Hints that are not among the addresses, asked twice. */
	readonly strayHints: readonly { readonly address: string; readonly reached: Reached }[];
}

export interface HttpsRecordSurvey {
	/** The name that has the records; the host, or the end of its aliases. */
	readonly owner: string;
	readonly ttl: number | null;
	/** Empty where there are none. */
	readonly records: readonly HttpsRecord[];
	readonly endpoints: readonly HttpsEndpoint[];
	/** As browsers without these records reach the host. */
	readonly plain: { readonly addresses: readonly string[]; readonly reached: Reached };
	/** Why records could not be read; empty where all could. */
	readonly unread: string;
}

/** More hints or records than these say nothing new. */
const MOST_HINTS = 4;
const MOST_RECORDS = 4;
const HTTPS_PORT = 443;
const NOT_TRIED: Reached = { kind: 'not-tried' };

/**
 * A host's HTTPS records, and one handshake at each place where they send browsers and plain address
 * records do not: another name, another port, an address that only a hint names. Nothing is asked of a
 * host without such a record but the record itself.
 */
export const httpsRecordSurvey = defineDerivation({
	name: 'dns.https-record',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<HttpsRecordSurvey>> {
		const answer = await get(lookup({ name: host, type: 'HTTPS' }));
		if (answer.status !== 'known') return answer;
		const { records, chain, detail, status } = answer.value;
		const owner = chain.at(-1)?.target ?? host;
		const read = records.flatMap(({ data, text }) => recordOf(data, text));
		const isUnread = status === 'malformed' || (status === 'ok' && read.length < records.length);
		const unread = isUnread ? detail || 'its data is cut or too long' : '';
		const nothing = { addresses: [], reached: NOT_TRIED };
		const ttls = records.map(({ ttl }) => ttl);
		const bare = {
			...{ owner, records: read, unread },
			ttl: ttls.length > 0 ? Math.min(...ttls) : null,
		};
		if (read.length === 0) return known({ ...bare, endpoints: [], plain: nothing });
		const found = await get(addressesOf({ host }));
		const addresses = found.status === 'known' ? [...found.value.v4, ...found.value.v6] : [];
		const reached = await reach(host, addresses[0], HTTPS_PORT, get);
		const endpoints = await Promise.all(
			read.slice(0, MOST_RECORDS).map((record) => endpointOf(host, owner, record, get)),
		);
		return known({ ...bare, endpoints, plain: { addresses, reached } });
	},
});

function recordOf(data: DnsData, text: string): readonly HttpsRecord[] {
	if (data.type !== 'HTTPS') return [];
	const { priority, target, params } = data;
	return [{ text, priority, target, params }];
}

export function paramOf({ params }: HttpsRecord, key: string): string | undefined {
	return params.find(([name]) => name === key)?.[1];
}

/** Items of a list value; an escaped comma belongs to its item. */
export function itemsOf(value: string | undefined): readonly string[] {
	if (value === undefined || value === '') return [];
	return value.split(/(?<!\\),/);
}

async function endpointOf(
	host: string,
	owner: string,
	record: HttpsRecord,
	get: GetFact,
): Promise<HttpsEndpoint> {
	const target = record.target === '.' ? owner : record.target;
	const isOff = record.priority === 0 && record.target === '.';
	const port = Number(paramOf(record, 'port') ?? HTTPS_PORT);
	const addresses = isOff ? [] : await addressesAt(target, get);
	const basics = { record, target, port, addresses };
	if (isOff || addresses === null || addresses.length === 0) {
		return { ...basics, reached: NOT_TRIED, strayHints: [] };
	}
	const hints = ['ipv4hint', 'ipv6hint'].flatMap((key) => itemsOf(paramOf(record, key)));
	const stray = await strays(hints.slice(0, MOST_HINTS), target, addresses, get);
	const [reached, ...atHints] = await Promise.all(
		[addresses[0], ...stray].map((address) => reach(host, address, port, get)),
	);
	const strayHints = stray.map((address, at) => ({ address, reached: atHints[at] ?? NOT_TRIED }));
	return { ...basics, reached: reached ?? NOT_TRIED, strayHints };
}

async function addressesAt(target: string, get: GetFact): Promise<readonly string[] | null> {
	const found = await get(addressesOf({ host: target }));
	if (found.status !== 'known') return null;
	const { a, aaaa, v4, v6 } = found.value;
	const isSaid = [a, aaaa].every(({ status }) =>
		['ok', 'nodata', 'nxdomain', 'cname-only'].includes(status),
	);
	return v4.length + v6.length > 0 || isSaid ? [...v4, ...v6] : null;
}

/** Pools show another part of themselves each time: what a second look shows is no stray. */
async function strays(
	hints: readonly string[],
	target: string,
	addresses: readonly string[],
	get: GetFact,
): Promise<readonly string[]> {
	const first = hints.filter((hint) => !addresses.includes(hint));
	if (first.length === 0) return [];
	const second = await Promise.all(
		['A', 'AAAA'].map((type) => get(dnsAnswer({ name: target, type, again: 1 }))),
	);
	const seen = second.flatMap((fact) => (fact.status === 'known' ? addressesIn(fact.value) : []));
	return first.filter((hint) => !seen.includes(hint));
}

async function reach(
	host: string,
	address: string | undefined,
	port: number,
	get: GetFact,
): Promise<Reached> {
	const scope = await get(networkScope({}));
	if (address === undefined || scope.status !== 'known') return NOT_TRIED;
	if (!isReachableClass(address, scope.value)) return NOT_TRIED;
	const outcome = await get(tlsHandshake({ host, address, port }));
	return outcome.status === 'known' ? reachedBy(host, outcome.value) : NOT_TRIED;
}

function reachedBy(host: string, outcome: TlsOutcome): Reached {
	if (outcome.kind === 'failed') {
		const { how } = outcome;
		return { kind: 'failed', how, isSure: how !== 'silent' && how !== 'unreachable' };
	}
	const [leaf = ''] = outcome.chain;
	const parsed = parseCertificate(Buffer.from(leaf, 'base64'));
	const reference = referenceOf(host);
	const covers =
		parsed.kind === 'certificate' &&
		reference !== null &&
		coversHost(parsed.certificate.altNames ?? [], reference);
	const sha256 = parsed.kind === 'certificate' ? parsed.certificate.sha256 : '';
	return { kind: 'completed', alpn: outcome.alpn, covers, sha256 };
}
