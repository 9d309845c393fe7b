import type { Dispatcher } from 'undici';
import { Unobserved } from '../core/fact.ts';
import type { HttpConnection } from './connection.ts';
import { whyStopped } from './wait.ts';

/** What goes over one connection, and how long it may take. */
export interface Sending {
	/** Path and query; the whole URL for a plain request to a proxy. */
	readonly path: string;
	readonly method: string;
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** None unless given. */
	readonly body?: string | undefined;
	readonly headerMs: number;
	readonly totalMs: number;
	readonly signal: AbortSignal;
	/** Of the body as sent; `false` wants no more. */
	onData(chunk: Buffer): boolean;
	/** Called once, with the head of the final response. */
	onHead?(head: Head): void;
}

export interface Head {
	readonly status: number;
	/** In wire order, names as sent, latin1. */
	readonly headers: readonly (readonly [name: string, value: string])[];
}

export type Sent =
	| {
			readonly kind: 'answered';
			readonly head: Head;
			/** The body was not read to its end: no more was wanted, or it took too long. */
			readonly isCut: boolean;
			/** When the request was handed to the socket, by `performance.now()`. */
			readonly beganAt: number;
			readonly firstByteMs: number;
			/** Request sent to the last byte that was read. */
			readonly tookMs: number;
	  }
	| {
			readonly kind: 'failed';
			readonly how: 'reset' | 'silent' | 'bad-response';
			readonly detail: string;
			/** The connection had ended before it could carry the request: nothing was answered. */
			readonly isStale: boolean;
			readonly beganAt: number;
			readonly tookMs: number;
	  };

/**
 * One request and its final response; interim responses (1xx) are passed over and no redirect is
 * followed. A body that stops coming is an answer that was cut; one that the server breaks off is a
 * failure, as it is in a browser. Throws `Unobserved` when the audit is stopped.
 */
export function exchangeOver(connection: HttpConnection, sending: Sending): Promise<Sent> {
	const { signal } = sending;
	const isFirst = connection.uses === 0;
	connection.uses += 1;
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			connection.destroy();
			reject(whyStopped(signal));
			return;
		}
		let began = performance.now();
		let head: Head | null = null;
		let firstByteMs = 0;
		let bodyBytes = 0;
		let isSettled = false;
		const elapsed = () => performance.now() - began;

		const settle = (then: () => void) => {
			if (isSettled) return;
			isSettled = true;
			clearTimeout(headerTimer);
			clearTimeout(totalTimer);
			signal.removeEventListener('abort', stop);
			then();
		};
		const answer = (isCut: boolean) => {
			if (head === null) return;
			const times = { beganAt: began, firstByteMs, tookMs: elapsed() };
			const sent: Sent = { kind: 'answered', head, isCut, ...times };
			settle(() => resolve(sent));
		};
		const fail = (how: 'reset' | 'silent' | 'bad-response', detail: string) =>
			settle(() => {
				const isStale = how === 'reset' && head === null && !isFirst;
				connection.destroy();
				const times = { beganAt: began, tookMs: elapsed() };
				resolve({ kind: 'failed', how, detail, isStale, ...times });
			});
		/** We end it: what has come is all there will be. */
		const cut = () => {
			answer(true);
			connection.destroy();
		};
		const stop = () =>
			settle(() => {
				connection.destroy();
				reject(whyStopped(signal));
			});
		const late = (ms: number) => {
			if (head !== null) cut();
			else fail('silent', `the request was sent, but no answer came within ${Math.round(ms)} ms`);
		};
		const headerTimer = setTimeout(() => late(sending.headerMs), sending.headerMs);
		const totalTimer = setTimeout(() => late(sending.totalMs), sending.totalMs);
		signal.addEventListener('abort', stop, { once: true });

		const handler: Dispatcher.DispatchHandler = {
			onRequestStart() {
				began = performance.now();
			},
			onResponseStart(controller, status) {
				if (status < 200 || isSettled) return;
				clearTimeout(headerTimer);
				firstByteMs = elapsed();
				head = { status, headers: pairs(controller.rawHeaders) };
				sending.onHead?.(head);
			},
			onResponseData(_, chunk) {
				if (isSettled) return;
				bodyBytes += chunk.length;
				if (!sending.onData(chunk)) cut();
			},
			onResponseEnd: () => answer(false),
			onResponseError(_, error) {
				// RFC 9110 §8.6: it may say how long the body would have been. Ours waits for that body.
				if (head?.status === NOT_MODIFIED && bodyBytes === 0) return answer(false);
				const unread = unreadable(error);
				if (unread !== null) return settle(() => reject(unread));
				const [how, why] = failureOf(error, head !== null);
				const after = head === null ? '' : `, ${bodyBytes} bytes into the body`;
				fail(how, `${why}${after}`);
			},
		};
		connection.client.dispatch(
			{
				path: sending.path,
				method: sending.method as Dispatcher.HttpMethod,
				headers: sending.headers.flat(),
				...(sending.body !== undefined && { body: sending.body }),
			},
			handler,
		);
	});
}

function pairs(raw: unknown): readonly (readonly [name: string, value: string])[] {
	const flat = Array.isArray(raw) ? raw.map((one: Buffer | string) => one.toString('latin1')) : [];
	return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));
}

function failureOf(error: Error, hasHead: boolean): readonly ['reset' | 'bad-response', string] {
	const { code = '', name, message } = error as NodeJS.ErrnoException;
	if (code === 'UND_ERR_HEADERS_OVERFLOW') return ['bad-response', 'the header is over 256 KiB'];
	if (name === 'HTTPParserError') {
		return /EOF/.test(message) ? ['reset', CLOSED] : ['bad-response', message];
	}
	if (message === 'bad upgrade') return ['bad-response', 'the server switched protocols unasked'];
	if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
		return hasHead ? ['reset', CLOSED] : ['bad-response', 'the header has contradictory lengths'];
	}
	if (code === 'UND_ERR_SOCKET') return ['reset', CLOSED];
	if (code === 'ECONNRESET' || code === 'EPIPE') return ['reset', 'the connection was reset'];
	if (code.startsWith('UND_ERR_')) return ['bad-response', message];
	return ['reset', `the connection broke: ${message}`];
}

/** What the server may well say, and our HTTP library does not understand. */
function unreadable(error: Error & { readonly data?: unknown }): Unobserved | null {
	// What undici makes of a 100 (Continue) that nobody asked for, which RFC 9110 §15.2 allows.
	if (error.message === 'bad response') {
		return new Unobserved(
			'unsupported',
			'the server sent 100 (Continue) unasked, which our HTTP library does not read past',
		);
	}
	if (error.name === 'HTTPParserError' && isSettings(String(error.data ?? ''))) {
		return new Unobserved('unsupported', 'the server speaks HTTP/2 alone, and we HTTP/1.1');
	}
	return null;
}

/** The frame with which a server's side of HTTP/2 begins (RFC 9113 §4.1, §6.5): type 4, stream 0. */
function isSettings(bytes: string): boolean {
	const [length, , , type, flags, ...stream] = [...bytes.slice(0, 9)].map((one) =>
		one.charCodeAt(0),
	);
	return [length, flags, ...stream].every((one) => one === 0) && type === 4 && stream.length === 4;
}

const NOT_MODIFIED = 304;
const CLOSED = 'the connection was closed before the answer was complete';
