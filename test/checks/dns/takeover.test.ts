import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import resolution from '../../../checks/dns/resolution.ts';
import check from '../../../checks/dns/takeover.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { rdapRoute, rdapSite, registration } from '../../facts/domain/rdap-lab.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const SHOP = { domain: 'shop.test' };
const APEX = '@ A 203.0.113.10';
const RDAP = { ...SHOP, rdap: 'https://rdap.registry.test/' };

type Site = NonNullable<World['sites']>[number];

const HOME: Site = {
	hosts: ['shop.test', 'www.shop.test'],
	at: ['203.0.113.10'],
	fallback: { body: PAGE },
};

/** Our zone, and those of the services that it points to. */
function world(
	records: string[],
	services: Record<string, string[]> = {},
	sites: Site[] = [],
	more: Partial<World> = {},
): World {
	const zones = Object.entries(services).map(([name, its]) => [name, { records: its }]);
	return {
		zones: { 'shop.test': { records: [APEX, ...records] }, ...Object.fromEntries(zones) },
		sites: [HOME, ...sites],
		...more,
	};
}

/** What a service answers at 203.0.113.80 to whatever name comes. */
function service(body: string, status = 404, more: Partial<Site> = {}): Site {
	return { hosts: ['service.test'], at: ['203.0.113.80'], fallback: { status, body }, ...more };
}

const site = (host: string, more: Partial<Site> = {}): Site => ({
	hosts: [host],
	at: ['203.0.113.80'],
	fallback: { body: PAGE },
	...more,
});

