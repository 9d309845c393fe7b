import type { DnsRecord } from '../../core/io.ts';
import { isWithin } from '../dns/ancestry.ts';
import { type Labels, labelsOf, nameOf } from '../dns/labels.ts';
import { type MasterName, readMasterName } from './master-name.ts';
import { rdataData, rdataOctets, rdataText } from './rdata.ts';
import {
	BadWord,
	LONGEST_STRING,
	octetsOf,
	RdataWords,
	type RelativeName,
	shown,
} from './rdata-words.ts';
import { ttlIn } from './ttl.ts';
import { generated } from './zone-generate.ts';
import { TYPE_WORDS, zoneTypeName, zoneTypeNumber } from './zone-type.ts';
import { entryAt, linesOf, type Word, type ZoneEntry, type ZoneFault } from './zone-words.ts';

/** A record of a master file. */
export interface ZoneRecord extends DnsRecord {
	/** 1-based. */
	readonly line: number;
	/**
	 * RDATA as octets, names whole and in lower case; hex. `null` for a type whose form is not known here,
	 * and for `ALIAS`.
	 */
	readonly octets: string | null;
	/** The provider answers with addresses of its own: the exporter's comment says so. */
	readonly proxied: boolean;
	/** The owner, where it stands on this line and has no final dot. */
	readonly relativeOwner: RelativeName | null;
	/** Names of the RDATA without final dot. */
	readonly relativeTargets: readonly RelativeName[];
}

/** A fault with the line it stands on. */
interface FaultyLine extends ZoneFault {
	/** Its beginning, without white space around it. */
	readonly text: string;
}

export interface ZoneFile {
	/** Owner of the SOA; without one, the `$ORIGIN` that the file begins with, else the origin given. */
	readonly apex: string;
	readonly hasSoa: boolean;
	/** Every record that could be read, in order. Owners may be outside the zone. */
	readonly records: readonly ZoneRecord[];
	readonly faults: readonly FaultyLine[];
	/** Faults beyond those that are listed. */
	readonly moreFaults: number;
	/** Texts that are faults because a string is longer than DNS can carry. */
	readonly longTexts: readonly LongText[];
}

/** A record of type TXT or SPF with a string of more than 255 octets (RFC 1035 §3.3). */
export interface LongText {
	readonly owner: string;
	readonly type: string;
	/** 1-based. */
	readonly line: number;
	/** As they stand there, one character an octet. */
	readonly strings: readonly string[];
}

/** Octets of a file that are read. */
export const LARGEST_ZONE = 16 * 1024 * 1024;
/** Faults that are listed; a file with more is no zone file. */
const MOST_FAULTS = 200;
/** Octets of a faulty line that are shown. */
const MOST_SHOWN = 120;
/** Records that `$GENERATE` may make in one file. */
const MOST_GENERATED = 65_536;
/** Entries that may have to be read again from their second line. */
const MOST_RECOVERIES = 30;

/** For records of a file that gives no TTL, in seconds. */
const USUAL_TTL = 3_600;

/** A name that providers resolve themselves, as their exports write it; no type of DNS. */
export const ALIAS = 'ALIAS';
const ALIAS_WORDS: ReadonlySet<string> = new Set(['ALIAS', 'ANAME', 'FLATTENED-CNAME']);

/**
 * Reads a master file (RFC 1035 §5, `$TTL` of RFC 2308 §4, unknown types of RFC 3597 §5, `$GENERATE`
 * and units of time as in BIND). Goes on after a fault, which costs its own entry and no other.
 * Stricter than the RFC: a string ends on its line. Looser: the owner of an SOA need not be the origin.
 * `$INCLUDE` is refused, because what a zone says must be in the file that is judged. `text` is
 * latin1, one character an octet; `origin` is what names are relative to before any `$ORIGIN`.
 */
export function parseZoneFile(text: string, origin: string): ZoneFile {
	const reader = new ZoneReader(labelsOf(origin) ?? []);
	reader.read(text);
	return reader.result();
}

