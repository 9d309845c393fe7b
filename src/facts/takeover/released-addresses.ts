import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { addressesOf } from '../dns/dns.ts';
import { httpExchange } from '../web/http.ts';
import { cloudOf } from './cloud-addresses.ts';

/** An address that a cloud may have lent to somebody else by now. */
export interface ReleasedAddress {
	readonly address: string;
	readonly cloud: string;
	/** Seconds. */
	readonly ttl: number;
}

/**
 * Addresses of a name, all of them IPv4 addresses of clouds, at which nothing accepts a connection on 443
 * or 80, though the audited name's own server does from here. None for a name that is an alias, or has
 * any other address, and for one at the audited name's own address. At most two connections an address.
 */
export const releasedAddresses = defineDerivation({
	name: 'dns.released-addresses',
	params: z.object({
		/** `null` for none. */
		name: z.string().nullable(),
		apex: z.string(),
	}),
	async derive({ name, apex }, get): Promise<Fact<readonly ReleasedAddress[]>> {
		if (name === null) return known([]);
		const [addresses, home] = await Promise.all([
			get(addressesOf({ host: name })),
			get(addressesOf({ host: apex })),
		]);
		if (addresses.status !== 'known') return addresses;
		if (home.status !== 'known') return home;
		const { a, v6 } = addresses.value;
		if (a.chain.length > 0 || v6.length > 0) return known([]);
		const lent = a.records.flatMap(({ data, ttl }) => {
			const cloud = data.type === 'A' ? cloudOf(data.address) : null;
			return cloud === null || data.type !== 'A' ? [] : [{ address: data.address, cloud, ttl }];
		});
		if (lent.length === 0 || lent.length < a.records.length) return known([]);
		if (lent.every(({ address }) => home.value.v4.includes(address))) return known([]);
		if (!(await connects({ url: `https://${apex}/` }, get))) return known([]);
		const alive = await Promise.all(
			lent.map(async ({ address }) => {
				const at = lent.length > 1 ? { address } : {};
				const secure = await connects({ url: `https://${name}/`, ...at }, get);
				return secure || connects({ url: `http://${name}/`, ...at }, get);
			}),
		);
		return known(alive.some(Boolean) ? [] : lent);
	},
});

/** Whether anything accepts the connection. Where we could not try, nothing is known, and nothing is said. */
async function connects(
	request: { readonly url: string; readonly address?: string },
	get: GetFact,
): Promise<boolean> {
	const seen = await get(httpExchange(request));
	if (seen.status !== 'known') return true;
	const outcome = seen.value;
	return outcome.kind === 'answered' || (outcome.phase !== 'connect' && outcome.phase !== 'dns');
}
