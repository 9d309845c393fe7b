import type { EndpointRule } from '../core/target.ts';

const EXAMPLE = 'Write one like "GET https://api.example.com/health p95<300ms".';

/**
 * One named endpoint: its URL, with the method (GET or HEAD) before it, and behind it what it is (`api`,
 * `page`, `cached`) and its budget (`p95<300ms`, `p95<1.5s`), each at most once. A fault is the line to
 * show.
 */
export function parseEndpoint(text: string): EndpointRule | { readonly fault: string } {
	const words = text.trim().split(/\s+/);
	const method = /^[A-Z]+$/i.test(words[0] ?? '') && words.length > 1 ? words.shift() : 'GET';
	const upper = method?.toUpperCase();
	if (upper !== 'GET' && upper !== 'HEAD') {
		return fault(text, `is timed with GET or HEAD, and not with ${upper}`);
	}
	const [address = '', ...rest] = words;
	const url = URL.canParse(address) ? new URL(address) : null;
	if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
		return fault(text, 'is not an http(s) URL');
	}
	url.hash = '';
	const kinds = rest.filter(isKind);
	const budgets = rest.map(budgetIn).filter((one) => one !== null);
	if (kinds.length + budgets.length < rest.length || kinds.length > 1 || budgets.length > 1) {
		return fault(text, `has "${rest.join(' ')}" behind its URL, which is no kind and no budget`);
	}
	return { url: url.href, method: upper, kind: kinds[0] ?? null, budgetMs: budgets[0] ?? null };
}

function isKind(word: string): word is 'api' | 'page' | 'cached' {
	return word === 'api' || word === 'page' || word === 'cached';
}

/** `null` for no budget, or one that is none: nothing, or over ten minutes. */
function budgetIn(word: string): number | null {
	const [, number, unit] = /^p95<(\d+(?:\.\d+)?)(ms|s)$/i.exec(word) ?? [];
	if (number === undefined) return null;
	const ms = Number(number) * (unit?.toLowerCase() === 's' ? 1_000 : 1);
	return ms > 0 && ms <= 600_000 ? ms : null;
}

function fault(text: string, what: string) {
	return { fault: `--endpoint "${text}" ${what}. ${EXAMPLE}` };
}
