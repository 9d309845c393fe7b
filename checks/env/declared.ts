import {
	advice,
	at,
	commands,
	configuredRepositories,
	defineCheck,
	doesNotApply,
	type EnvVariable,
	type Fix,
	type JudgedEnvFile,
	minutes,
	type RepositoryEnv,
	repositoryEnv,
	type Severity,
	z,
} from '../../src/sdk.ts';
import { gapsIn, pasted as pastedText } from './_looked-at.ts';
import { sampleEnv, sampleFile, sampleValue, sampleVariable } from './_samples.ts';
import { misspelt, renamed, type Slip, slipCause, slipOf } from './_spelling.ts';
import { count, isWanted, listed, placed, stopsBoot, unusedNames } from './_world.ts';

/** Fewer are told in a sentence of the README. */
const FEWEST_FOR_EXAMPLE = 3;
const MOST_LINES = 60;

interface Undeclared {
	readonly name: string;
	readonly file: string;
	readonly line: number;
	readonly boot: boolean;
	/** The example that lacks it; empty where a schema alone shows what there is. */
	readonly example: string;
	readonly schema: string;
	/** Everything that the same example lacks. */
	readonly all: readonly string[];
}

interface InFile {
	readonly file: string;
	readonly line: number;
	readonly production: boolean;
}

const inFile = {
	outcome: 'fail',
	severity: {
		oneOf: ['high', 'later'],
		pick: ({ production }: InFile): Severity => (production ? 'high' : 'later'),
	},
	effort: minutes(5),
} as const;

type FaultKind = JudgedEnvFile['faults'][number]['kind'];

interface Faulty extends InFile {
	readonly fault: FaultKind;
	readonly lines: readonly number[];
	readonly names: readonly string[];
}

