import ipaddr from 'ipaddr.js';

/** Left labels of machines that are named for mail, whatever digits follow. */
const MAIL_WORDS =
	/(?:^|[.-])(?:e?mail(?:er|out)?|smtp|mta|mx|relay|out(?:bound|going)?|send(?:er|ing)?|bounces?|newsletter)s?[a-z]?\d*(?=[.-])/;

/** What internet providers call lines that they lend to whoever dials in. */
const LENT =
	/(?:^|[.-])(?:dyn(?:amic)?(?:-?ip)?|dhcp|dial(?:-?up|in)?|ppp(?:oe)?|[avs]?dsl|cable|pool|broadband|residential|home|mobile|lte|ftth|fttx|cpe|catv|wimax)s?\d*(?=[.-]|\d)/;

/**
 * Whether a reverse name looks made by a machine for every address of a block, which spam filters take
 * for a dial-in line: it spells the whole address, or names a lent line and has two octets of it.
 * Deliberately narrow: names with a word for mail in them are nobody's default, and neither are
 * names below the domain itself.
 */
export function isGenericName(name: string, address: string, domain: string): boolean {
	const lower = name.toLowerCase();
	if (lower === domain || lower.endsWith(`.${domain}`) || MAIL_WORDS.test(lower)) return false;
	const parsed = ipaddr.process(address);
	if (parsed instanceof ipaddr.IPv6) return spellsV6(lower, parsed);
	const octets = parsed.octets;
	if (spells(lower, octets) || spells(lower, [...octets].reverse())) return true;
	return LENT.test(lower) && pairs(octets).some((pair) => spells(lower, pair));
}

function pairs([a = 0, b = 0, c = 0, d = 0]: readonly number[]): readonly (readonly number[])[] {
	return [
		[c, d],
		[d, c],
		[a, b],
	];
}

/** With dots, dashes or underlines between them, or as digits of a fixed width without. */
function spells(name: string, octets: readonly number[]): boolean {
	const apart = octets.map((octet) => `0{0,2}${octet}`).join('[.x_-]');
	const padded = octets.map((octet) => String(octet).padStart(3, '0')).join('');
	const hex = octets.map((octet) => octet.toString(16).padStart(2, '0')).join('');
	return (
		new RegExp(`(?:^|\\D)${apart}(?:\\D|$)`).test(name) ||
		name.includes(padded) ||
		(octets.length === 4 && new RegExp(`(?:^|[^0-9a-f])(?:ip)?${hex}(?:[^0-9a-f]|$)`).test(name))
	);
}

/** Its last eight groups or 32 digits, however they are set apart. */
function spellsV6(name: string, address: ipaddr.IPv6): boolean {
	const digits = Buffer.from(address.toByteArray()).toString('hex');
	const groups = address.parts.map((part) => part.toString(16));
	const bare = name.replaceAll(/[.-]/g, '');
	const reversed = [...digits].reverse().join('');
	return (
		bare.includes(digits) ||
		bare.includes(reversed) ||
		name.includes(groups.join('-')) ||
		name.includes(address.toString().replaceAll(':', '-'))
	);
}
