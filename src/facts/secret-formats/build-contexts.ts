import { posix } from 'node:path';
import { copiedFrom, parseDockerfile } from './dockerfile.ts';
import { entriesOf, nodeAt, type TreeNode, wordsAt } from './tree-node.ts';

/** A Dockerfile and the folder it is built from; paths relative to the root, the root itself empty. */
export interface ImageBuild {
	readonly dockerfile: string;
	readonly context: string;
}

/** What the services of a compose file are built from. */
export function composeBuilds(file: string, trees: readonly TreeNode[]): readonly ImageBuild[] {
	const folder = folderOf(file);
	return trees.flatMap((tree) =>
		entriesOf(nodeAt(tree, 'services')).flatMap(([, service]) => {
			const build = nodeAt(service, 'build');
			const written = build?.kind === 'text' ? build.value : wordsAt(build, 'context');
			if (written === '' || written.includes(':') || written.includes('$')) return [];
			const context = within(folder, written);
			if (context === null) return [];
			const dockerfile = within(context, wordsAt(build, 'dockerfile') || 'Dockerfile');
			return dockerfile === null ? [] : [{ dockerfile, context }];
		}),
	);
}

/** Folders that hold Dockerfiles for what lies above them. */
const ASIDE = /^\.?(?:docker|dockerfiles?|containers?|deploy(?:ment)?|build|ci|infra|ops)$/i;

/** The context of a Dockerfile that no compose file names: its folder, or the one it is kept aside of. */
export function usualContext(dockerfile: string): string {
	let folder = folderOf(dockerfile);
	while (folder !== '' && ASIDE.test(posix.basename(folder))) folder = folderOf(folder);
	return folder;
}

/** One COPY or ADD of whole folders, and the files among the given ones that it takes. */
export interface FolderCopy {
	/** 1-based. */
	readonly line: number;
	/** `COPY . .` */
	readonly instruction: string;
	readonly files: readonly string[];
}

/** `files` are relative to the context. A file that is copied by its own name is meant to be. */
export function folderCopies(dockerfile: string, files: readonly string[]): readonly FolderCopy[] {
	return parseDockerfile(dockerfile).flatMap((instruction) => {
		const folders = copiedFrom(instruction).flatMap((source) => {
			const folder = within('', source.replace(/(?:^|\/)\*$/, '') || '.');
			return folder === null ? [] : [folder];
		});
		const taken = files.filter((file) =>
			folders.some((folder) => folder === '' || file.startsWith(`${folder}/`)),
		);
		if (taken.length === 0) return [];
		const written = `${instruction.keyword} ${instruction.text}`.slice(0, 120);
		return [{ line: instruction.line, instruction: written, files: taken }];
	});
}

const folderOf = (path: string): string => (path.includes('/') ? posix.dirname(path) : '');

/** `null` where it leads out of the root. */
function within(folder: string, path: string): string | null {
	const joined = posix.join(folder === '' ? '.' : folder, path).replace(/\/$/, '');
	if (joined === '..' || joined.startsWith('../')) return null;
	const plain = joined.replace(/^\/+/, '');
	return plain === '.' ? '' : plain;
}
