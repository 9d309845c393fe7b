import {
	advice,
	commands,
	type Evidence,
	type Fix,
	type MailDomain,
	minutes,
	type PolicyText,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { absenceLead, deletion, dig, listed, txtLine } from './_lines.ts';
import { changePolicy, servePolicy } from './_mta-sts-fix.ts';

/** What every verdict is told. */
export interface AboutSts {
	readonly domain: string;
	/** TXT records at `_mta-sts.`, and the policy where it was seen. */
	readonly seen: readonly string[];
	/** Never used before, for a policy that changes. */
	readonly newId: string;
	/** The policy as it should be. */
	readonly policy: PolicyText;
}

type Detailed = AboutSts & { readonly details: readonly string[] };
type Recorded = AboutSts & { readonly ttl: number; readonly fixed: string };

/** An ACME order with its validation. */
const ISSUANCE = seconds(300);

const url = (domain: string) => `https://mta-sts.${domain}/.well-known/mta-sts.txt`;

const evidence = (a: AboutSts): readonly Evidence[] => [
	{ kind: 'mail', summary: `MTA-STS of ${a.domain}`, detail: a.seen.join('\n') || 'nothing' },
];

/** A name that a shell could read differently is not pasted. */
const fetched = (a: { readonly domain: string }) =>
	/^[a-z0-9.-]+$/i.test(a.domain)
		? `curl -sS -i --max-redirs 0 ${url(a.domain)}`
		: 'curl -sS -i --max-redirs 0 URL';

const ofRecord = {
	outcome: 'fail',
	severity: 'later',
	effort: minutes(5),
	lead: (a: { readonly ttl: number }) => seconds(a.ttl),
	evidence,
	reproduce: (a: AboutSts) => dig(`_mta-sts.${a.domain}`),
} as const;

const ofPolicy = {
	outcome: 'fail',
	severity: 'high',
	effort: minutes(20),
	evidence,
	reproduce: fetched,
} as const;

const OFF =
	'Senders act as if there were no MTA-STS: mail to you can be read or diverted on its way.';
const UNPROTECTED =
	'Senders that have not read the policy yet find none, and deliver without checking whom they talk to; those that keep an old copy go on by it.';

const POINT_HOST = (domain: string) =>
	`Point mta-sts.${domain} at the web server that serves it, with a certificate for that name.`;

export const MTA_STS_VERDICTS = {
	published: {
		outcome: 'pass',
		says: (a: { domain: string; mx: readonly string[] }) =>
			`Senders must encrypt mail to ${a.domain} and check the mail host's certificate: ${listed(a.mx)}.`,
	},
	absent: {
		outcome: 'fail',
		severity: { by: 'receives', is: { yes: 'later', no: 'info' } },
		effort: minutes(30),
		lead: (a: { readonly negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutSts) => `${a.domain} has no MTA-STS record.`,
		impact:
			'Somebody on the way between two mail servers can take the encryption away, and read or divert mail to you.',
		fix: (a: AboutSts) =>
			servePolicy(
				`Serve a policy in testing, and publish the record.`,
				{ domain: a.domain, policy: a.policy, id: a.newId },
				POINT_HOST(a.domain),
				`Check the file with curl ${url(a.domain)}, and publish the record after that.`,
				'When a few weeks of TLS reports show no failure, write "mode: enforce" and publish a new id.',
			),
		evidence,
		reproduce: (a: AboutSts) => dig(`_mta-sts.${a.domain}`),
	},
	'record-multiple': {
		...ofRecord,
		says: (a: Detailed) =>
			`_mta-sts.${a.domain} has ${a.details.length} MTA-STS records, where one is allowed.`,
		impact: OFF,
		fix: (a: Detailed & Recorded) =>
			records('Replace them by one record.', [
				...a.details.map((text) => deletion(txtLine(`_mta-sts.${a.domain}`, text))),
				txtLine(`_mta-sts.${a.domain}`, a.fixed),
			]),
	},
	'record-syntax': {
		...ofRecord,
		says: (a: Detailed) =>
			`The MTA-STS record of ${a.domain} is not written by the rules: ${listed(a.details)}.`,
		impact: OFF,
		fix: (a: Recorded) =>
			records('Correct the record.', [txtLine(`_mta-sts.${a.domain}`, a.fixed)]),
	},
	'policy-unreachable': {
		...ofPolicy,
		says: (a: Detailed) =>
			`Senders cannot fetch the MTA-STS policy of ${a.domain}: ${listed(a.details)}.`,
		impact: UNPROTECTED,
		fix: (a: AboutSts & { readonly noAddress: boolean }) =>
			servePolicy(
				`Serve the policy at ${url(a.domain)}, with status 200 and without a redirect.`,
				{ domain: a.domain, policy: a.policy, id: null },
				a.noAddress
					? POINT_HOST(a.domain)
					: `Look into the log of the web server that answers for mta-sts.${a.domain}.`,
				'If MTA-STS is not wanted, serve "mode: none" until the old max_age has passed, and delete the record only then.',
			),
		control: (a: { readonly control: string }) => a.control,
	},
	'policy-redirect': {
		...ofPolicy,
		says: (a: AboutSts & { readonly status: number; readonly location: string }) =>
			`The MTA-STS policy of ${a.domain} is redirected (status ${a.status}, to ${a.location || 'nowhere'}), and senders follow no redirect.`,
		impact: UNPROTECTED,
		fix: (a: AboutSts) =>
			servePolicy(
				`Answer ${url(a.domain)} with the policy itself.`,
				{ domain: a.domain, policy: a.policy, id: null },
				`Take mta-sts.${a.domain} out of the rule that redirects (often the one to www or to the apex).`,
			),
	},
	'policy-without-record': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		lead: (a: { readonly negativeTtl: number | null }) => absenceLead(a.negativeTtl),
		says: (a: AboutSts) =>
			`An MTA-STS policy is served at mta-sts.${a.domain}, and no record at _mta-sts.${a.domain} tells senders of it.`,
		impact: 'Senders do not look for the policy: it protects nothing.',
		fix: (a: AboutSts) =>
			records('Publish the record.', [txtLine(`_mta-sts.${a.domain}`, `v=STSv1; id=${a.newId}`)]),
		evidence,
		reproduce: (a: AboutSts) => dig(`_mta-sts.${a.domain}`),
	},
	'policy-syntax': {
		...ofPolicy,
		effort: minutes(10),
		says: (a: Detailed) =>
			`The MTA-STS policy of ${a.domain} is not written by the rules: ${listed(a.details)}.`,
		impact: UNPROTECTED,
		fix: (a: AboutSts) =>
			changePolicy(
				`Serve this policy at ${url(a.domain)}, and publish the new id after that.`,
				{ domain: a.domain, policy: a.policy, id: a.newId },
				`Compare its mx: lines with the MX records of ${a.domain}.`,
			),
	},
	'mx-mismatch': {
		...ofPolicy,
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { readonly mode: 'enforce' | 'testing' }): 'blocker' | 'high' =>
				a.mode === 'enforce' ? 'blocker' : 'high',
		},
		effort: minutes(10),
		says: (a: Detailed & { readonly mode: string; readonly patterns: readonly string[] }) =>
			`${listed(a.details)}, where mail to ${a.domain} goes, ${a.details.length === 1 ? 'is' : 'are'} not named by its MTA-STS policy (mode ${a.mode}: ${listed(a.patterns)}).`,
		impact: (a: { readonly mode: 'enforce' | 'testing' }) =>
			a.mode === 'enforce'
				? 'Senders that follow the policy, Gmail and Outlook among them, do not deliver to these hosts, and return the mail after some days.'
				: 'Nothing is refused while the policy says testing. The day it says enforce, senders that follow it do not deliver to these hosts.',
		fix: (a: AboutSts) =>
			changePolicy(
				`Name every mail host in the policy, then publish the new id.`,
				{ domain: a.domain, policy: a.policy, id: a.newId },
				`Serve it at ${url(a.domain)} first: the id tells senders to fetch it anew.`,
				'A wildcard stands for one label: *.example.com names mx.example.com, and neither example.com nor a.b.example.com.',
			),
		cause: 'email/mta-sts/mx-mismatch',
	},
	'mx-stale': {
		...ofPolicy,
		severity: 'later',
		effort: minutes(10),
		says: (a: Detailed) =>
			`The MTA-STS policy of ${a.domain} names ${listed(a.details)}, which no MX record uses.`,
		impact: 'Whoever comes to own such a name may receive your mail with a good certificate.',
		fix: (a: AboutSts) =>
			changePolicy('Leave the old hosts out of the policy, then publish the new id.', {
				domain: a.domain,
				policy: a.policy,
				id: a.newId,
			}),
	},
	testing: {
		...ofPolicy,
		severity: 'later',
		effort: minutes(10),
		says: (a: AboutSts) =>
			`The MTA-STS policy of ${a.domain} says testing: it reports, and protects nothing.`,
		impact: 'Senders deliver even where somebody on the way has taken the encryption away.',
		fix: (a: AboutSts) =>
			changePolicy(
				'Enforce the policy, and publish the new id.',
				{ domain: a.domain, policy: { ...a.policy, mode: 'enforce' }, id: a.newId },
				'Do so when a few weeks of TLS reports (RFC 8460) show no failure.',
			),
	},
	none: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: AboutSts) => `The MTA-STS policy of ${a.domain} says none: it is switched off.`,
		impact: 'Mail is delivered as if there were no MTA-STS.',
		fix: advice(
			'Nothing to do while MTA-STS is being given up.',
			'Keep policy and record until the old max_age has passed; then delete both.',
		),
		evidence,
		reproduce: fetched,
	},
	'max-age-short': {
		...ofPolicy,
		severity: 'later',
		effort: minutes(5),
		says: (a: AboutSts & { readonly maxAge: number }) =>
			`The MTA-STS policy of ${a.domain} is kept for ${a.maxAge} seconds, less than a day.`,
		impact: 'Senders forget it between two mails: whoever hides the record from them has won.',
		fix: (a: AboutSts) =>
			changePolicy('Raise max_age to a week or more, and publish the new id.', {
				domain: a.domain,
				policy: a.policy,
				id: a.newId,
			}),
	},
	'content-type': {
		...ofPolicy,
		severity: 'later',
		effort: minutes(10),
		says: (a: AboutSts & { readonly mediaType: string }) =>
			`The MTA-STS policy of ${a.domain} is served as ${a.mediaType || 'no media type'}, not as text/plain.`,
		impact: 'Senders that look at the media type take the file for no policy.',
		fix: (a: AboutSts) =>
			servePolicy(`Send Content-Type: text/plain with the policy.`, {
				domain: a.domain,
				policy: a.policy,
				id: null,
			}),
	},
	cert: {
		...ofPolicy,
		lead: ISSUANCE,
		says: (a: Detailed) =>
			`The certificate of mta-sts.${a.domain} is none that senders accept, or not for long: ${listed(a.details)}.`,
		impact: UNPROTECTED,
		fix: (a: AboutSts) => reissued(a.domain),
		confidence: (a: { readonly confidence: 'high' | 'low' }) => a.confidence,
		reproduce: (a: AboutSts) => {
			const host = /^[a-z0-9.-]+$/i.test(a.domain) ? `mta-sts.${a.domain}` : 'HOST';
			return `openssl s_client -connect ${host}:443 -servername ${host} -verify_hostname ${host} </dev/null`;
		},
	},
} satisfies Verdicts<MailDomain['context']>;

function reissued(domain: string): Fix {
	const host = /^[a-z0-9.-]+$/i.test(domain) ? `mta-sts.${domain}` : 'HOST';
	return commands(
		`Issue a certificate for mta-sts.${domain}, and let its renewal reload the web server.`,
		[`sudo certbot --nginx -d ${host}`],
		'Hosting platforms issue it themselves as soon as the name is added as a domain of the project and points to them.',
	);
}
