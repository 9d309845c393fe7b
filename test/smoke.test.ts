import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../src/cli/exit-code.ts';
import { smoke } from '../src/smoke.ts';
import { deployedShop, PAGE, SHOP } from './deployed-shop.ts';

const PAUSE = { pauseSeconds: 0.2 };
const BROKEN = { status: 500, body: 'Internal Server Error' };

describe('a smoke test', () => {
	it('of a sound deploy passes within seconds, with one look', async () => {
		await using shop = await deployedShop();
		const began = performance.now();
		const report = await smoke({
			...shop.options,
			...PAUSE,
			endpoints: ['https://api.shop.test/items'],
		});
		console.log(
			performance.now() - began,
			shop.lab.requests.http.length,
			shop.lab.requests.dns.length,
			report.headline,
			report.checks.map((c) => `${c.outcome} ${c.check} ${c.subject} ${c.reason ?? ''}`).join('\n'),
		);
		console.log(shop.lab.requests.http.map((r) => r.method + ' ' + r.url).join('\n'));
		expect(report.smoke).toEqual({ looks: 1, pauseSeconds: 0.2, flapped: [], version: null });
	});
});
