import { CONTROL_QUERY, OUTSIDE } from '../core/control-query.ts';
import type { HttpOutcome } from '../core/io.ts';
import type { ServiceMap } from '../core/report.ts';
import type { Target } from '../core/target.ts';

type Redirects = ServiceMap['redirects'];

/** One request, as the fact store hands it on. */
export interface Exchange {
	readonly params: {
		readonly url: string;
		readonly method?: string;
		readonly headers?: readonly unknown[];
		readonly jar?: unknown;
	};
	readonly value: HttpOutcome;
}

/** After so many hops browsers give up. */
const MOST_HOPS = 20;

/**
 * Every redirect seen of the target's hosts, with the address where its visitors end and what answers
 * there; `null` where they end nowhere, or at another party. Controls are left out, and so is what
 * stands in queries, except for what campaigns are counted by: a Location can carry a token.
 */
export function redirectMap(
	exchanges: readonly Exchange[],
	target: Target,
	oldUrls: ReadonlySet<string> = new Set(),
): Redirects {
	const answers = visits(exchanges, target);
	const named = new Set([...oldUrls, ...target.campaigns]);
	const hops = [...answers].flatMap(([url, value]) => {
		const to = locationOf(value, url);
		if (to === null || value.kind !== 'answered' || !isOurs(url, target)) return [];
		const end = endOf(to, answers);
		return [
			{
				from: withoutValues(url),
				to: withoutValues(to),
				status: value.status,
				endsAt: end === null ? null : withoutValues(end.url),
				endStatus: end?.status ?? null,
				...(named.has(url) && { named: true }),
			},
		];
	});
	return [...new Map(hops.map((hop) => [JSON.stringify(hop), hop]))]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, hop]) => hop);
}

/** What visitors' requests were answered, by URL. */
export function visits(
	exchanges: readonly Exchange[],
	target: Target,
): ReadonlyMap<string, HttpOutcome> {
	const plain = exchanges.filter(({ params }) => isVisit(params, target));
	return new Map(plain.map(({ params: { url }, value }) => [url, value]));
}

/** What a visitor asks, as opposed to a control, a probe or a second look with cookies. */
function isVisit({ url, method, headers, jar }: Exchange['params'], { seed }: Target): boolean {
	if ((method ?? 'GET') !== 'GET' || headers !== undefined || jar !== undefined) return false;
	return !url.includes(seed) && !url.includes(CONTROL_QUERY) && !url.includes(OUTSIDE);
}

export function isOurs(url: string, { registrable, domain, oldDomains }: Target): boolean {
	const { hostname } = new URL(url);
	return [registrable ?? domain ?? '', ...oldDomains].some(
		(one) => one !== '' && (hostname === one || hostname.endsWith(`.${one}`)),
	);
}

/** Where a browser goes from a redirect (RFC 9110 §15.4); as it was sent, where that is no URL. */
function locationOf(outcome: HttpOutcome, url: string): string | null {
	if (outcome.kind !== 'answered' || ![301, 302, 303, 307, 308].includes(outcome.status)) {
		return null;
	}
	const raw = outcome.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
	if (raw === undefined) return null;
	const ascii = raw.replaceAll(/[^\p{ASCII}]/gu, percentEncoded);
	return URL.canParse(ascii, url) ? new URL(ascii, url).href : raw;
}

/** Field values reach us one character a byte. */
function percentEncoded(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const bytes = code < 256 ? [code] : [...Buffer.from(character, 'utf8')];
	return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Where visitors of a URL end; `null` where they end nowhere, or at another party. */
export function endOf(
	start: string,
	answers: ReadonlyMap<string, HttpOutcome>,
): { readonly url: string; readonly status: number } | null {
	let url = start;
	for (let hop = 0; hop < MOST_HOPS; hop += 1) {
		const answer = answers.get(url.replace(/#.*$/s, ''));
		if (answer?.kind !== 'answered') return null;
		const next = locationOf(answer, url);
		if (next === null) return { url, status: answer.status };
		url = next;
	}
	return null;
}

/** `<redacted:LEN>`, as everywhere; text that is no URL loses all that follows a question mark. */
export function withoutValues(text: string): string {
	if (!URL.canParse(text)) return text.replace(/[?#].*$/s, '?<redacted>');
	const url = new URL(text);
	const query = url.search
		.slice(1)
		.split('&')
		.map((pair) => {
			const [name = '', ...value] = pair.split('=');
			const secret = value.join('=');
			if (secret === '' || isCampaign(name)) return pair;
			return `${name}=<redacted:${secret.length}>`;
		})
		.join('&');
	const user = url.username === '' && url.password === '' ? '' : '<redacted>@';
	return `${url.protocol}//${user}${url.host}${url.pathname}${query && `?${query}`}`;
}

function isCampaign(name: string): boolean {
	return /^(?:utm_\w+|gclid|fbclid|msclkid|ref)$/i.test(name);
}
