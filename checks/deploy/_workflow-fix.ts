import type {
	Fix,
	PipelineAction,
	PipelineDeploy,
	PipelineForkCode,
	PipelineInjection,
	PipelineToken,
	RepositoryTests,
	Snippet,
} from '../../src/sdk.ts';

const yaml = (text: string): Snippet => ({ platform: 'any', language: 'yaml', text });

const placed = ({ file, line }: { file: string; line: number }, text: string): Snippet =>
	yaml(`# ${file}:${line}\n${text}`);

/** The event of pull requests for what may read them, a second workflow for what may write. */
export function splitWorkflow({
	file,
	line,
	event,
	eventLine,
	written,
	runs,
}: PipelineForkCode): Fix {
	const steps = [
		runs === null
			? 'Where nothing of the pull request is needed, delete the line: without it the checkout takes the branch of the repository.'
			: `Run ${runs.what} in a workflow of pull_request, which has no secrets and a token that only reads.`,
		'What must be written afterwards (a comment, a label) goes into a second workflow, on workflow_run, which takes a file from the first and runs nothing of it.',
	];
	if (event === 'pull_request_target') {
		return {
			summary: `Start ${file} with pull_request instead of pull_request_target, or do not fetch the pull request in it`,
			steps,
			snippets: [
				placed({ file, line: eventLine }, 'on:\n  pull_request:\npermissions:\n  contents: read'),
				placed({ file, line }, `# delete: ${written}`),
			],
		};
	}
	const condition =
		event === 'workflow_run'
			? 'github.event.workflow_run.head_repository.full_name == github.repository'
			: `contains(fromJSON('["OWNER", "MEMBER", "COLLABORATOR"]'), github.event.comment.author_association)`;
	return {
		summary: `Let ${file} fetch only what people of the repository have sent`,
		steps,
		snippets: [placed({ file, line }, `if: ${condition}`)],
	};
}

export const throughVariable = ({
	file,
	line,
	instead,
	context,
	variable,
}: PipelineInjection): Fix => ({
	summary: `Hand ${context} to the step in the variable ${variable}`,
	steps: [
		`In the step around ${file}:${line}, set the variable under env and read it in the script; the expression goes out of the script.`,
		'A variable is text to the shell, whatever stands in it; keep the quotes around it.',
	],
	snippets: [placed({ file, line }, instead)],
});

const SET_UP: Readonly<
	Record<string, { readonly uses: string; readonly install: string; readonly test: string }>
> = {
	node: {
		uses: 'actions/setup-node@v4\n        with:\n          node-version: 22\n          cache: npm',
		install: 'npm ci',
		test: 'npm test',
	},
	python: {
		uses: "actions/setup-python@v5\n        with:\n          python-version: '3.13'",
		install: 'pip install -r requirements.txt',
		test: 'pytest',
	},
	go: {
		uses: 'actions/setup-go@v5\n        with:\n          go-version-file: go.mod',
		install: 'go mod download',
		test: 'go test ./...',
	},
	ruby: {
		uses: 'ruby/setup-ruby@v1\n        with:\n          bundler-cache: true',
		install: 'bundle install',
		test: 'bundle exec rake',
	},
	php: {
		uses: 'shivammathur/setup-php@v2',
		install: 'composer install',
		test: 'vendor/bin/phpunit',
	},
	rust: { uses: '', install: 'cargo fetch --locked', test: 'cargo test --locked' },
	java: {
		uses: 'actions/setup-java@v4\n        with:\n          distribution: temurin\n          java-version: 21',
		install: '',
		test: './mvnw verify',
	},
	dotnet: { uses: 'actions/setup-dotnet@v4', install: 'dotnet restore', test: 'dotnet test' },
	elixir: {
		uses: 'erlef/setup-beam@v1\n        with:\n          version-file: .tool-versions\n          version-type: strict',
		install: 'mix deps.get',
		test: 'mix test',
	},
};

function testSteps({ language, script }: Pick<RepositoryTests, 'language' | 'script'>): string {
	const told = SET_UP[language] ?? { uses: '', install: '', test: 'make test' };
	const test = language === 'node' && script !== null ? script.command : told.test;
	return [
		'      - uses: actions/checkout@v4',
		...(told.uses === '' ? [] : [`      - uses: ${told.uses}`]),
		...(told.install === '' ? [] : [`      - run: ${told.install}`]),
		`      - run: ${test}`,
	].join('\n');
}

const testJob = (tests: Pick<RepositoryTests, 'language' | 'script'>): string =>
	`  test:\n    runs-on: ubuntu-latest\n    steps:\n${testSteps(tests)}`;

