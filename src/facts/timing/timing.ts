import { z } from 'zod';
import {
	defineDerivation,
	defineProbe,
	type Fact,
	type GetFact,
	known,
	unknown,
} from '../../core/fact.ts';
import {
	type AddressTiming,
	DNS_STATUSES,
	type LookupTiming,
	TIMING_FAULTS,
	type TimingSample,
	type TimingSeries,
} from '../../core/io.ts';
import { httpExchange } from '../web/http.ts';
import {
	type HostTiming,
	openingsOf,
	SERIES,
	summarise,
	type TimingSummary,
} from './timing-summary.ts';

const Pair = z.tuple([z.string(), z.string()]);

const SampleSchema: z.ZodType<TimingSample> = z.object({
	intendedMs: z.number(),
	lateMs: z.number(),
	tookMs: z.number(),
	firstByteMs: z.number(),
	downloadMs: z.number(),
	connectMs: z.number(),
	tlsMs: z.number(),
	redirectMs: z.number(),
	status: z.number().int(),
	newConnection: z.boolean(),
	roundTripMs: z.number(),
	closedAfterMs: z.number().nullable(),
	bytes: z.number().int(),
	failure: z.string(),
	fault: z.enum(TIMING_FAULTS),
	headers: z.array(Pair),
});

const NoiseSchema = z.object({ pingP95Ms: z.number(), loopDelayP99Ms: z.number() });

const SeriesSchema: z.ZodType<TimingSeries> = z.object({
	endpoints: z.array(
		z.object({
			url: z.string(),
			address: z.string().nullable(),
			isProxied: z.boolean(),
			roundTripMs: z.number().nullable(),
			limitMs: z.number(),
			askedForLess: z.boolean(),
			cold: SampleSchema.nullable(),
			opened: z.array(z.object({ connectMs: z.number(), tlsMs: z.number() })),
			samples: z.array(SampleSchema),
			idle: z.array(SampleSchema),
			dnsMs: z.array(z.number()),
		}),
	),
	noise: NoiseSchema,
});

const TimedEndpoints = z.array(
	z.object({
		url: z.string(),
		namedAs: z.string().optional(),
		method: z.enum(['GET', 'HEAD']),
		visit: z.array(z.string()).min(1).readonly().nullable(),
		samples: z.number().int().positive(),
		budgetMs: z.number().positive(),
		sequential: z.boolean(),
	}),
);

const QUIET = { pingP95Ms: 0, loopDelayP99Ms: 0 };

/**
 * Latency samples of all endpoints, interleaved, alone on the wire: up to `samples` requests or visits
 * each. The owner's log shows every one. Failures of the server are samples.
 */
const timingSeries = defineProbe({
	name: SERIES,
	lane: 'quiet',
	params: z.object({ endpoints: TimedEndpoints, idleSeconds: z.number().positive().optional() }),
	value: SeriesSchema,
	observe: (request, io) => io.timing.series(request),
	describe: (_, { endpoints, noise }) => ({
		kind: 'timing',
		summary: `${endpoints.reduce((n, { samples }) => n + samples.length, 0)} samples of ${endpoints.length} endpoints`,
		detail: [
			...endpoints.map(({ url, samples }) => `${url}: ${samples.length} samples`),
			`delay of the measuring thread's event loop, p99: ${noise.loopDelayP99Ms.toFixed(1)} ms`,
			`request to a server that does nothing, p95: ${noise.pingP95Ms.toFixed(1)} ms`,
		].join('\n'),
	}),
	plan: ({ endpoints }) =>
		endpoints
			.map(({ url, method, samples, visit }) => {
				const way = visit === null ? '' : `, each on new connections: ${visit.join(' → ')}`;
				return `${method} ${url}, up to ${samples} times${way}`;
			})
			.join('; '),
	assume: ({ endpoints }) => ({
		endpoints: endpoints.map(({ url, budgetMs }) => ({
			url,
			address: null,
			isProxied: false,
			roundTripMs: null,
			limitMs: budgetMs,
			askedForLess: false,
			cold: null,
			opened: [],
			samples: [],
			idle: [],
			dnsMs: [],
		})),
		noise: QUIET,
	}),
});

