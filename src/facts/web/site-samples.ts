import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { httpExchange } from './http.ts';
import { randomPathOf } from './random-path.ts';
import { type SitePages, sitePages } from './site-pages.ts';
import { siteAnswer } from './sites.ts';

/** What a host gives at one kind of address; headers are judged on each. */
export interface SiteSample {
	/**
	 * `page`: what `/` ends in on this host. `again`: the same a second time. `not-found`: a random path.
	 * `asset`: a script, style sheet or image of the page, on this host. `api`: an endpoint that
	 * answers with data. `login`: the sign-in page.
	 */
	readonly what: 'page' | 'again' | 'not-found' | 'asset' | 'api' | 'login';
	readonly url: string;
	readonly answer: HttpAnswered;
}

/** Where an API that shares the host with its pages usually is. */
const USUAL_API = '/api';

/**
 * One answer of every kind that a host has, gatekeepers' left out: at most four requests beside the page
 * and its sign-in page. Nothing is asked about a host whose page is out of sight.
 */
export const siteSamples = defineDerivation({
	name: 'site.samples',
	params: z.object({ host: z.string(), seed: z.string(), login: z.string().nullable() }),
	async derive({ host, seed, login }, get): Promise<Fact<readonly SiteSample[]>> {
		const page = await get(siteAnswer({ host }));
		if (page.status !== 'known') return page;
		const { url, answer } = page.value;
		const { origin } = new URL(url);
		const pages = await get(sitePages({ host, login }));
		const seen = pages.status === 'known' ? pages.value : null;
		const asset = seen === null ? undefined : assetOf(seen, host);
		const found = await Promise.all([
			sampleAt('again', url, get, 1),
			sampleAt('not-found', `${origin}${randomPathOf(seed)}`, get),
			asset === undefined ? null : assetSample(asset, get),
			sampleAt('api', `${origin}${USUAL_API}`, get),
		]);
		const sign = seen?.pages.find(({ what }) => what === 'login');
		return known([
			{ what: 'page', url, answer },
			...found.filter((one) => one !== null).filter(isOfItsKind),
			...(sign === undefined || new URL(sign.url).hostname !== host
				? []
				: [{ what: 'login' as const, url: sign.url, answer: sign.answer }]),
		]);
	},
});

/** An own script or style sheet that came, else the address of the first image. */
function assetOf({ assets, pages }: SitePages, host: string): SiteSample | string | undefined {
	const isHere = (url: string) => URL.canParse(url) && new URL(url).hostname === host;
	for (const { url, answer } of assets) {
		if (answer?.status === 200 && isHere(url)) return { what: 'asset', url, answer };
	}
	const resources = pages.flatMap(({ page }) => page.resources);
	return resources.find(({ element, url }) => element === 'img' && isHere(url))?.url;
}

async function assetSample(asset: SiteSample | string, get: GetFact): Promise<SiteSample | null> {
	return typeof asset === 'string' ? sampleAt('asset', asset, get) : asset;
}

async function sampleAt(
	what: SiteSample['what'],
	url: string,
	get: GetFact,
	again?: number,
): Promise<SiteSample | null> {
	const exchange = await get(httpExchange({ url, ...(again !== undefined && { again }) }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return null;
	return botWall(exchange.value) === null ? { what, url, answer: exchange.value } : null;
}

/** An API that is there answers with data, whatever its status; a 404 by it is no other kind. */
function isOfItsKind({ what, answer }: SiteSample): boolean {
	const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
	if (what === 'api') return /\bjson\b/i.test(type) && answer.status !== 404;
	if (what === 'not-found') return answer.status >= 400;
	return true;
}
