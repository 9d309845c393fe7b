import {
	at,
	configuredRepositories,
	defineCheck,
	doesNotApply,
	type Fix,
	minutes,
	type RepositoryEnv,
	repositoryEnv,
	secrecyOf,
	z,
} from '../../src/sdk.ts';
import { gapsIn } from './_looked-at.ts';
import { sampleEnv as sample, sampleVariable as variable } from './_samples.ts';
import { isOneEdit, isOtherWord } from './_spelling.ts';
import { count, listed, placed } from './_world.ts';

type Missing = { file: string; line: number; job: string; deploys: boolean; names: string[] };

type Unknown = { file: string; line: number; secret: string; known: string; to: string };

export default defineCheck({
	id: 'env/ci',
	title: 'Workflows hand the build every variable that it needs',
	rationale:
		'What a build is not given is missing from the product, and a secret that is spelt differently is an ' +
		'empty string: GitHub says nothing of either.',
	references: [
		'https://docs.github.com/actions/writing-workflows/choosing-what-your-workflow-does/store-information-in-variables',
		'https://docs.github.com/actions/security-for-github-actions/security-guides/using-secrets-in-github-actions',
	],
	reach: 'upkeep',
	layer: 'content',
	over: configuredRepositories,
	options: z.object({}),

	verdicts: {
		complete: {
			outcome: 'pass',
			says: (a: { jobs: number; secrets: number }) =>
				`${count(a.jobs, 'job')} of workflows that build and ${count(a.secrets, 'secret')} that workflows name: no variable is left out or misspelt.`,
		},
		missing: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(15),
			confidence: 'medium',
			says: (a: Missing) =>
				`The job ${a.job} in ${a.file}:${a.line} builds${a.deploys ? ' what is deployed' : ''} without ${listed(a.names)}.`,
			impact: (a: Missing) =>
				a.deploys
					? 'The build fails on the day of the deploy, or goes through without the value.'
					: 'The build fails, so that no change can be merged with a green check.',
			fix: (a: Missing): Fix => ({
				summary: `Give the job ${listed(a.names)}`,
				steps: [
					`Add the lines to the step that builds (${a.file}:${a.line}).`,
					'Set each in the settings of the repository: secrets under Secrets, all others under Variables.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'yaml',
						text: ['env:', ...a.names.map((name) => `  ${name}: ${given(name)}`)].join('\n'),
					},
				],
			}),
			control:
				'Jobs that take variables from a store, a file or another workflow were left out, and names that a committed env file sets.',
			evidence: (a: Missing) => [
				{ kind: 'file', summary: placed(a), detail: [a.job, ...a.names].join('\n') },
			],
		},
		'unknown-secret': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(5),
			confidence: 'medium',
			says: (a: Unknown) =>
				`${a.file}:${a.line} takes secrets.${a.secret}, a letter away from ${a.known}, and nothing else knows that name.`,
			impact: 'A secret that does not exist is an empty string: the step runs without it.',
			fix: (a: Unknown): Fix => ({
				summary: `Write ${a.known}, or rename the secret`,
				steps: [
					'Look under Settings, Secrets and variables, Actions which of the two exists.',
					`Change ${a.file}:${a.line} if it is ${a.known}.`,
				],
				snippets: [
					{
						platform: 'any',
						language: 'yaml',
						text: `${a.to === '' || a.to === a.secret ? a.known : a.to}: \${{ secrets.${a.known} }}`,
					},
					{ platform: 'any', language: 'shell', text: 'gh secret list' },
				],
			}),
			reproduce: (a: Unknown) => `git grep -n ${a.secret}`,
			evidence: (a: Unknown) => [
				{ kind: 'file', summary: placed(a), detail: `secrets.${a.secret}` },
			],
		},
	},

	needs: ({ subject: { root, env, domain } }) => ({ found: repositoryEnv({ root, env, domain }) }),

	judge({ given: { found }, say }) {
		const seen = new Set<string>();
		const said = [
			...found.jobs
				.filter(({ opaque, missing }) => opaque === '' && missing.length > 0)
				.map(({ file, line, job, deploys, missing }) =>
					at(
						{ kind: 'file', name: `${file} ${job}`, file, line },
						say('missing', { file, line, job, deploys, names: missing }),
					),
				),
			...misspelt(found).flatMap((told) => {
				const name = `${told.file} ${told.secret}`;
				if (seen.has(name)) return [];
				seen.add(name);
				const { file, line } = told;
				return [at({ kind: 'file', name, file, line }, say('unknown-secret', told))];
			}),
			...gapsIn(found),
		];
		if (said.length > 0) return said;
		if (found.jobs.length + found.secrets.length === 0) {
			return doesNotApply('No workflow builds anything or takes a secret.');
		}
		const names = new Set(found.secrets.map(({ name }) => name));
		return say('complete', { jobs: found.jobs.length, secrets: names.size });
	},

	examples: (example) => [
		example('no workflow', { found: sample() }, 'not-applicable'),
		example('a job that has all', { found: sample({ jobs: [JOB] }) }, 'complete'),
		example(
			'a job without a variable',
			{ found: sample({ jobs: [{ ...JOB, missing: ['NEXT_PUBLIC_API_URL'] }] }) },
			'missing',
		),
		example(
			'the same for a pull request',
			{ found: sample({ jobs: [{ ...JOB, deploys: false, missing: ['DATABASE_URL'] }] }) },
			'missing',
		),
		example(
			'one that takes them from a store',
			{
				found: sample({
					jobs: [{ ...JOB, opaque: 'doppler run brings variables', missing: ['API_URL'] }],
				}),
			},
			'complete',
		),
		example('a secret that is used', { found: withSecret('STRIPE_KEY') }, 'complete'),
		example('one letter left out', { found: withSecret('STRPE_KEY') }, 'unknown-secret'),
		example('two letters changed over', { found: withSecret('STIRPE_KEY') }, 'unknown-secret'),
		example('two letters left out', { found: withSecret('STPE_KEY') }, 'complete'),
		example('another number', { found: withSecret('STRIPE_KEY2') }, 'complete'),
		example('another word', { found: withSecret('STRIPE_KEYS') }, 'complete'),
		example(
			'a file that cannot be read',
			{ found: sample({ unread: ['a.ts: denied'] }) },
			'unknown',
		),
		example('more than the limits allow', { found: sample({ cut: true }) }, 'unknown'),
	],
});

