import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import { createFiles } from '../../src/files/create-files.ts';
import { committed, git, temporaryFolder, write } from './repositories.ts';

const isRoot = process.getuid?.() === 0;
const files = () => createFiles({ configFolder: temporaryFolder() });
const pathsOf = async (root: string) => (await files().list(root)).files.map(({ path }) => path);

describe('list', () => {
	test('tells tracked, untracked and ignored files apart', async () => {
		const root = committed({ '.gitignore': '.env\ndist/\n', 'a.ts': '1', 'b/c.ts': '22' });
		write(root, { '.env': 'A=1', 'new.ts': '3', 'dist/app.js': '4' });
		const { files: found, head, skipped } = await files().list(root);
		expect(found).toEqual([
			{ path: '.gitignore', bytes: 11, tracked: true, ignored: false },
			{ path: 'a.ts', bytes: 1, tracked: true, ignored: false },
			{ path: 'b/c.ts', bytes: 2, tracked: true, ignored: false },
			{ path: 'new.ts', bytes: 1, tracked: false, ignored: false },
			{ path: '.env', bytes: 3, tracked: false, ignored: true },
			{ path: 'dist/app.js', bytes: 1, tracked: false, ignored: true },
		]);
		expect(head).toBe(git(root, 'rev-parse', 'HEAD').trim());
		expect(skipped).toEqual([]);
	});

	test('a file that was committed though it is ignored is both', async () => {
		const root = committed({ '.gitignore': '.env\n', '.env': 'A=1' });
		const env = (await files().list(root)).files.find(({ path }) => path === '.env');
		expect(env).toMatchObject({ tracked: true, ignored: true });
	});

	test('a repository without commits has an empty head and its untracked files', async () => {
		const root = temporaryFolder();
		git(root, 'init', '-q');
		write(root, { 'a.ts': '1' });
		const listing = await files().list(root);
		expect(listing.head).toBe('');
		expect(listing.files).toEqual([{ path: 'a.ts', bytes: 1, tracked: false, ignored: false }]);
	});

	test('a list that git does not give is a gap', async () => {
		const root = committed({ 'a.ts': '1' });
		write(root, { 'new.ts': '2' });
		const bin = temporaryFolder();
		const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
		write(bin, {
			git: `#!/bin/sh\ncase "$*" in *--others*) echo "fatal: broken" >&2; exit 128;; esac\nexec ${real} "$@"\n`,
		});
		chmodSync(join(bin, 'git'), 0o755);
		const listing = await createFiles({
			configFolder: temporaryFolder(),
			searchPath: bin,
		}).list(root);
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts']);
		expect(listing.unreadable).toEqual([
			'.: git ls-files --others --exclude-standard: broken',
			'.: git ls-files --others --ignored --exclude-standard --directory: broken',
		]);
	});

	test('a folder nested too deep is a gap', async () => {
		const root = temporaryFolder();
		write(root, { [`${'d/'.repeat(70)}a.ts`]: '1' });
		const { unreadable = [] } = await files().list(root);
		expect(unreadable).toHaveLength(1);
		expect(unreadable[0]).toMatch(/: folders nested deeper than 64$/);
	});

	test('a folder outside git is walked, without dependencies', async () => {
		const root = temporaryFolder();
		write(root, {
			'a.ts': '1',
			'dist/b.js': '2',
			'node_modules/x/index.js': '3',
			'sub/node_modules/y/index.js': '4',
		});
		const listing = await files().list(root);
		expect(listing.head).toBeNull();
		expect(listing.gitUnread).toBeUndefined();
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts', 'dist/b.js']);
		expect(listing.skipped).toEqual(['folders of installed dependencies: 2']);
	});

	test('a folder inside a repository gives the files below it', async () => {
		const root = committed({ 'a.ts': '1', 'packages/web/b.ts': '2' });
		expect(await pathsOf(join(root, 'packages/web'))).toEqual(['b.ts']);
	});

	test('names with spaces, quotes, line ends, dashes and other alphabets come through whole', async () => {
		const names = ['with space.ts', '"quoted".ts', 'line\nend.ts', '-rf', 'привет.ts'];
		const root = committed(Object.fromEntries(names.map((name) => [name, 'x'])));
		expect((await pathsOf(root)).sort()).toEqual([...names].sort());
		for (const name of names) expect(await files().read(root, name, 10)).toBe('x');
	});

	test('links out of the folder and links to nowhere are passed over, and said', async () => {
		const outside = temporaryFolder();
		write(outside, { secret: 'outside' });
		const root = committed({ 'a.ts': '1' });
		symlinkSync(join(outside, 'secret'), join(root, 'out'));
		symlinkSync('nothing', join(root, 'dangling'));
		symlinkSync(outside, join(root, 'folder'));
		git(root, 'add', '-A');
		const { files: found, skipped } = await files().list(root);
		expect(found.map(({ path }) => path)).toEqual(['a.ts']);
		expect(skipped).toEqual([
			'dangling: a symbolic link that leads nowhere (does not exist)',
			'folder: a symbolic link out of the folder',
			'out: a symbolic link out of the folder',
		]);
		await expect(files().read(root, 'out', 10)).rejects.toThrow('out: leads out of the folder');
	});

	test('a committed link to an ignored file does not make that file a committed one', async () => {
		const root = committed({ '.gitignore': 'real.env\n' });
		write(root, { 'real.env': 'A=1' });
		symlinkSync('real.env', join(root, '.env'));
		git(root, 'add', '.env');
		const env = (await files().list(root)).files.find(({ path }) => path === '.env');
		expect(env).toMatchObject({ tracked: false, ignored: true });
	});

	test('a submodule is looked into, and one that is not checked out is named', async () => {
		const inner = committed({ 'lib.ts': 'inner' });
		const root = committed({ 'a.ts': '1' });
		const allow = ['-c', 'protocol.file.allow=always'];
		git(root, ...allow, 'submodule', 'add', '-q', inner, 'vendored');
		expect(await pathsOf(root)).toEqual(['.gitmodules', 'a.ts', 'vendored/lib.ts']);
		git(root, 'commit', '-q', '-m', 'submodule');
		const clone = temporaryFolder();
		git(clone, ...allow, 'clone', '-q', root, 'copy');
		const { skipped } = await files().list(join(clone, 'copy'));
		expect(skipped).toEqual(['vendored: a submodule that is not checked out']);
	});

	test('a tracked file that is deleted is counted as absent', async () => {
		const root = committed({ 'a.ts': '1', 'b.ts': '2' });
		execFileSync('rm', [join(root, 'b.ts')]);
		const listing = await files().list(root);
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts']);
		expect(listing.skipped).toEqual(['tracked, but not on disk: 1']);
	});

	test('what the configuration of a hostile repository would run is not run', async () => {
		const root = committed({ 'a.ts': '1' });
		const ran = join(temporaryFolder(), 'ran');
		const hook = join(root, '.git', 'evil.sh');
		writeFileSync(hook, `#!/bin/sh\ntouch '${ran}'\n`);
		chmodSync(hook, 0o755);
		mkdirSync(join(root, '.git', 'hooks'), { recursive: true });
		for (const name of ['post-index-change', 'post-checkout', 'fsmonitor-watchman']) {
			writeFileSync(join(root, '.git', 'hooks', name), readFileSync(hook));
			chmodSync(join(root, '.git', 'hooks', name), 0o755);
		}
		const settings = {
			'core.fsmonitor': hook,
			'core.pager': hook,
			'core.editor': hook,
			'core.sshCommand': hook,
			'core.hooksPath': join(root, '.git', 'hooks'),
			'filter.evil.clean': hook,
			'diff.external': hook,
			'alias.ls-files': `!${hook}`,
		};
		for (const [name, value] of Object.entries(settings)) {
			git(root, '-c', 'core.fsmonitor=false', 'config', name, value);
		}
		write(root, { '.gitattributes': '* filter=evil diff=evil\n' });
		// The control: with this configuration, plain git does run it.
		git(root, 'status');
		expect(existsSync(ran)).toBe(true);
		execFileSync('rm', [ran]);
		expect(await pathsOf(root)).toEqual(['a.ts', '.gitattributes']);
		expect(existsSync(ran)).toBe(false);
	});

	test('a git folder that is broken is walked, and said', async () => {
		const root = temporaryFolder();
		write(root, { '.git/HEAD': 'nonsense', 'a.ts': '1' });
		const listing = await files().list(root);
		expect(listing.head).toBeNull();
		expect(listing.gitUnread).toContain('.gitignore was not applied');
		expect(listing.skipped[0]).toBe(listing.gitUnread);
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts']);
	});

	test('without a git program the folder is walked, and said', async () => {
		const root = committed({ 'a.ts': '1' });
		const port = createFiles({ configFolder: temporaryFolder(), searchPath: '/nowhere:.:bin' });
		const listing = await port.list(root);
		expect(listing.gitUnread).toContain('git was not found');
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts']);
	});

	test.runIf(isRoot)('a repository that belongs to somebody else is walked, and said', async () => {
		const root = committed({ 'a.ts': '1' });
		execFileSync('chown', ['-R', '12345', root]);
		const listing = await files().list(root);
		expect(listing.gitUnread).toContain('it belongs to somebody else');
		expect(listing.files.map(({ path }) => path)).toEqual(['a.ts']);
	});

	test('a repository in the form of a bare one is data, not a repository', async () => {
		const bare = temporaryFolder();
		git(bare, 'init', '-q', '--bare');
		const listing = await files().list(bare);
		expect(listing.head).toBeNull();
		expect(listing.files.map(({ path }) => path)).toContain('HEAD');
	});

	test('a folder that does not exist, or is a file, is unobserved', async () => {
		const folder = temporaryFolder();
		write(folder, { file: '1' });
		for (const [path, words] of [
			[join(folder, 'nothing'), 'does not exist'],
			[join(folder, 'file'), 'not a folder'],
		] as const) {
			const failure = await files()
				.list(path)
				.catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(Unobserved);
			expect(failure).toMatchObject({ because: 'unreadable', message: `${path}: ${words}` });
		}
	});
});

