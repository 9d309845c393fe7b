import type { AnyCheck } from '../core/check.ts';
import { closest } from '../core/closest.ts';
import { loadShipped, shippedIds } from '../shipped-checks.ts';
import { Usage } from './usage.ts';

/** Refuses ids that select nothing: a misspelt `--skip` would otherwise pass for a wish. */
export async function requireKnownIds(ids: readonly string[], where: string): Promise<void> {
	if (ids.length === 0) return;
	const known = new Set<string>();
	for (const id of await shippedIds()) {
		known.add(id);
		known.add(id.split('/')[0] ?? id);
	}
	for (const id of ids) {
		const check = id.split('/').slice(0, 2).join('/');
		if (known.has(id)) continue;
		const verdicts = known.has(check) ? await verdictIds(check) : [];
		if (verdicts.includes(id)) continue;
		const meant = closest(id, [...known, ...verdicts]);
		throw new Usage(
			`${where}: there is no check "${id}"${meant === null ? '' : `. Did you mean ${meant}?`} (launch-ready checks lists them)`,
		);
	}
}

async function verdictIds(check: string): Promise<readonly string[]> {
	const [one] = await loadShipped([check]);
	return Object.keys((one as AnyCheck).verdicts).map((verdict) => `${check}/${verdict}`);
}
