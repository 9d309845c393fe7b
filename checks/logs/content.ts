import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	givenLog,
	groupBy,
	type Locus,
	type LogKind,
	type LogReading,
	logPlaces,
	minutes,
	type RepositoryLogs,
	repositoryLogs,
	type Severity,
	z,
} from '../../src/sdk.ts';
import { evidenceFor, type LogLeak, leakOf, scrub, sentence } from './_log-leak.ts';

/** People in one log from which on their data counts as a collection. */
const MANY_PEOPLE = 20;

const leak = {
	outcome: 'fail',
	says: sentence,
	evidence: evidenceFor,
	control:
		'Masked values, placeholders and field names without a value were left out; the samples show the lines without the values.',
} as const;
const publicRaises = {
	oneOf: ['blocker', 'high'],
	pick: (a: LogLeak): Severity => (a.isPublic ? 'blocker' : 'high'),
} as const;

export default defineCheck({
	id: 'logs/content',
	title: 'No log holds credentials, cards or personal data',
	rationale:
		'Logs are copied to collectors, backups and support tickets, and are read by people who may not ' +
		'see what customers typed.',
	references: [
		'CWE-532 (sensitive information in log files)',
		'CWE-209 (sensitive information in error messages)',
		'GDPR Art. 5(1)(c) (data minimisation)',
		'PCI DSS 3.5 (PAN is secured wherever it is stored)',
		'https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html',
	],
	reach: 'trust',
	layer: 'content',
	over: logPlaces,
	options: z.object({}),

	verdicts: {
		clean: {
			outcome: 'pass',
			says: (a: { logs: number; lines: number }) =>
				`Nothing that should not be logged in ${a.logs} ${a.logs === 1 ? 'log' : 'logs'} of ${a.lines} lines.`,
		},
		token: {
			...leak,
			severity: publicRaises,
			effort: minutes(60),
			impact:
				'Whoever reads the log, a collector of logs or a backup can act as the customer or the service that the token belongs to.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					'Stop logging the token, and replace those that were logged',
					a.rotate === ''
						? 'End the sessions whose tokens were logged, and let links and signed URLs expire now.'
						: `Replace the value where it was issued: ${a.rotate}`,
				),
			cause: (a: LogLeak) =>
				a.fingerprint === '' ? `logs/content/token/${a.kind}` : `secret/${a.fingerprint}`,
		},
		password: {
			...leak,
			severity: publicRaises,
			effort: minutes(60),
			impact:
				'Whoever reads the log can sign in with these passwords, here and wherever else their owners use them.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					'Stop logging passwords',
					'Send passwords in the body of a POST and never in a URL: proxies and browsers log those too.',
					'Let the owners of the logged passwords set new ones.',
				),
			cause: (a: LogLeak) =>
				a.fingerprint === '' ? 'logs/content/password' : `secret/${a.fingerprint}`,
		},
		'personal-data': {
			...leak,
			severity: { oneOf: ['high', 'later'], pick: (a: LogLeak): Severity => a.severity },
			effort: minutes(60),
			impact:
				'The log is a second store of personal data without the rights, the retention and the access control of the first; a leak of it must be reported.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					'Mask personal data where it is logged',
					'Log the id of the customer; where an address is needed, keep its domain or a keyed hash.',
					'Give logs a retention of days, not of years.',
				),
		},
		'payment-card': {
			...leak,
			severity: 'blocker',
			confidence: (a: LogLeak) => (a.published ? ('medium' as const) : ('high' as const)),
			control:
				'Check digit, issuer range and length hold, and nothing beside the number says that it is an id.',
			effort: minutes(120),
			impact:
				'Card numbers in clear text in a log break PCI DSS 3.5 and put every system that sees the log into its scope.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					a.published
						? 'Stop logging card numbers: these are published test numbers, and real ones take the same way'
						: 'Stop logging card numbers, and purge those that were logged',
					'Let the payment provider’s own fields take the card, so that its number never reaches your server; log at most the last four digits.',
					'Tell whoever answers for PCI DSS with you: stored numbers may have to be reported.',
				),
		},
		'request-bodies': {
			...leak,
			severity: 'later',
			confidence: 'medium',
			effort: minutes(30),
			impact:
				'Whole requests carry cookies, tokens and whatever customers type: the next field that is added is logged too.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					'Log chosen fields of a request instead of all of it',
					'Write method, path without query, status, duration and a request id.',
				),
		},
		'stack-with-source': {
			...leak,
			severity: 'later',
			confidence: 'medium',
			effort: minutes(20),
			impact:
				'An error report with the whole environment holds every secret that the process was given.',
			fix: (a: LogLeak) =>
				scrub(
					a,
					'Take the environment out of error reports',
					'Log the error and its stack; name single variables where they matter.',
				),
		},
	},

	needs: ({ subject: { root, file, name, named } }) => ({
		found:
			file === null
				? repositoryLogs({ root: root ?? '', named: [...named] })
				: givenLog({ file, name }),
	}),

	judge({ given: { found }, say }) {
		const said = found.logs
			.flatMap(leaksIn)
			.map(({ verdict, locus, told }) => at(locus, say(verdict, told)));
		const unread = found.logs.filter((log) => log.unread !== '');
		const gaps =
			unread.length + found.more === 0
				? []
				: [
						cannotSay(
							'unreadable',
							`${unread.length + found.more} of ${found.logs.length + found.more} logs were not read; see logs/files.`,
						),
					];
		if (said.length > 0 || gaps.length > 0) return [...said, ...gaps];
		const read = found.logs.filter(({ madeUp }) => !madeUp);
		if (read.length === 0)
			return doesNotApply('There is no log to read; give one with --log FILE.');
		return say('clean', {
			logs: read.length,
			lines: read.reduce((sum, { lines }) => sum + lines, 0),
		});
	},

	examples: (example) => [
		example('a quiet log', { found: logs(log({})) }, 'clean'),
		example('no log', { found: logs() }, 'not-applicable'),
		example('test data alone', { found: logs(log({ madeUp: true })) }, 'not-applicable'),
		example('a compressed one', { found: logs(log({ unread: 'compressed (gzip)' })) }, 'unknown'),
		example('a key', { found: logs(log({}, kind('token', 'Stripe secret keys', 1))) }, 'token'),
		example(
			'the same in a log that is tracked',
			{ found: logs(log({ committed: true }, kind('token', 'Stripe secret keys', 1))) },
			'token',
		),
		example(
			'session cookies',
			{ found: logs(log({}, { ...kind('token', 'session cookies', 3), fingerprint: '' })) },
			'token',
		),
		example(
			'passwords in a public folder',
			{ found: logs(log({ served: true }, kind('password', 'passwords', 2))) },
			'password',
		),
		example(
			'nineteen people',
			{ found: logs(log({}, kind('personal-data', 'e-mail addresses', 19))) },
			'personal-data',
		),
		example(
			'twenty people',
			{
				found: logs(
					log(
						{},
						kind('personal-data', 'e-mail addresses', 17),
						kind('personal-data', 'phone numbers', 3),
					),
				),
			},
			'personal-data',
		),
		example(
			'a card',
			{ found: logs(log({}, kind('payment-card', 'payment card numbers', 1))) },
			'payment-card',
		),
		example(
			'a published test card',
			{
				found: logs(
					log({}, { ...kind('payment-card', 'payment card numbers', 1), published: true }),
				),
			},
			'payment-card',
		),
		example(
			'whole requests',
			{ found: logs(log({}, kind('request-bodies', 'whole requests', 0))) },
			'request-bodies',
		),
		example(
			'an environment',
			{ found: logs(log({}, kind('stack-with-source', 'environments', 0))) },
			'stack-with-source',
		),
	],
});

