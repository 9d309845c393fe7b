import {
	auditedZones,
	blockedBy,
	type ClockDoubt,
	cannotSay,
	type DnssecSurvey,
	defineCheck,
	dnsPanel,
	dnssecClock,
	dnssecSurvey,
	doubtAt,
	type Fact,
	type Judgement,
	momentOf,
	optional,
	type Say,
	type SeenDs,
	type SeenSignature,
	secondsUntil,
	z,
} from '../../src/sdk.ts';
import { dnssecExamples } from './_dnssec-examples.ts';
import { type JudgedSet, type Reading, readingOf, type Server } from './_dnssec-reading.ts';
import { DNSSEC_VERDICTS } from './_dnssec-verdicts.ts';
import { hasOnlySha1, unknownIn, unmetRequest, weakIn } from './_dnssec-weakness.ts';

type Saying = Say<typeof DNSSEC_VERDICTS>;
type Said = Judgement<keyof typeof DNSSEC_VERDICTS>;

export default defineCheck({
	id: 'dns/dnssec',
	title: 'DNSSEC validates, from the parent down to every record',
	rationale:
		'About a third of all people look names up through a resolver that validates. Where keys, DS and ' +
		'signatures do not fit together, it refuses to answer: the site is down for them, and works in the office.',
	references: [
		'RFC 4033, RFC 4034, RFC 4035 (DNSSEC)',
		'RFC 5155, RFC 9276 (NSEC3)',
		'RFC 6781, RFC 7344 (roll-overs, CDS)',
		'RFC 8624, RFC 9904, RFC 9905 (algorithms)',
		'RFC 8901 (several signers)',
		'RFC 9824 (compact denial)',
	],
	reach: 'sign-in',
	layer: 'delegation',
	over: auditedZones,
	options: z.object({}),
	verdicts: DNSSEC_VERDICTS,
	decisive: true,
	needs: ({ subject: { name, required, seed } }) => ({
		survey: optional(dnssecSurvey({ name, hosts: [...required], seed })),
		clock: optional(dnssecClock({ name, hosts: [...required], seed })),
		panel: optional(dnsPanel({ domain: name })),
	}),
	judge({ given, subject, now, say }) {
		if (given.survey.status === 'blocked') return blockedBy(given.survey.by, given.survey.detail);
		// Only a DS that was seen makes a blocker possible.
		if (given.survey.status === 'unknown') {
			return cannotSay(given.survey.because, given.survey.detail, 'high');
		}
		const survey = given.survey.value;
		const { zone } = survey;
		const delegation = { check: 'dns/delegation', subject: subject.name };
		if (survey.unasked === 'missing') {
			return blockedBy(delegation, `${survey.parent} delegates nothing for ${zone}`);
		}
		if (survey.unasked === 'no-server') {
			return blockedBy(delegation, `no server of ${zone} answers with authority`);
		}
		const panel = given.panel.status === 'known' ? given.panel.value : null;
		const reading = readingOf(survey, now);
		const context: Context = {
			survey,
			reading,
			clock: given.clock,
			now,
			say,
			about: aboutOf(survey, reading, panel),
		};
		if (reading.answered.length === 0) return [...unanswered(context), ...brokenIn(context, [])];
		if (survey.ds.length === 0 && !reading.isSigned) {
			return survey.parents.length > 0
				? say('unsigned', context.about)
				: cannotSay(
						'inconclusive',
						`no server of ${survey.parent} says whether ${zone} has a DS`,
						'high',
					);
		}
		const said = [...chainFaults(context), ...signatureFaults(context)];
		const all = [...said, ...brokenIn(context, said), ...weaknesses(context), ...unheard(context)];
		const sound = all.length > 0 ? all : [soundOr(context)];
		return [...sound, ...onlyByResolver(survey)];
	},
	examples: dnssecExamples,
});

interface Context {
	readonly survey: DnssecSurvey;
	readonly reading: Reading;
	readonly clock: Fact<ClockDoubt>;
	readonly now: Date;
	readonly say: Saying;
	readonly about: ReturnType<typeof aboutOf>;
}

const dsText = ({ keyTag, algorithm, digestType, digest }: SeenDs) =>
	`${keyTag} ${algorithm} ${digestType} ${digest.toUpperCase()}`;
const placeOf = ({ name, address }: Server) => ({ name, address });

