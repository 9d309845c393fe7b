import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeQuery } from '../../src/lab/dns-message.ts';
import { labelsOf, nameOf } from '../../src/lab/domain-name.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import { tcp, texts, udp, udpBytes } from './clients.ts';

const ROOT = '198.51.100.1';
const TLD = '198.51.100.3';
const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const LAME = '198.51.100.31';
const RESOLVER = '198.51.100.53';

const WORLD: World = {
	zones: {
		'shop.example': {
			records: `
				@    300 A 203.0.113.10
				@        AAAA 2001:db8::10
				@        MX 10 mail
				@        TXT "v=spf1 " "-all"   ; two strings
				@        CAA 0 issue "letsencrypt.org"
				www      CNAME @
				out      CNAME www.other.test.
				*.any    A 203.0.113.11
				a.b.any  TXT "here"
				mail     A 203.0.113.25
				loop1    CNAME loop2
				loop2    CNAME loop1
				svc      HTTPS 1 . alpn=h2,h3 ipv4hint=203.0.113.10
				bytes    TYPE65280 \\# 3 010203
				big      TXT (
					"${'x'.repeat(250)}"
					"${'y'.repeat(250)}" )
				old      DNAME new
				a.new    A 203.0.113.12
			`,
			delegation: {
				ds: ['12345 13 2 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF'],
			},
			differs: [{ at: NS2, without: ['mail A'], records: '@ A 203.0.113.99' }],
		},
		'sub.shop.example': { ns: { ns: ['198.51.100.40'] }, records: '@ A 203.0.113.40' },
		'other.test': { records: 'www A 203.0.113.20' },
		'dead.test': { ns: { ns1: ['198.51.100.66'] }, records: '@ A 203.0.113.66' },
		'lame.test': {
			records: '@ A 203.0.113.31',
			delegation: { ns: { ns1: [LAME] } },
		},
		'provided.test': { ns: { 'ns.host.example.': ['198.51.100.50'] }, records: '@ A 203.0.113.50' },
		'host.example': { records: 'ns A 198.51.100.50' },
		'circle-a.test': { ns: { 'ns.circle-b.test.': [NS1] }, records: '@ A 203.0.113.3' },
		'circle-b.test': { ns: { 'ns.circle-a.test.': [NS1] }, records: '@ A 203.0.113.3' },
		'helped.test': {
			ns: { 'ns.host.example.': ['198.51.100.50'] },
			delegation: { ns: { ns1: ['198.51.100.66'], 'ns.host.example.': [] } },
			records: '@ A 203.0.113.51',
		},
		'gone.test': { delegation: { none: true }, records: '@ A 203.0.113.2' },
		'faults.test': {
			records: [
				'garbage A 203.0.113.1',
				'cut A 203.0.113.1',
				'truncated A 203.0.113.1',
				'id A 203.0.113.1',
				'question A 203.0.113.1',
				'noaa A 203.0.113.1',
				'upward A 203.0.113.1',
				'late A 203.0.113.1',
				'code A 203.0.113.1',
				'forged A 203.0.113.1',
				'twice A 203.0.113.1',
				'plain A 203.0.113.1',
				'below.silent A 203.0.113.1',
			],
		},
	},
	nameServers: {
		[LAME]: {},
		'198.51.100.66': { udp: 'silent', tcp: 'refused' },
		'198.51.100.40': { transfers: true, recursion: true, version: '9.9.9' },
	},
	dnsFaults: [
		{ name: 'garbage.faults.test', does: 'garbage' },
		{ name: 'cut.faults.test', does: 'cut' },
		{ name: 'truncated.faults.test', transport: 'udp', does: 'truncate' },
		{ name: 'id.faults.test', does: 'wrong-id' },
		{ name: 'question.faults.test', does: 'wrong-question' },
		{ name: 'noaa.faults.test', does: 'not-authoritative' },
		{ name: 'upward.faults.test', server: NS1, does: 'upward-referral' },
		{ name: 'late.faults.test', does: { delayMs: 120 } },
		{ name: 'code.faults.test', does: { rcode: 'SERVFAIL', ede: { code: 22, text: 'none' } } },
		{ name: 'forged.faults.test', does: { answer: 'forged.faults.test. 60 A 203.0.113.77' } },
		{ name: 'twice.faults.test', server: NS1, times: 2, does: 'silence' },
		{ name: 'plain.faults.test', onlyEdns: true, does: { rcode: 'FORMERR' } },
		{ name: '*.silent.faults.test', does: 'silence' },
		{
			name: 'bogus.faults.test',
			server: 'resolver',
			unlessCheckingDisabled: true,
			does: { rcode: 'SERVFAIL' },
		},
	],
};

