import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { bodyText, httpExchange } from '../web/http.ts';
import { isSameSite } from '../web/redirects.ts';
import { assetText, type SitePages, sitePages } from '../web/site-pages.ts';
import { robotsFile } from './robots-file.ts';
import { unreadCode } from './site-code.ts';
import { type Own, testAddressIn } from './test-address.ts';
import { type TestUse, testUsesInCode, testUsesInPage, testUsesInStyle } from './test-uses.ts';

/** A test address in something that the site serves. */
export interface FoundUse extends TestUse {
	/** Of the page, script or file. */
	readonly place: string;
}

export interface StagingSurvey {
	/** Of the start page; `null` where the host has none. */
	readonly url: string | null;
	readonly found: readonly FoundUse[];
	/** Pages, scripts and files that were read. */
	readonly read: number;
	/** Why some of it was not seen, in words. */
	readonly unread: string | null;
}

/** The same that `redirects/canonical` reads, so that the file is asked for once. */
const SITEMAP_BYTES = 262_144;
const MOST_LOCATIONS = 5_000;

/**
 * Test addresses in a host's pages, scripts, style sheets, sitemap and manifest. Two requests beside the pages
 * and robots.txt.
 */
export const stagingSurvey = defineDerivation({
	name: 'launch.staging-survey',
	params: z.object({
		/** `null` where there is none: then nothing is found. */
		host: z.string().nullable(),
		login: z.string().nullable(),
		seed: z.string(),
		registrable: z.string().nullable(),
		/** Audited hosts. */
		hosts: z.array(z.string()),
	}),
	async derive({ host, login, seed, registrable, hosts }, get): Promise<Fact<StagingSurvey>> {
		if (host === null) return known({ url: null, found: [], read: 0, unread: null });
		const pages = await get(sitePages({ host, login }));
		if (pages.status !== 'known') return pages;
		const own: Own = { registrable, hosts };
		const site = pages.value;
		const [start] = site.pages;
		const files = start === undefined ? [] : await filesOf(host, seed, site, own, get);
		return known({
			url: start?.url ?? null,
			found: [...usesInSite(site, own), ...files.flatMap(({ found }) => found)],
			read: site.pages.length + site.assets.length + files.length,
			unread: unreadCode(site),
		});
	},
});

function usesInSite({ pages, assets }: SitePages, own: Own): readonly FoundUse[] {
	return [
		...pages.flatMap(({ url, page }) => at(url, testUsesInPage(page, own))),
		...assets.flatMap((asset) => {
			const text = assetText(asset);
			if (text === null) return [];
			const uses = asset.kind === 'script' ? testUsesInCode(text, own) : testUsesInStyle(text, own);
			return at(asset.url, uses);
		}),
	];
}

function at(place: string, uses: readonly TestUse[]): readonly FoundUse[] {
	return uses.map((use) => ({ ...use, place }));
}

interface ReadFile {
	readonly found: readonly FoundUse[];
}

async function filesOf(
	host: string,
	seed: string,
	{ pages }: SitePages,
	own: Own,
	get: GetFact,
): Promise<readonly ReadFile[]> {
	const robots = await get(robotsFile({ host, seed }));
	const rules = robots.status === 'known' && robots.value.kind === 'rules' ? robots.value : null;
	const named = rules?.sitemaps ?? [];
	const inRobots = at(
		rules?.url ?? '',
		named.flatMap((text) => sitemapUse(text, 'robots.txt names this sitemap', own) ?? []),
	);
	const home = `https://${host}/sitemap.xml`;
	const sitemap = named.find((text) => isOwnFile(text, host)) ?? home;
	const manifest = pages
		.flatMap(({ page }) => page.resources)
		.find(({ element, url }) => element === 'link manifest' && isOwnFile(url, host));
	const [map, app] = await Promise.all([
		textAt(sitemap, get),
		manifest === undefined ? null : textAt(manifest.url, get),
	]);
	return [
		...(rules === null ? [] : [{ found: inRobots }]),
		...(map === null ? [] : [{ found: at(sitemap, usesInSitemap(map, own)) }]),
		...(app === null || manifest === undefined
			? []
			: [{ found: at(manifest.url, usesInManifest(app, own)) }]),
	];
}

function isOwnFile(url: string, host: string): boolean {
	return URL.canParse(url) && /^https:/.test(url) && isSameSite(new URL(url).hostname, host);
}

async function textAt(url: string, get: GetFact): Promise<string | null> {
	const exchange = await get(httpExchange({ url, maxBytes: SITEMAP_BYTES }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return null;
	return exchange.value.status === 200 ? bodyText(exchange.value) : null;
}

function sitemapUse(text: string, what: string, own: Own): TestUse | null {
	const address = testAddressIn(text, own);
	return address === null ? null : { ...address, use: 'sitemap', what };
}

/** Every `<loc>` and alternate (sitemaps.org), of an index too. */
function usesInSitemap(xml: string, own: Own): readonly TestUse[] {
	const bare = xml.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '');
	const found = bare.matchAll(
		/<loc>\s*([^<\s]{1,2048})\s*<\/loc>|<xhtml:link\b[^>]{0,400}\bhref="([^"]{1,2048})"/gi,
	);
	return [...found]
		.slice(0, MOST_LOCATIONS)
		.flatMap(([, loc, href]) => sitemapUse(loc ?? href ?? '', 'the sitemap lists it', own) ?? []);
}

function usesInManifest(json: string, own: Own): readonly TestUse[] {
	return testUsesInCode(json, own).map((use) => ({
		...use,
		use: 'manifest',
		what: 'the web app manifest names it',
	}));
}
