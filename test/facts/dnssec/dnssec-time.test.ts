import { expect, it } from 'vitest';
import { momentOf, secondsUntil, timingAt } from '../../../src/facts/dnssec/dnssec-time.ts';

const at = (iso: string) => new Date(iso);
const serial = (iso: string) => Math.floor(Date.parse(iso) / 1000) % 2 ** 32;
const PERIOD = {
	inception: serial('2030-01-01T00:00:00Z'),
	expiration: serial('2030-01-15T00:00:00Z'),
};

it.each([
	['2029-12-31T23:59:59Z', 'early'],
	['2030-01-01T00:00:00Z', 'in-time'],
	['2030-01-15T00:00:00Z', 'in-time'],
	['2030-01-15T00:00:01Z', 'expired'],
])('a signature is judged to the second: %s', (now, timing) => {
	expect(timingAt(PERIOD, at(now))).toBe(timing);
});

it('a signature may last beyond 2106, where the field begins anew', () => {
	const period = {
		inception: serial('2106-02-01T00:00:00Z'),
		expiration: serial('2106-03-01T00:00:00Z'),
	};
	expect(period.expiration).toBeLessThan(period.inception);
	expect(timingAt(period, at('2106-02-15T00:00:00Z'))).toBe('in-time');
	expect(timingAt(period, at('2106-03-02T00:00:00Z'))).toBe('expired');
	expect(momentOf(period.expiration, at('2106-02-15T00:00:00Z')).toISOString()).toBe(
		'2106-03-01T00:00:00.000Z',
	);
});

it('a distance never exceeds 68 years', () => {
	expect(secondsUntil(0, at('1970-01-01T00:00:00Z'))).toBe(0);
	expect(secondsUntil(2 ** 31 - 1, at('1970-01-01T00:00:00Z'))).toBe(2 ** 31 - 1);
	expect(secondsUntil(2 ** 31 + 1, at('1970-01-01T00:00:00Z'))).toBe(-(2 ** 31 - 1));
});
