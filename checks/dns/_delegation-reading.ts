import {
	addressesIn,
	type DnsAnswer,
	hostNameFault,
	isReachableClass,
	isWithin,
	type NameServer,
	type NetworkScope,
	networkOf,
	panelFor,
	registeredDomainOf,
	type ServerAt,
	type ZoneSurvey,
} from '../../src/sdk.ts';

/** One name server, with all that was seen of it. */
export interface Standing {
	readonly server: NameServer;
	/** Where it was asked, or could have been. */
	readonly places: readonly ServerAt[];
	readonly isInside: boolean;
	readonly works: boolean;
}

export function standingsIn({ delegation, nameServers, servers }: ZoneSurvey): readonly Standing[] {
	return nameServers.map((server) => {
		const places = servers.filter(({ name }) => name === server.name);
		return {
			server,
			places,
			isInside: isWithin(server.name, delegation.zone),
			works: places.some(({ state }) => state === 'authoritative'),
		};
	});
}

/** Why no server can have this name; `null` where one can. */
export function nameFault(name: string): string | null {
	if (/^[0-9.]+$/.test(name) || name.includes(':'))
		return 'it is an address, and NS records hold names';
	if (/(?:^|\.)\d+$/.test(name)) return 'its last label is a number';
	return hostNameFault(name);
}

/** What the name is an alias of, in DNS; `null` where it is none. */
export function aliasOf({ own }: NameServer): string | null {
	const chain = own.A?.chain[0] ?? own.AAAA?.chain[0];
	return chain?.target ?? null;
}

export function ownAddresses({ own }: NameServer): readonly string[] {
	return [own.A, own.AAAA].flatMap((answer) => (answer === null ? [] : addressesIn(answer)));
}

/** Both families are denied; nothing else proves that there is no address. */
export function isWithoutAddress({ own }: NameServer): boolean {
	return [own.A, own.AAAA].every((answer) => answer !== null && isDenial(answer));
}

function isDenial({ status }: DnsAnswer): boolean {
	return status === 'nodata' || status === 'nxdomain';
}

/** How the absence was seen, in words. */
export function absenceText({ own }: NameServer, isInside: boolean): string {
	const who = isInside ? 'the zone itself says' : 'the resolver says';
	return own.A?.status === 'nxdomain'
		? `${who} that the name does not exist (NXDOMAIN)`
		: `${who} that it has none`;
}

/** Addresses at the parent that the zone itself does not give, family by family. */
export function strayGlue({ glue, own }: NameServer): readonly string[] {
	const its = { 4: own.A, 6: own.AAAA } as const;
	return glue.filter((address) => {
		const answer = address.includes(':') ? its[6] : its[4];
		return answer?.status === 'ok' && !addressesIn(answer).includes(address);
	});
}

/** Addresses that nobody outside can reach. */
export function unreachableOf(
	{ addresses }: NameServer,
	scope: NetworkScope | null,
): readonly string[] {
	return addresses.filter((address) => !isReachableClass(address, scope));
}

/** What a server did, in words. */
function stateText({ state, soa }: ServerAt): string {
	switch (state) {
		case 'authoritative':
			return 'answers with authority';
		case 'no-soa':
			return 'has the zone without an SOA record';
		case 'silent':
			return 'does not answer over UDP or TCP';
		case 'refused':
			return 'refuses connections at port 53, over UDP and TCP';
		case 'malformed':
			return 'sends answers that cannot be read';
		case 'not-asked':
			return 'cannot be asked from here';
		case 'lame':
			return lameText(soa);
	}
}

function lameText(soa: DnsAnswer | null): string {
	switch (soa?.status) {
		case 'refused':
			return 'answers REFUSED';
		case 'servfail':
			return 'answers SERVFAIL';
		case 'other-error':
			return `answers ${soa.rcode}`;
		case 'referral':
			return 'refers to other servers, as one that does not have the zone';
		case 'nxdomain':
			return 'says that the zone does not exist';
		default:
			return soa?.aa ? 'answers from the zone above' : 'answers without authority (AA=0)';
	}
}

/** `198.51.100.1 answers REFUSED, 2001:db8::1 does not answer over UDP or TCP`. */
export function saidAt(places: readonly ServerAt[]): string {
	return places.map((one) => `${one.address} ${stateText(one)}`).join(', ');
}

/** Names of servers and of who runs them, where several name servers share one owner. */
export function providerOf(name: string): string {
	const panel = panelFor([name]);
	if (panel !== null) return panel;
	const domain = registeredDomainOf(name) ?? name;
	// One company's servers under several top-level domains: ns1.dns.example and ns2.dns.test.
	return domain.split('.')[0] ?? domain;
}

interface Parking {
	readonly servers: readonly string[];
	readonly service: string;
	readonly isSuspended: boolean;
}

/** Name servers that show advertisements, or a registrar's notice, for every name. Collected in 2026. */
const PARKING: readonly (readonly [suffix: string, service: string, isSuspended: boolean])[] = [
	['suspended-domain.com', 'the registrar has suspended the domain', true],
	['failed-whois-verification.namecheap.com', 'the contact mail address was never confirmed', true],
	['verify-contact-details.namecheap.com', 'the contact mail address was never confirmed', true],
	['sedoparking.com', 'Sedo, which sells and parks domains', false],
	['parkingcrew.net', 'ParkingCrew, which parks domains', false],
	['bodis.com', 'Bodis, which parks domains', false],
	['parklogic.com', 'ParkLogic, which parks domains', false],
	['afternic.com', 'Afternic, which sells domains', false],
	['dan.com', 'Dan.com, which sells domains', false],
	['undeveloped.com', 'Dan.com, which sells domains', false],
];

/** `null` where the servers are nobody's car park. */
export function parkingAmong(names: readonly string[]): Parking | null {
	for (const [suffix, service, isSuspended] of PARKING) {
		const servers = names.filter((name) => isWithin(name, suffix));
		if (servers.length > 0) return { servers, service, isSuspended };
	}
	return null;
}

/** The network that holds every one of these addresses, of both families; `null` where they are spread. */
export function sharedNetwork(addresses: readonly string[]): string | null {
	const families = [false, true].map((v6) => addresses.filter((one) => one.includes(':') === v6));
	const networks = families.map((family) => [...new Set(family.map(networkOf))]);
	const used = networks.filter((one) => one.length > 0);
	return used.every((one) => one.length === 1) ? used.flat().join(' and ') || null : null;
}
