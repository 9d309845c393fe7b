import { describe, expect, it } from 'vitest';
import addresses from '../../../checks/dns/addresses.ts';
import alias from '../../../checks/dns/alias.ts';
import resolution from '../../../checks/dns/resolution.ts';
import takeover from '../../../checks/dns/takeover.ts';
import dmarc from '../../../checks/email/dmarc.ts';
import mx from '../../../checks/email/mx.ts';
import spf from '../../../checks/email/spf.ts';
import hsts from '../../../checks/headers/hsts.ts';
import https from '../../../checks/ssl/https.ts';
import type { AnyCheck } from '../../../src/core/check.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';
import { START, writtenZone } from './written-zone.ts';

/** The old site is live; the new one stands at an address that no DNS names yet. */
const WORLD: World = {
	zones: {
		'shop.test': { records: ['@ 3600 A 203.0.113.10', 'www 3600 A 203.0.113.10'] },
		'github.io': { records: ['* A 203.0.113.80'] },
		'hosting.test': { records: ['pages A 203.0.113.20'] },
	},
	sites: [
		{ hosts: ['shop.test', 'www.shop.test'], at: ['203.0.113.10'], fallback: { body: 'old' } },
		{
			hosts: ['shop.test', 'www.shop.test', 'app.shop.test'],
			at: ['203.0.113.20'],
			fallback: { body: PAGE },
		},
		{
			hosts: ['github.io'],
			at: ['203.0.113.80'],
			fallback: { status: 404, body: "There isn't a GitHub Pages site here." },
		},
	],
};

const PLAN = `${START}
@ A 203.0.113.20
www CNAME @
app CNAME pages.hosting.test.
@ MX 10 mail
mail A 203.0.113.20
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test"`;

async function judged(text: string, checks: AnyCheck | AnyCheck[], hosts: string[] = []) {
	const zoneFile = await writtenZone(text);
	const audited = await auditLab(WORLD, checks, { domain: 'shop.test', hosts, zoneFile });
	const graded = audited.findings
		.filter(isFailed)
		.filter(({ outcome }) => outcome === 'fail')
		.map((one) => [`${one.check}/${one.verdict}`, one.subject, one.severity]);
	return { ...audited, graded };
}

describe('a plan', () => {
	it('resolves as it is written, whatever is live', async () => {
		const { findings, graded, requests } = await judged(PLAN, resolution, ['app.shop.test']);
		expect(graded).toEqual([]);
		const said = findings.map(({ message }) => message);
		expect(said).toContain('shop.test resolves to 203.0.113.20.');
		expect(said).toContain('app.shop.test resolves to 203.0.113.20.');
		expect(requests.dns.some(({ name }) => /^(?:www\.|app\.)?shop\.test$/i.test(name))).toBe(false);
	});

	it('is not contradicted by servers that cannot know it yet', async () => {
		const { findings, graded } = await judged(PLAN.replace('www CNAME @', ''), resolution);
		expect(graded).toEqual([['dns/resolution/www-missing', 'www.shop.test', 'high']]);
		const missing = findings.find(({ verdict }) => verdict === 'www-missing');
		expect(missing?.message).toContain('the zone file says that the name does not exist');
		expect(missing).toMatchObject({ control: expect.stringContaining('zone file') });
	});

	it('is reached at its own addresses', async () => {
		const { findings, requests } = await judged(PLAN, [https, hsts], ['app.shop.test']);
		const reached = new Set(
			requests.http.map(({ url, address }) => `${new URL(url).hostname} ${address}`),
		);
		expect(reached).toContain('shop.test 203.0.113.20');
		expect(reached).toContain('app.shop.test 203.0.113.20');
		expect([...reached].some((one) => one.endsWith('203.0.113.10'))).toBe(false);
		expect(
			findings.filter(({ check, outcome }) => check === 'ssl/https' && outcome === 'pass'),
		).toHaveLength(3);
	});

	it('has its mail judged', async () => {
		expect((await judged(PLAN, [mx, spf, dmarc])).graded.map(([id]) => id)).not.toContain(
			'email/spf/missing',
		);
		const without = await judged(PLAN.replace(/^.*TXT.*$/gm, ''), [mx, spf, dmarc]);
		expect(without.graded.map(([id]) => id)).toEqual(
			expect.arrayContaining(['email/spf/missing', 'email/dmarc/missing']),
		);
		const broken = await judged(PLAN.replace('-all', 'include:shop.test -all'), [spf]);
		expect(broken.graded.length).toBeGreaterThan(0);
	});

	it('shows the names that a stranger could claim once it is published', async () => {
		const { graded } = await judged(`${PLAN}\nblog CNAME shop.github.io.`, takeover, [
			'blog.shop.test',
		]);
		expect(graded).toEqual([['dns/takeover/unclaimed-service', 'blog.shop.test', 'high']]);
		expect((await judged(PLAN, takeover, ['app.shop.test'])).graded).toEqual([]);
	});

	it('shows aliases that no zone may have', async () => {
		const { graded } = await judged(
			PLAN.replace('www CNAME @', 'www CNAME a\na CNAME b\nb CNAME a'),
			alias,
		);
		expect(graded).toEqual([['dns/alias/loop', 'www.shop.test', 'blocker']]);
	});

	it('shows addresses that nobody can reach', async () => {
		const { graded } = await judged(PLAN.replace('@ A 203.0.113.20', '@ A 192.168.1.1'), addresses);
		expect(graded.map(([id]) => id)).toContain('dns/addresses/private');
	});
});
