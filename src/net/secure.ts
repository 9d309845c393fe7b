import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { Unobserved } from '../core/fact.ts';
import { whyStopped } from './wait.ts';

export interface Secured {
	readonly kind: 'secured';
	readonly socket: TLSSocket;
	readonly tookMs: number;
}

export interface NotSecured {
	readonly kind: 'failed';
	readonly how: 'reset' | 'silent' | 'alert' | 'not-tls' | 'handshake-failed';
	/** RFC 8446 §6.2; `null` unless the server sent one. */
	readonly alert: number | null;
	readonly detail: string;
}

/**
 * A TLS client handshake on an open connection. Any certificate, key size and version from TLS 1.0
 * on is accepted, so that a server which offers only what nobody should use is still seen. SNI is the
 * name; none for an address (RFC 6066 §3). On failure the socket is destroyed. Throws `Unobserved`
 * where our own TLS library refuses to go on, and when the audit is stopped.
 */
export function secure(
	raw: Duplex,
	to: {
		host: string;
		alpn: readonly string[];
		timeoutMs: number;
		signal: AbortSignal;
		/** The newest version offered; the library's newest unless given. */
		maxVersion?: 'TLSv1.1' | 'TLSv1.2' | undefined;
		/** No SNI, whatever the host. */
		withoutName?: true | undefined;
		/** Asks for a stapled OCSP response, and is told the one that comes. */
		onStaple?: ((response: Buffer) => void) | undefined;
		/** Told the lines of the key log (NSS format). */
		keyLog?: ((line: Buffer) => void) | undefined;
	},
): Promise<Secured | NotSecured> {
	const { signal } = to;
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			raw.destroy();
			reject(whyStopped(signal));
			return;
		}
		const began = performance.now();
		const host = to.host.replace(/(?<=.)\.$/, '');
		const socket = connect({
			socket: raw,
			...(isIP(host) === 0 && to.withoutName !== true && { servername: host }),
			...(to.alpn.length > 0 && { ALPNProtocols: [...to.alpn] }),
			rejectUnauthorized: false,
			...(to.onStaple !== undefined && { requestOCSP: true }),
			secureContext: contextUpTo(to.maxVersion),
			minDHSize: 1,
		});
		if (to.keyLog !== undefined) socket.on('keylog', to.keyLog);
		socket.on('OCSPResponse', (response: Buffer | null) => {
			if (response !== null && response.length > 0) to.onStaple?.(response);
		});
		// An error after the handshake belongs to whoever uses the socket, and must not end the process.
		socket.on('error', () => {});
		const settle = (then: () => void) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			socket.off('error', failed).off('close', closed).off('secureConnect', done);
			then();
		};
		const fail = (failure: NotSecured) =>
			settle(() => {
				socket.destroy();
				raw.destroy();
				resolve(failure);
			});
		const abandon = (reason: Error) =>
			settle(() => {
				socket.destroy();
				raw.destroy();
				reject(reason);
			});
		const done = () =>
			settle(() => resolve({ kind: 'secured', socket, tookMs: performance.now() - began }));
		const failed = (error: NodeJS.ErrnoException) => {
			const failure = signal.aborted ? whyStopped(signal) : failureOf(error);
			if (failure instanceof Error) abandon(failure);
			else fail(failure);
		};
		const closed = () => {
			if (signal.aborted) abandon(whyStopped(signal));
			else fail(RESET);
		};
		const stop = () => abandon(whyStopped(signal));
		const timer = setTimeout(() => {
			const detail = `connected, but nothing answered the TLS handshake within ${to.timeoutMs} ms`;
			fail({ kind: 'failed', how: 'silent', alert: null, detail });
		}, to.timeoutMs);
		signal.addEventListener('abort', stop, { once: true });
		socket.once('error', failed).once('close', closed).once('secureConnect', done);
	});
}

/** It holds no key and no session, so that all handshakes can share it; making one costs as much as they do. */
const CONTEXTS = new Map<string | undefined, SecureContext>();

function contextUpTo(maxVersion: 'TLSv1.1' | 'TLSv1.2' | undefined): SecureContext {
	const made = CONTEXTS.get(maxVersion);
	if (made !== undefined) return made;
	const context = createSecureContext({
		minVersion: 'TLSv1',
		...(maxVersion !== undefined && { maxVersion }),
		ciphers: 'DEFAULT:@SECLEVEL=0',
		// Servers from before RFC 5746 complete as they do in old clients; judging is not done here.
		secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
	});
	CONTEXTS.set(maxVersion, context);
	return context;
}

