import {
	at,
	defineCheck,
	doesNotApply,
	type FoundSecret,
	minutes,
	type RepositoryFiles,
	type RepositorySecrets,
	repositories,
	repositoryFiles,
	repositorySecrets,
	type Severity,
	z,
} from '../../src/sdk-repository.ts';
import { count, listed, secretsAt } from './_at-file.ts';
import { evidenceFor, type Leak, leakOf, rotateFirst, searchFor, sentence } from './_leak.ts';
import { sampleFiles, sampleSecret, sampleSecrets } from './_samples.ts';

type Literal = Leak & {
	/** `a workflow` */
	called: string;
};

type Exposed = {
	file: string;
	line: number;
	how: RepositoryFiles['commands'][number]['how'];
	shown: string[];
	operands: string[];
	lines: number[];
};

export default defineCheck({
	id: 'secrets/ci',
	title: 'Pipelines and images get their secrets from a store, and show them to nobody',
	rationale:
		'A value written into a workflow, a Dockerfile or a compose file is in the repository; one that is ' +
		'given on a command line or printed is in process lists, image histories and logs.',
	references: [
		'CWE-798 (hard-coded credentials)',
		'CWE-214 (sensitive information in a command line)',
		'https://docs.github.com/actions/security-guides/using-secrets-in-github-actions',
		'https://docs.docker.com/build/building/secrets/',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { files: number }) =>
				`${count(a.files, 'workflow, image or compose file')} without a written secret.`,
		},
		literal: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Literal): Severity => a.severity,
			},
			effort: minutes(30),
			says: (a: Literal) => `${sentence(a)} It is written into ${a.called}.`,
			impact:
				'Everybody with the repository, a fork, the image or the log of a run can use the value, and changing it takes a commit.',
			confidence: (a: Literal) => a.confidence,
			control: (a: Literal) => a.control,
			reproduce: searchFor,
			evidence: evidenceFor,
			cause: (a: Literal) => `secret/${a.fingerprint}`,
			fix: (a: Literal) => {
				const fix = rotateFirst(a, `Create a new ${a.name}`);
				const own = storeFor(a);
				return { ...fix, snippets: [own, ...fix.snippets] };
			},
		},
		'on-command-line': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: Exposed) =>
				`${a.file}:${a.line} ${SHOWN[a.how]} ${listed(a.operands, 3)} (${listed(a.shown, 3)})${a.lines.length > 1 ? `, and ${count(a.lines.length - 1, 'more line')}` : ''}.`,
			impact: (a: Exposed) => IMPACT[a.how],
			confidence: 'high',
			evidence: (a: Exposed) =>
				a.lines.map((line) => ({
					kind: 'file',
					summary: `${a.file}:${line}`,
					detail: SHOWN[a.how],
				})),
			reproduce: (a: Exposed) =>
				`grep -nE '${{ argument: '(-p|-u|--password|--user|-a|-P)', 'build-argument': 'build-arg', echo: '(echo|printf) ', trace: 'set -[a-z]*x|xtrace' }[a.how]}' ${/^[\w./-]+$/.test(a.file) ? a.file : 'FILE'}`,
			fix: (a: Exposed) => ({
				summary: FIX[a.how].summary,
				steps: FIX[a.how].steps,
				snippets: [{ platform: 'any', language: 'shell', text: FIX[a.how].text }],
			}),
		},
	},

	needs: ({ subject }) => ({
		found: repositorySecrets({ root: subject.root }),
		files: repositoryFiles({ root: subject.root }),
	}),

	judge({ given: { found, files }, now, say }) {
		const pipelines = files.noted.filter(({ sort }) => sort === 'pipeline');
		const literals = literalsIn(found, pipelines, now).map((a) =>
			at(
				{ kind: 'file', name: a.name_, file: a.told.file, line: a.told.line },
				say('literal', a.told),
			),
		);
		const exposed = exposedIn(files).map((a) =>
			at(
				{ kind: 'file', name: `${a.file}#${a.how}`, file: a.file, line: a.line },
				say('on-command-line', a),
			),
		);
		if (literals.length + exposed.length > 0) return [...literals, ...exposed];
		if (pipelines.length === 0) {
			return doesNotApply('There is no workflow, Dockerfile or compose file.');
		}
		return say('none', { files: pipelines.length });
	},

	examples: (example) => [
		example(
			'a workflow that names its secrets',
			{ found: sampleSecrets(), files: survey() },
			'none',
		),
		example(
			'no pipeline',
			{ found: sampleSecrets(), files: { ...survey(), noted: [] } },
			'not-applicable',
		),
		example('a literal', { found: sampleSecrets(key({})), files: survey() }, 'literal'),
		example(
			'a literal that no provider is known for',
			{ found: sampleSecrets(key({ tier: 'generic', kind: 'generic' })), files: survey() },
			'literal',
		),
		example(
			'the password of a container for tests',
			{
				found: sampleSecrets(key({ tier: 'generic', kind: 'generic', local: true })),
				files: survey(),
			},
			'none',
		),
		example(
			'a key for browsers',
			{ found: sampleSecrets(key({ tier: 'publishable', kind: 'publishable' })), files: survey() },
			'none',
		),
		example(
			'a secret in source code',
			{ found: sampleSecrets(key({}, 'src/a.ts')), files: survey() },
			'none',
		),
		...(['argument', 'build-argument', 'echo', 'trace'] as const).map((how) =>
			example(
				`a secret as ${how}`,
				{
					found: sampleSecrets(),
					files: survey({
						file: WORKFLOW,
						line: 9,
						how,
						shown: 'docker login -p',
						operand: 'secrets.TOKEN',
					}),
				},
				'on-command-line',
			),
		),
	],
});