export default defineCheck({
	id: 'env/declared',
	title: 'Every variable that the code reads is written down, once and readably',
	rationale:
		'What nobody wrote down is forgotten at the first deploy on a new machine; what is written badly means one thing to the laptop and another to the server.',
	references: [
		'https://12factor.net/config',
		'https://www.npmjs.com/package/dotenv#what-rules-does-the-parsing-engine-follow',
		'https://docs.docker.com/reference/compose-file/services/#env_file-format',
	],
	reach: 'upkeep',
	layer: 'content',
	over: configuredRepositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { read: number; files: number }) =>
				`${count(a.read, 'variable')} in code and ${count(a.files, 'env file')}: all written down, none in doubt.`,
		},
		'missing-in-example': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: ({ boot }: Undeclared): Severity => (boot ? 'high' : 'later'),
			},
			effort: minutes(5),
			says: (a: Undeclared) =>
				`${a.name} is read at ${placed(a)}${a.boot ? ', where the program starts,' : ''} and is not in ${a.example === '' ? `the schema of ${a.schema}` : a.example}.`,
			impact:
				'Whoever sets the product up next, on a new machine or a new host, does not know that it is needed.',
			control: 'Examples, schemas and committed env files of the whole repository were looked at.',
			fix: (a: Undeclared) => append(a),
		},
		spelling: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: Slip) =>
				`${placed(a)} reads ${a.name}, which nobody sets; ${a.declaredAt} has ${a.meant}.`,
			impact: 'The code never sees the value that is set, and goes on with nothing or a default.',
			confidence: (a: { unused: boolean }) => (a.unused ? 'high' : 'medium'),
			cause: (a: { name: string }) => slipCause(a.name),
			fix: renamed,
		},
		unused: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(2),
			says: (a: { name: string; file: string; line: number }) =>
				`${a.name} stands in ${placed(a)}, and nothing in the repository uses it.`,
			impact: 'People hunt for a value that nobody needs.',
			control:
				'Any mention of the name in code, scripts, workflows, manifests and other values counts as a use, in every package.',
			fix: (a: { name: string; file: string; line: number }) =>
				commands(
					`Delete ${a.name}`,
					[
						`perl -i -ne 'print unless /^\\s*(export\\s+)?${shellName(a.name)}\\s*=/' ${pasted(a.file)}`,
					],
					'And from the settings of the host.',
				),
		},
		'no-example': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: { names: readonly string[]; total: number }) =>
				`The code reads ${a.total} variables (${listed(a.names)}), and neither an example nor a schema says so.`,
			impact:
				'Whoever sets the product up next, on a new machine or a new host, finds out by errors what is needed.',
			fix: (a: { lines: readonly string[]; total: number }) =>
				commands(
					'Write .env.example and commit it',
					[
						"cat > .env.example <<'END'",
						...a.lines,
						...(a.lines.length < a.total ? [`# and ${a.total - a.lines.length} more`] : []),
						'END',
						'git add -f .env.example',
					],
					'Leave values of secrets empty: the file is for everybody.',
				),
		},
		duplicate: {
			...inFile,
			says: (a: InFile & { name: string; first: number }) =>
				`${a.name} stands twice in ${a.file}, in line ${a.first} and with another value in line ${a.line}: the last one counts.`,
			impact: 'Whoever changes the first one changes nothing, and finds out in production.',
			fix: (a: InFile & { name: string; first: number }) =>
				commands(
					`Keep one ${a.name}`,
					[`perl -i -ne 'print unless $. == ${a.first}' ${pasted(a.file)}`],
					`The command deletes line ${a.first}, which has no effect today; if its value is the right one, delete line ${a.line} instead.`,
				),
		},
		syntax: {
			...inFile,
			says: (a: Faulty) => `${a.file} ${FAULTS[a.fault].says(linesOf(a.lines), listed(a.names))}.`,
			impact: (a: Faulty) => FAULTS[a.fault].impact,
			fix: (a: Faulty) => mended(a),
		},
	},

	needs: ({ subject: { root, env, domain } }) => ({ found: repositoryEnv({ root, env, domain }) }),

	judge({ given: { found }, say }) {
		const { variables, files } = found;
		const read = variables.filter(isRead);
		const gaps = gapsIn(found);
		if (read.length + files.length + gaps.length === 0) {
			return doesNotApply(
				'The code of the product reads no environment variables, and there is no env file.',
			);
		}
		const slips = misspelt(variables);
		const slipped = new Set(slips.flatMap(({ used, declared }) => [used.name, declared.name]));
		const open = undeclaredIn(read, found).filter(({ name }) => !slipped.has(name));
		const said = [
			...slips.map((slip) => {
				const told = slipOf(slip);
				return at(
					locusOf(told.name, told),
					say('spelling', { ...told, unused: !slip.declared.used }),
				);
			}),
			...(hasExample(found)
				? missingIn(open, found).map((a) => at(locusOf(a.name, a), say('missing-in-example', a)))
				: open.length >= FEWEST_FOR_EXAMPLE
					? [
							at(
								{ kind: 'file' as const, name: '.env.example', file: '.env.example' },
								say('no-example', {
									names: open.map(({ name }) => name),
									total: open.length,
									lines: open.slice(0, MOST_LINES).flatMap(exampleLines),
								}),
							),
						]
					: []),
			...duplicatesIn(files).map((a) => at(locusOf(a.name, a), say('duplicate', a))),
			...faultsIn(files).map((a) =>
				at(
					{ kind: 'file' as const, name: `${a.file} (${a.fault})`, file: a.file, line: a.line },
					say('syntax', a),
				),
			),
			...unusedIn(found)
				.filter(({ name }) => !slipped.has(name))
				.map((a) => at(locusOf(a.name, a), say('unused', a))),
			...gaps,
		];
		return said.length > 0 ? said : say('sound', { read: read.length, files: files.length });
	},

	examples: (example) => [
		example('nothing', { found: sampleEnv() }, 'not-applicable'),
		example('all is written down', { found: shown() }, 'sound'),
		example(
			'read and not in the example',
			{ found: shown(sampleVariable('MAIL_KEY')) },
			'missing-in-example',
		),
		example(
			'read at boot and not in the example',
			{ found: shown(sampleVariable('MAIL_KEY', { boot: true })) },
			'missing-in-example',
		),
		example(
			'not in the schema',
			{
				found: {
					...shown(sampleVariable('MAIL_KEY')),
					files: [],
					schemas: [
						{
							file: 'src/env.ts',
							line: 3,
							kind: 'zod',
							keys: 1,
							reached: true,
							folder: '',
							skipped: 'never',
						},
					],
				},
			},
			'missing-in-example',
		),
		example(
			'given by the platform',
			{ found: shown(sampleVariable('PORT', { given: true })) },
			'sound',
		),
		example(
			'read by tests alone',
			{ found: shown(sampleVariable('MAIL_KEY', { need: 'tool', folders: [] })) },
			'sound',
		),
		example(
			'set by a manifest',
			{
				found: {
					...shown(sampleVariable('REGION')),
					values: [sampleValue('REGION', {}, { by: 'fly.toml', file: 'fly.toml' })],
				},
			},
			'sound',
		),
		example(
			'a slip, with the right name in use',
			{ found: shown(sampleVariable('STRIPE_SERCET')) },
			'spelling',
		),
		example(
			'a slip, with the right name unused',
			{
				found: shown(
					sampleVariable('MAILER_KEY', {
						used: false,
						folders: [],
						reads: [],
						declared: [EXAMPLE],
					}),
					sampleVariable('MAILR_KEY'),
				),
			},
			'spelling',
		),
		example(
			'two edits apart',
			{ found: shown(sampleVariable('STRIP_SERCET')) },
			'missing-in-example',
		),
		example(
			'one of two that are counted',
			{
				found: shown(
					sampleVariable('MAIL_KEY_1', { declared: [EXAMPLE], shownIn: EXAMPLE }),
					sampleVariable('MAIL_KEY_2'),
				),
			},
			'missing-in-example',
		),
		example(
			'declared and unused',
			{
				found: shown(
					sampleVariable('OLD_KEY', { used: false, folders: [], reads: [], declared: [EXAMPLE] }),
				),
			},
			'unused',
		),
		example(
			'declared, and libraries take what they like',
			{
				found: {
					...shown(
						sampleVariable('OLD_KEY', { used: false, folders: [], reads: [], declared: [EXAMPLE] }),
					),
					byConvention: true,
				},
			},
			'sound',
		),
		example('three and no example', { found: bare(3) }, 'no-example'),
		example('two and no example', { found: bare(2) }, 'sound'),
		...([true, false] as const).map((production) =>
			example(
				production ? 'twice in production' : 'twice',
				{
					found: sampleEnv({
						files: [
							sampleFile('.env.production', {
								production,
								role: production ? 'production' : 'base',
								duplicates: [{ name: 'API_KEY', line: 4, first: 2 }],
							}),
						],
					}),
				},
				'duplicate',
			),
		),
		...FAULT_KINDS.map((kind) =>
			example(
				`a fault: ${kind}`,
				{
					found: sampleEnv({
						files: [
							sampleFile('.env', { role: 'base', faults: [{ kind, line: 3, name: 'API_KEY' }] }),
						],
					}),
				},
				'syntax',
			),
		),
		example(
			'a file that cannot be read',
			{ found: { ...shown(), unread: ['.env: permission denied'] } },
			'unknown',
		),
	],
});

