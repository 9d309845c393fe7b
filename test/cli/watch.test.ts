import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/cli/commands/audit.ts';
import { watch } from '../../src/cli/commands/watch.ts';
import { launch, root } from './launch.ts';

let folder = '';
let silent: Socket;
let resolver = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'watch-'));
	silent = createSocket('udp4');
	silent.bind(0, '127.0.0.1');
	await once(silent, 'listening');
	resolver = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
	silent.close();
});

const state = (name: string) => path.join(folder, name);

/** A watch that is running, and what it has said so far. */
async function running(args: readonly string[]) {
	const bin = path.join(root, 'bin/launch-ready.js');
	const child = spawn(process.execPath, [bin, 'watch', ...args], {
		cwd: folder,
		env: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8' },
	});
	const said = { text: '' };
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		said.text += text;
	});
	await expect.poll(() => said.text, { timeout: 20_000 }).toContain('watching');
	return { child, said };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals) {
	const began = performance.now();
	child.kill(signal);
	const [code] = (await once(child, 'close')) as [number | null];
	return { code, ms: performance.now() - began };
}

describe('watch', () => {
	it.each(['SIGINT', 'SIGTERM'] as const)(
		'ends soon after %s and gives its lock back',
		async (signal) => {
			const file = state(`${signal}.json`);
			const { child } = await running(['a.example', '--resolver', resolver, '--state', file]);
			const { code, ms } = await stopped(child, signal);
			expect(code).toBe(130);
			expect(ms).toBeLessThan(2_000);
			expect((await readdir(folder)).filter((name) => name.includes('.lock'))).toEqual([]);
		},
	);

	it('is refused a second time with one state file, in one line', async () => {
		const file = state('two.json');
		const args = ['a.example', '--resolver', resolver, '--state', file];
		const { child } = await running(args);
		const second = await launch(['watch', ...args]);
		await stopped(child, 'SIGINT');
		expect(second).toMatchObject({ code: 2, stdout: '' });
		expect(second.stderr).toMatch(
			new RegExp(`^launch-ready: .*two\\.json: process ${child.pid} on .* is watching with it`),
		);
		expect(second.stderr.trim().split('\n')).toHaveLength(1);
	});

	it('--once says that it could not say, keeps the state, and sets a damaged one aside', async () => {
		const file = state('once.json');
		await writeFile(file, 'no state');
		const log = state('once.log');
		const once = await launch([
			...['watch', 'a.example', '--once', '--resolver', resolver, '--timeout', '1s'],
			...['--state', file, '--log-file', log],
		]);
		expect(once).toMatchObject({ code: 3, stdout: '' });
		expect(once.stderr).toMatch(/launch-ready: .*once\.json: damaged .*kept as /);
		expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
			version: 1,
			domains: { 'a.example': { rounds: 1, blind: 1, entries: [] } },
			outbox: [],
		});
		expect(await readFile(log, 'utf8')).toMatch(/a\.example {2}CANNOT_SAY/);
	});

	it.each([
		[[], {}, /Nothing to watch\. Give a domain/],
		[['a.example'], { every: '1s' }, /--every "1s": at least 30s/],
		[['a.example'], { every: '8d' }, /--every "8d": at most 7d/],
		[['a.example'], { jitter: '80%' }, /--jitter "80%": give a share/],
		[['a.example'], { logSize: '1' }, /--log-size "1": give at least 1k/],
		[['a.example'], { only: ['ssl'] }, /--only needs --full/],
		[['a.example'], { webhook: 'ftp://h/SECRET' }, /^the webhook [^/]*is no https:\/\/ URL$/],
		[['a.example'], { mailTo: ['me@a.example'] }, /--mail-to needs LAUNCH_READY_SMTP_URL/],
	])('refuses %j with %j and says what to type instead', async (domains, options, message) => {
		await expect(watch(domains, options)).rejects.toThrow(message);
	});
});

describe('audit --smoke', () => {
	it.each([
		[{ wait: '60s' }, /--wait needs --smoke/],
		[{ smoke: true, expectVersion: '1.2.3' }, /--expect-version needs --version-url/],
		[{ smoke: true, record: 'x' }, /leave --record out/],
		[{ smoke: true, only: ['ssl'] }, /leave --only out/],
		[{ smoke: true, versionUrl: 'shop' }, /--version-url "shop": write https:/],
	])('refuses %j and says what to type instead', async (options, message) => {
		await expect(audit(['a.example'], options)).rejects.toThrow(message);
	});
});
