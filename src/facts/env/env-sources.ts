import { Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { type Automaton, automatonOf } from '../secrets/secret-automaton.ts';
import { type DotenvFile, parseDotenvFile } from './dotenv-file.ts';
import { type Declared, declaredIn, isDeclaring } from './env-manifest.ts';
import { isReadByLibraries, isSigningName, isVariableName } from './env-name.ts';
import { type EnvPackage, isManifest, PackageMap, packageFrom } from './env-package.ts';
import {
	type CodeContext,
	contextOf,
	type EnvFileRole,
	envFileRole,
	isOtherText,
	isScript,
} from './env-path.ts';
import { type Hosting, hostingsOf, isHostingFile } from './env-platforms.ts';
import { isWorkflow, type Workflow, workflowIn } from './env-workflow.ts';
import { isBuildConfig, type JsFile, readDirective, readJsFile } from './js-file.ts';
import type { CodeRead } from './js-reads.ts';
import { LARGEST_SOURCE, loadJsParser } from './js-tree.ts';
import { languageOf, type TextLanguage, textReads } from './text-reads.ts';

const LARGEST_TEXT = 1024 * 1024;
const LARGEST_ENV_FILE = 256 * 1024;
/** Scripts kept for their imports: the sources of very large applications. */
const MOST_KEPT = 96 * 1024 * 1024;
/** Files whose reading overlaps: more wait for the disk no less. */
const AT_ONCE = 16;
const TURN_BYTES = 4 * 1024 * 1024;
const MOST_LISTED = 50;

type ListedFile = FileListing['files'][number];

/** Lines that nobody wrote. */
const isBundle = (text: string): boolean =>
	text.length > 30_000 && text.length / text.split('\n').length > 300;

export interface EnvFileSource {
	readonly path: string;
	readonly role: EnvFileRole;
	readonly tracked: boolean;
	readonly ignored: boolean;
	readonly parsed: DotenvFile;
	/** Pulled by a command that leaves values empty which nobody may read. */
	readonly masked: boolean;
	/** Names of assignments that are commented out. */
	readonly commented: readonly { readonly name: string; readonly line: number }[];
}

export interface ReadAt {
	readonly file: string;
	readonly context: CodeContext;
	readonly read: CodeRead;
	readonly language: TextLanguage | 'script';
}

export interface ScriptSource {
	readonly context: CodeContext;
	readonly js: JsFile;
}

/** Everything that was read. It holds raw values and never leaves the probe. */
export interface Sources {
	readonly listing: FileListing;
	readonly packages: PackageMap;
	readonly envFiles: readonly EnvFileSource[];
	readonly declared: readonly (Declared & { readonly file: string })[];
	readonly workflows: readonly (Workflow & { readonly file: string })[];
	/** Scripts that say something of variables, or are marked for the client. */
	readonly scripts: ReadonlyMap<string, ScriptSource>;
	/** Scripts of the product, for their imports. */
	readonly texts: ReadonlyMap<string, string>;
	readonly reads: readonly ReadAt[];
	/** Declared names that stand somewhere in code or configuration. */
	readonly used: ReadonlySet<string>;
	readonly dockerfiles: readonly { readonly file: string; readonly text: string }[];
	readonly tsconfigs: ReadonlyMap<string, string>;
	/** What it is deployed on. */
	readonly hostings: readonly Hosting[];
	readonly byConvention: boolean;
	readonly code: number;
	readonly unread: readonly string[];
	readonly cut: boolean;
}

/** Reads a repository's env files, manifests and code, each file once. */
export async function readSources(root: string, port: FilesPort): Promise<Sources> {
	const listing = await port.list(root);
	const reader = new Reader(root, port, listing);
	await reader.readDeclarations();
	await reader.readCode();
	return reader.sources();
}

class Reader {
	readonly #root: string;
	readonly #port: FilesPort;
	readonly #listing: FileListing;
	readonly #packages: EnvPackage[] = [];
	readonly #envFiles: EnvFileSource[] = [];
	readonly #declared: (Declared & { file: string })[] = [];
	readonly #workflows: (Workflow & { file: string })[] = [];
	readonly #scripts = new Map<string, ScriptSource>();
	readonly #texts = new Map<string, string>();
	readonly #reads: ReadAt[] = [];
	readonly #used = new Set<string>();
	readonly #dockerfiles: { file: string; text: string }[] = [];
	readonly #tsconfigs = new Map<string, string>();
	readonly #unread: string[] = [];
	/** Read already, to be searched for names too. */
	readonly #early = new Map<string, string>();
	#kept = 0;
	#code = 0;
	#sinceTurn = 0;
	#byConvention = false;

	constructor(root: string, port: FilesPort, listing: FileListing) {
		this.#root = root;
		this.#port = port;
		this.#listing = listing;
	}

	sources(): Sources {
		return {
			listing: this.#listing,
			packages: new PackageMap(this.#packages),
			envFiles: this.#envFiles,
			declared: this.#declared,
			workflows: this.#workflows,
			scripts: this.#scripts,
			texts: this.#texts,
			reads: this.#reads,
			used: this.#used,
			dockerfiles: this.#dockerfiles,
			tsconfigs: this.#tsconfigs,
			hostings: this.#hostings(),
			byConvention: this.#byConvention,
			code: this.#code,
			unread: this.#unread.slice(0, MOST_LISTED),
			cut: this.#listing.cut === true,
		};
	}

	#hostings(): readonly Hosting[] {
		const paths = this.#listing.files.flatMap(({ path }) =>
			isHostingFile(path) && contextOf(path, false, true) !== 'test' ? [path] : [],
		);
		return hostingsOf(
			paths,
			[...this.#early].map(([path, text]) => ({ path, text })),
		);
	}

	get #inGit(): boolean {
		return this.#listing.head !== null;
	}

	async readDeclarations(): Promise<void> {
		const parseYaml = await yamlParser();
		for (const file of this.#listing.files) {
			const role = envFileRole(file.path);
			if (role !== null) await this.#readEnvFile(file, role);
			else if (isReadEarly(file.path) && this.#contextOf(file) !== null) {
				const text = await this.#text(file, LARGEST_TEXT);
				if (text !== null) this.#noteManifest(file, text, parseYaml);
			}
		}
	}

	#contextOf(file: ListedFile): CodeContext | null {
		if (file.ignored && !file.tracked) return null;
		return contextOf(file.path, isBuildConfig(file.path), this.#inGit);
	}

	async #readEnvFile(file: ListedFile, role: EnvFileRole): Promise<void> {
		const context = contextOf(file.path, false, true);
		if (context === 'test' || context === null) return;
		const text = await this.#text(file, LARGEST_ENV_FILE);
		if (text === null) return;
		const commented = [
			...text.matchAll(/^[ \t]*#[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]{1,79})=/gm),
		];
		this.#envFiles.push({
			path: file.path,
			role,
			tracked: file.tracked,
			ignored: file.ignored,
			parsed: parseDotenvFile(text),
			masked: isMasked(text),
			commented: commented.map((found) => ({
				name: found[1] ?? '',
				line: text.slice(0, found.index).split('\n').length,
			})),
		});
	}

	#noteManifest({ path }: ListedFile, text: string, parseYaml: (text: string) => unknown): void {
		if (isManifest(path)) this.#packages.push(packageFrom(path, text));
		if (isWorkflow(path))
			this.#workflows.push({ ...workflowIn(path, text, parseYaml), file: path });
		else if (isDeclaring(path)) {
			const found = declaredIn(path, text, parseYaml);
			this.#declared.push(...found.map((one) => ({ ...one, file: path })));
		}
		if (/dockerfile|containerfile/i.test(path)) this.#dockerfiles.push({ file: path, text });
		if (/(?:^|\/)(?:ts|js)config\.json$/.test(path)) this.#tsconfigs.set(path, text);
		this.#early.set(path, text);
	}

	async readCode(): Promise<void> {
		const search = new NameSearch(this.#declaredNames());
		const searched = this.#listing.files.flatMap((file) => {
			const context = this.#isSearched(file.path) ? this.#contextOf(file) : null;
			return context === null ? [] : [{ file, context }];
		});
		for (let at = 0; at < searched.length; at += AT_ONCE) {
			const some = searched.slice(at, at + AT_ONCE);
			const texts = await Promise.all(
				some.map(({ file }) => this.#early.get(file.path) ?? this.#text(file, LARGEST_TEXT)),
			);
			for (const [index, { file, context }] of some.entries()) {
				const text = texts[index] ?? null;
				if (text !== null) await this.#readCodeFile(file.path, text, context, search);
			}
		}
	}

	#isSearched(path: string): boolean {
		if (envFileRole(path) !== null) return false;
		return (
			isScript(path) || languageOf(path) !== null || isOtherText(path) || this.#early.has(path)
		);
	}

	async #readCodeFile(
		path: string,
		text: string,
		context: CodeContext,
		search: NameSearch,
	): Promise<void> {
		await this.#turn(text.length);
		const { names, hinted } = search.in(text);
		if (!DECLARES_ONLY.test(path)) for (const name of names) this.#used.add(name);
		this.#byConvention ||= context !== 'test' && BY_CONVENTION.test(hinted);
		const language = languageOf(path);
		if (isScript(path) || language !== null) this.#code++;
		if (isScript(path)) await this.#readScript(path, text, context, hinted);
		else if (language !== null) this.#readText(path, text, context, language);
	}

	async #readScript(
		path: string,
		text: string,
		context: CodeContext,
		hinted: string,
	): Promise<void> {
		if (context !== 'test' && this.#kept + text.length <= MOST_KEPT) {
			this.#texts.set(path, text);
			this.#kept += text.length;
		}
		if (hinted === '' || context === 'test' || text.length > LARGEST_SOURCE) return;
		if (isBundle(text)) return;
		const js = /^(?:use (?:client|server)\n?)+$/i.test(hinted)
			? readDirective(text)
			: readJsFile(await loadJsParser(), path, decoded(text));
		if (js === null) {
			this.#unread.push(`${path}: cannot be parsed`);
			return;
		}
		this.#scripts.set(path, { context, js });
		for (const read of js.reads)
			this.#reads.push({ file: path, context, read, language: 'script' });
	}

	#readText(path: string, text: string, context: CodeContext, language: TextLanguage): void {
		for (const read of textReads(language, text)) {
			if (language === 'php' && isLaravels(path, read)) continue;
			this.#reads.push({ file: path, context, read, language });
		}
	}

	#declaredNames(): readonly string[] {
		const names = new Set<string>();
		for (const { parsed } of this.#envFiles) {
			for (const { name } of [...parsed.assignments, ...parsed.bare]) names.add(name);
		}
		for (const { name } of this.#declared) names.add(name);
		return [...names].filter((name) => isVariableName(name) && name.length >= 3).slice(0, 5_000);
	}

	/** `null` where there is nothing to read; why is kept. */
	async #text(file: ListedFile, most: number): Promise<string | null> {
		if (file.bytes > most) return null;
		try {
			const text = await this.#port.read(this.#root, file.path, most);
			return text.includes('\0') ? null : text;
		} catch (error) {
			if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
			this.#unread.push(error.message);
			return null;
		}
	}

	async #turn(bytes: number): Promise<void> {
		this.#sinceTurn += bytes + 10_000;
		if (this.#sinceTurn < TURN_BYTES) return;
		this.#sinceTurn = 0;
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
}