let lab: Lab;
beforeAll(async () => {
	lab = await startLab(WORLD);
});
afterAll(() => lab.close());

describe('name servers', () => {
	test('the root refers to the top-level domain with glue', async () => {
		const answer = await udp(lab, ROOT, ['www.shop.example', 'A']);
		expect(answer.flag_aa).toBe(false);
		expect(answer.answers).toEqual([]);
		expect(texts(answer.authorities)).toContain('example NS a.tld.internet.test');
		expect(texts(answer.additionals)).toContain(`a.tld.internet.test A ${TLD}`);
	});

	test('a top-level domain refers to the zone with DS and glue', async () => {
		const answer = await udp(lab, TLD, ['www.shop.example', 'A']);
		expect(texts(answer.authorities).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
			'shop.example NS',
			'shop.example NS',
			'shop.example DS',
		]);
		expect(texts(answer.additionals)).toEqual([
			`ns1.shop.example A ${NS1}`,
			`ns2.shop.example A ${NS2}`,
		]);
	});

	test('DS is answered by the parent, with authority', async () => {
		const answer = await udp(lab, TLD, ['shop.example', 'DS']);
		expect(answer.flag_aa).toBe(true);
		expect(answer.answers).toHaveLength(1);
	});

	test('records come with authority, aliases inside the zone followed', async () => {
		const answer = await udp(lab, NS1, ['www.shop.example', 'A']);
		expect(answer.flag_aa).toBe(true);
		expect(answer.flag_ra).toBe(false);
		expect(texts(answer.answers)).toEqual([
			'www.shop.example CNAME shop.example',
			'shop.example A 203.0.113.10',
		]);
	});

	test('an alias that leaves the server ends the answer', async () => {
		const answer = await udp(lab, LAME, ['out.shop.example', 'A']);
		expect(answer.rcode).toBe('REFUSED');
		const outside = await udp(lab, '198.51.100.40', ['sub.shop.example', 'A']);
		expect(texts(outside.answers)).toEqual(['sub.shop.example A 203.0.113.40']);
	});

	test('a type that is absent and a name that is absent both carry the SOA', async () => {
		const nodata = await udp(lab, NS1, ['mail.shop.example', 'TXT']);
		expect([nodata.rcode, nodata.answers]).toEqual(['NOERROR', []]);
		expect(texts(nodata.authorities)[0]).toMatch(/^shop\.example SOA/);
		expect(nodata.authorities?.[0]).toMatchObject({ ttl: 300 });
		const nxdomain = await udp(lab, NS1, ['nothing.shop.example', 'A']);
		expect(nxdomain.rcode).toBe('NXDOMAIN');
		expect(texts(nxdomain.authorities)[0]).toMatch(/^shop\.example SOA/);
	});

	test('wildcards answer only below their closest encloser (RFC 4592 §2.2.1)', async () => {
		const wild = await udp(lab, NS1, ['x.any.shop.example', 'A']);
		expect(texts(wild.answers)).toEqual(['x.any.shop.example A 203.0.113.11']);
		expect((await udp(lab, NS1, ['c.b.any.shop.example', 'A'])).rcode).toBe('NXDOMAIN');
		expect((await udp(lab, NS1, ['b.any.shop.example', 'A'])).rcode).toBe('NOERROR');
	});

	test('a DNAME gives its record and the alias made from it (RFC 6672 §3.1)', async () => {
		const answer = await udp(lab, NS1, ['a.old.shop.example', 'A']);
		expect(texts(answer.answers)).toEqual([
			'old.shop.example DNAME new.shop.example',
			'a.old.shop.example CNAME a.new.shop.example',
			'a.new.shop.example A 203.0.113.12',
		]);
	});

	test('strings, CAA, MX with addresses and unknown types survive the wire', async () => {
		const txt = await udp(lab, NS1, ['shop.example', 'TXT']);
		expect(txt.answers?.[0]).toMatchObject({ data: [Buffer.from('v=spf1 '), Buffer.from('-all')] });
		const caa = await udp(lab, NS1, ['shop.example', 'CAA']);
		expect(caa.answers?.[0]).toMatchObject({ data: { tag: 'issue', value: 'letsencrypt.org' } });
		const mx = await udp(lab, NS1, ['shop.example', 'MX']);
		expect(mx.answers?.[0]).toMatchObject({
			data: { preference: 10, exchange: 'mail.shop.example' },
		});
		expect(texts(mx.additionals)).toEqual(['mail.shop.example A 203.0.113.25']);
		const all = await udpBytes(lab, NS1, ['bytes.shop.example', 'ANY']);
		expect(all?.includes(Buffer.from('ff000001', 'hex'))).toBe(true);
		expect(all?.subarray(-3)).toEqual(Buffer.of(1, 2, 3));
	});

	test('the HTTPS record is written as RFC 9460 §2.2 says', async () => {
		const bytes = await udpBytes(lab, NS1, ['svc.shop.example', 'ANY']);
		const expected = '0001 00 0001 0006 02 6832 02 6833 0004 0004 cb00710a'.replaceAll(' ', '');
		expect(bytes?.toString('hex')).toContain(expected);
	});

	test('more than fits is truncated over UDP and whole over TCP and with EDNS', async () => {
		const small = await udp(lab, NS1, ['big.shop.example', 'TXT']);
		expect([small.flag_tc, small.answers?.length]).toEqual([true, 0]);
		const edns = await udp(lab, NS1, ['big.shop.example', 'TXT'], { udpSize: 1232 });
		expect([edns.flag_tc, edns.answers?.length]).toEqual([false, 1]);
		const whole = await tcp(lab, NS1, ['big.shop.example', 'TXT']);
		expect(whole.answers).toHaveLength(1);
	});

	test('one server may hold another edition of the zone', async () => {
		expect(texts((await udp(lab, NS1, ['shop.example', 'A'])).answers)).toEqual([
			'shop.example A 203.0.113.10',
		]);
		expect(texts((await udp(lab, NS2, ['shop.example', 'A'])).answers)).toEqual([
			'shop.example A 203.0.113.99',
		]);
		expect((await udp(lab, NS2, ['mail.shop.example', 'A'])).rcode).toBe('NXDOMAIN');
	});

	test('a server may give its zone away, recurse and tell its version', async () => {
		const whole = await tcp(lab, '198.51.100.40', ['sub.shop.example', 'AXFR']);
		expect(texts(whole.answers).filter((line) => line.includes('SOA'))).toHaveLength(2);
		expect((await tcp(lab, NS1, ['shop.example', 'AXFR'])).rcode).toBe('REFUSED');
		const foreign = await udp(lab, '198.51.100.40', ['www.other.test', 'A'], { rd: true });
		expect(texts(foreign.answers)).toEqual(['www.other.test A 203.0.113.20']);
		expect(foreign.flag_ra).toBe(true);
	});
});

