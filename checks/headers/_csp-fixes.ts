import { type Fix, header, NONCE_PLACEHOLDER, perPlatform } from '../../src/sdk.ts';

export const ENFORCED = 'Content-Security-Policy';
export const REPORT_ONLY = 'Content-Security-Policy-Report-Only';

/** A policy, and where the page has it. */
export interface Sent {
	readonly by: 'header' | 'meta';
	/** The whole policy as it should be; nonces are placeholders. */
	readonly policy: string;
	/** The policy that it repairs, written alike: repairs of one policy add up. */
	readonly from?: string;
}

/** Sends a whole policy, on every platform; with a nonce, where an application can make one up. */
export function policyFix(summary: string, { by, policy, from }: Sent, ...steps: string[]): Fix {
	if (by === 'meta') return metaFix(summary, policy, steps);
	if (policy.includes(NONCE_PLACEHOLDER)) return nonceFix(summary, policy, steps);
	const fix = headerFix(summary, ENFORCED, policy, ...steps);
	if (from === undefined || fix.headers === undefined) return fix;
	return { ...fix, headers: fix.headers.map((field) => ({ ...field, from })) };
}

/** `header()` refuses what a server's configuration would read as something else. */
export function headerFix(summary: string, name: string, policy: string, ...steps: string[]): Fix {
	if (isQuotable(policy)) return { ...header(name, policy, ...steps), summary };
	const text = `${name}: ${policy}`;
	return perPlatform(
		summary,
		{ any: text },
		...steps,
		'Quote %, $, " and braces as your server’s configuration asks.',
	);
}

function isQuotable(policy: string): boolean {
	return !/["\\$%{}`\p{Cc}]/u.test(policy);
}

function metaFix(summary: string, policy: string, steps: readonly string[]): Fix {
	const content = policy.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
	const text = `<meta http-equiv="${ENFORCED}" content="${content}">`;
	const nonce = policy.includes(NONCE_PLACEHOLDER)
		? [
				`Put a new random value, 16 bytes in base64, in the place of ${NONCE_PLACEHOLDER} with every response.`,
			]
		: [];
	return {
		summary,
		steps: [...steps, ...nonce],
		snippets: [{ platform: 'any', language: 'html', text }],
	};
}

/** A nonce is made up for every response, so that a fixed header cannot carry it. */
function nonceFix(summary: string, policy: string, steps: readonly string[]): Fix {
	const text = JSON.stringify(policy);
	const fill = `${text}.replaceAll('${NONCE_PLACEHOLDER}', nonce)`;
	const express = [
		"import { randomBytes } from 'node:crypto';",
		'app.use((req, res, next) => {',
		"  const nonce = randomBytes(16).toString('base64');",
		'  res.locals.nonce = nonce; // in templates: <script nonce="<%= nonce %>">',
		`  res.setHeader('${ENFORCED}', ${fill});`,
		'  next();',
		'});',
	];
	const nextjs = [
		'// middleware.ts: Next.js takes the nonce for its own scripts from the request’s policy',
		"import { type NextRequest, NextResponse } from 'next/server';",
		'export function middleware(request: NextRequest) {',
		'  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));',
		`  const policy = ${fill};`,
		'  const headers = new Headers(request.headers);',
		"  headers.set('x-nonce', nonce);",
		`  headers.set('${ENFORCED}', policy);`,
		'  const response = NextResponse.next({ request: { headers } });',
		`  response.headers.set('${ENFORCED}', policy);`,
		'  return response;',
		'}',
	];
	const proxies = isQuotable(policy)
		? {
				nginx: [
					`# markup: <script nonce="${NONCE_PLACEHOLDER}">; $request_id is 16 random bytes`,
					'sub_filter_once off;',
					`sub_filter '${NONCE_PLACEHOLDER}' $request_id;`,
					`add_header ${ENFORCED} "${policy.replaceAll(NONCE_PLACEHOLDER, '$request_id')}" always;`,
				].join('\n'),
				caddy: [
					'# markup: <script nonce="{{placeholder "http.request.uuid"}}">',
					'templates',
					`header ${ENFORCED} "${policy.replaceAll(NONCE_PLACEHOLDER, '{http.request.uuid}')}"`,
				].join('\n'),
			}
		: {};
	return perPlatform(
		summary,
		{
			...proxies,
			any: `${ENFORCED}: ${policy}`,
			express: express.join('\n'),
			nextjs: nextjs.join('\n'),
		},
		...steps,
		`${NONCE_PLACEHOLDER} stands for 16 random bytes in base64, made up for every response and written as nonce="…" on each script of the page.`,
		'Pages with a nonce must not be kept in a shared cache.',
	);
}
