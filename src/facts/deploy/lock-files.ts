import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { isBinaryBun } from './bun-lock.ts';
import {
	ciSteps,
	imageSteps,
	platformSteps,
	type ShellStep,
	type UnfrozenInstall,
	unfrozenInstalls,
	workflowSteps,
} from './install-command.ts';
import { mismatchesIn } from './lock-content.ts';
import {
	folderOf,
	isBuilt,
	isElsewhere,
	joined,
	MANAGER_FACTS,
	MANAGERS,
	MANIFESTS,
	nameOf,
} from './lock-kind.ts';
import { MismatchSchema } from './lock-mismatch.ts';
import {
	type InstalledProject,
	ignoringLine,
	type LockFile,
	type ManifestFile,
	managerOf,
	projectsIn,
} from './lock-project.ts';
import { type LockedProject, type Member, record } from './locked-project.ts';
import { isCompiled, manifestIn, requirementIn, requirementLines } from './manifest.ts';
import { objectIn } from './package-scripts.ts';
import { yamlDocuments } from './yaml-documents.ts';

const MOST_MANIFESTS = 400;
const MOST_STEPS = 200;
const MOST_BYTES = 1024 * 1024;
/** The largest locks of monorepos have a quarter of it. */
const MOST_LOCK_BYTES = 40 * 1024 * 1024;
/** Differences shown of one lock. */
const MOST_SHOWN = 20;

const Place = { file: z.string(), /** From the root; empty for the root. */ folder: z.string() };
const Manager = z.enum(MANAGERS);

const LockStateSchema = z.object({
	/** Applications with dependencies. */
	applications: z.number().int(),
	/** Packages that others install, and projects without dependencies. */
	others: z.number().int(),
	/** Locks that a frozen install would take as they are. */
	sound: z.array(z.string()),
	missing: z.array(z.object({ ...Place, manager: Manager, wanted: z.array(z.string()) })),
	notCommitted: z.array(
		z.object({
			...Place,
			manager: Manager,
			/** `.gitignore:3`; empty where no rule keeps it out. */
			ignoredBy: z.string(),
			exists: z.boolean(),
		}),
	),
	several: z.array(z.object({ ...Place, locks: z.array(z.string()), managers: z.array(Manager) })),
	outOfDate: z.array(
		z.object({
			...Place,
			manager: Manager,
			/** `conflict`: markers of a merge; `unreadable`: no lock of its manager. */
			why: z.enum(['differs', 'conflict', 'unreadable']),
			differences: z.array(MismatchSchema),
			count: z.number().int(),
			isBerry: z.boolean(),
			/** Yarn 1 passes over what workspaces alone ask for. */
			isUnnoticed: z.boolean(),
		}),
	),
	notFrozen: z.array(
		z.object({
			...Place,
			line: z.number().int(),
			manager: Manager,
			command: z.string(),
			instead: z.string(),
			where: z.enum(['ci', 'image', 'platform']),
		}),
	),
	/** Locks in a form that cannot be compared. */
	binary: z.array(z.string()),
	unread: z.array(z.string()),
	/** Git could not be asked what is committed. */
	gitUnread: z.boolean(),
});
export type LockState = z.infer<typeof LockStateSchema>;

/**
 * Lock files of a repository's applications: whether they are there, committed, alone, and what a frozen
 * install would say of them; and installs in CI, images and platform files that are not frozen.
 */
export const repositoryLocks = defineProbe({
	name: 'deploy.lock-files',
	params: z.object({ root: z.string() }),
	value: LockStateSchema,
	observe: ({ root }, io) => readLocks(root, io.files),
	describe: ({ root }, found) => ({
		kind: 'file',
		summary: `${basename(root)}: ${found.applications} applications, ${found.sound.length} sound locks`,
		detail: [
			...found.sound,
			...found.missing.map(({ file, manager }) => `${file}: no lock of ${manager}`),
			...found.notCommitted.map(({ file }) => `${file}: not committed`),
			...found.several.map(({ locks }) => locks.join(' beside ')),
			...found.outOfDate.map(({ file, count }) => `${file}: ${count} differences`),
			...found.notFrozen.map(({ file, line, command }) => `${file}:${line} ${command}`),
		].join('\n'),
	}),
	plan: () => null,
});

