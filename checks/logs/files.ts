import {
	at,
	cannotSay,
	commands,
	defineCheck,
	doesNotApply,
	givenLog,
	type LogReading,
	logPlaces,
	minutes,
	type RepositoryLogs,
	repositoryLogs,
	z,
} from '../../src/sdk.ts';

/** Files named in one sentence. */
const MOST_NAMED = 5;

export default defineCheck({
	id: 'logs/files',
	title: 'Logs are kept out of git, and can be read',
	rationale:
		'A tracked log goes to every clone and stays in the history; a log that cannot be read has not been checked.',
	references: [
		'CWE-532 (sensitive information in log files)',
		'https://git-scm.com/docs/gitignore',
	],
	reach: 'upkeep',
	layer: 'content',
	over: logPlaces,
	options: z.object({}),

	verdicts: {
		kept: {
			outcome: 'pass',
			says: (a: { logs: number }) =>
				a.logs === 0 ? 'No log is tracked.' : `${a.logs} logs were read; none is tracked.`,
		},
		committed: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(5),
			says: (a: { file: string; bytes: number }) =>
				`${a.file} (${a.bytes} bytes) is a log and is tracked by git.`,
			impact:
				'What it holds now and what it will hold goes to everybody with a clone, and stays in the history.',
			fix: (a: { file: string }) =>
				commands(
					'Take the log out of git and ignore logs',
					[
						`git rm --cached -- ${/^[\w./-]+$/.test(a.file) ? a.file : 'PATH/app.log'}`,
						"printf '\\n%s\\n' '*.log' >> .gitignore",
						'git commit -m "Keep logs out of git" .gitignore',
					],
					'If it holds anything that should not be logged (see logs/content), replace that first: the history keeps it.',
				),
			reproduce: "git ls-files -- '*.log'",
		},
		unreadable: {
			outcome: 'unknown',
			reason: 'unreadable',
			says: (a: { count: number; files: string }) =>
				`${a.count} ${a.count === 1 ? 'log was' : 'logs were'} not read: ${a.files}. Unpack it, or give it with --log FILE, which reads any size.`,
		},
	},

	needs: ({ subject: { root, file, name, named } }) => ({
		found:
			file === null
				? repositoryLogs({ root: root ?? '', named: [...named] })
				: givenLog({ file, name }),
	}),

	judge({ given: { found }, say }) {
		if (found.files === 0) return doesNotApply('The repository has no files.');
		const tracked = found.logs
			.filter(({ committed, madeUp }) => committed && !madeUp)
			.map(({ file, bytes }) =>
				at({ kind: 'file', name: file, file }, say('committed', { file, bytes })),
			);
		const unread = found.logs.filter((log) => log.unread !== '');
		const gaps =
			unread.length === 0
				? []
				: [say('unreadable', { count: unread.length, files: named(unread) })];
		const more =
			found.more === 0 ? [] : [cannotSay('budget', `${found.more} further logs were not read.`)];
		const said = [...tracked, ...gaps, ...more];
		return said.length > 0 ? said : say('kept', { logs: found.logs.length });
	},

	examples: (example) => [
		example('no log', { found: logs() }, 'kept'),
		example('an ignored log', { found: logs(log({})) }, 'kept'),
		example('a tracked log', { found: logs(log({ committed: true })) }, 'committed'),
		example(
			'a tracked log of a test',
			{ found: logs(log({ committed: true, madeUp: true })) },
			'kept',
		),
		example(
			'a compressed log',
			{ found: logs(log({ unread: 'compressed (gzip)' })) },
			'unreadable',
		),
		example('more logs than are read', { found: { ...logs(log({})), more: 1 } }, 'unknown'),
		example('an empty repository', { found: { ...logs(), files: 0 } }, 'not-applicable'),
	],
});

function named(unread: readonly LogReading[]): string {
	const shown = unread.slice(0, MOST_NAMED).map(({ file, unread: why }) => `${file} (${why})`);
	const rest = unread.length - shown.length;
	return `${shown.join(', ')}${rest > 0 ? `, ${rest} more` : ''}`;
}

const logs = (...all: LogReading[]): RepositoryLogs => ({ logs: all, more: 0, files: 12 });

const log = (about: Partial<LogReading>): LogReading => ({
	file: 'logs/app.log',
	bytes: 4_321,
	lines: 60,
	committed: false,
	served: false,
	madeUp: false,
	unread: '',
	kinds: [],
	...about,
});
