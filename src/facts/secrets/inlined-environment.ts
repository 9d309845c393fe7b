/** A whole environment that a bundler wrote into a text. */
export interface InlinedEnvironment {
	/** Index of its first variable. */
	readonly start: number;
	/** In the order met; names alone. */
	readonly names: readonly string[];
	/** The env file whose variables it has; `null` where it is the machine's environment. */
	readonly source: string | null;
}

interface EnvFile {
	readonly file: string;
	/** Of the variables that are not meant for browsers. */
	readonly values: ReadonlyMap<string, string>;
}

/** Set by systems, shells, package managers and CI for every program, and by nobody for a bundle. */
const OF_MACHINE =
	/(?<![\w.-])\\{0,3}["']?(PATH|HOME|PWD|OLDPWD|SHELL|SHLVL|USER|LOGNAME|HOSTNAME|TERM|LANG|TMPDIR|TEMP|INIT_CWD|EDITOR|COLORTERM|SSH_AUTH_SOCK|DBUS_SESSION_BUS_ADDRESS|LS_COLORS|XDG_[A-Z_]{2,30}|USERPROFILE|APPDATA|LOCALAPPDATA|COMSPEC|SystemRoot|windir|COMPUTERNAME|npm_[a-z_]{3,60}|NODE|GITHUB_(?:ACTIONS|SHA|WORKSPACE|REPOSITORY|RUN_ID)|RUNNER_[A-Z_]{2,30}|CI_[A-Z_]{2,40}|VERCEL_(?:ENV|URL|REGION|GIT_\w{2,40})|NETLIFY|CONTEXT|DEPLOY_URL)\\{0,3}["']?:\\{0,3}["'`](?!\\{0,3}["'`])/g;
/** Cheap to look for, and in every environment. */
const SURE = /\bPATH\\{0,3}["']?:\\{0,3}["'`]|\bnpm_lifecycle_event\b|\bINIT_CWD\\{0,3}["']?:/;

/** So many different ones stand in no other object. */
const LEAST_OF_MACHINE = 5;
/** Of an env file: fewer can have been picked by name. */
const LEAST_OF_FILE = 3;
const LEAST_SHARE = 0.8;
/** Characters between two variables of one object: a long value. */
const APART = 4_000;

/**
 * Whole environments in the text of a bundle: the machine's, by variables that every process has, or all
 * that an env file keeps from browsers, with at least one of its values. Objects of a few variables that
 * somebody picked are none.
 */
export function inlinedEnvironments(
	text: string,
	files: readonly EnvFile[],
): readonly InlinedEnvironment[] {
	return [...ofMachine(text), ...files.flatMap((file) => ofFile(text, file))];
}

function ofMachine(text: string): readonly InlinedEnvironment[] {
	if (!SURE.test(text)) return [];
	return objectsOf(
		[...text.matchAll(OF_MACHINE)].map(({ 1: name = '', index }) => ({ name, index })),
	)
		.filter(({ names }) => names.length >= LEAST_OF_MACHINE)
		.map((one) => ({ ...one, source: null }));
}

interface Variable {
	readonly name: string;
	readonly index: number;
}

/** Variables that stand near each other, each name once. */
function objectsOf(variables: readonly Variable[]): readonly Omit<InlinedEnvironment, 'source'>[] {
	const objects: { start: number; end: number; names: string[] }[] = [];
	for (const { name, index } of variables) {
		const last = objects.at(-1);
		if (last === undefined || index - last.end > APART || last.names.includes(name)) {
			objects.push({ start: index, end: index, names: [name] });
		} else {
			last.names.push(name);
			last.end = index;
		}
	}
	return objects.map(({ start, names }) => ({ start, names }));
}

function ofFile(text: string, { file, values }: EnvFile): readonly InlinedEnvironment[] {
	const wanted = [...values].filter(([, value]) => value.length > 0);
	const least = Math.max(LEAST_OF_FILE, Math.ceil(wanted.length * LEAST_SHARE));
	if (wanted.length < least) return [];
	const found: Variable[] = [];
	let missed = 0;
	for (const [name, value] of wanted) {
		const index = givenAt(text, name, value);
		if (index === -1) missed++;
		else found.push({ name, index });
		if (wanted.length - missed < least) return [];
	}
	return objectsOf(found.sort((a, b) => a.index - b.index))
		.filter(({ names }) => names.length >= least)
		.map((one) => ({ ...one, source: file }));
}

/** Where a text gives a name its value, as a bundle writes properties: `NAME:"value"`; -1 for nowhere. */
function givenAt(text: string, name: string, value: string): number {
	for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
		if (/[\w.-]/.test(text.charAt(at - 1))) continue;
		const after = text.slice(at + name.length, at + name.length + 12);
		const sign = /^\\{0,3}["']?\s?:\s?\\{0,3}["'`]/.exec(after)?.[0];
		if (sign === undefined) continue;
		const start = at + name.length + sign.length;
		const written = [value, JSON.stringify(value).slice(1, -1)];
		if (written.some((form) => text.startsWith(form, start))) return at;
	}
	return -1;
}
