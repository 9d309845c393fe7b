import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';

/** The audited domain as reports about it see it. */
export interface AboutReports extends Subject {
	readonly registrable: string;
	/** Absolute path of the folder with the reports; `null` without one. */
	readonly dmarcReports: string | null;
}

/** One, or none where a repository alone is audited. */
export const reportedDomains = defineSubjects({
	name: 'dmarc.reported-domains',
	params: z.object({
		domain: z.string().nullable(),
		registrable: z.string().nullable(),
		dmarcReports: z.string().nullable(),
	}),
	from: ({ domain, registrable, dmarcReports }) => ({ domain, registrable, dmarcReports }),
	sample: {
		kind: 'mail-domain',
		name: 'example.com',
		context: {},
		registrable: 'example.com',
		dmarcReports: '/srv/reports',
	} satisfies AboutReports as AboutReports,
	derive({ domain: name, registrable, dmarcReports }): Fact<readonly AboutReports[]> {
		if (name === null) return known([]);
		const about = { registrable: registrable ?? name, dmarcReports };
		return known([{ kind: 'mail-domain', name, context: {}, ...about }]);
	},
});
