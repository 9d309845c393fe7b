/** A macro string (RFC 7208 §7.1), taken apart and not expanded. */
export type SpfPart =
	| { readonly kind: 'literal'; readonly text: string }
	| {
			readonly kind: 'macro';
			/** Lower case: `s l o d i p h v`, and in explanations `c r t`. */
			readonly letter: string;
			/** Right-hand labels kept; `null` for all. */
			readonly digits: number | null;
			readonly reverse: boolean;
			/** `.` unless given. */
			readonly delimiters: string;
			/** Written in upper case: URL-escaped. */
			readonly escape: boolean;
	  };

export interface SpfDomainSpec {
	readonly text: string;
	readonly parts: readonly SpfPart[];
}

/** Where a string leaves the grammar; the offset counts from its first character. */
export interface MacroFault {
	readonly offset: number;
	readonly says: string;
	readonly suggestion: string | null;
}

const EXPANSION = /%\{([a-z])(\d*)(r?)([-.+,/_=]*)\}/iy;
const LETTERS = 'slodiphv';
/** Allowed in the explanation text alone (RFC 7208 §7.2). */
const EXPLANATION_LETTERS = 'crt';

const ESCAPES: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' };

/** Of a name in presentation form, without its final dot (RFC 7208 §7.3). */
export const LONGEST_NAME = 253;

/**
 * `macro-string` of RFC 7208 §12; with `explanation`, `explain-string` (§6.2), which also allows
 * spaces and the letters c, r and t.
 */
export function parseMacros(
	text: string,
	{ explanation = false }: { explanation?: boolean } = {},
): readonly SpfPart[] | MacroFault {
	const parts: SpfPart[] = [];
	let literal = '';
	for (let at = 0; at < text.length; ) {
		const character = text.charAt(at);
		if (character !== '%') {
			if (!explanation && !/[\x21-\x7e]/.test(character)) return foreign(at);
			literal += character;
			at += 1;
			continue;
		}
		const escaped = ESCAPES[text.slice(at, at + 2)];
		if (escaped !== undefined) {
			literal += escaped;
			at += 2;
			continue;
		}
		const macro = expansionAt(text, at, explanation);
		if ('offset' in macro) return macro;
		if (literal !== '') parts.push({ kind: 'literal', text: literal });
		literal = '';
		parts.push(macro.part);
		at += macro.length;
	}
	if (literal !== '') parts.push({ kind: 'literal', text: literal });
	return parts;
}

function foreign(offset: number): MacroFault {
	return { offset, says: 'a character that is no visible ASCII', suggestion: null };
}

function expansionAt(
	text: string,
	offset: number,
	explanation: boolean,
): MacroFault | { part: SpfPart; length: number } {
	EXPANSION.lastIndex = offset;
	const found = EXPANSION.exec(text);
	if (found === null) {
		return text.charAt(offset + 1) === '{'
			? {
					offset,
					says: 'a macro that does not follow %{letter digits r delimiters}',
					suggestion: null,
				}
			: { offset, says: 'a lone % sign', suggestion: 'write %% for a percent sign' };
	}
	const [whole, letter = '', digits = '', reverse = '', delimiters = ''] = found;
	const lower = letter.toLowerCase();
	if (!LETTERS.includes(lower) && !(explanation && EXPLANATION_LETTERS.includes(lower))) {
		const says = EXPLANATION_LETTERS.includes(lower)
			? `%{${letter}}, which only an explanation may use`
			: `%{${letter}}, a macro letter that does not exist`;
		return { offset, says, suggestion: `one of ${[...LETTERS].join(', ')}` };
	}
	if (digits !== '' && Number(digits) === 0) {
		return { offset, says: `${whole}, which keeps 0 labels`, suggestion: 'a number from 1' };
	}
	return {
		part: {
			kind: 'macro',
			letter: lower,
			digits: digits === '' ? null : Math.min(Number(digits), 128),
			reverse: reverse !== '',
			delimiters: delimiters === '' ? '.' : delimiters,
			escape: letter !== lower,
		},
		length: whole.length,
	};
}

/**
 * `domain-spec` (RFC 7208 §7.1): ends in a macro or in a dot and a top label that is not all digits,
 * so `localhost` and `192.0.2.1` are none.
 */
