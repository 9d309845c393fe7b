import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { relayLate } from './relay.ts';

interface Endpoint {
	readonly address: string;
	readonly port: number;
	readonly transport: 'tcp' | 'udp';
}

/** What an address where nothing listens does. */
export type Absence = 'refused' | 'silent' | 'unreachable';

interface Located {
	readonly address: string;
	readonly port: number;
	readonly latencyMs?: number;
}

/** Where a lab address really is: a port on loopback, or what happens instead. */
export type AddressMap = (endpoint: Endpoint) => Located | Absence;

/** The lab's sockets, by the addresses that they stand for. */
export interface Switchboard {
	readonly addressMap: AddressMap;
	tcp(address: string, port: number, onConnection: (socket: Socket) => void): Promise<void>;
	/** `answer` may send several datagrams, or none. */
	udp(address: string, port: number, onDatagram: OnDatagram): Promise<void>;
	/** Whatever listens there is not reached. */
	block(endpoint: Endpoint, as: Absence): void;
	isTaken(endpoint: Endpoint): boolean;
	/** Frees every port and connection. */
	close(): Promise<void>;
}

type OnDatagram = (datagram: Buffer, answer: (reply: Buffer) => void) => Promise<void>;

/** RFC 5737's first block: controls ask it, so nothing ever answers there. */
const CONTROL_NET = ipaddr.parseCIDR('192.0.2.0/24');

export function createSwitchboard(settings: {
	readonly unmapped: Absence;
	readonly latencyMs: number;
	/** Round trips over TCP, by address, instead of `latencyMs`. */
	readonly distances: Readonly<Record<string, number>>;
}): Switchboard {
	const { latencyMs } = settings;
	const distances = new Map(
		Object.entries(settings.distances).map(([address, ms]) => [plain(address), ms]),
	);
	const places = new Map<string, Located | Absence>();
	const hosts = new Set<string>();
	const servers: Server[] = [];
	const datagramSockets: UdpSocket[] = [];
	const connections = new Set<Socket>();

	const track = (socket: Socket) => {
		connections.add(socket);
		socket.on('close', () => connections.delete(socket));
		// A peer that resets is no news to a server.
		socket.on('error', () => socket.destroy());
		return socket;
	};

	const listen = async (host: string, onConnection: (socket: Socket) => void) => {
		const server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) =>
			onConnection(track(socket)),
		);
		servers.push(server);
		return await new Promise<number>((resolve, reject) => {
			server.once('error', reject);
			server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
		});
	};

	const take = (endpoint: Endpoint, at: Located | Absence) => {
		places.set(keyOf(endpoint), at);
		hosts.add(plain(endpoint.address));
	};

	return {
		isTaken: (endpoint) => places.has(keyOf(endpoint)),
		block: take,
		async tcp(address, port, onConnection) {
			const host = loopbackFor(address);
			const roundTripMs = distances.get(plain(address)) ?? latencyMs;
			const direct = await listen(host, onConnection);
			const shown =
				roundTripMs === 0
					? direct
					: await listen(host, (client) =>
							relayLate({ client, to: { host, port: direct }, roundTripMs, track }),
						);
			take(
				{ address, port, transport: 'tcp' },
				{ address: host, port: shown, latencyMs: roundTripMs },
			);
		},
		async udp(address, port, onDatagram) {
			const host = loopbackFor(address);
			const socket = createSocket({ type: host === '::1' ? 'udp6' : 'udp4' });
			datagramSockets.push(socket);
			const isOpen = () => datagramSockets.includes(socket);
			socket.on('error', () => undefined);
			socket.on('message', (datagram, from) => {
				const answer = (reply: Buffer) => {
					if (isOpen()) socket.send(reply, from.port, from.address);
				};
				void onDatagram(
					datagram,
					latencyMs === 0 ? answer : (reply) => void setTimeout(() => answer(reply), latencyMs),
				);
			});
			await new Promise<void>((resolve) => socket.bind(0, host, resolve));
			// The answers are late already: whoever asks need not wait once more.
			take({ address, port, transport: 'udp' }, { address: host, port: socket.address().port });
		},
		addressMap(endpoint) {
			const known = places.get(keyOf(endpoint));
			if (known !== undefined) return known;
			if (isControlNet(endpoint.address)) return 'silent';
			return hosts.has(plain(endpoint.address)) ? 'refused' : settings.unmapped;
		},
		async close() {
			const closing = datagramSockets.splice(0);
			await Promise.all([
				...servers.map((server) => new Promise((resolve) => server.close(resolve))),
				...closing.map((socket) => new Promise<void>((resolve) => socket.close(resolve))),
				...[...connections].map(ended),
			]);
		},
	};
}

function keyOf({ address, port, transport }: Endpoint): string {
	return `${plain(address)} ${port} ${transport}`;
}

/** A server that took the socket over may have removed our listeners: it may be closed already. */
function ended(socket: Socket): Promise<unknown> | undefined {
	if (socket.closed) return undefined;
	const closed = new Promise((resolve) => socket.once('close', resolve));
	socket.destroy();
	return closed;
}

/** One spelling for each address. */
function plain(address: string): string {
	return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

function isControlNet(address: string): boolean {
	if (!ipaddr.isValid(address)) return false;
	const parsed = ipaddr.process(address);
	return parsed.kind() === 'ipv4' && parsed.match(CONTROL_NET);
}

/** IPv6 stands on ::1 where this machine has it. */
function loopbackFor(address: string): string {
	const hasV6 = Object.values(networkInterfaces()).some((list) =>
		list?.some((one) => one.address === '::1'),
	);
	return address.includes(':') && hasV6 ? '::1' : '127.0.0.1';
}
