import { generateKeyPairSync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { samplePastSecret } from '../../../checks/secrets/_past.ts';
import { severityOfPast } from '../../../checks/secrets/_severity.ts';
import history from '../../../checks/secrets/history.ts';
import type { Judgement } from '../../../src/core/check.ts';
import { type Fact, type GetFact, Unobserved } from '../../../src/core/fact.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { FilesPort } from '../../../src/core/io.ts';
import { findingOf } from '../../../src/engine/judge.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { scanBuild } from '../../../src/facts/secrets/build-secrets.ts';
import { scanHistory } from '../../../src/facts/secrets/history-scan.ts';
import type { RepositoryHistory } from '../../../src/facts/secrets/history-sighting.ts';
import { repositoryFingerprints } from '../../../src/facts/secrets/repository-fingerprints.ts';
import { scanRepository } from '../../../src/facts/secrets/secret-repository.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { random62, seeded } from '../../facts/secrets/secret-samples.ts';
import { git, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords } from './real-repository.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const random = seeded(91);
/** Made while the test runs, so that no file of this repository holds one. */
const stripe = () => `sk_${'live'}_${random62(24, random)}`;

const portOf = () => createFiles({ configFolder: temporaryFolder() });

type Files = Readonly<Record<string, string | Buffer>>;

/** Each step is a commit; `null` deletes a file. */
function repositoryOf(...steps: readonly Readonly<Record<string, string | Buffer | null>>[]) {
	const root = temporaryFolder();
	git(root, 'init', '-q', '-b', 'main');
	for (const step of steps) commit(root, step);
	return root;
}

function commit(root: string, step: Readonly<Record<string, string | Buffer | null>>): void {
	const gone = Object.keys(step).filter((path) => step[path] === null);
	const written = Object.entries(step).filter(([, content]) => content !== null);
	if (gone.length > 0) git(root, 'rm', '-q', ...gone);
	write(root, Object.fromEntries(written) as Files);
	git(root, 'add', '-A', '-f');
	git(root, 'commit', '-q', '--no-gpg-sign', '--allow-empty', '-m', 'a step');
}

async function fact<V>(value: Promise<V>): Promise<Fact<V>> {
	try {
		return { status: 'known', value: await value };
	} catch (error) {
		if (!(error instanceof Unobserved)) throw error;
		return { status: 'unknown', because: error.because, detail: error.message };
	}
}

async function judged(
	root: string,
	{ port = portOf(), all = false }: { port?: FilesPort; all?: boolean } = {},
): Promise<readonly Finding[]> {
	const given = {
		past: await fact(scanHistory(root, port, all ? 'all' : 'reachable')),
		found: await scanRepository(root, port),
		build: await fact(scanBuild(root, port)),
	};
	const say = ((verdict: string, args: object = {}) => ({ verdict, args })) as never;
	const subject = history.over.sample;
	const said = history.judge({ given, subject, options: {}, now: NOW, say });
	return ([said].flat() as Judgement[]).map((one) => findingOf(history, subject, one, []));
}

const sayings = async (root: string) => inWords(await judged(root));

test('its examples say what they claim', () => {
	expect(verifyCheck(history)).toEqual([]);
});

describe('every verdict, from real repositories', () => {
	test('server-secret, with the commit that brought it and the one that took it away', async () => {
		const key = stripe();
		const root = repositoryOf(
			{ 'src/pay.ts': 'export {};\n' },
			{ 'src/pay.ts': `\nconst key = '${key}';\n` },
			{ 'src/pay.ts': 'const key = process.env.KEY;\n' },
		);
		const [last, added] = git(root, 'log', '--format=%H').trim().split('\n');
		const findings = await judged(root);
		expect(inWords(findings)).toEqual(['high server-secret src/pay.ts:2']);
		const [one] = findings;
		expect(one?.message).toContain(`committed in ${added?.slice(0, 10)} (20`);
		expect(one?.message).toContain(`gone since ${last?.slice(0, 10)} (20`);
		expect(one?.message).toContain('still in the history of one branch or tag');
		expect(JSON.stringify(findings)).not.toContain(key.slice(5));
	});

	test('private-key', async () => {
		const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
			.privateKey.export({ type: 'pkcs8', format: 'pem' })
			.toString();
		const root = repositoryOf({ 'deploy/server.txt': pem }, { 'deploy/server.txt': null, a: 'a' });
		expect(await sayings(root)).toEqual(['high private-key deploy/server.txt:1']);
	});

	test('connection-uri and signing-secret', async () => {
		const uri = `postgres${'://'}app:${random62(20, random)}@db.shop-prod.io:5432/app`;
		const secret = random62(32, random);
		const root = repositoryOf(
			{ 'a.ts': `open('${uri}')`, 'b.ts': `const JWT_SECRET = '${secret}';` },
			{ 'a.ts': 'open(uri)', 'b.ts': 'const JWT_SECRET = read();' },
		);
		expect(await sayings(root)).toEqual([
			'high connection-uri a.ts:1',
			'high signing-secret b.ts:1',
		]);
	});

	test('generic', async () => {
		const root = repositoryOf(
			{ 'app.yaml': `service_password: "${random62(24, random)}"\n` },
			{ 'app.yaml': 'service_password: ""\n' },
		);
		expect(await sayings(root)).toEqual(['later generic app.yaml:1']);
	});

	test('env-file, with the names of all that it had', async () => {
		const value = random62(20, random);
		const root = repositoryOf(
			{ '.env': `SMTP_PASS=${value}\nPORT=3000\n` },
			{ '.env': `SMTP_PASS=${value}\nADMIN_PASSWORD=${random62(16, random)}\n` },
			{ '.env': null, 'a.ts': '' },
		);
		const findings = await judged(root);
		expect(inWords(findings)).toContain('high env-file .env:1');
		const file = findings.find(({ verdict }) => verdict === 'env-file');
		expect(file?.message).toMatch(/ADMIN_PASSWORD and SMTP_PASS/);
		expect(JSON.stringify(findings)).not.toContain(value);
	});
});

describe('where a value stands today', () => {
	test('the same value in the tree is the finding of the tree', async () => {
		const key = stripe();
		const root = repositoryOf({ 'old.ts': `'${key}'` }, { 'old.ts': null, 'new.ts': `'${key}'` });
		expect(await sayings(root)).toEqual(['pass']);
	});

	test('a value of which only test data are left in the tree stays as grave as it was', async () => {
		const key = stripe();
		const root = repositoryOf(
			{ 'old.ts': `'${key}'` },
			{ 'old.ts': null, 'test/new.ts': `'${key}'` },
		);
		expect(await sayings(root)).toEqual(['high server-secret old.ts:1']);
	});

	test('what a comment allows in the tree is allowed in its past', async () => {
		const key = stripe();
		const root = repositoryOf({ 'a.ts': `'${key}'` }, { 'a.ts': `'${key}' // launch-ready:allow` });
		expect(await sayings(root)).toEqual(['pass']);
	});

	test('a removal that is not committed is none', async () => {
		const key = stripe();
		const root = repositoryOf({ 'a.ts': `'${key}'` });
		writeFileSync(join(root, 'a.ts'), 'nothing');
		const [finding] = await judged(root);
		expect(inWords([finding as Finding])).toEqual(['blocker server-secret a.ts:1']);
		expect(finding?.message).toContain('still in the commit that is checked out');
	});

	test('another branch, a tag, a stash, and no merge back', async () => {
		const root = repositoryOf({ 'a.ts': 'a' });
		git(root, 'switch', '-q', '-c', 'feature');
		commit(root, { 'b.ts': `'${stripe()}'` });
		git(root, 'switch', '-q', 'main');
		git(root, 'switch', '-q', '-c', 'release');
		commit(root, { 'c.ts': `'${stripe()}'` });
		git(root, 'tag', 'v1');
		git(root, 'switch', '-q', 'main');
		git(root, 'branch', '-q', '-D', 'release');
		write(root, { 'a.ts': `'${stripe()}'`, 'new.ts': `'${stripe()}'` });
		git(root, 'stash', '-q', '-u');
		const findings = await judged(root);
		expect(inWords(findings)).toEqual([
			'high server-secret a.ts:1',
			'high server-secret b.ts:1',
			'high server-secret c.ts:1',
			'high server-secret new.ts:1',
		]);
		const said = findings.map(({ message }) => /still (.*)\.$/.exec(message)?.[1]);
		expect(said).toEqual(['in a stash', 'on branch feature', 'in tag v1', 'in a stash']);
	});

	test('a value that is still in the production env file was never replaced: a blocker', async () => {
		const key = stripe();
		const root = repositoryOf(
			{ 'a.ts': `'${key}'`, '.gitignore': '.env*\n' },
			{ 'a.ts': 'process.env.KEY' },
		);
		expect(await sayings(root)).toEqual(['high server-secret a.ts:1']);
		write(root, { '.env.production': `STRIPE_SECRET_KEY=${key}\n` });
		expect(await sayings(root)).toEqual(['blocker server-secret a.ts:1']);
	});

	test('a value that a build made for browsers has is a blocker', async () => {
		const key = stripe();
		const root = repositoryOf(
			{ 'a.ts': `'${key}'`, '.gitignore': 'dist\n' },
			{ 'a.ts': 'process.env.KEY' },
		);
		write(root, {
			'dist/index.html': '<script src="/assets/app-1a2b3c4d.js"></script>',
			'dist/assets/app-1a2b3c4d.js': `const k="${key}";`,
		});
		const findings = await judged(root);
		// The folder that browsers get is read as a part of the tree too; then it is the tree's finding.
		const found = await scanRepository(root, portOf());
		expect(found.secrets.map(({ places }) => places[0]?.place)).toEqual(['client']);
		expect(inWords(findings)).toEqual(['pass']);
	});

	test('test data and documentation of the past are as mild as those of today', async () => {
		const root = repositoryOf(
			{ 'test/a.ts': `'${stripe()}'`, 'docs/a.md': `\`${stripe()}\`` },
			{ 'test/a.ts': null, 'docs/a.md': null, 'b.ts': '' },
		);
		expect(await sayings(root)).toEqual([
			'later server-secret docs/a.md:1',
			'later server-secret test/a.ts:1',
		]);
	});
});

describe('what git makes of it', () => {
	test('a file that moved is one finding, with both its paths', async () => {
		const key = stripe();
		const root = repositoryOf({ 'a.ts': `'${key}'` });
		git(root, 'mv', 'a.ts', 'b.ts');
		git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'move');
		commit(root, { 'b.ts': 'nothing' });
		const findings = await judged(root);
		expect(findings).toHaveLength(1);
		expect(JSON.stringify(findings[0])).toMatch(/a\.ts.*b\.ts/s);
	});

	test('a secret that only a merge brought', async () => {
		const root = repositoryOf({ 'a.ts': 'one' });
		git(root, 'switch', '-q', '-c', 'side');
		commit(root, { 'b.ts': 'side' });
		git(root, 'switch', '-q', 'main');
		commit(root, { 'c.ts': 'main' });
		git(root, 'merge', '-q', '--no-commit', 'side');
		write(root, { 'evil.ts': `'${stripe()}'` });
		git(root, 'add', '-A');
		git(root, 'commit', '-q', '--no-gpg-sign', '-m', 'merge');
		commit(root, { 'evil.ts': null, 'd.ts': '' });
		expect(await sayings(root)).toEqual(['high server-secret evil.ts:1']);
	});

	test('an amended commit is a finding only where all objects are asked for', async () => {
		const root = repositoryOf({ 'a.ts': `'${stripe()}'` });
		write(root, { 'a.ts': 'nothing' });
		git(root, 'add', '-A');
		git(root, 'commit', '-q', '--no-gpg-sign', '--amend', '-m', 'amended');
		expect(await sayings(root)).toEqual(['pass']);
		const all = await judged(root, { all: true });
		expect(all.map(({ verdict }) => verdict)).toEqual(['server-secret']);
		expect(all[0]?.message).toContain('which no branch, tag or stash leads to');
	});

	test('packed, loose, bare and linked worktrees are read alike', async () => {
		const root = repositoryOf({ 'a.ts': `'${stripe()}'` }, { 'a.ts': 'nothing' });
		const loose = await sayings(root);
		git(root, 'gc', '-q', '--prune=now');
		expect(await sayings(root)).toEqual(loose);
		const linked = join(temporaryFolder(), 'linked');
		git(root, 'worktree', 'add', '-q', linked, '-b', 'other');
		expect(await sayings(linked)).toEqual(loose);
		const bare = join(temporaryFolder(), 'bare.git');
		git(root, 'clone', '-q', '--bare', root, bare);
		const past = await scanHistory(bare, portOf(), 'reachable');
		expect(past.secrets.map(({ kind }) => kind)).toEqual(['server-secret']);
	});

	test('a folder inside a repository has the past of its own files', async () => {
		const root = repositoryOf(
			{ 'web/a.ts': `'${stripe()}'`, 'api/b.ts': `'${stripe()}'` },
			{ 'web/a.ts': 'nothing', 'api/b.ts': 'nothing' },
		);
		expect(await sayings(join(root, 'web'))).toEqual(['high server-secret a.ts:1']);
	});

	test('UTF-16 with a mark, and binaries', async () => {
		const text = Buffer.from(`\ufeffSTRIPE_KEY=${stripe()}\r\n`, 'utf16le');
		const binary = Buffer.from(`\0\x01\x02${stripe()}`);
		const root = repositoryOf(
			{ 'a.txt': text, 'b.bin': binary },
			{ 'a.txt': null, 'b.bin': null, c: '' },
		);
		expect(await sayings(root)).toEqual(['high server-secret a.txt:1']);
	});

	test('names that are unusual, in other encodings and with line ends', async () => {
		const names = ['ä ö.ts', 'a\nb.ts', '-rf.ts', '"q".ts'];
		const files = Object.fromEntries(names.map((name) => [name, `'${stripe()}'`]));
		const root = repositoryOf(files, Object.fromEntries(names.map((name) => [name, 'nothing'])));
		const found = (await judged(root)).map(({ locus }) => locus.file);
		expect(found.sort()).toEqual([...names].sort());
	});

	test('a repository without a commit, and a folder without git', async () => {
		const empty = temporaryFolder();
		git(empty, 'init', '-q');
		expect(await sayings(empty)).toEqual(['pass']);
		expect(await sayings(temporaryFolder())).toEqual(['not-applicable']);
	});
});

