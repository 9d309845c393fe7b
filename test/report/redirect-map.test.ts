import { expect, it } from 'vitest';
import type { HttpOutcome } from '../../src/core/io.ts';
import { parseTarget } from '../../src/engine/parse-target.ts';
import { redirectMap } from '../../src/report/redirect-map.ts';

const SEED = '0123456789abcdef';
const TARGET = parseTarget({ domain: 'example.com', oldDomains: ['alt.example'], seed: SEED });

function answered(status: number, location?: string): HttpOutcome {
	return {
		kind: 'answered',
		status,
		headers: location === undefined ? [] : [['Location', location]],
		body: { bytes: '', truncated: false, sha256: '' },
		address: '203.0.113.7',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

function mapOf(...seen: [url: string, status: number, location?: string, more?: object][]) {
	return redirectMap(
		seen.map(([url, status, location, more = {}]) => ({
			params: { url, method: 'GET', ...more },
			value: answered(status, location),
		})),
		TARGET,
	);
}

it('holds every hop with the place where its visitors end', () => {
	const map = mapOf(
		['http://example.com/', 308, 'https://example.com/'],
		['https://example.com/', 302, '/en'],
		['https://example.com/en', 200],
		['https://alt.example/a', 301, 'https://example.com/gone'],
		['https://example.com/gone', 404],
	);
	expect(map).toEqual([
		{
			from: 'http://example.com/',
			to: 'https://example.com/',
			status: 308,
			endsAt: 'https://example.com/en',
			endStatus: 200,
		},
		{
			from: 'https://alt.example/a',
			to: 'https://example.com/gone',
			status: 301,
			endsAt: 'https://example.com/gone',
			endStatus: 404,
		},
		{
			from: 'https://example.com/',
			to: 'https://example.com/en',
			status: 302,
			endsAt: 'https://example.com/en',
			endStatus: 200,
		},
	]);
});

it('leaves out controls, probes, walks with cookies, and what other parties do', () => {
	expect(
		mapOf(
			[`https://example.com/lr-${SEED}/deep`, 301, '/'],
			['https://example.com/?utm_source=a&gclid=b%20c&x=1&x=2', 301, '/en'],
			['https://example.com/out?url=%2F%2Fexample.org%2F', 302, '//example.org/'],
			['https://example.com/.env', 302, '/', { headers: [['range', 'bytes=0-1']] }],
			['https://example.com/', 302, '/', { jar: { walk: 'w', step: 0 } }],
			['https://example.com/api', 301, '/v2', { method: 'OPTIONS' }],
			['https://example.net/', 301, 'https://example.net/en'],
			['https://example.com/cached', 304],
		),
	).toEqual([]);
});

it('keeps what campaigns are counted by, and no other value of a query', () => {
	const token = 'eyJhbGciOiJIUzI1NiJ9';
	const [hop] = mapOf([
		'https://example.com/?utm_source=mail&id=7',
		302,
		`https://me:pw@example.com/in?token=${token}&utm_source=mail&next=#access_token=${token}`,
	]);
	expect(hop).toMatchObject({
		from: 'https://example.com/?utm_source=mail&id=<redacted:1>',
		to: 'https://<redacted>@example.com/in?token=<redacted:20>&utm_source=mail&next=',
		endsAt: null,
	});
	expect(JSON.stringify(hop)).not.toContain(token);
	expect(JSON.stringify(mapOf(['https://example.com/', 302, `https://?t=${token}`]))).not.toContain(
		token,
	);
});

it('ends nowhere where redirects go in a circle', () => {
	const map = mapOf(['https://example.com/a', 302, '/b'], ['https://example.com/b', 302, '/a']);
	expect(map.map(({ endsAt }) => endsAt)).toEqual([null, null]);
});
