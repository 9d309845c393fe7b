import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressClass, isControlNet, networkOf } from '../../../src/facts/dns/address-class.ts';

describe('addressClass', () => {
	it.each([
		// RFC 1918 and its edges
		['10.0.0.0', 'private'],
		['9.255.255.255', 'public'],
		['11.0.0.0', 'public'],
		['172.16.0.0', 'private'],
		['172.31.255.255', 'private'],
		['172.32.0.0', 'public'],
		['192.168.255.255', 'private'],
		['192.169.0.0', 'public'],
		// RFC 6890
		['0.1.2.3', 'reserved'],
		['127.255.255.255', 'loopback'],
		['169.254.0.1', 'link-local'],
		['100.64.0.0', 'carrier-nat'],
		['100.127.255.255', 'carrier-nat'],
		['100.128.0.0', 'public'],
		['198.18.0.1', 'reserved'],
		['224.0.0.1', 'multicast'],
		['240.0.0.1', 'reserved'],
		['255.255.255.255', 'reserved'],
		// RFC 5737, 3849, 9637
		['192.0.2.255', 'documentation'],
		['198.51.100.7', 'documentation'],
		['203.0.113.7', 'documentation'],
		['2001:db8::1', 'documentation'],
		['2001:db9::1', 'public'],
		['3fff::1', 'documentation'],
		['3fff:fff:ffff::', 'documentation'],
		['3fff:1000::', 'public'],
		// RFC 4193, 4291, 3879
		['fc00::1', 'private'],
		['fdff::1', 'private'],
		['fe80::1', 'link-local'],
		['fec0::1', 'private'],
		['::1', 'loopback'],
		['::', 'reserved'],
		['ff02::1', 'multicast'],
		['2606:4700::1', 'public'],
		// IPv4 inside IPv6: RFC 4291 §2.5.5.2, RFC 6052, RFC 8215, RFC 3056
		['::ffff:10.0.0.1', 'private'],
		['::ffff:8.8.8.8', 'public'],
		['64:ff9b::10.0.0.1', 'private'],
		['64:ff9b::8.8.8.8', 'public'],
		['64:ff9b:1::8.8.8.8', 'private'],
		['2002:7f00:1::1', 'loopback'],
		['2002:808:808::1', 'public'],
	])('calls %s %s', (address, kind) => {
		expect(addressClass(address)).toBe(kind);
	});

	it.each(['', 'example.com', '1.2.3', '300.1.1.1', '1::2::3', '[::1]'])('refuses %j', (text) => {
		expect(addressClass(text)).toBeNull();
	});

	it('has a class for every address', () => {
		fc.assert(
			fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
				expect(addressClass(address)).not.toBeNull();
				expect(networkOf(address)).toMatch(/\/(?:24|48)$/);
			}),
		);
	});
});

it('keeps 192.0.2.0/24 apart, however it is written', () => {
	expect(['192.0.2.1', '::ffff:192.0.2.1', '192.0.3.1', '203.0.113.1'].map(isControlNet)).toEqual([
		true,
		true,
		false,
		false,
	]);
});

it('names the network around an address', () => {
	expect(networkOf('203.0.113.77')).toBe('203.0.113.0/24');
	expect(networkOf('2001:db8:1:2::3')).toBe('2001:db8:1::/48');
});
