import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
	defaultNotFoundIn,
	defaultPageIn,
	unclaimedIn,
} from '../../../src/facts/launch/default-pages.ts';
import { gateIn } from '../../../src/facts/launch/gates.ts';
import { testUsesInCode, testUsesInPage } from '../../../src/facts/launch/test-uses.ts';
import { readPage } from '../../../src/facts/web/html.ts';
import { cpuMs } from '../../cpu-time.ts';
import { answered } from './answers.ts';

const URL_ = 'https://shop.test/';
const OWN = { registrable: 'shop.test', hosts: ['shop.test'] };

const markup = fc
	.array(
		fc.constantFrom(
			'<title>',
			'</title>',
			'Welcome to nginx!',
			'<body class="',
			'"',
			'<script>',
			'</script>',
			'http://localhost:3000/a',
			'<form action="',
			'<!--',
			'-->',
			'404 Not Found',
			'<h1>',
			' ',
			'<base href="',
		),
		{ maxLength: 40 },
	)
	.map((parts) => parts.join(''));

it('never throws on whatever a server sends, and stays fast', () => {
	fc.assert(
		fc.property(markup, fc.constantFrom(200, 401, 404, 503), (html, status) => {
			const answer = answered(html, { status, headers: [['content-type', 'text/html']] });
			defaultPageIn(answer, URL_, [html]);
			defaultNotFoundIn(answer);
			unclaimedIn(answer, 'shop.test');
			gateIn([], answer, URL_);
			for (const { origin } of testUsesInPage(readPage(html, URL_), OWN)) {
				expect(origin).toBe('http://localhost:3000');
			}
		}),
	);
	const long = answered(
		`<html>${'<h1>404 Not Found</h1>This page could not be found _next/ '.repeat(15_000)}`,
		{ status: 404 },
	);
	const code = `${'a.hostname?"x":if(NODE_ENV&&'.repeat(2_000)}fetch("http://localhost:3000/")`;
	const started = cpuMs();
	defaultNotFoundIn(long);
	defaultNotFoundIn(answered('_next/'.repeat(50_000), { status: 404 }));
	defaultPageIn(long, URL_, []);
	testUsesInCode(code.repeat(20), OWN);
	expect(cpuMs() - started).toBeLessThan(3_000);
});

it('counts an error alone for a name that nobody holds', () => {
	const words = "There isn't a GitHub Pages site here.";
	expect(unclaimedIn(answered(words, { status: 404 }), 'shop.test')).toMatchObject({
		service: 'GitHub Pages',
	});
	expect(unclaimedIn(answered(words), 'shop.test')).toBeNull();
	expect(unclaimedIn(answered('Account not found', { status: 404 }), 'shop.test')).toBeNull();
});

it('takes a page for missing pages only with the status of one', () => {
	const body = '<title>Error</title><pre>Cannot GET /x</pre>';
	expect(defaultNotFoundIn(answered(body, { status: 404 }))).toBe('Express');
	expect(defaultNotFoundIn(answered(body))).toBeNull();
	expect(defaultNotFoundIn(answered(body, { status: 500 }))).toBeNull();
});
