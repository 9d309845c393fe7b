import { getSubdomain } from 'tldts';
import { z } from 'zod';
import { blockedBy, cannotSay, type NoVerdict } from '../../core/check.ts';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import type { Target } from '../../core/target.ts';
import { addressClass } from '../dns/address-class.ts';
import { addressesOf } from '../dns/dns.ts';
import { isReachableClass, type NetworkScope, networkScope } from '../dns/network-scope.ts';
import { type Host, hosts } from '../hosts.ts';
import { botWall, isEmptyPage } from './bot-wall.ts';
import { asksForSecrets, isHtml, pageIn } from './html.ts';
import { fieldValues, httpAnswer, httpExchange, type SeenAnswer } from './http.ts';
import { isRedirect, landing, type RedirectChain, redirectChain } from './redirects.ts';

/**
 * `page`: HTML for people; `api`: another answer to a browser's Accept, or a host called api;
 * `redirect`: nothing but the way to another host; `file`: an image, a download.
 */
type SiteKind = 'page' | 'api' | 'redirect' | 'file';

/** A host as visitors meet it over HTTPS. */
export interface Site
	extends Subject<
		Host['context'] & {
			kind: SiteKind;
			/** It takes a password or a card. */
			forms: 'yes' | 'no';
		}
	> {
	/** The audited name. */
	readonly apex: string;
	/** It is a registrable domain and no name below one. */
	readonly isBase: boolean;
	/** 16 hex digits for control paths. */
	readonly seed: string;
	/** Every other host that is looked at. */
	readonly siblings: readonly string[];
	/**
	 * Every path of the exposure checks is tried, because the user said so, or because the host is in no
	 * public network, where nobody has to be spared.
	 */
	readonly deep: boolean;
	/** URL of its sign-in page, as the user gave it; `null` where it has to be found. */
	readonly login: string | null;
}

/** What the list of sites depends on. */
export const SiteParams = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	hosts: z.array(z.string()),
	endpoints: z.array(z.string()),
	guess: z.literal(false).optional(),
	deep: z.boolean(),
	login: z.string().nullable(),
	seed: z.string(),
});

/** The members of a target that the list of sites depends on. */
export function siteParams({
	domain,
	registrable,
	hosts,
	endpoints,
	guess,
	deep,
	login,
	seed,
}: Pick<
	Target,
	'domain' | 'registrable' | 'hosts' | 'endpoints' | 'guess' | 'deep' | 'login' | 'seed'
>) {
	const lists = { hosts: [...hosts], endpoints: [...endpoints] };
	return { domain, registrable, ...lists, ...(guess === false && { guess }), deep, login, seed };
}

const SAMPLE: Site = {
	kind: 'host',
	name: 'example.com',
	context: { standing: 'apex', stage: 'production', kind: 'page', forms: 'no' },
	apex: 'example.com',
	isBase: true,
	seed: '0'.repeat(16),
	siblings: ['www.example.com'],
	deep: false,
	login: null,
};

/**
 * Every host of `hosts`, with what it serves at `/`. Where that could not be found out, the context is
 * the one with the gravest verdicts, so that the checks there weigh as unknown what they could hide.
 */
export const sites = defineSubjects({
	name: 'sites',
	params: SiteParams,
	from: siteParams,
	sample: SAMPLE,
	async derive(params, get): Promise<Fact<readonly Site[]>> {
		const found = await get(hosts(params));
		if (found.status !== 'known') return found;
		return known(
			await Promise.all(
				found.value.map(async ({ name, context, apex, seed }): Promise<Site> => {
					const [served, isElsewhere] = await Promise.all([
						servedAt(name, get),
						params.deep || isInNoPublicNetwork(name, get),
					]);
					const { login } = params;
					const siblings = found.value.map((host) => host.name).filter((one) => one !== name);
					const isBase = name === params.registrable;
					return {
						kind: 'host',
						name,
						context: { ...context, ...served },
						apex,
						isBase,
						seed,
						siblings,
						deep: isElsewhere,
						login: login !== null && new URL(login).hostname === name ? login : null,
					};
				}),
			),
		);
	},
});

/** Every address is loopback or private, and the root's are not. */
async function isInNoPublicNetwork(host: string, get: GetFact): Promise<boolean> {
	const found = await get(addressesOf({ host }));
	if (found.status !== 'known') return false;
	const all = [...found.value.v4, ...found.value.v6];
	const isOut = (scope: NetworkScope | null) =>
		all.length > 0 &&
		all.every(
			(address) =>
				/^(?:loopback|private)$/.test(addressClass(address) ?? '') &&
				!isReachableClass(address, scope),
		);
	if (!isOut(null)) return false;
	const scope = await get(networkScope({}));
	return scope.status === 'known' && isOut(scope.value);
}

type Served = Pick<Site['context'], 'kind' | 'forms'>;

const WORST: Served = { kind: 'page', forms: 'yes' };

async function servedAt(host: string, get: GetFact): Promise<Served> {
	const chain = await get(redirectChain({ url: `https://${host}/` }));
	if (chain.status !== 'known') return WORST;
	const { end } = chain.value;
	if (end === 'loop' || end === 'too-long') return WORST;
	if (leavesHost(chain.value, host)) return { kind: 'redirect', forms: 'no' };
	const last = chain.value.hops.at(-1);
	if (last === undefined || end !== 'settled') return WORST;
	const exchange = await get(httpExchange({ url: last.url }));
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return WORST;
	return classify(exchange.value, { host, url: last.url });
}

