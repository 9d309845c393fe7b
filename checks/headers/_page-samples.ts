import { type HttpAnswered, readPage, type SiteAnswer, type SitePages } from '../../src/sdk.ts';

type Headers = HttpAnswered['headers'];

/** An answer of example.com, for examples. */
export function answered(
	headers: Headers,
	{ status = 200, body = PAGE }: { status?: number; body?: string } = {},
): HttpAnswered {
	return {
		kind: 'answered',
		status,
		headers,
		body: { bytes: body, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

export const PAGE = '<!doctype html><html><head><title>x</title></head><body>x</body></html>';

/** Its page, with these headers. */
export function pageWith(
	headers: Headers,
	about: { status?: number; body?: string } = {},
): { page: SiteAnswer } {
	return {
		page: {
			url: 'https://example.com/',
			answer: answered([['content-type', 'text/html; charset=utf-8'], ...headers], about),
		},
	};
}

/** Start page and sign-in page, with these headers. */
export function pagesWith(start: Headers, login?: Headers): { pages: SitePages } {
	const seen = (what: 'start' | 'login', url: string, headers: Headers) => ({
		what,
		url,
		answer: answered([['content-type', 'text/html; charset=utf-8'], ...headers]),
		page: readPage(PAGE, url),
	});
	return {
		pages: {
			pages: [
				seen('start', 'https://example.com/', start),
				...(login === undefined ? [] : [seen('login', 'https://example.com/login', login)]),
			],
			assets: [],
			passedOver: 0,
		},
	};
}

/** Why headers of pages say nothing here. */
export const NOT_A_PAGE = {
	api: 'An API answers with data, which browsers do not show as a page.',
	redirect: 'It only redirects to another host.',
	file: 'It serves a file and no page.',
} as const;
