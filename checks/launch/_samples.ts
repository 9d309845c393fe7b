import type { HttpAnswered, SiteAnswer } from '../../src/sdk.ts';

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
