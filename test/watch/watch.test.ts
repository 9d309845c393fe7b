import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { audit } from '../../src/audit.ts';
import type { Report } from '../../src/core/report.ts';
import { sendMail } from '../../src/net/mail-sender.ts';
import { postWebhook } from '../../src/net/webhook.ts';
import { smokeAudit } from '../../src/smoke.ts';
import { alertSubject, alertText, chatText } from '../../src/watch/alert-text.ts';
import type { Senders } from '../../src/watch/deliver.ts';
import { openState } from '../../src/watch/state-file.ts';
import { untilNext, type WatchEnd, watch } from '../../src/watch/watch.ts';
import { type DeployedShop, deployedShop, PAGE, SHOP, SIGN_IN } from '../deployed-shop.ts';
import { mailServer, type Receiver, webhookServer } from './receivers.ts';

const BROKEN = { status: 500, body: 'Internal Server Error' };
const OWNER = { pid: process.pid, host: 'here', isAlive: () => true };

function sendersTo(webhook: { url: string }, mail: Receiver): Senders {
	const account = { host: '127.0.0.1', port: mail.port, secure: false, login: null };
	return {
		webhook: (alert, signal) => {
			const settings = { url: new URL(webhook.url), userAgent: 'test', caFiles: [], env: {} };
			return postWebhook(chatText(alert), settings, signal);
		},
		mail: (alert, signal) => {
			const letter = {
				from: 'watch@shop.test',
				to: ['ops@shop.test'],
				subject: alertSubject(alert),
				text: alertText(alert),
			};
			return sendMail(letter, account, { caFiles: [], env: {}, signal });
		},
	};
}

interface Seen {
	readonly rounds: Report[];
	readonly problems: string[];
	readonly end: WatchEnd;
}

/** Watches until `enough` says so after a round. */
async function watchShop(
	shop: DeployedShop,
	senders: Senders,
	enough: (rounds: number, report: Report) => boolean,
): Promise<Seen> {
	const controller = new AbortController();
	const file = await openState(path.join(shop.folder, 'state.json'), OWNER, new Date());
	const asked = smokeAudit(shop.options);
	const rounds: Report[] = [];
	const problems: string[] = [];
	try {
		const end = await watch({
			domains: [SHOP],
			look: async (domain, signal) => {
				if (rounds.length > 0 && enough(rounds.length, rounds.at(-1) as Report)) controller.abort();
				return audit({ ...asked, domain, signal });
			},
			everyMs: 100,
			jitter: 0.1,
			alertOn: 'high',
			senders,
			file,
			once: false,
			signal: controller.signal,
			told: {
				round: (_, report) => void rounds.push(report),
				alert: () => undefined,
				problem: (line) => void problems.push(line),
				delivered: () => undefined,
			},
		});
		return { rounds, problems, end };
	} finally {
		await file.close();
	}
}

it('tells a failure once, a flap never, a recovery once, across a restart and a dead chat', async () => {
	await using shop = await deployedShop();
	const status = { now: 200 };
	await using webhook = await webhookServer(status);
	await using mail = await mailServer();
	const senders = sendersTo(webhook, mail);

	// A flap: one failing round between good ones.
	await watchShop(shop, senders, (round) => {
		if (round === 1) shop.lab.change(SHOP, '/login', BROKEN);
		if (round === 2) shop.lab.change(SHOP, '/login', SIGN_IN);
		return round === 4;
	});
	expect([webhook.received, mail.received]).toEqual([[], []]);

	// An outage: first seen before a restart, confirmed after it. The chat is down meanwhile.
	shop.lab.change(SHOP, '/login', BROKEN);
	await watchShop(shop, senders, (round) => round === 1);
	expect(mail.received).toEqual([]);
	status.now = 503;
	const down = await watchShop(shop, senders, (round) => round === 2);
	expect(webhook.received).toEqual([]);
	expect(down.problems[0]).toMatch(/^webhook: 127\.0\.0\.1:\d+: status 503; 1 waiting/);
	expect(down.problems.join()).not.toContain('SECRET');
	expect(down.end.state.outbox.map(({ channels }) => channels)).toEqual([['webhook']]);
	expect(mail.received).toHaveLength(1);
	expect(mail.received[0]).toContain('for ops@shop.test');
	expect(mail.received[0]).toMatch(/^Subject: shop\.test: 1 broke\r?$/m);
	expect(mail.received[0]).toContain('redirects/chain/target-fails');

	// The chat is back after another restart, and the outage goes on: told once, and not again.
	status.now = 200;
	await watchShop(shop, senders, (round) => round === 2);
	expect(webhook.received).toHaveLength(1);
	expect(JSON.parse(webhook.received[0] ?? '').text).toMatch(
		/^shop\.test: 1 broke\n[\s\S]*https:\/\/shop\.test\/login answers 500/,
	);

	shop.lab.change(SHOP, '/login', SIGN_IN);
	const { end } = await watchShop(shop, senders, (round) => round === 3);
	expect(webhook.received.map((body) => JSON.parse(body).text.split('\n')[0])).toEqual([
		'shop.test: 1 broke',
		'shop.test: 1 recovered',
	]);
	expect(mail.received).toHaveLength(2);
	expect(end.state.domains[SHOP]).toMatchObject({ entries: [], blind: 0 });
});

it('keeps a damaged state aside, and tells again what stands', async () => {
	await using shop = await deployedShop();
	await using webhook = await webhookServer();
	await using mail = await mailServer();
	const senders = sendersTo(webhook, mail);
	shop.lab.change(SHOP, '/', BROKEN);
	await watchShop(shop, senders, (round) => round === 2);
	const file = path.join(shop.folder, 'state.json');
	const whole = await readFile(file, 'utf8');
	await writeFile(file, whole.slice(0, whole.length / 2));
	const opened = await openState(file, OWNER, new Date());
	await opened.close();
	expect(opened.damaged).toMatch(/damaged .*; kept as .*state\.json\.damaged-/);
	const aside = /kept as (\S+),/.exec(opened.damaged ?? '')?.[1] ?? '';
	expect(await readFile(aside, 'utf8')).toBe(whole.slice(0, whole.length / 2));
	await watchShop(shop, senders, (round) => round === 2);
	expect(webhook.received).toHaveLength(2);
	shop.lab.change(SHOP, '/', PAGE);
});

it('skips the starts that a long round has missed, and never starts twice', () => {
	expect([untilNext(200, 1_000), untilNext(1_000, 1_000), untilNext(2_300, 1_000)]).toEqual([
		800, 1_000, 700,
	]);
});
