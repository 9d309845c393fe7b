import { setMaxListeners } from 'node:events';
import type { DnsAnswer, DnsPort, DnsQuestion } from '../../core/io.ts';
import { isLocal, type Pace } from '../budget.ts';
import type { AddressMap } from '../dialer.ts';
import { createLimits, type Limits } from '../limits.ts';
import { firstOf, firstWithin } from '../wait.ts';
import { type Asked, answerTo, askedOf, type Heard, unaskable } from './answer.ts';
import type { HttpsResolver } from './https.ts';
import { askServer, type Ladder, type ServerAddress, type Told } from './ladder.ts';
import type { Remembered } from './remembered.ts';
import { failure } from './reply.ts';
import { parseServer, type Resolver, resolverText, serverText } from './server-list.ts';

export interface ResolverSettings {
	readonly resolver: Resolver;
	readonly locate: AddressMap;
	readonly signal: AbortSignal;
	/** PEM of the authorities that may vouch for a DoH resolver. */
	authorities(): Promise<readonly string[]>;
	/** A DoH resolver's own host name is asked of these. */
	readonly bootstrap: readonly ServerAddress[];
	/** Of servers that are asked directly. 53 unless given. */
	readonly dnsPort?: number | undefined;
	/** Its own unless given: those of a fleet. */
	readonly limits?: Limits | undefined;
	/** What a fleet knows of names that are nobody's own. */
	readonly remembered?: Remembered | undefined;
	/** The name at and below which answers are this audit's own. */
	readonly own?: string | null | undefined;
}

/** The whole of one question, whatever the servers do, in milliseconds. */
const LONGEST_MS = 5_000;
/** No retry comes earlier; and none later, so that three tries and TCP fit into the whole. */
const RETRY_MS = { least: 300, most: 800 } as const;
/**
 * An authoritative server, in retry times: silent after three tries over UDP and a connection that had
 * two of them to be made; an open connection may use the rest.
 */
const DIRECT_TRIES = { silent: 4, whole: 6 } as const;
/** How long the next server of the system's list is held back. */
const NEXT_SERVER_MS = 1_500;
/** A recursive resolver that is silent for so long may be dead. */
const DOUBT_MS = 1_000;
/** A server that never answered anything is given up after so many lost questions. */
const LOST_BEFORE_DEAD = 2;

interface Server {
	readonly at: ServerAddress;
	readonly pace: Pace;
	roundTripMs: number | null;
	answered: boolean;
	lost: number;
	/** Ends what is still asked of it. */
	readonly givenUp: AbortController;
}

/**
 * Our own stub resolver. Answers are kept for the audit, negative ones and silence too; equal questions
 * share one exchange. Rejects only when the audit is stopped, and with a `TypeError` for what no probe
 * should ask (an unknown type, a server that is no address).
 */
