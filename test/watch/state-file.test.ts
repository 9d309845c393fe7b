import { mkdtemp, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openState, StateNotWritten, StateRefused } from '../../src/watch/state-file.ts';
import { NEVER_LOOKED, NOTHING_WATCHED } from '../../src/watch/watch-state.ts';

const NOW = new Date('2026-11-25T14:00:00Z');
const owner = (pid: number, ...alive: number[]) => ({
	pid,
	host: 'here',
	isAlive: (one: number) => alive.includes(one),
});

const newFile = async () => path.join(await mkdtemp(path.join(tmpdir(), 'state-')), 'state.json');

const STATE = { ...NOTHING_WATCHED, domains: { 'example.com': NEVER_LOOKED } };

describe('a state file', () => {
	it('comes back as it was written, readable by its owner alone, with nothing left beside it', async () => {
		const file = await newFile();
		const first = await openState(file, owner(1), NOW);
		await first.save(STATE);
		await first.close();
		const second = await openState(file, owner(2), NOW);
		expect([second.state, second.damaged]).toEqual([STATE, null]);
		await second.close();
		expect(await readdir(path.dirname(file))).toEqual(['state.json']);
		expect((await stat(file)).mode & 0o777).toBe(0o600);
	});

	it.each([
		['half of it', '{"format":"launch-ready-watch","version":1,"dom'],
		['nothing', ''],
		['something else', '{"version":1,"name":"x"}'],
		['another kind of JSON', '[]'],
	])('that holds %s is kept aside and said in one line', async (_, text) => {
		const file = await newFile();
		await writeFile(file, text);
		const { state, damaged, close } = await openState(file, owner(1), NOW);
		await close();
		expect(state).toEqual(NOTHING_WATCHED);
		expect(damaged?.split('\n')).toHaveLength(1);
		expect(await readFile(`${file}.damaged-2026-11-25T14-00-00-000Z`, 'utf8')).toBe(text);
	});

	it('of a newer release is refused and left alone', async () => {
		const file = await newFile();
		const text = '{"format":"launch-ready-watch","version":2}';
		await writeFile(file, text);
		await expect(openState(file, owner(1), NOW)).rejects.toThrow(/newer launch-ready/);
		expect(await readFile(file, 'utf8')).toBe(text);
		expect(await readdir(path.dirname(file))).toEqual(['state.json']);
	});

	it('that cannot be written is told as such', async () => {
		await expect(openState('/dev/null/no/state.json', owner(1), NOW)).rejects.toThrow(
			StateNotWritten,
		);
	});
});

describe('two watches with one state file', () => {
	it('are refused while the first lives, and its line names the process', async () => {
		const file = await newFile();
		const first = await openState(file, owner(11), NOW);
		const second = openState(file, owner(12, 11), NOW);
		await expect(second).rejects.toThrow(StateRefused);
		await expect(second).rejects.toThrow(/process 11 on here is watching with it/);
		await first.save(STATE);
		await first.close();
		await (await openState(file, owner(12, 11), NOW)).close();
	});

	it('take turns where the first has died, and the dead one can write no more', async () => {
		const file = await newFile();
		const dead = await openState(file, owner(11), NOW);
		const heir = await openState(file, owner(12), NOW);
		await expect(dead.save(STATE)).rejects.toThrow(/another watch has taken it over/);
		await dead.close();
		await heir.save(STATE);
		await heir.close();
	});

	it('on another machine, are told apart by when the lock was last touched', async () => {
		const file = await newFile();
		const first = await openState(file, { ...owner(11), host: 'there' }, NOW);
		await expect(openState(file, owner(12), NOW)).rejects.toThrow(StateRefused);
		const old = new Date(Date.now() - 180_000);
		await utimes(`${file}.lock`, old, old);
		const heir = await openState(file, owner(12), NOW);
		await heir.close();
		await first.close();
	});

	it('that find a stale lock at the same time are one in the end', async () => {
		const file = await newFile();
		await openState(file, owner(11), NOW);
		const tries = await Promise.allSettled(
			[21, 22, 23, 24].map((pid) => openState(file, owner(pid, 21, 22, 23, 24), NOW)),
		);
		const open = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
		const writing = await Promise.allSettled(open.map((one) => one.save(STATE)));
		expect(writing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const one of open) await one.close();
	});
});
