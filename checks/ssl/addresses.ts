import {
	advice,
	assessServed,
	blockedBy,
	type CertificateSummary,
	certificateSummary,
	commands,
	defineCheck,
	doesNotApply,
	type Evidence,
	type Fact,
	type Fix,
	hosts,
	known,
	minutes,
	type NamelessAnswer,
	namelessAnswer,
	optional,
	type ServedChain,
	servedChains,
	type TrustStore,
	trustStore,
	unknown,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { SAMPLE_TRUST, sampleChain } from './_samples.ts';

/** What one group of addresses sends. */
interface Group {
	readonly where: readonly string[];
	/** For people: subject, end and start of the fingerprint. */
	readonly shows: string;
	/** What is wrong with it; empty where clients accept it. */
	readonly faults: readonly string[];
}

interface Differing {
	readonly host: string;
	readonly groups: readonly Group[];
	readonly isBad: boolean;
	/** The first address of the group to be repaired. */
	readonly address: string;
}

interface Nameless {
	readonly host: string;
	readonly address: string;
	readonly named: string;
	readonly nameless: string;
}

const groupText = ({ where, shows, faults }: Group) =>
	`${where.join(', ')}: ${shows}${faults.length > 0 ? ` (${faults.join('; ')})` : ''}`;

const evidence = (a: Differing): Evidence[] =>
	a.groups.map((group) => ({
		kind: 'tls',
		summary: `the certificate at ${group.where.join(', ')}`,
		detail: [group.shows, ...group.faults].join('\n'),
	}));

function reproduce(a: { readonly host: string; readonly address: string }): string {
	const to = a.address.includes(':') ? `[${a.address}]` : a.address;
	return `openssl s_client -connect ${to}:443 -servername ${a.host} </dev/null 2>/dev/null | openssl x509 -noout -subject -enddate -fingerprint -sha256`;
}

export default defineCheck({
	id: 'ssl/addresses',
	title: 'Every address of the host shows the same certificate',
	rationale:
		'A host with several addresses is several servers. A renewal that reaches one of them leaves the ' +
		'other with the old certificate, and who gets which is a matter of chance.',
	references: ['RFC 8305 (a client picks among the addresses)', 'RFC 6066 §3 (server name)'],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({}),
	verdicts: {
		same: {
			outcome: 'pass',
			says: (a: { host: string; where: string }) =>
				`${a.host} shows the same certificate at ${a.where}.`,
		},
		'certificates-differ': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'info'],
				pick: (a: Differing) => (a.isBad ? ('high' as const) : ('info' as const)),
			},
			effort: minutes(30),
			says: (a: Differing) =>
				`The addresses of ${a.host} show different certificates: ${a.groups.map(groupText).join('; ')}.`,
			impact: (a: Differing) =>
				a.isBad
					? 'Some visitors get the site, others a warning page, by chance and with every new visit anew.'
					: 'Each machine renews by itself: one whose renewal breaks is not noticed while the others work.',
			fix: synchronise,
			evidence,
			reproduce,
		},
		'ipv6-differs': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Differing) =>
				`Over IPv6 ${a.host} shows another certificate than over IPv4: ${a.groups.map(groupText).join('; ')}.`,
			impact:
				'Phones on mobile networks and most new connections prefer IPv6: they meet another server than the one you look at.',
			fix: (a: Differing) => ({
				...synchronise(a),
				summary: `Let the server listen on IPv6 as on IPv4 for ${a.host}, or take the AAAA record away.`,
				snippets: [
					{
						platform: 'nginx',
						language: 'nginx',
						text: `server {\n  listen 443 ssl;\n  listen [::]:443 ssl;\n  server_name ${a.host};\n}`,
					},
					{
						platform: 'any',
						language: 'dns',
						text: `; delete, where no server of yours has the address\n${a.host}. IN AAAA ${a.address}`,
					},
				],
			}),
			evidence,
			reproduce,
		},
		'no-sni-certificate': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			says: (a: Nameless) =>
				`A client that sends no server name gets another certificate at ${a.address} (${a.nameless}) than one that asks for ${a.host} (${a.named}).`,
			impact:
				'Browsers send the name. Some old programs, devices and health checks do not, and refuse what they get.',
			fix: (a: Nameless) =>
				advice(
					`Make ${a.host} the default host of the server, if such clients matter to you.`,
					'nginx: "listen 443 ssl default_server" in its server block. Apache: the first VirtualHost counts. Caddy: default_sni in the global options.',
					'On shared hosting and CDNs that is not in your hands, and rightly so.',
				),
			reproduce: (a: Nameless) =>
				`openssl s_client -connect ${a.address.includes(':') ? `[${a.address}]` : a.address}:443 -noservername </dev/null 2>/dev/null | openssl x509 -noout -subject`,
		},
	},
	needs: ({ subject }) => {
		const own = { host: subject.name, beside: besideOf(subject) };
		return {
			served: servedChains(own),
			trust: trustStore({}),
			nameless: optional(namelessAnswer(own)),
		};
	},
	judge({ given: { served, trust, nameless }, subject, now, say }) {
		const host = subject.name;
		const groups = served.flatMap((one) => groupsOf(one, { host, now, trust }));
		if (groups.length === 0) {
			return blockedBy({ check: 'ssl/certificate', subject: host }, 'no certificate can be read');
		}
		const bare = nameless.status === 'known' ? nameless.value : null;
		const notes =
			bare?.nameless != null && bare.nameless.sha256 !== bare.named.sha256
				? [say('no-sni-certificate', namelessArgs(host, bare, bare.nameless))]
				: [];
		const where = groups.flatMap((group) => group.where);
		if (where.length < 2) {
			return notes.length > 0 ? notes : doesNotApply('the host has one address');
		}
		const kinds = new Set(groups.map(({ sha256 }) => sha256));
		if (kinds.size < 2) return [...notes, say('same', { host, where: where.join(', ') })];
		const six = groups.filter(isSix);
		const four = groups.filter((group) => !isSix(group));
		const odd = six.find((group) => four.length > 0 && isOdd(group, four));
		if (odd !== undefined) return [...notes, say('ipv6-differs', differing(host, groups, odd))];
		const bad = groups.find(({ faults }) => faults.length > 0);
		return [...notes, say('certificates-differ', differing(host, groups, bad))];
	},
	examples: (example) => {
		const given = (
			served: readonly ServedChain[],
			more: { nameless?: Fact<NamelessAnswer | null>; trust?: TrustStore } = {},
		) => ({ served, trust: SAMPLE_TRUST, nameless: known(null), ...more });
		const four = (name: SampleName, address = '203.0.113.1') => chainAt(name, address);
		const six = (name: SampleName) => chainAt(name, '2001:db8::1');
		const bare = (name: SampleName, address = '203.0.113.1') => ({
			nameless: known({
				address,
				named: summaryOf('good'),
				nameless: certificateSummary(sampleChain(name)[0] ?? ''),
			}),
		});
		const both = { ...four('good'), addresses: ['203.0.113.1', '2001:db8::1'] };
		return [
			example('one address', given([four('good')]), 'not-applicable'),
			example('one certificate at two', given([both]), 'same'),
			example(
				'two chains for one certificate',
				given([four('good'), four('rootSent', '203.0.113.2')]),
				'same',
			),
			example(
				'two good ones',
				given([four('good'), four('bare', '203.0.113.2')]),
				'certificates-differ',
			),
			example(
				'a good one and an expired one',
				given([four('good'), four('old', '203.0.113.2')]),
				'certificates-differ',
			),
			example('another name over IPv6', given([four('good'), six('elsewhere')]), 'ipv6-differs'),
			example('an expired one over IPv6', given([four('good'), six('old')]), 'ipv6-differs'),
			example('another good one over IPv6', given([four('p384'), six('p521')]), 'ipv6-differs'),
			example(
				'a good one of its own for every machine',
				given([four('p384'), four('rsa2048', '203.0.113.2'), six('p521')]),
				'certificates-differ',
			),
			example('over IPv6 alone', given([six('good')]), 'not-applicable'),
			example('the same without a name', given([both], bare('good')), 'same'),
			example('another without a name', given([both], bare('elsewhere')), 'no-sni-certificate'),
			example(
				'another without a name, the same everywhere',
				given([both], bare('elsewhere')),
				'same',
			),
			example(
				'no certificate without a name',
				given([both], {
					nameless: known({ address: '203.0.113.1', named: summaryOf('good'), nameless: null }),
				}),
				'same',
			),
			example(
				'without a name nothing was seen',
				given([both], { nameless: unknown('timeout', '') }),
				'same',
			),
			example('nothing that can be read', given([{ ...four('good'), chain: ['AAAA'] }]), 'blocked'),
		];
	},
});

