import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import type { Report } from '../../src/core/report.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import { delivered, sign, txt, written } from '../checks/email/message-lab.ts';
import { rsaKey } from '../facts/mail/message-maker.ts';
import { launch } from './launch.ts';

let folder = '';

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'message-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('--message', () => {
	it('is exit 2 with one line for what is no file to read', async () => {
		const large = path.join(folder, 'large.eml');
		await writeFile(large, '');
		await truncate(large, 25 * 1024 * 1024 + 1);
		for (const [file, why] of [
			['/nonexistent.eml', 'there is no such file'],
			[folder, 'this is a folder; give the file'],
			[large, 'larger than 25 MiB, which no provider accepts'],
		] as const) {
			const { code, stdout, stderr } = await launch(['audit', 'example.com', '--message', file]);
			expect({ code, stdout, stderr }).toEqual({
				code: 2,
				stdout: '',
				stderr: `launch-ready: --message "${file}": ${why}\n`,
			});
		}
	});

	it('is named by the config, too', async () => {
		const config = path.join(folder, 'launch-ready.config.yaml');
		await writeFile(config, 'messages: [/nonexistent.eml]\n');
		const { code, stderr } = await launch(['audit', 'example.com', '--config', config]);
		expect({ code, stderr }).toEqual({
			code: 2,
			stderr: 'launch-ready: messages in the config "/nonexistent.eml": there is no such file\n',
		});
	});
});

const mailOf = ({ findings, checks }: Report) => ({
	findings: findings.filter(({ id }) => id.startsWith('email/message/')),
	checks: checks.filter(({ check }) => check === 'email/message'),
});

it('a recording is judged the same without the files, and holds no recipient and no text', async () => {
	const key = rsaKey();
	await using lab = await startLab({
		zones: {
			'shop.test': {
				records: [
					'@ MX 10 mail',
					'mail A 198.51.100.7',
					'@ TXT "v=spf1 ip4:198.51.100.7 -all"',
					'_dmarc TXT "v=DMARC1; p=reject"',
					`s1._domainkey TXT ${txt(key.record)}`,
				],
			},
		},
	});
	const receipt = { returnPath: 'bounce+reader=receiver.test@shop.test' };
	const files = {
		'sound.eml': delivered(sign(written(), key), receipt),
		'altered.eml': delivered(sign(written(), key).replace('please', 'now'), receipt),
		'unsigned.eml': delivered(written(), { ...receipt, protocol: 'ESMTP' }),
	};
	const messages = Object.keys(files).map((name) => path.join(folder, name));
	for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
	const record = path.join(folder, 'evidence');
	const only = ['email/message'];
	const live = await audit({
		domain: 'shop.test',
		messages,
		only,
		record,
		resolver: lab.resolver,
		addressMap: lab.addressMap,
	});
	expect(mailOf(live).findings.map(({ id, subject }) => `${subject.name} ${id}`)).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/ email\/message\/dkim-body-hash$/),
			'unsigned.eml email/message/dkim-missing',
			'unsigned.eml email/message/received-plaintext',
		]),
	);
	for (const file of messages) await rm(file);
	const replayed = await audit({ replay: record, only });
	expect(mailOf(replayed)).toEqual(mailOf(live));
	const kept = await readdir(record, { recursive: true, withFileTypes: true });
	const texts = await Promise.all(
		kept
			.filter((one) => one.isFile())
			.map((one) => readFile(path.join(one.parentPath, one.name), 'utf8')),
	);
	const whole = texts.join('\n');
	expect(whole).toContain('file.message');
	expect(whole).not.toMatch(/reader|receiver\.test>|confirm/i);
});
