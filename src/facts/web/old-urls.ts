import path from 'node:path';
import { z } from 'zod';
import { atOnce } from '../../core/at-once.ts';
import {
	defineDerivation,
	defineProbe,
	type Fact,
	type GetFact,
	known,
	type Unsettled,
} from '../../core/fact.ts';
import { OLD_URL_REQUESTS } from '../../core/old-url-budget.ts';
import type { Target } from '../../core/target.ts';
import { isWithin } from '../dns/ancestry.ts';
import { botWall } from './bot-wall.ts';
import { chainReport } from './chain-report.ts';
import { type OldUrl, type OldUrlList, readOldUrls, type UnreadLine } from './old-url-list.ts';
import { isSamePage, type PageSketch, randomPath, sketchOf, startPageOf } from './random-path.ts';
import type { RedirectChain } from './redirects.ts';

/** Far longer lists than can be asked. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Lines walked side by side; as many as an address is given connections. */
const AT_ONCE = 6;

/** Parts of a site that get a random path of their own. */
const MOST_CONTROLS = 12;

/**
 * The list of old URLs that the user named, as text. Nothing is sent. UTF-8, or UTF-16 with a byte
 * order mark as spreadsheets write it.
 */
const oldUrlFile = defineProbe({
	name: 'file.old-urls',
	params: z.object({ path: z.string() }),
	value: z.string(),
	async observe(params, io) {
		const { dir, base } = path.parse(params.path);
		return decoded(Buffer.from(await io.files.read(dir, base, MOST_BYTES), 'latin1'));
	},
	describe: (params, text) => ({
		kind: 'file',
		summary: `${path.basename(params.path)}: ${text.split('\n').length} lines`,
		detail: '',
	}),
	plan: () => null,
	assume: () => '',
});

/** The list, line by line; empty where the user named none. */
export const oldUrlList = defineDerivation({
	name: 'old-urls.list',
	params: z.object({ path: z.string().nullable(), domain: z.string(), owned: z.array(z.string()) }),
	async derive({ path: file, domain, owned }, get): Promise<Fact<OldUrlList>> {
		if (file === null) return known({ urls: [], unread: [] });
		const text = await get(oldUrlFile({ path: file }));
		if (text.status !== 'known') return text;
		return known(readList(text.value, { file, domain, owned }));
	},
});

function readList(
	text: string,
	{ file, domain, owned }: { file: string; domain: string; owned: readonly string[] },
): OldUrlList {
	const format = /\.csv$/i.test(file) ? 'csv' : 'txt';
	return readOldUrls(text, { format, base: `https://${domain}/`, owned });
}

/** The URLs of the list that was read, where one was; empty without. */
export function oldUrlsIn(
	observed: readonly {
		readonly probe: string;
		readonly params: unknown;
		readonly value: unknown;
	}[],
	{ domain, registrable, oldDomains }: Pick<Target, 'domain' | 'registrable' | 'oldDomains'>,
): ReadonlySet<string> {
	const read = observed.find(({ probe }) => probe === 'file.old-urls');
	if (read === undefined || domain === null) return new Set();
	const { path: file } = read.params as { readonly path: string };
	const owned = [registrable ?? domain, ...oldDomains];
	const { urls } = readList(read.value as string, { file, domain, owned });
	return new Set(urls.map(({ url }) => url));
}

/** What came of one old URL. */
export interface OldUrlWalk extends OldUrl {
	readonly walk: Walk;
}

export type Walk =
	| {
			readonly kind: 'unasked';
			readonly because: Extract<Unsettled, { status: 'unknown' }>['because'];
			readonly detail: string;
	  }
	| {
			readonly kind: 'walked';
			readonly chain: RedirectChain;
			/** With cookies it is no circle. */
			readonly isCured: boolean;
			/** A silence that may be our network's. */
			readonly isUnsure: boolean;
			/** A gatekeeper's answer came at the end. */
			readonly denied: string | null;
			/** The end is the start page. */
			readonly isHome: boolean;
			/** The page at the end beside the one that a random path there gives. */
			readonly likeRandom: 'yes' | 'no' | 'everything-is';
			/** Where the line's target ends itself, where that is not where the URL ended. */
			readonly targetEnd: string | null;
	  };

export interface OldUrlSurvey {
	/** Without its folder. */
	readonly file: string;
	readonly walks: readonly OldUrlWalk[];
	readonly unread: readonly UnreadLine[];
	/** A random path is sent to the start page too. */
	readonly everythingGoesHome: boolean;
}

/**
 * Every line of the list, followed to its end by GET in the order of the file, until `OLD_URL_REQUESTS`
 * hops were made; the lines after that are not asked. An end with 200 costs a random path in the same
 * part of the site once, and a target that was missed one more walk.
 */
export const oldUrlSurvey = defineDerivation({
	name: 'old-urls.survey',
	params: z.object({
		path: z.string(),
		domain: z.string(),
		owned: z.array(z.string()),
		seed: z.string(),
	}),
	async derive({ seed, ...list }, get): Promise<Fact<OldUrlSurvey>> {
		const read = await get(oldUrlList(list));
		if (read.status !== 'known') return read;
		const { urls, unread } = read.value;
		const site = new Controls({ ...list, seed }, get);
		const walks: OldUrlWalk[] = [];
		let hops = 0;
		for (let at = 0; at < urls.length; at += AT_ONCE) {
			const batch = urls.slice(at, at + AT_ONCE);
			if (hops >= OLD_URL_REQUESTS) {
				walks.push(...urls.slice(at).map((one) => ({ ...one, walk: BEYOND_BUDGET })));
				break;
			}
			const walked = await atOnce(AT_ONCE, batch, (one) => walkOf(one, list.owned, site, get));
			hops += walked.reduce((sum, { cost }) => sum + cost, 0);
			walks.push(...walked.map(({ walk }, index) => ({ ...(batch[index] as OldUrl), walk })));
		}
		const everythingGoesHome = urls.length > 0 && (await site.goesHome(`https://${list.domain}`));
		return known({ file: path.basename(list.path), walks, unread, everythingGoesHome });
	},
});

