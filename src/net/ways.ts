import { type Destination, type HttpFailed, TIMEOUTS } from './connection.ts';
import type { Dialer } from './dialer.ts';
import type { Route, Step } from './generator/protocol.ts';
import { headersOf, hostOf, pathOf } from './http.ts';
import { portOf } from './proxy.ts';
import { Reach } from './reach.ts';

interface WaysSettings {
	readonly userAgent: string;
	/** The proxy for a URL; see `proxyFor`. Direct where absent. */
	readonly proxy?: ((url: URL) => URL | null) | undefined;
}

/** Ways to origins, each looked up and pinned once. */
export class Ways {
	readonly routes: Route[] = [];
	/** By route: the shortest TCP connect. */
	readonly roundTrips = new Map<number, number>();
	readonly #dialer: Dialer;
	readonly #settings: WaysSettings;
	readonly #reach: Reach;
	readonly #known = new Map<string, Promise<number | HttpFailed>>();

	constructor(dialer: Dialer, settings: WaysSettings) {
		this.#dialer = dialer;
		this.#settings = settings;
		this.#reach = new Reach(dialer, TIMEOUTS.connect);
	}

	/** Number of the route to a URL's origin; a value where there is none. */
	to(url: URL): Promise<number | HttpFailed> {
		const known = this.#known.get(url.origin) ?? this.#find(url);
		this.#known.set(url.origin, known);
		return known;
	}

	/** To this address, whatever DNS says. */
	at(url: URL, address: string): number {
		const host = hostOf(url);
		return this.#add(url, { host, address, proxy: null, through: host });
	}

	/** `headers` replace what is always sent under the same name; a body brings its length. */
	step(
		url: URL,
		route: number,
		method: string,
		{ headers = [], body }: Pick<Partial<Step>, 'headers' | 'body'> = {},
	): Step {
		const to = this.destination(url, route);
		const length = body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]];
		const own = [...headers, ...(length as [string, string][])];
		const all = headersOf(to, own, this.#settings.userAgent);
		const sent = { route, path: pathOf(to), method, headers: all };
		return body === undefined ? sent : { ...sent, body };
	}

	destination(url: URL, route: number): Destination {
		const { host = '', address = '', proxy = null, through = '' } = this.routes[route] ?? {};
		return { url, host, address, proxy: proxy === null ? null : new URL(proxy), through };
	}

	async #find(url: URL): Promise<number | HttpFailed> {
		const host = hostOf(url);
		const proxy = this.#settings.proxy?.(url) ?? null;
		const next = proxy ?? url;
		const candidates = await this.#reach.candidates(hostOf(next), portOf(next), false);
		if ('kind' in candidates) return candidates;
		const reached = await this.#reach.fastest(hostOf(next), portOf(next), candidates.addresses);
		if ('kind' in reached) return reached;
		reached.connected?.socket.destroy();
		reached.connected?.release();
		const route = this.#add(url, { host, address: reached.address, proxy, through: host });
		if (reached.connected) this.roundTrips.set(route, reached.connected.connectMs);
		return route;
	}

	#add(url: URL, to: Omit<Destination, 'url'>): number {
		const port = portOf(to.proxy ?? url);
		this.routes.push({
			origin: url.origin,
			host: to.host,
			address: to.address,
			at: this.#dialer.locate({ address: to.address, port, transport: 'tcp' }),
			proxy: to.proxy?.href ?? null,
			through: to.through,
		});
		return this.routes.length - 1;
	}
}
