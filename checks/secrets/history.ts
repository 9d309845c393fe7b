import {
	at,
	type BuildSecrets,
	buildSecrets,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fact,
	type HistorySecret,
	minutes,
	optional,
	type PastEnvFile,
	type RepositoryHistory,
	type RepositorySecrets,
	repositories,
	repositoryHistory,
	repositorySecrets,
	type Severity,
	type UnknownReason,
	z,
} from '../../src/sdk-repository.ts';
import { count, listed } from './_at-file.ts';
import {
	forgetting,
	type PastEnv,
	type PastLeak,
	pastEnvOf,
	pastEvidence,
	pastLeakOf,
	rotatePast,
	samplePast,
	samplePastEnv,
	samplePastSecret,
	searchInPast,
	short,
} from './_past.ts';
import { sampleSecret, sampleSecrets } from './_samples.ts';
import { severityOf, severityOfPast, type Today } from './_severity.ts';

/** What every secret of the past has in common. */
const past = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'high', 'later', 'info'],
		pick: (a: PastLeak): Severity => a.severity,
	},
	says: (a: PastLeak) =>
		`${a.name}${a.shown}: ${a.file === '' ? '' : `${a.file}:${a.line}, `}${a.story}${a.more === 0 ? '' : `; ${count(a.more, 'more file')} had it`}.${a.remarks === '' ? '' : ` ${a.remarks}`}`,
	confidence: (a: PastLeak) => a.confidence,
	control: (a: PastLeak) => a.control,
	reproduce: searchInPast,
	evidence: pastEvidence,
	cause: (a: PastLeak) => `secret/${a.fingerprint}`,
} as const;

const WHO_HAS_IT =
	'Deleting it from the files took nothing back: everybody with a clone or a fork reads it with one git command';

