import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { pageIn } from './html.ts';
import { fieldValues, httpExchange } from './http.ts';
import { readLocation } from './location.ts';
import { sitePage } from './sites.ts';

/** An address that takes POST, and is redirected by a status that turns POST into GET. */
export interface LostPost {
	readonly url: string;
	readonly to: string;
	readonly status: number;
}

const MOST_ROUTES = 3;

/**
 * The addresses that forms of the start page post to, and those that the user named, asked by OPTIONS
 * (three at most; no POST is sent). A 301 or 302 loses the method (RFC 9110 §15.4.2, §15.4.3); a named
 * address counts only where the far end lists POST.
 */
export const lostPosts = defineDerivation({
	name: 'http.lost-posts',
	params: z.object({ host: z.string(), endpoints: z.array(z.string()) }),
	async derive({ host, endpoints }, get): Promise<Fact<readonly LostPost[]>> {
		const forms = await postForms(host, get);
		const routes = [...new Set([...forms, ...endpoints])].slice(0, MOST_ROUTES);
		const found = await Promise.all(routes.map((url) => lostAt(url, forms.includes(url), get)));
		return known(found.flatMap((one) => one ?? []));
	},
});

async function postForms(host: string, get: GetFact): Promise<readonly string[]> {
	const seen = await get(sitePage({ host }));
	if (seen.status !== 'known') return [];
	const page = pageIn(seen.value.answer, seen.value.url);
	return (page?.forms ?? [])
		.filter(({ method, action }) => method === 'post' && isOn(host, action))
		.map(({ action }) => withoutHash(action));
}

function isOn(host: string, url: string): boolean {
	return /^https?:/.test(url) && URL.canParse(url) && new URL(url).hostname === host;
}

function withoutHash(url: string): string {
	return url.replace(/#.*$/s, '');
}

async function lostAt(url: string, isForm: boolean, get: GetFact): Promise<LostPost | null> {
	const answer = await options(url, get);
	if (answer === null || (answer.status !== 301 && answer.status !== 302)) return null;
	const [location] = fieldValues(answer, 'location');
	const to = location === undefined ? null : readLocation(location, url).url;
	if (to === null || !isOn(new URL(url).hostname, to)) return null;
	if (!isForm && !takesPost(await options(to, get))) return null;
	return { url, to, status: answer.status };
}

async function options(url: string, get: GetFact): Promise<HttpAnswered | null> {
	const exchange = await get(httpExchange({ url, method: 'OPTIONS' }));
	return exchange.status === 'known' && exchange.value.kind === 'answered' ? exchange.value : null;
}

function takesPost(answer: HttpAnswered | null): boolean {
	if (answer === null) return false;
	const listed = ['allow', 'access-control-allow-methods'].flatMap((name) =>
		fieldValues(answer, name).flatMap((value) => value.split(',')),
	);
	return listed.some((method) => method.trim().toUpperCase() === 'POST');
}
