import { expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { botWall, isEmptyPage } from '../../../src/facts/web/bot-wall.ts';

function answer(status: number, bytes = '', headers: HttpAnswered['headers'] = []): HttpAnswered {
	return {
		kind: 'answered',
		status,
		headers,
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

it.each([
	['any 429', answer(429)],
	['Cloudflare', answer(403, '<title>Just a moment...</title>')],
	['Cloudflare', answer(403, '', [['CF-Mitigated', 'challenge']])],
	['Cloudflare', answer(403, 'error code: 1020')],
	[
		'Akamai',
		answer(403, '<h1>Access Denied</h1> … Reference&#32;&#35;18 https://errors.edgesuite.net/18'),
	],
	['Imperva', answer(200, '<iframe src="/_Incapsula_Resource?CWUDNSAI=1&edet=12"></iframe>')],
	['AWS WAF', answer(202, '', [['x-amzn-waf-action', 'challenge']])],
	['Vercel', answer(429, '<title>Vercel Security Checkpoint</title>')],
	[
		'F5',
		answer(
			200,
			'The requested URL was rejected. Please consult with your administrator. Your support ID is: 1',
		),
	],
	['Anubis', answer(200, '<script src="/.within.website/x/cmd/anubis/static/js/main.mjs">')],
	['DataDome', answer(403, '', [['x-datadome', 'protected']])],
	[
		'a captcha',
		answer(403, '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js">'),
	],
])('recognises %s', (_, one) => {
	expect(botWall(one)).not.toBeNull();
});

it.each([
	['a page', answer(200, '<!doctype html><p>Hello')],
	['a plain 403', answer(403, '<h1>403 Forbidden</h1>')],
	['a plain 503', answer(503, '<h1>Back soon</h1>')],
	[
		'a sign-in page with a captcha',
		answer(200, '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js">'),
	],
	[
		'a page with Cloudflare’s own script',
		answer(200, '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js">'),
	],
	[
		'a page with Imperva’s own script',
		answer(200, '<script src="/_Incapsula_Resource?SWJIYLWA=1">'),
	],
	['a page that DataDome let through', answer(200, 'ok', [['x-datadome', 'protected']])],
	['a 404', answer(404, 'Not Found')],
])('does not take %s for a gatekeeper', (_, one) => {
	expect(botWall(one)).toBeNull();
});

it('knows a success without a body', () => {
	expect(isEmptyPage(answer(200, ' \n'))).toBe(true);
	expect(isEmptyPage(answer(204))).toBe(false);
	expect(isEmptyPage(answer(200, 'x'))).toBe(false);
});
