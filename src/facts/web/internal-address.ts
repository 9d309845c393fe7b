import { addressClass } from '../dns/address-class.ts';
import { isLocalName } from './stranger.ts';

/** Response headers in which servers behind a proxy name themselves; lower case. */
const TELLING_HEADERS: ReadonlySet<string> = new Set([
	'location',
	'content-location',
	'refresh',
	'via',
	'x-backend',
	'x-backend-host',
	'x-backend-server',
	'x-envoy-original-dst-host',
	'x-forwarded-for',
	'x-forwarded-host',
	'x-forwarded-server',
	'x-host',
	'x-node',
	'x-origin',
	'x-origin-server',
	'x-real-ip',
	'x-served-by',
	'x-server',
	'x-upstream',
	'x-upstream-addr',
	'x-upstream-server',
	'x-varnish-backend',
	'x-varnish-server',
]);

/** Values are cut at this length: an address stands early. */
const SEARCHED = 2_048;

/** Host names and addresses in a text: runs of what they are made of. */
const WORDS = /\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.:-]+/g;

/**
 * Addresses and host names inside a private network that a header tells to the world: RFC 1918, unique
 * local, link-local and loopback addresses, names that mean something only there. Names of CDN nodes
 * (`cache-fra-eddf8230047`, `1.1 varnish`) are none. Of Location only the host is read.
 */
export function internalAddresses(name: string, value: string): readonly string[] {
	const field = name.toLowerCase();
	if (!TELLING_HEADERS.has(field)) return [];
	const text = value.slice(0, SEARCHED);
	const isUrl = URL_HEADERS.has(field);
	const words = (isUrl ? hostsOf(text) : (text.match(WORDS) ?? [])).map(withoutPort);
	return [...new Set(words.filter((word) => isInternalHost(word) || (isUrl && isSingle(word))))];
}

const URL_HEADERS = new Set(['location', 'content-location', 'refresh']);

/** Of an absolute or scheme-relative URL; a path names nobody. */
function hostsOf(text: string): readonly string[] {
	const url = /^(?:\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?)?["']?((?:https?:)?\/\/[^\s"']+)/i.exec(
		text,
	)?.[1];
	if (url === undefined || !URL.canParse(url, 'http://base.invalid')) return [];
	return [new URL(url, 'http://base.invalid').hostname];
}

function withoutPort(word: string): string {
	const literal = /^\[([^\]]+)\]/.exec(word)?.[1];
	if (literal !== undefined) return literal;
	if (addressClass(word) !== null) return word;
	return word
		.replace(/:\d*$/, '')
		.replace(/^[.:-]+|[.:-]+$/g, '')
		.toLowerCase();
}

/** EC2 names its machines by their private address. */
const MACHINE_NAME = /^ip-(?:10|192-168|172-(?:1[6-9]|2\d|3[01]))(?:-\d{1,3}){2,3}(?:$|\.)/;

function isInternalHost(word: string): boolean {
	const kind = addressClass(word);
	if (kind !== null) return kind === 'private' || kind === 'loopback' || kind === 'link-local';
	if (MACHINE_NAME.test(word)) return true;
	if (word === 'localhost') return true;
	return /^[\w-]+(?:\.[\w-]+)+$/.test(word) && (isLocalName(word) || BY_CUSTOM.test(word));
}

const BY_CUSTOM = /\.(?:corp|intranet|intra|svc|consul)$/;

/** A URL's host without a domain leads somewhere inside one network only. */
function isSingle(word: string): boolean {
	return /^[a-z][a-z0-9_-]*$/.test(word);
}
