import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RSA_1023, RSA_2048 } from '../../../checks/email/_dkim-keys.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { failedBy, type MailLab, startMailLab } from './mail-lab.ts';

/** A TXT record's strings, cut at 255 as on the wire. */
const txt = (text: string) => (text.match(/.{1,255}/gs) ?? []).map((each) => `"${each}"`).join(' ');

const MX = ['@ MX 10 mx', 'mx A 203.0.113.9', 'mx AAAA 2001:db8::9'];
const SPF = '@ TXT "v=spf1 mx -all"';
const KEYS = [`s1._domainkey TXT ${txt(RSA_2048)}`, `s2._domainkey TXT ${txt(RSA_2048)}`];
const dmarcOf = (name: string) => `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@${name}"`;

/** A clean domain, with lines replaced. */
function domain(
	name: string,
	change: { mx?: string[]; spf?: string[]; keys?: string[]; dmarc?: string[] } = {},
): [string, { records: string[] }] {
	const { mx = MX, spf = [SPF], keys = KEYS, dmarc = [dmarcOf(name)] } = change;
	return [name, { records: [...mx, ...spf, ...keys, ...dmarc] }];
}

const spf = (...records: string[]) => ({ spf: records.map((record) => `@ TXT ${record}`) });
const includes = (count: number) =>
	Array.from({ length: count }, (_, index) => `include:i${index}.others.test`).join(' ');

