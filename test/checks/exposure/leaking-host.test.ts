import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CHECKS_FOLDER } from '../../../src/checks-folder.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { loadChecks } from '../../../src/engine/load-checks.ts';
import { twinPath } from '../../../src/facts/exposure/exposure-probe.ts';
import { audit } from '../../../src/index.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, SEED, shop } from '../audit-lab.ts';
import { earned, LEAKS, leakingHost, type Route, SECRET, USUAL } from './leaking-host.ts';

const NAMES = [
	'backups',
	'config-files',
	'credentials',
	'developer-files',
	'dotenv',
	'git',
	'listings',
	'logs',
] as const;
const checks = await loadChecks(
	CHECKS_FOLDER,
	NAMES.map((name) => `exposure/${name}`),
);

async function saidOf(world: World, deep: boolean) {
	const { findings } = await auditLab(world, checks, { domain: 'shop.test', deep });
	const failed = findings.filter(isFailed);
	return {
		findings,
		failed,
		ids: failed.map(({ check, verdict, locus }) => `${check}/${verdict} ${locus.name}`).sort(),
	};
}

it('finds each file that a leaking host gives away, and nothing else', async () => {
	const { ids, failed } = await saidOf(leakingHost(), true);
	expect(ids).toEqual(earned(() => true));
	expect(JSON.stringify(failed)).not.toContain(SECRET);
	const severities = new Map(
		failed.map((one) => [`${one.verdict} ${one.locus.name}`, one.severity]),
	);
	const of = (verdict: string, at: string) => severities.get(`${verdict} https://shop.test${at}`);
	expect(of('source', '/wp-config.php.bak')).toBe('blocker');
	expect(of('source', '/.htaccess.bak')).toBe('high');
	expect(of('sftp-password', '/.vscode/sftp.json')).toBe('high');
	expect(of('mcp-token', '/.mcp.json')).toBe('blocker');
	expect(of('secret-inside', '/docker-compose.yml')).toBe('blocker');
	expect(of('directory', '/uploads/')).toBe('high');
	expect(of('wordpress-users', '/wp-json/wp/v2/users')).toBe('info');
});

it('finds those of the usual names unless it is asked to go deep', async () => {
	const { ids } = await saidOf(leakingHost(), false);
	expect(ids).toEqual(earned((path) => USUAL.includes(path)));
});

it('names each secret that has to be replaced, and tells the control', async () => {
	const { failed } = await saidOf(leakingHost(), true);
	const found = failed.find(({ locus }) => locus.name.endsWith('/.mcp.json'));
	expect(found?.message).toContain(`DB_TOKEN, ${SECRET.length} characters`);
	expect(found?.fix.steps.join(' ')).toContain('DB_TOKEN');
	expect(failed.length).toBeGreaterThan(40);
	for (const { control, fix, locus } of failed) {
		expect(control).toContain(locus.name.includes('/uploads/') ? 'lr-' : `lr-${SEED}`);
		expect(fix.steps.length + fix.snippets.length).toBeGreaterThan(1);
	}
});

it('writes no secret into a report or a recording', async () => {
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-leaks-'));
	await using lab = await startLab(leakingHost());
	try {
		const authority = path.join(folder, 'authority.pem');
		await writeFile(authority, lab.caPem);
		const record = path.join(folder, 'recording');
		const report = await audit({
			domain: 'shop.test',
			deep: true,
			only: ['exposure'],
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [authority],
			configFolder: folder,
			env: {},
			record,
		});
		expect(report.findings.length).toBeGreaterThan(40);
		expect(JSON.stringify(report)).not.toContain(SECRET);
		const files = await readdir(record, { recursive: true, withFileTypes: true });
		const kept = await Promise.all(
			files
				.filter((one) => one.isFile())
				.map((one) => readFile(path.join(one.parentPath, one.name), 'utf8')),
		);
		expect(kept.join('').length).toBeGreaterThan(10_000);
		expect(kept.join('')).not.toContain(SECRET);
	} finally {
		await rm(folder, { recursive: true });
	}
}, 60_000);

// ── False alarms ─────────────────────────────────────────────────────────────────────────────────

const WORDS =
	'CREATE TABLE a (b int);\nINSERT INTO a VALUES (1);\n[core]\nref: refs/heads/main\nDB_PASSWORD=abcdef123456\n' +
	'-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\n-----END PRIVATE KEY-----\n' +
	'//r.example.com/:_authToken=abcdef\nadmin:$apr1$a$b\nservices:\n  db:\nFROM node:20\n' +
	'[2024-01-01 10:00:00] production.ERROR: a\n# Rules\n- "dependencies": {}\n';
const SHELL = `<!doctype html><html><head><title>Shop</title></head><body><pre>\n${WORDS}</pre></body></html>`;

type Fallback = NonNullable<NonNullable<World['sites']>[number]['fallback']>;

