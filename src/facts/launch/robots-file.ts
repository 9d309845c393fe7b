import { z } from 'zod';
import { defineDerivation, type Fact, known, unknown } from '../../core/fact.ts';
import { botWall } from '../web/bot-wall.ts';
import { chainReport } from '../web/chain-report.ts';
import { bodyText } from '../web/http.ts';
import { parseRobots, type Ruling, rulingFor } from './robots-txt.ts';

/** What a host's robots.txt says to the crawler of the search engine that decides. */
export type RobotsFile = { readonly url: string } & (
	| { readonly kind: 'none'; readonly status: number | null }
	/** RFC 9309 §2.3.1.4: crawlers take it for a prohibition. */
	| { readonly kind: 'unreachable'; readonly how: string }
	| {
			readonly kind: 'rules';
			readonly start: Ruling;
			readonly any: Ruling;
			readonly sitemaps: readonly string[];
	  }
);

/** RFC 9309 §2.3.1.2: crawlers follow so many at least. */
const MOST_REDIRECTS = 5;

/**
 * `/robots.txt` over HTTPS, with the redirects that crawlers follow: one GET beside those. A gatekeeper, 429
 * included, is unknown, because crawlers may well be let through.
 */
export const robotsFile = defineDerivation({
	name: 'launch.robots-file',
	params: z.object({ host: z.string(), seed: z.string() }),
	async derive({ host, seed }, get): Promise<Fact<RobotsFile>> {
		const url = `https://${host}/robots.txt`;
		const report = await get(chainReport({ url }));
		if (report.status !== 'known') return report;
		const { chain, answer } = report.value;
		const last = chain.hops.at(-1);
		if (answer === null) {
			const failure = last?.failure ?? null;
			if (failure === null) return known({ url, kind: 'none', status: null });
			if (report.value.unsureSilence) return unknown('timeout', `${url} does not answer`);
			return known({ url, kind: 'unreachable', how: `does not answer (${failure.detail})` });
		}
		const { status } = answer;
		const wall = botWall(answer);
		if (wall !== null) return unknown('denied', `${url}: ${wall}`);
		if (status >= 500) return known({ url, kind: 'unreachable', how: `answers ${status}` });
		const tooFar = chain.hops.length - 1 > MOST_REDIRECTS;
		if (tooFar || status >= 300) return known({ url, kind: 'none', status });
		const robots = parseRobots(bodyText(answer));
		return known({
			url,
			kind: 'rules',
			sitemaps: robots.sitemaps,
			start: rulingFor(robots, 'Googlebot', '/'),
			any: rulingFor(robots, 'Googlebot', `/lr-${seed}`),
		});
	},
});
