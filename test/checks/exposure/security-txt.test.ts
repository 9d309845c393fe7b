import { describe, expect, it } from 'vitest';
import securityTxt from '../../../checks/exposure/security-txt.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const PATH = '/.well-known/security.txt';
const SOUND = 'Contact: mailto:security@shop.test\nExpires: {{in300days}}\n';
const TEXT = 'text/plain; charset=utf-8';
const LOGIN =
	'<!doctype html><title>Sign in</title><form method=post><input type=password name=p></form>';

type Routes = NonNullable<World['sites']>[number]['routes'];

function serving(routes: Routes, site: object = {}): World {
	return shop({ routes: { '/': PAGE, ...routes }, ...site });
}

async function verdicts(world: World, asked: object = {}): Promise<readonly string[]> {
	const { findings } = await auditLab(world, securityTxt, { ...HOST, ...asked });
	return findings.map(({ verdict, outcome }) => verdict ?? outcome);
}

describe('exposure/security-txt on real exchanges', () => {
	it.each([
		['LF', SOUND],
		['CRLF', SOUND.replaceAll('\n', '\r\n')],
		['a canonical URL', `${SOUND}Canonical: https://shop.test${PATH}\n`],
		[
			'a signature',
			`-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${SOUND}-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`,
		],
	])('is content with a sound file with %s', async (_, body) => {
		expect(await verdicts(serving({ [PATH]: { type: TEXT, body } }))).toEqual(['sound']);
	});

	it.each([
		['expired', 'Contact: mailto:a@shop.test\nExpires: 2024-01-01T00:00:00Z', TEXT],
		['expires-invalid', 'Contact: mailto:a@shop.test', TEXT],
		['expires-invalid', `${SOUND}Expires: {{in200days}}`, TEXT],
		['expires-invalid', 'Contact: mailto:a@shop.test\nExpires: 31 Dec 2099', TEXT],
		['no-contact', 'Expires: {{in300days}}', TEXT],
		['not-https', `${SOUND}Policy: http://shop.test/policy`, TEXT],
		['wrong-type', SOUND, 'application/octet-stream'],
		['canonical-mismatch', `${SOUND}Canonical: https://other.test${PATH}`, TEXT],
	])('finds %s', async (verdict, body, type) => {
		const world = serving({ [PATH]: { type, body } });
		const { findings } = await auditLab(world, securityTxt, HOST);
		expect(findings).toMatchObject([
			{
				verdict,
				severity: 'later',
				outcome: 'fail',
				locus: { kind: 'url', name: `https://shop.test${PATH}` },
			},
		]);
	});

	it.each([
		['nothing there', {}],
		[
			'an application shell',
			{ fallback: { body: '<!doctype html><div id=root></div>Contact: us' } },
		],
		['a text that is none', { fallback: { type: TEXT, body: 'nothing here' } }],
	])('notes that it is missing: %s', async (_, site) => {
		const { findings } = await auditLab(serving({}, site), securityTxt, HOST);
		expect(findings).toMatchObject([{ verdict: 'missing', severity: 'info', outcome: 'note' }]);
	});

	it('names the file at the old place, and judges it', async () => {
		const old = { type: TEXT, body: 'Contact: mailto:a@shop.test\nExpires: 2024-01-01T00:00:00Z' };
		expect(await verdicts(serving({ '/security.txt': old }), { deep: true })).toEqual([
			'missing',
			'expired',
		]);
	});

	it('follows a redirect to another host of the domain', async () => {
		const world = serving({ [PATH]: { redirect: `https://www.shop.test${PATH}` } });
		world.zones = { 'shop.test': { records: '@ A 203.0.113.10\nwww A 203.0.113.10' } };
		world.sites = [
			...(world.sites ?? []),
			{
				hosts: ['www.shop.test'],
				at: ['203.0.113.10'],
				routes: { '/': { redirect: 'https://shop.test/' }, [PATH]: { type: TEXT, body: SOUND } },
			},
		];
		const { said } = await auditLab(world, securityTxt, HOST);
		expect(said).toEqual(['sound shop.test', 'not-applicable www.shop.test']);
	});

	it('finds a file that ends on plain HTTP', async () => {
		const world = serving(
			{ [PATH]: { redirect: `http://shop.test${PATH}` } },
			{ http: { routes: { [PATH]: { type: TEXT, body: SOUND } } } },
		);
		expect(await verdicts(world)).toEqual(['not-https']);
	});

	it('does not say whether it is there when the server fails', async () => {
		const world = serving({ [PATH]: { status: 502, body: 'bad gateway' } });
		expect(await verdicts(world)).toEqual(['unknown']);
	});

	it('asks nothing of a staging host, and no file of an inner one', async () => {
		const world = serving({});
		world.zones = {
			'shop.test': { records: '@ A 203.0.113.10\nstaging A 203.0.113.10\napi A 203.0.113.10' },
		};
		const { said } = await auditLab(world, securityTxt, {
			...HOST,
			hosts: ['staging.shop.test'],
		});
		expect(said).toEqual([
			'missing shop.test',
			'not-applicable staging.shop.test',
			'not-applicable api.shop.test',
		]);
	});
});

describe('the page that changes a password', () => {
	const file = { [PATH]: { type: TEXT, body: SOUND } };
	const CHANGE = '/.well-known/change-password';

	it.each([
		['a 404', { ...file, '/': LOGIN }, {}],
		['the shell that every path gets', { ...file, '/': LOGIN }, { fallback: { body: LOGIN } }],
		[
			'a redirect that every path gets',
			{ ...file, '/': LOGIN },
			{ fallback: { redirect: 'https://shop.test/' } },
		],
	])('is missing behind %s', async (_, routes, site) => {
		expect(await verdicts(shop({ routes, ...site }))).toEqual(['sound', 'no-change-password']);
	});

	it.each([
		['a redirect', { [CHANGE]: { status: 302, redirect: '/account' } }],
		['a page', { [CHANGE]: '<!doctype html><title>New password</title>' }],
	])('is found by %s', async (_, routes) => {
		expect(await verdicts(shop({ routes: { ...file, '/': LOGIN, ...routes } }))).toEqual(['sound']);
	});

	it('is not asked for where nobody has a password', async () => {
		expect(await verdicts(serving(file))).toEqual(['sound']);
	});
});
