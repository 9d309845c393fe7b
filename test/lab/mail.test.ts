import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { dial, received } from './clients.ts';

let lab: Lab;
beforeAll(async () => {
	lab = await startLab({
		mail: [
			{ name: 'mx.test', at: ['203.0.113.25'] },
			{ name: 'plain.test', at: ['203.0.113.26'], starttls: 'absent', greeting: 'hello' },
			{ name: 'refused.test', at: ['203.0.113.27'], starttls: 'refused' },
			{ name: 'broken.test', at: ['203.0.113.28'], starttls: 'broken' },
			{ name: 'expired.test', at: ['203.0.113.29'], certificate: 'expired' },
			{ name: 'old.test', at: ['203.0.113.30'], tls: { max: 'TLSv1.2' } },
		],
		ports: [{ at: '203.0.113.31', port: 25, does: 'accept-silent' }],
	});
});
afterAll(() => lab.close());

/** What comes back for these lines, each sent when the server has fallen silent. */
async function dialogue(address: string, lines: readonly string[]) {
	const socket = dial(lab, address, 25);
	let text = '';
	socket.on('data', (chunk) => {
		text += chunk.toString('latin1');
	});
	const settle = async () => {
		const before = text;
		await new Promise((resolve) => setTimeout(resolve, 60));
		if (text !== before || text === '') await new Promise((resolve) => setTimeout(resolve, 60));
	};
	await settle();
	for (const line of lines) {
		socket.write(`${line}\r\n`);
		await settle();
	}
	return { socket, text: () => text };
}

async function startTls(address: string, name: string): Promise<TLSSocket> {
	const { socket } = await dialogue(address, ['EHLO me.test', 'STARTTLS']);
	socket.removeAllListeners('data');
	const secure = connectTls({ socket, servername: name, ca: lab.caPem, rejectUnauthorized: false });
	await new Promise((resolve, reject) => {
		secure.once('secureConnect', resolve);
		secure.once('error', reject);
	});
	return secure;
}

test('a sound host greets, offers STARTTLS and shows a certificate for its name', async () => {
	const { socket, text } = await dialogue('203.0.113.25', ['EHLO me.test']);
	expect(text()).toMatch(/^220 mx\.test ESMTP/);
	expect(text()).toMatch(/250[- ]STARTTLS\r\n/);
	socket.destroy();
	const secure = await startTls('203.0.113.25', 'mx.test');
	expect(secure.authorized).toBe(true);
	expect(secure.getProtocol()).toBe('TLSv1.3');
	secure.write('EHLO me.test\r\n');
	expect(await received(secure)).toMatch(/^250-mx\.test/);
});

test('STARTTLS is absent, refused or broken as told', async () => {
	const absent = await dialogue('203.0.113.26', ['EHLO me.test', 'STARTTLS', 'QUIT']);
	expect(absent.text()).toContain('hello');
	expect(absent.text()).not.toMatch(/250[- ]STARTTLS/);
	expect(absent.text()).toMatch(/\n5\d\d /);
	const refused = await dialogue('203.0.113.27', ['EHLO me.test', 'STARTTLS', 'QUIT']);
	expect(refused.text()).toMatch(/250 STARTTLS\r\n454 .*\r\n221 /s);
	const broken = await dialogue('203.0.113.28', ['EHLO me.test', 'STARTTLS', 'no TLS']);
	expect(broken.text()).toMatch(/220 2\.0\.0 Ready.*\r\n500 /s);
});

test('certificates and versions are bad as told', async () => {
	const expired = await startTls('203.0.113.29', 'expired.test');
	expect(expired.authorizationError).toBe('CERT_HAS_EXPIRED');
	expired.destroy();
	const old = await startTls('203.0.113.30', 'old.test');
	expect(old.getProtocol()).toBe('TLSv1.2');
	old.destroy();
});

test('a port can accept and stay silent', async () => {
	expect(await received(dial(lab, '203.0.113.31', 25))).toBe('(silence)');
});

test('sessions are logged with the lines sent in clear text', async () => {
	await dialogue('203.0.113.27', ['EHLO logged.test', 'QUIT']);
	expect(lab.requests.smtp.at(-1)).toEqual({
		host: 'refused.test',
		address: '203.0.113.27',
		commands: ['EHLO logged.test', 'QUIT'],
	});
});
