import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import {
	createPace,
	createRequestBudget,
	createSlots,
	isLocal,
	REQUESTS,
	type Ticker,
} from '../../src/net/budget.ts';
import { firstOf, firstWithin, wait } from '../../src/net/wait.ts';

const forever = () => new AbortController().signal;

/** A clock that stands still, and writes down how long each was told to sleep. */
function stopped(): Ticker & { at: number; slept: number[] } {
	const ticker = {
		at: 1_000,
		slept: [] as number[],
		now: () => ticker.at,
		sleep: async (ms: number) => {
			ticker.slept.push(Math.round(ms));
		},
	};
	return ticker;
}

test('a pace lets the burst through, then spaces the others evenly, and recovers', async () => {
	const ticker = stopped();
	const pace = createPace(3, 10, ticker);
	for (let i = 0; i < 5; i++) await pace.take(forever());
	expect(ticker.slept).toEqual([100, 200]);
	ticker.at += 10_000;
	for (let i = 0; i < 4; i++) await pace.take(forever());
	expect(ticker.slept).toEqual([100, 200, 100]);
});

test('whatever the arrivals, no second sees more than the burst and the rate', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat({ max: 400 }), { maxLength: 60 }), async (gaps) => {
			const ticker = stopped();
			const pace = createPace(5, 10, ticker);
			const starts: number[] = [];
			for (const gap of gaps) {
				ticker.at += gap;
				const before = ticker.slept.length;
				await pace.take(forever());
				starts.push(ticker.at + (ticker.slept[before] ?? 0));
			}
			for (const start of starts) {
				const inSecond = starts.filter((one) => one >= start && one < start + 1_000);
				expect(inSecond.length).toBeLessThanOrEqual(5 + 10);
			}
		}),
	);
});

test('a host has 30 requests at once, 10 a second, 250 in all; another host has its own', async () => {
	expect(REQUESTS).toEqual({ burst: 30, perSecond: 10, inAll: 250 });
	const ticker = stopped();
	const budget = createRequestBudget(REQUESTS, ticker);
	for (let i = 0; i < 250; i++) await budget.spend('a.test', forever());
	expect(ticker.slept).toHaveLength(220);
	expect(ticker.slept.at(-1)).toBe(22_000);
	await expect(budget.spend('a.test', forever())).rejects.toMatchObject({
		because: 'budget',
		message: 'a.test was sent 250 requests already',
	});
	await budget.spend('b.test', forever());
});

test('slots are given in order of arrival, and one that stopped waiting is passed over', async () => {
	const slots = createSlots(1);
	const release = await slots.take(forever());
	const order: string[] = [];
	const stopper = new AbortController();
	const take = async (name: string, signal: AbortSignal) => {
		const done = await slots.take(signal);
		order.push(name);
		done();
		done();
	};
	const first = take('first', forever());
	const gone = take('gone', stopper.signal);
	const last = take('last', forever());
	stopper.abort(new Unobserved('cancelled', 'stopped'));
	await expect(gone).rejects.toThrow('stopped');
	release();
	await Promise.all([first, last]);
	expect(order).toEqual(['first', 'last']);
	await expect(slots.take(stopper.signal)).rejects.toThrow('stopped');
	expect(await slots.take(forever())).toBeTypeOf('function');
});

test.each([
	['127.0.0.1', true],
	['127.255.255.255', true],
	['128.0.0.1', false],
	['10.0.0.1', true],
	['11.0.0.1', false],
	['172.15.255.255', false],
	['172.16.0.1', true],
	['172.31.255.255', true],
	['172.32.0.1', false],
	['192.168.1.1', true],
	['192.169.0.1', false],
	['169.254.1.1', true],
	['100.64.0.1', false],
	['203.0.113.1', false],
	['::1', true],
	['::2', false],
	['fd00::1', true],
	['fe80::1%eth0', true],
	['2001:db8::1', false],
	['::ffff:127.0.0.1', true],
])('%s is local: %s', (address, local) => {
	expect(isLocal(address)).toBe(local);
});

test('a wait ends with the audit, and its reason is an Unobserved whatever was given', async () => {
	const stopper = new AbortController();
	const waiting = wait(10_000, stopper.signal);
	stopper.abort();
	await expect(waiting).rejects.toMatchObject({ because: 'cancelled' });
	await expect(wait(1, stopper.signal)).rejects.toBeInstanceOf(Unobserved);
});

test('the first that is something counts; nothing when all are nothing, or the time is up', async () => {
	const later = <T>(ms: number, value: T) =>
		new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));
	expect(await firstOf<string>([])).toBeNull();
	expect(await firstOf([later(1, null), later(5, 'b'), later(20, 'c')])).toBe('b');
	expect(await firstOf([later(1, null), later(2, null)])).toBeNull();
	expect(await firstWithin([later(50, 'late')], 5)).toBeNull();
	expect(await firstWithin([later(5, 'early')], 500)).toBe('early');
	await expect(firstOf([Promise.reject(new Error('broken'))])).rejects.toThrow('broken');
});
