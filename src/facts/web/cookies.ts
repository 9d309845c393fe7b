import { getDomain, getPublicSuffix } from 'tldts';

/** One Set-Cookie value, read as a browser reads it, before the browser decides whether to keep it. */
export interface Cookie {
	/** May be empty: `Set-Cookie: x` sets the value "x" of a cookie without a name. */
	readonly name: string;
	/** Octets of name and value together; browsers drop a cookie above 4,096. */
	readonly octets: number;
	readonly emptyValue: boolean;
	readonly secure: boolean;
	readonly httpOnly: boolean;
	/** `null` without the attribute; `invalid` keeps what was sent in `sameSiteText`. */
	readonly sameSite: 'strict' | 'lax' | 'none' | 'invalid' | null;
	readonly sameSiteText: string;
	/** Lower case, without the leading dot; `null` for a cookie of the host alone. */
	readonly domain: string | null;
	/** `null` where absent or relative: browsers then take the request's folder. */
	readonly path: string | null;
	/** Seconds, as sent; `null` where absent or no number. */
	readonly maxAge: number | null;
	/** Milliseconds since 1970; `null` where absent or no date. */
	readonly expires: number | null;
}

export type ParsedCookie =
	| { readonly kind: 'cookie'; readonly cookie: Cookie }
	| { readonly kind: 'ignored'; readonly why: string };

/** Attributes longer than this are skipped (RFC 6265bis §5.6). */
const MOST_ATTRIBUTE_OCTETS = 1024;

/**
 * RFC 6265bis §5.6. One difference: a name and value above 4,096 octets are returned and not refused,
 * so that a check can say so. Values that were redacted as `<redacted:LEN>` count with their length.
 */
export function parseSetCookie(text: string): ParsedCookie {
	if (hasControls(text)) return { kind: 'ignored', why: 'it contains control characters' };
	const [pair = '', ...attributes] = text.split(';');
	const equals = pair.indexOf('=');
	const name = equals < 0 ? '' : trimmed(pair.slice(0, equals));
	const value = trimmed(pair.slice(equals + 1));
	const length = octetsOf(value);
	if (name === '' && length === 0) return { kind: 'ignored', why: 'name and value are empty' };
	let cookie: Cookie = {
		name,
		octets: Buffer.byteLength(name, 'latin1') + length,
		emptyValue: length === 0,
		secure: false,
		httpOnly: false,
		sameSite: null,
		sameSiteText: '',
		domain: null,
		path: null,
		maxAge: null,
		expires: null,
	};
	for (const attribute of attributes) cookie = { ...cookie, ...readAttribute(attribute) };
	return { kind: 'cookie', cookie };
}

/** The last of a kind wins. */
function readAttribute(text: string): Partial<Cookie> {
	const equals = text.indexOf('=');
	const name = trimmed(equals < 0 ? text : text.slice(0, equals)).toLowerCase();
	const value = equals < 0 ? '' : trimmed(text.slice(equals + 1));
	if (value.length > MOST_ATTRIBUTE_OCTETS) return {};
	switch (name) {
		case 'secure':
			return { secure: true };
		case 'httponly':
			return { httpOnly: true };
		case 'samesite':
			return { sameSite: sameSiteOf(value), sameSiteText: value };
		case 'domain':
			return { domain: value.replace(/^\./, '').toLowerCase() || null };
		case 'path':
			return { path: value.startsWith('/') ? value : null };
		case 'max-age':
			return /^-?[0-9]+$/.test(value) ? { maxAge: finite(Number(value)) } : {};
		case 'expires': {
			const expires = parseCookieDate(value);
			return expires === null ? {} : { expires };
		}
		default:
			return {};
	}
}

function sameSiteOf(value: string): Cookie['sameSite'] {
	const word = value.toLowerCase();
	return word === 'strict' || word === 'lax' || word === 'none' ? word : 'invalid';
}

/** Control characters end a Set-Cookie line for browsers, tabs excepted (§5.6 step 1). */
function hasControls(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
	return /[\x00-\x08\x0a-\x1f\x7f]/.test(text);
}

function trimmed(text: string): string {
	return text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}

function octetsOf(value: string): number {
	const redacted = /^<redacted:([0-9]{1,9})>$/.exec(value);
	return redacted === null ? Buffer.byteLength(value, 'latin1') : Number(redacted[1]);
}

function finite(n: number): number {
	return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, n));
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/**
 * RFC 6265bis §5.1.1: tokens in any order. Milliseconds since 1970, `null` where a browser finds no
 * date. February 30 and its like are refused, as the last step asks.
 */
