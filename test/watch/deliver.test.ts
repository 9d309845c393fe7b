import { expect, it } from 'vitest';
import { deliver, enqueue } from '../../src/watch/deliver.ts';
import type { Alert, Owed } from '../../src/watch/watch-state.ts';

const alert = (domain: string): Alert => ({
	at: '2026-11-25T14:00:00.000Z',
	domain,
	sight: null,
	broke: [],
	recovered: [],
	gone: [],
	standing: 0,
	headline: '',
});
const { signal } = new AbortController();

it('keeps what one channel did not take, in order, and forgets what all have', async () => {
	const { outbox } = enqueue([], [alert('a'), alert('b')], ['webhook', 'mail']);
	const got: string[] = [];
	let tries = 0;
	const { owed, failures, delivered } = await deliver(
		outbox,
		{
			webhook: async ({ domain }) => void got.push(domain),
			mail: async () => {
				tries += 1;
				throw new Error('no route');
			},
		},
		signal,
	);
	expect([got, tries, delivered]).toEqual([['a', 'b'], 1, 2]);
	expect(owed.map(({ alert: { domain }, channels }) => [domain, channels])).toEqual([
		['a', ['mail']],
		['b', ['mail']],
	]);
	expect(failures).toEqual(['mail: no route; 2 waiting, tried again in the next round']);
});

it('owes nothing to a channel that is not given any more', async () => {
	const { outbox } = enqueue([], [alert('a')], ['command']);
	expect((await deliver(outbox, {}, signal)).owed).toEqual([]);
});

it('drops the oldest of more than a hundred, and counts them', () => {
	let outbox: Owed[] = [];
	let dropped = 0;
	for (let nth = 0; nth < 103; nth += 1) {
		const next = enqueue(outbox, [alert(String(nth))], ['mail']);
		outbox = next.outbox;
		dropped += next.dropped;
	}
	expect([outbox.length, dropped, outbox[0]?.alert.domain]).toEqual([100, 3, '3']);
});
