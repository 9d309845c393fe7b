import type { GetFact } from '../../core/fact.ts';
import { isSessionName, parseSetCookie } from '../web/cookies.ts';
import { asksForSecrets } from '../web/html.ts';
import { redirectChain } from '../web/redirects.ts';
import { assetText, type SitePages, sitePages } from '../web/site-pages.ts';
import { siteSamples } from '../web/site-samples.ts';

/** A script that asks its own host for data. */
const ASKS = /["'`](\/(?:api|graphql|trpc|rpc|rest)(?:\/[\w./-]{0,60})?)["'`?]/;

/**
 * What shows that a host has a program of the product behind it, in words; `null` where nothing does, as
 * with a site of files. Of what was fetched anyway.
 */
export async function backEndOf(
	{
		host,
		seed,
		login,
		isApi,
		routes,
	}: {
		host: string;
		seed: string;
		login: string | null;
		isApi: boolean;
		routes: readonly string[];
	},
	get: GetFact,
): Promise<string | null> {
	if (isApi) return `${host} is an API`;
	const [named] = routes;
	if (named !== undefined) return `${named} was named as an endpoint`;
	const [chain, pages, samples] = await Promise.all([
		get(redirectChain({ url: `https://${host}/` })),
		get(sitePages({ host, login })),
		get(siteSamples({ host, seed, login })),
	]);
	const hops = chain.status === 'known' ? chain.value.hops : [];
	const own = hops.filter(({ url }) => new URL(url).hostname === host);
	const cookie = own.flatMap(({ setCookies }) => setCookies.flatMap(sessionIn))[0];
	if (cookie !== undefined) return `${host} sets the session cookie ${cookie}`;
	const api = samples.status === 'known' ? samples.value.find(({ what }) => what === 'api') : null;
	if (api?.what === 'api') return `${api.url} answers with JSON`;
	return pages.status === 'known' ? programIn(pages.value, host) : null;
}

function sessionIn(field: string): readonly string[] {
	const parsed = parseSetCookie(field);
	return parsed.kind === 'cookie' && isSessionName(parsed.cookie.name) ? [parsed.cookie.name] : [];
}

function programIn({ pages, assets }: SitePages, host: string): string | null {
	for (const { url, page } of pages) {
		if (new URL(url).hostname !== host) continue;
		if (asksForSecrets(page)) return `${url} asks for a password`;
		const form = page.forms.find(({ method, action }) => method === 'post' && isOn(host, action));
		if (form !== undefined) return `a form of ${url} posts to ${host}`;
	}
	for (const asset of assets) {
		const path = asset.kind === 'script' ? ASKS.exec(assetText(asset) ?? '')?.[1] : undefined;
		if (path !== undefined) return `${asset.url} asks ${host} for ${path}`;
	}
	return null;
}

function isOn(host: string, url: string): boolean {
	return URL.canParse(url) && new URL(url).hostname === host;
}
