import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered, TlsOutcome } from '../../core/io.ts';
import { tlsHandshake } from '../tls/tls.ts';
import { botWall } from '../web/bot-wall.ts';
import { pageIn } from '../web/html.ts';
import { fieldValues, httpExchange } from '../web/http.ts';
import { type AddressClass, addressClass, networkOf } from './address-class.ts';
import { addressesIn, addressesOf, dnsAnswer, lookup } from './dns.ts';
import { isReachableClass, networkScope } from './network-scope.ts';

/** What a TCP connection to a web port came to. */
type PortState =
	| 'open'
	/** A reset or refusal came back. */
	| 'refused'
	/** Nothing came back, or there is no way there. */
	| 'silent';

/** What one address serves at `/` over HTTPS, as far as it tells two sites apart. */
export interface Served {
	readonly status: number;
	/** Of an HTML page. */
	readonly title: string | null;
	/** Of a redirect, without its query, which often numbers the visit. */
	readonly location: string | null;
	readonly software: string;
	readonly issuer: string | null;
}

/** One published address, as far as it can be seen from here. */
export interface AddressView {
	readonly address: string;
	readonly family: 4 | 6;
	readonly class: AddressClass;
	/** As the network that we stand in sees it: public, or as good as public. */
	readonly usable: boolean;
	/** The /24 or /48 around it. */
	readonly network: string;
	/** `null` where we did not connect. */
	readonly https: PortState | null;
	/** `null` where we did not connect, because 443 is open. */
	readonly http: PortState | null;
	/** `null` where no page was seen, and where it changes from one look to the next. */
	readonly served: Served | null;
}

/** All published addresses of a host. */
export interface AddressSurvey {
	readonly addresses: readonly AddressView[];
	/** The resolver gave an answer for AAAA, so no address means that there is none. */
	readonly knowsV6: boolean;
	/** Of several, those that we failed to connect to for a reason of ours. */
	readonly notTried: readonly string[];
	/** Of a pool, those beyond the number that is connected to. */
	readonly passedOver: readonly string[];
	/** Of the address records, in seconds. */
	readonly ttl: number | null;
	/** For a family whose addresses keep silent: whether anything else answers over it from here. */
	readonly works: { readonly v4: boolean | null; readonly v6: boolean | null };
}

/** A family with more addresses than this is a pool; the rest says nothing new. */
const MOST_OF_A_FAMILY = 6;

/**
 * Every address of a host, looked at from here. A lone address is not connected to: whether it serves
 * is the question of `ssl/https`. Of several, each gets one TLS handshake, one plain request where that
 * fails, and one page where the addresses belong to different networks; a second look at those pages
 * where they differ.
 */
export const addressSurvey = defineDerivation({
	name: 'dns.address-survey',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<AddressSurvey>> {
		const addresses = await get(addressesOf({ host }));
		if (addresses.status !== 'known') return addresses;
		const { v4, v6, a, aaaa } = addresses.value;
		const all = [...new Set([...v4, ...v6])];
		const isOdd = all.some((address) => !isReachableClass(address, null));
		const scope = isOdd ? await get(networkScope({})) : null;
		// Where the user forbade the network, the file is judged for the world at large.
		const isForbidden = scope?.status === 'unknown' && scope.because === 'not-asked';
		if (scope !== null && scope.status !== 'known' && !isForbidden) return scope;
		const where = scope?.status === 'known' ? scope.value : null;
		const plain = all.map((address) => plainView(address, isReachableClass(address, where)));
		const knowsV6 = ['ok', 'nodata', 'nxdomain', 'cname-only'].includes(aaaa.status);
		const usable = plain.filter((one) => one.usable);
		const ttls = [...a.records, ...aaaa.records].map(({ ttl }) => ttl);
		const ttl = ttls.length > 0 ? Math.min(...ttls) : null;
		const alone = { knowsV6, notTried: [], passedOver: [], ttl, works: { v4: null, v6: null } };
		if (usable.length < 2) return known({ ...alone, addresses: plain });
		const chosen = new Set(
			([4, 6] as const).flatMap((family) =>
				usable.filter((view) => view.family === family).slice(0, MOST_OF_A_FAMILY),
			),
		);
		const compare = new Set([...chosen].map(({ network }) => network)).size > 1;
		const views = await Promise.all(
			plain.map((view) => (chosen.has(view) ? connected(view, host, compare, get) : view)),
		).then((once) => steady(once, host, get));
		const [worksV4, worksV6] = await Promise.all([works(4, views, get), works(6, views, get)]);
		const notTried = views.filter(
			({ https }, index) => https === null && chosen.has(plain[index] as AddressView),
		);
		return known({
			...alone,
			addresses: views,
			notTried: notTried.map(({ address }) => address),
			passedOver: usable.filter((one) => !chosen.has(one)).map(({ address }) => address),
			works: { v4: worksV4, v6: worksV6 },
		});
	},
});

