import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { addressesOf } from '../dns/dns.ts';
import { controlName, isOfItsOwn, wildcardAnswer } from '../hosts.ts';
import { botWall } from '../web/bot-wall.ts';
import { chainReport } from '../web/chain-report.ts';
import { asksForSecrets, isHtml, pageIn } from '../web/html.ts';
import { noIndexIn } from './robots-directives.ts';
import { stagingSurvey } from './staging-survey.ts';

/** What strangers and search engines find on a test host. */
export interface StagingHost {
	readonly host: string;
	/** `open`: a page that nothing keeps search engines from. `unseen`: it could not be told. */
	readonly state: 'open' | 'closed' | 'unseen';
	readonly url: string;
	/** In words: what keeps it closed, or why it was not seen. */
	readonly detail: string;
}

/** Names that test hosts usually have. */
const USUAL = ['staging', 'dev', 'test', 'preview'] as const;

/** Further ones that pages name. */
const MOST_SEEN = 6;

/**
 * Test hosts of a domain: the usual names and those that the page of its start host names, where they have
 * records of their own and no wildcard gives them to every name. One GET each beside redirects. None without
 * a domain. `alone` is asked instead where it is given.
 */
export const stagingHosts = defineDerivation({
	name: 'launch.staging-hosts',
	params: z.object({
		domain: z.string().nullable(),
		alone: z.string().nullable(),
		seed: z.string(),
		login: z.string().nullable(),
		/** Audited hosts, which are judged by themselves. */
		hosts: z.array(z.string()),
	}),
	async derive({ domain, alone, seed, login, hosts }, get): Promise<Fact<readonly StagingHost[]>> {
		if (alone !== null) return known([await stateOf(alone, get)]);
		if (domain === null) return known([]);
		const about = { host: domain, login, seed, registrable: domain, hosts };
		const [survey, byWildcard] = await Promise.all([
			get(stagingSurvey(about)),
			wildcardAnswer(controlName(domain, seed), get),
		]);
		const uses = survey.status === 'known' ? survey.value.found : [];
		const seen = uses.filter((use) => use.kind === 'staging' && isWithin(use.host, domain));
		const names = [
			...USUAL.map((label) => `${label}.${domain}`),
			...[...new Set(seen.map(({ host }) => host))].slice(0, MOST_SEEN),
		];
		const wanted = [...new Set(names)].filter((name) => !hosts.includes(name));
		const found = await Promise.all(
			wanted.map(async (host) => {
				const addresses = await get(addressesOf({ host }));
				const exists = addresses.status === 'known' && isOfItsOwn(addresses.value, byWildcard);
				return exists ? [await stateOf(host, get)] : [];
			}),
		);
		return known(found.flat());
	},
});

/** A directive with a date is not read as one: noindex alone keeps out for good. */
const NEVER = new Date(0);

async function stateOf(host: string, get: GetFact): Promise<StagingHost> {
	const secure = await get(chainReport({ url: `https://${host}/` }));
	const hasPage = secure.status !== 'known' || secure.value.answer !== null;
	const start = `${hasPage ? 'https' : 'http'}://${host}/`;
	const report = hasPage ? secure : await get(chainReport({ url: start }));
	const as = (state: StagingHost['state'], detail: string, url = start): StagingHost => ({
		host,
		state,
		url,
		detail,
	});
	if (report.status !== 'known') return as('unseen', report.detail);
	const { answer, chain } = report.value;
	const url = chain.hops.at(-1)?.url ?? start;
	if (answer === null) return as('closed', `${url} gives no page`, url);
	const wall = botWall(answer);
	if (wall !== null) return as('unseen', `${url}: ${wall}`, url);
	if (new URL(url).hostname !== host) return as('closed', `it leads to ${url}`, url);
	if (answer.status !== 200 || !isHtml(answer)) {
		return as(
			'closed',
			`${url} answers ${answer.status}${isHtml(answer) ? '' : ' with no page'}`,
			url,
		);
	}
	const [sign] = noIndexIn(answer, url, NEVER);
	if (sign !== undefined) return as('closed', `noindex (${sign.where}: ${sign.text})`, url);
	const page = pageIn(answer, url);
	if (page !== null && asksForSecrets(page)) return as('closed', 'it asks to sign in', url);
	return as('open', `${url} answers 200 and sends no noindex`, url);
}
