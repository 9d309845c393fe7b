import {
	apart,
	type CspWeakness,
	type Fix,
	minutes,
	type Site,
	type Verdicts,
} from '../../src/sdk.ts';
import { ENFORCED, headerFix, policyFix, REPORT_ONLY, type Sent } from './_csp-fixes.ts';
import { shellUrl } from './_shell-url.ts';
import { HIGH, LATER } from './_staged.ts';

/** What every finding about a policy is told. */
export interface Told extends Sent {
	readonly host: string;
	readonly url: string;
	readonly directive: string;
	/** As written, cut. */
	readonly values: readonly string[];
	readonly cause: string;
}

/** Something of the page that its policy blocks. */
export interface BlockedTold extends Told {
	readonly parts: readonly string[];
	readonly count: number;
	/** Nothing has to be added to the policy: the markup lacks its nonce. */
	readonly isMarkup: boolean;
	/** Something that a policy alone does not mend: handlers, javascript: links. */
	readonly hasAttributes: boolean;
}

export interface Without {
	readonly host: string;
	readonly url: string;
	readonly asks: boolean;
	readonly isStaging: boolean;
	readonly starter: string;
	readonly inlineScripts: number;
}

/** By hand: header and meta element of the page where a visitor ends. */
const reproduce = (a: { host: string }) =>
	`curl -sSL -D - https://${a.host}/ | grep -i content-security-policy`;

