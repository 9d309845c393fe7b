import { contextsOf, isReachedFromOutside } from './outsider.ts';
import type { PipelineJob, PipelineStep } from './pipeline-job.ts';
import { interpolationsIn, pathsFlowing } from './workflow-expression.ts';

/** A text that somebody outside writes, filled into a script before it runs. */
export interface ScriptInjection {
	readonly file: string;
	/** 1-based, of the line with the expression. */
	readonly line: number;
	readonly job: string;
	readonly step: string;
	/** `github.event.issue.title`. */
	readonly context: string;
	/** `run`, or the input of an action that runs it. */
	readonly key: string;
	/** As written, braces included. */
	readonly written: string;
	readonly shell: string;
	readonly event: string;
}

const PULL = [
	'pull_request',
	'pull_request_target',
	'pull_request_review',
	'pull_request_review_comment',
];

/**
 * GitHub's "Script injections": what outsiders write freely, with the events that bring it. Names and
 * numbers that GitHub restricts (logins, ids) are none, nor is what only writers can send (inputs of
 * workflow_dispatch, payloads of repository_dispatch, releases).
 */
const OUTSIDE_TEXT: readonly (readonly [path: RegExp, events: readonly string[]])[] = [
	[/^github\.head_ref$/, ['pull_request', 'pull_request_target']],
	[/^github\.event\.pull_request\.(?:title|body)$/, PULL],
	[/^github\.event\.pull_request\.head\.(?:ref|label)$/, PULL],
	[/^github\.event\.pull_request\.head\.repo\.(?:default_branch|description|homepage)$/, PULL],
	[/^github\.event\.issue\.(?:title|body)$/, ['issues', 'issue_comment']],
	[
		/^github\.event\.(?:pull_request|issue|discussion)$/,
		[...PULL, 'issues', 'issue_comment', 'discussion', 'discussion_comment'],
	],
	[
		/^github\.event\.comment(?:\.body)?$/,
		['issue_comment', 'pull_request_review_comment', 'commit_comment', 'discussion_comment'],
	],
	[/^github\.event\.review(?:\.body)?$/, ['pull_request_review']],
	[/^github\.event\.review_comment(?:\.body)?$/, ['pull_request_review_comment']],
	[/^github\.event\.discussion\.(?:title|body)$/, ['discussion', 'discussion_comment']],
	[/^github\.event\.pages(?:\.[\w*]+\.(?:page_name|title|summary))?$/, ['gollum']],
	[/^github\.event\.commits(?:\.[\w*]+(?:\.message|\.author\.(?:name|email))?)?$/, ['push']],
	[
		/^github\.event\.head_commit(?:\.message|\.author\.(?:name|email)|\.committer\.(?:name|email))?$/,
		['push'],
	],
	[
		/^github\.event\.workflow_run\.(?:head_branch|display_title|head_commit\.(?:message|author\.(?:name|email))|head_repository\.description|pull_requests\.[\w*]+\.head\.ref)$/,
		['workflow_run'],
	],
	[/^github\.event\.changes\.(?:title|body)\.from$/, [...PULL, 'issues']],
	[
		/^github(?:\.event)?$/,
		[
			...PULL,
			'issues',
			'issue_comment',
			'discussion',
			'discussion_comment',
			'workflow_run',
			'push',
		],
	],
];

/** Inputs of actions that are run as a script, after GitHub has filled them in. */
const SCRIPT_INPUTS: readonly (readonly [action: RegExp, input: string])[] = [
	[/^actions\/github-script(?:@|$)/i, 'script'],
	[/^appleboy\/ssh-action(?:@|$)/i, 'script'],
	[/^azure\/(?:cli|powershell)(?:@|$)/i, 'inlinescript'],
	[/^(?:nick-fields|nick-invision)\/retry(?:@|$)/i, 'command'],
	[/^reactivecircus\/android-emulator-runner(?:@|$)/i, 'script'],
	[/^addnab\/docker-run-action(?:@|$)/i, 'run'],
	[/^vmactions\/[\w-]+(?:@|$)/i, 'run'],
	[/^(?:coactions\/setup-xvfb|gabrielbb\/xvfb-action)(?:@|$)/i, 'run'],
	[/^mikefarah\/yq(?:@|$)/i, 'cmd'],
	[/^jannekem\/run-python-script-action(?:@|$)/i, 'script'],
	[/^cross-the-world\/ssh-(?:scp-ssh-)?pipelines(?:@|$)/i, 'script'],
];

export function scriptInjections(
	jobs: readonly PipelineJob[],
	textOf: (file: string) => string,
): readonly ScriptInjection[] {
	const found = new Map<string, ScriptInjection>();
	for (const job of jobs) {
		for (const step of job.steps) {
			for (const one of injectionsIn(job, step, textOf)) {
				const key = `${one.file}\0${one.line}\0${one.written}`;
				if (!found.has(key)) found.set(key, one);
			}
		}
	}
	return [...found.values()];
}

function injectionsIn(
	job: PipelineJob,
	step: PipelineStep,
	textOf: (file: string) => string,
): readonly ScriptInjection[] {
	return scriptsIn(step).flatMap(({ key, text, line }) => {
		const from = new Map<string, number>();
		return interpolationsIn(text).flatMap(({ written, expression }) => {
			const paths = pathsFlowing(expression).flatMap((path) => contextsOf(path, step.scope, 0));
			const hit = firstFromOutside(paths, job, step);
			if (hit === null) return [];
			const at = lineHolding(textOf(step.file), written, from.get(written) ?? line);
			from.set(written, at + 1);
			const { file, name, shell } = step;
			return [{ file, line: at, job: job.id, step: name, key, written, shell, ...hit }];
		});
	});
}

function scriptsIn(
	step: PipelineStep,
): readonly { readonly key: string; readonly text: string; readonly line: number }[] {
	if (step.run !== '') return [{ key: 'run', text: step.run, line: step.runLine }];
	const input = SCRIPT_INPUTS.find(([action]) => action.test(step.uses))?.[1];
	const text = input === undefined ? undefined : step.with[input];
	if (input === undefined || text === undefined) return [];
	return [{ key: input, text, line: step.withLines[input] ?? step.usesLine }];
}

function firstFromOutside(
	paths: readonly string[],
	job: PipelineJob,
	step: PipelineStep,
): { readonly context: string; readonly event: string } | null {
	for (const context of paths) {
		const brings = OUTSIDE_TEXT.find(([pattern]) => pattern.test(context))?.[1] ?? [];
		const possible =
			job.events.length === 0 ? brings : brings.filter((event) => job.events.includes(event));
		// Who writes a comment is not who wrote the issue below it.
		const writer = new RegExp(`^${context.split('.')[2] ?? '$'}$`);
		const event = possible.find((one) => isReachedFromOutside(step.conditions, one, writer));
		if (event !== undefined) return { context, event };
	}
	return null;
}

/** The first line from `from` on with this text; an expression over several lines is where it begins. */
function lineHolding(text: string, written: string, from: number): number {
	const lines = text.split('\n');
	const [first = ''] = written.split('\n');
	for (let at = from - 1; at < lines.length; at++) {
		if ((lines[at] ?? '').includes(first.trim())) return at + 1;
	}
	return from;
}