const CALM: readonly (readonly [name: string, fallback: Fallback])[] = [
	['a shell that shows every such word', { status: 200, body: SHELL }],
	['a shell of the wrong type', { status: 200, type: 'text/plain', body: SHELL }],
	[
		'a shell that differs by path',
		{ status: 200, body: SHELL.replace('<pre>', '<pre>{{path}} {{nonce}}') },
	],
	['such words as plain text', { status: 200, type: 'text/plain', body: WORDS }],
	[
		'such words as plain text that differs by path',
		{ status: 200, type: 'text/plain', body: `{{path}} {{nonce}}\n${WORDS}` },
	],
	[
		'a soft 404 in JSON',
		{ status: 200, type: 'application/json', body: '{"error":"not found","path":"{{path}}"}' },
	],
	['a soft 404 in text', { status: 200, type: 'text/plain', body: 'Sorry, {{path}} is gone.\n' }],
	[
		'JSON of every kind for everything',
		{
			status: 200,
			type: 'application/json',
			body: '{"path":"{{path}}","dependencies":{},"mcpServers":{},"auths":{"a":{"auth":"b"}},"secretKey":"c","hosting":{}}',
		},
	],
	['nothing, with 200', { status: 200, type: 'text/plain', body: '' }],
	['a redirect to sign in', { redirect: '/login' }],
	['a redirect to another host', { redirect: 'https://www.example.com/' }],
	['a sign-in page', { status: 200, body: '<!doctype html><form><input type="password"></form>' }],
	['a 404 with every such word', { status: 404, type: 'text/plain', body: WORDS }],
	['a refusal with every such word', { status: 401, type: 'text/plain', body: WORDS }],
	['a list of files for everything', { status: 200, body: '<title>Index of /</title>' }],
];

it.each(CALM)('finds nothing where everything gives %s', async (_, fallback) => {
	const world = shop({ routes: { '/': PAGE }, fallback });
	const { failed, findings } = await saidOf(world, true);
	expect(failed).toEqual([]);
	expect(findings.length).toBe(NAMES.length);
});

it('finds nothing on a host that makes up every file by its extension', async () => {
	const routes: Record<string, Route> = { '/': PAGE };
	for (const [file, [route]] of Object.entries(LEAKS)) {
		const twin = twinPath(file, SEED);
		// Names with one twin get one kind of content.
		if (twin in routes) continue;
		routes[file] = route;
		routes[twin] = route;
	}
	expect(Object.keys(routes).length).toBeGreaterThan(60);
	const world = shop({ routes });
	const { failed } = await saidOf(world, true);
	// A list of files has no twin: a random name in a folder is no folder.
	expect(failed.map(({ check }) => check)).toEqual(['exposure/listings']);
});

it('finds a file beside pages that show the same words', async () => {
	const world = shop({
		routes: {
			'/': PAGE,
			'/.env': LEAKS['/.env']?.[0] ?? PAGE,
			'/backup.sql': LEAKS['/backup.sql']?.[0] ?? PAGE,
		},
		fallback: { status: 200, body: SHELL },
	});
	const { ids } = await saidOf(world, false);
	expect(ids).toEqual([
		'exposure/backups/database-dump https://shop.test/backup.sql',
		'exposure/dotenv/readable https://shop.test/.env',
	]);
});

it('finds nothing in files that hold no secret and are there on purpose', async () => {
	const world = shop({
		routes: {
			'/': '<!doctype html><a href="/shop.zip">Download</a> <a href="/package.json">Package</a>',
			'/shop.zip': LEAKS['/shop.zip']?.[0] ?? PAGE,
			'/package.json': LEAKS['/package.json']?.[0] ?? PAGE,
			'/.npmrc': { type: 'text/plain', body: 'save-exact=true\n' },
			'/config.json': {
				type: 'application/json',
				body: '{"apiUrl":"/api","firebase":{"apiKey":"abc"},"clientToken":"pub","sentryDsn":"https://a@sentry.example.com/1"}',
			},
			'/appsettings.json': { type: 'application/json', body: '{"Logging":{"LogLevel":{}}}' },
			'/server.key': { type: 'text/plain', body: 'Keep server.key to yourself.\n' },
			'/.docker/config.json': {
				type: 'application/json',
				body: '{"auths":{},"credsStore":"pass"}',
			},
			'/backup.sql': { type: 'text/plain', body: 'To back up, use CREATE TABLE AS.\n' },
			'/debug.log': { type: 'text/plain', body: 'nothing logged\n' },
			'/uploads/': { status: 403, body: 'Forbidden' },
		},
	});
	const { failed } = await saidOf(world, true);
	expect(failed).toEqual([]);
});

it.each([
	['403 to everything', { status: 403, body: 'Forbidden' }, 'denied'],
	['429', { status: 429, body: 'slow down' }, 'denied'],
	[
		'a gatekeeper',
		{ status: 403, body: '<title>Attention Required! | Cloudflare</title>' },
		'denied',
	],
	['broken connections', { fault: 'reset' as const }, 'inconclusive'],
])('cannot say behind %s', async (_, fallback, reason) => {
	const world = shop({ routes: { '/': PAGE }, fallback });
	const { findings } = await saidOf(world, false);
	expect(findings.map((one) => ('reason' in one ? one.reason : one.outcome))).toEqual(
		NAMES.map(() => reason),
	);
});
