/** What a status of RFC 8056 means for who holds the domain. */
const MEANINGS: Readonly<Record<string, string>> = {
	'auto renew period':
		'the registry has renewed it by itself, and for 45 days the registrar may take that back',
	'client hold': 'the registrar has taken it out of DNS',
	inactive: 'the registry has no name servers for it',
	'pending delete': 'it is to be deleted, and then belongs to whoever is first',
	'pending restore': 'its restoration was asked for and is not confirmed yet',
	'pending transfer': 'it is on its way to another registrar',
	'redemption period': 'it was deleted, and for 30 days its former holder alone can restore it',
	'server hold': 'the registry has taken it out of DNS',
};

/** Statuses with what they mean, for the middle of a sentence. */
export function explained(statuses: readonly string[]): string {
	return statuses
		.map((status) => {
			const meaning = MEANINGS[status];
			return meaning === undefined ? `"${status}"` : `"${status}" (${meaning})`;
		})
		.join(', ');
}

/** On the way out: RFC 3915 §3.1, in the order in which they follow each other. */
export const DELETION: readonly string[] = [
	'redemption period',
	'pending restore',
	'pending delete',
];

/** Not published in DNS. */
export const HOLDS: readonly string[] = ['client hold', 'server hold'];

/** A move to another registrar is refused; `locked` refuses everything (RFC 9083 §10.2.2). */
export function isTransferLocked(statuses: readonly string[]): boolean {
	return statuses.some((status) => status === 'locked' || /\btransfer prohibited$/.test(status));
}

/** Which changes nobody has prohibited. */
export function unlockedChanges(statuses: readonly string[]): readonly string[] {
	if (statuses.includes('locked')) return [];
	return ['update', 'delete'].filter(
		(change) => !statuses.some((status) => status.endsWith(`${change} prohibited`)),
	);
}

/**
 * Two-letter domains that are run on the registry systems of generic ones, with RFC 5731's statuses. Most
 * other countries move domains by their own rules (.uk by tag, .de and .eu by code alone), and
 * nothing is said about a lock there.
 */
const WITH_LOCKS = new Set('ac ag ai bz cc co fm in io la lc me mn pw sc sh tv us vc'.split(' '));

/** Run by a government or by nobody who sells domains. */
const OWN_RULES = new Set(['arpa', 'edu', 'gov', 'int', 'mil']);

/** Whether a domain under this top-level domain can be locked against a move to another registrar. */
export function canBeLocked(domain: string): boolean {
	const tld = domain.split('.').at(-1) ?? '';
	// An xn-- may be a country's or a generic one.
	if (tld.startsWith('xn--') || OWN_RULES.has(tld)) return false;
	return tld.length > 2 || WITH_LOCKS.has(tld);
}

/** Registries that publish no end of a registration: it goes on until it is cancelled. */
const WITHOUT_END = new Set('at be ch de eu li nl'.split(' '));

export function hasNoEnd(domain: string): boolean {
	return WITHOUT_END.has(domain.split('.').at(-1) ?? '');
}