class ZoneReader {
	readonly #records: ZoneRecord[] = [];
	readonly #faults: FaultyLine[] = [];
	readonly #longTexts: LongText[] = [];
	#lines: readonly string[] = [];
	readonly #first: Labels;
	/** The first `$ORIGIN` before any record, where it lies in the origin given. */
	#stated: Labels | null = null;
	#moreFaults = 0;
	#origin: Labels;
	/** `null` before the first record, and after one whose owner cannot be read. */
	#owner: Labels | null = null;
	#lostOwner: number | null = null;
	#defaultTtl: number | null = null;
	#lastTtl: number | null = null;
	#saidNoTtl = false;
	#generated = 0;

	constructor(origin: Labels) {
		this.#first = origin;
		this.#origin = origin;
	}

	read(text: string): void {
		const start = unreadable(text);
		if (start !== null) {
			this.#fault({ line: 1, column: 1, says: start });
			return;
		}
		const lines = linesOf(text.replace(/^\u00ef\u00bb\u00bf/, ''));
		this.#lines = lines;
		let recoveries = 0;
		for (let line = 1; line <= lines.length; ) {
			if (lines[line - 1] === '') {
				line += 1;
				continue;
			}
			const entry = entryAt(lines, line);
			const isSound = this.#entry(entry);
			if (isSound || (!entry.isOpen && entry.lastLine === entry.line)) {
				line = entry.lastLine + 1;
				continue;
			}
			recoveries += 1;
			if (recoveries > MOST_RECOVERIES) {
				const says = 'too many entries that never end: the rest of the file is not read';
				this.#fault({ line: entry.line, column: 1, says });
				return;
			}
			line = nextStart(lines, entry);
		}
	}

	result(): ZoneFile {
		const soa = this.#records.find(({ type }) => type === 'SOA');
		return {
			apex: soa?.owner ?? nameOf(this.#stated ?? this.#first),
			hasSoa: soa !== undefined,
			records: this.#records,
			faults: this.#faults,
			moreFaults: this.#moreFaults,
			longTexts: this.#longTexts,
		};
	}

	#fault(fault: ZoneFault): void {
		const text = (this.#lines[fault.line - 1] ?? '').trim().slice(0, MOST_SHOWN);
		if (this.#faults.length < MOST_FAULTS) this.#faults.push({ ...fault, text });
		else this.#moreFaults += 1;
	}

	/** Whether it could be read. */
	#entry(entry: ZoneEntry): boolean {
		if (entry.fault !== null) {
			this.#fault(entry.fault);
			if (!entry.indented) this.#loseOwner(entry.line);
			return false;
		}
		if (entry.words.length === 0) return true;
		try {
			const [first] = entry.words;
			if (!entry.indented && first?.quoted === false && first.text.startsWith('$')) {
				this.#directive(entry);
			} else this.#record(entry);
			return true;
		} catch (error) {
			if (!(error instanceof BadWord)) throw error;
			const { line, column } = error.word ?? entry.words.at(-1) ?? { line: entry.line, column: 1 };
			this.#fault({ line, column, says: error.message });
			return false;
		}
	}

	#loseOwner(line: number): void {
		this.#owner = null;
		this.#lostOwner = line;
	}

