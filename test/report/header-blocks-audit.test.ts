import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Chalk } from 'chalk';
import { expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { ReportSchema } from '../../src/core/report.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { toText } from '../../src/report/text.ts';

const PAGE =
	'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body><h1>Shop</h1></body></html>';

const WORLD: World = {
	zones: { 'shop.test': { records: ['@ A 203.0.113.10', 'app A 203.0.113.11'] } },
	sites: [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10'],
			headers: { Server: 'nginx', 'Strict-Transport-Security': 'max-age=soon' },
			routes: { '/': { body: PAGE } },
		},
		{
			hosts: ['app.shop.test'],
			at: ['203.0.113.11'],
			headers: {
				'X-Vercel-Id': 'fra1::a',
				Server: 'Vercel',
				'Strict-Transport-Security': 'max-age=31536000',
				'Content-Security-Policy': "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
			},
			routes: { '/': { body: PAGE } },
		},
	],
};

it('gives each host one block in the syntax of what serves it, with all repairs of its policy', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const lab = await startLab(WORLD);
	try {
		const caFile = path.join(folder, 'roots.pem');
		await writeFile(caFile, lab.caPem);
		const report = await audit({
			domain: 'shop.test',
			hosts: ['app.shop.test'],
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [caFile],
			configFolder: folder,
			only: ['headers'],
		});
		expect(ReportSchema.parse(report).fixBlocks).toEqual(report.fixBlocks);
		const blocks = new Map((report.fixBlocks ?? []).map((one) => [one.host, one]));
		expect([...blocks.keys()].sort()).toEqual(['app.shop.test', 'shop.test']);

		const shop = blocks.get('shop.test');
		expect(shop?.snippets[0]?.platform).toBe('nginx');
		expect(shop?.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual(
			expect.arrayContaining([
				'Strict-Transport-Security: max-age=31536000',
				'X-Content-Type-Options: nosniff',
				'X-Frame-Options: SAMEORIGIN',
				expect.stringMatching(/^Content-Security-Policy-Report-Only: default-src 'self'; /),
			]),
		);
		const app = blocks.get('app.shop.test');
		expect(app?.snippets[0]?.platform).toBe('vercel');
		const policy = app?.headers.find(({ name }) => name === 'Content-Security-Policy')?.value;
		// What could stop a script of the page is no part of it: that is tried first.
		expect(policy).toMatch(
			/^script-src 'self' 'unsafe-inline' 'unsafe-eval'; (?=.*base-uri 'self')(?=.*object-src 'none')/,
		);

		const ids = new Map(report.findings.map(({ fingerprint, id }) => [fingerprint, id]));
		expect(app?.findings.map((one) => ids.get(one))).toEqual(
			expect.arrayContaining(['headers/csp/no-object-src', 'headers/csp/no-base-uri']),
		);
		expect([...ids.values()]).toContain('headers/csp/unsafe-inline');
		expect(app?.findings.map((one) => ids.get(one))).not.toContain('headers/csp/unsafe-inline');
		for (const { subject, fix } of report.findings) {
			if (fix.snippets.length < 5) continue;
			const isApp = subject.name.includes('app.shop.test');
			expect(fix.snippets[0]?.platform, subject.name).toBe(isApp ? 'vercel' : 'nginx');
		}

		const style = { width: 100, ascii: false, chalk: new Chalk({ level: 0 }), map: false };
		const text = toText(report, { ...style, verbose: true });
		expect(text).toContain('All headers in one block (');
		expect(text).toContain('     add_header X-Content-Type-Options "nosniff" always;\n');
		expect(text.match(/to paste: under "All headers in one block" below/g)?.length).toBeGreaterThan(
			2,
		);
		expect(text.match(/add_header Strict-Transport-Security/g)).toHaveLength(1);
	} finally {
		await lab.close();
		await rm(folder, { recursive: true });
	}
});
