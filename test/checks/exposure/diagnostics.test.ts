import { describe, expect, it } from 'vitest';
import diagnostics from '../../../checks/exposure/diagnostics.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const DEEP = { ...HOST, deep: true };
const PASSWORD = 'hunter2hunter2';

type Routes = NonNullable<World['sites']>[number]['routes'];

function serving(routes: Routes, site: object = {}): World {
	return shop({ routes: { '/': PAGE, ...routes }, ...site });
}

const text = (body: string) => ({ type: 'text/plain', body });
const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });

const PHP_INFO =
	'<!DOCTYPE html><html><head><title>PHP 8.2.12 - phpinfo()</title></head><body><h1 class="p">PHP Version 8.2.12</h1>' +
	`<table><tr><td class="e">PHP Extension </td><td class="v">20220829 </td></tr><tr><td class="e">DB_PASSWORD </td><td class="v">${PASSWORD}</td></tr></table>`;
const ENV = {
	activeProfiles: ['prod'],
	propertySources: [
		{
			name: 'systemEnvironment',
			properties: {
				PATH: { value: '/bin' },
				SPRING_DATASOURCE_PASSWORD: { value: PASSWORD, origin: 'System Environment' },
			},
		},
	],
};
const LINKS = {
	_links: {
		self: { href: 'https://shop.test/actuator', templated: false },
		heapdump: { href: 'https://shop.test/actuator/heapdump' },
	},
};
const METRICS =
	'# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\nhttp_requests_total{code="200"} 1027\n';

const OPEN: readonly (readonly [path: string, verdict: string, severity: string, route: object])[] =
	[
		[
			'/server-status?auto',
			'server-status',
			'high',
			text('shop.test\nServerVersion: Apache/2.4\nTotal Accesses: 12\nBusyWorkers: 1\n'),
		],
		[
			'/server-info',
			'server-status',
			'high',
			{ body: '<!doctype html><html><h1 class="x">Apache Server Information</h1>' },
		],
		[
			'/nginx_status',
			'server-status',
			'high',
			text('Active connections: 291 \nserver accepts handled requests\n'),
		],
		[
			'/status?full',
			'server-status',
			'high',
			text('pool:                 www\nprocess manager:      dynamic\n'),
		],
		['/phpinfo.php', 'php-info', 'high', { body: PHP_INFO }],
		['/info.php', 'php-info', 'high', { body: PHP_INFO }],
		['/test.php', 'php-info', 'high', { body: PHP_INFO }],
		['/i.php', 'php-info', 'high', { body: PHP_INFO }],
		['/actuator/env', 'actuator-secrets', 'blocker', json(ENV)],
		[
			'/actuator/heapdump',
			'actuator-secrets',
			'blocker',
			{ type: 'application/octet-stream', body: 'JAVA PROFILE 1.0.2\0\0' },
		],
		['/actuator', 'actuator', 'high', json(LINKS)],
		['/metrics', 'metrics', 'high', text(METRICS)],
		[
			'/console',
			'debug-console',
			'blocker',
			{
				body: '<!doctype html><html><title>Console // Werkzeug Debugger</title><script>var CONSOLE_MODE = true,\n EVALEX = true,\n SECRET = "s3cr3ts3cr3t";</script>',
			},
		],
		[
			'/_profiler/empty/search/results',
			'debug-page',
			'high',
			{ body: '<!DOCTYPE html><html><title>Symfony Profiler</title>' },
		],
		[
			'/_debugbar/open',
			'debug-page',
			'high',
			json([{ id: 'X1', datetime: '2030-01-01', utime: 1, method: 'GET', uri: '/login' }]),
		],
		[
			'/telescope',
			'debug-page',
			'high',
			{
				body: '<!DOCTYPE html><html><title>Telescope - Shop</title><script>window.Telescope = {"path":"telescope"};</script>',
			},
		],
		[
			'/horizon',
			'debug-page',
			'high',
			{
				body: '<!DOCTYPE html><html><title>Horizon</title><script>window.Horizon = {"path":"horizon"};</script>',
			},
		],
		[
			'/elmah.axd',
			'debug-page',
			'high',
			{
				body: '<!DOCTYPE html><html><h1>Error Log for ROOT</h1><p>Powered by <a href="#">ELMAH</a>',
			},
		],
		[
			'/trace.axd',
			'debug-page',
			'high',
			{ body: '<html><h1>Application Trace</h1><h2>Requests to this Application</h2>' },
		],
		[
			'/debug/pprof/',
			'debug-page',
			'high',
			{ body: '<html><head><title>/debug/pprof/</title></head><p>Types of profiles available:' },
		],
		['/debug/vars', 'debug-page', 'high', json({ cmdline: ['/shop'], memstats: { Alloc: 1 } })],
		[
			'/@vite/client',
			'development-server',
			'high',
			{
				type: 'text/javascript',
				body: 'import "/node_modules/vite/dist/client/env.mjs";\nclass HMRContext {}',
			},
		],
		[
			'/webpack-dev-server',
			'development-server',
			'high',
			{
				body: '<!DOCTYPE html><html><body><h1>Assets Report:</h1><div><h2>Compilation: unnamed[0]</h2>',
			},
		],
		[
			'/_next/static/development/_devPagesManifest.json',
			'development-server',
			'high',
			json({ pages: ['/', '/_app'] }),
		],
	];

