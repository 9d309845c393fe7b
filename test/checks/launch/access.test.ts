import { describe, expect, it } from 'vitest';
import access from '../../../checks/launch/access.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
type Site = NonNullable<World['sites']>[number];

async function judged(site: Partial<Site>) {
	return auditLab(shop(site), access, HOST);
}

const BASIC = {
	status: 401,
	headers: { 'WWW-Authenticate': 'Basic realm="Restricted"' },
	body: '<!doctype html><title>401 Authorization Required</title>',
};
const PASSWORD =
	'<!doctype html><form method="post"><input type="password" name="password"></form>';

describe('a password in front of the launch host', () => {
	it.each([
		['Basic', BASIC],
		['Basic without a page', { ...BASIC, type: 'text/plain', body: 'Unauthorized' }],
		['Basic without a body', { ...BASIC, body: '' }],
		['Digest', { ...BASIC, headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="y"' } }],
	])('blocks the launch: %s', async (_, fallback) => {
		const { findings } = await judged({ fallback });
		expect(findings).toMatchObject([{ verdict: 'basic-auth-on', severity: 'blocker' }]);
	});

	it('is found behind a redirect too', async () => {
		const { said } = await judged({ routes: { '/': { redirect: '/home' } }, fallback: BASIC });
		expect(said).toEqual(['basic-auth-on shop.test']);
	});

	it('is said once, at the host that asks', async () => {
		const world: World = {
			zones: { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } },
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], fallback: BASIC },
				{
					hosts: ['www.shop.test'],
					at: ['203.0.113.11'],
					fallback: { redirect: 'https://shop.test/' },
				},
			],
		};
		expect((await auditLab(world, access, HOST)).said).toEqual([
			'basic-auth-on shop.test',
			'not-applicable www.shop.test',
		]);
	});

	it('is no surprise on app, admin, API and test hosts', async () => {
		const world: World = {
			zones: {
				'shop.test': {
					records:
						'@ A 203.0.113.10\napp A 203.0.113.11\nadmin A 203.0.113.11\napi A 203.0.113.11\nstaging A 203.0.113.11',
				},
			},
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
				{
					hosts: ['app.shop.test', 'admin.shop.test', 'api.shop.test', 'staging.shop.test'],
					at: ['203.0.113.11'],
					fallback: BASIC,
				},
			],
		};
		const { said } = await auditLab(world, access, { ...HOST, hosts: ['staging.shop.test'] });
		expect(said.toSorted()).toEqual([
			'closed-test-site staging.shop.test',
			'not-applicable admin.shop.test',
			'not-applicable api.shop.test',
			'not-applicable app.shop.test',
			'open shop.test',
		]);
	});

	it('is not made out of an API that asks for a token', async () => {
		const { said } = await judged({
			fallback: {
				status: 401,
				headers: { 'WWW-Authenticate': 'Bearer' },
				type: 'application/json',
				body: '{}',
			},
		});
		expect(said).toEqual(['not-applicable shop.test']);
	});

	it('is not known where a 401 does not say what it asks for', async () => {
		const { said } = await judged({ fallback: { status: 401, body: 'no' } });
		expect(said).toEqual(['unknown shop.test']);
	});
});

describe('the protection of a platform', () => {
	it.each([
		[
			'Vercel, by redirect',
			{ redirect: 'https://vercel.com/sso-api?url=https%3A%2F%2Fshop.test&nonce=0', status: 302 },
		],
		[
			'Vercel, by cookie',
			{
				status: 401,
				headers: { 'Set-Cookie': '_vercel_sso_nonce=abc; Path=/; Secure; HttpOnly' },
				body: '<!doctype html><title>Authentication Required</title>',
			},
		],
		[
			'Vercel, by its page',
			{
				status: 401,
				body: '<!doctype html><title>Authentication Required</title><script>location="https://vercel.com/sso-api?url=x"</script>',
			},
		],
		['Netlify', { status: 401, headers: { Server: 'Netlify' }, body: PASSWORD }],
		[
			'Cloudflare Access',
			{
				redirect: 'https://team.cloudflareaccess.com/cdn-cgi/access/login/shop.test?kid=0',
				status: 302,
			},
		],
		[
			'Identity-Aware Proxy',
			{
				status: 401,
				headers: { 'X-Goog-IAP-Generated-Response': 'true' },
				body: '<html>Sign in</html>',
			},
		],
		['GitHub Pages', { redirect: 'https://github.com/pages/auth?nonce=x&page_id=1', status: 302 }],
		[
			'Webflow',
			{
				status: 401,
				body: '<!doctype html><form action="/.wf_auth" method="post"><input type="password" name="pass"></form>',
			},
		],
		[
			'WooCommerce',
			{ body: "<!doctype html><head><meta name='woo-coming-soon-page' content='yes'></head>" },
		],
		['WordPress.com', { body: '<!doctype html><body class="wpcom-coming-soon-body">' }],
		[
			'Elementor',
			{ status: 503, body: '<!doctype html><body class="home page elementor-maintenance-mode">' },
		],
		[
			'Under Construction',
			{
				body: '<!doctype html><meta name="generator" content="Free UnderConstructionPage plugin for WordPress">',
			},
		],
		['CMP', { body: '<!doctype html><body class="cmp-coming-soon-page">' }],
	])('blocks the launch: %s', async (_, route) => {
		const { findings } = await judged({ routes: { '/': route } });
		expect(findings).toMatchObject([{ verdict: 'platform-protection-on', severity: 'blocker' }]);
	});

	it('is found behind Shopify’s redirect', async () => {
		const form =
			'<form action="/password" method="post"><input type="hidden" name="form_type" value="storefront_password"><input type="password" name="password"></form>';
		const { said } = await judged({
			routes: {
				'/': { redirect: '/password', status: 302 },
				'/password': `<!doctype html>${form}`,
			},
		});
		expect(said).toEqual(['platform-protection-on shop.test']);
	});

	it.each([
		['a page', PAGE],
		[
			'words alone',
			'<!doctype html><title>Coming soon</title><h1>Coming soon</h1><p>Under construction',
		],
		[
			'a product that is called so',
			'<!doctype html><body class="coming-soon"><h1>Coming Soon Coffee</h1>',
		],
		['a sign-in of its own', PASSWORD],
		[
			'a style sheet that names the class',
			'<!doctype html><style>body.elementor-maintenance-mode{}</style><body class="home">',
		],
		['documentation', '<!doctype html><a href="https://vercel.com/sso-api?x">Vercel</a>'],
	])('is not made out of %s', async (_, body) => {
		expect((await judged({ routes: { '/': { body } } })).said).toEqual(['open shop.test']);
	});
});

it('leaves silence, errors and bot walls to those who own them', async () => {
	const wall = { status: 503, body: '<title>Just a moment...</title>' };
	expect((await judged({ fallback: wall })).said).toEqual(['unknown shop.test']);
	const closed = await judged({ https: 'closed' });
	expect(closed.findings).toMatchObject([{ message: expect.stringContaining('ssl/https') }]);
	const broken = await judged({ fallback: { status: 502, body: 'Bad' } });
	expect(broken.findings).toMatchObject([{ message: expect.stringContaining('redirects/chain') }]);
});
