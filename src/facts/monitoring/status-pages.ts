import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { type Addresses, addressesOf } from '../dns/dns.ts';
import { controlName, isOfItsOwn, wildcardAnswer } from '../hosts.ts';
import { botWall } from '../web/bot-wall.ts';
import { fieldValues, httpExchange, isSilence, isTheirSilence } from '../web/http.ts';
import { sitePages } from '../web/site-pages.ts';
import { SiteParams, sites } from '../web/sites.ts';

/** A page that tells customers what is down. */
export interface StatusPage {
	readonly url: string;
	readonly host: string;
	/** A page of the site links to it, or the usual name exists. */
	readonly by: 'link' | 'name';
	/** Whoever hosts it, by its alias or its name; empty where nothing tells. */
	readonly provider: string;
	/** Addresses that the site has too. */
	readonly shared: readonly string[];
	/** A content network answers for both: their addresses say nothing of what is behind. */
	readonly isBehindEdge: boolean;
	/** How it failed twice, in words; empty where it did not, and where it is another party's. */
	readonly failure: string;
}

export interface StatusPages {
	readonly pages: readonly StatusPage[];
	/** Hosts whose pages were looked at for links. */
	readonly looked: readonly string[];
	/** Why links were not seen; empty where they were. */
	readonly unseen: string;
}

/** Who hosts status pages, by what their names end in. */
const PROVIDERS: readonly (readonly [name: RegExp, provider: string])[] = [
	[/(?:^|\.)(?:statuspage\.io|stspg-customer\.com)$/, 'Statuspage'],
	[/(?:^|\.)(?:betteruptime\.com|betterstack\.com|betteruptime\.io)$/, 'Better Stack'],
	[/(?:^|\.)instatus\.com$/, 'Instatus'],
	[/(?:^|\.)(?:uptimerobot\.com|stats\.uptimerobot\.com)$/, 'UptimeRobot'],
	[/(?:^|\.)(?:hyperping\.(?:io|app))$/, 'Hyperping'],
	[/(?:^|\.)status\.io$/, 'Status.io'],
	[/(?:^|\.)(?:statuspal\.(?:io|eu))$/, 'Statuspal'],
	[/(?:^|\.)(?:hund\.io|hund-ssl\.com)$/, 'Hund'],
	[/(?:^|\.)(?:sorryapp\.com)$/, 'Sorry'],
	[/(?:^|\.)(?:statuscast\.com)$/, 'StatusCast'],
	[/(?:^|\.)(?:incident\.io|statuspage\.incident\.io)$/, 'incident.io'],
	[/(?:^|\.)(?:ohdear\.app)$/, 'Oh Dear'],
	[/(?:^|\.)(?:openstatus\.dev)$/, 'OpenStatus'],
	[/(?:^|\.)(?:checkly(?:hq)?(?:-status)?(?:-dashboards)?\.com)$/, 'Checkly'],
	[
		/(?:^|\.)(?:statusgator\.com|cachethq\.io|freshstatus\.io|pingdom\.com|cronitorstatus\.com|onlineornot\.com|updown\.io)$/,
		'a status service',
	],
	[/(?:^|\.)github\.io$/, 'GitHub Pages'],
];

/** Label of hosts that are nothing else. */
const STATUS_LABEL = /^(?:status|uptime|stats|health)\./;
const STATUS_PATH = /^\/(?:system-?)?status\/?$/i;
const MOST = 3;

/**
 * The name `status` below the audited domain, if it has a record of its own, and links of the site's pages
 * that lead to a status page. Only hosts of the domain are asked: one GET, and a second where that failed.
 */
export const statusPages = defineDerivation({
	name: 'monitoring.status-pages',
	params: SiteParams,
	async derive(params, get): Promise<Fact<StatusPages>> {
		const { domain, seed } = params;
		const own = params.registrable ?? domain;
		if (domain === null || own === null) return known({ pages: [], looked: [], unseen: '' });
		const found = await get(sites(params));
		if (found.status !== 'known') return found;
		const wanted = found.value.filter(
			({ context }) => context.stage === 'production' && context.kind === 'page',
		);
		const seen = await Promise.all(
			wanted.map(async ({ name, login }) => ({
				name,
				pages: await get(sitePages({ host: name, login })),
			})),
		);
		const links = seen.flatMap(({ pages }) =>
			pages.status === 'known' ? pages.value.pages.flatMap(({ page }) => page.links) : [],
		);
		const dark = seen.flatMap(({ pages }) => (pages.status === 'known' ? [] : [pages.detail]));
		const linked = links.filter((url) => leadsToStatus(url, own));
		const named = await ownName(`status.${own}`, { own, seed }, get);
		const urls = new Map<string, StatusPage['by']>();
		for (const url of linked) urls.set(pageKey(url), 'link');
		if (named !== null && ![...urls.keys()].some((url) => new URL(url).hostname === named)) {
			urls.set(`https://${named}/`, 'name');
		}
		const hostsOfSite = found.value.map(({ name }) => name);
		return known({
			pages: await Promise.all(
				[...urls].slice(0, MOST).map(([url, by]) => look(url, by, { own, hostsOfSite }, get)),
			),
			looked: seen.filter(({ pages }) => pages.status === 'known').map(({ name }) => name),
			unseen: dark[0] ?? '',
		});
	},
});

