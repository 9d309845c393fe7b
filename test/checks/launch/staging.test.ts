import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import staging from '../../../checks/launch/staging.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

const judged = (routes: Routes, asked: object = {}) =>
	auditLab(shop({ routes }), staging, { ...HOST, ...asked });
const html = (body: string, head = '') =>
	`<!doctype html><html><head><title>Shop</title>${head}</head><body>${body}</body></html>`;
const serving = (body: string, head = ''): Routes => ({ '/': { body: html(body, head) } });
const script = (body: string): Routes => ({
	...serving('<script src="/app.js"></script>'),
	'/app.js': { type: 'text/javascript', body },
});

async function severities(routes: Routes) {
	const { findings } = await judged(routes);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		'severity' in one ? one.severity : null,
	]);
}

const LEFT = (severity: string) => [['url-in-page', severity]];

describe('an address that breaks the page', () => {
	it.each([
		['a form', serving('<form action="http://localhost:3000/login" method="post"></form>')],
		[
			'a button of a form',
			serving('<form><button formaction="http://127.0.0.1:8000/x">Go</button></form>'),
		],
		['a script', serving('<script src="http://localhost:5173/src/main.ts"></script>')],
		['a module', serving('', '<link rel="modulepreload" href="http://192.168.1.20:5173/a.js">')],
		['the base of the page', serving('', '<base href="http://localhost:4200/">')],
		['a setting in an attribute', serving('<div data-api-url="http://localhost:3000/api"></div>')],
		[
			'a call in an inline script',
			serving('<script>fetch("http://localhost:3000/api/orders")</script>'),
		],
		['a call', script('fetch("http://localhost:3000/orders").then(a)')],
		[
			'a call by template',
			script('const a=b=>fetch(`http://localhost:3000/orders/$'.concat('{b}`)')),
		],
		['a base URL', script('axios.create({baseURL:"http://localhost:8080"})')],
		['a setting by name', script('const API_URL = "http://127.0.0.1:5000";')],
		[
			'a setting by a short name',
			script('const e="http://localhost:3000";fetch(`$'.concat('{e}/orders`)')),
		],
		['a path of an API', script('var e="http://localhost:3000/api/v1"')],
		['a fallback for what is missing', script('const apiUrl=void 0||"http://localhost:3000"')],
		['a socket', script('new WebSocket("ws://localhost:3001/live")')],
		['the API of the test site', script('const baseURL="https://api-staging.shop.test/v1"')],
		['a tunnel', script('fetch("https://a1b2c3.ngrok-free.app/hook")')],
		[
			'settings of the page',
			serving(
				'<script id="__NEXT_DATA__" type="application/json">{"runtimeConfig":{"apiUrl":"http://localhost:3000"}}</script>',
			),
		],
		[
			'settings with escaped slashes',
			serving('<script>window.S={"apiUrl":"http:\\/\\/localhost:3000\\/x"}</script>'),
		],
		[
			'what React streams',
			serving(
				'<script>self.__next_f.push([1,"1:{\\"apiUrl\\":\\"http://localhost:3000/api\\"}"])</script>',
			),
		],
	])('blocks the launch: %s', async (_, routes) => {
		expect(await severities(routes)).toEqual(LEFT('blocker'));
	});
});

