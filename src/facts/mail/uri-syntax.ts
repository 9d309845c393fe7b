/** Where a text stops being a URI; the offset counts from its first character. */
export interface UriFault {
	readonly offset: number;
	/** Completes "the URI …". */
	readonly says: string;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** Everything that RFC 3986 §2 lets stand in a URI. */
const FOREIGN = /[^a-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/i;

/** `URI` of RFC 3986 Appendix A; relative references are none. Linear. */
export function uriFault(text: string): UriFault | null {
	if (text === '') return { offset: 0, says: 'is missing' };
	const foreign = text.search(FOREIGN);
	if (foreign !== -1) return { offset: foreign, says: foreignCharacter(text.charAt(foreign)) };
	const percent = text.search(/%(?![0-9a-f]{2})/i);
	if (percent !== -1) return { offset: percent, says: 'has a "%" without two hex digits' };
	const scheme = SCHEME.exec(text)?.[0];
	if (scheme === undefined) return { offset: 0, says: 'does not start with a scheme' };
	const hash = text.indexOf('#');
	const second = hash === -1 ? -1 : text.indexOf('#', hash + 1);
	if (second !== -1) return { offset: second, says: 'has a second "#"' };
	return authorityFault(text, scheme.length);
}

function foreignCharacter(character: string): string {
	return /\s/.test(character) ? 'contains a space' : 'has a character that must be percent-encoded';
}

function authorityFault(text: string, start: number): UriFault | null {
	const hasAuthority = text.startsWith('//', start);
	const from = hasAuthority ? start + 2 : start;
	const length = hasAuthority ? text.slice(from).search(/[/?#]/) : 0;
	const end = length === -1 ? text.length : from + length;
	const bracket = text.slice(end).search(/[[\]]/);
	if (bracket !== -1) return { offset: end + bracket, says: 'has a bracket outside its host' };
	return hasAuthority ? hostFault(text.slice(from, end), from) : null;
}

/** `[ userinfo "@" ] host [ ":" port ]`. */
function hostFault(authority: string, from: number): UriFault | null {
	const at = authority.indexOf('@');
	const host = authority.slice(at + 1);
	const isLegal = /^(?:\[[0-9a-f:.v~!$&'()*+,;=_-]+\]|[^:[\]@]*)(?::\d*)?$/i.test(host);
	if (!isLegal || /[[\]]/.test(authority.slice(0, Math.max(0, at)))) {
		return { offset: from + at + 1, says: 'has no legal host and port' };
	}
	return null;
}

/** Lower case, without the colon; empty where there is none. */
export function schemeOf(uri: string): string {
	return SCHEME.exec(uri)?.[0].slice(0, -1).toLowerCase() ?? '';
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`, 'i');

/** The host that an https URI names, lower case; `null` where it has none. */
export function httpsHost(uri: string): string | null {
	const authority = /^https:\/\/([^/?#]*)/i.exec(uri)?.[1] ?? '';
	const host = authority.slice(authority.indexOf('@') + 1).replace(/:\d*$/, '');
	return NAME.test(host) || host.startsWith('[') ? host.toLowerCase() : null;
}

/** The host of a `mailto:` with one address (RFC 6068 §2), lower case; `null` otherwise. */
export function mailtoHost(uri: string): string | null {
	const address = /^mailto:([^?#]*)/i.exec(uri)?.[1] ?? '';
	const [local = '', host = '', ...more] = address.split('@');
	return local !== '' && more.length === 0 && NAME.test(host) ? host.toLowerCase() : null;
}

/** More than one label. */
export function isQualified(host: string): boolean {
	return host.includes('.') && NAME.test(host);
}
