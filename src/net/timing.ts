import type {
	AddressTiming,
	AddressTimingRequest,
	DnsPort,
	LookupTiming,
	TimedEndpoint,
	TimedSeries,
	TimingPort,
	TimingRequest,
	TimingSeries,
} from '../core/io.ts';
import { planSeconds } from '../core/sequential-plan.ts';
import { TIMED_FIELDS } from '../core/timed-fields.ts';
import { type HttpFailed, TIMEOUTS } from './connection.ts';
import type { Dialer } from './dialer.ts';
import { type Generator, type Sample, startGenerator } from './generator/generator.ts';
import type { Line, RunPlan, Step } from './generator/protocol.ts';
import { hostOf } from './http.ts';
import { TimedLine, type TimingPace } from './timed-line.ts';
import { neverSent, timingSample } from './timing-sample.ts';
import { wait } from './wait.ts';
import { Ways } from './ways.ts';

export interface TimingSettings {
	readonly userAgent: string;
	readonly ask: DnsPort['ask'];
	/** The proxy for a URL; see `proxyFor`. Direct where absent. */
	readonly proxy?: (url: URL) => URL | null;
	/** Replaced in tests. */
	readonly pace?: Partial<TimingPace>;
	readonly timeoutMs?: number;
}

/** What the product takes; tests are quicker. */
export const PACE: TimingPace = {
	sequential: 250,
	fixed: 30,
	visit: 100,
	apart: 25,
	retry: 2_000,
	idleSecond: 1_000,
	longestGap: 2_000,
};
const TIMEOUT_MS = 10_000;
const WARM_UPS = 4;
const IN_FLIGHT_PER_HOST = 4;
/** An address that has never answered is left after so many. */
const TRIES = 3;
const DNS_ROUNDS = 5;
/** For endpoints that nobody named; the planned ones have `planSeconds`, less this for the last answers. */
const FOUND_MS = 20_000;
const LAST_ANSWERS_MS = 15_000;
/** Look-ups of the other probes count from 0. */
const FIRST_AGAIN = 1_000;
/** A body is compared with what its header says in one of so many. */
const LOOKED_AT = 20;

/**
 * Samples over HTTP/1.1, taken in a thread of their own; see `startGenerator`. Requests on kept
 * connections share up to four warm ones a host; a visit opens its own. At most four are in flight at a
 * host, starts are at least 25 ms apart, and on average one is in flight: what is measured is the
 * product, and not our load. Each endpoint has one address for the whole series. Nothing is retried.
 * An endpoint that has never answered is left after three tries, two seconds apart. Sampling ends when the
 * sequential plan decides, when the server asks for less (429, or 503 with Retry-After), and when the
 * time for it is up. Outside the request budget; the audit's stop throws.
 */
export function createTiming(dialer: Dialer, settings: TimingSettings): TimingPort {
	return {
		async series(request) {
			permitAll(dialer, request.endpoints.flatMap(urlsOf));
			return new Series(dialer, settings, request).run();
		},
		async addresses(request) {
			permitAll(dialer, [request.url]);
			return timeAddresses(dialer, settings, request);
		},
		async lookups({ names }) {
			for (const name of names) dialer.permit(name, false);
			const found: LookupTiming[] = [];
			for (const [nth, name] of names.entries()) {
				found.push(await timedLookup(settings.ask, name, FIRST_AGAIN + nth));
			}
			return found;
		},
	};
}

function permitAll(dialer: Dialer, urls: readonly string[]): void {
	for (const url of urls) dialer.permit(hostOf(new URL(url)), false);
}

function urlsOf({ url, visit }: TimedEndpoint): readonly string[] {
	return [url, ...(visit ?? [])];
}

async function timedLookup(
	ask: DnsPort['ask'],
	name: string,
	again: number,
): Promise<LookupTiming> {
	const began = performance.now();
	const { status, chain } = await ask({ name, type: 'A', again });
	return { name, tookMs: performance.now() - began, status, aliases: chain.length };
}

function runPlan(
	ways: Ways,
	lines: readonly Line[],
	lanes: RunPlan['lanes'],
	pace: TimingPace,
): RunPlan {
	return {
		routes: ways.routes,
		lanes,
		lines,
		apartMs: pace.apart,
		inFlightPerHost: IN_FLIGHT_PER_HOST,
		connectMs: TIMEOUTS.connect,
		tlsMs: TIMEOUTS.tls,
	};
}

class Series {
	readonly #dialer: Dialer;
	readonly #settings: TimingSettings;
	readonly #request: TimingRequest;
	readonly #pace: TimingPace;
	readonly #ways: Ways;
	readonly #lines: TimedLine[] = [];

	constructor(dialer: Dialer, settings: TimingSettings, request: TimingRequest) {
		this.#dialer = dialer;
		this.#settings = settings;
		this.#request = request;
		this.#pace = { ...PACE, ...settings.pace };
		this.#ways = new Ways(dialer, settings);
	}

