import {
	type AuditedZone,
	advice,
	commands,
	days,
	type Fix,
	minutes,
	records,
	type Severity,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { type At, durationText, listed, serversText } from './_in-words.ts';

/** Every fault for which validators refuse the zone is one risk, whichever way it shows. */
const BROKEN = 'dns/dnssec/broken';

type About = {
	readonly zone: string;
	readonly parent: string;
	readonly panel: string | null;
	/** Validators follow a DS into the zone. */
	readonly isTrusted: boolean;
	/** Seconds, of the DS at the parent. */
	readonly dsTtl: number | null;
};

type Signatures = About & {
	/** `example.com SOA`, each once. */
	readonly sets: readonly string[];
	readonly servers: readonly At[];
	/** At every server that gave the set. */
	readonly isEverywhere: boolean;
};

type Dated = Signatures & {
	/** ISO 8601, the first of them. */
	readonly moment: string;
	readonly ago: number;
};

type Keys = About & {
	/** RDATA of the DS at the parent. */
	readonly ds: readonly string[];
	/** RDATA of the DS that it should be, for each entry key. */
	readonly lines: readonly string[];
};

type Algorithms = Keys & {
	/** In words: `RSA/SHA-1 (7)`. */
	readonly algorithms: readonly string[];
	/** Only the size of keys is weak. */
	readonly onlySize: boolean;
};

/** Most registries publish DS records for a day. */
const USUAL_DS_TTL = days(1);
const DAY = 86_400;
const NSEC3_TOLERATED = 100;

const dsLead = (a: { dsTtl: number | null }) => seconds(a.dsTtl ?? USUAL_DS_TTL);
const dsWait = (a: { dsTtl: number | null }) => durationText(dsLead(a));
const byTrust = {
	oneOf: ['blocker', 'later'],
	pick: (a: { isTrusted: boolean }): Severity => (a.isTrusted ? 'blocker' : 'later'),
} as const;
const causeOf = (id: string) => (a: { isTrusted: boolean }) => (a.isTrusted ? BROKEN : id);
const refusal = (a: { isTrusted: boolean }) =>
	a.isTrusted
		? 'Resolvers that validate refuse to answer: for about a third of all people the site and its mail are gone.'
		: 'Nobody notices while the parent has no DS record; on the day that it gets one, the zone goes dark.';
const digKeys = (a: About) => `dig +dnssec +multi DNSKEY ${a.zone}; dig +short DS ${a.zone}`;
const checkedHere =
	'Signatures and digests were checked here, from the DS at the parent to the records of each server.';

const where = (a: Signatures) =>
	a.isEverywhere ? 'on every server' : `at ${serversText(a.servers)}`;
const dsRecords = (a: { zone: string; lines: readonly string[]; dsTtl: number | null }) =>
	a.lines.map((line) => `${a.zone}. ${a.dsTtl ?? USUAL_DS_TTL} IN DS ${line}`);

/** Where the provider signs, in its own words. */
const SIGNING_PAGES: Readonly<Record<string, string>> = {
	Cloudflare: 'DNS > Settings > DNSSEC',
	'Amazon Route 53': 'Hosted zones > the zone > DNSSEC signing',
	GoDaddy: 'Domain > DNS > DNSSEC',
	Namecheap: 'Domain List > Manage > Advanced DNS > DNSSEC',
	'Azure DNS': 'DNS zone > DNSSEC',
	Gandi: 'Domain > DNSSEC',
	OVHcloud: 'Domain names > the domain > DNSSEC',
	Porkbun: 'Domain details > DNSSEC',
	Hostinger: 'Domains > DNS / Nameservers > DNSSEC',
};

function atProvider({ panel }: { panel: string | null }): readonly string[] {
	if (panel === null) return [];
	const page = SIGNING_PAGES[panel];
	return [
		page === undefined
			? `${panel} signs the zone: use the DNSSEC page of its panel, and its support if that shows no fault.`
			: `${panel} signs the zone: see ${page}, and ask its support where that page shows no fault.`,
	];
}

const PRODUCTS = {
	sign: (zone: string) => [
		`rndc sign ${zone}                        # BIND`,
		`knotc zone-sign ${zone}                  # Knot DNS`,
		`pdnsutil rectify-zone ${zone} && pdns_control purge '${zone}$'   # PowerDNS`,
		`ldns-signzone -n ${zone}.zone $(basename -s .private K${zone}.*.private) && nsd-control reload ${zone}   # NSD, keys made with ldns-keygen`,
	],
	keys: (zone: string) => [
		`rndc dnssec -status ${zone}              # BIND`,
		`keymgr ${zone} list                      # Knot DNS`,
		`pdnsutil show-zone ${zone}               # PowerDNS`,
		`ldns-key2ds -n -2 K${zone}.*.key         # NSD, keys made with ldns-keygen`,
	],
	transfer: (zone: string) => [
		`rndc retransfer ${zone}                  # BIND, on the secondary`,
		`knotc zone-retransfer ${zone}            # Knot DNS`,
		`pdns_control retrieve ${zone}            # PowerDNS`,
		`nsd-control force_transfer ${zone}       # NSD`,
	],
} as const;

const wayOut = (a: About) =>
	`If that takes long: delete the DS record at the registrar first; ${dsWait(a)} later (its TTL) everybody gets answers again, unsigned.`;

/** Commands for who runs the servers; who has a provider does it in its panel. */
function withCommands(
	a: About,
	summary: string,
	lines: readonly string[],
	...steps: readonly string[]
): Fix {
	return a.panel === null
		? commands(summary, lines, ...steps)
		: advice(summary, ...atProvider(a), ...steps);
}

const resign = (a: About): Fix =>
	withCommands(
		a,
		`Have the zone ${a.zone} signed again with its present keys.`,
		PRODUCTS.sign(a.zone),
		...atProvider(a),
		'Find out why the signer stopped: a full disk, a key file that is gone, a clock, a job that no longer runs.',
		...(a.isTrusted ? [wayOut(a)] : []),
	);

const replaceDs = (a: Keys): Fix =>
	records(
		`Give the registrar the DS record of the key that signs ${a.zone}.`,
		dsRecords(a),
		'Enter it at the registrar (not in the zone itself), beside the old one.',
		'Delete the DS records that match no key once the new one is published.',
		...atProvider(a),
		`Old answers stay in caches for ${dsWait(a)} (the TTL of the DS record).`,
	);

const rollAlgorithm = (a: Keys & { algorithms: readonly string[] }): Fix =>
	withCommands(
		a,
		`Roll ${a.zone} over to algorithm 13 (ECDSA P-256 with SHA-256).`,
		[
			`dnssec-policy "p256" { keys { csk lifetime unlimited algorithm 13; }; };   # BIND, then in the zone: dnssec-policy "p256";`,
			`keymgr ${a.zone} generate algorithm=ecdsap256sha256 ksk=yes zsk=yes   # Knot DNS, or policy: algorithm: ecdsap256sha256`,
			`pdnsutil add-zone-key ${a.zone} csk active ecdsa256   # PowerDNS`,
			`ldns-keygen -a ECDSAP256SHA256 -k ${a.zone}            # NSD, then sign with the old and the new key`,
		],
		'Sign with both algorithms first, wait for the TTL of the zone, then add the new DS at the registrar.',
		`Take the old DS away, wait ${dsWait(a)} (its TTL), and only then the old key (RFC 6781 §4.1.4).`,
	);

/** What can be said about a zone's signatures and the parent's word for them. */
export const DNSSEC_VERDICTS = {
	validates: {
		outcome: 'pass',
		says: (a: { zone: string; tags: readonly number[]; sets: number; servers: number }) =>
			`${a.zone} is signed: the DS at the parent names key ${listed(a.tags.map(String))}, and all ${a.sets} record sets seen at ${a.servers} ${a.servers === 1 ? 'server' : 'servers'} verify.`,
	},
	broken: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		lead: dsLead,
		says: (a: About & { names: readonly string[]; detail: string; above: boolean }) =>
			`Resolvers that validate refuse to answer for ${listed(a.names)} (SERVFAIL${a.detail && `; extended error ${a.detail}`}), and answer with checking disabled${a.above ? `: validation fails in ${a.parent} already` : ''}.`,
		impact: refusal,
		fix: (a: About & { above: boolean }) =>
			a.above
				? advice(
						`Have DNSSEC of ${a.parent}, the zone above, repaired.`,
						`Its operator must sign ${a.parent} again, or correct or delete its DS record.`,
						`Nothing in ${a.zone} itself changes this.`,
					)
				: withCommands(
						a,
						`Delete the DS record of ${a.zone} at the registrar, or have the zone signed again.`,
						[`delv +vtrace ${a.zone} SOA`, ...PRODUCTS.keys(a.zone)],
						`Without a DS, everybody gets answers again after ${dsWait(a)} (its TTL).`,
					),
		control: 'The same resolver answers other names, and this one with checking disabled.',
		reproduce: (a: About & { names: readonly string[] }) =>
			`dig ${a.zone} SOA; dig +cd ${a.zone} SOA`,
		cause: BROKEN,
	},
	'ds-without-key': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: dsLead,
		says: (a: Keys) =>
			`${a.parent} publishes a DS record for ${a.zone} (${listed(a.ds)}), and the zone has no DNSKEY: it is not signed.`,
		impact: refusal,
		fix: (a: Keys) =>
			records(
				`Delete the DS record of ${a.zone} at the registrar.`,
				a.ds.map((ds) => `; delete: ${a.zone}. IN DS ${ds}`),
				'This is left over from an old DNS provider, or signing was switched off before the DS was gone.',
				'Or switch signing on at the DNS provider, and enter the DS record that it shows.',
				...atProvider(a),
				`The old DS stays in caches for ${dsWait(a)} (its TTL): do not switch signing on and off meanwhile.`,
			),
		control: 'Every server of the zone that answers says so with authority.',
		reproduce: digKeys,
		cause: BROKEN,
	},
	'ds-mismatch': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(15),
		lead: dsLead,
		says: (a: Keys & { servers: readonly At[]; isEverywhere: boolean; tags: readonly number[] }) =>
			`The DS at ${a.parent} (${listed(a.ds)}) names none of the keys of ${a.zone}${a.isEverywhere ? '' : ` at ${serversText(a.servers)}`} (key tags ${listed(a.tags.map(String))}).`,
		impact: refusal,
		fix: (a: Keys & { servers: readonly At[]; isEverywhere: boolean }) =>
			a.isEverywhere
				? replaceDs(a)
				: withCommands(
						a,
						`Bring ${serversText(a.servers)} in step with the servers whose keys the DS names.`,
						PRODUCTS.transfer(a.zone),
						wayOut(a),
					),
		control: checkedHere,
		reproduce: digKeys,
		cause: BROKEN,
	},
	'signature-expired': {
		outcome: 'fail',
		severity: byTrust,
		effort: minutes(30),
		says: (a: Dated) =>
			`Signatures of ${a.zone} expired at ${a.moment}: those of ${listed(a.sets)}, ${where(a)}.`,
		impact: refusal,
		fix: (a: Dated) =>
			a.isEverywhere
				? resign(a)
				: withCommands(
						a,
						`Let ${serversText(a.servers)} fetch the zone ${a.zone} again: the others have fresh signatures.`,
						PRODUCTS.transfer(a.zone),
						...(a.isTrusted ? [wayOut(a)] : []),
					),
		control:
			"This machine's clock was held against the registry's signatures and, where they could be reached, two web servers.",
		reproduce: (a: Dated) => `dig +dnssec +multi ${a.zone} SOA`,
		cause: causeOf('dns/dnssec/signature-expired'),
	},
	'signature-not-yet-valid': {
		outcome: 'fail',
		severity: byTrust,
		effort: minutes(30),
		says: (a: Dated) =>
			`Signatures of ${a.zone} become valid only at ${a.moment}: those of ${listed(a.sets)}, ${where(a)}.`,
		impact: refusal,
		fix: (a: Dated) => ({
			...resign(a),
			summary: `Set the clock of the machine that signs ${a.zone}, then have the zone signed again.`,
		}),
		control:
			"This machine's clock was held against the registry's signatures and, where they could be reached, two web servers.",
		reproduce: (a: Dated) => `dig +dnssec +multi ${a.zone} SOA; date -u`,
		cause: causeOf('dns/dnssec/signature-not-yet-valid'),
	},
	'signature-missing': {
		outcome: 'fail',
		severity: byTrust,
		effort: minutes(30),
		says: (a: Signatures & { why: string }) =>
			`${listed(a.sets)} ${a.sets.length === 1 ? 'has' : 'have'} no usable signature ${where(a)}: ${a.why}.`,
		impact: refusal,
		fix: resign,
		control: checkedHere,
		reproduce: (a: Signatures) =>
			`dig +dnssec ${a.sets[0] ?? a.zone} @${a.servers[0]?.address ?? ''}`,
		cause: causeOf('dns/dnssec/signature-missing'),
	},
	'signature-invalid': {
		outcome: 'fail',
		severity: byTrust,
		effort: minutes(30),
		says: (a: Signatures & { why: string }) =>
			`No signature of ${listed(a.sets)} verifies ${where(a)}: ${a.why}.`,
		impact: refusal,
		fix: (a: Signatures) => ({
			...resign(a),
			steps: [
				'A record that was changed after signing, or a key that was replaced without signing again, are the usual reasons.',
				...resign(a).steps,
			],
		}),
		control: `${checkedHere} The same code verifies signatures of that algorithm that it makes itself.`,
		reproduce: (a: Signatures) =>
			`dig +dnssec ${a.sets[0] ?? a.zone} @${a.servers[0]?.address ?? ''}`,
		cause: causeOf('dns/dnssec/signature-invalid'),
	},
	'some-servers-unsigned': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high'],
			pick: (a: { isTrusted: boolean }): Severity => (a.isTrusted ? 'blocker' : 'high'),
		},
		effort: minutes(30),
		says: (a: About & { servers: readonly At[]; signing: readonly At[] }) =>
			`${serversText(a.servers)} ${a.servers.length === 1 ? 'gives' : 'give'} ${a.zone} without signatures, ${serversText(a.signing)} with them.`,
		impact: (a: About) =>
			a.isTrusted
				? 'Resolvers that validate refuse what the unsigned servers say: look-ups fail now and then, or always, for about a third of all people.'
				: 'Whoever adds the DS record in this state takes the site away from about a third of all people.',
		fix: (a: About & { servers: readonly At[] }) =>
			withCommands(
				a,
				`Let ${serversText(a.servers)} serve the signed zone ${a.zone}, or take them out of the delegation.`,
				PRODUCTS.transfer(a.zone),
				'Transfer the signed zone, not the one before signing; a server with DNSSEC switched off must be switched on.',
				...(a.isTrusted ? [wayOut(a)] : []),
			),
		control: checkedHere,
		reproduce: (a: About & { servers: readonly At[] }) =>
			`dig +dnssec +norec DNSKEY ${a.zone} @${a.servers[0]?.address ?? ''}`,
		cause: causeOf('dns/dnssec/some-servers-unsigned'),
	},
	'two-signers': {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(60),
		lead: dsLead,
		says: (
			a: Keys & {
				one: At & { tags: readonly number[] };
				other: At & { tags: readonly number[] };
			},
		) =>
			`${serversText([a.one])} signs ${a.zone} with key ${listed(a.one.tags.map(String))}, ${serversText([a.other])} with key ${listed(a.other.tags.map(String))}, and neither publishes the key of the other.`,
		impact:
			'A resolver that has the keys of one refuses the answers of the other: look-ups fail at random for everybody behind a validating resolver.',
		fix: (a: Keys & { one: At; other: At }) =>
			advice(
				`Let one side alone sign ${a.zone}.`,
				`Take the name servers of one provider (${a.one.name} or ${a.other.name}) out of the delegation, and leave the DS of the one that stays: ${listed(a.lines)}.`,
				'To keep both: each must publish the zone-signing keys of the other in its DNSKEY set, and the parent a DS for both (RFC 8901, model 2).',
				...atProvider(a),
				wayOut(a),
			),
		control: checkedHere,
		reproduce: (a: { zone: string; one: At; other: At }) =>
			`dig +norec DNSKEY ${a.zone} @${a.one.address}; dig +norec DNSKEY ${a.zone} @${a.other.address}`,
		cause: BROKEN,
	},
	'signature-expiring': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: Dated & { period: number }) =>
			`Signatures of ${a.zone} expire at ${a.moment}, in ${hoursText(-a.ago)}, after ${hoursText(a.period)} in all: those of ${listed(a.sets)}, ${where(a)}.`,
		impact:
			'Signers renew earlier than that. If this one has stopped, the site and its mail vanish at that moment for everybody behind a validating resolver.',
		fix: (a: Dated) => ({
			...resign(a),
			summary: `See whether the signer of ${a.zone} still runs, and have the zone signed now.`,
		}),
		confidence: 'medium',
		control: 'Less than a quarter of the period and less than three days are left.',
		reproduce: (a: Dated) => `dig +dnssec +multi ${a.zone} SOA`,
	},
	'denial-broken': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: About & { claim: string; why: string; servers: readonly At[] }) =>
			`${serversText(a.servers)} ${a.servers.length === 1 ? 'says' : 'say'} ${a.claim} without a valid proof: ${a.why}.`,
		impact:
			'Resolvers that validate give SERVFAIL for every name or type that does not exist: mail checks, IPv6 look-ups and certificate orders (CAA) fail.',
		fix: (a: About) => ({
			...resign(a),
			summary: `Have the whole chain of NSEC or NSEC3 records of ${a.zone} made and signed anew.`,
			steps: [
				'Records added behind the signer, or a mix of NSEC and NSEC3 from two editions, break the chain.',
				...resign(a).steps,
			],
		}),
		control: checkedHere,
		reproduce: (a: About & { servers: readonly At[] }) =>
			`dig +dnssec +norec nothing-here.${a.zone} @${a.servers[0]?.address ?? ''}`,
	},
	'ds-differs-at-parent': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: dsLead,
		says: (a: About & { views: readonly { server: string; ds: readonly string[] }[] }) =>
			`The servers of ${a.parent} publish different DS records for ${a.zone}: ${a.views.map(({ server, ds }) => `${server} ${ds.length === 0 ? 'none' : listed(ds)}`).join('; ')}.`,
		impact: 'Whether look-ups validate depends on which server of the registry a resolver asked.',
		fix: (a: About) =>
			advice(
				`Wait an hour; if the servers of ${a.parent} still differ, have the registrar ask the registry.`,
				'A change at the registrar reaches all servers of a registry within minutes to an hour.',
				'Change neither keys nor DS until they agree.',
			),
		control: 'Each server was asked twice.',
		reproduce: (a: About & { views: readonly { server: string }[] }) =>
			a.views.map(({ server }) => `dig +norec +short DS ${a.zone} @${server}`).join('; '),
	},
	'weak-algorithm': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { onlySize: boolean }): Severity => (a.onlySize ? 'later' : 'high'),
		},
		effort: minutes(120),
		lead: dsLead,
		says: (a: Algorithms) =>
			a.onlySize
				? `${a.zone} is signed with ${listed(a.algorithms)}: RSA keys of fewer than 2048 bits.`
				: `${a.zone} is signed with ${listed(a.algorithms)} and with nothing better.`,
		impact: (a: { onlySize: boolean }) =>
			a.onlySize
				? 'Such keys are within reach of well-funded attackers, who could then forge answers.'
				: 'Validators are dropping these algorithms: the zone then counts as unsigned, or its signatures can be forged.',
		fix: rollAlgorithm,
		reproduce: digKeys,
	},
	'unknown-algorithm': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(60),
		lead: dsLead,
		says: (a: Algorithms) =>
			`DNSSEC of ${a.zone} uses ${listed(a.algorithms)}, which no validator knows.`,
		impact:
			'Validators pass over what they do not know: what looks signed is not protected, and some programs refuse it.',
		fix: (a: Algorithms) =>
			a.lines.length > 0
				? replaceDs(a)
				: advice(
						`Take the DS records of ${a.zone} away at the registrar, sign with algorithm 13, and enter the new DS.`,
						...atProvider(a),
					),
		reproduce: digKeys,
	},
	'weak-digest': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead: dsLead,
		says: (a: Keys) => `Every DS record of ${a.zone} has a SHA-1 digest (${listed(a.ds)}).`,
		impact:
			'Validators are dropping SHA-1: the zone then counts as unsigned, and answers can be forged.',
		fix: (a: Keys) => ({
			...replaceDs(a),
			summary: `Give the registrar the DS of the same key with a SHA-256 digest, then delete the one with SHA-1.`,
		}),
		reproduce: digKeys,
	},
	'nsec3-parameters': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { iterations: number }): Severity =>
				a.iterations > NSEC3_TOLERATED ? 'high' : 'later',
		},
		effort: minutes(15),
		says: (a: About & { iterations: number; saltLength: number }) =>
			`NSEC3 of ${a.zone} uses ${a.iterations} extra ${a.iterations === 1 ? 'iteration' : 'iterations'} and ${a.saltLength === 0 ? 'no salt' : `a salt of ${a.saltLength} octets`}; both should be none.`,
		impact: (a: { iterations: number }) =>
			a.iterations > NSEC3_TOLERATED
				? 'Validators stop checking, or give SERVFAIL, for names that do not exist: the proof is worth nothing.'
				: 'It costs every resolver work and protects nothing.',
		fix: (a: About) =>
			withCommands(a, `Set NSEC3 of ${a.zone} to 0 iterations and an empty salt.`, [
				`nsec3param iterations 0 optout no salt-length 0;   # BIND, in dnssec-policy; by hand: rndc signing -nsec3param 1 0 0 - ${a.zone}`,
				'nsec3-iterations: 0 / nsec3-salt-length: 0         # Knot DNS, in the policy',
				`pdnsutil set-nsec3 ${a.zone} '1 0 0 -'             # PowerDNS`,
				`ldns-signzone -n -t 0 ${a.zone}.zone $(basename -s .private K${a.zone}.*.private)   # NSD`,
			]),
		reproduce: (a: About) => `dig +short NSEC3PARAM ${a.zone}`,
	},
	'stale-ds': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Keys & { stale: readonly string[] }) =>
			`${listed(a.stale)} at ${a.parent} names no key of ${a.zone}; another DS does, so answers validate.`,
		impact: 'It is what a key roll-over leaves behind, or a new key that is not published yet.',
		fix: (a: Keys & { stale: readonly string[] }) =>
			records(
				'Delete it at the registrar, unless it belongs to a roll-over that is under way.',
				a.stale.map((ds) => `; delete: ${a.zone}. IN DS ${ds}`),
			),
		reproduce: digKeys,
	},
	'key-without-ds': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		lead: dsLead,
		says: (a: Keys) =>
			a.ds.length === 0
				? `${a.zone} is signed, and ${a.parent} has no DS record for it: nobody validates it.`
				: `${a.zone} is signed and has a DS, but ${a.parent} is not signed itself: nobody validates it.`,
		impact: 'All the work of signing protects nobody yet.',
		fix: (a: Keys) =>
			a.ds.length === 0
				? records(
						`Enter the DS record at the registrar once nothing else is reported about the signatures of ${a.zone}.`,
						dsRecords(a),
						...atProvider(a),
					)
				: advice(
						`Have ${a.parent} signed, and its DS entered at the registrar.`,
						`Until then the DS of ${a.zone} does no harm and no good.`,
					),
		reproduce: digKeys,
	},
	'cds-mismatch': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(15),
		says: (a: Keys & { wanted: readonly string[]; isDelete: boolean }) =>
			a.isDelete
				? `${a.zone} asks its parent (CDS) to delete the DS record, which is still there.`
				: `${a.zone} asks its parent (CDS or CDNSKEY) for key ${listed(a.wanted)}, and the DS names ${listed(a.ds)}.`,
		impact:
			'A registry that reads these records will change the DS; one that does not waits for you. A roll-over is stuck, or under way.',
		fix: (a: Keys & { isDelete: boolean }) =>
			a.isDelete
				? advice(
						'Delete the DS record at the registrar if DNSSEC is meant to end, else take the CDS and CDNSKEY records away.',
						...atProvider(a),
					)
				: records(
						'Enter the DS at the registrar that the zone asks for, or take the CDS and CDNSKEY records away.',
						dsRecords(a),
						...atProvider(a),
					),
		reproduce: (a: About) =>
			`dig +short CDS ${a.zone}; dig +short CDNSKEY ${a.zone}; dig +short DS ${a.zone}`,
	},
	unsigned: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: { zone: string }) => `${a.zone} is not signed: it has neither a DS nor a DNSKEY.`,
		impact: 'Answers can be forged on the way; most domains live with that.',
		fix: (a: About) =>
			advice(
				'Optional, and nothing to start two days before a launch: switch signing on at the DNS provider, then enter the DS at the registrar.',
				...atProvider(a),
			),
		reproduce: digKeys,
	},
} satisfies Verdicts<AuditedZone['context']>;

/** Hours below three days, else days; one decimal. */
function hoursText(length: number): string {
	const isShort = length < 3 * DAY;
	const value = Math.round((length / (isShort ? 3_600 : DAY)) * 10) / 10;
	return `${value} ${isShort ? 'hours' : 'days'}`;
}
