import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import {
	effectiveRecord,
	isDmarcText,
	isMisspeltDmarc,
	parseDmarc,
} from '../../../src/facts/mail/dmarc-record.ts';
import { discoverDmarc, treeWalkNames, walkDmarc } from '../../../src/facts/mail/dmarc-walk.ts';

describe('the tree walk (RFC 9989 §4.10)', () => {
	it('asks every name up to the top', () => {
		expect(treeWalkNames('a.mail.example.com')).toEqual([
			'a.mail.example.com',
			'mail.example.com',
			'example.com',
			'com',
		]);
	});
	it.each([
		['a.b.c.d.e.f.g', 7, 'b.c.d.e.f.g'],
		['a.b.c.d.e.f.g.h', 8, 'b.c.d.e.f.g.h'],
		['a.b.c.d.e.f.g.h.i.j.mail.example.com', 8, 'g.h.i.j.mail.example.com'],
	])('asks at most eight questions for %s', (name, count, second) => {
		expect(treeWalkNames(name)).toHaveLength(count);
		expect(treeWalkNames(name)[1]).toBe(second);
	});
});

const at = (name: string, text: string): Zone => ({ [`_dmarc.${name} TXT`]: [text] });
const walk = (name: string, ...zones: Zone[]) =>
	walkDmarc(name, inZone(Object.assign({}, ...zones)));

describe('the organizational domain (RFC 9989 §4.10.2)', () => {
	it.each([
		[
			'the fewest labels',
			'a.mail.example.com',
			[at('mail.example.com', 'v=DMARC1; p=none'), at('example.com', 'v=DMARC1; p=reject')],
			'example.com',
		],
		[
			'psd=n',
			'a.mail.example.com',
			[at('mail.example.com', 'v=DMARC1; p=none; psd=n'), at('example.com', 'v=DMARC1; p=reject')],
			'mail.example.com',
		],
		[
			'one label below psd=y',
			'a.example.bank.test',
			[at('bank.test', 'v=DMARC1; p=reject; psd=y')],
			'example.bank.test',
		],
		[
			'psd=y at the start counts for nothing',
			'example.com',
			[at('example.com', 'v=DMARC1; p=reject; psd=y')],
			'example.com',
		],
		['no record at all', 'mail.example.com', [], 'mail.example.com'],
	] as [string, string, Zone[], string][])('is found by %s', (_, name, zones, wanted) => {
		expect(walk(name, ...zones).organizational).toBe(wanted);
	});
});

describe('the policy (RFC 9989 §4.10.1)', () => {
	it('is the own record, whatever stands above', () => {
		const found = walk(
			'mail.example.com',
			at('mail.example.com', 'v=DMARC1; p=none'),
			at('example.com', 'v=DMARC1; p=reject'),
		);
		expect(found.policy).toMatchObject({ from: 'mail.example.com', policy: 'none' });
	});
	it("is the organizational domain's sp, not a middle record's", () => {
		const found = walk(
			'a.mail.example.com',
			at('mail.example.com', 'v=DMARC1; p=none'),
			at('example.com', 'v=DMARC1; p=none; sp=reject'),
		);
		expect(found.policy).toMatchObject({ from: 'example.com', policy: 'reject' });
	});
	it("is the public suffix operator's, where nobody else has one", () => {
		const found = walk('example.bank.test', at('bank.test', 'v=DMARC1; p=reject; psd=y'));
		expect(found.policy).toMatchObject({ from: 'bank.test', policy: 'reject' });
	});
	it('ignores several records at one name, and walks on', () => {
		const two = { '_dmarc.mail.example.com TXT': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] };
		const found = walk('mail.example.com', two, at('example.com', 'v=DMARC1; p=quarantine'));
		expect(found.policy).toMatchObject({ from: 'example.com', policy: 'quarantine' });
	});
	it('is unknown where a name that decides gives no answer', () => {
		const broken: Zone = { '_dmarc.com TXT': 'servfail' };
		expect(walk('mail.example.com', broken)).toMatchObject({ organizational: null, policy: null });
		expect(walk('mail.example.com', broken).failed).toHaveLength(1);
		expect(
			walk('mail.example.com', broken, at('mail.example.com', 'v=DMARC1; p=none')).failed,
		).toEqual([]);
	});
	it.each([
		['a valid p', 'v=DMARC1; p=reject', 'reject'],
		['no p, with rua', 'v=DMARC1; rua=mailto:d@example.com', 'none'],
		['no p, without rua', 'v=DMARC1;', null],
		['an invalid p, with rua', 'v=DMARC1; p=block; rua=mailto:d@example.com', 'none'],
		['an invalid sp, without rua', 'v=DMARC1; p=reject; sp=block', null],
		['an invalid np, with rua', 'v=DMARC1; p=reject; np=x; rua=mailto:d@example.com', 'none'],
		['an unusable rua', 'v=DMARC1; rua=d@example.com', null],
	])('of %s is applied', (_, text, wanted) => {
		expect(effectiveRecord(parseDmarc(text))?.p ?? null).toBe(wanted);
	});
});