	async run(): Promise<TimingSeries> {
		const { endpoints } = this.#request;
		const lines: Line[] = [];
		const dnsMs = new Map<string, readonly number[]>();
		const unreachable = new Map<string, HttpFailed>();
		for (const endpoint of endpoints) {
			const line = await this.#lineOf(endpoint);
			if ('kind' in line) {
				unreachable.set(endpoint.url, line);
				continue;
			}
			lines.push(line);
			const lookups = endpoint.visit === null ? [] : await this.#lookUp(endpoint.visit);
			dnsMs.set(endpoint.url, lookups);
			this.#lines.push(new TimedLine(endpoint, this.#pace, middleOf(lookups)));
		}
		const noise = await this.#measure(lines);
		const series = endpoints.map((endpoint): TimedSeries => {
			const failed = unreachable.get(endpoint.url);
			if (failed !== undefined) return noWayTo(endpoint, failed);
			const at = this.#lines.findIndex((one) => one.endpoint === endpoint);
			const route = this.#ways.routes[lastRouteOf(lines[at])];
			return {
				...(this.#lines[at] as TimedLine).series(),
				address: route?.address ?? null,
				roundTripMs: this.#roundTripOf(lines[at]),
				isProxied: route !== undefined && route.proxy !== null,
				dnsMs: dnsMs.get(endpoint.url) ?? [],
			};
		});
		return { endpoints: series, noise };
	}

	async #lineOf({ url, visit, method }: TimedEndpoint): Promise<Line | HttpFailed> {
		const steps: Step[] = [];
		for (const each of visit ?? [url]) {
			const at = new URL(each);
			const route = await this.#ways.to(at);
			if (typeof route !== 'number') return route;
			steps.push(this.#ways.step(at, route, method));
		}
		const [first, ...rest] = steps;
		if (first === undefined) throw new RangeError(`no way to ${url}`);
		return {
			steps: [first, ...rest],
			connection: visit === null ? 'kept' : 'new',
			timeoutMs: this.#settings.timeoutMs ?? TIMEOUT_MS,
			keepHeaders: TIMED_FIELDS,
			...(method === 'GET' && { expect: { oneIn: LOOKED_AT, wellFormed: true } }),
		};
	}

	/** Each round asks for both families of every host, as a browser does. */
	async #lookUp(visit: readonly string[]): Promise<readonly number[]> {
		const hosts = [...new Set(visit.map((url) => hostOf(new URL(url))))];
		const rounds: number[] = [];
		for (let round = 0; round < DNS_ROUNDS; round += 1) {
			let tookMs = 0;
			for (const name of hosts) {
				const began = performance.now();
				const again = FIRST_AGAIN + round;
				await Promise.all(['A', 'AAAA'].map((type) => this.#settings.ask({ name, type, again })));
				tookMs += performance.now() - began;
			}
			rounds.push(tookMs);
		}
		return rounds;
	}

	async #measure(lines: readonly Line[]): Promise<TimingSeries['noise']> {
		if (lines.length === 0) return { pingP95Ms: 0, loopDelayP99Ms: 0 };
		const { signal } = this.#dialer;
		const plan = runPlan(this.#ways, lines, this.#lanesFor(lines), this.#pace);
		const generator = startGenerator(plan, {
			signal,
			onSample: (sample) => this.#take(sample, lines),
		});
		try {
			await generator.ready;
			for (const [at, line] of this.#lines.entries()) {
				line.begin({
					submit: (times) =>
						generator.submit(times.map((intendedMs) => ({ line: at, intendedMs }))),
					cancel: () => generator.cancel(at),
					nowMs: () => generator.nowMs(),
					besideMs: () => this.#besideMs(at, lines),
					roundTripMs: () => this.#roundTripOf(lines[at]),
				});
			}
			const planned = this.#lines.filter(({ endpoint }) => endpoint.sequential).length;
			const mostMs = planned > 0 ? planSeconds(planned) * 1_000 - LAST_ANSWERS_MS : FOUND_MS;
			const timer = setTimeout(() => {
				for (const line of this.#lines) line.end();
			}, mostMs);
			await Promise.race([
				Promise.all(this.#lines.map(({ ended }) => ended)),
				generator.failed,
			]).finally(() => clearTimeout(timer));
			await this.#idle(generator, lines);
			return await generator.finish();
		} finally {
			await generator.stop();
		}
	}

	#take(sample: Sample, lines: readonly Line[]): void {
		if (sample.roundTripMs > 0 && sample.status > 0) {
			const route = lines[sample.line]?.steps[sample.redirects]?.route ?? -1;
			const shortest = this.#ways.roundTrips.get(route) ?? sample.roundTripMs;
			this.#ways.roundTrips.set(route, Math.min(shortest, sample.roundTripMs));
		}
		this.#lines[sample.line]?.take(sample);
		if (sample.askedForLess === 0) return;
		const host = this.#hostOf(lines[sample.line]);
		for (const [at, line] of this.#lines.entries()) {
			if (this.#hostOf(lines[at]) === host) line.askedForLess();
		}
	}

	/** What one request to each endpoint of the same host takes: the distance that loads nobody. */
	#besideMs(at: number, lines: readonly Line[]): number {
		const host = this.#hostOf(lines[at]);
		return this.#lines
			.filter((line, other) => this.#hostOf(lines[other]) === host && !line.isEnded)
			.reduce((sum, line) => sum + line.usualMs(), 0);
	}

	/** To where the document comes from. A connection to a proxy says nothing of the server's distance. */
	#roundTripOf(line: Line | undefined): number | null {
		const route = lastRouteOf(line);
		if (this.#ways.routes[route]?.proxy !== null) return null;
		return this.#ways.roundTrips.get(route) ?? null;
	}

	/** One endpoint a host, so that none wakes another's server. */
	async #idle(generator: Generator, lines: readonly Line[]): Promise<void> {
		const { idleSeconds } = this.#request;
		if (idleSeconds === undefined) return;
		const hosts = new Set<string>();
		const first = this.#lines.flatMap(({ endpoint }, at) => {
			const host = this.#hostOf(lines[at]);
			if (hosts.has(host) || !endpoint.sequential || endpoint.visit !== null) return [];
			hosts.add(host);
			return [at];
		});
		if (first.length === 0) return;
		for (let round = 0; round < 2; round += 1) {
			await wait(idleSeconds * this.#pace.idleSecond, this.#dialer.signal);
			const now = generator.nowMs();
			for (const at of first) {
				this.#lines[at]?.awaitIdle(now);
				generator.submit([{ line: at, intendedMs: now }]);
			}
		}
	}

	#lanesFor(lines: readonly Line[]): RunPlan['lanes'] {
		return this.#ways.routes.flatMap((_, route) => {
			const kept = lines.flatMap(({ connection, steps }, at) =>
				connection === 'kept' && steps[0].route === route ? [at] : [],
			);
			const isPlanned = kept.some((at) => this.#lines[at]?.endpoint.sequential);
			const count = isPlanned ? IN_FLIGHT_PER_HOST : Math.min(IN_FLIGHT_PER_HOST, kept.length);
			return Array.from({ length: count }, (_unused, lane) => ({
				route,
				warmUp: Array.from(
					{ length: WARM_UPS },
					(_each, nth) => kept[(lane + nth) % kept.length] ?? 0,
				),
			}));
		});
	}

