import packet from 'dns-packet';
import { decodeQuery, encodeReply } from '../../src/lab/dns-message.ts';
import { authoritativeAnswer } from '../../src/lab/name-server.ts';
import { settleWorld } from '../../src/lab/world.ts';
import { hostingOf } from '../../src/lab/zones.ts';
import { type Asked, askedOf } from '../../src/net/dns/answer.ts';
import { type Query, queryWire } from '../../src/net/dns/query.ts';

/** A valid answer and the question that it is for. */
export interface Sample {
	readonly wire: Buffer;
	readonly asked: Asked;
	readonly query: Query;
}

const NS1 = '198.51.100.21';
const TLD = '198.51.100.3';
const NOW = new Date('2026-03-01T00:00:00Z');

const nameHex = (text: string) =>
	`${text
		.split('.')
		.map((label) => Buffer.from([label.length, ...Buffer.from(label)]).toString('hex'))
		.join('')}00`;
const HOST = nameHex('Mail.shop.example');
const generic = (type: number, hex: string) => `every TYPE${type} \\# ${hex.length / 2} ${hex}`;

/** One of every type that is read, and of some that are not; those that the lab writes are below. */
const GENERIC = [
	generic(3, HOST),
	generic(4, HOST),
	generic(7, HOST),
	generic(8, HOST),
	generic(9, HOST),
	generic(13, '03583836054c696e7578'),
	generic(14, HOST + HOST),
	generic(17, HOST + HOST),
	generic(18, `0001${HOST}`),
	generic(21, `000a${HOST}`),
	generic(24, `00010d020000012c3e7e1f023e56a1e20a5a${HOST}0102`),
	generic(26, `000a${HOST}${HOST}`),
	generic(29, '00121310885d5f1a8b0d9d3c00989680'),
	generic(35, `000a000a0153074532552b736970023a21${HOST}`),
	generic(36, `000a${HOST}`),
	generic(37, '00010001080102030405'),
	generic(44, '0401aabbccddeeff00112233445566778899aabbcc'),
	generic(49, '000201aabbcc'),
	generic(53, '030101aabbcc'),
	generic(61, '9901aabbcc'),
	generic(62, '000000010003000460000008'),
	generic(63, '0000000101f0aabbcc'),
	generic(99, '0b763d73706631202d616c6c'),
	generic(256, '000a0001687474703a2f2f6578616d706c652f'),
	generic(65_400, 'c00cc00c00ff'),
];

const RECORDS = `
	@        A 203.0.113.10
	@        AAAA 2001:db8::10
	@        MX 10 Mail
	@        MX 20 mail.other.example.
	@        TXT "v=spf1 include:_spf.other.example " "-all"
	@        CAA 128 issue "ca.example; account=1"
	www      CNAME @
	mail     A 203.0.113.25
	*.any    A 203.0.113.11
	a.b.any  TXT "here"
	loop1    CNAME loop2
	loop2    CNAME loop1
	out      CNAME www.other.example.
	svc      HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=203.0.113.10 ipv6hint=2001:db8::1 mandatory=alpn
	svc      SVCB 0 pool.other.example.
	_25._tcp TLSA 3 1 1 AABBCC
	_s._tcp  SRV 1 2 25 mail
	old      DNAME new
	sub      NS ns.sub
	ns.sub   A 203.0.113.53
	10       PTR www
	big      TXT ${Array.from({ length: 12 }, () => `"${'x'.repeat(255)}"`).join(' ')}
	huge     TXT ${Array.from({ length: 250 }, () => `"${'y'.repeat(255)}"`).join(' ')}
	many     ${Array.from({ length: 60 }, (_, i) => `A 203.0.113.${i}`).join('\n	many     ')}
	${GENERIC.join('\n	')}
`;

const NAMES = [
	'@',
	'www',
	'nope',
	'x.any',
	'b.any',
	'loop1',
	'out',
	'svc',
	'a.old',
	'x.sub',
	'every',
	'big',
	'huge',
	'many',
	'_25._tcp',
	'_s._tcp',
	'10',
];

const TYPES = [
	'A',
	'AAAA',
	'NS',
	'SOA',
	'MX',
	'TXT',
	'CAA',
	'CNAME',
	'HTTPS',
	'DNSKEY',
	'DS',
	'ANY',
];

/** What name servers answer: records of every type, aliases, referrals, signatures, proofs, errors. */
export async function dnsCorpus(): Promise<readonly Sample[]> {
	const signed = (denial: 'nsec' | { iterations: number; salt: string }) => ({
		records: RECORDS,
		dnssec: { denial, cds: 'right' as const, algorithms: [13, 15] },
	});
	const world = settleWorld({
		signedRoot: true,
		zones: {
			'shop.example': signed('nsec'),
			'hashed.example': signed({ iterations: 2, salt: 'aabb' }),
			'plain.example': { records: RECORDS },
		},
	});
	const hosting = hostingOf(world, NOW);
	const held = (server: string) => hosting.get(server) ?? [];
	const samples = Object.keys(world.zones).flatMap((zone) => [
		...questionsIn(zone).map((question) => answered(question, held(NS1))),
		answered({ name: `www.${zone}`, type: 'A', dnssec: true }, held(TLD)),
	]);
	return await Promise.all([...samples, refused()]);
}

function questionsIn(zone: string) {
	const dnssec = zone !== 'plain.example';
	return NAMES.flatMap((owner) => {
		const types = owner === 'every' ? ['ANY', ...GENERIC.map(typeOf)] : TYPES;
		const name = owner === '@' ? zone : `${owner}.${zone}`;
		return types.map((type) => ({ name, type, dnssec }));
	});
}

const typeOf = (line: string) => line.split(' ')[1] ?? '';

async function answered(
	question: { name: string; type: string; dnssec: boolean },
	zones: Parameters<typeof authoritativeAnswer>[0],
): Promise<Sample> {
	const asked = askedOf({ ...question, server: NS1 });
	if (asked === null) throw new RangeError(`${question.name} cannot be asked`);
	const query: Query = { ...asked.wire, id: 0x1234, exact: true };
	const seen = decodeQuery(await queryWire(query));
	if (seen === null) throw new Error('the lab does not read our own question');
	const reply = authoritativeAnswer(zones, seen);
	return { asked, query, wire: encodeReply(seen, reply, 0xffff) };
}

/** An error with a bad EDNS version, cookies and two extended errors, written by dns-packet. */
async function refused(): Promise<Sample> {
	const asked = askedOf({ name: 'shop.example', type: 'A' });
	if (asked === null) throw new RangeError('it can be asked');
	const option = (code: number, data: Buffer) => ({ code, data }) as never;
	const wire = packet.encode({
		type: 'response',
		id: 0x1234,
		flags: packet.RECURSION_AVAILABLE | 2,
		questions: [{ name: 'shop.example', type: 'A' }],
		additionals: [
			{
				type: 'OPT',
				name: '.',
				udpPayloadSize: 1232,
				extendedRcode: 1,
				ednsVersion: 1,
				flags: 0,
				flag_do: true,
				options: [
					option(10, Buffer.alloc(16, 7)),
					option(15, Buffer.from('\0\x07signature expired\0')),
					option(15, Buffer.from('\0\x16no reachable authority')),
				],
			},
		],
	});
	return { asked, query: { ...asked.wire, id: 0x1234, exact: true }, wire };
}
