import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import packet from 'dns-packet';
import { afterAll, expect, test as inOrder } from 'vitest';
import { Unobserved } from '../../../src/core/fact.ts';
import type { DnsAnswer, DnsPort } from '../../../src/core/io.ts';
import type { AddressMap } from '../../../src/net/dialer.ts';
import { createResolver } from '../../../src/net/dns/resolver.ts';
import {
	a,
	internetOf,
	type NameServer,
	type Play,
	rawRecord,
	replyTo,
	type Seen,
	startNameServer,
	wireName,
} from '../name-server.ts';

const SERVER = '203.0.113.53';

/** Most of the time is spent waiting for silence: each test has servers of its own. */
const test = inOrder.concurrent;

const ending: (() => unknown)[] = [];
afterAll(async () => {
	for (const end of ending.splice(0)) await end();
});

async function serve(play: Play): Promise<NameServer> {
	const server = await startNameServer(play);
	ending.push(() => server.close());
	return server;
}

function portOver(locate: AddressMap): DnsPort {
	const controller = new AbortController();
	ending.push(() => controller.abort(new Unobserved('cancelled', 'the test is over')));
	return createResolver({
		resolver: { kind: 'servers', servers: [{ address: SERVER, port: 53 }] },
		locate,
		signal: controller.signal,
		authorities: async () => [],
		bootstrap: [],
	});
}

interface Timed {
	readonly answer: DnsAnswer;
	readonly ms: number;
}

async function asked(
	port: DnsPort,
	more: { tcp?: boolean; server?: string | undefined } = {},
): Promise<Timed> {
	const began = performance.now();
	const answer = await port.ask({ name: 'x.test', type: 'A', server: SERVER, ...more });
	return { answer, ms: performance.now() - began };
}

const right = (seen: Seen) => replyTo(seen, { answers: [a('x.test', '192.0.2.7')] });
const wrongId = (seen: Seen) =>
	replyTo(seen, { id: seen.id ^ 1, answers: [a('x.test', '192.0.2.66')] });
const wrongName = (seen: Seen) =>
	replyTo(seen, {
		question: Buffer.concat([wireName('y.test'), Buffer.from([0, 1, 0, 1])]),
		answers: [a('x.test', '192.0.2.66')],
	});
const wrongType = (seen: Seen) =>
	replyTo(seen, {
		question: Buffer.concat([seen.question.subarray(0, -4), Buffer.from([0, 2, 0, 1])]),
	});
const echoed = (seen: Seen) => packet.encode({ type: 'query', id: seen.id, questions: [] });
/** The header is right, and the rest is none. */
const scrambled = (seen: Seen) => {
	const bytes = right(seen);
	for (let i = 12; i < bytes.length; i++) bytes.writeUInt8((i * 89) & 0xff, i);
	return bytes;
};
/** The answer's owner is a pointer to itself. */
const loop = (seen: Seen) => {
	const at = 12 + seen.question.length;
	const record = rawRecord('.', 1, Buffer.from([192, 0, 2, 66]));
	const pointer = Buffer.from([0xc0 | (at >> 8), at & 0xff]);
	return replyTo(seen, { raw: [Buffer.concat([pointer, record.subarray(1)])] });
};
const cutRecord = (seen: Seen) =>
	replyTo(seen, { raw: [rawRecord('x.test', 1, Buffer.from([192, 0, 2, 66]), 400)] });
const manyAnnounced = (seen: Seen) => {
	const bytes = right(seen);
	bytes.writeUInt16BE(0xffff, 6);
	return bytes;
};

test.each([
	['another id', wrongId],
	['another name', wrongName],
	['another type', wrongType],
	['our own question', echoed],
	['a scrap', () => Buffer.from('scrap')],
	['nothing at all', () => Buffer.alloc(0)],
])('whoever sends %s, and nothing else, is silent after 1.8 s', async (_, reply) => {
	const server = await serve((seen) => [reply(seen)]);
	const { answer, ms } = await asked(portOver(internetOf({ [SERVER]: server })));
	expect(answer).toMatchObject({ status: 'no-response', rcode: null, records: [] });
	expect(answer.quirks).toEqual(['udp-lost']);
	expect(ms).toBeLessThan(2_000);
});

test.each([
	['octets without sense', scrambled],
	['a compression loop', loop],
	['a record that is cut', cutRecord],
	['65,535 records of which one is there', manyAnnounced],
])('%s behind the right header is malformed, at once, and gives no address', async (_, reply) => {
	const server = await serve((seen) => [reply(seen)]);
	const { answer, ms } = await asked(portOver(internetOf({ [SERVER]: server })));
	expect(answer).toMatchObject({ status: 'malformed', rcode: null, records: [], chain: [] });
	expect(ms).toBeLessThan(500);
});

test('one right answer among wrong ones is found, and the wrong ones are counted', async () => {
	const server = await serve((seen) => [
		wrongId(seen),
		wrongName(seen),
		wrongType(seen),
		echoed(seen),
		Buffer.from('scrap'),
		right(seen),
	]);
	const { answer, ms } = await asked(portOver(internetOf({ [SERVER]: server })));
	expect(answer.records.map(({ text }) => text)).toEqual(['192.0.2.7']);
	expect(answer.detail).toBe('5 datagrams that answer nothing were ignored');
	expect(ms).toBeLessThan(500);
});

