import { z } from 'zod';
import { type Fact, type GetFact, known } from '../../core/fact.ts';
import type { TimedEndpoint } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { EndpointRule, Target } from '../../core/target.ts';
import { botWall } from '../web/bot-wall.ts';
import { isHtml } from '../web/html.ts';
import { isRedirect, landing, type RedirectChain } from '../web/redirects.ts';
import { sitePages } from '../web/site-pages.ts';
import { type Site, SiteParams, siteParams, sites } from '../web/sites.ts';

/** A URL whose answers are timed. Its name is the URL. */
export interface Endpoint
	extends Subject<{
		/**
		 * `declared` by the user, or `found`: the start page or API root of a production host, and its
		 * sign-in page.
		 */
		standing: 'declared' | 'found';
		/** `cached`: the user says that a cache answers for it. */
		kind: 'api' | 'page' | 'cached';
	}> {
	readonly url: string;
	readonly budgetMs: number;
	/** The audited name; `null` where there is none. */
	readonly apex: string | null;
	/** All endpoints of the target: they are timed together, interleaved. */
	readonly together: readonly TimedEndpoint[];
	/** See `TimingRequest`; `null` where there is no time for it. */
	readonly idleSeconds: number | null;
}

/** p95, request sent to last byte on a warm connection; a page's is a visit on new connections. */
const BUDGET_MS = { api: 300, cached: 500, page: 2_000 } as const;

/** What an endpoint that nobody named is given: enough to fail, never to pass. */
const FOUND_SAMPLES = 20;
/** As many as it takes to call an endpoint unreachable. */
const REACH_SAMPLES = 3;
/** The end of the sequential plan. */
const PLANNED_SAMPLES = 300;
/** After this, servers that are stopped while nobody comes are stopped. */
const IDLE_SECONDS = 60;
const SAMPLE_URL = 'https://api.example.com/';

export const EndpointParams = SiteParams.extend({
	endpointRules: z.array(
		z.object({
			url: z.string(),
			method: z.enum(['GET', 'HEAD']),
			kind: z.enum(['api', 'page', 'cached']).nullable(),
			budgetMs: z.number().nullable(),
		}),
	),
	coldStart: z.boolean(),
	untimed: z.boolean().optional(),
});
type EndpointParams = z.infer<typeof EndpointParams>;

export function endpointParams(
	target: Parameters<typeof siteParams>[0] &
		Pick<Target, 'endpointRules' | 'coldStart' | 'untimed'>,
): EndpointParams {
	const { endpointRules = [], coldStart = false, untimed = false } = target;
	const rules = [...endpointRules];
	return { ...siteParams(target), endpointRules: rules, coldStart, ...(untimed && { untimed }) };
}

/**
 * What is timed: the URLs that the user named, and of every production host the page where its visitors
 * end, its sign-in page, or the root of an API. Endpoints behind a gatekeeper, and errors, are not found
 * ones.
 */
export const endpoints = defineSubjects({
	name: 'endpoints',
	params: EndpointParams,
	from: endpointParams,
	sample: endpointAt(
		{
			url: SAMPLE_URL,
			standing: 'found',
			kind: 'api',
			method: 'GET',
			visit: [SAMPLE_URL],
			budgetMs: BUDGET_MS.api,
			namedAs: null,
		},
		{ together: [], apex: 'example.com', idleSeconds: null },
	),
	async derive(params, get): Promise<Fact<readonly Endpoint[]>> {
		const all = await get(sites(params));
		if (all.status !== 'known') return all;
		const rules = new Map(params.endpointRules.map((rule) => [rule.url, rule]));
		const declared = await Promise.all(
			params.endpoints.map((url) => declaredAt(rules.get(url) ?? plainRule(url), get)),
		);
		const looked = params.untimed ? [] : all.value;
		const found = await Promise.all(looked.map((site) => foundAt(site, get)));
		const unique = new Map<string, Found>();
		for (const one of [...declared, ...found.flat()]) {
			if (!unique.has(one.url)) unique.set(one.url, one);
		}
		const list = [...unique.values()];
		const about = {
			together: list.map((one) => (params.untimed ? asked(one) : timed(one))),
			apex: params.domain,
			idleSeconds: params.coldStart ? IDLE_SECONDS : null,
		};
		return known(list.map((one) => endpointAt(one, about)));
	},
});

