import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssessOptions, assessChain } from '../../../src/facts/tls/assess-chain.ts';
import { certificatesInPem } from '../../../src/facts/tls/x509.ts';
import { cpuMs } from '../../cpu-time.ts';
import type { Minted } from './certificate-maker.ts';
import * as make from './certificate-maker.ts';

const ROOT = make.root();
const CA = make.intermediate(ROOT);
const GOOD = make.leaf(CA);

function judge(
	chain: readonly Minted[],
	change: Partial<AssessOptions> & { anchors?: Minted[] } = {},
) {
	const { anchors = [ROOT], ...options } = change;
	return assessChain(
		chain.map(({ der }) => der),
		{ host: 'example.com', now: make.NOW, roots: anchors.map(({ der }) => der), ...options },
	);
}

/** Ids of everything but notes, area left out. */
function faults(...args: Parameters<typeof judge>): readonly string[] {
	return judge(...args)
		.problems.filter(({ severity }) => severity !== 'info')
		.map(({ id }) => id.replace('ssl/', ''));
}

const notes = (...args: Parameters<typeof judge>) =>
	judge(...args)
		.problems.filter(({ severity }) => severity === 'info')
		.map(({ id }) => id.replace('ssl/', ''));

/** A leaf below CA whose extensions are all said anew. */
const leafWith = (...extensions: readonly Uint8Array[]) => make.leaf(CA, { extensions });
const usual = () => make.leafExtensions(CA, [], []);

describe('a chain without fault', () => {
	test('is accepted, with its path to the root', () => {
		const { accepted, path, problems } = judge([GOOD, CA]);
		expect({ accepted, problems }).toEqual({ accepted: true, problems: [] });
		expect(path.map(({ subject, origin }) => [subject, origin])).toEqual([
			['example.com', 'sent'],
			['Test CA', 'sent'],
			['Test Root', 'public-root'],
		]);
	});

	test('is accepted for a name under its wildcard, and without a host', () => {
		expect(judge([GOOD, CA], { host: 'www.example.com' }).accepted).toBe(true);
		expect(judge([GOOD, CA], { host: undefined }).accepted).toBe(true);
	});

	test('may end at a private root', () => {
		const { accepted, path } = judge([GOOD, CA], { anchors: [], privateRoots: [ROOT.der] });
		expect(accepted).toBe(true);
		expect(path.at(-1)?.origin).toBe('private-root');
	});

	test.each([
		['P-384', make.ecPair('P-384')],
		['P-521', make.ecPair('P-521')],
		['RSA 3072', make.rsaPair(3072)],
	])('may have a %s key', (_, pair) => {
		expect(faults([make.leaf(CA, { pair }), CA])).toEqual([]);
	});

	test('may write names in other cases and string types (RFC 5280 §7.1)', () => {
		const child = make.leaf(CA, { issuerName: make.name('CN=TEST  ca', 0x13) });
		expect(faults([child, CA])).toEqual([]);
	});
});

describe('dates', () => {
	test.each([
		['2026-04-01T00:00:00.999Z', 'certificate/expires-soon'],
		['2026-04-01T00:00:01.000Z', 'certificate/expired'],
		['2025-12-31T23:54:59.999Z', 'certificate/not-yet-valid'],
		['2025-12-31T23:55:00.000Z', undefined],
	])('at %s: %s', (at, id) => {
		const ids = faults([GOOD, CA], { now: new Date(at) }).filter((one) => !one.startsWith('chain'));
		expect(ids).toEqual(id === undefined ? [] : [id]);
	});

	test.each([
		['2026-03-29T00:00:00Z', 'certificate/expires-soon', 'blocker'],
		['2026-03-28T23:59:59Z', 'certificate/expires-soon', 'high'],
		['2026-03-18T00:00:00Z', 'certificate/expires-soon', 'high'],
		['2026-03-17T23:59:59Z', 'certificate/renewal-overdue', 'later'],
		['2026-03-02T00:00:00Z', 'certificate/renewal-overdue', 'later'],
		['2026-03-01T23:59:59Z', undefined, undefined],
	])('at %s a 90-day certificate is %s (%s)', (at, id, severity) => {
		const { accepted, problems } = judge([GOOD, CA], { now: new Date(at) });
		expect(problems.map((one) => [one.id, one.severity])).toEqual(
			id === undefined ? [] : [[`ssl/${id}`, severity]],
		);
		expect(accepted).toBe(true);
	});

	test('a short-lived certificate is overdue from half of its life on', () => {
		const child = make.leaf(CA, { until: make.time('2026-01-06T23:59:59Z') });
		expect(faults([child, CA], { now: new Date('2026-01-03T23:00:00Z') })).toEqual([]);
		expect(faults([child, CA], { now: new Date('2026-01-04T00:00:01Z') })).toEqual([
			'certificate/renewal-overdue',
		]);
	});

	test('an intermediate that is out of date or soon will be', () => {
		const old = make.intermediate(ROOT, 'CN=Old CA', { until: make.time('2026-01-15T11:59:59Z') });
		expect(faults([make.leaf(old), old])).toEqual(['chain/intermediate-expired']);
		const late = make.intermediate(ROOT, 'CN=Late CA', { from: make.time('2026-01-15T12:00:01Z') });
		expect(faults([make.leaf(late), late])).toEqual(['chain/intermediate-not-yet-valid']);
		const soon = make.intermediate(ROOT, 'CN=Soon CA', {
			until: make.time('2026-01-29T12:00:00Z'),
		});
		expect(faults([make.leaf(soon), soon])).toEqual(['chain/intermediate-expires-soon']);
		expect(judge([make.leaf(soon), soon]).accepted).toBe(true);
		const later = make.intermediate(ROOT, 'CN=Later', { until: make.time('2026-01-29T12:00:01Z') });
		expect(faults([make.leaf(later), later])).toEqual([]);
	});

	test('the last second of an intermediate counts to its end, the first from its beginning', () => {
		const ca = make.intermediate(ROOT, 'CN=Brief CA', {
			from: make.time('2026-01-10T00:00:01Z'),
			until: make.time('2026-01-20T00:00:00Z'),
		});
		const at = (iso: string) =>
			faults([make.leaf(ca), ca], { now: new Date(iso) }).filter((one) => !one.endsWith('-soon'));
		expect(at('2026-01-20T00:00:00.999Z')).toEqual([]);
		expect(at('2026-01-20T00:00:01.000Z')).toEqual(['chain/intermediate-expired']);
		expect(at('2026-01-10T00:00:00.999Z')).toEqual(['chain/intermediate-not-yet-valid']);
		expect(at('2026-01-10T00:00:01.000Z')).toEqual([]);
	});

	test('an expired root ends no path', () => {
		const old = make.root('CN=Old Root', { until: make.time('2026-01-02T00:00:00Z') });
		const below = make.intermediate(old, 'CN=Below');
		expect(faults([make.leaf(below), below], { anchors: [old] })).toEqual([
			'chain/intermediate-expired',
		]);
	});
});

