import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGenericName } from '../../../src/facts/mail/generic-name.ts';
import { cpuMs } from '../../cpu-time.ts';

const IP = '203.0.113.9';
const generic = (name: string, address = IP) => isGenericName(name, address, 'shop.test');

describe('a name that somebody gives to every address of a block', () => {
	it.each([
		'ec2-203-0-113-9.compute-1.amazonaws.com',
		'203.0.113.9.bc.googleusercontent.com',
		'static.9.113.0.203.clients.your-server.de',
		'9.113.0.203.in-addr.example.net',
		'host-203-0-113-9.example.net',
		'203000113009.example.net',
		'ip203.0.113.9.example.net',
		'cb007109.example.net',
		'pool-113-9.dsl.example.net',
		'dyn113-9.example.net',
		'p9-113.dialup.example.net',
	])('%s', (name) => {
		expect(generic(name)).toBe(true);
	});

	it('in IPv6', () => {
		expect(generic('2001-db8-0-0-0-0-0-9.example.net', '2001:db8::9')).toBe(true);
		expect(generic(`${'20010db8'}${'0'.repeat(23)}9.ip6.example.net`, '2001:db8::9')).toBe(true);
		expect(generic('mail9.example.net', '2001:db8::9')).toBe(false);
	});
});

describe('a name of a machine that sends', () => {
	it.each([
		'mail.shop.test',
		'203-0-113-9.shop.test',
		'mail-wr1-f41.google.com',
		'mta-203-0-113-9.example.net',
		'out-113-9.smtp.example.net',
		'o1678912x54.outbound-mail.example.net',
		'a27-12.smtp-out.eu-west-1.amazonses.com',
		'web113.example.net',
		'server9.example.net',
		'pool.example.net',
		'v113-9.example.net',
		'host1203.0.113.99.example.net',
	])('%s', (name) => {
		expect(generic(name)).toBe(false);
	});
});

it('never throws, and soon ends', () => {
	fc.assert(
		fc.property(fc.string(), fc.ipV4(), fc.ipV6(), (name, v4, v6) => {
			expect(typeof generic(name, v4)).toBe('boolean');
			expect(typeof generic(name, v6)).toBe('boolean');
		}),
	);
	const began = cpuMs();
	generic('dyn-'.repeat(50_000));
	generic('0'.repeat(200_000));
	expect(cpuMs() - began).toBeLessThan(500);
});
