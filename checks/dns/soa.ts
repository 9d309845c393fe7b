import {
	auditedZones,
	defineCheck,
	doesNotApply,
	type SerialGap,
	type Soa,
	type SoaAt,
	type SoaSurvey,
	soaSurvey,
	z,
} from '../../src/sdk.ts';
import { SOA_VERDICTS, timersOf } from './_soa-verdicts.ts';

export default defineCheck({
	id: 'dns/soa',
	title: 'The zone has one SOA record, the same on every server',
	rationale:
		'The SOA says which edition of the zone a server holds. Where it is missing, repeated or behind, ' +
		'what you publish today does not reach everybody.',
	references: [
		'RFC 1035 §3.3.13 (SOA), §5.2 (one SOA a zone)',
		'RFC 1982 (serial number arithmetic)',
		'RFC 1912 §2.2 (SOA timers)',
		'RFC 2308 §5 (caching of absences)',
		'RFC 2142 §7 (hostmaster)',
	],
	reach: 'sign-in',
	layer: 'delegation',
	over: auditedZones,
	options: z.object({}),
	verdicts: SOA_VERDICTS,
	needs: ({ subject }) => ({
		seen: soaSurvey({ name: subject.name, hosts: [...subject.required] }),
	}),
	judge({ given: { seen }, say }) {
		const about = { zone: seen.zone, panel: seen.panel };
		const missing = seen.servers.filter(({ records }) => records.length === 0);
		const several = seen.servers.filter(({ records }) => records.length > 1);
		const count = Math.max(0, ...several.map(({ records }) => records.length));
		const faults = [
			...(missing.length > 0 ? [say('missing', { ...about, servers: missing.map(placeOf) })] : []),
			...(several.length > 0
				? [say('several', { ...about, servers: several.map(placeOf), count })]
				: []),
			// Which of several counts, nobody can say; so nothing more is said about any of them.
			...(several.length > 0 || seen.gap === null
				? []
				: [say('serials-differ', { ...about, ...seen.gap, behind: [...seen.gap.behind] })]),
		];
		const { soa } = seen;
		if (soa === null && faults.length === 0) {
			return doesNotApply(`The zone file has no SOA record for ${seen.zone}.`);
		}
		if (soa === null || several.length > 0) return faults;
		const timers = timersOf(soa, seen.isManaged);
		const mnames = mnamesIn(seen, soa);
		const all = [
			...faults,
			...(timers.faults.length > 0
				? [say('timers-unusual', { ...about, ...timersArgs(soa, timers, seen) })]
				: []),
			...(mnames.length > 1 || seen.primaryExists === false
				? [say('primary-unknown', { ...about, mnames })]
				: []),
			...(isAddressable(soa.rname) ? [] : [say('contact-invalid', { ...about, rname: soa.rname })]),
		];
		const { zone, servers, isPlanned } = seen;
		const sound = { zone, serial: soa.serial, servers: servers.length, isPlanned };
		return all.length > 0 ? all : [say('sound', sound)];
	},
	examples: (example) => [
		example('two servers in step', seen({}), 'sound'),
		example(
			'a planned zone without SOA',
			seen({ isPlanned: true, servers: [], soa: null }),
			'not-applicable',
		),
		example('a planned zone', seen({ isPlanned: true, servers: [] }), 'sound'),
		example(
			'authority without SOA',
			seen({ servers: [at(1), { ...at(2), records: [] }] }),
			'missing',
		),
		example('none anywhere', seen({ servers: [{ ...at(1), records: [] }], soa: null }), 'missing'),
		example(
			'two SOA',
			seen({ servers: [{ ...at(1), records: [SOA, { ...SOA, serial: 9 }] }] }),
			'several',
		),
		example(
			'behind, content differs',
			seen({ gap: gap({ seconds: 1, differing: 'example.com A' }) }),
			'serials-differ',
		),
		example('behind for 4 s', seen({ gap: gap({ seconds: 4 }) }), 'serials-differ'),
		example('behind for 5 s', seen({ gap: gap({ seconds: 5 }) }), 'serials-differ'),
		example(
			'a provider that numbers each site',
			seen({ gap: gap({ seconds: 30, isManaged: true }) }),
			'serials-differ',
		),
		example(
			'a provider that is out of step',
			seen({ gap: gap({ seconds: 30, isManaged: true, differing: 'example.com MX' }) }),
			'serials-differ',
		),
		...TIMERS.map(([name, soa, says]) => example(name, seen({ soa: { ...SOA, ...soa } }), says)),
		example(
			'a provider whose servers need no transfer',
			seen({ soa: { ...SOA, expire: 259_200 }, isManaged: true }),
			'sound',
		),
		example('primary without address', seen({ primaryExists: false }), 'primary-unknown'),
		example('nobody says whether the primary exists', seen({ primaryExists: null }), 'sound'),
		example(
			'two primaries',
			seen({ servers: [at(1), { ...at(2), records: [{ ...SOA, mname: 'ns9.example.com' }] }] }),
			'primary-unknown',
		),
		example(
			'@ in the contact',
			seen({ soa: { ...SOA, rname: 'admin@example.com' } }),
			'contact-invalid',
		),
		example('no contact', seen({ soa: { ...SOA, rname: '.' } }), 'contact-invalid'),
		example(
			'a dot in the contact',
			seen({ soa: { ...SOA, rname: 'jo\\046doe.example.com' } }),
			'sound',
		),
	],
});

