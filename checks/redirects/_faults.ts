import {
	asksForSecrets,
	botWall,
	type ChainReport,
	canonicalsIn,
	fieldValues,
	type Hop,
	type HttpAnswered,
	isLocalName,
	isSameSite,
	isStagingName,
	type Page,
	pageIn,
	type RedirectChain,
	readLocation,
	readRefresh,
} from '../../src/sdk.ts';
import { FAILURES } from './_ends.ts';
import { isApi, sessionCookieIn } from './_exposure.ts';
import { hostOf, withoutHash } from './_tags.ts';

/** Something wrong with one step of a chain, or with where it ends. */
export type Fault = {
	readonly host: string;
	readonly url: string;
	/** Where the walk began, where that is not the root of the host. */
	readonly start?: string;
} & (
	| { readonly kind: 'loop'; readonly circle: readonly string[] }
	| { readonly kind: 'loop-without-cookies'; readonly circle: readonly string[] }
	| { readonly kind: 'too-long'; readonly hops: readonly string[]; readonly redirects: number }
	| { readonly kind: 'downgrade'; readonly to: string; readonly exposes: string | null }
	| { readonly kind: 'target-fails'; readonly to: string; readonly how: string }
	| { readonly kind: 'target-internal'; readonly to: string; readonly why: string }
	| { readonly kind: 'target-port'; readonly to: string; readonly port: number }
	| { readonly kind: 'location-missing'; readonly status: number }
	| { readonly kind: 'location-invalid'; readonly location: string; readonly why: string }
	| { readonly kind: 'location-several'; readonly locations: readonly string[] }
	| {
			readonly kind: 'permanent-to-wrong-host';
			readonly to: string;
			readonly end: string;
			readonly status: number;
			readonly cacheControl: string;
			/** Only a tag of the page at the end gives the name that was asked. */
			readonly isByTag: boolean;
	  }
	| { readonly kind: 'in-page'; readonly to: string; readonly by: string }
);

/** Why the end of a chain is not known, where it is not. */
interface Doubt {
	readonly reason: 'denied' | 'timeout';
	readonly detail: string;
	/** A gatekeeper that lets people through, by all signs. */
	readonly isWall: boolean;
}

/** The chain's last failure belongs to another check at this host. */
interface Owned {
	readonly check: string;
	readonly host: string;
	readonly detail: string;
}

/** `root`: the start page. `deep`: a path that does not exist, of which only the way is judged. */
export interface Walked {
	readonly path: 'root' | 'deep';
	readonly report: ChainReport;
}

/** A 301 that no browser remembers for longer than this can be taken back, in seconds. */
const SHORT_MAX_AGE = 3_600;

/** Longer chains than these cost a visitor time: redirects from https, from http. */
const USUAL_REDIRECTS = { 'https:': 1, 'http:': 2 } as const;

/** Every fault of one walk, in the order in which a visitor meets them. */
export function faultsIn({ path, report }: Walked): readonly Fault[] {
	const { chain } = report;
	const steps = chain.hops.flatMap((hop, index) => {
		const next = chain.hops[index + 1];
		return [...locationFaults(hop), ...(next === undefined ? [] : stepFaults(hop, next, report))];
	});
	const atEnd = [...endFaults(report), ...(path === 'root' ? rootFaults(report) : [])];
	// Where nobody should have been sent, it is no second fault that nothing is there.
	const isInternal = steps.some(({ kind }) => kind === 'target-internal');
	return [...steps, ...atEnd.filter(({ kind }) => !(isInternal && kind === 'target-fails'))];
}

/**
 * What keeps the end of a start page's chain from being judged. Only the home page must be open to
 * all: a password before another host is as it should be.
 */
export function doubtIn(
	{ chain, answer, unsureSilence }: ChainReport,
	isHome: boolean,
): Doubt | null {
	const last = chain.hops.at(-1);
	if (last === undefined) return null;
	if (unsureSilence) {
		return { reason: 'timeout', detail: `${last.url} does not answer`, isWall: false };
	}
	if (answer === null) return null;
	const wall = botWall(answer);
	if (wall !== null) return { reason: 'denied', detail: `${last.url}: ${wall}`, isWall: true };
	const refusal = chain.end === 'settled' ? refusalIn(last.url, answer, isHome) : null;
	return refusal === null ? null : { reason: 'denied', detail: refusal, isWall: false };
}

function refusalIn(url: string, answer: HttpAnswered, isHome: boolean): string | null {
	if (answer.status === 403) return `${url} answers 403, perhaps only to us`;
	return answer.status === 401 && isHome && !isApi(hostOf(url), answer)
		? `${url} asks every visitor for a password (401), so the page behind it was not seen`
		: null;
}

