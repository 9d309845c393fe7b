import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../../../src/core/io.ts';
import { FactStore } from '../../../src/engine/fact-store.ts';
import { liveObserver, type Observation, replayObserver } from '../../../src/engine/observer.ts';
import { readEvidence } from '../../../src/evidence/read-evidence.ts';
import { writeEvidence } from '../../../src/evidence/write-evidence.ts';
import { type ReportFolder, reportFolder } from '../../../src/facts/mail/report-folder.ts';
import {
	byPolicyDomain,
	collectionOf,
	reportTotalsIn,
	rowsAbout,
	tallyOf,
} from '../../../src/facts/mail/report-totals.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { target } from '../../engine/sample-check.ts';
import { generator } from '../seeded-random.ts';
import { DAY, FIRST_DAY, type MadeRow, mail, report, zip } from './report-maker.ts';

const ABOUT = { domain: 'example.com', registrable: 'example.com' };

let folder = '';
beforeEach(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'dmarc-reports-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (name: string, content: string | Buffer) => {
	const file = path.join(folder, name);
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, content);
};

function liveStore(record: (observation: Observation) => void = () => undefined): FactStore {
	const io = {
		files: createFiles({ configFolder: folder }),
		clock: { now: () => new Date(0) },
	} as unknown as Io;
	return new FactStore(liveObserver(io, new AbortController().signal, record));
}

async function read(store = liveStore()): Promise<ReportFolder> {
	const fact = await store.get(reportFolder({ path: folder }));
	if (fact.status !== 'known') throw new Error(fact.detail);
	return fact.value;
}

/** Wrapped as the n-th receiver wraps it. */
function wrapped(n: number, xml: string): readonly [name: string, content: Buffer] {
	const bytes = Buffer.from(xml);
	switch (n % 5) {
		case 0:
			return [`r${n}.xml`, bytes];
		case 1:
			return [`r${n}.xml.gz`, gzipSync(bytes)];
		case 2:
			return [`sub/r${n}.zip`, zip([{ name: `r${n}.xml`, content: bytes }])];
		case 3:
			return [`mails/r${n}.eml`, mail(`r${n}.xml.gz`, gzipSync(bytes))];
		default:
			return [`r${n}`, gzipSync(bytes)];
	}
}

const word = (passed: boolean) => (passed ? 'pass' : 'fail');

function add(sums: Map<string, number>, key: string, count: number): void {
	sums.set(key, (sums.get(key) ?? 0) + count);
}

function addUp(
	sums: { messages: number; passed: number; dkim: number; spf: number },
	count: number,
	{ dkim, spf }: { readonly dkim: boolean; readonly spf: boolean },
): void {
	sums.messages += count;
	if (dkim || spf) sums.passed += count;
	if (dkim) sums.dkim += count;
	if (spf) sums.spf += count;
}

