import {
	at,
	configuredRepositories,
	defineCheck,
	doesNotApply,
	type EnvVariable,
	type Fix,
	type Hosting,
	isOwnUrlName,
	isSigningName,
	minutes,
	modeNameOf,
	type RepositoryEnv,
	repositoryEnv,
	type SetValue,
	type Severity,
	secrecyOf,
	z,
} from '../../src/sdk.ts';
import { gapsIn } from './_looked-at.ts';
import { sampleEnv, sampleFile, sampleUrl, sampleValue, sampleVariable } from './_samples.ts';
import {
	exportCommand,
	manifestLine,
	type NewValue,
	setInProduction,
	type ToSet,
} from './_set-commands.ts';
import { misspelt, renamed, type Slip, slipCause, slipOf } from './_spelling.ts';
import {
	count,
	inForce,
	isWanted,
	listed,
	placed,
	stopsBoot,
	unusedNames,
	wantOf,
} from './_world.ts';

interface Place {
	readonly file: string;
	readonly line: number;
	readonly hostings: readonly Hosting[];
}

interface Wanted extends Place {
	readonly name: string;
	/** What the code does without it. */
	readonly want: string;
	readonly stopsBoot: boolean;
	/** The code ends with an error of its own. */
	readonly refuses: boolean;
	/** Everything that is wrong in the same way, so that one paste mends it. */
	readonly all: readonly { readonly name: string; readonly inlined: boolean }[];
}

interface Missing extends Wanted {
	readonly lists: readonly string[];
	readonly folders: readonly string[];
	/** Another name is set, one edit away. */
	readonly slip: Slip | null;
}

interface Set extends Place {
	readonly name: string;
	readonly by: string;
	readonly inlined: boolean;
	/** Nothing in the repository reads it, as far as can be seen. */
	readonly unused: boolean;
}

const asMissing = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'high'],
		pick: ({ stopsBoot: stops }: Wanted): Severity => (stops ? 'blocker' : 'high'),
	},
	effort: minutes(10),
	impact: ({ stopsBoot: stops, refuses }: Wanted) => {
		if (!stops) return 'The first customer who needs what it is for meets an error.';
		return refuses
			? 'The release does not start: every customer meets an error page, or the deploy is refused.'
			: 'The release starts with nothing in its place, or not at all: whatever rests on it fails for every customer.';
	},
} as const;

const set = {
	outcome: 'fail',
	effort: minutes(10),
	evidence: (a: Set) => [
		{ kind: 'file', summary: `${placed(a)}: ${a.name}`, detail: `set by ${a.by}` },
	],
} as const;

const used = ({ unused }: Set) => (unused ? ('low' as const) : ('high' as const));
const remark = ({ unused }: Set) => (unused ? ' (nothing in the repository reads it)' : '');

