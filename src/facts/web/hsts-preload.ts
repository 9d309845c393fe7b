import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { type ServedChain, servedChains } from '../tls/served-chains.ts';
import { type HstsField, parseHstsField } from './hsts.ts';
import { httpExchange } from './http.ts';
import { redirectChain } from './redirects.ts';
import { siteHops } from './sites.ts';

/** One year: what the preload list has asked for since 2017. */
const PRELOAD_FLOOR_SECONDS = 31_536_000;
/** 18 weeks: what entries made before that may still send. */
const OLD_PRELOAD_FLOOR_SECONDS = 10_886_400;

/**
 * Every rule of the browsers' preload list (hstspreload.org, submission requirements) that one field
 * breaks, not only the first. The list refuses a quoted max-age, which browsers accept.
 */
export function preloadFaults(field: HstsField): readonly string[] {
	if (field.kind === 'invalid') return [field.problem];
	const { maxAge, maxAgeText, includeSubDomains, preload } = field;
	const faults: string[] = [];
	if (maxAgeText.startsWith('"')) faults.push('max-age is in quotes');
	if (maxAge < PRELOAD_FLOOR_SECONDS) {
		const old = maxAge >= OLD_PRELOAD_FLOOR_SECONDS ? ' (enough only for entries of old)' : '';
		faults.push(`max-age is ${maxAge}, below ${PRELOAD_FLOOR_SECONDS}${old}`);
	}
	if (!includeSubDomains) faults.push('includeSubDomains is missing');
	if (!preload) faults.push('preload is missing');
	return faults;
}

/**
 * The same for all fields of one answer that asks to be on the list; `null` for one that does not. Of a
 * field that browsers ignore too, what can still be read of it is held against the rules.
 */
export function preloadFaultsIn(fields: readonly string[]): readonly string[] | null {
	const [first] = fields;
	if (first === undefined) return null;
	const field = parseHstsField(first);
	const words = first
		.toLowerCase()
		.split(/[;,]/)
		.map((word) => word.trim());
	if (field.kind === 'policy' ? !field.preload : !words.includes('preload')) return null;
	return [
		...preloadFaults(field),
		...(field.kind === 'invalid' ? faultsOfTheRest(words) : []),
		...(fields.length > 1 ? [`the header is sent ${fields.length} times`] : []),
	];
}

function faultsOfTheRest(words: readonly string[]): readonly string[] {
	const ages = words.flatMap((word) => /^max-age\s*=\s*"?([0-9]+)"?$/.exec(word)?.[1] ?? []);
	const low = ages.find((digits) => Number(digits) < PRELOAD_FLOOR_SECONDS);
	return [
		...(low === undefined ? [] : [`max-age is ${low}, below ${PRELOAD_FLOOR_SECONDS}`]),
		...(words.includes('includesubdomains') ? [] : ['includeSubDomains is missing']),
	];
}

/** What the list allows on the way to the page. */
const MOST_PRELOAD_REDIRECTS = 3;

/**
 * Rules of the preload list about a base domain's redirects, as many as are broken: port 80, where open,
 * leads to HTTPS on the same host first; every further hop is HTTPS; the first HTTPS answer carries
 * the header even where it redirects.
 */
export const preloadRedirectFaults = defineDerivation({
	name: 'hsts.preload-redirect-faults',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<readonly string[]>> {
		const http = await get(redirectChain({ url: `http://${host}/` }));
		const https = await get(redirectChain({ url: `https://${host}/` }));
		const own = await get(siteHops({ host, scheme: 'https' }));
		if (http.status !== 'known') return http;
		if (https.status !== 'known') return https;
		if (own.status !== 'known') return own;
		const faults: string[] = [];
		const [open, second] = http.value.hops;
		if (open?.status !== null && second?.url.startsWith(`https://${host}/`) !== true) {
			faults.push(`http://${host}/ does not redirect to https://${host}/ first`);
		}
		const insecure = https.value.hops.find(({ url }) => !url.startsWith('https:'));
		if (insecure !== undefined) faults.push(`https://${host}/ leads through ${insecure.url}`);
		const redirects = https.value.hops.length - 1;
		if (redirects > MOST_PRELOAD_REDIRECTS) {
			faults.push(`https://${host}/ redirects ${redirects} times, more than 3`);
		}
		if (own.value[0]?.hsts.length === 0 && own.value.length > 1) {
			faults.push(`the redirect at https://${host}/ does not carry the header itself`);
		}
		return known(faults);
	},
});

/** How a host stands with HTTPS: what it sends at port 443, or why it surely has none. */
export interface HttpsStanding {
	readonly host: string;
	/** `null` where it answers, or where its silence may be ours. */
	readonly why: string | null;
	readonly served: readonly ServedChain[];
}

/** The certificates are judged by who asks, since that depends on the day. */
export const httpsStandings = defineDerivation({
	name: 'hsts.https-standings',
	params: z.object({ hosts: z.array(z.string()), beside: z.string() }),
	async derive({ hosts, beside }, get): Promise<Fact<readonly HttpsStanding[]>> {
		return known(
			await Promise.all(
				hosts.map(async (host): Promise<HttpsStanding> => {
					const served = await get(servedChains({ host, beside }));
					if (served.status === 'known') return { host, why: null, served: served.value };
					const why = served.status === 'blocked' ? await httpsFault(host, get) : null;
					return { host, why, served: [] };
				}),
			),
		);
	},
});

/** In a browser's words; a name without an address needs no HTTPS. */
async function httpsFault(host: string, get: GetFact): Promise<string | null> {
	const exchange = await get(httpExchange({ url: `https://${host}/` }));
	if (exchange.status !== 'known' || exchange.value.kind === 'answered') return null;
	const { how, detail } = exchange.value;
	return how === 'silent' || how === 'no-such-host' ? null : detail;
}
