import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import dnsPacket, { type Answer } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { byCanonicalOrder } from '../../src/lab/canonical-form.ts';
import { hashLabel, hashOf } from '../../src/lab/denial.ts';
import { labelsOf } from '../../src/lab/domain-name.ts';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { typeBitMap } from '../../src/lab/type-bit-map.ts';
import type { World } from '../../src/lab/world.ts';
import { udp } from './clients.ts';

const ROOT = '198.51.100.1';
const TLD = '198.51.100.3';
const TLD2 = '198.51.100.4';
const NS1 = '198.51.100.21';
const NS2 = '203.0.113.21';
const RESOLVER = '198.51.100.53';
const NOW = new Date('2026-03-01T12:00:00Z');
const HOUR = 3600;
const ZONE = 'shop.example';

type Dnssec = NonNullable<NonNullable<World['zones']>[string]['dnssec']>;

const RECORDS = `
	@        300 A 203.0.113.10
	@        MX 10 Mail
	mail     A 203.0.113.25
	mail     A 203.0.113.24
	www      CNAME @
	*.any    A 203.0.113.11
	*.alias  CNAME www
	a.b.deep A 203.0.113.12
	old      DNAME new
	sub      NS ns.sub
	ns.sub   A 203.0.113.13
`;

function signedLab(dnssec: Dnssec, world: World = {}): Promise<Lab> {
	const zones = {
		[ZONE]: { records: RECORDS, dnssec },
		[`signed.${ZONE}`]: { ns: { ns: ['198.51.100.40'] }, dnssec: {} },
	};
	return startLab({ ...world, zones: { ...zones, ...world.zones } }, { now: NOW });
}

// ── A verifier of our own: dns-packet reads the answers and writes their data ────────────────────

type Record = Answer & { readonly name: string; readonly data: never };
interface Rrsig {
	readonly typeCovered: string;
	readonly algorithm: number;
	readonly labels: number;
	readonly originalTTL: number;
	readonly expiration: number;
	readonly inception: number;
	readonly keyTag: number;
	readonly signersName: string;
	readonly signature: Buffer;
}
interface Dnskey {
	readonly flags: number;
	readonly algorithm: number;
	readonly key: Buffer;
}
interface Ds {
	readonly keyTag: number;
	readonly algorithm: number;
	readonly digestType: number;
	readonly digest: Buffer;
}

const dataOf = <T>(record: Record) => record.data as unknown as T;

function wireName(name: string): Buffer {
	const labels = name === '.' ? [] : name.toLowerCase().split('.');
	return Buffer.concat([
		...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
		Buffer.of(0),
	]);
}

function rdata(record: Record): Buffer {
	const named = { ...record, name: '.' } as Answer;
	return dnsPacket.encode({ type: 'response', answers: [named] }).subarray(12 + 1 + 10);
}

async function ask(lab: Lab, server: string, name: string, type: string, rd = false) {
	const answer = await udp(lab, server, [name, type], { dnssec: true, udpSize: 4096, rd });
	const section = (records: readonly Answer[] | undefined) => (records ?? []) as Record[];
	return {
		rcode: answer.rcode,
		answers: section(answer.answers),
		authorities: section(answer.authorities),
	};
}

const ofType = (records: readonly Record[], type: string) =>
	records.filter((record) => record.type === type);

/** Every set of the section with its signatures; what dns-packet cannot write again is left out. */
function setsOf(records: readonly Record[]) {
	const signatures = ofType(records, 'RRSIG');
	const plain = records.filter(({ type }) => type !== 'RRSIG');
	return [...new Set(plain.map(({ name, type }) => `${name.toLowerCase()} ${type}`))].map((key) => {
		const [name = '', type = ''] = key.split(' ');
		const isHere = (record: Record) => record.name.toLowerCase() === name;
		return {
			name,
			type,
			records: plain.filter((record) => isHere(record) && record.type === type),
			signatures: signatures.filter(
				(one) => isHere(one) && dataOf<Rrsig>(one).typeCovered === type,
			),
		};
	});
}

