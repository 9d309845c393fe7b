import { describe, expect, it } from 'vitest';
import { brokenBy, circuitBrokenBy } from '../../../src/net/load/circuit-breaker.ts';

const good = (count: number, tookMs = 20) =>
	Array.from({ length: count }, () => ({ tookMs, isError: false }));
const bad = (count: number) => Array.from({ length: count }, () => ({ tookMs: 1, isError: true }));

describe('the circuit breaker', () => {
	it('breaks after five errors in a row, and not after four', () => {
		expect(brokenBy([...good(3), ...bad(5)])?.why).toBe('errors-in-a-row');
		expect(brokenBy([...bad(4), ...good(1), ...bad(4)])).toBeNull();
		expect(brokenBy(bad(4))).toBeNull();
	});

	it('breaks at five errors among the last twenty, and not at four, or among nineteen', () => {
		const mixed = (errors: number, others: number) => [
			...Array.from({ length: errors }, () => [...bad(1), ...good(2)]).flat(),
			...good(others),
		];
		expect(brokenBy(mixed(5, 5))?.why).toBe('error-share');
		expect(brokenBy(mixed(4, 8))).toBeNull();
		expect(brokenBy(mixed(5, 4))).toBeNull();
	});

	it('breaks where p95 is over ten times that of one user', () => {
		const ended = (slow: number) => [...good(60 - slow), ...good(slow, 501)];
		expect(circuitBrokenBy(ended(4), [], 50)?.why).toBe('slow');
		expect(circuitBrokenBy(ended(3), [], 50)).toBeNull();
		expect(circuitBrokenBy([...good(56), ...good(4, 500)], [], 50)).toBeNull();
	});

	it('breaks for those that wait without an answer, however long ago the last one came', () => {
		expect(circuitBrokenBy(good(60), good(4, 501), 50)?.why).toBe('slow');
		expect(circuitBrokenBy(good(60), good(3, 501), 50)).toBeNull();
	});

	it('does not break for what nobody suffers from', () => {
		expect(circuitBrokenBy(good(60, 100), [], 1)).toBeNull();
		expect(circuitBrokenBy(good(60, 101), [], 1)?.why).toBe('slow');
	});

	it('does not judge p95 by fewer than twenty', () => {
		expect(circuitBrokenBy(good(3), good(16, 5_000), 50)).toBeNull();
		expect(circuitBrokenBy(good(3), good(17, 5_000), 50)?.why).toBe('slow');
	});
});
