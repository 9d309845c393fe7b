import type { MailText } from './mail-lookups.ts';
import { addressFamily } from './spf-address.ts';
import { guesses } from './spf-guesses.ts';
import { type MacroFault, parseDomainSpec, parseMacros, type SpfDomainSpec } from './spf-macro.ts';

type SpfQualifier = '+' | '-' | '~' | '?';

interface Placed {
	/** As written. */
	readonly text: string;
	/** 0-based, in the joined record. */
	readonly position: number;
}

export type SpfTerm = SpfMechanism | SpfModifier;

type SpfMechanism = Placed & {
	readonly kind: 'mechanism';
	/** `+` where none is written. */
	readonly qualifier: SpfQualifier;
} & SpfTest;

/** What a mechanism compares the client with. */
type SpfTest =
	| { readonly name: 'all' }
	| { readonly name: 'include'; readonly domain: SpfDomainSpec }
	| { readonly name: 'exists'; readonly domain: SpfDomainSpec }
	| {
			readonly name: 'a' | 'mx';
			/** `null`: the current domain. */
			readonly domain: SpfDomainSpec | null;
			readonly prefix4: number;
			readonly prefix6: number;
	  }
	| { readonly name: 'ptr'; readonly domain: SpfDomainSpec | null }
	| { readonly name: 'ip4' | 'ip6'; readonly address: string; readonly prefix: number };

type SpfModifier = Placed & { readonly kind: 'modifier' } & (
		| { readonly name: 'redirect'; readonly domain: SpfDomainSpec }
		| { readonly name: 'exp'; readonly domain: SpfDomainSpec }
		/** Ignored by receivers (RFC 7208 §6). */
		| { readonly name: 'other'; readonly key: string }
	);

/** A place where the record leaves the grammar: every receiver answers permerror. */
export interface SpfFault extends Placed {
	readonly rule:
		| 'syntax'
		| 'glued-terms'
		| 'ip-invalid'
		| 'macro-syntax'
		| 'modifier-twice'
		| 'non-ascii'
		/** Legal and without effect, where a mechanism was meant: `include=…`. */
		| 'no-effect';
	/** Where `text` begins; `position` may lie inside it. */
	readonly start: number;
	/** Completes "at character 12: …". */
	readonly says: string;
	/** What to write instead of `text`; `null` where no guess is safe. */
	readonly suggestion: string | null;
}

export interface SpfRecord {
	readonly text: string;
	/** In the record's order, those at fault left out. */
	readonly terms: readonly SpfTerm[];
	readonly faults: readonly SpfFault[];
}

const VERSION_LENGTH = 'v=spf1'.length;

/** Names of mechanisms, for telling a typing error from an unknown word. */
const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const;

/**
 * A whole record that passed `isSpfText` (RFC 7208 §4.6, §5, §6, §12). Never stops at the first fault.
 * Looser than the RFC in nothing; `joints` only make the wording of a fault better.
 */
export function parseSpf({
	text,
	joints = [],
}: Pick<MailText, 'text'> & Partial<MailText>): SpfRecord {
	const terms: SpfTerm[] = [];
	const faults: SpfFault[] = [...foreignBytes(text)];
	const words = wordsOf(text);
	for (let index = 0; index < words.length; index += 1) {
		const word = words[index] as Placed;
		if (/[^\x21-\x7e]/.test(word.text)) continue; // named by foreignBytes
		const next = words[index + 1];
		const split = next && splitByASpace(word, next);
		if (split) {
			faults.push(split);
			index += 1;
			continue;
		}
		const glued = gluedAt(word, joints);
		const read = glued ?? parseTerm(word);
		if ('rule' in read) faults.push(read);
		else terms.push(read);
	}
	faults.push(...repeated(terms), ...withoutEffect(terms));
	faults.sort((a, b) => a.position - b.position);
	return { text, terms, faults };
}

/**
 * The terms by the letter of the grammar, and nothing that only looks wrong: what receivers evaluate. The
 * fault where there is one, which makes the whole record permerror (RFC 7208 §4.6).
 */
export function spfTerms(text: string): readonly SpfTerm[] | SpfFault {
	const [foreign] = foreignBytes(text);
	if (foreign !== undefined) return foreign;
	const terms: SpfTerm[] = [];
	for (const word of wordsOf(text)) {
		const read = parseTerm(word);
		if ('rule' in read) return read;
		terms.push(read);
	}
	return repeated(terms)[0] ?? terms;
}

/** Terms are parted by spaces alone; a tab is part of a word, and foreign. */
function wordsOf(text: string): readonly Placed[] {
	const words: Placed[] = [];
	for (let start = VERSION_LENGTH; start < text.length; ) {
		const space = text.indexOf(' ', start);
		const end = space === -1 ? text.length : space;
		if (end > start) words.push({ text: text.slice(start, end), position: start });
		start = end + 1;
	}
	return words;
}

