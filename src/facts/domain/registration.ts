import { getDomain } from 'tldts';
import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import { addressClass } from '../dns/address-class.ts';
import { addressesOf } from '../dns/dns.ts';
import { networkScope } from '../dns/network-scope.ts';
import { isInternal, isLocalName } from '../web/stranger.ts';
import { domainQuery, type RdapServices, serviceFor } from './bootstrap.ts';
import { BOOTSTRAP_COPY } from './bootstrap-copy.ts';
import { type RdapAnswer, rdapAnswer } from './rdap-answer.ts';
import type { RdapDomain, RegisteredDs } from './rdap-domain.ts';
import { ianaServices } from './rdap-services.ts';

/** What one party to a registration says of it. */
export interface RegistrationView {
	/** The URL that answered. */
	readonly url: string;
	/** `expiration`: when the registry ends it. ISO 8601. */
	readonly expiresAt: string | null;
	/** `registrar expiration`: until when the registrar was paid. ISO 8601. */
	readonly registrarExpiresAt: string | null;
	/** RFC 8056, sorted. */
	readonly statuses: readonly string[];
}

/** What the registry, and the registrar that it points to, say about a domain. */
export interface Registration {
	readonly domain: string;
	/**
	 * `not-found`: the service answered 404, which alone does not mean that the name is free.
	 * `unavailable`: nobody can be asked, or the answer is of no use; `why` and `because` say so.
	 */
	readonly state: 'registered' | 'not-found' | 'unavailable';
	/** In words, for a state that is not `registered`. */
	readonly why: string;
	readonly because: UnknownReason | null;
	/** What was asked first, of the registry's service; `null` where none is known. */
	readonly url: string | null;
	/** `expiration`, else `registrar expiration`; `null` where neither is published. ISO 8601. */
	readonly expiresAt: string | null;
	readonly createdAt: string | null;
	readonly transferredAt: string | null;
	readonly changedAt: string | null;
	/** The registry's; RFC 8056, sorted. */
	readonly statuses: readonly string[];
	/** As the registry names it, else as it names itself. */
	readonly registrar: { readonly name: string | null; readonly ianaId: string | null } | null;
	/** Only where it was asked for. */
	readonly registrant: string | null;
	readonly isRegistrantRedacted: boolean;
	/** At the registry; lower case, sorted. `null` where the answer does not speak of them. */
	readonly nameservers: readonly string[] | null;
	readonly isSigned: boolean | null;
	readonly ds: readonly RegisteredDs[] | null;
	/** `null` where the domain is not registered. */
	readonly atRegistry: RegistrationView | null;
	/** By the registry's link; `null` where there is none, or nobody answers there. */
	readonly atRegistrar: RegistrationView | null;
	/** The registry's own clock when it answered: another clock than ours. ISO 8601. */
	readonly answeredAt: string | null;
	readonly answeredFrom: string | null;
}

/** Links and redirects followed beyond the first question, each. */
const MOST_HOPS = 2;

/**
 * The registration of a domain, by RDAP (RFC 9082, 9083). The service is the one that the user named, else
 * the one in IANA's list; in a network with a root of its own IANA's list says nothing and nobody is
 * asked. The registrar that the registry links to is asked too. Always known, `unavailable` included.
 */
export const registrationOf = defineDerivation({
	name: 'domain.registration',
	params: z.object({
		/** A registrable domain in A-labels. */
		domain: z.string(),
		/** Base URL of the service that the user named. */
		rdap: z.string().nullable(),
		/** The registrant is to be compared with the configuration. */
		registrant: z.boolean().default(false),
	}),
	async derive({ domain, rdap, registrant }, get): Promise<Fact<Registration>> {
		const service = await serviceOf(domain, rdap, get);
		if ('because' in service) {
			return known(unavailable(domain, null, service.because, service.why));
		}
		const url = domainQuery(service.base, domain);
		const asking: Asking = {
			domain,
			registrant,
			get,
			home: new URL(service.base).hostname.replace(/^\[(.*)\]$/, '$1'),
			isPlain: service.base.startsWith('http:'),
			isLocal: rdap !== null && (await isLocalService(service.base, get)),
		};
		const { answer, url: last } = await answerAt(url, asking);
		if (answer.kind === 'absent') {
			const why = `${new URL(last).host} knows no ${domain} (404${answer.isRdap ? '' : ', as a web page'})`;
			return known({ ...nothing(domain), state: 'not-found', why, url });
		}
		if (answer.kind !== 'domain') {
			return known(unavailable(domain, url, reasonOf(answer), inWords(last, answer)));
		}
		const { name } = answer.domain;
		if (name !== null && name !== domain) {
			const why = `${new URL(last).host} answers about ${name} instead of ${domain}`;
			return known(unavailable(domain, url, 'inconclusive', why));
		}
		const registrar = await registrarOf(answer.domain, last, asking);
		return known({ ...registered(domain, { url: last, ...answer }, registrar), url });
	},
});

