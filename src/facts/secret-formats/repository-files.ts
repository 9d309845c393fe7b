import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { lineCounter } from '../secrets/secret-lines.ts';
import { PLACES, placeOf } from '../secrets/secret-place.ts';
import { composeBuilds, folderCopies, type ImageBuild, usualContext } from './build-contexts.ts';
import { isDockerIgnored } from './docker-ignore.ts';
import type { EnvEntry } from './dotenv.ts';
import { comparable, envFileSort, looksMade, readEnvFile } from './env-file.ts';
import { EXPOSURES, exposedCommandsIn } from './exposed-commands.ts';
import { formatSecrets } from './format-secrets.ts';
import { isKeyFileName, keyStoreIn } from './key-store.ts';
import { formatOf, sortsOf } from './known-format.ts';
import { addressesIn, isPackedDump, outputsOf, rowsOf } from './personal-rows.ts';
import { parseYamlTrees } from './yaml-tree.ts';

/** Of a file that is read for its rows or its form; the rest is not looked at. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Of each list. */
const MOST = 500;

const FileSchema = z.object({
	path: z.string(),
	tracked: z.boolean(),
	ignored: z.boolean(),
	place: z.enum(PLACES),
});
const VariableSchema = z.object({ name: z.string(), line: z.number().int() });

const EnvFileSchema = FileSchema.extend({
	/** Called `.env…`, and not only `….env`. */
	usual: z.boolean(),
	real: z.array(VariableSchema),
	blank: z.array(VariableSchema),
	entries: z.number().int(),
});

const ExampleSchema = FileSchema.extend({
	/** Variables whose value is that of a real env file too. */
	same: z.array(
		VariableSchema.extend({
			as: z.string(),
			length: z.number().int(),
			/** HMAC under the user's key: 16 hex digits. */
			fingerprint: z.string(),
		}),
	),
	/** Lines whose value a generator made. */
	made: z.array(z.number().int()),
});

const KeyFileSchema = FileSchema.extend({ form: z.string() });

const NotedFileSchema = FileSchema.extend({
	sort: z.enum(['credentials', 'client-settings', 'state', 'pipeline']),
	called: z.string(),
	/** Different e-mail addresses of people in its rows. */
	people: z.number().int(),
	/** Passwords that only decryption with a published key shows. */
	masked: z.number().int(),
	/** Lines to which findings are confined, first and last; `null`: anywhere; none: nowhere. */
	within: z.array(z.tuple([z.number().int(), z.number().int()])).nullable(),
});

const CopySchema = z.object({
	dockerfile: z.string(),
	line: z.number().int(),
	instruction: z.string(),
	context: z.string(),
	/** Empty where there is none. */
	ignoreFile: z.string(),
	env: z.array(z.string()),
});

const CommandSchema = z.object({
	file: z.string(),
	line: z.number().int(),
	how: z.enum(EXPOSURES),
	shown: z.string(),
	operand: z.string(),
});

const RepositoryFilesSchema = z.object({
	inGit: z.boolean(),
	/** Why git's account of what is tracked could not be had; empty where it could, or there is none. */
	gitUnread: z.string(),
	files: z.number().int(),
	env: z.array(EnvFileSchema),
	examples: z.array(ExampleSchema),
	/** Stores of keys that are no text. */
	keyStores: z.array(KeyFileSchema),
	/** JSON keys of service accounts. */
	serviceAccounts: z.array(z.string()),
	noted: z.array(NotedFileSchema),
	images: z.object({ count: z.number().int(), copies: z.array(CopySchema) }),
	commands: z.array(CommandSchema),
	/** Could not be read, or not in full. */
	unread: z.array(z.string()),
});
export type RepositoryFiles = z.infer<typeof RepositoryFilesSchema>;
export type EnvFile = z.infer<typeof EnvFileSchema>;
export type NotedFile = z.infer<typeof NotedFileSchema>;

/**
 * Files that are a matter by what they are: env files and their examples, keys, credentials, state,
 * settings of clients, pipelines and image builds. Reads only those, and keeps no value of theirs.
 */
export const repositoryFiles = defineProbe({
	name: 'repository.files',
	params: z.object({ root: z.string() }),
	value: RepositoryFilesSchema,
	observe: ({ root }, io) => surveyFiles(root, io.files),
	describe: (_, { env, examples, keyStores, noted, images }) => ({
		kind: 'file',
		summary: `${env.length} env files, ${examples.length} examples, ${keyStores.length} key stores, ${noted.length} files of credentials, state or pipelines, ${images.count} image builds`,
		detail: [...env, ...keyStores, ...noted]
			.slice(0, 20)
			.map(
				({ path, tracked, ignored }) =>
					`${path}: ${tracked ? 'tracked' : ignored ? 'ignored' : 'untracked'}`,
			)
			.join('\n'),
	}),
	plan: () => null,
});

type ListedFile = FileListing['files'][number];
type Placed = z.infer<typeof FileSchema>;

