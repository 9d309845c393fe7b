import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import { type DnsAnswer, type DnsQuestion, GIVEN_BY_ZONE } from '../../../src/core/io.ts';
import { plannedAnswers } from '../../../src/facts/zone-file/planned-answers.ts';
import { parseZoneFile } from '../../../src/facts/zone-file/zone-file.ts';

const NETWORK: DnsAnswer = {
	...EMPTY_ANSWER,
	status: 'nxdomain',
	rcode: 'NXDOMAIN',
	server: '192.0.2.53',
	transport: 'udp',
	detail: '',
};

/** Asks a zone; what goes on to the network is noted, and answered from `beyond`. */
function zone(text: string, beyond: Readonly<Record<string, Partial<DnsAnswer>>> = {}) {
	const asked: string[] = [];
	const file = parseZoneFile(`$TTL 300\n${text}`, 'example.test');
	expect(file.faults).toEqual([]);
	const ask = plannedAnswers(file, async ({ name, type }) => {
		asked.push(`${name} ${type}`);
		return { ...NETWORK, ...beyond[`${name} ${type}`] };
	});
	return {
		asked,
		ask: (name: string, type = 'A', more: Partial<DnsQuestion> = {}) =>
			ask({ name, type, ...more }),
		async says(name: string, type = 'A') {
			const { status, records, chain } = await ask({ name, type });
			return [status, ...chain.map(({ target }) => `→${target}`), ...records.map((r) => r.text)];
		},
	};
}

const SOA = '@ SOA ns1 admin 1 7200 3600 1209600 60';

describe('RFC 4592 §2.2.1', () => {
	const example = zone(`@ 3600 SOA ns admin 1 2 3 4 60
@ NS ns.example.com.
@ NS ns.example.net.
* TXT "this is a wildcard"
* MX 10 host1
sub.* TXT "this is not a wildcard"
host1 A 192.0.2.1
_ssh._tcp.host1 SRV 0 0 22 host1
_ssh._tcp.host2 SRV 0 0 22 host2
subdel NS ns.example.com.
subdel NS ns.example.net.`);

	it.each([
		['host3.example.test', 'MX', ['ok', '10 host1.example.test']],
		['host3.example.test', 'A', ['nodata']],
		['foo.bar.example.test', 'TXT', ['ok', '"this is a wildcard"']],
		['host1.example.test', 'MX', ['nodata']],
		['sub.*.example.test', 'MX', ['nodata']],
		['_telnet._tcp.host1.example.test', 'SRV', ['nxdomain']],
		['host.subdel.example.test', 'A', ['nxdomain']],
		['ghost.*.example.test', 'MX', ['nxdomain']],
		['_tcp.host1.example.test', 'A', ['nodata']],
		['host2.example.test', 'MX', ['nodata']],
	])('%s %s', async (name, type, said) => {
		expect(await example.says(name, type)).toEqual(said);
	});

	it('gives the name asked as owner, and leaves the delegated zone to the network', async () => {
		const { records } = await example.ask('host3.example.test', 'MX');
		expect(records[0]?.owner).toBe('host3.example.test');
		expect(example.asked).toEqual(['host.subdel.example.test A']);
	});
});

