import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { TimingPort, TimingRequest, TimingSample, TimingSeries } from '../core/io.ts';
import { decide, isOver } from '../core/sequential-plan.ts';
import { createSlots, type Slots } from './budget.ts';
import {
	type Connected,
	type Destination,
	type HttpConnection,
	type HttpFailed,
	openConnection,
	TIMEOUTS,
} from './connection.ts';
import type { Dialer } from './dialer.ts';
import { exchangeOver, type Head, type Sent } from './exchange.ts';
import { headersOf, hostOf, pathOf } from './http.ts';
import { portOf } from './proxy.ts';
import { Reach } from './reach.ts';
import { wait } from './wait.ts';

export interface TimingSettings {
	readonly userAgent: string;
	/** The proxy for a URL; see `proxyFor`. Direct where absent. */
	readonly proxy?: (url: URL) => URL | null;
	/** Replaced in tests. */
	readonly pace?: TimingPace;
	readonly timeoutMs?: number;
}

/** Milliseconds from one start to the next at one endpoint, on average, jittered by half. */
interface TimingPace {
	/** 80 samples, the first look that can pass, take 20 s: slow spells come in blocks. */
	readonly sequential: number;
	readonly fixed: number;
	/** Least time between any two starts. */
	readonly apart: number;
}

const PACE: TimingPace = { sequential: 250, fixed: 30, apart: 25 };
const TIMEOUT_MS = 10_000;
const WARM_UPS = 4;
const IN_FLIGHT_PER_HOST = 4;
/** An endpoint that has never answered is left after so many samples. */
const TRIES = 3;
const LOOP_RESOLUTION_MS = 5;

/**
 * GET over one warm kept-alive connection an endpoint, to one address; four warm-ups are discarded.
 * Endpoints run side by side, one request in flight each, four a host, starts at least 25 ms apart.
 * Every request after the warm-ups is a sample: one that fails or takes over ten seconds has status 0.
 * Nothing is retried, but a kept connection that the server had closed is replaced, and the sample
 * carries the time of both. Sampling ends early when the sequential plan decides, when the server
 * asks for less (429, or 503 with Retry-After), and when three samples in a row from the start had no
 * answer. Outside the request budget; the audit's stop throws.
 */
export function createTiming(dialer: Dialer, settings: TimingSettings): TimingPort {
	return {
		async series(request) {
			for (const { url } of request.endpoints) dialer.permit(hostOf(new URL(url)), false);
			const run = new Run(dialer, settings);
			const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
			loop.enable();
			try {
				const endpoints = await run.all(request.endpoints);
				// The histogram counts from tick to tick: its own interval is no delay.
				const p99 = loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS;
				return { endpoints, loopDelayP99Ms: Math.max(0, p99) };
			} finally {
				loop.disable();
				run.end();
			}
		},
	};
}

type Plan = TimingRequest['endpoints'][number];

/** One endpoint, with the connection that it keeps. */
interface Line {
	readonly to: Destination | HttpFailed;
	/** Opened while the address was chosen; used once. */
	spare: Connected | null;
	connection: HttpConnection | null;
	readonly slots: Slots;
}

class Run {
	readonly #dialer: Dialer;
	readonly #settings: TimingSettings;
	readonly #pace: TimingPace;
	readonly #timeoutMs: number;
	readonly #reach: Reach;
	readonly #slots = new Map<string, Slots>();
	readonly #lines: Line[] = [];
	#began = 0;
	#nextStart = 0;
	#isOver = false;

	constructor(dialer: Dialer, settings: TimingSettings) {
		this.#dialer = dialer;
		this.#settings = settings;
		this.#pace = settings.pace ?? PACE;
		this.#timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
		this.#reach = new Reach(dialer, TIMEOUTS.connect);
	}

	async all(plans: readonly Plan[]): Promise<TimingSeries['endpoints']> {
		for (const plan of plans) this.#lines.push(await this.#lineTo(new URL(plan.url)));
		this.#began = performance.now();
		return Promise.all(
			plans.map(async (plan, at) => {
				const line = this.#lines[at];
				return { url: plan.url, samples: line ? await this.#samples(plan, line) : [] };
			}),
		);
	}

	/** Closes every connection; a series that failed in one endpoint stops in the others. */
	end(): void {
		this.#isOver = true;
		for (const { connection, spare } of this.#lines) {
			connection?.destroy();
			spare?.socket.destroy();
		}
	}

	async #lineTo(url: URL): Promise<Line> {
		const host = hostOf(url);
		const slots = this.#slots.get(host) ?? createSlots(IN_FLIGHT_PER_HOST);
		this.#slots.set(host, slots);
		const line = (to: Destination | HttpFailed, spare: Connected | null = null): Line => ({
			to,
			spare,
			connection: null,
			slots,
		});
		const proxy = this.#settings.proxy?.(url) ?? null;
		const next = proxy ?? url;
		const candidates = await this.#reach.candidates(hostOf(next), portOf(next), false);
		if ('kind' in candidates) return line(candidates);
		const reached = await this.#reach.fastest(hostOf(next), portOf(next), candidates.addresses);
		if ('kind' in reached) return line(reached);
		const { address, connected } = reached;
		return line({ url, host, address, proxy, through: host }, connected);
	}

