import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { SmtpOutcome } from '../../core/io.ts';
import { addressClass } from '../dns/address-class.ts';
import { isReachableClass, networkScope } from '../dns/network-scope.ts';
import { certificateSummary } from '../tls/served-chains.ts';
import { trustStore } from '../tls/tls.ts';
import { mailCertificateProblems } from './mail-certificate.ts';
import { type MxHost, mxReading } from './mx-reading.ts';
import { smtpSession } from './smtp.ts';

/** What port 25 did at one address. */
export type SmtpLook = { readonly address: string; readonly family: 4 | 6 } & (
	| SmtpOutcome
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string }
);

export interface MailHost {
	readonly host: string;
	readonly preference: number;
	/** Who runs it, where the name shows that. */
	readonly provider: string | null;
	/** At least one. */
	readonly looks: readonly SmtpLook[];
	/** What it agrees to when it is offered TLS 1.1 at most, beside what it prefers; `null` for nothing. */
	readonly older: { readonly address: string; readonly outcome: OlderSession } | null;
}

/** A session that ended in TLS 1.0 or 1.1. */
type OlderSession = Extract<SmtpOutcome, { kind: 'session' }>;

export type SmtpSurvey =
	/** No MX, or a null MX. */
	| { readonly kind: 'none' }
	| { readonly kind: 'unresolved'; readonly detail: string }
	/** No mail host has an address that can be reached. */
	| { readonly kind: 'nowhere'; readonly detail: string }
	| {
			readonly kind: 'hosts';
			/** Best preference first. */
			readonly hosts: readonly MailHost[];
			/** Mail hosts that were not looked at, and why, in words. */
			readonly unseen: readonly string[];
			/** What shows that somebody between us and them answers in their place. */
			readonly intercepted: string | null;
	  };

/** The largest set that a provider has asked its customers to publish is seven. */
const MOST_HOSTS = 8;
/** Of each family. A host with more is a farm of equals. */
const MOST_ADDRESSES = 3;

/** Nothing is there, in any network: whatever answers is on our side. */
const NOWHERE = '192.0.2.1';

/**
 * One session with every address of every mail host of a domain, all at once; addresses that nobody
 * can reach are left out, because a stranger's record must not lead us into the network we stand in.
 * What fails beside others that answer is asked once more, and before a host is accused of weak
 * encryption, port 25 of an address where nothing is: networks that take mail connections over exist.
 */
export const smtpSurvey = defineDerivation({
	name: 'smtp.survey',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<SmtpSurvey>> {
		const mx = await get(mxReading({ domain }));
		if (mx.status !== 'known') return mx;
		if (mx.value.kind === 'failed') {
			return known({ kind: 'unresolved' as const, detail: mx.value.detail });
		}
		const named = mx.value.kind === 'records' ? distinct(mx.value.hosts) : [];
		if (named.length === 0) return known({ kind: 'none' as const });
		const found = await Promise.all(
			named.map(async (host) => ({ ...host, addresses: await addressesFor(host, get) })),
		);
		const open = found.filter(({ addresses }) => addresses.length > 0);
		const failed = found.flatMap(({ addresses, failed: detail }) =>
			addresses.length === 0 && detail !== null ? [detail] : [],
		);
		if (open.length === 0) {
			const detail = `no mail host of ${domain} has an address that can be reached`;
			return known(
				failed.length > 0
					? { kind: 'unresolved' as const, detail: failed.join('; ') }
					: { kind: 'nowhere' as const, detail },
			);
		}
		const seen = await secondLooks(
			await Promise.all(open.slice(0, MOST_HOSTS).map((host) => looksAt(host, get))),
			get,
		);
		const hosts = await Promise.all(
			seen.map(async (host) => ({ ...host, older: await olderAt(host, get) })),
		);
		const left = open.slice(MOST_HOSTS).map(({ exchange }) => `${exchange}: one host too many`);
		return known({
			kind: 'hosts' as const,
			hosts,
			unseen: [...failed, ...left],
			intercepted: (await isSuspicious(hosts, get)) ? await interception(get) : null,
		});
	},
});

function distinct(hosts: readonly MxHost[]): readonly MxHost[] {
	const real = hosts.filter(({ exchange }) => exchange !== '');
	const nameAt = real.map(({ exchange }) => exchange);
	return real.filter(({ exchange }, index) => nameAt.indexOf(exchange) === index);
}

async function addressesFor(
	{ exchange, v4, v6 }: MxHost,
	get: GetFact,
): Promise<readonly string[]> {
	// RFC 6761 §6.3: every machine's own.
	if (/(?:^|\.)localhost$/.test(exchange)) return [];
	const all = [...v4.slice(0, MOST_ADDRESSES), ...v6.slice(0, MOST_ADDRESSES)];
	if (all.every((address) => isReachableClass(address, null))) return all;
	const scope = await get(networkScope({}));
	const lent = scope.status === 'known' ? scope.value : null;
	return all.filter((address) => isReachableClass(address, lent));
}