describe('names (RFC 9525)', () => {
	const child = leafWith(
		...usual(),
		make.altNames(
			make.dns('example.com'),
			make.dns('*.wild.example.com'),
			make.dns('f*.partial.example.com'),
			make.dns('*.com'),
			make.dns('xn--bcher-kva.example.com'),
			make.ip(203, 0, 113, 7),
		),
	);

	test.each([
		['example.com', true],
		['EXAMPLE.com', true],
		['example.com.', true],
		['a.wild.example.com', true],
		['wild.example.com', false],
		['a.b.wild.example.com', false],
		['foo.partial.example.com', false],
		['other.com', false],
		['bücher.example.com', true],
		['203.0.113.7', true],
		['203.0.113.8', false],
		['2001:db8::7', false],
	])('%s: %s', (host, covered) => {
		expect(faults([child, CA], { host })).toEqual(covered ? [] : ['certificate/wrong-host']);
	});

	test('an address in a dNSName or the common name counts for nothing', () => {
		const subject = make.name('CN=203.0.113.7');
		const extensions = [...usual(), make.altNames(make.dns('203.0.113.7'))];
		const odd = make.leaf(CA, { subject, extensions });
		expect(faults([odd, CA], { host: '203.0.113.7' })).toEqual(['certificate/wrong-host']);
	});

	test('a wildcard that is one label short is named', () => {
		expect(notes([GOOD, CA], { host: 'a.b.example.com' })).toEqual([
			'certificate/wildcard-too-shallow',
		]);
	});

	test('without subjectAltName the common name does not help, and hides no other fault', () => {
		const { problems } = judge([leafWith(...usual()), CA]);
		expect(problems.map(({ id }) => id)).toEqual(['ssl/certificate/no-san']);
		expect(problems[0]?.detail).toContain('example.com');
	});

	test('names of other owners are worth a note', () => {
		const shared = leafWith(
			...usual(),
			make.altNames(make.dns('example.com'), make.dns('example.net')),
		);
		expect(notes([shared, CA])).toEqual(['certificate/shared-with-others']);
		const many = Array.from({ length: 101 }, (_, i) => make.dns(`h${i}.example.com`));
		const crowd = leafWith(...usual(), make.altNames(make.dns('example.com'), ...many));
		expect(notes([crowd, CA])).toEqual(['certificate/shared-with-others']);
		const hundred = leafWith(...usual(), make.altNames(make.dns('example.com'), ...many.slice(2)));
		expect(notes([hundred, CA])).toEqual([]);
	});
});

describe('purpose', () => {
	const withPurposes = (...list: string[]) =>
		leafWith(
			make.keyUsage('sign'),
			make.purposes(list),
			make.authorityKey(CA.keyId),
			make.altNames(make.dns('example.com')),
		);

	test('clients only, any purpose only', () => {
		expect(faults([withPurposes(make.CLIENT), CA])).toEqual(['certificate/not-for-servers']);
		expect(faults([withPurposes(make.ANY), CA])).toContain('certificate/not-for-servers');
	});

	test('none named', () => {
		const none = leafWith(
			make.keyUsage('sign'),
			make.authorityKey(CA.keyId),
			make.altNames(make.dns('example.com')),
		);
		expect(faults([none, CA])).toEqual(['certificate/purpose-missing']);
	});

	test('clients too is a note under public roots only', () => {
		const both = withPurposes(make.SERVER, make.CLIENT);
		expect(notes([both, CA])).toEqual(['certificate/also-for-clients']);
		expect(notes([both, CA], { anchors: [], privateRoots: [ROOT.der] })).toEqual([]);
	});

	test.each([
		['any purpose', make.ANY],
		['code signing', '1.3.6.1.5.5.7.3.3'],
		['e-mail protection', '1.3.6.1.5.5.7.3.4'],
		['time stamping', '1.3.6.1.5.5.7.3.8'],
		['OCSP signing', '1.3.6.1.5.5.7.3.9'],
		['precertificates', '1.3.6.1.4.1.11129.2.4.4'],
	])('servers and %s (BR 7.1.2.7.10)', (_, purpose) => {
		const chain = [withPurposes(make.SERVER, purpose), CA];
		expect(faults(chain)).toEqual(['certificate/malformed']);
		expect(faults(chain, { anchors: [], privateRoots: [ROOT.der] })).toEqual([]);
	});

	test('servers and a purpose of somebody else', () => {
		expect(faults([withPurposes(make.SERVER, '1.3.6.1.5.5.7.3.17'), CA])).toEqual([]);
	});

	test('a CA certificate as a leaf', () => {
		const child = leafWith(
			...usual(),
			make.altNames(make.dns('example.com')),
			make.basicConstraints(true),
		);
		expect(faults([child, CA])).toEqual(['certificate/is-ca']);
	});
});