const given = (name: string): string =>
	secrecyOf(name) === 'none' ? `\${{ vars.${name} }}` : `\${{ secrets.${name} }}`;

/** Shorter names are near each other by nature. */
const SHORTEST = 6;

/** Secrets of whose name nothing else knows, and that are one slip away from one that the code uses. */
function misspelt({ secrets, variables }: RepositoryEnv): readonly Unknown[] {
	const known = variables.map(({ name }) => name);
	const all = new Set(known);
	const used = variables.filter((one) => one.readsInAll > 0).map(({ name }) => name);
	const taken = new Set(secrets.map(({ name }) => name));
	return secrets.flatMap(({ name, file, line, to }) => {
		if (all.has(name) || name.length < SHORTEST) return [];
		// Where a workflow takes both, both are meant.
		const near = used.find(
			(one) => !taken.has(one) && isOneEdit(name, one) && !isOtherWord(name, one),
		);
		return near === undefined ? [] : [{ file, line, secret: name, known: near, to }];
	});
}

const JOB: RepositoryEnv['jobs'][number] = {
	file: '.github/workflows/deploy.yml',
	line: 12,
	job: 'deploy',
	deploys: true,
	opaque: '',
	missing: [],
};

const withSecret = (name: string): RepositoryEnv =>
	sample({
		variables: [variable('STRIPE_KEY')],
		secrets: [{ file: JOB.file, line: 20, name, to: 'STRIPE_KEY' }],
	});
