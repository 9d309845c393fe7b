import {
	at,
	cannotSay,
	commands,
	defineCheck,
	doesNotApply,
	type EnvFile,
	type Fix,
	type FoundSecret,
	isKeyFileName,
	minutes,
	type NotedFile,
	type RepositoryFiles,
	type RepositorySecrets,
	repositories,
	repositoryFiles,
	repositorySecrets,
	type Severity,
	z,
} from '../../src/sdk-repository.ts';
import {
	count,
	listed,
	oneLower,
	pasted,
	type SecretAt,
	secretsAt,
	severityAsCommitted,
} from './_at-file.ts';
import { sampleFiles, sampleSecret, sampleSecrets } from './_samples.ts';

/** What the wording is told of a file. No value is among it. */
type Told = {
	file: string;
	line: number;
	severity: Severity;
	/** What it is: `FileZilla settings`. */
	called: string;
	/** Variables, or what was found, in words. */
	holds: string[];
	/** Where the values are replaced. */
	rotate: string[];
	/** Of the gravest value; empty where only the file's form speaks. */
	fingerprint: string;
	tracked: boolean;
};

type Copied = {
	dockerfile: string;
	line: number;
	instruction: string;
	env: string[];
	ignoreFile: string;
	writeTo: string;
};

/** Addresses of people from which rows are personal data, and no contact in a header. */
const PEOPLE = 3;

const byFile = {
	outcome: 'fail',
	confidence: 'high',
	evidence: (a: Told) => [
		{ kind: 'file', summary: `${a.file}:${a.line}`, detail: a.holds.join('\n') },
	],
	reproduce: (a: Told) => `git ls-files --stage -- ${pasted(a.file)}`,
	cause: (a: Told) =>
		a.fingerprint === '' ? `secrets/files/${a.file}` : `secret/${a.fingerprint}`,
} as const;

const CLONES =
	'Everybody with the repository, a clone, a fork or an image of it can use what it holds';
const hasIt = (a: Told): string =>
	a.tracked ? 'is committed' : 'is in the folder that is deployed';

