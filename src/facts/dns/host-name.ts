import { domainToUnicode } from 'node:url';

/** Why a name cannot be a host's, in words; `null` where it can. */
type HostNameFault = string | null;

/** PVALID by exception (RFC 5892 §2.6), and the CONTEXTJ and CONTEXTO characters (§A), taken as valid. */
const EXCEPTIONS = new Set(
	'\u00df\u03c2\u06fd\u06fe\u0f0b\u3007\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d',
);

/**
 * Judges a name in A-labels: letters, digits and hyphens (RFC 1123 §2.1), and for `xn--` the code points
 * that IDNA2008 allows (RFC 5892, by its derived property). Looser than RFC 5891: the rules for
 * neighbours (contextual, bidi) are not applied.
 */
export function hostNameFault(name: string): HostNameFault {
	for (const label of name.split('.')) {
		const fault = labelFault(label);
		if (fault !== null) return `"${label}" ${fault}`;
	}
	return name.length > 253 ? 'it is longer than 253 characters' : null;
}

function labelFault(label: string): string | null {
	if (label === '') return 'is empty';
	if (label.length > 63) return 'is longer than 63 characters';
	if (!/^[a-z0-9-]+$/i.test(label)) return 'has characters other than letters, digits and hyphens';
	if (label.startsWith('-') || label.endsWith('-')) return 'begins or ends with a hyphen';
	if (label.slice(2, 4) !== '--') return null;
	if (!/^xn/i.test(label)) return 'has hyphens in places 3 and 4, which are kept for xn--';
	return encodedFault(label);
}

function encodedFault(label: string): string | null {
	const decoded = domainToUnicode(label);
	if (decoded === '' || decoded.startsWith('xn--')) return 'does not decode to a Unicode name';
	const wrong = [...decoded].find((character) => !isAllowed(character));
	if (wrong === undefined) return null;
	const code = wrong.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
	return `holds U+${code}, which IDNA2008 does not allow`;
}

/** Letters, marks and decimal digits that survive NFKC and case folding (RFC 5892 §2.1, §2.2). */
function isAllowed(character: string): boolean {
	if (EXCEPTIONS.has(character) || /^[a-z0-9-]$/.test(character)) return true;
	const folded = character.normalize('NFKC').toLowerCase().normalize('NFKC');
	return folded === character && /^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]$/u.test(character);
}