it.each([
	['v=DMARC1', true, false],
	['v=DMARC1;p=none', true, false],
	['v = DMARC1 ; p=none', true, false],
	['v=DMARC1 p=none', false, true],
	['v=dmarc1; p=none', false, true],
	['V=DMARC1; p=none', true, false],
	[' v=DMARC1; p=none', false, true],
	['v=DMARC2; p=none', false, true],
	['p=none; v=DMARC1', false, true],
	['v=spf1 -all', false, false],
	['hello', false, false],
])('%s: a record %s, meant as one %s (RFC 9989 §4.7)', (text, is, meant) => {
	expect([isDmarcText(text), isMisspeltDmarc(text)]).toEqual([is, meant]);
});

it.each([
	['mailto:d@example.com', null],
	['mailto:d%2Cx@example.com', null],
	['mailto:d@example.com?subject=x', null],
	['d@example.com', 'does not start with mailto:'],
	['mailto:d example.com', 'contains a space'],
	['mailto:example.com', 'is no mail address'],
	['mailto:d!x@example.com', 'contains a raw exclamation mark'],
	['mailto:', 'is no mail address'],
])('rua=%s: %s (RFC 9989 §4.8)', (uri, fault) => {
	expect(parseDmarc(`v=DMARC1; p=none; rua=${uri}`).rua[0]?.fault).toBe(fault);
});

it('asks a host outside for its consent, and none inside (RFC 9990)', () => {
	const zone = {
		...at('example.com', 'v=DMARC1; p=none; rua=mailto:a@mail.example.com,mailto:b@reports.test'),
	};
	const found = discoverDmarc('example.com', inZone(zone)).destinations;
	expect(found.map(({ authorisation, authorised }) => [authorisation, authorised])).toEqual([
		[null, 'yes'],
		['example.com._report._dmarc.reports.test', 'no'],
	]);
});

it('never throws on any record', () => {
	const part = fc.oneof(
		fc.constantFrom('v=DMARC1', 'p=reject', 'sp=', 'rua=mailto:', '@', '!10m', ',', ';', '='),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
			const text = `v=DMARC1; ${parts.join('')}`;
			const record = parseDmarc(text);
			effectiveRecord(record);
			isMisspeltDmarc(parts.join(''));
			for (const { name, position } of record.tags) {
				expect(text.slice(position).toLowerCase().startsWith(name)).toBe(true);
			}
		}),
		{ numRuns: 2_000 },
	);
});

it.each(['a=;', 'rua=mailto:a@b.c,', ' ', '!1', 'fo=1:'])(
	'takes time in proportion to a record of repeated "%s"',
	(piece) => {
		const started = performance.now();
		parseDmarc(`v=DMARC1; ${piece.repeat(20_000)}`);
		isMisspeltDmarc(piece.repeat(20_000));
		expect(performance.now() - started).toBeLessThan(1_000);
	},
);