const RESET: NotSecured = {
	kind: 'failed',
	how: 'reset',
	alert: null,
	detail: 'the connection was closed during the TLS handshake',
};

/** OpenSSL met bytes that are no TLS record. */
const NOT_TLS: ReadonlySet<string> = new Set([
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_SSL_PACKET_LENGTH_TOO_LONG',
	'ERR_SSL_HTTP_REQUEST',
	'ERR_SSL_HTTPS_PROXY_REQUEST',
	'ERR_SSL_BAD_RECORD_TYPE',
	'ERR_SSL_NOT_SSL_RECORD_TYPE',
	'ERR_SSL_UNKNOWN_PROTOCOL',
]);

/** OpenSSL as Node builds it refuses by itself; what the server offers stays unknown. */
const OURS: ReadonlySet<string> = new Set([
	'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
	'ERR_SSL_NO_CIPHERS_AVAILABLE',
	'ERR_SSL_NO_CIPHER_MATCH',
	'ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED',
	'ERR_SSL_INTERNAL_ERROR',
	'ERR_SSL_VERSION_TOO_LOW',
	'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED',
]);

function failureOf(error: NodeJS.ErrnoException): NotSecured | Unobserved {
	const code = error.code ?? '';
	const alert = alertIn(error);
	if (alert !== null) {
		const detail = `the server ended the TLS handshake with alert ${alert} (${nameOfAlert(alert)})`;
		return { kind: 'failed', how: 'alert', alert, detail };
	}
	if (NOT_TLS.has(code)) {
		const detail = 'the server answered the TLS handshake with something that is not TLS';
		return { kind: 'failed', how: 'not-tls', alert: null, detail };
	}
	if (OURS.has(code)) {
		return new Unobserved('unsupported', `Node's TLS library cannot do this handshake: ${code}`);
	}
	if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return RESET;
	const reason = /:([^:]+):(?:\.\.\/|[^:]*\.c)/.exec(error.message)?.[1] ?? error.message.trim();
	const detail = `the TLS handshake failed: ${reason}${code === '' ? '' : ` (${code})`}`;
	return { kind: 'failed', how: 'handshake-failed', alert: null, detail };
}

/** OpenSSL gives the number in its message; the code's name serves where the message is cut. */
function alertIn(error: NodeJS.ErrnoException): number | null {
	const number = /SSL alert number (\d{1,3})/.exec(error.message)?.[1];
	if (number !== undefined) return Number(number);
	const name = /^ERR_SSL_(?:TLSV1|SSLV3|TLSV13)_(?:ALERT_)?([A-Z_]+)$/.exec(error.code ?? '')?.[1];
	if (name === undefined) return null;
	return ALERTS.find(([, words]) => words === name.toLowerCase())?.[0] ?? null;
}

/** RFC 8446 §6. */
export function nameOfAlert(alert: number): string {
	return ALERTS.find(([number]) => number === alert)?.[1].replaceAll('_', ' ') ?? 'unassigned';
}

/** RFC 8446 §6 and the alerts of earlier versions that servers still send (IANA TLS Alerts). */
const ALERTS: readonly (readonly [number: number, name: string])[] = [
	[0, 'close_notify'],
	[10, 'unexpected_message'],
	[20, 'bad_record_mac'],
	[21, 'decryption_failed'],
	[22, 'record_overflow'],
	[30, 'decompression_failure'],
	[40, 'handshake_failure'],
	[41, 'no_certificate'],
	[42, 'bad_certificate'],
	[43, 'unsupported_certificate'],
	[44, 'certificate_revoked'],
	[45, 'certificate_expired'],
	[46, 'certificate_unknown'],
	[47, 'illegal_parameter'],
	[48, 'unknown_ca'],
	[49, 'access_denied'],
	[50, 'decode_error'],
	[51, 'decrypt_error'],
	[60, 'export_restriction'],
	[70, 'protocol_version'],
	[71, 'insufficient_security'],
	[80, 'internal_error'],
	[86, 'inappropriate_fallback'],
	[90, 'user_canceled'],
	[100, 'no_renegotiation'],
	[109, 'missing_extension'],
	[110, 'unsupported_extension'],
	[111, 'certificate_unobtainable'],
	[112, 'unrecognized_name'],
	[113, 'bad_certificate_status_response'],
	[114, 'bad_certificate_hash_value'],
	[115, 'unknown_psk_identity'],
	[116, 'certificate_required'],
	[120, 'no_application_protocol'],
];
