import {
	at,
	cannotSay,
	type DeployedImage,
	type DeployedImages,
	defineCheck,
	deployedImages,
	doesNotApply,
	type FoundSecret,
	minutes,
	type RepositorySecrets,
	repositories,
	repositorySecrets,
	SAMPLE_SECRET,
	type Severity,
	z,
} from '../../src/sdk.ts';
import {
	heardSignals,
	ignoreFile,
	otherUser,
	outOfTheImage,
	pinned,
	productionStage,
} from './_container-fix.ts';
import { severityInImage } from './_secret-severity.ts';

type InImage = {
	how: 'ENV' | 'ARG' | 'COPY';
	file: string;
	line: number;
	variable: string;
	source: string;
	/** `Stripe secret key (sk_l…, 32 characters)`; empty where only a name is known. */
	shown: string;
	rotate: string;
	severity: Severity;
	confidence: 'high' | 'medium' | 'low';
	/** Empty where the value is not known. */
	fingerprint: string;
};

type Bases = { file: string; line: number; images: string[]; lines: number[]; isTagged: boolean };
type Root = {
	file: string;
	line: number;
	base: string;
	isCertain: boolean;
	suggested: string;
	isSet: boolean;
};
type Broad = { file: string; line: number; text: string; ignoreFile: string };
type Development = NonNullable<DeployedImage['developmentPackages']> & { file: string };
type Deaf = NonNullable<DeployedImage['deaf']> & { file: string };

