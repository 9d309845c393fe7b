import {
	advice,
	cannotSay,
	defineCheck,
	type HostTiming,
	hostTiming,
	lookupTiming,
	minutes,
	timedHosts,
	z,
} from '../../src/sdk.ts';
import { ms } from './_told.ts';

interface Told {
	readonly host: string;
	/** Median of look-ups that no resolver could know, in milliseconds. */
	readonly uncached: number;
	/** A first visit with such a look-up, in milliseconds. */
	readonly total: number;
	readonly lookups: number;
}

const LOOKUPS = 5;
const LEAST = 3;
const SLOW_MS = 100;
const SHARE = 0.2;
/** Below it nobody gains anything, whatever its share. */
const NOTICED_MS = 20;

export default defineCheck({
	id: 'timing/dns',
	title: 'Looking up a name that no resolver remembers takes little',
	rationale:
		'The first visitor of a network waits until its resolver has asked the name servers. With a short TTL ' +
		'that is every few minutes.',
	references: ['RFC 1034 §4.3.4 (caching)'],
	reach: 'speed',
	layer: 'records',

	over: timedHosts,
	options: z.object({}),

	verdicts: {
		quick: {
			outcome: 'pass',
			says: (a: Told) =>
				`A look-up below ${a.host} that no resolver remembers takes ${ms(a.uncached)}.`,
		},
		slow: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(60),
			says: (a: Told) =>
				`A look-up below ${a.host} that no resolver remembers takes ${ms(a.uncached)}, ${Math.round((100 * a.uncached) / a.total)} % of a first visit of ${ms(a.total)}.`,
			impact: 'Visitors who come first in their network wait for it before anything else begins.',
			fix: advice(
				'Use name servers near to the customers: an anycast DNS service.',
				'Give the records a longer TTL (an hour where nothing is going to move), so that resolvers remember them.',
				'Let the name lead to its address by one CNAME at most.',
			),
			control: (a: Told) =>
				`The median of ${a.lookups} look-ups of names that nobody can have asked before.`,
			reproduce: ({ host }: Told) => `dig +stats $RANDOM$RANDOM.${host} A | grep 'Query time'`,
			evidence: (a: Told) => [
				{
					kind: 'timing',
					summary: `${a.lookups} uncached look-ups below ${a.host}: median ${ms(a.uncached)}`,
					detail: `a first visit takes ${ms(a.total)} with it`,
				},
			],
		},
	},

	needs: ({ subject: { name, seed, together, idleSeconds } }) => ({
		lookups: lookupTiming({
			names: Array.from({ length: LOOKUPS }, (_, nth) => `${seed}${nth}.${name}`),
		}),
		timing: hostTiming({ host: name, together: [...together], idleSeconds }),
	}),

	judge({ given: { lookups, timing }, subject: { name: host }, say }) {
		const answered = lookups.filter(({ status }) => /^(?:ok|nodata|nxdomain)$/.test(status));
		if (answered.length < LEAST) {
			return cannotSay(
				'inconclusive',
				`${answered.length} of ${lookups.length} look-ups below ${host} were answered`,
			);
		}
		const sorted = answered.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
		const uncached = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
		const total = timing.total - timing.dns + uncached;
		const isSlow = uncached > SLOW_MS || (uncached > NOTICED_MS && uncached > SHARE * total);
		return say(isSlow ? 'slow' : 'quick', { host, uncached, total, lookups: answered.length });
	},

	examples: (example) => {
		const given = (tookMs: number, total: number, count = 5, status = 'nxdomain' as const) => {
			const timing: HostTiming = {
				host: 'api.example.com',
				opened: 4,
				connect: 20,
				tls: 20,
				dns: 0,
				total: total - tookMs,
				noise: { pingP95Ms: 0.5, loopDelayP99Ms: 1 },
			};
			const lookups = Array.from({ length: count }, (_, nth) => {
				return { name: `r${nth}.api.example.com`, tookMs, status, aliases: 0 };
			});
			return { timing, lookups };
		};
		return [
			example('100 ms of a second', given(100, 1_000), 'quick'),
			example('over 100 ms', given(101, 1_000), 'slow'),
			example('a fifth of the visit', given(60, 300), 'quick'),
			example('more than a fifth', given(61, 300), 'slow'),
			example('more than a fifth of almost nothing', given(20, 60), 'quick'),
			example('two answers', given(300, 1_000, 2), 'unknown'),
		];
	},
});