/** Datagrams as fast as they go, from the server's own address, for as long as the test lasts. */
async function flooding(answerAfter: number | null): Promise<AddressMap> {
	const socket = createSocket('udp4');
	let open = true;
	ending.push(() => {
		open = false;
		socket.close();
	});
	socket.on('message', (bytes, from) => {
		let sent = 0;
		const burst = () => {
			for (let i = 0; i < 50 && open; i++, sent++) {
				const reply = Buffer.from(bytes);
				reply.writeUInt16BE(0x8400, 2);
				// Anything but the id of the question.
				reply.writeUInt16BE((bytes.readUInt16BE(0) + 1 + (sent % 65_535)) & 0xffff, 0);
				socket.send(reply, from.port, from.address);
			}
			if (answerAfter !== null && sent >= answerAfter && open) {
				const reply = Buffer.concat([bytes.subarray(0, 12), bytes.subarray(12)]);
				reply.writeUInt16BE(0x8403, 2);
				reply.writeUInt16BE(0, 10);
				socket.send(reply, from.port, from.address);
				return;
			}
			if (open && sent < 20_000) setImmediate(burst);
		};
		burst();
	});
	await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	return ({ transport }) => (transport === 'udp' ? { address: '127.0.0.1', port } : 'refused');
}

test('a flood of unrelated datagrams ends with the deadline', async () => {
	const { answer, ms } = await asked(portOver(await flooding(null)));
	expect(answer).toMatchObject({ status: 'no-response', records: [] });
	expect(ms).toBeLessThan(4_000);
});

test('an answer in the middle of a flood is heard', async () => {
	const { answer } = await asked(portOver(await flooding(400)));
	expect(answer).toMatchObject({ status: 'nxdomain', transport: 'udp' });
	expect(answer.detail).toMatch(/^\d+ datagrams that answer nothing were ignored$/);
});

test('datagrams of strangers do not reach the question', async () => {
	const stranger = createSocket('udp4');
	ending.push(() => stranger.close());
	const socket = createSocket('udp4');
	ending.push(() => socket.close());
	socket.on('message', (bytes, from) => {
		const forged = Buffer.from(bytes);
		forged.writeUInt16BE(0x8403, 2);
		stranger.send(forged, from.port, from.address);
	});
	await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
	const { port } = socket.address();
	const locate: AddressMap = ({ transport }) =>
		transport === 'udp' ? { address: '127.0.0.1', port } : 'refused';
	const { answer } = await asked(portOver(locate));
	expect(answer).toMatchObject({
		status: 'no-response',
		detail: expect.not.stringMatching(/ignored/),
	});
});

// ── Over TCP ─────────────────────────────────────────────────────────────────────────────────────

async function tcpServer(play: (socket: Socket, query: Buffer) => void): Promise<AddressMap> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('data', (bytes) => play(socket, bytes.subarray(2)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	ending.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return ({ transport }) => (transport === 'tcp' ? { address: '127.0.0.1', port } : 'silent');
}

const framed = (bytes: Buffer) =>
	Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);

/** Writes until the other side is gone. */
function pour(socket: Socket, chunk: Buffer): void {
	const more = () => {
		while (!socket.destroyed && socket.write(chunk));
	};
	socket.on('drain', more);
	more();
}

test.each([
	['frames of nothing', (socket: Socket) => pour(socket, Buffer.alloc(8_192))],
	[
		'frames with another id',
		(socket: Socket, query: Buffer) => {
			const other = Buffer.from(query);
			other.writeUInt16BE(0x8400, 2);
			other.writeUInt16BE(query.readUInt16BE(0) ^ 1, 0);
			pour(socket, Buffer.concat(Array.from({ length: 100 }, () => framed(other))));
		},
	],
	[
		'a frame that never ends',
		(socket: Socket) => {
			socket.write(Buffer.from([0xff, 0xff]));
			const timer = setInterval(() => socket.write('x'), 20);
			socket.on('close', () => clearInterval(timer));
		},
	],
	['half a length', (socket: Socket) => socket.write(Buffer.from([0]))],
	['nothing', () => {}],
])('a connection that carries %s ends with the deadline', async (_, play) => {
	const { answer, ms } = await asked(portOver(await tcpServer(play)), { tcp: true });
	expect(answer).toMatchObject({ status: 'no-response', transport: 'tcp', records: [] });
	expect(ms).toBeGreaterThan(1_700);
	expect(ms).toBeLessThan(2_800);
});

test('garbage in a frame with our id is malformed', async () => {
	const locate = await tcpServer((socket, query) => {
		const other = Buffer.concat([query.subarray(0, 12), Buffer.alloc(30, 0xc0)]);
		other.writeUInt16BE(0x8400, 2);
		socket.write(framed(other));
	});
	const { answer } = await asked(portOver(locate), { tcp: true });
	expect(answer).toMatchObject({ status: 'malformed', transport: 'tcp', records: [] });
});

test('a truncated answer whose connection stays silent is no response within two seconds', async () => {
	const server = await serve((seen) =>
		seen.transport === 'udp' ? [replyTo(seen, { flags: packet.TRUNCATED_RESPONSE })] : [],
	);
	const { answer, ms } = await asked(portOver(internetOf({ [SERVER]: server })));
	expect(answer).toMatchObject({ status: 'no-response', quirks: ['truncated'] });
	expect(ms).toBeLessThan(2_000);
});

test('a recursive resolver that only sends wrong answers costs five seconds', async () => {
	const server = await serve((seen) => [wrongId(seen)]);
	const { answer, ms } = await asked(portOver(internetOf({ [SERVER]: server })), {
		server: undefined,
	});
	expect(answer).toMatchObject({ status: 'no-response', records: [] });
	expect(ms).toBeLessThan(5_800);
});
