import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	type Fact,
	type FactRef,
	type GetFact,
	known,
	type UnknownReason,
	unknown,
} from '../../core/fact.ts';
import {
	HELLO_VERSIONS,
	type HelloAnswered,
	type HelloOutcome,
	type HelloVersion,
	type TlsOutcome,
} from '../../core/io.ts';
import {
	CURVES,
	cipherSuite,
	FALLBACK_SIGNAL,
	type GroupName,
	groupNumber,
	isAead,
	isCbc,
	isForwardSecret,
	isStaticRsa,
	OFFERS,
	RENEGOTIATION_SIGNAL,
	suiteName,
	WEAK_KINDS,
	type WeakKind,
	weakKinds,
	weakOffer,
} from './cipher-suites.ts';
import { keyExchangeIn } from './key-exchange.ts';
import { tlsHandshake } from './tls.ts';
import { tlsHello } from './tls-hello.ts';
import { isPicked, type Place, PROTOCOL_VERSION, versionHellos } from './version-hello.ts';

/** What came of one question. `null` in its place: it makes no sense at this server. */
export type Looked =
	/** `how`: in which version, with which suite. */
	| { readonly seen: 'yes'; readonly how: string }
	| { readonly seen: 'no' }
	| { readonly seen: 'unknown'; readonly because: UnknownReason; readonly detail: string };

/** The groups that are asked for one by one. */
const SURVEYED_GROUPS = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384', 'P-521'] as const;
type SurveyedGroup = (typeof SURVEYED_GROUPS)[number] & GroupName;

interface Prime {
	readonly bits: number;
	/** As in `KeyExchangeChoice`. */
	readonly sha256: string;
	/** The suite that came with it. */
	readonly suite: string;
}

/** What a server is willing to speak at port 443 of one address. */
export interface TlsSurvey {
	readonly address: string;
	readonly versions: Readonly<Record<HelloVersion, Looked>>;
	/** Suites up to TLS 1.2; `null` where nothing older than TLS 1.3 is offered. */
	readonly weak: Readonly<Record<WeakKind, Looked>> | null;
	readonly aead: Looked | null;
	readonly forwardSecrecy: Looked | null;
	readonly staticRsa: Looked | null;
	readonly cbc: Looked | null;
	/** Ephemeral Diffie-Hellman over a prime field. */
	readonly dhe: Looked | null;
	/** Each once, the smallest first. */
	readonly primes: readonly Prime[];
	/** Of the newest version that has groups; `null` where neither TLS 1.3 nor ECDHE is offered. */
	readonly groups: Readonly<Record<SurveyedGroup, Looked>> | null;
	readonly secureRenegotiation: Looked | null;
	readonly compression: Looked | null;
	/** A hello with the fallback signal is refused, as it must be; `null` where there is no fallback. */
	readonly fallbackSignal: Looked | null;
	readonly http2: Looked | null;
	/** By a session id or a ticket. */
	readonly resumption: Looked | null;
}

/**
 * Every question about versions, suites and groups at one address, with about 20 hellos at a sound server
 * and a few more for each fault; at most six at once. What a server answers by closing the connection counts
 * as a refusal only where an ordinary handshake still completes right after it, and no refusal counts where
 * none completes at the end. After two hellos that are lost or that take seconds, nothing more is sent.
 * Blocked by `ssl/https` where it does not answer at all.
 */
export const tlsSurvey = defineDerivation({
	name: 'tls.survey',
	params: z.object({ host: z.string(), address: z.string() }),
	async derive(at, get): Promise<Fact<TlsSurvey>> {
		const base = await get(tlsHandshake(at));
		if (base.status === 'known' && base.value.kind === 'failed' && base.value.phase === 'connect') {
			return blocked({ check: 'ssl/https', subject: at.host }, base.value.detail);
		}
		const handshake = base.status === 'known' ? base.value : null;
		const asker = new Asker(at, handshake?.kind === 'completed', get);
		const seen = await lookForVersions(asker, at, handshake);
		const versions = looks(seen);
		if (Object.values(versions).every(({ seen: one }) => one !== 'yes')) {
			return nothingOffered(at, base, versions);
		}
		const survey = { address: at.address, versions, ...(await further(asker, seen, handshake)) };
		return known((await asker.isServed()) ? survey : withoutRefusals(survey));
	},
});