interface Found extends Pick<Endpoint, 'url' | 'budgetMs'> {
	/** See `TimedEndpoint`. */
	readonly namedAs: string | null;
	readonly standing: Endpoint['context']['standing'];
	readonly kind: Endpoint['context']['kind'];
	readonly method: 'GET' | 'HEAD';
	/** Redirects on the way to it, and itself. */
	readonly visit: readonly string[];
}

function plainRule(url: string): EndpointRule {
	return { url: new URL(url).href, method: 'GET', kind: null, budgetMs: null };
}

/** Where the URL leads; the URL itself where that cannot be told. */
async function declaredAt(rule: EndpointRule, get: GetFact): Promise<Found> {
	const end = await get(landing({ url: rule.url }));
	const { method } = rule;
	const about = (kind: Found['kind']) => ({
		standing: 'declared' as const,
		kind,
		method,
		budgetMs: rule.budgetMs ?? BUDGET_MS[kind],
	});
	if (end.status !== 'known') {
		return { url: rule.url, namedAs: null, visit: [rule.url], ...about(rule.kind ?? 'api') };
	}
	const { url, answer, chain } = end.value;
	const kind = rule.kind ?? (isHtml(answer) ? 'page' : 'api');
	const namedAs = url === rule.url ? null : rule.url;
	return { url, namedAs, visit: stepsOf(chain), ...about(kind) };
}

async function foundAt(site: Site, get: GetFact): Promise<readonly Found[]> {
	const { name, context, login } = site;
	if (context.stage !== 'production' || context.kind === 'redirect' || context.kind === 'file') {
		return [];
	}
	const start = await foundOn(`https://${name}/`, get);
	if (start?.kind !== 'page') return start === null ? [] : [start];
	const pages = await get(sitePages({ host: name, login }));
	const seen = pages.status === 'known' ? pages.value.pages : [];
	const signIn = seen.find(({ what }) => what === 'login');
	const second = signIn === undefined ? null : await foundOn(signIn.url, get);
	return second?.kind === 'page' ? [start, second] : [start];
}

async function foundOn(at: string, get: GetFact): Promise<Found | null> {
	const end = await get(landing({ url: at }));
	if (end.status !== 'known' || botWall(end.value.answer) !== null) return null;
	const { url, answer, chain } = end.value;
	const html = isHtml(answer);
	// An API's root need not lead anywhere; a page that is an error is not what customers wait for.
	if (answer.status >= (html ? 400 : 500)) return null;
	const kind = html ? 'page' : 'api';
	const budgetMs = BUDGET_MS[kind];
	return {
		url,
		namedAs: null,
		standing: 'found',
		kind,
		method: 'GET',
		visit: stepsOf(chain),
		budgetMs,
	};
}

/** The URLs of a walk, as they are asked for. */
function stepsOf({ hops }: RedirectChain): readonly string[] {
	const urls = hops.filter(({ status }) => status !== null).map(({ url }) => url);
	const last = urls.at(-1) ?? '';
	const isWalk = hops.slice(0, -1).every(({ status }) => isRedirect(status));
	return isWalk ? urls : [last];
}

function timed({ url, namedAs, standing, kind, method, visit, budgetMs }: Found): TimedEndpoint {
	const sequential = standing === 'declared';
	return {
		url,
		...(namedAs !== null && { namedAs }),
		method,
		visit: kind === 'page' ? [...visit] : null,
		samples: sequential ? PLANNED_SAMPLES : FOUND_SAMPLES,
		budgetMs,
		sequential,
	};
}

/** Whether it answers is told by the tries after which it would be given up. */
function asked(found: Found): TimedEndpoint {
	return { ...timed(found), samples: REACH_SAMPLES, sequential: false };
}

function endpointAt(
	found: Found,
	{ together, apex, idleSeconds }: Pick<Endpoint, 'together' | 'apex' | 'idleSeconds'>,
): Endpoint {
	const { url, standing, kind, budgetMs } = found;
	return {
		kind: 'endpoint',
		name: url,
		context: { standing, kind },
		url,
		budgetMs,
		apex,
		together: together.length > 0 ? together : [timed(found)],
		idleSeconds,
	};
}
