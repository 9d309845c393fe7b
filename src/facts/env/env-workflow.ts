import { recordIn } from './env-package.ts';

/** A job of a GitHub workflow, as far as variables go. */
interface WorkflowJob {
	readonly workflow: string;
	readonly job: string;
	/** Of its first step that builds; of the job where none does. 1-based. */
	readonly line: number;
	readonly builds: boolean;
	/** Its workflow publishes what is built. */
	readonly deploys: boolean;
	/** Folder that the build runs in; empty for the root. */
	readonly folder: string;
	/** Names that the build is given: workflow, job and step, files that it writes, build arguments. */
	readonly given: readonly string[];
	/** Why nobody can tell from the file what it is given; empty where one can. */
	readonly opaque: string;
}

interface SecretReference {
	readonly name: string;
	readonly line: number;
	/** The variable that it is given to; empty where it is used otherwise. */
	readonly to: string;
}

export interface Workflow {
	readonly jobs: readonly WorkflowJob[];
	readonly secrets: readonly SecretReference[];
	/** Literal values in `env`: raw. */
	readonly literals: readonly {
		readonly name: string;
		readonly value: string;
		readonly deploys: boolean;
		readonly line: number;
	}[];
}

export const isWorkflow = (path: string): boolean =>
	/(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path);

const BUILD =
	/(?:^|[\s;&|(])(?:(?:npm|pnpm|yarn|bun)(?:\s+(?:--\S+|-\w+)(?:[= ]\S+)?)*\s+(?:run\s+)?(?:build|generate|export)(?::[\w:-]+)?(?=$|[\s;&|)])|(?:npx\s+|pnpm\s+(?:exec\s+|dlx\s+)?|yarn\s+|bunx\s+)?(?:next|vite|nuxt|nuxi|astro|gatsby|react-scripts|remix|vue-cli-service|ng|expo|eas|turbo(?:\s+run)?|nx(?:\s+run(?:-many)?)?|svelte-kit|webpack)\s+(?:[\w:.=-]+\s+)*(?:build|export)\b|turbo\s+(?:run\s+)?build)/m;
const DEPLOY =
	/\b(?:wrangler\s+(?:pages\s+)?(?:deploy|publish)|firebase\s+deploy|netlify\s+deploy|vercel\s+(?:deploy|--prod)|vercel\s+--|aws\s+s3\s+(?:sync|cp)|gcloud\s+(?:run\s+deploy|app\s+deploy)|flyctl\s+deploy|fly\s+deploy|gh-pages|rsync\s|scp\s|kubectl\s+(?:apply|set|rollout)|helm\s+upgrade|docker\s+push|az\s+(?:webapp|staticwebapp|containerapp)|heroku\s|cap\s+production|kamal\s+deploy|serverless\s+deploy|sls\s+deploy|sst\s+deploy|cdk\s+deploy|surge\s|eb\s+deploy|railway\s+up|npm\s+run\s+deploy|pnpm\s+(?:run\s+)?deploy|yarn\s+deploy|eas\s+(?:submit|update))/;
const DEPLOY_ACTION =
	/deploy|publish|gh-pages|s3-sync|upload-pages-artifact|static-web-apps|firebase-hosting|wrangler-action|actions-netlify|vercel-action|ssh-action|scp-action|ftp-deploy|rsync|heroku|flyctl|azure\/webapps|render-deploy/i;
const ELSEWHERE =
	/\b(?:doppler|infisical|dotenvx|chamber|aws-vault|vault)\s+(?:run|exec)\b|\bop\s+run\b|vercel\s+(?:pull|env\s+pull|build)|netlify\s+(?:build|env:)|\bsops\s|(?:secrets?manager|ssm)\s+get|gcloud\s+secrets|az\s+keyvault|eas\s+(?:build|env:)|fly(?:ctl)?\s+deploy|heroku\s/;
const ELSEWHERE_ACTION =
	/vault-action|doppler|infisical|1password|load-secrets|aws-secretsmanager|get-secretmanager|keyvault|sops|dotenv|env-file|create-envfile|amondnet\/vercel-action|nwtgck\/actions-netlify|Azure\/static-web-apps-deploy/i;

/** Jobs and secrets of a workflow; an unreadable one has none. */
export function workflowIn(
	path: string,
	text: string,
	parseYaml: (text: string) => unknown,
): Workflow {
	const root = recordIn(parseYaml(text));
	const jobs = Object.entries(recordIn(root['jobs']));
	const name = `${path.slice(path.lastIndexOf('/') + 1)} ${String(root['name'] ?? '')}`;
	const deploys =
		/deploy|publish|release|production/i.test(name) || jobs.some(([id, job]) => deploysIn(id, job));
	const literals = [
		root,
		...jobs.map(([, job]) => recordIn(job)),
		...jobs.flatMap(([, job]) => stepsOf(job)),
	]
		.flatMap(({ env }) => Object.entries(recordIn(env)))
		.flatMap(([key, value]) => {
			const plain =
				typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
			return plain && !String(value).includes('${{')
				? [{ name: key, value: String(value), deploys, line: lineOfKey(text, key) }]
				: [];
		});
	return {
		jobs: jobs.map(([id, job]) => jobFrom({ id, job: recordIn(job), root, text, deploys })),
		secrets: secretsIn(text),
		literals,
	};
}

