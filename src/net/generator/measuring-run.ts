import { TIMING_FAULTS } from '../../core/io.ts';
import type { Dialer } from '../dialer.ts';
import { listenForNoise, type NoiseFloor } from './noise-floor.ts';
import { type Keeper, type Surroundings, type Taken, takeSample } from './one-sample.ts';
import { COLUMNS, type FromWorker, type Job, type Line, type RunPlan } from './protocol.ts';

/** A timer may fire a little late, and never early enough: the last bit is waited for turn by turn. */
const SPIN_MS = 2;

interface LaneState extends Keeper {
	readonly isOwn: boolean;
	readonly warmUp: readonly number[];
	isBusy: boolean;
	/** When it was last given a job: the one that has rested longest is next, so that all stay warm. */
	usedAt: number;
}

/** One run of the measuring Worker: see `RunPlan` and `ToWorker`. */
export class MeasuringRun {
	readonly #plan: RunPlan;
	readonly #dialer: Dialer;
	readonly #around: Surroundings;
	readonly #post: (message: FromWorker) => void;
	readonly #lanes: readonly LaneState[];
	/** By intended time; those of one time in the order in which they came. */
	#jobs: Job[] = [];
	readonly #inFlight = new Map<string, number>();
	readonly #taken = new Map<number, number>();
	/** Hosts that asked for less. */
	readonly #closed = new Set<string>();
	readonly #early: (() => void)[] = [];
	#noise: NoiseFloor | null = null;
	#zero: number | null = null;
	#lastStart = Number.NEGATIVE_INFINITY;
	#isFinishing = false;
	#timer: NodeJS.Timeout | undefined;
	#isSpinning = false;

