import { z } from 'zod';
import { CONTROL_QUERY } from '../../core/control-query.ts';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { pageIn } from './html.ts';
import { httpExchange } from './http.ts';
import { randomPathOf } from './random-path.ts';
import { type RedirectChain, redirectChain } from './redirects.ts';

/** A query that shows loss, doubling, merging, reordering and decoding; campaigns are read from two. */
export const MATRIX_QUERY = CONTROL_QUERY;

/** One start of the matrix. */
export interface MatrixWalk {
	readonly scheme: 'http' | 'https';
	/** `known`: a page that the site's own start page links to. */
	readonly path: 'root' | 'deep' | 'known';
	readonly url: string;
	/** It was asked with `MATRIX_QUERY`. */
	readonly withQuery: boolean;
	readonly chain: Fact<RedirectChain>;
}

/** Every start of one host, and where it leads. */
export interface RedirectMatrix {
	readonly host: string;
	readonly walks: readonly MatrixWalk[];
}

/**
 * {http, https} × {`/`, a random deep path} × {bare, with a query}, each followed to its end by GET. Hops
 * are shared with whoever else walks there, so that a host in order gets six requests. Where
 * the deep path is sent to where `/` is sent, a page of the site's own is asked the same way: what
 * happens to that one is no matter of missing pages.
 */
export const redirectMatrix = defineDerivation({
	name: 'http.redirect-matrix',
	params: z.object({ host: z.string(), seed: z.string() }),
	async derive({ host, seed }, get): Promise<Fact<RedirectMatrix>> {
		const starts = (['http', 'https'] as const).flatMap((scheme) =>
			(['root', 'deep'] as const).flatMap((path) =>
				[false, true].map((withQuery) => ({ scheme, path, withQuery })),
			),
		);
		const walks = await Promise.all(
			starts.map(async (start): Promise<MatrixWalk> => {
				const at = start.path === 'root' ? '/' : randomPathOf(seed);
				const url = `${start.scheme}://${host}${at}${start.withQuery ? `?${MATRIX_QUERY}` : ''}`;
				return { ...start, url, chain: await get(redirectChain({ url })) };
			}),
		);
		const isLost = walks.some((walk) => visitsStart(walk, startPaths(walks)));
		const page = isLost ? await knownPath(host, get) : null;
		if (page === null) return known({ host, walks });
		const controls = await Promise.all(
			(['http', 'https'] as const).map(async (scheme): Promise<MatrixWalk> => {
				const url = `${scheme}://${host}${page}`;
				const chain = await get(redirectChain({ url }));
				return { scheme, path: 'known', url, withQuery: false, chain };
			}),
		);
		return known({ host, walks: [...walks, ...controls] });
	},
});

/** Where visitors of `/` come by: `/` itself, a locale's start page. */
export function startPaths(walks: readonly MatrixWalk[]): ReadonlySet<string> {
	const hops = walks.flatMap(({ path, chain }) =>
		path === 'root' && chain.status === 'known' ? chain.value.hops : [],
	);
	return new Set(['/', ...hops.map(({ url }) => new URL(url).pathname)]);
}

function visitsStart({ path, chain }: MatrixWalk, starts: ReadonlySet<string>): boolean {
	if (path !== 'deep' || chain.status !== 'known') return false;
	const [, ...after] = chain.value.hops;
	return after.some(({ url }) => starts.has(new URL(url).pathname));
}

/** A link of the start page to a plain path two or more characters long, on the host where visitors end. */
async function knownPath(host: string, get: GetFact): Promise<string | null> {
	const chain = await get(redirectChain({ url: `https://${host}/` }));
	if (chain.status !== 'known' || chain.value.end !== 'settled') return null;
	const url = chain.value.hops.at(-1)?.url ?? '';
	const exchange = await get(httpExchange({ url }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return null;
	const page = pageIn(exchange.value, url);
	const { origin, pathname } = new URL(url);
	const link = page?.links.find((one) => {
		const to = new URL(one);
		return to.origin === origin && to.pathname !== pathname && /^\/[\w/.-]{2,}$/.test(to.pathname);
	});
	return link === undefined ? null : new URL(link).pathname;
}