export default defineCheck({
	id: 'env/production',
	title: 'Production has every variable that the code needs, with values for production',
	rationale:
		'A release that worked on a laptop fails in production for want of one variable, or talks to a sandbox, to localhost, or signs sessions with a word that can be guessed.',
	references: [
		'https://12factor.net/config',
		'CWE-489 (active debug code)',
		'OWASP ASVS 4.0.3 §2.9.1, §6.4 (secrets)',
		'https://docs.stripe.com/keys#test-live-modes',
	],
	reach: 'sign-in',
	layer: 'content',
	over: configuredRepositories,
	options: z.object({}),

	verdicts: {
		complete: {
			outcome: 'pass',
			says: (a: { wanted: number; values: number; files: readonly string[] }) =>
				a.files.length === 0
					? `${a.values === 0 ? 'The code needs no variable' : `The code needs no variable that is not set; ${count(a.values, 'value')} of production judged`}.`
					: `${listed(a.files)} ${a.files.length === 1 ? 'has' : 'have'} all ${count(a.wanted, 'variable')} that the code needs; ${count(a.values, 'value')} judged.`,
		},
		missing: {
			...asMissing,
			says: (a: Missing) =>
				`${a.name} is not set in production (${listed(a.lists)})${a.folders.length === 0 ? '' : ` for ${listed(a.folders)}`}: ${a.want}${a.slip === null ? '' : `; ${a.slip.declaredAt} has ${a.slip.meant}`}.`,
			cause: (a: Missing) => (a.slip === null ? 'env/production/missing' : slipCause(a.name)),
			fix: (a: Missing) =>
				a.slip === null
					? wantedFix(a, `Set ${listed(namesOf(a))} in production`, a.lists[0] ?? '', false)
					: renamed(a.slip),
			control:
				'A variable with a default, one that the code asks for first, one that a manifest sets and one that the platform gives are not missing.',
		},
		empty: {
			...asMissing,
			says: (a: Wanted) => `${a.name} is empty at ${placed(a)}: ${a.want}.`,
			fix: (a: Wanted) => wantedFix(a, `Give ${listed(namesOf(a))} a value`, a.file, true),
		},
		placeholder: {
			...asMissing,
			severity: {
				oneOf: ['blocker', 'high'],
				pick: ({ stopsBoot: stops }: { stopsBoot: boolean }): Severity =>
					stops ? 'blocker' : 'high',
			},
			says: (a: Wanted) =>
				`${a.name} at ${placed(a)} is still a placeholder${a.want === '' ? '' : `: ${a.want}`}.`,
			fix: (a: Wanted) =>
				wantedFix(a, `Replace the placeholder of ${listed(namesOf(a))}`, a.file, true),
		},
		localhost: {
			...set,
			severity: 'blocker',
			says: (a: Set & { host: string }) =>
				`${a.name} at ${placed(a)} leads to ${a.host === '' ? 'this machine' : a.host}${remark(a)}.`,
			impact: (a: Set) =>
				a.inlined
					? 'Every visitor’s browser asks the visitor’s own machine, where nothing answers.'
					: 'In production the server asks itself, where that service does not run; links and callbacks lead customers to their own machine.',
			confidence: (a: Set & { sure: boolean }) => (a.unused ? 'low' : a.sure ? 'high' : 'medium'),
			fix: (a: Set & { web: boolean }) =>
				setFix(
					a,
					`Point ${a.name} to where it is in production`,
					a.web ? { by: 'text', text: 'https://YOUR-DOMAIN' } : { by: 'hand' },
				),
		},
		'test-key': {
			...set,
			severity: 'blocker',
			says: (a: Set & { provider: string }) =>
				`${a.name} at ${placed(a)} belongs to the ${a.provider} sandbox${remark(a)}.`,
			impact:
				'No real payment or sign-in goes through: real cards are refused, and test cards buy for free.',
			confidence: used,
			cause: (a: { cause: string }) => a.cause,
			fix: (a: Set & { provider: string }) =>
				setFix(
					a,
					`Give ${a.name} the live value of ${a.provider}`,
					{ by: 'hand' },
					`Switch the ${a.provider} dashboard to live mode, and copy the live value.`,
					'Keys, webhook secrets and price ids of one provider change together.',
				),
		},
		'http-url': {
			...set,
			severity: 'high',
			says: (a: Set) =>
				`${a.name} at ${placed(a)} is an http: address of the product’s own${remark(a)}.`,
			impact:
				'Links, callbacks and cookies made from it lose HTTPS: sign-in providers refuse the callback, secure cookies are not sent, and traffic can be read on the way.',
			confidence: used,
			fix: (a: Set) =>
				setFix(a, `Write ${a.name} with https:`, { by: 'text', text: 'https://YOUR-DOMAIN' }),
		},
		'debug-on': {
			...set,
			severity: 'high',
			says: (a: Set & { word: string; right: string }) =>
				`${a.name} at ${placed(a)} is ${a.word === '' ? 'on' : `"${a.word}"`} in production.`,
			impact: (a: { environment: boolean }) =>
				a.environment
					? 'Frameworks run in development mode: slow, with stack traces and developer tools for every visitor.'
					: 'Error pages and logs show source, queries and values of variables.',
			fix: (a: Set & { right: string }) =>
				setFix(a, `Set ${a.name} to ${a.right} in production`, { by: 'text', text: a.right }),
		},
		'weak-signing-secret': {
			...set,
			severity: 'high',
			says: (a: Set & { why: string }) => `${a.name} at ${placed(a)} ${a.why}${remark(a)}.`,
			impact:
				'Whoever guesses it, offline and from one token, signs sessions and tokens of any customer.',
			confidence: used,
			fix: (a: Set) =>
				setFix(
					a,
					`Replace ${a.name} by 32 random bytes`,
					{ by: 'generator' },
					'Everybody is signed out by the change: make it before the launch.',
				),
		},
		'same-as-development': {
			...set,
			severity: 'high',
			says: (a: Set & { other: string }) =>
				`${a.name} at ${placed(a)} has the same value as ${a.other}.`,
			impact:
				'Everybody with a development machine holds a key of production, and a slip in development hits customers’ data.',
			fix: (a: Set & { signing: boolean }) =>
				setFix(
					a,
					`Give production a ${a.name} of its own`,
					a.signing ? { by: 'generator' } : { by: 'hand' },
					...(a.signing
						? []
						: [
								'Create a second key, database or account for production, and leave the old one to development.',
							]),
				),
		},
		'not-readable': {
			outcome: 'unknown',
			reason: 'inconclusive',
			couldBe: 'blocker',
			says: (a: {
				why: string;
				names: readonly string[];
				folders: readonly string[];
				command: string;
			}) =>
				`${a.why}, so nobody can say whether ${a.names.length === 1 ? 'it is' : 'they are'} set there: ${listed(a.names, 8)}${a.folders.length === 0 ? '' : ` (${listed(a.folders)})`}. List it with "${a.command}" and give the file as --env FILE; names are enough.`,
		},
	},

	needs: ({ subject: { root, env, domain } }) => ({ found: repositoryEnv({ root, env, domain }) }),

	judge({ given: { found }, say }) {
		const { variables, production, hostings } = found;
		const wanted = variables.filter(isWanted);
		const values = inForce(found);
		const gaps = gapsIn(found);
		if (wanted.length + values.length + gaps.length === 0 && production.asked === '') {
			return doesNotApply(
				variables.length === 0
					? 'The code reads no environment variables.'
					: 'The code copes without every variable that it reads, and no value of production is to be seen.',
			);
		}
		const known = { found, values, unused: unusedNames(found) };
		const said = [
			...missingIn(wanted, found).map((a) => at(locusOf(a), say('missing', a))),
			...emptyIn(known).map((a) => at(locusOf(a), say('empty', a))),
			...placeholdersIn(known).map((a) => at(locusOf(a), say('placeholder', a))),
			...localIn(known).map((a) => at(locusOf(a), say('localhost', a))),
			...testKeysIn(known).map((a) => at(locusOf(a), say('test-key', a))),
			...insecureIn(known).map((a) => at(locusOf(a), say('http-url', a))),
			...debugIn(known).map((a) => at(locusOf(a), say('debug-on', a))),
			...weakIn(known).map((a) => at(locusOf(a), say('weak-signing-secret', a))),
			...sharedIn(known).map((a) => at(locusOf(a), say('same-as-development', a))),
		];
		const hidden = unlistedIn(wanted, found);
		const blind =
			hidden === null ? [] : [say('not-readable', { ...hidden, command: exportCommand(hostings) })];
		const all = [...said, ...blind, ...gaps];
		if (all.length > 0) return all;
		return say('complete', {
			wanted: wanted.length,
			values: values.length,
			files: production.files,
		});
	},

	examples: (example) => [
		example('no variable at all', { found: sampleEnv() }, 'not-applicable'),
		example(
			'a default for each',
			{ found: sampleEnv({ variables: [sampleVariable('COLOUR', { need: 'optional' })] }) },
			'not-applicable',
		),
		example('everything is there', { found: listedEnv({}) }, 'complete'),
		example(
			'values of production, and nothing that is wanted',
			{
				found: sampleEnv({ values: [sampleValue('API_URL', { shape: 'url', url: sampleUrl() })] }),
			},
			'complete',
		),
		...(['schema', 'throws', 'required'] as const).map((need) =>
			example(`missing: ${need}`, { found: listedEnv({ need, missingIn: [''] }) }, 'missing'),
		),
		example(
			'missing at boot',
			{ found: listedEnv({ need: 'throws', boot: true, missingIn: ['apps/api'] }) },
			'missing',
		),
		example(
			'missing, and there is a default',
			{ found: listedEnv({ need: 'optional', missingIn: [''] }) },
			'complete',
		),
		example(
			'missing, and the platform gives it',
			{ found: listedEnv({ given: true, missingIn: [''] }) },
			'complete',
		),
		example('empty', { found: listedEnv({}, sampleValue('API_KEY', { shape: 'empty' })) }, 'empty'),
		example(
			'empty, and the code asks first',
			{ found: listedEnv({ need: 'optional' }, sampleValue('API_KEY', { shape: 'empty' })) },
			'complete',
		),
		example(
			'empty, and overridden',
			{
				found: listedEnv(
					{},
					sampleValue('API_KEY', { shape: 'empty' }),
					sampleValue('API_KEY', {}, { file: '.env.production.local' }),
				),
			},
			'complete',
		),
		example(
			'a placeholder',
			{ found: listedEnv({}, sampleValue('API_KEY', { shape: 'placeholder' })) },
			'placeholder',
		),
		example(
			'a placeholder of a development file',
			{
				found: listedEnv(
					{},
					sampleValue('API_KEY', { shape: 'placeholder' }, { stage: 'development' }),
				),
			},
			'complete',
		),
		example(
			'localhost',
			{
				found: listedEnv(
					{},
					sampleValue('API_URL', {
						shape: 'url',
						url: sampleUrl({ scheme: 'http', local: true, public: false, host: 'localhost:3000' }),
					}),
				),
			},
			'localhost',
		),
		example(
			'localhost where an agent listens',
			{
				found: listedEnv(
					{},
					sampleValue('OTEL_EXPORTER_OTLP_ENDPOINT', {
						shape: 'url',
						url: sampleUrl({ scheme: 'http', local: true, public: false, host: 'localhost:4318' }),
					}),
				),
			},
			'complete',
		),
		example(
			'a test key',
			{ found: listedEnv({}, sampleValue('STRIPE_KEY', { sandbox: 'Stripe' })) },
			'test-key',
		),
		example(
			'an address without TLS',
			{
				found: listedEnv(
					{},
					sampleValue('APP_URL', { shape: 'url', url: sampleUrl({ scheme: 'http' }) }),
				),
			},
			'http-url',
		),
		example(
			'an address of somebody else without TLS',
			{
				found: listedEnv(
					{},
					sampleValue('METADATA_FEED', { shape: 'url', url: sampleUrl({ scheme: 'http' }) }),
				),
			},
			'complete',
		),
		example(
			'an address inside the cluster',
			{
				found: listedEnv(
					{},
					sampleValue('API_URL', {
						shape: 'url',
						url: sampleUrl({ scheme: 'http', public: false }),
					}),
				),
			},
			'complete',
		),
		...(
			[
				['DEBUG', 'true', 'debug-on'],
				['DEBUG', 'false', 'complete'],
				['NODE_ENV', 'development', 'debug-on'],
				['NODE_ENV', 'production', 'complete'],
			] as const
		).map(([name, word, says]) =>
			example(
				`${name}=${word}`,
				{ found: listedEnv({}, sampleValue(name, { shape: 'flag', word })) },
				says,
			),
		),
		...(['short', 'words', 'pattern'] as const).map((weak) =>
			example(
				`a weak key: ${weak}`,
				{ found: listedEnv({}, sampleValue('JWT_SECRET', { weak, length: 31 })) },
				'weak-signing-secret',
			),
		),
		example(
			'a strong key',
			{ found: listedEnv({}, sampleValue('JWT_SECRET', { length: 32 })) },
			'complete',
		),
		example(
			'the value of development',
			{
				found: listedEnv(
					{},
					sampleValue('JWT_SECRET', { fingerprint: 'a1' }),
					sampleValue('JWT_SECRET', { fingerprint: 'a1' }, { file: '.env', stage: 'development' }),
				),
			},
			'same-as-development',
		),
		example(
			'another value than that of development',
			{
				found: listedEnv(
					{},
					sampleValue('JWT_SECRET', { fingerprint: 'a1' }),
					sampleValue('JWT_SECRET', { fingerprint: 'a2' }, { file: '.env', stage: 'development' }),
				),
			},
			'complete',
		),
		example(
			'no list',
			{
				found: sampleEnv({
					variables: [sampleVariable('API_KEY')],
					production: { asked: '', files: [], unread: '', unlisted: [''] },
				}),
			},
			'not-readable',
		),
		example(
			'a list that cannot be read',
			{
				found: sampleEnv({
					variables: [sampleVariable('API_KEY')],
					production: {
						asked: 'prod.env',
						files: [],
						unread: 'prod.env: permission denied',
						unlisted: [''],
					},
				}),
			},
			'not-readable',
		),
		example(
			'a file that cannot be read',
			{ found: { ...listedEnv({}), unread: ['.env.local: permission denied'] } },
			'unknown',
		),
	],
});