	async #samples(plan: Plan, line: Line): Promise<readonly TimingSample[]> {
		for (let warmed = 0; warmed < WARM_UPS; warmed += 1) {
			const { sample } = await this.#take(line);
			if (sample.failure !== '') break;
		}
		const gapMs = plan.sequential ? this.#pace.sequential : this.#pace.fixed;
		const samples: TimingSample[] = [];
		let over = 0;
		while (samples.length < plan.samples && !this.#isOver) {
			const { sample, isAskedToStop } = await this.#take(line);
			samples.push(sample);
			if (isOver(sample, plan.budgetMs)) over += 1;
			const decision = plan.sequential ? decide(samples.length, over) : 'go-on';
			if (isAskedToStop || decision !== 'go-on' || isDead(samples)) break;
			const since = performance.now() - this.#began - sample.startedMs;
			await wait(Math.max(0, gapMs * (0.5 + Math.random()) - since), this.#dialer.signal);
		}
		return samples;
	}

	async #take(line: Line): Promise<{ sample: TimingSample; isAskedToStop: boolean }> {
		const giveBack = await line.slots.take(this.#dialer.signal);
		try {
			await this.#turnToStart();
			const startedMs = performance.now() - this.#began;
			const { to } = line;
			if ('kind' in to) return { sample: neverSent(startedMs, 0, to.detail), isAskedToStop: false };
			return await this.#measure(line, to, startedMs);
		} finally {
			giveBack();
		}
	}

	async #measure(
		line: Line,
		to: Destination,
		startedMs: number,
	): Promise<{ sample: TimingSample; isAskedToStop: boolean }> {
		const lostMs: number[] = [];
		for (;;) {
			const opened = await this.#connection(line, to);
			if (!('client' in opened)) {
				const tookMs = performance.now() - this.#began - startedMs;
				return { sample: neverSent(startedMs, tookMs, opened.detail), isAskedToStop: false };
			}
			const isNew = opened.uses === 0;
			const sent = await this.#send(opened, to);
			if (sent.kind === 'failed' && sent.isStale && lostMs.length === 0) {
				lostMs.push(sent.tookMs);
				continue;
			}
			const connectMs = isNew ? opened.connectMs + opened.tlsMs : 0;
			const lost = lostMs.reduce((sum, ms) => sum + ms, 0);
			const sample = sampleOf(sent, { startedMs, connectMs, newConnection: isNew }, lost);
			return { sample, isAskedToStop: sent.kind === 'answered' && asksForLess(sent.head) };
		}
	}

	async #connection(line: Line, to: Destination): Promise<HttpConnection | HttpFailed> {
		if (line.connection !== null && !line.connection.isClosed()) return line.connection;
		const { spare } = line;
		line.spare = null;
		const usable = spare?.socket.destroyed === false ? spare : null;
		const opened = await openConnection(this.#dialer, to, TIMEOUTS, usable, 30_000);
		line.connection = 'client' in opened ? opened : null;
		return opened;
	}

	#send(connection: HttpConnection, to: Destination): Promise<Sent> {
		return exchangeOver(connection, {
			path: pathOf(to),
			method: 'GET',
			headers: headersOf(to, [], this.#settings.userAgent),
			headerMs: this.#timeoutMs,
			totalMs: this.#timeoutMs,
			signal: this.#dialer.signal,
			onData: () => true,
		});
	}

	async #turnToStart(): Promise<void> {
		const now = performance.now();
		const at = Math.max(now, this.#nextStart);
		this.#nextStart = at + this.#pace.apart;
		if (at > now) await wait(at - now, this.#dialer.signal);
	}
}

function neverSent(startedMs: number, tookMs: number, failure: string): TimingSample {
	const nothing = { firstByteMs: 0, connectMs: 0, status: 0, newConnection: true };
	return { startedMs, tookMs, ...nothing, failure };
}

function sampleOf(
	sent: Sent,
	about: Pick<TimingSample, 'startedMs' | 'connectMs' | 'newConnection'>,
	lostMs: number,
): TimingSample {
	const tookMs = sent.tookMs + lostMs;
	if (sent.kind === 'failed') {
		return { ...about, tookMs, firstByteMs: 0, status: 0, failure: sent.detail };
	}
	const firstByteMs = sent.firstByteMs + lostMs;
	if (sent.isCut) {
		const failure = `the answer was not complete after ${Math.round(tookMs)} ms`;
		return { ...about, tookMs, firstByteMs, status: 0, failure };
	}
	return { ...about, tookMs, firstByteMs, status: sent.head.status, failure: '' };
}

/** RFC 6585 §4; RFC 9110 §15.6.4. */
function asksForLess({ status, headers }: Head): boolean {
	if (status === 429) return true;
	return status === 503 && headers.some(([name]) => name.toLowerCase() === 'retry-after');
}

function isDead(samples: readonly TimingSample[]): boolean {
	return samples.length === TRIES && samples.every(({ failure }) => failure !== '');
}