const SHUT_OUT: Looked = {
	seen: 'unknown',
	because: 'denied',
	detail:
		'after these hellos no ordinary handshake completes any more, so that refusals say nothing',
};

/** What was answered stays; what was refused may have been refused to us alone. */
function withoutRefusals(survey: TlsSurvey): TlsSurvey {
	const open = (look: Looked): Looked => (look.seen === 'no' ? SHUT_OUT : look);
	const orNone = (look: Looked | null) => (look === null ? null : open(look));
	const { versions, weak, groups } = survey;
	return {
		...survey,
		versions: byVersion((version) => open(versions[version])),
		weak: weak === null ? null : byKind((kind) => open(weak[kind])),
		groups: groups === null ? null : byGroup((group) => open(groups[group])),
		aead: orNone(survey.aead),
		forwardSecrecy: orNone(survey.forwardSecrecy),
		staticRsa: orNone(survey.staticRsa),
		cbc: orNone(survey.cbc),
		dhe: orNone(survey.dhe),
		// Refused is what it should be.
		fallbackSignal: survey.fallbackSignal?.seen === 'yes' ? SHUT_OUT : survey.fallbackSignal,
	};
}

/** A server that answers no hello at all has no versions. */
function nothingOffered(
	{ host, address }: Place,
	base: Fact<TlsOutcome>,
	versions: TlsSurvey['versions'],
): Fact<never> {
	const open = Object.values(versions).find((one) => one.seen === 'unknown');
	if (open?.seen === 'unknown') return unknown(open.because, open.detail);
	const detail =
		base.status === 'known' && base.value.kind === 'failed'
			? base.value.detail
			: 'no hello answered';
	return blocked({ check: 'ssl/https', subject: host }, `${address}: ${detail}`);
}

// ── Asking ───────────────────────────────────────────────────────────────────────────────────────

/** PRODUCT: connections to one host at once. */
const AT_ONCE = 6;
/** Hellos without an answer in reasonable time, after which the rest is left alone. */
const MOST_LOST = 2;
const SLOW_MS = 2_000;

type Asked =
	| { readonly kind: 'answered'; readonly answer: HelloAnswered }
	| { readonly kind: 'refused'; readonly alert: number | null }
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string };

type Hello = Omit<Parameters<typeof tlsHello>[0], 'host' | 'address' | 'port' | 'again'>;

class Asker {
	readonly #at: Place;
	readonly #completes: boolean;
	readonly #get: GetFact;
	readonly #waiting: (() => void)[] = [];
	#free = AT_ONCE;
	#lost = 0;
	#stopped: Extract<Asked, { kind: 'unknown' }> | null = null;
	#controls = 0;
	#control: Promise<boolean> = Promise.resolve(true);
	#next: Promise<boolean> | null = null;

	/** `completes`: an ordinary handshake does. */
	constructor(at: Place, completes: boolean, get: GetFact) {
		this.#at = at;
		this.#completes = completes;
		this.#get = get;
	}

