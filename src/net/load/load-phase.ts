import type { LoadSamples, LoadStop, TimingFault } from '../../core/io.ts';
import type { LoadPlan, LoadProgress } from '../../core/load-plan.ts';
import type { Dialer } from '../dialer.ts';
import { type Generator, type Sample, startGenerator } from '../generator/generator.ts';
import type { Job, Line, Noise, RunPlan } from '../generator/protocol.ts';
import { wait } from '../wait.ts';
import type { Outcome } from './circuit-breaker.ts';

/** One phase of a load: one user's traffic, or that of many, by one run of the measuring thread. */
export interface PhasePlan {
	readonly run: RunPlan;
	readonly name: LoadProgress['phase'];
	/** When no further request is begun. */
	readonly ofMs: number;
	/** Jobs of the beginning; `warm` are the samples of the warm-ups. */
	jobs(warm: readonly Sample[]): readonly Job[];
	/** The next job after an answer; `null` for none. */
	next?(sample: Sample): Job | null;
	/** Why to stop, looked at after each answer and four times a second. */
	broken(phase: { ended: readonly Outcome[]; waiting: readonly Outcome[] }): LoadStop | null;
}

export interface Phase {
	readonly samples: LoadSamples;
	readonly unsentMs: readonly number[];
	readonly endedMs: number;
	readonly stop: LoadStop | null;
	readonly noise: Noise | null;
	readonly roundTripMs: number | null;
	readonly failures: readonly { readonly fault: TimingFault; readonly detail: string }[];
}

const TICK_MS = 250;
/** After the user's wish to stop: long enough for what is about to arrive. */
const LAST_MS = 300;
const RATE_MS = 2_000;
const MOST_FAILURES = 10;

/** Takes one phase to its end, or to where it is broken off. Throws when the audit is stopped. */
export async function takePhase(
	plan: PhasePlan,
	about: {
		readonly dialer: Dialer;
		readonly url: string;
		/** The user's wish to stop. */
		readonly stop: AbortSignal;
		onProgress(progress: LoadProgress): void;
	},
): Promise<Phase> {
	return new PhaseRun(plan, about).go();
}

class PhaseRun {
	readonly #plan: PhasePlan;
	readonly #about: Parameters<typeof takePhase>[1];
	readonly #samples: Sample[] = [];
	readonly #warm: Sample[] = [];
	readonly #intended: number[] = [];
	readonly #failures = new Map<TimingFault, string>();
	#generator: Generator | null = null;
	#stop: LoadStop | null = null;
	#endedMs: number | null = null;
	#end: () => void = () => {};

	constructor(plan: PhasePlan, about: Parameters<typeof takePhase>[1]) {
		this.#plan = plan;
		this.#about = about;
	}

	async go(): Promise<Phase> {
		const { dialer, stop } = this.#about;
		const generator = startGenerator(this.#plan.run, {
			signal: dialer.signal,
			onSample: (sample) => this.#take(sample),
		});
		this.#generator = generator;
		const ended = new Promise<void>((resolve) => {
			this.#end = resolve;
		});
		const wish = () => this.#breakOff({ why: 'interrupted', detail: 'it was stopped by hand' });
		stop.addEventListener('abort', wish, { once: true });
		if (stop.aborted) wish();
		let ticks: NodeJS.Timeout | undefined;
		try {
			await Promise.race([generator.ready, ended]);
			ticks = setInterval(() => this.#tick(), TICK_MS);
			this.#submit(this.#plan.jobs(this.#warm));
			this.#endIfDone();
			await Promise.race([ended, generator.failed]);
			this.#endedMs ??= generator.nowMs();
			generator.cancel();
			const noise = await this.#finish(generator);
			return this.#phase(noise);
		} finally {
			clearInterval(ticks);
			stop.removeEventListener('abort', wish);
			await generator.stop();
		}
	}

