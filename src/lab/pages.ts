import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnswerSpec, onTheWire, type Pages, type RouteSpec } from './world.ts';

/** Breaks the connection under a response with RST. */
type Reset = (request: IncomingMessage) => void;

interface Serving {
	readonly now: () => Date;
	readonly reset: Reset;
}

const SLOW_STEP_MS = 200;
const DAY_MS = 86_400_000;

const NOT_FOUND: RouteSpec = {
	status: 404,
	body: '<!doctype html><title>Not found</title><h1>Not found</h1>\n',
};

/** Answers requests as the data says. */
export function createPageServer({ now, reset }: Serving) {
	const asked = new Map<RouteSpec, number>();
	const askedAt = new Map<RouteSpec, number>();

	return async (pages: Pages, request: IncomingMessage, response: ServerResponse) => {
		const uri = request.url ?? '/';
		const route = routeFor(pages, uri);
		const count = (asked.get(route) ?? 0) + 1;
		asked.set(route, count);
		const spec = laidOver(route, request, count);
		const fill = filler(request, count, now());
		const rested = performance.now() - (askedAt.get(route) ?? Number.POSITIVE_INFINITY);
		askedAt.set(route, performance.now());
		const wakeMs = spec.sleep !== undefined && rested >= spec.sleep.afterMs ? spec.sleep.wakeMs : 0;
		const waitMs = (spec.delayMs ?? 0) + wakeMs;
		if (waitMs > 0) await sleep(waitMs, undefined, { ref: false });
		if (request.socket.destroyed) return;
		switch (spec.fault) {
			case 'silent':
				return;
			case 'reset':
				reset(request);
				return;
			case 'close':
				request.socket.destroySoon();
				return;
			default:
				write(response, { spec, siteHeaders: pages.headers, fill, now: now(), request });
		}
	};
}

// ── Which answer ─────────────────────────────────────────────────────────────────────────────────

function routeFor(pages: Pages, uri: string): RouteSpec {
	const [path = '/'] = uri.split('?');
	const below = Object.keys(pages.routes)
		.filter((key) => key.endsWith('/*') && path.startsWith(key.slice(0, -1)))
		.sort((a, b) => b.length - a.length)[0];
	const routes = new Map(Object.entries(pages.routes));
	return (
		routes.get(uri) ?? routes.get(path) ?? routes.get(below ?? '') ?? pages.fallback ?? NOT_FOUND
	);
}

/** The route with this turn of its sequence and the first matching variant laid over it. */
function laidOver(route: RouteSpec, request: IncomingMessage, count: number): AnswerSpec {
	const { sequence = [], variants = [], ...base } = route;
	const turn = sequence[(count - 1) % Math.max(1, sequence.length)] ?? {};
	const variant = variants.find(({ when }) => isMeant(when, request));
	return overlaid(overlaid(base, turn), variant ?? {});
}

function overlaid(below: AnswerSpec, above: AnswerSpec): AnswerSpec {
	return { ...below, ...above, headers: merged(below.headers ?? [], above.headers ?? []) };
}

type When = NonNullable<RouteSpec['variants']>[number]['when'];

function isMeant({ method, header, query }: When, request: IncomingMessage): boolean {
	if (method !== undefined && request.method !== method) return false;
	const [, asked = ''] = (request.url ?? '').split('?');
	if (query !== undefined && !new RegExp(query).test(asked)) return false;
	if (header === undefined) return true;
	const [name, pattern] = header;
	return new RegExp(pattern).test(String(request.headers[name.toLowerCase()] ?? ''));
}

type HeaderList = readonly (readonly [string, string])[];

/** Headers of `above` replace those of `below` with the same name. */
function merged(below: HeaderList, above: HeaderList): [string, string][] {
	const replaced = new Set(above.map(([name]) => name.toLowerCase()));
	return [...below.filter(([name]) => !replaced.has(name.toLowerCase())), ...above].map(
		([name, value]) => [name, value],
	);
}

