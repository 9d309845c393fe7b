import { describe, expect, test } from 'vitest';
import transparency from '../../../checks/ssl/transparency.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
type Site = NonNullable<World['sites']>[number];

async function audited(site: Partial<Site>, publicAuthority = true) {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [{ hosts: ['shop.test'], at: [AT], ...site }],
	};
	const asked = { domain: 'shop.test' };
	const { findings } = await auditLab(world, transparency, asked, { publicAuthority });
	return findings.map((one) => (isFailed(one) ? `${idOf(one)} ${one.severity}` : one.outcome));
}

const scts = (count: number, lifetimeDays = 90, tls: Site['tls'] = {}) =>
	audited({ certificate: { scts: count, lifetimeDays }, tls });

describe('timestamps of logs', () => {
	test('none', async () => {
		expect(await audited({})).toEqual(['ssl/transparency/no-scts blocker']);
		expect(await scts(0)).toEqual(['ssl/transparency/no-scts blocker']);
	});

	test.each([
		[1, 90, 'ssl/transparency/too-few-scts blocker'],
		[2, 90, 'pass'],
		[2, 180, 'pass'],
		[2, 181, 'ssl/transparency/too-few-scts blocker'],
		[3, 181, 'pass'],
	])('of %d logs for %d days: %s', async (count, life, expected) => {
		expect(await scts(count, life)).toEqual([expected]);
	});

	test.each([
		[0, 0, 'ssl/transparency/no-scts blocker'],
		[0, 1, 'ssl/transparency/too-few-scts blocker'],
		[1, 1, 'ssl/transparency/too-few-scts blocker'],
		[0, 2, 'pass'],
	])('of %d logs inside and %d by TLS extension: %s', async (count, timestamps, expected) => {
		const scripted = { versions: ['TLSv1.2' as const], timestamps };
		expect(await scts(count, 90, { scripted })).toEqual([expected]);
	});

	test('where TLS 1.3 hides what the extension holds, nobody can say', async () => {
		expect(await scts(0, 90, { min: 'TLSv1.3' })).toEqual(['unknown']);
		expect(await scts(2, 90, { min: 'TLSv1.3' })).toEqual(['pass']);
	});

	test('a private authority logs nothing, and nobody asks it to', async () => {
		expect(await audited({}, false)).toEqual(['not-applicable']);
	});
});

test('names that are better not told', async () => {
	const names = ['shop.test', 'staging.shop.test', 'eu-admin.shop.test', 'www.shop.test'];
	expect(await audited({ certificate: { scts: 2, names } })).toEqual([
		'ssl/transparency/internal-names-public info',
		'pass',
	]);
});
