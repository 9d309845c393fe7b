import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import mixedContent from '../../../checks/exposure/mixed-content.ts';
import sri from '../../../checks/headers/sri.ts';
import { isFailed } from '../../../src/core/finding.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const SCRIPT = 'export const version = "3.7.1";\n';
const hash = (algorithm: string, text: string) =>
	`${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;
const RIGHT = hash('sha384', SCRIPT);
const CDN = 'https://cdn.other.test/lib@3.7.1/lib.js';

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

/** A shop, and a CDN of another company. */
function world(head: string, more: { cdn?: Routes; own?: Routes; csp?: string } = {}): World {
	const { cdn = {}, own = {}, csp } = more;
	const one = shop({
		routes: {
			'/': {
				...(csp !== undefined && { headers: { 'Content-Security-Policy': csp } }),
				body: `<!doctype html><html><head><title>Shop</title>${head}</head><body><p>Hello</p></body></html>`,
			},
			...own,
		},
	});
	return {
		zones: { ...one.zones, 'other.test': { records: 'cdn A 203.0.113.20' } },
		sites: [
			...(one.sites ?? []),
			{
				hosts: ['cdn.other.test'],
				at: ['203.0.113.20'],
				routes: {
					'/lib@3.7.1/lib.js': { type: 'text/javascript', body: SCRIPT },
					'/lib.css': { type: 'text/css', body: SCRIPT },
					...cdn,
				},
			},
		],
	};
}

async function saidOf(...about: Parameters<typeof world>) {
	const { findings } = await auditLab(world(...about), sri, HOST);
	return findings.map(
		(one) =>
			`${one.verdict ?? one.outcome}${isFailed(one) ? ` ${one.severity}` : ''} ${one.locus.name}`,
	);
}

const script = (attributes: string) => `<script ${attributes}></script>`;
const OWN = ['pinned shop.test'];

describe('what a page names', () => {
	it.each([
		['no script at all', '', OWN],
		['own scripts alone', script('src="/app.js"'), OWN],
		[
			'a hash that matches',
			script(`src="${CDN}" integrity="${RIGHT}" crossorigin="anonymous"`),
			OWN,
		],
		['sha256 alone', script(`src="${CDN}" integrity="${hash('sha256', SCRIPT)}" crossorigin`), OWN],
		[
			'sha512, and an older sha256',
			script(
				`src="${CDN}" integrity="${hash('sha256', 'old')} ${hash('sha512', SCRIPT)}" crossorigin`,
			),
			OWN,
		],
		[
			'options behind the hash',
			script(`src="${CDN}" integrity="${RIGHT}?ct=text/javascript" crossorigin`),
			OWN,
		],
		[
			'a right sha256 beside a wrong sha384',
			script(
				`src="${CDN}" integrity="${hash('sha256', SCRIPT)} ${hash('sha384', 'old')}" crossorigin`,
			),
			[`hash-mismatch high ${CDN}`],
		],
		[
			'an old hash',
			script(`src="${CDN}" integrity="${hash('sha384', `${SCRIPT} `)}" crossorigin="anonymous"`),
			[`hash-mismatch high ${CDN}`],
		],
		['no crossorigin', script(`src="${CDN}" integrity="${RIGHT}"`), [`no-crossorigin high ${CDN}`]],
		['a module, which needs none', script(`type="module" src="${CDN}" integrity="${RIGHT}"`), OWN],
		[
			'a style sheet without crossorigin',
			`<link rel="stylesheet" href="https://cdn.other.test/lib.css" integrity="${RIGHT}">`,
			['no-crossorigin high https://cdn.other.test/lib.css'],
		],
		[
			'a style sheet that matches',
			`<link rel="stylesheet" href="https://cdn.other.test/lib.css" integrity="${RIGHT}" crossorigin>`,
			OWN,
		],
		['no hash', script(`src="${CDN}"`), ['missing info shop.test']],
		[
			'a hash that browsers pass over',
			script(`src="${CDN}" integrity="sha1-abcd"`),
			['missing info shop.test'],
		],
		['payment', script('src="https://js.stripe.com/v3/"'), OWN],
		['a tag manager', script('async src="https://www.googletagmanager.com/gtag/js?id=G-1"'), OWN],
		[
			'by http:',
			script(`src="http://cdn.other.test/lib@3.7.1/lib.js"`),
			['insecure-script high http://cdn.other.test/lib@3.7.1/lib.js', 'missing info shop.test'],
		],
		[
			'payment by http:',
			script('src="http://js.stripe.com/v3/"'),
			['insecure-script high http://js.stripe.com/v3/'],
		],
		[
			'without a scheme',
			script(`src="//cdn.other.test/lib@3.7.1/lib.js" integrity="${RIGHT}" crossorigin`),
			[`insecure-script high ${CDN}`],
		],
		['an own script without a scheme', script('src="//shop.test/app.js"'), OWN],
		['data', script(`type="application/json" src="${CDN}"`), OWN],
		[
			'what no browser loads',
			`<noscript>${script(`src="${CDN}"`)}</noscript><template>${script(`src="${CDN}"`)}</template>`,
			OWN,
		],
	])('%s', async (_, head, expected) => {
		expect(await saidOf(head)).toEqual(expected);
	});
});

it('compares own files too, before redaction takes a key out of them', async () => {
	const text = `const maps = "AIza${'b'.repeat(35)}";`;
	const own = { '/app.js': { type: 'text/javascript', body: text } };
	const tag = (value: string) => script(`src="/app.js" integrity="${value}"`);
	expect(await saidOf(tag(hash('sha512', text)), { own })).toEqual(OWN);
	expect(await saidOf(tag(hash('sha512', 'built yesterday')), { own })).toEqual([
		'hash-mismatch high https://shop.test/app.js',
	]);
});

it('follows a CDN’s redirect to the file that browsers hash', async () => {
	const cdn = { '/lib': { redirect: '/lib@3.7.1/lib.js' } };
	const tag = (value: string) =>
		script(`src="https://cdn.other.test/lib" integrity="${value}" crossorigin`);
	expect(await saidOf(tag(RIGHT), { cdn })).toEqual(OWN);
	expect(await saidOf(tag(hash('sha384', 'x')), { cdn })).toEqual([
		'hash-mismatch high https://cdn.other.test/lib',
	]);
});

it.each([
	['is not there', { '/a.js': { status: 404, body: 'gone' } }],
	[
		'varies by browser',
		{ '/a.js': { type: 'text/javascript', headers: { Vary: 'User-Agent' }, body: 'b()' } },
	],
	['stands behind a wall', { '/a.js': { status: 429, body: 'slow down' } }],
])('neither blames nor passes a pinned file that %s', async (_, cdn) => {
	const head = script(`src="https://cdn.other.test/a.js" integrity="${RIGHT}" crossorigin`);
	const { findings } = await auditLab(world(head, { cdn }), sri, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', couldBe: 'high' }]);
});

it('asks a stranger once, for the pinned file alone', async () => {
	const head = `${script(`src="${CDN}" integrity="${RIGHT}" crossorigin`)}${script('src="https://js.stripe.com/v3/"')}`;
	const { requests } = await auditLab(world(head), sri, HOST);
	const asked = requests.http.map(({ url }) => url).filter((url) => !url.includes('shop.test'));
	expect(asked).toEqual([CDN]);
});

it('writes the elements as they should be', async () => {
	const tags = async (head: string) => {
		const { findings } = await auditLab(world(head), sri, HOST);
		return findings.filter(isFailed).flatMap(({ fix }) => fix.snippets.map(({ text }) => text));
	};
	const right = `<script src="${CDN}" integrity="${RIGHT}" crossorigin="anonymous"></script>`;
	expect(await tags(script(`src="${CDN}"`))).toEqual([right]);
	expect(await tags(script(`src="${CDN}" integrity="${RIGHT}"`))).toEqual([right]);
	expect(await tags(script(`src="${CDN}" integrity="${hash('sha256', 'x')}" crossorigin`))).toEqual(
		[right],
	);
	expect(await tags(script('src="//js.stripe.com/v3/"'))).toEqual([
		'<script src="https://js.stripe.com/v3/"></script>',
	]);
});

it('is one risk with mixed content where a script comes by http:', async () => {
	const head = script('src="http://js.stripe.com/v3/"');
	const { findings } = await auditLab(world(head), [sri, mixedContent], HOST);
	const failed = findings.filter(isFailed);
	expect(failed.map(({ check, verdict }) => `${check}/${verdict}`).sort()).toEqual([
		'exposure/mixed-content/active',
		'headers/sri/insecure-script',
	]);
	expect(new Set(failed.map(({ cause }) => cause)).size).toBe(1);
});

it('leaves a script by http: alone where the page’s policy upgrades it', async () => {
	const head = script('src="http://js.stripe.com/v3/"');
	expect(await saidOf(head, { csp: 'upgrade-insecure-requests' })).toEqual(OWN);
});

it('asks nothing of an API', async () => {
	const api = shop({ routes: { '/': { type: 'application/json', body: '{}' } } });
	expect((await auditLab(api, sri, HOST)).findings).toMatchObject([{ outcome: 'not-applicable' }]);
});
