import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { launch, root } from './launch.ts';

const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ TXT "v=spf1 include:_spf.shop.test mx exists:%{l}._ok.%{d} -all exp=why.shop.test"',
				'@ MX 10 mx',
				'mx A 203.0.113.9',
				'mx AAAA 2001:db8::9',
				'_spf TXT "v=spf1 ip4:198.51.100.0/24 " "~all"',
				'alice._ok A 127.0.0.2',
				'why TXT "%{c} is no server of %{o}\\027[31m"',
				'plain TXT "v=spf1 -all exp=reason.shop.test"',
				'reason TXT "%{i} is no server of %{o}, ask %{d}"',
				'broken TXT "v=spf1 ipv4:203.0.113.9 -all"',
				'loop TXT "v=spf1 include:loop.shop.test -all"',
				'helo TXT "v=spf1 a -all"',
				'helo A 203.0.113.9',
				'asks TXT "v=spf1 exists:%{h}._ok.shop.test -all"',
				'*.hostile TXT "v=spf1 include:\\226\\128\\174.test -all"',
				'fails TXT "v=spf1 include:servfail.shop.test -all"',
			],
		},
	},
	dnsFaults: [
		{ server: 'resolver', name: 'servfail.shop.test', does: { rcode: 'SERVFAIL' } },
		{ server: 'resolver', name: 'silent.shop.test', does: 'silence' },
	],
};

let lab: Lab;
/** Where the lab's resolver really listens. */
let resolver = '';
let folder = '';

beforeAll(async () => {
	lab = await startLab(WORLD);
	const [address = ''] = lab.resolver.split(':');
	const at = lab.addressMap({ address, port: 53, transport: 'udp' });
	if (typeof at === 'string') throw new Error(at);
	resolver = `${at.address}:${at.port}`;
	folder = await mkdtemp(path.join(tmpdir(), 'spf-'));
});
afterAll(() => lab.close());

const spf = (...args: string[]) => launch(['spf', '--resolver', resolver, ...args]);

async function batch(lines: readonly string[], ...args: string[]) {
	const file = path.join(folder, `cases-${Math.random().toString(36).slice(2)}.jsonl`);
	await writeFile(file, lines.join('\n'));
	const { code, stdout, stderr } = await launch(['spf', '--batch', file, ...args]);
	return {
		code,
		file,
		stderr,
		told: stdout
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line)),
	};
}

