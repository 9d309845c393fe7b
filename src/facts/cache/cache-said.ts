import { parseList, Token } from 'structured-headers';
import { CACHE_STATUS_FIELDS } from '../../core/timed-fields.ts';
import { serverTimings } from '../timing/server-timing.ts';

type Headers = readonly (readonly [name: string, value: string])[];

/**
 * What an answer says of caches on its way. `hit`: one of them had it, be it stale or validated anew.
 * `miss`: they say that none had. `age-zero`: nothing but `Age: 0`, which some caches put on what they
 * have just fetched too. `silent`: not a word.
 */
export type CacheSaid = 'hit' | 'miss' | 'age-zero' | 'silent';

/** Words of Cloudflare, CloudFront, Vercel, Akamai and Azure (`TCP_…_HIT`), nginx and others. */
const HAD_IT: ReadonlySet<string> = new Set([
	'hit',
	'refreshhit',
	'originshieldhit',
	'stale',
	'revalidated',
	'updating',
	'prerender',
]);

/** RFC 9111 §5.1: no origin made an answer with an Age above 0. RFC 9211 and the fields before it. */
export function cacheSaid(headers: Headers): CacheSaid {
	const age = valuesOf(headers, 'age')[0]?.trim() ?? '';
	if (/^\d+$/.test(age) && Number(age) > 0) return 'hit';
	const said = [
		...valuesOf(headers, 'cache-status').flatMap(statusSays),
		...CACHE_STATUS_FIELDS.flatMap((name) => valuesOf(headers, name)).map(wordsSay),
		...valuesOf(headers, 'server-timing').flatMap(timingSays),
		...valuesOf(headers, 'x-varnish').map(varnishSays),
	];
	if (said.length > 0) return said.includes(true) ? 'hit' : 'miss';
	return age === '0' ? 'age-zero' : 'silent';
}

/** The field that shows that a cache had the answer, such as `X-Cache: HIT`; empty where none does. */
export function proofOfHit(headers: Headers): string {
	const [name, value = ''] = headers.find((field) => cacheSaid([field]) === 'hit') ?? [];
	return name === undefined ? '' : `${name}: ${value.trim().slice(0, LONGEST_PROOF)}`;
}

const LONGEST_PROOF = 60;

/** RFC 9211 §2: `hit`; a request that was let into another's; a validation that the origin confirmed. */
function statusSays(value: string): readonly boolean[] {
	try {
		return parseList(value).map(([, parameters]) => {
			const forwarded = parameters.get('fwd');
			const isConfirmed = forwarded instanceof Token && parameters.get('fwd-status') === 304;
			return parameters.get('hit') === true || parameters.get('collapsed') === true || isConfirmed;
		});
	} catch {
		return [/;\s*hit\b/i.test(value)];
	}
}

function wordsSay(value: string): boolean {
	return value
		.toLowerCase()
		.split(/[^a-z]+/)
		.some((word) => HAD_IT.has(word));
}

/** `cdn-cache; desc=HIT`, as Akamai and others have it. */
function timingSays(value: string): readonly boolean[] {
	return serverTimings(value).flatMap(({ name, description }) =>
		name.toLowerCase() === 'cdn-cache' ? [wordsSay(description)] : [],
	);
}

/** The request's number alone, or with that of the request for which the answer was stored. */
function varnishSays(value: string): boolean {
	return /^\s*\d+\s+\d+/.test(value);
}

function valuesOf(headers: Headers, wanted: string): readonly string[] {
	return headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}
