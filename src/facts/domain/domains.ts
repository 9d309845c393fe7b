import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';

/** The registrable domain of the audited name, for checks that judge who holds it. */
export interface AuditedDomain extends Subject<Record<never, string>> {
	/** Every name that must work, the audited one first. */
	readonly required: readonly string[];
	/** Domains that were given up for this one. */
	readonly oldDomains: readonly string[];
	/** Base URL of the RDAP service that the user named. */
	readonly rdap: string | null;
}

const Params = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	oldDomains: z.array(z.string()),
	rdap: z.string().nullable(),
});

/** One, or none where a repository alone is audited. */
export const auditedDomains = defineSubjects({
	name: 'domain',
	params: Params,
	from: ({ domain, registrable, hosts, oldDomains, rdap }) => ({
		domain,
		registrable,
		hosts: [...hosts],
		oldDomains: [...oldDomains],
		rdap,
	}),
	sample: {
		kind: 'host',
		name: 'example.com',
		context: {},
		required: ['example.com'],
		oldDomains: [],
		rdap: null,
	} satisfies AuditedDomain as AuditedDomain,
	derive({ domain, registrable, hosts, oldDomains, rdap }): Fact<readonly AuditedDomain[]> {
		if (domain === null) return known([]);
		const required = [...new Set([domain, ...hosts])];
		return known([
			{ kind: 'host', name: registrable ?? domain, context: {}, required, oldDomains, rdap },
		]);
	},
});
