import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import type { DnsAnswer, DnsQuestion, DnsQuirk, DnsRecord, DnsStatus } from '../../core/io.ts';
import { interpret, MOST_ALIASES, type Reading } from './interpret.ts';
import type { Told } from './ladder.ts';
import { CLASS_IN, type Entry, type Message } from './message.ts';
import { nameText, nameWire } from './name.ts';
import { CH, type Query } from './query.ts';
import { typeName, typeNumber } from './record-type.ts';
import type { Failure } from './reply.ts';
import { WireReader } from './wire-reader.ts';

/** One question, ready for the wire. */
export interface Asked {
	/** As owners are written in answers. */
	readonly name: string;
	readonly type: string;
	readonly wire: Omit<Query, 'id' | 'exact'>;
	readonly tcp: boolean;
}

export type Heard = Told & { readonly server: string };

/** `null` for a name that DNS cannot carry; throws `TypeError` for a type that is none. */
export function askedOf(question: DnsQuestion): Asked | null {
	const type = typeNumber(question.type);
	if (type === null) throw new TypeError(`"${question.type}" is no DNS record type`);
	const name = nameWire(question.name.toLowerCase());
	if (!name) return null;
	return {
		name: nameText(new WireReader(name).labels()),
		type: typeName(type),
		wire: {
			name,
			type,
			klass: question.class === 'CH' ? CH : CLASS_IN,
			recursive: question.recursive ?? question.server === undefined,
			dnssec: question.dnssec ?? false,
			edns: question.edns ?? true,
		},
		tcp: question.tcp ?? type === AXFR,
	};
}

const AXFR = 252;

/**
 * Asks, and where a recursive resolver leaves a chain of aliases open, asks on from its end. From one
 * server (`follow` false) such a chain is `cname-only`.
 */
export async function answerTo(
	asked: Asked,
	ask: (asked: Asked) => Promise<Heard>,
	follow: boolean,
): Promise<DnsAnswer> {
	const chain: DnsAnswer['chain'][number][] = [];
	const quirks = new Set<DnsQuirk>();
	const signed: DnsRecord[] = [];
	let validated = true;
	let current = asked;
	for (;;) {
		const heard = await ask(current);
		for (const quirk of heard.quirks) quirks.add(quirk);
		if (heard.kind === 'failed') return { ...failedAnswer(heard, chain), quirks: [...quirks] };
		const reading = interpret(heard.message, {
			name: current.name,
			type: asked.type,
			recursive: asked.wire.recursive,
		});
		chain.push(...reading.chain);
		signed.push(...signaturesIn(heard.message, asked));
		validated &&= heard.message.ad;
		const isLoop = chain.some(({ owner }) => owner === reading.end);
		const open = reading.status === 'cname-only' && follow && !isLoop;
		const next = open ? askedOf({ name: reading.end, type: asked.type }) : null;
		if (!next || chain.length >= MOST_ALIASES) {
			const read = isLoop ? { ...reading, status: 'cname-loop' as const } : reading;
			const answer = readAnswer(heard, read);
			const additional = [...answer.additional, ...signed];
			return { ...answer, chain, additional, ad: validated, quirks: [...quirks] };
		}
		current = { ...next, wire: { ...asked.wire, name: next.wire.name } };
	}
}

function readAnswer(
	{ message, server, transport, detail }: Extract<Heard, { kind: 'message' }>,
	reading: Reading,
): DnsAnswer {
	return {
		status: reading.status,
		rcode: reading.status === 'malformed' ? null : message.rcode,
		aa: message.aa,
		ad: message.ad,
		ra: message.ra,
		ede: message.ede,
		chain: reading.chain,
		records: reading.records,
		authority: message.authority.flatMap(usable),
		additional: message.additional.flatMap(usable),
		negativeTtl: reading.negativeTtl,
		quirks: [],
		server,
		transport,
		detail: [detail, reading.fault || faultsIn(message)].filter(Boolean).join('; '),
	};
}

const usable = ({ fault, record }: Entry) => (fault === null ? [record] : []);

/** What proves the records and aliases of the answer section: signatures, and the DNAME behind an alias. */
function signaturesIn({ answers }: Message, { type, wire }: Asked): readonly DnsRecord[] {
	if (!wire.dnssec || type === 'ANY' || type === 'AXFR') return [];
	const proofs = ['RRSIG', 'DNAME'].filter((one) => one !== type);
	return answers.flatMap(usable).filter((record) => proofs.includes(record.type));
}

function faultsIn({ answers, authority, additional }: Message): string {
	return [answers, authority, additional].flat().find(({ fault }) => fault)?.fault ?? '';
}

const STATUS_OF: Readonly<Record<Failure['how'], DnsStatus>> = {
	silent: 'no-response',
	unreachable: 'no-response',
	refused: 'connection-refused',
	malformed: 'malformed',
};

function failedAnswer(
	{ how, server, transport, detail }: Extract<Heard, { kind: 'failed' }>,
	chain: DnsAnswer['chain'],
): DnsAnswer {
	return { ...EMPTY_ANSWER, chain, status: STATUS_OF[how], server, transport, detail };
}

/** A name that no message can hold cannot exist; nothing is sent. */
export function unaskable({ name }: DnsQuestion, server: string): DnsAnswer {
	const detail = `"${name}" is no domain name: an empty label, or one over 63 octets, or over 255 in all`;
	return { ...EMPTY_ANSWER, status: 'malformed', server, transport: 'udp', detail };
}
