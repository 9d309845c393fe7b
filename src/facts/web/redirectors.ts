import { z } from 'zod';
import { OUTSIDE } from '../../core/control-query.ts';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { type Page, pageIn, readRefresh } from './html.ts';
import { fieldValues, httpExchange } from './http.ts';
import { readLocation } from './location.ts';
import { isRedirect } from './redirects.ts';
import { sitePage } from './sites.ts';

/** A URL of the site that is told in a parameter where to send the visitor. */
export interface Redirector {
	/** As linked. */
	readonly url: string;
	/** The parameter with the destination. */
	readonly parameter: string;
}

/** What a redirector did with a destination outside the site. */
export interface RedirectorProbe extends Redirector {
	/** The destination given, as sent. */
	readonly given: string;
	readonly asked: string;
	readonly status: number | null;
	/** Where a browser goes from the answer, if anywhere. */
	readonly leadsTo: string | null;
	/** How the answer sends it there. */
	readonly by: 'Location' | 'Refresh' | 'meta refresh' | null;
	/** A gatekeeper's answer, or none. */
	readonly unseen: string | null;
}

export interface RedirectorSurvey {
	/** The page whose links were read. */
	readonly page: string;
	readonly found: readonly Redirector[];
	/** Empty without `active`. Of each redirector the first that led outside, else the last. */
	readonly probes: readonly RedirectorProbe[];
}

/**
 * A scheme-relative URL passes filters that look for a first slash; a backslash, which browsers read as
 * a slash, those that look for two; and the whole URL shows where there is no filter.
 */
const DESTINATIONS = [`//${OUTSIDE}/`, `https://${OUTSIDE}/`, `/\\${OUTSIDE}/`] as const;

const MOST_REDIRECTORS = 5;

/** A final slash, another scheme: redirects of the same host before the one that counts. */
const MOST_OWN_STEPS = 2;

/**
 * Redirectors among the links of a host's start page. Only with `active` they are probed: by GET, at
 * most nine requests each with a destination outside, of which nothing is followed.
 */
export const redirectorSurvey = defineDerivation({
	name: 'http.redirector-survey',
	params: z.object({ host: z.string(), active: z.boolean() }),
	async derive({ host, active }, get): Promise<Fact<RedirectorSurvey>> {
		const seen = await get(sitePage({ host }));
		if (seen.status !== 'known') return seen;
		const { url, answer } = seen.value;
		const page = pageIn(answer, url);
		if (page === null) return unknown('unsupported', `${url} is no HTML, so it has no links`);
		const found = redirectorsIn(page, url).slice(0, MOST_REDIRECTORS);
		const probes = active ? await Promise.all(found.map((one) => probe(one, get))) : [];
		return known({ page: url, found, probes });
	},
});

/** Own links with a parameter that is called like a destination and holds one; one a path and parameter. */
function redirectorsIn(page: Page, url: string): readonly Redirector[] {
	const { hostname } = new URL(url);
	const found = new Map<string, Redirector>();
	for (const link of page.links) {
		const to = new URL(link);
		if (to.hostname !== hostname) continue;
		const parameter = [...to.searchParams].find(
			([name, value]) => DESTINATION.test(name) && isDestination(value),
		)?.[0];
		if (parameter === undefined) continue;
		const key = `${to.origin}${to.pathname} ${parameter}`;
		if (!found.has(key)) found.set(key, { url: link, parameter });
	}
	return [...found.values()];
}

const DESTINATION =
	/^(?:(?:back|callback|continue|dest|destination|forward|go|goto|link|next|out|page|r|rd|redir|redirect|return|success|target|to|u|uri|url|view)(?:[_-]?(?:path|to|uri|url))?|redirect_?after.*)$/i;

function isDestination(value: string): boolean {
	return /^(?:https?:)?\/\/?[^\s]*$/i.test(value) && value !== '';
}

async function probe(redirector: Redirector, get: GetFact): Promise<RedirectorProbe> {
	let last: RedirectorProbe | null = null;
	for (const given of DESTINATIONS) {
		last = await probeWith(redirector, given, get);
		if (last.unseen !== null || isOutside(last.leadsTo)) return last;
	}
	return last as RedirectorProbe;
}

async function probeWith(
	redirector: Redirector,
	given: string,
	get: GetFact,
): Promise<RedirectorProbe> {
	const url = new URL(redirector.url);
	url.searchParams.set(redirector.parameter, given);
	const asked = url.href;
	const nothing = { ...redirector, given, asked, status: null, leadsTo: null, by: null };
	let at = asked;
	for (let step = 0; ; step += 1) {
		const exchange = await get(httpExchange({ url: at }));
		if (exchange.status !== 'known') return { ...nothing, unseen: exchange.detail };
		if (exchange.value.kind === 'failed') return { ...nothing, unseen: exchange.value.detail };
		const answer = exchange.value;
		const way = wayOut(answer, at);
		const isOwn = way.leadsTo !== null && new URL(way.leadsTo).hostname === new URL(asked).hostname;
		if (way.leadsTo === null || !isOwn || step >= MOST_OWN_STEPS) {
			return { ...nothing, status: answer.status, ...way, unseen: botWall(answer) };
		}
		at = way.leadsTo;
	}
}

/** Where a browser is sent by an answer: Location, then Refresh, then the page itself. */
function wayOut(answer: HttpAnswered, url: string): Pick<RedirectorProbe, 'leadsTo' | 'by'> {
	if (isRedirect(answer.status)) {
		const [location] = fieldValues(answer, 'location');
		const leadsTo = location === undefined ? null : readLocation(location, url).url;
		return { leadsTo, by: leadsTo === null ? null : 'Location' };
	}
	const header = fieldValues(answer, 'refresh')
		.map((value) => readRefresh(value, url)?.url)
		.find((one) => one !== undefined);
	if (header !== undefined) return { leadsTo: header, by: 'Refresh' };
	const meta = pageIn(answer, url)?.refreshes[0]?.url;
	return meta === undefined ? { leadsTo: null, by: null } : { leadsTo: meta, by: 'meta refresh' };
}

/** Whether a browser ends on the host that was given, however it was written. */
export function isOutside(leadsTo: string | null): boolean {
	return leadsTo !== null && new URL(leadsTo).hostname === OUTSIDE;
}
