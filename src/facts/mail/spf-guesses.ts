import { IP4 } from './spf-address.ts';

const COMMON_SLIPS: Readonly<Record<string, string>> = {
	ipv4: 'ip4',
	ipv6: 'ip6',
	ip: 'ip4',
	includes: 'include',
	included: 'include',
	inc: 'include',
	exist: 'exists',
	al: 'all',
	spf: 'include',
};

/**
 * What may have been meant by a word that is no term, likeliest first; whether a guess is one is for the
 * caller to find out. `sign` is the qualifier before it. Long words are left alone.
 */
export function guesses(sign: string, bare: string): readonly string[] {
	if (bare.length > 255) return [];
	const trimmed = bare.replace(/[.,;:"']+$/, '').replace(/^["']+/, '');
	const [, name = '', rest = ''] = /^([a-z0-9]*)(.*)$/is.exec(trimmed) ?? [];
	const key = name.toLowerCase();
	const list = [sign + trimmed];
	const slip = COMMON_SLIPS[key] ?? nearest(key);
	if (slip !== null)
		list.push(`${sign}${slip}${rest}`, `${sign}${slip.replace('ip4', 'ip6')}${rest}`);
	if ((key === 'redirect' || key === 'exp') && rest.startsWith(':'))
		list.push(`${key}=${rest.slice(1)}`);
	if (IP4.test(trimmed.replace(/\/\d+$/, ''))) list.push(`${sign}ip4:${trimmed}`);
	else if (trimmed.includes('::')) list.push(`${sign}ip6:${trimmed}`);
	else if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i.test(trimmed)) list.push(`${sign}include:${trimmed}`);
	return list.filter((text) => text !== sign + bare);
}

/** The mechanism one slip of the finger away. */
function nearest(key: string): string | null {
	if (key.length < 3 || key.length > 10) return null;
	return ['include', 'exists', 'redirect', 'all'].find((name) => isOneSlip(key, name)) ?? null;
}

/** One letter too many, too few, wrong, or two swapped. */
function isOneSlip(a: string, b: string): boolean {
	if (Math.abs(a.length - b.length) > 1) return false;
	let start = 0;
	while (start < a.length && a[start] === b[start]) start += 1;
	const [restA, restB] = [a.slice(start), b.slice(start)];
	if (restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)) {
		return true;
	}
	return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
