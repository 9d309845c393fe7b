import type { PipelineStep, Scope } from './pipeline-job.ts';
import {
	evaluate,
	FORK,
	interpolationsIn,
	OPEN,
	OWN_REPOSITORY,
	OWNER,
	parseCondition,
	pathsFlowing,
	STRANGER,
	type Value,
} from './workflow-expression.ts';

const DEEPEST = 8;

/** Contexts that a text is filled in from, names of inputs, variables and outputs followed. */
export function contextsIn(text: string, scope: Scope): readonly string[] {
	return [...new Set(interpolationsIn(text).flatMap(({ expression }) => pathsFlowing(expression)))]
		.flatMap((path) => contextsOf(path, scope, 0))
		.filter((path, index, all) => all.indexOf(path) === index);
}

/** What one context comes from in the end: itself, unless it is only a name for something else. */
export function contextsOf(path: string, scope: Scope, depth: number): readonly string[] {
	const bound = depth < DEEPEST ? boundTo(path, scope) : null;
	if (bound === null) return [path];
	const inner = interpolationsIn(bound.text).flatMap(({ expression }) => pathsFlowing(expression));
	return inner.flatMap((one) => contextsOf(one, bound.scope, depth + 1));
}

function boundTo(path: string, scope: Scope): { text: string; scope: Scope } | null {
	const [context = '', ...names] = path.split('.');
	const name = names.join('.');
	if (context === 'inputs' && Object.hasOwn(scope.inputs, name)) {
		return { text: scope.inputs[name] ?? '', scope: scope.caller ?? { ...scope, inputs: {} } };
	}
	if (context === 'env' && Object.hasOwn(scope.env, name)) {
		// A variable can name itself: the outer one of that name.
		const { [name]: text = '', ...env } = scope.env;
		return { text, scope: { ...scope, env } };
	}
	if (Object.hasOwn(scope.outputs, path)) {
		const { [path]: text = '', ...outputs } = scope.outputs;
		return { text, scope: { ...scope, outputs } };
	}
	return null;
}

/** Events of pull requests whose code is the sender's, while the workflow is the repository's own. */
export const PRIVILEGED = ['pull_request_target', 'workflow_run', 'issue_comment'] as const;
export type PrivilegedEvent = (typeof PRIVILEGED)[number];

const ASSOCIATION = /^github\.event\.(\w+)\.author_association$/;

/**
 * Whether a step is reached when somebody from outside sets off an event: with a pull request from a
 * fork, a comment, an issue. `association`: the objects (`comment`) whose author is taken to be that
 * somebody; all unless given.
 */
export function isReachedFromOutside(
	conditions: readonly string[],
	event: string,
	association: RegExp = /./,
): boolean {
	const known = (path: string): Value | typeof OPEN => {
		const of = ASSOCIATION.exec(path)?.[1];
		if (of !== undefined) return association.test(of) ? 'NONE' : OPEN;
		return path === 'github.event_name' ? event : (OUTSIDE[path] ?? OPEN);
	};
	return conditions.every((condition) => {
		const expression = parseCondition(condition);
		const value = expression === null ? OPEN : evaluate(expression, known);
		return value === OPEN || !(value === false || value === null || value === '' || value === 0);
	});
}

const OUTSIDE: Readonly<Record<string, Value>> = {
	'github.repository': OWN_REPOSITORY,
	'github.event.repository.full_name': OWN_REPOSITORY,
	'github.event.pull_request.base.repo.full_name': OWN_REPOSITORY,
	'github.event.pull_request.head.repo.full_name': FORK,
	'github.event.pull_request.head.repo.fork': true,
	'github.event.pull_request.head.repo.owner.login': STRANGER,
	'github.event.pull_request.head.user.login': STRANGER,
	'github.event.pull_request.base.repo.owner.login': OWNER,
	'github.event.pull_request.base.user.login': OWNER,
	'github.event.pull_request.user.login': STRANGER,
	'github.event.issue.user.login': STRANGER,
	'github.event.comment.user.login': STRANGER,
	'github.event.review.user.login': STRANGER,
	'github.event.sender.login': STRANGER,
	'github.event.workflow_run.actor.login': STRANGER,
	'github.event.workflow_run.event': 'pull_request',
	'github.event.workflow_run.head_repository.full_name': FORK,
	'github.event.workflow_run.head_repository.fork': true,
	'github.event.workflow_run.head_repository.owner.login': STRANGER,
	'github.event.workflow_run.repository.full_name': OWN_REPOSITORY,
	'github.event.workflow_run.conclusion': 'success',
	'github.repository_owner': OWNER,
	'github.event.repository.owner.login': OWNER,
	'github.event.repository.fork': false,
};

/** A step that ends the job unless the sender may write to the repository. */
export function asksForPermission({ uses, run, with: given }: PipelineStep): boolean {
	const text = `${uses}\n${run}\n${given['script'] ?? ''}`;
	return /getCollaboratorPermissionLevel|checkCollaborator|collaborators\/[^\n]{0,120}permission|author_association|getMembershipForUserInOrg|checkMembershipForUser|check-?user-?permission|has-?permission|require-?permission|permission-?check|get-user-teams-membership|check-permission/i.test(
		text,
	);
}
