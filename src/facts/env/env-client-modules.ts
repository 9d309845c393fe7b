import type { ImportGraph } from './env-import-graph.ts';
import { type JsModule, moduleIn } from './js-module.ts';
import { type JsParser, jsTree, LARGEST_SOURCE, scriptOf } from './js-tree.ts';

/** A script that goes to browsers as it is. */
export interface ClientEntry {
	readonly file: string;
	/** Exports that the framework takes out of what browsers get, such as `getServerSideProps`. */
	readonly dropped: ReadonlySet<string>;
}

/** What of one script ends in browsers. */
export interface LiveModule {
	/** The first script for browsers that leads to it. */
	readonly entry: ClientEntry;
	/** Line of the entry's own import that leads there. */
	readonly line: number;
	/** Declarations at its top that are used; `''` for its other statements. */
	readonly tops: ReadonlySet<string>;
}

interface Wanted {
	readonly file: string;
	/** Exported name; `*` for all, empty for the effects of loading it. */
	readonly name: string;
	readonly entry: ClientEntry;
	readonly line: number;
}

type Live = { entry: ClientEntry; line: number; tops: Set<string> };

export interface ClientWalk {
	readonly graph: ImportGraph;
	readonly texts: ReadonlyMap<string, string>;
	readonly parse: JsParser;
	/** Not gone into: it stays on the server, or is an entry of its own. */
	readonly stops: (file: string) => boolean;
	/** Scripts that matter: modules that lead to none of them are not parsed. */
	readonly sought: ReadonlySet<string>;
}

/**
 * What browsers get of a repository's scripts, by declaration, as a bundler leaves it: unused exports are
 * out, barrels are looked through, imports that only types use do not count.
 */
export function liveModules(
	entries: readonly ClientEntry[],
	walk: ClientWalk,
): ReadonlyMap<string, LiveModule> {
	return new Walker(walk).run(entries);
}

class Walker {
	readonly #walk: ClientWalk;
	readonly #live = new Map<string, Live>();
	readonly #modules = new Map<string, JsModule | null>();
	readonly #seen = new Set<string>();
	readonly #open: Wanted[] = [];
	#leading: ReadonlySet<string> = new Set();

	constructor(walk: ClientWalk) {
		this.#walk = walk;
	}

	run(entries: readonly ClientEntry[]): ReadonlyMap<string, LiveModule> {
		this.#leading = this.#leadingFrom(entries.map(({ file }) => file));
		for (const entry of entries) this.#enter(entry);
		for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
			this.#take(next);
		}
		return this.#live;
	}

	/** Scripts from which one that is sought can be reached. */
	#leadingFrom(starts: readonly string[]): ReadonlySet<string> {
		const { graph, sought } = this.#walk;
		const importers = new Map<string, string[]>();
		const seen = new Set(starts);
		const open = [...starts];
		for (let next = open.pop(); next !== undefined; next = open.pop()) {
			for (const file of graph.mayImport(next)) {
				importers.set(file, [...(importers.get(file) ?? []), next]);
				if (seen.has(file)) continue;
				seen.add(file);
				open.push(file);
			}
		}
		const leading = new Set([...sought].filter((file) => seen.has(file)));
		const back = [...leading];
		for (let next = back.pop(); next !== undefined; next = back.pop()) {
			for (const file of importers.get(next) ?? []) {
				if (leading.has(file)) continue;
				leading.add(file);
				back.push(file);
			}
		}
		return leading;
	}

	#module(file: string): JsModule | null {
		const seen = this.#modules.get(file);
		if (seen !== undefined) return seen;
		const text = this.#walk.texts.get(file) ?? '';
		const tree =
			text.length > LARGEST_SOURCE ? null : jsTree(this.#walk.parse, file, scriptOf(file, text));
		const made = tree === null ? null : moduleIn(tree);
		this.#modules.set(file, made);
		return made;
	}

	#enter(entry: ClientEntry): void {
		const { file, dropped } = entry;
		if (!this.#leading.has(file)) return;
		const module = this.#module(file);
		if (module === null) return;
		// Markup uses what its script declares and imports.
		const isComponent = /\.(?:vue|svelte|astro)$/.test(file);
		const kept = [...module.exports].filter(([name]) => !dropped.has(name));
		const tops = isComponent ? [...module.tops.keys()] : kept.map(([, local]) => local);
		this.#use(file, module, ['', ...tops], { entry, line: 1 });
		for (const one of module.passedOn) {
			if (!dropped.has(one.given)) this.#follow(file, one, { entry, line: one.line });
		}
		if (!isComponent) return;
		for (const one of module.imports) this.#follow(file, one, { entry, line: one.line });
	}

	/** Makes declarations live, with everything that they use. */
	#use(
		file: string,
		module: JsModule,
		names: readonly string[],
		by: { entry: ClientEntry; line: number },
	): void {
		const live: Live = this.#live.get(file) ?? { ...by, tops: new Set() };
		this.#live.set(file, live);
		const open = [...names];
		const used = new Set<string>();
		for (let next = open.pop(); next !== undefined; next = open.pop()) {
			if (used.has(next)) continue;
			used.add(next);
			if (next === '' || module.tops.has(next)) live.tops.add(next);
			open.push(...(module.tops.get(next) ?? []));
		}
		for (const one of module.imports) {
			if (one.local !== '' && !used.has(one.local)) continue;
			// Only the entry's own import is a line of the entry.
			const line = file === by.entry.file ? one.line : by.line;
			this.#follow(file, one, { entry: by.entry, line });
		}
	}

	#follow(
		from: string,
		{ source, name }: { source: string; name: string },
		{ entry, line }: { entry: ClientEntry; line: number },
	): void {
		const file = this.#walk.graph.resolve(from, source);
		if (file === null || !this.#leading.has(file) || this.#walk.stops(file)) return;
		const key = `${file}\0${name}`;
		if (this.#seen.has(key)) return;
		this.#seen.add(key);
		this.#open.push({ file, name, entry, line });
	}

	#take({ file, name, entry, line }: Wanted): void {
		const module = this.#module(file);
		if (module === null) return;
		const by = { entry, line };
		const isOpen = module.exports.size === 0 && module.passedOn.length === 0;
		if (name === '*' || isOpen || /\.(?:vue|svelte)$/.test(file)) {
			this.#use(file, module, ['', ...module.exports.values(), ...module.tops.keys()], by);
			for (const one of module.passedOn) this.#follow(file, one, by);
			return;
		}
		const own = module.exports.get(name);
		if (own !== undefined || name === '') {
			this.#use(file, module, ['', own ?? ''], by);
			return;
		}
		const passed = module.passedOn.filter(({ given }) => given === name);
		const all = module.passedOn
			.filter(({ given }) => given === '*')
			.map((one) => ({ ...one, name }));
		for (const one of passed.length > 0 ? passed : all) this.#follow(file, one, by);
	}
}
