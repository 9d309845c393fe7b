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
import type { Observer } from './observer.ts';

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
	readonly #observer: Observer;
	readonly #isLeftOut: (ref: FactRef<unknown>) => boolean;
	#quiet: Promise<unknown> = Promise.resolve();

	/** What `isLeftOut` names is not gathered, and is unknown to who asks. */
	constructor(observer: Observer, isLeftOut: (ref: FactRef<unknown>) => boolean = () => false) {
		this.#observer = observer;
		this.#isLeftOut = isLeftOut;
	}

	readonly get: GetFact = (ref) => this.#share(ref);

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

	#share<V>(ref: FactRef<V>): Promise<Fact<V>> {
		let fact = this.#facts.get(ref.key);
		if (fact === undefined) {
			fact = this.#settle(ref);
			this.#facts.set(ref.key, fact);
		}
		return fact as Promise<Fact<V>>;
	}

	#settle(ref: FactRef<unknown>): Promise<Fact<unknown>> {
		const { source } = ref;
		if (this.#isLeftOut(ref)) {
			return Promise.resolve(unknown('not-asked', `${source.name} was left out`));
		}
		if (source.kind === 'derivation') return this.#derive(ref, source);
		if (source.lane === 'shared') return this.#observe(ref, source);
		const alone = this.#quiet.then(() => this.#observe(ref, source));
		this.#quiet = alone;
		return alone;
	}

	async #observe(ref: FactRef<unknown>, source: Probe): Promise<Fact<unknown>> {
		const fact = await this.#observer.observe(ref);
		if (fact.status === 'unknown' && fact.because === 'not-asked') this.#notAsked.add(ref.key);
		if (fact.status === 'known') {
			const { params } = ref;
			this.#observed.set(ref.key, { probe: source.name, params, value: fact.value, source });
		}
		return fact;
	}

	async #derive(ref: FactRef<unknown>, source: Derivation): Promise<Fact<unknown>> {
		const asked = new Set<string>();
		this.#waitsFor.set(ref.key, asked);
		const get: GetFact = async (child) => {
			asked.add(child.key);
			if (this.#reaches(child.key, ref.key)) {
				return unknown('our-bug', `${ref.key} depends on itself`);
			}
			if (child.source.lane === 'quiet' && source.lane === 'shared') {
				return unknown('our-bug', `${source.name} asks for ${child.source.name}, which is quiet`);
			}
			return this.#share(child);
		};
		try {
			return await source.derive(ref.params as never, get);
		} catch (error) {
			return unknown('our-bug', `${source.name}: ${String(error)}`);
		}
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
