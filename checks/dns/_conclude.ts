import {
	addressesIn,
	GIVEN_BY_ZONE,
	type Host,
	isWithin,
	type Resolution,
	type UnknownReason,
	type View,
	type Walk,
} from '../../src/sdk.ts';

/** What a host's resolution comes to, both vantages weighed. */
type Conclusion =
	| { readonly kind: 'resolves'; readonly addresses: readonly string[] }
	| { readonly kind: 'disagree'; readonly args: Disagreement }
	| { readonly kind: 'servfail'; readonly args: Broken }
	| {
			readonly kind: 'undecided';
			readonly reason: UnknownReason;
			readonly detail: string;
			/** No blocker is left: the zone's own servers answer, or the host was only guessed. */
			readonly onlyHigh: boolean;
	  }
	| { readonly kind: 'absent'; readonly absence: Absence };

/** There is no address for A. */
export interface Absence {
	/** Both vantages in words. */
	readonly seen: string;
	readonly negativeTtl: number | null;
	/** The name exists, with other records or as an alias. */
	readonly exists: boolean;
	readonly isAlias: boolean;
	/** The walk from the root came to the same. */
	readonly isConfirmed: boolean;
	/** The zone file that the user plans to publish says so. */
	readonly isPlanned: boolean;
	/** A zone above the registrable name denies it: nothing is delegated. */
	readonly undelegated: boolean;
	readonly v6: readonly string[];
}

/** Both vantages in words, where they contradict each other. */
export interface Disagreement {
	readonly resolver: string;
	readonly resolverSays: string;
	readonly zoneSays: string;
	readonly ttl: number | null;
}

/** Nobody gets an answer, or only who does not validate. */
export interface Broken {
	/** Answers fail validation; no server of the zone is of use; aliases or referrals never end. */
	readonly kind: 'validation' | 'servers' | 'circle';
	/** The zone to repair. */
	readonly zone: string;
	/** Both vantages in words. */
	readonly answered: string;
	readonly walked: string;
}

/** Both vantages must agree on an absence; where the walk is impossible, the resolver suffices. */
export function conclude(seen: Resolution, host: Host): Conclusion {
	const { A, AAAA } = seen.resolver;
	if (A.status === 'ok') return fromAnswer(seen);
	const { walked } = seen;
	const absent = { kind: 'absent', absence: absenceIn(seen, host) } as const;
	if (walked === null) return isAbsence(A) ? absent : undecided(A, null, true);
	if (seen.failsValidation) return servfail(seen, walked.A, host, 'validation');
	if (walked.A.outcome === 'ok') return contradicted(A, walked.A);
	if (isAbsence(A) && isRefuted(walked.A)) return absent;
	if (A.status === 'cname-loop' && walked.A.outcome === 'endless') {
		return servfail(seen, walked.A, host, 'circle');
	}
	const hasV6 = AAAA.status === 'ok' || walked.AAAA.outcome === 'ok';
	if (isAbsence(A) || (hasV6 && !isDenied(walked.A))) return undecided(A, walked.A, false);
	return withoutAnswer(seen, walked.A, host);
}

/** The resolver answers nothing usable for A: whether the name is missing is the walk's word alone. */
function withoutAnswer(seen: Resolution, walk: Walk, host: Host): Conclusion {
	switch (walk.outcome) {
		case 'nxdomain':
		case 'nodata':
			return { kind: 'absent', absence: absenceIn(seen, host) };
		case 'broken':
			return servfail(seen, walk, host, 'servers');
		case 'endless':
			return servfail(seen, walk, host, 'circle');
		case 'ok':
		case 'filtered':
			return undecided(seen.resolver.A, walk, false);
	}
}

function fromAnswer({ resolver, authoritative }: Resolution): Conclusion {
	if (authoritative !== null) {
		const args = {
			resolver: resolver.A.server,
			resolverSays: viewInWords(resolver.A),
			zoneSays: viewInWords(authoritative),
			ttl: resolver.A.ttl,
		};
		return { kind: 'disagree', args };
	}
	return { kind: 'resolves', addresses: [...resolver.A.addresses, ...resolver.AAAA.addresses] };
}

/** The zone has an address and the resolver gives none. Mere silence may be the resolver's own. */
function contradicted(view: View, walk: Walk): Conclusion {
	if (view.status === 'no-response' || view.status === 'connection-refused') {
		return undecided(view, walk, true);
	}
	const args = {
		resolver: view.server,
		resolverSays: viewInWords(view),
		zoneSays: walk.records.map(({ text }) => text).join(', '),
		ttl: view.ttl,
	};
	return { kind: 'disagree', args };
}

