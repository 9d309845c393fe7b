import { describe, expect, it } from 'vitest';
import delegation from '../../../checks/dns/delegation.ts';
import resolution from '../../../checks/dns/resolution.ts';
import { isSameParty, isSameRegistrar } from '../../../checks/domain/_concluded.ts';
import { canBeLocked } from '../../../checks/domain/_statuses.ts';
import check from '../../../checks/domain/registration.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import {
	inDays,
	LOCKED,
	REGISTRAR,
	REGISTRY,
	type Route,
	rdapRoute,
	rdapSite,
	registration,
	registryWorld,
} from '../../facts/domain/rdap-lab.ts';
import { auditLab } from '../audit-lab.ts';

type Options = Parameters<typeof auditLab>[3] & { readonly its?: object };
type Asked = Partial<Parameters<typeof auditLab>[2]>;

const DS = `4711 13 2 ${'AB'.repeat(32)}`;
const REGISTERED_DS = { keyTag: 4711, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) };

const audited = (world: World, asked: Asked = {}, { its, ...options }: Options = {}) =>
	auditLab(
		world,
		check,
		{ domain: 'shop.test', rdap: REGISTRY, ...asked },
		{
			...options,
			...(its && { checkOptions: { 'domain/registration': its } }),
		},
	);

/** Verdicts with their severity, outcomes without a verdict with nothing. */
async function judged(world: World, asked: Asked = {}, options: Options = {}) {
	const { findings } = await audited(world, asked, options);
	return findings.map((one) => [
		one.verdict ?? one.outcome,
		...(isFailed(one) ? [one.severity] : []),
	]);
}

/** shop.test, registered with these members in place of sound ones. */
const shop = (more: object, world: World = {}) =>
	registryWorld({ 'shop.test': rdapRoute(registration('shop.test', more)) }, world);

const event = (eventAction: string, days: number) => ({ eventAction, eventDate: inDays(days) });
const until = (days: number) => ({ events: [event('expiration', days)] });
const withStatus = (...more: string[]) => ({ status: [...LOCKED, ...more] });

/** The registry's answer links to this one of the registrar. */
const withRegistrar = (registry: object, registrar: object) =>
	shop(
		{
			...registry,
			links: [
				{ rel: 'related', type: 'application/rdap+json', href: `${REGISTRAR}domain/shop.test` },
			],
		},
		{
			sites: [
				rdapSite('rdap.registrar.test', '203.0.113.91', {
					'shop.test': rdapRoute(registration('shop.test', registrar)),
				}),
			],
		},
	);

const HELD = ['held'];

describe.concurrent('a registration in good order', () => {
	it.each<[string, object]>([
		['with every lock', {}],
		[
			'with EPP’s own spellings',
			{ status: ['clientTransferProhibited', 'serverUpdateProhibited', 'clientDeleteProhibited'] },
		],
		['locked as a whole', { status: ['locked'] }],
		['renewed by the registry', withStatus('auto renew period')],
		['inactive, though the zone is delegated', withStatus('inactive')],
		['without name servers in the answer', { nameservers: undefined }],
		['without DNSSEC in the answer', { secureDNS: undefined }],
		['whose registrant is withheld', { entities: [] }],
	])('passes %s', async (_, more) => {
		expect(await judged(shop(more))).toEqual([HELD]);
	});

	it('passes where registry and registrar agree but for a day', async () => {
		const world = withRegistrar(until(800), { events: [event('registrar expiration', 799)] });
		expect(await judged(world)).toEqual([HELD]);
	});

	it('passes where the zone and the registry hold the same DS', async () => {
		const secureDNS = { delegationSigned: true, dsData: [REGISTERED_DS] };
		const zones = { 'shop.test': { records: '@ A 203.0.113.10', delegation: { ds: [DS] } } };
		expect(await judged(shop({ secureDNS }, { zones }))).toEqual([HELD]);
	});

	it('is about the registrable domain, whatever host is audited', async () => {
		const { findings } = await audited(shop({}), { domain: 'app.shop.test' });
		expect(findings).toMatchObject([{ verdict: 'held', subject: 'shop.test' }]);
	});

	it('is asked for in A-labels', async () => {
		const name = 'xn--bcher-kva.test';
		const world = registryWorld(
			{ [name]: rdapRoute(registration(name)) },
			{ zones: { [name]: { records: '@ A 203.0.113.10' } } },
		);
		expect(await judged(world, { domain: 'bücher.test' })).toEqual([HELD]);
	});

	it('costs one request', async () => {
		const { requests } = await audited(shop({}));
		expect(requests.http.map(({ url }) => url)).toEqual([`${REGISTRY}domain/shop.test`]);
		expect(requests.http[0]?.headers).toContainEqual(['Accept', 'application/rdap+json']);
	});
});

