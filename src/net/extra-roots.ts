import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/**
 * The roots to trust where more than Node's own are asked for; `undefined` where they are enough (Node
 * reads NODE_EXTRA_CA_CERTS by itself then). Throws for a file that cannot be read.
 */
export async function extraRoots(
	caFiles: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Promise<string[] | undefined> {
	if (caFiles.length === 0) return undefined;
	const { NODE_EXTRA_CA_CERTS: extra } = env;
	const files = extra === undefined || extra === '' ? caFiles : [...caFiles, extra];
	const own = await Promise.all(files.map((file) => readFile(file, 'utf8')));
	return [...rootCertificates, ...own];
}
