import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';

/** When something was seen, for two looks whose distance counts; ISO 8601. Touches no network. */
export const moment = defineProbe({
	name: 'dns.moment',
	params: z.object({ of: z.string() }),
	value: z.string(),
	observe: async (_, io) => io.clock.now().toISOString(),
	describe: ({ of }, at) => ({ kind: 'control', summary: `${of}: ${at}`, detail: '' }),
	plan: () => null,
});