describe('where trust ends', () => {
	test('signed with its own key: one finding, whatever else it is', () => {
		const own = make.mint({
			extensions: [make.basicConstraints(true), make.altNames(make.dns('example.com'))],
		});
		expect(faults([own])).toEqual(['chain/self-signed']);
	});

	test('a leaf that is itself a root is trusted', () => {
		const own = make.mint({
			extensions: [make.purposes([make.SERVER]), make.altNames(make.dns('example.com'))],
		});
		expect(judge([own], { anchors: [own] }).accepted).toBe(true);
	});

	test('a root that nobody knows, sent or not', () => {
		expect(faults([GOOD, CA, ROOT], { anchors: [] })).toEqual(['chain/untrusted-root']);
		const { problems } = judge([GOOD, CA], { anchors: [] });
		expect(problems.map(({ id, values }) => [id, values['name'], values['confidence']])).toEqual([
			['ssl/chain/untrusted-root', 'Test Root', 'low'],
		]);
	});

	test('a leaf alone misses its intermediate', () => {
		expect(faults([GOOD])).toEqual(['chain/missing-intermediate']);
		const { accepted, path, problems } = judge([GOOD], { fetched: [CA.der] });
		expect(accepted).toBe(false);
		expect(path.map(({ origin }) => origin)).toEqual(['sent', 'fetched', 'public-root']);
		expect(problems.map(({ id, values }) => [id, values['missing']])).toEqual([
			['ssl/chain/missing-intermediate', 'Test CA'],
		]);
	});

	test('a fetched certificate that did not sign is no help', () => {
		const impostor = make.intermediate(ROOT, 'CN=Test CA', { keyId: CA.keyId });
		expect(faults([GOOD], { fetched: [impostor.der] })).toEqual(['chain/untrusted-root']);
	});

	test('a signature by another key', () => {
		const impostor = make.root('CN=Test Root', { keyId: ROOT.keyId });
		expect(faults([GOOD, CA], { anchors: [impostor] })).toEqual(['chain/untrusted-root']);
	});

	test.each([
		['CN=mkcert somebody@host, O=mkcert development CA', 'mkcert'],
		['CN=(STAGING) Pretend Pear X1', 'letsencrypt-staging'],
		['O=CloudFlare\\, Inc., OU=CloudFlare Origin SSL Certificate Authority', 'cloudflare-origin'],
		['CN=Caddy Local Authority - 2026 ECC Root', 'caddy'],
		['CN=FGVM0123456789, O=Fortinet', 'fortinet'],
		['CN=Some Company Root', 'other'],
	])('%s is recognised as %s', (subject, kind) => {
		const maker = make.root(subject);
		const { problems } = judge([make.leaf(maker), maker]);
		expect(problems.map(({ id, values }) => [id, values['kind']])).toEqual([
			['ssl/chain/untrusted-root', kind],
		]);
	});

	test('independent faults are all reported', () => {
		expect(
			faults([GOOD, CA, ROOT], { anchors: [], host: 'other.test', now: new Date('2027-01-01') }),
		).toEqual(['certificate/expired', 'certificate/wrong-host', 'chain/untrusted-root']);
	});
});

describe('how the chain is sent', () => {
	const second = make.intermediate(CA, 'CN=Second CA');
	const child = make.leaf(second);

	test('out of order', () => {
		expect(faults([child, CA, second])).toEqual(['chain/out-of-order']);
		expect(judge([child, CA, second]).accepted).toBe(true);
	});

	test('with the root, with strangers, twice', () => {
		expect(notes([GOOD, CA, ROOT])).toEqual(['chain/root-sent']);
		expect(notes([GOOD, CA, second])).toEqual(['chain/unrelated-sent']);
		expect(notes([GOOD, GOOD, CA])).toEqual(['chain/unrelated-sent']);
		expect(faults([GOOD, CA, ROOT])).toEqual([]);
	});

	test('a cross-signed root beside the trusted one is no stranger', () => {
		const elder = make.root('CN=Elder Root');
		const cross = make.intermediate(elder, 'CN=Test Root', {
			pair: ROOT.pair,
			keyId: ROOT.keyId,
			extensions: [
				make.basicConstraints(true),
				make.keyUsage('certify'),
				make.subjectKey(ROOT.keyId),
				make.authorityKey(elder.keyId),
			],
		});
		expect(judge([GOOD, CA, cross]).problems).toEqual([]);
		expect(judge([GOOD, CA, cross], { anchors: [elder] }).problems).toEqual([]);
	});
});

