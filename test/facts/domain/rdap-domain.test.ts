import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rdapDate, rdapStatus, readRdapDomain } from '../../../src/facts/domain/rdap-domain.ts';
import { registration } from './rdap-lab.ts';

/** The domain object that RFC 9083 §5.3 shows, without what nobody reads. */
const RFC_9083 = {
	rdapConformance: ['rdap_level_0'],
	objectClassName: 'domain',
	handle: 'XXXX',
	ldhName: 'xn--fo-5ja.example',
	unicodeName: 'fóo.example',
	status: ['locked', 'transfer prohibited'],
	publicIds: [{ type: 'ENS_Auth ID', identifier: '1234567890' }],
	nameservers: [
		{
			objectClassName: 'nameserver',
			handle: 'XXXX',
			ldhName: 'ns1.example.com',
			status: ['active'],
			ipAddresses: { v6: ['2001:db8::123'], v4: ['192.0.2.1'] },
		},
		{ objectClassName: 'nameserver', handle: 'XXXX', ldhName: 'ns2.example.com' },
	],
	secureDNS: {
		zoneSigned: true,
		delegationSigned: true,
		maxSigLife: 604800,
		keyData: [{ flags: 257, protocol: 3, algorithm: 8, publicKey: 'AwEAAa6eDzronzjEDbT' }],
	},
	links: [
		{
			value: 'https://example.net/domain/xn--fo-5ja.example',
			rel: 'self',
			href: 'https://example.net/domain/xn--fo-5ja.example',
			type: 'application/rdap+json',
		},
	],
	port43: 'whois.example.net',
	events: [
		{ eventAction: 'registration', eventDate: '1990-12-31T23:59:59Z' },
		{
			eventAction: 'last changed',
			eventDate: '1991-12-31T23:59:59Z',
			eventActor: 'joe@example.com',
		},
		{ eventAction: 'transfer', eventDate: '1991-12-31T23:59:59Z' },
		{ eventAction: 'expiration', eventDate: '2016-12-31T23:59:59Z' },
	],
	entities: [
		{
			objectClassName: 'entity',
			handle: 'XXXX',
			vcardArray: [
				'vcard',
				[
					['version', {}, 'text', '4.0'],
					['fn', {}, 'text', 'Joe User'],
					['kind', {}, 'text', 'individual'],
					['org', { type: 'work' }, 'text', 'Example'],
				],
			],
			status: ['validated', 'locked'],
			roles: ['registrant'],
		},
	],
};

const read = (object: object, options = {}) => {
	const reading = readRdapDomain(JSON.stringify(object), options);
	if (reading.kind === 'fault') throw new Error(reading.detail);
	return reading.domain;
};

