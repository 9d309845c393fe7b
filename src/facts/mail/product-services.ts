import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { isWithin } from '../dns/ancestry.ts';
import { controlName } from '../hosts.ts';
import { type DkimDiscovery, dkimDiscovery, isUsable } from './dkim-discovery.ts';
import { type IntendedService, isUsed, mailIntent } from './mail-intent.ts';
import { type Ask, mailTexts, readAnswer, settle } from './mail-lookups.ts';
import type { MailProvider } from './mail-providers.ts';
import { type MailService, serviceNamed } from './mail-services.ts';
import { providerNamed } from './spf-providers.ts';
import { nodesOf, type SpfWalk, spfWalk } from './spf-walk.ts';

/** A service that the repository sends with, and what DNS knows of it. */
export interface ProductService {
	readonly name: string;
	/** The domain or sub-domain that it sends as. */
	readonly domain: string;
	/** It is more than a dependency. */
	readonly isUsed: boolean;
	readonly places: IntendedService['places'];
	/** SPF of the domain, or of a return path below it, names the service. */
	readonly spf: boolean;
	/** `unclear`: its selectors differ from account to account, and some selector exists. */
	readonly dkim: 'found' | 'absent' | 'unclear';
	/** What showed that, in words. */
	readonly control: string;
}

const Params = z.object({
	domain: z.string(),
	seed: z.string(),
	/** Folder of the repository; `null` without one. */
	repo: z.string().nullable(),
});

/** Sub-domains that a repository sends as; products have one or two. */
const MOST_DOMAINS = 3;

/**
 * Services by the repository that send as the domain or below it. A repository whose senders are all at
 * other domains says nothing of this one.
 */
export const productServices = defineDerivation({
	name: 'mail.product-services',
	params: Params,
	async derive({ domain, seed, repo }, get): Promise<Fact<readonly ProductService[]>> {
		if (repo === null) return known([]);
		const intent = await get(mailIntent({ root: repo }));
		if (intent.status !== 'known') return intent;
		const { services, from } = intent.value;
		const isNamed = from.length > 0;
		const domains = sendersAt(
			domain,
			from.map((one) => one.domain),
		).slice(0, MOST_DOMAINS);
		const found = await Promise.all(
			domains.map((at) =>
				Promise.all(services.map((one) => standing(one, { domain: at, isNamed, seed }, get))),
			),
		);
		return known(onceEach(found.flat().flatMap((one) => one ?? [])));
	},
});

/** Where senders are named, those inside the domain; where none is, the domain itself. */
export function sendersAt(domain: string, from: readonly string[]): readonly string[] {
	if (from.length === 0) return [domain];
	return from.filter((one) => isWithin(one, domain));
}

/** A service that one of its domains is set up for is set up. */
function onceEach(all: readonly ProductService[]): readonly ProductService[] {
	const names = [...new Set(all.map(({ name }) => name))];
	return names.flatMap((name) => {
		const its = all.filter((one) => one.name === name);
		return its.find((one) => one.spf || one.dkim === 'found') ?? its[0] ?? [];
	});
}

interface Sender {
	readonly domain: string;
	/** By the repository. */
	readonly isNamed: boolean;
	readonly seed: string;
}

async function standing(
	intended: IntendedService,
	{ domain, isNamed, seed }: Sender,
	get: GetFact,
): Promise<ProductService | null> {
	const service = serviceNamed(intended.name);
	const provider = providerNamed(intended.name);
	if (service === null || provider === null) return null;
	const [walk, dkim, atReturnPath] = await Promise.all([
		get(spfWalk({ domain })),
		get(dkimDiscovery({ domain, seed, selectors: [] })),
		settle(get, (ask) => hasReturnPath(service, provider, domain, ask)),
	]);
	if (walk.status !== 'known' || dkim.status !== 'known' || walk.value.failed.length > 0)
		return null;
	const { name, places } = intended;
	const spf = atReturnPath || namesProvider(walk.value, provider);
	const about = { name, domain, isUsed: isUsed(intended), places, spf };
	const key = keyOf(service, provider, dkim.value);
	if (spf || key.dkim !== 'absent' || isNamed) return { ...about, ...key };
	const other = await settle(get, (ask) => signingSubdomain(domain, seed, ask));
	if (other === null) return { ...about, ...key };
	const control = `${other} has DKIM selectors, and may be what the product sends as`;
	return { ...about, dkim: 'unclear', control };
}

/** Labels at which products are set up that do not send as their domain itself. */
const USUAL_LABELS = [
	...['mail', 'email', 'e', 'm', 'mg', 'send', 'mailer', 'updates', 'notify', 'notifications'],
	...['news', 'app', 'auth', 'hello', 'info', 'transactional', 'noreply', 'account'],
];

/** A usual sub-domain below which DKIM selectors exist, where a made-up one has none. */
function signingSubdomain(domain: string, seed: string, ask: Ask): string | null {
	const exists = (name: string) => {
		const found = readAnswer(name, 'TXT', ask(name, 'TXT'));
		return found.kind === 'answered' && found.absent !== 'nxdomain';
	};
	const control = exists(`_domainkey.${controlName(domain, seed)}`);
	const labels = USUAL_LABELS.filter((label) => exists(`_domainkey.${label}.${domain}`));
	const [first] = labels;
	return control || first === undefined ? null : `${first}.${domain}`;
}

function namesProvider({ root }: SpfWalk, { spf }: MailProvider): boolean {
	return nodesOf(root)
		.slice(1)
		.some(({ domain }) => spf.some((name) => isWithin(domain, name)));
}

function hasReturnPath(
	{ returnPaths, returnTargets }: MailService,
	{ spf }: MailProvider,
	domain: string,
	ask: Ask,
): boolean {
	const its = [...returnTargets, ...spf];
	// Every name is asked at once, so that the answer does not depend on the order.
	const seen = returnPaths.map((label) => {
		const name = `${label}.${domain}`;
		const found = readAnswer(name, 'TXT', ask(name, 'TXT'));
		if (found.kind !== 'answered') return false;
		const target = found.answer.chain.at(-1)?.target ?? '';
		if (its.some((one) => isWithin(target, one))) return true;
		return mailTexts(found.answer).some(({ text }) => its.some((one) => text.includes(one)));
	});
	return seen.some(Boolean);
}

/** By an alias that leads to the service, or by one of its selectors. */
function keyOf(
	{ name, fixedSelectors }: Pick<MailService, 'name' | 'fixedSelectors'>,
	{ selectors }: Pick<MailProvider, 'selectors'>,
	{ selectors: found, existence, failed, wildcard, control, domain }: DkimDiscovery,
): Pick<ProductService, 'dkim' | 'control'> {
	const its = found.find(
		(one) =>
			one.provider === name ||
			(selectors.includes(one.selector) && (isUsable(one) || one.target !== null)),
	);
	if (its !== undefined) return { dkim: 'found', control: `${its.name} exists` };
	if (existence === 'absent') return { dkim: 'absent', control };
	const isTold = existence === 'present' && failed.length === 0 && wildcard === null;
	if (fixedSelectors && selectors.length > 0 && isTold) {
		const names = selectors.map((selector) => `${selector}._domainkey.${domain}`).join(', ');
		return { dkim: 'absent', control: `${names}: no record, while other selectors exist` };
	}
	return { dkim: 'unclear', control: 'its selectors differ from account to account' };
}
