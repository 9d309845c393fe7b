import { randomBytes } from 'node:crypto';
import { Unobserved } from '../../core/fact.ts';
import type { LoadPort, LoadRun, LoadSamples, LoadStop } from '../../core/io.ts';
import type { LoadPlan, LoadProgress } from '../../core/load-plan.ts';
import { TIMEOUTS } from '../connection.ts';
import type { Dialer } from '../dialer.ts';
import type { Job, Line, Noise } from '../generator/protocol.ts';
import { hostOf } from '../http.ts';
import { wait } from '../wait.ts';
import { Ways } from '../ways.ts';
import { brokenBy, circuitBrokenBy } from './circuit-breaker.ts';
import { fillIn, type Values } from './fill-in.ts';
import { type Phase, type PhasePlan, runPlan, takePhase } from './load-phase.ts';
import { filledIn, type RequestTexts, type Scenario, signIn } from './sign-in.ts';
import { arrivals, pause, timetable } from './timetable.ts';

export interface LoadSettings {
	readonly userAgent: string;
	readonly proxy?: ((url: URL) => URL | null) | undefined;
	/** What users do at the URL of a plan with a scenario. */
	readonly scenario?: Scenario | undefined;
	/** The user's wish to stop: what was measured until then is reported. */
	readonly stop: AbortSignal;
	readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** One user's connections: less than one request is in flight on average, and more only in a stall. */
const BASELINE_LANES = 4;
const WARM_UPS = 4;
/** One user's requests are begun so many times the usual answer apart. */
const SPACING = 1.2;
/** Between two sign-ins. */
const SIGN_INS_APART_MS = 200;

/**
 * Puts a load on one URL, over HTTP/1.1 from a thread of its own: one user's traffic first, then users
 * that come over the ramp and stay for the hold, then rest, then one user's traffic again. Each user of
 * the load has one connection. Every request carries `X-Launch-Ready-Run`, the same for the whole run.
 * Nothing is retried, no redirect is followed. The circuit breaker looks at errors and at p95 from the
 * intended start, with what is still waited for.
 */
export function createLoad(dialer: Dialer, settings: LoadSettings): LoadPort {
	return {
		async run(plan) {
			dialer.permit(hostOf(new URL(plan.url)), false);
			if (plan.scenario?.login) dialer.permit(hostOf(new URL(plan.scenario.login)), false);
			if (settings.stop.aborted) throw new Unobserved('cancelled', 'the run was stopped');
			return new Run(dialer, settings, plan).go();
		},
	};
}

interface User {
	readonly texts: Pick<RequestTexts, 'headers' | 'body'>;
	readonly expect: Line['expect'];
}

class Run {
	readonly #dialer: Dialer;
	readonly #settings: LoadSettings;
	readonly #plan: LoadPlan;
	readonly #ways: Ways;
	readonly #runId = randomBytes(6).toString('hex');
	readonly #failures: LoadRun['failures'][number][] = [];
	#route = 0;
	#roundTripMs: number | null = null;
	#noise: LoadRun['noise'] = { pingP95Ms: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0 };

	constructor(dialer: Dialer, settings: LoadSettings, plan: LoadPlan) {
		this.#dialer = dialer;
		this.#settings = settings;
		this.#plan = plan;
		this.#ways = new Ways(dialer, settings);
	}

	async go(): Promise<LoadRun> {
		const route = await this.#ways.to(new URL(this.#plan.url));
		if (typeof route !== 'number') {
			this.#failures.push({ fault: route.how, detail: route.detail });
			return this.#result(NOTHING, { why: 'not-begun', detail: route.detail });
		}
		this.#route = route;
		const users = await this.#signIn();
		if ('why' in users) return this.#result(NOTHING, users);
		const before = await this.#oneUser(users, 'one user');
		if (before.stop !== null) {
			const { why, detail } = before.stop;
			const stands = why === 'rate-limited' || why === 'interrupted';
			return this.#result(
				before.samples,
				stands ? before.stop : { why: 'not-begun', detail: `with one user, ${detail}` },
			);
		}
		const under = await this.#manyUsers(users, p95Of(before.samples));
		const stop = under.stop ?? { why: 'completed', detail: '' };
		const after = await this.#afterwards(users, stop);
		return { ...this.#result(before.samples, stop), ...loadOf(under), after };
	}

