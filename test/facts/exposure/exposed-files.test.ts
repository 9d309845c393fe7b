import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recogniseBackup } from '../../../src/facts/exposure/exposure-backups.ts';
import {
	isSecretSetting,
	recogniseConfig,
} from '../../../src/facts/exposure/exposure-config-files.ts';
import { CREDENTIAL_FILES } from '../../../src/facts/exposure/exposure-credentials.ts';
import { recogniseDeveloperFile } from '../../../src/facts/exposure/exposure-developer-files.ts';
import { recogniseLog } from '../../../src/facts/exposure/exposure-logs.ts';
import { redactedSecrets } from '../../../src/facts/exposure/redacted-secret.ts';
import { redactBody } from '../../../src/facts/web/redact.ts';
import { cpuMs } from '../../cpu-time.ts';

describe('developers’ files', () => {
	it.each([
		['/.svn/entries', '12\n', 'subversion'],
		['/.svn/entries', '1234\n', null],
		['/.svn/entries', '12', null],
		['/.hg/requires', 'share-safe\n', 'mercurial'],
		['/.hg/requires', 'exp-a=b\nstore\n', 'mercurial'],
		['/.hg/requires', 'store is closed\n', null],
		['/.hg/requires', 'shop\n', null],
		['/CVS/Entries', 'D/src////\n', 'cvs'],
		['/CVS/Entries', '/a/b\n', null],
		['/.DS_Store', '\0\0\0\x01Bud2', null],
		['/.vscode/sftp.json', '// mine\n{ "host": "h" }', 'editor-settings'],
		['/.vscode/sftp.json', '{"name":"x"}', null],
		['/.vscode/sftp.json', '{"host":"h","passphrase":"abc"}', 'sftp-password'],
		['/.vscode/sftp.json', '{"host":"h","password":""}', 'editor-settings'],
		['/.vscode/settings.json', '{"[markdown]": {}}', 'editor-settings'],
		['/.vscode/settings.json', '{"error":"x"}', null],
		['/AGENTS.md', 'Nothing here\n', null],
		['/.cursorrules', 'Always use tabs and never spaces.', 'assistant-rules'],
		['/.cursorrules', '\0\0Always use tabs and never spaces.', null],
		['/.claude/settings.json', '{"permissions":{}}', 'assistant-rules'],
		['/.claude/settings.json', '{"env":{"ANTHROPIC_API_KEY":"abc"}}', 'mcp-token'],
		[
			'/.mcp.json',
			'{"mcpServers":{"a":{"headers":{"Authorization":"Bearer abcdef"}}}}',
			'mcp-token',
		],
		['/.mcp.json', '{"mcpServers":{"a":{"args":["--api-key=abc"]}}}', 'mcp-token'],
		[
			'/.mcp.json',
			`{"mcpServers":{"a":{"env":{"TOKEN_A":"x","A_TOKEN":"$\{A}"}}}}`,
			'assistant-rules',
		],
		['/.mcp.json', '{"mcpServers":{"a":{"env":{"A_TOKEN":"your-token"}}}}', 'assistant-rules'],
		['/.mcp.json', '{"mcpServers":{"a":{"env":{"A_TOKEN":"<token>"}}}}', 'assistant-rules'],
		['/composer.lock', '{"content-hash":"x","packages":[]}', 'manifest'],
		['/yarn.lock', '# yarn lockfile v1\n', 'manifest'],
		['/requirements.txt', '# none\n', null],
		['/requirements.txt', 'We require nothing.\n', null],
		['/requirements.txt', '-r base.txt\nflask[async]>=2 ; python_version>"3"\n', 'manifest'],
		['/Gemfile.lock', 'GEM\n', null],
		['/elsewhere', '12\n', null],
	])('%s with %j is %s', (path, text, kind) => {
		expect(recogniseDeveloperFile(path, redactBody(text))?.kind ?? null).toBe(kind);
	});
});

