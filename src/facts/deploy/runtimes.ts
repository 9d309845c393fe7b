import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { folderOf, isBelow, isBuilt, isElsewhere, MANIFESTS, nameOf } from './lock-kind.ts';
import { type InstalledProject, type ManifestFile, managerOf, projectsIn } from './lock-project.ts';
import { manifestIn } from './manifest.ts';
import { RUNTIMES, type Runtime } from './runtime-calendar.ts';
import { namesRuntime, type RuntimeMention, runtimesIn } from './runtime-source.ts';
import { linesAllowed } from './runtime-version.ts';

const MOST_FILES = 600;
const MOST_BYTES = 512 * 1024;
/** For work on the code: nothing of it is deployed. */
const DEVELOPMENT = /(?:^|[./_-])(?:dev|devel|development|local|test|ci)(?:[./_-]|$)/i;

const SourceSchema = z.object({
	runtime: z.enum(RUNTIMES),
	file: z.string(),
	line: z.number().int(),
	/** From the root; empty for the root. */
	folder: z.string(),
	version: z.string(),
	what: z.string(),
	where: z.enum(['manifest', 'version-file', 'image', 'platform', 'ci']),
	/** Release lines that it allows; empty where it names none. */
	cycles: z.array(z.string()),
	/** Whatever comes after the last known line is allowed too. */
	isOpen: z.boolean(),
});
export type RuntimeSource = z.infer<typeof SourceSchema>;

const RuntimesSchema = z.object({
	sources: z.array(SourceSchema),
	/** Applications that need the runtime to be named. */
	applications: z.array(
		z.object({ runtime: z.enum(RUNTIMES), folder: z.string(), manifest: z.string() }),
	),
	unread: z.array(z.string()),
});
export type RepositoryRuntimes = z.infer<typeof RuntimesSchema>;

/** Where a repository says which version of Node.js, Python, Ruby, PHP or Go its applications run on. */
export const repositoryRuntimes = defineProbe({
	name: 'deploy.runtimes',
	params: z.object({ root: z.string() }),
	value: RuntimesSchema,
	observe: ({ root }, io) => readRuntimes(root, io.files),
	describe: ({ root }, { sources, applications }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${sources.length} places name a runtime for ${applications.length} applications`,
		detail: sources
			.slice(0, 30)
			.map(({ file, line, what, version }) => `${file}:${line} ${what}: ${version}`)
			.join('\n'),
	}),
	plan: () => null,
});

async function readRuntimes(root: string, port: FilesPort): Promise<RepositoryRuntimes> {
	const { files } = await port.list(root);
	const unread: string[] = [];
	const manifests: ManifestFile[] = [];
	const sources: RuntimeSource[] = [];
	const wanted = files.filter(
		({ path, bytes, ignored }) => !ignored && bytes <= MOST_BYTES && isRead(path),
	);
	for (const { path } of wanted.slice(0, MOST_FILES)) {
		const text = await textOf(root, port, { path, unread });
		if (text === null) continue;
		const manifest = nameOf(path) in MANIFESTS ? manifestIn(nameOf(path), text) : null;
		if (manifest !== null) manifests.push({ path, folder: folderOf(path), manifest, text });
		sources.push(...runtimesIn(path, text).map((one) => sourceAt(path, one)));
	}
	const applications = applicationsIn(projectsIn(manifests, files, new Map()), files);
	return { sources, applications, unread };
}

function isRead(path: string): boolean {
	if (!(nameOf(path) in MANIFESTS) && !namesRuntime(path)) return false;
	if (/^\.(?:github\/workflows|circleci)\/|^[^/]+$/.test(path)) return !isForWork(path);
	const isCopy = nameOf(path) in MANIFESTS && isBuilt(path);
	return !isElsewhere(path) && !isCopy && !isForWork(path);
}

const isForWork = (path: string): boolean =>
	/dockerfile/i.test(nameOf(path)) && DEVELOPMENT.test(nameOf(path));

async function textOf(
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

function sourceAt(
	file: string,
	{ runtime, line, version, what, where }: RuntimeMention,
): RuntimeSource {
	const lines = linesAllowed(runtime, version);
	return {
		runtime,
		file,
		line,
		folder: where === 'ci' ? '' : folderOf(file),
		version: version.slice(0, 60),
		what: what.slice(0, 120),
		where,
		cycles: [...(lines?.cycles ?? [])],
		isOpen: lines?.isOpen ?? false,
	};
}

const RUNTIME_OF: Readonly<Record<string, Runtime>> = {
	node: 'node',
	python: 'python',
	ruby: 'ruby',
	php: 'php',
	go: 'go',
};

function applicationsIn(
	projects: readonly InstalledProject[],
	files: FileListing['files'],
): RepositoryRuntimes['applications'] {
	const paths = new Set(files.map(({ path }) => path));
	return projects.flatMap((project) => {
		const runtime = RUNTIME_OF[project.ecosystem];
		// Bun brings its own runtime.
		const isOther = project.ecosystem === 'node' && managerOf(project, paths) === 'bun';
		if (runtime === undefined || !project.isApplication || isOther) return [];
		const { folder, manifests } = project;
		return [{ runtime, folder, manifest: manifests[0]?.path ?? '' }];
	});
}

/** Whether one of two folders lies in the other: what is said in one holds for the other. */
export const areRelated = (a: string, b: string): boolean => isBelow(a, b) || isBelow(b, a);
