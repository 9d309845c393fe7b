import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type AddressClass, addressClass, isControlNet } from './address-class.ts';
import { addressesIn, lookup } from './dns.ts';

/** Which classes of address are as good as public where we audit from. */
export interface NetworkScope {
	/** The root's name servers that have an IPv4 or IPv6 address, as the resolver names them. */
	readonly roots: readonly { readonly name: string; readonly address: string }[];
	readonly publicClasses: readonly AddressClass[];
}

/** Enough to reach the root through two dead servers; more names would only cost questions. */
const ROOT_NAMES_ASKED = 4;

/** Classes that a network with a root of its own may use. */
const LENDABLE: readonly AddressClass[] = ['private', 'loopback', 'documentation'];

/**
 * Where the root's servers have private, loopback or documentation addresses, we stand in a network
 * with a root of its own, and addresses of that class count as public there. Nine questions to
 * the resolver, asked only when an address is about to be called unusable or a walk begins.
 */
export const networkScope = defineDerivation({
	name: 'network.scope',
	params: z.object({}),
	async derive(_, get): Promise<Fact<NetworkScope>> {
		const root = await get(lookup({ name: '.', type: 'NS' }));
		if (root.status !== 'known') return root;
		const names = root.value.records
			.flatMap(({ data }) => (data.type === 'NS' ? [data.target.toLowerCase()] : []))
			.sort()
			.slice(0, ROOT_NAMES_ASKED);
		const found = await Promise.all(
			names
				.flatMap((name) => [
					{ name, type: 'A' },
					{ name, type: 'AAAA' },
				])
				.map(async (question) => {
					const answer = await get(lookup(question));
					if (answer.status !== 'known') return [];
					return addressesIn(answer.value).map((address) => ({ name: question.name, address }));
				}),
		);
		// IPv4 first: from many networks IPv6 leads nowhere.
		const roots = found.flat().sort((a, b) => Number(isV6(a)) - Number(isV6(b)));
		const classes = new Set(roots.map(({ address }) => addressClass(address)));
		return known({ roots, publicClasses: LENDABLE.filter((one) => classes.has(one)) });
	},
});

function isV6({ address }: { readonly address: string }): boolean {
	return address.includes(':');
}

/** Whether the world at large, or this network with its own root, can reach such an address. */
export function isReachableClass(address: string, scope: NetworkScope | null): boolean {
	if (isControlNet(address)) return false;
	const its = addressClass(address);
	return its === 'public' || (its !== null && (scope?.publicClasses.includes(its) ?? false));
}
