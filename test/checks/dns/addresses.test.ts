import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/addresses.ts';
import https from '../../../checks/ssl/https.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
/** Silent addresses need no long wait: nothing in the lab is slow. */
const SOON = { connectMs: 500 };
const OLD = '<!doctype html><title>Old shop</title>';

type Sites = NonNullable<World['sites']>;

function world(records: string[], sites: Sites = [], more: Partial<World> = {}): World {
	return { zones: { 'shop.test': { records } }, sites, ...more };
}

const site = (at: string[], body = PAGE, more: object = {}) => ({
	hosts: ['shop.test'],
	at,
	fallback: { body },
	...more,
});

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings
		.filter(({ verdict }) => verdict !== 'no-ipv6')
		.map((one) => [one.verdict ?? one.outcome, ...('severity' in one ? [one.severity] : [])]);
}

describe('sound sets', () => {
	it.each([
		['one address', world(['@ A 203.0.113.10'], [site(['203.0.113.10'])])],
		[
			'two networks with one site',
			world(['@ A 203.0.113.10', '@ A 198.51.100.110'], [site(['203.0.113.10', '198.51.100.110'])]),
		],
		[
			'both families with one site',
			world(['@ A 203.0.113.10', '@ AAAA 2001:db8::10'], [site(['203.0.113.10', '2001:db8::10'])]),
		],
		[
			'a second address with plain HTTP alone',
			world(
				['@ A 203.0.113.10', '@ A 203.0.113.11'],
				[site(['203.0.113.10']), site(['203.0.113.11'], PAGE, { https: 'closed', http: 'same' })],
			),
		],
		[
			'two networks whose nodes have certificates of their own',
			world(
				['@ A 203.0.113.10', '@ A 198.51.100.110'],
				[site(['203.0.113.10']), site(['198.51.100.110'], PAGE, { certificate: { daysLeft: 20 } })],
			),
		],
	])('passes %s', async (_, zone) => {
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['sound']]);
	});

	it('does not connect to a lone address', async () => {
		const { requests } = await auditLab(
			world(['@ A 203.0.113.10'], [site(['203.0.113.10'])]),
			check,
			SHOP,
		);
		expect(requests.http).toEqual([]);
	});

	it('notes the lack of IPv6 as information', async () => {
		const { findings } = await auditLab(world(['@ A 203.0.113.10']), check, SHOP);
		expect(findings[0]).toMatchObject({ verdict: 'no-ipv6', outcome: 'note', severity: 'info' });
	});
});

describe('addresses that nobody can use', () => {
	it.each([
		['10.0.0.1', 'private'],
		['192.168.1.1', 'private'],
		['127.0.0.1', 'private'],
		['169.254.1.1', 'private'],
		['100.64.0.1', 'private'],
		['0.0.0.0', 'private'],
		['240.0.0.1', 'private'],
		['224.0.0.1', 'private'],
		['192.0.2.1', 'documentation'],
	])('reports %s as %s', async (address, verdict) => {
		const audited = await auditLab(world([`@ A ${address}`]), check, SHOP);
		expect(graded(audited)).toEqual([[verdict, 'blocker']]);
		expect(audited.findings.some(({ locus }) => locus.name === `shop.test A ${address}`)).toBe(
			true,
		);
	});

	it.each(['fd00::1', 'fe80::1', '::1', '::ffff:10.0.0.1', '64:ff9b::10.0.0.1', '2002:a00:1::1'])(
		'reports %s as private',
		async (address) => {
			const audited = await auditLab(world(['@ A 203.0.113.10', `@ AAAA ${address}`]), check, SHOP);
			expect(graded(audited)).toEqual([['private', 'blocker']]);
		},
	);

	it.each(['127.0.0.1', '10.0.0.1'])('is the one fault of a host at %s', async (address) => {
		const zone = world(['@ A 203.0.113.10', `pay A ${address}`], [site(['203.0.113.10'])]);
		const asked = { ...SHOP, hosts: ['pay.shop.test'] };
		const { findings } = await auditLab(zone, [check, https], asked, SOON);
		const pay = findings.filter(({ subject }) => subject === 'pay.shop.test');
		const told = pay.filter(({ outcome }) => outcome !== 'note');
		expect(told.map(({ check, outcome }) => [check, outcome])).toEqual([
			['dns/addresses', 'fail'],
			['ssl/https', 'blocked'],
		]);
	});

	it('is milder where the host was only guessed', async () => {
		const zone = world(['@ A 203.0.113.10', 'admin A 10.0.0.1'], [site(['203.0.113.10'])]);
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'admin.shop.test')).toMatchObject({
			verdict: 'private',
			severity: 'high',
		});
	});
});

