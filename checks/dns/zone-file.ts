import {
	at,
	auditedZones,
	defineCheck,
	masterLine,
	parseZoneFile,
	plannedZoneOf,
	reviewZoneFile,
	type Say,
	type Verdict,
	type ZoneFile,
	type ZoneFileReview,
	type ZoneRecord,
	z,
	zoneFileName,
} from '../../src/sdk.ts';
import { ZONE_FILE_VERDICTS } from './_zone-file-verdicts.ts';

/** Findings of syntax; the last tells of the rest, which may well be its consequences. */
const MOST_FAULTS = 50;

type Told = Verdict<keyof typeof ZONE_FILE_VERDICTS>;
type Saying = Say<typeof ZONE_FILE_VERDICTS>;

interface Reading {
	readonly file: string;
	readonly zone: ZoneFile;
	readonly review: ZoneFileReview;
	readonly say: Saying;
}

export default defineCheck({
	id: 'dns/zone-file',
	title: 'The zone file can be published as it is',
	rationale:
		'A name server that cannot read one line refuses the whole zone, and a name without its final ' +
		'dot leads nowhere. Before publication both are a matter of minutes.',
	references: [
		'RFC 1035 §5 (master files)',
		'RFC 1034 §3.6.2 and RFC 2181 §10.1 (aliases)',
		'RFC 2181 §5 (record sets)',
		'RFC 2308 §4 ($TTL)',
		'RFC 3597 §5 (unknown types)',
		'RFC 9460 §2.1 (SVCB and HTTPS)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: auditedZones,
	options: z.object({}),
	verdicts: ZONE_FILE_VERDICTS,
	appliesTo: ({ zoneFile }) => zoneFile !== null || 'no zone file was given (--zone)',
	needs: ({ subject }) => ({ zone: plannedZoneOf(subject) }),
	judge({ given, subject, say }) {
		const { zone } = given;
		const reading = { file: zoneFileName(subject), zone, review: reviewZoneFile(zone), say };
		const said = [
			...syntaxFaults(reading),
			...outsiders(reading),
			...conflicts(reading),
			...missingDots(reading),
			...missingSoa(reading),
			...duplicates(reading),
			...ttlConflicts(reading),
		];
		if (said.length > 0) return said;
		const records = zone.records.length;
		return say('sound', { zone: zone.apex, file: reading.file, records });
	},
	examples: (example) => {
		const given = (text: string) => ({ zone: parseZoneFile(text, 'example.com') });
		const subject = { subject: { zoneFile: '/zones/example.com.zone' } };
		const zone = (text: string) => given(`${START}\n${text}`);
		return [
			example('a zone', zone('www CNAME @\n@ MX 10 mail\nmail A 198.51.100.2'), 'sound', subject),
			example('a type that is none', zone('www Q 1'), 'syntax', subject),
			example('a parenthesis left open', zone('www TXT ( "a"'), 'syntax', subject),
			example('a second file', zone('$INCLUDE more.zone'), 'syntax', subject),
			example('a name elsewhere', zone('www.example.net. A 198.51.100.2'), 'outside-zone', subject),
			example(
				'an alias with a TXT record',
				zone('www CNAME @\nwww TXT "x"'),
				'alias-with-other-records',
				subject,
			),
			example(
				'an alias at the top',
				given('@ 60 CNAME pages.example.net.'),
				'alias-with-other-records',
				subject,
			),
			example(
				'an alias at the top that the provider resolves',
				zone('@ CNAME pages.example.net. ; cf_tags=cf-proxied:true'),
				'sound',
				subject,
			),
			example(
				'two targets',
				zone('www CNAME a.example.net.\nwww CNAME b.example.net.'),
				'alias-with-other-records',
				subject,
			),
			example(
				'the same alias twice',
				zone('www CNAME @\nwww CNAME @'),
				'duplicate-record',
				subject,
			),
			example('the zone’s name twice', zone('www CNAME example.com'), 'missing-final-dot', subject),
			example(
				'an owner likewise',
				zone('www.example.com A 198.51.100.2'),
				'missing-final-dot',
				subject,
			),
			example('another domain', zone('www CNAME pages.example.org'), 'missing-final-dot', subject),
			example(
				'a label that is a TLD',
				zone('www CNAME web.app\nweb.app A 198.51.100.2'),
				'sound',
				subject,
			),
			example('no SOA', given('@ 60 A 198.51.100.1'), 'no-soa', subject),
			example('twice', zone('www A 198.51.100.2\nwww A 198.51.100.2'), 'duplicate-record', subject),
			example(
				'two TTLs',
				zone('www 60 A 198.51.100.2\nwww 90 A 198.51.100.3'),
				'ttl-conflict',
				subject,
			),
		];
	},
});

const START = `$TTL 3600
@ SOA ns1.example.net. hostmaster 1 7200 3600 1209600 300
@ NS ns1.example.net.
@ NS ns2.example.net.`;

function placeOf({ file, zone }: Reading, { line }: { readonly line: number }) {
	return { zone: zone.apex, file, line };
}

function atLine(reading: Reading, name: string, line: number, verdict: Told): Told {
	return at({ kind: 'record', name, file: reading.file, line }, verdict);
}

function atRecord(reading: Reading, { owner, type, line }: ZoneRecord, verdict: Told): Told {
	return atLine(reading, `${owner} ${type}`, line, verdict);
}

function syntaxFaults(reading: Reading): readonly Told[] {
	const { zone, say } = reading;
	const shown = zone.faults.slice(0, MOST_FAULTS);
	return shown.map((fault, index) => {
		const more = zone.faults.length + zone.moreFaults - shown.length;
		const { column, says, text } = fault;
		const args = {
			...placeOf(reading, fault),
			column,
			fault: says,
			text,
			more: index === shown.length - 1 ? more : 0,
		};
		return atLine(reading, zone.apex, fault.line, say('syntax', args));
	});
}

function outsiders(reading: Reading): readonly Told[] {
	return reading.review.outside.map((record) => {
		const args = { ...placeOf(reading, record), owner: record.owner, record: masterLine(record) };
		return atRecord(reading, record, reading.say('outside-zone', args));
	});
}

function conflicts(reading: Reading): readonly Told[] {
	return reading.review.aliasConflicts.map(({ owner, isApex, aliases, others }) => {
		const line = aliases[0]?.line ?? 1;
		const args = {
			...placeOf(reading, { line }),
			owner,
			isApex,
			aliases: [...new Set(aliases.map(masterLine))],
			others: others.map(masterLine),
			otherTypes: [...new Set(others.map(({ type }) => type))],
		};
		return atLine(reading, `${owner} CNAME`, line, reading.say('alias-with-other-records', args));
	});
}

function missingDots(reading: Reading): readonly Told[] {
	return reading.review.missingDots.map(({ record, ...dot }) => {
		const place = { ...placeOf(reading, record), record: masterLine(record) };
		const args = { ...place, ...dot, owner: record.owner, type: record.type };
		return atRecord(reading, record, reading.say('missing-final-dot', args));
	});
}

function missingSoa({ review, zone, file, say }: Reading): readonly Told[] {
	if (!review.lacksSoa) return [];
	const servers = zone.records.flatMap(({ owner, data }) =>
		owner === zone.apex && data.type === 'NS' ? [data.target] : [],
	);
	const args = { zone: zone.apex, file, server: servers[0] ?? `ns1.${zone.apex}` };
	return [at({ kind: 'file', name: zone.apex, file, line: 1 }, say('no-soa', args))];
}

function duplicates(reading: Reading): readonly Told[] {
	return reading.review.duplicates.map(({ record, first }) => {
		const { owner, type } = record;
		const place = { ...placeOf(reading, record), record: masterLine(record) };
		const args = { ...place, owner, type, first: first.line };
		return atRecord(reading, record, reading.say('duplicate-record', args));
	});
}

function ttlConflicts(reading: Reading): readonly Told[] {
	return reading.review.ttlConflicts.flatMap((set) => {
		const [first] = set;
		const odd = set.find(({ ttl }) => ttl !== first?.ttl);
		if (odd === undefined) return [];
		const ttls = [...new Set(set.map(({ ttl }) => ttl))];
		const least = Math.min(...ttls);
		const args = {
			...placeOf(reading, odd),
			owner: odd.owner,
			type: odd.type,
			ttls,
			records: set.map((record) => masterLine({ ...record, ttl: least })),
		};
		return [atRecord(reading, odd, reading.say('ttl-conflict', args))];
	});
}
