// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub Actions look like that.
import { describe, expect, test } from 'vitest';
import ci from '../../../checks/deploy/ci.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { Io } from '../../../src/core/io.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { repositoryPipelines } from '../../../src/facts/deploy/pipelines-survey.ts';
import { repositoryTests } from '../../../src/facts/deploy/tests-survey.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

type Files = Readonly<Record<string, string>>;

async function findings(files: Files): Promise<readonly Finding[]> {
	const root = committed(files);
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const seen = async (ref: { source: object; params: unknown }) =>
		'observe' in ref.source
			? await (ref.source.observe as (params: unknown, io: Io) => Promise<unknown>)(ref.params, io)
			: null;
	const found = await seen(repositoryPipelines({ root }));
	const tests = await seen(repositoryTests({ root }));
	return judged(ci, { found, tests });
}

const sayings = async (files: Files) => inWords(await findings(files));

/** Everything that can be pasted. */
const pasted = (all: readonly Finding[]): string =>
	all
		.flatMap((one) => ('fix' in one ? one.fix.snippets.map(({ text }) => text) : []))
		.join('\n---\n');

const APP: Files = {
	'package.json':
		'{\n  "name": "shop",\n  "private": true,\n  "scripts": {\n    "build": "vite build",\n    "test": "vitest run",\n    "ci": "npm run build && npm test"\n  }\n}\n',
	'src/cart.ts': 'export const a = 1;\n',
	'src/cart.test.ts': "import { test } from 'vitest';\ntest('a', () => {});\n",
};
const CI = '.github/workflows/ci.yml';
const TESTED: Files = {
	...APP,
	[CI]: 'name: CI\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n      - run: npm test\n',
};
const OTHER = '.github/workflows/other.yml';
const withOther = (text: string): Files => ({ ...TESTED, [OTHER]: text });

test('its examples say what they claim', () => {
	expect(verifyCheck(ci)).toEqual([]);
});

describe('missing', () => {
	test('code without a workflow', async () => {
		expect(await sayings(APP)).toEqual(['later missing']);
	});
	test('a workflow file makes the difference', async () => {
		expect(await sayings(TESTED)).toEqual(['pass']);
	});
	test('a repository of documents needs none', async () => {
		expect(await sayings({ 'README.md': '# Notes\n' })).toEqual(['not-applicable']);
	});
	test('a platform whose build tests does as well', async () => {
		const netlify = '[build]\n  command = "npm test && npm run build"\n';
		expect(await sayings({ ...APP, 'netlify.toml': netlify })).toEqual(['pass']);
	});
	test('the fix is a workflow with the repository’s own command', async () => {
		expect(pasted(await findings(APP))).toContain('- run: npm test');
	});
});

