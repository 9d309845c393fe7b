import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { zoneSurvey } from './zone-survey.ts';

/** The audited name, for checks that judge the zone it lives in and not a host. */
export interface AuditedZone extends Subject<Record<never, string>> {
	readonly registrable: string;
	/** Every name that must work, the audited one first. */
	readonly required: readonly string[];
	/** 16 hex digits for control labels. */
	readonly seed: string;
	/** Zone transfers may be tried. */
	readonly active: boolean;
	/** Absolute path of the zone file; `null` without one. */
	readonly zoneFile: string | null;
	readonly zoneUse: 'plan' | 'drift';
	/** Base URL of the RDAP service that the user named. */
	readonly rdap: string | null;
}

const Params = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	seed: z.string(),
	active: z.boolean(),
	zoneFile: z.string().nullable(),
	zoneUse: z.enum(['plan', 'drift']),
	rdap: z.string().nullable(),
});

/** One, or none where a repository alone is audited. */
export const auditedZones = defineSubjects({
	name: 'zone',
	params: Params,
	from: ({ domain, registrable, hosts, seed, active, zoneFile, zoneUse, rdap }) => ({
		domain,
		registrable,
		hosts: [...hosts],
		seed,
		active,
		zoneFile,
		zoneUse,
		rdap,
	}),
	sample: {
		kind: 'host',
		name: 'example.com',
		context: {},
		registrable: 'example.com',
		required: ['example.com'],
		seed: '0'.repeat(16),
		active: false,
		zoneFile: null,
		zoneUse: 'plan',
		rdap: null,
	} satisfies AuditedZone as AuditedZone,
	derive({ domain, registrable, hosts, ...rest }): Fact<readonly AuditedZone[]> {
		if (domain === null) return known([]);
		const required = [...new Set([domain, ...hosts])];
		return known([
			{
				kind: 'host',
				name: domain,
				context: {},
				registrable: registrable ?? domain,
				required,
				...rest,
			},
		]);
	},
});

/** The survey that every check of the audited zone shares. */
export const surveyOf = ({ name, required }: AuditedZone) =>
	zoneSurvey({ name, hosts: [...required] });
