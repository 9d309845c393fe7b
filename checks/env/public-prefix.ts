import {
	at,
	configuredRepositories,
	defineCheck,
	doesNotApply,
	type EnvPlace,
	type EnvVariable,
	type Fix,
	isOfServerProvider,
	minutes,
	type RepositoryEnv,
	repositoryEnv,
	type SetValue,
	type Severity,
	type Snippet,
	secrecyOf,
	speaksOfSecrets,
	UNSEEN,
	withoutPublicPrefix,
	z,
} from '../../src/sdk.ts';
import { gapsIn } from './_looked-at.ts';
import { sampleEnv as sample, sampleVariable as variable } from './_samples.ts';
import { count, listed, placed } from './_world.ts';

type Published = {
	name: string;
	file: string;
	line: number;
	/** `Next.js`: whose prefix it is. */
	framework: string;
	/** `Stripe secret key`; empty where only the name speaks. */
	what: string;
	/** What is known of the value, as a clause. */
	value: string;
	severity: Severity;
	/** Only the name tells whose key it is. */
	named: boolean;
	rotate: string;
	fingerprint: string;
	places: EnvPlace[];
};

type Absent = {
	name: string;
	framework: string;
	prefix: string;
	places: EnvPlace[];
	by: string;
	/** A prefix would publish what its name says is secret. */
	secret: boolean;
};

type Whole = {
	file: string;
	line: number;
	by: string;
	whole: boolean;
	names: string[];
	/** Server secrets that are set. */
	secrets: number;
};

