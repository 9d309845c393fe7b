import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { DAY, mail, report, zip } from '../facts/mail/report-maker.ts';
import { launch } from './launch.ts';

let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'reports-cli-'));
	await writeFile(path.join(folder, 'zone'), ZONE);
	await writeFile(path.join(folder, 'file.xml'), report());
});

const ZONE = `$ORIGIN shop-test.com.
$TTL 3600
@ SOA ns1.example.net. hostmaster 1 7200 3600 1209600 300
@ NS ns1.example.net.
@ NS ns2.example.net.
@ A 185.199.108.153
@ MX 10 mx
mx A 203.0.113.25
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=none; rua=mailto:d@shop-test.com"
`;

/** Four receivers, each with its own wrapping; 1,234 messages, of which 1,200 pass. */
async function filled(name: string): Promise<string> {
	const reports = path.join(folder, name);
	await mkdir(reports);
	const today = Math.floor(Date.now() / 1_000 / DAY) * DAY;
	const made = (id: string, passed: number, failed: number) =>
		Buffer.from(
			report({
				domain: 'shop-test.com',
				id,
				begin: today - DAY,
				end: today - 1,
				rows: [{ count: passed }, { ip: '198.51.100.9', count: failed, dkim: 'fail', spf: 'fail' }],
			}),
		);
	await writeFile(path.join(reports, 'a.xml'), made('a', 700, 4));
	await writeFile(path.join(reports, 'b.xml.gz'), gzipSync(made('b', 300, 10)));
	await writeFile(
		path.join(reports, 'c.zip'),
		zip([{ name: 'c.xml', content: made('c', 150, 15) }]),
	);
	await writeFile(path.join(reports, 'd.eml'), mail('d.xml.gz', gzipSync(made('d', 50, 5))));
	await writeFile(path.join(reports, 'e.xml.gz'), gzipSync(made('e', 9, 9)).subarray(0, 70));
	return reports;
}

const offline = () => ['--zone', path.join(folder, 'zone'), '--no-live', '--fail-on', 'never'];

describe('--dmarc-reports', () => {
	it.each([
		[
			'/nonexistent/reports',
			/^launch-ready: --dmarc-reports "\/nonexistent\/reports": there is no such folder\n$/,
		],
		[
			'package.json',
			/^launch-ready: --dmarc-reports "package\.json": this is a file; give the folder that holds the reports\n$/,
		],
	])('refuses %s in one line', async (given, line) => {
		const { code, stdout, stderr } = await launch([
			'audit',
			'example.com',
			'--dmarc-reports',
			given,
		]);
		expect([code, stdout]).toEqual([2, '']);
		expect(stderr).toMatch(line);
	});

	it('refuses the same in the config', async () => {
		const config = path.join(folder, 'launch-ready.config.yaml');
		await writeFile(config, 'dmarcReports: /nonexistent/reports\n');
		const { code, stderr } = await launch(['audit', 'example.com', '--config', config]);
		expect(code).toBe(2);
		expect(stderr).toMatch(
			/^launch-ready: dmarcReports in the config "\/nonexistent\/reports": there is no/,
		);
	});

	it('adds up exactly in JSON, with no network, and again from a recording without the folder', async () => {
		const reports = await filled('json');
		const recording = path.join(folder, 'recording');
		const first = await launch([
			'audit',
			'shop-test.com',
			...offline(),
			'--dmarc-reports',
			reports,
			'--record',
			recording,
			'--format',
			'json',
		]);
		expect([first.code, first.stderr]).toEqual([0, '']);
		const told = JSON.parse(first.stdout) as Report;
		expect(told.map.mail.reports).toMatchObject({
			folder: 'json',
			files: 5,
			reports: 4,
			foreign: 0,
			duplicates: 0,
			unread: 1,
			messages: 1_234,
			passed: 1_200,
			dkim: 1_200,
			spf: 1_200,
			domains: [
				{
					domain: 'shop-test.com',
					reports: 4,
					sources: [
						{ name: '203.0.113.25', messages: 1_200, passed: 1_200 },
						{ name: '198.51.100.9', messages: 34, passed: 0 },
					],
					headerFrom: [{ name: 'shop-test.com', messages: 1_234 }],
				},
			],
		});
		const said = told.findings.filter(({ check }) => check === 'email/reports');
		expect(said.map(({ id }) => id)).toEqual(['email/reports/malformed']);

		await rm(reports, { recursive: true });
		const again = await launch([
			'audit',
			'--replay',
			recording,
			'--fail-on',
			'never',
			'--format',
			'json',
		]);
		const replayed = JSON.parse(again.stdout) as Report;
		expect(replayed.map).toEqual(told.map);
		expect(replayed.findings).toEqual(told.findings);
	});

	it('prints the totals for people', async () => {
		const reports = await filled('text');
		const { stdout } = await launch([
			'audit',
			'shop-test.com',
			...offline(),
			'--dmarc-reports',
			reports,
		]);
		expect(stdout).toContain('DMARC reports (4)\n  text: 5 files; 1 not read\n');
		expect(stdout).toMatch(
			/ {2}shop-test\.com: 1234 messages, 1200 pass DMARC \(97\.2 %\), by DKIM 1200, by SPF 1200/,
		);
		expect(stdout).toContain('    203.0.113.25: 1200 messages, 1200 pass DMARC (100 %)\n');
	});

	it('sends nothing for a plan', async () => {
		const reports = await filled('plan');
		const { code, stdout } = await launch([
			'audit',
			'shop-test.com',
			'--dmarc-reports',
			reports,
			'--plan',
			'--only',
			'email/reports',
		]);
		expect(code).toBe(0);
		expect(stdout).toContain('DNS UDP shop-test.com TXT @resolver');
		expect(stdout).not.toContain('in-addr.arpa');
	});
});