describe('read', () => {
	test('gives one character a byte, cut at the limit', async () => {
		const root = temporaryFolder();
		write(root, { bytes: Buffer.from([0, 65, 0xff, 0xc3, 0xa9]) });
		expect(await files().read(root, 'bytes', 100)).toBe('\0A\xff\xc3\xa9');
		expect(await files().read(root, 'bytes', 2)).toBe('\0A');
	});

	test.each(['../outside', '/etc/hostname', 'a/../../outside'])(
		'refuses to leave the folder by %s',
		async (path) => {
			const parent = temporaryFolder();
			write(parent, { outside: 'x', 'root/a/b': 'x' });
			const reading = files().read(join(parent, 'root'), path, 10);
			await expect(reading).rejects.toBeInstanceOf(Unobserved);
		},
	);

	test('does not wait at a named pipe, and does not read a folder', async () => {
		const root = temporaryFolder();
		execFileSync('/usr/bin/env', ['mkfifo', join(root, 'pipe')]);
		mkdirSync(join(root, 'folder'));
		await expect(files().read(root, 'pipe', 10)).rejects.toThrow('pipe: not a regular file');
		await expect(files().read(root, 'folder', 10)).rejects.toThrow('folder: not a regular file');
		expect((await files().list(root)).skipped).toEqual(['pipe: not a regular file']);
	});

	test('a missing file says so without the path of this machine', async () => {
		const root = temporaryFolder();
		await expect(files().read(root, 'gone', 10)).rejects.toThrow(/^gone: does not exist$/);
	});

	test.skipIf(isRoot)('a file without permission says so', async () => {
		const root = temporaryFolder();
		write(root, { closed: 'x' });
		chmodSync(join(root, 'closed'), 0);
		await expect(files().read(root, 'closed', 10)).rejects.toThrow('closed: permission denied');
	});
});