export default defineCheck({
	id: 'env/public-prefix',
	title: 'Browsers get the variables that are meant for them, and no others',
	rationale:
		'A prefix or a line of build configuration decides whether a variable is copied into the JavaScript that every ' +
		'visitor downloads. A secret there is public; a setting that is not there has no value.',
	references: [
		'CWE-200 (exposure of sensitive information)',
		'https://nextjs.org/docs/app/guides/environment-variables',
		'https://vite.dev/guide/env-and-mode',
	],
	reach: 'trust',
	layer: 'content',
	over: configuredRepositories,
	options: z.object({}),
	decisive: true,

	verdicts: {
		apart: {
			outcome: 'pass',
			says: (a: { names: number; code: number }) =>
				`${count(a.names, 'public variable')} in ${count(a.code, 'file')} of code: none holds a secret or is named like one, and code for browsers reads no other.`,
		},
		'secret-value': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(60),
			confidence: (a: Published) => (a.named ? ('medium' as const) : ('high' as const)),
			says: (a: Published) =>
				`${a.name} in ${a.file}:${a.line} holds a ${a.what}, and ${a.framework} puts every variable of this name into what browsers download.`,
			impact: (a: Published) =>
				`Every visitor reads the ${a.what} in the page's scripts, and can use it as you.`,
			fix: (a: Published): Fix => ({
				summary: `Replace the ${a.what}, and hand the new one to the server alone as ${serverName(a.name)}`,
				steps: [
					`Create a new one: ${a.rotate}`,
					`Set it as ${serverName(a.name)}, without the prefix, and read it in code of the server only; let browsers call that code.`,
					`Remove ${a.name} everywhere, build and deploy again.`,
					'Only then revoke the old value. What was deployed with it stays in caches.',
				],
				snippets: renaming(a),
			}),
			control:
				'Public keys, sandbox keys, ids, stand-ins and values for this machine were left out.',
			reproduce: (a: Published) => `git grep -n ${a.name}`,
			evidence: evidenceOf,
			cause: (a: Published) => `secret/${a.fingerprint}`,
		},
		'secret-name': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'info'],
				pick: (a: Published): Severity => a.severity,
			},
			effort: minutes(30),
			confidence: 'medium',
			says: (a: Published) =>
				a.severity === 'info'
					? `${a.name} (${a.file}:${a.line}) sounds like a secret, but ${a.value}; browsers may have it.`
					: `${a.name} (${a.file}:${a.line}) is named as a secret and ${a.framework} puts it into what browsers download; ${a.value}.`,
			impact: (a: Published) =>
				a.severity === 'info'
					? 'Nothing leaks now. The next person may take the name at its word and put a secret there.'
					: 'Whatever is set under this name can be read by every visitor.',
			fix: (a: Published): Fix => ({
				summary: `Rename it to ${a.severity === 'info' ? 'what it is' : serverName(a.name)}`,
				steps:
					a.severity === 'info'
						? ['Nothing has to be done; a name without the word would not alarm anybody.']
						: [
								`If it is a secret: set it as ${serverName(a.name)}, read it in code of the server only, and replace a value that was ever deployed.`,
								'If it is made for browsers: give it a name that says so, such as …_PUBLIC_KEY or …_SITE_KEY.',
							],
				snippets: a.severity === 'info' ? [] : renaming(a),
			}),
			reproduce: (a: Published) => `git grep -n ${a.name}`,
			evidence: evidenceOf,
		},
		'needed-but-absent': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(15),
			says: (a: Absent) =>
				`${placedFirst(a)} reads ${a.name} in code for browsers${a.by === '' ? '' : ` (${a.by} brings it there)`}: ${a.framework} hands over only names with ${a.prefix}, so it has no value there.`,
			impact:
				'What depends on it fails or falls back for every visitor, while it works on the server and on the machines of the team.',
			fix: (a: Absent): Fix => ({
				summary: a.secret
					? `Read ${a.name} on the server and give browsers the result`
					: `Rename it to ${prefixed(a)}, if everybody may know it`,
				steps: a.secret
					? [
							`Its name says that it is a secret: do not prefix it. Move the code that uses it to the server (a route, an action, a loader).`,
						]
					: [
							`Set ${prefixed(a)} where the product is built, and read it by that name, in full, in ${listed(a.places.map(placed))}.`,
							`If it is not for everybody: read it on the server, and hand what follows from it to the component.`,
						],
				snippets: a.secret
					? []
					: [
							{ platform: 'any', language: 'javascript', text: readOf(a) },
							{ platform: 'any', language: 'text', text: `${prefixed(a)}=` },
						],
			}),
			control:
				'Code that asks whether it runs in a browser, exports that the framework strips, imports of types, names that the build defines, and functions that nothing for browsers uses were left out.',
			reproduce: (a: Absent) => `git grep -n ${a.name}`,
			evidence: (a: Absent) =>
				a.places.map((place) => ({ kind: 'file', summary: placed(place), detail: a.name })),
		},
		everything: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: Whole): Severity => (a.secrets > 0 ? 'blocker' : 'high'),
			},
			effort: minutes(30),
			says: (a: Whole) =>
				a.whole
					? `${a.by} in ${a.file}:${a.line} publishes the whole environment of the build${a.secrets > 0 ? `, with ${count(a.secrets, 'server secret')} among it` : ''}.`
					: `${a.by} in ${a.file}:${a.line} publishes ${listed(a.names)}${a.secrets > 0 ? `, ${a.secrets === 1 ? 'a server secret' : `${a.secrets} of them server secrets`}` : ', named as secrets'}.`,
			impact: (a: Whole) =>
				a.whole
					? 'Everything that the build machine knows ends in a script that every visitor can read: keys, tokens of the CI, database passwords.'
					: 'Wherever code for browsers mentions the name, its value is written into the script that every visitor can read.',
			fix: (a: Whole): Fix => ({
				summary: 'Name the single variables that browsers may have',
				steps: [
					`Change ${a.file}:${a.line}, build again, and search the output for what must not be there.`,
					'Replace every secret that was in a build which was deployed.',
				],
				snippets: [
					{ platform: 'any', language: 'javascript', text: NAMED[a.by] ?? NAMED['define'] ?? '' },
				],
			}),
			evidence: (a: Whole) => [
				{ kind: 'file', summary: placed(a), detail: [a.by, ...a.names].join('\n') },
			],
		},
	},

	needs: ({ subject: { root, env, domain } }) => ({ found: repositoryEnv({ root, env, domain }) }),

	judge({ given: { found }, say }) {
		const names = publicVariables(found);
		const said = [
			...names.flatMap((one) => {
				const values = found.values.filter(
					({ name, publicBy }) => name === one.name && publicBy !== '',
				);
				const told = published(one, values);
				if (told === null) return [];
				const { name, file, line, fingerprint } = told;
				const verdict = fingerprint === '' ? 'secret-name' : 'secret-value';
				return [at({ kind: 'file', name: `${file} ${name}`, file, line }, say(verdict, told))];
			}),
			...absent(found).map((told) => {
				const [{ file, line } = { file: '', line: 1 }] = told.places;
				const name = `${file} ${told.name}`;
				return at({ kind: 'file', name, file, line }, say('needed-but-absent', told));
			}),
			...wholes(found).map(({ name, ...told }) =>
				at({ kind: 'file', name, file: told.file, line: told.line }, say('everything', told)),
			),
			...gapsIn(found),
		];
		if (said.length > 0) return said;
		const isForBrowsers = names.length > 0 || found.frameworks.some((one) => one !== 'laravel');
		if (!isForBrowsers) {
			return doesNotApply(
				'No framework that puts variables into what browsers download was found.',
			);
		}
		return say('apart', { names: names.length, code: found.code });
	},

	examples: (example) => [
		example('no variables', { found: sample() }, 'apart'),
		example('nothing for browsers', { found: sample({ frameworks: [] }) }, 'not-applicable'),
		example('a public address', { found: withValue('NEXT_PUBLIC_API_URL', SITE) }, 'apart'),
		example('a live key', { found: withValue('NEXT_PUBLIC_STRIPE_KEY', LIVE) }, 'secret-value'),
		example(
			'the same without the prefix',
			{ found: withValue('STRIPE_KEY', LIVE, { publicBy: '' }) },
			'apart',
		),
		example(
			'a publishable key',
			{ found: withValue('NEXT_PUBLIC_STRIPE_KEY', { ...LIVE, secret: PUBLISHABLE }) },
			'apart',
		),
		example(
			'a name, no value',
			{ found: withValue('NEXT_PUBLIC_API_SECRET', null) },
			'secret-name',
		),
		example(
			'a name, a stand-in',
			{ found: withValue('NEXT_PUBLIC_API_SECRET', { ...UNSEEN, shape: 'placeholder' }) },
			'secret-name',
		),
		example(
			'a name, and a publishable key',
			{ found: withValue('NEXT_PUBLIC_CLIENT_SECRET', { ...LIVE, secret: PUBLISHABLE }) },
			'secret-name',
		),
		example(
			'a switch that speaks of passwords',
			{ found: withValue('NEXT_PUBLIC_DISABLE_PASSWORD_SIGNUP', FLAG) },
			'secret-name',
		),
		example(
			'the same, unseen',
			{ found: withValue('NEXT_PUBLIC_DISABLE_PASSWORD_SIGNUP', null) },
			'apart',
		),
		example('a key for maps', { found: withValue('NEXT_PUBLIC_MAPBOX_TOKEN', null) }, 'apart'),
		example(
			'a client component reads a name of the server',
			{ found: sample({ clientReads: [READ] }) },
			'needed-but-absent',
		),
		example(
			'everything, with secrets',
			{ found: sample({ exposures: [{ ...EVERYTHING, secrets: 1 }] }) },
			'everything',
		),
		example('everything, without', { found: sample({ exposures: [EVERYTHING] }) }, 'everything'),
		example(
			'a secret by name',
			{ found: sample({ exposures: [{ ...EVERYTHING, whole: false, names: ['API_SECRET'] }] }) },
			'everything',
		),
		example(
			'a public name',
			{ found: sample({ exposures: [{ ...EVERYTHING, whole: false, names: ['API_URL'] }] }) },
			'apart',
		),
		example(
			'a file that cannot be read',
			{ found: sample({ unread: ['a.ts: denied'] }) },
			'unknown',
		),
		example('more than the limits allow', { found: sample({ cut: true }) }, 'unknown'),
	],
});

