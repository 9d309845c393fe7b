import { describe, expect, it } from 'vitest';
import addresses from '../../../checks/timing/addresses.ts';
import availability from '../../../checks/timing/availability.ts';
import cachedRoute from '../../../checks/timing/cached-route.ts';
import connection from '../../../checks/timing/connection.ts';
import dns from '../../../checks/timing/dns.ts';
import download from '../../../checks/timing/download.ts';
import errors from '../../../checks/timing/errors.ts';
import firstByte from '../../../checks/timing/first-byte.ts';
import measurement from '../../../checks/timing/measurement.ts';
import p95 from '../../../checks/timing/p95.ts';
import page from '../../../checks/timing/page.ts';
import redirects from '../../../checks/timing/redirects.ts';
import tls from '../../../checks/timing/tls.ts';
import vantage from '../../../checks/timing/vantage.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const JSON_ANSWER = { type: 'application/json', body: '{}' };
const API = 'https://api.shop.test';

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

/** A shop with an API; `home` and `api` are laid over what works. */
function shop(
	home: Routes,
	api: Routes,
	more: Partial<World['sites'] extends (infer S)[] | undefined ? S : never> = {},
): World {
	return {
		zones: { 'shop.test': { records: '@ A 203.0.113.10\napi A 203.0.113.11' } },
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE, ...home } },
			{
				hosts: ['api.shop.test'],
				at: ['203.0.113.11'],
				routes: { '/': JSON_ANSWER, ...api },
				...more,
			},
		],
	};
}

const ids = (said: readonly string[]) =>
	said.filter((one) => !one.startsWith('not-applicable')).toSorted();

describe('a page', () => {
	it('that takes over two seconds at times is too slow, and its server is', async () => {
		const world = shop({ '/': { body: PAGE, delayMs: 2_300 } }, {});
		const { said, findings } = await auditLab(world, [page, firstByte], { domain: 'shop.test' });
		expect(ids(said)).toEqual(['over-budget https://shop.test/', 'slow https://shop.test/']);
		expect(
			findings.flatMap((one) => (one.outcome === 'fail' ? [[one.verdict, one.severity]] : [])),
		).toEqual(
			expect.arrayContaining([
				['over-budget', 'high'],
				['slow', 'high'],
			]),
		);
	}, 60_000);

	it('that is quick is provisional with twenty visits', async () => {
		const { said } = await auditLab(shop({}, {}), [page, firstByte, redirects], {
			domain: 'shop.test',
		});
		expect(ids(said)).toEqual([
			'direct https://shop.test/',
			'not-enough-evidence https://shop.test/',
			'quick https://shop.test/',
		]);
	});

	it('behind two redirects says what they cost', async () => {
		const world = shop(
			{ '/': { redirect: '/en' }, '/en': { redirect: '/en/home' }, '/en/home': PAGE },
			{},
		);
		const { said } = await auditLab(world, redirects, { domain: 'shop.test' });
		expect(ids(said)).toEqual(['costly https://shop.test/en/home']);
	});
});

describe('an API', () => {
	it('that fails two of twenty requests fails too many', async () => {
		const broken = { ...JSON_ANSWER, sequence: [{}, {}, {}, {}, { status: 502 }] };
		const { findings } = await auditLab(shop({}, { '/': broken }), errors, { domain: 'shop.test' });
		expect(findings.find(({ subject }) => subject === `${API}/`)).toMatchObject({
			verdict: 'rate-over-budget',
			severity: 'high',
		});
	});

	it('without an error has too few requests to say so', async () => {
		const { said } = await auditLab(shop({}, {}), errors, { domain: 'shop.test' });
		expect(ids(said)).toEqual([
			`not-enough-evidence ${API}/`,
			'not-enough-evidence https://shop.test/',
		]);
	});

	it('that closes its connections, and one that does not', async () => {
		const closing = { ...JSON_ANSWER, headers: [['Connection', 'close']] as [string, string][] };
		const { said } = await auditLab(shop({}, { '/': closing }), connection, {
			domain: 'shop.test',
		});
		expect(ids(said)).toEqual(['kept https://shop.test/', `no-keep-alive ${API}/`]);
	});

	it('that asks for less is left, and nothing is said of its time', async () => {
		const limited = { ...JSON_ANSWER, sequence: [{}, {}, {}, {}, {}, {}, { status: 429 }] };
		const { said, requests } = await auditLab(
			shop({}, { '/': limited }),
			[measurement, p95, errors],
			{ domain: 'shop.test' },
		);
		expect(said).toContain(`rate-limited ${API}/`);
		expect(said.filter((one) => one === `unknown ${API}/`)).toHaveLength(2);
		expect(requests.http.filter(({ url }) => url === `${API}/`).length).toBeLessThan(9);
	});
});

