import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { natureOf } from '../secrets/secret-place.ts';
import { secretsIn } from '../secrets/secret-scan.ts';
import { redactValues } from '../web/redact.ts';
import { deploymentIn } from './deploy-command.ts';
import { textOf } from './deploy-step.ts';
import { forkCode } from './fork-code.ts';
import { githubJobs } from './github-jobs.ts';
import {
	type CompositeAction,
	isActionFile,
	isWorkflowFile,
	readAction,
	readWorkflow,
	type Workflow,
} from './github-workflow.ts';
import { isOtherPipeline, otherJobs } from './other-pipelines.ts';
import { isReachedFromOutside } from './outsider.ts';
import { lineAt, objectIn, type PackageManifest, readPackage } from './package-scripts.ts';
import { unpinnedActions } from './pinned-action.ts';
import {
	type PipelineAction,
	type PipelineDeploy,
	PipelinesSchema,
	type RepositoryPipelines,
} from './pipeline-facts.ts';
import { type CiSystem, NO_SCOPE, type PipelineJob, type PipelineStep } from './pipeline-job.ts';
import { scriptInjections } from './script-injection.ts';
import { scriptRepair } from './script-repair.ts';
import { commandsOf, runsTests, type TaskSources } from './test-command.ts';
import { interpolationsIn } from './workflow-expression.ts';
import { broadTokens } from './workflow-token.ts';
import { yamlDocuments } from './yaml-documents.ts';

