/** One source expression (CSP3 §2.3.1); scheme, host and keyword in lower case. */
export type CspSource =
	/** With its quotes: `'self'`, `'unsafe-inline'`, …, also one that no browser knows. */
	| { readonly kind: 'keyword'; readonly keyword: string }
	| { readonly kind: 'nonce'; readonly value: string }
	| { readonly kind: 'hash'; readonly algorithm: HashAlgorithm; readonly value: string }
	| { readonly kind: 'scheme'; readonly scheme: string }
	| {
			readonly kind: 'host';
			readonly scheme: string | null;
			/** `*`, `*.example.com` or a name. */
			readonly host: string;
			/** Digits or `*`; `null` where none is given. */
			readonly port: string | null;
			/** Empty where none is given. */
			readonly path: string;
	  }
	/** Browsers pass it over. */
	| { readonly kind: 'invalid' };

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';

const SCHEME = /^([a-z][a-z0-9+.-]*):$/i;

/** Looser than the grammar by `_` in names and by a query behind the path, as Chromium reads it. */
const HOST =
	/^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::(\d+|\*))?(\/[^?#]*)?(?:[?#].*)?$/i;

const NONCE = /^'nonce-([a-z0-9+/_-]+={0,2})'$/i;
const HASH = /^'(sha256|sha384|sha512)-([a-z0-9+/_-]+={0,2})'$/i;

/** Never throws; linear in the length of the text. */
export function parseCspSource(text: string): CspSource {
	if (text.startsWith("'")) return quoted(text);
	const scheme = SCHEME.exec(text)?.[1];
	if (scheme !== undefined) return { kind: 'scheme', scheme: scheme.toLowerCase() };
	const [, before, host, port, path] = HOST.exec(text) ?? [];
	if (host === undefined) return { kind: 'invalid' };
	return {
		kind: 'host',
		scheme: before?.toLowerCase() ?? null,
		host: host.toLowerCase(),
		port: port ?? null,
		path: path ?? '',
	};
}

function quoted(text: string): CspSource {
	const nonce = NONCE.exec(text)?.[1];
	if (nonce !== undefined) return { kind: 'nonce', value: nonce };
	const [, algorithm, value] = HASH.exec(text) ?? [];
	if (algorithm !== undefined && value !== undefined) {
		return { kind: 'hash', algorithm: algorithm.toLowerCase() as HashAlgorithm, value };
	}
	return { kind: 'keyword', keyword: text.toLowerCase() };
}

/**
 * Whether a source lets a URL be loaded by a page (§6.7.2.8, before any redirect). Where Chromium is
 * looser than the text, so is this: addresses match like names, and an upgrade of the scheme takes
 * port 80 to 443 along.
 */
export function matchesSource(source: CspSource, url: URL, page: URL): boolean {
	switch (source.kind) {
		case 'scheme':
			return isSameOrUpgraded(source.scheme, schemeOf(url));
		case 'host':
			return matchesHostSource(source, url, page);
		case 'keyword':
			return source.keyword === "'self'" && isSelf(url, page);
		default:
			return false;
	}
}

type HostSource = Extract<CspSource, { kind: 'host' }>;

function matchesHostSource(source: HostSource, url: URL, page: URL): boolean {
	const { scheme, host, port, path } = source;
	if (scheme === null && host === '*' && port === null) {
		return isWeb(url) || isSameOrUpgraded(schemeOf(page), schemeOf(url));
	}
	if (url.hostname === '') return false;
	return (
		isSameOrUpgraded(scheme ?? schemeOf(page), schemeOf(url)) &&
		matchesHost(host, url.hostname) &&
		matchesPort(port, url) &&
		matchesPath(path, url.pathname)
	);
}

function isWeb({ protocol }: URL): boolean {
	return protocol === 'https:' || protocol === 'http:';
}

function schemeOf({ protocol }: URL): string {
	return protocol.slice(0, -1);
}

/** §6.7.2.9, scheme-part match. */
function isSameOrUpgraded(allowed: string, scheme: string): boolean {
	if (allowed === scheme) return true;
	if (allowed === 'http') return scheme === 'https';
	if (allowed === 'ws') return ['wss', 'http', 'https'].includes(scheme);
	return allowed === 'wss' && scheme === 'https';
}

/** §6.7.2.10, host-part match; a name may end in a dot. */
function matchesHost(allowed: string, hostname: string): boolean {
	const host = hostname.replace(/\.$/, '');
	if (allowed === '*') return true;
	return allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed;
}

const DEFAULT_PORTS: Readonly<Partial<Record<string, string>>> = {
	'http:': '80',
	'https:': '443',
	'ws:': '80',
	'wss:': '443',
};

/** §6.7.2.11, port-part match. */
function matchesPort(allowed: string | null, url: URL): boolean {
	const usual = DEFAULT_PORTS[url.protocol] ?? '';
	const port = url.port === '' ? usual : url.port;
	if (allowed === null) return port === usual;
	if (allowed === '*') return true;
	const number = allowed.replace(/^0+(?=\d)/, '');
	return number === port || (number === '80' && port === '443');
}

/** §6.7.2.12, path-part match. */
function matchesPath(allowed: string, path: string): boolean {
	if (allowed === '' || (allowed === '/' && path === '')) return true;
	const pattern = decoded(allowed);
	const actual = decoded(path);
	return pattern.endsWith('/') ? actual.startsWith(pattern) : actual === pattern;
}

function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

function isSelf(url: URL, page: URL): boolean {
	if (url.protocol === page.protocol && url.host === page.host) return url.hostname !== '';
	// Default ports are not written, so one of http and one of https are equal here, as the text asks.
	if (url.hostname !== page.hostname || url.hostname === '' || url.port !== page.port) return false;
	return ['https:', 'wss:'].includes(url.protocol) || schemeOf(page) === 'http';
}

/** The host that a source names, without scheme, port and path; `null` where it names none. */
export function hostNamed(text: string): string | null {
	const source = parseCspSource(text);
	if (source.kind === 'host') return source.host;
	// Addresses of IPv6 are no part of the grammar, and people write them.
	return (
		/^(?:[a-z][a-z0-9+.-]*:\/\/)?\[([0-9a-f:.]+)\](?::(?:\d+|\*))?(?:\/.*)?$/i.exec(text)?.[1] ??
		null
	);
}
