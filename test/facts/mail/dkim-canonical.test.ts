import { describe, expect, it } from 'vitest';
import { canonicalBody, canonicalHeader } from '../../../src/facts/mail/dkim-canonical.ts';

describe('the examples of RFC 6376 §3.4.5', () => {
	const [a, b] = ['A: X\r\n', 'B : Y\t\r\n\tZ  \r\n'];
	const body = ' C \r\nD \t E\r\n\r\n\r\n';

	it('relaxed', () => {
		expect(canonicalHeader(a, 'relaxed')).toBe('a:X');
		expect(canonicalHeader(b, 'relaxed')).toBe('b:Y Z');
		expect(canonicalBody(body, 'relaxed')).toBe(' C\r\nD E\r\n');
	});

	it('simple', () => {
		expect(canonicalHeader(a, 'simple')).toBe('A: X');
		expect(canonicalHeader(b, 'simple')).toBe('B : Y\t\r\n\tZ  ');
		expect(canonicalBody(body, 'simple')).toBe(' C \r\nD \t E\r\n');
	});
});

describe('bodies without an end', () => {
	it.each([
		['', 'simple', '\r\n'],
		['', 'relaxed', ''],
		['\r\n\r\n', 'simple', '\r\n'],
		['\r\n\r\n', 'relaxed', ''],
		[' \t\r\n', 'relaxed', ''],
		['a', 'simple', 'a\r\n'],
		['a ', 'relaxed', 'a\r\n'],
		['\r\na', 'simple', '\r\na\r\n'],
	] as const)('%j %s is %j (RFC 6376 §3.4.3, §3.4.4)', (body, form, wanted) => {
		expect(canonicalBody(body, form)).toBe(wanted);
	});
});
