import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { addressesIn, lookup } from './dns.ts';
import { walk } from './walk.ts';

/**
 * Whether the resolver invents addresses for a name that does not exist, as some providers do for
 * advertising: the name has no other addresses than the control, a random label that nobody has, and the
 * name servers deny it. Where none of those is reached, a random name beside the registered one decides: a
 * wildcard of ours does not reach there. Nothing more is asked of a resolver that denies the control.
 */
export const isInvented = defineDerivation({
	name: 'dns.is-invented',
	params: z.object({ host: z.string(), control: z.string() }),
	async derive({ host, control }, get): Promise<Fact<boolean>> {
		const given = await directAddresses(control, get);
		if (given.length === 0) return known(false);
		const own = await directAddresses(host, get);
		if (own.length === 0 || own.some((one) => !given.includes(one))) return known(false);
		const walked = await get(walk({ name: host, type: 'A' }));
		if (walked.status !== 'known') return walked;
		if (walked.value.outcome !== 'filtered') return known(walked.value.outcome === 'nxdomain');
		const elsewhere = await directAddresses(`${labelOf(control)}.${topOf(host)}`, get);
		return known(elsewhere.some((one) => own.includes(one)));
	},
});

/** Without an alias: nobody invents those. */
async function directAddresses(name: string, get: GetFact): Promise<readonly string[]> {
	const answer = await get(lookup({ name, type: 'A' }));
	return answer.status === 'known' && isDirect(answer.value) ? addressesIn(answer.value) : [];
}

function isDirect({ status, chain }: DnsAnswer): boolean {
	return status === 'ok' && chain.length === 0;
}

function labelOf(name: string): string {
	return name.split('.')[0] ?? name;
}

function topOf(name: string): string {
	return name.split('.').at(-1) ?? name;
}
