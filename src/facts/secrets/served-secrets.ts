import { Unobserved } from '../../core/fact.ts';
import type { FilesPort, HttpAnswered, Io } from '../../core/io.ts';
import { type EnvValues, envValuesOf } from './env-values.ts';
import { type OutputSecrets, type OutputText, secretsInOutput } from './output-secrets.ts';
import { mergedSecrets } from './secret-found.ts';

/** A NUL in the first 8 KB makes an answer binary, as in git. */
const BINARY_WITHIN = 8 * 1024;

/** Belong to the one visitor who gets them, or to the connection. */
const OF_VISITORS =
	/^(?:set-cookie|authorization|www-authenticate|location|etag|x-amz-.*|x-csrf-token|x-xsrf-token|content-security-policy.*|report-to|nel|reporting-endpoints|link)$/i;

/**
 * The secrets in an answer, body and headers, before anything is taken out of them: by rule, and by the
 * exact values of the repository that the user gave with the domain.
 */
export async function secretsServed(
	url: string,
	{ headers, body }: Pick<HttpAnswered, 'headers' | 'body'>,
	io: Io,
): Promise<OutputSecrets> {
	const { bytes } = body;
	const isText = bytes !== '' && !bytes.slice(0, BINARY_WITHIN).includes('\0');
	const texts: OutputText[] = [
		...(isText ? [{ file: url, text: bytes, sort: sortOf(url, headers, bytes) }] : []),
		...headers
			.filter(([name, value]) => value.length >= 16 && !OF_VISITORS.test(name))
			.map(([name, value]) => ({
				file: `${url} (header ${name.toLowerCase()})`,
				text: value,
				sort: 'code' as const,
			})),
	];
	return secretsInTexts(texts, io);
}

/** The same of several texts that came in one answer. */
export async function secretsInTexts(texts: readonly OutputText[], io: Io): Promise<OutputSecrets> {
	const { repository, files } = io;
	const known = repository === undefined ? null : await valuesIn(repository, files);
	const tools = { key: () => files.fingerprintKey(), known };
	const parts: OutputSecrets[] = [];
	for (const one of texts) parts.push(await secretsInOutput(one, tools));
	return {
		found: mergedSecrets(parts.flatMap(({ found }) => found)),
		values: [...new Set(parts.flatMap(({ values }) => values))],
		cut: parts.some(({ cut }) => cut),
	};
}

/** A repository that cannot be read is for its own checks to tell. */
async function valuesIn(root: string, files: FilesPort): Promise<EnvValues | null> {
	try {
		return await envValuesOf(root, files);
	} catch (error) {
		if (error instanceof Unobserved) return null;
		throw error;
	}
}

type Headers = HttpAnswered['headers'];

function sortOf(url: string, headers: Headers, bytes: string): OutputText['sort'] {
	const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
	const path = url.replace(/[?#].*$/, '');
	if (/\.map$/.test(path) || /^\s{0,9}\{"version":3,/.test(bytes.slice(0, 40))) return 'map';
	if (/html|xml/i.test(type) || /^\s{0,99}<(?:!doctype|html)/i.test(bytes.slice(0, 200))) {
		return 'markup';
	}
	return /\.(?:env|ya?ml|ini|toml|conf|properties)(?:\.[\w-]+)*$/.test(path) ? 'settings' : 'code';
}
