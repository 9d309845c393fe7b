import {
	type AuditedZone,
	type DriftedSet,
	type Evidence,
	type Fix,
	minutes,
	registrableOf,
	type Severity,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { patchFor } from './_drift-patch.ts';
import { inPanel } from './_in-panel.ts';
import { listed } from './_in-words.ts';
import { shellName } from './_shell-name.ts';

export type Drift = DriftedSet & {
	readonly zone: string;
	readonly file: string;
	readonly panel: string | null;
	/** Every set that drifted, where this is the first that is told. */
	readonly whole: readonly DriftedSet[];
	/** Sets of the same kind that are not told one by one. */
	readonly more: number;
};

/** Where the TTL was not seen, in seconds. */
const USUAL_TTL = 3_600;

/** Hosts, so neither wildcards nor names for programs such as `_dmarc`. */
const isHost = (name: string) => !/(?:^|\.)(?:_|\*)/.test(name);
const isAddress = (type: string) => type === 'A' || type === 'AAAA' || type === 'CNAME';

/** The live CAA set forbids an authority that the file names. */
const shutsOut = ({ issuers }: DriftedSet) =>
	issuers.live.length > 0 && issuers.intended.some((one) => !issuers.live.includes(one));

const severityOf = (a: DriftedSet): Severity => {
	if (isAddress(a.type)) return isHost(a.name) ? 'blocker' : 'high';
	return a.type === 'MX' || (a.type === 'CAA' && shutsOut(a)) ? 'blocker' : 'high';
};

const isThirdParty = (a: Drift) =>
	a.liveTargets.some((target) => registrableOf(target) !== registrableOf(a.zone));

/** How grave each kind is, also for the order in which they are told. */
export const DRIFT_SEVERITIES = {
	missing: severityOf,
	changed: severityOf,
	'some-servers': (): Severity => 'high',
	extra: (a: Drift): Severity =>
		a.liveTypes.includes('NS') || a.liveTypes.includes('MX') || isThirdParty(a) ? 'high' : 'later',
	'ttl-only': (): Severity => 'info',
} as const;

const leadOf = (a: Drift) => seconds(a.liveTtl ?? USUAL_TTL);
const set = (a: DriftedSet) => `${a.name} ${a.type}`;
const where = (a: Drift) => (a.line === null ? a.file : `${a.file}:${a.line}`);
/** Within a sentence, a final dot would look like its end. */
const fromWord = (line: string, word: number) =>
	line
		.split(' ')
		.slice(word)
		.join(' ')
		.replace(/(?<=[\w-])\.$/, '');
const dataOf = (line: string) => fromWord(line, 4);
const dataIn = (lines: readonly string[]) => listed(lines.map(dataOf));
/** With the types, where an alias or other records stand in the place of those that are meant. */
const liveInWords = (a: Drift) => {
	const isSameType = a.liveTypes.every((type) => type === a.type);
	return isSameType ? dataIn(a.live) : listed(a.live.map((one) => fromWord(one, 3)));
};

const serversWhere = (a: Drift, state: DriftedSet['servers'][number]['state']) =>
	a.servers.filter((one) => one.state === state).map(({ name, address }) => `${name} (${address})`);

const oddServers = (a: Drift) =>
	a.intended.length > 0
		? [...serversWhere(a, 'missing'), ...serversWhere(a, 'different')]
		: serversWhere(a, 'different');

const dig = (a: Drift) => {
	const address = a.servers.find(({ state }) => state !== 'same' && state !== 'unseen')?.address;
	return `dig +noall +answer ${shellName(a.name)} ${a.type} @${address ?? a.servers[0]?.address ?? ''}`;
};

const seen = (a: Drift): readonly Evidence[] => [
	{
		kind: 'file',
		summary: `${where(a)}: ${a.intended.length === 0 ? 'no such set' : set(a)}`,
		detail: a.intended.join('\n'),
	},
	{
		kind: 'dns',
		summary: `${set(a)}, asked of each name server`,
		detail: [
			...a.live,
			...a.servers.map(({ name, address, state }) => `${name} ${address}: ${state}`),
		].join('\n'),
	},
];

/** The whole patch first where it stands, because a page shows one. */
const fixWith = (a: Drift, summary: string, ...steps: string[]): Fix => ({
	summary,
	steps,
	snippets: [...(a.whole.length > 1 ? patchFor(a.whole, a) : []), ...patchFor([a], a)],
});

const CONTROL =
	'Every name server was asked directly. Order, letter case, final dots, how a text is cut and the serial do not count.';

/** What can be said about what is live beside what is written. */
export const DRIFT_VERDICTS = {
	'in-step': {
		outcome: 'pass',
		says: (a: { zone: string; file: string; compared: number; provided: readonly string[] }) =>
			`All ${a.compared} record sets of ${a.file} are live at every name server of ${a.zone}.${
				a.provided.length > 0
					? ` ${listed(a.provided)} ${a.provided.length === 1 ? 'has' : 'have'} the DNS provider's own addresses, as meant.`
					: ''
			}`,
	},
	missing: {
		outcome: 'fail',
		severity: { oneOf: ['blocker', 'high'], pick: DRIFT_SEVERITIES.missing },
		effort: minutes(10),
		lead: leadOf,
		says: (a: Drift) => `${set(a)} is not live; ${where(a)} has ${dataIn(a.intended)}.`,
		impact: (a: Drift) =>
			isAddress(a.type)
				? 'Whoever goes there gets "server not found".'
				: 'What rests on the record does not work: mail, verification, or the protection that it was to give.',
		fix: (a: Drift) => fixWith(a, `Publish ${set(a)} ${inPanel(a.panel)}.`),
		evidence: seen,
		control: CONTROL,
		reproduce: dig,
	},
	changed: {
		outcome: 'fail',
		severity: { oneOf: ['blocker', 'high'], pick: DRIFT_SEVERITIES.changed },
		effort: minutes(10),
		lead: leadOf,
		says: (a: Drift) =>
			`${set(a)} is live with ${liveInWords(a)}; ${where(a)} has ${dataIn(a.intended)}.`,
		impact: (a: Drift) =>
			isAddress(a.type)
				? 'Visitors are led to another server than you mean.'
				: 'Mail, verification or protection follow the live record, and not what was agreed.',
		fix: (a: Drift) =>
			fixWith(
				a,
				`Change ${set(a)} to what the file says ${inPanel(a.panel)}, or correct the file.`,
				'Find out who changed it, and which of the two is right, before you overwrite either.',
			),
		evidence: seen,
		control: CONTROL,
		reproduce: dig,
	},
	'some-servers': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		lead: leadOf,
		says: (a: Drift) =>
			`${listed(oddServers(a))} ${oddServers(a).length === 1 ? 'does' : 'do'} not answer for ${set(a)} as ${where(a)} says: ${a.live.length === 0 ? 'no such record' : liveInWords(a)}.`,
		impact: 'Some visitors and mail servers get the old answer, others the new one, by chance.',
		fix: (a: Drift) =>
			fixWith(
				a,
				`Bring ${listed(oddServers(a))} in step with the other name servers.`,
				'Raise the serial of the zone and let the servers transfer it again, or load the zone there.',
			),
		evidence: seen,
		control: CONTROL,
		reproduce: dig,
	},
	extra: {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: DRIFT_SEVERITIES.extra },
		effort: minutes(10),
		lead: leadOf,
		says: (a: Drift) => `${set(a)} is live with ${liveInWords(a)}; ${a.file} has no such record.`,
		impact: (a: Drift) =>
			DRIFT_SEVERITIES.extra(a) === 'high'
				? 'Part of the domain is in hands that the plan does not know: mail or visitors may go to a former supplier.'
				: 'Nobody maintains it: it may lead to a server that is somebody else’s by now.',
		fix: (a: Drift) =>
			fixWith(
				a,
				`Delete ${set(a)} ${inPanel(a.panel)}, or add it to ${a.file}.`,
				'Ask who put it there before you delete it.',
			),
		evidence: seen,
		control: CONTROL,
		reproduce: dig,
	},
	'ttl-only': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: Drift) =>
			`${set(a)} is live with a TTL of ${a.liveTtl ?? 0} seconds; ${where(a)} has ${a.intended[0]?.split(' ')[1] ?? ''}${a.more > 0 ? ` (and ${a.more} more sets likewise)` : ''}.`,
		impact: 'A change takes effect at another time than the file makes believe.',
		fix: (a: Drift) =>
			fixWith(a, `Set the TTL of ${set(a)} ${inPanel(a.panel)}, or correct the file.`),
		evidence: seen,
		reproduce: dig,
	},
	'not-enumerable': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: NotListed) => `${notListed(a)}.`,
		impact: 'Records under names that nobody listed can be live without being seen here.',
		fix: {
			summary: 'Export the live zone at the DNS provider, and compare it with the file there.',
			steps: ['Delete what nobody needs, and add the rest to the file.'],
			snippets: [],
		},
		evidence: () => [],
	},
} satisfies Verdicts<AuditedZone['context']>;

export type NotListed = {
	readonly zone: string;
	readonly file: string;
	readonly compared: number;
	readonly passedOver: number;
	readonly suspected: number;
	readonly unsuspected: number;
	readonly isSampled: boolean;
	readonly hasWildcard: boolean;
};

function notListed(a: NotListed): string {
	const { zone, file, compared, passedOver, hasWildcard } = a;
	const limit =
		passedOver > 0
			? `The first ${compared} sets of ${file} were compared, ${passedOver} more were not`
			: `The names of ${file} and those that zones often have were compared`;
	const why = hasWildcard
		? `${zone} answers for every name, so others cannot be told apart from its wildcard`
		: `other names of ${zone} cannot be listed from outside`;
	return [limit, ...besideFile(a), why].join('; ');
}

/** How far records that the file does not have were looked for, where that was not everywhere. */
function besideFile({ suspected, unsuspected, isSampled }: NotListed): readonly string[] {
	if (!isSampled) return [];
	const rest = unsuspected > 0 ? `, and for ${unsuspected} more at none` : '';
	return [
		`for ${suspected} sets that the file does not have, one name server each was asked${rest}`,
	];
}