export function createResolver(settings: ResolverSettings): DnsPort & { close(): Promise<void> } {
	const { signal, resolver, limits = createLimits() } = settings;
	const kept = new Map<string, Promise<DnsAnswer>>();
	const pool = createPool({ ...settings, limits });
	let https: Promise<HttpsResolver> | null = null;

	const addressesOf = async (host: string): Promise<readonly string[]> => {
		const answers = ['A', 'AAAA'].map((type) => {
			const asked = askedOf({ name: host, type });
			if (!asked) return null;
			return answerTo(asked, (one) => pool.askInTurn(settings.bootstrap, one), true);
		});
		return (await Promise.all(answers)).flatMap((one) => one?.records.map((r) => r.text) ?? []);
	};

	const askHttps = async (url: URL, asked: Asked): Promise<Heard> => {
		https ??= import('./https.ts').then(({ createHttpsResolver }) =>
			createHttpsResolver({ ...settings, url, addressesOf }),
		);
		const reply = await (await https).ask(asked.wire, LONGEST_MS);
		return { quirks: [], ...reply, transport: 'https', server: url.href };
	};

	const askRecursively = async (asked: Asked): Promise<Heard> => {
		const release = await limits.questions.take(signal);
		const doubt = setTimeout(askForTheRoot, DOUBT_MS);
		try {
			if (resolver.kind === 'https') return await askHttps(resolver.url, asked);
			return await pool.askInTurn(resolver.servers, asked);
		} finally {
			clearTimeout(doubt);
			release();
		}
	};

	/** What is asked next once a silence is to be believed; asked now, the answer is there by then. */
	const askForTheRoot = () => {
		askOnce({ name: '.', type: 'NS' }).catch(() => undefined);
	};

	const askOnce = (question: DnsQuestion): Promise<DnsAnswer> => {
		const key = keyOf(question);
		const answer = kept.get(key) ?? askAnew(key, question);
		kept.set(key, answer);
		return answer;
	};

	const askAnew = (key: string, question: DnsQuestion): Promise<DnsAnswer> => {
		const { remembered, own } = settings;
		const isShared = question.server === undefined && !isOwn(question.name, own ?? '');
		if (remembered === undefined || !isShared) return ask(question);
		return remembered.answer(key, () => ask(question));
	};

	const ask = async (question: DnsQuestion): Promise<DnsAnswer> => {
		const asked = askedOf(question);
		if (!asked) return unaskable(question, question.server ?? resolverText(resolver));
		if (question.server === undefined) return answerTo(asked, askRecursively, true);
		const { server } = question;
		const at = parseServer(server, settings.dnsPort);
		if (!at) throw new TypeError(`"${server}" is not the address of a DNS server`);
		return answerTo(asked, async (one) => ({ ...(await pool.askOne(at, one)), server }), false);
	};

	return {
		ask: askOnce,
		async close() {
			(await https?.catch(() => null))?.close();
			https = null;
		},
	};
}

function isOwn(name: string, own: string): boolean {
	const bare = name.toLowerCase().replace(/\.$/, '');
	return bare === own || bare.endsWith(`.${own}`);
}

function keyOf(question: DnsQuestion): string {
	const { name, type, server } = question;
	const bare = name.toLowerCase().replace(/(?<=[^\\])\.$/, '');
	return JSON.stringify([
		server ?? '',
		bare,
		type.toUpperCase(),
		question.class ?? 'IN',
		question.dnssec ?? false,
		question.edns ?? true,
		question.tcp ?? false,
		question.recursive ?? server === undefined,
		question.again ?? 0,
	]);
}

interface Pool {
	/** One server, with its pace; given up where it never answers. */
	askOne(at: ServerAddress, asked: Asked): Promise<Told>;
	/**
	 * The system's list in order, whoever has been silent last. The next server is asked where one
	 * fails or has an error of its own, and while a slow one may still answer.
	 */
	askInTurn(list: readonly ServerAddress[], asked: Asked): Promise<Heard>;
}

