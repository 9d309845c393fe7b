import {
	at,
	type BuildSecrets,
	buildSecrets,
	cannotSay,
	defineCheck,
	doesNotApply,
	type FoundSecret,
	minutes,
	repositories,
	type Severity,
	z,
} from '../../src/sdk-repository.ts';
import { evidenceFor, whereTo } from './_leak.ts';
import {
	furtherPlaces,
	lookFor,
	type OutputLeak,
	outputLeak,
	placeNames,
	placeOfLeak,
	remarksOf,
	settingOf,
	severityOfTwin,
	throughServer,
	twinOf,
} from './_output.ts';
import { severityOf } from './_severity.ts';

type Environment = {
	readonly file: string;
	readonly line: number;
	readonly names: readonly string[];
	readonly count: number;
	readonly source: string | null;
};

/** What every leak has in common. */
const built = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'high', 'later', 'info'],
		pick: (a: OutputLeak): Severity => a.severity,
	},
	confidence: (a: OutputLeak) => a.confidence,
	control: (a: OutputLeak) => a.control,
	reproduce: lookFor,
	evidence: evidenceFor,
	cause: (a: OutputLeak) => `secret/${a.fingerprint}`,
} as const;

const VITE = [
	'// vite.config.ts: single names, and only such as browsers may have',
	'export default defineConfig({',
	"	define: { 'import.meta.env.VITE_API_URL': JSON.stringify(process.env.API_URL) },",
	'});',
].join('\n');

const NEXTJS = [
	'// next.config.ts: no env: { … } with secrets; read them at run time in server code',
	"import 'server-only'; // first line of every module that reads one: the build fails in a client component",
].join('\n');

const REBUILD =
	'Delete the old output, build again, and run this check on the new one before it is deployed.';

