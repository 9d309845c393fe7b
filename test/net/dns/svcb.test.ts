import { expect, test } from 'vitest';
import { readRdata } from '../../../src/net/dns/rdata.ts';
import { WireReader } from '../../../src/net/dns/wire-reader.ts';

const FOO_COM = '03666f6f076578616d706c6503636f6d00';
const FOO_ORG = '03666f6f076578616d706c65036f726700';

const read = (hex: string, type = 'SVCB') =>
	readRdata(type, new WireReader(Buffer.from(hex.replace(/\s/g, ''), 'hex')));

test('RFC 9460 D.1 figure 2: the alias mode has a target alone', () => {
	const { text, data } = read(`0000 ${FOO_COM}`, 'HTTPS');
	expect(text).toBe('0 foo.example.com');
	expect(data).toEqual({ type: 'HTTPS', priority: 0, target: 'foo.example.com', params: [] });
});

test.each([
	['figure 3: the target is the owner', '0001 00', '1 .'],
	['figure 4: a port', `0010 ${FOO_COM} 0003 0002 0035`, '16 foo.example.com port=53'],
	[
		'figure 5: a generic key',
		`0001 ${FOO_COM} 029b 0005 68656c6c6f`,
		'1 foo.example.com key667=hello',
	],
	[
		'figure 6: a generic key with an octet that needs escaping',
		`0001 ${FOO_COM} 029b 0009 68656c6c6fd2716f6f`,
		'1 foo.example.com key667=hello\\210qoo',
	],
	[
		'figure 7: two IPv6 hints',
		`0001 ${FOO_COM} 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001`,
		'1 foo.example.com ipv6hint=2001:db8::1,2001:db8::53:1',
	],
	[
		'figure 8: an IPv6 hint that embeds an IPv4 address',
		'0001 076578616d706c6503636f6d00 0006 0010 20010db8012203440000 0000c0000221',
		'1 example.com ipv6hint=2001:db8:122:344::c000:221',
	],
	[
		'figure 9: parameters in order',
		`0010 ${FOO_ORG} 0000 0004 00010004 0001 0009 0268320568332d3139 0004 0004 c0000201`,
		'16 foo.example.org mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1',
	],
	[
		'figure 10: an ALPN value with a comma and a backslash',
		`0010 ${FOO_ORG} 0001 000c 08665c6f6f2c626172 026832`,
		'16 foo.example.org alpn=f\\\\\\\\oo\\\\,bar,h2',
	],
])('RFC 9460 D.2 %s', (_, hex, text) => {
	expect(read(hex).text).toBe(text);
});

test('every registered key has its own form', () => {
	const hex =
		'0001 00 0001 0003 026832 0002 0000 0005 0003 010203 0007 0010 2f646e732d71756572797b3f646e737d 0008 0000';
	expect(read(hex, 'HTTPS').data).toMatchObject({
		params: [
			['alpn', 'h2'],
			['no-default-alpn', ''],
			['ech', 'AQID'],
			['dohpath', '/dns-query{?dns}'],
			['ohttp', ''],
		],
	});
});

test('wire order is kept, wrong or not, so that it can be judged', () => {
	expect(read('0001 00 0003 0002 01bb 0001 0003 026832').text).toBe('1 . port=443 alpn=h2');
});

test.each([
	['a port of one octet', '0003 0001 35', 'key3', '5'],
	['an IPv4 hint of five octets', '0004 0005 c000020141', 'key4', '\\192\\000\\002\\001A'],
	['no IPv4 hint at all', '0004 0000', 'key4', ''],
	['an ALPN identifier past its end', '0001 0002 0968', 'key1', '\\009h'],
	['an empty ALPN identifier', '0001 0001 00', 'key1', '\\000'],
	['a value where none may be', '0002 0001 41', 'key2', 'A'],
	['half a mandatory key', '0000 0003 000100', 'key0', '\\000\\001\\000'],
])('%s is shown under its generic key', (_, hex, key, value) => {
	expect(read(`0001 00 ${hex}`).data).toMatchObject({ params: [[key, value]] });
});

test('a value that overruns the data is refused', () => {
	expect(() => read('0001 00 0003 0009 35')).toThrow('runs past the end');
});

test('a value with a blank is quoted in the text', () => {
	expect(read('0001 00 029b 0003 612062').text).toBe('1 . key667="a b"');
});
