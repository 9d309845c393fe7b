import { describe, expect, test } from 'vitest';
import dnsCaa from '../../../checks/dns/caa.ts';
import caa from '../../../checks/ssl/caa.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
type Certificate = NonNullable<NonNullable<World['sites']>[number]['certificate']>;

async function audited(
	records: readonly string[],
	certificate: Certificate = { issuer: "Let's Encrypt" },
	more: Partial<World> = {},
	checks = [caa],
) {
	const world: World = {
		zones: { 'shop.test': { records: [`@ A ${AT}`, ...records] } },
		sites: [{ hosts: ['shop.test'], at: [AT], certificate }],
		...more,
	};
	return auditLab(world, checks, { domain: 'shop.test' }, { publicAuthority: true });
}

async function risks(...args: Parameters<typeof audited>) {
	const { findings } = await audited(...args);
	return findings.map((one) =>
		isFailed(one) ? `${idOf(one).slice(8)} ${one.severity}` : one.outcome,
	);
}

const wildcard = { issuer: "Let's Encrypt", names: ['*.shop.test', 'shop.test'] };

describe('who may issue', () => {
	test.each<[string, readonly string[], readonly string[]]>([
		['nobody said', [], ['missing later']],
		['the authority in use', ['@ CAA 0 issue "letsencrypt.org"'], ['pass']],
		['another one', ['@ CAA 0 issue "digicert.com"'], ['forbids-current-issuer high']],
		['nobody', ['@ CAA 0 issue ";"'], ['forbids-everyone high']],
		['wildcards by another, which this is not', ['@ CAA 0 issuewild "digicert.com"'], ['pass']],
		[
			'one account',
			['@ CAA 0 issue "letsencrypt.org; accounturi=https://acme.test/1"'],
			['restricts-account info', 'pass'],
		],
		[
			'a URL',
			['@ CAA 0 issue "https://letsencrypt.org"'],
			['syntax later', 'forbids-current-issuer high'],
		],
		[
			'a critical tag that nobody knows',
			['@ CAA 0 issue "letsencrypt.org"', '@ CAA 128 tbs "x"'],
			['syntax later'],
		],
	])('%s', async (_, records, expected) => {
		expect(await risks(records)).toEqual(expected);
	});

	test('the finding shows the days left and the record to publish', async () => {
		const { findings } = await audited(['@ CAA 0 issue "digicert.com"']);
		const [finding] = findings.filter(isFailed);
		expect(finding?.message).toMatch(
			/let digicert\.com issue \(issue\), but the certificate in use is from Let's Encrypt; it ends in (?:59|60) days\.$/,
		);
		expect(finding?.fix.snippets[0]?.text).toBe('shop.test. 3600 IN CAA 0 issue "letsencrypt.org"');
	});

	test('an authority whose name in CAA is not known', async () => {
		expect(await risks(['@ CAA 0 issue "digicert.com"'], 'ok')).toEqual(['unknown']);
		expect(await risks(['@ CAA 0 issue ";"'], 'ok')).toEqual(['forbids-everyone high']);
	});

	test('a wildcard is bound by issuewild, where there is any', async () => {
		const world = (records: readonly string[]): World => ({
			zones: { 'shop.test': { records: [`@ A ${AT}`, `app A ${AT}`, ...records] } },
			sites: [{ hosts: ['shop.test', 'app.shop.test'], at: [AT], certificate: wildcard }],
		});
		const said = async (records: readonly string[]) =>
			(await auditLab(world(records), caa, { domain: 'shop.test' }, { publicAuthority: true }))
				.said;
		const both = ['@ CAA 0 issue "letsencrypt.org"', '@ CAA 0 issuewild "digicert.com"'];
		expect(await said(both)).toEqual(['allows shop.test', 'forbids-current-issuer app.shop.test']);
		expect(await said(both.slice(0, 1))).toEqual(['allows shop.test', 'allows app.shop.test']);
	});
});

test('that nobody is named is said once, of the domain', async () => {
	const world: World = {
		zones: { 'shop.test': { records: [`@ A ${AT}`, `app A ${AT}`] } },
		sites: [{ hosts: ['shop.test', 'app.shop.test'], at: [AT] }],
	};
	const { said } = await auditLab(world, caa, { domain: 'shop.test' });
	expect(said).toEqual(['missing shop.test', 'not-applicable app.shop.test']);
});

describe('a look-up that fails', () => {
	test('SERVFAIL', async () => {
		const dnsFaults: World['dnsFaults'] = [{ type: 'CAA', does: { rcode: 'SERVFAIL' } }];
		expect(await risks([], undefined, { dnsFaults })).toEqual(['lookup-fails high']);
	});

	test('a zone that nobody answers for has that one fault', async () => {
		const dead = { udp: 'refused', tcp: 'refused' } as const;
		const nameServers = { '198.51.100.21': dead, '203.0.113.21': dead };
		expect(await risks([], undefined, { nameServers })).toEqual(['unknown']);
	});
});

test('a tag that nobody knows is one risk with the finding of dns/caa', async () => {
	const records = ['@ CAA 0 issue "letsencrypt.org"', '@ CAA 128 tbs "x"'];
	const { findings } = await audited(records, undefined, {}, [caa, dnsCaa] as never);
	const causes = findings.filter(isFailed).map((one) => [idOf(one), one.cause]);
	expect(causes.sort()).toEqual([
		['dns/caa/unknown-tag', 'dns/caa/unknown-tag'],
		['ssl/caa/syntax', 'dns/caa/unknown-tag'],
	]);
});
