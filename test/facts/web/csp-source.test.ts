import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostNamed, matchesSource, parseCspSource } from '../../../src/facts/web/csp-source.ts';
import { cpuMs } from '../../cpu-time.ts';

const matches = (source: string, url: string, page = 'https://example.com/') =>
	matchesSource(parseCspSource(source), new URL(url), new URL(page));

it.each([
	["'self'", { kind: 'keyword', keyword: "'self'" }],
	["'SELF'", { kind: 'keyword', keyword: "'self'" }],
	["'nonce-aBc+/-_=='", { kind: 'nonce', value: 'aBc+/-_==' }],
	["'NONCE-aBc'", { kind: 'nonce', value: 'aBc' }],
	["'nonce-'", { kind: 'keyword', keyword: "'nonce-'" }],
	["'SHA256-aBc='", { kind: 'hash', algorithm: 'sha256', value: 'aBc=' }],
	["'sha1-aBc='", { kind: 'keyword', keyword: "'sha1-abc='" }],
	['https:', { kind: 'scheme', scheme: 'https' }],
	['WSS:', { kind: 'scheme', scheme: 'wss' }],
	['*', { kind: 'host', scheme: null, host: '*', port: null, path: '' }],
	['*:*', { kind: 'host', scheme: null, host: '*', port: '*', path: '' }],
	[
		'HTTPS://*.Example.com:8443/a/b',
		{ kind: 'host', scheme: 'https', host: '*.example.com', port: '8443', path: '/a/b' },
	],
	['localhost', { kind: 'host', scheme: null, host: 'localhost', port: null, path: '' }],
	['a.test/x?y#z', { kind: 'host', scheme: null, host: 'a.test', port: null, path: '/x' }],
	['//a.test', { kind: 'invalid' }],
	['*.*', { kind: 'invalid' }],
	['a.*.test', { kind: 'invalid' }],
	['https://', { kind: 'invalid' }],
	['[::1]', { kind: 'invalid' }],
	['“self”', { kind: 'invalid' }],
	['', { kind: 'invalid' }],
])('reads %s (CSP3 §2.3.1)', (text, source) => {
	expect(parseCspSource(text)).toEqual(source);
});

it.each([
	// §6.7.2.8: the star, and what it leaves out.
	['*', 'https://a.test/', true],
	['*', 'http://a.test/', true],
	['*', 'data:text/plain,x', false],
	['*', 'blob:https://example.com/1', false],
	// Schemes, and their upgrades (§6.7.2.9).
	['https:', 'https://a.test/', true],
	['https:', 'http://a.test/', false],
	['http:', 'https://a.test/', true],
	['ws:', 'wss://a.test/', true],
	['wss:', 'https://a.test/', true],
	['wss:', 'ws://a.test/', false],
	['data:', 'data:image/png;base64,AA==', true],
	['a.test', 'http://a.test/', false],
	// Hosts (§6.7.2.10).
	['a.test', 'https://A.test/', true],
	['a.test', 'https://b.a.test/', false],
	['*.a.test', 'https://b.a.test/', true],
	['*.a.test', 'https://c.b.a.test/', true],
	['*.a.test', 'https://a.test/', false],
	['*.a.test', 'https://xa.test/', false],
	['a.test', 'https://a.test./', true],
	// Ports (§6.7.2.11).
	['a.test', 'https://a.test:8443/', false],
	['a.test:8443', 'https://a.test:8443/', true],
	['a.test:443', 'https://a.test/', true],
	['a.test:*', 'https://a.test:8443/', true],
	['http://a.test:80', 'https://a.test/', true],
	['a.test:080', 'https://a.test/', true],
	['a.test:8080', 'https://a.test/', false],
	// Paths (§6.7.2.12).
	['a.test/', 'https://a.test/x/y', true],
	['a.test/x/', 'https://a.test/x/y.js', true],
	['a.test/x/', 'https://a.test/xy', false],
	['a.test/x', 'https://a.test/x/y', false],
	['a.test/x.js', 'https://a.test/x.js?v=1', true],
	['a.test/%78.js', 'https://a.test/x.js', true],
	['a.test/%zz', 'https://a.test/%zz', true],
	// 'self', with the upgrades that the text allows.
	["'self'", 'https://example.com/a', true],
	["'self'", 'https://example.com:8443/a', false],
	["'self'", 'https://www.example.com/a', false],
	["'self'", 'wss://example.com/a', true],
	["'self'", 'http://example.com/a', false],
	["'self'", 'data:,x', false],
	// What matches no URL at all.
	["'none'", 'https://example.com/', false],
	["'unsafe-inline'", 'https://example.com/', false],
	["'nonce-abc'", 'https://example.com/', false],
	['//a.test', 'https://a.test/', false],
])('%s and %s: %s', (source, url, expected) => {
	expect(matches(source, url)).toBe(expected);
});

it('reads sources without a scheme by the scheme of the page', () => {
	expect(matches('a.test', 'http://a.test/', 'http://example.com/')).toBe(true);
	expect(matches('a.test', 'https://a.test/', 'http://example.com/')).toBe(true);
	expect(matches("'self'", 'https://example.com/', 'http://example.com/')).toBe(true);
});

it.each([
	['https://[::1]:3000/x', '::1'],
	['[2001:db8::1]', '2001:db8::1'],
	['http://127.0.0.1:3000', '127.0.0.1'],
	['*.a.test', '*.a.test'],
	["'self'", null],
	['https:', null],
	['//a.test', null],
])('knows the host in %s', (text, host) => {
	expect(hostNamed(text)).toBe(host);
});

it('never throws, in bounded time, and lets nothing through that it cannot read', () => {
	const url = fc.constantFrom(
		'https://a.test/x',
		'http://a.test:81/',
		'data:,x',
		'blob:https://a.test/1',
		'about:blank',
		'https://[::1]/',
	);
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), url, (text, at) => {
			const source = parseCspSource(text);
			const isIn = matchesSource(source, new URL(at), new URL('https://example.com/'));
			if (['invalid', 'nonce', 'hash'].includes(source.kind)) expect(isIn).toBe(false);
			hostNamed(text);
		}),
		{ numRuns: 1_000 },
	);
	const began = cpuMs();
	for (const text of [
		'a.'.repeat(1e5),
		`${'a'.repeat(2e5)}!`,
		`a:${'/'.repeat(2e5)}`,
		`[${':'.repeat(2e5)}`,
	]) {
		parseCspSource(text);
		hostNamed(text);
	}
	expect(cpuMs() - began).toBeLessThan(1_000);
});