describe('authorities (RFC 5280 §6.1.4)', () => {
	const with_ = (...extensions: readonly Uint8Array[]) => {
		const ca = make.intermediate(ROOT, 'CN=Odd CA', {
			keyId: Buffer.from('odd'),
			extensions: [
				make.subjectKey(Buffer.from('odd')),
				make.authorityKey(ROOT.keyId),
				...extensions,
			],
		});
		return faults([make.leaf(ca), ca]);
	};
	const certify = make.keyUsage('certify');

	test('must be CAs and may certify', () => {
		expect(with_(certify)).toEqual(['chain/issuer-not-ca']);
		expect(with_(make.basicConstraints(true), make.keyUsage('sign'))).toEqual([
			'chain/issuer-not-ca',
		]);
		expect(with_(make.basicConstraints(false), certify)).toContain('chain/issuer-not-ca');
	});

	test('must be for servers, if they say for what', () => {
		const ca = make.basicConstraints(true);
		expect(with_(ca, certify, make.purposes([make.CLIENT]))).toEqual([
			'chain/issuer-wrong-purpose',
		]);
		expect(with_(ca, certify, make.purposes([make.ANY]))).toEqual([]);
		expect(with_(ca, certify, make.purposes([make.CLIENT, make.SERVER]))).toEqual([]);
	});

	test('count the intermediates below them; self-issued ones do not count', () => {
		const short = make.intermediate(ROOT, 'CN=Short', {
			keyId: Buffer.from('short'),
			extensions: [
				make.basicConstraints(true, 0),
				certify,
				make.subjectKey(Buffer.from('short')),
				make.authorityKey(ROOT.keyId),
			],
		});
		const below = make.intermediate(short, 'CN=Below');
		expect(faults([make.leaf(short), short])).toEqual([]);
		expect(faults([make.leaf(below), below, short])).toEqual(['chain/path-too-long']);
		const again = make.intermediate(short, 'CN=Short');
		expect(faults([make.leaf(again), again, short])).toEqual([]);
	});
});

describe('name constraints (RFC 5280 §4.2.1.10)', () => {
	function constrained(
		permitted: readonly Uint8Array[],
		excluded: readonly Uint8Array[],
		names: readonly Uint8Array[],
		subject = make.name('CN=example.com'),
	) {
		const ca = make.intermediate(ROOT, 'CN=Narrow CA', {
			add: [make.nameConstraints(permitted, excluded)],
		});
		const child = make.leaf(ca, { subject, extensions: make.leafExtensions(ca, [], names) });
		return faults([child, ca], { host: undefined });
	}
	const BROKEN = ['chain/name-constraint-broken'];
	const own = make.dns('example.com');

	test.each([
		['permitted', [own], [], [own], []],
		['permitted below', [own], [], [make.dns('a.b.example.com')], []],
		['not permitted', [own], [], [make.dns('example.net')], BROKEN],
		['a name that only ends alike', [own], [], [make.dns('myexample.com')], BROKEN],
		['one of two not permitted', [own], [], [own, make.dns('example.net')], BROKEN],
		['excluded', [], [own], [make.dns('www.example.com')], BROKEN],
		[
			'excluded within permitted',
			[own],
			[make.dns('a.example.com')],
			[make.dns('a.example.com')],
			BROKEN,
		],
		[
			'a wildcard that reaches what is excluded',
			[],
			[make.dns('a.example.com')],
			[make.dns('*.example.com')],
			BROKEN,
		],
		['another form', [own], [], [make.ip(203, 0, 113, 7)], []],
		[
			'address within',
			[make.ip(203, 0, 113, 0, 255, 255, 255, 0)],
			[],
			[make.ip(203, 0, 113, 7)],
			[],
		],
		[
			'address outside',
			[make.ip(203, 0, 113, 0, 255, 255, 255, 0)],
			[],
			[make.ip(203, 0, 114, 7)],
			BROKEN,
		],
		[
			'IPv6 where IPv4 is permitted',
			[make.ip(203, 0, 113, 0, 255, 255, 255, 0)],
			[],
			[make.ip(...Array(16).fill(1))],
			BROKEN,
		],
		['no address permitted nor present', [make.ip(0, 0, 0, 0, 255, 255, 255, 255)], [], [own], []],
		['mailbox exact', [make.email('me@example.com')], [], [own, make.email('me@EXAMPLE.com')], []],
		[
			'mailbox at another host',
			[make.email('example.com')],
			[],
			[own, make.email('me@a.example.com')],
			BROKEN,
		],
		['mailbox below', [make.email('.example.com')], [], [own, make.email('me@a.example.com')], []],
		['URI host', [make.uri('example.com')], [], [own, make.uri('https://example.com:8443/x')], []],
		[
			'URI host elsewhere',
			[make.uri('.example.com')],
			[],
			[own, make.uri('https://example.com/')],
			BROKEN,
		],
		['subject within', [make.directory('CN=example.com')], [], [own], []],
		['subject outside', [make.directory('O=Example')], [], [own], BROKEN],
		[
			'directory name outside',
			[make.directory('CN=example.com')],
			[],
			[own, make.directory('CN=x')],
			BROKEN,
		],
		['a form that nobody can compare', [make.otherName()], [], [own, make.otherName()], BROKEN],
		['that form constrained but absent', [make.otherName()], [], [own], []],
	])('%s', (_, permitted, excluded, names, expected) => {
		expect(constrained(permitted, excluded, names)).toEqual(expected);
	});

	test('an e-mail address in the subject counts where no rfc822Name does', () => {
		const subject = make.name('E=me@example.net');
		expect(constrained([make.email('example.com')], [], [own], subject)).toEqual(BROKEN);
	});

	test('self-issued intermediates are exempt, leaves never', () => {
		const narrow = make.root('CN=Narrow Root', {
			add: [make.nameConstraints([make.directory('CN=example.com')])],
		});
		const own_ = make.intermediate(narrow, 'CN=Narrow Root');
		expect(faults([make.leaf(own_), own_], { anchors: [narrow] })).toEqual([]);
		const other = make.intermediate(narrow, 'CN=Someone Else');
		expect(faults([make.leaf(other), other], { anchors: [narrow] })).toEqual(BROKEN);
	});
});

