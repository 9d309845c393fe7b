import { readApiExport, readBruno } from './api-exports.ts';
import { readAssistantConfig } from './assistant-config.ts';
import {
	readDBeaverCredentials,
	readFileZilla,
	readJetBrains,
	readJsonClient,
	readWinScp,
} from './client-files.ts';
import { readKubeconfig, readKubernetesSecrets } from './cluster-files.ts';
import {
	readDjangoSettings,
	readLaravelConfig,
	readRailsFile,
	readServiceContainers,
	readWpConfig,
} from './framework-files.ts';
import { readHttpArchive } from './http-archive.ts';
import { parseJsonTree } from './json-tree.ts';
import {
	readCloudFile,
	readGitCredentials,
	readMyCnf,
	readNetrc,
	readPasswordHashes,
	readPgpass,
	readRegistryFile,
} from './login-files.ts';
import type { Reading } from './reading.ts';
import { readRegistryAuths } from './registry-auths.ts';
import { readTerraformState } from './terraform-state.ts';
import type { TreeNode } from './tree-node.ts';
import { parseYamlTrees } from './yaml-tree.ts';

/** What a file is by its name, where that makes it a matter of its own. */
export type FileSort = 'credentials' | 'client-settings' | 'state' | 'pipeline';

interface KnownFormat {
	readonly path: RegExp;
	/** In a sentence: "an npm configuration". */
	readonly called: string;
	readonly sort: FileSort | null;
	/** A word that the text must have before it is read. */
	readonly holds?: string;
	readonly read: ((text: string) => readonly Reading[]) | null;
}

const asYaml = (read: (trees: readonly TreeNode[]) => readonly Reading[]) => (text: string) =>
	read(parseYamlTrees(text));

const asJson = (read: (trees: readonly TreeNode[]) => readonly Reading[]) => (text: string) => {
	const tree = parseJsonTree(text);
	return tree === null ? [] : read([tree]);
};

