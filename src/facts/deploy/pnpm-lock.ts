import { indentedKeys } from './indented-keys.ts';
import type { Mismatch } from './lock-mismatch.ts';
import {
	differences,
	KINDS,
	type LockedProject,
	namesAndRanges,
	overriddenIn,
	record,
} from './locked-project.ts';
import { objectIn } from './package-scripts.ts';

interface Importer {
	readonly specifiers: Map<string, string>;
	/** Name to the list it stands in. */
	readonly kinds: Map<string, string>;
}

/** pnpm compares ranges and lists, which its lock repeats, letter by letter; versions 5 to 9. */
export function pnpmMismatches({ lock, members }: LockedProject): readonly Mismatch[] | null {
	if (!/^lockfileVersion:/m.test(lock)) return null;
	const importers = importersIn(lock);
	const withPeers = /^ {2}autoInstallPeers: true/m.test(lock);
	const withoutLinks = /^ {2}excludeLinksFromLockfile: true/m.test(lock);
	const skip = overriddenIn(members);
	return members.flatMap(({ folder, text }) => {
		const json = objectIn(text) ?? {};
		const all = [...namesAndRanges(json, withPeers ? ['peerDependencies', ...KINDS] : KINDS)];
		const wanted = new Map(all.filter(([, range]) => !withoutLinks || !range.startsWith('link:')));
		const importer = importers.get(folder === '' ? '.' : folder);
		const found = differences(wanted, importer?.specifiers ?? new Map(), skip);
		const moved = [...wanted.keys()].flatMap((name) => {
			const kind = KINDS.findLast((one) => name in record(json[one]));
			const locked = importer?.kinds.get(name);
			const isMoved = kind !== undefined && locked !== undefined && locked !== kind;
			const isTold = skip.has(name) || found.some((one) => one.name === name);
			return isMoved && !isTold ? [{ name, wanted: `in ${kind}`, locked: `in ${locked}` }] : [];
		});
		return [...found, ...moved];
	});
}

/** A lock of one package has no `importers` around its lists. */
function importersIn(text: string): ReadonlyMap<string, Importer> {
	const importers = new Map<string, Importer>();
	for (const { path, value } of indentedKeys(text, /^(?:packages|snapshots):/)) {
		const isNested = path[0] === 'importers';
		const [kind = '', name = '', key] = isNested ? path.slice(2) : path;
		const folder = isNested ? (path[1] ?? '') : '.';
		if (name === '' || !(kind === 'specifiers' || /ependencies$/.test(kind))) continue;
		const importer = importers.get(folder) ?? { specifiers: new Map(), kinds: new Map() };
		importers.set(folder, importer);
		// Up to version 5 the ranges stand in a list of their own.
		if (kind === 'specifiers') importer.specifiers.set(name, value);
		else importer.kinds.set(name, kind);
		if (key === 'specifier') importer.specifiers.set(name, value);
	}
	return importers;
}
