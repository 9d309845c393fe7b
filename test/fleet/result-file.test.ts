import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadResultFile, openResultFile } from '../../src/fleet/result-file.ts';

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-results-'));
});
afterAll(() => rm(folder, { recursive: true }));

const line = (domain: string, severity = 'high') =>
	`${JSON.stringify({ headline: 'x', decision: { launch: 'GO' }, target: { domain }, risks: [{ severity }, { severity }] })}\n`;

async function reopened(text: string | Buffer, then: string[] = []) {
	const file = path.join(folder, `${Math.random()}.ndjson`);
	await writeFile(file, text);
	const result = await openResultFile(file);
	for (const one of then) await result.append(one);
	await result.close();
	return { ...result, text: await readFile(file, 'utf8'), file };
}

describe('the output file of a fleet', () => {
	it('is made, and holds each line whole', async () => {
		const file = path.join(folder, 'new.ndjson');
		const result = await openResultFile(file);
		await Promise.all([result.append(line('a.example')), result.append(line('b.example'))]);
		await result.close();
		expect(await readFile(file, 'utf8')).toBe(line('a.example') + line('b.example'));
	});

	it('tells what a run before has ended, and goes on behind it', async () => {
		const { ended, torn, text } = await reopened(line('a.example'), [line('b.example')]);
		expect(ended).toEqual([{ domain: 'a.example', launch: 'GO', severities: ['high'] }]);
		expect(torn).toBe(0);
		expect(text).toBe(line('a.example') + line('b.example'));
	});

	it('cuts a torn last line off, wherever it was torn', async () => {
		const whole = line('a.example');
		const last = line('ü.example');
		for (const length of [1, 12, 40, Buffer.byteLength(last) - 2]) {
			const torn = Buffer.concat([Buffer.from(whole), Buffer.from(last).subarray(0, length)]);
			const found = await reopened(torn);
			expect(found.ended.map(({ domain }) => domain)).toEqual(['a.example']);
			expect(found.torn).toBe(length);
			expect(found.text).toBe(whole);
		}
	});

	it('ends a last line that lacks nothing but its end', async () => {
		const { ended, torn, text } = await reopened(line('a.example').trimEnd(), [line('b.example')]);
		expect(ended).toHaveLength(1);
		expect(torn).toBe(0);
		expect(text).toBe(line('a.example') + line('b.example'));
	});

	it('reads lines longer than it reads at a time', async () => {
		const long = line(`${'a'.repeat(300_000)}.example`);
		const { ended } = await reopened(long + line('b.example'));
		expect(ended.map(({ domain }) => domain.length)).toEqual([300_008, 9]);
	});

	it('leaves a file that holds anything else as it is', async () => {
		for (const [text, where] of [
			['my notes\n', ':1: this line is no report'],
			[`${line('a.example')}{}\n`, ':2: this line is no report'],
			['my notes', ': its last line is no report'],
		] as const) {
			const file = path.join(folder, 'notes.ndjson');
			await writeFile(file, text);
			const opening = openResultFile(file);
			await expect(opening).rejects.toThrow(BadResultFile);
			await expect(openResultFile(file)).rejects.toThrow(where);
			expect(await readFile(file, 'utf8')).toBe(text);
		}
	});
});
