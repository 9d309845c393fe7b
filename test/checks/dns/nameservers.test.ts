import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/nameservers.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const [NS1, NS2] = ['198.51.100.21', '203.0.113.21'] as const;
const ROOTS = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];

type Fault = NonNullable<World['dnsFaults']>[number];

/** Its servers have an IPv6 address that leads nowhere from here, as in many networks. */
function world(more: Partial<World> = {}): World {
	return {
		zones: {
			'shop.test': {
				ns: { ns1: [NS1], ns2: [NS2, '2001:db8::53'] },
				records: ['@ 3600 A 203.0.113.10'],
			},
		},
		ports: [{ at: '2001:db8::53', port: 53, does: 'unreachable' }],
		...more,
	};
}

const faulty = (...dnsFaults: Fault[]) => world({ dnsFaults });
const serving = (nameServers: World['nameServers'] & object) => world({ nameServers });

/** What is said, with the severity of what is wrong. */
async function said(zone: World, more: object = {}) {
	const { findings } = await auditLab(zone, check, { ...SHOP, ...more });
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...('severity' in one ? [one.severity] : []),
	]);
}

describe.concurrent('servers that behave', () => {
	it.each<[string, World]>([
		['two of them', world()],
		['one that says REFUSED to version.bind', serving({ [NS1]: { version: 'go away' } })],
		[
			'one that answers ANY with little',
			faulty({ server: NS1, type: 'ANY', does: { rcode: 'NOTIMP' } }),
		],
		[
			'one that refers strangers to the root',
			faulty({ server: NS1, name: 'test', does: 'upward-referral' }),
		],
		[
			'one that loses a question now and then',
			faulty({ server: NS1, times: 2, transport: 'udp', does: 'silence' }),
		],
		[
			'one that does not take a connection once',
			faulty({ server: NS1, times: 1, transport: 'tcp', does: 'close' }),
		],
		[
			'the servers of the parent, which hold the zone too',
			world({
				zones: { 'shop.test': { ns: { ns1: ROOTS.slice(2), ns2: [NS2, '2001:db8::53'] } } },
			}),
		],
	])('passes %s', async (_, zone) => {
		expect(await said(zone)).toEqual([['sound']]);
	});

	it('tries no zone transfer unless told to, and says so', async () => {
		const { findings, requests } = await auditLab(
			serving({ [NS1]: { transfers: true } }),
			check,
			SHOP,
		);
		expect(findings[0]?.message).toContain('was not tried (--active)');
		expect(requests.dns.some(({ type }) => type === 'AXFR')).toBe(false);
	});

	it('tries one with --active, and passes who refuses', async () => {
		expect(await said(world(), { active: true })).toEqual([['sound']]);
	});
});

describe.concurrent('what is wrong with one', () => {
	it.each<[string, string, string, World, object]>([
		['no-tcp', 'high', 'TCP that is closed', serving({ [NS2]: { tcp: 'refused' } }), {}],
		['no-tcp', 'high', 'TCP that is silent', serving({ [NS2]: { tcp: 'silent' } }), {}],
		['no-udp', 'high', 'UDP that is closed', serving({ [NS2]: { udp: 'refused' } }), {}],
		['no-udp', 'high', 'UDP that is silent', serving({ [NS2]: { udp: 'silent' } }), {}],
		['open-recursion', 'high', 'recursion', serving({ [NS2]: { recursion: true } }), {}],
		[
			'zone-transfer-open',
			'high',
			'a zone for everybody',
			serving({ [NS2]: { transfers: true } }),
			{ active: true },
		],
		[
			'edns-broken',
			'later',
			'an error to EDNS',
			faulty({ server: NS2, onlyEdns: true, does: { rcode: 'FORMERR' } }),
			{},
		],
		[
			'edns-broken',
			'later',
			'silence to EDNS',
			faulty({ server: NS2, onlyEdns: true, transport: 'udp', does: 'silence' }),
			{},
		],
		[
			'edns-broken',
			'later',
			'silence to EDNS over UDP, and a closed connection over TCP',
			faulty(
				{ server: NS2, onlyEdns: true, transport: 'udp', does: 'silence' },
				{ server: NS2, onlyEdns: true, transport: 'tcp', does: 'close' },
			),
			{},
		],
		['case-broken', 'later', 'other letters', faulty({ server: NS2, does: 'lower-case' }), {}],
		[
			'case-broken',
			'later',
			'silence to mixed letters',
			faulty({ server: NS2, onlyMixedCase: true, transport: 'udp', does: 'silence' }),
			{},
		],
	])('says %s (%s) of %s', async (verdict, severity, _, zone, more) => {
		expect(await said(zone, more)).toEqual([[verdict, severity]]);
		const { findings } = await auditLab(zone, check, { ...SHOP, ...more });
		expect(findings[0]?.message).toContain(`ns2.shop.test (${NS2})`);
		expect(findings[0]?.message).not.toContain('ns1.shop.test');
	});

	it('keeps nothing of the zone that it was given', async () => {
		const zone = serving({ [NS2]: { transfers: true } });
		const { findings } = await auditLab(zone, check, { ...SHOP, active: true });
		expect(JSON.stringify(findings)).not.toContain('203.0.113.10');
	});
});

