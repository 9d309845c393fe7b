import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	unknown,
} from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { addressesOf, lookup } from '../dns/dns.ts';
import { walk } from '../dns/walk.ts';
import { controlName } from '../hosts.ts';
import { botWall } from '../web/bot-wall.ts';
import { asksForSecrets, pageIn } from '../web/html.ts';
import { httpExchange } from '../web/http.ts';
import { redirectChain } from '../web/redirects.ts';
import { takeoverView } from './takeover.ts';

/** What a visitor of a name that nobody chose meets. */
export type WildcardLanding =
	/** A service where a stranger can claim such names. */
	| 'service'
	/** A page that takes a password, or a log-in address. */
	| 'sign-in'
	/** The page of a host that is an app. */
	| 'app'
	/** Another host. */
	| 'redirect'
	| 'page'
	/** No answer from a web server. */
	| 'nothing';

/** Whether every name below a domain resolves, and where to. */
export type Wildcard =
	| { readonly kind: 'none'; readonly asked: string }
	| {
			readonly kind: 'present';
			readonly asked: string;
			/** As a zone file writes them. */
			readonly records: readonly string[];
			/** Seconds. */
			readonly ttl: number | null;
			readonly landing: WildcardLanding;
			/** The page, host or service, in words. */
			readonly at: string;
			/** The name servers themselves said so. */
			readonly isConfirmed: boolean;
	  };

const LOG_IN_PATH = /\/(?:log-?in|sign-?in|auth|session\/new)\b/i;

/**
 * One random label, which nobody has published: where it resolves, the zone has a wildcard. Believed only if
 * the walk from the root agrees, because some resolvers give an address to every name. Where it does
 * resolve, the page there is asked for once.
 */
export const wildcard = defineDerivation({
	name: 'dns.wildcard',
	params: z.object({
		domain: z.string(),
		registrable: z.string(),
		seed: z.string(),
		/** Hosts whose pages count as the app. */
		apps: z.array(z.string()),
	}),
	async derive({ domain, registrable, seed, apps }, get): Promise<Fact<Wildcard>> {
		const asked = controlName(domain, seed);
		const addresses = await get(addressesOf({ host: asked }));
		if (addresses.status !== 'known') return addresses;
		const { v4, v6, a } = addresses.value;
		if (v4.length + v6.length === 0) {
			if (['nxdomain', 'nodata', 'cname-only'].includes(a.status))
				return known({ kind: 'none', asked });
			const detail = `the resolver answers ${a.status} for ${asked}`;
			return blocked({ check: 'dns/resolution', subject: domain }, detail);
		}
		const confirmed = await confirmation(asked, v4.length > 0 ? 'A' : 'AAAA', get);
		if (confirmed.status !== 'known') return confirmed;
		if (confirmed.value === 'refuted') return known({ kind: 'none', asked });
		const alias = a.chain[0]?.target;
		const records =
			alias === undefined
				? [...v4.map((one) => `A ${one}`), ...v6.map((one) => `AAAA ${one}`)]
				: [`CNAME ${alias.toLowerCase()}.`];
		const ttls = [...a.chain, ...a.records].map(({ ttl }) => ttl);
		return known({
			kind: 'present',
			asked,
			records: records.map((line) => `*.${domain}. IN ${line}`),
			ttl: ttls[0] ?? null,
			isConfirmed: confirmed.value === 'confirmed',
			...(await landingAt(asked, { domain, registrable, seed, apps, get })),
		});
	},
});

/** The zone's own servers decide; where they cannot be asked, a resolver that invents names gives itself away. */
async function confirmation(
	asked: string,
	type: 'A' | 'AAAA',
	get: GetFact,
): Promise<Fact<'confirmed' | 'believed' | 'refuted'>> {
	const walked = await get(walk({ name: asked, type }));
	if (walked.status !== 'known') return walked;
	const { outcome } = walked.value;
	if (outcome === 'ok') return known('confirmed');
	if (outcome === 'nxdomain' || outcome === 'nodata') return known('refuted');
	// RFC 6761 §6.4: a name that exists nowhere.
	const control = await get(lookup({ name: `${asked.split('.')[0]}.invalid`, type: 'A' }));
	const invents = control.status === 'known' && control.value.status === 'ok';
	return invents
		? unknown('unsupported', 'the resolver gives an address to names that do not exist')
		: known('believed');
}

interface Landed {
	readonly landing: WildcardLanding;
	readonly at: string;
}

interface Looking {
	readonly domain: string;
	readonly registrable: string;
	readonly seed: string;
	readonly apps: readonly string[];
	readonly get: GetFact;
}

async function landingAt(asked: string, looking: Looking): Promise<Landed> {
	const { registrable, seed, get } = looking;
	const view = await get(takeoverView({ name: asked, registrable, seed, rdap: null }));
	if (view.status === 'known' && view.value.claim?.kind === 'unclaimed') {
		return { landing: 'service', at: view.value.service?.service ?? '' };
	}
	return (
		(await pageAt(`https://${asked}/`, asked, looking)) ??
		(await pageAt(`http://${asked}/`, asked, looking)) ?? { landing: 'nothing', at: asked }
	);
}

/** `null` where there is no answer. */
async function pageAt(url: string, asked: string, looking: Looking): Promise<Landed | null> {
	const { get } = looking;
	const chain = await get(redirectChain({ url }));
	if (chain.status !== 'known') return null;
	const last = chain.value.hops.at(-1);
	if (last === undefined || (last.status === null && last.failure !== null)) return null;
	const { hostname, pathname } = new URL(last.url);
	if (hostname !== asked) return { landing: 'redirect', at: hostname };
	if (LOG_IN_PATH.test(pathname)) return { landing: 'sign-in', at: last.url };
	const answer = await answerAt(last.url, get);
	if (answer === null) return null;
	const page = pageIn(answer, last.url);
	if (page !== null && asksForSecrets(page)) return { landing: 'sign-in', at: last.url };
	const title = titleOf(answer, last.url);
	const app = title === null ? null : await appWithTitle(title, looking);
	return app === null ? { landing: 'page', at: last.url } : { landing: 'app', at: app };
}

/** The host among the apps that has this title, unless the whole site has it. */
async function appWithTitle(title: string, { domain, apps, get }: Looking): Promise<string | null> {
	const titleAt = async (host: string) => {
		const url = `https://${host}/`;
		const answer = await answerAt(url, get);
		return answer === null ? null : titleOf(answer, url);
	};
	if ((await titleAt(domain)) === title) return null;
	for (const app of apps) {
		if ((await titleAt(app)) === title) return app;
	}
	return null;
}

/** Of a page that works: error pages and gatekeepers have the same title everywhere. */
function titleOf(answer: HttpAnswered, url: string): string | null {
	const works = answer.status >= 200 && answer.status < 300 && botWall(answer) === null;
	return works ? (pageIn(answer, url)?.title ?? null) : null;
}

async function answerAt(url: string, get: GetFact): Promise<HttpAnswered | null> {
	const fact = await get(httpExchange({ url }));
	return fact.status === 'known' && fact.value.kind === 'answered' ? fact.value : null;
}
