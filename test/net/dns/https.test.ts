import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import packet from 'dns-packet';
import { expect, test } from 'vitest';
import { Unobserved } from '../../../src/core/fact.ts';
import { WHERE_IT_IS } from '../../../src/net/dialer.ts';
import { createResolver } from '../../../src/net/dns/resolver.ts';
import { parseResolver } from '../../../src/net/dns/server-list.ts';
import { afterwards, closedPort, issue, rawServer } from '../loopback.ts';
import { a, replyTo, startNameServer, wireName } from '../name-server.ts';

const authority = issue('authority.test', null, true);
const certificate = issue('doh.test', authority);

type Serve = (stream: ServerHttp2Stream, body: Buffer, headers: Record<string, unknown>) => void;

async function dohServer(serve: Serve): Promise<{ port: number; server: Http2SecureServer }> {
	const server = createSecureServer({ key: certificate.key, cert: certificate.cert });
	server.on('session', (session) => {
		session.on('error', () => {});
		afterwards(() => session.destroy());
	});
	server.on('sessionError', () => {});
	server.on('stream', (stream, headers) => {
		const chunks: Buffer[] = [];
		stream.on('error', () => {});
		stream.on('data', (chunk: Buffer) => chunks.push(chunk));
		stream.on('end', () => serve(stream, Buffer.concat(chunks), headers));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	afterwards(() => server.close());
	return { port: (server.address() as AddressInfo).port, server };
}

/** The name of the DoH host is looked up at a plain name server, as `doh.test` at 127.0.0.1. */
async function resolverAt(port: number, trusted = [authority.cert]) {
	const bootstrap = await startNameServer((seen) => [
		replyTo(seen, seen.type === 'A' ? { answers: [a('doh.test', '127.0.0.1')] } : {}),
	]);
	afterwards(() => bootstrap.close());
	const stopper = new AbortController();
	const resolver = createResolver({
		resolver: parseResolver(`https://doh.test:${port}/dns-query`),
		locate: (endpoint) =>
			endpoint.port === 53
				? { address: '127.0.0.1', port: bootstrap.ports[endpoint.transport] }
				: WHERE_IT_IS(endpoint),
		signal: stopper.signal,
		authorities: async () => trusted,
		bootstrap: [{ address: '198.51.100.53', port: 53 }],
	});
	afterwards(() => {
		stopper.abort(new Unobserved('cancelled', 'the test is over'));
		return resolver.close();
	});
	return { ...resolver, stop: () => stopper.abort(new Unobserved('timeout', 'time is over')) };
}

function answerTo(body: Buffer): Buffer {
	const [question] = packet.decode(body).questions ?? [];
	const name = question?.name ?? '';
	return replyTo(
		{
			id: body.readUInt16BE(0),
			question: body.subarray(12, 12 + wireName(name).length + 4),
		} as never,
		{ flags: packet.RECURSION_AVAILABLE, answers: [a(name, '192.0.2.7')] },
	);
}

const respond: Serve = (stream, body) => {
	stream.respond({ ':status': 200, 'content-type': 'application/dns-message' });
	stream.end(answerTo(body));
};

test('questions are posted with id 0 over one HTTP/2 connection, letters unmixed', async () => {
	const bodies: Buffer[] = [];
	const seen: Record<string, unknown>[] = [];
	let sessions = 0;
	const { port, server } = await dohServer((stream, body, headers) => {
		bodies.push(body);
		seen.push(headers);
		respond(stream, body, headers);
	});
	server.on('session', () => {
		sessions += 1;
	});
	const { ask } = await resolverAt(port);
	const answers = await Promise.all([
		ask({ name: 'a.test', type: 'A' }),
		ask({ name: 'b.test', type: 'A' }),
	]);
	expect(answers[0]).toMatchObject({
		status: 'ok',
		transport: 'https',
		server: `https://doh.test:${port}/dns-query`,
		records: [{ owner: 'a.test', text: '192.0.2.7' }],
	});
	expect(answers[1]?.status).toBe('ok');
	expect(sessions).toBe(1);
	expect(bodies.map((body) => body.readUInt16BE(0))).toEqual([0, 0]);
	expect(packet.decode(bodies[0] ?? Buffer.alloc(0)).questions?.[0]?.name).toBe('a.test');
	expect(seen[0]).toMatchObject({
		':method': 'POST',
		':path': '/dns-query',
		'content-type': 'application/dns-message',
	});
});

test('a connection that the server closed is replaced', async () => {
	const { port } = await dohServer((stream, body, headers) => {
		respond(stream, body, headers);
		stream.on('close', () => stream.session?.close());
	});
	const { ask } = await resolverAt(port);
	expect(await ask({ name: 'a.test', type: 'A' })).toMatchObject({ status: 'ok' });
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(await ask({ name: 'b.test', type: 'A' })).toMatchObject({ status: 'ok' });
});

test.each([
	['an HTTP error', { ':status': 502 }, 'HTTP status 502'],
	['another media type', { ':status': 200, 'content-type': 'text/html' }, 'media type text/html'],
])('%s is malformed', async (_, headers, detail) => {
	const { port } = await dohServer((stream) => {
		stream.respond(headers);
		stream.end('<html>');
	});
	const { ask } = await resolverAt(port);
	expect(await ask({ name: 'a.test', type: 'A' })).toMatchObject({ status: 'malformed', detail });
});

test('an answer longer than any message is cut off', async () => {
	const { port } = await dohServer((stream) => {
		stream.respond({ ':status': 200, 'content-type': 'application/dns-message' });
		stream.end(Buffer.alloc(200_000));
	});
	const { ask } = await resolverAt(port);
	const answer = await ask({ name: 'a.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'malformed' });
	expect(answer.detail).toContain('longer than a DNS message');
});

test('a certificate that nobody vouches for is no response', async () => {
	const { port } = await dohServer(respond);
	const { ask } = await resolverAt(port, [issue('other.test', null, true).cert]);
	const answer = await ask({ name: 'a.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'no-response', transport: 'https' });
	expect(answer.detail).toMatch(/^TLS: /);
});

test('a server without HTTP/2 or without TLS is no response, and a closed port a refusal', async () => {
	const plain = await rawServer((socket) => socket.end('SSH-2.0-x\r\n'));
	expect(await (await resolverAt(plain)).ask({ name: 'a.test', type: 'A' })).toMatchObject({
		status: 'no-response',
	});
	const closed = await resolverAt(await closedPort());
	expect(await closed.ask({ name: 'a.test', type: 'A' })).toMatchObject({
		status: 'connection-refused',
	});
});

test('the end of the audit ends a question that nobody answers', async () => {
	const { port } = await dohServer(() => {});
	const { ask, stop } = await resolverAt(port);
	const question = ask({ name: 'a.test', type: 'A' });
	setTimeout(stop, 100);
	await expect(question).rejects.toThrow('time is over');
});
