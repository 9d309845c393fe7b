import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { FactStore } from '../../../src/engine/fact-store.ts';
import { liveObserver } from '../../../src/engine/observer.ts';
import { freshMs } from '../../../src/facts/domain/rdap-services.ts';
import { registrationOf } from '../../../src/facts/domain/registration.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import { createNet } from '../../../src/net/io.ts';
import { inDays, type Route, rdapRoute, registration, registryWorld } from './rdap-lab.ts';

const LIST = {
	version: '1.0',
	publication: inDays(0),
	services: [[['test'], ['https://rdap.registry.test/']]],
};

/** As it would be kept: the registry of `.test` in IANA's list. */
const kept = (until: string, publication = inDays(0)) =>
	JSON.stringify({ until, publication, bases: { test: 'https://rdap.registry.test/' } });

/** A network like the public one: its root's servers have public addresses. */
function internet(iana: Route | null): World {
	const world = registryWorld({ 'shop.test': rdapRoute(registration('shop.test')) });
	return {
		...world,
		zones: { ...world.zones, 'iana.org': { records: 'data A 203.0.113.92' } },
		dnsFaults: ['a', 'b'].map((letter) => ({
			server: 'resolver' as const,
			name: `${letter}.root.internet.test`,
			type: 'A',
			does: { answer: `${letter}.root.internet.test. 300 A 11.0.0.1` },
		})),
		sites:
			iana === null
				? (world.sites ?? [])
				: [
						...(world.sites ?? []),
						{ hosts: ['data.iana.org'], at: ['203.0.113.92'], routes: { '/rdap/dns.json': iana } },
					],
	};
}

let configFolder = '';
const file = () => path.join(configFolder, 'rdap-dns.json');

beforeEach(async () => {
	configFolder = await mkdtemp(path.join(tmpdir(), 'launch-ready-'));
});
afterEach(() => rm(configFolder, { recursive: true }));

async function asked(world: World, rdap: string | null = null) {
	await using lab = await startLab(world);
	const controller = new AbortController();
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable: 'shop.test',
		env: {},
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	try {
		const io = { ...net.io, files: createFiles({ configFolder }) };
		const store = new FactStore(liveObserver(io, controller.signal, () => undefined));
		const fact = await store.get(registrationOf({ domain: 'shop.test', rdap }));
		if (fact.status !== 'known') throw new Error(fact.detail);
		const urls = lab.requests.http.map(({ url }) => url);
		return { ...fact.value, urls };
	} finally {
		await net.close();
		controller.abort();
	}
}

const IANA = 'https://data.iana.org/rdap/dns.json';
const REGISTRY = 'https://rdap.registry.test/domain/shop.test';
const offered = (more: object = {}): Route => ({
	type: 'application/json',
	body: JSON.stringify(LIST),
	...more,
});

describe("IANA's list", () => {
	it('is fetched once and kept for the next run', async () => {
		const first = await asked(internet(offered()));
		expect(first).toMatchObject({ state: 'registered', urls: [IANA, REGISTRY] });
		const second = await asked(internet(offered()));
		expect(second).toMatchObject({ state: 'registered', urls: [REGISTRY] });
	});

	it('is kept for as long as IANA says', async () => {
		await asked(internet(offered({ headers: { 'Cache-Control': 'public, max-age=7200' } })));
		const { until } = JSON.parse(await readFile(file(), 'utf8'));
		const hours = (Date.parse(until) - Date.now()) / 3_600_000;
		expect(hours).toBeGreaterThan(1.9);
		expect(hours).toBeLessThan(2.1);
	});

	it('is fetched again when what was kept is too old', async () => {
		await writeFile(file(), kept(inDays(-1)));
		expect((await asked(internet(offered()))).urls).toEqual([IANA, REGISTRY]);
	});

	it('is fetched again when what was kept claims to be fresh for longer than it may', async () => {
		await writeFile(file(), kept(inDays(400)));
		expect((await asked(internet(offered()))).urls).toEqual([IANA, REGISTRY]);
	});

	it.each(['', '{', '{"until":5}', 'null', '[]', '{"until":"2099-01-01T00:00:00Z","bases":{}}'])(
		'is fetched again when what was kept is broken: %j',
		async (text) => {
			await writeFile(file(), text);
			expect((await asked(internet(offered()))).urls).toEqual([IANA, REGISTRY]);
			expect(JSON.parse(await readFile(file(), 'utf8')).bases).toEqual({
				test: 'https://rdap.registry.test/',
			});
		},
	);

	it.each([
		['IANA is out of reach', null],
		['IANA answers with an error', { status: 503 }],
		['IANA answers with a page', { body: '<html></html>' }],
	] as const)('is the old one that was kept where %s', async (_, iana) => {
		await writeFile(file(), kept(inDays(-1)));
		expect((await asked(internet(iana))).state).toBe('registered');
	});

	it('is the copy that comes with the program where there is no other, or only an older one', async () => {
		const nothing = await asked(internet(null));
		expect(nothing).toMatchObject({
			state: 'unavailable',
			because: 'unsupported',
			why: 'IANA lists no RDAP service for .test (2026-02-13)',
		});
		await writeFile(file(), kept(inDays(-1), '2020-01-01T00:00:00Z'));
		expect((await asked(internet(null))).state).toBe('unavailable');
	});

	it('is not asked for where the user names a service', async () => {
		const seen = await asked(internet(offered()), 'https://rdap.registry.test/');
		expect(seen).toMatchObject({ state: 'registered', urls: [REGISTRY] });
	});
});

describe('freshMs', () => {
	const NOW = Date.parse('2026-03-01T00:00:00Z');
	const fresh = (...headers: [string, string][]) =>
		freshMs({ headers } as Pick<HttpAnswered, 'headers'> as HttpAnswered, NOW) / 3_600_000;

	it.each([
		[24, []],
		[2, [['Cache-Control', 'public, max-age=7200']]],
		[0, [['cache-control', 'no-store, max-age=7200']]],
		[168, [['cache-control', 'max-age=99999999']]],
		[3, [['Expires', 'Sun, 01 Mar 2026 03:00:00 GMT']]],
		[0, [['Expires', 'Sun, 01 Mar 2020 03:00:00 GMT']]],
		[
			1,
			[
				['Expires', 'Sun, 01 Mar 2026 03:00:00 GMT'],
				['Cache-Control', 'max-age=3600'],
			],
		],
	] satisfies [number, [string, string][]][])('is %d hours for %j', (hours, headers) => {
		expect(fresh(...headers)).toBe(hours);
	});
});
