import { basename } from 'node:path';
import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { SiteParams, siteParams } from '../web/sites.ts';

/** Everything that was given, as one subject: a site, a repository, or both. */
export interface MonitoredTarget extends Subject<{ given: 'site' | 'repository' | 'both' }> {
	/** The audited name; `null` where a repository alone was given. */
	readonly domain: string | null;
	readonly registrable: string | null;
	/** Absolute path; `null` without a repository. */
	readonly repo: string | null;
	/** The members of the target that lists of hosts hang on. */
	readonly asked: Asked;
}

const Params = SiteParams.extend({ health: z.array(z.string()), repo: z.string().nullable() });
type Asked = z.infer<typeof Params>;

const SAMPLE_ASKED: Asked = {
	domain: 'example.com',
	registrable: 'example.com',
	hosts: [],
	endpoints: [],
	deep: false,
	login: null,
	seed: '0'.repeat(16),
	health: [],
	repo: '/srv/shop',
};

export const monitoredTargets = defineSubjects({
	name: 'monitoring.targets',
	params: Params,
	from: (target: Parameters<typeof siteParams>[0] & Pick<Target, 'health' | 'repo'>) => ({
		...siteParams(target),
		health: [...(target.health ?? [])],
		repo: target.repo,
	}),
	sample: subjectOf(SAMPLE_ASKED, 'example.com'),
	derive(asked): Fact<readonly MonitoredTarget[]> {
		const { domain, repo } = asked;
		if (domain !== null) return known([subjectOf(asked, domain)]);
		return known(repo === null ? [] : [subjectOf(asked, basename(repo) || repo)]);
	},
});

function subjectOf(asked: Asked, name: string): MonitoredTarget {
	const { domain, registrable, repo } = asked;
	const given = domain === null ? 'repository' : repo === null ? 'site' : 'both';
	return {
		kind: domain === null ? 'repository' : 'host',
		name,
		context: { given },
		domain,
		registrable: registrable ?? domain,
		repo,
		asked,
	};
}
