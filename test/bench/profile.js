/**
 * Where an audit's CPU goes: a cold audit of the model product under V8's sampling profiler, by file and
 * by function, and by what they were called for. The lab runs in a thread that is not counted.
 * `node profile.js [R]`; the round trip is 50 ms unless given.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const MODEL = fileURLToPath(new URL('./model-audit.js', import.meta.url));
const SHOWN = 25;
const WAITING = '(idle)';

const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-profile-'));
const flags = ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${folder}`];
const child = spawn(process.execPath, [...flags, MODEL, process.argv[2] ?? '50', 'timing'], {
	stdio: 'ignore',
});
await once(child, 'close');
const profiles = await Promise.all(
	(await readdir(folder)).map(async (file) =>
		JSON.parse(await readFile(path.join(folder, file), 'utf8')),
	),
);
await rm(folder, { recursive: true });
// The auditing thread is the one that called for the lab.
const profile = profiles.find(({ nodes }) =>
	nodes.some(({ callFrame }) => callFrame.functionName === 'startModelLab'),
);
if (profile === undefined) throw new Error('no profile was written');

const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
const parents = new Map(
	profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
);
const selfUs = new Map();
for (const [at, id] of profile.samples.entries()) {
	selfUs.set(id, (selfUs.get(id) ?? 0) + profile.timeDeltas[at]);
}

const fileOf = ({ callFrame: { url, functionName } }) =>
	url === '' ? functionName : url.replace(/^.*\/dist\/bundle\//, '').replace(/-[\w-]{8}\.js$/, '');
const functionOf = (node) => `${node.callFrame.functionName || 'top level'}  ${fileOf(node)}`;

const [byFile, byFunction, whole] = [new Map(), new Map(), new Map()];
const add = (map, key, us) => map.set(key, (map.get(key) ?? 0) + us);
for (const [id, us] of selfUs) {
	const node = nodes.get(id);
	if (node.callFrame.functionName === WAITING) continue;
	add(byFile, fileOf(node), us);
	add(byFunction, functionOf(node), us);
	const above = new Set();
	for (let at = id; at !== undefined; at = parents.get(at)) above.add(functionOf(nodes.get(at)));
	for (const key of above) add(whole, key, us);
}

const totalUs = [...byFile.values()].reduce((sum, us) => sum + us, 0);
show('by file, own time', byFile);
show('by function, own time', byFunction);
show('by function, with what it calls', whole);

function show(title, map) {
	const rows = [...map].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
	const lines = rows.map(([key, us]) => {
		const share = `${((100 * us) / totalUs).toFixed(1)} %`;
		return `  ${(us / 1000).toFixed(0).padStart(6)} ms ${share.padStart(7)}  ${key}`;
	});
	process.stdout.write(`${title} (${(totalUs / 1000).toFixed(0)} ms)\n${lines.join('\n')}\n`);
}
