import {
	at,
	cannotSay,
	defineCheck,
	deployedStarts,
	doesNotApply,
	type LocalState,
	minutes,
	type ProductionStart,
	type ProductionStarts,
	repositories,
	type Severity,
	type WrongPort,
	z,
} from '../../src/sdk.ts';
import { nameOnce } from './_name-once.ts';
import { keptElsewhere, productionCommand, reachable } from './_start-fix.ts';

type Development = Omit<ProductionStart, 'development'> & {
	development: NonNullable<ProductionStart['development']>;
};

const KEPT: Readonly<Record<LocalState['what'], string>> = {
	database: 'a SQLite database',
	uploads: 'uploaded files',
	sessions: 'sessions',
};

export default defineCheck({
	id: 'deploy/start',
	title: 'Production starts a production server, where requests arrive, and keeps its data',
	rationale:
		'A development server is slow, shows its source and falls over; a port that the platform does not know is a site that never answers; and a disk that is thrown away takes the customers’ data with it.',
	references: [
		'https://12factor.net/port-binding',
		'https://12factor.net/processes',
		'https://devcenter.heroku.com/articles/dynos#ephemeral-filesystem',
		'https://fly.io/docs/networking/app-services/',
		'https://cloud.google.com/run/docs/container-contract#port',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { starts: number; listening: number }) =>
				`${a.starts} production ${a.starts === 1 ? 'start' : 'starts'}, none of them a development server; ${a.listening} of the servers could be seen to listen where requests arrive, and no data is left on a disk that goes away.`,
		},
		'development-server': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(30),
			says: (a: Development) =>
				`${a.file}:${a.line} starts ${a.development.what} in production: ${a.command}${a.program === '' ? '' : `, which is ${a.program}${a.holder === null ? '' : ` in ${a.holder.file}:${a.holder.line}`}`}.`,
			impact:
				'Visitors get unoptimised pages, source code and stack traces; the server is built for one person, restarts when a file changes, and stops under load.',
			control: (a: Development) =>
				`The command is the one that ${a.by} runs; scripts were followed to the program.`,
			evidence: (a: Development) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.command },
				...(a.holder === null
					? []
					: [
							{
								kind: 'file',
								summary: `${a.holder.file}:${a.holder.line}`,
								detail: a.program || a.development.what,
							},
						]),
			],
			fix: (a: Development) => productionCommand(a, a.development),
		},
		'wrong-port': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(10),
			says: (a: WrongPort) =>
				`${a.file}:${a.line} listens ${whereItListens(a)} (${a.written}), but ${a.name} sends requests to ${a.expected === null ? 'the port in PORT' : `port ${a.expected}`} at the address of the container.`,
			impact:
				'No request reaches the server: the deploy is rolled back, or visitors get an error from the platform.',
			// A target port can be set in Railway's dashboard, which no file shows.
			confidence: (a: WrongPort) => (a.platform === 'railway' && !a.loopback ? 'medium' : 'high'),
			control: (a: WrongPort) =>
				`Only literal values count, in code that ${a.manifest.file} is seen to start; no other server of it listens where requests arrive.`,
			evidence: (a: WrongPort) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.written },
				{ kind: 'file', summary: `${a.manifest.file}:${a.manifest.line}`, detail: a.name },
			],
			fix: reachable,
		},
		'local-state': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: LocalState): Severity => (a.what === 'sessions' ? 'high' : 'blocker'),
			},
			effort: minutes(120),
			says: (a: LocalState) =>
				`${a.file}:${a.line} keeps ${KEPT[a.what]}${a.path === '' ? '' : ` at ${a.path}`} (${a.by}) on the disk of ${a.name}, which is empty again after every deploy and restart: ${a.manifest.file} declares no volume for it.`,
			impact: (a: LocalState) =>
				a.what === 'sessions'
					? 'Everybody is signed out at every deploy, and at random where there are two instances.'
					: 'What customers gave since the last deploy is gone, without an error and without a copy.',
			control: 'Folders for caches and temporary files do not count.',
			evidence: (a: LocalState) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: `${a.by} ${a.path}`.trim() },
				{ kind: 'file', summary: `${a.manifest.file}:${a.manifest.line}`, detail: a.name },
			],
			fix: keptElsewhere,
		},
	},

	needs: ({ subject: { root } }) => ({ found: deployedStarts({ root }) }),

	judge({ given: { found }, say }) {
		const { starts, wrongPorts, state, managed, unread, listening } = found;
		const named = nameOnce();
		const placed = (one: { file: string; line: number }) => ({
			kind: 'file' as const,
			name: named('', one.file),
			file: one.file,
			line: one.line,
		});
		const failed = [
			...starts.flatMap(({ development, ...start }) =>
				development === null
					? []
					: [at(placed(start), say('development-server', { ...start, development }))],
			),
			...wrongPorts.map((one) => at(placed(one), say('wrong-port', one))),
			...state
				.filter(({ disk }) => disk === 'lost')
				.map((one) => at(placed(one), say('local-state', one))),
		];
		const open = state.find(({ disk }) => disk === 'unknown');
		const gaps = [
			...(open === undefined
				? []
				: [
						cannotSay(
							'inconclusive',
							`${open.file}:${open.line} keeps ${KEPT[open.what]} on the disk of ${open.name}; whether a volume is attached shows in its dashboard alone.`,
							'blocker',
						),
					]),
			...(unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`)]),
		];
		if (failed.length + gaps.length > 0) return [...failed, ...gaps];
		if (starts.length === 0) {
			return doesNotApply(
				managed.length > 0
					? `${managed.join(' and ')} starts the product itself.`
					: 'No image or manifest in the repository says how production starts.',
			);
		}
		return say('sound', { starts: starts.length, listening });
	},

	examples: (example) => [
		example('a production server', { found: starting() }, 'sound'),
		example('nothing that starts', { found: starting({ starts: [] }) }, 'not-applicable'),
		example(
			'a platform that starts it',
			{ found: starting({ starts: [], managed: ['Vercel'] }) },
			'not-applicable',
		),
		example(
			'a file that cannot be read',
			{ found: starting({ unread: ['Procfile: permission denied'] }) },
			'unknown',
		),
		example(
			'a development server',
			{ found: starting({ starts: [{ ...START, ...DEVELOPMENT }] }) },
			'development-server',
		),
		...(['Procfile', 'Dockerfile', 'package.json', 'fly.toml', 'render.yaml'] as const).map(
			(file) =>
				example(
					`one in ${file}`,
					{
						found: starting({
							starts: [{ ...START, ...DEVELOPMENT, file, program: '', holder: null }],
						}),
					},
					'development-server',
				),
		),
		example('a fixed port', { found: starting({ wrongPorts: [PORT] }) }, 'wrong-port'),
		example(
			'an address that nobody reaches',
			{ found: starting({ wrongPorts: [{ ...PORT, port: null, loopback: true }] }) },
			'wrong-port',
		),
		...(['railway', 'fly', 'cloud-run'] as const).map((platform) =>
			example(
				`another port on ${platform}`,
				{ found: starting({ wrongPorts: [{ ...PORT, platform, expected: 8080 }] }) },
				'wrong-port',
			),
		),
		...(['database', 'uploads', 'sessions'] as const).flatMap((what) =>
			(['heroku', 'fly', 'render', 'compose', 'vercel'] as const).map((platform) =>
				example(
					`${what} on the disk of ${platform}`,
					{ found: starting({ state: [{ ...STATE, what, platform }] }) },
					'local-state',
				),
			),
		),
		example(
			'a disk that may stay',
			{ found: starting({ state: [{ ...STATE, disk: 'unknown', platform: 'railway' }] }) },
			'unknown',
		),
	],
});

function whereItListens({ port, loopback, expected }: WrongPort): string {
	const fixed =
		port === null ? '' : `at port ${port}${expected === null ? ', whatever PORT says' : ''}`;
	if (!loopback) return fixed;
	return `${fixed === '' ? '' : `${fixed}, `}on the loopback address alone`;
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

const START: ProductionStart = {
	file: 'Procfile',
	line: 1,
	command: 'npm start',
	program: 'node server.js',
	holder: { file: 'package.json', line: 6 },
	by: 'Heroku',
	development: null,
};
const DEVELOPMENT = {
	command: 'npm run dev',
	program: 'next dev',
	development: {
		what: 'the Next.js development server',
		instead: 'next start',
		build: 'next build',
	},
};
const PORT: WrongPort = {
	file: 'server.js',
	line: 12,
	written: 'app.listen(3000)',
	port: 3000,
	loopback: false,
	platform: 'heroku',
	name: 'Heroku',
	manifest: { file: 'Procfile', line: 1 },
	expected: null,
	instead: "app.listen(Number(process.env.PORT) || 3000, '0.0.0.0')",
};
const STATE: LocalState = {
	file: 'src/db.js',
	line: 3,
	what: 'database',
	by: 'SQLite',
	path: 'app.db',
	platform: 'heroku',
	name: 'Heroku',
	manifest: { file: 'Procfile', line: 1 },
	disk: 'lost',
};

const starting = (about: Partial<ProductionStarts> = {}): ProductionStarts => ({
	starts: [START],
	wrongPorts: [],
	listening: 1,
	state: [],
	managed: [],
	unread: [],
	...about,
});
