import { expect, test } from 'vitest';
import { readMessage } from '../../src/net/dns/message.ts';
import { dnsCorpus } from './dns-corpus.ts';
import { fuzzDns } from './fuzz-dns.ts';
import { mutated } from './mutate-message.ts';
import { randomFrom } from './random.ts';

test('every message of the corpus is read whole, and holds every type that is read', async () => {
	const corpus = await dnsCorpus();
	const types = new Set<string>();
	for (const { wire, query } of corpus) {
		const { answers, authority, additional } = readMessage(wire, {
			klass: 1,
			canonical: query.dnssec,
		});
		for (const { record, fault } of [...answers, ...authority, ...additional]) {
			expect(fault).toBeNull();
			types.add(record.type);
		}
	}
	expect(corpus.length).toBeGreaterThan(500);
	expect([...types].length).toBeGreaterThan(45);
});

test('a seed gives the same broken messages again, and they are broken in many ways', async () => {
	const corpus = await dnsCorpus();
	const [first, second] = [corpus[0]?.wire, corpus[9]?.wire];
	if (first === undefined || second === undefined) throw new Error('the corpus is empty');
	const run = (seed: number) => {
		const random = randomFrom(seed);
		return Array.from({ length: 50 }, () => mutated(first, second, random).toString('hex'));
	};
	expect(run(7)).toEqual(run(7));
	expect(run(7)).not.toEqual(run(8));
	expect(new Set(run(7)).size).toBeGreaterThan(45);
});

test('20,000 broken messages are answers or malformed, in bounded time and memory', async () => {
	const figures = await fuzzDns({ seed: 20_260_301, count: 20_000 });
	expect(figures.messages).toBe(20_000);
	expect(figures.readable).toBeGreaterThan(0.1);
	expect(figures.readable).toBeLessThan(0.9);
	expect(figures.answers).toBeGreaterThan(0.2);
});

test('a message full of names down a staircase of pointers takes a second at most', () => {
	// 126 labels of one letter, each followed by a pointer to the one before, inside an unknown record.
	const first = 12 + 11;
	const steps = Array.from({ length: 126 }, (_, i) => {
		const to = i === 0 ? first : first + 1 + (i - 1) * 4;
		return Buffer.from([1, 0x61, 0xc0 | (to >> 8), to & 0xff]);
	});
	const stairs = Buffer.concat([Buffer.alloc(1), ...steps]);
	const unknown = Buffer.from('00ff78000100000000', 'hex');
	const length = Buffer.from([stairs.length >> 8, stairs.length & 0xff]);
	const top = 0xc000 | (first + stairs.length - 4);
	const record = Buffer.alloc(14);
	record.writeUInt16BE(top, 0);
	record.writeUInt16BE(2, 2);
	record.writeUInt16BE(1, 4);
	record.writeUInt16BE(2, 10);
	record.writeUInt16BE(top, 12);
	const count = 4_600;
	const header = Buffer.from([0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
	header.writeUInt16BE(count + 1, 6);
	const records = Array.from({ length: count }, () => record);
	const wire = Buffer.concat([header, unknown, length, stairs, ...records]);
	expect(wire.length).toBeLessThanOrEqual(0xffff);
	const before = process.cpuUsage();
	const { answers } = readMessage(wire, { klass: 1, canonical: true });
	const { user, system } = process.cpuUsage(before);
	expect(answers).toHaveLength(count + 1);
	expect(answers.at(-1)?.record.text).toHaveLength(126 * 2 - 1);
	expect((user + system) / 1000).toBeLessThan(1_000);
});