const TYPE_NUMBERS: Readonly<{ [type: string]: number }> = {
	A: 1,
	NS: 2,
	CNAME: 5,
	SOA: 6,
	MX: 15,
	AAAA: 28,
	DNAME: 39,
	DS: 43,
	NSEC: 47,
	DNSKEY: 48,
	NSEC3: 50,
};

function signedData(set: ReturnType<typeof setsOf>[number], signature: Record): Buffer {
	const { labels, originalTTL, signature: bytes } = dataOf<Rrsig>(signature);
	const own = set.name.split('.');
	const owner = own.length > labels ? ['*', ...own.slice(own.length - labels)].join('.') : set.name;
	const head = Buffer.alloc(8);
	head.writeUInt16BE(TYPE_NUMBERS[set.type] ?? 0, 0);
	head.writeUInt16BE(1, 2);
	head.writeUInt32BE(originalTTL, 4);
	const length = (data: Buffer) => Buffer.from([data.length >> 8, data.length & 0xff]);
	const records = set.records
		.map((record) => {
			const lower = JSON.parse(JSON.stringify(record), (key, value) =>
				typeof value === 'string' && key !== 'type' ? value.toLowerCase() : value,
			);
			const isName = ['MX', 'NS', 'CNAME', 'SOA', 'DNAME'].includes(set.type);
			return rdata(isName ? lower : record);
		})
		.sort(Buffer.compare);
	const rrsig = rdata(signature);
	return Buffer.concat([
		rrsig.subarray(0, rrsig.length - bytes.length),
		...records.flatMap((data) => [wireName(owner), head, length(data), data]),
	]);
}

function publicKey({ algorithm, key }: Dnskey): KeyObject {
	const text = (from: number, to?: number) => key.subarray(from, to).toString('base64url');
	const half = key.length / 2;
	const jwk =
		algorithm === 13 || algorithm === 14
			? { kty: 'EC', crv: algorithm === 13 ? 'P-256' : 'P-384', x: text(0, half), y: text(half) }
			: algorithm >= 15
				? { kty: 'OKP', crv: algorithm === 15 ? 'Ed25519' : 'Ed448', x: text(0) }
				: { kty: 'RSA', e: text(1, 1 + (key[0] ?? 0)), n: text(1 + (key[0] ?? 0)) };
	return createPublicKey({ format: 'jwk', key: jwk });
}

const DIGESTS: Readonly<{ [algorithm: number]: string }> = {
	1: 'md5',
	5: 'sha1',
	7: 'sha1',
	8: 'sha256',
	10: 'sha512',
	13: 'sha256',
	14: 'sha384',
};

function keyTag(dnskey: Record): number {
	const bytes = rdata(dnskey);
	let sum = 0;
	for (let i = 0; i < bytes.length; i++) sum += (bytes[i] ?? 0) << (i % 2 === 0 ? 8 : 0);
	return (sum + (sum >>> 16)) & 0xffff;
}

function isVerified(
	set: ReturnType<typeof setsOf>[number],
	signature: Record,
	keys: readonly Record[],
): boolean {
	const { algorithm, keyTag: tag, signature: bytes } = dataOf<Rrsig>(signature);
	const data = signedData(set, signature);
	return keys
		.filter((key) => keyTag(key) === tag && dataOf<Dnskey>(key).algorithm === algorithm)
		.some((key) =>
			verify(
				DIGESTS[algorithm] ?? null,
				data,
				{ key: publicKey(dataOf<Dnskey>(key)), dsaEncoding: 'ieee-p1363' },
				bytes,
			),
		);
}

async function keysAt(lab: Lab, server: string, zone = ZONE) {
	return ofType((await ask(lab, server, zone, 'DNSKEY')).answers, 'DNSKEY');
}

/** `name TYPE` of every set whose signatures all verify; there must be one at least. */
function verified(records: readonly Record[], keys: readonly Record[]): string[] {
	return setsOf(records)
		.filter(
			(set) =>
				set.signatures.length > 0 && set.signatures.every((one) => isVerified(set, one, keys)),
		)
		.map(({ name, type }) => `${name} ${type}`);
}

