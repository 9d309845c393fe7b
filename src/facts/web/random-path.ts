import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { type ChainReport, chainReport } from './chain-report.ts';
import { pageIn } from './html.ts';

/** What two pages are compared by. */
export interface PageSketch {
	/** Of the body as it came. */
	readonly sha256: string;
	/** Of the body, in bytes, as far as it was read. */
	readonly length: number;
	/** Its words, as `words`; `null` where there is none. */
	readonly title: string | null;
	/** Of the visible text, without those with digits and those of the path asked. */
	readonly words: readonly string[];
	/** Paths of what it loads, without their query. */
	readonly resources: readonly string[];
}

/** What a path gave that nobody can have published. */
export interface RandomPath {
	readonly url: string;
	readonly report: ChainReport;
	/** Of the last hop; `null` where none came. */
	readonly status: number | null;
	readonly sketch: PageSketch | null;
	/** A gatekeeper answered instead of the site. */
	readonly denied: string | null;
}

/** The path that redirects are tried on: two segments, so that a lost second one shows. */
export function randomPathOf(seed: string): string {
	return `/lr-${seed}/deep`;
}

/**
 * The control for everything that a site might say of a missing page: a random path by GET, followed to
 * its end. `in` is a folder and an ending, for sites whose parts are answered by different programs.
 */
export const randomPath = defineDerivation({
	name: 'http.random-path',
	params: z.object({
		origin: z.string(),
		seed: z.string(),
		/** Instead of the path that redirects are tried on. */
		path: z.string().optional(),
		owned: z.array(z.string()).optional(),
	}),
	async derive({ origin, seed, path, owned }, get): Promise<Fact<RandomPath>> {
		const url = `${origin}${path ?? randomPathOf(seed)}`;
		const report = await get(chainReport({ url, ...(owned && { owned }) }));
		if (report.status !== 'known') return report;
		const { answer, chain } = report.value;
		const last = chain.hops.at(-1)?.url ?? url;
		return known({
			url,
			report: report.value,
			status: answer?.status ?? null,
			sketch: answer === null ? null : sketchOf(answer, last),
			denied: answer === null ? null : botWall(answer),
		});
	},
});

export function sketchOf(answer: HttpAnswered, url: string): PageSketch {
	const page = pageIn(answer, url);
	const { sha256, bytes } = answer.body;
	return {
		sha256,
		length: bytes.length,
		title: page?.title == null ? null : wordsIn(page.title, url).join(' '),
		words: page === null ? [] : wordsIn(page.text, url),
		resources:
			page === null
				? []
				: [...new Set(page.resources.map((one) => new URL(one.url).pathname))].sort(),
	};
}

/** Ids and dates stand in words with digits, and a page for missing pages repeats what was asked. */
function wordsIn(text: string, url: string): readonly string[] {
	const asked = new Set(split(new URL(url).pathname));
	return split(text).filter((word) => !/\p{N}/u.test(word) && !asked.has(word));
}

function split(text: string): readonly string[] {
	return text
		.toLowerCase()
		.split(/[^\p{L}\p{N}-]+/u)
		.filter((word) => word !== '');
}

/** Two pages whose words differ in more than this share are two pages. */
const LEAST_SHARED = 0.95;

/**
 * Whether two answers are one page to a visitor: equal bytes, or the same title, the same resources and
 * nearly the same words. In whatever language they are, as both come from the same site.
 */
export function isSamePage(a: PageSketch, b: PageSketch): boolean {
	if (a.sha256 === b.sha256) return true;
	if (a.title === null || a.title !== b.title) return false;
	if (a.resources.join(' ') !== b.resources.join(' ')) return false;
	return sharedWords(a.words, b.words) >= LEAST_SHARED;
}

/** Sørensen–Dice over bags of words; 1 where neither has any. */
function sharedWords(a: readonly string[], b: readonly string[]): number {
	if (a.length + b.length === 0) return 1;
	const left = new Map<string, number>();
	for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
	let shared = 0;
	for (const word of b) {
		const count = left.get(word) ?? 0;
		if (count === 0) continue;
		shared += 1;
		left.set(word, count - 1);
	}
	return (2 * shared) / (a.length + b.length);
}

/** What the start page of an origin shows; `null` where it was not seen. */
export async function startPageOf(
	origin: string,
	owned: readonly string[],
	get: GetFact,
): Promise<{ readonly url: string; readonly sketch: PageSketch } | null> {
	const report = await get(chainReport({ url: `${origin}/`, owned: [...owned] }));
	if (report.status !== 'known' || report.value.answer === null) return null;
	const url = report.value.chain.hops.at(-1)?.url ?? `${origin}/`;
	return { url, sketch: sketchOf(report.value.answer, url) };
}
