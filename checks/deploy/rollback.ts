import {
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fact,
	type Fix,
	type Migrations,
	minutes,
	optional,
	type RepositoryPipelines,
	type RepositoryRollback,
	repositories,
	repositoryMigrations,
	repositoryPipelines,
	repositoryRollback,
	type Severity,
	z,
} from '../../src/sdk.ts';

const TEMPLATE = `# Rollback

Who may decide: NAME, NAME. Decide within 10 minutes of the first report.

1. Which release is the last good one: \`git tag --sort=-creatordate | head\`
2. Deploy it: \`git checkout TAG && COMMAND THAT DEPLOYS\`
3. See that it is back: the health page, sign-in, one payment.
4. Tell: status page, support, the team's channel.

Database: which migrations came with the bad release, and whether the old code runs on the new schema.
Never roll a schema back that customers have written to; go forward, or restore: HOW, HOW LONG, WHO.

Last tried on: DATE`;

export default defineCheck({
	id: 'deploy/rollback',
	title: 'A release can be taken back',
	rationale:
		'On launch day the first bad release is answered in minutes or in hours; the difference is whether somebody wrote down how to go back.',
	references: [
		'https://sre.google/sre-book/release-engineering/',
		'https://vercel.com/docs/instant-rollback',
		'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment',
		'https://devcenter.heroku.com/articles/releases#rollback',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		documented: {
			outcome: 'pass',
			says: (a: { where: string }) => `How a release is taken back is told by ${a.where}.`,
		},
		'not-documented': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: { migrations: number }): Severity => (a.migrations > 0 ? 'high' : 'later'),
			},
			effort: minutes(60),
			says: (a: { deployedBy: string; migrations: number }) =>
				`Nothing tells how a release is taken back: no platform that does it, no tag to go back to, no document${a.migrations === 0 ? '' : a.migrations === 1 ? '; and there is 1 migration, which does not go back with the code' : `; and there are ${a.migrations} migrations, which do not go back with the code`}.`,
			impact:
				'The first bad release stays up for as long as it takes to work out, under pressure, how the one before was made.',
			control: (a: { documents: number; deployedBy: string }) =>
				`Looked for: manifests of platforms that keep earlier releases, deploy commands of workflows, tags, scripts and tasks, and ${a.documents} ${a.documents === 1 ? 'document' : 'documents'}. ${a.deployedBy} shows that this is deployed. A platform that is set up in its own web pages alone leaves nothing here to see.`,
			confidence: 'medium',
			fix: (): Fix => ({
				summary: 'Tag every release, and write the way back down',
				steps: [
					'Fill the template in, commit it as docs/rollback.md, and try it once before the launch.',
					'Tag what is deployed, in the step that deploys it.',
				],
				snippets: [
					{ platform: 'any', language: 'markdown', text: TEMPLATE },
					{
						platform: 'any',
						language: 'shell',
						text: 'git tag -a "release-$(date -u +%Y%m%d-%H%M)" -m "Deployed" && git push origin --tags',
					},
				],
			}),
		},
	},

	needs: ({ subject: { root } }) => ({
		found: repositoryRollback({ root }),
		pipelines: optional(repositoryPipelines({ root })),
		migrations: optional(repositoryMigrations({ root })),
	}),

	judge({ given: { found, pipelines, migrations }, say }) {
		const way = wayOf(found, pipelines);
		if (way !== null) return doesNotApply(way);
		if (found.note !== null) {
			return say('documented', {
				where: `${found.note.file}:${found.note.line} (${found.note.what})`,
			});
		}
		if (found.tag !== '')
			return say('documented', { where: `the tag ${found.tag}, which can be deployed again` });
		const deployedBy = found.deployedBy || deployOf(pipelines);
		if (deployedBy === '') return doesNotApply('Nothing in the repository is deployed.');
		if (found.unread.length > 0) {
			return cannotSay('unreadable', `Not read: ${found.unread.slice(0, 5).join('; ')}`);
		}
		const count = migrations.status === 'known' ? (migrations.value as Migrations).count : 0;
		return say('not-documented', { deployedBy, migrations: count, documents: found.documents });
	},

	examples: (example) => [
		example(
			'a platform that goes back',
			{
				...sample({
					platform: { file: 'fly.toml', line: 1, what: 'Fly.io', way: 'fly deploy --image' },
				}),
			},
			'not-applicable',
		),
		example('nothing is deployed', sample({ deployedBy: '' }), 'not-applicable'),
		example('nothing tells', sample({}), 'not-documented'),
		example('nothing tells, and there are migrations', sample({}, 1), 'not-documented'),
		example(
			'a runbook',
			sample({ note: { file: 'RUNBOOK.md', line: 12, what: 'Rollback' } }),
			'documented',
		),
		example('a tag', sample({ tag: 'v1.2.0' }), 'documented'),
		example(
			'a file that cannot be read',
			sample({ unread: ['RUNBOOK.md: permission denied'] }),
			'unknown',
		),
		example(
			'a workflow that deploys to a platform that goes back',
			{
				...sample({}),
				pipelines: {
					status: 'known',
					value: { ...PIPELINES, deploys: [DEPLOY] },
				},
			},
			'not-applicable',
		),
		example(
			'a workflow that copies to a server',
			{
				...sample({ deployedBy: '' }),
				pipelines: {
					status: 'known',
					value: { ...PIPELINES, deploys: [{ ...DEPLOY, what: 'rsync', rollback: '' }] },
				},
			},
			'not-documented',
		),
	],
});

