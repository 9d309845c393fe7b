import { describe, expect, it } from 'vitest';
import type { Io } from '../../../src/core/io.ts';
import { FactStore } from '../../../src/engine/fact-store.ts';
import { liveObserver } from '../../../src/engine/observer.ts';
import { httpAnswer } from '../../../src/facts/web/http.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import { createNet } from '../../../src/net/io.ts';
import { PAGE, shop } from '../../checks/audit-lab.ts';

async function answerIn(world: World, url = 'https://shop.test/') {
	await using lab = await startLab(world);
	const controller = new AbortController();
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable: 'shop.test',
		env: {},
		connectMs: 500,
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	try {
		const observer = liveObserver(net.io as Io, controller.signal, () => undefined);
		return await new FactStore(observer).get(httpAnswer({ url }));
	} finally {
		await net.close();
		controller.abort();
	}
}

const silentPort = (port: number) => ({ at: '203.0.113.10', port, does: 'silent' as const });

describe.concurrent('httpAnswer', () => {
	it('is the response', async () => {
		expect(await answerIn(shop({ fallback: { body: PAGE } }))).toMatchObject({
			status: 'known',
			value: { status: 200 },
		});
	});

	it.each<[string, World, string, string?]>([
		['no address', { zones: { 'shop.test': {} } }, 'dns/resolution'],
		['a closed port 443', shop({ https: 'closed' }), 'ssl/https'],
		[
			'a silent port 443 beside an open port 80',
			{ ...shop({ fallback: { body: PAGE } }), ports: [silentPort(443)] },
			'ssl/https',
		],
		[
			'a silent port 443 where www answers elsewhere',
			{
				zones: { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } },
				sites: [{ hosts: ['www.shop.test'], at: ['203.0.113.11'], fallback: { body: PAGE } }],
				ports: [silentPort(443), silentPort(80)],
			},
			'ssl/https',
		],
		['a closed port 80', shop({ http: 'closed' }), 'redirects/https-upgrade', 'http://shop.test/'],
		['a reset instead of an answer', shop({ fallback: { fault: 'reset' } }), 'redirects/chain'],
	])('is blocked by its owner: %s', async (_, world, check, url) => {
		expect(await answerIn(world, url)).toMatchObject({
			status: 'blocked',
			by: { check, subject: 'shop.test' },
		});
	});

	it('is unknown where nothing shows whose silence it is', async () => {
		const world = { ...shop({}), ports: [silentPort(443), silentPort(80)] };
		expect(await answerIn(world)).toMatchObject({ status: 'unknown', because: 'timeout' });
	});
});