	ask(hello: Hello): Promise<Asked> {
		return this.askFor(tlsHello({ ...this.#at, ...hello }), hello.suites);
	}

	async askFor(ref: FactRef<HelloOutcome>, suites: readonly number[]): Promise<Asked> {
		const outcome = await this.#inTurn(async () => this.#stopped ?? (await this.#get(ref)));
		if ('kind' in outcome) return outcome;
		if (outcome.status !== 'known') return notAsked(outcome);
		const { value } = outcome;
		if (value.tookMs >= SLOW_MS) this.#lose('timeout', 'it takes seconds to answer a hello');
		if (value.kind === 'answered') {
			if (isPicked(value, suites)) return { kind: 'answered', answer: value };
			return { kind: 'refused', alert: null };
		}
		const { how, phase, detail, alert } = value;
		if (phase === 'connect' || how === 'silent') {
			const because = how === 'silent' ? 'timeout' : 'denied';
			if (value.tookMs < SLOW_MS) this.#lose(because, detail);
			return { kind: 'unknown', because, detail };
		}
		if (how === 'alert') return { kind: 'refused', alert };
		if (await this.#stillAnswers()) return { kind: 'refused', alert: null };
		const lost = `${detail}, and so was an ordinary one after it`;
		this.#stopped ??= { kind: 'unknown', because: 'denied', detail: lost };
		return { kind: 'unknown', because: 'denied', detail: lost };
	}

	/** One more handshake, which waits for what TLS 1.3 sends after it. */
	async ticket(): Promise<Looked> {
		const fact = await this.#inTurn(
			async () =>
				this.#stopped ?? (await this.#get(tlsHandshake({ ...this.#at, forTicket: true }))),
		);
		if ('kind' in fact) return looked(fact);
		if (fact.status !== 'known') return looked(notAsked(fact));
		const { value } = fact;
		if (value.kind === 'completed' && value.ticket !== undefined) {
			return value.ticket ? { seen: 'yes', how: 'TLSv1.3, ticket' } : NO;
		}
		const detail = 'no second handshake in TLS 1.3 completed';
		return { seen: 'unknown', because: 'inconclusive', detail };
	}

	/** The last word: what was refused, was not refused because we came too often. */
	isServed(): Promise<boolean> {
		if (this.#stopped !== null || !this.#completes) return Promise.resolve(true);
		return this.#inTurn(() => this.#lookAgain());
	}

	/** After the reset: one control serves all who have come to ask for it before it starts. */
	#stillAnswers(): Promise<boolean> {
		this.#next ??= this.#control.then(() => {
			this.#next = null;
			this.#control = this.#inTurn(() => this.#lookAgain());
			return this.#control;
		});
		return this.#next;
	}

	async #lookAgain(): Promise<boolean> {
		this.#controls += 1;
		const again = CONTROL + this.#controls;
		if (this.#completes) {
			const fact = await this.#get(tlsHandshake({ ...this.#at, again }));
			return fact.status === 'known' && fact.value.kind === 'completed';
		}
		for (const version of ['TLSv1.2', 'SSLv3'] as const) {
			for (const ref of versionHellos(version, this.#at, again)) {
				const fact = await this.#get(ref);
				if (fact.status === 'known' && fact.value.kind === 'answered') return true;
			}
		}
		return false;
	}

	#lose(because: UnknownReason, detail: string): void {
		this.#lost += 1;
		if (this.#lost < MOST_LOST) return;
		this.#stopped ??= {
			kind: 'unknown',
			because,
			detail: `not asked any more after ${MOST_LOST} hellos without a timely answer: ${detail}`,
		};
	}

	async #inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (this.#free > 0) this.#free -= 1;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#free += 1;
			else next();
		}
	}
}

/** Apart from the numbers that others give their second looks. */
const CONTROL = 100;

function notAsked(
	fact: Extract<Fact<unknown>, { status: 'unknown' | 'blocked' }>,
): Extract<Asked, { kind: 'unknown' }> {
	const because = fact.status === 'unknown' ? fact.because : 'cause-not-found';
	return { kind: 'unknown', because, detail: fact.detail };
}

const NO: Looked = { seen: 'no' };

/** `how` for an answer; `null` for one that is none to this question. */
function looked(asked: Asked, how: (answer: HelloAnswered) => string | null = withSuite): Looked {
	if (asked.kind === 'refused') return NO;
	if (asked.kind === 'unknown') {
		return { seen: 'unknown', because: asked.because, detail: asked.detail };
	}
	const words = how(asked.answer);
	return words === null ? NO : { seen: 'yes', how: words };
}

function withSuite({ version, suite }: HelloAnswered): string {
	return version === 'SSLv2' ? version : `${version} with ${suiteName(suite)}`;
}

// ── Versions ─────────────────────────────────────────────────────────────────────────────────────

/** By version: what came of it, and the answer where there is one. */
type Versions = Readonly<Record<HelloVersion, { look: Looked; answer: HelloAnswered | null }>>;

