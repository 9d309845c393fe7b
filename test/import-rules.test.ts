import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = path.join(root, 'node_modules/.bin/biome');
const run = promisify(execFile);

/** A file that breaks a rule, and the reason that whoever breaks it is shown. */
const VIOLATIONS: readonly (readonly [file: string, text: string, reason: string])[] = [
	['src/core/a.ts', "import '../net/x.ts';", 'core is vocabulary'],
	['src/core/b.ts', "import 'tldts';", 'core is vocabulary'],
	['src/facts/a.ts', "import '../net/x.ts';", 'Facts are learnt through Io'],
	['src/facts/b.ts', "import 'node:tls';", 'Sockets are opened in src/net alone'],
	['src/facts/c.ts', "import 'node:fs/promises';", 'reached through Io.files'],
	['src/score/a.ts', "import '../report/x.ts';", 'Ranking needs findings and a policy'],
	['src/evidence/a.ts', "import '../engine/x.ts';", 'The recorded form is data'],
	['src/report/a.ts', "import '../engine/x.ts';", "cannot render yesterday's report"],
	['src/report/b.ts', "import 'undici';", 'Sockets are opened in src/net alone'],
	['src/export/a.ts', "import '../report/x.ts';", 'the same report gives the same configuration'],
	['src/export/b.ts', "import 'node:fs/promises';", 'reached through Io.files'],
	['src/engine/a.ts', "import '../facts/x.ts';", 'it knows none of ours'],
	['src/engine/b.ts', "import 'chalk';", 'the business of src/report and src/cli'],
	['src/net/a.ts', "import '../facts/x.ts';", 'nobody behind them'],
	['src/net/dns/a.ts', "import '../../facts/x.ts';", 'nobody behind them'],
	['src/files/a.ts', "import '../facts/x.ts';", 'nobody behind them'],
	['src/config/a.ts', "import '../engine/x.ts';", 'nothing in it is run'],
	['src/lab/a.ts', "import '../net/x.ts';", 'the other side of the wire'],
	['src/a.ts', "import './cli/x.ts';", 'one caller among several'],
	['src/watch/a.ts', "import '../audit.ts';", 'it knows reports and no site'],
	['src/watch/b.ts', "import 'nodemailer';", 'Sockets are opened in src/net alone'],
	['checks/area/a.ts', "import '../../src/core/x.ts';", "exactly as a stranger's would be"],
	['checks/area/b.ts', "import 'zod';", "exactly as a stranger's would be"],
	['checks/area/c.ts', "import '../other/_x.ts';", "exactly as a stranger's would be"],
	['src/cli/a.ts', "import 'node:net';", 'Sockets are opened in src/net alone'],
	['src/facts/web/a.ts', "import '../../net/x.ts';", 'Facts are learnt through Io'],
	['src/facts/d.ts', 'export const a = process.env;', 'the global variable process'],
	['src/engine/c.ts', "console.log('a');", 'console'],
	['src/score/b.ts', "import './c.ts';", 'cycle'],
	['src/score/c.ts', "import './b.ts';", 'cycle'],
];

/** What the rules allow, so that no rule refuses everything. */
const SOUND: readonly (readonly [file: string, text: string])[] = [
	['src/core/ok.ts', "import 'zod';\nimport './x.ts';"],
	['src/facts/ok.ts', "import '../core/x.ts';\nimport 'tldts';"],
	['src/export/ok.ts', "import '../core/x.ts';\nimport 'yaml';"],
	['src/net/ok.ts', "import 'node:net';\nimport '../core/x.ts';\nimport './dns/x.ts';"],
	['src/net/dns/ok.ts', "import '../dialer.ts';\nimport '../../core/x.ts';"],
	['checks/area/ok.ts', "import '../../src/sdk.ts';\nimport './_own.ts';"],
	['checks/area/files.ts', "import '../../src/sdk-repository.ts';"],
	['src/watch/ok.ts', "import '../core/x.ts';\nimport '../net/clock.ts';\nimport 'zod';"],
	['src/cli/ok.ts', "import '../engine/x.ts';\nimport 'commander';"],
];

let diagnostics: readonly { file: string; text: string }[] = [];

beforeAll(async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'import-rules-'));
	await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
	await copyFile(path.join(root, 'biome.json'), path.join(folder, 'biome.json'));
	for (const [file, text] of [...VIOLATIONS, ...SOUND]) {
		await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
		await writeFile(path.join(folder, file), `${text}\n`);
	}
	const linted = await run(biome, ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
		cwd: folder,
		maxBuffer: 64e6,
	}).catch((failed: { stdout: string }) => failed);
	const report = JSON.parse(linted.stdout) as {
		diagnostics: { location: { path: string | { file: string } }; [more: string]: unknown }[];
	};
	diagnostics = report.diagnostics.map((one) => {
		const at = one.location.path;
		return { file: typeof at === 'string' ? at : at.file, text: JSON.stringify(one) };
	});
});

const at = (file: string) => diagnostics.filter((one) => path.normalize(one.file) === file);

describe('the import rules', () => {
	it.each(VIOLATIONS)('refuse %s: %s', (file, _, reason) => {
		expect(
			at(file)
				.map(({ text }) => text)
				.join('\n'),
		).toContain(reason);
	});

	it.each(SOUND)('allow %s', (file) => {
		expect(at(file).filter(({ text }) => text.includes('noRestrictedImports'))).toEqual([]);
	});

	it('look at every module: the linter sees as many files as there are', async () => {
		const folders = ['src', 'checks'].map((folder) => path.join(root, folder));
		const listed = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })));
		const modules = listed.flat().filter((file) => file.endsWith('.ts'));
		expect(modules.length).toBeGreaterThan(60);
		const linted = await run(biome, ['lint', '--max-diagnostics=1', 'src', 'checks'], {
			cwd: root,
		}).catch((failed: { stdout: string; stderr: string }) => failed);
		const [, seen] = /Checked (\d+) files/.exec(`${linted.stdout}${linted.stderr}`) ?? [];
		expect(Number(seen)).toBe(modules.length);
	});
});
