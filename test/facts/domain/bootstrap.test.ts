import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainQuery, parseBootstrap, serviceFor } from '../../../src/facts/domain/bootstrap.ts';
import { BOOTSTRAP_COPY } from '../../../src/facts/domain/bootstrap-copy.ts';

/** The example of RFC 9224 §4. */
const RFC_9224 = {
	version: '1.0',
	publication: '2024-01-07T10:11:12Z',
	description: 'Some text',
	services: [
		[['net', 'com'], ['https://registry.example.com/myrdap/']],
		[['org', 'mytld'], ['https://example.org/']],
		[
			['xn--zckzah'],
			['https://example.net/rdap/xn--zckzah/', 'http://example.net/rdap/xn--zckzah/'],
		],
	],
};

const parse = (services: unknown) => parseBootstrap(JSON.stringify({ ...RFC_9224, services }));

describe('parseBootstrap', () => {
	it('reads the example of RFC 9224 §4', () => {
		expect(parseBootstrap(JSON.stringify(RFC_9224))).toEqual({
			publication: '2024-01-07T10:11:12Z',
			bases: {
				net: 'https://registry.example.com/myrdap/',
				com: 'https://registry.example.com/myrdap/',
				org: 'https://example.org/',
				mytld: 'https://example.org/',
				'xn--zckzah': 'https://example.net/rdap/xn--zckzah/',
			},
		});
	});

	it('takes https first, wherever it stands, and plain HTTP where there is nothing else', () => {
		const both = ['http://a.test/', 'https://b.test/rdap'];
		expect(parse([[['one'], both]])?.bases).toEqual({ one: 'https://b.test/rdap/' });
		expect(parse([[['two'], ['http://a.test']]])?.bases).toEqual({ two: 'http://a.test/' });
	});

	it.each([
		['{}'],
		['<html>'],
		[JSON.stringify({ ...RFC_9224, services: [] })],
		[JSON.stringify({ ...RFC_9224, services: [[['one'], ['ftp://a.test/']]] })],
		[JSON.stringify({ ...RFC_9224, publication: 'today' })],
	])('is null for %s', (text) => {
		expect(parseBootstrap(text)).toBeNull();
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseBootstrap(text)));
	});
});

describe('serviceFor', () => {
	const list = { publication: '', bases: { uk: 'https://u.test/', 'co.uk': 'https://co.test/' } };

	it('takes the longest match of whole labels (RFC 9224 §4)', () => {
		expect(serviceFor(list, 'example.co.uk')).toBe('https://co.test/');
		expect(serviceFor(list, 'example.org.uk')).toBe('https://u.test/');
		expect(serviceFor(list, 'exampleco.uk')).toBe('https://u.test/');
		expect(serviceFor(list, 'example.test')).toBeNull();
	});

	it('finds nothing under names that every object has', () => {
		expect(serviceFor(list, 'example.constructor')).toBeNull();
	});
});

describe('the copy', () => {
	it.each([
		['example.com', 'https://rdap.verisign.com/com/v1/'],
		['example.org', 'https://rdap.publicinterestregistry.org/rdap/'],
		['example.dev', 'https://pubapi.registry.google/rdap/'],
		['example.co.uk', 'https://rdap.nominet.uk/uk/'],
		['example.fr', 'https://rdap.nic.fr/'],
		['example.xyz', 'https://rdap.centralnic.com/xyz/'],
		['example.au', 'https://rdap.cctld.au/rdap/'],
	])('leads %s to %s', (domain, base) => {
		expect(serviceFor(BOOTSTRAP_COPY, domain)).toBe(base);
	});

	it('is whole: every base is a URL that ends in a slash, no domain stands in it twice', () => {
		const bases = Object.values(BOOTSTRAP_COPY.bases);
		expect(bases.length).toBe(1197);
		expect(bases.filter((base) => !URL.canParse(base) || !base.endsWith('/'))).toEqual([]);
	});
});

describe('domainQuery', () => {
	it.each([
		['https://a.test', 'https://a.test/domain/example.com'],
		['https://a.test/rdap/?x=1', 'https://a.test/rdap/domain/example.com'],
	])('asks %s at %s', (base, url) => {
		expect(domainQuery(base, 'example.com')).toBe(url);
	});
});
