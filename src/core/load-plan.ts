import { z } from 'zod';

/** How a load is put on one URL; all of it is decided before the first request. Times in milliseconds. */
export type LoadPlan = Readonly<z.infer<typeof LoadPlanSchema>>;

export const LoadPlanSchema = z.object({
	/** What is loaded, and what the report calls it. */
	url: z.string(),
	method: z.string(),
	users: z.number().int(),
	/**
	 * `open`: every user has a timetable and keeps to it, however late the answers are. `closed`: a user
	 * thinks after each answer, so a server that stands still is asked for less.
	 */
	model: z.enum(['open', 'closed']),
	/** The users come one after the other over this time. */
	rampMs: z.number(),
	/** All of them stay for this time. */
	holdMs: z.number(),
	/** From one start of a user to the next (`open`), or from an answer to the next start (`closed`). */
	thinkMs: z.number(),
	/** Request sent to last byte; then the request counts as failed. */
	timeoutMs: z.number(),
	/** For p95, from the intended start; that of the answer's kind (page or API) where `null`. */
	budgetMs: z.number().nullable(),
	/** One user's traffic, before and after: `apartMs` is the least time between two starts. */
	baseline: z.object({ requests: z.number().int(), apartMs: z.number(), mostMs: z.number() }),
	/** From the end of the load to the second look at one user. */
	restMs: z.number(),
	/**
	 * What the user does, where it is more than asking for the URL: a member of the config, whose texts
	 * stay there. What is here can be seen by anybody.
	 */
	scenario: z
		.object({
			/** URL of the sign-in; `null` for none. */
			login: z.string().nullable(),
			/** Answers must hold their own user's marker, and nobody else's. */
			isMarked: z.boolean(),
			/** Accounts that the users share. */
			accounts: z.number().int(),
		})
		.nullable(),
	/** What is published by who controls the host; `null` where that need not be shown. */
	proof: z.string().nullable(),
	/** Who allowed the load where a provider asks to be asked, in the user's words; empty for nobody. */
	approval: z.string(),
});

/** The load that the product is judged by: 25 people at once. */
export const LOAD = {
	users: 25,
	rampMs: 5_000,
	holdMs: 30_000,
	thinkMs: 1_000,
	timeoutMs: 10_000,
	baseline: { requests: 100, apartMs: 100, mostMs: 20_000 },
	restMs: 10_000,
} as const;

/** Whatever is asked for: a light load, and no more. Ramp and hold together. */
export const MOST_LOAD = { requests: 1_500, ms: 60_000 } as const;

/** Requests that the plan makes at most under load, from the first user's start on. */
export function plannedRequests({
	users,
	rampMs,
	holdMs,
	thinkMs,
}: Pick<LoadPlan, 'users' | 'rampMs' | 'holdMs' | 'thinkMs'>): number {
	return Math.round((users * (holdMs + rampMs / 2)) / thinkMs);
}

/** Seconds that loading one URL may take, with both looks at one user and late answers. */
export function loadSeconds(plan: LoadPlan): number {
	const { rampMs, holdMs, restMs, baseline, timeoutMs } = plan;
	const ms = rampMs + holdMs + restMs + 2 * baseline.mostMs + 4 * timeoutMs;
	return 15 + Math.ceil(ms / 1_000);
}

/** How far a load has come. */
export interface LoadProgress {
	readonly url: string;
	readonly phase: 'signing in' | 'one user' | 'load' | 'rest' | 'one user again';
	/** Since the phase began, and of how much at most. */
	readonly atMs: number;
	readonly ofMs: number;
	/** Users that have begun. */
	readonly users: number;
	/** Answers a second, over the last two seconds. */
	readonly rate: number;
	/** From the intended start, over this phase; `null` before the first answer. */
	readonly p95Ms: number | null;
	readonly requests: number;
	readonly errors: number;
}