export function parseCookieDate(text: string): number | null {
	const found: DateParts = { time: null, day: null, month: null, year: null };
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the grammar's delimiters begin at tab.
	for (const token of text.split(/[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/)) {
		readDateToken(token, found);
	}
	const { time, day, month, year: given } = found;
	if (time === null || day === null || month === null || given === null) return null;
	const year = given < 70 ? given + 2000 : given < 100 ? given + 1900 : given;
	const [hour = 0, minute = 0, second = 0] = time;
	if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
	const date = new Date(Date.UTC(year, month, day, hour, minute, second));
	return date.getUTCDate() === day ? date.getTime() : null;
}

interface DateParts {
	time: readonly number[] | null;
	day: number | null;
	month: number | null;
	year: number | null;
}

/** Each token fills the first part that it fits and that is still open. */
function readDateToken(token: string, found: DateParts): void {
	const time = /^([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])/.exec(token);
	if (found.time === null && time !== null) {
		found.time = time.slice(1).map(Number);
		return;
	}
	const day = /^([0-9]{1,2})(?![0-9])/.exec(token);
	if (found.day === null && day !== null) {
		found.day = Number(day[1]);
		return;
	}
	const month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
	if (found.month === null && month >= 0) {
		found.month = month;
		return;
	}
	const year = /^([0-9]{2,4})(?![0-9])/.exec(token);
	if (found.year === null && year !== null) found.year = Number(year[1]);
}

/** Seconds that a browser would keep it, before its own limit; `null` for the session's length. */
export function cookieLifetime({ maxAge, expires }: Cookie, now: Date): number | null {
	if (maxAge !== null) return maxAge;
	return expires === null ? null : (expires - now.getTime()) / 1000;
}

/** Sent to remove the cookie, or without anything in it: nothing to protect. */
export function isRemoval(cookie: Cookie, now: Date): boolean {
	return cookie.emptyValue || (cookieLifetime(cookie, now) ?? 1) <= 0;
}

/** Names of session cookies that frameworks set, besides everything with "sess" or "login" in it. */
const SESSION_NAMES = [
	'sid',
	'auth',
	'token',
	'jwt',
	'connect.sid',
	'phpsessid',
	'jsessionid',
	'asp.net_sessionid',
	'laravel_session',
];

/** By its name alone; English words that happen to contain "sess" are no sessions. */
export function isSessionName(name: string): boolean {
	const bare = withoutPrefix(name).toLowerCase();
	if (isAntiForgeryName(bare)) return false;
	return SESSION_NAMES.includes(bare) || /(?<!as|ob|pos)sess|login/.test(bare);
}

/**
 * Set by a load balancer of the host's provider, which gives the owner no say in its attributes: it
 * holds no session of the site. By its name alone.
 */
export function isProvidersCookie(name: string): boolean {
	return /^(?:heroku-session-affinity|AWS(?:ALB|ELB)(?:TG)?(?:CORS)?)$/.test(name);
}

/** By its name alone: pages read such a cookie by script, on purpose. */
export function isAntiForgeryName(name: string): boolean {
	return /csrf|xsrf/i.test(name);
}

/** The rule of a name prefix that a cookie breaks (§5.7 step 20 and 21), in words; `null` for none. */
export function brokenPrefix(cookie: Cookie): string | null {
	const host = /^__host-/i.test(cookie.name);
	if (!host && !/^__secure-/i.test(cookie.name)) return null;
	const prefix = cookie.name.slice(0, host ? 7 : 9);
	const faults = [
		...(cookie.secure ? [] : ['has no Secure']),
		...(host && cookie.domain !== null ? ['has a Domain'] : []),
		...(host && cookie.path !== '/' ? ['has no Path=/'] : []),
	];
	return faults.length === 0 ? null : `a ${prefix} cookie that ${faults.join(' and ')}`;
}

/**
 * Who gets a cookie that a host sets: the host, with its own sub-domains at most; `wide`: siblings too,
 * the whole domain at most; or nobody, since browsers refuse a Domain that is a public suffix or does
 * not contain the host (§5.7 steps 9 and 10).
 */
export function cookieReach(
	{ domain }: Cookie,
	host: string,
): 'host' | 'wide' | 'public-suffix' | 'foreign' {
	if (domain === null) return 'host';
	if (domain === host) return getDomain(host, PRIVATE_TOO) === host ? 'wide' : 'host';
	if (getPublicSuffix(domain, PRIVATE_TOO) === domain) return 'public-suffix';
	return host.endsWith(`.${domain}`) ? 'wide' : 'foreign';
}

const PRIVATE_TOO = { allowPrivateDomains: true };

function withoutPrefix(name: string): string {
	return name.replace(/^__(?:host|secure)-/i, '');
}
