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

it('says nothing where nothing was seen', () => {
	expect(mapText(NOTHING, { chalk })).toBe('');
});
