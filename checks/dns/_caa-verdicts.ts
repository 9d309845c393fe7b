import {
	type AuditedZone,
	advice,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { listed, seen } from './_in-words.ts';
import { shellName } from './_shell-name.ts';

type About = {
	readonly owner: string;
	readonly ttl: number;
	/** RDATA. */
	readonly text: string;
	readonly panel: string | null;
};

type Unknown = About & {
	readonly tag: string;
	/** The tag that was meant, most likely. */
	readonly nearest: string | null;
	/** The critical bit is set (RFC 8659 §4.1). */
	readonly isCritical: boolean;
	/** RDATA with that tag. */
	readonly corrected: string | null;
};

const line = ({ owner, ttl }: About, text: string) => `${owner}. ${ttl} IN CAA ${text}`;
const shown = (a: About) => seen(`${a.owner} CAA`, [line(a, a.text)]);
const leadOf = (a: About) => seconds(a.ttl);
const dig = (a: { owner: string }) => `dig +noall +answer ${shellName(a.owner)} CAA`;

/** The tags that mean something (RFC 8659 §4, RFC 9495, CA/Browser Forum); lower case. */
export const CAA_TAGS = [
	'issue',
	'issuewild',
	'issuemail',
	'issuevmc',
	'iodef',
	'contactemail',
	'contactphone',
] as const;

/** What can be said about CAA records, besides whether they let the own certificate be issued. */
export const CAA_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { hosts: readonly string[]; records: number }) =>
			a.records === 0
				? `No CAA record binds ${listed(a.hosts)}: every authority may issue certificates.`
				: `Every CAA record for ${listed(a.hosts)} has a tag that means something, and reports go where they can arrive.`,
	},
	'unknown-tag': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		lead: leadOf,
		says: (a: Unknown) =>
			`The CAA record "${a.text}" of ${a.owner} has the tag "${a.tag}", which means nothing${a.nearest === null ? '' : `; "${a.nearest}" was probably meant`}.`,
		impact: (a: Unknown) =>
			a.isCritical
				? 'It is marked critical, so no authority that does not know the tag may issue: the next renewal can fail.'
				: 'Authorities pass over it: what it was meant to forbid or allow is not so.',
		fix: (a: Unknown) =>
			a.corrected === null
				? records(`Delete the record ${inPanel(a.panel)}.`, [`; delete\n${line(a, a.text)}`])
				: records(
						`Correct the tag ${inPanel(a.panel)}.`,
						[`; delete\n${line(a, a.text)}`, `; publish\n${line(a, a.corrected)}`],
						'Before publishing, make sure that the authority of your own certificate is among the "issue" records: from then on the others are forbidden.',
					),
		reproduce: dig,
		evidence: shown,
	},
	'report-address-invalid': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		lead: leadOf,
		says: (a: About & { value: string }) =>
			`The CAA record of ${a.owner} wants reports sent to "${a.value}", which is neither a mailto: nor an https: address.`,
		impact: 'Nobody tells you when somebody tries to get a certificate for your domain.',
		fix: (a: About & { apex: string }) =>
			records(`Give an address that reports can be sent to ${inPanel(a.panel)}.`, [
				`; delete\n${line(a, a.text)}`,
				`; publish\n${line(a, `0 iodef "mailto:security@${a.apex}"`)}`,
			]),
		reproduce: dig,
		evidence: shown,
	},
	'from-alias-target': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		says: (a: { host: string; owner: string; texts: readonly string[] }) =>
			`The CAA records that bind ${a.host} are those of ${a.owner}, which it is an alias of: ${listed(a.texts)}.`,
		impact:
			'Who runs that name decides which authorities may issue for yours, and can change it without telling you.',
		fix: (a: { host: string; owner: string }) =>
			advice(
				'Nothing to do while your certificate is issued by one of them.',
				`If it must be otherwise, point ${a.host} to addresses instead of an alias, and publish CAA records of your own.`,
			),
		reproduce: (a: { host: string }) => `dig +noall +answer ${a.host} CAA`,
		evidence: (a: { host: string; owner: string; texts: readonly string[] }) =>
			seen(`${a.host} CAA: that of ${a.owner}`, a.texts),
	},
} satisfies Verdicts<AuditedZone['context']>;
