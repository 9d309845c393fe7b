import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanRepository } from '../../src/facts/secrets/secret-repository.ts';
import { createStagedFiles } from '../../src/files/staged-files.ts';
import { random62, seeded } from '../facts/secrets/secret-samples.ts';
import { committed, git, temporaryFolder, write } from './repositories.ts';

const random = seeded(5);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;
const port = () => createStagedFiles({ configFolder: temporaryFolder() });
const found = async (root: string) =>
	(await scanRepository(root, port())).secrets.map(
		({ places: [place] }) => `${place?.file}:${place?.line}`,
	);

test('only what is added or changed is listed, as the index has it', async () => {
	const root = committed({ 'a.ts': 'one', 'b.ts': 'one', 'c.ts': 'one' });
	write(root, { 'a.ts': 'two', 'd.ts': 'new', 'e.ts': 'untracked' });
	git(root, 'add', 'a.ts', 'd.ts');
	git(root, 'rm', '-q', 'b.ts');
	write(root, { 'a.ts': 'three' });
	const files = port();
	const { files: listed } = await files.list(root);
	expect(listed.map(({ path, bytes }) => `${path} ${bytes}`)).toEqual(['a.ts 3', 'd.ts 3']);
	expect(await files.read(root, 'a.ts', 100)).toBe('two');
	expect(await files.before?.(root, 'a.ts', 100)).toBe('one');
	expect(await files.before?.(root, 'd.ts', 100)).toBeNull();
	await expect(files.read(root, 'c.ts', 100)).rejects.toThrow('c.ts: not in the change');
});

test('before the first commit everything staged is new', async () => {
	const root = temporaryFolder();
	git(root, 'init', '-q');
	write(root, { 'a.ts': `'${stripe()}'` });
	git(root, 'add', '-A');
	rmSync(join(root, 'a.ts'));
	expect(await found(root)).toEqual(['a.ts:1']);
});

test('a key that the file had already is not what the change brings', async () => {
	const old = stripe();
	const root = committed({ 'a.ts': `'${old}'\n` });
	write(root, { 'a.ts': `// moved\n'${old}'\n` });
	git(root, 'add', '-A');
	expect(await found(root)).toEqual([]);
	write(root, { 'a.ts': `// moved\n'${old}'\n'${stripe()}'\n`, 'b.ts': `'${old}'` });
	git(root, 'add', '-A');
	expect(await found(root)).toEqual(['a.ts:3', 'b.ts:1']);
});

test('links and submodules have no contents, and many files are read in windows', async () => {
	const root = committed({ 'a.ts': 'one' });
	symlinkSync('/etc/hostname', join(root, 'link.ts'));
	const many = Array.from({ length: 200 }, (_, at) => [`src/f${at}.ts`, `text ${at}`] as const);
	write(root, { ...Object.fromEntries(many), 'zz.ts': `'${stripe()}'` });
	git(root, 'add', '-A');
	const files = port();
	const { files: listed } = await files.list(root);
	expect(listed).toHaveLength(201);
	const texts = await Promise.all(
		[...listed].reverse().map(({ path }) => files.read(root, path, 99)),
	);
	expect(texts.filter((text) => text.startsWith('text '))).toHaveLength(200);
	expect(await found(root)).toEqual(['zz.ts:1']);
});

test('of a folder inside a repository, that folder', async () => {
	const root = committed({ 'a.ts': 'one' });
	write(root, { 'web/b.ts': `'${stripe()}'`, 'api/c.ts': `'${stripe()}'` });
	git(root, 'add', '-A');
	expect(await found(join(root, 'web'))).toEqual(['b.ts:1']);
});

test('outside git there is nothing staged, and that is said', async () => {
	await expect(port().list(temporaryFolder())).rejects.toThrow('git: ');
});
