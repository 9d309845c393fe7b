import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import type { Platform } from '../../core/fix.ts';
import type { DnsAnswer, HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { addressesOf } from '../dns/dns.ts';
import { parseSetCookie } from './cookies.ts';
import { fieldValues, httpExchange } from './http.ts';
import { EDGES, FRAMEWORKS, HOSTING, type Marks, SERVERS } from './platform-marks.ts';
import { redirectChain } from './redirects.ts';

type Channel = 'alias' | 'address' | 'header' | 'cookie' | 'page';

/** What serves one layer of a site, and what says so. */
interface Detected {
	readonly name: string;
	readonly channels: readonly Channel[];
	/** Two channels agree. One alone is a claim: headers can be forged. */
	readonly confirmed: boolean;
}

export interface Serving {
	readonly edge: Detected | null;
	readonly platform: Detected | null;
	readonly server: Detected | null;
	readonly framework: Detected | null;
	/** Layers that the user can edit, first of all the platform; then framework, server, edge. */
	readonly snippetPlatforms: readonly Platform[];
	/** For people; `null` where nothing was recognised. */
	readonly name: string | null;
}

/** What was seen of a site from outside. */
export interface Seen {
	/** Names that its aliases lead to. */
	readonly aliases: readonly string[];
	readonly addresses: readonly string[];
	readonly answers: readonly HttpAnswered[];
}

/**
 * Who serves a site, layer by layer, read from what other facts ask for anyway: the aliases and addresses
 * of the name and of www, and the answers on the way from `/`. Never unknown: what was not seen is no
 * channel.
 */
export const platformOf = defineDerivation({
	name: 'platform.of',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<Serving>> {
		const hosts = [domain, `www.${domain}`];
		const addresses = await Promise.all(hosts.map((host) => get(addressesOf({ host }))));
		const chain = await get(redirectChain({ url: `https://${domain}/` }));
		const urls = chain.status === 'known' ? chain.value.hops.map(({ url }) => url) : [];
		const own = urls.filter((url) => isWithin(new URL(url).hostname, domain));
		const exchanges = await Promise.all(own.map((url) => get(httpExchange({ url }))));
		const found = addresses.flatMap((one) => (one.status === 'known' ? [one.value] : []));
		return known(
			identify({
				aliases: found.flatMap(({ a, aaaa }) =>
					[...a.chain, ...aaaa.chain].map(({ target }) => target),
				),
				addresses: found.flatMap(({ v4, v6 }) => [...v4, ...v6]),
				answers: exchanges.flatMap((one) =>
					one.status === 'known' && one.value.kind === 'answered' ? [one.value] : [],
				),
			}),
		);
	},
});

/** One observation, as the fact store hands it on. */
interface Observed {
	readonly probe: string;
	readonly params: unknown;
	readonly value: unknown;
}

/** Whose syntax each host's users write, from what was asked of that host anyway; nothing is asked. */
export function platformsByHost(
	observed: readonly Observed[],
): ReadonlyMap<string, readonly Platform[]> {
	const seen = new Map<
		string,
		{ aliases: string[]; addresses: string[]; answers: HttpAnswered[] }
	>();
	const of = (host: string) => {
		const one = seen.get(host) ?? { aliases: [], addresses: [], answers: [] };
		seen.set(host, one);
		return one;
	};
	for (const { probe, params, value } of observed) {
		if (probe === 'http.exchange') {
			const outcome = value as HttpOutcome;
			const { url } = params as { readonly url: string };
			const { hostname, pathname } = new URL(url);
			if (outcome.kind === 'answered' && pathname === '/') of(hostname).answers.push(outcome);
		} else if (probe === 'dns.answer') {
			const { name, type } = params as { readonly name: string; readonly type: string };
			if (type !== 'A' && type !== 'AAAA') continue;
			const { chain, records } = value as DnsAnswer;
			of(name).aliases.push(...chain.map(({ target }) => target));
			of(name).addresses.push(...records.map(({ text }) => text));
		}
	}
	return new Map([...seen].map(([host, one]) => [host, identify(one).snippetPlatforms]));
}

/** Pure: the same sights, the same names. */
export function identify(sights: Seen): Serving {
	const seen = readSights(sights);
	const edge = best(EDGES, seen);
	const platform = best(HOSTING, seen);
	const server = best(SERVERS, seen);
	const framework = best(FRAMEWORKS, seen);
	const ownEdge = platform?.marks.behindCloudflare === true ? null : edge;
	const layers = [platform, framework, server, ownEdge];
	return {
		edge: edge?.detected ?? null,
		platform: platform?.detected ?? null,
		server: server?.detected ?? null,
		framework: framework?.detected ?? null,
		snippetPlatforms: layers.flatMap((layer) => layer?.marks.snippet ?? []),
		name: inWords(platform ?? server ?? framework, edge),
	};
}

interface Match {
	readonly marks: Marks;
	readonly detected: Detected;
}

function inWords(behind: Match | null, edge: Match | null): string | null {
	if (behind === null) return edge?.detected.name ?? null;
	const { name } = behind.detected;
	return edge === null || edge.detected.name === name
		? name
		: `${name} behind ${edge.detected.name}`;
}

/** The one that most channels name; the first in the table among equals. */
function best(table: readonly Marks[], seen: Sights): Match | null {
	const matches = table.flatMap((marks) => {
		const channels = channelsOf(marks, seen);
		if (channels.length === 0) return [];
		const detected = { name: marks.name, channels, confirmed: channels.length > 1 };
		return [{ marks, detected }];
	});
	return matches.sort((a, b) => b.detected.channels.length - a.detected.channels.length)[0] ?? null;
}

/** Parsed once for all tables. */
interface Sights {
	readonly aliases: readonly string[];
	readonly addresses: readonly (ipaddr.IPv4 | ipaddr.IPv6)[];
	readonly answers: readonly HttpAnswered[];
	readonly cookies: readonly string[];
}

function readSights({ aliases, addresses, answers }: Seen): Sights {
	return {
		aliases,
		addresses: addresses.filter((one) => ipaddr.isValid(one)).map((one) => ipaddr.parse(one)),
		answers,
		cookies: answers.flatMap((answer) =>
			fieldValues(answer, 'set-cookie').flatMap((text) => {
				const parsed = parseSetCookie(text);
				return parsed.kind === 'cookie' ? [parsed.cookie.name] : [];
			}),
		),
	};
}

function channelsOf(
	marks: Marks,
	{ aliases, addresses, answers, cookies }: Sights,
): readonly Channel[] {
	const says: Record<Channel, boolean> = {
		alias: (marks.aliases ?? []).some((end) => aliases.some((name) => isWithin(name, end))),
		address: (marks.ranges ?? []).some((range) => addresses.some((one) => isInRange(one, range))),
		header: (marks.headers ?? []).some(([name, value]) =>
			answers.some((answer) => fieldValues(answer, name).some((text) => value.test(text))),
		),
		cookie: (marks.cookies ?? []).some((start) => cookies.some((name) => name.startsWith(start))),
		page: answers.some(({ body }) => marks.page?.test(body.bytes) === true),
	};
	return (Object.keys(says) as Channel[]).filter((channel) => says[channel]);
}

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** The ranges are ours and few; every host of every audit is held against them. */
const NETWORKS = new Map<string, Network>();

function networkOf(range: string): Network {
	const known = NETWORKS.get(range);
	if (known !== undefined) return known;
	const parsed = ipaddr.parseCIDR(range);
	NETWORKS.set(range, parsed);
	return parsed;
}

function isInRange(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
	const [base, bits] = networkOf(range);
	return address.kind() === base.kind() && address.match(base, bits);
}
