import { posix } from 'node:path';
import { objectIn } from './package-scripts.ts';
import { type CiSystem, NO_SCOPE, type PipelineJob, type PipelineStep } from './pipeline-job.ts';
import { readToml, tomlAt } from './toml.ts';
import { valueAt, type YamlDocument, yamlDocuments } from './yaml-documents.ts';

type Reader = (file: string, text: string) => readonly PipelineJob[];

/** Files of the other systems; they are asked only what runs, and in which order. */
const SYSTEMS: readonly (readonly [system: CiSystem, path: RegExp, read: Reader])[] = [
	['gitlab', /^(?:\.gitlab-ci\.ya?ml|\.gitlab\/.*\.ya?ml)$/, readGitlab],
	['circleci', /^\.circleci\/config\.ya?ml$/, readCircle],
	['bitbucket', /^bitbucket-pipelines\.ya?ml$/, readBitbucket],
	[
		'azure',
		/^(?:\.azure-pipelines\/.*|(?:\.|build\/|ci\/)?azure-pipelines[\w.-]*)\.ya?ml$/,
		readAzure,
	],
	['jenkins', /(?:^|\/)Jenkinsfile(?:\.[\w-]+)?$/, readJenkins],
	['travis', /^\.travis\.ya?ml$/, readTravis],
	['buildkite', /^\.buildkite\/[^/]+\.ya?ml$/, readSteps('buildkite')],
	['drone', /^(?:\.drone\.ya?ml|\.woodpecker(?:\/[^/]+)?\.ya?ml)$/, readSteps('drone')],
	['cloudbuild', /(?:^|\/)cloudbuild[\w.-]*\.ya?ml$/, readSteps('cloudbuild')],
	['codebuild', /(?:^|\/)buildspec[\w.-]*\.ya?ml$/, readBuildspec],
	['appveyor', /^\.?appveyor\.ya?ml$/, readAppveyor],
	['platform', /^(?:vercel\.json|netlify\.toml|render\.ya?ml)$/, readPlatform],
];

const systemOf = (path: string) => SYSTEMS.find(([, pattern]) => pattern.test(path));

export const isOtherPipeline = (path: string): boolean => systemOf(path) !== undefined;

/** Jobs of a pipeline of another system than GitHub's; empty for a file that is none. */
export function otherJobs(file: string, text: string): readonly PipelineJob[] {
	return systemOf(file)?.[2](file, text) ?? [];
}

interface Told {
	readonly system: CiSystem;
	readonly file: string;
	readonly id: string;
	readonly line: number;
	readonly scripts: readonly Script[];
	readonly needs?: readonly string[];
	readonly environment?: string;
	readonly elsewhere?: string;
	readonly conditions?: readonly string[];
}

interface Script {
	readonly text: string;
	readonly line: number;
}

function job({ system, file, id, line, scripts, ...rest }: Told): PipelineJob {
	return {
		system,
		key: `${file}#${id}`,
		file,
		id,
		name: id,
		line,
		pipeline: posix.basename(file),
		pipelineFile: file,
		events: [],
		after: [],
		conditions: rest.conditions ?? [],
		needs: (rest.needs ?? []).map((one) => `${file}#${one}`),
		environment: rest.environment ?? '',
		steps: scripts.map((one) => stepOf(file, one)),
		elsewhere: rest.elsewhere ?? '',
	};
}

const stepOf = (file: string, { text, line }: Script): PipelineStep => ({
	file,
	line,
	name: '',
	run: text,
	runLine: line,
	shell: '',
	uses: '',
	usesLine: line,
	with: {},
	withLines: {},
	env: {},
	envLine: null,
	conditions: [],
	scope: NO_SCOPE,
	folder: '',
});

type Path = readonly (string | number)[];

/** Commands under a key: a text, or a list of texts, which may be nested by references. */
function scriptsAt(document: YamlDocument, ...path: Path): readonly Script[] {
	const value = document.at(...path);
	if (typeof value === 'string') return [{ text: value, line: document.line(...path) }];
	if (!Array.isArray(value)) return [];
	return value.flatMap((one, index) => {
		const texts = [one].flat(3).filter((text): text is string => typeof text === 'string');
		return texts.map((text) => ({ text, line: document.line(...path, index) }));
	});
}

const namesAt = (document: YamlDocument, ...path: Path): readonly string[] => {
	const single = document.text(...path);
	const listed = document.list(...path).flatMap((one) => {
		const name = typeof one === 'string' ? one : valueAt(one, ['job']);
		return typeof name === 'string' ? [name] : [];
	});
	return single === '' ? listed : [single];
};