describe('policies that a CA requires (RFC 5280 §6.1)', () => {
	const policies = (...list: string[]) =>
		make.extension('2.5.29.32', make.sequence(...list.map((one) => make.sequence(make.oid(one)))));
	const require_ = (skip: number) =>
		make.extension('2.5.29.36', make.sequence(make.tlv(0x80, Buffer.from([skip]))), true);
	const mapping = (from: string, to: string) =>
		make.extension('2.5.29.33', make.sequence(make.sequence(make.oid(from), make.oid(to))), true);
	const noAny = make.extension('2.5.29.54', make.integer(0), true);
	const [A, B, ANY] = ['1.2.3.1', '1.2.3.2', '2.5.29.32.0'] as const;
	const MISSING = ['chain/issuer-wrong-purpose'];

	test.each<[string, readonly Uint8Array[], readonly Uint8Array[], readonly string[]]>([
		['none required', [policies(A)], [], []],
		['the same on both', [require_(0), policies(A)], [policies(A)], []],
		['another on the leaf', [require_(0), policies(A)], [policies(B)], MISSING],
		['none on the leaf', [require_(0), policies(A)], [], MISSING],
		['none on the CA', [require_(0)], [policies(A)], MISSING],
		['any on the CA', [require_(0), policies(ANY)], [policies(B)], []],
		['any on the leaf', [require_(0), policies(A)], [policies(ANY)], []],
		['any on the leaf, inhibited', [require_(0), policies(A), noAny], [policies(ANY)], MISSING],
		['required further down only', [require_(2), policies(A)], [], []],
		['mapped', [require_(0), policies(A), mapping(A, B)], [policies(B)], []],
		['mapped away', [require_(0), policies(A), mapping(A, B)], [policies(A)], MISSING],
	])('%s', (_, onCa, onLeaf, expected) => {
		const ca = make.intermediate(ROOT, 'CN=Policy CA', { add: onCa });
		expect(faults([make.leaf(ca, { add: onLeaf }), ca])).toEqual(expected);
	});
});

