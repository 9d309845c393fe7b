import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type Unsettled,
} from '../../core/fact.ts';
import type { HttpOutcome } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import { httpExchange } from '../web/http.ts';
import { sitePages } from '../web/site-pages.ts';
import { exposureProbes, type Probes } from './exposure-probe.ts';
import { type Bucket, bucketOf, isBucketListing, listedObjects } from './listing.ts';

/** A bucket that gives the names of its objects to everybody. */
export interface OpenBucket {
	readonly url: string;
	/** `null` where the site’s own name stands before it. */
	readonly bucket: Pick<Bucket, 'store' | 'name'> | null;
	/** As far as the list was read (64 KiB). */
	readonly objects: number;
	/** What an object gave that nobody has put there. */
	readonly control: { readonly url: string; readonly status: number | null };
}

export interface ListingSurvey {
	readonly probes: Probes;
	readonly buckets: readonly OpenBucket[];
	/** Buckets and own hosts that were asked. */
	readonly asked: readonly string[];
	/** Why one of them was not seen; `null` where every one was. */
	readonly unseen: Pick<Extract<Unsettled, { status: 'unknown' }>, 'because' | 'detail'> | null;
}

const FOLDERS = ['/uploads/', '/assets/', '/static/', '/images/', '/backup/'] as const;
const MOST_SEEN_FOLDERS = 8;
const MOST_BUCKETS = 4;
const LISTING_BYTES = 65_536;

/**
 * Asks a host for folders that servers may list: `/`, `/uploads/` and the folder of the first file that
 * its page loads; with `deep` the other usual ones and every folder that was seen. The same, once each,
 * of buckets and other own hosts that the page itself loads from, and of no other.
 */
export const listingSurvey = defineDerivation({
	name: 'exposure.listings',
	params: z.object({
		host: z.string(),
		seed: z.string(),
		login: z.string().nullable(),
		siblings: z.array(z.string()),
		deep: z.boolean(),
	}),
	async derive({ host, seed, login, siblings, deep }, get): Promise<Fact<ListingSurvey>> {
		const pages = await get(sitePages({ host, login }));
		const loaded =
			pages.status === 'known'
				? pages.value.pages.flatMap(({ page }) => page.resources.map(({ url }) => url))
				: [];
		const paths = foldersToAsk(loaded, { host, deep });
		const probes = await get(exposureProbes({ host, seed, paths, atOnce: 4 }));
		if (probes.status !== 'known') return probes;
		const wanted = bucketsIn(loaded, { host, seed, siblings });
		const looks = await Promise.all(wanted.map((one) => lookAt(one, get)));
		return known({
			probes: probes.value,
			buckets: looks.flatMap(({ open }) => (open === null ? [] : [open])),
			asked: wanted.map(({ listing }) => listing),
			unseen: looks.find(({ unseen }) => unseen !== null)?.unseen ?? null,
		});
	},
});

/** `/` is asked for anyway, without a Range. */
function foldersToAsk(
	loaded: readonly string[],
	{ host, deep }: { host: string; deep: boolean },
): string[] {
	const seen = loaded.filter((url) => hostOf(url) === host).flatMap(foldersOf);
	if (!deep) return ['/', FOLDERS[0], seen.find((one) => one !== FOLDERS[0]) ?? FOLDERS[1]];
	return [...new Set(['/', ...FOLDERS, ...new Set(seen.slice(0, MOST_SEEN_FOLDERS))])];
}

/** `/a/b/c.js` → `/a/`, `/a/b/`. */
function foldersOf(url: string): readonly string[] {
	const parts = new URL(url).pathname.split('/').slice(1, -1);
	return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}/`);
}

function hostOf(url: string): string | null {
	return /^https?:/.test(url) && URL.canParse(url) ? new URL(url).hostname : null;
}

type Wanted = Pick<Bucket, 'listing' | 'control'> & { readonly bucket: Bucket | null };

function bucketsIn(
	loaded: readonly string[],
	{ host, seed, siblings }: { host: string; seed: string; siblings: readonly string[] },
): readonly Wanted[] {
	const domain = registrableOf(host) ?? host;
	const found = new Map<string, Wanted>();
	for (const url of loaded) {
		const bucket = bucketOf(url, seed);
		const name = hostOf(url);
		if (bucket !== null) found.set(bucket.listing, { ...bucket, bucket });
		else if (name !== null && name !== host && isWithin(name, domain) && !siblings.includes(name)) {
			const listing = `https://${name}/`;
			found.set(listing, { listing, control: `${listing}lr-${seed}`, bucket: null });
		}
	}
	return [...found.values()].slice(0, MOST_BUCKETS);
}

interface Look {
	readonly open: OpenBucket | null;
	readonly unseen: ListingSurvey['unseen'];
}

async function lookAt({ listing, control, bucket }: Wanted, get: GetFact): Promise<Look> {
	const ask = (url: string) =>
		get(httpExchange({ url, maxBytes: LISTING_BYTES, ...(bucket && { thirdParty: true }) }));
	const exchange = await ask(listing);
	if (exchange.status === 'unknown') {
		return { open: null, unseen: { because: exchange.because, detail: exchange.detail } };
	}
	// A store whose name is gone lists nothing; one that keeps silent may list to others.
	if (exchange.status === 'known' && isSilent(exchange.value)) {
		return { open: null, unseen: { because: 'timeout', detail: `${listing} does not answer` } };
	}
	const bytes = contentOf(exchange);
	if (bytes === null || !isBucketListing(bytes)) return { open: null, unseen: null };
	const without = await ask(control);
	const other = contentOf(without);
	if (other !== null && isBucketListing(other)) return { open: null, unseen: null };
	const status =
		without.status === 'known' && without.value.kind === 'answered' ? without.value.status : null;
	const open = {
		url: listing,
		bucket,
		objects: listedObjects(bytes),
		control: { url: control, status },
	};
	return { open, unseen: null };
}

function isSilent(outcome: HttpOutcome): boolean {
	return outcome.kind === 'failed' && outcome.how === 'silent';
}

function contentOf(exchange: Fact<HttpOutcome>): string | null {
	if (exchange.status !== 'known' || exchange.value.kind !== 'answered') return null;
	const { status, body } = exchange.value;
	return status === 200 || status === 206 ? body.bytes : null;
}
