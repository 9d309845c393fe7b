/** Last segments of paths that only read, in English and in most APIs: a GET of them changes nothing. */
const READS =
	/^(?:me|users?|accounts?|profiles?|sessions?|viewer|whoami|current[-_]?user|userinfo|config|status|items|products|orders|projects)$/;

/** One address in quotes; bounded, so that the search stays linear. */
const QUOTED =
	/["'`]((?:https:\/\/[a-z0-9.-]{1,253})?\/[A-Za-z0-9_./-]{1,200})(?:\?[^"'`]{0,200})?["'`]/g;

/**
 * The path of an endpoint on `wanted` from which a script of `home` reads data; `null` for none. Only
 * paths below `/api`, `/v1` and the like, or on a host of its own, whose last word only reads.
 */
export function apiPathIn(script: string, wanted: string, home: string): string | null {
	for (const [, text = ''] of script.matchAll(QUOTED)) {
		if (!text.startsWith('https:') && wanted !== home) continue;
		if (!URL.canParse(text, `https://${home}`)) continue;
		const { hostname, pathname } = new URL(text, `https://${home}`);
		const segments = pathname.split('/').filter((one) => one !== '');
		const isApi = wanted !== home || /^(?:api|v\d)$/.test(segments[0] ?? '');
		if (hostname === wanted && isApi && READS.test(segments.at(-1) ?? '')) return pathname;
	}
	return null;
}
