import {
	type AuditedZone,
	advice,
	type Fix,
	minutes,
	records,
	type Severity,
	type Verdicts,
} from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';
import { type At, atText, durationText, listed, seen, serversText } from './_in-words.ts';
import { forOperator } from './_name-server-software.ts';

type About = {
	readonly zone: string;
	readonly panel: string | null;
};

type Serials = About & {
	readonly newest: At & { readonly serial: number };
	readonly behind: readonly (At & { readonly serial: number })[];
	/** Between the two looks. */
	readonly seconds: number;
	readonly differing: string | null;
	readonly isManaged: boolean;
};

type Timers = About & {
	/** In words, one for each value. */
	readonly faults: readonly string[];
	readonly mname: string;
	readonly rname: string;
	readonly serial: number;
	/** Of the whole record, with the odd values put right. */
	readonly refresh: number;
	readonly retry: number;
	readonly expire: number;
	readonly minimum: number;
	/** Nothing else is odd than that absences are kept for too long. */
	readonly onlyNegative: boolean;
	readonly isPlanned: boolean;
	/** RDATA as it is. */
	readonly current: string;
};

/** A transfer after NOTIFY takes a moment; a gap of this length is none. */
const LASTING = 5;

const dig = (a: { zone: string }) => `dig +noall +answer ${a.zone} SOA`;
const everyServer = (a: { zone: string }) => `dig +nssearch ${a.zone}`;

/** The record as a zone file writes it, for pasting. */
const soaLine = (a: Omit<Timers, 'faults' | 'onlyNegative' | 'isPlanned' | 'panel' | 'current'>) =>
	`${a.zone}. 3600 IN SOA ${a.mname}. ${a.rname}. ${a.serial} ${a.refresh} ${a.retry} ${a.expire} ${a.minimum}`;

const oneSoa = (a: About): Fix =>
	records(
		`Give the zone ${a.zone} exactly one SOA record ${inPanel(a.panel)}, on every server.`,
		[
			`${a.zone}. 3600 IN SOA <primary name server>. hostmaster.${a.zone}. <serial, one higher than before> 7200 3600 1209600 3600`,
		],
		'Load the zone again, and look at the log: name-server programs refuse a zone whose SOA is missing or repeated, so another program or script is likely to answer here.',
		'A hosted zone is best deleted and created anew, with its records exported first.',
	);

const transferFix = (a: Serials): Fix =>
	forOperator(
		`Let ${listed(a.behind.map(({ name }) => name))} fetch the zone ${a.zone} from the primary server again.`,
		{ panel: a.panel, software: null },
		{
			bind: `# on the secondary: rndc retransfer ${a.zone}\n# on the primary, in the zone: also-notify { <secondary>; }; allow-transfer { <secondary>; };`,
			nsd: `# on the secondary: nsd-control force_transfer ${a.zone}\n# on the primary, in the zone: notify: <secondary> NOKEY\n#   provide-xfr: <secondary> NOKEY`,
			knot: `# on the secondary: knotc zone-retransfer ${a.zone}\n# on the primary, in the zone: notify: <secondary>\n#   acl: <acl that allows transfer to the secondary>`,
			powerdns: `# on the secondary: pdns_control retrieve ${a.zone}\nprimary=yes\nalso-notify=<secondary>\nallow-axfr-ips=<secondary>`,
		},
		'publish any change in its panel, and ask its support if the gap stays.',
		'Look into the log of the secondary: a refused transfer, a wrong key or a closed TCP port 53 at the primary are the usual reasons.',
		'Check that every edit raises the serial on the primary: a secondary fetches nothing while it does not.',
	);

function severityOf(a: Serials): Severity {
	if (a.differing !== null) return 'high';
	if (a.isManaged) return 'info';
	return a.seconds >= LASTING ? 'high' : 'later';
}

const serialsOf = (a: Serials) => listed(a.behind.map((one) => `${atText(one)} has ${one.serial}`));

