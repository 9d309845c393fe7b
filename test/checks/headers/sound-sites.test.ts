import { describe, expect, it } from 'vitest';
import browserPolicies from '../../../checks/headers/browser-policies.ts';
import consistency from '../../../checks/headers/consistency.ts';
import contentType from '../../../checks/headers/content-type.ts';
import cookies from '../../../checks/headers/cookies.ts';
import cors from '../../../checks/headers/cors.ts';
import csp from '../../../checks/headers/csp.ts';
import disclosure from '../../../checks/headers/disclosure.ts';
import framing from '../../../checks/headers/framing.ts';
import hsts from '../../../checks/headers/hsts.ts';
import sri from '../../../checks/headers/sri.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const CHECKS = [
	browserPolicies,
	consistency,
	contentType,
	cookies,
	cors,
	csp,
	disclosure,
	framing,
	hsts,
	sri,
];

type Site = NonNullable<World['sites']>[number];
type Header = [name: string, value: string];

const HSTS: Header = ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains'];
const COMMON: Header[] = [
	HSTS,
	['X-Content-Type-Options', 'nosniff'],
	['X-Frame-Options', 'DENY'],
	['Referrer-Policy', 'strict-origin-when-cross-origin'],
	['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
];
const STRICT =
	"default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const SCRIPT = { type: 'text/javascript; charset=utf-8', body: 'document.title' };
const STYLE = { type: 'text/css; charset=utf-8', body: 'body{margin:0}' };

function page(head: string, body: string): string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${head}</head><body>${body}</body></html>`;
}

/** Apex with the site, www that leads there, and what else the zone has. */
function world(site: Partial<Site>, more: readonly Site[] = [], records = ''): World {
	return {
		zones: {
			'shop.test': { records: `@ A 203.0.113.10\nwww A 203.0.113.12\n${records}` },
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], ...site },
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.12'],
				headers: [HSTS],
				fallback: { status: 301, redirect: 'https://shop.test{{uri}}' },
			},
			...more,
		],
	};
}

const NETLIFY = world({
	headers: [
		['Server', 'Netlify'],
		['X-Nf-Request-Id', '01JD0000000000000000000000'],
		['Cache-Status', '"Netlify Edge"; hit'],
		['Cache-Control', 'public,max-age=0,must-revalidate'],
		...COMMON,
		['Content-Security-Policy', STRICT],
	],
	routes: {
		'/': page(
			'<link rel=stylesheet href=/assets/site.css><script defer src=/assets/site.js></script>',
			'<h1>Shop</h1><form name=contact method=post data-netlify=true action=/thanks><input name=email></form>',
		),
		'/assets/site.css': STYLE,
		'/assets/site.js': SCRIPT,
	},
	fallback: { status: 404, body: page('', '<h1>Not found</h1>') },
});

const VERCEL = world({
	headers: [
		['Server', 'Vercel'],
		['X-Vercel-Id', 'fra1::iad1::abcde-1764000000000-0123456789ab'],
		['X-Vercel-Cache', 'MISS'],
		...COMMON,
	],
	routes: {
		'/': {
			headers: [
				['Cache-Control', 'private, no-cache, no-store, max-age=0, must-revalidate'],
				[
					'Content-Security-Policy',
					`${STRICT}; script-src 'self' 'nonce-{{nonce}}' 'strict-dynamic'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:`,
				],
				['Vary', 'RSC, Next-Router-State-Tree, Next-Router-Prefetch'],
			],
			body: page(
				'<link rel=stylesheet href=/_next/static/css/a1.css>',
				'<div id=__next>Shop</div><a href=/login>Sign in</a><script src=/_next/static/chunks/main.js nonce="{{nonce}}" async></script><script nonce="{{nonce}}">self.__next_f=self.__next_f||[]</script>',
			),
		},
		'/login': {
			headers: [
				[
					'Content-Security-Policy',
					`${STRICT}; script-src 'self' 'nonce-{{nonce}}' 'strict-dynamic'`,
				],
				['Set-Cookie', '__Host-next-auth.csrf-token=abc; Path=/; HttpOnly; Secure; SameSite=Lax'],
				[
					'Set-Cookie',
					'__Secure-next-auth.callback-url=https%3A%2F%2Fshop.test; Path=/; HttpOnly; Secure; SameSite=Lax',
				],
			],
			body: page(
				'',
				'<form method=post><input type=email name=email><input type=password name=password></form>',
			),
		},
		'/_next/static/css/a1.css': STYLE,
		'/_next/static/chunks/main.js': {
			...SCRIPT,
			headers: { 'Cache-Control': 'public,max-age=31536000,immutable' },
		},
		'/api': {
			status: 401,
			type: 'application/json; charset=utf-8',
			headers: [['Cache-Control', 'no-store']],
			body: '{"error":"unauthorized"}',
		},
	},
	fallback: {
		status: 404,
		headers: [
			[
				'Content-Security-Policy',
				`${STRICT}; script-src 'self' 'nonce-{{nonce}}' 'strict-dynamic'`,
			],
		],
		body: page('', '<h1>404</h1>'),
	},
});

const EXPRESS_API: Site = {
	hosts: ['api.shop.test'],
	at: ['203.0.113.11'],
	headers: [
		['Server', 'nginx'],
		HSTS,
		['X-Content-Type-Options', 'nosniff'],
		['Cross-Origin-Resource-Policy', 'same-site'],
		['Cross-Origin-Opener-Policy', 'same-origin'],
		['X-XSS-Protection', '0'],
		['Vary', 'Origin'],
	],
	routes: {
		'/': {
			type: 'application/json; charset=utf-8',
			body: '{"name":"shop"}',
			variants: [
				{
					when: { header: ['Origin', '^https://(www\\.|app\\.)?shop\\.test$'] },
					headers: [
						['Access-Control-Allow-Origin', '{{origin}}'],
						['Access-Control-Allow-Credentials', 'true'],
					],
				},
			],
		},
	},
	fallback: { status: 404, type: 'application/json; charset=utf-8', body: '{"error":"not found"}' },
};

const NGINX_AND_EXPRESS = world(
	{
		headers: [['Server', 'nginx'], ...COMMON, ['Content-Security-Policy', STRICT]],
		routes: {
			'/': {
				headers: [['Set-Cookie', '__Host-sid=s%3Aabc; Path=/; HttpOnly; Secure; SameSite=Lax']],
				body: page('<script type=module src=/app.js></script>', '<div id=root></div>'),
			},
			'/app.js': SCRIPT,
		},
		fallback: { status: 404, body: page('', 'Not found') },
	},
	[EXPRESS_API],
	'api A 203.0.113.11',
);

const WORDPRESS_POLICY =
	"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https://secure.gravatar.com; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

const WORDPRESS = world({
	headers: [
		['Server', 'Apache'],
		...COMMON.filter(([name]) => name !== 'X-Frame-Options'),
		['X-Frame-Options', 'SAMEORIGIN'],
		['Content-Security-Policy', WORDPRESS_POLICY],
	],
	routes: {
		'/': {
			headers: [['Link', '<https://shop.test/wp-json/>; rel="https://api.w.org/"']],
			body: page(
				'<link rel=stylesheet href="/wp-content/themes/shop/style.css?ver=6.8">',
				'<p style="margin:0">Shop</p><script src="/wp-includes/js/wp-embed.min.js?ver=6.8"></script>',
			),
		},
		'/wp-content/themes/shop/style.css': STYLE,
		'/wp-includes/js/wp-embed.min.js': SCRIPT,
		'/wp-login.php': {
			headers: [
				['Set-Cookie', 'wordpress_test_cookie=WP%20Cookie%20check; path=/; secure; HttpOnly'],
			],
			body: page('', '<form method=post><input name=log><input type=password name=pwd></form>'),
		},
	},
	fallback: { status: 404, body: page('', '<h1>Nothing here</h1>') },
});

const STATIC_API_ONLY: World = {
	zones: { 'shop.test': { records: '@ A 203.0.113.10' } },
	sites: [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10'],
			headers: [
				['Server', 'cloudflare'],
				['CF-RAY', '8e0000000000-FRA'],
				HSTS,
				['X-Content-Type-Options', 'nosniff'],
				['Access-Control-Allow-Origin', '*'],
			],
			fallback: { type: 'application/json', body: '{"ok":true}' },
		},
	],
};

async function aboveNotes(world: World, asked: { hosts?: string[]; login?: string } = {}) {
	const { findings } = await auditLab(world, CHECKS, { domain: 'shop.test', ...asked });
	expect(findings.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
	return findings
		.filter(isFailed)
		.filter(({ severity }) => severity !== 'info')
		.map((one) => `${one.check}/${one.verdict} at ${one.locus.name}: ${one.message}`);
}

describe('a sound site gets nothing above a note', () => {
	it.each([
		['a static one on Netlify', NETLIFY, {}],
		['Next.js on Vercel', VERCEL, {}],
		['a page of nginx with an API of Express', NGINX_AND_EXPRESS, {}],
		['WordPress', WORDPRESS, { login: 'https://shop.test/wp-login.php' }],
		['nothing but an API', STATIC_API_ONLY, {}],
	])('%s', async (_, world, asked) => {
		expect(await aboveNotes(world, asked)).toEqual([]);
	});
});