describe('an address that misleads', () => {
	it.each([
		['a link', serving('<a href="http://localhost:3000/pricing">Pricing</a>')],
		['a link without a port', serving('<a href="http://localhost/pricing">Pricing</a>')],
		['a link to the test site', serving('<a href="https://staging.shop.test/">Shop</a>')],
		['a link to an address inside', serving('<a href="http://10.0.0.5/">Shop</a>')],
		['a link to IPv6 loopback', serving('<a href="http://[::1]:3000/">Shop</a>')],
		['a link to .local', serving('<a href="http://shop.local/">Shop</a>')],
		['a preview', serving('<a href="https://deploy-preview-12--shop.netlify.app/">Shop</a>')],
		[
			'a test site on a platform',
			serving('<a href="https://shop-staging.herokuapp.com/">Shop</a>'),
		],
		['the canonical link', serving('', '<link rel="canonical" href="http://localhost:3000/">')],
		[
			'an alternate',
			serving('', '<link rel="alternate" hreflang="de" href="https://staging.shop.test/de">'),
		],
		['og:url', serving('', '<meta property="og:url" content="http://localhost:3000">')],
		['og:image', serving('', '<meta property="og:image" content="http://localhost:3000/og.png">')],
		[
			'structured data',
			serving(
				'<script type="application/ld+json">{"@type":"Organization","url":"http://localhost:3000"}</script>',
			),
		],
		['an image', serving('<img src="http://localhost:1337/uploads/a.png">')],
		[
			'a picture in a style sheet',
			serving('<style>body{background:url(http://localhost:3000/a.png)}</style>'),
		],
		['a string of a script', script('const home="http://localhost:3000/pricing"')],
		[
			'the sitemap',
			{
				...serving(''),
				'/sitemap.xml': {
					type: 'application/xml',
					body: '<urlset><url><loc>http://localhost:3000/</loc></url></urlset>',
				},
			},
		],
		[
			'robots.txt',
			{
				...serving(''),
				'/robots.txt': {
					type: 'text/plain',
					body: 'User-agent: *\nAllow: /\nSitemap: http://localhost:3000/sitemap.xml',
				},
			},
		],
		[
			'the manifest',
			{
				...serving('', '<link rel="manifest" href="/app.webmanifest">'),
				'/app.webmanifest': {
					type: 'application/manifest+json',
					body: '{"start_url":"http://localhost:3000/"}',
				},
			},
		],
	])('is a high risk: %s', async (_, routes) => {
		expect(await severities(routes)).toEqual(LEFT('high'));
	});

	it('can wait in an HTML comment', async () => {
		expect(await severities(serving('<!-- see http://localhost:3000/debug -->'))).toEqual(
			LEFT('later'),
		);
	});

	it('is one finding an address, with its places, the gravest first', async () => {
		const { findings } = await judged(
			serving(
				'<a href="http://localhost:3000/a">a</a><form action="http://localhost:3000/b"></form><a href="http://10.1.1.1/">b</a>',
			),
		);
		expect(findings.map(({ locus }) => locus.name)).toEqual([
			'https://shop.test/ (http://localhost:3000)',
			'https://shop.test/ (http://10.1.1.1)',
		]);
		expect(findings).toMatchObject([{ severity: 'blocker' }, { severity: 'high' }]);
	});
});

describe('what is no leftover', () => {
	it.each([
		[
			'a clean page',
			serving('<a href="https://shop.test/a">a</a><a href="https://www.shop.test/">b</a>'),
		],
		['the audited TLD', serving('<script src="https://cdn.test/x.js"></script>')],
		['text of documentation', serving('<p>Open <code>http://localhost:3000</code></p>')],
		[
			'a link of documentation',
			serving('<p>Then open <a href="http://localhost:3000/">http://localhost:3000</a>.</p>'),
		],
		[
			'text and links of documentation, repeated as the data of a framework',
			serving(
				'<p>Then open http://localhost:3000.</p><script>self.__next_f.push([1,"4:[\\"$\\",\\"a\\",null,{\\"href\\":\\"http://localhost:3000\\",\\"children\\":\\"http://localhost:3000\\"}]"])</script>',
			),
		],
		['a placeholder', serving('<input placeholder="http://localhost:3000">')],
		['a line comment', script('// fetch("http://localhost:3000/api")\na()')],
		['a block comment', script('/* baseURL: "http://localhost:3000" */a()')],
		['a base for reading addresses', script('new URL(a,"http://localhost").pathname')],
		['the same with a slash', script('new URL(a,"http://localhost/")')],
		['a host name that is compared', script('if(location.hostname==="localhost")debug()')],
		['an address that is compared', script('if(origin==="http://localhost:3000")debug()')],
		['the beginning of an address', script('a.startsWith("http://localhost:3000")')],
		[
			'a branch for local development',
			script('const api=location.hostname==="localhost"?"http://localhost:3000/api":"/api"'),
		],
		[
			'a block for local development',
			script('let api="/api";if(location.hostname==="localhost"){api="http://localhost:3000/api"}'),
		],
		[
			'a branch that the build left out',
			script('const api="production"==="development"?"http://localhost:3000/api":"/api"'),
		],
		[
			'a fallback behind a value',
			script('const api="https://api.shop.test"||"http://localhost:3000"'),
		],
		[
			'a table of environments',
			script(
				'const api={development:"http://localhost:3000/api",production:"https://api.shop.test"}[env]',
			),
		],
		['a string that tells of it', script('log("Open http://localhost:3000 in your browser")')],
		['Supabase’s default', script('var u="http://localhost:9999"')],
		['a chain of viem', script('rpcUrls:{default:{http:["http://127.0.0.1:8545"]}}')],
		[
			'the metadata service of a cloud',
			script('a("http://169.254.169.254/latest");b("http://metadata.google.internal/x")'),
		],
		['a developers’ portal', serving('<a href="https://dev.shop.test/docs">Developers</a>')],
		[
			'words that only begin like one',
			serving(
				'<a href="https://developers.shop.test/">a</a><a href="https://testimonials.shop.test/">b</a>',
			),
		],
	])('passes %s', async (_, routes) => {
		expect((await judged(routes)).said).toEqual(['none shop.test']);
	});

	it('never accuses a host that is audited, whatever its name', async () => {
		const world: World = {
			zones: { 'shop.test': { records: 'staging A 203.0.113.10' } },
			sites: [
				{
					hosts: ['staging.shop.test'],
					at: ['203.0.113.10'],
					headers: { 'X-Robots-Tag': 'noindex' },
					routes: serving(
						'<a href="https://staging.shop.test/a">a</a><form action="https://staging.shop.test/b"></form>',
					),
				},
			],
		};
		const { said } = await auditLab(world, staging, { domain: 'staging.shop.test' });
		expect(said).toEqual(['none staging.shop.test']);
	});
});

