import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type AddressMap, dial } from '../dialer.ts';
import { whyStopped } from '../wait.ts';
import { type Query, queryWire } from './query.ts';
import { type Failure, failure, matchReply, type Reply } from './reply.ts';

export interface HttpsSettings {
	readonly url: URL;
	/** Of the URL's host: by the system's resolver, because ours is not there yet. */
	addressesOf(host: string): Promise<readonly string[]>;
	/** PEM of the authorities that may vouch for the resolver. */
	authorities(): Promise<readonly string[]>;
	readonly locate: AddressMap;
	readonly signal: AbortSignal;
}

export type HttpsReply =
	| (Omit<Extract<Reply, { kind: 'message' }>, 'note'> & { readonly detail: string })
	| Failure;

export interface HttpsResolver {
	ask(question: Omit<Query, 'id' | 'exact'>, timeoutMs: number): Promise<HttpsReply>;
	close(): void;
}

const MEDIA_TYPE = 'application/dns-message';
const LARGEST = 0xffff;

/**
 * DNS over HTTPS (RFC 8484): POST over one HTTP/2 connection, id 0. The certificate must be valid:
 * this server is the user's choice, not the one under audit.
 */
export function createHttpsResolver(settings: HttpsSettings): HttpsResolver {
	let session: Promise<ClientHttp2Session | Failure> | null = null;
	const open = async (timeoutMs: number) => {
		const opening = session ?? openSession(settings, timeoutMs);
		session = opening;
		try {
			const opened = await opening;
			if (('kind' in opened || opened.closed) && session === opening) session = null;
			return opened;
		} catch (error) {
			session = null;
			throw error;
		}
	};
	return {
		async ask(question, timeoutMs) {
			const until = performance.now() + timeoutMs;
			let opened = await open(timeoutMs);
			// The server may have closed an idle connection: once more with a new one.
			if (!('kind' in opened) && opened.closed) opened = await open(timeoutMs);
			if ('kind' in opened) return opened;
			const query = { ...question, id: 0, exact: false };
			const body = await queryWire(query);
			const left = Math.max(1, until - performance.now());
			const answer = await post(opened, settings, body, left);
			if (!Buffer.isBuffer(answer)) return answer;
			const reply = matchReply(answer, [query]);
			if (reply?.kind === 'message') {
				const { note: detail, ...message } = reply;
				return { ...message, detail };
			}
			if (reply?.kind === 'failed') return reply;
			return failure('malformed', 'the answer is truncated, or to another question');
		},
		close() {
			session?.then((opened) => 'kind' in opened || opened.destroy()).catch(() => {});
			session = null;
		},
	};
}

async function openSession(
	settings: HttpsSettings,
	timeoutMs: number,
): Promise<ClientHttp2Session | Failure> {
	const { url, locate, signal } = settings;
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
	const port = Number(url.port || 443);
	const until = performance.now() + timeoutMs;
	const addresses = isIP(host) > 0 ? [host] : await settings.addressesOf(host);
	let last: Failure = failure('unreachable', `${host} has no address`);
	for (const address of addresses) {
		const left = Math.max(1, until - performance.now());
		const dialed = await dial({ address, port }, left, locate, signal);
		if (dialed.kind === 'connected') {
			const ca = await settings.authorities();
			const secured = await handshake(
				connectTls({
					socket: dialed.socket,
					...(isIP(host) === 0 && { servername: host }),
					ALPNProtocols: ['h2'],
					ca: [...ca],
				}),
				Math.max(1, until - performance.now()),
				signal,
			);
			if ('kind' in secured) return secured;
			const session = connectHttp2(url.origin, { createConnection: () => secured });
			session.on('error', () => {});
			session.on('goaway', () => session.close());
			return session;
		}
		last = failure(dialed.how === 'reset' ? 'silent' : dialed.how, dialed.detail);
	}
	return last;
}

function handshake(
	socket: TLSSocket,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<TLSSocket | Failure> {
	return new Promise((resolve, reject) => {
		socket.on('error', () => {});
		const end = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.off('error', failed).off('close', closed).off('secureConnect', done);
			then();
		};
		const drop = (detail: string) =>
			end(() => {
				socket.destroy();
				resolve(failure('silent', `TLS: ${detail}`));
			});
		const failed = (error: Error) => drop(error.message);
		const closed = () => drop('the connection was closed');
		const done = () => {
			if (socket.alpnProtocol === 'h2') end(() => resolve(socket));
			else drop('the server does not speak HTTP/2');
		};
		const stop = () =>
			end(() => {
				socket.destroy();
				reject(whyStopped(signal));
			});
		const timer = setTimeout(() => drop('no answer'), timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		socket.once('error', failed).once('close', closed).once('secureConnect', done);
	});
}

function post(
	session: ClientHttp2Session,
	{ url, signal }: HttpsSettings,
	body: Buffer,
	timeoutMs: number,
): Promise<Buffer | Failure> {
	return new Promise((resolve, reject) => {
		const stream = session.request({
			':method': 'POST',
			':path': `${url.pathname}${url.search}`,
			'content-type': MEDIA_TYPE,
			accept: MEDIA_TYPE,
			'content-length': String(body.length),
		});
		const chunks: Buffer[] = [];
		let received = 0;
		const end = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			then();
			stream.close();
		};
		const fail = (how: Failure['how'], detail: string) => end(() => resolve(failure(how, detail)));
		const stop = () => end(() => reject(whyStopped(signal)));
		const timer = setTimeout(() => fail('silent', 'no answer over HTTPS'), timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		stream.on('response', (headers) => {
			const type = String(headers['content-type'] ?? '').split(';')[0];
			if (headers[':status'] !== 200) fail('malformed', `HTTP status ${headers[':status']}`);
			else if (type !== MEDIA_TYPE) fail('malformed', `media type ${type}`);
		});
		stream.on('data', (chunk: Buffer) => {
			received += chunk.length;
			chunks.push(chunk);
			if (received > LARGEST) fail('malformed', 'the answer is longer than a DNS message');
		});
		stream.on('end', () => end(() => resolve(Buffer.concat(chunks))));
		stream.on('error', (error) => fail('silent', `HTTPS: ${error.message}`));
		stream.on('close', () => fail('silent', 'HTTPS: closed without an answer'));
		stream.end(body);
	});
}