/** What a managed platform does by itself needs no document. */
function wayOf(found: RepositoryRollback, pipelines: Fact<RepositoryPipelines>): string | null {
	if (found.platform !== null) {
		const { what, file, way } = found.platform;
		return `${what} (${file}) keeps earlier releases and goes back to them: ${way}.`;
	}
	const deploy =
		pipelines.status === 'known'
			? pipelines.value.deploys.find(({ rollback }) => rollback !== '')
			: undefined;
	return deploy === undefined
		? null
		: `${deploy.platform} (${deploy.file}:${deploy.line}) keeps earlier releases and goes back to them: ${deploy.rollback}.`;
}

function deployOf(pipelines: Fact<RepositoryPipelines>): string {
	const deploy = pipelines.status === 'known' ? pipelines.value.deploys[0] : undefined;
	return deploy === undefined ? '' : `${deploy.what} in ${deploy.file}`;
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

const DEPLOY: RepositoryPipelines['deploys'][number] = {
	system: 'github',
	file: '.github/workflows/deploy.yml',
	line: 14,
	job: 'deploy',
	jobLine: 8,
	what: 'vercel deploy --prod',
	platform: 'Vercel',
	rollback: 'vercel rollback',
	isTested: true,
	couldNeed: [],
	needs: [],
	testedIn: null,
};

const PIPELINES: RepositoryPipelines = {
	systems: [],
	jobs: 0,
	testedBy: null,
	elsewhere: [],
	deploys: [],
	injections: [],
	forkCode: [],
	broadTokens: [],
	unpinned: [],
	unread: [],
};

function sample(about: Partial<RepositoryRollback>, migrations = 0) {
	const found: RepositoryRollback = {
		deployedBy: 'Dockerfile',
		platform: null,
		note: null,
		tag: '',
		documents: 3,
		hasHistory: true,
		unread: [],
		...about,
	};
	return {
		found,
		pipelines: { status: 'known' as const, value: PIPELINES },
		migrations: {
			status: 'known' as const,
			value: {
				count: migrations,
				tool: 'prisma',
				migrations: [],
				lastTag: null,
				runBy: 'fly.toml',
				pushes: [],
				managed: false,
				unread: [],
			} satisfies Migrations as Migrations,
		},
	};
}