/** RFC 7208 §3.1: a record is US-ASCII. One fault a run of foreign bytes. */
function foreignBytes(text: string): readonly SpfFault[] {
	return [...text.matchAll(/[^\x20-\x7e]+/g)].map((run) => ({
		rule: 'non-ascii',
		text: run[0],
		position: run.index,
		start: run.index,
		says: codePoints(run[0]),
		suggestion: plainForm(run[0]),
	}));
}

/** What word processors put for a hyphen or a space; `null` for anything else. */
function plainForm(bytes: string): string | null {
	const text = Buffer.from(bytes, 'latin1').toString('utf8');
	if (/^[\u2010-\u2015\u2212]$/.test(text) || /^[\x96\x97]$/.test(bytes)) return '-';
	return /^[\s\u00a0\u2000-\u200b\u202f]+$/.test(text) || /^\xa0+$/.test(bytes) ? ' ' : null;
}

/** `U+2013`, decoded as UTF-8 where that works, else `byte 0x96`. At most four. */
function codePoints(bytes: string): string {
	const decoded = Buffer.from(bytes, 'latin1').toString('utf8');
	const hex = (n: number, width: number) => n.toString(16).toUpperCase().padStart(width, '0');
	const names = decoded.includes('\ufffd')
		? [...bytes].map((byte) => `byte 0x${hex(byte.charCodeAt(0), 2)}`)
		: [...decoded].map((character) => `U+${hex(character.codePointAt(0) ?? 0, 4)}`);
	return `${names.slice(0, 4).join(' ')}${names.length > 4 ? ' …' : ''}`;
}

/** `~ all`, `a: host`, `ip4: 192.0.2.1`: two words that were meant as one. */
function splitByASpace(word: Placed, next: Placed): SpfFault | null {
	const isHalf =
		/^[-~?+]$/.test(word.text) ||
		/^[-~?+]?(?:include|a|mx|ptr|ip4|ip6|exists|redirect|exp)[:=]$/i.test(word.text);
	if (!isHalf) return null;
	const joined = parseTerm({ text: word.text + next.text, position: word.position });
	if ('rule' in joined) return null;
	return {
		rule: 'syntax',
		text: `${word.text} ${next.text}`,
		position: word.position,
		start: word.position,
		says: `a space inside "${word.text} ${next.text}"`,
		suggestion: joined.text,
	};
}

const SECOND_TERM = /[-~?+]?(?:include:|ip4:|ip6:|exists:|redirect=)/gi;

/** Where else two terms may touch: before a name that no domain contains, or before a final `~all`. */
function seams(word: string): readonly number[] {
	const found = [...word.matchAll(SECOND_TERM)].slice(0, 3).map(({ index }) => index);
	const end = /[-~?+]all$/i.exec(word);
	return end === null ? found : [...found, end.index];
}

/** Tried per word, so that a hostile record costs no more than its length. */
const MOST_JOINTS = 4;

/** Two terms run together, at a joint of strings or by a missing space: both halves are terms alone. */
function gluedAt(word: Placed, joints: readonly number[]): SpfFault | null {
	const inside = joints
		.map((joint) => joint - word.position)
		.filter((offset) => offset > 0 && offset < word.text.length)
		.slice(0, MOST_JOINTS);
	for (const offset of new Set([...inside, ...seams(word.text)])) {
		if (offset <= 0) continue;
		const first = parseTerm({ text: word.text.slice(0, offset), position: word.position });
		const second = parseTerm({ text: word.text.slice(offset), position: word.position + offset });
		if ('rule' in first || 'rule' in second) continue;
		if (!isUnmistakable(second) && !('rule' in parseTerm(word))) continue;
		const where = inside.includes(offset) ? 'where two strings of the TXT record join' : 'here';
		return {
			rule: 'glued-terms',
			text: word.text,
			position: word.position + offset,
			start: word.position,
			says: `"${first.text}" and "${second.text}" touch: the space is missing ${where}`,
			suggestion: `${first.text} ${second.text}`,
		};
	}
	return null;
}

/** `include:example.commx` may be a name; `…com~all` and `…cominclude:…` are two terms. */
function isUnmistakable(term: SpfTerm): boolean {
	if (term.kind === 'modifier') return term.name !== 'other';
	return /^[-~?+]/.test(term.text) || ['include', 'ip4', 'ip6', 'exists'].includes(term.name);
}

/** Linear: a name, then `:`, `=` or `/`, then anything. */
const TERM = /^([-+~?]?)([a-z][a-z0-9\-_.]*)([:=/]?)(.*)$/is;

