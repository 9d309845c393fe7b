import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './launch.ts';

let folder = '';
let list = '';
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-fleet-'));
	list = path.join(folder, 'list.csv');
	await writeFile(list, 'domain,owner\nshop.example,A\nhttps://app.example.org/,B\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** Nobody listens at discard's port. */
const NOBODY = ['--resolver', '127.0.0.1:9', '--quick'];

const domainsIn = (text: string) =>
	text
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line).target.domain)
		.sort();

describe('audit --targets', () => {
	it('writes a report a line and goes on behind a line that a crash tore', async () => {
		const out = path.join(folder, 'out.ndjson');
		const args = ['audit', '--targets', list, ...NOBODY, '-o', out];
		const first = await launch(args);
		expect(first.code).toBe(3);
		expect(first.stdout).toBe('');
		expect(first.stderr).toMatch(/^2 domains\.\n2 reports: 2 CANNOT_SAY; 2 in [\d.]+ s/m);
		const whole = await readFile(out, 'utf8');
		expect(domainsIn(whole)).toEqual(['app.example.org', 'shop.example']);

		await truncate(out, Buffer.byteLength(whole) - 500);
		const second = await launch(args);
		expect(second.code).toBe(3);
		expect(second.stderr).toMatch(/was not written to its end: \d+ bytes were cut off/);
		expect(second.stderr).toContain(`1 are in ${out} already and are left out.`);
		expect(second.stderr).toMatch(/2 reports: 2 CANNOT_SAY; 1 in/);
		expect(domainsIn(await readFile(out, 'utf8'))).toEqual(['app.example.org', 'shop.example']);
	});

	it('refuses a list with a bad line before anything is done', async () => {
		const out = path.join(folder, 'none.ndjson');
		const args = ['audit', '--targets', '-', ...NOBODY, '-o', out];
		const { code, stderr } = await launch(args, { input: 'shop.example\nnope\n' });
		expect(code).toBe(2);
		expect(stderr).toMatch(/^launch-ready: standard input:2: "nope" is not a domain name/);
		await expect(readFile(out)).rejects.toThrow('ENOENT');
	});

	it('stops at Ctrl-C with 130, and leaves nothing half-written', async () => {
		const silent = createSocket('udp4');
		silent.bind(0, '127.0.0.1');
		await once(silent, 'listening');
		const out = path.join(folder, 'stopped.ndjson');
		const resolver = `127.0.0.1:${silent.address().port}`;
		const args = ['audit', '--targets', list, '--quick', '--resolver', resolver, '-o', out];
		const running = launch(args, { interruptAfterMs: 3_000 });
		await once(silent, 'message');
		const { code, stderr } = await running;
		silent.close();
		expect(code).toBe(130);
		expect(stderr).toContain('Stopped: 2 left. The same command goes on from here.');
		expect(await readFile(out, 'utf8')).toBe('');
	});

	it('says which option makes no sense for many domains', async () => {
		const { code, stderr } = await launch([
			'audit',
			'--targets',
			list,
			'--login',
			'https://x.example',
		]);
		expect(code).toBe(2);
		expect(stderr).toBe('launch-ready: --login is for one domain: leave it out beside --targets\n');
	});
});