interface Reading {
	readonly root: string;
	readonly port: FilesPort;
	readonly files: FileListing['files'];
	readonly paths: ReadonlySet<string>;
	readonly unread: string[];
	/** Git tells what is committed. */
	readonly inGit: boolean;
}

async function textOf(
	{ root, port, unread }: Reading,
	path: string,
	most = MOST_BYTES,
): Promise<string | null> {
	try {
		const bytes = await port.read(root, path, most);
		return Buffer.from(bytes, 'latin1')
			.toString('utf8')
			.replace(/^\ufeff/, '');
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		unread.push(error.message);
		return null;
	}
}

async function readLocks(root: string, port: FilesPort): Promise<LockState> {
	const { files, head, gitUnread } = await port.list(root);
	const paths = new Set(files.filter(({ ignored }) => !ignored).map(({ path }) => path));
	const inGit = head !== null && head !== '' && gitUnread === undefined;
	const reading: Reading = { root, port, files, paths, unread: [], inGit };
	const manifests = await manifestsIn(reading);
	const projects = projectsIn(manifests, files, await workspacePatterns(reading));
	const ignoreFiles = await ignoreFilesIn(reading);
	const found: LockState = {
		applications: 0,
		others: 0,
		sound: [],
		missing: [],
		notCommitted: [],
		several: [],
		outOfDate: [],
		notFrozen: [],
		binary: [],
		unread: reading.unread,
		gitUnread: gitUnread !== undefined,
	};
	const locked: Locked[] = [];
	for (const project of projects) {
		const wanted = [...project.manifests, ...project.members].flatMap(({ manifest }) => [
			...manifest.wanted.keys(),
		]);
		if (!project.isApplication || wanted.length === 0 || paths.has('rush.json')) {
			found.others++;
			continue;
		}
		found.applications++;
		const locks = await judgeProject(reading, project, { found, ignoreFiles, wanted });
		if (locks.length > 0) locked.push({ project, locks });
	}
	found.notFrozen.push(...(await unfrozenIn(reading, locked)));
	return found;
}

interface Locked {
	readonly project: InstalledProject;
	readonly locks: readonly LockFile[];
}

async function manifestsIn(reading: Reading): Promise<readonly ManifestFile[]> {
	const manifests: ManifestFile[] = [];
	for (const path of reading.paths) {
		if (!(nameOf(path) in MANIFESTS) || isElsewhere(path) || isBuilt(path)) continue;
		if (manifests.length >= MOST_MANIFESTS) break;
		const text = await textOf(reading, path);
		const manifest = text === null ? null : manifestIn(nameOf(path), text);
		if (manifest !== null && text !== null) {
			manifests.push({ path, folder: folderOf(path), manifest, text });
		}
	}
	return manifests;
}

async function workspacePatterns(
	reading: Reading,
): Promise<ReadonlyMap<string, readonly string[]>> {
	const found = new Map<string, readonly string[]>();
	for (const path of reading.paths) {
		if (nameOf(path) !== 'pnpm-workspace.yaml') continue;
		const [document] = yamlDocuments((await textOf(reading, path)) ?? '');
		const packages = document?.list('packages').filter((one) => typeof one === 'string') ?? [];
		found.set(folderOf(path), packages);
	}
	return found;
}

type IgnoreFiles = readonly { readonly path: string; readonly text: string }[];

async function ignoreFilesIn(reading: Reading): Promise<IgnoreFiles> {
	const found: { path: string; text: string }[] = [];
	for (const path of [...reading.paths]
		.filter((one) => nameOf(one) === '.gitignore')
		.slice(0, 100)) {
		const text = await textOf(reading, path);
		if (text !== null) found.push({ path, text });
	}
	return found;
}

