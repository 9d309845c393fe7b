import { describe, expect, it } from 'vitest';
import bimi from '../../../checks/email/bimi.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { World } from '../../../src/lab/world.ts';
import * as make from '../../facts/tls/certificate-maker.ts';
import { auditLab } from '../audit-lab.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(bimi)).toEqual([]);
});

const AT = '203.0.113.10';
const NAME = 'default._bimi';
const DMARC = '_dmarc TXT "v=DMARC1; p=reject"';
const MAIL = '@ MX 10 mx1\nmx1 A 203.0.113.25\n@ TXT "v=spf1 mx -all"\nlogo A 203.0.113.10';
const WHOLE =
	'v=BIMI1; l=https://logo.shop.test/logo.svg; a=https://logo.shop.test/mark.pem; avp=brand';
const SVG =
	'<?xml version="1.0"?>\n<svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Shop</title><circle cx="32" cy="32" r="30"/></svg>';

/** A mark certificate from 2020 until that year. */
function pem(until: string): string {
	const period = { from: make.time('2020-01-01T00:00:00Z'), until: make.time(until) };
	const root = make.root('CN=Mark Root', period);
	const { der } = make.leaf(root, { ...period, subject: make.name('CN=Shop') });
	return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

const VALID = pem('2049-01-01T00:00:00Z');
const EXPIRED = pem('2021-01-01T00:00:00Z');

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

function world(
	text: string | readonly string[],
	change: { dmarc?: string; routes?: Routes; more?: World } = {},
): World {
	const { dmarc = DMARC, routes = {}, more = {} } = change;
	const records = [text].flat().map((one) => `${NAME} TXT "${one}"`);
	return {
		zones: {
			'shop.test': { records: [MAIL, dmarc, ...records].join('\n') },
			'vendor.test': { records: `cdn A ${AT}` },
		},
		sites: [
			{
				hosts: ['logo.shop.test', 'cdn.vendor.test'],
				at: [AT],
				routes: {
					'/logo.svg': { type: 'image/svg+xml', body: SVG },
					'/mark.pem': { type: 'application/x-pem-file', body: VALID },
					...routes,
				},
			},
		],
		...more,
	};
}

async function audited(one: World, domain = 'shop.test') {
	const { findings } = await auditLab(one, bimi, { domain }, { connectMs: 700 });
	return findings.map((each) =>
		isFailed(each) ? `${each.verdict} ${each.severity}` : (each.verdict ?? each.outcome),
	);
}

const logo = (body: string, more: object = {}) => ({
	routes: { '/logo.svg': { type: 'image/svg+xml', body, ...more } },
});

describe('BIMI of a lab, over real sockets', () => {
	it.each<[string, World, string[]]>([
		['a logo and a certificate', world(WHOLE), ['published']],
		[
			'a logo at another company, behind a redirect',
			world('v=BIMI1; l=https://cdn.vendor.test/a; a=https://logo.shop.test/mark.pem', {
				routes: { '/a': { status: 302, redirect: '/logo.svg' } },
			}),
			['published'],
		],
		['declined', world('v=BIMI1; l=; a=;'), ['published']],
		['no record', world([]), ['absent info']],
		['http', world('v=BIMI1; l=http://logo.shop.test/logo.svg; a=;'), ['syntax later']],
		['two records', world([WHOLE, 'v=BIMI1; l=; a=;']), ['multiple later']],
		['no DMARC', world(WHOLE, { dmarc: '' }), ['dmarc-not-enforced high']],
		[
			'p=none',
			world(WHOLE, { dmarc: '_dmarc TXT "v=DMARC1; p=none"' }),
			['dmarc-not-enforced high'],
		],
		[
			'pct=50',
			world(WHOLE, { dmarc: '_dmarc TXT "v=DMARC1; p=quarantine; pct=50"' }),
			['dmarc-not-enforced high'],
		],
		['no logo', world(WHOLE, logo('', { status: 404 })), ['logo-unreachable later']],
		[
			'no host',
			world('v=BIMI1; l=https://gone.shop.test/logo.svg; a=https://logo.shop.test/mark.pem'),
			['logo-unreachable later'],
		],
		['a page', world(WHOLE, logo('<!doctype html><p>Hello')), ['logo-not-svg later']],
		['no end', world(WHOLE, logo(SVG.replace('</svg>', ''))), ['logo-not-svg later']],
		[
			'40 KB',
			world(WHOLE, logo(SVG.replace('<circle', `<!--${'x'.repeat(40_000)}--><circle`))),
			['logo-too-big later'],
		],
		[
			'two megabytes',
			world(WHOLE, logo(SVG.replace('<circle', `<!--${'x'.repeat(2_000_000)}--><circle`))),
			['logo-too-big later'],
		],
		['no title', world(WHOLE, logo(SVG.replace(/<title>.*?<\/title>/, ''))), ['svg-profile later']],
		[
			'x on the root',
			world(WHOLE, logo(SVG.replace('viewBox', 'x="0" viewBox'))),
			['svg-profile later'],
		],
		[
			'no certificate',
			world('v=BIMI1; l=https://logo.shop.test/logo.svg; a=;'),
			['no-certificate info', 'published'],
		],
		[
			'an expired certificate',
			world(WHOLE, { routes: { '/mark.pem': { body: EXPIRED } } }),
			['certificate-expired later'],
		],
	])('%s', async (_, one, expected) => {
		expect(await audited(one)).toEqual(expected);
	});

	it.each<[string, World]>([
		[
			'the record cannot be looked up',
			world(WHOLE, {
				more: { dnsFaults: [{ name: `${NAME}.shop.test`, does: { rcode: 'SERVFAIL' } }] },
			}),
		],
		['the logo is behind a bot wall', world(WHOLE, logo('', { status: 403 }))],
		['the server of the logo fails', world(WHOLE, logo('', { status: 503 }))],
		[
			'the server of the logo is silent',
			world(WHOLE, { more: { ports: [{ at: AT, port: 443, does: 'silent' }] } }),
		],
		['the certificate is none', world(WHOLE, { routes: { '/mark.pem': { body: 'hello' } } })],
	])('accuses nobody where %s', async (_, one) => {
		expect(new Set(await audited(one))).toEqual(new Set(['unknown']));
	});

	it('of a sub-domain with mail of its own is its own, or that of the domain above', async () => {
		const own = world(WHOLE);
		const below = 'news MX 10 mx1\nnews TXT "v=spf1 mx -all"';
		const zones = {
			...own.zones,
			'shop.test': { records: `${own.zones?.['shop.test']?.records as string}\n${below}` },
		};
		expect(await audited({ ...own, zones }, 'news.shop.test')).toEqual(['published']);
	});
});
