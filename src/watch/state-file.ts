import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../net/clock.ts';
import {
	NOTHING_WATCHED,
	STATE_VERSION,
	type WatchState,
	WatchStateSchema,
} from './watch-state.ts';

/** The state cannot be kept: exit 74 with this line. */
export class StateNotWritten extends Error {}
/** Another watch uses the file, or a newer release wrote it: exit 2 with this line. */
export class StateRefused extends Error {}

/** A lock that nobody has touched for so long was left by a process that is gone. */
const STALE_MS = 120_000;
const TOUCH_EVERY_MS = 10_000;
/** Nobody's state is larger. */
const LARGEST = 32 * 1_048_576;

/** Who holds a lock, as its file says. */
interface Holder {
	readonly pid: number;
	readonly host: string;
	readonly token: string;
}

export interface Owner {
	readonly pid: number;
	readonly host: string;
	/** Whether a process of this machine lives. */
	isAlive(pid: number): boolean;
}

export interface StateFile {
	readonly state: WatchState;
	/** What became of a file that could not be read; `null` where all was well. */
	readonly damaged: string | null;
	/** Written under a temporary name and renamed. Throws `StateNotWritten`, or `StateRefused` once robbed. */
	save(state: WatchState): Promise<void>;
	/** Gives the lock back. */
	close(): Promise<void>;
}

/**
 * Opens the file for one watch alone. A file that is damaged is kept beside under another name, and
 * the watch begins anew. Throws `StateRefused` where another watch has it, or a newer release wrote it.
 */
export async function openState(file: string, owner: Owner, now: Date): Promise<StateFile> {
	await mkdir(path.dirname(path.resolve(file)), { recursive: true }).catch((error) => {
		throw notWritten(file, error);
	});
	const lock = await takeLock(file, owner);
	try {
		const { state, damaged } = await readState(file, now);
		return {
			state,
			damaged,
			save: async (next) => {
				if (!(await lock.isOurs())) {
					throw new StateRefused(`${file}: another watch has taken it over`);
				}
				await replaceFile(file, `${JSON.stringify(next, null, '\t')}\n`);
			},
			close: lock.release,
		};
	} catch (error) {
		await lock.release();
		throw error;
	}
}

async function readState(file: string, now: Date): Promise<Pick<StateFile, 'state' | 'damaged'>> {
	const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return null;
		throw notWritten(file, error);
	});
	if (text === null) return { state: NOTHING_WATCHED, damaged: null };
	const { value, fault } = parsed(text);
	const version = (value as { version?: unknown } | null)?.version;
	if (typeof version === 'number' && version > STATE_VERSION) {
		throw new StateRefused(
			`${file}: written by a newer launch-ready (state version ${version}); give another --state file`,
		);
	}
	const result = WatchStateSchema.safeParse(value);
	if (result.success) return { state: result.data, damaged: null };
	const issue = result.error.issues[0];
	const why = fault ?? `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`;
	const aside = `${file}.damaged-${now.toISOString().replace(/[:.]/g, '-')}`;
	await rename(file, aside).catch((error) => {
		throw notWritten(file, error);
	});
	return {
		state: NOTHING_WATCHED,
		damaged: `${file}: damaged (${why}); kept as ${aside}, and the watch begins anew`,
	};
}

function parsed(text: string): { readonly value: unknown; readonly fault: string | null } {
	if (text.length > LARGEST) return { value: null, fault: 'larger than any state is' };
	try {
		return { value: JSON.parse(text), fault: null };
	} catch (error) {
		return { value: null, fault: (error as Error).message };
	}
}

/** Whole or not at all, whatever happens meanwhile; readable by its owner alone. */
async function replaceFile(file: string, text: string): Promise<void> {
	const partial = `${file}.${randomBytes(4).toString('hex')}.partial`;
	try {
		const handle = await open(partial, 'wx', 0o600);
		try {
			await handle.writeFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(partial, file);
	} catch (error) {
		await rm(partial, { force: true }).catch(() => undefined);
		throw notWritten(file, error);
	}
}

const notWritten = (file: string, error: unknown) =>
	new StateNotWritten(`${file}: ${(error as Error).message}`);

// ── Lock ─────────────────────────────────────────────────────────────────────────────────────────

interface Lock {
	isOurs(): Promise<boolean>;
	release(): Promise<void>;
}

/** A file beside the state, made by `link`, which only one can do. Touched while it is held. */
async function takeLock(file: string, owner: Owner): Promise<Lock> {
	const at = `${file}.lock`;
	const token = randomBytes(8).toString('hex');
	const own = `${at}.${token}`;
	const { pid, host } = owner;
	await replaceFile(own, JSON.stringify({ pid, host, token } satisfies Holder));
	try {
		if (!(await linked(own, at))) {
			await removeStale(at, owner);
			if (!(await linked(own, at)))
				throw new StateRefused(`${file}: another watch has just taken it`);
		}
	} finally {
		await rm(own, { force: true });
	}
	const timer = setInterval(() => {
		const now = systemClock.now();
		utimes(at, now, now).catch(() => undefined);
	}, TOUCH_EVERY_MS);
	timer.unref();
	const isOurs = async () => (await holderOf(at))?.token === token;
	return {
		isOurs,
		async release() {
			clearInterval(timer);
			if (await isOurs()) await rm(at, { force: true });
		},
	};
}

async function linked(own: string, at: string): Promise<boolean> {
	try {
		await link(own, at);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw notWritten(at, error);
	}
}

/** Throws `StateRefused` where its holder lives. */
async function removeStale(at: string, owner: Owner): Promise<void> {
	const holder = await holderOf(at);
	const touched = await stat(at).catch(() => null);
	if (touched === null) return;
	const isOld = systemClock.now().getTime() - touched.mtimeMs > STALE_MS;
	const isDead =
		holder !== null &&
		holder.host === owner.host &&
		(holder.pid === owner.pid || !owner.isAlive(holder.pid));
	if (!isOld && !isDead) {
		const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
		throw new StateRefused(
			`${at.replace(/\.lock$/, '')}: ${who} is watching with it; give each watch a --state file of its own`,
		);
	}
	// By renaming, so that of two who find it stale one takes it away, and only what was found.
	const aside = `${at}.stale-${randomBytes(4).toString('hex')}`;
	await rename(at, aside).catch(() => undefined);
	const taken = await holderOf(aside);
	if (taken !== null && taken.token !== holder?.token) await linked(aside, at);
	await rm(aside, { force: true });
}

async function holderOf(at: string): Promise<Holder | null> {
	try {
		return JSON.parse(await readFile(at, 'utf8')) as Holder;
	} catch {
		return null;
	}
}
