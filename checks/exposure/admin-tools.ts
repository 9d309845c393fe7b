import {
	at,
	controlInWords,
	defineCheck,
	type Fix,
	INTROSPECTION,
	isHtmlAdminTool,
	minutes,
	type Probes,
	perPlatform,
	recogniseAdminTool,
	sites,
	z,
} from '../../src/sdk.ts';
import {
	concluded,
	controlOf,
	evidenceOf,
	type FoundFile,
	foundFiles,
	LOOK_AT_LOG,
	reproduceOf,
} from './_found-files.ts';
import { offTheWeb } from './_off-the-web.ts';
import { answered, type PathList, probed, probes, probesOf, twinned } from './_probed-paths.ts';

const PATHS: PathList = {
	usual: ['/wp-admin/install.php', '/setup', '/openapi.json'],
	deep: [
		'/wp-admin/setup-config.php',
		'/adminer.php',
		'/phpmyadmin/',
		'/swagger.json',
		'/v3/api-docs',
		'/api-docs',
		'/api-docs/',
		'/swagger-ui',
		'/swagger-ui/',
		'/swagger-ui/index.html',
		INTROSPECTION,
		'/crossdomain.xml',
		'/clientaccesspolicy.xml',
	],
};

const COMMON = { control: controlOf, reproduce: reproduceOf, evidence: evidenceOf } as const;

/** Lets in whoever the team knows. */
function restricted(summary: string, a: FoundFile, ...steps: string[]): Fix {
	const path = a.path.split('?')[0] ?? a.path;
	return perPlatform(
		summary,
		{
			nginx: `location ${path} {\n  allow 203.0.113.7; # the team's address\n  deny all;\n  # what serves it today stays here\n}`,
			apache: `<Location "${path}">\n  Require ip 203.0.113.7\n</Location>`,
			caddy: `@others {\n  path ${path}*\n  not remote_ip 203.0.113.7\n}\nrespond @others 404`,
			cloudflare: `Zero Trust > Access > Applications > Add: ${new URL(a.url).hostname}${path}`,
			express: `app.use('${path}', (req, res, next) => (req.ip === '203.0.113.7' ? next() : res.sendStatus(404)));`,
		},
		'203.0.113.7 stands for the address that your team comes from.',
		...steps,
	);
}