describe.concurrent('a domain that is not held', () => {
	/** Nobody delegates shop.test. */
	const undelegated = { 'shop.test': { records: '@ A 203.0.113.10', delegation: { none: true } } };

	it('is not registered: 404, and NXDOMAIN above', async () => {
		const { findings } = await audited(registryWorld({}, { zones: undelegated }));
		expect(findings).toMatchObject([
			{
				verdict: 'not-registered',
				severity: 'blocker',
				confidence: 'high',
				cause: 'dns/delegation/missing',
			},
		]);
	});

	it('is one risk with what DNS shows of it', async () => {
		const world = registryWorld({}, { zones: undelegated });
		const { findings } = await auditLab(world, [check, delegation, resolution], {
			domain: 'shop.test',
			rdap: REGISTRY,
		});
		const blockers = findings.filter(isFailed).filter(({ severity }) => severity === 'blocker');
		expect(new Set(blockers.map((one) => one.check)).size).toBe(3);
		expect(new Set(blockers.map(({ cause }) => cause))).toEqual(
			new Set(['dns/delegation/missing']),
		);
	});

	it('is less surely so where the 404 is a web page', async () => {
		const world = registryWorld(
			{ 'shop.test': { status: 404, body: '<html></html>' } },
			{ zones: undelegated },
		);
		const { findings } = await audited(world);
		expect(findings).toMatchObject([{ verdict: 'not-registered', confidence: 'medium' }]);
	});

	it('is not called so while the zone above leads to it', async () => {
		const { findings } = await audited(registryWorld({}));
		expect(findings).toMatchObject([
			{ outcome: 'unknown', reason: 'inconclusive', decisive: false },
		]);
	});

	it('is not called so where the registry knows it and the zone above does not', async () => {
		const world = shop({ nameservers: [] }, { zones: undelegated });
		expect(await judged(world)).toEqual([HELD]);
	});

	it.each<[string, object, string]>([
		['expired', until(-2), 'expired'],
		['expired, and on hold', { ...until(-2), ...withStatus('client hold') }, 'expired'],
		[
			'in redemption',
			withStatus('pending delete', 'redemption period', 'server hold'),
			'deletion-pending',
		],
		[
			'expired, and being deleted',
			{ ...until(-2), ...withStatus('pendingDelete') },
			'deletion-pending',
		],
		['being restored', withStatus('pending restore'), 'deletion-pending'],
		['held back by the registrar', withStatus('clientHold'), 'on-hold'],
		['held back by the registry', withStatus('server hold'), 'on-hold'],
		['on its way elsewhere', withStatus('pending transfer'), 'transfer-pending'],
	])('is one blocker where it is %s', async (_, more, verdict) => {
		expect(await judged(shop(more))).toEqual([[verdict, 'blocker']]);
	});

	it('is on hold where the registry has no name servers, and the zone above neither', async () => {
		const { findings } = await audited(
			shop({ ...withStatus('inactive'), nameservers: [] }, { zones: undelegated }),
		);
		expect(findings).toMatchObject([
			{ verdict: 'on-hold', severity: 'blocker', cause: 'dns/delegation/missing' },
		]);
	});

	it('may move where that is meant', async () => {
		const its = { transferExpected: true };
		expect(await judged(shop(withStatus('pending transfer')), {}, { its })).toEqual([HELD]);
	});
});

