import { describe, expect, it } from 'vitest';
import ptr from '../../../checks/email/ptr.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const IP = '203.0.113.9';
const V6 = '2001:db8::9';
const SHOP = ['@ A 203.0.113.10', '@ MX 10 mail', `mail A ${IP}`, `mail AAAA ${V6}`];

interface Asked {
	readonly reverse?: string;
	readonly reverse6?: string;
	readonly spf?: string;
	readonly sendingIps?: readonly string[];
	readonly shop?: readonly string[];
	readonly world?: World;
}

async function audited({
	reverse,
	reverse6,
	spf = 'mx -all',
	sendingIps = [],
	shop = SHOP,
	world,
}: Asked) {
	const zones: NonNullable<World['zones']> = {
		'shop.test': { records: [...shop, `@ TXT "v=spf1 ${spf}"`].join('\n') },
		'provider.test': { records: `*.hosts A ${IP}\nelsewhere A 203.0.113.77` },
		'113.0.203.in-addr.arpa': { records: reverse ?? '' },
		'8.b.d.0.1.0.0.2.ip6.arpa': { records: reverse6 ?? '' },
	};
	const { findings } = await auditLab({ zones, ...world }, ptr, {
		domain: 'shop.test',
		sendingIps,
	});
	const said = findings.map((one) =>
		isFailed(one)
			? `${one.verdict} ${one.severity} ${one.locus.name}`
			: (one.verdict ?? one.outcome),
	);
	return { findings, said };
}

const said = async (asked: Asked) => (await audited(asked)).said;
const GIVEN = { sendingIps: [IP] };

describe('an address that is said to send', () => {
	it('has a name that leads back', async () => {
		expect(await said({ ...GIVEN, reverse: '9 PTR mail.shop.test.' })).toEqual([
			`mx-missing info ${V6}`,
			'confirmed',
		]);
		expect(
			await said({
				sendingIps: [V6],
				reverse: '9 PTR mail.shop.test.',
				reverse6: `9${'.0'.repeat(23)} PTR mail.shop.test.`,
			}),
		).toEqual(['confirmed']);
	});

	it('has several, one of which leads back', async () => {
		const reverse = '9 PTR elsewhere.provider.test.\n9 PTR mail.shop.test.';
		expect(await said({ ...GIVEN, reverse, reverse6: '@ PTR x.test.' })).toContain('confirmed');
	});

	it('lies in a block that is delegated by aliases (RFC 2317)', async () => {
		const reverse = '9 CNAME 9.0-63\n9.0-63 PTR mail.shop.test.';
		expect(await said({ ...GIVEN, reverse })).toContain('confirmed');
		const { findings } = await audited({ ...GIVEN, reverse: '9 CNAME 9.0-63' });
		const found = findings.find(isFailed) as Failed;
		expect(found.fix.snippets[0]?.text).toContain(
			'9.0-63.113.0.203.in-addr.arpa. 300 IN PTR mail.shop.test.',
		);
	});

	it('without a name stops the launch', async () => {
		const { findings, said: told } = await audited(GIVEN);
		expect(told).toContain(`missing blocker ${IP}`);
		const found = findings.find(isFailed) as Failed;
		expect(found.message).toBe(`${IP}, which sends mail for shop.test, has no reverse name (PTR).`);
		expect(found.fix.snippets[0]?.text).toBe(
			'9.113.0.203.in-addr.arpa. 300 IN PTR mail.shop.test.',
		);
	});

	it('with a name that leads elsewhere or nowhere stops it as well', async () => {
		for (const name of ['elsewhere.provider.test.', 'gone.provider.test.']) {
			expect(await said({ ...GIVEN, reverse: `9 PTR ${name}` })).toContain(
				`not-confirmed blocker ${IP}`,
			);
		}
	});

	it('with the name that its provider gives to all of them', async () => {
		const reverse = '9 PTR static-203-0-113-9.hosts.provider.test.';
		expect(await said({ ...GIVEN, reverse })).toContain(`generic later ${IP}`);
	});

	it('whose reverse zone fails, or whose name does, is unknown', async () => {
		const fault = (name: string) => ({ name, does: { rcode: 'SERVFAIL' as const } });
		const dnsFaults = [fault('9.113.0.203.in-addr.arpa')];
		expect(await said({ ...GIVEN, world: { dnsFaults } })).toContain('unknown');
		const forward = [fault('mail.shop.test')];
		const reverse = '9 PTR mail.shop.test.';
		expect(await said({ ...GIVEN, reverse, world: { dnsFaults: forward } })).toContain('unknown');
	});

	it('is named for a domain that neither has an MX nor a record of its own', async () => {
		const shop = ['@ A 203.0.113.10'];
		const { findings, said: told } = await audited({ ...GIVEN, shop, spf: '-all' });
		expect(told).toEqual([`missing blocker ${IP}`]);
		expect((findings[0] as Failed).fix.snippets[0]?.text).toBe(
			`mail.shop.test. 300 IN A ${IP}\n9.113.0.203.in-addr.arpa. 300 IN PTR mail.shop.test.`,
		);
	});
});

describe('an address that SPF names on its own', () => {
	it('is held to it less strictly', async () => {
		expect(await said({ spf: `ip4:${IP} -all` })).toContain(`missing high ${IP}`);
		expect(await said({ spf: 'ip6:2001:DB8:0::9 -all' })).toContain(`missing high ${V6}`);
		const reverse = '9 PTR elsewhere.provider.test.';
		expect(await said({ spf: `ip4:${IP} -all`, reverse })).toContain(`not-confirmed high ${IP}`);
	});

	it.each(['ip4:203.0.113.8/31 -all', `-ip4:${IP} -all`, `-all ip4:${IP}`, 'ip4:10.0.0.1 -all'])(
		'%s: there is none',
		async (spf) => {
			const told = await said({
				spf,
				reverse: '9 PTR x.test.',
				reverse6: `9${'.0'.repeat(23)} PTR x.test.`,
			});
			expect(told).toEqual(['not-applicable']);
		},
	);
});

it('notes mail hosts without a name, because they may also send', async () => {
	expect(await said({})).toEqual([`mx-missing info ${IP}`, `mx-missing info ${V6}`]);
});
