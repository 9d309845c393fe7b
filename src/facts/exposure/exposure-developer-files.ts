import { isJsonObject } from './json-with-comments.ts';
import { type RedactedSecret, redactedSecrets } from './redacted-secret.ts';

type DeveloperFileKind =
	| 'subversion'
	| 'mercurial'
	| 'bazaar'
	| 'cvs'
	| 'ds-store'
	| 'sftp-password'
	| 'editor-settings'
	| 'assistant-rules'
	| 'mcp-token'
	| 'manifest';

export interface DeveloperFile {
	readonly kind: DeveloperFileKind;
	/** For people: `the index of a Subversion checkout`. */
	readonly what: string;
	readonly secrets: readonly RedactedSecret[];
}

type Sign = (bytes: string) => boolean;

const MERCURIAL =
	/^(?:store|revlogv\d|revlog-compression-\w+|dotencode|fncache|generaldelta|sparserevlog|share-safe|largefiles|dirstate-v2)$/;

function isMercurial(bytes: string): boolean {
	const lines = bytes.trimEnd().split(/\r?\n/);
	return (
		lines.every((line) => /^[\w.=+-]{1,60}$/.test(line)) &&
		lines.some((line) => MERCURIAL.test(line))
	);
}

function isText(bytes: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: what no text has.
	return bytes.trim().length >= 20 && !/[\x00-\x08\x0e-\x1f]/.test(bytes);
}

/** Markdown with headings, or lists of things to do. */
function isMarkdown(bytes: string): boolean {
	return isText(bytes) && /^(?:#{1,4} \S|[-*] \S)/m.test(bytes) && !isJsonObject(bytes);
}

function isRules(bytes: string): boolean {
	const words =
		/\b(?:you are|always|never|prefer|use|avoid|do not|don['’]t|code|tests?|style|follow)\b/i;
	return isText(bytes) && words.test(bytes) && !isJsonObject(bytes);
}

const has = (...names: string[]): Sign => {
	const form = new RegExp(`"(?:${names.join('|')})"\\s{0,20}:`);
	return (bytes) => isJsonObject(bytes) && form.test(bytes);
};

const isMcp = has('mcpServers', 'servers');

/** A line of requirements.txt: a package, mostly with versions that suit. */
const REQUIREMENT =
	/^[A-Za-z0-9][\w.-]{0,100}(?:\[[\w, -]{0,100}\])?\s{0,5}(?:(?:[=~!<>]=|[<>]|===|@|;).{0,500})?$/;

function isRequirements(bytes: string): boolean {
	const lines = bytes.split(/\r?\n/).filter((line) => !/^\s*(?:#|-|$)/.test(line));
	return (
		lines.length > 0 &&
		lines.every((line) => REQUIREMENT.test(line.trim())) &&
		lines.some((line) => /[=~<>]=|@ (?:git|https?)/.test(line))
	);
}

const FILES: Readonly<
	Record<string, readonly [kind: DeveloperFileKind, sign: Sign, what: string]>
> = {
	'/.svn/entries': ['subversion', (bytes) => /^\d{1,3}\r?\n/.test(bytes), 'a Subversion checkout'],
	'/.svn/wc.db': [
		'subversion',
		(bytes) => bytes.startsWith('SQLite format 3\0'),
		'a Subversion checkout',
	],
	'/.hg/requires': ['mercurial', isMercurial, 'a Mercurial repository'],
	'/.bzr/README': [
		'bazaar',
		(bytes) => /\bBazaar\b/.test(bytes) && isText(bytes),
		'a Bazaar branch',
	],
	'/CVS/Entries': [
		'cvs',
		(bytes) => /^D?\/[^/\n]{1,255}\/[^/\n]{0,255}\/[^/\n]{0,255}\/[^/\n]{0,255}\//m.test(bytes),
		'a CVS checkout',
	],
	'/.DS_Store': [
		'ds-store',
		(bytes) => bytes.startsWith('\0\0\0\x01Bud1'),
		'a folder’s index by macOS',
	],
	'/.vscode/sftp.json': [
		'editor-settings',
		has('host', 'remotePath', 'username', 'protocol', 'password', 'passphrase'),
		'an editor’s way to upload to a server',
	],
	'/.vscode/settings.json': [
		'editor-settings',
		(bytes) =>
			isJsonObject(bytes) &&
			/"(?:[a-z][\w-]{0,60}\.[\w.-]{1,100}|\[[a-z]{1,40}\])"\s{0,20}:/i.test(bytes),
		'an editor’s settings',
	],
	'/.idea/workspace.xml': [
		'editor-settings',
		(bytes) => /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<project\b/.test(bytes),
		'an editor’s workspace',
	],
	'/CLAUDE.md': ['assistant-rules', isMarkdown, 'instructions for a coding assistant'],
	'/AGENTS.md': ['assistant-rules', isMarkdown, 'instructions for a coding assistant'],
	'/.cursorrules': ['assistant-rules', isRules, 'instructions for a coding assistant'],
	'/.claude/settings.json': [
		'assistant-rules',
		has(
			'permissions',
			'hooks',
			'env',
			'model',
			'mcpServers',
			'enabledMcpjsonServers',
			'statusLine',
		),
		'settings of a coding assistant',
	],
	'/.mcp.json': ['assistant-rules', isMcp, 'the list of a coding assistant’s tools'],
	'/package.json': [
		'manifest',
		has('dependencies', 'devDependencies', 'peerDependencies', 'workspaces', 'scripts'),
		'the list of what the product is built from',
	],
	'/composer.json': [
		'manifest',
		has('require', 'require-dev', 'autoload'),
		'the list of what the product is built from',
	],
	'/composer.lock': [
		'manifest',
		has('content-hash', 'packages', 'packages-dev'),
		'the list of what the product is built from, with versions',
	],
	'/yarn.lock': [
		'manifest',
		(bytes) => /^# yarn lockfile v\d|^__metadata:/m.test(bytes),
		'the list of what the product is built from, with versions',
	],
	'/requirements.txt': [
		'manifest',
		isRequirements,
		'the list of what the product is built from, with versions',
	],
	'/Gemfile.lock': [
		'manifest',
		(bytes) => /^(?:GEM|GIT|PATH)\r?\n\s+(?:remote|specs):/m.test(bytes),
		'the list of what the product is built from, with versions',
	],
};

/** Where a password makes a graver thing of a file. */
const WITH_SECRET: Readonly<Record<string, DeveloperFileKind>> = {
	'/.vscode/sftp.json': 'sftp-password',
	'/.mcp.json': 'mcp-token',
	'/.claude/settings.json': 'mcp-token',
};

/** What a file is that was asked for under a name that tools of developers use; `null` for other content. */
export function recogniseDeveloperFile(path: string, bytes: string): DeveloperFile | null {
	const known = FILES[path];
	if (known === undefined || !known[1](bytes)) return null;
	const graver = WITH_SECRET[path];
	const secrets = graver === undefined ? [] : redactedSecrets(bytes);
	return {
		kind: graver !== undefined && secrets.length > 0 ? graver : known[0],
		what: known[2],
		secrets,
	};
}