function aboutOf(survey: DnssecSurvey, { isTrusted, entries }: Reading, panel: string | null) {
	const { zone, parent, parents } = survey;
	const ttls = parents.flatMap(({ ttl }) => ttl ?? []);
	return {
		zone,
		parent: parent === '.' ? 'the root' : parent,
		panel,
		isTrusted,
		dsTtl: ttls.length > 0 ? Math.max(...ttls) : null,
		ds: survey.ds.map(dsText),
		lines: entries.map((key) => key.ds),
	};
}

function soundOr({ survey, reading, say }: Context): Said {
	if (!reading.isTrusted) {
		const detail = `the DS records of ${survey.zone} are of an algorithm or digest that cannot be checked here`;
		return cannotSay('unsupported', detail, 'high');
	}
	return say('validates', {
		zone: survey.zone,
		tags: reading.entries.map(({ keyTag }) => keyTag),
		sets: reading.sets.length,
		servers: reading.answered.length,
	});
}

/** Servers that kept silent about their keys beside others that did not. */
function unheard({ survey, reading }: Context): readonly Said[] {
	const silent = survey.servers.filter(({ keys }) => keys === null);
	if (silent.length === 0 || reading.answered.length === 0) return [];
	const names = silent.map(({ name, address }) => `${name} (${address})`).join(', ');
	return [cannotSay('timeout', `${names} does not answer the question for keys (DNSKEY)`, 'high')];
}

/** Where nobody else could be asked, a server that differs from the others was not seen. */
function onlyByResolver({ via, zone }: DnssecSurvey): readonly Said[] {
	if (via === 'servers') return [];
	const detail = `port 53 is filtered or intercepted here: of the servers of ${zone}, only what the resolver passes on was verified`;
	return [cannotSay('unsupported', detail, 'high')];
}

function unanswered({ survey, about }: Context): readonly Said[] {
	const detail = `no server of ${survey.zone} answers the question for its keys (DNSKEY)`;
	return [cannotSay('timeout', detail, ...(about.isTrusted ? [] : (['high'] as const)))];
}

// ── From the parent to the keys ──────────────────────────────────────────────────────────────────

function chainFaults(context: Context): readonly Said[] {
	const { reading, survey, about, say } = context;
	if (!reading.isSigned) {
		return reading.isTrusted
			? [say('ds-without-key', about)]
			: [say('stale-ds', { ...about, stale: about.ds })];
	}
	const { unsigned, mismatched, twoSigners } = reading;
	const signing = reading.answered.filter((server) => !unsigned.includes(server));
	return [
		...(unsigned.length > 0 && !survey.isStripped
			? [
					say('some-servers-unsigned', {
						...about,
						servers: unsigned.map(placeOf),
						signing: signing.map(placeOf),
					}),
				]
			: []),
		...(mismatched.length > 0
			? [
					say('ds-mismatch', {
						...about,
						servers: mismatched.map(placeOf),
						isEverywhere: mismatched.length === signing.length,
						tags: entryTags(mismatched),
					}),
				]
			: []),
		...(twoSigners === null
			? []
			: [
					say('two-signers', {
						...about,
						one: { ...twoSigners.one, tags: [...new Set(twoSigners.one.tags)] },
						other: { ...twoSigners.other, tags: [...new Set(twoSigners.other.tags)] },
					}),
				]),
	];
}

function entryTags(servers: Reading['mismatched']): readonly number[] {
	const tags = servers.flatMap(({ keys }) => (keys ?? []).map(({ keyTag }) => keyTag));
	return [...new Set(tags)].sort((a, b) => a - b);
}

// ── Signatures ───────────────────────────────────────────────────────────────────────────────────

function signatureFaults(context: Context): readonly Said[] {
	const { reading, survey, say } = context;
	const doubt = doubtAt(context.clock, context.now);
	const of = (kind: JudgedSet['state']['kind']) =>
		reading.sets.filter(({ state }) => state.kind === kind);
	const [missing, invalid] = [of('missing'), of('invalid')].map((sets) => withWhy(sets));
	return [
		...dated(context, doubt),
		...(missing === undefined || missing.sets.length === 0
			? []
			: survey.isStripped
				? [unseen(context)]
				: [say('signature-missing', { ...placed(missing.sets, context), why: missing.why })]),
		...(invalid === undefined || invalid.sets.length === 0
			? []
			: [say('signature-invalid', { ...placed(invalid.sets, context), why: invalid.why })]),
		...unsure(context),
		...denials(context),
	];
}

