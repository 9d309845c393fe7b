import { describe, expect, it } from 'vitest';
import alias from '../../../checks/dns/alias.ts';
import resolution from '../../../checks/dns/resolution.ts';
import check from '../../../checks/dns/zone-file.ts';
import mx from '../../../checks/email/mx.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab } from '../audit-lab.ts';
import { START, writtenZone } from './written-zone.ts';

const WORLD = { zones: { 'shop.test': { records: '@ A 203.0.113.10' } } };

async function judged(text: string, domain = 'shop.test') {
	const zoneFile = await writtenZone(text);
	const { findings, requests } = await auditLab(WORLD, check, { domain, zoneFile });
	expect(requests.dns).toEqual([]);
	return findings;
}

/** `id severity line`, and the place that the finding names. */
const graded = (findings: Awaited<ReturnType<typeof judged>>) =>
	findings.map((one) => [
		one.verdict ?? one.outcome,
		...(isFailed(one) ? [one.severity, one.locus.file, one.locus.line, one.locus.name] : []),
	]);

const SOUND = `${START}
@ A 203.0.113.10
www CNAME @
@ MX 10 mail
mail A 203.0.113.11
* TXT "x"`;

describe('dns/zone-file', () => {
	it('passes a zone that can be loaded', async () => {
		expect(graded(await judged(SOUND))).toEqual([['sound']]);
	});

	it.each([
		['a type that does not exist', 'www2 AA 203.0.113.1', 'syntax', 'high', 'shop.test'],
		['an include', '$INCLUDE more.zone', 'syntax', 'high', 'shop.test'],
		[
			'a name of another zone',
			'www.example.net. A 203.0.113.1',
			'outside-zone',
			'high',
			'www.example.net A',
		],
		[
			'an alias with mail beside it',
			'www MX 10 mail',
			'alias-with-other-records',
			'high',
			'www.shop.test CNAME',
		],
		[
			'a target without its dot',
			'shop CNAME www.shop.test',
			'missing-final-dot',
			'high',
			'shop.shop.test CNAME',
		],
		[
			'an owner without its dot',
			'app.shop.test A 203.0.113.1',
			'missing-final-dot',
			'high',
			'app.shop.test.shop.test A',
		],
		[
			'a record that stands twice',
			'mail A 203.0.113.11',
			'duplicate-record',
			'later',
			'mail.shop.test A',
		],
		['another TTL', 'mail 60 A 203.0.113.12', 'ttl-conflict', 'later', 'mail.shop.test A'],
	])('says it of %s', async (_, line, verdict, severity, name) => {
		const findings = await judged(`${SOUND}\n${line}`);
		const at = verdict === 'alias-with-other-records' ? 8 : 12;
		expect(graded(findings)).toEqual([[verdict, severity, 'shop.zone', at, name]]);
	});

	it('says it of a target in another domain, where the zone has no such name', async () => {
		const without = SOUND.replace('* TXT "x"', '');
		const findings = await judged(`${without}\nshop CNAME pages.example.com`);
		expect(graded(findings)).toEqual([
			['missing-final-dot', 'high', 'shop.zone', 12, 'shop.shop.test CNAME'],
		]);
		expect(findings[0]).toMatchObject({
			confidence: 'medium',
			fix: {
				snippets: [
					{ text: expect.stringContaining('\nshop.shop.test. 300 IN CNAME pages.example.com.') },
				],
			},
		});
	});

	it.each([
		['a label that is also a top-level domain', 'shop CNAME web.app\nweb.app A 203.0.113.1'],
		['a name that the wildcard answers for', 'shop CNAME pages.example.com'],
		['an authorisation of another domain’s reports', 'example.com._report._dmarc TXT "v=DMARC1"'],
		['a whole name', 'shop CNAME pages.example.com.'],
		['the same name in another set', 'shop TXT "www.shop.test"'],
		['proof and signature beside an alias', 'www RRSIG CNAME 13 2 60 1 0 1 shop.test. AAAA'],
	])('is silent about %s', async (_, lines) => {
		expect(graded(await judged(`${SOUND}\n${lines}`))).toEqual([['sound']]);
	});

	it('reads an export of Cloudflare, whose SOA lacks its dot and whose top is an alias', async () => {
		const file = `;; SOA Record
shop.test\t3600\tIN\tSOA\tada.ns.cloudflare.com. dns.cloudflare.com. 205 10000 2400 604800 3600
shop.test.\t86400\tIN\tNS\tada.ns.cloudflare.com.
shop.test.\t86400\tIN\tNS\tbob.ns.cloudflare.com.
shop.test.\t1\tIN\tCNAME\tpages.example. ; cf_tags=cf-proxied:true
shop.test.\t1\tIN\tMX\t10 mail.example.
www.shop.test.\t1\tIN\tCNAME\tshop.test. ; cf_tags=cf-proxied:true
`;
		expect(graded(await judged(file))).toEqual([['sound']]);
		const others = file.replaceAll('cloudflare.com', 'example.net');
		expect(graded(await judged(others))).toEqual([
			['missing-final-dot', 'high', 'shop.zone', 2, 'shop.test SOA'],
		]);
	});

	it('accepts a file from a provider that keeps the SOA itself, and says so', async () => {
		expect(graded(await judged('@ 60 A 203.0.113.10'))).toEqual([
			['no-soa', 'later', 'shop.zone', 1, 'shop.test'],
		]);
	});

	it('does not miss an SOA that merely cannot be read', async () => {
		const findings = await judged('$TTL 60\n@ SOA ns1 hostmaster (\n 1 2 3\n@ A 203.0.113.10');
		expect(graded(findings)).toEqual([['syntax', 'high', 'shop.zone', 2, 'shop.test']]);
	});

	it('joins the alias at the top with what others say of it', async () => {
		const [finding] = await judged('@ 60 CNAME pages.example.net.');
		expect(finding).toMatchObject({
			verdict: 'alias-with-other-records',
			cause: 'dns/alias/at-apex',
		});
	});

	it.each([
		['an alias of www', 'www CNAME shop.test', 'dns/resolution/www-missing'],
		['an alias of another host', 'app CNAME shop.test', 'dns/resolution/no-address'],
		['our own mail host', '@ MX 10 mail.shop.test', 'email/mx/doubled-suffix'],
		['a provider’s mail host', '@ MX 10 aspmx.l.google.com', 'email/mx/doubled-suffix'],
		['another mail host', '@ MX 10 mail.example.com', 'email/mx/target-missing'],
		['a name server', '@ NS ns9.example.com', 'dns/zone-file/missing-final-dot'],
		['an owner', 'app.shop.test A 203.0.113.1', 'dns/zone-file/missing-final-dot'],
	])('gives a missing dot the cause of what it breaks: %s', async (_, line, cause) => {
		const [finding] = await judged(`${START}\n${line}`);
		expect(finding).toMatchObject({ verdict: 'missing-final-dot', cause });
	});

	it('is one risk with what the planned zone shows of the same record', async () => {
		const zoneFile = await writtenZone(
			`${START}\n@ A 203.0.113.10\nwww CNAME shop.test\n@ MX 10 mail.shop.test`,
		);
		const checks = [check, alias, resolution, mx];
		const { findings } = await auditLab(WORLD, checks, { domain: 'shop.test', zoneFile });
		const causes = (id: string) => [
			...new Set(findings.flatMap((one) => (isFailed(one) && one.cause === id ? one.check : []))),
		];
		expect(causes('dns/resolution/www-missing').sort()).toEqual([
			'dns/alias',
			'dns/resolution',
			'dns/zone-file',
		]);
		expect(causes('email/mx/doubled-suffix').sort()).toEqual(['dns/zone-file', 'email/mx']);
	});

	it('tells of the rest where there are many', async () => {
		const findings = await judged(`${SOUND}\n${'x Q 1\n'.repeat(300)}`);
		expect(findings).toHaveLength(50);
		expect(findings.at(-1)?.message).toContain('(and 250 faults more after it)');
	});

	it('does not apply without a file', async () => {
		const { findings } = await auditLab(WORLD, check, { domain: 'shop.test' });
		expect(graded(findings)).toEqual([['not-applicable']]);
	});

	it('reads names as those of the domain, of the sub-domain a file is named after, or as it says', async () => {
		const file = await writtenZone('@ 60 A 203.0.113.1', 'app.shop.test.zone');
		const named = await auditLab(WORLD, check, { domain: 'app.shop.test', zoneFile: file });
		expect(named.findings[0]).toMatchObject({
			message: expect.stringContaining('SOA record for app.shop.test'),
		});
		const other = await judged(`$ORIGIN app.shop.test.\n@ 60 A 203.0.113.1`, 'app.shop.test');
		expect(other[0]?.message).toContain('SOA record for app.shop.test');
		const above = await judged('@ 60 A 203.0.113.1', 'app.shop.test');
		expect(above[0]?.message).toContain('SOA record for shop.test');
	});
});
