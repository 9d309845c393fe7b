import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { bunMismatches } from './bun-lock.ts';
import type { Manager } from './lock-kind.ts';
import { type Mismatch, shownMismatch } from './lock-mismatch.ts';
import { type JsonObject, type LockedProject, type Member, record } from './locked-project.ts';
import { pythonName, requirementIn, requirementLines } from './manifest.ts';
import { npmMismatches } from './npm-lock.ts';
import { objectIn } from './package-scripts.ts';
import { pnpmMismatches } from './pnpm-lock.ts';
import { pythonSatisfies } from './python-range.ts';
import { readToml, tomlAt } from './toml.ts';
import { satisfies } from './version-range.ts';
import { yarnMismatches } from './yarn-lock.ts';

/** What a frozen install would refuse; `null` where the lock is none of this manager. */
export function mismatchesIn(manager: Manager, project: LockedProject): readonly Mismatch[] | null {
	const reader = READERS[manager];
	if (reader === undefined) return [];
	const isLinkReader = manager === 'npm';
	const members = project.members.filter(({ isLinked }) => isLinkReader || isLinked !== true);
	const found = reader({ ...project, members });
	if (found === null) return null;
	const seen = new Map(found.map((one) => [`${one.name}\0${one.wanted}`, shownMismatch(one)]));
	return [...seen.values()];
}

type Reader = (project: LockedProject) => readonly Mismatch[] | null;

const npm: Reader = ({ lock, members, npmrc }) =>
	npmMismatches(
		lock,
		members.map(({ folder, text, isLinked }) => ({
			folder,
			json: objectIn(text) ?? {},
			isWorkspace: isLinked !== true,
		})),
		/^\s*legacy-peer-deps\s*=\s*true/m.test(npmrc),
	);

const missingFrom = (
	members: readonly Member[],
	locked: (name: string, wanted: string) => true | string,
): readonly Mismatch[] =>
	members.flatMap(({ manifest }) =>
		[...manifest.wanted].flatMap(([name, wanted]) => {
			const fit = locked(name, wanted);
			return fit === true ? [] : [{ name, wanted, locked: fit }];
		}),
	);

/** `composer validate` compares a hash of what matters in composer.json. */
const composer: Reader = ({ lock, members }) => {
	const json = objectIn(lock);
	if (json === null || !Array.isArray(json['packages'])) return null;
	const all = [json['packages'], json['packages-dev']].flatMap((one) =>
		Array.isArray(one) ? one : [],
	);
	const names = new Set(all.map((one) => String(record(one)['name']).toLowerCase()));
	for (const one of all) {
		for (const given of ['replace', 'provide']) {
			for (const name of Object.keys(record(record(one)[given]))) names.add(name.toLowerCase());
		}
	}
	const missing = missingFrom(members, (name) => (names.has(name.toLowerCase()) ? true : ''));
	const hash = json['content-hash'];
	const own = composerHash(objectIn(members[0]?.text ?? '') ?? {});
	if (missing.length > 0 || typeof hash !== 'string' || own === null || own === hash)
		return missing;
	return [{ name: 'content-hash', wanted: own, locked: hash }];
};

const COMPOSER_KEYS = [
	'conflict',
	'extra',
	'minimum-stability',
	'name',
	'prefer-stable',
	'provide',
	'replace',
	'repositories',
	'require',
	'require-dev',
	'version',
];

/** MD5 of the keys as PHP writes JSON; `null` where PHP and JavaScript would order or write them otherwise. */
function composerHash(json: JsonObject): string | null {
	const platform = record(json['config'])['platform'];
	const relevant = new Map<string, unknown>(
		COMPOSER_KEYS.filter((key) => key in json).map((key) => [key, json[key]]),
	);
	if (platform !== undefined) relevant.set('config', { platform });
	const sorted = [...relevant].sort(([a], [b]) => (a < b ? -1 : 1));
	const written = phpJson(Object.fromEntries(sorted));
	return written === null ? null : createHash('md5').update(written, 'latin1').digest('hex');
}