export default defineCheck({
	id: 'secrets/files',
	title: 'Files that hold credentials are outside git and outside images',
	rationale:
		'Env files, keys, logins, state and client settings are made to hold credentials. One that is ' +
		'committed or copied into an image goes wherever the repository or the image goes.',
	references: [
		'CWE-538 (sensitive information in an accessible file)',
		'CWE-321 (hard-coded cryptographic key)',
		'https://12factor.net/config',
		'https://docs.docker.com/build/concepts/context/#dockerignore-files',
	],
	reach: 'trust',
	layer: 'content',
	over: repositories,
	options: z.object({}),
	decisive: true,

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { env: number; files: number }) =>
				`Of ${count(a.files, 'file')}, none that is made for credentials is committed or copied into an image with one${a.env > 0 ? `; ${count(a.env, 'env file')} ${a.env === 1 ? 'is' : 'are'} where git does not see them` : ''}.`,
		},
		'env-committed': {
			...byFile,
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Told): Severity => a.severity,
			},
			effort: minutes(45),
			says: (a: Told) =>
				a.rotate.length === 0 && a.severity === 'later'
					? `${a.file} is tracked by git; its secrets are still stand-ins (${listed(a.holds)}).`
					: `${a.file} is tracked by git and holds values in use: ${listed(a.holds)}.`,
			impact: (a: Told) =>
				a.rotate.length === 0 && a.severity === 'later'
					? 'The next person to fill in a real value commits it with the file.'
					: `${CLONES}, and it stays in the history after the file is deleted.`,
			fix: (a: Told) =>
				takenOut(
					a,
					['.env*', '!.env.example'],
					'Take the env file out of git and replace its values',
				),
		},
		'env-not-ignored': {
			...byFile,
			severity: 'high',
			effort: minutes(5),
			reproduce: (a: Told) => `git check-ignore -v -- ${pasted(a.file)} || echo 'not ignored'`,
			says: (a: Told) => `${a.file} exists and no .gitignore rule keeps it out of git.`,
			impact:
				'The next `git add .` commits it, with every value in it, and from then on it is in the history.',
			fix: (a: Told) => ignored(a, ['.env*', '!.env.example']),
		},
		'env-not-container-ignored': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			confidence: 'high',
			says: (a: Copied) =>
				`${a.dockerfile}:${a.line} (${a.instruction}) copies ${listed(a.env)} into the image: ${a.ignoreFile === '' ? 'there is no .dockerignore' : `${a.ignoreFile} does not leave it out`}.`,
			impact:
				'Everybody who can pull the image reads the values, also when a later step deletes the file: it stays in its layer.',
			fix: (a: Copied): Fix => ({
				summary: `Leave env files out of the build context in ${a.writeTo}`,
				steps: [
					`Add the lines to ${a.writeTo}${a.ignoreFile === '' ? ', a new file' : ''}.`,
					'Give the values to the container when it starts: --env-file, the platform, or a mounted secret.',
					'Build again without cache, delete the images that were pushed, and replace the values in them.',
				],
				snippets: [
					{ platform: 'any', language: 'text', text: '**/.env*\n**/.dev.vars*\n!**/.env.example' },
					{ platform: 'any', language: 'shell', text: 'docker build --no-cache .' },
				],
			}),
			reproduce: 'docker build -t check . && docker run --rm --entrypoint ls check -a',
			evidence: (a: Copied) => [
				{
					kind: 'file',
					summary: `${a.dockerfile}:${a.line}`,
					detail: `${a.instruction}\n${a.env.join('\n')}`,
				},
			],
		},
		'example-has-real-value': {
			...byFile,
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Told): Severity => a.severity,
			},
			effort: minutes(30),
			confidence: 'medium',
			says: (a: Told) => `${a.file} is an example and holds ${listed(a.holds)}.`,
			impact:
				'An example is committed and copied by everybody: its values are known, and who copies it to start runs with them.',
			reproduce: (a: Told) => `git show HEAD:${pasted(a.file)} | cut -d= -f1`,
			fix: (a: Told) => ({
				summary: `Blank the ${a.holds.length === 1 ? 'value' : 'values'} in ${a.file} and replace them where they are in use`,
				steps: [
					...a.rotate.map(replaceAt),
					`Leave only the names in ${a.file}, each followed by = and nothing.`,
					'Only then revoke the old values: the history keeps them.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'text',
						text: a.holds.map((one) => `${variableIn(one)}=`).join('\n'),
					},
				],
			}),
		},
		'key-file-committed': {
			...byFile,
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Told): Severity => a.severity,
			},
			effort: minutes(90),
			says: (a: Told) => `${a.file} ${hasIt(a)}: ${a.called}.`,
			impact:
				'Whoever reads the file can pose as the server, sign as you, or log in where the key is accepted.',
			fix: (a: Told) =>
				takenOut(
					a,
					[a.file],
					'Replace the key and take the file out of git',
					'Generate a new key outside the repository, revoke the certificate or the access of the old one, and hand the new one over as a secret file of the platform.',
				),
		},
		'credential-file-committed': {
			...byFile,
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Told): Severity => a.severity,
			},
			effort: minutes(45),
			says: (a: Told) => `${a.file}, ${a.called}, ${hasIt(a)} and holds ${listed(a.holds)}.`,
			impact: `${CLONES}: it is what a program needs to log in as you.`,
			fix: (a: Told) =>
				takenOut(
					a,
					[a.file],
					'Replace the credentials and take the file out of git',
					...(/npmrc|yarnrc/.test(a.file)
						? [
								`Where the file must stay for its other lines, write \${NPM_TOKEN} in the place of the token.`,
							]
						: []),
				),
		},
		'state-committed': {
			...byFile,
			severity: 'high',
			effort: minutes(60),
			says: (a: Told) => `${a.file}, ${a.called}, ${hasIt(a)} and holds ${listed(a.holds)}.`,
			impact: `${CLONES}; personal data in it must be reported as disclosed if the repository was.`,
			fix: (a: Told) => {
				const remote = 'Keep the state in a remote backend with encryption and locking.';
				const isTerraform = a.called === 'Terraform state';
				return takenOut(
					a,
					isTerraform ? ['*.tfstate', '*.tfstate.*'] : [a.file],
					'Take the file out of git and replace the values in it',
					isTerraform
						? remote
						: /notebook/.test(a.called)
							? 'Clear the outputs before each commit: jupyter nbconvert --clear-output --inplace, or nbstripout as a filter.'
							: 'Keep it where access is granted to persons, and delete it when it is no longer needed.',
				);
			},
		},
		'client-settings': {
			...byFile,
			severity: 'high',
			effort: minutes(30),
			says: (a: Told) => `${a.file}, ${a.called}, ${hasIt(a)} and holds ${listed(a.holds)}.`,
			impact: `${CLONES}: clients store passwords so that they can read them again, and so can anybody else.`,
			fix: (a: Told) =>
				takenOut(
					a,
					[a.file],
					'Replace the passwords and take the settings out of git',
					a.called === 'coding assistant settings'
						? `Name the variable instead of its value (\${API_KEY}) where the settings are shared.`
						: 'Let the client ask for the password, or log in with a key that stays on the machine.',
				),
		},
	},

	needs: ({ subject }) => ({
		found: repositorySecrets({ root: subject.root }),
		files: repositoryFiles({ root: subject.root }),
	}),

	judge({ given: { found, files }, now, say }) {
		const seen: Seen = { found, files, now };
		const told = (verdict: ByFile) => (a: Told) =>
			at({ kind: 'file', name: a.file, file: a.file, line: a.line }, say(verdict, a));
		const said = [
			...envCommitted(seen).map(told('env-committed')),
			...envNotIgnored(seen).map(told('env-not-ignored')),
			...copiedEnv(seen).map((a) =>
				at(
					{ kind: 'file', name: a.dockerfile, file: a.dockerfile, line: a.line },
					say('env-not-container-ignored', a),
				),
			),
			...realExamples(seen).map(told('example-has-real-value')),
			...keyFiles(seen).map(told('key-file-committed')),
			...notedFiles(seen, 'credentials').map(told('credential-file-committed')),
			...notedFiles(seen, 'state').map(told('state-committed')),
			...notedFiles(seen, 'client-settings').map(told('client-settings')),
			...gapsIn(files),
		];
		if (said.length > 0) return said;
		if (files.files === 0) return doesNotApply('The repository has no files.');
		return say('none', { env: files.env.length, files: files.files });
	},

	examples: (example) => [
		example('nothing of the kind', { found: sampleSecrets(), files: sampleFiles({}) }, 'none'),
		example(
			'no files',
			{ found: sampleSecrets(), files: sampleFiles({ files: 0 }) },
			'not-applicable',
		),
		example(
			'an ignored .env',
			{ found: sampleSecrets(), files: sampleFiles({ env: [env({})] }) },
			'none',
		),
		example(
			'a tracked .env with a live key',
			{
				found: sampleSecrets(key({}, '.env')),
				files: sampleFiles({ env: [env({ tracked: true })] }),
			},
			'env-committed',
		),
		example(
			'a tracked .env with a password that no rule knows',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					env: [env({ tracked: true, real: [{ name: 'DB_PASSWORD', line: 2 }] })],
				}),
			},
			'env-committed',
		),
		example(
			'a tracked .env with stand-ins only',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					env: [env({ tracked: true, blank: [{ name: 'DB_PASSWORD', line: 2 }] })],
				}),
			},
			'env-committed',
		),
		example(
			'a tracked .env with public values only',
			{ found: sampleSecrets(), files: sampleFiles({ env: [env({ tracked: true })] }) },
			'none',
		),
		example(
			'a tracked .env with a key for browsers',
			{
				found: sampleSecrets(key({ tier: 'publishable', kind: 'publishable' }, '.env')),
				files: sampleFiles({ env: [env({ tracked: true })] }),
			},
			'none',
		),
		example(
			'an .env that nothing ignores',
			{
				found: sampleSecrets(),
				files: sampleFiles({ env: [env({ ignored: false, place: 'unignored' })] }),
			},
			'env-not-ignored',
		),
		example(
			'the same outside git',
			{
				found: { ...sampleSecrets(), head: null },
				files: sampleFiles({ inGit: false, env: [env({ ignored: false })] }),
			},
			'none',
		),
		example(
			'COPY . takes it',
			{
				found: sampleSecrets(),
				files: sampleFiles({ env: [env({})], images: { count: 1, copies: [copy()] } }),
			},
			'env-not-container-ignored',
		),
		example(
			'an example with a live key',
			{
				found: sampleSecrets(key({}, '.env.example', 'docs')),
				files: sampleFiles({ examples: [exampleFile({})] }),
			},
			'example-has-real-value',
		),
		example(
			'an example with the value of the .env',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					examples: [
						exampleFile({
							same: [
								{
									name: 'DB_PASSWORD',
									line: 4,
									as: '.env',
									length: 14,
									fingerprint: '0123456789abcdef',
								},
							],
						}),
					],
				}),
			},
			'example-has-real-value',
		),
		example(
			'an example with a signing secret that somebody typed',
			{
				found: sampleSecrets(key({ kind: 'signing-secret' }, '.env.example', 'docs')),
				files: sampleFiles({ examples: [exampleFile({})] }),
			},
			'none',
		),
		example(
			'an example with a signing secret that a generator made',
			{
				found: sampleSecrets(key({ kind: 'signing-secret' }, '.env.example', 'docs')),
				files: sampleFiles({ examples: [exampleFile({ made: [3] })] }),
			},
			'example-has-real-value',
		),
		example(
			'a private key in a .pem',
			{
				found: sampleSecrets(key({ kind: 'private-key', preview: '' }, 'tls/server.pem')),
				files: sampleFiles({}),
			},
			'key-file-committed',
		),
		example(
			'a key in the middle of source code is the matter of another check',
			{
				found: sampleSecrets(key({ kind: 'private-key', preview: '' }, 'src/sign.ts')),
				files: sampleFiles({}),
			},
			'none',
		),
		example(
			'a PKCS#12 store',
			{
				found: sampleSecrets(),
				files: sampleFiles({ keyStores: [{ ...placed('a.p12'), form: 'a PKCS#12 store' }] }),
			},
			'key-file-committed',
		),
		example(
			'the same among test data',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					keyStores: [{ ...placed('test/a.p12'), place: 'fixture', form: 'a PKCS#12 store' }],
				}),
			},
			'key-file-committed',
		),
		example(
			'the key of a service account',
			{
				found: sampleSecrets(key({ kind: 'private-key', preview: '' }, 'shop.json')),
				files: sampleFiles({ serviceAccounts: ['shop.json'] }),
			},
			'key-file-committed',
		),
		example(
			'.npmrc with a token',
			{
				found: sampleSecrets(key({}, '.npmrc')),
				files: sampleFiles({
					noted: [noted('.npmrc', 'credentials', 'a package manager configuration')],
				}),
			},
			'credential-file-committed',
		),
		example(
			'.npmrc without one',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					noted: [noted('.npmrc', 'credentials', 'a package manager configuration')],
				}),
			},
			'none',
		),
		example(
			'Terraform state with a password',
			{
				found: sampleSecrets(key({ tier: 'generic', kind: 'generic' }, 'a.tfstate')),
				files: sampleFiles({ noted: [noted('a.tfstate', 'state', 'Terraform state')] }),
			},
			'state-committed',
		),
		example(
			'a dump with three people',
			{
				found: sampleSecrets(),
				files: sampleFiles({ noted: [noted('a.sql', 'state', 'a database dump', { people: 3 })] }),
			},
			'state-committed',
		),
		example(
			'a dump with two',
			{
				found: sampleSecrets(),
				files: sampleFiles({ noted: [noted('a.sql', 'state', 'a database dump', { people: 2 })] }),
			},
			'none',
		),
		example(
			'a notebook that printed a key',
			{
				found: sampleSecrets(key({}, 'a.ipynb')),
				files: sampleFiles({
					noted: [noted('a.ipynb', 'state', 'a notebook', { within: [[2, 9]] })],
				}),
			},
			'state-committed',
		),
		example(
			'a notebook with a key in its code, which is the matter of another check',
			{
				found: sampleSecrets(key({}, 'a.ipynb')),
				files: sampleFiles({
					noted: [noted('a.ipynb', 'state', 'a notebook', { within: [[4, 9]] })],
				}),
			},
			'none',
		),
		example(
			'FTP settings with a password',
			{
				found: sampleSecrets(key({ kind: 'connection-uri' }, '.vscode/sftp.json')),
				files: sampleFiles({
					noted: [noted('.vscode/sftp.json', 'client-settings', 'FTP client settings')],
				}),
			},
			'client-settings',
		),
		example(
			'masked passwords',
			{
				found: sampleSecrets(),
				files: sampleFiles({
					noted: [
						noted('credentials-config.json', 'client-settings', 'DBeaver credentials', {
							masked: 1,
						}),
					],
				}),
			},
			'client-settings',
		),
		example(
			'git does not say what is tracked',
			{
				found: sampleSecrets(),
				files: sampleFiles({ inGit: false, gitUnread: 'it belongs to somebody else' }),
			},
			'unknown',
		),
		example(
			'a file that cannot be read',
			{ found: sampleSecrets(), files: sampleFiles({ unread: ['a.sql: permission denied'] }) },
			'unknown',
		),
	],
});

