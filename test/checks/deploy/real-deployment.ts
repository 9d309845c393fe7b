import type { AnyCheck } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { FilesPort, Io } from '../../../src/core/io.ts';
import { deployedImages } from '../../../src/facts/deploy/deployed-images.ts';
import { deployedStarts } from '../../../src/facts/deploy/deployed-starts.ts';
import { repositorySecrets } from '../../../src/facts/secrets/repository.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder, write } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

export type Files = Readonly<Record<string, string>>;

const observed = async (
	{ source, params }: { source: object; params: unknown },
	io: Io,
): Promise<unknown> =>
	'observe' in source
		? (source.observe as (params: unknown, io: Io) => Promise<unknown>)(params, io)
		: undefined;

/** What a check says of a folder on disk, through the probes that it asks for. */
export async function findingsIn(
	check: AnyCheck,
	root: string,
	files: FilesPort = createFiles({ configFolder: temporaryFolder() }),
): Promise<readonly Finding[]> {
	const io = { files } as unknown as Io;
	const isStart = check.id === 'deploy/start';
	const given = isStart
		? { found: await observed(deployedStarts({ root }), io) }
		: {
				found: await observed(deployedImages({ root }), io),
				secrets: await observed(repositorySecrets({ root }), io),
			};
	return judged(check, given);
}

/** The same of a repository with these files, in words. */
export async function sayings(
	check: AnyCheck,
	files: Files,
	untracked: Files = {},
): Promise<readonly string[]> {
	const root = committed(files);
	write(root, untracked);
	return inWords(await findingsIn(check, root));
}
