/** What a repository is deployed on, as far as variables are set there in a way of its own. */
export const HOSTINGS = [
	'vercel',
	'netlify',
	'fly',
	'heroku',
	'cloudflare-workers',
	'cloudflare-pages',
	'railway',
	'render',
	'firebase',
	'app-engine',
	'cloud-run',
	'amplify',
	'azure',
	'eas',
	'kamal',
	'kubernetes',
	'serverless',
	'sst',
	'github-pages',
	'compose',
] as const;
export type Hosting = (typeof HOSTINGS)[number];

const BY_PATH: readonly (readonly [Hosting, RegExp])[] = [
	['vercel', /(?:^|\/)(?:vercel\.json|\.vercel\/project\.json|\.vercelignore)$/],
	['netlify', /(?:^|\/)(?:netlify\.toml|\.netlify\/state\.json)$/],
	['fly', /(?:^|\/)fly(?:\.[\w-]+)?\.toml$/],
	['heroku', /(?:^|\/)Procfile$/],
	['railway', /(?:^|\/)railway\.(?:json|toml)$/],
	['render', /(?:^|\/)render\.ya?ml$/],
	['firebase', /(?:^|\/)(?:firebase\.json|apphosting\.ya?ml)$/],
	['app-engine', /(?:^|\/)app\.ya?ml$/],
	['amplify', /(?:^|\/)amplify\.ya?ml$/],
	['azure', /(?:^|\/)(?:staticwebapp\.config\.json|azure\.ya?ml)$/],
	['eas', /(?:^|\/)eas\.json$/],
	['kamal', /(?:^|\/)config\/deploy\.ya?ml$/],
	['serverless', /(?:^|\/)serverless\.(?:ya?ml|ts|js)$/],
	['sst', /(?:^|\/)sst\.config\.ts$/],
	['kubernetes', /(?:^|\/)(?:Chart|kustomization)\.ya?ml$/],
	['compose', /(?:^|\/)(?:docker-)?compose[\w.-]*prod[\w.-]*\.ya?ml$/],
];

const NAMES =
	/(?:^|\/)(?:vercel|\.vercel|netlify|\.netlify|fly|Procfile|railway|render|firebase|apphosting|app\.|amplify|static|azure|eas\.|config\/deploy|serverless|sst\.|Chart|kustom|(?:docker-)?compose)/;

/** A quick look, before `hostingsOf` goes through its patterns. */
export const isHostingFile = (path: string): boolean => NAMES.test(path);

/** Commands and actions of workflows and scripts. */
const BY_COMMAND: readonly (readonly [Hosting, RegExp])[] = [
	['vercel', /\bvercel\s+(?:deploy|pull|build|--)|vercel-action/],
	['netlify', /\bnetlify\s+deploy|actions-netlify/],
	['fly', /\b(?:flyctl|fly)\s+deploy/],
	['heroku', /heroku-deploy|\bheroku\s+(?:container|git|config|builds):|git\.heroku\.com/],
	['cloudflare-pages', /\bwrangler\s+pages\s+(?:deploy|publish)|cloudflare\/pages-action/],
	['cloudflare-workers', /\bwrangler\s+(?:deploy|publish)\b/],
	['railway', /\brailway\s+up\b/],
	['firebase', /\bfirebase\s+deploy|FirebaseExtended\/action/],
	['app-engine', /\bgcloud\s+app\s+deploy|deploy-appengine/],
	['cloud-run', /\bgcloud\s+run\s+deploy|deploy-cloudrun/],
	['azure', /\baz\s+(?:webapp|containerapp|staticwebapp)\b|azure\/webapps-deploy|static-web-apps/i],
	['eas', /\beas\s+(?:build|submit|update)\b/],
	['kamal', /\bkamal\s+deploy/],
	['kubernetes', /\bkubectl\s+(?:apply|set|rollout)|\bhelm\s+upgrade/],
	['serverless', /\b(?:serverless|sls)\s+deploy/],
	['sst', /\bsst\s+deploy/],
	['github-pages', /\bgh-pages\b|actions-gh-pages|actions\/deploy-pages/],
];

/**
 * By files at known places and by the commands of `texts` (workflows, scripts). A compose file alone is a
 * development matter unless nothing else is there.
 */
export function hostingsOf(
	paths: readonly string[],
	texts: readonly { readonly path: string; readonly text: string }[],
): readonly Hosting[] {
	const found = new Set<Hosting>();
	for (const [hosting, pattern] of BY_PATH) {
		if (paths.some((path) => pattern.test(path))) found.add(hosting);
	}
	for (const { path, text } of texts) {
		for (const hosting of inText(path, text)) found.add(hosting);
	}
	if (found.has('cloudflare-pages')) found.delete('cloudflare-workers');
	const hasCompose = paths.some((path) => /(?:^|\/)(?:docker-)?compose\.ya?ml$/.test(path));
	if (found.size === 0 && hasCompose) found.add('compose');
	return HOSTINGS.filter((hosting) => found.has(hosting));
}

function inText(path: string, text: string): readonly Hosting[] {
	if (/(?:^|\/)wrangler\.(?:toml|jsonc?)$/.test(path)) {
		return [/pages_build_output_dir/.test(text) ? 'cloudflare-pages' : 'cloudflare-workers'];
	}
	if (/\.ya?ml$/.test(path) && /^kind:\s*(?:Deployment|StatefulSet)\b/m.test(text)) {
		return ['kubernetes'];
	}
	if (!/(?:^|\/)package\.json$|\/workflows\//.test(path)) return [];
	return BY_COMMAND.flatMap(([hosting, pattern]) => (pattern.test(text) ? [hosting] : []));
}
