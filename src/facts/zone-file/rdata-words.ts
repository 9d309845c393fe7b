import { type Labels, nameOf, wireOf } from '../dns/labels.ts';
import { readMasterName } from './master-name.ts';
import type { Word } from './zone-words.ts';

/** A word that cannot stand where it does; `word` is absent where one is missing. */
export class BadWord extends Error {
	readonly word: Word | undefined;

	constructor(says: string, word?: Word | undefined) {
		super(says);
		this.word = word;
	}
}

/** A name without final dot, and what it became. */
export interface RelativeName {
	readonly written: string;
	readonly name: string;
}

/** The words of one record's RDATA, taken from left to right. */
export class RdataWords {
	readonly origin: Labels;
	readonly #words: readonly Word[];
	readonly #type: string;
	readonly relative: RelativeName[] = [];
	#at = 0;

	constructor(type: string, words: readonly Word[], origin: Labels) {
		this.#type = type;
		this.#words = words;
		this.origin = origin;
	}

	get left(): number {
		return this.#words.length - this.#at;
	}

	/** `what` completes "has no …". */
	next(what: string): Word {
		const word = this.#words[this.#at];
		if (word === undefined) throw new BadWord(`the ${this.#type} record has no ${what}`);
		this.#at += 1;
		return word;
	}

	/** The last word that was taken. */
	get last(): Word | undefined {
		return this.#words[this.#at - 1];
	}

	/** All that are left; at least one. */
	rest(what: string): readonly Word[] {
		const first = this.next(what);
		const rest = [first, ...this.#words.slice(this.#at)];
		this.#at = this.#words.length;
		return rest;
	}

	/** Refuses what no field has taken. */
	end(): void {
		const word = this.#words[this.#at];
		if (word === undefined) return;
		throw new BadWord(`the ${this.#type} record ends before ${shown(word)}`, word);
	}

	number(what: string, most: number): number {
		return numberIn(this.next(what), what, most);
	}

	name(what: string): Buffer {
		return wireOf(this.labels(what));
	}

	labels(what: string): Labels {
		const word = this.next(what);
		const read = readMasterName(word.text, this.origin);
		if (typeof read === 'string') throw new BadWord(read, word);
		if (read.isRelative) {
			this.relative.push({ written: word.text.toLowerCase(), name: nameOf(read.labels) });
		}
		return read.labels;
	}

	/** Without the length octet. */
	octets(what: string): Buffer {
		return octetsOf(this.next(what));
	}

	/** A character-string (RFC 1035 §3.3). */
	string(what: string): Buffer {
		return characterString(this.next(what));
	}

	hex(what: string): Buffer {
		const words = this.rest(what);
		const text = words.map((word) => word.text).join('');
		if (/^(?:[0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, 'hex');
		throw new BadWord(`the ${what} is not hex, two digits an octet`, words[0]);
	}

	base64(what: string): Buffer {
		const words = this.rest(what);
		return base64In(words.map((word) => word.text).join(''), what, words[0]);
	}
}

/** As it is quoted in a fault. */
export function shown({ text }: Pick<Word, 'text'>): string {
	return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

export function numberIn(word: Word, what: string, most: number): number {
	const value = Number(word.text);
	if (/^\d{1,10}$/.test(word.text) && value <= most) return value;
	throw new BadWord(`${shown(word)} is no ${what} (0 to ${most})`, word);
}

/** `null` for what is no base64 with its padding. */
export function base64In(text: string, what: string, word: Word | undefined): Buffer {
	const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
	if (isBase64) return Buffer.from(text, 'base64');
	throw new BadWord(`the ${what} is not base64`, word);
}

/** Octets of a character-string (RFC 1035 §3.3). */
export const LONGEST_STRING = 255;

export function characterString(word: Word): Buffer {
	const octets = octetsOf(word);
	if (octets.length > LONGEST_STRING) {
		const says = `a string has ${octets.length} octets; ${LONGEST_STRING} at most: split it into several, each in quotes`;
		throw new BadWord(says, word);
	}
	return Buffer.concat([Buffer.of(octets.length), octets]);
}

/** Quotes gone, `\DDD` and `\X` undone. */
export function octetsOf(word: Word): Buffer {
	if (!word.quoted && /(?<!\\)"/.test(word.text)) {
		throw new BadWord('a quotation mark inside a word: put the whole string in quotes', word);
	}
	const bytes = word.text.replace(/\\(\d{3}|[\s\S])/g, (token: string, code: string) => {
		if (code.length === 1) return code;
		if (Number(code) > 0xff) {
			throw new BadWord(`"${token}" is no octet: \\DDD goes from \\000 to \\255`, word);
		}
		return String.fromCharCode(Number(code));
	});
	return Buffer.from(bytes, 'latin1');
}

export function u8(value: number): Buffer {
	return Buffer.of(value);
}

export function u16(value: number): Buffer {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16BE(value);
	return bytes;
}

export function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}
