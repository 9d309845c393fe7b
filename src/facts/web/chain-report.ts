import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { httpExchange, isSilence, isTheirSilence } from './http.ts';
import { type RedirectChain, redirectChain } from './redirects.ts';
import { strangerExchange } from './stranger.ts';

/** A walk along the redirects with the controls that a judgement of it needs. */
export interface ChainReport {
	readonly chain: RedirectChain;
	/** The same walk with a browser's cookies; only where the plain one went in a circle. */
	readonly withCookies: RedirectChain | null;
	/** What the last hop answered; `null` where it did not. */
	readonly answer: HttpAnswered | null;
	/** The last hop kept silent and no control shows that it is not our network's doing. */
	readonly unsureSilence: boolean;
}

/** A loop costs a second walk, a silence up to two requests; anything else nothing beside the walk. */
export const chainReport = defineDerivation({
	name: 'http.chain-report',
	params: z.object({
		url: z.string().transform((text) => new URL(text).href),
		owned: z.array(z.string()).optional(),
	}),
	async derive(walk, get): Promise<Fact<ChainReport>> {
		const chain = await get(redirectChain(walk));
		if (chain.status !== 'known') return chain;
		const again =
			chain.value.end === 'loop' ? await get(redirectChain({ ...walk, cookies: true })) : null;
		if (again !== null && again.status !== 'known') return again;
		return known({
			chain: chain.value,
			withCookies: again?.value ?? null,
			answer: await lastAnswer(chain.value, get),
			unsureSilence: await isUnsure(chain.value, get),
		});
	},
});

async function lastAnswer(
	{ hops, end }: RedirectChain,
	get: GetFact,
): Promise<HttpAnswered | null> {
	const last = hops.at(-1);
	if (last === undefined || last.status === null || end === 'loop' || end === 'too-long')
		return null;
	const { hostname: home } = new URL(hops[0]?.url ?? last.url);
	const { url } = last;
	const isStranger = end === 'leaves-domain';
	const exchange = await get(isStranger ? strangerExchange({ url, home }) : httpExchange({ url }));
	return exchange.status === 'known' && exchange.value.kind === 'answered' ? exchange.value : null;
}

async function isUnsure({ hops }: RedirectChain, get: GetFact): Promise<boolean> {
	const last = hops.at(-1);
	if (last === undefined || last.failure === null || !isSilence(last.failure)) return false;
	return !(await isTheirSilence(last.url, last.failure.phase, get));
}
