import { describe, expect, it } from 'vitest';
import browserPolicies from '../../../checks/headers/browser-policies.ts';
import contentType from '../../../checks/headers/content-type.ts';
import cookies from '../../../checks/headers/cookies.ts';
import framing from '../../../checks/headers/framing.ts';
import hsts from '../../../checks/headers/hsts.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab, shop } from '../audit-lab.ts';

type Header = [name: string, value: string];

const CHECKS = [hsts, framing, contentType, browserPolicies, cookies];

/** What a page with nothing to say against it sends; a case replaces what it is about. */
const SOUND: readonly Header[] = [
	['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'],
	['X-Content-Type-Options', 'nosniff'],
	['X-Frame-Options', 'DENY'],
	['Content-Type', 'text/html; charset=utf-8'],
];

const HTML = '<!doctype html><html><head><title>Shop</title></head><body>Hello</body></html>';

/** Everything above a pass, as `check/verdict severity`. */
async function saidOf(about: string, values: readonly string[], body: string) {
	const others = SOUND.filter(([name]) => name.toLowerCase() !== about.toLowerCase());
	const headers = [...others, ...values.map((value): Header => [about, value])];
	const { findings } = await auditLab(
		shop({ routes: { '/': { headers, body, type: '' } } }),
		CHECKS,
		{ domain: 'shop.test' },
	);
	return findings
		.filter(isFailed)
		.map((one) => `${one.check.replace('headers/', '')}/${one.verdict} ${one.severity}`)
		.sort();
}

type Case = readonly [values: readonly string[], expected: readonly string[], html?: string];