	#hostOf(line: Line | undefined): string {
		return this.#ways.routes[line?.steps[0].route ?? -1]?.host ?? '';
	}
}

function lastRouteOf(line: Line | undefined): number {
	return line?.steps.at(-1)?.route ?? -1;
}

function middleOf(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function noWayTo(endpoint: TimedEndpoint, { how, detail }: HttpFailed): TimedSeries {
	const sample = neverSent(how, detail);
	return {
		url: endpoint.url,
		address: null,
		isProxied: false,
		roundTripMs: null,
		limitMs: endpoint.budgetMs,
		askedForLess: false,
		cold: null,
		opened: [],
		samples: [sample, sample, sample],
		idle: [],
		dnsMs: [],
	};
}

async function timeAddresses(
	dialer: Dialer,
	settings: TimingSettings,
	{ url, addresses, rounds }: AddressTimingRequest,
): Promise<AddressTiming> {
	const pace = { ...PACE, ...settings.pace };
	const ways = new Ways(dialer, settings);
	const at = new URL(url);
	const lines = addresses.map((address): Line => {
		const route = ways.at(at, address);
		return {
			steps: [ways.step(at, route, 'GET')],
			connection: 'new',
			timeoutMs: settings.timeoutMs ?? TIMEOUT_MS,
		};
	});
	const samples: Sample[] = [];
	const generator = startGenerator(runPlan(ways, lines, [], pace), {
		signal: dialer.signal,
		onSample(sample) {
			samples.push(sample);
			const its = samples.filter(({ line }) => line === sample.line);
			if (its.length >= TRIES && its.every(({ status }) => status === 0)) {
				generator.cancel(sample.line);
			}
		},
	});
	try {
		const gap = pace.visit;
		generator.submit(
			Array.from({ length: rounds * lines.length }, (_, nth) => ({
				line: nth % lines.length,
				intendedMs: (nth + Math.random()) * gap,
			})),
		);
		const noise = await generator.finish();
		return {
			addresses: addresses.map((address, line) => ({
				address,
				samples: samples
					.filter((one) => one.line === line)
					.map((one) => timingSample(one, { dnsMs: 0 })),
			})),
			noise: { pingP95Ms: noise.pingP95Ms, loopDelayP99Ms: noise.loopDelayP99Ms },
		};
	} finally {
		await generator.stop();
	}
}
