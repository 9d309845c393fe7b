import {
	type AuditedZone,
	at,
	auditedZones,
	blockedBy,
	cannotSay,
	controlName,
	type Disagreement,
	type DnsAnswer,
	type DnsStatus,
	defineCheck,
	doesNotApply,
	type Fact,
	isWithin,
	type Judgement,
	lookup,
	type NameServerDomain,
	type NetworkScope,
	nameServerDomains,
	namesIn,
	networkScope,
	optional,
	panelFor,
	type Say,
	type ServerAt,
	type SubZone,
	subZones,
	surveyOf,
	type ZoneSurvey,
	z,
	zoneConsistency,
} from '../../src/sdk.ts';
import { DELEGATION_EXAMPLES, type Given } from './_delegation-examples.ts';
import {
	absenceText,
	aliasOf,
	isWithoutAddress,
	nameFault,
	ownAddresses,
	parkingAmong,
	providerOf,
	type Standing,
	saidAt,
	sharedNetwork,
	standingsIn,
	strayGlue,
	unreachableOf,
} from './_delegation-reading.ts';
import { type About, DELEGATION_VERDICTS, USUAL_PARENT_TTL } from './_delegation-verdicts.ts';

/** Another one's registration that ends sooner is a matter for today. */
const EXPIRING_MS = 30 * 86_400_000;

type Verdicts = typeof DELEGATION_VERDICTS;
type Said = Judgement<keyof Verdicts & string>;

export default defineCheck({
	id: 'dns/delegation',
	title: 'The parent leads to name servers that all hold the zone',
	rationale:
		'Everything else hangs on it: a name server that is dead, empty or left behind fails a part of all ' +
		'visitors, by chance and without a trace, and one mistake at the registrar fails them all.',
	references: [
		'RFC 1034 §4.2 (zones, delegation), §3.6.2',
		'RFC 1035 §2.3.1, RFC 1123 §2.1 (names)',
		'RFC 2181 §10.3 (no alias as a name server)',
		'RFC 2182 (secondary servers)',
		'RFC 6890 (special-purpose addresses)',
		'RFC 9471 (glue)',
	],
	reach: 'sign-in',
	layer: 'delegation',
	over: auditedZones,
	options: z.object({}),
	verdicts: DELEGATION_VERDICTS,
	needs: ({ subject }) => {
		const asked = { name: subject.name, hosts: [...subject.required] };
		const { registrable, rdap } = subject;
		return {
			survey: surveyOf(subject),
			scope: optional(networkScope({})),
			consistency: optional(zoneConsistency(asked)),
			below: optional(subZones(asked)),
			domains: optional(nameServerDomains({ ...asked, registrable, rdap })),
			// The label that looks for wildcards, which no cache has seen.
			control: optional(lookup({ name: controlName(subject.name, subject.seed), type: 'A' })),
		};
	},
	judge({ given, subject, now, say }): readonly Said[] {
		const reading = read(given, subject, now, say);
		const { survey, about, standings } = reading;
		const { delegation } = survey;
		if (!isWithin(delegation.zone, subject.registrable)) {
			const detail = `${subject.name} is a name in the zone ${delegation.zone}, which its provider keeps.`;
			return [doesNotApply(detail)];
		}
		const parking = parkingAmong(standings.map(({ server }) => server.name));
		if (parking !== null) return [say('parking-nameservers', { ...about, ...parking })];
		if (delegation.missing !== null) return [missing(reading)];
		if (survey.isIntercepted) {
			const detail =
				'somebody on the way answers DNS in place of the name servers, so none of them was seen';
			return [cannotSay('unsupported', detail)];
		}
		if (about.working.length === 0) return notWorking(reading);
		const found = [
			...standings.flatMap((one) => ofServer(one, reading)),
			...ofLists(reading),
			...ofSpread(reading),
			...ofContents(reading),
			...ofSubZones(reading),
			...ofDomains(reading),
		];
		const open = unseenIn(given);
		if (found.length + open.length > 0) return [...found, ...open];
		const notAsked = survey.servers.filter(({ state }) => state === 'not-asked').length;
		return [say('sound', { ...about, servers: about.working, notAsked })];
	},
	examples: (example) =>
		DELEGATION_EXAMPLES.map(([name, given, says, when]) => example(name, given, says, when)),
});

