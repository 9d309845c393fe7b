import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpf, type SpfFault } from '../../../src/facts/mail/spf-record.ts';
import { edited, mergedRecord, repaired } from '../../../src/facts/mail/spf-repair.ts';
import { misspeltVersion } from '../../../src/facts/mail/spf-version.ts';
import { cpuMs } from '../../cpu-time.ts';

const faultsOf = (text: string, joints: number[] = []) => parseSpf({ text, joints }).faults;
const rulesOf = (text: string) => faultsOf(text).map(({ rule }) => rule);

describe('the grammar of RFC 7208', () => {
	it.each([
		['§4.5 version alone', 'v=spf1'],
		['§4.5 version in capitals', 'V=SPF1 -ALL'],
		['§4.6.1 several spaces between terms and at the end', 'v=spf1  mx   -all  '],
		['§5.1 every qualifier', 'v=spf1 +mx ?a ~ptr -all'],
		['§5.2 include', 'v=spf1 include:_spf.example.com -all'],
		['§5.2 a name with underscores and a final dot', 'v=spf1 include:_a.example.com. -all'],
		['§5.3 a with both prefix lengths', 'v=spf1 a:example.com/24//64 a/0//0 a//128 -all'],
		['§5.3 a slash inside the domain', 'v=spf1 a:foo:bar/baz.example.com -all'],
		['§5.4 mx with a domain', 'v=spf1 mx:example.com mx/28 -all'],
		['§5.5 ptr', 'v=spf1 ptr ptr:example.com -all'],
		['§5.6 networks', 'v=spf1 ip4:192.0.2.0/24 ip4:0.0.0.0/0 ip6:2001:db8::/32 ip6:::1 -all'],
		['§5.6 IPv4 inside IPv6', 'v=spf1 ip6:::ffff:192.0.2.1/128 -all'],
		['§5.7 exists with macros', 'v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all'],
		['§6 unknown modifiers are ignored', 'v=spf1 moo=cow ra=postmaster -all'],
		['§6.1 redirect', 'v=spf1 redirect=_spf.example.com'],
		['§6.2 exp', 'v=spf1 -all exp=explain._spf.%{d}'],
		['§7.1 every transformer', 'v=spf1 exists:%{L3r-.+,/_=}.example.com -all'],
		['§7.1 escapes', 'v=spf1 exists:%%%_%-.example.com exists:example.%% -all'],
		['§7.1 a domain-spec that ends in a macro', 'v=spf1 include:%{d} -all'],
		['§7.1 a top label with a hyphen', 'v=spf1 a:example.1-2 -all'],
		['§12 a name that begins like a mechanism', 'v=spf1 include:all.example.com -all'],
	])('accepts %s', (_, text) => {
		expect(faultsOf(text)).toEqual([]);
	});

	it.each([
		['§4.6.1 an unknown mechanism', 'v=spf1 foo -all', 'syntax', 8],
		['§5.1 all with an argument', 'v=spf1 -all:example.com', 'syntax', 8],
		['§5.2 include without a domain', 'v=spf1 include -all', 'syntax', 8],
		['§5.2 include with an empty domain', 'v=spf1 include: -all', 'syntax', 16],
		['§5.3 an all-digit top label', 'v=spf1 a:192.0.2.1 -all', 'syntax', 18],
		['§5.3 a bare top-level domain', 'v=spf1 a:museum -all', 'syntax', 10],
		['§5.3 the same with a dot', 'v=spf1 a:museum. -all', 'syntax', 10],
		['§5.3 an empty prefix length', 'v=spf1 a/ -all', 'ip-invalid', 8],
		['§5.3 a prefix length of 33', 'v=spf1 a/33 -all', 'ip-invalid', 8],
		['§5.3 a prefix length of 129', 'v=spf1 mx//129 -all', 'ip-invalid', 8],
		['§5.5 ptr with a prefix length', 'v=spf1 ptr/24 -all', 'syntax', 8],
		['§5.6 three numbers', 'v=spf1 ip4:192.0.2 -all', 'ip-invalid', 8],
		['§5.6 a number above 255', 'v=spf1 ip4:192.0.2.256 -all', 'ip-invalid', 8],
		['§5.6 a leading zero', 'v=spf1 ip4:192.0.02.1 -all', 'ip-invalid', 8],
		['§5.6 a prefix too long', 'v=spf1 ip4:192.0.2.1/33 -all', 'ip-invalid', 8],
		['§5.6 a prefix with a leading zero', 'v=spf1 ip4:192.0.2.1/024 -all', 'ip-invalid', 8],
		['§5.6 the other family', 'v=spf1 ip4:2001:db8::1 -all', 'ip-invalid', 8],
		['§5.6 a zone', 'v=spf1 ip6:fe80::1%25eth0 -all', 'ip-invalid', 8],
		['§6 a qualifier before a modifier', 'v=spf1 -redirect=example.com', 'syntax', 8],
		['§6 redirect twice', 'v=spf1 redirect=a.example redirect=b.example', 'modifier-twice', 27],
		['§6.1 redirect without a domain', 'v=spf1 redirect=', 'syntax', 17],
		['§7.1 a lone percent sign', 'v=spf1 exists:foo%bar.example.com -all', 'macro-syntax', 18],
		['§7.1 an unknown letter', 'v=spf1 exists:%{x}.example.com -all', 'macro-syntax', 15],
		['§7.1 zero labels', 'v=spf1 exists:%{d0}.example.com -all', 'macro-syntax', 15],
		['§7.1 an unclosed macro', 'v=spf1 exists:%{d.example.com -all', 'macro-syntax', 15],
		[
			'§7.2 a letter for explanations alone',
			'v=spf1 exists:%{t}.example.com -all',
			'macro-syntax',
			15,
		],
		['§3.1 a dash that is none', 'v=spf1 mx \u00e2\u0080\u0093all', 'non-ascii', 11],
		['§3.1 a tab', 'v=spf1 mx\t-all', 'non-ascii', 10],
	])('refuses %s', (_, text, rule, character) => {
		const [first] = faultsOf(text);
		expect(first).toMatchObject({ rule, position: character - 1 });
	});
});

