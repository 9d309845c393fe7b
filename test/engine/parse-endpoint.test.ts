import { expect, it } from 'vitest';
import { parseEndpoint } from '../../src/engine/parse-endpoint.ts';

const URL_ = 'https://api.example.com/health';

it.each([
	[URL_, { url: URL_, method: 'GET', kind: null, budgetMs: null }],
	[`GET ${URL_} p95<300ms`, { url: URL_, method: 'GET', kind: null, budgetMs: 300 }],
	[`head ${URL_}#top`, { url: URL_, method: 'HEAD', kind: null, budgetMs: null }],
	[`${URL_} cached p95<1.5s`, { url: URL_, method: 'GET', kind: 'cached', budgetMs: 1_500 }],
	[
		'https://example.com page',
		{ url: 'https://example.com/', method: 'GET', kind: 'page', budgetMs: null },
	],
])('reads %s', (text, rule) => {
	expect(parseEndpoint(text)).toEqual(rule);
});

it.each([
	['', 'is not an http(s) URL'],
	['ftp://example.com/', 'is not an http(s) URL'],
	[`POST ${URL_}`, 'GET or HEAD, and not with POST'],
	[`${URL_} p95<0ms`, 'no kind and no budget'],
	[`${URL_} p95<300`, 'no kind and no budget'],
	[`${URL_} api page`, 'no kind and no budget'],
	[`${URL_} p95<1s p95<2s`, 'no kind and no budget'],
])('says what is wrong with "%s"', (text, words) => {
	expect(parseEndpoint(text)).toEqual({ fault: expect.stringContaining(words) });
});