interface Reading {
	readonly survey: ZoneSurvey;
	readonly about: About;
	readonly standings: readonly Standing[];
	readonly subject: AuditedZone;
	readonly scope: NetworkScope | null;
	readonly disagreements: readonly Disagreement[];
	readonly below: readonly SubZone[];
	readonly domains: readonly NameServerDomain[];
	readonly control: Fact<DnsAnswer>;
	readonly now: Date;
	readonly say: Say<Verdicts>;
}

function read(given: Given, subject: AuditedZone, now: Date, say: Say<Verdicts>): Reading {
	const { survey } = given;
	const { zone, parent, views } = survey.delegation;
	const standings = standingsIn(survey);
	const ttls = views.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]));
	const ttl = ttls.length > 0 ? Math.max(...ttls) : null;
	const working = standings.filter(({ works }) => works).map(({ server }) => server.name);
	const about: About = {
		zone,
		parent,
		place: isWithin(parent, subject.registrable)
			? `in the zone ${parent}`
			: `at the registrar of ${zone}`,
		panel: panelFor(standings.map(({ server }) => server.name)),
		ttl,
		by: minuteText(new Date(now.getTime() + (ttl ?? USUAL_PARENT_TTL) * 1_000)),
		working,
	};
	return {
		survey,
		about,
		standings,
		subject,
		scope: valueIn(given.scope) ?? null,
		disagreements: valueIn(given.consistency) ?? [],
		below: valueIn(given.below) ?? [],
		domains: valueIn(given.domains) ?? [],
		control: given.control,
		now,
		say,
	};
}

/** What would show a fault, and could not be looked at. */
function unseenIn({ consistency, below, domains }: Given): readonly Said[] {
	const surveys = (valueIn(below) ?? []).map(({ survey }) => survey);
	return [consistency, below, domains, ...surveys].flatMap((fact) =>
		fact.status === 'unknown' ? [cannotSay(fact.because, fact.detail, 'high')] : [],
	);
}

function valueIn<V>(fact: Fact<V>): V | undefined {
	return fact.status === 'known' ? fact.value : undefined;
}

