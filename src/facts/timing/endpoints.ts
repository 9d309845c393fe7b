import { type Fact, type GetFact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { botWall } from '../web/bot-wall.ts';
import { isHtml } from '../web/html.ts';
import { landing } from '../web/redirects.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';
import type { TimedEndpoint } from './timing-summary.ts';

/** A URL whose answers are timed. Its name is the URL. */
export interface Endpoint
	extends Subject<{
		/** `declared` by the user, or `found`: the start page or API root of a production host. */
		standing: 'declared' | 'found';
		kind: 'api' | 'page';
	}> {
	readonly url: string;
	readonly budgetMs: number;
	/** All endpoints of the target: they are timed together, interleaved. */
	readonly together: readonly TimedEndpoint[];
}

/** p95, request sent to last byte on a warm connection; a page's counts a new connection as well. */
const BUDGET_MS = { api: 300, page: 2_000 } as const;

/** What an endpoint that nobody named is given: enough to fail, never to pass. */
const FOUND_SAMPLES = 20;
/** The end of the sequential plan. */
const PLANNED_SAMPLES = 300;

const SAMPLE_URL = 'https://api.example.com/';

/**
 * What is timed: the URLs that the user named, and of every production host the page where its visitors
 * end, or the root of an API. Endpoints behind a gatekeeper, and errors, are not found ones.
 */
export const endpoints = defineSubjects({
	name: 'endpoints',
	params: SiteParams,
	from: siteParams,
	sample: endpointAt({ url: SAMPLE_URL, standing: 'found', kind: 'api' }, [
		{ url: SAMPLE_URL, samples: FOUND_SAMPLES, budgetMs: BUDGET_MS.api, sequential: false },
	]),
	async derive(params, get): Promise<Fact<readonly Endpoint[]>> {
		const all = await get(sites(params));
		if (all.status !== 'known') return all;
		const declared = await Promise.all(params.endpoints.map((url) => declaredAt(url, get)));
		const found = await Promise.all(all.value.map((site) => foundAt(site, get)));
		const unique = new Map<string, Found>();
		for (const one of [...declared, ...found.flat()]) {
			if (!unique.has(one.url)) unique.set(one.url, one);
		}
		const list = [...unique.values()];
		const together = list.map(timed);
		return known(list.map((one) => endpointAt(one, together)));
	},
});

interface Found extends Pick<Endpoint, 'url'> {
	readonly standing: Endpoint['context']['standing'];
	readonly kind: Endpoint['context']['kind'];
}

/** Where the URL leads; the URL itself where that cannot be told. */
async function declaredAt(url: string, get: GetFact): Promise<Found> {
	const end = await get(landing({ url }));
	const standing = 'declared';
	if (end.status !== 'known') return { url: new URL(url).href, standing, kind: 'api' };
	return { url: end.value.url, standing, kind: isHtml(end.value.answer) ? 'page' : 'api' };
}

async function foundAt({ name, context }: Site, get: GetFact): Promise<readonly Found[]> {
	if (context.stage !== 'production' || context.kind === 'redirect' || context.kind === 'file') {
		return [];
	}
	const end = await get(landing({ url: `https://${name}/` }));
	if (end.status !== 'known' || botWall(end.value.answer) !== null) return [];
	const { url, answer } = end.value;
	const html = isHtml(answer);
	// An API's root need not lead anywhere; a page that is an error is not what customers wait for.
	if (answer.status >= (html ? 400 : 500)) return [];
	return [{ url, standing: 'found', kind: html ? 'page' : 'api' }];
}

function timed({ url, standing, kind }: Found): TimedEndpoint {
	const sequential = standing === 'declared' && kind === 'api';
	const samples = sequential ? PLANNED_SAMPLES : FOUND_SAMPLES;
	return { url, samples, budgetMs: BUDGET_MS[kind], sequential };
}

function endpointAt({ url, standing, kind }: Found, together: readonly TimedEndpoint[]): Endpoint {
	return {
		kind: 'endpoint',
		name: url,
		context: { standing, kind },
		url,
		budgetMs: BUDGET_MS[kind],
		together,
	};
}