/** Whether everybody who comes to a host is sent to another one. */
function leavesHost({ hops }: RedirectChain, host: string): boolean {
	const last = hops.at(-1);
	return last !== undefined && hops.length > 1 && new URL(last.url).hostname !== host;
}

/** What an answer to a browser's request for `/` makes of a host. A gatekeeper's page tells nothing. */
function classify(answer: HttpAnswered, { host, url }: { host: string; url: string }): Served {
	if (isApiName(host)) return { kind: 'api', forms: 'no' };
	if (botWall(answer) !== null || answer.status >= 500 || isEmptyPage(answer)) return WORST;
	if (isHtml(answer)) {
		const page = pageIn(answer, url);
		return { kind: 'page', forms: page !== null && asksForSecrets(page) ? 'yes' : 'no' };
	}
	const type = fieldValues(answer, 'content-type').at(-1)?.trim().toLowerCase() ?? '';
	if (/^(?:image|video|audio|font)\/|^application\/(?:octet-stream|pdf|zip|gzip)\b/.test(type)) {
		return { kind: 'file', forms: 'no' };
	}
	return { kind: 'api', forms: 'no' };
}

/** A host called api, below the registrable domain. */
export function isApiName(host: string): boolean {
	return /^api(?:[-.]|$)/.test(getSubdomain(host) ?? '');
}

/** One answer of a site itself, on the way to its page. */
export interface SiteHop {
	readonly url: string;
	readonly status: number;
	/** Every Strict-Transport-Security field. */
	readonly hsts: readonly string[];
	/** Every Set-Cookie value, as it came (values redacted). */
	readonly setCookies: readonly string[];
	/** Why it is a gatekeeper's answer, or may be; `null` for the site's own. */
	readonly denied: string | null;
}

/**
 * What a host itself answers from `/` on, in order: its hops of the redirect chain, by whichever scheme
 * the chain came to them. Empty where nothing answers on http, which may be so; without an answer on
 * https, `ssl/https` owns the cause.
 */
export const siteHops = defineDerivation({
	name: 'site.hops',
	params: z.object({ host: z.string(), scheme: z.enum(['http', 'https']) }),
	async derive({ host, scheme }, get): Promise<Fact<readonly SiteHop[]>> {
		const chain = await get(redirectChain({ url: `${scheme}://${host}/` }));
		if (chain.status !== 'known') return chain;
		const own = chain.value.hops.filter(
			({ url, status }) => status !== null && new URL(url).hostname === host,
		);
		const hops: SiteHop[] = [];
		for (const { url } of own) {
			const exchange = await get(httpExchange({ url }));
			if (exchange.status !== 'known') return exchange;
			if (exchange.value.kind === 'answered') hops.push(siteHop(url, exchange.value));
		}
		if (hops.length > 0 || scheme === 'http') return known(hops);
		const answer = await get(httpAnswer({ url: `https://${host}/` }));
		return answer.status === 'known' ? known(hops) : answer;
	},
});

function siteHop(url: string, answer: HttpAnswered): SiteHop {
	return {
		url,
		status: answer.status,
		hsts: fieldValues(answer, 'strict-transport-security'),
		setCookies: fieldValues(answer, 'set-cookie'),
		denied: botWall(answer) ?? (isEmptyPage(answer) ? 'it answers 200 without a body' : null),
	};
}

/** The last answer of a host over HTTPS: its page, or the redirect that leads away from it. */
export interface SiteAnswer {
	readonly url: string;
	readonly answer: SeenAnswer;
}

/**
 * For checks of headers that every answer should have. A gatekeeper's page is unknown; no answer over
 * HTTPS belongs to `ssl/https`, a broken page to `redirects/chain`.
 */
export const siteAnswer = defineDerivation({
	name: 'site.answer',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<SiteAnswer>> {
		const start = `https://${host}/`;
		const chain = await get(redirectChain({ url: start }));
		if (chain.status !== 'known') return chain;
		const last = chain.value.hops.findLast(
			({ url, status }) => status !== null && url.startsWith(`https://${host}/`),
		);
		const url = last?.url ?? start;
		const answer = await get(httpAnswer({ url }));
		return answer.status === 'known' ? seenThrough(answer.value, url) : answer;
	},
});

/** For checks of the page itself. Where the visitor ends elsewhere, there is none. */
export const sitePage = defineDerivation({
	name: 'site.page',
	params: z.object({ host: z.string() }),
	async derive({ host }, get): Promise<Fact<SiteAnswer>> {
		const end = await get(landing({ url: `https://${host}/` }));
		return end.status === 'known' ? seenThrough(end.value.answer, end.value.url) : end;
	},
});

function seenThrough(answer: SeenAnswer, url: string): Fact<SiteAnswer> {
	const wall = botWall(answer);
	if (wall !== null) return unknown('denied', `${url}: ${wall}`);
	if (isEmptyPage(answer) && !isRedirect(answer.status)) {
		return unknown('inconclusive', `${url} answers 200 without a body, so no page was seen`);
	}
	return known({ url, answer });
}

/**
 * Why the page itself was not seen: then missing headers prove nothing, since servers leave them off
 * error pages. `null` for a page, and for an API, whose root may well be 404.
 */
export function unseenPage(
	{ url, answer: { status } }: SiteAnswer,
	{ name, context }: Site,
): NoVerdict | null {
	const detail = `${url} answers ${status}`;
	if (status >= 500 || (context.kind === 'page' && status >= 400)) {
		return status === 401 || status === 403
			? cannotSay('denied', `${detail}: what stands behind it was not seen`)
			: blockedBy({ check: 'redirects/chain', subject: name }, detail);
	}
	return null;
}