function graded({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings
		.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
		.map((one) => [
			one.subject,
			one.verdict ?? one.outcome,
			...('severity' in one ? [one.severity] : []),
		]);
}

const NOT_FOUND = '<html><h1>404</h1><p>There isn&#39;t a GitHub Pages site here.</p></html>';

describe('names that are in good hands', () => {
	it.each<[string, World]>([
		['addresses of its own', world(['www A 203.0.113.10'])],
		[
			'a site at Vercel',
			world(['www CNAME cname.vercel-dns.com.'], { 'vercel-dns.com': ['cname A 203.0.113.80'] }, [
				site('www.shop.test'),
			]),
		],
		[
			'a site at Netlify, in another spelling',
			world(['www CNAME Shop.NETLIFY.App.'], { 'netlify.app': ['shop A 203.0.113.80'] }, [
				site('www.shop.test'),
			]),
		],
		[
			'a site at GitHub Pages',
			world(['blog CNAME shop.github.io.'], { 'github.io': ['shop A 203.0.113.80'] }, [
				site('blog.shop.test'),
			]),
		],
		[
			'an app at Heroku whose own home page is a 404',
			world(['app CNAME shop.herokudns.com.'], { 'herokudns.com': ['shop A 203.0.113.80'] }, [
				site('app.shop.test', { fallback: { status: 404, body: 'Nothing at this address.' } }),
			]),
		],
		[
			'an app at Heroku that fails',
			world(['app CNAME shop.herokudns.com.'], { 'herokudns.com': ['shop A 203.0.113.80'] }, [
				site('app.shop.test', { fallback: { status: 500, body: 'Internal error' } }),
			]),
		],
		[
			'a bucket that redirects',
			world(
				['app CNAME app.shop.test.s3-website-eu-west-1.amazonaws.com.'],
				{ 'amazonaws.com': ['app.shop.test.s3-website-eu-west-1 A 203.0.113.80'] },
				[site('app.shop.test', { fallback: { redirect: 'https://shop.test/NoSuchBucket' } })],
			),
		],
		[
			'a page of ours that speaks of such pages, at no service',
			world(['blog CNAME web.hosting.test.'], { 'hosting.test': ['web A 203.0.113.80'] }, [
				service(NOT_FOUND),
			]),
		],
		[
			'an article at GitHub Pages that speaks of such pages',
			world(['blog CNAME shop.github.io.'], { 'github.io': ['shop A 203.0.113.80'] }, [
				site('blog.shop.test', {
					routes: { '/': { body: NOT_FOUND } },
					fallback: { status: 404, body: 'No such article' },
				}),
			]),
		],
		[
			'a CDN that refuses us',
			world(['cdn CNAME d1.cloudfront.net.'], { 'cloudfront.net': ['d1 A 203.0.113.80'] }, [
				service('Request blocked.', 403),
			]),
		],
		[
			'a profile of Traffic Manager that leads on',
			world(['app CNAME shop.trafficmanager.net.'], {
				'trafficmanager.net': ['shop CNAME shop-eu.azurewebsites.net.'],
				'azurewebsites.net': ['shop-eu A 203.0.113.80'],
			}),
		],
		['an alias to a missing name of our own', world(['blog CNAME old'])],
		[
			'a DNAME that sends every name to its twin elsewhere, and most twins do not exist',
			world(['@ DNAME brand.example.'], {
				'brand.example': ['@ A 203.0.113.10', 'www A 203.0.113.10', 'blog A 203.0.113.10'],
			}),
		],
		[
			'a wildcard at a service, and names that only it answers to',
			world(['* CNAME shop.herokudns.com.'], { 'herokudns.com': ['shop A 203.0.113.80'] }, [
				service('<h1>No such app</h1>'),
			]),
		],
		[
			"a failure of the service's own status pages",
			world(
				['status CNAME stats.uptimerobot.com.'],
				{ 'uptimerobot.com': ['stats A 203.0.113.80'] },
				[site('status.shop.test', { fallback: { body: 'All is well. <i>Page not found</i>?' } })],
			),
		],
	])('passes %s', async (_, zone) => {
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([]);
	});

	it('asks a page of no name that leads to no service', async () => {
		const zone = world(['blog CNAME web.hosting.test.'], {
			'hosting.test': ['web A 203.0.113.80'],
		});
		const { requests } = await auditLab(zone, check, SHOP);
		expect(requests.http.map(({ url }) => new URL(url).hostname)).not.toContain('blog.shop.test');
	});

	it('asks about two dozen questions of a zone without aliases', async () => {
		const { requests } = await auditLab(world(['www A 203.0.113.10']), check, SHOP);
		const asked = requests.dns.filter(({ server }) => server === '198.51.100.53');
		expect(asked.length).toBeLessThan(70);
	});
});

describe('unclaimed services', () => {
	it.each<[string, World, string, 'blocker' | 'high']>([
		[
			'a deleted web app at Azure',
			world(['blog CNAME shop-blog.azurewebsites.net.'], { 'azurewebsites.net': [] }),
			'blog.shop.test',
			'blocker',
		],
		[
			'one behind another alias of ours',
			world(['blog CNAME web', 'web CNAME shop-blog.AzureWebsites.net.'], {
				'azurewebsites.net': [],
			}),
			'blog.shop.test',
			'blocker',
		],
		[
			'one behind a profile of Traffic Manager',
			world(['app CNAME shop.trafficmanager.net.'], {
				'trafficmanager.net': ['shop CNAME shop-eu.azurewebsites.net.'],
				'azurewebsites.net': [],
			}),
			'app.shop.test',
			'blocker',
		],
		[
			'a deleted bucket, over plain HTTP alone',
			world(
				['cdn CNAME cdn.shop.test.s3-website.eu-central-1.amazonaws.com.'],
				{ 'amazonaws.com': ['cdn.shop.test.s3-website.eu-central-1 A 203.0.113.80'] },
				[service('<Code>NoSuchBucket</Code>', 404, { https: 'closed', http: 'same' })],
			),
			'cdn.shop.test',
			'blocker',
		],
		[
			'a page that nobody holds, with a successful status',
			world(['status CNAME stats.pingdom.com.'], { 'pingdom.com': ['stats A 203.0.113.80'] }, [
				service("Sorry, couldn't find the status page", 200),
			]),
			'status.shop.test',
			'blocker',
		],
		[
			'a site that left GitHub Pages',
			world(['docs CNAME shop.github.io.'], { 'github.io': ['shop A 203.0.113.80'] }, [
				service(NOT_FOUND),
			]),
			'docs.shop.test',
			'high',
		],
		[
			'an app that left Heroku',
			world(['api CNAME shop.herokudns.com.'], { 'herokudns.com': ['shop A 203.0.113.80'] }, [
				service('<h1>No such app</h1>'),
			]),
			'api.shop.test',
			'high',
		],
		[
			'a DNAME whose target is gone',
			world(['@ DNAME all.azurewebsites.net.'], { 'azurewebsites.net': [] }),
			'*.shop.test',
			'blocker',
		],
		[
			'a wildcard whose target is gone',
			world(['* CNAME all.azurewebsites.net.'], { 'azurewebsites.net': [] }),
			'*.shop.test',
			'blocker',
		],
	])('finds %s', async (_, zone, subject, severity) => {
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([
			[subject, 'unclaimed-service', severity],
		]);
	});

	it('finds a bare domain at an address of GitHub Pages', async () => {
		const zone: World = {
			zones: { 'shop.test': { records: '@ A 185.199.108.153' } },
			sites: [
				{
					hosts: ['pages.test'],
					at: ['185.199.108.153'],
					fallback: { status: 404, body: NOT_FOUND },
				},
			],
		};
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings[0]).toMatchObject({
			subject: 'shop.test',
			verdict: 'unclaimed-service',
			severity: 'high',
			fix: { snippets: [{ text: '; delete\nshop.test. IN A 185.199.108.153' }] },
		});
	});

	it('gives the record to delete, and how to take the name back', async () => {
		const zone = world(['blog CNAME web', 'web 600 CNAME shop-blog.azurewebsites.net.'], {
			'azurewebsites.net': [],
		});
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'blog.shop.test')).toMatchObject({
			cause: 'dns/resolution/no-address',
			lead: 300,
			fix: {
				steps: expect.arrayContaining([
					expect.stringContaining('so that shop-blog.azurewebsites.net exists'),
				]),
				snippets: [
					{
						language: 'dns',
						text: '; delete\nblog.shop.test. IN CNAME web.shop.test.\nweb.shop.test. IN CNAME shop-blog.azurewebsites.net.',
					},
				],
			},
		});
	});

	it('looks at hosts that the home page links to, and at those that were named', async () => {
		const zone = world(
			['kiosk CNAME kiosk.azurewebsites.net.', 'tills CNAME tills.azurewebsites.net.'],
			{ 'azurewebsites.net': [] },
		);
		zone.sites = [
			{ ...HOME, fallback: { body: '<!doctype html><a href="https://kiosk.shop.test/">' } },
		];
		const audited = await auditLab(zone, check, { ...SHOP, hosts: ['tills.shop.test'] });
		expect(graded(audited)).toEqual([
			['tills.shop.test', 'unclaimed-service', 'blocker'],
			['kiosk.shop.test', 'unclaimed-service', 'blocker'],
		]);
	});

	it('keeps the launch undecided where a service that gives names to anybody says nothing', async () => {
		const silent = { https: 'closed', http: 'closed' } as const;
		const atBitbucket = world(
			['docs CNAME shop.bitbucket.io.'],
			{ 'bitbucket.io': ['shop A 203.0.113.80'] },
			[service('', 404, silent)],
		);
		const atHeroku = world(
			['docs CNAME shop.herokudns.com.'],
			{ 'herokudns.com': ['shop A 203.0.113.80'] },
			[service('', 404, silent)],
		);
		const asked = { ...SHOP, hosts: ['docs.shop.test'] };
		const open = await auditLab(atBitbucket, check, asked);
		expect(open.findings.find(({ subject }) => subject === 'docs.shop.test')).toMatchObject({
			outcome: 'unknown',
			couldBe: 'blocker',
			decisive: true,
		});
		const guessed = await auditLab(atBitbucket, check, SHOP);
		expect(guessed.findings.find(({ subject }) => subject === 'docs.shop.test')).toMatchObject({
			outcome: 'unknown',
			decisive: false,
		});
		const guarded = await auditLab(atHeroku, check, asked);
		expect(guarded.findings.find(({ subject }) => subject === 'docs.shop.test')).toMatchObject({
			outcome: 'unknown',
			couldBe: 'high',
			decisive: false,
		});
	});
});

