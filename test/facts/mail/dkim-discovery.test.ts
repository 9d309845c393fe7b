import { describe, expect, it } from 'vitest';
import { RSA_1024, RSA_2048 } from '../../../checks/email/_dkim-keys.ts';
import { inZone, type Zone } from '../../../checks/email/_zone.ts';
import { known } from '../../../src/core/fact.ts';
import type { DnsAnswer } from '../../../src/core/io.ts';
import { discoverDkim, hasKeyRecord } from '../../../src/facts/mail/dkim-discovery.ts';
import type { Ask } from '../../../src/facts/mail/mail-lookups.ts';
import { MAIL_PROVIDERS, selectorsToTry } from '../../../src/facts/mail/mail-providers.ts';

const at = (selector: string) => `${selector}._domainkey.example.com TXT`;
const GOOGLE = MAIL_PROVIDERS.filter(({ name }) => name === 'Google Workspace');

function discover(
	zone: Zone,
	{
		given = [],
		providers = [],
		ask = inZone(zone),
	}: Partial<{
		given: readonly string[];
		providers: typeof MAIL_PROVIDERS;
		ask: Ask;
	}> = {},
) {
	const asked: string[] = [];
	const found = discoverDkim(
		{ domain: 'example.com', seed: '0', given, providers },
		(name, type) => {
			asked.push(name);
			return ask(name, type);
		},
	);
	return { ...found, asked: [...new Set(asked)] };
}

describe('whether any key exists', () => {
	it('is disproved by NXDOMAIN at _domainkey, after a handful of names (RFC 8020)', () => {
		const { existence, asked, selectors } = discover({});
		expect({ existence, selectors }).toEqual({ existence: 'absent', selectors: [] });
		expect(asked.length).toBeLessThan(10);
	});
	it('is confirmed with the selectors of the providers that were seen', () => {
		const { asked } = discover({}, { providers: GOOGLE });
		expect(asked).toContain('google._domainkey.example.com');
	});
	it('is not disproved by a server that answers NXDOMAIN where names lie below', () => {
		const zone = { [at('google')]: [RSA_2048] };
		const honest = inZone(zone);
		const ask: Ask = (name, type) =>
			honest(name === '_domainkey.example.com' ? 'gone.example.com' : name, type);
		const { existence, selectors, asked } = discover(zone, { providers: GOOGLE, ask });
		expect(existence).toBe('unclear');
		expect(selectors.map(({ selector }) => selector)).toEqual(['google']);
		expect(asked.length).toBeGreaterThan(80);
	});
	it('is not disproved where a name that should confirm it failed', () => {
		const { existence } = discover({ [at('default')]: 'servfail' });
		expect(existence).not.toBe('absent');
	});
	it('is proved by NOERROR there and NXDOMAIN for a random name', () => {
		expect(discover({ [at('zq7')]: [RSA_2048] })).toMatchObject({
			existence: 'present',
			selectors: [],
		});
	});
	it.each<[string, Zone, string]>([
		['a DomainKeys policy', { '_domainkey.example.com TXT': ['o=~'] }, 'the record at that name'],
		['an ADSP record', { '_adsp._domainkey.example.com TXT': ['dkim=all'] }, 'the ADSP record'],
		[
			'an alias',
			{ '_domainkey.example.com CNAME': ['x.example.net'], 'x.example.net A': ['203.0.113.1'] },
			'the alias',
		],
	])('is not proved where %s explains the name', (_, zone, control) => {
		const found = discover(zone);
		expect(found.existence).toBe('unclear');
		expect(found.control).toContain(control);
	});
	it('is not proved where _domainkey is a zone of its own', () => {
		const honest = inZone({ [at('zq7')]: [RSA_2048] });
		const ask: Ask = (name, type) => {
			const fact = honest(name, type);
			if (name !== '_domainkey.example.com' || fact?.status !== 'known') return fact;
			const soa = {
				owner: name,
				type: 'SOA',
				ttl: 300,
				text: '',
				data: { type: 'other' },
			} as const;
			return known<DnsAnswer>({ ...fact.value, authority: [soa] });
		};
		expect(discover({}, { ask }).control).toContain('a zone of its own');
	});
	it('is unclear where every name answers alike', () => {
		const zone = { '*.example.com A': ['203.0.113.1'] };
		expect(discover(zone)).toMatchObject({ existence: 'unclear', selectors: [], wildcard: null });
	});
	it('is unclear where DNS fails', () => {
		const { existence, asked } = discover({ '_domainkey.example.com TXT': 'servfail' });
		expect(existence).toBe('unclear');
		expect(asked.length).toBeLessThan(12);
	});
});

describe('what is found', () => {
	it('is not what a wildcard gives to every name', () => {
		const zone = { '*._domainkey.example.com TXT': [RSA_1024], [at('s1')]: [RSA_2048] };
		const { selectors, wildcard } = discover(zone);
		expect(selectors.map(({ selector }) => selector)).toEqual(['s1']);
		expect(wildcard?.keys[0]?.key).toMatchObject({ bits: 1024 });
	});
	it('starts with what the user named, found or not', () => {
		const zone = { [at('mine')]: [RSA_2048] };
		const { selectors, missing } = discover(zone, { given: ['mine', 'other'] });
		expect(selectors).toMatchObject([{ selector: 'mine', origin: 'given' }]);
		expect(missing).toEqual(['other']);
	});
	it('is an alias that leads nowhere, with whose it is', () => {
		const target = 's1.domainkey.u1.wl.sendgrid.net';
		const found = discover({ 's1._domainkey.example.com CNAME': [target] });
		expect(found.selectors).toMatchObject([
			{ selector: 's1', target, texts: [], provider: 'SendGrid' },
		]);
		expect(hasKeyRecord(found as unknown as Parameters<typeof hasKeyRecord>[0])).toBe(true);
	});
	it('is followed through an alias', () => {
		const found = discover({
			's1._domainkey.example.com CNAME': ['k.example.net'],
			'k.example.net TXT': [RSA_2048],
		});
		expect(found.selectors).toMatchObject([
			{ target: 'k.example.net', keys: [{ key: { bits: 2048 } }] },
		]);
	});
});

describe('the names that are tried', () => {
	it('are about a hundred, each once, and leave no provider out', () => {
		const names = selectorsToTry([]);
		expect(names.length).toBeGreaterThan(80);
		expect(names.length).toBeLessThanOrEqual(120);
		const known = MAIL_PROVIDERS.flatMap(({ selectors }) => selectors);
		expect(known.filter((name) => !names.includes(name))).toEqual([]);
		expect(new Set(names).size).toBe(names.length);
	});
	it('start with those of the providers that were seen', () => {
		for (const provider of MAIL_PROVIDERS) {
			const tried = selectorsToTry([provider]);
			expect(tried.slice(0, provider.selectors.length)).toEqual([...provider.selectors]);
		}
	});
	it('are labels of DNS', () => {
		for (const name of MAIL_PROVIDERS.flatMap(({ selectors }) => selectors)) {
			expect(name).toMatch(/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/);
		}
	});
});