const EXAMPLE = { file: '.env.example', line: 2 };

/** One variable that an example shows, and more. */
function shown(...more: readonly EnvVariable[]): RepositoryEnv {
	return sampleEnv({
		variables: [
			sampleVariable('STRIPE_SECRET', { declared: [EXAMPLE], shownIn: EXAMPLE }),
			...more,
		],
		files: [sampleFile('.env.example')],
	});
}

const bare = (variables: number): RepositoryEnv =>
	sampleEnv({
		variables: ['API_KEY', 'MAIL_FROM', 'SHOP_URL']
			.slice(0, variables)
			.map((name) => sampleVariable(name)),
	});

const locusOf = (name: string, { file, line }: { file: string; line: number }) => ({
	kind: 'file' as const,
	name,
	file,
	line,
});

/** By the product itself, and somebody has to set it. */
const isRead = ({ folders, given }: EnvVariable): boolean => folders.length > 0 && !given;

const hasExample = ({ files, schemas, variables }: RepositoryEnv): boolean =>
	files.some(({ role }) => role === 'example') ||
	schemas.length > 0 ||
	variables.some(({ shownIn }) => shownIn !== null);

/** What a manifest sets to a value is written down there. */
function undeclaredIn(
	read: readonly EnvVariable[],
	{ values }: RepositoryEnv,
): readonly EnvVariable[] {
	const set = new Set(
		values.filter(({ by }) => by !== 'env file' && by !== 'workflow').map(({ name }) => name),
	);
	return read.filter(({ name, shownIn }) => shownIn === null && !set.has(name));
}

