import type { ChainEnd, Hop, HttpAnswered, RedirectChain } from '../../src/sdk.ts';

export function hop(url: string, status: number, location?: string, more: Partial<Hop> = {}): Hop {
	return {
		url,
		status,
		locations: location === undefined ? [] : [location],
		setCookies: [],
		cacheControl: '',
		address: '203.0.113.8',
		failure: null,
		...more,
	};
}

export function failedHop(url: string, how: NonNullable<Hop['failure']>['how']): Hop {
	const phase = how === 'no-such-host' ? 'dns' : how === 'bad-response' ? 'request' : 'connect';
	const address = how === 'no-such-host' ? null : '203.0.113.8';
	return { ...hop(url, 0), status: null, address, failure: { how, phase, detail: how, address } };
}

export function chain(end: ChainEnd, ...hops: Hop[]): RedirectChain {
	return { hops, end, fault: null };
}

export function answered(html: string, ...setCookies: string[]): HttpAnswered {
	return {
		kind: 'answered',
		status: 200,
		headers: [
			['content-type', 'text/html; charset=utf-8'],
			...setCookies.map((value) => ['set-cookie', value] as const),
		],
		body: { bytes: html, truncated: false, sha256: '' },
		address: '203.0.113.8',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

export const HTML = answered('<title>Shop</title><p>Welcome');

export const PASSWORD = '<form method=post><input type=password></form>';

export const JSON_ANSWER: HttpAnswered = {
	...answered('{}'),
	headers: [['content-type', 'application/json']],
};
