import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { apiPathIn } from './api-path.ts';
import { botWall } from './bot-wall.ts';
import { type Cookie, isSessionName, parseSetCookie } from './cookies.ts';
import { isHtml } from './html.ts';
import { fieldValues, httpExchange } from './http.ts';
import { assetText, sitePages } from './site-pages.ts';
import { siteSamples } from './site-samples.ts';
import { siteAnswer } from './sites.ts';

/**
 * Whose origin was made up: `random`: nobody's; `null`: what a sandboxed frame sends; `own`: one of the
 * target's; `suffix` and `prefix`: an own one with something behind or before it, as an attacker can
 * register; `http`: an own one without TLS.
 */
export type OriginKind = 'random' | 'null' | 'own' | 'suffix' | 'prefix' | 'http';

/** What a URL said to a request with an Origin. */
export interface CorsAnswer {
	readonly kind: OriginKind;
	readonly origin: string;
	readonly status: number;
	/** Every Access-Control-Allow-Origin field. */
	readonly allowed: readonly string[];
	/** Access-Control-Allow-Credentials is exactly `true`, as Fetch's CORS check asks. */
	readonly credentials: boolean;
	/** Caches are told that the answer depends on the origin. */
	readonly varies: boolean;
	/** A cache may keep it, unless told otherwise. */
	readonly storable: boolean;
}

export interface CorsLook {
	readonly url: string;
	readonly answers: readonly CorsAnswer[];
	/** No page and no file: JSON, XML, text. */
	readonly isData: boolean;
	/** Of the first answer. */
	readonly status: number;
	/** Scheme of WWW-Authenticate, lower case; `null` without one. */
	readonly challenge: string | null;
	/** It says that the body depends on the visitor's cookies. */
	readonly variesByCookie: boolean;
}

export interface CorsSurvey {
	readonly looks: readonly CorsLook[];
	/** Session cookies that the host sets for strangers: names and SameSite. */
	readonly sessions: readonly Pick<Cookie, 'name' | 'sameSite'>[];
	/** URLs that gave no answer of the site, and why. */
	readonly unseen: readonly string[];
}

/** Endpoints of the user's that are asked. */
const MOST_ENDPOINTS = 2;
/** Own origins that are tried until one is let in. */
const MOST_OWN = 3;

/**
 * Asks where data is likely (endpoints that the user named, an endpoint that the page's scripts read, the
 * usual `/api`, the root of an API) who may read it: GET with a made-up Origin, without cookies. Up to
 * eight requests there, and one for the page. Imitations of an own origin are only tried where the first
 * answers show that the origin matters.
 */
export const corsSurvey = defineDerivation({
	name: 'cors.survey',
	params: z.object({
		host: z.string(),
		apex: z.string(),
		siblings: z.array(z.string()),
		endpoints: z.array(z.string()),
		seed: z.string(),
		login: z.string().nullable(),
	}),
	async derive(params, get): Promise<Fact<CorsSurvey>> {
		const page = await get(siteAnswer({ host: params.host }));
		if (page.status !== 'known') return page;
		const { url, answer } = page.value;
		const data = await dataUrls(params, url, get);
		const thorough = data.length > 0 ? data : [url];
		const brief = data.includes(url) || data.length === 0 ? [] : [url];
		const all = await Promise.all([
			...thorough.map((one) => lookAt(one, params, get)),
			...brief.map((one) => lookBriefly(one, params, get)),
		]);
		return known({
			looks: all.flatMap((one) => (one.look === null ? [] : [one.look])),
			sessions: sessionsIn([answer, ...all.flatMap((one) => one.raw)]),
			unseen: all.flatMap((one) => (one.unseen === null ? [] : [one.unseen])),
		});
	},
});

type Params = Parameters<typeof corsSurvey>[0];

async function dataUrls(
	{ host, apex, endpoints, seed, login }: Params,
	page: string,
	get: GetFact,
): Promise<readonly string[]> {
	if (endpoints.length > 0) return endpoints.slice(0, MOST_ENDPOINTS);
	const read = await endpointInScripts(host, host === apex ? login : null, get);
	const told = read ?? (host === apex ? null : await endpointInScripts(apex, null, get, host));
	if (told !== null) return [told];
	const samples = await get(siteSamples({ host, seed, login }));
	if (samples.status !== 'known') return [];
	const api = samples.value.find(({ what }) => what === 'api');
	const isPage = samples.value.some((one) => one.what === 'page' && isHtml(one.answer));
	return api === undefined ? (isPage ? [] : [page]) : [api.url];
}

/** An address on `wanted` that scripts of a host's pages read data from. */
async function endpointInScripts(
	host: string,
	login: string | null,
	get: GetFact,
	wanted = host,
): Promise<string | null> {
	const seen = await get(sitePages({ host, login }));
	if (seen.status !== 'known') return null;
	const { pages, assets } = seen.value;
	const inline = pages.flatMap(({ page }) => page.inline.map(({ text }) => text));
	const texts = [...inline, ...assets.map((one) => assetText(one) ?? '')];
	for (const text of texts) {
		const path = apiPathIn(text, wanted, host);
		if (path !== null) return `https://${wanted}${path}`;
	}
	return null;
}

// ── One URL ──────────────────────────────────────────────────────────────────────────────────────

interface Looked {
	readonly look: CorsLook | null;
	readonly raw: readonly HttpAnswered[];
	readonly unseen: string | null;
}

interface Asked {
	readonly said: CorsAnswer;
	readonly raw: HttpAnswered;
}

async function lookBriefly(url: string, { seed }: Params, get: GetFact): Promise<Looked> {
	return looked(url, [await ask(url, 'random', randomOrigin(seed), get)]);
}

