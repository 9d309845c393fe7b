import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/resolution.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const RESOLVER = 'resolver' as const;

function zone(records: string[], more: Partial<World> = {}, spec: object = {}): World {
	return {
		zones: { 'shop.test': { records, ...spec } },
		sites: [
			{ hosts: ['shop.test', 'www.shop.test'], at: ['203.0.113.10'], fallback: { body: PAGE } },
		],
		...more,
	};
}

const APEX = '@ A 203.0.113.10';
const WWW = 'www A 203.0.113.10';

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings
		.filter(({ outcome }) => outcome !== 'not-applicable')
		.map((one) => [
			one.subject,
			one.verdict ?? one.outcome,
			...('severity' in one ? [one.severity] : []),
		]);
}

const only = (audited: Awaited<ReturnType<typeof auditLab>>, subject: string) =>
	graded(audited).filter(([at]) => at === subject);

describe('clean zones', () => {
	it.each([
		['apex and www', zone([APEX, WWW])],
		['www as an alias', zone([APEX, 'www CNAME @'])],
		['both families', zone([APEX, WWW, '@ AAAA 2001:db8::1'])],
		['a wildcard', zone([APEX, '* A 203.0.113.10'])],
	])('passes %s', async (_, world) => {
		const audited = await auditLab(world, check, SHOP);
		expect(graded(audited).length).toBeGreaterThanOrEqual(2);
		expect(graded(audited).every(([, verdict]) => verdict === 'resolves')).toBe(true);
	});

	it('never walks from the root for them', async () => {
		const { requests } = await auditLab(zone([APEX, WWW]), check, SHOP);
		expect(requests.dns.length).toBeGreaterThan(0);
		expect(requests.dns.some(({ server }) => server === '198.51.100.1')).toBe(false);
	});
});

