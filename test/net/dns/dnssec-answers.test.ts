import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DnsPort, DnsRecord } from '../../../src/core/io.ts';
import { type Lab, startLab } from '../../../src/lab/start-lab.ts';
import { createResolver } from '../../../src/net/dns/resolver.ts';

const SERVER = '198.51.100.21';
const PARENT = '198.51.100.3';
const stop = new AbortController();
let lab: Lab;
let dns: DnsPort;

beforeAll(async () => {
	lab = await startLab({
		signedRoot: true,
		zones: {
			'shop.example': {
				records: `
					@      A 203.0.113.10
					www    CNAME shop
					shop   CNAME @
					*.any  A 203.0.113.11
					*.to   CNAME www
					a.deep A 203.0.113.12
				`,
				dnssec: {},
			},
			'hashed.example': { records: '@ A 203.0.113.10', dnssec: { denial: {} } },
			'plain.example': { records: '@ A 203.0.113.10' },
		},
	});
	dns = createResolver({
		resolver: { kind: 'servers', servers: [{ address: '198.51.100.53', port: 53 }] },
		locate: lab.addressMap,
		signal: stop.signal,
		authorities: async () => [],
		bootstrap: [],
	});
});
afterAll(async () => {
	stop.abort();
	await lab.close();
});

/** `owner TYPE`, a signature with what it covers and how many labels it counts. */
const shown = (records: readonly DnsRecord[]) =>
	records.map(({ owner, type, text }) => {
		const [covered, , labels] = text.split(' ');
		return type === 'RRSIG' ? `${owner} RRSIG ${covered} ${labels}` : `${owner} ${type}`;
	});

async function asked(name: string, type: string, server: string | undefined) {
	const answer = await dns.ask({ name, type, dnssec: true, server });
	const all = [...answer.records, ...answer.authority, ...answer.additional];
	expect(all.every(({ wire }) => /^(?:[0-9a-f]{2})+$/.test(wire ?? ''))).toBe(true);
	return {
		status: answer.status,
		authority: shown(answer.authority),
		additional: shown(answer.additional),
	};
}

test.each([SERVER, undefined])(
	'signatures come with positive answers, chains and wildcards (asked of %s)',
	async (server) => {
		expect(await asked('shop.example', 'A', server)).toEqual({
			status: 'ok',
			authority: [],
			additional: ['shop.example RRSIG A 2'],
		});
		expect((await asked('www.shop.example', 'A', server)).additional).toEqual([
			'www.shop.example RRSIG CNAME 3',
			'shop.shop.example RRSIG CNAME 3',
			'shop.example RRSIG A 2',
		]);
		expect(await asked('x.y.any.shop.example', 'A', server)).toEqual({
			status: 'ok',
			authority: ['*.any.shop.example NSEC', '*.any.shop.example RRSIG NSEC 3'],
			additional: ['x.y.any.shop.example RRSIG A 3'],
		});
		expect(await asked('x.to.shop.example', 'A', server)).toMatchObject({
			status: 'ok',
			authority: ['*.to.shop.example NSEC', '*.to.shop.example RRSIG NSEC 3'],
			additional: [
				'x.to.shop.example RRSIG CNAME 3',
				'www.shop.example RRSIG CNAME 3',
				'shop.shop.example RRSIG CNAME 3',
				'shop.example RRSIG A 2',
			],
		});
	},
);

test.each([SERVER, undefined])(
	'proofs and their signatures come with negative answers (asked of %s)',
	async (server) => {
		const nodata = await asked('shop.example', 'AAAA', server);
		expect(nodata).toEqual({
			status: 'nodata',
			authority: [
				'shop.example SOA',
				'shop.example RRSIG SOA 2',
				'shop.example NSEC',
				'shop.example RRSIG NSEC 2',
			],
			additional: [],
		});
		const gone = await asked('nope.shop.example', 'A', server);
		expect(gone.status).toBe('nxdomain');
		expect(gone.authority.filter((one) => one.endsWith(' NSEC'))).toHaveLength(2);
		expect(gone.authority.filter((one) => /RRSIG NSEC/.test(one))).toHaveLength(2);
		const hashed = await asked('nope.hashed.example', 'A', server);
		expect(hashed.authority.filter((one) => one.endsWith(' NSEC3')).length).toBeGreaterThan(0);
		const aliased = await asked('www.shop.example', 'TXT', server);
		expect(aliased).toMatchObject({ status: 'nodata', authority: nodata.authority });
		expect(aliased.additional).toEqual([
			'www.shop.example RRSIG CNAME 3',
			'shop.shop.example RRSIG CNAME 3',
		]);
	},
);

test('a referral carries the DS and its signature, or the proof that there is none', async () => {
	const signed = await asked('www.shop.example', 'A', PARENT);
	expect(signed.status).toBe('referral');
	expect(signed.authority.slice(2)).toEqual(['shop.example DS', 'shop.example RRSIG DS 2']);
	const unsigned = await asked('www.plain.example', 'A', PARENT);
	expect(unsigned.authority.slice(2)).toEqual(['plain.example NSEC', 'plain.example RRSIG NSEC 2']);
});