type ByFile =
	| 'env-committed'
	| 'env-not-ignored'
	| 'example-has-real-value'
	| 'key-file-committed'
	| 'credential-file-committed'
	| 'state-committed'
	| 'client-settings';

interface Seen {
	readonly found: RepositorySecrets;
	readonly files: RepositoryFiles;
	readonly now: Date;
}

/** Rules that are called after what the value opens. */
const NO_PROVIDER =
	/^(?:Server|Database|Package registry|Cloud storage|Framework|Account|Stored|Configured|Private|Unidentified|Application)$/;

/** `DB_PASSWORD (an SMTP password)`; what no provider is known for is its name alone. */
function nameOf({ provider, what, variable, tier, kind }: FoundSecret): string {
	const noun = NO_PROVIDER.test(provider)
		? `${provider.toLowerCase()} ${what}`
		: kind === 'private-key'
			? 'private key'
			: `${provider} ${what}`;
	const article =
		/^(?:[AEIO]|[FHLMNRSX][A-Z])/i.test(noun) && !/^[hlmnrsfx][a-z]/i.test(noun) ? 'an' : 'a';
	if (variable === '') return `${article} ${noun}`;
	return tier === 'generic' ? variable : `${variable} (${article} ${noun})`;
}

function toldOf(
	file: { path: string; tracked: boolean },
	called: string,
	at: readonly SecretAt[],
): Told {
	const [gravest] = at;
	return {
		file: file.path,
		line: gravest?.line ?? 1,
		severity: gravest?.severity ?? 'high',
		called,
		holds: at.map(({ secret }) => nameOf(secret)),
		rotate: [...new Set(at.map(({ secret }) => secret.rotate))],
		fingerprint: gravest?.secret.fingerprint ?? '',
		tracked: file.tracked,
	};
}

