import { z } from 'zod';
import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import { defineDerivation, defineProbe, type Fact, known, unknown } from '../../core/fact.ts';
import {
	DNS_QUIRKS,
	DNS_STATUSES,
	type DnsAnswer,
	type DnsData,
	type DnsRecord,
} from '../../core/io.ts';

const DnsDataSchema = z.discriminatedUnion('type', [
	z.object({ type: z.enum(['A', 'AAAA']), address: z.string() }),
	z.object({ type: z.enum(['CNAME', 'NS', 'PTR', 'DNAME']), target: z.string() }),
	z.object({ type: z.literal('MX'), preference: z.number(), exchange: z.string() }),
	z.object({ type: z.enum(['TXT', 'SPF']), strings: z.array(z.string()) }),
	z.object({
		type: z.literal('SOA'),
		mname: z.string(),
		rname: z.string(),
		serial: z.number(),
		refresh: z.number(),
		retry: z.number(),
		expire: z.number(),
		minimum: z.number(),
	}),
	z.object({ type: z.literal('CAA'), flags: z.number(), tag: z.string(), value: z.string() }),
	z.object({
		type: z.enum(['HTTPS', 'SVCB']),
		priority: z.number(),
		target: z.string(),
		params: z.array(z.tuple([z.string(), z.string()])),
	}),
	z.object({ type: z.literal('other') }),
]) satisfies z.ZodType<DnsData>;

const DnsRecordSchema: z.ZodType<DnsRecord> = z.object({
	owner: z.string(),
	type: z.string(),
	ttl: z.number(),
	text: z.string(),
	data: DnsDataSchema,
	wire: z.string().optional(),
});

const DnsAnswerSchema: z.ZodType<DnsAnswer> = z.object({
	status: z.enum(DNS_STATUSES),
	rcode: z.string().nullable(),
	aa: z.boolean(),
	ad: z.boolean(),
	ra: z.boolean(),
	ede: z.array(z.object({ code: z.number(), text: z.string() })),
	chain: z.array(z.object({ owner: z.string(), target: z.string(), ttl: z.number() })),
	records: z.array(DnsRecordSchema),
	authority: z.array(DnsRecordSchema),
	additional: z.array(DnsRecordSchema),
	negativeTtl: z.number().nullable(),
	quirks: z.array(z.enum(DNS_QUIRKS)),
	server: z.string(),
	transport: z.enum(['udp', 'tcp', 'https']),
	detail: z.string(),
});

const Question = z.object({
	name: z.string().transform((name) => name.toLowerCase().replace(/(?<=.)\.$/, '')),
	type: z.string(),
	server: z.string().optional(),
	class: z.literal('CH').optional(),
	dnssec: z.boolean().optional(),
	edns: z.boolean().optional(),
	tcp: z.boolean().optional(),
	recursive: z.boolean().optional(),
	again: z.number().int().optional(),
});

/**
 * One DNS question to one server, or to the recursive resolver. On the wire: one UDP exchange with
 * retries, TCP where the answer is truncated. Every answer is a value, silence too: whether silence
 * is theirs or ours is decided in `lookup`.
 */
export const dnsAnswer = defineProbe({
	name: 'dns.answer',
	params: Question,
	value: DnsAnswerSchema,
	observe: (question, io) => io.dns.ask(question),
	describe: (question, answer) => ({
		kind: 'dns',
		summary: `${question.name} ${question.type}: ${wordsFor(answer)}`,
		detail: [
			...answer.chain.map((alias) => `${alias.owner} ${alias.ttl} CNAME ${alias.target}`),
			...answer.records.map((one) => `${one.owner} ${one.ttl} ${one.type} ${one.text}`),
			`from ${answer.server} over ${answer.transport}${answer.detail && `; ${answer.detail}`}`,
		].join('\n'),
	}),
	plan: ({ name, type, class: its, server, tcp, dnssec }) =>
		`DNS ${tcp ? 'TCP' : 'UDP'} ${name} ${its === undefined ? '' : `${its} `}${type}${dnssec ? ' +dnssec' : ''} @${server ?? 'resolver'}`,
	assume: ({ name, type, server }) => assumedAnswer(name, type, server),
	// What was truncated over UDP is asked again; a connection is one round trip more.
	wire: ({ tcp }, { transport }) => ({
		roundTrips: transport === 'udp' ? 1 : tcp === true || transport === 'https' ? 2 : 3,
		address: null,
	}),
});