describe('a collection of 200 reports with known sums', () => {
	const random = generator(4);
	const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
	const expected = { messages: 0, passed: 0, dkim: 0, spf: 0 };
	const bySource = new Map<string, number>();
	const byDomain = new Map<string, number>();
	const reports = Array.from({ length: 200 }, (_, n) => {
		const domain = pick(['example.com', 'example.com', 'mail.example.com']);
		const rows = Array.from({ length: Math.floor(random() * 12) }, (): MadeRow => {
			const [dkim, spf] = [random() < 0.8, random() < 0.6];
			const count = Math.floor(random() ** 4 * 100_000);
			const ip = `203.0.113.${Math.floor(random() * 20)}`;
			addUp(expected, count, { dkim, spf });
			add(bySource, ip, count);
			add(byDomain, domain, count);
			return { ip, count, dkim: word(dkim), spf: word(spf) };
		});
		const begin = FIRST_DAY + Math.floor(n / 7) * DAY;
		return report({
			org: `org${n % 7}.example`,
			id: `id-${n}`,
			domain,
			begin,
			end: begin + DAY - 1,
			rows,
		});
	});

	it('adds up exactly, whatever the reports are wrapped in, and counts repeats once', async () => {
		for (const [n, xml] of reports.entries()) await put(...wrapped(n, xml));
		// The same reports again, wrapped otherwise.
		for (const [n, xml] of reports.slice(0, 30).entries()) {
			const [name, content] = wrapped(n + 1, xml);
			await put(`again/${name}`, content);
		}
		await put('again/foreign.xml', report({ domain: 'example.net', rows: [{ count: 5 }] }));
		await put('broken.xml.gz', gzipSync(reports[0] ?? '').subarray(0, 100));
		const found = await read();
		expect(found.files).toBe(232);
		expect(found.reports).toHaveLength(231);
		expect(found.unread).toEqual([
			{ file: 'broken.xml.gz', why: 'its compressed data is cut off' },
		]);

		const { ours, foreign, duplicates } = collectionOf(found, ABOUT);
		expect([ours.length, foreign.length, duplicates]).toEqual([200, 1, 30]);
		const rows = rowsAbout(ours, ABOUT);
		expect(tallyOf(rows)).toEqual(expected);
		expect(
			Object.fromEntries(
				byPolicyDomain(rows).map((one) => [one.domain, tallyOf(one.rows).messages]),
			),
		).toEqual(Object.fromEntries(byDomain));

		const totals = reportTotalsIn([{ probe: 'file.dmarc-reports', value: found }], ABOUT);
		expect(totals).toMatchObject({
			...expected,
			reports: 200,
			foreign: 1,
			duplicates: 30,
			unread: 1,
		});
		const seen = new Map<string, number>();
		for (const { sources } of totals?.domains ?? []) {
			for (const { name, messages } of sources) add(seen, name, messages);
		}
		expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(bySource));
	});

	it('is judged again from a recording, without the folder', async () => {
		for (const [n, xml] of reports.entries()) await put(...wrapped(n, xml));
		const recording = await mkdtemp(path.join(tmpdir(), 'recorded-'));
		try {
			const writer = await writeEvidence(recording);
			const live = await read(liveStore((one) => writer.record(one)));
			await writer.finish({
				format: 'launch-ready-evidence',
				version: 1,
				tool: { name: 'launch-ready', version: '0.0.0' },
				target,
				vantage: { resolver: '192.0.2.53', node: '20.0.0', proxy: null },
				startedAt: '2030-01-01T00:00:00.000Z',
				durationMs: 1,
				complete: true,
			});
			await rm(folder, { recursive: true });
			await mkdir(folder);
			const { observations } = await readEvidence(recording);
			const replayed = await read(new FactStore(replayObserver(observations as Observation[])));
			expect(replayed).toEqual(live);
		} finally {
			await rm(recording, { recursive: true });
		}
	});
});

describe('reportFolder', () => {
	it('reads a folder that git ignores in a repository, and one that is a repository', async () => {
		execFileSync('git', ['init', '-q'], { cwd: folder });
		await put('.gitignore', 'ignored/\n');
		await put('r1.xml', report({ id: '1' }));
		await put('ignored/r2.xml.gz', gzipSync(report({ id: '2' })));
		expect((await read()).reports.map(({ file }) => file)).toEqual(['ignored/r2.xml.gz', 'r1.xml']);
		const whole = folder;
		folder = path.join(whole, 'ignored');
		expect((await read()).reports.map(({ file }) => file)).toEqual(['r2.xml.gz']);
		folder = whole;
	});

	it('passes over what file managers leave, and names everything else that is no report', async () => {
		await put('.DS_Store', 'x');
		await put('Thumbs.db', 'x');
		await put('notes.txt', 'hello');
		await put('page.html', '<!doctype html><html></html>');
		await symlink('/etc/passwd', path.join(folder, 'out.xml'));
		const found = await read();
		expect(found.reports).toEqual([]);
		expect(found.unread).toEqual([
			{ file: 'notes.txt', why: 'it is neither XML nor gzip, zip or a mail' },
			{ file: 'page.html', why: 'its root is <html>, and no report is in it' },
			{ file: 'out.xml', why: 'a symbolic link out of the folder' },
		]);
	});

	it('names 200 broken files and counts the rest', async () => {
		for (let n = 0; n < 210; n += 1) await put(`${n}.xml`, '<a>');
		const { unread, unreadCount } = await read();
		expect([unread.length, unreadCount]).toEqual([200, 210]);
	});

	it('says that a file is larger than is read', async () => {
		await put('r.xml', Buffer.alloc(32 * 1024 * 1024 + 1, ' '));
		expect((await read()).unread).toEqual([
			{ file: 'r.xml', why: 'it is larger than is read: 32 MB of a file, 512 MB of a folder' },
		]);
	});

	it('does not know a folder that is not there', async () => {
		const fact = await liveStore().get(reportFolder({ path: path.join(folder, 'nothing') }));
		expect(fact).toMatchObject({ status: 'unknown', because: 'unreadable' });
	});

	it('lets timers run while it reads', async () => {
		for (let n = 0; n < 50; n += 1) await put(`${n}.xml.gz`, gzipSync(report({ id: String(n) })));
		let ticks = 0;
		const ticking = setInterval(() => ticks++, 1);
		await read();
		clearInterval(ticking);
		expect(ticks).toBeGreaterThan(3);
	});
});

