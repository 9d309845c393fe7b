import {
	auditedZones,
	cannotSay,
	defineCheck,
	doesNotApply,
	type NameServerSurvey,
	nameServerSurvey,
	type ServerBehaviour,
	z,
} from '../../src/sdk.ts';
import { serversText } from './_in-words.ts';
import { softwareIn } from './_name-server-software.ts';
import { NAMESERVERS_VERDICTS } from './_nameservers-verdicts.ts';

export default defineCheck({
	id: 'dns/nameservers',
	title: 'The name servers answer everybody, and only for their own zone',
	rationale:
		'Every visit begins at the name servers. One that drops a kind of question makes a part of the ' +
		'visits slow or impossible; one that does more than it should is used against you and others.',
	references: [
		'RFC 7766 (DNS over TCP)',
		'RFC 5358 (open recursion)',
		'RFC 5936 (zone transfers)',
		'RFC 6891 (EDNS)',
		'RFC 4343 (letter case)',
		'RFC 9471 (referrals and glue)',
	],
	reach: 'trust',
	layer: 'delegation',
	over: auditedZones,
	options: z.object({}),
	verdicts: NAMESERVERS_VERDICTS,
	needs: ({ subject }) => ({
		seen: nameServerSurvey({
			name: subject.name,
			hosts: [...subject.required],
			active: subject.active,
		}),
	}),
	judge({ given: { seen }, subject, say }) {
		const { zone, panel, names, servers } = seen;
		const versions = servers.flatMap(({ version }) => version ?? []);
		const about = { zone, panel, software: softwareIn(versions) };
		const where = (is: (one: ServerBehaviour) => boolean) => servers.filter(is).map(placeOf);
		const dead = (transport: 'udp' | 'tcp') =>
			servers
				.filter((one) => one[transport] === false)
				.map((one) => ({ ...placeOf(one), detail: one.detail }));
		const open = servers.filter(({ foreign }) => foreign !== null);
		const giving = servers.filter(({ transferred }) => (transferred ?? 0) > 0);
		const badEdns = servers.filter(({ edns }) => edns !== 'works');
		const badLetters = servers.filter(({ letters }) => letters !== 'kept');
		const shown = servers.filter(({ version }) => version !== null);
		const found = [
			...some(dead('tcp'), (them) => say('no-tcp', { ...about, servers: them })),
			...some(dead('udp'), (them) => say('no-udp', { ...about, servers: them })),
			...some(open, (them) =>
				say('open-recursion', {
					...about,
					servers: them.map(placeOf),
					foreignName: seen.foreignName,
					answer: them[0]?.foreign ?? '',
				}),
			),
			...some(giving, (them) =>
				say('zone-transfer-open', {
					...about,
					servers: them.map(placeOf),
					records: Math.max(...them.map(({ transferred }) => transferred ?? 0)),
				}),
			),
			...some(badEdns, (them) =>
				say('edns-broken', {
					...about,
					servers: them.map(placeOf),
					how: unique(them.map(({ edns }) => EDNS[edns])),
				}),
			),
			...some(badLetters, (them) =>
				say('case-broken', {
					...about,
					servers: them.map(placeOf),
					how: unique(them.map(({ letters }) => LETTERS[letters])),
				}),
			),
			...some(shown, (them) =>
				say('version-shown', {
					...about,
					servers: them.map(placeOf),
					versions: unique(them.map(({ version }) => version ?? '')),
				}),
			),
			...(seen.hasV6 === false ? [say('no-ipv6', { ...about, names })] : []),
			...(seen.bigReferralAt === null
				? []
				: [say('referral-too-big', { ...about, names, server: seen.bigReferralAt })]),
		];
		const unsure = where(({ udp, tcp }) => udp === null || tcp === null);
		if (unsure.length > 0) {
			const detail = `only one of UDP and TCP was answered by ${serversText(unsure)}, and no other server shows whether the other works from here`;
			return [...found, cannotSay('unsupported', detail, 'high')];
		}
		const unasked = unique(servers.flatMap((one) => one.unasked));
		if (unasked.length > 0) {
			return [...found, cannotSay('inconclusive', unasked.join('; '), 'high')];
		}
		if (found.some(({ verdict }) => !NOTES.has(verdict))) return found;
		if (servers.length === 0) {
			return found.length > 0 ? found : doesNotApply(`No server of ${zone} holds a whole zone.`);
		}
		const transfersTried = subject.active;
		return [...found, say('sound', { zone, count: servers.length, transfersTried })];
	},
	examples: (example) => {
		const given = (more: Partial<ServerBehaviour>, whole: Partial<NameServerSurvey> = {}) => ({
			seen: {
				zone: 'example.com',
				panel: null,
				names: ['ns1.example.com', 'ns2.example.com'],
				servers: [SERVER, { ...SERVER, name: 'ns2.example.com', address: '203.0.113.2', ...more }],
				foreignName: 'com',
				hasV6: true,
				bigReferralAt: null,
				...whole,
			},
		});
		const soa = 'a.gtld-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 900';
		return [
			example('two good servers', given({}), 'sound'),
			example('a transfer refused', given({ transferred: 0 }), 'sound', {
				subject: { active: true },
			}),
			example('one without TCP', given({ tcp: false, detail: 'no answer' }), 'no-tcp'),
			example('TCP, where nobody has it', given({ tcp: null, detail: 'no answer' }), 'unknown'),
			example('one without UDP', given({ udp: false, detail: 'port closed' }), 'no-udp'),
			example('UDP, where nobody has it', given({ udp: null, detail: 'no answer' }), 'unknown'),
			example('one that recurses', given({ foreign: soa }), 'open-recursion'),
			example('one that was not asked', given({ unasked: ['the time is over'] }), 'unknown'),
			example('one that gives the zone', given({ transferred: 12 }), 'zone-transfer-open', {
				subject: { active: true },
			}),
			example('FORMERR to EDNS', given({ edns: 'refused' }), 'edns-broken'),
			example('silence to EDNS', given({ edns: 'lost' }), 'edns-broken'),
			example('lower case comes back', given({ letters: 'changed' }), 'case-broken'),
			example('silence to mixed letters', given({ letters: 'lost' }), 'case-broken'),
			example('a version', given({ version: '9.18.24' }), 'version-shown'),
			example('no IPv6', given({}, { hasV6: false }), 'no-ipv6'),
			example('nobody says whether there is IPv6', given({}, { hasV6: null }), 'sound'),
			example(
				'thirteen long names',
				given({}, { bigReferralAt: '198.51.100.3' }),
				'referral-too-big',
			),
			example('servers without SOA alone', given({}, { servers: [] }), 'not-applicable'),
		];
	},
});

const EDNS = {
	works: '',
	refused: 'it is answered with an error',
	lost: 'it is not answered',
} as const;

const LETTERS = {
	kept: '',
	changed: 'names come back in other letters',
	lost: 'such a name is not answered',
} as const;

/** Beside these, the servers still do all that they should. */
const NOTES: ReadonlySet<string> = new Set(['version-shown', 'no-ipv6', 'referral-too-big']);

function some<T, R>(list: readonly T[], then: (list: readonly T[]) => R): readonly R[] {
	return list.length > 0 ? [then(list)] : [];
}

function unique(texts: readonly string[]): readonly string[] {
	return [...new Set(texts)];
}

function placeOf({ name, address }: ServerBehaviour) {
	return { name, address };
}

const SERVER: ServerBehaviour = {
	name: 'ns1.example.com',
	address: '203.0.113.1',
	udp: true,
	tcp: true,
	detail: '',
	edns: 'works',
	letters: 'kept',
	foreign: null,
	transferred: null,
	version: null,
	unasked: [],
};