describe.concurrent('the end of a registration', () => {
	it.each<[number, string[][]]>([
		[6.5, [['expires-soon', 'blocker']]],
		[7.5, [['expires-soon', 'high']]],
		[29.5, [['expires-soon', 'high']]],
		[30.5, [['expires-soon', 'later']]],
		[89.5, [['expires-soon', 'later']]],
		[90.5, [HELD, ['expires-soon', 'info']]],
		[364.5, [HELD, ['expires-soon', 'info']]],
		[365.5, [HELD]],
	])('is judged by what is left: %d days', async (days, verdicts) => {
		expect(await judged(shop(until(days)))).toEqual(verdicts);
	});

	it('is unconfirmed where only the registry has renewed, and the registrar’s date has passed', async () => {
		const renewed = { ...until(360), ...withStatus('auto renew period') };
		const world = withRegistrar(renewed, { events: [event('registrar expiration', -5)] });
		expect(await judged(world)).toEqual([
			['renewal-unconfirmed', 'high'],
			['expires-soon', 'info'],
		]);
	});

	it('is unconfirmed by the registry’s own account of the registrar too', async () => {
		const events = [event('expiration', 800), event('registrar expiration', -5)];
		expect(await judged(shop({ events, ...withStatus('auto renew period') }))).toEqual([
			['renewal-unconfirmed', 'high'],
		]);
	});

	it('is unknown where the registry should publish it and does not', async () => {
		expect(await judged(shop({ events: [] }))).toEqual([HELD, ['unknown']]);
	});

	it('is not judged by a clock that two servers contradict', async () => {
		const now = new Date(Date.now() - 1_000 * 86_400_000);
		const web = { hosts: ['shop.test'], at: ['203.0.113.10'] };
		const { findings } = await audited(shop(until(-2), { sites: [web] }), {}, { now });
		expect(findings.map(({ verdict, outcome }) => verdict ?? outcome)).toEqual(['held', 'unknown']);
		expect(findings[1]?.message).toContain("this machine's clock says");
	});
});

describe.concurrent('locks', () => {
	it('are missed where the domain can be moved away', async () => {
		expect(await judged(shop({ status: ['active'] }))).toEqual([
			['no-transfer-lock', 'high'],
			['no-change-lock', 'info'],
		]);
	});

	it('are not missed where the answer speaks of no status', async () => {
		expect(await judged(shop({ status: undefined }))).toEqual([HELD, ['unknown']]);
	});

	it('against changes are worth knowing', async () => {
		expect(await judged(shop({ status: ['server transfer prohibited'] }))).toEqual([
			HELD,
			['no-change-lock', 'info'],
		]);
	});

	it.each([
		['example.com', true],
		['example.shop', true],
		['example.io', true],
		['example.de', false],
		['example.co.uk', false],
		['example.eu', false],
		['example.gov', false],
		['example.xn--p1ai', false],
	])('are expected of %s: %s', (domain, expected) => {
		expect(canBeLocked(domain)).toBe(expected);
	});
});

describe.concurrent('who has it', () => {
	const elsewhere = [{ ldhName: 'ns1.thief.example' }, { ldhName: 'ns2.thief.example' }];

	it.each(['Example Registrar', 'example registrar inc.', '9999', 'Example'])(
		'is the registrar of the configuration: %s',
		async (registrar) => {
			expect(await judged(shop({}), {}, { its: { registrar } })).toEqual([HELD]);
		},
	);

	it('is another registrar', async () => {
		expect(await judged(shop({}), {}, { its: { registrar: 'Names Ltd' } })).toEqual([
			['registrar-unexpected', 'high'],
		]);
	});

	it('is another registrar, with other name servers', async () => {
		const its = { registrar: 'Names Ltd', nameServers: ['ns1.shop.test', 'ns2.shop.test'] };
		const zones = {
			'shop.test': {
				records: '@ A 203.0.113.10',
				ns: { 'ns1.thief.example.': ['198.51.100.21'], 'ns2.thief.example.': ['203.0.113.21'] },
			},
			'thief.example': { records: ['ns1 A 198.51.100.21', 'ns2 A 203.0.113.21'] },
		};
		expect(await judged(shop({ nameservers: elsewhere }, { zones }), {}, { its })).toEqual([
			['registrar-unexpected', 'blocker'],
		]);
	});

	it('is unknown where the registry names no registrar', async () => {
		const its = { registrar: 'Names Ltd' };
		expect(await judged(shop({ entities: [] }), {}, { its })).toEqual([['unknown']]);
	});

	it('is the registrant of the configuration, whatever its legal form', async () => {
		expect(await judged(shop({}), {}, { its: { registrant: 'SHOP Limited' } })).toEqual([HELD]);
	});

	it('is another registrant', async () => {
		expect(await judged(shop({}), {}, { its: { registrant: 'Agency GmbH' } })).toEqual([
			['registrant-unexpected', 'high'],
		]);
	});

	it('is unknown where the registrant is withheld (RFC 9537)', async () => {
		const redacted = [{ name: { description: 'Registrant Organization' } }];
		const { findings } = await audited(
			shop({ entities: [], redacted }),
			{},
			{ its: { registrant: 'Shop Ltd' } },
		);
		expect(findings.at(-1)).toMatchObject({
			outcome: 'unknown',
			reason: 'unsupported',
			message: 'The answer withholds the registrant.',
		});
	});

	it.each([
		['NameCheap, Inc.', 'Namecheap', true],
		['GANDI SAS', 'Gandi', true],
		['GoDaddy.com, LLC', 'GoDaddy', true],
		['Cloudflare, Inc.', 'cloudflare inc', true],
		['Namebay', 'Name', false],
		['Other Names', 'Names', false],
	])('%s is %s: %s', (name, expected, is) => {
		expect(isSameRegistrar(expected, { name, ianaId: null })).toBe(is);
	});

	it.each([
		['Shop Ltd.', 'SHOP LIMITED', true],
		['S.A.R.L. Exemple', 'Exemple sarl', true],
		['Shop', 'Shop Two', false],
	])('%s and %s are one: %s', (one, other, are) => {
		expect(isSameParty(one, other)).toBe(are);
	});
});

