import { describe, expect, it } from 'vitest';
import nameServers from '../../../checks/dns/nameservers.ts';
import check from '../../../checks/dns/soa.ts';
import httpsUpgrade from '../../../checks/redirects/https-upgrade.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const [NS1, NS2] = ['198.51.100.21', '203.0.113.21'];
const A = '@ 3600 A 203.0.113.10';
const soa = (serial: number, timers = '7200 3600 1209600 3600', contact = 'hostmaster') =>
	`@ 3600 SOA ns1 ${contact} ${serial} ${timers}`;

type Zone = NonNullable<World['zones']>[string];

function world(records: string[], zone: Zone = {}, more: Partial<World> = {}): World {
	return { zones: { 'shop.test': { records, ...zone } }, ...more };
}

/** What is said, with the severity of what is wrong. */
async function said(zone: World) {
	const { findings } = await auditLab(zone, check, SHOP);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

/** Names under a DNS provider, as the world's own zone is too. */
const MANAGED: Zone = {
	ns: { 'a.ns.cloudflare.com.': [NS1 ?? ''], 'b.ns.cloudflare.com.': [NS2 ?? ''] },
};
const CLOUDFLARE = {
	'cloudflare.com': { records: ['a.ns A 198.51.100.21', 'b.ns A 203.0.113.21'] },
};

describe('sound zones', () => {
	it.each<[string, World]>([
		['two servers in step', world([A, soa(5)])],
		['one server', world([A, soa(5)], { ns: { ns1: [NS1 ?? ''] } })],
		[
			'a secondary that catches up between the looks',
			world(
				[A, soa(2_030_010_101)],
				{},
				{
					dnsFaults: [
						{
							server: NS2,
							type: 'SOA',
							transport: 'udp',
							times: 1,
							does: {
								answer:
									'shop.test. 3600 SOA ns1.shop.test. h.shop.test. 2030010100 7200 3600 1209600 300',
							},
						},
					],
				},
			),
		],
	])('passes %s', async (_, zone) => {
		expect(await said(zone)).toEqual([['sound']]);
	});

	it('asks for nothing again where the serials agree', async () => {
		const { requests } = await auditLab(world([A, soa(5)]), check, SHOP);
		const asked = requests.dns.filter(
			({ server, type, transport }) => server === NS2 && type === 'SOA' && transport === 'udp',
		);
		expect(asked).toHaveLength(1);
	});
});

describe('the record itself', () => {
	it('misses it at one server', async () => {
		const zone = world([A], { differs: [{ at: NS2 ?? '', without: ['@ SOA'] }] });
		expect(await said(zone)).toEqual([['missing', 'blocker']]);
	});

	it('sees that there are two', async () => {
		expect(await said(world([A, soa(5), soa(6)]))).toEqual([['several', 'blocker']]);
	});

	it.each([
		['1199 600 1209600 300'],
		['7200 7200 1209600 300'],
		['7200 3600 604799 300'],
		['7200 3600 1209600 0'],
		['7200 3600 1209600 86401'],
	])('calls the timers %s unusual', async (timers) => {
		expect(await said(world([A, soa(5, timers)]))).toEqual([['timers-unusual', 'later']]);
	});

	it('names every value, and gives the record to paste', async () => {
		const { findings } = await auditLab(world([A, soa(5, '60 60 3600 0')]), check, SHOP);
		const message = findings[0]?.message ?? '';
		for (const word of ['refresh is 60', 'retry is 60', 'expire is 3600', 'minimum is 0'])
			expect(message).toContain(word);
		expect(findings[0]).toMatchObject({
			fix: {
				snippets: [
					{
						text: 'shop.test. 3600 IN SOA ns1.shop.test. hostmaster.shop.test. 5 7200 60 1209600 3600',
					},
				],
			},
		});
	});

	it('notes a primary without address, and one that differs', async () => {
		const gone = soa(5).replace('ns1', 'gone');
		expect(await said(world([A, gone]))).toEqual([['primary-unknown', 'info']]);
		const two = world([A, soa(5)], {
			differs: [{ at: NS2 ?? '', records: gone.replace('gone', 'ns2') }],
		});
		expect(await said(two)).toEqual([['primary-unknown', 'info']]);
	});

	it('notes a contact with @', async () => {
		const zone = world([A, soa(5, '7200 3600 1209600 300', 'admin@shop.test.')]);
		expect(await said(zone)).toEqual([['contact-invalid', 'info']]);
	});
});

describe('serials that differ', () => {
	const behind = (records: string[], more: Partial<World> = {}, zone: Zone = {}) =>
		world([A, soa(2_030_010_101)], { ...zone, differs: [{ at: NS2 ?? '', records }] }, more);

	it('can wait where the records agree and the looks are close', async () => {
		expect(await said(behind([soa(2_030_010_100)]))).toEqual([['serials-differ', 'later']]);
	});

	it('compares around the end of the circle', async () => {
		const zone = world([A, soa(3)], {
			differs: [{ at: NS2 ?? '', records: [soa(4_294_967_290)] }],
		});
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings[0]?.message).toContain(`ns1.shop.test (${NS1}) has serial 3`);
	});

	it('is high where a steady record differs as well', async () => {
		const old = behind([soa(2_030_010_100), '@ 3600 A 203.0.113.99']);
		expect(await said(old)).toEqual([['serials-differ', 'high']]);
	});

	it('is information at a provider that numbers its sites, while they agree', async () => {
		const zone = behind([soa(2_030_010_100)], {}, MANAGED);
		const sites = { ...zone, zones: { ...zone.zones, ...CLOUDFLARE } };
		expect(await said(sites)).toEqual([
			['serials-differ', 'info'],
			['primary-unknown', 'info'],
		]);
	});

	it('is high at a provider whose sites hold other records', async () => {
		const zone = behind([soa(2_030_010_100), '@ MX 10 mail'], {}, MANAGED);
		const sites = { ...zone, zones: { ...zone.zones, ...CLOUDFLARE } };
		expect(await said(sites)).toContainEqual(['serials-differ', 'high']);
	});
});

describe('what belongs to others', () => {
	it('leaves a zone that nobody delegates to the check of delegation', async () => {
		const zone = world([A], { delegation: { none: true } });
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
	});

	it('leaves lame servers to it', async () => {
		const zone = world(
			[A],
			{},
			{
				dnsFaults: [
					{ server: NS1, does: { rcode: 'REFUSED' } },
					{ server: NS2, does: { rcode: 'REFUSED' } },
				],
			},
		);
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'cause-not-found' }]);
	});
});

it('is high where a server still lags when the rest of the audit is done, 5 s later', async () => {
	const slow = { ...world([A, soa(7)], { differs: [{ at: NS2 ?? '', records: [soa(6)] }] }) };
	const sites = [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10'],
			http: 'same' as const,
			fallback: { delayMs: 5_200 },
		},
	];
	const { findings } = await auditLab({ ...slow, sites }, [check, nameServers, httpsUpgrade], SHOP);
	expect(findings.find((one) => one.check === 'dns/soa')).toMatchObject({
		verdict: 'serials-differ',
		severity: 'high',
		args: { differing: null, isManaged: false },
	});
}, 20_000);
