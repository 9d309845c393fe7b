import {
	at,
	configuredRepositories,
	defineCheck,
	doesNotApply,
	type EnvPlace,
	type EnvVariable,
	type Fix,
	minutes,
	type RepositoryEnv,
	repositoryEnv,
	type Severity,
	z,
} from '../../src/sdk.ts';
import { gapsIn, pasted } from './_looked-at.ts';
import { sampleEnv as sample, sampleVariable as variable } from './_samples.ts';
import { count, listed, placed } from './_world.ts';

/** From so many on, somebody forgets one. */
const MANY = 5;

type Unvalidated = {
	/** Of the package; empty for the root's. */
	folder: string;
	names: string[];
	places: EnvPlace[];
	language: Language;
};

type Language = 'javascript' | 'python' | 'other';

type Skipped = {
	file: string;
	line: number;
	name: string;
	/** `Dockerfile`, `the script "build"`, … */
	by: string;
};

type Fallback = {
	file: string;
	line: number;
	name: string;
	length: number;
	severity: Severity;
	fingerprint: string;
	language: Language;
};

type InClient = { file: string; line: number; framework: string; prefix: string };

type Imported = { file: string; line: number; module: string; names: string[]; framework: string };

export default defineCheck({
	id: 'env/boot',
	title: 'The product refuses to start without its variables, and guesses none',
	rationale:
		'A variable that is missing should stop the deploy, not the first customer. A default that everybody can read is ' +
		'no secret, and code for browsers has no environment to look into.',
	references: [
		'https://12factor.net/config',
		'CWE-1188 (insecure default)',
		'https://env.t3.gg/docs/customization',
		'https://nextjs.org/docs/app/guides/environment-variables',
	],
	reach: 'sign-in',
	layer: 'content',
	over: configuredRepositories,
	options: z.object({}),
	decisive: true,

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { names: number; schemas: number }) =>
				`${count(a.names, 'variable')} looked at${a.schemas > 0 ? `, ${count(a.schemas, 'schema')} in use` : ''}: no default stands in for a signing secret, and code for browsers looks into no environment.`,
		},
		'not-validated': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(45),
			confidence: 'medium',
			says: (a: Unvalidated) =>
				`${a.folder === '' ? 'The code' : a.folder} uses ${a.names.length} variables as they come (${listed(a.names)}), and nothing checks at the start that they are set.`,
			impact:
				'A variable that is forgotten on the platform shows when the first customer reaches the code that needs it.',
			fix: (a: Unvalidated): Fix => ({
				summary: 'Check all of them in one place that is loaded at the start',
				steps: [
					a.language === 'other'
						? 'Refuse to start without them, in the script that starts the product.'
						: 'Import this module first in what starts the product, and read the variables from it.',
					'Deploy once with a variable taken away, and see the deploy fail.',
				],
				snippets: [SCHEMAS[a.language](a.names)],
			}),
			evidence: (a: Unvalidated) =>
				a.places.map((place, index) => ({
					kind: 'file',
					summary: placed(place),
					detail: a.names[index] ?? '',
				})),
		},
		'validation-skipped': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: Skipped) =>
				a.name === 'skipValidation'
					? `${a.file}:${a.line} sets skipValidation to true: the schema checks nothing.`
					: `${a.file}:${a.line} switches the check of the variables off with ${a.name} (${a.by}).`,
			impact:
				'The build goes through without its variables, and what was not set has no value in what customers get.',
			fix: (a: Skipped): Fix => ({
				summary: `Remove ${a.name} from what builds for production`,
				steps: [
					`Take it out of ${a.file}:${a.line}.`,
					'Give the build the variables that the schema wants (build arguments for public ones, a mounted secret for others).',
					'A linter or a test that needs the switch sets it for itself alone.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'text',
						text:
							a.name === 'skipValidation'
								? '// delete: skipValidation: true,'
								: '# Dockerfile: what is public comes as an argument\nARG NEXT_PUBLIC_API_URL\nRUN npm run build',
					},
				],
			}),
			control:
				'Builds of an image whose schema wants nothing public are left out: their check runs when the image starts.',
			reproduce: (a: Skipped) => `git grep -n ${a.name}`,
			evidence: (a: Skipped) => [{ kind: 'file', summary: placed(a), detail: a.name }],
		},
		'insecure-fallback': {
			outcome: 'fail',
			severity: { oneOf: ['blocker', 'high'], pick: (a: Fallback): Severity => a.severity },
			effort: minutes(20),
			says: (a: Fallback) =>
				`${a.file}:${a.line} takes a literal of ${count(a.length, 'character')} where ${a.name} is not set.`,
			impact:
				'On a server that was started without the variable, whoever has read the code can sign sessions and tokens as any customer or administrator. Nothing shows that it happens.',
			fix: (a: Fallback): Fix => ({
				summary: `Refuse to start without ${a.name}`,
				steps: [
					`Take the literal out of ${a.file}:${a.line}.`,
					'Set 32 random bytes on the platform. If production ran with the literal, sessions and tokens signed with it must end.',
				],
				snippets: [
					{ platform: 'any', ...REFUSALS[a.language](a.name) },
					{ platform: 'any', language: 'shell', text: 'openssl rand -base64 32' },
				],
			}),
			control:
				'Literals in tests and in tools of the team, empty ones, and variables that are demanded elsewhere were left out.',
			reproduce: (a: Fallback) => `git grep -n ${a.name}`,
			evidence: (a: Fallback) => [{ kind: 'file', summary: placed(a), detail: a.name }],
			cause: (a: Fallback) => `secret/${a.fingerprint}`,
		},
		'dynamic-in-client': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(15),
			says: (a: InClient) =>
				`${a.file}:${a.line} takes variables out of process.env by a name that is worked out, in code for browsers: ${a.framework} puts in only what is written out as process.env.NAME.`,
			impact: 'In browsers it has no value, also with the right prefix.',
			fix: (a: InClient): Fix => ({
				summary: 'Write each variable out in full',
				steps: [
					`Change ${a.file}:${a.line}: no destructuring, no brackets, no copy of process.env.`,
					`Only names with ${a.prefix} are there at all.`,
				],
				snippets: [{ platform: 'any', language: 'javascript', text: writtenOut(a) }],
			}),
			reproduce: (a: InClient) => `grep -n 'process\\.env' ${pasted(a.file, 'PATH/TO/FILE')}`,
			evidence: (a: InClient) => [{ kind: 'file', summary: placed(a), detail: 'process.env' }],
		},
		'server-module-in-client': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Imported) =>
				`${a.file}:${a.line} is code for browsers and brings in ${a.module}${a.names.length === 0 ? ', which is marked for the server' : `, which needs ${listed(a.names)} of the server`}.`,
			impact: (a: Imported) =>
				a.framework === 'SvelteKit' || a.names.length === 0
					? 'The build refuses it, or the code of the server is sent to every visitor.'
					: 'In browsers the variables have no value: the page breaks or calls the wrong address, and code of the server is sent to every visitor.',
			fix: (a: Imported): Fix => ({
				summary: `Keep ${a.module} on the server, and hand the component what it needs`,
				steps: [
					`Move what ${a.file} uses of it into a module that reads no variables of the server, or pass the result to the component as a property.`,
					a.framework === 'SvelteKit'
						? 'Read it in +page.server or +layout.server and return it from load.'
						: 'Mark the module, so that the build names the next import of the kind.',
				],
				snippets: [
					a.framework === 'SvelteKit'
						? {
								platform: 'any',
								language: 'javascript',
								text: '// +page.server.ts\nexport const load = () => ({ title: await readTitle() });',
							}
						: {
								platform: 'any',
								language: 'javascript',
								text: "// first line of the module; npm install server-only\nimport 'server-only';",
							},
				],
			}),
			control:
				'Only what browsers really get was followed: no types, no unused exports, no server actions.',
			reproduce: (a: Imported) => `grep -n import ${pasted(a.file, 'PATH/TO/FILE')}`,
			evidence: (a: Imported) => [
				{ kind: 'file', summary: placed(a), detail: [a.module, ...a.names].join('\n') },
			],
		},
	},

	needs: ({ subject: { root, env, domain } }) => ({ found: repositoryEnv({ root, env, domain }) }),

	judge({ given: { found }, say }) {
		const inFile = ({ file, line }: EnvPlace, name: string) =>
			({ kind: 'file', name, file, line }) as const;
		const numbered = numbering();
		const said = [
			...unvalidated(found).map((told) =>
				at(inFile(told.places[0] ?? NOWHERE, told.folder || '.'), say('not-validated', told)),
			),
			...skipped(found).map((told) =>
				at(inFile(told, numbered(`${told.file} ${told.name}`)), say('validation-skipped', told)),
			),
			...found.fallbacks.map(({ published, ...told }) => {
				const severity = published ? ('blocker' as const) : ('high' as const);
				const args = { ...told, severity, language: languageOf(told.file) };
				const name = numbered(`${told.file} ${told.name} fallback`);
				return at(inFile(told, name), say('insecure-fallback', args));
			}),
			...found.clientDynamic.map((told) =>
				at(inFile(told, numbered(`${told.file} dynamic`)), say('dynamic-in-client', told)),
			),
			...found.clientImports.map((told) =>
				at(
					inFile(told, numbered(`${told.file} ${told.module}`)),
					say('server-module-in-client', told),
				),
			),
			...gapsIn(found),
		];
		if (said.length > 0) return said;
		if (found.code === 0) return doesNotApply('There is no code in a language that is read here.');
		const names = found.variables.filter(({ readsInAll }) => readsInAll > 0).length;
		const schemas = found.schemas.filter(({ reached }) => reached).length;
		if (names + schemas === 0) return doesNotApply('The code reads no environment variable.');
		return say('sound', { names, schemas });
	},

	examples: (example) => [
		example('four variables', { found: sample({ variables: wanted(MANY - 1) }) }, 'sound'),
		example('five variables', { found: sample({ variables: wanted(MANY) }) }, 'not-validated'),
		example(
			'five, and a schema that is used',
			{ found: sample({ variables: wanted(MANY), schemas: [SCHEMA] }) },
			'sound',
		),
		example(
			'five, and a schema that nothing imports',
			{ found: sample({ variables: wanted(MANY), schemas: [{ ...SCHEMA, reached: false }] }) },
			'not-validated',
		),
		example(
			'five with defaults',
			{ found: sample({ variables: wanted(MANY, 'optional') }) },
			'sound',
		),
		example(
			'five that throw by themselves',
			{ found: sample({ variables: wanted(MANY, 'throws') }) },
			'sound',
		),
		example('no variables', { found: sample() }, 'not-applicable'),
		example('no code', { found: sample({ code: 0 }) }, 'not-applicable'),
		example('a switch in the image', { found: sample({ skips: [SKIP] }) }, 'validation-skipped'),
		example(
			'a schema that is switched off in code',
			{ found: sample({ schemas: [{ ...SCHEMA, skipped: 'always' }] }) },
			'validation-skipped',
		),
		example(
			'the same by a flag',
			{ found: sample({ schemas: [{ ...SCHEMA, skipped: 'by-flag' }] }) },
			'sound',
		),
		example(
			'a committed literal',
			{ found: sample({ fallbacks: [FALLBACK] }) },
			'insecure-fallback',
		),
		example(
			'one that is not committed yet',
			{ found: sample({ fallbacks: [{ ...FALLBACK, published: false }] }) },
			'insecure-fallback',
		),
		example(
			'a name that is worked out',
			{
				found: sample({
					clientDynamic: [
						{ file: 'app/cart.tsx', line: 7, framework: 'Next.js', prefix: 'NEXT_PUBLIC_' },
					],
				}),
			},
			'dynamic-in-client',
		),
		example(
			"a component brings in the server's settings",
			{
				found: sample({
					clientImports: [
						{
							file: 'app/cart.tsx',
							line: 3,
							module: 'lib/db.ts',
							names: ['DATABASE_URL'],
							framework: 'Next.js',
						},
					],
				}),
			},
			'server-module-in-client',
		),
		example(
			'a file that cannot be read',
			{ found: sample({ unread: ['a.ts: denied'] }) },
			'unknown',
		),
		example('more than the limits allow', { found: sample({ cut: true }) }, 'unknown'),
	],
});

