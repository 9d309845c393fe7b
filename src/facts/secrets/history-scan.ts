import type { BlobAppearance, BlobBatch, BlobPast, FilesPort, GitStore } from '../../core/io.ts';
import type { Target } from '../../core/target.ts';
import { envFileSort } from '../secret-formats/env-file.ts';
import { hasFormatByName } from '../secret-formats/known-format.ts';
import { type BlobIds, blobIds } from './blob-ids.ts';
import { historyFrom, type ReadBlob } from './history-findings.ts';
import type { RepositoryHistory } from './history-sighting.ts';
import { type KeptHistory, keptHistory } from './kept-history.ts';
import { type Crew, secretCrew } from './secret-crew.ts';
import { isMedia, MOST_BYTES, mostBytesOf } from './secret-text.ts';

/** Paths at which one blob is read; more are copies. */
const MOST_PATHS = 20;
const MOST_LISTED = 50;

const OUTSIDE: RepositoryHistory = {
	git: false,
	scanned: { commits: 0, blobs: 0, bytes: 0 },
	binary: 0,
	tooLarge: { count: 0, files: [] },
	gaps: [],
	allowed: { count: 0, places: [] },
	secrets: [],
	envFiles: [],
	truncated: false,
};

/**
 * Every secret in every blob that git has of a folder's past, each blob read once: first all of them
 * for what could be one, in git's own order, then the few that have something at the paths at which
 * commits have them. With `all` also what no ref leads to.
 */
export async function scanHistory(
	root: string,
	port: FilesPort,
	wanted: Target['history'],
): Promise<RepositoryHistory> {
	if (wanted === 'none') return OUTSIDE;
	const unreachable = wanted === 'all';
	const store = await port.gitStore(root);
	if (store === null) return OUTSIDE;
	if (store.borrows.length > 0) return { ...OUTSIDE, git: true, gaps: borrowed(store.borrows) };
	const key = await port.fingerprintKey();
	const before = await keptHistory(port, root, { store, asked: wanted, key });
	if (before.result !== null) return before.result;
	const crew = secretCrew();
	try {
		const sifted = await sift(root, port, crew, before);
		const past = await pastOf(root, port, store, sifted);
		const { all, tooLarge } = await readAll(root, port, crew, { sifted, past, key, unreachable });
		const { blobs, bytes, binary } = sifted;
		const scanned = { commits: past.commits, blobs, bytes };
		const found = await historyFrom(root, port, { store, past, read: all });
		const result = { ...found, scanned, binary, tooLarge: counted(tooLarge) };
		const isWhole = result.gaps.length === 0;
		await before.keep({ ...sifted, result: isWhole ? result : null });
		return result;
	} catch (error) {
		// What was sifted until then need not be sifted again.
		await before.keep({ clean: before.clean, held: before.held, result: null });
		throw error;
	} finally {
		await crew.dismiss();
	}
}

const borrowed = (folders: readonly string[]): string[] =>
	folders.map((folder) => `objects are borrowed from ${folder}, outside of the folder`);

const counted = (files: readonly string[]) => ({
	count: files.length,
	files: files.slice(0, MOST_LISTED),
});

interface Sifted {
	/** Every blob that is here. */
	readonly here: BlobIds;
	readonly clean: BlobIds;
	readonly held: BlobIds;
	/** In git's order. */
	readonly heldIds: readonly string[];
	/** Over the limit that every file has, with their sizes: the path says whether they are text. */
	readonly large: ReadonlyMap<string, number>;
	readonly blobs: number;
	readonly bytes: number;
	readonly binary: number;
}

async function sift(
	root: string,
	port: FilesPort,
	crew: Crew,
	before: KeptHistory,
): Promise<Sifted> {
	const here = blobIds();
	const { clean, held } = before;
	const heldIds: string[] = [];
	const large = new Map<string, number>();
	const sum = { blobs: 0, bytes: 0, binary: 0 };
	const choose = (id: string, bytes: number): boolean => {
		here.add(id);
		sum.blobs++;
		if (bytes > MOST_BYTES) {
			large.set(id, bytes);
			return false;
		}
		sum.bytes += bytes;
		if (held.has(id)) heldIds.push(id);
		return bytes > 0 && !clean.has(id) && !held.has(id);
	};
	const take = async ({ bytes, blobs }: BlobBatch) => {
		const sieved = await crew.do({
			kind: 'sieve',
			bytes,
			blobs: blobs.map(({ start, end }) => ({ start, end })),
		});
		sum.binary += sieved.binary;
		const those = new Set(sieved.held);
		for (const [index, { id }] of blobs.entries()) {
			(those.has(index) ? held : clean).add(id);
			if (those.has(index)) heldIds.push(id);
		}
	};
	await overAll(port.blobs(root, { choose }), crew, take);
	return { here, clean, held, heldIds, large, ...sum };
}

