/** Who installs the dependencies of a folder. */
export const MANAGERS = [
	'npm',
	'pnpm',
	'yarn',
	'bun',
	'pip',
	'pip-tools',
	'pipenv',
	'poetry',
	'uv',
	'pdm',
	'bundler',
	'composer',
	'cargo',
	'go',
	'mix',
] as const;
export type Manager = (typeof MANAGERS)[number];

const ECOSYSTEMS = ['node', 'python', 'ruby', 'php', 'rust', 'go', 'elixir'] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

interface ManagerFacts {
	readonly ecosystem: Ecosystem;
	/** Files that it locks with, the one it reads first first. */
	readonly locks: readonly string[];
	/** Writes or repairs the lock. */
	readonly lock: string;
	/** Installs what the lock says, and fails where it cannot. */
	readonly frozen: string;
}

export const MANAGER_FACTS: Readonly<Record<Manager, ManagerFacts>> = {
	npm: {
		ecosystem: 'node',
		locks: ['npm-shrinkwrap.json', 'package-lock.json'],
		lock: 'npm install --package-lock-only',
		frozen: 'npm ci',
	},
	pnpm: {
		ecosystem: 'node',
		locks: ['pnpm-lock.yaml'],
		lock: 'pnpm install --lockfile-only',
		frozen: 'pnpm install --frozen-lockfile',
	},
	yarn: {
		ecosystem: 'node',
		locks: ['yarn.lock'],
		lock: 'yarn install',
		frozen: 'yarn install --frozen-lockfile',
	},
	bun: {
		ecosystem: 'node',
		locks: ['bun.lock', 'bun.lockb'],
		lock: 'bun install --lockfile-only',
		frozen: 'bun install --frozen-lockfile',
	},
	pip: {
		ecosystem: 'python',
		locks: [],
		lock: 'pip-compile --generate-hashes --output-file=requirements.txt requirements.in',
		frozen: 'pip install --require-hashes -r requirements.txt',
	},
	'pip-tools': {
		ecosystem: 'python',
		locks: [],
		lock: 'pip-compile requirements.in',
		frozen: 'pip-sync requirements.txt',
	},
	pipenv: {
		ecosystem: 'python',
		locks: ['Pipfile.lock'],
		lock: 'pipenv lock',
		frozen: 'pipenv install --deploy',
	},
	poetry: {
		ecosystem: 'python',
		locks: ['poetry.lock'],
		lock: 'poetry lock',
		frozen: 'poetry install --no-interaction',
	},
	uv: {
		ecosystem: 'python',
		locks: ['uv.lock'],
		lock: 'uv lock',
		frozen: 'uv sync --locked',
	},
	pdm: {
		ecosystem: 'python',
		locks: ['pdm.lock'],
		lock: 'pdm lock',
		frozen: 'pdm install --frozen-lockfile',
	},
	bundler: {
		ecosystem: 'ruby',
		locks: ['Gemfile.lock'],
		lock: 'bundle lock',
		frozen: 'BUNDLE_FROZEN=true bundle install',
	},
	composer: {
		ecosystem: 'php',
		locks: ['composer.lock'],
		lock: 'composer update --lock',
		frozen: 'composer install --no-interaction',
	},
	cargo: {
		ecosystem: 'rust',
		locks: ['Cargo.lock'],
		lock: 'cargo update --workspace',
		frozen: 'cargo build --release --locked',
	},
	go: { ecosystem: 'go', locks: ['go.sum'], lock: 'go mod tidy', frozen: 'go build -mod=readonly' },
	mix: {
		ecosystem: 'elixir',
		locks: ['mix.lock'],
		lock: 'mix deps.get',
		frozen: 'mix deps.get --check-locked',
	},
};

/** Lock files by name. */
export const LOCKS: ReadonlyMap<string, Manager> = new Map(
	MANAGERS.flatMap((manager) =>
		MANAGER_FACTS[manager].locks.map((name) => [name, manager] as const),
	),
);

export const MANIFESTS: Readonly<Record<string, Ecosystem>> = {
	'package.json': 'node',
	Pipfile: 'python',
	'pyproject.toml': 'python',
	'requirements.txt': 'python',
	Gemfile: 'ruby',
	'composer.json': 'php',
	'Cargo.toml': 'rust',
	'go.mod': 'go',
	'mix.exs': 'elixir',
};

/** Folder of a path, without slash; empty for the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const joined = (folder: string, name: string): string =>
	folder === '' ? name : `${folder}/${name}`;

/** Whether a folder is another, or lies in it. */
export const isBelow = (folder: string, above: string): boolean =>
	above === '' || folder === above || folder.startsWith(`${above}/`);

/** Not what is deployed. */
export const isElsewhere = (path: string): boolean =>
	/(?:^|\/)(?:\.[\w-]+|node_modules|vendor|tests?|__tests__|__fixtures__|fixtures?|testdata|examples?|samples?|demos?|docs?|templates?|benchmarks?|e2e|playgrounds?|third[_-]party)\//i.test(
		path,
	);

/** Written by a build: its manifests are copies. */
export const isBuilt = (path: string): boolean =>
	/(?:^|\/)(?:dist|build|out|target|_build|coverage)\//i.test(path);
