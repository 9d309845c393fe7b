import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RSA_2048 } from '../../../checks/email/_dkim-keys.ts';
import dkim from '../../../checks/email/dkim.ts';
import spf from '../../../checks/email/spf.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import { auditLab } from '../audit-lab.ts';

const txt = (text: string) => (text.match(/.{1,255}/gs) ?? []).map((each) => `"${each}"`).join(' ');
const key = (name: string) => `${name}._domainkey TXT ${txt(RSA_2048)}`;
const MX = ['@ MX 10 mx', 'mx A 203.0.113.9'];
const SPF = '@ TXT "v=spf1 mx -all"';
const SEND = ['send TXT "v=spf1 include:amazonses.com ~all"'];

const RESEND = {
	'package.json': '{\n  "dependencies": {\n    "resend": "^4.0.0"\n  }\n}',
	'src/mail.ts': "import { Resend } from 'resend';\nconst from = 'Shop <hello@shop.dev>';\n",
};

async function audited(files: Readonly<Record<string, string>>, records: readonly string[]) {
	const repo = await mkdtemp(path.join(tmpdir(), 'launch-ready-repo-'));
	try {
		for (const [file, text] of Object.entries(files)) {
			await mkdir(path.dirname(path.join(repo, file)), { recursive: true });
			await writeFile(path.join(repo, file), text);
		}
		const zones = {
			'shop.dev': { records: records.join('\n') },
			'amazonses.com': { records: '@ TXT "v=spf1 ip4:198.51.100.0/24 -all"' },
		};
		const { findings } = await auditLab({ zones }, [spf, dkim], { domain: 'shop.dev', repo });
		const said = findings.map((one) => {
			const id = `${one.check}/${one.verdict ?? one.outcome}`.replace('email/', '');
			return isFailed(one) ? `${id} ${one.severity}` : id;
		});
		return { findings, said };
	} finally {
		await rm(repo, { recursive: true });
	}
}

const missing = ({ findings }: Awaited<ReturnType<typeof audited>>) =>
	findings.find(({ verdict }) => verdict === 'provider-missing') as Failed;

describe('a product that sends with Resend', () => {
	it('as a domain where neither SPF nor DKIM knows it stops the launch', async () => {
		const result = await audited(RESEND, [...MX, SPF, key('s1'), key('s2')]);
		expect(result.said).toContain('spf/provider-missing blocker');
		const found = missing(result);
		expect(found.message).toBe(
			'The product sends its mail through Resend (package.json:3 resend), and neither SPF nor DKIM of shop.dev knows Resend.',
		);
		expect(found.fix.snippets[0]?.text).toBe(
			'send.shop.dev. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com.\nsend.shop.dev. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
		);
		expect(found.fix.steps.join(' ')).toContain('resend._domainkey');
		expect(found.control).toContain('resend._domainkey.shop.dev: no record');
	});

	it('as a domain without any mail is no domain without mail', async () => {
		const { said } = await audited(RESEND, ['@ A 203.0.113.10']);
		expect(said).toEqual([
			'spf/missing blocker',
			'spf/provider-missing blocker',
			'dkim/none blocker',
		]);
	});

	it('is in order with its key, or its return path and its key', async () => {
		const zone = [...MX, SPF, key('s1'), key('resend')];
		expect((await audited(RESEND, zone)).said.join()).not.toContain('provider-missing');
		const both = await audited(RESEND, [...zone, ...SEND]);
		expect(both.said).toEqual(['spf/all-mode info', 'spf/sound', 'dkim/found']);
	});

	it('whose return path is set up and whose key is not lacks the key', async () => {
		const result = await audited(RESEND, [...MX, SPF, key('s1'), key('s2'), ...SEND]);
		expect(result.said).toContain('dkim/none high');
		expect(result.said.join()).not.toContain('provider-missing');
		const found = result.findings.find(({ verdict }) => verdict === 'none');
		expect(found?.message).toContain('resend');
	});

	it('only as a dependency is told with less weight', async () => {
		const { 'package.json': manifest } = RESEND;
		const zone = [...MX, SPF, key('s1'), key('s2')];
		const result = await audited({ 'package.json': manifest }, zone);
		expect(result.said).toContain('spf/provider-missing high');
	});

	it('as another domain, or a sub-domain that is set up, says nothing of this one', async () => {
		const as = (sender: string) => ({
			...RESEND,
			'src/mail.ts': `import { Resend } from 'resend';\nconst from = '${sender}';\n`,
		});
		const zone = [...MX, SPF, key('s1'), key('s2')];
		const other = await audited(as('hello@other.dev'), zone);
		expect(other.said.join()).not.toContain('provider-missing');
		const below = [...zone, key('resend').replace('_domainkey', '_domainkey.mail')];
		expect((await audited(as('hello@mail.shop.dev'), below)).said.join()).not.toContain('missing');
		const bare = await audited(as('hello@mail.shop.dev'), zone);
		expect(missing(bare).message).toContain('mail.shop.dev');
	});

	it('as nobody knows whom, while a usual sub-domain signs, is unknown', async () => {
		const files = { ...RESEND, 'src/mail.ts': "import { Resend } from 'resend';\n" };
		const zone = [...MX, SPF, key('s1'), key('s2')];
		const below = [...zone, key('resend').replace('_domainkey', '_domainkey.mail')];
		expect((await audited(files, below)).said).toContain('spf/unknown');
		expect((await audited(files, zone)).said).toContain('spf/provider-missing blocker');
	});
});

it('a service whose selectors nobody can guess is unknown while others exist, and never blocks', async () => {
	const files = { '.env': 'SMTP_HOST=smtp.postmarkapp.com\nMAIL_FROM=hello@shop.dev\n' };
	const zone = [...MX, SPF, key('s1'), key('s2')];
	const { findings, said } = await audited(files, zone);
	expect(said).toContain('spf/unknown');
	expect(findings.find(({ outcome }) => outcome === 'unknown')).toMatchObject({
		couldBe: 'high',
	});
	expect((await audited(files, [...MX, SPF])).said).toContain('spf/provider-missing blocker');
	const bounces = [...zone, 'pm-bounces CNAME pm.mtasv.net.'];
	expect((await audited(files, bounces)).said).not.toContain('spf/unknown');
});

it('a mailbox that the product sends from needs its include in the record', async () => {
	const files = { 'src/mail.js': "host: 'smtp.gmail.com', from: 'hello@shop.dev'" };
	const result = await audited(files, [...MX, SPF]);
	expect(missing(result).fix.snippets[0]?.text).toBe(
		'shop.dev. 300 IN TXT "v=spf1 mx include:_spf.google.com -all"',
	);
});