function looks(versions: Versions): TlsSurvey['versions'] {
	return byVersion((version) => versions[version].look);
}

function byVersion<T>(of: (version: HelloVersion) => T): Readonly<Record<HelloVersion, T>> {
	return {
		SSLv2: of('SSLv2'),
		SSLv3: of('SSLv3'),
		TLSv1: of('TLSv1'),
		'TLSv1.1': of('TLSv1.1'),
		'TLSv1.2': of('TLSv1.2'),
		'TLSv1.3': of('TLSv1.3'),
	};
}

async function lookForVersions(
	asker: Asker,
	at: Place,
	handshake: TlsOutcome | null,
): Promise<Versions> {
	const asked = byVersion((version) => askForVersion(asker, version, at));
	const found = Object.fromEntries(
		await Promise.all(
			HELLO_VERSIONS.map(async (version) => [version, await asked[version]] as const),
		),
	) as Record<HelloVersion, Asked>;
	return byVersion((version) => {
		const one = found[version];
		const look = looked(one, (answer) => (answer.version === version ? withSuite(answer) : null));
		const isShown = handshake?.kind === 'completed' && handshake.protocol === version;
		return {
			look: isShown ? { seen: 'yes', how: `${version} with ${handshake.cipher}` } : look,
			answer: one.kind === 'answered' && one.answer.version === version ? one.answer : null,
		};
	});
}

async function askForVersion(asker: Asker, version: HelloVersion, at: Place): Promise<Asked> {
	let last: Asked = { kind: 'refused', alert: null };
	for (const ref of versionHellos(version, at)) {
		last = await asker.askFor(ref, suitesOf(ref));
		if (last.kind !== 'refused' || last.alert === PROTOCOL_VERSION) break;
	}
	return last;
}

function suitesOf({ params }: FactRef<HelloOutcome>): readonly number[] {
	return (params as unknown as { suites: readonly number[] }).suites;
}

// ── What else is asked, where there are versions ─────────────────────────────────────────────────

/** Newest first; suites of SSL 2.0 are its own. */
const WITH_SUITES = ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3'] as const;
type SuiteVersion = (typeof WITH_SUITES)[number];

interface Ground {
	readonly asker: Asker;
	readonly versions: Versions;
	/** Up to TLS 1.2, newest first: the newest, and the newest of those before TLS 1.2. */
	readonly asks: readonly SuiteVersion[];
	/** In which a hello of ours was answered. */
	readonly answers: readonly HelloAnswered[];
}

async function further(
	asker: Asker,
	versions: Versions,
	handshake: TlsOutcome | null,
): Promise<Omit<TlsSurvey, 'address' | 'versions'>> {
	const offered = WITH_SUITES.filter((version) => versions[version].look.seen === 'yes');
	const [newest] = offered;
	const legacy = offered.find((version) => version !== 'TLSv1.2');
	const asks = [...new Set([newest, legacy])].filter((one) => one !== undefined);
	const answers = offered.flatMap((version) => versions[version].answer ?? []);
	const ground: Ground = { asker, versions, asks, answers };
	const unclear = isUnclear(versions);
	const question = (those: Question) =>
		asks.length > 0 ? asksFor(ground, those) : Promise.resolve(unclear);
	const [weak, aead, forwardSecrecy, staticRsa, cbc, dhe, groups, fallbackSignal, resumption] =
		await Promise.all([
			asks.length > 0 ? weakSuites(ground) : weakUnclear(unclear),
			versions['TLSv1.2'].look.seen === 'yes'
				? asksFor({ ...ground, asks: ['TLSv1.2'] }, AEAD)
				: unclear,
			question(FORWARD_SECRECY),
			question(STATIC_RSA),
			question(CBC),
			asks.length > 0 ? primeField(ground) : { look: unclear, primes: [] },
			groupsOf(ground),
			fallback(ground),
			resumptionOf(ground, handshake),
		]);
	return {
		weak: weak.looks,
		aead,
		forwardSecrecy,
		staticRsa,
		cbc,
		dhe: dhe.look,
		primes: distinct([...answers.flatMap(primeIn), ...weak.primes, ...dhe.primes]),
		groups,
		secureRenegotiation: renegotiation(ground, unclear),
		compression: compressionIn(ground, unclear),
		fallbackSignal,
		http2: http2(handshake),
		resumption,
	};
}

