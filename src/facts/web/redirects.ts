import { getDomain } from 'tldts';
import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type Unsettled,
	unknown,
} from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { fieldValues, httpAnswer, httpExchange, type SeenAnswer } from './http.ts';
import { type LocationFault, readLocation } from './location.ts';
import { isInternal, strangerExchange } from './stranger.ts';

/** What the Fetch standard allows: the 21st redirect is a network error. */
const MOST_REDIRECTS = 20;

/** With cookies a page may send a visitor back to itself once or twice: to set one, to sign in. */
const MOST_VISITS = 4;

/** One URL of a chain and what came back. */
export interface Hop {
	readonly url: string;
	/** Of the response; `null` where none came, or where we did not ask. */
	readonly status: number | null;
	/** Every Location value of a redirect, raw, in wire order; empty where it is none. */
	readonly locations: readonly string[];
	/** Every Set-Cookie value, raw. */
	readonly setCookies: readonly string[];
	/** Every Cache-Control value, joined; empty without one. */
	readonly cacheControl: string;
	/** The address that answered. */
	readonly address: string | null;
	/** Why no response came. */
	readonly failure: HttpFailure | null;
}

type HttpFailure = Omit<Extract<HttpOutcome, { kind: 'failed' }>, 'kind'>;

export type ChainEnd =
	/** The last hop answered with something that is no redirect. */
	| 'settled'
	/** A URL came up again. */
	| 'loop'
	/** More than 20 redirects. */
	| 'too-long'
	/** The last hop gave no response; see its `failure`. */
	| 'failed'
	/** A redirect without a Location, with one that is no web URL, or with several different ones. */
	| 'location-missing'
	| 'location-invalid'
	| 'location-several'
	/** The last hop is another party's; it was asked once, and its own redirects were not followed. */
	| 'leaves-domain'
	/** The last hop's host is private, and the first one's is not: it was not asked. */
	| 'internal';

export interface RedirectChain {
	/** At least one. */
	readonly hops: readonly Hop[];
	readonly end: ChainEnd;
	/** Why the last Location leads nowhere, in words; only with `location-invalid`. */
	readonly fault: LocationFault | null;
}

/**
 * Follows the redirects from a URL by hand, one GET a hop, each shared with whoever else asks for that
 * URL. Location is resolved by the WHATWG URL standard and inherits the fragment. 300 and 304 are no
 * redirects. With `cookies`, every hop is asked anew with what the earlier ones set, as a browser
 * does; then the same URL may come up again, though not for ever.
 */
export const redirectChain = defineDerivation({
	name: 'http.redirect-chain',
	params: z.object({
		url: z.string().transform((text) => new URL(text).href),
		cookies: z.boolean().default(false),
		/** Further domains of the target, whose hosts are followed as its own. */
		owned: z.array(z.string()).optional(),
	}),
	async derive({ url, cookies, owned = [] }, get): Promise<Fact<RedirectChain>> {
		const walked: Hop[] = [];
		const visits = new Map<string, number>();
		const home = new URL(url).hostname;
		const isOwn = (host: string) => [home, ...owned].some((one) => isSameSite(host, one));
		for (let next = url; ; ) {
			const before = visits.get(next) ?? 0;
			if (before >= (cookies ? MOST_VISITS : 1)) return ended(walked, 'loop');
			if (walked.length > MOST_REDIRECTS) return ended(walked, 'too-long');
			visits.set(next, before + 1);
			const jar = cookies ? { walk: url, step: walked.length } : undefined;
			const first = walked.length === 0;
			const step = await visitHop(next, { home, isOwn, jar, first }, get);
			if (step.status !== 'known') return step;
			const { hop, end, fault } = step.value;
			walked.push(hop);
			if (end !== null) return ended(walked, end, fault);
			next = step.value.next;
		}
	},
});

/** The chain of URLs in words, as far as it went. */
export function chainInWords({ hops }: RedirectChain): string {
	return hops.map(({ url, status }) => `${url} (${status ?? 'no answer'})`).join(' → ');
}

/** 301, 302, 303, 307, 308 (RFC 9110 §15.4). */
export function isRedirect(status: number | null): boolean {
	return status !== null && [301, 302, 303, 307, 308].includes(status);
}

/** Whether two hosts belong to one registrable domain, tenants of one platform kept apart. */
export function isSameSite(a: string, b: string): boolean {
	if (a === b) return true;
	const domain = getDomain(a, { allowPrivateDomains: true });
	return domain !== null && domain === getDomain(b, { allowPrivateDomains: true });
}