export default defineCheck({
	id: 'secrets/history',
	title: 'No commit, branch, tag or stash holds a secret that the files of today no longer have',
	rationale:
		'git keeps every version of every file. A key that was committed once and deleted is in every ' +
		'clone, and programs look through whole histories as easily as through the newest files.',
	references: [
		'CWE-540 (sensitive information in source code)',
		'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { commits: number; blobs: number }) =>
				`No secret in ${count(a.blobs, 'version')} of files, from ${count(a.commits, 'commit')}, that the files of today do not have.`,
		},
		'server-secret': {
			...past,
			effort: minutes(60),
			impact: (a: PastLeak) => `${WHO_HAS_IT}, and may do with it what ${a.provider} lets it do.`,
			fix: (a: PastLeak) => rotatePast(a, `Create a new ${a.name}`),
		},
		'private-key': {
			...past,
			effort: minutes(90),
			impact: `${WHO_HAS_IT}, and can pose as the server, sign as you, or log in where the key is accepted.`,
			fix: (a: PastLeak) =>
				rotatePast(
					a,
					'Generate a new private key outside the repository',
					'Revoke the certificate issued for the old key, or remove its public part from authorized_keys.',
				),
		},
		'connection-uri': {
			...past,
			effort: minutes(45),
			impact: `${WHO_HAS_IT}, and who reaches the server can read, change and delete what this account may.`,
			fix: (a: PastLeak) =>
				rotatePast(
					a,
					'Set a new password for this account',
					'Let the server accept connections from the application only (allow-list or private network).',
				),
		},
		'signing-secret': {
			...past,
			effort: minutes(45),
			impact: `${WHO_HAS_IT}, and can forge sessions, tokens or webhook calls while it is in use.`,
			fix: (a: PastLeak) => {
				const fix = rotatePast(
					a,
					'Replace the signing secret by 32 random bytes',
					'Sessions signed with the old secret end.',
				);
				const make = {
					platform: 'any' as const,
					language: 'shell',
					text: 'openssl rand -base64 32',
				};
				return { ...fix, snippets: [make, ...fix.snippets] };
			},
		},
		generic: {
			...past,
			effort: minutes(30),
			impact: `${WHO_HAS_IT}. No provider is known for it, so what it opens is for you to say.`,
			fix: (a: PastLeak) =>
				rotatePast(
					a,
					'Replace the value at the service that issued it, if it is still in use anywhere',
				),
		},
		'env-file': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(60),
			confidence: 'high',
			says: (a: PastEnv) => `${a.file} with ${listed(a.variables)}: ${a.story}.`,
			impact: `${WHO_HAS_IT}, with every value that it had.`,
			fix: (a: PastEnv) => ({
				summary: `Replace every value that ${a.file} had: ${listed(a.variables, 12)}`,
				steps: [
					`Create a new value for each at the service that issued it: ${listed(a.variables, 40)}.`,
					'Give the new values to the platform, and keep env files out of git.',
					'Only then revoke the old ones. Rewriting the history alone does not help: clones, forks and pull requests keep the old commits.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'shell',
						text: "printf '\\n%s\\n' '.env*' '!.env.example' >> .gitignore",
					},
					...forgetting(a),
				],
			}),
			reproduce: (a: PastEnv) =>
				a.file === ''
					? `git cat-file -s ${a.blob}`
					: `git log --all --oneline -- ${/^[\w./-]+$/.test(a.file) ? a.file : 'PATH/.env'}`,
			evidence: (a: PastEnv) => [
				{ kind: 'git', summary: `${a.file}, ${a.story}`, detail: a.variables.join('\n') },
			],
			cause: (a: PastEnv) => `secrets/history/${a.file}`,
		},
	},

	appliesTo: ({ history }) => history !== 'none' || 'The history was not asked for (--history).',
	needs: ({ subject: { root, history } }) => ({
		past: optional(repositoryHistory({ root, history })),
		found: repositorySecrets({ root }),
		build: optional(buildSecrets({ root })),
	}),

	judge({ given: { past, found, build }, now, say }) {
		// That it was not seen is said by secrets/scan, once.
		if (past.status !== 'known') return unseen(past.status === 'unknown' ? past : null);
		const { value } = past;
		if (!value.git) return doesNotApply('The folder is not in git.');
		const today = todayOf(found, build, now);
		const seen = new Map<string, number>();
		const nameOf = (added: string, file: string, verdict: string): string => {
			const name = added === '' ? file : `${short(added)}:${file}`;
			const before = seen.get(`${verdict} ${name}`) ?? 0;
			seen.set(`${verdict} ${name}`, before + 1);
			return before === 0 ? name : `${name}#${before + 1}`;
		};
		const leaks = value.secrets.flatMap((secret) => {
			const verdict = verdictFor(secret);
			const severity = severityOfPast(secret, today.of(secret), now);
			if (verdict === null || severity === null || today.says(secret, severity)) return [];
			const told = pastLeakOf(secret, today.of(secret), { severity, now });
			const name = nameOf(told.added, told.file || `blob ${short(told.blob)}`, verdict);
			const file = told.file === '' ? {} : { file: told.file, line: told.line };
			return [at({ kind: 'file', name, ...file }, say(verdict, told))];
		});
		const envFiles = value.envFiles.filter(isGone).map((one) => {
			const told = pastEnvOf(one);
			const name = nameOf(told.added, told.file, 'env-file');
			return at({ kind: 'file', name, file: told.file, line: 1 }, say('env-file', told));
		});
		if (leaks.length + envFiles.length > 0) return [...envFiles, ...leaks];
		if (value.gaps.length > 0 || value.truncated) return unseen(null);
		return say('none', value.scanned);
	},

	examples: (example) => {
		const given = (
			past: RepositoryHistory,
			found: RepositorySecrets = sampleSecrets(),
			build: BuildSecrets = NO_BUILD,
		) => ({ past: known(past), found, build: known(build) });
		const one = (...about: Parameters<typeof samplePastSecret>) =>
			given(samplePast({ secrets: [samplePastSecret(...about)] }));
		const same = (about: Partial<RepositorySecrets['values'][number]>) => ({
			...sampleSecrets(),
			values: [
				{
					identity: '8899aabbccddeeff',
					fingerprint: '',
					inProduction: false,
					allowed: false,
					...about,
				},
			],
		});
		const inTree = {
			...sampleSecrets(sampleSecret({})),
			values: same({ fingerprint: '0011223344556677' }).values,
		};
		const removed = samplePast({ secrets: [samplePastSecret()] });
		return [
			example('nothing', given(samplePast()), 'none'),
			example('no git', given(samplePast({ git: false })), 'not-applicable'),
			example('a live key that was removed', one(), 'server-secret'),
			example(
				'one on a branch',
				one({}, { standing: 'branch', ref: 'refs/heads/a' }),
				'server-secret',
			),
			example('one that HEAD has', one({}, { standing: 'head' }), 'server-secret'),
			example('the same value in the tree', given(removed, inTree), 'none'),
			example('allowed in the tree', given(removed, same({ allowed: true })), 'none'),
			example('in use', given(removed, same({ inProduction: true })), 'server-secret'),
			example(
				'in a build for browsers',
				given(removed, sampleSecrets(), {
					...NO_BUILD,
					client: { ...NO_BUILD.client, secrets: [sampleSecret({})] },
				}),
				'server-secret',
			),
			example(
				'a restricted key',
				one({ tier: 'restricted', kind: 'restricted-key' }),
				'server-secret',
			),
			example('a sandbox key', one({ tier: 'test', kind: 'test-key' }), 'server-secret'),
			example('a private key', one({ kind: 'private-key', preview: '' }), 'private-key'),
			example('a password in a URI', one({ kind: 'connection-uri' }), 'connection-uri'),
			example('a signing secret', one({ kind: 'signing-secret' }), 'signing-secret'),
			example('a value by its name', one({ tier: 'generic', kind: 'generic' }), 'generic'),
			example('a key for browsers', one({ tier: 'publishable', kind: 'publishable' }), 'none'),
			example('an id alone', one({ tier: 'identifier', kind: 'restricted-key' }), 'none'),
			example('a deleted .env', given(samplePast({ envFiles: [samplePastEnv()] })), 'env-file'),
			example(
				'one that is there still',
				given(samplePast({ envFiles: [samplePastEnv({ isThere: true })] })),
				'none',
			),
			example('a shallow clone', given(samplePast({ gaps: ['the clone is shallow'] })), 'unknown'),
			example(
				'a repository that belongs to somebody else',
				{
					...given(samplePast()),
					past: { status: 'unknown', because: 'unreadable', detail: 'it belongs to somebody else' },
				},
				'unknown',
			),
		];
	},
});

