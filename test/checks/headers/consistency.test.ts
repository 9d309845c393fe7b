import { describe, expect, it } from 'vitest';
import consistency from '../../../checks/headers/consistency.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const PAGE =
	'<!doctype html><html><head><title>Shop</title><script src=/app.js></script></head><body>Hello</body></html>';
const ALL: [string, string][] = [
	['Strict-Transport-Security', 'max-age=31536000'],
	['Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'"],
	['X-Content-Type-Options', 'nosniff'],
	['X-Frame-Options', 'DENY'],
	['Referrer-Policy', 'no-referrer'],
];
const SCRIPT = { type: 'text/javascript', body: 'go()' };
const MISSING = { status: 404, body: '<!doctype html><title>Not found</title>' };

type Site = NonNullable<World['sites']>[number];

async function saidOf(site: Partial<Site>, world: Partial<World> = {}) {
	const { findings, said } = await auditLab({ ...shop(site), ...world }, consistency, HOST);
	return { said, failed: findings.filter(isFailed) };
}

/** What a web server sends of its own. */
function only(...names: string[]) {
	return { bare: true, headers: ALL.filter(([name]) => names.includes(name)) };
}

describe('headers/consistency on a real exchange', () => {
	it('has nothing to say where every answer has them', async () => {
		const { said } = await saidOf({
			headers: ALL,
			routes: { '/': PAGE, '/app.js': SCRIPT },
			fallback: MISSING,
		});
		expect(said).toEqual(['same shop.test']);
	});

	it('names everything that an error page lacks, and nginx’s always', async () => {
		const { said, failed } = await saidOf({
			headers: ALL,
			routes: { '/': PAGE, '/app.js': SCRIPT },
			fallback: { ...MISSING, bare: true },
		});
		expect(said).toEqual(['missing-elsewhere the 404 page of shop.test']);
		const [found] = failed;
		for (const [name] of ALL) expect(found?.message).toContain(name);
		expect(found).toMatchObject({ severity: 'later' });
		expect(found?.fix.steps.join(' ')).toMatch(/nginx: add_header without "always"/);
		const nginx = found?.fix.snippets.find(({ platform }) => platform === 'nginx')?.text;
		expect(nginx).toContain('add_header Strict-Transport-Security "max-age=31536000" always;');
		expect(nginx).toContain('add_header Referrer-Policy "no-referrer" always;');
	});

	it.each([
		['without nosniff', only('Strict-Transport-Security'), ['X-Content-Type-Options']],
		['without anything', only(), ['Strict-Transport-Security', 'X-Content-Type-Options']],
		['with what files need', only('Strict-Transport-Security', 'X-Content-Type-Options'), []],
	])('asks files for HSTS and nosniff alone: one %s', async (_, spec, missing) => {
		const { failed } = await saidOf({
			headers: ALL,
			routes: { '/': PAGE, '/app.js': { ...SCRIPT, ...spec } },
			fallback: MISSING,
		});
		const names = ALL.map(([name]) => name).filter((name) =>
			failed.some(({ message }) => message.includes(name)),
		);
		expect(names).toEqual(missing);
	});

	it('asks an error page that is no HTML for HSTS and nosniff alone', async () => {
		const plain = { status: 404, type: 'text/plain', body: 'not found' };
		const { said } = await saidOf({
			headers: ALL,
			routes: { '/': PAGE, '/app.js': SCRIPT },
			fallback: { ...plain, ...only('Strict-Transport-Security', 'X-Content-Type-Options') },
		});
		expect(said).toEqual(['same shop.test']);
	});

	it('asks for nothing that the page itself does not send', async () => {
		const { said } = await saidOf({ routes: { '/': PAGE, '/app.js': SCRIPT }, fallback: MISSING });
		expect(said).toEqual(['not-applicable shop.test']);
	});

	it('leaves a nonce out of what is pasted', async () => {
		const { failed } = await saidOf({
			routes: {
				'/': {
					body: PAGE,
					headers: { 'Content-Security-Policy': "script-src 'nonce-{{nonce}}'" },
				},
				'/app.js': SCRIPT,
			},
			fallback: MISSING,
		});
		expect(failed).toHaveLength(1);
		expect(JSON.stringify(failed[0]?.fix)).not.toContain('nonce-');
	});

	it('compares www with the apex where both serve pages', async () => {
		const sites: NonNullable<World['sites']> = [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], headers: ALL, routes: { '/': PAGE } },
			{ hosts: ['www.shop.test'], at: ['203.0.113.11'], routes: { '/': PAGE } },
		];
		const zones = { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } };
		const { said } = await saidOf({}, { sites, zones });
		expect(said).toContain('missing-elsewhere the page of www.shop.test');
		expect(said).toContain('not-applicable www.shop.test');
	});

	it('says nothing of a www that leads to the apex', async () => {
		const sites: NonNullable<World['sites']> = [
			{
				hosts: ['shop.test'],
				at: ['203.0.113.10'],
				headers: ALL,
				routes: { '/': PAGE, '/app.js': SCRIPT },
				fallback: MISSING,
			},
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.11'],
				fallback: { redirect: 'https://shop.test{{uri}}' },
			},
		];
		const zones = { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.11' } };
		const { said } = await saidOf({}, { sites, zones });
		expect(said).toEqual(['same shop.test', 'not-applicable www.shop.test']);
	});

	it('finds the same place in every run', async () => {
		const site = { headers: ALL, routes: { '/': PAGE }, fallback: { ...MISSING, bare: true } };
		const { failed } = await saidOf(site);
		expect(failed.map(({ locus }) => locus.name)).toContain('the 404 page of shop.test');
	});

	it('judges no error page as if it were the site', async () => {
		const { said } = await saidOf({ fallback: { status: 502, headers: ALL, body: PAGE } });
		expect(said).toEqual(['unknown shop.test']);
	});
});