/** `{{host}}` and the like, one nonce for the whole response. */
function filler(request: IncomingMessage, count: number, now: Date) {
	const uri = request.url ?? '/';
	const [path = '', ...query] = uri.split('?');
	const values: Readonly<Record<string, string>> = {
		host: (request.headers.host ?? '').replace(/:\d+$/, ''),
		path,
		query: query.join('?'),
		uri,
		origin: request.headers.origin ?? '',
		nonce: randomBytes(16).toString('base64'),
		count: String(count),
	};
	const dayIn = (days: string) => new Date(now.getTime() + Number(days) * DAY_MS).toISOString();
	return (text: string) =>
		text
			.replaceAll(/\{\{in(\d{1,4})days\}\}/g, (_, days: string) => dayIn(days))
			.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
}

// ── Writing it ───────────────────────────────────────────────────────────────────────────────────

interface Writing {
	readonly spec: AnswerSpec;
	readonly siteHeaders: HeaderList;
	readonly fill: (text: string) => string;
	readonly now: Date;
	readonly request: IncomingMessage;
}

function write(response: ServerResponse, writing: Writing): void {
	const { spec, fill, request } = writing;
	if (spec.raw !== undefined) {
		request.socket.end(fill(spec.raw));
		return;
	}
	const status = spec.status ?? (spec.redirect === undefined ? 200 : 308);
	const body = bodyOf(writing, status);
	response.sendDate = false;
	response.writeHead(status, headersOf(writing, status, body).flat());
	sendBody(response, request.method === 'HEAD' ? Buffer.alloc(0) : body, spec);
}

function bodyOf({ spec, fill, request }: Writing, status: number): Buffer {
	if (status === 204 || status === 304) return Buffer.alloc(0);
	if (spec.echo === true) {
		const { method, url, rawHeaders } = request;
		return Buffer.from(JSON.stringify({ method, url, headers: rawHeaders }));
	}
	if (spec.bodyBase64 !== undefined) return Buffer.from(spec.bodyBase64, 'base64');
	const { body = '' } = spec;
	return Buffer.from(fill(typeof body === 'string' ? body : body.join('')));
}

function headersOf({ spec, siteHeaders, fill, now }: Writing, status: number, body: Buffer) {
	const type = spec.type ?? (spec.echo === true ? 'application/json' : 'text/html; charset=utf-8');
	const own: [string, string][] = [
		['Date', now.toUTCString()],
		...(status === 204 || status === 304
			? []
			: [['Content-Length', String(body.length)] satisfies [string, string]]),
		...(type !== '' && body.length > 0 ? [['Content-Type', type] satisfies [string, string]] : []),
		...(spec.redirect === undefined
			? []
			: [['Location', spec.redirect] satisfies [string, string]]),
	];
	const written = merged(spec.bare === true ? [] : siteHeaders, spec.headers ?? []);
	return merged(own, written).map(([name, value]) => [name, onTheWire(fill(value))]);
}

function sendBody(response: ServerResponse, body: Buffer, { fault, pauseMs }: AnswerSpec): void {
	if (pauseMs !== undefined) {
		response.write(body.subarray(0, Math.ceil(body.length / 2)));
		const timer = setTimeout(
			() => response.end(body.subarray(Math.ceil(body.length / 2))),
			pauseMs,
		);
		response.on('close', () => clearTimeout(timer));
		return;
	}
	if (fault === 'truncated') {
		response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
			response.socket?.destroySoon();
		});
		return;
	}
	if (fault !== 'slow') {
		response.end(body);
		return;
	}
	let sent = 0;
	response.flushHeaders();
	const timer = setInterval(() => {
		response.write(body.subarray(sent, sent + 1));
		sent += 1;
		if (sent >= body.length) response.end();
	}, SLOW_STEP_MS);
	response.on('close', () => clearInterval(timer));
}
