import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { type BuildPart, buildPartsOf } from './build-parts.ts';
import { type EnvValues, envValuesOf } from './env-values.ts';
import { inlinedEnvironments } from './inlined-environment.ts';
import { type OutputText, secretsInOutput } from './output-secrets.ts';
import { mergedSecrets } from './secret-found.ts';
import { lineCounter } from './secret-lines.ts';
import { type FoundSecret, FoundSecretSchema } from './secret-sighting.ts';

const PartSchema = z.object({
	/** Folders with a file of it, outermost, at most ten. */
	folders: z.array(z.string()),
	files: z.number().int(),
	bytes: z.number().int(),
	secrets: z.array(FoundSecretSchema),
});

const BuildSecretsSchema = z.object({
	client: PartSchema,
	server: PartSchema,
	/** Whole environments in the client part: names, and never a value. */
	environments: z.array(
		z.object({
			file: z.string(),
			line: z.number().int(),
			names: z.array(z.string()),
			count: z.number().int(),
			/** The env file that it is; `null` for the machine's environment. */
			source: z.string().nullable(),
		}),
	),
	/** Files that were not read, with the reason. */
	unread: z.array(z.string()),
	/** There is more than the limits allow. */
	truncated: z.boolean(),
});
export type BuildSecrets = z.infer<typeof BuildSecretsSchema>;

const MOST_FILE_BYTES = 32 * 1024 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_FOLDERS = 10;
const MOST_NAMES = 12;
const MOST_LISTED = 20;
/** Bytes after which the event loop gets its turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/**
 * The secrets in what a build of the repository left on this machine, whatever git thinks of its
 * folders: by rule, by the exact values of server variables, and as whole environments. Touches no
 * network and runs nothing.
 */
export const buildSecrets = defineProbe({
	name: 'repository.build-secrets',
	params: z.object({ root: z.string() }),
	value: BuildSecretsSchema,
	observe: ({ root }, io) => scanBuild(root, io.files),
	describe: (_, { client, server }) => ({
		kind: 'file',
		summary: `${client.files} files for browsers, ${server.files} for the server`,
		detail: [...client.folders, ...server.folders].join('\n'),
	}),
	plan: () => null,
});

interface Part {
	readonly folders: Set<string>;
	readonly found: FoundSecret[];
	files: number;
	bytes: number;
}

export async function scanBuild(root: string, port: FilesPort): Promise<BuildSecrets> {
	const listing = await port.list(root);
	const known = await envValuesOf(root, port);
	const sizes = new Map(listing.files.map(({ path, bytes }) => [path, bytes]));
	const parts: Readonly<Record<BuildPart, Part>> = { client: emptyPart(), server: emptyPart() };
	const environments: BuildSecrets['environments'] = [];
	const unread = [...known.unread];
	let truncated = listing.cut === true;
	let left = MOST_BYTES;
	let sinceTurn = 0;
	for (const { path, part } of buildPartsOf(listing.files)) {
		const bytes = sizes.get(path) ?? 0;
		if (bytes > left) {
			truncated = true;
			continue;
		}
		const text = await textOf({ root, path, bytes }, port, unread);
		if (text === null) continue;
		left -= bytes;
		const into = parts[part];
		into.folders.add(folderOf(path));
		into.files++;
		into.bytes += bytes;
		const tools = { key: () => port.fingerprintKey(), known };
		const { found, cut } = await secretsInOutput({ file: path, text, sort: sortOf(path) }, tools);
		into.found.push(...found);
		truncated ||= cut;
		if (part === 'client') environments.push(...environmentsIn(path, text, known));
		sinceTurn += bytes + 50_000;
		if (sinceTurn < TURN_BYTES) continue;
		sinceTurn = 0;
		await new Promise<void>((resolve) => setImmediate(resolve));
	}
	return {
		client: partFrom(parts.client),
		server: partFrom(parts.server),
		environments: environments.slice(0, MOST_LISTED),
		unread: unread.slice(0, MOST_LISTED),
		truncated,
	};
}

const emptyPart = (): Part => ({ folders: new Set(), found: [], files: 0, bytes: 0 });

function partFrom({ folders, found, files, bytes }: Part): BuildSecrets['client'] {
	const outermost = [...folders].sort().slice(0, MOST_FOLDERS);
	return { folders: outermost, files, bytes, secrets: [...mergedSecrets(found)] };
}

/** `null` where it is not text, or cannot be read, which is counted. */
async function textOf(
	{ root, path, bytes }: { root: string; path: string; bytes: number },
	port: FilesPort,
	unread: string[],
): Promise<string | null> {
	if (bytes > MOST_FILE_BYTES) {
		unread.push(`${path}: ${Math.ceil(bytes / 1024 / 1024)} MiB, over the limit`);
		return null;
	}
	try {
		const text = await port.read(root, path, MOST_FILE_BYTES);
		return text.slice(0, 8 * 1024).includes('\0') ? null : text;
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		unread.push(error.message);
		return null;
	}
}

/** `apps/web/.next/static` of `apps/web/.next/static/chunks/a.js`. */
function folderOf(path: string): string {
	const named =
		/^(?:.*?\/)?(?:\.next\/\w+|\.output\/\w+|\.nuxt\/dist\/\w+|\.svelte-kit\/output\/\w+|\.vercel\/output\/\w+|\.netlify\/[\w-]+|dist|build|out|www|public|wwwroot|_site|_nuxt|storybook-static)(?=\/)/.exec(
			path,
		)?.[0];
	return named ?? path.replace(/\/[^/]*$/, '');
}

function sortOf(path: string): OutputText['sort'] {
	if (path.endsWith('.map')) return 'map';
	if (/\.(?:html?|xml|svg|rsc|body|md|txt)$/i.test(path)) return 'markup';
	return /\.(?:[cm]?js|css|json5?|webmanifest)$/i.test(path) ? 'code' : 'settings';
}

function environmentsIn(
	file: string,
	text: string,
	{ files }: EnvValues,
): BuildSecrets['environments'] {
	return inlinedEnvironments(text, files).map(({ start, names, source }) => ({
		file,
		line: lineCounter(text)(start),
		names: names.slice(0, MOST_NAMES),
		count: names.length,
		source,
	}));
}
