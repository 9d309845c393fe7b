import { posix } from 'node:path';
import {
	assignmentsIn,
	type Dockerfile,
	flagOf,
	type Instruction,
	quotedWords,
} from './dockerfile.ts';

export interface Stage {
	/** Lower case; empty without `AS`. */
	readonly name: string;
	/** Index of the stage it goes on from; `null` where it begins with an image. */
	readonly parent: number | null;
	/** With build arguments filled in; `null` where one has no default, or the parent is a stage. */
	readonly image: string | null;
	/** As written. */
	readonly written: string;
	readonly line: number;
	readonly instructions: readonly Instruction[];
}

/** `FROM` by `FROM`; instructions before the first belong to none. */
export function stagesOf({ instructions }: Dockerfile): readonly Stage[] {
	const globals = new Map<string, string | null>();
	const stages: (Omit<Stage, 'instructions'> & { instructions: Instruction[] })[] = [];
	for (const one of instructions) {
		const last = stages.at(-1);
		if (one.keyword === 'FROM') stages.push(stageFrom(one, stages, globals));
		else if (last !== undefined) last.instructions.push(one);
		else if (one.keyword === 'ARG') {
			for (const [name, value] of assignmentsIn(one)) globals.set(name, value);
		}
	}
	return stages;
}

function stageFrom(
	from: Instruction,
	before: readonly Stage[],
	globals: ReadonlyMap<string, string | null>,
) {
	const [written = '', as = '', name = ''] = quotedWords(from.text);
	const filled = filledIn(written, globals);
	const parent =
		filled === null ? -1 : before.findIndex((one) => one.name === filled.toLowerCase());
	return {
		name: as.toLowerCase() === 'as' ? name.toLowerCase() : '',
		parent: parent === -1 ? null : parent,
		image: parent === -1 ? filled : null,
		written,
		line: from.line,
		instructions: [],
	};
}

const VARIABLE = /\$(?:\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\}|([A-Za-z_]\w*))/g;

/** `null` where a variable in it has no value that the file tells. */
export function filledIn(text: string, values: ReadonlyMap<string, string | null>): string | null {
	let isKnown = true;
	const filled = text.replace(
		VARIABLE,
		(_, braced?: string, sign?: string, other = '', bare?: string) => {
			const value = values.get(braced ?? bare ?? '') ?? null;
			const isEmpty = value === null || value === '';
			if (sign === undefined && value === null) isKnown = false;
			if (sign === '+') return isEmpty ? '' : other;
			return sign === '-' && isEmpty ? other : (value ?? '');
		},
	);
	return isKnown && filled !== '' ? filled : null;
}

/** The stages whose layers make an image, the first one first. */
export function lineageOf(stages: readonly Stage[], last: number): readonly Stage[] {
	const found: Stage[] = [];
	for (let at: number | null = last; at !== null; ) {
		const stage: Stage | undefined = stages[at];
		if (stage === undefined || found.length > stages.length) break;
		found.unshift(stage);
		at = stage.parent !== null && stage.parent < at ? stage.parent : null;
	}
	return found;
}

/** A stage by name or number, as `--from` and `target` name it; -1 for none. */
export function stageNamed(stages: readonly Stage[], name: string): number {
	const byName = stages.findIndex(
		(stage) => stage.name !== '' && stage.name === name.toLowerCase(),
	);
	if (byName !== -1) return byName;
	return /^\d{1,4}$/.test(name) && Number(name) < stages.length ? Number(name) : -1;
}

/** How an image starts and as whom, from all stages it is made of. */
export interface ImageConfig {
	/** The last USER, with the line; `null` where none is set. */
	readonly user: { readonly name: string; readonly line: number } | null;
	readonly entrypoint: Instruction | null;
	readonly command: Instruction | null;
	readonly healthcheck: Instruction | null;
	/** `/` unless told. */
	readonly workdir: string;
	readonly volumes: readonly string[];
	/** Only values that the file tells. */
	readonly variables: ReadonlyMap<string, string>;
}

export function configOf(lineage: readonly Stage[]): ImageConfig {
	const config: Config = { ...NOTHING_SET, volumes: [], variables: new Map() };
	for (const stage of lineage) {
		const before = config.command;
		for (const one of stage.instructions) SETTERS[one.keyword]?.(one, config);
		// An ENTRYPOINT resets the CMD of what it goes on from.
		const hasEntrypoint = stage.instructions.some(({ keyword }) => keyword === 'ENTRYPOINT');
		if (hasEntrypoint && config.command === before) config.command = null;
	}
	return config;
}

interface Config extends ImageConfig {
	user: ImageConfig['user'];
	entrypoint: Instruction | null;
	command: Instruction | null;
	healthcheck: Instruction | null;
	workdir: string;
	readonly volumes: string[];
	readonly variables: Map<string, string>;
}

const NOTHING_SET = {
	user: null,
	entrypoint: null,
	command: null,
	healthcheck: null,
	workdir: '/',
} as const;

const SETTERS: Readonly<Record<string, (one: Instruction, config: Config) => void>> = {
	USER: (one, config) => {
		config.user = { name: filledIn(one.text, config.variables) ?? one.text, line: one.line };
	},
	ENTRYPOINT: (one, config) => {
		config.entrypoint = one;
	},
	CMD: (one, config) => {
		config.command = one;
	},
	HEALTHCHECK: (one, config) => {
		config.healthcheck = one.text.trim().toUpperCase() === 'NONE' ? null : one;
	},
	WORKDIR: (one, config) => {
		const path = filledIn(quotedWords(one.text)[0] ?? '', config.variables) ?? '';
		config.workdir = posix.resolve(config.workdir, path);
	},
	VOLUME: ({ exec, text }, config) => {
		config.volumes.push(...(exec ?? quotedWords(text)));
	},
	ENV: (one, { variables }) => setAll(one, variables),
	ARG: (one, { variables }) => setAll(one, variables),
};

function setAll(one: Instruction, variables: Map<string, string>): void {
	for (const [name, value] of assignmentsIn(one)) {
		const filled = value === null ? null : filledIn(value, variables);
		if (filled !== null) variables.set(name, filled);
	}
}

/** Of what a stage copies from elsewhere: the other stage or image, `null` for the build context. */
export const copiedFrom = (one: Instruction): string | null => flagOf(one, 'from');
