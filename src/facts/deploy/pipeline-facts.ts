import { z } from 'zod';
import { PRIVILEGED } from './outsider.ts';
import { CI_SYSTEMS } from './pipeline-job.ts';

const Place = z.object({ file: z.string(), /** 1-based. */ line: z.number().int() });

const InjectionSchema = Place.extend({
	job: z.string(),
	step: z.string(),
	/** `github.event.issue.title`. */
	context: z.string(),
	/** `run`, or the input of an action that runs it. */
	key: z.string(),
	event: z.string(),
	/** The expression, braces included. */
	written: z.string(),
	/** Name of the variable to hand it over in. */
	variable: z.string(),
	/** Lines to write in its place, as they go into the file; secrets taken out. */
	instead: z.string(),
});
export type PipelineInjection = z.infer<typeof InjectionSchema>;

const ForkCodeSchema = Place.extend({
	job: z.string(),
	event: z.enum(PRIVILEGED),
	written: z.string(),
	runs: z.object({ line: z.number().int(), what: z.string() }).nullable(),
	secrets: z.array(z.string()),
	/** Line of the event's name in the file. */
	eventLine: z.number().int(),
});
export type PipelineForkCode = z.infer<typeof ForkCodeSchema>;

const DeploySchema = Place.extend({
	system: z.enum(CI_SYSTEMS),
	job: z.string(),
	/** Of the job. */
	jobLine: z.number().int(),
	/** `flyctl deploy`. */
	what: z.string(),
	platform: z.string(),
	/** How its platform goes back; empty for none that we know. */
	rollback: z.string(),
	isTested: z.boolean(),
	/** Jobs of the same pipeline that test, and could be needed. */
	couldNeed: z.array(z.string()),
	/** As written now. */
	needs: z.array(z.string()),
	/** Tests run in a pipeline of their own. */
	testedIn: z.object({ file: z.string(), name: z.string() }).nullable(),
});
export type PipelineDeploy = z.infer<typeof DeploySchema>;

const BroadTokenSchema = Place.extend({
	/** Empty for the whole workflow. */
	job: z.string(),
	/** What its steps are seen to need, by scope. */
	needed: z.array(z.object({ scope: z.string(), level: z.string(), because: z.string() })),
});
export type PipelineToken = z.infer<typeof BroadTokenSchema>;

const UnpinnedSchema = Place.extend({
	/** `owner/name`, with the folder where there is one. */
	action: z.string(),
	ref: z.string(),
	places: z.array(Place),
});
export type PipelineAction = z.infer<typeof UnpinnedSchema>;

export const PipelinesSchema = z.object({
	systems: z.array(z.object({ system: z.enum(CI_SYSTEMS), file: z.string() })),
	jobs: z.number().int(),
	/** The first job that runs tests. */
	testedBy: Place.extend({ job: z.string() }).nullable(),
	/** Work that other repositories' pipelines do, which cannot be read here. */
	elsewhere: z.array(Place.extend({ uses: z.string() })),
	deploys: z.array(DeploySchema),
	injections: z.array(InjectionSchema),
	forkCode: z.array(ForkCodeSchema),
	broadTokens: z.array(BroadTokenSchema),
	unpinned: z.array(UnpinnedSchema),
	unread: z.array(z.string()),
});
export type RepositoryPipelines = z.infer<typeof PipelinesSchema>;
