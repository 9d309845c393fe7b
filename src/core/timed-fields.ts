/** One word or more that says whether a cache had the answer; lower case. */
export const CACHE_STATUS_FIELDS: readonly string[] = [
	'akamai-cache-status',
	'cdn-cache',
	'cf-cache-status',
	'x-cache',
	'x-cache-remote',
	'x-cache-status',
	'x-drupal-cache',
	'x-fastcgi-cache',
	'x-kinsta-cache',
	'x-litespeed-cache',
	'x-magento-cache-debug',
	'x-nextjs-cache',
	'x-proxy-cache',
	'x-sucuri-cache',
	'x-varnish-cache',
	'x-vercel-cache',
];

/** Fields of an answer that a timing sample keeps; lower case. */
export const TIMED_FIELDS: readonly string[] = [
	...CACHE_STATUS_FIELDS,
	'age',
	'cache-control',
	'cache-status',
	'cdn-cache-control',
	'cf-ray',
	'connection',
	'content-encoding',
	'content-type',
	'keep-alive',
	'retry-after',
	'server',
	'server-timing',
	'vary',
	'via',
	'x-akamai-transformed',
	'x-amz-cf-pop',
	'x-azure-ref',
	'x-iinfo',
	'x-nf-request-id',
	'x-sucuri-id',
	'x-timer',
	'x-varnish',
	'x-vercel-id',
];

/** HTML Living Standard §9.2: it goes on for as long as both sides like. */
export function isEventStream(headers: readonly (readonly [string, string])[]): boolean {
	return headers.some(
		([name, value]) =>
			name.toLowerCase() === 'content-type' && /^\s*text\/event-stream\b/i.test(value),
	);
}