function envCommitted({ found, files, now }: Seen): readonly Told[] {
	return files.env
		.filter(({ tracked }) => tracked)
		.flatMap((file): readonly Told[] => {
			const at = secretsAt(found, file.path, now);
			if (file.place === 'fixture' || file.place === 'docs') {
				return at.length === 0 ? [] : [{ ...toldOf(file, ENV, at), severity: 'later' }];
			}
			const known = linesOf(found, file.path);
			const more = file.real.filter(({ line }) => !known.has(line));
			return at.length + more.length > 0 ? [inUse(file, at, more)] : standIns(file);
		});
}

/** Where the scan has its own word on a value, also that it is for browsers or for this machine only. */
function linesOf(found: RepositorySecrets, file: string): ReadonlySet<number> {
	const places = found.secrets.flatMap((secret) =>
		secret.places.filter((one) => one.file === file),
	);
	return new Set(places.map(({ line }) => line));
}

const ENV = 'an env file';

/** Server tier is what the matrix says; everything else that is in use is high. */
function inUse(file: EnvFile, at: readonly SecretAt[], more: EnvFile['real']): Told {
	const told = toldOf(file, ENV, at);
	const isBlocker = at.some(({ severity }) => severity === 'blocker');
	return {
		...told,
		line: at.length > 0 ? told.line : (more[0]?.line ?? 1),
		severity: isBlocker ? 'blocker' : 'high',
		holds: [...told.holds, ...more.map(({ name }) => name)],
	};
}

