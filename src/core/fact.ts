import type { z } from 'zod';
import type { Evidence } from './evidence.ts';
import type { Io } from './io.ts';
import type { Json } from './json.ts';
import { canonical } from './json.ts';

/** A settled fact: we know the value, or another check already owns the reason we cannot, or we failed. */
export type Fact<V> =
	| { readonly status: 'known'; readonly value: V }
	| { readonly status: 'blocked'; readonly by: Place; readonly detail: string }
	| { readonly status: 'unknown'; readonly because: UnknownReason; readonly detail: string };

export type Unsettled = Exclude<Fact<unknown>, { status: 'known' }>;

export const known = <V>(value: V): Fact<V> => ({ status: 'known', value });
export const unknown = (because: UnknownReason, detail: string): Unsettled => ({
	status: 'unknown',
	because,
	detail,
});
export const blocked = (by: Place, detail: string): Unsettled => ({
	status: 'blocked',
	by,
	detail,
});

/** One check at one subject, by name. */
export interface Place {
	readonly check: string;
	readonly subject: string;
}

/** Our own shortcomings. What the *site* does wrong is a value, never one of these. */
export const UNKNOWN_REASONS = [
	/** Nothing answers from here, not even what is known to work. */
	'offline',
	/** No answer within the deadline, though the network works. */
	'timeout',
	/** They refused us: a bot wall, a 403 to everything, a 429, REFUSED to our address. */
	'denied',
	/** Our own limit on requests or bytes was reached. */
	'budget',
	/** We cannot look at this (an algorithm, a protocol, a file type, a filtered port). */
	'unsupported',
	/** We looked and the observations do not decide it. */
	'inconclusive',
	/** A file or folder could not be read. */
	'unreadable',
	/** The user stopped the run. */
	'cancelled',
	/** The evidence being replayed has no such observation. */
	'not-recorded',
	/** `--plan` sends nothing. */
	'not-asked',
	/** Blocked by a check that does not say why, or whose finding was accepted or is no blocker. */
	'cause-not-found',
	/** A defect of ours; the detail says where. */
	'our-bug',
] as const;
export type UnknownReason = (typeof UNKNOWN_REASONS)[number];

/** Thrown by a probe that failed for a reason of ours. Any other error is `our-bug`. */
export class Unobserved extends Error {
	readonly because: UnknownReason;

	constructor(because: UnknownReason, detail: string) {
		super(detail);
		this.because = because;
	}
}

/** A request for one fact. Two refs with the same key are the same fact. */
export interface FactRef<out V> {
	readonly key: string;
	readonly source: Source;
	readonly params: Json;
	/** Never set. It only remembers, for the compiler, what the fact will hold. */
	readonly promises?: V;
}

type Source = Probe | Derivation;

/** `quiet` facts are gathered alone, one after the other, when everything else has settled. */
export type Lane = 'shared' | 'quiet';

/** What one observation took on the wire. */
export interface WireCost {
	/** Waits for the other side, one after the other: TCP and TLS handshakes, and each answer. */
	readonly roundTrips: number;
	/** Whose connections it had; `null` where it had none. */
	readonly address: string | null;
}

/** Learns one thing by touching the outside world. Its answers are recorded. */
export interface Probe {
	readonly kind: 'probe';
	readonly name: string;
	readonly lane: Lane;
	readonly value: z.ZodType;
	observe(params: never, io: Io): Promise<unknown>;
	describe(params: never, value: never): Evidence;
	plan(params: never): string | null;
	assume(params: never): unknown;
	wire(params: never, value: never): WireCost;
}

/** Works one thing out from other facts. Pure, so it is recomputed and never recorded. */
export interface Derivation {
	readonly kind: 'derivation';
	readonly name: string;
	readonly lane: Lane;
	derive(params: never, get: GetFact): Promise<Fact<unknown>> | Fact<unknown>;
}

const NO_WIRE: WireCost = { roundTrips: 0, address: null };

export type GetFact = <T>(ref: FactRef<T>) => Promise<Fact<T>>;

export type Named<P, V> = ((params: P) => FactRef<V>) & { readonly factName: string };

/**
 * `observe` returns what was seen, the site's failures included; it throws `Unobserved` for ours.
 * `describe` says it in one small redacted line for a report. `plan` is the line that `--plan`
 * prints for the request, `null` where nothing is sent; `assume` is the unremarkable answer that `--plan` goes on with, where
 * further requests depend on it. `wire` counts round trips; a probe without it touches no network.
 */
export function defineProbe<In, P extends Json, V>(spec: {
	name: string;
	lane?: Lane;
	params: z.ZodType<P, In>;
	value: z.ZodType<V>;
	observe(params: P, io: Io): Promise<V>;
	describe(params: P, value: V): Evidence;
	plan(params: P): string | null;
	assume?(params: P): V;
	wire?(params: P, value: V): WireCost;
}): Named<In, V> {
	const source: Probe = {
		kind: 'probe',
		name: spec.name,
		lane: spec.lane ?? 'shared',
		value: spec.value,
		observe: spec.observe as Probe['observe'],
		describe: spec.describe as Probe['describe'],
		plan: spec.plan as Probe['plan'],
		assume: (spec.assume ?? (() => undefined)) as Probe['assume'],
		wire: (spec.wire ?? (() => NO_WIRE)) as Probe['wire'],
	};
	return refMaker<In, P, V>(source, spec.params);
}

export function defineDerivation<In, P extends Json, V>(spec: {
	name: string;
	lane?: Lane;
	params: z.ZodType<P, In>;
	derive(params: P, get: GetFact): Promise<Fact<V>> | Fact<V>;
}): Named<In, V> {
	const source: Derivation = {
		kind: 'derivation',
		name: spec.name,
		lane: spec.lane ?? 'shared',
		derive: spec.derive as Derivation['derive'],
	};
	return refMaker<In, P, V>(source, spec.params);
}

function refMaker<In, P extends Json, V>(source: Source, schema: z.ZodType<P, In>): Named<In, V> {
	const make = (input: In): FactRef<V> => {
		const params = schema.parse(input);
		return { key: `${source.name}${canonical(params)}`, source, params };
	};
	return Object.assign(make, { factName: source.name });
}
