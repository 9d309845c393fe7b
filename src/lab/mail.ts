import type { Socket } from 'node:net';
import type { Issued } from './certificates.ts';
import { pem } from './certificates.ts';
import type { Switchboard } from './switchboard.ts';
import type { MailHost } from './world.ts';

/** A session that reached a mail server. */
export interface SeenSession {
	readonly host: string;
	readonly address: string;
	/** Lines that the client sent in clear text, so far. */
	readonly commands: readonly string[];
}

interface Settings {
	readonly hosts: readonly MailHost[];
	readonly issue: (host: MailHost) => Issued;
	readonly board: Switchboard;
	seen(session: SeenSession): void;
}

const PORT = 25;

/** Starts port 25 of every mail host. */
export async function startMail({ hosts, issue, board, seen }: Settings): Promise<void> {
	for (const host of hosts) {
		const answer =
			host.starttls === 'offered' || host.starttls === 'absent'
				? await wholeServer(host, issue(host))
				: scripted(host);
		for (const address of host.at) {
			await board.tcp(address, PORT, (socket) => {
				seen({ host: host.name, address, commands: commandsOf(socket) });
				answer(socket);
			});
		}
	}
}

/** Filled while the session goes on. */
function commandsOf(socket: Socket): readonly string[] {
	const commands: string[] = [];
	socket.on('data', (chunk) => {
		const text = chunk.toString('latin1');
		if (/^[\x20-\x7e\r\n]+$/.test(text)) commands.push(...text.trim().split(/\r?\n/));
	});
	return commands;
}

async function wholeServer(host: MailHost, { key, chain }: Issued) {
	const { SMTPServer } = await import('smtp-server');
	const server = new SMTPServer({
		name: host.name,
		key,
		cert: chain.map((der) => pem('CERTIFICATE', der)).join(''),
		minVersion: host.tls.min,
		maxVersion: host.tls.max,
		ciphers: host.tls.ciphers ?? 'DEFAULT:@SECLEVEL=0',
		hideSTARTTLS: host.starttls === 'absent',
		disabledCommands: host.starttls === 'absent' ? ['STARTTLS', 'AUTH'] : ['AUTH'],
		disableReverseLookup: true,
		logger: false,
		// Nobody delivers here: the lab hosts no mailbox.
		onRcptTo: (_address, _session, callback) => callback(new Error('no such user')),
		...(host.greeting === undefined ? {} : { banner: host.greeting }),
	});
	server.on('error', () => undefined);
	return (socket: Socket) => server.connect(socket);
}

/** Enough SMTP to offer STARTTLS and then let the client down. */
function scripted(host: MailHost) {
	const replies = (line: string): string => {
		const [verb = ''] = line.toUpperCase().split(' ');
		switch (verb) {
			case 'EHLO':
				return `250-${host.name}\r\n250-PIPELINING\r\n250 STARTTLS\r\n`;
			case 'STARTTLS':
				return host.starttls === 'refused'
					? '454 4.7.0 TLS not available due to temporary reason\r\n'
					: '220 2.0.0 Ready to start TLS\r\n';
			case 'QUIT':
				return '221 2.0.0 Bye\r\n';
			default:
				return '250 2.0.0 OK\r\n';
		}
	};
	return (socket: Socket) => {
		let isBroken = false;
		socket.write(`${host.greeting ?? `220 ${host.name} ESMTP`}\r\n`);
		socket.on('data', (chunk) => {
			if (isBroken) {
				socket.end('500 5.5.2 Error: not TLS\r\n');
				return;
			}
			for (const line of chunk.toString('latin1').trim().split(/\r?\n/)) {
				socket.write(replies(line));
				isBroken = host.starttls === 'broken' && /^STARTTLS/i.test(line);
				if (/^QUIT/i.test(line)) socket.end();
			}
		});
	};
}