function digestOf(zone: string, key: Record, algorithm = 'sha256'): string {
	return createHash(algorithm).update(wireName(zone)).update(rdata(key)).digest('hex');
}

// ── Canonical order, hashes, bit maps: the standards' examples ───────────────────────────────────

test('names are in the order of RFC 4034 §6.1', () => {
	const inOrder = [
		'example',
		'a.example',
		'yljkjljk.a.example',
		'Z.a.example',
		'zABC.a.EXAMPLE',
		'z.example',
		'\\001.z.example',
		'*.z.example',
		'\\200.z.example',
	].map(labelsOf);
	expect([...inOrder].reverse().sort(byCanonicalOrder)).toEqual(inOrder);
});

test.each([
	['example', '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom'],
	['a.example', '35mthgpgcu1qg68fab165klnsnk3dpvl'],
	['ai.example', 'gjeqe526plbf1g8mklp59enfd789njgi'],
	['ns1.example', '2t7b4g4vsa5smi47k61mv5bv1a22bojr'],
	['*.w.example', 'r53bq7cc2uvmubfu5ocmm6pers9tk9en'],
])('%s hashes as in RFC 5155 appendix A', (name, label) => {
	const salted = { iterations: 12, salt: Buffer.from('aabbccdd', 'hex') };
	expect(hashLabel(hashOf(labelsOf(name), salted))).toBe(label);
});

test('types are mapped as in RFC 4034 §4.3', () => {
	expect(typeBitMap([47, 1234, 1, 46, 15]).toString('hex')).toBe(
		`0006400100000003041b${'00'.repeat(26)}20`,
	);
});

// ── Signatures ───────────────────────────────────────────────────────────────────────────────────

