import { describe, expect, it } from 'vitest';
import mixedContent from '../../../checks/exposure/mixed-content.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };

type Site = NonNullable<World['sites']>[number];

const page = (html: string, site: Partial<Site> = {}) =>
	shop({ ...site, routes: { '/': `<!doctype html><title>Shop</title>${html}`, ...site.routes } });

async function found(world: World, asked: object = {}) {
	return (await auditLab(world, mixedContent, { ...HOST, ...asked })).findings;
}

const css = (body: string) => ({ '/a.css': { type: 'text/css', body } });
const js = (body: string) => ({ '/a.js': { type: 'text/javascript', body } });

describe('exposure/mixed-content on real pages', () => {
	it.each([
		['a script', '<script src="http://cdn.test/a.js"></script>', {}],
		['a style sheet', '<link rel=stylesheet href="http://cdn.test/a.css">', {}],
		['a frame', '<iframe src="http://video.test/1"></iframe>', {}],
		['an object', '<object data="http://cdn.test/a.pdf"></object>', {}],
		['its own host', '<script src="http://shop.test/a.js"></script>', {}],
		['an inline request', '<script>fetch("http://api.test/v1/basket")</script>', {}],
		[
			'a request of a bundle',
			'<script src=/a.js></script>',
			js('x.open("GET","http://api.test/")'),
		],
		['an @import', '<link rel=stylesheet href=/a.css>', css('@import "http://f.test/f.css";')],
		[
			'a redirect of a script',
			'<script src=/a.js></script>',
			{ '/a.js': { status: 302, redirect: 'http://cdn.test/a.js' } },
		],
	])('finds %s by http', async (_, html, routes) => {
		const findings = await found(page(html, { routes }));
		expect(findings).toMatchObject([{ verdict: 'active', severity: 'high', outcome: 'fail' }]);
	});

	it('says that scripts are one risk with whoever else saw them', async () => {
		const [finding] = await found(page('<script src="http://cdn.test/a.js"></script>'));
		expect(finding).toMatchObject({ cause: 'scripts by http: on pages of shop.test' });
	});

	it.each([
		['an image', '<img src="http://cdn.test/a.png">', {}],
		['a srcset', '<img src=/a.png srcset="http://cdn.test/b.png 2x">', {}],
		['a source of a picture', '<picture><source srcset="http://c.test/b.webp"></picture>', {}],
		['a video', '<video poster="http://cdn.test/a.png"></video>', {}],
		[
			'a background',
			'<link rel=stylesheet href=/a.css>',
			css('b{background:url(http://c.test/a.png)}'),
		],
	])('finds %s by http', async (_, html, routes) => {
		const findings = await found(page(html, { routes }));
		expect(findings).toMatchObject([{ verdict: 'passive', severity: 'later', outcome: 'fail' }]);
	});

	it('finds a form that is sent by http, on the sign-in page too', async () => {
		const sign = '<!doctype html><form action="http://shop.test/in"><input type=password></form>';
		const world = page('<a href=/login>in</a>', { routes: { '/login': sign } });
		expect(await found(world)).toMatchObject([{ verdict: 'form', severity: 'high' }]);
	});

	it('says which images browsers block instead of asking for them by https', async () => {
		const set = await found(page('<img src=/a.png srcset="http://cdn.test/b.png 2x">'));
		expect(set[0]?.message).toContain('block');
		const source = await found(page('<picture><source srcset="http://c.test/b.webp"></picture>'));
		expect(source[0]?.message).toMatch(/image http:.*block/);
		const plain = await found(page('<img src="http://cdn.test/a.png">'));
		expect(plain[0]?.message).not.toContain('block');
	});

	it('says each kind once, and names the first few', async () => {
		const many = Array.from({ length: 9 }, (_, i) => `<img src="http://c.test/${i}.png">`).join('');
		const findings = await found(page(`${many}<script src="http://c.test/a.js"></script>`));
		expect(findings.map(({ verdict }) => verdict)).toEqual(['active', 'passive']);
		expect(findings[1]?.message).toContain('and 4 more');
	});

	it.each([
		['a header', { headers: { 'Content-Security-Policy': 'upgrade-insecure-requests' } }, ''],
		[
			'a meta element',
			{},
			'<meta http-equiv=content-security-policy content=upgrade-insecure-requests>',
		],
	])('is for information where %s upgrades it', async (_, site, meta) => {
		const html = `${meta}<body><script src="http://c.test/a.js"></script><form action=http://a.test/>`;
		expect(await found(page(html, site))).toMatchObject([
			{ verdict: 'upgraded', severity: 'info', outcome: 'note' },
		]);
	});

	it('takes HSTS for no remedy: browsers block before they apply it', async () => {
		const site = { headers: { 'Strict-Transport-Security': 'max-age=63072000' } };
		const world = page('<script src="http://shop.test/a.js"></script>', site);
		expect(await found(world)).toMatchObject([{ verdict: 'active' }]);
	});

	it.each([
		['everything by https', '<script src=/a.js></script><img src="//cdn.test/a.png">', js('1')],
		[
			'links',
			'<a href="http://other.test/">x</a><link rel=canonical href="http://shop.test/">',
			{},
		],
		['the machine itself', '<script>fetch("http://localhost:3000/")</script>', {}],
		['an address in a private network', '<img src="http://10.0.0.5/a.png">', {}],
		['the namespace of SVG', '<svg xmlns="http://www.w3.org/2000/svg"></svg>', {}],
		['a comment', '<!-- <script src="http://c.test/a.js"></script> -->', {}],
		['documentation', '<pre>&lt;script src="http://c.test/a.js"></pre>', {}],
		['noscript', '<noscript><img src="http://c.test/p.gif"></noscript>', {}],
		['a template', '<template><img src="http://c.test/p.gif"></template>', {}],
		[
			'documentation in a bundle',
			'<script src=/a.js></script>',
			js('const help = `fetch("http://api.test/")`; // fetch("http://api.test/")'),
		],
		[
			'what libraries try browsers out with',
			'<script>new Request("http://a");fetch("http://x/")</script>',
			{},
		],
		['a page instead of a script', '<script src=/gone.js></script>', {}],
	])('says nothing of %s', async (_, html, routes) => {
		const { said } = await auditLab(page(html, { routes }), mixedContent, HOST);
		expect(said).toEqual(['all-secure shop.test']);
	});

	it('does not judge a page over plain HTTP, nor what is no page', async () => {
		const plain = shop({
			routes: { '/': { redirect: 'http://shop.test/' } },
			http: { routes: { '/': '<script src="http://c.test/a.js"></script>' } },
		});
		expect(await found(plain)).toMatchObject([{ outcome: 'not-applicable' }]);
		const api = shop({ routes: { '/': { type: 'application/json', body: '{}' } } });
		expect(await found(api)).toMatchObject([{ outcome: 'not-applicable' }]);
	});

	it('does not pass a page whose script did not come', async () => {
		const world = page('<script src=/a.js></script>', { routes: { '/a.js': { fault: 'reset' } } });
		expect(await found(world)).toMatchObject([{ outcome: 'unknown', reason: 'inconclusive' }]);
	});

	it('leaves the page of a gatekeeper alone', async () => {
		const wall = { status: 403, headers: { 'cf-mitigated': 'challenge' }, body: PAGE };
		expect(await found(shop({ fallback: wall }))).toMatchObject([{ outcome: 'unknown' }]);
	});
});