/** A start page that gives no answer at all has its cause elsewhere. */
export function ownerOfFirstFailure({ chain }: ChainReport): Owned | null {
	const [first] = chain.hops;
	if (first?.failure == null || chain.hops.length > 1) return null;
	const { how, phase, detail } = first.failure;
	if (phase === 'request' || how === 'bad-response') return null;
	const check = how === 'no-such-host' ? 'dns/resolution' : 'ssl/https';
	return {
		check,
		host: hostOf(first.url),
		detail: `${first.url} does not answer: ${detail || how}`,
	};
}

function locationFaults(hop: Hop): readonly Fault[] {
	const at = { host: hostOf(hop.url), url: hop.url };
	return [...new Set(hop.locations)].flatMap((raw) => {
		const { fault } = readLocation(raw, hop.url);
		return fault === null
			? []
			: [{ ...at, kind: 'location-invalid' as const, location: raw, why: WORDS[fault] }];
	});
}

const WORDS = {
	unparsable: 'it is no URL',
	'not-web': 'it is no http or https URL',
	'user-info': 'it carries a user name or password',
	'non-ascii': 'it has bytes that must be percent-encoded',
} as const;

function stepFaults(hop: Hop, next: Hop, report: ChainReport): readonly Fault[] {
	const { chain, answer } = report;
	const from = new URL(hop.url);
	const to = new URL(next.url);
	const at = { host: from.hostname, url: hop.url };
	const internal = whyInternal(from, to, next, chain);
	if (internal !== null) return [{ ...at, kind: 'target-internal', to: next.url, why: internal }];
	const found: Fault[] = [];
	if (from.protocol === 'https:' && to.protocol === 'http:') {
		found.push({ ...at, kind: 'downgrade', to: next.url, exposes: exposedBy(chain, next, answer) });
	}
	const port = explicitPort(hop.locations[0] ?? '');
	if (port !== null && `${port}` !== from.port && isSameSite(from.hostname, to.hostname)) {
		found.push({ ...at, kind: 'target-port', to: hop.locations[0] ?? next.url, port });
	}
	const end = chain.hops.at(-1)?.url ?? next.url;
	if (isWrongForGood(hop, to, report)) {
		const { cacheControl } = hop;
		const status = hop.status ?? 301;
		const isByTag = hostOf(end) !== at.host;
		const told = { to: next.url, end, status, cacheControl, isByTag };
		found.push({ ...at, kind: 'permanent-to-wrong-host', ...told });
	}
	return found;
}

/** A password form at the end, a session cookie on the plain hop, a token in its URL. */
function exposedBy(
	{ hops, end }: RedirectChain,
	plain: Hop,
	answer: ChainReport['answer'],
): string | null {
	const cookie = sessionCookieIn(plain.setCookies);
	if (cookie !== null) return `the session cookie ${cookie} is set there`;
	const token = [...new URL(plain.url).searchParams.keys()].find((key) => TOKEN.test(key));
	if (token !== undefined) return `its URL carries "${token}"`;
	const last = hops.at(-1);
	const endsPlain = end === 'settled' && last?.url.startsWith('http:');
	const page = endsPlain && answer !== null ? pageIn(answer, last?.url ?? plain.url) : null;
	return page !== null && asksForSecrets(page)
		? 'the page there asks for a password or a card'
		: null;
}

const TOKEN =
	/^(?:access_token|api_?key|auth|code|id_token|jwt|password|secret|session(?:id)?|sid|token)$/i;

/** Ports that development servers of the usual frameworks listen on. */
const DEVELOPMENT_PORTS = [
	'1313',
	'3000',
	'3001',
	'4000',
	'4200',
	'4321',
	'5000',
	'5173',
	'8000',
	'8080',
	'8888',
	'9000',
];

/** Names that hosting platforms give to previews, and tunnels to a developer's machine. */
const PREVIEW =
	/(?:-git-[^.]+|-[a-z0-9]{9})(?:-[^.]+)?\.vercel\.app$|--[^.]+\.netlify\.app$|\.ngrok(?:-free)?\.(?:app|dev|io)$|\.trycloudflare\.com$|\.loca\.lt$|\.localtunnel\.me$|^[0-9a-f]{8}\.[^.]+\.pages\.dev$/;

function whyInternal(from: URL, to: URL, next: Hop, { end, hops }: RedirectChain): string | null {
	const host = to.hostname;
	if (isLocalName(host) && !isLocalName(from.hostname)) return 'the name only works inside';
	if (end === 'internal' && hops.at(-1) === next) return 'its address is private';
	if (host !== from.hostname && PREVIEW.test(host)) return 'it is a preview or a tunnel';
	const ownStaging = isSameSite(host, from.hostname) && isStagingName(host);
	if (ownStaging && !isStagingName(from.hostname)) return 'it is a staging host';
	return to.port !== '' && to.port !== from.port && DEVELOPMENT_PORTS.includes(to.port)
		? `${to.port} is a development server's port`
		: null;
}

