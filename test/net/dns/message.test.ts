import packet from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Malformed } from '../../../src/net/dns/malformed.ts';
import { type Message, readEcho, readHeader, readMessage } from '../../../src/net/dns/message.ts';
import { nameText, nameWire } from '../../../src/net/dns/name.ts';
import { WireReader } from '../../../src/net/dns/wire-reader.ts';
import { a, cname, rawRecord, soa, wireName } from '../name-server.ts';

const HEADER = Buffer.from([0x12, 0x34, 0x84, 0x00, 0, 0, 0, 1, 0, 0, 0, 0]);

const withAnswer = (record: Buffer): Message => readMessage(Buffer.concat([HEADER, record]));

const only = (message: Message) => {
	expect(message.answers).toHaveLength(1);
	return message.answers[0];
};

const textOf = (type: number, rdata: string): string | undefined => {
	const entry = only(withAnswer(rawRecord('x.test', type, Buffer.from(rdata, 'hex'))));
	expect(entry?.fault).toBeNull();
	return entry?.record.text;
};

test('every section of a message is read, with the upper bits of the rcode and the extended errors', () => {
	const ede = Buffer.concat([Buffer.from([0, 7]), Buffer.from('signature expired')]);
	const wire = packet.encode({
		type: 'response',
		id: 7,
		flags: packet.AUTHORITATIVE_ANSWER | packet.AUTHENTIC_DATA | packet.RECURSION_AVAILABLE,
		questions: [{ name: 'Example.TEST', type: 'A' }],
		answers: [cname('Example.TEST', 'Www.Example.test'), a('www.example.test', '192.0.2.7')],
		authorities: [soa('example.test')],
		additionals: [
			{
				type: 'OPT',
				name: '.',
				udpPayloadSize: 1232,
				extendedRcode: 1,
				ednsVersion: 0,
				flags: 0,
				flag_do: false,
				options: [{ code: 15, data: ede } as never],
			},
			a('ns1.example.test', '192.0.2.53'),
		],
	});
	const message = readMessage(wire);
	expect(message).toMatchObject({ id: 7, aa: true, ad: true, ra: true, edns: true });
	expect(message.rcode).toBe('BADVERS');
	expect(message.ede).toEqual([{ code: 7, text: 'signature expired' }]);
	expect(
		message.answers.map(({ record }) => `${record.owner} ${record.type} ${record.text}`),
	).toEqual(['example.test CNAME www.example.test', 'www.example.test A 192.0.2.7']);
	expect(message.authority[0]?.record.data).toEqual({
		type: 'SOA',
		mname: 'ns1.example.test',
		rname: 'hostmaster.example.test',
		serial: 2026010101,
		refresh: 7200,
		retry: 3600,
		expire: 1209600,
		minimum: 300,
	});
	expect(message.additional.map(({ record }) => record.text)).toEqual(['192.0.2.53']);
});

test('an A record of three octets is a fault and never an address', () => {
	const entry = only(withAnswer(rawRecord('x.test', 1, Buffer.from([1, 2, 3]))));
	expect(entry?.fault).toBe('A record of x.test: a length runs past the end');
	expect(entry?.record).toMatchObject({ type: 'A', text: '\\# 3 010203', data: { type: 'other' } });
});

test('data longer than its type allows is a fault', () => {
	const entry = only(withAnswer(rawRecord('x.test', 1, Buffer.from([1, 2, 3, 4, 5]))));
	expect(entry?.fault).toBe('A record of x.test: A data has 1 octets too many');
});

test('a string inside TXT data cannot reach beyond the data', () => {
	const entry = only(withAnswer(rawRecord('x.test', 16, Buffer.from([9, 0x61]))));
	expect(entry?.fault).toContain('runs past the end');
});

test('data that overruns the message breaks the message', () => {
	const record = rawRecord('x.test', 1, Buffer.from([1, 2, 3, 4]), 500);
	expect(() => withAnswer(record)).toThrow(Malformed);
});