/** Public by their name, of the product, and not the platform's. */
const publicVariables = ({ variables }: RepositoryEnv): readonly EnvVariable[] =>
	variables.filter(
		({ publicBy, given, need, declared }) =>
			publicBy !== '' && !given && (need !== 'tool' || declared.length > 0),
	);

/** What a value in use grants comes before what the name says; `null` where both are harmless. */
function published(one: EnvVariable, values: readonly SetValue[]): Published | null {
	const leak = values
		.filter(({ stage, value }) => stage !== 'example' && isServers(value.secret))
		.sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage))[0];
	const [first] = leak === undefined ? [...one.reads, ...one.declared] : [leak];
	if (first === undefined) return null;
	const told = {
		name: one.name,
		file: first.file,
		line: first.line,
		framework: one.publicBy,
		places: [
			...new Map([...one.declared, ...one.reads].map((place) => [placed(place), place])).values(),
		],
	};
	if (leak?.value.secret) {
		const { provider, what, named, rotate, fingerprint } = leak.value.secret;
		const gravest = { severity: 'blocker' as const, value: '', fingerprint };
		return { ...told, ...gravest, what: `${provider} ${what}`, named, rotate };
	}
	const quiet = { what: '', named: true, rotate: '', fingerprint: '' };
	const seen = values.filter(({ value }) => SEEN.has(value.shape));
	const [harmless] = seen.map((value) => harmlessness(one.name, value));
	const isHarmless = seen.length > 0 && seen.every((each) => harmlessness(one.name, each) !== '');
	if (isHarmless && harmless !== undefined) {
		const speaks = secrecyOf(one.name) === 'secret' || speaksOfSecrets(one.name);
		return speaks ? { ...told, ...quiet, severity: 'info', value: harmless } : null;
	}
	if (secrecyOf(one.name) !== 'secret') return null;
	const value =
		seen.length > 0
			? 'what its value opens cannot be told from here'
			: 'its value cannot be seen from here';
	return { ...told, ...quiet, severity: 'high', value };
}

