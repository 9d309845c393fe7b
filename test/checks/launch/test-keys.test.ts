import { describe, expect, it } from 'vitest';
import testKeys from '../../../checks/launch/test-keys.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
/** Put together here, so that no scanner takes this file for a leak. */
const STRIPE = ['pk', 'test', '51HxAbCdEfGhIjKlMnOpQrStUvWxYz0123456789'].join('_');
const LIVE = ['pk', 'live', '51HxAbCdEfGhIjKlMnOpQrStUvWxYz0123456789'].join('_');
const clerk = (mode: string, host: string) =>
	`pk_${mode}_${Buffer.from(`${host}$`).toString('base64')}`;
const CLERK = clerk('test', 'calm-cow-12.clerk.accounts.dev');

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

const judged = (routes: Routes) => auditLab(shop({ routes }), testKeys, HOST);
const serving = (body: string) => ({ '/': { body: `<!doctype html><title>Shop</title>${body}` } });
const script = (body: string): Routes => ({
	...serving('<script src="/app.js"></script>'),
	'/app.js': { type: 'text/javascript', body },
});

describe('a test key of Stripe', () => {
	it.each([
		['in an inline script', serving(`<script>const s = Stripe('${STRIPE}')</script>`)],
		['in an own script', script(`const s=Stripe("${STRIPE}");`)],
		[
			'in an attribute',
			serving(`<stripe-buy-button publishable-key="${STRIPE}"></stripe-buy-button>`),
		],
		['in a meta element', serving(`<meta name="stripe-key" content="${STRIPE}">`)],
		['in a hidden field', serving(`<input type="hidden" value="${STRIPE}">`)],
		['in an event handler', serving(`<button onclick="pay('${STRIPE}')">Pay</button>`)],
		[
			'in JSON of the page',
			serving(`<script type="application/json">{"key":"${STRIPE}"}</script>`),
		],
		[
			'in what React streams',
			serving(
				`<script>self.__next_f.push([1,"5:[\\"$\\",\\"$L1\\",null,{\\"publishableKey\\":\\"${STRIPE}\\"}]"])</script>`,
			),
		],
		[
			'in JSON of an attribute',
			serving(`<div data-page="{&quot;key&quot;:&quot;${STRIPE}&quot;}"></div>`),
		],
		[
			'in the query of a script',
			serving(`<script src="https://pay.test/x.js?key=${STRIPE}"></script>`),
		],
		['with 24 characters', script(`Stripe("${['pk', 'test', 'A'.repeat(24)].join('_')}")`)],
	])('blocks the launch %s', async (_, routes) => {
		const { findings } = await judged(routes);
		expect(findings).toMatchObject([{ verdict: 'stripe-test-key', severity: 'blocker' }]);
		expect(JSON.stringify(findings)).not.toContain(STRIPE.slice(0, 16));
	});

	it('is a high risk beside a live key', async () => {
		const { findings } = await judged(script(`const k=prod?"${LIVE}":"${STRIPE}"`));
		expect(findings).toMatchObject([{ verdict: 'stripe-test-key', severity: 'high' }]);
	});

	it('is found on the sign-in page', async () => {
		const { said } = await judged({
			...serving('<a href="/login">Sign in</a>'),
			'/login': { body: `<!doctype html><input type=password><script>x("${STRIPE}")</script>` },
		});
		expect(said).toHaveLength(1);
		expect(said[0]).toMatch(/^stripe-test-key/);
	});

	it.each([
		['a live key', script(`Stripe("${LIVE}")`)],
		['a line comment', script(`// Stripe("${STRIPE}")\nStripe("${LIVE}")`)],
		['a block comment', script(`/* "${STRIPE}" */ Stripe("${LIVE}")`)],
		['text of documentation', serving(`<pre><code>Stripe('${STRIPE}')</code></pre>`)],
		['a string that shows code', script(`render("const s = Stripe('${STRIPE}')")`)],
		['an HTML comment', serving(`<!-- ${STRIPE} -->`)],
		['a placeholder', serving(`<input placeholder="${STRIPE}">`)],
		['a button that copies it', serving(`<button data-clipboard-text="${STRIPE}">Copy</button>`)],
		['the prefix alone', script('if (key.startsWith("pk_test_")) warn()')],
		['23 characters', script(`Stripe("${['pk', 'test', 'A'.repeat(23)].join('_')}")`)],
		['a page without any', serving('<p>Hello</p>')],
	])('is not made out of %s', async (_, routes) => {
		expect((await judged(routes)).said).toEqual(['no-test-key shop.test']);
	});
});

describe('a development key of Clerk', () => {
	it.each([
		[
			'an attribute',
			serving(
				`<script data-clerk-publishable-key="${CLERK}" src="https://calm-cow-12.clerk.accounts.dev/clerk.js"></script>`,
			),
		],
		['a script', script(`new Clerk("${CLERK}")`)],
		['a script, unpadded', script(`new Clerk("${CLERK.replace(/=+$/, '')}")`)],
	])('is a high risk in %s', async (_, routes) => {
		const { findings } = await judged(routes);
		expect(findings).toMatchObject([{ verdict: 'clerk-development-key', severity: 'high' }]);
		expect(findings[0]?.message).toContain('calm-cow-12.clerk.accounts.dev');
	});

	it('is not made out of the key of a production instance', async () => {
		const { said } = await judged(script(`new Clerk("${clerk('live', 'clerk.shop.test')}")`));
		expect(said).toEqual(['no-test-key shop.test']);
	});
});

it('does not pass a site whose scripts were not seen', async () => {
	const routes: Routes = {
		...serving('<script src="/app.js"></script>'),
		'/app.js': { fault: 'reset' },
	};
	expect((await judged(routes)).findings).toMatchObject([{ outcome: 'unknown', decisive: false }]);
});

it('asks nothing of test sites and APIs', async () => {
	const world: World = {
		zones: {
			'shop.test': { records: '@ A 203.0.113.10\nstaging A 203.0.113.11\napi A 203.0.113.11' },
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': PAGE } },
			{
				hosts: ['staging.shop.test', 'api.shop.test'],
				at: ['203.0.113.11'],
				routes: serving(`<script>x("${STRIPE}")</script>`),
			},
		],
	};
	const { said } = await auditLab(world, testKeys, { ...HOST, hosts: ['staging.shop.test'] });
	expect(said.toSorted()).toEqual([
		'no-test-key shop.test',
		'not-applicable api.shop.test',
		'not-applicable staging.shop.test',
	]);
});
