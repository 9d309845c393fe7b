import { stat } from 'node:fs/promises';
import path from 'node:path';

const NAMES = ['launch-ready.config.yaml', 'launch-ready.config.yml', 'launch-ready.config.json'];

/** The config file nearest to `folder`, looked for upwards to the repository's root. */
export async function findConfig(folder: string): Promise<string | null> {
	for (let at = path.resolve(folder); ; at = path.dirname(at)) {
		for (const name of NAMES) {
			const file = path.join(at, name);
			if (await exists(file)) return file;
		}
		if ((await exists(path.join(at, '.git'))) || path.dirname(at) === at) return null;
	}
}

async function exists(file: string): Promise<boolean> {
	try {
		await stat(file);
		return true;
	} catch {
		return false;
	}
}
