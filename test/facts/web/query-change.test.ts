import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCampaignParameter, queryChange, rawQuery } from '../../../src/facts/web/query-change.ts';

const ASKED = 'utm_source=a&gclid=b%20c&x=1&x=2';

describe('queryChange', () => {
	it.each([
		['as it was', ASKED],
		['a plus for the space', 'utm_source=a&gclid=b+c&x=1&x=2'],
		['other letters of an escape', 'utm_source=%61&gclid=b%20c&x=1&x=2'],
		['something added', `lang=en&${ASKED}&_v=2`],
		['whole in a parameter', `next=${encodeURIComponent(`/a?${ASKED}`)}`],
		[
			'whole in a parameter of a parameter',
			`u=${encodeURIComponent(`/in?next=${encodeURIComponent(`/a?${ASKED}`)}`)}`,
		],
	])('sees no change: %s', (_, got) => {
		expect(queryChange(ASKED, got)).toBeNull();
	});

	it.each([
		['nothing', '', 'lost', ['utm_source', 'gclid', 'x']],
		['one name less', 'gclid=b%20c&x=1&x=2', 'lost', ['utm_source']],
		['twice', `${ASKED}&${ASKED}`, 'doubled', ['utm_source', 'gclid', 'x']],
		['appended with a question mark', `${ASKED}?${ASKED}`, 'doubled', ['gclid']],
		['one of two values', 'utm_source=a&gclid=b%20c&x=2', 'merged', ['x']],
		['two values in one', 'utm_source=a&gclid=b%20c&x=1%2C2', 'changed', ['x']],
		['encoded twice', 'utm_source=a&gclid=b%2520c&x=1&x=2', 'changed', ['gclid']],
		['cut at the space', 'utm_source=a&gclid=b&x=1&x=2', 'changed', ['gclid']],
		['values swapped', 'utm_source=a&gclid=b%20c&x=2&x=1', 'reordered', ['x']],
		['names swapped', 'gclid=b%20c&utm_source=a&x=1&x=2', 'reordered', []],
		['a bare space', 'utm_source=a&gclid=b c&x=1&x=2', 'decoded', ['gclid']],
	])('names what happened: %s', (_, got, how, names) => {
		expect(queryChange(ASKED, got)).toMatchObject({ how, names: expect.arrayContaining(names) });
		if (how !== 'doubled') expect(queryChange(ASKED, got)?.names).toEqual(names);
	});

	const pair = fc.tuple(
		fc.constantFrom('a', 'b', 'utm_source', 'x y'),
		fc.string({ maxLength: 4 }),
	);
	const query = fc.array(pair, { maxLength: 5 });
	const text = (pairs: readonly (readonly [string, string])[]) =>
		new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();

	it('is silent about a query that arrives with more around it', () => {
		fc.assert(
			fc.property(query, query, (asked, more) => {
				const added = more.map(([name, value]) => [`+${name}`, value] as const);
				expect(queryChange(text(asked), text([...added, ...asked]))).toBeNull();
				expect(queryChange(text(asked), text([...asked, ...added]))).toBeNull();
			}),
		);
	});

	it('notices every pair that is taken away', () => {
		fc.assert(
			fc.property(query, fc.nat(), (asked, index) => {
				if (asked.length === 0) return;
				const left = asked.filter((_, at) => at !== index % asked.length);
				expect(queryChange(text(asked), text(left))).not.toBeNull();
			}),
		);
	});

	it('notices a query that is appended to itself', () => {
		fc.assert(
			fc.property(query, (asked) => {
				if (asked.length === 0) return;
				expect(queryChange(text(asked), text([...asked, ...asked]))?.how).toBe('doubled');
			}),
		);
	});

	it('never throws, and names only what was asked', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (asked, got) => {
				const names = new Set(new URLSearchParams(asked).keys());
				for (const name of queryChange(asked, got)?.names ?? []) expect(names).toContain(name);
				expect(queryChange('', got)).toBeNull();
			}),
		);
	});
});

it.each([
	['https://example.com/a?x=1#y', 'x=1'],
	['/a?x=b c', 'x=b c'],
	['?x', 'x'],
	['/a#?x=1', ''],
	['/a?x=1?y=2', 'x=1?y=2'],
	['', ''],
])('takes the query of %j as it is written', (url, query) => {
	expect(rawQuery(url)).toBe(query);
});

it.each([
	['utm_source', true],
	['UTM_CAMPAIGN', true],
	['gclid', true],
	['fbclid', true],
	['msclkid', true],
	['ref', true],
	['utm_', false],
	['referrer', false],
	['x', false],
])('knows whether %s is read by campaigns', (name, is) => {
	expect(isCampaignParameter(name)).toBe(is);
});