/** Gives back the locks that whoever clones the repository gets. */
async function judgeProject(
	reading: Reading,
	project: InstalledProject,
	told: { found: LockState; ignoreFiles: IgnoreFiles; wanted: readonly string[] },
): Promise<readonly LockFile[]> {
	const { found, ignoreFiles, wanted } = told;
	const { folder } = project;
	const committed = project.locks.filter(({ tracked, ignored }) =>
		reading.inGit ? tracked : !ignored,
	);
	if (committed.length === 0) {
		const exact = await lockedByRequirements(reading, project, found);
		if (!exact)
			found[missingKind(reading, project, ignoreFiles)].push(
				lackOf(reading, project, { ignoreFiles, wanted }) as never,
			);
		return [];
	}
	const managers = [...new Set(committed.map(({ manager }) => manager))];
	const named = project.manifests.find(({ manifest }) => manifest.namesManager)?.manifest.manager;
	const isNamed = project.ecosystem === 'node' && named !== undefined;
	if (managers.length > 1 && !isNamed) {
		const locks = committed.map(({ path }) => path);
		found.several.push({ file: locks[0] ?? '', folder, locks, managers });
	}
	const own = committed.filter(
		({ manager }) => !isNamed || managers.length === 1 || manager === named,
	);
	await compare(reading, project, { locks: own, found });
	return committed;
}

function lackOf(
	reading: Reading,
	project: InstalledProject,
	{ ignoreFiles, wanted }: { ignoreFiles: IgnoreFiles; wanted: readonly string[] },
) {
	const { folder } = project;
	const manager = managerOf(project, reading.paths);
	const present = project.locks[0]?.path;
	const expected = expectedLock(reading, project);
	const ignoredBy = expected === '' ? '' : ignoringLine(expected, ignoreFiles);
	if (present !== undefined || ignoredBy !== '') {
		return { file: present ?? expected, folder, manager, ignoredBy, exists: present !== undefined };
	}
	const file = project.manifests[0]?.path ?? '';
	const loose = project.manifests
		.flatMap(({ manifest }) => [...manifest.wanted])
		.filter(([, range]) => !/^={1,3}\s*\d/.test(range))
		.map(([name]) => name);
	return {
		file,
		folder,
		manager,
		wanted: (manager === 'pip' ? loose : wanted).slice(0, MOST_SHOWN),
	};
}

function expectedLock(reading: Reading, project: InstalledProject): string {
	const present = project.locks[0]?.path;
	const locks = MANAGER_FACTS[managerOf(project, reading.paths)].locks;
	const name = locks.at(locks[0] === 'npm-shrinkwrap.json' ? 1 : 0);
	return present ?? (name === undefined ? '' : joined(project.folder, name));
}

function missingKind(
	reading: Reading,
	project: InstalledProject,
	ignoreFiles: IgnoreFiles,
): 'missing' | 'notCommitted' {
	const expected = expectedLock(reading, project);
	const isIgnored = expected !== '' && ignoringLine(expected, ignoreFiles) !== '';
	return project.locks.length > 0 || isIgnored ? 'notCommitted' : 'missing';
}

/** requirements.txt with exact versions is a lock of its own; one that was compiled can fall behind. */
async function lockedByRequirements(
	reading: Reading,
	{ ecosystem, folder, manifests }: InstalledProject,
	found: LockState,
): Promise<boolean> {
	if (ecosystem === 'go') return reading.paths.has(joined(folder, 'vendor/modules.txt'));
	if (ecosystem !== 'python') return false;
	const file = manifests.find(({ path }) => nameOf(path) === 'requirements.txt');
	if (file === undefined || !file.manifest.pinned) return false;
	const wishes = joined(folder, 'requirements.in');
	const text =
		reading.paths.has(wishes) && isCompiled(file.text) ? await textOf(reading, wishes) : null;
	if (text === null) {
		found.sound.push(file.path);
		return true;
	}
	const wanted = new Map(
		requirementLines(text).flatMap((line) => {
			const one = requirementIn(line);
			return one === null ? [] : [one];
		}),
	);
	const member = { folder: '', manifest: { ...file.manifest, wanted }, text };
	const differences =
		mismatchesIn('pip-tools', { lock: file.text, members: [member], npmrc: '' }) ?? [];
	if (differences.length === 0) found.sound.push(file.path);
	else {
		found.outOfDate.push({
			file: file.path,
			folder,
			manager: 'pip-tools',
			why: 'differs',
			differences: differences.slice(0, MOST_SHOWN),
			count: differences.length,
			isBerry: false,
			isUnnoticed: false,
		});
	}
	return true;
}

