import type { Evidence } from '../core/evidence.ts';
import {
	type Derivation,
	type Fact,
	type FactRef,
	type GetFact,
	type Probe,
	unknown,
} from '../core/fact.ts';

import type { Json } from '../core/json.ts';
import { type Observer, wireCost } from './observer.ts';

/** A probe's answer as the report's map and evidence need it. */
export interface Observed {
	readonly probe: string;
	readonly params: Json;
	readonly value: unknown;
}

/**
 * Every fact of one audit, each gathered at most once.
 *
 * The map holds promises, not values, so two checks that ask at the same moment share one
 * round trip. Derivations may ask for further facts; a circle among them is reported as our bug
 * instead of waiting for ever.
 */
export class FactStore {
	readonly #facts = new Map<string, Promise<Fact<unknown>>>();
	readonly #waitsFor = new Map<string, Set<string>>();
	readonly #observed = new Map<string, Observed & { readonly source: Probe }>();
	readonly #notAsked = new Set<string>();
	/** By fact, the last observation of the longest chain that it waited for. */
	readonly #tails = new Map<string, string | null>();
	/** Round trips of the chain that ends with an observation, itself included. */
	readonly #chains = new Map<string, number>();
	readonly #observer: Observer;
	readonly #isLeftOut: (ref: FactRef<unknown>) => boolean;
	#quiet: Promise<unknown> = Promise.resolve();

	/** What `isLeftOut` names is not gathered, and is unknown to who asks. */
	constructor(observer: Observer, isLeftOut: (ref: FactRef<unknown>) => boolean = () => false) {
		this.#observer = observer;
		this.#isLeftOut = isLeftOut;
	}

	readonly get: GetFact = (ref) => this.#share(ref, null);

	/** Asks for what is only asked because `key` is settled. */
	getAfter<V>(key: string, ref: FactRef<V>): Promise<Fact<V>> {
		return this.#share(ref, this.#tails.get(key) ?? null);
	}

	/**
	 * Probe facts behind `key`, found by walking what its derivation asked for; sorted, because the order
	 * of asking depends on which answer came first.
	 */
	evidenceFor(key: string): string[] {
		const found = new Set<string>();
		const visited = new Set<string>();
		const visit = (at: string) => {
			if (visited.has(at)) return;
			visited.add(at);
			const asked = this.#waitsFor.get(at);
			if (asked === undefined) found.add(at);
			else asked.forEach(visit);
		};
		visit(key);
		return [...found].sort();
	}

	/** The line for a report; `null` where nothing was observed. */
	describe(key: string): Evidence | null {
		const seen = this.#observed.get(key);
		return seen === undefined
			? null
			: seen.source.describe(seen.params as never, seen.value as never);
	}

	/** The user forbade to ask for it. */
	wasNotAsked(key: string): boolean {
		return this.#notAsked.has(key);
	}

	/** Everything that was observed, in an order that does not depend on timing. */
	observed(): readonly Observed[] {
		return [...this.#observed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, seen]) => seen);
	}

	#share<V>(ref: FactRef<V>, after: string | null): Promise<Fact<V>> {
		let fact = this.#facts.get(ref.key);
		if (fact === undefined) {
			fact = this.#settle(ref, after);
			this.#facts.set(ref.key, fact);
		}
		return fact as Promise<Fact<V>>;
	}

	#settle(ref: FactRef<unknown>, after: string | null): Promise<Fact<unknown>> {
		const { source } = ref;
		if (this.#isLeftOut(ref)) {
			return Promise.resolve(unknown('not-asked', `${source.name} was left out`));
		}
		if (source.kind === 'derivation') return this.#derive(ref, source, after);
		if (source.lane === 'shared') return this.#observe(ref, source, after);
		const alone = this.#quiet.then(() => this.#observe(ref, source, after));
		this.#quiet = alone;
		return alone;
	}

	async #observe(
		ref: FactRef<unknown>,
		source: Probe,
		after: string | null,
	): Promise<Fact<unknown>> {
		const fact = await this.#observer.observe(ref, after);
		this.#tails.set(ref.key, ref.key);
		this.#chains.set(ref.key, this.#chainOf(after) + wireCost(ref, fact).roundTrips);
		if (fact.status === 'unknown' && fact.because === 'not-asked') this.#notAsked.add(ref.key);
		if (fact.status === 'known') {
			const { params } = ref;
			this.#observed.set(ref.key, { probe: source.name, params, value: fact.value, source });
		}
		return fact;
	}

	async #derive(
		ref: FactRef<unknown>,
		source: Derivation,
		after: string | null,
	): Promise<Fact<unknown>> {
		const asked = new Set<string>();
		this.#waitsFor.set(ref.key, asked);
		let tail = after;
		const get: GetFact = async (child) => {
			asked.add(child.key);
			if (this.#reaches(child.key, ref.key)) {
				return unknown('our-bug', `${ref.key} depends on itself`);
			}
			if (child.source.lane === 'quiet' && source.lane === 'shared') {
				return unknown('our-bug', `${source.name} asks for ${child.source.name}, which is quiet`);
			}
			const fact = await this.#share(child, tail);
			tail = this.#longer(tail, this.#tails.get(child.key) ?? null);
			return fact;
		};
		try {
			return await source.derive(ref.params as never, get);
		} catch (error) {
			return unknown('our-bug', `${source.name}: ${String(error)}`);
		} finally {
			this.#tails.set(ref.key, tail);
		}
	}

	#longer(one: string | null, other: string | null): string | null {
		return this.#chainOf(other) > this.#chainOf(one) ? other : one;
	}

	#chainOf(key: string | null): number {
		return key === null ? 0 : (this.#chains.get(key) ?? 0);
	}

	#reaches(from: string, to: string): boolean {
		const visited = new Set<string>();
		const pending = [from];
		for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
			if (at === to) return true;
			if (visited.has(at)) continue;
			visited.add(at);
			pending.push(...(this.#waitsFor.get(at) ?? []));
		}
		return false;
	}
}