/** A list that has the one variable `API_KEY`, and more values. */
function listedEnv(variable: Partial<EnvVariable>, ...values: readonly SetValue[]): RepositoryEnv {
	return sampleEnv({
		variables: [sampleVariable('API_KEY', variable)],
		files: [sampleFile('.env.production', { production: true })],
		values: [...values],
		production: { asked: 'production', files: ['.env.production'], unread: '', unlisted: [] },
	});
}

interface Known {
	readonly found: RepositoryEnv;
	/** Of production. */
	readonly values: readonly SetValue[];
	readonly unused: ReadonlySet<string>;
}

const locusOf = ({ name, file, line }: { name: string; file: string; line: number }) => ({
	kind: 'file' as const,
	name,
	file,
	line,
});

const namesOf = ({ all }: Wanted): readonly string[] => all.map(({ name }) => name);

const inlined = ({ publicBy }: { publicBy: string }): boolean => publicBy !== '';

function missingIn(
	wanted: readonly EnvVariable[],
	{ production, hostings, variables }: RepositoryEnv,
): readonly Missing[] {
	const missing = wanted.filter(({ missingIn: folders }) => folders.length > 0);
	const slips = new Map(misspelt(variables).map((one) => [one.used.name, slipOf(one)]));
	const all = missing
		.filter(({ name }) => !slips.has(name))
		.map((one) => ({ name: one.name, inlined: inlined(one) }));
	return missing.map((one) => ({
		name: one.name,
		file: one.reads[0]?.file ?? '',
		line: one.reads[0]?.line ?? 1,
		hostings,
		want: wantOf(one),
		stopsBoot: stopsBoot(one),
		refuses: one.need !== 'required',
		slip: slips.get(one.name) ?? null,
		all,
		lists: production.files,
		folders: one.missingIn.filter((folder) => folder !== ''),
	}));
}