/** The domain that a registry, and not a hosting company, gave out; `null` for a public suffix. */
export function registeredDomainOf(name: string): string | null {
	return getDomain(name, { allowPrivateDomains: false });
}

// ── Whom to ask ──────────────────────────────────────────────────────────────────────────────────

type Service =
	| { readonly base: string }
	| { readonly because: UnknownReason; readonly why: string };

/** The RDAP service for a domain: the one that the user named, else the one in IANA's list. */
export async function serviceOf(
	domain: string,
	rdap: string | null,
	get: GetFact,
): Promise<Service> {
	if (registeredDomainOf(domain) !== domain) {
		return { because: 'unsupported', why: `${domain} is not given out by a registry` };
	}
	if (rdap !== null) return { base: rdap };
	const scope = await get(networkScope({}));
	if (scope.status !== 'known') {
		const because = scope.status === 'unknown' ? scope.because : 'inconclusive';
		return { because, why: scope.detail };
	}
	if (scope.value.publicClasses.length > 0) {
		const why =
			'this network has a root of its own, which the public registries do not know; --rdap names its service';
		return { because: 'unsupported', why };
	}
	const listed = await get(ianaServices({}));
	const newest = newer(listed.status === 'known' ? listed.value : null, BOOTSTRAP_COPY);
	const base = serviceFor(newest, domain);
	if (base !== null) return { base };
	const tld = domain.split('.').at(-1) ?? domain;
	const why = `IANA lists no RDAP service for .${tld} (${newest.publication.slice(0, 10)})`;
	return { because: 'unsupported', why };
}

function newer(one: RdapServices | null, other: RdapServices): RdapServices {
	if (one === null) return other;
	return Date.parse(one.publication) >= Date.parse(other.publication) ? one : other;
}

/** On this machine or in a private network. */
async function isLocalService(base: string, get: GetFact): Promise<boolean> {
	const host = new URL(base).hostname.replace(/^\[(.*)\]$/, '$1');
	if (isLocalName(host)) return true;
	const literal = addressClass(host);
	if (literal !== null) return LOCAL.includes(literal);
	const found = await get(addressesOf({ host }));
	if (found.status !== 'known') return false;
	const addresses = [...found.value.v4, ...found.value.v6];
	return addresses.some((address) => LOCAL.includes(addressClass(address) ?? 'public'));
}

const LOCAL: readonly string[] = ['loopback', 'private', 'link-local'];

// ── Asking ───────────────────────────────────────────────────────────────────────────────────────

interface Asking {
	readonly domain: string;
	readonly registrant: boolean;
	readonly get: GetFact;
	/** Host of the service asked first. */
	readonly home: string;
	/** That service is asked over plain HTTP, so that its redirects may stay there. */
	readonly isPlain: boolean;
	readonly isLocal: boolean;
}

interface Answered {
	readonly url: string;
	readonly answer: RdapAnswer;
}

/** Redirects are followed to https, and nowhere that a stranger could send us in a private network. */
async function answerAt(url: string, asking: Asking): Promise<Answered> {
	let at = url;
	for (let redirects = 0; ; redirects++) {
		const answer = await answerFrom(at, asking);
		if (answer.kind !== 'redirect') return { url: at, answer };
		if (redirects === MOST_HOPS) return refused(at, `more than ${MOST_HOPS} redirects`);
		const why = await notFollowed(answer.location, asking);
		if (why !== null) return refused(at, `a redirect to ${answer.location}: ${why}`);
		at = answer.location;
	}
}

const refused = (url: string, detail: string): Answered => ({
	url,
	answer: { kind: 'unusable', detail },
});

async function answerFrom(url: string, { get, registrant, isLocal }: Asking): Promise<RdapAnswer> {
	const fact = await get(rdapAnswer({ url, registrant, evenPrivate: isLocal }));
	if (fact.status === 'known') return fact.value;
	const isSilent = fact.status === 'unknown' && fact.because === 'timeout';
	return { kind: 'failed', isSilent, detail: fact.detail };
}

