import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { countingHashes, hasIntegrity, integrityOf } from '../../../src/facts/web/integrity.ts';
import { isMovingScript } from '../../../src/facts/web/moving-scripts.ts';

/** Subresource Integrity §1.2.1, §3.3.2. */
const TEXT = 'alert("Hello, world.");';
const base64 = (algorithm: string, text = TEXT) =>
	createHash(algorithm).update(text).digest('base64');
const hex = (algorithm: string) => createHash(algorithm).update(TEXT).digest('hex');

function answer(more: Partial<HttpAnswered['body']> = {}): HttpAnswered {
	return {
		kind: 'answered',
		status: 200,
		headers: [],
		body: {
			bytes: TEXT,
			truncated: false,
			sha256: hex('sha256'),
			sha384: hex('sha384'),
			sha512: hex('sha512'),
			...more,
		},
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

it.each([
	[`sha384-${base64('sha384')}`, true],
	[`SHA384-${base64('sha384')}`, true],
	[`sha384-${base64('sha384').replaceAll('+', '-').replaceAll('/', '_')}`, true],
	[`  sha384-${base64('sha384')}?opt  `, true],
	[`sha512-${base64('sha512')} sha256-wrong`, true],
	[`sha512-${base64('sha512', 'x')} sha256-${base64('sha256')}`, false],
	[`sha512-${base64('sha512', 'x')} sha512-${base64('sha512')}`, true],
	[`sha384-${base64('sha384', 'x')}`, false],
	['md5-abc', null],
	['', null],
	[null, null],
])('compares %s with the file (SRI §3.3.3): %s', (integrity, expected) => {
	expect(hasIntegrity(integrity, answer())).toBe(expected);
});

it('says nothing about a body that was cut, or without the hash', () => {
	const integrity = `sha384-${base64('sha384')}`;
	expect(hasIntegrity(integrity, answer({ truncated: true }))).toBeNull();
	expect(hasIntegrity(integrity, answer({ sha384: undefined }))).toBeNull();
	expect(integrityOf(answer({ truncated: true }))).toBeNull();
	expect(integrityOf(answer())).toBe(integrity);
});

it('never throws, and counts hashes of one algorithm alone', () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			hasIntegrity(text, answer());
			expect(new Set(countingHashes(text).map((one) => one.algorithm)).size).toBeLessThan(2);
		}),
	);
});

it('knows scripts that their makers change under one address', () => {
	expect(isMovingScript('https://js.stripe.com/v3/')).toBe(true);
	expect(isMovingScript('https://region1.google-analytics.com/a.js')).toBe(true);
	expect(isMovingScript('https://cdn.jsdelivr.net/npm/vue@3.5.1/dist/vue.global.js')).toBe(false);
	expect(isMovingScript('https://js.stripe.com.evil.test/v3/')).toBe(false);
});
