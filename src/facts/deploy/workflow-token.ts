import type { Workflow, WorkflowStep } from './github-workflow.ts';

/** A token that may write everything, and what its steps are seen to need. */
export interface BroadToken {
	/** 1-based. */
	readonly line: number;
	/** Empty for the whole workflow. */
	readonly job: string;
	readonly needed: readonly {
		readonly scope: string;
		readonly level: string;
		readonly because: string;
	}[];
}

const NEEDS: readonly (readonly [pattern: RegExp, scope: string, level: string])[] = [
	[
		/softprops\/action-gh-release|\bgh release (?:create|upload|edit)\b|\bgit push\b|stefanzweifel\/git-auto-commit-action|peaceiris\/actions-gh-pages|JamesIves\/github-pages-deploy-action|semantic-release|changesets\/action|release-please|peter-evans\/create-pull-request|ncipollo\/release-action|goreleaser|\brepos\.createRelease\b|\bgit\.createRef\b/i,
		'contents',
		'write',
	],
	[/actions\/checkout/i, 'contents', 'read'],
	[/actions\/deploy-pages/i, 'pages', 'write'],
	[
		/actions\/deploy-pages|configure-aws-credentials[\s\S]*role-to-assume|google-github-actions\/auth[\s\S]*workload_identity_provider|azure\/login[\s\S]*client-id|pypa\/gh-action-pypi-publish|--provenance|attest-build-provenance|cosign/i,
		'id-token',
		'write',
	],
	[/ghcr\.io|npm\.pkg\.github\.com|maven\.pkg\.github\.com/i, 'packages', 'write'],
	[/codeql-action\/(?:analyze|upload-sarif)/i, 'security-events', 'write'],
	[
		/peter-evans\/create-pull-request|changesets\/action|release-please|actions\/labeler|marocchino\/sticky-pull-request-comment|\bgh pr (?:comment|create|edit|merge|review)\b|\bpulls\.\w+\(|\bissues\.createComment\b|amannn\/action-semantic-pull-request|thollander\/actions-comment-pull-request/i,
		'pull-requests',
		'write',
	],
	[
		/actions\/stale|\bgh issue (?:create|comment|edit|close)\b|\bissues\.(?:create|createComment|update|addLabels)\b|peter-evans\/create-or-update-comment/i,
		'issues',
		'write',
	],
	[
		/\brepos\.createDeployment\b|bobheadxi\/deployments|chrnorm\/deployment/i,
		'deployments',
		'write',
	],
	[
		/dorny\/test-reporter|\bchecks\.create\b|EnricoMi\/publish-unit-test-result-action|wearerequired\/lint-action/i,
		'checks',
		'write',
	],
	[/\brepos\.createCommitStatus\b/i, 'statuses', 'write'],
];

/** `permissions: write-all`, of a workflow or of a job. */
export function broadTokens({ permissions, jobs }: Workflow): readonly BroadToken[] {
	const whole =
		permissions.all === 'write-all'
			? [{ line: permissions.line, job: '', needed: neededBy(jobs.flatMap(({ steps }) => steps)) }]
			: [];
	const single = jobs
		.filter((job) => job.permissions.all === 'write-all')
		.map((job) => ({ line: job.permissions.line, job: job.id, needed: neededBy(job.steps) }));
	return [...whole, ...single];
}

function neededBy(steps: readonly WorkflowStep[]): BroadToken['needed'] {
	const needed = new Map<string, BroadToken['needed'][number]>();
	for (const { run, uses, with: given } of steps) {
		const text = [uses, run, ...Object.entries(given).map(([key, value]) => `${key}: ${value}`)]
			.join('\n')
			.slice(0, 20_000);
		for (const [pattern, scope, level] of NEEDS) {
			const match = pattern.exec(text)?.[0].split('\n')[0];
			if (match === undefined || (needed.has(scope) && level !== 'write')) continue;
			needed.set(scope, { scope, level, because: match.slice(0, 60) });
		}
	}
	return needed.size > 0
		? [...needed.values()]
		: [{ scope: 'contents', level: 'read', because: '' }];
}