describe('a signed zone', () => {
	test.each([1, 5, 7, 8, 10, 13, 14, 15, 16])(
		'is signed with algorithm %i, and its keys match the DS at the parent',
		async (algorithm) => {
			await using lab = await signedLab({ algorithms: [algorithm], rsaBits: 1024 });
			const { answers } = await ask(lab, NS1, ZONE, 'DNSKEY');
			const keys = ofType(answers, 'DNSKEY');
			expect(keys.map((key) => dataOf<Dnskey>(key).flags)).toEqual([257, 256]);
			// RFC 4034 B.1 counts the tag of algorithm 1 in another way, which keyTag above does not know.
			if (algorithm === 1) return;
			expect(verified(answers, keys)).toEqual([`${ZONE} DNSKEY`]);
			expect(verified((await ask(lab, NS2, ZONE, 'SOA')).answers, keys)).toEqual([`${ZONE} SOA`]);
			const [ds] = ofType((await ask(lab, TLD, ZONE, 'DS')).answers, 'DS');
			expect(ds).toBeDefined();
			const { digestType, digest, keyTag: tag } = dataOf<Ds>(ds as Record);
			expect({ digestType, tag, digest: digest.toString('hex') }).toEqual({
				digestType: 2,
				tag: keyTag(keys[0] as Record),
				digest: digestOf(ZONE, keys[0] as Record),
			});
		},
	);

	test('has a signature over every set of an answer, and none over a delegation or its glue', async () => {
		await using lab = await signedLab({});
		const keys = await keysAt(lab, NS1);
		const at = async (name: string, type: string) => {
			const { answers, authorities } = await ask(lab, NS1, name, type);
			return verified([...answers, ...authorities], keys);
		};
		expect(await at(ZONE, 'MX')).toEqual([`${ZONE} MX`]);
		expect(await at(`mail.${ZONE}`, 'A')).toEqual([`mail.${ZONE} A`]);
		expect(await at(`www.${ZONE}`, 'A')).toEqual([`www.${ZONE} CNAME`, `${ZONE} A`]);
		expect(await at(`a.old.${ZONE}`, 'A')).toContain(`old.${ZONE} DNAME`);
		expect(await at(`sub.${ZONE}`, 'A')).toEqual([`sub.${ZONE} NSEC`]);
		expect(await at(`signed.${ZONE}`, 'A')).toEqual([`signed.${ZONE} DS`]);
		const any = await ask(lab, NS1, `ns.sub.${ZONE}`, 'A');
		expect(ofType(any.answers, 'RRSIG')).toEqual([]);
	});

	test('says of a wildcard how many labels were signed, and proves that the name is not there', async () => {
		await using lab = await signedLab({});
		const keys = await keysAt(lab, NS1);
		const { answers, authorities } = await ask(lab, NS1, `x.y.any.${ZONE}`, 'A');
		expect(verified(answers, keys)).toEqual([`x.y.any.${ZONE} A`]);
		expect(dataOf<Rrsig>(ofType(answers, 'RRSIG')[0] as Record).labels).toBe(3);
		expect(verified(authorities, keys)).toEqual([`*.any.${ZONE} NSEC`]);
		const alias = await ask(lab, NS1, `x.alias.${ZONE}`, 'A');
		expect(verified(alias.answers, keys)).toEqual([
			`x.alias.${ZONE} CNAME`,
			`www.${ZONE} CNAME`,
			`${ZONE} A`,
		]);
		expect(verified(alias.authorities, keys)).toEqual([`*.alias.${ZONE} NSEC`]);
	});

	test('gives no signatures to who does not ask for them', async () => {
		await using lab = await signedLab({});
		const plain = await udp(lab, NS1, [ZONE, 'A'], { udpSize: 1232 });
		expect(plain.answers?.map(({ type }) => type)).toEqual(['A']);
		const none = await udp(lab, NS1, [`nope.${ZONE}`, 'A'], { udpSize: 1232 });
		expect(none.authorities?.map(({ type }) => type)).toEqual(['SOA']);
	});

	test('has the same signatures at every server, valid from a week ago for three', async () => {
		await using lab = await signedLab({});
		const signature = async (server: string) =>
			dataOf<Rrsig>(ofType((await ask(lab, server, ZONE, 'A')).answers, 'RRSIG')[0] as Record);
		const [one, other] = [await signature(NS1), await signature(NS2)];
		expect(one.signature).toEqual(other.signature);
		const now = NOW.getTime() / 1000;
		expect([one.inception - now, one.expiration - now]).toEqual([-168 * HOUR, 336 * HOUR]);
	});

	test('may have one key for everything, a standby pair, or two algorithms', async () => {
		await using single = await signedLab({ keys: 'single', standby: true });
		const keys = await keysAt(single, NS1);
		expect(keys.map((key) => dataOf<Dnskey>(key).flags)).toEqual([257, 257]);
		const soa = await ask(single, NS1, ZONE, 'SOA');
		expect(ofType(soa.answers, 'RRSIG')).toHaveLength(1);
		expect(verified(soa.answers, keys.slice(0, 1))).toEqual([`${ZONE} SOA`]);

		await using both = await signedLab({ algorithms: [13, 15] });
		const { answers } = await ask(both, NS1, ZONE, 'SOA');
		expect(ofType(answers, 'RRSIG')).toHaveLength(2);
		expect(verified(answers, await keysAt(both, NS1))).toEqual([`${ZONE} SOA`]);
		expect(ofType((await ask(both, TLD, ZONE, 'DS')).answers, 'DS')).toHaveLength(2);
	});

	test('signs with octets that nobody can verify where the algorithm has no signer', async () => {
		await using lab = await signedLab({ algorithms: [12] });
		const { answers } = await ask(lab, NS1, ZONE, 'A');
		expect(dataOf<Rrsig>(ofType(answers, 'RRSIG')[0] as Record)).toMatchObject({ algorithm: 12 });
	});

	test('hangs on a signed root where the world has one', async () => {
		await using lab = await signedLab({}, { signedRoot: true });
		const rootKeys = await keysAt(lab, ROOT, '.');
		const tldDs = await ask(lab, ROOT, 'example', 'DS');
		expect(verified(tldDs.answers, rootKeys)).toEqual(['example DS']);
		const tldKeys = await keysAt(lab, TLD, 'example');
		const [ds] = ofType(tldDs.answers, 'DS');
		expect(dataOf<Ds>(ds as Record).digest.toString('hex')).toBe(
			digestOf('example', tldKeys[0] as Record),
		);
		const zoneDs = await ask(lab, RESOLVER, ZONE, 'DS', true);
		expect(verified(zoneDs.answers, tldKeys)).toEqual([`${ZONE} DS`]);
		const referral = await ask(lab, TLD, `www.${ZONE}`, 'A');
		expect(verified(referral.authorities, tldKeys)).toEqual([`${ZONE} DS`]);
	});
});