describe('answers', () => {
	it('says who gave them, with the SOA and its time beside an absence', async () => {
		const one = zone(`${SOA}\nwww A 192.0.2.1`);
		expect(await one.ask('WWW.example.test.', 'a')).toMatchObject({
			status: 'ok',
			rcode: 'NOERROR',
			server: GIVEN_BY_ZONE,
			records: [{ owner: 'www.example.test', type: 'A', ttl: 300, text: '192.0.2.1' }],
		});
		expect(await one.ask('gone.example.test')).toMatchObject({
			status: 'nxdomain',
			rcode: 'NXDOMAIN',
			negativeTtl: 60,
			authority: [{ owner: 'example.test', type: 'SOA', ttl: 60 }],
		});
		expect(one.asked).toEqual([]);
	});

	it('sends every name below the apex on where the apex has a DNAME', async () => {
		const one = zone(`${SOA}\n@ A 192.0.2.1\n@ DNAME brand.example.net.`, {
			'www.brand.example.net A': {
				status: 'ok',
				records: [
					{
						owner: 'www.brand.example.net',
						type: 'A',
						ttl: 5,
						text: '203.0.113.1',
						data: { type: 'A', address: '203.0.113.1' },
					},
				],
			},
		});
		expect(await one.says('example.test')).toEqual(['ok', '192.0.2.1']);
		expect(await one.says('www.example.test')).toEqual([
			'ok',
			'→www.brand.example.net',
			'203.0.113.1',
		]);
	});

	it('follows aliases inside the zone, out of it, and into circles', async () => {
		const one = zone(
			`${SOA}
a CNAME b
b CNAME c
c A 192.0.2.1
out CNAME pages.example.net.
x CNAME y
y CNAME x
back CNAME there.example.net.
deep DNAME shallow
www.shallow A 192.0.2.2`,
			{
				'pages.example.net A': {
					status: 'ok',
					chain: [{ owner: 'pages.example.net', target: 'edge.example.net', ttl: 5 }],
					records: [
						{
							owner: 'edge.example.net',
							type: 'A',
							ttl: 5,
							text: '203.0.113.1',
							data: { type: 'A', address: '203.0.113.1' },
						},
					],
				},
				'there.example.net A': {
					status: 'ok',
					chain: [{ owner: 'there.example.net', target: 'back.example.test', ttl: 5 }],
				},
			},
		);
		expect(await one.says('a.example.test')).toEqual([
			'ok',
			'→b.example.test',
			'→c.example.test',
			'192.0.2.1',
		]);
		expect(await one.says('a.example.test', 'CNAME')).toEqual(['ok', 'b.example.test']);
		expect(await one.says('a.example.test', 'AAAA')).toEqual([
			'nodata',
			'→b.example.test',
			'→c.example.test',
		]);
		expect(await one.says('out.example.test')).toEqual([
			'ok',
			'→pages.example.net',
			'→edge.example.net',
			'203.0.113.1',
		]);
		expect((await one.ask('out.example.test')).server).toBe(GIVEN_BY_ZONE);
		expect((await one.says('x.example.test'))[0]).toBe('cname-loop');
		expect((await one.says('back.example.test'))[0]).toBe('cname-loop');
		expect(await one.says('www.deep.example.test')).toEqual([
			'ok',
			'→www.shallow.example.test',
			'192.0.2.2',
		]);
		expect(await one.says('deep.example.test')).toEqual(['nodata']);
	});

	it('looks up what a provider looks up, and gives it as the name’s own', async () => {
		const beyond = {
			'lb.example.net A': {
				status: 'ok' as const,
				records: [
					{
						owner: 'lb.example.net',
						type: 'A',
						ttl: 5,
						text: '203.0.113.1',
						data: { type: 'A' as const, address: '203.0.113.1' },
					},
				],
			},
		};
		const alias = zone(`${SOA}\n@ ALIAS lb.example.net.\n@ MX 10 mail`, beyond);
		expect(await alias.ask('example.test')).toMatchObject({
			status: 'ok',
			chain: [],
			records: [{ owner: 'example.test', text: '203.0.113.1' }],
		});
		expect(await alias.says('example.test', 'AAAA')).toEqual(['nodata']);
		expect(await alias.says('example.test', 'MX')).toEqual(['ok', '10 mail.example.test']);
		const flattened = zone(
			'@ NS a.ns.cloudflare.com.\n@ NS b.ns.cloudflare.com.\n@ CNAME lb.example.net.',
			beyond,
		);
		expect(await flattened.says('example.test')).toEqual(['ok', '203.0.113.1']);
		expect(await flattened.says('example.test', 'CNAME')).toEqual(['nodata']);
	});

	it.each(['no-response', 'servfail', 'refused'] as const)(
		'denies nothing of what a provider looks up where the look-up ends in %s',
		async (status) => {
			const alias = zone(`${SOA}\n@ ALIAS lb.example.net.`, { 'lb.example.net A': { status } });
			expect(await alias.ask('example.test')).toMatchObject({ status, records: [] });
		},
	);

	it('knows where the zone begins though the file has no SOA', async () => {
		const one = zone('www A 192.0.2.1');
		expect(await one.ask('example.test', 'SOA')).toMatchObject({
			status: 'nodata',
			server: GIVEN_BY_ZONE,
			negativeTtl: null,
			authority: [{ owner: 'example.test', type: 'SOA' }],
		});
		expect(one.asked).toEqual([]);
	});

	it('leaves to the network what others add at the apex', async () => {
		const one = zone(`${SOA}\nwww A 192.0.2.1`, {
			'example.test NS': {
				status: 'ok',
				records: [
					{
						owner: 'example.test',
						type: 'NS',
						ttl: 5,
						text: 'ns.example.net',
						data: { type: 'NS', target: 'ns.example.net' },
					},
				],
			},
		});
		expect(await one.says('example.test', 'NS')).toEqual(['ok', 'ns.example.net']);
		expect(await one.says('example.test', 'DNSKEY')).toEqual(['nodata']);
		expect(one.asked).toEqual(['example.test NS', 'example.test DNSKEY']);
	});

	it.each<[string, Partial<DnsQuestion>]>([
		['a server asked directly', { server: '192.0.2.7' }],
		['signatures', { dnssec: true }],
		['another class', { class: 'CH' }],
	])('leaves %s to the network', async (_, more) => {
		const one = zone(`${SOA}\nwww A 192.0.2.1`);
		expect(await one.ask('www.example.test', 'A', more)).toMatchObject({ server: '192.0.2.53' });
		expect(one.asked).toHaveLength(1);
	});

	it('leaves other names to the network, also those that end alike', async () => {
		const one = zone(`${SOA}\nwww A 192.0.2.1`);
		await one.ask('notexample.test');
		await one.ask('test');
		expect(one.asked).toEqual(['notexample.test A', 'test A']);
	});

	it('does not load what lies outside the zone', async () => {
		const one = zone(`${SOA}\nwww.example.net. A 192.0.2.1`);
		expect((await one.ask('www.example.net')).server).toBe('192.0.2.53');
	});
});
