import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { HelloOutcome, HelloRequest } from '../core/io.ts';
import { clientHello, ENTROPY_BYTES } from './client-hello.ts';
import { connectFailure, type Dialer } from './dialer.ts';
import { nameOfAlert } from './secure.ts';
import { readServerFlight, type ServerFlight } from './server-flight.ts';
import { whyStopped } from './wait.ts';

/**
 * One connection with one ClientHello. What has come when the server closes, or when the time is up,
 * is read as far as it goes: a ServerHello tells what was picked, even where the rest is missing.
 * Throws when the audit is stopped.
 */
export async function sayHello(
	dialer: Dialer,
	request: HelloRequest,
	timeoutMs: number,
): Promise<HelloOutcome> {
	const { host, address, port } = request;
	const dialed = await dialer.connect({ host, address, port, timeoutMs });
	if (dialed.kind === 'failed') {
		const { how, detail } = dialed;
		// What the dialer takes to fail, it takes waiting or not at all.
		const tookMs = how === 'silent' ? timeoutMs : 0;
		return { kind: 'failed', how, phase: 'connect', alert: null, detail, tookMs };
	}
	const began = performance.now() - dialed.connectMs;
	const { socket } = dialed;
	try {
		const leftMs = Math.max(1, timeoutMs - dialed.connectMs);
		const { flight, end } = await exchange(
			socket,
			clientHello(request, randomBytes(ENTROPY_BYTES)),
			{
				leftMs,
				signal: dialer.signal,
			},
		);
		if (dialer.signal.aborted) throw whyStopped(dialer.signal);
		return outcomeOf(flight, end, { timeoutMs, tookMs: Math.round(performance.now() - began) });
	} finally {
		// close_notify, as a warning: servers log an error where the connection is cut.
		if (socket.writable) socket.end(CLOSE_NOTIFY, () => socket.destroy());
		else socket.destroy();
		setTimeout(() => socket.destroy(), 200).unref();
	}
}

const CLOSE_NOTIFY = Buffer.of(21, 3, 1, 0, 2, 1, 0);

/** How it ended: all was read, the server ended it, or the time was up. */
type End = 'read' | 'closed' | 'reset' | 'silent';

function exchange(
	socket: Socket,
	hello: Buffer,
	{ leftMs, signal }: { leftMs: number; signal: AbortSignal },
): Promise<{ flight: ServerFlight; end: End }> {
	return new Promise((resolve) => {
		let bytes = Buffer.alloc(0);
		let flight = readServerFlight(bytes);
		const settle = (end: End) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.off('data', read).off('end', closed).off('close', closed).off('error', failed);
			resolve({ flight, end });
		};
		const read = (chunk: Buffer) => {
			bytes = Buffer.concat([bytes, chunk]);
			flight = readServerFlight(bytes);
			if (flight.done) settle('read');
		};
		const closed = () => settle('closed');
		const failed = (error: NodeJS.ErrnoException) =>
			settle(connectFailure(error.code) === 'silent' ? 'silent' : 'reset');
		const stop = () => settle('closed');
		const timer = setTimeout(() => settle('silent'), leftMs);
		signal.addEventListener('abort', stop, { once: true });
		socket.on('data', read).once('end', closed).once('close', closed).once('error', failed);
		socket.write(hello);
	});
}

function outcomeOf(
	{ answer, alert, fault }: ServerFlight,
	end: End,
	{ timeoutMs, tookMs }: { timeoutMs: number; tookMs: number },
): HelloOutcome {
	if (answer !== null) return { ...answer, tookMs };
	const failed = (
		how: Extract<HelloOutcome, { kind: 'failed' }>['how'],
		detail: string,
	): HelloOutcome => ({ kind: 'failed', how, phase: 'tls', alert: null, detail, tookMs });
	if (alert !== null) {
		const detail = `the server answered with alert ${alert} (${nameOfAlert(alert)})`;
		return { kind: 'failed', how: 'alert', phase: 'tls', alert, detail, tookMs };
	}
	if (fault !== null) return failed(fault.how, fault.detail);
	if (end === 'silent') {
		return failed('silent', `connected, but no answer to the hello within ${timeoutMs} ms`);
	}
	return failed('reset', 'the connection was closed in answer to the hello');
}
