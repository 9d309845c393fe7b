import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type Ask, settle } from './mail-lookups.ts';
import { MAIL_PROVIDERS, type MailProvider } from './mail-providers.ts';
import { providersSeen } from './mail-providers-seen.ts';
import { covers, passesOf } from './spf-cost.ts';
import { type SpfWalk, spfWalk, walkSpf } from './spf-walk.ts';

/** A provider of mailboxes whose servers the record does not let send. */
export interface MissingProvider {
	readonly name: string;
	/** Name to include. */
	readonly include: string;
	/** What showed that the provider is used. */
	readonly seen: string;
}

/**
 * Mailboxes' providers by MX that SPF neither names nor covers by address. Forwarders and senders
 * with a return path of their own need no SPF here, so they are never missing. The control is the
 * provider's own record: where all its networks pass already, the record was flattened by hand.
 */
export const spfProviders = defineDerivation({
	name: 'spf.providers',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<readonly MissingProvider[]>> {
		const [seen, walk] = await Promise.all([
			get(providersSeen({ domain })),
			get(spfWalk({ domain })),
		]);
		if (seen.status !== 'known') return seen;
		if (walk.status !== 'known') return walk;
		const lacking = seen.value.byMx.filter((each) => !seen.value.bySpf.includes(each));
		return known(await settle(get, (ask) => missingProviders(walk.value, lacking, ask)));
	},
});

export function missingProviders(
	walk: SpfWalk,
	lacking: readonly MailProvider[],
	ask: Ask,
): readonly MissingProvider[] {
	const passes = passesOf(walk.root);
	if (passes.dynamic || passes.everyone.length > 0) return [];
	return lacking.flatMap(({ name, mailboxes, spf }) => {
		const [include] = spf;
		if (!mailboxes || include === undefined) return [];
		if (covers(passes, passesOf(walkSpf(include, ask).root))) return [];
		return [{ name, include, seen: 'the MX' }];
	});
}

/** By name, for advice. */
export function providerNamed(name: string): MailProvider | null {
	return MAIL_PROVIDERS.find((each) => each.name === name) ?? null;
}
