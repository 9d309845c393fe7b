import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { sourceMapSurvey } from '../exposure/source-map-survey.ts';
import { scriptsIn, unreadCode } from '../launch/site-code.ts';
import { isHtml } from '../web/html.ts';
import { httpExchange, type SeenAnswer } from '../web/http.ts';
import { assetText, type SitePages, sitePages } from '../web/site-pages.ts';
import { mergedSecrets } from './secret-found.ts';
import type { FoundSecret } from './secret-sighting.ts';

/** What visitors of a site can download, and the secrets in it. */
export interface DeployedSecrets {
	/** Of the start page; `null` where the host has none. */
	readonly url: string | null;
	/** One a value; places are URLs. */
	readonly secrets: readonly FoundSecret[];
	readonly read: {
		readonly pages: number;
		/** Own scripts and style sheets. */
		readonly assets: number;
		readonly maps: number;
		/** Data and settings that pages or scripts name. */
		readonly settings: number;
	};
	/** Why something was not read, in words; `null` where everything was. */
	readonly unread: string | null;
}

/** A site names one or two. */
const MOST_SETTINGS = 6;

/**
 * The secrets in what the start page and the sign-in page of a host hand out: HTML with its hydration
 * data, own scripts and style sheets, their source maps, response headers, and the settings that they
 * fetch. Asks for nothing beside these pages but the maps and at most six files of settings.
 */
export const deployedSecrets = defineDerivation({
	name: 'site.secrets',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<DeployedSecrets>> {
		const found = await get(sitePages({ host, login }));
		if (found.status !== 'known') return found;
		const site = found.value;
		const [first] = site.pages;
		const nothing = { pages: 0, assets: 0, maps: 0, settings: 0 };
		if (first === undefined) return known({ url: null, secrets: [], read: nothing, unread: null });
		const [maps, settings] = await Promise.all([
			get(sourceMapSurvey({ host, login })),
			settingsOf(site, get),
		]);
		const looks = maps.status === 'known' ? maps.value.looks : [];
		const answers = [...site.pages, ...site.assets].map(({ answer }) => answer);
		return known({
			url: first.url,
			secrets: mergedSecrets([
				...[...answers, ...settings].flatMap((answer) => answer?.secrets ?? []),
				...looks.flatMap(({ secrets = [] }) => secrets),
			]),
			read: {
				pages: site.pages.length,
				assets: site.assets.filter((one) => assetText(one) !== null).length,
				maps: looks.filter(({ reading }) => reading !== null).length,
				settings: settings.length,
			},
			unread: unreadCode(site) ?? looks.find(({ unseen }) => unseen !== null)?.unseen ?? null,
		});
	},
});

/** `/config.json`, `./env.js`, `/assets/runtime-config.json`, `/_payload.json?1a2b`. */
const SETTINGS =
	/["'`]((?:\.{0,2}\/)?(?:[\w-]{1,40}\/){0,3}(?:[\w-]{0,30}(?:config|settings|env|environment)[\w-]{0,30}(?:\.[\w-]{1,20})?)\.(?:json|js)(?:\?[\w=&.-]{0,60})?)["'`]/gi;
/** Of tools, which nobody serves. */
const TOOLS =
	/(?:^|\/)(?:tsconfig|jsconfig|package|vite|vitest|next|nuxt|astro|svelte|webpack|rollup|tailwind|postcss|babel|jest|eslint|prettier|metro|app)[\w.-]*\.config\.js$|(?:^|\/)(?:tsconfig|jsconfig|angular|package|launchsettings)[\w.-]*\.json$/i;
/** A name without a folder counts only where something is fetched from it. */
const FETCHED = /(?:fetch|get|open|load|import|axios)\w{0,12}\(\s{0,4}(?:["'`]GET["'`],\s{0,4})?$/i;

/** Answers of the pages' own data: what they preload, and settings that their scripts name. */
async function settingsOf(site: SitePages, get: GetFact): Promise<readonly SeenAnswer[]> {
	const seen = new Set([...site.pages, ...site.assets].map(({ url }) => url));
	const wanted = new Set<string>();
	for (const { url, page } of site.pages) {
		const { origin } = new URL(url);
		const preloaded = page.resources
			.filter(({ element, type }) => element === 'link preload' && type === 'fetch')
			.map((one) => one.url);
		const named = [...scriptsIn(page), ...textsOf(site)].flatMap((text) => settingsIn(text, url));
		for (const one of [...preloaded, ...named]) {
			if (new URL(one).origin === origin && !seen.has(one)) wanted.add(one);
		}
	}
	const answers = await Promise.all(
		[...wanted].slice(0, MOST_SETTINGS).map((url) => get(httpExchange({ url }))),
	);
	return answers.flatMap((exchange): readonly SeenAnswer[] => {
		if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return [];
		// A page in the place of what is missing.
		return exchange.value.status === 200 && !isHtml(exchange.value) ? [exchange.value] : [];
	});
}

function textsOf({ assets }: SitePages): readonly string[] {
	return assets.filter(({ kind }) => kind === 'script').map((one) => assetText(one) ?? '');
}

/** URLs of settings that a script names. */
function settingsIn(text: string, base: string): readonly string[] {
	return [...text.matchAll(SETTINGS)].flatMap(({ 1: path = '', index }) => {
		const isFetched = FETCHED.test(text.slice(Math.max(0, index - 40), index));
		const isRooted = /^\.{0,2}\//.test(path);
		if (TOOLS.test(path) || !(isFetched || isRooted) || !URL.canParse(path, base)) return [];
		return [new URL(path, base).href];
	});
}
