import type { Mismatch } from './lock-mismatch.ts';
import {
	differences,
	type JsonObject,
	KINDS,
	type LockedProject,
	namesAndRanges,
	overriddenIn,
	record,
} from './locked-project.ts';
import { objectIn } from './package-scripts.ts';
import { satisfies } from './version-range.ts';

export const isBinaryBun = (lock: string): boolean =>
	lock.slice(0, 60).includes('bun-lockfile-format');

/** bun.lock is JSON with trailing commas; its older form is binary, where a name alone can be found. */
export function bunMismatches({ lock, members }: LockedProject): readonly Mismatch[] | null {
	if (isBinaryBun(lock)) {
		return members.flatMap(({ manifest }) =>
			[...manifest.wanted]
				.filter(([name]) => !lock.includes(name))
				.map(([name, wanted]) => ({ name, wanted, locked: '' })),
		);
	}
	const plain = lock.replace(
		/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g,
		(_, quoted?: string) => quoted ?? '',
	);
	const json = objectIn(plain);
	if (json === null || !('workspaces' in json)) return null;
	const workspaces = record(json['workspaces']);
	const kinds = [...KINDS, 'peerDependencies'];
	const skip = overriddenIn(members);
	return members.flatMap(({ folder, manifest, text }) => {
		if (!(folder in workspaces)) {
			return [{ name: manifest.name || folder, wanted: `workspace ${folder}`, locked: '' }];
		}
		return differences(
			namesAndRanges(objectIn(text) ?? {}, kinds),
			namesAndRanges(record(workspaces[folder]), kinds),
			skip,
			// Another range is no change where the version that is locked meets it.
			(wanted, locked, name) =>
				wanted === locked || satisfies(versionOf(json, name, manifest.name), wanted) === true,
		);
	});
}

/** `"ms": ["ms@2.1.3", …]`; a workspace's own stands under `workspace/ms`. */
function versionOf(json: JsonObject, name: string, workspace: string): string {
	const packages = record(json['packages']);
	const entry = packages[`${workspace}/${name}`] ?? packages[name];
	const [locked] = Array.isArray(entry) ? entry : [];
	return typeof locked === 'string' ? locked.slice(locked.lastIndexOf('@') + 1) : '';
}
