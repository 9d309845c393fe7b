import { BlockList, isIP, isIPv6 } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, lower case first, as curl
 * reads them; `null` for a direct connection. HTTP_PROXY counts in lower case alone where
 * REQUEST_METHOD is set, since a CGI client could set it by a `Proxy` header. Looser than curl in one
 * point: loopback addresses are never asked of a proxy. Only `http:` proxies are supported; throws
 * `RangeError` for any other, which names the variable.
 */
export function proxyFor(url: URL, env: Environment): URL | null {
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/(?<=.)\.$/, '');
	if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return null;
	const [name, text] = configured(url.protocol, env);
	if (text === '' || isExempt(host, portOf(url), first(env, ['no_proxy', 'NO_PROXY'])[1])) {
		return null;
	}
	const written = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
	const proxy = URL.canParse(written) ? new URL(written) : null;
	if (proxy?.protocol !== 'http:') {
		throw new RangeError(`${name} must be an http:// URL with a host`);
	}
	return proxy;
}

/** Where every proxied request goes, for the report: host and port, without credentials. */
export function proxyName(env: Environment): string | null {
	const proxy =
		proxyFor(new URL('https://vantage.invalid'), { ...env, no_proxy: '', NO_PROXY: '' }) ??
		proxyFor(new URL('http://vantage.invalid'), { ...env, no_proxy: '', NO_PROXY: '' });
	return proxy === null ? null : proxy.host;
}

/** The value of Proxy-Authorization (RFC 7617); `null` where the URL has no credentials. */
export function proxyAuthorization(proxy: URL): string | null {
	if (proxy.username === '' && proxy.password === '') return null;
	const pair = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
	return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** A lone `%` is itself: people paste passwords as they are. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** The port of an http or https URL, as a number. */
export function portOf(url: URL): number {
	if (url.port !== '') return Number(url.port);
	return url.protocol === 'https:' ? 443 : 80;
}

function configured(protocol: string, env: Environment): readonly [name: string, text: string] {
	const scheme = protocol === 'https:' ? 'https' : 'http';
	const { REQUEST_METHOD: cgi } = env;
	const upper = scheme === 'http' && cgi !== undefined ? [] : [`${scheme.toUpperCase()}_PROXY`];
	return first(env, [`${scheme}_proxy`, ...upper, 'all_proxy', 'ALL_PROXY']);
}

function first(env: Environment, names: readonly string[]): readonly [name: string, text: string] {
	for (const name of names) {
		const text = env[name]?.trim();
		if (text !== undefined && text !== '') return [name, text];
	}
	return ['', ''];
}

/** `*`, names with all below them (a leading dot or `*.` changes nothing), addresses, CIDR, `:port`. */
function isExempt(host: string, port: number, list: string): boolean {
	return list
		.split(/[\s,]+/)
		.filter((entry) => entry !== '')
		.some((entry) => entry === '*' || matches(host.toLowerCase(), port, entry.toLowerCase()));
}

function matches(host: string, port: number, entry: string): boolean {
	const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(entry);
	const withPort = bracketed ?? (isIPv6(entry) ? null : /^([^:]*):(\d+)$/.exec(entry));
	const wantedPort = withPort?.[2];
	if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
	const name = (withPort?.[1] ?? entry).replace(/^\*?\./, '').replace(/(?<=.)\.$/, '');
	if (isIP(host) > 0) return host === name || inNetwork(host, name);
	return host === name || host.endsWith(`.${name}`);
}

function inNetwork(address: string, network: string): boolean {
	const [base = '', bits = '', ...rest] = network.split('/');
	const family = isIP(base);
	if (family === 0 || family !== isIP(address) || rest.length > 0 || !/^\d{1,3}$/.test(bits)) {
		return false;
	}
	if (Number(bits) > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	const type = family === 4 ? 'ipv4' : 'ipv6';
	list.addSubnet(base, Number(bits), type);
	return list.check(address, type);
}
