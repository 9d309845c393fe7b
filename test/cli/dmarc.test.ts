import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { launch } from './launch.ts';

const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ A 203.0.113.9',
				'_dmarc TXT "v=DMARC1; p=none; sp=quaran" "tine; np=reject; t=y"',
				'app A 203.0.113.10',
				'old CNAME gone.other.test.',
				'_dmarc.two TXT "v=DMARC1; p=none"',
				'_dmarc.two TXT "v=DMARC1; p=reject"',
				'two A 203.0.113.11',
				'_dmarc.alias CNAME record.other.test.',
				'*.wild TXT "v=spf1 -all"',
				'wild A 203.0.113.12',
				'_dmarc.own TXT "v=DMARC1; p=reject; psd=n"',
				'_dmarc.hostile TXT "v=DMARC1; p=reject; x=\\027[31m\\226\\128\\174"',
				'fails A 203.0.113.13',
			],
		},
		'other.test': { records: ['record TXT "v=DMARC1; p=quarantine"'] },
		'bank.test': {
			records: ['_dmarc TXT "v=DMARC1; p=reject; psd=y"', 'giant A 203.0.113.14'],
		},
	},
	dnsFaults: [{ server: 'resolver', name: '_dmarc.fails.shop.test', does: { rcode: 'SERVFAIL' } }],
};

let lab: Lab;
/** Where the lab's resolver really listens. */
let resolver = '';

beforeAll(async () => {
	lab = await startLab(WORLD);
	const [address = ''] = lab.resolver.split(':');
	const at = lab.addressMap({ address, port: 53, transport: 'udp' });
	if (typeof at === 'string') throw new Error(at);
	resolver = `${at.address}:${at.port}`;
});
afterAll(() => lab.close());

const dmarc = (...args: string[]) => launch(['dmarc', '--resolver', resolver, ...args]);

async function inJson(domain: string) {
	const { code, stdout } = await dmarc(domain, '--json');
	return { code, found: JSON.parse(stdout) };
}

describe('one domain', () => {
	it('is told query by query', async () => {
		const { code, stdout, stderr } = await dmarc('app.shop.test');
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(
			stdout,
		).toBe(`none  app.shop.test: what fails is delivered (sp=quarantine of _dmarc.shop.test, and t=y makes it none)
Organizational domain: shop.test
The domain exists in DNS.

  _dmarc.app.shop.test: none
  _dmarc.shop.test: record v=DMARC1; p=none; sp=quarantine; np=reject; t=y
  _dmarc.test: none
`);
	});

	it('is told as JSON', async () => {
		const { code, found } = await inJson('made-up.shop.test.');
		expect(code).toBe(0);
		expect(found).toEqual({
			domain: 'made-up.shop.test',
			result: 'policy',
			policy: 'reject',
			tag: 'np',
			applied: 'quarantine',
			testing: true,
			policyDomain: 'shop.test',
			recordName: '_dmarc.shop.test',
			record: 'v=DMARC1; p=none; sp=quarantine; np=reject; t=y',
			organizationalDomain: 'shop.test',
			organizationalDomainByList: 'shop.test',
			exists: false,
			queries: [
				{ name: '_dmarc.made-up.shop.test', found: 'none', aliases: [], records: [] },
				{
					name: '_dmarc.shop.test',
					found: 'record',
					aliases: [],
					records: ['v=DMARC1; p=none; sp=quarantine; np=reject; t=y'],
				},
				{ name: '_dmarc.test', found: 'none', aliases: [], records: [] },
			],
			failed: [],
		});
	});

	it.each([
		['shop.test', 'p none shop.test shop.test'],
		['old.shop.test', 'sp quarantine shop.test shop.test'],
		['two.shop.test', 'sp quarantine shop.test shop.test'],
		['alias.shop.test', 'p quarantine alias.shop.test shop.test'],
		['x.wild.shop.test', 'sp quarantine shop.test shop.test'],
		['a.own.shop.test', 'p reject own.shop.test own.shop.test'],
		['mail.giant.bank.test', 'p reject bank.test giant.bank.test'],
		['SHOP.Test', 'p none shop.test shop.test'],
	])('%s: %s', async (domain, wanted) => {
		const { found } = await inJson(domain);
		const { tag, policy, policyDomain, organizationalDomain } = found;
		expect([tag, policy, policyDomain, organizationalDomain].join(' ')).toBe(wanted);
	});

	it('asks nothing beyond a boundary', async () => {
		const before = lab.requests.dns.length;
		await inJson('b.own.shop.test');
		const names = lab.requests.dns
			.slice(before)
			.flatMap(({ name, type }) => (type === 'TXT' ? [name] : []));
		expect([...new Set(names)]).toEqual(['_dmarc.b.own.shop.test', '_dmarc.own.shop.test']);
	});

	it('is unknown where DNS fails, with exit code 3', async () => {
		const { code, found } = await inJson('fails.shop.test');
		expect(code).toBe(3);
		expect(found).toMatchObject({ result: 'temperror', policy: null, organizationalDomain: null });
		expect(found.failed.join()).toContain('_dmarc.fails.shop.test TXT: servfail');
	});

	it('has no policy where nobody publishes one', async () => {
		const { code, stdout } = await dmarc('other.test');
		expect(code).toBe(0);
		expect(stdout).toMatch(/^no policy {2}other\.test: receivers do not apply DMARC\n/);
	});

	it('keeps what DNS holds from the terminal', async () => {
		const { stdout } = await dmarc('hostile.shop.test');
		expect(stdout).toContain('x=\\u{1b}[31m');
		expect(stdout).not.toMatch(/\p{Cc}(?<!\n)/u);
	});

	it('prints an array for several domains', async () => {
		const { stdout } = await dmarc('shop.test', 'bank.test', '--json');
		expect(JSON.parse(stdout).map(({ policy }: { policy: string }) => policy)).toEqual([
			'none',
			'reject',
		]);
	});
});

describe('a batch', () => {
	it('gives a line for each line, in order, with its own resolver', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'dmarc-'));
		const file = path.join(folder, 'cases.jsonl');
		const lines = [
			JSON.stringify({ domain: 'shop.test', resolver }),
			'',
			JSON.stringify({ domain: 'fails.shop.test', resolver }),
			JSON.stringify({ domain: '192.0.2.1', resolver }),
			'no JSON',
			JSON.stringify({ name: 'shop.test' }),
			JSON.stringify({ domain: 'giant.bank.test', resolver }),
		];
		await writeFile(file, lines.join('\n'));
		const { code, stdout, stderr } = await launch(['dmarc', '--batch', file]);
		const told = stdout
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(told.map(({ result, error }) => result ?? error)).toEqual([
			'policy',
			'temperror',
			'"192.0.2.1" is no domain name',
			'this line is no JSON',
			'no case such as {"domain": "mail.example.com"}',
			'policy',
		]);
		expect(code).toBe(2);
		expect(stderr.split('\n')[0]).toBe(`launch-ready: ${file}:4: "192.0.2.1" is no domain name`);
	});
});

it.each([
	[['dmarc'], 'dmarc: give a domain'],
	[['dmarc', '198.51.100.1'], 'is no domain name'],
	[['dmarc', 'a..test'], 'is no domain name'],
	[['dmarc', 'shop.test', '--batch', 'x'], 'the cases come from the file alone'],
	[['dmarc', '--batch', '/nowhere'], 'cannot be read'],
	[['dmarc', 'shop.test', '--resolver', 'nonsense'], 'nonsense'],
])('%j is wrong usage', async (args, line) => {
	const { code, stdout, stderr } = await launch(args);
	expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	expect(stderr).toContain(line);
});
