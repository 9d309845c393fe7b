import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import { botWall } from './bot-wall.ts';
import { type Page, pageIn } from './html.ts';
import { bodyText, httpExchange, type SeenAnswer } from './http.ts';
import { landing } from './redirects.ts';
import { sitePage } from './sites.ts';

/** A page as it came, and what is in it. */
export interface SeenPage {
	readonly url: string;
	readonly what: 'start' | 'login';
	readonly answer: SeenAnswer;
	readonly page: Page;
}

/** A script or style sheet of the same site. */
export interface SiteAsset {
	readonly url: string;
	readonly kind: 'script' | 'style';
	/** `null` where it was not seen; `unseen` says why. */
	readonly answer: SeenAnswer | null;
	readonly unseen: string | null;
}

export interface SitePages {
	/** The start page first; empty where the host has no page. */
	readonly pages: readonly SeenPage[];
	/** Own scripts and style sheets of these pages, in the order met. */
	readonly assets: readonly SiteAsset[];
	/** Further ones that were not fetched. */
	readonly passedOver: number;
}

/** A page rarely has more bundles of its own, and each is asked once for all checks. */
const MOST_ASSETS = 24;
const ASSET_BYTES = 2_097_152;

/**
 * The start page of a host and its sign-in page, with the scripts and style sheets that they load from
 * the same registrable domain: one GET each, redirects not followed, 2 MiB at most. A gatekeeper in
 * front of the start page makes it unknown.
 */
export const sitePages = defineDerivation({
	name: 'site.pages',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<SitePages>> {
		const start = await get(sitePage({ host }));
		if (start.status !== 'known') return start;
		const first = pageIn(start.value.answer, start.value.url);
		if (first === null) return known({ pages: [], assets: [], passedOver: 0 });
		const begin: SeenPage = { ...start.value, what: 'start', page: first };
		const sign = await loginPage({ begin, login }, get);
		const pages = sign === null ? [begin] : [begin, sign];
		const wanted = ownAssets(pages, registrableOf(host) ?? host);
		return known({
			pages,
			assets: await Promise.all(wanted.slice(0, MOST_ASSETS).map((one) => assetAt(one, get))),
			passedOver: Math.max(0, wanted.length - MOST_ASSETS),
		});
	},
});

/** What links to sign-in pages end in. */
const LOGIN =
	/\/(?:log-?in|sign-?in|auth\/(?:log-?in|sign-?in)|account\/log-?in|users\/sign_in)\/?$/i;

/** Where a page of the same origin is called by a name that sign-in pages have. */
export function signInLink({ page, url }: Pick<SeenPage, 'page' | 'url'>): string | null {
	const { origin } = new URL(url);
	const isIt = (link: string) =>
		new URL(link).origin === origin && LOGIN.test(new URL(link).pathname);
	return page.links.find(isIt) ?? null;
}

async function loginPage(
	{ begin, login }: { begin: SeenPage; login: string | null },
	get: GetFact,
): Promise<SeenPage | null> {
	const url = login ?? signInLink(begin);
	if (url === null) return null;
	const end = await get(landing({ url }));
	if (end.status !== 'known' || end.value.url === begin.url) return null;
	const { answer } = end.value;
	if (answer.status >= 400 || botWall(answer) !== null) return null;
	const page = pageIn(answer, end.value.url);
	return page === null ? null : { url: end.value.url, what: 'login', answer, page };
}

type Wanted = Pick<SiteAsset, 'url' | 'kind'> & {
	/** The page names a hash of it. */
	readonly isPinned: boolean;
};

function ownAssets(pages: readonly SeenPage[], domain: string): readonly Wanted[] {
	const found = new Map<string, Wanted>();
	const resources = pages.flatMap(({ page }) => page.resources);
	const pinned = new Set(resources.flatMap(({ url, integrity }) => (integrity ? [url] : [])));
	for (const { element, url, type } of resources) {
		const kind = kindOf(element, type);
		if (kind === null || !/^https?:/.test(url)) continue;
		if (isWithin(new URL(url).hostname, domain) && !found.has(url)) {
			found.set(url, { url, kind, isPinned: pinned.has(url) });
		}
	}
	return [...found.values()];
}

function kindOf(element: string, type: string | null): SiteAsset['kind'] | null {
	if (element === 'script' || element === 'link modulepreload') return 'script';
	if (element === 'link stylesheet') return 'style';
	if (element !== 'link preload') return null;
	return type === 'script' || type === 'style' ? type : null;
}

async function assetAt({ isPinned, ...wanted }: Wanted, get: GetFact): Promise<SiteAsset> {
	const { url } = wanted;
	const exchange = await get(
		httpExchange({ url, maxBytes: ASSET_BYTES, ...(isPinned && { digests: true }) }),
	);
	if (exchange.status !== 'known') {
		return { ...wanted, answer: null, unseen: exchange.detail };
	}
	if (exchange.value.kind === 'failed') {
		return { ...wanted, answer: null, unseen: exchange.value.detail };
	}
	const wall = botWall(exchange.value);
	return { ...wanted, answer: wall === null ? exchange.value : null, unseen: wall };
}

/** The text of a script or style sheet that came; `null` for anything else, such as a page instead. */
export function assetText({ answer }: SiteAsset): string | null {
	if (answer === null || (answer.status !== 200 && answer.status !== 203)) return null;
	const text = bodyText(answer);
	return /^\s*<(?:!doctype|html|head|body)\b/i.test(text) ? null : text;
}
