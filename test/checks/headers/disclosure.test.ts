import { describe, expect, it } from 'vitest';
import disclosure from '../../../checks/headers/disclosure.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };

type Site = Parameters<typeof shop>[0];

async function saidOf(site: Site) {
	const { findings } = await auditLab(shop(site), disclosure, HOST);
	return findings
		.map((one) => `${one.verdict ?? one.outcome}${isFailed(one) ? ` ${one.severity}` : ''}`)
		.sort();
}

function sending(...headers: [string, string][]): Site {
	return { routes: { '/': { headers, body: PAGE } } };
}

describe('headers/disclosure on a real exchange', () => {
	it.each([
		[['Server', 'nginx'], 'discreet'],
		[['Server', 'cloudflare'], 'discreet'],
		[['Server', 'Fly/0b1c2d3e (2026-10-01)'], 'discreet'],
		[['Server', 'nginx/1.28.0'], 'version info'],
		[['Server', 'nginx/1.18.0 (Ubuntu)'], 'version info'],
		[['Server', 'nginx/1.17.10'], 'version later'],
		[['Server', 'Apache/2.2.34 (Unix)'], 'version later'],
		[['Server', 'Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips PHP/5.4.16'], 'version later'],
		[['Server', 'Apache/2.4.37 (Red Hat Enterprise Linux) OpenSSL/1.1.1k'], 'version info'],
		[['Server', 'Microsoft-IIS/10.0'], 'version info'],
		[['Server', 'Microsoft-IIS/8.5'], 'version later'],
		[['X-Powered-By', 'Express'], 'version info'],
		[['X-Powered-By', 'PHP/7.4.33'], 'version later'],
		[['X-AspNet-Version', '4.0.30319'], 'version info'],
		[['X-AspNet-Version', '1.1.4322'], 'version later'],
		[['X-Generator', 'Drupal 10 (https://www.drupal.org)'], 'version info'],
		[['Via', '1.1 varnish (Varnish/7.5), 1.1 vegur'], 'discreet'],
		[['Via', '1.1 3f0c9a.cloudfront.net (CloudFront)'], 'discreet'],
		[['Via', '1.1 ip-10-0-3-7.ec2.internal (squid)'], 'internal-address later'],
		[['Via', '1.1 [fd00::7]:3128'], 'internal-address later'],
		[['X-Served-By', 'cache-fra-eddf8230047-FRA, cache-lhr7321-LHR'], 'discreet'],
		[['X-Served-By', 'web-2.cluster.local'], 'internal-address later'],
		[['X-Backend', '10.255.255.255:8080'], 'internal-address later'],
		[['X-Backend', '11.0.0.0:8080'], 'discreet'],
		[['X-Backend', '203.0.113.10'], 'discreet'],
		[['X-Backend', 'web.shop.test'], 'discreet'],
		[['X-Debug-Token-Link', 'https://shop.test/_profiler/1a2b3c'], 'debug-token high'],
		[['phpdebugbar-id', 'X9'], 'debug-token high'],
		[['X-Debugbar-Id', 'X9'], 'debug-token high'],
		[['X-Clockwork-Id', '1-2-3'], 'debug-token high'],
	] as const)('%j is %s', async ([name, value], expected) => {
		expect(await saidOf(sending([name, value]))).toEqual([expected]);
	});

	it('reads the redirects and error pages too', async () => {
		const { findings } = await auditLab(
			shop({
				http: { fallback: { redirect: 'http://192.168.1.20:8080{{uri}}' } },
				routes: { '/': PAGE },
				fallback: { status: 404, headers: { Server: 'Apache/2.4.62 (Unix)' }, body: PAGE },
			}),
			disclosure,
			HOST,
		);
		const byVerdict = (verdict: string) => findings.find((one) => one.verdict === verdict);
		expect(byVerdict('internal-address')?.message).toContain('192.168.1.20');
		expect(byVerdict('internal-address')).toMatchObject({
			impact: expect.stringContaining('cannot reach'),
		});
		expect(byVerdict('version')?.message).toContain('Apache/2.4.62');
	});

	it('pastes the removal of what was sent, by the name that was sent', async () => {
		const { findings } = await auditLab(
			shop(sending(['X-Powered-By', 'PHP/8.4.1'], ['Server', 'nginx/1.28.0'])),
			disclosure,
			HOST,
		);
		const [version] = findings.filter(isFailed);
		const text = (platform: string) =>
			version?.fix.snippets.find((one) => one.platform === platform)?.text;
		expect(text('nginx')).toBe('server_tokens off;\nproxy_hide_header X-Powered-By;');
		expect(text('caddy')).toBe('header {\n\t-X-Powered-By\n\t-Server\n}');
		expect(text('cloudflare')).toContain('X-Powered-By');
	});

	it('weighs one step less on staging', async () => {
		const world = shop({
			hosts: ['shop.test', 'staging.shop.test'],
			...sending(['X-Clockwork-Id', '1'], ['Server', 'nginx/1.14.0'], ['X-Backend', '10.0.0.1']),
		});
		world.zones = {
			'shop.test': { records: '@ A 203.0.113.10\nstaging A 203.0.113.10' },
		};
		const { findings } = await auditLab(world, disclosure, {
			...HOST,
			hosts: ['staging.shop.test'],
		});
		const at = (host: string) =>
			findings.flatMap((one) =>
				isFailed(one) && one.subject === host ? [`${one.verdict} ${one.severity}`] : [],
			);
		expect(at('shop.test')).toEqual([
			'debug-token high',
			'internal-address later',
			'version later',
		]);
		expect(at('staging.shop.test')).toEqual([
			'debug-token later',
			'internal-address info',
			'version info',
		]);
	});

	it('asks a host that only redirects for nothing but its way', async () => {
		const world = shop({ http: 'closed', routes: { '/': { redirect: 'https://www.shop.test/' } } });
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } };
		world.sites = [
			...(world.sites ?? []),
			{ hosts: ['www.shop.test'], at: ['203.0.113.11'], routes: { '/': PAGE } },
		];
		const { requests } = await auditLab(world, disclosure, HOST);
		const urls = requests.http.map(({ url }) => url).filter((url) => url.includes('//shop.test'));
		expect([...new Set(urls)]).toEqual(['https://shop.test/']);
	});

	it('does not read a gatekeeper’s page', async () => {
		const { findings } = await auditLab(
			shop({
				http: 'closed',
				fallback: { status: 403, headers: { 'cf-mitigated': 'challenge', Server: 'x/1.0' } },
			}),
			disclosure,
			HOST,
		);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	});
});
