import {
	at,
	defineCheck,
	doesNotApply,
	type Fact,
	minutes,
	optional,
	type RepositoryHistory,
	type RepositorySecrets,
	repositories,
	repositoryHistory,
	repositorySecrets,
	z,
} from '../../src/sdk-repository.ts';
import { count, listed } from './_at-file.ts';
import { samplePast } from './_past.ts';
import { sampleSecrets } from './_samples.ts';

/** Places that a comment allows, for the note. */
type Allowed = {
	count: number;
	/** Of them, those in the tree of today. */
	now: number;
	places: { file: string; line: number }[];
};

const MOST_SHOWN = 20;

export default defineCheck({
	id: 'secrets/scan',
	title: 'Everything that could hold a secret was looked at',
	rationale:
		'A search says nothing about what it has not seen: commits that a shallow clone left out, files ' +
		'over the limit, lines that a comment takes out of it.',
	references: [
		'https://git-scm.com/docs/git-fetch (--unshallow)',
		'https://git-scm.com/docs/partial-clone',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		whole: {
			outcome: 'pass',
			says: (a: { files: number; binary: number; blobs: number; commits: number }) =>
				`Read: ${count(a.files, 'file')}${a.blobs === 0 ? '' : `, and ${count(a.blobs, 'version')} of files from ${count(a.commits, 'commit')}`}.${a.binary === 0 ? '' : ` ${count(a.binary, 'file')} without text ${a.binary === 1 ? 'was' : 'were'} left out.`}`,
		},
		'history-incomplete': {
			outcome: 'unknown',
			reason: 'inconclusive',
			couldBe: 'high',
			says: (a: { why: string; remedy: string }) =>
				`The history was not seen whole: ${a.why}. ${a.remedy}`,
		},
		'files-skipped': {
			outcome: 'unknown',
			reason: 'unreadable',
			couldBe: 'high',
			says: (a: { what: string }) => `Not looked at: ${a.what}.`,
		},
		'allowed-by-comment': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(15),
			confidence: 'high',
			says: (a: Allowed) =>
				`Comments allow ${count(a.count, 'value')}${a.now === a.count ? '' : ` (${a.now} in the files of today)`}: ${listed(a.places.map(({ file, line }) => `${file}:${line}`))}.`,
			impact:
				'What stands on these lines was not judged: a real key beside such a comment would go unseen.',
			fix: {
				summary: 'Look at each line once more and delete comments that are not needed',
				steps: [
					'Open each place and make sure that the value opens nothing.',
					'Delete the comment where the line holds no value any more.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'shell',
						text: "git grep -nE '(launch-ready|gitleaks|betterleaks|kingfisher):allow|(kingfisher|trufflehog):ignore|ggignore|pragma: ?(allow|white)list|secretlint-disable'",
					},
				],
			},
			reproduce: "git grep -cE '(launch-ready|gitleaks):allow|pragma: ?(allow|white)list|ggignore'",
			evidence: (a: Allowed) =>
				a.places.slice(0, MOST_SHOWN).map(({ file, line }) => ({
					kind: 'file',
					summary: `${file}:${line}`,
					detail: 'allowed by a comment',
				})),
		},
	},

	needs: ({ subject: { root, history } }) => ({
		found: optional(repositorySecrets({ root })),
		past: optional(repositoryHistory({ root, history })),
	}),

	judge({ given: { found, past }, subject: { history }, say }) {
		const tree = found.status === 'known' ? found.value : null;
		const seen = past.status === 'known' ? past.value : null;
		const allowed = allowedIn(tree, seen);
		const why = history === 'none' ? null : whyIncomplete(past);
		const skipped = skippedIn(found, seen);
		const said = [
			...(why === null ? [] : [say('history-incomplete', why)]),
			...(skipped.length === 0 ? [] : [say('files-skipped', { what: skipped.join('; ') })]),
			...(allowed.count === 0
				? []
				: [at({ kind: 'file', ...locusOf(allowed) }, say('allowed-by-comment', allowed))]),
		];
		if (said.length > 0) return said;
		if (tree === null) return doesNotApply('There was nothing to look at.');
		const { files } = tree.scanned;
		const { binary } = tree;
		const { blobs = 0, commits = 0 } = seen?.scanned ?? {};
		if (files + binary + blobs === 0) return doesNotApply('The repository has no files.');
		return say('whole', { files, binary, blobs, commits });
	},

	examples: (example) => {
		const given = (tree: Partial<RepositorySecrets>, past: Partial<RepositoryHistory> = {}) => ({
			found: known({ ...sampleSecrets(), ...tree }),
			past: known(samplePast(past)),
		});
		const one = { count: 1, places: [{ file: 'a.ts', line: 3 }] };
		const before = { count: 1, places: [{ file: 'a.ts', line: 3, identity: 'aa' }] };
		const late = { status: 'unknown', because: 'timeout', detail: 'the time limit' } as const;
		const nothing = { scanned: { files: 0, bytes: 0 } };
		const noPast = { git: false, scanned: { commits: 0, blobs: 0, bytes: 0 } };
		return [
			example('everything', given({}), 'whole'),
			example('no git', given({}, noPast), 'whole'),
			example('no files', given(nothing, noPast), 'not-applicable'),
			example('a shallow clone', given({}, { gaps: ['shallow'] }), 'history-incomplete'),
			example('more than the limits', given({}, { truncated: true }), 'history-incomplete'),
			example('out of time', { ...given({}), past: late }, 'history-incomplete'),
			example('the history was not asked for', given({}, noPast), 'whole', {
				subject: { history: 'none' },
			}),
			example('a file that is too large', given({ tooLarge: ['a.sql: 40 MiB'] }), 'files-skipped'),
			example(
				'one in the past',
				given({}, { tooLarge: { count: 1, files: ['a.sql: 40 MiB'] } }),
				'files-skipped',
			),
			example('an unreadable file', given({ unreadable: ['a: denied'] }), 'files-skipped'),
			example('a tree out of time', { ...given({}), found: late }, 'files-skipped'),
			example('a comment', given({ allowed: one }), 'allowed-by-comment'),
			example('a comment in the past', given({}, { allowed: before }), 'allowed-by-comment'),
			example(
				'the same in both',
				given(
					{ values: [{ identity: 'aa', fingerprint: '', inProduction: false, allowed: true }] },
					{ allowed: before },
				),
				'whole',
			),
		];
	},
});

