import { atOnce } from '../core/at-once.ts';
import type { Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { systemClock } from '../net/clock.ts';
import { wait } from '../net/wait.ts';
import { deliver, enqueue, type Senders } from './deliver.ts';
import { nextState } from './next-state.ts';
import { type StateFile, StateNotWritten } from './state-file.ts';
import {
	type Alert,
	CHANNELS,
	NEVER_LOOKED,
	type Watched,
	type WatchState,
} from './watch-state.ts';

export interface WatchSettings {
	readonly domains: readonly string[];
	/** One audit of a domain; ends soon after the signal. */
	look(domain: string, signal: AbortSignal): Promise<Report>;
	/** From the start of one round to the start of the next, in milliseconds. */
	readonly everyMs: number;
	/** Share of the interval by which a start may be early or late: 0.1 is ten per cent. */
	readonly jitter: number;
	/** Findings below this severity are no news. */
	readonly alertOn: Severity;
	readonly senders: Senders;
	readonly file: StateFile;
	/** One round. */
	readonly once: boolean;
	readonly signal: AbortSignal;
	readonly told: WatchListener;
}

/** What happens, for a terminal and a log. */
export interface WatchListener {
	round(domain: string, report: Report): void;
	alert(alert: Alert): void;
	/** Something that the user should know, in one line; the watch goes on. */
	problem(line: string): void;
	delivered(count: number): void;
}

export interface WatchEnd {
	readonly state: WatchState;
	/** Domains whose last round could not say. */
	readonly blind: readonly string[];
	/** The state could not be written at the end. */
	readonly unsaved: StateNotWritten | null;
}

const DOMAINS_AT_ONCE = 4;
/** After the signal the rest of a second is for the state. */
const GRACE_MS = 500;

/**
 * Rounds of audits until the signal, or one. The state is written before anybody is told, so that a
 * restart loses no alert; an alert may then arrive twice. A round that the signal cuts short counts as
 * none. Intervals are measured by a clock that nobody sets: a time change or a sleep moves no round. A
 * round longer than the interval skips the starts that it missed.
 */
export async function watch(settings: WatchSettings): Promise<WatchEnd> {
	const { file, signal, told, once } = settings;
	const books = new Books(file, told);
	let blind: readonly string[] = [];
	for (let rounds = 0; !signal.aborted; rounds += 1) {
		const began = performance.now();
		const reports = await roundOf(settings, rounds === 0);
		if (reports === null) break;
		const alerts: Alert[] = [];
		const domains: Record<string, Watched> = { ...books.state.domains };
		for (const [domain, report] of reports) {
			told.round(domain, report);
			const { alertOn } = settings;
			const before = domains[domain] ?? NEVER_LOOKED;
			const next = nextState(before, report, { alertOn, now: systemClock.now() });
			domains[domain] = next.watched;
			if (next.alert !== null) alerts.push({ domain, ...next.alert });
		}
		blind = reports.flatMap(([domain]) => ((domains[domain]?.blind ?? 0) > 0 ? [domain] : []));
		await tell(books, { domains, alerts }, settings);
		if (once) break;
		await pause(began, settings);
	}
	return { state: books.state, blind, unsaved: await books.close() };
}

/** The state in memory and on disk. */
class Books {
	state: WatchState;
	readonly #file: StateFile;
	readonly #told: WatchListener;
	#unsaved: StateNotWritten | null = null;

	constructor(file: StateFile, told: WatchListener) {
		this.state = file.state;
		this.#file = file;
		this.#told = told;
	}

	async keep(state: WatchState): Promise<void> {
		this.state = state;
		try {
			await this.#file.save(state);
			this.#unsaved = null;
		} catch (error) {
			if (!(error instanceof StateNotWritten)) throw error;
			if (this.#unsaved === null) this.#told.problem(`the state is not kept: ${error.message}`);
			this.#unsaved = error;
		}
	}

	async close(): Promise<StateNotWritten | null> {
		if (this.#unsaved !== null) await this.keep(this.state);
		return this.#unsaved;
	}
}

async function tell(
	books: Books,
	{ domains, alerts }: { domains: Record<string, Watched>; alerts: readonly Alert[] },
	{ senders, signal, told }: WatchSettings,
): Promise<void> {
	const channels = CHANNELS.filter((channel) => senders[channel] !== undefined);
	const { outbox, dropped } = enqueue(books.state.outbox, alerts, channels);
	if (dropped > 0) told.problem(`${dropped} undelivered alerts are dropped: too many wait`);
	await books.keep({ ...books.state, domains, outbox });
	for (const alert of alerts) told.alert(alert);
	if (outbox.length === 0) return;
	const { owed, failures, delivered } = await deliver(outbox, senders, signal);
	for (const failure of failures) told.problem(failure);
	if (delivered > 0) told.delivered(delivered);
	await books.keep({ ...books.state, outbox: [...owed] });
}

/** `null` where the signal cut it short: half a look is none. */
async function roundOf(
	{ domains, look, signal, told }: WatchSettings,
	isFirst: boolean,
): Promise<readonly (readonly [string, Report])[] | null> {
	const looks = atOnce(DOMAINS_AT_ONCE, domains, async (domain) => {
		try {
			return [[domain, await look(domain, signal)] as const];
		} catch (error) {
			// What is wrong from the start is the user's to mend.
			if (isFirst) throw error;
			told.problem(`${domain}: this round failed: ${(error as Error).message}`);
			return [];
		}
	});
	const reports = await unlessStopped(looks, signal);
	return signal.aborted || reports === null ? null : reports.flat();
}

/** `null` where it has not ended a little after the signal. Leaves no listener behind. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
	let stop = () => {};
	const stopped = new Promise<null>((resolve) => {
		stop = () => void setTimeout(() => resolve(null), GRACE_MS);
		signal.addEventListener('abort', stop, { once: true });
	});
	try {
		return await Promise.race([work, stopped]);
	} finally {
		signal.removeEventListener('abort', stop);
	}
}

async function pause(began: number, { everyMs, jitter, signal }: WatchSettings): Promise<void> {
	const period = everyMs * (1 + jitter * (2 * Math.random() - 1));
	await wait(untilNext(performance.now() - began, period), signal).catch(() => undefined);
}

/** Milliseconds to the next start, when so many have passed since the last one. */
export function untilNext(elapsedMs: number, periodMs: number): number {
	return periodMs - (elapsedMs % periodMs);
}
