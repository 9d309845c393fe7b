import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { type AddressMap, dial } from '../dialer.ts';
import { whyStopped } from '../wait.ts';
import { type Query, queryWire } from './query.ts';
import { failure, matchReply, type Reply } from './reply.ts';

/** One question over a connection of its own (RFC 7766, RFC 1035 §4.2.2). */
export async function askTcp(
	server: { readonly address: string; readonly port: number },
	question: Omit<Query, 'id'>,
	{ connectMs, timeoutMs }: { readonly connectMs: number; readonly timeoutMs: number },
	locate: AddressMap,
	signal: AbortSignal,
): Promise<Reply> {
	const began = performance.now();
	const dialed = await dial(server, connectMs, locate, signal);
	if (dialed.kind === 'failed') {
		if (dialed.how === 'reset') return failure('silent', 'TCP: connection reset');
		return failure(dialed.how, `TCP: ${dialed.how === 'silent' ? 'no answer' : dialed.how}`);
	}
	const query = { ...question, id: randomInt(0x10000) };
	const wire = await queryWire(query);
	const left = Math.max(1, timeoutMs - (performance.now() - began));
	return await converse(dialed.socket, wire, query, left, signal);
}

function converse(
	socket: Socket,
	wire: Buffer,
	query: Query,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<Reply> {
	return new Promise((resolve, reject) => {
		let received = Buffer.alloc(0);
		const end = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.destroy();
			then();
		};
		const settle = (reply: Reply) => end(() => resolve(reply));
		const stop = () => end(() => reject(whyStopped(signal)));
		const timer = setTimeout(() => settle(failure('silent', 'TCP: no answer')), timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		socket.on('data', (chunk: Buffer) => {
			received = Buffer.concat([received, chunk]);
			const { frames, rest } = splitFrames(received);
			received = rest;
			for (const frame of frames) {
				const matched = matchReply(frame, [query]);
				if (matched) {
					settle(matched.kind === 'message' ? matched : unusable(matched));
					return;
				}
			}
		});
		const closed = () => {
			settle(failure('silent', 'TCP: the connection was closed without an answer'));
		};
		socket.on('error', closed);
		socket.on('close', closed);
		socket.on('end', closed);
		const length = Buffer.alloc(2);
		length.writeUInt16BE(wire.length);
		socket.write(Buffer.concat([length, wire]));
	});
}

function unusable(reply: Exclude<Reply, { kind: 'message' }>): Reply {
	if (reply.kind === 'failed') return failure(reply.how, `TCP: ${reply.detail}`);
	return failure('malformed', 'TCP: the answer is truncated, or repeats another question');
}

/** Messages behind their two octets of length; what is not complete yet is the rest. */
function splitFrames(bytes: Buffer): { frames: readonly Buffer[]; rest: Buffer<ArrayBuffer> } {
	const frames: Buffer[] = [];
	let at = 0;
	while (at + 2 <= bytes.length) {
		const end = at + 2 + bytes.readUInt16BE(at);
		if (end > bytes.length) break;
		frames.push(bytes.subarray(at + 2, end));
		at = end;
	}
	return { frames, rest: Buffer.from(bytes.subarray(at)) };
}
