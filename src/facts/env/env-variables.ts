import {
	isGivenByPlatform,
	isHarmlessWithout,
	isReadByLibraries,
	isVariableName,
	type PublicPrefix,
} from './env-name.ts';
import { type EnvPackage, frameworksOf } from './env-package.ts';
import type { EnvPlace, EnvVariable, Need } from './env-schema.ts';
import { NEEDS } from './env-schema.ts';
import type { EnvFileSource, ReadAt, Sources } from './env-sources.ts';

const MOST_PLACES = 5;
const MOST_VARIABLES = 3_000;

/** A key of a schema, with where it stands and whether the schema is in use. */
export interface SchemaKeyAt extends EnvPlace {
	readonly name: string;
	readonly required: boolean;
	readonly atLoad: boolean;
	readonly reached: boolean;
	/** A build of the framework evaluates it. */
	readonly atBuild: boolean;
}

export interface VariableWorld {
	readonly sources: Sources;
	/** Reads of the code, those through wrappers and lists included. */
	readonly reads: readonly ReadAt[];
	readonly keys: readonly SchemaKeyAt[];
	readonly publicOf: (name: string, file: string) => PublicPrefix | null;
	/** By package folder, the names that production has; no entry where no list was found. */
	readonly production: ReadonlyMap<string, ReadonlySet<string>>;
	/** Env files with credentials in them: they are nobody's example. */
	readonly secretive: ReadonlySet<string>;
}

interface Gathered {
	readonly name: string;
	readonly reads: ReadAt[];
	readonly keys: SchemaKeyAt[];
	readonly declared: EnvPlace[];
	shownIn: EnvPlace | null;
}

/** Every name that is read, described or declared, with what is known of it. */
export function variablesOf(world: VariableWorld): {
	variables: readonly EnvVariable[];
	unlisted: readonly string[];
	cut: boolean;
} {
	const gathered = gather(world);
	const used = usedNames(world.sources);
	const wanting = new Map<string, Set<string>>();
	const variables = [...gathered.values()]
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.slice(0, MOST_VARIABLES)
		.map((one) => variableFrom(one, world, used, wanting));
	const unlisted = [...wanting.keys()].filter((folder) => !world.production.has(folder)).sort();
	return { variables, unlisted, cut: gathered.size > MOST_VARIABLES };
}

function gather({ sources, reads, keys, secretive }: VariableWorld): Map<string, Gathered> {
	const all = new Map<string, Gathered>();
	const entry = (name: string): Gathered => {
		const seen = all.get(name);
		if (seen !== undefined) return seen;
		const made: Gathered = { name, reads: [], keys: [], declared: [], shownIn: null };
		all.set(name, made);
		return made;
	};
	for (const one of reads) if (one.read.handling !== 'write') entry(one.read.name).reads.push(one);
	for (const one of keys) {
		const found = entry(one.name);
		found.keys.push(one);
		found.shownIn ??= { file: one.file, line: one.line };
	}
	for (const file of sources.envFiles) {
		const { path, role, tracked } = file;
		// A committed file of defaults shows what there is as well as an example does.
		noteEnvFile(file, role === 'example' || (tracked && !secretive.has(path)), entry);
	}
	for (const { name, file, line, by } of sources.declared) {
		if (!isVariableName(name)) continue;
		const found = entry(name);
		found.declared.push({ file, line });
		if (by === 'app.json') found.shownIn ??= { file, line };
	}
	return all;
}

function noteEnvFile(
	{ path, role, parsed, commented }: EnvFileSource,
	shows: boolean,
	entry: (name: string) => Gathered,
): void {
	if (role === 'test') return;
	for (const { name, line } of [...parsed.assignments, ...parsed.bare]) {
		const found = entry(name);
		found.declared.push({ file: path, line });
		if (shows) found.shownIn ??= { file: path, line };
	}
	if (!shows) return;
	for (const { name, line } of commented) entry(name).shownIn ??= { file: path, line };
}

/** Beside the names that stand in code: patterns of names, references, and what tools read by themselves. */
function usedNames(sources: Sources): (name: string) => boolean {
	const references = new Set(sources.envFiles.flatMap(({ parsed }) => parsed.references));
	const patterns = [...sources.scripts.values()]
		.flatMap(({ js }) => js.patterns)
		.filter(({ start, end }) => start.length + end.length >= 3);
	return (name) =>
		sources.used.has(name) ||
		references.has(name) ||
		isReadByLibraries(name) ||
		isGivenByPlatform(name) ||
		patterns.some(({ start, end }) => name.startsWith(start) && name.endsWith(end));
}

