import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import type { DnsAnswer } from '../../../src/core/io.ts';
import { createRemembered } from '../../../src/net/dns/remembered.ts';

const answer = (more: Partial<DnsAnswer> = {}): DnsAnswer => ({
	...EMPTY_ANSWER,
	server: '192.0.2.53',
	transport: 'udp',
	detail: '',
	status: 'ok',
	records: [
		{
			owner: 'example.com',
			type: 'A',
			ttl: 60,
			text: '',
			data: { type: 'A', address: '192.0.2.1' },
		},
	],
	...more,
});

function remembering() {
	let now = 0;
	let asked = 0;
	const memory = createRemembered(() => now);
	const ask = (one: () => Promise<DnsAnswer>, key = 'key') =>
		memory.answer(key, () => {
			asked += 1;
			return one();
		});
	return { ask, asked: () => asked, later: (ms: number) => (now += ms) };
}

describe('what a fleet remembers of DNS', () => {
	it('is asked once, while the answer is on its way and for its TTL', async () => {
		const { ask, asked, later } = remembering();
		await Promise.all([ask(async () => answer()), ask(async () => answer())]);
		later(59_999);
		await ask(async () => answer());
		expect(asked()).toBe(1);
		later(1);
		await ask(async () => answer());
		expect(asked()).toBe(2);
	});

	it('is an absence too, for as long as its SOA allows', async () => {
		const { ask, asked, later } = remembering();
		const absent = answer({ status: 'nxdomain', records: [], negativeTtl: 30 });
		await ask(async () => absent);
		later(29_999);
		expect((await ask(async () => answer())).status).toBe('nxdomain');
		later(1);
		expect((await ask(async () => answer())).status).toBe('ok');
		expect(asked()).toBe(2);
	});

	it('is no failure: each audit tries for itself', async () => {
		const { ask, asked } = remembering();
		const silent = answer({ status: 'no-response', records: [] });
		const [first, second] = await Promise.all([ask(async () => silent), ask(async () => answer())]);
		expect([first.status, second.status]).toEqual(['no-response', 'ok']);
		await ask(async () => answer());
		expect(asked()).toBe(3);
	});

	it('leaves an audit unharmed by another that was stopped', async () => {
		const { ask } = remembering();
		const stopped = ask(() => Promise.reject(new Error('stopped')));
		const other = ask(async () => answer());
		await expect(stopped).rejects.toThrow('stopped');
		expect((await other).status).toBe('ok');
	});
});