it('does not pass a page whose script was not seen', async () => {
	const { findings } = await judged({
		...serving('<script src="/app.js"></script>'),
		'/app.js': { fault: 'reset' },
	});
	expect(findings).toMatchObject([{ outcome: 'unknown', decisive: false }]);
});

describe('a test site', () => {
	const beside = (site: object, records = 'staging A 203.0.113.20'): World => ({
		zones: { 'shop.test': { records: `@ A 203.0.113.10\n${records}` } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['staging.shop.test', '*.shop.test'],
				at: ['203.0.113.20'],
				routes: { '/': PAGE },
				...site,
			},
		],
	});

	it.each(['staging', 'dev', 'test', 'preview'])(
		'can wait where %s. is open to everybody',
		async (label) => {
			const { findings } = await auditLab(beside({}, `${label} A 203.0.113.20`), staging, HOST);
			expect(findings).toMatchObject([
				{ verdict: 'indexable', severity: 'later', locus: { name: `${label}.shop.test` } },
			]);
		},
	);

	it.each([
		['noindex in a header', { headers: { 'X-Robots-Tag': 'noindex' } }],
		[
			'noindex in the page',
			{ routes: { '/': { body: html('', '<meta name="robots" content="noindex">') } } },
		],
		[
			'a password',
			{
				routes: {},
				fallback: { status: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: 'no' },
			},
		],
		['a sign-in', { routes: { '/': { body: html('<form><input type="password"></form>') } } }],
		['a redirect to the site', { routes: { '/': { redirect: 'https://shop.test/' } } }],
	])('is fine with %s', async (_, site) => {
		expect((await auditLab(beside(site), staging, HOST)).said).toEqual(['none shop.test']);
	});

	it('is not made out of a wildcard', async () => {
		const { said } = await auditLab(beside({}, '* A 203.0.113.20'), staging, HOST);
		expect(said).toEqual(['none shop.test', 'none www.shop.test']);
	});

	it('is found by a link to it', async () => {
		const world: World = {
			zones: { 'shop.test': { records: '@ A 203.0.113.10\nqa2 A 203.0.113.20' } },
			sites: [
				{
					hosts: ['shop.test'],
					at: ['203.0.113.10'],
					routes: serving('<a href="https://qa2.shop.test/">x</a>'),
				},
				{ hosts: ['qa2.shop.test'], at: ['203.0.113.20'], routes: { '/': PAGE } },
			],
		};
		const { said } = await auditLab(world, staging, HOST);
		expect(said).toEqual([
			'url-in-page https://shop.test/ (https://qa2.shop.test)',
			'indexable qa2.shop.test',
		]);
	});

	it('is judged where it is named', async () => {
		const { said } = await auditLab(beside({}), staging, { ...HOST, hosts: ['staging.shop.test'] });
		expect(said.toSorted()).toEqual(['indexable staging.shop.test', 'none shop.test']);
	});
});

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
	const root = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(root, name)), { recursive: true });
		await writeFile(path.join(root, name), text);
	}
	return root;
}

