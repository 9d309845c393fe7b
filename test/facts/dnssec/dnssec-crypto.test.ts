import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { labelsOf, wireOf } from '../../../src/facts/dns/labels.ts';
import {
	dsDigest,
	matchesKey,
	rsaBits,
	type SignedRecords,
	verifySignature,
} from '../../../src/facts/dnssec/dnssec-crypto.ts';
import {
	type Dnskey,
	type Rrsig,
	readDnskey,
	readRrsig,
} from '../../../src/facts/dnssec/dnssec-records.ts';

function keyOf(flags: number, algorithm: number, base64: string): Dnskey {
	const head = Buffer.from([flags >> 8, flags & 0xff, 3, algorithm]);
	const key = readDnskey(Buffer.concat([head, Buffer.from(base64, 'base64')]).toString('hex'));
	if (key === null) throw new Error('no key');
	return key;
}

const nameWire = (name: string) => wireOf(labelsOf(name) ?? []);

interface Presented {
	readonly covers: number;
	readonly algorithm: number;
	readonly labels: number;
	readonly ttl?: number;
	readonly times: readonly [expiration: number, inception: number];
	readonly tag: number;
	readonly signer: string;
	readonly signature: string;
}

function rrsigOf({
	covers,
	algorithm,
	labels,
	ttl = 3600,
	times,
	tag,
	signer,
	signature,
}: Presented): Rrsig {
	const head = Buffer.alloc(18);
	head.writeUInt16BE(covers, 0);
	head.writeUInt8(algorithm, 2);
	head.writeUInt8(labels, 3);
	head.writeUInt32BE(ttl, 4);
	head.writeUInt32BE(times[0], 8);
	head.writeUInt32BE(times[1], 12);
	head.writeUInt16BE(tag, 16);
	const wire = Buffer.concat([head, nameWire(signer), Buffer.from(signature, 'base64')]);
	const rrsig = readRrsig(wire.toString('hex'));
	if (rrsig === null) throw new Error('no signature');
	return rrsig;
}

const mx = (preference: number, exchange: string) =>
	Buffer.concat([Buffer.from([0, preference]), nameWire(exchange)]).toString('hex');
const A = (owner: string, address: string): SignedRecords => ({
	owner,
	type: 1,
	wires: [Buffer.from(address.split('.').map(Number)).toString('hex')],
});

const RSA_SHA1_KEY =
	'AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvx' +
	'egXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==';
const P256 =
	'GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==';
const P384 =
	'xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBw' +
	'Y8rp65F6Glur8I/mlVNgF6W/qTI37m40';
const ED25519 = 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=';
const ED448 = '3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA';

describe('key tags and digests', () => {
	it.each([
		[
			'RFC 4034 §5.4',
			'dskey.example.com',
			keyOf(256, 5, RSA_SHA1_KEY),
			60485,
			1,
			'2BB183AF5F22588179A53B0A98631FAD1A292118',
		],
		[
			'RFC 4509 §2.3',
			'dskey.example.com',
			keyOf(256, 5, RSA_SHA1_KEY),
			60485,
			2,
			'D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A',
		],
		[
			'RFC 6605 §6.1',
			'example.net',
			keyOf(257, 13, P256),
			55648,
			2,
			'b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17',
		],
		[
			'RFC 6605 §6.2',
			'example.net',
			keyOf(257, 14, P384),
			10771,
			4,
			'72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6',
		],
		[
			'RFC 8080 §6.1',
			'example.com',
			keyOf(257, 15, ED25519),
			3613,
			2,
			'3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
		],
		[
			'RFC 8080 §6.2',
			'example.com',
			keyOf(257, 16, ED448),
			9713,
			2,
			'6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7',
		],
	])('are those of %s', (_, zone, key, keyTag, digestType, digest) => {
		expect(key.keyTag).toBe(keyTag);
		expect(dsDigest(zone, key, digestType)).toBe(digest.toLowerCase());
		const ds = { keyTag, algorithm: key.algorithm, digestType, digest: digest.toLowerCase() };
		expect(matchesKey(zone.toUpperCase(), ds, key)).toBe(true);
		expect(matchesKey(`x.${zone}`, ds, key)).toBe(false);
	});

	it('of RSA/MD5 have a rule of their own (RFC 4034 Appendix B.1)', () => {
		const key = readDnskey('010003010103aabbccddeeff');
		expect(key?.keyTag).toBe(0xddee);
	});

	it('leaves open whether a DS of an unknown digest type names a key', () => {
		const key = keyOf(257, 13, P256);
		const ds = { keyTag: 55648, algorithm: 13, digestType: 3, digest: 'aa' };
		expect(matchesKey('example.net', ds, key)).toBeNull();
		expect(matchesKey('example.net', { ...ds, keyTag: 1 }, key)).toBe(false);
	});
});