export default defineCheck({
	id: 'deploy/container',
	title: 'The image holds no secret, runs as nobody special and stops when it is told',
	rationale:
		'Whoever can pull an image can read every layer of it, what was deleted later included; and a process that is root, or deaf to signals, makes a small fault a large one.',
	references: [
		'https://docs.docker.com/build/building/secrets/',
		'https://docs.docker.com/build/building/best-practices/',
		'https://docs.docker.com/reference/dockerfile/#entrypoint',
		'CIS Docker Benchmark 4.1, 4.2, 4.10',
		'CWE-798 (hard-coded credentials)',
	],
	reach: 'upkeep',
	layer: 'content',
	over: repositories,
	options: z.object({}),

	verdicts: {
		sound: {
			outcome: 'pass',
			says: (a: { images: number }) =>
				`${a.images} ${a.images === 1 ? 'Dockerfile' : 'Dockerfiles'}: no secret in a layer, a user of its own, versions named, signals heard.`,
		},
		'secret-in-layer': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: InImage): Severity => a.severity,
			},
			effort: minutes(30),
			says: (a: InImage) =>
				a.how === 'COPY'
					? `${a.file}:${a.line} copies ${a.source} into the image${a.shown === '' ? ', whose name says that it holds secrets' : `, and with it ${a.shown}`}.`
					: a.shown === ''
						? `${a.file}:${a.line} takes ${a.variable} in as ${a.how}, and the image keeps it.`
						: `${a.file}:${a.line} sets ${a.variable === '' ? 'a value' : a.variable} with ${a.how} to ${a.shown}.`,
			impact: (a: InImage) =>
				a.how === 'COPY'
					? 'Everybody who can pull the image can take the file out of its layer, even where a later step deletes it.'
					: 'Everybody who can pull the image reads it with docker history or docker inspect.',
			confidence: (a: InImage) => a.confidence,
			control: (a: InImage) =>
				a.fingerprint === ''
					? 'The value is not in the repository, so that the name alone was judged; names for browsers were left out.'
					: 'Placeholders, samples and references to variables were excluded. The provider was not asked.',
			evidence: (a: InImage) => [
				{
					kind: 'file',
					summary: `${a.file}:${a.line}`,
					detail: `${a.how} ${a.how === 'COPY' ? a.source : a.variable}`.trim(),
				},
			],
			reproduce: 'docker history --no-trunc IMAGE',
			cause: (a: InImage) =>
				a.fingerprint === '' ? 'deploy/container/secret-in-layer' : `secret/${a.fingerprint}`,
			fix: outOfTheImage,
		},
		'runs-as-root': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: Root) =>
				a.isSet
					? `${a.file}:${a.line} sets the user to root, and nothing takes it back.`
					: `${a.file}:${a.line} begins the last stage from ${a.base} and sets no USER: the program runs as root.`,
			impact: 'A hole in the program is a hole with root in the container, one step from the host.',
			confidence: (a: Root) => (a.isCertain ? 'high' : 'medium'),
			control:
				'Base images that are documented to set a user, users set by manifests, and scripts that give root up were excluded.',
			fix: (a: Root) => otherUser(a.suggested),
		},
		'unpinned-base': {
			outcome: 'fail',
			severity: {
				oneOf: ['later', 'info'],
				pick: (a: Bases): Severity => (a.isTagged ? 'info' : 'later'),
			},
			effort: minutes(10),
			says: (a: Bases) =>
				a.isTagged
					? `${a.file}:${a.line} names ${a.images.join(', ')} by tag and not by digest.`
					: `${a.file}:${a.line} builds from ${a.images.join(', ')}: whatever is the latest on that day.`,
			impact: (a: Bases) =>
				a.isTagged
					? 'A tag is moved with every patch release: two builds of one commit can differ.'
					: 'The next build may bring another major version, and a rollback builds another image than the one that ran.',
			evidence: (a: Bases) =>
				a.images.map((image, index) => ({
					kind: 'file',
					summary: `${a.file}:${a.lines[index] ?? a.line}`,
					detail: image,
				})),
			fix: (a: Bases) => pinned(a.images),
		},
		'no-ignore-file': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(10),
			says: (a: Broad) =>
				`${a.file}:${a.line} takes the whole folder (${a.text}), and there is no ${a.ignoreFile}.`,
			impact:
				'Env files, the history of git and local packages of whoever builds go into the image and its cache.',
			fix: (a: Broad) => ignoreFile(a.ignoreFile),
		},
		'development-dependencies': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: Development) =>
				`${a.file}:${a.line} brings the development packages of ${a.manifest} into the last stage (${a.command}${a.from === '' ? '' : ` in stage ${a.from}`}).`,
			impact: 'The image is larger, slower to start, and has the holes of tools that never run.',
			fix: productionStage,
		},
		'signals-lost': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(15),
			says: (a: Deaf) =>
				`${a.file}:${a.line} starts ${a.by === 'shell' ? 'a shell' : a.by} as process 1 (${a.written}), which does not hand SIGTERM to the program.`,
			impact:
				'Every deploy waits for the grace period and then kills the program in the middle of requests.',
			control: 'Shells that end with exec, init programs and traps were excluded.',
			fix: heardSignals,
		},
	},

	needs: ({ subject: { root } }) => ({
		found: deployedImages({ root }),
		secrets: repositorySecrets({ root }),
	}),

	judge({ given: { found, secrets }, now, say }) {
		const { images, managed, unread } = found;
		const place = (verdict: string, { file, line }: { file: string; line: number }, nth = 0) => ({
			kind: 'file' as const,
			name: `${file}#${verdict}${nth === 0 ? '' : `-${nth + 1}`}`,
			file,
			line,
		});
		const counts = new Map<string, number>();
		const nextOf = (file: string) => {
			const before = counts.get(file) ?? 0;
			counts.set(file, before + 1);
			return before;
		};
		const said = [
			...secretsIn(images, [...secrets.secrets, ...found.secrets], now).map((a) =>
				at(place('secret', a, nextOf(a.file)), say('secret-in-layer', a)),
			),
			...images.flatMap((image) => [
				...rootIn(image).map((a) => at(place('user', a), say('runs-as-root', a))),
				...basesIn(image).map((a) =>
					at(place(a.isTagged ? 'tag' : 'base', a), say('unpinned-base', a)),
				),
				...broadIn(image).map((a) => at(place('context', a), say('no-ignore-file', a))),
				...(image.developmentPackages === null
					? []
					: [{ ...image.developmentPackages, file: image.file }].map((a) =>
							at(place('packages', a), say('development-dependencies', a)),
						)),
				...(image.deaf === null
					? []
					: [{ ...image.deaf, file: image.file }].map((a) =>
							at(place('start', a), say('signals-lost', a)),
						)),
			]),
			...(unread.length === 0
				? []
				: [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`)]),
		];
		if (said.length > 0) return said;
		if (images.length === 0) {
			return doesNotApply(
				managed.length > 0
					? `There is no Dockerfile: ${managed.join(' and ')} builds and runs the product.`
					: 'There is no Dockerfile.',
			);
		}
		return say('sound', { images: images.length });
	},

	examples: (example) => [
		example('a sound image', given({}), 'sound'),
		example('no image', { found: { ...NONE, images: [] }, secrets: found() }, 'not-applicable'),
		example(
			'a platform that needs none',
			{ found: { ...NONE, images: [], managed: ['Vercel'] }, secrets: found() },
			'not-applicable',
		),
		example(
			'a file that cannot be read',
			{ found: { ...NONE, unread: ['Dockerfile: permission denied'] }, secrets: found() },
			'unknown',
		),
		example('a literal in ENV', given(SETTING, secret({})), 'secret-in-layer'),
		...(['restricted', 'generic', 'test'] as const).map((tier) =>
			example(`a ${tier} one`, given(SETTING, secret({ tier })), 'secret-in-layer'),
		),
		example('a key for browsers', given(SETTING, secret({ tier: 'publishable' })), 'sound'),
		example(
			'a password of a container for tests',
			given(SETTING, secret({ local: true })),
			'sound',
		),
		example('a secret one line below', given(SETTING, secret({}, 'Dockerfile', 6)), 'sound'),
		example(
			'one that comes in from outside',
			given({ passed: [{ how: 'ARG', line: 3, variable: 'NPM_TOKEN' }] }),
			'secret-in-layer',
		),
		example(
			'a copied file with a secret',
			given(
				{ copied: [{ line: 7, file: '.npmrc', isThere: true }] },
				secret({ variable: '' }, '.npmrc', 1),
			),
			'secret-in-layer',
		),
		example(
			'a copied file without one',
			given({ copied: [{ line: 7, file: '.npmrc', isThere: true }] }),
			'sound',
		),
		example(
			'a copied file that is not here',
			given({ copied: [{ line: 7, file: '.env', isThere: false }] }),
			'secret-in-layer',
		),
		...(['node', 'adduser -D', ''] as const).map((suggested) =>
			example(
				`root, with ${suggested || 'no user'} at hand`,
				given({ user: { state: 'unset', line: 9, isCertain: suggested !== '', suggested } }),
				'runs-as-root',
			),
		),
		example(
			'a user that is root',
			given({ user: { state: 'root', line: 12, isCertain: true, suggested: 'node' } }),
			'runs-as-root',
		),
		example(
			'root that is given up',
			given({ user: { state: 'dropped', line: 9, isCertain: true, suggested: '' } }),
			'sound',
		),
		...(['none', 'latest', 'tag'] as const).map((how) =>
			example(
				`a base by ${how}`,
				given({ bases: [{ line: 1, image: 'node', pinned: how }] }),
				'unpinned-base',
			),
		),
		example(
			'the whole folder',
			given({ broadCopy: BROAD, hasIgnoreFile: false }),
			'no-ignore-file',
		),
		example('less than all of it', given({ broadCopy: null, hasIgnoreFile: false }), 'sound'),
		...(['npm', 'pip'] as const).flatMap((manager) =>
			['', 'build'].map((from) =>
				example(
					`development packages of ${manager}${from === '' ? '' : ' from a stage'}`,
					given({
						developmentPackages: {
							line: 8,
							command: `${manager} install`,
							manager,
							from,
							manifest: 'package.json',
						},
					}),
					'development-dependencies',
				),
			),
		),
		...(['shell', 'npm'] as const).map((by) =>
			example(
				`${by} as process 1`,
				given({
					deaf: {
						line: 11,
						written: 'CMD npm start',
						by,
						exec: by === 'npm' ? ['node', 'a.js'] : [],
					},
				}),
				'signals-lost',
			),
		),
	],
});

/** One a value, where an image has it first; then what only a name tells of. */
function secretsIn(
	images: readonly DeployedImage[],
	secrets: readonly FoundSecret[],
	now: Date,
): readonly InImage[] {
	const done = new Set<string>();
	return images.flatMap((image) => {
		const known = secrets.flatMap((secret): readonly InImage[] => {
			const where = whereIn(image, secret);
			const severity = severityInImage(secret, now);
			if (where === null || severity === 'info' || done.has(secret.fingerprint)) return [];
			done.add(secret.fingerprint);
			return [{ ...where, ...toldOf(secret), file: image.file, severity }];
		});
		const lines = new Set(known.map(({ line }) => line));
		return [...known, ...byName(image, secrets).filter(({ line }) => !lines.has(line))];
	});
}

function whereIn(image: DeployedImage, { places, variable }: FoundSecret) {
	for (const { file, line } of places) {
		const setting =
			file === image.file
				? image.settings.find((one) => one.line <= line && line <= one.endLine)
				: undefined;
		if (setting !== undefined) return { how: setting.how, line, variable, source: '' };
		const copy = image.copied.find((one) => one.file === file);
		if (copy !== undefined) {
			return { how: 'COPY' as const, line: copy.line, variable: '', source: file };
		}
	}
	return null;
}

function toldOf({
	provider,
	what,
	preview,
	length,
	rotate,
	confidence,
	state,
	fingerprint,
}: FoundSecret) {
	const certain = state === 'valid' ? 'high' : confidence;
	return {
		shown: `${provider} ${what} (${preview === '' ? '' : `${preview}…, `}${length} characters)`,
		rotate,
		confidence: state === 'invalid' ? ('low' as const) : certain,
		fingerprint,
	};
}

function byName(image: DeployedImage, secrets: readonly FoundSecret[]): readonly InImage[] {
	const told = {
		file: image.file,
		shown: '',
		rotate: '',
		severity: 'high',
		confidence: 'medium',
		fingerprint: '',
	} as const;
	const known = new Set(secrets.flatMap(({ places }) => places.map(({ file }) => file)));
	return [
		...image.passed.map(({ how, line, variable }) => ({
			...told,
			how,
			line,
			variable,
			source: '',
		})),
		...image.copied
			.filter(({ file, isThere }) => !isThere && !known.has(file))
			.map(({ line, file }) => ({
				...told,
				how: 'COPY' as const,
				line,
				variable: '',
				source: file,
			})),
	];
}

function rootIn({ file, base, user }: DeployedImage): readonly Root[] {
	const { state, line, isCertain, suggested } = user;
	if (state !== 'unset' && state !== 'root') return [];
	return [{ file, line, base, isCertain, suggested, isSet: state === 'root' }];
}

/** Those that say nothing in one finding, those with a tag in another. */
function basesIn({ file, bases }: DeployedImage): readonly Bases[] {
	return [false, true].flatMap((isTagged) => {
		const open = bases.filter(
			({ pinned: how }) => how !== 'digest' && (how === 'tag') === isTagged,
		);
		const [first] = open;
		if (first === undefined) return [];
		const own = open.filter(
			({ image }, index) => open.findIndex((one) => one.image === image) === index,
		);
		return [
			{
				file,
				line: first.line,
				images: own.map(({ image }) => image).slice(0, 10),
				lines: own.map(({ line }) => line).slice(0, 10),
				isTagged,
			},
		];
	});
}

function broadIn({
	file,
	broadCopy,
	hasIgnoreFile,
	ignoreFile: path,
}: DeployedImage): readonly Broad[] {
	return broadCopy === null || hasIgnoreFile ? [] : [{ file, ...broadCopy, ignoreFile: path }];
}

// ── Samples ──────────────────────────────────────────────────────────────────────────────────────

const BROAD = { line: 5, text: 'COPY . .' };

const IMAGE: DeployedImage = {
	file: 'Dockerfile',
	line: 9,
	base: 'node:22-alpine',
	user: { state: 'set', line: 12, isCertain: true, suggested: 'node' },
	bases: [{ line: 1, image: `node:22-alpine@sha256:${'0'.repeat(64)}`, pinned: 'digest' }],
	settings: [],
	passed: [],
	copied: [],
	broadCopy: BROAD,
	ignoreFile: '.dockerignore',
	hasIgnoreFile: true,
	developmentPackages: null,
	deaf: null,
};
const NONE: DeployedImages = { images: [IMAGE], secrets: [], unread: [], managed: [] };
const SETTING: Partial<DeployedImage> = { settings: [{ how: 'ENV', line: 4, endLine: 5 }] };

const found = (...secrets: FoundSecret[]): RepositorySecrets => ({
	head: null,
	gitUnread: '',
	scanned: { files: 1, bytes: 100 },
	binary: 0,
	tooLarge: [],
	unreadable: [],
	skipped: [],
	allowed: { count: 0, places: [] },
	secrets,
	values: [],
	truncated: false,
});

const given = (about: Partial<DeployedImage>, ...secrets: FoundSecret[]) => ({
	found: { ...NONE, images: [{ ...IMAGE, ...about }] },
	secrets: found(...secrets),
});

const secret = (about: Partial<FoundSecret>, file = 'Dockerfile', line = 5): FoundSecret => ({
	...SAMPLE_SECRET,
	variable: 'STRIPE_SECRET_KEY',
	places: [{ file, line, place: 'head', text: '[redacted]' }],
	...about,
});
