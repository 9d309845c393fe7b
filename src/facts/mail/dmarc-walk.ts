import { getDomain, getPublicSuffix } from 'tldts';
import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import {
	type DmarcPolicy,
	type DmarcRecord,
	effectiveRecord,
	isDmarcText,
	parseDmarc,
	type ReportUri,
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

export interface DmarcWalk {
	readonly domain: string;
	readonly own: DmarcName;
	/** Every name of the tree walk that was asked, the domain's own first. */
	readonly steps: readonly DmarcName[];
	/** By the tree walk (RFC 9989 §4.10.2); `null` where a look-up it needs failed. */
	readonly organizational: string | null;
	/** By the public suffix list, private suffixes included, as older receivers do. */
	readonly byList: string | null;
	readonly isPublicSuffix: boolean;
	/** What receivers apply to mail from the domain itself; `null` where there is no policy. */
	readonly policy: AppliedPolicy | null;
	/** Look-ups that failed and that the policy depends on. */
	readonly failed: readonly string[];
}

interface AppliedPolicy {
	/** Whose record it is. */
	readonly from: string;
	readonly policy: DmarcPolicy;
	readonly testing: boolean;
	readonly record: DmarcRecord;
}

/** RFC 9989 §4.10: at most eight questions. */
const MOST_QUESTIONS = 8;

/** The names of the tree walk, longest first: above eight labels it jumps to seven. */
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

/** Policy discovery (RFC 9989 §4.10.1) and the organizational domain (§4.10.2). */
export function walkDmarc(domain: string, ask: Ask): DmarcWalk {
	const all = treeWalkNames(domain).map((each) => dmarcNameOf(each, ask));
	const steps = untilBoundary(all);
	const own = all[0] as DmarcName;
	const failed = steps.flatMap(({ state, detail }) => (state === 'failed' ? [detail] : []));
	const organizational = failed.length > 0 ? null : organizationalDomain(domain, steps);
	return {
		domain,
		own,
		steps,
		organizational,
		byList: getDomain(domain, { allowPrivateDomains: true }),
		isPublicSuffix: getPublicSuffix(domain, { allowPrivateDomains: true }) === domain,
		policy: appliedPolicy(domain, steps, organizational),
		failed:
			own.state === 'record' && own.record !== null && effectiveRecord(own.record) ? [] : failed,
	};
}

/** The walk stops at a record that says where a boundary is. */
function untilBoundary(all: readonly DmarcName[]): readonly DmarcName[] {
	const end = all.findIndex(({ record }) => record !== null && /[yn]/.test(psdOf(record)));
	return end === -1 ? all : all.slice(0, end + 1);
}

function psdOf(record: DmarcRecord): string {
	return validValue(record, 'psd') ?? 'u';
}

function organizationalDomain(domain: string, steps: readonly DmarcName[]): string {
	const found = steps.filter(({ record }) => record !== null);
	const own = found.find(({ record }) => record !== null && psdOf(record) === 'n');
	if (own !== undefined) return own.domain;
	const suffix = found.find(
		(step) => step.domain !== domain && step.record !== null && psdOf(step.record) === 'y',
	);
	if (suffix !== undefined) {
		const labels = domain.split('.');
		return labels.slice(labels.length - suffix.domain.split('.').length - 1).join('.');
	}
	return found.at(-1)?.domain ?? domain;
}

function appliedPolicy(
	domain: string,
	steps: readonly DmarcName[],
	organizational: string | null,
): AppliedPolicy | null {
	const at = (name: string | null) => steps.find((step) => step.domain === name && step.record);
	const suffix = steps.find(
		({ record, domain: name }) => name !== domain && record && psdOf(record) === 'y',
	);
	const chosen = at(domain) ?? at(organizational) ?? suffix;
	if (!chosen?.record) return null;
	const effective = effectiveRecord(chosen.record);
	if (effective === null) return null;
	return {
		from: chosen.domain,
		policy: chosen.domain === domain ? effective.p : effective.sp,
		testing: validValue(chosen.record, 't') === 'y',
		record: chosen.record,
	};
}

/** Whether one address for aggregate reports will receive anything. */
interface ReportDestination {
	readonly uri: ReportUri;
	readonly host: string;
	/** The name at which a host outside the organizational domain must agree; `null` inside it. */
	readonly authorisation: string | null;
	readonly authorised: boolean | 'failed';
	/** Whether mail can be delivered to the host. */
	readonly mail: 'accepts' | 'null-mx' | 'no-address' | 'failed';
}

/** Destinations looked at; receivers need to honour two (RFC 9989 §4.8). */
const MOST_DESTINATIONS = 4;

/** Where aggregate reports go, and whether those hosts agreed to receive them (RFC 9990). */
function destinationsOf(walk: DmarcWalk, ask: Ask): readonly ReportDestination[] {
	const uris = walk.own.record?.rua ?? [];
	return uris.slice(0, MOST_DESTINATIONS).flatMap((uri) => {
		const { host } = uri;
		if (host === null) return [];
		const outside = outsideName(walk, host, ask);
		return [
			{
				uri,
				host,
				authorisation: outside === 'failed' ? null : outside,
				authorised: outside === 'failed' ? ('failed' as const) : isAuthorised(outside, ask),
				mail: mailAt(host, ask),
			},
		];
	});
}

function outsideName(walk: DmarcWalk, host: string, ask: Ask): string | null | 'failed' {
	if (host === walk.domain) return null;
	const theirs = walkDmarc(host, ask).organizational;
	if (theirs === null || walk.organizational === null) return 'failed';
	return theirs === walk.organizational ? null : `${walk.domain}._report._dmarc.${host}`;
}

function isAuthorised(name: string | null, ask: Ask): boolean | 'failed' {
	if (name === null) return true;
	if (name.length > 253) return false;
	const found = readAnswer(name, 'TXT', ask(name, 'TXT'));
	if (found.kind === 'pending') return true;
	if (found.kind === 'failed') return 'failed';
	return mailTexts(found.answer).some(({ text }) => isDmarcText(text));
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
		if (name.length > 253) return [];
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
