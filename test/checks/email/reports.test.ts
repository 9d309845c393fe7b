import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RSA_2048 } from '../../../checks/email/_dkim-keys.ts';
import dkim from '../../../checks/email/dkim.ts';
import check from '../../../checks/email/reports.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { DAY, type MadeReport, type MadeRow, report, zip } from '../../facts/mail/report-maker.ts';
import { auditLab } from '../audit-lab.ts';

const KEY = (RSA_2048.match(/.{1,255}/gs) ?? []).map((each) => `"${each}"`).join(' ');

/** A domain with mail, reverse zones for the lab's networks, and a provider whose servers have names. */
const WORLD: World = {
	zones: {
		'shop.test': {
			records: [
				'@ MX 10 mx',
				'mx A 203.0.113.25',
				'app A 203.0.113.26',
				'@ TXT "v=spf1 mx ip4:203.0.113.30 -all"',
				'_dmarc TXT "v=DMARC1; p=none; rua=mailto:dmarc@shop.test"',
				`zq7._domainkey TXT ${KEY}`,
			],
		},
		'strict.test': {
			records: [
				'@ MX 10 mx',
				'mx A 203.0.113.25',
				'@ TXT "v=spf1 mx -all"',
				'_dmarc TXT "v=DMARC1; p=none; adkim=s; aspf=s; rua=mailto:dmarc@strict.test"',
			],
		},
		'sendgrid.net': { records: ['o1 A 203.0.113.50'] },
		'zendesk.com': { records: ['out A 203.0.113.60'] },
		'google.com': { records: ['mail-x A 203.0.113.70'] },
		'113.0.203.in-addr.arpa': {
			records: [
				'25 PTR mx.shop.test.',
				'26 PTR app.shop.test.',
				'50 PTR o1.sendgrid.net.',
				'60 PTR out.zendesk.com.',
				'70 PTR mail-x.google.com.',
				// Names himself as he likes; the name does not lead back.
				'66 PTR o1.sendgrid.net.',
			],
		},
	},
};

const TODAY = Math.floor(Date.now() / 1_000 / DAY) * DAY;

const OURS: MadeRow = { ip: '203.0.113.25', count: 100 };
const FORGER: MadeRow = {
	ip: '203.0.113.99',
	dkim: 'fail',
	spf: 'fail',
	signed: [],
	bounced: ['evil.test pass'],
};
const UNKNOWN: MadeRow = { ...FORGER, bounced: ['shop.test fail'] };

/** A report a day, the last one yesterday's. */
function daily(days: number, rows: readonly MadeRow[], more: MadeReport = {}): readonly string[] {
	return Array.from({ length: days }, (_, index) => {
		const end = TODAY - index * DAY;
		return report({
			domain: 'shop.test',
			id: `day-${index}`,
			begin: end - DAY,
			end: end - 1,
			rows,
			...more,
		});
	});
}

async function audited(
	files: readonly (string | Buffer)[],
	asked: { readonly domain?: string; readonly all?: boolean } = {},
) {
	const folder = await mkdtemp(path.join(tmpdir(), 'dmarc-'));
	try {
		for (const [index, content] of files.entries()) {
			await writeFile(path.join(folder, `${String(index).padStart(3, '0')}.xml`), content);
		}
		const checks = asked.all === true ? [check, dkim] : check;
		const { domain = 'shop.test' } = asked;
		const { findings, requests } = await auditLab(WORLD, checks, { domain, dmarcReports: folder });
		const failed = findings.filter(isFailed);
		return {
			findings,
			failed,
			requests,
			said: failed.map(({ verdict, severity }) => `${verdict} ${severity}`),
			passed: findings.filter(({ outcome }) => outcome === 'pass').map(({ message }) => message),
			unknown: findings
				.filter(({ outcome }) => outcome === 'unknown')
				.map(({ message }) => message),
		};
	} finally {
		await rm(folder, { recursive: true });
	}
}

const one = (failed: readonly Failed[], verdict: string): Failed => {
	const found = failed.filter((each) => each.verdict === verdict);
	if (found.length !== 1) throw new Error(`${found.length} findings say ${verdict}`);
	return found[0] as Failed;
};

