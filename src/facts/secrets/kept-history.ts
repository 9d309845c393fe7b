import { createHash } from 'node:crypto';
import type { FilesPort, GitStore } from '../../core/io.ts';
import { type BlobIds, blobIds, blobIdsFrom } from './blob-ids.ts';
import { type RepositoryHistory, RepositoryHistorySchema } from './history-sighting.ts';
import { SECRET_RULES } from './secret-scan.ts';

/** Raised when the same rules find something else. */
const ENGINE = 1;

/** What an earlier run knows of a repository. */
export interface KeptHistory {
	/** What was found, where nothing has changed since. */
	readonly result: RepositoryHistory | null;
	/** Blobs that hold nothing, whatever their path is. */
	readonly clean: BlobIds;
	/** Blobs that could hold something. */
	readonly held: BlobIds;
	/** For the next run. `result` is `null` where the same refs could lead to more another time. */
	keep(found: {
		readonly result: RepositoryHistory | null;
		readonly clean: BlobIds;
		readonly held: BlobIds;
	}): Promise<void>;
}

/** Of other rules, or another program, nothing is taken over. `asked` is what the result depends on. */
export async function keptHistory(
	port: FilesPort,
	root: string,
	{ store, asked, key }: { store: GitStore; asked: string; key: string },
): Promise<KeptHistory> {
	const name = `history-${digestOf(root).slice(0, 16)}.txt`;
	const engine = digestOf(`${ENGINE} ${port.program ?? ''} ${describedRules()}`);
	const state = digestOf(JSON.stringify([store, asked, key]));
	const [ofEngine, ofState, result = '', clean = '', held = ''] =
		(await port.kept(name))?.split('\n') ?? [];
	const isOurs = ofEngine === engine;
	return {
		result: isOurs && ofState === state ? resultIn(result) : null,
		clean: isOurs ? blobIdsFrom(clean) : blobIds(),
		held: isOurs ? blobIdsFrom(held) : blobIds(),
		keep: (found) =>
			port.keep(
				name,
				[
					engine,
					found.result === null ? '' : state,
					found.result === null ? '' : JSON.stringify(found.result),
					found.clean.written(),
					found.held.written(),
				].join('\n'),
			),
	};
}

function resultIn(text: string): RepositoryHistory | null {
	try {
		return RepositoryHistorySchema.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Everything about the rules that can be written down. */
const describedRules = (): string =>
	JSON.stringify(SECRET_RULES, (_, value: unknown) =>
		value instanceof RegExp ? String(value) : typeof value === 'function' ? String(value) : value,
	);