describe('links in mail', () => {
	const message = (body: string, type = 'text/html') =>
		`From: Shop <hello@shop.test>\r\nTo: a@b.test\r\nSubject: Welcome\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;

	it.each([
		['HTML', message('<a href="http://localhost:3000/confirm?token=s3same">Confirm</a>')],
		['text', message('Confirm: https://staging.shop.test/confirm/s3same', 'text/plain')],
		[
			'base64',
			message(
				Buffer.from('<a href="http://localhost/x">x</a>').toString('base64'),
				'text/html\r\nContent-Transfer-Encoding: base64',
			),
		],
		['an image', message('<img src="http://192.168.0.4/logo.png">')],
	])('block the launch in a message: %s', async (_, eml) => {
		const folder = await folderOf({ 'welcome.eml': eml });
		const { findings } = await judged(serving(''), {
			messages: [path.join(folder, 'welcome.eml')],
		});
		expect(findings).toMatchObject([
			{ verdict: 'email-links', severity: 'blocker', locus: { name: 'welcome.eml' } },
		]);
		expect(JSON.stringify(findings)).not.toContain('s3same');
	});

	it.each([
		[
			'a template',
			{ 'emails/welcome.html': '<a href="http://localhost:3000/confirm">Confirm</a>' },
		],
		[
			'a template in React',
			{
				'src/emails/Welcome.tsx':
					'const base = "http://localhost:3000";\nexport default () => <a href={base}/>;',
			},
		],
		['an env file of production', { '.env.production': 'APP_URL=http://localhost:3000\n' }],
		[
			'Rails',
			{
				'config/environments/production.rb':
					'config.action_mailer.default_url_options = { host: "localhost:3000" }',
			},
		],
		['fly.toml', { 'fly.toml': '[env]\n  PUBLIC_URL = "https://staging.shop.test"\n' }],
		['settings of mail', { 'config/mail.yml': 'base_url: http://127.0.0.1:8000\n' }],
	])('block the launch in the repository: %s', async (_, files: Record<string, string>) => {
		const repo = await folderOf(files);
		const { findings } = await judged(serving(''), { repo });
		expect(findings).toMatchObject([
			{ verdict: 'email-links', severity: 'blocker', confidence: 'medium' },
		]);
	});

	it.each([
		[
			'a template that is right',
			{ 'emails/welcome.html': '<a href="https://shop.test/confirm">Confirm</a>' },
		],
		[
			'a fallback',
			{ 'src/emails/Welcome.tsx': 'const base = process.env.APP_URL ?? "http://localhost:3000";' },
		],
		['a comment', { 'emails/welcome.html': '<!-- http://localhost:3000 --><p>Hello' }],
		[
			'a developer’s own env file',
			{
				'.env.development': 'APP_URL=http://localhost:3000\n',
				'.env.local': 'APP_URL=http://localhost:3000\n',
			},
		],
		[
			'a look-up',
			{
				'config/environments/production.rb':
					'config.action_mailer.default_url_options = { host: ENV.fetch("HOST", "localhost") }',
			},
		],
		[
			'a database',
			{
				'.env.production':
					'DATABASE_URL=postgres://localhost/shop\nSMTP_HOST=localhost\nAPP_URL=https://shop.test\n',
			},
		],
		[
			'settings of previews',
			{
				'netlify.toml':
					'[context.deploy-preview.environment]\n  SITE_URL = "https://staging.shop.test"\n',
			},
		],
		['a test', { 'tests/emails/welcome.html': '<a href="http://localhost:3000/">x</a>' }],
	])('are fine with %s', async (_, files: Record<string, string>) => {
		const repo = await folderOf(files);
		expect((await judged(serving(''), { repo })).said).toEqual(['none shop.test']);
	});

	it('are judged in a repository alone', async () => {
		const repo = await folderOf({ '.env.production': 'APP_URL=http://localhost:3000\n' });
		const { findings } = await auditLab({}, staging, { repo } as never);
		expect(findings).toMatchObject([
			{ verdict: 'email-links', locus: { file: '.env.production', line: 1 } },
		]);
	});

	it('are not looked at where nothing was given, and the pass says so', async () => {
		const { findings } = await judged(serving(''));
		expect(findings).toMatchObject([
			{ outcome: 'pass', message: expect.stringContaining('were not looked at') },
		]);
	});
});
