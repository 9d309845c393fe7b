import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { certificateRequestIn } from './certificate-request.ts';

/** A connection for one handshake that remembers what came in. */
export interface Overheard {
	/** Stands for the socket, and ends with it. */
	readonly stream: Duplex;
	/** Told each line of the handshake's key log (NSS format). */
	readonly keyLog: (line: Buffer) => void;
	/** Whether the server asked for a client certificate; `null` where that cannot be read. */
	asksForCertificate(cipher: string): boolean | null;
}

/** OpenSSL takes a chain of 100 KiB; whatever is longer is not remembered. */
const MOST_BYTES = 256 * 1024;

/**
 * Node does not say whether a server asked for a client certificate, so the handshake's own bytes are
 * read beside it. The secret serves this one reading and goes nowhere else.
 */
export function overhear(socket: Socket): Overheard {
	const chunks: Buffer[] = [];
	let size = 0;
	let secret: Buffer | null = null;
	const stream = new Duplex({
		read() {
			socket.resume();
		},
		write(chunk: Buffer, _, done) {
			socket.write(chunk, done);
		},
		final(done) {
			socket.end(done);
		},
		destroy(error, done) {
			socket.destroy();
			done(error);
		},
	});
	// An error while nobody else listens must not end the process.
	stream.on('error', () => {});
	socket.on('data', (chunk: Buffer) => {
		if (size < MOST_BYTES) chunks.push(chunk);
		size += chunk.length;
		if (!stream.push(chunk)) socket.pause();
	});
	socket.once('end', () => stream.push(null));
	socket.once('error', (error) => stream.destroy(error));
	socket.once('close', () => stream.destroy());
	return {
		stream,
		keyLog(line) {
			const [label, , hex] = line.toString('latin1').trim().split(' ');
			if (label === 'SERVER_HANDSHAKE_TRAFFIC_SECRET') secret = Buffer.from(hex ?? '', 'hex');
		},
		asksForCertificate: (cipher) =>
			certificateRequestIn({ bytes: Buffer.concat(chunks), secret, cipher }),
	};
}