/** Beside a lock that is up to date, another manager's leftover is told as that alone. */
async function compare(
	reading: Reading,
	project: InstalledProject,
	{ locks, found }: { locks: readonly LockFile[]; found: LockState },
): Promise<void> {
	const stale: LockState['outOfDate'] = [];
	let sound = false;
	const seen = new Set<string>();
	for (const lock of locks) {
		// npm-shrinkwrap.json goes before package-lock.json, bun.lock before bun.lockb.
		if (seen.has(lock.manager)) continue;
		seen.add(lock.manager);
		const one = await compareOne(reading, project, lock);
		if (one === null) continue;
		if (one === 'binary') found.binary.push(lock.path);
		else if (one === 'sound') {
			sound = true;
			found.sound.push(lock.path);
		} else stale.push(one);
	}
	if (!sound) found.outOfDate.push(...stale);
}

async function compareOne(
	reading: Reading,
	project: InstalledProject,
	lock: LockFile,
): Promise<'sound' | 'binary' | LockState['outOfDate'][number] | null> {
	if (lock.bytes > MOST_LOCK_BYTES) {
		reading.unread.push(`${lock.path}: larger than ${MOST_LOCK_BYTES / 1024 / 1024} MiB`);
		return null;
	}
	const text = await textOf(reading, lock.path, MOST_LOCK_BYTES);
	if (text === null) return null;
	const { manager, path } = lock;
	const stale = {
		file: path,
		folder: project.folder,
		manager,
		isBerry: /^__metadata:/m.test(text),
		isUnnoticed: false,
	};
	if (/^<{7} /m.test(text) && /^>{7} /m.test(text)) {
		return { ...stale, why: 'conflict', differences: [], count: 0 };
	}
	const npmrc = joined(project.folder, '.npmrc');
	const locked = {
		lock: text,
		members: [
			...membersOf(project, manager),
			...(await linkedMembers(reading, project, { manager, text })),
		],
		npmrc: reading.paths.has(npmrc) ? ((await textOf(reading, npmrc)) ?? '') : '',
	};
	const differences = mismatchesIn(manager, locked);
	if (differences === null) return { ...stale, why: 'unreadable', differences: [], count: 0 };
	if (differences.length > 0) {
		return {
			...stale,
			why: 'differs',
			differences: differences.slice(0, MOST_SHOWN),
			count: differences.length,
			isUnnoticed: manager === 'yarn' && !stale.isBerry && isSoundAtRoot(locked),
		};
	}
	return manager === 'bun' && isBinaryBun(text) ? 'binary' : 'sound';
}

const isSoundAtRoot = (locked: LockedProject): boolean =>
	mismatchesIn('yarn', { ...locked, members: locked.members.slice(0, 1) })?.length === 0;

/** The manifests that this manager reads, the lock's own first. */
function membersOf({ folder, manifests, members }: InstalledProject, manager: string) {
	const reads =
		manager === 'pipenv' ? /Pipfile$/ : manager === 'pip' ? /\.txt$/ : /^(?!.*(?:Pipfile|\.txt)$)/;
	return [...manifests, ...members]
		.filter(({ path }) => reads.test(nameOf(path)))
		.map((one) => ({
			folder: folder === '' ? one.folder : one.folder.slice(folder.length + 1),
			manifest: one.manifest,
			text: one.text,
		}));
}

