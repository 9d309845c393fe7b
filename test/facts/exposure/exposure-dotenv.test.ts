import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSecretName, parseDotenv } from '../../../src/facts/exposure/exposure-dotenv.ts';
import { redactBody } from '../../../src/facts/web/redact.ts';

it.each([
	['A=b', 0],
	['AB=c', 0],
	['ABC=d', 1],
	['export ABC=d', 1],
	['abc=d', 0],
	[' ABC=d', 0],
	['ABC= d', 0],
	['ABC=', 0],
	['ABC = d', 0],
	['\u00ef\u00bb\u00bfABC=d\r\nDEF=e\r\n', 2],
	['# ABC=d\n', 0],
	['{"ABC":"d"}', 0],
])('%j has %i assignments', (text, count) => {
	expect(parseDotenv(text)).toHaveLength(count);
});

it.each([
	['DATABASE_URL', true],
	['DB_PASS', true],
	['SMTP_PWD', true],
	['SENTRY_DSN', true],
	['REDIS_URL', true],
	['MONGODB_ATLAS_URI', true],
	['API_KEY', true],
	['JWT_PRIVATE', true],
	['PORT', false],
	['APP_URL', false],
	['BYPASS', false],
	['NEXT_PUBLIC_API_KEY', false],
	['VITE_TOKEN', false],
	['REACT_APP_SECRET', false],
	['STRIPE_PUBLISHABLE_KEY', false],
	['VAPID_PUBLIC_KEY', false],
])('%s names a credential: %s', (name, expected) => {
	expect(isSecretName(name)).toBe(expected);
});

it('counts a value without quotes, redacted or not, and an empty one as none', () => {
	const text =
		'API_KEY="abcdef"\nOTHER_KEY=abcdefgh\nEMPTY_KEY=""\nLIVE_KEY=AKIA\u00e2\u0080\u00a6<redacted:20>';
	const lengths = parseDotenv(text).map(({ length, secret }) => [length, secret]);
	expect(lengths).toEqual([
		[6, true],
		[8, true],
		[0, false],
		[20, true],
	]);
	const redacted = parseDotenv(redactBody('API_KEY="abcdef"\nOTHER_KEY=abcdefgh\nEMPTY_KEY=""\n'));
	expect(redacted.map(({ length, secret }) => [length, secret])).toEqual(lengths.slice(0, 3));
});

it('never throws and never gives a value away', () => {
	fc.assert(
		fc.property(
			fc.string({ minLength: 8 }).filter((one) => !/[\r\n]/.test(one)),
			(value) => {
				const entries = parseDotenv(`SOME_KEY=${value}`);
				expect(entries.every(({ length }) => Number.isFinite(length))).toBe(true);
				expect(entries.every((entry) => Object.keys(entry).join() === 'name,length,secret')).toBe(
					true,
				);
			},
		),
	);
});
