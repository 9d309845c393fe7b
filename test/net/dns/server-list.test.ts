import { expect, test } from 'vitest';
import {
	parseResolvConf,
	parseResolver,
	parseServer,
	resolverText,
	serverText,
} from '../../../src/net/dns/server-list.ts';

test('every nameserver line counts, in order, with comments, scope ids and other lines passed over', () => {
	const text = [
		'# nameserver 192.0.2.9',
		'; nameserver 192.0.2.8',
		'search corp.test example.test',
		'options ndots:5 timeout:1',
		'nameserver 192.0.2.1 # the first',
		'\tnameserver\t2001:db8::53;second',
		'nameserver fe80::1%eth0\r',
		'nameserver 192.0.2.1',
		'nameserver resolver.test',
		'nameserver',
		'nameservers 192.0.2.7',
	].join('\n');
	expect(parseResolvConf(text).map(serverText)).toEqual([
		'192.0.2.1',
		'2001:db8::53',
		'fe80::1%eth0',
	]);
});

test.each(['', 'search example.test\n', 'nameserver nonsense\n'])(
	'without a server in %j it is 127.0.0.1',
	(text) => {
		expect(parseResolvConf(text)).toEqual([{ address: '127.0.0.1', port: 53 }]);
	},
);

test.each([
	['192.0.2.1', { address: '192.0.2.1', port: 53 }],
	['192.0.2.1:5353', { address: '192.0.2.1', port: 5353 }],
	['192.0.2.1:65535', { address: '192.0.2.1', port: 65535 }],
	['2001:db8::1', { address: '2001:db8::1', port: 53 }],
	['[2001:db8::1]', { address: '2001:db8::1', port: 53 }],
	['[2001:db8::1]:5353', { address: '2001:db8::1', port: 5353 }],
])('%s is a server, and written back it is the same', (text, server) => {
	expect(parseServer(text)).toEqual(server);
	expect(parseServer(serverText(server))).toEqual(server);
});

test.each([
	'',
	'dns.example.test',
	'192.0.2.1:0',
	'192.0.2.1:65536',
	'192.0.2.1:',
	'192.0.2.300',
	'[192.0.2.1]:53',
	'[2001:db8::1',
	'http://192.0.2.1/',
	'https://',
	'https://user:secret@dns.test/',
])('the resolver %j is refused with one line', (text) => {
	expect(() => parseResolver(text)).toThrow(RangeError);
	expect(() => parseResolver(text)).toThrow(/^resolver "[^\n]+$|^resolver ""/);
});

test('a DoH address is taken as written', () => {
	const resolver = parseResolver('https://dns.example.test/dns-query');
	expect(resolverText(resolver)).toBe('https://dns.example.test/dns-query');
});

test('without --resolver there is always somebody to ask', () => {
	expect(resolverText(parseResolver(undefined))).not.toBe('');
});