describe('no tests', () => {
	const job = (run: string, more: Files = {}): Files => ({
		...APP,
		...more,
		[CI]: `on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: ${run}\n`,
	});

	test.each([
		'npm run build',
		'npm ci',
		'npm run lint',
		'echo "npm test"',
		'npx playwright install',
		'mvn -B package -DskipTests',
		'gradle build -x test',
		'pip install pytest',
		'go build ./...',
	])('%s', async (run) => {
		expect(await sayings(job(run))).toEqual(['later no-tests']);
	});

	test.each([
		'npm test',
		'npm t',
		'npm run ci',
		'npm run test -- --coverage',
		'pnpm test',
		'pnpm -r test',
		'yarn test',
		'yarn run test',
		'bun test',
		'npx vitest run --coverage',
		'pnpm exec jest --ci',
		'npx turbo run lint test build',
		'npx nx run-many -t test lint',
		'npx nx affected --target=test',
		'node --test',
		'npx playwright test',
		'xvfb-run -a npm test',
		'pytest -q',
		'python -m pytest',
		'poetry run pytest',
		'uv run pytest',
		'tox -e py312',
		'go test ./...',
		'cargo test --locked',
		'cargo nextest run',
		'mvn -B verify',
		'./mvnw verify',
		'./gradlew check',
		'bundle exec rspec',
		'bin/rails test',
		'vendor/bin/phpunit',
		'dotnet test --no-build',
		'docker compose run --rm web npm test',
		'CI=true npm test && npm run build',
	])('%s tests', async (run) => {
		expect(await sayings(job(run))).toEqual(['pass']);
	});

	test('a task of a Makefile is followed', async () => {
		const make = (test_: string) => ({
			Makefile: `.PHONY: check\ncheck: lint unit\n\nlint:\n\teslint .\n\nunit:\n\t${test_}\n`,
		});
		expect(await sayings(job('make check', make('go test ./...')))).toEqual(['pass']);
		expect(await sayings(job('make check', make('echo none')))).toEqual(['later no-tests']);
	});

	test('a shell script, a working directory and a script before another are followed', async () => {
		expect(
			await sayings(job('./scripts/ci.sh', { 'scripts/ci.sh': '#!/bin/sh\nset -e\nnpm test\n' })),
		).toEqual(['pass']);
		const web = {
			'web/package.json': '{"scripts":{"pretest:all":"eslint .","prebuild":"mocha","build":"tsc"}}',
		};
		expect(await sayings(job('npm run build\n        working-directory: web', web))).toEqual([
			'pass',
		]);
		expect(await sayings(job('cd web && npm run build', web))).toEqual(['pass']);
	});

	test('a reusable workflow and an action of the repository are followed', async () => {
		const called: Files = {
			...APP,
			[CI]: 'on: push\njobs:\n  checks:\n    uses: ./.github/workflows/checks.yml\n',
			'.github/workflows/checks.yml':
				'on: workflow_call\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/run\n        with:\n          command: npm test\n',
			'.github/actions/run/action.yml':
				'name: run\ninputs:\n  command:\n    required: true\nruns:\n  using: composite\n  steps:\n    - run: ${{ inputs.command }}\n      shell: bash\n',
		};
		expect(await sayings(called)).toEqual(['pass']);
	});

	test('a workflow of another repository cannot be read', async () => {
		const elsewhere = {
			...APP,
			[CI]: 'on: push\njobs:\n  a:\n    uses: example/shared/.github/workflows/build.yml@v1\n',
		};
		expect(await sayings(elsewhere)).toEqual(['unknown']);
	});

	test('a package without a real test script', async () => {
		const placeholder = {
			...APP,
			'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}',
			[CI]: 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: npm test\n',
		};
		expect(await sayings(placeholder)).toEqual(['later no-tests']);
	});

	test.each<[string, string, string]>([
		[
			'.gitlab-ci.yml',
			'build:\n  script: [npm ci, npm run build]\n',
			'unit:\n  stage: test\n  script:\n    - npm ci\n    - npm test\n',
		],
		[
			'.circleci/config.yml',
			'version: 2.1\njobs:\n  a:\n    steps:\n      - checkout\n      - run: npm run build\nworkflows:\n  w:\n    jobs: [a]\n',
			'version: 2.1\njobs:\n  a:\n    steps:\n      - checkout\n      - run:\n          name: T\n          command: npm test\nworkflows:\n  w:\n    jobs: [a]\n',
		],
		[
			'bitbucket-pipelines.yml',
			'pipelines:\n  default:\n    - step:\n        script:\n          - npm run build\n',
			'pipelines:\n  default:\n    - step:\n        script:\n          - npm test\n',
		],
		[
			'azure-pipelines.yml',
			'steps:\n  - script: npm run build\n',
			'steps:\n  - task: Npm@1\n    inputs:\n      command: custom\n      customCommand: run test\n',
		],
		[
			'Jenkinsfile',
			"pipeline { stages { stage('b') { steps { sh 'npm run build' } } } }\n",
			"pipeline { stages { stage('t') { steps { sh 'npm test' } } } }\n",
		],
		[
			'.travis.yml',
			'language: node_js\nscript: npm run build\n',
			'language: node_js\nnode_js: [22]\n',
		],
		[
			'cloudbuild.yaml',
			'steps:\n  - name: node\n    entrypoint: npm\n    args: [run, build]\n',
			'steps:\n  - name: node\n    entrypoint: npm\n    args: [test]\n',
		],
		[
			'buildspec.yml',
			'phases:\n  build:\n    commands: [npm run build]\n',
			'phases:\n  build:\n    commands: [npm test]\n',
		],
	])('%s', async (file, without, with_) => {
		expect(await sayings({ ...APP, [file]: without })).toEqual(['later no-tests']);
		expect(await sayings({ ...APP, [file]: with_ })).toEqual(['pass']);
	});
});

