import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isReachableClass, type NetworkScope, networkScope } from '../dns/network-scope.ts';
import { type Ask, readAnswer, settle } from './mail-lookups.ts';
import { type MxReading, mxReading } from './mx-reading.ts';
import { reverseName } from './reverse-name.ts';
import { type SpfNode, spfWalk } from './spf-walk.ts';

/** A name that a PTR record gives, and whether it leads back (RFC 8601 §2.7.3, `iprev`). */
export interface ReverseNamed {
	readonly name: string;
	readonly addresses: readonly string[];
	/** The look-up that failed; `null` where none did. */
	readonly failed: string | null;
}

export interface ReverseDns {
	readonly address: string;
	/** Below `in-addr.arpa` or `ip6.arpa`. */
	readonly reverse: string;
	/** Where a PTR record has to stand: elsewhere, for a block that is delegated by aliases (RFC 2317). */
	readonly owner: string;
	readonly names: readonly ReverseNamed[];
	/** Why there is no telling; `null` where DNS answered. */
	readonly failed: string | null;
	/** Seconds that records or their absence are cached; `null` where unknown. */
	readonly ttl: number | null;
}

/** An address that mail comes from, or goes to. */
export interface MailAddress {
	readonly address: string;
	/** By the user, by a lone address in SPF, or by an MX. */
	readonly from: 'given' | 'spf' | 'mx';
	/** A name of the domain that leads to the address; `null` where none is known. */
	readonly host: string | null;
}

export interface ReverseSurvey {
	readonly addresses: readonly (MailAddress & ReverseDns)[];
	/** A name for a machine that sends, where none is known: it exists nowhere else. */
	readonly spareName: string;
	/** Addresses left out because there are too many. */
	readonly left: number;
}

/** Of each kind. Who sends from more has a block, whose reverse names are made by rule. */
const MOST_ADDRESSES = 16;
/** Google looks at a few; a name server that gives hundreds must cost us nothing. */
const MOST_NAMES = 8;

/**
 * Reverse and forward names of the addresses that send, and of the mail hosts: one PTR question an
 * address, and two for each name found. Addresses that nobody can reach are left out.
 */
export const reverseSurvey = defineDerivation({
	name: 'mail.reverse-survey',
	params: z.object({ domain: z.string(), sendingIps: z.array(z.string()) }),
	async derive({ domain, sendingIps }, get): Promise<Fact<ReverseSurvey>> {
		const [walk, mx, scope] = await Promise.all([
			get(spfWalk({ domain })),
			get(mxReading({ domain })),
			get(networkScope({})),
		]);
		const spf = walk.status === 'known' ? loneAddresses(walk.value.root) : [];
		const lent = scope.status === 'known' ? scope.value : null;
		const reading = mx.status === 'known' ? mx.value : null;
		const { addresses, left } = mailAddresses({ domain, given: sendingIps, spf, reading, lent });
		return known({ ...(await surveyed(domain, addresses, get)), left });
	},
});

async function surveyed(
	domain: string,
	addresses: readonly MailAddress[],
	get: GetFact,
): Promise<Omit<ReverseSurvey, 'left'>> {
	return settle(get, (ask) => ({
		addresses: addresses.map((one) => reversed(one, domain, ask)),
		spareName: spareName(domain, ask),
	}));
}

/** An address with what its reverse name leads to. Pure: `ask` says what DNS said so far. */
export function reversed(one: MailAddress, domain: string, ask: Ask): MailAddress & ReverseDns {
	const host = one.host ?? ownName(domain, one.address, ask);
	return { ...one, host, ...readReverse(one.address, ask) };
}

