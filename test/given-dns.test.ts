import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../src/audit.ts';
import type { AuditOptions } from '../src/audit-options.ts';
import { BadTarget } from '../src/engine/parse-target.ts';
import { startLab } from '../src/lab/start-lab.ts';

let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'given-'));
	await mkdir(path.join(folder, 'zones'));
});

async function written(name: string, text: string): Promise<string> {
	const file = path.join(folder, name);
	await writeFile(file, text);
	return file;
}

const SOUND = `$TTL 3600
@ SOA ns1.example.net. hostmaster 1 7200 3600 1209600 300
@ NS ns1.example.net.
@ NS ns2.example.net.
@ A 185.199.108.153
www CNAME @
@ MX 0 .
@ TXT "v=spf1 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@example.net"
`;

describe('a zone file that is none', () => {
	const refused = async (options: AuditOptions) => {
		const failure = await audit(options).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(BadTarget);
		const { message } = failure as BadTarget;
		expect(message).not.toContain('\n');
		return message;
	};

	it('is refused before anything is asked, in one line', async () => {
		const domain = 'shop.test';
		const ask = (zoneFile: string) => refused({ domain, zoneFile, resolver: '192.0.2.1' });
		expect(await ask(path.join(folder, 'gone'))).toMatch(/^--zone ".*gone": does not exist$/);
		expect(await ask(path.join(folder, 'zones'))).toMatch(/: not a regular file$/);
		expect(await ask(await written('empty.zone', '; nothing\n'))).toBe(
			'--zone "empty.zone" holds no record that can be read',
		);
		expect(await ask(await written('config.json', '{"a": 1}\n'))).toBe(
			'--zone "config.json" holds no record that can be read (line 1: "a" is no record type)',
		);
		expect(await ask(await written('other.zone', 'example.net. 60 SOA a. b. 1 2 3 4 5'))).toBe(
			'--zone "other.zone" holds the zone example.net, which shop.test is not in',
		);
	});

	it('must say which zone it holds where no domain does', async () => {
		const file = await written('at.zone', SOUND);
		expect(await refused({ zoneFile: file })).toContain(
			'does not say which zone it holds: add the domain',
		);
	});

	it.each<[AuditOptions, string]>([
		[
			{ domain: 'shop.test', drift: true },
			'--drift compares a zone file with DNS: add --zone FILE',
		],
		[{ domain: 'shop.test', live: false }, '--no-live judges a zone file alone: add --zone FILE'],
		[
			{ domain: 'shop.test', live: false, drift: true, zoneFile: 'x' },
			'--drift asks the name servers, which --no-live forbids: leave one out',
		],
	])('%j: %s', async (options, line) => {
		expect(await refused(options)).toBe(line);
	});
});

describe('root hints', () => {
	it.each([
		['nothing.root', 'x', /^--root-hints ".*": line 1: no record type$/],
		['no-address.root', '. 60 NS a.', /: it holds no address of a root server$/],
	])('that are none are refused: %s', async (name, text, line) => {
		const rootHints = await written(name, text);
		await expect(audit({ domain: 'shop.test', rootHints })).rejects.toThrow(line);
		await expect(audit({ domain: 'shop.test', rootHints: folder })).rejects.toThrow(
			/not a regular file/,
		);
	});

	it('lead every walk, instead of what the resolver says', async () => {
		await using lab = await startLab({
			zones: { 'shop.test': { records: '@ A 203.0.113.10' } },
			dnsFaults: [{ server: 'resolver', name: '.', does: { rcode: 'REFUSED' } }],
		});
		const rootHints = await written('lab.root', '. 60 NS root.lab.\nroot.lab. 60 A 198.51.100.2\n');
		const { findings } = await audit({
			domain: 'shop.test',
			only: ['dns/resolution'],
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			rootHints,
		});
		expect(findings.map(({ id }) => id)).toContain('dns/resolution/www-missing');
		const servers = lab.requests.dns.map(({ server }) => server);
		expect(servers).toContain('198.51.100.2');
		expect(servers).not.toContain('198.51.100.1');
	});
});

describe('without the network', () => {
	it('a sound zone is a go, which says what it rests on', async () => {
		const zoneFile = await written('sound.zone', `$ORIGIN shop-test.com.\n${SOUND}`);
		const report = await audit({ zoneFile, live: false });
		expect(report.decision).toMatchObject({
			launch: 'GO',
			sentence:
				'Go: no launch blocker and no high risk was found in the zone file; nothing else was looked at (--no-live).',
		});
		expect(report.target).toMatchObject({
			domain: 'shop-test.com',
			zone: { file: 'sound.zone', use: 'plan', live: false },
		});
		const outcomes = new Map(
			report.checks.map((one) => [`${one.check} ${one.subject}`, one.outcome]),
		);
		expect([...outcomes.values()]).not.toContain('unknown');
		expect([...outcomes.values()]).not.toContain('blocked');
		expect(outcomes.get('dns/zone-file shop-test.com')).toBe('pass');
		expect(outcomes.get('dns/resolution shop-test.com')).toBe('pass');
		expect(outcomes.get('email/mx shop-test.com')).toBe('pass');
		expect(outcomes.get('email/spf shop-test.com')).toBe('pass');
		expect(outcomes.get('ssl/https shop-test.com')).toBe('skipped');
		expect(outcomes.get('dns/delegation shop-test.com')).toBe('skipped');
		expect(report.coverage.skipped).toBeGreaterThan(10);
	});

	it('what is wrong with the zone is found all the same', async () => {
		const zoneFile = await written(
			'broken.zone',
			SOUND.replace('@ A 185.199.108.153', '@ A 10.0.0.1')
				.replace('-all', '+all')
				.concat('x Q 1\n'),
		);
		const { findings, decision } = await audit({ domain: 'shop-test.com', zoneFile, live: false });
		expect(decision.launch).toBe('NO_GO');
		expect(findings.map(({ id }) => id)).toEqual(
			expect.arrayContaining([
				'dns/addresses/private',
				'dns/zone-file/syntax',
				'email/spf/pass-all',
			]),
		);
		const syntax = findings.find(({ id }) => id === 'dns/zone-file/syntax');
		expect(syntax?.subject).toMatchObject({ file: 'broken.zone', line: 10 });
	});

	it('reads a file that a link leads to', async () => {
		await written('real.zone', `$ORIGIN shop-test.com.\n${SOUND}`);
		const link = path.join(folder, 'zones', 'current.zone');
		await symlink(path.join(folder, 'real.zone'), link);
		const report = await audit({ zoneFile: link, live: false, only: ['dns/zone-file'] });
		expect(report.checks).toMatchObject([{ check: 'dns/zone-file', outcome: 'pass' }]);
	});
});
