import { contentOf, DerError, elements, ia5Of, onlyElement, TAG, type Tlv } from './der.ts';
import { type DistinguishedName, nameOf } from './x509-name.ts';

/** GeneralName (RFC 5280 §4.2.1.6), the forms that path validation reads told apart. */
export type GeneralName =
	| { readonly kind: 'dns' | 'email' | 'uri'; readonly text: string }
	| { readonly kind: 'ip'; readonly bytes: Uint8Array }
	| { readonly kind: 'directory'; readonly name: DistinguishedName }
	/** otherName, x400Address, ediPartyName, registeredID. */
	| { readonly kind: 'other'; readonly tag: number };

const OTHERS = new Set([0xa0, 0xa3, 0xa5, 0x88]);

export function generalNameOf(value: Tlv): GeneralName {
	switch (value.tag) {
		case 0x81:
			return { kind: 'email', text: ia5Of(value.content) };
		case 0x82:
			return { kind: 'dns', text: ia5Of(value.content) };
		case 0x86:
			return { kind: 'uri', text: ia5Of(value.content) };
		case 0x87:
			return { kind: 'ip', bytes: value.content };
		case 0xa4:
			return { kind: 'directory', name: nameOf(onlyElement(value.content), 'a directoryName') };
		default:
			if (!OTHERS.has(value.tag)) throw new DerError('a GeneralName of no known form');
			if (value.tag >= 0xa0) elements(value.content);
			return { kind: 'other', tag: value.tag };
	}
}

/** SEQUENCE SIZE (1..MAX) OF GeneralName. */
export function generalNamesOf(value: Tlv): readonly GeneralName[] {
	return elements(contentOf(value, TAG.sequence, 'GeneralNames')).map(generalNameOf);
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** The preferred name syntax (RFC 1034 §3.5, RFC 1123 §2.1): no underscore, no final dot. */
export function isHostName(text: string): boolean {
	return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

/**
 * What is wrong with a subjectAltName by RFC 5280 §4.2.1.6, or `null`. Labels with a `*` are left to
 * the matching of names, because that section does not speak of them.
 */
export function altNameBreach(name: GeneralName): string | null {
	switch (name.kind) {
		case 'dns':
			return isHostName(name.text.replaceAll('*', 'x'))
				? null
				: `the dNSName ${JSON.stringify(name.text)} is not a host name`;
		case 'ip':
			return name.bytes.length === 4 || name.bytes.length === 16
				? null
				: `an iPAddress of ${name.bytes.length} octets`;
		case 'email':
			return isMailbox(name.text)
				? null
				: `the rfc822Name ${JSON.stringify(name.text)} is not a mailbox`;
		case 'uri':
			return isAbsoluteUri(name.text)
				? null
				: `the uniformResourceIdentifier ${JSON.stringify(name.text)} is not absolute`;
		case 'directory':
			return name.name.relative.length > 0 ? null : 'an empty directoryName';
		case 'other':
			return null;
	}
}

/** Dot-string or quoted local part (RFC 2821 §4.1.2) at a host name. */
export function isMailbox(text: string): boolean {
	const cut = text.lastIndexOf('@');
	if (cut < 1) return false;
	const local = text.slice(0, cut);
	const quoted = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
	const dotted = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
	return (dotted.test(local) || quoted.test(local)) && isHostName(text.slice(cut + 1));
}

function isAbsoluteUri(text: string): boolean {
	return /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text);
}