/** What a repository's pipelines run, whom they trust, and what they put before customers. */
export const repositoryPipelines = defineProbe({
	name: 'deploy.pipelines',
	params: z.object({ root: z.string() }),
	value: PipelinesSchema,
	observe: ({ root }, io) => surveyPipelines(root, io.files),
	describe: ({ root }, { systems, jobs, testedBy, deploys }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${systems.length} pipelines with ${jobs} jobs`,
		detail: [
			...(testedBy === null ? [] : [`${testedBy.file}:${testedBy.line}: ${testedBy.job} tests`]),
			...deploys.slice(0, 20).map(({ file, line, what }) => `${file}:${line}: ${what}`),
		].join('\n'),
	}),
	plan: () => null,
});

const MOST = 100;
const MOST_FILES = 400;
const TASK_FILE =
	/(?:^|\/)(?:(?:GNU)?[Mm]akefile|\.?[Jj]ustfile|[Tt]askfile\.ya?ml|composer\.json|tasks\.py|[\w.-]+\.(?:sh|bash))$|(?:^|\/)(?:bin|scripts?|script)\/[\w-]+$/;
const ELSEWHERE =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|__fixtures__|testdata|examples?|samples?|templates?)\//i;

interface Gathered {
	readonly texts: Map<string, string>;
	readonly workflows: Workflow[];
	readonly actions: CompositeAction[];
	readonly others: PipelineJob[];
	readonly systems: { system: CiSystem; file: string }[];
	readonly packages: PackageManifest[];
	readonly tasks: Map<string, string>;
	readonly owners: Set<string>;
	readonly unread: string[];
}

async function surveyPipelines(root: string, port: FilesPort): Promise<RepositoryPipelines> {
	const { files } = await port.list(root);
	const into: Gathered = {
		texts: new Map(),
		workflows: [],
		actions: [],
		others: [],
		systems: [],
		packages: [],
		tasks: new Map(),
		owners: new Set(),
		unread: [],
	};
	for (const file of wanted(files)) {
		const text = await textOf(root, port, { path: file.path, unread: into.unread });
		if (text !== null) take(file.path, text, into);
	}
	const jobs = [...githubJobs(into.workflows, into.actions), ...into.others];
	return judged(jobs, into);
}

function wanted(files: FileListing['files']): FileListing['files'] {
	return files
		.filter(
			({ path, bytes, ignored }) =>
				!ignored &&
				bytes <= 512 * 1024 &&
				!ELSEWHERE.test(path) &&
				(isWorkflowFile(path) ||
					isActionFile(path) ||
					isOtherPipeline(path) ||
					posix.basename(path) === 'package.json' ||
					TASK_FILE.test(path)),
		)
		.sort((a, b) => Number(isWorkflowFile(b.path)) - Number(isWorkflowFile(a.path)))
		.slice(0, MOST_FILES);
}

function take(path: string, text: string, into: Gathered): void {
	into.texts.set(path, text);
	if (isWorkflowFile(path)) takeWorkflow(path, text, into);
	else if (isActionFile(path)) {
		const action = readAction(path, text);
		if (action !== null) into.actions.push(action);
	} else if (posix.basename(path) === 'package.json') takePackage(path, text, into);
	else if (isOtherPipeline(path)) takeOther(path, text, into);
	if (TASK_FILE.test(path)) into.tasks.set(path, text);
}

function takeWorkflow(path: string, text: string, into: Gathered): void {
	const workflow = readWorkflow(path, text);
	if (workflow !== null) {
		into.workflows.push(workflow);
		into.systems.push({ system: 'github', file: path });
	} else if (/^\s*jobs\s*:/m.test(text)) into.unread.push(`${path}: not valid YAML`);
}

function takeOther(path: string, text: string, into: Gathered): void {
	const jobs = otherJobs(path, text);
	const [first] = jobs;
	if (first === undefined) {
		if (/\.ya?ml$/.test(path) && text.trim() !== '' && yamlDocuments(text).length === 0) {
			into.unread.push(`${path}: not valid YAML`);
		}
		return;
	}
	into.others.push(...jobs);
	if (first.system !== 'platform') into.systems.push({ system: first.system, file: path });
}

function takePackage(path: string, text: string, into: Gathered): void {
	const manifest = readPackage(path, text);
	if (manifest !== null) into.packages.push(manifest);
	const repository = objectIn(text)?.['repository'];
	const url = typeof repository === 'string' ? repository : String(Object(repository)['url'] ?? '');
	const owner = /^(?:github:)?([\w.-]+)\/[\w.-]+$|github\.com[/:]([\w.-]+)\//.exec(url);
	const name = owner?.[1] ?? owner?.[2];
	if (name !== undefined) into.owners.add(name.toLowerCase());
}

function judged(jobs: readonly PipelineJob[], into: Gathered): RepositoryPipelines {
	const sources: TaskSources = { packages: into.packages, texts: into.tasks };
	const tested = testedJobs(jobs, sources);
	const [first] = [...tested];
	return {
		systems: into.systems,
		jobs: jobs.length,
		testedBy:
			first === undefined
				? null
				: {
						file: first[0].file,
						line: first[0].steps[first[1]]?.line ?? first[0].line,
						job: first[0].id,
					},
		elsewhere: jobs
			.filter(({ elsewhere }) => elsewhere !== '')
			.map(({ file, line, elsewhere }) => ({ file, line, uses: elsewhere }))
			.slice(0, MOST),
		deploys: deploysIn(jobs, tested, into).slice(0, MOST),
		injections: injectionsIn(jobs, into).slice(0, MOST),
		forkCode: forkCodeIn(jobs, into).slice(0, MOST),
		broadTokens: into.workflows
			.flatMap((workflow) =>
				broadTokens(workflow).map(({ needed, ...rest }) => ({
					file: workflow.file,
					...rest,
					needed: [...needed],
				})),
			)
			.slice(0, MOST),
		unpinned: grouped(into).slice(0, MOST),
		unread: into.unread.slice(0, MOST),
	};
}

const TESTING_ACTIONS =
	/^(?:cypress-io\/github-action|ArtiomTr\/jest-coverage-report-action)(?:@|$)/i;
/** Programs that an action starts with what it is given. */
const ACTION_PROGRAMS: readonly (readonly [action: RegExp, program: string])[] = [
	[/^actions-rs\/cargo@/i, 'cargo'],
	[/^(?:gradle\/gradle-build-action|eskatos\/gradle-command-action)@/i, 'gradle'],
	[/^borales\/actions-yarn@/i, 'yarn'],
];
/** Waits until the checks of the same commit have passed. */
const WAITS =
	/^(?:lewagon\/wait-on-check-action|fountainhead\/action-wait-for-check|poseidon\/wait-for-status-checks|WyriHaximus\/github-action-wait-for-status|int128\/wait-for-workflows-action|ahmadnassri\/action-workflow-queue|jitterbit\/await-check-suites)@|\bgh (?:run watch|pr checks)\b/i;

/** Jobs that test, with the number of their first step that does. */
function testedJobs(
	jobs: readonly PipelineJob[],
	sources: TaskSources,
): ReadonlyMap<PipelineJob, number> {
	const tested = new Map<PipelineJob, number>();
	for (const job of jobs) {
		const at = job.steps.findIndex((step) => isTesting(step, job, sources));
		if (at !== -1) tested.set(job, at);
		else if (/(?:^|[/_.-])(?:tests?|unit|ci|e2e|checks?)(?:[/_.@-]|$)/i.test(job.elsewhere))
			tested.set(job, 0);
	}
	return tested;
}

function isTesting(step: PipelineStep, job: PipelineJob, sources: TaskSources): boolean {
	if (step.uses !== '') {
		const given = [
			step.with['command'],
			step.with['args'],
			step.with['arguments'],
			step.with['run'],
			step.with['script'],
			step.with['cmd'],
		]
			.filter((one) => one !== undefined)
			.join('\n');
		const program = ACTION_PROGRAMS.find(([action]) => action.test(step.uses))?.[1] ?? '';
		const command = given === '' ? '' : `${program} ${given}`;
		return (
			TESTING_ACTIONS.test(step.uses) ||
			WAITS.test(step.uses) ||
			runsTests(command, step.folder, sources)
		);
	}
	return runsTests(filled(step), folderOfStep(step, job), sources) || WAITS.test(step.run);
}

/** With the values of inputs and variables that the file itself gives. */
function filled({ run, scope }: PipelineStep): string {
	return interpolationsIn(run).reduce((text, { written, expression }) => {
		if (expression?.kind !== 'path') return text;
		const [context = '', ...names] = expression.path.split('.');
		const name = names.join('.');
		const value =
			context === 'inputs' ? scope.inputs[name] : context === 'env' ? scope.env[name] : undefined;
		return value === undefined || value.includes('${{') ? text : text.replace(written, value);
	}, run);
}

/** `cd web` holds for the rest of a script, and in systems with one shell for the rest of a job. */
function folderOfStep(step: PipelineStep, job: PipelineJob): string {
	const own = job.system === 'github' ? [step] : job.steps.slice(0, job.steps.indexOf(step) + 1);
	let folder = step.folder;
	for (const { run } of own) {
		for (const { words } of commandsOf(run)) {
			const to = words[0] === 'cd' && /^[\w./-]+$/.test(words[1] ?? '') ? words[1] : undefined;
			if (to !== undefined && !to.startsWith('/'))
				folder = posix.normalize(posix.join(folder || '.', to)).replace(/^\.$|\/$/g, '');
		}
	}
	return folder;
}

/** Not on pull requests alone, not of a cluster that is made for tests, not of documentation. */
function isForCustomers(job: PipelineJob): boolean {
	const { events, conditions, steps, environment } = job;
	const starts = events.length === 0 ? ['push'] : events;
	const isPull = starts.every(
		(event) =>
			/^(?:pull_request\w*|issue_comment|merge_group)$/.test(event) ||
			!conditions.every((one) => isReachedFromOutside([one], event)),
	);
	const isPlayground = steps.some(({ uses, run }) =>
		/kind-action|\bkind create cluster\b|minikube|\bk3d\b|\bk3s\b/i.test(`${uses}\n${run}`),
	);
	const named = `${job.id} ${job.name} ${environment} ${job.pipeline}`;
	return (
		!isPull &&
		!isPlayground &&
		!/preview|rollback|roll-back|teardown|cleanup|destroy|storybook|review[-_ ]app/i.test(named)
	);
}

const DOCUMENTATION = /docs?\b|documentation|typedoc|pages|website|demo|coverage|report|benchmark/i;

function deploysIn(
	jobs: readonly PipelineJob[],
	tested: ReadonlyMap<PipelineJob, number>,
	into: Gathered,
): readonly PipelineDeploy[] {
	const byKey = new Map(jobs.map((job) => [job.key, job]));
	const found = new Map<string, PipelineDeploy>();
	for (const job of jobs) {
		const at = job.steps.findIndex((step) => deploymentIn(step, into.packages) !== null);
		const step = job.steps[at];
		const deployment = step === undefined ? null : deploymentIn(step, into.packages);
		if (
			step === undefined ||
			deployment === null ||
			job.system === 'platform' ||
			!isForCustomers(job)
		)
			continue;
		if (deployment.isPages && DOCUMENTATION.test(`${job.id} ${job.pipeline} ${job.pipelineFile}`))
			continue;
		const place = { job, at, byKey, jobs, tested };
		const one: PipelineDeploy = {
			system: job.system,
			file: step.file,
			line: step.line,
			job: job.id,
			jobLine: job.line,
			what: deployment.what,
			platform: deployment.platform,
			rollback: deployment.rollback,
			isTested: isTestedBefore(place) || isIncluded(job, jobs),
			couldNeed: [...tested.keys()]
				.filter(({ key, pipelineFile }) => pipelineFile === job.pipelineFile && key !== job.key)
				.map(({ id }) => id)
				.slice(0, 5),
			needs: job.needs.map((key) => byKey.get(key)?.id ?? '').filter((id) => id !== ''),
			testedIn: testedElsewhere(job, tested),
		};
		const key = `${one.file}\0${one.jobLine}`;
		const before = found.get(key);
		// Called by several: the one without tests is the one that matters.
		if (before === undefined || (before.isTested && !one.isTested)) found.set(key, one);
	}
	return [...found.values()];
}

interface Deploying {
	readonly job: PipelineJob;
	/** The step that deploys. */
	readonly at: number;
	readonly byKey: ReadonlyMap<string, PipelineJob>;
	readonly jobs: readonly PipelineJob[];
	readonly tested: ReadonlyMap<PipelineJob, number>;
}

/** In an earlier step, in a job that it needs, however far away, or in the pipeline whose success starts it. */
function isTestedBefore({ job, at, byKey, jobs, tested }: Deploying): boolean {
	const own = tested.get(job);
	// One script can test and then deploy.
	if (own !== undefined && own <= at) return true;
	const open = [...job.needs];
	const seen = new Set<string>();
	for (let key = open.pop(); key !== undefined; key = open.pop()) {
		const needed = byKey.get(key);
		if (needed === undefined || seen.has(key)) continue;
		seen.add(key);
		if (tested.has(needed) || needed.elsewhere !== '') return true;
		open.push(...needed.needs);
	}
	if (job.after.length === 0 || !job.events.includes('workflow_run')) return false;
	const waits = job.conditions.some((one) => /workflow_run\.conclusion/.test(one));
	return waits && jobs.some((one) => job.after.includes(one.pipeline) && tested.has(one));
}

/** GitLab puts included files together, and those of elsewhere cannot be read. */
const isIncluded = (job: PipelineJob, jobs: readonly PipelineJob[]): boolean =>
	job.system === 'gitlab' &&
	jobs.some(
		({ system, file, elsewhere }) => system === 'gitlab' && (elsewhere !== '' || file !== job.file),
	);

function testedElsewhere(
	job: PipelineJob,
	tested: ReadonlyMap<PipelineJob, number>,
): PipelineDeploy['testedIn'] {
	const other = [...tested.keys()].find(
		({ system, pipelineFile }) => system === job.system && pipelineFile !== job.pipelineFile,
	);
	return other === undefined ? null : { file: other.pipelineFile, name: other.pipeline };
}

function injectionsIn(
	jobs: readonly PipelineJob[],
	into: Gathered,
): RepositoryPipelines['injections'] {
	const read = (file: string) => into.texts.get(file) ?? '';
	const loose = looseSteps(jobs, into.actions);
	return scriptInjections([...jobs, ...loose], read).map((one) => {
		const { file, line, job, step, context, key, event, written } = one;
		const shown = redacted(file, read(file), read(file).split('\n')[line - 1] ?? '');
		return { file, line, job, step, context, key, event, written, ...scriptRepair(one, shown) };
	});
}

/** Actions that no workflow here uses: others may, on whatever event. */
function looseSteps(
	jobs: readonly PipelineJob[],
	actions: readonly CompositeAction[],
): readonly PipelineJob[] {
	const used = new Set(jobs.flatMap(({ steps }) => steps.map(({ file }) => file)));
	return actions
		.filter(({ file }) => !used.has(file))
		.map(({ file, steps }) => ({
			system: 'github',
			key: file,
			file,
			id: posix.basename(posix.dirname(file)),
			name: '',
			line: 1,
			pipeline: '',
			pipelineFile: file,
			events: [],
			after: [],
			conditions: [],
			needs: [],
			environment: '',
			steps: steps.map((step) => ({
				...step,
				conditions: step.condition === '' ? [] : [step.condition],
				scope: NO_SCOPE,
			})),
			elsewhere: '',
		}));
}

/** A line of a file as a report may show it. */
function redacted(file: string, text: string, line: string): string {
	const bytes = Buffer.from(text, 'utf8').toString('latin1');
	const values = secretsIn(bytes, natureOf(file, bytes)).map(({ value }) =>
		Buffer.from(value, 'latin1').toString('utf8'),
	);
	return redactValues(line.slice(0, 400), values);
}

function forkCodeIn(
	jobs: readonly PipelineJob[],
	{ workflows, texts }: Gathered,
): RepositoryPipelines['forkCode'] {
	const isPull = ({ events }: Workflow) => events.some((event) => /^pull_request/.test(event));
	const pulls = new Set(workflows.filter(isPull).map(({ name }) => name));
	const all = new Set(workflows.map(({ name }) => name));
	return forkCode(jobs, pulls, all).map(({ secrets, ...one }) => {
		const text = texts.get(one.file) ?? '';
		const written = redacted(one.file, text, one.written);
		const eventLine = lineAt(text, Math.max(0, text.search(new RegExp(`\\b${one.event}\\b`))));
		return { ...one, written, secrets: [...secrets], eventLine };
	});
}

/** One an action and name, at its first place. */
function grouped({ workflows, actions, owners }: Gathered): readonly PipelineAction[] {
	const groups = new Map<string, PipelineAction>();
	for (const { file, line, action, ref } of unpinnedActions(workflows, actions, owners)) {
		const key = `${action}@${ref}`;
		const before = groups.get(key);
		const places = [...(before?.places ?? []), { file, line }].slice(0, 20);
		groups.set(
			key,
			before === undefined ? { file, line, action, ref, places } : { ...before, places },
		);
	}
	return [...groups.values()];
}