/** Vercel's sensitive variables are pulled without their values. */
export const isMasked = (text: string): boolean => text.startsWith('# Created by Vercel CLI');

/**
 * Laravel's own configuration reads dozens of variables that are null on purpose, in every project alike.
 */
const isLaravels = (path: string, { name, literal }: CodeRead): boolean =>
	/(?:^|\/)config\/[a-z-]+\.php$/.test(path) &&
	!(isSigningName(name) && literal !== null) &&
	(isReadByLibraries(name) || LARAVEL.test(name));

const LARAVEL =
	/^(?:ABLY|MEMCACHED|DYNAMODB|PAPERTRAIL|MAILGUN|POSTMARK|RESEND|SQS|SANCTUM|SLACK|ARGON|HASH|BEANSTALKD|VIEW|SES|AUTH|ASSET|DATABASE|FILESYSTEM|HORIZON|TELESCOPE|OCTANE|SCOUT|VITE|BROADCAST)_/;

const isReadEarly = (path: string): boolean =>
	isManifest(path) ||
	isWorkflow(path) ||
	isDeclaring(path) ||
	/(?:^|\/)(?:ts|js)config\.json$/.test(path);

/** Naming a variable there declares it and is no use. */
const DECLARES_ONLY =
	/(?:^|\/)(?:turbo\.jsonc?|vercel\.json|netlify\.toml|fly(?:\.[\w-]+)?\.toml|wrangler\.(?:toml|jsonc?)|render\.ya?ml|app(?:\.\w+)?\.ya?ml|app\.json)$/;

