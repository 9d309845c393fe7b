import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	cyclesOf,
	endOf,
	RUNTIMES,
	type Runtime,
	recommended,
} from '../../../src/facts/deploy/runtime-calendar.ts';
import { linesAllowed } from '../../../src/facts/deploy/runtime-version.ts';

test.each<[Runtime, string, readonly string[], boolean]>([
	['node', '22', ['22'], false],
	['node', 'v22.11.0', ['22'], false],
	['node', 'lts/jod', ['22'], false],
	['node', 'iron', ['20'], false],
	['node', '22.x', ['22'], false],
	['node', '^22.1.0', ['22'], false],
	['node', '>=24.1', ['24', '25', '26', '27'], true],
	['node', '18 || 20', ['18', '20'], false],
	['node', '>=20.5 <22.4', ['20', '21', '22'], false],
	['node', '20.11.1 || 24.0.0', ['20', '24'], false],
	['python', '3.12', ['3.12'], false],
	['python', 'python-3.12.4', ['3.12'], false],
	['python', '>=3.12,<3.14', ['3.12', '3.13'], false],
	['python', '==3.13.*', ['3.13'], false],
	['ruby', 'ruby-3.3.5', ['3.3'], false],
	['ruby', '~> 3.3.0', ['3.3'], false],
	['php', '~8.3.0', ['8.3'], false],
	['php', '^8.3', ['8.3', '8.4', '8.5'], false],
	['php', '^7.4|^8.5', ['7.4', '8.5'], false],
	['go', '1.25.1', ['1.25'], false],
])('%s %s', (runtime, written, cycles, isOpen) => {
	expect(linesAllowed(runtime, written)).toEqual({ cycles, isOpen });
});

test.each<[Runtime, string]>([
	['node', 'lts/*'],
	['node', 'latest'],
	['node', 'node'],
	['node', ''],
	['node', '*'.repeat(1)],
	['python', 'pypy3.9'],
	['php', '$PHP'],
])('%s "%s" names none, or all', (runtime, written) => {
	const found = linesAllowed(runtime, written);
	expect(found === null || (found.isOpen && found.cycles.length > 10)).toBe(true);
});

test('it never throws', () => {
	fc.assert(
		fc.property(fc.constantFrom(...RUNTIMES), fc.string(), (runtime, text) => {
			const found = linesAllowed(runtime, text);
			return found === null || Array.isArray(found.cycles);
		}),
	);
});

test('the calendar: in order, with dates, and something to recommend on any day of it', () => {
	for (const runtime of RUNTIMES) {
		const cycles = cyclesOf(runtime);
		expect(cycles.length).toBeGreaterThan(7);
		for (const cycle of cycles) {
			expect(endOf(runtime, cycle) ?? '2000-01-01').toMatch(/^\d{4}-\d{2}-\d{2}$/);
		}
	}
	expect(endOf('node', '18')).toBe('2025-04-30');
	expect(endOf('node', '3')).toBe('2018-04-30');
	expect(endOf('node', '99')).toBeNull();
	expect(endOf('python', '3.9')).toBe('2025-10-31');
	expect(recommended('node', '2026-05-01')?.cycle).toBe('24');
	expect(recommended('node', '2025-10-27')?.cycle).toBe('22');
	expect(recommended('python', '2026-05-01')?.cycle).toBe('3.14');
	expect(recommended('go', '2026-05-01')).toBeNull();
});