function readReverse(address: string, ask: Ask): ReverseDns {
	const reverse = reverseName(address);
	const found = readAnswer(reverse, 'PTR', ask(reverse, 'PTR'));
	const none = { address, reverse, owner: reverse, names: [], failed: null, ttl: null };
	if (found.kind === 'pending') return none;
	if (found.kind === 'failed') return { ...none, failed: found.detail };
	const { chain, records, negativeTtl } = found.answer;
	const targets = records.flatMap(({ data }) => (data.type === 'PTR' ? [data.target] : []));
	const names = [...new Set(targets.map((name) => name.toLowerCase().replace(/\.$/, '')))];
	return {
		...none,
		owner: chain.at(-1)?.target ?? reverse,
		names: names.slice(0, MOST_NAMES).map((name) => forward(name, ask)),
		ttl: found.absent === null ? Math.max(0, ...records.map(({ ttl }) => ttl)) : negativeTtl,
	};
}

function forward(name: string, ask: Ask): ReverseNamed {
	const found = (['A', 'AAAA'] as const).map((type) => readAnswer(name, type, ask(name, type)));
	const failed = found.flatMap((each) => (each.kind === 'failed' ? [each.detail] : []));
	const addresses = found.flatMap((each) =>
		each.kind === 'answered'
			? each.answer.records.flatMap(({ data }) =>
					'address' in data ? [canonical(data.address)] : [],
				)
			: [],
	);
	return { name, addresses, failed: failed[0] ?? null };
}

/** The usual name, where it leads to the address. */
function ownName(domain: string, address: string, ask: Ask): string | null {
	const usual = `mail.${domain}`;
	return forward(usual, ask).addresses.includes(address) ? usual : null;
}

function spareName(domain: string, ask: Ask): string {
	const { addresses, failed } = forward(`mail.${domain}`, ask);
	return addresses.length === 0 && failed === null ? `mail.${domain}` : `smtp-out.${domain}`;
}

/** `ip4` and `ip6` terms for one address alone, in the domain's own record: machines of its own. */
function loneAddresses(root: SpfNode): readonly string[] {
	return root.branches.flatMap(({ term, dead }) => {
		if (dead || term.kind !== 'mechanism' || term.qualifier !== '+') return [];
		if (term.name !== 'ip4' && term.name !== 'ip6') return [];
		return term.prefix === (term.name === 'ip4' ? 32 : 128) ? [canonical(term.address)] : [];
	});
}

/** One spelling for each address: SPF and DNS have several. */
function canonical(address: string): string {
	return ipaddr.process(address).toString();
}

interface Sources {
	readonly domain: string;
	readonly given: readonly string[];
	readonly spf: readonly string[];
	readonly reading: MxReading | null;
	readonly lent: NetworkScope | null;
}

function mailAddresses({ domain, given, spf, reading, lent }: Sources): {
	addresses: readonly MailAddress[];
	left: number;
} {
	const hosts = reading?.kind === 'records' ? reading.hosts : [];
	const byMx = hosts.flatMap(({ exchange, v4, v6 }) =>
		[...v4, ...v6].map((one) => ({ address: canonical(one), from: 'mx' as const, exchange })),
	);
	const hostOf = (address: string, from: MailAddress['from']) =>
		byMx.find(
			(one) => one.address === address && (from === 'mx' || one.exchange.endsWith(`.${domain}`)),
		)?.exchange ?? null;
	const kinds = [
		given.map((address) => ({ address, from: 'given' as const })),
		spf.map((address) => ({ address, from: 'spf' as const })),
		byMx,
	];
	const taken = new Set<string>();
	let left = 0;
	const addresses = kinds.flatMap((kind) => {
		const fresh = kind.filter(({ address }) => {
			if (taken.has(address) || !isReachableClass(address, lent)) return false;
			taken.add(address);
			return true;
		});
		left += Math.max(0, fresh.length - MOST_ADDRESSES);
		return fresh.slice(0, MOST_ADDRESSES);
	});
	return {
		addresses: addresses.map(({ address, from }) => ({
			address,
			from,
			host: hostOf(address, from),
		})),
		left,
	};
}