	#directive({ words }: ZoneEntry): void {
		const [directive, first, ...more] = words as [Word, ...Word[]];
		switch (directive.text.toUpperCase()) {
			case '$ORIGIN':
				this.#origin = this.#nameIn(argument(directive, first, 'a name')).labels;
				this.#stateOrigin();
				refuseMore(more);
				break;
			case '$TTL':
				this.#defaultTtl = ttlOf(argument(directive, first, 'a time'));
				refuseMore(more);
				break;
			case '$GENERATE':
				this.#generate(words);
				break;
			case '$INCLUDE':
				throw new BadWord(
					`$INCLUDE is not followed, so the records of ${shown(argument(directive, first, 'a file'))} are missing: give one file that holds the whole zone`,
					directive,
				);
			default:
				throw new BadWord(`${shown(directive)} is no directive`, directive);
		}
	}

	#stateOrigin(): void {
		if (this.#stated !== null || this.#records.length > 0) return;
		const isBelow = isWithin(nameOf(this.#origin), nameOf(this.#first));
		this.#stated = isBelow ? this.#origin : this.#first;
	}

	#generate(words: readonly Word[]): void {
		for (const [first, ...rest] of generated(words, MOST_GENERATED - this.#generated)) {
			this.#generated += 1;
			const { labels } = this.#nameIn(first as Word);
			this.#add({
				owner: labels,
				ownerWord: first as Word,
				written: null,
				words: rest,
				comment: '',
			});
		}
	}

	#nameIn(word: Word): MasterName {
		const read = readMasterName(word.text, this.#origin);
		if (typeof read === 'string') throw new BadWord(read, word);
		return read;
	}

	#record({ words, indented, line, comment }: ZoneEntry): void {
		const [first, ...rest] = words as [Word, ...Word[]];
		if (indented) {
			const owner = this.#inheritedOwner(first);
			this.#add({ owner, ownerWord: first, written: null, words, comment });
			return;
		}
		this.#loseOwner(line);
		const { labels, isRelative } = this.#nameIn(first);
		this.#owner = labels;
		const written = isRelative ? first.text.toLowerCase() : null;
		this.#add({ owner: labels, ownerWord: first, written, words: rest, comment });
	}

	#inheritedOwner(word: Word): Labels {
		if (this.#owner !== null) return this.#owner;
		throw new BadWord(
			this.#lostOwner === null
				? 'the first record must begin with its owner, in the first column'
				: `its owner is that of line ${this.#lostOwner}, which cannot be read`,
			word,
		);
	}

	#add({ owner, ownerWord, written, words, comment }: Line): void {
		const head = readHead(words, ownerWord);
		this.#keepLongText(nameOf(owner), head, ownerWord.line);
		const { octets, text, relative } = rdataIn(head, this.#origin);
		const name = nameOf(owner);
		// The SOA can only be the zone's own: a missing dot there must not make another zone of it.
		const isDoubled = head.type === 'SOA' && written === nameOf(this.#origin);
		const record: ZoneRecord = {
			owner: isDoubled ? written : name,
			type: head.type,
			ttl: this.#ttlOf(head, octets),
			text,
			data: octets === null ? { type: 'other' } : rdataData(head.type, octets),
			line: ownerWord.line,
			octets: octets?.toString('hex') ?? null,
			proxied: /\bcf-proxied:true\b/.test(comment),
			relativeOwner: written === null ? null : { written, name },
			relativeTargets: relative,
		};
		this.#requireOneSoa(record, head.typeWord);
		this.#records.push(record);
	}

	#keepLongText(owner: string, { type, rdata }: Head, line: number): void {
		if (type !== 'TXT' && type !== 'SPF') return;
		const strings = rdata.map((word) => octetsOf(word).toString('latin1'));
		const isLong = strings.some(({ length }) => length > LONGEST_STRING);
		if (isLong && this.#longTexts.length < MOST_FAULTS) {
			this.#longTexts.push({ owner, type, line, strings });
		}
	}

	#requireOneSoa(record: ZoneRecord, word: Word): void {
		const soa = record.type === 'SOA' && this.#records.find(({ type }) => type === 'SOA');
		if (!soa) return;
		throw new BadWord(
			soa.owner === record.owner
				? `a second SOA record; the first is on line ${soa.line}`
				: `an SOA record of another zone (${record.owner}); that of ${soa.owner} is on line ${soa.line}`,
			word,
		);
	}

	/** Stated, else `$TTL`, else the last one stated, else the SOA's minimum (RFC 2308 §4, RFC 1035 §5.1). */
	#ttlOf({ ttl, type, typeWord }: Head, octets: Buffer | null): number {
		if (ttl !== null) {
			this.#lastTtl = ttl;
			return ttl;
		}
		const inherited = this.#defaultTtl ?? this.#lastTtl;
		if (inherited !== null) return inherited;
		const soa = type === 'SOA' && octets !== null ? rdataData(type, octets) : null;
		if (soa?.type === 'SOA') {
			this.#lastTtl = soa.minimum;
			return soa.minimum;
		}
		if (!this.#saidNoTtl) {
			this.#saidNoTtl = true;
			const says = 'no TTL: begin the file with one for all records, like "$TTL 3600"';
			this.#fault({ line: typeWord.line, column: typeWord.column, says });
		}
		return USUAL_TTL;
	}
}

/** Past an entry that cannot be read: to the next line that begins like one. */
function nextStart(lines: readonly string[], { line, lastLine, isOpen }: ZoneEntry): number {
	const until = isOpen ? lines.length : lastLine;
	for (let at = line + 1; at <= until; at++) if (looksLikeEntry(lines[at - 1] ?? '')) return at;
	return until + 1;
}

