/**
 * Where in a repository a value stands, which decides what it does on launch day. `client`: goes to
 * browsers. `head`: any tracked file. `unignored`: an env file that nothing keeps out of git, or out of what is copied where there is no git.
 * `own`: an env file that git does not see, which is where values belong.
 */
export const PLACES = ['client', 'head', 'unignored', 'fixture', 'docs', 'own'] as const;
export type SecretPlace = (typeof PLACES)[number];

const FIXTURE =
	/(?:^|\/)(?:__tests__|__mocks__|__fixtures__|__snapshots__|tests?|specs?|e2e|fixtures?|mocks?|testdata|test[-_]data|cypress|playwright|seeds?|seeders?)\/|[._-](?:test|spec|stories|story|fixture|mock|snap|e2e|cy)\.\w+$|\.snap$|_(?:test|spec)\.\w+$|(?:^|\/)(?:test_[^/]*|conftest|seeds?)\.\w+$|(?:^|\/)\.env\.(?:test|testing)(?:\.local)?$/i;
const DOCS =
	/\.(?:md|mdx|markdown|rst|adoc|asciidoc)$|(?:^|\/)(?:docs?|documentation|wiki|examples?|samples?)\/|(?:^|\/)(?:readme|changelog|contributing|license|security)(?:\.txt)?$|[._-](?:example|sample)(?:\.\w{1,6})?$|\.dist(?:\.\w{1,6})?$|\.(?:template|tmpl|tpl|skel)$|(?:^|\/)(?:example|sample)\.\w{1,6}$/i;
const CLIENT =
	/(?:^|\/)(?:\.next\/static|dist\/assets|build\/static|out\/_next\/static|\.output\/public|\.svelte-kit\/output\/client|\.nuxt\/dist\/client|public|wwwroot)\//;
/** Keys that every build of Next.js makes anew for itself. */
const GENERATED =
	/(?:^|\/)\.next\/(?:prerender-manifest\.json|cache\/\.\w+|server\/server-reference-manifest\.js(?:on)?)$/;
const ENV_FILE = /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w-]+\.env|\.envrc|\.dev\.vars)$/i;
const PRODUCTION_ENV = /(?:^|\/)(?:\.env|\.env\.prod\w*(?:\.local)?|prod\w*\.env)$/i;

export interface PlacedFile {
	readonly path: string;
	readonly tracked: boolean;
	readonly ignored: boolean;
}

/**
 * `null`: neither published nor deployable, so not looked at. Env files are read wherever they are:
 * a value that also stands in a real one is a real value elsewhere too.
 */
export function placeOf(file: PlacedFile): SecretPlace | null {
	const { path, tracked } = file;
	if (isClient(path)) return 'client';
	if (!tracked && (file.ignored || GENERATED.test(path)))
		return ENV_FILE.test(path) ? ownPlace(file) : null;
	const aside = asideOf(path);
	if (aside !== null) return aside;
	return tracked || !ENV_FILE.test(path) ? 'head' : 'unignored';
}

/** Of an env file that git does not see; those of tests and examples are nobody's. */
const ownPlace = ({ path }: PlacedFile): SecretPlace | null =>
	asideOf(path) === null ? 'own' : null;

function asideOf(path: string): 'fixture' | 'docs' | null {
	if (FIXTURE.test(path)) return 'fixture';
	return DOCS.test(path) ? 'docs' : null;
}

/** A folder of tests inside `public` is published too; a `public` inside a folder of tests is not. */
function isClient(path: string): boolean {
	const [client, fixture] = [path.search(CLIENT), path.search(FIXTURE)];
	return client !== -1 && (fixture === -1 || client < fixture);
}

export const isProductionEnv = (path: string): boolean => PRODUCTION_ENV.test(path);

/** How a file is to be read. */
export interface FileNature {
	/** Values need no quotes: env files, YAML, properties, shell. */
	readonly loose: boolean;
	/** Assignments without a known provider are judged: env, CI and configuration files. */
	readonly generic: boolean;
	/** A token that only its variable's name gives away counts: not in lock files, which are hashes. */
	readonly named: boolean;
	/** A space may stand between name and value: .netrc. */
	readonly spaced: boolean;
	/** The file is one key and nothing else: Rails' master.key and its like. */
	readonly key: boolean;
	/** Source code: an assignment without a known provider counts where it is quoted and beyond doubt. */
	readonly source?: boolean;
	/** Runs on a server only, so that a key for browsers has no business in it. */
	readonly server?: boolean;
	/** Written by a bundler: names are few, and only a quoted value beside one counts. */
	readonly minified?: boolean;
	/** Elements hold values: XML, property lists. */
	readonly markup?: boolean;
}