test('more records announced than sent break the message', () => {
	expect(() => readMessage(HEADER)).toThrow(Malformed);
	expect(() => readMessage(Buffer.alloc(11))).toThrow(Malformed);
	expect(readHeader(Buffer.alloc(11))).toBeNull();
});

test.each([
	['to itself', [0xc0, 12]],
	['forwards', [0xc0, 40]],
	['to a label that leads back to it', [1, 0x61, 0xc0, 12]],
	['past the end', [0xff, 0xff]],
])('a compression pointer %s is refused', (_, bytes) => {
	const name = Buffer.from(bytes);
	const wire = Buffer.concat([HEADER, name, Buffer.alloc(14)]);
	expect(() => readMessage(wire)).toThrow(Malformed);
});

test('half a compression pointer at the end of a stretch is refused', () => {
	expect(() => new WireReader(Buffer.from([0, 0xc0, 0]), 1, 2).labels()).toThrow(Malformed);
});

test('a long staircase of pointers is refused in bounded time', () => {
	const steps = 8_000;
	const stairs = Buffer.alloc(2 + steps * 2);
	for (let i = 1; i <= steps; i++) stairs.writeUInt16BE(0xc000 | ((i - 1) * 2), i * 2);
	const reader = new WireReader(stairs, stairs.length - 2);
	expect(() => reader.labels()).toThrow('too many compression pointers');
});

test('a name of 255 octets is read and one of 256 is not', () => {
	const label = (length: number) =>
		Buffer.concat([Buffer.from([length]), Buffer.alloc(length, 0x61)]);
	const most = Buffer.concat([label(63), label(63), label(63), label(61), Buffer.from([0])]);
	expect(most).toHaveLength(255);
	expect(new WireReader(most).labels()).toHaveLength(4);
	const over = Buffer.concat([label(63), label(63), label(63), label(62), Buffer.from([0])]);
	expect(() => new WireReader(over).labels()).toThrow('longer than 255');
});

test('odd octets in names are written in decimal, dots and backslashes inside a label too', () => {
	expect(nameText([Buffer.from('A.b\\c d\xe9\0', 'latin1'), Buffer.from('TEST')])).toBe(
		'a\\046b\\092c\\032d\\233\\000.test',
	);
	expect(nameText([])).toBe('.');
});

test.each([
	['example.test', '076578616d706c650474657374' + '00'],
	['example.test.', '076578616d706c650474657374' + '00'],
	['.', '00'],
	['a\\.b.test', '03612e620474657374' + '00'],
	['a\\046b.test', '03612e620474657374' + '00'],
])('the name %s goes on the wire as %s', (text, hex) => {
	expect(nameWire(text)?.toString('hex')).toBe(hex);
});

test.each([
	'',
	'a..test',
	'.test',
	`${'a'.repeat(64)}.test`,
	`${'abcdefg.'.repeat(32)}test`,
	'bücher\u0141.test',
	'a\\999.test',
])('the name %j cannot go on the wire', (text) => {
	expect(nameWire(text)).toBeNull();
});

test('a name of 63 octets a label goes on the wire', () => {
	expect(nameWire(`${'a'.repeat(63)}.test`)).toHaveLength(64 + 6);
});