const known = <V>(value: V): Fact<V> => ({ status: 'known', value });

const unseen = (fact: { because: UnknownReason; detail: string } | null) =>
	cannotSay(
		fact?.because ?? 'inconclusive',
		fact === null
			? 'No secret in what is here of the history; some of it could not be looked at.'
			: `The history was not looked through: ${fact.detail}`,
		'high',
	);

type Said = 'server-secret' | 'private-key' | 'connection-uri' | 'signing-secret' | 'generic';

/** Every token that a provider issued is one kind here: what it may do is in its severity. */
function verdictFor({ kind, tier }: HistorySecret): Said | null {
	if (tier === 'identifier') return null;
	switch (kind) {
		case 'publishable':
			return null;
		case 'private-key':
		case 'connection-uri':
		case 'signing-secret':
		case 'generic':
			return kind;
		case 'server-secret':
		case 'service-role-jwt':
		case 'restricted-key':
		case 'webhook-url':
		case 'test-key':
			return 'server-secret';
	}
}

/** What is there today of the values of the past. */
function todayOf(found: RepositorySecrets, build: Fact<BuildSecrets>, now: Date) {
	const values = new Map(found.values.map((one) => [one.identity, one]));
	const inTree = new Map(found.secrets.map((one) => [one.fingerprint, severityOf(one, now)]));
	const built = new Set(
		build.status === 'known'
			? build.value.client.secrets.map(({ fingerprint }) => fingerprint)
			: [],
	);
	return {
		of: ({ identity, fingerprint }: HistorySecret): Today => ({
			inProduction: values.get(identity)?.inProduction ?? false,
			inBuild: built.has(fingerprint),
		}),
		/** The tree says it, or allows it: a value is one finding, and that of the tree where it is as grave. */
		says({ identity }: HistorySecret, severity: Severity): boolean {
			const value = values.get(identity);
			if (value === undefined) return false;
			const there = inTree.get(value.fingerprint) ?? null;
			if (there === null) return value.allowed;
			return SEVERITIES.indexOf(there) <= SEVERITIES.indexOf(severity);
		},
	};
}

const SEVERITIES: readonly Severity[] = ['blocker', 'high', 'later', 'info'];

/** An env file that HEAD has is the tree's; what of its older values counts is found by rule. */
const isGone = ({ isThere, standing, file }: PastEnvFile): boolean =>
	!isThere && standing !== 'head' && file !== '';

const EMPTY_PART = { folders: [], files: 0, bytes: 0, secrets: [] };
const NO_BUILD: BuildSecrets = {
	client: EMPTY_PART,
	server: EMPTY_PART,
	environments: [],
	unread: [],
	truncated: false,
};
