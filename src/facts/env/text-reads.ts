import type { Handling } from './js-position.ts';
import type { CodeRead } from './js-reads.ts';

/** What of a file's language reads variables; `null` for a language without an idiom here. */
export type TextLanguage =
	| 'python'
	| 'ruby'
	| 'go'
	| 'php'
	| 'java'
	| 'rust'
	| 'csharp'
	| 'elixir'
	| 'prisma'
	| 'compose'
	| 'settings';

export function languageOf(path: string): TextLanguage | null {
	const extension = /\.([a-z]{1,10})$/i.exec(path)?.[1]?.toLowerCase() ?? '';
	if (/(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/.test(path)) return 'compose';
	if (/(?:^|\/)application(?:-[\w-]+)?\.(?:ya?ml|properties)$/.test(path)) return 'settings';
	if (/(?:^|\/)config\/[\w.-]+\.yml(?:\.erb)?$/.test(path)) return 'ruby';
	return BY_EXTENSION[extension] ?? null;
}

const BY_EXTENSION: Readonly<Record<string, TextLanguage>> = {
	py: 'python',
	rb: 'ruby',
	erb: 'ruby',
	rake: 'ruby',
	ru: 'ruby',
	go: 'go',
	php: 'php',
	java: 'java',
	kt: 'java',
	kts: 'java',
	scala: 'java',
	groovy: 'java',
	rs: 'rust',
	cs: 'csharp',
	ex: 'elixir',
	exs: 'elixir',
	prisma: 'prisma',
};

/** A quick look, before any pattern runs. */
const HINT: Readonly<Record<TextLanguage, RegExp>> = {
	python: /environ|getenv|env\(|env\.\w+\(|config\(|BaseSettings/,
	ruby: /ENV\b/,
	go: /[gG]et_?[eE]nv|LookupEnv|env:"|envconfig:"|BindEnv|SetDefault|[eE]nvOr|cmp\.Or/,
	php: /env\(|_ENV/,
	java: /getenv|\$\{[A-Z]/,
	rust: /env::var|env!\(/,
	csharp: /GetEnvironmentVariable/,
	elixir: /get_env\(|fetch_env/,
	prisma: /env\(/,
	compose: /\$\{?[A-Z_]/,
	settings: /\$\{[A-Z]/,
};

interface Idiom {
	/** First group: the name. A group called `literal` is what stands in for it. */
	readonly pattern: RegExp;
	readonly handling: (found: Found) => Handling;
}

interface Found {
	readonly groups: Readonly<Record<string, string | undefined>>;
	/** What stands before it on its line, and after. */
	readonly before: string;
	readonly after: string;
	/** The next lines, as many as an idiom of the language needs. */
	readonly next: string;
}

const NAME = '([A-Z][A-Z0-9_]{1,79})';
const QUOTED = `["']${NAME}["']`;
const LITERAL = `(?:[rbu]?["'](?<literal>[^"'\\n]{0,200})["']|[^\\n]{0,200}?)`;
const always = (handling: Handling) => (): Handling => handling;

/** `X or 'd'`, `if X`, `X == 'y'`, by what stands around it. */
function byWords({ before, after }: Found): Handling {
	if (/^\)?\s{0,4}(?:or\b|\|\||\?\?)\s{0,4}(?:throw|raise|abort|die|exit|panic|fail)/.test(after))
		return 'throws';
	if (/^\s{0,4}(?:or\b|\|\||\?\?|\?:|:-)/.test(after)) return 'fallback';
	if (
		/^[)\s]{0,4}(?:==|!=|===|!==|=~|in\b|not in\b|is\b|\.(?:nil\?|present\?|blank\?|downcase|lower\(\)|equals))/.test(
			after,
		)
	) {
		return 'flag';
	}
	if (
		/(?:\bif|\bunless|\belif|\belsif|\band|&&|!|\bnot|\bbool\()\s{0,4}\(?(?:\w{1,12}\.){0,3}$/.test(
			before,
		)
	)
		return 'guarded';
	return 'required';
}

/** `x := os.Getenv("X")`, and what the next lines do where it is empty. */
function byNextLines(found: Found): Handling {
	const plain = byWords(found);
	if (plain !== 'required') return plain;
	const assigned = /([A-Za-z_]\w{0,60})(?:\s{0,4}:?=|\s{1,4}=)\s{0,4}\S{0,12}$/.exec(
		found.before,
	)?.[1];
	if (assigned === undefined) return plain;
	const asked = new RegExp(
		`\\b(?:if|unless)\\b[^\\n]{0,20}\\b${assigned}\\b[^\\n]{0,40}(?:\\n[^\\n]{0,200}){0,2}`,
	).exec(found.next)?.[0];
	if (asked === undefined) return plain;
	return /Fatal|panic|raise|throw|abort|exit/i.test(asked) ? 'throws' : 'guarded';
}

const IDIOMS: Readonly<Record<TextLanguage, readonly Idiom[]>> = {
	python: [
		{
			pattern: new RegExp(`\\benviron\\[${QUOTED}\\](?!\\s{0,4}=[^=])`, 'g'),
			handling: always('throws'),
		},
		{
			pattern: new RegExp(
				`\\b(?:environ\\.get|getenv)\\(\\s{0,20}${QUOTED}\\s{0,20}(?<more>,\\s{0,20}(?:default\\s?=\\s?)?${LITERAL})?\\)`,
				'g',
			),
			handling: (found) => (found.groups['more'] === undefined ? byNextLines(found) : 'fallback'),
		},
		{
			pattern: new RegExp(
				`\\b(?:env|config|env\\.\\w{1,20}|config\\.\\w{1,20})\\(\\s{0,20}${QUOTED}\\s{0,20}(?<more>,[^\\n]{0,80}?\\bdefault\\s?=\\s?${LITERAL})?[,)]`,
				'g',
			),
			handling: ({ groups, after }) =>
				groups['more'] !== undefined || /^[^\n)]{0,120}default\s?=/.test(after)
					? 'fallback'
					: 'throws',
		},
	],
	ruby: [
		{
			pattern: new RegExp(`\\bENV\\[${QUOTED}\\](?!\\s{0,4}(?:\\|\\|)?=[^=~>])`, 'g'),
			handling: byWords,
		},
		{
			pattern: new RegExp(
				`\\bENV\\.fetch\\(?\\s{0,4}${QUOTED}\\s{0,4}(?<more>,\\s{0,4}${LITERAL}\\)|\\)?\\s{0,4}(?:\\{|do\\b))?`,
				'g',
			),
			handling: ({ groups }) => (groups['more'] === undefined ? 'throws' : 'fallback'),
		},
		{
			pattern: new RegExp(`\\bENV\\.(?:key|has_key|include|member)\\?\\(?\\s{0,4}${QUOTED}`, 'g'),
			handling: always('guarded'),
		},
	],
	go: [
		{ pattern: new RegExp(`\\bos\\.Getenv\\(${QUOTED}\\)`, 'g'), handling: byNextLines },
		{ pattern: new RegExp(`\\bos\\.LookupEnv\\(${QUOTED}\\)`, 'g'), handling: always('guarded') },
		{
			pattern: new RegExp(`\\bBindEnv\\([^)\\n]{0,80}${QUOTED}`, 'g'),
			handling: always('guarded'),
		},
		{
			pattern: new RegExp(`\\b(?:env|envconfig):"${NAME}(?<options>[^"\\n]{0,60})"`, 'g'),
			handling: ({ groups, before, after }) => {
				if (/required|notEmpty/.test(groups['options'] ?? '') || /required:"true"/.test(after))
					return 'throws';
				return /[dD]efault:"/.test(before + after) ? 'fallback' : 'guarded';
			},
		},
		{
			pattern: new RegExp(
				`\\b(?:env|envconfig):"${NAME}[^"\\n]{0,60}"[^\`\\n]{0,80}?\\b(?:envDefault|default):"(?<literal>[^"\\n]{1,200})"`,
				'g',
			),
			handling: always('fallback'),
		},
		{
			pattern: new RegExp(
				`(?<![\\w.])(?:[A-Za-z]\\w{0,20}\\.)?(?:[gG]et_?[eE]nv(?:Or|OrDefault|WithDefault|Default|String)?|[eE]nvOr(?:Default)?|SetDefault)\\("${NAME}",\\s{0,4}"(?<literal>[^"\\n]{0,200})"\\)`,
				'g',
			),
			handling: always('fallback'),
		},
		{
			pattern: new RegExp(
				`\\bcmp\\.Or\\(os\\.Getenv\\("${NAME}"\\),\\s{0,4}"(?<literal>[^"\\n]{1,200})"\\)`,
				'g',
			),
			handling: always('fallback'),
		},
	],
	php: [
		{
			pattern: new RegExp(
				`(?<![\\w$>])env\\(\\s{0,4}${QUOTED}\\s{0,4}(?<more>,\\s{0,4}${LITERAL})?\\)`,
				'g',
			),
			// Laravel's own files read dozens of these that are null on purpose.
			handling: ({ groups }) => (groups['more'] === undefined ? 'guarded' : 'fallback'),
		},
		{
			pattern: new RegExp(`(?<![\\w$>])getenv\\(\\s{0,4}${QUOTED}\\s{0,4}\\)`, 'g'),
			handling: byWords,
		},
		{
			pattern: new RegExp(`\\$_ENV\\[${QUOTED}\\](?!\\s{0,4}=[^=])`, 'g'),
			handling: byWords,
		},
	],
	java: [
		{ pattern: new RegExp(`\\bSystem\\.getenv\\(${QUOTED}\\)`, 'g'), handling: byNextLines },
		{
			pattern: new RegExp(
				`\\bgetenv\\(\\)\\.(?:get|getOrDefault)\\(${QUOTED}(?:,\\s{0,4}"(?<literal>[^"\\n]{1,200})")?`,
				'g',
			),
			handling: ({ groups }) => (groups['literal'] === undefined ? 'guarded' : 'fallback'),
		},
		{
			pattern: new RegExp(
				`@Value\\(\\s{0,4}"\\$\\{${NAME}(?<more>:(?<literal>[^}"\\n]{0,200}))?\\}`,
				'g',
			),
			handling: ({ groups }) => (groups['more'] === undefined ? 'throws' : 'fallback'),
		},
	],
	rust: [
		{
			pattern: new RegExp(
				`\\b(?:std::)?env::var(?:_os)?\\("${NAME}"\\)|\\bdotenvy?::var\\("${NAME}"\\)`,
				'g',
			),
			handling: ({ after, next }) => {
				const rest = after + next;
				if (/^\s{0,40}\.(?:unwrap_or|or_else|map_or)/.test(rest)) return 'fallback';
				if (/^\s{0,40}(?:\.(?:unwrap|expect)\(|\?)/.test(rest)) return 'throws';
				return 'guarded';
			},
		},
		{ pattern: new RegExp(`(?<!option_)env!\\("${NAME}"`, 'g'), handling: always('throws') },
	],
	csharp: [
		{ pattern: new RegExp(`\\bGetEnvironmentVariable\\("${NAME}"\\)`, 'g'), handling: byNextLines },
	],
	elixir: [
		{
			pattern: new RegExp(`\\bSystem\\.fetch_env!\\("${NAME}"\\)`, 'g'),
			handling: always('throws'),
		},
		{
			pattern: new RegExp(
				`\\bSystem\\.(?:get_env|fetch_env)\\("${NAME}"(?<more>,\\s{0,4}"(?<literal>[^"\\n]{0,200})")?`,
				'g',
			),
			handling: ({ groups, after, next }) => {
				if (groups['more'] !== undefined) return 'fallback';
				return /^\)?\s{0,8}\|\|\s{0,8}raise/.test(after + next)
					? 'throws'
					: byWords({ groups, before: '', after, next });
			},
		},
	],
	prisma: [{ pattern: new RegExp(`\\benv\\("${NAME}"\\)`, 'g'), handling: always('throws') }],
	compose: [
		{
			pattern: new RegExp(
				`(?<!\\$)\\$\\{${NAME}(?<more>:?[-+?](?<literal>[^}\\n]{0,200}))?\\}`,
				'g',
			),
			handling: ({ groups }) => {
				const more = groups['more'] ?? '';
				if (more === '') return 'required';
				return more.replace(':', '').startsWith('?') ? 'throws' : 'fallback';
			},
		},
	],
	settings: [
		{
			pattern: new RegExp(`\\$\\{${NAME}(?<more>:(?<literal>[^}\\n]{0,200}))?\\}`, 'g'),
			handling: ({ groups }) => (groups['more'] === undefined ? 'throws' : 'fallback'),
		},
	],
};

/** Reads of variables in a language that is not parsed, by its idioms. Linear in the text. */
export function textReads(language: TextLanguage, text: string): readonly CodeRead[] {
	if (!HINT[language].test(text)) return [];
	const starts = lineStarts(text);
	const found = IDIOMS[language].flatMap(({ pattern, handling }) =>
		[...text.matchAll(pattern)].flatMap((match): readonly CodeRead[] => {
			const name = match
				.slice(1)
				.find((group) => group !== undefined && /^[A-Z][A-Z0-9_]+$/.test(group));
			const line = lineAt(starts, match.index);
			const before = text.slice(starts[line - 1] ?? 0, match.index);
			if (name === undefined || isComment(language, before)) return [];
			const end = match.index + match[0].length;
			const lineEnd = starts[line] ?? text.length;
			const groups = match.groups ?? {};
			const after = text.slice(end, Math.min(lineEnd, end + 300));
			const next = text.slice(lineEnd, lineEnd + 600);
			const handled = handling({ groups, before, after, next });
			return [
				{
					name,
					line,
					handling: handled,
					atLoad: isAtLoad(language, before, handled),
					literal: groups['literal'] ?? literalAfter(after) ?? literalInRust(after + next),
					alias: '',
					from: 'process',
					top: '',
					asksWhere: false,
				},
			];
		}),
	);
	return language === 'python' ? [...found, ...settingsClasses(text, starts)] : found;
}

const literalAfter = (after: string): string | null =>
	/^\s{0,4}(?:or|\|\||\?\?|\?:)\s{0,4}["']([^"'\n]{1,200})["']/.exec(after)?.[1] ?? null;

/** `.unwrap_or("x".into())`, `.unwrap_or_else(|_| "x".to_string())`. */
const literalInRust = (after: string): string | null =>
	/^\s{0,40}\.unwrap_or(?:_else)?\((?:\|\w{0,10}\|\s{0,4})?"([^"\n]{1,200})"/.exec(after)?.[1] ??
	null;

const isComment = (language: TextLanguage, before: string): boolean =>
	/^\s{0,200}(?:#|\/\/|\*)/.test(before) && !(language === 'ruby' && before.includes('<%'));

/**
 * Configuration is read when the program starts, and so is what stands at the left edge of a script. In
 * languages that have a `main`, ending the program over a variable is what start-up code does.
 */
function isAtLoad(language: TextLanguage, before: string, handling: Handling): boolean {
	if (language === 'prisma' || language === 'settings') return true;
	if (language === 'python' || language === 'ruby' || language === 'elixir') {
		return before === '' || /^(?!\s{0,40}(?:def|return)\b)(?:\S|\s{1,4}["'])/.test(before);
	}
	return MAIN_LANGUAGES.has(language) && handling === 'throws';
}

const MAIN_LANGUAGES: ReadonlySet<TextLanguage> = new Set(['go', 'rust', 'java', 'csharp']);

/** Fields of pydantic's BaseSettings are variables, with the class's prefix, in capitals. */
function settingsClasses(text: string, starts: readonly number[]): readonly CodeRead[] {
	const heads = text.matchAll(
		/^class \w{1,60}\([^)\n]{0,80}\bBaseSettings\b[^)\n]{0,80}\):[^\n]*\n/gm,
	);
	return [...heads].flatMap((head) => {
		const from = head.index + head[0].length;
		const body = text.slice(from, from + 20_000);
		const inner = body.slice(0, /^\S/m.exec(body)?.index ?? body.length);
		const prefix = /env_prefix\s?=\s?["'](\w{0,40})["']/.exec(inner)?.[1] ?? '';
		const fields = inner.matchAll(
			/^(?: {4}|\t)([A-Za-z]\w{1,60})\s?:\s?([^\n=]{1,120}?)(?:=\s?([^\n]{1,200}))?$/gm,
		);
		return [...fields].flatMap((field) =>
			fieldRead(field, prefix, lineAt(starts, from + field.index)),
		);
	});
}

function fieldRead(field: RegExpMatchArray, prefix: string, line: number): readonly CodeRead[] {
	const [, name = '', type = '', value = ''] = field;
	if (name === 'model_config' || type.includes('ClassVar')) return [];
	const hasNone = value === '' || /^(?:Field\(\s?(?:\.\.\.|(?!default)\w+\s?=)|\.\.\.)/.test(value);
	const isOptional = !hasNone || /Optional|None/.test(type);
	return [
		{
			name: (prefix + name).toUpperCase(),
			line,
			handling: isOptional ? 'fallback' : 'throws',
			atLoad: true,
			literal: /^["']([^"'\n]{1,200})["']/.exec(value)?.[1] ?? null,
			alias: '',
			from: 'process',
			top: '',
			asksWhere: false,
		},
	];
}

function lineStarts(text: string): readonly number[] {
	const starts = [0];
	for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
	return starts;
}

/** 1-based. */
function lineAt(starts: readonly number[], offset: number): number {
	let low = 0;
	let high = starts.length;
	while (low + 1 < high) {
		const middle = (low + high) >> 1;
		if ((starts[middle] ?? 0) <= offset) low = middle;
		else high = middle;
	}
	return low + 1;
}