describe('collectionOf', () => {
	const collected = async (about = ABOUT) => collectionOf(await read(), about);

	it('keeps reports apart that share an id and nothing else', async () => {
		await put('a.xml', report({ id: '1', org: 'a.example' }));
		await put('b.xml', report({ id: '1', org: 'b.example' }));
		await put('c.xml', report({ id: '1', org: 'a.example', domain: 'mail.example.com' }));
		await put(
			'd.xml',
			report({ id: '1', org: 'a.example', begin: FIRST_DAY + DAY, end: FIRST_DAY + 2 * DAY }),
		);
		await put('e.xml', report({ id: '1', org: 'A.Example' }));
		const { ours, duplicates } = await collected();
		expect([ours.length, duplicates]).toEqual([4, 1]);
	});

	it('tells reports without an id apart by all that they say', async () => {
		await put('a.xml', report({ id: '', rows: [{ count: 1 }] }));
		await put('b.xml', report({ id: '', rows: [{ count: 2 }] }));
		await put('c.xml', report({ id: '', rows: [{ count: 1 }] }));
		const { ours, duplicates } = await collected();
		expect([ours.length, duplicates]).toEqual([2, 1]);
	});

	it('adds up to 2^53 − 1 and leaves out what goes beyond', async () => {
		await put('a.xml', report({ id: 'a', rows: [{ count: '9007199254740990' }, { count: 1 }] }));
		await put('b.xml', report({ id: 'b', rows: [{ count: 1 }] }));
		const { ours, unread, unreadCount } = await collected();
		expect(tallyOf(rowsAbout(ours, ABOUT)).messages).toBe(9_007_199_254_740_991);
		expect(unread).toEqual([
			{ file: 'b.xml', why: 'its counts are too great to be added up exactly' },
		]);
		expect(unreadCount).toBe(1);
	});

	it('says which records of a counted report were left out, and whose dates cannot be read', async () => {
		await put('a.xml', report({ rows: [{ count: 2 }, { count: -2 }], begin: 'x' }));
		const { ours, unread } = await collected();
		expect(tallyOf(rowsAbout(ours, ABOUT)).messages).toBe(2);
		expect(unread.map(({ why }) => why)).toEqual([
			'1 of 2 records left out: record 2: its count is "-2"',
			'its dates cannot be read; it is counted without them',
		]);
	});

	it('gives a sub-domain what was sent as it, and the domain all that is its own', async () => {
		await put(
			'a.xml',
			report({
				id: 'a',
				rows: [
					{ from: 'example.com', count: 1 },
					{ from: 'app.example.com', count: 2 },
				],
			}),
		);
		await put('b.xml', report({ id: 'b', domain: 'app.example.com', rows: [{ count: 4 }] }));
		await put('c.xml', report({ id: 'c', domain: 'notexample.com', rows: [{ count: 8 }] }));
		const sum = async (domain: string) => {
			const about = { domain, registrable: 'example.com' };
			const { ours, foreign } = await collected(about);
			return [tallyOf(rowsAbout(ours, about)).messages, foreign.length];
		};
		expect(await sum('example.com')).toEqual([7, 1]);
		expect(await sum('app.example.com')).toEqual([6, 1]);
		expect(await sum('www.example.com')).toEqual([0, 1]);
	});
});
