import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import type { Page } from './html.ts';
import { assetText, type SeenPage, type SitePages } from './site-pages.ts';
import { styleUrls } from './style-urls.ts';

/** What pages load, in the words of a Content-Security-Policy. */
export interface PageSources {
	/** Directive to its sources, `'self'` first. */
	readonly lists: Readonly<Record<string, readonly string[]>>;
	/** There are style attributes or inline style sheets. */
	readonly hasInlineStyles: boolean;
	/** Inline scripts and event handlers. */
	readonly inlineScripts: number;
}

type Resource = Page['resources'][number];

/** Further sources that a well-known script or style sheet needs, by its host (2026). */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
	'challenges.cloudflare.com': { 'frame-src': ['https://challenges.cloudflare.com'] },
	'connect.facebook.net': {
		'connect-src': ['https://www.facebook.com'],
		'img-src': ['https://www.facebook.com'],
	},
	'fonts.googleapis.com': { 'font-src': ['https://fonts.gstatic.com'] },
	'js.stripe.com': {
		'connect-src': ['https://api.stripe.com'],
		'frame-src': ['https://js.stripe.com', 'https://hooks.stripe.com'],
	},
	'plausible.io': { 'connect-src': ['https://plausible.io'] },
	'static.cloudflareinsights.com': { 'connect-src': ['https://cloudflareinsights.com'] },
	'www.google.com': {
		'frame-src': ['https://www.google.com'],
		'script-src': ['https://www.gstatic.com'],
	},
	'www.googletagmanager.com': {
		'connect-src': [
			'https://*.google-analytics.com',
			'https://*.analytics.google.com',
			'https://*.googletagmanager.com',
		],
		'img-src': ['https://*.google-analytics.com', 'https://www.googletagmanager.com'],
	},
};

/** So many sources of one kind are named; a page with more needs a look by somebody. */
const MOST_SOURCES = 40;

/**
 * Everything that the start page and the sign-in page were seen to load, with the fonts of their style
 * sheets and the hosts of their own domain that their scripts name. What scripts load later is not there.
 */
export function pageSources({ pages, assets }: SitePages): PageSources {
	const lists = new Map<string, Set<string>>();
	const add = (directive: string, ...sources: readonly string[]) => {
		const list = lists.get(directive) ?? new Set<string>();
		for (const source of sources) if (list.size < MOST_SOURCES) list.add(source);
		lists.set(directive, list);
	};
	const origins = new Set(pages.map(({ url }) => new URL(url).origin));
	for (const page of pages) addPage(page, origins, add);
	for (const asset of assets) {
		const text = assetText(asset);
		if (text === null) continue;
		const found = asset.kind === 'style' ? fontsIn(text, asset.url) : hostsIn(text, asset.url);
		const directive = asset.kind === 'style' ? 'font-src' : 'connect-src';
		for (const url of found) add(directive, ...sourceOf(url, origins));
	}
	const live = pages.flatMap(({ page }) => [...page.inline, ...page.attributes]).filter(isLive);
	const isStyle = (one: (typeof live)[number]) =>
		'element' in one ? one.element === 'style' : one.name === 'style';
	return {
		lists: Object.fromEntries([...lists].map(([name, list]) => [name, selfFirst(list)])),
		hasInlineStyles: live.some(isStyle),
		inlineScripts: live.filter((one) => !isStyle(one)).length,
	};
}

type Add = (directive: string, ...sources: readonly string[]) => void;

function addPage({ page, url }: SeenPage, origins: ReadonlySet<string>, add: Add): void {
	for (const resource of page.resources.filter(isLive)) {
		const directive = directiveOf(resource);
		if (directive === null) continue;
		add(directive, ...sourceOf(resource.url, origins));
		const host = hostOf(resource.url);
		for (const [name, sources] of Object.entries(COMPANIONS[host] ?? {})) add(name, ...sources);
	}
	for (const { action, buttonActions } of page.forms) {
		for (const target of [action, ...buttonActions]) {
			add('form-action', ...sourceOf(URL.canParse(target) ? target : url, origins));
		}
	}
}