describe('a named endpoint', () => {
	it('that never answers blocks the launch, and one that answers does not', async () => {
		const world = shop({}, { '/dead': { fault: 'reset' }, '/live': { status: 503 } });
		const { findings } = await auditLab(world, [availability, p95], {
			domain: 'shop.test',
			endpoints: [`${API}/dead`, `${API}/live`],
		});
		const of = (subject: string, check: string) =>
			findings.find((one) => one.subject === subject && one.check === check);
		expect(of(`${API}/dead`, 'timing/availability')).toMatchObject({
			verdict: 'unreachable',
			severity: 'blocker',
		});
		expect(of(`${API}/live`, 'timing/availability')).toMatchObject({ verdict: 'answers' });
		expect(of(`${API}/live`, 'timing/p95')).toMatchObject({ verdict: 'over-budget' });
	});

	it('whose name does not exist blocks the launch', async () => {
		const { findings } = await auditLab(shop({}, {}), availability, {
			domain: 'shop.test',
			endpoints: ['https://gone.shop.test/'],
		});
		expect(findings).toContainEqual(
			expect.objectContaining({ verdict: 'unreachable', subject: 'https://gone.shop.test/' }),
		);
	});

	it('passes its own budget after 80 samples over 20 seconds', async () => {
		const began = performance.now();
		const { findings } = await auditLab(shop({}, {}), [p95, vantage], {
			domain: 'shop.test',
			endpoints: [`GET ${API}/ p95<2s`],
		});
		expect(findings).toContainEqual(
			expect.objectContaining({
				verdict: 'within-budget',
				message: expect.stringMatching(/ keeps p95 under 2000 ms: .* 0 errors in 80 samples/),
			}),
		);
		expect(findings).toContainEqual(expect.objectContaining({ verdict: 'near' }));
		expect(performance.now() - began).toBeGreaterThan(18_000);
	}, 60_000);

	it('that is declared cached and is not says so', async () => {
		const slow = { ...JSON_ANSWER, delayMs: 700 };
		const stored = { ...JSON_ANSWER, headers: [['Age', '7']] as [string, string][] };
		const said = async (route: object) => {
			const asked = { domain: 'shop.test', endpoints: [`${API}/route cached p95<600ms`] };
			return ids((await auditLab(shop({}, { '/route': route }), cachedRoute, asked)).said);
		};
		expect(await Promise.all([said(slow), said(stored)])).toEqual([
			[`misses ${API}/route`, `p95-over-budget ${API}/route`],
			[`within-budget ${API}/route`],
		]);
	}, 60_000);
});

describe('connections', () => {
	it('of TLS 1.2 take a round trip more than those of TLS 1.3', async () => {
		const ask = async (max: 'TLSv1.2' | 'TLSv1.3') => {
			const world = shop({}, {}, { tls: { max } });
			const { said } = await auditLab(world, tls, { domain: 'shop.test' }, { latencyMs: 100 });
			return said.find((one) => one.endsWith('api.shop.test'));
		};
		expect(await Promise.all([ask('TLSv1.2'), ask('TLSv1.3')])).toEqual([
			'extra-round-trip api.shop.test',
			'one-round-trip api.shop.test',
		]);
	}, 90_000);

	it('from far away are said to be', async () => {
		const { said } = await auditLab(
			shop({}, {}),
			vantage,
			{ domain: 'shop.test' },
			{ latencyMs: 170 },
		);
		expect(said).toContain(`far ${API}/`);
		expect(said).toContain('near https://shop.test/');
	}, 60_000);

	it('over IPv6 that never come about, where IPv4 works', async () => {
		const world: World = {
			zones: { 'shop.test': { records: '@ A 203.0.113.10\n@ AAAA 2001:db8::10' } },
			sites: [{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } }],
		};
		const dead = await auditLab(world, addresses, { domain: 'shop.test' }, { connectMs: 300 });
		expect(dead.findings).toMatchObject([
			{ verdict: 'ipv6-dead', severity: 'high', locus: { name: 'shop.test AAAA 2001:db8::10' } },
		]);
		const [site] = world.sites ?? [];
		const twin: World = {
			...world,
			sites: [{ ...site, hosts: ['shop.test'], at: ['203.0.113.10', '2001:db8::10'] }],
		};
		const alive = await auditLab(twin, addresses, { domain: 'shop.test' });
		expect(alive.said).toEqual(['alike shop.test']);
	});

	it('to one address of two that is slow', async () => {
		const at = (address: string, delayMs: number) => ({
			hosts: ['shop.test'],
			at: [address],
			routes: { '/': { body: PAGE, delayMs } },
		});
		const world: World = {
			zones: { 'shop.test': { records: '@ A 203.0.113.10\n@ A 203.0.113.20' } },
			sites: [at('203.0.113.10', 0), at('203.0.113.20', 600)],
		};
		const { said } = await auditLab(world, addresses, { domain: 'shop.test' });
		expect(said).toEqual(['one-slow shop.test A 203.0.113.20']);
	});
});

it('accuses no long text that takes next to no time', async () => {
	const long = { type: 'application/json', body: JSON.stringify('a'.repeat(40_000)) };
	const { said } = await auditLab(shop({}, { '/': long }), download, { domain: 'shop.test' });
	expect(ids(said)).toEqual([`short ${API}/`, 'short https://shop.test/']);
});

it('times look-ups that nobody remembers', async () => {
	const quick = await auditLab(shop({}, {}), dns, { domain: 'shop.test' });
	expect(quick.said).toContain('quick shop.test');
	const slow = await auditLab(shop({}, {}), dns, { domain: 'shop.test' }, { latencyMs: 150 });
	expect(slow.said).toContain('slow shop.test');
}, 60_000);