/** The port that a Location value spells out, although URL parsing drops the default ones. */
function explicitPort(location: string): number | null {
	const match = /^(?:https?:)?\/\/[^/?#]*?:(\d{1,5})(?=[/?#]|$)/i.exec(location);
	return match === null ? null : Number(match[1]);
}

/**
 * Remembered by browsers, to a host of ours, although the site calls itself by the name that was asked:
 * the chain comes back to it, or the page at the end says so.
 */
function isWrongForGood(hop: Hop, to: URL, { chain, answer }: ChainReport): boolean {
	const last = chain.hops.at(-1);
	if (chain.end !== 'settled' || last === undefined) return false;
	if ((hop.status !== 301 && hop.status !== 308) || isForgotten(hop.cacheControl)) return false;
	const here = hostOf(hop.url);
	if (to.hostname === here || !isSameSite(to.hostname, here)) return false;
	const page = answer === null ? null : pageIn(answer, last.url);
	const [named = last.url] = page === null ? [] : canonicalsIn(page);
	return hostOf(named) === here;
}

function isForgotten(cacheControl: string): boolean {
	if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return true;
	const maxAge = /\bmax-age\s*=\s*"?(\d{1,10})/i.exec(cacheControl)?.[1];
	return maxAge !== undefined && Number(maxAge) <= SHORT_MAX_AGE;
}

function endFaults({ chain, withCookies }: ChainReport): readonly Fault[] {
	const { hops, end, fault } = chain;
	const last = hops.at(-1);
	if (last === undefined) return [];
	const at = { host: hostOf(last.url), url: last.url };
	switch (end) {
		case 'loop':
			return [loopFault(chain, withCookies)];
		case 'location-missing':
			return [{ ...at, kind: 'location-missing', status: last.status ?? 0 }];
		case 'location-several':
			return [{ ...at, kind: 'location-several', locations: [...new Set(last.locations)] }];
		case 'too-long':
			return [
				{ ...at, kind: 'too-long', hops: hops.map(({ url }) => url), redirects: hops.length },
			];
		case 'location-invalid':
			return fault === null && last.locations.length === 0
				? [{ ...at, kind: 'location-invalid', location: '', why: 'it is empty' }]
				: [];
		case 'settled':
		case 'failed':
		case 'leaves-domain':
		case 'internal':
			return [];
	}
}

function loopFault({ hops }: RedirectChain, withCookies: RedirectChain | null): Fault {
	const closing = hops.at(-1);
	const target = closing?.locations[0];
	const back = target === undefined ? null : readLocation(target, closing?.url ?? '').url;
	const from = Math.max(
		0,
		hops.findIndex(({ url }) => url === back),
	);
	const circle = hops.slice(from).map(({ url }) => url);
	const url = circle[0] ?? '';
	const isCured =
		withCookies !== null && withCookies.end !== 'loop' && withCookies.end !== 'too-long';
	return { host: hostOf(url), url, kind: isCured ? 'loop-without-cookies' : 'loop', circle };
}

function rootFaults(report: ChainReport): readonly Fault[] {
	return [...lengthFaults(report.chain), ...failureFaults(report), ...pageFaults(report)];
}

function lengthFaults({ hops, end }: RedirectChain): readonly Fault[] {
	const [first] = hops;
	if (first === undefined || end === 'loop' || end === 'too-long') return [];
	const urls = hops.map(({ url }) => url);
	const [last, before] = [urls.at(-1) ?? '', urls.at(-2) ?? ''];
	const welcome = urls.length > 1 && new URL(last).origin === new URL(before).origin ? 1 : 0;
	const counted = urls.length - 1 - welcome;
	const isSecure = first.url.startsWith('https:');
	const allowed = USUAL_REDIRECTS[isSecure ? 'https:' : 'http:'];
	if (counted <= allowed) return [];
	const redirects = urls.length - 1;
	return [{ host: hostOf(first.url), url: first.url, kind: 'too-long', hops: urls, redirects }];
}

/** The page behind the redirects is broken, or cannot be reached at all. */
function failureFaults(report: ChainReport): readonly Fault[] {
	const { hops, end } = report.chain;
	const last = hops.at(-1);
	const from = hops.at(-2) ?? last;
	if (last === undefined || from === undefined) return [];
	const how = end === 'failed' ? whyUnreached(report, from, last) : whyBroken(report, last);
	if (how === null) return [];
	return [{ host: hostOf(from.url), url: from.url, kind: 'target-fails', to: last.url, how }];
}

/**
 * A connection that fails at the first URL, or where plain HTTP leads to HTTPS of the same host, belongs
 * to the host: `ssl/https` and `redirects/https-upgrade` judge it. A server that connects over HTTPS
 * and then says nothing sensible belongs here.
 */
function whyUnreached({ chain, unsureSilence }: ChainReport, from: Hop, last: Hop): string | null {
	if (last.failure === null || unsureSilence) return null;
	const { how, phase, detail } = last.failure;
	const connected = phase === 'request' || how === 'bad-response';
	const isSecure = last.url.startsWith('https:');
	const isOwned =
		chain.hops.length === 1
			? !(connected && isSecure)
			: !connected && isSecure && last.url === from.url.replace(/^http:/, 'https:');
	return isOwned ? null : (FAILURES[how] ?? detail);
}

/** Plain HTTP that never came to HTTPS: `redirects/https-upgrade` owns that, whatever page is there. */
function isPlainAlone({ hops, end }: RedirectChain): boolean {
	return end === 'settled' && hops.every(({ url }) => url.startsWith('http:'));
}

function whyBroken({ chain, answer }: ChainReport, last: Hop): string | null {
	if (answer === null || (chain.end !== 'settled' && chain.end !== 'leaves-domain')) return null;
	const { status } = answer;
	if (status < 400 || [401, 403, 429].includes(status) || botWall(answer) !== null) return null;
	if (isPlainAlone(chain)) return null;
	// Codes that HTTP does not have are how some sites refuse programs.
	if (status > 599) return null;
	return status < 500 && isApi(hostOf(last.url), answer) ? null : `answers ${status}`;
}

/** A page that sends the visitor on by itself. */
function pageFaults({ chain, answer }: ChainReport): readonly Fault[] {
	const last = chain.hops.at(-1);
	if (answer === null || last === undefined || chain.end !== 'settled') return [];
	if (answer.status >= 300 || botWall(answer) !== null) return [];
	const page = pageIn(answer, last.url);
	const ways = [
		...fieldValues(answer, 'refresh').map((value) => ({
			to: readRefresh(value, last.url)?.url ?? null,
			by: 'a Refresh header',
		})),
		...(page?.refreshes ?? []).map(({ url }) => ({ to: url, by: 'a meta refresh' })),
		...(page === null ? [] : scriptedTargets(page, last.url)).map((to) => ({ to, by: 'a script' })),
	];
	const way = ways.find(({ to }) => to !== null && withoutHash(to) !== withoutHash(last.url));
	if (!way?.to) return [];
	return [{ host: hostOf(last.url), url: last.url, kind: 'in-page', to: way.to, by: way.by }];
}

/** Only where there is hardly anything else on the page. */
function scriptedTargets(page: Page, url: string): readonly string[] {
	if (page.text.length > 200 || page.links.length > 3 || page.forms.length > 0) return [];
	return page.inline.flatMap(({ element, text: script }) => {
		if (element !== 'script') return [];
		const target = SCRIPTED.exec(script.trim())?.[2];
		return target !== undefined && URL.canParse(target, url) ? [new URL(target, url).href] : [];
	});
}

/** An assignment of a plain string to the location: everything else a script does is its own affair. */
const SCRIPTED =
	/^[^{}]{0,200}\b(?:window|document|self|top)?\.?location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*(["'])([^"'\\]{1,500})\1/;

/** One finding for one fault, however many walks met it: the first of a kind at a host counts. */
export function distinct(faults: readonly Fault[]): readonly Fault[] {
	const byKey = new Map<string, Fault>();
	for (const fault of faults) {
		const key = keyOf(fault);
		const before = byKey.get(key);
		const isLonger =
			fault.kind === 'too-long' &&
			before?.kind === 'too-long' &&
			weightOf(fault) > weightOf(before);
		if (before === undefined || isLonger) byKey.set(key, fault);
	}
	return [...byKey.values()];
}

/** Faults with equal keys are one, whichever walk met them. */
export function keyOf(fault: Fault): string {
	switch (fault.kind) {
		case 'loop':
		case 'loop-without-cookies':
			return [...new Set(fault.circle.map(hostOf))].sort().join(' ');
		case 'target-fails':
			return `${fault.kind} ${fault.to}`;
		default:
			return `${fault.kind} ${fault.host}`;
	}
}

/** How far a chain exceeds what is usual for its scheme. */
function weightOf({ url, redirects }: Extract<Fault, { kind: 'too-long' }>): number {
	return redirects - (url.startsWith('https:') ? 1 : 2);
}
