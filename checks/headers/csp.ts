import {
	defineCheck,
	doesNotApply,
	enforcedPolicies,
	isHtml,
	optional,
	pageSources,
	sitePage,
	sitePages,
	siteSamples,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import {
	type About,
	againOf,
	blockedOf,
	ignoredInMeta,
	ofPolicies,
	withoutPolicy,
} from './_csp-findings.ts';
import { REPORT_ONLY } from './_csp-fixes.ts';
import { meta, SOUND, sample } from './_csp-samples.ts';
import { CSP_VERDICTS } from './_csp-verdicts.ts';

export default defineCheck({
	id: 'headers/csp',
	title:
		'Browsers enforce a Content-Security-Policy that stops injected script and blocks nothing of ours',
	rationale:
		'A Content-Security-Policy is the second lock behind output escaping: with it, script that an ' +
		'attacker manages to inject is not run. A policy that forgets a source of the page itself breaks the page.',
	references: [
		'Content Security Policy Level 3 §2.2, §3 (policies: header, report-only, meta)',
		'Content Security Policy Level 3 §6.7, §6.8 (matching sources, fallback of directives)',
		'MDN HTTP Observatory: content-security-policy',
		'csp_evaluator 1.1.8: hosts with JSONP or Angular',
	],
	reach: 'sign-in',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: CSP_VERDICTS,

	appliesTo: ({ context: { kind } }) => kind === 'page' || NOT_A_PAGE[kind],
	needs: ({ subject: { name: host, login, seed } }) => ({
		page: sitePage({ host }),
		pages: sitePages({ host, login }),
		samples: optional(siteSamples({ host, seed, login })),
	}),

	judge({ given, subject, say }) {
		const { url, answer } = given.page;
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		if (!isHtml(answer)) return doesNotApply(`${url} is no HTML page.`);
		const about: About = {
			host: subject.name,
			url,
			answer,
			again: againOf(given.samples, url),
			subject,
			login: given.pages.pages.find(({ what }) => what === 'login') ?? null,
			sources: pageSources(given.pages),
		};
		const policies = enforcedPolicies(answer);
		const found = [
			...(policies.length === 0 ? withoutPolicy(about, say) : ofPolicies(policies, about, say)),
			...blockedOf(given.pages, about, say),
			...ignoredInMeta(about, say),
		];
		if (found.length > 0) return found;
		const directives = [...new Set(policies.flatMap((one) => [...one.directives.keys()]))];
		return say('enforced', { url, policies: policies.length, directives });
	},

	examples: (example) => [
		example('a sound policy', sample({ csp: SOUND }), 'enforced'),
		example(
			'a sound policy in a meta element',
			sample({ head: meta(SOUND) }),
			'no-frame-ancestors',
		),
		example(
			'strict, by nonce',
			sample({ csp: strict(NONCE), again: strict(OTHER_NONCE) }),
			'enforced',
		),
		example(
			'the fallbacks for old browsers beside a nonce are cancelled',
			sample({
				csp: strict(`${NONCE} 'unsafe-inline' https: http:`),
				again: strict(OTHER_NONCE),
			}),
			'enforced',
		),
		example(
			'two policies, each weak in what the other forbids',
			sample({ csp: [`${SOUND}; script-src 'self' 'unsafe-inline'`, SOUND] }),
			'several-policies',
		),

		example('nothing', sample({}), 'missing'),
		example('nothing, on a sign-in page', sample({}), 'missing', { subject: { context: FORMS } }),
		example(
			'nothing, and a sign-in page without one either',
			sample({ login: { body: PASSWORD } }),
			'missing',
		),
		example(
			'a sound policy, and a sign-in page without one',
			sample({ csp: SOUND, login: { body: PASSWORD } }),
			'missing',
		),
		example(
			'a sound policy on both',
			sample({ csp: SOUND, login: { csp: SOUND, body: PASSWORD } }),
			'enforced',
		),
		example(
			'a meta element in the body is ignored',
			sample({ body: meta("script-src 'self'") }),
			'missing',
		),
		example('only what meta ignores', sample({ head: meta("frame-ancestors 'none'") }), 'missing'),
		example(
			'the same, as a note',
			sample({ head: meta("sandbox; script-src 'self'") }),
			'ignored-in-meta',
		),
		example('report-only', sample({ headers: [[REPORT_ONLY, SOUND]] }), 'report-only'),
		example(
			'report-only beside an enforced one is progress',
			sample({ csp: SOUND, headers: [[REPORT_ONLY, "script-src 'none'"]] }),
			'enforced',
		),
		example('an empty header', sample({ csp: ' ; ' }), 'empty'),

		example('frame-ancestors alone', sample({ csp: "frame-ancestors 'self'" }), 'no-script-source'),
		example('inline allowed', scripts("'self' 'unsafe-inline'"), 'unsafe-inline'),
		example('inline allowed, in any case', scripts("'Unsafe-Inline'"), 'unsafe-inline'),
		example('inline allowed beside a hash', scripts(`'unsafe-inline' ${HASH}`), 'enforced'),
		example(
			'handlers allowed',
			sample({ csp: `${SOUND}; script-src-attr 'unsafe-inline'` }),
			'unsafe-inline',
		),
		example('every host', scripts('*'), 'broad-script-source'),
		example('every https host', scripts("'self' https:"), 'broad-script-source'),
		example('every host of one domain', scripts("'self' https://*.example.com"), 'enforced'),
		example('data: for scripts', scripts("'self' data:"), 'broad-script-source'),
		example('data: for images', sample({ csp: `${SOUND}; img-src 'self' data:` }), 'enforced'),
		example('eval', scripts("'self' 'unsafe-eval'"), 'unsafe-eval'),
		example('WebAssembly is no eval', scripts("'self' 'wasm-unsafe-eval'"), 'enforced'),
		example(
			'plug-ins from everywhere',
			sample({ csp: SOUND.replace("object-src 'none'", 'object-src *') }),
			'broad-object-source',
		),
		example(
			'no word about plug-ins',
			sample({ csp: "script-src 'self'; base-uri 'self'; form-action 'self'" }),
			'no-object-src',
		),
		example(
			'default-src stands in for object-src',
			sample({ csp: SOUND.replace("object-src 'none'; ", '') }),
			'enforced',
		),
		example('scripts over http', scripts("'self' http://cdn.example.net"), 'insecure-scheme'),
		example(
			'images over http',
			sample({ csp: `${SOUND}; img-src http://img.example.net` }),
			'insecure-scheme-passive',
		),
		example(
			'inline style',
			sample({ csp: `${SOUND}; style-src 'self' 'unsafe-inline'` }),
			'unsafe-style',
		),
		example(
			'inline style attributes alone',
			sample({ csp: `${SOUND}; style-src-attr 'unsafe-inline'` }),
			'enforced',
		),
		example('no base-uri', sample({ csp: SOUND.replace("base-uri 'self'; ", '') }), 'no-base-uri'),
		example(
			'any base',
			sample({ csp: SOUND.replace("base-uri 'self'", 'base-uri *') }),
			'no-base-uri',
		),
		example(
			'no form-action',
			sample({ csp: SOUND.replace("form-action 'self'; ", '') }),
			'no-form-action',
		),
		example(
			'a CDN with old Angular',
			scripts("'self' https://cdnjs.cloudflare.com"),
			'bypass-host',
		),
		example(
			'the same CDN, one folder',
			scripts("'self' https://cdnjs.cloudflare.com/ajax/libs/jquery/"),
			'enforced',
		),
		example('strict-dynamic alone', scripts("'strict-dynamic'"), 'strict-dynamic-alone'),
		example('an unquoted keyword', scripts('self'), 'syntax'),
		example('a lost semicolon', scripts("'self' style-src 'self'"), 'syntax'),
		example(
			'a directive that nobody knows',
			sample({ csp: `${SOUND}; scripts-src 'self'` }),
			'syntax',
		),
		example('a directive twice', sample({ csp: `${SOUND}; default-src *` }), 'duplicate-directive'),
		example('seven characters', again(strict("'nonce-abcdefg'")), 'nonce-weak'),
		example('eight characters', again(strict("'nonce-abcdefgh'")), 'enforced'),
		example('no base64', again(strict(`${NONCE} 'nonce-abc$defgh'`)), 'nonce-weak'),
		example('an address', sample({ csp: `${SOUND}; img-src 198.51.100.7` }), 'ip-source'),
		example(
			'localhost',
			sample({ csp: `${SOUND}; connect-src 'self' ws://localhost:3000` }),
			'local-source',
		),
		example(
			'the staging host of the same domain',
			sample({ csp: `${SOUND}; connect-src https://api.staging.example.com` }),
			'local-source',
		),
		example(
			'a host called dev of somebody else',
			sample({ csp: `${SOUND}; connect-src https://dev.example.net` }),
			'enforced',
		),
		example(
			'given up',
			sample({ csp: `${SOUND}; block-all-mixed-content` }),
			'deprecated-directive',
		),

		example('the same nonce twice', sample({ csp: strict(NONCE) }), 'nonce-reused'),
		example('no second answer', sample({ csp: strict(NONCE), again: null }), 'unknown'),

		example(
			'its own script from a host that is not named',
			sample({ csp: SOUND, body: '<script src="https://cdn.example.net/app.js"></script>' }),
			'blocks-own-page',
		),
		example(
			'from one that is',
			sample({
				csp: `${SOUND}; script-src https://cdn.example.net`,
				body: '<script src="https://cdn.example.net/app.js"></script>',
			}),
			'enforced',
		),
		example(
			'an inline script',
			sample({ csp: SOUND, body: '<script>go()</script>' }),
			'blocks-own-page',
		),
		example(
			'data in a script element',
			sample({ csp: SOUND, body: '<script type="application/ld+json">{}</script>' }),
			'enforced',
		),
		example(
			'a picture for visitors without scripts',
			sample({ csp: SOUND, body: '<noscript><img src="https://t.example.net/p.gif"></noscript>' }),
			'enforced',
		),
		example(
			'the script of a sign-in page',
			sample({
				csp: SOUND,
				login: { csp: SOUND, body: `${PASSWORD}<script>go()</script>` },
			}),
			'blocks-own-page',
		),
		example(
			'an inline script before the meta element is not judged by it',
			sample({ head: `<script>go()</script>${meta(SOUND)}` }),
			'no-frame-ancestors',
		),

		example('a page that we are not let in to', sample({ status: 401 }), 'unknown'),
		example('an error page', sample({ status: 502 }), 'blocked'),
		example('no page', sample({ headers: [['content-type', 'text/plain']] }), 'not-applicable'),
	],
});

const NOT_A_PAGE = {
	api: 'An API answers with data, in which no script runs.',
	redirect: 'It only redirects to another host.',
	file: 'It serves a file and no page.',
} as const;

const FORMS = { standing: 'apex', stage: 'production', kind: 'page', forms: 'yes' } as const;
const PASSWORD = '<form method="post"><input type="password"></form>';
const NONCE = "'nonce-bm9uY2Utb25lLW9mLTE2'";
const OTHER_NONCE = "'nonce-bm9uY2UtdHdvLW9mLTE2'";
const HASH = "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='";

const scripts = (sources: string) => sample({ csp: `${SOUND}; script-src ${sources}` });
const strict = (sources: string) => `${SOUND}; script-src ${sources} 'strict-dynamic'`;
const again = (csp: string) => sample({ csp, again: strict(OTHER_NONCE) });
