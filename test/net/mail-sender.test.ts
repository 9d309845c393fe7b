import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAuthority, pem } from '../../src/lab/certificates.ts';
import { parseSmtpUrl, sendMail } from '../../src/net/mail-sender.ts';
import { mailServer } from '../watch/receivers.ts';

const { signal } = new AbortController();
const LETTER = {
	from: 'watch@shop.test',
	to: ['ops@shop.test', 'boss@shop.test'],
	subject: 'shop.test: 1 broke',
	text: 'It broke.\n',
};

/** A certificate for localhost, and the file of the root that it hangs on. */
async function certified() {
	const authority = createAuthority({ now: new Date(), host: 'ca.test' });
	const spec = { kind: 'ok', key: 'ec', crl: false, mustStaple: false } as const;
	const { key, chain } = authority.issue(spec, ['localhost']);
	const file = path.join(await mkdtemp(path.join(tmpdir(), 'mail-')), 'root.pem');
	await writeFile(file, authority.rootPem);
	return { key, cert: chain.map((der) => pem('CERTIFICATE', der)).join(''), caFiles: [file] };
}

describe('a letter', () => {
	it('goes out over STARTTLS, logged in, to everybody', async () => {
		const { key, cert, caFiles } = await certified();
		await using server = await mailServer({ key, cert });
		const account = parseSmtpUrl(`smtp://me%40shop.test:p%25ss@localhost:${server.port}`, 'X');
		await sendMail(LETTER, account, { caFiles, env: {}, signal });
		expect(server.logins).toEqual(['PLAIN me@shop.test p%ss over TLS']);
		expect(server.received[0]).toContain('for ops@shop.test boss@shop.test');
		expect(server.received[0]).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
	});

	it('goes out over TLS from the first byte, by AUTH LOGIN where that is offered', async () => {
		const { key, cert, caFiles } = await certified();
		await using server = await mailServer({ key, cert, secure: true, authMethods: ['LOGIN'] });
		const account = parseSmtpUrl(`smtps://me:secret@localhost:${server.port}`, 'X');
		await sendMail(LETTER, account, { caFiles, env: {}, signal });
		expect(server.logins).toEqual(['LOGIN me secret over TLS']);
	});

	it('is not sent to a server whose certificate nobody vouches for', async () => {
		const { key, cert } = await certified();
		await using server = await mailServer({ key, cert });
		const account = parseSmtpUrl(`smtp://me:secret@localhost:${server.port}`, 'X');
		const sent = sendMail(LETTER, account, { caFiles: [], env: {}, signal });
		await expect(sent).rejects.toThrow(/^localhost: .*certificate/);
		expect([server.logins, server.received]).toEqual([[], []]);
	});

	it('and its password stay here where the server offers no TLS', async () => {
		await using server = await mailServer();
		const account = parseSmtpUrl(`smtp://me:secret@localhost:${server.port}`, 'X');
		const sent = sendMail(LETTER, account, { caFiles: [], env: {}, signal });
		await expect(sent).rejects.toThrow(/STARTTLS|TLS/);
		expect([server.logins, server.received]).toEqual([[], []]);
	});

	it('is given up at once when the watch ends', async () => {
		const silent = createServer().listen(0, '127.0.0.1');
		await once(silent, 'listening');
		const { port } = silent.address() as AddressInfo;
		const account = { host: '127.0.0.1', port, secure: false, login: null };
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 50);
		const sent = sendMail(LETTER, account, { caFiles: [], env: {}, signal: controller.signal });
		await expect(sent).rejects.toThrow('127.0.0.1: stopped');
		silent.close();
	});
});

it.each(['', 'smtp://', 'https://me:secret@host', 'me:secret@host'])(
	'the address %j of a mail server is refused without quoting it',
	(text) => {
		expect(() => parseSmtpUrl(text, 'THE_URL')).toThrow(/^THE_URL: write smtp:\/\/user:password/);
		expect(() => parseSmtpUrl(text, 'THE_URL')).not.toThrow(/secret/);
	},
);

it('an address without a port has the usual one', () => {
	expect(parseSmtpUrl('smtp://a', 'X')).toMatchObject({ port: 587, secure: false, login: null });
	expect(parseSmtpUrl('smtps://[::1]', 'X')).toMatchObject({
		port: 465,
		host: '::1',
		secure: true,
	});
});
