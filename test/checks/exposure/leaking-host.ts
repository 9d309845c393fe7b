import { gzipSync } from 'node:zlib';
import type { World } from '../../../src/lab/world.ts';
import { PAGE, shop } from '../audit-lab.ts';

export type Route = NonNullable<NonNullable<World['sites']>[number]['routes']>[string];

/** Stands in every file that has something to hide; put together here, so that no scanner takes it for real. */
export const SECRET = ['hunter2', 'Correct', 'Horse'].join('');

const MATERIAL = Array.from({ length: 12 }, (_, i) => `${SECRET}${i}`.padEnd(40, 'aB/+')).join(
	'\n',
);
const pem = (label: string) => `-----BEGIN ${label}-----\n${MATERIAL}\n-----END ${label}-----\n`;

const text = (body: string): Route => ({ type: 'text/plain', body });
const json = (value: unknown): Route => ({
	type: 'application/json',
	body: JSON.stringify(value, null, 2),
});
const binary = (bytes: string | Buffer, headers: [string, string][] = []): Route => ({
	type: 'application/octet-stream',
	headers,
	bodyBase64: Buffer.from(bytes as string, 'latin1').toString('base64'),
});

const DUMP = `-- MySQL dump 10.13\nCREATE TABLE \`users\` (\`id\` int);\nINSERT INTO \`users\` VALUES (1,'${SECRET}');\n`;

const TAR = `${'index.php'.padEnd(257, '\0')}ustar\0${SECRET}`;