function withWhy(sets: readonly JudgedSet[]): { sets: readonly JudgedSet[]; why: string } {
	const whys = sets.flatMap(({ state }) => ('why' in state ? [state.why] : []));
	return { sets, why: whys[0] ?? '' };
}

function unseen({ survey, about }: Context): Said {
	const detail = `the resolver gives no signatures, of ${survey.zone} or of others`;
	return cannotSay('unsupported', detail, ...(about.isTrusted ? [] : (['high'] as const)));
}

function placed(sets: readonly JudgedSet[], { reading, about }: Context) {
	const names = [...new Set(sets.map(({ set }) => set))];
	const servers = distinctServers(sets);
	const gave = reading.sets.filter(({ set }) => names.includes(set));
	return {
		...about,
		sets: names,
		servers,
		isEverywhere: servers.length === distinctServers(gave).length,
	};
}

function distinctServers(sets: readonly JudgedSet[]): readonly Server[] {
	return [...new Map(sets.map(({ server }) => [server.address, placeOf(server)])).values()];
}

/** Dates are told only of a clock that is not in doubt. */
function dated(context: Context, doubt: string | null): readonly Said[] {
	const { reading, about, say } = context;
	const expired = withSignature(reading.sets, 'expired');
	const early = withSignature(reading.sets, 'early');
	const expiring = about.isTrusted
		? withSignature(reading.sets, 'good').filter(({ signature }) =>
				isExpiring(signature, context.now),
			)
		: [];
	if (doubt !== null && expired.length + early.length + expiring.length > 0) {
		const detail = `the dates of signatures cannot be judged: ${doubt}`;
		return [cannotSay('inconclusive', detail, ...(about.isTrusted ? [] : (['high'] as const)))];
	}
	return [
		...(expired.length > 0
			? [say('signature-expired', datedArgs(expired, 'expiration', context))]
			: []),
		...(early.length > 0
			? [say('signature-not-yet-valid', datedArgs(early, 'inception', context))]
			: []),
		...(expiring.length > 0
			? [
					say('signature-expiring', {
						...datedArgs(expiring, 'expiration', context),
						period: periodOf(first(expiring, 'expiration', context.now)),
					}),
				]
			: []),
	];
}

interface Signed {
	readonly judged: JudgedSet;
	readonly signature: SeenSignature;
}

function withSignature(
	sets: readonly JudgedSet[],
	kind: 'good' | 'expired' | 'early',
): readonly Signed[] {
	return sets.flatMap((judged) =>
		judged.state.kind === kind ? [{ judged, signature: judged.state.signature }] : [],
	);
}

/** Less than a quarter of its period and less than three days. */
function isExpiring(signature: SeenSignature, now: Date): boolean {
	const left = secondsUntil(signature.expiration, now);
	return left < periodOf(signature) / 4 && left < 3 * 86_400;
}

function periodOf({ inception, expiration }: SeenSignature): number {
	return (expiration - inception) | 0;
}

function first(
	signed: readonly Signed[],
	end: 'inception' | 'expiration',
	now: Date,
): SeenSignature {
	const sorted = signed
		.map(({ signature }) => signature)
		.sort((a, b) => secondsUntil(a[end], now) - secondsUntil(b[end], now));
	const [earliest] = sorted;
	if (earliest === undefined) throw new RangeError('no signature');
	return earliest;
}

function datedArgs(signed: readonly Signed[], end: 'inception' | 'expiration', context: Context) {
	const { now } = context;
	const serial = first(signed, end, now)[end];
	return {
		...placed(
			signed.map(({ judged }) => judged),
			context,
		),
		moment: `${momentOf(serial, now).toISOString().slice(0, 16)}Z`,
		ago: -secondsUntil(serial, now),
	};
}

/** Everything bad is told; what nobody here can check is not told as good. */
function unsure({ reading, about }: Context): readonly Said[] {
	const beyond = reading.sets.filter(({ state }) => state.kind === 'unsure');
	if (beyond.length === 0) return [];
	const names = [...new Set(beyond.map(({ set }) => set))].join(', ');
	const detail = `the signatures of ${names} are of an algorithm that cannot be checked here`;
	return [cannotSay('unsupported', detail, ...(about.isTrusted ? [] : (['high'] as const)))];
}