// ── Denial ───────────────────────────────────────────────────────────────────────────────────────

describe('absence', () => {
	const cases = [
		['no such name', `nope.${ZONE}`, 'A', 'NXDOMAIN'],
		['a name far below', `a.b.c.nope.${ZONE}`, 'A', 'NXDOMAIN'],
		['no such type', ZONE, 'AAAA', 'NOERROR'],
		['a name with others below it (RFC 8020)', `b.deep.${ZONE}`, 'A', 'NOERROR'],
		['a wildcard without the type', `x.any.${ZONE}`, 'TXT', 'NOERROR'],
	] as const;

	test.each(cases)('NSEC proves %s', async (_, name, type, rcode) => {
		await using lab = await signedLab({});
		const keys = await keysAt(lab, NS1);
		const answer = await ask(lab, NS1, name, type);
		expect(answer.rcode).toBe(rcode);
		const sets = setsOf(answer.authorities);
		expect(verified(answer.authorities, keys)).toHaveLength(sets.length);
		const nsec = ofType(answer.authorities, 'NSEC').map((record) => ({
			owner: labelsOf(record.name),
			...dataOf<{ nextDomain: string; rrtypes: string[] }>(record),
		}));
		const asked = labelsOf(name);
		const proves = nsec.some(({ owner, nextDomain, rrtypes }) => {
			const order = byCanonicalOrder(owner, asked);
			if (order === 0) return !rrtypes.includes(type);
			const next = labelsOf(nextDomain);
			const isLast = next.length === labelsOf(ZONE).length;
			return order < 0 && (isLast || byCanonicalOrder(asked, next) < 0);
		});
		expect(proves).toBe(true);
	});

	test.each(cases)('NSEC3 proves %s', async (_, name, type, rcode) => {
		await using lab = await signedLab({ denial: { iterations: 3, salt: 'beef' } });
		const keys = await keysAt(lab, NS1);
		const answer = await ask(lab, NS1, name, type);
		expect(answer.rcode).toBe(rcode);
		expect(verified(answer.authorities, keys)).toHaveLength(setsOf(answer.authorities).length);
		const salted = { iterations: 3, salt: Buffer.from('beef', 'hex') };
		const hashed = (text: string) => hashLabel(hashOf(labelsOf(text), salted));
		const records = ofType(answer.authorities, 'NSEC3').map((record) => ({
			label: record.name.split('.')[0] ?? '',
			...dataOf<{ nextDomain: Buffer; rrtypes: string[] }>(record),
		}));
		const matches = (text: string) => records.find(({ label }) => label === hashed(text));
		const covers = (text: string) =>
			records.some(({ label, nextDomain }) => {
				const [hash, next] = [hashed(text), hashLabel(nextDomain)];
				return label < next ? label < hash && hash < next : hash > label || hash < next;
			});
		const exact = matches(name);
		if (exact !== undefined) {
			expect(exact.rrtypes).not.toContain(type);
			return;
		}
		const ancestors = name.split('.').map((__, i, all) => all.slice(i).join('.'));
		const encloser = ancestors.findIndex((one) => matches(one) !== undefined);
		expect(encloser).toBeGreaterThan(0);
		expect(covers(ancestors[encloser - 1] ?? '')).toBe(true);
		const wildcard = `*.${ancestors[encloser]}`;
		if (rcode === 'NXDOMAIN') expect(covers(wildcard)).toBe(true);
		else expect(matches(wildcard)?.rrtypes).not.toContain(type);
	});

	test.each(['nsec', { iterations: 0, salt: '' }] as const)(
		'is proved not at all, or wrongly, where the zone is told so (%j)',
		async (denial) => {
			await using absent = await signedLab({ denial, denialFault: 'absent' });
			const { authorities } = await ask(absent, NS1, `nope.${ZONE}`, 'A');
			expect(setsOf(authorities).map(({ type }) => type)).toEqual(['SOA']);
			await using right = await signedLab({ denial });
			await using wrong = await signedLab({ denial, denialFault: 'wrong' });
			const owners = async (lab: Lab) =>
				setsOf((await ask(lab, NS1, ZONE, 'AAAA')).authorities)
					.filter(({ type }) => type.startsWith('NSEC'))
					.map(({ name }) => name);
			expect(await owners(right)).toHaveLength(1);
			expect(await owners(wrong)).toHaveLength(1);
			expect(await owners(wrong)).not.toEqual(await owners(right));
		},
	);

	test('NSEC3 records stand at no name that can be asked for (RFC 5155 §7.2.8)', async () => {
		await using lab = await signedLab({ denial: {} });
		const apex = hashLabel(hashOf(labelsOf(ZONE), { iterations: 0, salt: Buffer.alloc(0) }));
		expect((await ask(lab, NS1, `${apex}.${ZONE}`, 'NSEC3')).rcode).toBe('NXDOMAIN');
	});
});

