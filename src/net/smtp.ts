import { isIPv6, type Socket } from 'node:net';
import { Unobserved } from '../core/fact.ts';
import type { SmtpOutcome, SmtpPort, SmtpRequest, TlsOutcome } from '../core/io.ts';
import type { Dialer } from './dialer.ts';
import { secure } from './secure.ts';
import { type NoReply, type Reply, SmtpReplies } from './smtp-replies.ts';
import { completedOn } from './tls.ts';
import { whyStopped } from './wait.ts';

export interface SmtpSettings {
	/**
	 * Said in EHLO. The address literal of our end of the connection unless given: RFC 5321 §4.1.4
	 * asks for that where a client has no name of its own, and any invented name, `.invalid` too,
	 * fails the look-ups that servers make. It tells the server nothing but an address in our network.
	 */
	readonly name?: string;
	/** Replaced in tests. */
	readonly port?: number;
	readonly timeoutsMs?: SmtpTimeouts;
}

/** Milliseconds, each step on its own. */
interface SmtpTimeouts {
	readonly connect: number;
	readonly greeting: number;
	readonly step: number;
}

/**
 * Servers make strangers wait for the greeting on purpose (Postfix's postscreen six seconds,
 * Sendmail's greet_pause five): to give up before would call them silent. To connect, none does;
 * where port 25 is filtered, which is usual, every audit waits that long.
 */
const TIMEOUTS: SmtpTimeouts = { connect: 3_000, greeting: 12_000, step: 5_000 };

/**
 * One connection to port 25: greeting, EHLO, STARTTLS where it is offered, QUIT. The owner's log
 * shows a client that left without a mail. A server that refuses us (a 4xx or 5xx greeting or EHLO)
 * throws `Unobserved('denied')`: it may serve others. What a server sends before it was asked is
 * dropped, before the handshake too (CVE-2011-0411).
 */
export function createSmtp(dialer: Dialer, settings: SmtpSettings = {}): SmtpPort {
	const timeouts = settings.timeoutsMs ?? TIMEOUTS;
	return {
		async session(request) {
			const { host, address } = request;
			const dialed = await dialer.connect({
				host,
				address,
				port: settings.port ?? 25,
				timeoutMs: timeouts.connect,
			});
			if (dialed.kind === 'failed') {
				return { kind: 'failed', how: dialed.how, phase: 'connect', detail: dialed.detail };
			}
			const { socket } = dialed;
			try {
				return await converse(socket, request, settings, timeouts, dialer.signal);
			} finally {
				// QUIT needs no answer; a moment lets it leave.
				setTimeout(() => socket.destroy(), 200).unref();
			}
		},
	};
}

async function converse(
	socket: Socket,
	{ host, maxVersion }: SmtpRequest,
	settings: SmtpSettings,
	timeouts: SmtpTimeouts,
	signal: AbortSignal,
): Promise<SmtpOutcome> {
	const replies = new SmtpReplies(socket, signal);
	const greeting = await replies.next(timeouts.greeting);
	if ('how' in greeting) return failed(greeting, 'the greeting');
	if (greeting.code >= 400) throw refused(host, greeting, 'connections');
	const hello = await replies.ask(`EHLO ${settings.name ?? literalOf(socket)}`, timeouts.step);
	if ('how' in hello) return failed(hello, 'the reply to EHLO');
	// 500 and 502: a server from before RFC 1869, which has no extensions at all.
	const isOld = hello.code === 500 || hello.code === 502;
	if (hello.code >= 400 && !isOld) throw refused(host, hello, 'EHLO');
	const extensions = isOld ? [] : hello.lines.slice(1).map(extensionIn).filter(isNotEmpty);
	const common = {
		kind: 'session' as const,
		greeting: `${greeting.code} ${greeting.lines[0] ?? ''}`.trimEnd(),
		extensions,
	};
	if (!extensions.some((line) => line.split(' ', 1)[0] === 'STARTTLS')) {
		replies.write('QUIT');
		return { ...common, starttls: null, tls: null };
	}
	const go = await replies.ask('STARTTLS', timeouts.step);
	if ('how' in go) return failed(go, 'the reply to STARTTLS');
	if (go.code !== 220) {
		replies.write('QUIT');
		return { ...common, starttls: go.code, tls: null };
	}
	replies.release();
	const to = { host, alpn: [], timeoutMs: timeouts.step, signal, maxVersion };
	return { ...common, starttls: 220, tls: await upgrade(socket, to) };
}

async function upgrade(socket: Socket, to: Parameters<typeof secure>[1]): Promise<TlsOutcome> {
	const secured = await secure(socket, to);
	if (secured.kind === 'failed') return { ...secured, phase: 'tls' };
	if (to.signal.aborted) throw whyStopped(to.signal);
	const completed = completedOn(secured.socket);
	secured.socket.end('QUIT\r\n');
	return completed;
}

function failed({ how, detail }: NoReply, step: string): SmtpOutcome {
	return { kind: 'failed', how, phase: 'smtp', detail: `${step}: ${detail}` };
}

function refused(host: string, { code, lines }: Reply, what: string): Unobserved {
	return new Unobserved('denied', `${host} refuses our ${what}: ${code} ${lines[0] ?? ''}`);
}

/** The keyword in upper case, its parameters as sent (RFC 5321 §4.1.1.1); `AUTH=` is an old form. */
function extensionIn(line: string): string {
	const [, keyword = '', rest = ''] = /^\s*([^\s=]*)(.*?)\s*$/.exec(line) ?? [];
	return `${keyword.toUpperCase()}${rest}`;
}

function isNotEmpty(text: string): boolean {
	return text !== '';
}

/** RFC 5321 §4.1.3. */
function literalOf({ localAddress = '127.0.0.1' }: Socket): string {
	const plain = localAddress.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
	return isIPv6(plain) ? `[IPv6:${plain}]` : `[${plain}]`;
}
