import { CHECKS_FOLDER } from './checks-folder.ts';
import type { AnyCheck } from './core/check.ts';
import { listCheckIds, loadChecks } from './engine/load-checks.ts';

/*
 * From the sources, the folder is the list. The bundle has this module replaced: its checks are a file
 * an area, and no folder.
 */

/** Ids of the checks that this version ships, sorted. */
export const shippedIds = (): Promise<readonly string[]> => listCheckIds(CHECKS_FOLDER);

/** Those checks, or all; in the order of the ids. */
export const loadShipped = (ids?: readonly string[]): Promise<readonly AnyCheck[]> =>
	loadChecks(CHECKS_FOLDER, ids);
