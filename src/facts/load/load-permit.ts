import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../core/io.ts';
import { type LoadPlan, LoadPlanSchema } from '../../core/load-plan.ts';
import { addressClass } from '../dns/address-class.ts';
import { addressesOf, dnsAnswer, textsIn } from '../dns/dns.ts';
import { registrableOf } from '../dns/registrable.ts';
import { isHtml } from '../web/html.ts';
import { bodyText, fieldValues, httpExchange } from '../web/http.ts';
import { isRedirect } from '../web/redirects.ts';
import { type ProviderSeen, providersAt } from './sign-in-providers.ts';

/** Whether a URL may be loaded, and what kind of answer it gives. */
export interface LoadPermit {
	readonly refusals: readonly LoadRefusal[];
	readonly isPage: boolean;
	/** Where it sends its visitors instead of answering; `null` where it answers itself. */
	readonly redirectsTo: string | null;
	/** How control was shown, in words; empty where it need not be. */
	readonly shownBy: string;
}

export type LoadRefusal =
	| {
			readonly why: 'third-party-login' | 'platform-policy';
			readonly host: string;
			readonly provider: string;
			readonly policy: string;
			readonly by: string;
	  }
	| {
			readonly why: 'no-proof-of-control';
			readonly host: string;
			readonly users: number;
			readonly method: string;
			/** The line to publish. */
			readonly token: string;
			/** Where it was looked for. */
			readonly names: readonly string[];
			readonly file: string;
			/** What was found there instead. */
			readonly found: string;
	  };

const PROOF_LABEL = '_launch-ready';
export const PROOF_FILE = '/.well-known/launch-ready.txt';

/**
 * Looks at who answers for the hosts of a load before it is put on them: their aliases, and one request
 * to the URL, or to the root of its host where the action is no GET. Where control has to be shown, TXT
 * records at `_launch-ready` and one file are asked for. Loopback is everybody's own.
 */
export const loadPermit = defineDerivation({
	name: 'load.permit',
	params: z.object({ plan: LoadPlanSchema }),
	async derive({ plan }, get): Promise<Fact<LoadPermit>> {
		const { origin } = new URL(plan.url);
		const isPlain = plan.method === 'GET' && plan.scenario === null;
		const seen = await lookAt(isPlain ? plan.url : `${origin}/`, get);
		if (seen.status !== 'known') return seen;
		const beside = await lookAtLogin(plan, get);
		if (beside !== null && beside.status !== 'known') return beside;
		const looks = [seen.value, ...(beside === null ? [] : [beside.value])];
		const named = plan.approval === '' ? looks.flatMap(refusalsOf) : [];
		const proof = await proofFor(plan, seen.value, get);
		const { outcome } = seen.value;
		const answer = isPlain && outcome.kind === 'answered' ? outcome : null;
		return known({
			refusals: [...named, ...(typeof proof === 'string' ? [] : [proof])],
			isPage: answer !== null && isHtml(answer),
			redirectsTo: answer === null ? null : destinationOf(answer, plan.url),
			shownBy: typeof proof === 'string' ? proof : '',
		});
	},
});

/** The host of the sign-in, where it is another one. */
async function lookAtLogin({ url, scenario }: LoadPlan, get: GetFact): Promise<Fact<Seen> | null> {
	if (scenario === null || scenario.login === null) return null;
	const { origin } = new URL(scenario.login);
	return origin === new URL(url).origin ? null : lookAt(`${origin}/`, get);
}

function destinationOf(answer: HttpAnswered, url: string): string | null {
	const [location] = fieldValues(answer, 'location');
	if (!isRedirect(answer.status) || location === undefined) return null;
	return URL.canParse(location, url) ? new URL(location, url).href : null;
}

interface Seen {
	readonly host: string;
	readonly addresses: readonly string[];
	readonly outcome: HttpOutcome;
	readonly providers: readonly ProviderSeen[];
}

async function lookAt(url: string, get: GetFact): Promise<Fact<Seen>> {
	const host = plainHost(new URL(url).hostname);
	const isNamed = addressClass(host) === null && !/(?:^|\.)localhost$/.test(host);
	const found = isNamed ? await get(addressesOf({ host })) : null;
	if (found !== null && found.status !== 'known') return found;
	const exchange = await get(httpExchange({ url }));
	if (exchange.status !== 'known') return exchange;
	const outcome = exchange.value;
	const aliases =
		found === null
			? []
			: [...found.value.a.chain, ...found.value.aaaa.chain].map(({ target }) => target);
	const headers = outcome.kind === 'answered' ? outcome.headers.map(([name]) => name) : [];
	const [location] = outcome.kind === 'answered' ? fieldValues(outcome, 'location') : [];
	const leadsTo =
		location !== undefined && URL.canParse(location, url)
			? providersAt(plainHost(new URL(location, url).hostname), [], [])
			: [];
	return known({
		host,
		addresses: found === null ? [host] : [...found.value.v4, ...found.value.v6],
		outcome,
		providers: [
			...providersAt(host, aliases, headers),
			...leadsTo
				.filter(({ provider }) => provider.signsIn)
				.map(({ provider, by }) => ({ provider, by: `it sends visitors on, and ${by}` })),
		],
	});
}

function refusalsOf({ host, providers }: Seen): readonly LoadRefusal[] {
	return providers.flatMap(({ provider: { name, policy, signsIn, asksFirst }, by }) => {
		const about = { host, provider: name, policy, by };
		return [
			...(signsIn ? [{ why: 'third-party-login', ...about } as const] : []),
			...(asksFirst ? [{ why: 'platform-policy', ...about } as const] : []),
		];
	});
}

/** How control is shown, or the refusal. */
async function proofFor(
	{ url, method, users, proof }: LoadPlan,
	{ host, addresses }: Seen,
	get: GetFact,
): Promise<string | LoadRefusal> {
	if (proof === null || isLoopback(host, addresses)) return '';
	const names = [...new Set([host, registrableOf(host)])].map((name) => `${PROOF_LABEL}.${name}`);
	const isNamed = addressClass(host) === null;
	const texts = isNamed
		? await Promise.all(names.map((name) => get(dnsAnswer({ name, type: 'TXT' }))))
		: [];
	const records = texts.flatMap((one) => (one.status === 'known' ? textsIn(one.value) : []));
	if (records.some((text) => text.trim() === proof)) return `a TXT record at ${PROOF_LABEL}`;
	const file = `${new URL(url).origin}${PROOF_FILE}`;
	const answer = await get(httpExchange({ url: file }));
	const lines =
		answer.status === 'known' && answer.value.kind === 'answered' && answer.value.status === 200
			? bodyText(answer.value).split('\n')
			: [];
	if (lines.some((line) => line.trim() === proof)) return `the file ${PROOF_FILE}`;
	const other = records.length > 0 || lines.some((line) => line.trim().startsWith('launch-ready-'));
	return {
		why: 'no-proof-of-control',
		host,
		users,
		method,
		token: proof,
		names: isNamed ? names : [],
		file,
		found: other ? 'another token is published there' : 'nothing is published there',
	};
}

function isLoopback(host: string, addresses: readonly string[]): boolean {
	if (/(?:^|\.)localhost$/.test(host)) return true;
	return addresses.length > 0 && addresses.every((one) => addressClass(one) === 'loopback');
}

function plainHost(hostname: string): string {
	return hostname
		.replace(/^\[(.*)\]$/, '$1')
		.replace(/(?<=.)\.$/, '')
		.toLowerCase();
}
