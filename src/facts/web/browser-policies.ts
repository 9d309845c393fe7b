import { parseDictionary, parseItem, Token } from 'structured-headers';

/** What a Referrer-Policy comes to: the last token that browsers know counts (Referrer Policy §8.1). */
export type ReferrerPolicy =
	| { readonly kind: 'absent' }
	| { readonly kind: 'policy'; readonly value: string; readonly unsafe: boolean }
	| { readonly kind: 'invalid'; readonly text: string };

const REFERRER_POLICIES: ReadonlySet<string> = new Set([
	'no-referrer',
	'no-referrer-when-downgrade',
	'same-origin',
	'origin',
	'strict-origin',
	'origin-when-cross-origin',
	'strict-origin-when-cross-origin',
	'unsafe-url',
]);

/** They tell more, or to more, than the browsers' default strict-origin-when-cross-origin does. */
const UNSAFE: ReadonlySet<string> = new Set([
	'unsafe-url',
	'origin',
	'origin-when-cross-origin',
	'no-referrer-when-downgrade',
]);

/** Names of before the standard, which a meta element may still have (HTML standard, meta referrer). */
const OLD_NAMES: Readonly<Record<string, string>> = {
	never: 'no-referrer',
	default: 'strict-origin-when-cross-origin',
	always: 'unsafe-url',
	'origin-when-crossorigin': 'origin-when-cross-origin',
};

/** From the fields, unless a meta element with a known value overrides them. */
export function readReferrerPolicy(
	fields: readonly string[],
	metas: readonly string[] = [],
): ReferrerPolicy {
	const fromMeta = metas
		.map((text) => text.trim().toLowerCase())
		.map((text) => OLD_NAMES[text] ?? text)
		.findLast((text) => REFERRER_POLICIES.has(text));
	const tokens = fields
		.flatMap((field) => field.split(','))
		.map((token) => token.trim().toLowerCase())
		.filter((token) => token !== '');
	const value = fromMeta ?? tokens.findLast((token) => REFERRER_POLICIES.has(token));
	if (value !== undefined) return { kind: 'policy', value, unsafe: UNSAFE.has(value) };
	if (tokens.length === 0) return { kind: 'absent' };
	return { kind: 'invalid', text: tokens.join(', ').slice(0, 120) };
}

/** Why Permissions-Policy is no dictionary of RFC 9651 §3.2; `null` where it is one, or absent. */
export function permissionsPolicyFault(fields: readonly string[]): string | null {
	const text = fields.join(', ');
	if (fields.length === 0 || text.trim() === '') return null;
	const parsed = parsedBy(parseDictionary, text);
	return typeof parsed === 'string' ? parsed : null;
}

const TOKENS = {
	'cross-origin-opener-policy': [
		'unsafe-none',
		'same-origin-allow-popups',
		'same-origin',
		'noopener-allow-popups',
	],
	'cross-origin-embedder-policy': ['unsafe-none', 'require-corp', 'credentialless'],
} as const;

/**
 * Why COOP or COEP is no token that browsers know (HTML standard §7.1.3, §7.1.4: a structured item,
 * parameters allowed); `null` where it is, or absent. Several fields make no item.
 */
export function isolationFault(
	name: keyof typeof TOKENS,
	fields: readonly string[],
): string | null {
	if (fields.length === 0) return null;
	const text = fields.join(', ');
	const parsed = parsedBy(parseItem, text);
	if (typeof parsed === 'string') return parsed;
	const [value] = parsed;
	const word = value instanceof Token ? value.toString() : null;
	const known: readonly string[] = TOKENS[name];
	return word !== null && known.includes(word)
		? null
		: `"${text.slice(0, 60)}" is none of ${known.join(', ')}`;
}

const RESOURCE_POLICIES: readonly string[] = ['same-origin', 'same-site', 'cross-origin'];

/** Fetch §3.7, "cross-origin resource policy check": the whole value must be one of three, in lower case. */
export function resourcePolicyFault(fields: readonly string[]): string | null {
	if (fields.length === 0) return null;
	const text = fields.join(', ').trim();
	return RESOURCE_POLICIES.includes(text)
		? null
		: `"${text.slice(0, 60)}" is none of ${RESOURCE_POLICIES.join(', ')}`;
}

/** The library throws its own error for every breach of the grammar, and nothing else. */
function parsedBy<T>(parse: (text: string) => T, text: string): T | string {
	try {
		return parse(text);
	} catch (error) {
		return error instanceof Error ? error.message : 'it cannot be read';
	}
}

/** Response headers that browsers gave up, or that a newer one replaced. */
export function obsoleteHeaders(
	names: readonly (readonly [name: string, value: string])[],
): readonly string[] {
	const sent = new Map(names.map(([name, value]) => [name.toLowerCase(), value.trim()]));
	const found = [
		'expect-ct',
		'public-key-pins',
		'public-key-pins-report-only',
		'p3p',
		'x-xss-protection',
		'feature-policy',
	].filter((name) => sent.has(name));
	return found.filter((name) => {
		// Switching the old filter off is what OWASP advises, and what security middleware sends.
		if (name === 'x-xss-protection') return !/^0\s*(?:;|$)/.test(sent.get(name) ?? '');
		return name !== 'feature-policy' || !sent.has('permissions-policy');
	});
}
