import { getServers } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import type { ServerAddress } from './ladder.ts';

/** Whom recursive questions go to. */
export type Resolver =
	| { readonly kind: 'servers'; readonly servers: readonly ServerAddress[] }
	| { readonly kind: 'https'; readonly url: URL };

const PORT = 53;

/**
 * `--resolver`: `IP`, `IP:PORT`, `[IPv6]:PORT`, or an `https://` URL (RFC 8484); the system's servers
 * where absent. Throws a `RangeError` with one line for the user.
 */
export function parseResolver(text: string | undefined): Resolver {
	if (text === undefined) return { kind: 'servers', servers: systemServers() };
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: 'https', url: parseUrl(text) };
	const server = parseServer(text);
	if (server) return { kind: 'servers', servers: [server] };
	throw new RangeError(
		`resolver "${text}" is neither IP, IP:PORT, [IPv6]:PORT nor an https:// address`,
	);
}

function parseUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
	throw new RangeError(`resolver "${text}" is no https:// address without a password`);
}

/** `IP`, `IP:PORT` or `[IPv6]:PORT`; `null` for anything else. */
export function parseServer(text: string, defaultPort = PORT): ServerAddress | null {
	if (isIP(text) > 0) return { address: text, port: defaultPort };
	const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
	const address = match?.[1] ?? match?.[2] ?? '';
	const port = Number(match?.[3] ?? defaultPort);
	const bracketed = match?.[1] !== undefined;
	if (isIP(address) !== (bracketed ? 6 : 4) || port < 1 || port > 65535) return null;
	return { address, port };
}

/** The address alone on port 53, as `parseServer` reads it otherwise. */
export function serverText({ address, port }: ServerAddress): string {
	if (port === PORT) return address;
	return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** For the report: whom recursive questions went to. */
export function resolverText(resolver: Resolver): string {
	return resolver.kind === 'https'
		? resolver.url.href
		: resolver.servers.map(serverText).join(', ');
}

/**
 * `nameserver` lines of resolv.conf(5), in order, scope ids kept. `search` and `options` are passed
 * over: every question of ours is absolute. None, or no file: 127.0.0.1, as the system does.
 */
export function parseResolvConf(text: string): readonly ServerAddress[] {
	const servers = text.split(/\r?\n/).flatMap((line) => {
		const address = /^\s*nameserver\s+([^\s#;]+)/.exec(line)?.[1] ?? '';
		return isIP(address) > 0 ? [{ address, port: PORT }] : [];
	});
	const different = servers.filter(
		(one, i) => servers.findIndex(({ address }) => address === one.address) === i,
	);
	return different.length > 0 ? different : [{ address: '127.0.0.1', port: PORT }];
}

export function systemServers(): readonly ServerAddress[] {
	try {
		return parseResolvConf(readFileSync('/etc/resolv.conf', 'utf8'));
	} catch {
		// Windows has no such file; the list is the system's there too.
		const servers = getServers().flatMap((text) => parseServer(text) ?? []);
		return servers.length > 0 ? servers : parseResolvConf('');
	}
}
