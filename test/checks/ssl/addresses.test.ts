import { describe, expect, test } from 'vitest';
import addresses from '../../../checks/ssl/addresses.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const ONE = '203.0.113.10';
const TWO = '203.0.113.11';
const SIX = '2001:db8::10';
type Site = NonNullable<World['sites']>[number];

/** shop.test at these addresses, each with a site of its own. */
async function audited(
	sites: Readonly<Record<string, Partial<Site>>>,
	strangers: readonly Site[] = [],
) {
	const records = Object.keys(sites).map((at) => `@ ${at.includes(':') ? 'AAAA' : 'A'} ${at}`);
	const world: World = {
		zones: { 'shop.test': { records } },
		sites: [
			...strangers,
			...Object.entries(sites).map(([at, site]) => ({ hosts: ['shop.test'], at: [at], ...site })),
		],
	};
	const result = await auditLab(world, addresses, { domain: 'shop.test' });
	return {
		...result,
		risks: result.findings.map((one) =>
			isFailed(one) ? `${idOf(one).slice(14)} ${one.severity}` : one.outcome,
		),
	};
}

describe('several addresses', () => {
	test('with one certificate', async () => {
		const world: World = {
			zones: { 'shop.test': { records: [`@ A ${ONE}`, `@ A ${TWO}`, `@ AAAA ${SIX}`] } },
			sites: [{ hosts: ['shop.test'], at: [ONE, TWO, SIX] }],
		};
		const { said } = await auditLab(world, addresses, { domain: 'shop.test' });
		expect(said).toEqual(['same shop.test']);
	});

	test.each<[string, Readonly<Record<string, Partial<Site>>>, readonly string[]]>([
		['each with its own good one', { [ONE]: {}, [TWO]: {} }, ['certificates-differ info']],
		[
			'one with an expired one',
			{ [ONE]: {}, [TWO]: { certificate: 'expired' } },
			['certificates-differ high'],
		],
		[
			'all with a bad one',
			{ [ONE]: { certificate: 'expired' }, [TWO]: { certificate: 'expired' } },
			['certificates-differ info'],
		],
		['IPv6 with its own good one', { [ONE]: {}, [SIX]: {} }, ['ipv6-differs high']],
		[
			'every machine with its own good one',
			{ [ONE]: {}, [TWO]: {}, [SIX]: {} },
			['certificates-differ info'],
		],
		[
			'IPv6 with an expired one',
			{ [ONE]: {}, [SIX]: { certificate: 'expired' } },
			['ipv6-differs high'],
		],
		[
			'IPv6 with one for other names',
			{ [ONE]: {}, [SIX]: { certificate: { names: ['shop.test', 'old.test'] } } },
			['ipv6-differs high'],
		],
		[
			'IPv6 with one of another authority',
			{ [ONE]: {}, [SIX]: { certificate: { issuer: 'DigiCert Inc' } } },
			['ipv6-differs high'],
		],
		['one address', { [ONE]: {} }, ['not-applicable']],
	])('%s', async (_, sites, expected) => {
		expect((await audited(sites)).risks).toEqual(expected);
	});

	test('the finding names each address with what it shows, and what is wrong', async () => {
		const { findings } = await audited({ [ONE]: {}, [TWO]: { certificate: 'expired' } });
		expect(findings[0]?.message).toMatch(
			/^The addresses of shop\.test show different certificates: 203\.0\.113\.10: "shop\.test" of "Lab Intermediate" until .*; 203\.0\.113\.11: .* \(the server's certificate expired on /,
		);
	});
});

describe('a client that sends no name', () => {
	test('gets the default host of the server', async () => {
		const other: Site = { hosts: ['other.test'], at: [ONE] };
		const { risks, findings } = await audited({ [ONE]: {} }, [other]);
		expect(risks).toEqual(['no-sni-certificate info']);
		expect(findings[0]?.message).toContain('"other.test"');
	});

	test('gets the same', async () => {
		const other: Site = { hosts: ['other.test'], at: [TWO] };
		expect((await audited({ [ONE]: {} }, [other])).risks).toEqual(['not-applicable']);
	});
});
