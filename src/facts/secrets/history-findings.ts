import type { BlobAppearance, BlobPast, FilesPort, GitStore } from '../../core/io.ts';
import {
	type HistorySecret,
	type HistorySighting,
	type Past,
	type PastEnvFile,
	type RepositoryHistory,
	STANDINGS,
	type Standing,
} from './history-sighting.ts';
import type { BlobReading } from './secret-blob.ts';

const MOST_SECRETS = 2_000;
const MOST_PLACES = 20;
const MOST_LISTED = 50;

/** A blob at one of its paths, or at none. */
export interface ReadBlob {
	readonly blob: string;
	/** `null`: no commit that a ref leads to has it. */
	readonly appearance: BlobAppearance | null;
	readonly reading: BlobReading;
}

type Findings = Omit<RepositoryHistory, 'scanned' | 'binary' | 'tooLarge'>;

/** What was read, value by value and file by file, with what of today still has it. */
export async function historyFrom(
	root: string,
	port: FilesPort,
	{ store, past, read }: { store: GitStore; past: BlobPast; read: readonly ReadBlob[] },
): Promise<Findings> {
	const telling = read.filter(
		({ reading }) => reading.secrets.length > 0 || reading.variables.length > 0,
	);
	const tips = tipsOf(store);
	const paths = [...new Set(telling.flatMap(({ appearance }) => appearance?.path ?? []))];
	const blobs = await port.blobsAt(
		root,
		tips.map(({ commit }) => commit),
		paths,
	);
	const today: Today = { tips, numbers: new Map(paths.map((path, at) => [path, at])), blobs };
	const secrets = secretsFrom(telling, today);
	const allowed = read.flatMap(({ appearance, reading }) =>
		reading.allowed.map((one) => ({ file: appearance?.path ?? '', ...one })),
	);
	return {
		git: true,
		gaps: gapsOf(store, past),
		allowed: allowedOnce(allowed),
		secrets: secrets.slice(0, MOST_SECRETS),
		envFiles: envFilesFrom(telling, today),
		truncated: secrets.length > MOST_SECRETS || read.some(({ reading }) => reading.cut),
	};
}

function gapsOf({ shallow, partial }: GitStore, { missing, stopped }: BlobPast): string[] {
	const left = partial ? ' (the clone is partial: they were left on the server)' : '';
	return [
		...(shallow ? ['the clone is shallow: older commits are not here'] : []),
		...(missing > 0 ? [`contents that are not here: ${missing}${left}`] : []),
		...(stopped === '' ? [] : [`git log stopped: ${stopped}`]),
	];
}

function allowedOnce(places: RepositoryHistory['allowed']['places']) {
	const once = new Map(places.map((place) => [`${place.identity} ${place.file}`, place]));
	const sorted = [...once.values()].sort((a, b) => compare(a.file, b.file) || a.line - b.line);
	return { count: sorted.length, places: sorted.slice(0, MOST_LISTED) };
}

interface Tip {
	readonly commit: string;
	readonly standing: Standing;
	/** Empty for HEAD. */
	readonly ref: string;
}

/** Where today ends, the most public first; a commit once, as the first that it is. */
function tipsOf({ head, refs, defaultBranch, stashes }: GitStore): readonly Tip[] {
	const all: Tip[] = [
		{ commit: head, standing: 'head', ref: '' },
		...refs
			.filter(({ name }) => name !== 'refs/stash')
			.map(({ name, commit }) => ({
				commit,
				standing: standingOf(name, defaultBranch),
				ref: name,
			})),
		...stashes.map((commit): Tip => ({ commit, standing: 'stash', ref: 'refs/stash' })),
	];
	const sorted = all
		.filter(({ commit }) => commit !== '')
		.sort((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing));
	const first = new Map<string, Tip>();
	for (const tip of sorted) if (!first.has(tip.commit)) first.set(tip.commit, tip);
	return [...first.values()];
}

function standingOf(name: string, defaultBranch: string | null): Standing {
	if (name === defaultBranch) return 'default';
	return name.startsWith('refs/tags/') ? 'tag' : 'branch';
}

/** What every tip has at every path that matters. */
interface Today {
	readonly tips: readonly Tip[];
	/** By path, its column in `blobs`. */
	readonly numbers: ReadonlyMap<string, number>;
	/** A row for each tip that was asked. */
	readonly blobs: readonly (readonly (string | null)[])[];
}