function minuteText(date: Date): string {
	return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const serverLocus = ({ about }: Reading, name: string) =>
	({ kind: 'record', name: `${about.zone} NS ${name}` }) as const;

// ── The whole zone is out of reach ───────────────────────────────────────────────────────────────

function missing({ survey, about, say }: Reading): Said {
	const { views, missing: how } = survey.delegation;
	const ttls = views.flatMap(({ answer }) =>
		answer.negativeTtl === null ? [] : [answer.negativeTtl],
	);
	return say('missing', {
		...about,
		isDenied: how === 'nxdomain',
		asked: views.map(({ server }) => server),
		negativeTtl: ttls.length > 0 ? Math.max(...ttls) : null,
	});
}

/** Two vantages before a blocker: the resolver must fail too. */
function notWorking(reading: Reading): readonly Said[] {
	const { survey, about, standings, subject, scope, say } = reading;
	if (survey.servers.some(({ state }) => state === 'no-soa')) {
		const detail = `the name servers hold ${about.zone} without an SOA record`;
		return [blockedBy({ check: 'dns/soa', subject: subject.name }, detail)];
	}
	const addresses = standings.flatMap(({ server }) => server.addresses);
	const unreachable = standings.flatMap(({ server }) => unreachableOf(server, scope));
	if (addresses.length > 0 && unreachable.length === addresses.length) {
		return standings.flatMap((one) => privateAt(one, reading, true));
	}
	const asked = survey.servers.filter(({ state }) => state !== 'not-asked');
	if (addresses.length > 0 && asked.length === 0) {
		return [cannotSay('unsupported', `no name server of ${about.zone} can be asked from here`)];
	}
	const resolver = resolverText(reading);
	if (resolver !== null) return [cannotSay('inconclusive', resolver)];
	return [
		say('no-working-nameserver', {
			...about,
			said: standings.map(standingText),
			addresses: asked.map(({ address }) => address),
		}),
		...standings.flatMap((one) => withoutWay(one, reading, true)),
	];
}

/** Why the resolver does not confirm that nobody answers; `null` where it does. */
function resolverText({ control, about }: Reading): string | null {
	const nobody = `no name server of ${about.zone} answers for it from here`;
	// The resolver works and keeps silent about this zone.
	if (control.status === 'unknown' && control.because === 'timeout') return null;
	if (control.status === 'known' && FAILURES.includes(control.value.status)) return null;
	if (control.status === 'known' && ANSWERS.includes(control.value.status)) {
		return `${nobody}, yet the resolver ${control.value.server} gets answers for it`;
	}
	return `${nobody}, and nobody else could be asked`;
}

const FAILURES: readonly DnsStatus[] = ['servfail', 'no-response', 'malformed'];
const ANSWERS: readonly DnsStatus[] = ['ok', 'nodata', 'nxdomain', 'cname-only', 'cname-loop'];

function standingText({ server, places }: Standing): string {
	if (places.length > 0) return `${server.name}: ${saidAt(places)}`;
	const fault = nameFault(server.name);
	if (fault !== null) return `"${server.name}": ${fault}`;
	return `${server.name} has no known address`;
}

// ── One name server ──────────────────────────────────────────────────────────────────────────────

function ofServer(one: Standing, reading: Reading): readonly Said[] {
	const { about, say, survey } = reading;
	const { server } = one;
	const { name } = server;
	const here = serverLocus(reading, name);
	const fault = nameFault(name);
	if (fault !== null) {
		return [at(here, say('nameserver-name-invalid', { ...about, server: name, fault }))];
	}
	const target = aliasOf(server);
	const stray = one.isInside && !survey.delegation.isShared ? strayGlue(server) : [];
	const judged = one.places.filter(({ address }) => !stray.includes(address));
	return [
		...(target === null
			? []
			: [at(here, say('nameserver-is-alias', { ...about, server: name, target }))]),
		...withoutWay(one, reading, false),
		...privateAt(one, reading, false),
		...(stray.length > 0
			? [at(here, say('glue-differs', { ...about, ...glueOf(one), isFatal: false }))]
			: []),
		...lameAt(name, judged, reading),
		...unreachableAt(name, judged, reading),
		...onlyOnOneSide(one, reading),
	];
}

function glueOf({ server }: Standing) {
	return { server: server.name, own: ownAddresses(server), glue: server.glue };
}

/** No address at all, or none where the way to the zone begins. */
function withoutWay(one: Standing, reading: Reading, isFatal: boolean): readonly Said[] {
	const { about, say, survey, domains } = reading;
	const { server, isInside } = one;
	const here = serverLocus(reading, server.name);
	const isLost = domains.some((each) => each.isUnregistered && each.servers.includes(server.name));
	if (isLost || nameFault(server.name) !== null) return [];
	if (isWithoutAddress(server) && (isInside || server.glue.length === 0)) {
		const seen = absenceText(server, isInside);
		const args = { ...about, server: server.name, seen, isInside, isFatal };
		return [at(here, say('nameserver-without-address', args))];
	}
	const isGlueless =
		isInside && server.byParent && server.glue.length === 0 && !survey.delegation.isShared;
	return isGlueless ? [at(here, say('glue-missing', { ...about, ...glueOf(one), isFatal }))] : [];
}

function privateAt({ server }: Standing, reading: Reading, isOnly: boolean): readonly Said[] {
	const { about, say, scope } = reading;
	const addresses = unreachableOf(server, scope);
	if (addresses.length === 0) return [];
	const args = { ...about, server: server.name, addresses, said: '', isOnly };
	return [at(serverLocus(reading, server.name), say('nameserver-address-private', args))];
}

function lameAt(name: string, places: readonly ServerAt[], reading: Reading): readonly Said[] {
	const { about, say } = reading;
	const lame = places.filter(({ state }) => state === 'lame' || state === 'malformed');
	if (lame.length === 0) return [];
	const addresses = lame.map(({ address }) => address);
	const args = { ...about, server: name, addresses, said: saidAt(lame) };
	return [at(serverLocus(reading, name), say('lame', args))];
}

function unreachableAt(
	name: string,
	places: readonly ServerAt[],
	reading: Reading,
): readonly Said[] {
	const { about, say, standings } = reading;
	const dead = places.filter(({ state }) => state === 'silent' || state === 'refused');
	if (dead.length === 0) return [];
	const addresses = dead.map(({ address }) => address);
	const others = standings.filter(({ places: its }) =>
		its.some(({ state, address }) => state === 'authoritative' && !addresses.includes(address)),
	).length;
	const args = { ...about, server: name, addresses, said: saidAt(dead), others };
	return [at(serverLocus(reading, name), say('nameserver-unreachable', args))];
}

// ── The two lists ────────────────────────────────────────────────────────────────────────────────

/** Told of a zone whose servers agree on one list; where they do not, that is the fault. */
function onlyOnOneSide({ server, works, places }: Standing, reading: Reading): readonly Said[] {
	const { about, say, standings, survey, disagreements } = reading;
	const own = standings.filter((one) => one.server.byChild).map((one) => one.server.name);
	const isOneList = !disagreements.some(({ type }) => type === 'NS');
	if (survey.delegation.isShared || own.length === 0) return [];
	const here = serverLocus(reading, server.name);
	if (!server.byChild) {
		const cause = works ? 'dns/delegation/only-at-parent' : causeOfSilence(places);
		const args = { ...about, server: server.name, works, own, cause };
		return [at(here, say('only-at-parent', args))];
	}
	if (server.byParent || !isOneList) return [];
	const led = standings.filter((one) => one.server.byParent).map((one) => one.server.name);
	return [at(here, say('only-at-child', { ...about, server: server.name, led }))];
}

/** A server that was given up and left at the parent is one fault, whatever it answers. */
function causeOfSilence(places: readonly ServerAt[]): string {
	if (places.some(({ state }) => state === 'lame' || state === 'malformed')) {
		return 'dns/delegation/lame';
	}
	const isDead = places.some(({ state }) => state === 'silent' || state === 'refused');
	return `dns/delegation/${isDead ? 'nameserver-unreachable' : 'nameserver-without-address'}`;
}

function ofLists({ survey, about, say }: Reading): readonly Said[] {
	// Who holds the zone itself gives the zone's list, and no delegation.
	const views = survey.delegation.views
		.filter(({ answer }) => answer.status !== 'ok')
		.map(({ server, names }) => ({ server, names }));
	const lists = new Set(views.map(({ names }) => names.join(' ')));
	return lists.size > 1 ? [say('parents-disagree', { ...about, views })] : [];
}

function ofSpread({ standings, about, say }: Reading): readonly Said[] {
	const named = standings.filter(({ server }) => nameFault(server.name) === null);
	const names = named.map(({ server }) => server.name);
	const [only] = names;
	if (names.length === 1 && only !== undefined) {
		return [say('single-nameserver', { ...about, server: only })];
	}
	// A provider that is known by name spreads its servers behind few addresses.
	if (about.panel !== null) return [];
	const addresses = [...new Set(named.flatMap(({ server }) => server.addresses))];
	const holders = addresses.map((address) => ({
		address,
		servers: named
			.filter(({ server }) => server.addresses.includes(address))
			.map(({ server }) => server.name),
	}));
	const shared = holders.find(({ servers }) => servers.length > 1);
	if (shared !== undefined) return [say('shared-address', { ...about, ...shared })];
	const network = sharedNetwork(addresses);
	return network === null || addresses.length < 2
		? []
		: [say('same-network', { ...about, network })];
}

// ── What the servers hold ────────────────────────────────────────────────────────────────────────

function ofContents(reading: Reading): readonly Said[] {
	const { about, say, subject, survey, disagreements } = reading;
	const lists = disagreements.filter(({ type }) => type === 'NS');
	const contents = disagreements.filter(({ type }) => type !== 'NS').filter(isOurs(reading));
	const providers = providersApart(contents, survey);
	const told = ({ name, type, editions, ttl }: Disagreement) => ({
		name,
		type,
		ttl,
		editions: editions.map(({ servers, data, lines }) => ({
			servers: servers.map((server) => `${server.name} (${server.address})`),
			data,
			lines,
		})),
	});
	if (providers !== null) {
		const isGrave = contents.some((one) => isGraveSet(one, subject));
		return [say('half-moved', { ...about, providers, isGrave, differing: contents.map(told) })];
	}
	const said = (one: Disagreement) => ({
		...about,
		...told(one),
		required: isGraveSet(one, subject),
		isBehind: new Set(one.editions.map(({ serial }) => serial)).size > 1,
	});
	return [
		...lists.map((one) => say('child-lists-differ', said(one))),
		...contents.map((one) =>
			at({ kind: 'record', name: `${one.name} ${one.type}` }, say('servers-disagree', said(one))),
		),
	];
}

/** Where a host alone is audited, the zone's mail and its other names are not its business. */
function isOurs({ subject, about, standings }: Reading) {
	return ({ name }: Disagreement) =>
		subject.name === about.zone ||
		subject.required.includes(name) ||
		standings.some(({ server }) => server.name === name);
}

/** Addresses and aliases of what must work, and where mail goes. */
function isGraveSet({ name, type }: Disagreement, { required }: AuditedZone): boolean {
	return type === 'MX' || ((type === 'A' || type === 'AAAA') && required.includes(name));
}

/**
 * Two or more providers, each with records of its own: the editions run along the line between them. Not
 * where one is a secondary of the other that missed an update.
 */
function providersApart(
	contents: readonly Disagreement[],
	survey: ZoneSurvey,
): readonly string[] | null {
	const sides = contents.map(({ editions }) =>
		editions.map(({ servers }) => [...new Set(servers.map(({ name }) => providerOf(name)))]),
	);
	const isApart = sides.every((editions) => {
		const all = editions.flat();
		return editions.every((side) => side.length === 1) && new Set(all).size === all.length;
	});
	if (contents.length === 0 || !isApart || isTransferred(survey)) return null;
	return [...new Set(sides.flat(2))].sort();
}

/** All have the same primary, contact and list of servers, and some an older serial. */
function isTransferred({ servers, delegation }: ZoneSurvey): boolean {
	const working = servers.filter(({ state }) => state === 'authoritative');
	const soas = working.flatMap(({ soa }) => {
		const data = soa?.records[0]?.data;
		return data?.type === 'SOA' ? [data] : [];
	});
	const origins = new Set(soas.map(({ mname, rname }) => `${mname} ${rname}`.toLowerCase()));
	const lists = new Set(
		working.map(({ ns }) =>
			ns === null ? '' : [...namesIn(ns, delegation.zone)].sort().join(' '),
		),
	);
	const serials = new Set(soas.map(({ serial }) => serial));
	return origins.size === 1 && lists.size === 1 && serials.size > 1;
}

function ofSubZones({ below, about, subject, say }: Reading): readonly Said[] {
	return below.flatMap(({ zone, hosts, survey }): readonly Said[] => {
		if (survey.status !== 'known' || !isBroken(survey.value)) return [];
		const args = {
			...about,
			sub: zone,
			hosts,
			said: standingsIn(survey.value).map(standingText),
			required: hosts.some((host) => subject.required.includes(host)),
		};
		return [at({ kind: 'host', name: zone }, say('subzone-broken', args))];
	});
}

function isBroken({ isIntercepted, delegation, servers }: ZoneSurvey): boolean {
	return (
		!isIntercepted &&
		delegation.missing === null &&
		servers.every(({ state }) => BROKEN.includes(state))
	);
}

const BROKEN: readonly ServerAt['state'][] = ['lame', 'silent', 'refused', 'malformed'];

function ofDomains({ domains, about, now, say }: Reading): readonly Said[] {
	return domains.flatMap(({ domain, servers, isUnregistered, expiresAt }) => {
		const isEnding = expiresAt !== null && Date.parse(expiresAt) - now.getTime() < EXPIRING_MS;
		if (!isUnregistered && !isEnding) return [];
		const expires = isUnregistered ? null : expiresAt;
		const args = { ...about, domain, servers, expires };
		return [at({ kind: 'host', name: domain }, say('nameserver-domain-expiring', args))];
	});
}
