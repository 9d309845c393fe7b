import type { CompositeAction, Workflow } from './github-workflow.ts';

/** Somebody else's action, by a name that its owner moves. */
export interface UnpinnedAction {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	readonly action: string;
	readonly ref: string;
}

const USES = /^([\w.-]+)\/([\w.-]+)((?:\/[\w.-]+)*)@([\w./+-]+)$/;
/** GitHub's own; who runs there trusts it already. */
const GITHUB = /^(?:actions|github)$/i;
const COMMIT = /^(?:[\da-f]{40}|[\da-f]{64})$/i;
/** A release: `v4`, `1.2.3-beta`, `tool-v2`, `2024-01-01`. Short commits are somebody's tags as well. */
const RELEASE =
	/^(?:[A-Za-z][\w.-]*[-_@/])?v?\d+(?:[._-]\d+)*(?:[-+._]?[a-z\d][\w.+-]*)?$|^[\da-f]{7,12}$/i;
const BRANCH = /^(?:releases?|heads?|branch|feature|feat|dev)\/|^(?:refs\/heads\/)/i;

/** `owners`: whom the repository belongs to, in lower case. */
export function unpinnedActions(
	workflows: readonly Workflow[],
	actions: readonly CompositeAction[],
	owners: ReadonlySet<string>,
): readonly UnpinnedAction[] {
	const used = [
		...workflows.flatMap(({ file, jobs }) =>
			jobs.flatMap(({ uses, usesLine, steps }) => [
				{ file, uses, line: usesLine },
				...stepUses(steps),
			]),
		),
		...actions.flatMap(({ steps }) => stepUses(steps)),
	];
	return used.flatMap(({ file, uses, line }) => {
		const [, owner = '', name = '', path = '', ref = ''] = USES.exec(uses) ?? [];
		if (owner === '' || GITHUB.test(owner) || owners.has(owner.toLowerCase())) return [];
		if (COMMIT.test(ref) || (RELEASE.test(ref) && !BRANCH.test(ref))) return [];
		return [{ file, line, action: `${owner}/${name}${path}`, ref }];
	});
}

const stepUses = (
	steps: readonly { readonly file: string; readonly uses: string; readonly usesLine: number }[],
): readonly { readonly file: string; readonly uses: string; readonly line: number }[] =>
	steps.map(({ file, uses, usesLine }) => ({ file, uses, line: usesLine }));
