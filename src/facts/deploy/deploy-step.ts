import { Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';

/** A file that says what happens on a deploy, or in CI. */
export interface StepFile {
	readonly path: string;
	readonly text: string;
	readonly kind: 'package' | 'image' | 'workflow' | 'platform' | 'shell' | 'docs';
}

const MOST_BYTES = 512 * 1024;
const ELSEWHERE =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|__fixtures__|testdata|templates?|examples?|samples?)\//i;

const KINDS: readonly (readonly [StepFile['kind'], RegExp])[] = [
	['package', /(?:^|\/)package\.json$/],
	[
		'image',
		/(?:^|\/)(?:[\w.-]*dockerfile[\w.-]*|containerfile|(?:docker-)?compose[\w.-]*\.ya?ml)$/i,
	],
	[
		'workflow',
		/^\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)(?:\.gitlab-ci\.yml|bitbucket-pipelines\.yml|azure-pipelines\.yml|cloudbuild\.ya?ml|buildspec\.yml|Jenkinsfile|\.drone\.yml|\.woodpecker\.ya?ml)$|^\.circleci\/config\.yml$|^\.buildkite\/[^/]+\.ya?ml$/,
	],
	[
		'platform',
		/(?:^|\/)(?:Procfile|fly[\w.-]*\.toml|render\.ya?ml|railway\.(?:json|toml)|vercel\.json|netlify\.toml|app\.json|heroku\.yml|nixpacks\.toml|app\.ya?ml|wrangler\.(?:toml|jsonc?)|dokku\.json|captain-definition|ecosystem\.config\.[cm]?js|serverless\.ya?ml|\.do\/app\.ya?ml|northflank\.json|zeabur\.json|koyeb\.ya?ml|copilot\/[\w/.-]+\.ya?ml|config\/deploy[\w.-]*\.(?:ya?ml|rb))$|(?:^|\/)(?:k8s|kubernetes|helm|charts|deploy|manifests|infra)\/[\w/.-]+\.ya?ml$/,
	],
	[
		'shell',
		/(?:^|\/)(?:[\w.-]*(?:entrypoint|deploy|release|start|predeploy|migrate|provision|boot)[\w.-]*(?:\.(?:sh|bash|mjs|js|ts))?|Makefile|justfile|Taskfile\.ya?ml|start|run\.sh|build\.sh)$/i,
	],
	[
		'docs',
		/(?:^|\/)(?:(?:README|DEPLOY\w*|RUNBOOK\w*|OPERATIONS|RELEAS\w+|CONTRIBUTING|HOSTING|INSTALL)\.(?:md|mdx|txt|rst|adoc)|(?:docs?|runbooks?|wiki)\/[\w/.-]*(?:deploy|release|runbook|operation|rollback|migrat|production|hosting|recover)[\w.-]*\.(?:md|mdx|rst|adoc))$/i,
	],
];

function stepKind(path: string): StepFile['kind'] | null {
	if (ELSEWHERE.test(path)) return null;
	return KINDS.find(([, pattern]) => pattern.test(path))?.[0] ?? null;
}

const MOST_FILES = 400;

/** All of them, as UTF-8; what cannot be read goes to `unread`. */
export async function stepFiles(
	root: string,
	port: FilesPort,
	{ files, unread }: { files: FileListing['files']; unread: string[] },
): Promise<readonly StepFile[]> {
	const steps: StepFile[] = [];
	for (const { path, bytes, ignored } of files) {
		const kind = ignored || bytes > MOST_BYTES ? null : stepKind(path);
		if (kind === null || steps.length >= MOST_FILES) continue;
		const text = await textOf(root, port, { path, unread });
		if (text !== null) steps.push({ path, kind, text });
	}
	return steps;
}

/** `null` where it cannot be read, which `unread` then says. */
export async function textOf(
	root: string,
	port: FilesPort,
	{ path, unread }: { path: string; unread: string[] },
): Promise<string | null> {
	try {
		const bytes = await port.read(root, path, MOST_BYTES);
		return Buffer.from(bytes, 'latin1')
			.toString('utf8')
			.replace(/^\ufeff/, '');
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		unread.push(error.message);
		return null;
	}
}

/** A command that a deploy runs, with where it stands. */
export interface DeployCommand {
	readonly file: string;
	readonly line: number;
	readonly text: string;
	readonly kind: StepFile['kind'];
}

const DEPLOY_SCRIPT =
	/^(?:(?:pre|post)?(?:build|start|deploy|release|install|serve)|(?:build|start|deploy|release|serve)[:_-](?:prod\w*|all|ci|server|app|web|api)|start-production|vercel-build|heroku-(?:pre|post)build|render-build|railway-(?:build|start)|now-build|gcp-build|cf-build|docker[:_-]start)$/;
const RUNS =
	/\b(?:npm|pnpm|yarn|bun|npm-run-all|run-s|turbo|nx)\b(?:[ \t]+(?:--?[\w=/.-]+|run|run-script|exec|workspace [\w@/.-]+))*[ \t]+([\w:./-]+)/g;

/**
 * Lines that run on a deploy: of images, platforms, entry scripts and workflows all, of a package the
 * scripts that platforms call, and those that any of these call by name.
 */
export function deployCommands(steps: readonly StepFile[]): readonly DeployCommand[] {
	const direct = steps
		.filter(({ kind }) => kind !== 'package' && kind !== 'docs')
		.flatMap(({ path, kind, text }) => linesOf(path, kind, text));
	const scripts = steps.filter(({ kind }) => kind === 'package').flatMap(scriptsOf);
	const wanted = new Set(
		scripts.filter(({ name }) => DEPLOY_SCRIPT.test(name)).map(({ name }) => name),
	);
	const reached: DeployCommand[] = [];
	let fresh: readonly DeployCommand[] = direct;
	for (let round = 0; round < 8 && (fresh.length > 0 || round === 0); round++) {
		for (const { text } of fresh) {
			for (const [, name = ''] of text.matchAll(RUNS)) wanted.add(name);
		}
		fresh = scripts
			.filter(({ name, command }) => wanted.has(name) && !reached.includes(command))
			.map(({ command }) => command);
		reached.push(...fresh);
	}
	return [...direct, ...reached];
}

function linesOf(file: string, kind: StepFile['kind'], text: string): readonly DeployCommand[] {
	return text
		.split('\n')
		.map((line, index) => ({ file, kind, line: index + 1, text: line }))
		.filter(({ text: line }) => !/^\s*(?:#|\/\/|$)/.test(line));
}

interface Script {
	readonly name: string;
	readonly command: DeployCommand;
}

function scriptsOf({ path, text, kind }: StepFile): readonly Script[] {
	const found: Script[] = [];
	const lines = text.split('\n');
	for (const [name, command] of Object.entries(scriptsIn(text))) {
		const line =
			lines.findIndex((one) => one.includes(JSON.stringify(name)) && one.includes(':')) + 1;
		found.push({ name, command: { file: path, kind, line: Math.max(1, line), text: command } });
	}
	return found;
}

/** `scripts` of a package.json; none where it is not one. */
function scriptsIn(text: string): Readonly<Record<string, string>> {
	const { scripts } = objectIn(text);
	if (typeof scripts !== 'object' || scripts === null) return {};
	return Object.fromEntries(
		Object.entries(scripts).filter(([, value]) => typeof value === 'string'),
	) as Record<string, string>;
}

/** Empty for what is no JSON object. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