describe('fingerprintKey', () => {
	test('is made once, for the user alone, and kept', async () => {
		const configFolder = join(temporaryFolder(), 'deep', 'config');
		const key = await createFiles({ configFolder }).fingerprintKey();
		expect(key).toMatch(/^[0-9a-f]{64}$/);
		const file = join(configFolder, 'fingerprint.key');
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(await createFiles({ configFolder }).fingerprintKey()).toBe(key);
	});

	test('two processes that start together agree', async () => {
		const configFolder = temporaryFolder();
		const keys = await Promise.all(
			Array.from({ length: 8 }, () => createFiles({ configFolder }).fingerprintKey()),
		);
		expect(new Set(keys).size).toBe(1);
	});

	test('lasts for the process where it cannot be kept', async () => {
		const folder = temporaryFolder();
		write(folder, { file: '' });
		const port = createFiles({ configFolder: join(folder, 'file') });
		const key = await port.fingerprintKey();
		expect(key).toMatch(/^[0-9a-f]{64}$/);
		expect(await port.fingerprintKey()).toBe(key);
	});
});

describe('what is kept for later runs', () => {
	test('is found by the next run, for the user alone', async () => {
		const configFolder = join(temporaryFolder(), 'deep', 'config');
		expect(await createFiles({ configFolder }).kept('list.json')).toBeNull();
		await createFiles({ configFolder }).keep('list.json', '{"a":1}');
		expect(await createFiles({ configFolder }).kept('list.json')).toBe('{"a":1}');
		expect(statSync(join(configFolder, 'list.json')).mode & 0o777).toBe(0o600);
	});

	test('is whole whoever writes at the same time, and leaves no drafts', async () => {
		const configFolder = temporaryFolder();
		const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
		await Promise.all(texts.map((text) => createFiles({ configFolder }).keep('list.json', text)));
		expect(texts).toContain(await createFiles({ configFolder }).kept('list.json'));
		expect(readdirSync(configFolder)).toEqual(['list.json']);
	});

	test('is nothing where the folder cannot be written or the file cannot be read', async () => {
		const folder = temporaryFolder();
		write(folder, { file: '' });
		const closed = createFiles({ configFolder: join(folder, 'file') });
		await closed.keep('list.json', 'x');
		expect(await closed.kept('list.json')).toBeNull();
		mkdirSync(join(folder, 'list.json'));
		expect(await createFiles({ configFolder: folder }).kept('list.json')).toBeNull();
	});

	test('is never a path', async () => {
		const port = createFiles({ configFolder: temporaryFolder() });
		expect(await port.kept('../list.json')).toBeNull();
		await expect(port.keep('../list.json', 'x')).rejects.toThrow(RangeError);
	});
});
