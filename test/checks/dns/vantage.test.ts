import { describe, expect, it } from 'vitest';
import nameServers from '../../../checks/dns/nameservers.ts';
import resolution from '../../../checks/dns/resolution.ts';
import check from '../../../checks/dns/vantage.ts';
import { hosts } from '../../../src/facts/hosts.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../../facts/gather-in-lab.ts';
import { auditLab, SEED } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const ADVERTISING = '203.0.113.99';

const world = (records: string[], more: Partial<World> = {}): World => ({
	zones: { 'shop.test': { records: ['@ 3600 A 203.0.113.10', ...records] } },
	...more,
});

/** A resolver that gives an address for these names, which do not exist. */
const rewriting = (...labels: string[]): World =>
	world([], {
		dnsFaults: labels.map((label) => ({
			server: 'resolver' as const,
			name: `${label}.shop.test`,
			type: 'A',
			does: { answer: `${label}.shop.test. 60 A ${ADVERTISING}` },
		})),
	});

async function said(zone: World, options: object = {}) {
	const { findings } = await auditLab(zone, check, SHOP, options);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe('networks that leave DNS alone', () => {
	it('says so, and asks nothing at an address where nobody is', async () => {
		const { findings, requests } = await auditLab(world([]), check, SHOP);
		expect(findings).toMatchObject([{ verdict: 'plain' }]);
		expect(requests.dns.some(({ server }) => server.startsWith('192.0.2.'))).toBe(false);
	});

	it('takes no wildcard for a resolver that invents addresses', async () => {
		expect(await said(world([`* A ${ADVERTISING}`]))).toEqual([['plain']]);
	});

	it('takes no zone with a lame server for one that is intercepted', async () => {
		const lame = world([], {
			dnsFaults: [{ server: '198.51.100.21', does: { rcode: 'REFUSED' } }],
		});
		expect(await said(lame)).toEqual([['plain']]);
	});
});

describe('networks that do not', () => {
	it('shows that port 53 is answered by somebody in between', async () => {
		expect(await said(world([]), { interceptsDns: true })).toEqual([
			['port-53-intercepted', 'info'],
		]);
	});

	it('judges no name server then', async () => {
		const { findings } = await auditLab(world([]), nameServers, SHOP, { interceptsDns: true });
		expect(findings).toMatchObject([
			{ outcome: 'unknown', reason: 'unsupported', decisive: false },
		]);
	});

	it('shows that the resolver invents addresses', async () => {
		const { findings } = await auditLab(rewriting(`lr-${SEED}`), check, SHOP);
		expect(findings).toMatchObject([{ verdict: 'nxdomain-rewritten', severity: 'info' }]);
		expect(findings[0]?.message).toContain(`gives ${ADVERTISING} for lr-${SEED}.shop.test`);
	});

	it('cannot say whether port 53 is intercepted where nobody answers', async () => {
		const silent = ['198.51.100.1', '198.51.100.2'].map((server) => ({
			server,
			does: 'silence' as const,
		}));
		const roots = { server: 'resolver' as const, name: 'shop.test' };
		const zone = world([], {
			dnsFaults: [
				...silent,
				{ ...roots, type: 'A', does: { answer: 'shop.test. 60 A 203.0.113.10' } },
			],
		});
		expect(await said(zone)).toEqual([['unknown']]);
	});
});

describe('a resolver that invents addresses', () => {
	const all = [`lr-${SEED}`, 'www', 'app', 'api', 'admin'];

	it('hides from nobody that www is missing, and adds no guessed host', async () => {
		const { findings } = await auditLab(rewriting(...all), resolution, SHOP);
		expect(findings.map(({ subject, verdict, outcome }) => [subject, verdict ?? outcome])).toEqual([
			['shop.test', 'resolves'],
			['www.shop.test', 'www-missing'],
			['app.shop.test', 'not-applicable'],
			['api.shop.test', 'not-applicable'],
			['admin.shop.test', 'not-applicable'],
		]);
		expect(findings[1]?.message).toContain(
			`the resolver says ${ADVERTISING}, as it does of every name that does not exist`,
		);
	});

	it('hides from nobody that a required host is missing', async () => {
		const { findings } = await auditLab(rewriting(...all), resolution, {
			...SHOP,
			hosts: ['app.shop.test'],
		});
		expect(findings).toContainEqual(
			expect.objectContaining({
				subject: 'app.shop.test',
				verdict: 'host-missing',
				severity: 'blocker',
			}),
		);
	});

	it('is told from a wildcard where no name server is reached either', async () => {
		const zone = rewriting(...all);
		const beside = {
			server: 'resolver' as const,
			name: `lr-${SEED}.test`,
			type: 'A',
			does: { answer: `lr-${SEED}.test. 60 A ${ADVERTISING}` },
		};
		const intercepted = { interceptsDns: true };
		const dnsFaults = [...(zone.dnsFaults ?? []), beside];
		expect(await said({ ...zone, dnsFaults }, intercepted)).toEqual([
			['port-53-intercepted', 'info'],
			['nxdomain-rewritten', 'info'],
		]);
		expect(await said(world([`* A ${ADVERTISING}`]), intercepted)).toEqual([
			['port-53-intercepted', 'info'],
		]);
	});

	it('adds no www that is not there to the hosts that are audited', async () => {
		const seen = await gathered(rewriting(...all), hosts);
		expect(seen.map(({ name }) => name)).toEqual(['shop.test']);
	});
});
