import { objectIn } from './deploy-step.ts';
import type { Manager } from './lock-kind.ts';
import type { Manifest } from './manifest.ts';
import { satisfies } from './version-range.ts';

/** A dependency that the lock does not hold as the manifest asks for it. */
export interface Mismatch {
	readonly name: string;
	/** As the manifest writes it; `a URL` for what might carry a credential. */
	readonly wanted: string;
	/** As the lock has it; empty where it has none. */
	readonly locked: string;
}

/**
 * What a frozen install would refuse. `member` is the folder below the lock's; empty for its own. `null` where the
 * format cannot be read.
 */
export function mismatchesIn(
	manager: Manager,
	{ lock, manifest, member }: { lock: string; manifest: Manifest; member: string },
): readonly Mismatch[] | null {
	const locked = READERS[manager]?.(lock, member) ?? null;
	if (locked === null) return null;
	return [...manifest.wanted].flatMap(([name, wanted]) => {
		if (manifest.overridden.has(name)) return [];
		const found = locked(name, wanted);
		return found === true ? [] : [{ name, wanted: shown(wanted), locked: shown(found) }];
	});
}

const shown = (text: string): string =>
	text === '' || /^[\w.^~<>=|*+!, -]{1,60}$/.test(text)
		? text
		: /^(?:npm|workspace|catalog|file|link|portal|patch):[\w@/.^~*-]{0,60}$/.test(text)
			? text
			: 'a URL';

/** `true` where the lock has it as wanted; else what it has, or an empty text. */
type Locked = (name: string, wanted: string) => true | string;
type Reader = (text: string, member: string) => Locked | null;

const record = (value: unknown): Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** A range that says nothing of a version (a tag, a URL, a workspace) asks for presence alone. */
function versionFits(version: string, wanted: string): true | string {
	const range = /^npm:(?:@[^@]+|[^@]+)@(.+)$/.exec(wanted)?.[1] ?? wanted;
	return satisfies(version, range) === false ? version : true;
}

/** package-lock.json of npm 7 on (`packages`) and before (`dependencies`). */
function npmLock(text: string, member: string): Locked | null {
	const json = objectIn(text);
	const packages = record(json['packages']);
	if ('packages' in json) {
		return (name, wanted) => {
			const own = member === '' ? undefined : packages[`${member}/node_modules/${name}`];
			const entry = record(own ?? packages[`node_modules/${name}`]);
			if (entry['link'] === true) return true;
			return typeof entry['version'] === 'string' ? versionFits(entry['version'], wanted) : '';
		};
	}
	if (!('dependencies' in json)) return 'lockfileVersion' in json ? () => '' : null;
	const dependencies = record(json['dependencies']);
	return (name, wanted) => {
		const version = record(dependencies[name])['version'];
		return typeof version === 'string' ? versionFits(version, wanted) : '';
	};
}

/** pnpm compares the ranges themselves, which its lock repeats. */
function pnpmLock(text: string, member: string): Locked | null {
	if (!/^lockfileVersion:/m.test(text)) return null;
	const specifiers = pnpmSpecifiers(text, member === '' ? '.' : member);
	return (name, wanted) => {
		const found = specifiers.get(name);
		if (found === undefined) return '';
		return found === wanted ? true : found;
	};
}

