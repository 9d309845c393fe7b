import { type PackageManifest, resolveScripts } from './package-scripts.ts';
import type { PipelineStep } from './pipeline-job.ts';
import { optionOf, type SimpleCommand } from './shell-command.ts';
import { commandsOf } from './test-command.ts';

/** What a step puts before customers. */
export interface Deployment {
	/** 1-based, of the step. */
	readonly line: number;
	/** `flyctl deploy`, `amondnet/vercel-action`. */
	readonly what: string;
	/** Where it goes; empty where that is not told. */
	readonly platform: string;
	/** The platform goes back to an earlier release by itself, when it is told to. */
	readonly rollback: string;
	/** Made for pages: documentation as often as a product. */
	readonly isPages: boolean;
}

type Described = Omit<Deployment, 'line' | 'what'>;

const to = (platform: string, rollback = '', isPages = false): Described => ({
	platform,
	rollback,
	isPages,
});

const VERCEL = to('Vercel', 'vercel rollback');
const NETLIFY = to('Netlify', 'Netlify’s “Publish deploy” on an earlier one');
const FLY = to('Fly.io', 'fly deploy --image with the earlier image');
const HEROKU = to('Heroku', 'heroku rollback');
const RENDER = to('Render', 'Render’s “Rollback” on an earlier deploy');
const RAILWAY = to('Railway', 'Railway’s “Rollback” on an earlier deployment');
const CLOUDFLARE = to('Cloudflare', 'wrangler rollback');
const FIREBASE = to('Firebase', 'Firebase Hosting’s “Roll back”');
const KUBERNETES = to('Kubernetes', 'kubectl rollout undo');
const HELM = to('Kubernetes', 'helm rollback');
const RUN = to('Google Cloud', 'gcloud run services update-traffic');
const ECS = to('Amazon ECS', 'aws ecs update-service with the earlier task definition');
const BEANSTALK = to('Elastic Beanstalk', 'eb deploy --version');
const AZURE = to('Azure', '');
const AWS = to('AWS', '');
const LAMBDA = to('AWS Lambda', 'aws lambda update-alias to the earlier version');
const OCEAN = to('DigitalOcean', 'App Platform’s “Rollback”');
const SERVER = to('a server');
const PAGES = to('GitHub Pages', '', true);

type Words = RegExp | null;

