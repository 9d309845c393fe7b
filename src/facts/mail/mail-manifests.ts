/** A package that a product needs when it runs, and the line that says so. */
export interface NeededPackage {
	/** Lower case; with extras in brackets where a manifest names them. */
	readonly name: string;
	readonly line: number;
}

/** For each line of a manifest, the names in it. */
type ReadLine = (line: string) => readonly string[];

const one =
	(pattern: RegExp): ReadLine =>
	(line) =>
		pattern.exec(line)?.slice(1, 2) ?? [];

/** PEP 508: `name[extra1,extra2]`; each extra makes a name of its own. */
function python(pattern: RegExp): ReadLine {
	return (line) => {
		const [, name = '', extras = ''] = pattern.exec(line) ?? [];
		if (name === '') return [];
		return [
			name,
			...extras
				.split(',')
				.filter(Boolean)
				.map((extra) => `${name}[${extra.trim()}]`),
		];
	};
}

const REQUIREMENT =
	/^\s*([a-z0-9][a-z0-9._-]{0,100})\s*(?:\[([^\]]{0,200})\])?\s*(?:[<>=~!;@#]|$)/i;
const QUOTED_REQUIREMENT =
	/["']([a-z0-9][a-z0-9._-]{0,100})\s*(?:\[([^\]]{0,200})\])?\s*[<>=~!;@^"'][^"']{0,100}["']?/i;

/** By the end of the path. JSON manifests are read as such. */
const READERS: readonly (readonly [RegExp, ReadLine])[] = [
	[/(?:^|\/)requirements[\w.-]*\.(?:txt|in)$/i, python(REQUIREMENT)],
	[/(?:^|\/)requirements\/(?:base|prod\w*|common|main)\.(?:txt|in)$/i, python(REQUIREMENT)],
	[
		/(?:^|\/)(?:pyproject\.toml|setup\.py)$/,
		(line) => {
			const quoted = python(QUOTED_REQUIREMENT)(line);
			return quoted.length > 0 ? quoted : one(/^\s*([a-z0-9][\w.-]{0,100})\s*=/i)(line);
		},
	],
	[/(?:^|\/)(?:Pipfile|Cargo\.toml)$/, one(/^\s*"?([a-z0-9][\w.-]{0,100})"?\s*=/i)],
	[/(?:^|\/)Gemfile$/, one(/^\s*gem\s*\(?\s*["']([\w.-]{1,100})["']/)],
	[
		/(?:^|\/)go\.mod$/,
		one(/^\s*(?:require\s+)?([\w.-]+\.[a-z]+\/[\w./-]{1,200}?)(?:\/v\d+)?\s+v\d/),
	],
	[/(?:^|\/)pom\.xml$/, one(/<artifactId>\s*([\w.-]{1,100})\s*<\/artifactId>/)],
	[
		/(?:^|\/)build\.gradle(?:\.kts)?$/,
		one(/["'][\w.-]{1,100}:([\w.-]{1,100})(?::[^"']{0,60})?["']/),
	],
	[/\.csproj$/i, one(/<PackageReference\s+Include="([\w.-]{1,100})"/i)],
	[/(?:^|\/)mix\.exs$/, one(/\{\s*:(\w{1,100})\s*,/)],
];

const NODE = /(?:^|\/)package\.json$/;
const PHP = /(?:^|\/)composer\.json$/;

export function isManifest(path: string): boolean {
	return NODE.test(path) || PHP.test(path) || READERS.some(([pattern]) => pattern.test(path));
}

/** What a manifest needs to run: what only development needs sends nobody's mail. */
export function neededPackages(path: string, text: string): readonly NeededPackage[] {
	if (NODE.test(path)) return fromJson(text, ['dependencies', 'optionalDependencies']);
	if (PHP.test(path)) return fromJson(text, ['require']);
	const read = READERS.find(([pattern]) => pattern.test(path))?.[1];
	if (read === undefined) return [];
	return text.split('\n').flatMap((line, index) => {
		if (isComment(line) || line.length > 1_000) return [];
		return read(line).map((name) => ({ name: name.toLowerCase(), line: index + 1 }));
	});
}

function fromJson(text: string, members: readonly string[]): readonly NeededPackage[] {
	const whole = parsed(text);
	return members.flatMap((member) => {
		const listed = isObject(whole) ? whole[member] : undefined;
		if (!isObject(listed)) return [];
		return Object.keys(listed).map((name) => ({
			name: name.toLowerCase(),
			line: lineOf(text, `"${name}"`, Math.max(0, text.indexOf(`"${member}"`))),
		}));
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lineOf(text: string, needle: string, from: number): number {
	const at = text.indexOf(needle, from);
	return at === -1 ? 1 : text.slice(0, at).split('\n').length;
}

/** In any of the languages that are read here. */
export function isComment(line: string): boolean {
	return /^\s*(?:#|\/\/|\/?\*|;|<!--|--)/.test(line);
}