function parseTerm(word: Placed): SpfTerm | SpfFault {
	const found = TERM.exec(word.text);
	if (found === null) return unknownWord(word, '', word.text);
	const [, sign = '', name = '', delimiter = '', value = ''] = found;
	if (delimiter === '=') return parseModifier(word, { sign, name, value });
	const test = parseTest(name.toLowerCase(), delimiter + value, word);
	if (test === null) return unknownWord(word, sign, word.text.slice(sign.length));
	if ('rule' in test) return test;
	return { ...word, kind: 'mechanism', qualifier: (sign || '+') as SpfQualifier, ...test };
}

/** `null` for a name that is no mechanism. `rest` starts with its delimiter, or is empty. */
function parseTest(name: string, rest: string, word: Placed): SpfTest | SpfFault | null {
	const fault = (says: string, suggestion: string | null = null): SpfFault => ({
		...word,
		start: word.position,
		rule: 'syntax',
		says,
		suggestion,
	});
	switch (name) {
		case 'all': {
			const suggestion = word.text.slice(0, word.text.length - rest.length);
			return rest === '' ? { name } : fault(`"${word.text}": all takes no argument`, suggestion);
		}
		case 'include':
		case 'exists': {
			if (!rest.startsWith(':')) return fault(`"${word.text}": ${name} needs a colon and a domain`);
			const domain = domainIn(rest.slice(1), word);
			return 'rule' in domain ? domain : { name, domain };
		}
		case 'a':
		case 'mx':
			return parseAddressTest(name, rest, word);
		case 'ptr': {
			if (rest === '') return { name, domain: null };
			if (!rest.startsWith(':')) return fault(`"${word.text}": ptr takes no prefix length`);
			const domain = domainIn(rest.slice(1), word);
			return 'rule' in domain ? domain : { name, domain };
		}
		case 'ip4':
		case 'ip6':
			return parseNetwork(name, rest, word);
		default:
			return null;
	}
}

/** `a` and `mx`: an optional domain, then `/24`, `//64` or `/24//64` (RFC 7208 §5.3, §5.4). */
function parseAddressTest(name: 'a' | 'mx', rest: string, word: Placed): SpfTest | SpfFault {
	const six = /\/\/(\d*)$/.exec(rest);
	const without6 = six === null ? rest : rest.slice(0, six.index);
	const four = /\/(\d*)$/.exec(without6);
	const domainPart = four === null ? without6 : without6.slice(0, four.index);
	const prefix4 = prefixLength(four?.[1], 32);
	const prefix6 = prefixLength(six?.[1], 128);
	if (prefix4 === null || prefix6 === null) {
		const says = `"${word.text}": a prefix length is at most 32 for IPv4, 128 for IPv6, and has no leading zero`;
		return { ...word, start: word.position, rule: 'ip-invalid', says, suggestion: null };
	}
	if (domainPart === '') return { name, domain: null, prefix4, prefix6 };
	if (!domainPart.startsWith(':')) {
		return {
			...word,
			start: word.position,
			rule: 'syntax',
			says: `"${word.text}" has no legal prefix length`,
			suggestion: null,
		};
	}
	const domain = domainIn(domainPart.slice(1), word);
	return 'rule' in domain ? domain : { name, domain, prefix4, prefix6 };
}

/** The longest where none is written; `null` where it is none. */
function prefixLength(digits: string | undefined, longest: number): number | null {
	if (digits === undefined) return longest;
	if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return null;
	return Number(digits) <= longest ? Number(digits) : null;
}

/** RFC 7208 §5.6; IPv6 by RFC 4291 §2.2, without a zone. */
function parseNetwork(name: 'ip4' | 'ip6', rest: string, word: Placed): SpfTest | SpfFault {
	const fault = (says: string, suggestion: string | null = null): SpfFault => ({
		...word,
		start: word.position,
		rule: 'ip-invalid',
		says: `"${word.text}": ${says}`,
		suggestion,
	});
	const value = rest.slice(1);
	const slash = value.indexOf('/');
	const address = slash === -1 ? value : value.slice(0, slash);
	if (!rest.startsWith(':') || address === '') return fault(`${name} needs a colon and an address`);
	if (address.includes('%')) return fault('macros are not allowed in an address');
	const is = addressFamily(address);
	if (is === null) return fault(notAnAddress(name, address));
	if (is !== name) {
		const says = is === 'ip6' ? 'an IPv6 address in ip4' : 'an IPv4 address in ip6';
		return fault(says, word.text.replace(/ip[46]/i, is));
	}
	const longest = LONGEST_PREFIX[name];
	const prefix = prefixLength(slash === -1 ? undefined : value.slice(slash + 1), longest);
	if (prefix === null) return fault(`the prefix length must be 0 to ${longest}`);
	return { name, address, prefix };
}

