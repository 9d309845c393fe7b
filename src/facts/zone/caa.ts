import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { DnsStatus } from '../../core/io.ts';
import { parentOf } from '../dns/ancestry.ts';
import { dnsAnswer, lookup } from '../dns/dns.ts';

/** One property (RFC 8659 §4). */
export interface CaaRecord {
	readonly owner: string;
	/** Seconds. */
	readonly ttl: number;
	readonly flags: number;
	/** In the letters of the record; compared without case. */
	readonly tag: string;
	readonly value: string;
	/** RDATA as a zone file writes it. */
	readonly text: string;
}

/** The CAA set that binds a certificate authority at a host, or why there is none. */
export interface RelevantCaa {
	readonly status:
		| 'found'
		/** No set at the host or at any name above: every authority may issue. */
		| 'none'
		/** A look-up on the way failed; authorities that see the same do not issue (RFC 8659 §3). */
		| 'failed';
	/** The name on the way up at which the climb ended; `null` where it came to the top. */
	readonly at: string | null;
	/** Aliases from that name to the records, in order. */
	readonly aliases: readonly string[];
	readonly records: readonly CaaRecord[];
	/** What the failed look-up gave. */
	readonly failure: DnsStatus | null;
}

/**
 * The relevant set of RFC 8659 §3: the first that is not empty at the host, its parent, and so on up to
 * the top-level domain. Aliases are followed at each name, and the tree above their targets is not climbed.
 * For a wildcard name ask with the part behind `*.`.
 */
export const caaOf = defineDerivation({
	name: 'dns.caa-of',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<RelevantCaa>> {
		for (let at = host; at !== '.'; at = parentOf(at)) {
			let answer = await get(lookup({ name: at, type: 'CAA' }));
			// Silence about one name, from a resolver that works, is what an authority meets too.
			if (answer.status === 'unknown' && answer.because === 'timeout') {
				answer = await get(dnsAnswer({ name: at, type: 'CAA' }));
			}
			if (answer.status !== 'known') return answer;
			const { status, chain } = answer.value;
			const aliases = chain.map(({ target }) => target);
			if (status === 'nodata' || status === 'nxdomain') continue;
			if (status !== 'ok') {
				return known({ status: 'failed', at, aliases, records: [], failure: status });
			}
			const records = answer.value.records.flatMap(({ owner, ttl, text, data }) => {
				if (data.type !== 'CAA') return [];
				const { flags, tag, value } = data;
				return [{ owner, ttl, flags, tag, value, text }];
			});
			return known({ status: 'found', at, aliases, records, failure: null });
		}
		return known({ status: 'none', at: null, aliases: [], records: [], failure: null });
	},
});

/** The relevant sets of several hosts, in the order given. */
export const caaSurvey = defineDerivation({
	name: 'dns.caa-survey',
	params: z.object({ hosts: z.array(z.string()) }),
	async derive(
		{ hosts },
		get,
	): Promise<Fact<readonly { readonly host: string; readonly caa: RelevantCaa }[]>> {
		const facts = await Promise.all(hosts.map((host) => get(caaOf({ host }))));
		const failed = facts.find(({ status }) => status !== 'known');
		if (failed !== undefined && failed.status !== 'known') return failed;
		return known(
			facts.flatMap((fact, i) =>
				fact.status === 'known' ? [{ host: hosts[i] ?? '', caa: fact.value }] : [],
			),
		);
	},
});