function createPool({
	signal,
	locate,
	limits,
}: Pick<ResolverSettings, 'signal' | 'locate'> & { readonly limits: Limits }): Pool {
	const servers = new Map<string, Server>();

	const serverAt = (at: ServerAddress): Server => {
		const known = servers.get(serverText(at));
		if (known) return known;
		const pace = limits.paceOf(serverText(at));
		const givenUp = new AbortController();
		setMaxListeners(0, givenUp.signal);
		const server = { at, pace, roundTripMs: null, answered: false, lost: 0, givenUp };
		servers.set(serverText(at), server);
		return server;
	};

	const climb = async (
		server: Server,
		asked: Asked,
		times: Pick<Ladder, 'tcpAfter' | 'silentMs' | 'rungMs' | 'endMs'>,
		stop: AbortSignal,
	): Promise<Told> => {
		const answered = (ms: number) => {
			server.roundTripMs = smoothed(server.roundTripMs, ms);
		};
		const retryMs = retryAfter(server.roundTripMs);
		const ladder = { ...times, locate, signal: stop, retryMs, answered };
		const told = await askServer(server.at, asked.wire, asked.tcp, ladder);
		if (told.kind === 'message') server.answered = true;
		else if (!asked.tcp && told.how === 'silent') server.lost += 1;
		return told;
	};

	const isDead = ({ answered, lost }: Server) => !answered && lost >= LOST_BEFORE_DEAD;

	const askPatiently = async (server: Server, asked: Asked): Promise<Told> => {
		const stop = AbortSignal.any([signal, server.givenUp.signal]);
		if (!isNear(server.at, locate)) await server.pace.take(stop);
		const retryMs = retryAfter(server.roundTripMs);
		const told = await climb(
			server,
			asked,
			{
				tcpAfter: 2,
				silentMs: DIRECT_TRIES.silent * retryMs,
				rungMs: DIRECT_TRIES.whole * retryMs,
				endMs: LONGEST_MS,
			},
			stop,
		);
		if (isDead(server)) server.givenUp.abort();
		return told;
	};

	return {
		async askOne(at, asked) {
			const server = serverAt(at);
			if (isDead(server)) return dead('not asked');
			try {
				return await askPatiently(server, asked);
			} catch (error) {
				if (signal.aborted || !server.givenUp.signal.aborted) throw error;
				return dead('not waited for');
			}
		},
		async askInTurn(list, asked) {
			const done = new AbortController();
			const stop = done.signal;
			const end = () => done.abort(signal.reason);
			signal.addEventListener('abort', end, { once: true });
			if (signal.aborted) end();
			const order = list.map(serverAt).sort((a, b) => silences(a) - silences(b));
			const until = performance.now() + LONGEST_MS;
			const poor: Heard[] = [];
			const running: Promise<Heard | null>[] = [];
			const start = async (server: Server) => {
				const left = Math.max(RETRY_MS.least, until - performance.now());
				const times = { tcpAfter: 3, silentMs: left, rungMs: left, endMs: left } as const;
				const told = await climb(server, asked, times, stop);
				const heard = { ...told, server: serverText(server.at) };
				if (isUseful(heard)) return heard;
				poor.push(heard);
				return null;
			};
			try {
				for (const [i, server] of order.entries()) {
					running.push(start(server));
					const isLast = i === order.length - 1;
					const heard = await (isLast ? firstOf(running) : firstWithin(running, NEXT_SERVER_MS));
					if (!heard) continue;
					for (const overtaken of order.slice(0, i)) overtaken.lost += 1;
					return withNotes(heard, poor);
				}
				return withNotes(best(poor), poor);
			} finally {
				signal.removeEventListener('abort', end);
				done.abort('over');
			}
		},
	};
}

function dead(what: string): Told {
	const detail = `${what}: ${LOST_BEFORE_DEAD} questions were lost here before`;
	return { ...failure('silent', detail), transport: 'udp', quirks: [] };
}

/** An error that another server of the list may not have, as the system's own resolver sees it. */
const POOR: ReadonlySet<string> = new Set(['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR']);

function isUseful(heard: Heard): boolean {
	return heard.kind === 'message' && !POOR.has(heard.message.rcode);
}

function best(poor: readonly Heard[]): Heard {
	const heard = poor.find(({ kind }) => kind === 'message') ?? poor[0];
	if (!heard) throw new Error('a resolver has at least one server');
	return heard;
}

/** Says what the other servers of the list did. */
function withNotes(heard: Heard, poor: readonly Heard[]): Heard {
	const notes = poor
		.filter((one) => one !== heard)
		.map((one) => `${one.server}: ${one.kind === 'message' ? one.message.rcode : one.detail}`);
	return { ...heard, detail: [heard.detail, ...notes].filter(Boolean).join('; ') };
}

function silences({ answered, lost }: Server): number {
	return answered ? 0 : Math.min(lost, 1);
}

/** Four smoothed round trips, within bounds. */
function retryAfter(roundTripMs: number | null): number {
	return Math.min(Math.max(RETRY_MS.least, 4 * (roundTripMs ?? 0)), RETRY_MS.most);
}

/** RFC 6298 §2: an eighth of each new measurement. */
function smoothed(before: number | null, roundTripMs: number): number {
	return before === null ? roundTripMs : before * 0.875 + roundTripMs * 0.125;
}

function isNear(server: ServerAddress, locate: AddressMap): boolean {
	const at = locate({ ...server, transport: 'udp' });
	return typeof at === 'string' || isLocal(server.address) || isLocal(at.address);
}
