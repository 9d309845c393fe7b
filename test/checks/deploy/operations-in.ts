import type { AnyCheck } from '../../../src/core/check.ts';
import type { Finding } from '../../../src/core/finding.ts';
import type { Io } from '../../../src/core/io.ts';
import { repositoryOperations } from '../../../src/facts/deploy/operations.ts';
import type { Operations } from '../../../src/facts/deploy/operations-schema.ts';
import { createFiles } from '../../../src/files/create-files.ts';
import { committed, temporaryFolder } from '../../files/repositories.ts';
import { inWords, judged } from '../judged.ts';

export type Files = Readonly<Record<string, string>>;

/** What the files of a repository show, read from disk. */
export async function operationsIn(files: Files): Promise<Operations> {
	const root = committed(files);
	const io = { files: createFiles({ configFolder: temporaryFolder() }) } as unknown as Io;
	const { source, params } = repositoryOperations({ root });
	const found = await ('observe' in source && source.observe(params as never, io));
	return source.kind === 'probe' ? (source.value.parse(found) as Operations) : expectProbe();
}

function expectProbe(): never {
	throw new Error('not a probe');
}

const NOTHING_LIVE = { status: 'known', value: null };

export async function findingsIn(
	check: AnyCheck,
	files: Files,
	live: object = NOTHING_LIVE,
): Promise<readonly Finding[]> {
	return judged(check, { found: await operationsIn(files), live });
}

/** `severity verdict file:line`; the outcome alone where nothing failed. */
export const sayingsIn = async (check: AnyCheck, files: Files): Promise<readonly string[]> =>
	inWords(await findingsIn(check, files));

export const needs = (...names: string[]): string =>
	JSON.stringify({
		private: true,
		scripts: { start: 'node server.js' },
		dependencies: Object.fromEntries(names.map((name) => [name, '^1.0.0'])),
	});

/** A server of Express with an image. */
export const SERVER: Files = {
	'package.json': needs('express'),
	Dockerfile: 'FROM node:22\nEXPOSE 8080\nCOPY . .\nCMD ["node", "server.js"]\n',
	'server.js': "const app = require('express')();\napp.get('/', (q, s) => s.send('hello'));\n",
};