/** Why a URL that an answer gave is not asked; `null` where it may be. */
async function notFollowed(
	location: string,
	{ home, isPlain, isLocal, get }: Asking,
): Promise<string | null> {
	const { protocol, hostname } = new URL(location);
	const mayBePlain = isLocal || (isPlain && hostname === home);
	if (protocol !== 'https:' && !(protocol === 'http:' && mayBePlain)) return 'it is not https';
	if (isLocal) return null;
	const internal = await isInternal(hostname, home, get);
	if (internal.status !== 'known') return internal.detail;
	return internal.value ? 'it leads into a private network' : null;
}

/** The last answer about the domain at the end of at most two links. */
async function registrarOf(
	domain: RdapDomain,
	url: string,
	asking: Asking,
): Promise<{ url: string; domain: RdapDomain } | null> {
	const visited = new Set([url]);
	let found: { url: string; domain: RdapDomain } | null = null;
	let links = domain.related;
	for (let hops = 0; hops < MOST_HOPS; hops++) {
		const next = links.find((link) => !visited.has(link));
		if (next === undefined || (await notFollowed(next, asking)) !== null) break;
		visited.add(next);
		const { answer, url: last } = await answerAt(next, asking);
		if (answer.kind !== 'domain' || answer.domain.name !== asking.domain) break;
		visited.add(last);
		found = { url: last, domain: answer.domain };
		links = answer.domain.related;
	}
	return found;
}

// ── What comes of it ─────────────────────────────────────────────────────────────────────────────

function nothing(domain: string): Registration {
	return {
		domain,
		state: 'unavailable',
		why: '',
		because: null,
		url: null,
		expiresAt: null,
		createdAt: null,
		transferredAt: null,
		changedAt: null,
		statuses: [],
		registrar: null,
		registrant: null,
		isRegistrantRedacted: false,
		nameservers: null,
		isSigned: null,
		ds: null,
		atRegistry: null,
		atRegistrar: null,
		answeredAt: null,
		answeredFrom: null,
	};
}

function unavailable(
	domain: string,
	url: string | null,
	because: UnknownReason,
	why: string,
): Registration {
	return { ...nothing(domain), url, because, why };
}

function reasonOf(answer: RdapAnswer): UnknownReason {
	if (answer.kind === 'refused') return 'denied';
	return answer.kind === 'failed' && answer.isSilent ? 'timeout' : 'inconclusive';
}

function inWords(url: string, answer: RdapAnswer): string {
	const { host } = new URL(url);
	switch (answer.kind) {
		case 'refused':
			return `${host} refuses to answer (${answer.detail})`;
		case 'failed':
			return `${host} does not answer: ${answer.detail}`;
		default:
			return `${host} gives no usable answer: ${'detail' in answer ? answer.detail : answer.kind}`;
	}
}

function registered(
	domain: string,
	registry: Extract<RdapAnswer, { kind: 'domain' }> & { readonly url: string },
	registrar: { readonly url: string; readonly domain: RdapDomain } | null,
): Registration {
	const { events, registrar: named, ...said } = registry.domain;
	const atRegistry = viewOf(registry.url, registry.domain);
	const atRegistrar = registrar === null ? null : viewOf(registrar.url, registrar.domain);
	const name = named?.name ?? registrar?.domain.registrar?.name ?? null;
	const ianaId = named?.ianaId ?? registrar?.domain.registrar?.ianaId ?? null;
	return {
		...nothing(domain),
		state: 'registered',
		expiresAt: endOf(atRegistry) ?? (atRegistrar === null ? null : endOf(atRegistrar)),
		createdAt: events['registration'] ?? null,
		transferredAt: events['transfer'] ?? null,
		changedAt: events['last changed'] ?? null,
		statuses: said.statuses,
		registrar: name === null && ianaId === null ? null : { name, ianaId },
		registrant: said.registrant ?? registrar?.domain.registrant ?? null,
		isRegistrantRedacted:
			said.isRegistrantRedacted || registrar?.domain.isRegistrantRedacted === true,
		nameservers: said.nameservers,
		isSigned: said.isSigned,
		ds: said.ds,
		atRegistry,
		atRegistrar,
		answeredAt: registry.date,
		answeredFrom: registry.address,
	};
}

function viewOf(url: string, { events, statuses }: RdapDomain): RegistrationView {
	return {
		url,
		expiresAt: events['expiration'] ?? null,
		registrarExpiresAt: events['registrar expiration'] ?? null,
		statuses,
	};
}

/** The registry's word goes before the registrar's (RFC 9083 §10.2.3). */
const endOf = ({ expiresAt, registrarExpiresAt }: RegistrationView) =>
	expiresAt ?? registrarExpiresAt;