	/** Each user's own texts; why there are none. */
	async #signIn(): Promise<readonly User[] | LoadStop> {
		const { plan, scenario } = { plan: this.#plan, scenario: this.#settings.scenario };
		if (plan.scenario === null || scenario === undefined) {
			return Array.from({ length: plan.users }, () => PLAIN);
		}
		const users: User[] = [];
		const markers = scenario.accounts.map((values) =>
			scenario.marker === null ? null : fillIn(scenario.marker, values),
		);
		for (let nth = 0; nth < plan.users; nth += 1) {
			if (this.#settings.stop.aborted) return INTERRUPTED;
			const account = nth % scenario.accounts.length;
			const values = scenario.accounts[account] ?? (new Map() as Values);
			if (scenario.login !== null) {
				this.#say('signing in', nth * SIGN_INS_APART_MS, plan.users * SIGN_INS_APART_MS);
				if (nth > 0) await wait(SIGN_INS_APART_MS, this.#dialer.signal);
			}
			const signedIn = await signIn(scenario, values, {
				dialer: this.#dialer,
				ways: this.#ways,
				runHeaders: this.#runHeaders(),
			});
			if (signedIn.kind === 'failed') {
				return {
					why: 'not-begun',
					detail: `the sign-in of user ${nth + 1} failed: ${signedIn.why}`,
				};
			}
			users.push(userOf(scenario, signedIn, markers, account));
		}
		return users;
	}

	#oneUser(users: readonly User[], name: 'one user' | 'one user again'): Promise<Phase> {
		const { requests, apartMs, mostMs } = this.#plan.baseline;
		return this.#take({
			name,
			ofMs: mostMs,
			run: runPlan(this.#plan, {
				...this.#to(users.slice(0, 1)),
				lanes: Array.from({ length: BASELINE_LANES }, () => ({
					route: this.#route,
					warmUp: Array.from({ length: WARM_UPS }, () => 0),
				})),
				inFlight: BASELINE_LANES,
			}),
			jobs: (warm) => {
				const usual = middleOf(
					warm.flatMap(({ warmUp, started, ended }) => (warmUp > 1 ? [ended - started] : [])),
				);
				const gap = Math.max(apartMs, SPACING * usual);
				return Array.from({ length: requests }, (_, nth) => ({
					line: 0,
					intendedMs: (nth + Math.random() / 4) * gap,
				})).filter(({ intendedMs }) => intendedMs < mostMs);
			},
			broken: ({ ended }) => brokenBy(ended),
		});
	}

	#manyUsers(users: readonly User[], baselineMs: number): Promise<Phase> {
		const { model, thinkMs, rampMs, holdMs } = this.#plan;
		const isMany = this.#plan.scenario !== null;
		const job = (user: number, intendedMs: number): Job => ({
			line: isMany ? user : 0,
			lane: user,
			intendedMs,
		});
		return this.#take({
			name: 'load',
			ofMs: rampMs + holdMs,
			run: runPlan(this.#plan, {
				...this.#to(isMany ? users : users.slice(0, 1)),
				lanes: users.map(() => ({ route: this.#route, warmUp: [], isOwn: true })),
				inFlight: users.length,
			}),
			jobs: () =>
				model === 'open'
					? timetable(this.#plan, Math.random).map((one) => job(one.user, one.intendedMs))
					: arrivals(this.#plan, Math.random).map((at, user) => job(user, at)),
			...(model === 'closed' && {
				next: ({ lane, ended }) => job(lane, ended + pause(thinkMs, Math.random)),
			}),
			broken: ({ ended, waiting }) => circuitBrokenBy(ended, waiting, baselineMs),
		});
	}

	/** Whether the target recovers is asked even where it broke down, and never where it wants no more. */
	async #afterwards(users: readonly User[], { why }: LoadStop): Promise<LoadSamples | null> {
		if (why === 'rate-limited' || why === 'interrupted') return null;
		const { stop } = this.#settings;
		const { restMs } = this.#plan;
		const began = performance.now();
		while (performance.now() - began < restMs && !stop.aborted) {
			const atMs = performance.now() - began;
			this.#say('rest', atMs, restMs);
			await wait(Math.min(250, restMs - atMs), this.#dialer.signal);
		}
		if (stop.aborted) return null;
		const again = await this.#oneUser(users, 'one user again');
		return again.stop?.why === 'rate-limited' || again.stop?.why === 'interrupted'
			? null
			: again.samples;
	}

	#to(users: readonly User[]) {
		const url = new URL(this.#plan.url);
		const lines = users.map(({ texts, expect }) => {
			const step = this.#ways.step(url, this.#route, this.#plan.method, {
				headers: [...texts.headers, ...this.#runHeaders()],
				...(texts.body !== null && { body: texts.body }),
			});
			const steps: Line['steps'] = [step];
			return { steps, ...(expect !== undefined && { expect }) };
		});
		const { connect, tls } = TIMEOUTS;
		return { routes: this.#ways.routes, lines, connectMs: connect, tlsMs: tls };
	}

	async #take(plan: PhasePlan): Promise<Phase> {
		const phase = await takePhase(plan, {
			dialer: this.#dialer,
			url: this.#plan.url,
			stop: this.#settings.stop,
			onProgress: (progress) => this.#settings.onProgress?.(progress),
		});
		for (const failure of phase.failures) {
			if (!this.#failures.some(({ fault }) => fault === failure.fault)) {
				this.#failures.push(failure);
			}
		}
		this.#noise = louder(this.#noise, phase.noise);
		const known = [this.#roundTripMs, phase.roundTripMs].filter((one) => one !== null);
		if (known.length > 0) this.#roundTripMs = Math.min(...known);
		return phase;
	}

	#say(phase: LoadProgress['phase'], atMs: number, ofMs: number): void {
		const nothing = { users: 0, rate: 0, p95Ms: null, requests: 0, errors: 0 };
		this.#settings.onProgress?.({ url: this.#plan.url, phase, atMs, ofMs, ...nothing });
	}

	#runHeaders(): RequestTexts['headers'] {
		return [['X-Launch-Ready-Run', this.#runId]];
	}

	#result(before: LoadSamples, stop: LoadStop): LoadRun {
		const route = this.#ways.routes[this.#route];
		const isProxied = route !== undefined && route.proxy !== null;
		return {
			runId: this.#runId,
			address: route?.address ?? null,
			roundTripMs: isProxied ? null : this.#roundTripMs,
			before,
			under: NOTHING,
			after: null,
			unsentMs: [],
			endedMs: 0,
			stop,
			failures: this.#failures,
			noise: this.#noise,
		};
	}
}

