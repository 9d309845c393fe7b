import {
	type AuditedZone,
	advice,
	minutes,
	records,
	type Severity,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { durationText, listed, seen } from './_in-words.ts';
import { shellName } from './_shell-name.ts';

type About = {
	readonly zone: string;
	readonly panel: string | null;
};

export type Set = {
	readonly name: string;
	readonly type: string;
	readonly ttl: number;
	readonly isPlanned: boolean;
};

type Sets = About & { readonly sets: readonly Set[] };

const WHY = {
	'zone-file': 'a new zone file is about to be published',
	drift: 'what is live has drifted from the zone file',
	resolve: '--resolve aims at a server that is not in DNS yet',
	'old-and-new': 'resolvers still give an old address out',
} as const;
export type Why = keyof typeof WHY;

const DAY = 86_400;
/** What a record may have while it can still change, in seconds. */
const MOVABLE = 300;

const longest = (a: Sets) => Math.max(...a.sets.map(({ ttl }) => ttl));
const shortest = (a: Sets) => Math.min(...a.sets.map(({ ttl }) => ttl));

const setText = ({ name, type, ttl, isPlanned }: Set) =>
	`${name} ${type} ${durationText(ttl)}${isPlanned ? ' (in the zone file)' : ''}`;
const setsText = (a: Sets) => listed(a.sets.map(setText));

const withTtl = (a: Sets, ttl: number) => [
	...new Set(a.sets.map(({ name, type }) => `${name}. ${ttl} IN ${type} <as it is today>`)),
];

const linesOf = (a: Sets) =>
	a.sets.map(
		({ name, ttl, type, isPlanned }) =>
			`${name} ${ttl} ${type}${isPlanned ? ', in the zone file' : ''}`,
	);
const shown = (a: Sets) => seen(`TTLs at the name servers of ${a.zone}`, linesOf(a));

const digAt = (a: Sets) => {
	const [one] = a.sets;
	return `dig +noall +answer +nottlunits @<a name server of ${a.zone}> ${shellName(one?.name ?? a.zone)} ${one?.type ?? 'A'}`;
};

/** What can be said about how long things are remembered. */
export const TTL_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { zone: string; reach: readonly string[] }) =>
			a.reach.length === 0
				? `No record of ${a.zone} was seen that could have to change.`
				: `How soon a change at ${a.zone} reaches everyone: ${listed(a.reach)}.`,
	},
	'too-long-for-cut-over': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: Sets): Severity => (longest(a) > DAY ? 'high' : 'later'),
		},
		effort: minutes(10),
		lead: (a: Sets) => seconds(longest(a)),
		says: (a: Sets & { why: readonly Why[] }) =>
			`Records are about to change (${listed(a.why.map((one) => WHY[one]))}), and are remembered for long: ${setsText(a)}.`,
		impact: (a: Sets) =>
			`After the change, and after every correction to it, some visitors are led to the old place for up to ${durationText(longest(a))}.`,
		fix: (a: Sets) =>
			records(
				`Lower these TTLs to ${MOVABLE} ${inPanel(a.panel)} now, and change the records ${durationText(longest(a))} later.`,
				withTtl(a, MOVABLE),
				`Wait until the old TTL has passed everywhere: ${durationText(longest(a))} after the TTL was lowered.`,
				'Make the change; a mistake is now put right within five minutes.',
				'Raise the TTL to an hour once the launch is over.',
			),
		control:
			'Read from the name servers themselves, or the zone file; a resolver shows only what is left of a TTL.',
		reproduce: digAt,
		evidence: shown,
	},
	'too-short': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: Sets): Severity => (shortest(a) === 0 ? 'high' : 'later'),
		},
		effort: minutes(10),
		says: (a: Sets) => `${a.zone} has records that are hardly cached: ${setsText(a)}.`,
		impact: (a: Sets) =>
			shortest(a) === 0
				? 'Every visit waits for your name servers, and when they are out of reach for a moment, so is the site; some resolvers mistreat a TTL of 0.'
				: 'Nearly every visit waits for your name servers first, and a short outage of theirs becomes one of the site.',
		fix: (a: Sets) =>
			records(
				`Raise these TTLs to ${MOVABLE} ${inPanel(a.panel)}, and to 3600 after the launch.`,
				withTtl(a, MOVABLE),
			),
		control:
			'Read from the name servers themselves, or the zone file. A network or platform in front of the site that sets short TTLs on purpose is excepted.',
		reproduce: digAt,
		evidence: shown,
	},
	'negative-too-long': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		lead: (a: About & { ttl: number }) => seconds(a.ttl),
		says: (a: About & { ttl: number }) =>
			`Who asks for a name of ${a.zone} before it exists remembers its absence for ${durationText(a.ttl)}.`,
		impact:
			'A host that is added on launch day stays "not found" for that long for everybody whose resolver was asked too early, your own first.',
		fix: (a: About & { ttl: number }) =>
			advice(
				`Lower the last number of the SOA (minimum) to 300 ${inPanel(a.panel)}, before names are added.`,
				'Some panels call it "negative TTL" or "NXDOMAIN TTL"; lowering the TTL of the SOA record itself does the same.',
				`What is remembered already lasts up to ${durationText(a.ttl)}: publish new names early.`,
			),
		reproduce: (a: About) => `dig +noall +authority does-not-exist.${a.zone} A`,
		evidence: (a: About & { ttl: number }) =>
			seen(`${a.zone} SOA: the lesser of its TTL and its minimum`, [`${a.ttl} seconds`]),
	},
	'differ-in-set': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Sets & { within: readonly string[] }) =>
			`Records of one set have different TTLs: ${listed(a.within)}.`,
		impact:
			'Resolvers treat the set as a whole: some take the lowest TTL, some drop a part of it when that runs out, and visitors then miss addresses.',
		fix: (a: Sets) =>
			records(
				`Give all records of one name and type the same TTL ${inPanel(a.panel)}.`,
				withTtl(a, MOVABLE),
			),
		reproduce: digAt,
		evidence: (a: Sets & { within: readonly string[] }) =>
			seen(`TTLs at the name servers of ${a.zone}`, a.within),
	},
	'parent-slow': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(0),
		lead: (a: About & { ttl: number }) => seconds(a.ttl),
		says: (a: About & { what: readonly string[]; ttl: number; by: string }) =>
			`The registry's ${listed(a.what)} of ${a.zone} are remembered for ${durationText(a.ttl)}: a change of name servers made now has reached everyone by ${a.by}.`,
		impact:
			'Nothing is wrong. Name servers cannot be changed at the last minute, and the old ones must go on answering until then.',
		fix: (a: About & { ttl: number }) =>
			advice(
				`Do not change name servers within ${durationText(a.ttl)} before the launch.`,
				'The registry sets this TTL; nobody else can lower it.',
				'When you do change them: load the zone at the new servers first, then change the registrar, and keep the old servers answering for that long.',
			),
		reproduce: (a: About) => `dig +trace +nodnssec ${a.zone} NS`,
		evidence: (a: About & { what: readonly string[]; ttl: number }) =>
			seen(`${a.zone}, ${a.what.join(' and ')} at the registry`, [`TTL ${a.ttl}`]),
	},
} satisfies Verdicts<AuditedZone['context']>;