describe.concurrent('registry and zone', () => {
	it('differ in the name servers', async () => {
		const world = shop({
			nameservers: [{ ldhName: 'ns1.shop.test' }, { ldhName: 'ns9.shop.test' }],
		});
		const { findings } = await audited(world);
		expect(findings).toMatchObject([{ verdict: 'nameservers-differ', severity: 'high' }]);
		expect(findings[0]?.message).toContain(
			'the registry lists ns1.shop.test, ns9.shop.test, and the zone above leads to ns1.shop.test, ns2.shop.test (last changed on 2024-03-01 10:00 UTC)',
		);
	});

	it.each<[string, object, string[]]>([
		['another key', { delegationSigned: true, dsData: [{ ...REGISTERED_DS, keyTag: 1 }] }, [DS]],
		['one that the registry lacks', { delegationSigned: false }, [DS]],
		['one that the zone lacks', { delegationSigned: true, dsData: [REGISTERED_DS] }, []],
		['one that only the registry claims', { delegationSigned: true }, []],
	])('differ in DS: %s', async (_, secureDNS, ds) => {
		const zones = { 'shop.test': { records: '@ A 203.0.113.10', delegation: { ds } } };
		expect(await judged(shop({ secureDNS }, { zones }))).toEqual([['ds-differs', 'high']]);
	});

	it('are not compared where port 53 leads nowhere', async () => {
		const ports = ['198.51.100.1', '198.51.100.2'].map((at) => ({
			at,
			port: 53,
			does: 'silent' as const,
		}));
		const { findings } = await audited(shop({}, { ports }));
		expect(findings.map(({ verdict, outcome }) => verdict ?? outcome)).toEqual(['held', 'unknown']);
		expect(findings[1]).toMatchObject({ couldBe: 'high', decisive: false });
	}, 30_000);
});

describe.concurrent('registry and registrar', () => {
	it('disagree about the end by more than two days', async () => {
		const world = withRegistrar(until(800), { events: [event('registrar expiration', 435)] });
		expect(await judged(world)).toEqual([['sources-disagree', 'later']]);
	});

	it('disagree about the lock', async () => {
		const registry = { status: ['server transfer prohibited', 'locked'] };
		expect(await judged(withRegistrar(registry, { ...until(800) }))).toEqual([
			['sources-disagree', 'later'],
		]);
	});

	it('do not where the registrar cannot be asked', async () => {
		const links = [
			{
				rel: 'related',
				type: 'application/rdap+json',
				href: 'https://rdap.nowhere.test/domain/shop.test',
			},
		];
		expect(await judged(shop({ links }))).toEqual([HELD]);
	});
});

describe.concurrent('a registration that is young', () => {
	const born = (days: number) => [event('expiration', 800), event('registration', -days)];

	it.each([
		[14.5, [HELD, ['recently-changed', 'info']]],
		[15.5, [HELD]],
	])('is worth knowing for 15 days: %d', async (days, verdicts) => {
		expect(await judged(shop({ events: born(days) }))).toEqual(verdicts);
	});

	it.each([
		[59.5, [HELD, ['recently-changed', 'info']]],
		[60.5, [HELD]],
	])('is worth knowing for 60 days after a move: %d', async (days, verdicts) => {
		const events = [...born(900), event('transfer', -days)];
		expect(await judged(shop({ events }))).toEqual(verdicts);
	});
});

