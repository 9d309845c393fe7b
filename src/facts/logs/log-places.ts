import path from 'node:path';
import { z } from 'zod';
import { defineProbe, type Fact, known, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { placeOf } from '../secrets/secret-place.ts';
import { isLogFile, notText } from './log-file.ts';
import { type LogReading, type RepositoryLogs, RepositoryLogsSchema } from './log-findings.ts';
import { LogScan } from './log-scan.ts';

/** Where logs are: in the repository, or in a file that the user gave. */
export interface LogPlace extends Subject<{ given: 'yes' | 'no' }> {
	/** Folder of the repository, absolute; `null` for a file that was given. */
	readonly root: string | null;
	/** Absolute path of the file that was given. */
	readonly file: string | null;
}

export const logPlaces = defineSubjects({
	name: 'logs.places',
	params: z.object({ root: z.string().nullable(), logs: z.array(z.string()) }),
	from: (target) => ({ root: target.repo, logs: [...target.logs] }),
	sample: {
		kind: 'repository',
		name: 'shop',
		context: { given: 'no' },
		root: '/home/user/shop',
		file: null,
	} as LogPlace,
	derive: ({ root, logs }): Fact<readonly LogPlace[]> =>
		known([
			...(root === null
				? []
				: [
						{
							kind: 'repository' as const,
							name: path.basename(root) || root,
							context: { given: 'no' as const },
							root,
							file: null,
						},
					]),
			...logs.map((file) => ({
				kind: 'file' as const,
				name: nameAmong(file, logs),
				context: { given: 'yes' as const },
				root: null,
				file,
			})),
		]),
});

/** The shortest end of its path that no other has. */
function nameAmong(file: string, all: readonly string[]): string {
	const parts = file.split(path.sep);
	const ends = parts.map((_, index) => parts.slice(-1 - index).join('/'));
	const isOwn = (end: string) =>
		all.every((other) => other === file || !other.split(path.sep).join('/').endsWith(`/${end}`));
	return ends.find(isOwn) ?? file;
}

/** Of a log that was found and not given: whoever wants a larger one read names it. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_LOGS = 200;

/** What the logs in a repository hold. Values stay inside: the fact has counts and lines without them. */
export const repositoryLogs = defineProbe({
	name: 'logs.repository',
	params: z.object({ root: z.string() }),
	value: RepositoryLogsSchema,
	observe: ({ root }, io) => readRepository(root, io.files),
	describe: ({ root }, { logs }) => describe(path.basename(root), logs),
	plan: () => null,
});

/** What a log that the user gave holds. */
export const givenLog = defineProbe({
	name: 'logs.given',
	params: z.object({ file: z.string(), name: z.string() }),
	value: RepositoryLogsSchema,
	async observe({ file, name }, io): Promise<RepositoryLogs> {
		const [folder, base] = [path.dirname(file), path.basename(file)];
		const log = await readLog(io.files, { root: folder, path: base, name });
		return { logs: [log], more: 0, files: 1 };
	},
	describe: ({ name }, { logs }) => describe(name, logs),
	plan: () => null,
});

const describe = (name: string, logs: readonly LogReading[]) => ({
	kind: 'file' as const,
	summary: `${name}: ${logs.length} ${logs.length === 1 ? 'log' : 'logs'} read`,
	detail: logs
		.slice(0, 20)
		.map(({ file, lines, kinds }) => {
			const found = kinds.map(({ what, distinct, count }) => `${distinct || count} ${what}`);
			return `${file}: ${lines} lines; ${found.join(', ') || 'nothing'}`;
		})
		.join('\n'),
});

async function readRepository(root: string, port: FilesPort): Promise<RepositoryLogs> {
	const listing = await port.list(root);
	const all = listing.files.filter(({ path: file }) => isLogFile(file));
	const logs: LogReading[] = [];
	for (const file of all.slice(0, MOST_LOGS)) logs.push(await readFound(root, port, file));
	return { logs, more: all.length - logs.length, files: listing.files.length };
}

async function readFound(
	root: string,
	port: FilesPort,
	file: FileListing['files'][number],
): Promise<LogReading> {
	const place = placeOf({ ...file, ignored: false });
	const about = { committed: file.tracked, served: place === 'client' };
	const unread = (why: string) => ({ ...blank(file.path, file.bytes), ...about, unread: why });
	if (place === 'fixture' || place === 'docs') {
		return { ...blank(file.path, file.bytes), ...about, madeUp: true };
	}
	if (file.bytes > MOST_BYTES) return unread(`${Math.ceil(file.bytes / 1024 / 1024)} MiB`);
	const log = await readLog(port, { root, path: file.path, name: file.path });
	return { ...log, ...about };
}

const blank = (file: string, bytes: number): LogReading => ({
	file,
	bytes,
	lines: 0,
	committed: false,
	served: false,
	madeUp: false,
	unread: '',
	kinds: [],
});

async function readLog(
	port: FilesPort,
	{ root, path: file, name }: { root: string; path: string; name: string },
): Promise<LogReading> {
	const scan = new LogScan(await port.fingerprintKey());
	let bytes = 0;
	try {
		for await (const piece of port.stream(root, file)) {
			const why = bytes === 0 ? notText(piece) : '';
			if (why !== '') return { ...blank(name, bytes), unread: why };
			bytes += piece.length;
			scan.add(piece);
		}
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		return { ...blank(name, bytes), unread: error.message };
	}
	const kinds = [...scan.end()];
	return { ...blank(name, bytes), lines: scan.lines, kinds };
}