type Verdict = LogKind['verdict'];

interface Said {
	readonly verdict: Verdict;
	readonly locus: Locus;
	readonly told: LogLeak;
}

function leaksIn(log: LogReading): readonly Said[] {
	// Addresses, phones and accounts of one log are one collection of people.
	const groups = groupBy(log.kinds, (one) =>
		one.verdict === 'personal-data' ? one.verdict : `${one.what}\0${one.fingerprint}`,
	);
	return [...groups.values()].map((kinds) => {
		const [{ verdict }] = kinds;
		const people = kinds.reduce((sum, { distinct }) => sum + distinct, 0);
		const severity: Severity = people >= MANY_PEOPLE ? 'high' : 'later';
		const told = { ...leakOf(log, kinds), severity };
		const name = verdict === 'personal-data' ? log.file : `${log.file} (${told.kind})`;
		const line = told.samples[0]?.line ?? 1;
		return { verdict, locus: { kind: 'file', name, file: log.file, line }, told };
	});
}

const logs = (...all: LogReading[]): RepositoryLogs => ({ logs: all, more: 0, files: 12 });

const log = (about: Partial<LogReading>, ...kinds: LogKind[]): LogReading => ({
	file: 'logs/app.log',
	bytes: 4_321,
	lines: 60,
	committed: false,
	served: false,
	madeUp: false,
	unread: '',
	kinds,
	...about,
});

const kind = (verdict: Verdict, what: string, distinct: number): LogKind => ({
	verdict,
	what,
	distinct,
	count: Math.max(1, distinct) + 1,
	fingerprint: verdict === 'token' ? '0011223344556677' : '',
	rotate: '',
	published: false,
	fields: ['password'],
	samples: [{ line: 4, text: 'POST /login password=[password]' }],
});
