import { getDomain, getPublicSuffix } from 'tldts';
import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import {
	type DmarcPolicy,
	type DmarcRecord,
	effectiveRecord,
	isDmarcText,
	type PolicyTag,
	parseDmarc,
	policyTag,
	type ReportUri,
	softened,
	validValue,
} from './dmarc-record.ts';
import {
	type Ask,
	type Found,
	type MailText,
	mailTexts,
	readAnswer,
	settle,
} from './mail-lookups.ts';

/** What stands at `_dmarc.<domain>`. */
interface DmarcName {
	readonly domain: string;
	/** `_dmarc.<domain>`. */
	readonly name: string;
	readonly state: 'record' | 'none' | 'multiple' | 'failed' | 'pending';
	/** The one valid record. */
	readonly record: DmarcRecord | null;
	readonly texts: readonly MailText[];
	/** Aliases on the way, in order. */
	readonly chain: readonly { readonly owner: string; readonly target: string }[];
	readonly negativeTtl: number | null;
	readonly detail: string;
}

/** Policy discovery for mail whose author is at a domain, and its organizational domain. */
export interface DmarcWalk {
	readonly domain: string;
	readonly own: DmarcName;
	/** Every name of the tree walk up to where it ends, the domain's own first. */
	readonly steps: readonly DmarcName[];
	/** By the tree walk (RFC 9989 §4.10.2); `null` where a look-up it needs failed. */
	readonly organizational: string | null;
	/** By the public suffix list, private suffixes included, as older receivers do. */
	readonly byList: string | null;
	readonly isPublicSuffix: boolean;
	/** What receivers apply to mail from the domain itself; `null` where there is no policy. */
	readonly policy: AppliedPolicy | null;
	/** Whether the name exists at all (RFC 8020); `null` where nobody had to know. */
	readonly exists: boolean | null;
	/** Look-ups that failed and that the policy depends on. */
	readonly failed: readonly string[];
}

interface AppliedPolicy {
	/** Whose record it is. */
	readonly from: string;
	/** As published. */
	readonly policy: DmarcPolicy;
	/** The tag that says so; `null` for a record that only acts as `p=none` (RFC 9989 §4.10.1). */
	readonly tag: PolicyTag | null;
	/** `t=y`: receivers apply one level less (`appliedBy`). */
	readonly testing: boolean;
	readonly record: DmarcRecord;
}

/** RFC 9989 §4.10: at most eight questions. */
const MOST_QUESTIONS = 8;

/** The names of the tree walk, longest first: from eight labels on it goes to seven. */
export function treeWalkNames(domain: string): readonly string[] {
	const labels = domain.split('.');
	const start =
		labels.length >= MOST_QUESTIONS ? labels.slice(1 - MOST_QUESTIONS) : labels.slice(1);
	return [domain, ...start.map((_, index) => start.slice(index).join('.'))];
}

function dmarcNameOf(domain: string, ask: Ask): DmarcName {
	const name = `_dmarc.${domain}`;
	const empty = { domain, name, record: null, texts: [], chain: [], negativeTtl: null };
	const found: Found = readAnswer(name, 'TXT', ask(name, 'TXT'));
	if (found.kind === 'pending') return { ...empty, state: 'pending', detail: '' };
	if (found.kind === 'failed') return { ...empty, state: 'failed', detail: found.detail };
	const texts = mailTexts(found.answer);
	const valid = texts.filter(({ text }) => isDmarcText(text));
	const [only] = valid;
	const { chain, negativeTtl } = found.answer;
	return {
		...empty,
		state: valid.length > 1 ? 'multiple' : only === undefined ? 'none' : 'record',
		record: only === undefined || valid.length > 1 ? null : parseDmarc(only.text),
		texts,
		chain: chain.map(({ owner, target }) => ({ owner, target })),
		negativeTtl,
		detail: found.absent === null ? `${texts.length} TXT` : found.absent,
	};
}

/**
 * Policy discovery (RFC 9989 §4.10.1) and the organizational domain (§4.10.2). What is still to be asked
 * is asked for all names at once; `inTurn` keeps to the order of the standard.
 */
export function walkDmarc(domain: string, ask: Ask): DmarcWalk {
	const steps = stepsFrom(domain, ask);
	const own = steps[0] as DmarcName;
	const unread = steps.flatMap(({ state, detail }) => (state === 'failed' ? [detail] : []));
	const isWhole = steps.every(({ state }) => state !== 'failed' && state !== 'pending');
	const organizational = isWhole ? organizationalDomain(domain, steps) : null;
	const chosen = own.record === null ? inheritedFrom(domain, steps, organizational) : own;
	const existence = needsExistence(domain, chosen) ? existenceOf(domain, ask) : null;
	const failed = [
		...(own.record === null ? unread : []),
		...(existence?.kind === 'failed' ? [existence.detail] : []),
	];
	const exists = existence?.kind === 'answered' ? existence.exists : null;
	return {
		domain,
		own,
		steps,
		organizational,
		byList: getDomain(domain, { allowPrivateDomains: true }),
		isPublicSuffix: getPublicSuffix(domain, { allowPrivateDomains: true }) === domain,
		policy: failed.length > 0 ? null : appliedPolicy(domain, chosen, exists),
		exists,
		failed,
	};
}