const SHOWN: Readonly<Record<Exposed['how'], string>> = {
	argument: 'gives on a command line',
	'build-argument': 'gives as a build argument',
	echo: 'prints',
	trace: 'traces the commands that use',
};

const IMPACT: Readonly<Record<Exposed['how'], string>> = {
	argument:
		'Every process of the machine can read the arguments of every other, and shells and tools log them.',
	'build-argument':
		'Build arguments stay in the history of the image: docker history shows them to whoever pulls it.',
	echo: 'It is in the log of the run. Masking covers only the exact value, and nothing that is made of it.',
	trace:
		'The shell prints every command with its variables filled in, secrets included, to the log.',
};

const FIX: Readonly<
	Record<Exposed['how'], { summary: string; steps: readonly string[]; text: string }>
> = {
	argument: {
		summary: 'Hand the secret over on standard input, in a file or in the environment',
		steps: [
			'Use the form of the program that reads it: --password-stdin, --netrc-file, MYSQL_PWD, PGPASSWORD, SSHPASS.',
		],
		text: 'printf \'%s\' "$PASSWORD" | docker login --username "$USERNAME" --password-stdin "$REGISTRY"',
	},
	'build-argument': {
		summary: 'Mount the secret for the one build step that needs it',
		steps: [
			'In the Dockerfile: RUN --mount=type=secret,id=token TOKEN="$(cat /run/secrets/token)" command',
			'Delete the ARG, and images that were built with it; replace the value.',
		],
		text: 'docker build --secret id=token,env=TOKEN .',
	},
	echo: {
		summary: 'Do not print it',
		steps: [
			'Test that it is set without showing it.',
			'Delete the logs of the runs that printed it.',
		],
		text: 'test -n "$TOKEN" || { echo "TOKEN is not set" >&2; exit 1; }',
	},
	trace: {
		summary: 'Switch tracing off around the commands that use it',
		steps: ['Delete set -x, or switch it off before the secret is used.'],
		text: '{ set +x; } 2>/dev/null',
	},
};

/** How the file names a value that a store keeps. */
function storeFor({ called, variable, file }: Literal) {
	const any = { platform: 'any' as const };
	if (called === 'a Dockerfile') {
		return {
			...any,
			language: 'dockerfile',
			text: `RUN --mount=type=secret,id=${variable.toLowerCase()},env=${variable} your-command`,
		};
	}
	if (called === 'a compose file') {
		return {
			...any,
			language: 'yaml',
			text: `environment:\n  ${variable}: \${${variable}:?set it}`,
		};
	}
	if (/(?:^|\/)\.github\//.test(file)) {
		return { ...any, language: 'yaml', text: `env:\n  ${variable}: \${{ secrets.${variable} }}` };
	}
	return {
		...any,
		language: 'yaml',
		text: `variables:\n  ${variable}: $${variable}  # from the store of the CI`,
	};
}

/** One a value, at its first line in a pipeline's file. */
function literalsIn(found: RepositorySecrets, pipelines: RepositoryFiles['noted'], now: Date) {
	const seen = new Map<string, number>();
	const done = new Set<FoundSecret>();
	return pipelines.flatMap(({ path, called }) =>
		secretsAt(found, path, now).flatMap(({ secret, line, severity }) => {
			if (done.has(secret)) return [];
			done.add(secret);
			const before = seen.get(path) ?? 0;
			seen.set(path, before + 1);
			const told: Literal = { ...leakOf(secret, severity, now), file: path, line, called };
			return [{ told, name_: before === 0 ? path : `${path}#${before + 1}` }];
		}),
	);
}

/** One a file and way. */
function exposedIn({ commands }: RepositoryFiles): readonly Exposed[] {
	const groups = new Map<string, Exposed>();
	for (const { file, line, how, shown, operand } of commands) {
		const key = `${file}\0${how}`;
		const before = groups.get(key);
		groups.set(key, {
			file,
			line: before?.line ?? line,
			how,
			shown: [...new Set([...(before?.shown ?? []), shown])],
			operands: [...new Set([...(before?.operands ?? []), operand])],
			lines: [...(before?.lines ?? []), line].slice(0, 20),
		});
	}
	return [...groups.values()];
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

const WORKFLOW = '.github/workflows/deploy.yml';

function survey(...commands: RepositoryFiles['commands']): RepositoryFiles {
	return sampleFiles({
		noted: [
			{
				path: WORKFLOW,
				tracked: true,
				ignored: false,
				place: 'head',
				sort: 'pipeline',
				called: 'a workflow',
				people: 0,
				masked: 0,
				within: null,
			},
		],
		commands,
	});
}

function key(about: Partial<FoundSecret>, file = WORKFLOW): FoundSecret {
	return sampleSecret({
		variable: 'STRIPE_SECRET_KEY',
		places: [{ file, line: 7, place: 'head', text: 'STRIPE_SECRET_KEY: [redacted]' }],
		...about,
	});
}
