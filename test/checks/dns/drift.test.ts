import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/drift.ts';
import { type Finding, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';
import { writtenZone } from './written-zone.ts';

const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';

/** What the lab publishes of itself, so that a file can hold it too. */
const OWN = `@ 3600 SOA ns1 hostmaster 7 7200 3600 1209600 300
@ 3600 NS ns1
@ 3600 NS ns2
ns1 3600 A ${NS1}
ns2 3600 A ${NS2}`;

const RECORDS = `@ 300 A 203.0.113.10
@ 300 MX 10 mail
@ 300 TXT "v=spf1 mx -all"
@ 300 TXT "token=Abc"
@ 300 CAA 0 issue "ca.example"
www 300 CNAME @
mail 300 A 203.0.113.11
app 300 AAAA 2001:db8::10
_dmarc 300 TXT "v=DMARC1; p=reject"
_sip._tcp 300 SRV 1 2 5060 app
sub 300 NS ns.example.net.
*.dev 300 A 203.0.113.12`;

interface Live {
	readonly records?: string;
	readonly spec?: object;
	readonly more?: Partial<World>;
	readonly domain?: string;
}

async function drift(file: string, { records = RECORDS, spec, more, domain = 'shop.test' }: Live) {
	const zoneFile = await writtenZone(file);
	const world = { zones: { 'shop.test': { records, ...spec } }, ...more } as World;
	const { findings } = await auditLab(world, check, { domain, zoneFile, drift: true });
	return findings;
}

const graded = (findings: readonly Finding[]) =>
	findings
		.filter(({ verdict }) => verdict !== 'not-enumerable')
		.map((one) => [
			one.verdict ?? one.outcome,
			...(isFailed(one) ? [one.locus.name, one.severity, one.locus.line] : []),
		]);

const FILE = `${OWN}\n${RECORDS}`;
const without = (line: string) => RECORDS.replace(`${line}\n`, '');
const changed = (from: string, to: string) => {
	expect(RECORDS).toContain(from);
	return RECORDS.replace(from, to);
};

describe('in step', () => {
	it.each([
		['the same', FILE],
		['other order', `${OWN}\n${RECORDS.split('\n').reverse().join('\n')}`],
		['other letter case', FILE.replace('mail 300', 'MAIL 300').replace('10 mail', '10 Mail')],
		['final dots', FILE.replace('www 300 CNAME @', 'www.shop.test. 300 CNAME shop.test.')],
		['a text cut otherwise', FILE.replace('"v=spf1 mx -all"', '"v=spf1 mx" " -all"')],
		['another serial and other timers', FILE.replace('7 7200 3600', '2024 60 30')],
		['no SOA and no NS', RECORDS],
		['signatures that a signer makes', `${FILE}\n@ 300 DNSKEY 257 3 13 AAAA\n@ 300 NSEC www A`],
		['glue below a zone cut', `${FILE}\nns.sub 300 A 203.0.113.99`],
	])('passes %s', async (_, file) => {
		expect(graded(await drift(file, {}))).toEqual([['in-step']]);
	});

	it('says what cannot be listed, as a note', async () => {
		const findings = await drift(FILE, {});
		expect(findings.find(({ verdict }) => verdict === 'not-enumerable')).toMatchObject({
			outcome: 'note',
			severity: 'info',
		});
	});

	it('asks every server, and each directly', async () => {
		const zoneFile = await writtenZone(FILE);
		const world = { zones: { 'shop.test': { records: RECORDS } } };
		const { requests } = await auditLab(world, check, {
			domain: 'shop.test',
			zoneFile,
			drift: true,
		});
		for (const server of [NS1, NS2]) {
			const asked = requests.dns.filter((one) => one.server === server).map(({ name }) => name);
			expect(asked.map((name) => name.toLowerCase())).toEqual(
				expect.arrayContaining(['_dmarc.shop.test', '_sip._tcp.shop.test', '*.dev.shop.test']),
			);
		}
	});
});

describe('drift', () => {
	it.each<[string, string, unknown[]]>([
		[
			'a host that is not live',
			without('mail 300 A 203.0.113.11'),
			['missing', 'mail.shop.test A', 'blocker', 12],
		],
		[
			'an alias that is not live',
			without('www 300 CNAME @'),
			['missing', 'www.shop.test CNAME', 'blocker', 11],
		],
		['no MX', without('@ 300 MX 10 mail'), ['missing', 'shop.test MX', 'blocker', 7]],
		[
			'no DMARC record',
			without('_dmarc 300 TXT "v=DMARC1; p=reject"'),
			['missing', '_dmarc.shop.test TXT', 'high', 14],
		],
		[
			'no CAA record',
			without('@ 300 CAA 0 issue "ca.example"'),
			['missing', 'shop.test CAA', 'high', 10],
		],
		[
			'a CAA record for others alone',
			changed('"ca.example"', '"other.example"'),
			['changed', 'shop.test CAA', 'blocker', 10],
		],
		[
			'a CAA record for others too',
			changed('@ 300 CAA', '@ 300 CAA 0 issue "other.example"\n@ 300 CAA'),
			['changed', 'shop.test CAA', 'high', 10],
		],
		[
			'another address',
			changed('203.0.113.11', '203.0.113.77'),
			['changed', 'mail.shop.test A', 'blocker', 12],
		],
		['another exchange', changed('10 mail', '20 mail'), ['changed', 'shop.test MX', 'blocker', 7]],
		['a text in other letters', changed('Abc', 'abc'), ['changed', 'shop.test TXT', 'high', 8]],
		[
			'an address in the place of an alias',
			changed('www 300 CNAME @', 'www 300 A 203.0.113.10'),
			['changed', 'www.shop.test CNAME', 'blocker', 11],
		],
		[
			'an alias in the place of an address',
			changed('mail 300 A 203.0.113.11', 'mail 300 CNAME elsewhere.example.'),
			['changed', 'mail.shop.test A', 'blocker', 12],
		],
		[
			'other servers of a sub-zone',
			changed('ns.example.net.', 'ns.example.org.'),
			['changed', 'sub.shop.test NS', 'high', 16],
		],
		[
			'another wildcard',
			changed('203.0.113.12', '203.0.113.13'),
			['changed', '*.dev.shop.test A', 'high', 17],
		],
		[
			'mail at a name of the file',
			`${RECORDS}\napp 300 MX 10 mail`,
			['extra', 'app.shop.test MX', 'high', undefined],
		],
		[
			'an address at one',
			`${RECORDS}\napp 300 A 203.0.113.1`,
			['extra', 'app.shop.test A', 'later', undefined],
		],
		[
			'a usual host',
			`${RECORDS}\napi 300 A 203.0.113.1`,
			['extra', 'api.shop.test A', 'later', undefined],
		],
		[
			'an alias to a third party',
			`${RECORDS}\nblog 300 CNAME shop.example.net.`,
			['extra', 'blog.shop.test CNAME', 'high', undefined],
		],
		[
			'an alias inside the domain',
			`${RECORDS}\nblog 300 CNAME www`,
			['extra', 'blog.shop.test CNAME', 'later', undefined],
		],
		[
			'a delegation',
			`${RECORDS}\nblog 300 NS ns.example.net.`,
			['extra', 'blog.shop.test NS', 'high', undefined],
		],
		[
			'a wildcard',
			`${RECORDS}\n* 300 A 203.0.113.1`,
			['extra', '*.shop.test A', 'later', undefined],
		],
		[
			'another TTL',
			changed('mail 300 A', 'mail 600 A'),
			['ttl-only', 'mail.shop.test A', 'info', 12],
		],
	])('says it of %s', async (_, records, told) => {
		expect(
			graded(await drift(FILE, { records })).filter(([verdict]) => verdict !== 'in-step'),
		).toEqual([told]);
	});

	it('gives the patch as a diff and for nsupdate, with final dots', async () => {
		const [finding] = await drift(FILE, { records: changed('10 mail', '20 mail.example.net.') });
		expect(finding).toMatchObject({
			message: 'shop.test MX is live with 20 mail.example.net; shop.zone:7 has 10 mail.shop.test.',
			fix: {
				snippets: [
					{
						language: 'diff',
						text: `--- what the name servers of shop.test answer
+++ shop.zone
@@ shop.test MX, shop.zone:7 @@
-shop.test. 300 IN MX 20 mail.example.net.
+shop.test. 300 IN MX 10 mail.shop.test.`,
					},
					{
						language: 'nsupdate',
						text: `zone shop.test
update delete shop.test. MX
update add shop.test. 300 IN MX 10 mail.shop.test.
send`,
					},
				],
			},
		});
	});

	it('says which servers are behind', async () => {
		const findings = await drift(FILE, {
			spec: { differs: [{ at: NS2, records: 'mail 300 A 203.0.113.77', without: ['app AAAA'] }] },
		});
		expect(graded(findings)).toEqual([
			['some-servers', 'mail.shop.test A', 'high', 12],
			['some-servers', 'app.shop.test AAAA', 'high', 13],
		]);
		const mail = findings.find(({ locus }) => locus.name === 'mail.shop.test A');
		expect(mail?.message).toContain('ns2.shop.test (203.0.113.21)');
		expect(mail?.message).not.toContain('ns1');
	});

	it('says of the provider’s own TTLs in few words', async () => {
		const rows = (ttl: number) =>
			Array.from({ length: 30 }, (_, n) => `h${n} ${ttl} A 203.0.113.${n + 1}`).join('\n');
		const findings = await drift(`${OWN}\n${rows(3600)}`, { records: rows(300) });
		const notes = findings.filter(({ verdict }) => verdict === 'ttl-only');
		expect(notes).toHaveLength(20);
		expect(notes.at(-1)?.message).toContain('(and 10 more sets likewise)');
	});

	it('sees an addition at one server alone', async () => {
		const findings = await drift(FILE, {
			spec: { differs: [{ at: NS2, records: 'api 300 A 203.0.113.77' }] },
		});
		expect(graded(findings)).toEqual([['some-servers', 'api.shop.test A', 'high', undefined]]);
	});

	it('compares the servers that answer, and leaves the others to those who judge them', async () => {
		const findings = await drift(FILE, {
			records: changed('203.0.113.11', '203.0.113.77'),
			more: { nameServers: { [NS2]: { udp: 'refused', tcp: 'refused' } } } as Partial<World>,
		});
		expect(graded(findings)).toEqual([['changed', 'mail.shop.test A', 'blocker', 12]]);
	});

	it('says nothing of usual names that only the planned wildcard answers for', async () => {
		const wild = '* 300 A 203.0.113.1';
		expect(graded(await drift(`${FILE}\n${wild}`, { records: `${RECORDS}\n${wild}` }))).toEqual([
			['in-step'],
		]);
	});

	it('leaves the cause to who owns it where no server answers for the zone', async () => {
		const refused = { udp: 'refused', tcp: 'refused' } as const;
		const findings = await drift(FILE, {
			more: { nameServers: { [NS1]: refused, [NS2]: refused } },
		});
		expect(findings).toMatchObject([{ outcome: 'unknown' }]);
	});
});

describe('names that their provider answers for', () => {
	it.each(['ALIAS', 'ANAME', 'CNAME'])('passes an %s at the top with any address', async (type) => {
		const file = FILE.replace('@ 300 A 203.0.113.10', `@ 300 ${type} lb.example.net.`);
		const findings = await drift(file, {});
		expect(graded(findings)).toEqual([['in-step']]);
		expect(findings[0]?.message).toContain(
			"shop.test has the DNS provider's own addresses, as meant",
		);
	});

	it('misses one that has no address', async () => {
		const file = FILE.replace('@ 300 A 203.0.113.10', '@ 300 ALIAS lb.example.net.');
		expect(graded(await drift(file, { records: without('@ 300 A 203.0.113.10') }))).toEqual([
			['missing', 'shop.test A', 'blocker', 6],
		]);
	});

	it('passes proxied records with Cloudflare’s addresses, and no others', async () => {
		const file = `${FILE.replace('mail 300 A 203.0.113.11', 'mail 1 A 203.0.113.11 ; cf_tags=cf-proxied:true')}
blog 1 CNAME pages.example.net. ; cf_tags=cf-proxied:true`;
		const proxied = `${changed('mail 300 A 203.0.113.11', 'mail 300 A 104.16.1.2')}\nblog 300 A 104.16.1.3`;
		expect(graded(await drift(file, { records: proxied }))).toEqual([['in-step']]);
		const elsewhere = proxied.replace('104.16.1.3', '203.0.113.77');
		expect(graded(await drift(file, { records: elsewhere }))).toEqual([
			['changed', 'blog.shop.test CNAME', 'blocker', 18],
		]);
	});

	it('knows a zone of Cloudflare, which proxies and adds authorities unasked', async () => {
		const servers = { 'a.ns.cloudflare.com.': [NS1], 'b.ns.cloudflare.com.': [NS2] };
		const own = '@ 86400 NS a.ns.cloudflare.com.\n@ 86400 NS b.ns.cloudflare.com.';
		const live = changed('mail 300 A 203.0.113.11', 'mail 300 A 104.16.1.2')
			.concat('\nmail 300 AAAA 2606:4700::1')
			.replace('@ 300 CAA', '@ 300 CAA 0 issue "pki.goog"\n@ 300 CAA');
		const findings = await drift(`${own.replaceAll('86400', '3600')}\n${RECORDS}`, {
			records: live,
			spec: { ns: servers },
			more: {
				zones: {
					'shop.test': { records: live, ns: servers },
					'cloudflare.com': { records: ['a.ns A 198.51.100.21', 'b.ns A 203.0.113.21'] },
				},
			},
		});
		expect(graded(findings)).toEqual([['in-step']]);
	});
});

describe('a zone of 200 records', () => {
	const host = (n: number) => `host${n} 300 A 203.0.113.${n % 250}`;
	const rows = [
		...Array.from({ length: 150 }, (_, n) => host(n)),
		...Array.from({ length: 20 }, (_, n) => `text${n} 300 TXT "value ${n}"`),
		...Array.from({ length: 15 }, (_, n) => `alias${n} 300 CNAME host${n}`),
		...Array.from({ length: 5 }, (_, n) => `post${n} 300 MX 10 host${n}`),
		...Array.from({ length: 10 }, (_, n) => `_s${n}._tcp 300 SRV 1 2 80 host${n}`),
	];

	it('with 20 mutations has exactly 20 findings, and the whole patch once', async () => {
		expect(rows).toHaveLength(200);
		const at = (n: number) => rows[n] ?? '';
		const mutated = new Map<string, string>([
			[at(0), ''],
			[at(1), ''],
			[at(151), ''],
			[at(171), ''],
			[at(186), ''],
			[at(2), 'host2 300 A 203.0.113.251'],
			[at(3), `${at(3)}\nhost3 300 A 203.0.113.252`],
			[at(4), 'host4 300 CNAME host5'],
			[at(152), 'text2 300 TXT "Value 2"'],
			[at(172), 'alias2 300 CNAME host9'],
			[at(173), 'alias3 300 A 203.0.113.3'],
			[at(187), 'post2 300 MX 20 host2'],
			[at(191), '_s1._tcp 300 SRV 1 2 81 host1'],
			[at(6), 'host6 301 A 203.0.113.6'],
			[at(153), 'text3 60 TXT "value 3"'],
		]);
		const additions = [
			'host7 300 AAAA 2001:db8::1',
			'host8 300 TXT "new"',
			'host9 300 MX 10 host9',
			'api 300 A 203.0.113.9',
			'docs 300 CNAME docs.example.net.',
		];
		const records = [...rows.map((row) => mutated.get(row) ?? row), ...additions].join('\n');
		const findings = await drift(`${OWN}\n${rows.join('\n')}`, { records });
		const told = findings.filter((one) => isFailed(one) && one.verdict !== 'not-enumerable');
		expect(told).toHaveLength(20);
		expect(new Set(told.map(({ locus }) => locus.name)).size).toBe(20);
		const counts = new Map<string | null, number>();
		for (const { verdict } of told) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
		expect(Object.fromEntries(counts)).toEqual({ missing: 5, changed: 8, 'ttl-only': 2, extra: 5 });
		const whole = told.filter((one) => isFailed(one) && one.fix.snippets.length > 2);
		expect(whole).toEqual([told[0]]);
		const [first] = whole;
		const patch = first !== undefined && isFailed(first) ? (first.fix.snippets[0]?.text ?? '') : '';
		expect(patch.match(/^@@ /gm)).toHaveLength(20);
		expect(told.every((one) => isFailed(one) && one.fix.snippets[0]?.language === 'diff')).toBe(
			true,
		);
	});
});