test.each([
	['AAAA', 28, '20010db8000000000000000000000001', '2001:db8::1'],
	['AAAA with one zero group', 28, '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
	['AAAA of nothing', 28, '0'.repeat(32), '::'],
	[
		'AAAA, the first of two equal runs',
		28,
		'20010db8000000000001000000000001',
		'2001:db8::1:0:0:1',
	],
	['AAAA, IPv4-mapped', 28, '00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
	['TXT', 16, '0568656c6c6f03612062' + '02225c' + '01e9', '"hello" "a b" "\\"\\\\" "\\233"'],
	['TXT without a string', 16, '', ''],
	['CAA', 257, '00056973737565' + '6c65747365', '0 issue "letse"'],
	['CAA, critical', 257, '80' + '03746273' + '556e6b', '128 tbs "Unk"'],
	['SRV', 33, '000a00140050' + '017804746573740' + '0', '10 20 80 x.test'],
	['MX to the root (RFC 7505)', 15, '000000', '0 .'],
	['DS', 43, 'ec45' + '05' + '01' + '2bb183af', '60485 5 1 2BB183AF'],
	['DNSKEY', 48, '0101' + '03' + '0d' + 'deadbeef', '257 3 13 3q2+7w=='],
	['TLSA', 52, '030101' + 'abcd', '3 1 1 ABCD'],
	['NSEC', 47, '01780474657374' + '00' + '0006' + '400100000003', 'x.test A MX RRSIG NSEC'],
	[
		'NSEC3 with salt',
		50,
		'01000002' + '02abcd' + '0500443214c7' + '000140',
		'1 0 2 ABCD 01234567 A',
	],
	['NSEC3PARAM without salt', 51, '0100000000', '1 0 0 -'],
	['HINFO', 13, '0161' + '0162', '"a" "b"'],
	['an unknown type (RFC 3597 §5)', 65400, '0a000001', '\\# 4 0a000001'],
	['an unknown type without data', 65400, '', '\\# 0'],
])('%s data is written as a zone file writes it', (_, type, hex, text) => {
	expect(textOf(type, hex)).toBe(text);
});

test('RRSIG times are dates (RFC 4034 §3.2)', () => {
	const hex = `00010503000151803e7e1f023e56a1e20a5a${wireName('example.test').toString('hex')}ff`;
	expect(textOf(46, hex)).toBe('A 5 3 86400 20030323205426 20030221220210 2650 example.test /w==');
});

test('a TTL with its top bit set counts as 0 (RFC 2181 §8)', () => {
	const record = rawRecord('x.test', 1, Buffer.from([192, 0, 2, 1]));
	record.writeUInt32BE(0x80000000, wireName('x.test').length + 4);
	expect(only(withAnswer(record))?.record.ttl).toBe(0);
});

const isQuiet = (read: () => unknown): void => {
	try {
		read();
	} catch (error) {
		expect(error).toBeInstanceOf(Malformed);
	}
};

test('arbitrary octets are a message or Malformed, and nothing else', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
			const bytes = Buffer.from(octets);
			isQuiet(() => readMessage(bytes));
			isQuiet(() => readEcho(bytes));
		}),
		{ numRuns: 3_000 },
	);
});

test('a mutated answer is a message or Malformed, and its addresses are addresses', () => {
	const types = [1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 35, 43, 46, 47, 48, 50, 51, 52, 64, 65, 257];
	const records = types.map((type) =>
		rawRecord('a.example.test', type, Buffer.from('0001c00c00050401020304aa0101', 'hex')),
	);
	const head = Buffer.from(HEADER);
	head.writeUInt16BE(records.length, 6);
	const seed = Buffer.concat([head, ...records]);
	const mutation = fc.record({
		at: fc.nat({ max: seed.length - 1 }),
		to: fc.nat({ max: 255 }),
		cut: fc.option(fc.nat({ max: seed.length })),
	});
	let read = 0;
	fc.assert(
		fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
			let bytes = Buffer.from(seed);
			for (const { at, to, cut } of mutations) {
				if (at < bytes.length) bytes[at] = to;
				if (cut !== null && mutations.length === 1) bytes = bytes.subarray(0, cut);
			}
			isQuiet(() => {
				for (const { record } of readMessage(bytes).answers) {
					read += 1;
					if (record.data.type === 'A') expect(record.text).toMatch(/^\d+(?:\.\d+){3}$/);
					expect(record.text).not.toMatch(/undefined|NaN|[^ -~]/);
					expect(record.owner).toBe(record.owner.toLowerCase());
				}
			});
		}),
		{ numRuns: 6_000 },
	);
	expect(read).toBeGreaterThan(6_000);
});

test('any name that goes on the wire comes back as itself', () => {
	const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
	fc.assert(
		fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
			const text = nameText(labels.map((one) => Buffer.from(one)));
			const wire = nameWire(text);
			expect(wire).not.toBeNull();
			expect(nameText(new WireReader(wire ?? Buffer.alloc(0)).labels())).toBe(text);
		}),
	);
});
