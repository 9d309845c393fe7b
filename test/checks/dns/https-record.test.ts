import { describe, expect, it } from 'vitest';
import check from '../../../checks/dns/https-record.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE } from '../audit-lab.ts';

const SITE = '203.0.113.10';
const OLD = '203.0.113.99';

/** A shop whose server speaks h2, with these records beside its address, and these hosts too. */
function shop(lines: readonly string[], more: Partial<World> = {}): World {
	return {
		zones: {
			'shop.test': { records: [`@ A ${SITE}`, `www A ${SITE}`, ...lines] },
			'cdn.test': { records: [`shop A ${SITE}`, `else A 203.0.113.20`] },
		},
		...more,
		sites: [
			{
				hosts: ['shop.test', 'www.shop.test'],
				at: [SITE],
				tls: { alpn: ['h2', 'http/1.1'] },
				fallback: { body: PAGE },
			},
			{ hosts: ['else.cdn.test'], at: ['203.0.113.20'], fallback: { body: PAGE } },
			...(more.sites ?? []),
		],
	};
}

async function said(world: World): Promise<readonly string[]> {
	const { findings } = await auditLab(world, check, { domain: 'shop.test' }, { connectMs: 300 });
	return findings
		.filter(({ subject }) => subject === 'shop.test')
		.map((one) =>
			'severity' in one ? `${one.verdict} ${one.severity}` : (one.verdict ?? one.outcome),
		);
}

describe('sound records', () => {
	it.each<[string, World]>([
		['alpn and hints as they are', shop([`@ HTTPS 1 . alpn=h3,h2 ipv4hint=${SITE}`])],
		['two records', shop(['@ HTTPS 1 . alpn=h3', '@ HTTPS 2 . alpn=h2'])],
		['an alias to a name at the same server', shop(['@ HTTPS 0 shop.cdn.test.'])],
		['a target at the same server', shop(['@ HTTPS 1 shop.cdn.test. alpn=h2'])],
		['a key that no browser knows, not mandatory', shop(['@ HTTPS 1 . alpn=h2 key600=abc'])],
		['ech', shop(['@ HTTPS 1 . alpn=h2 ech=AEX+DQBB'])],
	])('agree: %s', async (_, world) => {
		expect(await said(world)).toEqual(['agrees']);
	});

	it('are not asked of a host that has none', async () => {
		expect(await said(shop([]))).toEqual(['not-applicable']);
	});
});

describe('untrue records', () => {
	it.each<[string, string]>([
		['a hint to an address where nothing is', `@ HTTPS 1 . alpn=h2 ipv4hint=${OLD}`],
		['a hint to another site', '@ HTTPS 1 . alpn=h2 ipv4hint=203.0.113.20'],
		['a closed port', '@ HTTPS 1 . alpn=h2 port=8443'],
		['a target that does not exist', '@ HTTPS 1 gone.cdn.test. alpn=h2'],
		['a target that serves another name', '@ HTTPS 1 else.cdn.test.'],
		['an alias to a name that does not exist', '@ HTTPS 0 gone.cdn.test.'],
		['an alias to nothing', '@ HTTPS 0 .'],
	])('mismatch: %s', async (_, line) => {
		expect(await said(shop([line]))).toEqual(['mismatch high']);
	});

	it('mismatch: h2 promised by a server that does not speak it', async () => {
		const sites = [{ hosts: ['shop.test'], at: [SITE], fallback: { body: PAGE } }];
		const world = { ...shop(['@ HTTPS 1 . alpn=h2']), sites };
		expect(await said(world)).toEqual(['mismatch high']);
	});

	it('mismatch: a hint to the old server, which still has a certificate for the name', async () => {
		const old = {
			hosts: ['shop.test'],
			at: [OLD],
			certificate: { daysLeft: 20 },
			fallback: { body: 'old' },
		};
		const world = shop([`@ HTTPS 1 . alpn=h2 ipv4hint=${OLD}`], {
			sites: [{ ...old, tls: { alpn: ['h2', 'http/1.1'] } }],
		});
		expect(await said(world)).toEqual(['mismatch high']);
	});

	it('is unknown where a hint is silent', async () => {
		const world = shop([`@ HTTPS 1 . alpn=h2 ipv4hint=${OLD}`], {
			ports: [{ at: OLD, port: 443, does: 'silent' }],
		});
		expect(await said(world)).toEqual(['unknown']);
	});

	it('gives the corrected record to paste', async () => {
		const world = shop([`@ 600 HTTPS 1 . ipv4hint=${OLD} alpn=h2`]);
		const { findings } = await auditLab(world, check, { domain: 'shop.test' });
		const fixes = findings.flatMap((one) => ('fix' in one ? [one.fix.snippets[0]?.text] : []));
		const lines = [
			`; delete: shop.test. IN HTTPS 1 . ipv4hint=${OLD} alpn=h2`,
			'shop.test. 600 IN HTTPS 1 . alpn="h2"',
		];
		expect(fixes).toEqual([lines.join('\n'), lines.join('\n')]);
	});
});

describe('malformed records', () => {
	it.each<[string, string]>([
		['out of order', `@ HTTPS 1 . ipv4hint=${SITE} alpn=h2`],
		['a key twice', '@ HTTPS 1 . alpn=h2 alpn=h3'],
		['an unknown mandatory key', '@ HTTPS 1 . mandatory=key600 key600=abc'],
		['a mandatory key that is not there', '@ HTTPS 1 . mandatory=port alpn=h2'],
		['no-default-alpn alone', '@ HTTPS 1 . no-default-alpn'],
	])('are told: %s', async (_, line) => {
		expect(await said(shop([line]))).toEqual(['invalid high']);
	});
});
