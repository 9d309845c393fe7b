import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { audit } from '../../src/index.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import { loadWorld } from '../../src/lab/world.ts';
import { VERSION } from '../../src/version.ts';
import { a, replyTo, soa, startNameServer } from '../net/name-server.ts';
import { launch, root } from './launch.ts';

/** Colours, cursor movements, links. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for.
const ESCAPES = /[\u001b\u0007\u009b]/;

let folder = '';
let silent: Socket;
let silentResolver = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
	silent = createSocket('udp4');
	silent.bind(0, '127.0.0.1');
	await once(silent, 'listening');
	silentResolver = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
	silent.close();
});

describe('usage', () => {
	it('prints version and help on standard output', async () => {
		expect(await launch(['--version'])).toMatchObject({
			code: 0,
			stdout: `${VERSION}\n`,
			stderr: '',
		});
		const help = await launch(['--help']);
		expect(help).toMatchObject({ code: 0, stderr: '' });
		for (const command of ['audit', 'demo', 'explain', 'checks', 'schema']) {
			expect(help.stdout).toContain(command);
		}
	});

	it.each([
		[['audit'], /Nothing to audit\. Give a domain/],
		[['audti', 'example.com'], /Did you mean audit\?/],
		[['audit', 'example.com', '--formt', 'json'], /Did you mean --format\?/],
		[['audit', 'example.com', '--format', 'xml'], /Allowed choices are table, json/],
		[['audit', '127.0.0.1'], /is an address.*--resolve/],
		[
			['audit', 'example.com', '--only', 'emial'],
			/there is no check "emial"\. Did you mean email\?/,
		],
		[['audit', 'example.com', '--skip', 'email/spf/mising'], /Did you mean email\/spf\/missing\?/],
		[['audit', 'example.com', '--timeout', 'soon'], /--timeout "soon" is no duration/],
		[['audit', 'example.com', '--as-of', 'someday'], /write a day like/],
		[['audit', 'example.com', '--as-of', '2026-02-30'], /write a day like/],
		[['audit', 'example.com', '--as-of', '5'], /write a day like/],
		[['audit', 'example.com', '--resolve', 'a:b'], /write HOST:PORT:IP/],
		[['audit', 'example.com', '--resolve', 'a.example:443:999.0.0.1'], /write HOST:PORT:IP/],
		[['audit', 'example.com', '--resolve', 'a.example:65536:203.0.113.7'], /write HOST:PORT:IP/],
		[['audit', 'example.com', '--resolver', 'nonsense'], /resolver/],
		[['audit', 'example.com', '--dns-port', '0'], /--dns-port "0": give a port from 1 to 65535/],
		[['audit', 'example.com', '--dns-port', '65536'], /give a port from 1 to 65535/],
		[['audit', 'example.com', '--dns-port', '53x'], /give a port from 1 to 65535/],
		[['audit', 'example.com', '-o', 'report.pdf'], /-o "report\.pdf": the format is told by/],
		[['audit', 'example.com', '--replay', '/nonexistent'], /evidence\.jsonl: ENOENT/],
		[['audit', 'example.com', '--config', '/nonexistent.yaml'], /cannot be read \(ENOENT\)/],
		[['audit', 'a.example', 'b.example', '--record', 'x'], /take one domain/],
		[['audit', '--repo', '/nonexistent'], /--repo "\/nonexistent": there is no such folder/],
		[['audit', '--repo', 'package.json'], /this is a file; give the folder/],
		[
			['audit', 'example.com', '--old-urls', '/nonexistent.csv'],
			/--old-urls "\/nonexistent\.csv": there is no such file/,
		],
		[['audit', 'example.com', '--old-urls', 'src'], /this is a folder; give the file/],
		[['explain', 'no/such'], /there is no check "no\/such"/],
		[['schema', 'nothing'], /there is one of report and one of config/],
	])('%j is exit 2 with the line to type instead', async (args, message) => {
		const { code, stdout, stderr } = await launch(args);
		expect(stderr).toMatch(message);
		expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	});

	it.each([
		['{ minMaxAge: soon }', /options\.headers\/hsts\.minMaxAge: .*number/],
		['{ minMaxage: 1 }', /options\.headers\/hsts: .*"minMaxage"/],
	])('refuses the options %s of a check', async (options, message) => {
		const file = path.join(folder, 'options.yaml');
		await writeFile(file, `options: { headers/hsts: ${options} }\n`);
		const { code, stdout, stderr } = await launch(['audit', 'a.example', '--config', file]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(stderr).toMatch(message);
	});

	it("shows a stranger's config without its control characters", async () => {
		const file = path.join(folder, 'hostile.yaml');
		await writeFile(file, '"\\u001b[2Jx\\u202e": 1\n');
		const { code, stderr } = await launch(['audit', 'a.example', '--config', file]);
		expect(code).toBe(2);
		expect(stderr).toContain('\\u{1b}[2Jx\\u{202e}');
		expect(stderr).not.toMatch(ESCAPES);
	});

	it('shows arguments and the plan without control characters', async () => {
		const bad = await launch(['audit', 'a\u001b[2Jb.example']);
		expect(bad.stderr).toMatch(/"a\\u\{1b\}\[2Jb\.example" is not a domain name/);
		const odd = `${folder}/\u001b[2J`;
		await mkdir(odd);
		const plan = await launch(['audit', '--repo', odd, '--plan']);
		expect(plan).toMatchObject({ code: 0 });
		expect(plan.stdout).toContain('\\u{1b}[2J');
		expect(bad.stderr + plan.stdout).not.toMatch(ESCAPES);
	});

	it('refuses a broken config, with file and place', async () => {
		const file = path.join(folder, 'broken.yaml');
		await writeFile(file, 'severity: { email: urgent }\n');
		const { code, stderr } = await launch(['audit', 'example.com', '--config', file]);
		expect(code).toBe(2);
		expect(stderr).toContain(`${file}: severity.email: `);
	});
});

describe('what there is to know', () => {
	it('lists every check, as a page and as data', async () => {
		const page = await launch(['checks']);
		expect(page).toMatchObject({ code: 0, stderr: '' });
		const { stdout } = await launch(['checks', '--format', 'json']);
		const listed = JSON.parse(stdout) as { id: string; verdicts: { id: string }[] }[];
		expect(listed.length).toBeGreaterThan(15);
		for (const { id } of listed) expect(page.stdout).toContain(id);
		expect(listed.find(({ id }) => id === 'email/spf')?.verdicts.map(({ id }) => id)).toContain(
			'email/spf/multiple',
		);
	});

	it.each(['email/spf/multiple', 'email/spf', 'ssl'])('explains %s', async (id) => {
		const { code, stdout, stderr } = await launch(['explain', id]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout).toContain(id);
		expect(stdout).toMatch(/Why: /);
		expect(stdout).toMatch(/Fix: /);
		expect(stdout).toMatch(/Source: /);
		expect(stdout).not.toMatch(ESCAPES);
	});

	it('publishes schemas that are schemas', async () => {
		const report = JSON.parse((await launch(['schema'])).stdout) as object;
		expect(new Ajv2020({ strict: false }).validateSchema(report)).toBe(true);
		const config = JSON.parse((await launch(['schema', 'config'])).stdout) as object;
		expect(new Ajv({ strict: false }).validateSchema(config)).toBe(true);
		const packed = await readFile(path.join(root, 'dist/report-schema.json'), 'utf8');
		expect(JSON.parse(packed)).toEqual(report);
	});
});

describe('the demo', () => {
	it('prints a page a target; its last line is the headline', async () => {
		const { code, stdout, stderr } = await launch(['demo']);
		expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
		expect(stdout).not.toMatch(ESCAPES);
		expect(stdout).toMatch(
			/^NO_GO {2}\d blockers, .* \| coverage \d+\/\d+ \| earliest GO .*→ within 48 h: yes$/m,
		);
		expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^GO {2}.* \| earliest GO now$/);
	});

	it('gives reports that its schema accepts, and nothing else on either stream', async () => {
		const { code, stdout, stderr } = await launch([
			'demo',
			'--format',
			'json',
			'--fail-on',
			'never',
		]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(stdout.length).toBeGreaterThan(65_536);
		const validate = await reportValidator();
		const reports = JSON.parse(stdout) as Report[];
		for (const report of reports) {
			validate(report);
			expect(validate.errors ?? []).toEqual([]);
			expect(Object.keys(report).slice(0, 3)).toEqual(['headline', 'schemaVersion', 'decision']);
		}
		expect(reports.map(({ decision }) => decision.launch)).toEqual(['NO_GO', 'GO']);
		const [unready] = reports as [Report, Report];
		const fingerprints = unready.findings.map(({ fingerprint }) => fingerprint);
		expect(new Set(fingerprints).size).toBe(fingerprints.length);
		const areas = new Set(unready.findings.map(({ id }) => id.split('/')[0]));
		expect(areas.size).toBeGreaterThanOrEqual(7);
		const counted = unready.risks.filter(({ severity }) => severity === 'blocker').length;
		expect(unready.decision.blockers).toBe(counted);
	});
});

async function reportValidator() {
	const text = await readFile(path.join(root, 'dist/report-schema.json'), 'utf8');
	return new Ajv2020({ strict: false }).compile(JSON.parse(text) as object);
}

describe('a recording', () => {
	let recording = '';
	let recorded: Report;
	let replay: string[] = [];

	beforeAll(async () => {
		const world = await loadWorld(path.join(root, 'fixtures/worlds/demo.yaml'));
		await using lab = await startLab(world);
		recording = path.join(folder, 'recording');
		const roots = path.join(folder, 'roots.pem');
		await writeFile(roots, lab.caPem);
		recorded = await audit({
			domain: 'unready.example',
			record: recording,
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [roots],
			configFolder: folder,
		});
		replay = ['audit', '--replay', recording];
	}, 60_000);

	it('is judged again to the very same report, without a network', async () => {
		const { code, stdout, stderr } = await launch([...replay, '--format', 'json']);
		expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
		expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(recorded)));
	});

	it('can be judged as of another day', async () => {
		const asOf = new Date(Date.now() + 400 * 86_400_000).toISOString().slice(0, 10);
		const { stdout } = await launch([...replay, '--as-of', asOf, '--format', 'json']);
		const ids = (JSON.parse(stdout) as Report).findings.map(
			({ id, subject }) => `${id} ${subject.name}`,
		);
		expect(ids).toContain('ssl/certificate/expired unready.example');
		expect(recorded.findings.map(({ id, subject }) => `${id} ${subject.name}`)).not.toContain(
			'ssl/certificate/expired unready.example',
		);
	});

	it('is of one domain', async () => {
		const { code, stderr } = await launch(['audit', 'ready.example', '--replay', recording]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/is a recording of unready\.example, not of ready\.example/);
	});

	it('obeys severities, waivers and selection like a live run', async () => {
		const config = path.join(folder, 'config.yaml');
		await writeFile(
			config,
			`severity: { headers/csp: info }
skip: [timing]
accept:
  - { id: email/spf/multiple, reason: known, owner: ops, until: 2027-01-01, allowBlocker: true }
`,
		);
		const { stdout } = await launch([
			...replay,
			'--config',
			config,
			'--format',
			'json',
			'--only',
			'email',
			'--only',
			'headers',
		]);
		const report = JSON.parse(stdout) as Report;
		expect(report.decision.accepted).toBe(1);
		expect(report.findings.find(({ id }) => id === 'headers/csp/missing')).toMatchObject({
			outcome: 'note',
		});
		expect(new Set(report.checks.map(({ check }) => check.split('/')[0]))).toEqual(
			new Set(['email', 'headers']),
		);
		expect(report.waivers).toMatchObject([{ state: 'used' }]);
	});

	it('prints one report a line as ndjson', async () => {
		const { stdout } = await launch([...replay, '--format', 'ndjson']);
		expect(stdout.trimEnd().split('\n')).toHaveLength(1);
		expect((JSON.parse(stdout) as Report).schemaVersion).toBe('1');
	});

	it('goes through a closed pipe for success', async () => {
		const args = [...replay, '--format', 'json', '--fail-on', 'never'];
		const cut = await launch(args, { readOnly: 10 });
		expect({ code: cut.code, stderr: cut.stderr }).toEqual({ code: 0, stderr: '' });
	});

	it('is exit 74 where it cannot be written', async () => {
		const file = path.join(folder, 'a-file');
		await writeFile(file, '');
		const { code, stdout, stderr } = await launch(['audit', '--repo', folder, '--record', file]);
		expect({ code, stdout }).toEqual({ code: 74, stdout: '' });
		expect(stderr).toMatch(/^launch-ready: .*a-file: .*\n$/);
	});

	it('of another version leaves gaps instead of breaking', async () => {
		const old = path.join(folder, 'old');
		await cp(recording, old, { recursive: true });
		const file = path.join(old, 'evidence.jsonl');
		const text = await readFile(file, 'utf8');
		await writeFile(file, text.replaceAll('"status":"ok"', '"status":"fine"'));
		const { stdout, stderr } = await launch(['audit', '--replay', old, '--format', 'json']);
		expect(stderr).toBe('');
		const { checks } = JSON.parse(stdout) as Report;
		const gaps = checks.filter(({ reason }) => reason?.includes('is not of this version'));
		expect(gaps.map(({ outcome }) => outcome)).toContain('unknown');
	});

	it('is written to files in the format of their extension, whole or not at all', async () => {
		const at = path.join(folder, 'out');
		const { code, stdout } = await launch([
			...replay,
			...['-o', `${at}.json`, '-o', `${at}.txt`, '-o', `ndjson=${at}.log`, '--color', 'always'],
		]);
		expect(code).toBe(1);
		expect(stdout).toMatch(ESCAPES);
		expect(JSON.parse(await readFile(`${at}.json`, 'utf8'))).toMatchObject({ schemaVersion: '1' });
		expect(await readFile(`${at}.txt`, 'utf8')).not.toMatch(ESCAPES);
		expect((await readFile(`${at}.log`, 'utf8')).trimEnd().split('\n')).toHaveLength(1);
		expect((await readdir(folder)).filter((file) => file.includes('partial'))).toEqual([]);
		const dash = await launch([...replay, '-o', '-', '--format', 'json']);
		expect(JSON.parse(dash.stdout)).toMatchObject({ schemaVersion: '1' });
		const refused = await launch([...replay, '-o', path.join(folder, 'no/such/report.json')]);
		expect(refused.code).toBe(74);
		expect(refused.stderr).toMatch(/^launch-ready: .*report\.json: ENOENT/);
	});

	it.each([
		[{ FORCE_COLOR: '1' }, true],
		[{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
		[{ NO_COLOR: '' }, false],
		[{}, false],
	])('is coloured with %j: %s', async (env, coloured) => {
		const { stdout } = await launch(replay, { env: env as Record<string, string> });
		expect(ESCAPES.test(stdout)).toBe(coloured);
	});

	it.each([
		['a C locale', { LC_ALL: 'C' }],
		['a dumb terminal', { TERM: 'dumb' }],
	])('is ASCII under %s', async (_, env) => {
		const { stdout } = await launch([...replay, '--verbose'], { env });
		expect(stdout).toMatch(/^[\n\x20-\x7e]*$/);
	});

	it('is a list where the terminal is narrow, and no line is wider than it', async () => {
		const { stdout } = await launch(replay, { env: { COLUMNS: '60' } });
		expect(stdout).not.toMatch(/[│┌]/);
		const [page = ''] = stdout.split(/^NO_GO {2}\d/m);
		const tooWide = page
			.split('\n')
			.filter((line) => line.length > 60 && !line.startsWith('     '));
		expect(tooWide).toEqual([]);
	});
});

describe('an audit that cannot look', () => {
	it('says so in one line and exits 3 when nothing answers', async () => {
		const args = ['audit', 'example.com', '--resolver', '127.0.0.1:1'];
		const page = await launch(args);
		expect(page).toMatchObject({ code: 3, stdout: '' });
		expect(page.stderr).toMatch(/^launch-ready: offline: .*127\.0\.0\.1.*\n$/);
		const data = await launch([...args, '--format', 'json']);
		expect(data.code).toBe(3);
		const report = JSON.parse(data.stdout) as Report;
		expect(report.decision.launch).toBe('CANNOT_SAY');
		expect(report.coverage.pass).toBe(0);
	});

	it('ends within its time limit, with unknowns that say so', async () => {
		const args = [
			'audit',
			'example.com',
			'--resolver',
			silentResolver,
			'--timeout',
			'1s',
			'--format',
			'json',
		];
		const { code, stdout } = await launch(args);
		const report = JSON.parse(stdout) as Report;
		expect(code).toBe(3);
		expect(report).toMatchObject({
			complete: false,
			decision: { launch: 'CANNOT_SAY', earliestGo: null },
		});
		expect(report.durationMs).toBeLessThan(3_000);
		expect(report.coverage.blockerCapableUnknown.length).toBeGreaterThan(0);
	});

	it('prints what it has when it is interrupted, and exits 130', async () => {
		const args = ['audit', 'example.com', '--resolver', silentResolver, '--format', 'json'];
		const { code, stdout, stderr } = await launch(args, { interruptAfterMs: 1_500 });
		expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
		const report = JSON.parse(stdout) as Report;
		expect(report.complete).toBe(false);
		expect(report.checks.some((row) => row.code === 'cancelled')).toBe(true);
	});

	it('walks from the root on the port that a private network has for its name servers', async () => {
		const server = await startNameServer((one) => {
			const name = one.name.toLowerCase();
			if (one.type === 'NS' && name === '.') {
				return [replyTo(one, { answers: [{ type: 'NS', name, ttl: 60, data: 'ns.test' }] })];
			}
			if (one.type === 'A' && name === 'ns.test') {
				return [replyTo(one, { answers: [a(name, '127.0.0.1')] })];
			}
			return [replyTo(one, { rcode: 3, authorities: [soa('test')] })];
		});
		const { udp } = server.ports;
		const at = { resolver: `127.0.0.1:${udp}`, dnsPort: udp };
		await audit({ domain: 'shop.example.test', only: ['dns/resolution'], ...at });
		await server.close();
		const direct = server.seen.filter(({ recursionDesired }) => !recursionDesired);
		expect(direct.map(({ name }) => name.toLowerCase())).toContain('shop.example.test');
	});

	it('plans every request without sending one', async () => {
		let received = 0;
		silent.on('message', () => {
			received += 1;
		});
		const { code, stdout } = await launch([
			'audit',
			'example.com',
			'--resolver',
			silentResolver,
			'--plan',
		]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/DNS UDP example\.com A @resolver/);
		expect(stdout).toMatch(/GET https:\/\/example\.com\//);
		expect(received).toBe(0);
	});
});
