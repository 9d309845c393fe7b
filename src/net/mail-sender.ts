import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { withDeadline } from './deadline.ts';
import { extraRoots } from './extra-roots.ts';

/** The user's own mail account. */
export interface SmtpAccount {
	readonly host: string;
	readonly port: number;
	/** TLS from the first byte (RFC 8314); else STARTTLS (RFC 3207). */
	readonly secure: boolean;
	/** `null`: without AUTH. */
	readonly login: { readonly user: string; readonly pass: string } | null;
}

export interface Letter {
	readonly from: string;
	readonly to: readonly string[];
	readonly subject: string;
	readonly text: string;
}

const PORTS = { 'smtps:': 465, 'smtp:': 587 } as const;
const TIMEOUT_MS = 15_000;

/**
 * `smtp://user:password@host:587` or `smtps://…`. Throws `RangeError` with a line that never quotes the
 * URL, because it holds a password.
 */
export function parseSmtpUrl(text: string, name: string): SmtpAccount {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !(url.protocol in PORTS) || url.hostname === '') {
		throw new RangeError(`${name}: write smtp://user:password@host:587 or smtps://…`);
	}
	const { protocol, hostname, username, password } = url;
	return {
		host: hostname.replace(/^\[|\]$/g, ''),
		port: url.port === '' ? PORTS[protocol as keyof typeof PORTS] : Number(url.port),
		secure: protocol === 'smtps:',
		login: username === '' ? null : { user: decoded(username), pass: decoded(password) },
	};
}

/** A lone `%` is itself: people paste passwords as they are. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/**
 * One letter in one session. A password never goes out without TLS. Throws
 * where the server did not take the letter, with its answer.
 */
export async function sendMail(
	{ from, to, subject, text }: Letter,
	account: SmtpAccount,
	{
		caFiles,
		env,
		signal,
	}: {
		readonly caFiles: readonly string[];
		readonly env: Readonly<Record<string, string | undefined>>;
		readonly signal: AbortSignal;
	},
): Promise<void> {
	const { host, port, secure, login } = account;
	const ca = await extraRoots(caFiles, env);
	const transport = createTransport({
		host,
		port,
		secure,
		requireTLS: !secure && login !== null,
		...(login !== null && { auth: login }),
		tls: { ...(ca !== undefined && { ca }), ...(isIP(host) === 0 && { servername: host }) },
		connectionTimeout: TIMEOUT_MS,
		greetingTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		disableFileAccess: true,
		disableUrlAccess: true,
	});
	const letter = { from, to: [...to], subject, text, headers: AUTOMATIC };
	try {
		await withDeadline(TIMEOUT_MS, signal, () => transport.sendMail(letter));
	} catch (error) {
		throw new Error(`${host}: ${(error as Error).message}`);
	} finally {
		transport.close();
	}
}

/** RFC 3834 §5: nobody's absence note answers it. */
const AUTOMATIC = { 'Auto-Submitted': 'auto-generated' };
