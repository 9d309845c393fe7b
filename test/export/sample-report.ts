import type { Report } from '../../src/core/report.ts';

type Map = Report['map'];

function certificate(host: string, more: Partial<Map['certificates'][number]> = {}) {
	return {
		host,
		subject: `CN=${host}`,
		issuer: 'CN=Some CA',
		names: [`DNS:${host}`],
		notBefore: '2026-01-01T00:00:00.000Z',
		notAfter: '2026-12-31T00:00:00.000Z',
		sha256: '',
		service: 'web' as const,
		trusted: true,
		problem: null,
		...more,
	};
}

function record(name: string, type: string, value: string, ttl = 300) {
	return { name, type, ttl, value, purpose: null };
}

export const SAMPLE_MAP: Map = {
	records: [
		record('shop.test', 'A', '203.0.113.10'),
		record('shop.test', 'AAAA', '2001:db8::10'),
		record('shop.test', 'MX', '10 mx1.mailhost.test'),
		record('shop.test', 'MX', '20 mx2.mailhost.test'),
		record('shop.test', 'NS', 'ns1.dnshost.test'),
		record('shop.test', 'CAA', '0 issue "ca.test; validationmethods=dns-01"'),
		record('shop.test', 'CAA', '0 iodef "mailto:ca@shop.test"'),
		record('shop.test', 'TXT', '"v=spf1 include:_spf.mailhost.test ?all"'),
		record('shop.test', 'TXT', '"another-service=0123"'),
		record('_dmarc.shop.test', 'TXT', '"v=DMARC1; p=reject; rua=mailto:d@shop.test"'),
		record('shop.test', 'SOA', 'ns1.dnshost.test h.shop.test 1 2 3 4 5'),
		record('www.shop.test', 'CNAME', 'shop.test'),
		record('www.shop.test', 'A', '203.0.113.10'),
		record('api.shop.test', 'A', '203.0.113.12', 60),
	],
	hosts: ['shop.test', 'www.shop.test', 'app.shop.test', 'api.shop.test'].map((name) => ({
		name,
		addresses: ['203.0.113.10'],
		aliases: [],
	})),
	redirects: [
		{
			from: 'http://shop.test/',
			to: 'https://shop.test/',
			status: 308,
			endsAt: 'https://shop.test/',
			endStatus: 200,
		},
		{
			from: 'https://www.shop.test/',
			to: 'https://shop.test/',
			status: 301,
			endsAt: 'https://shop.test/',
			endStatus: 200,
		},
		{
			from: 'https://shop.test/old.html',
			to: 'https://shop.test/new',
			status: 301,
			endsAt: 'https://shop.test/new',
			endStatus: 200,
			named: true,
		},
		{
			from: 'https://shop.test/robots.txt',
			to: 'https://shop.test/',
			status: 302,
			endsAt: 'https://shop.test/',
			endStatus: 200,
		},
		{
			from: 'http://app.shop.test/',
			to: 'https://app.shop.test/',
			status: 302,
			endsAt: null,
			endStatus: null,
		},
	],
	answers: [
		{ url: 'https://shop.test/', from: 'https://shop.test/', status: 200, type: 'text/html' },
		{ url: 'https://shop.test/', from: 'https://www.shop.test/', status: 200, type: 'text/html' },
		{ url: 'https://api.shop.test/', from: 'https://api.shop.test/', status: 404, type: null },
	],
	health: [
		{ url: 'https://api.shop.test/health', state: 'up', status: 200, cached: false, detail: '' },
		{ url: 'https://shop.test/health', state: 'shell', status: 200, cached: false, detail: '' },
		{ url: 'https://shop.test/up', state: 'up', status: 200, cached: true, detail: '' },
	],
	certificates: [
		certificate('shop.test'),
		certificate('www.shop.test'),
		certificate('api.shop.test'),
		certificate('app.shop.test', { trusted: false, problem: 'it expired on 2026-01-01' }),
		certificate('mx1.mailhost.test', { service: 'mail' }),
	],
	mail: {
		exchangers: ['10 mx1.mailhost.test', '20 mx2.mailhost.test'],
		spf: null,
		dmarc: null,
	},
	externalDependencies: [],
};

function timing(url: string, more: Partial<Report['timings'][number]>) {
	return {
		url,
		samples: 20,
		p50: 1,
		p95: 2,
		p99: 3,
		p95Interval: [1, null] as [number, null],
		errorRate: 0,
		phases: { connect: 1, firstByte: 1, download: 1 },
		...more,
	};
}

/** A report with one of everything that an export takes or leaves. */
export function sampleReport(map: Partial<Map> = {}, more: Partial<Report> = {}): Report {
	return {
		headline: '',
		schemaVersion: '1',
		decision: {
			launch: 'GO',
			sentence: '',
			blockers: 0,
			high: 0,
			later: 0,
			info: 0,
			accepted: 0,
			score: 100,
			deductions: [],
			earliestGo: 0,
			deadlineSeconds: 1,
			withinDeadline: true,
		},
		coverage: {
			pass: 0,
			fail: 0,
			unknown: 0,
			blocked: 0,
			notApplicable: 0,
			skipped: 0,
			accepted: 0,
			blockerCapableUnknown: [],
		},
		complete: true,
		target: {
			domain: 'shop.test',
			hosts: ['shop.test', 'www.shop.test', 'app.shop.test', 'api.shop.test', 'admin.shop.test'],
		},
		tool: { name: 'launch-ready', version: '1.2.3' },
		startedAt: '2026-06-01T12:00:00.000Z',
		durationMs: 1,
		vantage: { resolver: '1.1.1.1', node: '20', proxy: null },
		findings: [],
		checks: [],
		risks: [],
		waivers: [],
		map: { ...SAMPLE_MAP, ...map },
		timings: [
			timing('https://shop.test/', {
				connection: 'new for each visit',
				budgetMs: 2_000,
				method: 'GET',
				status: 200,
			}),
			timing('https://api.shop.test/items', {
				connection: 'kept alive',
				budgetMs: 250,
				method: 'GET',
				status: 200,
			}),
		],
		...more,
	};
}