const STAGES: readonly SetValue['stage'][] = ['production', 'other', 'development', 'example'];
const SEEN: ReadonlySet<string> = new Set(['flag', 'number', 'url', 'text']);

type Secret = SetValue['value']['secret'];

const isServers = (secret: Secret): boolean => secret?.tier === 'server' && !secret.local;

/** Why browsers may have a value, as a clause; empty where nothing says so. */
function harmlessness(name: string, { value }: SetValue): string {
	if (value.shape === 'flag') return 'its value is a switch';
	if (value.shape === 'number') return 'its value is a number';
	if (value.address) return 'its value is an address on a public chain';
	const { secret, url } = value;
	// One shape for keys to maps and keys to models.
	const isAmbiguous = secret?.provider === 'Google' && isOfServerProvider(name);
	if (secret?.tier === 'publishable' && !isAmbiguous) {
		return `its value is a ${secret.provider} ${secret.what}, made for browsers`;
	}
	if (secret?.tier === 'identifier') return 'its value is only an id';
	return url !== null && secret === null && !url.credentials
		? 'its value is an address without credentials'
		: '';
}

function absent({ clientReads }: RepositoryEnv): readonly Absent[] {
	const byName = new Map<string, Absent>();
	for (const { name, framework, prefix, by, file, line } of clientReads) {
		const key = `${name}\0${framework}`;
		const before = byName.get(key);
		if (before === undefined) {
			const secret = secrecyOf(name) === 'secret';
			byName.set(key, { name, framework, prefix, by, secret, places: [{ file, line }] });
		} else if (before.places.length < 20) before.places.push({ file, line });
	}
	return [...byName.values()];
}

function wholes({ exposures, values }: RepositoryEnv): readonly (Whole & { name: string })[] {
	const seen = new Map<string, number>();
	return exposures.flatMap(({ file, line, by, whole, names, secrets }) => {
		const grave = names.filter((name) => isGrave(name, values));
		if (!whole && grave.length === 0) return [];
		const key = `${file} ${by}`;
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		const name = before === 0 ? key : `${key}#${before + 1}`;
		return [{ name, file, line, by, whole, names: whole ? [] : grave, secrets }];
	});
}

/** By its value where one is seen, else by its name. */
function isGrave(name: string, values: readonly SetValue[]): boolean {
	const own = values.filter((one) => one.name === name && SEEN.has(one.value.shape));
	if (own.some(({ value }) => isServers(value.secret))) return true;
	if (secrecyOf(name) !== 'secret') return false;
	return own.length === 0 || own.some((one) => harmlessness(name, one) === '');
}

const serverName = (name: string): string => {
	const bare = withoutPublicPrefix(name);
	return bare === name ? `SERVER_${name}` : bare;
};

const prefixed = ({ name, prefix }: Absent): string => `${prefix}${name}`;

const readOf = (a: Absent): string =>
	READS[a.framework]?.(prefixed(a)) ?? `const value = process.env.${prefixed(a)};`;