/** npm reads what a folder that is linked with `file:` asks for, too. */
async function linkedMembers(
	reading: Reading,
	{ folder, members }: InstalledProject,
	{ manager, text }: { manager: string; text: string },
): Promise<readonly Member[]> {
	if (manager !== 'npm') return [];
	const own = new Set(members.map((one) => one.folder));
	const found: Member[] = [];
	for (const target of linkTargets(text)) {
		const path = posix.join(folder || '.', target);
		const file = joined(path, 'package.json');
		if (own.has(path) || !reading.paths.has(file)) continue;
		const source = (await textOf(reading, file)) ?? '';
		const manifest = manifestIn('package.json', source);
		if (manifest !== null) found.push({ folder: target, manifest, text: source, isLinked: true });
	}
	return found;
}

function linkTargets(lock: string): readonly string[] {
	if (!lock.includes('"link": true')) return [];
	return Object.values(record(objectIn(lock)?.['packages'])).flatMap((entry) => {
		const { link, resolved } = record(entry);
		return link === true && typeof resolved === 'string' ? [resolved] : [];
	});
}

const IMAGE = /(?:^|\/)(?:[\w.-]*dockerfile[\w.-]*|containerfile)$/i;
const CI =
	/^(?:\.gitlab-ci\.yml|bitbucket-pipelines\.yml|azure-pipelines\.yml|cloudbuild\.ya?ml|buildspec\.yml|\.circleci\/config\.yml|\.woodpecker\.ya?ml|\.drone\.yml|\.travis\.yml)$/;
const PLATFORM = /(?:^|\/)(?:netlify\.toml|render\.ya?ml|vercel\.json|railway\.json)$/;
/** For work on the code: nothing of it is deployed. */
const DEVELOPMENT = /(?:^|[./_-])(?:dev|devel|development|local|test)(?:[./_-]|$)/i;

async function stepsIn(reading: Reading): Promise<readonly ShellStep[]> {
	const steps: ShellStep[] = [];
	let count = 0;
	for (const path of reading.paths) {
		const read = stepReader(path);
		if (read === null || count++ >= MOST_STEPS) continue;
		const text = await textOf(reading, path);
		if (text !== null) steps.push(...read(path, text));
	}
	return steps;
}

function stepReader(path: string): ((path: string, text: string) => readonly ShellStep[]) | null {
	if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return workflowSteps;
	if (CI.test(path)) return ciSteps;
	if (isElsewhere(path)) return null;
	if (IMAGE.test(path) && !DEVELOPMENT.test(nameOf(path))) {
		return (file, text) => imageSteps(file, text, folderOf(file));
	}
	return PLATFORM.test(path) ? platformSteps : null;
}

/** Only where there is a lock that could be kept to. */
async function unfrozenIn(
	reading: Reading,
	locked: readonly Locked[],
): Promise<LockState['notFrozen']> {
	if (locked.length === 0) return [];
	const isBerry =
		reading.paths.has('.yarnrc.yml') ||
		locked.some(({ project }) =>
			project.manifests.some(({ text }) => /"packageManager"\s*:\s*"yarn@[2-9]/.test(text)),
		);
	const installs = unfrozenInstalls(await stepsIn(reading), { isBerry });
	const seen = new Set<string>();
	return installs.filter((install) => {
		const place = `${install.file}:${install.line}`;
		if (seen.has(place) || !hasLock(install, locked)) return false;
		seen.add(place);
		return true;
	});
}

/** A step says where it runs by its folder; at the root it may change to any. */
function hasLock({ manager, folder }: UnfrozenInstall, locked: readonly Locked[]): boolean {
	const owners = locked.filter(({ locks }) => locks.some((one) => one.manager === manager));
	return owners.some(
		({ project }) => folder === '' || project.folder === folder || project.folder === '',
	);
}
