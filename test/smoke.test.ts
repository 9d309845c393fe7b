import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../src/cli/exit-code.ts';
import type { Report } from '../src/core/report.ts';
import { smoke } from '../src/smoke.ts';
import { SMOKE_CHECKS } from '../src/smoke-profile.ts';
import { deployedShop, PAGE, SHOP } from './deployed-shop.ts';

const isFail = ({ outcome }: Report['findings'][number]) => outcome === 'fail';
const PAUSE = { pauseSeconds: 0.2 };
const BROKEN = { status: 500, body: 'Internal Server Error' };
const VERSION = 'https://shop.test/version';

describe('a smoke test', () => {
	it('of a sound deploy passes with one look', async () => {
		await using shop = await deployedShop();
		const endpoints = ['https://api.shop.test/items'];
		const report = await smoke({ ...shop.options, ...PAUSE, endpoints });
		expect(report.smoke).toEqual({ looks: 1, pauseSeconds: 0.2, flapped: [], version: null });
		expect([report.decision.launch, report.complete]).toEqual(['GO', true]);
		expect(exitCodeOf(report, 'high')).toBe(0);
		const passed = report.checks.filter(({ outcome }) => outcome === 'pass');
		expect(passed.map(({ check }) => check)).toEqual(
			expect.arrayContaining(['redirects/chain', 'ssl/certificate', 'timing/availability']),
		);
		const timed = shop.lab.requests.http.filter(({ url }) => url === endpoints[0]);
		expect(timed.length).toBeLessThan(12);
	});

	it('fails by what is broken in both looks, and names it once', async () => {
		await using shop = await deployedShop();
		shop.lab.change(SHOP, '/login', BROKEN);
		const report = await smoke({ ...shop.options, ...PAUSE });
		expect(report.smoke).toMatchObject({ looks: 2, flapped: [] });
		expect(report.findings.filter(isFail).map(({ id, subject }) => [id, subject.name])).toEqual([
			['redirects/chain/target-fails', 'https://shop.test/login'],
		]);
		expect(exitCodeOf(report, 'high')).toBe(1);
	});

	it('fails while a health endpoint does, and runs every check of its profile', async () => {
		await using shop = await deployedShop();
		const health = ['https://api.shop.test/healthz'];
		const down = { status: 503, type: 'application/json', body: '{"status":"down"}' };
		shop.lab.change('api.shop.test', '/healthz', down);
		const report = await smoke({ ...shop.options, ...PAUSE, health });
		expect(report.findings.filter(isFail).map(({ id }) => id)).toEqual([
			'monitoring/health/failing',
		]);
		expect(exitCodeOf(report, 'high')).toBe(1);
		const ran = report.checks.map(({ check }) => check);
		expect(
			SMOKE_CHECKS.filter((id) => !ran.some((check) => `${id}/`.startsWith(`${check}/`))),
		).toEqual([]);
	});

	it('shows what failed once as such, and passes', async () => {
		await using shop = await deployedShop();
		shop.lab.change(SHOP, '/', BROKEN);
		const looked = smoke({ ...shop.options, pauseSeconds: 0.5 });
		const seen = () => shop.lab.requests.http.some(({ url }) => url === 'https://shop.test/');
		await expect.poll(seen, { timeout: 20_000 }).toBe(true);
		await sleep(100);
		shop.lab.change(SHOP, '/', PAGE);
		const report = await looked;
		expect(report.findings.filter(isFail)).toEqual([]);
		expect(report.smoke?.flapped.map(({ id }) => id)).toContain('redirects/chain/target-fails');
		expect(report.headline).toMatch(/^GO .* failed once/);
		expect(exitCodeOf(report, 'high')).toBe(0);
	});
});

describe('the release that must be live', () => {
	const ask = { versionUrl: VERSION, expectVersion: '2222222bbbb', ...PAUSE };

	it('fails the test while the old one answers', async () => {
		await using shop = await deployedShop();
		const report = await smoke({ ...shop.options, ...ask });
		expect(report.smoke?.version).toMatchObject({
			state: 'not-live',
			tries: 2,
			seen: 'it answers {"commit":"1111111aaaa"}',
		});
		expect(report.decision.launch).toBe('GO');
		expect([exitCodeOf(report, 'high'), exitCodeOf(report, 'never')]).toEqual([1, 0]);
	});

	it('is waited for, until three answers in a row show it', async () => {
		await using shop = await deployedShop();
		const old = { body: '{"commit":"1111111aaaa"}' };
		const both = { sequence: [old, { body: '{"commit":"2222222bbbbcccc"}' }] };
		shop.lab.change(SHOP, '/version', { type: 'application/json', ...both });
		const looked = smoke({ ...shop.options, ...ask, waitSeconds: 15 });
		await expect
			.poll(() => shop.lab.requests.http.filter(({ url }) => url === VERSION).length, {
				timeout: 20_000,
			})
			.toBeGreaterThan(2);
		shop.lab.change(SHOP, '/version', 'v2222222bbbb');
		const { smoke: told } = await looked;
		expect(told?.version?.state).toBe('live');
		expect(told?.version?.tries).toBeGreaterThan(5);
	});

	it('is unknown where nobody answers from here', async () => {
		await using shop = await deployedShop();
		const versionUrl = 'https://192.0.2.1/version';
		const limit = { timeoutSeconds: 2 };
		const report = await smoke({ ...shop.options, ...ask, ...limit, versionUrl });
		expect(report.smoke?.version?.state).toBe('unknown');
		expect(exitCodeOf(report, 'high')).toBe(3);
	});
});