function pastOf({ blob, appearance }: ReadBlob, today: Today): Past {
	if (appearance === null) {
		const nowhere = { ref: '', added: null, removed: null, refs: null };
		return { file: '', blob, standing: 'unreachable', ...nowhere };
	}
	const { path, added, removed, refs } = appearance;
	const column = today.numbers.get(path) ?? -1;
	const row = today.blobs.findIndex((row) => row[column] === blob);
	const tip = today.tips[row];
	return {
		file: path,
		blob,
		standing: tip?.standing ?? 'history',
		ref: tip?.ref ?? '',
		added,
		removed: tip === undefined ? removed : null,
		refs,
	};
}

const isMorePublic = (a: Past, b: Past): boolean =>
	STANDINGS.indexOf(a.standing) < STANDINGS.indexOf(b.standing);

/** Several versions of a file as one: since the first commit, until the last. */
function joined<P extends Past>(one: P, other: P): P {
	const [best, worse] = isMorePublic(other, one) ? [other, one] : [one, other];
	const isFirst = (other.added?.at ?? 0) < (one.added?.at ?? 0);
	const since = isFirst ? other : one;
	const stands = best.standing !== 'history';
	const until = (worse.removed?.at ?? 0) > (best.removed?.at ?? 0) ? worse : best;
	return {
		...(stands ? best : until),
		standing: best.standing,
		ref: best.ref,
		added: since.added,
		refs: since.refs,
		removed: stands ? null : until.removed,
	};
}

type Found = BlobReading['secrets'][number];

interface Entry {
	found: Found;
	readonly byFile: Map<string, HistorySighting>;
}

function secretsFrom(read: readonly ReadBlob[], today: Today): readonly HistorySecret[] {
	const byValue = new Map<string, Entry>();
	for (const one of read) {
		const past = pastOf(one, today);
		for (const found of one.reading.secrets) add(byValue, found, past);
	}
	return [...byValue.values()]
		.map(secretFrom)
		.sort(
			(a, b) =>
				compare(a.places[0]?.file ?? '', b.places[0]?.file ?? '') ||
				(a.places[0]?.line ?? 0) - (b.places[0]?.line ?? 0) ||
				compare(a.identity, b.identity),
		);
}

function add(byValue: Map<string, Entry>, found: Found, past: Past): void {
	const entry = byValue.get(found.identity) ?? { found, byFile: new Map() };
	byValue.set(found.identity, entry);
	if (saysMore(found, entry.found)) entry.found = found;
	for (const { line, place, text } of found.places) {
		const sighting = { ...past, line, place, text };
		const key = past.file === '' ? past.blob : past.file;
		const seen = entry.byFile.get(key);
		entry.byFile.set(key, seen === undefined ? sighting : joined(seen, sighting));
	}
}

const CONFIDENCES = ['high', 'medium', 'low'];

/** A provider's token says more than a name, and what was written plainly more than what was encoded. */
function saysMore(one: Found, other: Found): boolean {
	const rank = ({ tier, confidence, encoded, local }: Found): number =>
		(tier === 'generic' ? 8 : 0) +
		CONFIDENCES.indexOf(confidence) * 2 +
		(encoded === null ? 0 : 1) +
		(local ? 1 : 0);
	return rank(one) < rank(other);
}

function secretFrom({ found, byFile }: Entry): HistorySecret {
	const { places: _, inProduction: __, placesInAll: ___, ...about } = found;
	const places = [...byFile.values()].sort(
		(a, b) =>
			STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) || compare(a.file, b.file),
	);
	return { ...about, places: places.slice(0, MOST_PLACES), placesInAll: places.length };
}

function envFilesFrom(read: readonly ReadBlob[], today: Today): PastEnvFile[] {
	const byFile = new Map<string, PastEnvFile>();
	for (const one of read) {
		const { variables } = one.reading;
		if (variables.length === 0) continue;
		const past = pastOf(one, today);
		const column = today.numbers.get(past.file) ?? -1;
		const isThere =
			today.tips[0]?.standing === 'head' && (today.blobs[0]?.[column] ?? null) !== null;
		const seen = byFile.get(past.file);
		const file = { ...past, isThere, variables: [...variables] };
		const all = [...new Set([...(seen?.variables ?? []), ...variables])].sort(compare);
		byFile.set(past.file, { ...(seen === undefined ? file : joined(seen, file)), variables: all });
	}
	return [...byFile.values()].sort((a, b) => compare(a.file, b.file)).slice(0, MOST_LISTED);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
