import { type Instruction, quotedWords } from './dockerfile.ts';
import type { ImageConfig } from './image-stage.ts';
import { commandOf, commandsIn, type SimpleCommand } from './shell-command.ts';

/** How a container is started, and who gets the signal that stops it. */
export interface ImageStart {
	/** Of CMD, else of ENTRYPOINT. */
	readonly line: number;
	/** `CMD npm start`. */
	readonly written: string;
	readonly commands: readonly SimpleCommand[];
	/** Process 1 that passes no SIGTERM on; `null` where the program itself gets it. */
	readonly deaf: 'shell' | 'npm' | 'npx' | 'yarn' | 'pnpm' | null;
	/** Words to put into the exec form instead of a shell form; empty where they can't be told. */
	readonly exec: readonly string[];
}

const INIT =
	/^(?:tini(?:-static)?|dumb-init|catatonit|docker-init|init|s6-svscan|my_init|supervisord|pm2-runtime|runit|runsvdir|pid1)$/;
const MANAGER = /^(npm|npx|yarn|pnpm)(?:\.cjs|\.js)?$/;
const SHELL = /^(?:ba|da|a|z)?sh$/;

/** `null` where neither is set: the image that it is made from decides. */
export function startOf({ entrypoint, command }: ImageConfig): ImageStart | null {
	const last = command ?? entrypoint;
	if (last === null) return null;
	return {
		line: last.line,
		written: `${last.keyword} ${last.text}`,
		commands: commandsOf(entrypoint, command),
		deaf: deafIn(entrypoint, command),
		exec: execWords(last),
	};
}

/** CMD is handed to an ENTRYPOINT in the exec form; one in the shell form never sees it. */
function commandsOf(
	entrypoint: Instruction | null,
	command: Instruction | null,
): readonly SimpleCommand[] {
	if (entrypoint === null) return command === null ? [] : ownCommands(command);
	const first = entrypoint.exec?.[0];
	if (command === null || entrypoint.exec === null || first === undefined) {
		return ownCommands(entrypoint);
	}
	// A script that prepares and then runs what it is given.
	if (/\.sh$|entrypoint/.test(first)) return [...ownCommands(entrypoint), ...ownCommands(command)];
	return commandOf([...entrypoint.exec, ...(command.exec ?? ['sh', '-c', command.text])]);
}

const ownCommands = ({ exec, text }: Instruction): readonly SimpleCommand[] =>
	exec === null ? commandsIn(text) : commandOf(exec);

const nameOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

function deafIn(entrypoint: Instruction | null, command: Instruction | null): ImageStart['deaf'] {
	if (entrypoint === null) return command === null ? null : deafOf(command);
	if (entrypoint.exec === null) return deafOf(entrypoint);
	const first = nameOf(entrypoint.exec[0] ?? '');
	if (INIT.test(first)) return null;
	if (MANAGER.test(first) || SHELL.test(first)) {
		const own = deafOf(entrypoint);
		// `["sh", "start.sh"]` runs a file that may well exec.
		if (own !== null) return own;
	}
	// The script hands over to what CMD says, a shell where that is a shell form.
	return command !== null && command.exec === null ? deafOf(command) : null;
}

function deafOf({ exec, text }: Instruction): ImageStart['deaf'] {
	if (exec === null) return isHandedOver(text) ? null : 'shell';
	const first = nameOf(exec[0] ?? '');
	if (SHELL.test(first)) {
		const at = exec.findIndex((word) => /^-[a-z]*c$/.test(word));
		const line = exec[at + 1];
		return at === -1 || line === undefined || isHandedOver(line) ? null : 'shell';
	}
	if (first === 'corepack') return managerOf(nameOf(exec[1] ?? ''));
	return managerOf(first);
}

function managerOf(name: string): ImageStart['deaf'] {
	const [, manager] = MANAGER.exec(name) ?? [];
	return (manager as ImageStart['deaf'] | undefined) ?? null;
}

/** The shell is replaced in the end, by `exec` or an init, or handles signals itself. */
function isHandedOver(line: string): boolean {
	if (/\btrap\b/.test(line)) return true;
	const last = line.split(/&&|\|\||;|\n/).findLast((one) => one.trim() !== '') ?? '';
	const words = quotedWords(last.trim());
	return words[0] === 'exec' || INIT.test(nameOf(words[0] ?? ''));
}

/** Not where a shell is needed: variables, several commands, redirections. */
function execWords({ exec, text }: Instruction): readonly string[] {
	if (exec !== null) return [];
	if (/[$&|;<>*`()]/.test(text)) {
		return /[&|;\n]/.test(text) ? [] : ['sh', '-c', `exec ${text.trim()}`];
	}
	const words = quotedWords(text);
	return /^[A-Za-z_]\w*=/.test(words[0] ?? '') ? [] : words;
}
