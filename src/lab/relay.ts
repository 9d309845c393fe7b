import { connect, type Socket } from 'node:net';

interface Relay {
	readonly client: Socket;
	readonly to: { readonly host: string; readonly port: number };
	readonly roundTripMs: number;
	/** So that closing the lab ends the upstream connection too. */
	track(socket: Socket): Socket;
}

/**
 * Makes a loopback connection as slow as a long line. What either side sends arrives half a round
 * trip later. The upstream connection is opened after one and a half, when the handshake of a real
 * one would be complete at the server, so that a server that speaks first is heard after two.
 */
export function relayLate({ client, to, roundTripMs, track }: Relay): void {
	const half = roundTripMs / 2;
	const upstream = new Promise<Socket>((resolve) => {
		setTimeout(() => {
			if (client.destroyed) return;
			const socket = track(connect({ ...to, noDelay: true }));
			forward(socket, Promise.resolve(client), half);
			resolve(socket);
		}, 3 * half);
	});
	forward(client, upstream, half);
}

function forward(from: Socket, to: Promise<Socket>, delayMs: number): void {
	let last: Promise<unknown> = to;
	const later = (act: (sink: Socket) => void) => {
		const due = performance.now() + delayMs;
		last = last.then(async () => {
			const sink = await to;
			await until(due);
			if (!sink.destroyed) act(sink);
		});
	};
	from.on('data', (chunk) => later((sink) => sink.write(chunk)));
	from.on('end', () => later((sink) => sink.end()));
	from.on('error', () => later((sink) => sink.resetAndDestroy()));
	from.on('close', () => later((sink) => sink.destroySoon()));
}

function until(due: number): Promise<void> | undefined {
	const left = due - performance.now();
	if (left <= 0) return undefined;
	return new Promise((resolve) => setTimeout(resolve, left));
}