function servfail(seen: Resolution, walk: Walk, host: Host, kind: Broken['kind']): Conclusion {
	const { A } = seen.resolver;
	// Behind an alias, the broken zone is another one than the name's own.
	const zone = kind === 'servers' ? walk.zone : (walk.cuts.at(-1) ?? host.apex);
	const answered = `the resolver says ${viewInWords(A)}${A.detail && `; extended error ${A.detail}`}`;
	return { kind: 'servfail', args: { kind, zone, answered, walked: walkInWords(walk) } };
}

function undecided(view: View, walk: Walk | null, onlyHigh: boolean): Conclusion {
	const silent = view.status === 'no-response' || view.status === 'connection-refused';
	const reason = view.status === 'refused' ? 'denied' : silent ? 'timeout' : 'inconclusive';
	const second = walk === null ? '' : `; from the root ${walkInWords(walk)}`;
	return {
		kind: 'undecided',
		reason,
		detail: `the resolver says ${viewInWords(view)}${second}`,
		onlyHigh,
	};
}

function absenceIn({ resolver, walked }: Resolution, host: Host): Absence {
	const { A, AAAA } = resolver;
	const walk = walked?.A ?? null;
	const nxdomain = walk === null ? A.status === 'nxdomain' : walk.outcome === 'nxdomain';
	const filtered = walk?.outcome === 'filtered';
	const isAlias = A.aliases.length > 0 || (walk?.aliases.length ?? 0) > 0;
	const isPlanned = A.server === GIVEN_BY_ZONE;
	const seen = [
		`${isPlanned ? 'the zone file' : 'the resolver'} says ${viewInWords(A)}`,
		...(walk === null ? [] : [`from the root ${walkInWords(walk)}`]),
	].join(', and ');
	const deepest = walk?.cuts.at(-1) ?? '';
	return {
		seen,
		negativeTtl: walk?.negativeTtl ?? A.ttl,
		exists: isAlias || !(filtered ? A.status === 'nxdomain' : nxdomain),
		isAlias,
		isConfirmed: walk !== null && isDenied(walk),
		isPlanned,
		undelegated: walk?.outcome === 'nxdomain' && !isAlias && !isPartOf(deepest, host.apex),
		v6: AAAA.status === 'ok' ? AAAA.addresses : addressesIn(walked?.AAAA ?? { records: [] }),
	};
}

/** The zone is the audited name's own or above it with at least two labels, so no registry's. */
function isPartOf(zone: string, apex: string): boolean {
	return isWithin(apex, zone) ? zone.includes('.') : isWithin(zone, apex);
}

function isAbsence({ status }: View): boolean {
	return ['nodata', 'nxdomain', 'cname-only', 'cname-loop'].includes(status);
}

function isRefuted(walk: Walk): boolean {
	return isDenied(walk) || walk.outcome === 'filtered';
}

/** The zone's own servers, or those above, deny it. */
function isDenied({ outcome }: Walk): boolean {
	return outcome === 'nodata' || outcome === 'nxdomain';
}

function viewInWords({ status, addresses, aliases, invented }: View): string {
	if (invented.length > 0) {
		return `${invented.join(', ')}, as it does of every name that does not exist`;
	}
	const alias = aliases.at(-1);
	switch (status) {
		case 'ok':
			return addresses.join(', ');
		case 'nodata':
			return alias === undefined
				? 'that there is no such record'
				: `that ${alias}, which it is an alias of, has no such record`;
		case 'nxdomain':
			return alias === undefined
				? 'that the name does not exist (NXDOMAIN)'
				: `that ${alias}, which it is an alias of, does not exist (NXDOMAIN)`;
		case 'cname-only':
			return 'that the alias leads nowhere';
		case 'cname-loop':
			return 'that the aliases go in a circle';
		case 'no-response':
		case 'connection-refused':
			return 'nothing';
		default:
			return status.toUpperCase();
	}
}

function walkInWords({ outcome, zone, failures }: Walk): string {
	const asked = failures.map(({ server, status }) => `${server} ${status}`).join(', ');
	switch (outcome) {
		case 'ok':
			return 'there is an address';
		case 'nodata':
			return `the servers of ${zone} say that there is no such record`;
		case 'nxdomain':
			return `the servers of ${zone === '.' ? 'the root' : zone} say that the name does not exist`;
		case 'broken':
			return `no server of ${zone} is of use${asked && ` (${asked})`}`;
		case 'endless':
			return 'aliases or referrals never end';
		case 'filtered':
			return 'nothing can be asked from here';
	}
}