describe('deploys untested', () => {
	const deploy = (needs: string, run = 'flyctl deploy --remote-only') =>
		`name: Release\non:\n  push:\n    branches: [main]\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: npm test\n  build:\n    runs-on: x\n    needs: test\n    steps:\n      - run: npm run build\n  deploy:\n    runs-on: x\n${needs}    steps:\n      - uses: actions/checkout@v4\n      - run: ${run}\n`;

	test('a job that needs nothing', async () => {
		const found = await findings({ ...APP, [OTHER]: deploy('') });
		expect(inWords(found)).toEqual([`later deploys-untested ${OTHER}:19`]);
		expect(pasted(found)).toContain(`# ${OTHER}:15\n  deploy:\n    needs: [test]`);
	});
	test('one that needs a test at one remove, or directly', async () => {
		expect(await sayings({ ...APP, [OTHER]: deploy('    needs: [build]\n') })).toEqual(['pass']);
		expect(await sayings({ ...APP, [OTHER]: deploy('    needs: test\n') })).toEqual(['pass']);
	});
	test('one that tests itself before, not after', async () => {
		const own = (steps: string) =>
			withOther(`on: push\njobs:\n  d:\n    runs-on: x\n    steps:\n${steps}`);
		expect(await sayings(own('      - run: npm test\n      - run: npx wrangler deploy\n'))).toEqual(
			['pass'],
		);
		expect(await sayings(own('      - run: npx wrangler deploy\n      - run: npm test\n'))).toEqual(
			[`later deploys-untested ${OTHER}:6`],
		);
	});
	test('a workflow beside the one that tests, and one that follows its success', async () => {
		const steps =
			'jobs:\n  d:\n    runs-on: x\n    COND\n    steps:\n      - uses: amondnet/vercel-action@v25\n        with:\n          vercel-args: --prod\n';
		const beside = await findings(withOther(`on: push\n${steps.replace('    COND\n', '')}`));
		expect(inWords(beside)).toEqual([`later deploys-untested ${OTHER}:6`]);
		expect(pasted(beside)).toContain('workflows: ["CI"]');
		const after = 'on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\n';
		expect(
			await sayings(
				withOther(
					after + steps.replace('COND', "if: github.event.workflow_run.conclusion == 'success'"),
				),
			),
		).toEqual(['pass']);
		expect(await sayings(withOther(after + steps.replace('    COND\n', '')))).toEqual([
			`later deploys-untested ${OTHER}:9`,
		]);
	});
	test.each([
		'vercel deploy --prebuilt --token=$T',
		'npx wrangler deploy --dry-run',
		'netlify deploy --dir=dist',
		'docker push registry.example.test/shop',
		'echo "flyctl deploy"',
		'npm publish',
	])('%s puts nothing before customers', async (run) => {
		expect(await sayings({ ...APP, [OTHER]: deploy('', run) })).toEqual(['pass']);
	});
	test.each([
		'vercel deploy --prebuilt --prod',
		'vercel --prod',
		'netlify deploy --dir=dist --prod',
		'kubectl apply -f k8s/',
		'helm upgrade --install shop ./chart',
		'aws ecs update-service --cluster a --service b --force-new-deployment',
		'gcloud run deploy shop --source .',
		'ssh deploy@example.test "docker compose pull && docker compose up -d"',
		'rsync -az dist/ deploy@example.test:/srv/www/',
		'curl -fsS "https://api.render.com/deploy/srv-1?key=$K"',
		'firebase deploy --only hosting',
		'git push heroku main',
	])('%s does', async (run) => {
		expect(await sayings({ ...APP, [OTHER]: deploy('', run) })).toEqual([
			`later deploys-untested ${OTHER}:19`,
		]);
	});
	test('previews of pull requests and documentation do not count', async () => {
		expect(
			await sayings(
				withOther(
					'on: pull_request\njobs:\n  preview:\n    runs-on: x\n    steps:\n      - run: npx wrangler deploy\n',
				),
			),
		).toEqual(['pass']);
		expect(
			await sayings(
				withOther(
					"on: [push, pull_request]\njobs:\n  d:\n    if: github.event_name == 'pull_request'\n    runs-on: x\n    steps:\n      - run: npx wrangler deploy\n",
				),
			),
		).toEqual(['pass']);
		expect(
			await sayings(
				withOther(
					'name: Docs\non: push\njobs:\n  docs:\n    runs-on: x\n    steps:\n      - uses: actions/deploy-pages@v4\n',
				),
			),
		).toEqual(['pass']);
	});
	test('stages of GitLab come one after the other, and needs breaks that', async () => {
		const gitlab = (more: string) => ({
			...APP,
			'.gitlab-ci.yml': `stages: [test, deploy]\nunit:\n  stage: test\n  script: npm test\nship:\n  stage: deploy\n${more}  script:\n    - kubectl apply -f k8s\n`,
		});
		expect(await sayings(gitlab(''))).toEqual(['pass']);
		expect(await sayings(gitlab('  needs: []\n'))).toEqual([
			'later deploys-untested .gitlab-ci.yml:9',
		]);
	});
	test('CircleCI by requires', async () => {
		const circle = (requires: string) => ({
			...APP,
			'.circleci/config.yml': `version: 2.1\njobs:\n  test:\n    steps:\n      - run: npm test\n  deploy:\n    steps:\n      - run: flyctl deploy\nworkflows:\n  all:\n    jobs:\n      - test\n      - deploy${requires}\n`,
		});
		expect(await sayings(circle(':\n          requires: [test]'))).toEqual(['pass']);
		expect(await sayings(circle(''))).toEqual(['later deploys-untested .circleci/config.yml:8']);
	});
});