const SETS: Readonly<Record<string, readonly Case[]>> = {
	'Strict-Transport-Security': [
		[[], ['hsts/missing high']],
		[['max-age=31536000; includeSubDomains'], []],
		[['max-age=31536000'], ['hsts/no-subdomains info']],
		[['max-age=15552000; includeSubDomains'], []],
		[['max-age=15551999; includeSubDomains'], ['hsts/too-short later']],
		[['max-age="31536000"; includeSubDomains'], []],
		[['MAX-AGE = 31536000 ; INCLUDESUBDOMAINS'], []],
		[['max-age=31536000; includeSubDomains; foo; bar=baz'], []],
		[['max-age=31536000; includeSubDomains; preload'], []],
		[['max-age=31535999; includeSubDomains; preload'], ['hsts/preload-incomplete later']],
		[['max-age=31536000; preload'], ['hsts/no-subdomains info', 'hsts/preload-incomplete later']],
		[['max-age=0'], ['hsts/max-age-zero high']],
		[['max-age=soon'], ['hsts/invalid high']],
		[['max-age=-1'], ['hsts/invalid high']],
		[['max-age=31536000; max-age=31536000'], ['hsts/invalid high']],
		[['includeSubDomains'], ['hsts/invalid high']],
		[['max-age=31536000, max-age=31536000'], ['hsts/invalid high']],
		[
			['max-age=31536000; includeSubDomains', 'max-age=31536000; includeSubDomains'],
			['hsts/sent-twice later'],
		],
		[['max-age=31536000; includeSubDomains', 'max-age=0'], ['hsts/sent-twice high']],
	],
	'X-Frame-Options': [
		[[], ['framing/missing later']],
		[['SAMEORIGIN'], []],
		[['sameorigin '], []],
		[['DENY', 'DENY'], []],
		[['DENY', 'SAMEORIGIN'], ['framing/invalid later']],
		[['SAMEORIGIN, SAMEORIGIN'], ['framing/invalid later']],
		[['ALLOW-FROM https://a.test'], ['framing/invalid later']],
		[['ALLOWALL'], ['framing/invalid later']],
		[['SAMEORIGIN;'], ['framing/invalid later']],
	],
	'X-Content-Type-Options': [
		[[], ['content-type/nosniff-missing later']],
		[['NOSNIFF'], []],
		[['nosniff', 'nosniff'], []],
		[['nosniff, nosniff'], ['content-type/nosniff-invalid later']],
		[['other, nosniff'], ['content-type/nosniff-invalid later']],
		[['no-sniff'], ['content-type/nosniff-invalid later']],
		[['nosniff;'], ['content-type/nosniff-invalid later']],
	],
	'Content-Type': [
		[[], ['content-type/missing later', 'content-type/no-charset info']],
		[['text/html'], ['content-type/no-charset info']],
		[['text/html;charset=UTF-8'], []],
		[['text/html'], [], '<!doctype html><head><meta charset=utf-8><title>x</title></head>'],
		[
			['text/html'],
			[],
			'<!doctype html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"></head>',
		],
	],
	'Referrer-Policy': [
		[['strict-origin-when-cross-origin'], []],
		[['no-referrer, strict-origin-when-cross-origin'], []],
		[['strict-origin', 'unsafe-url'], ['browser-policies/referrer-unsafe info']],
		[['no-referrer-when-downgrade'], ['browser-policies/referrer-unsafe info']],
		[['origin'], ['browser-policies/referrer-unsafe info']],
		[['origin-when-cross-origin'], ['browser-policies/referrer-unsafe info']],
		[['whatever'], ['browser-policies/referrer-invalid info']],
		[['unsafe-url, whatever'], ['browser-policies/referrer-unsafe info']],
		[['same-origin'], []],
	],
	'Permissions-Policy': [
		[['geolocation=(), camera=(self "https://a.test")'], []],
		[['geolocation=(),'], ['browser-policies/permissions-invalid info']],
		[["geolocation 'none'"], ['browser-policies/permissions-invalid info']],
	],
	'Cross-Origin-Opener-Policy': [
		[['same-origin'], []],
		[['same-origin; report-to="coop"'], []],
		[['Same-Origin'], ['browser-policies/opener-invalid info']],
		[['same-origin', 'same-origin'], ['browser-policies/opener-invalid info']],
	],
	'Cross-Origin-Embedder-Policy': [
		[['require-corp'], []],
		[['require-corps'], ['browser-policies/embedder-invalid info']],
	],
	'Cross-Origin-Resource-Policy': [
		[['cross-origin'], []],
		[['cross-site'], ['browser-policies/resource-invalid info']],
	],
	'X-XSS-Protection': [
		[['0'], []],
		[['1; mode=block'], ['browser-policies/obsolete info']],
	],
	'Feature-Policy': [[["camera 'none'"], ['browser-policies/obsolete info']]],
	'Expect-CT': [[['max-age=86400'], ['browser-policies/obsolete info']]],
	'Set-Cookie': [
		[['__Host-session=a; Path=/; Secure; HttpOnly; SameSite=Lax'], []],
		[['sessionid=a; HttpOnly; SameSite=Lax'], ['cookies/session-not-secure high']],
		[['sessionid=a; Secure; SameSite=Lax'], ['cookies/session-not-httponly high']],
		[['theme=dark; SameSite=Lax'], ['cookies/not-secure later']],
		[
			['w=a; SameSite=None'],
			['cookies/not-secure later', 'cookies/same-site-none-not-secure high'],
		],
		[['w=a; Secure; SameSite=None'], []],
		[['w=a; Secure; SameSite=Always'], ['cookies/same-site-invalid later']],
		[
			['__Host-a=b; Path=/; Secure; Domain=shop.test'],
			['cookies/domain-too-wide info', 'cookies/prefix-broken high'],
		],
		[['__Secure-a=b; Path=/'], ['cookies/not-secure later', 'cookies/prefix-broken high']],
		[['a=b; Secure; Max-Age=34560000'], []],
		[['a=b; Secure; Max-Age=34560001'], ['cookies/longer-than-400-days info']],
		[[`a=${'x'.repeat(4095)}; Secure`], []],
		[[`a=${'x'.repeat(4096)}; Secure`], ['cookies/over-4096-bytes info']],
		[['csrf_token=a; Secure'], ['cookies/anti-forgery-without-same-site info']],
	],
};

describe.each(Object.entries(SETS))('%s', (about, cases) => {
	const whole = cases.map(([values, expected, html = HTML]) => [values, expected, html] as const);
	it.each(whole)('%j is judged %j', async (values, expected, html) => {
		expect(await saidOf(about, values, html)).toEqual([...expected]);
	});
});
