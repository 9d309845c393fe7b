import { describe, expect, it } from 'vitest';
import { type Registration, registrationOf } from '../../../src/facts/domain/registration.ts';
import type { World } from '../../../src/lab/world.ts';
import { gathered } from '../gather-in-lab.ts';
import {
	inDays,
	REGISTRAR,
	REGISTRY,
	rdapRoute,
	rdapSite,
	registration,
	registryWorld,
} from './rdap-lab.ts';

const asked = (world: World, more: { domain?: string; rdap?: string; registrant?: boolean } = {}) =>
	gathered(world, () => registrationOf({ domain: 'shop.test', rdap: REGISTRY, ...more }));

const link = (href: string, type: string | undefined = 'application/rdap+json') => ({
	rel: 'related',
	href,
	type,
});

/** A registry whose answer links to the registrar's. */
const linked = (href: string, routes: Parameters<typeof rdapSite>[2], more: World = {}) =>
	registryWorld(
		{ 'shop.test': rdapRoute(registration('shop.test', { links: [link(href)] })) },
		{ ...more, sites: [rdapSite('rdap.registrar.test', '203.0.113.91', routes)] },
	);

describe.concurrent('a registration', () => {
	it('is what the registry says, under the names of RFC 8056 and 9083', async () => {
		const seen = await asked(registryWorld({ 'shop.test': rdapRoute(registration('shop.test')) }));
		expect(seen).toMatchObject({
			state: 'registered',
			url: `${REGISTRY}domain/shop.test`,
			createdAt: '2019-03-01T10:00:00.000Z',
			changedAt: '2024-03-01T10:00:00.000Z',
			statuses: [
				'client delete prohibited',
				'client transfer prohibited',
				'client update prohibited',
			],
			registrar: { name: 'Example Registrar', ianaId: '9999' },
			nameservers: ['ns1.shop.test', 'ns2.shop.test'],
			isSigned: false,
			ds: [],
			atRegistrar: null,
			answeredFrom: '203.0.113.90',
		});
	});

	it('is told with nothing about people unless the registrant is to be compared', async () => {
		const world = registryWorld({ 'shop.test': rdapRoute(registration('shop.test')) });
		expect(JSON.stringify(await asked(world))).not.toMatch(/person|Shop Ltd|abuse@/i);
		const compared = await asked(world, { registrant: true });
		expect(compared).toMatchObject({ registrant: 'Shop Ltd', isRegistrantRedacted: false });
		expect(JSON.stringify(compared)).not.toMatch(/person|abuse@/i);
	});

	it('is asked for in A-labels, as RDAP', async () => {
		const world = registryWorld({
			'xn--bcher-kva.test': rdapRoute(registration('xn--bcher-kva.test')),
		});
		const seen = await asked(world, { domain: 'xn--bcher-kva.test' });
		expect(seen.state).toBe('registered');
	});

	it('takes the expiry of the registry before the one of the registrar', async () => {
		const events = [
			{ eventAction: 'registrar expiration', eventDate: inDays(-10) },
			{ eventAction: 'expiration', eventDate: inDays(355) },
		];
		const world = registryWorld({ 'shop.test': rdapRoute(registration('shop.test', { events })) });
		const { expiresAt, atRegistry } = await asked(world);
		expect(expiresAt?.slice(0, 10)).toBe(inDays(355).slice(0, 10));
		expect(atRegistry?.registrarExpiresAt?.slice(0, 10)).toBe(inDays(-10).slice(0, 10));
	});
});

describe.concurrent('a service that does not help', () => {
	const unavailable = async (route: object, more: World = {}) => {
		const seen = await asked(registryWorld({ 'shop.test': route }, more));
		expect(seen.state).toBe('unavailable');
		return seen;
	};

	it('is not-found at 404, and says no more', async () => {
		const seen = await asked(registryWorld({}));
		expect(seen).toMatchObject({
			state: 'not-found',
			why: 'rdap.registry.test knows no shop.test (404)',
		});
	});

	it.each([
		[
			'429 with a wait',
			{ status: 429, headers: { 'Retry-After': '60' } },
			'denied',
			'come back in 60 s',
		],
		['403', { status: 403 }, 'denied', 'status 403'],
		['500', { status: 500 }, 'inconclusive', 'status 500'],
		[
			'HTML',
			{ body: '<!doctype html><title>x</title>' },
			'inconclusive',
			'a web page instead of RDAP',
		],
		['half a JSON', { body: '{"objectClassName":' }, 'inconclusive', 'no JSON'],
		['another class', rdapRoute({ objectClassName: 'entity' }), 'inconclusive', 'class "entity"'],
		['another domain', rdapRoute(registration('other.test')), 'inconclusive', 'about other.test'],
		['too much', { body: 'x'.repeat(300_000) }, 'inconclusive', 'over 262144 bytes'],
		['a broken connection', { fault: 'reset' }, 'inconclusive', 'does not answer'],
	])('is unavailable for %s', async (_, route, because, why) => {
		const seen = await unavailable(route);
		expect(seen.because).toBe(because);
		expect(seen.why).toContain(why);
	});

	it.concurrent('is given five seconds', async () => {
		const began = performance.now();
		const seen = await unavailable({ fault: 'silent' });
		expect(seen.because).toBe('timeout');
		expect(performance.now() - began).toBeLessThan(7_000);
	}, 20_000);

	it.concurrent('is given five seconds for the body too', async () => {
		const began = performance.now();
		await unavailable(rdapRoute(registration('shop.test'), { fault: 'slow' }));
		expect(performance.now() - began).toBeLessThan(7_000);
	}, 20_000);

	it('does not exist', async () => {
		const seen = await asked(registryWorld({}), { rdap: 'https://rdap.nowhere.test/' });
		expect(seen).toMatchObject({ state: 'unavailable', because: 'inconclusive' });
	});
});