	/** What is in flight is waited for, unless the user wants to leave. */
	async #finish(generator: Generator): Promise<Noise | null> {
		const { stop, dialer } = this.#about;
		const finished = generator.finish();
		finished.catch(() => {});
		const leaving = new Promise<null>((resolve) => {
			const leave = () =>
				void wait(LAST_MS, dialer.signal).then(
					() => resolve(null),
					() => {},
				);
			if (stop.aborted) leave();
			else stop.addEventListener('abort', leave, { once: true });
		});
		return Promise.race([finished, leaving]);
	}

	#submit(jobs: readonly Job[]): void {
		this.#intended.push(...jobs.map(({ intendedMs }) => intendedMs));
		this.#generator?.submit(jobs);
	}

	#take(sample: Sample): void {
		if (sample.fault !== 'none' && this.#failures.size < MOST_FAILURES) {
			if (!this.#failures.has(sample.fault)) this.#failures.set(sample.fault, sample.failure);
		}
		if (sample.warmUp > 0) {
			this.#warm.push(sample);
			if (asksForLess(sample)) this.#breakOff(rateLimited(sample));
			return;
		}
		this.#samples.push(sample);
		if (this.#endedMs !== null) return;
		if (asksForLess(sample)) this.#breakOff(rateLimited(sample));
		this.#look();
		const next = this.#stop === null ? (this.#plan.next?.(sample) ?? null) : null;
		if (next !== null && next.intendedMs < this.#plan.ofMs) this.#submit([next]);
		this.#endIfDone();
	}

	#tick(): void {
		this.#look();
		const now = this.#generator?.nowMs() ?? 0;
		if (now >= this.#plan.ofMs) this.#over(this.#plan.ofMs);
		this.#tell(now);
	}

	#endIfDone(): void {
		if (this.#plan.next !== undefined) return;
		if (this.#samples.length < this.#intended.length) return;
		this.#over(Math.max(0, ...this.#samples.map(({ ended }) => ended)));
	}

	#look(): void {
		const now = this.#generator?.nowMs() ?? 0;
		const broken = this.#plan.broken({
			ended: this.#samples.map(outcomeOf),
			waiting: this.#waiting(now),
		});
		if (broken !== null) this.#breakOff(broken);
	}

	/** What should have gone out and has not ended, with what it has waited until now. */
	#waiting(now: number): readonly Outcome[] {
		const ended = new Set(this.#samples.map(({ intended }) => intended));
		return this.#intended
			.filter((at) => at <= now && !ended.has(at))
			.map((at) => ({ tookMs: now - at, isError: false }));
	}

	#breakOff(stop: LoadStop): void {
		this.#stop ??= stop;
		this.#over(this.#generator?.nowMs() ?? 0);
	}

	#over(atMs: number): void {
		this.#endedMs ??= atMs;
		this.#end();
	}

	#tell(now: number): void {
		const { url, onProgress } = this.#about;
		const took = this.#samples.map(({ ended, intended }) => ended - intended).sort((a, b) => a - b);
		const recent = this.#samples.filter(({ ended }) => ended > now - RATE_MS).length;
		onProgress({
			url,
			phase: this.#plan.name,
			atMs: now,
			ofMs: this.#plan.ofMs,
			users: new Set(this.#samples.map(({ lane }) => lane)).size,
			rate: recent / (Math.min(RATE_MS, Math.max(now, TICK_MS)) / 1_000),
			p95Ms: took[Math.ceil(0.95 * took.length) - 1] ?? null,
			requests: this.#samples.length,
			errors: this.#samples.filter(isError).length,
		});
	}

	#phase(noise: Noise | null): Phase {
		const endedMs = this.#endedMs ?? 0;
		const samples = this.#samples.toSorted((a, b) => a.intended - b.intended);
		const taken = new Set(samples.map(({ intended }) => intended));
		const connects = [...this.#warm, ...samples].flatMap(({ connectMs, status }) =>
			connectMs > 0 && status > 0 ? [connectMs] : [],
		);
		return {
			samples: {
				intendedMs: samples.map(({ intended }) => intended),
				sentMs: samples.map(({ started, intended }) => (started === 0 ? intended : started)),
				endedMs: samples.map(({ ended }) => ended),
				status: samples.map(({ status }) => status),
				fault: samples.map(({ fault }) => fault),
				user: samples.map(({ lane }) => Math.max(0, lane)),
			},
			unsentMs: this.#intended.filter((at) => at < endedMs && !taken.has(at)).sort((a, b) => a - b),
			endedMs,
			stop: this.#stop,
			noise,
			roundTripMs: connects.length === 0 ? null : Math.min(...connects),
			failures: [...this.#failures].map(([fault, detail]) => ({ fault, detail })),
		};
	}
}

function outcomeOf(sample: Sample): Outcome {
	return { tookMs: sample.ended - sample.intended, isError: isError(sample) };
}

function isError({ fault, status }: Sample): boolean {
	return fault !== 'none' || status >= 500;
}

/** Whatever the status: who names a time to come back wants to be left alone until then. */
function asksForLess({ askedForLess, headers }: Sample): boolean {
	return askedForLess === 1 || headers.some(([name]) => name.toLowerCase() === 'retry-after');
}

function rateLimited({ status, headers }: Sample): LoadStop {
	const after = headers.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
	const wish = after === undefined ? '' : `, Retry-After: ${after.slice(0, 40)}`;
	return { why: 'rate-limited', detail: `it answered with ${status}${wish}` };
}

/** The line and lanes of one phase, as the measuring thread wants them. */
export function runPlan(
	{ timeoutMs }: Pick<LoadPlan, 'timeoutMs'>,
	{
		routes,
		lines,
		lanes,
		inFlight,
		connectMs,
		tlsMs,
	}: Pick<RunPlan, 'routes' | 'lanes' | 'connectMs' | 'tlsMs'> & {
		readonly lines: readonly Pick<Line, 'steps' | 'expect'>[];
		readonly inFlight: number;
	},
): RunPlan {
	return {
		routes,
		lanes,
		lines: lines.map((line) => ({
			...line,
			connection: 'kept',
			timeoutMs,
			keepHeaders: ['retry-after'],
		})),
		apartMs: 0,
		inFlightPerHost: inFlight,
		connectMs,
		tlsMs,
	};
}