function emptyIn({ found, values }: Known): readonly Wanted[] {
	const wanted = new Map(found.variables.filter(isWanted).map((one) => [one.name, one]));
	const empty = values.filter(({ name, value }) => value.shape === 'empty' && wanted.has(name));
	return empty.map((one) => asWanted(one, empty, wanted.get(one.name), found));
}

/** One that nothing reads is dead weight, and no missing value. */
function placeholdersIn({ found, values, unused }: Known): readonly Wanted[] {
	const variables = new Map(found.variables.map((one) => [one.name, one]));
	const open = values.filter(
		({ name, value }) => value.shape === 'placeholder' && !unused.has(name),
	);
	return open.map((one) => asWanted(one, open, variables.get(one.name), found));
}

function asWanted(
	{ name, file, line }: SetValue,
	all: readonly SetValue[],
	variable: EnvVariable | undefined,
	{ hostings }: RepositoryEnv,
): Wanted {
	const isNeeded = variable !== undefined && isWanted(variable);
	return {
		name,
		file,
		line,
		hostings,
		want: isNeeded ? wantOf(variable) : '',
		stopsBoot: isNeeded && stopsBoot(variable),
		refuses: isNeeded && variable.need !== 'required',
		all: all.map((one) => ({ name: one.name, inlined: inlined(one) })),
	};
}

