import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import csp from '../../../checks/headers/csp.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const SOUND =
	"default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";
const SIGN_IN = '<!doctype html><title>x</title><form><input type="password"></form>';
/** Notes that a policy without these three directives gets; no risks. */
const NOTES = ['no-form-action info', 'no-frame-ancestors info'];

const NEXTJS =
	"default-src 'self'; script-src 'self' 'nonce-{{nonce}}' 'strict-dynamic'; style-src 'self' 'nonce-{{nonce}}'; " +
	"img-src 'self' blob: data:; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; upgrade-insecure-requests;";
const GITHUB_LIKE =
	"default-src 'none'; base-uri 'self'; child-src assets.shop.test; connect-src 'self' uploads.shop.test " +
	"api.shop.test wss://alive.shop.test; font-src assets.shop.test; form-action 'self' shop.test; " +
	"frame-ancestors 'none'; frame-src viewscreen.shop.test; img-src 'self' data: blob: assets.shop.test; " +
	"manifest-src 'self'; media-src assets.shop.test; script-src assets.shop.test; " +
	"style-src 'unsafe-inline' assets.shop.test; upgrade-insecure-requests; worker-src assets.shop.test";
const GOOGLE_STRICT =
	"object-src 'none'; script-src 'nonce-{{nonce}}' 'unsafe-inline' 'unsafe-eval' 'strict-dynamic' https: http:; " +
	"base-uri 'none'; report-uri https://csp.shop.test/x";

type Case = readonly [
	name: string,
	/** Values of Content-Security-Policy. */
	headers: readonly string[],
	expected: readonly string[],
	html?: string,
];

const whole = (cases: readonly Case[]) =>
	cases.map(([name, headers, expected, html = PAGE]) => [name, headers, expected, html] as const);

function page(body: string, head = ''): string {
	return `<!doctype html><html><head><title>Shop</title>${head}</head><body><p>Hello</p>${body}</body></html>`;
}

const meta = (content: string) =>
	`<meta http-equiv="Content-Security-Policy" content="${content}">`;

const sha = (algorithm: string, text: string) =>
	`'${algorithm}-${createHash(algorithm).update(text).digest('base64')}'`;

async function saidOf(headers: readonly string[], html: string) {
	const route = {
		headers: headers.map((value): [string, string] => ['Content-Security-Policy', value]),
		body: html,
	};
	const { findings } = await auditLab(shop({ routes: { '/': route } }), csp, HOST);
	return findings
		.map((one) => `${one.verdict ?? one.outcome}${isFailed(one) ? ` ${one.severity}` : ''}`)
		.sort();
}