/** What can be said about a zone's SOA record. */
export const SOA_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: { zone: string; serial: number; servers: number; isPlanned: boolean }) =>
			a.isPlanned
				? `${a.zone} has one SOA record in the zone file, with serial ${a.serial} and usual timers.`
				: `${a.zone} has one SOA record, serial ${a.serial}, the same at ${a.servers} server address${a.servers === 1 ? '' : 'es'}.`,
	},
	missing: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(20),
		says: (a: About & { servers: readonly At[] }) =>
			`${serversText(a.servers)} ${a.servers.length === 1 ? 'answers' : 'answer'} for ${a.zone} with authority, and ${a.servers.length === 1 ? 'has' : 'have'} no SOA record for it.`,
		impact:
			'Without an SOA there is no valid zone: secondaries drop it, resolvers cannot cache absences, and some refuse every answer from such a server.',
		fix: oneSoa,
		reproduce: everyServer,
		evidence: (a: About & { servers: readonly At[] }) =>
			seen(
				`${a.zone} SOA: an answer with authority, without the record`,
				a.servers.map((one) => `from ${atText(one)}`),
			),
	},
	several: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(20),
		says: (a: About & { servers: readonly At[]; count: number }) =>
			`${a.zone} has ${a.count} SOA records at ${serversText(a.servers)}; a zone has exactly one.`,
		impact:
			'Resolvers and secondaries pick either: transfers stop or go backwards, and strict resolvers take the answers for broken.',
		fix: oneSoa,
		reproduce: dig,
		evidence: (a: About & { servers: readonly At[]; count: number }) =>
			seen(
				`${a.zone} SOA: ${a.count} records`,
				a.servers.map((one) => `from ${atText(one)}`),
			),
	},
	'serials-differ': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later', 'info'], pick: severityOf },
		effort: minutes(30),
		says: (a: Serials) => {
			const what =
				a.differing === null
					? 'the records that were compared agree'
					: `${a.differing} is not the same there either`;
			return `The servers of ${a.zone} hold different editions: ${atText(a.newest)} has serial ${a.newest.serial}, ${serialsOf(a)} (at two looks, ${a.seconds} s apart), and ${what}.`;
		},
		impact: (a: Serials) => {
			if (a.differing !== null)
				return 'Visitors and mail servers get the old or the new records by chance, depending on which server they ask; a fix published now reaches only some of them.';
			return a.isManaged
				? 'The provider numbers its copies by themselves and keeps them in step in its own way; nobody notices.'
				: 'What you change today is not published on every server: the next fix may reach only a part of the world.';
		},
		fix: (a: Serials) =>
			a.isManaged && a.differing === null
				? advice(
						'Nothing to do: this is how the provider works.',
						'Before moving the zone to secondaries of your own, read how the provider counts serials: transfers rely on them.',
					)
				: transferFix(a),
		control: (a: Serials) =>
			`Asked twice, ${a.seconds} s apart, and compared as RFC 1982 does; a server that had caught up at the second look is not named.`,
		reproduce: everyServer,
		cause: (a: Serials) =>
			a.differing === null ? 'dns/soa/serials-differ' : 'dns/delegation/servers-disagree',
		evidence: (a: Serials) =>
			seen(
				`${a.zone} SOA, at two looks ${a.seconds} s apart`,
				[a.newest, ...a.behind].map((one) => `${one.serial} from ${atText(one)}`),
			),
	},
	'timers-unusual': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Timers) => `The SOA of ${a.zone} has unusual timers: ${listed(a.faults)}.`,
		impact: (a: Timers) =>
			a.onlyNegative
				? 'A name that somebody asked for too early stays "not found" for that long after you publish it.'
				: 'Secondaries fetch too rarely or give the zone up too early, so an outage of the primary, or a fix, shows later than it need.',
		fix: (a: Timers) =>
			records(
				a.isPlanned
					? 'Correct the SOA in the zone file before it is published.'
					: `Correct the SOA ${inPanel(a.panel)}, and raise the serial.`,
				[soaLine(a)],
				'refresh, retry and expire tell secondaries how often to look and when to give up; the last number is how long an absence may be cached.',
			),
		reproduce: dig,
		cause: (a: Timers) => (a.onlyNegative ? 'dns/ttl/negative-too-long' : 'dns/soa/timers-unusual'),
		evidence: (a: Timers) => seen(`${a.zone} SOA`, [a.current]),
	},
	'primary-unknown': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: About & { mnames: readonly string[] }) =>
			a.mnames.length > 1
				? `The servers of ${a.zone} name different primary servers in the SOA: ${listed(a.mnames)}.`
				: `The SOA of ${a.zone} names ${a.mnames[0] ?? 'nobody'} as primary server, which has no address.`,
		impact:
			'Nobody who visits notices. Programs that update the zone by themselves (certificate tools with RFC 2136, Windows clients) find no server.',
		fix: (a: About) =>
			advice(
				`Name the primary name server in the SOA ${inPanel(a.panel)}.`,
				'The first field of the SOA is the host name of the server on which the zone is edited; a hidden primary may stay hidden.',
			),
		reproduce: dig,
		evidence: (a: About & { mnames: readonly string[] }) =>
			seen(`${a.zone} SOA, primary server`, a.mnames),
	},
	'contact-invalid': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: About & { rname: string }) =>
			`The SOA of ${a.zone} gives "${a.rname}" as contact, which is not the form of a mail address in DNS: the first dot stands for @.`,
		impact: 'Whoever wants to report a fault in the zone cannot write to you.',
		fix: (a: About) =>
			advice(
				`Give the contact as hostmaster.${a.zone}. in the SOA ${inPanel(a.panel)}.`,
				`hostmaster.${a.zone}. means hostmaster@${a.zone}; make sure that somebody reads it.`,
			),
		reproduce: dig,
		evidence: (a: About & { rname: string }) => seen(`${a.zone} SOA, contact`, [a.rname]),
	},
} satisfies Verdicts<AuditedZone['context']>;