/** Program, what its first words must be, what excludes it. */
const COMMANDS: readonly (readonly [program: RegExp, words: Words, not: Words, to: Described])[] = [
	[/^fly(?:ctl)?$/, /^(?:deploy|launch)\b/, null, FLY],
	[/^(?:netlify|ntl)$/, /^deploy\b(?=.*(?:--prod\b|-p\b))/, null, NETLIFY],
	[/^heroku$/, /^(?:container:release|builds:create|pipelines:promote)\b/, null, HEROKU],
	[/^git$/, /^push\b.*\b(?:heroku|dokku|production)\b/, null, HEROKU],
	[
		/^wrangler$/,
		/^(?:deploy|publish|pages (?:deploy|publish)|versions deploy)\b/,
		/--dry-run|--env[= ](?:preview|staging|dev)/,
		CLOUDFLARE,
	],
	[/^firebase$/, /^(?:deploy|hosting:clone)\b/, null, FIREBASE],
	[/^kubectl$/, /(?:^|\s)(?:apply|set image|rollout restart|replace)\b/, /--dry-run/, KUBERNETES],
	[
		/^(?:helm|helmfile)$/,
		/(?:^|\s)(?:upgrade|install|apply|sync)\b/,
		/--dry-run|(?:^|\s)(?:repo|plugin|dependency)\s/,
		HELM,
	],
	[
		/^gcloud$/,
		/(?:^|\s)(?:run (?:deploy|services (?:update|replace))|app deploy|functions deploy|deploy releases create)\b/,
		null,
		RUN,
	],
	[/^aws$/, /(?:^|\s)ecs (?:update-service|deploy)\b/, null, ECS],
	[/^aws$/, /(?:^|\s)lambda update-function-code\b/, null, LAMBDA],
	[
		/^aws$/,
		/(?:^|\s)(?:s3 sync|cloudformation deploy|deploy create-deployment|apprunner start-deployment|amplify start-(?:job|deployment)|elasticbeanstalk update-environment)\b/,
		/--dryrun/,
		AWS,
	],
	[/^(?:sam|cdk)$/, /^deploy\b/, null, AWS],
	[/^sst$/, /^deploy\b/, /--stage[= ](?:pr|preview|dev)/, AWS],
	[/^(?:serverless|sls)$/, /^deploy\b/, null, to('AWS', 'serverless rollback')],
	[/^eb$/, /^deploy\b/, null, BEANSTALK],
	[
		/^az$/,
		/(?:^|\s)(?:webapp (?:deploy|up)|webapp deployment source|functionapp deploy|containerapp (?:up|update))\b/,
		null,
		AZURE,
	],
	[/^(?:swa|azd)$/, /^(?:deploy|up)\b/, null, AZURE],
	[/^railway$/, /^(?:up|deploy|redeploy)\b/, null, RAILWAY],
	[/^render$/, /^deploys create\b/, null, RENDER],
	[/^doctl$/, /^apps (?:create-deployment|update)\b/, null, OCEAN],
	[/^(?:kamal|mrsk)$/, /^(?:deploy|redeploy|setup)\b/, null, to('a server', 'kamal rollback')],
	[/^(?:cap|mina)$/, /\bdeploy\b/, null, to('a server', 'cap production deploy:rollback')],
	[/^dep$/, /^deploy\b/, null, to('a server', 'dep rollback')],
	[
		/^(?:ansible-playbook|pm2|caprover|dokku|surge|shipit|flightplan|fab)$/,
		/./,
		/^(?:list|logs|save|status)\b|--check\b|--syntax-check/,
		SERVER,
	],
	[/^(?:rsync|scp|sftp|lftp)$/, /\S+@?\S*:/, /--dry-run/, SERVER],
	[/^ssh$/, /\b(?:deploy|docker|compose|pull|restart|reload|systemctl|pm2|up)\b/, null, SERVER],
	[
		/^docker$/,
		/^(?:stack deploy|service update)\b/,
		null,
		to('Docker Swarm', 'docker service rollback'),
	],
	[/^(?:gh-pages)$/, /./, null, PAGES],
	[/^mkdocs$/, /^gh-deploy\b/, null, PAGES],
	[/^(?:convex)$/, /^deploy\b/, null, to('Convex')],
	[/^(?:eas)$/, /^(?:update|submit|deploy)\b/, null, to('the app stores')],
	[/^(?:deployctl)$/, /^deploy\b/, null, to('Deno Deploy', 'Deno Deploy’s “Rollback”')],
];

const HOOK =
	/api\.render\.com\/deploy\/|api\.vercel\.com\/v1\/integrations\/deploy\/|api\.netlify\.com\/build_hooks\/|\bDEPLOY(?:MENT)?_?(?:WEB)?HOOK\w*|\b\w*_DEPLOY_(?:HOOK|WEBHOOK|URL)\w*|\/api\/v\d\/deploy\b/i;

