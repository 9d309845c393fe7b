import type { DnsQuirk } from '../../core/io.ts';
import type { AddressMap } from '../dialer.ts';
import { firstOf } from '../wait.ts';
import type { Message } from './message.ts';
import { type Failure, failure, type Reply } from './reply.ts';
import { askTcp } from './tcp.ts';
import { openUdp, type Question, silence, type UdpExchange } from './udp.ts';

export interface ServerAddress {
	readonly address: string;
	readonly port: number;
}

/** What one server said, after all the rungs that were needed. */
export type Told = (
	| { readonly kind: 'message'; readonly message: Message; readonly detail: string }
	| Failure
) & {
	readonly transport: 'udp' | 'tcp' | 'https';
	readonly quirks: readonly DnsQuirk[];
};

export interface Ladder {
	readonly locate: AddressMap;
	readonly signal: AbortSignal;
	/** First wait for an answer, and between the tries. */
	readonly retryMs: number;
	/** Lost tries after which TCP is asked beside UDP. */
	readonly tcpAfter: 2 | 3;
	/** When a server is given up that gave no sign of life: no datagram, no connection. */
	readonly silentMs: number;
	/** When a rung ends. */
	readonly rungMs: number;
	/** When the whole ladder ends. */
	readonly endMs: number;
	readonly answered: (roundTripMs: number) => void;
}

/** Rcodes of servers that take EDNS for an error (RFC 6891 §7). */
const EDNS_REFUSED: ReadonlySet<string> = new Set(['FORMERR', 'NOTIMP', 'BADVERS']);

const refusesEdns = (told: Told): boolean =>
	told.kind === 'message' && EDNS_REFUSED.has(told.message.rcode);

interface Rung {
	readonly edns: boolean;
	readonly mixCase: boolean;
	readonly tcp: boolean;
	readonly notes: readonly string[];
	readonly quirks: readonly DnsQuirk[];
}

/**
 * One question to one server: UDP, three tries; TCP where that is truncated, malformed, refused or
 * lost; again without EDNS, or without mixed letters, where the server does not bear them.
 */
export async function askServer(
	server: ServerAddress,
	question: Omit<Question, 'mixCase'>,
	tcp: boolean,
	ladder: Ladder,
): Promise<Told> {
	const done = new AbortController();
	const signal = AbortSignal.any([ladder.signal, done.signal]);
	const { retryMs, answered, locate } = ladder;
	const until = performance.now() + ladder.endMs;

	const climb = async (rung: Rung): Promise<Told> => {
		const found = await onRung(rung);
		if (found.kind === 'case-lost') {
			const note = 'the letters of the question come back in another case';
			return climb({ ...withQuirk(rung, 'case-lost', note), mixCase: false });
		}
		const quirks = [...new Set([...rung.quirks, ...found.quirks])];
		if (rung.edns && found.kind === 'message' && refusesEdns(found)) {
			const noted = withQuirk(
				{ ...rung, quirks },
				'edns-refused',
				`${found.message.rcode} to EDNS`,
			);
			// What UDP could not do a moment ago is not tried again.
			const again = await climb({ ...noted, edns: false, tcp: tcp || found.transport === 'tcp' });
			if (again.kind === 'message' && !refusesEdns(again)) return again;
		}
		return { ...found, quirks, detail: [...rung.notes, found.detail].filter(Boolean).join('; ') };
	};

	const onRung = async (rung: Rung): Promise<Told | CaseLost> => {
		const began = performance.now();
		const left = (ms: number) => Math.max(50, Math.min(began + ms, until) - performance.now());
		const viaTcp = () => {
			const timeoutMs = left(ladder.rungMs);
			const connectMs = Math.min(Math.max(2 * retryMs, left(ladder.silentMs)), timeoutMs);
			const query = { ...question, edns: rung.edns, exact: false };
			return askTcp(server, query, { connectMs, timeoutMs }, locate, signal);
		};
		if (rung.tcp) return afterTcp(null, await viaTcp());
		const at = locate({ ...server, transport: 'udp' });
		if (at === 'unreachable') {
			return { ...failure('unreachable', 'no route'), transport: 'udp', quirks: [] };
		}
		if (at === 'refused') return afterTcp(failure(at, 'port unreachable'), await viaTcp());
		const times = { retryMs, endMs: left(ladder.silentMs) };
		const asked = { ...question, edns: rung.edns, mixCase: rung.mixCase };
		const udp =
			at === 'silent' ? silence(times, signal) : openUdp(at, asked, times, signal, answered);
		try {
			const first = await Promise.race([udp.reply, udp.lateAfter(ladder.tcpAfter)]);
			if (first === 'late') return await overBoth(udp, viaTcp());
			return settledByUdp(first) ?? afterTcp(first, await viaTcp());
		} finally {
			udp.stop();
		}
	};

	try {
		return await climb({ edns: question.edns, mixCase: true, tcp, notes: [], quirks: [] });
	} finally {
		// The transport that lost the race ends with it.
		done.abort('over');
	}
}

