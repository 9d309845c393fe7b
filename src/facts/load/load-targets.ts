import { z } from 'zod';
import { type Fact, known } from '../../core/fact.ts';
import { LOAD, type LoadPlan, LoadPlanSchema } from '../../core/load-plan.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';

/** A URL that the user wants loaded. Its name is the URL. */
export interface LoadTarget extends Subject<{ model: 'open' | 'closed' }> {
	readonly plan: LoadPlan;
}

/** What is loaded: nothing, unless the user asked for that and for nothing else. */
export const loadTargets = defineSubjects({
	name: 'load.targets',
	params: z.object({ load: z.array(LoadPlanSchema) }),
	from: ({ load = [] }: Pick<Target, 'load'>) => ({ load: [...load] }),
	sample: targetOf({
		url: 'https://api.example.com/',
		method: 'GET',
		users: LOAD.users,
		model: 'open',
		rampMs: LOAD.rampMs,
		holdMs: LOAD.holdMs,
		thinkMs: LOAD.thinkMs,
		timeoutMs: LOAD.timeoutMs,
		budgetMs: null,
		baseline: LOAD.baseline,
		restMs: LOAD.restMs,
		scenario: null,
		proof: null,
		approval: '',
	}),
	derive: ({ load }): Fact<readonly LoadTarget[]> => known(load.map(targetOf)),
});

function targetOf(plan: LoadPlan): LoadTarget {
	return { kind: 'endpoint', name: plan.url, context: { model: plan.model }, plan };
}
