import { getDomain } from 'tldts';

/** By the public suffix list with its private part; the name itself where it has none. */
export function registrableOf(name: string): string {
	return getDomain(name, { allowPrivateDomains: true }) ?? name;
}
