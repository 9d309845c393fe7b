import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { parseDuration } from '../../src/config/duration.ts';
import { findConfig } from '../../src/config/find-config.ts';
import { BadConfig, readConfig } from '../../src/config/read-config.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
let folder = '';
let file = '';
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'config-'));
	file = path.join(folder, 'launch-ready.config.yaml');
});

async function read(text: string) {
	await writeFile(file, text);
	return readConfig(file, NOW);
}

it('reads YAML and JSON, and an empty file as nothing said', async () => {
	expect(await read('hosts: [pay.example.com]\nseverity: { headers/csp: later }\n')).toEqual({
		hosts: ['pay.example.com'],
		severity: { 'headers/csp': 'later' },
	});
	expect(await read('{"failOn": "high"}')).toEqual({ failOn: 'high' });
	expect(await read('')).toEqual({});
});

it.each([
	['an unknown member', 'hosst: []', /config\.yaml: .*hosst/],
	['a wrong value, with its path', 'severity: { email: urgent }', /severity\.email: /],
	[
		'a waiver without a reason',
		'accept: [{ id: email, owner: me, until: 2030-02-01 }]',
		/accept\.0\.reason/,
	],
	[
		'a waiver without end',
		'accept: [{ id: email, reason: r, owner: me, until: 2032-01-01 }]',
		/accept\.0\.until: .*more than a year/,
	],
	[
		'a day that is none',
		'accept: [{ id: email, reason: r, owner: me, until: soon }]',
		/accept\.0\.until: a day like/,
	],
	['broken YAML', 'hosts: [', /config\.yaml: /],
	['aliases that grow', 'hosts: &a [x]\nendpoints: [*a]', /lias/],
])('refuses %s', async (_, text, message) => {
	const reading = read(text);
	await expect(reading).rejects.toThrow(BadConfig);
	await expect(reading).rejects.toThrow(message);
});

it('refuses a file that cannot be read', async () => {
	await expect(readConfig(file, NOW)).rejects.toThrow(/cannot be read \(ENOENT\)/);
});

it("is found upwards, to the repository's root and no further", async () => {
	await writeFile(file, '');
	const inside = path.join(folder, 'packages', 'web');
	await mkdir(inside, { recursive: true });
	expect(await findConfig(inside)).toBe(file);
	await mkdir(path.join(folder, 'packages', '.git'));
	expect(await findConfig(inside)).toBeNull();
});

it.each([
	['90s', 90],
	['5m', 300],
	['48h', 172_800],
	['2d', 172_800],
	['1.5h', 5_400],
	['60', 60],
])('reads %s as %d seconds', (text, seconds) => {
	expect(parseDuration(text, '--timeout')).toBe(seconds);
});

it.each(['', 'soon', '-5s', '0', '0s', '5 weeks', 'NaN', '1e3s', '99999999d'])(
	'refuses the duration %j',
	(text) => {
		expect(() => parseDuration(text, '--timeout')).toThrow(/--timeout .* is no duration/);
	},
);