/** By path: what a host gives that was deployed with everything in it, and the verdicts that it earns. */
export const LEAKS: Readonly<Record<string, readonly [route: Route, ...ids: string[]]>> = {
	'/.env': [text(`DB_PASSWORD=${SECRET}\n`), 'dotenv/readable'],
	'/.env.local': [text('PORT=3000\nVITE_TITLE=Shop\n'), 'dotenv/public-values-only'],
	'/.env.example': [text('API_KEY=changeme\n'), 'dotenv/example-only'],
	'/.svn/entries': [text('12\n'), 'developer-files/subversion'],
	'/.hg/requires': [text('dotencode\nfncache\nrevlogv1\nstore\n'), 'developer-files/mercurial'],
	'/.bzr/README': [
		text('This is a Bazaar control directory.\nDo not change any files in this directory.\n'),
		'developer-files/bazaar',
	],
	'/CVS/Entries': [text('/index.php/1.1/Mon Jan  1 10:00:00 2024//\nD\n'), 'developer-files/cvs'],
	'/.DS_Store': [binary('\0\0\0\x01Bud1\0\0\x10'), 'developer-files/ds-store'],
	'/.vscode/sftp.json': [
		json({ host: 'shop.test', username: 'deploy', password: SECRET }),
		'developer-files/sftp-password',
	],
	'/.vscode/settings.json': [json({ 'editor.tabSize': 2 }), 'developer-files/editor-settings'],
	'/.idea/workspace.xml': [
		{ type: 'text/xml', body: '<?xml version="1.0"?>\n<project version="4"></project>' },
		'developer-files/editor-settings',
	],
	'/CLAUDE.md': [text('# Shop\n\n- Run the tests first.\n'), 'developer-files/assistant-rules'],
	'/.cursorrules': [
		text('You are an expert in TypeScript. Always write tests.\n'),
		'developer-files/assistant-rules',
	],
	'/.mcp.json': [
		json({ mcpServers: { db: { command: 'npx', env: { DB_TOKEN: SECRET } } } }),
		'developer-files/mcp-token',
	],
	'/package.json': [
		json({ name: 'shop', dependencies: { express: '^4.0.0' } }),
		'developer-files/manifest',
	],
	'/requirements.txt': [text('django==4.2\nrequests>=2\n'), 'developer-files/manifest'],
	'/Gemfile.lock': [
		text('GEM\n  remote: https://rubygems.org/\n  specs:\n    rails (7.0)\n'),
		'developer-files/manifest',
	],
	'/backup.sql': [text(DUMP), 'backups/database-dump'],
	'/dump.sql.gz': [binary(gzipSync(DUMP)), 'backups/database-dump'],
	'/db.sql.gz': [binary(gzipSync(DUMP), [['Content-Encoding', 'gzip']]), 'backups/database-dump'],
	'/shop.zip': [binary(`PK\x03\x04\x14\0${SECRET}`), 'backups/archive'],
	'/shop.test.zip': [binary(`PK\x03\x04\x14\0${SECRET}`), 'backups/archive'],
	'/site.tar.gz': [binary(gzipSync(TAR)), 'backups/archive'],
	'/backup.tar.gz': [binary(gzipSync(TAR), [['Content-Encoding', 'x-gzip']]), 'backups/archive'],
	'/backup.7z': [binary('7z\xbc\xaf\x27\x1c\0\x04'), 'backups/archive'],
	'/backup.rar': [binary('Rar!\x1a\x07\x01\0'), 'backups/archive'],
	'/backup.tar.xz': [binary('\xfd7zXZ\0\0\x04'), 'backups/archive'],
	'/backup.tar': [binary(TAR), 'backups/archive'],
	'/db.sqlite3': [binary(`SQLite format 3\0${SECRET}`), 'backups/sqlite'],
	'/wp-config.php.bak': [
		text(`<?php\ndefine('DB_PASSWORD', '${SECRET}');\n?>\n<html>`),
		'backups/source',
	],
	'/settings.py.bak': [text(`import os\nSECRET_KEY = '${SECRET}'\n`), 'backups/source'],
	'/.htaccess.bak': [text('RewriteEngine On\nRewriteRule ^a$ b\n'), 'backups/source'],
	'/.npmrc': [text(`//registry.shop.test/:_authToken=${SECRET}\n`), 'credentials/readable'],
	'/.aws/credentials': [
		text(`[default]\naws_access_key_id = x\naws_secret_access_key = ${SECRET}\n`),
		'credentials/readable',
	],
	'/.ssh/id_rsa': [text(pem('OPENSSH PRIVATE KEY')), 'credentials/readable'],
	'/server.key': [text(pem('PRIVATE KEY')), 'credentials/readable'],
	'/.htpasswd': [text(`admin:$apr1$ab$${SECRET}\n`), 'credentials/readable'],
	'/.docker/config.json': [
		json({ auths: { 'registry.shop.test': { auth: SECRET } } }),
		'credentials/readable',
	],
	'/service-account.json': [
		json({ type: 'service_account', private_key: pem('PRIVATE KEY') }),
		'credentials/readable',
	],
	'/.netrc': [
		text(`machine a.shop.test\nlogin deploy\npassword ${SECRET}\n`),
		'credentials/readable',
	],
	'/.pgpass': [text(`db.shop.test:5432:shop:app:${SECRET}\n`), 'credentials/readable'],
	'/secrets.yml': [text(`production:\n  secret_key_base: ${SECRET}\n`), 'credentials/readable'],
	'/config.json': [
		json({ apiUrl: '/api', stripe: { secretKey: SECRET } }),
		'config-files/secret-inside',
	],
	'/appsettings.json': [
		json({ ConnectionStrings: { Default: `Server=db;Password=${SECRET};` } }),
		'config-files/secret-inside',
	],
	'/web.config': [
		{
			type: 'text/xml',
			body: `<?xml version="1.0"?>\n<configuration><connectionStrings><add name="a" connectionString="Server=db;Password=${SECRET};" /></connectionStrings></configuration>`,
		},
		'config-files/secret-inside',
	],
	'/docker-compose.yml': [
		text(
			`services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: ${SECRET}\n`,
		),
		'config-files/secret-inside',
		'config-files/infrastructure',
	],
	'/Dockerfile': [text('FROM node:20\nCOPY . .\n'), 'config-files/infrastructure'],
	'/serverless.yml': [text('service: a\nprovider:\n  name: aws\n'), 'config-files/infrastructure'],
	'/firebase.json': [json({ hosting: { public: 'dist' } }), 'config-files/infrastructure'],
	'/wp-json/wp/v2/users': [
		json([{ id: 1, name: 'Admin', slug: 'admin' }]),
		'config-files/wordpress-users',
	],
	'/debug.log': [
		text(`[2024-01-01 10:00:00] production.ERROR: sign-in failed password=${SECRET}\n`),
		'logs/readable',
	],
	'/wp-content/debug.log': [
		text('[01-Jan-2024 10:00:00 UTC] PHP Warning:  a in /b.php on line 1\n'),
		'logs/readable',
	],
	'/error.log': [text('2024/01/01 10:00:00 [error] 12#12: *1 open() failed\n'), 'logs/readable'],
	'/access.log': [
		text('192.0.2.1 - - [01/Jan/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "-"\n'),
		'logs/readable',
	],
	'/npm-debug.log': [
		text("0 info it worked if it ends with ok\n1 verbose cli [ 'a' ]\n"),
		'logs/readable',
	],
	'/uploads/': [
		{ body: '<html><head><title>Index of /uploads/</title></head><body><a href="a.pdf">a.pdf</a>' },
		'listings/directory',
	],
};

/** Of the same files, those that are asked for unless somebody wants all. */
export const USUAL: readonly string[] = [
	'/.env',
	'/.env.local',
	'/.env.example',
	'/.svn/entries',
	'/.hg/requires',
	'/.DS_Store',
	'/.vscode/sftp.json',
	'/.vscode/settings.json',
	'/CLAUDE.md',
	'/.mcp.json',
	'/package.json',
	'/backup.sql',
	'/shop.zip',
	'/shop.test.zip',
	'/db.sqlite3',
	'/wp-config.php.bak',
	'/.npmrc',
	'/.aws/credentials',
	'/.ssh/id_rsa',
	'/.htpasswd',
	'/config.json',
	'/docker-compose.yml',
	'/wp-json/wp/v2/users',
	'/debug.log',
	'/wp-content/debug.log',
	'/uploads/',
];

/** `id url`, sorted, for the files that are asked for. */
export function earned(isAsked: (path: string) => boolean): readonly string[] {
	return Object.entries(LEAKS)
		.filter(([path]) => isAsked(path))
		.flatMap(([path, [, ...ids]]) => ids.map((id) => `exposure/${id} https://shop.test${path}`))
		.sort();
}

export function leakingHost(): World {
	const routes = Object.entries(LEAKS).map(([path, [route]]) => [path, route] as const);
	return shop({ routes: { '/': PAGE, ...Object.fromEntries(routes) } });
}