interface Shows extends Group {
	readonly sha256: string;
	readonly summary: CertificateSummary;
	readonly isV6: boolean;
}

/** One group a family: addresses of both may send the same chain. */
function groupsOf(
	served: ServedChain,
	about: { host: string; now: Date; trust: TrustStore },
): readonly Shows[] {
	const summary = certificateSummary(served.chain[0] ?? '');
	if (summary === null) return [];
	const { accepted, problems } = assessServed(served, about);
	const faults = accepted
		? []
		: problems.filter(({ severity }) => severity === 'blocker' || severity === 'high');
	const families = [served.addresses.filter((one) => !isV6(one)), served.addresses.filter(isV6)];
	return families
		.filter((where) => where.length > 0)
		.map((where) => ({
			where,
			shows: showsOf(summary),
			faults: faults.map(({ detail }) => detail),
			sha256: summary.sha256,
			summary,
			isV6: where.some(isV6),
		}));
}

const isV6 = (address: string) => address.includes(':');
const isSix = (group: Shows) => group.isV6;

/**
 * Worse than IPv4, or another. Where the machines behind IPv4 each have a certificate of their own for the
 * same names, one more over IPv6 is no other site.
 */
function isOdd({ faults, summary, sha256 }: Shows, four: readonly Shows[]): boolean {
	if (four.some((group) => group.sha256 === sha256)) return false;
	const good = four.filter((group) => group.faults.length === 0);
	if (good.length === 0) return false;
	if (faults.length > 0) return true;
	const kind = ({ names, issuer }: CertificateSummary) => `${[...names].sort().join()} ${issuer}`;
	const isFleet = new Set(four.map((group) => group.sha256)).size > 1;
	return !(isFleet && four.some((group) => kind(group.summary) === kind(summary)));
}

