import { describe, expect, it } from 'vitest';
import { BadTarget, parseTarget } from '../../src/engine/parse-target.ts';

const parse = (domain: string) => parseTarget({ domain, seed: '' });

describe('a target', () => {
	it.each([
		['example.com', 'example.com', 'example.com'],
		['Example.COM.', 'example.com', 'example.com'],
		['https://www.example.com/path?x=1', 'www.example.com', 'example.com'],
		['example.com/about', 'example.com', 'example.com'],
		['app.example.co.uk', 'app.example.co.uk', 'example.co.uk'],
		['me.github.io', 'me.github.io', 'me.github.io'],
		['bücher.example', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
		['_x.example.com', '_x.example.com', 'example.com'],
	])('%s is %s of %s', (input, domain, registrable) => {
		expect(parse(input)).toMatchObject({ domain, registrable });
	});

	it.each([
		['127.0.0.1', /is an address.*--resolve/],
		['https://[2001:db8::1]/', /is an address/],
		['example.com:8443', /names a port/],
		['ftp://example.com', /Give a domain or an https/],
		['localhost', /not a domain name/],
		['', /not a domain name/],
		['exa mple.com', /not a domain name/],
		['-a.example.com', /not a domain name/],
		[`${'a'.repeat(64)}.example.com`, /not a domain name/],
		['a..example.com', /not a domain name/],
		['example.com\u0000', /not a domain name/],
	])('refuses %j in one line', (input, message) => {
		expect(() => parse(input)).toThrow(BadTarget);
		expect(() => parse(input)).toThrow(message);
	});

	it('refuses an endpoint that is no URL', () => {
		expect(() => parseTarget({ seed: '', endpoints: ['example.com'] })).toThrow(/--endpoint/);
	});
});
