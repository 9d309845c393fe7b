import {
	type DnssecSurvey,
	failsValidation,
	isDigestValidated,
	isValidated,
	REVOKED,
	type SeenDenial,
	type SeenDs,
	type SeenKey,
	type SeenSet,
	type SeenSignature,
	type SigningServer,
	secondsUntil,
	timingAt,
} from '../../src/sdk.ts';

/** What a validator would make of one set: good until a moment, bad, or beyond what we can check. */
type SetState =
	| { readonly kind: 'good'; readonly signature: SeenSignature }
	| { readonly kind: 'expired' | 'early'; readonly signature: SeenSignature }
	| { readonly kind: 'invalid'; readonly why: string }
	| { readonly kind: 'missing'; readonly why: string }
	| { readonly kind: 'unsure' };

/** One set at one server. */
export interface JudgedSet {
	/** `www.example.com A`. */
	readonly set: string;
	readonly server: Server;
	readonly state: SetState;
}

export interface Server {
	readonly name: string;
	readonly address: string;
}

/** A proof of absence that proves nothing. */
interface BrokenDenial {
	readonly claim: string;
	readonly why: string;
	readonly server: Server;
}

/** Two servers that sign with keys of their own. */
interface TwoSigners {
	readonly one: Server & { readonly tags: readonly number[] };
	readonly other: Server & { readonly tags: readonly number[] };
}

/** The survey, weighed at one moment. */
export interface Reading {
	/** Validators follow the chain from the parent into this zone: faults are refusals. */
	readonly isTrusted: boolean;
	readonly isSigned: boolean;
	/** Servers that answered the question for keys. */
	readonly answered: readonly SigningServer[];
	/** Among them, those that give no keys or no signatures at all while others do. */
	readonly unsigned: readonly SigningServer[];
	/** Servers none of whose keys a DS names, while the others' are. */
	readonly mismatched: readonly SigningServer[];
	readonly twoSigners: TwoSigners | null;
	readonly sets: readonly JudgedSet[];
	readonly denials: readonly BrokenDenial[];
	/** DS records that matter to a validator. */
	readonly usable: readonly SeenDs[];
	/** Keys of the zone that a usable DS names, or, without any, that it could name. */
	readonly entries: readonly SeenKey[];
	/** Keys that made a valid signature or that a DS names. */
	readonly used: readonly SeenKey[];
	readonly failing: DnssecSurvey['validations'];
}

export function readingOf(survey: DnssecSurvey, now: Date): Reading {
	const usable = usableOf(survey.ds);
	const isTrusted = usable.length > 0 && !survey.isParentUnsigned;
	const answered = survey.servers.filter(({ keys }) => keys !== null);
	const signing = answered.filter(hasSignatures);
	const unsigned = signing.length > 0 ? answered.filter((one) => !hasSignatures(one)) : [];
	const keyed = signing.length > 0 ? signing : answered.filter(({ keys }) => keys?.length);
	const anchors = new Set(usable.flatMap(({ matches }) => matches));
	const twoSigners = isTrusted ? twoSignersIn(keyed) : null;
	const mismatched =
		isTrusted && twoSigners === null
			? keyed.filter(({ keys }) => !keys?.some((key) => isAnchor(key, anchors)))
			: [];
	const sets = keyed.flatMap((server) => judgedSets(server, { anchors, isTrusted, now }));
	const keys = distinct(keyed);
	return {
		isTrusted,
		isSigned: keyed.length > 0,
		answered,
		unsigned,
		mismatched,
		twoSigners,
		sets,
		denials: isTrusted ? keyed.flatMap((server) => brokenDenials(server, sets, now)) : [],
		usable,
		entries: entriesOf(keys, anchors),
		used: usedOf(keys, keyed, anchors),
		failing: survey.validations.filter(failsValidation),
	};
}

/**
 * Those that validators look at: of known algorithm and digest, and none with SHA-1 beside a better
 * one (RFC 4509 §3).
 */
