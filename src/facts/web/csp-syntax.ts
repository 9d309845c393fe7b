import type { CspPolicy } from './csp.ts';
import { hostNamed, parseCspSource } from './csp-source.ts';

/** Directives that lists of sources belong to. */
const SOURCE_LISTS: ReadonlySet<string> = new Set([
	'base-uri',
	'child-src',
	'connect-src',
	'default-src',
	'fenced-frame-src',
	'font-src',
	'form-action',
	'frame-ancestors',
	'frame-src',
	'img-src',
	'manifest-src',
	'media-src',
	'navigate-to',
	'object-src',
	'prefetch-src',
	'script-src',
	'script-src-attr',
	'script-src-elem',
	'style-src',
	'style-src-attr',
	'style-src-elem',
	'worker-src',
]);

/** Browsers pass over these by now, or will soon, and what stands in for them (2026). */
export const DEPRECATED_DIRECTIVES: Readonly<Record<string, string>> = {
	'block-all-mixed-content': 'upgrade-insecure-requests',
	'disown-opener': 'the header Cross-Origin-Opener-Policy',
	'navigate-to': 'form-action, for forms',
	'plugin-types': "object-src 'none'",
	'prefetch-src': 'default-src',
	'reflected-xss': 'script-src with a nonce',
	referrer: 'the header Referrer-Policy',
	'require-sri-for': 'the header Integrity-Policy',
};

const DIRECTIVES: ReadonlySet<string> = new Set([
	...SOURCE_LISTS,
	...Object.keys(DEPRECATED_DIRECTIVES),
	'report-to',
	'report-uri',
	'require-trusted-types-for',
	'sandbox',
	'trusted-types',
	'upgrade-insecure-requests',
	'webrtc',
]);

/** Keyword sources of CSP3 §2.3.1, and the former ones that browsers still know. */
const KEYWORDS: ReadonlySet<string> = new Set(
	[
		'none',
		'self',
		'unsafe-inline',
		'unsafe-eval',
		'strict-dynamic',
		'unsafe-hashes',
		'report-sample',
		'report-sha256',
		'report-sha384',
		'report-sha512',
		'unsafe-allow-redirects',
		'wasm-eval',
		'wasm-unsafe-eval',
		'trusted-types-eval',
		'inline-speculation-rules',
		'unsafe-hashed-attributes',
		'unsafe-webtransport-hashes',
	].map((word) => `'${word}'`),
);

/** Quoted words of the trusted types directives and of webrtc (CSP3 §6.5). */
const OTHER_KEYWORDS: ReadonlySet<string> = new Set(
	['script', 'allow-duplicates', 'none', 'allow', 'block'].map((word) => `'${word}'`),
);

export interface CspFault {
	readonly kind:
		| 'unknown directive'
		| 'lost semicolon'
		| 'unquoted keyword'
		| 'unknown keyword'
		| 'no source';
	readonly directive: string;
	/** Empty where the directive itself is at fault. */
	readonly value: string;
}

/** What browsers pass over in a policy because it is misspelt; each fault once. */
export function syntaxFaults({ directives }: CspPolicy): readonly CspFault[] {
	return [...directives].flatMap(([directive, values]) => {
		const own: CspFault[] = DIRECTIVES.has(directive)
			? []
			: [{ kind: 'unknown directive', directive, value: '' }];
		const inside = [...new Set(values)].flatMap((value) => {
			const kind = valueFault(directive, value);
			return kind === null ? [] : [{ kind, directive, value }];
		});
		return [...own, ...inside];
	});
}

function valueFault(directive: string, value: string): CspFault['kind'] | null {
	const word = value.toLowerCase();
	if (DIRECTIVES.has(word) && !NAMES_WORDS.has(directive)) return 'lost semicolon';
	if (!SOURCE_LISTS.has(directive)) {
		const isQuoted = word.startsWith("'") && DIRECTIVES.has(directive);
		return isQuoted && !OTHER_KEYWORDS.has(word) ? 'unknown keyword' : null;
	}
	if (isUnquoted(word)) return 'unquoted keyword';
	const source = parseCspSource(value);
	if (source.kind === 'keyword') {
		// A nonce that is no base64 is `weakNonces`' business.
		return KEYWORDS.has(word) || /^'nonce-.+'$/.test(word) ? null : 'unknown keyword';
	}
	return source.kind === 'invalid' && hostNamed(value) === null ? 'no source' : null;
}

/** Names of endpoints, frames and policies may be any word. */
const NAMES_WORDS: ReadonlySet<string> = new Set(['report-to', 'trusted-types']);

function isUnquoted(word: string): boolean {
	return KEYWORDS.has(`'${word}'`) || /^(?:nonce-|sha(?:256|384|512)-)/.test(word);
}

/** Directive names that somebody may have meant. */
export const CSP_DIRECTIVES: readonly string[] = [...DIRECTIVES];

/** Whether the values of a directive are sources. */
export function isSourceList(directive: string): boolean {
	return SOURCE_LISTS.has(directive);
}

/** csp_evaluator's bound: shorter ones are guessed. */
const SHORTEST_NONCE = 8;

export interface WeakNonce {
	readonly nonce: string;
	readonly fault: 'short' | 'not base64';
}

/** Nonces, with what is wrong with them; values as written. */
export function weakNonces({ directives }: CspPolicy): readonly WeakNonce[] {
	const texts = new Set([...directives.values()].flat());
	return [...texts].flatMap((text): readonly WeakNonce[] => {
		const nonce = /^'nonce-(.*)'$/is.exec(text)?.[1];
		if (nonce === undefined) return [];
		if (parseCspSource(text).kind !== 'nonce') return [{ nonce, fault: 'not base64' }];
		return nonce.length < SHORTEST_NONCE ? [{ nonce, fault: 'short' }] : [];
	});
}

/** Every nonce of a policy that browsers take. */
export function noncesIn({ directives }: CspPolicy): readonly string[] {
	const found = [...directives.values()].flat().map(parseCspSource);
	return [...new Set(found.flatMap((one) => (one.kind === 'nonce' ? [one.value] : [])))];
}
