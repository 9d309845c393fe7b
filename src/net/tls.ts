import { readFile } from 'node:fs/promises';
import { rootCertificates, type TLSSocket } from 'node:tls';
import type { TlsCompleted, TlsOutcome, TlsPort, TlsRequest, TrustStore } from '../core/io.ts';
import type { Dialer } from './dialer.ts';
import { sayHello } from './hello.ts';
import { overhear } from './overheard.ts';
import { type Secured, secure } from './secure.ts';
import { twiceIfReset, whyStopped } from './wait.ts';

export interface TlsSettings {
	/** `--ca`: PEM files. */
	readonly caFiles?: readonly string[];
	/** NODE_EXTRA_CA_CERTS is read from here. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Where the roots stay once they are read; read anew each time unless given. */
	readonly kept?: { read?: Promise<TrustStore> } | undefined;
	/** Replaced in tests. */
	readonly timeoutsMs?: {
		readonly connect?: number;
		readonly tls?: number;
		/** Connecting included. */
		readonly hello?: number;
	};
}

/** As a browser offers; what the server picks is a fact about it. */
const ALPN = ['h2', 'http/1.1'] as const;

/**
 * One TCP connection and one handshake a request, closed at once; no byte of HTTP is sent. One that is
 * broken off is tried once more. `roots`
 * reads files and no network, and throws `RangeError` with the path of a `--ca` file that it cannot
 * read; NODE_EXTRA_CA_CERTS that cannot be read is ignored, as Node does.
 */
export function createTls(dialer: Dialer, settings: TlsSettings): TlsPort {
	const timeouts = { connect: 4_000, tls: 5_000, hello: 4_000, ...settings.timeoutsMs };
	const { signal } = dialer;
	return {
		handshake: (request) => twiceIfReset(() => handshakeOnce(request), signal),
		hello: (request) => sayHello(dialer, request, timeouts.hello),
		roots() {
			const { kept } = settings;
			if (kept === undefined) return readRoots(settings);
			kept.read ??= readRoots(settings);
			return kept.read;
		},
	};

	async function handshakeOnce({
		host,
		address,
		port,
		maxVersion,
		withoutName,
		forTicket,
	}: TlsRequest): Promise<TlsOutcome> {
		const dialed = await dialer.connect({ host, address, port, timeoutMs: timeouts.connect });
		if (dialed.kind === 'failed') {
			const { how, detail } = dialed;
			return { kind: 'failed', how, phase: 'connect', alert: null, detail };
		}
		try {
			const { stream, keyLog, asksForCertificate } = overhear(dialed.socket);
			let staple: Buffer | null = null;
			const to = {
				host,
				alpn: ALPN,
				timeoutMs: timeouts.tls,
				signal,
				maxVersion,
				withoutName,
				keyLog,
				onStaple: (response: Buffer) => {
					staple = response;
				},
			};
			const secured = await secure(stream, to);
			if (secured.kind === 'failed') {
				return { ...secured, phase: 'tls', ...asking(asksForCertificate('')) };
			}
			if (signal.aborted) throw whyStopped(signal);
			const shown = completedOn(secured.socket);
			const completed = {
				...shown,
				...stapled(staple),
				...(forTicket === true && (await ticketed(secured))),
				...asking(asksForCertificate(shown.cipher)),
			};
			// A polite close: servers log an error where the connection is cut.
			secured.socket.end();
			return completed;
		} finally {
			closeSoon(dialed.socket);
		}
	}
}

/** Nothing is said of what could not be read. */
function asking(asks: boolean | null): Pick<TlsCompleted, 'asksForCertificate'> {
	return asks === null ? {} : { asksForCertificate: asks };
}

function stapled(response: Buffer | null): Pick<TlsCompleted, 'staple'> {
	return response === null ? {} : { staple: response.toString('base64') };
}

/**
 * TLS 1.3's ticket follows the client's last message, so it takes one more round trip; a server under load
 * may need several.
 */
async function ticketed({ socket, tookMs }: Secured): Promise<Pick<TlsCompleted, 'ticket'>> {
	if (socket.getProtocol() !== 'TLSv1.3') return {};
	return new Promise((resolve) => {
		const settle = (ticket: boolean) => {
			clearTimeout(timer);
			socket.off('session', given).off('close', none);
			resolve({ ticket });
		};
		const given = () => settle(true);
		const none = () => settle(false);
		const timer = setTimeout(none, Math.min(2_000, Math.max(300, 3 * tookMs)));
		socket.once('session', given).once('close', none);
	});
}

/** What the handshake showed. */
export function completedOn(socket: TLSSocket): TlsCompleted {
	return {
		kind: 'completed',
		protocol: socket.getProtocol() ?? 'unknown',
		cipher: socket.getCipher().name,
		alpn: socket.alpnProtocol || null,
		chain: chainSent(socket),
	};
}

/** Time enough for our close_notify to leave, and for no more. */
function closeSoon(socket: { destroy(): unknown; destroyed: boolean }): void {
	if (socket.destroyed) return;
	setTimeout(() => socket.destroy(), 200).unref();
}

/** OpenSSL's limit on a certificate message allows for a few hundred. */
const MOST_CERTIFICATES = 1_000;

/**
 * `issuerCertificate` walks the Certificate message as it was sent, duplicates and strangers included
 * (`getPeerCertificate(true)` reorders it, and completes it from the local store).
 */
function chainSent(socket: TLSSocket): readonly string[] {
	const chain: string[] = [];
	let certificate = socket.getPeerX509Certificate();
	while (certificate !== undefined && chain.length < MOST_CERTIFICATES) {
		chain.push(certificate.raw.toString('base64'));
		certificate = certificate.issuerCertificate;
	}
	return chain;
}

/** One text for all audits, so that whoever reads it needs to do so once. */
let joinedRoots = '';
function publicRoots(): string {
	if (joinedRoots === '') joinedRoots = rootCertificates.join('\n');
	return joinedRoots;
}

async function readRoots({
	caFiles = [],
	env: { NODE_EXTRA_CA_CERTS: extra },
}: TlsSettings): Promise<TrustStore> {
	const named = await Promise.all(
		caFiles.map((path) =>
			readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
				throw new RangeError(`${path} cannot be read: ${error.code ?? error.message}`);
			}),
		),
	);
	const added = extra ? await readFile(extra, 'utf8').catch(() => '') : '';
	return {
		node: process.versions.node,
		publicPem: publicRoots(),
		privatePem: [...named, added].filter((pem) => pem !== '').join('\n'),
	};
}
