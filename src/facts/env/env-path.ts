/** What an env file is for, by its name. */
export const ENV_FILE_ROLES = [
	/** Shows what there is to set: `.env.example`. */
	'example',
	'production',
	'staging',
	'development',
	'test',
	/** `.env`, which every mode reads. */
	'base',
	'other',
] as const;
export type EnvFileRole = (typeof ENV_FILE_ROLES)[number];

const ENV_FILE =
	/(?:^|\/)(?:\.env(?:[._-][\w.-]+)?|env[._-](?:example|sample|template|dist)|(?:[\w-]+)\.env(?:[._-](?:example|sample|template|dist))?|\.dev\.vars(?:\.example)?|\.envrc(?:\.example)?)$/i;
const NO_ENV_FILE =
	/\.(?:[cm]?[jt]sx?|d\.ts|json|ya?ml|md|py|rb|php|go|sh|vault|keys|lock|me|enc|gpg|age)$/i;

/** `null` for a file that is none. */
export function envFileRole(path: string): EnvFileRole | null {
	if (!ENV_FILE.test(path) || NO_ENV_FILE.test(path)) return null;
	const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
	if (/example|sample|template|(?:^|[._-])(?:dist|tpl|tmpl|defaults?|schema)(?:[._-]|$)/.test(name))
		return 'example';
	if (/(?:^|[._-])prod(?:uction)?(?:[._-]|$)/.test(name)) return 'production';
	if (/(?:^|[._-])(?:staging|stage|preview|qa|uat)(?:[._-]|$)/.test(name)) return 'staging';
	if (/(?:^|[._-])(?:test|testing|ci|e2e)(?:[._-]|$)/.test(name)) return 'test';
	if (/(?:^|[._-])(?:dev|development|local)(?:[._-]|$)/.test(name)) return 'development';
	return name === '.env' ? 'base' : 'other';
}

/** What a file's reads of variables mean. */
export type CodeContext =
	/** Runs where customers are served. */
	| 'app'
	/** Configures the build. */
	| 'build'
	/** Runs on the team's machines. */
	| 'tool'
	| 'test';

const GENERATED =
	/(?:^|\/)(?:node_modules|vendor|third_party|bower_components|dist|\.next|\.nuxt|\.output|\.svelte-kit|\.vercel|\.netlify|\.astro|\.expo|\.docusaurus|coverage|\.git|\.turbo|\.cache|storybook-static|__generated__|generated|site-packages)\/|\.min\.[cm]?js$|\.d\.[cm]?ts$|\.map$|\.bundle\.js$/i;
const OUTPUT = /(?:^|\/)(?:build|out|target|_site|public\/build|bin\/(?:Debug|Release)|obj)\//;
const SHOWN =
	/(?:^|\/)(?:docs?|documentation|examples?|samples?|templates?|boilerplates?|website-docs|wiki)\//i;
const TEST =
	/(?:^|\/)(?:__tests__|__mocks__|__fixtures__|tests?|specs?|e2e|fixtures?|mocks?|testdata|test[-_]data|cypress|playwright|benchmarks?|features)\/|[._-](?:test|spec|stories|story|fixture|mock|e2e|cy|bench)\.[cm]?[jt]sx?$|_(?:test|spec)\.\w+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|(?:^|\/)(?:tests?|setup-?tests?|test-setup|vitest\.setup|jest\.setup|setupTests)\.[cm]?[jt]sx?$/i;
const TOOL =
	/(?:^|\/)(?:scripts?|tools?|tooling|dev|hack|\.storybook|\.github|\.husky|\.devcontainer|\.circleci|\.vscode|seeds?|seeders?|codemods?)\/|(?:^|\/)(?:drizzle|playwright|vitest|vitest\.workspace|jest|cypress|eslint|tailwind|postcss|prettier|commitlint|lint-staged|codegen|graphql|i18next|knip|release|semantic-release|changeset|wdio|karma|protractor|stryker|cdk|pulumi|sst|nx|turbo|lerna|plopfile|gulpfile|gruntfile|rakefile|fabfile|noxfile|setup|tasks|trigger|mikro-orm|ormconfig|typeorm|prisma|sentry)(?:\.config|\.setup|rc)?\.[cm]?(?:[jt]s|py)$|(?:^|\/)config\/environments\/(?:development|test)\.rb$|(?:^|\/)(?:settings|config)\/(?:dev|development|local|test|testing)\.\w+$|(?:^|\/)(?:seed|migrate|setup|deploy|release)\.[cm]?[jt]s$|(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$|(?:^|\/)application-(?:dev|test|local)\.\w+$/i;
const SENTRY = /(?:^|\/)sentry\.(?:client|server|edge)\.config\.[cm]?[jt]s$/;

/**
 * `null`: not the product's own source (installed, generated, an example for readers), so it is not looked
 * at. `inGit` decides about folders that are output in one project and source in another.
 */
export function contextOf(path: string, isBuild: boolean, inGit: boolean): CodeContext | null {
	if (GENERATED.test(path) || (!inGit && OUTPUT.test(path))) return null;
	if (TEST.test(path)) return 'test';
	if (SHOWN.test(path)) return null;
	if (SENTRY.test(path)) return 'app';
	if (TOOL.test(path)) return 'tool';
	return isBuild ? 'build' : 'app';
}

/** Code of which the file parses, by its name. */
export const isScript = (path: string): boolean =>
	/\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/i.test(path);

/** Other text in which the name of a variable is a use of it. */
export const isOtherText = (path: string): boolean =>
	/\.(?:html?|hbs|ejs|liquid|twig|njk|ya?ml|json5?|jsonc|toml|ini|cfg|conf|properties|xml|gradle|sh|bash|zsh|fish|ps1|bat|cmd|mk|tf|tfvars|tpl|tmpl|j2|nix|proto|graphql|gql|sql|swift|dart|lua|pl|r|jl|clj|hs|zig|nim|cr|template|conf\.template|service|plist|xcconfig)$|(?:^|\/)(?:Makefile|GNUmakefile|Justfile|justfile|Taskfile|Procfile(?:\.\w+)?|Caddyfile|Vagrantfile|Jenkinsfile|Brewfile|Tiltfile|Earthfile|Dockerfile[\w.-]*|[\w.-]+\.dockerfile|Containerfile|\.envrc)$/i.test(
		path,
	) && !/(?:^|\/)(?:package-lock|npm-shrinkwrap|composer\.lock|pnpm-lock|yarn\.lock)/.test(path);

/** Folder of a path, empty for the root's. */
export const folderOf = (path: string): string =>
	path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';

export const isBelow = (path: string, folder: string): boolean =>
	folder === '' || path === folder || path.startsWith(`${folder}/`);
