import type { FilesPort } from '../../core/io.ts';
import { clientFindings } from './env-client.ts';
import { exposuresOf, fallbacksOf, jobsOf, skipsOf } from './env-hazards.ts';
import { ImportGraph } from './env-import-graph.ts';
import { frameworksOf } from './env-package.ts';
import { productionLists } from './env-production.ts';
import type { RepositoryEnv } from './env-schema.ts';
import { type ReadAt, readSources, type Sources } from './env-sources.ts';
import { envFileFrom, secretiveFiles, valuesOf } from './env-values.ts';
import { variablesOf } from './env-variables.ts';
import { EnvWorld } from './env-world.ts';
import { loadJsParser } from './js-tree.ts';
import { wrapperReads } from './js-wrappers.ts';

const MOST_VALUES = 5_000;

/** Reads a repository and says of its variables what may be said. */
export async function gatherEnv(
	asked: { root: string; env: string | null; domain: string | null },
	port: FilesPort,
): Promise<RepositoryEnv> {
	const sources = await readSources(asked.root, port);
	const lists = await productionLists(asked, port, sources);
	const judge = { key: await port.fingerprintKey(), domain: asked.domain };
	const graph = new ImportGraph(sources.texts, sources.packages, sources.tsconfigs);
	const envFiles = [...sources.envFiles, ...(lists.extra === null ? [] : [lists.extra])];
	const world = new EnvWorld(sources, graph);
	const values = valuesOf(envFiles, sources, { lists, judge, publicOf: world.publicOf });
	const reads = [...sources.reads, ...(await wrapperReads(sources)), ...listedReads(sources)];
	const keys = world.schemaKeys();
	const { variables, unlisted, cut } = variablesOf({
		sources,
		reads,
		keys,
		publicOf: world.publicOf,
		production: lists.names,
		secretive: secretiveFiles(values),
	});
	const client = clientFindings({
		sources: { ...sources, reads },
		graph,
		publicOf: world.publicOf,
		isDefined: world.isDefined,
		parse: await loadJsParser(),
	});
	return {
		code: sources.code,
		head: sources.listing.head,
		unread: [...sources.unread],
		cut: sources.cut || cut || values.length > MOST_VALUES,
		frameworks: [...new Set(sources.packages.packages.flatMap((one) => [...frameworksOf(one)]))],
		hostings: [...sources.hostings],
		variables: [...variables],
		files: envFiles.map((file) => envFileFrom(file, lists)),
		values: values.slice(0, MOST_VALUES),
		production: {
			asked: asked.env === null ? '' : (lists.extra?.path ?? nameOfAsked(asked.env)),
			files: asked.env === null ? [] : [...lists.files],
			unread: lists.unread,
			unlisted: [...unlisted],
		},
		byConvention: sources.byConvention,
		schemas: world.schemas(),
		skips: skipsOf(sources, values, { keys, publicOf: world.publicOf }),
		fallbacks: fallbacksOf(sources, reads, keys, judge),
		exposures: exposuresOf(world.exposures(), values),
		clientReads: [...client.reads],
		clientDynamic: [...client.dynamic],
		clientImports: [...client.imports],
		jobs: jobsOf(sources, variables),
		secrets: sources.workflows.flatMap(({ file, secrets }) =>
			secrets.map((one) => ({ ...one, file })),
		),
	};
}

const nameOfAsked = (env: string): string => env.slice(env.lastIndexOf('/') + 1);

/** Names that are looked up in a list, with an error for each that is missing. */
function listedReads({ scripts }: Sources): readonly ReadAt[] {
	return [...scripts].flatMap(([file, { js, context }]) =>
		js.listed.map(({ name, line, atLoad }) => ({
			file,
			context,
			language: 'script' as const,
			read: {
				name,
				line,
				atLoad,
				handling: 'throws' as const,
				literal: null,
				alias: '',
				from: 'process' as const,
				top: '',
				asksWhere: false,
			},
		})),
	);
}
