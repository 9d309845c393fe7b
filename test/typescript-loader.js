import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';

/** Node's hook for loading modules: the types are taken out, and nothing else is done. */
export async function load(url, context, next) {
	if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
	const file = fileURLToPath(url);
	const { code } = await transformWithOxc(await readFile(file, 'utf8'), file);
	return { format: 'module', source: code, shortCircuit: true };
}
