import {
	type CanonicalSurvey,
	canonicalsIn,
	isLocalName,
	isSameSite,
	type Page,
} from '../../src/sdk.ts';

/** A statement of the site about its own address that its final URL contradicts. */
export interface Disagreement {
	readonly tag: 'rel=canonical' | 'og:url' | 'hreflang' | 'the sitemap';
	readonly says: string;
}

/**
 * Other host or scheme than the final URL, one example a tag. `home` is where the site's visitors end:
 * a page under a further name may say that it is the same as there (RFC 6596 §3). Alternates for other languages and
 * sitemap entries may name other hosts of the same site, and alternates other domains; what they may
 * not name is the final host's www twin, a local name or plain http.
 */
export function disagreements(
	{ url, page, sitemap }: CanonicalSurvey,
	home: string | null,
): readonly Disagreement[] {
	if (page === null) return [];
	const alternates = page.relations
		.filter(({ rel, hreflang }) => rel.includes('alternate') && hreflang !== null)
		.flatMap((one) => one.url ?? []);
	const openGraph = page.metas.filter(({ key }) => key === 'og:url').map(({ content }) => content);
	const isElsewhere = (one: string) =>
		!isSameOrigin(one, url) && (home === null || !isSameOrigin(one, home));
	return [
		...first('rel=canonical', canonicalsIn(page), isElsewhere),
		...first('og:url', absolute(openGraph, url), isElsewhere),
		...first('hreflang', alternates, (one) => isWrongTwin(one, url)),
		...first(
			'the sitemap',
			sitemap,
			(one) => isWrongTwin(one, url) || !isSameSite(hostOf(one), hostOf(url)),
		),
	];
}

/** Different canonical URLs on one page; of several, search engines believe none. */
export function canonicalSet(page: Page): readonly string[] {
	return [...new Set(canonicalsIn(page).map(withoutHash))];
}

interface MixedLinks {
	/** Own links by plain http, of a page that came by HTTPS. */
	readonly plain: readonly string[];
	/** Own links to the twin (www or bare) of the final host. */
	readonly twin: readonly string[];
}

/** Links of a page to its own site by another scheme or name than its own. */
export function mixedLinks({ url, page }: CanonicalSurvey): MixedLinks {
	const links = page?.links ?? [];
	const own = links.filter((link) => isSameSite(hostOf(link), hostOf(url)));
	const isSecure = url.startsWith('https:');
	return {
		plain: isSecure ? own.filter((link) => link.startsWith('http:')) : [],
		twin: own.filter((link) => link.startsWith('https:') && hostOf(link) === twinOf(hostOf(url))),
	};
}

/** The www name of a bare one, and the other way round. */
export function twinOf(host: string): string {
	return host.startsWith('www.') ? host.slice(4) : `www.${host}`;
}

/** Empty for what is no URL. */
export function hostOf(url: string): string {
	return URL.canParse(url) ? new URL(url).hostname : '';
}

function first(
	tag: Disagreement['tag'],
	urls: readonly string[],
	isWrong: (url: string) => boolean,
): readonly Disagreement[] {
	const says = urls.find(isWrong);
	return says === undefined ? [] : [{ tag, says }];
}

function isWrongTwin(one: string, url: string): boolean {
	const host = hostOf(one);
	if (host === '') return false;
	const isPlain =
		one.startsWith('http:') && url.startsWith('https:') && isSameSite(host, hostOf(url));
	return isPlain || host === twinOf(hostOf(url)) || isLocalName(host);
}

function isSameOrigin(one: string, url: string): boolean {
	if (!URL.canParse(one)) return false;
	const [a, b] = [new URL(one), new URL(url)];
	return a.hostname === b.hostname && a.protocol === b.protocol;
}

function absolute(urls: readonly string[], base: string): readonly string[] {
	return urls.flatMap((url) => (URL.canParse(url, base) ? [new URL(url, base).href] : []));
}

export function withoutHash(url: string): string {
	return url.replace(/#.*$/s, '');
}
