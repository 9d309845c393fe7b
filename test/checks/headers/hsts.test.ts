import { describe, expect, it } from 'vitest';
import hsts from '../../../checks/headers/hsts.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const FIELD = 'Strict-Transport-Security';
const HOST = { domain: 'shop.test' };

function page(...fields: string[]) {
	return shop({ headers: fields.map((value) => [FIELD, value]), routes: { '/': PAGE } });
}

describe('headers/hsts on a real exchange', () => {
	it.each([
		[[], 'missing'],
		[['max-age=soon'], 'invalid'],
		[['max-age=31536000, includeSubDomains'], 'invalid'],
		[['max-age=0'], 'max-age-zero'],
		[['max-age=15551999'], 'too-short'],
		[['max-age=0', 'max-age=31536000'], 'sent-twice'],
	])('%j is %s', async (fields, verdict) => {
		const { findings } = await auditLab(page(...fields), hsts, HOST);
		expect(findings.map((one) => one.verdict)).toContain(verdict);
		expect(findings.map((one) => one.verdict)).not.toContain('enforced');
	});

	it('keeps every rule of the preload list that is broken', async () => {
		const { findings } = await auditLab(page('max-age=10886400; preload'), hsts, HOST);
		const [incomplete] = findings.filter((one) => one.verdict === 'preload-incomplete');
		expect(incomplete?.message).toMatch(/below 31536000.*includeSubDomains is missing/);
	});

	it.each([
		[['max-age=300, includeSubdomains, preload'], /has a comma.*max-age is 300, below 31536000/],
		[['preload'], /it has no max-age; includeSubDomains is missing/],
		[
			['max-age=63072000; preload; preload'],
			/preload is given twice; includeSubDomains is missing/,
		],
		[
			['max-age="63072000"; includeSubDomains; preload', 'max-age=1'],
			/max-age is in quotes; the header is sent 2 times/,
		],
	])('names every reason of the preload list for %j', async (fields, words) => {
		const { findings } = await auditLab(page(...fields), hsts, HOST);
		const incomplete = findings.find((one) => one.verdict === 'preload-incomplete');
		expect(incomplete?.message).toMatch(words);
	});

	it('says nothing of the list to a broken field that does not ask for it', async () => {
		const { findings } = await auditLab(page('max-age=soon'), hsts, HOST);
		expect(findings.map((one) => one.verdict)).toEqual(['invalid']);
	});

	it('gives a sound site nothing', async () => {
		const { said } = await auditLab(
			page('max-age=63072000; includeSubDomains; preload'),
			hsts,
			HOST,
		);
		expect(said).toEqual(['enforced shop.test']);
	});

	it('reads a redirect to another host, and the page there', async () => {
		const world = shop({ routes: { '/': { redirect: 'https://www.shop.test/' } } });
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } };
		world.sites = [
			...(world.sites ?? []),
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.11'],
				headers: { [FIELD]: 'max-age=31536000' },
				routes: { '/': PAGE },
			},
		];
		const { findings, said } = await auditLab(world, hsts, HOST);
		expect(said).toEqual(['missing shop.test', 'enforced www.shop.test']);
		expect(findings[0]).toMatchObject({ severity: 'high' });
	});

	it('names the sub-domain that a preloaded domain would lock out', async () => {
		const world = page('max-age=63072000; includeSubDomains; preload');
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\napp A 203.0.113.12' } };
		const { findings } = await auditLab(world, hsts, HOST);
		const risky = findings.find((one) => one.verdict === 'preload-risky');
		expect(risky).toMatchObject({ subject: 'shop.test', severity: 'high' });
		expect(risky?.message).toContain('app.shop.test');
	});

	it('leaves a bad certificate to ssl, and says that the header does nothing there', async () => {
		const world = page('max-age=31536000');
		const [site] = world.sites ?? [];
		if (site) site.certificate = 'expired';
		const { findings } = await auditLab(world, hsts, HOST);
		expect(findings).toMatchObject([
			{ outcome: 'unknown', verdict: null, message: expect.stringContaining('certificate') },
			{ verdict: 'ignored-bad-certificate', outcome: 'note' },
		]);
	});

	it('is lighter on an API, and one step lighter on staging', async () => {
		const world = {
			zones: {
				'shop.test': { records: '@ A 203.0.113.10\napi A 203.0.113.10\nstaging A 203.0.113.10' },
			},
			sites: [
				{ hosts: ['shop.test', 'staging.shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
				{
					hosts: ['api.shop.test'],
					at: ['203.0.113.10'],
					routes: { '/': { type: 'application/json', body: '{}' } },
				},
			],
		};
		const { findings } = await auditLab(world, hsts, {
			domain: 'shop.test',
			hosts: ['staging.shop.test'],
		});
		const severities = findings.flatMap((one) =>
			one.verdict === 'missing' && 'severity' in one ? [[one.subject, one.severity]] : [],
		);
		expect(severities).toEqual([
			['shop.test', 'high'],
			['staging.shop.test', 'later'],
			['api.shop.test', 'later'],
		]);
	});

	it('says nothing about the page that a gatekeeper sends in its place', async () => {
		const world = shop({
			fallback: { status: 403, headers: { 'cf-mitigated': 'challenge' }, body: PAGE },
		});
		const { findings } = await auditLab(world, hsts, HOST);
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'denied' }]);
	});

	it('leaves an error page and a dead host to those that own them', async () => {
		const broken = await auditLab(shop({ fallback: { status: 502, body: PAGE } }), hsts, HOST);
		expect(broken.findings).toMatchObject([
			{ outcome: 'unknown', reason: 'cause-not-found', couldBe: 'high' },
		]);
		const dead = await auditLab(shop({ https: 'closed', http: 'same' }), hsts, HOST);
		expect(dead.findings).toMatchObject([{ outcome: 'unknown', verdict: null }]);
	});
});

describe('the redirects of a preloaded domain', () => {
	const PRELOADED = 'max-age=63072000; includeSubDomains; preload';

	it.each([
		['http that stays', { http: 'same' as const }, /http:\/\/shop\.test\/ does not redirect/],
		[
			'http that leads elsewhere first',
			{ http: { fallback: { redirect: 'https://www.shop.test/' } } },
			/does not redirect to https:\/\/shop\.test\/ first/,
		],
		[
			'a redirect without the header',
			{ routes: { '/': { redirect: '/home', bare: true }, '/home': PAGE } },
			/does not carry the header itself/,
		],
	])('refuses %s', async (_, site, words) => {
		const world = shop({ headers: { [FIELD]: PRELOADED }, routes: { '/': PAGE }, ...site });
		const { findings } = await auditLab(world, hsts, HOST);
		const incomplete = findings.find((one) => one.verdict === 'preload-incomplete');
		expect(incomplete?.message).toMatch(words);
	});

	it('says nothing of a closed port 80', async () => {
		const world = shop({ http: 'closed', headers: { [FIELD]: PRELOADED }, routes: { '/': PAGE } });
		expect((await auditLab(world, hsts, HOST)).said).toEqual(['enforced shop.test']);
	});
});
