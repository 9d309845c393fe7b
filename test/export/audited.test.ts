import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import { ReportSchema } from '../../src/core/report.ts';
import { watchList } from '../../src/export/watch-list.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';

const PAGE =
	'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head><body><h1>Shop</h1></body></html>';

const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ A 203.0.113.10',
				'@ MX 10 mx.shop.test.',
				'@ TXT "v=spf1 mx -all"',
				'_dmarc TXT "v=DMARC1; p=reject"',
				'www CNAME @',
				'mx A 203.0.113.25',
			],
		},
	},
	sites: [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10'],
			routes: {
				'/': { status: 302, headers: { Location: '/en' } },
				'/en': { body: PAGE },
				'/old': { status: 301, headers: { Location: '/en' } },
				'/robots.txt': { status: 302, headers: { Location: '/' } },
			},
		},
		{
			hosts: ['www.shop.test'],
			at: ['203.0.113.10'],
			routes: { '/': { status: 301, headers: { Location: 'https://shop.test/' } } },
		},
	],
	mail: [{ name: 'mx.shop.test', at: ['203.0.113.25'] }],
};

it('carries from a live audit into the list what visitors meet, old URLs, mail and records', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const lab = await startLab(WORLD);
	try {
		const caFile = path.join(folder, 'roots.pem');
		await writeFile(caFile, lab.caPem);
		const oldUrls = path.join(folder, 'old.txt');
		await writeFile(oldUrls, '/old\n');
		const report = await audit({
			domain: 'shop.test',
			oldUrls,
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [caFile],
			configFolder: folder,
			only: [
				'redirects/old-urls',
				'redirects/https-upgrade',
				'email/starttls',
				'email/spf',
				'email/dmarc',
			],
		});
		const list = watchList(ReportSchema.parse(JSON.parse(JSON.stringify(report))));
		expect(list.pages.map(({ url, status }) => [url, status])).toEqual([
			['https://shop.test/en', 200],
		]);
		expect(list.redirects).toEqual(
			expect.arrayContaining([
				{ from: 'https://shop.test/', to: 'https://shop.test/en', status: 302 },
				{ from: 'https://shop.test/old', to: 'https://shop.test/en', status: 301 },
				{ from: 'https://www.shop.test/', to: 'https://shop.test/', status: 301 },
			]),
		);
		expect(list.redirects.map(({ from }) => from)).not.toContain('https://shop.test/robots.txt');
		expect(list.certificates).toContain('shop.test');
		expect(list.mail).toEqual(['mx.shop.test']);
		expect(list.records.map(({ name, label }) => `${name} ${label}`)).toEqual(
			expect.arrayContaining([
				'_dmarc.shop.test DMARC',
				'shop.test A',
				'shop.test MX',
				'shop.test SPF',
				'www.shop.test CNAME',
			]),
		);
	} finally {
		await lab.close();
		await rm(folder, { recursive: true, force: true });
	}
});
