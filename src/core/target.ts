import type { LoadPlan } from './load-plan.ts';

/** What the user asked us to audit, parsed once and never re-parsed. */
export interface Target {
	/** The audited name in A-labels, lower case, without a final dot; `null` for a repository alone. */
	readonly domain: string | null;
	/** Its registrable domain, by the public suffix list; the domain itself where it has none. */
	readonly registrable: string | null;
	/** Hosts named by the user besides the domain: each is required to work. */
	readonly hosts: readonly string[];
	/** URLs named by the user, to be timed with the sequential plan. */
	readonly endpoints: readonly string[];
	/** What the user said of single endpoints beside their URL. */
	readonly endpointRules?: readonly EndpointRule[] | undefined;
	/** URLs of health endpoints that the user named; the usual paths are tried where there are none. */
	readonly health?: readonly string[] | undefined;
	/** Loads that the user asked for; then nothing else is done. */
	readonly load?: readonly LoadPlan[] | undefined;
	/** There is time to let named endpoints fall asleep, twice, and to wake them. */
	readonly coldStart?: boolean | undefined;
	/** Named endpoints are asked whether they answer, and not timed; nothing is timed that nobody named. */
	readonly untimed?: boolean | undefined;
	/** `false`: only names that were given are looked at; neither www nor any other usual name is tried. */
	readonly guess?: false | undefined;
	/** DKIM selectors that the user knows to be active. */
	readonly dkimSelectors: readonly string[];
	/** Absolute path of a folder of DMARC aggregate reports; `null` without `--dmarc-reports`. */
	readonly dmarcReports: string | null;
	/** Addresses that the user sends mail from, as people write them (RFC 5952). */
	readonly sendingIps: readonly string[];
	/** The user says that this domain sends mail, whatever DNS shows. */
	readonly sends: boolean;
	/** 5,000 messages or more a day to one provider: provider rules become blockers. */
	readonly bulk: boolean;
	/** The user allows probes that a guarded server may take for an attack: zone transfer, open redirect. */
	readonly active: boolean;
	/** The user wants every path of the exposure checks tried, and not the usual ones alone. */
	readonly deep: boolean;
	/** URL of the sign-in page; `null` where it has to be found. */
	readonly login: string | null;
	/** Address of the server behind the CDN, as people write it; `null` without `--origin`. */
	readonly origin: string | null;
	/** Absolute path of a list of URLs that must still lead somewhere; `null` without `--old-urls`. */
	readonly oldUrls: string | null;
	/** Domains that were given up for this one and must still lead to it. */
	readonly oldDomains: readonly string[];
	/** URLs of campaigns, with their query. */
	readonly campaigns: readonly string[];
	/** Absolute path of the zone file that is meant to be published; `null` without `--zone`. */
	readonly zoneFile: string | null;
	/**
	 * What the zone file is for: `plan`, to be judged before it is published (names in it are answered
	 * from it), or `drift`, to be compared with what is live. Without a file it says nothing.
	 */
	readonly zoneUse: 'plan' | 'drift';
	/** Absolute paths of saved messages that the product sent. */
	readonly messages: readonly string[];
	/** Base URL of the RDAP service to ask, instead of the one that IANA's list names. */
	readonly rdap: string | null;
	/** Absolute paths of log files of the product, of any size. */
	readonly logs: readonly string[];
	/** Folder of the repository, absolute; `null` without `--repo`. */
	readonly repo: string | null;
	/**
	 * What holds the values of production: an absolute path, or a mode such as `production`, which
	 * means the repository's own `.env.production`; `null` without `--env`.
	 */
	readonly env: string | null;
	/**
	 * How much of the repository's past is searched: none of it, what refs and stashes lead to, or also
	 * what git still has beside.
	 */
	readonly history: 'none' | 'reachable' | 'all';
	/**
	 * 16 hex digits that make this run's control labels and paths unguessable. Part of the target,
	 * so that a replay asks the very same control questions.
	 */
	readonly seed: string;
}

/** What one named endpoint is, and what is asked of it. */
export interface EndpointRule {
	readonly url: string;
	readonly method: 'GET' | 'HEAD';
	/** `null` where its answer tells: HTML is a page, everything else an API. */
	readonly kind: 'api' | 'page' | 'cached' | null;
	/** Milliseconds for p95; the kind's own where `null`. */
	readonly budgetMs: number | null;
}
