import { expect, it } from 'vitest';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import { readMx } from '../../../src/facts/mail/mx-reading.ts';

const read = (zone: Zone) => readMx('example.com', inZone(zone));

it.each<[string, Zone, boolean | null]>([
	['an address', { 'example.com A': ['203.0.113.9'] }, true],
	['none', {}, false],
	[
		'one family that fails',
		{ 'example.com A': ['203.0.113.9'], 'example.com AAAA': 'servfail' },
		true,
	],
	['two that fail', { 'example.com A': 'servfail', 'example.com AAAA': 'servfail' }, null],
])('tells no address from one that could not be looked up: %s', (_, zone, hasAddress) => {
	expect(read(zone)).toEqual({ kind: 'none', hasAddress, negativeTtl: 900 });
});

it('puts the best preference first and knows the host behind an alias', () => {
	const zone = {
		'example.com MX': ['20 B.example.net.', '10 a.example.net'],
		'a.example.net CNAME': ['real.example.net'],
		'real.example.net A': ['203.0.113.1'],
	};
	expect(read(zone)).toMatchObject({
		kind: 'records',
		hosts: [
			{ exchange: 'a.example.net', alias: 'real.example.net', v4: ['203.0.113.1'], absence: null },
			{ exchange: 'b.example.net', alias: null, absence: 'does not exist', failed: null },
		],
	});
});
