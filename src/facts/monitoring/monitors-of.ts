import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { repositoryOperations } from '../deploy/operations.ts';
import { type RepositoryMonitors, repositoryMonitors } from './repository-monitors.ts';

/** Monitors of a repository, and whether it holds something that could be watched. */
export interface MonitorsOf extends RepositoryMonitors {
	readonly isProduct: boolean;
}

/** `null` without a repository. */
export const monitorsOf = defineDerivation({
	name: 'monitoring.monitors-of',
	params: z.object({ repo: z.string().nullable() }),
	async derive({ repo }, get): Promise<Fact<MonitorsOf | null>> {
		if (repo === null) return known(null);
		const [monitors, operations] = await Promise.all([
			get(repositoryMonitors({ root: repo })),
			get(repositoryOperations({ root: repo })),
		]);
		if (monitors.status !== 'known') return monitors;
		const isProduct = operations.status !== 'known' || operations.value.kind !== 'none';
		return known({ ...monitors.value, isProduct });
	},
});
