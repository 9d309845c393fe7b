import { describe, expect, it } from 'vitest';
import type { Fact, GetFact } from '../../../src/core/fact.ts';
import {
	isReachableClass,
	type NetworkScope,
	networkScope,
} from '../../../src/facts/dns/network-scope.ts';

/** A resolver whose root has one server with this address. */
async function scopeWith(address: string | null): Promise<NetworkScope> {
	const get: GetFact = async <T>(ref: { source: unknown; params: unknown }) => {
		const source = ref.source as { derive?: (p: never, get: GetFact) => Fact<T> };
		if (source.derive) return source.derive(ref.params as never, get);
		const { name, type } = ref.params as { name: string; type: string };
		const family = address?.includes(':') ? 'AAAA' : 'A';
		const target = { type: 'NS', target: 'a.root.test' } as const;
		const data =
			name === '.' ? [target] : address !== null && type === family ? [{ type, address }] : [];
		const records = data.map((one) => ({ owner: name, type, ttl: 60, text: '', data: one }));
		const status = records.length > 0 ? 'ok' : 'nodata';
		return {
			status: 'known',
			value: { status, records, chain: [], server: '' },
		} as unknown as Fact<T>;
	};
	const fact = await get(networkScope({}));
	if (fact.status !== 'known') throw new Error(fact.detail);
	return fact.value;
}

describe('networkScope', () => {
	it.each([
		['198.41.0.4', []],
		['2001:503:ba3e::2:30', []],
		['127.0.0.1', ['loopback']],
		['10.0.0.1', ['private']],
		['fd00::1', ['private']],
		['198.51.100.1', ['documentation']],
		['169.254.0.1', []],
		[null, []],
	])('lends the class of a root at %s', async (address, classes) => {
		const scope = await scopeWith(address);
		expect(scope.publicClasses).toEqual(classes);
		expect(scope.roots.map((root) => root.address)).toEqual(address === null ? [] : [address]);
	});

	it('never lends 192.0.2.0/24', async () => {
		const scope = await scopeWith('198.51.100.1');
		expect(isReachableClass('203.0.113.9', scope)).toBe(true);
		expect(isReachableClass('2001:db8::9', scope)).toBe(true);
		expect(isReachableClass('192.0.2.9', scope)).toBe(false);
		expect(isReachableClass('10.0.0.9', scope)).toBe(false);
		expect(isReachableClass('203.0.113.9', null)).toBe(false);
		expect(isReachableClass('9.9.9.9', null)).toBe(true);
		expect(isReachableClass('no address', scope)).toBe(false);
	});
});
