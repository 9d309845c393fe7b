import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { walk } from '../dns/walk.ts';
import { type ServerAt, zoneSurvey } from '../zone/zone-survey.ts';
import { dnsProviderOf } from './takeover-services.ts';

/** A zone of ours that is delegated to servers none of which has it. */
export interface UnservedZone {
	readonly zone: string;
	/** Host names of the delegation. */
	readonly servers: readonly string[];
	/** What each said, in words. */
	readonly said: readonly string[];
	/** The one among the servers' providers where a stranger gets a zone most easily. */
	readonly provider: string | null;
	readonly zones: 'open' | 'paid' | 'edge' | 'closed';
	/** Seconds, of the delegation. */
	readonly ttl: number | null;
}

/**
 * The zone that keeps a name from resolving, where its servers answer and every one of them says REFUSED
 * or SERVFAIL: it was deleted at the provider, and the delegation was left. `null` for any other
 * reason, silence included. Costs nothing where the name resolves.
 */
export const unservedZone = defineDerivation({
	name: 'dns.unserved-zone',
	params: z.object({ name: z.string(), registrable: z.string() }),
	async derive({ name, registrable }, get): Promise<Fact<UnservedZone | null>> {
		const walked = await get(walk({ name, type: 'A' }));
		if (walked.status !== 'known') return walked;
		const { outcome, zone } = walked.value;
		if (outcome !== 'broken' || !isWithin(zone, registrable)) return known(null);
		const survey = await get(zoneSurvey({ name: zone, hosts: [] }));
		if (survey.status !== 'known') return survey;
		const { servers, delegation, isIntercepted } = survey.value;
		if (isIntercepted || delegation.zone !== zone) return known(null);
		const asked = servers.filter(({ state }) => state !== 'not-asked');
		if (asked.length === 0 || !asked.every(isDisowning)) return known(null);
		const hosts = [...new Set(delegation.views.flatMap(({ names }) => names))].sort();
		const said = asked.map((one) => `${one.name} (${one.address}): ${one.soa?.rcode}`);
		const ttls = delegation.views.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
		return known({
			zone,
			servers: hosts,
			said,
			...easiest(hosts),
			ttl: ttls.length > 0 ? Math.max(...ttls) : null,
		});
	},
});

/** The provider answers, and does not know the zone. */
function isDisowning({ soa }: ServerAt): boolean {
	return soa?.status === 'refused' || soa?.status === 'servfail';
}

function easiest(hosts: readonly string[]): Pick<UnservedZone, 'provider' | 'zones'> {
	const providers = hosts.flatMap((host) => dnsProviderOf(host) ?? []);
	for (const zones of ['open', 'paid', 'edge', 'closed'] as const) {
		const found = providers.find((one) => one.zones === zones);
		if (found !== undefined) return { provider: found.name, zones };
	}
	return { provider: null, zones: 'closed' };
}
