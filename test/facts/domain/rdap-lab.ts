import type { World } from '../../../src/lab/world.ts';

type Site = NonNullable<World['sites']>[number];
/** One answer of a lab site, as a world writes it. */
export type Route = object;

export const REGISTRY = 'https://rdap.registry.test/';
export const REGISTRAR = 'https://rdap.registrar.test/';

const DAY_MS = 86_400_000;

/** ISO 8601, so many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

export const LOCKED = [
	'client delete prohibited',
	'client transfer prohibited',
	'client update prohibited',
];

/** What a registry answers about a registration in good order; members that are `undefined` are left out. */
export function registration(domain: string, more: object = {}): object {
	return {
		rdapConformance: ['rdap_level_0'],
		objectClassName: 'domain',
		handle: '1234_DOMAIN-TEST',
		ldhName: domain.toUpperCase(),
		status: LOCKED,
		events: [
			{ eventAction: 'registration', eventDate: '2019-03-01T10:00:00Z' },
			{ eventAction: 'expiration', eventDate: inDays(800) },
			{ eventAction: 'last changed', eventDate: '2024-03-01T10:00:00Z' },
			{ eventAction: 'last update of RDAP database', eventDate: inDays(0) },
		],
		nameservers: [
			{ objectClassName: 'nameserver', ldhName: `NS1.${domain}.` },
			{ objectClassName: 'nameserver', ldhName: `ns2.${domain}` },
		],
		secureDNS: { delegationSigned: false },
		entities: [
			{
				objectClassName: 'entity',
				handle: '9999',
				roles: ['registrar'],
				publicIds: [{ type: 'IANA Registrar ID', identifier: '9999' }],
				vcardArray: [
					'vcard',
					[
						['version', {}, 'text', '4.0'],
						['fn', {}, 'text', 'Example Registrar'],
					],
				],
				entities: [
					{
						objectClassName: 'entity',
						roles: ['abuse'],
						vcardArray: ['vcard', [['email', {}, 'text', 'abuse@registrar.test']]],
					},
				],
			},
			{
				objectClassName: 'entity',
				handle: 'C-1',
				roles: ['registrant'],
				vcardArray: [
					'vcard',
					[
						['fn', {}, 'text', 'A Person'],
						['org', {}, 'text', 'Shop Ltd'],
						['email', {}, 'text', 'person@shop.test'],
					],
				],
			},
		],
		...more,
	};
}

export const rdapRoute = (body: object, more: object = {}): Route => ({
	type: 'application/rdap+json',
	body: JSON.stringify(body),
	...more,
});

/** An RDAP service at a lab address, with a route for each domain that it knows. */
export function rdapSite(host: string, address: string, routes: Record<string, Route>): Site {
	return {
		hosts: [host],
		at: [address],
		routes: Object.fromEntries(
			Object.entries(routes).map(([domain, route]) => [`/domain/${domain}`, route]),
		),
		fallback: {
			status: 404,
			type: 'application/rdap+json',
			body: JSON.stringify({ errorCode: 404, title: 'Not Found' }),
		},
	};
}

/** A registry of `.test` that knows these domains, and whatever else the world holds. */
export function registryWorld(routes: Record<string, Route>, more: World = {}): World {
	return {
		...more,
		zones: {
			'shop.test': { records: '@ A 203.0.113.10' },
			'registry.test': { records: 'rdap A 203.0.113.90' },
			'registrar.test': { records: 'rdap A 203.0.113.91' },
			...more.zones,
		},
		sites: [rdapSite('rdap.registry.test', '203.0.113.90', routes), ...(more.sites ?? [])],
	};
}
