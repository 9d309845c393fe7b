/** Who installs the dependencies of a folder. */
export const MANAGERS = [
	'npm',
	'pnpm',
	'yarn',
	'bun',
	'pip',
	'pipenv',
	'poetry',
	'uv',
	'pdm',
	'bundler',
	'composer',
	'cargo',
	'go',
] as const;
export type Manager = (typeof MANAGERS)[number];

/** Lock files by name. */
export const LOCKS: Readonly<Record<string, Manager>> = {
	'package-lock.json': 'npm',
	'npm-shrinkwrap.json': 'npm',
	'pnpm-lock.yaml': 'pnpm',
	'yarn.lock': 'yarn',
	'bun.lock': 'bun',
	'bun.lockb': 'bun',
	'Pipfile.lock': 'pipenv',
	'poetry.lock': 'poetry',
	'uv.lock': 'uv',
	'pdm.lock': 'pdm',
	'Gemfile.lock': 'bundler',
	'composer.lock': 'composer',
	'Cargo.lock': 'cargo',
	'go.sum': 'go',
};

export type Ecosystem = 'node' | 'python' | 'ruby' | 'php' | 'rust' | 'go';

export const MANIFESTS: Readonly<Record<string, Ecosystem>> = {
	'package.json': 'node',
	Pipfile: 'python',
	'pyproject.toml': 'python',
	'requirements.txt': 'python',
	Gemfile: 'ruby',
	'composer.json': 'php',
	'Cargo.toml': 'rust',
	'go.mod': 'go',
};

export const ECOSYSTEM_OF: Readonly<Record<Manager, Ecosystem>> = {
	npm: 'node',
	pnpm: 'node',
	yarn: 'node',
	bun: 'node',
	pip: 'python',
	pipenv: 'python',
	poetry: 'python',
	uv: 'python',
	pdm: 'python',
	bundler: 'ruby',
	composer: 'php',
	cargo: 'rust',
	go: 'go',
};

/** Folder of a path, without slash; empty for the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const joined = (folder: string, name: string): string =>
	folder === '' ? name : `${folder}/${name}`;

/** Not what is deployed. */
export const isElsewhere = (path: string): boolean =>
	/(?:^|\/)(?:node_modules|vendor|tests?|__tests__|__fixtures__|fixtures?|testdata|examples?|samples?|demos?|docs?|templates?|benchmarks?|e2e|playgrounds?|\.devcontainer|\.github|\.vscode|third[_-]party)\//i.test(
		path,
	);