function phpJson(value: unknown): string | null {
	if (typeof value === 'string') {
		return JSON.stringify(value)
			.replaceAll('/', '\\/')
			.replace(/[\u007f-\uffff]/g, (one) =>
				one === '\u007f' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
			);
	}
	if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
	if (typeof value !== 'object' || value === null) return String(value);
	if (Array.isArray(value)) {
		const inner = value.map(phpJson);
		return inner.includes(null) ? null : `[${inner.join(',')}]`;
	}
	const entries = Object.entries(value);
	// An empty object comes back from PHP as an empty list.
	if (entries.length === 0) return '[]';
	if (entries.some(([key]) => /^-?\d+$/.test(key) || key === '')) return null;
	const inner = entries.map(([key, one]) => {
		const written = phpJson(one);
		return written === null ? null : `${phpJson(key)}:${written}`;
	});
	return inner.includes(null) ? null : `{${inner.join(',')}}`;
}

/** Its last list repeats what the Gemfile asks for. */
const bundler: Reader = ({ lock, members }) => {
	const list = /^DEPENDENCIES\n((?: {2}[^\n]*(?:\n|$))*)/m.exec(lock.replaceAll('\r', ''))?.[1];
	if (list === undefined) return null;
	const repeated = new Map(
		[...list.matchAll(/^ {2}([\w.-]+)(?: \(([^)]*)\))?(!?)/gm)].map(([, name = '', range = '']) => [
			name,
			range,
		]),
	);
	return missingFrom(members, (name, wanted) => {
		const locked = repeated.get(name);
		if (locked === undefined) return '';
		return wanted === '' || gemRange(wanted) === gemRange(locked) ? true : locked;
	});
};

const gemRange = (range: string): string =>
	range
		.split(',')
		.map((part) =>
			part
				.trim()
				.replace(/^(?=\d)/, '= ')
				.replace(/\s+/g, ' '),
		)
		.map((part) => part.replace(/^([<>=~!]+)(?=\d)/, '$1 '))
		.sort()
		.join(', ');

/** Versions by name in `[[package]]` tables, as tools write them. */
function lockedVersions(text: string): ReadonlyMap<string, readonly string[]> {
	const packages = new Map<string, string[]>();
	for (const [, name = '', version = ''] of text
		.replaceAll('\r', '')
		.matchAll(/^\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"/gm)) {
		packages.set(name, [...(packages.get(name) ?? []), version]);
	}
	return packages;
}

/** A requirement of Cargo without a sign is a caret's; the lock also has the packages of the workspace. */
const cargo: Reader = ({ lock, members }) => {
	if (!/^version = \d|\[\[package\]\]/m.test(lock)) return null;
	const packages = lockedVersions(lock);
	const needs = missingFrom(members, (name, wanted) => {
		const versions = packages.get(name);
		if (versions === undefined) return '';
		const range = wanted
			.split(',')
			.map((part) => part.trim().replace(/^(?=\d)/, '^'))
			.join(' ');
		const fits = versions.some((version) => satisfies(version, range) !== false);
		return fits ? true : versions.join(', ');
	});
	const own = members.flatMap(({ manifest: { name, version } }) => {
		const versions = packages.get(name);
		const isSame = name === '' || versions?.includes(version || (versions[0] ?? ''));
		return isSame === true ? [] : [{ name, wanted: version, locked: versions?.join(', ') ?? '' }];
	});
	return [...needs, ...own];
};

/** poetry.lock and pdm.lock: names, and versions inside their ranges. */
const python: Reader = ({ lock, members }) => {
	if (!/\[\[package\]\]|^content[-_]hash = /m.test(lock)) return null;
	const packages = new Map<string, readonly string[]>();
	for (const [name, versions] of lockedVersions(lock)) {
		packages.set(pythonName(name), [...(packages.get(pythonName(name)) ?? []), ...versions]);
	}
	return missingFrom(members.slice(0, 1), (name, wanted) => {
		const versions = packages.get(name);
		if (versions === undefined) return '';
		const fits = versions.some((version) => pythonSatisfies(version, wanted) !== false);
		return fits ? true : versions.join(', ');
	});
};

/** uv.lock repeats what each project asks for. */
const uv: Reader = ({ lock, members }) => {
	if (!/^requires-python = |\[\[package\]\]/m.test(lock)) return null;
	return members.flatMap(({ folder, manifest }) => {
		const own = uvProject(lock, folder === '' ? '.' : folder);
		if (own === null) {
			return manifest.wanted.size === 0
				? []
				: [{ name: manifest.name || folder, wanted: 'this project', locked: '' }];
		}
		const listed = [...manifest.wanted];
		const changed = listed.flatMap(([name, wanted]) => {
			const specifiers = own.get(name);
			if (specifiers === undefined) return [{ name, wanted, locked: '' }];
			const fits = specifiers.some((one) => specifierSet(one) === specifierSet(wanted));
			return fits ? [] : [{ name, wanted, locked: specifiers.join(' or ') }];
		});
		return changed;
	});
};

const specifierSet = (text: string): string =>
	text
		.split(',')
		.map((part) => part.replace(/\s+/g, ''))
		.filter((part) => part !== '')
		.sort()
		.join(',');

/** Requirements by name; `null` where the lock has no such project. */
function uvProject(lock: string, folder: string): ReadonlyMap<string, readonly string[]> | null {
	const block = lock
		.replaceAll('\r', '')
		.split(/^(?=\[\[package\]\]$)/m)
		.find((one) => {
			const path = /^source = \{ (?:virtual|editable|directory) = "([^"]*)" \}/m.exec(one)?.[1];
			return path !== undefined && posix.normalize(path) === posix.normalize(folder);
		});
	if (block === undefined) return null;
	const metadata = block.slice(Math.max(0, block.search(/^\[package\.metadata\]/m)));
	const found = new Map<string, string[]>();
	const listed = tomlAt(readToml(metadata), 'package', 'metadata', 'requires-dist')?.value;
	for (const one of Array.isArray(listed) ? listed : []) {
		const { name, specifier } = record(one);
		if (typeof name !== 'string') continue;
		const text = typeof specifier === 'string' ? specifier : '';
		found.set(pythonName(name), [...(found.get(pythonName(name)) ?? []), text]);
	}
	return found;
}

