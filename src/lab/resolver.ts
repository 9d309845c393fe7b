import { type DnsQuery, type DnsReply, RCODES } from './dns-message.ts';
import { isWithin, keyOf, type Labels } from './domain-name.ts';
import { type ResourceRecord, TYPES } from './record.ts';
import { createValidator } from './validation.ts';
import { addressOfRecord, ofType, targetOf } from './zone.ts';

type Question = Pick<DnsQuery, 'name' | 'type' | 'edns'> & { readonly flags?: number };

/** Asks the server at a lab address; `null` where no usable answer comes. */
export type AskServer = (address: string, question: Question) => Promise<DnsReply | null>;

const MAX_REFERRALS = 16;
const MAX_ALIASES = 12;
/** Questions to name servers for one question to the resolver: circular delegations end here. */
const MAX_ASKED = 200;

const SERVFAIL: DnsReply = {
	rcode: 'SERVFAIL',
	aa: false,
	ra: true,
	answer: [],
	authority: [],
	additional: [],
};

const CHECKING_DISABLED = 0x0010;
/** Bits of a query that ask for AD (RFC 6840 §5.7). */
const AUTHENTIC_DATA = 0x0020;
const WITH_DNSSEC = { size: 4096, dnssecOk: true } as const;
/** Extended error: DNSSEC Bogus (RFC 8914 §4.7). */
const DNSSEC_BOGUS = 6;
const PROOFS: ReadonlySet<number> = new Set([TYPES.RRSIG, TYPES.NSEC, TYPES.NSEC3]);

/**
 * A recursive resolver (RFC 1034 §5.3.3) without cache: it walks from the root for every question, so
 * it sees the faults that the name servers have. It validates at the time `validatesAt`, or not.
 */
export function createResolver(
	roots: readonly string[],
	ask: AskServer,
	validatesAt: Date | null = null,
) {
	const plain = plainResolver(roots, ask);
	if (validatesAt === null) return plain;
	const validate = createValidator(
		(question) => plain({ ...question, edns: WITH_DNSSEC }),
		validatesAt,
	);
	return async (question: Question): Promise<DnsReply> => {
		const reply = await plain({ ...question, edns: WITH_DNSSEC });
		const { edns, flags = 0 } = question;
		const isLooked = (flags & CHECKING_DISABLED) === 0 && reply.rcode !== 'SERVFAIL';
		const verdict = isLooked ? await validate(reply, question) : null;
		if (verdict?.kind === 'bogus') {
			return { ...SERVFAIL, ede: { code: DNSSEC_BOGUS, text: verdict.why } };
		}
		const wantsAd = edns?.dnssecOk || (flags & AUTHENTIC_DATA) !== 0;
		const answered = { ...reply, ad: wantsAd && verdict?.kind === 'secure' };
		return edns?.dnssecOk ? answered : withoutProofs(answered, question.type);
	};
}

function withoutProofs(reply: DnsReply, asked: number): DnsReply {
	const kept = (records: readonly ResourceRecord[]) =>
		records.filter(({ type }) => !PROOFS.has(type) || type === asked);
	return { ...reply, answer: kept(reply.answer), authority: kept(reply.authority) };
}

function plainResolver(roots: readonly string[], ask: AskServer) {
	return (question: Question): Promise<DnsReply> => {
		let asked = 0;

		const walk = async (question: Question): Promise<DnsReply> => {
			let servers: Iterable<string> | AsyncIterable<string> = roots;
			let zone: Labels = [];
			for (let referrals = 0; referrals < MAX_REFERRALS; referrals++) {
				const reply = await firstUsable(servers, question, zone);
				if (reply === null) return SERVFAIL;
				const cut = cutIn(reply, question.name, zone);
				if (cut === null) return reply;
				zone = cut;
				servers = serversOf(reply, cut);
			}
			return SERVFAIL;
		};

		const firstUsable = async (
			servers: Iterable<string> | AsyncIterable<string>,
			question: Question,
			zone: Labels,
		): Promise<DnsReply | null> => {
			for await (const server of servers) {
				if (++asked > MAX_ASKED) return null;
				const reply = await ask(server, question);
				if (reply !== null && isUsable(reply, question.name, zone)) return reply;
			}
			return null;
		};

		/** Glue first; then the addresses of servers that have none and stand outside the zone. */
		async function* serversOf(reply: DnsReply, cut: Labels): AsyncIterable<string> {
			yield* addresses(reply.additional);
			const glued = new Set(reply.additional.map(({ owner }) => keyOf(owner)));
			for (const record of ofType(reply.authority, TYPES.NS)) {
				const name = targetOf(record);
				if (name === null || glued.has(keyOf(name)) || isWithin(name, cut)) continue;
				for (const type of [TYPES.A, TYPES.AAAA]) {
					yield* addresses((await resolve({ name, type, edns: null })).answer);
				}
			}
		}

		const resolve = async (question: Question): Promise<DnsReply> => {
			const answer: ResourceRecord[] = [];
			let name = question.name;
			for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
				const reply = await walk({ ...question, name });
				answer.push(...reply.answer);
				const next = openEnd(reply, name, question.type);
				if (next === null) return { ...reply, aa: false, ra: true, answer };
				if (ownsAlias(answer, next)) return SERVFAIL;
				name = next;
			}
			return SERVFAIL;
		};

		return resolve(question);
	};
}

function ownsAlias(records: readonly ResourceRecord[], name: Labels): boolean {
	return ofType(records, TYPES.CNAME).some(({ owner }) => keyOf(owner) === keyOf(name));
}

/** An answer, or a referral further down; not REFUSED, an upward referral or AA=0 without one. */
function isUsable(reply: DnsReply, name: Labels, zone: Labels): boolean {
	if (RCODES[reply.rcode] !== RCODES.NOERROR && reply.rcode !== 'NXDOMAIN') return false;
	return reply.aa || cutIn(reply, name, zone) !== null;
}

/** The zone that a reply refers to, where it lies between the one asked and the name. */
function cutIn(reply: DnsReply, name: Labels, zone: Labels): Labels | null {
	if (reply.answer.length > 0 || reply.aa) return null;
	const cut = reply.authority.find(({ type }) => type === TYPES.NS)?.owner;
	if (cut === undefined || cut.length <= zone.length || !isWithin(name, cut)) return null;
	return cut;
}

/** Where the chain of aliases in this reply leaves off without an answer; `null` where it has one. */
function openEnd(reply: DnsReply, name: Labels, type: number): Labels | null {
	if (type === TYPES.CNAME || type === TYPES.ANY || reply.rcode !== 'NOERROR') return null;
	const owners = new Map(
		reply.answer
			.filter((record) => record.type === TYPES.CNAME)
			.map((record) => [keyOf(record.owner), targetOf(record)]),
	);
	let end = name;
	for (let hops = 0; hops <= owners.size; hops++) {
		const next = owners.get(keyOf(end));
		if (next === undefined || next === null) break;
		end = next;
	}
	const isStart = keyOf(end) === keyOf(name) && owners.size === 0;
	const isAnswered =
		reply.authority.some((record) => record.type === TYPES.SOA) ||
		reply.answer.some((record) => record.type === type && keyOf(record.owner) === keyOf(end));
	return isStart || isAnswered ? null : end;
}

function addresses(records: readonly ResourceRecord[]): string[] {
	return records.flatMap((record) => addressOfRecord(record) ?? []);
}