const asEither = (read: (trees: readonly TreeNode[]) => readonly Reading[]) => (text: string) =>
	/^\s*[{[]/.test(text) ? asJson(read)(text) : asYaml(read)(text);

const assistant = (trees: readonly TreeNode[]) => trees.flatMap(readAssistantConfig);

const credentials = (
	path: RegExp,
	called: string,
	read: KnownFormat['read'],
	holds?: string,
): KnownFormat => ({
	path,
	called,
	sort: 'credentials',
	read,
	...(holds !== undefined && { holds }),
});
const client = (path: RegExp, called: string, read: KnownFormat['read']): KnownFormat => ({
	path,
	called,
	sort: 'client-settings',
	read,
});
const state = (path: RegExp, called: string, read: KnownFormat['read']): KnownFormat => ({
	path,
	called,
	sort: 'state',
	read,
});

/** The first whose name, and word, fit counts. */
const FORMATS: readonly KnownFormat[] = [
	credentials(
		/(?:^|\/)\.(?:npmrc|yarnrc(?:\.yml)?|pypirc)$/i,
		'a package manager configuration',
		readRegistryFile,
	),
	credentials(
		/(?:^|\/)\.(?:cargo\/credentials(?:\.toml)?|gem\/credentials)$/,
		'a package registry login',
		readRegistryFile,
	),
	credentials(/(?:^|\/)[._]netrc$/i, 'a netrc file', readNetrc),
	credentials(/(?:^|\/)(?:\.pgpass|pgpass\.conf)$/i, 'a PostgreSQL password file', readPgpass),
	credentials(/(?:^|\/)\.my\.cnf$/i, 'a MySQL option file', readMyCnf),
	credentials(/(?:^|\/)\.git-credentials$/i, "git's credential store", readGitCredentials),
	credentials(
		/(?:^|\/)(?:config\.json|\.?dockerconfig(?:json|\.json))$/i,
		'a Docker client configuration',
		readRegistryAuths,
		'"auths"',
	),
	credentials(/(?:^|\/)\.dockercfg$/i, 'a Docker client configuration', readRegistryAuths),
	credentials(
		/(?:^|\/)(?:\.s3cfg|\.boto|rclone\.conf|\.passwd-s3fs)$/i,
		'a storage client configuration',
		readCloudFile,
	),
	credentials(
		/(?:^|\/)\.?aws\/(?:credentials|config)$|(?:^|\/)credentials\.(?:csv|ini)$|(?:^|\/)accesskeys\.csv$/i,
		'an AWS credentials file',
		readCloudFile,
	),
	credentials(
		/(?:^|\/)(?:application_default_credentials|service[-_]?account[\w-]*|client_secrets?[\w.-]*|accessTokens|legacy_credentials)\.json$/i,
		'a cloud credentials file',
		null,
	),
	credentials(
		/(?:^|\/)(?:\.kube\/config|kubeconfig(?:\.ya?ml|\.json)?|[\w-]+[._-]kubeconfig(?:\.ya?ml)?|admin\.conf|kubeconfig[\w.-]*)$/i,
		'a kubeconfig',
		asEither(readKubeconfig),
	),
	credentials(/(?:^|\/)\.?htpasswd(?:[._-][\w-]+)?$/i, 'a password file', readPasswordHashes),
	credentials(/(?:^|\/)(?:etc\/)?(?:g?shadow)-?$/, 'a shadow file', readPasswordHashes),
	credentials(
		/(?:^|\/)(?:\.terraform\.d\/credentials\.tfrc\.json|\.terraformrc|terraform\.rc|\.vault-token|\.config\/(?:gh\/hosts\.yml|hub|doctl\/config\.ya?ml))$/i,
		'a command line login',
		readRegistryFile,
	),
	credentials(/(?:^|\/)auth\.json$/i, 'a package manager login', readJsonClient, 'http-basic'),
	client(
		/(?:^|\/)(?:sitemanager|recentservers|filezilla)\.xml$/i,
		'FileZilla settings',
		readFileZilla,
	),
	client(/(?:^|\/)winscp\.ini$/i, 'WinSCP settings', readWinScp),
	client(/(?:^|\/)credentials-config\.json$/i, 'DBeaver credentials', readDBeaverCredentials),
	client(
		/(?:^|\/)\.?(?:dbeaver-)?data-sources(?:-\d)?\.(?:json|xml)$/i,
		'DBeaver settings',
		readJetBrains,
	),
	client(/(?:^|\/)robo(?:3t|mongo)\.json$/i, 'Robo 3T settings', readJsonClient),
	client(
		/(?:^|\/)(?:\.?sftp(?:-config(?:-alt\d?)?)?\.json|\.ftpconfig|\.remote-sync\.json|\.ftp(?:-deploy|-sync|sync)?(?:\.settings|rc)?(?:\.json)?|ftp-sync\.json|deployment-config\.json|\.vscode\/ftp[\w-]*\.json)$/i,
		'FTP client settings',
		readJsonClient,
	),
	client(
		/(?:^|\/)\.idea\/(?:webServers|dataSources(?:\.local)?|sshConfigs|deployment)\.xml$/i,
		'JetBrains server settings',
		readJetBrains,
	),
	client(
		/(?:^|\/)(?:\.mcp\.json|\.?mcp[_-]?(?:config|settings|servers)?\.json|\.claude\/settings(?:\.local)?\.json|\.claude\.json|claude_desktop_config\.json|\.(?:cursor|vscode|roo|kiro\/settings|amazonq|windsurf|codeium\/windsurf)\/mcp(?:_config)?\.json|\.gemini\/settings\.json|\.continue\/config\.(?:json|ya?ml)|cline_mcp_settings\.json|\.zed\/settings\.json|opencode\.jsonc?)$/i,
		'coding assistant settings',
		asEither(assistant),
	),
	client(/(?:^|\/)\.codex\/(?:config\.toml|auth\.json)$/i, 'coding assistant settings', null),
	state(
		/\.tfstate(?:\.(?:backup|\d+))*$|(?:^|\/)terraform\.tfstate\.d\/[^/]+\/[^/]+$/i,
		'Terraform state',
		readTerraformState,
	),
	state(/\.har$/i, 'a recording of HTTP traffic', readHttpArchive),
	state(/\.ipynb$/i, 'a notebook', null),
	state(/\.(?:sql|dump|pgdump|mysqldump|sqlite3?|db3?|bak)$/i, 'a database dump', null),
	{
		path: /(?:^|\/)wp-config(?:-\w+)?\.php$/i,
		called: 'WordPress configuration',
		sort: null,
		read: readWpConfig,
	},
	{
		path: /(?:^|\/)config\/(?:secrets|database)\.ya?ml$/i,
		called: 'Rails configuration',
		sort: null,
		read: asYaml(readRailsFile),
	},
	{
		path: /(?:^|\/)settings(?:\/[\w-]+|[\w-]*)\.py$/i,
		called: 'Django settings',
		sort: null,
		holds: 'DATABASES',
		read: readDjangoSettings,
	},
	{
		path: /(?:^|\/)config\/[\w-]+\.php$/i,
		called: 'Laravel configuration',
		sort: null,
		holds: '=>',
		read: readLaravelConfig,
	},
	{
		path: /postman[\w .-]*\.json$|insomnia[\w .-]*\.(?:json|ya?ml)$/i,
		called: 'an export of an API client',
		sort: null,
		read: asEither(readApiExport),
	},
	{ path: /\.bru$/i, called: 'a Bruno request', sort: null, read: readBruno },
	{
		path: /(?:^|\/)\.(?:github|gitea|forgejo)\/(?:workflows\/[^/]+|actions\/.+)\.ya?ml$/i,
		called: 'a workflow',
		sort: 'pipeline',
		read: asYaml(readServiceContainers),
	},
	{
		path: /(?:^|\/)(?:\.gitlab-ci[\w.-]*|\.gitlab\/ci\/[\w./-]+|\.circleci\/config|bitbucket-pipelines|azure-pipelines[\w.-]*|\.travis|\.drone|cloudbuild[\w.-]*|buildspec[\w.-]*|\.woodpecker(?:\/[\w-]+)?|appveyor|codemagic|\.buildkite\/[\w.-]+)\.ya?ml$/i,
		called: 'a pipeline',
		sort: 'pipeline',
		read: asYaml(readServiceContainers),
	},
	{
		path: /(?:^|\/)(?:jenkinsfile(?:\.\w+)?)$/i,
		called: 'a pipeline',
		sort: 'pipeline',
		read: null,
	},
	{
		path: /(?:^|\/)(?:[\w-]+\.)?(?:dockerfile|containerfile)(?:\.[\w-]+)?$/i,
		called: 'a Dockerfile',
		sort: 'pipeline',
		read: null,
	},
	{
		path: /(?:^|\/)(?:docker-)?(?:compose|stack)(?:[._-][\w.-]+)?\.ya?ml$/i,
		called: 'a compose file',
		sort: 'pipeline',
		read: null,
	},
	{
		path: /\.ya?ml$/i,
		called: 'a Kubernetes manifest',
		sort: null,
		holds: 'kind: Secret',
		read: asYaml(readKubernetesSecrets),
	},
	{
		path: /\.json$/i,
		called: 'a Kubernetes manifest',
		sort: null,
		holds: '"kind": "Secret"',
		read: asJson(readKubernetesSecrets),
	},
	{
		path: /\.ya?ml$|\.conf$/i,
		called: 'a kubeconfig',
		sort: 'credentials',
		holds: 'kind: Config',
		read: asYaml(readKubeconfig),
	},
];

/** Told apart by path alone; the ones that need a word count only with it. */
export function formatOf(path: string, text: string): KnownFormat | null {
	return (
		FORMATS.find(
			(one) => one.path.test(path) && (one.holds === undefined || text.includes(one.holds)),
		) ?? null
	);
}

/** A word that tells less is no word to go by. */
const SHORTEST_WORD = 5;
const READ = FORMATS.filter(({ read }) => read !== null);
const isTelling = ({ holds = '' }: KnownFormat): boolean => holds.length >= SHORTEST_WORD;

/** Words of which a text has one if it is of a known format that its path alone does not show. */
export const FORMAT_WORDS: readonly string[] = READ.filter(isTelling).map(
	({ holds = '' }) => holds,
);

/** Whether a file of this path is of a known format whatever words it has. */
export const hasFormatByName = (path: string): boolean =>
	READ.some((one) => !isTelling(one) && one.path.test(path));

/** What a file may be by its path alone, before it is read. */
export const sortsOf = (path: string): readonly FileSort[] => [
	...new Set(
		FORMATS.flatMap(({ path: pattern, sort }) =>
			sort !== null && pattern.test(path) ? [sort] : [],
		),
	),
];