async function lookAt(url: string, params: Params, get: GetFact): Promise<Looked> {
	const { seed, apex } = params;
	const random = await ask(url, 'random', randomOrigin(seed), get);
	if (typeof random === 'string' || isEchoed(random.said, true)) return looked(url, [random]);
	const askOwn = (host: string) => ask(url, 'own', `https://${host}`, get);
	const [own = apex, ...others] = ownHosts(params);
	const beside = await Promise.all([ask(url, 'null', 'null', get), askOwn(own)]);
	const first = [random, ...beside];
	let base = own;
	for (const host of others) {
		if (isLetIn(first.at(-1))) break;
		first.push(await askOwn(host));
		base = isLetIn(first.at(-1)) ? host : apex;
	}
	if (!dependsOnOrigin(first)) return looked(url, first);
	const imitations = await Promise.all([
		ask(url, 'suffix', `https://${base}.lr-${seed}.test`, get),
		ask(url, 'prefix', `https://lr-${seed}${base}`, get),
		ask(url, 'http', `http://${base}`, get),
	]);
	return looked(url, [...first, ...imitations]);
}

/** Or gave no answer, which no other origin will change. */
function isLetIn(asked: Asked | string | undefined): boolean {
	return typeof asked !== 'object' || isEchoed(asked.said);
}

function randomOrigin(seed: string): string {
	return `https://lr-${seed}.example`;
}

function ownHosts({ host, apex, siblings }: Params): readonly string[] {
	const likely = siblings.filter((name) => /^(?:www|app)\./.test(name));
	return [...new Set([apex, ...likely, host])].slice(0, MOST_OWN);
}

/** A text says why there is no answer. */
async function ask(
	url: string,
	kind: OriginKind,
	origin: string,
	get: GetFact,
): Promise<Asked | string> {
	const exchange = await get(httpExchange({ url, headers: [['Origin', origin]] }));
	if (exchange.status !== 'known') return `${url}: ${exchange.detail}`;
	if (exchange.value.kind === 'failed') return `${url} does not answer: ${exchange.value.detail}`;
	const raw = exchange.value;
	const wall = botWall(raw);
	if (wall !== null) return `${url}: ${wall}`;
	return { raw, said: { kind, origin, ...readCors(raw) } };
}

/** The header fields of one answer that browsers and caches decide by. */
export function readCors(answer: HttpAnswered): Omit<CorsAnswer, 'kind' | 'origin'> {
	return {
		status: answer.status,
		allowed: fieldValues(answer, 'access-control-allow-origin').map((value) => value.trim()),
		credentials:
			fieldValues(answer, 'access-control-allow-credentials').join(', ').trim() === 'true',
		varies: wordsOf(answer, 'vary').some((word) => word === 'origin' || word === '*'),
		storable: isStorable(answer),
	};
}

/** RFC 9111 §3: a final status that caches keep by themselves, and no word against it. */
function isStorable(answer: HttpAnswered): boolean {
	const words = wordsOf(answer, 'cache-control');
	if (words.includes('no-store')) return false;
	const { status } = answer;
	return [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501].includes(status)
		? true
		: words.some((word) => /^(?:s-maxage|max-age)=[1-9]|^public$/.test(word));
}

function wordsOf(answer: HttpAnswered, name: string): readonly string[] {
	return fieldValues(answer, name).flatMap((value) =>
		value
			.toLowerCase()
			.split(',')
			.map((word) => word.trim()),
	);
}

/** Whether browsers would let the origin read the answer; with `credentials`, with its cookies. */
export function isEchoed(
	{ allowed, origin, credentials }: Pick<CorsAnswer, 'allowed' | 'origin' | 'credentials'>,
	withCredentials = false,
): boolean {
	const [only] = allowed;
	return allowed.length === 1 && only === origin && (credentials || !withCredentials);
}

function dependsOnOrigin(asked: readonly (Asked | string)[]): boolean {
	const said = asked.flatMap((one) => (typeof one === 'string' ? [] : [one.said]));
	const values = new Set(said.map(({ allowed }) => allowed.join('\n')));
	return values.size > 1 || said.some(({ varies, credentials }) => varies || credentials);
}

function looked(url: string, asked: readonly (Asked | string)[]): Looked {
	const unseen = asked.find((one) => typeof one === 'string') ?? null;
	const seen = asked.filter((one) => typeof one !== 'string');
	const raw = seen.map((one) => one.raw);
	const [first] = raw;
	if (first === undefined) return { look: null, raw, unseen };
	const [challenge] = wordsOf(first, 'www-authenticate');
	const look: CorsLook = {
		url,
		answers: seen.map((one) => one.said),
		isData: isData(first),
		status: first.status,
		challenge: challenge?.split(/\s/, 1)[0] ?? null,
		variesByCookie: wordsOf(first, 'vary').includes('cookie'),
	};
	return { look, raw, unseen };
}

function isData(answer: HttpAnswered): boolean {
	const type = fieldValues(answer, 'content-type').at(-1) ?? '';
	return /^\s*(?:application\/(?:[\w.+-]*\+)?(?:json|xml)|text\/(?:xml|csv))\b/i.test(type);
}

function sessionsIn(answers: readonly HttpAnswered[]): CorsSurvey['sessions'] {
	const found = new Map<string, CorsSurvey['sessions'][number]>();
	for (const text of answers.flatMap((answer) => fieldValues(answer, 'set-cookie'))) {
		const parsed = parseSetCookie(text);
		if (parsed.kind === 'ignored' || parsed.cookie.emptyValue) continue;
		const { name, sameSite } = parsed.cookie;
		if (isSessionName(name)) found.set(name, { name, sameSite });
	}
	return [...found.values()];
}
