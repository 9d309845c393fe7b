import { z } from 'zod';
import { jsonIn } from './json-in.ts';

/** Which RDAP service knows the registrations below which name (RFC 9224 §4). */
export interface RdapServices {
	/** ISO 8601: when IANA published it. */
	readonly publication: string;
	/** Base URL, ending in a slash, by domain in A-labels; mostly top-level domains. */
	readonly bases: Readonly<Record<string, string>>;
}

const File = z.object({
	version: z.string(),
	publication: z.string(),
	services: z.array(z.array(z.array(z.string()))),
});

/**
 * Reads IANA's file. Of several URLs https is taken before http (RFC 9224 §3). `null` for anything that
 * is not such a file, or one without a service: an empty list is no list to go by.
 */
export function parseBootstrap(text: string): RdapServices | null {
	const parsed = File.safeParse(jsonIn(text));
	if (!parsed.success || Number.isNaN(Date.parse(parsed.data.publication))) return null;
	const bases: [string, string][] = parsed.data.services.flatMap(([domains = [], urls = []]) => {
		const base = baseIn(urls);
		if (base === null) return [];
		return domains.map((domain): [string, string] => [domain.toLowerCase(), base]);
	});
	if (bases.length === 0) return null;
	return { publication: parsed.data.publication, bases: Object.fromEntries(bases) };
}

/** The base URL for a domain in A-labels, by the longest match of whole labels; `null` without one. */
export function serviceFor({ bases }: RdapServices, domain: string): string | null {
	const labels = domain.split('.');
	for (let depth = 0; depth < labels.length; depth++) {
		const name = labels.slice(depth).join('.');
		const base = Object.hasOwn(bases, name) ? bases[name] : undefined;
		if (base !== undefined) return base;
	}
	return null;
}

/** What to ask about a domain (RFC 9082 §3.1.3). */
export function domainQuery(base: string, domain: string): string {
	const url = new URL(base);
	url.search = '';
	url.pathname = `${url.pathname.replace(/\/?$/, '/')}domain/${domain}`;
	return url.href;
}

function baseIn(urls: readonly string[]): string | null {
	const usable = urls.filter((url) => URL.canParse(url) && /^https?:/i.test(url));
	const base = usable.find((url) => /^https:/i.test(url)) ?? usable[0];
	return base === undefined ? null : base.replace(/\/?$/, '/');
}
