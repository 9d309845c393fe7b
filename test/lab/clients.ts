import { createSocket } from 'node:dgram';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import dnsPacket from 'dns-packet';
import type { Lab } from '../../src/lab/start-lab.ts';

type Flags = {
	readonly rd?: boolean;
	readonly cd?: boolean;
	readonly udpSize?: number;
	readonly dnssec?: boolean;
};

function located(lab: Lab, address: string, port: number, transport: 'tcp' | 'udp') {
	const at = lab.addressMap({ address, port, transport });
	if (typeof at === 'string') throw new Error(`${address}:${port} is ${at}`);
	return at;
}

function question(name: string, type: string, { rd = false, cd = false, udpSize, dnssec }: Flags) {
	return dnsPacket.encode({
		type: 'query',
		id: 4711,
		flags: (rd ? dnsPacket.RECURSION_DESIRED : 0) | (cd ? dnsPacket.CHECKING_DISABLED : 0),
		questions: [{ name, type: type as dnsPacket.RecordType }],
		additionals:
			udpSize === undefined
				? []
				: [
						{
							type: 'OPT',
							name: '.',
							udpPayloadSize: udpSize,
							flags: dnssec ? dnsPacket.DNSSEC_OK : 0,
							options: [],
							extendedRcode: 0,
							ednsVersion: 0,
							flag_do: dnssec ?? false,
						} as unknown as dnsPacket.Answer,
					],
	});
}

/** The bytes of the answer; `null` after `waitMs` of silence. */
export async function udpBytes(
	lab: Lab,
	server: string,
	[name, type]: readonly [string, string],
	{ waitMs = 250, ...flags }: Flags & { readonly waitMs?: number } = {},
): Promise<Buffer | null> {
	const at = located(lab, server, 53, 'udp');
	const socket = createSocket(at.address.includes(':') ? 'udp6' : 'udp4');
	try {
		return await new Promise((resolve) => {
			const timer = setTimeout(() => resolve(null), waitMs);
			socket.once('message', (message) => {
				clearTimeout(timer);
				resolve(message);
			});
			socket.send(question(name, type, flags), at.port, at.address);
		});
	} finally {
		socket.close();
	}
}

export async function udp(
	lab: Lab,
	server: string,
	asked: readonly [string, string],
	flags: Flags & { readonly waitMs?: number } = {},
) {
	const bytes = await udpBytes(lab, server, asked, flags);
	if (bytes === null) throw new Error(`${server} is silent for ${asked.join(' ')}`);
	return dnsPacket.decode(bytes) as dnsPacket.DecodedPacket & { rcode: string };
}

export async function tcp(lab: Lab, server: string, [name, type]: readonly [string, string]) {
	const at = located(lab, server, 53, 'tcp');
	const socket = connect(at.port, at.address);
	const query = question(name, type, {});
	const length = Buffer.alloc(2);
	length.writeUInt16BE(query.length);
	socket.write(Buffer.concat([length, query]));
	const bytes = await new Promise<Buffer>((resolve, reject) => {
		let all = Buffer.alloc(0);
		socket.on('data', (chunk) => {
			all = Buffer.concat([all, chunk]);
			if (all.length >= 2 && all.length >= 2 + all.readUInt16BE(0)) resolve(all.subarray(2));
		});
		socket.on('end', () => reject(new Error('closed without an answer')));
	});
	socket.destroy();
	return dnsPacket.decode(bytes) as dnsPacket.DecodedPacket & { rcode: string };
}

export function texts(answers: readonly dnsPacket.Answer[] | undefined): string[] {
	return (answers ?? []).map((one) => {
		const { name, type, data } = one as { name: string; type: string; data: unknown };
		return `${name} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
	});
}

/** A plain TCP connection to a lab address. */
export function dial(lab: Lab, address: string, port: number): Socket {
	const at = located(lab, address, port, 'tcp');
	return connect(at.port, at.address);
}

/** Everything that arrives until the other side closes, or until `waitMs` of silence. */
export function received(socket: Socket, waitMs = 300): Promise<string> {
	return new Promise((resolve) => {
		let text = '';
		const done = (how: string) => {
			socket.destroy();
			resolve(`${text}${how}`);
		};
		let timer = setTimeout(() => done('(silence)'), waitMs);
		socket.on('data', (chunk) => {
			text += chunk.toString('latin1');
			clearTimeout(timer);
			timer = setTimeout(() => done('(silence)'), waitMs);
		});
		const ended = (how: string) => {
			clearTimeout(timer);
			done(how);
		};
		socket.on('end', () => ended('(closed)'));
		socket.on('error', (error) => ended(`(${(error as NodeJS.ErrnoException).code})`));
	});
}

interface Handshake {
	readonly host: string;
	readonly address: string;
	readonly port?: number;
	readonly options?: ConnectionOptions;
}

/** A completed handshake, judged by Node with the lab's root; or the error's code. */
export function handshake(
	lab: Lab,
	{ host, address, port = 443, options }: Handshake,
): Promise<{ socket: TLSSocket; authorized: true | string }> {
	const at = located(lab, address, port, 'tcp');
	return new Promise((resolve, reject) => {
		const socket = connectTls({
			port: at.port,
			host: at.address,
			servername: host,
			ca: lab.caPem,
			rejectUnauthorized: false,
			ALPNProtocols: ['http/1.1'],
			...options,
		});
		socket.once('secureConnect', () =>
			resolve({ socket, authorized: socket.authorized || String(socket.authorizationError) }),
		);
		socket.once('error', reject);
		socket.once('close', () => reject(new Error('closed')));
	});
}

interface Fetched {
	readonly status: number;
	readonly rawHeaders: readonly string[];
	readonly body: string;
}

/** One request, over TLS or not, by the scheme. */
export async function fetched(
	lab: Lab,
	url: string,
	{
		address,
		method = 'GET',
		headers = {},
	}: { address: string; method?: string; headers?: Record<string, string> },
): Promise<Fetched> {
	const { protocol, hostname, pathname, search } = new URL(url);
	const socket =
		protocol === 'https:'
			? (await handshake(lab, { host: hostname, address })).socket
			: dial(lab, address, 80);
	return await new Promise((resolve, reject) => {
		const request = httpRequest({
			createConnection: () => socket,
			method,
			path: `${pathname}${search}`,
			headers: { host: hostname, connection: 'close', ...headers },
		});
		request.on('response', (response) => {
			let body = '';
			response.on('data', (chunk: Buffer) => {
				body += chunk.toString();
			});
			response.on('end', () =>
				resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body }),
			);
			response.on('error', reject);
		});
		request.on('error', reject);
		request.end();
	});
}

/** Values of a header, in order. */
export function valuesOf({ rawHeaders }: Fetched, name: string): string[] {
	return rawHeaders.flatMap((one, index) =>
		index % 2 === 0 && one.toLowerCase() === name ? [rawHeaders[index + 1] ?? ''] : [],
	);
}