function showsOf({ subject, issuer, notAfter, sha256 }: CertificateSummary): string {
	return `"${subject}" of "${issuer}" until ${notAfter.slice(0, 10)}, SHA-256 ${sha256.slice(0, 12)}…`;
}

function differing(host: string, groups: readonly Shows[], worst: Shows | undefined): Differing {
	const plain = groups.map(({ where, shows, faults }): Group => ({ where, shows, faults }));
	const bad = groups.filter(({ faults }) => faults.length > 0).length;
	return {
		host,
		groups: plain,
		// Where all are bad, it is no matter of the address: the checks of the certificate say so.
		isBad: bad > 0 && bad < groups.length,
		address: (worst ?? groups[1])?.where[0] ?? '',
	};
}

function namelessArgs(
	host: string,
	{ address, named }: NamelessAnswer,
	nameless: CertificateSummary,
): Nameless {
	return { host, address, named: showsOf(named), nameless: showsOf(nameless) };
}

function synchronise({ host, address }: Differing): Fix {
	return commands(
		`Give every server of ${host} the same certificate, and let each renewal reach all of them.`,
		[
			`# on the server at ${address}`,
			`sudo certbot certificates -d ${host}`,
			'sudo nginx -t && sudo systemctl reload nginx',
		],
		'A machine that was not reloaded after the renewal goes on with the old certificate: add the reload as a deploy hook.',
		'Renew in one place and copy certificate and key to the others, or end TLS at one load balancer.',
		'Where an address belongs to a server that is no longer yours, take its record away.',
	);
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

type SampleName = Parameters<typeof sampleChain>[0];

function chainAt(name: SampleName, address: string): ServedChain {
	return { addresses: [address], chain: sampleChain(name), fetched: [], lookups: [] };
}

function summaryOf(name: SampleName): CertificateSummary {
	const summary = certificateSummary(sampleChain(name)[0] ?? '');
	if (summary === null) throw new RangeError('a sample that cannot be read');
	return summary;
}