describe('the resolver', () => {
	test('follows delegations and aliases across zones, without AA or AD', async () => {
		const answer = await udp(lab, RESOLVER, ['out.shop.example', 'A'], { rd: true });
		expect([answer.flag_ra, answer.flag_aa, answer.flag_ad]).toEqual([true, false, false]);
		expect(texts(answer.answers)).toEqual([
			'out.shop.example CNAME www.other.test',
			'www.other.test A 203.0.113.20',
		]);
	});

	test('names the root servers, with their addresses', async () => {
		const root = await udp(lab, RESOLVER, ['.', 'NS'], { rd: true });
		expect(texts(root.answers)).toEqual(['. NS a.root.internet.test', '. NS b.root.internet.test']);
		expect(texts(root.additionals)).toContain(`a.root.internet.test A ${ROOT}`);
		const address = await udp(lab, RESOLVER, ['a.root.internet.test', 'A'], { rd: true });
		expect(texts(address.answers)).toEqual([`a.root.internet.test A ${ROOT}`]);
	});

	test.each([
		['sub.shop.example', '203.0.113.40'],
		['provided.test', '203.0.113.50'],
		// One server is dead, the other has no glue.
		['helped.test', '203.0.113.51'],
	])('finds %s through its own delegation', async (name, address) => {
		const answer = await udp(lab, RESOLVER, [name, 'A'], { rd: true });
		expect(texts(answer.answers)).toEqual([`${name} A ${address}`]);
	});

	test.each([
		['dead.test', 'SERVFAIL'],
		['lame.test', 'SERVFAIL'],
		['circle-a.test', 'SERVFAIL'],
		['loop1.shop.example', 'SERVFAIL'],
		['gone.test', 'NXDOMAIN'],
		['nobody.example', 'NXDOMAIN'],
		['nobody.invalid', 'NXDOMAIN'],
		['bogus.faults.test', 'SERVFAIL'],
	])('answers for %s with %s', async (name, rcode) => {
		expect((await udp(lab, RESOLVER, [name, 'A'], { rd: true })).rcode).toBe(rcode);
	});
});

