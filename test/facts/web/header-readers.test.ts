import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { apiPathIn } from '../../../src/facts/web/api-path.ts';
import {
	isolationFault,
	obsoleteHeaders,
	permissionsPolicyFault,
	readReferrerPolicy,
	resourcePolicyFault,
} from '../../../src/facts/web/browser-policies.ts';
import { declaresEncoding, readNosniff } from '../../../src/facts/web/content-type-options.ts';
import { isEchoed, readCors } from '../../../src/facts/web/cors-survey.ts';
import { readFrameOptions } from '../../../src/facts/web/frame-options.ts';
import { preloadFaultsIn } from '../../../src/facts/web/hsts-preload.ts';
import { internalAddresses } from '../../../src/facts/web/internal-address.ts';
import { endedBy, namesVersion } from '../../../src/facts/web/technology-headers.ts';
import { cpuMs } from '../../cpu-time.ts';

const NOW = new Date('2026-11-25T00:00:00Z');

function answer(headers: HttpAnswered['headers'], bytes = 'x', status = 200): HttpAnswered {
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

const Text = fc.oneof(
	fc.string({ maxLength: 200, unit: 'binary' }),
	fc
		.array(
			fc.constantFrom(
				...['DENY', 'nosniff', 'max-age=1', 'preload', 'same-origin', 'geolocation=()'],
				...['"', ',', ';', '=', '10.0.0.1', '[fd00::1]', 'a.internal', 'nginx/1.2', 'http://'],
			),
			{ maxLength: 30 },
		)
		.map((parts) => parts.join('')),
);

describe('every reader of a header', () => {
	it('never throws, whatever comes', () => {
		fc.assert(
			fc.property(fc.array(Text, { maxLength: 4 }), Text, (fields, other) => {
				readFrameOptions(fields);
				readNosniff(fields);
				readReferrerPolicy(fields, [other]);
				permissionsPolicyFault(fields);
				isolationFault('cross-origin-opener-policy', fields);
				isolationFault('cross-origin-embedder-policy', fields);
				resourcePolicyFault(fields);
				preloadFaultsIn(fields);
				obsoleteHeaders(fields.map((value) => [other, value] as const));
				apiPathIn(`fetch("${fields.join('')}")`, 'shop.test', 'shop.test');
				const sent = answer(fields.map((value) => ['Access-Control-Allow-Origin', value] as const));
				readCors(sent);
				declaresEncoding(answer([['content-type', other]], fields.join('')), 'https://a.test/');
				for (const value of fields) {
					namesVersion(value);
					endedBy(other, value, NOW);
					for (const name of ['Via', 'Location', 'Refresh', other]) {
						internalAddresses(name, value);
					}
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	it('needs little time for a long one', () => {
		const long = [
			'1.'.repeat(40_000),
			`a/${'1.'.repeat(40_000)}`,
			'"/'.repeat(40_000),
			`"https://${'a'.repeat(80_000)}`,
			`"/${'a?'.repeat(40_000)}`,
			`${' '.repeat(80_000)}x`,
			'nosniff,'.repeat(10_000),
			'10.0.0.1:'.repeat(10_000),
		];
		const before = cpuMs();
		for (const text of long) {
			namesVersion(text);
			endedBy('server', text, NOW);
			internalAddresses('via', text);
			internalAddresses('refresh', text);
			readFrameOptions([text]);
			readNosniff([text]);
			preloadFaultsIn([text]);
			permissionsPolicyFault([text]);
			apiPathIn(text, 'shop.test', 'shop.test');
		}
		expect(cpuMs() - before).toBeLessThan(2_000);
	});
});

describe('X-Frame-Options, as the HTML standard has it', () => {
	it.each([
		[['DENY', 'SAMEORIGIN'], true],
		[['SAMEORIGIN', 'ALLOWALL'], true],
		[['INVALID', 'DENY'], true],
		[['invalid', 'whatever'], false],
		[['ALLOWALL'], false],
	])('%j blocks every frame: %s', (fields, blocksAll) => {
		expect(readFrameOptions(fields)).toMatchObject({ kind: 'invalid', blocksAll });
	});
});

describe('Permissions-Policy and structured items', () => {
	it.each([
		['geolocation=(self "https://a.test"), camera=()', true],
		['geolocation=*', true],
		['geolocation=self', true],
		['', true],
		['Geolocation=()', false],
		['geolocation=(self', false],
		['geolocation=(),', false],
		['camera=(); microphone=()', false],
		["geolocation 'none'", false],
	])('%s is a dictionary (RFC 9651 §3.2): %s', (text, sound) => {
		expect(permissionsPolicyFault([text]) === null).toBe(sound);
	});

	it('reads several fields as one dictionary (RFC 9651 §4.2)', () => {
		expect(permissionsPolicyFault(['geolocation=()', 'camera=()'])).toBeNull();
	});

	it.each([
		['same-origin', true],
		['same-origin; report-to="x"', true],
		['same-origin; report-to', true],
		['noopener-allow-popups', true],
		['same-origin; report-to=a b', false],
		['"same-origin"', false],
		['SAME-ORIGIN', false],
		['same-origin-plus-COEP', false],
		['', false],
	])('%s is a word of Cross-Origin-Opener-Policy: %s', (text, sound) => {
		expect(isolationFault('cross-origin-opener-policy', [text]) === null).toBe(sound);
	});
});

describe('the encoding of a page', () => {
	const meta = '<meta charset=utf-8>';
	const filled = (before: number) => `<!--${'x'.repeat(before - meta.length - 7)}-->${meta}`;

	it.each([
		['text/html; charset=utf-8', 'x', true],
		['text/html; charset="utf-8"', 'x', true],
		['text/html', 'x', false],
		['text/html', '\xef\xbb\xbfx', true],
		['text/html', filled(1_024), true],
		['text/html', filled(1_025), false],
		['text/html', `<!-- ${meta} -->x`, false],
		['application/xhtml+xml', '<html/>', true],
	])('%s with %j is known: %s', (type, body, known) => {
		expect(declaresEncoding(answer([['content-type', type]], body), 'https://a.test/')).toBe(known);
	});

	it('is no question for data', () => {
		expect(
			declaresEncoding(answer([['content-type', 'application/json']]), 'https://a.test/'),
		).toBe(null);
	});
});

describe('versions and their end', () => {
	it.each([
		['nginx', false],
		['cloudflare', false],
		['AmazonS3', false],
		['ECS (nyb/1D2A)', false],
		['ECAcc (dcd/7D45)', false],
		['BunnyCDN-DE1-1081', false],
		['Apache/2.4.62 (Unix)', true],
		['Jetty(9.4.51.v20230217)', true],
		['Phusion Passenger 6.0.4', true],
		['Apache/2', true],
		['Apache OpenSSL/1.0.2k-fips', true],
	])('%s names a version: %s', (server, names) => {
		expect(namesVersion(server)).toBe(names);
	});

	it.each([
		['Server', 'Apache/2.4.6 (CentOS)', '2026-11-25', ['CentOS Linux']],
		['Server', 'Apache/2.4.6 (CentOS Stream)', '2026-11-25', []],
		['Server', 'nginx/1.18.0', '2026-11-25', []],
		['Server', 'nginx/1.17.10', '2026-11-25', ['nginx']],
		['X-Powered-By', 'PHP/8.2.29', '2026-12-31', []],
		['X-Powered-By', 'PHP/8.2.29', '2027-01-01', ['PHP']],
		['X-Powered-By', 'PHP/7.4.3-4ubuntu2.29', '2026-11-25', []],
		['X-AspNetMvc-Version', '4.0', '2026-11-25', ['ASP.NET MVC']],
		['X-AspNetMvc-Version', '5.2', '2026-11-25', []],
		['constructor', 'PHP/5.6', '2026-11-25', ['PHP']],
	])('%s: %s on %s has ended for %j', (name, value, day, products) => {
		const ended = endedBy(name, value, new Date(`${day}T12:00:00Z`));
		expect(ended.map(({ product }) => product)).toEqual(products);
	});
});

describe('internal addresses', () => {
	it.each([
		['Location', 'https://10.0.0.1/', ['10.0.0.1']],
		['Location', '//intranet/x', ['intranet']],
		['Location', '/next?to=http://10.0.0.1/', []],
		['Location', 'https://shop.test/?next=http://10.0.0.1/', []],
		['Refresh', '0; url=http://localhost:3000/', ['localhost']],
		['Via', '1.1 varnish, HTTP/2 caddy', []],
		['Via', '1.1 [fe80::1]:80 (x)', ['fe80::1']],
		['X-Served-By', '169.254.10.10', ['169.254.10.10']],
		['X-Served-By', 'local', []],
		['X-Served-By', 'printer.local', ['printer.local']],
		['X-Backend', '172.15.255.255', []],
		['X-Backend', '172.16.0.0', ['172.16.0.0']],
		['X-Backend', 'web-1', []],
		['Server', '10.0.0.1', []],
	])('%s: %s names %j', (name, value, expected) => {
		expect(internalAddresses(name, value)).toEqual(expected);
	});
});

describe('endpoints that scripts read', () => {
	it.each([
		['fetch("/api/me")', '/api/me'],
		["axios.get('/api/v2/orders?page=1')", '/api/v2/orders'],
		['fetch(`https://shop.test/v1/session`)', '/v1/session'],
		['fetch("/api/logout")', null],
		['fetch("/account/me")', null],
		['fetch("https://other.test/api/me")', null],
	])('%s: %s', (script, path) => {
		expect(apiPathIn(script, 'shop.test', 'shop.test')).toBe(path);
	});

	it('takes any path of a host that only has data', () => {
		const script = 'fetch("https://api.shop.test/users/me"); fetch("/api/orders")';
		expect(apiPathIn(script, 'api.shop.test', 'shop.test')).toBe('/users/me');
	});
});

describe('the CORS check', () => {
	const read = (...headers: [string, string][]) => ({
		origin: 'https://a.test',
		...readCors(answer(headers)),
	});

	it.each([
		[[['Access-Control-Allow-Origin', 'https://a.test']], true],
		[[['Access-Control-Allow-Origin', 'https://A.test']], false],
		[[['Access-Control-Allow-Origin', 'https://a.test/']], false],
		[[['Access-Control-Allow-Origin', '*']], false],
		[
			[
				['Access-Control-Allow-Origin', 'https://a.test'],
				['Access-Control-Allow-Origin', 'https://a.test'],
			],
			false,
		],
	] as [[string, string][], boolean][])('%j lets https://a.test in: %s', (headers, letIn) => {
		expect(isEchoed(read(...headers))).toBe(letIn);
	});

	it.each([
		['true', true],
		['True', false],
		['1', false],
	])('credentials %s count: %s', (value, counts) => {
		expect(read(['Access-Control-Allow-Credentials', value]).credentials).toBe(counts);
	});

	it.each([
		[200, '', true],
		[200, 'max-age=60, No-Store', false],
		[401, '', false],
		[401, 'public', true],
		[403, 'max-age=0', false],
		[404, '', true],
	])('a cache may keep %i with %j: %s', (status, control, storable) => {
		const headers = control === '' ? [] : [['Cache-Control', control] as const];
		expect(readCors(answer(headers, 'x', status)).storable).toBe(storable);
	});
});