/** Whether a name is what somebody registers: it has a www twin, its sub-domains have none. */
export function isRegistrable(name: string): boolean {
	return getDomain(name, { allowPrivateDomains: true }) === name;
}

/** The page that a visitor of a URL ends on. */
export interface Landing {
	readonly url: string;
	readonly answer: SeenAnswer;
	readonly chain: RedirectChain;
}

/**
 * Where a visitor ends, for checks that judge the page and not the way. Without a page the way owns
 * the cause: `redirects/chain`, or whoever owns the silence of the first or last host. Another
 * party's page is none of ours: unknown.
 */
export const landing = defineDerivation({
	name: 'http.landing',
	params: z.object({ url: z.string().transform((text) => new URL(text).href) }),
	async derive({ url }, get): Promise<Fact<Landing>> {
		const chain = await get(redirectChain({ url }));
		if (chain.status !== 'known') return chain;
		const { hops, end } = chain.value;
		const last = hops.at(-1);
		const host = new URL(url).hostname;
		if (end === 'leaves-domain') {
			return unknown('unsupported', `${url} leads to ${last?.url}, which is another party's`);
		}
		if (last === undefined || (end !== 'settled' && !(end === 'failed' && hops.length === 1))) {
			const words = `${url} ends nowhere that belongs to it: ${end.replaceAll('-', ' ')}`;
			return blocked({ check: 'redirects/chain', subject: host }, words);
		}
		const answer = await get(httpAnswer({ url: last.url }));
		if (answer.status !== 'known') return answer;
		return known({ url: last.url, answer: answer.value, chain: chain.value });
	},
});

type Step = { readonly hop: Hop } & (
	| { readonly end: ChainEnd; readonly fault: LocationFault | null; readonly next: null }
	| { readonly end: null; readonly fault: null; readonly next: string }
);

interface Visit {
	readonly home: string;
	isOwn(host: string): boolean;
	readonly jar: { readonly walk: string; readonly step: number } | undefined;
	readonly first: boolean;
}

async function visitHop(
	url: string,
	{ home, isOwn, jar, first }: Visit,
	get: GetFact,
): Promise<Fact<Step>> {
	const { hostname } = new URL(url);
	if (!first) {
		const internal = await isInternal(hostname, home, get);
		if (internal.status !== 'known') return internal;
		if (internal.value) return known(halt(unasked(url), 'internal'));
	}
	const foreign = !isOwn(hostname);
	const asked = { url, ...(jar && { jar }) };
	const exchange = await get(foreign ? strangerExchange({ ...asked, home }) : httpExchange(asked));
	if (exchange.status !== 'known') return exchange;
	const outcome = exchange.value;
	if (outcome.kind === 'failed') {
		const { how, phase, detail, address } = outcome;
		const hop = { ...unasked(url), address, failure: { how, phase, detail, address } };
		return known(halt(hop, 'failed'));
	}
	const hop = answeredHop(url, outcome);
	if (foreign) return known(halt(hop, 'leaves-domain'));
	return known(onwards(hop));
}

/** Several Location fields that say the same are followed, as browsers do. */
function onwards(hop: Hop): Step {
	if (!isRedirect(hop.status)) return halt(hop, 'settled');
	const [location, ...others] = new Set(hop.locations);
	if (location === undefined) return halt(hop, 'location-missing');
	if (others.length > 0) return halt(hop, 'location-several');
	const read = readLocation(location, hop.url);
	if (read.url === null) return halt(hop, 'location-invalid', read.fault);
	return { hop, end: null, fault: null, next: read.url };
}

function answeredHop(url: string, answer: HttpAnswered): Hop {
	return {
		url,
		status: answer.status,
		locations: isRedirect(answer.status) ? fieldValues(answer, 'location') : [],
		setCookies: fieldValues(answer, 'set-cookie'),
		cacheControl: fieldValues(answer, 'cache-control').join(', '),
		address: answer.address,
		failure: null,
	};
}

function unasked(url: string): Hop {
	return {
		url,
		status: null,
		locations: [],
		setCookies: [],
		cacheControl: '',
		address: null,
		failure: null,
	};
}

function halt(hop: Hop, end: ChainEnd, fault: LocationFault | null = null): Step {
	return { hop, end, fault, next: null };
}

function ended(
	hops: readonly Hop[],
	end: ChainEnd,
	fault: LocationFault | null = null,
): Exclude<Fact<RedirectChain>, Unsettled> {
	return { status: 'known', value: { hops, end, fault } };
}
