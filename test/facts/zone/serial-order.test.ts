import { describe, expect, it } from 'vitest';
import { newestSerial, serialOrder } from '../../../src/facts/zone/serial-order.ts';

describe('RFC 1982 §5.1, SERIAL_BITS 2', () => {
	it.each([
		[1, 0],
		[2, 1],
		[3, 2],
		[0, 3],
	])('%i is greater than %i', (greater, less) => {
		expect(serialOrder(greater, less, 2)).toBe('greater');
		expect(serialOrder(less, greater, 2)).toBe('less');
	});

	it.each([
		[0, 2],
		[1, 3],
	])('%i and %i have no order', (one, other) => {
		expect(serialOrder(one, other, 2)).toBe('undefined');
		expect(serialOrder(other, one, 2)).toBe('undefined');
	});
});

describe('RFC 1982 §5.2, SERIAL_BITS 8', () => {
	it.each([
		[1, 0],
		[44, 0],
		[100, 0],
		[100, 44],
		[200, 100],
		[255, 200],
		[0, 255],
		[100, 255],
		[0, 200],
		[44, 200],
	])('%i is greater than %i', (greater, less) => {
		expect(serialOrder(greater, less, 8)).toBe('greater');
		expect(serialOrder(less, greater, 8)).toBe('less');
	});
});

describe('the serials of zones, 32 bits', () => {
	it('wraps around', () => {
		expect(serialOrder(0, 4_294_967_295)).toBe('greater');
		expect(serialOrder(2_026_010_101, 2_026_010_100)).toBe('greater');
		expect(serialOrder(7, 7)).toBe('equal');
	});

	it('has no order half the circle apart', () => {
		expect(serialOrder(0, 2_147_483_648)).toBe('undefined');
		expect(serialOrder(0, 2_147_483_647)).toBe('less');
		expect(serialOrder(0, 2_147_483_649)).toBe('greater');
	});

	it('finds the newest across the wrap', () => {
		expect(newestSerial([4_294_967_290, 3, 4_294_967_295])).toBe(3);
		expect(newestSerial([5])).toBe(5);
		expect(newestSerial([])).toBeNull();
	});
});