const signs = (row: MadeRow, more: Partial<MadeRow> = {}): MadeRow => ({
	signed: ['shop.test zq7 pass'],
	bounced: ['shop.test pass'],
	...row,
	...more,
});

describe('email/reports', () => {
	it('is silent on a sound collection, and says what it adds up to', async () => {
		const { said, passed, unknown } = await audited(daily(10, [signs(OURS)]));
		expect(said).toEqual([]);
		expect(unknown).toEqual([]);
		expect(passed).toEqual([
			expect.stringMatching(
				/^100 % of the mail from shop\.test passes DMARC: 1000 of 1000 messages, 10 reports from /,
			),
		]);
	});

	it('does not apply without a folder', async () => {
		const { findings } = await auditLab(WORLD, check, { domain: 'shop.test' });
		expect(findings.map(({ outcome }) => outcome)).toEqual(['not-applicable']);
	});

	it.each([
		[11, 'pass-rate-low high'],
		[10, 'pass-rate-fair later'],
		[6, 'pass-rate-fair later'],
	])('judges the rate with %i of 100 messages a forger’s', async (count, expected) => {
		const { said, failed } = await audited(
			daily(3, [signs(OURS, { count: 100 - count }), { ...UNKNOWN, count }]),
		);
		expect(said).toEqual([expected]);
		expect(failed[0]?.message).toContain(`203.0.113.99 (${count * 3} of ${count * 3})`);
	});

	it('does not call it a fault where an enforced policy stops strangers alone', async () => {
		const rows = [signs(OURS, { count: 50 }), { ...UNKNOWN, count: 50, disposition: 'reject' }];
		const { said } = await audited(daily(3, rows, { policy: '<p>reject</p>' }));
		expect(said).toEqual(['pass-rate-low info', 'policy-mismatch later']);
	});

	it('is ready for quarantine after four weeks, with the record to paste', async () => {
		const rows = [signs(OURS, { count: 199 }), { ...UNKNOWN, count: 1 }];
		const short = await audited(daily(27, rows));
		expect(short.said).toEqual([]);
		expect(short.passed).toHaveLength(1);
		const whole = await audited(daily(28, rows));
		expect(whole.said).toEqual(['ready-for-quarantine info']);
		expect(whole.failed[0]?.fix.snippets[0]?.text).toBe(
			'_dmarc.shop.test. 300 IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@shop.test"',
		);
	});

	it('finds a provider that fails both by the confirmed name of its server', async () => {
		const row = { ...UNKNOWN, ip: '203.0.113.50', count: 10, bounced: [] };
		const { said, failed } = await audited(daily(3, [signs(OURS, { count: 900 }), row]));
		expect(said).toEqual(['source-unauthenticated high']);
		expect(failed[0]).toMatchObject({
			message:
				'30 of 30 messages that SendGrid (the name o1.sendgrid.net) sent as shop.test pass neither SPF nor DKIM.',
			confidence: 'medium',
			locus: { kind: 'mail-domain', name: 'shop.test by SendGrid' },
		});
		expect(failed[0]?.fix.steps.join(' ')).toMatch(/Settings > Sender Authentication/);
	});

	it('pastes the records of a provider whose records are the same for everybody', async () => {
		const row = { ...UNKNOWN, ip: '203.0.113.60', count: 10 };
		const { failed } = await audited(daily(3, [signs(OURS, { count: 900 }), row]));
		expect(one(failed, 'source-unauthenticated').fix.snippets[0]?.text).toContain(
			'zendesk1._domainkey.shop.test. 3600 IN CNAME zendesk1._domainkey.zendesk.com.',
		);
	});

	it('does not believe a server’s name that does not lead back', async () => {
		const row = { ...UNKNOWN, ip: '203.0.113.66', count: 10 };
		const { said } = await audited(daily(3, [signs(OURS, { count: 900 }), row]));
		expect(said).toEqual([]);
	});

	it('does not accuse a provider of what was forwarded through it', async () => {
		const sent = signs(OURS, { count: 900 });
		const through = { ...UNKNOWN, ip: '203.0.113.70', count: 10, reasons: ['forwarded'] };
		expect((await audited(daily(3, [sent, through]))).said).toEqual([]);
		const mixed = [
			{ ...UNKNOWN, ip: '203.0.113.70', count: 4 },
			signs({ ip: '203.0.113.70', count: 6 }),
		];
		expect((await audited(daily(3, [sent, ...mixed]))).said).toEqual([]);
	});

	it('finds a server that SPF lists, and one by its own name, where both fail', async () => {
		const listed = { ...UNKNOWN, ip: '203.0.113.30', count: 10 };
		const named = { ...UNKNOWN, ip: '203.0.113.26', count: 10 };
		const { failed } = await audited(daily(3, [signs(OURS, { count: 900 }), listed, named]));
		expect(
			failed.map(({ verdict, locus, confidence }) => [verdict, locus.name, confidence]),
		).toEqual([
			['source-unauthenticated', 'shop.test by 203.0.113.30', 'high'],
			['source-unauthenticated', 'shop.test by app.shop.test', 'high'],
		]);
	});

	it('finds a provider that authenticates as itself alone', async () => {
		const row: MadeRow = {
			ip: '203.0.113.50',
			count: 10,
			dkim: 'fail',
			spf: 'fail',
			signed: ['sendgrid.net s1 pass'],
			bounced: ['em1.sendgrid.net pass'],
		};
		const { said, failed } = await audited(daily(3, [signs(OURS, { count: 900 }), row]));
		expect(said).toEqual(['alignment-only high']);
		expect(failed[0]?.message).toContain('authenticated as em1.sendgrid.net and sendgrid.net');
	});

	it('knows a provider without a server’s name by its return path and by its signature', async () => {
		const bounced = { ...UNKNOWN, ip: '203.0.113.80', count: 10, bounced: ['pm.mtasv.net pass'] };
		const signed = { ...UNKNOWN, ip: '203.0.113.81', count: 9, signed: ['mailgun.org k1 pass'] };
		const { failed } = await audited(daily(3, [signs(OURS, { count: 900 }), bounced, signed]));
		expect(failed.map(({ verdict, locus }) => `${verdict} ${locus.name}`)).toEqual([
			'alignment-only shop.test by Postmark',
			'alignment-only shop.test by Mailgun',
		]);
	});

	it('does not take a forger’s own domain for a provider that should align', async () => {
		const { said } = await audited(
			daily(3, [signs(OURS, { count: 990 }), { ...FORGER, count: 10 }]),
		);
		expect(said).toEqual([]);
	});

	it('does not take a receiver’s contradiction for a fault of alignment', async () => {
		const row = signs({ ip: '203.0.113.30', count: 10, dkim: 'fail', spf: 'fail' });
		const below = { ...row, signed: ['mail.shop.test s1 pass'], bounced: [] };
		const { said } = await audited(daily(3, [signs(OURS, { count: 900 }), row, below]));
		expect(said).toEqual([]);
	});

	it('proposes relaxed alignment where strict alignment refuses the domain’s own names', async () => {
		const row: MadeRow = {
			ip: '203.0.113.90',
			count: 10,
			dkim: 'fail',
			spf: 'fail',
			signed: ['mail.strict.test s1 pass'],
			bounced: ['mail.strict.test pass'],
		};
		const { said, failed } = await audited(
			daily(3, [{ ...OURS, count: 900 }, row], {
				domain: 'strict.test',
				policy: '<p>none</p>',
			}).map((xml) =>
				xml.replace('<adkim>r</adkim><aspf>r</aspf>', '<adkim>s</adkim><aspf>s</aspf>'),
			),
			{ domain: 'strict.test' },
		);
		expect(said).toEqual(['alignment-only high']);
		expect(failed[0]?.fix.snippets[0]?.text).toBe(
			'_dmarc.strict.test. 300 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@strict.test"',
		);
	});

	it('finds a server that passes by SPF alone', async () => {
		const row = signs({ ip: '203.0.113.30', count: 10, dkim: 'fail' }, { signed: [] });
		const { said, failed } = await audited(daily(3, [signs(OURS), row]));
		expect(said).toEqual(['spf-only later']);
		expect(failed[0]?.message).toContain('none of 30 messages');
	});

	it('finds who sends since last week', async () => {
		const old = daily(30, [signs(OURS)]).slice(3);
		const fresh = daily(3, [signs(OURS), signs({ ip: '203.0.113.30', count: 20 })]);
		const { failed } = await audited([...old, ...fresh]);
		expect(one(failed, 'new-source').message).toContain('203.0.113.30 (60 messages)');
	});

	it('finds a policy that DNS has otherwise, unless a young report agrees', async () => {
		const reports = daily(5, [signs(OURS)], { policy: '<p>reject</p>' });
		const { said, failed } = await audited(reports);
		expect(said).toEqual(['policy-mismatch later']);
		expect(failed[0]?.message).toContain('p reject, now none');
		const agreeing = await audited([...reports.slice(1), ...daily(1, [signs(OURS)])]);
		expect(agreeing.said).toEqual([]);
	});

	it('finds that the newest report is more than a week old', async () => {
		const { said } = await audited(daily(12, [signs(OURS)]).slice(9));
		expect(said).toEqual(['stale later']);
	});

	it('names what it could not read and whose reports are not its own, and counts the rest', async () => {
		const [first = '', ...rest] = daily(3, [signs(OURS)]);
		const { said, failed, passed } = await audited([
			gzipSync(first).subarray(0, 60),
			zip([{ name: 'r.xml', content: Buffer.from(first) }]),
			'hello',
			...rest,
			report({ domain: 'example.net', id: 'x' }),
		]);
		expect(said).toEqual(['malformed info', 'foreign-domain info']);
		expect(one(failed, 'malformed').message).toContain('000.xml (its compressed data is cut off)');
		expect(one(failed, 'foreign-domain').message).toContain('example.net (1 report)');
		expect(passed[0]).toContain('300 of 300 messages');
	});

	it('gives counts and no rate below a hundred messages', async () => {
		const { said, failed } = await audited(
			daily(1, [signs(OURS, { count: 9 }), { ...UNKNOWN, count: 90 }]),
		);
		expect(said).toEqual(['low-volume info']);
		expect(failed[0]?.message).toContain('9 of 99 messages pass');
	});

	it('cannot say anything of a folder without reports', async () => {
		expect((await audited([])).unknown).toEqual([
			expect.stringMatching(/holds no report: nothing on mail from shop\.test could be read/),
		]);
		const foreign = await audited([report({ domain: 'example.net' })]);
		expect(foreign.unknown).toEqual([expect.stringMatching(/only reports on other domains/)]);
	});

	it('judges each policy domain by itself', async () => {
		const { failed } = await audited([
			...daily(3, [signs(OURS)]),
			...daily(3, [{ ...UNKNOWN, count: 100 }], { domain: 'app.shop.test', id: 'app' }),
		]);
		expect(failed.map(({ verdict, locus }) => `${verdict} ${locus.name}`)).toEqual([
			'pass-rate-low app.shop.test',
			'policy-mismatch app.shop.test',
		]);
	});

	it('asks for the names of forty sources of a domain at most', async () => {
		const rows = Array.from({ length: 60 }, (_, n) =>
			signs({ ip: `203.0.113.${n + 100}`, count: 5 }),
		);
		const { requests, said } = await audited(daily(1, rows));
		const asked = new Set(
			requests.dns.filter(({ type }) => type === 'PTR').map(({ name }) => name),
		);
		expect(asked.size).toBe(40);
		expect(said).toEqual([]);
	});

	it('lets DKIM be found by the selector that receivers saw', async () => {
		const found = await audited(daily(3, [signs(OURS)]), { all: true });
		expect(found.said).toEqual(['single-selector info']);
		const without = await audited(daily(3, [signs(OURS, { signed: ['shop.test gone pass'] })]), {
			all: true,
		});
		expect(without.said).toEqual([]);
		expect(without.unknown).toEqual([expect.stringMatching(/selector/)]);
	});
});
