import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { audit } from '../../../src/audit.ts';
import { parseTarget } from '../../../src/engine/parse-target.ts';
import { seenCertificates } from '../../../src/facts/tls/seen-certificates.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import * as make from './certificate-maker.ts';

const MARK_PERIOD = {
	from: make.time('2020-01-01T00:00:00Z'),
	until: make.time('2049-01-01T00:00:00Z'),
};
const MARK = make.leaf(make.root('CN=Mark Root', MARK_PERIOD), {
	...MARK_PERIOD,
	subject: make.name('CN=Shop'),
});
const MARK_FILE = `-----BEGIN CERTIFICATE-----\n${MARK.der.toString('base64')}\n-----END CERTIFICATE-----\n`;

const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ A 203.0.113.10',
				'@ AAAA 2001:db8:10::10',
				'@ MX 10 mx.post.test.',
				'@ TXT "v=spf1 mx -all"',
				'_dmarc TXT "v=DMARC1; p=reject"',
				'mta-sts A 203.0.113.11',
				'_mta-sts TXT "v=STSv1; id=1"',
				'default._bimi TXT "v=BIMI1; l=https://shop.test/logo.svg; a=https://shop.test/old.pem"',
			],
		},
		'post.test': { records: 'mx A 203.0.113.25' },
	},
	sites: [
		{
			hosts: ['shop.test'],
			at: ['203.0.113.10', '2001:db8:10::10'],
			certificate: { daysLeft: 9.5 },
			routes: {
				'/old.pem': { status: 301, redirect: '/mark.pem' },
				'/mark.pem': { type: 'application/x-pem-file', body: MARK_FILE },
			},
		},
		{
			hosts: ['mta-sts.shop.test'],
			at: ['203.0.113.11'],
			certificate: { daysLeft: 30.5, names: ['other.test'] },
			routes: {
				'/.well-known/mta-sts.txt': {
					type: 'text/plain',
					body: 'version: STSv1\nmode: enforce\nmx: mx.post.test\nmax_age: 604800\n',
				},
			},
		},
	],
	mail: [{ name: 'mx.post.test', at: ['203.0.113.25'], certificate: { daysLeft: 20.5 } }],
};

it('lists the certificates of web and mail on one page, the next to expire first', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const lab = await startLab(WORLD);
	try {
		const caFile = path.join(folder, 'roots.pem');
		await writeFile(caFile, lab.caPem);
		const { map } = await audit({
			domain: 'shop.test',
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [caFile],
			configFolder: folder,
			only: ['ssl/certificate', 'email/starttls', 'email/mta-sts', 'email/bimi'],
		});
		const pages = map.certificates.map(({ service, host, daysLeft, trusted, servedAt }) => [
			service,
			host,
			daysLeft,
			trusted,
			servedAt,
		]);
		expect(pages).toEqual([
			['web', 'shop.test', 9, true, ['203.0.113.10:443', '[2001:db8:10::10]:443']],
			['mail', 'mx.post.test', 20, true, ['203.0.113.25:25']],
			['mta-sts', 'mta-sts.shop.test', 30, false, ['203.0.113.11:443']],
			['bimi', 'shop.test', expect.any(Number), null, ['https://shop.test/mark.pem']],
		]);
		const [web, , policy] = map.certificates;
		expect(web).toMatchObject({
			names: ['DNS:shop.test'],
			issuedBy: 'Launch-ready lab (Lab Intermediate)',
			key: 'P-256',
			problem: null,
			subject: expect.stringMatching(/^CN=shop\.test$/m),
		});
		expect(policy?.problem).toMatch(/other\.test/);
	} finally {
		await lab.close();
		await rm(folder, { recursive: true });
	}
});

it('leaves out other people’s hosts, handshakes without a name, and what cannot be read', () => {
	const target = parseTarget({ domain: 'shop.test', seed: '0123456789abcdef' });
	const handshake = (host: string, more: object = {}, chain = [MARK.der.toString('base64')]) => ({
		probe: 'tls.handshake',
		params: { host, address: '203.0.113.10', port: 443, ...more },
		value: { kind: 'completed', protocol: 'TLSv1.3', cipher: '', alpn: null, chain },
	});
	const now = new Date('2048-12-31T12:00:00Z');
	const seen = (...all: object[]) => seenCertificates(all as never, { target, now });
	expect(
		seen(
			handshake('rdap.test'),
			handshake('evilshop.test'),
			handshake('shop.test', { withoutName: true }),
			handshake('shop.test', {}, []),
			handshake('shop.test', {}, ['AAAA']),
			{ ...handshake('shop.test'), value: { kind: 'failed', how: 'refused' } },
			{ probe: 'http.exchange', params: { url: 'https://shop.test/mark.pem' }, value: {} },
		),
	).toEqual([]);
	const [one, ...more] = seen(
		handshake('www.shop.test'),
		handshake('www.shop.test', { again: 1 }),
		handshake('www.shop.test', { port: 8443 }),
	);
	expect(more).toEqual([]);
	expect(one).toMatchObject({
		servedAt: ['203.0.113.10:443', '203.0.113.10:8443'],
		daysLeft: 0,
		trusted: null,
	});
});