describe('what cannot be seen', () => {
	test('a shallow clone says so, and what is here is judged', async () => {
		const key = stripe();
		const root = repositoryOf({ 'a.ts': `'${key}'` }, { 'a.ts': 'nothing' }, { 'b.ts': 'b' });
		const shallow = join(temporaryFolder(), 'shallow');
		git(root, 'clone', '-q', '--depth', '1', `file://${root}`, shallow);
		expect(await sayings(shallow)).toEqual(['unknown']);
		const past = await scanHistory(shallow, portOf(), 'reachable');
		expect(past.gaps).toEqual(['the clone is shallow: older commits are not here']);
	});

	test('a partial clone fetches nothing, and says what it has not got', async () => {
		const root = repositoryOf({ 'a.ts': `'${stripe()}'` }, { 'a.ts': 'nothing' });
		git(root, 'config', 'uploadpack.allowFilter', 'true');
		const partial = join(temporaryFolder(), 'partial');
		git(root, 'clone', '-q', '--filter=blob:none', `file://${root}`, partial);
		const past = await scanHistory(partial, portOf(), 'reachable');
		expect(past.gaps).toEqual([
			'contents that are not here: 1 (the clone is partial: they were left on the server)',
		]);
		expect(past.secrets).toEqual([]);
	});

	test('a missing object is counted, and the others are read', async () => {
		const root = repositoryOf(
			{ 'a.ts': `'${stripe()}'`, 'b.ts': 'gone' },
			{ 'a.ts': 'nothing', 'b.ts': 'other' },
		);
		const id = git(root, 'rev-parse', 'HEAD~1:b.ts').trim();
		const object = join(root, '.git/objects', id.slice(0, 2), id.slice(2));
		renameSync(object, `${temporaryFolder()}/gone`);
		const past = await scanHistory(root, portOf(), 'reachable');
		expect(past.gaps).toEqual(['contents that are not here: 1']);
		expect(await sayings(root)).toEqual(['high server-secret a.ts:1']);
	});
});