/** One finding a zone: a broken chain shows in many answers. */
function denials({ reading, about, say }: Context): readonly Said[] {
	const [worst] = reading.denials;
	if (worst === undefined) return [];
	const same = reading.denials.filter(
		({ claim, why }) => claim === worst.claim && why === worst.why,
	);
	const { claim, why } = worst;
	return [
		say('denial-broken', { ...about, claim, why, servers: same.map(({ server }) => server) }),
	];
}

// ── The resolver ─────────────────────────────────────────────────────────────────────────────────

/** Its refusal is told where no exact cause was, and where what was seen here does not contradict it. */
function brokenIn(
	{ survey, reading, about, say }: Context,
	said: readonly Said[],
): readonly Said[] {
	const { failing } = reading;
	const isExplained = said.some(({ verdict }) => verdict !== null && EXPLAINS.includes(verdict));
	if (failing.length === 0 || isExplained) return [];
	const names = [...new Set(failing.map(({ name }) => name))];
	const detail = failing.find((one) => one.detail !== '')?.detail ?? '';
	const isBeyond =
		reading.answered.length === 0 || reading.sets.some(({ state }) => state.kind === 'unsure');
	if (survey.failsAbove || (about.isTrusted && isBeyond)) {
		return [say('broken', { ...about, names, detail, above: survey.failsAbove })];
	}
	const seen = `the resolver refuses to answer for ${names.join(', ')} unless told not to validate${detail && ` (extended error ${detail})`}`;
	return [
		cannotSay(
			'inconclusive',
			`${seen}, while keys and signatures seen here are good; it may hold old ones`,
		),
	];
}

const EXPLAINS: readonly string[] = [
	'ds-without-key',
	'ds-mismatch',
	'two-signers',
	'some-servers-unsigned',
	'signature-expired',
	'signature-not-yet-valid',
	'signature-missing',
	'signature-invalid',
];

// ── What works today ─────────────────────────────────────────────────────────────────────────────

function weaknesses(context: Context): readonly Said[] {
	const { survey, reading, about, say } = context;
	const { nsec3, parents } = survey;
	const keys = reading.answered.flatMap((server) => server.keys ?? []);
	const contents = new Set(parents.map(({ records }) => records.join(' ')));
	const unknown = unknownIn(survey, keys);
	const weak = weakIn(survey, reading);
	const request = unmetRequest(survey);
	const stale = staleIn(reading, survey);
	return [
		...(contents.size > 1
			? [say('ds-differs-at-parent', { ...about, views: viewsOf(survey) })]
			: []),
		...(unknown.length > 0
			? [say('unknown-algorithm', { ...about, algorithms: unknown, onlySize: false })]
			: []),
		...(weak === null ? [] : [say('weak-algorithm', { ...about, ...weak })]),
		...(hasOnlySha1(survey) ? [say('weak-digest', about)] : []),
		...(nsec3 !== null && nsec3.iterations + nsec3.saltLength > 0
			? [say('nsec3-parameters', { ...about, ...nsec3 })]
			: []),
		...(stale.length > 0 ? [say('stale-ds', { ...about, stale })] : []),
		...(reading.isSigned &&
		parents.length > 0 &&
		(survey.ds.length === 0 || survey.isParentUnsigned)
			? [say('key-without-ds', about)]
			: []),
		...(request === null ? [] : [say('cds-mismatch', { ...about, ...request })]),
	];
}

function viewsOf({ parents, ds }: DnssecSurvey) {
	return parents.map(({ server, records }) => ({
		server,
		ds: ds.filter((one) => records.includes(wireOf(one))).map(dsText),
	}));
}

/** RDATA as the parent gave it, hex. */
function wireOf({ keyTag, algorithm, digestType, digest }: SeenDs): string {
	const head = [keyTag >> 8, keyTag & 0xff, algorithm, digestType];
	return head.map((byte) => byte.toString(16).padStart(2, '0')).join('') + digest;
}

/** Only beside a DS that leads on: where none does, that is the fault. */
function staleIn({ usable, isSigned }: Reading, { ds }: DnssecSurvey): readonly string[] {
	if (!isSigned || !usable.some(({ matches }) => matches.length > 0)) return [];
	return ds.filter((one) => one.isComputable && one.matches.length === 0).map(dsText);
}