describe('one delivery', () => {
	it('is told step by step, with what was looked up and what that cost', async () => {
		const { code, stdout, stderr } = await spf(
			...['--ip', '203.0.113.9', '--mail-from', 'bob@shop.test', '--helo', 'mx.shop.test'],
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toBe(`pass  203.0.113.9 for bob@shop.test: may send
Why: 203.0.113.9 matches mx in the record of shop.test.

  shop.test  v=spf1 include:_spf.shop.test mx exists:%{l}._ok.%{d} -all exp=why.shop.test
      _spf.shop.test  v=spf1 ip4:198.51.100.0/24 ~all
        ip4:198.51.100.0/24  no match
        ~all  match (everybody)
    include:_spf.shop.test  no match (the included record gives softfail)
    mx  match (mx.shop.test is one of its mail hosts)
      shop.test MX: 10 mx.shop.test
      mx.shop.test A: 203.0.113.9

DNS: 2 of 10 look-ups, 0 of 2 that may find nothing.
`);
	});

	it.each([
		['198.51.100.7', 'bob@shop.test', 'pass', 0],
		['2001:db8::9', 'bob@shop.test', 'pass', 0],
		['192.0.2.1', 'alice@shop.test', 'pass', 0],
		['192.0.2.1', '<alice@SHOP.test>', 'pass', 0],
		['192.0.2.1', 'bob@shop.test', 'fail', 0],
		['192.0.2.1', 'bob@broken.shop.test', 'permerror', 0],
		['192.0.2.1', 'bob@loop.shop.test', 'permerror', 0],
		['192.0.2.1', 'bob@gone.shop.test', 'none', 0],
		['192.0.2.1', 'bob@mx.shop.test', 'none', 0],
		['192.0.2.1', 'bob@fails.shop.test', 'temperror', 3],
		['192.0.2.1', 'bob@b\u00fccher.shop.test', 'none', 0],
	])('%s for %s gives %s and exit %i', async (ip, mailFrom, result, code) => {
		const told = await spf('--ip', ip, '--mail-from', mailFrom, '--json');
		expect(JSON.parse(told.stdout)).toMatchObject({ result, ip, mailFrom, identity: 'mailfrom' });
		expect(told).toMatchObject({ code, stderr: '' });
	});

	it('has no explanation that is not plain ASCII, and shows none but visible text', async () => {
		const hostile = await spf('--ip', '192.0.2.1', '--mail-from', 'bob@shop.test');
		expect(hostile.stdout).toContain(
			'exp=why.shop.test  followed (no explanation: it is not plain',
		);
		expect(hostile.stdout).not.toContain('\u001b');
		const other = await spf('--ip', '192.0.2.1', '--mail-from', 'a@x.hostile.shop.test');
		expect(other.stdout).toContain('include:\\u{202e}.test');
		expect(other.stdout).not.toContain('\u202e');
		const plain = await spf('--ip', '192.0.2.1', '--mail-from', 'bob@plain.shop.test');
		expect(plain.stdout).toContain(
			'The domain says: 192.0.2.1 is no server of plain.shop.test, ask plain.shop.test\n',
		);
	});

	it('judges a bounce by the name of HELO, and that name beside a sender where asked', async () => {
		const bounce = await spf('--ip', '203.0.113.9', '--helo', 'helo.shop.test', '--json');
		expect(JSON.parse(bounce.stdout)).toMatchObject({ result: 'pass', identity: 'helo' });
		const both = await spf(
			...['--ip', '203.0.113.9', '--mail-from', 'bob@plain.shop.test'],
			...['--helo', 'helo.shop.test', '--check-helo', '--json'],
		);
		expect(JSON.parse(both.stdout)).toMatchObject({
			result: 'fail',
			heloCheck: { result: 'pass', identity: 'helo' },
		});
	});

	it('says that the result hangs on a HELO name that was not given', async () => {
		const { stdout } = await spf('--ip', '203.0.113.9', '--mail-from', 'bob@asks.shop.test');
		expect(stdout).toContain('The record uses %{h}, the name of HELO: give --helo');
	});

	it.each([
		[[], /say which server sends/],
		[['--ip', '203.0.113.9'], /give --mail-from ADDRESS, or --helo NAME/],
		[['--ip', '203.0.113.9', '--mail-from', 'a@b.test', '--check-helo'], /needs --helo NAME/],
		[['--ip', '203.0.113', '--mail-from', 'a@b.test'], /"203\.0\.113" is no IP address/],
		[['--ip', 'fe80::1%eth0', '--mail-from', 'a@b.test'], /is no IP address/],
		[['--ip', '::1', '--mail-from', 'a@b.test', '--resolver', 'x'], /resolver "x" is neither/],
		[['--ip', '::1', '--mail-from', `${'a'.repeat(1_001)}@b.test`], /more than 1000 characters/],
		[['--batch', '/nonexistent'], /--batch "\/nonexistent" cannot be read \(ENOENT\)/],
		[['--batch', '/'], /--batch "\/": this is a folder/],
		[['--batch', 'x', '--ip', '::1'], /the cases come from the file alone/],
	])('refuses case %# in one line', async (args, message) => {
		const { code, stdout, stderr } = await launch(['spf', ...args]);
		expect(stderr).toMatch(message);
		expect(stderr.trimEnd()).not.toContain('\n');
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	});
});

describe('a batch', () => {
	const one = (ip: string, mailFrom: string, more: object = {}) =>
		JSON.stringify({ ip, helo: 'mx.shop.test', mailFrom, resolver, ...more });

	it('gives a line for each line, in order, whoever answers first', async () => {
		const lines = [
			one('192.0.2.1', 'bob@silent.shop.test'),
			one('203.0.113.9', 'bob@shop.test'),
			one('192.0.2.1', 'bob@plain.shop.test'),
			one('203.0.113.9', '', { helo: 'helo.shop.test' }),
			one('203.0.113.9', '', { helo: null }),
		];
		const { code, told, stderr } = await batch([...lines, '']);
		expect(told.map(({ result, explanation }) => [result, explanation])).toEqual([
			['temperror', ''],
			['pass', ''],
			['fail', '192.0.2.1 is no server of plain.shop.test, ask plain.shop.test'],
			['pass', ''],
			['none', ''],
		]);
		expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
	});

	it('keeps the place of what is no case, says where it is, and exits with 2', async () => {
		const { code, told, stderr, file } = await batch(
			[
				'\ufeff{"ip": "203.0.113.9", "mailFrom": "bob@shop.test"}',
				'{"ip": ',
				'',
				'[]',
				'{"mailFrom": "bob@shop.test"}',
				'{"ip": 7}',
				'{"ip": "203.0.113"}',
				'{"ip": "::1", "resolver": "nowhere"}',
				'{"ip": "192.0.2.1", "mailFrom": "bob@plain.shop.test", "name": "ignored"}',
			],
			'--resolver',
			resolver,
		);
		expect(told.map(({ result, error }) => result ?? error)).toEqual([
			'pass',
			'this line is no JSON',
			expect.stringMatching(/^no case such as .*expected object/),
			expect.stringMatching(/^no case such as .*: ip: .*expected string/),
			expect.stringMatching(/^no case such as .*: ip: .*expected string/),
			'"203.0.113" is no IP address',
			expect.stringContaining('resolver "nowhere" is neither'),
			'fail',
		]);
		expect(code).toBe(2);
		const lines = stderr.trimEnd().split('\n');
		expect(lines.map((line) => line.slice(0, `launch-ready: ${file}:N:`.length))).toEqual(
			[2, 4, 5, 6, 7, 8].map((number) => `launch-ready: ${file}:${number}:`),
		);
	});

	it('judges hundreds of cases from standard input, over few sockets at a time', async () => {
		const count = 400;
		const child = spawn(process.execPath, [
			path.join(root, 'bin/launch-ready.js'),
			...['spf', '--batch', '-', '--resolver', resolver],
		]);
		let stdout = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			stdout += text;
		});
		for (let index = 0; index < count; index += 1) {
			const mailFrom = `user${index}@${index % 2 === 0 ? 'shop' : 'plain.shop'}.test`;
			child.stdin.write(`${JSON.stringify({ ip: '203.0.113.9', mailFrom })}\n`);
		}
		child.stdin.end();
		const code = await new Promise((resolve) => child.on('close', resolve));
		const told = stdout
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(told.map(({ mailFrom, result }) => `${mailFrom} ${result}`)).toEqual(
			Array.from({ length: count }, (_, index) =>
				index % 2 === 0 ? `user${index}@shop.test pass` : `user${index}@plain.shop.test fail`,
			),
		);
		expect(code).toBe(0);
	});

	it('ends at once when it is interrupted', async () => {
		const file = path.join(folder, 'silent.jsonl');
		await writeFile(file, Array(200).fill(one('192.0.2.1', 'bob@silent.shop.test')).join('\n'));
		const started = performance.now();
		const { code, stderr } = await launch(['spf', '--batch', file], { interruptAfterMs: 1_500 });
		expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
		expect(performance.now() - started).toBeLessThan(4_500);
	});
});