const LOOSE =
	/\.(?:ya?ml|ini|cfg|conf|config|cnf|properties|env|toml|sh|bash|zsh|fish|tf|tfvars|netrc|npmrc|pypirc|envrc|vars|txt|log|http|rest|cmd|bat)$|(?:^|\/)(?:\.env[^/]*|dockerfile[^/]*|containerfile|\.npmrc|\.netrc|_netrc|\.pypirc|\.pgpass|\.my\.cnf|procfile|credentials|\.envrc|\.yarnrc(?:\.yml)?|\.(?:bash|zsh)\w*|\.s3cfg|\.boto|\.tugboat)$/i;
const GENERIC =
	/\.(?:ya?ml|json|json5|jsonc|ini|cfg|conf|config|cnf|properties|env|toml|tf|tfvars|xml|plist|npmrc|vars|sh|bash|zsh|hcl|nix)$|(?:^|\/)(?:\.env[^/]*|dockerfile[^/]*|containerfile|\.npmrc|\.netrc|_netrc|\.pypirc|\.pgpass|\.my\.cnf|jenkinsfile|procfile|credentials|\.envrc|\.(?:bash|zsh)\w*|\.s3cfg|\.boto)$/i;
const NETRC = /(?:^|\/)[._]netrc$/i;
const KEY_FILE = /(?:^|\/)config\/(?:master|credentials\/[\w-]+)\.key$/;
const LOCK =
	/(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|poetry\.lock|pdm\.lock|uv\.lock|pipfile\.lock|composer\.lock|gemfile\.lock|podfile\.lock|go\.sum|mix\.lock|flake\.lock|packages\.lock\.json|pubspec\.lock)$/i;
const MINIFIED = /\.min\.(?:js|css|mjs)$|\.(?:js|css)\.map$|\.svg$/i;
const NOTEBOOK = /\.ipynb$/i;
const SOURCE =
	/\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|ipynb|rb|php\d?|phtml|go|rs|java|kts?|scala|groovy|gradle|cs|vb|fs|swift|mm?|dart|exs?|erl|clj|lua|pl|pm|r|jl|c|cc|cpp|h|hpp|sql|ps1|psm1|bat|cmd|fish|erb|jsp|aspx?|cshtml|tfstate)$|(?:^|\/)\.(?:bash|zsh)\w*$/i;
const SERVER = /\.(?:py|ipynb|rb|go|php|rs|cs|exs?|erl|clj|pl|sh)$|(?:^|\/)\.env(?:\.[\w-]+)*$/i;
const MARKUP = /\.(?:xml|plist|config|csproj|props|targets|xaml|html?|jsp|resx|pom)$/i;

/** `text` tells whether it is minified: lines longer than any that people write. */
export function natureOf(path: string, text: string): FileNature {
	const lock = LOCK.test(path);
	const minified = MINIFIED.test(path) || (!NOTEBOOK.test(path) && hasHugeLines(text));
	const prose = FIXTURE.test(path) || (DOCS.test(path) && !ENV_FILE.test(path));
	const judged = !lock && !minified && !prose;
	return {
		loose: LOOSE.test(path),
		generic: judged && GENERIC.test(path),
		named: !lock,
		spaced: NETRC.test(path),
		key: KEY_FILE.test(path),
		source: judged && SOURCE.test(path),
		server: SERVER.test(path),
		minified,
		markup: MARKUP.test(path),
	};
}

/**
 * Of a file whose path is not known: whatever is found under the nature of any path is found under
 * this one, and more.
 */
export function natureOfAny(text: string): FileNature {
	const minified = hasHugeLines(text) && !text.includes('"nbformat"');
	return {
		loose: true,
		generic: !minified,
		named: true,
		spaced: false,
		key: true,
		source: !minified,
		server: true,
		minified,
		markup: true,
	};
}

function hasHugeLines(text: string): boolean {
	if (text.length < 5_000) return false;
	const first = text.indexOf('\n');
	return first === -1 || first > 5_000 || text.length / countLines(text, 20_000) > 800;
}

/** Average over the beginning is enough to tell. */
function countLines(text: string, within: number): number {
	let lines = 1;
	const end = Math.min(text.length, within);
	for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines++;
	return (lines * text.length) / end;
}
