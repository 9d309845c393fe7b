import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { EVIDENCE, type EvidenceHeader } from '../../src/evidence/evidence-format.ts';
import { BadEvidence, readEvidence } from '../../src/evidence/read-evidence.ts';
import { writeEvidence } from '../../src/evidence/write-evidence.ts';
import { target } from '../engine/sample-check.ts';

const header: EvidenceHeader = {
	format: 'launch-ready-evidence',
	version: 1,
	tool: { name: 'launch-ready', version: '0.0.0' },
	target,
	vantage: { resolver: '192.0.2.53', node: '20.0.0', proxy: null },
	startedAt: '2030-01-01T00:00:00.000Z',
	durationMs: 1,
	complete: true,
};
const at = '2030-01-01T00:00:00.000Z';
const known = (key: string, value: unknown) => ({ key, at, fact: { status: 'known', value } });

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
});

type Written = {
	key: string;
	at: string;
	after?: string;
	fact: Record<string, unknown> & { status: string };
};

async function written(...observations: Written[]) {
	const writer = await writeEvidence(folder);
	for (const one of observations) writer.record(one);
	await writer.finish(header);
	return readEvidence(folder);
}

it('gives back what was recorded, long strings by hash and each once', async () => {
	const body = 'x'.repeat(100_000);
	const read = await written(
		known('a', { body, list: [body, 'short'] }),
		{ key: 'b', at, fact: { status: 'unknown', because: 'timeout', detail: 'late' } },
		{ key: 'c', at, fact: { status: 'blocked', by: { check: 'a/b', subject: 'c' }, detail: 'd' } },
	);
	expect(read.header).toEqual(header);
	expect(read.observations).toEqual([
		known('a', { body, list: [body, 'short'] }),
		{ key: 'b', at, fact: { status: 'unknown', because: 'timeout', detail: 'late' } },
		{ key: 'c', at, fact: { status: 'blocked', by: { check: 'a/b', subject: 'c' }, detail: 'd' } },
	]);
	expect(await readdir(path.join(folder, 'blobs'))).toHaveLength(1);
	const file = await readFile(path.join(folder, EVIDENCE), 'utf8');
	expect(file).not.toContain('xxxx');
	expect(file.trimEnd().split('\n')).toHaveLength(4);
	expect((await readdir(folder)).sort()).toEqual(['blobs', EVIDENCE]);
});

it('keeps the key of a long request and a long reason', async () => {
	const long = `timing.series{"urls":"${'x'.repeat(2_000)}"}`;
	const late = { status: 'unknown', because: 'timeout', detail: 'y'.repeat(2_000) };
	const { observations } = await written(
		{ ...known(long, 1), after: long },
		{ key: 'b', at, fact: late },
	);
	expect(observations).toEqual([
		{ ...known(long, 1), after: long },
		{ key: 'b', at, fact: late },
	]);
});

it('keeps any value', async () => {
	const values = fc.sample(fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), 50);
	const read = await written(...values.map((value, n) => known(String(n), { value })));
	expect(read.observations.map(({ fact }) => fact)).toEqual(
		values.map((value) => ({ status: 'known', value: JSON.parse(JSON.stringify({ value })) })),
	);
});

it.each([
	['is missing', null, /evidence\.jsonl: ENOENT/],
	['is no JSON', 'hello\n', /evidence\.jsonl:1: not JSON/],
	['is of another format', '{"format":"other"}\n', /evidence\.jsonl:1: format/],
	['is cut', `${JSON.stringify(header)}\n{"key":"a"`, /evidence\.jsonl:2: not JSON/],
	['lacks a member', `${JSON.stringify(header)}\n{"key":"a"}\n`, /evidence\.jsonl:2: at/],
	[
		'names a blob outside of its folder',
		`${JSON.stringify(header)}\n${JSON.stringify(known('a', { $blob: '../../etc/passwd' }))}\n`,
		/no SHA-256/,
	],
])('refuses a recording that %s, with the place', async (_, text, message) => {
	if (text !== null) await writeFile(path.join(folder, EVIDENCE), text);
	const reading = readEvidence(folder);
	await expect(reading).rejects.toThrow(BadEvidence);
	await expect(reading).rejects.toThrow(message);
});

it('refuses a blob that was altered', async () => {
	await written(known('a', { body: 'y'.repeat(1_000) }));
	const [blob = ''] = await readdir(path.join(folder, 'blobs'));
	await writeFile(path.join(folder, 'blobs', blob), 'forged');
	await expect(readEvidence(folder)).rejects.toThrow(/does not have the hash/);
});
