import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { launch } from './launch.ts';

let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'zone-cli-'));
});

async function written(name: string, text: string): Promise<string> {
	const file = path.join(folder, name);
	await writeFile(file, text);
	return file;
}

const SOUND = `$ORIGIN shop-test.com.
$TTL 3600
@ SOA ns1.example.net. hostmaster 1 7200 3600 1209600 300
@ NS ns1.example.net.
@ NS ns2.example.net.
@ A 185.199.108.153
www CNAME @
@ MX 0 .
@ TXT "v=spf1 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@example.net"
`;

/** Loaded before the program: any socket or name look-up ends it with 99. */
const NO_SOCKETS = `
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
const refuse = (what) => () => { process.stderr.write('opened ' + what); process.exit(99); };
dgram.createSocket = refuse('a datagram socket');
net.Socket.prototype.connect = refuse('a connection');
dns.lookup = refuse('a look-up');
syncBuiltinESMExports();
`;

describe('--zone', () => {
	it.each([
		[
			['example.com', '--drift'],
			/^launch-ready: --drift compares a zone file with DNS: add --zone/,
		],
		[['example.com', '--no-live'], /^launch-ready: --no-live judges a zone file alone: add --zone/],
		[
			['example.com', '--zone', '/nonexistent'],
			/^launch-ready: --zone "\/nonexistent": does not exist/,
		],
		[['example.com', '--zone', '.'], /^launch-ready: --zone "\.": not a regular file/],
		[['a.example', 'b.example', '--zone', 'README.md'], /--zone takes one domain/],
		[['example.com', '--zone', 'package.json'], /holds no record that can be read \(line \d+: /],
		[
			['example.com', '--root-hints', '/nonexistent'],
			/--root-hints "\/nonexistent": does not exist/,
		],
		[['example.com', '--root-hints', 'package.json'], /--root-hints "package\.json": line \d+: /],
	])('%j is exit 2 with one line', async (args, line) => {
		const { code, stdout, stderr } = await launch(['audit', ...args]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(stderr).toMatch(line);
		expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	});

	it('with --no-live opens no socket, and a sound zone is exit 0', async () => {
		const zone = await written('sound.zone', SOUND);
		const guard = await written('no-sockets.mjs', NO_SOCKETS);
		const env = { NODE_OPTIONS: `--import ${pathToFileURL(guard).href}` };
		const control = await launch(['audit', 'shop-test.com', '--resolver', '127.0.0.1'], { env });
		expect(control).toMatchObject({ code: 99, stderr: expect.stringContaining('opened a') });
		const page = await launch(['audit', '--zone', zone, '--no-live'], { env });
		expect(page).toMatchObject({ code: 0, stderr: '' });
		expect(page.stdout).toContain(
			'Only sound.zone was judged: nothing was asked of the network (--no-live).',
		);
		expect(page.stdout).toMatch(/^GO {2}/);
		const json = await launch(['audit', '--zone', zone, '--no-live', '--format', 'json'], { env });
		const report = JSON.parse(json.stdout) as Report;
		expect(report.target).toMatchObject({ domain: 'shop-test.com', zone: { live: false } });
		expect(report.coverage).toMatchObject({ unknown: 0, blocked: 0 });
		expect(report.vantage.resolver).toBe('--no-live');
	});

	it('with --no-live and a fault is exit 1, with file and line', async () => {
		const zone = await written(
			'bad.zone',
			SOUND.replace('185.199.108.153', '10.0.0.1').concat('x Q 1\n'),
		);
		const { code, stdout } = await launch(['audit', '--zone', zone, '--no-live']);
		expect(code).toBe(1);
		expect(stdout).toContain('bad.zone:11');
	});

	it('of the config is not read for a repository alone', async () => {
		const config = await written('launch-ready.config.yaml', 'zone: /nonexistent\ndrift: true\n');
		const args = ['audit', '--repo', folder, '--config', config, '--only', 'secrets'];
		expect(await launch(args)).toMatchObject({ stderr: '' });
		const { code, stderr } = await launch(['audit', 'example.com', '--config', config]);
		expect(code).toBe(2);
		expect(stderr).toContain('--zone "/nonexistent": does not exist');
	});
});
