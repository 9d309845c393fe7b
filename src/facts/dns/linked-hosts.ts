import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { pageIn } from '../web/html.ts';
import { isSameSite, landing } from '../web/redirects.ts';
import { addressClass } from './address-class.ts';

/** Sub-domains that a home page links to or loads from. */
export interface LinkedHosts {
	/** Where a visitor of the host ends. */
	readonly page: string;
	/** In the order of the page, without the host itself and its www. */
	readonly names: readonly string[];
}

/** Links to more hosts than this are a directory's, not a product's. */
const MOST_LINKED_HOSTS = 20;

/** Of the same registrable domain, at most 20. */
export const linkedHosts = defineDerivation({
	name: 'dns.linked-hosts',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<LinkedHosts>> {
		const end = await get(landing({ url: `https://${host}/` }));
		if (end.status !== 'known') return end;
		const page = pageIn(end.value.answer, end.value.url);
		const linked =
			page === null ? [] : hostsIn([...page.links, ...page.resources.map((one) => one.url)]);
		const own = linked.filter(
			(name) => name !== host && name !== `www.${host}` && isSameSite(name, host),
		);
		return known({ page: end.value.url, names: own.slice(0, MOST_LINKED_HOSTS) });
	},
});

/** Host names in URLs, each once, in order; neither addresses nor what no host is called. */
function hostsIn(urls: readonly string[]): readonly string[] {
	const names = urls.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []));
	return [...new Set(names)].filter(
		(name) => /^[a-z0-9_.-]+$/.test(name) && addressClass(name) === null,
	);
}