describe('exposure/diagnostics at real paths', () => {
	it.each(OPEN)('finds an open %s', async (path, verdict, severity, route) => {
		const { findings } = await auditLab(serving({ [path]: route }), diagnostics, DEEP);
		expect(findings).toMatchObject([
			{
				verdict,
				severity,
				outcome: 'fail',
				locus: { kind: 'url', name: `https://shop.test${path}` },
			},
		]);
		expect(JSON.stringify(findings)).not.toMatch(/hunter2|s3cr3t/);
		expect(findings[0]).toMatchObject({ control: expect.stringMatching(/Random paths/) });
	});

	it('names the settings that lie open, and not their values', async () => {
		const { findings } = await auditLab(serving({ '/actuator/env': json(ENV) }), diagnostics, HOST);
		expect(findings[0]?.message).toContain('SPRING_DATASOURCE_PASSWORD');
	});

	it.each([
		[
			'hidden values',
			'/actuator/env',
			{ propertySources: [{ properties: { A: { value: '******' } } }] },
			'high',
		],
		[
			'what Spring Boot shows by itself',
			'/actuator',
			{ _links: { self: LINKS._links.self, health: LINKS._links.self } },
			'info',
		],
	])('weighs %s less', async (_, path, value, severity) => {
		const { findings } = await auditLab(serving({ [path]: json(value) }), diagnostics, HOST);
		expect(findings).toMatchObject([{ verdict: 'actuator', severity }]);
	});

	it('asks a host on the internet for six paths beside the random ones', async () => {
		const { said, requests } = await auditLab(serving({}), diagnostics, HOST);
		expect(said).toEqual(['none-open shop.test']);
		expect(requests.http.filter(({ url }) => !/\/$|lr-/.test(url))).toHaveLength(6);
		expect(new Set(requests.http.map(({ method }) => method))).toEqual(new Set(['GET']));
	});

	const words = OPEN.map(([, , , route]) => JSON.stringify(route)).join('\n');
	it.each([
		['a plain 404', undefined],
		[
			'an application shell with every word',
			{ status: 200, body: `<!doctype html><html>\n${PHP_INFO}${METRICS}${words}` },
		],
		['the same text for every path', { status: 200, ...text(METRICS) }],
		['a sign-in page for every path', { status: 302, redirect: 'https://shop.test/login' }],
		['a path that is shown again', { status: 200, body: '<!doctype html>You asked for {{path}}' }],
	])('says nothing of %s', async (_, fallback) => {
		const world = serving({}, fallback === undefined ? {} : { fallback });
		expect((await auditLab(world, diagnostics, DEEP)).said).toEqual(['none-open shop.test']);
	});

	it.each<[string, Routes]>([
		[
			'a page about Prometheus',
			{ '/metrics': `<!doctype html><h1>Metrics</h1><pre>\n${METRICS}</pre>` },
		],
		[
			'a tutorial about phpinfo()',
			{
				'/info.php':
					'<!doctype html><title>phpinfo explained</title><p>It shows PHP Version 8.2 and PHP Extension.',
			},
		],
		[
			'the console of a product',
			{ '/console': '<!doctype html><title>Console</title><div id=app></div>' },
		],
		[
			'a shop for telescopes',
			{ '/telescope': '<!doctype html><title>Telescope</title><script>window.shop={}</script>' },
		],
		[
			'JSON that is something else',
			{ '/debug/vars': json({ vars: [] }), '/actuator': json({ error: 'no' }) },
		],
		[
			'a sign-in before it',
			{ '/phpinfo.php': { status: 401, headers: { 'WWW-Authenticate': 'Basic' }, body: PHP_INFO } },
		],
	])('says nothing of %s', async (_, routes) => {
		expect((await auditLab(serving(routes), diagnostics, DEEP)).said).toEqual([
			'none-open shop.test',
		]);
	});
});

