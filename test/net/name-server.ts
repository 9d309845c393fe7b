import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import packet, { type Packet } from 'dns-packet';
import type { AddressMap } from '../../src/net/dialer.ts';

/** One question as the server sees it. */
export interface Seen {
	readonly transport: 'udp' | 'tcp';
	/** In the letters of the question. */
	readonly name: string;
	readonly type: string;
	readonly class: string;
	readonly id: number;
	readonly edns: boolean;
	readonly dnssecOk: boolean;
	readonly recursionDesired: boolean;
	readonly checkingDisabled: boolean;
	/** Questions seen before over this transport. */
	readonly before: number;
	/** Name, type and class as sent. */
	readonly question: Buffer;
}

/**
 * Datagrams or frames to send back; none is silence. The TCP stream comes in two pieces where `split`
 * says so, and ends after `cut` octets.
 */
export type Play = (
	seen: Seen,
) => readonly Buffer[] | { frames: readonly Buffer[]; split?: number; cut?: number };

export interface NameServer {
	readonly seen: Seen[];
	/** Where its UDP and TCP ports are. */
	readonly ports: { readonly udp: number; readonly tcp: number };
	close(): Promise<void>;
}

/** A name server on loopback that does what it is told. */
export async function startNameServer(play: Play): Promise<NameServer> {
	const seen: Seen[] = [];
	const udp = createSocket('udp4');
	const sockets = new Set<Socket>();
	const look = (bytes: Buffer, transport: Seen['transport']): Seen => {
		const one = seenIn(bytes, transport, seen);
		seen.push(one);
		return one;
	};
	udp.on('message', (bytes, from) => {
		const plan = play(look(bytes, 'udp'));
		const replies = 'frames' in plan ? plan.frames : plan;
		for (const reply of replies) udp.send(reply, from.port, from.address);
	});
	const tcp = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('data', (bytes) => {
			const plan = play(look(bytes.subarray(2), 'tcp'));
			const frames = 'frames' in plan ? plan.frames : plan;
			const stream = Buffer.concat(frames.flatMap((frame) => [lengthOf(frame), frame]));
			const { split = 0, cut = null } = 'frames' in plan ? plan : {};
			socket.write(stream.subarray(0, split));
			setTimeout(() => {
				socket.write(stream.subarray(split, cut ?? stream.length));
				if (cut !== null) socket.end();
			}, 20);
		});
	});
	await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
	await listenNear(tcp, udp.address().port);
	return {
		seen,
		ports: { udp: udp.address().port, tcp: (tcp.address() as AddressInfo).port },
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => udp.close(() => resolve(null)));
			await new Promise((resolve) => tcp.close(resolve));
		},
	};
}

/** On the same port where that is free, else on any. */
async function listenNear(server: Server, port: number): Promise<void> {
	const listen = (on: number) =>
		new Promise<boolean>((resolve) => {
			server.once('error', () => resolve(false));
			server.listen(on, '127.0.0.1', () => resolve(true));
		});
	if (!(await listen(port))) await listen(0);
}

/** Addresses of a small internet, each served by one of ours; any other is silent. */
export function internetOf(servers: Readonly<Record<string, NameServer>>): AddressMap {
	return ({ address, transport }) => {
		const server = servers[address];
		return server ? { address: '127.0.0.1', port: server.ports[transport] } : 'silent';
	};
}

function lengthOf(frame: Buffer): Buffer {
	const length = Buffer.alloc(2);
	length.writeUInt16BE(frame.length);
	return length;
}

function seenIn(bytes: Buffer, transport: Seen['transport'], before: readonly Seen[]): Seen {
	const message = packet.decode(bytes);
	const [question] = message.questions ?? [];
	const opt = message.additionals?.find(({ type }) => type === 'OPT');
	const flags = bytes.readUInt16BE(2);
	const name = question?.name ?? '';
	const end = 12 + (name === '.' ? 1 : name.length + 2) + 4;
	return {
		transport,
		name,
		type: String(question?.type),
		class: String(question?.class),
		id: bytes.readUInt16BE(0),
		edns: opt !== undefined,
		dnssecOk: opt?.type === 'OPT' && opt.flag_do,
		recursionDesired: (flags & packet.RECURSION_DESIRED) !== 0,
		checkingDisabled: (flags & packet.CHECKING_DISABLED) !== 0,
		before: before.filter((one) => one.transport === transport).length,
		question: bytes.subarray(12, end),
	};
}

type Records = readonly Readonly<NonNullable<Packet['answers']>[number]>[];

export interface Reply {
	readonly rcode?: number;
	readonly flags?: number;
	readonly id?: number;
	/** Instead of the one that was asked. */
	readonly question?: Buffer;
	readonly answers?: Records;
	readonly authorities?: Records;
	readonly additionals?: Records;
	/** Records in wire form, put after `answers`. */
	readonly raw?: readonly Buffer[];
}

/** An answer to `seen`, built by dns-packet, so that our reader is tested against another writer. */
export function replyTo(seen: Seen, reply: Reply = {}): Buffer {
	const raw = reply.raw ?? [];
	const wire = packet.encode({
		type: 'response',
		id: reply.id ?? seen.id,
		flags: (reply.flags ?? 0) | (reply.rcode ?? 0),
		questions: [{ name: '.', type: 'A' }],
		answers: [...(reply.answers ?? [])],
		authorities: [...(reply.authorities ?? [])],
		additionals: [...(reply.additionals ?? [])],
	});
	const answers = packet
		.encode({ type: 'response', answers: [...(reply.answers ?? [])] })
		.subarray(12);
	wire.writeUInt16BE((reply.answers?.length ?? 0) + raw.length, 6);
	const after = 12 + 5;
	return Buffer.concat([
		wire.subarray(0, 12),
		reply.question ?? seen.question,
		answers,
		...raw,
		wire.subarray(after + answers.length),
	]);
}

/** Plain labels in wire form. */
export function wireName(name: string): Buffer {
	const labels = name === '.' ? [] : name.split('.');
	return Buffer.concat([
		...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
		Buffer.from([0]),
	]);
}

/** One resource record in wire form, its name plain. */
export function rawRecord(
	owner: string,
	type: number,
	rdata: Buffer,
	length?: number,
	klass = 1,
): Buffer {
	const about = Buffer.alloc(10);
	about.writeUInt16BE(type, 0);
	about.writeUInt16BE(klass, 2);
	about.writeUInt32BE(300, 4);
	about.writeUInt16BE(length ?? rdata.length, 8);
	return Buffer.concat([wireName(owner), about, rdata]);
}

export const a = (name: string, data: string, ttl = 300) =>
	({ type: 'A', name, ttl, data }) as const;

export const cname = (name: string, data: string, ttl = 60) =>
	({ type: 'CNAME', name, ttl, data }) as const;

export const soa = (name: string, { ttl = 3600, minimum = 300 } = {}) =>
	({
		type: 'SOA',
		name,
		ttl,
		data: {
			mname: `ns1.${name}`,
			rname: `hostmaster.${name}`,
			serial: 2026010101,
			refresh: 7200,
			retry: 3600,
			expire: 1209600,
			minimum,
		},
	}) as const;
