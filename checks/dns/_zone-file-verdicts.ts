import {
	type AuditedZone,
	advice,
	type Evidence,
	isWithin,
	minutes,
	providerOfMx,
	records,
	type Verdicts,
} from '../../src/sdk.ts';
import { deadAliasCause } from './_alias-cause.ts';
import { shellName } from './_shell-name.ts';

type Place = {
	readonly zone: string;
	readonly file: string;
	/** 1-based. */
	readonly line: number;
};

/** A record that is written in full, as it is and as it should be. */
type Written = Place & { readonly record: string };

export type Conflict = Place & {
	readonly owner: string;
	readonly isApex: boolean;
	readonly aliases: readonly string[];
	readonly others: readonly string[];
	readonly otherTypes: readonly string[];
};

type Dot = Written & {
	readonly owner: string;
	readonly type: string;
	readonly role: 'owner' | 'data';
	readonly written: string;
	readonly name: string;
	readonly corrected: string;
	readonly isAnswered: boolean;
};

type Times = Place & {
	readonly owner: string;
	readonly type: string;
	readonly ttls: readonly number[];
	readonly records: readonly string[];
};

const at = (a: Place) => `line ${a.line} of ${a.file}`;
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
const checkZone = (a: { zone: string; file: string }) =>
	`named-checkzone ${shellName(a.zone)} ${shellName(a.file)}`;

const seen = (a: Place, text: string): readonly Evidence[] => [
	{ kind: 'file', summary: `${a.file}:${a.line}`, detail: text },
];

const REFUSED =
	'A name server or provider that loads the file stops here: it refuses the whole zone, or goes live without this record.';

/** Where others judge the same condition in what is live or planned. */
const conflictCause = (a: Conflict) => {
	if (a.isApex) return 'dns/alias/at-apex';
	return a.others.length > 0 ? 'dns/alias/with-other-records' : 'dns/alias/several-targets';
};

/** What others say of the record once its target has become a name that nobody has. */
const dotCause = ({ role, type, owner, zone, written, isAnswered }: Dot) => {
	const own = 'dns/zone-file/missing-final-dot';
	if (role === 'owner') return own;
	switch (type) {
		case 'CNAME':
			return isAnswered ? 'dns/alias/doubled-suffix' : deadAliasCause(owner, zone);
		case 'MX':
			return isWithin(written, zone) || providerOfMx(written) !== null
				? 'email/mx/doubled-suffix'
				: 'email/mx/target-missing';
		default:
			return own;
	}
};

const conflictInWords = (a: Conflict) => {
	if (a.isApex) {
		return `${a.owner} is the top of the zone and a CNAME (${at(a)}); its SOA and NS records may have no alias beside them`;
	}
	return a.others.length > 0
		? `${a.owner} is a CNAME (${at(a)}) and has other records as well: ${a.otherTypes.join(', ')}`
		: `${a.owner} is a CNAME with ${a.aliases.length} different targets (${at(a)})`;
};

const resolveConflict = (a: Conflict) => {
	if (a.isApex) {
		return records(
			`Replace the CNAME at ${a.owner} by address records, or by your DNS provider's ALIAS.`,
			[
				...a.aliases.map((line) => `; delete\n${line}`),
				`; publish\n${a.owner}. 300 IN A <IPv4 address of your server>`,
			],
		);
	}
	if (a.others.length === 0) {
		return records(`Keep one of the CNAME records of ${a.owner}, and delete the others.`, [
			`; keep one\n${a.aliases.join('\n')}`,
		]);
	}
	return records(
		`Keep either the CNAME of ${a.owner} or its other records, and delete the rest.`,
		[`; either\n${a.aliases.join('\n')}`, `; or\n${a.others.join('\n')}`],
		`If ${a.owner} must lead to a hosting service and needs other records too, give it the service's A and AAAA records instead of the CNAME.`,
	);
};

