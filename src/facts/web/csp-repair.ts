import type { CspPolicy } from './csp.ts';
import { parseCspSource } from './csp-source.ts';

/** Stands where every response has a nonce of its own. */
export const NONCE_PLACEHOLDER = '__NONCE__';

/** New values by directive; `null` takes the directive out. */
export type DirectiveChanges = Readonly<Record<string, readonly string[] | null>>;

/** A policy with some directives changed, the rest in its order; repeated ones are left out. */
export function rewrittenPolicy({ directives }: CspPolicy, changes: DirectiveChanges): string {
	const all = new Map(directives);
	for (const [directive, values] of Object.entries(changes)) {
		if (values === null) all.delete(directive);
		else all.set(directive, values);
	}
	return cspText(all);
}

/** Directives with a placeholder for nonces, which a response makes up anew. */
export function cspText(directives: ReadonlyMap<string, readonly string[]>): string {
	return [...directives]
		.map(([name, values]) => [name, ...values.map(withoutNonce)].join(' '))
		.join('; ');
}

function withoutNonce(text: string): string {
	return /^'nonce-.*'$/is.test(text) ? `'nonce-${NONCE_PLACEHOLDER}'` : text;
}

/** The sources with others after them, each once; 'none' makes way for them. */
export function withSources(values: readonly string[], more: readonly string[]): readonly string[] {
	const kept = more.length === 0 ? values : values.filter((one) => one.toLowerCase() !== "'none'");
	return [...new Set([...kept, ...more])];
}

/** The sources without some; `'none'` where nothing is left. */
export function withoutSources(
	values: readonly string[],
	isUnwanted: (text: string) => boolean,
): readonly string[] {
	const kept = values.filter((text) => !isUnwanted(text));
	return kept.length === 0 ? ["'none'"] : kept;
}

/** `http:` turned into `https:`; what does not say so is left alone. */
export function securedSource(text: string): string {
	const source = parseCspSource(text);
	const scheme = source.kind === 'scheme' || source.kind === 'host' ? source.scheme : null;
	return scheme === 'http' || scheme === 'ftp' ? text.replace(/^[a-z]+:/i, 'https:') : text;
}
