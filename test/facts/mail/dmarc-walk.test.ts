import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import {
	effectiveRecord,
	isDmarcText,
	isMisspeltDmarc,
	parseDmarc,
	validValue,
} from '../../../src/facts/mail/dmarc-record.ts';
import { discoverDmarc, treeWalkNames, walkDmarc } from '../../../src/facts/mail/dmarc-walk.ts';
import { cpuMs } from '../../cpu-time.ts';

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
	['mailto:d@example.com', null, true],
	['MAILTO:d@example.com', null, true],
	['mailto:d%2Cx%21@example.com', null, true],
	['mailto:d@example.com?subject=x', null, true],
	['mailto:d@example.com!10m', null, true],
	['mailto:d@example.com!10', null, true],
	['mailto:d@localhost', 'is no mail address', true],
	['https://example.com/d', null, true],
	['ftp://example.com/d', 'does not start with mailto:', true],
	['mailtto:d@example.com', 'does not start with mailto:', true],
	['d@example.com', 'does not start with mailto:', false],
	['mailto:d @example.com', 'contains a space', false],
	['mailto:example.com', 'is no mail address', false],
	['mailto:d@a@example.com', 'is no mail address', false],
	['mailto:@example.com', 'is no mail address', false],
	['mailto:d!x@example.com', 'contains a raw exclamation mark', false],
	['mailto:d@example.com!10x', 'contains a raw exclamation mark', false],
	['mailto:d%zz@example.com', 'has a "%" without two hex digits', false],
	['mailto:<d@example.com>', 'has a character that must be percent-encoded', false],
	['mailto:d\u00fc@example.com', 'has a character that must be percent-encoded', false],
	['mailto:', 'is no mail address', false],
])('rua=%s: %s, a URI %s (RFC 9989 §4.8)', (uri, fault, isUri) => {
	expect(parseDmarc(`v=DMARC1; p=none; rua=${uri}`).rua).toMatchObject([{ fault, isUri }]);
});

it('reads a list of addresses with white space around its commas (RFC 9989 §4.8)', () => {
	const { rua } = parseDmarc('v=DMARC1; rua=mailto:a@example.com ,\tmailto:b@example.com,');
	expect(rua.map(({ host, fault }) => host ?? fault)).toEqual([
		'example.com',
		'example.com',
		'is empty',
	]);
});

describe('the tag list (RFC 9989 §4.8, RFC 6376 §3.2)', () => {
	it.each([
		['v=DMARC1;p=none;', ['v', 'p'], []],
		['v=DMARC1 ; p = none ;\trua\t=\tmailto:d@example.com', ['v', 'p', 'rua'], []],
		['v=DMARC1;; ;p=none', ['v', 'p'], []],
		['v=DMARC1; P=none; SP=reject', ['v', 'p', 'sp'], []],
		['v=DMARC1; p', ['v'], ['p']],
		['v=DMARC1; =none', ['v'], ['=none']],
		['v=DMARC1; p-x=none', ['v'], ['p-x=none']],
		['v=DMARC1; p none', ['v'], ['p none']],
		['v=DMARC1; a=b=c', ['v', 'a'], []],
		['v=DMARC1; \np=none', ['v'], ['\np=none']],
	])('%j', (text, names, malformed) => {
		const record = parseDmarc(text);
		expect(record.tags.map(({ name }) => name)).toEqual(names);
		expect(record.malformed).toEqual(malformed);
	});
	it.each([
		['p=reject', true],
		['p=REJECT', true],
		['p=rejected', false],
		['p=', false],
		['p=reject\u00a0', false],
		['p=reject\n', false],
		['sp=none', true],
		['sp=0', false],
		['np=quarantine', true],
		['adkim=S', true],
		['adkim=strict', false],
		['aspf=r', true],
		['aspf=r s', false],
		['fo=0', true],
		['fo=1:d:s', true],
		['fo=1 : D', true],
		['fo=2', false],
		['fo=1,d', false],
		['fo=1:', false],
		['psd=u', true],
		['psd=yes', false],
		['t=Y', true],
		['t=1', false],
		['pct=100', true],
		['pct=101', false],
		['ri=86400', true],
		['rf=afrf', true],
		['rua=mailto:\u0001', false],
	])('%j is valid: %s', (tag, isValid) => {
		expect(parseDmarc(`v=DMARC1; ${tag}`).invalid).toHaveLength(isValid ? 0 : 1);
	});
	it('names every tag that is given again, and takes the first', () => {
		const record = parseDmarc('v=DMARC1; p=none; adkim=s; ADKIM=r; p=none; v=DMARC1');
		expect(record.duplicates).toEqual(['adkim', 'p', 'v']);
		expect(validValue(record, 'adkim')).toBe('s');
	});
});

