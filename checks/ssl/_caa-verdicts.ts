import { type Fix, type Host, minutes, records, seconds, type Verdicts } from '../../src/sdk.ts';

/** What a CAA finding at a host is about. */
export interface About {
	readonly host: string;
	/** The name in the certificate that stands for the host. */
	readonly name: string;
	/** Where records belong: the audited name. */
	readonly apex: string;
	/** Records found, each with its owner, as a zone file writes them. */
	readonly lines: readonly string[];
	/** Seconds; of those records, or what is usual. */
	readonly ttl: number;
}

export interface Bound extends About {
	/** Who issued the certificate that is in use. */
	readonly authority: string;
	/** What names it in CAA records, the usual one first. */
	readonly wanted: string;
	readonly allowed: readonly string[];
	readonly property: string;
	/** Until the certificate in use ends. */
	readonly daysLeft: number;
	/** A record that cannot be read takes part in it. */
	readonly byMistake: boolean;
}

export interface Written extends About {
	readonly owner: string;
	/** RDATA as it is, and as it should be; `null` where that cannot be told. */
	readonly text: string;
	readonly corrected: string | null;
	readonly problem: string;
	readonly isUnknownTag: boolean;
}

export interface Restricted extends About {
	/** `accounturi https://…`, `validationmethods dns-01`. */
	readonly parameters: readonly string[];
}

export interface Failing extends About {
	/** Where the look-up failed, and how. */
	readonly at: string;
	readonly failure: string;
}

/** The name in its records is a DNS name: nothing in it needs quoting for a shell. */
const dig = (a: { name: string }) => `dig +noall +answer ${a.name.replace(/^\*\./, '')} CAA`;

const shown = (a: About) => [
	{
		kind: 'dns',
		summary: `CAA records for ${a.name}`,
		detail: a.lines.length === 0 ? 'none' : a.lines.join('\n'),
	},
];

const SHARED = {
	outcome: 'fail',
	effort: minutes(10),
	lead: (a: About) => seconds(a.ttl),
	evidence: shown,
	reproduce: dig,
} as const;

/** Once for the apex covers every host below. */
function publish(a: About, summary: string, lines: readonly string[], ...steps: string[]): Fix {
	return records(
		summary,
		lines.map((line) => `${a.apex}. 3600 IN CAA ${line}`),
		...steps,
		'Name every authority that issues for you: the one of a CDN or hosting platform too, which its documentation names.',
		'Where a platform runs your DNS, it may publish such records by itself: look before you add any.',
	);
}

const renewalStops = (a: Bound) =>
	`Nothing happens today. In ${a.daysLeft} days at most the certificate ends, its renewal is refused, and visitors get a warning page.`;

export const CAA_VERDICTS = {
	allows: {
		outcome: 'pass',
		says: (a: { host: string; what: string }) => `CAA records let ${a.what} issue for ${a.host}.`,
	},
	missing: {
		...SHARED,
		severity: 'later',
		says: (a: About & { wanted: string }) =>
			`No CAA record says who may issue certificates for ${a.name}: every authority may.`,
		impact:
			'Whoever deceives any one of the hundred public authorities gets a certificate for your name; with CAA only your own has to be careful.',
		fix: (a: About & { wanted: string }) =>
			publish(a, `Publish who may issue for ${a.apex}.`, [
				`0 issue "${a.wanted}"`,
				`0 iodef "mailto:security@${a.apex}"`,
			]),
		cause: 'ssl/caa/missing',
	},
	'forbids-current-issuer': {
		...SHARED,
		severity: 'high',
		says: (a: Bound) =>
			`The CAA records for ${a.name} let ${a.allowed.join(', ') || 'nobody'} issue (${a.property}), but the certificate in use is from ${a.authority}; it ends in ${a.daysLeft} days.`,
		impact: renewalStops,
		fix: (a: Bound) =>
			publish(
				a,
				`Let ${a.authority} issue, or order from an authority that is allowed.`,
				[`0 ${a.property} "${a.wanted}"`],
				...(a.property === 'issuewild'
					? ['"issuewild" alone counts for wildcard names; without it "issue" would.']
					: []),
			),
		cause: (a: Bound) => (a.byMistake ? 'ssl/caa/syntax' : 'ssl/caa/forbids'),
	},
	'forbids-everyone': {
		...SHARED,
		severity: 'high',
		says: (a: Bound) =>
			`The CAA records for ${a.name} let nobody issue (${a.property} ";"), but a certificate of ${a.authority} is in use; it ends in ${a.daysLeft} days.`,
		impact: renewalStops,
		fix: (a: Bound) =>
			publish(
				a,
				`Let ${a.authority} issue.`,
				[`0 ${a.property} "${a.wanted}"`],
				`Delete the record ${a.property} ";" where only it stands; beside others it does nothing.`,
			),
		cause: 'ssl/caa/forbids',
	},
	'lookup-fails': {
		...SHARED,
		severity: 'high',
		lead: seconds(3600),
		says: (a: Failing) =>
			`The CAA look-up for ${a.name} fails at ${a.at} (${a.failure}): an authority that sees the same may not issue.`,
		impact:
			'Orders and renewals fail with "CAA lookup failed" or "SERVFAIL" while everything else seems to work, until the certificate in use ends.',
		fix: (a: Failing) =>
			records(
				`Let the name servers answer the question for CAA of ${a.at}: with records, or with an empty answer.`,
				[`${a.apex}. 3600 IN CAA 0 issue "letsencrypt.org"`],
				'A fault of DNSSEC is the most usual reason: since March 2026 authorities must not issue then. Compare the DS record at the registrar with the keys of the zone.',
				'Old or home-made name servers do not know the type CAA (257) and answer with an error: update them.',
			),
		reproduce: (a: Failing) => `dig ${a.at} CAA`,
		evidence: (a: Failing) => [{ kind: 'dns', summary: `${a.at} CAA`, detail: a.failure }],
		cause: 'ssl/caa/lookup-fails',
	},
	syntax: {
		...SHARED,
		severity: 'later',
		says: (a: Written) => `The CAA record "${a.text}" of ${a.owner} is wrong: ${a.problem}.`,
		impact: (a: Written) =>
			a.isUnknownTag
				? 'No authority that does not know the tag may issue: the next renewal can fail.'
				: 'Authorities read it as one that lets nobody issue, so that it forbids what it was meant to allow.',
		fix: (a: Written) =>
			records(
				a.corrected === null ? 'Delete or correct the record.' : 'Correct the record.',
				[
					`; delete\n${a.owner}. ${a.ttl} IN CAA ${a.text}`,
					...(a.corrected === null
						? []
						: [`; publish\n${a.owner}. ${a.ttl} IN CAA ${a.corrected}`]),
				],
				'The value is one domain name between one pair of quotation marks; most DNS panels add the marks themselves.',
			),
		cause: (a: Written) => (a.isUnknownTag ? 'dns/caa/unknown-tag' : 'ssl/caa/syntax'),
	},
	'restricts-account': {
		...SHARED,
		severity: 'info',
		says: (a: Restricted) =>
			`The CAA records for ${a.name} let an authority issue only under conditions: ${a.parameters.join('; ')}.`,
		impact:
			'A new ACME account, or another way of validation after a move, makes every renewal fail.',
		fix: (a: Restricted) =>
			records(
				'Make sure that the client that renews uses this account and this validation, above all after a move to a new server.',
				a.lines,
				'certbot show_account prints the account URL.',
			),
		cause: 'ssl/caa/restricts-account',
	},
} satisfies Verdicts<Host['context']>;
