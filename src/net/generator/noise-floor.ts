import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type HttpConnection, openConnection, TIMEOUTS } from '../connection.ts';
import type { Dialer } from '../dialer.ts';
import { exchangeOver } from '../exchange.ts';
import { startNullServer } from './null-server.ts';
import type { Noise } from './protocol.ts';

const LOOP_RESOLUTION_MS = 5;
const EVERY_MS = 250;
/** Before the run, so that short ones have a floor too; the first are the compiler's. */
const UNCOUNTED = 10;
const COUNTED_AT_FIRST = 20;
const PING_TIMEOUT_MS = 5_000;

export interface NoiseFloor {
	/** From here on it counts: four pings a second, and the delays of the event loop. */
	begin(): void;
	end(): Noise;
}

/** Looks at the measuring thread with the same code that the samples are taken with. */
export async function listenForNoise(dialer: Dialer): Promise<NoiseFloor> {
	const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
	const pings: number[] = [];
	const server = await startNullServer();
	const connection = server === null ? null : await connectionTo(server.port, dialer);
	const ping = async (): Promise<number> => {
		if (connection === null || connection.isClosed()) return Number.NaN;
		const sent = await exchangeOver(connection, {
			path: '/',
			method: 'GET',
			headers: [['Host', 'localhost']],
			headerMs: PING_TIMEOUT_MS,
			totalMs: PING_TIMEOUT_MS,
			signal: dialer.signal,
			onData: () => true,
		});
		return sent.tookMs;
	};
	const take = async () => {
		const tookMs = await ping();
		if (!Number.isNaN(tookMs)) pings.push(tookMs);
	};
	for (let n = 0; n < UNCOUNTED; n += 1) await ping();
	for (let n = 0; n < COUNTED_AT_FIRST; n += 1) await take();
	let timer: NodeJS.Timeout | undefined;
	return {
		begin() {
			loop.enable();
			timer = setInterval(() => void take(), EVERY_MS);
		},
		end() {
			clearInterval(timer);
			loop.disable();
			connection?.destroy();
			server?.close();
			const sorted = pings.sort((a, b) => a - b);
			// The histogram counts from tick to tick: its own interval is no delay.
			const loopDelayP99Ms = Math.max(0, loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
			const loopDelayMaxMs = Math.max(0, loop.max / 1e6 - LOOP_RESOLUTION_MS);
			return {
				pingP95Ms: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0,
				pings: sorted.length,
				loopDelayP99Ms,
				loopDelayMaxMs,
			};
		},
	};
}

async function connectionTo(port: number, dialer: Dialer): Promise<HttpConnection | null> {
	const opened = await openConnection(
		dialer,
		{
			url: new URL(`http://127.0.0.1:${port}/`),
			host: '127.0.0.1',
			address: '127.0.0.1',
			proxy: null,
			through: '127.0.0.1',
		},
		TIMEOUTS,
		null,
		60_000,
	);
	return 'client' in opened ? opened : null;
}
