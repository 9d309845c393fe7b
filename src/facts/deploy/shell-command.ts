import { unquoted } from './dockerfile.ts';

/** One program with its arguments, and the variables set for it alone. */
export interface SimpleCommand {
	readonly words: readonly string[];
	readonly variables: Readonly<Record<string, string>>;
}

const MOST_CHARACTERS = 10_000;
const MOST_COMMANDS = 50;
const DEEPEST = 5;

/**
 * The programs that a shell would run for a command line, in order, whatever wraps them (`exec`,
 * `npx`, `tini --`, `sh -c`, `poetry run`…) taken off. Nothing is expanded.
 */
export function commandsIn(line: string): readonly SimpleCommand[] {
	return split(line.slice(0, MOST_CHARACTERS))
		.flatMap((words) => unwrapped(words, {}, 0))
		.slice(0, MOST_COMMANDS);
}

/** The same for words that no shell reads: an exec form, an argument list. */
export function commandOf(words: readonly string[]): readonly SimpleCommand[] {
	return unwrapped(words, {}, 0).slice(0, MOST_COMMANDS);
}

/** What runs depends on something that the line itself does not tell. */
export const isConditional = (line: string): boolean =>
	/\|\||(?:^|[\s;&(])(?:if|case|for|while|until|test|\[\[?)\s/.test(line);

/** Words of each simple command: `&&`, `||`, `;`, `|`, `&` and line ends part them. */
function split(line: string): readonly (readonly string[])[] {
	const commands: string[][] = [[]];
	let word: string | null = null;
	const endWord = () => {
		if (word !== null) commands.at(-1)?.push(word);
		word = null;
	};
	for (const [piece] of line.matchAll(PIECE)) {
		if (piece === '\\\n') continue;
		if (!/^[\s;&|()]/.test(piece)) {
			word = (word ?? '') + unquoted(piece);
			continue;
		}
		endWord();
		if (/[;&|()\n]/.test(piece)) commands.push([]);
	}
	endWord();
	return commands.map(withoutRedirections).filter((words) => words.length > 0);
}

/** A run of blanks and operators, a quoted part, one character behind a backslash, plain text (`2>&1` too). */
const PIECE =
	/[\s;&|()]+|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|'[^']*(?:'|$)|\\[\s\S]|(?:[<>]&|[^\s"'\\;&|()])+|[\s\S]/g;

function withoutRedirections(words: readonly string[]): readonly string[] {
	const kept: string[] = [];
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? '';
		if (/^\d*(?:>>?|<)$/.test(word)) at++;
		else if (!/^\d*[<>]/.test(word)) kept.push(word);
	}
	return kept;
}

/** Programs that start another, behind their own options or behind `--`. */
const WRAPPERS: Readonly<Record<string, 'options' | 'until-dashes'>> = {
	exec: 'options',
	nohup: 'options',
	time: 'options',
	command: 'options',
	env: 'options',
	sudo: 'options',
	'cross-env': 'options',
	'cross-env-shell': 'options',
	npx: 'options',
	pnpx: 'options',
	bunx: 'options',
	tini: 'options',
	'dumb-init': 'options',
	catatonit: 'options',
	dotenv: 'until-dashes',
	dotenvx: 'until-dashes',
	doppler: 'until-dashes',
	infisical: 'until-dashes',
	op: 'until-dashes',
	'env-cmd': 'options',
	'docker-entrypoint.sh': 'options',
};

const RUNNERS: readonly (readonly [program: RegExp, word: RegExp])[] = [
	[/^(?:npm|pnpm|yarn)$/, /^(?:exec|dlx|x)$/],
	[/^(?:poetry|pipenv|uv|pdm|rye|hatch)$/, /^run$/],
	[/^bundle$/, /^exec$/],
];

/** Options of wrappers that take the next word. */
const WITH_VALUE = /^-(?:[Eufp]|-package|-env|-python|-with|-directory|-user)$/;

