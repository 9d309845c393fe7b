import { addressText } from './address-text.ts';
import { type Certificate, isSelfIssued } from './x509.ts';
import type { NameConstraints } from './x509-extensions.ts';
import type { GeneralName } from './x509-general-name.ts';
import { EMAIL_ADDRESS } from './x509-name.ts';

/** As OpenSSL: more comparisons than this are refused by clients, so they are not made here either. */
const MOST_COMPARISONS = 1 << 20;

/**
 * RFC 5280 §6.1.3 (b), (c) with §4.2.1.10, for every certificate below each CA that constrains names;
 * self-issued ones are exempt unless last. Constraints of a trust anchor count too (RFC 5937).
 * The path is leaf first. Gives what is broken in words, or `null`.
 */
export function nameConstraintBreach(path: readonly Certificate[]): string | null {
	const budget = { left: MOST_COMPARISONS };
	for (let at = path.length - 1; at > 0; at--) {
		const authority = path[at];
		const constraints = authority?.nameConstraints;
		if (authority === undefined || !constraints) continue;
		for (const [depth, certificate] of path.slice(0, at).entries()) {
			if (depth > 0 && isSelfIssued(certificate)) continue;
			const broken = breachOf(constraints, namesIn(certificate), budget);
			if (broken !== null) return broken;
		}
	}
	return null;
}

function namesIn(certificate: Certificate): readonly GeneralName[] {
	const alternatives = certificate.altNames ?? [];
	const directory: GeneralName[] =
		certificate.subject.relative.length > 0
			? [{ kind: 'directory', name: certificate.subject }]
			: [];
	// §4.2.1.10: without an rfc822Name, the subject's emailAddress is constrained instead.
	const mail: GeneralName[] = alternatives.some((name) => name.kind === 'email')
		? []
		: certificate.subject.attributes
				.filter(({ oid }) => oid === EMAIL_ADDRESS)
				.map(({ text }) => ({ kind: 'email', text }));
	return [...directory, ...mail, ...alternatives];
}

function breachOf(
	{ permitted, excluded }: NameConstraints,
	names: readonly GeneralName[],
	budget: { left: number },
): string | null {
	for (const name of names) {
		const inside = permitted.filter((base) => isSameForm(base, name));
		const outside = excluded.filter((base) => isSameForm(base, name));
		budget.left -= permitted.length + excluded.length;
		if (budget.left < 0) return 'more names and constraints than clients are willing to compare';
		if (name.kind === 'other' && inside.length + outside.length > 0) {
			return 'a name of a form whose constraints clients can not process';
		}
		if (outside.some((base) => within(name, base, true))) return `${words(name)} is excluded`;
		if (inside.length > 0 && !inside.some((base) => within(name, base, false))) {
			return `${words(name)} is not permitted`;
		}
	}
	return null;
}

function isSameForm(one: GeneralName, other: GeneralName): boolean {
	if (one.kind === 'other') return other.kind === 'other' && one.tag === other.tag;
	return one.kind === other.kind;
}

/** `excluding` widens a wildcard to every name that it could stand for. */
function within(name: GeneralName, base: GeneralName, excluding: boolean): boolean {
	switch (base.kind) {
		case 'dns':
			return name.kind === 'dns' && dnsWithin(name.text, base.text, excluding);
		case 'ip':
			// A form that can't be compared is never permitted and always excluded.
			return name.kind === 'ip' && (ipWithin(name.bytes, base.bytes) ?? excluding);
		case 'email':
			return name.kind === 'email' && mailWithin(name.text, base.text);
		case 'uri':
			return name.kind === 'uri' && (uriWithin(name.text, base.text) ?? excluding);
		case 'directory':
			return (
				name.kind === 'directory' &&
				base.name.relative.every((one, i) => one === name.name.relative[i])
			);
		case 'other':
			return true;
	}
}

/** Labels may be added on the left; a base that begins with a dot asks for at least one. */
function dnsWithin(text: string, constraint: string, excluding: boolean): boolean {
	const name = text.toLowerCase().replace(/\.$/, '');
	const base = constraint.toLowerCase().replace(/\.$/, '');
	if (base === '' || name === base) return true;
	if (base.startsWith('.')) return name.endsWith(base);
	if (name.endsWith(`.${base}`)) return true;
	return excluding && name.startsWith('*.') && base.slice(base.indexOf('.') + 1) === name.slice(2);
}

/** `null` where one of the two is no address. */
function ipWithin(address: Uint8Array, network: Uint8Array): boolean | null {
	const size = network.length / 2;
	if (size !== 4 && size !== 16) return null;
	if (address.length !== 4 && address.length !== 16) return null;
	if (address.length !== size) return false;
	return address.every((octet, i) => {
		const mask = network[size + i] ?? 0;
		return (octet & mask) === ((network[i] ?? 0) & mask);
	});
}

/** A mailbox, a host, or `.domain` for every host below it. The local part is exact, the host is not. */
function mailWithin(text: string, base: string): boolean {
	const cut = text.lastIndexOf('@');
	const local = text.slice(0, Math.max(cut, 0));
	const host = text.slice(cut + 1).toLowerCase();
	const at = base.lastIndexOf('@');
	if (at >= 0) return local === base.slice(0, at) && host === base.slice(at + 1).toLowerCase();
	return hostWithin(host, base);
}

/** `null` where the URI has no host name, which §4.2.1.10 has refused under any such constraint. */
function uriWithin(text: string, base: string): boolean | null {
	const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1];
	const host = authority?.replace(/^.*@/, '').replace(/:\d*$/, '').toLowerCase() ?? '';
	if (host === '' || /^[\d.]+$/.test(host) || host.startsWith('[')) return null;
	return hostWithin(host, base);
}

function hostWithin(host: string, constraint: string): boolean {
	const base = constraint.toLowerCase();
	return base.startsWith('.') ? host.endsWith(base) : host === base;
}

function words(name: GeneralName): string {
	switch (name.kind) {
		case 'dns':
		case 'email':
		case 'uri':
			return name.text;
		case 'ip':
			return `the address ${addressText(name.bytes)}`;
		case 'directory':
			return name.name.text;
		case 'other':
			return 'a name';
	}
}