/** What can be said about a zone file. */
export const ZONE_FILE_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { zone: string; file: string; records: number }) =>
			`${a.file} holds ${counted(a.records, 'record')} of ${a.zone}, and a name server can load it.`,
	},
	syntax: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		says: (a: Place & { column: number; fault: string; more: number }) =>
			`${a.file}, line ${a.line}, column ${a.column}: ${a.fault}${a.more > 0 ? ` (and ${counted(a.more, 'fault')} more after it)` : ''}.`,
		impact: REFUSED,
		fix: (a: Place & { column: number; fault: string }) =>
			advice(
				`Correct ${at(a)}: ${a.fault}.`,
				`Go to ${at(a)}, column ${a.column}.`,
				'Correct it, and check the file again: one fault can hide the next.',
			),
		evidence: (a: Place & { text: string }) => seen(a, a.text),
		reproduce: checkZone,
	},
	'outside-zone': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(5),
		says: (a: Written & { owner: string }) =>
			`${a.owner} (${at(a)}) is no name of the zone ${a.zone}: name servers leave the record out.`,
		impact:
			'What the record was meant for does not work, and nothing says so when the zone is loaded.',
		fix: (a: Written & { owner: string }) =>
			records(
				`Move the record of ${a.owner} into the zone that the name belongs to, or correct its owner.`,
				[`; does not belong in ${a.zone}\n${a.record}`],
				`If a name below ${a.zone} was meant: take the final dot away, or correct the $ORIGIN above the line.`,
			),
		evidence: (a: Written) => seen(a, a.record),
		reproduce: checkZone,
	},
	'alias-with-other-records': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(10),
		says: (a: Conflict) => `${conflictInWords(a)}.`,
		impact:
			'Name servers refuse the zone, or answer with one of the two by chance: mail, verification or the site itself fails for a part of the world.',
		fix: resolveConflict,
		evidence: (a: Conflict) => seen(a, [...a.aliases, ...a.others].join('\n')),
		reproduce: checkZone,
		cause: conflictCause,
	},
	'missing-final-dot': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(5),
		says: (a: Dot) =>
			`"${a.written}" (${at(a)}) has no final dot, so it means ${a.name}${a.role === 'data' ? ', which no record is for' : ''}.`,
		impact: (a: Dot) =>
			a.role === 'owner'
				? `The record is published for ${a.name}, which nobody asks for; ${a.written} itself is left without it.`
				: 'Whoever follows the record is led to a name that does not exist: the site, mail or service behind it fails.',
		fix: (a: Dot) =>
			records(`Write "${a.written}." with a final dot in ${at(a)}.`, [
				`; instead of\n; ${a.record}\n${a.corrected}`,
			]),
		confidence: (a: Dot) => (isWithin(a.written, a.zone) ? 'high' : 'medium'),
		evidence: (a: Dot) => seen(a, a.record),
		control: 'No record of the file stands at the longer name.',
		reproduce: (a: Dot) => `named-checkzone -D ${shellName(a.zone)} ${shellName(a.file)}`,
		cause: dotCause,
	},
	'no-soa': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		says: (a: { zone: string; file: string }) => `${a.file} holds no SOA record for ${a.zone}.`,
		impact:
			'A DNS provider that imports the file adds its own; a name server of your own refuses to load it.',
		fix: (a: { zone: string; server: string }) =>
			records('Begin the file with an SOA record, unless your DNS provider keeps that itself.', [
				`${a.zone}. 3600 IN SOA ${a.server}. hostmaster.${a.zone}. 1 7200 3600 1209600 300`,
			]),
		evidence: (a: { zone: string; file: string }) => [
			{ kind: 'file', summary: a.file, detail: `no SOA record of ${a.zone}` },
		],
		reproduce: checkZone,
	},
	'duplicate-record': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		says: (a: Written & { owner: string; type: string; first: number }) =>
			`The ${a.type} record of ${a.owner} in ${at(a)} stands in line ${a.first} already.`,
		impact: 'It has no effect. Whoever changes one of the two later wonders why nothing happens.',
		fix: (a: Written & { first: number }) =>
			records(`Delete ${at(a)}.`, [`; already in line ${a.first}\n; ${a.record}`]),
		evidence: (a: Written) => seen(a, a.record),
		reproduce: checkZone,
	},
	'ttl-conflict': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		says: (a: Times) =>
			`The ${a.type} records of ${a.owner} (${at(a)}) have different TTLs: ${a.ttls.join(' and ')} seconds.`,
		impact:
			'All records of one name and type must have one TTL (RFC 2181 §5.2). Servers choose one of these, so changes take effect at another time than planned.',
		fix: (a: Times) => records(`Give the ${a.type} records of ${a.owner} one TTL.`, a.records),
		evidence: (a: Times) => seen(a, a.records.join('\n')),
		reproduce: checkZone,
	},
} satisfies Verdicts<AuditedZone['context']>;
