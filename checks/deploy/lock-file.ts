import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	type LockState,
	type Manager,
	minutes,
	repositories,
	repositoryLocks,
	z,
} from '../../src/sdk.ts';
import { commitLock, freeze, frozenFor, keepOne, makeLock, renewLock } from './_lock-fix.ts';

type Missing = LockState['missing'][number];
type NotCommitted = LockState['notCommitted'][number];
type Several = LockState['several'][number];
type OutOfDate = LockState['outOfDate'][number];
type NotFrozen = LockState['notFrozen'][number];

const files = (names: readonly string[]): string =>
	names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const some = (names: readonly string[], most: number): string =>
	names.length <= most
		? files(names)
		: `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
const toolOf = (manager: Manager): string => (manager === 'go' ? 'Go modules' : manager);

function differenceOf({ name, wanted, locked }: OutOfDate['differences'][number]): string {
	if (name === 'content-hash')
		return 'what composer.json asks for has changed since it was written';
	if (wanted === '') return `it still holds ${name}, which nothing asks for any more`;
	const asked =
		wanted.startsWith('workspace ') || wanted === 'this project'
			? `${name} (${wanted})`
			: `${name} ${wanted}`;
	return locked === ''
		? `it lacks ${asked.trim()}`
		: `it has ${name} ${locked} where ${wanted} is asked for`;
}

function staleness({ why, differences, count }: OutOfDate): string {
	if (why === 'conflict') return 'holds the markers of a merge conflict';
	if (why === 'unreadable') return 'cannot be read as a lock file';
	const [first] = differences;
	const more = count > 1 ? `; ${count - 1} more ${count === 2 ? 'difference' : 'differences'}` : '';
	return `does not match its manifest: ${first === undefined ? '' : differenceOf(first)}${more}`;
}

export default defineCheck({
	id: 'deploy/lock-file',
	title: 'A deploy installs the versions that were tested',
	rationale:
		'Without a lock that is committed, current and kept to, every build may take other versions than the one before: what goes live was never tested, and a build that worked yesterday fails on launch day.',
	references: [
		'https://docs.npmjs.com/cli/commands/npm-ci',
		'https://docs.npmjs.com/cli/configuring-npm/package-lock-json',
		'https://pnpm.io/cli/install#--frozen-lockfile',
		'https://yarnpkg.com/cli/install',
		'https://bun.com/docs/pm/cli/install',
		'https://docs.astral.sh/uv/concepts/projects/sync/',
		'https://getcomposer.org/doc/03-cli.md#validate',
		'https://doc.rust-lang.org/cargo/commands/cargo-build.html#manifest-options',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { locks: string[] }) =>
				a.locks.length === 1
					? `${files(a.locks)} is committed and matches its manifest.`
					: `${some(a.locks, 5)} are committed and match their manifests.`,
		},
		missing: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(20),
			says: (a: Missing) =>
				a.manager === 'pip'
					? `${a.file} names no exact versions (${some(a.wanted, 3)}), and nothing else locks them.`
					: `${a.file} has dependencies (${some(a.wanted, 3)}), and no lock file of ${toolOf(a.manager)} beside it.`,
			impact:
				'Each build takes the newest versions of that minute. A bad release of any dependency goes live untested, and a rollback installs other code than before.',
			control: 'Only what is deployed is judged; packages that others install need no lock.',
			fix: makeLock,
			evidence: (a: Missing) => [{ kind: 'file', summary: a.file, detail: a.wanted.join('\n') }],
			cause: (a: Missing) => `deploy/lock-file/${a.folder}/${a.manager}`,
		},
		'not-committed': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: NotCommitted) =>
				a.ignoredBy === ''
					? `${a.file} is not committed.`
					: `${a.file} is kept out of git by ${a.ignoredBy}.`,
			impact:
				'The lock exists on one machine at most. CI and the deploy resolve versions anew each time, and npm ci and its like fail for want of a lock.',
			fix: commitLock,
			reproduce: (a: NotCommitted) =>
				/^[\w@./+-]+$/.test(a.file)
					? `git ls-files --error-unmatch -- ${a.file}`
					: 'git status --ignored',
			evidence: (a: NotCommitted) => [
				{
					kind: 'file',
					summary: a.file,
					detail: a.ignoredBy === '' ? 'untracked' : `ignored by ${a.ignoredBy}`,
				},
			],
			cause: (a: NotCommitted) => `deploy/lock-file/${a.folder}/${a.manager}`,
		},
		several: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: Several) =>
				`${files(a.locks)} lie side by side, and nothing says whether ${a.managers.join(' or ')} installs.`,
			impact:
				'A platform picks one by its own rule, the team updates the other: what runs is not what was tested.',
			fix: keepOne,
			evidence: (a: Several) => [
				{ kind: 'file', summary: a.locks[0] ?? '', detail: a.locks.join('\n') },
			],
		},
		'out-of-date': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(15),
			says: (a: OutOfDate) => `${a.file} ${staleness(a)}.`,
			impact: (a: OutOfDate) =>
				a.isUnnoticed
					? 'Yarn 1 does not notice it in a workspace, not even with --frozen-lockfile: each build takes the newest version of that minute.'
					: a.manager === 'composer' && a.differences[0]?.name === 'content-hash'
						? 'composer validate fails, and composer install warns that the lock is not up to date: what was changed in composer.json does not arrive.'
						: `${frozenFor(a.manager, a.isBerry)} stops with an error, so the next build or deploy fails; an install that is not frozen takes versions nobody has tested.`,
			fix: renewLock,
			control: (a: OutOfDate) =>
				`Compared by the rule that ${frozenFor(a.manager, a.isBerry)} applies; overridden packages are left out.`,
			reproduce: (a: OutOfDate) =>
				a.isUnnoticed
					? 'yarn install --ignore-scripts && git diff --stat yarn.lock'
					: a.manager === 'npm'
						? 'npm ci --dry-run'
						: a.manager === 'composer'
							? 'composer validate'
							: frozenFor(a.manager, a.isBerry),
			evidence: (a: OutOfDate) => [
				{
					kind: 'file',
					summary: a.file,
					detail: a.differences.map(differenceOf).join('\n') || staleness(a),
				},
			],
		},
		'not-frozen': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: NotFrozen) =>
				`${a.file}:${a.line} installs with "${a.command}", which may change what the lock says.`,
			impact: (a: NotFrozen) =>
				a.where === 'ci'
					? 'CI can test other versions than the lock names, and a lock that is out of date goes unnoticed.'
					: 'The build can take other versions than those that were tested, without anybody seeing it.',
			fix: freeze,
			evidence: (a: NotFrozen) => [
				{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.command },
			],
		},
	},

	needs: ({ subject: { root } }) => ({ found: repositoryLocks({ root }) }),

	judge({ given: { found }, say }) {
		const file = (name: string, path = name) => ({ kind: 'file', name, file: path }) as const;
		const said = [
			...found.missing.map((one) => at(file(one.file), say('missing', one))),
			...found.notCommitted.map((one) => at(file(one.file), say('not-committed', one))),
			...found.outOfDate.map((one) => at(file(one.file), say('out-of-date', one))),
			...found.several.map((one) => at(file(one.locks.join(' '), one.file), say('several', one))),
			...found.notFrozen.map((one, index) => {
				const earlier = found.notFrozen.slice(0, index);
				const same = earlier.filter(
					({ file: path, command }) => path === one.file && command === one.command,
				);
				// Not by line: it moves with every edit above it.
				const name = `${one.file} ${one.command}${same.length === 0 ? '' : ` ${same.length + 1}`}`;
				return at({ kind: 'file', name, file: one.file, line: one.line }, say('not-frozen', one));
			}),
		];
		const gaps = [
			...(found.unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${found.unread.slice(0, 5).join('; ')}`, 'high')]),
			...(found.binary.length === 0
				? []
				: [
						cannotSay(
							'unsupported',
							`${files(found.binary)} is binary: that every package is named in it was seen, its versions were not. bun install --save-text-lockfile writes one that can be compared.`,
							'high',
						),
					]),
			...(found.gitUnread && found.applications > 0
				? [
						cannotSay(
							'unreadable',
							'Git could not be asked which lock files are committed.',
							'high',
						),
					]
				: []),
		];
		const all = [...said, ...gaps];
		if (all.length > 0) return all;
		if (found.applications === 0) {
			return doesNotApply(
				found.others === 0
					? 'The repository has no manifest of dependencies.'
					: 'What is here is installed by others or has no dependencies: nothing to lock.',
			);
		}
		return say('sound', { locks: found.sound });
	},

	examples: (example) => [
		example('no manifest', { found: stateWith({ applications: 0, sound: [] }) }, 'not-applicable'),
		example(
			'a library',
			{ found: stateWith({ applications: 0, others: 1, sound: [] }) },
			'not-applicable',
		),
		example('a lock that fits', { found: stateWith({}) }, 'sound'),
		example(
			'none',
			{
				found: stateWith({
					missing: [{ file: 'package.json', folder: '', manager: 'npm', wanted: ['express'] }],
				}),
			},
			'missing',
		),
		example(
			'requirements without versions',
			{
				found: stateWith({
					missing: [{ file: 'requirements.txt', folder: '', manager: 'pip', wanted: ['flask'] }],
				}),
			},
			'missing',
		),
		example(
			'one that git ignores',
			{ found: stateWith({ notCommitted: [{ ...COMMITTED, ignoredBy: '.gitignore:3' }] }) },
			'not-committed',
		),
		example(
			'one that was not added',
			{ found: stateWith({ notCommitted: [COMMITTED] }) },
			'not-committed',
		),
		example(
			'two managers',
			{
				found: stateWith({
					several: [
						{
							file: 'package-lock.json',
							folder: '',
							locks: ['package-lock.json', 'yarn.lock'],
							managers: ['npm', 'yarn'],
						},
					],
				}),
			},
			'several',
		),
		example(
			'a range that the lock does not meet',
			{
				found: stateWith({
					outOfDate: [
						{
							...STALE,
							differences: [{ name: 'express', wanted: '^5.0.0', locked: '4.19.2' }],
							count: 1,
						},
					],
				}),
			},
			'out-of-date',
		),
		example(
			'a package that the lock lacks, and one too many',
			{
				found: stateWith({
					outOfDate: [
						{
							...STALE,
							file: 'pnpm-lock.yaml',
							manager: 'pnpm',
							differences: [
								{ name: 'zod', wanted: '^4.0.0', locked: '' },
								{ name: 'joi', wanted: '', locked: '^17.0.0' },
							],
							count: 2,
						},
					],
				}),
			},
			'out-of-date',
		),
		example(
			'a merge that was not finished',
			{ found: stateWith({ outOfDate: [{ ...STALE, why: 'conflict' }] }) },
			'out-of-date',
		),
		example(
			'a workspace of Yarn 1',
			{
				found: stateWith({
					outOfDate: [
						{
							...STALE,
							file: 'yarn.lock',
							manager: 'yarn',
							differences: [{ name: 'zod', wanted: '^4.0.0', locked: '' }],
							count: 1,
							isUnnoticed: true,
						},
					],
				}),
			},
			'out-of-date',
		),
		example(
			'composer.json was changed',
			{
				found: stateWith({
					outOfDate: [
						{
							...STALE,
							file: 'composer.lock',
							manager: 'composer',
							differences: [{ name: 'content-hash', wanted: 'b', locked: 'a' }],
							count: 1,
						},
					],
				}),
			},
			'out-of-date',
		),
		...(['ci', 'image'] as const).map((where) =>
			example(
				`npm install in ${where}`,
				{ found: stateWith({ notFrozen: [{ ...UNFROZEN, where }] }) },
				'not-frozen',
			),
		),
		example(
			'a file that cannot be read',
			{ found: stateWith({ unread: ['package.json: permission denied'] }) },
			'unknown',
		),
		example('a binary lock', { found: stateWith({ binary: ['bun.lockb'] }) }, 'unknown'),
		example('git refuses', { found: stateWith({ gitUnread: true }) }, 'unknown'),
	],
});

const stateWith = (told: Partial<LockState>): LockState => ({
	applications: 1,
	others: 0,
	sound: ['package-lock.json'],
	missing: [],
	notCommitted: [],
	several: [],
	outOfDate: [],
	notFrozen: [],
	binary: [],
	unread: [],
	gitUnread: false,
	...told,
});

const COMMITTED: NotCommitted = {
	file: 'package-lock.json',
	folder: '',
	manager: 'npm',
	ignoredBy: '',
	exists: true,
};
const STALE: OutOfDate = {
	file: 'package-lock.json',
	folder: '',
	manager: 'npm',
	why: 'differs',
	differences: [],
	count: 0,
	isBerry: false,
	isUnnoticed: false,
};
const UNFROZEN: NotFrozen = {
	file: '.github/workflows/ci.yml',
	folder: '',
	line: 12,
	manager: 'npm',
	command: 'npm install',
	instead: 'npm ci',
	where: 'ci',
};
