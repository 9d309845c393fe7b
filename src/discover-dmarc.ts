import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { type GetFact, known, Unobserved, unknown } from './core/fact.ts';
import type { DnsPort } from './core/io.ts';
import { type DmarcDiscovered, discovered } from './facts/mail/dmarc-discovered.ts';
import { inTurn, walkDmarc } from './facts/mail/dmarc-walk.ts';
import { settle } from './facts/mail/mail-lookups.ts';

/** A name for which nothing can be discovered; the message is one line for the user. */
export class BadDmarcCase extends Error {}

/** RFC 1035 §3.1, in presentation form. */
const LONGEST_NAME = 253;

/**
 * The policy that receivers find for mail whose author is at a domain: the questions of RFC 9989 §4.10
 * in its order, one after the other, and whether the domain exists where `np` hangs on it. Throws
 * `BadDmarcCase`.
 */
export async function discoverPolicy(domain: string, dns: DnsPort): Promise<DmarcDiscovered> {
	const name = nameIn(domain);
	const walk = await settle(asking(dns), (ask) => walkDmarc(name, inTurn(ask)));
	const found = discovered(walk);
	const queries = found.queries.map((query) => ({ ...query, records: query.records.map(text) }));
	return { ...found, queries, record: found.record === null ? null : text(found.record) };
}

function nameIn(domain: string): string {
	const bare = domain.trim().replace(/(?<=.)\.$/, '');
	const name = domainToASCII(bare).toLowerCase();
	const isName = name !== '' && name.length <= LONGEST_NAME && !name.split('.').includes('');
	if (!isName || ipaddr.isValid(bare) || ipaddr.isValid(name)) {
		throw new BadDmarcCase(`"${domain}" is no domain name`);
	}
	return name;
}

/** Answers of one resolver, without the store of an audit. */
function asking(dns: DnsPort): GetFact {
	return (async ({ params }: { params: { name: string; type: string } }) => {
		try {
			return known(await dns.ask(params));
		} catch (error) {
			if (error instanceof Unobserved) return unknown(error.because, error.message);
			throw error;
		}
	}) as unknown as GetFact;
}

/** Bytes of DNS as the characters that they are in UTF-8, where they are. */
function text(latin1: string): string {
	const read = Buffer.from(latin1, 'latin1').toString('utf8');
	return read.includes('\ufffd') ? latin1 : read;
}
