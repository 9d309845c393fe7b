import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { canonicalsIn, type Page, pageIn } from './html.ts';
import { bodyText, fieldValues, httpExchange } from './http.ts';
import { landing, redirectChain } from './redirects.ts';

/** Two spellings of one URL that give the same bytes. */
export interface TwinUrls {
	readonly one: string;
	readonly other: string;
	readonly how: 'slash' | 'case';
}

/** Under which name a host presents itself. */
export interface CanonicalSurvey {
	/** Where `https://<host>/` ends. */
	readonly url: string;
	readonly status: number;
	/** It belongs to another party and was not read. */
	readonly foreign: boolean;
	/** A gatekeeper's page came instead of the site's. */
	readonly denied: string | null;
	/** `null` where it is no HTML. */
	readonly page: Page | null;
	/** URLs of pages in `/sitemap.xml`, cut; empty without one. */
	readonly sitemap: readonly string[];
	readonly twins: TwinUrls | null;
}

/** A wrong base URL shows in the first entries. */
const MOST_SITEMAP_URLS = 200;

/** Enough to read the entries above, and cheap. */
const SITEMAP_BYTES = 262_144;

/**
 * The page of a host with its sitemap, and one of its own links asked again with the slash or the case
 * changed. Four requests at most beside the redirects.
 */
export const canonicalSurvey = defineDerivation({
	name: 'http.canonical-survey',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<CanonicalSurvey>> {
		const start = `https://${host}/`;
		const chain = await get(redirectChain({ url: start }));
		if (chain.status === 'known' && chain.value.end === 'leaves-domain') {
			const last = chain.value.hops.at(-1);
			const there = { url: last?.url ?? start, status: last?.status ?? 0, foreign: true };
			return known({ ...there, denied: null, page: null, sitemap: [], twins: null });
		}
		const end = await get(landing({ url: start }));
		if (end.status !== 'known') return end;
		const { url, answer } = end.value;
		const denied = botWall(answer);
		const page = denied === null && answer.status < 300 ? withLinkFields(answer, url) : null;
		const isOwn = page !== null && new URL(url).hostname === host;
		const [sitemap, twins] = await Promise.all([
			isOwn ? sitemapAt(new URL('/sitemap.xml', url).href, get) : [],
			isOwn ? twinsIn(page, url, get) : null,
		]);
		return known({ url, status: answer.status, foreign: false, denied, page, sitemap, twins });
	},
});

/** `<loc>` of `<url>` entries (sitemaps.org); those of an index lead to files and are left out. */
export function sitemapUrls(xml: string): readonly string[] {
	const found: string[] = [];
	for (const entry of xml.split(/<url[\s>]/i).slice(1, MOST_SITEMAP_URLS + 1)) {
		const text = /<loc>([^<]{1,2048})<\/loc>/i.exec(entry)?.[1]?.trim().replaceAll('&amp;', '&');
		if (text !== undefined && URL.canParse(text)) found.push(new URL(text).href);
	}
	return found;
}

/** The page with the canonical links that its Link fields name (RFC 8288 §3, RFC 6596 §3). */
function withLinkFields(answer: HttpAnswered, url: string): Page | null {
	const page = pageIn(answer, url);
	if (page === null) return null;
	const named = fieldValues(answer, 'link').flatMap(canonicalLinks);
	return {
		...page,
		relations: [
			...page.relations,
			...named.map((href) => ({
				rel: ['canonical'],
				href,
				url: URL.canParse(href, url) ? new URL(href, url).href : null,
				hreflang: null,
				type: null,
			})),
		],
	};
}

/** Targets of one Link field whose relation types include `canonical`. */
function canonicalLinks(field: string): readonly string[] {
	return [...field.matchAll(/<([^<>]{1,2048})>((?:[^",<]|"[^"]*")*)/g)].flatMap(
		([, href = '', parameters = '']) => {
			const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
			const types = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
			return types.includes('canonical') ? [href] : [];
		},
	);
}

async function sitemapAt(url: string, get: GetFact): Promise<readonly string[]> {
	const exchange = await get(httpExchange({ url, maxBytes: SITEMAP_BYTES }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return [];
	return exchange.value.status === 200 ? sitemapUrls(bodyText(exchange.value)) : [];
}

/** The first own link with a plain path of one or more segments and no query. */
function pathToVary({ links }: Page, url: string): string | null {
	const { origin } = new URL(url);
	const plain = links.find((link) => {
		const to = new URL(link);
		return to.origin === origin && to.search === '' && /^\/[a-z][a-z0-9/-]*$/.test(to.pathname);
	});
	return plain === undefined ? null : new URL(plain).pathname;
}

async function twinsIn(page: Page, url: string, get: GetFact): Promise<TwinUrls | null> {
	const path = pathToVary(page, url);
	if (path === null) return null;
	const at = (other: string) => new URL(other, url).href;
	const slashed = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
	const upper = path.replace(/[a-z]/, (letter) => letter.toUpperCase());
	const [plain, slash, raised] = await Promise.all([
		bodyAt(at(path), get),
		bodyAt(at(slashed), get),
		bodyAt(at(upper), get),
	]);
	if (plain === null || plain.hasCanonical) return null;
	if (slash?.sha256 === plain.sha256) return { one: at(path), other: at(slashed), how: 'slash' };
	if (raised?.sha256 === plain.sha256) return { one: at(path), other: at(upper), how: 'case' };
	return null;
}

async function bodyAt(url: string, get: GetFact) {
	const exchange = await get(httpExchange({ url }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return null;
	const answer = exchange.value;
	if (answer.status !== 200 || botWall(answer) !== null || answer.body.bytes === '') return null;
	const page = pageIn(answer, url);
	return page === null
		? null
		: { sha256: answer.body.sha256, hasCanonical: canonicalsIn(page).length > 0 };
}
