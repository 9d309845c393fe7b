import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import refused from '../../../checks/load/refused.ts';
import { audit } from '../../../src/engine/audit.ts';
import { liveObserver } from '../../../src/engine/observer.ts';
import { type LoadAsked, parseLoad } from '../../../src/engine/parse-load.ts';
import { repositoryTarget } from '../../../src/engine/repository-target.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import { createNet } from '../../../src/net/io.ts';

const TOKEN = 'launch-ready-0123';

/** What is said of a load in a world of the lab; nothing is loaded. */
async function saidIn(world: World, asked: Partial<LoadAsked> & { readonly urls: string[] }) {
	await using lab = await startLab(world);
	const plans = parseLoad({ isConfirmed: true, ...asked }, () => TOKEN);
	const bare = repositoryTarget({ repo: null, history: 'none', logs: [], seed: '0'.repeat(16) });
	const folder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
	const authority = path.join(folder, 'authority.pem');
	await writeFile(authority, lab.caPem);
	const controller = new AbortController();
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable: null,
		named: plans.map(({ url }) => new URL(url).hostname),
		caFiles: [authority],
		env: {},
		userAgent: 'test',
		signal: controller.signal,
	});
	const io = { ...net.io, files: createFiles({ configFolder: folder }) };
	const { findings } = await audit({
		target: { ...bare, load: plans },
		checks: [refused],
		observer: liveObserver(io, controller.signal, () => undefined),
		now: new Date('2030-01-01'),
	});
	await net.close();
	controller.abort();
	await rm(folder, { recursive: true });
	return findings.map(({ verdict, outcome, message }) => ({ verdict, outcome, message }));
}

const JSON_ANSWER = { type: 'application/json', body: '{}' };

function world(records: string, routes: object = {}, more: object = {}): World {
	return {
		zones: {
			'shop.test': { records: `@ A 203.0.113.10\napi A 203.0.113.10\n${records}` },
			...more,
		},
		sites: [
			{
				hosts: ['shop.test', 'api.shop.test'],
				at: ['203.0.113.10'],
				routes: { '/': JSON_ANSWER, ...routes },
			},
		],
	};
}

const urls = ['https://api.shop.test/'];

describe('a load', () => {
	it('of 25 users needs no proof, and one of 26 does', async () => {
		expect(await saidIn(world(''), { urls })).toMatchObject([{ verdict: 'allowed' }]);
		const [said] = await saidIn(world(''), { urls, users: 26 });
		expect(said).toMatchObject({ verdict: 'no-proof-of-control', outcome: 'unknown' });
		expect(said?.message).toContain(`TXT _launch-ready.api.shop.test. "${TOKEN}"`);
		expect(said?.message).toContain(`TXT _launch-ready.shop.test. "${TOKEN}"`);
		expect(said?.message).toContain('https://api.shop.test/.well-known/launch-ready.txt');
	});

	it('of 26 users is allowed by the record at the host or its domain, or by the file', async () => {
		const allowed = [{ verdict: 'allowed', outcome: 'pass' }];
		const record = (name: string, token = TOKEN) => world(`_launch-ready${name} TXT "${token}"`);
		const asked = { urls, users: 26 };
		const file = { '/.well-known/launch-ready.txt': { type: 'text/plain', body: `x\n${TOKEN}\n` } };
		const said = await Promise.all([
			saidIn(record('.api'), asked),
			saidIn(record(''), asked),
			saidIn(world('', file), asked),
		]);
		expect(said).toMatchObject([allowed, allowed, allowed]);
		const [other] = await saidIn(record('', 'launch-ready-9999'), asked);
		expect(other?.message).toContain('another token is published there');
	});

	it('of a bought sign-in is refused by its alias, its header, or where it sends visitors', async () => {
		const tenant = {
			'auth0.com': { records: 'shop.edge.tenants A 203.0.113.10' },
		};
		const aliased = world('login CNAME shop.edge.tenants.auth0.com.', {}, tenant);
		const login = {
			...aliased,
			sites: [
				...(aliased.sites ?? []),
				{ hosts: ['login.shop.test'], at: ['203.0.113.10'], routes: { '/': JSON_ANSWER } },
			],
		};
		const byAlias = await saidIn(login, { urls: ['https://login.shop.test/'] });
		expect(byAlias.map(({ verdict }) => verdict)).toEqual(['third-party-login', 'platform-policy']);
		const cognito: [string, string][] = [['x-amz-cognito-request-id', '1']];
		const byHeader = await saidIn(world('', { '/': { ...JSON_ANSWER, headers: cognito } }), {
			urls,
		});
		expect(byHeader).toMatchObject([{ verdict: 'third-party-login', outcome: 'unknown' }]);
		const sent = world('', { '/': { redirect: 'https://shop.clerk.accounts.dev/sign-in' } });
		expect(await saidIn(sent, { urls })).toMatchObject([{ verdict: 'third-party-login' }]);
	});

	it('of a platform that wants to be asked is refused, until it was asked', async () => {
		const vercel: [string, string][] = [['x-vercel-id', 'fra1::abc']];
		const there = world('', { '/': { ...JSON_ANSWER, headers: vercel } });
		expect(await saidIn(there, { urls })).toMatchObject([{ verdict: 'platform-policy' }]);
		expect(await saidIn(there, { urls, approval: 'ticket 7' })).toMatchObject([
			{ verdict: 'allowed' },
		]);
	});
});
