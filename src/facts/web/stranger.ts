import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { HttpOutcome } from '../../core/io.ts';
import { addressClass } from '../dns/address-class.ts';
import { addressesOf } from '../dns/dns.ts';
import { isReachableClass, networkScope } from '../dns/network-scope.ts';
import { HttpUrl, httpExchange } from './http.ts';

/**
 * One exchange with a host that the target names and does not own: where its redirects leave the domain,
 * what its certificates refer to. One inside a network that the target is no part of is not asked.
 */
export const strangerExchange = defineDerivation({
	name: 'http.stranger-exchange',
	params: z.object({
		url: HttpUrl,
		/** The host of the target that named it. */
		home: z.string(),
		maxBytes: z.number().int().optional(),
		digests: z.boolean().optional(),
		jar: z.object({ walk: z.string(), step: z.number().int() }).optional(),
	}),
	async derive({ home, ...request }, get): Promise<Fact<HttpOutcome>> {
		const { hostname } = new URL(request.url);
		const place = await strangerPlace(hostname, home, get);
		if (place.status !== 'known') return place;
		if (place.value === 'refused') {
			return unknown('unsupported', `${hostname} is inside a private network: it is not asked`);
		}
		const evenPrivate = place.value === 'private' ? { evenPrivate: true } : {};
		return get(httpExchange({ ...request, thirdParty: true, ...evenPrivate }));
	},
});

/** `refused`: in a private network that the target is no part of. `private`: in one that it is part of. */
export async function strangerPlace(
	hostname: string,
	home: string,
	get: GetFact,
): Promise<Fact<'public' | 'private' | 'refused'>> {
	const internal = await isInternal(hostname, home, get);
	if (internal.status !== 'known') return internal;
	if (internal.value) return known('refused');
	const there = await hostAddresses(bare(hostname), get);
	if (there.status !== 'known') return there;
	const isPrivate = there.value.some((address) => !isReachableClass(address, null));
	return known(isPrivate ? 'private' : 'public');
}

/**
 * A private place for the outside world. A target that is private itself may lead to its own kind.
 */
export async function isInternal(
	hostname: string,
	homeName: string,
	get: GetFact,
): Promise<Fact<boolean>> {
	const [host, home] = [bare(hostname), bare(homeName)];
	if (host === home) return known(false);
	if (isLocalName(host)) return known(!isLocalName(home));
	const there = await hostAddresses(host, get);
	if (there.status !== 'known') return there;
	if (there.value.every((address) => isReachableClass(address, null))) return known(false);
	const scope = await get(networkScope({}));
	const its = scope.status === 'known' ? scope.value : null;
	if (there.value.every((address) => isReachableClass(address, its))) return known(false);
	const here = await hostAddresses(home, get);
	if (here.status !== 'known') return here;
	return known(
		here.value.length === 0 || here.value.some((address) => isReachableClass(address, its)),
	);
}

/** Names that only mean something on the machine or in the building (RFC 6761, 6762, 8375; the rest by custom). */
export function isLocalName(host: string): boolean {
	return /(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa|lan)$/.test(host);
}

async function hostAddresses(host: string, get: GetFact): Promise<Fact<readonly string[]>> {
	if (addressClass(host) !== null) return known([host]);
	const addresses = await get(addressesOf({ host }));
	if (addresses.status !== 'known') return addresses;
	return known([...addresses.value.v4, ...addresses.value.v6]);
}

/** An IPv6 literal without its brackets. */
function bare(hostname: string): string {
	return hostname.replace(/^\[(.*)\]$/, '$1');
}