/** What can be said about a page's Content-Security-Policy. */
export const CSP_VERDICTS = {
	enforced: {
		outcome: 'pass',
		says: (a: { url: string; policies: number; directives: readonly string[] }) =>
			`${a.url} enforces ${a.policies === 1 ? 'a policy' : `${a.policies} policies`} ` +
			`(${a.directives.join(', ')}): none of the known weaknesses, and nothing of the page as it came is blocked.`,
	},
	missing: {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later', 'info'],
			pick: ({ asks, isStaging }: Without) => {
				if (asks) return isStaging ? 'later' : 'high';
				return isStaging ? 'info' : 'later';
			},
		},
		effort: minutes(120),
		says: (a: Without) =>
			`${a.url} has no Content-Security-Policy, neither as a header nor as a meta element` +
			`${a.asks ? ', and takes passwords or card numbers' : ''}.`,
		impact: (a: Without) =>
			a.asks
				? 'One injected script, from a comment field or a compromised third-party tag, reads what customers ' +
					'type into the sign-in or payment form and sends it away.'
				: 'One injected script, from a comment field or a compromised third-party tag, does with your pages ' +
					'whatever it likes.',
		fix: (a: Without) => starterFix(`Send ${REPORT_ONLY} first, then enforce it as ${ENFORCED}`, a),
		reproduce,
	},
	'report-only': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(60),
		says: (a: { url: string }) =>
			`${a.url} sends its Content-Security-Policy as Report-Only: browsers report violations and stop nothing.`,
		impact: 'Injected script runs as if there were no policy.',
		fix: (a: Sent) =>
			apart(
				policyFix(
					`Send the policy as ${ENFORCED} once its reports are quiet`,
					a,
					'Read the reports of the last days, and add what your own pages need.',
					`Rename the header from ${REPORT_ONLY} to ${ENFORCED}.`,
				),
			),
		reproduce,
	},
	empty: {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(60),
		says: (a: Without) =>
			`${a.url} sends a Content-Security-Policy without a single directive that counts.`,
		impact: 'Injected script runs as if there were no policy.',
		fix: (a: Without) => starterFix('Fill the policy', a),
		reproduce,
	},
	'blocks-own-page': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: BlockedTold) =>
			`The policy of ${a.url} blocks ${a.count === 1 ? 'a part' : `${a.count} parts`} of that very page ` +
			`(${a.directive}): ${a.parts.join(', ')}${a.count > a.parts.length ? ', …' : ''}.`,
		impact:
			'Browsers refuse these parts for every visitor: the page looks broken, or what the script does, ' +
			'such as signing in or paying, does not work.',
		fix: (a: BlockedTold): Fix =>
			policyFix(
				a.isMarkup
					? 'Write the response’s nonce on these elements'
					: `Let the policy name what the page loads (${a.directive})`,
				a,
				...(a.isMarkup
					? [
							'The policy lets scripts run by nonce alone. Each script element needs nonce="…" with the very value that the header of the same response has; a page from a cache has an older one.',
						]
					: []),
				...(a.hasAttributes
					? [
							'Better than allowing on… attributes and javascript: links: move that code into a script file, with addEventListener.',
						]
					: []),
				'Load the page with the browser’s console open: no line may say “Content Security Policy”.',
			),
		control:
			'Only what stands in the page as it came was matched, as CSP3 §6.7 tells browsers to; whatever a script might add or change was left out.',
		reproduce: (a: BlockedTold) =>
			`curl -sSL -D - ${shellUrl(a.url)} | grep -iE 'content-security-policy|<script|<link|<img|<style'`,
		cause: (a: Told) => a.cause,
	},
	'nonce-reused': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(60),
		says: (a: Told) =>
			`${a.url} was asked for twice and had the same nonce both times (${a.values.join(', ')}).`,
		impact:
			'An attacker reads the nonce off the page and writes it on injected script, which then runs: the policy ' +
			'protects nobody.',
		fix: (a: Told): Fix =>
			policyFix(
				'Make up a nonce for every response',
				a,
				'If a cache or CDN keeps the page: let it pass by (Cache-Control: private, no-store), or use hashes instead of nonces.',
			),
		control: 'Two requests one after the other, without cookies.',
		reproduce: (a: Told) =>
			`for i in 1 2; do curl -sSL -D - https://${a.host}/ | grep -io "nonce-[^']*"; done`,
	},
	...weakness('no-script-source', {
		optional: true,
		says: (a) => `The policy of ${a.url} has neither script-src nor default-src.`,
		impact: 'Scripts may come from anywhere: the policy does not stop injected ones.',
		fix: 'Add script-src with the hosts that the page loads scripts from',
	}),
	...weakness('unsafe-inline', {
		optional: true,
		says: (a) =>
			`The policy of ${a.url} lets any inline script run ('unsafe-inline' in ${a.directive}).`,
		impact:
			'Script that an attacker manages to write into a page, from a comment or a search term, runs as if there were no policy.',
		fix: "Allow inline scripts by nonce or hash instead of 'unsafe-inline'",
		effort: 180,
	}),
	...weakness('broad-script-source', {
		optional: true,
		says: (a) =>
			`The policy of ${a.url} lets scripts come from everywhere (${a.values.join(' ')} in ${a.directive}).`,
		impact: 'Injected markup loads its script from the attacker’s own server.',
		fix: 'Name the hosts that the page loads scripts from',
	}),
	...weakness('unsafe-eval', {
		optional: true,
		says: (a) => `The policy of ${a.url} allows eval ('unsafe-eval' in ${a.directive}).`,
		impact:
			'A place where the page turns text into code, which many libraries have, runs an attacker’s text.',
		fix: "Remove 'unsafe-eval'",
		steps: [
			"A library that needs it for WebAssembly alone is content with 'wasm-unsafe-eval'; template compilers have builds without eval.",
		],
	}),
	...weakness('broad-object-source', {
		says: (a) =>
			`The policy of ${a.url} lets plug-in content come from everywhere (${a.values.join(' ')} in ${a.directive}).`,
		impact: 'Injected object and embed elements load documents of the attacker into your page.',
		fix: "Set object-src 'none'",
		effort: 10,
	}),
	...weakness('no-object-src', {
		says: (a) => `The policy of ${a.url} has neither object-src nor default-src.`,
		impact: 'Injected object and embed elements load documents of the attacker into your page.',
		fix: "Add object-src 'none'",
		effort: 10,
	}),
	...weakness('insecure-scheme', {
		says: (a) =>
			`The policy of ${a.url} allows sources over plain HTTP (${a.values.join(' ')}, first in ${a.directive}).`,
		impact:
			'Anybody on the way between a visitor and such a server can put their own content in its place.',
		fix: 'Name these sources by https:',
		effort: 10,
	}),
	...weakness('insecure-scheme-passive', {
		info: true,
		says: (a) =>
			`The policy of ${a.url} allows images or media over plain HTTP (${a.values.join(' ')} in ${a.directive}).`,
		impact: 'Anybody on the way can swap a picture; nothing runs.',
		fix: 'Name these sources by https:',
		effort: 10,
	}),
	...weakness('unsafe-style', {
		info: true,
		optional: true,
		says: (a) =>
			`The policy of ${a.url} lets any style apply (${a.values.join(' ')} in ${a.directive}); scripts are restricted.`,
		impact: 'Injected style can hide or imitate parts of a page; it runs no script.',
		fix: 'Optional: name style hosts, and allow inline style sheets by nonce or hash',
		effort: 120,
	}),
	...weakness('no-base-uri', {
		says: (a) =>
			a.values.length === 0
				? `The policy of ${a.url} has no base-uri, and default-src does not stand in for it.`
				: `The policy of ${a.url} lets any host be the base of its links (base-uri ${a.values.join(' ')}).`,
		impact:
			'One injected <base> element makes every script that the page names by a relative path load from the attacker’s server.',
		fix: "Add base-uri 'self'",
		effort: 10,
	}),
	...weakness('no-frame-ancestors', {
		info: true,
		says: (a) =>
			`The policy of ${a.url} has no frame-ancestors, and default-src does not stand in for it.`,
		impact: 'The policy does not say who may show the page in a frame.',
		fix: "Add frame-ancestors 'self'",
		effort: 10,
	}),
	...weakness('no-form-action', {
		info: true,
		says: (a) =>
			`The policy of ${a.url} has no form-action, and default-src does not stand in for it.`,
		impact: 'An injected form may send what customers type to any server.',
		fix: 'Add form-action with where your forms are sent',
		effort: 10,
	}),
	...weakness('bypass-host', {
		says: (a) =>
			`The policy of ${a.url} allows hosts from which anybody can have any script run: ${a.values.join(', ')}.`,
		impact:
			'Injected markup loads a known JSONP answer or an old Angular from such a host, and runs script through it, past the policy.',
		fix: "Trust scripts by nonce and 'strict-dynamic' instead of by host",
		effort: 180,
	}),
	...weakness('strict-dynamic-alone', {
		says: (a) =>
			`The policy of ${a.url} says 'strict-dynamic' without a nonce or hash (${a.directive}).`,
		impact: 'Browsers then run no script that stands in the page at all.',
		fix: 'Add a nonce, and write it on the scripts of the page',
		effort: 60,
	}),
	...weakness('syntax', {
		says: (a) => `Browsers pass over parts of the policy of ${a.url}: ${a.values.join('; ')}.`,
		impact: 'What was meant to be allowed is blocked, or what was meant to be blocked is allowed.',
		fix: 'Correct the policy',
		effort: 15,
	}),
	...weakness('duplicate-directive', {
		says: (a) =>
			`The policy of ${a.url} says ${a.values.join(', ')} more than once; only the first counts.`,
		impact: 'Whoever changes the second one changes nothing.',
		fix: 'Say each directive once',
		steps: ['The text below is what browsers use today: add to it what only the later ones said.'],
		effort: 10,
	}),
	...weakness('nonce-weak', {
		says: (a) => `The policy of ${a.url} has a nonce that is no good: ${a.values.join(', ')}.`,
		impact: 'A short nonce can be guessed; one that is not base64 is passed over by browsers.',
		fix: 'Make nonces of 16 random bytes, in base64',
		effort: 20,
	}),
	...weakness('ip-source', {
		info: true,
		says: (a) => `The policy of ${a.url} names addresses as sources: ${a.values.join(' ')}.`,
		impact: 'By the standard, addresses match nothing; and a certificate for one is rare.',
		fix: 'Name the hosts, or remove the addresses',
		effort: 10,
	}),
	...weakness('local-source', {
		says: (a) => `The policy of ${a.url} allows development hosts: ${a.values.join(' ')}.`,
		impact:
			'Whatever listens on a visitor’s own machine, or on a forgotten test server, is trusted by your live page.',
		fix: 'Remove development hosts from the live policy',
		effort: 10,
	}),
	...weakness('deprecated-directive', {
		info: true,
		says: (a) =>
			`The policy of ${a.url} uses directives that browsers have given up: ${a.values.join(', ')}.`,
		impact: 'They do nothing in current browsers.',
		fix: 'Remove or replace them',
		effort: 10,
	}),
	'ignored-in-meta': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(15),
		says: (a: Told) =>
			`A meta element of ${a.url} says ${a.values.join(', ')}, which browsers pass over there.`,
		impact: 'What these directives promise does not happen.',
		fix: (a: Told): Fix => headerFix('Send these directives as a header', ENFORCED, a.policy),
		reproduce,
	},
	'several-policies': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(30),
		says: (a: { url: string; policies: number }) =>
			`${a.url} enforces ${a.policies} policies: a browser lets through only what every one of them allows.`,
		impact: 'A source that is added to one of them alone changes nothing.',
		fix: (a: Sent): Fix =>
			apart(
				policyFix(
					'Send one policy, from one place',
					a,
					'The text below keeps, for each directive, the sources that all of them have in common: what browsers allow today.',
					'Find where the others are sent: the application, the web server, the CDN, a meta element.',
				),
			),
		reproduce,
	},
} satisfies Verdicts<Site['context']>;

