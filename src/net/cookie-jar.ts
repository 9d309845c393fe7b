/**
 * A browser's memory for one walk: RFC 6265 §5.3 and §5.4 without dates, so a cookie is kept unless
 * its Max-Age is zero or negative, or its Expires lies in the past century's habit of 1970.
 * Attributes that only matter between sites (SameSite, Partitioned) are ignored: all is top-level.
 */
export class CookieJar {
	readonly #cookies = new Map<string, Stored>();

	/** Takes one Set-Cookie value that came from `url`. Refuses what a browser refuses. */
	store(setCookie: string, url: string): void {
		const from = new URL(url);
		const cookie = parsed(setCookie, from);
		if (cookie === null) return;
		const key = `${cookie.name} ${cookie.domain} ${cookie.path}`;
		if (cookie.gone) this.#cookies.delete(key);
		else this.#cookies.set(key, cookie);
	}

	/** The Cookie field's value for a request, empty for none. Same cookies, same text. */
	headerFor(url: string): string {
		const to = new URL(url);
		return [...this.#cookies.values()]
			.filter((cookie) => belongs(cookie, to))
			.sort((a, b) => b.path.length - a.path.length || (a.name < b.name ? -1 : 1))
			.map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
			.join('; ');
	}
}

interface Stored {
	readonly name: string;
	readonly value: string;
	readonly domain: string;
	readonly hostOnly: boolean;
	readonly path: string;
	readonly secure: boolean;
	readonly gone: boolean;
}

function parsed(setCookie: string, from: URL): Stored | null {
	const [pair = '', ...rest] = setCookie.split(';');
	const attributes = new Map(
		rest.map((part) => {
			const [key = '', ...value] = part.split('=');
			return [key.trim().toLowerCase(), value.join('=').trim()] as const;
		}),
	);
	const equals = pair.indexOf('=');
	const name = equals < 0 ? '' : pair.slice(0, equals).trim();
	const value = pair.slice(equals + 1).trim();
	const asked = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
	const secure = attributes.has('secure');
	if ((name === '' && value === '') || /[\p{Cc}]/u.test(name + value)) return null;
	if (asked !== '' && !within(from.hostname, asked)) return null;
	if (secure && from.protocol !== 'https:') return null;
	const path = attributes.get('path') ?? '';
	return {
		name,
		value,
		domain: asked || from.hostname,
		hostOnly: asked === '',
		path: path.startsWith('/') ? path : from.pathname.replace(/\/[^/]*$/, '') || '/',
		secure,
		gone: isExpired(attributes),
	};
}

function isExpired(attributes: ReadonlyMap<string, string>): boolean {
	const maxAge = attributes.get('max-age');
	if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
	return /\b(?:1970|70)\b/.test(attributes.get('expires') ?? '');
}

function belongs(cookie: Stored, to: URL): boolean {
	const hostFits = cookie.hostOnly
		? cookie.domain === to.hostname
		: within(to.hostname, cookie.domain);
	const prefix = cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`;
	const pathFits = to.pathname === cookie.path || to.pathname.startsWith(prefix);
	return hostFits && pathFits && (!cookie.secure || to.protocol === 'https:');
}

function within(host: string, domain: string): boolean {
	return host === domain || host.endsWith(`.${domain}`);
}