async function looksAt(
	{ exchange, preference, provider, addresses }: MxHost & { readonly addresses: readonly string[] },
	get: GetFact,
): Promise<MailHost> {
	const looks = await Promise.all(addresses.map((address) => look(exchange, address, get)));
	return { host: exchange, preference, provider: provider?.name ?? null, looks, older: null };
}

async function look(
	host: string,
	address: string,
	get: GetFact,
	again: { again?: number } = {},
): Promise<SmtpLook> {
	const family = address.includes(':') ? 6 : 4;
	const fact = await get(smtpSession({ host, address, ...again }));
	if (fact.status === 'known') return { address, family, ...fact.value };
	const because = fact.status === 'unknown' ? fact.because : 'cause-not-found';
	return { address, family, kind: 'unknown', because, detail: fact.detail };
}

/** A lost packet, a restart or a limit on connections is no fault of theirs. */
async function secondLooks(hosts: readonly MailHost[], get: GetFact): Promise<readonly MailHost[]> {
	const answers = hosts.some(hasSession);
	const isWorthIt = (host: MailHost, one: SmtpLook) =>
		one.kind === 'session'
			? isTroubled(one)
			: one.kind === 'failed' && answers && !hasSession(host);
	return Promise.all(
		hosts.map(async (host) => ({
			...host,
			looks: await Promise.all(
				host.looks.map((one) =>
					isWorthIt(host, one) ? look(host.host, one.address, get, { again: 1 }) : one,
				),
			),
		})),
	);
}

/**
 * A handshake shows the best version alone. One more session, with the first address that prefers a
 * good one, offers nothing newer than TLS 1.1. That it fails is how it should be, whatever the reason.
 */
async function olderAt({ host, looks }: MailHost, get: GetFact): Promise<MailHost['older']> {
	const good = looks.find(
		(one) => one.kind === 'session' && one.tls?.kind === 'completed' && !isOld(one.tls.protocol),
	);
	if (good === undefined) return null;
	const { address } = good;
	const fact = await get(smtpSession({ host, address, maxVersion: 'TLSv1.1' }));
	if (fact.status !== 'known' || fact.value.kind !== 'session') return null;
	const { tls } = fact.value;
	return tls?.kind === 'completed' && isOld(tls.protocol) ? { address, outcome: fact.value } : null;
}

type Session = Extract<SmtpOutcome, { kind: 'session' }>;

function hasSession({ looks }: MailHost): boolean {
	return looks.some(({ kind }) => kind === 'session');
}

/** STARTTLS was offered and came to nothing. */
function isTroubled({ starttls, tls }: Session): boolean {
	return starttls !== null && (starttls !== 220 || tls?.kind === 'failed');
}

async function isSuspicious(hosts: readonly MailHost[], get: GetFact): Promise<boolean> {
	const trust = await get(trustStore({}));
	return hosts.some(
		({ host, looks, older }) =>
			(older !== null && isElsewhere(older)) ||
			looks.some((one) => {
				if (one.kind !== 'session' || !isElsewhere(one)) return false;
				if (one.starttls !== 220 || one.tls?.kind === 'failed') return true;
				if (one.tls === null || trust.status !== 'known') return false;
				return isOld(one.tls.protocol) || isForeign(one.tls.chain, host, trust.value);
			}),
	);
}

/** Nobody stands between this machine and itself. */
function isElsewhere({ address }: { readonly address: string }): boolean {
	return addressClass(address) !== 'loopback';
}

/** RFC 8996: TLS 1.0 and 1.1 are not to be used. */
export function isOld(protocol: string): boolean {
	return protocol === 'TLSv1' || protocol === 'TLSv1.1' || protocol.startsWith('SSL');
}

/** Judged at its own first second: that a certificate is out of date shows no interception. */
function isForeign(
	chain: readonly string[],
	host: string,
	trust: Parameters<typeof mailCertificateProblems>[1]['trust'],
): boolean {
	const now = new Date(certificateSummary(chain[0] ?? '')?.notBefore ?? 0);
	return mailCertificateProblems({ chain }, { host, now, trust }).some(({ dated }) => !dated);
}

async function interception(get: GetFact): Promise<string | null> {
	const control = await look(NOWHERE, NOWHERE, get);
	const isAnswer =
		control.kind === 'session' ||
		(control.kind === 'failed' && control.phase === 'smtp') ||
		(control.kind === 'unknown' && control.because === 'denied');
	return isAnswer ? `port 25 of ${NOWHERE}, where nothing is, answers from here` : null;
}
