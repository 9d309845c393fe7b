import { describe, expect, it } from 'vitest';
import { mtaSts, recordFault } from '../../../src/facts/mail/mta-sts.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

describe('the record of RFC 8461 §3.1', () => {
	it.each([
		['the example of the RFC', ['v=STSv1; id=20160831085700Z;']],
		['no blank and no last delimiter', ['v=STSv1;id=a']],
		['an extension', ['v=STSv1; id=a; x=1']],
		['texts that are none', ['v=spf1 -all', 'v=STSv1; id=a', 'V=STSv1; id=b', 'v=STSv1']],
		['32 characters', [`v=STSv1; id=${'a'.repeat(32)}`]],
	])('lets senders go on with %s', (_, texts) => {
		expect(recordFault(texts)).toBeNull();
	});

	it.each([
		['nothing', [], 'no record'],
		['another version', ['v=STSv2; id=a'], 'no record'],
		['two', ['v=STSv1; id=a', 'v=STSv1; id=b'], '2 records, where one is allowed'],
		['no id', ['v=STSv1;'], 'the record has no valid id'],
		['an empty id', ['v=STSv1; id='], 'the record has no valid id'],
		['an id with a hyphen', ['v=STSv1; id=2026-01-01'], 'the record has no valid id'],
		['33 characters', [`v=STSv1; id=${'a'.repeat(33)}`], 'the record has no valid id'],
		['a repeated id whose first is wrong', ['v=STSv1; id=-; id=a'], 'the record has no valid id'],
	])('stops them at %s', (_, texts, fault) => {
		expect(recordFault(texts)).toBe(fault);
	});
});

type Site = NonNullable<World['sites']>[number];
const AT = '203.0.113.10';
const FILE = '/.well-known/mta-sts.txt';
const TEXT = 'version: STSv1\nmode: enforce\nmx: mx.shop.test\nmax_age: 604800\n';

const world = (site: Partial<Site> = {}, more: World = {}): World => ({
	zones: { 'shop.test': { records: `mta-sts A ${AT}\n_mta-sts TXT "v=STSv1; id=1"` } },
	sites: [{ hosts: ['mta-sts.shop.test'], at: [AT], routes: { [FILE]: TEXT }, ...site }],
	...more,
});

const found = (one: World) => gathered(one, () => mtaSts({ domain: 'shop.test' }));
const route = (answer: object) => world({ routes: { [FILE]: answer } });

describe('what a domain publishes, over real sockets', () => {
	it('is its policy, with the certificate that it comes with', async () => {
		const one = await found(world());
		expect(one).toMatchObject({ kind: 'policy', policy: { mode: 'enforce', faults: [] } });
		expect(one.kind === 'policy' && one.chain.length).toBeGreaterThan(0);
	});

	it('is nothing without a record, and then nobody asks for a policy', async () => {
		const bare = world({}, { zones: { 'shop.test': { records: `mta-sts A ${AT}` } } });
		expect(await found(bare)).toEqual({ kind: 'none', detail: 'no record' });
	});

	it.each<[string, World, string]>([
		['redirected', route({ status: 301, redirect: `https://shop.test${FILE}` }), 'status 301'],
		['missing', route({ status: 404 }), 'status 404'],
		['a page', route({ body: '<!doctype html>' }), 'no field'],
		['too long', route({ body: `${TEXT}${'x: y\n'.repeat(20_000)}` }), 'longer than 65536'],
		['behind a closed port', world({ https: 'closed' }), 'refused'],
		[
			'at no address',
			world({}, { zones: { 'shop.test': { records: '_mta-sts TXT "v=STSv1; id=1"' } } }),
			'no address',
		],
	])('is no policy where it is %s', async (_, one, detail) => {
		expect(await found(one)).toEqual({ kind: 'none', detail: expect.stringContaining(detail) });
	});

	it.each<[string, World]>([
		[
			'the record cannot be looked up',
			world({}, { dnsFaults: [{ name: '_mta-sts.shop.test', does: { rcode: 'SERVFAIL' } }] }),
		],
		['its server fails', route({ status: 503 })],
		['its server turns us away', route({ status: 403 })],
		['its server breaks off', route({ fault: 'reset' })],
	])('is unknown where %s', async (_, one) => {
		expect(await found(one)).toMatchObject({ kind: 'unknown' });
	});
});