// ── GitLab ───────────────────────────────────────────────────────────────────────────────────────

const GITLAB_WORDS = new Set([
	'default',
	'include',
	'stages',
	'variables',
	'workflow',
	'image',
	'services',
	'cache',
	'before_script',
	'after_script',
	'spec',
	'types',
]);
const GITLAB_STAGES = ['.pre', 'build', 'test', 'deploy', '.post'];

function readGitlab(file: string, text: string): readonly PipelineJob[] {
	const document = yamlDocuments(text).at(-1);
	if (document === undefined) return [];
	const named = namesAt(document, 'stages');
	const stages = named.length > 0 ? ['.pre', ...named, '.post'] : GITLAB_STAGES;
	const ids = document.keys().filter((id) => !GITLAB_WORDS.has(id) && !id.startsWith('.'));
	const stageOf = (id: string) => stages.indexOf(gitlabText(document, id, 'stage') || 'test');
	const jobs = ids.map((id) => {
		const hasNeeds = gitlabAt(document, id, 'needs') !== undefined;
		const base = gitlabHolder(document, id, hasNeeds ? 'needs' : 'dependencies');
		const needs = hasNeeds
			? namesAt(document, base, 'needs')
			: ids.filter((other) => stageOf(other) < stageOf(id));
		return job({
			system: 'gitlab',
			file,
			id,
			line: document.line(id),
			scripts: [
				...scriptsAt(document, gitlabHolder(document, id, 'before_script'), 'before_script'),
				...scriptsAt(document, gitlabHolder(document, id, 'script'), 'script'),
			],
			needs,
			environment:
				gitlabText(document, id, 'environment') || document.text(id, 'environment', 'name'),
		});
	});
	const included = document.list('include').length > 0 || document.at('include') !== undefined;
	const tests = included ? templateTests(document, file) : [];
	return [...jobs, ...tests];
}

/** The job, or the one that it `extends`, which has a key. */
function gitlabHolder(document: YamlDocument, id: string, key: string, depth = 0): string {
	if (document.at(id, key) !== undefined || depth > 10) return id;
	for (const base of [...namesAt(document, id, 'extends')].reverse()) {
		const holder = gitlabHolder(document, base, key, depth + 1);
		if (document.at(holder, key) !== undefined) return holder;
	}
	return id;
}

const gitlabAt = (document: YamlDocument, id: string, key: string): unknown =>
	document.at(gitlabHolder(document, id, key), key);
const gitlabText = (document: YamlDocument, id: string, key: string): string =>
	document.text(gitlabHolder(document, id, key), key);

/** What is included from elsewhere cannot be read here. Files of this repository are read by themselves. */
function templateTests(document: YamlDocument, file: string): readonly PipelineJob[] {
	const listed = document.list('include');
	const all = listed.length > 0 ? listed : [document.at('include')];
	const foreign = all.find((one) =>
		typeof one === 'string'
			? /^https?:/.test(one)
			: ['remote', 'project', 'template', 'component'].some(
					(key) => valueAt(one, [key]) !== undefined,
				),
	);
	if (foreign === undefined) return [];
	const line = document.line('include');
	return [job({ system: 'gitlab', file, id: 'include', line, scripts: [], elsewhere: 'include' })];
}

// ── CircleCI ─────────────────────────────────────────────────────────────────────────────────────

function readCircle(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const listed = document.keys('workflows').flatMap((workflow) =>
		document.list('workflows', workflow, 'jobs').flatMap((entry, index) => {
			const id = typeof entry === 'string' ? entry : (Object.keys(Object(entry))[0] ?? '');
			if (id === '') return [];
			const requires = document
				.list('workflows', workflow, 'jobs', index, id, 'requires')
				.filter((one): one is string => typeof one === 'string');
			const name = document.text('workflows', workflow, 'jobs', index, id, 'name') || id;
			return [{ workflow, id, name, requires }];
		}),
	);
	const run =
		listed.length > 0
			? listed
			: document.keys('jobs').map((id) => ({ workflow: '', id, name: id, requires: [] }));
	return run.map(({ workflow, id, name, requires }) =>
		job({
			system: 'circleci',
			file,
			id: `${workflow}/${name}`,
			line: document.line('jobs', id),
			scripts: circleScripts(document, ['jobs', id, 'steps'], 0),
			needs: requires.map((one) => `${workflow}/${one}`),
			elsewhere: document.at('jobs', id) === undefined ? id : '',
		}),
	);
}

