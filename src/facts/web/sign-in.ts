import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type ChainReport, chainReport } from './chain-report.ts';
import { pageIn } from './html.ts';
import { signInLink } from './site-pages.ts';
import { sitePage } from './sites.ts';

/**
 * The way to the sign-in page of a host: the one that the user named, or the one that its start page
 * links to at the same origin. `null` where there is none.
 */
export const signInWalk = defineDerivation({
	name: 'http.sign-in-walk',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<ChainReport | null>> {
		if (login !== null && new URL(login).hostname === host) {
			return get(chainReport({ url: login }));
		}
		const start = await get(sitePage({ host }));
		if (start.status !== 'known') return start;
		const { url, answer } = start.value;
		// What another host shows is walked there.
		const page = new URL(url).hostname === host ? pageIn(answer, url) : null;
		const link = page === null ? null : signInLink({ page, url });
		return link === null ? known(null) : get(chainReport({ url: link }));
	},
});
