import type { EnforcedPolicy } from './csp.ts';
import { allowsAllInline, governing, type Standing, weakest } from './csp-meaning.ts';
import { noncesIn } from './csp-syntax.ts';

export interface ReusedNonce {
	readonly nonce: string;
	/** One that has it. */
	readonly policy: EnforcedPolicy;
	readonly directive: string;
}

/** Pages have one or two. */
const MOST_NONCES = 20;

/**
 * A nonce that both of two answers have, and that alone lets inline script (else inline style) through
 * all policies of the first: a fresh one in another policy still protects.
 */
export function reusedNonce(
	first: readonly EnforcedPolicy[],
	second: readonly EnforcedPolicy[],
): ReusedNonce | null {
	const later = new Set(second.flatMap(noncesIn));
	const shared = [...new Set(first.flatMap(noncesIn))].filter((one) => later.has(one));
	for (const type of ['script', 'style'] as const) {
		for (const nonce of shared.slice(0, MOST_NONCES)) {
			if (weakest(first, (policy) => standing(policy, nonce, type)) === null) continue;
			const policy = first.find((one) => listFor(one, nonce, type) !== null);
			const list = policy === undefined ? null : listFor(policy, nonce, type);
			if (policy !== undefined && list !== null)
				return { nonce, policy, directive: list.directive };
		}
	}
	return null;
}

function standing(policy: EnforcedPolicy, nonce: string, type: 'script' | 'style'): Standing {
	const list = governing(policy, `${type}-src-elem`);
	if (list === null) return 'open';
	return listFor(policy, nonce, type) !== null || allowsAllInline(list, type) ? 'weak' : 'firm';
}

function listFor(policy: EnforcedPolicy, nonce: string, type: 'script' | 'style') {
	const list = governing(policy, `${type}-src-elem`);
	const has = list?.sources.some((one) => one.kind === 'nonce' && one.value === nonce) === true;
	return has ? list : null;
}