/** As many at a time as the crew has room for; throws what any of them throws. */
async function overAll(
	batches: AsyncIterable<BlobBatch>,
	crew: Crew,
	take: (batch: BlobBatch) => Promise<void>,
): Promise<void> {
	const running = new Set<Promise<void>>();
	let failed: { readonly error: unknown } | null = null;
	try {
		for await (const batch of batches) {
			await crew.room();
			if (failed !== null) break;
			const one: Promise<void> = take(batch)
				.catch((error: unknown) => {
					failed ??= { error };
				})
				.finally(() => running.delete(one));
			running.add(one);
		}
	} finally {
		// What has been handed out is soon done, and counts.
		await Promise.all(running);
	}
	if (failed !== null) throw (failed as { readonly error: unknown }).error;
}

async function pastOf(
	root: string,
	port: FilesPort,
	store: GitStore,
	{ here, held, large }: Sifted,
): Promise<BlobPast> {
	const wantedByPath = new Map<string, 'never' | 'held' | 'always'>();
	const wantedAt = (path: string) => {
		const seen = wantedByPath.get(path);
		if (seen !== undefined) return seen;
		const isNamed = hasFormatByName(path) || envFileSort(path) === 'env';
		const made = isMedia(path) ? 'never' : isNamed ? 'always' : 'held';
		wantedByPath.set(path, made);
		return made;
	};
	return port.blobPast(root, {
		store,
		isHere: (blob) => here.has(blob),
		wants(blob, path) {
			const wanted = wantedAt(path);
			if (wanted !== 'held') return wanted === 'always';
			// A large one is read, or counted, by what it is called.
			return held.has(blob) || large.has(blob);
		},
	});
}

interface Reads {
	readonly all: readonly ReadBlob[];
	readonly tooLarge: readonly string[];
}

async function readAll(
	root: string,
	port: FilesPort,
	crew: Crew,
	{
		sifted: { here, heldIds, large },
		past,
		key,
		unreachable,
	}: { sifted: Sifted; past: BlobPast; key: string; unreachable: boolean },
): Promise<Reads> {
	const byBlob = new Map<string, BlobAppearance[]>();
	const tooLarge: string[] = [];
	for (const one of past.appearances) {
		const size = large.get(one.blob) ?? 0;
		const paths = byBlob.get(one.blob) ?? [];
		if (size > mostBytesOf(one.path)) {
			tooLarge.push(`${one.path}: ${Math.ceil(size / 1024 / 1024)} MiB`);
		} else if (here.has(one.blob) && paths.length < MOST_PATHS) {
			byBlob.set(one.blob, [...paths, one]);
		}
	}
	// Those that were sieved come first, in git's order; the order of the others is the log's.
	const reachable = [...new Set([...heldIds.filter((id) => byBlob.has(id)), ...byBlob.keys()])];
	const lost = unreachable ? heldIds.filter((id) => !byBlob.has(id)) : [];
	const all: ReadBlob[] = [];
	const take = async ({ bytes, blobs }: BlobBatch) => {
		const asked = blobs.flatMap(({ id, start, end }) =>
			(byBlob.get(id) ?? [null]).map((appearance) => ({ id, start, end, appearance })),
		);
		const readings = await crew.do({
			kind: 'read',
			bytes,
			key,
			blobs: asked.map(({ start, end, appearance }) => ({
				start,
				end,
				path: appearance?.path ?? '',
			})),
		});
		for (const [index, reading] of readings.entries()) {
			const { id, appearance } = asked[index] as (typeof asked)[number];
			all.push({ blob: id, appearance, reading });
		}
	};
	await overAll(port.blobs(root, { ids: [...reachable, ...lost] }), crew, take);
	return { all, tooLarge };
}
