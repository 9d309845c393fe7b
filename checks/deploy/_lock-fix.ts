import { commands, type Fix, type LockState, MANAGER_FACTS, type Manager } from '../../src/sdk.ts';

/** Names that are more than letters could be read as something else by a shell. */
const isPlain = (path: string): boolean => /^[\w@./+-]+$/.test(path) && !path.startsWith('-');
const inFolder = (folder: string): readonly string[] =>
	folder !== '' && isPlain(folder) ? [`cd ${folder}`] : [];
const lockName = (manager: Manager): string =>
	MANAGER_FACTS[manager].locks.at(-1) ?? 'requirements.txt';
const added = (manager: Manager): string => (manager === 'bun' ? 'bun.lock' : lockName(manager));

export const frozenFor = (manager: Manager, isBerry = false): string =>
	manager === 'yarn' && isBerry ? 'yarn install --immutable' : MANAGER_FACTS[manager].frozen;

export function makeLock({ folder, manager }: { folder: string; manager: Manager }): Fix {
	const first = manager === 'pip' ? ['git mv requirements.txt requirements.in'] : [];
	return commands(
		`Lock the dependencies with ${manager === 'pip' ? 'pip-tools' : manager} and commit the lock`,
		[
			...inFolder(folder),
			...first,
			MANAGER_FACTS[manager].lock,
			`git add ${manager === 'pip' ? 'requirements.in ' : ''}${added(manager)}`,
			`git commit -m "Lock dependencies"`,
		],
		`Let CI and the image install with: ${frozenFor(manager)}`,
	);
}

export function commitLock(a: {
	file: string;
	folder: string;
	manager: Manager;
	ignoredBy: string;
	exists: boolean;
}): Fix {
	const path = isPlain(a.file) ? a.file : '<the lock file>';
	const make = a.exists ? [] : [...inFolder(a.folder), MANAGER_FACTS[a.manager].lock];
	const name = a.exists ? path : added(a.manager);
	return commands(
		a.ignoredBy === ''
			? `Commit ${a.file}`
			: `Take the rule at ${a.ignoredBy} out, and commit ${a.file}`,
		[...make, `git add ${name}`, `git commit -m "Commit the lock file"`],
		...(a.ignoredBy === ''
			? []
			: [
					`Delete line ${a.ignoredBy.split(':').at(-1)} of ${a.ignoredBy.replace(/:\d+$/, '')} first.`,
				]),
		`Let CI and the image install with: ${frozenFor(a.manager)}`,
	);
}

/** Which one is kept decides who installs: the image, CI, the team. */
export function keepOne({ locks, managers }: { locks: string[]; managers: Manager[] }): Fix {
	const [kept, ...rest] = managers;
	const shown = rest
		.map((manager) => locks.find((path) => path.endsWith(lockName(manager))) ?? '')
		.filter(isPlain);
	const isNode = managers.some((one) => MANAGER_FACTS[one].ecosystem === 'node');
	return commands(
		`Keep the lock of the manager that the deploy uses, and delete the other`,
		[`git rm ${(shown.length > 0 ? shown : locks.slice(1)).filter(isPlain).join(' ')}`],
		`The command keeps ${kept}; where another manager installs in CI and in the image, delete the lock of ${kept} instead.`,
		...(isNode
			? [
					'Name the manager in package.json, so that Corepack and platforms take the same: "packageManager": "<name>@<version>".',
				]
			: []),
	);
}

export function renewLock(a: {
	file: string;
	folder: string;
	manager: Manager;
	isBerry: boolean;
	why: LockState['outOfDate'][number]['why'];
}): Fix {
	const make =
		a.manager === 'yarn' && a.isBerry
			? 'yarn install --mode=update-lockfile'
			: MANAGER_FACTS[a.manager].lock;
	const name = isPlain(a.file)
		? a.file.slice(a.folder === '' ? 0 : a.folder.length + 1)
		: '<the lock file>';
	const restore = a.why === 'differs' ? [] : [`git rm --cached ${name}`, `rm ${name}`];
	return commands(
		`Write ${a.file} anew and commit it`,
		[
			...inFolder(a.folder),
			...restore,
			make,
			`git add ${name}`,
			'git commit -m "Update the lock file"',
		],
		`Prove it: ${frozenFor(a.manager, a.isBerry)}`,
	);
}

export function freeze(a: { file: string; line: number; command: string; instead: string }): Fix {
	return {
		summary: `Install with: ${a.instead}`,
		steps: [
			`Replace "${a.command}" at ${a.file}:${a.line}.`,
			'The lock file has to be there before it runs: copy it into the image together with the manifest.',
		],
		snippets: [{ platform: 'any', language: 'shell', text: a.instead }],
	};
}