function missingIn(
	open: readonly EnvVariable[],
	{ files, schemas }: RepositoryEnv,
): readonly Undeclared[] {
	const examples = files.filter(({ role }) => role === 'example').map(({ path }) => path);
	const shows =
		examples.length > 0 ? examples : files.filter((one) => one.tracked).map((one) => one.path);
	const schema = schemas[0]?.file ?? '';
	const found = open.map((one) => {
		const [place = { file: '', line: 1 }] = one.reads;
		const example = nearest(place.file, shows);
		return { ...place, name: one.name, boot: isWanted(one) && stopsBoot(one), example, schema };
	});
	return found.map((one) => ({
		...one,
		all: found.filter(({ example }) => example === one.example).map(({ name }) => name),
	}));
}

/** The example in the deepest folder above the file; else the one that is least deep. */
function nearest(file: string, examples: readonly string[]): string {
	const folder = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
	const byDepth = [...examples].sort((a, b) => folder(b).length - folder(a).length);
	return byDepth.find((path) => file.startsWith(folder(path))) ?? byDepth.at(-1) ?? '';
}

function exampleLines(one: EnvVariable): readonly string[] {
	const [place] = one.reads;
	const word = isWanted(one) ? 'needed' : 'optional';
	return [
		`# ${word}${place === undefined ? '' : `, ${pasted(place.file)}:${place.line}`}`,
		`${shellName(one.name)}=`,
	];
}

function duplicatesIn(files: readonly JudgedEnvFile[]) {
	return files.flatMap((file) =>
		file.duplicates.map((one) => ({ ...one, file: file.path, production: isProduction(file) })),
	);
}

const isProduction = ({ production, role }: JudgedEnvFile): boolean =>
	production || role === 'production';

/** One finding for a kind of fault in a file. */
function faultsIn(files: readonly JudgedEnvFile[]): readonly Faulty[] {
	return files.flatMap((file) => {
		// A program of the shell may hold anything.
		if (/(?:^|\/)\.envrc/.test(file.path)) return [];
		return FAULT_KINDS.flatMap((fault) => {
			const same = file.faults.filter(({ kind }) => kind === fault);
			const [first] = same;
			if (first === undefined) return [];
			return [
				{
					file: file.path,
					line: first.line,
					production: isProduction(file),
					fault,
					lines: same.map(({ line }) => line),
					names: same.flatMap(({ name }) => (name === '' ? [] : [name])),
				},
			];
		});
	});
}

function unusedIn(found: RepositoryEnv) {
	// What could not be read may use anything.
	if (found.unread.length > 0) return [];
	const paths = new Set(found.files.filter(({ role }) => role !== 'test').map(({ path }) => path));
	const unused = unusedNames(found);
	return found.variables.flatMap(({ name, declared }) => {
		const place = declared.find(({ file }) => paths.has(file));
		return place !== undefined && unused.has(name) ? [{ name, ...place }] : [];
	});
}

const shellName = (name: string): string => (/^[A-Za-z_]\w{0,99}$/.test(name) ? name : 'NAME');