	constructor(plan: RunPlan, dialer: Dialer, post: (message: FromWorker) => void) {
		this.#plan = plan;
		this.#dialer = dialer;
		this.#post = post;
		this.#lanes = plan.lanes.map(({ route, warmUp, isOwn = false }) => ({
			route,
			isOwn,
			warmUp,
			connection: null,
			answeredAt: 0,
			closedAt: 0,
			isBusy: false,
			usedAt: 0,
		}));
		const { connectMs, tlsMs } = plan;
		const timeouts = { connect: connectMs, tls: tlsMs, header: tlsMs, exchange: tlsMs };
		this.#around = { dialer, routes: plan.routes, timeouts };
	}

	/** Opens and warms the lanes, and starts the clock. */
	async begin(): Promise<void> {
		this.#noise = await listenForNoise(this.#dialer);
		await Promise.all(this.#lanes.map((lane, at) => this.#warmUp(lane, at)));
		this.#noise.begin();
		this.#zero = performance.now();
		for (const post of this.#early.splice(0)) post();
		this.#post({ kind: 'ready', zeroAt: performance.timeOrigin + this.#zero });
		this.#pump();
	}

	add(jobs: readonly Job[]): void {
		const open = jobs.filter(({ line }) => !this.#closed.has(this.#hostOf(this.#lineOf(line))));
		this.#jobs = [...this.#jobs, ...open].sort((a, b) => a.intendedMs - b.intendedMs);
		this.#pump();
	}

	cancel(line: number | null): void {
		this.#jobs = line === null ? [] : this.#jobs.filter((job) => job.line !== line);
		this.#pump();
	}

	finish(): void {
		this.#isFinishing = true;
		this.#pump();
	}

	async #warmUp(lane: LaneState, at: number): Promise<void> {
		lane.isBusy = true;
		for (const [nth, line] of lane.warmUp.entries()) {
			const taken = await this.#afterTurn(this.#lineOf(line), () =>
				this.#sample({ line, intendedMs: Number.NaN }, lane, at, nth + 1),
			);
			if (taken.fault !== 'none' || taken.status >= 500 || this.#closed.has(this.#hostOfLane(lane)))
				break;
		}
		lane.isBusy = false;
	}

	/** Before the clock runs: waits until the host and the distance of starts allow one more. */
	async #afterTurn<T>(line: Line, work: () => Promise<T>): Promise<T> {
		for (;;) {
			const waitMs = this.#lastStart + this.#plan.apartMs - performance.now();
			if (waitMs <= 0 && this.#hasRoom(line)) return work();
			await new Promise((resume) => setTimeout(resume, Math.max(1, waitMs)));
		}
	}

	/** Begins every job whose time has come and that has a free lane; then waits for the next. */
	#pump(): void {
		clearTimeout(this.#timer);
		if (this.#zero === null) return;
		const now = performance.now();
		const earliest = this.#lastStart + this.#plan.apartMs;
		const due = this.#jobs.findIndex((job) => this.#canBegin(job, now));
		const job = this.#jobs[due];
		if (job !== undefined && earliest <= now) {
			this.#jobs.splice(due, 1);
			this.#begin(job);
			this.#pump();
			return;
		}
		const next = this.#jobs.find(({ intendedMs }) => intendedMs > now - (this.#zero ?? 0));
		if (job !== undefined) this.#wakeAt(earliest);
		else if (next !== undefined) this.#wakeAt(this.#zero + next.intendedMs);
		else if (this.#isFinishing && this.#jobs.length === 0 && this.#isIdle()) this.#end();
	}

	#canBegin(job: Job, now: number): boolean {
		if (job.intendedMs > now - (this.#zero ?? 0)) return false;
		const line = this.#lineOf(job.line);
		return this.#hasRoom(line) && (line.connection === 'new' || this.#freeLane(job) !== -1);
	}

	#begin(job: Job): void {
		const isKept = this.#lineOf(job.line).connection === 'kept';
		const at = isKept ? this.#freeLane(job) : -1;
		const lane = this.#lanes[at] ?? null;
		if (lane !== null) {
			lane.isBusy = true;
			lane.usedAt = performance.now();
		}
		const done = () => {
			if (lane !== null) lane.isBusy = false;
			this.#pump();
		};
		this.#sample(job, lane, at, 0).then(done, (error: unknown) => {
			// Out of every promise: the thread ends, and who started it is told why.
			if (!this.#dialer.signal.aborted) setImmediate(() => Promise.reject(error));
		});
	}

	async #sample(job: Job, lane: LaneState | null, at: number, warmUp: number): Promise<Taken> {
		const line = this.#lineOf(job.line);
		const host = this.#hostOf(line);
		const takenAt = performance.now();
		this.#lastStart = takenAt;
		this.#inFlight.set(host, (this.#inFlight.get(host) ?? 0) + 1);
		const nth = this.#taken.get(job.line) ?? 0;
		this.#taken.set(job.line, nth + 1);
		const look = nth % (line.expect?.oneIn ?? Number.POSITIVE_INFINITY) === 0;
		const taken = await takeSample(line, lane, look, this.#around);
		this.#inFlight.set(host, (this.#inFlight.get(host) ?? 1) - 1);
		const tell = () => this.#tell(job, at, warmUp, takenAt, taken);
		if (taken.askedForLess) this.#close(host);
		if (this.#zero === null) this.#early.push(tell);
		else tell();
		return taken;
	}

	#close(host: string): void {
		this.#closed.add(host);
		this.#jobs = this.#jobs.filter(({ line }) => this.#hostOf(this.#lineOf(line)) !== host);
	}

	#tell(job: Job, lane: number, warmUp: number, takenAt: number, taken: Taken): void {
		const since = (at: number) => (at === 0 ? 0 : at - (this.#zero ?? 0));
		const values: Record<(typeof COLUMNS)[number], number> = {
			line: job.line,
			lane,
			warmUp,
			intended: warmUp > 0 ? since(takenAt) : job.intendedMs,
			taken: since(takenAt),
			started: since(taken.started),
			headersAt: since(taken.headersAt),
			ended: since(taken.ended),
			status: taken.status,
			newConnection: taken.newConnection ? 1 : 0,
			roundTripMs: taken.roundTripMs,
			closedAfterMs: taken.closedAfterMs,
			connectMs: taken.connectMs,
			tlsMs: taken.tlsMs,
			redirectMs: taken.redirectMs,
			firstByteMs: taken.firstByteMs,
			bytes: taken.bytes,
			redirects: taken.redirects,
			askedForLess: taken.askedForLess ? 1 : 0,
			fault: TIMING_FAULTS.indexOf(taken.fault),
		};
		const row = Float64Array.from(COLUMNS, (name) => values[name]);
		const told = { failure: taken.failure, headers: taken.headers };
		this.#post({ kind: 'sample', row, told });
	}

	/** -1 for none. */
	#freeLane(job: Job): number {
		if (job.lane !== undefined) return this.#lanes[job.lane]?.isBusy === false ? job.lane : -1;
		const [{ route }] = this.#lineOf(job.line).steps;
		let best = -1;
		for (const [at, lane] of this.#lanes.entries()) {
			if (lane.route !== route || lane.isOwn || lane.isBusy) continue;
			if (best === -1 || lane.usedAt < (this.#lanes[best]?.usedAt ?? 0)) best = at;
		}
		return best;
	}

	#hasRoom(line: Line): boolean {
		return (this.#inFlight.get(this.#hostOf(line)) ?? 0) < this.#plan.inFlightPerHost;
	}

	#hostOf({ steps: [{ route }] }: Line): string {
		return this.#plan.routes[route]?.host ?? '';
	}

	#lineOf(at: number): Line {
		const line = this.#plan.lines[at];
		if (line === undefined) throw new RangeError(`there is no line ${at}`);
		return line;
	}

	#wakeAt(at: number): void {
		const waitMs = at - performance.now();
		if (waitMs > SPIN_MS) {
			this.#timer = setTimeout(() => this.#pump(), Math.floor(waitMs - SPIN_MS / 2));
		} else if (!this.#isSpinning) {
			this.#isSpinning = true;
			setImmediate(() => {
				this.#isSpinning = false;
				this.#pump();
			});
		}
	}

	#hostOfLane({ route }: Keeper): string {
		return this.#plan.routes[route]?.host ?? '';
	}

	#isIdle(): boolean {
		return [...this.#inFlight.values()].every((count) => count === 0);
	}

	#end(): void {
		const noise = this.#noise?.end() ?? {
			pingP95Ms: 0,
			pings: 0,
			loopDelayP99Ms: 0,
			loopDelayMaxMs: 0,
		};
		this.#noise = null;
		this.#isFinishing = false;
		for (const { connection } of this.#lanes) connection?.destroy();
		this.#post({ kind: 'done', noise });
	}
}
