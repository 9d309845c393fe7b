import type { DmarcPolicy, PolicyTag } from './dmarc-record.ts';
import { appliedBy, type DmarcWalk } from './dmarc-walk.ts';

/** What the discovery of a policy came to, as plain data. */
export interface DmarcDiscovered {
	readonly domain: string;
	readonly result: 'policy' | 'none' | 'temperror';
	/** As published. */
	readonly policy: DmarcPolicy | null;
	/** The tag that it was read from; `null` for a record that only acts as `p=none`. */
	readonly tag: PolicyTag | null;
	/** What receivers do: one level less under `t=y`. */
	readonly applied: DmarcPolicy | null;
	readonly testing: boolean;
	/** Whose record it is. */
	readonly policyDomain: string | null;
	readonly recordName: string | null;
	readonly record: string | null;
	readonly organizationalDomain: string | null;
	/** As receivers that still go by the public suffix list see it. */
	readonly organizationalDomainByList: string | null;
	/** Asked only where `np` hangs on it. */
	readonly exists: boolean | null;
	readonly queries: readonly DmarcQuery[];
	/** Why there is no answer; empty otherwise. */
	readonly failed: readonly string[];
}

interface DmarcQuery {
	readonly name: string;
	/** `multiple`: all of them are discarded. */
	readonly found: 'record' | 'none' | 'multiple' | 'failed';
	/** Aliases that were followed. */
	readonly aliases: readonly string[];
	/** Every TXT record at the name. */
	readonly records: readonly string[];
}

export function discovered(walk: DmarcWalk): DmarcDiscovered {
	const { domain, policy, failed, steps, organizational, byList, exists } = walk;
	return {
		domain,
		result: policy !== null ? 'policy' : failed.length > 0 ? 'temperror' : 'none',
		policy: policy?.policy ?? null,
		tag: policy?.tag ?? null,
		applied: policy === null ? null : appliedBy(policy),
		testing: policy?.testing ?? false,
		policyDomain: policy?.from ?? null,
		recordName: policy === null ? null : `_dmarc.${policy.from}`,
		record: policy?.record.text ?? null,
		organizationalDomain: organizational,
		organizationalDomainByList: byList,
		exists,
		queries: steps.map(({ name, state, chain, texts }) => ({
			name,
			found: state === 'pending' ? 'failed' : state,
			aliases: chain.map(({ target }) => target),
			records: texts.map(({ text }) => text),
		})),
		failed,
	};
}

/** In one line: what applies, where it comes from. */
export function discoveredInWords(found: DmarcDiscovered): string {
	const { domain, result, policy, tag, applied, recordName, organizationalDomain } = found;
	const org =
		organizationalDomain === null
			? 'organizational domain unknown'
			: `organizational domain ${organizationalDomain}`;
	if (result === 'temperror') return `policy discovery for ${domain}: DNS failed; ${org}`;
	if (result === 'none') return `policy discovery for ${domain}: no policy; ${org}`;
	const source = tag === null ? `${recordName} acts as p=none` : `${tag} of ${recordName}`;
	const softer = applied === policy ? '' : `, applied as ${applied}`;
	return `policy discovery for ${domain}: ${policy} (${source})${softer}; ${org}`;
}

/** One line for each question, as `_dmarc.example.com: record v=DMARC1; p=none`. */
export function discoverySteps({ queries }: DmarcDiscovered): readonly string[] {
	return queries.map(({ name, found, aliases, records }) =>
		[
			[name, ...aliases].join(' -> '),
			found === 'record' || found === 'multiple' ? `${found} ${records.join(' | ')}` : found,
		].join(': '),
	);
}
