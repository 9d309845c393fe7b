import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { botWall } from './bot-wall.ts';
import { enforcedPolicies } from './csp.ts';
import type { Page } from './html.ts';
import { fieldValues } from './http.ts';
import { countingHashes } from './integrity.ts';
import { readLocation } from './location.ts';
import { isMovingScript } from './moving-scripts.ts';
import { isRedirect, isSameSite } from './redirects.ts';
import { type SeenPage, type SitePages, sitePages } from './site-pages.ts';
import { strangerExchange } from './stranger.ts';

/** A script or style sheet that a page names by a URL of another origin, or with a hash. */
export interface PinnedFile {
	readonly element: 'script' | 'style';
	/** What browsers ask for. */
	readonly url: string;
	/** As the page has it. */
	readonly href: string;
	/** The page that names it. */
	readonly page: string;
	/** `site`: another host of the same registrable domain. */
	readonly from: 'origin' | 'site' | 'stranger';
	readonly integrity: string | null;
	readonly crossorigin: string | null;
	/** It is fetched with CORS whatever the attribute says. */
	readonly isModule: boolean;
	/** Its maker changes it under the same address. */
	readonly isMoving: boolean;
	/** The policy of the page turns http: into https:. */
	readonly isUpgraded: boolean;
	/** `null` where it was not seen, or nobody needed to. */
	readonly answer: HttpAnswered | null;
	/** Why it was not seen. */
	readonly unseen: string | null;
}

/** Of strangers, for each site; pages rarely pin more. */
const MOST_STRANGERS = 12;
const FILE_BYTES = 4_194_304;
const MOST_HOPS = 3;

/**
 * The scripts of a site's pages that strangers serve, and everything that they pin by a hash. Strangers'
 * files are asked for once, where there is a hash to compare or one to offer: at most 12 of 4 MiB.
 */
export const pinnedFiles = defineDerivation({
	name: 'site.pinned-files',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<readonly PinnedFile[]>> {
		const seen = await get(sitePages({ host, login }));
		if (seen.status !== 'known') return seen;
		const named = seen.value.pages.flatMap(filesOf);
		const files = [...new Map(named.map((one) => [keyOf(one), one])).values()];
		const wanted = files.filter(isWorthAsking).map(({ url }) => url);
		const asked = new Set([...new Set(wanted)].slice(0, MOST_STRANGERS));
		return known(
			await Promise.all(
				files.map(async (file): Promise<PinnedFile> => {
					const own = ownAnswer(file, seen.value);
					if (own !== null) return { ...file, ...own };
					if (!isWorthAsking(file)) return { ...file, answer: null, unseen: null };
					if (!asked.has(file.url)) {
						const unseen = `no more than ${MOST_STRANGERS} files of other companies are asked for`;
						return { ...file, answer: null, unseen };
					}
					return { ...file, ...(await answerOf(file.url, host, get)) };
				}),
			),
		);
	},
});

type Named = Omit<PinnedFile, 'answer' | 'unseen'>;
type Answered = Pick<PinnedFile, 'answer' | 'unseen'>;
type Resource = Page['resources'][number];

function keyOf({ element, href, integrity, crossorigin, page }: Named): string {
	return JSON.stringify([element, href, integrity, crossorigin, page]);
}

/** JavaScript's media types and modules: nothing else is loaded by a script element. */
const SCRIPT_TYPE = /^\s*(?:|module|(?:application|text)\/(?:x-)?(?:ecma|java|j)script)\s*$/i;

function filesOf({ page, url, answer }: SeenPage): readonly Named[] {
	const isUpgraded = enforcedPolicies(answer).some(({ directives }) =>
		directives.has('upgrade-insecure-requests'),
	);
	return page.resources.flatMap((resource): readonly Named[] => {
		const element = elementOf(resource);
		if (element === null || !/^https?:/.test(resource.url)) return [];
		const from = fromOf(resource.url, url);
		const isPinned = countingHashes(resource.integrity).length > 0;
		if (!isPinned && (from !== 'stranger' || element === 'style')) return [];
		return [
			{
				element,
				url: resource.url,
				href: resource.href.trim(),
				page: url,
				from,
				integrity: resource.integrity,
				crossorigin: resource.crossorigin,
				isModule: element === 'script' && /^\s*module\s*$/i.test(resource.type ?? ''),
				isMoving: isMovingScript(resource.url),
				isUpgraded,
			},
		];
	});
}

function elementOf({ element, type, inert }: Resource): PinnedFile['element'] | null {
	if (inert === true) return null;
	if (element === 'link stylesheet') return 'style';
	return element === 'script' && SCRIPT_TYPE.test(type ?? '') ? 'script' : null;
}

function fromOf(url: string, page: string): PinnedFile['from'] {
	const [file, here] = [new URL(url), new URL(page)];
	if (file.origin === here.origin) return 'origin';
	return isSameSite(file.hostname, here.hostname) ? 'site' : 'stranger';
}

/** A hash to compare, or one to offer. Files by http: are never loaded on an HTTPS page. */
function isWorthAsking({ url, integrity, isMoving, from }: Named): boolean {
	if (!url.startsWith('https:')) return false;
	if (countingHashes(integrity).length > 0) return true;
	return from === 'stranger' && !isMoving;
}

function ownAnswer({ url, from }: Named, { assets }: SitePages): Answered | null {
	if (from === 'stranger') return null;
	const answer = assets.find((one) => one.url === url)?.answer ?? null;
	return answer?.status === 200 ? { answer, unseen: null } : null;
}

/** Integrity is of what the redirects end in. */
async function answerOf(start: string, home: string, get: GetFact): Promise<Answered> {
	let url = start;
	for (let hops = 0; hops <= MOST_HOPS; hops += 1) {
		const fact = await get(strangerExchange({ url, home, maxBytes: FILE_BYTES, digests: true }));
		if (fact.status !== 'known') return { answer: null, unseen: fact.detail };
		const outcome = fact.value;
		if (outcome.kind === 'failed') return { answer: null, unseen: outcome.detail };
		if (!isRedirect(outcome.status)) return seenAs(outcome);
		const next = readLocation(fieldValues(outcome, 'location')[0] ?? '', url).url;
		if (next === null || !next.startsWith('https:')) break;
		url = next;
	}
	return { answer: null, unseen: 'its redirects end in no file' };
}

function seenAs(answer: HttpAnswered): Answered {
	const wall = botWall(answer);
	if (wall !== null) return { answer: null, unseen: wall };
	if (answer.status !== 200) return { answer: null, unseen: `it answers ${answer.status}` };
	return { answer, unseen: null };
}