const pipenv: Reader = ({ lock, members }) => {
	const json = objectIn(lock);
	if (json === null || !('_meta' in json)) return null;
	const versions = new Map<string, string>();
	for (const kind of Object.keys(json)) {
		for (const [name, one] of Object.entries(record(json[kind]))) {
			const version = record(one)['version'];
			versions.set(pythonName(name), typeof version === 'string' ? version.replace(/^==/, '') : '');
		}
	}
	return missingFrom(members, (name, wanted) => {
		const version = versions.get(name);
		if (version === undefined) return '';
		return pythonSatisfies(version, wanted) === false ? version : true;
	});
};

/** requirements.txt against the wishes it was made from; the member's text is that of the wishes. */
const pipTools: Reader = ({ lock, members }) => {
	const locked = new Map<string, string>();
	for (const line of requirementLines(lock)) {
		const [bare = ''] = line.split(/\s--|;/);
		const one = requirementIn(bare);
		if (one !== null) locked.set(...one);
	}
	return missingFrom(members, (name, wanted) => {
		const exact = locked.get(name);
		if (exact === undefined) return '';
		return pythonSatisfies(exact.replace(/^===?/, ''), wanted) === false ? exact : true;
	});
};

/** A module without a hash stops the build: "missing go.sum entry". */
const goSum: Reader = ({ lock, members }) => {
	const entries = new Set(
		[...lock.matchAll(/^(\S+) (\S+?)(?:\/go\.mod)? h1:/gm)].map(
			([, name, version]) => `${name} ${version}`,
		),
	);
	return missingFrom(members.slice(0, 1), (name, version) =>
		entries.has(`${name} ${version}`) ? true : '',
	);
};

const mix: Reader = ({ lock, members }) => {
	if (!/^\s*%\{/.test(lock)) return null;
	return missingFrom(members.slice(0, 1), (name) => (lock.includes(`"${name}":`) ? true : ''));
};

const READERS: Partial<Readonly<Record<Manager, Reader>>> = {
	npm,
	pnpm: pnpmMismatches,
	yarn: yarnMismatches,
	bun: bunMismatches,
	composer,
	bundler,
	cargo,
	poetry: python,
	pdm: python,
	uv,
	pipenv,
	'pip-tools': pipTools,
	go: goSum,
	mix,
};
