import type { DnsAnswer, DnsRecord, DnsStatus } from '../../core/io.ts';
import type { Entry, Message } from './message.ts';
import { isWithin } from './name.ts';

/** What one message says about one question. */
export interface Reading {
	readonly status: DnsStatus;
	readonly chain: DnsAnswer['chain'];
	/** The name at the end of the chain. */
	readonly end: string;
	readonly records: readonly DnsRecord[];
	readonly negativeTtl: number | null;
	/** Why a record of the answer could not be read; empty where all could. */
	readonly fault: string;
}

/** Questions for everything at once: no alias is followed. */
const WHOLE: ReadonlySet<string> = new Set(['ANY', 'AXFR', 'CNAME']);

/** Aliases that are followed for one question; resolvers give up at about as many. */
export const MOST_ALIASES = 16;

const STATUS_OF: Readonly<Record<string, DnsStatus>> = {
	NXDOMAIN: 'nxdomain',
	SERVFAIL: 'servfail',
	REFUSED: 'refused',
};

/**
 * Follows the aliases inside the message, then reads its status: the rcode is that of the last name
 * (RFC 6604 §3). `cname-only` is a chain whose end the message says nothing about.
 */
export function interpret(
	message: Message,
	{ name, type, recursive }: { name: string; type: string; recursive: boolean },
): Reading {
	const { end, chain, problem, fault } = follow(message.answers, name, type);
	const found = message.answers.flatMap(({ record }) =>
		isAsked(record, end, type) ? [record] : [],
	);
	const soa = problem ? null : soaOf(message, end);
	const status = problem ?? statusOf(message, { chain, found, soa, recursive });
	const absent = status === 'nodata' || status === 'nxdomain';
	return {
		status,
		chain,
		end,
		records: status === 'ok' ? found : [],
		negativeTtl: absent ? soa : null,
		fault,
	};
}

function isAsked(record: DnsRecord, end: string, type: string): boolean {
	if (type === 'AXFR') return true;
	return record.owner === end && (record.type === type || type === 'ANY');
}

interface Walk {
	readonly end: string;
	readonly chain: DnsAnswer['chain'];
	readonly problem: 'cname-loop' | 'cname-only' | 'malformed' | null;
	readonly fault: string;
}

function follow(answers: readonly Entry[], name: string, type: string): Walk {
	const chain: DnsAnswer['chain'][number][] = [];
	const seen = new Set([name]);
	let end = name;
	for (;;) {
		const here = answers.filter(({ record }) => record.owner === end);
		const broken = here.find(
			({ fault, record }) => fault && (record.type === type || record.type === 'CNAME'),
		);
		if (broken) return { end, chain, problem: 'malformed', fault: broken.fault ?? '' };
		const alias = here.find(({ record }) => record.type === 'CNAME')?.record;
		const arrived = here.some(({ record }) => record.type === type);
		if (arrived || WHOLE.has(type) || alias?.data.type !== 'CNAME') {
			return { end, chain, problem: null, fault: '' };
		}
		if (chain.length === MOST_ALIASES) return { end, chain, problem: 'cname-only', fault: '' };
		const { target } = alias.data;
		chain.push({ owner: end, target, ttl: alias.ttl });
		if (seen.has(target)) return { end: target, chain, problem: 'cname-loop', fault: '' };
		seen.add(target);
		end = target;
	}
}

/** How long the absence may be cached (RFC 2308 §5); `null` without an SOA for the name. */
function soaOf(message: Message, end: string): number | null {
	for (const { record } of message.authority) {
		if (record.data.type === 'SOA' && isWithin(end, record.owner)) {
			return Math.min(record.ttl, record.data.minimum);
		}
	}
	return null;
}

function statusOf(
	message: Message,
	about: {
		chain: DnsAnswer['chain'];
		found: readonly DnsRecord[];
		soa: number | null;
		recursive: boolean;
	},
): DnsStatus {
	if (message.rcode !== 'NOERROR') return STATUS_OF[message.rcode] ?? 'other-error';
	if (about.found.length > 0) return 'ok';
	if (about.soa !== null) return 'nodata';
	if (about.chain.length > 0) return 'cname-only';
	return isReferral(message, about.recursive) ? 'referral' : 'nodata';
}

/**
 * Neither an answer nor a denial, but other servers (RFC 2308 §2.2). A resolver that recursed for us
 * has looked further itself, and means that there is no data.
 */
function isReferral(message: Message, recursive: boolean): boolean {
	return (
		!message.aa &&
		!(recursive && message.ra) &&
		message.answers.length === 0 &&
		message.authority.some(({ record }) => record.type === 'NS')
	);
}