const POLICIES: readonly Case[] = [
	['a sound policy', [SOUND], ['enforced']],
	['a policy as Next.js documents it', [NEXTJS], ['enforced']],
	['a policy with many named hosts', [GITHUB_LIKE], ['unsafe-style info']],
	['Google’s strict policy', [GOOGLE_STRICT], [...NOTES, 'unsafe-eval later']],
	['default-src alone', ["default-src 'self'"], [...NOTES, 'no-base-uri later']],
	[
		'what a shop platform sends',
		["block-all-mixed-content; frame-ancestors 'none'; upgrade-insecure-requests;"],
		[
			'deprecated-directive info',
			'no-base-uri later',
			'no-form-action info',
			'no-object-src later',
			'no-script-source later',
		],
	],
	[
		'what a blog system sends',
		['upgrade-insecure-requests;'],
		['no-base-uri later', ...NOTES, 'no-object-src later', 'no-script-source later'],
	],
	[
		'inline and eval allowed, as generators write it',
		[`${SOUND}; script-src 'self' 'unsafe-inline' 'unsafe-eval'`],
		['unsafe-eval later', 'unsafe-inline later'],
	],
	[
		'unsafe-inline in default-src',
		[`${SOUND.replace("default-src 'self'", "default-src 'self' 'UNSAFE-INLINE'")}`],
		['unsafe-inline later'],
	],
	[
		'unsafe-inline cancelled by a hash',
		[`${SOUND}; script-src 'unsafe-inline' ${sha('sha256', 'x')}`],
		['enforced'],
	],
	[
		'unsafe-inline beside a hash without algorithm',
		[`${SOUND}; script-src 'unsafe-inline' 'sha1-abcdefgh'`],
		['syntax later', 'unsafe-inline later'],
	],
	['https: for scripts', [`${SOUND}; script-src https:`], ['broad-script-source later']],
	['https://* for scripts', [`${SOUND}; script-src https://*`], ['broad-script-source later']],
	[
		'https: in default-src',
		[SOUND.replace("default-src 'self'", 'default-src https:')],
		['broad-script-source later'],
	],
	[
		'http: for scripts',
		[`${SOUND}; script-src http:`],
		['broad-script-source later', 'insecure-scheme later'],
	],
	[
		'every host, cancelled by strict-dynamic',
		[`${SOUND}; script-src * 'nonce-{{nonce}}' 'strict-dynamic'`],
		['enforced'],
	],
	[
		'every host for elements, in a list of its own',
		[`${SOUND}; script-src-elem *`],
		['broad-script-source later'],
	],
	[
		'object-src with a scheme',
		[SOUND.replace("object-src 'none'", 'object-src https:')],
		['broad-object-source later'],
	],
	[
		'object-src with one host',
		[SOUND.replace("object-src 'none'", 'object-src https://plug.shop.test')],
		['enforced'],
	],
	[
		'http in a directive for connections',
		[`${SOUND}; connect-src http://api.shop.test`],
		['insecure-scheme later'],
	],
	['http for media', [`${SOUND}; media-src http://m.shop.test`], ['insecure-scheme-passive info']],
	['style from everywhere', [`${SOUND}; style-src *`], ['unsafe-style info']],
	['a gadget by wildcard', [`${SOUND}; script-src 'self' *.googleapis.com`], ['bypass-host later']],
	[
		'a gadget that needs eval, without eval',
		[`${SOUND}; script-src 'self' www.googletagmanager.com`],
		['enforced'],
	],
	[
		'the same, with eval',
		[`${SOUND}; script-src 'self' 'unsafe-eval' www.googletagmanager.com`],
		['bypass-host later', 'unsafe-eval later'],
	],
	[
		'strict-dynamic alone',
		[`${SOUND}; script-src 'strict-dynamic' https:`],
		['strict-dynamic-alone later'],
	],
	[
		'a fixed nonce',
		[`${SOUND}; script-src 'nonce-dGhlLXNhbWUtZXZlcnktdGltZQ=='`],
		['nonce-reused high'],
	],
	[
		'a fixed nonce beside a fresh one in another policy',
		[`${SOUND}; script-src 'nonce-dGhlLXNhbWUtZXZlcnktdGltZQ=='`, `script-src 'nonce-{{nonce}}'`],
		['several-policies info'],
	],
	[
		'a fixed nonce in a meta element',
		[],
		['no-frame-ancestors info', 'nonce-reused high'],
		page(
			'',
			meta(
				`${SOUND.replace(/; frame-ancestors.*/, '')}; script-src 'nonce-dGhlLXNhbWUtZXZlcnktdGltZQ=='`,
			),
		),
	],
	['a short nonce', [`${SOUND}; script-src 'nonce-c{{count}}'`], ['nonce-weak later']],
	['a comma makes two policies', [`${SOUND}, script-src 'self'`], ['several-policies info']],
	[
		'two fields, the weakness in one',
		[SOUND, `script-src 'unsafe-inline' *`],
		['several-policies info'],
	],
	[
		'two fields, the weakness in both',
		[`${SOUND}; script-src 'unsafe-inline'`, "script-src 'self' 'unsafe-inline'"],
		['several-policies info', 'unsafe-inline later'],
	],
	['a second field that says nothing', [SOUND, ';'], ['enforced']],
	['a directive twice', [`${SOUND}; form-action *`], ['duplicate-directive later']],
	['unknown directive', [`${SOUND}; scriptsrc 'self'`], ['syntax later']],
	['no semicolon', [`${SOUND}; img-src 'self' media-src 'self'`], ['syntax later']],
	['no quotes', [`${SOUND}; img-src self`], ['syntax later']],
	['a source without a scheme', [`${SOUND}; img-src //img.shop.test`], ['syntax later']],
	[
		'newer keywords are no slips',
		[
			`${SOUND}; script-src 'self' 'report-sample' 'wasm-unsafe-eval' 'inline-speculation-rules'; fenced-frame-src 'self'; trusted-types default; require-trusted-types-for 'script'; webrtc 'block'`,
		],
		['enforced'],
	],
	['an address', [`${SOUND}; connect-src 'self' https://203.0.113.9:8443`], ['ip-source info']],
	[
		'the machine itself',
		[`${SOUND}; connect-src 'self' http://127.0.0.1:3000`],
		['insecure-scheme later', 'ip-source info', 'local-source later'],
	],
	['a tunnel', [`${SOUND}; connect-src https://a1b2.ngrok-free.app`], ['local-source later']],
	[
		'a policy in a meta element',
		[],
		['no-frame-ancestors info'],
		page('', meta(SOUND.replace(/; frame-ancestors.*/, ''))),
	],
	[
		'what a meta element may not say',
		[],
		['ignored-in-meta info', 'no-frame-ancestors info'],
		page('', meta(SOUND)),
	],
	['a meta element after the head', [], ['missing later'], page(meta(SOUND))],
	['an empty field', [' '], ['empty later']],
];