// ── Faults ───────────────────────────────────────────────────────────────────────────────────────

describe('faults of a signed zone', () => {
	test.each([
		['expired', { fromHours: -48, untilHours: -1 }],
		['not yet valid', { fromHours: 1, untilHours: 48 }],
		['about to expire', { fromHours: -718, untilHours: 2 }],
	])('signatures are %s, and verify all the same', async (_, validity) => {
		await using lab = await signedLab({ validity });
		const { answers } = await ask(lab, NS1, ZONE, 'A');
		const { inception, expiration } = dataOf<Rrsig>(ofType(answers, 'RRSIG')[0] as Record);
		const now = NOW.getTime() / 1000;
		expect([(inception - now) / HOUR, (expiration - now) / HOUR]).toEqual(Object.values(validity));
		expect(verified(answers, await keysAt(lab, NS1))).toEqual([`${ZONE} A`]);
	});

	test('signatures of single sets are missing, invalid or of another time, at one server or at all', async () => {
		await using lab = await signedLab({
			signatureFaults: [
				{ sets: ['@ A'], at: NS2, does: 'missing' },
				{ sets: ['mail A', 'MX'], does: 'invalid' },
				{ sets: ['SOA'], does: { fromHours: -5, untilHours: -4 } },
			],
		});
		const keys = await keysAt(lab, NS1);
		const at = async (server: string, name: string, type: string) => {
			const { answers } = await ask(lab, server, name, type);
			return [ofType(answers, 'RRSIG').length, verified(answers, keys).length];
		};
		expect(await at(NS1, ZONE, 'A')).toEqual([1, 1]);
		expect(await at(NS2, ZONE, 'A')).toEqual([0, 0]);
		expect(await at(NS1, `mail.${ZONE}`, 'A')).toEqual([1, 0]);
		expect(await at(NS1, ZONE, 'MX')).toEqual([1, 0]);
		const soa = await ask(lab, NS1, ZONE, 'SOA');
		const { expiration } = dataOf<Rrsig>(ofType(soa.answers, 'RRSIG')[0] as Record);
		expect(expiration - NOW.getTime() / 1000).toBe(-4 * HOUR);
	});

	test.each([
		['none', []],
		['right', ['2 right']],
		['mismatch', ['2 other']],
		['and-stale', ['2 right', '2 other']],
		['sha1', ['1 right']],
		['sha1-too', ['1 right', '2 right']],
		['sha384', ['4 right']],
	] as const)('the DS at the parent is %s', async (ds, expected) => {
		await using lab = await signedLab({ ds });
		const [key] = await keysAt(lab, NS1);
		const hash: { [type: number]: string } = { 1: 'sha1', 2: 'sha256', 4: 'sha384' };
		const found = ofType((await ask(lab, TLD, ZONE, 'DS')).answers, 'DS').map((record) => {
			const { digestType, digest } = dataOf<Ds>(record);
			const right = digestOf(ZONE, key as Record, hash[digestType]);
			return `${digestType} ${digest.toString('hex') === right ? 'right' : 'other'}`;
		});
		expect(found).toEqual(expected);
	});

	test("one of the parent's servers may have another DS", async () => {
		const delegation = { differs: [{ at: TLD2, ds: 'none' as const }] };
		await using lab = await startLab(
			{ zones: { [ZONE]: { records: RECORDS, delegation, dnssec: {} } } },
			{ now: NOW },
		);
		expect(ofType((await ask(lab, TLD, ZONE, 'DS')).answers, 'DS')).toHaveLength(1);
		expect(ofType((await ask(lab, TLD2, ZONE, 'DS')).answers, 'DS')).toHaveLength(0);
		expect(ofType((await ask(lab, TLD2, ZONE, 'NS')).authorities, 'NS')).toHaveLength(2);
	});

	test('a zone may have a DS and no keys, or one unsigned server', async () => {
		await using keyless = await signedLab({ withoutKeys: true });
		expect(await keysAt(keyless, NS1)).toEqual([]);
		expect(ofType((await ask(keyless, NS1, ZONE, 'A')).answers, 'RRSIG')).toEqual([]);
		expect(ofType((await ask(keyless, TLD, ZONE, 'DS')).answers, 'DS')).toHaveLength(1);

		await using half = await signedLab({ unsignedAt: [NS2] });
		expect(await keysAt(half, NS1)).toHaveLength(2);
		expect(await keysAt(half, NS2)).toEqual([]);
		const nope = await ask(half, NS2, `nope.${ZONE}`, 'A');
		expect(setsOf(nope.authorities).map(({ type }) => type)).toEqual(['SOA']);
	});

	test.each([
		[false, [0, 1]],
		[true, [1, 1]],
	])('a second signer has keys of its own, cross-published: %s', async (crossPublished, seen) => {
		await using lab = await signedLab({ otherSigner: { at: [NS2], crossPublished } });
		const keys = [await keysAt(lab, NS1), await keysAt(lab, NS2)] as const;
		const { answers } = await ask(lab, NS2, ZONE, 'A');
		expect(keys.map((own) => verified(answers, own).length)).toEqual(seen);
		const ds = ofType((await ask(lab, TLD, ZONE, 'DS')).answers, 'DS');
		expect(ds.map((one) => dataOf<Ds>(one).digest.toString('hex'))).toEqual(
			keys.map(([key]) => digestOf(ZONE, key as Record)),
		);
	});

	test.each([
		['right', 'right'],
		['mismatch', 'other'],
		['delete', 'delete'],
	] as const)('CDS and CDNSKEY are %s, signed by the key for keys', async (cds, expected) => {
		await using lab = await signedLab({ cds });
		const [key] = await keysAt(lab, NS1);
		const answer = await ask(lab, NS1, ZONE, 'CDS');
		// dns-packet reads the type as it does not know it, as bytes.
		const data = answer.answers.filter(({ type }) => type !== 'RRSIG').map(rdata);
		const kinds = data.map((bytes) => {
			if (bytes.equals(Buffer.alloc(5))) return 'delete';
			return bytes.subarray(4).toString('hex') === digestOf(ZONE, key as Record)
				? 'right'
				: 'other';
		});
		expect(kinds).toEqual([expected]);
		const [signature] = ofType(answer.answers, 'RRSIG');
		expect(dataOf<Rrsig>(signature as Record).keyTag).toBe(keyTag(key as Record));
	});

	test('an RSA key has as many bits as it is told', async () => {
		await using lab = await signedLab({ algorithms: [8], rsaBits: 1024 });
		const [key] = await keysAt(lab, NS1);
		expect(dataOf<Dnskey>(key as Record).key).toHaveLength(4 + 128);
	});
});

