import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fix,
	type Logging,
	type LoggingFinding,
	minutes,
	repositories,
	repositoryLogging,
	type Snippet,
	z,
} from '../../src/sdk.ts';

type Place = { file: string; line: number; what: string; by: string; sure: boolean };

const place = {
	outcome: 'fail',
	confidence: (a: Place) => (a.sure ? ('high' as const) : ('medium' as const)),
	evidence: (a: Place) => [
		{ kind: 'file', summary: `${a.file}:${a.line}`, detail: `${a.by}(${a.what})` },
	],
} as const;
const inCode = {
	...place,
	effort: minutes(15),
	control:
		'Tests, scripts that are run by hand, branches for development only, masked values and lengths were left out.',
} as const;

export default defineCheck({
	id: 'logs/code',
	title: 'The code hands no secrets to its logs',
	rationale:
		'What the code logs in production is copied to collectors, dashboards and tickets within seconds, and stays there.',
	references: [
		'CWE-532 (sensitive information in log files)',
		'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html',
		'https://getpino.io/#/docs/redaction',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		careful: {
			outcome: 'pass',
			says: (a: { files: number; logging: number }) =>
				`No secret is logged by ${a.files} files of code, ${a.logging} of which write logs.`,
		},
		'logs-secret': {
			...inCode,
			severity: 'high',
			says: (a: Place) => `${a.file}:${a.line} writes ${a.what} into a log with ${a.by}.`,
			impact:
				'Whoever reads the logs, the service that collects them or a backup of either can use the value.',
			fix: (a: Place) =>
				changing(
					`Take ${a.what} out of the call`,
					`${a.by}({ hasValue: Boolean(${simple(a.what)}) }, 'what happened');`,
					'Log that there is a value, or an id of it, and never the value or a part of it.',
					'Replace the value if this has run where logs are kept.',
				),
		},
		'logs-environment': {
			...inCode,
			severity: 'high',
			says: (a: Place) => `${a.file}:${a.line} writes all of ${a.what} into a log with ${a.by}.`,
			impact: 'One line of the log holds every secret that the process was given.',
			fix: (a: Place) =>
				changing(
					'Log the single settings that help',
					`${a.by}({ nodeEnv: process.env.NODE_ENV, port: process.env.PORT }, 'starting');`,
					'If this has run in production, treat every variable of the process as known and replace the secrets.',
				),
		},
		'logs-request': {
			...inCode,
			severity: 'high',
			says: (a: Place) =>
				`${a.file}:${a.line} writes whole ${a.what} into a log with ${a.by}, where people sign in or pay.`,
			impact:
				'Passwords, card data, session cookies and bearer tokens of customers are written into the log as they come in.',
			fix: (a: Place) =>
				changing(
					'Pick the fields that are logged',
					`${a.by}({ method: req.method, path: req.path, requestId: req.id }, 'request');`,
					'Delete the logs that hold whole requests, and end the sessions whose cookies or tokens are in them.',
				),
		},
		'no-redaction': {
			...place,
			severity: 'later',
			effort: minutes(15),
			says: (a: Place) =>
				`${a.file}:${a.line} makes a logger with ${a.what} and names nothing to redact.`,
			impact:
				'The first object that is logged with a password or a token in it is written as it is.',
			fix: changing(
				'Name the paths that the logger must not write',
				"const logger = pino({\n\tredact: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token'],\n});",
				'winston takes a format that removes them; bunyan takes serializers.',
			),
		},
		'query-logging': {
			...place,
			severity: 'later',
			effort: minutes(10),
			says: (a: Place) =>
				`${a.file}:${a.line} logs every query, with what customers typed in it, in production too (${a.what}).`,
			impact:
				'Addresses, password hashes and whatever else is stored passes through the log; at launch load the log costs more than the queries.',
			fix: changing(
				'Log queries in development only',
				"log: process.env.NODE_ENV === 'production' ? ['warn', 'error'] : ['query', 'warn', 'error'],",
			),
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryLogging({ root }) }),

	judge({ given: { found }, say }) {
		const seen = new Map<string, number>();
		const said = found.findings.map(({ verdict, ...told }) => {
			// Several in one line are told apart by what is logged.
			const key = `${verdict}\0${told.file}:${told.what}`;
			const before = seen.get(key) ?? 0;
			seen.set(key, before + 1);
			const name = `${told.file} ${told.what}${before === 0 ? '' : `#${before + 1}`}`;
			const locus = { kind: 'file' as const, name, file: told.file, line: told.line };
			return at(locus, say(verdict, told));
		});
		const gaps =
			found.unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${found.unread.slice(0, 5).join('; ')}`)];
		if (said.length > 0 || gaps.length > 0) return [...said, ...gaps];
		if (found.files === 0) return doesNotApply('There is no code in a language that is read here.');
		return say('careful', { files: found.files, logging: found.logging });
	},

	examples: (example) => [
		example('nothing logged', { found: code() }, 'careful'),
		example('no code', { found: { ...code(), files: 0 } }, 'not-applicable'),
		example(
			'a file that cannot be read',
			{ found: { ...code(), unread: ['a.ts: permission denied'] } },
			'unknown',
		),
		example('a token', { found: code(one('logs-secret', 'user.accessToken')) }, 'logs-secret'),
		example(
			'the environment',
			{ found: code(one('logs-environment', 'process.env')) },
			'logs-environment',
		),
		example('a body', { found: code(one('logs-request', 'req.body')) }, 'logs-request'),
		example('a plain logger', { found: code(one('no-redaction', 'pino()')) }, 'no-redaction'),
		example(
			'a talking ORM',
			{ found: code(one('query-logging', 'PrismaClient({ log })')) },
			'query-logging',
		),
	],
});

function changing(summary: string, line: string, ...steps: string[]): Fix {
	const snippets: readonly Snippet[] = [{ platform: 'any', language: 'javascript', text: line }];
	return { summary, steps, snippets };
}

/** Names come from the repository: only what is one is repeated in code. */
const simple = (name: string): string => (/^[\w.]{1,80}$/.test(name) ? name : 'value');

const code = (...findings: LoggingFinding[]): Logging => ({
	files: 12,
	logging: 3,
	unread: [],
	findings,
});

const one = (verdict: LoggingFinding['verdict'], what: string): LoggingFinding => ({
	verdict,
	file: 'src/login.ts',
	line: 7,
	what,
	by: 'console.log',
	sure: true,
});
