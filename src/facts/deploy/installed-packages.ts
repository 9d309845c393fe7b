import { posix } from 'node:path';
import { copyOf, type Instruction } from './dockerfile.ts';
import { copiedFrom, type Stage, stageNamed } from './image-stage.ts';
import { commandOf, commandsIn, optionOf, type SimpleCommand } from './shell-command.ts';

/** Where packages that only development needs came into a stage and stayed. */
export interface DevelopmentInstall {
	/** 1-based. */
	readonly line: number;
	/** `npm ci`. */
	readonly command: string;
	readonly manager:
		| 'npm'
		| 'yarn'
		| 'pnpm'
		| 'bun'
		| 'composer'
		| 'poetry'
		| 'uv'
		| 'pipenv'
		| 'pip'
		| 'bundler';
	/** Stage that it was copied from; empty where it was installed in the last stage itself. */
	readonly from: string;
}

interface Holding {
	readonly install: DevelopmentInstall;
	/** Folder of what was installed: `/app/node_modules`. */
	readonly folder: string;
}

interface State {
	workdir: string;
	readonly variables: Map<string, string>;
	held: Holding | null;
}

/** The programs that a RUN starts, here-documents included. */
export function programsIn({ text, exec, heredocs }: Instruction): readonly SimpleCommand[] {
	if (exec !== null) return commandOf(exec);
	const plain = text.replace(/^<<-?["']?\w+["']?\s*/, '');
	return [...commandsIn(plain), ...heredocs.flatMap(({ body }) => commandsIn(body))];
}

/** What the last stage of a lineage holds in the end; `null` for no development packages. */
export function developmentInstallIn(
	stages: readonly Stage[],
	lineage: readonly Stage[],
): DevelopmentInstall | null {
	return stateAfter(stages, lineage, 0).held?.install ?? null;
}

const DEEPEST = 10;

function stateAfter(stages: readonly Stage[], lineage: readonly Stage[], depth: number): State {
	const state: State = { workdir: '/', variables: new Map(), held: null };
	for (const stage of lineage) {
		for (const one of stage.instructions) onward(one, state, stages, depth);
	}
	return state;
}

function onward(one: Instruction, state: State, stages: readonly Stage[], depth: number): void {
	if (one.keyword === 'WORKDIR') {
		state.workdir = posix.resolve(state.workdir, one.text.replace(/["']/g, ''));
	} else if (one.keyword === 'ENV' || one.keyword === 'ARG') {
		for (const [, name = '', value = ''] of one.text.matchAll(/([A-Za-z_]\w*)[= ]"?([^\s"]*)/g)) {
			state.variables.set(name, value);
		}
	} else if (one.keyword === 'RUN') {
		for (const command of programsIn(one)) install(command, one.line, state);
	} else if (one.keyword === 'COPY') {
		copy(one, state, stages, depth);
	}
}

/** Takes over what another stage holds, where the folder copied is it or has it inside. */
function copy(one: Instruction, state: State, stages: readonly Stage[], depth: number): void {
	const from = copiedFrom(one);
	const index = from === null ? -1 : stageNamed(stages, from);
	const stage = stages[index];
	if (from === null || stage === undefined || depth >= DEEPEST) return;
	const there = stateAfter(stages, lineageUpTo(stages, index), depth + 1);
	if (there.held === null) return;
	const { sources, target } = copyOf(one);
	for (const source of sources) {
		const path = posix.resolve(there.workdir, source.replace(/\/\*$/, ''));
		const { folder } = there.held;
		if (folder !== path && !folder.startsWith(path === '/' ? '/' : `${path}/`)) continue;
		const into = posix.resolve(state.workdir, target);
		state.held = {
			install: { ...there.held.install, line: one.line, from },
			folder: posix.join(into, posix.relative(path, folder)),
		};
	}
}

function lineageUpTo(stages: readonly Stage[], index: number): readonly Stage[] {
	const found: Stage[] = [];
	for (let at: number | null = index; at !== null && found.length <= stages.length; ) {
		const stage: Stage | undefined = stages[at];
		if (stage === undefined) break;
		found.unshift(stage);
		at = stage.parent;
	}
	return found;
}

const NODE = /^(?:npm|yarn|pnpm|bun)$/;

function install(command: SimpleCommand, line: number, state: State): void {
	const [program = '', first = ''] = command.words;
	if (program === 'cd' && first !== '') state.workdir = posix.resolve(state.workdir, first);
	if (program === 'rm' && command.words.some((word) => /node_modules\/?$/.test(word))) {
		state.held = null;
	}
	if (program === 'export' || program === 'set') return;
	if (NODE.test(program)) node(command, line, state);
	else other(command, line, state);
}

function node(command: SimpleCommand, line: number, state: State): void {
	const [program = ''] = command.words;
	const words = command.words.slice(1).filter((word) => !word.startsWith('-'));
	const verb = words[0] ?? (program === 'yarn' ? 'install' : '');
	const isProduction = omitsDevelopment(command, state.variables);
	if (verb === 'prune' || (verb === 'workspaces' && words[1] === 'focus')) {
		if (isProduction) state.held = null;
		return;
	}
	if (!/^(?:ci|install|i|clean-install|install-clean|add)$/.test(verb)) return;
	if (verb === 'add' || command.words.some((word) => /^(?:-g|--global)$/.test(word))) return;
	// Named packages are added to what is there.
	if (words.slice(1).some((word) => !word.includes('='))) return;
	state.held = isProduction
		? null
		: {
				install: {
					line,
					command: `${program} ${verb}`,
					manager: program as DevelopmentInstall['manager'],
					from: '',
				},
				folder: posix.join(
					posix.resolve(
						state.workdir,
						optionOf(command.words, '--prefix', '-C', '--dir', '--cwd') ?? '.',
					),
					'node_modules',
				),
			};
}

function omitsDevelopment(
	{ words, variables }: SimpleCommand,
	around: ReadonlyMap<string, string>,
): boolean {
	const text = words.join(' ');
	if (/--include[= ]dev\b|--production=false|--prod=false/.test(text)) return false;
	if (/--omit[= ]["']?dev\b|--production\b|--prod\b|(?:^|\s)-P\b|--only[= ]prod/.test(text))
		return true;
	const value = (name: string) => variables[name] ?? around.get(name) ?? '';
	if (value('NODE_ENV') === 'production' && words[0] !== 'bun') return true;
	const omit = value('NPM_CONFIG_OMIT') || value('npm_config_omit');
	return /\bdev\b/.test(omit) || value('NPM_CONFIG_PRODUCTION') === 'true';
}

/** Managers of other languages, by what their documentation says leaves development packages out. */
const OTHERS: readonly {
	readonly manager: DevelopmentInstall['manager'];
	readonly program: RegExp;
	readonly verb: RegExp;
	readonly omits: RegExp;
	/** A variable that does the same. */
	readonly variable: string;
}[] = [
	{
		manager: 'composer',
		program: /^composer(?:\.phar)?$/,
		verb: /^(?:install|i)$/,
		omits: /--no-dev\b/,
		variable: 'COMPOSER_NO_DEV',
	},
	{
		manager: 'poetry',
		program: /^poetry$/,
		verb: /^(?:install|sync)$/,
		omits: /--no-dev\b|--only[= ](?:main|prod)|--without[= ]\S*dev|--only-root/,
		variable: 'POETRY_WITHOUT',
	},
	{
		manager: 'uv',
		program: /^uv$/,
		verb: /^sync$/,
		omits: /--no-dev\b|--no-default-groups\b|--only-group/,
		variable: 'UV_NO_DEV',
	},
	{
		manager: 'bundler',
		program: /^bundle$/,
		verb: /^(?:install)$/,
		omits: /--without\b|--deployment-without/,
		variable: 'BUNDLE_WITHOUT',
	},
];

function other(command: SimpleCommand, line: number, state: State): void {
	const [program = '', ...args] = command.words;
	const text = args.join(' ');
	const verb = args.find((word) => !word.startsWith('-')) ?? '';
	if (program === 'bundle' && /\bconfig\b.*\bwithout\b/.test(text)) {
		state.variables.set('BUNDLE_WITHOUT', 'development');
	}
	if (program === 'poetry' && /\bconfig\b.*\bwithout\b/.test(text)) {
		state.variables.set('POETRY_WITHOUT', 'dev');
	}
	const held = (manager: DevelopmentInstall['manager'], shown: string) => {
		state.held = { install: { line, command: shown, manager, from: '' }, folder: '/-' };
	};
	if (/^pip[\d.]*$/.test(program) && /-r\s*\S*(?:dev|test)\S*\.(?:txt|in)\b/.test(text)) {
		held('pip', `pip install ${text.slice(text.search(/-r/)).split(' ').slice(0, 2).join(' ')}`);
	}
	if (program === 'pipenv' && /^(?:install|sync)$/.test(verb) && /--dev\b|-d\b/.test(text)) {
		held('pipenv', `pipenv ${verb} --dev`);
	}
	const rule = OTHERS.find((one) => one.program.test(program) && one.verb.test(verb));
	if (rule === undefined || rule.omits.test(text)) return;
	const variable = command.variables[rule.variable] ?? state.variables.get(rule.variable) ?? '';
	if (variable === '' || variable === '0') held(rule.manager, `${program} ${verb}`);
}