export default defineCheck({
	id: 'exposure/admin-tools',
	title: 'Nobody outside can administer the product',
	rationale:
		'An installation that nobody finished belongs to the first stranger who finishes it. Sign-ins to the ' +
		'database and descriptions of the API show everybody else where to try.',
	references: ['CWE-425, CWE-749', 'OWASP Web Security Testing Guide, WSTG-CONF-05'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		'none-reachable': {
			outcome: 'pass',
			says: (a: { origin: string; paths: number; control: string }) =>
				`${a.origin} shows strangers no tool of administration under ${a.paths} usual paths. ${a.control}`,
		},
		'installer-reachable': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(30),
			says: (a: FoundFile) => `Anybody can open ${a.url}: ${a.what}.`,
			impact:
				'Whoever comes first becomes administrator, puts programs of their own on your server, and your site ' +
				'and your customers’ data are theirs. Bots look for such pages on every new host.',
			fix: (a: FoundFile) =>
				offTheWeb({
					summary: 'Finish the installation now, then remove the page that does it',
					path: a.path,
					steps: [
						'Until it is finished, let nobody but your own address reach the host.',
						'If you did not expect it: somebody may have been there. Look for administrators that nobody knows, and install anew if in doubt.',
						LOOK_AT_LOG,
					],
				}),
			...COMMON,
		},
		'login-reachable': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(20),
			says: (a: FoundFile) => `Anybody can open ${a.url}: ${a.what}.`,
			impact:
				'One guessed password, or one weakness in the tool, and the whole database is open; bots try both.',
			fix: (a: FoundFile) =>
				restricted(
					'Let only your own team reach it, or take it off the server',
					a,
					'Safer still: no such tool on the public host, and a tunnel to the database instead (ssh -L).',
				),
			...COMMON,
		},
		'api-description': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: FoundFile) => `Anybody can read ${a.url}: ${a.what}.`,
			impact:
				'Right for an API that others are to use. For an inner one it lists every endpoint to whoever looks for a weak one.',
			fix: (a: FoundFile) =>
				restricted(
					'Keep it if the API is public; else switch it off in production',
					a,
					'Spring: springdoc.api-docs.enabled=false. FastAPI: FastAPI(openapi_url=None). NestJS: call SwaggerModule.setup in development alone.',
				),
			...COMMON,
		},
		'graphql-introspection': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: FoundFile) => `Anybody can read ${a.what} (${a.url}).`,
			impact:
				'Right for an API that others are to use. For an inner one it lists every field to whoever looks for one that was forgotten.',
			fix: (a: FoundFile) =>
				restricted(
					'Keep it if the API is public; else switch introspection off in production',
					a,
					'Apollo Server: introspection: false. Yoga: the plugin useDisableIntrospection. graphql-ruby: disable_introspection_entry_points.',
				),
			...COMMON,
			reproduce: (a: FoundFile) => `curl -sS '${a.url}'`,
		},
		'open-crossdomain': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: FoundFile) => `${a.url} is ${a.what}.`,
			impact:
				'No browser of today runs such programs. The file is a leftover, and what reads it has no good intention.',
			fix: ({ url, path }: FoundFile) =>
				offTheWeb({ summary: `Delete ${url}`, path, steps: ['Nothing needs it any more.'] }),
			...COMMON,
		},
	},

	needs: ({ subject }) => ({ probes: probesOf(subject, PATHS) }),

	judge({ given, say }) {
		const { origin, controls, paths } = given.probes;
		const seenAlready = new Set<string>();
		const found = foundFiles(given.probes, recogniseAdminTool, isHtmlAdminTool).flatMap(
			({ told, seen: { kind } }) => {
				// One description stands at several usual paths.
				const key = kind === 'api-description' ? `${kind} ${told.what}` : told.url;
				if (seenAlready.has(key)) return [];
				seenAlready.add(key);
				return [at({ kind: 'url', name: told.url }, say(kind, told))];
			},
		);
		return concluded(found, given.probes, () =>
			say('none-reachable', { origin, paths: paths.length, control: controlInWords(controls) }),
		);
	},

	examples: (example) => [
		example('nothing there', giving('/setup', 404, 'Not Found'), 'none-reachable'),
		example('WordPress waits', giving(WORDPRESS, 200, INSTALL), 'installer-reachable'),
		example(
			'WordPress is there already',
			giving(WORDPRESS, 200, '<html><h1>Already Installed</h1>'),
			'none-reachable',
		),
		example(
			'WordPress waits for its database',
			giving('/wp-admin/setup-config.php', 200, '<html><a href="setup-config.php?step=1">'),
			'installer-reachable',
		),
		example(
			'a set-up that asks for an administrator',
			giving('/setup', 200, SET_UP),
			'installer-reachable',
		),
		example(
			'a set-up that was done',
			giving('/setup', 200, `${SET_UP} Setup is complete`),
			'none-reachable',
		),
		example(
			'a guide',
			giving(
				'/setup',
				200,
				'<!doctype html><title>Setup guide</title><p>Ask your administrator for the database password',
			),
			'none-reachable',
		),
		example(
			'an account of one’s own',
			giving(
				'/setup',
				200,
				'<!doctype html><title>Set up your account</title><form><input type=password name=password></form>',
			),
			'none-reachable',
		),
		example(
			'the same page everywhere',
			{ probes: probes([probed('/setup', 200, SET_UP)], (path) => answered(path, 200, SET_UP)) },
			'none-reachable',
		),
		example(
			'Adminer',
			giving(
				'/adminer.php',
				200,
				'<html><title>Login - Adminer</title><input name="auth[driver]">',
			),
			'login-reachable',
		),
		example(
			'phpMyAdmin',
			giving('/phpmyadmin/', 200, '<html><input name="pma_username">'),
			'login-reachable',
		),
		example(
			'OpenAPI',
			giving('/openapi.json', 200, '{"openapi":"3.1.0","paths":{}}'),
			'api-description',
		),
		example(
			'JSON with the word',
			giving('/openapi.json', 200, '{"openapi":true}'),
			'none-reachable',
		),
		example(
			'Swagger UI',
			giving('/swagger-ui/index.html', 200, '<html><title>Swagger UI</title>'),
			'api-description',
		),
		example(
			'the same for every name beside it',
			{ probes: probes([twinned(probed('/openapi.json', 200, OPENAPI), 200, OPENAPI)]) },
			'none-reachable',
		),
		example(
			'GraphQL explains itself',
			giving(INTROSPECTION, 200, '{"data":{"__schema":{"queryType":{"name":"Query"}}}}'),
			'graphql-introspection',
		),
		example(
			'GraphQL refuses to',
			giving(
				INTROSPECTION,
				200,
				'{"errors":[{"message":"introspection is not allowed: __schema"}]}',
			),
			'none-reachable',
		),
		example(
			'Flash of every site',
			giving(
				'/crossdomain.xml',
				200,
				'<?xml version="1.0"?><cross-domain-policy><allow-access-from domain="*"/>',
			),
			'open-crossdomain',
		),
		example(
			'Flash of one site',
			giving(
				'/crossdomain.xml',
				200,
				'<cross-domain-policy><allow-access-from domain="*.example.com"/><!-- <allow-access-from domain="*"/> -->',
			),
			'none-reachable',
		),
		example(
			'Silverlight of every site',
			giving('/clientaccesspolicy.xml', 200, '<access-policy><domain uri="http://*"/>'),
			'open-crossdomain',
		),
		example(
			'asked to slow down',
			{
				probes: probes([
					{
						...probed('/setup', 429),
						unseen: { because: 'denied', detail: 'it asks us to slow down (429)' },
					},
				]),
			},
			'unknown',
		),
	],
});

const WORDPRESS = '/wp-admin/install.php';

const INSTALL = '<html><form id="setup" method="post" action="?step=1"><select name="language">';

const SET_UP =
	'<!doctype html><title>Setup</title><h1>Create the administrator</h1><form method=post><input type=password></form>';

const OPENAPI = '{"openapi":"3.1.0","paths":{}}';

function giving(path: string, status: number, bytes: string): { probes: Probes } {
	return { probes: probes([probed(path, status, bytes)]) };
}
