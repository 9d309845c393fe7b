import {
	type ChainReport,
	type Fact,
	isTarget,
	type OldUrlSurvey,
	type OldUrlWalk,
	type OldUrlWay,
	type RedirectChain,
	withoutSlash,
} from '../../src/sdk.ts';
import { deadEnd, failsLikeHome, ownerOfEnd } from './_ends.ts';

type FaultKind =
	| 'not-found'
	| 'server-error'
	| 'soft-not-found'
	| 'sent-home'
	| 'wrong-target'
	| 'chained';

/** What is wrong with one line: the gravest thing alone. */
export interface OldUrlFault {
	readonly kind: FaultKind;
	readonly line: number;
	readonly url: string;
	/** Where the visitor ends. */
	readonly end: string;
	/** What becomes of the visitor, as the end of a sentence. */
	readonly how: string;
	/** The line's second column. */
	readonly target: string | null;
	readonly redirects: number;
}

/** A line of which nothing can be said. */
export interface OldUrlDoubt {
	readonly line: number;
	readonly url: string;
	readonly because: Extract<OldUrlWay, { kind: 'unasked' }>['because'];
	readonly detail: string;
	/** The host whose own check owns the cause; `null` where there is none. */
	readonly owner: { readonly check: string; readonly subject: string } | null;
}

export interface Read {
	readonly faults: readonly OldUrlFault[];
	readonly doubts: readonly OldUrlDoubt[];
	/** Lines that lead where they should. */
	readonly good: number;
}

/** Two and more unrelated lines that end on the start page are no map but a rule. */
const FEWEST_SENT_HOME = 2;

type Walked = Extract<OldUrlWay, { kind: 'walked' }>;

/** What checks of their own judge. */
interface Known {
	readonly hosts: readonly string[];
	/** From the audited name's start page. */
	readonly home: Fact<ChainReport>;
}

/** Every line of the list: a fault, a doubt, or good. */
export function readSurvey({ walks, everythingGoesHome }: OldUrlSurvey, about: Known): Read {
	const doubts: OldUrlDoubt[] = [];
	const faults: OldUrlFault[] = [];
	let good = 0;
	for (const one of walks) {
		const read = readLine(one, about);
		if (read === null) good += 1;
		else if ('kind' in read) faults.push(read);
		else doubts.push(read);
	}
	const home = faults.filter(({ kind }) => kind === 'sent-home');
	const isRule = home.length >= FEWEST_SENT_HOME || everythingGoesHome;
	return isRule
		? { faults, doubts, good }
		: {
				faults: faults.filter(({ kind }) => kind !== 'sent-home'),
				doubts,
				good: good + home.length,
			};
}

function readLine(one: OldUrlWalk, about: Known): OldUrlFault | OldUrlDoubt | null {
	const { walk, line, url } = one;
	if (walk.kind === 'unasked') {
		const { because, detail } = walk;
		return { line, url, because, detail, owner: null };
	}
	return doubtOf(one, walk, about) ?? faultOf(one, walk);
}

function doubtOf(
	{ line, url }: OldUrlWalk,
	walk: Walked,
	{ hosts, home }: Known,
): OldUrlDoubt | null {
	const { chain, denied, isUnsure } = walk;
	const last = chain.hops.at(-1);
	const end = last?.url ?? url;
	const doubt = (reason: 'denied' | 'timeout' | 'inconclusive', detail: string) => {
		return { line, url, because: reason, detail, owner: null };
	};
	if (isUnsure) return doubt('timeout', `${end} does not answer`);
	if (denied !== null) return doubt('denied', `${end}: ${denied}`);
	if (last?.status === 403 || last?.status === 429) {
		return doubt('denied', `${end} answers ${last.status}, perhaps only to us`);
	}
	const atHome = { check: 'redirects/chain', subject: hosts[0] ?? '' };
	const owner = ownerOfEnd(chain, hosts) ?? (failsLikeHome(chain, home) ? atHome : null);
	if (owner !== null) {
		const detail = `${url} fails like the start page of ${owner.subject}`;
		return { line, url, because: 'inconclusive', detail, owner };
	}
	return walk.likeRandom === 'everything-is' && !walk.isHome
		? doubt('inconclusive', `${end} answers every path with the same page, missing ones too`)
		: null;
}

function faultOf(one: OldUrlWalk, walk: Walked): OldUrlFault | null {
	const { line, url, target } = one;
	const { chain } = walk;
	const end = chain.hops.at(-1)?.url ?? url;
	const redirects = redirectsOf(chain);
	const fault = (kind: FaultKind, how: string) => {
		return { kind, line, url, end, how, target, redirects };
	};
	const broken = walk.isCured ? null : deadEnd(chain);
	if (broken !== null) return fault('server-error', broken);
	const status = chain.hops.at(-1)?.status ?? 0;
	if (status >= 500) return fault('server-error', `answers ${status}`);
	// A password prompt stands before a page that is there.
	if (status >= 400 && status !== 401) return fault('not-found', `answers ${status}`);
	const isAsked = target !== null && isReached(end, walk, target);
	if (target !== null && !isAsked) return fault('wrong-target', `leads to ${end}`);
	if (walk.isHome && !isAsked && !isHomePath(url)) {
		return fault('sent-home', 'leads to the start page');
	}
	if (walk.likeRandom === 'yes' && !walk.isHome) {
		return fault('soft-not-found', `answers ${status} with the page for missing pages`);
	}
	return redirects > 1 ? fault('chained', `takes ${redirects} redirects`) : null;
}

/** A target may itself be sent on, to where the old URL ended as well. */
function isReached(end: string, { targetEnd }: Walked, target: string): boolean {
	return isTarget(end, target) || (targetEnd !== null && isTarget(end, targetEnd));
}

/**
 * How many redirects there were that the list's owner could have spared: plain HTTP to HTTPS of the
 * same address comes first by right (the preload list asks for it).
 */
function redirectsOf({ hops }: RedirectChain): number {
	const [first, second] = hops;
	const isUpgrade =
		first !== undefined && second?.url === first.url.replace(/^http:/, 'https:') && hops.length > 2;
	return hops.length - 1 - (isUpgrade ? 1 : 0);
}

/** What a start page was called, in old sites too. */
function isHomePath(url: string): boolean {
	const path = withoutSlash(new URL(url).pathname);
	return (
		path === '' ||
		/^\/(?:(?:default|home|index|start)(?:\.[a-z]{2,5})?|[a-z]{2}(?:[-_][a-z]{2})?)$/i.test(path)
	);
}