describe('code of a fork with secrets', () => {
	const target = (step: string, { on = 'pull_request_target', job = '' } = {}) =>
		withOther(
			`on: ${on}\njobs:\n  build:\n    runs-on: x\n${job}    steps:\n${step}      - run: npm ci\n        env:\n          NPM_TOKEN: \${{ secrets.NPM_TOKEN }}\n`,
		);
	const checkout = (ref: string) =>
		`      - uses: actions/checkout@v4\n        with:\n          ref: ${ref}\n`;
	const SAID = [`high fork-code-with-secrets ${OTHER}:8`];

	test.each([
		'${{ github.event.pull_request.head.sha }}',
		'${{ github.event.pull_request.head.ref }}',
		'${{ github.head_ref }}',
		'refs/pull/${{ github.event.pull_request.number }}/merge',
		"${{ github.event_name == 'pull_request_target' && github.event.pull_request.head.sha || github.sha }}",
	])('ref: %s', async (ref) => {
		expect(await sayings(target(checkout(ref)))).toEqual(SAID);
	});
	test('by a repository, by gh and by git', async () => {
		expect(
			await sayings(
				target(
					checkout(
						'main\n          repository: ${{ github.event.pull_request.head.repo.full_name }}',
					),
				),
			),
		).toEqual([`high fork-code-with-secrets ${OTHER}:9`]);
		expect(
			await sayings(
				target('      - uses: actions/checkout@v4\n      - run: gh pr checkout "$N"\n'),
			),
		).toEqual([`high fork-code-with-secrets ${OTHER}:7`]);
		expect(
			await sayings(
				target(
					'      - run: |\n          git fetch origin "$HEAD"\n          git checkout "$HEAD"\n        env:\n          HEAD: ${{ github.event.pull_request.head.sha }}\n',
				),
			),
		).toEqual([`high fork-code-with-secrets ${OTHER}:6`]);
	});
	test('it says what runs and which secrets are there, and how to split it', async () => {
		const [found] = await findings(target(checkout('${{ github.head_ref }}')));
		expect(found?.message).toContain('secrets (NPM_TOKEN)');
		expect(found?.message).toContain('line 9 runs npm');
		expect(pasted(found === undefined ? [] : [found])).toContain(
			`# ${OTHER}:1\non:\n  pull_request:`,
		);
	});
	test('the base branch, and pull_request, are as they should be', async () => {
		expect(await sayings(target('      - uses: actions/checkout@v4\n'))).toEqual(['pass']);
		expect(await sayings(target(checkout('${{ github.event.pull_request.base.sha }}')))).toEqual([
			'pass',
		]);
		expect(
			await sayings(
				target(checkout('${{ github.event.pull_request.head.sha }}'), { on: 'pull_request' }),
			),
		).toEqual(['pass']);
	});
	test.each([
		'github.event.pull_request.head.repo.full_name == github.repository',
		'${{ !github.event.pull_request.head.repo.fork }}',
		"github.event.pull_request.user.login == 'dependabot[bot]'",
		`contains(fromJSON('["OWNER","MEMBER"]'), github.event.pull_request.author_association)`,
		"github.event_name != 'pull_request_target'",
	])('if: %s keeps strangers out', async (condition) => {
		const job = `    if: ${JSON.stringify(condition)}\n`;
		expect(await sayings(target(checkout('${{ github.head_ref }}'), { job }))).toEqual(['pass']);
	});
	test('a label does not', async () => {
		const job = "    if: contains(github.event.pull_request.labels.*.name, 'safe')\n";
		expect(await sayings(target(checkout('${{ github.head_ref }}'), { job }))).toEqual([
			`high fork-code-with-secrets ${OTHER}:9`,
		]);
	});
	test('through a reusable workflow and its input', async () => {
		const files: Files = {
			...TESTED,
			[OTHER]:
				'on: pull_request_target\njobs:\n  a:\n    uses: ./.github/workflows/build.yml\n    with:\n      ref: ${{ github.event.pull_request.head.sha }}\n    secrets: inherit\n',
			'.github/workflows/build.yml':
				'on:\n  workflow_call:\n    inputs:\n      ref:\n        type: string\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ inputs.ref }}\n',
		};
		expect(await sayings(files)).toEqual([
			'high fork-code-with-secrets .github/workflows/build.yml:12',
		]);
		expect(
			await sayings({
				...files,
				[OTHER]: (files[OTHER] ?? '').replace('pull_request.head.sha', 'pull_request.base.sha'),
			}),
		).toEqual(['pass']);
	});
	test('workflow_run after pull requests, and not after pushes alone', async () => {
		const following = (workflow: string) =>
			withOther(
				`on:\n  workflow_run:\n    workflows: [${workflow}]\n    types: [completed]\njobs:\n  b:\n    runs-on: x\n    steps:\n${checkout('${{ github.event.workflow_run.head_sha }}')}`,
			);
		expect(await sayings(following('CI'))).toEqual([`high fork-code-with-secrets ${OTHER}:11`]);
		const pushes = { [CI]: (TESTED[CI] ?? '').replace('[push, pull_request]', 'push') };
		expect(await sayings({ ...following('CI'), ...pushes })).toEqual(['pass']);
	});
	test('a comment, unless its writer was looked at', async () => {
		const step = '      - uses: actions/checkout@v4\n      - run: gh pr checkout 1\n';
		expect(await sayings(target(step, { on: 'issue_comment' }))).toEqual([
			`high fork-code-with-secrets ${OTHER}:7`,
		]);
		const job = "    if: github.event.comment.author_association == 'MEMBER'\n";
		expect(await sayings(target(step, { on: 'issue_comment', job }))).toEqual(['pass']);
	});
});

