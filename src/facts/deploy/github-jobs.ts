import {
	actionFolder,
	type CompositeAction,
	localPath,
	type Texts,
	type Workflow,
	type WorkflowJob,
	type WorkflowStep,
} from './github-workflow.ts';
import { NO_SCOPE, type PipelineJob, type PipelineStep, type Scope } from './pipeline-job.ts';

/** GitHub allows ten levels of reusable workflows and of composite actions. */
const DEEPEST = 10;
/** Calls in a circle aside, no repository comes near. */
const MOST_JOBS = 2_000;

interface Call {
	readonly workflow: Workflow;
	readonly events: readonly string[];
	readonly conditions: readonly string[];
	/** `null` where an event started it. */
	readonly caller: Scope | null;
	readonly inputs: Texts;
	readonly prefix: string;
	/** Needs of the calling jobs. */
	readonly needs: readonly string[];
	readonly root: Workflow;
	readonly depth: number;
}

/**
 * The jobs that run: workflows that an event starts, with those that they call put in. A workflow that
 * is only ever called, and by nobody here, counts as started by whatever event there is.
 */
export function githubJobs(
	workflows: readonly Workflow[],
	actions: readonly CompositeAction[],
): readonly PipelineJob[] {
	const byFile = new Map(workflows.map((one) => [one.file, one]));
	const byFolder = new Map(actions.map((one) => [actionFolder(one), one]));
	const called = new Set(
		workflows.flatMap(({ jobs }) => jobs.map(({ uses }) => localPath(uses) ?? '')),
	);
	const jobs: PipelineJob[] = [];
	for (const workflow of workflows) {
		const events = workflow.events.filter((event) => event !== 'workflow_call');
		if (events.length === 0 && called.has(workflow.file)) continue;
		const start: Call = {
			workflow,
			events,
			conditions: [],
			caller: null,
			inputs: {},
			prefix: `${workflow.file}#`,
			needs: [],
			root: workflow,
			depth: 0,
		};
		addJobs(start, { byFile, byFolder, jobs });
	}
	return jobs;
}

interface Known {
	readonly byFile: ReadonlyMap<string, Workflow>;
	readonly byFolder: ReadonlyMap<string, CompositeAction>;
	readonly jobs: PipelineJob[];
}

/** Gives the keys of the jobs that stand for each job of the workflow. */
function addJobs(call: Call, known: Known): readonly string[] {
	const { workflow, prefix } = call;
	const keysOf = new Map<string, readonly string[]>();
	const added: string[] = [];
	const outputs: Record<string, string> = {};
	for (const job of inOrder(workflow.jobs)) {
		if (known.jobs.length >= MOST_JOBS) break;
		const needs = [...call.needs, ...job.needs.flatMap((id) => keysOf.get(id) ?? [])];
		const scope: Scope = {
			inputs: { ...workflow.inputs, ...call.inputs },
			env: { ...workflow.env, ...job.env },
			outputs: { ...outputs },
			caller: call.caller,
		};
		const keys = addJob({ ...call, needs, prefix: `${prefix}${job.id}` }, { job, scope, known });
		keysOf.set(job.id, keys);
		added.push(...keys);
		for (const [name, value] of Object.entries(jobOutputs(job))) {
			outputs[`needs.${job.id.toLowerCase()}.outputs.${name}`] = value;
		}
	}
	return added;
}

/** An output that only hands on what a step wrote has that step's text. */
function jobOutputs({ outputs, steps }: WorkflowJob): Texts {
	const written = Object.assign(
		{},
		...steps
			.filter(({ id }) => id !== '')
			.map((step) => writtenOutputs(step.id.toLowerCase(), step)),
	) as Texts;
	return Object.fromEntries(
		Object.entries(outputs).map(([name, value]) => {
			const path = /^\s*\$\{\{\s*(steps\.[\w-]+\.outputs\.[\w-]+)\s*\}\}\s*$/.exec(value)?.[1];
			return [name, written[(path ?? '').toLowerCase()] ?? value];
		}),
	);
}

