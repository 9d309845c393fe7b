import { describe, expect, it } from 'vitest';
import { BadTargetList, parseTargetList } from '../../src/fleet/target-list.ts';

const domains = (text: string) => parseTargetList(text, 'list.txt').map(({ domain }) => domain);

describe('a list of targets', () => {
	it('takes a domain or URL a line, and passes over comments and empty lines', () => {
		const text = '# shops\nexample.com\r\n\nhttps://Example.org/path # later\n  bücher.example  ';
		expect(domains(text)).toEqual(['example.com', 'example.org', 'xn--bcher-kva.example']);
	});

	it('takes the first column of a table, with a header or without', () => {
		expect(domains('Domain;owner\nexample.com;A\nexample.org;B')).toEqual([
			'example.com',
			'example.org',
		]);
		expect(domains('"example.com","a, b"\nexample.org\tB')).toEqual(['example.com', 'example.org']);
	});

	it('lists what is repeated once', () => {
		expect(domains('example.com\nEXAMPLE.com.\nhttps://example.com')).toEqual(['example.com']);
	});

	it('knows the registrable domain of each', () => {
		expect(parseTargetList('app.shop.co.uk', 'x')).toEqual([
			{ domain: 'app.shop.co.uk', registrable: 'shop.co.uk' },
		]);
	});

	it('refuses the whole list for one bad line, with file and number, and counts the others', () => {
		const read = () => parseTargetList('example.com\nnot a domain\n192.0.2.1', 'list.txt');
		expect(read).toThrow(BadTargetList);
		expect(read).toThrow(/^list\.txt:2: "not a domain" is not a domain name.* \(and 1 more such/);
	});

	it('takes a header for what it is only at the top', () => {
		expect(() => parseTargetList('example.com\ndomain', 'list.txt')).toThrow(
			/^list\.txt:2: "domain"/,
		);
	});

	it('refuses a list of nothing', () => {
		expect(() => parseTargetList('# none\n', 'list.txt')).toThrow('list.txt: it names no domain');
	});
});
