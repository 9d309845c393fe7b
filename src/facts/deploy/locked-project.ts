import type { Mismatch } from './lock-mismatch.ts';
import type { Manifest } from './manifest.ts';

/** A manifest that a lock answers for. */
export interface Member {
	/** From the lock's folder; empty for its own. */
	readonly folder: string;
	readonly manifest: Manifest;
	readonly text: string;
	/** Linked with `file:`, and no workspace. */
	readonly isLinked?: boolean;
}

export interface LockedProject {
	readonly lock: string;
	/** The lock's own folder first, then its workspaces. */
	readonly members: readonly Member[];
	/** Text of `.npmrc` beside the lock. */
	readonly npmrc: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const record = (value: unknown): JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** Lists of a package.json whose later ones win. */
export const KINDS = ['devDependencies', 'dependencies', 'optionalDependencies'] as const;

export function namesAndRanges(
	json: JsonObject,
	kinds: readonly string[],
): ReadonlyMap<string, string> {
	return new Map(
		kinds.flatMap((kind) =>
			Object.entries(record(json[kind])).filter(
				(entry): entry is [string, string] => typeof entry[1] === 'string',
			),
		),
	);
}

/** Root overrides reach into every workspace. */
export const overriddenIn = (members: readonly Member[]): ReadonlySet<string> =>
	new Set(members.flatMap(({ manifest }) => [...manifest.overridden]));

/**
 * The manifest's ranges beside those that the lock repeats of it: other, missing, and no longer asked
 * for are all a difference.
 */
export function differences(
	wanted: ReadonlyMap<string, string>,
	repeated: ReadonlyMap<string, string>,
	skip: ReadonlySet<string>,
	isSame: (wanted: string, locked: string, name: string) => boolean = (a, b) => a === b,
): readonly Mismatch[] {
	const missing = [...wanted].flatMap(([name, range]) => {
		const locked = repeated.get(name);
		if (skip.has(name) || (locked !== undefined && isSame(range, locked, name))) return [];
		return [{ name, wanted: range, locked: locked ?? '' }];
	});
	const removed = [...repeated]
		.filter(([name]) => !wanted.has(name) && !skip.has(name))
		.map(([name, locked]) => ({ name, wanted: '', locked }));
	return [...missing, ...removed];
}