const unquoted = (text: string): string => text.trim().replace(/^(['"])(.*)\1$/, '$2');

/** By indentation, so that a lock of megabytes is read in one pass; ends where the packages begin. */
function pnpmSpecifiers(text: string, importer: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	const hasImporters = /^importers:/m.test(text);
	let inside = !hasImporters && importer === '.';
	let name = '';
	let isList = false;
	for (const line of text.split('\n')) {
		if (/^(?:packages|snapshots):/.test(line)) break;
		const indent = line.length - line.trimStart().length;
		const [, key = '', value = ''] =
			/^\s*('[^']+'|"[^"]+"|[^\s:][^:]*):(?: (.*))?$/.exec(line) ?? [];
		const depth = hasImporters ? indent - 4 : indent;
		if (hasImporters && indent === 2) inside = unquoted(key) === importer;
		if (!inside || key === '') continue;
		if (depth === 0) isList = key === 'specifiers' || /ependencies$/.test(key);
		else if (depth === 2 && isList) {
			name = unquoted(key);
			if (value !== '' && !found.has(name)) found.set(name, unquoted(value));
		} else if (depth === 4 && key === 'specifier') found.set(name, unquoted(value));
	}
	return found;
}

/** Yarn's lock has an entry for each range that was asked for. */
function yarnLock(text: string): Locked | null {
	if (!/^# yarn lockfile v1|^__metadata:/m.test(text)) return null;
	const asked = new Set<string>();
	const names = new Map<string, string>();
	for (const line of text.split('\n')) {
		if (!/^[^\s#].*:$/.test(line)) continue;
		for (const key of line.slice(0, -1).replaceAll('"', '').split(', ')) {
			asked.add(key);
			const at = key.indexOf('@', 1);
			names.set(key.slice(0, at), key.slice(at + 1));
		}
	}
	return (name, wanted) => {
		if (/^(?:workspace|link|portal|file|patch|catalog):/.test(wanted)) return true;
		if (asked.has(`${name}@${wanted}`) || asked.has(`${name}@npm:${wanted}`)) return true;
		return names.get(name)?.replace(/^npm:/, '') ?? '';
	};
}

/** bun.lock is JSON with trailing commas; the older bun.lockb is binary. */
function bunLock(text: string, member: string): Locked | null {
	const plain = text.replace(
		/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g,
		(_, quoted: string | undefined) => quoted ?? '',
	);
	const workspace = record(record(objectIn(plain)['workspaces'])[member]);
	if (Object.keys(workspace).length === 0) return null;
	const asked = new Map(
		['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap(
			(kind) => Object.entries(record(workspace[kind])),
		),
	);
	return (name, wanted) => {
		const found = asked.get(name);
		if (found === wanted) return true;
		return typeof found === 'string' ? found : '';
	};
}

const present =
	(names: ReadonlySet<string>): Locked =>
	(name) =>
		names.has(name) ? true : '';

function composerLock(text: string): Locked | null {
	const json = objectIn(text);
	if (!Array.isArray(json['packages'])) return null;
	const all = [json['packages'], json['packages-dev']].flatMap((one) =>
		Array.isArray(one) ? one : [],
	);
	return present(new Set(all.map((one) => String(record(one)['name']).toLowerCase())));
}

/** Its last list repeats what the Gemfile asks for. */
function gemLock(text: string): Locked | null {
	const list = /^DEPENDENCIES\n((?: {2}[^\n]*\n?)*)/m.exec(text)?.[1];
	if (list === undefined) return null;
	return present(new Set([...list.matchAll(/^ {2}([\w.-]+)!?/gm)].map(([, name = '']) => name)));
}

function tomlPackages(text: string): ReadonlyMap<string, readonly string[]> {
	const packages = new Map<string, string[]>();
	for (const [, name = '', version = ''] of text.matchAll(
		/^\[\[package\]\]\s+name = "([^"]+)"\s+version = "([^"]+)"/gm,
	)) {
		packages.set(name, [...(packages.get(name) ?? []), version]);
	}
	return packages;
}

/** A Cargo requirement without a sign is a caret's. */
function cargoLock(text: string): Locked | null {
	if (!text.includes('[[package]]')) return null;
	const packages = tomlPackages(text);
	return (name, wanted) => {
		const versions = packages.get(name);
		if (versions === undefined) return '';
		const range = /^\d/.test(wanted) ? `^${wanted}` : wanted;
		return versions.every((version) => satisfies(version, range) === false)
			? (versions[0] ?? '')
			: true;
	};
}

const pythonLock = (text: string): Locked | null =>
	text.includes('[[package]]')
		? present(
				new Set(
					[...tomlPackages(text).keys()].map((name) => name.toLowerCase().replace(/[-_.]+/g, '-')),
				),
			)
		: null;

function pipenvLock(text: string): Locked | null {
	const json = objectIn(text);
	if (!('_meta' in json)) return null;
	const names = ['default', 'develop'].flatMap((kind) => Object.keys(record(json[kind])));
	return present(new Set(names.map((name) => name.toLowerCase().replace(/[-_.]+/g, '-'))));
}

/** A module without a hash stops the build: "missing go.sum entry". */
function goSum(text: string): Locked {
	const entries = new Set(
		[...text.matchAll(/^(\S+) (\S+?)(?:\/go\.mod)? h1:/gm)].map(
			([, name, version]) => `${name} ${version}`,
		),
	);
	return (name, version) => (entries.has(`${name} ${version}`) ? true : '');
}

const READERS: Partial<Readonly<Record<Manager, Reader>>> = {
	npm: npmLock,
	pnpm: pnpmLock,
	yarn: yarnLock,
	bun: bunLock,
	composer: composerLock,
	bundler: gemLock,
	cargo: cargoLock,
	poetry: pythonLock,
	uv: pythonLock,
	pdm: pythonLock,
	pipenv: pipenvLock,
	go: goSum,
};
