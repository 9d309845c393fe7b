/** An element without its attributes. Names are local and in lower case. */
export interface XmlElement {
	readonly name: string;
	/** Its own character data, entities decoded. */
	readonly text: string;
	readonly children: readonly XmlElement[];
}

/** What stands in for a parse that cannot be trusted. */
export class UnreadableXml extends Error {}

/** Reports nest six deep; more is no report, and a stack that grows is how parsers are killed. */
const MOST_DEPTH = 32;

/** Elements that are kept of one element; a record with ten signatures has 80. */
const MOST_WITHIN = 10_000;

/** Nothing that a report says in one element is longer, as written and as meant. */
const LONGEST_RAW = 8_192;
const LONGEST_TEXT = 1_000;

interface Open {
	readonly name: string;
	text: string;
	readonly children: XmlElement[];
	/** Elements kept below it. */
	kept: number;
}

/**
 * Reads XML as reporters write it, in one pass over the text. Looser than XML 1.0 §2.1 and §3.1 where
 * the meaning is not in doubt: bare `&` and `<`, names that are none, an end tag without a start, an
 * inner element without an end, a schema element around or before the report that nobody closes. As
 * strict where numbers could be lost: a text that is cut off throws `UnreadableXml`. Entities are never
 * declared by a report and never expanded: a document that declares one is refused.
 *
 * `take` is called with each element as it ends and those around it, the outermost first; what it
 * keeps (`true`) is not attached to its parent. Gives the namespaces that were declared.
 */
export function readXml(text: string, take: Take): { readonly namespaces: readonly string[] } {
	const reading = new Reading(text, take);
	reading.run();
	return { namespaces: [...reading.namespaces] };
}

type Take = (element: XmlElement, within: readonly Pick<XmlElement, 'name'>[]) => boolean;

class Reading {
	readonly #text: string;
	readonly #take: Take;
	readonly #open: Open[] = [];
	readonly namespaces = new Set<string>();
	#at = 0;

	constructor(text: string, take: Take) {
		this.#text = text;
		this.#take = take;
	}

	run(): void {
		const text = this.#text;
		while (this.#at < text.length) {
			const next = text.indexOf('<', this.#at);
			const end = next === -1 ? text.length : next;
			this.#characters(text.slice(this.#at, end), true);
			this.#at = end;
			if (next !== -1) this.#markup();
		}
		const unclosed = this.#open.at(0);
		if (unclosed !== undefined) throw new UnreadableXml(`it ends within <${shown(unclosed.name)}>`);
	}

	#characters(raw: string, decode: boolean): void {
		const top = this.#open.at(-1);
		if (top === undefined || raw === '' || top.text.length > LONGEST_TEXT) return;
		const piece = raw.trimStart().slice(0, LONGEST_RAW);
		top.text += decode ? decoded(piece) : piece;
	}