const NOWHERE: EnvPlace = { file: '', line: 1 };

/** Names of findings are told apart by their order. */
function numbering(): (name: string) => string {
	const seen = new Map<string, number>();
	return (name) => {
		const before = seen.get(name) ?? 0;
		seen.set(name, before + 1);
		return before === 0 ? name : `${name}#${before + 1}`;
	};
}

/** By package: what a schema covers, and what throws by itself, is not among them. */
function unvalidated({ variables, schemas }: RepositoryEnv): readonly Unvalidated[] {
	const wanting = variables.filter(({ need, given }) => need === 'required' && !given);
	const folders = [...new Set(wanting.flatMap((one) => one.folders))].sort();
	return folders.flatMap((folder) => {
		const own = wanting.filter((one) => one.folders.includes(folder));
		const isChecked = schemas.some(
			(schema) => schema.reached && (schema.folder === folder || isAbove(schema.folder, folder)),
		);
		if (own.length < MANY || isChecked) return [];
		const placesOf = ({ reads }: EnvVariable) => reads.find((one) => isIn(one.file, folder));
		const read = own.flatMap((one) => {
			const place = placesOf(one) ?? one.reads[0];
			return place === undefined ? [] : [{ name: one.name, place }];
		});
		const names = read.map(({ name }) => name);
		const places = read.map(({ place }) => place);
		return [{ folder, names, places, language: languageOf(places[0]?.file ?? '') }];
	});
}

