import { describe, expect, it } from 'vitest';
import { caaOf } from '../../../src/facts/zone/caa.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';

const of = (host: string, world: World) => gathered(world, () => caaOf({ host }));
const zones = (...records: string[]): World => ({ zones: { 'shop.test': { records } } });
const values = ({ records }: { records: readonly { value: string }[] }) =>
	records.map(({ value }) => value);

describe('the relevant set (RFC 8659 §3)', () => {
	it('is that of the name itself', async () => {
		const seen = await of(
			'www.shop.test',
			zones('www A 203.0.113.10', 'www CAA 0 issue "a.test"', '@ CAA 0 issue "b.test"'),
		);
		expect(seen).toMatchObject({ status: 'found', at: 'www.shop.test', aliases: [] });
		expect(values(seen)).toEqual(['a.test']);
	});

	it('is that of the nearest name above which has one', async () => {
		const seen = await of('a.b.shop.test', zones('a.b A 203.0.113.10', '@ CAA 0 issue "b.test"'));
		expect(seen).toMatchObject({ status: 'found', at: 'shop.test' });
	});

	it('may stand at the top-level domain', async () => {
		const seen = await of('shop.test', {
			zones: { test: { records: '@ CAA 0 issue "top.test"' }, 'shop.test': {} },
		});
		expect(seen).toMatchObject({ status: 'found', at: 'test' });
	});

	it('is none where no name has one', async () => {
		expect(await of('www.shop.test', zones('www A 203.0.113.10'))).toMatchObject({
			status: 'none',
			at: null,
			records: [],
		});
	});

	const aliased = (target: string[], ...own: string[]): World => ({
		zones: {
			'shop.test': { records: ['www CNAME www.pool.test.', ...own] },
			'pool.test': { records: target },
		},
	});

	it('is the one that an alias leads to', async () => {
		const seen = await of(
			'www.shop.test',
			aliased(['www CAA 0 issue "pool-ca.test"'], '@ CAA 0 issue "b.test"'),
		);
		expect(seen).toMatchObject({
			status: 'found',
			at: 'www.shop.test',
			aliases: ['www.pool.test'],
			records: [{ owner: 'www.pool.test', value: 'pool-ca.test' }],
		});
	});

	it('is never found above the target of an alias (changed from RFC 6844)', async () => {
		const seen = await of(
			'www.shop.test',
			aliased(['www A 203.0.113.10', '@ CAA 0 issue "pool-ca.test"'], '@ CAA 0 issue "b.test"'),
		);
		expect(seen).toMatchObject({ status: 'found', at: 'shop.test', aliases: [] });
		expect(values(seen)).toEqual(['b.test']);
	});

	it('is not known where a look-up on the way fails', async () => {
		const seen = await of('www.shop.test', {
			...zones('www A 203.0.113.10', '@ CAA 0 issue "b.test"'),
			dnsFaults: [
				{ server: 'resolver', name: 'www.shop.test', type: 'CAA', does: { rcode: 'SERVFAIL' } },
			],
		});
		expect(seen).toMatchObject({ status: 'failed', at: 'www.shop.test', failure: 'servfail' });
	});
});
