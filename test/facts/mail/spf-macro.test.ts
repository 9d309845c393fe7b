import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFamily } from '../../../src/facts/mail/spf-address.ts';
import { isInNetwork, spfClient } from '../../../src/facts/mail/spf-client.ts';
import {
	expandedName,
	expandedText,
	fixedName,
	parseDomainSpec,
	parseMacros,
} from '../../../src/facts/mail/spf-macro.ts';
import { cpuMs } from '../../cpu-time.ts';

/** RFC 7208 §7.4. */
const VALUES: Readonly<Record<string, string>> = {
	s: 'strong-bad@email.example.com',
	l: 'strong-bad',
	o: 'email.example.com',
	d: 'email.example.com',
	i: '192.0.2.3',
	v: 'in-addr',
	h: 'mx.example.org',
};

function expand(text: string, values = VALUES): string | null {
	const parts = parseMacros(text);
	if ('offset' in parts) throw new Error(parts.says);
	return expandedName({ text, parts }, (letter) => values[letter] ?? null);
}

describe('macros (RFC 7208 §7)', () => {
	it.each([
		['%{s}', 'strong-bad@email.example.com'],
		['%{o}', 'email.example.com'],
		['%{d}', 'email.example.com'],
		['%{d4}', 'email.example.com'],
		['%{d3}', 'email.example.com'],
		['%{d2}', 'example.com'],
		['%{d1}', 'com'],
		['%{dr}', 'com.example.email'],
		['%{d2r}', 'example.email'],
		['%{l}', 'strong-bad'],
		['%{l-}', 'strong.bad'],
		['%{lr}', 'strong-bad'],
		['%{lr-}', 'bad.strong'],
		['%{l1r-}', 'strong'],
		['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
		['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
		['%{lr-}.lp.%{ir}.%{v}._spf.%{d2}', 'bad.strong.lp.3.2.0.192.in-addr._spf.example.com'],
		['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
		['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
	])('§7.4: %s is %s', (text, name) => {
		expect(expand(text)).toBe(name);
	});

	it('§7.4: writes an IPv6 address in dots', () => {
		const client = spfClient('2001:db8::cb01');
		const values = { ...VALUES, i: client?.dotted ?? '', v: 'ip6' };
		expect(expand('%{ir}.%{v}._spf.%{d2}', values)).toBe(
			'1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
		);
	});

	it.each([
		['%%.%_.%-.example.com', '%. .%20.example.com'],
		['%{D2R}.x.com', 'example.email.x.com'],
		['%{d127}', 'email.example.com'],
		['%{S}.example.com', 'strong-bad%40email.example.com.example.com'],
		['example.com.', 'example.com'],
	])('§7.2, §7.3: %s is %s', (text, name) => {
		expect(expand(text)).toBe(name);
	});

	it('splits at every delimiter that is given, and joins with dots (§7.3)', () => {
		const values = { ...VALUES, l: 'a+b-c/d_e=f,g.h' };
		expect(expand('%{l+-/_=,}.x.com', values)).toBe('a.b.c.d.e.f.g.h.x.com');
		expect(expand('%{l+}.x.com', values)).toBe('a.b-c/d_e=f,g.h.x.com');
		expect(expand('%{l2r+-}.x.com', values)).toBe('b.a.x.com');
	});

	it('escapes for URLs all but the unreserved characters, byte by byte (§7.3)', () => {
		const values = { ...VALUES, l: 'Az09-._~ &\u00c3\u00a9' };
		expect(
			expandedText(
				[
					{
						kind: 'macro',
						letter: 'l',
						digits: null,
						reverse: false,
						delimiters: '.',
						escape: true,
					},
				],
				(letter) => values[letter as 'l'] ?? null,
				100,
			),
		).toBe('Az09-._~%20%26%C3%A9');
	});

	it.each([
		[253, 'exactly as long as a name may be'],
		[254, 'one character too long'],
		[300, 'much too long'],
	])('cuts a name of %i characters on the left by whole labels (%s)', (length) => {
		const end = `.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(57)}.example.com`;
		const name = `${'a'.repeat(length - end.length)}${end}`;
		const cut = expand(name);
		expect(cut).toBe(length === 253 ? name : end.slice(1));
	});

	it('keeps a label that fits to the character (§7.3)', () => {
		const rest = `${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(61)}.${'e'.repeat(55)}.example.com`;
		expect(rest).toHaveLength(253);
		expect(expand(`a.${rest}`)).toBe(rest);
		expect(expand(`a.${rest}.`)).toBe(rest);
	});

	it('knows a name before the message only where %{d} is its only macro', () => {
		const spec = parseDomainSpec('_SPF.%{d2}');
		const other = parseDomainSpec('%{i}.example.com');
		if ('offset' in spec || 'offset' in other) throw new Error('legal');
		expect(fixedName(spec, 'mail.example.com')).toBe('_spf.example.com');
		expect(fixedName(other, 'mail.example.com')).toBeNull();
	});
});

describe('domain-spec (RFC 7208 §12)', () => {
	it.each([
		'example.com',
		'example.com.',
		'%{d}',
		'foo.%%',
		'foo.%%%_',
		'foo:bar/baz.example.com',
		'a.1-2',
		'a.xn--p1ai',
	])('%s ends as it must', (text) => {
		expect(parseDomainSpec(text)).not.toHaveProperty('offset');
	});
	it.each([
		'',
		'com',
		'com.',
		'a.123',
		'a.-b',
		'a.b-',
		'a.b..',
		'%{d}.',
		'%{d}com',
		'x%%-',
		'x.%%_',
		'.',
	])('"%s" does not', (text) => {
		expect(parseDomainSpec(text)).toHaveProperty('offset');
	});
	it('is read in time proportional to a run of percent signs', () => {
		const started = cpuMs();
		parseDomainSpec(`${'%%'.repeat(32_000)}.com`);
		parseDomainSpec(`${'%%'.repeat(32_000)}_`);
		parseMacros(`%{d${'1'.repeat(64_000)}`);
		expect(cpuMs() - started).toBeLessThan(500);
	});
});

describe('addresses', () => {
	it('takes what RFC 4291 §2.2 allows, and no zone', () => {
		const part = fc.constantFrom(
			'::',
			':',
			'0',
			'1',
			'ffff',
			'12345',
			'1.2.3.4',
			'01.2.3.4',
			'0x1',
			'.',
			'g',
		);
		fc.assert(
			fc.property(fc.array(part, { maxLength: 17 }), (parts) => {
				const text = parts.join('');
				expect(addressFamily(text) === 'ip6').toBe(isIPv6(text));
			}),
			{ numRuns: 20_000 },
		);
		expect(addressFamily('fe80::1%eth0')).toBeNull();
		expect(addressFamily('2001:db8::1')).toBe('ip6');
	});

	it('takes an IPv4-mapped client for IPv4 (RFC 7208 §5)', () => {
		expect(spfClient('::FFFF:192.0.2.3')).toMatchObject({ family: 4, text: '192.0.2.3' });
		expect(spfClient('::ffff:c000:203')).toMatchObject({ reverseName: '3.2.0.192.in-addr.arpa' });
		expect(spfClient('::192.0.2.3')).toMatchObject({ family: 6 });
		expect(spfClient('192.0.2')).toBeNull();
		expect(spfClient('fe80::1%eth0')).toBeNull();
	});

	it.each([
		['192.0.2.129', '192.0.2.128', 30, true],
		['192.0.2.132', '192.0.2.128', 30, false],
		['192.0.2.1', '10.0.0.0', 0, true],
		['192.0.2.1', '192.0.2.1', 32, true],
		['192.0.2.1', '192.0.2.0', 32, false],
		['2001:db8::1', '::', 0, true],
		['2001:db8:1::', '2001:db8::', 47, true],
		['2001:db8:1::', '2001:db8::', 48, false],
		['2001:db8::1', '192.0.2.1', 0, false],
		['192.0.2.1', '::', 0, false],
		['::ffff:192.0.2.1', '::ffff:192.0.2.1', 128, false],
		['::ffff:192.0.2.1', '192.0.2.1', 32, true],
	])('%s in %s/%i: %s', (ip, network, prefix, wanted) => {
		const client = spfClient(ip);
		if (client === null) throw new Error('an address');
		expect(isInNetwork(client, network, prefix)).toBe(wanted);
	});
});