function withQuirk(rung: Rung, quirk: DnsQuirk, note: string): Rung {
	return { ...rung, notes: [...rung.notes, note], quirks: [...rung.quirks, quirk] };
}

type CaseLost = Extract<Reply, { kind: 'case-lost' }>;

const LOST = failure('silent', 'no answer over UDP');

/** `null` where TCP may do better. */
function settledByUdp(reply: Reply): Told | CaseLost | null {
	if (reply.kind === 'message') return byUdp(reply);
	if (reply.kind === 'case-lost') return reply;
	const isUnreachable = reply.kind === 'failed' && reply.how === 'unreachable';
	return isUnreachable ? { ...reply, transport: 'udp', quirks: [] } : null;
}

function byUdp({ note, ...reply }: Extract<Reply, { kind: 'message' }>): Told {
	return { ...reply, transport: 'udp', detail: note };
}

/** TCP is asked already; what comes over UDP counts first, and TCP's answer when all tries are lost. */
async function overBoth(udp: UdpExchange, byTcp: Promise<Reply>): Promise<Told | CaseLost> {
	// Nobody may be waiting for it any more when the audit is stopped.
	byTcp.catch(() => {});
	const first = await Promise.race([udp.reply, udp.lateAfter(3)]);
	if (first !== 'late') return settledByUdp(first) ?? afterTcp(first, await byTcp);
	let late: Reply = LOST;
	const answer = await firstOf<Told | CaseLost>([
		udp.reply.then((reply) => {
			late = reply;
			return reply.kind === 'failed' ? null : settledByUdp(reply);
		}),
		byTcp.then((reply) => (reply.kind === 'message' ? afterTcp(late, reply) : null)),
	]);
	return answer ?? afterTcp(late, await byTcp);
}

/** What a reply over TCP means after what UDP gave; `null` where UDP was not tried. */
function afterTcp(udp: Reply | null, tcp: Reply): Told {
	const before = beforeTcp(udp);
	const quirks = udp === null ? [] : quirksBefore(udp);
	if (tcp.kind === 'message') {
		const { note: _, ...reply } = tcp;
		const detail = udp?.kind === 'failed' ? before : '';
		return { ...reply, transport: 'tcp', detail, quirks: [...quirks, ...reply.quirks] };
	}
	if (tcp.kind !== 'failed') throw new Error(`unexpected over TCP: ${tcp.kind}`);
	return {
		...failure(graver(udp, tcp), [before, tcp.detail].filter(Boolean).join('; ')),
		transport: udp?.kind === 'failed' ? 'udp' : 'tcp',
		quirks,
	};
}

function beforeTcp(udp: Reply | null): string {
	if (udp?.kind === 'failed') return udp.detail;
	return udp?.kind === 'truncated' ? 'truncated over UDP' : '';
}

/** Why TCP had to be asked. */
function quirksBefore(udp: Reply): readonly DnsQuirk[] {
	if (udp.kind === 'truncated') return ['truncated'];
	if (udp.kind !== 'failed') return [];
	switch (udp.how) {
		case 'silent':
			return ['udp-lost'];
		case 'refused':
			return ['udp-refused'];
		case 'malformed':
			return ['malformed-udp'];
		case 'unreachable':
			return [];
	}
}

/** Something that came back tells more than silence; a refusal over UDP more than one over TCP. */
function graver(udp: Parameters<typeof afterTcp>[0], tcp: Failure): Failure['how'] {
	if (udp?.kind !== 'failed') return tcp.how;
	if (udp.how !== 'silent') return udp.how;
	return tcp.how === 'malformed' ? 'malformed' : 'silent';
}