test('a second run takes what the first has kept, and finds what is new', async () => {
	const root = repositoryOf({ 'a.ts': `'${stripe()}'` }, { 'a.ts': 'nothing' });
	const port = portOf();
	const first = await scanHistory(root, port, 'reachable');
	let asked = 0;
	const counting: FilesPort = {
		...port,
		blobs(at, choice) {
			asked++;
			return port.blobs(at, choice);
		},
	};
	expect(await scanHistory(root, counting, 'reachable')).toEqual(first);
	expect(asked).toBe(0);
	commit(root, { 'b.ts': `'${stripe()}'` });
	const third: RepositoryHistory = await scanHistory(root, counting, 'reachable');
	expect(third.secrets).toHaveLength(2);
});

describe('severityOfPast', () => {
	const NOT_USED = { inProduction: false, inBuild: false };
	const levels = (standing: 'history' | 'tag' | 'default') =>
		(['server', 'restricted', 'generic', 'test', 'publishable'] as const).map((tier) =>
			severityOfPast(samplePastSecret({ tier }, { standing }), NOT_USED, NOW),
		);

	test('follows the rows of the matrix', () => {
		expect(levels('history')).toEqual(['high', 'high', 'later', 'info', null]);
		expect(levels('tag')).toEqual(['high', 'high', 'later', 'later', null]);
		expect(levels('default')).toEqual(['blocker', 'high', 'high', 'later', null]);
	});

	test('a checksum that holds keeps fixtures as grave, one that does not lowers', () => {
		const of = (about: object, where = {}) =>
			severityOfPast(samplePastSecret(about, where), NOT_USED, NOW);
		expect(of({}, { place: 'fixture' })).toBe('later');
		expect(of({ state: 'valid' }, { place: 'fixture' })).toBe('high');
		expect(of({ state: 'invalid' })).toBe('later');
		expect(of({ state: 'impossible' })).toBe('info');
		expect(of({ local: true })).toBe('info');
	});
});