describe('suggestions', () => {
	it.each([
		['v=spf1 ipv4:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
		['v=spf1 ip:192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
		['v=spf1 ip:2001:db8::1 -all', 'v=spf1 ip6:2001:db8::1 -all'],
		['v=spf1 includes:example.com -all', 'v=spf1 include:example.com -all'],
		['v=spf1 inlcude:example.com -all', 'v=spf1 include:example.com -all'],
		['v=spf1 mx. -all', 'v=spf1 mx -all'],
		['v=spf1 mx ~ all', 'v=spf1 mx ~all'],
		['v=spf1 a: mail.example.com -all', 'v=spf1 a:mail.example.com -all'],
		['v=spf1 ip4: 192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
		['v=spf1 redirect:example.com', 'v=spf1 redirect=example.com'],
		['v=spf1 mx -all;', 'v=spf1 mx -all'],
		['v=spf1 include:example.com, -all', 'v=spf1 include:example.com -all'],
		['v=spf1 192.0.2.1 -all', 'v=spf1 ip4:192.0.2.1 -all'],
		['v=spf1 _spf.example.com -all', 'v=spf1 include:_spf.example.com -all'],
		['v=spf1 include=example.com -all', 'v=spf1 include:example.com -all'],
		['v=spf1 ip4:2001:db8::1 -all', 'v=spf1 ip6:2001:db8::1 -all'],
		['v=spf1 ip4:192.0.2.7~all', 'v=spf1 ip4:192.0.2.7 ~all'],
		[
			'v=spf1 include:a.exampleinclude:b.example ~all',
			'v=spf1 include:a.example include:b.example ~all',
		],
	])('repairs %s', (text, wanted) => {
		expect(repaired(parseSpf({ text }))).toBe(wanted);
	});
});

describe('glued terms', () => {
	it('are found where strings join, and only where both halves are terms', () => {
		const glued = 'v=spf1 include:a.exampleinclude:b.example -all';
		expect(faultsOf(glued, [24])).toMatchObject([
			{ rule: 'glued-terms', position: 24 - 1 + 1, text: 'include:a.exampleinclude:b.example' },
		]);
		expect(faultsOf('v=spf1 include:_spf.example.com -all', [20])).toEqual([]);
		expect(faultsOf('v=spf1 include:spf.examplemx -all', [26])).toEqual([]);
	});
	it('are found without a joint where no domain could end so', () => {
		expect(rulesOf('v=spf1 include:spf.example.com-all')).toEqual(['glued-terms']);
		expect(rulesOf('v=spf1 ip4:192.0.2.1ip4:192.0.2.2 -all')).toEqual(['glued-terms']);
	});
});

it.each([
	['v=spf1; mx -all', 'v=spf1 mx -all'],
	['v=spf10 mx -all', 'v=spf1 mx -all'],
	['v=spf1include:a.example -all', 'v=spf1 include:a.example -all'],
	['spf1 mx -all', 'v=spf1 mx -all'],
	[' v=spf1 mx -all', 'v=spf1 mx -all'],
	['"v=spf1 mx -all"', 'v=spf1 mx -all'],
	['v = spf1 mx -all', 'v=spf1 mx -all'],
	['v=spf1\tmx -all', 'v=spf1 mx -all'],
])('%s was meant as SPF', (text, wanted) => {
	expect(misspeltVersion(text)).toBe(wanted);
});

it.each([
	'v=spf1',
	'v=spf1 -all',
	'spf2.0/pra -all',
	'google-site-verification=spf1',
	'v=DMARC1; p=none',
	'spf',
])('%s was not misspelt', (text) => {
	expect(misspeltVersion(text)).toBeNull();
});

it('merges several records into one, strict only where all were', () => {
	const read = (text: string) => parseSpf({ text });
	expect(mergedRecord([read('v=spf1 mx -all'), read('v=spf1 mx include:a.example -all')])).toBe(
		'v=spf1 mx include:a.example -all',
	);
	expect(mergedRecord([read('v=spf1 mx -all'), read('v=spf1 redirect=a.example')])).toBe(
		'v=spf1 mx include:a.example ~all',
	);
});

it('never throws, keeps its place, and repairs without leaving the text', () => {
	const word = fc.oneof(
		fc.constantFrom(
			'include:',
			'a',
			'mx/24',
			'ip4:192.0.2.1',
			'%{d}',
			'~',
			'all',
			'-all',
			'redirect=a.b',
			'%',
			'//',
		),
		fc.string({ maxLength: 12 }),
	);
	const text = fc.array(word, { maxLength: 12 }).map((words) => `v=spf1 ${words.join(' ')}`);
	fc.assert(
		fc.property(text, fc.array(fc.nat(80), { maxLength: 4 }), (record, joints) => {
			const { faults, terms } = parseSpf({ text: record, joints });
			for (const fault of faults as SpfFault[]) {
				expect(record.slice(fault.start, fault.start + 1)).toBe(fault.text.slice(0, 1));
				expect(fault.position).toBeGreaterThanOrEqual(fault.start);
				expect(fault.says).not.toMatch(/undefined|NaN/);
			}
			for (const term of terms) expect(record.slice(term.position)).toContain(term.text);
			expect(edited(record, []).startsWith('v=spf1')).toBe(true);
			repaired({ text: record, terms, faults });
		}),
		{ numRuns: 3_000 },
	);
});

it.each([
	['include:', 30_000],
	['%{', 30_000],
	['-all', 30_000],
	['a/', 30_000],
	['1.', 30_000],
	['v=spf1 ', 30_000],
	['~ ', 30_000],
])('takes time in proportion to a record of repeated "%s"', (piece, times) => {
	const started = cpuMs();
	parseSpf({ text: `v=spf1 ${piece.repeat(times)}` });
	misspeltVersion(piece.repeat(times));
	expect(cpuMs() - started).toBeLessThan(1_000);
});