function standIns(file: EnvFile): readonly Told[] {
	const [first] = file.blank;
	if (!file.usual || first === undefined) return [];
	const holds = file.blank.map(({ name }) => name);
	return [{ ...toldOf(file, ENV, []), line: first.line, severity: 'later', holds }];
}

function envNotIgnored({ files }: Seen): readonly Told[] {
	if (!files.inGit) return [];
	return files.env
		.filter(({ tracked, ignored, place }) => !tracked && !ignored && place !== 'fixture')
		.filter(({ usual, real }) => usual || real.length > 0)
		.map((file) => ({
			...toldOf(file, ENV, []),
			holds: file.real.map(({ name }) => name),
		}));
}

/** One a Dockerfile: its ignore file mends them all. */
function copiedEnv({ files }: Seen): readonly Copied[] {
	const byDockerfile = new Map<string, Copied>();
	for (const { dockerfile, line, instruction, context, ignoreFile, env } of files.images.copies) {
		const before = byDockerfile.get(dockerfile);
		const beside = `${context === '' ? '' : `${context}/`}.dockerignore`;
		byDockerfile.set(dockerfile, {
			dockerfile,
			line: before?.line ?? line,
			instruction: before?.instruction ?? instruction,
			env: [...new Set([...(before?.env ?? []), ...env])],
			ignoreFile,
			writeTo: ignoreFile === '' ? beside : ignoreFile,
		});
	}
	return [...byDockerfile.values()];
}