export async function surveyFiles(root: string, port: FilesPort): Promise<RepositoryFiles> {
	const [listing, key] = await Promise.all([port.list(root), port.fingerprintKey()]);
	const inGit = listing.head !== null;
	const unread: string[] = [];
	const read = async (path: string, most = MOST_BYTES): Promise<string | null> => {
		try {
			return await port.read(root, path, most);
		} catch (error) {
			if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
			unread.push(error.message);
			return null;
		}
	};
	const found: Survey = { listing, inGit, key, read, unread };
	const env = await envFilesOf(found);
	return {
		inGit,
		gitUnread: listing.gitUnread ?? '',
		files: listing.files.length,
		env: env.files.slice(0, MOST),
		examples: await examplesOf(found, env.values),
		keyStores: await keyStoresOf(found),
		serviceAccounts: await serviceAccountsOf(found),
		noted: await notedOf(found),
		images: await imagesOf(found, env.files),
		commands: await commandsOf(found),
		unread: unread.slice(0, MOST),
	};
}

interface Survey {
	readonly listing: FileListing;
	readonly inGit: boolean;
	readonly key: string;
	read(path: string, most?: number): Promise<string | null>;
	readonly unread: string[];
}

/** What git or a deployment has; ignored files are their owner's business. */
function placed({ path, tracked, ignored }: ListedFile): Placed | null {
	const place = placeOf({ path, tracked, ignored });
	return place === null || (ignored && !tracked) ? null : { path, tracked, ignored, place };
}

interface EnvFiles {
	readonly files: readonly EnvFile[];
	/** File by value. */
	readonly values: ReadonlyMap<string, string>;
}

/** Ignored ones too: what they hold is real elsewhere as well. */
async function envFilesOf(survey: Survey): Promise<EnvFiles> {
	const files: EnvFile[] = [];
	const values = new Map<string, string>();
	for (const { path, tracked, ignored } of survey.listing.files) {
		if (envFileSort(path) !== 'env') continue;
		const place = placeOf({ path, tracked, ignored }) ?? 'own';
		const text = await survey.read(path, 1024 * 1024);
		if (text === null) continue;
		for (const { value } of comparable(text)) if (place !== 'fixture') values.set(value, path);
		const name = path.slice(path.lastIndexOf('/') + 1);
		const usual = /^\.(?:env(?!rc)|dev\.vars)/.test(name);
		files.push({ path, tracked, ignored, place, usual, ...plainly(readEnvFile(text)) });
	}
	return { files, values };
}

const plainly = ({ real, blank, entries }: ReturnType<typeof readEnvFile>) => ({
	real: real.slice(0, MOST),
	blank: blank.slice(0, MOST),
	entries,
});

async function examplesOf(survey: Survey, real: EnvFiles['values']) {
	const examples: RepositoryFiles['examples'] = [];
	for (const file of survey.listing.files) {
		if (envFileSort(file.path) !== 'example') continue;
		const here = placed(file);
		const text = here === null ? null : await survey.read(file.path, 1024 * 1024);
		if (here === null || text === null) continue;
		const entries = comparable(text).slice(0, MOST);
		examples.push({
			...here,
			same: entries.flatMap((entry) => sameAs(entry, real, survey.key)),
			made: entries.filter(looksMade).map(({ line }) => line),
		});
	}
	return examples;
}

function sameAs({ name, line, value }: EnvEntry, real: EnvFiles['values'], key: string) {
	const as = real.get(value);
	if (as === undefined) return [];
	const fingerprint = createHmac('sha256', Buffer.from(key, 'hex'))
		.update('env-value\0')
		.update(value, 'latin1')
		.digest('hex')
		.slice(0, 16);
	return [{ name, line, as, length: value.length, fingerprint }];
}

async function keyStoresOf(survey: Survey) {
	const stores: RepositoryFiles['keyStores'] = [];
	for (const file of survey.listing.files) {
		if (!isKeyFileName(file.path) || file.bytes < 20) continue;
		const here = placed(file);
		if (here === null) continue;
		const form = keyStoreIn((await survey.read(file.path, 1024 * 1024)) ?? '');
		if (form !== null) stores.push({ ...here, form });
	}
	return stores.slice(0, MOST);
}

async function serviceAccountsOf(survey: Survey): Promise<string[]> {
	const accounts: string[] = [];
	for (const file of survey.listing.files) {
		const { path, bytes } = file;
		// They are about 2,300 bytes.
		if (!path.endsWith('.json') || bytes < 1_000 || bytes > 8_000 || placed(file) === null) {
			continue;
		}
		const text = await survey.read(path, 8_000);
		if (text !== null && /"type"\s*:\s*"service_account"/.test(text)) accounts.push(path);
	}
	return accounts.slice(0, MOST);
}

async function notedOf(survey: Survey): Promise<NotedFile[]> {
	const noted: NotedFile[] = [];
	for (const file of survey.listing.files) {
		if (sortsOf(file.path).length === 0) continue;
		const here = placed(file);
		const text = here === null ? null : await survey.read(file.path);
		if (here === null || text === null) continue;
		const format = formatOf(file.path, text);
		if (format?.sort == null) continue;
		if (format.sort === 'state' && file.bytes > MOST_BYTES) {
			survey.unread.push(`${file.path}: only its first ${MOST_BYTES / 1024 / 1024} MiB`);
		}
		if (isPackedDump(text)) survey.unread.push(`${file.path}: a compressed database dump`);
		noted.push({
			...here,
			sort: format.sort,
			called: format.called,
			...contentOf(file.path, text),
		});
	}
	return noted;
}

