import { z } from 'zod';
import {
	defineDerivation,
	defineProbe,
	type Fact,
	type GetFact,
	known,
	unknown,
} from '../../core/fact.ts';
import type { TimingSeries } from '../../core/io.ts';
import { httpExchange } from '../web/http.ts';
import {
	limitOf,
	type Opening,
	openedBy,
	quickest,
	SERIES,
	summarise,
	type TimingSummary,
} from './timing-summary.ts';

const TimingSeriesSchema: z.ZodType<TimingSeries> = z.object({
	endpoints: z.array(
		z.object({
			url: z.string(),
			samples: z.array(
				z.object({
					startedMs: z.number(),
					tookMs: z.number(),
					firstByteMs: z.number(),
					connectMs: z.number(),
					status: z.number().int(),
					newConnection: z.boolean(),
					failure: z.string(),
				}),
			),
		}),
	),
	loopDelayP99Ms: z.number(),
});

const Endpoints = z.array(
	z.object({
		url: z.string(),
		samples: z.number().int().positive(),
		budgetMs: z.number().positive(),
		sequential: z.boolean(),
	}),
);

/**
 * Latency samples of all endpoints, interleaved, alone on the wire: GETs on kept-alive connections, up to
 * `samples` each. The owner's log shows every one. Failures of the server are samples.
 */
const timingSeries = defineProbe({
	name: SERIES,
	lane: 'quiet',
	params: z.object({ endpoints: Endpoints }),
	value: TimingSeriesSchema,
	observe: (request, io) => io.timing.series(request),
	describe: (_, { endpoints, loopDelayP99Ms }) => ({
		kind: 'timing',
		summary: `${endpoints.reduce((n, { samples }) => n + samples.length, 0)} samples of ${endpoints.length} endpoints`,
		detail: [
			...endpoints.map(({ url, samples }) => `${url}: ${samples.length} samples`),
			`delay of our own event loop, p99: ${loopDelayP99Ms.toFixed(1)} ms`,
		].join('\n'),
	}),
	plan: ({ endpoints }) =>
		endpoints.map(({ url, samples }) => `GET ${url}, up to ${samples} times`).join('; '),
	assume: ({ endpoints }) => ({
		endpoints: endpoints.map(({ url }) => ({ url, samples: [] })),
		loopDelayP99Ms: 0,
	}),
});

/** What one endpoint's share of the series says. Gathered in the quiet lane, as the series is. */
export const timingOf = defineDerivation({
	name: 'timing.of',
	lane: 'quiet',
	params: z.object({ url: z.string(), together: Endpoints }),
	async derive({ url, together }, get): Promise<Fact<TimingSummary>> {
		// The samples stop where the sequential plan decides, so it must decide by the same limit.
		const held = await Promise.all(
			together.map(async (one) => ({
				...one,
				budgetMs: limitOf(one.budgetMs, await openingOf(one.url, get)),
			})),
		);
		const series = await get(timingSeries({ endpoints: held }));
		if (series.status !== 'known') return series;
		const seen = series.value.endpoints.find((one) => one.url === url);
		const plan = together.find((one) => one.url === url);
		const { loopDelayP99Ms } = series.value;
		const opening = await openingOf(url, get);
		const summary =
			seen && plan ? summarise(plan, seen.samples, { loopDelayP99Ms, opening }) : null;
		return summary === null ? unknown('budget', `${url} was not timed`) : known(summary);
	},
});

/** What it took to open a connection, where the exchanges that found the endpoint opened one. */
async function openingOf(url: string, get: GetFact): Promise<Opening | null> {
	const exchanges = await Promise.all(openedBy(url).map((one) => get(httpExchange({ url: one }))));
	return quickest(
		exchanges.flatMap((exchange) => (exchange.status === 'known' ? [exchange.value] : [])),
	);
}