describe('aliases that end nowhere', () => {
	it.each<[string, World]>([
		['one', world(['blog CNAME shop.hosting.test.'], { 'hosting.test': [] })],
		[
			'two hops',
			world(['blog CNAME one.hosting.test.'], { 'hosting.test': ['one CNAME two.hosting.test.'] }),
		],
		[
			'one at a service that asks for proof',
			world(['blog CNAME d1.cloudfront.net.'], { 'cloudfront.net': [] }),
		],
		[
			'one at a host name that Azure made up and gives nobody again',
			world(['blog CNAME shop-a1b2c3d4e5f6g7h8.westeurope-01.azurewebsites.net.'], {
				'azurewebsites.net': [],
			}),
		],
	])('finds %s', async (_, zone) => {
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([
			['blog.shop.test', 'dangling-cname', 'high'],
		]);
	});

	it('leaves required names to dns/resolution', async () => {
		const zone = world(['app CNAME shop.hosting.test.'], { 'hosting.test': [] });
		const { findings } = await auditLab(zone, check, { ...SHOP, hosts: ['app.shop.test'] });
		expect(findings.find(({ subject }) => subject === 'app.shop.test')).toMatchObject({
			outcome: 'unknown',
			reason: 'cause-not-found',
		});
	});
});

describe('a zone that is planned', () => {
	it('is judged by its aliases before it is published', async () => {
		const folder = await mkdtemp(path.join(tmpdir(), 'zone-'));
		const zoneFile = path.join(folder, 'shop.test.zone');
		const lines = [
			'@ 300 IN SOA ns1.shop.test. hostmaster.shop.test. 1 7200 3600 1209600 300',
			'@ 300 IN NS ns1.shop.test.',
			'@ 300 IN A 203.0.113.10',
			'ns1 300 IN A 198.51.100.21',
			'kiosk 300 IN CNAME kiosk.azurewebsites.net.',
			'tills 300 IN CNAME tills.hosting.test.',
			'_1a2b 300 IN CNAME _3c4d.validations.test.',
		];
		await writeFile(zoneFile, `$ORIGIN shop.test.\n${lines.join('\n')}\n`);
		try {
			const zone = world([], {
				'azurewebsites.net': [],
				'hosting.test': [],
				'validations.test': [],
			});
			expect(graded(await auditLab(zone, check, { ...SHOP, zoneFile }))).toEqual([
				['kiosk.shop.test', 'unclaimed-service', 'blocker'],
				['tills.shop.test', 'dangling-cname', 'high'],
			]);
			expect(graded(await auditLab(zone, check, SHOP))).toEqual([]);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

describe('addresses that a cloud lends', () => {
	it('finds one at which nothing answers', async () => {
		const zone = world(['dev A 49.12.1.1']);
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'dev.shop.test')).toMatchObject({
			verdict: 'released-address',
			severity: 'later',
			confidence: 'low',
			fix: { snippets: [{ text: '; delete\ndev.shop.test. IN A 49.12.1.1' }] },
		});
	});

	it.each<[string, World, object?]>([
		[
			'a server that answers',
			world(['dev A 49.12.1.1'], {}, [site('dev.shop.test', { at: ['49.12.1.1'] })]),
		],
		[
			'one that answers over plain HTTP alone',
			world(['dev A 49.12.1.1'], {}, [
				site('dev.shop.test', { at: ['49.12.1.1'], https: 'closed', http: 'same' }),
			]),
		],
		['a server elsewhere', world(['dev A 203.0.113.99'])],
		['a server for mail', world(['mail A 49.12.1.1'])],
		['one with IPv6 beside it', world(['dev A 49.12.1.1', 'dev AAAA 2001:db8::99'])],
		['a required host', world(['dev A 49.12.1.1']), { hosts: ['dev.shop.test'] }],
		[
			'one that cannot be told from a filter here',
			{ zones: { 'shop.test': { records: [APEX, 'dev A 49.12.1.1'] } } },
		],
	])('is silent on %s', async (_, zone, asked = {}) => {
		expect(graded(await auditLab(zone, check, { ...SHOP, ...asked }))).toEqual([]);
	});
});

describe('domains that nobody holds', () => {
	const registry = rdapSite('rdap.registry.test', '203.0.113.90', {
		'held.test': rdapRoute(registration('held.test')),
	});
	const expired = (...records: string[]) =>
		world(records, { 'registry.test': ['rdap A 203.0.113.90'] }, [registry]);

	it.each<[string, World, string]>([
		['an alias', expired('blog CNAME www.expired.test.'), 'blog.shop.test'],
		['a mail host', expired('@ MX 10 mx.expired.test.'), 'shop.test. IN MX 10 mx.expired.test.'],
		[
			'a service',
			expired('_sip._tls SRV 0 5 443 sip.expired.test.'),
			'_sip._tls.shop.test. IN SRV 0 5 443 sip.expired.test.',
		],
		[
			'an SPF include',
			expired('@ TXT "v=spf1 include:_spf.expired.test -all"'),
			'include:_spf.expired.test',
		],
		[
			'a name server',
			expired('@ 3600 NS ns1', '@ 3600 NS ns1.expired.test.'),
			'shop.test. IN NS ns1.expired.test.',
		],
	])('finds the one behind %s', async (_, zone, place) => {
		const { said, findings } = await auditLab(zone, check, RDAP);
		expect(said).toContain(`target-domain-unregistered ${place}`);
		const grave = findings.filter((one) => one.outcome === 'fail');
		expect(grave).toHaveLength(1);
		expect(grave[0]).toMatchObject({ severity: 'blocker' });
	});

	it('is one risk with the alias that leads nowhere', async () => {
		const { findings } = await auditLab(
			expired('www A 203.0.113.10', 'app CNAME www.expired.test.'),
			[check, resolution],
			RDAP,
		);
		const failed = findings.filter(isFailed);
		expect(failed.map(({ verdict }) => verdict).sort()).toEqual([
			'no-address',
			'target-domain-unregistered',
		]);
		expect(new Set(failed.map(({ cause }) => cause)).size).toBe(1);
	});

	it('is silent on a domain that is held, though DNS does not know it', async () => {
		const zone = expired('@ MX 10 mx.held.test.');
		expect(graded(await auditLab(zone, check, RDAP))).toEqual([]);
	});

	it('says no more than it knows where RDAP is out of reach', async () => {
		const audited = await auditLab(expired('blog CNAME www.expired.test.'), check, SHOP);
		expect(graded(audited)).toEqual([
			['blog.shop.test', 'unknown'],
			['blog.shop.test', 'dangling-cname', 'high'],
		]);
	});
});

describe('zones that nobody holds', () => {
	const SERVERS = { 'ns1.digitalocean.com.': ['203.0.113.71'] };
	const ROUTE_53 = { 'ns-1.awsdns-01.org.': ['203.0.113.71'] };
	/** A provider whose server holds its own zone and no other. */
	const provider = (name: string, records: string[]): World['zones'] => ({
		[name]: { ns: { 'ns.provider.test.': ['203.0.113.71'] }, records },
		'provider.test': { records: ['ns A 203.0.113.71'] },
	});
	const deleted = { 'dev.shop.test': { ns: { ns9: ['203.0.113.99'] } } };

	it('finds a sub-zone at an open provider', async () => {
		const zone = world([]);
		zone.zones = {
			...zone.zones,
			...provider('digitalocean.com', ['ns1 A 203.0.113.71']),
			'dev.shop.test': { ...deleted['dev.shop.test'], delegation: { ns: SERVERS } },
		};
		const { findings, said } = await auditLab(zone, check, SHOP);
		expect(said).toContain('unclaimed-zone dev.shop.test');
		expect(findings.filter(({ outcome }) => outcome === 'fail')).toMatchObject([
			{
				subject: 'dev.shop.test',
				severity: 'blocker',
				fix: { snippets: [{ text: '; delete\ndev.shop.test. IN NS ns1.digitalocean.com.' }] },
			},
		]);
	});

	it('finds one at a provider that gives zones to their owners alone', async () => {
		const zone = world([]);
		zone.zones = {
			...zone.zones,
			...provider('awsdns-01.org', ['ns-1 A 203.0.113.71']),
			'dev.shop.test': { ...deleted['dev.shop.test'], delegation: { ns: ROUTE_53 } },
		};
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([
			['dev.shop.test', 'unclaimed-zone', 'high'],
		]);
	});

	it('takes silence for no sign of it', async () => {
		const zone = world([], {}, [], {
			nameServers: { '203.0.113.71': { udp: 'silent', tcp: 'silent' } },
		});
		zone.zones = {
			...zone.zones,
			'dev.shop.test': {
				...deleted['dev.shop.test'],
				delegation: { ns: { ns1: ['203.0.113.71'] } },
			},
		};
		expect(graded(await auditLab(zone, check, SHOP))).toEqual([['dev.shop.test', 'unknown']]);
	});

	it('finds the zone itself at an open provider', async () => {
		const zone: World = {
			zones: {
				'shop.test': {
					ns: { ns9: ['203.0.113.99'] },
					records: APEX,
					delegation: { ns: SERVERS },
				},
				...provider('digitalocean.com', ['ns1 A 203.0.113.71']),
			},
		};
		const { findings } = await auditLab(zone, check, SHOP);
		expect(findings.find(({ subject }) => subject === 'shop.test')).toMatchObject({
			verdict: 'unclaimed-zone',
			severity: 'blocker',
			cause: 'dns/delegation/no-working-nameserver',
		});
	});
});
