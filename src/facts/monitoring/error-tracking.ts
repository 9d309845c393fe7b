import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { repositoryOperations } from '../deploy/operations.ts';
import type { Operations } from '../deploy/operations-schema.ts';
import { codePlaces, unreadCode } from '../launch/site-code.ts';
import { type SitePages, sitePages } from '../web/site-pages.ts';
import { SiteParams, sites } from '../web/sites.ts';
import {
	type BlockedIngest,
	blockedIngest,
	type ErrorTracker,
	errorTrackersIn,
} from './error-trackers.ts';

/** A tracker on one host, with the script or page that holds it. */
export interface SeenTracker extends ErrorTracker {
	readonly host: string;
	/** The page whose visitors run it. */
	readonly page: string;
	/** Where it stands. */
	readonly place: string;
	readonly blocked: BlockedIngest | null;
}

export interface ErrorTracking {
	/** Pages that were looked into; empty where no site was audited. */
	readonly hosts: readonly string[];
	readonly trackers: readonly SeenTracker[];
	/** What was not seen, in words; empty where all was. */
	readonly unseen: string;
	/** `null` without a repository, and where it could not be read. */
	readonly operations: Operations | null;
}

/** Trackers in what browsers are given on production hosts, beside what the repository has. */
export const errorTracking = defineDerivation({
	name: 'monitoring.error-tracking',
	params: SiteParams.extend({ repo: z.string().nullable() }),
	async derive({ repo, ...params }, get): Promise<Fact<ErrorTracking>> {
		const [found, operations] = await Promise.all([
			params.domain === null ? null : get(sites(params)),
			repo === null ? null : get(repositoryOperations({ root: repo })),
		]);
		if (found !== null && found.status !== 'known') return found;
		if (params.domain === null && operations !== null && operations.status !== 'known') {
			return operations;
		}
		const wanted = (found?.value ?? []).filter(
			({ context }) => context.stage === 'production' && context.kind === 'page',
		);
		const seen = await Promise.all(
			wanted.map(async ({ name, login }) => ({
				name,
				pages: await get(sitePages({ host: name, login })),
			})),
		);
		const whole = seen.flatMap(({ name, pages }) =>
			pages.status === 'known' ? [{ name, pages: pages.value }] : [],
		);
		const dark = seen.flatMap(({ pages }) => (pages.status === 'known' ? [] : [pages.detail]));
		const unread = whole.flatMap(({ pages }) => unreadCode(pages) ?? []);
		return known({
			hosts: whole.map(({ name }) => name),
			trackers: whole.flatMap(({ name, pages }) => trackersOn(name, pages)),
			unseen: [...dark, ...unread][0] ?? '',
			operations: operations?.status === 'known' ? operations.value : null,
		});
	},
});

function trackersOn(host: string, seen: SitePages): readonly SeenTracker[] {
	const [first] = seen.pages;
	if (first === undefined) return [];
	const loaded = seen.pages
		.flatMap(({ page }) => page.resources)
		.filter(({ element }) => element === 'script')
		.map(({ url }) => ({ text: url, url, words: url }));
	const found = new Map<string, SeenTracker>();
	for (const { text, url, words } of [...codePlaces(seen), ...loaded]) {
		for (const one of errorTrackersIn(text)) {
			const key = `${one.vendor} ${one.ingest} ${one.environment}`;
			if (found.has(key)) continue;
			const page = seen.pages.find((each) => each.url === url) ?? first;
			found.set(key, {
				...one,
				host,
				page: page.url,
				place: words,
				blocked: blockedIngest(one, page),
			});
		}
	}
	return [...found.values()];
}
