import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyCheck } from '../../../src/core/check.ts';
import type { World } from '../../../src/lab/world.ts';
import { type SigningKey, signed } from '../../facts/mail/message-maker.ts';
import { auditLab } from '../audit-lab.ts';

/** Audits a domain with these messages, saved as files. */
export async function auditMessages(
	world: World,
	check: AnyCheck | readonly AnyCheck[],
	files: Readonly<Record<string, string>>,
	asked: { domain?: string; bulk?: boolean } = {},
	options: Parameters<typeof auditLab>[3] = {},
) {
	const folder = await mkdtemp(path.join(tmpdir(), 'messages-'));
	try {
		const messages: string[] = [];
		for (const [name, text] of Object.entries(files)) {
			const file = path.join(folder, name);
			await writeFile(file, text, 'latin1');
			messages.push(file);
		}
		return await auditLab(world, check, { domain: 'shop.test', ...asked, messages }, options);
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** A TXT record's strings, cut at 255 as on the wire. */
export const txt = (text: string) =>
	(text.match(/.{1,255}/gs) ?? []).map((each) => `"${each}"`).join(' ');

/** Header fields that a receiver puts on top, latest first. */
export interface Delivery {
	readonly returnPath?: string | null;
	readonly by?: string;
	readonly helo?: string;
	readonly address?: string;
	readonly protocol?: string;
	readonly results?: string | null;
}

const ARRIVED = 'Wed, 30 Dec 2026 10:00:05 +0000';

export function delivered(message: string, delivery: Delivery = {}): string {
	const {
		returnPath = 'bounces@bounce.shop.test',
		by = 'mx.receiver.test',
		helo = 'mail.shop.test',
		address = '198.51.100.7',
		protocol = 'ESMTPS',
		results = null,
	} = delivery;
	return [
		...(returnPath === null ? [] : [`Return-Path: <${returnPath}>`]),
		`Received: from ${helo} (${helo} [${address}])`,
		`\tby ${by} with ${protocol} id 4abc`,
		`\tfor <reader@receiver.test>; ${ARRIVED}`,
		...(results === null ? [] : [`Authentication-Results: ${results}`]),
		message,
	].join('\r\n');
}

/** A sign-up mail: header lines by name, to replace or (`null`) leave out. */
export function written(
	change: Readonly<Record<string, string | readonly string[] | null>> = {},
	body = 'Hello,\n\nplease confirm your address: https://shop.test/confirm\n',
): string {
	const fields: Record<string, string | readonly string[] | null> = {
		From: 'Shop <hello@shop.test>',
		To: 'reader@receiver.test',
		Subject: 'Confirm your address',
		Date: 'Wed, 30 Dec 2026 10:00:00 +0000',
		'Message-ID': '<1@shop.test>',
		'MIME-Version': '1.0',
		'Content-Type': 'text/plain; charset=utf-8',
		...change,
	};
	const lines = Object.entries(fields).flatMap(([name, value]) =>
		value === null ? [] : [value].flat().map((each) => `${name}: ${each}`),
	);
	return `${lines.join('\n')}\n\n${body}`;
}

export function sign(
	message: string,
	key: SigningKey,
	how: Partial<Parameters<typeof signed>[1]> = {},
): string {
	return signed(message, { key, domain: 'shop.test', selector: 's1', ...how });
}