const placeOf = ({ name, address }: SoaAt) => ({ name, address });

function mnamesIn({ servers }: SoaSurvey, soa: Soa): readonly string[] {
	const names = servers.flatMap(({ records }) => records.map(({ mname }) => mname));
	return names.length === 0 ? [soa.mname] : [...new Set(names)].sort();
}

/** The first label is the mailbox, the rest its domain (RFC 1035 §8). */
function isAddressable(rname: string): boolean {
	return !rname.includes('@') && rname.includes('.') && rname !== '.';
}

function timersArgs(soa: Soa, timers: ReturnType<typeof timersOf>, seen: SoaSurvey) {
	const { faults, onlyNegative, corrected } = timers;
	const { mname, rname, serial, refresh, retry, expire, minimum } = soa;
	const { isPlanned } = seen;
	const current = [mname, rname, serial, refresh, retry, expire, minimum].join(' ');
	return { mname, rname, serial, faults, onlyNegative, isPlanned, current, ...corrected };
}

const SOA: Soa = {
	type: 'SOA',
	mname: 'ns1.example.com',
	rname: 'hostmaster.example.com',
	serial: 2_030_010_100,
	refresh: 7_200,
	retry: 3_600,
	expire: 1_209_600,
	minimum: 3_600,
};

const TIMERS: readonly [string, Partial<Soa>, 'sound' | 'timers-unusual'][] = [
	['refresh of 1199', { refresh: 1_199, retry: 600 }, 'timers-unusual'],
	['refresh of 1200', { refresh: 1_200, retry: 600 }, 'sound'],
	['retry as long as refresh', { retry: 7_200 }, 'timers-unusual'],
	['retry just shorter', { retry: 7_199 }, 'sound'],
	['expire just under a week', { expire: 604_799 }, 'timers-unusual'],
	['expire of a week', { expire: 604_800 }, 'sound'],
	[
		'expire under refresh and retry',
		{ refresh: 600_000, retry: 10_000, expire: 609_999 },
		'timers-unusual',
	],
	['expire of refresh and retry', { refresh: 600_000, retry: 10_000, expire: 610_000 }, 'sound'],
	['minimum 0', { minimum: 0 }, 'timers-unusual'],
	['minimum 1', { minimum: 1 }, 'sound'],
	['minimum of a day', { minimum: 86_400 }, 'sound'],
	['minimum over a day', { minimum: 86_401 }, 'timers-unusual'],
];

function at(n: number): SoaAt {
	return { name: `ns${n}.example.com`, address: `203.0.113.${n}`, records: [SOA] };
}

function seen(more: Partial<SoaSurvey>): { readonly seen: SoaSurvey } {
	return {
		seen: {
			zone: 'example.com',
			isPlanned: false,
			servers: [at(1), at(2)],
			soa: SOA,
			panel: null,
			isManaged: false,
			primaryExists: true,
			gap: null,
			...more,
		},
	};
}

function gap(more: Partial<SerialGap>): SerialGap {
	return {
		newest: { name: 'ns1.example.com', address: '203.0.113.1', serial: 2_030_010_100 },
		behind: [{ name: 'ns2.example.com', address: '203.0.113.2', serial: 2_030_010_000 }],
		seconds: 0,
		differing: null,
		isManaged: false,
		...more,
	};
}
