import { addressClass } from '../dns/address-class.ts';
import { enforcedPolicies } from './csp.ts';
import type { Page } from './html.ts';
import { fieldValues } from './http.ts';
import { isRedirect } from './redirects.ts';
import { insecureRequests } from './script-requests.ts';
import { assetText, type SeenPage, type SiteAsset, type SitePages } from './site-pages.ts';
import { isLocalName } from './stranger.ts';
import { styleUrls } from './style-urls.ts';

/** Something that an HTTPS page loads, or sends, by `http:` or `ws:`. */
export interface InsecureLoad {
	/** `form`: where a form is sent. */
	readonly kind: 'active' | 'passive' | 'form';
	/** `script`, `style sheet`, `image`, … */
	readonly what: string;
	readonly url: string;
	/** The page, style sheet or script that says so. */
	readonly where: string;
	/** Only upgrade-insecure-requests makes browsers ask for it by HTTPS. */
	readonly isUpgraded: boolean;
	/** Passive, and yet one that browsers block and do not ask for by HTTPS instead. */
	readonly isBlocked: boolean;
}

/**
 * Mixed content (W3C Mixed Content Level 2) of the pages of a site, and of their style sheets and scripts,
 * each address once. Passive is what browsers ask for by HTTPS instead (§4.1: images, video, audio);
 * a srcset, a `crossorigin` image and a bare IP address are not, and are blocked. HSTS helps nobody: browsers
 * block before they apply it (Fetch, main fetch). `localhost` is trustworthy, and no mixed content; it
 * and other addresses inside somebody's network are left to the check of test addresses. What stands in a
 * template or noscript is not loaded.
 */