/** Holds back every question behind one that is still open: the order of RFC 9989 §4.10, name by name. */
export function inTurn(ask: Ask): Ask {
	let isWaiting = false;
	return (name, type) => {
		if (isWaiting) return null;
		const answer = ask(name, type);
		isWaiting = answer === null;
		return answer;
	};
}

/** The walk stops at a record that says where a boundary is. */
function stepsFrom(domain: string, ask: Ask): readonly DmarcName[] {
	const steps: DmarcName[] = [];
	for (const name of treeWalkNames(domain)) {
		const step = dmarcNameOf(name, ask);
		steps.push(step);
		if (step.record !== null && psdOf(step.record) !== 'u') break;
	}
	return steps;
}

function psdOf(record: DmarcRecord): string {
	return validValue(record, 'psd') ?? 'u';
}

function organizationalDomain(domain: string, steps: readonly DmarcName[]): string {
	const found = steps.filter(({ record }) => record !== null);
	const own = found.find(({ record }) => record !== null && psdOf(record) === 'n');
	if (own !== undefined) return own.domain;
	const suffix = suffixIn(domain, steps);
	if (suffix !== null) {
		const labels = domain.split('.');
		return labels.slice(labels.length - suffix.domain.split('.').length - 1).join('.');
	}
	return found.at(-1)?.domain ?? domain;
}

/** A public suffix above the domain. The domain's own `psd=y` says nothing about itself. */
function suffixIn(domain: string, steps: readonly DmarcName[]): DmarcName | null {
	const isSuffix = ({ domain: name, record }: DmarcName) =>
		name !== domain && record !== null && psdOf(record) === 'y';
	return steps.find(isSuffix) ?? null;
}

/** The record of the organizational domain, and the public suffix's where that one has none. */
function inheritedFrom(
	domain: string,
	steps: readonly DmarcName[],
	organizational: string | null,
): DmarcName | null {
	if (organizational === null) return null;
	const its = steps.find((step) => step.domain === organizational && step.record !== null);
	return its ?? suffixIn(domain, steps);
}

/** Only `np` asks whether the author's domain exists. */
function needsExistence(domain: string, chosen: DmarcName | null): boolean {
	const record = chosen?.record ?? null;
	return record !== null && chosen?.domain !== domain && policyTag(record, 'np') !== null;
}

/** A name exists unless the answer to any question is NXDOMAIN; an alias exists wherever it leads. */
function existenceOf(
	domain: string,
	ask: Ask,
):
	| { readonly kind: 'pending' }
	| { readonly kind: 'failed'; readonly detail: string }
	| { readonly kind: 'answered'; readonly exists: boolean } {
	const found = readAnswer(domain, 'A', ask(domain, 'A'));
	if (found.kind !== 'answered') return found;
	const isAlias = found.answer.chain.length > 0;
	return { kind: 'answered', exists: isAlias || found.absent !== 'nxdomain' };
}

function appliedPolicy(
	domain: string,
	chosen: DmarcName | null,
	exists: boolean | null,
): AppliedPolicy | null {
	const record = chosen?.record ?? null;
	if (chosen === null || record === null) return null;
	const effective = effectiveRecord(record);
	if (effective === null) return null;
	const scope = chosen.domain === domain ? 'p' : exists === false ? 'np' : 'sp';
	const tags = ['np', 'sp', 'p'] as const;
	const readFrom = tags.slice(tags.indexOf(scope)).find((tag) => policyTag(record, tag) !== null);
	const actsAsNone = effective.p !== policyTag(record, 'p');
	return {
		from: chosen.domain,
		policy: effective[scope],
		tag: actsAsNone ? null : (readFrom ?? null),
		testing: validValue(record, 't') === 'y',
		record,
	};
}

/** What receivers do: one level less under `t=y` (RFC 9989 §4.7). */
export function appliedBy({ policy, testing }: AppliedPolicy): DmarcPolicy {
	return testing ? softened(policy) : policy;
}

/** Whether one address for aggregate reports will receive anything. */
interface ReportDestination {
	readonly uri: ReportUri;
	readonly host: string;
	/** The name at which a host outside the organizational domain must agree; `null` inside it. */
	readonly authorisation: string | null;
	/**
	 * `too-long`: no such name can exist. `sent-elsewhere`: the host agrees, and names an address at
	 * another host, which receivers must not follow (RFC 9990).
	 */
	readonly authorised: 'yes' | 'no' | 'too-long' | 'sent-elsewhere' | 'failed';
	/** Where its consent sends the reports instead; empty where it leaves the address as it is. */
	readonly override: readonly string[];
	/** Whether mail can be delivered to the host. */
	readonly mail: 'accepts' | 'null-mx' | 'no-address' | 'failed';
}