describe('consent of a host outside (RFC 9990)', () => {
	const CONSENT = 'example.com._report._dmarc.reports.test TXT';
	const OUTSIDE = at('example.com', 'v=DMARC1; p=none; rua=mailto:d@reports.test');
	const consent = (...zones: Zone[]) => {
		const zone = Object.assign({}, ...zones);
		const [found] = discoverDmarc('example.com', inZone(zone)).destinations;
		return found?.authorised;
	};

	it('is asked for outside the organizational domain alone', () => {
		const zone = at(
			'example.com',
			'v=DMARC1; p=none; rua=mailto:a@mail.example.com,mailto:b@reports.test',
		);
		const found = discoverDmarc('example.com', inZone(zone)).destinations;
		expect(found.map(({ authorisation, authorised }) => [authorisation, authorised])).toEqual([
			[null, 'yes'],
			['example.com._report._dmarc.reports.test', 'no'],
		]);
	});
	it('is asked for by the tree walk: below a psd=n the parent is outside', () => {
		const zone = {
			...at('mail.example.com', 'v=DMARC1; p=none; psd=n; rua=mailto:d@example.com'),
			...at('example.com', 'v=DMARC1; p=none'),
		};
		const [found] = discoverDmarc('mail.example.com', inZone(zone)).destinations;
		expect(found?.authorisation).toBe('mail.example.com._report._dmarc.example.com');
	});
	it.each([
		['no record', {}, 'no'],
		['v=DMARC1', { [CONSENT]: ['v=DMARC1'] }, 'yes'],
		['v=DMARC1;', { [CONSENT]: ['v=DMARC1;'] }, 'yes'],
		['a whole policy', { [CONSENT]: ['v=DMARC1; p=none; foo=bar'] }, 'yes'],
		['one of several', { [CONSENT]: ['hello', 'v=DMARC1', 'v=DMARC1; p=none'] }, 'yes'],
		['strings that join', { [CONSENT]: [['v=DM', 'ARC1']] }, 'yes'],
		['v=dmarc1', { [CONSENT]: ['v=dmarc1'] }, 'no'],
		['v not first', { [CONSENT]: ['p=none; v=DMARC1'] }, 'no'],
		['something else', { [CONSENT]: ['yes'] }, 'no'],
		['a wildcard', { '*._report._dmarc.reports.test TXT': ['v=DMARC1'] }, 'yes'],
		[
			'an alias',
			{ 'example.com._report._dmarc.reports.test CNAME': ['y.test'], 'y.test TXT': ['v=DMARC1'] },
			'yes',
		],
		['a server that fails', { [CONSENT]: 'servfail' }, 'failed'],
		['another address of its own', { [CONSENT]: ['v=DMARC1; rua=mailto:x@reports.test'] }, 'yes'],
		[
			'an address elsewhere',
			{ [CONSENT]: ['v=DMARC1; rua=mailto:x@other.test'] },
			'sent-elsewhere',
		],
		[
			'an address at its parent',
			{ [CONSENT]: ['v=DMARC1; rua=mailto:x@test.test'] },
			'sent-elsewhere',
		],
	] as [string, Zone, string][])('by %s', (_, zone, wanted) => {
		expect(consent(OUTSIDE, zone)).toBe(wanted);
	});
	it('cannot be given under a name longer than DNS allows', () => {
		const host = `${Array.from({ length: 60 }, () => 'abc').join('.')}.test`;
		const long = at('example.com', `v=DMARC1; p=none; rua=mailto:d@${host}`);
		expect(host.length).toBeLessThan(253);
		expect(consent(long)).toBe('too-long');
	});
	it('is unknown where the organizational domain of the host is', () => {
		expect(consent(OUTSIDE, { '_dmarc.reports.test TXT': 'servfail' })).toBe('failed');
	});
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
		const started = cpuMs();
		parseDmarc(`v=DMARC1; ${piece.repeat(20_000)}`);
		isMisspeltDmarc(piece.repeat(20_000));
		expect(cpuMs() - started).toBeLessThan(1_000);
	},
);
