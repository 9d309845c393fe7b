import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import {
	addressCount,
	costTree,
	lookupsOf,
	passesOf,
	voidsOf,
	widestV6,
} from '../../../src/facts/mail/spf-cost.ts';
import { isBroken, spfSays } from '../../../src/facts/mail/spf-health.ts';
import { nodesOf, walkSpf } from '../../../src/facts/mail/spf-walk.ts';
import { cpuMs } from '../../cpu-time.ts';

const walk = (zone: Zone) => walkSpf('example.com', inZone(zone));
const spf = (text: string): Zone => ({ 'example.com TXT': [text] });
const lookups = (zone: Zone) => lookupsOf(walk(zone).root);

describe('look-ups (RFC 7208 §4.6.4)', () => {
	it('counts include, a, mx, ptr, exists and redirect, and nothing else', () => {
		const text =
			'v=spf1 ip4:203.0.113.1 ip6:2001:db8::1 a mx ptr exists:%{i}.a.test include:b.test exp=c.test -all';
		expect(lookups(spf(text))).toBe(5);
		expect(lookups(spf('v=spf1 redirect=a.test'))).toBe(1);
	});
	it('counts what lies below, each time it is included', () => {
		const zone = {
			...spf('v=spf1 include:a.test include:b.test -all'),
			'a.test TXT': ['v=spf1 include:c.test mx -all'],
			'b.test TXT': ['v=spf1 include:c.test -all'],
			'c.test TXT': ['v=spf1 a -all'],
		};
		expect(lookups(zone)).toBe(7);
		expect(costTree(walk(zone).root)).toEqual([
			' 4 include:a.test',
			'   2 include:c.test',
			'     1 a',
			'   1 mx',
			' 3 include:b.test',
			'   2 include:c.test',
			'     1 a',
		]);
	});
	it('never stops at a match, but at all (§5.1)', () => {
		expect(lookups(spf('v=spf1 ip4:0.0.0.0/0 a mx -all'))).toBe(2);
		expect(lookups(spf('v=spf1 a -all mx'))).toBe(1);
	});
	it('ignores a redirect where all stands anywhere (§6.1)', () => {
		expect(lookups(spf('v=spf1 redirect=a.test -all'))).toBe(0);
	});
	it('follows %{d} and no macro that needs the message', () => {
		const zone = {
			...spf('v=spf1 include:_spf.%{d} include:%{l}.a.test -all'),
			'_spf.example.com TXT': ['v=spf1 a -all'],
		};
		expect(lookups(zone)).toBe(3);
	});
});

describe('void look-ups (RFC 7208 §4.6.4)', () => {
	it('counts NXDOMAIN and no data alike, by the family of the client', () => {
		const zone: Zone = {
			...spf('v=spf1 a:gone.test a:v4.test a:v6.test mx:text.test exists:gone.test -all'),
			'v4.test A': ['203.0.113.1'],
			'v6.test AAAA': ['2001:db8::1'],
			'text.test TXT': ['hello'],
		};
		expect(voidsOf(walk(zone)).map(({ term, clients }) => [term, clients])).toEqual([
			['a:gone.test', 'all'],
			['a:v4.test', 'IPv6'],
			['a:v6.test', 'IPv4'],
			['mx:text.test', 'all'],
			['exists:gone.test', 'all'],
		]);
	});
});

describe('who passes', () => {
	it('unites overlapping and touching networks', () => {
		const { root } = walk(spf('v=spf1 ip4:15.0.0.0/9 ip4:15.128.0.0/9 ip4:15.1.0.0/16 -all'));
		expect(passesOf(root).v4).toHaveLength(1);
		expect(addressCount(passesOf(root))).toBe(2 ** 24);
	});
	it('leaves out terms that do not pass, here and in includes', () => {
		const zone = {
			...spf('v=spf1 -ip4:203.0.113.1 ?include:a.test ~all'),
			'a.test TXT': ['v=spf1 +all'],
		};
		expect(passesOf(walk(zone).root)).toMatchObject({ v4: [], everyone: [] });
	});
	it('finds everybody in ::/0, 0/0 and in an include', () => {
		expect(addressCount(passesOf(walk(spf('v=spf1 ip4:1.2.3.4/0 -all')).root))).toBeGreaterThan(
			2 ** 31,
		);
		expect(addressCount(passesOf(walk(spf('v=spf1 ip4:10.0.0.0/8 -all')).root))).toBe(0);
		expect(widestV6(passesOf(walk(spf('v=spf1 ip6:::/0 -all')).root))).toBe(0);
		const zone = { ...spf('v=spf1 include:a.test -all'), 'a.test TXT': ['v=spf1 all'] };
		expect(passesOf(walk(zone).root).everyone).toEqual([{ holder: 'a.test', term: 'all' }]);
	});
});

