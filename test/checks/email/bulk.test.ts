import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RSA_2048 } from '../../../checks/email/_dkim-keys.ts';
import bulk from '../../../checks/email/bulk.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const IP = '203.0.113.9';
const txt = (text: string) => (text.match(/.{1,255}/gs) ?? []).map((each) => `"${each}"`).join(' ');
const SPF = `@ TXT "v=spf1 ip4:${IP} -all"`;
const KEY = `s1._domainkey TXT ${txt(RSA_2048)}`;
const DMARC = '_dmarc TXT "v=DMARC1; p=none; rua=mailto:d@shop.test"';
const GOOD = ['@ MX 10 mail', `mail A ${IP}`, SPF, KEY, DMARC];

async function audited(
	records: readonly string[],
	{
		isBulk = false,
		reverse = '9 PTR mail.shop.test.',
		world = {} as World,
		messages = [] as readonly string[],
	} = {},
) {
	const { findings } = await auditLab(
		{
			zones: {
				'shop.test': { records: records.join('\n') },
				'113.0.203.in-addr.arpa': { records: reverse },
			},
			...world,
		},
		bulk,
		{ domain: 'shop.test', bulk: isBulk, messages },
	);
	const said = findings.map((one) =>
		isFailed(one) ? `${one.verdict} ${one.severity}` : (one.verdict ?? one.outcome),
	);
	return { findings, said };
}

const without = (line: string) => GOOD.filter((each) => each !== line);
const ALL = (severity: string) =>
	['google', 'yahoo', 'microsoft'].map((one) => `${one} ${severity}`);

describe('the rules for bulk senders', () => {
	it('are met as far as DNS shows; what it does not show is said, and where to look', async () => {
		const { findings, said } = await audited(GOOD);
		expect(said).toEqual(['met', 'unknown']);
		const [, open] = findings;
		expect(open).toMatchObject({ reason: 'inconclusive', couldBe: 'later', decisive: false });
		expect(open?.message).toContain('https://postmaster.google.com');
		expect(open?.message).toContain('alignment, tls and one-click');
	});

	it.each([
		['SPF', SPF, 'email/spf/missing'],
		['DKIM', KEY, 'email/dkim/none'],
		['DMARC', DMARC, 'email/dmarc/missing'],
	])('without %s can wait, unless the domain sends in bulk', async (_, line, id) => {
		const { said } = await audited(without(line));
		expect(said).toEqual([...ALL('later'), 'unknown']);
		const { findings, said: inBulk } = await audited(without(line), { isBulk: true });
		expect(inBulk).toEqual([...ALL('blocker'), 'unknown']);
		const [google] = findings as readonly Failed[];
		expect(google?.fix.summary).toContain(id);
		expect(google?.cause).toBe(id);
	});

	it('name a reverse name, which Google alone asks for', async () => {
		const { findings, said } = await audited(GOOD, { reverse: '' });
		expect(said).toEqual(['google later', 'unknown']);
		expect((findings[0] as Failed).fix.summary).toContain('email/ptr/missing');
		const elsewhere = await audited(GOOD, { reverse: '9 PTR gone.shop.test.' });
		expect((elsewhere.findings[0] as Failed).fix.summary).toContain('email/ptr/not-confirmed');
	});

	it('are not failed by a look-up that fails', async () => {
		const dnsFaults = ['_dmarc.shop.test', '9.113.0.203.in-addr.arpa'].map((name) => ({
			name,
			does: { rcode: 'SERVFAIL' as const },
		}));
		expect((await audited(GOOD, { isBulk: true, world: { dnsFaults } })).said).toEqual(['unknown']);
	});
});

describe('a sample that was received', () => {
	const mail = (protocol: string, ...more: readonly string[]) =>
		[
			'Return-Path: <bounce@shop.test>',
			`Received: from mail.shop.test (mail.shop.test. [${IP}]) by mx.google.com with ${protocol} id abc for <ada@gmail.com>; Wed, 25 Nov 2026 10:00:00 +0000 (UTC)`,
			'From: Shop <hello@shop.test>',
			'To: ada@gmail.com',
			'Subject: Welcome',
			'Date: Wed, 25 Nov 2026 10:00:00 +0000',
			'Message-ID: <1@shop.test>',
			...more,
			'',
			'Hello.',
		].join('\r\n');

	async function withSample(text: string) {
		const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-mail-'));
		const file = path.join(folder, 'welcome.eml');
		try {
			await writeFile(file, text);
			return await audited(GOOD, { messages: [file] });
		} finally {
			await rm(folder, { recursive: true });
		}
	}

	it('shows alignment and encryption', async () => {
		const { findings, said } = await withSample(mail('ESMTPS'));
		expect(said).toEqual(['met', 'unknown']);
		expect(findings[0]?.message).toContain('spf, dkim, dmarc, alignment, ptr, tls');
	});

	it('that came in clear text fails Google, which alone asks for TLS', async () => {
		const { findings, said } = await withSample(mail('ESMTP'));
		expect(said).toEqual(['google later', 'unknown']);
		expect((findings[0] as Failed).fix.summary).toContain('email/message/received-plaintext');
	});

	it('of marketing needs one-click unsubscribe, for Google and Yahoo', async () => {
		const { findings, said } = await withSample(mail('ESMTPS', 'List-Id: <news.shop.test>'));
		expect(said).toEqual(['google later', 'yahoo later', 'unknown']);
		expect((findings[0] as Failed).fix.summary).toContain('email/message/unsubscribe-missing');
	});
});
