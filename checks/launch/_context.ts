import { isApiName, type Site } from '../../src/sdk.ts';

/** What people call hosts that are not for everybody. */
const STAFF =
	/^(?:admin|backoffice|back-office|console|grafana|internal|intranet|jenkins|kibana|manage|metabase|private|staff|vpn)\b/;
/** What they call hosts whose pages stand behind a sign-in. */
const SIGNED_IN =
	/^(?:account|accounts|app|auth|cms|dashboard|id|login|members|my|panel|portal|sso|studio)\b/;

/**
 * `launch`: everybody is to come in. `app`: behind the product's own sign-in. `staff`: not for customers.
 * `api`: for programs.
 */
export type Purpose = 'launch' | 'app' | 'staff' | 'api';

/**
 * By the name, and by what `/` gives. A registrable domain is for everybody, and so is the audited name, unless
 * its first page asks to sign in.
 */
export function purposeOf(site: Pick<Site, 'name' | 'apex' | 'isBase' | 'context'>): Purpose {
	const { name, apex, isBase, context } = site;
	if (isApiName(name)) return 'api';
	if (isBase) return 'launch';
	if (name !== apex && STAFF.test(name)) return 'staff';
	if (SIGNED_IN.test(name) && (name !== apex || context.forms === 'yes')) return 'app';
	return 'launch';
}

/** Why a host is no place for search engines; `null` where it is one. */
export function notForSearch(site: Site): string | null {
	const { name, context } = site;
	if (context.kind === 'redirect') return `${name} only leads to another host.`;
	if (context.kind === 'api' || context.kind === 'file') return `${name} serves no pages.`;
	return NOT_FOR_SEARCH[purposeOf(site)];
}

const NOT_FOR_SEARCH: Readonly<Record<Purpose, string | null>> = {
	launch: null,
	app: 'It stands behind a sign-in, where search engines have nothing to find.',
	staff: 'It is not for the public.',
	api: 'An API has nothing for search engines.',
};
