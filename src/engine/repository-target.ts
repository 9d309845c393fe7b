import type { Target } from '../core/target.ts';

/** A repository alone: no domain, and nothing that needs a network. Paths are absolute. */
export function repositoryTarget(
	asked: Pick<Target, 'repo' | 'history' | 'logs' | 'seed'>,
): Target {
	return {
		domain: null,
		registrable: null,
		hosts: [],
		endpoints: [],
		dkimSelectors: [],
		dmarcReports: null,
		sendingIps: [],
		sends: false,
		bulk: false,
		active: false,
		deep: false,
		login: null,
		origin: null,
		oldUrls: null,
		oldDomains: [],
		campaigns: [],
		zoneFile: null,
		zoneUse: 'plan',
		env: null,
		messages: [],
		rdap: null,
		...asked,
	};
}
