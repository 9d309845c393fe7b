import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { dnsAnswer } from '../dns/dns.ts';
import { cutIn } from '../dns/walk.ts';
import { type ZoneSurvey, zoneSurvey } from './zone-survey.ts';

/** A zone below the one that was surveyed, delegated to servers of its own. */
export interface SubZone {
	readonly zone: string;
	/** The names that led to it, those that must work first. */
	readonly hosts: readonly string[];
	readonly survey: Fact<ZoneSurvey>;
}

/** Where products usually live; a delegation of one of these is found by one question. */
const USUAL = ['app', 'api', 'admin'] as const;

/**
 * Zones below that required hosts live in, as the referrals of the zone's own servers show them, and those
 * of names that are tried unasked. Three questions, and a survey for each zone found.
 */
export const subZones = defineDerivation({
	name: 'dns.sub-zones',
	params: z.object({ name: z.string(), hosts: z.array(z.string()) }),
	async derive({ name, hosts }, get): Promise<Fact<readonly SubZone[]>> {
		const survey = await get(zoneSurvey({ name, hosts }));
		if (survey.status !== 'known') return survey;
		const led = [...referred(survey.value), ...(await guessed(survey.value, name, get))];
		const zones = [...new Set(led.map(({ zone }) => zone))];
		const found = await Promise.all(
			zones.map(async (zone): Promise<readonly SubZone[]> => {
				const below = hosts.filter((host) => isWithin(host, zone));
				const its = await get(zoneSurvey({ name: zone, hosts: below }));
				if (its.status === 'known' && its.value.delegation.zone !== zone) return [];
				const names = led.filter((one) => one.zone === zone).map(({ host }) => host);
				return [{ zone, hosts: [...new Set([...below, ...names])], survey: its }];
			}),
		);
		return known(found.flat());
	},
});

interface Led {
	readonly host: string;
	readonly zone: string;
}

/** Addresses that a server of the zone was asked for, and that it left to other servers. */
function referred({ delegation, servers, sets, nameServers }: ZoneSurvey): readonly Led[] {
	const infrastructure = new Set(nameServers.map(({ name }) => name));
	return servers.flatMap(({ state, sets: answers }) =>
		answers.flatMap((answer, index) => {
			const host = sets[index]?.name;
			if (state !== 'authoritative' || host === undefined || answer?.status !== 'referral')
				return [];
			const cut = infrastructure.has(host) ? null : cutIn(answer, delegation.zone, host);
			return cut === null ? [] : [{ host, zone: cut.zone }];
		}),
	);
}

async function guessed(
	{ delegation, servers }: ZoneSurvey,
	name: string,
	get: GetFact,
): Promise<readonly Led[]> {
	const server = servers.find(({ state }) => state === 'authoritative')?.address;
	if (server === undefined || name !== delegation.zone) return [];
	const found = await Promise.all(
		USUAL.map(async (label): Promise<readonly Led[]> => {
			const host = `${label}.${name}`;
			const answer = await get(dnsAnswer({ name: host, type: 'NS', server }));
			if (answer.status !== 'known' || answer.value.status !== 'referral') return [];
			const cut = cutIn(answer.value, name, host);
			return cut === null ? [] : [{ host, zone: cut.zone }];
		}),
	);
	return found.flat();
}
