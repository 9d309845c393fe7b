import type { AddressView, Served } from '../../src/sdk.ts';

/** Two addresses of one name that do not serve the same site. */
interface Difference {
	readonly one: string;
	readonly other: string;
	readonly what: string;
}

/**
 * By status, redirect target and title. Bodies differ on every request, and each node may have its
 * own certificate, so those prove nothing; another issuer together with other server software does.
 */
function differenceBetween(one: AddressView, other: AddressView): Difference | null {
	if (one.served === null || other.served === null) return null;
	const what = whatDiffers(one.served, other.served);
	return what === null ? null : { one: one.address, other: other.address, what };
}

/** The first pair that differs. */
export function firstDifference(
	ones: readonly AddressView[],
	others: readonly AddressView[],
): Difference | null {
	for (const one of ones) {
		for (const other of others) {
			const found = differenceBetween(one, other);
			if (found !== null) return found;
		}
	}
	return null;
}

function whatDiffers(one: Served, other: Served): string | null {
	if (one.status !== other.status) return `status ${one.status} and ${other.status}`;
	if (one.location !== other.location) {
		return `a redirect to ${one.location ?? 'nowhere'} and to ${other.location ?? 'nowhere'}`;
	}
	if (one.title !== other.title)
		return `the titles ${quoted(one.title)} and ${quoted(other.title)}`;
	const issuers = one.issuer !== other.issuer && one.software !== other.software;
	return issuers
		? `certificates from ${one.issuer ?? 'nobody'} and ${other.issuer ?? 'nobody'}, and other server software`
		: null;
}

function quoted(title: string | null): string {
	return title === null ? '(none)' : `"${title}"`;
}