const isIn = (file: string, folder: string): boolean =>
	folder === '' || file.startsWith(`${folder}/`);

const isAbove = (upper: string, folder: string): boolean =>
	upper === '' || folder.startsWith(`${upper}/`);

function skipped({ skips, schemas }: RepositoryEnv): readonly Skipped[] {
	const always = schemas.filter((one) => one.skipped === 'always' && one.reached);
	return [
		...skips.map(({ file, line, name, by }) => ({ file, line, name, by })),
		...always.map(({ file, line }) => ({ file, line, name: 'skipValidation', by: 'code' })),
	];
}

const languageOf = (file: string): Language => {
	if (/\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/.test(file)) return 'javascript';
	return file.endsWith('.py') ? 'python' : 'other';
};

const SCHEMAS: Readonly<Record<Language, (names: readonly string[]) => Fix['snippets'][number]>> = {
	javascript: (names) => ({
		platform: 'any',
		language: 'javascript',
		text: [
			"import { z } from 'zod';",
			'',
			'export const env = z',
			'\t.object({',
			...names.map((name) => `\t\t${name}: z.string().min(1),`),
			'\t})',
			names.some((name) => name.startsWith('VITE_'))
				? '\t.parse(import.meta.env);'
				: '\t.parse(process.env);',
		].join('\n'),
	}),
	python: (names) => ({
		platform: 'any',
		language: 'python',
		text: [
			'from pydantic_settings import BaseSettings',
			'',
			'class Settings(BaseSettings):',
			...names.map((name) => `    ${name}: str`),
			'',
			'settings = Settings()',
		].join('\n'),
	}),
	other: (names) => ({
		platform: 'any',
		language: 'shell',
		text: names.map((name) => `: "\${${name}:?is not set}"`).join('\n'),
	}),
};