function setAs(one: SetValue, { found, unused }: Known): Set {
	const { name, file, line, by } = one;
	return {
		name,
		file,
		line,
		by,
		inlined: inlined(one),
		unused: unused.has(name),
		hostings: found.hostings,
	};
}

/** Agents of observability run beside the program, and addresses to listen at are no one to ask. */
const BESIDE =
	/^(?:OTEL|DD|DATADOG|STATSD|JAEGER|ZIPKIN|FLUENT|NEW_RELIC)_|BIND|LISTEN|(?:^|_)URLS$/;
/** Names of what is asked, where the value alone does not say so. */
const ASKED =
	/_(?:HOSTS?|URLS?|URIS?|ENDPOINT|ADDR|ADDRESS|DSN|BROKERS?|SERVERS?|CONNECTION(?:_STRING)?|DOMAIN|ORIGINS?)$|^(?:DSN|URL|DOMAIN)$/;
const LISTENS =
	/^(?:SERVER|APP|HTTP|WEB|API|GRPC|METRICS|UVICORN|NITRO|VITE_DEV)_(?:HOST|ADDR|ADDRESS)$/;

function localIn(known: Known) {
	return known.values.flatMap((one) => {
		const { url } = one.value;
		if (url?.local !== true || BESIDE.test(one.name)) return [];
		const isBare = url.scheme === '';
		const isListening = LISTENS.test(one.name) || url.host.startsWith('0.0.0.0');
		if (isBare && (isListening || !ASKED.test(one.name))) return [];
		const web = /^https?$/.test(url.scheme);
		return [{ ...setAs(one, known), host: url.host, web, sure: web || inlined(one) }];
	});
}

