import type { Socket } from 'node:net';
import { whyStopped } from './wait.ts';

const LONGEST_HEAD = 16_384;

/**
 * The status of a proxy's reply to CONNECT (RFC 9110 §9.3.6). Reads up to the end of its head and not
 * a byte further: what follows a 2xx belongs to the tunnel. `null` for silence, a closed connection
 * or no HTTP.
 */
export function readConnectReply(
	socket: Socket,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<number | null> {
	return new Promise((resolve, reject) => {
		let head = '';
		const settle = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.off('readable', read).off('close', nothing).off('error', nothing).off('end', nothing);
			then();
		};
		const nothing = () => settle(() => resolve(null));
		const stop = () => settle(() => reject(whyStopped(signal)));
		const read = () => {
			// One byte at a time, so that the first bytes of TLS stay in the socket.
			for (let byte = socket.read(1); byte !== null; byte = socket.read(1)) {
				head += byte.toString('latin1');
				if (head.endsWith('\r\n\r\n')) {
					const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
					return settle(() => resolve(status === undefined ? null : Number(status)));
				}
				if (head.length > LONGEST_HEAD) return nothing();
			}
		};
		const timer = setTimeout(nothing, timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		socket.on('readable', read).once('close', nothing).once('error', nothing).once('end', nothing);
		if (signal.aborted) stop();
	});
}