const pasted = (path: string): string => pastedText(path, 'PATH/TO/FILE');

function append({ example, schema, all }: Undeclared): Fix {
	const names = all.slice(0, MOST_LINES).map(shellName);
	if (example === '') {
		const text = names.map((name) => `${name}: z.string().min(1),`).join('\n');
		return {
			summary: `Add ${listed(all)} to the schema`,
			steps: [`In ${schema}, with .optional() or .default(…) where the code copes without.`],
			snippets: [{ platform: 'any', language: 'typescript', text }],
		};
	}
	const lines = names.map((name) => `'${name}='`).join(' ');
	return commands(`Append ${listed(all)} to ${example}`, [
		`printf '%s\\n' ${lines} >> ${pasted(example)}`,
	]);
}

const linesOf = (lines: readonly number[]): string =>
	`${lines.length === 1 ? 'line' : 'lines'} ${listed(lines.map(String))}`;

interface Fault {
	readonly says: (lines: string, names: string) => string;
	readonly impact: string;
}

const FAULTS: Readonly<Record<FaultKind, Fault>> = {
	'unclosed-quote': {
		says: (lines, names) => `has a quote that is never closed (${lines}: ${names})`,
		impact:
			'Some readers take the quote into the value, others swallow the lines that follow: their variables are then not set.',
	},
	'stray-quote': {
		says: (lines, names) => `has a quote too many (${lines}: ${names})`,
		impact:
			'The quote becomes part of the value, or cuts it: a password that is right does not work.',
	},
	'curly-quote': {
		says: (lines, names) => `has typographic quotes (${lines}: ${names})`,
		impact: 'They become part of the value: a password that is right does not work.',
	},
	'cut-by-hash': {
		says: (lines, names) => `has a # in a value without quotes (${lines}: ${names})`,
		impact: 'dotenv cuts the value there, docker does not: it works on one machine alone.',
	},
	'no-assignment': {
		says: (lines) => `has text that is neither an assignment nor a comment (${lines})`,
		impact: 'dotenv passes it over, docker and shells refuse the file.',
	},
	space: {
		says: (lines, names) => `has spaces around the equals sign (${lines}: ${names})`,
		impact: 'A shell runs the name as a command, and docker refuses the file or keeps the spaces.',
	},
	bom: {
		says: () => 'begins with a byte order mark',
		impact: 'Most readers take it into the first name, which is then never found.',
	},
	crlf: {
		says: () => 'ends its lines as Windows does',
		impact:
			'Shells and docker keep the carriage return in every value: keys and addresses stop working.',
	},
};

const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

function mended({ file, fault, lines, names }: Faulty): Fix {
	const path = pasted(file);
	const perl = (script: string) => [`perl -i -pe '${script}' ${path}`];
	const summary = `Correct ${file}`;
	switch (fault) {
		case 'space':
			return commands(summary, perl('s/^(\\s*(?:export\\s+)?[\\w.-]+)\\s*=[ \\t]*/$1=/'));
		case 'bom':
			return commands(summary, perl('s/^\\xEF\\xBB\\xBF// if $. == 1'));
		case 'crlf':
			return commands(summary, perl('s/\\r$//'));
		case 'no-assignment':
			return commands(
				summary,
				perl(`s/^/# / if grep { $_ == $. } (${lines.join(', ')})`),
				'The command makes comments of the lines; a value that goes on over several lines belongs in double quotes.',
			);
		case 'curly-quote':
			return commands(
				summary,
				perl('s/\\xE2\\x80[\\x9C-\\x9F]/"/g; s/\\xE2\\x80[\\x98-\\x9B]/\\x27/g'),
			);
		default: {
			const text = names.map((name) => `${shellName(name)}="…"`).join('\n');
			return {
				...advice(
					summary,
					`Put the whole value into one pair of quotes, ${linesOf(lines)}; single quotes where it has a $ or a quote of its own.`,
				),
				snippets: [{ platform: 'any', language: 'dotenv', text }],
			};
		}
	}
}
