import { expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import type { DnsRecord } from '../../../src/core/io.ts';
import { readSigned } from '../../../src/facts/dnssec/dnssec-answer.ts';
import { dsDigest, matchesKey, rsaBits } from '../../../src/facts/dnssec/dnssec-crypto.ts';
import {
	readDnskey,
	readDs,
	readNsec,
	readNsec3,
	readNsec3Param,
	readRrsig,
} from '../../../src/facts/dnssec/dnssec-records.ts';
import { cpuMs } from '../../cpu-time.ts';
import { generator } from '../seeded-random.ts';

const random = generator(4034);
const number = (below: number) => Math.floor(random() * below);
const bytes = (most: number) =>
	Buffer.from(
		Array.from({ length: number(most) }, () => (random() < 0.3 ? number(20) : number(256))),
	);

it('reads any bytes as RDATA without a throw, and never a number that is none', () => {
	for (let round = 0; round < 20_000; round++) {
		const wire = bytes(80).toString('hex');
		for (const read of [readDs, readDnskey, readRrsig, readNsec, readNsec3, readNsec3Param]) {
			expect(JSON.stringify(read(wire))).not.toContain('NaN');
		}
	}
	expect(readDs('xyz')).toBeNull();
	expect(readDs('abc')).toBeNull();
});

it('spends no more on a zone that is made to cost its validators dear', () => {
	const keys = Array.from({ length: 800 }, (_, at) => {
		// Two octets that cancel out: another key, the same tag.
		const material = Buffer.alloc(64, 7);
		material.writeUInt16BE(at, 0);
		material.writeUInt16BE(0xffff - at, 2);
		const wire = Buffer.concat([Buffer.from([1, 1, 3, 13]), material]);
		return readDnskey(wire.toString('hex'));
	}).flatMap((key) => key ?? []);
	const tags = new Set(keys.map(({ keyTag }) => keyTag));
	expect(tags.size).toBe(1);
	const [tag = 0] = tags;
	const signer = Buffer.from('076578616d706c6503636f6d00', 'hex');
	const rrsig = (at: number) => {
		const head = Buffer.from([
			0,
			1,
			13,
			2,
			0,
			0,
			14,
			16,
			0x7f,
			0,
			0,
			0,
			0,
			0,
			0,
			0,
			tag >> 8,
			tag & 0xff,
		]);
		return Buffer.concat([head, signer, Buffer.alloc(64, at & 0xff)]).toString('hex');
	};
	const about = { owner: 'example.com', ttl: 1, text: '', data: { type: 'other' as const } };
	const answer = {
		...EMPTY_ANSWER,
		status: 'ok' as const,
		records: [{ ...about, type: 'A', wire: 'c0000201' }],
		additional: Array.from({ length: 600 }, (_, at) => ({
			...about,
			type: 'RRSIG',
			wire: rrsig(at),
		})),
		server: '203.0.113.1',
		transport: 'tcp' as const,
		detail: '',
	};
	const began = cpuMs();
	const read = readSigned({ name: 'example.com', type: 'A' }, answer, {
		zone: 'example.com',
		keys,
	});
	expect(cpuMs() - began).toBeLessThan(2_000);
	expect(new Set(read.sets[0]?.signatures.map(({ result }) => result))).toEqual(
		new Set(['unsupported']),
	);
});

it('verifies any answer without a throw, and holds none of them for valid', () => {
	const owners = ['example.com', 'www.example.com', '\\000.example.com', 'a..b', '.', 'other.test'];
	const algorithms = [1, 5, 7, 8, 10, 13, 14, 15, 16, 99];
	for (let round = 0; round < 2_000; round++) {
		const algorithm = algorithms[number(algorithms.length)] ?? 8;
		const size = { 13: 64, 14: 96, 15: 32, 16: 57 }[algorithm] ?? 40 + number(40);
		const material = Buffer.concat([bytes(60), Buffer.alloc(96, number(256))]).subarray(0, size);
		const key = readDnskey(
			Buffer.concat([Buffer.from([1, 1, 3, algorithm]), material]).toString('hex'),
		);
		if (key === null) throw new Error('no key');
		expect(rsaBits(key) ?? 0).toBeGreaterThanOrEqual(0);
		const tag = Buffer.from([key.keyTag >> 8, key.keyTag & 0xff]);
		const head = Buffer.from([
			0,
			1,
			algorithm,
			number(4),
			0,
			0,
			14,
			16,
			...bytes(9).subarray(0, 8),
		]);
		const signer = Buffer.from('076578616d706c6503636f6d00', 'hex');
		const rrsig = Buffer.concat([
			head,
			Buffer.alloc(Math.max(16 - head.length, 0)),
			tag,
			signer,
			bytes(120),
		]);
		const record = (type: string, wire: Buffer): DnsRecord => ({
			...{ owner: owners[number(owners.length)] ?? '', type, ttl: 1, text: '' },
			data: { type: 'other' },
			wire: wire.toString('hex'),
		});
		const answer = {
			...EMPTY_ANSWER,
			status: (['ok', 'nodata', 'nxdomain'] as const)[number(3)] ?? 'ok',
			records: [record('A', bytes(6))],
			additional: [record('RRSIG', rrsig), record('RRSIG', bytes(60))],
			authority: [record('NSEC', bytes(40)), record('NSEC3', bytes(40)), record('RRSIG', rrsig)],
			server: '203.0.113.1',
			transport: 'udp' as const,
			detail: '',
		};
		const read = readSigned({ name: 'www.example.com', type: 'A' }, answer, {
			zone: 'example.com',
			keys: [key],
		});
		const results = read.sets.flatMap(({ signatures }) => signatures.map(({ result }) => result));
		expect(results).not.toContain('valid');
		const ds = readDs(bytes(60).toString('hex'));
		if (ds !== null) expect([true, false, null]).toContain(matchesKey('example.com', ds, key));
		expect(dsDigest('a..b', key, 2)).toBeNull();
	}
});