describe.concurrent('other domains', () => {
	const also = (domain: string, route: Route, zones: NonNullable<World['zones']> = {}) =>
		registryWorld(
			{ 'shop.test': rdapRoute(registration('shop.test')), [domain]: route },
			{ zones: { [domain]: { records: '@ A 203.0.113.10' }, ...zones } },
		);
	const soon = (domain: string, days = 29.5) =>
		rdapRoute(registration(domain, { events: [event('expiration', days)] }));

	it('of the configuration are looked at', async () => {
		const world = also('old-shop.test', soon('old-shop.test'));
		const { said, findings } = await audited(world, { oldDomains: ['old-shop.test'] });
		expect(said).toEqual(['held shop.test', 'sibling-expires-soon old-shop.test']);
		expect(findings[1]).toMatchObject({ severity: 'high' });
	});

	it('of hosts that must work are looked at', async () => {
		const world = also('shop-app.test', soon('shop-app.test'));
		const { said } = await audited(world, { hosts: ['api.shop-app.test'] });
		expect(said).toContain('sibling-expires-soon shop-app.test');
	});

	it('have 30 days', async () => {
		const world = also('old-shop.test', soon('old-shop.test', 30.5));
		expect(await judged(world, { oldDomains: ['old-shop.test'] })).toEqual([HELD]);
	});

	it('that nobody knows about are unknown', async () => {
		const world = also('old-shop.test', { status: 503 });
		expect(await judged(world, { oldDomains: ['old-shop.test'] })).toEqual([HELD, ['unknown']]);
	});

	it('that an alias leads to count where the same name servers serve them', async () => {
		const ns = { 'ns1.shop.test.': ['198.51.100.21'], 'ns2.shop.test.': ['203.0.113.21'] };
		const zones = {
			'shop.test': { records: ['@ A 203.0.113.10', 'www CNAME www.pages.test.'] },
			'pages.test': { ns, records: ['@ A 203.0.113.10', 'www A 203.0.113.10'] },
		};
		const { said } = await audited(also('pages.test', soon('pages.test'), zones));
		expect(said).toContain('sibling-expires-soon pages.test');
	});

	it('that an alias leads to do not count where they are a provider’s', async () => {
		const zones = {
			'shop.test': { records: ['@ A 203.0.113.10', 'www CNAME shops.hosting.test.'] },
			'hosting.test': {
				ns: { ns1: ['198.51.100.31'], ns2: ['203.0.113.31'] },
				records: ['@ A 203.0.113.10', 'shops A 203.0.113.10'],
			},
		};
		expect(await judged(also('hosting.test', soon('hosting.test'), zones))).toEqual([HELD]);
	});

	it('that name servers lie in count where they are ours', async () => {
		const ns = { 'ns1.shop-dns.test.': ['198.51.100.21'], 'ns2.shop-dns.test.': ['203.0.113.21'] };
		const zones = {
			'shop.test': { ns, records: ['@ A 203.0.113.10'] },
			'shop-dns.test': {
				ns: { ns1: ['198.51.100.21'], ns2: ['203.0.113.21'] },
				records: ['@ A 203.0.113.10'],
			},
		};
		const world = also('shop-dns.test', soon('shop-dns.test'), zones);
		const { findings } = await audited(world);
		expect(findings.filter(({ verdict }) => verdict === 'sibling-expires-soon')).toMatchObject([
			{ locus: { name: 'shop-dns.test' }, cause: 'dns/delegation/nameserver-domain-expiring' },
		]);
	});
});

describe.concurrent('nobody to ask', () => {
	it('is unknown, and blocks nothing', async () => {
		const { findings, requests } = await audited(registryWorld({}), { rdap: undefined });
		expect(findings).toMatchObject([
			{ outcome: 'unknown', reason: 'unsupported', decisive: false },
		]);
		expect(requests.http).toEqual([]);
	});

	it.each<[string, Route, string]>([
		['too many questions', { status: 429, headers: { 'Retry-After': '30' } }, 'denied'],
		['a page', { body: '<html></html>' }, 'inconclusive'],
		['a closed connection', { fault: 'close' }, 'inconclusive'],
	])('is unknown after %s', async (_, route, reason) => {
		const { findings } = await audited(registryWorld({ 'shop.test': route }));
		expect(findings).toMatchObject([{ outcome: 'unknown', reason }]);
	});

	it('does not apply to a name that a hosting company gave out', async () => {
		const { findings } = await audited(registryWorld({}), { domain: 'shop.github.io' });
		expect(findings).toMatchObject([{ outcome: 'not-applicable' }]);
		expect(findings[0]?.message).toContain('was given out by whoever runs github.io');
	});
});