/** By looks alone: no provider's shape vouches for the value. */
const BY_LOOKS: readonly FoundSecret['kind'][] = ['signing-secret', 'generic', 'connection-uri'];

function realExamples({ found, files, now }: Seen): readonly Told[] {
	return files.examples.flatMap((file) => {
		const same = new Map(file.same.map((one) => [one.line, one]));
		const at = secretsAsCommitted(found, file.path, now).flatMap(({ secret, line, severity }) => {
			if (same.has(line) || !BY_LOOKS.includes(secret.kind)) return [{ secret, line, severity }];
			if (!file.made.includes(line)) return [];
			const lowered = secret.kind === 'connection-uri' ? severity : oneLower(severity);
			return lowered === 'info' ? [] : [{ secret, line, severity: lowered }];
		});
		const known = linesOf(found, file.path);
		const more = file.same.filter(({ line }) => !known.has(line));
		if (at.length + more.length === 0) return [];
		const told = toldOf(file, 'an example', at);
		const [first] = more;
		return [
			{
				...told,
				line: at.length > 0 ? told.line : (first?.line ?? 1),
				fingerprint: told.fingerprint === '' ? (first?.fingerprint ?? '') : told.fingerprint,
				holds: [
					...told.holds,
					...more.map(({ name, as }) => `${name} (the same value as in ${as})`),
				],
			},
		];
	});
}

function secretsAsCommitted(
	found: RepositorySecrets,
	file: string,
	now: Date,
): readonly SecretAt[] {
	return found.secrets.flatMap((secret) => {
		const place = secret.places.find((one) => one.file === file);
		const isOpen = secret.tier !== 'publishable' && secret.tier !== 'identifier';
		const severity = place !== undefined && isOpen ? severityAsCommitted(secret, now) : null;
		if (place === undefined || severity === null || severity === 'info') return [];
		return [{ secret, line: place.line, severity }];
	});
}

function keyFiles({ found, files, now }: Seen): readonly Told[] {
	const accounts = new Set(files.serviceAccounts);
	const paths = new Set(
		found.secrets
			.filter(({ kind }) => kind === 'private-key')
			.flatMap(({ places }) =>
				places.filter(({ place }) => place !== 'unignored').map(({ file }) => file),
			),
	);
	const written = [...paths].flatMap((path) => {
		if (!isKeyFileName(path) && !accounts.has(path)) return [];
		const at = secretsAt(found, path, now).filter(({ secret }) => secret.kind === 'private-key');
		if (at.length === 0) return [];
		const [first] = at;
		const locked = first?.secret.encrypted === true ? ', under a passphrase' : '';
		const what = accounts.has(path) ? 'the key of a service account' : `a private key${locked}`;
		return [toldOf({ path, tracked: files.inGit }, what, at)];
	});
	const stores = files.keyStores.map((file) => ({
		...toldOf(file, file.form, []),
		holds: [file.form],
		severity:
			file.place === 'fixture' || file.place === 'docs' ? ('later' as const) : ('blocker' as const),
	}));
	return [...written, ...stores];
}