export const newWorkflow = (tests: Pick<RepositoryTests, 'language' | 'script'>): Fix => ({
	summary: 'Add a workflow that runs the tests on every push and pull request',
	steps: [
		'Commit it as .github/workflows/ci.yml; on another service write the same commands in its own file.',
		'Make the check required for the main branch, in the settings of the repository.',
	],
	snippets: [
		yaml(
			`# .github/workflows/ci.yml\nname: CI\non:\n  push:\n    branches: [main]\n  pull_request:\npermissions:\n  contents: read\njobs:\n${testJob(tests)}`,
		),
	],
});

export const testsInWorkflow = ({
	file,
	system,
	...tests
}: Pick<RepositoryTests, 'language' | 'script'> & { file: string; system: string }): Fix => ({
	summary: `Run the tests in ${file}`,
	steps: ['Let what deploys or releases need that job.'],
	snippets: [
		yaml(
			system === 'github'
				? `# ${file}, under jobs:\n${testJob(tests)}`
				: `# ${file}, before anything that deploys\n- ${commandOf(tests)}`,
		),
	],
});

const commandOf = ({ language, script }: Pick<RepositoryTests, 'language' | 'script'>): string =>
	language === 'node' && script !== null ? script.command : (SET_UP[language]?.test ?? 'make test');

/** A deploy that waits for the tests. */
export function needsTests(a: PipelineDeploy & Pick<RepositoryTests, 'language' | 'script'>): Fix {
	const { file, job, jobLine, line, couldNeed, needs, testedIn, system } = a;
	if (couldNeed.length > 0 && system === 'github') {
		const all = [...new Set([...needs, ...couldNeed.slice(0, 1)])];
		return {
			summary: `Let the job ${job} need ${couldNeed[0]}`,
			steps: ['A job without needs starts at once, whatever becomes of the others.'],
			snippets: [placed({ file, line: jobLine }, `  ${job}:\n    needs: [${all.join(', ')}]`)],
		};
	}
	if (system === 'gitlab' && couldNeed.length > 0) {
		return {
			summary: `Let the job ${job} need ${couldNeed[0]}`,
			steps: [
				'A job with needs starts as soon as those have ended, before the stages that it skips.',
			],
			snippets: [
				placed(
					{ file, line: jobLine },
					`${job}:\n  needs: [${[...needs, couldNeed[0]].join(', ')}]`,
				),
			],
		};
	}
	if (testedIn !== null && system === 'github') {
		return {
			summary: `Start ${file} when ${testedIn.name} has passed, and not beside it`,
			steps: [
				`Now a push starts both at once. Or call ${testedIn.file} as a job of its own (on: workflow_call) and let ${job} need it.`,
			],
			snippets: [
				yaml(
					`# ${file}\non:\n  workflow_run:\n    workflows: [${JSON.stringify(testedIn.name)}]\n    types: [completed]\n    branches: [main]`,
				),
				placed(
					{ file, line: jobLine },
					`  ${job}:\n    if: github.event.workflow_run.conclusion == 'success' && github.event.workflow_run.event == 'push'`,
				),
			],
		};
	}
	return {
		summary: `Run the tests in ${file} before ${a.what}`,
		steps: ['A step that fails ends the job, so that nothing behind it runs.'],
		snippets: [
			placed(
				{ file, line },
				system === 'github' ? `      - run: ${commandOf(a)}` : `- ${commandOf(a)}`,
			),
		],
	};
}

export const narrowToken = ({ file, line, job, needed }: PipelineToken): Fix => {
	const indent = job === '' ? '' : '    ';
	const scopes = needed.map(
		({ scope, level, because }) =>
			`${indent}  ${scope}: ${level}${because === '' ? '' : `  # ${because}`}`,
	);
	return {
		summary: `Give ${job === '' ? 'the workflow' : `the job ${job}`} only what its steps use`,
		steps: [
			'The list is made of what the steps are seen to do; a step that then fails with “Resource not accessible by integration” names the scope that is missing.',
		],
		snippets: [placed({ file, line }, `${indent}permissions:\n${scopes.join('\n')}`)],
	};
};

/** Names out of `uses` have only letters, digits, dots, dashes and slashes. */
export const pinAction = ({ file, line, action, ref, places }: PipelineAction): Fix => {
	const repository = action.split('/').slice(0, 2).join('/');
	return {
		summary: `Pin ${action} to a commit`,
		steps: [
			`Ask for the commit, look at what it does, and write it into ${places.length === 1 ? 'the line' : `all ${places.length} lines`}.`,
			'Dependabot and Renovate keep pinned actions up to date (package-ecosystem: github-actions).',
		],
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: `git ls-remote https://github.com/${repository} ${ref}`,
			},
			placed({ file, line }, `uses: ${action}@COMMIT  # ${ref}`),
		],
	};
};