describe.concurrent('a redirect', () => {
	const answer = rdapRoute(registration('shop.test'));
	const through = (location: string, routes: Parameters<typeof rdapSite>[2] = {}) =>
		registryWorld(
			{ 'shop.test': { redirect: location, status: 302 }, ...routes },
			{ sites: [rdapSite('rdap.registrar.test', '203.0.113.91', { 'shop.test': answer })] },
		);

	it('is followed to another service', async () => {
		const seen = await asked(through(`${REGISTRAR}domain/shop.test`));
		expect(seen).toMatchObject({
			state: 'registered',
			url: `${REGISTRY}domain/shop.test`,
			atRegistry: { url: `${REGISTRAR}domain/shop.test` },
		});
	});

	it.each([
		['plain HTTP', 'http://rdap.registrar.test/domain/shop.test', 'it is not https'],
		['itself', `${REGISTRY}domain/shop.test`, 'more than 2 redirects'],
		['a name of this machine', 'https://localhost/domain/shop.test', 'into a private network'],
		['nowhere', 'https://[', 'no URL'],
	])('is not followed to %s', async (_, location, why) => {
		const seen = await asked(through(location));
		expect(seen.state).toBe('unavailable');
		expect(seen.why).toContain(why);
	});
});

describe.concurrent('the registrar', () => {
	const events = [{ eventAction: 'registrar expiration', eventDate: inDays(100) }];
	const its = registration('shop.test', { events, status: ['clientTransferProhibited'] });
	const HREF = `${REGISTRAR}domain/shop.test`;

	it('is asked by the link that the registry gives', async () => {
		const { atRegistrar } = await asked(linked(HREF, { 'shop.test': rdapRoute(its) }));
		expect(atRegistrar).toMatchObject({ url: HREF, statuses: ['client transfer prohibited'] });
		expect(atRegistrar?.registrarExpiresAt?.slice(0, 10)).toBe(inDays(100).slice(0, 10));
	});

	it('may link on once, and no link is followed twice', async () => {
		const again = rdapRoute({
			...its,
			links: [link(HREF), link(`${REGISTRAR}domain/next/shop.test`)],
		});
		const { atRegistrar } = await asked(
			linked(HREF, { 'shop.test': again, 'next/shop.test': rdapRoute(its) }),
		);
		expect(atRegistrar?.url).toBe(`${REGISTRAR}domain/next/shop.test`);
	});

	it.each([
		['the link is plain HTTP', 'http://rdap.registrar.test/domain/shop.test', rdapRoute(its)],
		['nobody answers', 'https://rdap.nowhere.test/domain/shop.test', rdapRoute(its)],
		['it answers with a page', HREF, { body: '<html></html>' }],
		['it answers about another domain', HREF, rdapRoute(registration('other.test'))],
		['the link leads into this machine', 'https://127.0.0.1/domain/shop.test', rdapRoute(its)],
	])('is left out where %s', async (_, href, route) => {
		const seen: Registration = await asked(linked(href, { 'shop.test': route }));
		expect(seen).toMatchObject({ state: 'registered', atRegistrar: null });
	});
});

describe('whom to ask', () => {
	it('is nobody in a network with a root of its own', async () => {
		const seen = await gathered(registryWorld({}), () =>
			registrationOf({ domain: 'shop.test', rdap: null }),
		);
		expect(seen).toMatchObject({ state: 'unavailable', because: 'unsupported', url: null });
		expect(seen.why).toContain('--rdap');
	});

	it.each(['a.github.io', 'co.uk', 'www.shop.test'])(
		'is nobody for %s, which no registry gave out',
		async (domain) => {
			const seen = await asked(registryWorld({}), { domain });
			expect(seen).toMatchObject({ state: 'unavailable', because: 'unsupported' });
		},
	);
});