function circleScripts(document: YamlDocument, path: Path, depth: number): readonly Script[] {
	return document.list(...path).flatMap((step, index) => {
		const command = typeof step === 'string' ? step : (Object.keys(Object(step))[0] ?? '');
		const inner = circleSteps(document, [...path, index], command);
		if (inner !== null) return depth > 5 ? [] : circleScripts(document, inner, depth + 1);
		const line = document.line(...path, index);
		if (command === 'run') {
			const own = document.text(...path, index, 'run');
			return [{ text: own || document.text(...path, index, 'run', 'command'), line }];
		}
		// `node/test`, `cypress/run`: the command of an orb is told by its name.
		return command.includes('/') ? [{ text: `npx ${command.replace('/', ' ')}`, line }] : [];
	});
}

/** Where the steps of a condition, or of a command of the file, stand. */
function circleSteps(document: YamlDocument, path: Path, command: string): Path | null {
	if (command === 'when' || command === 'unless') return [...path, command, 'steps'];
	const isOwn = document.at('commands', command) !== undefined;
	return isOwn ? ['commands', command, 'steps'] : null;
}

// ── Bitbucket ────────────────────────────────────────────────────────────────────────────────────

function readBitbucket(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const starts = document.keys('pipelines').flatMap((key): readonly Path[] => {
		const names = document.keys('pipelines', key);
		return names.length === 0
			? [['pipelines', key]]
			: names.map((name) => ['pipelines', key, name]);
	});
	return starts.flatMap((path) => bitbucketJobs(file, document, path));
}

/** Each step waits for all that stand before it; those of one group run side by side. */
function bitbucketJobs(file: string, document: YamlDocument, path: Path): readonly PipelineJob[] {
	const done: string[] = [];
	return document.list(...path).flatMap((_, index) => {
		const before = [...done];
		return bitbucketSteps(document, [...path, index]).map((at, number) => {
			const id = `${path.slice(1).join('/')}/${index}.${number}`;
			done.push(id);
			return job({
				system: 'bitbucket',
				file,
				id,
				line: document.line(...at),
				scripts: [...scriptsAt(document, ...at, 'script'), ...pipesAt(document, [...at, 'script'])],
				needs: before,
				environment: document.text(...at, 'deployment'),
			});
		});
	});
}

function bitbucketSteps(document: YamlDocument, path: Path): readonly Path[] {
	if (document.at(...path, 'step') !== undefined) return [[...path, 'step']];
	const key = document.at(...path, 'stage') === undefined ? ['parallel'] : ['stage', 'steps'];
	const list = document.list(...path, ...key).length > 0 ? key : [...key, 'steps'];
	return document.list(...path, ...list).map((_, index) => [...path, ...list, index, 'step']);
}

/** `- pipe: atlassian/heroku-deploy:1.2.1`. */
function pipesAt(document: YamlDocument, path: Path): readonly Script[] {
	return document.list(...path).flatMap((_, index) => {
		const pipe = document.text(...path, index, 'pipe');
		const isDeploy =
			/deploy|firebase|s3-|ecs|lambda|rsync|scp|ssh-run|kubectl|cloudformation|beanstalk/i.test(
				pipe,
			);
		return isDeploy ? [{ text: 'deploy.sh', line: document.line(...path, index) }] : [];
	});
}

// ── Azure Pipelines ──────────────────────────────────────────────────────────────────────────────

function readAzure(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	if (document.list('stages').length === 0)
		return azureJobs(file, document, { path: [], prefix: '', before: [] });
	const all: PipelineJob[] = [];
	const ofStage = new Map<string, readonly string[]>();
	let previous: readonly string[] = [];
	for (const [index] of document.list('stages').entries()) {
		const name = document.text('stages', index, 'stage') || String(index);
		const depends = document.at('stages', index, 'dependsOn');
		const before =
			depends === undefined
				? previous
				: namesAt(document, 'stages', index, 'dependsOn').flatMap((one) => ofStage.get(one) ?? []);
		const jobs = azureJobs(file, document, { path: ['stages', index], prefix: `${name}/`, before });
		previous = jobs.map(({ id }) => id);
		ofStage.set(name, previous);
		all.push(...jobs);
	}
	return all;
}