describe('form (RFC 5280 §4)', () => {
	const MALFORMED = ['certificate/malformed'];
	const san = make.altNames(make.dns('example.com'));
	const good = () => [...usual(), san];

	test('version, algorithms, duplicates, unknown critical extensions', () => {
		const first = make.leaf(CA, { version: null, extensions: null });
		expect(faults([first, CA])).toContain('certificate/not-version-3');
		const rsaRoot = make.root('CN=RSA Root', { pair: make.rsaPair() });
		const differ = make.leaf(rsaRoot, {
			algorithm: make.RSA_SHA1,
			outerAlgorithm: make.RSA_SHA256,
		});
		expect(faults([differ], { anchors: [rsaRoot] })).toEqual([
			'certificate/signature-algorithms-differ',
		]);
		expect(faults([leafWith(...good(), san), CA])).toEqual(['certificate/duplicate-extension']);
		const alien = make.extension('1.2.3.4.5', make.nothing(), true);
		expect(faults([leafWith(...good(), alien), CA])).toEqual([
			'certificate/unknown-critical-extension',
		]);
		expect(faults([leafWith(...good(), make.extension('1.2.3.4.5', make.nothing())), CA])).toEqual(
			[],
		);
	});

	test.each<[string, Partial<make.Recipe>]>([
		['serial number zero (§4.1.2.2)', { serial: Buffer.from([0]) }],
		['serial number negative (§4.1.2.2)', { serial: Buffer.from([0x80]) }],
		['serial number of 21 octets (§4.1.2.2)', { serial: Buffer.alloc(21, 1) }],
		['serial number with a superfluous octet (DER)', { serial: Buffer.from([0, 1]) }],
		[
			'GeneralizedTime before 2050 (§4.1.2.5)',
			{ until: make.tlv(0x18, Buffer.from('20260401000000Z')) },
		],
		['a time without seconds (§4.1.2.5.1)', { until: make.tlv(0x17, Buffer.from('2604010000Z')) }],
		[
			'a time with an offset (§4.1.2.5.1)',
			{ until: make.tlv(0x17, Buffer.from('260401000000+0000')) },
		],
		['an impossible day', { until: make.tlv(0x17, Buffer.from('260431000000Z')) }],
		['an unknown version field', { version: make.tlv(0xa0, make.integer(Buffer.from([1, 0, 0]))) }],
		['no extensions in the list (§4.1)', { extensions: [] }],
	])('%s', (_, recipe) => {
		const ids = faults([make.leaf(CA, recipe), CA]);
		expect(ids).toContain('certificate/malformed');
	});

	test('a serial number of 20 octets is fine', () => {
		expect(faults([make.leaf(CA, { serial: Buffer.alloc(20, 1) }), CA])).toEqual([]);
	});

	test.each<[string, readonly Uint8Array[]]>([
		[
			'SAN with an underscore (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.dns('a_b.example.com'))],
		],
		[
			'SAN with a leading dot (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.dns('.example.com'))],
		],
		[
			'SAN with a final dot (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.dns('a.example.com.'))],
		],
		['SAN with a blank name (§4.2.1.6)', [make.altNames(make.dns('example.com'), make.dns(' '))]],
		[
			'SAN that is not ASCII (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.dns('é.example.com'))],
		],
		[
			'SAN with an address of five octets (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.ip(1, 2, 3, 4, 5))],
		],
		[
			'SAN with no mailbox (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.email('me@x@y'))],
		],
		[
			'SAN with a relative URI (§4.2.1.6)',
			[make.altNames(make.dns('example.com'), make.uri('/x'))],
		],
		['constraints on a leaf (§4.2.1.10)', [san, make.nameConstraints([make.dns('example.com')])]],
		[
			'a critical SKI (§4.2.1.2)',
			[san, make.extension('2.5.29.14', make.octets(Buffer.from('k')), true)],
		],
		[
			'a critical AIA (§4.2.2.1)',
			[
				san,
				make.extension(
					'1.3.6.1.5.5.7.1.1',
					make.sequence(make.sequence(make.oid('1.3.6.1.5.5.7.48.2'), make.uri('http://ca.test/'))),
					true,
				),
			],
		],
		['an empty AIA (§4.2.2.1)', [san, make.extension('1.3.6.1.5.5.7.1.1', make.sequence())]],
		['an unreadable AIA (§4.2.2.1)', [san, make.extension('1.3.6.1.5.5.7.1.1', Buffer.from('xx'))]],
		[
			'a default criticality encoded (DER)',
			[san, make.sequence(make.oid('1.2.3'), make.bool(false), make.octets(make.nothing()))],
		],
		['cA FALSE encoded (DER)', [san, make.extension('2.5.29.19', make.sequence(make.bool(false)))]],
		[
			'pathLen without CA (§4.2.1.9)',
			[san, make.extension('2.5.29.19', make.sequence(make.integer(0)))],
		],
		[
			'a negative pathLen (§4.2.1.9)',
			[san, make.extension('2.5.29.19', make.sequence(make.integer(0x80)))],
		],
		[
			'policies named twice (§4.2.1.4)',
			[
				san,
				make.extension(
					'2.5.29.32',
					make.sequence(make.sequence(make.oid('1.2.3')), make.sequence(make.oid('1.2.3'))),
				),
			],
		],
		[
			'policyConstraints not critical (§4.2.1.11)',
			[san, make.extension('2.5.29.36', make.sequence(make.tlv(0x80, Buffer.from([1]))))],
		],
		[
			'a BOOLEAN that is not DER',
			[san, make.extension('2.5.29.19', make.sequence(make.tlv(0x01, Buffer.from([1]))))],
		],
	])('%s', (_, extra) => {
		expect(faults([leafWith(...usual(), ...extra), CA])).toEqual(MALFORMED);
	});

	test.each<[string, readonly Uint8Array[]]>([
		['no AKI (§4.2.1.1)', [make.keyUsage('sign'), make.purposes([make.SERVER]), san]],
		[
			"an AKI that is not the issuer's SKI (§4.2.1.2)",
			[
				make.keyUsage('sign'),
				make.purposes([make.SERVER]),
				make.authorityKey(Buffer.from('other')),
				san,
			],
		],
		[
			'a key usage that allows nothing (§4.2.1.3)',
			[
				make.extension('2.5.29.15', make.bits(Buffer.from([0]), 7), true),
				make.purposes([make.SERVER]),
				make.authorityKey(CA.keyId),
				san,
			],
		],
		[
			'keyCertSign without CA (§4.2.1.3)',
			[make.keyUsage('certify'), make.purposes([make.SERVER]), make.authorityKey(CA.keyId), san],
		],
		[
			'no purpose in the list (§4.2.1.12)',
			[make.keyUsage('sign'), make.purposes([]), make.authorityKey(CA.keyId), san],
		],
		[
			'a critical purpose under a public root (BR)',
			[make.keyUsage('sign'), make.purposes([make.SERVER], true), make.authorityKey(CA.keyId), san],
		],
		[
			'any purpose under a public root (BR)',
			[
				make.keyUsage('sign'),
				make.purposes([make.SERVER, make.ANY]),
				make.authorityKey(CA.keyId),
				san,
			],
		],
	])('%s', (_, extensions) => {
		expect(faults([leafWith(...extensions), CA])).toEqual(MALFORMED);
	});

	test.each([
		['example.com', false],
		['Example.com', true],
		['203.0.113.7', false],
		['203.000.113.007', true],
		['0xCB.0.113.7', true],
		['2001:db8::7', false],
		['2001:DB8::7', true],
		['2001:db8:0:0:0:0:0:7', true],
		['xn--bcher-kva.example', false],
		['bücher.example', true],
		['Example Shop', false],
	])('the common name %s spells a subjectAltName in another way: %s (BR)', (text, respelt) => {
		const v6 = [0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0), 7];
		const names = [
			make.dns('example.com'),
			make.dns('xn--bcher-kva.example'),
			make.ip(203, 0, 113, 7),
			make.ip(...v6),
		];
		const extensions = [...usual(), make.altNames(...names)];
		const child = make.leaf(CA, { subject: make.name(`CN=${text}`), extensions });
		expect(faults([child, CA])).toEqual(respelt ? MALFORMED : []);
		const own = { anchors: [], privateRoots: [ROOT.der] };
		expect(faults([child, CA], own)).toEqual([]);
	});

	test('an empty subject asks for a critical SAN (§4.2.1.6)', () => {
		const subject = make.name('');
		const plain = make.leaf(CA, { subject, extensions: good() });
		expect(faults([plain, CA])).toEqual(MALFORMED);
		const critical = make.extension('2.5.29.17', make.sequence(make.dns('example.com')), true);
		const right = make.leaf(CA, { subject, extensions: [...usual(), critical] });
		expect(faults([right, CA])).toEqual([]);
	});

	test.each<[string, readonly Uint8Array[]]>([
		['without SKI (§4.2.1.2)', [make.basicConstraints(true), make.keyUsage('certify')]],
		[
			'without keyUsage (§4.2.1.3)',
			[make.basicConstraints(true), make.subjectKey(Buffer.from('k'))],
		],
		[
			'basicConstraints not critical (§4.2.1.9)',
			[
				make.basicConstraints(true, undefined, false),
				make.keyUsage('certify'),
				make.subjectKey(Buffer.from('k')),
			],
		],
		[
			'constraint with a leading dot (§4.2.1.10)',
			[
				make.basicConstraints(true),
				make.keyUsage('certify'),
				make.subjectKey(Buffer.from('k')),
				make.nameConstraints([make.dns('.example.com'), make.dns('example.com')]),
			],
		],
		[
			'constraint with a wildcard (§4.2.1.10)',
			[
				make.basicConstraints(true),
				make.keyUsage('certify'),
				make.subjectKey(Buffer.from('k')),
				make.nameConstraints([make.dns('*.example.com'), make.dns('example.com')]),
			],
		],
		[
			'constraint with a mask full of holes (§4.2.1.10)',
			[
				make.basicConstraints(true),
				make.keyUsage('certify'),
				make.subjectKey(Buffer.from('k')),
				make.nameConstraints([make.ip(1, 2, 3, 4, 255, 0, 255, 0)]),
			],
		],
		[
			'empty constraints (§4.2.1.10)',
			[
				make.basicConstraints(true),
				make.keyUsage('certify'),
				make.subjectKey(Buffer.from('k')),
				make.nameConstraints([]),
			],
		],
	])('an authority: %s', (_, extensions) => {
		const keyId = Buffer.from('k');
		const ca = make.intermediate(ROOT, 'CN=Odd CA', {
			keyId,
			extensions: [...extensions, make.authorityKey(ROOT.keyId)],
		});
		expect(faults([make.leaf(ca), ca])).toEqual(MALFORMED);
		const anchor = make.root('CN=Odd Root', { keyId, extensions });
		expect(faults([make.leaf(anchor)], { anchors: [anchor] })).toEqual(MALFORMED);
	});

	test('constraints need be critical below a private root only (§4.2.1.10, BR 7.1.2.5.2)', () => {
		const permitted = make.sequence(make.tlv(0xa0, make.sequence(make.dns('example.com'))));
		const ca = make.intermediate(ROOT, 'CN=Mild CA', {
			add: [make.extension('2.5.29.30', permitted)],
		});
		const chain = [make.leaf(ca), ca];
		expect(faults(chain)).toEqual([]);
		expect(faults(chain, { anchors: [], privateRoots: [ROOT.der] })).toEqual(MALFORMED);
		const other = make.leaf(ca, {
			extensions: make.leafExtensions(ca, [], [make.dns('example.net')]),
		});
		expect(faults([other, ca], { host: 'example.net' })).toEqual(['chain/name-constraint-broken']);
	});

	test('a private root may be as plain as openssl makes it', () => {
		const keyId = Buffer.from('k');
		const extensions = [make.basicConstraints(true), make.subjectKey(keyId)];
		const anchor = make.root('CN=Own Root', { keyId, extensions });
		const child = make.leaf(anchor);
		expect(faults([child], { anchors: [anchor] })).toEqual(MALFORMED);
		expect(faults([child], { anchors: [], privateRoots: [anchor.der] })).toEqual([]);
	});

	test('a root may have serial number zero and no AKI, as public ones do', () => {
		const anchor = make.root('CN=Zero', { serial: Buffer.from([0]) });
		expect(faults([make.leaf(anchor)], { anchors: [anchor] })).toEqual([]);
	});

	test('nothing sent, or no certificate at all', () => {
		expect(faults([])).toEqual(MALFORMED);
		expect(assessChain([Buffer.from('hello')], { now: make.NOW, roots: [] }).problems).toHaveLength(
			1,
		);
	});
});

