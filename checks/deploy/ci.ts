import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	minutes,
	type PipelineAction,
	type PipelineDeploy,
	type PipelineForkCode,
	type PipelineInjection,
	type PipelineToken,
	type RepositoryPipelines,
	type RepositoryTests,
	repositories,
	repositoryPipelines,
	repositoryTests,
	z,
} from '../../src/sdk.ts';
import { nameOnce } from './_name-once.ts';
import {
	narrowToken,
	needsTests,
	newWorkflow,
	pinAction,
	splitWorkflow,
	testsInWorkflow,
	throughVariable,
} from './_workflow-fix.ts';

type Tests = Pick<RepositoryTests, 'language' | 'script'>;
type Told<T> = T & { cause: string };

const fileEvidence =
	(detail: string) =>
	({ file, line }: { file: string; line: number }) => [
		{ kind: 'file', summary: `${file}:${line}`, detail },
	];

export default defineCheck({
	id: 'deploy/ci',
	title: 'What is deployed has passed its tests, in workflows that no outsider can steer',
	rationale:
		'A workflow holds the keys of production. Whoever can put text or code into it deploys; and a deploy that waits for no test brings every mistake to customers within minutes.',
	references: [
		'https://docs.github.com/en/actions/reference/security/secure-use',
		'https://docs.github.com/en/actions/concepts/security/script-injections',
		'https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_target',
		'https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { pipelines: number; testedBy: string; deploys: number }) =>
				`${a.pipelines} ${a.pipelines === 1 ? 'pipeline' : 'pipelines'}; ${a.testedBy} runs the tests${a.deploys === 0 ? '' : ', and what deploys waits for them'}; no outsider’s text or code is run with rights.`,
		},
		'fork-code-with-secrets': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(60),
			says: (a: PipelineForkCode) =>
				`${a.file}:${a.line} fetches the code of a pull request (${a.written}) in a workflow on ${a.event}, which runs with the repository’s ${a.secrets.length === 0 ? 'own token' : `secrets (${a.secrets.slice(0, 3).join(', ')})`}${a.runs === null ? '' : `, and line ${a.runs.line} runs ${a.runs.what} on it`}.`,
			impact:
				'Anybody with an account can open a pull request whose code reads the secrets, writes to the repository or puts something into its caches.',
			confidence: 'high',
			control:
				'Conditions that let only the repository’s own branches, its members or its maintainers through were looked for: on the calls, the job, the step, and in steps that ask for the sender’s permission.',
			evidence: (a: PipelineForkCode) => fileEvidence(a.written)(a),
			fix: splitWorkflow,
		},
		'script-injection': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: PipelineInjection) =>
				`${a.file}:${a.line} fills ${a.context} into ${a.key === 'run' ? 'a shell script' : 'a script'} before it runs (job ${a.job}).`,
			impact: (a: PipelineInjection) =>
				`Whoever sets off ${a.event} chooses that text: with a quote and a semicolon in it, it is commands, which run with the token and the secrets of the job.`,
			confidence: 'high',
			control:
				'Only texts that outsiders write freely count, where an event of the workflow brings them; what a variable hands over, and what only tells true from false, does not.',
			evidence: (a: PipelineInjection) => fileEvidence(a.written)(a),
			fix: throughVariable,
		},
		missing: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			says: () =>
				'The repository has no workflow of any CI service: nothing is tested unless somebody remembers to.',
			impact: 'A mistake that a test knows is met by a customer first.',
			control:
				'Looked for: GitHub, Gitea and Forgejo workflows, GitLab, CircleCI, Bitbucket, Azure, Jenkins, Travis, Buildkite, Drone, Woodpecker, Cloud Build, CodeBuild, AppVeyor. A service that is set up in its own web pages leaves no file.',
			fix: (a: Tests) => newWorkflow(a),
		},
		'no-tests': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: Told<Tests> & { file: string; system: string; pipelines: number }) =>
				`${a.pipelines === 1 ? `${a.file} runs` : `None of the ${a.pipelines} pipelines (${a.file}…) runs`} ${a.pipelines === 1 ? 'no tests' : 'tests'}${a.script === null ? '' : `, though ${a.script.file}:${a.script.line} has them as ${a.script.command}`}.`,
			impact: 'What breaks is found by customers, and the tests rot until nobody can run them.',
			control:
				'Scripts of packages, tasks of Makefiles, shell scripts, reusable workflows and actions of the repository were followed.',
			confidence: 'high',
			cause: (a: { cause: string }) => a.cause,
			fix: (a: Told<Tests> & { file: string; system: string }) => testsInWorkflow(a),
		},
		'deploys-untested': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: Told<PipelineDeploy> & Tests) =>
				`${a.file}:${a.line} deploys with ${a.what} in the job ${a.job}, which neither runs tests before nor needs a job that does.`,
			impact:
				'A change whose tests fail is in production all the same, and before they have failed.',
			control:
				'Jobs that it needs were followed however far, reusable workflows too. A platform that builds from git by itself waits for nothing either, and leaves nothing here to see.',
			confidence: 'medium',
			cause: (a: { cause: string }) => a.cause,
			evidence: (a: PipelineDeploy) => fileEvidence(a.what)(a),
			fix: (a: Told<PipelineDeploy> & Tests) => needsTests(a),
		},
		'broad-token': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: PipelineToken) =>
				`${a.file}:${a.line} gives ${a.job === '' ? 'every job' : `the job ${a.job}`} a token that may write everything (permissions: write-all).`,
			impact:
				'Any action or package that the job runs can push code, publish packages and change releases.',
			evidence: fileEvidence('permissions: write-all'),
			fix: narrowToken,
		},
		'unpinned-actions': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(5),
			says: (a: PipelineAction) =>
				`${a.file}:${a.line} uses ${a.action} by the branch ${a.ref}${a.places.length > 1 ? ` (${a.places.length} places)` : ''}.`,
			impact:
				'Whatever is pushed to that branch runs in the next build, with its secrets: by its owner, or by who has taken the account over.',
			evidence: (a: PipelineAction) =>
				a.places.map(({ file, line }) => ({
					kind: 'file',
					summary: `${file}:${line}`,
					detail: `uses: ${a.action}@${a.ref}`,
				})),
			fix: pinAction,
		},
	},

	needs: ({ subject: { root } }) => ({
		found: repositoryPipelines({ root }),
		tests: repositoryTests({ root }),
	}),

	judge({ given: { found, tests }, say }) {
		const { systems, testedBy, elsewhere } = found;
		const { language, script } = tests;
		const named = nameOnce();
		const placeOf = (kind: string, { file, line }: { file: string; line: number }) => ({
			kind: 'file' as const,
			name: named(kind, file),
			file,
			line,
		});
		const gaps = gapsIn(found);
		const risky = [
			...found.forkCode.map((a) => at(placeOf('fork', a), say('fork-code-with-secrets', a))),
			...found.injections.map((a) => at(placeOf('script', a), say('script-injection', a))),
			...found.broadTokens.map((a) => at(placeOf('token', a), say('broad-token', a))),
			...found.unpinned.map((a) => at(placeOf('action', a), say('unpinned-actions', a))),
		];
		const hasCode = tests.code > 0 || script !== null;
		if (systems.length === 0) {
			if (risky.length + gaps.length > 0) return [...risky, ...gaps];
			if (!hasCode) return doesNotApply('There is no code and no workflow.');
			if (testedBy !== null) {
				return say('sound', { pipelines: 1, testedBy: testedBy.file, deploys: 0 });
			}
			return say('missing', { language, script });
		}
		const cause = testedBy === null ? 'deploy/ci/no-tests' : 'deploy/ci/deploys-untested';
		const untested = found.deploys
			.filter(({ isTested }) => !isTested)
			.map((a) =>
				at(placeOf('deploy', a), say('deploys-untested', { ...a, language, script, cause })),
			);
		const said = [...risky, ...untested, ...gaps];
		if (testedBy === null && hasCode) {
			const gap = notHere(elsewhere);
			if (gap !== null) return [...said, gap];
			const [{ system, file }] = systems as [RepositoryPipelines['systems'][number]];
			return [
				...said,
				say('no-tests', { language, script, system, file, pipelines: systems.length, cause }),
			];
		}
		if (said.length > 0) return said;
		if (testedBy === null) return doesNotApply('The workflows have no code to test.');
		return say('sound', {
			pipelines: systems.length,
			testedBy: testedBy.file,
			deploys: found.deploys.length,
		});
	},

	examples: (example) => [
		example('a workflow that tests', { found: pipelines(), tests: TESTS }, 'sound'),
		example(
			'no code',
			{ found: NONE, tests: { ...TESTS, code: 0, script: null } },
			'not-applicable',
		),
		example(
			'one file of code and no workflow',
			{ found: NONE, tests: { ...TESTS, code: 1 } },
			'missing',
		),
		example(
			'the platform’s own build tests',
			{
				found: { ...NONE, testedBy: { file: 'netlify.toml', line: 2, job: 'build' } },
				tests: TESTS,
			},
			'sound',
		),
		example(
			'a workflow that only builds',
			{ found: pipelines({ testedBy: null }), tests: TESTS },
			'no-tests',
		),
		example(
			'a workflow of another repository may test',
			{
				found: pipelines({
					testedBy: null,
					elsewhere: [{ file: FILE, line: 8, uses: 'example/ci/.github/workflows/build.yml@v1' }],
				}),
				tests: TESTS,
			},
			'unknown',
		),
		example(
			'a file that is no YAML',
			{ found: pipelines({ unread: ['.github/workflows/x.yml: not valid YAML'] }), tests: TESTS },
			'unknown',
		),
		example(
			'a deploy that waits',
			{ found: pipelines({ deploys: [{ ...DEPLOY, isTested: true }] }), tests: TESTS },
			'sound',
		),
		example(
			'a deploy that does not',
			{ found: pipelines({ deploys: [DEPLOY] }), tests: TESTS },
			'deploys-untested',
		),
		example(
			'a deploy beside the tests',
			{
				found: pipelines({
					deploys: [{ ...DEPLOY, couldNeed: [], testedIn: { file: FILE, name: 'CI' } }],
				}),
				tests: TESTS,
			},
			'deploys-untested',
		),
		...(['pull_request_target', 'workflow_run', 'issue_comment'] as const).map((event) =>
			example(
				`code of a fork on ${event}`,
				{
					found: pipelines({
						forkCode: [
							{
								file: FILE,
								line: 12,
								eventLine: 2,
								job: 'build',
								event,
								written: `ref: \${{ github.event.pull_request.head.sha }}`,
								runs: { line: 14, what: 'npm' },
								secrets: ['NPM_TOKEN'],
							},
						],
					}),
					tests: TESTS,
				},
				'fork-code-with-secrets',
			),
		),
		example(
			'a title in a script',
			{
				found: pipelines({
					injections: [
						{
							file: FILE,
							line: 9,
							job: 'triage',
							step: '',
							context: 'github.event.issue.title',
							key: 'run',
							event: 'issues',
							written: `\${{ github.event.issue.title }}`,
							variable: 'ISSUE_TITLE',
							instead: `env:\n  ISSUE_TITLE: \${{ github.event.issue.title }}\nrun: |\n  echo "$ISSUE_TITLE"`,
						},
					],
				}),
				tests: TESTS,
			},
			'script-injection',
		),
		example(
			'a token for everything',
			{
				found: pipelines({
					broadTokens: [
						{
							file: FILE,
							line: 4,
							job: '',
							needed: [{ scope: 'contents', level: 'read', because: 'actions/checkout' }],
						},
					],
				}),
				tests: TESTS,
			},
			'broad-token',
		),
		example(
			'an action by its branch',
			{
				found: pipelines({
					unpinned: [
						{
							file: FILE,
							line: 11,
							action: 'example/deploy',
							ref: 'main',
							places: [{ file: FILE, line: 11 }],
						},
					],
				}),
				tests: TESTS,
			},
			'unpinned-actions',
		),
	],
});