describe('the pages that errors get', () => {
	const ERRORS: readonly (readonly [
		name: string,
		verdict: string,
		severity: string,
		body: string,
	])[] = [
		[
			'Django',
			'debug-page',
			'high',
			'<p>You’re seeing this error because you have <code>DEBUG = True</code> in your Django settings file.',
		],
		[
			'Werkzeug with its console',
			'debug-console',
			'blocker',
			'<script>var CONSOLE_MODE = false,\n EVALEX = true,\n EVALEX_TRUSTED = false,\n SECRET = "s3cr3ts3cr3t";</script>',
		],
		['Werkzeug without it', 'debug-page', 'high', '<script>var EVALEX = false;</script>'],
		[
			'Laravel',
			'debug-page',
			'high',
			'<title>Error</title>/app/vendor/laravel/framework/src/Illuminate/Pipeline/Pipeline.php',
		],
		[
			'Laravel with its environment',
			'debug-console',
			'blocker',
			`<title>Whoops! There was an error.</title><td>DB_PASSWORD</td><td>${PASSWORD}</td>`,
		],
		['Whoops', 'debug-page', 'high', '<div class="Whoops container">'],
		['Rails', 'debug-page', 'high', '<title>Action Controller: Exception caught</title>'],
		[
			'Rails with a console',
			'debug-console',
			'blocker',
			'<div id="console" data-mount-point=\'/__web_console\'>',
		],
		[
			'Symfony',
			'debug-page',
			'high',
			'<title>x (404 Not Found)</title><div class="exception-summary ">Symfony Exception',
		],
		[
			'ASP.NET',
			'debug-page',
			'high',
			"<h1>Server Error in '/' Application.</h1><b>Stack Trace:</b>",
		],
		[
			'ASP.NET Core',
			'debug-page',
			'high',
			'<h1>An unhandled exception occurred while processing the request.</h1>',
		],
		[
			'Express',
			'debug-page',
			'high',
			'<pre>Error: x<br> &nbsp; &nbsp;at Layer.handle [as handle_request] (/app/layer.js:95:5)</pre>',
		],
		[
			'Python',
			'debug-page',
			'high',
			'Traceback (most recent call last):\n  File "/app/x.py", line 1',
		],
	];

	it.each(ERRORS)('finds the developer’s page of %s', async (_, verdict, severity, body) => {
		const fallback = { status: 500, body: `<!doctype html><html>${body}` };
		const { findings } = await auditLab(serving({}, { fallback }), diagnostics, HOST);
		expect(findings).toMatchObject([{ verdict, severity, locus: { name: 'shop.test' } }]);
		expect(JSON.stringify(findings)).not.toMatch(/hunter2|s3cr3t/);
	});

	it.each(ERRORS)(
		'takes no page with the words of %s for one that was found',
		async (_, _v, _s, body) => {
			const fallback = { status: 200, body: `<!doctype html><html>${body}` };
			const world = serving({}, { fallback });
			expect((await auditLab(world, diagnostics, HOST)).said).toEqual(['none-open shop.test']);
		},
	);

	it('looks at the start page too, where that fails', async () => {
		const world = serving({ '/': { status: 500, body: ERRORS[0]?.[3] ?? '' } });
		expect((await auditLab(world, diagnostics, HOST)).said).toEqual(['debug-page shop.test']);
	});

	it.each([
		[
			'ASP.NET’s page without details',
			"<h1>Server Error in '/' Application.</h1><h2>Runtime Error</h2><b>Details:</b>",
		],
		['a page with an apology', '<h1>Whoops, looks like something went wrong.</h1>'],
	])('says nothing of %s', async (_, body) => {
		const world = serving({}, { fallback: { status: 500, body } });
		expect((await auditLab(world, diagnostics, HOST)).said).toEqual(['none-open shop.test']);
	});
});