function usableOf(ds: readonly SeenDs[]): readonly SeenDs[] {
	const known = ds.filter((one) => isValidated(one.algorithm) && isDigestValidated(one.digestType));
	const better = known.filter(({ digestType }) => digestType !== 1);
	return better.length > 0 ? better : known;
}

function hasSignatures({ keys, keySet, sets }: SigningServer): boolean {
	if (keys === null || keys.length === 0) return false;
	return [...(keySet === null ? [] : [keySet]), ...sets].some((set) => set.signatures.length > 0);
}

function isAnchor({ wire, flags }: SeenKey, anchors: ReadonlySet<string>): boolean {
	return anchors.has(wire) && (flags & REVOKED) === 0;
}

function distinct(servers: readonly SigningServer[]): readonly SeenKey[] {
	const keys = servers.flatMap(({ keys: own }) => own ?? []);
	return [...new Map(keys.map((key) => [key.wire, key])).values()];
}

/** Keys with the SEP flag where there are any: a zone with one key for everything need not set it. */
function entriesOf(keys: readonly SeenKey[], anchors: ReadonlySet<string>): readonly SeenKey[] {
	const named = keys.filter((key) => isAnchor(key, anchors));
	if (named.length > 0) return named;
	const live = keys.filter(({ flags }) => (flags & REVOKED) === 0);
	const entries = live.filter(({ flags }) => (flags & 1) === 1);
	return entries.length > 0 ? entries : live;
}

function usedOf(
	keys: readonly SeenKey[],
	servers: readonly SigningServer[],
	anchors: ReadonlySet<string>,
): readonly SeenKey[] {
	const signers = new Set(
		servers.flatMap(({ keySet, sets }) =>
			[...(keySet === null ? [] : [keySet]), ...sets].flatMap((set) =>
				set.signatures.map(({ key }) => key),
			),
		),
	);
	return keys.filter((key) => signers.has(key.wire) || anchors.has(key.wire));
}

// ── Signatures ───────────────────────────────────────────────────────────────────────────────────

interface At {
	readonly anchors: ReadonlySet<string>;
	readonly isTrusted: boolean;
	readonly now: Date;
}

function judgedSets(server: SigningServer, at: At): readonly JudgedSet[] {
	const { name, address, keySet, sets } = server;
	const place = { name, address };
	const others = sets.map((set) => ({
		set: `${set.owner} ${set.type}`,
		server: place,
		state: stateOf(set.signatures, at.now),
	}));
	const key = keySet === null ? [] : [judgedKeySet(server, keySet, at)];
	return [...key.flat(), ...others];
}

/** With a DS, only a key that it names can vouch for the others; whether there is one is another fault. */
function judgedKeySet(
	{ name, address, keys }: SigningServer,
	keySet: SeenSet,
	{ anchors, isTrusted, now }: At,
): readonly JudgedSet[] {
	const set = { set: `${keySet.owner} DNSKEY`, server: { name, address } };
	if (!isTrusted) return [{ ...set, state: stateOf(keySet.signatures, now) }];
	const named = (keys ?? []).filter((key) => isAnchor(key, anchors));
	if (named.length === 0) return [];
	const own = keySet.signatures.filter((one) =>
		named.some((key) =>
			one.key === null
				? one.keyTag === key.keyTag && one.algorithm === key.algorithm
				: one.key === key.wire,
		),
	);
	const tags = named.map(({ keyTag }) => keyTag).join(' or ');
	const why = `the key that the DS names (${tags}) does not sign it`;
	const state: SetState =
		own.length === 0 && keySet.signatures.length > 0 ? { kind: 'missing', why } : stateOf(own, now);
	return [{ ...set, state }];
}

