import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DnsAnswer } from '../../src/core/io.ts';
import { dnsAnswer } from '../../src/facts/dns/dns.ts';
import { answerTo, type Heard } from '../../src/net/dns/answer.ts';
import { interpret } from '../../src/net/dns/interpret.ts';
import { Malformed } from '../../src/net/dns/malformed.ts';
import { type Message, readEcho, readHeader, readMessage } from '../../src/net/dns/message.ts';
import { matchReply, type Reply } from '../../src/net/dns/reply.ts';
import { dnsCorpus, type Sample } from './dns-corpus.ts';
import { mutated } from './mutate-message.ts';
import { type Random, randomFrom } from './random.ts';

export interface FuzzOptions {
	readonly seed: number;
	readonly count: number;
	/** Told ten times, with how many messages are done. */
	readonly onProgress?: (done: number) => void;
}

export interface FuzzFigures {
	readonly messages: number;
	readonly perSecond: number;
	/** Of the messages, 0 to 1: read whole; taken for an answer to the question. */
	readonly readable: number;
	readonly answers: number;
	/** Of the processor, for the slowest message at its best of three: what stays is ours. */
	readonly worstMs: number;
	/** Growth of the heap after garbage collection, from the first tenth to the last. */
	readonly heapGrowthMiB: number;
	readonly rssMiB: number;
}

/** A message that must not take longer; read alone, so that one of thousands cannot hide. */
const MOST_MS = 250;
const MOST_HEAP_GROWTH_MIB = 16;
/** Every so many answers one is written, read back and held against the schema of recordings. */
const SAMPLED = 256;

/**
 * Reads `count` broken messages as answers of a hostile server. Throws, with the seed and the number
 * of the message, for an error other than `Malformed`, an answer that a recording cannot hold, a
 * message that is slow, and for memory that grows.
 */
export async function fuzzDns({ seed, count, onProgress }: FuzzOptions): Promise<FuzzFigures> {
	const corpus = await dnsCorpus();
	const random = randomFrom(seed);
	const collect = garbageCollector();
	const heaps: number[] = [];
	const tally = { readable: 0, answers: 0, worstMs: 0 };
	const began = performance.now();
	for (let i = 0; i < count; i++) {
		const sample = random.pick(corpus);
		const bytes = mutated(sample.wire, random.pick(corpus).wire, random);
		try {
			await tryOne(bytes, sample, random, tally);
		} catch (error) {
			throw new Error(`seed ${seed}, message ${i}: ${bytes.toString('base64')}`, { cause: error });
		}
		if ((i + 1) % Math.ceil(count / 10) === 0) {
			collect();
			heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
			onProgress?.(i + 1);
		}
	}
	const seconds = (performance.now() - began) / 1000;
	const heapGrowthMiB = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0);
	if (heapGrowthMiB > MOST_HEAP_GROWTH_MIB) {
		throw new Error(`seed ${seed}: the heap grew by ${heapGrowthMiB.toFixed(1)} MiB`);
	}
	return {
		messages: count,
		perSecond: count / seconds,
		readable: tally.readable / count,
		answers: tally.answers / count,
		worstMs: tally.worstMs,
		heapGrowthMiB,
		rssMiB: process.memoryUsage().rss / 2 ** 20,
	};
}

async function tryOne(
	bytes: Buffer,
	sample: Sample,
	random: Random,
	tally: { readable: number; answers: number; worstMs: number },
): Promise<void> {
	const started = performance.now();
	const { readable, answer } = await readAsAnswer(bytes, sample, random);
	const took = performance.now() - started;
	if (took > tally.worstMs) {
		tally.worstMs = Math.max(tally.worstMs, await bestOfThree(bytes, sample));
	}
	if (tally.worstMs > MOST_MS) throw new Error(`it took ${tally.worstMs.toFixed(0)} ms`);
	if (readable) tally.readable += 1;
	if (answer === null) return;
	tally.answers += 1;
	if (tally.answers % SAMPLED === 0) requireRecordable(answer);
}

interface Found {
	readonly readable: boolean;
	readonly answer: DnsAnswer | null;
}

async function readAsAnswer(bytes: Buffer, sample: Sample, random: Random | null): Promise<Found> {
	const reply = matchReply(bytes, [sample.query]);
	const message = reply?.kind === 'message' ? reply.message : readAlone(bytes, sample);
	if (message !== null) interpretBothWays(message, sample);
	const follow = random === null || random.below(2) === 0;
	const answer = reply === null ? null : await answerOf(reply, sample, follow);
	return { readable: message !== null, answer };
}

/** What no question is out for is read all the same, as far as it goes. */
function readAlone(bytes: Buffer, { query }: Sample): Message | null {
	readHeader(bytes);
	quietly(() => readEcho(bytes));
	return quietly(() => readMessage(bytes, { klass: query.klass, canonical: query.dnssec }));
}

function quietly<T>(read: () => T): T | null {
	try {
		return read();
	} catch (error) {
		if (error instanceof Malformed) return null;
		throw error;
	}
}

function interpretBothWays(message: Message, { asked }: Sample): void {
	for (const recursive of [true, false]) {
		interpret(message, { name: asked.name, type: asked.type, recursive });
	}
}

/** As the resolver makes it of what a server said; every further question is answered alike. */
async function answerOf(
	reply: Reply,
	{ asked }: Sample,
	follow: boolean,
): Promise<DnsAnswer | null> {
	if (reply.kind === 'truncated' || reply.kind === 'case-lost') return null;
	const about = { transport: 'udp', server: '203.0.113.53', detail: '', quirks: [] } as const;
	const heard: Heard = reply.kind === 'failed' ? { ...about, ...reply } : { ...reply, ...about };
	const answer = await answerTo(asked, async () => heard, follow);
	for (const { owner, text } of [...answer.records, ...answer.authority, ...answer.additional]) {
		if (/[^ -~]/.test(owner) || /[^ -~]|(?:^| )(?:undefined|NaN)(?: |$)/.test(text)) {
			throw new Error(`no presentation form: ${owner} ${text}`);
		}
	}
	return answer;
}

/** Milliseconds of the processor: on a busy machine the clock tells of the others. */
async function bestOfThree(bytes: Buffer, sample: Sample): Promise<number> {
	let best = Number.POSITIVE_INFINITY;
	for (let again = 0; again < 3; again++) {
		const before = process.cpuUsage();
		await readAsAnswer(bytes, sample, null);
		const { user, system } = process.cpuUsage(before);
		best = Math.min(best, (user + system) / 1000);
	}
	return best;
}

const { value: schema } = dnsAnswer({ name: 'x.test', type: 'A' }).source as {
	value: { parse(value: unknown): unknown };
};

function requireRecordable(answer: DnsAnswer): void {
	const back: unknown = JSON.parse(JSON.stringify(answer));
	schema.parse(back);
	if (JSON.stringify(back) !== JSON.stringify(answer)) throw new Error('JSON changes the answer');
}

/** V8's own, so that what lives on can be told from what waits to be collected. */
function garbageCollector(): () => void {
	setFlagsFromString('--expose-gc');
	return runInNewContext('gc') as () => void;
}
