import type { Waiver } from './core/finding.ts';
import type { Severity } from './core/severity.ts';
import type { Target } from './core/target.ts';
import type { Progress } from './engine/audit.ts';
import type { WireTimes } from './evidence/critical-path.ts';
import type { NetSettings } from './net/io.ts';
import type { ProfileName } from './profiles.ts';

/** Everything that an audit can be told. All of it is optional but a target: domain, repo or replay. */
export interface AuditOptions {
	/** A domain, or a URL whose host is meant. */
	readonly domain?: string | undefined;
	/** Folder of the repository. */
	readonly repo?: string | undefined;
	/** What holds the values of production: a path, or a mode that names the repository's `.env.<mode>`. */
	readonly envFile?: string | undefined;
	/**
	 * How much of its past is searched for secrets: none, what refs and stashes lead to (the default), or
	 * also what git still has beside.
	 */
	readonly history?: Target['history'] | undefined;
	readonly hosts?: readonly string[] | undefined;
	/** URLs to time, such as `GET https://api.example.com/health p95<300ms`; see `parseEndpoint`. */
	readonly endpoints?: readonly string[] | undefined;
	/** OpenAPI file whose GET operations without required parameters are timed too. */
	readonly openapi?: string | undefined;
	/** Ask named endpoints whether they answer, and time nothing. */
	readonly untimed?: boolean | undefined;
	/** `false`: only names that were given are looked at; neither www nor any other usual name is tried. */
	readonly guess?: boolean | undefined;
	/** URLs of health endpoints, in the place of the usual paths. */
	readonly health?: readonly string[] | undefined;
	readonly dkimSelectors?: readonly string[] | undefined;
	/** Folder of DMARC aggregate reports, as they came or unpacked. */
	readonly dmarcReports?: string | undefined;
	/** Addresses that send mail for the domain. */
	readonly sendingIps?: readonly string[] | undefined;
	readonly sends?: boolean | undefined;
	readonly bulk?: boolean | undefined;
	readonly active?: boolean | undefined;
	/** Try every path of the exposure checks, and two methods beside GET. */
	readonly deep?: boolean | undefined;
	/** URL of the sign-in page, where the start page does not lead to it. */
	readonly login?: string | undefined;
	/** Address of the server behind the CDN. */
	readonly origin?: string | undefined;
	/** File of old URLs, one a line, with the expected destination in a second column. */
	readonly oldUrls?: string | undefined;
	readonly oldDomains?: readonly string[] | undefined;
	readonly campaigns?: readonly string[] | undefined;
	/** Master file (RFC 1035 §5) that is meant to be published. */
	readonly zoneFile?: string | undefined;
	/** Compare the zone file with what is live, instead of judging it as a plan. */
	readonly drift?: boolean | undefined;
	/** `false`: only what the zone file says is judged, and no network is touched. */
	readonly live?: boolean | undefined;
	/** File of the root's name servers, in the form of IANA's named.root, instead of the resolver's word. */
	readonly rootHints?: string | undefined;
	/** Files of messages that the product sent, as received: .eml, at most 25 MiB each. */
	readonly messages?: readonly string[] | undefined;
	/** Base URL of the RDAP service to ask. */
	readonly rdap?: string | undefined;
	/** Log files of the product, of any size. */
	readonly logs?: readonly string[] | undefined;
	/** Only this part of an audit; `only` and `skip` make it smaller. */
	readonly profile?: ProfileName | undefined;
	/** Prefixes of ids to run, and to leave out. */
	readonly only?: readonly string[] | undefined;
	readonly skip?: readonly string[] | undefined;
	readonly accept?: readonly Waiver[] | undefined;
	readonly severity?: Readonly<Record<string, Severity>> | undefined;
	/** Options of checks, by check id. */
	readonly options?: Readonly<Record<string, unknown>> | undefined;
	/** Seconds within which a GO is wanted. Default 48 hours. */
	readonly deadlineSeconds?: number | undefined;
	/**
	 * Seconds after which the audit ends, whatever the target does. Default 60; named endpoints extend
	 * it by `planSeconds`; over five minutes their cold start is looked at too.
	 */
	readonly timeoutSeconds?: number | undefined;
	/** `IP`, `IP:PORT` or `https://…`; the system's resolver unless given. */
	readonly resolver?: string | undefined;
	readonly resolve?: NetSettings['resolve'];
	/** Port of name servers that are asked directly, not of the resolver. Default 53. */
	readonly dnsPort?: number | undefined;
	readonly caFiles?: readonly string[] | undefined;
	/** Folder to record the evidence in. */
	readonly record?: string | undefined;
	/** Folder of a recording to judge again, without a network. */
	readonly replay?: string | undefined;
	/** Judge as of this moment; the recording's or the present one unless given. */
	readonly asOf?: Date | undefined;
	/** Environment that is read for proxies and NODE_EXTRA_CA_CERTS. */
	readonly env?: NetSettings['env'] | undefined;
	/** Folder for the user's own state: the key of secret fingerprints. */
	readonly configFolder?: string | undefined;
	/** Stops the audit; what was gathered until then is reported. */
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((event: Progress) => void) | undefined;
	/** Told once everything is observed: where the time went, and how long the whole took. */
	readonly onMeasured?: ((times: WireTimes, durationMs: number) => void) | undefined;
	/** What the audits of a fleet have in common. */
	readonly shared?: NetSettings['shared'];
	/**
	 * Waits until more than the first DNS question may be asked: the audit's time begins then. It is told
	 * the domain's first address, `null` where it has none; what it returns is called at the end.
	 */
	readonly admit?: ((address: string | null) => Promise<() => void>) | undefined;
	/** Where addresses really are: the lab's internet. */
	readonly addressMap?: NetSettings['addressMap'];
}
