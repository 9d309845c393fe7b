import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	defineProbe,
	type Fact,
	known,
	Unobserved,
	unknown,
} from '../../core/fact.ts';
import { LOAD_STOPS, type LoadRun, type LoadSamples, TIMING_FAULTS } from '../../core/io.ts';
import { LoadPlanSchema, plannedRequests } from '../../core/load-plan.ts';
import { loadPermit } from './load-permit.ts';
import { type LoadSummary, summariseLoad } from './load-summary.ts';

/** The name of the probe that takes the samples. */
export const LOAD_RUN = 'load.run';

/** What counts as the beginning of a load, unless told. */
export const FIRST_MS = 10_000;

const Numbers = z.array(z.number()).readonly();

const SamplesSchema: z.ZodType<LoadSamples> = z.object({
	intendedMs: Numbers,
	sentMs: Numbers,
	endedMs: Numbers,
	status: Numbers,
	fault: z.array(z.enum(TIMING_FAULTS)).readonly(),
	user: Numbers,
});

const RunSchema: z.ZodType<LoadRun> = z.object({
	runId: z.string(),
	address: z.string().nullable(),
	roundTripMs: z.number().nullable(),
	before: SamplesSchema,
	under: SamplesSchema,
	after: SamplesSchema.nullable(),
	unsentMs: Numbers,
	endedMs: z.number(),
	stop: z.object({ why: z.enum(LOAD_STOPS), detail: z.string() }),
	failures: z.array(z.object({ fault: z.enum(TIMING_FAULTS), detail: z.string() })),
	noise: z.object({
		pingP95Ms: z.number(),
		loopDelayP99Ms: z.number(),
		loopDelayMaxMs: z.number(),
	}),
});

/**
 * One load, alone on the wire: one user's traffic, that of all users, one user's again. The owner's log
 * shows every request, with the run's id. Failures of the server are samples.
 */
const loadRun = defineProbe({
	name: LOAD_RUN,
	lane: 'quiet',
	params: z.object({ plan: LoadPlanSchema, isPage: z.boolean() }),
	value: RunSchema,
	observe({ plan }, { load }) {
		if (load === undefined) throw new Unobserved('unsupported', 'an audit loads nothing');
		return load.run(plan);
	},
	describe: ({ plan }, { runId, before, under, after, stop }) => ({
		kind: 'timing',
		summary: `${under.status.length} requests of ${plan.users} users to ${plan.url}, and ${before.status.length + (after?.status.length ?? 0)} of one user`,
		detail: `run ${runId}; ${stop.why}${stop.detail === '' ? '' : `: ${stop.detail}`}`,
	}),
	plan: ({ plan }) =>
		`${plan.method} ${plan.url}, about ${plannedRequests(plan)} times by ${plan.users} users, and up to ${2 * plan.baseline.requests} times by one`,
});

/** What one load says; `firstMs` is what counts as its beginning. Blocked where it was refused. */
export const loadOf = defineDerivation({
	name: 'load.of',
	lane: 'quiet',
	params: z.object({ plan: LoadPlanSchema, firstMs: z.number().default(FIRST_MS) }),
	async derive({ plan, firstMs }, get): Promise<Fact<LoadSummary>> {
		const permit = await get(loadPermit({ plan }));
		if (permit.status !== 'known') return permit;
		const { refusals, redirectsTo, isPage } = permit.value;
		const [refusal] = refusals;
		if (refusal !== undefined) {
			const place = { check: 'load/refused', subject: plan.url };
			return blocked(place, `${plan.url} was not loaded: ${refusal.why}`);
		}
		if (redirectsTo !== null) {
			return unknown('unsupported', `${plan.url} only sends visitors on: load ${redirectsTo}`);
		}
		const run = await get(loadRun({ plan, isPage }));
		return run.status === 'known'
			? known(summariseLoad(plan, run.value, { isPage, firstMs }))
			: run;
	},
});