test('a scan that was ended goes on where it was', async () => {
	const root = repositoryOf({ 'a.ts': `'${stripe()}'`, 'b.ts': 'nothing' }, { 'a.ts': 'gone' });
	const port = portOf();
	const chosen: string[] = [];
	const ending: FilesPort = {
		...port,
		async *blobs(at, choice) {
			yield* port.blobs(at, choice);
			throw new Unobserved('timeout', 'the time limit');
		},
	};
	await expect(scanHistory(root, ending, 'reachable')).rejects.toThrow('the time limit');
	const counting: FilesPort = {
		...port,
		blobs: (at, choice) =>
			port.blobs(
				at,
				'ids' in choice
					? choice
					: {
							choose(id, bytes) {
								const takes = choice.choose(id, bytes);
								if (takes) chosen.push(id);
								return takes;
							},
						},
			),
	};
	expect((await scanHistory(root, counting, 'reachable')).secrets).toHaveLength(1);
	expect(chosen).toEqual([]);
});

test('a deployed value is known again in the past of the repository', async () => {
	const key = stripe();
	const root = repositoryOf({ 'a.ts': `'${key}'` }, { 'a.ts': 'nothing' });
	const port = portOf();
	const get: GetFact = (async (ref: { source: { name: string } }) => ({
		status: 'known',
		value: ref.source.name.endsWith('history')
			? await scanHistory(root, port, 'reachable')
			: await scanRepository(root, port),
	})) as never;
	const { source, params } = repositoryFingerprints({ root, history: 'reachable' });
	if (source.kind !== 'derivation') throw new TypeError('no derivation');
	const fact = (await source.derive(params as never, get)) as Fact<object>;
	expect(fact.status === 'known' && Object.values(fact.value)).toEqual([{ file: 'a.ts', line: 1 }]);
});