/** What is needed first; a circle stays as it is written. */
function inOrder(jobs: readonly WorkflowJob[]): readonly WorkflowJob[] {
	const ordered = new Set<WorkflowJob>();
	for (let round = 0; round <= jobs.length && ordered.size < jobs.length; round++) {
		for (const job of jobs) {
			const ready = job.needs.every((id) => {
				const needed = jobs.find((one) => one.id === id);
				return needed === undefined || ordered.has(needed);
			});
			if (ready) ordered.add(job);
		}
	}
	return [...ordered, ...jobs.filter((job) => !ordered.has(job))];
}

function addJob(
	call: Call,
	{ job, scope, known }: { job: WorkflowJob; scope: Scope; known: Known },
): readonly string[] {
	const conditions = withCondition(call.conditions, job.condition);
	const path = localPath(job.uses);
	const inner = path === null ? undefined : known.byFile.get(path);
	if (inner !== undefined && call.depth < DEEPEST) {
		const next = { ...call, workflow: inner, conditions, caller: scope, inputs: job.with };
		return addJobs({ ...next, prefix: `${call.prefix}/`, depth: call.depth + 1 }, known);
	}
	known.jobs.push({
		system: 'github',
		key: call.prefix,
		file: call.workflow.file,
		id: job.id,
		name: job.name,
		line: job.line,
		pipeline: call.root.name,
		pipelineFile: call.root.file,
		events: call.events,
		after: call.root.after,
		conditions,
		needs: call.needs,
		environment: job.environment,
		steps: stepsOf(job.steps, { scope, conditions, known, depth: 0 }),
		elsewhere: job.uses,
	});
	return [call.prefix];
}

const withCondition = (conditions: readonly string[], one: string): readonly string[] =>
	one === '' ? conditions : [...conditions, one];

interface Place {
	readonly scope: Scope;
	readonly conditions: readonly string[];
	readonly known: Known;
	readonly depth: number;
}

function stepsOf(steps: readonly WorkflowStep[], place: Place): readonly PipelineStep[] {
	const outputs: Record<string, string> = { ...place.scope.outputs };
	return steps.flatMap((step) => {
		const scope: Scope = {
			...place.scope,
			env: { ...place.scope.env, ...step.env },
			outputs: { ...outputs },
		};
		const conditions = withCondition(place.conditions, step.condition);
		const folder = localPath(step.uses);
		const action = folder === null ? undefined : place.known.byFolder.get(folder);
		const id = step.id.toLowerCase();
		if (action === undefined || place.depth >= DEEPEST) {
			if (id !== '') Object.assign(outputs, writtenOutputs(id, step));
			return [{ ...step, conditions, scope }];
		}
		return stepsOf(action.steps, {
			scope: {
				...NO_SCOPE,
				inputs: { ...action.inputs, ...step.with },
				env: scope.env,
				caller: scope,
			},
			conditions,
			known: place.known,
			depth: place.depth + 1,
		});
	});
}

/**
 * Outputs that a script writes from its variables or from expressions: `echo "title=$TITLE" >>
 * "$GITHUB_OUTPUT"`. A variable stands for what the step's `env` sets it to.
 */
function writtenOutputs(id: string, { run, env }: WorkflowStep): Texts {
	const outputs: Record<string, string> = {};
	for (const line of run.split('\n').slice(0, 500)) {
		if (!line.includes('GITHUB_OUTPUT') || line.length > 2_000) continue;
		const [, name = '', value = ''] =
			/\b(?:echo|printf)\s+(?:-\w+\s+)?["']?([\w-]{1,80})=(.*?)["']?\s*>>/.exec(line) ?? [];
		if (name === '') continue;
		outputs[`steps.${id}.outputs.${name.toLowerCase()}`] = value.replace(
			/\$\{?(\w+)\}?(?!\{)/g,
			(written, variable: string) => env[variable.toLowerCase()] ?? written,
		);
	}
	return outputs;
}
