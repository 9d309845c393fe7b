import { type Fact, known } from '../../core/fact.ts';
import type { TimedEndpoint } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { EndpointParams, endpointParams, endpoints } from './endpoints.ts';

/** A host of timed endpoints. */
export interface TimedHost extends Subject<{ standing: 'declared' | 'found' }> {
	/** Of the first endpoint there. */
	readonly url: string;
	/** 16 hex digits for labels that no resolver can know yet. */
	readonly seed: string;
	readonly together: readonly TimedEndpoint[];
	readonly idleSeconds: number | null;
}

/** Every host that an endpoint stands on. Its standing is declared where one of its endpoints' is. */
export const timedHosts = defineSubjects({
	name: 'timing.hosts',
	params: EndpointParams,
	from: endpointParams,
	sample: {
		kind: 'host',
		name: 'api.example.com',
		context: { standing: 'found' },
		url: 'https://api.example.com/',
		seed: '0'.repeat(16),
		together: [],
		idleSeconds: null,
	},
	async derive(params, get): Promise<Fact<readonly TimedHost[]>> {
		const all = await get(endpoints(params));
		if (all.status !== 'known') return all;
		const hosts = new Map<string, TimedHost>();
		for (const { url, context, together, idleSeconds } of all.value) {
			const name = new URL(url).hostname;
			const first = hosts.get(name);
			const isDeclared = context.standing === 'declared' || first?.context.standing === 'declared';
			const standing = isDeclared ? 'declared' : 'found';
			hosts.set(name, {
				kind: 'host',
				name,
				context: { standing },
				url: first?.url ?? url,
				seed: params.seed,
				together,
				idleSeconds,
			});
		}
		return known([...hosts.values()]);
	},
});
