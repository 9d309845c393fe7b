import type { Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { beforeAll, describe, expect, it } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import type { SmtpOutcome } from '../../src/core/io.ts';
import { createSmtp, type SmtpSettings } from '../../src/net/smtp.ts';
import { closedPort, type Issued, issue, listen, loopbackDialer, rawServer } from './loopback.ts';

const timeoutsMs = { connect: 400, greeting: 400, step: 400 };
let mail: Issued;

beforeAll(() => {
	mail = issue('mx.site.test');
});

function session(port: number, settings: SmtpSettings = {}): Promise<SmtpOutcome> {
	const smtp = createSmtp(loopbackDialer(), { port, timeoutsMs, ...settings });
	return smtp.session({ host: 'mx.site.test', address: '127.0.0.1' });
}

/** Answers each command by its first word, and remembers what was said. */
async function scripted(
	greeting: string | null,
	replies: Record<string, string | null>,
): Promise<{ port: number; said: string[] }> {
	const said: string[] = [];
	const port = await rawServer((socket) => {
		if (greeting !== null) socket.write(greeting);
		socket.on('data', (chunk) => {
			const line = chunk.toString('latin1').trim();
			said.push(line);
			const reply = replies[line.split(' ', 1)[0] ?? ''];
			if (reply !== undefined && reply !== null) socket.write(reply);
		});
	});
	return { port, said };
}

async function realServer(options: SMTPServerOptions): Promise<number> {
	const server = new SMTPServer({ logger: false, ...options });
	server.on('error', () => {});
	return listen(server.server as Server);
}

describe('a session with a real server', () => {
	it('goes through EHLO, STARTTLS and the handshake, and leaves with QUIT', async () => {
		const closed: string[] = [];
		const port = await realServer({
			name: 'mx.site.test',
			key: mail.key,
			cert: mail.cert,
			onClose: ({ secure, hostNameAppearsAs, clientHostname }) => {
				closed.push(`${secure} ${hostNameAppearsAs} ${clientHostname}`);
			},
		});
		const outcome = await session(port);
		expect(outcome).toMatchObject({
			kind: 'session',
			greeting: expect.stringMatching(/^220 mx\.site\.test ESMTP/),
			extensions: expect.arrayContaining(['PIPELINING', '8BITMIME', 'STARTTLS']),
			starttls: 220,
			tls: { kind: 'completed', protocol: 'TLSv1.3', alpn: null, chain: [mail.der] },
		});
		await expect.poll(() => closed.length).toBe(1);
	});

	it('without STARTTLS', async () => {
		const port = await realServer({ hideSTARTTLS: true });
		expect(await session(port)).toMatchObject({ kind: 'session', starttls: null, tls: null });
	});
});

describe('what is said', () => {
	it('is the address literal of our end, or the name that is given, and never a mail', async () => {
		const ehlo = '250-mx.site.test\r\n250 SIZE 1000\r\n';
		const first = await scripted('220 hi\r\n', { EHLO: ehlo, QUIT: '221 bye\r\n' });
		await session(first.port);
		await expect.poll(() => first.said).toEqual(['EHLO [127.0.0.1]', 'QUIT']);
		const second = await scripted('220 hi\r\n', { EHLO: ehlo });
		await session(second.port, { name: 'probe.example.com' });
		await expect.poll(() => second.said).toEqual(['EHLO probe.example.com', 'QUIT']);
	});
});

describe('replies', () => {
	it('in several lines give extensions in upper case, with their parameters', async () => {
		const { port } = await scripted('220-mx.site.test\r\n220-\r\n220 ready\r\n', {
			EHLO: '250-mx.site.test at your service\r\n250-size 35882577\r\n250-auth=LOGIN\r\n250-Auth PLAIN Login\r\n250 SMTPUTF8\r\n',
		});
		expect(await session(port)).toEqual({
			kind: 'session',
			greeting: '220 mx.site.test',
			extensions: ['SIZE 35882577', 'AUTH=LOGIN', 'AUTH PLAIN Login', 'SMTPUTF8'],
			starttls: null,
			tls: null,
		});
	});

	it('that come in pieces are put together', async () => {
		const port = await rawServer((socket) => {
			const text = '220 mx.site.test ESMTP\r\n';
			for (const [i, letter] of [...text].entries()) setTimeout(() => socket.write(letter), i * 2);
			socket.on('data', () => socket.write('250 mx.site.test\r\n'));
		});
		expect(await session(port)).toMatchObject({ kind: 'session', extensions: [] });
	});

	it('of a server that knows no EHLO mean no extensions', async () => {
		const { port } = await scripted('220 old\r\n', { EHLO: '500 what?\r\n' });
		expect(await session(port)).toMatchObject({ kind: 'session', extensions: [], starttls: null });
	});

	it('to STARTTLS other than 220 are given', async () => {
		const { port, said } = await scripted('220 hi\r\n', {
			EHLO: '250-mx\r\n250 STARTTLS\r\n',
			STARTTLS: '454 TLS not available\r\n',
		});
		expect(await session(port)).toMatchObject({ starttls: 454, tls: null });
		await expect.poll(() => said.at(-1)).toBe('QUIT');
	});
});

describe('a server that refuses us may serve others', () => {
	it.each([
		['554 5.7.1 blocked\r\n', {}],
		['421 too busy\r\n', {}],
		['220 hi\r\n', { EHLO: '550 who are you\r\n' }],
	])('%j', async (greeting, replies) => {
		const { port } = await scripted(greeting, replies);
		await expect(session(port)).rejects.toMatchObject({ because: 'denied' });
	});
});

describe('failures are values', () => {
	it('refused, and silent at connect', async () => {
		expect(await session(await closedPort())).toMatchObject({ how: 'refused', phase: 'connect' });
		const smtp = createSmtp(loopbackDialer({ addressMap: () => 'silent' }), { timeoutsMs });
		const outcome = await smtp.session({ host: 'mx.site.test', address: '198.51.100.25' });
		expect(outcome).toMatchObject({ how: 'silent', phase: 'connect' });
	});

	it('silent at the greeting, at EHLO, at STARTTLS and in the handshake', async () => {
		const silent = await scripted(null, {});
		expect(await session(silent.port)).toMatchObject({ how: 'silent', phase: 'smtp' });
		const atEhlo = await scripted('220 hi\r\n', {});
		expect(await session(atEhlo.port)).toMatchObject({ how: 'silent', phase: 'smtp' });
		const offer = { EHLO: '250-mx\r\n250 STARTTLS\r\n' };
		const atStart = await scripted('220 hi\r\n', offer);
		expect(await session(atStart.port)).toMatchObject({ how: 'silent', phase: 'smtp' });
		const inTls = await scripted('220 hi\r\n', { ...offer, STARTTLS: '220 go\r\n' });
		expect(await session(inTls.port)).toMatchObject({
			kind: 'session',
			starttls: 220,
			tls: { kind: 'failed', how: 'silent', phase: 'tls' },
		});
	});

	it('closed and reset', async () => {
		const closed = await rawServer((socket) => socket.end());
		const reset = await rawServer((socket) => {
			socket.write('220 hi\r\n');
			socket.once('data', () => socket.resetAndDestroy());
		});
		for (const port of [closed, reset]) {
			expect(await session(port)).toMatchObject({ how: 'reset', phase: 'smtp' });
		}
	});

	it.each([
		['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
		['a code outside 2xx to 5xx', '123 hello\r\n'],
		['two codes in one reply', '220-hi\r\n250 hi\r\n'],
		['a line without end', `220 ${'a'.repeat(5_000)}`],
		['a line too long', `220 ${'a'.repeat(5_000)}\r\n`],
		['lines without end', '220-more\r\n'.repeat(500)],
	])('bad response: %s', async (_, greeting) => {
		const { port } = await scripted(greeting, {});
		expect(await session(port)).toMatchObject({ how: 'bad-response', phase: 'smtp' });
	});

	it('throws why the audit was stopped', async () => {
		const { port } = await scripted(null, {});
		const dialer = loopbackDialer();
		const slow = { connect: 9_000, greeting: 9_000, step: 9_000 };
		const smtp = createSmtp(dialer, { port, timeoutsMs: slow });
		const running = smtp.session({ host: 'mx.site.test', address: '127.0.0.1' });
		const expected = expect(running).rejects.toMatchObject({ because: 'timeout' });
		setTimeout(() => dialer.stop(new Unobserved('timeout', 'out of time')), 50);
		await expected;
	});
});

describe('text sent out of turn', () => {
	it('with the greeting is no reply to EHLO', async () => {
		const { port } = await scripted('220 hi\r\n250-mx\r\n250 STARTTLS\r\n', {
			EHLO: '250-mx\r\n250 SIZE 1\r\n',
		});
		expect(await session(port)).toMatchObject({ extensions: ['SIZE 1'], starttls: null });
	});

	it('behind the reply to STARTTLS does not reach the handshake', async () => {
		const { createServer } = await import('node:net');
		const { TLSSocket } = await import('node:tls');
		const commands: string[] = [];
		const port = await listen(
			createServer((socket) => {
				socket.write('220 hi\r\n');
				const play = (chunk: Buffer) => {
					if (/^EHLO/.test(chunk.toString())) {
						socket.write('250-mx\r\n250 STARTTLS\r\n');
						return;
					}
					socket.off('data', play);
					socket.write('220 go\r\n250-injected.test\r\n250 X-INJECTED\r\n');
					const tls = new TLSSocket(socket, { isServer: true, key: mail.key, cert: mail.cert });
					tls.on('error', () => {});
					tls.on('data', (data) => commands.push(data.toString()));
				};
				socket.on('data', play);
			}),
		);
		const outcome = await session(port);
		expect(outcome).toMatchObject({
			extensions: ['STARTTLS'],
			tls: { kind: 'completed', chain: [mail.der] },
		});
		await expect.poll(() => commands.join('')).toBe('QUIT\r\n');
	});
});

describe('the connection', () => {
	it('ends when the session is over', async () => {
		const ended = { count: 0 };
		const port = await rawServer((socket) => {
			socket.write('220 hi\r\n');
			socket.on('data', () => socket.write('250 mx\r\n'));
			socket.once('close', () => {
				ended.count += 1;
			});
		});
		await session(port);
		await expect.poll(() => ended.count).toBe(1);
	});
});
