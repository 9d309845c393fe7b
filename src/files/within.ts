import { sep } from 'node:path';

/** Whether a path, already resolved, is the root or below it. */
export function isWithin(root: string, real: string): boolean {
	if (real === root) return true;
	return real.startsWith(root.endsWith(sep) ? root : root + sep);
}