describe('missing names', () => {
	it.each<[string, World, string, unknown[]]>([
		[
			'no address at the apex',
			zone([WWW, '@ MX 10 www']),
			'shop.test',
			['apex-missing', 'blocker'],
		],
		['no www', zone([APEX]), 'www.shop.test', ['www-missing', 'high']],
		['only IPv6', zone(['@ AAAA 2001:db8::1', WWW]), 'shop.test', ['ipv6-only', 'blocker']],
	])('says it of %s', async (_, world, subject, verdict) => {
		expect(only(await auditLab(world, check, SHOP), subject)).toEqual([[subject, ...verdict]]);
	});

	it('says it of a domain that nobody delegates, under the cause of that', async () => {
		const world = zone([APEX], {}, { delegation: { none: true } });
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings[0]).toMatchObject({
			verdict: 'apex-missing',
			severity: 'blocker',
			cause: 'dns/delegation/missing',
			fix: { summary: expect.stringContaining('at the registrar') },
		});
	});

	it('says it of named hosts: NXDOMAIN, and a name with other records', async () => {
		const world = zone([APEX, WWW, 'mail MX 10 www']);
		const audited = await auditLab(world, check, {
			...SHOP,
			hosts: ['app.shop.test', 'mail.shop.test'],
		});
		expect(only(audited, 'app.shop.test')).toEqual([['app.shop.test', 'host-missing', 'blocker']]);
		expect(only(audited, 'mail.shop.test')).toEqual([['mail.shop.test', 'no-address', 'blocker']]);
	});

	it('does not miss hosts that it only guessed', async () => {
		const { findings } = await auditLab(zone([APEX, WWW]), check, SHOP);
		const guessed = findings.filter(({ subject }) => /^(?:app|api|admin)\./.test(subject));
		expect(guessed.map(({ outcome }) => outcome)).toEqual([
			'not-applicable',
			'not-applicable',
			'not-applicable',
		]);
	});

	it('says it of an alias, guessed or not, that leads nowhere', async () => {
		const audited = await auditLab(zone([APEX, WWW, 'app CNAME gone.shop.test.']), check, SHOP);
		expect(only(audited, 'app.shop.test')).toEqual([['app.shop.test', 'no-address', 'later']]);
	});

	it.each([
		['a wildcard', ['* CNAME gone.brand.example.']],
		['a DNAME', ['@ DNAME brand.example.']],
	])('does not take what %s gives to every name for a guessed host', async (_, records) => {
		const brand = { 'brand.example': { records: ['@ A 203.0.113.10', 'www A 203.0.113.10'] } };
		const world = { zones: { 'shop.test': { records: [APEX, ...records] }, ...brand } };
		const audited = await auditLab(world, check, SHOP);
		const guessed = audited.findings.filter(({ subject }) => /^(?:app|api)\./.test(subject));
		expect(guessed.map(({ outcome }) => outcome)).toEqual(['not-applicable', 'not-applicable']);
	});

	it('raises a missing www that the home page links to', async () => {
		const world = zone([APEX], {
			sites: [
				{
					hosts: ['shop.test'],
					at: ['203.0.113.10'],
					fallback: { body: '<!doctype html><a href="https://www.shop.test/a">' },
				},
			],
		});
		const audited = await auditLab(world, check, SHOP);
		expect(only(audited, 'www.shop.test')).toEqual([['www.shop.test', 'www-missing', 'blocker']]);
	});

	it('requires the hosts of named endpoints, www among them', async () => {
		const { findings } = await auditLab(zone([APEX]), check, {
			...SHOP,
			endpoints: [
				'https://www.shop.test/health',
				'https://go.shop.test/x',
				'https://other.example/',
			],
		});
		const missing = findings.filter(({ outcome }) => outcome === 'fail');
		expect(
			missing.map((one) => [one.subject, one.verdict, 'severity' in one && one.severity]),
		).toEqual([
			['www.shop.test', 'www-missing', 'blocker'],
			['go.shop.test', 'host-missing', 'blocker'],
		]);
	});

	it('finds hosts that only a link names', async () => {
		const world = zone([APEX, WWW, 'blog A 203.0.113.10'], {
			sites: [
				{
					hosts: ['shop.test', 'www.shop.test'],
					at: ['203.0.113.10'],
					fallback: {
						body: '<!doctype html><a href="https://help.shop.test/"><a href="https://blog.shop.test/"><a href="https://gone.example/">',
					},
				},
			],
		});
		const { said } = await auditLab(world, check, SHOP);
		expect(said).toContain('host-missing help.shop.test');
		expect(said.join()).not.toMatch(/blog|gone/);
	});

	it('says once that a named host is missing, though the home page links to it too', async () => {
		const world = zone([APEX, WWW], {
			sites: [
				{
					hosts: ['shop.test', 'www.shop.test'],
					at: ['203.0.113.10'],
					fallback: { body: '<!doctype html><a href="https://help.shop.test/">' },
				},
			],
		});
		const { said } = await auditLab(world, check, { ...SHOP, hosts: ['help.shop.test'] });
		expect(said.filter((one) => one.startsWith('host-missing'))).toEqual([
			'host-missing help.shop.test',
		]);
	});

	it('takes the lead from how long the absence is cached', async () => {
		const world = zone([WWW, '@ 900 SOA ns1 admin 1 7200 3600 1209600 600']);
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings[0]).toMatchObject({ verdict: 'apex-missing', lead: 600 });
	});
});

describe('aliases', () => {
	it('gives a record that takes the place of an alias that leads nowhere', async () => {
		const { findings } = await auditLab(
			zone([APEX, WWW, 'app CNAME gone.shop.test.']),
			check,
			SHOP,
		);
		const app = findings.find(({ subject }) => subject === 'app.shop.test');
		expect(app).toMatchObject({
			verdict: 'no-address',
			fix: {
				snippets: [{ text: expect.stringMatching(/^; first delete the CNAME record of app/) }],
			},
		});
	});

	it('says it of aliases that go in a circle', async () => {
		const world = zone([APEX, 'www CNAME loop', 'loop CNAME www']);
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'www.shop.test')).toMatchObject({
			verdict: 'servfail',
			severity: 'blocker',
			cause: 'dns/alias/loop',
		});
	});

	it('names the zone behind an alias whose servers answer nobody', async () => {
		const world = zone([APEX, 'www CNAME pages.hosting.test.']);
		world.zones = {
			...world.zones,
			'hosting.test': { ns: { ns: ['203.0.113.31'] }, records: ['pages A 203.0.113.10'] },
		};
		world.nameServers = { '203.0.113.31': { udp: 'refused', tcp: 'refused' } };
		const { findings } = await auditLab(world, check, SHOP);
		const www = findings.find(({ subject }) => subject === 'www.shop.test');
		expect(www).toMatchObject({
			verdict: 'servfail',
			cause: 'dns/resolution/servfail',
			fix: { summary: 'Get the name servers of hosting.test to answer for it.' },
		});
	});
});

