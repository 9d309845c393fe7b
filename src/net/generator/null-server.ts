import { createServer, type Server } from 'node:net';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';

export interface NullServer {
	readonly port: number;
	close(): void;
}

/**
 * A server on loopback that answers whatever comes at once and with nothing: how long a request to it
 * takes is what measuring itself costs. `null` where this machine lets nobody listen.
 */
export function startNullServer(): Promise<NullServer | null> {
	return new Promise((resolve) => {
		const server: Server = createServer({ noDelay: true }, (socket) => {
			socket.on('error', () => socket.destroy());
			socket.on('data', () => socket.write(ANSWER));
		});
		server.on('error', () => resolve(null));
		server.listen(0, '127.0.0.1', () => {
			const at = server.address();
			const port = typeof at === 'object' && at !== null ? at.port : 0;
			resolve({ port, close: () => server.close() });
		});
	});
}