function wordsFor({ status, records }: DnsAnswer): string {
	if (status !== 'ok') return status.replaceAll('-', ' ');
	return records.length === 1 ? '1 record' : `${records.length} records`;
}

/** For `--plan`: every name has one IPv4 address and nothing else. */
function assumedAnswer(name: string, type: string, server = 'resolver'): DnsAnswer {
	const address = '203.0.113.1';
	const records: DnsRecord[] =
		type === 'A'
			? [{ owner: name, type, ttl: 300, text: address, data: { type: 'A', address } }]
			: [];
	return {
		...EMPTY_ANSWER,
		status: records.length > 0 ? 'ok' : 'nodata',
		rcode: 'NOERROR',
		ra: true,
		records,
		server,
		transport: 'udp',
		detail: 'assumed',
	};
}

/**
 * The control experiment for DNS: the root's name servers, which every working resolver knows. It is
 * asked only when a silence is about to be believed.
 */
const resolverWorks = defineDerivation({
	name: 'dns.resolver-works',
	params: z.object({}),
	async derive(_, get): Promise<Fact<true>> {
		const root = await get(dnsAnswer({ name: '.', type: 'NS' }));
		if (root.status !== 'known') return root;
		const { status, server } = root.value;
		if (status === 'no-response' || status === 'connection-refused') {
			return unknown('offline', `the resolver ${server} does not answer (${status})`);
		}
		return known(true);
	},
});

/** What the recursive resolver says, believed only if the resolver works at all. */
export const lookup = defineDerivation({
	name: 'dns.lookup',
	params: z.object({ name: z.string(), type: z.string() }),
	async derive({ name, type }, get): Promise<Fact<DnsAnswer>> {
		const answer = await get(dnsAnswer({ name, type }));
		if (answer.status !== 'known') return answer;
		const { status, server } = answer.value;
		if (status !== 'no-response' && status !== 'connection-refused') return answer;
		const works = await get(resolverWorks({}));
		if (works.status !== 'known') return works;
		return unknown('timeout', `${server} does not answer for ${name} ${type}, though it works`);
	},
});

/** What `A` and `AAAA` give, through aliases. */
export interface Addresses {
	readonly v4: readonly string[];
	readonly v6: readonly string[];
	readonly a: DnsAnswer;
	/** Silence, where only the question for IPv6 found no answer. */
	readonly aaaa: DnsAnswer;
}

/** A name without an address is known, with empty lists; who fails to say is unknown. */
export const addressesOf = defineDerivation({
	name: 'dns.addresses',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<Addresses>> {
		const [a, aaaa] = await Promise.all([
			get(lookup({ name: host, type: 'A' })),
			get(lookup({ name: host, type: 'AAAA' })),
		]);
		if (a.status !== 'known') return a;
		const v4 = addressesIn(a.value);
		// A server that drops questions for IPv6 must not hide what it says about IPv4.
		const isDropped = aaaa.status === 'unknown' && aaaa.because === 'timeout' && v4.length > 0;
		const v6 = isDropped ? await get(dnsAnswer({ name: host, type: 'AAAA' })) : aaaa;
		if (v6.status !== 'known') return v6;
		return known({ v4, v6: addressesIn(v6.value), a: a.value, aaaa: v6.value });
	},
});

/** The addresses among records. */
export function addressesIn({ records }: Pick<DnsAnswer, 'records'>): readonly string[] {
	return records.flatMap(({ data }) => ('address' in data ? [data.address] : []));
}

/** Every TXT record, its strings joined without a separator (RFC 7208 §3.3), latin1. */
export function textsIn(answer: DnsAnswer): readonly string[] {
	return answer.records.flatMap(({ data }) => ('strings' in data ? [data.strings.join('')] : []));
}
