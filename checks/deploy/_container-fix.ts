import { advice, type DeployedImage, type Fix } from '../../src/sdk.ts';

const inDockerfile = (summary: string, text: string, ...steps: string[]): Fix => ({
	summary,
	steps,
	snippets: [{ platform: 'any', language: 'dockerfile', text }],
});

/** A name that a shell and a Dockerfile read as it stands. */
const plain = (name: string, otherwise: string): string =>
	/^[\w./-]{1,100}$/.test(name) ? name : otherwise;

export interface InLayer {
	readonly how: 'ENV' | 'ARG' | 'COPY';
	readonly file: string;
	readonly line: number;
	/** Empty for a copied file. */
	readonly variable: string;
	/** The copied file; empty for a variable. */
	readonly source: string;
	/** Where to replace the value; empty where it is not known. */
	readonly rotate: string;
}

/** Out of the image, and, since whoever has an image has its layers, replaced. */
export function outOfTheImage({ how, file, line, variable, source, rotate }: InLayer): Fix {
	const name = plain(variable, 'TOKEN');
	const replace = `Create a new value${rotate === '' ? '' : `: ${rotate}`}; then delete the images that were built with the old one.`;
	if (how === 'COPY') {
		return {
			summary: `Leave ${source} out of the image`,
			steps: [
				`Delete the instruction at ${file}:${line}, and give the values to the running container: docker run --env-file, or the variables of the platform.`,
				'What a build step needs is mounted for that step alone.',
				replace,
			],
			snippets: [
				{
					platform: 'any',
					language: 'dockerfile',
					text: `RUN --mount=type=secret,id=file,target=${`/run/secrets/${plain(source, 'file').split('/').at(-1)}`} your-command`,
				},
				{
					platform: 'any',
					language: 'shell',
					text: `printf '\\n%s\\n' '${plain(source, '.env*')}' >> .dockerignore\ndocker build --secret id=file,src=${plain(source, 'FILE')} .`,
				},
			],
		};
	}
	return {
		summary: `Mount ${name} for the build step that needs it, or set it when the container starts`,
		steps: [
			`Delete the ${how} at ${file}:${line}.`,
			'A value that the program needs at run time belongs to the variables of the platform.',
			replace,
		],
		snippets: [
			{
				platform: 'any',
				language: 'dockerfile',
				text: `RUN --mount=type=secret,id=${name.toLowerCase()},env=${name} your-command`,
			},
			{
				platform: 'any',
				language: 'shell',
				text: `docker build --secret id=${name.toLowerCase()},env=${name} .`,
			},
		],
	};
}

/** The user that the base image brings, or a new one. */
export function otherUser(suggested: string): Fix {
	const before = 'Put it after everything that is installed, before CMD.';
	const owned =
		'What the program writes must belong to the user: COPY --chown, or chown in the RUN that makes the folder.';
	if (suggested === 'adduser -D') {
		return inDockerfile(
			'Create a user and run as it',
			'RUN addgroup -S app && adduser -S -G app app\nUSER app',
			before,
			owned,
		);
	}
	if (suggested === '') {
		return inDockerfile(
			'Create a user and run as it',
			'RUN useradd --system --create-home --uid 10001 app\nUSER app',
			before,
			owned,
		);
	}
	return inDockerfile(
		`Run as ${suggested}, which the base image has already`,
		`USER ${suggested}`,
		before,
		owned,
	);
}

export function pinned(images: readonly string[]): Fix {
	const [first = 'IMAGE'] = images;
	const name = plain(first.replace(/[:@].*$/, ''), 'IMAGE');
	return {
		summary: 'Name the version and the digest of every base image',
		steps: [
			'Ask for the digest of the version that is in use, and write both into FROM.',
			'Let Dependabot or Renovate raise them, so that security fixes still arrive.',
		],
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: `docker buildx imagetools inspect ${name}:VERSION --format '{{.Manifest.Digest}}'`,
			},
			{ platform: 'any', language: 'dockerfile', text: `FROM ${name}:VERSION@sha256:DIGEST` },
		],
	};
}

const IGNORED = [
	'.git',
	'.env*',
	'!.env.example',
	'*.pem',
	'*.key',
	'node_modules',
	'dist',
	'coverage',
	'.next',
	'__pycache__',
	'.venv',
	'*.log',
	'Dockerfile*',
	'.dockerignore',
];

export function ignoreFile(path: string): Fix {
	return {
		summary: `Add ${path}`,
		steps: ['Take out what the build needs after all, such as dist where it is built outside.'],
		snippets: [{ platform: 'any', language: 'dockerignore', text: IGNORED.join('\n') }],
	};
}

const PRODUCTION: Readonly<Record<string, string>> = {
	npm: 'RUN npm ci --omit=dev',
	yarn: 'RUN yarn install --immutable && yarn workspaces focus --production',
	pnpm: 'RUN pnpm install --prod --frozen-lockfile',
	bun: 'RUN bun install --production --frozen-lockfile',
	composer: 'RUN composer install --no-dev --optimize-autoloader',
	poetry: 'RUN poetry install --only main --no-root',
	uv: 'RUN uv sync --frozen --no-dev',
	pipenv: 'RUN pipenv install --deploy',
	pip: 'RUN pip install --no-cache-dir -r requirements.txt',
	bundler: "RUN bundle config set --local without 'development test' && bundle install",
};
const NODE = /^(?:npm|yarn|pnpm|bun)$/;

/** A stage that builds with everything, and one that runs with what it needs. */
export function productionStage({
	manager,
	from,
}: NonNullable<DeployedImage['developmentPackages']>): Fix {
	const install = PRODUCTION[manager] ?? 'RUN npm ci --omit=dev';
	const steps = [
		from === ''
			? 'Install everything in a stage that builds, and start the last stage anew with this.'
			: `Install in the last stage instead of copying from ${plain(from, 'the other one')}, or prune there before it is copied.`,
	];
	const copied = NODE.test(manager) ? 'COPY package*.json ./\n' : '';
	return inDockerfile(
		'Leave development packages out of the last stage',
		`${copied}${install}`,
		...steps,
	);
}

export function heardSignals({ exec }: NonNullable<DeployedImage['deaf']>): Fix {
	const how =
		'Handle SIGTERM in the program: stop accepting requests, finish the open ones, close the database, exit.';
	if (exec.length === 0) {
		return advice(
			'Let the program itself be process 1, in the exec form',
			'Write CMD ["program", "argument"]; where a shell has to prepare something, end it with exec program "$@".',
			how,
		);
	}
	const list = exec.map((word) => JSON.stringify(word)).join(', ');
	return inDockerfile('Start the program itself, in the exec form', `CMD [${list}]`, how);
}