describe.concurrent('dead addresses', () => {
	const two = ['@ A 203.0.113.10', '@ A 203.0.113.11'];

	it.each(['refused', 'silent'] as const)('reports one of two that is %s', async (unmapped) => {
		const zone = world(two, [site(['203.0.113.10'])], { unmapped });
		const audited = await auditLab(zone, check, SHOP, SOON);
		expect(graded(audited)).toEqual([['dead', 'high']]);
		expect(audited.said).toContain('dead shop.test A 203.0.113.11');
	});

	it('leaves all of them dead to the check of HTTPS', async () => {
		const { findings } = await auditLab(world(two), check, SHOP, SOON);
		expect(findings.find(({ verdict }) => verdict !== 'no-ipv6')).toMatchObject({
			outcome: 'unknown',
			reason: 'cause-not-found',
		});
	});

	it('sees the IPv4 addresses of a zone whose servers drop questions for IPv6', async () => {
		const zone = world(two, [site(['203.0.113.10'])], {
			dnsFaults: [{ server: 'resolver', name: 'shop.test', type: 'AAAA', does: 'silence' }],
		});
		expect(graded(await auditLab(zone, check, SHOP, SOON))).toEqual([
			['dead', 'high'],
			['unknown'],
		]);
	});

	const both = ['@ A 203.0.113.10', '@ AAAA 2001:db8::10'];

	it('reports an IPv6 address that refuses', async () => {
		const audited = await auditLab(world(both, [site(['203.0.113.10'])]), check, SHOP, SOON);
		expect(graded(audited)).toEqual([['ipv6-unreachable', 'high']]);
	});

	it.each(['silent', 'unreachable'] as const)(
		'does not believe an IPv6 address that is %s where IPv6 does not work from here',
		async (unmapped) => {
			const zone = world(both, [site(['203.0.113.10'])], { unmapped });
			const { findings } = await auditLab(zone, check, SHOP, SOON);
			expect(findings).toMatchObject([
				{ outcome: 'unknown', reason: 'unsupported', couldBe: 'high' },
			]);
		},
	);

	it('believes it where a sibling answers over IPv6', async () => {
		const zone = world([...both, '@ AAAA 2001:db8::11'], [site(['203.0.113.10', '2001:db8::11'])], {
			unmapped: 'silent',
		});
		expect(graded(await auditLab(zone, check, SHOP, SOON))).toEqual([['dead', 'high']]);
	});
});

describe('addresses that serve something else', () => {
	it.each([
		['another title', site(['198.51.100.110'], OLD)],
		['another status', site(['198.51.100.110'], PAGE, { fallback: { status: 404, body: PAGE } })],
		[
			'a redirect',
			site(['198.51.100.110'], PAGE, { fallback: { redirect: 'https://old.example/' } }),
		],
	])('reports two networks of which one has %s', async (_, other) => {
		const zone = world(['@ A 203.0.113.10', '@ A 198.51.100.110'], [site(['203.0.113.10']), other]);
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['old-and-new-mixed', 'high']]);
	});

	it('reports another site over IPv6', async () => {
		const zone = world(
			['@ A 203.0.113.10', '@ AAAA 2001:db8::10'],
			[
				site(['203.0.113.10']),
				site(['2001:db8::10'], '<!doctype html><title>Welcome to nginx!</title>'),
			],
		);
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['ipv6-serves-other-site', 'high']]);
	});

	const elsewhere = (route: object) =>
		world(
			['@ A 203.0.113.10', '@ A 198.51.100.110'],
			[
				site(['203.0.113.10']),
				{ hosts: ['shop.test'], at: ['198.51.100.110'], routes: { '/': route } },
			],
		);

	it('does not compare a page that changes from one look to the next', async () => {
		const zone = elsewhere({ sequence: [{ body: OLD }, { body: PAGE }] });
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['unknown']]);
	});

	it('sees one site in redirects that number the visit', async () => {
		const redirect = (visit: number) => ({ fallback: { redirect: `/start?visit=${visit}` } });
		const zone = world(
			['@ A 203.0.113.10', '@ A 198.51.100.110'],
			[site(['203.0.113.10'], '', redirect(1)), site(['198.51.100.110'], '', redirect(2))],
		);
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['sound']]);
	});

	it('compares the others where the first address is dead', async () => {
		const zone = world(
			['@ A 203.0.113.10', '@ A 198.51.100.110', '@ A 198.51.101.110'],
			[site(['198.51.100.110']), site(['198.51.101.110'], OLD)],
		);
		const verdicts = graded(await auditLab(zone, check, SHOP));
		expect(verdicts).toContainEqual(['old-and-new-mixed', 'high']);
	});

	it('looks at both families of a pool, and says how much it passed over', async () => {
		const pool = Array.from({ length: 8 }, (_, i) => `203.0.113.${10 + i}`);
		const zone = world(
			[...pool.map((address) => `@ A ${address}`), '@ AAAA 2001:db8::10'],
			[site([...pool, '2001:db8::10'])],
		);
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings).toMatchObject([{ verdict: 'sound' }]);
		expect(findings[0]?.message).toContain('2001:db8::10');
		expect(findings[0]?.message).toContain('2 more of the pool were not connected to.');
	});

	it('does not take a gatekeeper’s page for another site', async () => {
		const wall = { fallback: { status: 429, body: 'slow down' } };
		const zone = world(
			['@ A 203.0.113.10', '@ A 198.51.100.110'],
			[site(['203.0.113.10']), site(['198.51.100.110'], PAGE, wall)],
		);
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['unknown']]);
	});
});
