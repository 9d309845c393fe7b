import { z } from 'zod';
import { defineDerivation, defineProbe, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import { type FoundSecret, FoundSecretSchema } from '../secrets/secret-sighting.ts';
import { secretsInTexts } from '../secrets/served-secrets.ts';
import { botWall } from '../web/bot-wall.ts';
import { fieldValues } from '../web/http.ts';
import { assetText, type SeenPage, type SiteAsset, sitePages } from '../web/site-pages.ts';
import {
	dataUrlBytes,
	readSourceMap,
	type SourceMapReading,
	sourceMapComment,
} from './source-map.ts';

/** How a browser comes to a map, or that we tried the usual name. */
const WAYS = ['header', 'comment', 'inside', 'usual name'] as const;
type Way = (typeof WAYS)[number];

/** The map of one script or style sheet. */
export interface SourceMapLook {
	readonly asset: string;
	/** Of the map; the asset's own where it stands inside. */
	readonly url: string;
	readonly way: Way;
	/** `null` where what came is no source map. */
	readonly reading: SourceMapReading | null;
	/** What its sources hold; of a map inside an asset, the asset's own answer says it. */
	readonly secrets?: readonly FoundSecret[] | undefined;
	/** Why it was not seen; `null` where it was. */
	readonly unseen: string | null;
}

export interface SourceMapSurvey {
	readonly looks: readonly SourceMapLook[];
	/** Own scripts and style sheets that came, copies of public libraries left out. */
	readonly assets: number;
	/** Of those, the ones whose map was not asked for: the limit was reached. */
	readonly unasked: number;
	/** Why some own file was not seen; `null` where every one was. */
	readonly unseen: string | null;
	/** Visitors meet a sign-in page first: the program is for customers alone. */
	readonly isBehindSignIn: boolean;
}

/** Bundles come from one build: where eight have no map, none has. */
const MOST_MAPS = 8;

/** Maps of large applications; their names and first texts are in the beginning of larger ones. */
const MAP_BYTES = 8_388_608;

/**
 * The source map at one URL: one GET, 8 MiB at most, no redirect followed. Names and numbers alone are kept
 * of it, and what secrets it holds, so that no report or recording carries the source.
 */
const sourceMapAt = defineProbe({
	name: 'exposure.source-map',
	params: z.object({ url: z.string() }),
	value: z.object({
		/** `null` where no answer came. */
		status: z.number().int().nullable(),
		reading: z
			.object({
				sources: z.number().int(),
				withText: z.number().int(),
				names: z.array(z.string()),
				isCut: z.boolean(),
			})
			.nullable(),
		secrets: z.array(FoundSecretSchema).optional(),
		unseen: z.string().nullable(),
	}),
	async observe({ url }, io) {
		const outcome = await io.http.exchange({ url, method: 'GET', maxBytes: MAP_BYTES });
		if (outcome.kind === 'failed') {
			return { status: null, reading: null, unseen: `${url}: ${outcome.detail}` };
		}
		const { status, body } = outcome;
		const wall = botWall(outcome);
		const hidden = wall ?? (status >= 500 ? `it answers ${status}` : null);
		if (hidden !== null) return { status, reading: null, unseen: `${url}: ${hidden}` };
		const reading = status === 200 ? readSourceMap(body.bytes) : null;
		if (reading === null) return { status, reading, unseen: null };
		const { found } = await secretsInTexts([{ file: url, text: body.bytes, sort: 'map' }], io);
		return {
			status,
			reading: { ...reading, names: [...reading.names] },
			...(found.length > 0 && { secrets: [...found] }),
			unseen: null,
		};
	},
	describe: ({ url }, { status, reading, unseen }) => ({
		kind: 'http',
		summary: `GET ${url}: ${status ?? 'no answer'}`,
		detail:
			reading === null
				? (unseen ?? 'no source map')
				: `a source map of ${reading.sources} own files, ${reading.withText} of them whole`,
	}),
	plan: ({ url }) => `GET ${url}`,
	// On a connection that the script came by.
	wire: () => ({ roundTrips: 1, address: null }),
	assume: () => ({ status: 404, reading: null, unseen: null }),
});

/**
 * The source maps of a site's own scripts and style sheets: where a header or their last line says, inside
 * them, or at the usual name beside them; at most eight requests. A map outside the domain is nobody's
 * business here. Copies of public libraries are passed over: everybody has their source.
 */
export const sourceMapSurvey = defineDerivation({
	name: 'exposure.source-maps',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<SourceMapSurvey>> {
		const found = await get(sitePages({ host, login }));
		if (found.status !== 'known') return found;
		const { pages, assets, passedOver } = found.value;
		const domain = registrableOf(host) ?? host;
		const own = assets.filter((one) => assetText(one) !== null && !isLibraryFile(one.url));
		const wanted = own.map((one) => mapOf(one, domain));
		const inside = wanted.filter(({ way }) => way === 'inside');
		const apart = wanted.filter(({ way }) => way !== 'inside').sort(byWay);
		const first = apart.slice(0, MOST_MAPS);
		const lost = assets.find((one) => one.unseen !== null);
		return known({
			looks: [
				...inside.map(lookInside),
				...(await Promise.all(first.map((one) => look(one, get)))),
			],
			assets: own.length,
			unasked: apart.length - first.length + passedOver,
			unseen: lost === undefined ? null : `${lost.url}: ${lost.unseen}`,
			isBehindSignIn: pages[0] !== undefined && isSignIn(pages[0]),
		});
	},
});

type Wanted = Pick<SourceMapLook, 'asset' | 'url' | 'way'> & { readonly bytes: string | null };

function byWay(a: Wanted, b: Wanted): number {
	return WAYS.indexOf(a.way) - WAYS.indexOf(b.way);
}

/** The header counts before the comment (ECMA-426 §11.1). */
function mapOf(one: SiteAsset, domain: string): Wanted {
	const asset = one.url;
	const { answer } = one;
	const [named = null] =
		answer === null
			? []
			: [...fieldValues(answer, 'sourcemap'), ...fieldValues(answer, 'x-sourcemap')];
	const header = ownUrl(named, asset, domain);
	if (header !== null) return { asset, url: header, way: 'header', bytes: null };
	const comment = sourceMapComment(assetText(one) ?? '');
	const bytes = comment === null ? null : dataUrlBytes(comment);
	if (bytes !== null) return { asset, url: asset, way: 'inside', bytes };
	const written = ownUrl(comment, asset, domain);
	if (written !== null) return { asset, url: written, way: 'comment', bytes: null };
	const { origin, pathname } = new URL(asset);
	return { asset, url: `${origin}${pathname}.map`, way: 'usual name', bytes: null };
}

function ownUrl(text: string | null, base: string, domain: string): string | null {
	if (text === null || !URL.canParse(text, base)) return null;
	const url = new URL(text, base);
	url.hash = '';
	const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
	return isWeb && isWithin(url.hostname, domain) ? url.href : null;
}

function lookInside({ asset, url, way, bytes }: Wanted): SourceMapLook {
	return { asset, url, way, reading: readSourceMap(bytes ?? ''), unseen: null };
}

async function look({ asset, url, way }: Wanted, get: GetFact): Promise<SourceMapLook> {
	const seen = await get(sourceMapAt({ url }));
	if (seen.status !== 'known') {
		return { asset, url, way, reading: null, unseen: `${url}: ${seen.detail}` };
	}
	const { reading, secrets, unseen } = seen.value;
	return { asset, url, way, reading, secrets, unseen };
}

/** Files that projects copy from public packages, and folders that hold nothing else. */
const LIBRARY_FILE =
	/\/(?:wp-includes|wp-admin|wp-content\/plugins|node_modules|bower_components|vendors?)\/|\/(?:alpine(?:js)?|angular|animate|aos|axios|backbone|bootstrap|bulma|chart|clipboard|codemirror|d3|datatables|dayjs|easymde|flatpickr|fontawesome|fontawesome-all|fuse|glide|gsap|handlebars|highlight|htmx|jquery|katex|knockout|leaflet|livewire|lodash|mapbox-gl|marked|mermaid|moment|normalize|popper|prism|quill|react|react-dom|require|select2|slick|socket\.io|splide|swiper|three|tinymce|turbo|underscore|video|vue|wow)(?:[.@-](?:\d[\w.-]*|min|all|bundle|core|esm|umd|global|prod|production|slim|ui|migrate|pack|client|js|cjs|iife|grid|reboot|utilities|rtl))*\.(?:m?js|css)$/i;

function isLibraryFile(url: string): boolean {
	return LIBRARY_FILE.test(new URL(url).pathname);
}

const SIGN_IN = /\/(?:log-?in|sign-?in|signin|users\/sign_in|sso)(?:\/|$)/i;

function isSignIn({ url, page }: SeenPage): boolean {
	const asks = page.forms.some(({ asksFor }) => asksFor.includes('password'));
	return asks || SIGN_IN.test(new URL(url).pathname);
}