const ACTIONS: readonly (readonly [action: RegExp, to: Described])[] = [
	[/^amondnet\/vercel-action@/i, VERCEL],
	[
		/^(?:nwtgck\/actions-netlify|netlify\/actions\/[\w-]+|jsmrcaga\/action-netlify-deploy)@/i,
		NETLIFY,
	],
	[/^akhileshns\/heroku-deploy@/i, HEROKU],
	[/^cloudflare\/(?:pages-action)@/i, CLOUDFLARE],
	[/^(?:FirebaseExtended\/action-hosting-deploy)@/i, FIREBASE],
	[/^aws-actions\/amazon-ecs-deploy-task-definition@/i, ECS],
	[/^aws-actions\/aws-(?:cloudformation-github-deploy|codedeploy[\w-]*|lambda-deploy)@/i, AWS],
	[/^(?:jakejarvis\/s3-sync-action|reggionick\/s3-deploy)@/i, AWS],
	[/^einaregilsson\/beanstalk-deploy@/i, BEANSTALK],
	[/^google-github-actions\/deploy-(?:cloudrun|appengine|cloud-functions)@/i, RUN],
	[
		/^(?:azure\/(?:webapps-deploy|functions-action|static-web-apps-deploy|container-apps-deploy-action|aci-deploy))@/i,
		AZURE,
	],
	[/^(?:azure\/k8s-deploy|azure\/k8s-bake)@/i, KUBERNETES],
	[/^digitalocean\/app_action(?:\/deploy)?@/i, OCEAN],
	[
		/^(?:johnbeynon\/render-deploy-action|bounceapp\/render-action|sws2apps\/render-deployment)@/i,
		RENDER,
	],
	[
		/^(?:easingthemes\/ssh-deploy|burnett01\/rsync-deployments|SamKirkland\/(?:FTP-Deploy|web-deploy)(?:-Action)?|wlixcc\/SFTP-Deploy-Action|appleboy\/scp-action|deployphp\/action|contention\/rsync-deployments)@/i,
		SERVER,
	],
	[
		/^(?:actions\/deploy-pages|peaceiris\/actions-gh-pages|JamesIves\/github-pages-deploy-action|crazy-max\/ghaction-github-pages)@/i,
		PAGES,
	],
	[/^denoland\/deployctl@/i, to('Deno Deploy', 'Deno Deploy’s “Rollback”')],
];

/** The first thing in a step that deploys; `null` for none. Previews and dry runs do not count. */
export function deploymentIn(
	step: PipelineStep,
	packages: readonly PackageManifest[],
): Deployment | null {
	const found =
		step.uses === '' ? commandDeploying(step, packages) : actionDeploying(step, packages);
	return found === null ? null : { line: step.line, ...found };
}

/** Actions that do what they are told: the input, and what in it deploys. */
const TOLD: readonly (readonly [action: RegExp, input: string, deploys: RegExp, to: Described])[] =
	[
		[/^superfly\/flyctl-actions@/i, 'args', /\bdeploy\b/, FLY],
		[/^w9jds\/firebase-action@/i, 'args', /\bdeploy\b/, FIREBASE],
		[
			/^appleboy\/ssh-action@/i,
			'script',
			/\b(?:deploy|docker|compose|git|pull|restart|reload|systemctl|pm2)\b/,
			SERVER,
		],
	];

function actionDeploying(
	{ uses, folder, with: given }: PipelineStep,
	packages: readonly PackageManifest[],
): Omit<Deployment, 'line'> | null {
	const what = uses.replace(/@.*$/, '');
	if (/^cloudflare\/wrangler-action@/i.test(uses)) {
		const line = `wrangler ${given['command'] ?? 'deploy'}`;
		return commandLineDeploying(line, folder, packages) && { what, ...CLOUDFLARE };
	}
	const told = TOLD.find(([action]) => action.test(uses));
	if (told !== undefined) {
		const [, input, deploys, described] = told;
		return deploys.test(given[input] ?? '') ? { what, ...described } : null;
	}
	const described = ACTIONS.find(([action]) => action.test(uses))?.[1];
	return described === undefined || isPreview(uses, given) ? null : { what, ...described };
}

