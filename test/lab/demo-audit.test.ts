import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, type Report } from '../../src/index.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import { loadWorld } from '../../src/lab/world.ts';

let folder: string;
let unready: Report;
let ready: Report;
beforeAll(async () => {
	const world = await loadWorld('fixtures/worlds/demo.yaml');
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-lab-'));
	await using lab = await startLab(world);
	const roots = path.join(folder, 'roots.pem');
	await writeFile(roots, lab.caPem);
	const reports = world.targets.map(async ({ repository = '', ...target }) => {
		for (const [file, content] of Object.entries(world.repositories[repository] ?? {})) {
			const at = path.join(folder, repository, file);
			await mkdir(path.dirname(at), { recursive: true });
			await writeFile(at, [content].flat().join(''));
		}
		return await audit({
			...target,
			repo: path.join(folder, repository),
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [roots],
			configFolder: folder,
			env: {},
		});
	});
	const [first, second] = await Promise.all(reports);
	if (first === undefined || second === undefined) throw new Error('two targets expected');
	[unready, ready] = [first, second];
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const ids = ({ findings }: Report, ...severities: string[]) => [
	...new Set(findings.filter((one) => severities.includes(one.severity)).map(({ id }) => id)),
];

test('the unready start-up must not launch, for four reasons', () => {
	expect(unready.decision.launch).toBe('NO_GO');
	expect(ids(unready, 'blocker').sort()).toEqual([
		'email/spf/multiple',
		'exposure/dotenv/readable',
		'redirects/chain/loop',
		'ssl/certificate/expired',
	]);
});

test('the unready start-up shows a fault in every area', () => {
	expect(ids(unready, 'high', 'later')).toEqual(
		expect.arrayContaining([
			'dns/addresses/ipv6-unreachable',
			'dns/resolution/no-address',
			'email/dmarc/missing',
			'email/mx/target-missing',
			'headers/cookies/session-not-secure',
			'headers/csp/missing',
			'headers/hsts/missing',
			'redirects/canonical/tags-disagree',
			'redirects/https-upgrade/missing',
			'secrets/tree/restricted-key',
			'ssl/certificate/expires-soon',
			'timing/p95/over-budget',
		]),
	);
});

test('its ready twin may launch: nothing above "can wait", and looked at as closely', () => {
	expect(ready.decision.launch).toBe('GO');
	expect(ids(ready, 'blocker', 'high', 'later')).toEqual([]);
	expect(ready.coverage.pass).toBeGreaterThan(unready.coverage.pass);
});