describe('faults of name servers', () => {
	const ask = (name: string) => udpBytes(lab, NS1, [`${name}.faults.test`, 'A']);

	test('garbage, a cut message, another id and another question are sent', async () => {
		expect((await ask('garbage'))?.toString('latin1')).toContain('not a message');
		expect((await ask('cut'))?.length).toBe(((await ask('noaa'))?.length ?? 0) - 6);
		expect((await ask('id'))?.readUInt16BE(0)).not.toBe(4711);
		expect((await ask('question'))?.includes('question')).toBe(false);
	});

	test('truncation, lost authority and upward referrals are sent', async () => {
		expect((await udp(lab, NS1, ['truncated.faults.test', 'A'])).flag_tc).toBe(true);
		expect((await tcp(lab, NS1, ['truncated.faults.test', 'A'])).answers).toHaveLength(1);
		expect((await udp(lab, NS1, ['noaa.faults.test', 'A'])).flag_aa).toBe(false);
		const upward = await udp(lab, NS1, ['upward.faults.test', 'A']);
		expect(texts(upward.authorities)[0]).toBe('. NS a.root.internet.test');
		expect((await udp(lab, NS2, ['upward.faults.test', 'A'])).answers).toHaveLength(1);
	});

	test('codes, forged answers and EDNS refusals are sent', async () => {
		const code = await udp(lab, NS1, ['code.faults.test', 'A'], { udpSize: 1232 });
		expect(code.rcode).toBe('SERVFAIL');
		expect(texts((await udp(lab, NS1, ['forged.faults.test', 'A'])).answers)).toEqual([
			'forged.faults.test A 203.0.113.77',
		]);
		const plain = ['plain.faults.test', 'A'] as const;
		expect((await udp(lab, NS1, plain, { udpSize: 1232 })).rcode).toBe('FORMERR');
		expect((await udp(lab, NS1, plain)).rcode).toBe('NOERROR');
	});

	test('an answer comes late, never, or only at the third try', async () => {
		const began = performance.now();
		expect((await udp(lab, NS1, ['late.faults.test', 'A'])).answers).toHaveLength(1);
		expect(performance.now() - began).toBeGreaterThanOrEqual(118);
		expect(await ask('below.silent')).toBeNull();
		expect([await ask('twice'), await ask('twice')]).toEqual([null, null]);
		expect(await ask('twice')).not.toBeNull();
	});

	test('closed and silent transports are so in the address map', () => {
		const at = { address: '198.51.100.66', port: 53 };
		expect(lab.addressMap({ ...at, transport: 'udp' })).toBe('silent');
		expect(lab.addressMap({ ...at, transport: 'tcp' })).toBe('refused');
	});
});