/** What one endpoint's share of the series says. Gathered in the quiet lane, as the series is. */
export const timingOf = defineDerivation({
	name: 'timing.of',
	lane: 'quiet',
	params: z.object({
		url: z.string(),
		together: TimedEndpoints,
		idleSeconds: z.number().nullable(),
	}),
	async derive({ url, together, idleSeconds }, get): Promise<Fact<TimingSummary>> {
		const found = await seriesOf({ together, idleSeconds }, get);
		if (found.status !== 'known') return found;
		const { endpoints, noise } = found.value;
		const seen = endpoints.find((one) => one.url === url);
		const plan = together.find((one) => one.url === url);
		const summary = seen && plan ? summarise(plan, seen, noise) : null;
		return summary === null ? unknown('budget', `${url} was not timed`) : known(summary);
	},
});

function seriesOf(
	{
		together,
		idleSeconds,
	}: { together: z.infer<typeof TimedEndpoints>; idleSeconds: number | null },
	get: GetFact,
): Promise<Fact<TimingSeries>> {
	const idle = idleSeconds === null ? {} : { idleSeconds };
	return get(timingSeries({ endpoints: together, ...idle }));
}

export const hostTiming = defineDerivation({
	name: 'timing.host',
	lane: 'quiet',
	params: z.object({
		host: z.string(),
		together: TimedEndpoints,
		idleSeconds: z.number().nullable(),
	}),
	async derive({ host, together, idleSeconds }, get): Promise<Fact<HostTiming>> {
		const found = await seriesOf({ together, idleSeconds }, get);
		if (found.status !== 'known') return found;
		const { endpoints, noise } = found.value;
		const isIts = (url: string) => new URL(url).hostname === host;
		const own = endpoints.filter(({ url }) => isIts(url));
		// What came before the samples opened a connection too.
		const before = await Promise.all(own.map(({ url }) => get(httpExchange({ url }))));
		const exchanges = before.flatMap((one) =>
			one.status === 'known' && one.value.kind === 'answered' ? [one.value.timing] : [],
		);
		const timing = openingsOf(host, own, noise, exchanges);
		return timing === null ? unknown('inconclusive', `${host} answered no sample`) : known(timing);
	},
});

/** The same page from each address of its host in turn, on new connections. */
export const addressTiming = defineProbe({
	name: 'timing.addresses',
	lane: 'quiet',
	params: z.object({
		url: z.string(),
		addresses: z.array(z.string()),
		rounds: z.number().int().positive(),
	}),
	value: z.object({
		addresses: z.array(z.object({ address: z.string(), samples: z.array(SampleSchema) })),
		noise: NoiseSchema,
	}) as z.ZodType<AddressTiming>,
	observe: (request, io) => io.timing.addresses(request),
	describe: ({ url, rounds }, { addresses }) => ({
		kind: 'timing',
		summary: `${rounds} requests for ${url} to each of ${addresses.length} addresses`,
		detail: addresses
			.map(({ address, samples }) => {
				const answered = samples.filter(({ status }) => status > 0).length;
				return `${address}: ${answered} of ${samples.length} answered`;
			})
			.join('\n'),
	}),
	plan: ({ url, addresses, rounds }) =>
		`GET ${url} @${addresses.join(', @')}, ${rounds} times each`,
	assume: () => ({ addresses: [], noise: QUIET }),
});

/** How long the resolver takes for names that it cannot know yet, one after the other. */
export const lookupTiming = defineProbe({
	name: 'timing.lookups',
	lane: 'quiet',
	params: z.object({ names: z.array(z.string()) }),
	value: z.array(
		z.object({
			name: z.string(),
			tookMs: z.number(),
			status: z.enum(DNS_STATUSES),
			aliases: z.number().int(),
		}),
	) as z.ZodType<readonly LookupTiming[]>,
	observe: (request, io) => io.timing.lookups(request),
	describe: (_, found) => ({
		kind: 'dns',
		summary: `${found.length} timed look-ups`,
		detail: found
			.map(({ name, tookMs, status }) => `${name}: ${status}, ${tookMs.toFixed(1)} ms`)
			.join('\n'),
	}),
	plan: ({ names }) => names.map((name) => `DNS ${name} A`).join('; '),
	assume: () => [],
});