/** A record whose owner is known. */
interface Line {
	readonly owner: Labels;
	/** The first word of the line. */
	readonly ownerWord: Word;
	/** The owner as it stands there, where it has no final dot. */
	readonly written: string | null;
	/** After the owner. */
	readonly words: readonly Word[];
	readonly comment: string;
}

/** Why a text is none; `null` where it may be one. */
function unreadable(text: string): string | null {
	if (text.length > LARGEST_ZONE) return 'the file is larger than 16 MiB, and is not read';
	if (/^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(text)) {
		return 'the file is in UTF-16: save it as UTF-8';
	}
	return null;
}

function argument(directive: Word, word: Word | undefined, what: string): Word {
	if (word !== undefined) return word;
	throw new BadWord(`${directive.text} is without ${what}`, directive);
}

function ttlOf(word: Word): number {
	const ttl = ttlIn(word.text);
	if (ttl === null) throw new BadWord(`${shown(word)} is no TTL`, word);
	return ttl;
}

function refuseMore([word]: readonly Word[]): void {
	if (word !== undefined) throw new BadWord(`${shown(word)} is too much`, word);
}

interface Head {
	readonly ttl: number | null;
	readonly type: string;
	readonly typeWord: Word;
	readonly rdata: readonly Word[];
}

/** `[TTL] [class] type` or `[class] [TTL] type`. */
function readHead(words: readonly Word[], before: Word): Head {
	let ttl: number | null = null;
	let hasClass = false;
	for (const [at, word] of words.entries()) {
		const found = word.quoted ? null : ttlIn(word.text);
		if (found !== null && ttl === null) ttl = found;
		else if (!hasClass && isClass(word)) hasClass = true;
		else return { ttl, type: typeIn(word), typeWord: word, rdata: words.slice(at + 1) };
	}
	throw new BadWord('no record type', words.at(-1) ?? before);
}

/** Other classes than IN are refused. */
function isClass(word: Word): boolean {
	const text = word.text.toUpperCase();
	if (text === 'IN' || text === 'CLASS1') return true;
	if (!/^(?:CH|HS|CS|ANY|NONE|CLASS\d{1,5})$/.test(text)) return false;
	throw new BadWord(`class ${text}: only records of class IN are published`, word);
}

function typeIn(word: Word): string {
	const text = word.text.toUpperCase();
	if (ALIAS_WORDS.has(text)) return ALIAS;
	const number = word.quoted ? null : zoneTypeNumber(text);
	if (number !== null) return zoneTypeName(number);
	throw new BadWord(`${shown(word)} is no record type`, word);
}

interface ReadRdata {
	readonly octets: Buffer | null;
	readonly text: string;
	readonly relative: readonly RelativeName[];
}

function rdataIn({ type, rdata }: Head, origin: Labels): ReadRdata {
	const words = new RdataWords(type, rdata, origin);
	if (type === ALIAS) {
		const text = nameOf(words.labels('target'));
		words.end();
		return { octets: null, text, relative: words.relative };
	}
	const octets = rdataOctets(type, words, rdata[0]?.quoted === false ? rdata[0].text : undefined);
	const text = octets === null ? rdata.map(({ text }) => text).join(' ') : rdataText(type, octets);
	return { octets, text, relative: words.relative };
}

/** A line that can only be the beginning of a directive or record: a type stands where one may. */
function looksLikeEntry(line: string): boolean {
	if (/^\$[A-Z]/i.test(line)) return true;
	const { words, indented } = entryAt([line.replace(/[()]/g, ' ')], 1);
	const rest = indented ? words : words.slice(1);
	const word = rest.find(({ text, quoted }) => quoted || (ttlIn(text) === null && text !== 'IN'));
	if (word === undefined || word.quoted) return false;
	return TYPE_WORDS.includes(word.text) || ALIAS_WORDS.has(word.text);
}

/** One record's RDATA out of its presentation form, names taken as whole; `null` for what is none. */
export function rdataFromText(type: string, text: string): Buffer | null {
	const { words, fault } = entryAt([text], 1);
	if (fault !== null) return null;
	const [first] = words;
	try {
		const reader = new RdataWords(type, words, []);
		return rdataOctets(type, reader, first?.quoted === false ? first.text : undefined);
	} catch (error) {
		if (error instanceof BadWord) return null;
		throw error;
	}
}