/** Libraries that take every variable of a shape, so that no text names them. */
const BY_CONVENTION =
	/AutomaticEnv|envconfig\.Process|env\.Parse\(|ConfigurationProperties|AddEnvironmentVariables|Environment::with_prefix|envy::|Env::prefixed|Deno\.env\.toObject|Object\.(?:entries|keys)\(process\.env|os\.environ\.items|\*\*os\.environ/;

const decoded = (text: string): string => {
	const whole = /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
	return whole.replace(/^\ufeff/, '');
};

/** Texts that make a script worth parsing, and those of `BY_CONVENTION`. */
const HINTS = [
	'process.env',
	'process["env',
	'env } from',
	'env} from',
	'} = process',
	'import.meta.env',
	'bun.env',
	'deno.env',
	'$env/',
	'createenv',
	'cleanenv',
	'envsafe',
	'loadenv',
	'envprefix',
	'publicprefix',
	'define:',
	'defineplugin',
	'environmentplugin',
	'configservice.get',
	'config.get(',
	'env.get(',
	"'convict'",
	'"convict"',
	"'joi'",
	'"joi"',
	'use client',
	'use server',
	'automaticenv',
	'envconfig.process',
	'env.parse(',
	'configurationproperties',
	'addenvironmentvariables',
	'environment::with_prefix',
	'envy::',
	'env::prefixed',
	'os.environ.items',
	'**os.environ',
	'object.entries(process.env',
	'object.keys(process.env',
] as const;

/** Finds declared names, whole and in their case, and hints, in one pass. */
class NameSearch {
	readonly #names: readonly string[];
	readonly #automaton: Automaton;

	constructor(names: readonly string[]) {
		this.#names = names;
		this.#automaton = automatonOf([...HINTS, ...names]);
	}

	/** `hinted` holds every hint that was met, as written. */
	in(text: string): { names: readonly string[]; hinted: string } {
		const { keywords, ends } = this.#automaton.search(text);
		const names = new Set<string>();
		const hinted = new Set<string>();
		for (const [index, keyword] of keywords.entries()) {
			const end = ends[index] ?? 0;
			const name = this.#names[keyword - HINTS.length];
			if (name === undefined) {
				const hint = HINTS[keyword] ?? '';
				hinted.add(text.slice(end - hint.length, end));
			} else if (!names.has(name) && isWholeAt(text, end - name.length, end, name)) names.add(name);
		}
		return { names: [...names], hinted: [...hinted].join('\n') };
	}
}

function isWholeAt(text: string, start: number, end: number, name: string): boolean {
	return (
		!/\w/.test(text.charAt(start - 1)) &&
		!/\w/.test(text.charAt(end)) &&
		text.slice(start, end) === name
	);
}

async function yamlParser(): Promise<(text: string) => unknown> {
	const { parseDocument } = await import('yaml');
	return (text) => {
		try {
			// Merge keys are how compose files share their environment.
			return parseDocument(text, { merge: true, logLevel: 'silent' }).toJS({ maxAliasCount: 100 });
		} catch {
			return null;
		}
	};
}