/** Nothing up to TLS 1.2 was seen: nothing to ask, or not known whether there is. */
function isUnclear(versions: Versions): Extract<Looked, { seen: 'unknown' }> | null {
	for (const version of WITH_SUITES) {
		const { look } = versions[version];
		if (look.seen === 'unknown') return look;
	}
	return null;
}

function weakUnclear(unclear: Looked | null) {
	return { looks: unclear === null ? null : byKind(() => unclear), primes: [] };
}

// ── Suites ───────────────────────────────────────────────────────────────────────────────────────

interface Question {
	readonly suites: readonly number[];
	readonly holds: (suite: NonNullable<ReturnType<typeof cipherSuite>>) => boolean;
}

const isSound = (suite: NonNullable<ReturnType<typeof cipherSuite>>) =>
	weakKinds(suite).length === 0;
const AEAD: Question = { suites: OFFERS.aead, holds: (one) => isSound(one) && isAead(one) };
const FORWARD_SECRECY: Question = {
	suites: OFFERS.forwardSecret,
	holds: (one) => isSound(one) && isForwardSecret(one),
};
const STATIC_RSA: Question = {
	suites: OFFERS.staticRsa,
	holds: (one) => isSound(one) && isStaticRsa(one),
};
const CBC: Question = { suites: OFFERS.cbc, holds: (one) => isSound(one) && isCbc(one) };

function helloWith(version: SuiteVersion, suites: readonly number[]): Hello {
	return version === 'SSLv3'
		? { version, suites: [...suites, RENEGOTIATION_SIGNAL] }
		: { version, suites: [...suites], groups: [...CURVES] };
}

/** What answers show already is not asked again. */
async function asksFor({ asker, asks, answers }: Ground, one: Question): Promise<Looked> {
	const shown = answers.find(({ suite }) => holds(suite, one));
	if (shown !== undefined) return { seen: 'yes', how: withSuite(shown) };
	let look: Looked = NO;
	for (const version of asks) {
		const next = looked(await asker.ask(helloWith(version, one.suites)));
		if (next.seen === 'yes') return next;
		if (look.seen === 'no') look = next;
	}
	return look;
}

function holds(suite: number, { holds: test }: Question): boolean {
	const known = cipherSuite(suite);
	return known !== null && test(known);
}

type WeakLooks = Record<WeakKind, Looked>;

function byKind(of: (kind: WeakKind) => Looked): WeakLooks {
	return {
		null: of('null'),
		anonymous: of('anonymous'),
		export: of('export'),
		des: of('des'),
		rc4: of('rc4'),
		'3des': of('3des'),
	};
}

/** All kinds at once; then, as long as one is accepted, all but those that were. */
async function weakSuites(ground: Ground): Promise<{ looks: WeakLooks; primes: readonly Prime[] }> {
	const looks = byKind(() => NO);
	const primes: Prime[] = [];
	const take = (answer: HelloAnswered) => {
		const suite = cipherSuite(answer.suite);
		const kinds = suite === null ? [] : weakKinds(suite);
		for (const kind of kinds) {
			if (looks[kind].seen !== 'yes') looks[kind] = { seen: 'yes', how: withSuite(answer) };
		}
		primes.push(...primeIn(answer));
		return kinds;
	};
	for (const answer of ground.answers) take(answer);
	for (const version of ground.asks) {
		const left = WEAK_KINDS.filter((kind) => looks[kind].seen !== 'yes');
		await eliminate(ground.asker, { version, left, take, looks });
	}
	return { looks, primes };
}