const BEYOND_BUDGET: Walk = {
	kind: 'unasked',
	because: 'budget',
	detail: `a list of old URLs gets ${OLD_URL_REQUESTS} requests`,
};

async function walkOf(
	{ url, target }: OldUrl,
	owned: readonly string[],
	site: Controls,
	get: GetFact,
): Promise<{ walk: Walk; cost: number }> {
	const report = await get(chainReport({ url, owned: [...owned] }));
	if (report.status !== 'known') return { walk: unasked(report), cost: 1 };
	const { chain, withCookies, answer, unsureSilence } = report.value;
	const cost = chain.hops.length + (withCookies?.hops.length ?? 0);
	const end = chain.hops.at(-1)?.url ?? url;
	const isPage = chain.end === 'settled' && answer?.status === 200;
	const denied = answer === null ? null : botWall(answer);
	const sketch = isPage && denied === null ? sketchOf(answer, end) : null;
	const walk: Walk = {
		kind: 'walked',
		chain,
		isCured: withCookies !== null && withCookies.end === 'settled',
		isUnsure: unsureSilence,
		denied,
		isHome: isPage && (await site.isHome(end)),
		likeRandom: sketch === null ? 'no' : await site.likeRandom(end, sketch),
		targetEnd: target === null || isTarget(end, target) ? null : await endOf(target, owned, get),
	};
	return { walk, cost };
}

function unasked(fact: Unsettled): Walk {
	return fact.status === 'unknown'
		? { kind: 'unasked', because: fact.because, detail: fact.detail }
		: { kind: 'unasked', because: 'inconclusive', detail: fact.detail };
}

async function endOf(
	target: string,
	owned: readonly string[],
	get: GetFact,
): Promise<string | null> {
	const { hostname } = new URL(target);
	if (!owned.some((domain) => isWithin(hostname, domain))) return null;
	const report = await get(chainReport({ url: target, owned: [...owned] }));
	return report.status === 'known' ? (report.value.chain.hops.at(-1)?.url ?? null) : null;
}

/**
 * Whether an end is what was asked for: host, path and, where the target has one, query. A final slash
 * is the server's choice.
 */
export function isTarget(end: string, target: string): boolean {
	const [is, should] = [new URL(end), new URL(target)];
	return (
		is.hostname === should.hostname &&
		withoutSlash(is.pathname) === withoutSlash(should.pathname) &&
		(should.search === '' || is.search === should.search)
	);
}

export function withoutSlash(pathname: string): string {
	return pathname.replace(/\/+$/, '');
}

// ── Controls ─────────────────────────────────────────────────────────────────────────────────────

interface About {
	readonly owned: readonly string[];
	readonly seed: string;
}

/** Start pages and random paths of the hosts where old URLs end, each asked once. */
class Controls {
	readonly #about: About;
	readonly #get: GetFact;
	readonly #paths = new Set<string>();

	constructor(about: About, get: GetFact) {
		this.#about = about;
		this.#get = get;
	}

	async isHome(end: string): Promise<boolean> {
		const { origin, pathname } = new URL(end);
		if (pathname === '/') return true;
		const start = await startPageOf(origin, this.#about.owned, this.#get);
		return start !== null && new URL(start.url).pathname === pathname;
	}

	async likeRandom(
		end: string,
		sketch: PageSketch,
	): Promise<Extract<Walk, { kind: 'walked' }>['likeRandom']> {
		const { origin } = new URL(end);
		const start = await startPageOf(origin, this.#about.owned, this.#get);
		for (const path of this.#controlPaths(end)) {
			const control = await this.#random(origin, path);
			if (control?.sketch == null || control.status !== 200 || control.denied !== null) continue;
			if (!isSamePage(control.sketch, sketch)) continue;
			const isShell = start !== null && isSamePage(start.sketch, control.sketch);
			return isShell ? 'everything-is' : 'yes';
		}
		return 'no';
	}

	/** Only to the start page as it is reached without being asked for. */
	async goesHome(origin: string): Promise<boolean> {
		const control = await this.#random(origin);
		const hops = control?.report.chain.hops ?? [];
		const last = hops.at(-1)?.url;
		if (last === undefined || hops.length < 2 || control?.status !== 200) return false;
		return this.isHome(last);
	}

	/** The random path of redirects, and one in the same folder and with the same ending. */
	#controlPaths(end: string): readonly (string | undefined)[] {
		const { origin, pathname } = new URL(end);
		const [, folder = '', ...rest] = pathname.split('/');
		const ending = /\.[a-z]{2,5}$/i.exec(pathname)?.[0] ?? '';
		if (rest.length === 0 && ending === '') return [undefined];
		const base = rest.length === 0 ? '' : `/${folder}`;
		const path = `${base}/lr-${this.#about.seed}${ending}`;
		const key = `${origin}${path}`;
		if (!this.#paths.has(key) && this.#paths.size >= MOST_CONTROLS) return [undefined];
		this.#paths.add(key);
		return [undefined, path];
	}

	async #random(origin: string, path?: string) {
		const { seed, owned } = this.#about;
		const asked = { origin, seed, owned: [...owned], ...(path !== undefined && { path }) };
		const control = await this.#get(randomPath(asked));
		return control.status === 'known' ? control.value : null;
	}
}

function decoded(bytes: Buffer): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
	return bytes.toString('utf8');
}