	#markup(): void {
		const text = this.#text;
		const at = this.#at;
		if (text.startsWith('<!--', at)) this.#at = this.#after('-->', at + 4, 'a comment');
		else if (text.startsWith('<![CDATA[', at)) {
			this.#at = this.#after(']]>', at + 9, 'a CDATA section');
			this.#characters(text.slice(at + 9, this.#at - 3), false);
		} else if (text.startsWith('<?', at)) this.#at = this.#after('?>', at + 2, 'an instruction');
		else if (text.startsWith('<!', at)) this.#declaration();
		else if (text.startsWith('</', at)) this.#endTag();
		else if (/[\s<>=]/.test(text.charAt(at + 1)) || at + 1 === text.length) {
			this.#characters('<', false);
			this.#at = at + 1;
		} else this.#startTag();
	}

	#after(mark: string, from: number, what: string): number {
		const found = this.#text.indexOf(mark, from);
		if (found === -1) throw new UnreadableXml(`${what} does not end`);
		return found + mark.length;
	}

	/** XML 1.0 §2.8. The internal subset, where entities are declared, ends with `]`. */
	#declaration(): void {
		const end = this.#after('>', this.#at, 'a declaration');
		const subset = this.#text.slice(this.#at, end).includes('[');
		const whole = subset ? this.#after(']', this.#at, 'a declaration') : end;
		if (/<!(?:ENTITY|ATTLIST)/i.test(this.#text.slice(this.#at, whole))) {
			throw new UnreadableXml(
				'it declares entities, which no report needs and which are not expanded',
			);
		}
		this.#at = subset ? this.#after('>', whole, 'a declaration') : end;
	}

	#endTag(): void {
		const end = this.#after('>', this.#at, 'a tag');
		const name = localName(this.#text.slice(this.#at + 2, end - 1).trim());
		this.#at = end;
		const from = this.#open.findLastIndex((one) => one.name === name);
		if (from === -1) return;
		while (this.#open.length > from) this.#close();
	}

	#startTag(): void {
		const end = this.#endOfTag();
		const inner = this.#text.slice(this.#at + 1, end);
		this.#at = end + 1;
		const isEmpty = inner.endsWith('/');
		const [written = ''] = inner.split(/[\s/]/, 1);
		const name = localName(written);
		if (inner.includes('xmlns')) this.#namespacesIn(inner);
		if (this.#open.length >= MOST_DEPTH) {
			throw new UnreadableXml(`elements are nested deeper than ${MOST_DEPTH}`);
		}
		// Receivers that paste the schema's own start tag never close it.
		if (name === 'schema') return;
		this.#open.push({ name, text: '', children: [], kept: 0 });
		if (isEmpty) this.#close();
	}

	#namespacesIn(inner: string): void {
		const declarations = inner.slice(0, LONGEST_TAG).matchAll(NAMESPACE);
		for (const [, uri = ''] of declarations) {
			if (this.namespaces.size < MOST_NAMESPACES) this.namespaces.add(uri);
		}
	}

	/** A `>` inside a quoted attribute does not end the tag. */
	#endOfTag(): number {
		const text = this.#text;
		for (let at = this.#at + 1; at < text.length; at += 1) {
			const one = text.charCodeAt(at);
			if (one === GREATER) return at;
			if (one === DOUBLE_QUOTE || one === SINGLE_QUOTE) {
				const closing = text.indexOf(text.charAt(at), at + 1);
				if (closing === -1) break;
				at = closing;
			}
		}
		throw new UnreadableXml('a tag does not end');
	}

	#close(): void {
		const closed = this.#open.pop();
		if (closed === undefined || this.#take(closed, this.#open)) return;
		const parent = this.#open.at(-1);
		if (parent === undefined) return;
		parent.children.push(closed);
		parent.kept += closed.kept + 1;
		if (parent.kept > MOST_WITHIN) {
			throw new UnreadableXml(`<${shown(parent.name)}> holds more than ${MOST_WITHIN} elements`);
		}
	}
}

const NAMESPACE = /\bxmlns(?::[^\s=]{1,40})?\s{0,9}=\s{0,9}["']([^"']{1,200})["']/g;
/** Characters of a tag that are searched for namespaces. */
const LONGEST_TAG = 4_096;
const MOST_NAMESPACES = 8;

const GREATER = 62;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;

function localName(name: string): string {
	return name.slice(name.indexOf(':') + 1).toLowerCase();
}

/** A name out of a stranger's file, for a message. */
function shown(name: string): string {
	return name.slice(0, 40);
}

const PREDEFINED: Readonly<Record<string, string>> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
};

/** XML 1.0 §4.1 and §4.6; what is no reference stays as it stands. */
function decoded(raw: string): string {
	if (!raw.includes('&')) return raw;
	return raw.replace(
		/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi,
		(whole, hex, decimal, name) => {
			if (name !== undefined) return PREDEFINED[name] ?? whole;
			const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
			return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
		},
	);
}

/** The text of the first child with this name, without the white space around it; `''` without one. */
export function textOf(element: XmlElement | undefined, name: string): string {
	return childOf(element, name)?.text.trim().slice(0, LONGEST_TEXT) ?? '';
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
	return element?.children.find((one) => one.name === name);
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
	return element?.children.filter((one) => one.name === name) ?? [];
}