function contentOf(path: string, text: string): Pick<NotedFile, 'people' | 'masked' | 'within'> {
	if (/\.ipynb$/i.test(path)) {
		const { text: printed, spans } = outputsOf(text);
		const lineOf = lineCounter(text);
		const lines = spans.map(([from, to]): [number, number] => [lineOf(from), lineOf(to)]);
		return { people: addressesIn(printed), masked: 0, within: joined(lines) };
	}
	if (/\.(?:sql|dump|pgdump|mysqldump|sqlite3?|db3?|bak)$/i.test(path)) {
		const rows = rowsOf(text);
		return { people: addressesIn(rows), masked: 0, within: rows === '' ? [] : null };
	}
	const masked = /credentials-config\.json$/i.test(path) ? formatSecrets(path, text).length : 0;
	return { people: 0, masked, within: null };
}

/** Neighbouring spans as one. */
function joined(spans: readonly [number, number][]): [number, number][] {
	const all: [number, number][] = [];
	for (const [from, to] of spans) {
		const last = all.at(-1);
		if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
		else all.push([from, to]);
	}
	return all.slice(0, MOST);
}

const DOCKERFILE =
	/(?:^|\/)(?:[\w-]+\.)?(?:dockerfile|containerfile)(?:\.(?!dockerignore$)[\w-]+)?$/i;
const COMPOSE = /(?:^|\/)(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml$/i;

async function imagesOf(
	survey: Survey,
	env: readonly EnvFile[],
): Promise<RepositoryFiles['images']> {
	const paths = new Set(survey.listing.files.map(({ path }) => path));
	const named = await composedBuilds(survey);
	const copies: RepositoryFiles['images']['copies'] = [];
	const dockerfiles = survey.listing.files.filter(
		(file) => DOCKERFILE.test(file.path) && isDeployed(placed(file)?.place),
	);
	for (const { path } of dockerfiles) {
		const text = (await survey.read(path)) ?? '';
		const contexts = named.filter(({ dockerfile }) => dockerfile === path);
		const usual = { dockerfile: path, context: usualContext(path) };
		for (const build of contexts.length > 0 ? contexts : [usual]) {
			copies.push(...(await copiesIn(survey, build, text, env, paths)));
		}
	}
	return { count: dockerfiles.length, copies };
}

const isDeployed = (place: Placed['place'] | undefined): boolean =>
	place !== undefined && place !== 'fixture' && place !== 'docs';

/** Each once, though several services may be built from it. */
async function composedBuilds(survey: Survey): Promise<readonly ImageBuild[]> {
	const builds = new Map<string, ImageBuild>();
	for (const file of survey.listing.files) {
		if (!COMPOSE.test(file.path) || placed(file) === null) continue;
		const trees = parseYamlTrees((await survey.read(file.path)) ?? '');
		for (const build of composeBuilds(file.path, trees)) {
			builds.set(`${build.dockerfile}\0${build.context}`, build);
		}
	}
	return [...builds.values()];
}

async function copiesIn(
	{ read }: Survey,
	{ dockerfile, context }: ImageBuild,
	text: string,
	env: readonly EnvFile[],
	paths: ReadonlySet<string>,
): Promise<RepositoryFiles['images']['copies']> {
	const before = context === '' ? '' : `${context}/`;
	// A Dockerfile may have an ignore file of its own, which then counts alone.
	const ignoreFile =
		[`${dockerfile}.dockerignore`, `${before}.containerignore`, `${before}.dockerignore`].find(
			(path) => paths.has(path),
		) ?? '';
	const rules = ignoreFile === '' ? '' : ((await read(ignoreFile)) ?? '');
	const inContext = env
		.filter(({ path, place, usual }) => usual && place !== 'fixture' && path.startsWith(before))
		.map(({ path }) => path.slice(before.length))
		.filter((path) => !isDockerIgnored(rules, path));
	return folderCopies(text, inContext).map(({ line, instruction, files }) => ({
		dockerfile,
		line,
		instruction,
		context,
		ignoreFile,
		env: files.slice(0, 20).map((path) => `${before}${path}`),
	}));
}

const SHELL = /\.(?:sh|bash|zsh)$|(?:^|\/)(?:makefile|justfile|procfile)$/i;

async function commandsOf(survey: Survey): Promise<RepositoryFiles['commands']> {
	const commands: RepositoryFiles['commands'] = [];
	for (const file of survey.listing.files) {
		const { path, bytes } = file;
		if (bytes > 512 * 1024 || !(SHELL.test(path) || sortsOf(path).includes('pipeline'))) continue;
		if (!isDeployed(placed(file)?.place)) continue;
		const text = await survey.read(path);
		for (const one of text === null ? [] : exposedCommandsIn(path, text)) {
			commands.push({ file: path, ...one });
		}
	}
	return commands.slice(0, MOST);
}