function isLive({ inert }: { readonly inert?: true }): boolean {
	return inert !== true;
}

function selfFirst(list: ReadonlySet<string>): readonly string[] {
	return list.has("'self'") ? [...new Set(["'self'", ...list])] : [...list];
}

const DIRECTIVES: Readonly<Partial<Record<string, string>>> = {
	audio: 'media-src',
	embed: 'object-src',
	frame: 'frame-src',
	iframe: 'frame-src',
	img: 'img-src',
	'link icon': 'img-src',
	'link manifest': 'manifest-src',
	'link modulepreload': 'script-src',
	'link stylesheet': 'style-src',
	object: 'object-src',
	script: 'script-src',
	track: 'media-src',
	video: 'media-src',
};

const PRELOADED: Readonly<Partial<Record<string, string>>> = {
	fetch: 'connect-src',
	font: 'font-src',
	image: 'img-src',
	script: 'script-src',
	style: 'style-src',
};

function directiveOf({ element, type }: Resource): string | null {
	if (element === 'link preload') return PRELOADED[type?.toLowerCase() ?? ''] ?? null;
	if (element === 'source') return /^(?:video|audio)\//i.test(type ?? '') ? 'media-src' : 'img-src';
	return DIRECTIVES[element] ?? null;
}

/** Names as they stand in a policy and in a server's configuration; anything else is left to people. */
const PLAIN_HOST = /^[a-z0-9.-]+$/;

function sourceOf(text: string, own: ReadonlySet<string>): readonly string[] {
	const url = new URL(text);
	if (own.has(url.origin)) return ["'self'"];
	if (url.protocol === 'data:' || url.protocol === 'blob:') return [url.protocol];
	if (!['http:', 'https:', 'wss:'].includes(url.protocol) || !PLAIN_HOST.test(url.hostname)) {
		return [];
	}
	const scheme = url.protocol === 'http:' ? 'https:' : url.protocol;
	return [`${scheme}//${url.host}`];
}

function hostOf(text: string): string {
	return new URL(text).hostname;
}

function fontsIn(text: string, base: string): readonly string[] {
	const fonts = styleUrls(text).filter(({ what }) => what === 'font');
	const found = fonts.flatMap(({ href }) =>
		URL.canParse(href, base) ? [new URL(href, base).href] : [],
	);
	return [...new Set(found)];
}

const SERVICE_URL = /\b(?:https?|wss):\/\/[a-z0-9.-]{1,253}(?=[:/"'`?#])/gi;

/** Only those of the same domain: a bundle is full of other names that nobody asks. */
function hostsIn(text: string, base: string): readonly string[] {
	const domain = registrableOf(hostOf(base));
	const found = [...text.matchAll(SERVICE_URL)].map(([url]) => url);
	return [...new Set(found)].filter(
		(url) => URL.canParse(url) && isWithin(hostOf(url), domain) && !hostOf(url).endsWith('.'),
	);
}

/** A whole policy that lets the pages load what they were seen to load, and nothing else. */
export function starterPolicy({ lists, hasInlineStyles }: PageSources): string {
	const list = (directive: string, ...always: readonly string[]) => {
		const sources = [...new Set([...always, ...(lists[directive] ?? [])])];
		return `${directive} ${sources.join(' ')}`;
	};
	const optional = ['frame-src', 'media-src', 'manifest-src'].filter((one) => one in lists);
	return [
		"default-src 'self'",
		list('script-src', "'self'"),
		list('style-src', "'self'", ...(hasInlineStyles ? ["'unsafe-inline'"] : [])),
		list('img-src', "'self'", 'data:'),
		list('font-src', "'self'"),
		list('connect-src', "'self'"),
		...optional.map((one) => list(one, "'self'")),
		(lists['object-src'] ?? []).length > 0 ? list('object-src') : "object-src 'none'",
		"base-uri 'self'",
		list('form-action', "'self'"),
		"frame-ancestors 'self'",
	].join('; ');
}
