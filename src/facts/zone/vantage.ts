import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { addressesIn, dnsAnswer, lookup } from '../dns/dns.ts';
import { isInvented } from '../dns/invented.ts';
import { networkScope } from '../dns/network-scope.ts';
import { controlName } from '../hosts.ts';
import { type ZoneSurvey, zoneSurvey } from './zone-survey.ts';

/** What stands between us and the DNS. */
export interface Vantage {
	/** How it shows that questions to port 53 are answered by somebody else; `null` where nothing shows it. */
	readonly intercepted: string | null;
	/** What the resolver says about a name that does not exist, where that is not NXDOMAIN. */
	readonly rewritten: {
		readonly name: string;
		readonly addresses: readonly string[];
		readonly resolver: string;
	} | null;
	/** Why nobody can say whether port 53 is intercepted; `null` where that was seen. */
	readonly notSeen: string | null;
}

/** Nobody is there (RFC 5737): an answer comes from somebody in between. */
const NOBODY = '192.0.2.1';

/** Whether what we hear is what is published. A network that leaves DNS alone is asked nothing extra. */
export const vantage = defineDerivation({
	name: 'dns.vantage',
	params: z.object({ name: z.string(), hosts: z.array(z.string()), seed: z.string() }),
	async derive({ name, hosts, seed }, get): Promise<Fact<Vantage>> {
		const [survey, rewritten] = await Promise.all([
			get(zoneSurvey({ name, hosts })),
			rewrittenAt(controlName(name, seed), get),
		]);
		const intercepted =
			survey.status === 'known' ? bySurvey(survey.value) : await interceptedAbove(name, get);
		return known({
			intercepted,
			rewritten,
			notSeen: survey.status === 'known' || intercepted !== null ? null : survey.detail,
		});
	},
});

function bySurvey({ isIntercepted }: ZoneSurvey): string | null {
	return isIntercepted
		? `somebody answers at ${NOBODY}, where nobody is, or every name server recurses and none has authority`
		: null;
}

/** Where no root or top-level server was of use: nobody answers, or somebody who is none of them. */
async function interceptedAbove(name: string, get: GetFact): Promise<string | null> {
	const nobody = await get(dnsAnswer({ name, type: 'SOA', server: NOBODY }));
	if (nobody.status === 'known' && nobody.value.rcode !== null) {
		return `somebody answers at ${NOBODY}, where nobody is`;
	}
	const scope = await get(networkScope({}));
	const roots = scope.status === 'known' ? scope.value.roots.slice(0, 2) : [];
	const answers = await Promise.all(
		roots.map(({ address }) => get(dnsAnswer({ name: '.', type: 'NS', server: address }))),
	);
	const heard = answers.flatMap((one) =>
		one.status === 'known' && one.value.rcode !== null ? [one.value] : [],
	);
	const isResolver = heard.length > 0 && heard.every(({ aa, ra }) => ra && !aa);
	return isResolver ? 'the servers of the root answer as a resolver does' : null;
}

async function rewrittenAt(name: string, get: GetFact): Promise<Vantage['rewritten']> {
	const invented = await get(isInvented({ host: name, control: name }));
	const answer = await get(lookup({ name, type: 'A' }));
	if (invented.status !== 'known' || !invented.value || answer.status !== 'known') return null;
	return { name, addresses: addressesIn(answer.value), resolver: answer.value.server };
}