// ── The validating resolver ──────────────────────────────────────────────────────────────────────

describe('a resolver that validates', () => {
	const recursive = async (lab: Lab, name: string, type: string, checking = true) => {
		const flags = { dnssec: true, udpSize: 4096, rd: true, cd: !checking };
		const { rcode, flag_ad: ad } = await udp(lab, RESOLVER, [name, type], flags);
		return `${rcode}${ad ? ' AD' : ''}`;
	};
	const validating = (dnssec: Dnssec) => signedLab(dnssec, { validates: true });

	test.each([
		['nsec', { denial: 'nsec' }],
		['nsec3', { denial: { iterations: 2, salt: 'aa' } }],
		['rsa', { algorithms: [8], rsaBits: 1024 }],
		['one key, a stale DS, another to come', { keys: 'single', ds: 'and-stale', standby: true }],
		['two signers that publish each other', { otherSigner: { at: [NS2], crossPublished: true } }],
		['SHA-384', { ds: 'sha384' }],
	] satisfies [string, Dnssec][])('finds everything in order: %s', async (_, dnssec) => {
		await using lab = await validating(dnssec);
		const found = await Promise.all(
			[
				[ZONE, 'A'],
				[ZONE, 'MX'],
				[ZONE, 'DNSKEY'],
				[ZONE, 'AAAA'],
				[`www.${ZONE}`, 'A'],
				[`x.any.${ZONE}`, 'A'],
				[`x.any.${ZONE}`, 'TXT'],
				[`x.alias.${ZONE}`, 'A'],
				[`b.deep.${ZONE}`, 'A'],
			].map(([name = '', type = '']) => recursive(lab, name, type)),
		);
		expect(found).toEqual(Array(9).fill('NOERROR AD'));
		expect(await recursive(lab, `nope.${ZONE}`, 'A')).toBe('NXDOMAIN AD');
		expect(await recursive(lab, `a.old.${ZONE}`, 'A')).toBe('NXDOMAIN AD');
		expect(await recursive(lab, `signed.${ZONE}`, 'SOA')).toBe('NOERROR AD');
		expect(await recursive(lab, ZONE, 'A', false)).toBe('NOERROR');
		expect(await recursive(lab, 'example', 'SOA')).toBe('NOERROR');
	});

	test.each([
		['expired', { validity: { fromHours: -9, untilHours: -1 } }],
		['not yet valid', { validity: { fromHours: 1, untilHours: 9 } }],
		['a DS of no key', { ds: 'mismatch' }],
		['a DS and no keys', { withoutKeys: true }],
		['missing', { signatureFaults: [{ sets: ['@ A'], does: 'missing' }] }],
		['invalid', { signatureFaults: [{ sets: ['@ A'], does: 'invalid' }] }],
		['invalid over the keys', { signatureFaults: [{ sets: ['DNSKEY'], does: 'invalid' }] }],
	] satisfies [string, Dnssec][])(
		'refuses an address that is bogus, unless told not to look: %s',
		async (_, dnssec) => {
			await using lab = await validating(dnssec);
			expect(await recursive(lab, ZONE, 'A')).toBe('SERVFAIL');
			expect(await recursive(lab, ZONE, 'A', false)).toBe('NOERROR');
		},
	);

	test.each(['absent', 'wrong'] as const)(
		'refuses an absence whose proof is %s',
		async (denialFault) => {
			await using lab = await validating({ denialFault });
			expect(await recursive(lab, ZONE, 'A')).toBe('NOERROR AD');
			expect(await recursive(lab, ZONE, 'AAAA')).toBe('SERVFAIL');
			expect(await recursive(lab, `nope.${ZONE}`, 'A')).toBe('SERVFAIL');
		},
	);

	test('takes a zone for unsigned without a DS, or with an algorithm that it cannot do', async () => {
		await using none = await validating({
			ds: 'none',
			validity: { fromHours: -9, untilHours: -1 },
		});
		expect(await recursive(none, ZONE, 'A')).toBe('NOERROR');
		await using strange = await validating({ algorithms: [200] });
		expect(await recursive(strange, ZONE, 'A')).toBe('NOERROR');
	});

	test('gives signatures and AD only to who asks for them', async () => {
		await using lab = await validating({});
		const plain = await udp(lab, RESOLVER, [ZONE, 'A'], { rd: true });
		expect(plain.answers?.map(({ type }) => type)).toEqual(['A']);
		expect(plain.flag_ad).toBe(false);
	});
});