/** Whether it accepts a connection on neither web port; `null` where we did not try. */
export function isDead({ https, http }: AddressView): boolean | null {
	if (https === null) return null;
	return https !== 'open' && http !== 'open';
}

function plainView(address: string, usable: boolean): AddressView {
	return {
		address,
		family: address.includes(':') ? 6 : 4,
		class: addressClass(address) ?? 'reserved',
		usable,
		network: networkOf(address),
		https: null,
		http: null,
		served: null,
	};
}

async function connected(
	view: AddressView,
	host: string,
	compare: boolean,
	get: GetFact,
): Promise<AddressView> {
	const { address } = view;
	const handshake = await get(tlsHandshake({ host, address }));
	if (handshake.status !== 'known') return view;
	const https = stateOf(handshake.value);
	if (https !== 'open') {
		const plain = await get(httpExchange({ url: `http://${host}/`, address }));
		if (plain.status !== 'known') return view;
		const http =
			plain.value.kind === 'failed' && plain.value.phase === 'connect'
				? stateOf(plain.value)
				: 'open';
		return { ...view, https, http };
	}
	if (!compare) return { ...view, https };
	const page = await get(httpExchange({ url: `https://${host}/`, address }));
	if (page.status !== 'known' || page.value.kind !== 'answered') return { ...view, https };
	if (botWall(page.value) !== null) return { ...view, https };
	return { ...view, https, served: served(page.value, host, handshake.value) };
}

/** What differs at first sight may differ from visit to visit: only what stays the same is compared. */
async function steady(
	views: readonly AddressView[],
	host: string,
	get: GetFact,
): Promise<readonly AddressView[]> {
	const looks = views.flatMap(({ served: seen }) => (seen === null ? [] : [lookOf(seen)]));
	if (new Set(looks).size < 2) return views;
	return Promise.all(
		views.map(async (view) => {
			const { address, served: before } = view;
			if (before === null) return view;
			const again = await get(httpExchange({ url: `https://${host}/`, address, again: 1 }));
			const isSame =
				again.status === 'known' &&
				again.value.kind === 'answered' &&
				lookOf(served(again.value, host)) === lookOf(before);
			return isSame ? view : { ...view, served: null };
		}),
	);
}

function lookOf({ status, title, location, software }: Served): string {
	return JSON.stringify([status, title, location, software]);
}

function stateOf(outcome: TlsOutcome | { kind: 'failed'; how: string; phase: string }): PortState {
	if (outcome.kind === 'completed' || outcome.phase !== 'connect') return 'open';
	return outcome.how === 'refused' || outcome.how === 'reset' ? 'refused' : 'silent';
}

function served(answer: HttpAnswered, host: string, handshake?: TlsOutcome): Served {
	const isRedirect = answer.status >= 300 && answer.status < 400;
	return {
		status: answer.status,
		title: pageIn(answer, `https://${host}/`)?.title ?? null,
		location: isRedirect ? (fieldValues(answer, 'location')[0]?.split(/[?#]/, 1)[0] ?? null) : null,
		software: fieldValues(answer, 'server')[0] ?? '',
		issuer: handshake?.kind === 'completed' ? issuerOf(handshake.chain[0]) : null,
	};
}

function issuerOf(leaf: string | undefined): string | null {
	if (leaf === undefined) return null;
	try {
		const { issuer } = new X509Certificate(Buffer.from(leaf, 'base64'));
		return /^O=(.*)$/m.exec(issuer)?.[1] ?? issuer;
	} catch {
		return null;
	}
}

/**
 * The control for a silent family: one of its addresses did reply, or a root server answers over it.
 * `null` where nothing was silent, so that nobody needs to know.
 */
async function works(
	family: 4 | 6,
	views: readonly AddressView[],
	get: GetFact,
): Promise<boolean | null> {
	const its = views.filter((view) => view.family === family && view.https !== null);
	if (!its.some((view) => isDead(view) === true)) return null;
	if (its.some(({ https, http }) => https === 'refused' || https === 'open' || http === 'open')) {
		return true;
	}
	const root = await get(lookup({ name: '.', type: 'NS' }));
	if (root.status !== 'known') return false;
	const names = root.value.records.flatMap(({ data }) => (data.type === 'NS' ? [data.target] : []));
	const type = family === 4 ? 'A' : 'AAAA';
	for (const name of names.sort().slice(0, 2)) {
		const found = await get(lookup({ name, type }));
		const [server] = found.status === 'known' ? addressesIn(found.value) : [];
		if (server === undefined) continue;
		const answer = await get(dnsAnswer({ name: '.', type: 'NS', server }));
		if (answer.status === 'known' && answer.value.rcode !== null) return true;
	}
	return false;
}