describe('policies', () => {
	it.each(whole(POLICIES))('%s', async (_, headers, expected, html) => {
		expect(await saidOf(headers, html)).toEqual([...expected].sort());
	});
});

const INLINE = 'document.title = "Shöp"';
const URL_SCRIPT = '<script src="https://cdn.other.test/app.js"></script>';
const BLOCKED = ['blocks-own-page high'];
const SHOP = "script-src 'self' 'nonce-{{nonce}}'; style-src 'self'; img-src 'self'";
const withScripts = (sources: string) => `${SOUND}; script-src ${sources}`;

const PARTS: readonly Case[] = [
	['an own script', [SOUND], ['enforced'], page('<script src="/app.js"></script>')],
	['a script of another host', [SOUND], BLOCKED, page(URL_SCRIPT)],
	['one that is named', [withScripts('https://cdn.other.test')], ['enforced'], page(URL_SCRIPT)],
	[
		'one that is named without scheme',
		[withScripts('cdn.other.test')],
		['enforced'],
		page(URL_SCRIPT),
	],
	[
		'one that is named by its folder',
		[withScripts('https://cdn.other.test/v1/')],
		BLOCKED,
		page(URL_SCRIPT),
	],
	[
		'one that is named by another port',
		[withScripts('https://cdn.other.test:8443')],
		BLOCKED,
		page(URL_SCRIPT),
	],
	[
		'the domain itself, where its sub-domains are named',
		[withScripts('*.other.test')],
		BLOCKED,
		page('<script src="https://other.test/a.js"></script>'),
	],
	[
		'http named, https loaded',
		[withScripts('http://cdn.other.test')],
		['insecure-scheme later'],
		page(URL_SCRIPT),
	],
	[
		'by integrity, where hashes are listed',
		[withScripts(sha('sha256', 'x'))],
		['enforced'],
		page('<script src="https://cdn.other.test/app.js" integrity="sha256-x"></script>'),
	],
	[
		'an inline script by its nonce',
		[withScripts("'nonce-{{nonce}}'")],
		['enforced'],
		page(`<script nonce="{{nonce}}">${INLINE}</script>`),
	],
	[
		'an inline script with an older nonce',
		[withScripts("'nonce-{{nonce}}'")],
		BLOCKED,
		page(`<script nonce="bm90IHRoZSBzYW1l">${INLINE}</script>`),
	],
	[
		'an inline script by sha256',
		[withScripts(sha('sha256', INLINE))],
		['enforced'],
		page(`<script>${INLINE}</script>`),
	],
	[
		'an inline script by sha384',
		[withScripts(sha('sha384', INLINE))],
		['enforced'],
		page(`<script>${INLINE}</script>`),
	],
	[
		'an inline script by sha512',
		[withScripts(sha('sha512', INLINE))],
		['enforced'],
		page(`<script>${INLINE}</script>`),
	],
	[
		'a hash of all but one space',
		[withScripts(sha('sha256', INLINE))],
		BLOCKED,
		page(`<script>${INLINE} </script>`),
	],
	[
		'lines that end in CR LF, hashed as browsers read them',
		[withScripts(sha('sha256', 'a()\nb()'))],
		['enforced'],
		page('<script>a()\r\nb()</script>'),
	],
	[
		'a key that we must not see inside hashed script',
		[withScripts(sha('sha256', `key="AIza${'a'.repeat(35)}"`))],
		['enforced'],
		page(`<script>key="AIza${'a'.repeat(35)}"</script>`),
	],
	[
		'strict-dynamic, and a script in the page without nonce',
		[withScripts("'nonce-{{nonce}}' 'strict-dynamic' https:")],
		BLOCKED,
		page(URL_SCRIPT),
	],
	[
		'strict-dynamic, and one with it',
		[withScripts("'nonce-{{nonce}}' 'strict-dynamic'")],
		['enforced'],
		page('<script nonce="{{nonce}}" src="https://cdn.other.test/app.js"></script>'),
	],
	[
		'unsafe-inline that a nonce cancels',
		[withScripts("'nonce-{{nonce}}' 'unsafe-inline'")],
		BLOCKED,
		page(`<script>${INLINE}</script>`),
	],
	['an import map', [SOUND], BLOCKED, page('<script type="importmap">{"imports":{}}</script>')],
	[
		'data in script elements',
		[SOUND],
		['enforced'],
		page(
			'<script type="application/json">{"a":1}</script><script type="speculationrules">{}</script><script type="text/template"><b></script>',
		),
	],
	[
		'a script for old browsers',
		[SOUND],
		['enforced'],
		page('<script nomodule src="https://cdn.other.test/old.js"></script>'),
	],
	[
		'what stands in noscript and templates',
		[SOUND],
		['enforced'],
		page(
			'<noscript><style>a{}</style><img src="https://t.other.test/p"></noscript><template><script>x()</script></template>',
		),
	],
	[
		'a style sheet of another host',
		[SOUND],
		BLOCKED,
		page('', '<link rel="stylesheet" href="https://fonts.other.test/css">'),
	],
	['an inline style sheet', [SOUND], BLOCKED, page('', '<style>a{color:red}</style>')],
	[
		'an inline style sheet by hash',
		[`${SOUND}; style-src ${sha('sha256', 'a{color:red}')}`],
		['enforced'],
		page('', '<style>a{color:red}</style>'),
	],
	['a style attribute', [SOUND], BLOCKED, page('<p style="color:red">x</p>')],
	[
		'a style attribute, allowed',
		[`${SOUND}; style-src-attr 'unsafe-inline'`],
		['enforced'],
		page('<p style="color:red">x</p>'),
	],
	[
		'a style attribute by hash without unsafe-hashes',
		[`${SOUND}; style-src ${sha('sha256', 'color:red')}`],
		BLOCKED,
		page('<p style="color:red">x</p>'),
	],
	[
		'a style attribute by hash with it',
		[`${SOUND}; style-src 'unsafe-hashes' ${sha('sha256', 'color:red')}`],
		['enforced'],
		page('<p style="color:red">x</p>'),
	],
	[
		'what a framework puts on images until they come',
		[SOUND],
		['enforced'],
		page('<img src="/a.png" style="color:transparent">'),
	],
	['an event handler', [SOUND], BLOCKED, page('<button onclick="buy()">x</button>')],
	[
		'attributes that only begin like one',
		[SOUND],
		['enforced'],
		page('<x-player only="1" once="x" one="2"></x-player>'),
	],
	['a javascript: link', [SOUND], BLOCKED, page('<a href="javascript:buy()">x</a>')],
	[
		'one that is meant to do nothing',
		[SOUND],
		['enforced'],
		page('<a href="javascript:void(0)">x</a><a href="javascript:;">y</a>'),
	],
	['an image of another host', [SOUND], BLOCKED, page('<img src="https://img.other.test/a.png">')],
	[
		'an image in the page',
		[SOUND],
		BLOCKED,
		page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
	],
	[
		'an image in the page, allowed',
		[`${SOUND}; img-src data:`],
		['enforced'],
		page('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
	],
	[
		'an image over http that browsers upgrade',
		[`${SOUND}; img-src https://img.other.test`],
		['enforced'],
		page('<img src="http://img.other.test/a.png">'),
	],
	[
		'a script over http is blocked for another reason',
		[SOUND],
		['enforced'],
		page('<script src="http://cdn.other.test/a.js"></script>'),
	],
	[
		'the same, upgraded',
		[`${SOUND}; upgrade-insecure-requests`],
		BLOCKED,
		page('<script src="http://cdn.other.test/a.js"></script>'),
	],
	['no sources at all', [`${SOUND}; img-src`], BLOCKED, page('<img src="/a.png">')],
	[
		'one finding for each directive',
		[`${SOUND}; ${SHOP}`.replace(/; script-src.*/, `; ${SHOP}`)],
		['blocks-own-page high', 'blocks-own-page high'],
		page(`${URL_SCRIPT}${URL_SCRIPT.replace('app', 'b')}<img src="https://img.other.test/a.png">`),
	],
	[
		'the second policy alone',
		[SOUND, "img-src 'none'"],
		['blocks-own-page high', 'several-policies info'],
		page('<img src="/a.png">'),
	],
	[
		'a meta element, and what stands before it',
		[],
		['no-frame-ancestors info'],
		page(
			'',
			`<script>early()</script>${meta("default-src 'self'; base-uri 'self'; form-action 'self'")}`,
		),
	],
	[
		'a meta element, and what comes after it',
		[],
		['blocks-own-page high', 'no-frame-ancestors info'],
		page(
			'',
			`${meta("default-src 'self'; base-uri 'self'; form-action 'self'")}<script>late()</script>`,
		),
	],
];

describe('what a policy blocks of its own page', () => {
	it.each(whole(PARTS))('%s', async (_, headers, expected, html) => {
		expect(await saidOf(headers, html)).toEqual([...expected].sort());
	});
});

const SOUND_PAGES: readonly (readonly [name: string, policy: string, html: string])[] = [
	[
		'of Next.js, as it is built',
		NEXTJS,
		page(
			'<img src="/_next/image?url=%2Fa.png&w=640&q=75" srcset="/_next/image?url=%2Fa.png&w=640&q=75 1x, /_next/image?url=%2Fa.png&w=1080&q=75 2x" style="color:transparent" loading="lazy">' +
				'<script src="/_next/static/chunks/main.js" async nonce="{{nonce}}"></script><script nonce="{{nonce}}">self.__next_f=[]</script>' +
				'<script id="__NEXT_DATA__" type="application/json">{}</script>',
			'<link rel="preload" as="script" nonce="{{nonce}}" href="/_next/static/chunks/w.js"><link rel="stylesheet" href="/_next/static/css/a.css"><script src="/_next/static/chunks/polyfills.js" nomodule></script>',
		),
	],
	[
		'with its files on a host of its own',
		GITHUB_LIKE,
		page(
			'<img src="https://assets.shop.test/u/1?v=4" style="width:1px"><script type="application/json">{"a":1}</script>' +
				'<script crossorigin src="https://assets.shop.test/app.js" defer></script>',
			'<link crossorigin rel="stylesheet" href="https://assets.shop.test/light.css">',
		),
	],
	[
		'of a static site with fonts and counting',
		"default-src 'self'; script-src 'self' https://plausible.io; style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; " +
			"font-src https://fonts.gstatic.com; img-src 'self' data: https:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
		page(
			'<img src="https://cdn.other.test/a.png"><script defer src="https://plausible.io/js/script.js"></script><p style="--x:1">x</p>',
			'<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Inter&display=swap"><style>a{}</style>',
		),
	],
];

it.each(SOUND_PAGES)('gives a sound page %s nothing above a note', async (_, policy, html) => {
	const said = await saidOf([policy], html);
	expect(said.filter((one) => !/ info$|^enforced$/.test(one))).toEqual([]);
});

function severities({ findings }: Awaited<ReturnType<typeof auditLab>>) {
	return findings.map((one) => [one.verdict, 'severity' in one ? one.severity : one.outcome]);
}

it('misses a policy more where a password is taken', async () => {
	const plain = await auditLab(shop({ routes: { '/': PAGE } }), csp, HOST);
	const signIn = await auditLab(shop({ routes: { '/': SIGN_IN } }), csp, HOST);
	expect(severities(plain)).toEqual([['missing', 'later']]);
	expect(severities(signIn)).toEqual([['missing', 'high']]);
});

it('looks at the sign-in page too, for a policy and for what it blocks', async () => {
	const start = {
		headers: { 'Content-Security-Policy': SOUND },
		body: page('<a href="/login">in</a>'),
	};
	const bare = await auditLab(shop({ routes: { '/': start, '/login': SIGN_IN } }), csp, HOST);
	expect(bare.said).toEqual(['missing https://shop.test/login']);
	expect(severities(bare)).toEqual([['missing', 'high']]);
	const broken = {
		headers: { 'Content-Security-Policy': SOUND },
		body: `${SIGN_IN}<script>go()</script>`,
	};
	const blocked = await auditLab(shop({ routes: { '/': start, '/login': broken } }), csp, HOST);
	expect(blocked.said).toEqual(['blocks-own-page default-src at https://shop.test/login']);
});

it('offers a first policy with what the page really loads', async () => {
	const routes = {
		'/': page(
			'<script src="https://js.stripe.com/v3/"></script><script src="/app.js"></script><script>x()</script><form action="https://pay.other.test/"></form>',
			'<link rel="stylesheet" href="/a.css"><style>b{}</style>',
		),
		'/app.js': { type: 'text/javascript', body: 'fetch("https://api.shop.test/v1")' },
		'/a.css': {
			type: 'text/css',
			body: '@font-face{src:url("https://fonts.other.test/a.woff2?v=1")}',
		},
	};
	const { findings } = await auditLab(shop({ routes }), csp, HOST);
	const missing = findings.filter(isFailed)[0];
	const nginx = missing?.fix.snippets.find(({ platform }) => platform === 'nginx')?.text;
	expect(nginx).toBe(
		'add_header Content-Security-Policy-Report-Only "' +
			"default-src 'self'; script-src 'self' https://js.stripe.com; style-src 'self' 'unsafe-inline'; " +
			"img-src 'self' data:; font-src 'self' https://fonts.other.test; connect-src 'self' https://api.stripe.com https://api.shop.test; " +
			"frame-src 'self' https://js.stripe.com https://hooks.stripe.com; object-src 'none'; base-uri 'self'; " +
			"form-action 'self' https://pay.other.test; frame-ancestors 'self'" +
			'" always;',
	);
});

/** The policy that the fix of a verdict would send, and the platforms that it is written for. */
async function fixOf(verdict: string, headers: readonly string[], html = PAGE) {
	const route = {
		headers: headers.map((value): [string, string] => ['Content-Security-Policy', value]),
		body: html,
	};
	const { findings } = await auditLab(shop({ routes: { '/': route } }), csp, HOST);
	const found = findings.filter(isFailed).find((one) => one.verdict === verdict);
	const texts = new Map(found?.fix.snippets.map(({ platform, text }) => [platform, text]));
	const nginx = texts.get('nginx')?.match(/add_header Content-Security-Policy "(.*)" always;/)?.[1];
	return { policy: nginx, texts };
}

it.each([
	['no-base-uri', "default-src 'self'", "default-src 'self'; base-uri 'self'"],
	['unsafe-eval', "script-src 'self' 'unsafe-eval'", "script-src 'self'"],
	[
		'unsafe-inline',
		"default-src 'self' 'unsafe-inline'",
		"default-src 'self' 'unsafe-inline'; script-src 'self'",
	],
	['broad-script-source', 'script-src https: data:', "script-src 'self'"],
	['broad-object-source', 'object-src *', "object-src 'none'"],
	[
		'insecure-scheme',
		'connect-src http://a.test ws://b.test',
		'connect-src https://a.test ws://b.test',
	],
	['local-source', "connect-src 'self' http://localhost:3000", "connect-src 'self'"],
	['syntax', "script-src self style-src 'self'", "script-src 'self'; style-src 'self'"],
	['syntax', "scripts-src 'self'; img-src: a.test", "script-src 'self'; img-src a.test"],
	['duplicate-directive', "script-src 'self'; script-src *", "script-src 'self'"],
	[
		'deprecated-directive',
		"script-src 'self'; block-all-mixed-content",
		"script-src 'self'; upgrade-insecure-requests",
	],
	[
		'strict-dynamic-alone',
		"script-src 'strict-dynamic'",
		"script-src 'strict-dynamic' 'nonce-$request_id'",
	],
])('mends %s: %s', async (verdict, before, after) => {
	expect((await fixOf(verdict, [before])).policy).toBe(after);
});

it('lets blocked parts through where a policy can, by host and by hash', async () => {
	const html = page(`${URL_SCRIPT}<script>x()</script><p style="color:red">`);
	const { policy } = await fixOf('blocks-own-page', [SOUND], html);
	expect(policy).toBe(
		`${SOUND}; script-src 'self' https://cdn.other.test ${sha('sha256', 'x()')}; style-src-attr 'unsafe-inline'`,
	);
});

it('replaces unsafe-inline by hashes where the page never changes, and by a nonce where it does', async () => {
	const policy = "script-src 'self' 'unsafe-inline'";
	const still = await fixOf('unsafe-inline', [policy], page('<script>x()</script>'));
	expect(still.policy).toBe(`script-src 'self' ${sha('sha256', 'x()')}`);
	const moving = await fixOf('unsafe-inline', [policy], page('<script>x({{count}})</script>'));
	expect(moving.policy).toBe("script-src 'self' 'nonce-$request_id' 'strict-dynamic'");
	expect([...moving.texts.keys()]).toEqual(
		expect.arrayContaining(['any', 'nginx', 'caddy', 'nextjs', 'express']),
	);
});

it('makes one policy of several, with what all of them let through', async () => {
	const { policy } = await fixOf('several-policies', [
		"default-src 'self' a.test; base-uri 'self'",
		"script-src 'self' b.test; img-src a.test; form-action 'none'",
	]);
	expect(policy).toBe(
		"default-src 'self' a.test; base-uri 'self'; script-src 'self'; img-src a.test; form-action 'none'",
	);
});

it('does not take the rest of a page that was cut for a script of another text', async () => {
	const [head, tail] = ['<script>let a = "', '"</script>'];
	const inline = `${head}${'x'.repeat(100_000)}${tail}`;
	const hash = sha('sha256', `let a = "${'x'.repeat(100_000)}"`);
	const html = page(inline.repeat(12));
	expect(html.length).toBeGreaterThan(1_048_576);
	expect(await saidOf([withScripts(hash)], html)).toEqual(['enforced']);
});

it('quotes a policy into a meta element, and never into a server’s configuration that reads more into it', async () => {
	const html = page('', meta('script-src a.test/&quot;x&quot;'));
	const { texts } = await fixOf('no-base-uri', [], html);
	expect(texts.get('any')).toContain(
		'content="script-src a.test/&quot;x&quot;; base-uri \'self\'"',
	);
	const odd = await fixOf('no-base-uri', ['script-src a.test/$HOME/%20']);
	expect([...odd.texts.keys()]).toEqual(['any']);
});

it('does not take Report-Only for a policy, nor for none', async () => {
	const route = { headers: { 'Content-Security-Policy-Report-Only': SOUND }, body: PAGE };
	const { said } = await auditLab(shop({ routes: { '/': route } }), csp, HOST);
	expect(said).toEqual(['report-only shop.test']);
});

it('compares nonces of a page that a cache keeps', async () => {
	const kept = {
		headers: {
			'Content-Security-Policy': `${SOUND}; script-src 'nonce-a2VwdC1ieS1hLWNhY2hl'`,
			Age: '120',
		},
		body: PAGE,
	};
	const { findings } = await auditLab(shop({ routes: { '/': kept } }), csp, HOST);
	expect(findings.filter(isFailed)).toMatchObject([{ verdict: 'nonce-reused', severity: 'high' }]);
	const fresh = {
		...kept,
		headers: { 'Content-Security-Policy': `${SOUND}; script-src 'nonce-{{nonce}}'` },
	};
	expect((await auditLab(shop({ routes: { '/': fresh } }), csp, HOST)).said).toEqual([
		'enforced shop.test',
	]);
});

it('cannot say that a nonce is fresh where the page does not come twice', async () => {
	const once = {
		sequence: [
			{
				headers: [['Content-Security-Policy', `${SOUND}; script-src 'nonce-{{nonce}}'`]] as [
					string,
					string,
				][],
				body: PAGE,
			},
			{ status: 429, body: 'slow down' },
		],
	};
	const { findings } = await auditLab(shop({ routes: { '/': once } }), csp, HOST);
	expect(findings).toMatchObject([{ outcome: 'unknown', couldBe: 'high' }]);
});

it('asks nothing of an API or of a redirect', async () => {
	const api = shop({ routes: { '/': { type: 'application/json', body: '{}' } } });
	expect((await auditLab(api, csp, HOST)).findings).toMatchObject([{ outcome: 'not-applicable' }]);
	const away = shop({ routes: { '/': { redirect: 'https://www.shop.test/' } } });
	expect((await auditLab(away, csp, HOST)).findings).toMatchObject([{ outcome: 'not-applicable' }]);
});

it('neither misses nor passes what it could not see', async () => {
	const wall = shop({ fallback: { status: 503, body: '<title>Just a moment...</title>' } });
	expect((await auditLab(wall, csp, HOST)).findings).toMatchObject([
		{ outcome: 'unknown', reason: 'denied', couldBe: 'high' },
	]);
	const empty = shop({ routes: { '/': { body: '' } } });
	expect((await auditLab(empty, csp, HOST)).findings).toMatchObject([{ outcome: 'unknown' }]);
});
