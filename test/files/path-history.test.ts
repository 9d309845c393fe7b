import { describe, expect, test } from 'vitest';
import { createFiles } from '../../src/files/create-files.ts';
import { committed, git, temporaryFolder, write } from './repositories.ts';

const port = () => createFiles({ configFolder: temporaryFolder() });
const commit = (root: string, message = 'next') => {
	git(root, 'add', '-A', '-f');
	git(root, 'commit', '-q', '--no-gpg-sign', '-m', message);
	return git(root, 'rev-parse', 'HEAD').trim();
};

describe('the past of paths', () => {
	test('says when a file came, and when its content changed after that', async () => {
		const root = committed({ 'db/migrations/1.sql': 'a', 'src/a.ts': '1' });
		const first = git(root, 'rev-parse', 'HEAD').trim();
		write(root, { 'db/migrations/1.sql': 'b', 'src/a.ts': '2' });
		const second = commit(root);
		const history = await port().pathHistory(root, ['db/migrations']);
		expect(history?.lastTag).toBeNull();
		expect(history?.shallow).toBe(false);
		expect(history?.files).toMatchObject([
			{ path: 'db/migrations/1.sql', added: { commit: first }, changed: [{ commit: second }] },
		]);
	});

	test('follows a rename, and tells one from a change', async () => {
		const text = 'line\n'.repeat(40);
		const root = committed({ 'm/a.sql': text });
		const first = git(root, 'rev-parse', 'HEAD').trim();
		git(root, 'mv', 'm/a.sql', 'm/b.sql');
		commit(root);
		const history = await port().pathHistory(root, ['m']);
		expect(history?.files).toMatchObject([
			{ path: 'm/b.sql', added: { commit: first }, changed: [] },
		]);
	});

	test('a file that was deleted is none of today; one that came back is new', async () => {
		const root = committed({ 'm/a.sql': 'a', 'm/b.sql': 'b\nb' });
		git(root, 'rm', '-q', 'm/a.sql', 'm/b.sql');
		commit(root);
		write(root, { 'm/b.sql': 'quite another' });
		const third = commit(root);
		const history = await port().pathHistory(root, ['m']);
		expect(history?.files).toMatchObject([
			{ path: 'm/b.sql', added: { commit: third }, changed: [] },
		]);
	});

	test('knows the newest tag that HEAD contains, annotated or not, and what it holds', async () => {
		const root = committed({ 'm/a.sql': 'a' });
		git(root, 'tag', '-a', 'v1', '-m', 'one');
		write(root, { 'm/b.sql': 'b' });
		commit(root);
		const history = await port().pathHistory(root, ['m']);
		expect(history?.lastTag).toMatchObject({ name: 'refs/tags/v1', files: ['m/a.sql'] });
		git(root, 'tag', 'v2');
		const later = await port().pathHistory(root, ['m']);
		expect(later?.lastTag?.files).toEqual(['m/a.sql', 'm/b.sql']);
	});

	test('in a folder of a repository, names are relative to it', async () => {
		const root = committed({ 'apps/web/m/a.sql': 'a', 'apps/api/m/a.sql': 'b' });
		git(root, 'tag', 'v1');
		const history = await port().pathHistory(`${root}/apps/web`, ['m']);
		expect(history?.files.map(({ path }) => path)).toEqual(['m/a.sql']);
		expect(history?.lastTag?.files).toEqual(['m/a.sql']);
	});

	test('outside git, and before the first commit, there is none', async () => {
		const root = temporaryFolder();
		expect(await port().pathHistory(root, ['m'])).toBeNull();
		git(root, 'init', '-q');
		expect(await port().pathHistory(root, ['m'])).toBeNull();
	});
});

describe('lines of a commit', () => {
	test('are found by whole words, in text that is tracked there', async () => {
		const root = committed({ 'a.ts': 'x\nuser.nickname\n', 'b.ts': 'nicknames' });
		write(root, { 'a.ts': 'x' });
		commit(root);
		expect(await port().linesAt(root, 'HEAD~', ['nickname'])).toEqual([
			{ path: 'a.ts', line: 2, text: 'user.nickname' },
		]);
		expect(await port().linesAt(root, 'HEAD', ['nickname'])).toEqual([]);
	});

	test('what is no commit and no word never reaches git as an option', async () => {
		const root = committed({ 'a.ts': '--help' });
		expect(await port().linesAt(root, '--help', ['help'])).toEqual([]);
		expect(await port().linesAt(root, 'HEAD', ['--help'])).toEqual([]);
	});
});

describe('a stream', () => {
	test('gives every byte of a file that is larger than a piece', async () => {
		const root = temporaryFolder();
		const text = `${'0123456789\n'.repeat(200_000)}\xe9nd`;
		write(root, { 'a.log': Buffer.from(text, 'latin1') });
		const pieces: string[] = [];
		for await (const piece of port().stream(root, 'a.log')) pieces.push(piece);
		expect(pieces.length).toBe(3);
		expect(pieces.join('') === text).toBe(true);
	});

	test('of what cannot be read throws', async () => {
		const root = temporaryFolder();
		const read = async () => {
			for await (const piece of port().stream(root, 'none.log')) expect(piece).toBe('never');
		};
		await expect(read()).rejects.toMatchObject({ because: 'unreadable' });
	});
});