function azureJobs(
	file: string,
	document: YamlDocument,
	{ path, prefix, before }: { path: Path; prefix: string; before: readonly string[] },
): readonly PipelineJob[] {
	if (document.list(...path, 'jobs').length === 0) {
		const scripts = azureScripts(document, [...path, 'steps']);
		const line = document.line(...path, 'steps');
		return scripts.length === 0
			? []
			: [job({ system: 'azure', file, id: `${prefix}job`, line, scripts, needs: before })];
	}
	return document.list(...path, 'jobs').map((_, index) => {
		const at = [...path, 'jobs', index];
		const name = document.text(...at, 'job') || document.text(...at, 'deployment') || String(index);
		const strategy = ['runOnce', 'rolling', 'canary'].find(
			(one) => document.at(...at, 'strategy', one) !== undefined,
		);
		const deploys =
			strategy === undefined
				? []
				: azureScripts(document, [...at, 'strategy', strategy, 'deploy', 'steps']);
		return job({
			system: 'azure',
			file,
			id: `${prefix}${name}`,
			line: document.line(...at),
			scripts: [...azureScripts(document, [...at, 'steps']), ...deploys],
			needs: [...before, ...namesAt(document, ...at, 'dependsOn').map((one) => `${prefix}${one}`)],
			environment: document.text(...at, 'environment'),
			elsewhere: document.text(...at, 'template'),
		});
	});
}

const AZURE_TASKS: readonly (readonly [
	task: RegExp,
	(input: (name: string) => string) => string,
])[] = [
	[/^(?:Npm|npmAuthenticate)@/i, (input) => `npm ${input('customCommand') || input('command')}`],
	[/^DotNetCoreCLI@/i, (input) => `dotnet ${input('command')}`],
	[/^(?:Maven)@/i, (input) => `mvn ${input('goals') || 'package'}`],
	[/^(?:Gradle)@/i, (input) => `gradle ${input('tasks') || 'build'}`],
	[/^VSTest@/i, () => 'dotnet test'],
	[
		/^(?:Bash|PowerShell|CmdLine|AzureCLI|ShellScript)@/i,
		(input) => input('script') || input('inlineScript'),
	],
	[
		/^Azure(?:WebApp|RmWebAppDeployment|FunctionApp|StaticWebApp|ContainerApps|AppServiceManage|KubernetesServiceDeploy)\w*@/i,
		() => 'az webapp deploy',
	],
	[/^(?:KubernetesManifest|Kubernetes)@/i, () => 'kubectl apply'],
	[/^HelmDeploy@/i, (input) => `helm ${input('command')}`],
];

function azureScripts(document: YamlDocument, path: Path): readonly Script[] {
	return document.list(...path).flatMap((_, index) => {
		const at = (...rest: Path) => document.text(...path, index, ...rest);
		const task = at('task');
		const input = (name: string) => at('inputs', name);
		const told = AZURE_TASKS.find(([pattern]) => pattern.test(task))?.[1](input) ?? '';
		const text = at('script') || at('bash') || at('pwsh') || at('powershell') || told;
		return text === '' ? [] : [{ text, line: document.line(...path, index) }];
	});
}

// ── Jenkins ──────────────────────────────────────────────────────────────────────────────────────