/** Where it is not `process.env.NAME`. */
const READS: Readonly<Record<string, (name: string) => string>> = {
	Vite: (name) => `const value = import.meta.env.${name};`,
	Astro: (name) => `const value = import.meta.env.${name};`,
	'React Router': (name) => `const value = import.meta.env.${name};`,
	SvelteKit: (name) => `import { ${name} } from '$env/static/public';`,
	Nuxt: (name) =>
		`// nuxt.config.ts: runtimeConfig: { public: { … } }, filled from ${name}\nconst { public: settings } = useRuntimeConfig();`,
};

const placedFirst = ({ places }: Absent): string => {
	const [first] = places;
	const more = places.length - 1;
	const place = first === undefined ? '' : placed(first);
	return more <= 0 ? place : `${place} (and ${count(more, 'more place')})`;
};

function evidenceOf(a: Published) {
	return a.places.map((place) => ({ kind: 'file', summary: placed(place), detail: a.name }));
}

/** The line of the env file, and how a server reads it. */
function renaming(a: Published): readonly Snippet[] {
	const name = serverName(a.name);
	return [
		{ platform: 'any', language: 'text', text: `# instead of ${a.name}\n${name}=` },
		{
			platform: 'any',
			language: 'javascript',
			text:
				a.framework === 'SvelteKit and Astro'
					? `// SvelteKit, in +page.server.ts or +server.ts\nimport { ${name} } from '$env/static/private';\n// Astro, in frontmatter or an endpoint\nimport.meta.env.${name};`
					: `// in a route or function of the server\nconst key = process.env.${name};`,
		},
	];
}

/** By what publishes it, the same with names. */
const NAMED: Readonly<Record<string, string>> = {
	define: "define: {\n\t'process.env.API_URL': JSON.stringify(process.env.API_URL),\n},",
	DefinePlugin:
		"new webpack.DefinePlugin({\n\t'process.env.API_URL': JSON.stringify(process.env.API_URL),\n}),",
	EnvironmentPlugin: "new webpack.EnvironmentPlugin(['NODE_ENV', 'API_URL']),",
	envPrefix: "envPrefix: 'VITE_',",
	publicPrefix: "env: { publicPrefix: 'PUBLIC_' },",
	env: '// next.config: delete the entry; read it in server code, or name it NEXT_PUBLIC_… if everybody may know it',
	publicRuntimeConfig:
		'serverRuntimeConfig: { apiSecret: process.env.API_SECRET },\npublicRuntimeConfig: { apiUrl: process.env.API_URL },',
	'runtimeConfig.public':
		"runtimeConfig: {\n\tapiSecret: '', // NUXT_API_SECRET, server only\n\tpublic: { apiBase: '' }, // NUXT_PUBLIC_API_BASE\n},",
};

const LIVE: SetValue['value'] = {
	...UNSEEN,
	shape: 'text',
	length: 32,
	secret: {
		provider: 'Stripe',
		what: 'secret key',
		tier: 'server',
		kind: 'server-secret',
		local: false,
		named: false,
		fingerprint: '0011223344556677',
		rotate: 'https://dashboard.stripe.com/apikeys',
	},
};
const PUBLISHABLE: Secret = LIVE.secret && {
	...LIVE.secret,
	what: 'publishable key',
	tier: 'publishable',
	kind: 'publishable',
};
const FLAG: SetValue['value'] = { ...UNSEEN, shape: 'flag', length: 4, word: 'true' };
const SITE: SetValue['value'] = {
	...UNSEEN,
	shape: 'url',
	length: 24,
	url: { scheme: 'https', local: false, public: true, credentials: false, host: '', ours: false },
};
const READ: RepositoryEnv['clientReads'][number] = {
	file: 'app/cart.tsx',
	line: 7,
	name: 'API_URL',
	framework: 'Next.js',
	prefix: 'NEXT_PUBLIC_',
	by: '',
};
const EVERYTHING: RepositoryEnv['exposures'][number] = {
	file: 'vite.config.ts',
	line: 5,
	by: 'define',
	whole: true,
	names: [],
	folder: '',
	secrets: 0,
};

function withValue(
	name: string,
	value: SetValue['value'] | null,
	{ publicBy } = { publicBy: 'Next.js' },
): RepositoryEnv {
	const place = { file: '.env.production', line: 3 };
	return sample({
		variables: [variable(name, { publicBy, declared: value === null ? [] : [place] })],
		values:
			value === null
				? []
				: [{ name, ...place, by: 'env file', stage: 'production', publicBy, value }],
	});
}
