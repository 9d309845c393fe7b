import { describe, expect, it } from 'vitest';
import {
	BadScenario,
	escapingFor,
	fillIn,
	memberAt,
	placeholdersIn,
} from '../../../src/net/load/fill-in.ts';

const values = new Map([
	['PASSWORD', 'a"b\\c&d=é'],
	['account.email', 'ann+1@example.test'],
]);
const text = `{"p":"\${PASSWORD}"}`;

describe('placeholders', () => {
	it('are filled in as the place wants it', () => {
		expect(JSON.parse(fillIn(text, values, 'json'))).toEqual({ p: 'a"b\\c&d=é' });
		const form = fillIn(`e=\${account.email}&p=\${PASSWORD}`, values, 'form');
		expect([...new URLSearchParams(form)]).toEqual([
			['e', 'ann+1@example.test'],
			['p', 'a"b\\c&d=é'],
		]);
		expect(fillIn(text, values)).toBe('{"p":"a"b\\c&d=é"}');
	});

	it('without a value are refused by name alone', () => {
		expect(() => fillIn(`\${PASSWORD} \${OTHER}`, values)).toThrow(BadScenario);
		expect(() => fillIn(`\${PASSWORD} \${OTHER}`, values)).toThrow(/^(?!.*a"b).*OTHER/);
	});

	it('are named once each, and told by the content type', () => {
		expect(placeholdersIn(`\${A}\${B}\${A}$C`)).toEqual(['A', 'B']);
		expect(escapingFor([['content-type', 'application/json; charset=utf-8']])).toBe('json');
		expect(escapingFor([['Content-Type', 'application/x-www-form-urlencoded']])).toBe('form');
		expect(escapingFor([['Accept', 'application/json']])).toBe('none');
	});
});

describe('a member', () => {
	it('is found by its path, and nothing else is', () => {
		const json = '{"data":{"token":"t","n":5,"list":["x"]}}';
		expect(memberAt(json, 'data.token')).toBe('t');
		expect(memberAt(json, 'data.n')).toBe('5');
		expect(memberAt(json, 'data.list.0')).toBe('x');
		expect(memberAt(json, 'data')).toBeNull();
		expect(memberAt(json, 'data.constructor')).toBeNull();
		expect(memberAt('<html>', 'data.token')).toBeNull();
	});
});