type Refusal = { readonly language: string; readonly text: string };

const REFUSALS: Readonly<Record<Language, (name: string) => Refusal>> = {
	javascript: (name) => ({
		language: 'javascript',
		text: `const secret = process.env.${name};\nif (!secret) throw new Error('${name} is not set');`,
	}),
	python: (name) => ({ language: 'python', text: `secret = os.environ["${name}"]` }),
	other: (name) => ({ language: 'shell', text: `: "\${${name}:?is not set}"` }),
};

const writtenOut = ({ prefix, framework }: InClient): string =>
	/^(?:Vite|React Router)$/.test(framework)
		? `const apiUrl = import.meta.env.${prefix}API_URL;`
		: framework === 'SvelteKit'
			? "import { PUBLIC_API_URL } from '$env/static/public';"
			: `const apiUrl = process.env.${prefix}API_URL;`;

const wanted = (number: number, need: EnvVariable['need'] = 'required'): EnvVariable[] =>
	Array.from({ length: number }, (_, index) =>
		variable(`SERVICE_${index}_URL`, { need, reads: [{ file: 'src/a.ts', line: index + 1 }] }),
	);

const SCHEMA: RepositoryEnv['schemas'][number] = {
	file: 'src/env.ts',
	line: 3,
	kind: 'zod',
	keys: 5,
	reached: true,
	folder: '',
	skipped: 'never',
};
const SKIP: RepositoryEnv['skips'][number] = {
	file: 'Dockerfile',
	line: 9,
	name: 'SKIP_ENV_VALIDATION',
	by: 'Dockerfile',
};
const FALLBACK: RepositoryEnv['fallbacks'][number] = {
	file: 'src/session.ts',
	line: 8,
	name: 'JWT_SECRET',
	length: 6,
	published: true,
	fingerprint: '0011223344556677',
};