/** Stages run one after the other, and a failed one ends the pipeline. */
function readJenkins(file: string, text: string): readonly PipelineJob[] {
	const code = text.slice(0, 256 * 1024).replace(/^\s*\/\/.*$/gm, '');
	const scripts = [
		...code.matchAll(
			/\b(?:sh|bat|powershell|pwsh)\s*\(?\s*(?:(?:script|returnStatus|label)\s*:\s*(?:"[^"\n]*"|true|false)?,?\s*){0,3}(?:'''([\s\S]*?)'''|"""([\s\S]*?)"""|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g,
		),
	].map((match) => ({
		text: match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
		line: code.slice(0, match.index).split('\n').length,
	}));
	if (scripts.length === 0 && !/\b(?:pipeline|node|stage)\b/.test(code)) return [];
	return [job({ system: 'jenkins', file, id: 'pipeline', line: 1, scripts })];
}

// ── Travis ───────────────────────────────────────────────────────────────────────────────────────

const TRAVIS_DEFAULT: Readonly<Record<string, string>> = {
	node_js: 'npm test',
	ruby: 'rake',
	go: 'go test ./...',
	java: 'mvn test',
	rust: 'cargo test',
	php: 'phpunit',
	elixir: 'mix test',
	scala: 'sbt test',
};

function readTravis(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const language = document.text('language') || namesAt(document, 'language')[0] || 'ruby';
	const own = [
		...['before_script', 'script'].flatMap((key) => scriptsAt(document, key)),
		...(document.at('script') === undefined && TRAVIS_DEFAULT[language] !== undefined
			? [{ text: TRAVIS_DEFAULT[language] ?? '', line: document.line('language') }]
			: []),
	];
	const deploys = [...document.list('deploy'), document.at('deploy')].some(
		(one) =>
			typeof valueAt(one, ['provider']) === 'string' &&
			!/^(?:releases|npm|pypi|gems|rubygems)$/.test(String(valueAt(one, ['provider']))),
	);
	const after = deploys ? [{ text: 'deploy.sh', line: document.line('deploy') }] : [];
	const key = document.at('jobs') === undefined ? 'matrix' : 'jobs';
	const included = document.list(key, 'include').map((_, index) =>
		job({
			system: 'travis',
			file,
			id: String(index),
			line: document.line(key, 'include', index),
			scripts: scriptsAt(document, key, 'include', index, 'script'),
		}),
	);
	return [
		job({
			system: 'travis',
			file,
			id: 'script',
			line: document.line('script'),
			scripts: [...own, ...after],
		}),
		...included,
	];
}

// ── One step after the other ─────────────────────────────────────────────────────────────────────

function readSteps(system: 'buildkite' | 'drone' | 'cloudbuild'): Reader {
	return (file, text) =>
		yamlDocuments(text).flatMap((document, number) => {
			const listed = document.list('steps').length > 0 ? 'steps' : 'pipeline';
			const scripts =
				document.list(listed).length > 0
					? document.list(listed).flatMap((_, index) => stepScripts(document, [listed, index]))
					: document.keys(listed).flatMap((key) => stepScripts(document, [listed, key]));
			return scripts.length === 0
				? []
				: [job({ system, file, id: `pipeline-${number}`, line: 1, scripts })];
		});
}

function stepScripts(document: YamlDocument, path: Path): readonly Script[] {
	const scripts = ['command', 'commands', 'script'].flatMap((key) =>
		scriptsAt(document, ...path, key),
	);
	const program =
		document.text(...path, 'entrypoint') || posix.basename(document.text(...path, 'name'));
	const args = document
		.list(...path, 'args')
		.filter((one): one is string => typeof one === 'string');
	const isCommand = args.length > 0 && /^[\w@./-]+(?::[\w.-]+)?$/.test(program);
	if (!isCommand) return scripts;
	const name = program.replace(/:.*$/, '').replace(/^cloud-sdk$/, '');
	const quoted = args.map((one) =>
		/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", '')}'`,
	);
	return [
		...scripts,
		{ text: `${name} ${quoted.join(' ')}`.trim(), line: document.line(...path, 'args') },
	];
}

function readBuildspec(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const scripts = ['install', 'pre_build', 'build', 'post_build'].flatMap((phase) =>
		scriptsAt(document, 'phases', phase, 'commands'),
	);
	return scripts.length === 0
		? []
		: [job({ system: 'codebuild', file, id: 'build', line: 1, scripts })];
}

function readAppveyor(file: string, text: string): readonly PipelineJob[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const scripts = ['before_build', 'build_script', 'test_script', 'deploy_script'].flatMap((key) =>
		document.list(key).flatMap((one, index) => {
			const command = typeof one === 'string' ? one : Object.values(Object(one))[0];
			return typeof command === 'string'
				? [{ text: command, line: document.line(key, index) }]
				: [];
		}),
	);
	return [job({ system: 'appveyor', file, id: 'build', line: 1, scripts })];
}

/** A platform's own build counts where it does more than build: it is what stands before a deploy. */
function readPlatform(file: string, text: string): readonly PipelineJob[] {
	const command = buildCommand(file, text);
	if (command === null) return [];
	return [job({ system: 'platform', file, id: 'build', line: command.line, scripts: [command] })];
}

function buildCommand(file: string, text: string): Script | null {
	if (file === 'vercel.json') {
		const command = objectIn(text)?.['buildCommand'];
		return typeof command === 'string' ? { text: command, line: 1 } : null;
	}
	if (file === 'netlify.toml') {
		const entry = tomlAt(readToml(text), 'build', 'command');
		return typeof entry?.value === 'string' ? { text: entry.value, line: entry.line } : null;
	}
	const [document] = yamlDocuments(text);
	const command = document?.text('services', 0, 'buildCommand') ?? '';
	return command === ''
		? null
		: { text: command, line: document?.line('services', 0, 'buildCommand') ?? 1 };
}