async function eliminate(
	asker: Asker,
	about: {
		readonly version: SuiteVersion;
		readonly left: readonly WeakKind[];
		readonly take: (answer: HelloAnswered) => readonly WeakKind[];
		readonly looks: WeakLooks;
	},
): Promise<void> {
	const { version, left, take, looks } = about;
	if (left.length === 0) return;
	const asked = await asker.ask(helloWith(version, weakOffer(left)));
	if (asked.kind === 'answered') {
		const taken = take(asked.answer);
		const rest = left.filter((kind) => !taken.includes(kind));
		if (rest.length < left.length) await eliminate(asker, { ...about, left: rest });
		return;
	}
	// One kind in a hello may be what a filter in between takes offence at.
	if (asked.kind === 'refused' && asked.alert === null && left.length > 1) {
		await Promise.all(left.map((kind) => eliminate(asker, { ...about, left: [kind] })));
		return;
	}
	const look = looked(asked);
	for (const kind of left)
		if (look.seen === 'unknown' && looks[kind].seen === 'no') looks[kind] = look;
}

// ── Prime fields ─────────────────────────────────────────────────────────────────────────────────

async function primeField({
	asker,
	asks,
}: Ground): Promise<{ look: Looked; primes: readonly Prime[] }> {
	let look: Looked = NO;
	for (const version of asks) {
		const asked = await asker.ask(helloWith(version, OFFERS.dhe));
		if (asked.kind === 'answered') {
			return { look: looked(asked), primes: primeIn(asked.answer) };
		}
		if (look.seen === 'no') look = looked(asked);
	}
	return { look, primes: [] };
}

function primeIn(answer: HelloAnswered): readonly Prime[] {
	const choice = keyExchangeIn(answer.suite, answer.keyExchange);
	if (choice?.kind !== 'prime') return [];
	return [{ bits: choice.bits, sha256: choice.sha256, suite: suiteName(answer.suite) }];
}

function distinct(primes: readonly Prime[]): readonly Prime[] {
	const bySha = new Map(primes.map((one) => [one.sha256, one]));
	return [...bySha.values()].sort((a, b) => a.bits - b.bits || (a.sha256 < b.sha256 ? -1 : 1));
}

// ── Groups ───────────────────────────────────────────────────────────────────────────────────────

function byGroup(of: (group: SurveyedGroup) => Looked): Readonly<Record<SurveyedGroup, Looked>> {
	return {
		X25519MLKEM768: of('X25519MLKEM768'),
		X25519: of('X25519'),
		'P-256': of('P-256'),
		'P-384': of('P-384'),
		'P-521': of('P-521'),
	};
}

async function groupsOf(ground: Ground): Promise<TlsSurvey['groups']> {
	const { versions, asks } = ground;
	const { look, answer } = versions['TLSv1.3'];
	if (look.seen === 'yes') return groupsIn13(ground, answer);
	const [newest] = asks;
	if (newest === undefined || newest === 'SSLv3') return null;
	return groupsOver(ground, newest);
}

async function groupsIn13(
	{ asker }: Ground,
	answer: HelloAnswered | null,
): Promise<NonNullable<TlsSurvey['groups']>> {
	if (answer === null) {
		const detail =
			'a handshake with TLS 1.3 completes, a hello without a key share is not answered';
		return byGroup(() => ({ seen: 'unknown', because: 'inconclusive', detail }));
	}
	return askEach(async (group) => {
		if (answer.group === groupNumber(group)) return { seen: 'yes', how: 'TLSv1.3' };
		const groups = [groupNumber(group)];
		const asked = await asker.ask({ version: 'TLSv1.3', suites: [...OFFERS.tls13], groups });
		return looked(asked, (one) => (one.group === groups[0] ? one.version : null));
	});
}

/** Before TLS 1.3 a curve is what ECDHE runs over; a server without it has none. */
async function groupsOver(
	{ asker, answers }: Ground,
	version: Exclude<SuiteVersion, 'SSLv3'>,
): Promise<TlsSurvey['groups']> {
	const suites = [...OFFERS.ecdhe];
	const shown = answers.map(curveIn).find((curve) => curve !== null) ?? null;
	const first = shown === null ? await asker.ask(helloWith(version, suites)) : null;
	if (first?.kind === 'refused') return byGroup(() => NO);
	const curve = first?.kind === 'answered' ? curveIn(first.answer) : shown;
	return askEach(async (group) => {
		if (group === 'X25519MLKEM768') return NO;
		if (curve === groupNumber(group)) return { seen: 'yes', how: version };
		const asked = await asker.ask({ version, suites, groups: [groupNumber(group)] });
		return looked(asked, (one) => (curveIn(one) === groupNumber(group) ? one.version : null));
	});
}

