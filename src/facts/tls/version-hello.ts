import type { Fact, FactRef, GetFact } from '../../core/fact.ts';
import type { HelloAnswered, HelloOutcome, HelloVersion } from '../../core/io.ts';
import {
	ALL_GROUPS,
	CURVES,
	cipherSuite,
	OFFERS,
	RENEGOTIATION_SIGNAL,
	weakKinds,
} from './cipher-suites.ts';
import { tlsHello } from './tls-hello.ts';

export type Place = { readonly host: string; readonly address: string };

/** `protocol_version` (RFC 8446 §6.2): no suite would change that answer. */
export const PROTOCOL_VERSION = 70;

/**
 * The hellos that ask whether a version is offered, in the order in which they are sent: with the suites
 * that servers have, then, where that is refused for another reason than the version, with all the rest.
 */
export function versionHellos(
	version: HelloVersion,
	at: Place,
	again?: number,
): readonly FactRef<HelloOutcome>[] {
	const more = again === undefined ? {} : { again };
	const hello = (suites: readonly number[]) =>
		tlsHello({
			...at,
			version,
			suites: version === 'SSLv3' ? [...suites, RENEGOTIATION_SIGNAL] : [...suites],
			...(version !== 'SSLv3' && { groups: [...CURVES] }),
			compression: true,
			...more,
		});
	switch (version) {
		case 'SSLv2':
			return [tlsHello({ ...at, version, suites: [], ...more })];
		case 'TLSv1.3':
			return [tlsHello({ ...at, version, suites: OFFERS.tls13, groups: [...ALL_GROUPS], ...more })];
		case 'TLSv1.2':
			return [hello(OFFERS.usual), hello(OFFERS.unusual)];
		default:
			return [hello(OFFERS.usualBefore12), hello(OFFERS.unusualBefore12)];
	}
}

/** A client goes on with a suite that it offered, and with no other. */
export function isPicked(answer: HelloAnswered, offered: readonly number[]): boolean {
	return answer.version === 'SSLv2' || offered.includes(answer.suite);
}

/** The newest version in which a server answers, of all that hellos can ask for. */
export interface RawAnswer {
	readonly version: string;
	readonly suite: number;
	/** DER in base64, as sent; empty where no certificate was. */
	readonly chain: readonly string[];
}

export interface RawLook {
	/** Only where it says why current clients get nowhere: an old version, or a weak suite. */
	readonly answer: RawAnswer | null;
	/** Of the last hello that was refused; `null` where none was. */
	readonly refusal: Extract<HelloOutcome, { kind: 'failed' }> | null;
	/** Not every hello could be sent. */
	readonly open: boolean;
}

/** Newest first; a hello for TLS 1.2 also gets what is older (RFC 5246 §E.1). */
const TRIED: readonly HelloVersion[] = ['TLSv1.3', 'TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3', 'SSLv2'];

/** For a server with which our library completes nothing: what it would have answered to others. */
export async function rawLook(at: Place, get: GetFact): Promise<RawLook> {
	const facts = await Promise.all(
		TRIED.flatMap((version) => versionHellos(version, at)).map((ref) => get(ref)),
	);
	const outcomes = facts.flatMap((fact) => (fact.status === 'known' ? [fact.value] : []));
	const [answer] = outcomes
		.filter((one) => one.kind === 'answered')
		.filter(isOutdated)
		.sort((a, b) => rank(a.version) - rank(b.version));
	const refusals = outcomes.filter((one) => one.kind === 'failed');
	return {
		answer:
			answer === undefined
				? null
				: { version: answer.version, suite: answer.suite, chain: chainOf(answer) },
		refusal: refusals.find(({ how }) => how === 'alert') ?? refusals[0] ?? null,
		open: facts.some(isOpen),
	};
}

/** A server that picks what our library knows too fails for another reason. */
function isOutdated({ version, suite }: HelloAnswered): boolean {
	const known = cipherSuite(suite);
	return !isModern(version) || (known !== null && weakKinds(known).length > 0);
}

/** SSL 2.0 has room for one certificate. */
function chainOf({ version, chain }: HelloAnswered): readonly string[] {
	return version === 'SSLv2' ? [] : chain;
}

function rank(version: string): number {
	const place = (TRIED as readonly string[]).indexOf(version);
	return place < 0 ? TRIED.length : place;
}

/** Nothing came back, or nothing was sent. */
function isOpen(fact: Fact<HelloOutcome>): boolean {
	if (fact.status !== 'known') return true;
	const { value } = fact;
	return value.kind === 'failed' && (value.how === 'silent' || value.phase === 'connect');
}

/** TLS 1.2 or newer (RFC 8996). */
export function isModern(version: string): boolean {
	return version === 'TLSv1.2' || version === 'TLSv1.3';
}