describe('a development server', () => {
	it.each([
		['Vite', '/@vite/client', 'import "x"; export function createHotContext() {}'],
		['Next.js', '/_next/static/development/_buildManifest.js', 'self.__BUILD_MANIFEST = {}'],
		[
			'webpack',
			'/static/js/bundle.js',
			'e("./node_modules/webpack-dev-server/client/index.js?protocol=ws")',
		],
	])('is known by the scripts of its pages: %s', async (_, path, body) => {
		const world = serving({
			'/': `<!doctype html><script type=module src="${path}"></script>`,
			[path]: { type: 'text/javascript', body },
		});
		const { findings } = await auditLab(world, diagnostics, HOST);
		expect(findings).toMatchObject([{ verdict: 'development-server', severity: 'high' }]);
	});

	it('is none where a shell answers for the script', async () => {
		const shell = '<!doctype html><script type=module src="/@vite/client"></script>';
		const world = shop({ fallback: { body: shell } });
		expect((await auditLab(world, diagnostics, DEEP)).said).toEqual(['none-open shop.test']);
	});
});

describe('methods, with --deep alone', () => {
	const echo = {
		when: { method: 'TRACE' },
		type: 'message/http',
		body: 'TRACE / HTTP/1.1\r\nX-Launch-Ready: 0123456789abcdef\r\n',
	};
	const allow = {
		when: { method: 'OPTIONS' },
		status: 204,
		headers: { Allow: 'GET, HEAD, PUT, DELETE' },
	};
	const world = serving({ '/': { body: PAGE, variants: [echo, allow] } });

	it('finds TRACE echoed and PUT offered', async () => {
		const { findings } = await auditLab(world, diagnostics, DEEP);
		expect(findings.map(({ verdict }) => verdict)).toEqual(['trace-method', 'risky-methods']);
		expect(findings).toMatchObject([{ severity: 'later' }, { severity: 'later' }]);
	});

	it('sends neither without it', async () => {
		const { said, requests } = await auditLab(world, diagnostics, HOST);
		expect(said).toEqual(['none-open shop.test']);
		expect(requests.http.some(({ method }) => method !== 'GET')).toBe(false);
	});

	it.each([
		['refused', { status: 405, body: 'no' }],
		['answered as if it were GET', {}],
		['broken off', { fault: 'reset' as const }],
		['an echo of another request', { body: 'TRACE / HTTP/1.1\r\nHost: shop.test\r\n' }],
	])('draws nothing from TRACE that is %s', async (_, answer) => {
		const variants = [{ when: { method: 'TRACE' }, ...answer }];
		const refusing = serving({ '/': { body: PAGE, variants } });
		expect((await auditLab(refusing, diagnostics, DEEP)).said).toEqual(['none-open shop.test']);
	});

	it('lets an API take PUT and DELETE', async () => {
		const api = serving({ '/': { ...json({}), variants: [allow] } });
		expect((await auditLab(api, diagnostics, DEEP)).said).toEqual(['none-open shop.test']);
	});
});