describe('signatures', () => {
	const RFC5702 = [1893456000, 946684800] as const;
	const RFC8080 = [1440021600, 1438207200] as const;
	const vectors: readonly (readonly [string, SignedRecords, Rrsig, Dnskey])[] = [
		[
			'RFC 5702 §6.1 (RSA/SHA-256)',
			A('www.example.net', '192.0.2.91'),
			rrsigOf({
				covers: 1,
				algorithm: 8,
				labels: 3,
				times: RFC5702,
				tag: 9033,
				signer: 'example.net',
				signature:
					'kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==',
			}),
			keyOf(
				256,
				8,
				'AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=',
			),
		],
		[
			'RFC 5702 §6.2 (RSA/SHA-512)',
			A('www.example.net', '192.0.2.91'),
			rrsigOf({
				covers: 1,
				algorithm: 10,
				labels: 3,
				times: RFC5702,
				tag: 3740,
				signer: 'example.net',
				signature:
					'tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=',
			}),
			keyOf(
				256,
				10,
				'AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL',
			),
		],
		[
			'RFC 6605 §6.1 (ECDSA P-256)',
			A('www.example.net', '192.0.2.1'),
			rrsigOf({
				covers: 1,
				algorithm: 13,
				labels: 3,
				times: [1284026679, 1281607479],
				tag: 55648,
				signer: 'example.net',
				signature:
					'qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==',
			}),
			keyOf(257, 13, P256),
		],
		[
			'RFC 6605 §6.2 (ECDSA P-384)',
			A('www.example.net', '192.0.2.1'),
			rrsigOf({
				covers: 1,
				algorithm: 14,
				labels: 3,
				times: [1284027625, 1281608425],
				tag: 10771,
				signer: 'example.net',
				signature:
					'/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm',
			}),
			keyOf(257, 14, P384),
		],
		[
			'RFC 8080 §6.1 with erratum 4935 (Ed25519)',
			{ owner: 'example.com', type: 15, wires: [mx(10, 'mail.example.com')] },
			rrsigOf({
				covers: 15,
				algorithm: 15,
				labels: 2,
				times: RFC8080,
				tag: 3613,
				signer: 'example.com',
				signature:
					'oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==',
			}),
			keyOf(257, 15, ED25519),
		],
		[
			'RFC 8080 §6.2 with erratum 4935 (Ed448)',
			{ owner: 'example.com', type: 15, wires: [mx(10, 'mail.example.com')] },
			rrsigOf({
				covers: 15,
				algorithm: 16,
				labels: 2,
				times: RFC8080,
				tag: 9713,
				signer: 'example.com',
				signature:
					'3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA',
			}),
			keyOf(257, 16, ED448),
		],
		[
			'RFC 4035 Appendix B.6 (RSA/SHA-1, from a wildcard)',
			{ owner: 'a.z.w.example', type: 15, wires: [mx(1, 'ai.example')] },
			rrsigOf({
				covers: 15,
				algorithm: 5,
				labels: 2,
				times: [1084127779, 1081535779],
				tag: 38519,
				signer: 'example',
				signature:
					'OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=',
			}),
			keyOf(
				256,
				5,
				'AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==',
			),
		],
	];

	it.each(vectors)(
		'of %s verify, whatever the order of the set, and not for other records',
		(_, set, rrsig, key) => {
			expect(verifySignature(set, rrsig, key)).toBe('valid');
			expect(verifySignature({ ...set, wires: [...set.wires, ...set.wires] }, rrsig, key)).toBe(
				'valid',
			);
			expect(verifySignature({ ...set, owner: set.owner.toUpperCase() }, rrsig, key)).toBe('valid');
			expect(verifySignature({ ...set, wires: [...set.wires, '00'] }, rrsig, key)).toBe('invalid');
			expect(
				verifySignature(
					{ ...set, owner: `x.${set.owner}` },
					{ ...rrsig, labels: rrsig.labels + 1 },
					key,
				),
			).toBe('invalid');
			expect(verifySignature({ ...set, type: 16 }, rrsig, key)).toBe('invalid');
		},
	);

	it('with more labels than the owner has are invalid', () => {
		const [, set, rrsig, key] = vectors[2] ?? [];
		if (set === undefined || rrsig === undefined || key === undefined) throw new Error('no vector');
		expect(verifySignature(set, { ...rrsig, labels: 4 }, key)).toBe('invalid');
	});

	it.each([1, 3, 6, 12, 17, 23, 253, 99])(
		'of algorithm %i are unsupported, never invalid',
		(algorithm) => {
			const rrsig = rrsigOf({
				covers: 1,
				algorithm,
				labels: 3,
				times: RFC5702,
				tag: 1,
				signer: 'example.net',
				signature: 'AAAA',
			});
			expect(
				verifySignature(
					A('www.example.net', '192.0.2.1'),
					rrsig,
					keyOf(256, algorithm, 'AwEAAQ=='),
				),
			).toBe('unsupported');
		},
	);

	it('over several records are made in canonical order', () => {
		const { privateKey, publicKey } = generateKeyPairSync('ed25519');
		const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
		const key = keyOf(257, 15, raw.toString('base64'));
		const unsigned = rrsigOf({
			covers: 1,
			algorithm: 15,
			labels: 2,
			times: RFC5702,
			tag: key.keyTag,
			signer: 'example.com',
			signature: '',
		});
		const row = (address: number[]) =>
			Buffer.concat([
				nameWire('example.com'),
				Buffer.from([0, 1, 0, 1, 0, 0, 14, 16, 0, 4]),
				Buffer.from(address),
			]);
		const data = Buffer.concat([
			Buffer.from(unsigned.prefix, 'hex'),
			row([192, 0, 2, 1]),
			row([192, 0, 2, 9]),
		]);
		const signature = sign(null, data, privateKey).toString('hex');
		const set = { owner: 'Example.com', type: 1, wires: ['c0000209', 'c0000201'] };
		expect(verifySignature(set, { ...unsigned, signature }, key)).toBe('valid');
	});
});

describe('RSA keys', () => {
	it.each([
		[
			512,
			'AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=',
		],
		[1024, RSA_SHA1_KEY],
	])('of %i bits are measured', (bits, base64) => {
		expect(rsaBits(keyOf(256, 8, base64))).toBe(bits);
	});

	it('have no size where they are none', () => {
		expect(rsaBits(keyOf(256, 8, ''))).toBeNull();
		expect(rsaBits(keyOf(256, 8, 'AA=='))).toBeNull();
		expect(rsaBits(keyOf(256, 13, P256))).toBeNull();
	});
});