const known = <V>(value: V): Fact<V> => ({ status: 'known', value });

/** Deeper than any remote has commits: of a clone that is whole already it does nothing. */
const UNSHALLOW = 'Run: git fetch --unshallow (in CI: fetch-depth: 0), and look again.';

function whyIncomplete(past: Fact<RepositoryHistory>): { why: string; remedy: string } | null {
	if (past.status !== 'known') return { why: past.detail, remedy: remedyFor(past.detail) };
	const { gaps, truncated } = past.value;
	const all = [...gaps, ...(truncated ? ['it holds more than the limits allow'] : [])];
	return all.length === 0 ? null : { why: all.join('; '), remedy: remedyFor(all.join(' ')) };
}

function remedyFor(why: string): string {
	if (/shallow/.test(why)) return UNSHALLOW;
	if (/partial/.test(why)) {
		return 'Run: git fetch --refetch --no-filter, and look again.';
	}
	if (/not here/.test(why)) return 'Run: git fsck --full, then fetch what it names as missing.';
	if (/borrowed/.test(why)) {
		return 'Run: git repack -a -d && rm .git/objects/info/alternates, and look again.';
	}
	if (/time/.test(why)) {
		return 'Run: launch-ready secrets --history --timeout 10m; what was read is not read again.';
	}
	if (/somebody else/.test(why)) return 'Run it as the user whom the folder belongs to.';
	return 'Make it readable, and look again.';
}

function skippedIn(
	found: Fact<RepositorySecrets>,
	past: RepositoryHistory | null,
): readonly string[] {
	if (found.status !== 'known') return [`the files of today: ${found.detail}`];
	const { tooLarge, unreadable, truncated } = found.value;
	const older = past?.tooLarge ?? { count: 0, files: [] };
	return [
		...(tooLarge.length === 0
			? []
			: [`${count(tooLarge.length, 'file')} over the size limit (${listed(tooLarge)})`]),
		...(unreadable.length === 0
			? []
			: [`${count(unreadable.length, 'file')} that could not be read (${listed(unreadable)})`]),
		...(truncated ? ['more files or secrets than the limits allow'] : []),
		...(older.count === 0
			? []
			: [
					`${count(older.count, 'version')} of files of the past over the size limit (${listed(older.files)})`,
				]),
	];
}

function allowedIn(tree: RepositorySecrets | null, past: RepositoryHistory | null): Allowed {
	const now = tree?.allowed ?? { count: 0, places: [] };
	const values = tree?.values ?? [];
	const known = new Set(values.flatMap(({ allowed, identity }) => (allowed ? identity : [])));
	// The version of today is one of the past too.
	const older = (past?.allowed.places ?? [])
		.filter(({ identity }) => !known.has(identity))
		.map(({ file, line }) => ({ file, line }));
	return {
		count: now.count + older.length,
		now: now.count,
		places: [...now.places, ...older].slice(0, MOST_SHOWN),
	};
}

function locusOf({ places: [first] }: Allowed) {
	if (first === undefined) return { name: 'comments' };
	return { name: 'comments', file: first.file, line: first.line };
}
