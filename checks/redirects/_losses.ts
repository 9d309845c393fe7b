import {
	type Hop,
	isSameSite,
	MATRIX_QUERY,
	type MatrixWalk,
	type QueryChange,
	queryChange,
	type RedirectMatrix,
	rawQuery,
	startPaths,
} from '../../src/sdk.ts';

/** Something of the address that a redirect did not hand on. */
export interface Loss {
	readonly kind: 'path-lost' | 'query-lost' | 'query-changed';
	readonly from: string;
	readonly to: string;
	/** What happened to the query; `null` where the path was lost. */
	readonly change: QueryChange | null;
	/** No page of the site's own could be asked beside the random path. */
	readonly uncontrolled: boolean;
}

interface Step {
	readonly from: URL;
	readonly to: URL;
	readonly hop: Hop;
	readonly walk: MatrixWalk;
}

/** What a host is, for redirects that are as they should be. */
interface Judged {
	readonly host: string;
	/** Other hosts that are judged by themselves. */
	readonly siblings: readonly string[];
	/** Only tried: sending all its visitors to one page of another host is its owner's right. */
	readonly guessed: boolean;
}

/** Hosts where one signs in for another host; they keep the way back to themselves. */
const SIGN_IN_HOST = /^(?:accounts?|auth|cas|id|identity|login|sso|sign-?in|secure)\b/;

export const SIGN_IN_PATH =
	/(?:^|[/_-])(?:auth|log-?in|sign-?in|sso|session\/new|account\/login)(?:[/_.-]|$)/i;

/** A start page in another language, which a path of this form stands for. */
const LOCALE_PATH = /^\/[a-z]{2,3}(?:[-_][a-z]{2,4})?\/?$/i;

/**
 * Every redirect of a host that loses the path or changes the query, once for each pair of hosts.
 * A random path proves a loss where it is sent to where `/` is sent, on another host or scheme, and a
 * page of the site's own fares no better; staying on one origin, it is how the site treats missing pages.
 */
export function lossesIn(matrix: RedirectMatrix, judged: Judged): readonly Loss[] {
	const found = new Map<string, Loss>();
	for (const step of matrix.walks.flatMap((walk) => stepsOf(walk, judged))) {
		const loss = pathLoss(step, matrix, judged) ?? queryLoss(step, judged);
		if (loss === null) continue;
		const key = `${loss.kind} ${pairOf(loss)}`;
		if (!found.has(key)) found.set(key, loss);
	}
	// One redirect that forgets the path forgets the query as well.
	const all = [...found.values()];
	const forgetful = new Set(all.filter(({ change }) => change === null).map(pairOf));
	return all.filter((loss) => loss.change === null || !forgetful.has(pairOf(loss)));
}

function pairOf({ from, to }: Loss): string {
	return `${new URL(from).hostname} ${new URL(to).hostname}`;
}

function stepsOf(walk: MatrixWalk, { host, siblings }: Judged): readonly Step[] {
	if (walk.chain.status !== 'known') return [];
	const { hops, end } = walk.chain.value;
	return hops.slice(0, -1).flatMap((hop, index) => {
		const next = hops[index + 1];
		if (next === undefined) return [];
		const [from, to] = [new URL(hop.url), new URL(next.url)];
		const isLast = index === hops.length - 2;
		const isOthers = from.hostname !== host && siblings.includes(from.hostname);
		const isAway = isLast && (end === 'leaves-domain' || end === 'internal');
		return isOthers || isAway ? [] : [{ from, to, hop, walk }];
	});
}

function pathLoss(step: Step, { walks }: RedirectMatrix, { guessed }: Judged): Loss | null {
	const { from, to, walk } = step;
	if (walk.path !== 'deep' || from.origin === to.origin || isPathKept(from, to)) return null;
	if (isElsewhereByRight(from, to, guessed)) return null;
	if (!startPaths(walks).has(to.pathname)) return null;
	const control = walks.find(({ path, scheme }) => path === 'known' && scheme === walk.scheme);
	if (control !== undefined && keepsItsPath(control)) return null;
	return {
		kind: 'path-lost',
		from: from.href,
		to: to.href,
		change: null,
		uncontrolled: control === undefined,
	};
}

function keepsItsPath({ url, chain }: MatrixWalk): boolean {
	if (chain.status !== 'known') return false;
	const end = chain.value.hops.at(-1)?.url;
	return end !== undefined && isPathKept(new URL(url), new URL(end));
}

/** In the path, whatever stands around it, or whole in a parameter. */
function isPathKept(from: URL, to: URL): boolean {
	const path = bareOf(from);
	return (
		isInPath(from, to) ||
		[...to.searchParams.values(), to.hash].some((value) => value.toLowerCase().includes(path))
	);
}

function isInPath(from: URL, to: URL): boolean {
	return to.pathname.toLowerCase().includes(bareOf(from));
}

function bareOf({ pathname }: URL): string {
	return pathname.replace(/\/+$/, '').toLowerCase();
}

function queryLoss({ from, to, hop, walk }: Step, judged: Judged): Loss | null {
	if (!walk.withQuery || !isSameSite(from.hostname, to.hostname)) return null;
	// A page to sign in on has the whole address in a parameter, or forgets it by right.
	if (walk.path === 'deep' && !isInPath(from, to)) return null;
	if (walk.path === 'root' && !isStartOf(from, to, judged)) return null;
	const location = hop.locations[0] ?? '';
	const got = location.includes('?') ? rawQuery(location) : to.search.slice(1);
	const change = queryChange(askedIn(from), got);
	if (change === null) return null;
	const kind = change.how === 'lost' ? 'query-lost' : 'query-changed';
	return { kind, from: from.href, to: to.href, change, uncontrolled: false };
}

/** The start page, on another host or scheme, or in another language; not a page to sign in on. */
function isStartOf(from: URL, to: URL, { guessed }: Judged): boolean {
	if (isElsewhereByRight(from, to, guessed) || SIGN_IN_PATH.test(to.pathname)) return false;
	return (
		from.origin !== to.origin || to.pathname === from.pathname || LOCALE_PATH.test(to.pathname)
	);
}

/** A host that was only tried may lead to one page of another, and every host to where one signs in. */
function isElsewhereByRight(from: URL, to: URL, guessed: boolean): boolean {
	return from.hostname !== to.hostname && (guessed || SIGN_IN_HOST.test(to.hostname));
}

/** Of the query as it arrived here, what we had asked: the site may have added its own. */
function askedIn({ search }: URL): string {
	const ours = new Set(new URLSearchParams(MATRIX_QUERY).keys());
	return search
		.slice(1)
		.split('&')
		.filter((pair) => [...new URLSearchParams(pair).keys()].some((name) => ours.has(name)))
		.join('&');
}