/** Domain, what is wrong with it, and what must be said. */
const FAULTS: readonly [string, Parameters<typeof domain>[1], readonly string[]][] = [
	['spf-none.test', { spf: [] }, ['email/spf/missing high']],
	[
		'nothing.test',
		{ spf: [], keys: [], dmarc: [] },
		['email/spf/missing blocker', 'email/dkim/none blocker', 'email/dmarc/missing high'],
	],
	['spf-two.test', spf('"v=spf1 mx -all"', '"v=spf1 a -all"'), ['email/spf/multiple blocker']],
	[
		'spf-version.test',
		spf('"v=spf1; mx -all"'),
		['email/spf/version-malformed high', 'email/spf/missing high'],
	],
	['spf-syntax.test', spf('"v=spf1 ipv4:203.0.113.9 -all"'), ['email/spf/syntax blocker']],
	[
		'spf-glued.test',
		spf('"v=spf1 include:i0.others.test" "include:i1.others.test -all"'),
		['email/spf/glued-terms blocker'],
	],
	['spf-dash.test', spf('"v=spf1 mx \\226\\128\\147all"'), ['email/spf/non-ascii blocker']],
	['spf-ip.test', spf('"v=spf1 ip4:203.0.113.256 -all"'), ['email/spf/ip-invalid blocker']],
	[
		'spf-macro.test',
		spf('"v=spf1 exists:%{z}.others.test -all"'),
		['email/spf/macro-syntax blocker'],
	],
	[
		'spf-twice.test',
		spf('"v=spf1 redirect=i0.others.test redirect=i1.others.test"'),
		['email/spf/modifier-twice blocker'],
	],
	[
		'spf-eleven.test',
		spf(`"v=spf1 ${includes(6)} " "include:five.others.test -all"`),
		['email/spf/too-many-lookups blocker'],
	],
	[
		'spf-voids.test',
		spf('"v=spf1 mx a:a.others.test a:b.others.test a:c.others.test -all"'),
		['email/spf/too-many-voids high'],
	],
	[
		'spf-gone.test',
		spf('"v=spf1 mx include:gone.others.test -all"'),
		['email/spf/include-without-record blocker'],
	],
	[
		'spf-long.test',
		spf(`"v=spf1 mx include:${'x'.repeat(64)}.test -all"`),
		['email/spf/include-without-record blocker'],
	],
	[
		'spf-below.test',
		spf('"v=spf1 mx include:broken.others.test -all"'),
		['email/spf/include-permerror blocker'],
	],
	['spf-loop.test', spf('"v=spf1 include:spf-loop.test -all"'), ['email/spf/loop blocker']],
	[
		'spf-redirect.test',
		spf('"v=spf1 redirect=gone.others.test"'),
		['email/spf/redirect-without-record blocker'],
	],
	['spf-plus.test', spf('"v=spf1 +all"'), ['email/spf/pass-all blocker']],
	[
		'spf-neutral.test',
		{
			...spf('"v=spf1 mx ?all"'),
			dmarc: ['_dmarc TXT "v=DMARC1; p=none; rua=mailto:d@spf-neutral.test"'],
		},
		['email/spf/neutral-all high'],
	],
	[
		'spf-servfail.test',
		spf('"v=spf1 mx include:fails.others.test -all"'),
		['email/spf/temperror unknown'],
	],
	[
		'mx-hosts.test',
		{ ...spf('"v=spf1 mx:eleven.others.test -all"') },
		['email/spf/mx-too-many-hosts blocker'],
	],
	[
		'dkim-none.test',
		{ keys: [] },
		['email/dkim/none high', 'email/dmarc/enforce-without-dkim blocker'],
	],
	[
		'dkim-spf-broken.test',
		{ keys: [], ...spf('"v=spf1 include:gone.others.test -all"') },
		['email/dkim/none blocker', 'email/dmarc/enforce-spf-broken blocker'],
	],
	[
		'dkim-hidden.test',
		{ keys: [`zq7._domainkey TXT ${txt(RSA_2048)}`] },
		['email/dkim/not-found unknown'],
	],
	['dkim-wild.test', { keys: [`*._domainkey TXT ${txt(RSA_2048)}`] }, ['email/dkim/wildcard high']],
	[
		'dkim-dangling.test',
		{ keys: [...KEYS, 'k1._domainkey CNAME gone.others.test.'] },
		['email/dkim/cname-dangling high'],
	],
	[
		'dkim-multiple.test',
		{ keys: [`s1._domainkey TXT ${txt(RSA_2048)}`, 's1._domainkey TXT "v=DKIM1; p="'] },
		['email/dkim/multiple-txt high'],
	],
	[
		'dkim-weak.test',
		{ keys: [`s1._domainkey TXT ${txt(RSA_1023)}`] },
		['email/dkim/rsa-under-1024 blocker'],
	],
	[
		'dkim-cut.test',
		{ keys: [`s1._domainkey TXT ${txt(RSA_2048.slice(0, 255))}`] },
		['email/dkim/key-undecodable high'],
	],
	['dmarc-none.test', { dmarc: [] }, ['email/dmarc/missing high']],
	[
		'dmarc-two.test',
		{ dmarc: ['_dmarc TXT "v=DMARC1; p=none"', '_dmarc TXT "v=DMARC1; p=reject"'] },
		['email/dmarc/multiple high'],
	],
	[
		'dmarc-name.test',
		{ dmarc: ['_dmarc.dmarc-name.test TXT "v=DMARC1; p=none"'] },
		['email/dmarc/wrong-name high', 'email/dmarc/missing high'],
	],
	[
		'dmarc-version.test',
		{ dmarc: ['_dmarc TXT "v=dmarc1; p=none"'] },
		['email/dmarc/version high'],
	],
	[
		'dmarc-alias.test',
		{ dmarc: ['_dmarc CNAME gone.others.test.'] },
		['email/dmarc/cname-dangling high'],
	],
	[
		'dmarc-outside.test',
		{ dmarc: ['_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@reports.test"'] },
		['email/dmarc/rua-unauthorized high'],
	],
	[
		'dmarc-dead.test',
		{ dmarc: ['_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@gone.dmarc-dead.test"'] },
		['email/dmarc/rua-no-mx high'],
	],
	['mx-none.test', { mx: ['@ A 203.0.113.9'] }, ['email/mx/none high']],
	[
		'mx-null.test',
		{ mx: ['@ MX 0 .'], ...spf('"v=spf1 ip4:203.0.113.9 -all"') },
		['email/mx/null high'],
	],
	['mx-gone.test', { mx: ['@ MX 10 gone.others.test.'] }, ['email/mx/target-missing blocker']],
	[
		'mx-alias.test',
		{ mx: [...MX.slice(1), '@ MX 10 m', 'm CNAME mx'] },
		['email/mx/target-cname high'],
	],
	['mx-ip.test', { mx: ['@ MX 10 203.0.113.9.'] }, ['email/mx/target-ip blocker']],
	['mx-private.test', { mx: ['@ MX 10 in', 'in A 10.0.0.5'] }, ['email/mx/target-private blocker']],
	['mx-local.test', { mx: ['@ MX 10 localhost.'] }, ['email/mx/target-localhost blocker']],
	['mx-doubled.test', { mx: ['@ MX 10 mx.mx-doubled.test'] }, ['email/mx/doubled-suffix blocker']],
];

const OTHERS = [
	...Array.from({ length: 8 }, (_, index) => `i${index} TXT "v=spf1 ip4:203.0.113.${index} -all"`),
	`five TXT "v=spf1 ${includes(4)} -all"`,
	'broken TXT "v=spf1 include:gone.others.test -all"',
	...Array.from({ length: 11 }, (_, index) => `eleven MX 10 m${index}`),
	...Array.from({ length: 11 }, (_, index) => `m${index} A 203.0.113.${index}`),
];

const WORLD: World = {
	zones: {
		...Object.fromEntries(FAULTS.map(([name, change]) => domain(name, change))),
		...Object.fromEntries([
			domain('clean.test', { mx: [...MX, 'app A 203.0.113.10'] }),
			domain('quiet.test', {
				mx: ['@ MX 0 .'],
				spf: ['@ TXT "v=spf1 -all"', '* TXT "v=spf1 -all"'],
				keys: [],
				dmarc: ['_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@clean.test"'],
			}),
			domain('servfail.test'),
		]),
		'others.test': { records: OTHERS },
		'reports.test': { records: ['@ MX 10 mx', 'mx A 203.0.113.9'] },
		'parent.test': { records: [...MX, '@ TXT "v=spf1 +all"', 'app A 203.0.113.10'] },
	},
	dnsFaults: [
		{ name: 'fails.others.test', does: { rcode: 'SERVFAIL' } },
		{ name: 'servfail.test', type: 'TXT', does: { rcode: 'SERVFAIL' } },
		{ name: 'servfail.test', type: 'MX', does: { rcode: 'SERVFAIL' } },
		{ name: '_dmarc.servfail.test', does: { rcode: 'SERVFAIL' } },
	],
};