function curveIn({ suite, keyExchange }: HelloAnswered): number | null {
	if (cipherSuite(suite)?.keyExchange.startsWith('ECDHE_') !== true) return null;
	const choice = keyExchangeIn(suite, keyExchange);
	return choice?.kind === 'curve' ? choice.group : null;
}

async function askEach(
	ask: (group: SurveyedGroup) => Promise<Looked>,
): Promise<NonNullable<TlsSurvey['groups']>> {
	const all = await Promise.all(
		SURVEYED_GROUPS.map(async (group) => [group, await ask(group)] as const),
	);
	const found = new Map<SurveyedGroup, Looked>(all);
	return byGroup((group) => found.get(group) ?? NO);
}

// ── The rest ─────────────────────────────────────────────────────────────────────────────────────

/** RFC 5746: in the newest version that has a renegotiation. */
function renegotiation({ answers, asks }: Ground, unclear: Looked | null): Looked | null {
	const [newest] = answers;
	if (newest === undefined) return asks.length > 0 ? NOT_ANSWERED : unclear;
	return newest.secureRenegotiation ? { seen: 'yes', how: newest.version } : NO;
}

const NOT_ANSWERED: Looked = {
	seen: 'unknown',
	because: 'inconclusive',
	detail: 'a handshake completes, while a hello written by hand is not answered',
};

function compressionIn({ answers, asks }: Ground, unclear: Looked | null): Looked | null {
	const on = answers.find(({ compression }) => compression !== 0);
	if (on !== undefined) {
		return { seen: 'yes', how: `${on.version}, method ${on.compression}` };
	}
	if (answers.length > 0) return NO;
	return asks.length > 0 ? NOT_ANSWERED : unclear;
}

/** RFC 7507 §3: at the oldest version, where a newer one is offered too. */
async function fallback({ asker, versions }: Ground): Promise<Looked | null> {
	const offered = HELLO_VERSIONS.filter(
		(version) => version !== 'SSLv2' && versions[version].look.seen === 'yes',
	);
	const oldest = WITH_SUITES.findLast((version) => offered.includes(version));
	if (oldest === undefined || oldest === 'TLSv1.2' || offered.length < 2) return null;
	const { answer } = versions[oldest];
	const suites = answer === null ? OFFERS.usualBefore12 : [answer.suite];
	const asked = await asker.ask(helloWith(oldest, [...suites, FALLBACK_SIGNAL]));
	if (asked.kind === 'refused') return { seen: 'yes', how: `alert ${asked.alert ?? 'none'}` };
	const look = looked(asked, (one) => one.version);
	return look.seen === 'yes' ? NO : look;
}

function http2(handshake: TlsOutcome | null): Looked | null {
	if (handshake?.kind !== 'completed') return null;
	return handshake.alpn === 'h2' ? { seen: 'yes', how: 'ALPN' } : NO;
}

/** A session id or the promise of a ticket up to TLS 1.2; a ticket after the handshake in TLS 1.3. */
async function resumptionOf(
	{ asker, answers, versions }: Ground,
	handshake: TlsOutcome | null,
): Promise<Looked | null> {
	const kept = answers.find(({ sessionId, ticket }) => sessionId || ticket);
	if (kept !== undefined) {
		return { seen: 'yes', how: `${kept.version}, ${kept.ticket ? 'ticket' : 'session id'}` };
	}
	if (versions['TLSv1.3'].look.seen === 'yes') {
		return handshake?.kind === 'completed' ? asker.ticket() : NOT_ANSWERED;
	}
	return answers.length > 0 ? NO : NOT_ANSWERED;
}
