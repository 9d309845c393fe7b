import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { logFile } from '../../src/watch/log-file.ts';

const NOW = new Date('2026-11-25T14:00:00Z');

it('keeps three files of a bounded size, the newest lines first to be found', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'log-'));
	const file = path.join(folder, 'watch.log');
	const log = logFile(file, 1_024, () => expect.unreachable());
	for (let nth = 0; nth < 200; nth += 1) void log.write(`round ${nth}`, NOW);
	await log.write('last', NOW);
	expect((await readdir(folder)).toSorted()).toEqual(['watch.log', 'watch.log.1', 'watch.log.2']);
	for (const name of await readdir(folder)) {
		expect((await stat(path.join(folder, name))).size).toBeLessThanOrEqual(1_024);
	}
	expect(await readFile(file, 'utf8')).toMatch(/^2026-11-25T14:00:00\.000Z last$/m);
});

it('says why it cannot write, and goes on', async () => {
	const failures: string[] = [];
	const log = logFile('/nonexistent/watch.log', 1_024, (why) => failures.push(why));
	await log.write('one', NOW);
	await log.write('two', NOW);
	expect(failures).toHaveLength(2);
});