describe('backups', () => {
	it.each([
		['/db.sql', '-- MariaDB dump 10.19\n', 'database-dump'],
		['/db.sql', 'PGDMP\x01', 'database-dump'],
		['/db.sql', 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n', 'database-dump'],
		['/db.sql', 'select 1;\n', null],
		['/db.sql', '\x1f\x8b\b', null],
		['/db.sql.gz', '\x1f\x8b\b', 'database-dump'],
		['/db.sql.gz', '\x1f\x8c\b', null],
		['/site.tar.gz', '\x1f\x8b\b', 'archive'],
		['/a.zip', 'PK\x03\x05', null],
		['/data.db', 'SQLite format 3\0', 'sqlite'],
		['/wp-config.php~', '<?php\n', 'source'],
		['/wp-config.php~', 'See <?php\n', null],
		['/settings.py.bak', 'DATABASES = {}\n', 'source'],
		['/settings.py.bak', 'The SECRET_KEY\n', null],
		['/.htaccess.bak', '<IfModule mod_rewrite.c>\n', 'source'],
		['/.htaccess.bak', 'Optional\n', null],
	])('%s with %j is %s', (path, text, kind) => {
		expect(recogniseBackup(path, redactBody(text))?.kind ?? null).toBe(kind);
	});
});

describe('configuration', () => {
	it.each([
		['password', true],
		['smtp.password', true],
		['clientSecret', true],
		['connectionString', true],
		['databaseUrl', true],
		['service_role_key', true],
		['apiToken', true],
		['apiKey', false],
		['publicKey', false],
		['clientToken', false],
		['accessToken', false],
		['resetPasswordUrl', false],
		['passwordMinLength', false],
		['recaptchaSiteKey', false],
		['tokenEndpoint', false],
	])('%s names a secret: %s', (name, expected) => {
		expect(isSecretSetting(name)).toBe(expected);
	});

	it.each([
		['/config.json', '{"stripe":"sk_live_abcdefghijklmnop"}', ['stripe']],
		['/config.json', '{"db":{"password":"abc"},"apiKey":"x"}', ['password']],
		['/config.json', '{"secret":""}', []],
		['/config.json', `{"secret":"$\{SECRET}"}`, []],
		['/config.json', '{"secret":"<your secret>"}', []],
		['/appsettings.json', '{"ConnectionStrings":{"A":"Server=a;Pwd=b;"}}', ['Pwd']],
		[
			'/web.config',
			'<configuration><add key="ApiSecret" value="x" /></configuration>',
			['ApiSecret'],
		],
		[
			'/docker-compose.yml',
			'# ours\nservices:\n  a:\n    environment:\n      URL: amqp://a:b@c\n',
			['URL'],
		],
		['/Dockerfile', 'FROM a\nENV A_TOKEN=b\n', ['A_TOKEN']],
	])('%s with %j holds %j', (path, text, names) => {
		const found = recogniseConfig(path, redactBody(text));
		expect(found?.secrets.map(({ name }) => name)).toEqual(names);
	});

	it.each([
		['/config.json', '{"apiUrl":"/a"}'],
		['/config.json', 'secret'],
		['/config.json', '{"fetch":{"credentials":"include"},"password":{"minLength":8}}'],
		['/config.json', '{"labels":{"password":"Password","newPassword":"New password"}}'],
		['/config.json', '["secret"]'],
		['/appsettings.json', '{}'],
		['/web.config', '<html><configuration>'],
		['/docker-compose.yml', 'services: all of them\n'],
		['/Dockerfile', 'Written FROM scratch\n'],
		['/serverless.yml', 'our provider:\n'],
		['/firebase.json', '{"hosting":"none"}'],
		['/wp-json/wp/v2/users', '{"code":"rest_no_route"}'],
	])('%s with %j gives nothing away', (path, text) => {
		expect(recogniseConfig(path, redactBody(text))).toBeNull();
	});
});

describe('credentials', () => {
	it.each([
		['/.npmrc', '# //r/:_authToken=abc\n', false],
		['/.npmrc', '_auth="abc"\n', true],
		['/.aws/credentials', '[profile-1]\naws_session_token=abc\n', true],
		['/.htpasswd', 'bob:{SHA}abc=\n', true],
		['/.htpasswd', 'bob:rqXexS6ZhobKA\n', true],
		['/.htpasswd', 'Contact: bob\n', false],
		['/.ssh/id_rsa', 'ssh-rsa AAAAB3NzaC1yc2E bob\n', false],
		['/.netrc', 'default login anonymous password x\n', false],
		['/.pgpass', '# ours\n*:*:*:app:abc\n', true],
		['/.pgpass', '12:30:00:00:00\n', false],
		['/secrets.yml', 'secret_key_base: # none\n', false],
	])('%s with %j: %s', (path, text, expected) => {
		expect(CREDENTIAL_FILES[path]?.is(redactBody(text))).toBe(expected);
	});
});

describe('logs', () => {
	it.each([
		['[Mon Jan 01 10:00:00.123456 2024] [core:error] [pid 1] a', 'an error log of Apache'],
		['{"level":"info","time":1704103200,"msg":"a"}', 'a log of an application'],
		['{"timestamp":"2024-01-01T10:00:00Z","level":30}', 'a log of an application'],
		['INFO: 2024-01-01 10:00:00 started', 'a log of an application'],
		['Jan  1 10:00:00 host app[1]: ERROR a', 'a log of an application'],
		['{"level":"info"}', null],
		['Published on 2024-01-01 10:00:00', null],
		['No errors to report.', null],
	])('%s is %s', (line, what) => {
		expect(recogniseLog(`first\n${line}\n`)).toBe(what);
	});
});

describe('names of secrets', () => {
	it.each([
		['A_TOKEN=<redacted:3>', [['A_TOKEN', 3]]],
		["define('DB_PASSWORD', '<redacted:4>');", [['DB_PASSWORD', 4]]],
		['{"password": "<redacted:5>"}', [['password', 5]]],
		['URL: postgres://app:<redacted:6>@db', [['URL', 6]]],
		['k = AKIA\u00e2\u0080\u00a6<redacted:20>', [['k', 20]]],
		['<add key="A" value="<redacted:7>" />', [['A', 7]]],
		['A=<redacted:1>\nA=<redacted:2>', [['A', 1]]],
		['<redacted:9>', []],
	])('%s', (text, expected) => {
		expect(redactedSecrets(text).map(({ name, length }) => [name, length])).toEqual(expected);
	});
});

const PATHS = [
	'/.svn/entries',
	'/.hg/requires',
	'/CVS/Entries',
	'/.vscode/settings.json',
	'/CLAUDE.md',
	'/.mcp.json',
	'/requirements.txt',
	'/Gemfile.lock',
	'/backup.sql',
	'/settings.py.bak',
	'/.htaccess.bak',
	'/config.json',
	'/web.config',
	'/docker-compose.yml',
	'/serverless.yml',
	'/firebase.json',
	'/wp-json/wp/v2/users',
	...Object.keys(CREDENTIAL_FILES),
];

function recognised(path: string, bytes: string): unknown {
	return (
		recogniseDeveloperFile(path, bytes) ??
		recogniseBackup(path, bytes) ??
		recogniseConfig(path, bytes) ??
		CREDENTIAL_FILES[path]?.is(bytes) ??
		recogniseLog(bytes)
	);
}

it('reads any bytes under any of the names', () => {
	fc.assert(
		fc.property(fc.constantFrom(...PATHS), fc.string({ unit: 'binary' }), (path, bytes) => {
			expect(() => JSON.stringify([recognised(path, bytes), redactedSecrets(bytes)])).not.toThrow();
		}),
	);
});

it.each([
	['letters', 'a'],
	['spaces', ' '],
	['lines', '\n'],
	['comments', '// a \n'],
	['block comments', '/* * */'],
	['braces', '{"a":'],
	['quotes', '"level":'],
	['colons', 'a:1:'],
	['marks', 'a = "<redacted:'],
	['services', 'services:\n'],
	['tags', '<?xml <!-- '],
	['dates', '[2024-01-01 10:00 '],
	['slashes', '/a/'],
	['settings', '"a.b'],
	['machines', 'machine a\n'],
])('takes time in proportion: %s', (_, unit) => {
	const bytes = unit.repeat(Math.ceil(65_536 / unit.length));
	const began = cpuMs();
	for (const path of PATHS) recognised(path, bytes);
	redactedSecrets(bytes);
	expect(cpuMs() - began).toBeLessThan(1_500);
});
