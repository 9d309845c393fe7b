import { expect, it } from 'vitest';
import { z } from 'zod';
import { plan } from '../../../src/audit.ts';
import { CHECKS_FOLDER } from '../../../src/checks-folder.ts';
import type { AnyCheck, Needs } from '../../../src/core/check.ts';
import { listCheckIds, loadChecks } from '../../../src/engine/load-checks.ts';
import type { Site } from '../../../src/facts/web/sites.ts';
import { auditLab, PAGE, SEED, shop } from '../audit-lab.ts';

const ids = (await listCheckIds(CHECKS_FOLDER)).filter((id) => id.startsWith('exposure/'));
const checks = await loadChecks(CHECKS_FOLDER, ids);

const Asked = z.object({ host: z.string(), paths: z.array(z.string()), atOnce: z.number() });

/** Paths that a check asks a host for, as its needs say. */
function askedBy(check: AnyCheck, subject: Site): readonly z.infer<typeof Asked>[] {
	const needs: Needs = check.needs({ subject, options: check.options.parse({}) });
	return Object.values(needs).flatMap((need) => {
		const { source, params } = 'optional' in need ? need.optional : need;
		return source.name === 'exposure.probes' ? [Asked.parse(params)] : [];
	});
}

it('asks a host for 45 paths at most unless it may go deep', async () => {
	expect(ids.length).toBeGreaterThan(1);
	const world = shop({ routes: { '/': PAGE } });
	const { requests } = await auditLab(world, checks, { domain: 'shop.test' });
	const urls = requests.http.map(({ url }) => url).filter((url) => new URL(url).pathname !== '/');
	expect(new Set(urls).size).toBe(urls.length);
	expect(urls.filter((url) => url.includes(SEED))).toHaveLength(3);
	expect(urls.length - 3).toBeGreaterThan(7);
	expect(urls.length - 3).toBeLessThanOrEqual(45);
});

it('has four requests of a check in flight at most, and asks no path for two checks', () => {
	const subject = checks[0]?.over.sample as Site;
	const asked = checks.flatMap((check) => askedBy(check, { ...subject, deep: true }));
	expect(asked.every(({ atOnce }) => atOnce <= 4)).toBe(true);
	const paths = asked.flatMap((one) => one.paths);
	expect(new Set(paths).size).toBe(paths.length);
});

it('tells beforehand which paths it would ask for', async () => {
	const lines = await plan({ domain: 'shop.test', only: ['exposure'], env: {} });
	const paths = lines.filter((line) => line.startsWith('GET https://shop.test/'));
	expect(paths).toContain('GET https://shop.test/.git/config');
	expect(paths).toContain('GET https://shop.test/shop.test.zip');
	expect(paths).toContain('GET https://shop.test/uploads/');
	expect(paths.filter((line) => line.includes('/.git/index'))).toEqual([]);
	const deep = await plan({ domain: 'shop.test', only: ['exposure'], deep: true, env: {} });
	expect(deep).toContain('GET https://shop.test/.git/index');
});