function notedFiles(seen: Seen, sort: NotedFile['sort']): readonly Told[] {
	return seen.files.noted.flatMap((file) => {
		if (file.sort !== sort) return [];
		// A service account's key is told as a key.
		if (seen.files.serviceAccounts.includes(file.path)) return [];
		const at = secretsAt(seen.found, file.path, seen.now).filter(({ line }) =>
			isWithin(file, line),
		);
		const isAside = file.place === 'fixture' || file.place === 'docs';
		// Test data and documentation are not in use: the tree's check has what is real in them.
		if (isAside && (sort === 'state' || sort === 'client-settings')) return [];
		const more = [
			...(file.masked > 0 ? [count(file.masked, 'masked password')] : []),
			...(file.people >= PEOPLE ? [`the e-mail addresses of ${file.people} people`] : []),
		];
		if (at.length + more.length === 0) return [];
		const told = toldOf(file, file.called, at);
		return [{ ...told, holds: [...told.holds, ...more] }];
	});
}

const isWithin = ({ within }: NotedFile, line: number): boolean =>
	within === null || within.some(([from, to]) => line >= from && line <= to);

/** Git's silence about all of it can hide what a launch hangs on; a single file cannot. */
function gapsIn({ gitUnread, unread }: RepositoryFiles) {
	return [
		...(gitUnread === ''
			? []
			: [cannotSay('unreadable', `What is tracked is unknown: ${gitUnread}`)]),
		...(unread.length === 0
			? []
			: [
					cannotSay(
						'unreadable',
						`Not read: ${count(unread.length, 'file')} (${listed(unread)})`,
						'high',
					),
				]),
	];
}

/** The variable in `NAME (what it is)`. */
const variableIn = (holds: string): string =>
	/^[A-Z][A-Z0-9_]*(?= \(|$)/.exec(holds)?.[0] ?? 'NAME';

/** A guide where no provider is known. */
const replaceAt = (url: string): string =>
	url === ''
		? 'Set a new value where the old one is accepted.'
		: /cheatsheetseries|datatracker/.test(url)
			? `Set a new value where the old one is accepted (how to keep it: ${url}).`
			: `Create a new value: ${url}`;

/** Replace first, then out of git and kept out; the file itself stays on the machine. */
function takenOut(a: Told, rules: readonly string[], summary: string, ...steps: string[]): Fix {
	const { file, tracked, rotate } = a;
	return commands(
		summary,
		[...(tracked ? [`git rm --cached -- ${pasted(file)}`] : []), ignoreLine(file, rules)],
		...rotate.map(replaceAt),
		...steps,
		'Commit the removal. It stays in the history and in every clone: only replacing the values ends their use.',
	);
}

function ignored({ file }: Told, rules: readonly string[]): Fix {
	return commands(
		`Add the env file to .gitignore`,
		[ignoreLine(file, rules), `git check-ignore -v -- ${pasted(file)}`],
		'The second command shows the rule that now keeps it out.',
	);
}

function ignoreLine(file: string, rules: readonly string[]): string {
	const own = rules.includes(file) ? [`/${pasted(file)}`] : rules;
	return `printf '%s\\n' '' ${own.map((rule) => `'${rule}'`).join(' ')} >> .gitignore`;
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

function key(
	about: Partial<FoundSecret>,
	file: string,
	place: FoundSecret['places'][number]['place'] = 'head',
): FoundSecret {
	return sampleSecret({ ...about, places: [{ file, line: 3, place, text: '[redacted]' }] });
}

const placed = (path: string) => ({ path, tracked: true, ignored: false, place: 'head' as const });

function env(about: Partial<EnvFile>): EnvFile {
	const isTracked = about.tracked === true;
	return {
		path: '.env',
		tracked: false,
		ignored: !isTracked,
		place: isTracked ? 'head' : 'own',
		usual: true,
		real: [],
		blank: [],
		entries: 4,
		...about,
	};
}

const exampleFile = (about: Partial<RepositoryFiles['examples'][number]>) => ({
	...placed('.env.example'),
	place: 'docs' as const,
	same: [],
	made: [],
	...about,
});

const noted = (
	path: string,
	sort: NotedFile['sort'],
	called: string,
	about: Partial<NotedFile> = {},
): NotedFile => ({ ...placed(path), sort, called, people: 0, masked: 0, within: null, ...about });

const copy = (): RepositoryFiles['images']['copies'][number] => ({
	dockerfile: 'Dockerfile',
	line: 4,
	instruction: 'COPY . .',
	context: '',
	ignoreFile: '',
	env: ['.env'],
});
