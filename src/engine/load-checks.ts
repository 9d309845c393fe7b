import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyCheck } from '../core/check.ts';

/** The folder of a version does not change while it runs; a fleet of audits asks for each. */
const LISTED = new Map<string, Promise<readonly string[]>>();

/** Ids of the checks below `root`, sorted: `<area>/<name>` files whose names do not begin with `_`. */
export function listCheckIds(root: string): Promise<readonly string[]> {
	const listed = LISTED.get(root) ?? idsBelow(root);
	LISTED.set(root, listed);
	return listed;
}

async function idsBelow(root: string): Promise<readonly string[]> {
	const files = await readdir(root, { recursive: true });
	return files
		.filter((file) => /^[^_].*(?<!\.d)\.[jt]s$/.test(path.basename(file)))
		.map((file) =>
			file
				.replace(/\.[jt]s$/, '')
				.split(path.sep)
				.join('/'),
		)
		.sort();
}

/** Loads checks by id. The path is the id; a file that disagrees is refused. */
export async function loadChecks(
	root: string,
	ids?: readonly string[],
): Promise<readonly AnyCheck[]> {
	const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
	return Promise.all(
		(ids ?? (await listCheckIds(root))).map(async (id) => {
			const file = path.join(root, `${id}${extension}`);
			const module: { default?: AnyCheck } = await import(pathToFileURL(file).href);
			const check = module.default;
			if (check?.id !== id) {
				throw new TypeError(
					`${file} must default-export a check whose id is "${id}", not "${check?.id}"`,
				);
			}
			return check;
		}),
	);
}