describe('script injection', () => {
	const run = (script: string, on = 'issues', more = '') =>
		withOther(
			`on: ${on}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          echo start\n          ${script}\n${more}`,
		);

	test.each<[string, string]>([
		['github.event.issue.title', 'issues'],
		['github.event.issue.body', 'issue_comment'],
		['github.event.comment.body', 'issue_comment'],
		['github.event.pull_request.title', 'pull_request'],
		['github.event.pull_request.body', 'pull_request_target'],
		['github.event.pull_request.head.ref', 'pull_request'],
		['github.event.pull_request.head.label', 'pull_request'],
		['github.event.pull_request.head.repo.default_branch', 'pull_request'],
		['github.event.review.body', 'pull_request_review'],
		['github.event.pages.*.page_name', 'gollum'],
		['github.event.pages[0].page_name', 'gollum'],
		['github.event.commits.*.message', 'push'],
		['github.event.commits[0].author.email', 'push'],
		['github.event.head_commit.message', 'push'],
		['github.event.head_commit.author.name', 'push'],
		['github.event.discussion.title', 'discussion'],
		['github.event.workflow_run.head_branch', 'workflow_run'],
		['github.head_ref', 'pull_request'],
		["github['head_ref']", 'pull_request'],
		['github.head_ref || github.ref_name', 'pull_request'],
		["format('{0}', github.event.issue.title)", 'issues'],
		['toJSON(github.event)', 'issues'],
		['toJSON(github.event.pull_request)', 'pull_request'],
		['GITHUB.EVENT.ISSUE.TITLE', 'issues'],
	])('%s on %s', async (expression, on) => {
		expect(await sayings(run(`echo "\${{ ${expression} }}"`, on))).toEqual([
			`high script-injection ${OTHER}:8`,
		]);
	});

	test.each<[string, string]>([
		['github.event.issue.number', 'issues'],
		['github.event.pull_request.head.sha', 'pull_request'],
		['github.event.pull_request.user.login', 'pull_request'],
		['github.ref_name', 'push'],
		['inputs.version', 'workflow_dispatch'],
		['github.event.inputs.version', 'workflow_dispatch'],
		['github.event.release.tag_name', 'release'],
		['github.event.client_payload.x', 'repository_dispatch'],
		["contains(github.event.issue.title, 'x')", 'issues'],
		["github.event.issue.title == 'x'", 'issues'],
		["github.head_ref && 'a' || 'b'", 'pull_request'],
		['github.event.pull_request.title', 'push'],
		['github.event.issue.title', 'workflow_dispatch'],
		['secrets.TOKEN', 'push'],
	])('%s on %s is no outsider’s text', async (expression, on) => {
		expect(await sayings(run(`deploy.example "\${{ ${expression} }}"`, on))).toEqual(['pass']);
	});

	test('a variable hands it over, and a comment of the file says nothing', async () => {
		const env = '        env:\n          TITLE: ${{ github.event.issue.title }}\n';
		expect(await sayings(run('echo "$TITLE"', 'issues', env))).toEqual(['pass']);
		expect(
			await sayings(
				withOther(
					'# run: ${{ github.event.issue.title }}\non: issues\njobs:\n  a:\n    runs-on: x\n    if: ${{ github.event.issue.title }}\n    steps:\n      - name: ${{ github.event.issue.title }}\n        run: echo\n',
				),
			),
		).toEqual(['pass']);
	});
	test('a variable that is filled in as an expression hands over nothing', async () => {
		const env = '        env:\n          TITLE: ${{ github.event.issue.title }}\n';
		expect(await sayings(run('echo "${{ env.TITLE }}"', 'issues', env))).toEqual([
			`high script-injection ${OTHER}:8`,
		]);
	});
	test('scripts of actions', async () => {
		const script = withOther(
			"on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/github-script@v7\n        with:\n          script: |\n            const title = '${{ github.event.issue.title }}';\n            core.info(title);\n",
		);
		const found = await findings(script);
		expect(inWords(found)).toEqual([`high script-injection ${OTHER}:9`]);
		expect(pasted(found)).toContain('const title = process.env.ISSUE_TITLE;');
	});
	test('inputs of the repository’s own actions and workflows, and outputs of jobs', async () => {
		const action = {
			'.github/actions/say/action.yml':
				'inputs:\n  text:\n    default: ""\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.text }}\n      shell: bash\n',
		};
		const uses = (text: string) =>
			withOther(
				`on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/say\n        with:\n          text: ${text}\n`,
			);
		expect(await sayings({ ...uses('${{ github.event.issue.title }}'), ...action })).toEqual([
			'high script-injection .github/actions/say/action.yml:7',
		]);
		expect(await sayings({ ...uses('hello'), ...action })).toEqual(['pass']);
		const outputs = withOther(
			'on: issues\njobs:\n  a:\n    runs-on: x\n    outputs:\n      t: ${{ steps.s.outputs.t }}\n    steps:\n      - id: s\n        run: echo "t=$TITLE" >> "$GITHUB_OUTPUT"\n        env:\n          TITLE: ${{ github.event.issue.title }}\n  b:\n    needs: a\n    runs-on: x\n    steps:\n      - run: echo ${{ needs.a.outputs.t }}\n',
		);
		expect(await sayings(outputs)).toEqual([`high script-injection ${OTHER}:16`]);
	});
	test('the fix shows the lines with the variable in them', async () => {
		const found = await findings(run('./notify.sh "New: ${{ github.event.issue.title }}"'));
		expect(pasted(found)).toBe(
			`# ${OTHER}:8\nenv:\n  ISSUE_TITLE: \${{ github.event.issue.title }}\nrun: |\n  ./notify.sh "New: $ISSUE_TITLE"`,
		);
	});
	test('a secret on the same line is not shown', async () => {
		const token = ['ghp', 'x7Kq2mVb9Lr4Tn8Wc3Yd6Hf1Js5PzG0aMUeB'].join('_');
		const found = await findings(
			run(`curl -H "Authorization: Bearer ${token}" -d \${{ github.event.issue.title }}`),
		);
		expect(JSON.stringify(found)).not.toContain(token);
	});
});

