import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostNameFault } from '../../../src/facts/dns/host-name.ts';

it.each([
	'example.com',
	'a.example.com',
	'xn--mnchen-3ya.example',
	// IDNA2008 allows sharp s and final sigma (RFC 5892 §2.6)
	'xn--strae-oqa.example',
	'xn--wgv71a119e.example',
	'abc--d.example',
	'1.example',
	`${'a'.repeat(63)}.example`,
])('takes %s', (name) => {
	expect(hostNameFault(name)).toBeNull();
});

it.each([
	['ab--c.example', 'places 3 and 4'],
	['my_app.example', 'letters, digits and hyphens'],
	['-a.example', 'begins or ends'],
	['a-.example', 'begins or ends'],
	['a..example', 'empty'],
	[`${'a'.repeat(64)}.example`, '63'],
	// U+1F4A9, a symbol: UTS 46 lets it through, RFC 5892 does not
	['xn--ls8h.example', 'U+1F4A9'],
	['xn--a.example', 'does not decode'],
	[`${'a.'.repeat(130)}example`, '253'],
])('refuses %s', (name, why) => {
	expect(hostNameFault(name)).toContain(why);
});

it('never throws', () => {
	fc.assert(fc.property(fc.string(), (name) => void hostNameFault(name)));
	fc.assert(fc.property(fc.string(), (name) => void hostNameFault(`xn--${name}`)));
});
