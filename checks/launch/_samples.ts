import type { ChainReport, Hop, HttpAnswered, SiteAnswer } from '../../src/sdk.ts';

export const HOME = 'https://example.com/';

export function answered(
	bytes: string,
	{ status = 200, headers = [] }: { status?: number; headers?: HttpAnswered['headers'] } = {},
): HttpAnswered {
	return {
		kind: 'answered',
		status,
		headers,
		body: { bytes, truncated: false, sha256: `sha256 of ${bytes}` },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

/** The start page of a host, for examples. */
export function page({
	status = 200,
	headers = [],
	head = '',
	body = '<p>Hello</p>',
}: {
	status?: number;
	headers?: HttpAnswered['headers'];
	head?: string;
	body?: string;
}): SiteAnswer {
	const html = `<!doctype html><html><head><title>Shop</title>${head}</head><body>${body}</body></html>`;
	return { url: HOME, answer: answered(html, { status, headers }) };
}

/** From the start page over redirects to an answer, for examples; `null` where the last host refuses. */
export function wayTo(answer: HttpAnswered | null, locations: readonly string[]): ChainReport {
	const urls = [HOME, ...locations];
	const hops = urls.map((url, index): Hop => {
		const to = urls[index + 1];
		const status = to === undefined ? (answer?.status ?? null) : 302;
		return {
			url,
			status,
			locations: to === undefined ? [] : [to],
			setCookies: [],
			cacheControl: '',
			address: null,
			failure:
				status === null
					? { how: 'refused', phase: 'connect', detail: 'refused', address: null }
					: null,
		};
	});
	const end = answer === null ? 'failed' : 'settled';
	return { chain: { hops, end, fault: null }, withCookies: null, answer, unsureSilence: false };
}
