import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { connectFailure, type Located } from '../dialer.ts';
import { wait, whyStopped } from '../wait.ts';
import { type Query, queryWire } from './query.ts';
import { failure, matchReply, type Reply } from './reply.ts';

export interface Question extends Omit<Query, 'id' | 'exact'> {
	/** Mix the letters of the name, so that a forged answer must guess them (0x20). */
	readonly mixCase: boolean;
}

export interface UdpExchange {
	/** Settles by `endMs` at the latest; rejects only when the audit is stopped. */
	readonly reply: Promise<Reply>;
	/** When so many tries are out and the last of them is late; answers are still listened for. */
	lateAfter(tries: 2 | 3): Promise<'late'>;
	stop(): void;
}

interface Times {
	/** Between two tries. */
	readonly retryMs: number;
	/** When nobody listens any more. */
	readonly endMs: number;
}

/** The question, and two more where no answer came. */
const TRIES = 3;

/**
 * One question over one connected socket. Tries are `retryMs` apart. The last one has its letters in
 * plain case and, unless DNSSEC is asked for, no EDNS: for servers that drop what they do not know.
 * `answered` is told the round trip where it is certain.
 */
export function openUdp(
	at: Located,
	question: Question,
	{ retryMs, endMs }: Times,
	signal: AbortSignal,
	answered: (roundTripMs: number) => void,
): UdpExchange {
	const socket = createSocket(isIPv6(at.address) ? 'udp6' : 'udp4');
	const out: Query[] = [];
	const timers: NodeJS.Timeout[] = [];
	let open = true;
	let ignored = 0;
	let sentAt = 0;
	let resolveReply: (reply: Reply) => void;
	let rejectReply: (error: Error) => void;
	const reply = new Promise<Reply>((resolve, reject) => {
		resolveReply = resolve;
		rejectReply = reject;
	});
	const lateTries = { 2: once(), 3: once() } as const;

	const stop = () => {
		if (!open) return;
		open = false;
		for (const timer of timers) clearTimeout(timer);
		signal.removeEventListener('abort', aborted);
		socket.close();
	};
	const settle = (one: Reply) => {
		stop();
		const note = ignored > 0 ? `${ignored} datagrams that answer nothing were ignored` : '';
		resolveReply(one.kind === 'message' ? { ...one, note } : one);
	};
	const aborted = () => {
		stop();
		rejectReply(whyStopped(signal));
	};
	const after = (ms: number, then: () => void) => {
		timers.push(setTimeout(then, ms));
	};
	/** Where this process was busy for so long, the answer may be here already: it is read first. */
	const late = (ms: number, then: () => void) => {
		after(ms, () => {
			setImmediate(() => {
				if (open) then();
			});
		});
	};
	const failed = (error: NodeJS.ErrnoException) => {
		const refused = connectFailure(error.code) === 'refused';
		if (refused) settle(failure('refused', 'port unreachable'));
		else settle(failure('unreachable', error.code ?? error.message));
	};
	const receive = (bytes: Buffer) => {
		const matched = matchReply(bytes, out);
		if (!matched) {
			ignored += 1;
			return;
		}
		// A reply after the second try cannot be timed: it may answer the first (RFC 6298 §3).
		if (out.length === 1) answered(performance.now() - sentAt);
		const toPlain = matched.kind === 'message' && isPlainer(bytes, out);
		settle(toPlain ? { ...matched, quirks: [...matched.quirks, 'plain-only'] } : matched);
	};
	const send = async (last: boolean) => {
		const { mixCase } = question;
		const query: Query = {
			...question,
			id: randomInt(0x10000),
			name: mixCase && !last ? mixedCase(question.name) : question.name,
			exact: mixCase,
			edns: question.edns && (!last || question.dnssec),
		};
		const wire = await queryWire(query);
		if (!open) return;
		out.push(query);
		sentAt = performance.now();
		socket.send(wire, (error) => {
			if (error) failed(error);
		});
	};
	const tryFrom = async (tried: number) => {
		if (tried === 2 || tried === TRIES) lateTries[tried].resolve();
		if (tried === TRIES) return;
		await send(tried === TRIES - 1);
		if (open) late(retryMs, () => void tryFrom(tried + 1).catch(failed));
	};

	// Nobody may be waiting for it any more when the audit is stopped.
	reply.catch(() => {});
	socket.on('error', failed);
	socket.on('message', (bytes) => {
		if (at.latencyMs) after(at.latencyMs, () => receive(bytes));
		else receive(bytes);
	});
	late(endMs, () => settle(failure('silent', 'no answer over UDP')));
	signal.addEventListener('abort', aborted, { once: true });
	if (signal.aborted) aborted();
	else {
		socket.connect(at.port, at.address, (error?: Error) => {
			if (error) failed(error);
			else if (open) tryFrom(0).catch(failed);
		});
	}
	return { reply, lateAfter: (tries) => lateTries[tries].promise.then(() => 'late'), stop };
}

/** The same of an address where nobody is. */
export function silence({ retryMs, endMs }: Times, signal: AbortSignal): UdpExchange {
	const reply = wait(endMs, signal).then(() => failure('silent', 'no answer over UDP'));
	reply.catch(() => {});
	return {
		reply,
		lateAfter: (tries) => wait(tries * retryMs, signal).then(() => 'late'),
		stop: () => {},
	};
}

function once(): { readonly promise: Promise<void>; resolve(): void } {
	let resolve = () => {};
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	return { promise, resolve: () => resolve() };
}

/** The last try was answered, which asks for less than the first two. */
function isPlainer(reply: Buffer, out: readonly Query[]): boolean {
	const [first] = out;
	const last = out[TRIES - 1];
	if (!first || last?.id !== reply.readUInt16BE(0)) return false;
	return first.edns !== last.edns || first.exact;
}

/** Each letter in a random case. No length octet looks like a letter: labels have at most 63 octets. */
function mixedCase(name: Buffer): Buffer {
	const flips = randomBytes(name.length);
	return Buffer.from(
		name.map((octet, i) => {
			const isLetter = octet >= 0x61 && octet <= 0x7a;
			return isLetter && (flips[i] ?? 0) & 1 ? octet - 0x20 : octet;
		}),
	);
}
