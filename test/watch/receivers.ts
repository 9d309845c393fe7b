import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Receiver extends AsyncDisposable {
	readonly port: number;
	/** What has arrived, whole. */
	readonly received: readonly string[];
}

/** A chat's webhook: takes JSON at any path, or answers with a status that the test sets. */
export async function webhookServer(
	status: { now: number } = { now: 200 },
): Promise<Receiver & { readonly url: string }> {
	const received: string[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8').on('data', (text: string) => {
			body += text;
		});
		request.on('end', () => {
			if (status.now === 200) received.push(body);
			response.writeHead(status.now).end('ok');
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		port,
		received,
		url: `http://127.0.0.1:${port}/services/T0/SECRET`,
		[Symbol.asyncDispose]: () => closed(server),
	};
}

/** A real SMTP server: what its clients log in with, and the letters that it took. */
export async function mailServer(
	options: SMTPServerOptions = {},
): Promise<Receiver & { readonly logins: readonly string[] }> {
	const received: string[] = [];
	const logins: string[] = [];
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: options.cert === undefined ? ['STARTTLS'] : [],
		logger: false,
		...options,
		onAuth({ username = '', password = '', method }, { secure }, done) {
			logins.push(`${method} ${username} ${password} ${secure ? 'over TLS' : 'in the clear'}`);
			done(null, { user: username });
		},
		onData(stream, { envelope }, done) {
			let text = `for ${envelope.rcptTo.map(({ address }) => address).join(' ')}\n`;
			stream.setEncoding('utf8').on('data', (part: string) => {
				text += part;
			});
			stream.on('end', () => {
				received.push(text);
				done();
			});
		},
	});
	server.on('error', () => undefined);
	server.listen(0, '127.0.0.1');
	await once(server.server, 'listening');
	const { port } = server.server.address() as AddressInfo;
	return {
		port,
		received,
		logins,
		[Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

async function closed(server: Server & { closeAllConnections?: () => void }): Promise<void> {
	server.closeAllConnections?.();
	await new Promise((resolve) => server.close(resolve));
}
