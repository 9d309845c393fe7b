/**
 * What looking for secrets costs beside git, ripgrep and another scanner, as ratios within one run. The
 * repository is made anew, the same each time: BENCH_COMMITS commits (4,000 unless given) of three
 * files each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeLargeRepository } from './large-repository.js';

const bin = fileURLToPath(new URL('../../bin/launch-ready.js', import.meta.url));
const RUNS = Number(process.env.BENCH_RUNS ?? 5);
const COMMITS = Number(process.env.BENCH_COMMITS ?? 4_000);
/** Of the other scanner a run takes minutes; it gets a part of the tree, and one run. */
const SLOW_FILES = 200;

const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-bench-'));
const repository = path.join(folder, 'repository');
const tree = path.join(folder, 'tree');

/** Seconds until the process ends. */
async function timed(command, args, options = {}) {
	const started = performance.now();
	const child = spawn(command, args, { stdio: 'ignore', ...options });
	const [code] = await once(child, 'close');
	if (code === null || code > 1) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
	return (performance.now() - started) / 1000;
}

const shell = (line, cwd) => timed('sh', ['-c', line], { cwd });
const launch = (args, config) =>
	timed(process.execPath, [bin, 'secrets', ...args, '--quiet', '--fail-on', 'never'], {
		env: { ...process.env, XDG_CONFIG_HOME: config },
	});

const DUMP = [
	"git cat-file --batch-all-objects --unordered --batch-check='%(objecttype) %(objectname)'",
	"sed -n 's/^blob //p'",
	'git cat-file --batch --buffer > /dev/null',
].join(' | ');

async function output(command, args, cwd) {
	const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
	const chunks = [];
	child.stdout.on('data', (chunk) => chunks.push(chunk));
	const [code] = await once(child, 'close');
	return code === 0 ? Buffer.concat(chunks).toString() : null;
}

async function megabytesOfBlobs() {
	const all = await output(
		'git',
		['cat-file', '--batch-all-objects', '--batch-check=%(objecttype) %(objectsize)'],
		repository,
	);
	const sizes = all.split('\n').filter((line) => line.startsWith('blob '));
	return sizes.reduce((sum, line) => sum + Number(line.slice(5)), 0) / 1e6;
}

/** Files of the size that files have, without git: what a tool finds is the tree alone. */
async function makeTree(files) {
	const listed = (await output('git', ['ls-files', '-z'], repository)).split('\0').filter(Boolean);
	let bytes = 0;
	for (let at = 0; at < files; at++) {
		const name = listed[at % listed.length];
		const text = await readFile(path.join(repository, name));
		bytes += text.length;
		const to = path.join(tree, `copy${Math.floor(at / listed.length)}`, name);
		await mkdir(path.dirname(to), { recursive: true });
		await writeFile(to, text);
	}
	return bytes / 1e6;
}

const has = async (command) => (await output(command, ['--version'])) !== null;

async function otherScanner() {
	const home = path.join(folder, 'scanner');
	await mkdir(home);
	await writeFile(path.join(home, 'package.json'), '{"private":true}');
	const names = ['secretlint', '@secretlint/secretlint-rule-preset-recommend'];
	const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...names];
	const done = await output('npm', args, home);
	if (done === null) return null;
	const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend' }] };
	await writeFile(path.join(home, '.secretlintrc.json'), JSON.stringify(config));
	return home;
}

const lines = [];
try {
	await makeLargeRepository(repository, { commits: COMMITS });
	const history = await megabytesOfBlobs();
	const files = await makeTree(4_000);
	const { SECRET_RULES } = await import('../../dist/src/facts/secrets/secret-scan.js');
	const words = [...new Set(SECRET_RULES.flatMap(({ anchors }) => anchors))];
	await writeFile(path.join(folder, 'words'), `${words.join('\n')}\n`);
	await writeFile(path.join(repository, 'staged.ts'), 'export const nothing = 1;\n');
	await shell('git add staged.ts', repository);
	const kept = path.join(folder, 'kept');
	const fresh = async () => mkdtemp(path.join(folder, 'config-'));
	const rg = await has('rg');
	const figures = [
		['git, every blob in its order', history, () => shell(DUMP, repository)],
		['secrets --history', history, async () => launch([repository, '--history'], await fresh())],
		['secrets --history, again', history, () => launch([repository, '--history'], kept)],
		['secrets, a tree of 4,000 files', files, async () => launch([tree], await fresh())],
		...(rg
			? [
					[
						`ripgrep, the same tree, ${words.length} words`,
						files,
						() => shell(`rg -c -i -F --no-ignore -f ../words . > /dev/null`, tree),
					],
				]
			: []),
		['secrets --staged, one file', null, () => launch([repository, '--staged'], kept)],
	];
	if (!rg) lines.push('ripgrep is not here: left out');
	for (const [, , measure] of figures) await measure();
	const samples = figures.map(() => []);
	for (let run = 0; run < RUNS; run++) {
		for (const [at, [, , measure]] of figures.entries()) samples[at].push(await measure());
	}
	const base = median(samples[0]);
	for (const [at, [name, megabytes]] of figures.entries()) {
		const middle = median(samples[at]);
		const sorted = samples[at].toSorted((a, b) => a - b);
		const rate = megabytes === null ? '' : `${(megabytes / middle).toFixed(0)} MB/s`;
		lines.push(
			[
				name.padEnd(40),
				`${(middle / base).toFixed(2)} x git's dump`.padStart(18),
				`${middle.toFixed(2)} s`.padStart(9),
				rate.padStart(10),
				`(${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)})`,
			].join('  '),
		);
	}
	lines.push(...(await besideOther()));
	process.stdout.write(
		`${COMMITS} commits, ${history.toFixed(0)} MB of blobs; ${RUNS} runs, interleaved; median, least, most\n${lines.join('\n')}\n`,
	);
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function besideOther() {
	const home = process.env.BENCH_OTHER === '0' ? null : await otherScanner();
	if (home === null) return ['secretlint could not be had: left out'];
	const few = path.join(folder, 'few');
	await mkdir(few);
	await shell(`find . -type f | head -${SLOW_FILES} | tar cf - -T - | tar xf - -C ../few`, tree);
	const { version } = JSON.parse(
		await readFile(path.join(home, 'node_modules/secretlint/package.json'), 'utf8'),
	);
	const rc = path.join(home, '.secretlintrc.json');
	const main = path.join(home, 'node_modules/secretlint/bin/secretlint.js');
	const theirs = await timed(process.execPath, [main, '--secretlintrc', rc, `${few}/**/*`], {
		cwd: home,
	});
	const ours = await launch([few], path.join(folder, 'kept'));
	return [
		`secretlint ${version}, ${SLOW_FILES} files, one run: ${theirs.toFixed(2)} s, ${(theirs / ours).toFixed(1)} x ours (${ours.toFixed(2)} s)`,
	];
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}
