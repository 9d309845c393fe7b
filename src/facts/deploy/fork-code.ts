import {
	asksForPermission,
	contextsIn,
	isReachedFromOutside,
	PRIVILEGED,
	type PrivilegedEvent,
} from './outsider.ts';
import type { PipelineJob, PipelineStep } from './pipeline-job.ts';

/** A workflow with the repository's own rights that fetches what somebody outside has sent. */
export interface ForkCode {
	readonly file: string;
	/** 1-based, of the line that names what is fetched. */
	readonly line: number;
	readonly job: string;
	readonly event: PrivilegedEvent;
	/** `ref: ${{ github.event.pull_request.head.sha }}`, or the command. */
	readonly written: string;
	/** First step after it that runs what was fetched; `null` where none is seen to. */
	readonly runs: { readonly line: number; readonly what: string } | null;
	/** Secrets that the job names, besides its own token. */
	readonly secrets: readonly string[];
}

const HEAD: Readonly<Record<PrivilegedEvent, RegExp>> = {
	pull_request_target:
		/^github\.(?:head_ref|event\.pull_request\.(?:head(?:\.(?:sha|ref|label))?|merge_commit_sha))$|^(?:steps|needs)\.[\w-]+\.outputs\.[\w-]*head[\w-]*$/,
	workflow_run:
		/^github\.event\.workflow_run\.(?:head_(?:sha|branch|commit\.id)|pull_requests\.[\w*]+\.head\.(?:sha|ref))$|^(?:steps|needs)\.[\w-]+\.outputs\.[\w-]*(?:head|pr)[_-]?(?:sha|ref)[\w-]*$/,
	issue_comment:
		/^(?:steps|needs)\.[\w-]+\.outputs\.[\w-]*(?:head|pr)[\w-]*(?:sha|ref|branch)[\w-]*$|^(?:steps|needs)\.[\w-]+\.outputs\.(?:head|sha|ref|branch)$/,
};
const HEAD_REPOSITORY =
	/^github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.(?:full_name|clone_url|html_url)$/;
const PULL_REFERENCE = /\brefs\/pull\/|\+?refs\/remotes\/pull\//;
const FETCHES =
	/\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|pull)\b[^\n]{0,200}\b(?:refs\/)?pull\/[^\n]{0,80}\/(?:head|merge)/;
const GIT_TAKES =
	/\bgit\s+(?:-C\s+\S+\s+)?(?:checkout|switch|fetch|pull|clone|merge|reset|worktree)\b/;

/** `pulls`: names of pipelines that pull requests start, among `all`. */
export function forkCode(
	jobs: readonly PipelineJob[],
	pulls: ReadonlySet<string>,
	all: ReadonlySet<string>,
): readonly ForkCode[] {
	const found = new Map<string, ForkCode>();
	for (const job of jobs) {
		for (const one of eventsOf(job, pulls, all).flatMap((event) => fetchesIn(job, event))) {
			const key = `${one.file}\0${one.line}`;
			if (!found.has(key)) found.set(key, one);
		}
	}
	return [...found.values()];
}

const eventsOf = (
	job: PipelineJob,
	pulls: ReadonlySet<string>,
	all: ReadonlySet<string>,
): readonly PrivilegedEvent[] =>
	job.system === 'github'
		? PRIVILEGED.filter(
				(event) =>
					job.events.includes(event) &&
					(event !== 'workflow_run' || mayFollowPull(job, pulls, all)),
			)
		: [];

/** A workflow that nothing but pushes start is started by no fork, and neither is what follows it. */
function mayFollowPull(
	{ after }: PipelineJob,
	pulls: ReadonlySet<string>,
	all: ReadonlySet<string>,
): boolean {
	return after.length === 0 || after.some((name) => pulls.has(name) || !all.has(name));
}