function testKeysIn(known: Known) {
	return known.values
		.filter(({ value }) => value.sandbox !== '')
		.map((one) => {
			const { secret, sandbox } = one.value;
			return {
				...setAs(one, known),
				provider: sandbox,
				cause: secret === null ? `env/test-key/${sandbox}` : `secret/${secret.fingerprint}`,
			};
		});
}

function insecureIn(known: Known): readonly Set[] {
	return known.values
		.filter(({ name, value: { url } }) => {
			if (url?.scheme !== 'http' || !url.public) return false;
			return url.ours || isOwnUrlName(name);
		})
		.map((one) => setAs(one, known));
}

const ON = /^(?:true|1|yes|on|\*|debug)$/;
const NOT_PRODUCTION = /^(?:development|dev|local|test|testing|debug)$/;
const STAGED = /^(?:staging|stage|sandbox)$/;

/** A list of staging may say so. */
function debugIn(known: Known) {
	const isStaging = /stag|preview|uat|qa/i.test(known.found.production.asked);
	return known.values.flatMap((one) => {
		const { word, shape } = one.value;
		const mode = modeNameOf(one.name);
		if (mode === null) return [];
		const environment = mode === 'environment';
		const isOn = ON.test(word) || (one.name === 'DEBUG' && shape === 'text' && word === '');
		const isWrong = environment
			? NOT_PRODUCTION.test(word) || (STAGED.test(word) && !isStaging)
			: isOn;
		if (!isWrong) return [];
		return [{ ...setAs(one, known), word, environment, right: rightWord(one.name, environment) }];
	});
}