function pageKey(url: string): string {
	const { protocol, host, pathname } = new URL(url);
	return `${protocol}//${host}${STATUS_PATH.test(pathname) ? pathname : '/'}`;
}

function leadsToStatus(url: string, own: string): boolean {
	const { hostname, pathname } = new URL(url);
	if (isWithin(hostname, own)) return /^status\./.test(hostname) || STATUS_PATH.test(pathname);
	// Elsewhere a page is the product's own only where a service that hosts them has it.
	const provider = providerOf(hostname);
	return (
		provider !== '' && (provider !== 'GitHub Pages' || /status|uptime/i.test(url)) && hasTenant(url)
	);
}

/** A tenant's page, and not the service's own advertisement. */
function hasTenant(url: string): boolean {
	const { hostname, pathname } = new URL(url);
	return (
		(hostname.split('.').length > 2 && !/^(?:www|docs|app|help)\./.test(hostname)) ||
		pathname.length > 1
	);
}

function providerOf(name: string): string {
	return PROVIDERS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
}

async function ownName(
	host: string,
	{ own, seed }: { own: string; seed: string },
	get: GetFact,
): Promise<string | null> {
	const [byWildcard, addresses] = await Promise.all([
		wildcardAnswer(controlName(own, seed), get),
		get(addressesOf({ host })),
	]);
	if (addresses.status !== 'known') return null;
	return isOfItsOwn(addresses.value, byWildcard) ? host : null;
}

async function look(
	url: string,
	by: StatusPage['by'],
	{ own, hostsOfSite }: { own: string; hostsOfSite: readonly string[] },
	get: GetFact,
): Promise<StatusPage> {
	const host = new URL(url).hostname;
	const isOwn = isWithin(host, own);
	const [there, failure, site] = await Promise.all([
		get(addressesOf({ host })),
		isOwn ? failureAt(url, get) : '',
		Promise.all(
			hostsOfSite
				.filter((name) => !STATUS_LABEL.test(name))
				.map((name) => get(addressesOf({ host: name }))),
		),
	]);
	const addresses = there.status === 'known' ? there.value : null;
	const ofSite = new Set(site.flatMap((one) => (one.status === 'known' ? allOf(one.value) : [])));
	const alias = addresses === null ? [] : [...addresses.a.chain, ...addresses.aaaa.chain];
	const provider = [host, ...alias.map(({ target }) => target)]
		.map(providerOf)
		.find((one) => one !== '');
	const shared =
		isOwn && addresses !== null ? allOf(addresses).filter((one) => ofSite.has(one)) : [];
	return {
		url,
		host,
		by,
		provider: provider ?? '',
		shared,
		isBehindEdge: shared.length > 0 && !hostsOfSite.includes(host) && (await isAtEdge(url, get)),
		failure,
	};
}

function allOf({ v4, v6 }: Addresses): readonly string[] {
	return [...v4, ...v6];
}

/** A network in front of many origins answers: other customers have the same addresses. */
async function isAtEdge(url: string, get: GetFact): Promise<boolean> {
	const seen = await get(httpExchange({ url }));
	if (seen.status !== 'known' || seen.value.kind !== 'answered') return false;
	const { value: answer } = seen;
	return [
		'cf-ray',
		'x-amz-cf-id',
		'x-fastly-request-id',
		'x-akamai-request-id',
		'x-azure-ref',
	].some((name) => fieldValues(answer, name).length > 0);
}

/** Empty where it answers, and where our own side may be why it does not. */
async function failureAt(url: string, get: GetFact): Promise<string> {
	const first = await failureOf(url, get);
	if (first === '') return '';
	return (await failureOf(url, get, 1)) === '' ? '' : first;
}

async function failureOf(url: string, get: GetFact, again?: number): Promise<string> {
	const seen = await get(httpExchange({ url, ...(again !== undefined && { again }) }));
	if (seen.status !== 'known') return '';
	const outcome = seen.value;
	if (outcome.kind === 'answered') {
		const isDown = outcome.status >= 500 || outcome.status === 404 || outcome.status === 410;
		return isDown && botWall(outcome) === null ? `it answers ${outcome.status}` : '';
	}
	if (isSilence(outcome) && !(await isTheirSilence(url, outcome.phase, get))) return '';
	return outcome.detail === '' ? outcome.how : outcome.detail;
}
