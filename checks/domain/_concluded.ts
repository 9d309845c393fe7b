import type { Delegation, Fact, ParentDs, RegisteredDs, Registration } from '../../src/sdk.ts';
import { DELETION, HOLDS } from './_statuses.ts';

const DAY_MS = 86_400_000;

/** Whole days from now until then; negative where it is past. */
export function daysUntil(iso: string, now: Date): number {
	return Math.floor((Date.parse(iso) - now.getTime()) / DAY_MS);
}

/** Whole days from then until now. */
export function daysSince(iso: string, now: Date): number {
	return Math.floor((now.getTime() - Date.parse(iso)) / DAY_MS);
}

export function valueIn<V>(fact: Fact<V>): V | null {
	return fact.status === 'known' ? fact.value : null;
}

/** Why nobody reaches the domain, or soon nobody will: the gravest reason alone. Without `now` no date counts. */
export function endOf(
	{ statuses, atRegistry }: Registration,
	{ now, isDelegated }: { now: Date | null; isDelegated: boolean },
):
	| { readonly kind: 'deletion-pending' | 'on-hold'; readonly statuses: readonly string[] }
	| { readonly kind: 'expired'; readonly expiresAt: string; readonly statuses: readonly string[] }
	| null {
	const deletion = DELETION.filter((status) => statuses.includes(status));
	if (deletion.length > 0) return { kind: 'deletion-pending', statuses: deletion };
	// A zone that leads somewhere contradicts a registry that has no name servers for it.
	const holds = [...HOLDS, ...(isDelegated ? [] : ['inactive'])].filter((status) =>
		statuses.includes(status),
	);
	const expiresAt = atRegistry?.expiresAt ?? null;
	if (expiresAt !== null && now !== null && Date.parse(expiresAt) <= now.getTime()) {
		return { kind: 'expired', expiresAt, statuses: holds };
	}
	return holds.length > 0 ? { kind: 'on-hold', statuses: holds } : null;
}

/** Until when the registrar says that it was paid; its own answer before the registry's account of it. */
export function paidUntil({ atRegistry, atRegistrar }: Registration): string | null {
	const itsOwn = atRegistrar?.registrarExpiresAt ?? atRegistry?.registrarExpiresAt ?? null;
	const isOnlyOne = (atRegistry?.expiresAt ?? null) === null;
	return itsOwn ?? (isOnlyOne ? (atRegistrar?.expiresAt ?? null) : null);
}

/** Further apart than time zones and a day's rounding explain. */
const APART_MS = 2 * DAY_MS;

/** What registry and registrar say differently, in words. */
export function disagreements(registration: Registration): readonly string[] {
	const { atRegistry, atRegistrar, statuses } = registration;
	const theirs = paidUntil(registration) ?? atRegistrar?.expiresAt ?? null;
	const ours = atRegistry?.expiresAt ?? null;
	// The registry renews first and the registrar later, for 45 days.
	const isRenewing = statuses.includes('auto renew period');
	const areApart =
		ours !== null &&
		theirs !== null &&
		!isRenewing &&
		Math.abs(Date.parse(ours) - Date.parse(theirs)) > APART_MS;
	const locks = [statuses, atRegistrar?.statuses ?? []].map((one) =>
		one.includes('client transfer prohibited'),
	);
	const lockDiffers = (atRegistrar?.statuses.length ?? 0) > 0 && locks[0] !== locks[1];
	return [
		...(areApart
			? [
					`it ends on ${ours.slice(0, 10)} for the registry, on ${theirs.slice(0, 10)} for the registrar`,
				]
			: []),
		...(lockDiffers
			? [
					`only the ${locks[0] ? 'registry' : 'registrar'} shows the transfer lock (client transfer prohibited)`,
				]
			: []),
	];
}

/** Two lists that should be one; `null` where they are, or where one of them is not to be had. */
export interface Difference {
	readonly registry: readonly string[];
	readonly atParent: readonly string[];
	readonly server: string;
	readonly ttl: number | null;
}

/**
 * The registry's name servers against the zone above. One server of it that agrees is enough: that its
 * servers differ among themselves is another fault. An empty list at the registry is no list.
 */
export function nameserverDifference(
	{ domain, nameservers }: Registration,
	led: Delegation | null,
): Difference | null {
	if (led === null || led.zone !== domain || led.isShared) return null;
	if (nameservers === null || nameservers.length === 0) return null;
	const [first] = led.views;
	const isSame = led.views.some(({ names }) => sameList(names, nameservers));
	if (first === undefined || isSame) return null;
	return {
		registry: nameservers,
		atParent: first.names,
		server: first.server,
		ttl: first.ttl,
	};
}

/** The registry's delegation signers against those in the zone above. */
export function signerDifference(
	{ isSigned, ds }: Registration,
	parent: ParentDs | null,
): Difference | null {
	if (parent === null || isSigned === null) return null;
	const atParent = parent.ds.map(signer).sort();
	const { server, ttl } = parent;
	if (ds === null) {
		if (isSigned === atParent.length > 0) return null;
		return { registry: ['that it does not name'], atParent, server, ttl };
	}
	const registry = ds.map(signer).sort();
	return sameList(registry, atParent) ? null : { registry, atParent, server, ttl };
}

function signer({ keyTag, algorithm, digestType, digest }: RegisteredDs): string {
	return `${keyTag} ${algorithm} ${digestType} ${digest.toUpperCase()}`;
}

/** Without regard to order and case. */
export function sameList(one: readonly string[], other: readonly string[]): boolean {
	const plain = (list: readonly string[]) =>
		[...new Set(list.map((name) => name.toLowerCase().replace(/\.$/, '')))].sort().join(' ');
	return plain(one) === plain(other);
}

/** Words that a company's name may have or lack. */
const LEGAL_FORMS =
	/\b(?:ab|ag|as|bv|co|company|corp|corporation|gmbh|inc|incorporated|kft|kg|limited|llc|llp|ltd|oy|plc|pty|sa|sarl|sas|se|sl|spa|srl)\b/g;

function plainName(name: string): string {
	return name
		.normalize('NFKC')
		.toLowerCase()
		.replaceAll(/[.,'’"()]/g, (mark) => (mark === ',' ? ' ' : ''))
		.replaceAll(LEGAL_FORMS, ' ')
		.replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
		.trim();
}

/** Two spellings of one company: letters, digits and legal form aside. */
export function isSameParty(one: string, other: string): boolean {
	return plainName(one) === plainName(other);
}

/** Its IANA number, its name, or the first words of its name. */
export function isSameRegistrar(
	expected: string,
	{ name, ianaId }: NonNullable<Registration['registrar']>,
): boolean {
	if (ianaId !== null && expected.trim() === ianaId) return true;
	if (name === null) return false;
	const [wanted, found] = [plainName(expected), plainName(name.replace(/\.com\b/i, ' com'))];
	return wanted !== '' && (found === wanted || found.startsWith(`${wanted} `));
}