describe('a record that carries nothing', () => {
	it.each([
		['none', {}, true],
		['two', { 'example.com TXT': ['v=spf1 -all', 'v=spf1 mx -all'] }, true],
		['a fault', spf('v=spf1 foo -all'), true],
		['a fault below', { ...spf('v=spf1 include:a.test -all'), 'a.test TXT': ['v=spf1 foo'] }, true],
		['a loop', spf('v=spf1 include:example.com -all'), true],
		['a term without effect', spf('v=spf1 include=a.test -all'), false],
		['a broken target of a dead redirect', spf('v=spf1 redirect=gone.test -all'), false],
		['a server that fails', { 'example.com TXT': 'servfail' }, false],
		['a good record', spf('v=spf1 ip4:203.0.113.1 -all'), false],
	] as [string, Zone, boolean][])('%s', (_, zone, broken) => {
		expect(isBroken(walk(zone))).toBe(broken);
	});
});

it.each([
	['v=spf1 -all', 'nobody'],
	['v=spf1 -all exp=why.test', 'nobody'],
	['v=spf1 ~all', 'nobody'],
	['v=spf1 ?all', 'sends'],
	['v=spf1 mx -all', 'sends'],
	['v=spf1 redirect=a.test', 'sends'],
	['v=spf1 foo -all', 'sends'],
	['hello', 'silent'],
])('%s says %s', (text, says) => {
	expect(spfSays(walk(spf(text)))).toBe(says);
});

it('ends on hostile trees, whatever they include', () => {
	const names = ['example.com', 'a.test', 'b.test', 'c.test', 'd.test'];
	const term = fc.oneof(
		fc.constantFrom(...names).map((name) => `include:${name}`),
		fc.constantFrom(...names).map((name) => `redirect=${name}`),
		fc.constantFrom('a', 'mx', '-all', 'ip4:203.0.113.1', 'exists:%{i}.a.test', 'x'),
	);
	const record = fc.array(term, { maxLength: 6 }).map((terms) => `v=spf1 ${terms.join(' ')}`);
	const zone = fc.tuple(record, record, record, record, record);
	fc.assert(
		fc.property(zone, (records) => {
			const made = walk(
				Object.fromEntries(names.map((name, index) => [`${name} TXT`, [records[index] ?? '']])),
			);
			expect(nodesOf(made.root).length).toBeLessThan(2_000);
			expect(Number.isFinite(lookupsOf(made.root))).toBe(true);
			passesOf(made.root);
			voidsOf(made);
		}),
		{ numRuns: 300 },
	);
});

it('walks a tree that doubles at every level in bounded time', () => {
	const zone: Record<string, string[]> = {};
	for (let level = 0; level < 40; level += 1) {
		const next = `include:l${level + 1}.test`;
		zone[`l${level}.test TXT`] = [`v=spf1 ${next} ${next}x ${next} -all`];
	}
	const started = cpuMs();
	const made = walkSpf('l0.test', inZone(zone));
	expect(lookupsOf(made.root)).toBeGreaterThan(10);
	expect(cpuMs() - started).toBeLessThan(1_000);
});

describe('a tree of records as large as DNS carries', () => {
	const filler = 'ip6:2001:db8::1 '.repeat(3_800);
	const tree: Record<string, string[]> = { 'example.com TXT': ['v=spf1 include:n0.test -all'] };
	for (let index = 0; index < 100; index += 1) {
		tree[`n${index}.test TXT`] = [`v=spf1 include:n${index + 1}.test ${filler}-all`];
	}

	it('is walked in bounded time, as often as it is asked for', () => {
		const ask = inZone(tree);
		const started = cpuMs();
		for (let round = 0; round < 24; round += 1) walkSpf('example.com', ask);
		expect(cpuMs() - started).toBeLessThan(5_000);
	});

	it('says what was not followed, and neither judges nor trips over it', () => {
		const made = walk(tree);
		expect(made.failed).toEqual([
			'n1.test TXT: not followed, the tree has more than 64 KiB of records',
		]);
		expect(isBroken(made)).toBe(false);
		expect(widestV6(passesOf(made.root))).toBe(128);
	});
});