export function parseDomainSpec(text: string): SpfDomainSpec | MacroFault {
	if (text === '') return { offset: 0, says: 'no domain name', suggestion: null };
	const parts = parseMacros(text);
	if ('offset' in parts) return parts;
	if (!endsInExpansion(text, parts) && !endsInTopLabel(text)) {
		const offset = Math.max(0, text.lastIndexOf('.', text.length - 2) + 1);
		return {
			offset,
			says: `"${text}", which does not end in a top-level domain`,
			suggestion: null,
		};
	}
	return { text, parts };
}

/** `macro-expand` of the grammar: a macro, or one of `%%`, `%_` and `%-`. */
function endsInExpansion(text: string, parts: readonly SpfPart[]): boolean {
	if (parts.at(-1)?.kind === 'macro') return true;
	// Of `%%-` the first two characters are the escape, and the hyphen stands for itself.
	const end = /[_-]$/.test(text) ? text.length - 1 : text.length;
	let start = end;
	while (text.charAt(start - 1) === '%') start -= 1;
	return end === text.length ? start < end : (end - start) % 2 === 1;
}

/** Escapes may stand before the last dot alone: no top label has a percent sign. */
function endsInTopLabel(text: string): boolean {
	const name = text.endsWith('.') ? text.slice(0, -1) : text;
	const dot = name.lastIndexOf('.');
	if (dot === -1) return false;
	const label = name.slice(dot + 1);
	return (
		/^[a-z0-9-]+$/i.test(label) &&
		!label.startsWith('-') &&
		!label.endsWith('-') &&
		/[a-z-]/i.test(label)
	);
}

/** What a macro letter stands for, one character a byte; `null` where that is not known. */
export type MacroValue = (letter: string) => string | null;

/**
 * The name that a domain-spec gives, without its final dot, cut on the left to 253 characters by whole
 * labels (RFC 7208 §7.3); `null` where a letter has no value. Worked out from its end, so that a long
 * record costs no more than a long name.
 */
export function expandedName({ parts }: SpfDomainSpec, valueFor: MacroValue): string | null {
	let name = '';
	for (const part of [...parts].reverse()) {
		if (part.kind === 'macro' && valueFor(part.letter) === null) return null;
		// Room for the final dot, and for the one before the first label that is kept.
		if (name.length <= LONGEST_NAME + 1) name = expandedPart(part, valueFor) + name;
	}
	const bare = name.replace(/\.$/, '');
	return bare.length <= LONGEST_NAME ? bare : cutOnTheLeft(bare);
}

/** An explanation in full, as far as `longest` characters (RFC 7208 §6.2). */
export function expandedText(
	parts: readonly SpfPart[],
	valueFor: MacroValue,
	longest: number,
): string {
	let text = '';
	for (const part of parts) {
		if (text.length >= longest) break;
		text += expandedPart(part, valueFor);
	}
	return text.slice(0, longest);
}

function expandedPart(part: SpfPart, valueFor: MacroValue): string {
	if (part.kind === 'literal') return part.text;
	const pieces = splitAtAny(valueFor(part.letter) ?? '', part.delimiters);
	if (part.reverse) pieces.reverse();
	const kept = pieces.slice(-(part.digits ?? pieces.length)).join('.');
	return part.escape ? urlEscaped(kept) : kept;
}

/** Everything but the unreserved characters of RFC 3986 §2.3, byte by byte. */
function urlEscaped(text: string): string {
	return text.replace(
		/[^a-z0-9._~-]/gi,
		(byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
	);
}

function splitAtAny(text: string, delimiters: string): string[] {
	const pieces: string[] = [];
	let start = 0;
	for (let at = 0; at < text.length; at += 1) {
		if (!delimiters.includes(text.charAt(at))) continue;
		pieces.push(text.slice(start, at));
		start = at + 1;
	}
	return [...pieces, text.slice(start)];
}

function cutOnTheLeft(name: string): string {
	// With the character before it, which may be the dot that ends a label.
	const tail = name.slice(-(LONGEST_NAME + 1));
	return tail.slice(tail.indexOf('.') + 1);
}

/**
 * The name that a domain-spec gives at `domain`, lower case; `null` where it needs the message (any macro
 * but `%{d}`).
 */
export function fixedName(spec: SpfDomainSpec, domain: string): string | null {
	const name = expandedName(spec, (letter) => (letter === 'd' ? domain : null));
	return name?.toLowerCase() ?? null;
}

/** Macro letters in use, lower case. */
export function macroLetters({ parts }: Pick<SpfDomainSpec, 'parts'>): readonly string[] {
	return parts.flatMap((part) => (part.kind === 'macro' ? [part.letter] : []));
}