describe('two vantages', () => {
	const resolverSays = (does: object | string, more: object = {}) =>
		zone([APEX, WWW], {
			dnsFaults: [{ server: RESOLVER, name: 'shop.test', does, ...more }] as never,
		});

	it('does not believe a resolver that denies what the zone has', async () => {
		const audited = await auditLab(resolverSays({ rcode: 'NXDOMAIN' }), check, SHOP);
		expect(only(audited, 'shop.test')).toEqual([['shop.test', 'resolvers-disagree', 'high']]);
	});

	it('does not call a guessed host missing where the resolver fails', async () => {
		const world = zone([APEX, WWW], {
			dnsFaults: [{ server: RESOLVER, name: 'app.shop.test', does: { rcode: 'SERVFAIL' } }],
		});
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'app.shop.test')).toMatchObject({
			outcome: 'unknown',
			couldBe: 'high',
			decisive: false,
		});
	});

	it('sees that the resolver gives out an address that the zone has left', async () => {
		const world = zone(['@ 3600 A 203.0.113.10', WWW], {
			dnsFaults: [
				{
					server: RESOLVER,
					name: 'shop.test',
					type: 'A',
					does: { answer: 'shop.test. 600 A 203.0.113.77' },
				},
			],
		});
		expect(only(await auditLab(world, check, SHOP), 'shop.test')).toEqual([
			['shop.test', 'resolvers-disagree', 'high'],
		]);
	});

	it('lets short-lived sets differ, as load balancers give them', async () => {
		const world = zone(['@ 60 A 203.0.113.10', WWW], {
			dnsFaults: [
				{
					server: RESOLVER,
					name: 'shop.test',
					type: 'A',
					does: { answer: 'shop.test. 60 A 203.0.113.77' },
				},
			],
		});
		expect(only(await auditLab(world, check, SHOP), 'shop.test')).toEqual([
			['shop.test', 'resolves'],
		]);
	});

	it('believes SERVFAIL where the zone answers nobody', async () => {
		const world = zone([APEX, WWW], {
			nameServers: {
				'198.51.100.21': { udp: 'refused', tcp: 'refused' },
				'203.0.113.21': { udp: 'refused', tcp: 'refused' },
			},
		});
		const audited = await auditLab(world, check, SHOP);
		expect(only(audited, 'shop.test')).toEqual([['shop.test', 'servfail', 'blocker']]);
		expect(audited.findings[0]).toMatchObject({ cause: 'dns/delegation/no-working-nameserver' });
	});

	it('names DNSSEC where only the check fails', async () => {
		const world = resolverSays(
			{ rcode: 'SERVFAIL', ede: { code: 6 } },
			{ unlessCheckingDisabled: true },
		);
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings[0]).toMatchObject({ verdict: 'servfail', cause: 'dns/dnssec/broken' });
		expect(findings[0]?.message).toContain('DNSSEC');
	});

	it('leaves open what neither vantage could say', async () => {
		const world = zone([APEX, WWW], {
			dnsFaults: [
				{ server: RESOLVER, name: 'shop.test', does: { rcode: 'SERVFAIL' } },
				{ server: '198.51.100.1', does: 'silence' },
				{ server: '198.51.100.2', does: 'silence' },
			],
		});
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'shop.test')).toMatchObject({
			outcome: 'unknown',
			couldBe: 'blocker',
			decisive: true,
		});
	});

	it('believes NXDOMAIN from the resolver where port 53 leads nowhere else', async () => {
		const world = zone([WWW], {
			dnsFaults: [
				{ server: RESOLVER, name: 'shop.test', does: { rcode: 'NXDOMAIN' } },
				{ server: '198.51.100.1', does: 'silence' },
				{ server: '198.51.100.2', does: 'silence' },
			],
		});
		expect(only(await auditLab(world, check, SHOP), 'shop.test')).toEqual([
			['shop.test', 'apex-missing', 'blocker'],
		]);
	});

	it('is offline, and says nothing of the site, where the resolver is dead', async () => {
		const world = zone([APEX, WWW], { dnsFaults: [{ server: RESOLVER, does: 'silence' }] });
		const began = performance.now();
		const { findings } = await auditLab(world, check, SHOP);
		expect(findings.length).toBeGreaterThan(1);
		expect(new Set(findings.map((one) => ('reason' in one ? one.reason : one.outcome)))).toEqual(
			new Set(['offline']),
		);
		expect(performance.now() - began).toBeLessThan(7_500);
	});
});