/** Faults of the timers (RFC 1912 §2.2, RFC 2308 §5) in words, and the values to put in their place. */
export function timersOf(
	{
		refresh,
		retry,
		expire,
		minimum,
	}: { refresh: number; retry: number; expire: number; minimum: number },
	isManaged: boolean,
) {
	const transfer = isManaged ? [] : transferFaults({ refresh, retry, expire });
	const negative = negativeFault(minimum);
	const good = { refresh: refresh < 1_200 ? 7_200 : refresh };
	const goodRetry = retry >= good.refresh ? Math.floor(good.refresh / 2) : retry;
	const least = Math.max(604_800, good.refresh + goodRetry);
	const corrected = isManaged
		? { refresh, retry, expire }
		: { ...good, retry: goodRetry, expire: expire < least ? Math.max(1_209_600, least) : expire };
	return {
		faults: [...transfer, ...negative],
		onlyNegative: transfer.length === 0 && minimum > 86_400,
		corrected: { ...corrected, minimum: negative.length > 0 ? 3_600 : minimum },
	};
}

function transferFaults({
	refresh,
	retry,
	expire,
}: {
	refresh: number;
	retry: number;
	expire: number;
}): readonly string[] {
	return [
		...(refresh < 1_200 ? [`refresh is ${refresh} (under 1200, ${durationText(1_200)})`] : []),
		...(retry >= refresh ? [`retry is ${retry}, not less than refresh (${refresh})`] : []),
		...(expire < 604_800 ? [`expire is ${expire} (under 604800, a week)`] : []),
		...(expire >= 604_800 && expire < refresh + retry
			? [`expire is ${expire}, less than refresh and retry together (${refresh + retry})`]
			: []),
	];
}

function negativeFault(minimum: number): readonly string[] {
	if (minimum === 0) return ['minimum is 0, so absences are not cached at all'];
	return minimum > 86_400
		? [`minimum is ${minimum} (over 86400): absences are cached for ${durationText(minimum)}`]
		: [];
}