describe('readRdapDomain', () => {
	it('reads the example of RFC 9083 §5.3', () => {
		expect(read(RFC_9083, { registrant: true })).toEqual({
			name: 'xn--fo-5ja.example',
			events: {
				registration: '1990-12-31T23:59:59.000Z',
				'last changed': '1991-12-31T23:59:59.000Z',
				transfer: '1991-12-31T23:59:59.000Z',
				expiration: '2016-12-31T23:59:59.000Z',
			},
			statuses: ['locked', 'transfer prohibited'],
			nameservers: ['ns1.example.com', 'ns2.example.com'],
			isSigned: true,
			ds: null,
			registrar: null,
			registrant: 'Example',
			isRegistrantRedacted: false,
			related: [],
		});
	});

	it('reads delegation signers (RFC 9083 §5.3), numbers as text too', () => {
		const dsData = [
			{ keyTag: 25345, algorithm: 8, digestType: 2, digest: '2788970e18ea14 c890c85b8205b94' },
			{ keyTag: '1', algorithm: '13', digestType: '4', digest: 'ab' },
		];
		const { isSigned, ds } = read({ ...RFC_9083, secureDNS: { dsData } });
		expect({ isSigned, ds }).toEqual({
			isSigned: true,
			ds: [
				{ keyTag: 25345, algorithm: 8, digestType: 2, digest: '2788970E18EA14C890C85B8205B94' },
				{ keyTag: 1, algorithm: 13, digestType: 4, digest: 'AB' },
			],
		});
	});

	it('gives no list of signers where one of them cannot be read', () => {
		const dsData = [{ keyTag: 1, algorithm: 13, digestType: 2, digest: 'ab' }, { keyTag: 'x' }];
		expect(read({ ...RFC_9083, secureDNS: { dsData } })).toMatchObject({
			isSigned: true,
			ds: null,
		});
	});

	it('knows signed from not said', () => {
		const signed = (secureDNS: unknown) => read({ ...RFC_9083, secureDNS });
		expect(signed({ delegationSigned: false })).toMatchObject({ isSigned: false, ds: [] });
		expect(signed({})).toMatchObject({ isSigned: null, ds: null });
		expect(signed(undefined)).toMatchObject({ isSigned: null, ds: null });
	});

	it('tells name servers that are none from those that are not told', () => {
		expect(read({ ...RFC_9083, nameservers: [] }).nameservers).toEqual([]);
		expect(read({ ...RFC_9083, nameservers: undefined }).nameservers).toBeNull();
	});

	it('takes names in any case, with a final dot, or as U-labels', () => {
		const nameservers = [{ ldhName: 'NS2.Example.COM.' }, { unicodeName: 'ns1.fóo.example' }];
		const seen = read({ ...RFC_9083, ldhName: undefined, nameservers });
		expect(seen.name).toBe('xn--fo-5ja.example');
		expect(seen.nameservers).toEqual(['ns1.xn--fo-5ja.example', 'ns2.example.com']);
	});

	it('takes the last of several events and the first registration', () => {
		const { events } = read({
			...RFC_9083,
			events: [
				{ eventAction: 'Transfer', eventDate: '2020-01-01T00:00:00Z' },
				{ eventAction: 'transfer', eventDate: '2022-01-01T00:00:00Z' },
				{ eventAction: 'registration', eventDate: '2001-01-01' },
				{ eventAction: 'registration', eventDate: '1999-01-01' },
				{ eventAction: 'expiration', eventDate: 'soon' },
			],
		});
		expect(events).toEqual({
			transfer: '2022-01-01T00:00:00.000Z',
			registration: '1999-01-01T00:00:00.000Z',
		});
	});

	it('keeps the registrar, and of its abuse contact only that there is one', () => {
		const seen = read(registration('shop.test'));
		expect(seen.registrar).toEqual({
			name: 'Example Registrar',
			ianaId: '9999',
			hasAbuseContact: true,
		});
		expect(JSON.stringify(seen)).not.toMatch(/abuse@|person|Shop Ltd/i);
	});

	it.each([
		[{ redacted: [{ name: { description: 'Registrant Organization' } }], entities: [] }],
		[{ redacted: [{ name: { type: 'Registrant Name' } }], entities: [] }],
		[{ entities: [holder('REDACTED FOR PRIVACY')] }],
		[{ entities: [holder('Data Protected')] }],
	])('sees that the registrant is withheld (RFC 9537): %j', (more) => {
		const seen = read({ ...RFC_9083, ...more }, { registrant: true });
		expect(seen).toMatchObject({ registrant: null, isRegistrantRedacted: true });
	});

	it('lists links to other RDAP services alone', () => {
		const links = [
			{ rel: 'self', href: 'https://a.test/domain/x', type: 'application/rdap+json' },
			{ rel: 'related', href: 'https://b.test/domain/x', type: 'application/rdap+json' },
			{ rel: 'related', href: 'https://b.test/help', type: 'text/html' },
			{ rel: 'related', href: 'https://c.test/domain/x' },
			{ rel: 'related', href: 'https://d.test/help' },
			{ rel: 'related', href: 'no url', type: 'application/rdap+json' },
		];
		expect(read({ ...RFC_9083, links }).related).toEqual([
			'https://b.test/domain/x',
			'https://c.test/domain/x',
		]);
	});

	it.each([
		['', 'no JSON'],
		['{', 'no JSON'],
		['<!DOCTYPE html><p>', 'a web page'],
		['[]', 'no RDAP object'],
		['null', 'no RDAP object'],
		['{"ldhName":"example.com"}', 'no RDAP object'],
		['{"objectClassName":"entity"}', 'class "entity"'],
		['{"objectClassName":5}', 'no RDAP object'],
	])('finds in %j: %s', (body, fault) => {
		expect(readRdapDomain(body)).toMatchObject({ detail: expect.stringContaining(fault) });
	});

	it('never throws, whatever a service answers', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
				expect(['domain', 'fault']).toContain(readRdapDomain(body, { registrant: true }).kind);
			}),
			{ numRuns: 2_000 },
		);
	});

	it.each([' ', '\t', '-', 'a ', '/domain/', 'xn--', '.'])(
		'is not slowed down by 250,000 characters of %j',
		(part) => {
			const long = part.repeat(250_000 / part.length);
			const hostile = {
				...RFC_9083,
				ldhName: `${long}x`,
				status: [`${long}x`],
				events: [{ eventAction: `${long}x`, eventDate: `2020-01-01${long}x` }],
				entities: [holder(`${long}x`)],
				nameservers: [{ ldhName: `${long}x` }],
				links: [{ rel: 'related', href: `https://a.test/${long}x` }],
				secureDNS: { dsData: [{ keyTag: 1, algorithm: 1, digestType: 1, digest: `${long}x` }] },
			};
			const began = performance.now();
			read(hostile, { registrant: true });
			expect(performance.now() - began).toBeLessThan(500);
		},
	);

	it('reads on where single members have another shape', () => {
		const members = Object.keys(RFC_9083).filter((key) => key !== 'objectClassName');
		fc.assert(
			fc.property(fc.constantFrom(...members), fc.jsonValue(), (member, value) => {
				const seen = read({ ...RFC_9083, [member]: value }, { registrant: true });
				for (const date of Object.values(seen.events)) expect(Date.parse(date)).not.toBeNaN();
				expect(seen.ds ?? []).not.toContainEqual(expect.objectContaining({ keyTag: Number.NaN }));
			}),
			{ numRuns: 3_000 },
		);
	});
});

