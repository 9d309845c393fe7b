import { describe, expect, it } from 'vitest';
import { type LoadAsked, parseLoad } from '../../src/engine/parse-load.ts';
import { BadTarget } from '../../src/engine/parse-target.ts';

const URL_ = 'https://api.example.com/items';
const tokens: string[] = [];
const parse = (asked: Partial<LoadAsked> = {}) =>
	parseLoad({ urls: [URL_], ...asked }, (host) => {
		tokens.push(host);
		return `token-of-${host}`;
	});
const refusal = (asked: Partial<LoadAsked>) => {
	try {
		parse(asked);
		return '';
	} catch (error) {
		if (error instanceof BadTarget) return error.message;
		throw error;
	}
};
const action = { method: 'GET', url: URL_, budgetMs: null, login: null, isMarked: false };

describe('a load', () => {
	it('is of 25 users for 35 s, and needs neither word nor proof', () => {
		expect(parse()).toMatchObject([
			{ url: URL_, method: 'GET', users: 25, rampMs: 5_000, holdMs: 30_000, thinkMs: 1_000 },
		]);
		expect(parse()[0]).toMatchObject({ model: 'open', budgetMs: null, proof: null });
		expect(parse({ urls: [`${URL_} p95<1.5s`] })[0]).toMatchObject({ budgetMs: 1_500 });
		expect(parse({ urls: [URL_, URL_] })).toHaveLength(1);
	});

	it('over the default needs the word of its owner, and a proof for more users alone', () => {
		for (const asked of [{ users: 26 }, { holdSeconds: 31 }, { thinkSeconds: 0.9 }]) {
			expect(refusal(asked)).toMatch(/--yes-i-own-this/);
		}
		const isConfirmed = true;
		expect(parse({ users: 26, isConfirmed })[0]?.proof).toBe('token-of-api.example.com');
		expect(parse({ thinkSeconds: 0.9, isConfirmed })[0]?.proof).not.toBeNull();
		expect(parse({ holdSeconds: 31, isConfirmed })[0]?.proof).toBeNull();
		const loopback = ['http://127.0.0.1:3000/', 'http://localhost:3000/', 'http://[::1]:3000/'];
		expect(parse({ urls: loopback, users: 26, isConfirmed }).map(({ proof }) => proof)).toEqual([
			null,
			null,
			null,
		]);
	});

	it('with anything but GET needs both, in the sign-in too', () => {
		const post = { ...action, method: 'POST', accounts: 1 };
		expect(refusal({ urls: [], scenario: post })).toMatch(/POST requests may hurt/);
		const login = { method: 'POST', url: 'https://api.example.com/login' };
		const signsIn = { ...action, login, accounts: 1 };
		expect(refusal({ urls: [], scenario: signsIn })).toMatch(/POST/);
		const [plan] = parse({ urls: [], scenario: signsIn, isConfirmed: true });
		expect(plan?.proof).not.toBeNull();
		expect(plan?.scenario).toEqual({ login: login.url, isMarked: false, accounts: 1 });
		expect(parse({ urls: [], scenario: { ...action, accounts: 1 } })[0]?.proof).toBeNull();
	});

	it('has at most 1,500 requests in 60 s, whoever asks', () => {
		const isConfirmed = true;
		expect(refusal({ users: 101, isConfirmed })).toMatch(/from 1 to 100/);
		expect(refusal({ users: 0, isConfirmed })).toMatch(/from 1 to 100/);
		expect(refusal({ holdSeconds: 56, isConfirmed })).toMatch(/at most 60 s/);
		expect(refusal({ holdSeconds: 55, isConfirmed })).toBe('');
		expect(refusal({ users: 50, isConfirmed })).toMatch(/about 1625 requests/);
		expect(refusal({ users: 46, isConfirmed })).toBe('');
	});

	it('of what is no URL, and of nothing, says what to type', () => {
		expect(refusal({ urls: ['ftp://example.com'] })).toMatch(/^load: "ftp/);
		expect(refusal({ urls: [`POST ${URL_}`] })).toMatch(/with GET or HEAD/);
		expect(refusal({ urls: [] })).toMatch(/launch-ready load https:/);
	});
});