export interface Weakness {
	/** `later` unless so. */
	readonly info?: true;
	/** Its repair may break the page. */
	readonly optional?: true;
	says(a: Told): string;
	readonly impact: string;
	readonly fix: string;
	readonly steps?: readonly string[];
	/** Minutes. */
	readonly effort?: number;
}

function weakness<K extends CspWeakness['id']>(id: K, about: Weakness) {
	const spec = {
		outcome: 'fail',
		severity: about.info === true ? 'info' : LATER,
		effort: minutes(about.effort ?? 30),
		says: (a: Told) => about.says(a),
		impact: about.impact,
		fix: (a: Told) => {
			const steps = about.steps ?? [];
			if (about.optional !== true) return policyFix(about.fix, a, ...steps);
			return apart(policyFix(about.fix, a, ...steps, TRY_FIRST));
		},
		reproduce,
		cause: (a: Told) => a.cause,
	} as const;
	return { [id]: spec } as Record<K, typeof spec>;
}

const TRY_FIRST = `It can stop something of yours: send it as ${REPORT_ONLY} first, beside today’s policy, and enforce it when the browser’s console stays quiet on every page.`;

function starterFix(summary: string, { starter, inlineScripts }: Without): Fix {
	return headerFix(
		summary,
		REPORT_ONLY,
		starter,
		'It names what your start page and sign-in page were seen to load.',
		...(inlineScripts > 0
			? [
					`${inlineScripts === 1 ? 'One script stands' : `${inlineScripts} scripts and handlers stand`} in the page itself: move them into files, or give them a nonce.`,
				]
			: []),
		'Open every page of the product with the browser’s console open: each report names a source to add.',
		`When a day has passed without reports, rename the header to ${ENFORCED}.`,
	);
}