let lab: MailLab;
beforeAll(async () => {
	lab = await startMailLab(WORLD);
});
afterAll(async () => lab?.[Symbol.asyncDispose]());

describe('over real sockets', () => {
	it.each(FAULTS)('%s is told what is wrong', async (name, _, wanted) => {
		const { said } = await lab.audit(name);
		expect(said).toEqual(expect.arrayContaining([...wanted]));
	});

	it('says nothing above info about a clean domain', async () => {
		const { findings, said } = await lab.audit('clean.test');
		expect(said.filter((one) => !one.endsWith(' info'))).toEqual([]);
		const passed = findings.flatMap((one) => (one.outcome === 'pass' ? [one.check] : []));
		expect(passed).toEqual(['email/dkim', 'email/dmarc', 'email/mx', 'email/spf']);
	});

	it('asks each question once, about a hundred selectors, in under a second', async () => {
		const { questions, tookMs } = await lab.audit('clean.test');
		const toResolver = questions.map(({ name, type }) => `${name} ${type}`);
		const selectors = toResolver.filter((one) => one.includes('._domainkey.'));
		expect(selectors.length).toBeGreaterThan(80);
		expect(tookMs).toBeLessThan(1_000);
	});

	it('asks a handful of selectors where _domainkey does not exist', async () => {
		const { questions } = await lab.audit('dkim-none.test');
		const selectors = new Set(
			questions.map(({ name }) => name).filter((name) => name.includes('._domainkey.')),
		);
		expect(selectors.size).toBeLessThan(10);
	});

	it('judges a domain without mail by its own rules', async () => {
		const { findings, said } = await lab.audit('quiet.test');
		expect(said.filter((one) => !one.endsWith(' info'))).toEqual([
			'email/dmarc/rua-unauthorized high',
		]);
		expect(findings.find(({ check }) => check === 'email/dkim')?.outcome).toBe('not-applicable');
	});

	it('accuses nobody where DNS fails, and lets the unknown count', async () => {
		const { findings, said } = await lab.audit('servfail.test');
		expect(said.filter((one) => !/ (?:info|unknown)$/.test(one))).toEqual([]);
		const decisive = findings.filter((one) => one.outcome === 'unknown' && one.decisive);
		expect(decisive.map(({ check }) => check)).toEqual(['email/dmarc', 'email/mx', 'email/spf']);
	});

	it('does not hold a parent against its sub-domain', async () => {
		const { findings } = await lab.audit('app.parent.test');
		expect(findings.filter(({ outcome }) => outcome !== 'not-applicable')).toEqual([]);
	});

	it('judges a sub-domain that the user says sends, with the policy that it inherits', async () => {
		const { said } = await lab.audit('app.clean.test', { sends: true });
		expect(said).toEqual(
			expect.arrayContaining(['email/spf/missing blocker', 'email/dmarc/inherited info']),
		);
		const { findings } = await lab.audit('app.clean.test');
		expect(findings.filter(({ outcome }) => outcome !== 'not-applicable')).toEqual([]);
	});

	it('gives the user what he says that he knows: selectors, volume', async () => {
		const hidden = await lab.audit('dkim-hidden.test', { dkimSelectors: ['zq7'] });
		expect(hidden.said.filter((one) => one.startsWith('email/dkim'))).toEqual([
			'email/dkim/single-selector info',
		]);
		const missing = await lab.audit('clean.test', { dkimSelectors: ['mine'] });
		expect(missing.said).toContain('email/dkim/none high');
		const bulk = await lab.audit('dmarc-none.test', { bulk: true });
		expect(bulk.said).toContain('email/dmarc/missing blocker');
	});

	it('shows the record itself as evidence, and not every look-up behind it', async () => {
		const { findings } = await lab.audit('nothing.test');
		const lines = findings.filter(isFailed).map(({ check, evidence }) => [check, evidence?.length]);
		// DMARC: the record, and the walk that found none.
		expect(lines).toEqual([
			['email/dkim', 1],
			['email/dmarc', 2],
			['email/spf', 1],
		]);
	});

	it('merges the records, and lists the ones to delete', async () => {
		const { fix } = failedBy(await lab.audit('spf-two.test'), 'email/spf/multiple');
		expect(fix.snippets[0]?.text.split('\n')).toEqual([
			expect.stringMatching(/^; delete: spf-two\.test\. 300 IN TXT "v=spf1 (?:a|mx) -all"$/),
			expect.stringMatching(/^; delete: spf-two\.test\. 300 IN TXT "v=spf1 (?:a|mx) -all"$/),
			expect.stringMatching(/^spf-two\.test\. 300 IN TXT "v=spf1 (?:a mx|mx a) -all"$/),
		]);
	});
});
