import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import { getPublicSuffix, parse } from 'tldts';
import type { GeneralName } from './x509-general-name.ts';

/** Whom a client wants to reach. */
export type Reference =
	| { readonly kind: 'ip'; readonly bytes: Uint8Array }
	/** A-labels, lower case, no final dot. */
	| { readonly kind: 'dns'; readonly name: string };

/** An address, or else a name in any spelling. `null` where it is neither. */
export function referenceOf(host: string): Reference | null {
	const bare = host.replace(/^\[(.*)\]$/, '$1');
	if (ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare)) {
		return { kind: 'ip', bytes: Uint8Array.from(ipaddr.parse(bare).toByteArray()) };
	}
	const plain = host.replace(/(?<=.)\.$/, '').toLowerCase();
	const name = /^[\x21-\x7e]*$/.test(plain) ? plain : domainToASCII(plain);
	return name === '' ? null : { kind: 'dns', name };
}

/**
 * RFC 9525 §6: only subjectAltName counts, an address only by iPAddress. A wildcard is the whole
 * left-most label and stands for exactly one. Stricter, as browsers are: no wildcard directly below
 * a public suffix that ICANN's part of the list names (`*.com`).
 */
export function coversHost(names: readonly GeneralName[], reference: Reference): boolean {
	return names.some((name) => {
		if (reference.kind === 'ip')
			return name.kind === 'ip' && sameBytes(name.bytes, reference.bytes);
		return name.kind === 'dns' && coversName(name.text, reference.name);
	});
}

/** Whether one dNSName stands for a name in A-labels. */
export function coversName(presented: string, wanted: string): boolean {
	const pattern = presented.toLowerCase();
	if (!pattern.startsWith('*.')) return pattern === wanted;
	const parent = pattern.slice(2);
	const cut = wanted.indexOf('.');
	if (cut < 1 || wanted.slice(cut + 1) !== parent || parent.includes('*')) return false;
	return !isIcannSuffix(parent);
}

/** The wildcard would fit if it stood for more than one label. */
export function coversTooShallowly(presented: string, wanted: string): boolean {
	const pattern = presented.toLowerCase();
	if (!pattern.startsWith('*.') || pattern.indexOf('*', 1) > 0) return false;
	return wanted.endsWith(pattern.slice(1)) && !coversName(presented, wanted);
}

function isIcannSuffix(name: string): boolean {
	return getPublicSuffix(name) === name && parse(name).isIcann === true;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && one.every((octet, i) => octet === other[i]);
}
