import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { mapText } from '../../src/report/map-text.ts';

const chalk = new Chalk({ level: 0 });
const NOTHING = {
	records: [],
	hosts: [],
	redirects: [],
	certificates: [],
	mail: { exchangers: [], spf: null, dmarc: null },
	externalDependencies: [],
};

it('lists records by name, each with its purpose, then redirects and dependencies', () => {
	const record = (name: string, type: string, value: string, purpose: string | null = null) => ({
		name,
		type,
		ttl: 300,
		value,
		purpose,
	});
	const text = mapText(
		{
			...NOTHING,
			records: [
				record('www.example.com', 'CNAME', 'example.com', 'site'),
				record('example.com', 'TXT', `"${'k'.repeat(90)}"`),
				record('example.com', 'A', '203.0.113.7', 'site'),
				record('api.example.com', 'A', '203.0.113.8\u001b[2J', 'API'),
			],
			redirects: [{ from: 'http://example.com/', to: 'https://example.com/', status: 308 }],
			externalDependencies: [{ name: 'mx.example.net', seenIn: 'example.com MX' }],
		},
		{ chalk },
	);
	expect(text.split('\n')).toEqual([
		'DNS map (4 records)',
		'  example.com',
		'    A    203.0.113.7                                                    300 s  site',
		`    TXT  "${'k'.repeat(59)}…  300 s`,
		'  api.example.com',
		'    A  203.0.113.8\\u{1b}[2J  300 s  API',
		'  www.example.com',
		'    CNAME  example.com  300 s  site',
		'',
		'Redirects (1)',
		'  http://example.com/ → https://example.com/ (308)',
		'',
		'Depends on (1)',
		'  mx.example.net (example.com MX)',
	]);
});

it('lists certificates of web and mail alike, with what is left of each', () => {
	const old = {
		host: 'old.example.com',
		subject: 'CN=old.example.com',
		issuer: 'CN=R1',
		names: ['DNS:old.example.com'],
		notBefore: '2029-12-01T00:00:00.000Z',
		notAfter: '2029-12-31T00:00:00.000Z',
		sha256: '00',
	};
	const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `DNS:${name}.example.com`);
	const mail = {
		...old,
		host: 'mx.example.net',
		names,
		notAfter: '2030-01-02T10:00:00.000Z',
		service: 'mail' as const,
		servedAt: ['203.0.113.25:25', '[2001:db8::25]:25'],
		issuedBy: 'Trust\u001b[2J Co (R1)',
		key: 'P-256',
	};
	const text = mapText(
		{
			...NOTHING,
			certificates: [
				{ ...mail, daysLeft: -1, trusted: false, problem: 'it expired' },
				{ ...mail, daysLeft: 1, trusted: true, problem: null },
				{ ...old },
			],
		},
		{ chalk },
	);
	const who = [
		'    by Trust\\u{1b}[2J Co (R1), P-256, for a.example.com, b.example.com, c.example.com, d.example.com and 2 more',
		'    at 203.0.113.25:25, [2001:db8::25]:25',
	];
	expect(text.split('\n')).toEqual([
		'Certificates, next to expire first (3)',
		'  2030-01-02 (expired)  mx.example.net, mail',
		'    not trusted: it expired',
		...who,
		'  2030-01-02 (1 day left)  mx.example.net, mail',
		...who,
		'  2029-12-31  old.example.com, web',
		'    by CN=R1, for old.example.com',
	]);
});

it('says nothing where nothing was seen', () => {
	expect(mapText(NOTHING, { chalk })).toBe('');
});