function rightWord(name: string, environment: boolean): string {
	if (!environment) return 'false';
	if (name === 'GIN_MODE') return 'release';
	if (name === 'MIX_ENV' || name === 'SYMFONY_ENV') return 'prod';
	return name.startsWith('ASPNETCORE_') || name.startsWith('DOTNET_') ? 'Production' : 'production';
}

const WEAK = {
	short: (length: number) => `has ${length} characters, and a signing key needs 32`,
	words: () => 'is made of words, which can be guessed',
	pattern: () => 'follows a pattern, which can be guessed',
} as const;

function weakIn(known: Known) {
	return known.values.flatMap((one) => {
		const { weak, length } = one.value;
		return weak === '' ? [] : [{ ...setAs(one, known), why: WEAK[weak](length) }];
	});
}

function sharedIn(known: Known) {
	const development = new Map(
		known.found.values
			.filter(({ stage, value }) => stage === 'development' && value.fingerprint !== '')
			.map((one) => [one.value.fingerprint, one]),
	);
	return known.values.flatMap((one) => {
		const same = development.get(one.value.fingerprint);
		if (same === undefined || !isServerSecret(one)) return [];
		const as = same.name === one.name ? '' : `${same.name} at `;
		return [
			{
				...setAs(one, known),
				other: `${as}${placed(same)}`,
				signing: isSigningName(one.name),
			},
		];
	});
}

/** Test keys are said already; what leads to this machine opens nothing. */
function isServerSecret({ name, publicBy, value }: SetValue): boolean {
	if (publicBy !== '' || value.sandbox !== '' || value.url?.local === true) return false;
	if (value.shape !== 'text' && value.shape !== 'url') return false;
	if (value.shape === 'url' && value.url?.credentials !== true) return false;
	const { secret } = value;
	if (secret !== null && (secret.tier === 'publishable' || secret.tier === 'identifier'))
		return false;
	return secret?.tier === 'server' || secrecyOf(name) === 'secret' || isSigningName(name);
}

function unlistedIn(wanted: readonly EnvVariable[], { production }: RepositoryEnv) {
	const { asked, unread, unlisted } = production;
	if (unread === '' && unlisted.length === 0) return null;
	const names = wanted.map(({ name }) => name);
	if (names.length === 0 && asked === '') return null;
	const why =
		unread === ''
			? asked === ''
				? 'What is set in production was not given'
				: `${asked} is not about all packages`
			: `The list of production could not be read (${unread})`;
	return {
		why,
		names: names.length === 0 ? ['no variable is required'] : names,
		folders: unlisted.filter((folder) => folder !== ''),
	};
}

function wantedFix(a: Wanted, summary: string, file: string, replaces: boolean): Fix {
	const all: readonly ToSet[] = [...new Map(a.all.map((one) => [one.name, one])).values()].map(
		(one) => ({
			...one,
			replaces,
			value: isSigningName(one.name) ? { by: 'generator' } : { by: 'hand' },
		}),
	);
	return setInProduction(summary, all, { hostings: a.hostings, file });
}

/** A manifest is mended where it stands; a list of values where the values are. */
function setFix(a: Set, summary: string, value: NewValue, ...steps: string[]): Fix {
	const shown = value.by === 'text' ? value.text : '…';
	const isFile = a.by === 'env file';
	const edit = `${placed(a)}: change it to ${a.name}=${shown}.`;
	const fix = setInProduction(
		summary,
		[{ name: a.name, inlined: a.inlined, replaces: true, value }],
		{ hostings: isFile ? a.hostings : [], file: isFile ? a.file : '' },
		...steps,
		...(isFile && a.hostings.length === 0 ? [] : [edit]),
	);
	if (isFile) return fix;
	return { ...fix, steps: [...steps, edit], snippets: [manifestLine(a.by, a.name, shown)] };
}