function fetchesIn(job: PipelineJob, event: PrivilegedEvent): readonly ForkCode[] {
	const guarded = job.steps.findIndex(asksForPermission);
	return job.steps.flatMap((step, index) => {
		if (guarded !== -1 && guarded <= index) return [];
		if (!isReachedFromOutside(step.conditions, event)) return [];
		const taken = fetchOf(step, event);
		if (taken === null) return [];
		const later = job.steps.slice(index + 1);
		return [
			{
				file: step.file,
				job: job.id,
				event,
				...taken,
				runs: firstRun(later, event),
				secrets: secretsOf(job),
			},
		];
	});
}

function fetchOf(
	step: PipelineStep,
	event: PrivilegedEvent,
): Pick<ForkCode, 'line' | 'written'> | null {
	if (/^actions\/checkout(?:@|$)/i.test(step.uses)) return checkoutOf(step, event);
	if (step.run === '') return null;
	for (const line of step.run.split('\n')) {
		if (/^\s*#/.test(line) || line.length > 2_000) continue;
		const takes =
			FETCHES.test(line) ||
			(GIT_TAKES.test(line) && namesHead(withVariables(line, step), step, event));
		if (takes) return { line: step.runLine, written: line.trim().slice(0, 160) };
	}
	return null;
}

/** `git checkout "$HEAD"` with `HEAD: ${{ … }}` in the step's `env`. */
function withVariables(line: string, { scope: { env } }: PipelineStep): string {
	return line.replace(
		/\$\{?(\w+)\}?(?!\{)/g,
		(written, name: string) => env[name.toLowerCase()] ?? written,
	);
}

function namesHead(text: string, step: PipelineStep, event: PrivilegedEvent): boolean {
	return contextsIn(text, step.scope).some(
		(path) => HEAD[event].test(path) || HEAD_REPOSITORY.test(path),
	);
}

function checkoutOf(
	step: PipelineStep,
	event: PrivilegedEvent,
): Pick<ForkCode, 'line' | 'written'> | null {
	for (const key of ['ref', 'repository'] as const) {
		const text = step.with[key] ?? '';
		const isHead = namesHead(text, step, event) || (key === 'ref' && PULL_REFERENCE.test(text));
		if (isHead) {
			return {
				line: step.withLines[key] ?? step.usesLine,
				written: `${key}: ${text}`.slice(0, 160),
			};
		}
	}
	return null;
}

const RUNS =
	/\b(?:npm|pnpm|yarn|bun|npx|pip3?|poetry|uv|pipenv|bundle|composer|cargo|go|make|mvn|\.\/mvnw|gradle|\.\/gradlew|dotnet|docker|python3?|node|ruby|php|tox|pytest|cmake|bazel|nx|turbo|just|task|mix|swift|deno|rake|terraform)\s|(?:^|\s)(?:\.\/|(?:ba)?sh\s+)[\w.-]+/m;
const ACTION_RUNS =
	/^(?:\.\/|cypress-io\/|docker\/build-push-action|bahmutov\/npm-install|goreleaser\/|super-linter\/|pre-commit\/|gradle\/|cloudflare\/(?:wrangler|pages)-action|amondnet\/vercel-action|changesets\/action|treosh\/lighthouse)/i;

function firstRun(steps: readonly PipelineStep[], event: PrivilegedEvent): ForkCode['runs'] {
	for (const step of steps) {
		if (!isReachedFromOutside(step.conditions, event)) continue;
		const command = RUNS.exec(step.run);
		if (command !== null) return { line: step.runLine, what: command[0].trim() };
		if (ACTION_RUNS.test(step.uses)) return { line: step.usesLine, what: step.uses };
	}
	return null;
}

function secretsOf({ steps }: PipelineJob): readonly string[] {
	const names = steps.flatMap(({ run, with: given, scope }) =>
		[run, ...Object.values(given), ...Object.values(scope.env)].flatMap((text) =>
			[...text.matchAll(/\bsecrets\.([A-Za-z_]\w{0,80})/g)].map(([, name = '']) => name),
		),
	);
	return [...new Set(names)].filter((name) => name.toUpperCase() !== 'GITHUB_TOKEN').sort();
}
