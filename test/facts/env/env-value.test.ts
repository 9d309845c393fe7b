import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeValue } from '../../../src/facts/env/env-value.ts';

const JUDGE = { key: 'ab'.repeat(32), domain: 'shop-prod.io' };
const shapeOf = (name: string, value: string) => judgeValue(name, value, JUDGE).shape;

test.each([
	['API_KEY', '', 'empty'],
	['API_KEY', '  ', 'empty'],
	['API_KEY', 'changeme', 'placeholder'],
	['API_KEY', 'your_api_key_here', 'placeholder'],
	['API_KEY', '<key>', 'placeholder'],
	['API_KEY', 'xxx', 'placeholder'],
	['API_KEY', `\${OTHER}`, 'reference'],
	['API_KEY', 'op://vault/item/field', 'reference'],
	['FAST', 'true', 'flag'],
	['FAST', '0', 'flag'],
	['LIMIT', '30s', 'number'],
	['API_URL', 'https://api.shop-prod.io', 'url'],
	['API_URL', 'https://api.example.com', 'placeholder'],
	['DATABASE_URL', 'postgres://user:password@db.shop-prod.io/a', 'placeholder'],
	['SHOP_NAME', 'Blue Door', 'text'],
	['SHOP_NAME', 'none', 'text'],
])('%s=%s is %s', (name, value, shape) => {
	expect(shapeOf(name, value)).toBe(shape);
});

describe('addresses of this machine', () => {
	test.each([
		['http://localhost:3000', 'localhost:3000'],
		['localhost', 'localhost'],
		['127.0.0.1:5432', '127.0.0.1:5432'],
		['jdbc:mysql://localhost:3306/a', 'localhost:3306'],
		['Server=localhost;Database=a;', 'localhost'],
		['host=127.0.0.1 port=5432 dbname=a', '127.0.0.1'],
		['app:pw@tcp(127.0.0.1:3306)/a', '127.0.0.1'],
	])('%s', (value, host) => {
		expect(judgeValue('A_URL', value, JUDGE).url).toMatchObject({ local: true, host });
	});

	test.each([
		'localhost.run',
		'mylocalhost:1',
		'http://localhost.shop-prod.io',
		'1127.0.0.1',
		'db:5432',
	])('not %s', (value) => {
		expect(judgeValue('A_URL', value, JUDGE).url?.local ?? false).toBe(false);
	});
});

test('nothing of a value is told, and any value is judged', () => {
	const name = fc.constantFrom('API_KEY', 'JWT_SECRET', 'APP_URL', 'A');
	const value = fc.oneof(
		fc.string(),
		fc.stringMatching(/^[A-Za-z0-9+/=_-]{12,80}$/),
		fc.stringMatching(/^(?:postgres|https):\/\/[a-z]{1,8}:[a-z0-9]{12,20}@[a-z]{3,9}\.io$/),
	);
	fc.assert(
		fc.property(name, value, (called, text) => {
			const told = JSON.stringify(judgeValue(called, text, JUDGE));
			if (text.trim().length >= 12) expect(told).not.toContain(text.trim().slice(0, 12));
		}),
	);
});

test('equal values have equal fingerprints, under one key alone', () => {
	const of = (value: string, key = JUDGE.key) =>
		judgeValue('A_TOKEN', value, { ...JUDGE, key }).fingerprint;
	expect(of('kR7vQ2mN9xT4')).toBe(of('kR7vQ2mN9xT4'));
	expect(of('kR7vQ2mN9xT4')).not.toBe(of('kR7vQ2mN9xT5'));
	expect(of('kR7vQ2mN9xT4')).not.toBe(of('kR7vQ2mN9xT4', 'cd'.repeat(32)));
	expect(of('short')).toBe('');
});
