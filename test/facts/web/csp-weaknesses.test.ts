import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js';
import { type Finding, Severity, Type } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { enforcedPolicies } from '../../../src/facts/web/csp.ts';
import { blockedParts } from '../../../src/facts/web/csp-blocked.ts';
import { reusedNonce } from '../../../src/facts/web/csp-nonce.ts';
import { cspText, rewrittenPolicy, securedSource } from '../../../src/facts/web/csp-repair.ts';
import { type CspWeakness, cspWeaknesses } from '../../../src/facts/web/csp-weaknesses.ts';
import { readPage } from '../../../src/facts/web/html.ts';
import { pageSources, starterPolicy } from '../../../src/facts/web/page-sources.ts';
import type { SeenPage } from '../../../src/facts/web/site-pages.ts';
import { cpuMs } from '../../cpu-time.ts';

function answer(fields: readonly string[], bytes = ''): HttpAnswered {
	return {
		kind: 'answered',
		status: 200,
		headers: fields.map((value) => ['content-security-policy', value]),
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

const policies = (...fields: string[]) => enforcedPolicies(answer(fields));
const weaknesses = (...fields: string[]) => cspWeaknesses(policies(...fields), 'www.example.com');
const ids = (...fields: string[]) => weaknesses(...fields).map(({ id }) => id);

describe('several policies', () => {
	it.each([
		['unsafe-inline', "script-src 'unsafe-inline'", "script-src 'self'"],
		['unsafe-inline', "script-src 'unsafe-inline'", "default-src 'none'"],
		['unsafe-eval', "script-src 'unsafe-eval'", "default-src 'self'"],
		['broad-script-source', 'script-src *', "script-src-elem 'self'"],
		['no-base-uri', "script-src 'self'", "base-uri 'none'"],
		['no-object-src', "script-src 'self'", "object-src 'none'"],
		['insecure-scheme', 'connect-src http://a.test', "default-src 'self'"],
		['bypass-host', 'script-src cdnjs.cloudflare.com', "script-src 'self'"],
		[
			'bypass-host',
			'script-src cdnjs.cloudflare.com',
			"script-src 'nonce-abcdefgh' 'strict-dynamic' https:",
		],
	])('%s counts only where every one of them has it', (id, weak, firm) => {
		expect(ids(weak)).toContain(id);
		expect(ids(weak, firm)).not.toContain(id);
		expect(ids(firm, weak)).not.toContain(id);
		expect(ids(weak, weak)).toContain(id);
		// One that says nothing about it takes nothing away.
		expect(ids(weak, 'upgrade-insecure-requests')).toContain(id);
	});

	it('shares a gadget only where each lets it in', () => {
		expect(ids('script-src cdnjs.cloudflare.com', 'script-src https:')).toContain('bypass-host');
		expect(ids('script-src cdnjs.cloudflare.com', 'script-src cdn.jsdelivr.net')).not.toContain(
			'bypass-host',
		);
	});
});

it('looks for the weakness in the directive that is in force (CSP3 §6.8.3)', () => {
	const [found] = weaknesses("default-src 'unsafe-inline'; style-src 'self'").filter(
		({ id }) => id === 'unsafe-inline',
	);
	expect(found).toMatchObject({ directive: 'default-src' });
	expect(
		ids("script-src 'unsafe-inline'; script-src-elem 'self'; script-src-attr 'none'"),
	).not.toContain('unsafe-inline');
});

it('knows development hosts, and lets a development host name its own kind', () => {
	const local = (source: string, host: string) =>
		cspWeaknesses(policies(`connect-src ${source}`), host).some(({ id }) => id === 'local-source');
	expect(local('http://localhost:3000', 'www.example.com')).toBe(true);
	expect(local('ws://app.localhost', 'www.example.com')).toBe(true);
	expect(local('https://[::1]:3000', 'www.example.com')).toBe(true);
	expect(local('10.0.0.5', 'www.example.com')).toBe(true);
	expect(local('nas.local', 'www.example.com')).toBe(true);
	expect(local('203.0.113.4', 'www.example.com')).toBe(false);
	expect(local('localhost.example.net', 'www.example.com')).toBe(false);
	expect(local('https://api.staging.example.com', 'www.example.com')).toBe(true);
	expect(local('https://api.staging.example.com', 'staging.example.com')).toBe(false);
	expect(local('http://localhost:3000', 'shop.localhost')).toBe(false);
});

it('takes a nonce for reused only where it alone lets script in', () => {
	const same = "script-src 'nonce-c2FtZS1zYW1l'";
	expect(reusedNonce(policies(same), policies(same))?.nonce).toBe('c2FtZS1zYW1l');
	expect(reusedNonce(policies(same), policies("script-src 'nonce-b3RoZXItb3RoZXI='"))).toBeNull();
	const fresh = (nonce: string) => policies(same, `script-src 'nonce-${nonce}'`);
	expect(reusedNonce(fresh('Zmlyc3QtZmlyc3Q='), fresh('c2Vjb25kLXNlY29uZA=='))).toBeNull();
	const style = policies("script-src 'self'; style-src 'nonce-c2FtZS1zYW1l'");
	expect(reusedNonce(style, style)?.directive).toBe('style-src');
});

it('rewrites one directive and leaves the rest in its order', () => {
	const [policy] = policies("a-src x; Script-Src 'self' 'nonce-abcdefgh'; img-src *; script-src b");
	if (policy === undefined) throw new Error('no policy');
	expect(cspText(policy.directives)).toBe(
		"a-src x; script-src 'self' 'nonce-__NONCE__'; img-src *",
	);
	expect(
		rewrittenPolicy(policy, { 'img-src': ["'self'"], 'base-uri': ["'none'"], 'a-src': null }),
	).toBe("script-src 'self' 'nonce-__NONCE__'; img-src 'self'; base-uri 'none'");
	expect(
		['http:', 'http://a.test:80/x', 'ws://a.test', "'self'", 'httpbin.test'].map(securedSource),
	).toEqual(['https:', 'https://a.test:80/x', 'ws://a.test', "'self'", 'httpbin.test']);
});

const SAME: readonly (readonly [type: Type, id: CspWeakness['id']])[] = [
	[Type.SCRIPT_UNSAFE_INLINE, 'unsafe-inline'],
	[Type.SCRIPT_UNSAFE_EVAL, 'unsafe-eval'],
	[Type.SCRIPT_ALLOWLIST_BYPASS, 'bypass-host'],
	[Type.UNKNOWN_DIRECTIVE, 'syntax'],
	[Type.MISSING_SEMICOLON, 'syntax'],
	[Type.INVALID_KEYWORD, 'syntax'],
	[Type.NONCE_LENGTH, 'nonce-weak'],
	[Type.NONCE_CHARSET, 'nonce-weak'],
	[Type.IP_SOURCE, 'ip-source'],
	[Type.DEPRECATED_DIRECTIVE, 'deprecated-directive'],
	[Type.PLAIN_URL_SCHEMES, 'broad-script-source'],
	[Type.PLAIN_WILDCARD, 'broad-script-source'],
];

/** What csp_evaluator finds with certainty in one policy, in our words. */
function evaluated(policy: string): ReadonlySet<CspWeakness['id']> {
	const { csp } = new CspParser(policy);
	const script = csp.getEffectiveDirective('script-src-elem');
	const attribute = csp.getEffectiveDirective('script-src-attr');
	const isMeant: Partial<Record<Type, (finding: Finding) => boolean>> = {
		// A list of elements does not allow eval; and that a host may serve JSONP is a guess, and none of a list.
		[Type.SCRIPT_ALLOWLIST_BYPASS]: ({ severity, directive, value }) =>
			!(value === 'www.google-analytics.com' && directive === 'script-src-elem') &&
			severity === Severity.HIGH &&
			directive === script,
		[Type.PLAIN_URL_SCHEMES]: ({ directive }) => directive === script,
		[Type.PLAIN_WILDCARD]: ({ directive }) => directive === script,
		// A list that both of these stand in for governs no inline script.
		[Type.SCRIPT_UNSAFE_INLINE]: ({ directive }) => directive === script || directive === attribute,
		// Only script-src, and default-src in its place, speaks of eval.
		[Type.SCRIPT_UNSAFE_EVAL]: ({ directive }) => !/-(?:elem|attr)$/.test(directive),
		// Browsers ignore what an unknown directive says.
		[Type.IP_SOURCE]: ({ directive }) => directive !== 'scripts-src',
	};
	const findings = new CspEvaluator(csp)
		.evaluate()
		.filter((finding) => isMeant[finding.type]?.(finding) ?? true);
	return new Set(
		findings.flatMap(({ type }) => SAME.flatMap(([one, id]) => (one === type ? [id] : []))),
	);
}

it('finds everything that csp_evaluator is sure of', () => {
	const source = fc.constantFrom(
		"'self'",
		"'none'",
		"'unsafe-inline'",
		"'unsafe-eval'",
		"'strict-dynamic'",
		"'nonce-bm9uY2Utbm9uY2U='",
		"'nonce-abc'",
		"'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='",
		"'report-sample'",
		"'invalid'",
		'self',
		'unsafe-inline',
		'nonce-abcdefgh',
		'https:',
		'data:',
		'*',
		'https://www.example.com',
		'*.googleapis.com',
		'ajax.googleapis.com',
		'https://cdnjs.cloudflare.com/ajax/',
		'www.google-analytics.com',
		'https://198.51.100.7:8443',
		'127.0.0.1',
		'object-src',
	);
	const directive = fc.constantFrom(
		'default-src',
		'script-src',
		'script-src-elem',
		'script-src-attr',
		'style-src',
		'img-src',
		'object-src',
		'scripts-src',
		'prefetch-src',
	);
	const policy = fc
		.uniqueArray(fc.tuple(directive, fc.uniqueArray(source, { maxLength: 4 })), {
			minLength: 1,
			maxLength: 4,
			selector: ([name]) => name,
		})
		.map((parts) => parts.map(([name, values]) => [name, ...values].join(' ')).join('; '));
	let compared = 0;
	fc.assert(
		fc.property(policy, (text) => {
			const ours = new Set(ids(text));
			for (const id of evaluated(text)) {
				compared += 1;
				expect(ours, `${id} in ${text}`).toContain(id);
			}
		}),
		{ numRuns: 3_000 },
	);
	expect(compared).toBeGreaterThan(1_000);
});

const PARTS = fc.constantFrom(
	'<script>',
	'</script>',
	'<script src="https://a.test/">',
	'<style>',
	'</style>',
	'<img src=data:,x>',
	'<p onclick=a style=b>',
	'<meta http-equiv=content-security-policy content="',
	'">',
	'<base href=',
	'<template>',
	'<noscript>',
	"script-src 'self'",
	';',
	'<redacted:9>',
	'\u0000',
	'\r\n',
);

it('never throws on arbitrary pages and policies', () => {
	fc.assert(
		fc.property(
			fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
			fc.array(fc.oneof(PARTS, fc.string({ unit: 'binary' })), { maxLength: 30 }),
			(fields, parts) => {
				const html = Buffer.from(parts.join(''), 'utf8').toString('latin1');
				const url = 'https://www.example.com/';
				const one: SeenPage = {
					url,
					what: 'start',
					answer: answer(fields, html),
					page: readPage(parts.join(''), url),
				};
				const enforced = enforcedPolicies(one.answer);
				cspWeaknesses(enforced, 'www.example.com');
				reusedNonce(enforced, enforced);
				for (const { policy } of blockedParts(one)) expect(enforced).toContainEqual(policy);
				const sources = pageSources({ pages: [one], assets: [], passedOver: 0 });
				expect(starterPolicy(sources)).toMatch(/^default-src 'self'; script-src 'self'/);
			},
		),
		{ numRuns: 500 },
	);
});

it('reads hostile policies and pages in bounded time', { timeout: 90_000 }, () => {
	const html = '<img src=https://a.test/x>'.repeat(3_000) + '<p onclick=a>'.repeat(3_000);
	const metas = '<meta http-equiv=content-security-policy content="img-src a">'.repeat(2_000);
	const url = 'https://www.example.com/';
	for (const field of [
		`script-src ${'a.b '.repeat(6e4)}`,
		`img-src ${Array.from({ length: 3e4 }, (_, at) => `h${at}.test`).join(' ')}`,
		'img-src a,'.repeat(2e4),
		`script-src ${Array.from({ length: 1e4 }, (_, at) => `'nonce-abcdefgh${at}'`).join(' ')}`,
		';a b'.repeat(6e4),
	]) {
		const one = answer([field], metas + html);
		const enforced = enforcedPolicies(one);
		cspWeaknesses(enforced, 'www.example.com');
		reusedNonce(enforced, enforced);
		const began = cpuMs();
		cspWeaknesses(enforced, 'www.example.com');
		reusedNonce(enforced, enforced);
		blockedParts({ url, what: 'start', answer: one, page: readPage(one.body.bytes, url) });
		expect(cpuMs() - began, field.slice(0, 20)).toBeLessThan(12_000);
	}
});