describe.concurrent('notes', () => {
	it('shows the version that a server tells', async () => {
		const told = serving({ [NS1]: { version: '9.18.24-Ubuntu' } });
		expect(await said(told)).toEqual([['version-shown', 'info'], ['sound']]);
	});

	it('misses IPv6', async () => {
		const zone = world({ zones: { 'shop.test': { records: '@ A 203.0.113.10' } } });
		expect(await said(zone)).toEqual([['no-ipv6', 'info'], ['sound']]);
	});

	it('sees a referral that needs more than 512 octets', async () => {
		const ns = Object.fromEntries(
			Array.from({ length: 13 }, (_, i) => [
				`name-server-with-a-long-name-${i}`,
				[`203.0.113.${100 + i}`, `2001:db8::${100 + i}`],
			]),
		);
		const zone = world({ zones: { 'shop.test': { ns } } });
		expect(await said(zone)).toEqual([['referral-too-big', 'info'], ['sound']]);
	});
});

describe.concurrent('what is on our side', () => {
	it('cannot say that TCP is closed where nobody is reached over it', async () => {
		const closed = [NS1, NS2, ...ROOTS].map((address) => [address, { tcp: 'silent' as const }]);
		const { findings } = await auditLab(serving(Object.fromEntries(closed)), check, SHOP);
		expect(findings).toMatchObject([
			{ outcome: 'unknown', reason: 'unsupported', couldBe: 'high', decisive: false },
		]);
	});

	it('holds a middlebox that changes the letters of every name against nobody', async () => {
		expect(await said(faulty({ does: 'lower-case' }))).toEqual([['sound']]);
	});

	it('leaves a zone without servers to the check of delegation', async () => {
		const zone = world({ zones: { 'shop.test': { delegation: { none: true } } } });
		expect(await said(zone)).toEqual([['unknown']]);
	});
});

describe.concurrent('the fix', () => {
	const fixAt = async (server: object, zones?: World['zones']) => {
		const zone = serving({ [NS2]: { tcp: 'refused', ...server } });
		const { findings } = await auditLab({ ...zone, ...(zones && { zones }) }, check, SHOP);
		const found = findings.find(({ verdict }) => verdict === 'no-tcp');
		return found !== undefined && 'fix' in found ? found.fix : null;
	};

	it('has lines for every name-server program', async () => {
		const fix = await fixAt({});
		for (const name of ['BIND, named.conf', 'NSD, nsd.conf', 'Knot DNS', 'PowerDNS'])
			expect(fix?.snippets[0]?.text).toContain(`# ${name}`);
	});

	it('has those of the program that gave itself away', async () => {
		const fix = await fixAt({ version: 'NSD 4.8.0' });
		expect(fix?.snippets[0]?.text).toMatch(/^# NSD, nsd\.conf\n/);
		expect(fix?.snippets[0]?.text).not.toContain('BIND');
	});

	it('asks the provider that runs the servers', async () => {
		const fix = await fixAt(
			{},
			{
				'shop.test': {
					ns: { 'a.ns.cloudflare.com.': [NS1], 'b.ns.cloudflare.com.': [NS2] },
				},
				'cloudflare.com': { records: [`a.ns A ${NS1}`, `b.ns A ${NS2}`] },
			},
		);
		expect(fix?.snippets).toEqual([]);
		expect(fix?.steps[0]).toBe(
			'Cloudflare runs these servers: tell its support that port 53 is closed for TCP.',
		);
	});
});