const LONGEST_PREFIX = { ip4: 32, ip6: 128 } as const;

function notAnAddress(name: 'ip4' | 'ip6', address: string): string {
	if (name === 'ip6') return 'not an IPv6 address';
	const octets = address.split('.');
	if (octets.some((each) => /^0\d/.test(each))) return 'a number with a leading zero';
	if (octets.some((each) => /^\d+$/.test(each) && Number(each) > 255)) return 'a number above 255';
	return octets.length === 4 ? 'not an IPv4 address' : 'an IPv4 address has four numbers';
}

function domainIn(text: string, word: Placed): SpfDomainSpec | SpfFault {
	const domain = parseDomainSpec(text);
	if (!('offset' in domain)) return domain;
	return { ...ofMacro(domain, text, word), suggestion: nameWithoutEnds(word, text) };
}

function ofMacro(fault: MacroFault, text: string, word: Placed): SpfFault {
	const start = word.text.length - text.length;
	return {
		...word,
		start: word.position,
		rule: text.charAt(fault.offset) === '%' ? 'macro-syntax' : 'syntax',
		position: word.position + Math.max(0, start) + fault.offset,
		says: `${fault.says} in "${word.text}"${fault.suggestion === null ? '' : ` (${fault.suggestion})`}`,
		suggestion: null,
	};
}

/** A trailing `,` or `;`, a `http://` before the name: strip it where that leaves a good term. */
function nameWithoutEnds(word: Placed, text: string): string | null {
	const bare = text.replace(/^https?:\/\//i, '').replace(/[,;"'/]+$/, '');
	if (bare === text || 'offset' in parseDomainSpec(bare)) return null;
	return word.text.slice(0, word.text.length - text.length) + bare;
}

function parseModifier(
	word: Placed,
	{ sign, name, value }: { sign: string; name: string; value: string },
): SpfModifier | SpfFault {
	const key = name.toLowerCase();
	if (sign !== '') {
		const suggestion = key === 'redirect' || key === 'exp' ? word.text.slice(1) : null;
		return {
			...word,
			start: word.position,
			rule: 'syntax',
			says: `"${word.text}": a modifier takes no ${sign}`,
			suggestion,
		};
	}
	if (key === 'redirect' || key === 'exp') {
		const domain = domainIn(value, word);
		return 'rule' in domain ? domain : { ...word, kind: 'modifier', name: key, domain };
	}
	const macros = parseMacros(value);
	if ('offset' in macros) return ofMacro(macros, value, word);
	return { ...word, kind: 'modifier', name: 'other', key };
}

/** RFC 7208 §6: `redirect` and `exp` at most once each. */
function repeated(terms: readonly SpfTerm[]): readonly SpfFault[] {
	return (['redirect', 'exp'] as const).flatMap((name) => {
		const said = terms.filter((term) => term.kind === 'modifier' && term.name === name);
		return said.slice(1).map(({ text, position }) => ({
			rule: 'modifier-twice',
			text,
			position,
			start: position,
			says: `${name} a second time`,
			suggestion: null,
		}));
	});
}

/** `include=…` is an unknown modifier: legal, and it authorises nobody. */
function withoutEffect(terms: readonly SpfTerm[]): readonly SpfFault[] {
	return terms.flatMap((term) => {
		if (term.kind !== 'modifier' || term.name !== 'other') return [];
		if (!isMechanismName(term.key)) return [];
		const { text, position } = term;
		const suggestion = text.replace('=', ':');
		const works = !('rule' in parseTerm({ text: suggestion, position }));
		return [
			{
				rule: 'no-effect',
				text,
				position,
				start: position,
				says: `"${text}" is taken for an unknown modifier and ignored`,
				suggestion: works ? suggestion : null,
			},
		];
	});
}

function isMechanismName(name: string): boolean {
	return (MECHANISMS as readonly string[]).includes(name);
}

function unknownWord(word: Placed, sign: string, bare: string): SpfFault {
	return {
		...word,
		start: word.position,
		rule: 'syntax',
		says: `"${word.text}" is no SPF mechanism or modifier`,
		suggestion:
			guesses(sign, bare).find((text) => !('rule' in parseKnown(text, word.position))) ?? null,
	};
}

/** `parseTerm` without its own guessing, so that a guess is never guessed about. */
function parseKnown(text: string, position: number): SpfTerm | SpfFault {
	const found = TERM.exec(text);
	const isKnown =
		found !== null && (isMechanismName((found[2] ?? '').toLowerCase()) || found[3] === '=');
	return isKnown
		? parseTerm({ text, position })
		: { text, position, start: position, rule: 'syntax', says: '', suggestion: null };
}