function unwrapped(
	words: readonly string[],
	variables: Readonly<Record<string, string>>,
	depth: number,
): readonly SimpleCommand[] {
	const set = { ...variables };
	let rest = words;
	for (
		let assigned = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(rest[0] ?? '');
		assigned !== null;
		assigned = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(rest[0] ?? '')
	) {
		set[assigned[1] ?? ''] = assigned[2] ?? '';
		rest = rest.slice(1);
	}
	const program = nameOf(rest[0] ?? '');
	if (program === '' || depth > DEEPEST) return [];
	const inner = innerOf(program, rest);
	if (inner === null) return [{ words: [program, ...rest.slice(1)], variables: set }];
	if (typeof inner === 'string') {
		return split(inner).flatMap((one) => unwrapped(one, set, depth + 1));
	}
	if (inner.kind === 'words') return unwrapped(inner.words, set, depth + 1);
	return inner.lines.flatMap((line) =>
		split(line).flatMap((one) => unwrapped(one, set, depth + 1)),
	);
}

/** Without its folder: `./node_modules/.bin/next` is `next`. */
const nameOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

type Inner =
	| string
	| { readonly kind: 'words'; readonly words: readonly string[] }
	| { readonly kind: 'lines'; readonly lines: readonly string[] };

/** What a program starts in its turn; `null` where it is none that starts others. */
function innerOf(program: string, words: readonly string[]): Inner | null {
	if (/^(?:ba|da|a|z)?sh$/.test(program)) {
		const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
		return at === -1 ? null : (words[at + 1] ?? null);
	}
	if (/^(?:concurrently|npm-run-all2?|run-[sp])$/.test(program)) {
		return { kind: 'lines', lines: besideEachOther(program, words.slice(1)) };
	}
	if (/^python[\d.]*$/.test(program) && words[1] === '-m') return inWords(words.slice(2));
	const bin = /node_modules\/(?:\.bin\/)?(@[\w.-]+\/[\w.-]+|[\w.-]+)/.exec(words[1] ?? '')?.[1];
	if (/^(?:node|bun|tsx)$/.test(program) && bin !== undefined) {
		return inWords([nameOf(bin), ...words.slice(2)]);
	}
	return wrappedBy(program, words);
}

/** Command lines of a program that starts several. */
function besideEachOther(program: string, words: readonly string[]): readonly string[] {
	const plain = words.filter((word) => !word.startsWith('-'));
	if (program === 'concurrently') return plain.map((line) => line.replace(/^npm:/, 'npm run '));
	return plain.filter((word) => /^[\w:-]+$/.test(word)).map((name) => `npm run ${name}`);
}

function wrappedBy(program: string, words: readonly string[]): Inner | null {
	const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
	if (wrapper === 'until-dashes') {
		const dashes = words.indexOf('--');
		if (dashes !== -1) return inWords(words.slice(dashes + 1));
		return /^dotenvx?$/.test(program) ? inWords(afterOptions(words, 1)) : null;
	}
	if (wrapper === 'options') return inWords(afterOptions(words, 1));
	const isRunner = RUNNERS.some(([name, word]) => name.test(program) && word.test(words[1] ?? ''));
	return isRunner ? inWords(afterOptions(words, 2)) : null;
}

const inWords = (words: readonly string[]): Inner | null =>
	words.length === 0 ? null : { kind: 'words', words };

function afterOptions(words: readonly string[], from: number): readonly string[] {
	let at = from;
	while (at < words.length && (words[at] ?? '').startsWith('-')) {
		if (words[at] === '--') return words.slice(at + 1);
		at += WITH_VALUE.test(words[at] ?? '') ? 2 : 1;
	}
	return words.slice(at);
}

/** The value of `--name value`, `--name=value` or `-n value`; `null` where it is not given. */
export function optionOf(words: readonly string[], ...names: readonly string[]): string | null {
	for (const [index, word] of words.entries()) {
		if (names.includes(word)) return words[index + 1] ?? '';
		const name = names.find((one) => one.startsWith('--') && word.startsWith(`${one}=`));
		if (name !== undefined) return word.slice(name.length + 1);
		const short = names.find((one) => /^-[a-z]$/i.test(one) && word.startsWith(one));
		if (short !== undefined && /^-[a-z]:?[\d.:]+$/i.test(word)) return word.slice(2);
	}
	return null;
}

/** A command to show: no values of variables, no passwords in URLs, one short line. */
export function shownCommand(text: string): string {
	return text
		.replace(/\s+/g, ' ')
		.replace(/\b([A-Za-z_]\w*)=(?:"[^"]*"|'[^']*'|[^\s"']+)/g, '$1=…')
		.replace(/:\/\/[^\s/@]*@/g, '://…@')
		.replace(/(--?[\w-]*(?:token|secret|password|passwd|key)[\w-]*)(?:[= ])\S+/gi, '$1 …')
		.trim()
		.slice(0, 120);
}
