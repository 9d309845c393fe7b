import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';

/** What came of asking a server for the whole zone. */
export interface ZoneTransfer {
	/** Records in the first message, beginning with the SOA; 0 where it gives none. */
	readonly records: number;
	/** The server's answer in words. */
	readonly answer: string;
}

/**
 * Asks for a zone transfer (RFC 5936) over TCP, reads the first message and closes. What it holds is
 * counted and not kept: it is the owner's.
 */
export const zoneTransfer = defineProbe({
	name: 'dns.zone-transfer',
	params: z.object({ zone: z.string(), server: z.string() }),
	value: z.object({ records: z.number(), answer: z.string() }),
	async observe({ zone, server }, io): Promise<ZoneTransfer> {
		const answer = await io.dns.ask({ name: zone, type: 'AXFR', server, tcp: true });
		const [first] = answer.records;
		const isGiven = answer.status === 'ok' && first?.type === 'SOA' && first.owner === zone;
		return {
			records: isGiven ? answer.records.length : 0,
			answer: isGiven ? 'the zone' : (answer.rcode ?? answer.status),
		};
	},
	describe: ({ zone, server }, { records, answer }) => ({
		kind: 'dns',
		summary: `${zone} AXFR: ${records > 0 ? `${records} records in the first message` : answer}`,
		detail: `from ${server} over tcp; closed after the first message`,
	}),
	plan: ({ zone, server }) => `DNS TCP ${zone} AXFR @${server}, closed after the first message`,
	assume: () => ({ records: 0, answer: 'REFUSED' }),
	wire: () => ({ roundTrips: 2, address: null }),
});
