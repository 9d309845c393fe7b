import { expect, it } from 'vitest';
import type { DnsAnswer } from '../../../src/core/io.ts';
import { withOverrides } from '../../../src/net/dns/overrides.ts';

const asked: string[] = [];
const ask = withOverrides(
	async ({ name, type }) => {
		asked.push(`${name} ${type}`);
		return { status: 'nxdomain' } as DnsAnswer;
	},
	[
		{ host: 'shop.test', port: 443, address: '203.0.113.7' },
		{ host: 'shop.test', port: 80, address: '203.0.113.7' },
		{ host: 'six.test', port: 443, address: '2001:db8::7' },
	],
);

it('gives a name the addresses that --resolve aims at, and no others', async () => {
	const a = await ask({ name: 'Shop.test', type: 'A' });
	expect(a).toMatchObject({ status: 'ok', records: [{ data: { address: '203.0.113.7' } }] });
	expect(await ask({ name: 'shop.test', type: 'AAAA' })).toMatchObject({
		status: 'nodata',
		records: [],
	});
	expect(await ask({ name: 'six.test', type: 'AAAA' })).toMatchObject({ status: 'ok' });
	expect(asked).toEqual([]);
});

it('leaves other names, types and servers to the resolver', async () => {
	await ask({ name: 'other.test', type: 'A' });
	await ask({ name: 'shop.test', type: 'MX' });
	await ask({ name: 'shop.test', type: 'A', server: '198.51.100.1' });
	expect(asked).toEqual(['other.test A', 'shop.test MX', 'shop.test A']);
});