describe('servers that cannot do what they are asked', () => {
	const zone = { 'shop.example': { records: 'www A 203.0.113.10' } };
	const www = ['www.shop.example', 'A'] as const;

	test.each(['FORMERR', 'NOTIMP'] as const)(
		'%s answers EDNS, without OPT, and a plain query is answered',
		async (ednsFault) => {
			await using own = await startLab({ zones: zone, nameServers: { [NS1]: { ednsFault } } });
			const refused = await udp(own, NS1, www, { udpSize: 1232 });
			expect([refused.rcode, refused.additionals]).toEqual([ednsFault, []]);
			expect((await udp(own, NS1, www)).answers).toHaveLength(1);
			expect((await udp(own, NS2, www, { udpSize: 1232 })).rcode).toBe('NOERROR');
			// Its resolver does without EDNS there, as resolvers do.
			expect((await udp(own, RESOLVER, www, { udpSize: 1232, rd: true })).answers).toHaveLength(1);
		},
	);

	test('EDNS is dropped where the world says so', async () => {
		await using own = await startLab({
			zones: zone,
			nameServers: { [NS1]: { ednsFault: 'silence' } },
		});
		expect(await udpBytes(own, NS1, www, { udpSize: 1232 })).toBeNull();
		expect(await udpBytes(own, NS1, www)).not.toBeNull();
	});

	test('the letters of a question are lost, or must be small', async () => {
		const mixed = ['wWw.sHop.Example', 'A'] as const;
		await using own = await startLab({
			zones: zone,
			nameServers: { [NS1]: { caseFault: 'lowered' }, [NS2]: { caseFault: 'silence' } },
		});
		const lowered = await udp(own, NS1, mixed);
		expect(lowered.questions?.[0]?.name).toBe('www.shop.example');
		expect(lowered.answers).toHaveLength(1);
		expect(await udpBytes(own, NS2, mixed)).toBeNull();
		expect(await udpBytes(own, NS2, www)).not.toBeNull();
		await using sound = await startLab({ zones: zone });
		expect((await udp(sound, NS1, mixed)).questions?.[0]?.name).toBe('wWw.sHop.Example');
	});

	test('right answers come without AA', async () => {
		await using own = await startLab({
			zones: zone,
			nameServers: { [NS1]: { notAuthoritative: true } },
		});
		const answer = await udp(own, NS1, www);
		expect([answer.flag_aa, answer.answers?.length]).toEqual([false, 1]);
		expect((await udp(own, NS2, www)).flag_aa).toBe(true);
	});
});

test('the root and the top level are reached over IPv6 where the world has it', async () => {
	await using own = await startLab({
		ipv6: true,
		zones: { 'shop.example': { ns: { ns1: [NS1, '2001:db8::21'] }, records: '@ A 203.0.113.10' } },
	});
	const roots = await udp(own, '2001:db8:1::1', ['a.root.internet.test', 'AAAA'], {});
	expect(roots.rcode).toBe('NOERROR');
	expect(
		texts((await udp(own, RESOLVER, ['b.root.internet.test', 'AAAA'], { rd: true })).answers),
	).toEqual(['b.root.internet.test AAAA 2001:db8:1::2']);
	const referral = await udp(own, '2001:db8:1::3', ['shop.example', 'A']);
	expect(texts(referral.additionals)).toContain('ns1.shop.example AAAA 2001:db8::21');
	expect((await udp(own, '2001:db8::21', ['shop.example', 'A'])).flag_aa).toBe(true);
	await using without = await startLab({});
	const none = await udp(without, RESOLVER, ['a.root.internet.test', 'AAAA'], { rd: true });
	expect(none.answers).toEqual([]);
});

test('no bytes make a server stop answering', async () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
			const read = decodeQuery(Buffer.from(bytes));
			expect(read === null || read.name.every((label) => label.length <= 63)).toBe(true);
		}),
	);
	const at = lab.addressMap({ address: NS1, port: 53, transport: 'udp' });
	if (typeof at === 'string') throw new Error(at);
	const socket = createSocket('udp4');
	for (const [packet] of fc.sample(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 })), 200)) {
		socket.send(packet, at.port, at.address);
	}
	expect((await udp(lab, NS1, ['shop.example', 'A'], { waitMs: 2000 })).answers).toHaveLength(1);
	socket.close();
});

test('names are read and written back (RFC 1035 §5.1)', () => {
	const label = fc.string({ minLength: 1, maxLength: 12, unit: 'binary-ascii' });
	fc.assert(
		fc.property(fc.array(label, { maxLength: 6 }), (labels) => {
			expect(labelsOf(nameOf(labels))).toEqual(labels);
		}),
	);
	expect(labelsOf('a\\.b.c\\032d.')).toEqual(['a.b', 'c d']);
	expect(() => labelsOf('a..b')).toThrow(RangeError);
	expect(() => labelsOf(`${'x'.repeat(64)}.test`)).toThrow(RangeError);
});

test('questions are logged with server, name, type and transport', async () => {
	await udp(lab, NS1, ['Logged.shop.example', 'AAAA']);
	expect(lab.requests.dns.at(-1)).toEqual({
		server: NS1,
		name: 'logged.shop.example',
		type: 'AAAA',
		transport: 'udp',
	});
});