const stepsOf = (job: unknown): readonly Record<string, unknown>[] => {
	const steps = recordIn(job)['steps'];
	return Array.isArray(steps) ? steps.map(recordIn) : [];
};

function deploysIn(id: string, job: unknown): boolean {
	if (/deploy|publish|release/i.test(id)) return true;
	return stepsOf(job).some(
		({ run, uses }) =>
			(typeof run === 'string' && DEPLOY.test(run)) ||
			(typeof uses === 'string' && DEPLOY_ACTION.test(uses)),
	);
}

interface JobAt {
	readonly id: string;
	readonly job: Record<string, unknown>;
	readonly root: Record<string, unknown>;
	readonly text: string;
	readonly deploys: boolean;
}

function jobFrom({ id, job, root, text, deploys }: JobAt): WorkflowJob {
	const steps = stepsOf(job);
	const at = steps.findIndex(({ run }) => typeof run === 'string' && BUILD.test(run));
	const step = steps[at];
	const until = at === -1 ? steps : steps.slice(0, at + 1);
	const runs = until.flatMap(({ run }) => (typeof run === 'string' ? [run] : []));
	const given = [
		...[root, job, step ?? {}].flatMap(({ env }) => Object.keys(recordIn(env))),
		...Object.keys(recordIn(recordIn(job['container'])['env'])),
		...runs.flatMap(writtenNames),
	];
	return {
		workflow: String(root['name'] ?? ''),
		job: id,
		line: lineOfStep(text, id, typeof step?.['run'] === 'string' ? step['run'] : ''),
		builds: step !== undefined,
		deploys,
		folder: folderFor(step, job, root),
		given: [...new Set(given)],
		opaque: opacityOf(job, until, runs),
	};
}

/** `echo "X=…" >> .env`, `X=… npm run build`, `export X=…`. */
const writtenNames = (run: string): readonly string[] =>
	[...run.matchAll(/(?:^|[\s"';&|])([A-Z][A-Z0-9_]{1,79})=/g)].map(([, name = '']) => name);

function opacityOf(
	job: Record<string, unknown>,
	steps: readonly Record<string, unknown>[],
	runs: readonly string[],
): string {
	if (typeof job['uses'] === 'string') return 'it calls another workflow';
	const tool = runs.map((run) => ELSEWHERE.exec(run)?.[0]).find((found) => found !== undefined);
	if (tool !== undefined) return `${tool} brings variables`;
	const action = steps
		.map(({ uses }) => uses)
		.find((uses) => typeof uses === 'string' && ELSEWHERE_ACTION.test(uses));
	if (action !== undefined) return `${String(action)} brings variables`;
	// A whole file out of one secret, or copied from a place that is not seen.
	if (
		runs.some(
			(run) =>
				/(?:>|cp\s+\S+|mv\s+\S+|tee)\s*\S*\.env\b/.test(run) && !/echo\s+["']?[A-Z]\w*=/.test(run),
		)
	) {
		return 'a step writes an env file';
	}
	return runs.some((run) => /toJSON\(\s*(?:secrets|vars)\s*\)|fromJSON|GITHUB_ENV/i.test(run))
		? 'a step sets variables at run time'
		: '';
}

function folderFor(...levels: readonly (Record<string, unknown> | undefined)[]): string {
	for (const level of levels) {
		const own = level?.['working-directory'];
		const inherited = recordIn(recordIn(level?.['defaults'])['run'])['working-directory'];
		const folder = own ?? inherited;
		if (typeof folder === 'string') return folder.replace(/^\.\/?/, '').replace(/\/$/, '');
	}
	return '';
}

function lineOfKey(text: string, key: string): number {
	const at = text.search(
		new RegExp(`^\\s{1,20}["']?${key.replace(/[^\w-]/g, '.')}["']?\\s{0,4}:`, 'm'),
	);
	if (at === -1) return 1;
	const lead = /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
	return text.slice(0, at + lead).split('\n').length;
}

function lineOfStep(text: string, id: string, run: string): number {
	const jobAt = Math.max(
		0,
		text.search(new RegExp(`^\\s{1,8}["']?${id.replace(/[^\w-]/g, '.')}["']?\\s*:`, 'm')),
	);
	const first =
		run
			.split('\n')
			.find((line) => BUILD.test(line))
			?.trim() ?? '';
	const at = first === '' ? jobAt : text.indexOf(first, jobAt);
	const from = at === -1 ? jobAt : at;
	const lead = /^\s*/.exec(text.slice(from))?.[0].length ?? 0;
	return text.slice(0, from + lead).split('\n').length;
}

/** `${{ secrets.NAME }}` with what it is given to. Comments are left out. */
function secretsIn(text: string): readonly SecretReference[] {
	return text.split('\n').flatMap((line, index) => {
		if (/^\s*#/.test(line)) return [];
		const to = /^\s*-?\s*["']?([A-Za-z_][\w-]*)["']?\s*:/.exec(line)?.[1] ?? '';
		return [...line.matchAll(/\bsecrets\.([A-Za-z_]\w{0,99})/g)].map(([, name = '']) => ({
			name: name.toUpperCase(),
			line: index + 1,
			to: /^[A-Z][A-Z0-9_]*$/.test(to) ? to : '',
		}));
	});
}
