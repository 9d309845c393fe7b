import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthenticationResults } from '../../../src/facts/mail/authentication-results.ts';

const inShort = (value: string) => {
	const { authservId, results } = parseAuthenticationResults(value);
	return [
		authservId,
		...results.map(
			({ method, result, properties }) =>
				`${method}=${result} ${properties.map((pair) => pair.join('=')).join(' ')}`,
		),
	];
};

describe('the examples of RFC 8601 Appendix B', () => {
	it.each<[string, string, readonly (string | null)[]]>([
		['B.2', 'example.org 1; none', ['example.org']],
		[
			'B.3',
			'example.com; spf=pass smtp.mailfrom=example.net',
			['example.com', 'spf=pass smtp.mailfrom=example.net'],
		],
		[
			'B.4',
			'example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net',
			[
				'example.com',
				'auth=pass smtp.auth=sender@example.net',
				'spf=pass smtp.mailfrom=example.net',
			],
		],
		[
			'B.4',
			'example.com; iprev=pass policy.iprev=192.0.2.200',
			['example.com', 'iprev=pass policy.iprev=192.0.2.200'],
		],
		[
			'B.6',
			'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net; dkim=fail reason="bad signature" header.i=@newyork.example.com',
			[
				'example.com',
				'dkim=pass header.i=@mail-router.example.net',
				'dkim=fail header.i=@newyork.example.com',
			],
		],
		[
			'B.7',
			"foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
			['foo.example.net', 'dkim=fail policy.expired=1362471462'],
		],
	])('%s: %s', (_, value, wanted) => {
		expect(inShort(value)).toEqual(wanted);
	});
});

describe('what receivers write', () => {
	it.each<[string, string, readonly (string | null)[]]>([
		[
			'a comment with results and semicolons in it',
			'mx.test; dmarc=fail (dkim=pass; spf=pass) header.from=a.test',
			['mx.test', 'dmarc=fail header.from=a.test'],
		],
		[
			'a quoted value with semicolons and equals signs',
			'mx.test; dkim=pass header.b="Ab3/=;q" header.d=a.test',
			['mx.test', 'dkim=pass header.b=Ab3/=;q header.d=a.test'],
		],
		[
			'no name at all (Microsoft)',
			'spf=pass (sender IP is 203.0.113.4) smtp.mailfrom=a.test; dkim=pass (signature was verified) header.d=a.test;dmarc=pass action=none header.from=a.test;compauth=pass reason=100',
			[
				null,
				'spf=pass smtp.mailfrom=a.test',
				'dkim=pass header.d=a.test',
				'dmarc=pass header.from=a.test',
				'compauth=pass ',
			],
		],
		['a final semicolon', 'mx.test; spf=none;', ['mx.test', 'spf=none ']],
		['a quoted name', '"mx.test" 1; spf=PASS', ['mx.test', 'spf=pass ']],
		['a comment that is not closed', 'mx.test; spf=pass (dkim=pass', ['mx.test', 'spf=pass ']],
		[
			'nested comments',
			'mx.test; spf=fail (a (b) \\) c) smtp.helo=x.test',
			['mx.test', 'spf=fail smtp.helo=x.test'],
		],
	])('%s', (_, value, wanted) => {
		expect(inShort(value)).toEqual(wanted);
	});
});

it('never throws, and takes nothing out of comments', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
			const { results } = parseAuthenticationResults(text);
			expect(results.length).toBeLessThanOrEqual(100);
		}),
	);
	const safe = fc.string({ maxLength: 80 }).map((text) => text.replace(/[()\\]/g, ''));
	fc.assert(
		fc.property(safe, (text) => {
			expect(inShort(`mx.test; spf=fail (${text})`)).toEqual(['mx.test', 'spf=fail ']);
		}),
	);
});
