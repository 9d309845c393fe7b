import type { AddressMap } from '../dialer.ts';
import { firstOf, wait } from '../wait.ts';
import type { Message } from './message.ts';
import { type Failure, failure, type Reply } from './reply.ts';
import { askTcp } from './tcp.ts';
import { openUdp, type Question } from './udp.ts';

export interface ServerAddress {
	readonly address: string;
	readonly port: number;
}

/** What one server said, after all the rungs that were needed. */
export type Told =
	| {
			readonly kind: 'message';
			readonly message: Message;
			readonly transport: 'udp' | 'tcp' | 'https';
			readonly detail: string;
	  }
	| (Failure & { readonly transport: 'udp' | 'tcp' | 'https' });

export interface Ladder {
	readonly locate: AddressMap;
	readonly signal: AbortSignal;
	/** First wait for an answer, and between the tries. */
	readonly retryMs: number;
	/** When the whole ladder ends. */
	readonly endMs: number;
	readonly answered: (roundTripMs: number) => void;
}

/** Rcodes of servers that take EDNS for an error (RFC 6891 §7). */
const EDNS_REFUSED: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP', 'BADVERS']);

interface Rung {
	readonly edns: boolean;
	readonly mixCase: boolean;
	readonly tcp: boolean;
	readonly notes: readonly string[];
}

/**
 * One question to one server: UDP, three tries; TCP where that is truncated, malformed, refused or
 * lost; again without EDNS, or without mixed letters, where the server does not bear them.
 */
export async function askServer(
	server: ServerAddress,
	question: Pick<Question, 'name' | 'type' | 'recursive' | 'dnssec'>,
	tcp: boolean,
	ladder: Ladder,
): Promise<Told> {
	const done = new AbortController();
	const signal = AbortSignal.any([ladder.signal, done.signal]);
	const until = performance.now() + ladder.endMs;
	const left = () => Math.max(50, until - performance.now());
	const viaTcp = (rung: Rung) =>
		askTcp(server, { ...question, edns: rung.edns }, left(), ladder.locate, signal);

	const climb = async (rung: Rung): Promise<Told> => {
		const found = rung.tcp ? afterTcp(null, await viaTcp(rung)) : await viaUdp(rung);
		if (found.kind === 'case-lost') {
			const note = 'the letters of the question come back in another case';
			return climb({ ...rung, mixCase: false, notes: [...rung.notes, note] });
		}
		if (found.kind === 'message' && rung.edns && EDNS_REFUSED.has(found.message.rcode)) {
			const note = `${found.message.rcode} to EDNS`;
			const again = await climb({ ...rung, edns: false, notes: [...rung.notes, note] });
			if (again.kind === 'message') return again;
		}
		return { ...found, detail: [...rung.notes, found.detail].filter(Boolean).join('; ') };
	};

	const viaUdp = async (rung: Rung): Promise<Told | CaseLost> => {
		const at = ladder.locate({ ...server, transport: 'udp' });
		if (at === 'unreachable') return { ...failure('unreachable', 'no route'), transport: 'udp' };
		if (at === 'refused') return afterTcp(failure(at, 'port unreachable'), await viaTcp(rung));
		if (at === 'silent') {
			await wait(Math.min(3 * ladder.retryMs, left()), signal);
			return afterTcp(LOST, await viaTcp(rung));
		}
		const { retryMs, answered } = ladder;
		const asked = { ...question, edns: rung.edns, mixCase: rung.mixCase };
		const udp = openUdp(at, asked, { retryMs, endMs: left() }, signal, answered);
		try {
			const first = await Promise.race([udp.reply, udp.lost]);
			if (first === 'lost') return await late(udp.reply, viaTcp(rung));
			return settledByUdp(first) ?? afterTcp(first, await viaTcp(rung));
		} finally {
			udp.stop();
		}
	};

	try {
		return await climb({ edns: true, mixCase: true, tcp, notes: [] });
	} finally {
		// The transport that lost the race ends with it.
		done.abort('over');
	}
}

type CaseLost = Extract<Reply, { kind: 'case-lost' }>;

const LOST = failure('silent', 'no answer over UDP');

/** `null` where TCP may do better. */
function settledByUdp(reply: Reply): Told | CaseLost | null {
	if (reply.kind === 'message') return { ...reply, transport: 'udp', detail: reply.note };
	if (reply.kind === 'case-lost') return reply;
	const isUnreachable = reply.kind === 'failed' && reply.how === 'unreachable';
	return isUnreachable ? { ...reply, transport: 'udp' } : null;
}

/** Three tries are lost: TCP is asked while a late datagram still counts. */
async function late(byUdp: Promise<Reply>, byTcp: Promise<Reply>): Promise<Told | CaseLost> {
	const first = await firstOf<Told | CaseLost>([
		byUdp.then((reply) => {
			if (reply.kind === 'message') return { ...reply, transport: 'udp', detail: reply.note };
			return reply.kind === 'case-lost' ? reply : null;
		}),
		byTcp.then((reply) => (reply.kind === 'message' ? afterTcp(LOST, reply) : null)),
	]);
	if (first) return first;
	const udp = await byUdp;
	return afterTcp(udp.kind === 'failed' ? udp : LOST, await byTcp);
}

/** What a reply over TCP means after what UDP gave; `null` where UDP was not tried. */
function afterTcp(udp: Reply | null, tcp: Reply): Told {
	const before = beforeTcp(udp);
	if (tcp.kind === 'message') {
		return { ...tcp, transport: 'tcp', detail: udp?.kind === 'failed' ? before : '' };
	}
	if (tcp.kind !== 'failed') throw new Error(`unexpected over TCP: ${tcp.kind}`);
	return {
		...failure(graver(udp, tcp), [before, tcp.detail].filter(Boolean).join('; ')),
		transport: udp?.kind === 'failed' ? 'udp' : 'tcp',
	};
}

function beforeTcp(udp: Reply | null): string {
	if (udp?.kind === 'failed') return udp.detail;
	return udp?.kind === 'truncated' ? 'truncated over UDP' : '';
}

/** Something that came back tells more than silence; a refusal over UDP more than one over TCP. */
function graver(udp: Parameters<typeof afterTcp>[0], tcp: Failure): Failure['how'] {
	if (udp?.kind !== 'failed') return tcp.how;
	if (udp.how !== 'silent') return udp.how;
	return tcp.how === 'malformed' ? 'malformed' : 'silent';
}