function holder(name: string) {
	return { roles: ['registrant'], vcardArray: ['vcard', [['fn', {}, 'text', name]]] };
}

describe('rdapStatus', () => {
	it.each([
		// RFC 8056 §2
		['clientTransferProhibited', 'client transfer prohibited'],
		['serverHold', 'server hold'],
		['addPeriod', 'add period'],
		['autoRenewPeriod', 'auto renew period'],
		['redemptionPeriod', 'redemption period'],
		['pendingDelete', 'pending delete'],
		['ok', 'active'],
		['linked', 'associated'],
		// seen in answers
		['Client Hold', 'client hold'],
		['client-transfer-prohibited', 'client transfer prohibited'],
		['clientHold https://icann.org/epp#clientHold', 'client hold'],
		['pendingTransfer (https://icann.org/epp#pendingTransfer)', 'pending transfer'],
	])('reads %s as %s', (written, status) => {
		expect(rdapStatus(written)).toBe(status);
	});
});

describe('rdapDate', () => {
	it.each([
		['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
		['2026-03-01T10:00:00.5+02:00', '2026-03-01T08:00:00.500Z'],
		['2026-03-01t10:00:00z', '2026-03-01T10:00:00.000Z'],
		['2026-03-01T10:00:00', '2026-03-01T10:00:00.000Z'],
		['2026-03-01 10:00:00 UTC', '2026-03-01T10:00:00.000Z'],
		['2026-03-01', '2026-03-01T00:00:00.000Z'],
		['2026-13-01', null],
		['01-Mar-2026', null],
		['', null],
	])('reads %j as %s', (written, date) => {
		expect(rdapDate(written)).toBe(date);
	});
});