describe('tokens and actions', () => {
	const workflow = (top: string, job = '', uses = 'actions/checkout@v4') =>
		withOther(
			`on: push\n${top}jobs:\n  a:\n    runs-on: x\n${job}    steps:\n      - uses: ${uses}\n      - run: gh release create v1\n`,
		);

	test('write-all, of the workflow and of a job', async () => {
		const found = await findings(workflow('permissions: write-all\n'));
		expect(inWords(found)).toEqual([`later broad-token ${OTHER}:2`]);
		expect(pasted(found)).toContain('contents: write  # gh release create');
		expect(await sayings(workflow('', '    permissions: write-all\n'))).toEqual([
			`later broad-token ${OTHER}:5`,
		]);
		expect(await sayings(workflow('permissions:\n  contents: write\n'))).toEqual(['pass']);
		expect(await sayings(workflow('permissions: read-all\n'))).toEqual(['pass']);
	});

	test.each(['main', 'master', 'develop', 'release/v1', 'stable'])(
		'a third party at %s',
		async (ref) => {
			const found = await findings(workflow('', '', `example/deploy@${ref}`));
			expect(inWords(found)).toEqual([`later unpinned-actions ${OTHER}:6`]);
			expect(pasted(found)).toContain(`uses: example/deploy@COMMIT  # ${ref}`);
		},
	);
	test.each([
		'example/deploy@v3',
		'example/deploy@v3.2.1-beta.1',
		'example/deploy@b4ffde65f46336ab88eb53be808477a3936bae11',
		'actions/checkout@main',
		'./.github/actions/own',
		'docker://alpine:latest',
	])('%s', async (uses) => {
		expect(await sayings(workflow('', '', uses))).toEqual(['pass']);
	});
	test('a repository’s own actions may move', async () => {
		const own = {
			...workflow('', '', 'example/deploy@main'),
			'package.json': `${(APP['package.json'] ?? '').slice(0, -2)}, "repository": "github:example/shop"}`,
		};
		expect(await sayings(own)).toEqual(['pass']);
	});
	test('a file that is no YAML is unknown', async () => {
		expect(await sayings(withOther('on: push\njobs:\n  a: [\n'))).toEqual(['unknown']);
	});
});