describe('keys', () => {
	const of = (pair: make.Pair, change: Partial<make.Recipe> = {}) =>
		faults([make.leaf(CA, { pair, ...change }), CA]);

	test.each([
		['RSA 1024', make.rsaPair(1024), 'keys/rsa-too-small', 'high'],
		['RSA 1016', make.rsaPair(1016), 'keys/rsa-too-small', 'blocker'],
		['RSA 2052', make.rsaPair(2052), 'keys/rsa-odd-size', 'high'],
		['P-192', make.ecPair('prime192v1'), 'keys/curve-not-allowed', 'blocker'],
		['P-224', make.ecPair('secp224r1'), 'keys/curve-not-allowed', 'high'],
		['secp256k1', make.ecPair('secp256k1'), 'keys/curve-not-allowed', 'high'],
	])('%s', (_, pair, id, severity) => {
		const { accepted, problems } = judge([make.leaf(CA, { pair }), CA]);
		expect(problems.map((one) => [one.id, one.severity])).toEqual([[`ssl/${id}`, severity]]);
		expect(accepted).toBe(false);
	});

	test('RSA 2048 is enough', () => expect(of(make.rsaPair(2048))).toEqual([]));

	test('SHA-1 and MD5 below the root, but not on it', () => {
		const rsaRoot = make.root('CN=RSA Root', {
			pair: make.rsaPair(),
			algorithm: make.RSA_SHA1,
			hash: 'sha1',
		});
		const anchors = [rsaRoot];
		expect(faults([make.leaf(rsaRoot)], { anchors })).toEqual([]);
		const sha1 = make.leaf(rsaRoot, { algorithm: make.RSA_SHA1, hash: 'sha1' });
		expect(faults([sha1], { anchors })).toEqual(['keys/sha1-signature']);
		const md5 = make.leaf(rsaRoot, { algorithm: make.RSA_MD5, hash: 'md5' });
		expect(faults([md5], { anchors })).toEqual(['keys/md5-signature']);
	});
});

