import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { pageIn } from '../web/html.ts';
import { sitePage } from '../web/sites.ts';

/** What the start page of a host links to, absolute: files that are there on purpose. */
export const startPageLinks = defineDerivation({
	name: 'exposure.start-page-links',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<readonly string[]>> {
		const start = await get(sitePage({ host }));
		if (start.status !== 'known') return start;
		return known(pageIn(start.value.answer, start.value.url)?.links ?? []);
	},
});
