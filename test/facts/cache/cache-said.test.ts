import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CACHE_STATUS_FIELDS, TIMED_FIELDS } from '../../../src/core/timed-fields.ts';
import { type CacheSaid, cacheSaid, proofOfHit } from '../../../src/facts/cache/cache-said.ts';

it.each<[string, string, CacheSaid]>([
	// RFC 9211 §2, with its own examples
	['Cache-Status', 'OriginCache; hit; ttl=1100', 'hit'],
	['Cache-Status', 'ExampleCache; hit; ttl=-5', 'hit'],
	['Cache-Status', 'ExampleCache; fwd=uri-miss; stored', 'miss'],
	['Cache-Status', 'ExampleCache; fwd=stale; fwd-status=304', 'hit'],
	['Cache-Status', 'ExampleCache; fwd=stale', 'miss'],
	['Cache-Status', 'ExampleCache; fwd=uri-miss; collapsed', 'hit'],
	['Cache-Status', 'ExampleCache; fwd=bypass; detail=DISABLED', 'miss'],
	['Cache-Status', 'OriginCache; hit; ttl=1100, "CDN Company Here"; fwd=uri-miss', 'hit'],
	['Cache-Status', 'ExampleCache; hit=?0', 'miss'],
	['Cache-Status', 'Example Cache; hit', 'hit'],
	// Cloudflare
	['CF-Cache-Status', 'HIT', 'hit'],
	['CF-Cache-Status', 'STALE', 'hit'],
	['CF-Cache-Status', 'UPDATING', 'hit'],
	['CF-Cache-Status', 'REVALIDATED', 'hit'],
	['CF-Cache-Status', 'MISS', 'miss'],
	['CF-Cache-Status', 'EXPIRED', 'miss'],
	['CF-Cache-Status', 'BYPASS', 'miss'],
	['CF-Cache-Status', 'DYNAMIC', 'miss'],
	// CloudFront
	['X-Cache', 'Hit from cloudfront', 'hit'],
	['X-Cache', 'RefreshHit from cloudfront', 'hit'],
	['X-Cache', 'Miss from cloudfront', 'miss'],
	['X-Cache', 'Error from cloudfront', 'miss'],
	// Fastly: shield, then edge
	['X-Cache', 'MISS, HIT', 'hit'],
	['X-Cache', 'HIT, MISS', 'hit'],
	['X-Cache', 'MISS, MISS', 'miss'],
	// Akamai and Azure
	['X-Cache', 'TCP_MEM_HIT from a23-1-2-3.deploy.akamaitechnologies.com (AkamaiGHost)', 'hit'],
	['X-Cache', 'TCP_REFRESH_HIT', 'hit'],
	['X-Cache', 'TCP_REFRESH_MISS', 'miss'],
	['X-Cache', 'TCP_MISS', 'miss'],
	['X-Cache', 'CONFIG_NOCACHE', 'miss'],
	// Vercel
	['X-Vercel-Cache', 'PRERENDER', 'hit'],
	['X-Vercel-Cache', 'STALE', 'hit'],
	['X-Vercel-Cache', 'MISS', 'miss'],
	['X-Vercel-Cache', 'BYPASS', 'miss'],
	// nginx, Bunny, LiteSpeed, Varnish
	['X-Cache-Status', 'HIT', 'hit'],
	['X-Cache-Status', 'EXPIRED', 'miss'],
	['CDN-Cache', 'HIT', 'hit'],
	['X-LiteSpeed-Cache', 'hit', 'hit'],
	['X-Varnish', '32770 3', 'hit'],
	['X-Varnish', '32770', 'miss'],
	['Server-Timing', 'cdn-cache; desc=HIT, edge; dur=1', 'hit'],
	['Server-Timing', 'cdn-cache; desc=MISS', 'miss'],
	['Server-Timing', 'db; dur=9', 'silent'],
	// RFC 9111 §5.1
	['Age', '1', 'hit'],
	['Age', '0', 'age-zero'],
	['Age', '-1', 'silent'],
	['Cache-Control', 'public, max-age=60', 'silent'],
])('%s: %s says %s', (name, value, wanted) => {
	expect(cacheSaid([[name, value]])).toBe(wanted);
	expect(cacheSaid([[name.toUpperCase(), value]])).toBe(wanted);
});

it('believes an Age above 0 before anything else, and what is said before an Age of 0', () => {
	expect(
		cacheSaid([
			['CF-Cache-Status', 'DYNAMIC'],
			['Age', '30'],
		]),
	).toBe('hit');
	expect(
		cacheSaid([
			['Age', '0'],
			['X-Varnish', '4711'],
		]),
	).toBe('miss');
});

it('reads fields that samples keep, and any value without a fault', () => {
	const read = [...CACHE_STATUS_FIELDS, 'age', 'cache-status', 'server-timing', 'x-varnish'];
	expect(TIMED_FIELDS).toEqual(expect.arrayContaining(read));
	fc.assert(
		fc.property(fc.constantFrom(...read), fc.string(), (name, value) => {
			expect(['hit', 'miss', 'age-zero', 'silent']).toContain(cacheSaid([[name, value]]));
		}),
	);
});

it('names the field that proves a hit, cut where it is long', () => {
	const miss = ['X-Cache', 'Miss from cloudfront'] as const;
	expect(proofOfHit([['Age', '0'], miss])).toBe('');
	expect(proofOfHit([miss, ['CF-Cache-Status', ' STALE '], ['Age', '7']])).toBe(
		'CF-Cache-Status: STALE',
	);
	expect(proofOfHit([['X-Cache', `HIT ${'x'.repeat(200)}`]])).toHaveLength('X-Cache: '.length + 60);
});
