import type { TimedEndpoint, TimedSeries } from '../core/io.ts';
import { decide, isOver, LOOKS, limitOf, roundTripsOf } from '../core/sequential-plan.ts';
import { isEventStream } from '../core/timed-fields.ts';
import type { Sample } from './generator/generator.ts';
import { timingSample } from './timing-sample.ts';

/** Milliseconds from one start to the next, at least. Starts are jittered over the whole of it. */
export interface TimingPace {
	/** 80 samples, the first look that can pass, take 20 s: slow spells come in blocks. */
	readonly sequential: number;
	readonly fixed: number;
	readonly visit: number;
	/** Between two starts of any endpoints. */
	readonly apart: number;
	/** To the next try of an endpoint that has not answered yet. */
	readonly retry: number;
	/** What a second of idleness takes. */
	readonly idleSecond: number;
	/** Endpoints that take longer are not waited for between two samples. */
	readonly longestGap: number;
}

/** An endpoint that has never answered is left after so many. */
const TRIES = 3;

/** What a line asks of the run that it is part of. */
interface Driver {
	submit(intendedMs: readonly number[]): void;
	/** Drops what is queued. */
	cancel(): void;
	nowMs(): number;
	/** What one request to every endpoint of its host takes. */
	besideMs(): number;
	/** As far as it has been seen; it only ever becomes shorter. */
	roundTripMs(): number | null;
}

/**
 * The samples of one endpoint and the plan for them: one request until one is answered, then the others
 * at jittered times, up to the decision of the plan.
 */
export class TimedLine {
	readonly endpoint: TimedEndpoint;
	readonly ended: Promise<void>;
	readonly #pace: TimingPace;
	readonly #visit: { readonly dnsMs: number } | null;
	readonly #intended: number[] = [];
	readonly #samples = new Map<number, Sample>();
	readonly #warmUps: Sample[] = [];
	readonly #idleAt: number[] = [];
	#driver: Driver | null = null;
	#isEnded = false;
	#askedForLess = false;
	#resolve: () => void = () => {};
	/** Samples that the plan's decision rests on; all of them unless it decided. */
	#decidedAt = Number.POSITIVE_INFINITY;
	/** Samples that the plan was last asked about. */
	#looked = 0;
	#retry: NodeJS.Timeout | undefined;

	/** `dnsMs` is what the look-ups of a visit take. */
	constructor(endpoint: TimedEndpoint, pace: TimingPace, dnsMs: number) {
		this.endpoint = endpoint;
		this.#pace = pace;
		this.#visit = endpoint.visit === null ? null : { dnsMs };
		this.ended = new Promise((resolve) => {
			this.#resolve = resolve;
		});
	}

	get isEnded(): boolean {
		return this.#isEnded;
	}

	begin(driver: Driver): void {
		this.#driver = driver;
		if (!this.#isEnded) this.#try();
	}

	take(sample: Sample): void {
		if (sample.warmUp > 0) {
			this.#warmUps.push(sample);
			return;
		}
		this.#samples.set(sample.intended, sample);
		if (this.#isEnded || this.#idleAt.includes(sample.intended)) return;
		const tries = this.#intended.length;
		if (this.#samples.size === tries && tries < this.endpoint.samples) {
			if (this.#taken().some(isAnswer)) {
				this.#fill();
			} else if (tries < TRIES) {
				this.#retry = setTimeout(() => this.#try(), this.#pace.retry);
			} else {
				this.end();
			}
			return;
		}
		this.#look();
	}

	/** No further sample is asked for. */
	end(): void {
		clearTimeout(this.#retry);
		this.#isEnded = true;
		this.#driver?.cancel();
		this.#resolve();
	}

	askedForLess(): void {
		this.#askedForLess = true;
		this.end();
	}

	/** A sample that is meant for this moment is one after idleness. */
	awaitIdle(intendedMs: number): void {
		this.#idleAt.push(intendedMs);
	}

	/** What one request takes, as far as it has been seen: the middle one of the warm. */
	usualMs(): number {
		const seen = [...this.#taken(), ...this.#warmUps.slice(1)]
			.map((one) => this.#timed(one).tookMs)
			.sort((a, b) => a - b);
		return seen[Math.floor(seen.length / 2)] ?? 0;
	}

	series(): Omit<TimedSeries, 'address' | 'isProxied' | 'roundTripMs' | 'dnsMs'> {
		const samples = this.#taken()
			.slice(0, this.#decidedAt)
			.map((one) => this.#timed(one));
		const [cold] = this.#warmUps;
		return {
			url: this.endpoint.url,
			limitMs: this.#limitMs(),
			askedForLess: this.#askedForLess,
			cold: cold === undefined ? null : this.#timed(cold),
			opened: this.#warmUps.flatMap(({ status, connectMs, tlsMs }) =>
				status > 0 && connectMs > 0 ? [{ connectMs, tlsMs }] : [],
			),
			samples,
			idle: this.#idleAt.flatMap((at) => {
				const sample = this.#samples.get(at);
				return sample === undefined ? [] : [this.#timed(sample)];
			}),
		};
	}

	#try(): void {
		this.#submit([this.#now()]);
	}

	/** All the others, each somewhere in its own stretch of time. */
	#fill(): void {
		const { samples, sequential, visit } = this.endpoint;
		const { sequential: planned, fixed, visit: visits, longestGap } = this.#pace;
		const least = sequential ? planned : visit === null ? fixed : visits;
		const gap = Math.max(least, Math.min(longestGap, this.#driver?.besideMs() ?? 0));
		const from = this.#now();
		const count = samples - this.#intended.length;
		this.#submit(Array.from({ length: count }, (_, nth) => from + (nth + Math.random()) * gap));
	}

	#submit(intendedMs: readonly number[]): void {
		this.#intended.push(...intendedMs);
		this.#driver?.submit(intendedMs);
	}

	/** The plan is asked only where every sample up to its look is in, in the order of their starts. */
	#look(): void {
		const { sequential, samples } = this.endpoint;
		const inOrder = this.#intended.findIndex((at) => !this.#samples.has(at));
		const complete = inOrder === -1 ? this.#intended.length : inOrder;
		const due = sequential ? LOOKS.filter(({ n }) => n > this.#looked && n <= complete) : [];
		if (due.length > 0) {
			const taken = this.#taken().map((one) => this.#timed(one));
			const limit = this.#limitMs();
			for (const { n } of due) {
				this.#looked = n;
				const over = taken.slice(0, n).filter((one) => isOver(one, limit)).length;
				if (decide(n, over) === 'go-on') continue;
				this.#decidedAt = n;
				this.end();
				return;
			}
		}
		if (complete >= samples) this.end();
	}

	#taken(): readonly Sample[] {
		return this.#intended.flatMap((at) => this.#samples.get(at) ?? []);
	}

	#timed(sample: Sample) {
		return timingSample(sample, this.#visit);
	}

	#limitMs(): number {
		const { budgetMs, visit } = this.endpoint;
		const roundTrips = visit === null ? 1 : roundTripsOf(visit);
		return limitOf(budgetMs, this.#driver?.roundTripMs() ?? null, roundTrips);
	}

	#now(): number {
		return this.#driver?.nowMs() ?? 0;
	}
}

/** A stream of events is one that has no end to wait for. */
function isAnswer({ fault, headers }: Sample): boolean {
	if (fault === 'cut') return !isEventStream(headers);
	return fault === 'none' || fault === 'wrong-body';
}