describe('path building', () => {
	test('takes the way round an expired authority', () => {
		const pair = make.ecPair();
		const keyId = Buffer.from('twin');
		const extensions = [
			make.basicConstraints(true),
			make.keyUsage('certify'),
			make.subjectKey(keyId),
			make.authorityKey(ROOT.keyId),
		];
		const twin = (until: string) =>
			make.intermediate(ROOT, 'CN=Twin', { pair, keyId, extensions, until: make.time(until) });
		const [dead, alive] = [twin('2026-01-02T00:00:00Z'), twin('2036-01-01T00:00:00Z')];
		expect(judge([make.leaf(dead), dead, alive]).accepted).toBe(true);
	});

	test('takes the way round a broken constraint', () => {
		const narrow = make.root('CN=Narrow', {
			add: [make.nameConstraints([make.dns('example.net')])],
		});
		const pair = make.ecPair();
		const one = make.intermediate(narrow, 'CN=Twin', { pair });
		const other = make.intermediate(ROOT, 'CN=Twin', { pair });
		const child = make.mint({ issuer: other, extensions: make.leafExtensions(other) });
		expect(judge([child, one, other], { anchors: [narrow, ROOT] }).accepted).toBe(true);
	});

	test('survives circles', () => {
		const [a, b] = [make.ecPair(), make.ecPair()];
		const first = make.mint({
			subject: make.name('CN=A'),
			pair: a,
			extensions: null,
			version: null,
		});
		const second = make.mint({
			subject: make.name('CN=B'),
			pair: b,
			extensions: null,
			version: null,
		});
		const ab = make.intermediate(second, 'CN=A', { pair: a });
		const ba = make.intermediate(first, 'CN=B', { pair: b });
		expect(faults([make.leaf(ab), ab, ba])).toContain('chain/untrusted-root');
	});

	test('survives a mesh of cross-signed authorities', () => {
		const pairs = Array.from({ length: 9 }, (_, i) => ({ pair: make.ecPair(), text: `CN=M${i}` }));
		const speakers = pairs.map(({ pair, text }) => make.root(text, { pair }));
		const mesh = speakers.flatMap((issuer) =>
			pairs.map(({ pair, text }) => make.intermediate(issuer, text, { pair })),
		);
		const started = cpuMs();
		const [first] = speakers;
		if (first === undefined) throw new Error('no speaker');
		expect(judge([make.leaf(first), ...mesh]).accepted).toBe(false);
		expect(cpuMs() - started).toBeLessThan(3_000);
	});

	test('survives 10,000 certificates of one name', () => {
		const impostors = Array.from({ length: 50 }, () => make.intermediate(ROOT, 'CN=Test CA'));
		const many = Array.from({ length: 10_000 }, (_, i) => {
			const { der } = impostors[i % 50] ?? CA;
			const copy = Buffer.from(der);
			copy.writeUInt32BE(i, copy.length - 4);
			return { ...CA, der: copy };
		});
		const started = cpuMs();
		expect(judge([GOOD, ...many, CA]).path.length).toBe(3);
		expect(cpuMs() - started).toBeLessThan(6_000);
	});

	test('survives 10,000 names, and refuses more comparisons than clients make', () => {
		const names = Array.from({ length: 10_000 }, (_, i) => make.dns(`h${i}.example.com`));
		const extensions = make.leafExtensions(CA, [], [make.dns('example.com'), ...names]);
		expect(faults([make.leaf(CA, { extensions }), CA])).toEqual([]);
		const bases = names.slice(0, 2_048);
		const narrow = make.root('CN=Narrow', { add: [make.nameConstraints([], bases)] });
		const child = make.leaf(narrow, {
			extensions: make.leafExtensions(
				narrow,
				[],
				names.map((one) => make.dns(`x${one.length}.test`)),
			),
		});
		const started = cpuMs();
		expect(faults([child], { anchors: [narrow], host: undefined })).toEqual([
			'chain/name-constraint-broken',
		]);
		expect(cpuMs() - started).toBeLessThan(3_000);
	});
});

test('no public root is blamed for its own form', () => {
	let seen = 0;
	for (const pem of rootCertificates) {
		for (const der of certificatesInPem(pem)) {
			const { problems } = assessChain([der], { now: make.NOW, roots: [der] });
			const form = problems.filter(
				({ id, detail }) =>
					detail.startsWith('the root') || /version-3|duplicate|unknown-critical|differ/.test(id),
			);
			expect(form).toEqual([]);
			seen++;
		}
	}
	expect(seen).toBeGreaterThan(100);
});

test('a name as long as its certificate is cut to what a sentence bears', () => {
	const long = 'x'.repeat(100_000);
	const leaf = make.leaf(CA, {
		subject: make.name(`CN=${long}`),
		extensions: [...usual(), make.altNames(make.dns(`${long}.example.net`))],
	});
	const { path, problems } = judge([leaf, CA]);
	expect(problems.map(({ id }) => id)).toContain('ssl/certificate/wrong-host');
	for (const { detail, values } of problems) {
		expect(JSON.stringify([detail, values]).length).toBeLessThan(2_000);
	}
	expect(path[0]?.subject.length).toBeLessThan(300);
});

test('hostile bytes never throw and never take long', () => {
	const chain = [GOOD.der, CA.der];
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(2_000), fc.integer({ min: 0, max: 255 })), {
				minLength: 1,
				maxLength: 6,
			}),
			fc.nat(1),
			(edits, which) => {
				const mutated = chain.map((der) => Buffer.from(der));
				const target = mutated[which];
				if (target === undefined) throw new Error('no such certificate');
				for (const [at, value] of edits) target[at % target.length] = value;
				const result = assessChain(mutated, {
					host: 'example.com',
					now: make.NOW,
					roots: [ROOT.der],
				});
				expect(result.problems.every(({ detail }) => !/undefined|NaN/.test(detail))).toBe(true);
				const same = mutated.every((der, i) => der.equals(chain[i] ?? Buffer.alloc(0)));
				expect(result.accepted).toBe(same);
			},
		),
		{ numRuns: 2_000 },
	);
}, 60_000);

test('random bytes are malformed, never an error', () => {
	fc.assert(
		fc.property(
			fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 3 }),
			(chain) => {
				expect(assessChain(chain, { now: make.NOW, roots: [] }).accepted).toBe(false);
			},
		),
		{ numRuns: 1_000 },
	);
});
