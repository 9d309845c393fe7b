import { z } from 'zod';
import { defineDerivation, defineProbe, type Fact, known } from '../../core/fact.ts';
import { repositoryOperations } from '../deploy/operations.ts';
import type { Operations } from '../deploy/operations-schema.ts';
import { type HealthHandler, healthHandlerIn } from './constant-health.ts';
import { type HealthSurvey, HealthSurveyParams, healthSurvey } from './health-endpoints.ts';

/** One host's health, and what its repository has of it. */
export interface HealthView {
	/** `null` where a repository alone was given. */
	readonly survey: HealthSurvey | null;
	/** `null` without a repository, and where it could not be read. */
	readonly operations: Operations | null;
	/** What the code of the repository's health route does. */
	readonly handler: HealthHandler;
}

/** The handler of a health route, by the place of its registration; the file is read once more. */
const healthHandler = defineProbe({
	name: 'monitoring.health-handler',
	params: z.object({ root: z.string(), file: z.string(), line: z.number().int() }),
	value: z.object({
		handler: z.enum(['constant', 'asks']).nullable(),
		/** Another route of the file answers for readiness. */
		hasReadiness: z.boolean(),
	}),
	async observe({ root, file, line }, io) {
		const text = await io.files.read(root, file, MOST_BYTES);
		return {
			handler: healthHandlerIn(file, text, line),
			hasReadiness: /["'`/](?:_?readyz?|readiness)["'`/]/i.test(text),
		};
	},
	describe: ({ file, line }, { handler }) => ({
		kind: 'file',
		summary: `${file}:${line}: ${handler ?? 'not made out'}`,
		detail: '',
	}),
	plan: () => null,
});

const MOST_BYTES = 256 * 1024;

/** Paths that answer for the process alone, by their name or by what frameworks mean with them. */
const LIVENESS = /(?:^|\/)_?(?:livez?|liveness|alive|ping|up)\/?$/i;

/** As `healthSurvey` where that has nothing to say; a repository that cannot be read is left out. */
export const healthView = defineDerivation({
	name: 'monitoring.health-view',
	params: z.object({ survey: HealthSurveyParams.nullable(), repo: z.string().nullable() }),
	async derive({ survey, repo }, get): Promise<Fact<HealthView>> {
		const [seen, found] = await Promise.all([
			survey === null ? null : get(healthSurvey(survey)),
			repo === null ? null : get(repositoryOperations({ root: repo })),
		]);
		if (seen !== null && seen.status !== 'known') return seen;
		if (survey === null && found !== null && found.status !== 'known') return found;
		const operations = found?.status === 'known' ? found.value : null;
		const route = operations?.healthRoute ?? null;
		const code =
			repo === null || route === null || LIVENESS.test(route.what)
				? null
				: await get(healthHandler({ root: repo, file: route.file, line: route.line }));
		const handler =
			code?.status === 'known' && !code.value.hasReadiness ? code.value.handler : null;
		return known({ survey: seen?.value ?? null, operations, handler });
	},
});