function variableFrom(
	one: Gathered,
	world: VariableWorld,
	used: (name: string) => boolean,
	wanting: Map<string, Set<string>>,
): EnvVariable {
	const { name, declared, shownIn } = one;
	const given = isGivenByPlatform(name);
	const folders = foldersOf(one, world);
	const needs = folders.map((folder) => needIn(one, folder, world));
	const need =
		NEEDS.find((level) => needs.includes(level)) ?? (one.reads.length > 0 ? 'tool' : 'unread');
	const isWanted = isWantedAt(need) && !given;
	const units = isWanted ? unitsFor(one, world) : [];
	for (const unit of units) wanting.set(unit, (wanting.get(unit) ?? new Set()).add(name));
	const places = placesOf(one);
	return {
		name,
		need,
		boot: isWanted && isAtBoot(one, need, world),
		build: buildUse(one, need, world),
		reads: places.slice(0, MOST_PLACES),
		readsInAll: places.length,
		folders,
		given,
		shownIn,
		declared: declared.slice(0, MOST_PLACES),
		used: places.length > 0 || used(name),
		missingIn: units.filter((unit) => world.production.get(unit)?.has(name) === false),
		publicBy: publicBy(one, world),
	};
}

export const isWantedAt = (need: Need): boolean =>
	need === 'schema' || need === 'throws' || need === 'required';

const isProduct = ({ context }: ReadAt): boolean => context === 'app' || context === 'build';

function foldersOf({ reads, keys }: Gathered, { sources }: VariableWorld): string[] {
	const files = [...reads.filter(isProduct), ...keys].map(
		({ file }) => sources.packages.of(file).folder,
	);
	return [...new Set(files)].sort();
}

/** A question whether it is there, anywhere in the package, says that the code copes without it. */
function needIn({ name, reads, keys }: Gathered, folder: string, { sources }: VariableWorld): Need {
	const isHere = ({ file }: { file: string }) => sources.packages.of(file).folder === folder;
	const here = reads.filter((one) => isHere(one) && isProduct(one));
	if (keys.some((key) => isHere(key) && key.required && key.reached)) return 'schema';
	const handled = (handling: string) => here.some(({ read }) => read.handling === handling);
	if (handled('throws')) return 'throws';
	const isRequired = handled('required') && !handled('guarded') && !isHarmlessWithout(name);
	if (isRequired) return 'required';
	const isFlag = here.length > 0 && here.every(({ read }) => read.handling === 'flag');
	return isFlag ? 'flag' : 'optional';
}

function isAtBoot({ reads, keys, name }: Gathered, need: Need, world: VariableWorld): boolean {
	if (keys.some(({ required, reached, atLoad }) => required && reached && atLoad)) return true;
	return reads.some(({ read, context, file }) => {
		if (context !== 'app' || !read.atLoad) return false;
		// In the bundle it is undefined, which stops nothing by itself.
		const inBundle = world.publicOf(name, file) !== null || read.from === 'meta';
		if (read.handling === 'throws') return read.from !== 'static';
		return read.handling === 'required' && need !== 'optional' && !inBundle;
	});
}

function buildUse(one: Gathered, need: Need, world: VariableWorld): EnvVariable['build'] {
	if (!isWantedAt(need)) return '';
	if (one.reads.some(({ read }) => read.from === 'static')) return 'import';
	if (one.keys.some(({ required, atBuild }) => required && atBuild)) return 'schema';
	return publicBy(one, world) === '' ? '' : 'inlined';
}

function publicBy({ name, reads, keys, declared }: Gathered, { publicOf }: VariableWorld): string {
	for (const { file } of [...reads, ...keys, ...declared]) {
		const prefix = publicOf(name, file);
		if (prefix !== null) return prefix.framework;
	}
	return '';
}

const ORDER = ['app', 'build', 'tool', 'test'];

function placesOf({ reads, keys }: Gathered): EnvPlace[] {
	const sorted = [...reads].sort(
		(a, b) => ORDER.indexOf(a.context) - ORDER.indexOf(b.context) || (a.file < b.file ? -1 : 1),
	);
	const places = [
		...sorted.map(({ file, read }) => ({ file, line: read.line })),
		...keys.map(({ file, line }) => ({ file, line })),
	];
	return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()];
}

/** Deployable packages in which the name is wanted, through the packages of the repository that they use. */
function unitsFor(one: Gathered, world: VariableWorld): readonly string[] {
	const { packages } = world.sources;
	const wanted = new Set(
		foldersOf(one, world).filter((folder) => isWantedAt(needIn(one, folder, world))),
	);
	const apps = packages.apps();
	const direct = apps.filter((app) =>
		[...packages.reach(app)].some((folder) => wanted.has(folder)),
	);
	const reached = new Set(direct.flatMap((app) => [...packages.reach(app)]));
	const others = packages.packages.filter(
		({ folder }) => wanted.has(folder) && !reached.has(folder),
	);
	return [...direct, ...others].map(({ folder }) => folder).sort();
}

/** Next.js evaluates the modules of pages while it builds; other builds evaluate what configures them. */
export function isEvaluatedByBuild(
	owner: EnvPackage,
	file: string,
	reachedByConfig: ReadonlySet<string>,
): boolean {
	return reachedByConfig.has(file) || frameworksOf(owner).has('next');
}