/** Destinations looked at; receivers need to honour two (RFC 9989 §4.8). */
const MOST_DESTINATIONS = 4;
/** RFC 1035 §3.1, in presentation form. */
const LONGEST_NAME = 253;

/** Where aggregate reports go, and whether those hosts agreed to receive them (RFC 9990). */
function destinationsOf(walk: DmarcWalk, ask: Ask): readonly ReportDestination[] {
	const uris = walk.own.record?.rua ?? [];
	return uris.slice(0, MOST_DESTINATIONS).flatMap((uri) => {
		const { host } = uri;
		if (host === null) return [];
		return [{ uri, host, ...consentOf(walk, host, ask), mail: mailAt(host, ask) }];
	});
}

type Consent = Pick<ReportDestination, 'authorisation' | 'authorised' | 'override'>;

/** By the organizational domains of both: `<policy domain>._report._dmarc.<host>`, a wildcard included. */
function consentOf(walk: DmarcWalk, host: string, ask: Ask): Consent {
	const within = { authorisation: null, authorised: 'yes', override: [] } as const;
	if (host === walk.domain) return within;
	const theirs = walkDmarc(host, ask).organizational;
	if (theirs === null || walk.organizational === null) return { ...within, authorised: 'failed' };
	if (theirs === walk.organizational) return within;
	const outside = { authorisation: `${walk.domain}._report._dmarc.${host}`, override: [] };
	const { authorisation } = outside;
	if (authorisation.length > LONGEST_NAME) return { ...outside, authorised: 'too-long' };
	const found = readAnswer(authorisation, 'TXT', ask(authorisation, 'TXT'));
	if (found.kind === 'pending') return { ...outside, authorised: 'yes' };
	if (found.kind === 'failed') return { ...outside, authorised: 'failed' };
	const records = mailTexts(found.answer).filter(({ text }) => isDmarcText(text));
	if (records.length === 0) return { ...outside, authorised: 'no' };
	const uris = records.flatMap(({ text }) => parseDmarc(text).rua);
	const isElsewhere = uris.some((uri) => uri.host !== null && uri.host !== host);
	return {
		authorisation,
		override: uris.map(({ text }) => text),
		authorised: isElsewhere ? 'sent-elsewhere' : 'yes',
	};
}

/** RFC 5321 §5.1: an MX, or without any the host's own address. */
function mailAt(host: string, ask: Ask): ReportDestination['mail'] {
	const mx = readAnswer(host, 'MX', ask(host, 'MX'));
	if (mx.kind === 'failed') return 'failed';
	if (mx.kind === 'pending') return 'accepts';
	if (mx.absent === null) {
		const isNull = mx.answer.records.every(
			({ data }) => data.type === 'MX' && /^\.?$/.test(data.exchange),
		);
		return isNull ? 'null-mx' : 'accepts';
	}
	const addresses = (['A', 'AAAA'] as const).map((type) => readAnswer(host, type, ask(host, type)));
	if (addresses.some((each) => each.kind === 'pending')) return 'accepts';
	if (addresses.some((each) => each.kind === 'answered' && each.absent === null)) return 'accepts';
	return addresses.some((each) => each.kind === 'failed') ? 'failed' : 'no-address';
}

/** DMARC records at names where nobody looks. */
interface StrayDmarc {
	readonly name: string;
	readonly text: string;
}

/** Asked only where the right name has no record. A name that holds a record of its own right is no stray. */
function strayRecords(walk: DmarcWalk, ask: Ask): readonly StrayDmarc[] {
	if (walk.own.state !== 'none') return [];
	const { domain } = walk;
	const names = [domain, `dmarc.${domain}`, `_dmarc.www.${domain}`, `_dmarc.${domain}.${domain}`];
	return names.flatMap((name) => {
		if (name.length > LONGEST_NAME) return [];
		const found = readAnswer(name, 'TXT', ask(name, 'TXT'));
		if (found.kind !== 'answered') return [];
		return mailTexts(found.answer).flatMap(({ text }) =>
			isDmarcText(text) ? [{ name, text }] : [],
		);
	});
}

export interface DmarcDiscovery {
	readonly walk: DmarcWalk;
	readonly destinations: readonly ReportDestination[];
	readonly strays: readonly StrayDmarc[];
}

export function discoverDmarc(domain: string, ask: Ask): DmarcDiscovery {
	const walk = walkDmarc(domain, ask);
	return { walk, destinations: destinationsOf(walk, ask), strays: strayRecords(walk, ask) };
}

/** Everything that DNS says about a domain's DMARC. About a dozen questions. */
export const dmarcDiscovery = defineDerivation({
	name: 'dmarc.discovery',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<DmarcDiscovery>> {
		return known(await settle(get, (ask) => discoverDmarc(domain, ask)));
	},
});
