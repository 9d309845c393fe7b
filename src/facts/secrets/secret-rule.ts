import type { Confidence } from '../../core/finding.ts';
import type { CheckState, Seal } from './secret-checksum.ts';
import { type Template, templateOf } from './secret-template.ts';

/**
 * What a value grants. `server`: money, data, mail, infrastructure. `restricted`: scoped by design.
 * `test`: a sandbox. `publishable`: made for browsers. `generic`: no provider known. `identifier`:
 * the name that goes with a secret, harmless alone.
 */
export const TIERS = [
	'server',
	'restricted',
	'generic',
	'test',
	'publishable',
	'identifier',
] as const;
type Tier = (typeof TIERS)[number];

/** What a match is called in a report, the way it was written aside. */
export const KINDS = [
	'server-secret',
	'restricted-key',
	'private-key',
	'connection-uri',
	'signing-secret',
	'service-role-jwt',
	'webhook-url',
	'test-key',
	'generic',
	'publishable',
] as const;
type SecretKind = (typeof KINDS)[number];

/** Which of two matches on the same bytes counts: the earlier. */
export const RANKS = ['exact', 'named', 'structural', 'near', 'generic'] as const;
export type Rank = (typeof RANKS)[number];

/** How to recognise one sort of token, and what to do about it. */
export interface SecretRule {
	readonly id: string;
	readonly provider: string;
	/** `secret key`, as in "a Stripe secret key". */
	readonly what: string;
	readonly tier: Tier;
	readonly kind: SecretKind;
	readonly confidence: Confidence;
	readonly templates: readonly Template[];
	/** Words in the name that the token is assigned to; empty where its shape is enough. */
	readonly names: readonly string[];
	/** Text to look for before anything else, at least three characters. */
	readonly anchors: readonly string[];
	/** Most characters of a token that stand before an anchor. */
	readonly before: number;
	/** What the token begins with, where that is too common to look for: sought before the anchor. */
	readonly opens: string | null;
	/**
	 * Counts only in files that no browser or app gets, and on no line that this matches. `null`:
	 * anywhere.
	 */
	readonly serverOnly: RegExp | null;
	readonly seal: Seal | null;
	readonly check: ((token: string) => CheckState) | null;
	/** Where the provider replaces it; empty where no provider is known. */
	readonly rotate: string;
	/** For an identifier: the shape of the secret that stands within 20 lines of it. */
	readonly pair: { readonly template: Template; readonly rule: string } | null;
}

interface RuleOptions {
	readonly tier?: Tier;
	readonly kind?: SecretKind;
	readonly confidence?: Confidence;
	readonly names?: readonly string[];
	readonly anchors?: readonly string[];
	readonly before?: number;
	readonly opens?: string;
	readonly serverOnly?: RegExp;
	readonly seal?: Seal;
	readonly check?: (token: string) => CheckState;
	readonly pair?: { readonly template: string; readonly rule: string };
}

/** A rule whose name is `<provider> <what>`, kebab-case. */
export function rule(
	provider: string,
	what: string,
	rotate: string,
	shapes: string | readonly string[],
	options: RuleOptions = {},
): SecretRule {
	const templates = [shapes].flat().map(templateOf);
	const names = [...new Set((options.names ?? []).flatMap(writtenForms))];
	const tier = options.tier ?? 'server';
	const literals = templates.flatMap(({ literal }) => (literal === null ? [] : [literal]));
	const anchors = options.anchors ?? (names.length > 0 ? names : literals);
	const id = `${provider} ${what}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
	if (anchors.length === 0 || anchors.some((anchor) => anchor.length < 3)) {
		throw new RangeError(`${id} has nothing to look for`);
	}
	return {
		id,
		provider,
		what,
		tier,
		kind: options.kind ?? KIND_OF[tier],
		confidence: options.confidence ?? (names.length > 0 ? 'medium' : 'high'),
		templates,
		names,
		anchors,
		before: options.before ?? Math.max(...templates.map((template) => template.before)),
		opens: options.opens ?? null,
		serverOnly: options.serverOnly ?? null,
		seal: options.seal ?? null,
		check: options.check ?? null,
		rotate,
		pair:
			options.pair === undefined
				? null
				: { template: templateOf(options.pair.template), rule: options.pair.rule },
	};
}

/** `fb_app_secret` is `fbAppSecret` and `fb-app-secret` too; case is folded later. */
function writtenForms(name: string): readonly string[] {
	if (!/^\w+_\w+$/.test(name)) return [name];
	return [name, name.replaceAll('_', ''), name.replaceAll('_', '-'), name.replaceAll('_', '.')];
}

const KIND_OF: Readonly<Record<Tier, SecretKind>> = {
	server: 'server-secret',
	restricted: 'restricted-key',
	generic: 'generic',
	test: 'test-key',
	publishable: 'publishable',
	identifier: 'restricted-key',
};

/** For browsers: known, so that nothing else is made of it. */
export const PUBLISHABLE = { tier: 'publishable' } as const;
export const RESTRICTED = { tier: 'restricted' } as const;
export const TEST = { tier: 'test' } as const;
export const HOOK = { tier: 'restricted', kind: 'webhook-url' } as const;
export const SIGNING = { kind: 'signing-secret' } as const;
/** No primary source describes the shape. */
export const UNSURE = { confidence: 'low' } as const;

/** What has the shape is a token only where one of these words begins its name. */
export const named = (...names: string[]): RuleOptions => ({ names });
