import { z } from 'zod';
import { blocked, defineDerivation, type Fact, unknown } from '../../core/fact.ts';
import { type ZoneSurvey, zoneSurvey } from './zone-survey.ts';

/**
 * The survey of a zone whose servers can be judged one by one: at least one answers with authority. What
 * keeps everybody from it belongs to `dns/delegation`, at the name that is audited.
 */
export const workingZone = defineDerivation({
	name: 'dns.working-zone',
	params: z.object({ name: z.string(), hosts: z.array(z.string()) }),
	async derive({ name, hosts }, get): Promise<Fact<ZoneSurvey>> {
		const survey = await get(zoneSurvey({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const { delegation, servers, isIntercepted } = survey.value;
		const { zone } = delegation;
		const owner = { check: 'dns/delegation', subject: name };
		if (delegation.missing !== null) return blocked(owner, `nothing is delegated for ${zone}`);
		if (isIntercepted) {
			return unknown('unsupported', 'DNS is intercepted between us and the name servers');
		}
		if (servers.every(({ state }) => state === 'not-asked')) {
			return unknown('unsupported', `no name server of ${zone} can be asked from here`);
		}
		const answers = servers.some(({ state }) => state === 'authoritative' || state === 'no-soa');
		return answers ? survey : blocked(owner, `no name server of ${zone} answers for it`);
	},
});