const PLAIN: User = { texts: { headers: [], body: null }, expect: undefined };
const INTERRUPTED: LoadStop = { why: 'interrupted', detail: 'it was stopped by hand' };
const NOTHING: LoadSamples = {
	intendedMs: [],
	sentMs: [],
	endedMs: [],
	status: [],
	fault: [],
	user: [],
};

function loadOf({ samples, unsentMs, endedMs }: Phase) {
	return { under: samples, unsentMs, endedMs };
}

/** The markers of accounts that the user does not have must not be in the answers. */
function userOf(
	{ action }: Scenario,
	{ values, cookie }: { readonly values: Values; readonly cookie: string },
	markers: readonly (string | null)[],
	account: number,
): User {
	const { headers, body } = filledIn(action, values);
	const own = markers[account] ?? null;
	const others = markers.filter((one): one is string => one !== null && one !== own);
	return {
		texts: { headers: [...headers, ...(cookie === '' ? [] : [['Cookie', cookie] as const])], body },
		expect: own === null ? undefined : { oneIn: 1, contains: own, excludes: [...new Set(others)] },
	};
}

function p95Of({ intendedMs, endedMs }: LoadSamples): number {
	const took = intendedMs.map((at, nth) => (endedMs[nth] ?? at) - at).sort((a, b) => a - b);
	return took[Math.ceil(0.95 * took.length) - 1] ?? 0;
}

function middleOf(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function louder(before: LoadRun['noise'], now: Noise | null): LoadRun['noise'] {
	if (now === null) return before;
	return {
		pingP95Ms: Math.max(before.pingP95Ms, now.pingP95Ms),
		loopDelayP99Ms: Math.max(before.loopDelayP99Ms, now.loopDelayP99Ms),
		loopDelayMaxMs: Math.max(before.loopDelayMaxMs, now.loopDelayMaxMs),
	};
}