/** Each of these says in its own way that the public site stays as it is. */
function isPreview(uses: string, given: PipelineStep['with']): boolean {
	if (/action-hosting-deploy@/i.test(uses)) return given['channelid'] !== 'live';
	if (/amondnet\/vercel-action@/i.test(uses)) return !/--prod\b/.test(given['vercel-args'] ?? '');
	if (/actions-netlify@/i.test(uses)) return given['production-deploy'] === 'false';
	return /static-web-apps-deploy@/i.test(uses) && given['action'] === 'close';
}

function commandDeploying(
	{ run, folder }: PipelineStep,
	packages: readonly PackageManifest[],
): Omit<Deployment, 'line'> | null {
	if (run === '') return null;
	const hook = run
		.split('\n')
		.find((line) => /\b(?:curl|wget|http)\b/.test(line) && HOOK.test(line));
	if (hook !== undefined) return { what: 'a deploy hook', ...hookOf(hook) };
	return commandLineDeploying(run, folder, packages);
}

function hookOf(line: string): Described {
	if (/render/i.test(line)) return RENDER;
	if (/vercel/i.test(line)) return VERCEL;
	return /netlify/i.test(line) ? NETLIFY : to('');
}

function commandLineDeploying(
	script: string,
	folder: string,
	packages: readonly PackageManifest[],
): Omit<Deployment, 'line'> | null {
	for (const { command, through } of resolveScripts(commandsOf(script), folder, packages)) {
		const found = deployedBy(command);
		if (found !== null) {
			const what = through[0] ?? found.what;
			return { ...found, what };
		}
	}
	return null;
}

const TASK =
	/^(?:deploy|release-prod|ship)(?::(?!preview|staging|dev|test|docs|storybook)[\w:-]+)?$/;

function deployedBy({ words }: SimpleCommand): (Described & { what: string }) | null {
	const [program = '', ...rest] = words;
	const name = program.replace(/@[\w.^~-]+$/, '');
	const line = rest.join(' ');
	if (name === 'vercel' || name === 'now' || name === 'vc') return vercel(words);
	const row = COMMANDS.find(
		([pattern, needs, not]) =>
			pattern.test(name) && (needs === null || needs.test(line)) && !(not?.test(line) ?? false),
	);
	if (row !== undefined) {
		const isBranch = row[3] === PAGES && name === 'gh-pages' && line === '--version';
		return isBranch ? null : { ...row[3], what: shownAs(name, rest) };
	}
	// A script, or a task of make, that is nowhere in the repository to be followed.
	const task = /^(?:npm|pnpm|yarn|bun)$/.test(name)
		? rest.filter((one) => one !== 'run' && !one.startsWith('-'))[0]
		: rest[0];
	const isTask = /^(?:npm|pnpm|yarn|bun|make|just|task|rake)$/.test(name) && TASK.test(task ?? '');
	const isScript = /^(?:deploy|deploy[-_]prod\w*)(?:\.(?:sh|py|js|mjs|ts))?$/.test(name);
	return isTask || isScript ? { ...to(''), what: shownAs(name, rest) } : null;
}

/** Without `--prod` it makes a preview. */
function vercel(words: readonly string[]): (Described & { what: string }) | null {
	const verbs = words.slice(1).filter((word) => !word.startsWith('-'));
	if (/^(?:promote|redeploy)$/.test(verbs[0] ?? ''))
		return { ...VERCEL, what: `vercel ${verbs[0]}` };
	const isDeploy = verbs[0] === 'deploy' || /^-/.test(words[1] ?? '-');
	const isProduction =
		words.some((word) => /^--prod(?:uction)?$/.test(word)) ||
		/^prod/.test(optionOf(words, '--target') ?? '');
	return isDeploy && isProduction ? { ...VERCEL, what: 'vercel deploy --prod' } : null;
}

/** The program and its first plain words: never an address or a value. */
function shownAs(program: string, rest: readonly string[]): string {
	const verbs = rest.slice(0, 3).filter((word) => /^[a-z][a-z:-]{0,30}$/.test(word));
	return [program, ...verbs.slice(0, 2)].join(' ');
}