export function insecureLoads({ pages, assets }: SitePages): readonly InsecureLoad[] {
	const secure = pages.filter(({ url }) => url.startsWith('https:'));
	if (secure.length === 0) return [];
	const everywhere = secure.every(isUpgrading);
	const found = [
		...secure.flatMap((page) =>
			inPage(page).map((one) => ({ ...one, isUpgraded: isUpgrading(page) })),
		),
		...assets.flatMap(inAsset).map((one) => ({ ...one, isUpgraded: everywhere })),
	];
	const seen = new Set<string>();
	return found.filter(({ kind, url, isUpgraded }) => {
		const key = `${kind} ${isUpgraded} ${url}`;
		if (!isInsecure(url) || seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

type Found = Omit<InsecureLoad, 'isUpgraded'>;

/** CSP, `upgrade-insecure-requests` (W3C Upgrade Insecure Requests §3.1): forms and frames included. */
function isUpgrading({ answer }: Pick<SeenPage, 'answer'>): boolean {
	return enforcedPolicies(answer).some(({ directives }) =>
		directives.has('upgrade-insecure-requests'),
	);
}

function isInsecure(url: string): boolean {
	if (!/^(?:http|ws):/i.test(url) || !URL.canParse(url)) return false;
	const host = bareHost(url);
	if (host === 'localhost' || isLocalName(host)) return false;
	const network = addressClass(host);
	return network === null || network === 'public' || network === 'documentation';
}

function bareHost(url: string): string {
	return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

function inPage({ url: where, page }: SeenPage): readonly Found[] {
	return [
		...page.resources.flatMap((one) => inResource(one, page, where)),
		...images(page, where),
		...page.inline.flatMap((one) => {
			if (one.inert) return [];
			return one.element === 'style'
				? inStyle(one.text, where)
				: isProgram(one.type)
					? inScript(one.text, where)
					: [];
		}),
		...page.attributes.flatMap(({ name, value, inert }) =>
			name === 'style' && !inert ? inStyle(value, where) : [],
		),
		...page.forms.flatMap(({ action, method, buttonActions }) =>
			[...(method === 'dialog' ? [] : [action]), ...buttonActions].map(
				(url): Found => ({ kind: 'form', what: 'form', url, where, isBlocked: false }),
			),
		),
	];
}

type Resource = Page['resources'][number];

function inResource(one: Resource, page: Page, where: string): readonly Found[] {
	const what = whatIs(one);
	if (what === null || one.inert || !/^http:/i.test(one.url)) return [];
	const { url } = one;
	if (!PASSIVE.has(what)) return [{ kind: 'active', what, url, where, isBlocked: false }];
	const isSet = isInSrcset(one.href, page);
	const isBlocked = isSet || one.crossorigin !== null || addressClass(bareHost(url)) !== null;
	return [{ kind: 'passive', what: isSet ? 'image' : what, url, where, isBlocked }];
}

const PASSIVE = new Set(['image', 'icon', 'video', 'audio', 'media file']);

const ELEMENTS: Readonly<Record<string, string>> = {
	img: 'image',
	source: 'media file',
	video: 'video',
	audio: 'audio',
	iframe: 'frame',
	frame: 'frame',
	object: 'object',
	embed: 'embedded object',
	track: 'text track',
	'link stylesheet': 'style sheet',
	'link modulepreload': 'script',
	'link icon': 'icon',
	'link manifest': 'manifest',
};

/** By `as` (Fetch, destinations). Without a known one browsers preload nothing. */
const PRELOADED: Readonly<Record<string, string>> = {
	script: 'script',
	style: 'style sheet',
	font: 'font',
	fetch: 'request',
	image: 'image',
	video: 'video',
	audio: 'audio',
	track: 'text track',
};

function whatIs({ element, type }: Resource): string | null {
	if (element === 'script') return isProgram(type) ? 'script' : null;
	if (element === 'link preload') return PRELOADED[type?.trim().toLowerCase() ?? ''] ?? null;
	return ELEMENTS[element] ?? null;
}

/** HTML, "prepare the script element": other types are data, which no browser loads or runs. */
function isProgram(type: string | null): boolean {
	return /^\s*(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma|j)script)\s*$/i.test(type ?? '');
}

/** A candidate of some srcset, and no plain source. */
function isInSrcset(href: string, { values }: Page): boolean {
	const isSource = values.some(({ name, value }) => name === 'src' && value === href);
	return !isSource && values.some(({ name, value }) => name === 'srcset' && value.includes(href));
}

/** Those that are no elements of their own: posters, image buttons, old backgrounds, SVG. */
function images({ values }: Page, where: string): readonly Found[] {
	return values.flatMap(({ element, name, value }): readonly Found[] => {
		const isImage =
			name === 'poster' ||
			name === 'background' ||
			(element === 'input' && name === 'src') ||
			((element === 'image' || element === 'feimage') && /^(?:xlink:)?href$/.test(name));
		if (!isImage || !/^http:/i.test(value) || !URL.canParse(value)) return [];
		const url = new URL(value).href;
		const isBlocked = addressClass(bareHost(url)) !== null;
		return [{ kind: 'passive', what: 'image', url, where, isBlocked }];
	});
}

function inAsset(asset: SiteAsset): readonly Found[] {
	const { url, kind, answer } = asset;
	const text = assetText(asset);
	if (text !== null) return kind === 'style' ? inStyle(text, url) : inScript(text, url);
	if (answer === null || !isRedirect(answer.status) || !url.startsWith('https:')) return [];
	const [to] = fieldValues(answer, 'location');
	if (to === undefined || !URL.canParse(to, url)) return [];
	const what = kind === 'style' ? 'style sheet' : 'script';
	return [{ kind: 'active', what, url: new URL(to, url).href, where: url, isBlocked: false }];
}

const STYLED = { style: 'style sheet', font: 'font', image: 'image' } as const;

function inStyle(css: string, where: string): readonly Found[] {
	if (!/http:/i.test(css)) return [];
	return styleUrls(css).flatMap(({ what, href }): readonly Found[] => {
		if (!/^http:/i.test(href) || !URL.canParse(href)) return [];
		const url = new URL(href).href;
		const isImage = what === 'image';
		const isBlocked = isImage && addressClass(bareHost(url)) !== null;
		return [{ kind: isImage ? 'passive' : 'active', what: STYLED[what], url, where, isBlocked }];
	});
}

/** Libraries try browsers out with names of one label, and documentation names hosts of RFC 2606. */
function isAHost(hostname: string): boolean {
	return hostname.includes('.') && !/(?:^|\.)example(?:\.(?:com|net|org))?$/.test(hostname);
}

function inScript(script: string, where: string): readonly Found[] {
	return insecureRequests(script).flatMap((text): readonly Found[] => {
		if (!URL.canParse(text) || !isAHost(new URL(text).hostname)) return [];
		return [{ kind: 'active', what: 'request', url: new URL(text).href, where, isBlocked: false }];
	});
}