/** One good signature suffices (RFC 6840 §5.11); of several bad ones, the likeliest cause is told. */
function stateOf(signatures: readonly SeenSignature[], now: Date): SetState {
	if (signatures.length === 0) return { kind: 'missing', why: 'nothing signs it' };
	const valid = signatures
		.filter(({ result }) => result === 'valid')
		.sort((a, b) => secondsUntil(b.expiration, now) - secondsUntil(a.expiration, now));
	const good = valid.find((one) => timingAt(one, now) === 'in-time');
	if (good !== undefined) return { kind: 'good', signature: good };
	const inTime = signatures.filter((one) => timingAt(one, now) === 'in-time');
	if (inTime.some(({ result }) => result === 'unsupported')) return { kind: 'unsure' };
	const [last] = valid;
	if (last !== undefined) {
		return { kind: timingAt(last, now) === 'expired' ? 'expired' : 'early', signature: last };
	}
	const old = signatures.find((one) => timingAt(one, now) === 'expired');
	if (inTime.length === 0 && old !== undefined) return { kind: 'expired', signature: old };
	return { kind: 'invalid', why: whyInvalid(inTime[0] ?? signatures[0]) };
}

function whyInvalid(signature: SeenSignature | undefined): string {
	if (signature === undefined) return 'nothing signs it';
	return signature.result === 'no-key'
		? `made by key ${signature.keyTag}, which the zone does not publish`
		: `made by key ${signature.keyTag}, and not for these records`;
}

// ── Absence ──────────────────────────────────────────────────────────────────────────────────────

const CLAIMS: Readonly<Record<SeenDenial['kind'], (name: string, type: string) => string>> = {
	nxdomain: (name) => `that ${name} does not exist`,
	nodata: (name, type) => `that ${name} has no ${type} record`,
	wildcard: (name) => `that ${name} is answered by a wildcard`,
};

/** Only where everything else of the server is good: else the same fault would be told twice. */
function brokenDenials(
	{ name, address, denials }: SigningServer,
	sets: readonly JudgedSet[],
	now: Date,
): readonly BrokenDenial[] {
	const own = sets.filter(({ server }) => server.address === address);
	if (own.some(({ state }) => state.kind !== 'good')) return [];
	return denials.flatMap((denial): readonly BrokenDenial[] => {
		const why = denialFault(denial, now);
		const claim = CLAIMS[denial.kind](denial.name, denial.type);
		return why === null ? [] : [{ claim, why, server: { name, address } }];
	});
}

function denialFault({ proof, sets }: SeenDenial, now: Date): string | null {
	if (proof.outcome === 'faulty') return proof.detail;
	if (proof.outcome === 'unsupported') return null;
	const bad = sets
		.map(({ owner, type, signatures }) => ({ owner, type, state: stateOf(signatures, now) }))
		.find(({ state }) => state.kind === 'expired' || state.kind === 'early');
	if (bad === undefined) return null;
	const when = bad.state.kind === 'expired' ? 'has expired' : 'is not valid yet';
	return `the signature of its ${bad.type} record at ${bad.owner} ${when}`;
}

// ── Signers ──────────────────────────────────────────────────────────────────────────────────────

/**
 * Two servers each of which signs with keys that the other does not publish: a resolver that has the
 * keys of one refuses the answers of the other (RFC 8901 §3). One such direction is a roll-over on
 * its way to a slower server.
 */
function twoSignersIn(servers: readonly SigningServer[]): TwoSigners | null {
	for (const [at, one] of servers.entries()) {
		const other = servers
			.slice(at + 1)
			.find((later) => isStranger(one, later) && isStranger(later, one));
		if (other !== undefined) return { one: signerOf(one), other: signerOf(other) };
	}
	return null;
}

function isStranger(signer: SigningServer, publisher: SigningServer): boolean {
	const own = signersOf(signer);
	const published = new Set((publisher.keys ?? []).map(({ wire }) => wire));
	return own.length > 0 && own.every((wire) => !published.has(wire));
}

/** Keys behind the valid signatures over the zone's data. */
function signersOf({ sets }: SigningServer): readonly string[] {
	return sets.flatMap(({ signatures }) => signatures.flatMap(({ key }) => key ?? []));
}

function signerOf(server: SigningServer): TwoSigners['one'] {
	const wires = new Set(signersOf(server));
	const tags = (server.keys ?? [])
		.filter(({ wire }) => wires.has(wire))
		.map(({ keyTag }) => keyTag);
	return { name: server.name, address: server.address, tags };
}
