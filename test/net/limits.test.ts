import { describe, expect, it } from 'vitest';
import { createLimits } from '../../src/net/limits.ts';

const { signal } = new AbortController();

/** How many are given at once before somebody has to wait. */
async function free(slots: { take(signal: AbortSignal): Promise<() => void>; isShort(): boolean }) {
	let taken = 0;
	for (; taken < 1_000; taken += 1) {
		void slots.take(signal);
		await Promise.resolve();
		if (slots.isShort()) break;
	}
	return taken;
}

describe('limits', () => {
	it('are those of one audit where nothing runs beside it', async () => {
		const limits = createLimits();
		expect(await free(limits.connectionsTo('192.0.2.1'))).toBe(6);
		expect(await free(limits.questions)).toBe(100);
		expect(await free(limits.connections)).toBe(128);
	});

	it('are divided between parts, each address having its own, and never below one', async () => {
		const limits = createLimits({ parts: 2 });
		expect(await free(limits.connectionsTo('192.0.2.1'))).toBe(3);
		expect(await free(limits.connectionsTo('192.0.2.2'))).toBe(3);
		expect(await free(limits.questions)).toBe(50);
		expect(await free(createLimits({ parts: 40 }).connectionsTo('192.0.2.1'))).toBe(1);
	});

	it('let as many audits at an address as its connections can carry', async () => {
		expect(await free(createLimits().visitsTo('192.0.2.1'))).toBe(3);
		expect(await free(createLimits({ parts: 6 }).visitsTo('192.0.2.1'))).toBe(1);
	});

	it('tell holders of idle connections when somebody waits for that address', async () => {
		const limits = createLimits({ parts: 6 });
		const short: string[] = [];
		const unlisten = limits.whenShort((address) => short.push(address));
		const giveBack = await limits.connectionsTo('192.0.2.1').take(signal);
		const next = limits.connectionsTo('192.0.2.1').take(signal);
		expect(short).toEqual(['192.0.2.1']);
		unlisten();
		void limits.connectionsTo('192.0.2.1').take(signal);
		expect(short).toHaveLength(1);
		giveBack();
		await next;
	});

	it('forget idle addresses when there are many, and no busy one', async () => {
		const limits = createLimits({ parts: 6 });
		const busy = limits.connectionsTo('busy');
		await busy.take(signal);
		for (let i = 0; i < 5_000; i += 1) limits.connectionsTo(`idle ${i}`);
		expect(limits.connectionsTo('busy')).toBe(busy);
		expect(limits.connectionsTo('idle 0')).not.toBe(busy);
	});
});
