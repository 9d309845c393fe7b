import { type Certificate, isSelfIssued } from './x509.ts';
import { ANY_POLICY } from './x509-extensions.ts';

/** Policies that hold so far; `any` is no restriction yet. */
type Valid = 'any' | ReadonlySet<string>;

interface State {
	readonly valid: Valid;
	/** Certificates that may still follow before a policy is required, anyPolicy or mapping ends. */
	readonly explicit: number;
	readonly anyPolicy: number;
	readonly mapping: number;
}

/**
 * Certificate policies as RFC 5280 §6.1 processes them for a client that accepts any policy: they
 * matter only where a CA of the path requires one (policyConstraints). The path is leaf first, its
 * last member the trust anchor. Policies are kept as a set instead of the tree, which comes to the
 * same as long as nobody asks which policy of the anchor a mapped one goes back to.
 */
export function isPolicyMissing(path: readonly Certificate[]): boolean {
	const below = path.slice(0, -1).reverse();
	const never = below.length + 1;
	let state: State = { valid: 'any', explicit: never, anyPolicy: never, mapping: never };
	for (const [i, certificate] of below.entries()) {
		const isLast = i === below.length - 1;
		const valid = validAfter(state, certificate, isLast);
		const { explicit } = isLast ? wrappedUp(state, certificate) : state;
		if (explicit === 0 && valid !== 'any' && valid.size === 0) return true;
		const next = mapped(valid, state, certificate);
		state = { ...prepared(state, certificate), valid: next };
	}
	return false;
}

/** §6.1.3 (d), (e). */
function validAfter({ valid, anyPolicy }: State, certificate: Certificate, isLast: boolean): Valid {
	const { policies } = certificate;
	if (policies === null) return new Set();
	const anyCounts = anyPolicy > 0 || (!isLast && isSelfIssued(certificate));
	if (policies.includes(ANY_POLICY) && anyCounts) return valid;
	const named = policies.filter((policy) => policy !== ANY_POLICY);
	return new Set(valid === 'any' ? named : named.filter((policy) => valid.has(policy)));
}

/** §6.1.4 (b): a mapped policy goes on under its new names, or ends where mapping is inhibited. */
function mapped(valid: Valid, { mapping }: State, { policyMappings }: Certificate): Valid {
	if (valid === 'any' || policyMappings === null) return valid;
	return new Set(
		[...valid].flatMap((policy) => {
			const to = policyMappings.filter(([from]) => from === policy).map(([, name]) => name);
			if (to.length === 0) return [policy];
			return mapping > 0 ? to : [];
		}),
	);
}

/** §6.1.4 (h) to (j). */
function prepared(state: State, certificate: Certificate): State {
	const step = isSelfIssued(certificate) ? 0 : 1;
	const { policyConstraints, inhibitAnyPolicy } = certificate;
	const least = (left: number, wanted: number | null | undefined) =>
		Math.min(Math.max(left - step, 0), wanted ?? Number.POSITIVE_INFINITY);
	return {
		valid: state.valid,
		explicit: least(state.explicit, policyConstraints?.requireExplicit),
		anyPolicy: least(state.anyPolicy, inhibitAnyPolicy),
		mapping: least(state.mapping, policyConstraints?.inhibitMapping),
	};
}

/** §6.1.5 (a), (b). */
function wrappedUp(state: State, { policyConstraints }: Certificate): State {
	const explicit = policyConstraints?.requireExplicit === 0 ? 0 : Math.max(state.explicit - 1, 0);
	return { ...state, explicit };
}
