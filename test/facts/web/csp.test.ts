import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { enforcedPolicies, parseCsp, parseCspPolicy } from '../../../src/facts/web/csp.ts';
import { cpuMs } from '../../cpu-time.ts';

it('keeps the first of a directive, and the rest as evidence (CSP3 §2.2.1)', () => {
	const { directives, repeated } = parseCspPolicy(
		"script-src 'self';; SCRIPT-SRC *;\tobject-src\n'none' ; ",
	);
	expect([...directives]).toEqual([
		['script-src', ["'self'"]],
		['object-src', ["'none'"]],
	]);
	expect(repeated).toEqual(['script-src']);
});

it('reads commas as the border of policies, and leaves empty ones out (§2.2.2)', () => {
	const policies = parseCsp(["default-src 'self', ,script-src a.test", ';']);
	expect(policies.map(({ text }) => text)).toEqual(["default-src 'self'", 'script-src a.test']);
});

const META = (content: string) =>
	`<meta http-equiv="Content-Security-Policy" content="${content}">`;

function page(bytes: string, headers: HttpAnswered['headers'] = []): HttpAnswered {
	return {
		kind: 'answered',
		status: 200,
		headers,
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

it.each([
	['in the head', `<head><title>a<b></title>${META("default-src 'self'")}</head>`, 1],
	['without a head tag', `<!doctype html>${META("default-src 'self'")}<p>x`, 1],
	['after the head, before the body', `<head></head>${META("default-src 'self'")}<body>`, 1],
	[
		'beside scripts that look like a body',
		`<script>"<body>"</script>${META("default-src 'self'")}`,
		1,
	],
	['in the body', `<head></head><body>${META("default-src 'self'")}`, 0],
	['after text', `<head>hello ${META("default-src 'self'")}`, 0],
	['after an element of the body', `<div>${META("default-src 'self'")}</div>`, 0],
	['in a comment', `<head><!-- ${META("default-src 'self'")} -->`, 0],
	['in a script', `<head><script>'${META("default-src 'self'")}'</script>`, 0],
	['in noscript', `<head><noscript>${META("default-src 'self'")}</noscript>`, 0],
	['in a template', `<head><template>${META("default-src 'self'")}</template>`, 0],
	[
		'with only what meta ignores (§3.3)',
		`<head>${META("frame-ancestors 'none'; report-uri /r; sandbox")}`,
		0,
	],
	[
		'as Report-Only',
		'<head><meta http-equiv="Content-Security-Policy-Report-Only" content="default-src x">',
		0,
	],
	['by name', '<head><meta name="content-security-policy" content="default-src x">', 0],
])('counts a meta policy %s', (_, html, count) => {
	expect(enforcedPolicies(page(html))).toHaveLength(count);
});

it('counts fields of any case, each policy', () => {
	const headers = [
		['CONTENT-security-policy', "default-src 'self', object-src 'none'"],
		['content-security-policy', "base-uri 'none'"],
		['Content-Security-Policy-Report-Only', 'default-src x'],
	] as const;
	expect(enforcedPolicies(page('', headers))).toHaveLength(3);
});

it('never throws, in bounded time', () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			const found = enforcedPolicies(page(text, [['content-security-policy', text]]));
			expect(found.every(({ directives }) => directives.size > 0)).toBe(true);
		}),
	);
	const attributes = Array.from({ length: 2e5 }, (_, i) => `a${i}`).join(' ');
	const began = cpuMs();
	for (const text of [
		'<meta '.repeat(2e5),
		'<template>'.repeat(1e5),
		';'.repeat(1e6),
		`<a ${attributes}>`,
	]) {
		enforcedPolicies(page(text, [['content-security-policy', text]]));
	}
	expect(cpuMs() - began).toBeLessThan(5_000);
});