export default defineCheck({
	id: 'secrets/build-output',
	title: 'The build holds no secret',
	rationale:
		'Bundlers write values into files: a public prefix on the wrong name, a define, or the import of a ' +
		'server module is enough. What is in the client part is public from the next deploy on.',
	references: [
		'CWE-540 (sensitive information in source code)',
		'Vite documentation: Env variables and modes',
		'Next.js documentation: Environment variables',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { client: number; server: number; folders: readonly string[] }) =>
				`No secret in what was built: ${count(a.client, 'file')} for browsers and ${count(a.server, 'file')} for the server (${a.folders.join(', ')}).`,
		},
		'server-secret': {
			...built,
			says: (a: OutputLeak) =>
				`${a.name}${a.shown} is in ${placeOfLeak(a)}${furtherPlaces(a)}, which browsers download.${remarksOf(a)}`,
			effort: minutes(90),
			impact: (a: OutputLeak) =>
				`From the deploy of this build on everybody can copy it: it grants money, data, mail or infrastructure at ${a.provider}.`,
			fix: (a: OutputLeak) => ({
				summary: `Keep the ${a.name} out of client code, build again, and replace it if this build was ever deployed`,
				steps: [
					`Find what imports it into the client: the module that reads ${a.variable} belongs on the server; mark it so (import 'server-only', a file under $lib/server, .server.ts).`,
					'Call the provider from a route of your own.',
					REBUILD,
					`If a build with it was deployed, create a new ${a.name} and revoke this one${whereTo(a.rotate)}`,
				],
				snippets: [...throughServer(a.variable), ...settingOf(a.variable)],
			}),
		},
		'env-value': {
			...built,
			says: (a: OutputLeak) =>
				`The value of ${a.twin?.variable ?? a.variable} (${a.twin?.file ?? ''}:${a.twin?.line ?? 1}) is in ${placeOfLeak(a)}${furtherPlaces(a)}, which browsers download.${remarksOf(a)}`,
			confidence: 'high',
			control: 'The value itself was looked for, whole; names with a public prefix were left out.',
			effort: minutes(60),
			impact: (a: OutputLeak) =>
				a.severity === 'later'
					? 'It opens a sandbox only, but the live value goes the same way.'
					: 'A variable without a public prefix is meant for the server; from the deploy of this build on everybody has its value.',
			fix: (a: OutputLeak) => ({
				summary: `Take ${a.twin?.variable ?? a.variable} out of the bundle: remove the prefix or the define that carries it there`,
				steps: [
					`Search the build configuration for ${a.twin?.variable ?? a.variable} (define, DefinePlugin, env in next.config, a public prefix on a copy of it) and take it out; let the browser call a route of your own.`,
					'If it is made for browsers, give it a public prefix, which says so.',
					REBUILD,
					`If a build with it was deployed, replace the value where it was issued${whereTo(a.rotate)}`,
				],
				snippets: [
					{ platform: 'any', language: 'javascript', text: VITE },
					{ platform: 'nextjs', language: 'javascript', text: NEXTJS },
				],
			}),
		},
		'env-object': {
			outcome: 'fail',
			severity: 'blocker',
			says: (a: Environment) =>
				`${a.file}:${a.line}, which browsers download, holds ${a.source === null ? 'the whole environment of the machine that built it' : `all of ${a.source}`}: ${a.count} variables (${a.names.join(', ')}${a.count > a.names.length ? ', …' : ''}).`,
			effort: minutes(60),
			impact:
				'Every key that the build had is public with the next deploy: those of the deploy itself, of CI and of the registry too.',
			fix: (a: Environment) => ({
				summary: 'Define single names instead of the whole environment',
				steps: [
					"Take 'process.env': process.env (or the object from loadEnv or dotenv) out of define, and name the variables that the client needs, one by one.",
					REBUILD,
					a.source === null
						? 'If a build with it was deployed, replace every secret that the machine had in its environment.'
						: `If a build with it was deployed, replace every value of ${a.source}.`,
				],
				snippets: [{ platform: 'any', language: 'javascript', text: VITE }],
			}),
			control: (a: Environment) =>
				a.source === null
					? 'Counted only where five or more variables that systems and package managers set stand in one object with values.'
					: 'Counted only where at least three variables, and four in five of the file, stand in one object with the values of the file.',
			reproduce:
				'grep -rlE \'npm_lifecycle_event|"?PATH"?:"\' dist build out .next/static 2>/dev/null',
			evidence: (a: Environment) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.names.join(', ') },
			],
		},
		'server-part': {
			...built,
			says: (a: OutputLeak) =>
				`${a.name}${a.shown}${a.twin === null ? '' : `, the value of ${a.twin.variable},`} is baked into ${placeOfLeak(a)}${furtherPlaces(a)}, the server's part of the build.${remarksOf(a)}`,
			effort: minutes(45),
			impact:
				'Whoever gets the image, the artefact or a layer of it has the value, and a rotation needs a new build.',
			fix: (a: OutputLeak) => ({
				summary: `Read ${a.twin?.variable || a.variable} at run time instead of at build time`,
				steps: [
					`Give the platform ${a.twin?.variable || a.variable} as a run-time variable or secret, and read process.env.${a.twin?.variable || a.variable} when the server starts; take it out of define, env in next.config and build arguments.`,
					'Leave .env files out of the image: they are copied with the build otherwise.',
					REBUILD,
					`If an image or artefact with it was pushed anywhere, create a new value${whereTo(a.rotate)}`,
				],
				snippets: [
					{
						platform: 'any',
						language: 'text',
						text: '# .dockerignore\n.env\n.env.*\n!.env.example',
					},
					...settingOf(a.twin?.variable || a.variable),
				],
			}),
		},
	},

	needs: ({ subject }) => ({ found: buildSecrets({ root: subject.root }) }),

	judge({ given: { found }, now, say }) {
		const { client, server, environments } = found;
		if (client.files + server.files === 0 && found.unread.length === 0) {
			return doesNotApply(
				'There is no build in the repository: build it first to have its output judged.',
			);
		}
		const nameOf = placeNames();
		const placed = (verdict: string, { file, line }: { file: string; line: number }) =>
			({
				kind: 'file',
				name: nameOf(verdict, file),
				file: file.replace(/ \(.*$/, ''),
				line,
			}) as const;
		const told = (secret: FoundSecret, severity: Severity) =>
			outputLeak(secret, { host: '', severity, twin: twinOf(secret), now });
		const published = client.secrets.flatMap((secret) => {
			const own = secret.tier === 'server' ? severityOf(secret, now) : null;
			const env = secret.equals === undefined ? null : severityOfEnv(secret, now);
			return [
				...(own === null ? [] : [saidOf('server-secret', told(secret, own))]),
				...(env === null ? [] : [saidOf('env-value', told(secret, env))]),
			];
		});
		const baked = server.secrets
			.filter(({ tier, equals }) => tier === 'server' || equals !== undefined)
			.flatMap((secret) => {
				const severity = severityInServer(secret, now);
				return severity === null ? [] : [saidOf('server-part', told(secret, severity))];
			});
		const all = [
			...environments.map((one) => at(placed('env-object', one), say('env-object', one))),
			...[...published, ...baked].map(([verdict, leak]) =>
				at(placed(verdict, leak), say(verdict, leak)),
			),
		];
		const gaps = [
			...(found.unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${found.unread.slice(0, 5).join('; ')}`)]),
			...(found.truncated
				? [cannotSay('budget', 'There is more output than the limits allow.')]
				: []),
		];
		if (all.length > 0 || gaps.length > 0) return [...all, ...gaps];
		const folders = [...client.folders, ...server.folders].slice(0, 4);
		return say('none', { client: client.files, server: server.files, folders });
	},

	examples: (example) => {
		const equals = { variable: 'STRIPE_SECRET_KEY', file: '.env', line: 3 };
		const generic = { tier: 'generic', kind: 'generic' } as const;
		return [
			example('nothing in it', { found: build() }, 'none'),
			example(
				'no build',
				{ found: { ...build(), client: part(), server: part() } },
				'not-applicable',
			),
			example('a live key for browsers', { found: build(secret({})) }, 'server-secret'),
			example(
				'a restricted key is for the tree to tell',
				{ found: build(secret({ tier: 'restricted', kind: 'restricted-key' })) },
				'none',
			),
			example(
				'a key that is made for browsers',
				{ found: build(secret({ tier: 'publishable', kind: 'publishable' })) },
				'none',
			),
			example(
				'the value of a variable',
				{ found: build(secret({ ...generic, equals })) },
				'env-value',
			),
			example(
				'the value of a sandbox variable',
				{ found: build(secret({ tier: 'test', kind: 'test-key', equals })) },
				'env-value',
			),
			example('no variable has it', { found: build(secret(generic)) }, 'none'),
			example(
				'a whole environment',
				{
					found: {
						...build(),
						environments: [
							{
								file: 'dist/assets/a.js',
								line: 1,
								names: ['PATH', 'HOME', 'SHELL', 'USER', 'NPM_TOKEN'],
								count: 40,
								source: null,
							},
						],
					},
				},
				'env-object',
			),
			example(
				'all of an env file',
				{
					found: {
						...build(),
						environments: [
							{ file: 'dist/a.js', line: 1, names: ['A_KEY', 'B', 'C'], count: 3, source: '.env' },
						],
					},
				},
				'env-object',
			),
			example(
				'a live key in the server’s part',
				{ found: { ...build(), server: part(secret({})) } },
				'server-part',
			),
			example(
				'the value of a variable there',
				{ found: { ...build(), server: part(secret({ ...generic, equals })) } },
				'server-part',
			),
			example(
				'a token of no provider there',
				{ found: { ...build(), server: part(secret(generic)) } },
				'none',
			),
			example(
				'a file that cannot be read',
				{ found: { ...build(), unread: ['dist/a.js: permission denied'] } },
				'unknown',
			),
			example('more than the limits', { found: { ...build(), truncated: true } }, 'unknown'),
		];
	},
});

type Said = 'server-secret' | 'env-value' | 'server-part';

const saidOf = (verdict: Said, leak: OutputLeak) => [verdict, leak] as const;

/** A name says that it is secret, where nothing else does: one step less than a known key. */
function severityOfEnv(secret: FoundSecret, now: Date): Severity {
	const whole = severityOfTwin(secret, now);
	return whole === 'blocker' && secret.tier === 'generic' ? 'high' : whole;
}

/** Not public, so one step less than in the client's part. */
function severityInServer(secret: FoundSecret, now: Date): Severity | null {
	const whole = secret.equals === undefined ? severityOf(secret, now) : severityOfTwin(secret, now);
	return whole === 'blocker' ? 'high' : whole;
}

const count = (number: number, noun: string): string =>
	`${number} ${noun}${number === 1 ? '' : 's'}`;

function part(...secrets: FoundSecret[]): BuildSecrets['client'] {
	const files = secrets.length;
	return { folders: files === 0 ? [] : ['.next/server'], files, bytes: 100 * files, secrets };
}

function build(...secrets: FoundSecret[]): BuildSecrets {
	return {
		client: { folders: ['dist'], files: 12, bytes: 345_678, secrets },
		server: part(),
		environments: [],
		unread: [],
		truncated: false,
	};
}

function secret(about: Partial<FoundSecret>): FoundSecret {
	return {
		rule: 'stripe-secret-key',
		provider: 'Stripe',
		what: 'secret key',
		tier: 'server',
		kind: 'server-secret',
		confidence: 'high',
		state: 'none',
		expiresAt: null,
		local: false,
		encrypted: false,
		published: false,
		paired: false,
		encoded: null,
		preview: 'sk_l',
		length: 32,
		fingerprint: '0011223344556677',
		variable: '',
		inProduction: false,
		places: [{ file: 'dist/assets/app.js', line: 1, place: 'client', text: '[redacted]' }],
		placesInAll: 1,
		rotate: 'https://dashboard.stripe.com/apikeys',
		anchor: 'sk_live_',
		...about,
	};
}
