import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditOptions, audit, type Report } from '../../src/index.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { loadWorld } from '../../src/lab/world.ts';

const world = await loadWorld('fixtures/worlds/demo.yaml');

let folder: string;
let lab: Lab;
let unready: Report;
let ready: Report;
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-lab-'));
	lab = await startLab(world);
	await writeFile(path.join(folder, 'roots.pem'), lab.caPem);
	// One after the other: the second would disturb the timing of the first.
	unready = await audited(0);
	ready = await audited(1);
}, 60_000);
afterAll(async () => {
	await lab[Symbol.asyncDispose]();
	await rm(folder, { recursive: true, force: true });
});

async function audited(index: number, more: Partial<AuditOptions> = {}): Promise<Report> {
	const { repository = '', ...target } = world.targets[index] ?? {};
	for (const [file, content] of Object.entries(world.repositories[repository] ?? {})) {
		const at = path.join(folder, repository, file);
		await mkdir(path.dirname(at), { recursive: true });
		await writeFile(at, [content].flat().join(''));
	}
	return await audit({
		...target,
		...more,
		repo: path.join(folder, repository),
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		caFiles: [path.join(folder, 'roots.pem')],
		configFolder: folder,
		env: {},
	});
}

const ids = ({ findings }: Report, ...severities: string[]) => [
	...new Set(findings.filter((one) => severities.includes(one.severity)).map(({ id }) => id)),
];

test('the unready start-up must not launch, for seven reasons', () => {
	expect(unready.decision.launch).toBe('NO_GO');
	expect(ids(unready, 'blocker').sort()).toEqual([
		'email/spf/multiple',
		'exposure/dotenv/readable',
		'launch/indexing/site-noindex',
		'launch/staging/url-in-page',
		'launch/test-keys/stripe-test-key',
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
			'exposure/source-maps/public',
			'headers/cookies/session-not-secure',
			'headers/csp/missing',
			'headers/hsts/missing',
			'redirects/canonical/tags-disagree',
			'redirects/https-upgrade/missing',
			'secrets/tree/restricted-key',
			'ssl/certificate/expires-soon',
			'ssl/protocols/tls-1-0-offered',
		]),
	);
});

test('what one change mends is one risk, and all headers of a host are one text', () => {
	const kinds = new Map(unready.findings.map(({ fingerprint, id }) => [fingerprint, id]));
	const risks = unready.risks.map(({ findings }) => [
		...new Set(findings.map((one) => kinds.get(one))),
	]);
	expect(risks).toContainEqual([
		'headers/hsts/missing',
		'headers/content-type/nosniff-missing',
		'headers/framing/missing',
	]);
	expect(risks).toContainEqual([
		'headers/cookies/session-not-httponly',
		'headers/cookies/session-not-secure',
	]);
	const home = unready.fixBlocks?.find(({ host }) => host === 'unready.example');
	expect(home?.headers.map(({ name }) => name)).toEqual([
		'Strict-Transport-Security',
		'X-Content-Type-Options',
		'X-Frame-Options',
		'Content-Security-Policy-Report-Only',
	]);
	expect(ready.fixBlocks).toEqual([]);
});

/** A machine that is too busy for timing leaves the endpoint unjudged, and says so: another look. */
test('the unready start-up has an API that is slow for one request in four', {
	retry: 2,
}, async ({ task }) => {
	const isFirst = (task.result?.retryCount ?? 0) === 0;
	const report = isFirst ? unready : await audited(0, { only: ['timing'] });
	expect(ids(report, 'high')).toContain('timing/p95/over-budget');
});

test('its ready twin may launch: nothing above "can wait", and looked at as closely', () => {
	expect(ready.decision.launch).toBe('GO');
	expect(ids(ready, 'blocker', 'high', 'later')).toEqual([]);
	expect(ready.coverage.pass).toBeGreaterThan(unready.coverage.pass);
});
