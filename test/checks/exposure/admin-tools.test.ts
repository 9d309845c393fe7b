import { describe, expect, it } from 'vitest';
import adminTools from '../../../checks/exposure/admin-tools.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const DEEP = { ...HOST, deep: true };
const GRAPHQL = '/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D';

type Routes = NonNullable<World['sites']>[number]['routes'];

function serving(routes: Routes, site: object = {}): World {
	return shop({ routes: { '/': PAGE, ...routes }, ...site });
}

const html = (body: string) => ({ body: `<!doctype html><html>${body}` });
const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });
const xml = (body: string) => ({ type: 'text/xml', body: `<?xml version="1.0"?>${body}` });

const WORDPRESS = html(
	'<title>WordPress &rsaquo; Installation</title><form id="setup" method="post" action="install.php?step=2" novalidate="novalidate"><input name="weblog_title" type="text"><input name="admin_password" type="password">',
);
const SET_UP = html(
	'<title>Shop setup</title><h1>Welcome! Create your administrator account</h1><form method=post><input name=email><input type=password name=password></form>',
);
const OPENAPI = { openapi: '3.0.3', info: { title: 'Shop' }, paths: {} };

const OPEN: readonly (readonly [string, string, string, object])[] = [
	['/wp-admin/install.php', 'installer-reachable', 'blocker', WORDPRESS],
	[
		'/wp-admin/install.php',
		'installer-reachable',
		'blocker',
		html('<form id="setup" method="post" action="?step=1"><select name="language" id="language">'),
	],
	[
		'/wp-admin/setup-config.php',
		'installer-reachable',
		'blocker',
		html('<p class="step"><a href="setup-config.php?step=1" class="button">Let’s go!</a>'),
	],
	['/setup', 'installer-reachable', 'blocker', SET_UP],
	[
		'/setup',
		'installer-reachable',
		'blocker',
		html('<h1>Installation</h1><form method=post><input name="db_host"><input name="db_name">'),
	],
	[
		'/adminer.php',
		'login-reachable',
		'info',
		html(
			'<title>Login - Adminer</title><link rel="stylesheet" href="adminer.php?file=default.css">',
		),
	],
	[
		'/phpmyadmin/',
		'login-reachable',
		'info',
		html('<title>phpMyAdmin</title><input name="pma_username">'),
	],
	['/openapi.json', 'api-description', 'info', json(OPENAPI)],
	['/swagger.json', 'api-description', 'info', json({ swagger: '2.0' })],
	['/v3/api-docs', 'api-description', 'info', json(OPENAPI)],
	['/api-docs', 'api-description', 'info', json(OPENAPI)],
	['/api-docs/', 'api-description', 'info', html('<title>Swagger UI</title>')],
	['/swagger-ui', 'api-description', 'info', html('<div id="swagger-ui"></div>')],
	[
		'/swagger-ui/',
		'api-description',
		'info',
		html('<script src="./swagger-ui-bundle.js"></script>'),
	],
	['/swagger-ui/index.html', 'api-description', 'info', html('<title>Swagger UI</title>')],
	[
		GRAPHQL,
		'graphql-introspection',
		'info',
		json({ data: { __schema: { queryType: { name: 'Query' } } } }),
	],
	[
		'/crossdomain.xml',
		'open-crossdomain',
		'info',
		xml('<cross-domain-policy><allow-access-from domain="*" /></cross-domain-policy>'),
	],
	[
		'/clientaccesspolicy.xml',
		'open-crossdomain',
		'info',
		xml('<access-policy><allow-from><domain uri="*"/></allow-from></access-policy>'),
	],
];

describe('exposure/admin-tools at real paths', () => {
	it.each(OPEN)('finds what stands at %s', async (path, verdict, severity, route) => {
		const { findings } = await auditLab(serving({ [path]: route }), adminTools, DEEP);
		expect(findings).toMatchObject([
			{
				verdict,
				severity,
				outcome: severity === 'info' ? 'note' : 'fail',
				locus: { kind: 'url', name: `https://shop.test${path}` },
				control: expect.stringMatching(/Random paths/),
			},
		]);
	});

	it('names one description once, wherever it stands', async () => {
		const routes = { '/openapi.json': json(OPENAPI), '/v3/api-docs': json(OPENAPI) };
		expect((await auditLab(serving(routes), adminTools, DEEP)).said).toEqual([
			'api-description https://shop.test/openapi.json',
		]);
	});

	it('asks a host on the internet for three paths beside the random ones', async () => {
		const { said, requests } = await auditLab(serving({}), adminTools, HOST);
		expect(said).toEqual(['none-reachable shop.test']);
		expect(requests.http.filter(({ url }) => !/\/$|lr-/.test(url))).toHaveLength(3);
	});

	const words = OPEN.map(([, , , route]) => JSON.stringify(route)).join('\n');
	it.each([
		['a plain 404', undefined],
		['an application shell with every word', { ...html(words), status: 200 }],
		['a set-up page for every path', SET_UP],
		['the same JSON for every path', json(OPENAPI)],
		['a sign-in for every path', { status: 302, redirect: 'https://shop.test/login' }],
	])('says nothing of %s', async (_, fallback) => {
		const world = serving({}, fallback === undefined ? {} : { fallback });
		expect((await auditLab(world, adminTools, DEEP)).said).toEqual(['none-reachable shop.test']);
	});

	it.each<[string, Routes]>([
		[
			'WordPress that is installed',
			{
				'/wp-admin/install.php': html(
					'<h1>Already Installed</h1><p>You appear to have already installed WordPress. To reinstall please clear your old database tables first.</p>',
				),
			},
		],
		[
			'WordPress that has its settings',
			{
				'/wp-admin/setup-config.php': html(
					'<p>The file <code>wp-config.php</code> already exists. You may try <a href="install.php">installing now</a>.',
				),
			},
		],
		[
			'a guide to setting the product up',
			{
				'/setup': html(
					'<title>Setup guide</title><h1>Set up in five minutes</h1><p>Ask your administrator for the database password.<form action=/search><input name=q></form>',
				),
			},
		],
		[
			'a guide with a sign-in in its head',
			{
				'/setup': html(
					'<title>Setup guide</title><form action=/login><input type=password></form><p>Install it, and ask your administrator for the database password.',
				),
			},
		],
		[
			'a set-up that is done',
			{
				'/setup': html(
					'<title>Setup</title><p>Setup has already been completed by an administrator.<form><input type=password></form>',
				),
			},
		],
		[
			'the account of a customer',
			{
				'/setup': html(
					'<title>Set up your account</title><form method=post><input type=password name=password></form>',
				),
			},
		],
		[
			'a shop that sells phpMyAdmin books',
			{ '/phpmyadmin/': html('<title>Books about phpMyAdmin</title>') },
		],
		[
			'an error of GraphQL',
			{ [GRAPHQL]: json({ errors: [{ message: 'introspection is off: __schema' }] }) },
		],
		[
			'a policy for one domain',
			{
				'/crossdomain.xml': xml(
					'<cross-domain-policy><!-- <allow-access-from domain="*"/> --><allow-access-from domain="*.shop.test"/></cross-domain-policy>',
				),
			},
		],
		[
			'tools that ask for a password first',
			{ '/adminer.php': { status: 401, body: 'no' }, '/openapi.json': { status: 403, body: 'no' } },
		],
	])('says nothing of %s', async (_, routes) => {
		expect((await auditLab(serving(routes), adminTools, DEEP)).said).toEqual([
			'none-reachable shop.test',
		]);
	});
});
