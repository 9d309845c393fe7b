import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openApiRoutes } from '../../../src/facts/timing/openapi.ts';

const BASE = 'https://example.com/';

function routes(api: object, base = BASE) {
	return openApiRoutes(JSON.stringify({ openapi: '3.1.0', ...api }), base);
}

const get = (more: object = {}) => ({ get: { responses: {}, ...more } });

describe('routes', () => {
	it('are the GET operations that ask for nothing', () => {
		const required = { name: 'q', in: 'query', required: true };
		const optional = { name: 'page', in: 'query' };
		expect(
			routes({
				servers: [{ url: 'https://api.example.com/v1/' }],
				components: { parameters: { Q: required, Page: optional } },
				paths: {
					'/health': get(),
					'/items': get({ parameters: [optional, { $ref: '#/components/parameters/Page' }] }),
					'/items/{id}': get(),
					'/search': get({ parameters: [required] }),
					'/find': get({ parameters: [{ $ref: '#/components/parameters/Q' }] }),
					'/other': get({ parameters: [{ $ref: 'other.yaml#/Q' }] }),
					'/shared': { ...get(), parameters: [required] },
					'/orders': { post: {} },
				},
			}),
		).toEqual({
			urls: ['https://api.example.com/v1/health', 'https://api.example.com/v1/items'],
			left: { parameters: 5, signIn: 0, beyond: 0 },
		});
	});

	it('behind a sign-in are left out', () => {
		expect(
			routes({
				security: [{ bearer: [] }],
				paths: {
					'/me': get(),
					'/open': get({ security: [] }),
					'/either': get({ security: [{ bearer: [] }, {}] }),
				},
			}),
		).toEqual({
			urls: ['https://example.com/open', 'https://example.com/either'],
			left: { parameters: 0, signIn: 1, beyond: 0 },
		});
	});

	it('are eight at most', () => {
		const paths = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`/r${n}`, get()]));
		expect(routes({ paths })).toMatchObject({
			urls: { length: 8 },
			left: { beyond: 3 },
		});
	});

	it('are read from YAML, and from Swagger 2', () => {
		const yaml =
			'swagger: "2.0"\nhost: api.example.com\nbasePath: /v2\npaths:\n  /pets:\n    get: {}\n';
		expect(openApiRoutes(yaml, BASE)).toMatchObject({ urls: ['https://api.example.com/v2/pets'] });
	});

	it('take the default of a template in the server', () => {
		const variables = { region: { default: 'eu' } };
		const servers = [{ url: 'https://{region}.example.com', variables }];
		expect(routes({ servers, paths: { '/a': get() } })).toMatchObject({
			urls: ['https://eu.example.com/a'],
		});
	});
});

it.each([
	['', 'no OpenAPI description'],
	['{', 'neither JSON nor YAML'],
	['[1]', 'no OpenAPI description'],
	['openapi: 3.1.0\nservers:\n  - url: ftp://example.com\npaths: {}\n', 'no http(s) URL'],
])('says why %j is none', (text, words) => {
	expect(openApiRoutes(text, BASE)).toContain(words);
});

it('reads any text without a fault', () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
			const read = openApiRoutes(text, BASE);
			expect(typeof read === 'string' || Array.isArray(read.urls)).toBe(true);
		}),
	);
	fc.assert(
		fc.property(fc.object(), (api) => {
			const read = routes({ paths: { '/a': get() }, ...api });
			expect(typeof read === 'string' || Array.isArray(read.urls)).toBe(true);
		}),
	);
});
