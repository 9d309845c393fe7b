import { describe, expect, test } from 'vitest';
import chain from '../../../checks/ssl/chain.ts';
import origin from '../../../checks/ssl/origin.ts';
import { idOf, isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

const AT = '203.0.113.10';
const ORIGIN = '203.0.113.77';
type Site = NonNullable<World['sites']>[number];

const CLOUDFLARE = { headers: { server: 'cloudflare', 'cf-ray': '8f-FRA' } } as const;
const page = (body: string) => ({
	routes: { '/': `<!doctype html><html><head>${body}</head><body>Shop</body></html>` },
});

async function audited(
	front: Partial<Site>,
	back: Partial<Site> | null = null,
	ports: World['ports'] = [],
) {
	const world: World = {
		zones: { 'shop.test': { records: `@ A ${AT}` } },
		sites: [
			{ hosts: ['shop.test'], at: [AT], ...page('<title>Shop</title>'), ...front },
			...(back === null ? [] : [{ hosts: ['shop.test'], at: [ORIGIN], ...back }]),
		],
		ports,
	};
	const asked = { domain: 'shop.test', ...(back !== null && { origin: ORIGIN }) };
	return auditLab(world, [origin, chain], asked, { connectMs: 500, handshakeMs: 500 });
}

async function risks(...args: Parameters<typeof audited>) {
	const { findings } = await audited(...args);
	return findings
		.filter(({ check }) => check === 'ssl/origin')
		.map((one) => (isFailed(one) ? `${idOf(one).slice(11)} ${one.severity}` : one.outcome));
}

describe('without --origin', () => {
	test('no CDN', async () => {
		expect(await risks({})).toEqual(['not-applicable']);
	});

	test('a CDN', async () => {
		expect(await risks(CLOUDFLARE)).toEqual(['not-checked info']);
	});

	test.each([521, 522, 525, 526])('Cloudflare answers %d', async (status) => {
		const routes = { '/': { status, body: `error code: ${status}` } };
		expect(await risks({ ...CLOUDFLARE, routes })).toEqual(['edge-cannot-connect blocker']);
		expect(await risks({ routes })).toEqual(['not-applicable']);
	});

	test('a program behind Cloudflare that believes it is served over http', async () => {
		const plain = page(
			'<link rel="stylesheet" href="http://shop.test/a.css"><link rel="canonical" href="http://shop.test/">',
		);
		expect(await risks({ ...CLOUDFLARE, ...plain })).toEqual([
			'flexible-suspected high',
			'not-checked info',
		]);
		expect(await risks(plain)).toEqual(['not-applicable']);
	});

	test('an old address in a page that knows better, and the address of somebody else', async () => {
		const mixed = page(
			'<script src="http://shop.test/old.js"></script><link rel="canonical" href="https://shop.test/">',
		);
		expect(await risks({ ...CLOUDFLARE, ...mixed })).toEqual(['not-checked info']);
		const other = page('<script src="http://cdn.test/lib.js"></script>');
		expect(await risks({ ...CLOUDFLARE, ...other })).toEqual(['not-checked info']);
	});
});

describe('with --origin', () => {
	test.each<[string, Partial<Site>, readonly string[]]>([
		['a valid certificate', {}, ['pass']],
		['a certificate of Origin CA', { certificate: 'cloudflare-origin' }, ['pass']],
		['port 443 closed', { https: 'closed', http: 'same' }, ['no-tls high']],
		['expired', { certificate: 'expired' }, ['bad-certificate high']],
		['for another name', { certificate: 'wrong-host' }, ['bad-certificate high']],
		['signed by itself', { certificate: 'self-signed' }, ['bad-certificate high']],
		['from nobody known', { certificate: 'untrusted-root' }, ['bad-certificate high']],
	])('%s', async (_, back, expected) => {
		expect(await risks(CLOUDFLARE, back)).toEqual(expected);
	});

	test('an origin that lets in its CDN alone', async () => {
		const ports: World['ports'] = [443, 80].map((port) => ({
			at: ORIGIN,
			port,
			does: 'silent' as const,
		}));
		expect(await risks(CLOUDFLARE, {}, ports)).toEqual(['unknown']);
	});

	test('Origin CA at an origin of no Cloudflare', async () => {
		expect(await risks({}, { certificate: 'cloudflare-origin' })).toEqual(['bad-certificate high']);
	});

	test('the origin is asked under the name of the host', async () => {
		const { requests } = await audited(CLOUDFLARE, {});
		const [plain] = requests.http.filter(({ address, port }) => address === ORIGIN && port === 80);
		expect(plain?.url).toBe('http://shop.test/');
	});
});

test('Origin CA in public is one blocker, of the check that knows what to do', async () => {
	const { findings } = await audited({ certificate: 'cloudflare-origin' });
	expect(findings.filter(isFailed).map((one) => [idOf(one), one.severity])).toEqual([
		['ssl/origin/origin-ca-on-public-name', 'blocker'],
	]);
	const other = findings.find(({ check }) => check === 'ssl/chain');
	expect(other).toMatchObject({ outcome: 'blocked', by: { check: 'ssl/origin' } });
});