const gapsIn = ({ unread }: RepositoryPipelines) =>
	unread.length === 0
		? []
		: [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`)];

function notHere([first]: RepositoryPipelines['elsewhere']) {
	if (first === undefined) return null;
	const { uses, file, line } = first;
	return cannotSay(
		'unsupported',
		`Whether tests run is up to ${uses}, which ${file}:${line} calls and which is not in this repository.`,
	);
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

const FILE = '.github/workflows/ci.yml';

const TESTS: RepositoryTests = {
	code: 40,
	tests: 12,
	firstTest: 'src/cart.test.ts',
	script: { file: 'package.json', line: 7, command: 'npm test' },
	pagesBy: '',
	language: 'node',
	focused: [],
	unread: [],
};

const NONE: RepositoryPipelines = {
	systems: [],
	jobs: 0,
	testedBy: null,
	elsewhere: [],
	deploys: [],
	injections: [],
	forkCode: [],
	broadTokens: [],
	unpinned: [],
	unread: [],
};

const DEPLOY: PipelineDeploy = {
	system: 'github',
	file: '.github/workflows/deploy.yml',
	line: 14,
	job: 'deploy',
	jobLine: 8,
	what: 'flyctl deploy',
	platform: 'Fly.io',
	rollback: 'fly deploy --image with the earlier image',
	isTested: false,
	couldNeed: ['test'],
	needs: ['build'],
	testedIn: null,
};

function pipelines(about: Partial<RepositoryPipelines> = {}): RepositoryPipelines {
	return {
		...NONE,
		systems: [{ system: 'github', file: FILE }],
		jobs: 1,
		testedBy: { file: FILE, line: 12, job: 'test' },
		...about,
	};
}
