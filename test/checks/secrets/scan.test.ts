import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import scan from '../../../checks/secrets/scan.ts';
import type { Judgement } from '../../../src/core/check.ts';
import { type Fact, Unobserved } from '../../../src/core/fact.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { scanHistory } from '../../../src/facts/secrets/history-scan.ts';
import { scanRepository } from '../../../src/facts/secrets/secret-repository.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { committed, git, temporaryFolder, write } from '../../files/repositories.ts';

const random = seeded(17);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;

async function fact<V>(value: Promise<V>): Promise<Fact<V>> {
	try {
		return { status: 'known', value: await value };
	} catch (error) {
		if (!(error instanceof Unobserved)) throw error;
		return { status: 'unknown', because: error.because, detail: error.message };
	}
}

async function sayings(
	root: string,
	history: 'none' | 'reachable' = 'reachable',
	signal?: AbortSignal,
) {
	const port = createFiles({ configFolder: temporaryFolder(), signal });
	const given = {
		found: await fact(scanRepository(root, port)),
		past: await fact(scanHistory(root, port, history)),
	};
	const subject = { ...scan.over.sample, history };
	const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as never;
	const now = new Date('2030-01-01T00:00:00Z');
	const said = scan.judge({ given, subject, options: {}, now, say });
	return ([said].flat() as Judgement[])
		.map((one) => findingOf(scan, subject, one, []))
		.map(({ outcome, verdict, message }) => `${verdict ?? outcome}: ${message}`);
}

test('its examples say what they claim', () => {
	expect(verifyCheck(scan)).toEqual([]);
});

test('a whole repository passes, with what was read', async () => {
	const root = committed({ 'a.ts': 'one', 'b.png': Buffer.from([0, 1, 2]) });
	expect(await sayings(root)).toEqual([
		'whole: Read: 1 file, and 2 versions of files from 1 commit. 1 file without text was left out.',
	]);
	expect(await sayings(root, 'none')).toEqual([
		'whole: Read: 1 file. 1 file without text was left out.',
	]);
});

test('a shallow clone is told, with the command that ends it', async () => {
	const root = committed({ 'a.ts': 'one' });
	write(root, { 'a.ts': 'two' });
	git(root, 'commit', '-q', '--no-gpg-sign', '-a', '-m', 'second');
	const shallow = join(temporaryFolder(), 'shallow');
	git(root, 'clone', '-q', '--depth', '1', `file://${root}`, shallow);
	const [said, ...others] = await sayings(shallow);
	expect(others).toEqual([]);
	expect(said).toMatch(/^history-incomplete: .*the clone is shallow.*git fetch --unshallow/);
	expect(await sayings(shallow, 'none')).toEqual(['whole: Read: 1 file.']);
	git(shallow, 'fetch', '-q', '--unshallow', `file://${root}`);
	expect((await sayings(shallow))[0]).toMatch(/^whole/);
});

test('objects that are borrowed from outside of the folder are not read', async () => {
	const root = committed({ 'a.ts': 'one' });
	const borrower = join(temporaryFolder(), 'borrower');
	git(root, 'clone', '-q', '--shared', root, borrower);
	expect((await sayings(borrower)).join('\n')).toMatch(/borrowed from .*git repack -a -d/);
});

test('a file over the limit and one of the past are counted', async () => {
	const root = committed({ 'a.ts': 'one', 'old.dat2': Buffer.alloc(1_100_000, 97) });
	git(root, 'rm', '-q', 'old.dat2');
	writeFileSync(join(root, 'new.dat2'), Buffer.alloc(1_100_000, 97));
	git(root, 'add', '-A');
	git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'second');
	const said = await sayings(root);
	expect(said).toHaveLength(1);
	expect(said[0]).toMatch(/1 file over the size limit \(new\.dat2: 2 MiB\)/);
	expect(said[0]).toMatch(/2 versions of files of the past over the size limit/);
});

test('an audit that is out of time says so', async () => {
	const root = committed({ 'a.ts': 'one' });
	const late = AbortSignal.abort(new Unobserved('timeout', 'the time limit of 60 s was reached'));
	expect((await sayings(root, 'reachable', late)).join('\n')).toMatch(
		/The history was not seen whole: the time limit of 60 s was reached\. Run: .* --timeout 10m/,
	);
});

test('comments of ours and of others are listed, each value once', async () => {
	const key = stripe();
	const root = committed({
		'a.ts': `'${key}' // launch-ready:allow\n`,
		'b.yml': `key: ${stripe()} # gitleaks:allow\n`,
	});
	write(root, { 'a.ts': `\n\n'${key}' // launch-ready:allow\n` });
	git(root, 'commit', '-q', '--no-gpg-sign', '-a', '-m', 'moved');
	expect(await sayings(root)).toEqual([
		'allowed-by-comment: Comments allow 2 values: a.ts:3 and b.yml:1.',
	]);
	git(root, 'rm', '-q', 'b.yml');
	git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'gone');
	expect(await sayings(root)).toEqual([
		'allowed-by-comment: Comments allow 2 values (1 in the files of today): a.ts:3 and b.yml:1.',
	]);
});
