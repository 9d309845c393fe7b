import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { httpAnswer, httpExchange } from './http.ts';
import { redirectChain } from './redirects.ts';
import { siteSamples } from './site-samples.ts';

/** One answer of a host itself, gatekeepers' left out. */
export interface HostAnswer {
	readonly url: string;
	readonly answer: HttpAnswered;
}

export interface HostAnswers {
	/** In the order asked: http, then https, then other kinds of address. Each URL once. */
	readonly answers: readonly HostAnswer[];
	/** A gatekeeper stood in front of some of them: what it said, in words. */
	readonly denied: string | null;
}

/**
 * Everything that a host answered, for checks that judge each answer by itself, error pages included: its
 * hops from `/` by http and https, and with `samples` one answer of every other kind. Those are left
 * out where they cannot be had; without any answer at all, the fact is as `httpAnswer` has it.
 */
export const hostAnswers = defineDerivation({
	name: 'host.answers',
	params: z.object({
		host: z.string(),
		seed: z.string(),
		login: z.string().nullable(),
		samples: z.boolean(),
	}),
	async derive({ host, seed, login, samples }, get): Promise<Fact<HostAnswers>> {
		const hops = [...(await ownHops(host, 'http', get)), ...(await ownHops(host, 'https', get))];
		const more = samples ? await get(siteSamples({ host, seed, login })) : null;
		const all = [...hops, ...(more?.status === 'known' ? more.value : [])];
		if (all.length === 0) {
			const answer = await get(httpAnswer({ url: `https://${host}/` }));
			if (answer.status !== 'known') return answer;
		}
		const walls = all.flatMap(({ url, answer }) => {
			const wall = botWall(answer);
			return wall === null ? [] : [`${url}: ${wall}`];
		});
		const own = all.filter(({ answer }) => botWall(answer) === null);
		const answers = [...new Map(own.map(({ url, answer }) => [url, { url, answer }])).values()];
		return known({ answers, denied: walls[0] ?? null });
	},
});

async function ownHops(
	host: string,
	scheme: 'http' | 'https',
	get: GetFact,
): Promise<readonly HostAnswer[]> {
	const chain = await get(redirectChain({ url: `${scheme}://${host}/` }));
	if (chain.status !== 'known') return [];
	const urls = chain.value.hops
		.filter(({ url, status }) => status !== null && new URL(url).hostname === host)
		.map(({ url }) => url);
	const exchanges = await Promise.all(urls.map((url) => get(httpExchange({ url }))));
	return exchanges.flatMap((one, index) => {
		const url = urls[index];
		return url !== undefined && one.status === 'known' && one.value.kind === 'answered'
			? [{ url, answer: one.value }]
			: [];
	});
}
